"""Fountain as people type it → Fountain as a parser reads it, every line with its own number.

Blank lines decide in Fountain what a line is, and people leave them out. Here comments and notes
are taken out of the text, headings and names that stand without blank lines are found all the
same, and everything is laid out so that nothing is left to guess. Called by `fountain.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from storyboard.interchange.import_report import Report
from storyboard.interchange.screenplay.fountain_notes import (
    Line,
    Note,
    Text,
    cover,
    line_number,
    plain_text,
    take_out_notes,
)
from storyboard.interchange.screenplay.screenplay import is_heading, split_heading

MAX_EMPHASIS = 200
"""Signs of emphasis in one line; more of them are no emphasis."""
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
class Layout:
    """Lines for a parser, and what they stand for.

    Attributes:
        lines: What the parser reads. `.H` is a heading, and `[[3]]` the fourth note.
        numbers: Line in the script, from 1, for each of them.
        headings: Text and scene number of each heading, by its place in `lines`.
        notes: Every note.
        duals: Lines of names that speak at the same time as the one before.
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

    def part(self, number: int) -> None:
        """Begin a new paragraph."""
        if self.lines and self.lines[-1]:
            self.add("", number)


def lay_out(lines: Sequence[str], first: int, report: Report) -> Layout:
    """Lay the body of a script out.

    Args:
        lines: As they were read.
        first: Number of the first of them.
        report: Told of comments, which are left behind, and of lines that needed a guess.
    """
    return _Spacer(list(take_out_notes(lines, first, report)), report).lay_out()


class _Spacer:
    def __init__(self, lines: list[Line], report: Report) -> None:
        self._lines = lines
        self._texts = [plain_text(line) for line in lines]
        self._report = report
        self._layout = Layout()
        self._judged: dict[int, bool] = {}
        self._dense = frozenset(self._dense_lines())

    def lay_out(self) -> Layout:
        # A page break tells the parser that there is no title page here.
        self._layout.add("===", 0)
        k = 0
        while k < len(self._lines):
            k = self._place(k)
        return self._layout

    def _dense_lines(self) -> Iterator[int]:
        """Lines of stretches that do without blank lines, by a heading and a name in them."""
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
        """Whether a line is blank; one of notes is not."""
        return not self._texts[k] and not any(isinstance(part, Note) for part in self._lines[k])

    def _is_name_above_words(self, k: int) -> bool:
        """Whether capitals are a name: in brackets behind it, or under it, is what no name has."""
        text, below = self._texts[k].strip(_MARKS), self._texts[k + 1]
        found = _CUE.fullmatch(text)
        if not found or is_heading(text) or not _is_upper(found["name"]):
            return False
        is_spoken = "(" in text or not _is_upper(below) or not _CUE.fullmatch(below)
        return is_spoken and _is_name(found["name"])

    def _is_blank(self, k: int, step: int = 1) -> bool:
        """Whether no text is in a line; a line that holds only notes is looked past."""
        while 0 <= k < len(self._lines):
            if self._texts[k]:
                return False
            if self._is_gap(k):
                return True
            k += step
        return True

    def _place(self, k: int) -> int:
        """Lay out what begins at a line; returns the line after it."""
        line, text = self._lines[k], self._texts[k]
        if self._is_gap(k):
            self._layout.part(0)
            return k + 1
        if self._is_heading(k):
            self._heading(line, text)
            return k + 1
        if self._is_transition(k):
            self._alone(line, text if text.startswith(">") else f">{text}")
            return k + 1
        if text.startswith(("#", "=")):
            self._alone(line, text)
            return k + 1
        if self._is_cue(k):
            return self._speech(k)
        return self._paragraph(k)

    def _is_heading(self, k: int) -> bool:
        if k not in self._judged:
            self._judged[k] = self._judge_heading(k)
        return self._judged[k]

    def _judge_heading(self, k: int) -> bool:
        text = self._texts[k]
        if _FORCED_HEADING.match(text):
            return True
        bare = text.strip(_MARKS)
        if not is_heading(bare) or text.startswith(_STRUCTURAL):
            return False
        before, after = self._is_blank(k - 1, -1), self._is_blank(k + 1)
        if before and after:
            return True
        # A line right under a name is what is said, whatever it begins with.
        if k not in self._dense and not before and self._is_cue(k - 1):
            return False
        is_timed = k in self._dense and split_heading(bare).time
        if "." not in bare[:8] and bare != bare.upper() and not is_timed:
            return False
        side = "after" if before else "before"
        self._report.remark(
            line_number(self._lines[k]),
            f"a heading without a blank line {side} it, read as a heading",
        )
        return True

    def _is_transition(self, k: int) -> bool:
        text = self._texts[k]
        if text.startswith(">"):
            return True
        if not _TRANSITION.fullmatch(text) or text != text.upper():
            return False
        return k in self._dense or self._is_blank(k - 1, -1) or self._is_blank(k + 1)

    def _is_cue(self, k: int) -> bool:
        """Whether a line is a name, and somebody speaks under it."""
        if k < 0:
            return False
        text = self._texts[k].strip(_MARKS)
        if text.startswith("@") and any(map(str.isalpha, text)):
            return True
        found = _CUE.fullmatch(text)
        if not found or not _is_upper(found["name"]) or is_heading(text):
            return False
        if self._is_blank(k + 1):
            return False
        below = self._texts[self._next(k)]
        if below.startswith(("#", "=", ">", ".", "!", "@")) or is_heading(below):
            return False
        if self._is_blank(k - 1, -1) or self._is_apart(k - 1):
            return True
        return k in self._dense and self._is_name_above_words(k)

    def _is_apart(self, k: int) -> bool:
        """Whether the line before a name is one that a paragraph cannot go on from."""
        text = self._texts[k]
        return is_heading(text) or text.startswith(("#", "=", ".", ">"))

    def _next(self, k: int) -> int:
        """The next line with text in it."""
        k += 1
        while k < len(self._texts) - 1 and not self._texts[k]:
            k += 1
        return min(k, len(self._texts) - 1)

    def _heading(self, line: Line, text: str) -> None:
        number, layout = line_number(line), self._layout
        text = text.removeprefix(".") if _FORCED_HEADING.match(text) else text
        bare = text.strip(_MARKS)
        found = _HEADING_NUMBER.search(bare)
        if bare != text.strip():
            self._report.lose(number, "emphasis", bare)
        bare = (bare[: found.start()] if found else bare).strip(_MARKS)
        layout.part(number)
        layout.headings[len(layout.lines)] = (bare, found[1] if found else "")
        layout.add(".H", number)
        layout.part(number)
        self._notes(line)

    def _alone(self, line: Line, text: str) -> None:
        """A paragraph of one line, with its notes behind it."""
        number = line_number(line)
        self._layout.part(number)
        self._layout.add(_tamed(text), number)
        self._layout.part(number)
        self._notes(line)

    def _notes(self, line: Line) -> None:
        for piece in line:
            if isinstance(piece, Note):
                self._note(piece)
                self._layout.part(piece.line)

    def _note(self, note: Note) -> None:
        self._layout.add(f"[[{len(self._layout.notes)}]]", note.line)
        self._layout.notes.append(note)

    def _speech(self, k: int) -> int:
        """A name and what is said under it."""
        line, layout = self._lines[k], self._layout
        number = line_number(line)
        text = self._texts[k].strip(_MARKS)
        end = self._end_of_speech(k + 1)
        spoken = cover([part for m in range(k + 1, end) for part in self._lines[m]])
        layout.part(number)
        for piece in line:
            if isinstance(piece, Note):
                self._note(piece)
        # What was moved in front of the first words is about the whole speech.
        while spoken and isinstance(note := spoken[0], Note) and note.closes:
            self._note(note)
            del spoken[0]
        layout.part(number)
        if text.endswith("^"):
            layout.duals.add(number)
        bare = text.rstrip("^ ") if text.startswith("@") else "@" + text.rstrip("^ ")
        layout.add(bare, number)
        self._fill(spoken)
        layout.part(number)
        return end

    def _end_of_speech(self, k: int) -> int:
        """Up to a blank line; where there are none, after one line of words."""
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

    def _paragraph(self, k: int) -> int:
        """Lines up to a blank one, or to one that is something of its own."""
        end = k + 1
        limit = k + (1 if k in self._dense else MAX_PARAGRAPH)
        while end < min(limit, len(self._lines)) and self._lines[end]:
            if self._is_heading(end) or self._is_transition(end) or self._is_cue(end):
                break
            if self._texts[end].startswith(("#", "=")):
                break
            end += 1
        self._layout.part(0)
        self._fill(cover([part for m in range(k, end) for part in self._lines[m]]))
        self._layout.part(0)
        return end

    def _fill(self, pieces: Iterable[Text | Note]) -> None:
        for piece in pieces:
            if isinstance(piece, Note):
                self._note(piece)
            else:
                self._layout.add(_tamed(piece.text), piece.line)


def _is_upper(text: str) -> bool:
    return text == text.upper() and any(map(str.isalpha, text))


def _is_name(text: str) -> bool:
    """Whether capitals between other lines are a name, and not something shouted."""
    return len(text.split()) <= 4 and len(text) <= 40 and not text.endswith(".")


def _tamed(text: str) -> str:
    """Single spaces, so that no line takes a parser long; two spaces alone are kept."""
    if not text.strip():
        return "  "
    text = " ".join(text.split())
    if text.count("*") + text.count("_") > MAX_EMPHASIS:
        text = re.sub(r"([*_])", r"\\\1", text)
    return text
