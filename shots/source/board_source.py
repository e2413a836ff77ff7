"""The files of a board: decoding, and the position of every key and value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from shots.problem import Problem, ShotListErrors
from shots.vocabulary.terms import Fault

# Path to a value in the data of a board: keys and indices from the top down.
Loc = tuple[str | int, ...]

MAX_CHARACTERS = 16_000_000

LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


@dataclass(frozen=True, slots=True)
class SourceSpan:
    """Position of a key or value: lines and columns counted from 0, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
    file: int = 0  # index into Source.files; 0 is the board itself


Where = SourceSpan | Loc


@dataclass(frozen=True)
class TextFile:
    """A decoded file of a board; its lines are without line ends."""

    path: Path
    lines: Sequence[str]


@dataclass
class Source:
    """A board and the files it includes, with the position of every value and key."""

    files: list[TextFile]  # the board first
    problems: list[Problem] = field(default_factory=list)
    value_spans: dict[Loc, SourceSpan] = field(default_factory=dict)
    key_spans: dict[Loc, SourceSpan] = field(default_factory=dict)  # undeclared keys as well
    num_characters: int = 0  # of all files

    @property
    def path(self) -> Path:
        """Path of the board itself."""
        return self.files[0].path

    def path_of(self, span: SourceSpan) -> Path:
        """Path of the file that a span is in."""
        return self.files[span.file].path

    def line(self, file: int, number: int) -> str:
        """A line of a file, counted from 0; empty after the end of the file."""
        lines = self.files[file].lines
        return lines[number] if number < len(lines) else ""

    def span(self, loc: Loc, *, of: Literal["key", "value"] = "value") -> SourceSpan:
        """Position of a value or its key; of the nearest enclosing value where it is absent."""
        if of == "key" and loc in self.key_spans:
            return self.key_spans[loc]
        for size in range(len(loc), -1, -1):
            if loc[:size] in self.value_spans:
                return self.value_spans[loc[:size]]
        return SourceSpan(0, 0, 0, 0)

    def text_at(self, span: SourceSpan) -> str:
        """The text of a span; empty where it covers several lines."""
        is_one_line = span.line == span.end_line
        return self.line(span.file, span.line)[span.column : span.end_column] if is_one_line else ""

    def has_colon_after(self, span: SourceSpan) -> bool:
        """Whether a colon follows a key; false for a stray part of a flow mapping."""
        line = self.line(span.file, span.end_line)
        return line[span.end_column :].lstrip().startswith(":")

    def problem(self, fault: Fault, span: SourceSpan) -> Problem:
        """Turn a fault in the value or key at a span into a problem with line, column and caret."""
        line, column = self._search(span, fault.text, fault.offset) or (span.line, span.column)
        source = self.line(span.file, line)
        length = len(source.rstrip()) - column
        is_exact = span.line == span.end_line
        if fault.text:
            is_exact = source.startswith(fault.text, column)
        if fault.text and is_exact:
            length = len(fault.text)
        elif span.line == span.end_line == line and span.column < span.end_column:
            length = span.end_column - span.column
        # A replacement is safe only where the caret underlines exactly the wrong text.
        fix = fault.fix if is_exact else ""
        place = self.path_of(span), line + 1, column + 1
        return Problem(fault.code, *place, fault.finding, fault.remedy, source, max(1, length), fix)

    def report(
        self, code: str, finding: str, remedy: str, where: Where, text: str = "", fix: str = ""
    ) -> None:
        """Record a problem and continue; `text` and `fix` as in Fault."""
        span = where if isinstance(where, SourceSpan) else self.span(where)
        self.problems.append(self.problem(Fault(code, finding, remedy, text, fix=fix), span))

    def stop(self, code: str, finding: str, remedy: str, where: Where) -> ShotListErrors:
        """Return an error with this problem and every one recorded before."""
        self.report(code, finding, remedy, where)
        return ShotListErrors(self.sorted_problems())

    def sorted_problems(self) -> list[Problem]:
        """The recorded problems in the order of the files, without duplicates."""
        # A mistake in the defaults is found again in every shot, one in a rule in every variant.
        return in_order(dict.fromkeys(self.problems), self.path)

    def _search(self, span: SourceSpan, text: str, offset: int) -> tuple[int, int] | None:
        """Find line and column of a part of a value: at its offset, else the next occurrence."""
        if not text:
            return None
        lines = self.files[span.file].lines
        for line in range(span.line, min(span.end_line + 1, len(lines))):
            begin = span.column if line == span.line else 0
            # An opening quote shifts the value by one column.
            for start in (begin + offset, begin + offset + 1):
                if span.line == line and lines[line].startswith(text, start):
                    return line, start
            found = lines[line].find(text, begin)
            if found >= 0:
                return line, found
        return None


def in_order(problems: Iterable[Problem], board: Path) -> list[Problem]:
    """Sort problems by line; those of the board itself come before those of included files."""
    return sorted(problems, key=lambda p: (p.path != board, str(p.path), p.line, p.column))


def open_source(content: bytes | str, path: Path) -> tuple[Source, str]:
    """Decode a board: UTF-8, or UTF-16 with a byte order mark.

    Raises:
        ShotListErrors: It is not text, or is too large.
    """
    source = Source([])
    return source, add_file(source, content, path)


def add_file(source: Source, content: bytes | str, path: Path) -> str:
    """Decode a file and append it to a source.

    Raises:
        ShotListErrors: It is not text, or all files together are too large.
    """
    text, fault = (content, None) if isinstance(content, str) else _decode(content)
    text = text.removeprefix("\ufeff")
    number = len(source.files)
    source.files.append(TextFile(path, LINE_END.split(text)))
    source.num_characters += len(text)
    if fault:
        raise source.stop("SB001", fault, "save the file as UTF-8", _end(text, number))
    if source.num_characters > MAX_CHARACTERS:
        count, limit = source.num_characters, MAX_CHARACTERS
        finding = f"the board has {count:,} characters, the limit is {limit:,}"
        raise source.stop("SB009", finding, "split the board", SourceSpan(0, 0, 0, 1, number))
    if found := UNPRINTABLE.search(text):
        finding = f"character U+{ord(found[0]):04X} is not allowed in a text file"
        remedy = "delete it, and save the file as UTF-8"
        raise source.stop("SB001", finding, remedy, _end(text[: found.start()], number))
    return text


def encode_like(text: str, before: bytes) -> bytes:
    """Encode a text with the encoding and byte order mark of a file's content."""
    mark, encoding = next((k for k in _MARKS if before.startswith(k[0])), (b"", "utf-8"))
    return mark + text.encode(encoding)


def _decode(content: bytes) -> tuple[str, str | None]:
    """Decode up to the first wrong byte, and describe that byte."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return content.decode(encoding), None
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="ignore")
        return before, f"byte 0x{content[error.start]:02x} is not {encoding.upper()} text"


def _end(text: str, file: int) -> SourceSpan:
    lines = LINE_END.split(text)
    return SourceSpan(len(lines) - 1, len(lines[-1]), len(lines) - 1, len(lines[-1]) + 1, file)
