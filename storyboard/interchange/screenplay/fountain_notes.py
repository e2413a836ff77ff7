"""Separate notes and comments from the text of a Fountain script, in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from storyboard.interchange.import_report import ImportReport
from storyboard.interchange.screenplay.screenplay import SHOT_NOTE


@dataclass(frozen=True)
class Note:
    """Text in double brackets; `closes` if it ends a line with text, and is about that text."""

    text: str
    line: int
    closes: bool = False

    @property
    def is_shot(self) -> bool:
        """Whether it is a shot note, `[[shot: ...]]`."""
        return SHOT_NOTE.fullmatch(self.text) is not None


@dataclass(frozen=True)
class TextPiece:
    """A part of a line without notes and comments; a line end is a piece of its own."""

    text: str
    line: int


Line = Sequence[TextPiece | Note]
"""A line of the script without its comments."""


def separate_notes(lines: Sequence[str], first: int, report: ImportReport) -> Iterator[Line]:
    """Split every line into texts and notes.

    A line that holds only comments is skipped, so that the paragraph around it stays one. The
    report gets the comments; `first` is the number of the first line.
    """
    line: list[TextPiece | Note] = []
    had_comment = False
    for piece in _Scanner("\n".join(lines), first, report).pieces():
        if piece is None:
            had_comment = True
        elif isinstance(piece, Note):
            line.append(piece)
        elif piece.text == "\n":
            if line or not had_comment:
                yield _mark_closing(line)
            line, had_comment = [], False
        elif piece.text.strip() or (len(piece.text) > 1 and not (line or had_comment)):
            line.append(piece)
    if line:
        yield _mark_closing(line)


def _mark_closing(line: list[TextPiece | Note]) -> Line:
    """Set `closes` on the notes behind the last text of a line."""
    last = max((k for k, piece in enumerate(line) if isinstance(piece, TextPiece)), default=-1)
    if not any(isinstance(piece, TextPiece) and piece.text.strip() for piece in line):
        return line
    return [
        replace(piece, closes=True) if isinstance(piece, Note) and k > last else piece
        for k, piece in enumerate(line)
    ]


class _Scanner:
    """Splits a text at `[[notes]]` and `/* comments */` in linear time."""

    def __init__(self, text: str, first: int, report: ImportReport) -> None:
        self._text = text
        self._line = first
        self._report = report
        self._next: dict[str, int] = {}

    def pieces(self) -> Iterator[TextPiece | Note | None]:
        """Texts, line ends as texts of their own, notes, and None for a comment."""
        here = 0
        while here < len(self._text):
            marks = [k for k in (self._find("[[", here), self._find("/*", here)) if k >= 0]
            start = min(marks, default=len(self._text))
            for k, part in enumerate(self._text[here:start].split("\n")):
                if k:
                    yield TextPiece("\n", self._line)
                    self._line += 1
                if part:
                    yield TextPiece(part, self._line)
            here = start
            if self._text.startswith("[[", start):
                note, here = self._note(start)
                yield note
            elif start < len(self._text):
                here = self._comment_end(start)
                if here > start + 2:
                    yield None

    def _find(self, mark: str, start: int) -> int:
        """Index of the next occurrence of a mark, or -1."""
        # Cached: without it, a text with many marks of one kind is searched in quadratic time.
        index = self._next.get(mark)
        if index is None or 0 <= index < start:
            index = self._next[mark] = self._text.find(mark, start)
        return index

    def _note(self, start: int) -> tuple[Note, int]:
        """The note at an index, and the index after it; a blank line ends an unclosed note."""
        close, blank = self._find("]]", start + 2), self._find("\n\n", start)
        line = self._line
        if close < 0 or 0 <= blank < close:
            end = self._text.find("\n", start)
            end = len(self._text) if end < 0 else end
            finding = "the note that begins here is not closed, read up to the end of the line"
            self._report.remark(line, finding, "close it with ]]")
            return Note(self._text[start + 2 : end].strip(), line), end
        if self._text.startswith("]]]", close):
            close += 1
        text = self._text[start + 2 : close]
        self._line += text.count("\n")
        return Note(text.strip(), line), close + 2

    def _comment_end(self, start: int) -> int:
        """The index after the comment at an index; after its mark if it is not closed."""
        close = self._find("*/", start + 2)
        if close < 0:
            finding = "the comment that begins here is not closed, read as text"
            self._report.remark(self._line, finding, "close it with */")
            return start + 2
        text = self._text[start + 2 : close]
        self._report.lose(self._line, "comment", text.strip())
        self._line += text.count("\n")
        return close + 2


def plain_text(line: Line) -> str:
    """The text of a line without notes, with single spaces."""
    return " ".join(" ".join(piece.text.split()) for piece in line if isinstance(piece, TextPiece))


def line_number(line: Line) -> int:
    """Number in the script of a line that is not empty."""
    return next((piece.line for piece in line if isinstance(piece, TextPiece)), line[0].line)


def lead_with_notes(pieces: list[TextPiece | Note]) -> list[TextPiece | Note]:
    """Move each closing shot note in front of the text it is about.

    That is the paragraph up to the note, or up to the shot note before it.
    """
    ordered: list[TextPiece | Note] = []
    start, is_open = 0, False
    for piece in pieces:
        if isinstance(piece, Note) and piece.is_shot:
            if piece.closes and not is_open and len(ordered) > start:
                ordered.insert(start, piece)
            else:
                ordered.append(piece)
                is_open = True
            start = len(ordered)
        else:
            ordered.append(piece)
    return ordered
