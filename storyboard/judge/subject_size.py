"""Size of the subject in the picture, against its outline in layouts of other shot sizes.

The outline with the strongest colour edge in the clip is taken for the subject's. Neighbouring
sizes are not distinguished: EWS; WS with FS; MWS with MS; MCU to ECU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.judge.finding import UNDECIDED, Bounds, Finding
from storyboard.judge.motion import Frame, Grey

if TYPE_CHECKING:
    from storyboard.judge.alternatives import Alternatives

SIZES = ("EWS", "WS", "MS", "CU")
"""The kinds of size that are distinguished, in order of the subject's height."""

SIZE_OF = {
    "EWS": "EWS", "WS": "WS", "FS": "WS", "MWS": "MS", "MS": "MS",
    "MCU": "CU", "CU": "CU", "BCU": "CU", "ECU": "CU",
}  # fmt: skip

# Lead of an outline, -1 to 1. Of 122 layouts with a strong edge the requested size leads by -0.18
# at least and another size by 0.18 at most; of 62 with another set, and half of them with another
# subject, three other sizes lead by more than 0.2.
SIZE_BOUNDS = Bounds(agrees=0.2, disagrees=-0.38)
_LEAST_EDGE = 15.0  # Lab units, of the strongest outline

_TRIED = ("EWS", "WS", "FS", "MS", "CU")
_OUTSIDE_PX, _INSIDE_PX = 2.5, 1.0  # from the outline, where its two sides are sampled
_MOST_APART = 30.0  # Lab units: one strong edge does not make an outline
_LEAST_PIXELS = 4


def edge_strength(clip: Frame, outline: Frame) -> float:
    """Colour difference in Lab units between the two sides of an outline, (h, w), 255 inside."""
    soft = cv2.GaussianBlur(clip, (0, 0), 0.7).astype(np.float32) / 255
    lab = np.asarray(cv2.cvtColor(soft, cv2.COLOR_RGB2LAB), np.float32)
    solid = (outline > 127).astype(np.uint8)
    rim = (solid - cv2.erode(solid, np.ones((3, 3), np.uint8))).astype(bool)
    beyond = cv2.distanceTransform(1 - solid, cv2.DIST_L2, 3)
    away = beyond - cv2.distanceTransform(solid, cv2.DIST_L2, 3)
    right, down = cv2.Sobel(away, cv2.CV_32F, 1, 0), cv2.Sobel(away, cv2.CV_32F, 0, 1)
    length = np.maximum(np.hypot(right, down), 1e-6)
    y, x = np.nonzero(rim)
    step_x, step_y = (right / length)[y, x], (down / length)[y, x]
    far_x, far_y = x + _OUTSIDE_PX * step_x, y + _OUTSIDE_PX * step_y
    height, width = solid.shape
    # At the border of the picture the outline has only one side.
    is_inside = (far_x >= 0) & (far_x <= width - 1) & (far_y >= 0) & (far_y <= height - 1)
    if is_inside.sum() < _LEAST_PIXELS:
        return 0.0
    outside = _sample(lab, far_x, far_y)[is_inside]
    inside = _sample(lab, x - _INSIDE_PX * step_x, y - _INSIDE_PX * step_y)[is_inside]
    apart = np.linalg.norm(outside - inside, axis=1)
    return float(np.minimum(apart, _MOST_APART).mean())


def _sample(picture: Grey, x: NDArray[Any], y: NDArray[Any]) -> Grey:
    """(N, 3) values at positions between pixels."""
    at = (x.astype(np.float32)[:, None], y.astype(np.float32)[:, None])
    values = cv2.remap(picture, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values[:, 0], np.float32)


def edges(clip: Frame, alternatives: Alternatives, size: str) -> dict[str, tuple[float, float]]:
    """The strongest edge along the outlines of each of SIZES, and the height of that outline.

    Heights are parts of the picture's height, 0 to 1.
    """
    found: dict[str, tuple[float, float]] = {}
    # The requested size stands for its kind: "MCU" and "CU" have two outlines, and one is right.
    tried = [s for s in _TRIED if s in ("WS", "FS") or SIZE_OF[s] != SIZE_OF[size]]
    for name in dict.fromkeys([*tried, size]):
        outline = alternatives.outline(name)
        rows = np.flatnonzero((outline > 127).any(axis=1))
        height = float((rows[-1] - rows[0] + 1) / len(outline)) if len(rows) else 0.0
        kind = SIZE_OF[name]
        found[kind] = max(found.get(kind, (0.0, 0.0)), (edge_strength(clip, outline), height))
    return found


def likeliest_size(found: dict[str, tuple[float, float]]) -> str:
    """The one of SIZES with the strongest outline, of the result of `edges`."""
    return max(found, key=lambda kind: found[kind][0])


def size_lead(found: dict[str, tuple[float, float]], size: str) -> float | None:
    """By how much the requested outline beats all others, -1 to 1; None if all are faint."""
    own = found[SIZE_OF[size]][0]
    if max(strength for strength, _ in found.values()) < _LEAST_EDGE:
        return None
    best = max(strength for kind, (strength, _) in found.items() if kind != SIZE_OF[size])
    return (own - best) / (own + best + 1e-6)


def judge_size(clip: Frame, alternatives: Alternatives, size: str) -> Finding:
    """Judge the shot size."""
    found = edges(clip, alternatives, size)
    lead = size_lead(found, size)
    best = likeliest_size(found)
    words = f"like {best}, subject {found[best][1]:.0%} of the height"
    if lead is None:
        return Finding("size", size, f"{words}, its outline too faint", *UNDECIDED)
    verdict = SIZE_BOUNDS.judge(lead)
    confidence = 0.0 if verdict == "cannot tell" else round(min(1.0, 0.5 + abs(lead)), 2)
    return Finding("size", size, words, verdict, confidence)
