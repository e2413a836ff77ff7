"""Picture sizes: of layouts, of rendered frames and of the delivery."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from model.geometry import check_size
from model.presets import Preset, Quality, Size

LAYOUT_SIZE = (960, 540)
"""Default size of a layout, which has no model to prescribe one."""

LEAST_KEPT = Fraction(9, 10)
"""Share of a rendered picture that the crop to the delivery's aspect ratio must keep."""

LEAST_AREA = 0.8
"""Smallest area of a size on the model's grid, relative to that of the quality."""

DRAFT_LONG_SIDE = 960
"""Longest side of a delivery below quality "final", in pixels."""


def picture_size(
    preset: Preset | None, quality: Quality, requested: Size | None, aspect: Fraction
) -> Size:
    """Size to render at: the requested size, else one chosen for the aspect ratio.

    Raises:
        GeometryError: The requested size does not fit the model's grid.
    """
    if preset is None:
        return requested or layout_size(aspect)
    if requested is not None:
        check_size(preset, requested)
        return requested
    return render_size(preset, quality, aspect)


def layout_size(
    aspect: Fraction, area: int = LAYOUT_SIZE[0] * LAYOUT_SIZE[1], grain: int = 2
) -> Size:
    """Size of an area in pixels with this aspect ratio, as far as multiples of `grain` allow."""
    height = round((area / aspect) ** 0.5 / grain) * grain
    return round(height * aspect / grain) * grain, height


def render_size(preset: Preset, quality: Quality, aspect: Fraction) -> Size:
    """Choose the size that the model renders.

    The first of these that the crop keeps enough of: the size of the quality; the closest size
    that the model was trained on, of no larger area; any size on the grid of about the same area.
    """
    wide = quality.size
    # An upright delivery is rendered upright.
    start = wide if (wide[0] >= wide[1]) == (aspect >= 1) else (wide[1], wide[0])
    if kept(start, aspect) >= LEAST_KEPT:
        return start
    area = start[0] * start[1]
    trained = _closest((size for size in preset.sizes if size[0] * size[1] <= area), aspect)
    if trained is not None and kept(trained, aspect) >= LEAST_KEPT:
        return trained
    width_step, height_step = preset.grain
    grid = []
    for width in range(width_step, area // height_step + 1, width_step):
        tallest = area // width // height_step * height_step
        for height in (tallest, tallest - height_step):
            if height > 0 and width * height >= LEAST_AREA * area:
                grid.append((width, height))
    return _closest(grid, aspect) or start


def kept(size: Size, aspect: Fraction) -> Fraction:
    """Share of a picture that a centre crop to an aspect ratio keeps, 0 … 1."""
    own = Fraction(size[0], size[1])
    return min(own / aspect, aspect / own)


def _closest(sizes: Iterable[Size], aspect: Fraction) -> Size | None:
    """The size of which a crop keeps most, the largest of equals."""
    return max(sizes, key=lambda size: (kept(size, aspect), size[0] * size[1]), default=None)


def delivery_size(size: Size, *, is_final: bool) -> Size:
    """Size of the delivery: that of the board at quality "final", else at most DRAFT_LONG_SIDE."""
    long_side = max(size)
    scale = 1 if is_final or long_side <= DRAFT_LONG_SIDE else Fraction(DRAFT_LONG_SIDE, long_side)
    # Even, since chroma is stored for every second pixel only.
    width, height = (max(round(pixels * scale) // 2 * 2, 2) for pixels in size)
    return width, height
