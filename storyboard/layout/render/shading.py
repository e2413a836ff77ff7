"""Colour of what the samples of a pixel have hit, in the light of a rig.

Colours are blended as sRGB values, as the strengths of a rig are. Per pixel each visible surface is
shaded once, as a fragment weighted by the samples that it takes. The fragments of a row are first
collected, then lit all at once by loops over plain float32 rows that the compiler makes vectors of.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.meshes import Array
from storyboard.layout.render.compiled import compiled, part
from storyboard.layout.render.fragment_light import (
    DEPTH_ROW,
    KEY_ROW,
    NORMAL_ROW,
    ONE,
    OPEN_ROW,
    RAY_ROW,
    REST,
    WEIGHT_ROW,
    ZERO,
    darken_beyond,
    light_fragments,
    light_lamps,
    prepare,
)
from storyboard.layout.render.occlusion import shadow
from storyboard.layout.render.rasterise import GROUND, SKY, Ints, Triangles, blend_normal, weigh
from storyboard.layout.render.shadow_map import ShadowMap

GLASS_SHARE = 0.35  # of a pane's own colour over what is behind it
MOST = 9  # fragments of a pixel, at most
_UNLIKE, _FARTHEST = np.float32(1e-4), np.float32(1e9)


@part
def _term(terms: Array, half: Array, row: int, column: int, depth: float) -> tuple[float, float]:
    """Key and fill share at a pixel, from the nearest of the half picture of like depth."""
    top, low = row // 2, min((row + 1) // 2, len(half) - 1)
    left, right = column // 2, min((column + 1) // 2, half.shape[1] - 1)
    here = np.float32(depth)
    limit = np.float32(0.02) * here
    a = ONE if abs(half[top, left] - here) < limit else _UNLIKE
    b = ONE if abs(half[top, right] - here) < limit else _UNLIKE
    c = ONE if abs(half[low, left] - here) < limit else _UNLIKE
    d = ONE if abs(half[low, right] - here) < limit else _UNLIKE
    key = a * terms[0, top, left] + b * terms[0, top, right]
    key += c * terms[0, low, left] + d * terms[0, low, right]
    fill = a * terms[1, top, left] + b * terms[1, top, right]
    fill += c * terms[1, low, left] + d * terms[1, low, right]
    total = ONE / (a + b + c + d)
    return key * total, fill * total


class View(NamedTuple):
    """A camera and what it sees.

    (3, 3) from a pixel to its ray of unit depth, its place, depth and normal at the centres of the
    pixels, and where in a pixel the samples are.
    """

    sight: Array
    position: Array
    depth: Array
    normal: Array
    samples: Array


class Surfaces(NamedTuple):
    """Triangles and their finish.

    Normals and faces of the mesh; `paint` of its faces, then of the ground at each pixel that shows
    it; the plane of the ground.
    """

    triangles: Triangles
    normals: Array
    faces: Ints
    own: Array
    ground: Array


class Light(NamedTuple):
    """Light on what is seen.

    `light_constants`; key and fill share of the half picture, and its depth; the shadow map; taps
    for crisp shadows, none for soft ones.
    """

    constants: Array
    terms: Array
    half: Array
    cast: ShadowMap
    taps: Array


@part
def _is_same_surface(a: int, b: int, surfaces: Surfaces) -> bool:
    """Whether two hits can share one colour: one triangle, or neighbours of one finish."""
    if a == b:
        return True
    if a < 0 or b < 0:
        return False
    f, g, faces, own = (
        surfaces.triangles.face[a], surfaces.triangles.face[b], surfaces.faces, surfaces.own
    )  # fmt: skip
    for k in range(6):
        if own[f, k] != own[g, k]:
            return False
    for k in range(3):
        corner = faces[f, k]
        if corner == faces[g, 0] or corner == faces[g, 1] or corner == faces[g, 2]:
            return True
    return False


@part
def _take_alike(hits: Ints, row: int, column: int, s: int, rest: int, surfaces: Surfaces) -> int:
    """Samples from `s` on that share its colour: their number, plus 8 times their bits."""
    count, bits, here = 0, 0, hits[4 * row + s, column]
    for r in range(s, 4):
        if rest >> r & 1 and _is_same_surface(here, hits[4 * row + r, column], surfaces):
            count += 1
            bits |= 1 << r
    return count + 8 * bits


@part
def _add_fragment(
    room: Array, finish: Ints, n: int, number: int, row: int, column: int, px: float, py: float,
    spot: int, weight: float, view: View, surfaces: Surfaces, light: Light,
) -> None:  # fmt: skip
    """Store fragment `n`: a hit at a sample's place, of a weight."""
    sight, ground = view.sight, surfaces.ground
    for k in range(3):
        room[RAY_ROW + k, n] = sight[k, 0] * px + sight[k, 1] * py + sight[k, 2]
    room[WEIGHT_ROW, n] = weight
    nx, ny, nz, depth = 0.0, -1.0, 0.0, 0.0
    finish[n], key, open_share = -1, 1.0, 1.0
    if number != SKY:
        finish[n] = spot
        if number == GROUND:
            depth = 1.0 / max(ground[0] * px + ground[1] * py + ground[2], 1e-6)
        else:
            finish[n] = surfaces.triangles.face[number]
            u, v, w, depth = weigh(surfaces.triangles.inverse, number, px, py)
            nx, ny, nz = blend_normal(surfaces.normals, surfaces.faces, finish[n], u, v, w)
        key, open_share = _term(light.terms, light.half, row, column, depth)
    room[KEY_ROW, n], room[OPEN_ROW, n] = key, open_share
    room[NORMAL_ROW, n], room[NORMAL_ROW + 1, n], room[NORMAL_ROW + 2, n] = nx, ny, nz
    room[DEPTH_ROW, n] = depth


@part
def _add_samples(
    hits: Ints, panes: Ints, has_pane: bool, row: int, column: int, spot: int, count: int,
    room: Array, finish: Ints, view: View, surfaces: Surfaces, light: Light,
) -> int:  # fmt: skip
    """Store the fragments of a pixel from number `count` on; returns the number after them."""
    begin, end, glass = count, count, ZERO
    for layer in range(2 if has_pane else 1):
        here, end = panes if layer else hits, count
        rest = 15  # bits of the samples that are in no fragment yet
        for s in range(4):
            number = here[4 * row + s, column]
            if rest >> s & 1 == 0 or (layer and number == SKY):
                continue
            taken = _take_alike(here, row, column, s, rest, surfaces)
            rest &= ~(taken >> 3)
            share, x, y = (taken & 7) * 0.25, view.samples[s, 0], view.samples[s, 1]
            share *= GLASS_SHARE if layer else 1.0
            _add_fragment(
                room, finish, count, number, row, column, column + x, row + y, spot, share, view,
                surfaces, light,
            )  # fmt: skip
            count += 1
    if has_pane:
        for n in range(end, count):
            glass += room[WEIGHT_ROW, n]
        for n in range(begin, end):
            room[WEIGHT_ROW, n] *= ONE - glass
    return count


@compiled
def _begin_run(
    hits: Ints, row: int, first: int, width: int, room: Array, finish: Ints, view: View,
    faces: Ints, light: Light,
) -> None:  # fmt: skip
    """Store a fragment a pixel, as if all its samples hit what the first does."""
    sight, y = view.sight, row + 0.5
    for k in range(3):
        start = sight[k, 1] * y + sight[k, 2]
        for n in range(width):
            room[RAY_ROW + k, n] = sight[k, 0] * (first + n + 0.5) + start
    for n in range(width):
        for k in range(3):
            room[NORMAL_ROW + k, n] = view.normal[row, first + n, k]
    for n in range(width):
        number, depth = hits[4 * row, first + n], view.depth[row, first + n]
        key, open_share = _term(light.terms, light.half, row, first + n, depth)
        is_sky = not depth < _FARTHEST
        room[DEPTH_ROW, n] = ZERO if is_sky else depth
        room[KEY_ROW, n] = ONE if is_sky else key
        room[OPEN_ROW, n] = ONE if is_sky else open_share
        room[WEIGHT_ROW, n] = ONE
        finish[n] = faces[number] if number >= 0 else -1


@compiled
def _sharpen_shadows(room: Array, count: int, position: Array, light: Light) -> None:
    """Replace the key shares of fragments by those of crisp shadows."""
    for n in range(count):
        depth = float(room[DEPTH_ROW, n])
        if depth <= 0:
            continue
        x = position[0] + depth * room[RAY_ROW, n]
        y = position[1] + depth * room[RAY_ROW + 1, n]
        z = position[2] + depth * room[RAY_ROW + 2, n]
        i, j, k = room[NORMAL_ROW, n], room[NORMAL_ROW + 1, n], room[NORMAL_ROW + 2, n]
        room[KEY_ROW, n] = shadow(light.cast, x, y, z, i, j, k, light.taps, 0, 0.0)


@compiled
def _spread(room: Array, ends: Ints, row: int, first: int, width: int, out: Array) -> None:
    """Add up the fragments of a run's pixels: one each, then the others, which end at `ends`."""
    n = width
    for k in range(width):
        share = room[WEIGHT_ROW, k]
        red, green, blue = share * room[0, k], share * room[1, k], share * room[2, k]
        while n < ends[k]:
            red += room[WEIGHT_ROW, n] * room[0, n]
            green += room[WEIGHT_ROW, n] * room[1, n]
            blue += room[WEIGHT_ROW, n] * room[2, n]
            n += 1
        out[row, first + k, 0], out[row, first + k, 1], out[row, first + k, 2] = red, green, blue


@part
def _shade_run(
    hits: Ints, panes: Ints, soil: NDArray[np.bool_], row: int, first: int, width: int, spot: int,
    view: View, surfaces: Surfaces, light: Light, room: Array, finish: Ints, ends: Ints, out: Array,
) -> int:  # fmt: skip
    """Fill neighbouring pixels of a row; returns where the paint of the ground goes on."""
    count = width
    _begin_run(hits, row, first, width, room, finish, view, surfaces.triangles.face, light)
    for k in range(width):
        column = first + k
        number, has_pane = hits[4 * row, column], False
        if number == GROUND:
            finish[k] = spot
        is_whole = number == hits[4 * row + 1, column] and number == hits[4 * row + 2, column]
        for s in range(4 if len(panes) else 0):
            has_pane |= panes[4 * row + s, column] != SKY
        if has_pane or not is_whole or number != hits[4 * row + 3, column]:
            room[WEIGHT_ROW, k] = ZERO
            count = _add_samples(
                hits, panes, has_pane, row, column, spot, count, room, finish, view, surfaces,
                light,
            )  # fmt: skip
        ends[k] = count
        spot += soil[row, column]
    if len(light.taps):
        _sharpen_shadows(room, count, view.position, light)
    darken_beyond(room, count, light.constants, view.position)
    prepare(room, finish, count, surfaces.own, light.constants)
    if light.constants[REST + 4] > 0:
        light_lamps(room, count, light.constants, view.position)
    light_fragments(room, count, light.constants)
    _spread(room, ends, row, first, width, out)
    return spot


@compiled
def shade(
    hits: Ints, panes: Ints, soil: NDArray[np.bool_], steady: NDArray[np.bool_], before: Array,
    first: int, last: int, view: View, surfaces: Surfaces, light: Light, starts: Ints, room: Array,
    finish: Ints, ends: Ints, out: Array,
) -> None:  # fmt: skip
    """Fill rows of a picture.

    hits: (4 H, W) what each sample has hit: a triangle, `GROUND` or `SKY`; panes: glass before it,
    `SKY` where there is none, or (0, W). soil: (H, W) where the ground shows; starts: where in its
    paint each row begins. steady: (H, W) which pixels to take from the picture `before`, or (0, W).
    room, finish, ends: room for a row's fragments, (`ROOM_ROWS`, `MOST` W), (`MOST` W,) and (W,).
    out: (H, W, 3).
    """
    width = out.shape[1]
    for row in range(first, last):
        spot, begin, end = starts[row], 0, 0
        while end < width:
            begin, end = end, width
            if len(steady):
                while begin < width and steady[row, begin]:
                    for k in range(3):
                        out[row, begin, k] = before[row, begin, k]
                    spot += soil[row, begin]
                    begin += 1
                end = begin
                while end < width and not steady[row, end]:
                    end += 1
            spot = _shade_run(
                hits, panes, soil, row, begin, end - begin, spot, view, surfaces, light, room,
                finish, ends, out,
            )  # fmt: skip
