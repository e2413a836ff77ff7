"""Problems found in a board, the table of their codes, and the exceptions of `shots`.

    ShotsError
    ├── ShotListErrors    a board that cannot be read, with all of its problems
    └── UnknownShotError  a shot id that the board does not have

`pages/<code>.md` explains each code with a wrong and a right example.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from unicodedata import category, east_asian_width

MAX_SOURCE_WIDTH = 160
"""Characters of a source line that are printed above the caret."""

Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True)
class Code:
    """A kind of problem; errors stop a board, warnings and notices do not."""

    code: str
    level: Level
    title: str

    @property
    def page(self) -> str:
        """Markdown page: code and title, meaning and reason, a wrong and a right example."""
        return files("shots").joinpath("pages", f"{self.code}.md").read_text(encoding="utf-8")


_FILE = (files("shots") / "problems.csv").read_text(encoding="utf-8")
CODES: Mapping[str, Code] = MappingProxyType(
    {row["code"]: Code(**row) for row in csv.DictReader(_FILE.splitlines())}  # type: ignore[arg-type]
)


@dataclass(frozen=True)
class Problem:
    """One finding with its position in a file."""

    code: str  # SB and three digits
    path: Path  # as the caller named it
    line: int  # counted from 1
    column: int  # in characters, counted from 1
    finding: str  # what was found
    remedy: str  # what to do
    source: str = ""  # the complete source line, without its line end
    span: int = 1  # number of characters to underline, at least 1
    fix: str = ""  # safe replacement for them; empty where a person has to decide

    @property
    def level(self) -> Level:
        """Errors stop a board; warnings and notices do not."""
        return CODES[self.code].level

    def render(self) -> str:
        """Terminal text in up to four lines: position and finding, source, caret, remedy."""
        lines = [f"{self.path}:{self.line}:{self.column}: {self.code} {printable(self.finding)}"]
        if self.source.strip():
            source, column = self.source, self.column - 1
            if len(source) > MAX_SOURCE_WIDTH:
                last = len(source) - MAX_SOURCE_WIDTH
                start = max(0, min(column - MAX_SOURCE_WIDTH // 2, last))
                source, column = source[start : start + MAX_SOURCE_WIDTH], column - start
            source = printable(source)
            indent = " " * _terminal_width(source[:column])
            caret = "^" * max(1, _terminal_width(source[column : column + self.span]))
            lines += [f"{self.line:5} | {source}", f"      | {indent}{caret}"]
        lines.append(f"      = {printable(self.remedy)}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, str | int]:
        """Flat data for editors and scripts."""
        return {
            "code": self.code,
            "level": self.level,
            "path": str(self.path),
            "line": self.line,
            "column": self.column,
            "span": self.span,
            "finding": self.finding,
            "remedy": self.remedy,
            **({"fix": self.fix} if self.fix else {}),
        }


def printable(text: str) -> str:
    """Replace control characters, so that text from a board cannot send terminal commands."""
    if text.isprintable():
        return text
    return "".join(" " if c == "\t" else "�" if category(c)[0] == "C" else c for c in text)


def _terminal_width(text: str) -> int:
    """Terminal columns of a text: wide (CJK) characters take two, combining marks none."""
    return sum(2 if east_asian_width(c) in "WF" else 0 if category(c) == "Mn" else 1 for c in text)


class ShotsError(Exception):
    """Base of every error that a user of `shots` can cause."""


class ShotListErrors(ShotsError):  # noqa: N818 - many errors at once
    """A board that cannot be read, with its problems of all levels in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return self.render()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems of level "error"."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    def render(self) -> str:
        """Terminal text of all problems."""
        return "\n".join(problem.render() for problem in self.problems)


class UnknownShotError(ShotsError):
    """A shot id that the board does not have."""
