"""Facades: town houses with shops, office blocks, detached houses; one-sided towards the street."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from storyboard.layout.meshes import Colour, Mesh, box, from_triangles, join
from storyboard.layout.places.landscape import Random, toned
from storyboard.layout.places.walls import Side, passage, pierced

LAMP: Colour = (1.0, 0.86, 0.58)
GLASS: Colour = (0.17, 0.21, 0.25)
STONE: Colour = (0.66, 0.63, 0.57)
# Wall colours and surfaces of old town houses.
OLD_WALLS: Sequence[tuple[Colour, str]] = (
    ((0.52, 0.29, 0.22), "brick"), ((0.60, 0.41, 0.30), "brick"), ((0.76, 0.69, 0.55), "plaster"),
    ((0.66, 0.60, 0.53), "plaster"), ((0.70, 0.55, 0.42), "plaster"),
    ((0.58, 0.62, 0.61), "plaster"),
)  # fmt: skip
AWNINGS: Sequence[Colour] = (
    (0.55, 0.14, 0.13), (0.14, 0.32, 0.24), (0.16, 0.24, 0.42), (0.62, 0.48, 0.16),
)  # fmt: skip


def pane(side: Side, area: Sequence[float], random: Random, lit: float, trim: Colour) -> Mesh:
    """A window of a far facade: frame, glass with a cross bar, dark or lit by chance."""
    first, last, low, high = area
    f = 0.07
    glow = 0.85 * float(random.random() < lit)
    glass = toned(LAMP, random, 0.06) if glow else toned(GLASS, random, 0.04)
    bar = (first + last) / 2
    return join(
        [
            side.face((first - f, last + f, low - f, high + f), trim, out=0.02),
            side.face((first, last, low, high), glass, out=0.04, glow=glow),
            side.face((bar - 0.025, bar + 0.025, low, high), trim, out=0.05),
            side.face((first - 0.15, last + 0.15, low - 0.16, low - f), trim, out=0.06),
        ]
    )


def _shop(side: Side, first: float, last: float, random: Random) -> list[Mesh]:
    """Ground floor with a shop window, its door, a fascia and sometimes an awning."""
    tone = toned(AWNINGS[int(random.integers(len(AWNINGS)))], random, 0.03)
    door = first + 0.5 if random.random() < 0.5 else last - 1.5
    left, right = (door + 1.3, last - 0.4) if door < first + 1 else (first + 0.4, door - 0.3)
    glow = 0.75 * float(random.random() < 0.6)
    inside: Colour = toned((0.93, 0.80, 0.56), random, 0.05) if glow else (0.22, 0.24, 0.25)
    parts = [
        side.face((first + 0.2, last - 0.2, 0, 2.95), tone, out=0.03, surface="wood"),
        side.face((left, right, 0.55, 2.75), inside, out=0.06, glow=glow, surface="screen"),
        side.face((door, door + 1.0, 0.05, 2.2), toned(GLASS, random), out=0.06),
        side.face((door, door + 1.0, 2.3, 2.75), inside, out=0.06, glow=glow),
        side.block((first + 0.2, last - 0.2, 2.95, 3.5), 0.16, tone, surface="wood"),
        side.face((left + 0.3, right - 0.3, 3.1, 3.35), (0.88, 0.84, 0.72), out=0.17),
    ]
    parts += [
        side.face((at - 0.03, at + 0.03, 0.55, 2.75), tone, out=0.07)
        for at in np.linspace(left, right, 4)[1:-1]
    ]
    if random.random() < 0.5:
        high, low, out = 2.95, 2.5, 1.2
        a, b = side.point(left, high, 0.1), side.point(right, high, 0.1)
        c, d = side.point(right, low, out), side.point(left, low, out)
        both = [(0, 1, 2), (0, 2, 3), (0, 2, 1), (0, 3, 2)]
        parts.append(from_triangles([a, b, c, d], both, tone, smooth=False, surface="cloth"))
    return parts


def town_house(
    side: Side, first: float, last: float, height: float, random: Random, *, shop: bool = True
) -> Mesh:
    """A house in a row: ground floor with a shop or a door, floors of windows, cornice and roof."""
    base, surface = OLD_WALLS[int(random.integers(len(OLD_WALLS)))]
    colour = toned(base, random, 0.05)
    trim = (0.84, 0.81, 0.74) if surface == "brick" else toned((0.80, 0.77, 0.70), random)
    parts = [side.face((first, last, 0, height), colour, surface=surface)]
    count = max(2, round((last - first) / 2.1))
    step = (last - first) / count
    middles = [first + (k + 0.5) * step for k in range(count)]
    if shop:
        parts += _shop(side, first, last, random)
    else:
        parts += [pane(side, (m - 0.5, m + 0.5, 1.1, 2.6), random, 0.4, trim) for m in middles[1:]]
        m = middles[0]
        parts.append(side.face((m - 0.7, m + 0.7, 0, 2.75), trim, out=0.03, surface="stone"))
        tone = toned(AWNINGS[int(random.integers(len(AWNINGS)))], random, 0.03)
        parts.append(side.face((m - 0.5, m + 0.5, 0.1, 2.2), tone, out=0.06, surface="wood"))
        parts.append(side.block((m - 0.9, m + 0.9, 0, 0.14), 0.5, STONE, surface="stone"))
    for low in np.arange(4.2, height - 2.0, 3.1):
        for m in middles:
            parts.append(pane(side, (m - 0.5, m + 0.5, low, low + 1.6), random, 0.3, trim))
    parts.append(side.block((first, last, height - 0.25, height), 0.3, trim, surface="stone"))
    a, b = side.point(first, height), side.point(last, height)
    c, d = side.point(last, height + 2.0, -2.2), side.point(first, height + 2.0, -2.2)
    roof = toned((0.30, 0.24, 0.22), random, 0.04)
    parts.append(from_triangles([a, b, c, d], [(0, 1, 2), (0, 2, 3)], roof, smooth=False,
                                surface="tile"))  # fmt: skip
    if random.random() < 0.7:
        at = first + float(random.uniform(0.2, 0.8)) * (last - first)
        parts.append(side.block((at, at + 0.7, height + 1, height + 2.9), 0.6, colour, out=-1.9,
                                surface="brick"))  # fmt: skip
    return join(parts)


def office_block(side: Side, first: float, last: float, height: float, random: Random) -> Mesh:
    """A modern block: bands of glass between floors, a lobby with columns."""
    colour = toned((0.62, 0.63, 0.64), random, 0.08)
    parts = [
        side.face((first, last, 0, height), colour, surface="concrete"),
        side.face((first + 0.6, last - 0.6, 0.2, 3.4), (0.24, 0.29, 0.32), out=0.05, glow=0.15,
                  surface="screen"),
        side.block((first + 0.2, last - 0.2, 3.5, 3.9), 0.9, toned(colour, random, 0.05)),
    ]  # fmt: skip
    parts += [
        side.block((at - 0.25, at + 0.25, 0, 3.5), 0.5, colour, surface="concrete")
        for at in np.linspace(first + 0.8, last - 0.8, max(2, round((last - first) / 4)))
    ]
    count = max(2, round((last - first) / 2.4))
    edges = np.linspace(first + 0.3, last - 0.3, count + 1)
    for low in np.arange(4.6, height - 2.2, 3.3):
        for left, right in pairwise(edges):
            glow = 0.8 * float(random.random() < 0.35)
            glass = (0.92, 0.90, 0.78) if glow else toned((0.24, 0.32, 0.38), random, 0.03)
            area = (left + 0.05, right - 0.05, low, low + 2.1)
            parts.append(side.face(area, glass, out=0.04, glow=glow, surface="screen"))
    return join(parts)


def row(
    side: Side, random: Random, heights: tuple[float, float] = (8.0, 14.0), *,
    shops: float = 0.6, modern: float = 0.0, gap: Sequence[float] = (0.0, 0.0),
) -> Mesh:  # fmt: skip
    """Houses along one side of a street, with a gap where another street joins.

    Args:
        side: Line of the facades.
        random: Source of widths, heights and tones.
        heights: From and to, metres.
        shops: Chance of a shop on a ground floor.
        modern: Chance of an office block.
        gap: Metres along the side, from and to, without houses.
    """
    parts, at = [], 0.0
    while at < side.length - 2:
        wide = min(float(random.uniform(6.0, 10.0)), side.length - at)
        if gap[0] <= at + 0.01 < gap[1]:
            at = gap[1]
            continue
        if at < gap[0]:
            wide = min(wide, gap[0] - at)
        if side.length - at - wide < 4:
            wide = side.length - at
        height = float(random.uniform(*heights))
        if random.random() < modern:
            parts.append(office_block(side, at, at + wide, height * 1.35, random))
        else:
            shop = bool(random.random() < shops)
            parts.append(town_house(side, at, at + wide, height, random, shop=shop))
        at += wide
    return join(parts)


def cottage(
    random: Random, wall: Colour = (0.80, 0.76, 0.68), width: float = 9.0, depth: float = 7.0
) -> Mesh:
    """A detached house with its front at z = 0: door, windows, step, pitched roof, chimney."""
    height, ridge = 3.0, 5.6
    half = width / 2
    walls = toned(wall, random, 0.05)
    trim: Colour = (0.90, 0.89, 0.85)
    front = Side((-half, 0.0), (half, 0.0))
    parts = [box((0, -height / 2, depth / 2), (width, height, depth), walls, surface="plaster")]
    roof = toned((0.42, 0.22, 0.18), random, 0.05)
    e, low = 0.5, height - 0.2
    eaves = [(x, -low, z) for z in (-e, depth + e) for x in (-half - e, half + e)]
    top = [(-half - e, -ridge, depth / 2), (half + e, -ridge, depth / 2)]
    faces = [(0, 1, 5), (0, 5, 4), (3, 2, 4), (3, 4, 5), (1, 0, 2), (1, 2, 3)]
    parts.append(from_triangles(eaves + top, faces, roof, smooth=False, surface="tile"))
    gables = [
        ([(-half, -height, depth), (-half, -height, 0), (-half, -ridge, depth / 2)]),
        ([(half, -height, 0), (half, -height, depth), (half, -ridge, depth / 2)]),
    ]
    parts += [
        from_triangles(g, [(0, 1, 2)], walls, smooth=False, surface="plaster") for g in gables
    ]
    for x in (-0.32 * width, 0.30 * width):
        area = (half + x - 0.8, half + x + 0.8, 0.95, 2.2)
        parts.append(pane(front, area, random, 0.5, trim))
    tone = toned(AWNINGS[int(random.integers(len(AWNINGS)))], random, 0.03)
    parts += [
        front.face((half - 0.65, half + 0.65, 0, 2.3), trim, out=0.02),
        front.face((half - 0.5, half + 0.5, 0.05, 2.15), tone, out=0.04, surface="wood"),
        front.block((half - 0.9, half + 0.9, 0, 0.12), 0.8, STONE, surface="stone"),
        box((0.28 * width, -ridge - 0.2, depth * 0.6), (0.7, 1.8, 0.7), (0.50, 0.30, 0.24),
            surface="brick"),
    ]  # fmt: skip
    for turn, across in ((90.0, half), (-90.0, -half)):
        end = Side((-depth / 2, 0.0), (depth / 2, 0.0))
        window = pane(end, (depth / 2 - 0.6, depth / 2 + 0.6, 0.95, 2.2), random, 0.5, trim)
        parts.append(window.moved((across, 0, depth / 2), yaw_deg=turn))
    return join(parts)


def entrance_front(
    side: Side, door: float, random: Random, height: float, colour: Colour, *, wide: float = 2.4
) -> Mesh:  # fmt: skip
    """A public building: a facade with a canopied doorway at `door` metres along, and a sign."""
    hole = (door - wide / 2, door + wide / 2, 0.0, 2.5)
    trim: Colour = (0.30, 0.31, 0.33)
    parts = [
        pierced(
            side, [(0, 0.7, (0.45, 0.44, 0.42), "stone"), (0.7, height, colour, "stone")], [hole]
        ),
        passage(side, hole, (0.78, 0.70, 0.56)),
        side.block((door - wide, door + wide, 2.9, 3.15), 2.0, trim),
        side.block((door - 2.2, door + 2.2, 3.3, 3.95), 0.15, (0.16, 0.24, 0.38)),
        side.face((door - 1.9, door + 1.9, 3.47, 3.78), (0.93, 0.93, 0.90), out=0.16, glow=0.5),
        side.block((0, side.length, height - 0.4, height), 0.35, STONE, surface="stone"),
        side.block((0, side.length, 4.15, 4.35), 0.12, STONE, surface="stone"),
    ]
    light: Colour = (0.86, 0.85, 0.81)
    for m in np.arange(1.4, side.length - 0.9, 2.6):
        if abs(m - door) > wide / 2 + 1.0:
            parts.append(pane(side, (m - 0.65, m + 0.65, 1.1, 2.7), random, 0.45, light))
        for low in np.arange(4.9, height - 2.2, 3.3):
            parts.append(pane(side, (m - 0.65, m + 0.65, low, low + 1.8), random, 0.35, light))
    return join(parts)
