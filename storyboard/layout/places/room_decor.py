"""What makes a room a church, a bar or a cellar: beams, bars, drapes, stained glass, boards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from shots.lexicon.places import SetPlan
from storyboard.layout.meshes import Colour, Mesh, box, ellipsoid, from_triangles, limb
from storyboard.layout.places.landscape import Random, toned
from storyboard.layout.places.rooms import CONCRETE, OAK, WALNUT
from storyboard.layout.places.walls import Side, ceiling, quad, room_sides

Decor = Callable[[SetPlan, Random], list[Mesh]]
LIGHT: Colour = (1.0, 0.93, 0.80)


def beams(plan: SetPlan, colour: Colour, pitch: float, size: float = 0.2) -> list[Mesh]:
    """Beams across the ceiling, from wall to wall."""
    x0, z0, x1, z1 = plan.bounds
    return [
        box(((x0 + x1) / 2, -plan.height_m + size / 2, z), (x1 - x0, size, size), colour,
            surface="wood")  # fmt: skip
        for z in np.arange(z0 + pitch / 2, z1, pitch)
    ]


def _light_panels(plan: SetPlan, random: Random) -> list[Mesh]:
    """A suspended ceiling with panels, some of them lamps."""
    x0, z0, x1, z1 = plan.bounds
    parts = []
    for x in np.arange(x0 + 0.6, x1 - 0.3, 1.2):
        for k, z in enumerate(np.arange(z0 + 0.6, z1 - 0.3, 1.2)):
            area = (x - 0.59, z - 0.59, x + 0.59, z + 0.59)
            lit = k % 2 == 1
            tone = LIGHT if lit else toned((0.80, 0.81, 0.80), random, 0.012)
            parts.append(ceiling(area, plan.height_m - 0.01, tone, glow=0.8 * lit))
    return parts


def _kitchen(plan: SetPlan, random: Random) -> list[Mesh]:
    back = room_sides(plan.bounds)[0]
    tone = toned((0.80, 0.83, 0.80), random, 0.06)
    parts = []
    for first, last in ((0.7, 2.38), (3.62, back.length)):
        area = (first, last, 0.9, 1.5)
        parts.append(back.face(area, tone, out=0.006, surface="tile"))
        parts += [each.moved((0, 0, -0.004)) for each in back.grid(area, (0.2, 0.1), 0.01, (0.6, 0.6, 0.58))]
    return parts


def _bar(plan: SetPlan, random: Random) -> list[Mesh]:
    back = room_sides(plan.bounds)[0]
    glow = back.face((1.9, back.length - 1.9, 2.3, 2.42), (1.0, 0.62, 0.28), out=0.03, glow=1.0)
    return [*beams(plan, WALNUT, 1.4), glow]


def _church(plan: SetPlan, random: Random) -> list[Mesh]:
    x0, z0, x1, z1 = plan.bounds
    high, ridge = plan.height_m, plan.height_m + 4.5
    stone: Colour = (0.62, 0.59, 0.53)
    panes: list[Colour] = [(0.75, 0.16, 0.14), (0.16, 0.28, 0.70), (0.86, 0.66, 0.18), (0.16, 0.50, 0.30)]
    parts = [
        quad((x0, -high, z0), (0, 0, z1 - z0), (-x0, high - ridge, 0), stone, surface="stone"),
        quad((x1, -high, z1), (0, 0, z0 - z1), (-x1, high - ridge, 0), stone, surface="stone"),
        from_triangles([(x0, -high, z1), (x1, -high, z1), (0, -ridge, z1)], [(0, 1, 2)], stone,
                       surface="stone"),
        from_triangles([(x1, -high, z0), (x0, -high, z0), (0, -ridge, z0)], [(0, 1, 2)], stone,
                       surface="stone"),
    ]  # fmt: skip
    back, right, _, left = room_sides(plan.bounds)
    windows = [(side, s) for side in (right, left) for s in np.arange(2.2, side.length - 1, 3.2)]
    windows += [(back, back.length / 2 + s) for s in (-3.6, 3.6)]
    for side, middle in windows:
        parts.append(side.face((middle - 0.72, middle + 0.72, 2.5, 7.0), (0.45, 0.43, 0.39), out=0.01))
        for k, low in enumerate(np.arange(2.6, 6.0, 0.68)):
            for j, first in enumerate((middle - 0.6, middle + 0.02)):
                tone = toned(panes[(k * 3 + j * 2 + int(random.integers(2))) % 4], random, 0.08)
                area = (first, first + 0.58, low, low + 0.64)
                parts.append(side.face(area, tone, out=0.02, glow=0.55, surface="glass"))
        top = [side.point(middle + dx, h, 0.02) for dx, h in ((-0.6, 6.04), (0.6, 6.04), (0, 6.9))]
        parts.append(from_triangles(top, [(0, 1, 2)], panes[1], glow=0.55))
    for z in np.arange(z0 + 1, z1, 3.0):
        for sign in (-1, 1):
            parts.append(limb((sign * x1, -high, z), (0, -ridge, z), 0.16, stone, segments=6))
    return parts


def _warehouse(plan: SetPlan, random: Random) -> list[Mesh]:
    x0, z0, x1, z1 = plan.bounds
    steel: Colour = (0.30, 0.32, 0.35)
    parts = []
    for z in np.arange(z0 + 1.5, z1, 3.5):
        low, high = -plan.height_m + 1.0, -plan.height_m + 0.15
        parts += [box((0, y, z), (x1 - x0, 0.14, 0.14), steel, surface="metal") for y in (low, high)]
        for k in range(8):
            a, b = x0 + k * (x1 - x0) / 8, x0 + (k + 1) * (x1 - x0) / 8
            ends = ((a, low, z), (b, high, z)) if k % 2 else ((a, high, z), (b, low, z))
            parts.append(limb(*ends, 0.05, steel, segments=5, surface="metal"))
        sky = (x0 + 2.2, z + 0.8, x0 + 4.2, z + 2.6)
        parts.append(ceiling(sky, plan.height_m - 0.02, (0.80, 0.88, 0.95), glow=0.5))
    for side in room_sides(plan.bounds):
        parts += side.grid((0, side.length, 2.4, plan.height_m), (0.5, 0.0), 0.05, (0.38, 0.43, 0.48))
    return parts


def _pegboard(plan: SetPlan, random: Random) -> list[Mesh]:
    """Tools on a board over a workbench."""
    right = room_sides(plan.bounds)[1 if plan.shell == "garage" else 0]
    middle = right.length / 2 + (-0.65 if plan.shell == "garage" else 0.0)
    low = 1.05 if plan.shell == "garage" else 2.55
    if plan.shell == "workshop":
        right, middle, low = room_sides(plan.bounds)[3], 5.2, 1.05
    parts = [right.block((middle - 1, middle + 1, low, low + 1.0), 0.02, (0.60, 0.48, 0.32))]
    for k in range(9):
        at = middle - 0.88 + 0.22 * k
        long, thick = float(random.uniform(0.25, 0.55)), float(random.uniform(0.02, 0.045))
        steel = toned((0.45, 0.46, 0.48), random, 0.08)
        top = low + 0.85
        handle = toned((0.66, 0.24, 0.16), random, 0.12)
        parts.append(right.block((at - thick, at + thick, top - 0.6 * long, top), 0.02, steel, out=0.02))
        parts.append(right.block((at - thick / 2, at + thick / 2, top - long, top - 0.5 * long), 0.03,
                                 handle, out=0.02))  # fmt: skip
        if k % 3 == 0:
            parts.append(right.block((at - 0.08, at + 0.08, top - 0.06, top), 0.03, steel, out=0.02))
    return parts


def _prison(plan: SetPlan, random: Random) -> list[Mesh]:
    x0, _, x1, z1 = plan.bounds
    iron: Colour = (0.20, 0.21, 0.22)
    parts = [
        limb((x, 0, z1), (x, -plan.height_m, z1), 0.018, iron, segments=5, surface="metal")
        for x in np.arange(x0 + 0.1, x1, 0.13)
    ]
    parts += [
        box((0, -h, z1), (x1 - x0, 0.06, 0.05), iron, surface="metal") for h in (0.1, 1.05, 2.1, 2.6)
    ]
    parts += [box((x, -1.05, z1), (0.07, 2.1, 0.07), iron, surface="metal") for x in (0.2, 1.2)]
    parts.append(box((0.32, -1.05, z1 - 0.04), (0.16, 0.24, 0.06), (0.34, 0.34, 0.33), surface="metal"))
    hall = Side((x0 - 2, z1 + 2.6), (x1 + 2, z1 + 2.6))
    parts.append(hall.face((0, hall.length, 0, 3.2), (0.50, 0.52, 0.49), surface="concrete"))
    parts.append(hall.face((0, hall.length, 0, 1.3), (0.34, 0.40, 0.37), out=0.01))
    parts.append(ceiling((x0 - 2, z1, x1 + 2, z1 + 2.6), 3.2, CONCRETE))
    parts.append(ceiling((-0.2, z1 + 1.0, 0.8, z1 + 1.3), 3.1, LIGHT, glow=1.0))
    left = room_sides(plan.bounds)[3]
    parts.append(left.face((1.2, 1.9, 1.9, 2.4), (0.72, 0.80, 0.88), out=0.01, glow=0.4))
    parts += [
        left.block((s - 0.012, s + 0.012, 1.9, 2.4), 0.025, iron, out=0.015)
        for s in np.arange(1.28, 1.9, 0.13)
    ]
    return parts


def _court(plan: SetPlan, random: Random) -> list[Mesh]:
    back = room_sides(plan.bounds)[0]
    middle = back.length / 2
    disc = ellipsoid((0, -3.0, plan.bounds[3] - 0.06), (0.6, 0.6, 0.06), (0.80, 0.64, 0.24), surface="metal")
    shield = ellipsoid((0, -3.0, plan.bounds[3] - 0.1), (0.36, 0.42, 0.06), (0.22, 0.26, 0.46))
    dais = [
        back.block((middle - 2.6, middle + 2.6, 0, 3.9), 0.06, (0.30, 0.18, 0.11), surface="wood"),
        box((0, -0.75, 4.16), (4.4, 1.5, 0.1), (0.36, 0.22, 0.13), surface="wood"),
    ]
    dais += [box((x, -0.75, 4.10), (0.9, 1.1, 0.04), WALNUT, surface="wood") for x in (-1.5, -0.5, 0.5, 1.5)]
    rail = [box((x, -0.5, -1.6), (4.6, 0.1, 0.1), OAK, surface="wood") for x in (-3.9, 3.9)]
    rail = [each.moved((0, -0.45, 0)) for each in rail]
    rail += [
        box((x, -0.48, -1.6), (0.06, 0.95, 0.06), OAK, surface="wood")
        for sign in (-1, 1)
        for x in sign * np.arange(1.6, 6.3, 0.5)
    ]
    return [disc, shield, *dais, *rail]


def _interrogation(plan: SetPlan, random: Random) -> list[Mesh]:
    back = room_sides(plan.bounds)[0]
    middle = back.length / 2
    area = (middle - 1.5, middle + 1.5, 0.95, 2.05)
    frame = (area[0] - 0.08, area[1] + 0.08, area[2] - 0.08, area[3] + 0.08)
    return [
        back.face(frame, (0.16, 0.17, 0.18), out=0.01, surface="metal"),
        back.face(area, (0.10, 0.14, 0.16), out=0.02, surface="screen"),
    ]


def _cellar(plan: SetPlan, random: Random) -> list[Mesh]:
    parts = beams(plan, (0.26, 0.19, 0.13), 1.1, 0.18)
    for x in (-1.9, 1.9):
        parts.append(box((x, -plan.height_m / 2, 1.9), (0.3, plan.height_m, 0.3), (0.44, 0.26, 0.20),
                         surface="brick"))  # fmt: skip
    pipe: Colour = (0.42, 0.30, 0.22)
    z1 = plan.bounds[3] - 0.15
    for k, high in enumerate((2.0, 1.85)):
        parts.append(limb((-3.6, -high, z1 + 0.06 * k), (3.6, -high, z1 + 0.06 * k), 0.05, pipe, surface="metal"))
    return parts


def _attic(plan: SetPlan, random: Random) -> list[Mesh]:
    x0, z0, x1, z1 = plan.bounds
    knee, ridge = 0.9, plan.height_m
    wood: Colour = (0.46, 0.33, 0.21)
    rafter: Colour = (0.34, 0.24, 0.15)
    parts = [
        quad((x0, -knee, z0), (0, 0, z1 - z0), (-x0 - 0.3, knee - ridge, 0), wood, surface="wood"),
        quad((x1, -knee, z1), (0, 0, z0 - z1), (-x1 + 0.3, knee - ridge, 0), wood, surface="wood"),
        ceiling((-0.3, z0, 0.3, z1), ridge, wood, surface="wood"),
    ]
    for z in np.arange(z0 + 0.5, z1, 1.1):
        for sign in (-1, 1):
            ends = (sign * (x1 - 0.05), -knee, z), (sign * 0.3, -ridge + 0.06, z)
            parts.append(limb(*ends, 0.07, rafter, segments=4, surface="wood"))
        parts.append(box((0, -2.45, z), (2.7, 0.14, 0.08), rafter, surface="wood"))
    pane = quad((1.9, -1.95, 2.4), (0, 0, -0.9), (-0.62, -0.45, 0), (0.78, 0.86, 0.93), glow=0.7)
    return [*parts, pane.moved((-0.02, 0.02, 0))]


def _lobby(plan: SetPlan, random: Random) -> list[Mesh]:
    parts = []
    for side in room_sides(plan.bounds):
        for s in np.arange(1.4, side.length - 0.8, 2.8):
            parts.append(side.face((s - 0.08, s + 0.08, 2.1, 2.5), LIGHT, out=0.1, glow=0.9))
            parts.append(side.face((s - 0.12, s + 0.12, 2.0, 2.1), (0.72, 0.58, 0.26), out=0.1))
        parts.append(side.face((0, side.length, 4.0, 4.2), (0.82, 0.78, 0.68), out=0.02))
    return parts


def _gym(plan: SetPlan, random: Random) -> list[Mesh]:
    back = room_sides(plan.bounds)[0]
    parts = []
    for k in range(4):
        area = (0.4 + k * 1.55, 1.9 + k * 1.55, 0.4, 2.4)
        parts.append(back.face(area, (0.58, 0.66, 0.70), out=0.02, surface="screen"))
    return [*parts, *beams(plan, (0.30, 0.31, 0.33), 1.8, 0.16)]


def _cinema(plan: SetPlan, random: Random) -> list[Mesh]:
    x0, z0, x1, z1 = plan.bounds
    parts = []
    for side in room_sides(plan.bounds)[1::2]:
        for s in np.arange(1.0, side.length, 2.4):
            parts.append(side.face((s, s + 1.0, 0.2, 4.8), (0.42, 0.08, 0.10), out=0.03, surface="cloth"))
            parts.append(side.face((s + 1.6, s + 1.9, 2.2, 2.6), (1.0, 0.72, 0.40), out=0.05, glow=0.8))
    back = room_sides(plan.bounds)[0]
    parts.append(back.face((5.6, 6.4, 4.2, 4.7), (0.9, 0.95, 1.0), out=0.02, glow=1.0))
    return parts


def _museum(plan: SetPlan, random: Random) -> list[Mesh]:
    x0, z0, x1, z1 = plan.bounds
    parts = []
    for z in (z1 - 1.4, 0.0):
        parts.append(box((0, -plan.height_m + 0.3, z), (x1 - x0 - 1, 0.05, 0.05), (0.2, 0.2, 0.2)))
        for x in np.arange(x0 + 1.5, x1 - 1, 1.8):
            parts.append(limb((x, -plan.height_m + 0.3, z), (x, -plan.height_m + 0.55, z + 0.12), 0.06, (0.15, 0.15, 0.15)))
    back = room_sides(plan.bounds)[0]
    parts.append(back.face((0, back.length, 3.9, 4.2), (0.92, 0.92, 0.90), out=0.02))
    return parts


def _supermarket(plan: SetPlan, random: Random) -> list[Mesh]:
    parts = []
    for x, tone in ((-1.9, (0.20, 0.52, 0.28)), (1.9, (0.78, 0.24, 0.18))):
        for z in (0.3, 6.0):
            parts.append(box((x * 0.62, -2.7, z), (1.3, 0.5, 0.04), tone))
            parts.append(box((x * 0.62, -2.7, z - 0.03), (0.9, 0.16, 0.02), (0.94, 0.94, 0.90)))
            parts += [box((x * 0.62 + s, -3.3, z), (0.02, 0.75, 0.02), (0.3, 0.3, 0.3)) for s in (-0.5, 0.5)]
    return parts


DECOR: Mapping[str, Decor] = {
    "kitchen": _kitchen, "office": _light_panels, "meeting-room": _light_panels, "bar": _bar,
    "restaurant": lambda plan, random: beams(plan, WALNUT, 1.6), "church": _church,
    "warehouse": _warehouse, "garage": _pegboard, "workshop": _pegboard, "prison-cell": _prison,
    "court-room": _court, "interrogation-room": _interrogation, "cellar": _cellar,
    "attic": _attic, "hotel-lobby": _lobby, "gym": _gym, "cinema": _cinema, "museum": _museum,
    "library": lambda plan, random: beams(plan, WALNUT, 2.0), "supermarket": _supermarket,
}  # fmt: skip
