"""Depth of field of a thin lens: how much each pixel is out of focus, and the blur.

The blur is gathered at half the picture's size. What is behind a pixel cannot bleed over it by
more than the pixel itself is out of focus; what is before it can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.layout.meshes import Array, floats
from storyboard.layout.render.compiled import compiled, in_bands

SUPER35_WIDTH_MM = 24.89
_SHARP_PX = 0.35  # a radius of blur that does not show
_BLURRED_PX = 1.5  # from here on a pixel is entirely taken from the gathered picture
_LARGEST_PX = 32.0
_CELL = 8  # pixels of the half picture that share one reach of what is before them


@dataclass(frozen=True)
class Optics:
    """What is in focus, and how much the rest is out of focus.

    Attributes:
        focus_m: Distance in focus.
        stop: f-number; infinite for no blur.
        sensor_mm: Width of the sensor.
        tilt: How much the plane of focus leans, as with a tilt-shift lens: the inverse of the
            distance in focus changes by this share over half the picture's height.
        squeeze: Height over width of a point out of focus: 2 for an anamorphic lens.
        hinge: Height in the picture, from 0 at the top to 1, at which a leaning plane is `focus_m`
            away.
    """

    focus_m: float
    stop: float = 5.6
    sensor_mm: float = SUPER35_WIDTH_MM
    tilt: float = 0.0
    squeeze: float = 1.0
    hinge: float = 0.5

    def radius_px(self, depth: Array, focal: float) -> Array:
        """(H, W) radius of the blur in pixels, negative nearer than the focus.

        Args:
            depth: (H, W) metres.
            focal: Focal length / picture width.
        """
        height, width = depth.shape
        lens_m = focal * self.sensor_mm / 1000
        rows = 2 * self.hinge - (np.arange(height, dtype=np.float32)[:, None] + 0.5) * (2 / height)
        # By inverse distances, because a tilted plane of focus may pass behind the camera.
        focus = np.minimum((1 + self.tilt * rows) / self.focus_m, 1 / (1.5 * lens_m))
        off = (focus - 1 / np.maximum(depth, 1e-3)) / (1 - lens_m * focus)
        radius = focal * lens_m / self.stop * width / 2 * off
        return floats(np.clip(radius, -_LARGEST_PX, _LARGEST_PX))


def _spiral(count: int) -> Array:
    """(count, 3) x, y and radius of taps that fill the unit disc evenly."""
    k = np.arange(count)
    radius, angle = np.sqrt((k + 0.5) / count), 2.399963 * k
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), radius], axis=-1)


_TAPS = {20: _spiral(20), 56: _spiral(56)}


@compiled
def _gather(
    colour: Array, radius: Array, reach: Array, taps: Array, squeeze: float, first: int,
    last: int, out: Array,
) -> None:  # fmt: skip
    """Fill rows of (h, w, 4): blurred colour, and how much of it comes from before the pixel.

    radius: (h, w) of the blur, negative nearer than the focus. reach: (h / 8, w / 8) how far blur
    from before a pixel may come. taps: (K, 3). squeeze: height over width of the blur.
    """
    height, width = radius.shape
    wide, tall = 1.0 / np.sqrt(squeeze), np.sqrt(squeeze)
    for row in range(first, last):
        for column in range(width):
            own = abs(radius[row, column])
            size = max(own, reach[row // _CELL, column // _CELL])
            weight = 1.0 / max(own * own, 0.25)
            total, over = weight, 0.0
            red = weight * colour[row, column, 0]
            green = weight * colour[row, column, 1]
            blue = weight * colour[row, column, 2]
            if size > 0.25:
                for k in range(len(taps)):
                    x = min(max(int(column + 0.5 + size * wide * taps[k, 0]), 0), width - 1)
                    y = min(max(int(row + 0.5 + size * tall * taps[k, 1]), 0), height - 1)
                    there = radius[y, x]
                    is_before = there < min(radius[row, column], 0.0) - 0.5
                    spread = abs(there) if is_before else min(abs(there), own)
                    share = min(max(spread - size * taps[k, 2] + 1.0, 0.0), 1.0)
                    share /= max(spread * spread, 0.25)
                    bright = max(colour[y, x, 0], colour[y, x, 1], colour[y, x, 2])
                    share *= 1.0 + 3.0 * (bright > 0.93)
                    total += share
                    if is_before:
                        over += share * size * size / len(taps)
                    red += share * colour[y, x, 0]
                    green += share * colour[y, x, 1]
                    blue += share * colour[y, x, 2]
            total = 1.0 / total
            out[row, column, 0] = red * total
            out[row, column, 1] = green * total
            out[row, column, 2] = blue * total
            out[row, column, 3] = min(over, 1.0)


@compiled
def _compose(
    colour: Array, radius: Array, blurred: Array, half: Array, reach: Array, first: int, last: int
) -> None:
    """Blend rows of a picture with the blurred half picture, where they are out of focus."""
    for row in range(first, last):
        for column in range(radius.shape[1]):
            own = radius[row, column]
            share = (abs(own) - _SHARP_PX) / (_BLURRED_PX - _SHARP_PX)
            if share <= 0 and reach[row // (2 * _CELL), column // (2 * _CELL)] < _SHARP_PX / 2:
                continue
            total, red, green, blue, over = 0.0, 0.0, 0.0, 0.0, 0.0
            for y in range(row // 2, min((row + 1) // 2 + 1, len(half))):
                for x in range(column // 2, min((column + 1) // 2 + 1, half.shape[1])):
                    weight = 1.0 / (0.05 + abs(2 * half[y, x] - own))
                    total += weight
                    red += weight * blurred[y, x, 0]
                    green += weight * blurred[y, x, 1]
                    blue += weight * blurred[y, x, 2]
                    over += weight * blurred[y, x, 3]
            total = 1.0 / total
            share = min(max(share, over * total), 1.0)
            if share > 0:
                colour[row, column, 0] += share * (red * total - colour[row, column, 0])
                colour[row, column, 1] += share * (green * total - colour[row, column, 1])
                colour[row, column, 2] += share * (blue * total - colour[row, column, 2])


def blur(
    colour: Array, radius: NDArray[np.floating[Any]], squeeze: float = 1.0, threads: int = 1
) -> None:
    """Blur a picture (H, W, 3) float32 in place, by (H, W) radii of `Optics.radius_px`."""
    largest = float(np.abs(radius).max())
    if largest < _SHARP_PX:
        return
    half_radius = np.ascontiguousarray(radius[::2, ::2]) * np.float32(0.5)
    height, width = half_radius.shape
    half = floats(cv2.resize(colour, (width, height), interpolation=cv2.INTER_AREA))
    near = np.maximum(-half_radius, 0)
    cells = np.pad(near, ((0, -height % _CELL), (0, -width % _CELL)))
    cells = cells.reshape(-(-height // _CELL), _CELL, -(-width // _CELL), _CELL).max(axis=(1, 3))
    span = 2 * int(np.ceil(float(cells.max()) / _CELL)) + 1
    reach = floats(cv2.dilate(cells, np.ones((span, span), np.uint8)))
    taps = _TAPS[20 if largest < 8 else 56]
    gathered = np.empty((height, width, 4), np.float32)
    in_bands(
        lambda a, b: _gather(half, half_radius, reach, taps, squeeze, a, b, gathered),
        height,
        threads,
    )
    if largest >= 8:  # closes the gaps between the taps
        gathered = np.asarray(cv2.blur(gathered, (3, 3)))
    in_bands(
        lambda a, b: _compose(colour, radius, gathered, half_radius, reach, a, b),
        len(colour),
        threads,
    )
