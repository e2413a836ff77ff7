"""Light of fragments: what a rig adds to the colour of surfaces, in rows that become vectors."""

from __future__ import annotations

import numpy as np

from storyboard.layout.meshes import Array
from storyboard.layout.render.compiled import compiled
from storyboard.layout.render.rasterise import Ints

# Places in the array of constants that `lights.light_constants` makes.
_KEY, _FILL, _RIM, _HORIZON, _ZENITH, REST, _ROOM, _LAMPS = 3, 6, 9, 12, 15, 18, 25, 29
# Rows of the room that the fragments of a row of pixels are collected in: first 6 of their finish.
NORMAL_ROW, RAY_ROW, DEPTH_ROW, KEY_ROW, OPEN_ROW, WEIGHT_ROW = 6, 9, 12, 13, 14, 15
_LIT = 16
ROOM_ROWS = 19
ZERO, ONE, _HALF = np.float32(0), np.float32(1), np.float32(0.5)
_FARTHEST_WALL = 1e5  # metres
_OUTSIDE = (np.float32(0.02), np.float32(0.12))  # of the key and of the fill, beyond the walls


@compiled
def darken_beyond(room: Array, count: int, light: Array, position: Array) -> None:
    """Take the light of a room from fragments outside its walls."""
    if light[_ROOM + 2] >= _FARTHEST_WALL:
        return
    for n in range(count):
        x = position[0] + room[DEPTH_ROW, n] * room[RAY_ROW, n]
        z = position[2] + room[DEPTH_ROW, n] * room[RAY_ROW + 2, n]
        if x < light[_ROOM] or z < light[_ROOM + 1] or x > light[_ROOM + 2] or z > light[_ROOM + 3]:
            room[KEY_ROW, n] *= _OUTSIDE[0]
            room[OPEN_ROW, n] *= _OUTSIDE[1]


@compiled
def light_lamps(room: Array, count: int, light: Array, position: Array) -> None:
    """Add what the lamps give to fragments with unit rays and distances."""
    least, wrap, near = np.float32(1e-6), np.float32(0.2), np.float32(0.35)
    for lamp in range(int(light[REST + 4])):
        at = _LAMPS + 7 * lamp
        i, j, k = (
            np.float32(light[at] - position[0]), np.float32(light[at + 1] - position[1]),
            np.float32(light[at + 2] - position[2]),
        )  # fmt: skip
        fall = ONE / (light[at + 6] * light[at + 6])
        for n in range(count):
            x = i - room[DEPTH_ROW, n] * room[RAY_ROW, n]
            y = j - room[DEPTH_ROW, n] * room[RAY_ROW + 1, n]
            z = k - room[DEPTH_ROW, n] * room[RAY_ROW + 2, n]
            square = x * x + y * y + z * z
            fade = max(ONE - square * fall, ZERO)
            along = x * room[NORMAL_ROW, n] + y * room[NORMAL_ROW + 1, n]
            along = (along + z * room[NORMAL_ROW + 2, n]) / np.sqrt(square + least)
            strength = fade * fade * max(along + wrap, ZERO) / (near + square)
            room[_LIT, n] += strength * light[at + 3]
            room[_LIT + 1, n] += strength * light[at + 4]
            room[_LIT + 2, n] += strength * light[at + 5]


@compiled
def prepare(room: Array, finish: Ints, count: int, own: Array, light: Array) -> None:
    """Fill in the finish of fragments, the sky's colour, unit rays and distances along them."""
    for n in range(count):
        f = max(finish[n], 0)
        for k in range(6):
            room[k, n] = own[f, k]
    room[_LIT : _LIT + 3, :count] = ZERO
    for n in range(count):
        x, y, z = room[RAY_ROW, n], room[RAY_ROW + 1, n], room[RAY_ROW + 2, n]
        length = np.sqrt(x * x + y * y + z * z)
        room[DEPTH_ROW, n] *= length
        length = ONE / length
        if finish[n] < 0:
            climb = min(max(np.float32(-1.6) * y * length, ZERO), ONE)
            climb = np.sqrt(climb * np.sqrt(climb))
            for k in range(3):
                horizon = light[_HORIZON + k]
                room[k, n] = horizon + climb * (light[_ZENITH + k] - horizon)
            room[3, n] = ONE / light[REST + 1]  # shines entirely
            room[4, n] = ZERO
        room[RAY_ROW, n] = x * length
        room[RAY_ROW + 1, n] = y * length
        room[RAY_ROW + 2, n] = z * length


@compiled
def light_fragments(room: Array, count: int, light: Array) -> None:
    """Replace the colour of prepared fragments by that in light, with gloss, glow and haze."""
    soft, wrapped, dark = light[REST], light[REST + 5], light[REST + 3]
    level, turn, bend = np.float32(0.72), light[REST + 6], np.float32(0.3)
    quarter, mirror_share, rise_share = np.float32(0.25), np.float32(0.6), np.float32(0.8)
    tint, two, third, least = np.float32(0.4), np.float32(2), np.float32(1 / 3), np.float32(1e-6)
    full = np.float32(0.8)
    steep = ONE / (ONE - full)
    for n in range(count):
        nx, ny, nz = room[NORMAL_ROW, n], room[NORMAL_ROW + 1, n], room[NORMAL_ROW + 2, n]
        rx, ry, rz = room[RAY_ROW, n], room[RAY_ROW + 1, n], room[RAY_ROW + 2, n]
        to_light = nx * light[0] + ny * light[1] + nz * light[2]
        with_ray = rx * light[0] + ry * light[1] + rz * light[2]
        to_eye = -(nx * rx + ny * ry + nz * rz)
        key = ONE - (ONE - room[KEY_ROW, n]) * dark
        facing = key * min(max((to_light + soft) * wrapped, ZERO), ONE)
        sky = (level - turn * ny) * room[OPEN_ROW, n]
        edge = min(max(ONE - to_eye, ZERO), ONE)
        rim = edge * edge * min(max(to_light + bend, ZERO), ONE)
        # The half vector between light and eye; squared 3 times at least, as soft as skin.
        share = max(to_light + to_eye, ZERO) / np.sqrt(max(two - two * with_ray, least))
        share = min(share, ONE) if to_light > ZERO else ZERO
        share *= share
        share *= share
        share *= share
        power = room[5, n]
        share = share * share if power > 3 else share
        share = share * share if power > 4 else share
        share = share * share if power > 5 else share
        share = share * share if power > 6 else share
        shine = key * room[4, n] * share
        mirror = mirror_share * room[4, n] * room[OPEN_ROW, n]
        mirror *= quarter + (ONE - quarter) * edge * edge * edge
        rise = min(max(_HALF - rise_share * (ry + two * to_eye * ny), ZERO), ONE)
        glow = room[3, n] * light[REST + 1]
        thick = -light[REST + 2] * room[DEPTH_ROW, n]
        clear = ONE / (ONE + thick * (ONE + thick * (_HALF + thick * third * _HALF)))
        for k in range(3):
            own, horizon, strength = room[k, n], light[_HORIZON + k], light[_KEY + k]
            colour = own * (strength * facing + light[_FILL + k] * sky + room[_LIT + k, n])
            colour += light[_RIM + k] * rim + strength * shine
            far = (horizon + rise * (light[_ZENITH + k] - horizon)) * (tint + (ONE - tint) * own)
            colour += mirror * (far - colour)
            colour += glow * (own - colour)
            colour = horizon + clear * (colour - horizon)
            # Film keeps drawing in what is too bright: from `full` on, it rises ever more slowly.
            over = max(colour - full, ZERO) * steep
            held = full + (ONE - full) * (ONE - ONE / (ONE + over * (ONE + over * _HALF)))
            room[k, n] = held if colour > full else colour
