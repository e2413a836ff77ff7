"""Soft shadows and contact occlusion at half the picture's size, in two numbers a pixel.

Each pixel takes few taps in a pattern that repeats every 4 x 4 pixels; a blur that stops at depth
edges and covers the pattern once makes them even.
"""

from __future__ import annotations

import numpy as np

from storyboard.layout.meshes import Array
from storyboard.layout.render.compiled import compiled, part
from storyboard.layout.render.shadow_map import ShadowMap

_TAPS = 8
_REACH_M = 0.28  # of contact occlusion
_STRENGTH = 7.0
_FADE = 1 / _REACH_M**2
_GOLDEN = 2.399963


def _pattern() -> Array:
    """(16, 8, 3) x, y and radius of taps in the unit disc, a set for each of 4 x 4 pixels."""
    order = np.array([0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]) / 16
    k = np.arange(_TAPS)
    radius = np.sqrt((k[None] + 0.25 + 0.6 * order[:, None]) / _TAPS)
    angle = _GOLDEN * k[None] + 2 * np.pi * order[:, None]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), radius], axis=-1)


PATTERN = _pattern()


@part
def _share(front: Array, u: float, v: float, least: float) -> float:
    """Share of light at a point of the map: 4 texels compared, then blended."""
    x, y = int(np.floor(u - 0.5)), int(np.floor(v - 0.5))
    if x < 0 or y < 0 or x + 1 >= len(front) or y + 1 >= len(front):
        return 1.0
    a, b = u - 0.5 - x, v - 0.5 - y
    top = (1 - a) * (front[y, x] <= least) + a * (front[y, x + 1] <= least)
    low = (1 - a) * (front[y + 1, x] <= least) + a * (front[y + 1, x + 1] <= least)
    return float((1 - b) * top + b * low)


@part
def _penumbra(
    front: Array, texel: float, u: float, v: float, w: float, slope: float, pattern: Array,
    which: int, spread: float,
) -> float:  # fmt: skip
    """Width in texels of the shadow at a point of the map; 0 if nothing casts one."""
    search = min(spread * 1.5 / texel, 40.0)
    gap, found, size = 0.0, 0, len(front)
    for k in range(pattern.shape[1]):
        x, y = int(u + search * pattern[which, k, 0]), int(v + search * pattern[which, k, 1])
        if 0 <= x < size and 0 <= y < size:
            over = front[y, x] - w
            if over > texel * (1 + slope * search * pattern[which, k, 2]):
                gap += over
                found += 1
    if found == 0:
        return 0.0
    return min(max(spread * gap / found / texel, 1.2), search)


@part
def shadow(
    cast: ShadowMap, x: float, y: float, z: float, nx: float, ny: float, nz: float,
    pattern: Array, which: int, spread: float,
) -> float:  # fmt: skip
    """Share of the key light, 0 to 1, at a point of a surface.

    Shadows are as wide as `spread` times the distance to what casts them, taken with the taps
    `pattern[which]`.
    """
    front, axes, origin, texel = cast
    facing = axes[2, 0] * nx + axes[2, 1] * ny + axes[2, 2] * nz
    if facing <= 0:
        return 0.0
    sine = np.sqrt(max(0.0, 1 - facing * facing))
    lift = texel * (1.0 + 1.5 * sine)
    x, y, z = x + lift * nx, y + lift * ny, z + lift * nz
    u = (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z - origin[0]) / texel
    v = (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z - origin[1]) / texel
    w = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
    slope = sine / max(facing, 0.15)
    width = 1.2
    if spread > 0:
        width = _penumbra(front, texel, u, v, w, slope, pattern, which, spread)
        if width == 0:
            return 1.0
    total = 0.0
    for k in range(pattern.shape[1]):
        least = w + texel * (1 + slope * width * pattern[which, k, 2])
        a, b = u + width * pattern[which, k, 0], v + width * pattern[which, k, 1]
        if width < 3:
            total += _share(front, a, b, least)
        elif 0 <= a < len(front) and 0 <= b < len(front):
            total += front[int(b), int(a)] <= least
        else:
            total += 1.0
    return float(total / pattern.shape[1])


@part
def _place(sight: Array, column: float, row: float, depth: float) -> tuple[float, float, float]:
    """Where a pixel of the half picture lies, from the camera."""
    x, y = 2 * column + 0.5, 2 * row + 0.5
    return (
        depth * (sight[0, 0] * x + sight[0, 1] * y + sight[0, 2]),
        depth * (sight[1, 0] * x + sight[1, 1] * y + sight[1, 2]),
        depth * (sight[2, 0] * x + sight[2, 1] * y + sight[2, 2]),
    )


@part
def _openness(
    depth: Array, sight: Array, row: int, column: int, here: float, nx: float, ny: float,
    nz: float, pattern: Array, which: int, focal_px: float,
) -> float:  # fmt: skip
    """Share of the fill that is not kept off by surfaces near this one."""
    radius = min(max(_REACH_M * focal_px / here, 4.0), 64.0)
    i, j, k = _place(sight, column, row, here)
    bottom, right = len(depth) - 1, depth.shape[1] - 1
    total = 0.0
    for tap in range(pattern.shape[1]):
        # Without branches: a tap beyond the picture or far behind counts as open.
        y = min(max(int(row + radius * pattern[which, tap, 1]), 0), bottom)
        x = min(max(int(column + radius * pattern[which, tap, 0]), 0), right)
        there = min(depth[y, x], here + 1.0)
        p, q, r = _place(sight, x, y, there)
        p, q, r = p - i, q - j, r - k
        along = max(p * nx + q * ny + r * nz - 0.004 * here, 0.0)
        square = p * p + q * q + r * r
        total += max(1 - square * _FADE, 0.0) * along * along / (square + 1e-4)
    return float(1 / (1 + _STRENGTH * total / pattern.shape[1]))


@compiled
def occlude(
    depth: Array, sight: Array, normal: Array, position: Array, focal_px: float, cast: ShadowMap,
    spread: float, pattern: Array, first: int, last: int, out: Array,
) -> None:  # fmt: skip
    """Fill rows of `out` (2, h, w): share of the key light, share of the fill.

    depth: (h, w) of every second pixel each way; focal_px is theirs. sight: (3, 3) from a pixel of
    the picture to its ray of unit depth; normal: (H, W, 3) of the picture. spread: negative for no
    soft shadow. pattern: `PATTERN`.
    """
    for row in range(first, last):
        for column in range(depth.shape[1]):
            here = depth[row, column]
            key, fill = 1.0, 1.0
            if (row + column) % 2:
                key = -1.0  # every second pixel is left to the blur
            elif here < 200.0:
                which = (row % 4) * 4 + column % 4
                nx = normal[2 * row, 2 * column, 0]
                ny = normal[2 * row, 2 * column, 1]
                nz = normal[2 * row, 2 * column, 2]
                if spread >= 0:
                    x, y, z = _place(sight, column, row, here)
                    x, y, z = x + position[0], y + position[1], z + position[2]
                    key = shadow(cast, x, y, z, nx, ny, nz, pattern, which, spread)
                fill = _openness(
                    depth, sight, row, column, here, nx, ny, nz, pattern, which, focal_px
                )
            out[0, row, column] = key
            out[1, row, column] = fill


@compiled
def even_out(terms: Array, depth: Array, down: int, first: int, last: int, out: Array) -> None:
    """Average 4 pixels along a row (`down` 0), then a column (1), not across steps in depth.

    A key share below 0 is still open.
    """
    height, width = depth.shape
    for row in range(first, last):
        for column in range(width):
            here = depth[row, column]
            limit = 0.02 * here + 0.02
            total, a, b = 0.0, 0.0, 0.0
            for k in range(-2, 3):
                y, x = row + k * down, column + k * (1 - down)
                if not (0 <= y < height and 0 <= x < width) or terms[0, y, x] < 0:
                    continue
                if abs(depth[y, x] - here) < limit:
                    weight = 0.5 if abs(k) == 2 else 1.0
                    total += weight
                    a += weight * terms[0, y, x]
                    b += weight * terms[1, y, x]
            if total > 0:
                out[0, row, column], out[1, row, column] = a / total, b / total
            else:
                out[0, row, column] = max(terms[0, row, column], 2.0 * down - 1.0)
                out[1, row, column] = terms[1, row, column]
