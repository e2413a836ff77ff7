"""Paints of the ground: floors, roads, lawns, sand and water, antialiased by distance.

Every paint takes world x, z and the distance of the camera, (P,) each, and returns (P, 3) albedo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.meshes import Array, Colour, GroundPaint, floats

# Where a zone of the ground is, from x and z.
Mask = Callable[[Array, Array], NDArray[np.bool_]]


def line(at: Array, width_m: float, distance: Array) -> Array:
    """Coverage of a pixel by a line through 0, for points `at` metres off, in [0, 1]."""
    blur = 0.004 * distance + 0.01
    edge = np.clip((width_m / 2 + blur - np.abs(at)) / (2 * blur), 0, 1)
    share: Array = edge * np.clip(width_m / blur, 0, 1)
    return share


def _repeat(at: Array, pitch_m: float) -> Array:
    """Distance from the nearest multiple of the pitch, with sign."""
    offset: Array = at - np.rint(at / pitch_m) * pitch_m  # a remainder takes ten times as long
    return offset


def grid(x: Array, z: Array, distance: Array, pitch_m: float, width_m: float) -> Array:
    """Coverage by a square grid of lines, in [0, 1]."""
    across, along = (line(_repeat(at, pitch_m), width_m, distance) for at in (x, z))
    lines: Array = np.maximum(across, along)
    return lines


def blend(base: Array, over: Colour, share: Array) -> Array:
    """Colours (P, 3) with another laid over them by a share (P,)."""
    tones = base.T  # numpy's loops along P are many times as fast as those along 3
    return floats(tones + (floats(over)[:, None] - tones) * share).T


def _flat(colour: Colour, count: int) -> Array:
    return np.broadcast_to(floats(colour), (count, 3))


def _mottle(x: Array, z: Array, scale_m: float) -> Array:
    """Smooth irregular patches of about `scale_m`, in [-1, 1]."""
    k = 2 * np.pi / scale_m
    warp = np.sin(0.37 * k * z + 0.8) * 1.7
    patches: Array = np.sin(0.61 * k * x + warp) * np.sin(0.53 * k * z - 0.31 * k * x + 0.4)
    return patches


def soft(colour: Colour, other: Colour, scale_m: float = 1.6, strength: float = 0.5) -> GroundPaint:
    """A ground without edges, in patches of two tones: lawn, sand, earth, snow, asphalt, carpet."""

    def paint(x: Array, z: Array, distance: Array) -> Array:
        large = _mottle(x, z, scale_m * 4.3)
        small = _mottle(z, x, scale_m) * np.clip(6 * scale_m / (distance + 0.1), 0, 1)
        share = strength * np.clip(0.5 + 0.3 * large + 0.3 * small, 0, 1)
        return blend(_flat(colour, len(x)), other, share)

    return paint


def tiles(colour: Colour, joint: Colour, pitch_m: float, width_m: float = 0.02) -> GroundPaint:
    """Square tiles or slabs with joints."""

    def paint(x: Array, z: Array, distance: Array) -> Array:
        return blend(_flat(colour, len(x)), joint, 0.75 * grid(x, z, distance, pitch_m, width_m))

    return paint


def checks(colour: Colour, other: Colour, pitch_m: float) -> GroundPaint:
    """A chessboard of two tones."""

    def wave(at: Array, distance: Array) -> Array:
        pair = at / (2 * pitch_m)
        edge = np.abs((pair - np.floor(pair)) * 2 - 1) * pitch_m - pitch_m / 2
        stripes: Array = np.clip(edge / (0.003 * distance + 0.004), -1, 1)
        faded: Array = stripes * np.clip(pitch_m / (0.01 * distance + 0.01), 0, 1)
        return faded

    def paint(x: Array, z: Array, distance: Array) -> Array:
        share = 0.5 + 0.5 * wave(x, distance) * wave(z, distance)
        return blend(_flat(colour, len(x)), other, share)

    return paint


def planks(
    colour: Colour, joint: Colour, width_m: float = 0.16, along_x: bool = False
) -> GroundPaint:
    """Boards along z, or along x, each with its own tone."""

    def paint(x: Array, z: Array, distance: Array) -> Array:
        across, along = (z, x) if along_x else (x, z)
        number = np.floor(across / width_m)
        shade = np.abs(number * 0.618) % 1
        ends = line(_repeat(along + 2.4 * shade, 2.4), 0.02, distance)
        gaps = line(_repeat(across, width_m), 0.012, distance)
        tone = (0.9 + 0.18 * shade)[:, None] * floats(colour)
        return blend(floats(tone), joint, 0.7 * np.maximum(gaps, ends))

    return paint


def cobbles(colour: Colour, joint: Colour, pitch_m: float = 0.22) -> GroundPaint:
    """Setts in rows, shifted by half a stone from row to row."""

    def paint(x: Array, z: Array, distance: Array) -> Array:
        row = np.floor(z / pitch_m)
        shifted = x + (row % 2) * (pitch_m / 2)
        joints = np.maximum(
            line(_repeat(shifted, pitch_m), 0.03, distance),
            line(z - (row + 0.5) * pitch_m + pitch_m / 2, 0.03, distance),
        )
        shade = np.abs(np.sin(row * 12.9 + np.floor(shifted / pitch_m) * 4.1))
        fade = np.clip(8 / (distance + 1), 0, 1)
        tone = (1 + 0.14 * (shade - 0.5) * fade)[:, None] * floats(colour)
        return blend(floats(tone), joint, 0.6 * joints)

    return paint


def water(colour: Colour, crest: Colour, scale_m: float = 1.2) -> GroundPaint:
    """Water with ripples that lengthen with distance."""

    def paint(x: Array, z: Array, distance: Array) -> Array:
        k = 2 * np.pi / scale_m
        swell = np.sin(0.21 * k * z + 0.9 * np.sin(0.13 * k * x))
        ripple = np.sin(k * z + 1.9 * np.sin(0.31 * k * x + 0.4 * swell))
        fade = np.clip(14 * scale_m / (distance + 1), 0.0, 1)
        share = np.clip(0.25 + 0.16 * swell + 0.30 * ripple * fade, 0, 1)
        return blend(_flat(colour, len(x)), crest, share)

    return paint


def furrows(colour: Colour, other: Colour, pitch_m: float) -> GroundPaint:
    """Rows along z: a ploughed or sown field, or a mown pitch."""

    def paint(x: Array, z: Array, distance: Array) -> Array:
        fade = np.clip(30 * pitch_m / (distance + 1), 0, 1)
        share = 0.5 + 0.5 * np.sin(2 * np.pi * x / pitch_m) * fade
        return blend(_flat(colour, len(x)), other, 0.8 * share + 0.1 * _mottle(x, z, 5.0))

    return paint


def zones(base: GroundPaint, *laid: tuple[Mask, GroundPaint]) -> GroundPaint:
    """A ground with others laid over parts of it; the last one that holds is visible."""

    def paint(x: Array, z: Array, distance: Array) -> Array:
        which = np.zeros(len(x), np.uint8)
        for number, (mask, _) in enumerate(laid, start=1):
            which[mask(x, z)] = number
        colour = np.empty((len(x), 3), np.float32)
        for number, each in enumerate((base, *(paint for _, paint in laid))):
            chosen = np.flatnonzero(which == number)
            if len(chosen) == len(x):
                return each(x, z, distance)
            if len(chosen):
                colour[chosen] = each(x[chosen], z[chosen], distance[chosen])
        return colour

    return paint


def moved(mask: Mask, dx: float, dz: float) -> Mask:
    """The same zone elsewhere."""
    return lambda x, z: mask(x - dx, z - dz)


def stripes(base: GroundPaint, marks: Sequence[Sequence[float]], colour: Colour) -> GroundPaint:
    """Painted lines over a ground: road markings, kerbs, courts.

    Args:
        base: The ground below.
        marks: For each line: 0 along x or 1 along z, its offset on the other axis, its width, its
            dash and gap (gap 0: solid), and where it begins and ends.
        colour: Of all these lines.
    """
    alike: dict[tuple[float, ...], list[float]] = {}
    for axis, offset, *kind in marks:
        alike.setdefault((axis, *kind), []).append(offset)

    def paint(x: Array, z: Array, distance: Array) -> Array:
        total = np.zeros(len(x), np.float32)
        for (axis, width, dash, gap, first, last), offsets in alike.items():
            along, across = (x, z) if axis == 0 else (z, x)
            inside = np.flatnonzero((along >= first) & (along <= last))
            if gap:
                inside = inside[along[inside] % (dash + gap) < dash]
            at, lines = across[inside], floats(sorted(offsets))
            nearest = lines[np.searchsorted((lines[1:] + lines[:-1]) / 2, at)]
            cover = line(at - nearest, width, distance[inside])
            total[inside] = np.maximum(total[inside], cover)
        return blend(base(x, z, distance), colour, 0.85 * total)

    return paint
