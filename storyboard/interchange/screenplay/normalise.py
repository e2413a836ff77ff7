"""Normalise Fountain as people type it into Fountain that a parser reads unambiguously.

In Fountain, blank lines decide what a line is, and people leave them out. Notes and comments are
taken out, headings and cues without blank lines around them are recognised, and every line keeps
its number in the script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from storyboard.interchange.draft import is_heading, split_heading
from storyboard.interchange.import_report import ImportReport
from storyboard.interchange.screenplay.fountain_notes import (
    Line,
    Note,
    TextPiece,
    lead_with_notes,
    line_number,
    plain_text,
    separate_notes,
)

MAX_EMPHASIS = 200
"""Emphasis marks in one line; with more of them, none is read as emphasis."""
MAX_PARAGRAPH = 400
"""Lines of one paragraph."""

_HEADING_NUMBER = re.compile(r"\s*#([A-Za-z0-9.-]+)#$")
_FORCED_HEADING = re.compile(r"\.(?=[^\W_])")
_TRANSITION = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[ .'/-])* TO:|FADE (?:IN|OUT)[.:]?|(?:FADE|CUT) TO (?:BLACK|WHITE)[.:]?"
)
_CUE = re.compile(r"(?P<name>[\w .'’#&/+-]+?)(?:\s*\(.*\))?\s*\^*")  # noqa: RUF001
_STRUCTURAL = ("#", "=", "~", ">", ".", "!", "@")
_MARKS = " *_"


@dataclass
class FountainLayout:
    """Lines for the parser, and what they stand for.

    Attributes:
        lines: Input of the parser. `.H` is a heading, and `[[3]]` the fourth note.
        numbers: For each of them, its line in the script, from 1.
        headings: Text and scene number of each heading, by index in `lines`.
        duals: Lines of cues that speak at the same time as the one before.
    """

    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    headings: dict[int, tuple[str, str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    duals: set[int] = field(default_factory=set)

    def add(self, text: str, number: int) -> None:
        """Add a line."""
        self.lines.append(text)
        self.numbers.append(number)

    def add_pieces(self, pieces: Iterable[TextPiece | Note]) -> None:
        """Add a line for each piece."""
        for piece in pieces:
            if isinstance(piece, Note):
                self.add(f"[[{len(self.notes)}]]", piece.line)
                self.notes.append(piece)
            else:
                self.add(_tame(piece.text), piece.line)

    def part(self, number: int) -> None:
        """Begin a new paragraph."""
        if self.lines and self.lines[-1]:
            self.add("", number)


def normalise(lines: Sequence[str], first: int, report: ImportReport) -> FountainLayout:
    """Normalise the body of a script, whose first line has the number `first`."""
    return _Normaliser(list(separate_notes(lines, first, report)), report).layout()


class _Normaliser:
    def __init__(self, lines: list[Line], report: ImportReport) -> None:
        self._lines = lines
        self._texts = [plain_text(line) for line in lines]
        self._report = report
        self._layout = FountainLayout()
        self._headings: dict[int, bool] = {}
        self._dense = frozenset(self._dense_lines())

    def layout(self) -> FountainLayout:
        # A page break at the start stops the parser from reading the body as a title page.
        self._layout.add("===", 0)
        k = 0
        while k < len(self._lines):
            k = self._place(k)
        return self._layout

    def _dense_lines(self) -> Iterator[int]:
        """Lines of stretches without blank lines that hold several headings, or one and a cue."""
        k = 0
        while k < len(self._texts):
            end = k
            while end < len(self._texts) and not self._is_gap(end):
                end += 1
            stretch = range(k, end)
            heads = [m for m in stretch if is_heading(self._texts[m]) and m + 1 < end]
            names = [m for m in stretch if m + 1 < end and self._is_name_above_words(m)]
            if len(heads) > 1 or (heads and any(m > heads[0] for m in names)):
                yield from stretch
            k = end + 1

    def _is_gap(self, k: int) -> bool:
        """Whether a line is blank; a line that holds notes is not."""
        return not self._texts[k] and not any(isinstance(part, Note) for part in self._lines[k])

    def _is_name_above_words(self, k: int) -> bool:
        """Whether capitals are a name and not a shout: with an extension, or above plain words."""
        text, below = self._texts[k].strip(_MARKS), self._texts[k + 1]
        found = _CUE.fullmatch(text)
        if not found or is_heading(text) or not _is_upper(found["name"]):
            return False
        name = found["name"]
        is_spoken = "(" in text or not _is_upper(below) or not _CUE.fullmatch(below)
        return is_spoken and len(name.split()) <= 4 and len(name) <= 40 and not name.endswith(".")

    def _is_blank(self, k: int, step: int = 1) -> bool:
        """Whether a line is blank or outside the script; lines that hold only notes are skipped."""
        while 0 <= k < len(self._lines):
            if self._texts[k]:
                return False
            if self._is_gap(k):
                return True
            k += step
        return True

    def _place(self, k: int) -> int:
        """Add the element that begins at a line to the layout; returns the line after it."""
        line, text = self._lines[k], self._texts[k]
        if self._is_gap(k):
            self._layout.part(0)
        elif self._is_heading(k):
            self._add_heading(line, text)
        elif self._is_transition(k):
            self._add_alone(line, text if text.startswith(">") else f">{text}")
        elif text.startswith(("#", "=")):
            self._add_alone(line, text)
        elif self._is_cue(k):
            return self._add_speech(k)
        else:
            return self._add_paragraph(k)
        return k + 1

    def _is_heading(self, k: int) -> bool:
        # Cached, so that a heading without blank lines gets one remark.
        if k not in self._headings:
            self._headings[k] = self._check_heading(k)
        return self._headings[k]

    def _check_heading(self, k: int) -> bool:
        text = self._texts[k]
        if _FORCED_HEADING.match(text):
            return True
        bare = text.strip(_MARKS)
        if not is_heading(bare) or text.startswith(_STRUCTURAL):
            return False
        before, after = self._is_blank(k - 1, -1), self._is_blank(k + 1)
        if before and after:
            return True
        # A line right under a cue is dialogue, even if it begins like a heading.
        if k not in self._dense and not before and self._is_cue(k - 1):
            return False
        is_timed = k in self._dense and split_heading(bare).time
        if "." not in bare[:8] and bare != bare.upper() and not is_timed:
            return False
        side = "after" if before else "before"
        finding = f"a heading without a blank line {side} it, read as a heading"
        self._report.remark(line_number(self._lines[k]), finding)
        return True

    def _is_transition(self, k: int) -> bool:
        text = self._texts[k]
        if text.startswith(">"):
            return True
        if not _TRANSITION.fullmatch(text) or text != text.upper():
            return False
        return k in self._dense or self._is_blank(k - 1, -1) or self._is_blank(k + 1)

    def _is_cue(self, k: int) -> bool:
        """Whether a line is a name with dialogue under it."""
        if k < 0:
            return False
        text = self._texts[k].strip(_MARKS)
        if text.startswith("@") and any(map(str.isalpha, text)):
            return True
        found = _CUE.fullmatch(text)
        if not found or not _is_upper(found["name"]) or is_heading(text) or self._is_blank(k + 1):
            return False
        rest = range(k + 1, len(self._texts))
        below = next((self._texts[m] for m in rest if self._texts[m]), "")
        if below.startswith(("#", "=", ">", ".", "!", "@")) or is_heading(below):
            return False
        above = self._texts[k - 1]
        # A paragraph cannot go on behind a heading, section, synopsis or transition.
        if self._is_blank(k - 1, -1) or is_heading(above) or above.startswith(("#", "=", ".", ">")):
            return True
        return k in self._dense and self._is_name_above_words(k)

    def _add_heading(self, line: Line, text: str) -> None:
        number, layout = line_number(line), self._layout
        text = text.removeprefix(".") if _FORCED_HEADING.match(text) else text
        bare = text.strip(_MARKS)
        found = _HEADING_NUMBER.search(bare)
        if bare != text.strip():
            self._report.lose(number, "emphasis", bare)
        bare = (bare[: found.start()] if found else bare).strip(_MARKS)
        layout.part(number)
        layout.headings[len(layout.lines)] = (bare, found[1] if found else "")
        self._add_alone(line, ".H")

    def _add_alone(self, line: Line, text: str) -> None:
        """A paragraph of one line, and a paragraph for each of its notes."""
        number = line_number(line)
        self._layout.part(number)
        self._layout.add(_tame(text), number)
        self._layout.part(number)
        for piece in line:
            if isinstance(piece, Note):
                self._layout.add_pieces([piece])
                self._layout.part(piece.line)

    def _add_speech(self, k: int) -> int:
        """A cue and the dialogue under it."""
        line, layout = self._lines[k], self._layout
        number = line_number(line)
        text = self._texts[k].strip(_MARKS)
        end = self._end_of_speech(k + 1)
        spoken = lead_with_notes([part for m in range(k + 1, end) for part in self._lines[m]])
        layout.part(number)
        layout.add_pieces(piece for piece in line if isinstance(piece, Note))
        # A note that was moved in front of the first words is about the whole speech.
        while spoken and isinstance(note := spoken[0], Note) and note.closes:
            layout.add_pieces([spoken.pop(0)])
        layout.part(number)
        if text.endswith("^"):
            layout.duals.add(number)
        name = text.rstrip("^ ")
        layout.add(name if text.startswith("@") else f"@{name}", number)
        layout.add_pieces(spoken)
        layout.part(number)
        return end

    def _end_of_speech(self, k: int) -> int:
        """The line after a speech: at a blank line, or in dense text after one line of dialogue."""
        has_words = False
        while k < len(self._lines) and self._lines[k]:
            text = self._texts[k]
            is_aside = text.startswith("(")
            if text.startswith(("#", "=", ">", "!", "@")) or (has_words and self._is_heading(k)):
                break
            if k in self._dense and text and (self._is_cue(k) or (has_words and not is_aside)):
                break
            if k in self._dense and is_aside:
                has_words = False
            elif text.strip():
                has_words = True
            k += 1
        return k

    def _add_paragraph(self, k: int) -> int:
        """Lines up to a blank one, or up to one that begins another element."""
        end = k + 1
        limit = k + (1 if k in self._dense else MAX_PARAGRAPH)
        while end < min(limit, len(self._lines)) and self._lines[end]:
            if self._is_heading(end) or self._is_transition(end) or self._is_cue(end):
                break
            if self._texts[end].startswith(("#", "=")):
                break
            end += 1
        self._layout.part(0)
        pieces = [part for m in range(k, end) for part in self._lines[m]]
        self._layout.add_pieces(lead_with_notes(pieces))
        self._layout.part(0)
        return end


def _is_upper(text: str) -> bool:
    return text == text.upper() and any(map(str.isalpha, text))


def _tame(text: str) -> str:
    """A line with single spaces and without excessive emphasis; a blank text is two spaces."""
    if not text.strip():
        return "  "
    text = " ".join(text.split())
    # The parser takes very long on a line with many marks.
    if text.count("*") + text.count("_") > MAX_EMPHASIS:
        text = re.sub(r"([*_])", r"\\\1", text)
    return text
