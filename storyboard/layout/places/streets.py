"""Exteriors of the town: streets, squares, fronts of buildings, stations, roofs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from shots.lexicon.places import SetPlan
from storyboard.layout.meshes import Colour, GroundPaint, Mesh, box, ellipsoid, join, limb
from storyboard.layout.places.facades import (
    LAMP,
    STONE,
    cottage,
    entrance_front,
    office_block,
    row,
    town_house,
)
from storyboard.layout.places.grounds import cobbles, planks, soft, stripes, tiles, water, within, zones
from storyboard.layout.places.landscape import (
    Random,
    broadleaf,
    bush,
    fence,
    ring,
    scattered,
    skyline,
    slat,
    toned,
)
from storyboard.layout.places.set_place import PlaceBuilder, SetPlace
from storyboard.layout.places.walls import Side, ceiling, slab

ASPHALT = soft((0.28, 0.28, 0.29), (0.22, 0.22, 0.23), 1.3, 0.6)
PAVING = tiles((0.52, 0.51, 0.48), (0.38, 0.37, 0.35), 0.6, 0.02)
LAWN = soft((0.26, 0.40, 0.15), (0.36, 0.46, 0.19), 1.2, 0.7)
PAINT: Colour = (0.84, 0.83, 0.78)
KERB: Colour = (0.62, 0.61, 0.58)
HAZE: Colour = (0.58, 0.63, 0.69)
FAR = 120.0


def _road(z0: float, z1: float, dash: bool = True) -> GroundPaint:
    """Asphalt along x between two kerbs, with a dashed line in the middle."""
    lines: list[Sequence[float]] = [(0, (z0 + z1) / 2, 0.12, 2.0, 2.5, -FAR, FAR)] if dash else []
    kerbs: list[Sequence[float]] = [(0, z, 0.16, 0, 0, -FAR, FAR) for z in (z0 + 0.08, z1 - 0.08)]
    return stripes(stripes(ASPHALT, lines, PAINT), kerbs, KERB)


def _street_ends(random: Random, x: float, z0: float, z1: float) -> Mesh:
    """Houses that close a street at both ends."""
    left, right = Side((-x, z0), (-x, z1)), Side((x, z1), (x, z0))
    return join([row(left, random), row(right, random)])


def _town(random: Random, near: float, far: float, length: float = 42.0, shops: float = 0.6) -> Mesh:
    """Houses on both sides of a street along x."""
    front = Side((-length, far), (length, far))
    behind = Side((length, near), (-length, near))
    ends = _street_ends(random, length + 3, near, far)
    return join([row(front, random, shops=shops), row(behind, random, (7, 11), shops=shops), ends])


def _street(plan: SetPlan, random: Random) -> SetPlace:
    parking = stripes(ASPHALT, [(1, x, 0.1, 0, 0, 8.9, 10.7) for x in np.arange(-30, 31, 5.4)], PAINT)
    ground = zones(PAVING, (within(-FAR, 2.1, FAR, 10.8), parking), (within(-FAR, 2.1, FAR, 8.9), _road(2.1, 9.0)))
    return SetPlace(ground, _town(random, -13.5, 13.5))


def _crossroads(plan: SetPlan, random: Random) -> SetPlace:
    zebra = [(0, z, 0.5, 0, 0, -3.4, 3.4) for z in ()]
    bars = [(1, x, 0.5, 0, 0, -1.3, 1.3) for x in np.arange(-3.0, 3.1, 1.0)]
    bars += [(1, x, 0.5, 0, 0, 10.8, 13.2) for x in np.arange(-3.0, 3.1, 1.0)]
    bars += [(0, z, 0.5, 0, 0, sx, sx + 2.4) for z in np.arange(3.6, 9.7, 1.0) for sx in (-7.2, 4.8)]
    stops: list[Sequence[float]] = [(1, 0, 0.14, 2, 2.5, z0, z1) for z0, z1 in ((-FAR, -2.6), (14, FAR))]
    stops += [(0, 6.6, 0.14, 2, 2.5, x0, x1) for x0, x1 in ((-FAR, -8), (8, FAR))]
    asphalt = stripes(ASPHALT, [*zebra, *bars, *stops], PAINT)
    ground = zones(PAVING, (within(-FAR, 3.2, FAR, 10.2), asphalt), (within(-3.7, -FAR, 3.7, FAR), asphalt))
    houses = []
    for sign in (-1, 1):
        far = Side((-40, 15.0), (-7, 15.0)) if sign < 0 else Side((7, 15.0), (40, 15.0))
        near = Side((-7, -14), (-40, -14)) if sign < 0 else Side((40, -14), (7, -14))
        for side in (far, near):
            houses.append(row(side, random, (9, 15), shops=0.8, modern=0.25))
        for z0, z1 in ((15.0, 44.0), (-44.0, -14.0)):
            along = Side((-7, z0), (-7, z1)) if sign < 0 else Side((7, z1), (7, z0))
            houses.append(row(along, random, (9, 15), shops=0.6))
    houses.append(_street_ends(random, 43, -14, 15))
    houses += [row(Side((-8, 46), (8, 46)), random), row(Side((8, -46), (-8, -46)), random)]
    return SetPlace(ground, join(houses))


def _alley(plan: SetPlan, random: Random) -> SetPlace:
    x0, _, x1, _ = plan.bounds
    brick = toned((0.42, 0.26, 0.20), random, 0.05)
    parts = []
    iron: Colour = (0.16, 0.17, 0.18)
    for side, inward in ((Side((x0, -30), (x0, 18)), 1), (Side((x1, 18), (x1, -30)), -1)):
        parts.append(side.face((0, 48, 0, 10), toned(brick, random, 0.03), surface="brick"))
        for s in np.arange(2.0, 46, 4.3):
            glow = 0.8 * float(random.random() < 0.3)
            tone = LAMP if glow else (0.14, 0.17, 0.20)
            for low in (3.6, 6.7):
                parts.append(side.face((s - 0.08, s + 1.18, low - 0.08, low + 1.58), (0.30, 0.26, 0.23), out=0.02))
                parts.append(side.face((s, s + 1.1, low, low + 1.5), tone, out=0.03, glow=glow))
                parts.append(side.face((s, s + 1.1, low + 0.74, low + 0.8), (0.3, 0.26, 0.23), out=0.04))
        at = 33.0 if inward > 0 else 11.5
        for low in (3.3, 6.4):  # fire escape
            parts.append(side.block((at, at + 4, low, low + 0.06), 1.1, iron, surface="metal"))
            for h in (0.5, 1.0):
                parts.append(side.block((at, at + 4, low + h, low + h + 0.04), 0.04, iron, out=1.06))
            parts += [side.block((s, s + 0.04, low, low + 1.0), 0.04, iron, out=1.06) for s in np.arange(at, at + 4.1, 0.5)]
            a, b = side.point(at + 0.6, low, 0.8), side.point(at + 3.4, low - 3.1 if low > 4 else 2.3, 0.8)
            parts.append(limb(a, b, 0.06, iron, segments=4, surface="metal"))
        for s in (6.5, 27.0):
            parts.append(limb(side.point(s, 0, 0.1), side.point(s, 10, 0.1), 0.06, iron, segments=6))
    parts.append(row(Side((-9, 28), (9, 28)), random, shops=1.0))
    parts.append(row(Side((9, -40), (-9, -40)), random, shops=1.0))
    wet = soft((0.25, 0.25, 0.26), (0.16, 0.17, 0.18), 0.9, 0.8)
    ground = zones(PAVING, (within(x0 - 1, -31, x1 + 1, 18), stripes(wet, [(1, 0, 0.3, 0, 0, -31, 18)], (0.20, 0.20, 0.21))))
    return SetPlace(ground, join(parts))


def _square(plan: SetPlan, random: Random) -> SetPlace:
    stone = cobbles((0.50, 0.47, 0.43), (0.30, 0.28, 0.26), 0.24)
    circles = zones(stone, (lambda x, z: np.abs(np.hypot(x, z - 11) - 5.5) < 0.35, soft((0.62, 0.59, 0.53), STONE)))
    houses = [
        row(Side((-26, 24), (26, 24)), random, (10, 15), shops=0.8, gap=(22.0, 30.0)),
        row(Side((26, -22), (-26, -22)), random, (9, 14), shops=0.7),
        row(Side((-24, -22), (-24, 24)), random, (9, 14), shops=0.7),
        row(Side((24, 24), (24, -22)), random, (9, 14), shops=0.7),
    ]
    hall = Side((-4.1, 24.5), (4.1, 24.5))
    houses.append(entrance_front(hall, 4.1, random, 15.0))
    clock = [
        box((0, -20, 27.2), (4.6, 14, 4.6), STONE, surface="stone"),
        limb((0, -27, 27.2), (0, -33, 27.2), 3.3, (0.28, 0.36, 0.34), end_radius=0.05, segments=4),
        ellipsoid((0, -22.5, 24.85), (1.3, 1.3, 0.06), (0.92, 0.91, 0.86), rings=8, segments=16, glow=0.4),
        box((0, -22.9, 24.75), (0.12, 0.9, 0.04), (0.1, 0.1, 0.1)),
        box((0.3, -22.5, 24.75), (0.7, 0.12, 0.04), (0.1, 0.1, 0.1)),
    ]
    return SetPlace(circles, join([*houses, *clock]))


def _suburb(plan: SetPlan, random: Random) -> SetPlace:
    walk = tiles((0.60, 0.59, 0.56), (0.44, 0.43, 0.41), 1.2, 0.03)
    drive = soft((0.44, 0.43, 0.42), (0.38, 0.37, 0.36), 1.0)
    ground = zones(
        LAWN, (within(-FAR, 0, FAR, 2.1), walk), (within(-FAR, 9.1, FAR, 10.2), walk),
        (within(-FAR, 2.1, FAR, 9.1), _road(2.1, 9.1)),
        *((within(x + 5.2, 10.1, x + 8.2, 17), drive) for x in (-16.0, 0.0, 16.0)),
        *((within(x - 0.6, 10.1, x + 0.6, 16), walk) for x in (-16.0, 0.0, 16.0)),
    )  # fmt: skip
    tones: Sequence[Colour] = ((0.80, 0.76, 0.68), (0.62, 0.68, 0.72), (0.78, 0.66, 0.52), (0.70, 0.74, 0.64))
    parts = []
    for k, x in enumerate((-32, -16, 0, 16, 32)):
        parts.append(cottage(random, tones[k % 4]).moved((x, 0, 15.5)))
        garage = box((x + 6.7, -1.25, 18.5), (3.6, 2.5, 5.0), toned(tones[k % 4], random), surface="plaster")
        gate = box((x + 6.7, -1.05, 15.97), (2.7, 2.1, 0.04), (0.86, 0.86, 0.84))
        parts += [garage, gate, box((x + 6.7, -2.58, 18.4), (3.9, 0.16, 5.4), (0.35, 0.26, 0.23))]
    for k, x in enumerate((-24, -8.4, 8.4, 24)):
        parts.append(cottage(random, tones[(k + 2) % 4]).moved((x, 0, -13), yaw_deg=180))
    trees = scattered(random, broadleaf, (-45, 22, 45, 38), 16, (6, 9))
    trees += scattered(random, broadleaf, (-45, -40, 45, -24), 14, (6, 9), lambda x, z: abs(x) > 5)
    return SetPlace(ground, join([*parts, *trees]), ring(random, 110, 12, (0.36, 0.44, 0.34), rough=0.1))


def _house(plan: SetPlan, random: Random) -> SetPlace:
    wall = toned(((0.80, 0.76, 0.68), (0.66, 0.70, 0.72), (0.76, 0.66, 0.54))[int(random.integers(3))], random, 0.04)
    path = tiles((0.60, 0.58, 0.54), (0.42, 0.40, 0.38), 0.5, 0.03)
    walk = tiles((0.60, 0.59, 0.56), (0.44, 0.43, 0.41), 1.2, 0.03)
    ground = zones(
        LAWN, (within(-0.7, -3, 0.7, 6), path), (within(6.4, -3, 9.6, 6), PAVING), (within(-FAR, -6, FAR, -3), walk),
        (within(-FAR, -13.5, FAR, -6), _road(-13.5, -6)), (within(-FAR, -16, FAR, -13.5), walk),
    )  # fmt: skip
    parts = [cottage(random, wall, 11.0, 8.0).moved((0, 0, 6.02))]
    posts = [limb((x, 0, 4.7), (x, -2.5, 4.7), 0.08, (0.88, 0.87, 0.83), segments=8) for x in (-1.3, 1.3)]
    porch = [slat((-1.6, 2.5, 4.4), (3.2, 0.16, 1.7), (0.44, 0.24, 0.20)), *posts]
    garage = [slat((6.1, 0, 6.1), (3.6, 2.6, 5), wall, surface="plaster"), slat((6.5, 0, 6.05), (2.8, 2.1, 0.06), (0.86, 0.86, 0.84)),
              slat((6.0, 2.6, 5.9), (3.8, 0.2, 5.4), (0.36, 0.26, 0.23))]  # fmt: skip
    for k, x in enumerate((-19, 19)):
        parts.append(cottage(random, (0.74, 0.72, 0.68)).moved((x, 0, 6.5 + k)))
    for x in (-24, -9, 9, 24):
        parts.append(cottage(random, (0.72, 0.68, 0.62)).moved((x, 0, -21), yaw_deg=180))
    picket = [fence((a, -2.7), (b, -2.7), 0.9, (0.90, 0.90, 0.87), 0.24) for a, b in ((-11, -4.2), (3.4, 6.2))]
    trees = scattered(random, broadleaf, (-40, 17, 40, 34), 16, (6, 9))
    trees += scattered(random, broadleaf, (-40, -46, 40, -30), 12, (6, 9), lambda x, z: abs(x) > 5)
    far = ring(random, 110, 12, (0.36, 0.44, 0.34), rough=0.1)
    return SetPlace(ground, join([*parts, *porch, *garage, *picket, *trees]), far)


def _building_front(plan: SetPlan, random: Random) -> SetPlace:
    front = Side((-15, 7), (15, 7))
    sides = [row(Side((-46, 7), (-15, 7)), random, shops=0.4, modern=0.4), row(Side((15, 7), (46, 7)), random, shops=0.4, modern=0.4)]
    behind = row(Side((46, -17), (-46, -17)), random, (8, 12), shops=0.6, modern=0.2)
    slabs = tiles((0.60, 0.58, 0.55), (0.45, 0.44, 0.42), 1.0, 0.025)
    ground = zones(slabs, (within(-FAR, -10.4, FAR, -3.2), _road(-10.4, -3.2)))
    return SetPlace(ground, join([entrance_front(front, 15, random, 15.0), *sides, behind, _street_ends(random, 48, -17, 7)]))


def _shop_front(plan: SetPlan, random: Random) -> SetPlace:
    front = Side((-4, 5), (3, 5))
    tone = toned(((0.15, 0.28, 0.24), (0.40, 0.13, 0.13), (0.16, 0.22, 0.36))[int(random.integers(3))], random, 0.03)
    shop = [
        front.face((0, 7, 0, 12), (0.56, 0.36, 0.28), surface="brick"),
        front.face((0.2, 6.8, 0, 3.0), tone, out=0.02, surface="wood"),
        front.face((1.1, 4.1, 0, 2.5), (0.86, 0.72, 0.48), out=0.03, glow=0.6),
        front.block((0.2, 6.8, 2.85, 3.45), 0.25, tone, surface="wood"),
        front.face((1.4, 5.6, 3.0, 3.3), (0.92, 0.86, 0.66), out=0.27, glow=0.4),
        front.block((0, 7, 11.7, 12), 0.3, STONE, surface="stone"),
    ]
    upper = town_house(front, 0, 7, 12, random, shop=False).moved((0, -0.0, 0.02))
    awning = box((-0.5, -2.72, 4.4), (6.6, 0.05, 1.1), toned(tone, random, 0.08), surface="cloth")
    sides = [row(Side((-42, 5), (-4, 5)), random, shops=0.8), row(Side((3, 5), (42, 5)), random, shops=0.8)]
    behind = row(Side((42, -15), (-42, -15)), random, (8, 12), shops=0.7)
    ground = zones(PAVING, (within(-FAR, -9.8, FAR, -2.9), _road(-9.8, -2.9)))
    del upper
    return SetPlace(ground, join([*shop, awning, _upper_windows(front, random), *sides, behind, _street_ends(random, 45, -15, 5)]))


def _upper_windows(side: Side, random: Random) -> Mesh:
    """Two floors of windows over a shop."""
    parts = []
    for low in (4.3, 7.6):
        for s in (1.2, 3.5, 5.8):
            glow = 0.85 * float(random.random() < 0.4)
            parts.append(side.face((s - 0.57, s + 0.57, low - 0.08, low + 1.78), (0.86, 0.83, 0.76), out=0.02))
            parts.append(side.face((s - 0.5, s + 0.5, low, low + 1.7), LAMP if glow else (0.17, 0.2, 0.24), out=0.03, glow=glow))
            parts.append(side.face((s - 0.02, s + 0.02, low, low + 1.7), (0.86, 0.83, 0.76), out=0.04))
    return join(parts)


def _bridge(plan: SetPlan, random: Random) -> SetPlace:
    stone = toned((0.50, 0.48, 0.45), random, 0.04)
    steel: Colour = (0.36, 0.22, 0.18)
    parts = []
    for z in (2.9, -9.2):
        parts.append(box((0, -0.12, z), (76, 0.24, 0.4), stone, surface="stone"))
        if z > 0:
            parts += [limb((x, 0, z), (x, -1.1, z), 0.022, (0.18, 0.2, 0.2), segments=4) for x in np.arange(-36, 36.1, 0.5)]
            parts += [box((0, -h, z), (76, 0.06, 0.08), (0.18, 0.2, 0.2), surface="metal") for h in (0.32, 1.1)]
        else:
            parts += [box((sign * 22, -1.0, z), (36, 0.06, 0.08), (0.18, 0.2, 0.2)) for sign in (-1, 1)]
            parts += [box((x, -0.5, z), (0.08, 1.0, 0.08), (0.18, 0.2, 0.2)) for x in np.arange(-38, 39, 2) if abs(x) > 3.5]
        for x in (-26.0, 26.0):  # towers with cables
            parts.append(box((x, -8, z + 0.4), (1.6, 16, 1.2), steel, surface="metal"))
            cable = [(x + s, -(15.6 - 13.6 * (1 - ((26 - abs(s)) / 26) ** 2)), z + 0.4) for s in np.linspace(-26, 26, 15)]
            parts += [limb(a, b, 0.12, steel, segments=5) for a, b in zip(cable, cable[1:], strict=False)]
            parts += [limb(c, (c[0], 0, c[2]), 0.03, steel, segments=4) for c in cable if c[1] < -1.6]
    for x in (-26.0, 26.0):
        parts.append(box((x, -12.5, -2.6), (1.4, 1.2, 12.6), steel, surface="metal"))
        parts.append(box((x, -15.6, -2.6), (1.4, 1.0, 12.6), steel, surface="metal"))
    deck = zones(PAVING, (within(-FAR, -8.6, FAR, -1.4), _road(-8.6, -1.4)))
    river = water((0.16, 0.26, 0.32), (0.34, 0.45, 0.52), 2.2)
    ground = zones(river, (within(-300, -9.4, 300, 3.1), deck))
    far = [skyline(random, 95, 46, (6, 26), HAZE), ring(random, 84, 3.5, (0.34, 0.40, 0.32), rough=0.1, deep=0.05)]
    return SetPlace(ground, join(parts), join(far))


def _rooftop(plan: SetPlan, random: Random) -> SetPlace:
    x0, z0, x1, z1 = plan.bounds
    brick = toned((0.48, 0.32, 0.26), random, 0.04)
    parts = []
    for side, inner in (
        (Side((x0, z1), (x1, z1)), True), (Side((x1, z1), (x1, z0 - 14)), True), (Side((x0, z0 - 14), (x0, z1)), True),
    ):  # fmt: skip
        parts.append(side.block((0, side.length, 0, 0.9), 0.3, brick, out=-0.3, surface="brick"))
        parts.append(side.block((-0.1, side.length + 0.1, 0.9, 1.0), 0.4, STONE, out=-0.35, surface="stone"))
    hut = [slat((4.3, 0, -4.2), (2.7, 2.6, 3.2), brick, surface="brick"), slat((4.1, 2.6, -4.4), (3, 0.15, 3.6), STONE),
           slat((4.25, 0, -2.9), (0.06, 2.1, 1.0), (0.30, 0.34, 0.36)),
           slat((4.2, 2.25, -2.6), (0.1, 0.15, 0.3), LAMP)]  # fmt: skip
    pipes = [limb((-3.4, 0, 6.2), (-3.4, -0.9, 6.2), 0.1, (0.5, 0.5, 0.5)), limb((1.0, 0, 6.4), (1.0, -0.7, 6.4), 0.14, (0.5, 0.5, 0.5))]
    blocks = []
    for k in range(26):  # roofs and blocks round about, whose walls go down
        turn = 2 * np.pi * (k + float(random.uniform(-0.3, 0.3))) / 26
        out = float(random.uniform(17, 34))
        x, z = out * np.sin(turn), out * np.cos(turn)
        high, wide = float(random.uniform(-0.5, 9)) + out / 5, float(random.uniform(5, 8))
        ux, uz = np.cos(turn), -np.sin(turn)
        face = Side((x - ux * wide / 2, z - uz * wide / 2), (x + ux * wide / 2, z + uz * wide / 2))
        if z < 0 and abs(x) < 8:
            continue
        blocks.append(office_block(face, 0, wide, max(high, 2.5), random).moved((0, 3.8, 0)))
    felt = stripes(soft((0.40, 0.39, 0.38), (0.32, 0.32, 0.32), 1.3), [(1, x, 0.06, 0, 0, -40, 7) for x in (-5, -3, -1, 1, 3, 5)], (0.30, 0.30, 0.30))
    city = tiles((0.34, 0.36, 0.40), (0.24, 0.26, 0.30), 9.0, 2.5)
    ground = zones(city, (within(x0 - 0.3, z0 - 14, x1 + 0.3, z1 + 0.3), felt))
    return SetPlace(ground, join([*parts, *hut, *pipes, *blocks]), skyline(random, 90, 60, (4, 30), HAZE))


def _car_park(plan: SetPlan, random: Random) -> SetPlace:
    bays: list[Sequence[float]] = [(1, x, 0.1, 0, 0, z0, z0 + 5) for x in np.arange(-33.5, 34, 2.7) for z0 in (2.7, 10.6, -10.6)]
    bays += [(0, z, 0.1, 0, 0, -34, 34) for z in (7.7, 15.6, -5.6)]
    arrows: list[Sequence[float]] = [(0, 0.6, 0.2, 3, 9, -40, 40)]
    ground = zones(LAWN, (within(-38, -15, 38, 18), stripes(ASPHALT, [*bays, *arrows], PAINT)))
    store = Side((-24, 24), (24, 24))
    front = [
        store.face((0, 48, 0, 6.5), (0.72, 0.72, 0.70), surface="metal"),
        store.face((0, 48, 4.4, 6.5), toned((0.66, 0.18, 0.14), random, 0.08), out=0.05, surface="metal"),
        store.face((18, 30, 0.2, 3.6), (0.70, 0.80, 0.82), out=0.06, glow=0.5, surface="screen"),
        store.face((19, 29, 4.9, 6.0), (0.94, 0.94, 0.90), out=0.1, glow=0.6),
        store.block((17, 31, 3.7, 4.0), 2.4, (0.40, 0.41, 0.43)),
    ]
    trees = scattered(random, broadleaf, (-44, -30, 44, -18), 14, (5, 8), lambda x, z: abs(x) > 5)
    trees += [broadleaf(random, 6).moved((x, 0, z)) for x in (-36, 36) for z in (-8, 2, 12)]
    return SetPlace(ground, join([*front, *trees]), skyline(random, 110, 40, (6, 18), HAZE))


def _petrol(plan: SetPlan, random: Random) -> SetPlace:
    accent = toned((0.76, 0.16, 0.13), random, 0.1)
    white: Colour = (0.88, 0.88, 0.86)
    parts = [
        slat((-7, 4.6, 1.6), (14, 0.7, 6.2), white), slat((-7.05, 4.75, 1.55), (14.1, 0.4, 6.3), accent),
        ceiling((-6.8, 1.8, 6.8, 7.6), 4.59, (0.90, 0.90, 0.86)),
        *(ceiling((x, z, x + 1.2, z + 0.5), 4.57, (1.0, 0.97, 0.88), glow=1.0) for x in (-5, -0.6, 3.8) for z in (2.8, 5.8)),
        *(slat((x - 0.15, 0, z), (0.3, 4.6, 0.3), white) for x in (-2.6, 2.6) for z in (2.3, 6.6)),
        *(slat((x - 0.7, 0, 2.0), (1.4, 0.12, 5.2), (0.66, 0.65, 0.62)) for x in (-2.6, 2.6)),
    ]  # fmt: skip
    shop = Side((-6, 11.4), (6, 11.4))
    parts += [
        slat((-6, 0, 11.4), (12, 3.6, 6), white), shop.face((0.5, 11.5, 0.5, 2.6), (0.94, 0.86, 0.62), out=0.03, glow=0.7, surface="screen"),
        shop.face((0, 12, 2.9, 3.6), accent, out=0.03), shop.face((3.5, 8.5, 3.05, 3.45), white, out=0.05, glow=0.6),
        *(shop.face((s - 0.04, s + 0.04, 0.5, 2.6), (0.3, 0.3, 0.3), out=0.04) for s in (2.7, 5.0, 7.2, 9.4)),
        shop.face((6.0, 7.2, 0.05, 2.3), (0.6, 0.72, 0.78), out=0.05, surface="screen"),
    ]  # fmt: skip
    yard = soft((0.46, 0.46, 0.45), (0.38, 0.38, 0.38), 1.6)
    ground = zones(LAWN, (within(-16, -5, 16, 18), yard), (within(-FAR, -11, FAR, -4.6), _road(-11, -4.6)))
    trees = scattered(random, broadleaf, (-40, 20, 40, 36), 16, (5, 8))
    trees += scattered(random, broadleaf, (-40, -40, 40, -15), 14, (5, 8), lambda x, z: abs(x) > 5)
    return SetPlace(ground, join([*parts, *trees]), ring(random, 100, 10, (0.34, 0.42, 0.30), rough=0.1))


def _platform(plan: SetPlan, random: Random) -> SetPlace:
    iron: Colour = toned((0.16, 0.26, 0.24), random, 0.03)
    parts = []
    for sign in (-1, 1):
        for x in np.arange(4.5, 27, 4.5) * sign:
            parts.append(limb((x, 0, -1.6), (x, -3.6, -1.6), 0.09, iron, segments=8, surface="metal"))
            parts.append(limb((x, -2.9, -1.6), (x, -3.6, -0.6), 0.05, iron, segments=6))
            parts.append(limb((x, -2.9, -1.6), (x, -3.6, -2.6), 0.05, iron, segments=6))
    parts.append(box((0, -3.68, -1.4), (54, 0.14, 5.4), (0.42, 0.44, 0.44), surface="metal"))
    parts.append(box((0, -3.72, 1.34), (54, 0.4, 0.08), iron, surface="wood"))
    for z0 in (4.4, 8.8):
        parts += [box((0, -0.1, z), (240, 0.16, 0.08), (0.50, 0.46, 0.43), surface="metal") for z in (z0, z0 + 1.5)]
        parts += [box((x, -0.02, z0 + 0.75), (0.26, 0.06, 2.5), (0.26, 0.20, 0.16), surface="wood") for x in np.arange(-30, 30.1, 0.75)]
    for x in (-30.0, -12.0, 12.0, 30.0):
        parts.append(limb((x, 0, 12.3), (x, -6.6, 12.3), 0.1, (0.4, 0.42, 0.42), segments=6))
        parts.append(box((x, -6.3, 8.6), (0.1, 0.1, 7.4), (0.4, 0.42, 0.42)))
    parts += [box((0, -5.7, z), (240, 0.025, 0.025), (0.15, 0.15, 0.15)) for z in (5.2, 9.6)]
    station = Side((26, -4.9), (-26, -4.9))
    parts.append(row(station, random, (4.5, 5.5), shops=0.0))
    parts.append(row(Side((-60, 19), (60, 19)), random, (7, 12), shops=0.1))
    parts.append(fence((-40, 13.6), (40, 13.6), 1.4, (0.42, 0.42, 0.40), 2.5, thick=0.07, surface="metal"))
    ballast = soft((0.36, 0.33, 0.31), (0.26, 0.24, 0.22), 0.35, 0.9)
    slabs = stripes(tiles((0.56, 0.55, 0.53), (0.42, 0.41, 0.40), 0.8, 0.025), [(0, 3.2, 0.4, 0, 0, -FAR, FAR)], (0.80, 0.79, 0.74))
    slabs = stripes(slabs, [(0, 2.6, 0.25, 0, 0, -FAR, FAR)], (0.84, 0.72, 0.20))
    ground = zones(slabs, (within(-FAR * 3, 3.42, FAR * 3, 60), ballast))
    return SetPlace(ground, join(parts), ring(random, 120, 10, (0.36, 0.42, 0.36), rough=0.1))


def _tram_stop(plan: SetPlan, random: Random) -> SetPlace:
    setts = cobbles((0.40, 0.38, 0.37), (0.24, 0.23, 0.22))
    rails: list[Sequence[float]] = [(0, z + dz, 0.09, 0, 0, -FAR, FAR) for z in (4.4, 7.6) for dz in (-0.72, 0.72)]
    track = stripes(setts, rails, (0.62, 0.62, 0.62))
    edge = stripes(PAVING, [(0, 2.2, 0.3, 0, 0, -14, 14)], (0.80, 0.78, 0.70))
    ground = zones(edge, (within(-FAR, 2.5, FAR, 9.5), track), (within(-FAR, 9.5, FAR, 12), _road(9.5, 12, dash=False)))
    dark: Colour = (0.14, 0.15, 0.16)
    wires = [box((0, -5.6, z), (90, 0.025, 0.025), dark) for z in (4.4, 7.6)]
    for x in (-24.0, -8.8, 8.8, 24.0):
        wires.append(limb((x, 0, 9.4), (x, -6.6, 9.4), 0.09, dark, segments=6, surface="metal"))
        wires.append(box((x, -6.0, 6.6), (0.06, 0.06, 5.6), dark))
    return SetPlace(ground, join([_town(random, -14.5, 14.5), *wires]))


def _market(plan: SetPlan, random: Random) -> SetPlace:
    lines = []
    for z in (2.2, 7.0):
        spots = [(x, -(4.3 + 0.05 * x * x / 4), z) for x in np.linspace(-8, 8, 13)]
        lines += [limb(a, b, 0.012, (0.1, 0.1, 0.1), segments=4) for a, b in zip(spots, spots[1:], strict=False)]
        lines += [ellipsoid((x, y + 0.1, zz), (0.07, 0.09, 0.07), LAMP, rings=4, segments=6, glow=1.0) for x, y, zz in spots]
    ground = cobbles((0.48, 0.45, 0.41), (0.30, 0.28, 0.26), 0.24)
    return SetPlace(ground, join([_town(random, -15, 17, 30, 0.8), *lines]))


def _construction(plan: SetPlan, random: Random) -> SetPlace:
    grey: Colour = (0.56, 0.55, 0.53)
    parts = []
    for k in range(3):
        parts.append(slat((2.4, 2.9 * (k + 1), 10), (14, 0.25, 9), grey, surface="concrete"))
        parts += [slat((x, 2.9 * k, z), (0.4, 2.9, 0.4), grey, surface="concrete") for x in (2.6, 7, 11.4, 15.8) for z in (10.2, 14.2, 18.2)]
    parts += [limb((x, -8.9, z), (x, -9.8, z), 0.02, (0.42, 0.26, 0.18), segments=4) for x in np.arange(2.8, 16, 0.8) for z in (10.4, 18.4)]
    heaps = [ellipsoid((x, 0.2, z), (r, 0.55 * r, r), toned((0.50, 0.40, 0.29), random, 0.04), rings=6, segments=12, surface="earth")
             for x, z, r in ((-11, 11, 3.2), (-14, 14, 4.0), (13, -8, 2.6), (-12, -9, 2.4))]  # fmt: skip
    hoarding = [fence((a, z), (b, z), 2.1, (0.30, 0.40, 0.52), 2.0, (0.3, 0.6, 0.98)) for a, b, z in ((-18, -4, 15), (-30, -14, -13), (14, 30, -13))]
    earth = soft((0.48, 0.40, 0.30), (0.36, 0.30, 0.23), 1.1, 0.9)
    tracks: list[Sequence[float]] = [(0, z, 0.4, 0.3, 0.25, -40, 40) for z in (1.2, 3.0)]
    far = [skyline(random, 80, 44, (6, 22), HAZE)]
    return SetPlace(stripes(earth, tracks, (0.33, 0.27, 0.20)), join([*parts, *heaps, *hoarding]), join(far))


def _stadium(plan: SetPlan, random: Random) -> SetPlace:
    lines: list[Sequence[float]] = [(1, x, 0.12, 0, 0, -40, 13) for x in (-17, 17)] + [(0, 13, 0.12, 0, 0, -17, 17), (0, -13.5, 0.12, 0, 0, -17, 17)]
    lines += [(1, x, 0.12, 0, 0, 5, 13) for x in (-9, 9)] + [(0, 5, 0.12, 0, 0, -9, 9), (0, 10, 0.12, 0, 0, -4.5, 4.5)]
    lines += [(1, x, 0.12, 0, 0, 10, 13) for x in (-4.5, 4.5)]

    def mown(x: np.ndarray, z: np.ndarray, distance: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        dark = (np.floor(z / 4) % 2 == 0)[:, None]
        return np.where(dark, np.float32((0.19, 0.40, 0.15)), np.float32((0.25, 0.48, 0.19)))

    parts = []
    stands = (Side((-26, 20), (26, 20)), Side((24, 22), (24, -40)), Side((-24, -40), (-24, 22)), Side((26, -42), (-26, -42)))
    for side in stands:
        parts.append(side.face((0, side.length, 0, 1.2), toned((0.25, 0.32, 0.50), random, 0.15), surface="plastic"))
        for k in range(9):
            low = 1.2 + 0.75 * k
            parts.append(side.face((0, side.length, low, low + 0.45), toned((0.36, 0.37, 0.40), random, 0.03), out=-0.9 * k - 0.9))
            a, b = side.point(0, low, -0.9 * k), side.point(side.length, low, -0.9 * k)
            c = side.point(0, low, -0.9 * k - 0.9)
            parts.append(_flat(a, b - a, c - a, (0.46, 0.46, 0.47)))
            spots = np.arange(0.6, side.length - 0.6, 1.6) + float(random.uniform(0, 0.8))
            for s in spots[random.random(len(spots)) < 0.55]:
                tone = toned((0.50, 0.42, 0.40), random, 0.3)
                parts.append(side.face((s, s + 0.5, low + 0.42, low + 1.1), tone, out=-0.9 * k - 0.6))
        parts.append(side.face((0, side.length, 8.5, 13), (0.26, 0.28, 0.31), out=-9.5))
        parts.append(side.block((0, side.length, 12.2, 12.8), 7.0, (0.62, 0.63, 0.65), out=-9.4, surface="metal"))
    for x, z in ((-30, 27), (30, 27), (-30, -46), (30, -46)):
        parts.append(limb((x, 0, z), (x, -24, z), 0.5, (0.5, 0.5, 0.52), end_radius=0.3, segments=6))
        parts.append(box((x, -25.5, z), (5, 3.4, 0.6), (1.0, 0.98, 0.9), glow=0.9))
    return SetPlace(stripes(mown, lines, (0.92, 0.93, 0.90)), join(parts))


def _flat(corner: np.ndarray, along: np.ndarray, back: np.ndarray, colour: Colour) -> Mesh:  # type: ignore[type-arg]
    from storyboard.layout.places.walls import quad

    return quad(corner, along, back, colour, surface="concrete")


STREETS: Mapping[str, PlaceBuilder] = {
    "street": _street, "crossroads": _crossroads, "alley": _alley, "square": _square,
    "suburb": _suburb, "house": _house, "building-front": _building_front,
    "shop-front": _shop_front, "bridge": _bridge, "rooftop": _rooftop, "car-park": _car_park,
    "petrol-station": _petrol, "platform": _platform, "tram-stop": _tram_stop, "market": _market,
    "construction-site": _construction, "stadium": _stadium,
}  # fmt: skip
_ = (planks, bush, slab)
