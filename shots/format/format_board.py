"""Canonical spelling of directives: `push-in slow, close up` becomes `CU, push-in slow`.

Only the replaced values change; indentation, comments, quotes, line ends and encoding stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic_core import PydanticCustomError

from shots.blocking import blocking_text, read_blocking
from shots.lexicon.find_word import Kind, find_word
from shots.problem import ShotListErrors
from shots.source.board_source import encode_like, open_source
from shots.source.read_yaml import read_yaml
from shots.source.yaml_nodes import compose
from shots.vocabulary import camera, lighting
from shots.vocabulary.values import Time, decimal, read_time
from shots.vocabulary.words import GROUPS, find

Value = TypeVar("Value")

_CAMERA_FIRST = ("size", "people", "view", "angle")
_WORDS: Mapping[str, Kind] = {"pose": "pose", "does": "gesture"}
_TIMES = (("dialogue", "at"), ("moves", "from"), ("moves", "until"))
_LIGHTING = ("setup", "time", "source", "quality", "direction", "contrast", "tone")


def format_board(content: bytes, path: Path) -> bytes:
    """Write the directives of a board, or of a file that a board includes, in canonical spelling.

    Returns:
        The new content, in the encoding of the old one.

    Raises:
        ShotListErrors: The file cannot be read as YAML. Other mistakes do not matter.
    """
    source, text = open_source(content, path)
    compose(source, text)
    if source.problems:
        raise ShotListErrors(source.sorted_problems())
    setups = _lighting_setups(text, path)
    root = yaml.compose(text, Loader=yaml.CBaseLoader)
    replacements: dict[tuple[int, int], str] = {}
    for key, holder, node in _directives(root):
        new = _canonical(key, holder, node.value, setups)
        if new != node.value and _is_replaceable(text, node, new):
            quote = node.style or ""
            replacements[node.start_mark.index, node.end_mark.index] = f"{quote}{new}{quote}"
    for (start, end), new in sorted(replacements.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return encode_like(text, content) if replacements else content


def _lighting_setups(text: str, path: Path) -> set[str] | None:
    """Names of the lighting set-ups of a board and its included files; None where unknown."""
    try:
        data, _ = read_yaml(text, path)
    except ShotListErrors:
        return None
    # A file without a title may be part of another board, which has set-ups of its own.
    if not isinstance(data, dict) or not data.keys() & {"storyboard", "title"}:
        return None
    lights = data.get("lighting")
    return set(lights) if isinstance(lights, dict) else set()


def _directives(root: yaml.Node | None) -> Iterator[tuple[str, str, yaml.ScalarNode]]:
    """Texts that may be directives, each with its key and the key of the block around it.

    The block of a lighting set-up has no key.
    """
    if not isinstance(root, yaml.MappingNode):
        return
    visited: set[int] = set()
    for key, node in root.value:
        if key.value == "lighting" and isinstance(node, yaml.MappingNode):
            for _, setup in node.value:
                yield from _texts(setup, "lighting", "", visited)
        elif key.value in ("defaults", "setups", "scenes"):
            yield from _texts(node, key.value, "", visited)


def _texts(
    node: yaml.Node, key: str, holder: str, visited: set[int]
) -> Iterator[tuple[str, str, yaml.ScalarNode]]:
    """All texts below a node with their keys; what several aliases refer to comes once."""
    if id(node) in visited:
        return
    visited.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield key, holder, node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _texts(item, key, holder, visited)
    else:
        for name, value in node.value:
            if not name.value.startswith("x-"):
                yield from _texts(value, name.value, key, visited)


def _is_replaceable(text: str, node: yaml.ScalarNode, new: str) -> bool:
    """Whether a value stands on one line without escapes, and its replacement needs no quotes."""
    start, end, quote = node.start_mark.index, node.end_mark.index, node.style or ""
    if text[start:end] != f"{quote}{node.value}{quote}" or set("\\'\"\n") & set(node.value):
        return False
    # Without quotes, a comma ends a value inside braces, and signs such as * and & have a meaning.
    return bool(quote) or (new[0].isalnum() and ("," in node.value or "," not in new))


def _canonical(key: str, holder: str, text: str, setups: set[str] | None) -> str:
    """The canonical spelling of a value, by its key and the key of the block around it."""
    if key == "camera":
        return canonical_camera(text)
    if key == "lighting":
        if holder and setups is None:
            return text
        return canonical_lighting(text, setups if holder else None)
    if holder == "blocking":
        return canonical_blocking(text)
    if key in _WORDS:
        return find_word(_WORDS[key], text) or text
    if key == "duration" or (holder, key) in _TIMES:
        return canonical_time(text)
    is_term = key in (*GROUPS.get(holder, ()), "composition") or (holder, key) == (
        "camera",
        "speed",
    )
    found = find(key, text) if is_term and key != "movement" else None
    return found.word if found else text


def canonical_camera(text: str) -> str:
    """A camera shorthand: size, people, view, angle, moves with their manner, lens, focus."""

    def write(fields: Mapping[str, object]) -> str:
        movement, amount = fields.get("movement"), fields.get("amount")
        moves = [" then ".join(movement)] if isinstance(movement, tuple) else []
        moves += [str(fields["speed"])] if fields.get("speed") else []
        moves += [f"{amount.value:g}{amount.unit}"] if isinstance(amount, camera.Amount) else []
        moves += ["linear"] if fields.get("linear") else []
        items = [fields.get(name) for name in _CAMERA_FIRST]
        items += [
            f"{word} {fields[name]}"
            for word, name in (("over", "over"), ("from", "side"))
            if name in fields
        ]
        items.append(" ".join(moves))
        items.append(f"{fields['lens']:g}mm" if "lens" in fields else None)
        items += [fields.get("focus"), "cross-line" if fields.get("cross-line") else None]
        return ", ".join(str(item) for item in items if item)

    return _rewrite(text, camera.read_shorthand, write)


def canonical_lighting(text: str, setups: Collection[str] | None) -> str:
    """A lighting shorthand: set-up (None where none may be named), time, source, ..., tone."""
    names = None if setups is None else dict.fromkeys(setups)

    def read(written: str) -> dict[str, object]:
        return lighting.read_shorthand(written, setups=names)

    def write(fields: Mapping[str, object]) -> str:
        items = [fields.get(name) for name in _LIGHTING]
        if fields.get("side"):
            items[_LIGHTING.index("direction")] = f"side {fields['side']}"
        return ", ".join(str(item) for item in items if item)

    return _rewrite(text, read, write)


def canonical_blocking(text: str) -> str:
    """A blocking shorthand: pose and place, gesture, facing, look, things held, moves."""
    return _rewrite(text, read_blocking, blocking_text)


def canonical_time(text: str) -> str:
    """A length of time in seconds or frames; clock times such as 1:30 stay as they are."""

    def write(length: Time) -> str:
        if length.frames:
            return f"{length.frames}f"
        seconds = decimal(length.seconds)
        return f"{seconds}s" if Fraction(seconds) == length.seconds else text

    return text if ":" in text else _rewrite(text, read_time, write)


def _rewrite(text: str, read: Callable[[str], Value], write: Callable[[Value], str]) -> str:
    """Read a text and write it again; the text itself if that would change its value."""
    try:
        value = read(text)
        new = write(value)
        return new if new and read(new) == value else text
    except PydanticCustomError:
        return text
