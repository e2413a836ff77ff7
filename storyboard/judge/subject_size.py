"""How large the subject is in the picture, against its outline at other shot sizes.

The outline along which the colours of the clip part best is taken for the subject's. Sizes next to
each other are not told apart: EWS, WS with FS, MWS with MS, and MCU to ECU are one size each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.judge.calibration import Bounds
from storyboard.judge.finding import UNTOLD, Finding

if TYPE_CHECKING:
    from storyboard.judge.alternatives import Alternatives

Frame = NDArray[np.uint8]
Floats = NDArray[np.float32]

SIZES = ("EWS", "WS", "MS", "CU")
"""What is told apart, in order of the subject's height."""

SIZE_OF = {
    "EWS": "EWS", "WS": "WS", "FS": "WS", "MWS": "MS", "MS": "MS",
    "MCU": "CU", "CU": "CU", "BCU": "CU", "ECU": "CU",
}  # fmt: skip

# Of 220 calibration layouts all verdicts are right with the edge below; with another set, and half
# of them with another subject, 98.9 % are. Fainter outlines would tell 248 more, 35 of them wrong.
BOUNDS = Bounds(agrees=0.15, disagrees=-0.43)
_LEAST_EDGE = 15.0  # Lab units, of the strongest outline

_TRIED = ("EWS", "WS", "FS", "MS", "CU")
_OUTSIDE_PX, _INSIDE_PX = 2.5, 1.0  # from the outline, where its two sides are looked at
_MOST_APART = 30.0  # Lab units: one strong edge does not make an outline
_LEAST_PIXELS = 4


def edge(clip: Frame, outline: Frame) -> float:
    """How far the colours on both sides of an outline are apart, Lab units.

    Args:
        clip: (h, w, 3) picture.
        outline: (h, w), 255 where the subject would be.
    """
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
    # Where the picture ends the outline has but one side.
    is_seen = (far_x >= 0) & (far_x <= width - 1) & (far_y >= 0) & (far_y <= height - 1)
    if is_seen.sum() < _LEAST_PIXELS:
        return 0.0
    outside = _read(lab, far_x, far_y)[is_seen]
    inside = _read(lab, x - _INSIDE_PX * step_x, y - _INSIDE_PX * step_y)[is_seen]
    apart = np.linalg.norm(outside - inside, axis=1)
    return float(np.minimum(apart, _MOST_APART).mean())


def _read(picture: Floats, x: NDArray[Any], y: NDArray[Any]) -> Floats:
    """(N, 3) values between pixels."""
    at = (x.astype(np.float32)[:, None], y.astype(np.float32)[:, None])
    read = cv2.remap(picture, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(read[:, 0], np.float32)


def edges(clip: Frame, alternatives: Alternatives, size: str) -> dict[str, tuple[float, float]]:
    """Of each of SIZES: the strongest edge along its outlines, and that outline's height."""
    found: dict[str, tuple[float, float]] = {}
    # The size asked stands for its kind: "MCU" and "CU" have two outlines, and one is right.
    tried = [s for s in _TRIED if s == "WS" or s == "FS" or SIZE_OF[s] != SIZE_OF[size]]
    for name in dict.fromkeys([*tried, size]):
        outline = alternatives.outline(name)
        kind = SIZE_OF[name]
        found[kind] = max(found.get(kind, (0.0, 0.0)), (edge(clip, outline), _height(outline)))
    return found


def likeliest(found: dict[str, tuple[float, float]]) -> str:
    """The one of SIZES whose outline is the strongest."""
    return max(found, key=lambda kind: found[kind][0])


def _height(outline: Frame) -> float:
    """Part of the picture's height between the top and the lowest row, 0 to 1."""
    rows = np.flatnonzero((outline > 127).any(axis=1))
    return float((rows[-1] - rows[0] + 1) / len(outline)) if len(rows) else 0.0


def margin(found: dict[str, tuple[float, float]], size: str) -> float | None:
    """By how much the outline asked beats all others, -1 to 1; None where all are faint."""
    own = found[SIZE_OF[size]][0]
    if max(strength for strength, _ in found.values()) < _LEAST_EDGE:
        return None
    best = max(strength for kind, (strength, _) in found.items() if kind != SIZE_OF[size])
    return (own - best) / (own + best + 1e-6)


def judge_size(clip: Frame, alternatives: Alternatives, size: str) -> Finding:
    """Judge the shot size."""
    found = edges(clip, alternatives, size)
    lead = margin(found, size)
    best = likeliest(found)
    words = f"like {best}, subject {found[best][1]:.0%} of the height"
    if lead is None:
        return Finding("size", size, f"{words}, by a faint outline", *UNTOLD)
    verdict = BOUNDS.judge(lead)
    confidence = 0.0 if verdict == "cannot tell" else round(min(1.0, 0.5 + abs(lead)), 2)
    return Finding("size", size, words, verdict, confidence)
