"""MkDocs hook that generates the language reference from the code.

Four pages come from the code and are never written to the disk: every key of a board from the JSON
Schema, every word of the vocabulary, every word of staging, and every problem code.
"""

from __future__ import annotations

import json
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from shots.board.raw_board import board_schema
from shots.dressing import place_names
from shots.lexicon.actions import GESTURES
from shots.lexicon.find_word import words_of
from shots.lexicon.places import SETS
from shots.lexicon.things import MODELS
from shots.problem import CODES
from shots.vocabulary.sensors import SENSORS
from shots.vocabulary.words import FIELDS, GROUPS

SECTIONS = {
    "Board": "A board is one YAML file. Keys that start with `x-` are yours and are kept.",
    "WrittenScene": "One entry of `scenes`.",
    "WrittenShot": "One entry of `shots`.",
}
SOURCES = {
    "W": "on the word list of Wan's own system prompts",
    "A": "in Alibaba's prompt guide",
    "T": "a trade term on neither list",
    "-": "bookkeeping; the model does not read it",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to the files of the manual."""
    for name, text in (
        ("language", language_page()),
        ("vocabulary", vocabulary_page()),
        ("staging", staging_page()),
        ("problems", problems_page()),
    ):
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def language_page() -> str:
    """Every block of a board with its keys, allowed values, defaults and meaning."""
    schema = board_schema()
    blocks: dict[str, Any] = {"Board": schema, **schema["$defs"]}
    order = [*SECTIONS, *sorted(blocks.keys() - SECTIONS.keys())]
    lines = [
        "# Language reference",
        "",
        "Every key of a board. This page is generated from the models that read a board, so it is",
        "complete. The words of directives are listed in the [vocabulary](vocabulary.md).",
        "",
        "The nearest level wins field by field: the shot, then its set-up, its scene, the board's",
        "`defaults`, the model's own default. `storyboard explain BOARD SHOT --all` prints the",
        "result and the line that each value comes from.",
        "",
    ]
    for name in order:
        block = blocks[name]
        block = next((b for b in block.get("anyOf", ()) if "properties" in b), block)
        if "properties" not in block:
            continue
        description = SECTIONS.get(name) or block.get("description", "")
        lines += [f"## {title_of(name)}", "", description, ""]
        lines += ["| key | values | default | meaning |", "|---|---|---|---|"]
        required = set(block.get("required", ()))
        for key, entry in block["properties"].items():
            if key == "<<":
                continue
            default = "required" if key in required else default_of(entry)
            referenced = blocks.get(entry.get("$ref", "").rpartition("/")[2], {})
            meaning = cell(entry.get("description") or referenced.get("description", ""))
            lines.append(f"| `{key}` | {values_of(entry)} | {default} | {meaning} |")
        lines.append("")
    return "\n".join(lines)


def title_of(name: str) -> str:
    """The heading of a block: `WrittenShot` is shown as Shot, `ModelChoice` as Model."""
    return name.removeprefix("Written").removesuffix("Choice")


def values_of(entry: dict[str, Any]) -> str:
    """The values that a key takes, as Markdown."""
    if "$ref" in entry:
        name = title_of(entry["$ref"].rpartition("/")[2])
        return f"[{name}](#{name.lower()})"
    if "enum" in entry:
        return ", ".join(f"`{word}`" for word in entry["enum"])
    if "anyOf" in entry:
        found = [values_of(choice) for choice in entry["anyOf"] if choice.get("type") != "null"]
        # Directives may also be written as free text, which is then one of the words beside it.
        words = [value for value in found if value != "text"] or found
        return ", or ".join(dict.fromkeys(words))
    kind = entry.get("type")
    if kind == "array":
        return f"list of {values_of(entry['items'])}" if "items" in entry else "list"
    if kind == "object":
        values = entry.get("additionalProperties")
        return f"name: {values_of(values)}" if isinstance(values, dict) else "mapping"
    if kind in ("integer", "number"):
        return bounds_of(entry)
    return {"boolean": "`true`, `false`"}.get(str(kind), "text")


def bounds_of(entry: dict[str, Any]) -> str:
    """A number with its bounds."""
    name = "whole number" if entry["type"] == "integer" else "number"
    low = entry.get("minimum", entry.get("exclusiveMinimum"))
    high = entry.get("maximum")
    if low is not None and high is not None:
        return f"{name}, {low} to {high}"
    return f"{name} from {low}" if low is not None else name


def default_of(entry: dict[str, Any]) -> str:
    """The default value of a key, empty where leaving it out means nothing is set."""
    value = entry.get("default")
    if value in (None, "", [], {}) or isinstance(value, dict):
        return ""
    return f"`{json.dumps(value, ensure_ascii=False)}`".replace('"', "")


def cell(text: str) -> str:
    """Text for a table cell."""
    return " ".join(text.split()).replace("|", "\\|").replace("{", "&#123;")


def vocabulary_page() -> str:
    """Every word of the closed vocabulary, its aliases, and the phrase the model reads."""
    lines = [
        "# Vocabulary",
        "",
        "A directive uses these words and no others. A word that is not listed is an error, and",
        "`check` proposes the nearest one. The last column names the evidence for the phrase:",
        "",
    ]
    lines += [f"- `{letter}`: {meaning}" for letter, meaning in SOURCES.items()] + [""]
    group_of = {field: group for group, fields in GROUPS.items() for field in fields}
    for field, terms in FIELDS.items():
        place = group_of.get(field)
        where = f" (in `{place}`)" if place and place != field else ""
        lines += [f"## {field}{where}", "", "| word | also | phrase for the model | source |"]
        lines.append("|---|---|---|---|")
        for term in terms:
            also = cell(", ".join(term.aliases))
            phrase, source = cell(term.phrase), term.source.strip() or "-"
            lines.append(f"| `{term.word}` | {also} | {phrase} | {source} |")
        lines.append("")
    return "\n".join(lines)


def staging_page() -> str:
    """Every pose, gesture, set, thing, colour and sensor."""
    lines = [
        "# Words of staging",
        "",
        "Words of `blocking`, `set` and `format: {sensor: ...}`. Actions and looks are read with",
        "the same words. `storyboard vocab pose` prints a list; verbs are found in all forms.",
        "",
        *["## Poses (`pose`)", "", "| word | also |", "|---|---|"],
        *(f"| `{word}` | {cell(', '.join(also))} |" for word, also in words_of("pose").items()),
        *["", "## Gestures (`does`)", "", "| word | also | hands | done to | brings |"],
        "|---|---|---|---|---|",
    ]
    for word, also in words_of("gesture").items():
        own = GESTURES[word]
        cells = (cell(", ".join(also)), own.hands, own.needs, own.prop)
        lines.append(f"| `{word}` | {' | '.join(cells)} |")
    lines += ["", "## Sets (`use`)", "", "| set | also | places |", "|---|---|---|"]
    for word, also in words_of("set").items():
        lines.append(
            f"| `{word}` | {cell(', '.join(also))} | {', '.join(place_names(SETS[word]))} |"
        )
    lines += ["", "## Things (`model`)", ""]
    for kind in dict.fromkeys(thing.kind for thing in MODELS.values()):
        lines += [
            f"### {kind}",
            "",
            "| thing | also | width, height, depth in m |",
            "|---|---|---|",
        ]
        for word, also in words_of("thing").items():
            if word in MODELS and MODELS[word].kind == kind:
                size = " x ".join(f"{side:g}" for side in MODELS[word].size)
                lines.append(f"| `{word}` | {cell(', '.join(also))} | {size} |")
        lines.append("")
    lines += ["## Colours (`colour`)", "", "| word | also |", "|---|---|"]
    lines += [f"| `{w}` | {cell(', '.join(also))} |" for w, also in words_of("colour").items()]
    lines += ["", "## Sensors (`sensor`)", "", "| sensor | width in mm |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {mm:g} |" for name, mm in SENSORS.items()), ""])


def problems_page() -> str:
    """Every problem code with its level and its page."""
    lines = [
        "# Problem codes",
        "",
        "What `storyboard check` reports. Errors stop a board; warnings and notices do not.",
        "`storyboard explain CODE` prints the same text.",
        "",
    ]
    for code in CODES.values():
        lines += [f"#{code.page}", ""]  # the heading of a page becomes one of the second level
    return "\n".join(lines)
