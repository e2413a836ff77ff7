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
from storyboard.layout.render.occlusion import shadow
from storyboard.layout.render.rasterise import GROUND, SKY, Ints, Triangles, blend_normal, weigh
from storyboard.layout.render.shadow_map import ShadowMap

# Strength of highlight and reflection, and how often the highlight is squared (3 soft, 7 sharp).
GLASS_SHARE = 0.35  # of a pane's own colour over what is behind it
# Places in the array of constants that `lights.light_constants` makes.
_KEY, _FILL, _RIM, _HORIZON, _ZENITH, _REST, _ROOM, _LAMPS = 3, 6, 9, 12, 15, 18, 25, 29
# Rows of the room that the fragments of a row of pixels are collected in: first 6 of their finish.
_NORMAL_ROW, _RAY_ROW, _DEPTH, _KEY_SHARE, _OPEN, _WEIGHT = 6, 9, 12, 13, 14, 15
_LIT = 16
ROOM_ROWS = 19
MOST = 9  # fragments of a pixel, at most
_ZERO, _ONE, _HALF, _UNLIKE = np.float32(0), np.float32(1), np.float32(0.5), np.float32(1e-4)
_FARTHEST = np.float32(1e9)
_FARTHEST_WALL = 1e5  # metres
_OUTSIDE = (np.float32(0.02), np.float32(0.12))  # of the key and of the fill, beyond the walls


@part
def _term(terms: Array, half: Array, row: int, column: int, depth: float) -> tuple[float, float]:
    """Key and fill share at a pixel, from the nearest of the half picture of like depth."""
    top, low = row // 2, min((row + 1) // 2, len(half) - 1)
    left, right = column // 2, min((column + 1) // 2, half.shape[1] - 1)
    here = np.float32(depth)
    limit = np.float32(0.02) * here
    a = _ONE if abs(half[top, left] - here) < limit else _UNLIKE
    b = _ONE if abs(half[top, right] - here) < limit else _UNLIKE
    c = _ONE if abs(half[low, left] - here) < limit else _UNLIKE
    d = _ONE if abs(half[low, right] - here) < limit else _UNLIKE
    key = a * terms[0, top, left] + b * terms[0, top, right]
    key += c * terms[0, low, left] + d * terms[0, low, right]
    fill = a * terms[1, top, left] + b * terms[1, top, right]
    fill += c * terms[1, low, left] + d * terms[1, low, right]
    total = _ONE / (a + b + c + d)
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
        room[_RAY_ROW + k, n] = sight[k, 0] * px + sight[k, 1] * py + sight[k, 2]
    room[_WEIGHT, n] = weight
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
    room[_KEY_SHARE, n], room[_OPEN, n] = key, open_share
    room[_NORMAL_ROW, n], room[_NORMAL_ROW + 1, n], room[_NORMAL_ROW + 2, n] = nx, ny, nz
    room[_DEPTH, n] = depth


@part
def _add_samples(
    hits: Ints, panes: Ints, has_pane: bool, row: int, column: int, spot: int, count: int,
    room: Array, finish: Ints, view: View, surfaces: Surfaces, light: Light,
) -> int:  # fmt: skip
    """Store the fragments of a pixel from number `count` on; returns the number after them."""
    begin, end, glass = count, count, _ZERO
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
            glass += room[_WEIGHT, n]
        for n in range(begin, end):
            room[_WEIGHT, n] *= _ONE - glass
    return count


@compiled
def _begin_row(
    hits: Ints, row: int, room: Array, finish: Ints, view: View, faces: Ints, light: Light
) -> None:
    """Store a fragment a pixel, as if all its samples hit what the first does."""
    width, sight, y = view.depth.shape[1], view.sight, row + 0.5
    for k in range(3):
        start = sight[k, 1] * y + sight[k, 2]
        for column in range(width):
            room[_RAY_ROW + k, column] = sight[k, 0] * (column + 0.5) + start
    for column in range(width):
        for k in range(3):
            room[_NORMAL_ROW + k, column] = view.normal[row, column, k]
    for column in range(width):
        number, depth = hits[4 * row, column], view.depth[row, column]
        key, open_share = _term(light.terms, light.half, row, column, depth)
        is_sky = not depth < _FARTHEST
        room[_DEPTH, column] = _ZERO if is_sky else depth
        room[_KEY_SHARE, column] = _ONE if is_sky else key
        room[_OPEN, column] = _ONE if is_sky else open_share
        room[_WEIGHT, column] = _ONE
        finish[column] = faces[number] if number >= 0 else -1


@compiled
def _sharpen_shadows(room: Array, count: int, position: Array, light: Light) -> None:
    """Replace the key shares of fragments by those of crisp shadows."""
    for n in range(count):
        depth = float(room[_DEPTH, n])
        if depth <= 0:
            continue
        x = position[0] + depth * room[_RAY_ROW, n]
        y = position[1] + depth * room[_RAY_ROW + 1, n]
        z = position[2] + depth * room[_RAY_ROW + 2, n]
        i, j, k = room[_NORMAL_ROW, n], room[_NORMAL_ROW + 1, n], room[_NORMAL_ROW + 2, n]
        room[_KEY_SHARE, n] = shadow(light.cast, x, y, z, i, j, k, light.taps, 0, 0.0)


@compiled
def _darken_beyond(room: Array, count: int, light: Array, position: Array) -> None:
    """Take the light of a room from fragments outside its walls."""
    for n in range(count):
        x = position[0] + room[_DEPTH, n] * room[_RAY_ROW, n]
        z = position[2] + room[_DEPTH, n] * room[_RAY_ROW + 2, n]
        if x < light[_ROOM] or z < light[_ROOM + 1] or x > light[_ROOM + 2] or z > light[_ROOM + 3]:
            room[_KEY_SHARE, n] *= _OUTSIDE[0]
            room[_OPEN, n] *= _OUTSIDE[1]


@compiled
def _light_lamps(room: Array, count: int, light: Array, position: Array) -> None:
    """Add what the lamps give to fragments with unit rays and distances."""
    least, wrap, near = np.float32(1e-6), np.float32(0.2), np.float32(0.35)
    for lamp in range(int(light[_REST + 4])):
        at = _LAMPS + 7 * lamp
        i, j, k = (
            np.float32(light[at] - position[0]), np.float32(light[at + 1] - position[1]),
            np.float32(light[at + 2] - position[2]),
        )  # fmt: skip
        fall = _ONE / (light[at + 6] * light[at + 6])
        for n in range(count):
            x = i - room[_DEPTH, n] * room[_RAY_ROW, n]
            y = j - room[_DEPTH, n] * room[_RAY_ROW + 1, n]
            z = k - room[_DEPTH, n] * room[_RAY_ROW + 2, n]
            square = x * x + y * y + z * z
            fade = max(_ONE - square * fall, _ZERO)
            along = x * room[_NORMAL_ROW, n] + y * room[_NORMAL_ROW + 1, n]
            along = (along + z * room[_NORMAL_ROW + 2, n]) / np.sqrt(square + least)
            strength = fade * fade * max(along + wrap, _ZERO) / (near + square)
            room[_LIT, n] += strength * light[at + 3]
            room[_LIT + 1, n] += strength * light[at + 4]
            room[_LIT + 2, n] += strength * light[at + 5]


@compiled
def _prepare(room: Array, finish: Ints, count: int, own: Array, light: Array) -> None:
    """Fill in the finish of fragments, the sky's colour, unit rays and distances along them."""
    for n in range(count):
        f = max(finish[n], 0)
        for k in range(6):
            room[k, n] = own[f, k]
    room[_LIT : _LIT + 3, :count] = _ZERO
    for n in range(count):
        x, y, z = room[_RAY_ROW, n], room[_RAY_ROW + 1, n], room[_RAY_ROW + 2, n]
        length = np.sqrt(x * x + y * y + z * z)
        room[_DEPTH, n] *= length
        length = _ONE / length
        if finish[n] < 0:
            climb = min(max(np.float32(-1.6) * y * length, _ZERO), _ONE)
            climb = np.sqrt(climb * np.sqrt(climb))
            for k in range(3):
                horizon = light[_HORIZON + k]
                room[k, n] = horizon + climb * (light[_ZENITH + k] - horizon)
            room[3, n] = _ONE / light[_REST + 1]  # shines entirely
            room[4, n] = _ZERO
        room[_RAY_ROW, n] = x * length
        room[_RAY_ROW + 1, n] = y * length
        room[_RAY_ROW + 2, n] = z * length


@compiled
def _light_fragments(room: Array, count: int, light: Array) -> None:
    """Replace the colour of prepared fragments by that in light, with gloss, glow and haze."""
    soft, wrapped, dark = light[_REST], light[_REST + 5], light[_REST + 3]
    level, turn, bend = np.float32(0.72), light[_REST + 6], np.float32(0.3)
    quarter, mirror_share, rise_share = np.float32(0.25), np.float32(0.6), np.float32(0.8)
    tint, two, third, least = np.float32(0.4), np.float32(2), np.float32(1 / 3), np.float32(1e-6)
    full = np.float32(0.8)
    steep = _ONE / (_ONE - full)
    for n in range(count):
        nx, ny, nz = room[_NORMAL_ROW, n], room[_NORMAL_ROW + 1, n], room[_NORMAL_ROW + 2, n]
        rx, ry, rz = room[_RAY_ROW, n], room[_RAY_ROW + 1, n], room[_RAY_ROW + 2, n]
        to_light = nx * light[0] + ny * light[1] + nz * light[2]
        with_ray = rx * light[0] + ry * light[1] + rz * light[2]
        to_eye = -(nx * rx + ny * ry + nz * rz)
        key = _ONE - (_ONE - room[_KEY_SHARE, n]) * dark
        facing = key * min(max((to_light + soft) * wrapped, _ZERO), _ONE)
        sky = (level - turn * ny) * room[_OPEN, n]
        edge = min(max(_ONE - to_eye, _ZERO), _ONE)
        rim = edge * edge * min(max(to_light + bend, _ZERO), _ONE)
        # The half vector between light and eye; squared 3 times at least, as soft as skin.
        share = max(to_light + to_eye, _ZERO) / np.sqrt(max(two - two * with_ray, least))
        share = min(share, _ONE) if to_light > _ZERO else _ZERO
        share *= share
        share *= share
        share *= share
        power = room[5, n]
        share = share * share if power > 3 else share
        share = share * share if power > 4 else share
        share = share * share if power > 5 else share
        share = share * share if power > 6 else share
        shine = key * room[4, n] * share
        mirror = mirror_share * room[4, n] * room[_OPEN, n]
        mirror *= quarter + (_ONE - quarter) * edge * edge * edge
        rise = min(max(_HALF - rise_share * (ry + two * to_eye * ny), _ZERO), _ONE)
        glow = room[3, n] * light[_REST + 1]
        thick = -light[_REST + 2] * room[_DEPTH, n]
        clear = _ONE / (_ONE + thick * (_ONE + thick * (_HALF + thick * third * _HALF)))
        for k in range(3):
            own, horizon, strength = room[k, n], light[_HORIZON + k], light[_KEY + k]
            colour = own * (strength * facing + light[_FILL + k] * sky + room[_LIT + k, n])
            colour += light[_RIM + k] * rim + strength * shine
            far = (horizon + rise * (light[_ZENITH + k] - horizon)) * (tint + (_ONE - tint) * own)
            colour += mirror * (far - colour)
            colour += glow * (own - colour)
            colour = horizon + clear * (colour - horizon)
            # Film keeps drawing in what is too bright: from `full` on, it rises ever more slowly.
            over = max(colour - full, _ZERO) * steep
            held = full + (_ONE - full) * (_ONE - _ONE / (_ONE + over * (_ONE + over * _HALF)))
            room[k, n] = held if colour > full else colour


@compiled
def _spread(room: Array, ends: Ints, row: int, out: Array) -> None:
    """Add up the fragments of a row's pixels: one each, then the others, which end at `ends`."""
    n = out.shape[1]
    for column in range(out.shape[1]):
        share = room[_WEIGHT, column]
        red, green, blue = share * room[0, column], share * room[1, column], share * room[2, column]
        while n < ends[column]:
            red += room[_WEIGHT, n] * room[0, n]
            green += room[_WEIGHT, n] * room[1, n]
            blue += room[_WEIGHT, n] * room[2, n]
            n += 1
        out[row, column, 0], out[row, column, 1], out[row, column, 2] = red, green, blue


@compiled
def shade(
    hits: Ints, panes: Ints, soil: NDArray[np.bool_], first: int, last: int, view: View,
    surfaces: Surfaces, light: Light, starts: Ints, room: Array, finish: Ints, ends: Ints,
    out: Array,
) -> None:  # fmt: skip
    """Fill rows of a picture.

    hits: (4 H, W) what each sample has hit: a triangle, `GROUND` or `SKY`; panes: glass before it,
    `SKY` where there is none, or (0, W). soil: (H, W) where the ground shows; starts: where in its
    paint each row begins. room, finish, ends: room for a row's fragments, (`ROOM_ROWS`, `MOST` W),
    (`MOST` W,) and (W,). out: (H, W, 3).
    """
    for row in range(first, last):
        spot, count = starts[row], out.shape[1]
        _begin_row(hits, row, room, finish, view, surfaces.triangles.face, light)
        for column in range(out.shape[1]):
            number, has_pane = hits[4 * row, column], False
            if number == GROUND:
                finish[column] = spot
            is_whole = number == hits[4 * row + 1, column] and number == hits[4 * row + 2, column]
            for s in range(4 if len(panes) else 0):
                has_pane |= panes[4 * row + s, column] != SKY
            if has_pane or not is_whole or number != hits[4 * row + 3, column]:
                room[_WEIGHT, column] = _ZERO
                count = _add_samples(
                    hits, panes, has_pane, row, column, spot, count, room, finish, view, surfaces,
                    light,
                )  # fmt: skip
            ends[column] = count
            spot += soil[row, column]
        if len(light.taps):
            _sharpen_shadows(room, count, view.position, light)
        if light.constants[_ROOM + 2] < _FARTHEST_WALL:
            _darken_beyond(room, count, light.constants, view.position)
        _prepare(room, finish, count, surfaces.own, light.constants)
        if light.constants[_REST + 4] > 0:
            _light_lamps(room, count, light.constants, view.position)
        _light_fragments(room, count, light.constants)
        _spread(room, ends, row, out)
