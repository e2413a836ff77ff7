"""Kinds of the scenery that are solid: what the `.scenery` files build sets of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from storyboard.layout.meshes import (
    Array,
    Colour,
    Mesh,
    box,
    ellipsoid,
    floats,
    from_triangles,
    join,
    limb,
)
from storyboard.layout.places.facades import cottage, entrance_front, office_block, pane, row
from storyboard.layout.places.landscape import (
    SHAPES,
    clear_of_camera,
    ring,
    scattered,
    skyline,
    toned,
)
from storyboard.layout.places.scenery import SetInProgress, Solid
from storyboard.layout.places.walls import Side, ceiling, pierced, quad

_Numbers = Sequence[float]
_Words = Sequence[str]
_LAMP: Colour = (1.0, 0.93, 0.80)
_STAINED: Sequence[Colour] = (
    (0.75, 0.16, 0.14), (0.16, 0.28, 0.70), (0.86, 0.66, 0.18), (0.16, 0.50, 0.30)
)  # fmt: skip


def _side(n: _Numbers) -> Side:
    return Side((n[0], n[1]), (n[2], n[3]))


def build_box(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X H Z, of the middle of its base, WIDTH HEIGHT DEPTH."""
    c = stage.coat(words[0])
    middle = (n[0], -(n[1] + n[4] / 2), n[2])
    return box(middle, n[3:6], c.colour, surface=c.surface, glow=c.glow)


def build_rod(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X H Z, DX DH DZ to its other end, RADIUS [OTHER RADIUS]."""
    c = stage.coat(words[0])
    start = floats((n[0], -n[1], n[2]))
    end = start + floats((n[3], -n[4], n[5]))
    count = 5 if n[6] < 0.05 else 8 if n[6] < 1.5 else 12
    return limb(
        start, end, n[6], c.colour, end_radius=(*n[6:], n[6])[1], segments=count,
        surface=c.surface, glow=c.glow,
    )  # fmt: skip


def build_ball(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X H Z, of its middle, RX RH RZ."""
    c = stage.coat(words[0])
    rings = 5 if max(n[3:6]) < 1 else 12
    return ellipsoid((n[0], -n[1], n[2]), n[3:6], c.colour, rings=rings, segments=2 * rings,
                     surface=c.surface, glow=c.glow)  # fmt: skip


def build_face(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1, from left to right for who sees it, LOW HIGH."""
    side, c = _side(n), stage.coat(words[0])
    return side.face((0, side.length, n[4], n[5]), c.colour, surface=c.surface, glow=c.glow)


def build_poster(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """Like a face, in another colour each."""
    side = _side(n)
    tone = toned(stage.colour(words[0]), stage.random, 0.3)
    return side.face((0, side.length, n[4], n[5]), tone, surface="paper")


def build_ceil(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1 HEIGHT: visible from below."""
    c = stage.coat(words[0])
    return ceiling((n[0], n[1], n[2], n[3]), n[4], c.colour, surface=c.surface, glow=c.glow)


def build_slope(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X H Z, DX DH DZ to the right, DX DH DZ upwards: visible from where that holds."""
    c = stage.coat(words[0])
    flip = floats((1, -1, 1))
    corner, along, up = (floats(n[k : k + 3]) * flip for k in (0, 3, 6))
    return quad(corner, along, up, c.colour, surface=c.surface, glow=c.glow)


def build_grid(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1 LOW HIGH, PITCH along and up, WIDTH of its lines."""
    side = _side(n)
    area = (0.0, side.length, n[4], n[5])
    return join(side.grid(area, (n[6], n[7]), n[8], stage.colour(words[0])))


def build_panes(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1 LOW HIGH, PITCH, WIDTH, CHANCE of light: windows of a facade."""
    side, trim = _side(n), stage.colour(words[0])
    middles = np.arange(n[6] / 2, side.length, n[6])
    return join(
        pane(side, (m - n[7] / 2, m + n[7] / 2, n[4], n[5]), stage.random, n[8], trim)
        for m in middles
    )


def build_stained(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1 LOW HIGH: a window of coloured glass with a pointed top."""
    side, tall = _side(n), n[5] - n[4]
    wide, rows = side.length, 6
    parts = [side.face((0, wide, n[4], n[5]), (0.45, 0.43, 0.39), out=0.01)]
    for k in range(2 * rows):
        left, low = (0.08, 0.52)[k % 2] * wide, n[4] + 0.1 + (k // 2) * 0.8 * tall / rows
        area = (left, left + 0.4 * wide, low, low + 0.74 * tall / rows)
        tone = toned(_STAINED[int(stage.random.integers(4))], stage.random, 0.08)
        parts.append(side.face(area, tone, out=0.02, surface="glass", glow=0.55))
    top = n[4] + 0.1 + 0.8 * tall
    corners = ((0.08, top), (0.92, top), (0.5, n[5] - 0.06))
    points = [side.point(a * wide, h, 0.02) for a, h in corners]
    return join([*parts, from_triangles(points, [(0, 1, 2)], _STAINED[1], glow=0.55)])


def build_glazed(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1, SILL HEAD of its windows, WIDTH, GAP; materials below and from the sill up."""
    side, (low, high) = _side(n), n[4:6]
    under, over = stage.coat(words[0]), stage.colour(words[1])
    first = n[7] if side.length > 2 * n[6] else (side.length - n[6]) / 2
    starts = np.arange(first, side.length - n[6] - 0.1, n[6] + n[7])
    panes = [(float(a), float(a) + n[6]) for a in starts]
    bands = [(0, low - 0.05, under.colour, under.surface),
             (low - 0.05, stage.plan.height_m, over, "plastic")]  # fmt: skip
    parts = [pierced(side, bands, [(a, b, low, high) for a, b in panes])]
    f, trim = 0.035, (0.5, 0.51, 0.53)
    for a, b in panes:
        parts.append(side.face((a, b, low, high), (0.75, 0.83, 0.87), surface="glass"))
        frames = ((a - f, a, low, high), (b, b + f, low, high), (a, b, low - f, low),
                  (a, b, high, high + f))  # fmt: skip
        parts += [side.face(area, trim, out=0.012, surface="metal") for area in frames]
    return join(parts)


def build_hull(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """BEND: ceiling of a cabin along z with rounded edges."""
    x0, z0, x1, z1 = stage.plan.bounds
    c, high, bend, long = stage.coat(words[0]), stage.plan.height_m, n[0], z1 - z0
    sides = [((x0, bend - high, z0), (0, 0, long), (bend, -bend, 0)),
             ((x1, bend - high, z1), (0, 0, -long), (-bend, -bend, 0))]  # fmt: skip
    parts = [quad(*each, c.colour, surface=c.surface) for each in sides]
    area = (x0 + bend, z0, x1 - bend, z1)
    return join([*parts, ceiling(area, high, c.colour, surface=c.surface)])


def build_roof(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """KNEE RIDGE FLAT: a pitched ceiling along z from the walls to FLAT metres from its middle."""
    x0, z0, x1, z1 = stage.plan.bounds
    c, (knee, ridge, flat) = stage.coat(words[0]), n
    long, rise = z1 - z0, knee - ridge
    slopes = [((x0, -knee, z0), (0, 0, long), (-flat - x0, rise, 0)),
              ((x1, -knee, z1), (0, 0, -long), (flat - x1, rise, 0))]  # fmt: skip
    parts = [quad(*each, c.colour, surface=c.surface) for each in slopes]
    if flat:
        parts.append(ceiling((-flat, z0, flat, z1), ridge, c.colour, surface=c.surface))
    if ridge > stage.plan.height_m:  # the walls end at the knee
        for left, right, z in ((x0, x1, z1), (x1, x0, z0)):
            gable = [(left, -knee, z), (right, -knee, z), ((x0 + x1) / 2, -ridge, z)]
            parts.append(from_triangles(gable, [(0, 1, 2)], c.colour, surface=c.surface))
    return join(parts)


def build_beams(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """PITCH SIZE: beams across the ceiling."""
    x0, z0, x1, z1 = stage.plan.bounds
    colour, y = stage.colour(words[0]), n[1] / 2 - stage.plan.height_m
    return join(
        box(((x0 + x1) / 2, y, z), (x1 - x0, n[1], n[1]), colour, surface="wood")
        for z in np.arange(z0 + n[0] / 2, z1, n[0])
    )


def build_panels(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """PITCH: a suspended ceiling of panels, every other one a lamp."""
    x0, z0, x1, z1 = stage.plan.bounds
    parts = []
    for x in np.arange(x0 + n[0] / 2, x1 - n[0] / 4, n[0]):
        for k, z in enumerate(np.arange(z0 + n[0] / 2, z1 - n[0] / 4, n[0])):
            half = n[0] / 2 - 0.01
            tone = _LAMP if k % 2 else toned(stage.colour(words[0]), stage.random, 0.012)
            area = (x - half, z - half, x + half, z + half)
            parts.append(ceiling(area, stage.plan.height_m - 0.01, tone, glow=0.8 * (k % 2)))
    return join(parts)


def build_drape(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1 LOW HIGH OUT: a curtain with soft folds, visible from the front."""
    side = _side(n)
    along = np.linspace(0, side.length, max(4, round(side.length / 0.11)))
    deep = n[6] + 0.09 * np.sin(np.arange(len(along)) * 1.9)
    points = [
        side.point(float(a), h, float(o)) for h in n[4:6] for a, o in zip(along, deep, strict=True)
    ]
    return from_triangles(points, _strip(len(along), 1), stage.colour(words[0]), surface="cloth")


def _strip(count: int, rows: int) -> list[tuple[int, int, int]]:
    """Faces of rows of `count` vertices, from left to right and from the bottom up."""
    faces = []
    for r in range(rows):
        for k in range(r * count, (r + 1) * count - 1):
            faces += [(k, k + 1, k + count + 1), (k, k + count + 1, k + count)]
    return faces


def build_sweep(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """WIDTH BACK RADIUS HEIGHT: a seamless backdrop that bends up into a wall at z = BACK."""
    wide, back, radius, high = n
    angle = np.linspace(0, np.pi / 2, 10)
    z = np.append(back - radius + radius * np.sin(angle), back)
    h = np.append(radius - radius * np.cos(angle), high)
    x = np.tile([-wide / 2, wide / 2], len(z))
    points = np.stack([x, -np.repeat(h, 2), np.repeat(z, 2)], 1)
    c = stage.coat(words[0])
    return from_triangles(points, _strip(2, len(z) - 1), c.colour, surface=c.surface)


def build_stand(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1 ROWS: a tribune that rises away from the pitch, with spectators and a roof."""
    side, random = _side(n), stage.random
    advert = toned((0.25, 0.32, 0.50), random, 0.15)
    parts = [side.face((0, side.length, 0, 1.1), advert, out=0.1)]
    for k in range(int(n[4])):
        low, out = 0.9 + 0.7 * k, -0.9 * k
        grey = toned((0.40, 0.41, 0.44), random, 0.03)
        parts.append(side.face((0, side.length, low, low + 0.7), grey, out=out, surface="concrete"))
        a, b = side.point(0, low + 0.7, out), side.point(side.length, low + 0.7, out)
        back = side.point(0, low + 0.7, out - 0.9) - a
        parts.append(quad(a, b - a, back, (0.48, 0.48, 0.5), surface="concrete"))
        for s in np.arange(0.6, side.length - 0.6, 1.3) + float(random.uniform(0, 0.8)):
            if random.random() < 0.5:
                tone = toned((0.50, 0.42, 0.40), random, 0.3)
                area = (s, s + 0.5, low + 0.7, low + 1.5)
                parts.append(side.face(area, tone, out=out - 0.5, surface="cloth"))
    top, end = 0.9 + 0.7 * n[4], -0.9 * n[4]
    parts.append(side.face((0, side.length, top, top + 5), (0.26, 0.28, 0.31), out=end))
    roof = (0, side.length, top + 4.2, top + 4.7)
    parts.append(side.block(roof, -end, (0.62, 0.63, 0.65), out=end, surface="metal"))
    return join(parts)


def build_fence(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1 HEIGHT, PITCH and THICKNESS of posts, heights of rails in parts of its own."""
    side, c = _side(n), stage.coat(words[0])
    high, pitch, thick, *rails = n[4:]
    areas: list[Array | Sequence[float]] = [
        (0, side.length, high * r - thick, high * r) for r in rails
    ]
    areas += [
        (s - thick / 2, s + thick / 2, 0, high) for s in np.arange(0, side.length + 0.01, pitch)
    ]
    return join(
        side.block((a[0], a[1], a[2], a[3]), thick * 0.7, c.colour, surface=c.surface)
        for a in areas
    )


def build_plant(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X Z HEIGHT: one tree, near that place and of about that height."""
    shape = SHAPES[words[0] if words else "tree"](
        stage.random, n[2] * float(stage.random.uniform(0.85, 1.15))
    )
    dx, dz = stage.random.uniform(-0.5, 0.5, 2)
    return shape.moved((n[0] + dx, 0, n[1] + dz), yaw_deg=float(stage.random.uniform(0, 360)))


def build_wood(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1 COUNT SIZE SIZE [NEAR [FAR]] SHAPE: spread, clear of camera and centre."""
    near, far = (*n[7:], *(0.0, 999.0)[len(n) - 7 :])

    def keep(x: float, z: float) -> bool:
        return clear_of_camera(x, z) and near <= np.hypot(x, z) <= far

    build = SHAPES[words[0] if words else "tree"]
    area = (n[0], n[1], n[2], n[3])
    return join(scattered(stage.random, build, area, int(n[4]), (n[5], n[6]), keep))


def build_row(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1, HEIGHTS from and to, CHANCES of shops and of office blocks [GAP from and to]."""
    gap = n[8:10] if len(n) > 9 else (0.0, 0.0)
    return row(_side(n), stage.random, (n[4], n[5]), shops=n[6], modern=n[7], gap=gap)


def build_town(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """NEAR FAR LENGTH SHOPS: houses on both sides of a street along x, and at its ends."""
    near, far, long, shops = n
    end = long + 3
    sides = [(-long, far, long, far), (long, near, -long, near), (-end, near, -end, far),
             (end, far, end, near)]  # fmt: skip
    return join(build_row(stage, (*each, 8, 13, shops, 0.0), words) for each in sides)


def build_entrance(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X0 Z0 X1 Z1 DOOR HEIGHT: a public building with its door DOOR metres along."""
    return entrance_front(_side(n), n[4], stage.random, n[5], stage.own)


def build_block(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X Z YAW WIDTH HEIGHT DEEP: an office block whose ground is DEEP metres below."""
    side = Side((-n[3] / 2, 0.0), (n[3] / 2, 0.0))
    high = n[4] * float(stage.random.uniform(0.8, 1.25))
    shape = office_block(side, 0, n[3], high, stage.random)
    return shape.moved((n[0], n[5], n[1]), yaw_deg=n[2])


def build_cottage(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """X Z YAW WIDTH DEPTH: a detached house with its front at that place."""
    shape = cottage(stage.random, stage.colour(words[0]), n[3], n[4])
    return shape.moved((n[0], 0, n[1]), yaw_deg=n[2])


def build_hills(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """RADIUS HEIGHT ROUGH DEEP [SNOW LINE [OPEN]]: all round, or only where z is below OPEN."""
    snow, opened = (*n[4:], *(0.0, 9999.0)[len(n) - 4 :])
    c = stage.coat(words[0])
    cap = (snow, (0.92, 0.94, 0.97)) if snow else None
    return ring(stage.random, n[0], n[1], c.colour, rough=n[2], deep=n[3], cap=cap,
                surface=c.surface, until=opened)  # fmt: skip


def build_skyline(stage: SetInProgress, n: _Numbers, words: _Words) -> Mesh:
    """RADIUS COUNT, HEIGHTS from and to: silhouettes all round."""
    return skyline(stage.random, n[0], int(n[1]), (n[2], n[3]), stage.colour(words[0]))


SOLIDS: Mapping[str, Solid] = {
    "box": build_box, "rod": build_rod, "ball": build_ball, "face": build_face,
    "poster": build_poster, "ceil": build_ceil, "slope": build_slope, "grid": build_grid,
    "panes": build_panes, "stained": build_stained, "glazed": build_glazed, "hull": build_hull,
    "roof": build_roof, "beams": build_beams, "panels": build_panels, "drape": build_drape,
    "sweep": build_sweep, "stand": build_stand, "fence": build_fence, "tree": build_plant,
    "trees": build_wood, "row": build_row, "town": build_town, "entrance": build_entrance,
    "block": build_block, "cottage": build_cottage, "hills": build_hills, "skyline": build_skyline,
}  # fmt: skip
