"""Colour of what the samples of a pixel have hit, in the light of a rig.

Colours are blended as sRGB values, as the strengths of a rig are. Per pixel each visible surface is
shaded once, as a fragment weighted by the samples that it takes. The fragments of a row are first
collected, then lit all at once by loops over plain float32 rows that the compiler makes vectors of.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.meshes import SURFACES, Array, Mesh, floats
from storyboard.layout.render.compiled import compiled, part
from storyboard.layout.render.lights import LightRig
from storyboard.layout.render.occlusion import shadow
from storyboard.layout.render.rasterise import GROUND, SKY, Ints, Triangles, blend_normal, weigh
from storyboard.layout.render.shadow_map import ShadowMap

# Strength of highlight and reflection, and how often the highlight is squared (3 soft, 7 sharp).
_FINISH = {
    "skin": (0.10, 3), "hair": (0.16, 4), "leather": (0.22, 4), "wood": (0.10, 4),
    "metal": (0.55, 5), "glass": (0.85, 7), "screen": (0.35, 6), "plastic": (0.26, 5),
    "stone": (0.08, 4), "tile": (0.24, 6), "asphalt": (0.03, 3), "snow": (0.05, 3),
    "water": (0.6, 6), "leaf": (0.08, 3), "food": (0.14, 4), "eye": (0.8, 6), "cloth": (0.0, 3),
}  # fmt: skip
_FINISHES = floats([_FINISH.get(name, (0.0, 3)) for name in SURFACES])
GLASS_SHARE = 0.35  # of a pane's own colour over what is behind it
# Places in the array of constants that `light_constants` makes.
_KEY, _FILL, _RIM, _HORIZON, _ZENITH, _REST, _LAMPS = 3, 6, 9, 12, 15, 18, 24


def light_constants(rig: LightRig) -> Array:
    """The rig as numbers: direction, key, fill, rim, horizon, zenith, rest, then 7 a lamp."""
    key, fill = floats(rig.key_colour), floats(rig.fill_colour)
    rest = [
        0.25 * rig.softness,
        1.0 if rig.is_dark else 0.12,
        np.log(1 - rig.haze) / 10,
        1 - 0.6 * rig.softness,
        float(len(rig.lamps[:4])),
        1 / (1 + 0.25 * rig.softness),
    ]
    lamps = [(*lamp.at, *lamp.colour, lamp.reach_m) for lamp in rig.lamps[:4]]
    parts = (
        rig.direction, key * rig.key, fill * rig.fill * 1.35, key * rig.rim, rig.horizon,
        rig.zenith, rest, np.ravel(lamps),
    )  # fmt: skip
    return np.concatenate([floats(part) for part in parts])


def paint(mesh: Mesh) -> Array:
    """(N, 6) of each face: colour, glow, gloss, sharpness of the highlight."""
    return np.column_stack([mesh.colour, mesh.glow, _FINISHES[mesh.surface]]).astype(np.float32)


# Rows of the room that the fragments of a row of pixels are collected in: first 6 of their finish.
_NORMAL_ROW, _RAY_ROW, _DEPTH, _KEY_SHARE, _OPEN, _WEIGHT = 6, 9, 12, 13, 14, 15
_LIT, _TERMS = 16, 19
ROOM_ROWS = 21
MOST = 8  # fragments of a pixel, at most
_ZERO, _ONE, _HALF, _UNLIKE = np.float32(0), np.float32(1), np.float32(0.5), np.float32(1e-4)


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
    is_joined = False
    for k in range(3):
        corner = faces[f, k]
        is_joined |= corner == faces[g, 0] or corner == faces[g, 1] or corner == faces[g, 2]
    for k in range(6):
        is_joined &= own[f, k] == own[g, k]
    return is_joined


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
def _is_whole(hits: Ints, row: int, column: int) -> bool:
    """Whether all samples of a pixel have hit the same."""
    a, b, c = hits[4 * row, column], hits[4 * row + 1, column], hits[4 * row + 2, column]
    return bool(a == b and a == c and a == hits[4 * row + 3, column])


@part
def _add_fragment(
    room: Array, finish: Ints, n: int, number: int, row: int, column: int, px: float, py: float,
    is_centre: bool, spot: int, weight: float, view: View, surfaces: Surfaces, light: Light,
) -> None:  # fmt: skip
    """Store fragment `n`: a hit at a pixel position, of a weight."""
    sight, ground, place = view.sight, surfaces.ground, view.position
    rx = sight[0, 0] * px + sight[0, 1] * py + sight[0, 2]
    ry = sight[1, 0] * px + sight[1, 1] * py + sight[1, 2]
    rz = sight[2, 0] * px + sight[2, 1] * py + sight[2, 2]
    room[_RAY_ROW, n], room[_RAY_ROW + 1, n], room[_RAY_ROW + 2, n] = rx, ry, rz
    room[_WEIGHT, n] = weight
    nx, ny, nz, depth = 0.0, -1.0, 0.0, 0.0
    finish[n], key, open_share = -1, 1.0, 1.0
    if number != SKY:
        finish[n] = spot
        if number != GROUND:
            finish[n] = surfaces.triangles.face[number]
        if is_centre:
            depth, normal = view.depth[row, column], view.normal
            nx, ny, nz = normal[row, column, 0], normal[row, column, 1], normal[row, column, 2]
            key, open_share = room[_TERMS, column], room[_TERMS + 1, column]
        else:
            if number == GROUND:
                depth = 1.0 / max(ground[0] * px + ground[1] * py + ground[2], 1e-6)
            else:
                u, v, w, depth = weigh(surfaces.triangles.inverse, number, px, py)
                nx, ny, nz = blend_normal(
                    surfaces.normals, surfaces.faces, surfaces.triangles.face[number], u, v, w
                )
            key, open_share = _term(light.terms, light.half, row, column, depth)
        if len(light.taps):
            x, y, z = place[0] + depth * rx, place[1] + depth * ry, place[2] + depth * rz
            key = shadow(light.cast, x, y, z, nx, ny, nz, light.taps, 0, 0.0)
    room[_KEY_SHARE, n], room[_OPEN, n] = key, open_share
    room[_NORMAL_ROW, n], room[_NORMAL_ROW + 1, n], room[_NORMAL_ROW + 2, n] = nx, ny, nz
    room[_DEPTH, n] = depth


@part
def _add_pixel(
    here: Ints, is_pane: bool, can_reuse: bool, row: int, column: int, spot: int, count: int,
    room: Array, finish: Ints, view: View, surfaces: Surfaces, light: Light,
) -> int:  # fmt: skip
    """Store the fragments of a pixel from number `count` on; returns the number after them."""
    is_whole = _is_whole(here, row, column)
    rest = 15  # bits of the samples that are in no fragment yet
    for s in range(1 if is_whole else 4):
        number = here[4 * row + s, column]
        if rest >> s & 1 == 0 or (is_pane and number == SKY):
            continue
        share, x, y = 1.0, 0.5, 0.5
        if not is_whole:
            taken = _take_alike(here, row, column, s, rest, surfaces)
            rest &= ~(taken >> 3)
            share, x, y = (taken & 7) * 0.25, view.samples[s, 0], view.samples[s, 1]
        if is_pane:
            share *= GLASS_SHARE
        _add_fragment(
            room, finish, count, number, row, column, column + x, row + y,
            is_whole and can_reuse, spot, share, view, surfaces, light,
        )  # fmt: skip
        count += 1
    return count


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
    for k in range(6):
        for n in range(count):
            room[k, n] = own[max(finish[n], 0), k]
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
    level, turn, bend = np.float32(0.72), np.float32(0.38), np.float32(0.3)
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
    """Add up the fragments of a row's pixels; each pixel's end at `ends`."""
    n = 0
    for column in range(out.shape[1]):
        red, green, blue = _ZERO, _ZERO, _ZERO
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
    paint each row begins. room, finish, ends: room for a row's fragments, (`ROOM_ROWS`, 8 W),
    (8 W,) and (W,). out: (H, W, 3).
    """
    for row in range(first, last):
        spot, count = starts[row], 0
        for column in range(out.shape[1]):
            room[_TERMS, column], room[_TERMS + 1, column] = _term(
                light.terms, light.half, row, column, view.depth[row, column]
            )
        for column in range(out.shape[1]):
            begin, has_pane = count, False
            for s in range(4 if len(panes) else 0):
                has_pane |= panes[4 * row + s, column] != SKY
            for layer in range(2 if has_pane else 1):
                here, end = panes if layer else hits, count
                count = _add_pixel(
                    here, layer > 0, not has_pane, row, column, spot, count, room, finish, view,
                    surfaces, light,
                )  # fmt: skip
            if has_pane:
                glass = _ZERO
                for n in range(end, count):
                    glass += room[_WEIGHT, n]
                for n in range(begin, end):
                    room[_WEIGHT, n] *= _ONE - glass
            ends[column] = count
            spot += soil[row, column]
        _prepare(room, finish, count, surfaces.own, light.constants)
        if light.constants[_REST + 4] > 0:
            _light_lamps(room, count, light.constants, view.position)
        _light_fragments(room, count, light.constants)
        _spread(room, ends, row, out)
