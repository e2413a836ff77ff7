"""A board's source: its files, and where in them every key and value stands.

Decodes bytes, and turns a finding into a `Problem` with file, line, column and caret. Knows nothing
of YAML (`reader.py`) or of what a board may say (`written.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from shots.problem import Problem, ShotListErrors

Loc = tuple[str | int, ...]
"""Keys and indices from the top of the file down to a value."""

MAX_CHARACTERS = 16_000_000

LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key or a value stands; lines and columns counted from 0, the end exclusive.

    `file` counts the files of the source: the board itself is 0, then what it includes.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    file: int = 0


@dataclass(frozen=True)
class TextFile:
    """A file of a board.

    Attributes:
        path: As the caller named it, or as it was included.
        lines: Without line ends.
    """

    path: Path
    lines: Sequence[str]


@dataclass
class Source:
    """A board, and the files it includes.

    Attributes:
        files: The board first.
        problems: What is wrong so far; reading goes on after most of it.
        values: Places of the values that were written.
        keys: Places of their keys, and of keys that nobody declared.
        num_characters: Of all files.
    """

    files: list[TextFile]
    problems: list[Problem] = field(default_factory=list)
    values: dict[Loc, Place] = field(default_factory=dict)
    keys: dict[Loc, Place] = field(default_factory=dict)
    num_characters: int = 0

    @property
    def path(self) -> Path:
        """The board itself."""
        return self.files[0].path

    def path_of(self, place: Place) -> Path:
        """The file that a place is in."""
        return self.files[place.file].path

    def line(self, place: Place) -> str:
        """The line on which a place begins; empty behind the end of the file."""
        return self._line(place.file, place.line)

    def _line(self, file: int, number: int) -> str:
        lines = self.files[file].lines
        return lines[number] if number < len(lines) else ""

    def place(self, loc: Loc, *, of: Literal["key", "value"] = "value") -> Place:
        """Where a value or its key stands.

        What was never written stands where the nearest block around it begins.
        """
        if of == "key" and loc in self.keys:
            return self.keys[loc]
        for size in range(len(loc), -1, -1):
            if loc[:size] in self.values:
                return self.values[loc[:size]]
        return Place(0, 0, 0, 0)

    def text_at(self, place: Place) -> str:
        """What is written at a place, if it is in one line."""
        is_one = place.line == place.end_line
        return self.line(place)[place.column : place.end_column] if is_one else ""

    def has_colon_after(self, place: Place) -> bool:
        """Whether a key was written as one, and is not a stray part of a flow block."""
        line = self._line(place.file, place.end_line)
        return line[place.end_column :].lstrip().startswith(":")

    def problem(
        self,
        code: str,
        finding: str,
        remedy: str,
        place: Place,
        *,
        text: str = "",
        offset: int = 0,
        fix: str = "",
    ) -> Problem:
        """Put a finding in its place.

        Args:
            code: SB and three digits.
            finding: What was found.
            remedy: What to do.
            place: The key or value that it is about.
            text: The part of the value that is wrong; empty for all of it.
            offset: Where that part begins in the value, in characters.
            fix: What may stand instead of that part.
        """
        line, column = self._search(place, text, offset) or (place.line, place.column)
        source, path = self._line(place.file, line), self.path_of(place)
        span = len(source.rstrip()) - column
        if text and source.startswith(text, column):
            span = len(text)
        elif place.line == place.end_line == line and place.column < place.end_column:
            span = place.end_column - place.column
        is_whole = place.line == place.end_line if not text else source.startswith(text, column)
        fix = fix if is_whole else ""
        return Problem(code, path, line + 1, column + 1, finding, remedy, source, max(1, span), fix)

    def report(self, code: str, finding: str, remedy: str, place: Place, fix: str = "") -> None:
        """Keep a problem for later."""
        self.problems.append(self.problem(code, finding, remedy, place, fix=fix))

    def stop(self, code: str, finding: str, remedy: str, place: Place) -> ShotListErrors:
        """Make the error that ends the reading, with everything reported before."""
        self.report(code, finding, remedy, place)
        return ShotListErrors(self.sorted_problems())

    def sorted_problems(self) -> list[Problem]:
        """What was reported, in the order of the files."""
        # What the defaults say wrong is wrong in every shot, and worth saying once.
        return in_order(dict.fromkeys(self.problems), self.path)

    def _search(self, place: Place, text: str, offset: int) -> tuple[int, int] | None:
        """Line and column of a part of a value: where the offset says, or else near there."""
        if not text:
            return None
        lines = self.files[place.file].lines
        for line in range(place.line, min(place.end_line + 1, len(lines))):
            begin = place.column if line == place.line else 0
            # A quote shifts a value by one column.
            for start in (begin + offset, begin + offset + 1):
                if place.line == line and lines[line].startswith(text, start):
                    return line, start
            found = lines[line].find(text, begin)
            if found >= 0:
                return line, found
        return None


def in_order(problems: Iterable[Problem], board: Path) -> list[Problem]:
    """Problems by line; those of the board itself come before those of what it includes."""

    def order(problem: Problem) -> tuple[bool, str, int, int]:
        is_included = problem.path != board
        return is_included, str(problem.path) if is_included else "", problem.line, problem.column

    return sorted(problems, key=order)


def open_source(content: bytes | str, path: Path) -> tuple[Source, str]:
    """Decode a board; UTF-8 and UTF-16 with a byte order mark are text.

    Raises:
        ShotListErrors: It is no text, or more of it than a board may have.
    """
    source = Source([])
    return source, add_file(source, content, path)


def add_file(source: Source, content: bytes | str, path: Path) -> str:
    """Decode one more file of a board, and make it the last of the source.

    Raises:
        ShotListErrors: As from `open_source`; the limit holds for all files together.
    """
    text, fault = (content, None) if isinstance(content, str) else _decode(content)
    text = text.removeprefix("\ufeff")
    number = len(source.files)
    source.files.append(TextFile(path, LINE_END.split(text)))
    source.num_characters += len(text)
    if fault:
        raise source.stop("SB001", fault, "save the file as UTF-8", _end(text, number))
    if source.num_characters > MAX_CHARACTERS:
        finding = f"the board has {source.num_characters:,} characters, {MAX_CHARACTERS:,} may be"
        raise source.stop("SB009", finding, "split the board", Place(0, 0, 0, 1, number))
    if found := UNPRINTABLE.search(text):
        finding = f"character U+{ord(found[0]):04X} is not allowed in a text file"
        remedy = "delete it, and save the file as UTF-8"
        raise source.stop("SB001", finding, remedy, _end(text[: found.start()], number))
    return text


_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


def encode_like(text: str, before: bytes) -> bytes:
    """A text as a file was encoded: UTF-8 or UTF-16, with the byte order mark that it had."""
    mark, encoding = next((k for k in _MARKS if before.startswith(k[0])), (b"", "utf-8"))
    return mark + text.encode(encoding)


def _decode(content: bytes) -> tuple[str, str | None]:
    """Text of a file, up to the first byte that is none, and what that byte is."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return content.decode(encoding), None
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="ignore")
        return before, f"byte 0x{content[error.start]:02x} is not {encoding.upper()} text"


def _end(text: str, file: int) -> Place:
    lines = LINE_END.split(text)
    return Place(len(lines) - 1, len(lines[-1]), len(lines) - 1, len(lines[-1]) + 1, file)
