"""Notes and comments of a Fountain script, taken out of its text in one pass.

Called by `spacing.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storyboard.interchange.import_report import Report
from storyboard.interchange.screenplay.screenplay import SHOT_NOTE


@dataclass(frozen=True)
class Note:
    """What stood in double brackets.

    Attributes:
        text: Without the brackets.
        line: Where it began, from 1.
        closes: Whether it stands behind text and ends the line: it is about what it stands behind.
    """

    text: str
    line: int
    closes: bool = False

    @property
    def is_shot(self) -> bool:
        """Whether it says how to shoot something."""
        return SHOT_NOTE.fullmatch(self.text) is not None


@dataclass(frozen=True)
class Text:
    """A piece of a line, without notes and comments."""

    text: str
    line: int


Line = Sequence[Text | Note]
"""A line of the script without its comments."""


def take_out_notes(lines: Sequence[str], first: int, report: Report) -> Iterator[Line]:
    """Find notes and comments, in one pass over the text.

    A line that holds nothing but comments is no line at all, so that what stands around it stays
    together.
    """
    line: list[Text | Note] = []
    had_comment = False
    for piece in _Scanner("\n".join(lines), first, report).pieces():
        if piece is None:
            had_comment = True
        elif isinstance(piece, Note):
            line.append(piece)
        elif piece.text == "\n":
            if line or not had_comment:
                yield _close(line)
            line, had_comment = [], False
        elif piece.text.strip() or (len(piece.text) > 1 and not (line or had_comment)):
            line.append(piece)
    if line:
        yield _close(line)


def _close(line: list[Text | Note]) -> Line:
    """Say of the notes at the end of a line that they are about it."""
    last = max((k for k, piece in enumerate(line) if isinstance(piece, Text)), default=-1)
    if last < 0 or not any(isinstance(k, Text) and k.text.strip() for k in line):
        return line
    return [
        Note(piece.text, piece.line, closes=True) if isinstance(piece, Note) and k > last else piece
        for k, piece in enumerate(line)
    ]


class _Scanner:
    """A text with `[[notes]]` and `/* comments */` → its pieces, each sign looked at once."""

    def __init__(self, text: str, first: int, report: Report) -> None:
        self._text = text
        self._line = first
        self._report = report
        self._found: dict[str, int] = {}

    def pieces(self) -> Iterator[Text | Note | None]:
        """Texts, line ends as texts of their own, notes, and None for a comment."""
        here = 0
        while here < len(self._text):
            signs = [k for k in (self._find("[[", here), self._find("/*", here)) if k >= 0]
            start = min(signs, default=len(self._text))
            yield from self._texts(self._text[here:start])
            here = start
            if start < len(self._text):
                is_note = self._text.startswith("[[", start)
                piece, here = self._note(start) if is_note else self._comment(start)
                if not isinstance(piece, Text):
                    yield piece

    def _find(self, sign: str, start: int) -> int:
        """Where a sign comes next, or -1."""
        known = self._found.get(sign)
        if known is None or 0 <= known < start:
            known = self._found[sign] = self._text.find(sign, start)
        return known

    def _texts(self, text: str) -> Iterator[Text]:
        for k, part in enumerate(text.split("\n")):
            if k:
                yield Text("\n", self._line)
                self._line += 1
            if part:
                yield Text(part, self._line)

    def _note(self, start: int) -> tuple[Note, int]:
        """A note ends at its brackets; one that a blank line cuts off, at the end of its line."""
        close, blank = self._find("]]", start + 2), self._find("\n\n", start)
        line = self._line
        if close < 0 or 0 <= blank < close:
            end = self._text.find("\n", start)
            end = len(self._text) if end < 0 else end
            finding = "a note begins here and does not end, read up to the end of the line"
            self._report.remark(line, finding, "close it with ]]")
            return Note(self._text[start + 2 : end].strip(), line), end
        if self._text.startswith("]]]", close):
            close += 1
        text = self._text[start + 2 : close]
        self._line += text.count("\n")
        return Note(text.strip(), line), close + 2

    def _comment(self, start: int) -> tuple[Text | None, int]:
        close = self._find("*/", start + 2)
        if close < 0:
            finding = "a comment begins here and does not end, read as text"
            self._report.remark(self._line, finding, "close it with */")
            return Text("", self._line), start + 2
        text = self._text[start + 2 : close]
        self._report.lose(self._line, "comment", text.strip())
        self._line += text.count("\n")
        return None, close + 2


def plain_text(line: Line) -> str:
    """The text of a line, with single spaces."""
    return " ".join(" ".join(piece.text.split()) for piece in line if isinstance(piece, Text))


def line_number(line: Line) -> int:
    """Number in the script of a line that is not empty."""
    return next((piece.line for piece in line if isinstance(piece, Text)), line[0].line)


def cover(pieces: list[Text | Note]) -> list[Text | Note]:
    """Move a shot note at the end of its line in front of what it is about.

    It is about the paragraph up to it, or up to the shot note before it.
    """
    ordered: list[Text | Note] = []
    start, is_open = 0, False
    for piece in pieces:
        is_shot = isinstance(piece, Note) and piece.is_shot
        if is_shot and isinstance(piece, Note):
            if piece.closes and not is_open and len(ordered) > start:
                ordered.insert(start, piece)
                start, is_open = len(ordered), False
                continue
            is_open = True
        ordered.append(piece)
        if is_shot:
            start = len(ordered)
    return ordered
