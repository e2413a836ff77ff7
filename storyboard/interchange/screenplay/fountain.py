"""Read a Fountain script. Every part of any text ends up in the script or in the report.

The lines are normalised first and then parsed by fountain-py, which follows the syntax strictly,
drops notes inside a line, and recognises only ASCII capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fountain.elements import FountainElement
from fountain.parser import FountainParser

from storyboard.interchange.draft import is_heading
from storyboard.interchange.import_report import ImportReport
from storyboard.interchange.screenplay.normalise import FountainLayout, normalise
from storyboard.interchange.screenplay.screenplay import (
    SPEECH,
    Element,
    Kind,
    Script,
    note_element,
    read_lines,
    sung,
)

_TITLE_KEYS = (
    "title", "credit", "author", "authors", "source", "notes", "draft date", "date", "contact",
    "copyright", "revision", "version", "format",
)  # fmt: skip
_KEY = re.compile(r"(?P<key>[^\s:][^:]{0,39}):(?P<value>.*)")
_INDENT = re.compile(r"\t| {3}")
_KINDS: dict[str, Kind] = {
    "action": "action", "character": "cue", "dialogue": "dialogue",
    "parenthetical": "parenthetical", "transition": "transition", "section": "section",
    "synopsis": "synopsis", "lyrics": "lyrics", "centered": "card",
}  # fmt: skip


def read_fountain(content: bytes, report: ImportReport) -> Script:
    """Read a script in Fountain.

    Raises:
        InterchangeError: It has more characters than are allowed.

    Source: https://fountain.io/syntax
    """
    lines = read_lines(content, report)
    title_page, start = read_title_page(lines, report)
    layout = normalise(lines[start:], start + 1, report)
    found = FountainParser().parse("\n".join(layout.lines)).elements
    return Script(tuple(_Translator(layout, report).elements(found)), title_page)


def read_title_page(lines: Sequence[str], report: ImportReport) -> tuple[dict[str, str], int]:
    """The keys at the top of a script in lower case, and the index of the line after them."""
    first = next((k for k, line in enumerate(lines) if line.strip()), len(lines))
    opening = _KEY.match(lines[first]) if first < len(lines) else None
    if not opening or opening["key"].strip().lower() not in _TITLE_KEYS:
        return {}, 0
    values: dict[str, list[str]] = {}
    key, end = "", len(lines)
    for k in range(first, len(lines)):
        line = lines[k]
        found = _KEY.match(line)
        if not line.strip():
            end = k + 1
            break
        if key and _INDENT.match(line):
            value = line
        elif found and not is_heading(line):
            key, value = found["key"].strip().lower(), found["value"]
            if key in values:
                report.remark(k + 1, f'"{key}" is on the title page twice, read as one text')
        else:
            end = k
            break
        value = value.strip()
        bare = value.strip("*_").strip()
        if bare != value:
            report.lose(k + 1, "emphasis", bare)
        values.setdefault(key, []).append(bare)
    return {key: "\n".join(filter(None, texts)) for key, texts in values.items()}, end


class _Translator:
    """Converts fountain-py's elements, and puts back the headings and notes of the layout."""

    def __init__(self, layout: FountainLayout, report: ImportReport) -> None:
        self._layout = layout
        self._report = report
        self._spoken: Kind = "action"
        self._last = 0

    def elements(self, found: Sequence[FountainElement]) -> Iterator[Element]:
        layout = self._layout
        for element in found:
            index = element.line_number - 1
            line = layout.numbers[index]
            kind = element.type.value
            if kind == "note":
                note = layout.notes[int(element.text.strip("[]"))]
                yield note_element(note.text, note.line)
            elif kind == "scene_heading" and index in layout.headings:
                text, number = layout.headings[index]
                self._spoken = "action"
                yield Element("heading", text, line, number=number)
            elif kind == "scene_heading":
                # Dialogue such as ".com", or an action that only begins like a heading.
                yield Element(self._spoken, layout.lines[index], line)
            elif kind == "page_break":
                # The first page break was added by the layout.
                if index:
                    self._report.lose(line, "page break", element.text)
            else:
                yield from self._plain(element, index, _KINDS[kind])

    def _plain(self, element: FountainElement, index: int, kind: Kind) -> Iterator[Element]:
        layout = self._layout
        marked = {
            (index + element.text.count("\n", 0, span.start), element.text[span.start : span.end])
            for span in element.formatting
        }
        for row, text in sorted(marked):
            self._report.lose(layout.numbers[row], "emphasis", text)
        is_in_speech = self._spoken == "dialogue" and "" not in layout.lines[self._last : index]
        self._last = index
        text, line = element.text.strip(), layout.numbers[index]
        if kind == "cue":
            extension = str(element.metadata.get("extension", ""))
            is_dual = line in layout.duals
            yield Element("cue", element.text, line, extension=extension, is_dual=is_dual)
        elif kind == "lyrics" and is_in_speech:
            yield from sung(text, line)
        elif text:
            yield Element(kind, text, line)
        if kind != "lyrics" or not is_in_speech:
            self._spoken = "dialogue" if kind in SPEECH else "action"
