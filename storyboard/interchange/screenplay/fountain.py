"""Fountain → Script: any text is a script, and every part of it is in the result or in the report.

fountain-py says what the lines are; `spacing.py` lays them out for it first, because it goes by
the letter of the syntax, forgets notes that stand inside a line and knows no capitals beyond
ASCII. Called by the CLI.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from storyboard.interchange.import_report import Report
from storyboard.interchange.screenplay.normalise import Layout, lay_out
from storyboard.interchange.screenplay.screenplay import (
    SAID,
    Element,
    Kind,
    Script,
    is_heading,
    note_element,
    read_lines,
    sung,
)

if TYPE_CHECKING:
    from fountain.elements import FountainElement

_TITLE_KEYS = frozenset(
    {
        "title", "credit", "author", "authors", "source", "notes", "draft date", "date",
        "contact", "copyright", "revision", "version", "format",
    }
)  # fmt: skip
_KEY = re.compile(r"(?P<key>[^\s:][^:]{0,39}):(?P<value>.*)")
_INDENT = re.compile(r"\t| {3}")
_KINDS: dict[str, Kind] = {
    "action": "action",
    "character": "cue",
    "dialogue": "dialogue",
    "parenthetical": "parenthetical",
    "transition": "transition",
    "section": "section",
    "synopsis": "synopsis",
    "lyrics": "lyrics",
    "centered": "card",
}


def read_fountain(content: bytes, report: Report) -> Script:
    """Read a script in Fountain.

    Args:
        content: The file; anything can be read as Fountain.
        report: Told what had to be guessed and what is left behind.

    Raises:
        InterchangeError: It is larger than any script.

    Source: https://fountain.io/syntax
    """
    from fountain.parser import FountainParser

    lines = read_lines(content, report)
    title_page, start = read_title_page(lines, report)
    layout = lay_out(lines[start:], start + 1, report)
    found = FountainParser().parse("\n".join(layout.lines)).elements
    return Script(tuple(_Translator(layout, report).elements(found)), title_page)


def read_title_page(lines: Sequence[str], report: Report) -> tuple[dict[str, str], int]:
    """Read the keys at the top of a script.

    Returns:
        Keys in lower case and their values, and the index of the first line after them.
    """
    first = next((k for k, line in enumerate(lines) if line.strip()), len(lines))
    opening = _KEY.match(lines[first]) if first < len(lines) else None
    if not opening or opening["key"].strip().lower() not in _TITLE_KEYS:
        return {}, 0
    values: dict[str, list[str]] = {}
    key = ""
    for k in range(first, len(lines)):
        line = lines[k]
        found = _KEY.match(line)
        if not line.strip():
            return _joined(values), k + 1
        if key and _INDENT.match(line):
            values[key].append(_unmarked(line, k + 1, report))
        elif found and not is_heading(line):
            key = found["key"].strip().lower()
            if key in values:
                report.remark(k + 1, f'"{key}" is on the title page twice, read as one text')
            values.setdefault(key, []).append(_unmarked(found["value"], k + 1, report))
        else:
            return _joined(values), k
    return _joined(values), len(lines)


def _unmarked(value: str, number: int, report: Report) -> str:
    """A value without the signs of emphasis around it."""
    bare = value.strip().strip("*_").strip()
    if bare != value.strip():
        report.lose(number, "emphasis", bare)
    return bare


def _joined(values: dict[str, list[str]]) -> dict[str, str]:
    return {key: "\n".join(filter(None, lines)) for key, lines in values.items()}


class _Translator:
    """fountain-py's elements → ours, with the headings and notes that were held back."""

    def __init__(self, layout: Layout, report: Report) -> None:
        self._layout = layout
        self._report = report
        self._spoken: Kind = "action"
        self._last = 0

    def elements(self, found: Sequence[FountainElement]) -> Iterator[Element]:
        for element in found:
            index = element.line_number - 1
            kind = element.type.value
            if kind == "note":
                note = self._layout.notes[int(element.text.strip("[]"))]
                yield note_element(note.text, note.line)
            elif kind == "scene_heading":
                yield self._heading(index)
            elif kind == "page_break":
                if index:
                    self._report.lose(self._line(index), "page break", element.text)
            else:
                yield from self._plain(element, index, _KINDS[kind])

    def _line(self, index: int) -> int:
        return self._layout.numbers[index]

    def _heading(self, index: int) -> Element:
        if index not in self._layout.headings:
            # A line of dialogue such as ".com", or an action that only begins like a heading.
            return Element(self._spoken, self._layout.lines[index], self._line(index))
        text, number = self._layout.headings[index]
        self._spoken = "action"
        return Element("heading", text, self._line(index), number=number)

    def _plain(self, element: FountainElement, index: int, kind: Kind) -> Iterator[Element]:
        marked = {
            (index + element.text.count("\n", 0, span.start), element.text[span.start : span.end])
            for span in element.formatting
        }
        for place, text in sorted(marked):
            self._report.lose(self._line(place), "emphasis", text)
        is_said = self._spoken == "dialogue" and "" not in self._layout.lines[self._last : index]
        self._last = index
        text = element.text.strip()
        if kind == "cue":
            yield self._cue(element, self._line(index))
        elif kind == "lyrics" and is_said:
            yield from sung(text, self._line(index))
        elif text:
            yield Element(kind, text, self._line(index))
        if kind != "lyrics" or not is_said:
            self._spoken = "dialogue" if kind in SAID else "action"

    def _cue(self, element: FountainElement, line: int) -> Element:
        extension = str(element.metadata.get("extension", ""))
        is_dual = line in self._layout.duals
        return Element("cue", element.text, line, extension=extension, is_dual=is_dual)
