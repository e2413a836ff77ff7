"""Which side of the subject the key light is on, against the layout lit from either side.

Where the two alternatives differ on the subject, the clip is between them; the share it leans to
one of them is the answer. Hair, clothes and exposure are the same in both, so they cancel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storyboard.judge.calibration import Bounds
from storyboard.judge.exposure import stops
from storyboard.judge.finding import UNTOLD, Finding

if TYPE_CHECKING:
    from storyboard.judge.alternatives import Alternatives

Frame = NDArray[np.uint8]
Array = NDArray[np.float64]

# Of 0.5 for as asked and -0.5 for the other hand. Among 96 calibration layouts with another set,
# half of them with another subject, two lean more than that to the wrong side.
BOUNDS = Bounds(agrees=0.35, disagrees=-0.35)

LEAST_VISIBLE = 0.1  # stops, root mean square over the subject, between left and right
_LEAST_PIXELS = 12
_OTHER = {"left": "right", "right": "left"}


def lean(clip: Frame, asked: Frame, other: Frame, cover: Frame) -> tuple[float, float]:
    """How far the subject leans to the light asked, and how visible that is at all.

    Args:
        clip: (h, w, 3), the picture that is judged.
        asked: (h, w, 3), the layout lit from the side that was asked.
        other: (h, w, 3), the layout lit from the other side.
        cover: (h, w), 255 where the subject is.

    Returns:
        0.5 for exactly as asked, -0.5 for exactly the other; and stops between the two.
    """
    weight = cover.astype(np.float64) / 255
    total = float(weight.sum())
    if total < _LEAST_PIXELS:
        return 0.0, 0.0

    def centred(values: Array) -> Array:
        return values - float((weight * values).sum()) / total

    apart = centred(stops(asked) - stops(other))
    seen = centred(stops(clip) - (stops(asked) + stops(other)) / 2)
    power = float((weight * apart**2).sum())
    return float((weight * seen * apart).sum()) / max(power, 1e-9), float(np.sqrt(power / total))


def lean_to(clip: Frame, alternatives: Alternatives, side: str, size: str) -> tuple[float, float]:
    """`lean` to the hand that was asked, "left" or "right", of a subject of a shot size."""
    cover = alternatives.outline(size)
    pictures = alternatives.lit(side=side), alternatives.lit(side=_OTHER[side])
    return lean(clip, *pictures, cover)


def judge_side(clip: Frame, alternatives: Alternatives, side: str, size: str) -> Finding:
    """Judge the hand of the key light, "left" or "right" of the picture."""
    share, visible = lean_to(clip, alternatives, side, size)
    other = _OTHER[side]
    if visible < LEAST_VISIBLE:
        return Finding("key side", side, "no side shows on the subject", *UNTOLD)
    verdict = BOUNDS.judge(share)
    words = f"{side if share > 0 else other}, by {abs(share) * 200:.0f} % of what was to be seen"
    confidence = 0.0 if verdict == "cannot tell" else round(min(1.0, abs(share) * 2), 2)
    return Finding("key side", side, words, verdict, confidence)
