"""Sets of the layout: a painted floor and a few solids round the subject, for each kind of place.

The subject stands at the origin and the camera faces along +z, so solids keep clear of the strip in
front (z from -25 to -1, x within 2). Seeded, so that the shots of a scene share one set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from storyboard.layout.figures import house, tree
from storyboard.layout.mesh import Array, Colour, Mesh, box, ellipsoid, floats, join, limb

if TYPE_CHECKING:
    from storyboard.layout.mesh import GroundPaint

Random = np.random.Generator

_LAMP: Colour = (1.0, 0.88, 0.58)


@dataclass(frozen=True, eq=False)
class SetPlace:
    """A set: its floor, its solids, and whether it has walls instead of a sky."""

    ground: GroundPaint
    solids: Mesh
    is_interior: bool = False


def _line(at: Array, width_m: float, distance: Array) -> Array:
    """Coverage of a pixel by a line through 0, for points `at` metres off, in [0, 1]."""
    blur = 0.004 * distance + 0.01
    edge = np.clip((width_m / 2 + blur - np.abs(at)) / (2 * blur), 0, 1)
    share: Array = edge * np.clip(width_m / blur, 0, 1)
    return share


def _grid(x: Array, z: Array, distance: Array, pitch_m: float, width_m: float) -> Array:
    x, z = ((at + pitch_m / 2) % pitch_m - pitch_m / 2 for at in (x, z))
    return np.maximum(_line(x, width_m, distance), _line(z, width_m, distance))


def _floor(base: Colour, lines: Colour, *, pitch_m: float, strength: float) -> GroundPaint:
    """A plain floor with a grid of faint lines that make the travel of the camera visible."""

    def paint(x: Array, z: Array, distance: Array) -> Array:
        share = strength * _grid(x, z, distance, pitch_m, 0.05)[:, None]
        return floats(base) * (1 - share) + floats(lines) * share

    return paint


def _street_floor(x: Array, z: Array, distance: Array) -> Array:
    road = np.abs(z - 1.0)[:, None] < 4.2
    colour = np.where(road, floats((0.25, 0.25, 0.27)), floats((0.50, 0.49, 0.47)))
    slabs = np.where(road[:, 0], 0, 0.35 * _grid(x, z, distance, 1.5, 0.05))[:, None]
    dashes = _line(z - 1.0, 0.16, distance) * ((x % 3.0) < 1.7)
    edge = np.maximum(_line(z + 3.2, 0.22, distance), _line(z - 5.2, 0.22, distance))
    white = np.maximum(dashes * 0.85, edge * 0.6)[:, None]
    colour = colour * (1 - slabs) + floats((0.30, 0.30, 0.30)) * slabs
    return floats(colour * (1 - white) + floats((0.86, 0.85, 0.80)) * white)


def _shore_floor(x: Array, z: Array, distance: Array) -> Array:
    sand = floats((0.80, 0.70, 0.50))
    sea = floats((0.14, 0.38, 0.50))
    shoreline = z - 4.0 - 0.4 * np.sin(x * 0.6)
    wet = np.clip(shoreline / 1.2 + 0.5, 0, 1)[:, None]
    waves = _line((z + 0.25 * np.sin(x * 0.5)) % 2.4 - 1.2, 0.22, distance)
    foam = np.where(shoreline > 0, waves, 0) * 0.5 + _line(shoreline, 0.5, distance) * 0.6
    colour, foam = sand * (1 - wet) + sea * wet, foam[:, None]
    return floats(colour * (1 - foam) + floats((0.93, 0.95, 0.95)) * foam)


def _facade(x: float, z: float, random: Random, depth: float = 5.0) -> Mesh:
    """A town house front of 4 to 8 m, windows towards the road."""
    width = float(random.uniform(4.5, 6.5))
    height = float(random.uniform(6, 11))
    tone = random.uniform(0.42, 0.72)
    colour = (tone * 1.05, tone * float(random.uniform(0.85, 0.98)), tone * 0.86)
    front = z - depth / 2 - 0.03
    parts = [
        box((x, -height / 2, z), (width, height, depth), colour),
        box((x, -height - 0.15, z), (width + 0.3, 0.3, depth + 0.3), (0.32, 0.26, 0.24)),
        box((x, -1.1, front), (1.1, 2.2, 0.06), (0.26, 0.18, 0.14)),
    ]
    for row in range(1 + int(height // 2.8)):
        if height - 2.8 * row < 2.2:
            break
        for shift in (-width * 0.3, width * 0.3):
            lit = float(random.random() < 0.45)
            pane, at = _LAMP if lit else (0.24, 0.30, 0.36), (x + shift, -1.6 - 2.8 * row, front)
            parts.append(box(at, (1.0, 1.4, 0.06), pane, glow=0.9 * lit))
    return join(parts)


def _street_lamp(x: float, z: float) -> Mesh:
    metal = (0.16, 0.17, 0.18)
    return join(
        [
            limb((x, 0, z), (x, -4.4, z), 0.08, metal, end_radius=0.05),
            limb((x, -4.3, z), (x, -4.5, z - 0.9), 0.045, metal),
            ellipsoid((x, -4.42, z - 0.95), (0.2, 0.13, 0.2), _LAMP, rings=4, segments=8),
            box((x, -4.36, z - 0.95), (0.28, 0.1, 0.28), _LAMP, glow=1.0),
        ]
    )


def _street(random: Random) -> SetPlace:
    solids = [_facade(x, 9.5 + 2.5, random) for x in np.arange(-27, 28, 6.8)]
    solids += [_street_lamp(x, 6.0) for x in (-13.5, -4.5, 4.5, 13.5)]
    return SetPlace(_street_floor, join(solids))


def _scattered(
    random: Random, count: int, near: float, far: float, build: Callable[[float], Mesh]
) -> list[Mesh]:
    """Copies behind and beside the subject, never in the camera's strip."""
    placed: list[Mesh] = []
    for k in range(count):
        z = near + (far - near) * (k + float(random.uniform(0.1, 0.9))) / count
        x = float(random.uniform(-1, 1)) * (4 + 0.95 * z)
        if abs(x) < 1.6 and z < near + 4:
            x = np.copysign(2.6, x or 1.0)
        placed.append(build(float(random.random())).moved((x, 0, z)))
    return placed


def _forest(random: Random) -> SetPlace:
    def pine(size: float) -> Mesh:
        green = (0.12 + 0.1 * size, 0.30 + 0.14 * size, 0.15)
        height = 4.5 + 3 * size
        trunk = limb((0, 0, 0), (0, -height * 0.4, 0), 0.2, (0.30, 0.20, 0.13), end_radius=0.13)
        skirts = []
        for low in (0.24, 0.42, 0.6):
            start, end = (0, -height * low, 0), (0, -height * (low + 0.42), 0)
            skirts.append(limb(start, end, 1.35 - low, green, end_radius=0.02))
        return join([trunk, *skirts])

    spots = ((-3.4, 1.5), (3.9, 2.6), (-6.5, -2.0), (6.8, -1.0))
    near = [pine(0.5).moved((x, 0, z)) for x, z in spots]
    ground = _floor((0.24, 0.33, 0.17), (0.17, 0.24, 0.12), pitch_m=2.0, strength=0.55)
    return SetPlace(ground, join(near + _scattered(random, 26, 3.5, 32, pine)))


def _field(random: Random) -> SetPlace:
    def broadleaf(size: float) -> Mesh:
        return tree((0.22 + 0.1 * size, 0.42, 0.18), 0.0).moved((0, 0, 0), scale=0.7 + 0.5 * size)

    solids = _scattered(random, 6, 9, 40, broadleaf)
    x = float(random.choice([-9.0, 9.0]))
    solids.append(house((0.74, 0.70, 0.62), 0.0).moved((x, 0, 17), yaw_deg=20))
    wood = (0.45, 0.36, 0.26)
    solids += [box((x, -0.5, 7.0), (0.12, 1.0, 0.12), wood) for x in range(-15, 16, 3)]
    solids.append(box((0, -0.78, 7.0), (30, 0.1, 0.06), wood))
    ground = _floor((0.38, 0.52, 0.22), (0.29, 0.42, 0.16), pitch_m=2.0, strength=0.6)
    return SetPlace(ground, join(solids))


def _desert(random: Random) -> SetPlace:
    def rock(size: float) -> Mesh:
        tone = (0.60 + 0.1 * size, 0.40, 0.26)
        radii = (0.9 + size, 0.7 + 0.6 * size, 0.8)
        large = ellipsoid((0, -0.3, 0), radii, tone, rings=5, segments=7)
        small = ellipsoid((0.9, -0.1, -0.2), (0.5, 0.4, 0.5), tone, rings=4, segments=6)
        return join([large, small])

    def mesa(x: float, z: float, size: float) -> Mesh:
        tone = (0.62, 0.36, 0.24)
        return limb((x, 0, z), (x, -size, z), size * 1.1, tone, end_radius=size * 0.75)

    solids = _scattered(random, 9, 3.5, 26, rock)
    solids += [mesa(-17, 38, 8), mesa(15, 46, 10), mesa(2, 60, 7)]
    ground = _floor((0.78, 0.58, 0.36), (0.66, 0.47, 0.28), pitch_m=2.0, strength=0.5)
    return SetPlace(ground, join(solids))


def _shore(random: Random) -> SetPlace:
    def stone(size: float) -> Mesh:
        return ellipsoid((0, -0.15, 0), (0.5 + 0.6 * size, 0.45, 0.5), (0.42, 0.40, 0.38), rings=5)

    solids = _scattered(random, 6, 2.5, 9, stone)
    posts = [
        limb((x, 0.2, 7 + 2.2 * k), (x, -1.2, 7 + 2.2 * k), 0.12, (0.36, 0.28, 0.20))
        for k in range(5)
        for x in (6.0, 7.6)
    ]
    deck = [box((6.8, -1.2, 11.5), (2.0, 0.12, 10.5), (0.52, 0.42, 0.30))]
    hills = [ellipsoid((x, 0.4, 75), (26, 5.5, 6), (0.30, 0.38, 0.42), rings=5) for x in (-38, 30)]
    return SetPlace(_shore_floor, join(solids + posts + deck + hills))


def _wall(x0: float, x1: float, z: float, height: float, colour: Colour) -> list[Mesh]:
    """A wall across the picture with a skirting board.

    In panels: the painter's algorithm sorts faces by their centres, and that of a long wall is not
    where its ends are.
    """
    edges = np.arange(x0, x1 + 0.01, 2.0)
    panels: list[Mesh] = []
    for left in edges[:-1]:
        panels.append(box((left + 1, -height / 2, z + 0.1), (2.0, height, 0.2), colour))
        panels.append(box((left + 1, -0.1, z - 0.02), (2.0, 0.2, 0.06), (0.30, 0.24, 0.20)))
    return panels


def _window(x: float, y: float, z: float, pane: Colour) -> list[Mesh]:
    return [
        box((x, y, z), (1.5, 1.4, 0.04), (0.90, 0.88, 0.84)),
        box((x, y, z - 0.02), (1.34, 1.24, 0.04), pane, glow=0.8),
        box((x, y, z - 0.04), (0.06, 1.24, 0.04), (0.90, 0.88, 0.84)),
    ]


def _room(random: Random) -> SetPlace:
    tone = random.uniform(0.60, 0.78)
    paper = (float(tone), float(tone) * 0.92, float(tone) * 0.80)
    wall = _wall(-8, 8, 4.0, 3.2, paper) + [
        box((side * (6.5 + 0.1), -3.2 / 2, z + 1), (0.2, 3.2, 2.0), paper)
        for side in (-1, 1)
        for z in np.arange(-8, 4, 2.0)
    ]
    furniture = [
        *_window(-2.6, -1.75, 3.96, (0.62, 0.74, 0.84)),
        box((2.5, -1.05, 3.96), (1.0, 2.1, 0.06), (0.42, 0.28, 0.18)),
        box((5.0, -1.9, 3.94), (1.2, 0.8, 0.05), (0.35, 0.42, 0.50)),
        box((-5.2, -0.9, 3.5), (1.5, 1.8, 0.6), (0.38, 0.26, 0.18)),
        box((4.4, -0.42, 2.6), (1.9, 0.45, 0.9), (0.30, 0.36, 0.44)),
        box((4.4, -0.75, 3.0), (1.9, 0.6, 0.2), (0.30, 0.36, 0.44)),
        limb((-4.0, 0, 2.8), (-4.0, -1.5, 2.8), 0.04, (0.2, 0.2, 0.2)),
        limb((-4.0, -1.45, 2.8), (-4.0, -1.85, 2.8), 0.32, _LAMP, end_radius=0.18, glow=1.0),
    ]
    ground = _floor((0.50, 0.36, 0.24), (0.36, 0.25, 0.16), pitch_m=0.8, strength=0.5)
    solids = join(wall).painted_in(0)
    return SetPlace(ground, join([solids, *furniture]), is_interior=True)


def _carriage(random: Random) -> SetPlace:
    wood = (0.55, 0.38, 0.24)
    shell = _wall(-10, 10, 1.7, 2.6, wood)
    for x in np.arange(-9, 9.1, 3.0):
        pane = (0.30, 0.36, 0.46) if random.random() < 0.7 else (0.66, 0.60, 0.44)
        shell += _window(float(x), -1.55, 1.66, pane)
    seats, leather = [], (0.36, 0.16, 0.14)
    for x in np.arange(-9.0, 9.1, 2.0):
        if abs(x) > 0.8:
            seats.append(box((x, -0.42, 1.1), (0.5, 0.12, 0.9), leather))
            seats.append(box((x - 0.25, -0.8, 1.1), (0.10, 0.8, 0.9), leather))
    poles = [limb((x, 0, 0.9), (x, -2.6, 0.9), 0.03, (0.80, 0.70, 0.40)) for x in (-4.2, 4.2)]
    ground = _floor((0.36, 0.28, 0.22), (0.26, 0.20, 0.16), pitch_m=0.6, strength=0.5)
    return SetPlace(ground, join([join(shell).painted_in(0), *seats, *poles]), is_interior=True)


def _studio(random: Random) -> SetPlace:
    tone = float(random.uniform(0.56, 0.70))
    flats = _wall(-14, 14, 7.0, 6.0, (tone, tone, tone))
    marks = [
        box((x, -y, 6.93), (0.06, 0.5, 0.04), (0.38, 0.38, 0.40))
        for x in np.arange(-12, 12.1, 3.0)
        for y in (1.0, 3.0, 5.0)
    ]
    ends, black, white = (-5.2, 5.2), (0.12, 0.12, 0.12), (0.95, 0.93, 0.88)
    stand = [limb((x, 0, 4.2), (x, -3.0, 4.2), 0.04, black) for x in ends]
    stand += [box((x, -3.1, 4.0), (0.9, 0.7, 0.25), white, glow=0.7) for x in ends]
    ground = _floor((0.52, 0.52, 0.53), (0.40, 0.40, 0.42), pitch_m=1.0, strength=0.5)
    return SetPlace(ground, join([join(flats).painted_in(0), *marks, *stand]), is_interior=True)


_BUILDERS: Mapping[str, Callable[[Random], SetPlace]] = {
    "street": _street,
    "forest": _forest,
    "field": _field,
    "desert": _desert,
    "shore": _shore,
    "room": _room,
    "carriage": _carriage,
    "studio": _studio,
}
PLACE_NAMES = tuple(_BUILDERS)


def build_place(name: str, seed: int) -> SetPlace:
    """The set called `name`, one of `PLACE_NAMES`; the same seed builds the same set."""
    return _BUILDERS[name](np.random.default_rng(seed))
