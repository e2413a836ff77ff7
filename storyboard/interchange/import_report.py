"""The report of an import: values that were interpreted, and content that was not carried over."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from shots.problem import ShotsError, printable

MAX_QUOTED = 72
"""Characters of a lost text in the rendered report."""


class InterchangeError(ShotsError):
    """A file that cannot be imported or exported at all; nothing was written."""


@dataclass(frozen=True)
class Remark:
    """What was found at a line or row (from 1), how it was read, and the remedy, if any."""

    line: int
    finding: str
    remedy: str = ""


@dataclass(frozen=True)
class Loss:
    """Content of a line or row (from 1) without a field on the board, and its kind: "emphasis"."""

    line: int
    what: str
    text: str


@dataclass
class ImportReport:
    """Remarks and losses of one imported file, in the order in which they were found."""

    path: Path
    remarks: list[Remark] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def remark(self, line: int, finding: str, remedy: str = "") -> None:
        """Add a remark."""
        self.remarks.append(Remark(line, finding, remedy))

    def lose(self, line: int, what: str, text: str) -> None:
        """Add a loss."""
        self.losses.append(Loss(line, what, text))

    def render(self) -> list[str]:
        """One line of text per entry, sorted by line; remarks before losses."""
        rows = []
        for remark in self.remarks:
            remedy = f"; {remark.remedy}" if remark.remedy else ""
            rows.append((remark.line, 0, f"{remark.finding}{remedy}"))
        for loss in self.losses:
            text = " ".join(loss.text.split())
            if len(text) > MAX_QUOTED:
                text = text[: MAX_QUOTED - 3].rstrip() + "..."
            rows.append((loss.line, 1, f'not carried over: {loss.what} "{text}"'))
        rows.sort(key=lambda row: row[:2])
        return [f"{self.path}:{line}: {printable(text)}" for line, _, text in rows]

    def as_json(self) -> dict[str, object]:
        """The report as data that `json.dumps` takes."""
        return {
            "path": str(self.path),
            "remarks": [vars(entry) for entry in sorted(self.remarks, key=lambda k: k.line)],
            "losses": [vars(entry) for entry in sorted(self.losses, key=lambda k: k.line)],
        }
