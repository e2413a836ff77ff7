"""How much pictures of one light differ, counted on layouts, and when a measure is a verdict.

`calibration.json` is written by `python -m benchmarks.findings --calibrate`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from storyboard.judge.finding import Agreement

FILE = "calibration.json"


class Bounds(NamedTuple):
    """From `agrees` up a directive is found, from `disagrees` down something else is."""

    agrees: float
    disagrees: float

    def judge(self, value: float) -> Agreement:
        """Say on which side a measure lies."""
        if value >= self.agrees:
            return "agrees"
        return "disagrees" if value <= self.disagrees else "cannot tell"


class Spread(NamedTuple):
    """How much the figures of `light.look` differ under one light.

    Attributes:
        inverse: (P, P), of their covariance.
        unlike: Squared distance from which a picture is like none of those it was counted on.
    """

    inverse: NDArray[np.float64]
    unlike: float


@cache
def spread() -> Spread:
    """What was counted."""
    text = files("storyboard.judge").joinpath(FILE).read_text(encoding="utf-8")
    content = json.loads(text)
    return Spread(np.array(content["inverse"], float), float(content["unlike"]))
