"""Exteriors of the country, the coast and beyond: parks, woods, roads, mountains, sea, space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from shots.lexicon.places import SetPlan
from storyboard.layout.meshes import Array, Colour, GroundPaint, Mesh, box, ellipsoid, join, limb
from storyboard.layout.places.facades import cottage, row
from storyboard.layout.places.grounds import (
    furrows,
    line,
    planks,
    soft,
    stripes,
    tiles,
    water,
    within,
    zones,
)
from storyboard.layout.places.landscape import (
    Random,
    broadleaf,
    bush,
    clear_of_camera,
    conifer,
    fence,
    palm,
    ring,
    rock,
    scattered,
    skyline,
    toned,
)
from storyboard.layout.places.set_place import PlaceBuilder, SetPlace
from storyboard.layout.places.streets import ASPHALT, FAR, HAZE, LAWN, PAINT, PAVING
from storyboard.layout.places.walls import Side

GREEN: Colour = (0.30, 0.41, 0.24)
BLUE: Colour = (0.46, 0.54, 0.60)
MEADOW = soft((0.32, 0.45, 0.17), (0.46, 0.50, 0.22), 2.4, 0.8)
SAND = soft((0.80, 0.71, 0.53), (0.70, 0.60, 0.43), 1.4, 0.6)
DIRT: Colour = (0.52, 0.43, 0.31)


def _trees(random: Random, count: int, near: float, far: float, sizes: tuple[float, float] = (5, 8)) -> list[Mesh]:
    """Deciduous trees all round, clear of the camera."""
    return scattered(
        random, broadleaf, (-far, -far, far, far), count, sizes,
        lambda x, z: near < np.hypot(x, z) < far and clear_of_camera(x, z),
    )  # fmt: skip


def _path(at: float, width: float, paint: GroundPaint, bend: float = 0.0) -> tuple:  # type: ignore[type-arg]
    """A way along x whose middle is at z = `at`, and its paint."""
    return (lambda x, z: np.abs(z - at - bend * np.sin(0.16 * x)) < width / 2, paint)


def _ground(plan: SetPlan, random: Random) -> SetPlace:
    ground = tiles((0.50, 0.50, 0.48), (0.42, 0.42, 0.41), 2.0, 0.04)
    return SetPlace(ground, join([]), ring(random, 100, 7, (0.46, 0.50, 0.50), rough=0.1))


def _park(plan: SetPlan, random: Random) -> SetPlace:
    gravel = soft((0.66, 0.60, 0.49), (0.56, 0.50, 0.40), 0.5, 0.7)
    pond = (lambda x, z: ((x + 9) / 4.2) ** 2 + ((z - 12) / 3) ** 2 < 1, water((0.20, 0.32, 0.36), (0.42, 0.52, 0.54)))
    across = (lambda x, z: (np.abs(x - 1.4 - 0.12 * (z - 3)) < 1.1) & (z > 1), gravel)
    ground = zones(LAWN, _path(0.6, 3.4, gravel, 1.0), across, pond)
    trees = _trees(random, 54, 14, 46)
    bushes = scattered(random, bush, (-26, 12, 26, 24), 12, (0.8, 1.6))
    far = [skyline(random, 105, 40, (5, 22), HAZE), ring(random, 70, 7, GREEN, rough=0.2)]
    return SetPlace(ground, join(trees + bushes), join(far))


def _playground(plan: SetPlan, random: Random) -> SetPlace:
    pit = (lambda x, z: (x / 8) ** 2 + ((z - 3) / 6) ** 2 < 1, SAND)
    ground = zones(LAWN, pit)
    blocks = [row(Side((-40, 32), (40, 32)), random, (8, 13), shops=0.0, modern=0.5)]
    frame = [limb((x, 0, 8.2), (x, -2.4, 8.2), 0.05, (0.20, 0.36, 0.66), segments=6) for x in (-1.6, 1.6)]
    frame.append(limb((-1.7, -2.4, 8.2), (1.7, -2.4, 8.2), 0.05, (0.20, 0.36, 0.66), segments=6))
    frame += [limb((x, -2.4, 8.2), (x, -1.4, 8.2), 0.02, (0.8, 0.2, 0.15), segments=4) for x in (-0.8, 0.8)]
    return SetPlace(ground, join(_trees(random, 44, 14, 40) + blocks + frame), ring(random, 90, 8, GREEN, rough=0.2))


def _garden(plan: SetPlan, random: Random) -> SetPlace:
    terrace = tiles((0.60, 0.55, 0.48), (0.42, 0.38, 0.34), 0.5, 0.03)
    bed = soft((0.32, 0.24, 0.17), (0.24, 0.18, 0.13), 0.4)
    ground = zones(LAWN, (within(-5, -12, 5, -7), terrace), (within(-3.4, 7.6, 3.4, 8.8), bed))
    wood = toned((0.50, 0.38, 0.26), random, 0.06)
    boards = []
    for side in (Side((-9, 10), (9, 10)), Side((9, 10), (9, -12)), Side((-9, -12), (-9, 10))):
        boards.append(side.face((0, side.length, 0, 1.7), wood, surface="wood"))
        boards += side.grid((0, side.length, 0, 1.7), (0.15, 0.0), 0.02, (0.34, 0.26, 0.18))
        boards.append(side.face((0, side.length, 1.66, 1.74), (0.42, 0.31, 0.21), out=0.02))
    shed = [box((7, -1.1, 5.5), (2.4, 2.2, 2.2), (0.42, 0.32, 0.22), surface="wood"),
            box((7, -2.28, 5.5), (2.8, 0.16, 2.6), (0.32, 0.26, 0.24)), box((5.78, -0.95, 5.5), (0.04, 1.8, 0.8), (0.32, 0.24, 0.17))]  # fmt: skip
    house = cottage(random, (0.76, 0.70, 0.60), 12, 7).moved((0, 0, -26), yaw_deg=180)
    others = [cottage(random).moved((x, 0, 24 + 2 * k), yaw_deg=180) for k, x in enumerate((-14, 2, 18))]
    return SetPlace(ground, join([*boards, *shed, house, *others, *_trees(random, 26, 14, 40, (4, 7))]), ring(random, 90, 9, GREEN, rough=0.1))


def _forest(plan: SetPlan, random: Random) -> SetPlace:
    earth = soft((0.28, 0.24, 0.15), (0.20, 0.29, 0.12), 1.1, 1.0)
    trail = soft((0.42, 0.34, 0.24), (0.34, 0.27, 0.18), 0.7)
    ground = zones(earth, (lambda x, z: np.abs(x - 0.7 * np.sin(0.25 * z)) < 0.9, trail))

    def keep(x: float, z: float) -> bool:
        return 6.5 < np.hypot(x, z) < 34 and not (abs(x) < 3.6 and z < 8) and abs(x) > 1.8

    trees = scattered(random, conifer, (-34, -34, 34, 34), 60, (7, 12), keep)
    trees += scattered(random, broadleaf, (-30, -30, 30, 34), 26, (6, 10), keep)
    ferns = scattered(random, lambda r, s: bush(r, s, (0.22, 0.36, 0.14)), (-12, -10, 12, 16), 16, (0.4, 0.8),
                      lambda x, z: np.hypot(x, z) > 4 and abs(x) > 3)  # fmt: skip
    dark = ring(random, 44, 13, (0.13, 0.21, 0.12), rough=0.9, deep=0.1)
    return SetPlace(ground, join(trees + ferns), dark)


def _field(plan: SetPlan, random: Random) -> SetPlace:
    corn = furrows((0.66, 0.57, 0.28), (0.54, 0.46, 0.22), 1.0)
    ground = zones(
        MEADOW, (lambda x, z: (z > 24) & (x > -12 + 0.3 * z), corn), _path(-1.2, 1.6, soft(DIRT, (0.42, 0.35, 0.25), 0.6), 0.5)
    )
    trees = _trees(random, 26, 30, 60, (6, 9))
    hills = [ring(random, 130, 17, GREEN, rough=0.0), ring(random, 210, 34, BLUE, rough=0.15, deep=0.3)]
    return SetPlace(ground, join([*trees, cottage(random).moved((-24, 0, 38), yaw_deg=20)]), join(hills))


def _farm(plan: SetPlan, random: Random) -> SetPlace:
    yard = soft(DIRT, (0.42, 0.34, 0.24), 0.9, 0.8)
    ground = zones(MEADOW, (lambda x, z: (x / 14) ** 2 + ((z - 3) / 12) ** 2 < 1, yard), (lambda x, z: (z > 26), furrows((0.60, 0.52, 0.26), (0.44, 0.40, 0.20), 1.2)))
    silo = [limb((14.5, 0, 20), (14.5, -9, 20), 2.0, (0.66, 0.67, 0.68), segments=14, surface="metal"), ellipsoid((14.5, -9, 20), (2, 1.4, 2), (0.6, 0.61, 0.63), rings=5)]
    rails = [fence((a, 3.4), (b, 3.4), 1.1, (0.46, 0.36, 0.26)) for a, b in ((-26, -12), (12, 26))]
    return SetPlace(ground, join([*silo, *rails, *_trees(random, 24, 24, 50, (6, 9))]), ring(random, 140, 16, GREEN, rough=0.05))


def _sea_paint(deep: Colour = (0.10, 0.28, 0.36), crest: Colour = (0.30, 0.48, 0.55)) -> GroundPaint:
    return water(deep, crest, 1.6)


def _beach(plan: SetPlan, random: Random) -> SetPlace:
    sea = _sea_paint((0.10, 0.34, 0.42), (0.28, 0.54, 0.60))
    wet = soft((0.56, 0.47, 0.34), (0.62, 0.53, 0.40), 1.4)

    def shore(x: Array, z: Array) -> Array:
        coast: Array = z - 5.2 - 0.5 * np.sin(0.35 * x) - 0.25 * np.sin(0.9 * x + 1)
        return coast

    def surf(x: Array, z: Array, distance: Array) -> Array:
        at = shore(x, z)
        colour = zones(wet, (lambda x, z: shore(x, z) > 0, sea))(x, z, distance)
        rolls = [line(at - off - 0.4 * np.sin(0.23 * x + off), wide, distance) for off, wide in ((0.1, 0.45), (2.6, 0.4), (6.5, 0.5))]
        foam = np.clip(np.maximum.reduce(rolls) * np.float32(0.9), 0, 1)[:, None]
        return np.asarray(colour * (1 - foam) + np.float32((0.93, 0.95, 0.95)) * foam, np.float32)

    dunes = soft((0.42, 0.48, 0.24), (0.66, 0.60, 0.40), 1.2, 1.0)
    ground = zones(SAND, (lambda x, z: shore(x, z) > -1.6, surf), (lambda x, z: z < -16 + 2 * np.sin(0.3 * x), dunes))
    pier = [limb((x, 0.3, z), (x, -1.5, z), 0.14, (0.36, 0.28, 0.20), segments=6) for x in (13, 15.4) for z in np.arange(2, 32, 3.0)]
    pier += [box((14.2, -1.55, 16), (3.0, 0.14, 32), (0.50, 0.41, 0.30), surface="wood"), box((12.8, -2.1, 16), (0.06, 0.08, 32), (0.5, 0.41, 0.3)), box((15.6, -2.1, 16), (0.06, 0.08, 32), (0.5, 0.41, 0.3))]
    tufts = scattered(random, lambda r, s: bush(r, s, (0.44, 0.48, 0.26)), (-24, -24, 24, -16), 14, (0.5, 1.0), lambda x, z: abs(x) > 3.4)
    hills = ring(random, 150, 14, (0.40, 0.47, 0.44), rough=0.2, gap_deg=(0, 0.01))
    return SetPlace(ground, join(pier + tufts), _land_behind(hills))


def _land_behind(hills: Mesh, open_to: float = 30.0) -> Mesh:
    """A ring without what is in front, so that the horizon of the sea stays free."""
    from dataclasses import replace

    far = hills.vertices[hills.faces][:, :, 2].min(axis=1) < open_to
    return replace(hills, faces=hills.faces[far], colour=hills.colour[far], glow=hills.glow[far], surface=hills.surface[far], owner=hills.owner[far])


def _harbour(plan: SetPlan, random: Random) -> SetPlace:
    sea = _sea_paint((0.11, 0.24, 0.30), (0.26, 0.40, 0.46))
    quay = stripes(tiles((0.50, 0.48, 0.45), (0.36, 0.35, 0.33), 1.2, 0.04), [(0, 3.9, 0.5, 0, 0, -FAR, FAR)], (0.62, 0.60, 0.56))
    ground = zones(quay, (lambda x, z: (z > 4.1) & ~((np.abs(x + 1) < 1.3) & (z < 18)), sea), (within(-2.3, 4.1, 0.3, 18), planks((0.46, 0.37, 0.27), (0.26, 0.2, 0.15), 0.2, along_x=True)))
    wood: Colour = (0.36, 0.28, 0.21)
    posts = [limb((x, 0.3, z), (x, -0.9, z), 0.13, wood, segments=6) for x in (-2.4, 0.4) for z in np.arange(5, 19, 3.2)]
    mole = [box((-26, -0.6, 34), (46, 1.2, 3), (0.44, 0.43, 0.41), surface="stone"), limb((-3, -1.2, 34), (-3, -7, 34), 1.1, (0.88, 0.87, 0.84), end_radius=0.8, segments=12),
            limb((-3, -3, 34), (-3, -4.6, 34), 1.02, (0.74, 0.14, 0.12), end_radius=0.95, segments=12), ellipsoid((-3, -7.4, 34), (0.7, 0.7, 0.7), (1.0, 0.9, 0.6), rings=5, glow=0.9)]  # fmt: skip
    cranes = []
    for x in (20.0, 31.0):
        cranes += [box((x + s, -6, 46), (0.6, 12, 0.6), (0.62, 0.24, 0.16)) for s in (-2.5, 2.5)]
        cranes += [box((x - 4, -12, 46), (20, 0.8, 0.8), (0.62, 0.24, 0.16)), box((x, -13.5, 46), (0.5, 3.5, 0.5), (0.62, 0.24, 0.16))]
    houses = row(Side((44, -18), (-44, -18)), random, (6, 10), shops=0.3)
    hills = _land_behind(ring(random, 140, 16, (0.40, 0.47, 0.46), rough=0.2), 90)
    return SetPlace(ground, join([*posts, *mole, *cranes, houses]), hills)


def _desert(plan: SetPlan, random: Random) -> SetPlace:
    ground = soft((0.80, 0.60, 0.38), (0.68, 0.48, 0.29), 2.2, 0.8)
    red: Colour = (0.62, 0.37, 0.24)
    rocks = scattered(random, lambda r, s: rock(r, s, red), (-34, -34, 34, 34), 26, (0.5, 2.4), clear_of_camera)
    mesas = []
    for x, z, high, wide in ((-34, 62, 15, 12), (30, 80, 19, 15), (2, 105, 12, 20), (-60, -30, 14, 12), (52, -48, 17, 14)):
        mesas.append(limb((x, 0, z), (x, -high * 0.4, z), wide, toned(red, random), end_radius=wide * 0.72, segments=11))
        mesas.append(limb((x, -high * 0.4, z), (x, -high, z), wide * 0.6, toned((0.68, 0.40, 0.26), random), end_radius=wide * 0.54, segments=11))
    dunes = [ring(random, 100, 9, (0.78, 0.58, 0.37), rough=0.0, surface="sand"), ring(random, 190, 30, (0.56, 0.44, 0.42), rough=0.5, deep=0.2, surface="stone")]
    return SetPlace(ground, join(rocks + mesas), join(dunes))


def _mountain_walls(random: Random, far: float, high: float, snow: float) -> Mesh:
    """A range of mountains round a valley."""
    white: Colour = (0.92, 0.94, 0.97)
    return join(
        [
            ring(random, far * 0.45, high * 0.2, (0.22, 0.32, 0.20), rough=0.3),
            ring(random, far, high, (0.42, 0.43, 0.45), rough=1.0, deep=0.5, cap=(snow, white), surface="stone"),
            ring(random, far * 1.6, high * 1.5, (0.52, 0.58, 0.66), rough=1.0, deep=0.25, cap=(snow * 1.4, white), surface="stone"),
        ]
    )


def _mountain_road(plan: SetPlan, random: Random) -> SetPlace:
    lines: list[Sequence[float]] = [(1, 0, 0.14, 3, 4, -FAR, FAR), (1, -3.4, 0.14, 0, 0, -FAR, FAR), (1, 3.4, 0.14, 0, 0, -FAR, FAR)]
    grass = soft((0.36, 0.42, 0.22), (0.48, 0.46, 0.32), 1.4, 0.8)
    ground = zones(grass, (within(3.7, -FAR, 5.0, FAR), soft((0.5, 0.47, 0.42), (0.4, 0.38, 0.35), 0.5)), (within(-3.8, -FAR, 3.8, FAR), stripes(ASPHALT, lines, PAINT)))
    cliff = []
    variants = [rock(random, s, (0.47, 0.45, 0.43)) for s in (5.0, 6.5, 8.0, 9.5)]
    for k, z in enumerate(np.arange(-56, 60, 3.2)):
        x = 10.5 + float(random.uniform(-0.8, 1.6)) + 0.004 * z * z
        cliff.append(variants[k % 4].moved((x, 0, float(z)), yaw_deg=37.0 * k, scale=(0.8, 1.5, 0.9)))
        if k % 2:
            cliff.append(variants[(k + 1) % 4].moved((x + 4, -3.5, float(z)), yaw_deg=61.0 * k, scale=(1, 1.5, 1)))
    rail = [fence((-4.6, a), (-4.6, b), 0.75, (0.64, 0.65, 0.66), 2.5, (0.7, 0.95), 0.12, "metal") for a, b in ((-50, 4), (8, 60))]
    pines = scattered(random, conifer, (-40, -40, -9, 50), 34, (5, 9))
    return SetPlace(ground, join([*cliff, *rail, *pines]), _mountain_walls(random, 150, 62, 34))


def _mountains(plan: SetPlan, random: Random) -> SetPlace:
    ground = soft((0.40, 0.44, 0.24), (0.52, 0.50, 0.42), 1.5, 1.0)
    rocks = scattered(random, rock, (-26, -26, 26, 26), 30, (0.4, 2.2), clear_of_camera)
    pines = scattered(random, conifer, (-40, -40, 40, 44), 26, (5, 9), lambda x, z: clear_of_camera(x, z) and np.hypot(x, z) > 18)
    return SetPlace(ground, join(rocks + pines), _mountain_walls(random, 140, 80, 42))


def _country_road(plan: SetPlan, random: Random) -> SetPlace:
    lines: list[Sequence[float]] = [(1, 1.75, 0.12, 3, 4, -FAR * 2, FAR * 2), (1, -1.5, 0.12, 0, 0, -FAR * 2, FAR * 2), (1, 5.0, 0.12, 0, 0, -FAR * 2, FAR * 2)]
    verge = soft((0.44, 0.40, 0.27), (0.36, 0.38, 0.20), 0.8)
    corn = furrows((0.62, 0.55, 0.27), (0.48, 0.44, 0.21), 1.0)
    ground = zones(MEADOW, (lambda x, z: x > 14, corn), (within(-2.6, -400, 6.1, 400), verge), (within(-1.8, -400, 5.3, 400), stripes(ASPHALT, lines, PAINT)))
    poles = []
    for z in np.arange(-54, 90, 18.0):
        poles += [limb((-4.6, 0, z), (-4.6, -7, z), 0.12, (0.32, 0.25, 0.19), segments=6), box((-4.6, -6.6, z), (1.6, 0.1, 0.1), (0.32, 0.25, 0.19))]
    poles += [box((-4.6 + s, -6.72, 18), (0.03, 0.03, 150), (0.15, 0.15, 0.15)) for s in (-0.7, 0.7)]
    avenue = [broadleaf(random, float(random.uniform(6, 8))).moved((x + float(random.uniform(-1, 1)), 0, float(z))) for x in (-9, 11) for z in np.arange(-50, 80, 13)]
    return SetPlace(ground, join([*poles, *avenue, cottage(random).moved((-24, 0, 46))]), join([ring(random, 130, 16, GREEN, rough=0.0), ring(random, 220, 34, BLUE, rough=0.15, deep=0.3)]))


def _highway(plan: SetPlan, random: Random) -> SetPlace:
    lines: list[Sequence[float]] = [(1, x, 0.15, 4, 6, -300, 300) for x in (-3.35, 3.65)]
    lines += [(1, x, 0.16, 0, 0, -300, 300) for x in (-7.0, -0.3, 0.6, 7.3)]
    ground = zones(MEADOW, (within(-9.5, -400, 9.8, 400), stripes(ASPHALT, lines, PAINT)))
    steel: Colour = (0.66, 0.67, 0.68)
    rails = [fence((x, -60), (x, 100), 0.8, steel, 4.0, (0.7, 0.95), 0.14, "metal") for x in (-9.2, 9.5)]
    rails.append(fence((0.15, 8), (0.15, 110), 0.8, steel, 4.0, (0.7, 0.95), 0.14, "metal"))
    gantry = [limb((x, 0, 46), (x, -7.4, 46), 0.2, steel, segments=8) for x in (-10.2, 10.5)]
    gantry += [box((0, -7.3, 46), (21, 0.3, 0.4), steel, surface="metal")]
    gantry += [box((x, -6.8, 45.7), (5.6, 2.4, 0.12), (0.10, 0.24, 0.50)) for x in (-4.2, 4.4)]
    gantry += [box((x, y, 45.6), (3.8, 0.35, 0.04), (0.92, 0.92, 0.92), glow=0.3) for x in (-4.2, 4.4) for y in (-7.2, -6.5)]
    return SetPlace(ground, join([*rails, *gantry, *_trees(random, 34, 18, 60, (5, 8))]), join([ring(random, 140, 15, GREEN, rough=0.05), skyline(random, 190, 60, (4, 16), BLUE)]))


def _cemetery(plan: SetPlan, random: Random) -> SetPlace:
    gravel = soft((0.60, 0.57, 0.50), (0.50, 0.47, 0.41), 0.5)
    ground = zones(soft((0.24, 0.34, 0.15), (0.32, 0.38, 0.19), 1.3, 0.8), (lambda x, z: np.abs(x) < 1.3, gravel))
    stones = []
    grey: Colour = (0.48, 0.48, 0.46)
    for x in (-11.0, -8.6, 8.8, 11.2):
        for z in np.arange(-10, 20, 3.0):
            high = float(random.uniform(0.7, 1.2))
            stone = box((0, -high / 2, 0), (0.7, high, 0.2), toned(grey, random, 0.08), surface="stone")
            turn = 180.0 if z < -3 else float(random.uniform(-8, 8))
            stones.append(stone.moved((x, 0, float(z)), yaw_deg=turn))
    for z in np.arange(9, 20, 3.2):
        for x in (-5.0, -2.6, 2.8, 5.2):
            stones.append(box((x, -0.45, z), (0.7, 0.9, 0.2), toned(grey, random, 0.08), surface="stone"))
    wall = [box((x, -0.8, 0), (0.4, 1.6, 48), (0.42, 0.40, 0.37), surface="stone") for x in (-16, 16)]
    return SetPlace(ground, join([*stones, *wall, *_trees(random, 30, 17, 44, (6, 9))]), ring(random, 90, 9, (0.30, 0.38, 0.27), rough=0.2))


def _river_bank(plan: SetPlan, random: Random) -> SetPlace:
    bank = soft((0.46, 0.40, 0.28), (0.38, 0.38, 0.22), 0.6, 0.9)

    def shore(x: Array, z: Array) -> Array:
        edge: Array = z - 3.6 - 0.5 * np.sin(0.4 * x) - 0.2 * np.sin(1.1 * x)
        return edge

    river = water((0.17, 0.28, 0.29), (0.36, 0.48, 0.48), 1.4)
    ground = zones(MEADOW, (lambda x, z: (shore(x, z) > -0.9) & (z < 27), bank), (lambda x, z: (shore(x, z) > 0) & (z < 25 + np.sin(0.2 * x)), river))
    trees = scattered(random, broadleaf, (-44, 28, 44, 42), 26, (5, 8)) + _trees(random, 16, 12, 34)
    trees = [t for t in trees if not -1e9 < float(t.vertices[:, 2].mean()) < -1e9]
    trees = [t for t in trees if not 2 < float(t.vertices[:, 2].mean()) < 27]
    return SetPlace(ground, join(trees), ring(random, 100, 14, GREEN, rough=0.1))


def _snow_field(plan: SetPlan, random: Random) -> SetPlace:
    ground = soft((0.90, 0.92, 0.95), (0.78, 0.83, 0.90), 2.2, 0.7)

    def snowy(r: Random, s: float) -> Mesh:
        return join([conifer(r, s, (0.30, 0.40, 0.36)), limb((0, -0.56 * s, 0), (0, -s, 0), 0.13 * s, (0.92, 0.94, 0.97), end_radius=0.01, segments=8)])

    trees = scattered(random, snowy, (-50, -50, 50, 56), 48, (5, 9), lambda x, z: clear_of_camera(x, z) and np.hypot(x, z) > 14)
    hills = ring(random, 110, 16, (0.86, 0.89, 0.93), rough=0.1, surface="snow")
    return SetPlace(ground, join(trees), join([hills, ring(random, 200, 56, (0.70, 0.76, 0.84), rough=1.0, deep=0.25, cap=(22, (0.94, 0.95, 0.98)), surface="snow")]))


def _sea(plan: SetPlan, random: Random) -> SetPlace:
    return SetPlace(_sea_paint(), join([]), _land_behind(ring(random, 260, 9, BLUE, rough=0.3, deep=0.1), -200))


def _pool(plan: SetPlan, random: Random) -> SetPlace:
    paving = tiles((0.74, 0.71, 0.65), (0.60, 0.57, 0.52), 0.6, 0.02)
    basin = stripes(water((0.20, 0.58, 0.68), (0.46, 0.78, 0.84), 0.8), [(1, x, 0.2, 0, 0, 2.6, 9.8) for x in (-2.2, 0, 2.2)], (0.16, 0.42, 0.60))
    ground = zones(LAWN, (within(-11, -9, 11, 12), paving), (within(-4.6, 2.0, 4.6, 10.4), soft((0.88, 0.87, 0.84), (0.88, 0.87, 0.84))), (within(-4.3, 2.3, 4.3, 10.1), basin))
    villa = [box((0, -3, -27), (20, 6, 6), (0.86, 0.85, 0.82), surface="plaster")]
    side = Side((10, -24), (-10, -24))
    villa += [side.face((s, s + 3.4, low, low + 2.2), (0.30, 0.38, 0.42), out=0.03, glow=0.2, surface="screen") for s in (1.2, 6, 10.6, 15.4) for low in (0.1, 3.3)]
    steel: Colour = (0.70, 0.71, 0.72)
    board = [box((0, -0.75, 11.0), (0.5, 0.08, 2.4), (0.86, 0.88, 0.90)), box((0, -0.4, 11.8), (0.3, 0.7, 0.3), steel)]
    palms = [palm(random, float(random.uniform(5, 7))).moved((x, 0, z)) for x, z in ((-13, 12), (-15, -2), (13, 13), (15, 0), (6, 16), (-6, 17))]
    return SetPlace(ground, join([*villa, *board, *palms, *_trees(random, 16, 20, 40)]), ring(random, 110, 14, GREEN, rough=0.1))


def _space(plan: SetPlan, random: Random) -> SetPlace:
    regolith = soft((0.44, 0.43, 0.42), (0.30, 0.30, 0.30), 1.8, 1.0)
    grey: Colour = (0.40, 0.39, 0.38)
    rocks = scattered(random, lambda r, s: rock(r, s, grey), (-30, -30, 30, 34), 40, (0.3, 1.6), clear_of_camera)
    craters = []
    for x, z, wide in ((-8, 10, 3.0), (9, 15, 4.2), (-14, -9, 3.6), (12, -12, 3.0)):
        for k in range(12):
            a = 2 * np.pi * k / 12
            craters.append(rock(random, 0.32 * wide, grey).moved((x + wide * np.cos(a), 0.15, z + wide * np.sin(a)), scale=(1.4, 0.5, 1.4)))
    planet = [ellipsoid((-60, -62, 170), (26, 26, 26), (0.20, 0.38, 0.62), rings=14, segments=24, glow=0.3)]
    hills = ring(random, 120, 14, grey, rough=0.4, surface="stone")
    return SetPlace(regolith, join(rocks + craters), join([hills, *planet]), sky="stars")


COUNTRYSIDE: Mapping[str, PlaceBuilder] = {
    "ground": _ground, "park": _park, "playground": _playground, "garden": _garden,
    "forest": _forest, "field": _field, "farm": _farm, "beach": _beach, "harbour": _harbour,
    "desert": _desert, "mountain-road": _mountain_road, "mountains": _mountains,
    "country-road": _country_road, "highway": _highway, "cemetery": _cemetery,
    "river-bank": _river_bank, "snow-field": _snow_field, "sea": _sea, "pool": _pool,
    "space": _space,
}  # fmt: skip
_ = PAVING
