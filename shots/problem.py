"""What can go wrong in `shots`, as a caller meets it.

    ShotsError
    ├── ShotListErrors    a board that cannot be read; carries every problem in it
    └── UnknownShotError  a shot that the board does not have

Problems of all levels (errors stop a board, warnings and notices do not) are one frozen type, and
so is their printed form: `path:line:column: CODE finding`, the source line, a caret, a remedy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category, east_asian_width

from shots.problem_codes import CODES, Level

MAX_SOURCE_WIDTH = 160


@dataclass(frozen=True)
class Problem:
    """One finding with its place in the file.

    Attributes:
        code: SB and three digits.
        path: The file, as the caller named it.
        line: Counted from 1.
        column: In characters, counted from 1.
        finding: What was found.
        remedy: What to do.
        source: The whole source line, without its end.
        span: Characters the caret underlines, at least 1.
        fix: What may safely stand instead of them; empty where a person has to decide.
    """

    code: str
    path: Path
    line: int
    column: int
    finding: str
    remedy: str
    source: str = ""
    span: int = 1
    fix: str = ""

    @property
    def level(self) -> Level:
        """Errors stop a board; warnings and notices do not."""
        return CODES[self.code].level

    def render(self) -> str:
        """Lay the problem out for a terminal, in up to four lines."""
        head = f"{self.path}:{self.line}:{self.column}: {self.code} {printable(self.finding)}"
        lines = [head]
        if self.source.strip():
            source, start = _window(self.source, self.column - 1)
            source = printable(source)
            indent = _width(source[:start])
            caret = "^" * max(1, _width(source[start : start + self.span]))
            lines += [f"{self.line:5} | {source}", f"      | {' ' * indent}{caret}"]
        lines.append(f"      = {printable(self.remedy)}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, str | int]:
        """The same as flat data, for editors and scripts."""
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
    """Text from a board is data: what would steer a terminal becomes a plain sign."""
    if text.isprintable():
        return text
    return "".join(" " if c == "\t" else "�" if category(c)[0] == "C" else c for c in text)


def _window(source: str, column: int) -> tuple[str, int]:
    """The part of a long line around a column, and where the column is in it."""
    if len(source) <= MAX_SOURCE_WIDTH:
        return source, column
    start = max(0, min(column - MAX_SOURCE_WIDTH // 2, len(source) - MAX_SOURCE_WIDTH))
    return source[start : start + MAX_SOURCE_WIDTH], column - start


def _width(text: str) -> int:
    """Terminal columns, where Chinese and Japanese signs take two."""
    return sum(2 if east_asian_width(c) in "WF" else 0 if category(c) == "Mn" else 1 for c in text)


class ShotsError(Exception):
    """Base of every error that a user of `shots` can cause."""


class ShotListErrors(ShotsError):  # noqa: N818 - many errors at once
    """A board that cannot be read, with everything that is wrong with it.

    Attributes:
        problems: Sorted by line, warnings and notices among them.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return self.render()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop the board."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    def render(self) -> str:
        """Lay all problems out, one after the other."""
        return "\n".join(problem.render() for problem in self.problems)


class UnknownShotError(ShotsError):
    """A shot, by its id, that the board does not have."""
