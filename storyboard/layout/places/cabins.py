"""Insides of vehicles, the lift, the underground, stages and studios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from shots.lexicon.places import SetPlan
from storyboard.layout.meshes import Colour, Mesh, box, ellipsoid, from_triangles, join, limb
from storyboard.layout.places.facades import row
from storyboard.layout.places.grounds import planks, soft, stripes, tiles, within, zones
from storyboard.layout.places.landscape import Random, broadleaf, ring, scattered, toned
from storyboard.layout.places.set_place import PlaceBuilder, SetPlace
from storyboard.layout.places.walls import Side, ceiling, pierced, quad, room_sides

LIGHT: Colour = (1.0, 0.95, 0.84)
GLASS: Colour = (0.75, 0.83, 0.87)
STEEL: Colour = (0.62, 0.64, 0.66)


def _lined(
    side: Side, bands: Sequence[tuple[float, float, Colour]], panes: Sequence[tuple[float, float]],
    low: float, high: float, trim: Colour,
) -> Mesh:  # fmt: skip
    """A cabin wall: bands of colour, windows between `low` and `high` at stretches of its length."""
    holes = [(a, b, low, high) for a, b in panes]
    parts = [pierced(side, [(*band, "plastic") for band in bands], holes)]
    for a, b in panes:
        parts.append(side.face((a, b, low, high), GLASS, out=-0.02, surface="glass"))
        f = 0.035
        for area in (
            (a - f, a, low, high), (b, b + f, low, high), (a - f, b + f, low - f, low),
            (a - f, b + f, high, high + f),
        ):  # fmt: skip
            parts.append(side.face(area, trim, out=0.012, surface="metal"))
    return join(parts)


def _streets_outside(random: Random, x: float, length: float) -> Mesh:
    """Facades on both sides of a road along z, seen from it."""
    left, right = Side((-x, -length), (-x, length)), Side((x, length), (x, -length))
    return join([row(left, random, shops=0.5), row(right, random, shops=0.5)])


def _tram(plan: SetPlan, random: Random) -> SetPlace:
    x0, z0, x1, z1 = plan.bounds
    body = toned((0.80, 0.77, 0.66), random, 0.04)
    wood = toned((0.48, 0.30, 0.17), random, 0.05)
    bands = [(0, 0.85, wood), (0.85, plan.height_m, body)]
    parts = []
    for side in room_sides(plan.bounds)[1::2]:
        middle = side.along((0, 0))[0]
        panes = [(s, s + 1.02) for s in np.arange(0.15, side.length - 1, 1.2)
                 if abs(s + 0.5 - middle) > 1.2]  # fmt: skip
        parts.append(_lined(side, bands, panes, 0.9, 1.9, STEEL))
        for k in (-1, 0):  # double doors
            first = middle + 0.75 * k
            parts.append(side.face((first + 0.02, first + 0.73, 0, 2.1), (0.30, 0.34, 0.36), out=0.02))
            parts.append(side.face((first + 0.12, first + 0.63, 0.3, 2.0), (0.62, 0.74, 0.80), out=0.03,
                                   surface="screen"))  # fmt: skip
        for a, b in ((0.1, middle - 1.0), (middle + 1.0, side.length - 0.1)):
            rail = side.point(a, 1.98, 0.35), side.point(b, 1.98, 0.35)
            parts.append(limb(*rail, 0.018, (0.85, 0.70, 0.15), segments=6, surface="metal"))
            for s in np.arange(a + 0.3, b, 0.6):
                top = side.point(float(s), 1.98, 0.35)
                parts.append(limb(top, top + np.float32([0, 0.2, 0]), 0.012, (0.12, 0.12, 0.12), segments=4))
                ring_at = top + np.float32([0, 0.25, 0])
                parts.append(ellipsoid(ring_at, (0.05, 0.05, 0.012), (0.86, 0.84, 0.78), rings=4, segments=8))
        parts.append(side.face((0, side.length, 1.98, 2.3), toned((0.84, 0.80, 0.70), random), out=0.02))
        for s in np.arange(0.3, side.length - 0.8, 1.2):
            tone = toned((0.60, 0.50, 0.42), random, 0.2)
            parts.append(side.face((s, s + 0.8, 2.03, 2.25), tone, out=0.03, surface="paper"))
    back, _, front, _ = room_sides(plan.bounds)
    for side in (back, front):
        parts.append(_lined(side, bands, [(0.5, 1.25), (1.95, 2.7)], 0.9, 1.9, STEEL))
        parts.append(side.face((1.3, 1.9, 0, 2.0), wood, out=0.02, surface="wood"))
        parts.append(side.face((1.4, 1.8, 1.0, 1.85), (0.5, 0.6, 0.66), out=0.03, surface="screen"))
    parts.append(ceiling(plan.bounds, plan.height_m, (0.84, 0.82, 0.75)))
    for z in np.arange(z0 + 0.6, z1 - 0.6, 1.6):
        parts.append(ceiling((-0.14, z, 0.14, z + 1.0), plan.height_m - 0.015, LIGHT, glow=0.9))
    floor = planks((0.40, 0.32, 0.26), (0.22, 0.18, 0.15), 0.12)
    road = soft((0.30, 0.30, 0.31), (0.24, 0.24, 0.25), 1.4)
    ground = zones(road, (within(x0, -99, x1, z1), floor))
    return SetPlace(ground, join(parts), _streets_outside(random, 9.5, 34), True)


def _train(plan: SetPlan, random: Random) -> SetPlace:
    cloth = toned((0.30, 0.14, 0.14), random, 0.04)
    wood = toned((0.44, 0.28, 0.16), random, 0.04)
    cream: Colour = (0.82, 0.77, 0.66)
    bands = [(0, 0.9, wood), (0.9, plan.height_m, cream)]
    back, right, front, left = room_sides(plan.bounds)
    middle = back.length / 2
    parts = [_lined(back, bands, [(middle - 0.75, middle + 0.75)], 0.9, 1.9, STEEL)]
    parts.append(_lined(front, bands, [(0.25, middle - 0.5), (middle + 0.5, 3.15)], 0.9, 1.9, STEEL))
    parts.append(front.face((middle - 0.42, middle + 0.42, 0, 2.0), wood, out=0.02, surface="wood"))
    for side in (left, right):
        parts.append(_lined(side, bands, [], 0, 0, STEEL))
        parts.append(side.face((0.1, side.length - 0.1, 1.15, 1.6), cloth, out=0.02, surface="cloth"))
        parts.append(side.block((0.2, side.length - 0.2, 1.72, 1.75), 0.42, STEEL, surface="metal"))
        parts += [side.block((s, s + 0.03, 1.55, 1.75), 0.4, STEEL) for s in (0.3, 1.7, 3.0)]
        tone = toned((0.40, 0.50, 0.56), random, 0.1)
        parts.append(side.face((1.1, 1.9, 1.22, 1.55), tone, out=0.03, surface="paper"))
    for x in (middle - 0.95, middle + 0.8):
        parts.append(back.block((x, x + 0.15, 0.85, 2.0), 0.06, cloth, surface="cloth"))
    parts.append(back.block((middle - 0.3, middle + 0.3, 0.72, 0.75), 0.3, wood, surface="wood"))
    parts.append(ceiling(plan.bounds, plan.height_m, cream))
    parts.append(ceiling((-0.3, -0.15, 0.3, 0.15), plan.height_m - 0.02, LIGHT, glow=0.9))
    scenery = [*scattered(random, broadleaf, (-30, 8, 30, 34), 14, (4, 7)), _hills(random)]
    lawn = soft((0.34, 0.46, 0.18), (0.50, 0.50, 0.26), 4.0)
    floor = soft((0.34, 0.30, 0.28), (0.28, 0.24, 0.22), 0.4)
    ground = zones(lawn, (within(-99, -99, 99, plan.bounds[3]), floor))
    return SetPlace(ground, join(parts), join(scenery), True)


def _hills(random: Random) -> Mesh:
    return ring(random, 90, 14, (0.30, 0.40, 0.24), rough=0.1)


def _hull(plan: SetPlan, colour: Colour, bend: float) -> list[Mesh]:
    """Rounded upper corners of a cabin along z."""
    x0, z0, x1, z1 = plan.bounds
    high, long = plan.height_m, z1 - z0
    return [
        quad((x0, -high + bend, z0), (0, 0, long), (bend, -bend, 0), colour, surface="plastic"),
        quad((x1, -high + bend, z1), (0, 0, -long), (-bend, -bend, 0), colour, surface="plastic"),
        ceiling((x0 + bend, z0, x1 - bend, z1), high, colour, surface="plastic"),
    ]


def _aeroplane(plan: SetPlan, random: Random) -> SetPlace:
    x0, z0, x1, z1 = plan.bounds
    white: Colour = (0.84, 0.84, 0.82)
    parts = _hull(plan, white, 0.35)
    for side in room_sides(plan.bounds)[1::2]:
        panes = [(s, s + 0.32) for s in np.arange(0.5, side.length - 0.6, 0.95)]
        bands: list[tuple[float, float, Colour]] = [(0, 0.6, (0.52, 0.54, 0.58)), (0.6, 2.0, white)]
        parts.append(_lined(side, bands, panes, 0.95, 1.4, (0.66, 0.66, 0.66)))
    for sign in (-1, 1):  # overhead lockers
        for z in np.arange(1.1, z1 - 1.0, 1.45):
            tone = toned((0.80, 0.80, 0.78), random, 0.015)
            parts.append(box((sign * 1.65, -1.92, z + 0.7), (0.9, 0.42, 1.41), tone, surface="plastic"))
            parts.append(box((sign * 1.21, -1.86, z + 0.7), (0.03, 0.05, 0.3), (0.4, 0.4, 0.42)))
    back, _, front, _ = room_sides(plan.bounds)
    for side in (back, front):
        middle = side.length / 2
        parts.append(side.face((0, side.length, 0, plan.height_m), white, surface="plastic"))
        curtain = (middle - 0.5, middle + 0.5, 0.05, 2.0)
        parts.append(side.face(curtain, (0.16, 0.22, 0.40), out=0.02, surface="cloth"))
        parts.append(side.face((middle - 0.2, middle + 0.2, 2.08, 2.2), (0.3, 0.9, 0.4), out=0.03, glow=1.0))
    for z in np.arange(z0 + 0.4, z1 - 0.6, 1.2):
        parts.append(ceiling((-0.1, z, 0.1, z + 1.0), plan.height_m - 0.02, LIGHT, glow=0.8))
    floor = soft((0.20, 0.24, 0.34), (0.16, 0.19, 0.28), 0.3)
    ground = zones(soft((0.82, 0.86, 0.90), (0.70, 0.78, 0.88), 9.0), (within(x0, -99, x1, z1), floor))
    return SetPlace(ground, join(parts), is_interior=True)


def _cockpit(plan: SetPlan, random: Random) -> SetPlace:
    x0, z0, x1, z1 = plan.bounds
    grey: Colour = (0.34, 0.36, 0.38)
    parts = _hull(plan, grey, 0.5)
    back, right, front, left = room_sides(plan.bounds)
    bands: list[tuple[float, float, Colour]] = [(0, 2.0, grey)]
    parts.append(_lined(back, [(0, plan.height_m, grey)], [(0.2, 1.92), (2.08, 3.8)], 1.05, 1.8, (0.2,) * 3))
    parts += [_lined(side, bands, [(a, a + 1.1)], 1.05, 1.75, (0.2, 0.2, 0.2)) for side, a in ((left, 5.0), (right, 0.3))]
    parts.append(front.face((0, front.length, 0, plan.height_m), grey))
    parts.append(box((0, -0.85, z1 - 0.35), (3.6, 0.5, 0.6), (0.18, 0.19, 0.20), surface="plastic"))
    for x in np.arange(-1.55, 1.56, 0.34):
        tone = toned((0.20, 0.60, 0.50), random, 0.15)
        parts.append(box((x, -0.9, z1 - 0.66), (0.27, 0.2, 0.02), tone, glow=0.9, surface="screen"))
    parts.append(box((0, -0.5, 1.5), (0.44, 1.0, 1.3), (0.18, 0.19, 0.20), surface="plastic"))
    parts += [box((x, -1.06, 1.3), (0.06, 0.16, 0.1), (0.75, 0.75, 0.72)) for x in (-0.12, 0.0, 0.12)]
    for x in (-0.7, 0.7):
        parts.append(limb((x, -0.6, 2.0), (x, -0.95, 1.9), 0.03, (0.1, 0.1, 0.1)))
        parts.append(box((x, -0.98, 1.88), (0.34, 0.05, 0.05), (0.1, 0.1, 0.1)))
    for k in range(36):
        spot = (-0.75 + 0.3 * (k % 6), -plan.height_m + 0.03, 0.7 + 0.22 * (k // 6))
        colour = ((0.9, 0.3, 0.2), (0.9, 0.7, 0.2), (0.3, 0.8, 0.4))[int(random.integers(3))]
        parts.append(box(spot, (0.06, 0.03, 0.06), colour, glow=0.9))
    ground = zones(soft((0.80, 0.86, 0.92), (0.64, 0.74, 0.86), 9.0), (within(x0, -99, x1, z1), soft(grey, (0.28, 0.3, 0.32), 0.3)))
    return SetPlace(ground, join(parts), is_interior=True)


def _car(plan: SetPlan, random: Random) -> SetPlace:
    asphalt = soft((0.29, 0.29, 0.30), (0.24, 0.24, 0.25), 1.2)
    lawn = soft((0.30, 0.42, 0.17), (0.42, 0.46, 0.22), 2.0)
    road = stripes(asphalt, [(1, 1.75, 0.14, 3, 4, -200, 200), (1, -1.7, 0.14, 0, 0, -200, 200),
                             (1, 5.2, 0.14, 0, 0, -200, 200)], (0.85, 0.85, 0.82))  # fmt: skip
    ground = zones(lawn, (within(-2.2, -300, 5.7, 300), road))
    trees = []
    for x in (-6.2, 9.6):
        for z in np.arange(-40, 62, 8.5):
            tree = broadleaf(random, float(random.uniform(5, 7.5)))
            trees.append(tree.moved((x + float(random.uniform(-1.2, 1)), 0, float(z))))
    posts = [box((x, -0.5, z), (0.1, 1.0, 0.1), (0.88, 0.88, 0.86)) for x in (-2.6, 6.1) for z in range(-24, 60, 12)]
    return SetPlace(ground, join([*trees, *posts]), _hills(random))


def _lift(plan: SetPlan, random: Random) -> SetPlace:
    steel = toned((0.62, 0.63, 0.64), random, 0.03)
    wood = toned((0.42, 0.28, 0.18), random, 0.05)
    back, right, front, left = room_sides(plan.bounds)
    parts = []
    for side in (back, right, left):
        parts.append(side.face((0, side.length, 0, plan.height_m), wood, surface="wood"))
        parts.append(side.face((0, side.length, 0, 0.16), steel, out=0.01, surface="metal"))
        for s in np.arange(0, side.length + 0.01, side.length / 3):
            parts.append(side.face((s - 0.02, s + 0.02, 0, plan.height_m), steel, out=0.012, surface="metal"))
        ends = side.point(0.12, 0.92, 0.07), side.point(side.length - 0.12, 0.92, 0.07)
        parts.append(limb(*ends, 0.022, STEEL, segments=8, surface="metal"))
    middle, high = front.length / 2, plan.height_m
    parts.append(front.face((0, front.length, 0, high), (0.50, 0.51, 0.52), surface="metal"))
    for k in (-1, 0):
        parts.append(front.face((middle + 0.6 * k + 0.01, middle + 0.6 * k + 0.59, 0, 2.1), steel, out=0.02,
                                surface="metal"))  # fmt: skip
    parts.append(front.face((middle - 0.18, middle + 0.18, 2.16, 2.3), (0.9, 0.25, 0.12), out=0.02, glow=1.0))
    panel = right.length - 0.35
    parts.append(right.face((panel - 0.13, panel + 0.13, 0.85, 1.65), steel, out=0.03, surface="metal"))
    parts.append(right.face((panel - 0.08, panel + 0.08, 1.5, 1.6), (0.9, 0.25, 0.12), out=0.04, glow=1.0))
    for k in range(10):
        at, h = panel - 0.05 + 0.1 * (k % 2), 0.95 + 0.1 * (k // 2)
        lit = float(k == int(random.integers(10)))
        tone = (1.0, 0.8, 0.3) if lit else (0.88, 0.88, 0.85)
        parts.append(right.block((at - 0.027, at + 0.027, h - 0.027, h + 0.027), 0.02, tone, out=0.03, glow=lit))
    parts.append(ceiling(plan.bounds, plan.height_m, STEEL, surface="metal"))
    for x in (-0.55, 0.55):
        for z in (-0.5, 0.5):
            area = (x - 0.35, z - 0.35, x + 0.35, z + 0.35)
            parts.append(ceiling(area, plan.height_m - 0.02, LIGHT, glow=0.95))
    ground = tiles((0.44, 0.42, 0.40), (0.30, 0.29, 0.28), 0.3, 0.01)
    return SetPlace(ground, join(parts), is_interior=True, sky="closed")


def _spaceship(plan: SetPlan, random: Random) -> SetPlace:
    x0, z0, x1, z1 = plan.bounds
    grey: Colour = toned((0.56, 0.58, 0.61), random, 0.03)
    dark: Colour = (0.20, 0.22, 0.25)
    glow: Colour = toned((0.30, 0.72, 0.95), random, 0.06)
    parts = _hull(plan, grey, 0.8)
    back, right, front, left = room_sides(plan.bounds)
    wide = back.length
    parts.append(_lined(back, [(0, plan.height_m, grey)], [(0.9, wide / 2 - 0.1), (wide / 2 + 0.1, wide - 0.9)], 1.0, 2.2, dark))
    for side in (left, right):
        parts.append(side.face((0, side.length, 0, 2.1), grey, surface="metal"))
        for s in np.arange(0.2, side.length - 1, 1.4):
            parts.append(side.block((s, s + 0.16, 0, 2.15), 0.18, dark, surface="metal"))
            parts.append(side.face((s + 0.3, s + 1.2, 0.3, 1.0), toned(grey, random, 0.05), out=0.02, surface="metal"))
            parts.append(side.face((s + 0.3, s + 1.2, 1.12, 1.2), glow, out=0.02, glow=1.0))
            for k in range(6):
                tone = ((0.9, 0.35, 0.2), (0.3, 0.85, 0.5), glow)[int(random.integers(3))]
                at = s + 0.38 + 0.13 * k
                parts.append(side.face((at, at + 0.07, 1.4, 1.47 + 0.1 * float(random.random())), tone, out=0.02, glow=0.9))
        parts.append(side.face((0, side.length, 0.02, 0.08), glow, out=0.02, glow=1.0))
    parts.append(pierced(front, [(0, plan.height_m, grey, "metal")], [(wide / 2 - 0.7, wide / 2 + 0.7, 0, 2.1)]))
    for k in range(9):
        x = -2.0 + 0.5 * k
        parts.append(box((x, -0.98, z1 - 1.0), (0.4, 0.26, 0.04), toned(glow, random, 0.12), glow=0.9, surface="screen"))
    for z in np.arange(z0 + 0.8, z1, 1.4):
        parts.append(ceiling((-0.9, z, 0.9, z + 0.25), plan.height_m - 0.02, LIGHT, glow=0.9))
        parts.append(box((0, -plan.height_m + 0.08, z + 0.6), (5.4, 0.16, 0.2), dark, surface="metal"))
    ground = zones(soft((0.01, 0.01, 0.02), (0.02, 0.02, 0.03), 2.0),
                   (within(x0, -99, x1, z1), tiles((0.34, 0.36, 0.38), (0.20, 0.21, 0.23), 0.7, 0.03)))  # fmt: skip
    return SetPlace(ground, join(parts), is_interior=True, sky="stars")


def _underground(plan: SetPlan, random: Random) -> SetPlace:
    x0, z0, x1, z1 = plan.bounds
    tile = toned((0.80, 0.81, 0.78), random, 0.04)
    stripe = toned((0.14, 0.30, 0.52), random, 0.1)
    high = plan.height_m
    across = Side((x0 - 8, 6.6), (x1 + 8, 6.6))
    near = Side((x1 + 8, z0), (x0 - 8, z0))
    parts = []
    for side in (across, near):
        parts.append(side.face((0, side.length, 0, high), tile, surface="tile"))
        parts += side.grid((0, side.length, 0, high), (1.2, 0.6), 0.02, (0.58, 0.59, 0.57))
        parts.append(side.face((0, side.length, 2.2, 2.5), stripe, out=0.01, surface="tile"))
        for s in np.arange(2.5, side.length - 3, 6.0):
            tone = toned((0.55, 0.45, 0.40), random, 0.25)
            parts.append(side.face((s, s + 1.5, 0.8, 2.0), (0.2, 0.2, 0.2), out=0.02))
            parts.append(side.face((s + 0.07, s + 1.43, 0.87, 1.93), tone, out=0.03, surface="paper"))
            parts.append(side.face((s + 2.4, s + 4.4, 2.15, 2.55), (0.9, 0.9, 0.88), out=0.03))
            parts.append(side.face((s + 2.5, s + 4.3, 2.25, 2.45), (0.75, 0.14, 0.12), out=0.04))
    bend = 1.2
    parts.append(ceiling((x0 - 8, z0, x1 + 8, 6.6 - bend), high + 0.6, (0.72, 0.72, 0.70)))
    parts.append(quad((x0 - 8, -high, 6.6), (across.length, 0, 0), (0, -0.6, -bend), tile, surface="tile"))
    parts.append(quad((x1 + 8, -high, z0), (-across.length, 0, 0), (0, -0.6, 0.01), tile, surface="tile"))
    for x in np.arange(x0, x1 + 0.1, 5.6):
        if abs(x) > 1.5:
            parts.append(box((x, -(high + 0.6) / 2, -2.6), (0.55, high + 0.6, 0.55), stripe, surface="tile"))
    for x in (x0 - 8, x1 + 8):
        turn = Side((x, z0), (x, 6.6)) if x < 0 else Side((x, 6.6), (x, z0))
        parts.append(turn.face((0, turn.length, 0, high + 0.6), (0.03, 0.03, 0.03)))
    for z in (4.3, 5.7):
        parts.append(box((0, -0.09, z), (across.length, 0.14, 0.08), (0.45, 0.43, 0.42), surface="metal"))
    bed = soft((0.16, 0.15, 0.14), (0.10, 0.10, 0.10), 0.5)
    floor = stripes(tiles((0.56, 0.56, 0.54), (0.42, 0.42, 0.41), 0.6), [(0, 2.75, 0.35, 0, 0, -99, 99)], (0.86, 0.74, 0.20))
    ground = zones(floor, (within(-99, 3.25, 99, 99), bed))
    return SetPlace(ground, join(parts), is_interior=True, sky="closed")


def _folds(side: Side, area: tuple[float, float, float, float], colour: Colour, out: float) -> Mesh:
    """A drape with soft vertical folds, visible from the front."""
    first, last, low, high = area
    s = np.linspace(first, last, max(4, round((last - first) / 0.11)))
    deep = out + 0.09 * np.sin(np.arange(len(s)) * 1.9)
    points = [side.point(float(a), h, float(o)) for h in (low, high) for a, o in zip(s, deep, strict=True)]
    n = len(s)
    faces = [f for k in range(n - 1) for f in ((k, k + 1, n + k + 1), (k, n + k + 1, n + k))]
    return from_triangles(points, faces, colour, surface="cloth")


def _theatre(plan: SetPlan, random: Random) -> SetPlace:
    x0, z0, x1, z1 = plan.bounds
    red = toned((0.55, 0.06, 0.08), random, 0.03)
    gold: Colour = (0.78, 0.62, 0.28)
    back, right, front, left = room_sides(plan.bounds)
    wall: Colour = (0.36, 0.13, 0.12)
    parts = [_folds(back, (0, back.length, 0, 6.4), red, 0.3)]
    for z, x in ((0.8, 6.0), (3.0, 5.4), (4.6, 4.8)):
        for sign in (-1, 1):
            leg = Side((sign * 7.5, z), (sign * x, z)) if sign < 0 else Side((x, z), (7.5, z))
            parts.append(_folds(leg, (0, leg.length, 0, 6.6), toned(red, random, 0.02), 0.0))
    parts.append(_folds(Side((x0, -0.2), (x1, -0.2)), (0, x1 - x0, 5.2, 6.8), red, 0.0))
    arch = Side((x0, -2.7), (x1, -2.7))
    back_arch = Side((x1, -2.7), (x0, -2.7))
    for side in (back_arch, arch):  # the proscenium, from both sides
        for area in ((0, 1.5, 0, 6.6), (side.length - 1.5, side.length, 0, 6.6), (0, side.length, 6.0, 7.0)):
            parts.append(side.face(area, wall))
            inner = (area[0] + 0.15, area[1] - 0.15, area[2] + 0.15, area[3] - 0.15)
            parts.append(side.face(inner, gold, out=0.02, surface="metal"))
            inner = (area[0] + 0.25, area[1] - 0.25, area[2] + 0.25, area[3] - 0.25)
            parts.append(side.face(inner, wall, out=0.03))
    for side in (left, right, front):
        parts.append(side.face((0, side.length, 0, plan.height_m), wall, surface="cloth"))
        stretch = (0.5, 10.5) if side is left else (9.5, 19.5) if side is right else (0.5, 15.5)
        for low in (2.4, 4.6):
            parts.append(side.face((*stretch, low, low + 0.9), toned((0.70, 0.58, 0.36), random), out=0.5, surface="plaster"))
            for s in np.arange(stretch[0] + 0.8, stretch[1], 1.8):
                parts.append(side.face((s, s + 0.16, low + 0.3, low + 0.5), LIGHT, out=0.52, glow=0.9))
    parts.append(ceiling(plan.bounds, plan.height_m, (0.10, 0.09, 0.09)))
    for x in np.arange(-5, 5.1, 2.0):
        parts.append(limb((x, -6.4, -0.9), (x, -6.1, -0.6), 0.14, (0.1, 0.1, 0.1), segments=8))
        parts.append(ellipsoid((x, -6.08, -0.58), (0.11, 0.11, 0.11), LIGHT, rings=4, segments=8, glow=1.0))
    stage = planks((0.46, 0.33, 0.22), (0.26, 0.18, 0.12), 0.18, along_x=False)
    house = soft((0.30, 0.08, 0.09), (0.22, 0.06, 0.07), 0.4)
    edge = stripes(house, [(0, -3.05, 0.5, 0, 0, -99, 99)], (0.60, 0.46, 0.22))
    return SetPlace(zones(edge, (within(-99, -2.9, 99, 99), stage)), join(parts), is_interior=True, sky="closed")


def _sweep(colour: Colour, width: float, back: float, radius: float, height: float) -> Mesh:
    """A seamless backdrop: the floor bends up into the wall."""
    bend = [(back - radius + radius * np.sin(a), radius - radius * np.cos(a)) for a in np.linspace(0, np.pi / 2, 10)]
    outline = [*bend, (back, height)]
    points = [(x, -h, z) for z, h in outline for x in (-width / 2, width / 2)]
    faces = [f for k in range(len(outline) - 1) for f in ((2 * k, 2 * k + 1, 2 * k + 3), (2 * k, 2 * k + 3, 2 * k + 2))]
    return from_triangles(points, faces, colour, surface="paper")


def _studio(plan: SetPlan, random: Random) -> SetPlace:
    x0, z0, x1, z1 = plan.bounds
    tone = float(random.uniform(0.66, 0.74))
    grey: Colour = (tone, tone, tone * 1.01)
    black: Colour = (0.12, 0.12, 0.13)
    parts = [_sweep(grey, 9.0, 4.8, 1.6, 4.2)]
    parts += [side.face((0, side.length, 0, plan.height_m), (0.34, 0.34, 0.35)) for side in room_sides(plan.bounds)]
    parts.append(ceiling(plan.bounds, plan.height_m, (0.16, 0.16, 0.17)))
    for z in (-2.0, 1.0, 3.2):
        parts.append(limb((x0, -4.9, z), (x1, -4.9, z), 0.03, STEEL, segments=6, surface="metal"))
        for x in (-3.0, 0.0, 3.0):
            parts.append(limb((x, -4.85, z), (x, -4.5, z - 0.3), 0.16, black, segments=8))
            parts.append(ellipsoid((x, -4.48, z - 0.32), (0.13, 0.13, 0.13), LIGHT, rings=4, segments=8, glow=0.9))
    parts += [limb((x, 0, 4.9), (x, -4.3, 4.9), 0.03, black, segments=6) for x in (-4.6, 4.6)]
    parts.append(limb((-4.7, -4.22, 4.88), (4.7, -4.22, 4.88), 0.05, black, segments=8))
    concrete = soft((0.40, 0.40, 0.41), (0.34, 0.34, 0.35), 1.2)
    return SetPlace(zones(concrete, (within(-4.5, -3.4, 4.5, 5), soft(grey, grey))), join(parts), is_interior=True, sky="closed")


def _tabletop(plan: SetPlan, random: Random) -> SetPlace:
    tone = toned((0.74, 0.73, 0.71), random, 0.05)
    dark: Colour = (0.26, 0.26, 0.27)
    parts = [_sweep(tone, 4.4, 2.4, 0.9, 3.0)]
    parts += [side.face((0, side.length, 0, plan.height_m), dark) for side in room_sides(plan.bounds)]
    parts.append(ceiling(plan.bounds, plan.height_m, (0.14, 0.14, 0.15)))
    ground = zones(soft(dark, (0.22, 0.22, 0.23), 1.0), (within(-2.2, -1.6, 2.2, 2.6), soft(tone, tone)))
    return SetPlace(ground, join(parts), is_interior=True, sky="closed")


def _void(plan: SetPlan, random: Random) -> SetPlace:
    black = soft((0.045, 0.045, 0.05), (0.03, 0.03, 0.035), 2.0)
    x0, z0, x1, z1 = plan.bounds
    walls = [s.face((0, s.length, 0, plan.height_m), (0.02, 0.02, 0.02)) for s in room_sides(plan.bounds)]
    top = ceiling((x0, z0, x1, z1), plan.height_m, (0.02, 0.02, 0.02))
    return SetPlace(black, join([*walls, top]), is_interior=True, sky="closed")


CABINS: Mapping[str, PlaceBuilder] = {
    "tram": _tram, "train": _train, "aeroplane-cabin": _aeroplane, "cockpit": _cockpit, "car": _car,
    "lift": _lift, "spaceship-interior": _spaceship, "underground": _underground,
    "theatre": _theatre, "studio": _studio, "tabletop": _tabletop, "void": _void,
}  # fmt: skip
