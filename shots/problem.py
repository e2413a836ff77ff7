"""Problems found in a board, the table of their codes, and the exceptions of `shots`.

    ShotsError
    ├── ShotListErrors    a board that cannot be read, with all of its problems
    └── UnknownShotError  a shot id that the board does not have

`pages/<code>.md` explains each code with a wrong and a right example.
"""

from __future__ import annotations

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


_ROWS: tuple[tuple[str, Level, str], ...] = (
    ("SB001", "error", "file that cannot be read as YAML"),
    ("SB002", "error", "tab in the indentation"),
    ("SB003", "error", "key written twice in one block"),
    ("SB004", "error", "unknown key"),
    ("SB005", "error", "value of the wrong type"),
    ("SB006", "error", "empty value before a #"),
    ("SB007", "error", "required key that is missing"),
    ("SB008", "error", "value out of range"),
    ("SB009", "error", "board larger than the limits"),
    ("SB011", "error", "name that is not defined"),
    ("SB012", "error", "ratio or time written as a number"),
    ("SB013", "error", "circular reference between files, definitions or shots"),
    ("SB014", "error", "conflicting definitions in two included files"),
    ("SB021", "error", "id or number used twice"),
    ("SB022", "warning", "slate that can be misread"),
    ("SB023", "warning", "different cameras or lights in one set-up"),
    ("SB101", "error", "word that is not in the vocabulary"),
    ("SB102", "error", "two values for one field"),
    ("SB201", "warning", "move or speed on a static camera"),
    ("SB202", "warning", "framing for more people than the shot has"),
    ("SB203", "warning", "light that contradicts the time of day"),
    ("SB204", "warning", "action in which nothing happens"),
    ("SB205", "notice", "words removed from the negative prompt"),
    ("SB206", "warning", "prompt longer than recommended"),
    ("SB207", "warning", "action that contradicts the screen direction"),
    ("SB208", "warning", "dialogue or sound in a shot without sound"),
    ("SB209", "warning", "line that begins after the end of the shot"),
    ("SB210", "warning", "takes that are all identical"),
    ("SB211", "warning", "framing for fewer people than the shot has"),
    ("SB212", "warning", "lens and focus that contradict each other"),
    ("SB213", "warning", "size that contradicts the view or the number of people"),
    ("SB214", "error", "prompt longer than the model can read"),
    ("SB215", "warning", "two people at one place"),
    ("SB216", "warning", "move outside of the shot"),
    ("SB217", "notice", "words that the layout does not show"),
    ("SB218", "warning", "a picture that fails"),
    ("SB301", "warning", "shot longer than the model's longest clip"),
    ("SB302", "notice", "length that the model cannot render exactly"),
    ("SB303", "warning", "model with another frame rate than the cut"),
    ("SB304", "warning", "picture shape that the model was not trained on"),
    ("SB311", "warning", "screen direction that reverses at a cut"),
    ("SB312", "warning", "chain of last frames that will drift"),
    ("SB313", "warning", "cut across the line of action"),
    ("SB314", "warning", "character without an outfit for the shot"),
    ("SB315", "warning", "outfit that changes within a scene"),
    ("SB316", "warning", "colour matched to a shot with another light"),
    ("SB401", "error", "variant without a shot"),
    ("SB402", "error", "cut-down longer than its target length"),
    ("SB403", "warning", "framing that changes in another format"),
    ("SB404", "warning", "line without a translation for a variant"),
    ("SB405", "error", "file name template that does not work"),
    ("SB406", "warning", "cut-down shorter than its target length"),
)

CODES: Mapping[str, Code] = MappingProxyType({row[0]: Code(*row) for row in _ROWS})


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
