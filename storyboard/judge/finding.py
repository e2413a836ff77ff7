"""A finding: one directive, what the clip shows, and whether the two agree; bounds and calibration.

`calibration.json` is written by `python -m benchmarks.findings --calibrate`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Agreement = Literal["agrees", "disagrees", "cannot tell"]

CALIBRATION_FILE = "calibration.json"
UNDECIDED: tuple[Agreement, float] = ("cannot tell", 0.0)
"""Verdict and confidence where the evidence does not suffice."""


@dataclass(frozen=True)
class Finding:
    """One directive and its verdict for the finished clip; the field names are those of run.json.

    Attributes:
        directive: "camera", "size", "time", "temperature", "contrast", "key side", "subjects",
            "action" or "coherence"; of scenes "palette", "luminance" or "sharpness".
        asked: The directive in the words of the board: "night", "push-in 1.2 m over 4.0 s, ease".
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
        """One line: "time: requested night, measured like day: luma 0.52 (confidence 0.98)"."""
        return (
            f"{self.directive}: requested {self.asked}, measured {self.measured} "
            f"(confidence {self.confidence:.2f})"
        )


class Bounds(NamedTuple):
    """Limits of a measure: at `agrees` or above it agrees, at `disagrees` or below it disagrees."""

    agrees: float
    disagrees: float

    def judge(self, value: float) -> Agreement:
        """Verdict for a value of the measure."""
        if value >= self.agrees:
            return "agrees"
        return "disagrees" if value <= self.disagrees else "cannot tell"


class Spread(NamedTuple):
    """Distribution of `exposure.light_features` over layouts of one light with other contents.

    Attributes:
        inverse: (P, P), inverse of the covariance.
        unlike: Squared Mahalanobis distance that 90 % of the calibration layouts stay below; a
            picture beyond it resembles none of them.
    """

    inverse: NDArray[np.float64]
    unlike: float


@cache
def spread() -> Spread:
    """The calibrated distribution, from `calibration.json`."""
    text = files("storyboard.judge").joinpath(CALIBRATION_FILE).read_text(encoding="utf-8")
    content = json.loads(text)
    return Spread(np.array(content["inverse"], float), float(content["unlike"]))
