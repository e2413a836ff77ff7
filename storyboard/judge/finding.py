"""What was asked, what was measured, and whether the two agree: one value for every directive.

Called by every measure of this package, written into run.json, shown on the contact sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from storyboard.judge.camera_verdict import Direction

Agreement = Literal["agrees", "disagrees", "cannot tell"]

UNTOLD: tuple[Agreement, float] = ("cannot tell", 0.0)
"""Verdict and confidence where nothing can be told."""

_OF_VERDICT: dict[str, Agreement] = {
    "obeyed": "agrees",
    "disobeyed": "disagrees",
    "cannot tell": "cannot tell",
}


@dataclass(frozen=True)
class Finding:
    """One directive and what became of it in the finished clip.

    Attributes:
        directive: "camera", "time", "temperature", "contrast", "key side", "size" or "coherence";
            of scenes "palette", "luminance" or "sharpness".
        asked: In the words of the board: "night", "push-in 1.2 m over 4.0 s, ease".
        measured: What the clip shows, in words and figures.
        verdict: Whether they agree.
        confidence: 0 to 1, of the verdict; 0 for "cannot tell".
    """

    directive: str
    asked: str
    measured: str
    verdict: Agreement
    confidence: float

    @property
    def sentence(self) -> str:
        """In one line: "time asked for night, looks like day: luma 0.52 (0.98)"."""
        return f"{self.directive}: asked {self.asked}, got {self.measured} ({self.confidence:.2f})"


def of_camera(direction: Direction) -> Finding:
    """A camera's verdict as a finding."""
    return Finding(
        directive="camera",
        asked=direction.asked,
        measured=direction.got,
        verdict=_OF_VERDICT[direction.verdict],
        confidence=round(direction.confidence, 2),
    )
