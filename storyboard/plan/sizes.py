"""Picture sizes: what the model renders and what the cut is delivered at.

Called by `plan`.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from model.presets import Preset, Quality, Size

LEAST_KEPT = Fraction(9, 10)
"""Share of a rendered picture that must survive the crop to the delivery's aspect."""

LEAST_AREA = 0.8
"""Share of the area that a size on the grid must at least have."""

DRAFT_LONG_SIDE = 960
"""Longest side of a cut that is not the final one, in pixels."""


def render_size(preset: Preset, quality: Quality, aspect: Fraction) -> Size:
    """Choose the picture size to render at.

    The size of the quality wins if little of it is cropped away; then, of the sizes the model was
    trained on, the one closest to the aspect among those that cost no more; then any size on the
    model's grid of about the same area.

    Args:
        preset: Sizes and grid.
        quality: Size to start from; turned upright for an upright picture.
        aspect: Width over height of the delivery.
    """
    wide = quality.size
    start = wide if (wide[0] >= wide[1]) == (aspect >= 1) else (wide[1], wide[0])
    if kept(start, aspect) >= LEAST_KEPT:
        return start
    area = start[0] * start[1]
    trained = closest((size for size in preset.sizes if size[0] * size[1] <= area), aspect)
    if trained is not None and kept(trained, aspect) >= LEAST_KEPT:
        return trained
    return closest(_grid(preset.grain, area), aspect) or start


def kept(size: Size, aspect: Fraction) -> Fraction:
    """Share of a picture that a centre crop to an aspect keeps, 0 … 1."""
    own = Fraction(size[0], size[1])
    return min(own / aspect, aspect / own)


def closest(sizes: Iterable[Size], aspect: Fraction) -> Size | None:
    """The size that loses least to the crop, the largest of equals."""
    return max(sizes, key=lambda size: (kept(size, aspect), size[0] * size[1]), default=None)


def _grid(grain: tuple[int, int], area: int) -> Iterable[Size]:
    """Sizes on whole tokens with about this area."""
    for width in range(grain[0], area // grain[1] + 1, grain[0]):
        tallest = area // width // grain[1] * grain[1]
        for height in (tallest, tallest - grain[1]):
            if height > 0 and width * height >= LEAST_AREA * area:
                yield width, height


def delivery_size(size: Size, *, is_final: bool) -> Size:
    """Choose the size of the cut: as the board says when it is final, else small enough to travel.

    Args:
        size: The board's `format.size`.
        is_final: Whether the quality is "final".
    """
    long_side = max(size)
    if is_final or long_side <= DRAFT_LONG_SIDE:
        return _even(size[0]), _even(size[1])
    scale = Fraction(DRAFT_LONG_SIDE, long_side)
    return _even(round(size[0] * scale)), _even(round(size[1] * scale))


def _even(pixels: int) -> int:
    """Chroma is stored for every second pixel."""
    return max(pixels // 2 * 2, 2)
