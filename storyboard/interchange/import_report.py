"""What an import or export has to say: where it had to guess, and what it could not carry over."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from shots.problem import ShotsError, printable

MAX_SHOWN = 72


class InterchangeError(ShotsError):
    """A file that cannot be read or written at all; nothing was changed."""


@dataclass(frozen=True)
class Remark:
    """Something that was read in a way its author may not have meant.

    Attributes:
        line: In the file that was read, from 1; in a table, its row.
        finding: What was found, and how it was taken.
        remedy: What to do; may be empty.
    """

    line: int
    finding: str
    remedy: str = ""


@dataclass(frozen=True)
class Loss:
    """Something that the other side has no place for.

    Attributes:
        line: As in `Remark`.
        what: Its kind: "page break", "emphasis", "transition".
        text: What it said.
    """

    line: int
    what: str
    text: str


@dataclass
class Report:
    """Everything to say about one file, in the order in which it was found."""

    path: Path
    remarks: list[Remark] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def remark(self, line: int, finding: str, remedy: str = "") -> None:
        """Note a guess."""
        self.remarks.append(Remark(line, finding, remedy))

    def lose(self, line: int, what: str, text: str) -> None:
        """Note something that is left behind."""
        self.losses.append(Loss(line, what, text))

    def render(self) -> list[str]:
        """Lay everything out for a terminal, by line, guesses before losses."""
        found = [(k.line, 0, _sentence(k.finding, k.remedy)) for k in self.remarks]
        found += [(k.line, 1, f"not carried over: {k.what} {_shown(k.text)}") for k in self.losses]
        found.sort(key=lambda entry: entry[:2])
        return [f"{self.path}:{line}: {printable(text)}" for line, _, text in found]

    def as_json(self) -> dict[str, object]:
        """The same as flat data, for scripts."""
        return {
            "path": str(self.path),
            "remarks": [vars(k) for k in sorted(self.remarks, key=lambda k: k.line)],
            "losses": [vars(k) for k in sorted(self.losses, key=lambda k: k.line)],
        }


def _sentence(finding: str, remedy: str) -> str:
    return f"{finding}; {remedy}" if remedy else finding


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return f'"{text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3].rstrip() + "..."}"'
