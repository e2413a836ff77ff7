"""Light of a clip: time of day, temperature, contrast and key side, against layouts in any light.

A picture becomes 18 features: luminance and colours of the whole, of its upper and lower part, of
its bright, dark and grey pixels. The alternative with the nearest features is the likeliest, in
units of how much they differ between layouts of the same light with other contents. The key side is
measured on the subject alone, between the layouts lit from the left and from the right; contrast
between those of high and of low contrast, on the subject and in the whole picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from storyboard.judge.finding import UNDECIDED, Bounds, Finding, spread
from storyboard.judge.motion import Array, Frame

if TYPE_CHECKING:
    from shots.vocabulary.lighting import Lighting
    from storyboard.judge.alternatives import Alternatives

LIGHT_FIELDS: Mapping[str, tuple[str, tuple[str | None, ...]]] = {
    "time": ("time", ("day", "night", "dawn", "sunrise", "sunset", "dusk")),
    "temperature": ("tone", ("warm", None, "cool")),
}
"""Directive → its field of the lighting, and the alternatives; None is neither of the others."""

# Probability. Of 60 unseen layouts 38 reach the first bound for the requested time, and none for
# another; with another set, and half of them with another subject, 96 % of the verdicts on time and
# 93 % of those on temperature are right.
LIGHT_BOUNDS = Bounds(agrees=0.9, disagrees=0.03)
# 0.5 is exactly the requested side, -0.5 the other. Among 96 calibration layouts with another set,
# half of them with another subject, two lean more than that to the wrong side.
SIDE_BOUNDS = Bounds(agrees=0.35, disagrees=-0.35)

# Of 136 calibration layouts of either contrast 89 have a verdict, and 14 of 136 with another set,
# half of them with another subject; all are right. Of 136 of neither contrast one agrees.
CONTRAST_BOUNDS = Bounds(agrees=0.4, disagrees=-0.4)
_MOST_LEAN = 0.75  # beyond it something else differs
_LEAST_FIT = 0.6
_SOFTENED_PX = 1.0  # before contrast is measured: outlines are drawn otherwise than shaded faces

LEAST_VISIBLE_STOPS = 0.1  # root mean square over the subject, between left and right
_LEAST_SUBJECT_PX = 12
_OPPOSITE = {
    "left": "right", "right": "left",
    "high-contrast": "low-contrast", "low-contrast": "high-contrast",
}  # fmt: skip
_FLOOR = 1 / 255  # of luma and of channels, before their logarithm
_LUMA = np.array([0.2126, 0.7152, 0.0722])  # BT.709
_PERCENTILES = (2, 10, 25, 50, 75, 90, 98)
_MEDIAN = _PERCENTILES.index(50)
_WARMTH = len(_PERCENTILES)


def luma_stops(frame: Frame) -> Array:
    """Luma as a logarithm to base 2; (h, w, 3) → (h, w)."""
    luma: Array = np.log2(np.maximum(frame.astype(np.float64) / 255, _FLOOR) @ _LUMA)
    return luma


def light_features(frame: Frame) -> Array:
    """Features (18,) of a picture (h, w, 3): logarithms to base 2, so stops and ratios."""
    picture = np.maximum(frame.astype(np.float64) / 255, _FLOOR)
    luma = luma_stops(frame)
    levels = np.percentile(luma, _PERCENTILES)
    third = len(picture) // 3
    chroma = picture.max(axis=-1) - picture.min(axis=-1)
    red_and_blue = np.sqrt(picture[..., 0] * picture[..., 2])
    return np.array(
        [
            *levels,
            _warmth(picture),
            float(np.log2(picture[..., 1] / red_and_blue).mean()),
            float(chroma.mean()) * 4,
            float(luma[:third].mean()),
            _warmth(picture[:third]),
            float(luma[-third:].mean()),
            _warmth(picture[-third:]),
            _warmth(picture[luma >= levels[-2]]),
            _warmth(picture[luma <= levels[1]]),
            _warmth(picture[chroma <= np.percentile(chroma, 25)]),
            float(np.abs(np.diff(luma, axis=1)).mean()) * 4,
        ]
    )


def _warmth(pixels: Array) -> float:
    """Stops of red over blue."""
    return float(np.log2(pixels[..., 0] / pixels[..., 2]).mean())


def probabilities(
    clip: Frame, alternatives: Alternatives, directive: str
) -> dict[str | None, float]:
    """Probability of each alternative of a directive; empty if the clip resembles none of them."""
    square = light_distances(clip, alternatives, directive)
    if square.min() > spread().unlike:
        return {}
    power = np.exp(-0.5 * (square - square.min()))
    return dict(zip(LIGHT_FIELDS[directive][1], (power / power.sum()).tolist(), strict=True))


def light_distances(clip: Frame, alternatives: Alternatives, directive: str) -> Array:
    """Squared Mahalanobis distance (K,) of the clip to each alternative of a directive."""
    field, names = LIGHT_FIELDS[directive]
    others = np.stack([light_features(alternatives.lit(**{field: name})) for name in names])
    apart = light_features(clip) - others
    square: Array = np.einsum("kp,pq,kq->k", apart, spread().inverse, apart)
    return square


def judge_light(clip: Frame, alternatives: Alternatives, lighting: Lighting) -> Iterator[Finding]:
    """Judge time and temperature, as far as the shot sets them."""
    features = light_features(clip)
    figures = f"luma {2 ** features[_MEDIAN]:.2f}, red over blue {2 ** features[_WARMTH]:.2f}"
    for directive, (field, names) in LIGHT_FIELDS.items():
        requested = getattr(lighting, field)
        if requested is None or requested not in names:
            continue
        found = probabilities(clip, alternatives, directive)
        if not found:
            words = f"unlike every light of the layout: {figures}"
            yield Finding(directive, requested, words, *UNDECIDED)
            continue
        verdict = LIGHT_BOUNDS.judge(found[requested])
        likeliest = max(found, key=lambda name: found[name]) or "neither"
        confidence = {"agrees": found[requested], "disagrees": 1 - found[requested]}
        words = f"like {likeliest}: {figures}"
        yield Finding(directive, requested, words, verdict, round(confidence.get(verdict, 0.0), 2))


class Lean(NamedTuple):
    """How a picture compares with the same layout in two lights.

    Attributes:
        part: 0.5 for exactly the first light, -0.5 for exactly the second.
        visible: Stops between the two, root mean square.
        fit: -1 to 1, how much of the clip's difference from their mean is that of the first.
    """

    part: float
    visible: float
    fit: float


def key_lean(clip: Frame, one: Frame, other: Frame, cover: Frame) -> Lean:
    """How far the subject leans to one of two lights.

    Hair, clothes and exposure are the same in both layouts, so they cancel.

    Args:
        clip: (h, w, 3), the picture to judge.
        one: (h, w, 3), the layout in the first light.
        other: (h, w, 3), the layout in the second light.
        cover: (h, w), 255 where the subject is.
    """
    weight = cover.astype(np.float64) / 255
    total = float(weight.sum())
    if total < _LEAST_SUBJECT_PX:
        return Lean(0.0, 0.0, 0.0)

    def centred(values: Array) -> Array:
        return values - float((weight * values).sum()) / total

    apart = centred(luma_stops(one) - luma_stops(other))
    off = centred(luma_stops(clip) - (luma_stops(one) + luma_stops(other)) / 2)
    power = max(float((weight * apart**2).sum()), 1e-9)
    both = float((weight * off * apart).sum())
    fit = both / np.sqrt(power * max(float((weight * off**2).sum()), 1e-9))
    return Lean(both / power, float(np.sqrt(power / total)), float(fit))


def lean_to_side(clip: Frame, alternatives: Alternatives, side: str, size: str) -> Lean:
    """`key_lean` to the requested side, "left" or "right", of a subject of a shot size."""
    pictures = alternatives.lit(side=side), alternatives.lit(side=_OPPOSITE[side])
    return key_lean(clip, *pictures, alternatives.outline(size))


def judge_side(clip: Frame, alternatives: Alternatives, side: str, size: str) -> Finding:
    """Judge the side of the key light, "left" or "right" of the picture."""
    lean = lean_to_side(clip, alternatives, side, size)
    if lean.visible < LEAST_VISIBLE_STOPS:
        words = "left and right light look the same on the subject"
        return Finding("key side", side, words, *UNDECIDED)
    return _leaning("key side", side, "", lean.part, SIDE_BOUNDS)


def lean_to_contrast(
    clip: Frame, alternatives: Alternatives, contrast: str, size: str
) -> float | None:
    """How far a picture leans to "high-contrast" or "low-contrast", as `Lean.part`.

    It is the smaller lean of the subject and of the whole picture; None where both lights look
    alike, or where the two contradict each other or show something else.
    """
    lit = (alternatives.lit(contrast=each) for each in (contrast, _OPPOSITE[contrast]))
    clip, one, other = (
        np.asarray(cv2.GaussianBlur(each, (0, 0), _SOFTENED_PX), np.uint8) for each in (clip, *lit)
    )
    subject = key_lean(clip, one, other, alternatives.outline(size))
    everywhere = key_lean(clip, one, other, np.full(clip.shape[:2], 255, np.uint8))
    parts = subject.part, everywhere.part
    is_other = abs(subject.fit) < _LEAST_FIT or max(map(abs, parts)) > _MOST_LEAN
    if subject.visible < LEAST_VISIBLE_STOPS or is_other or parts[0] * parts[1] < 0:
        return None
    return min(parts, key=abs)


def judge_contrast(clip: Frame, alternatives: Alternatives, contrast: str, size: str) -> Finding:
    """Judge "high-contrast" or "low-contrast"."""
    lean = lean_to_contrast(clip, alternatives, contrast, size)
    if lean is None:
        words = "high and low contrast cannot be told apart on the subject"
        return Finding("contrast", contrast, words, *UNDECIDED)
    return _leaning("contrast", contrast, "like ", lean, CONTRAST_BOUNDS)


def _leaning(directive: str, asked: str, like: str, lean: float, bounds: Bounds) -> Finding:
    verdict = bounds.judge(lean)
    measured = asked if lean > 0 else _OPPOSITE[asked]
    words = f"{like}{measured}, {abs(lean) * 200:.0f} % of the expected difference"
    confidence = 0.0 if verdict == "cannot tell" else round(min(1.0, abs(lean) * 2), 2)
    return Finding(directive, asked, words, verdict, confidence)
