"""Rooms: walls with their doors and windows, floor, ceiling, and what is outside the windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shots.lexicon.places import SetPlan
from storyboard.layout.meshes import Array, Colour, GroundPaint, Mesh, join
from storyboard.layout.places.facades import row
from storyboard.layout.places.grounds import checks, planks, soft, tiles, zones
from storyboard.layout.places.landscape import Random, broadleaf, bush, ring, toned
from storyboard.layout.places.walls import Opening, Side, ceiling, passage, pierced, room_sides

WHITE: Colour = (0.86, 0.85, 0.82)
OAK: Colour = (0.52, 0.37, 0.23)
WALNUT: Colour = (0.30, 0.20, 0.13)
CONCRETE: Colour = (0.52, 0.52, 0.50)
PAPERS: Sequence[Colour] = (
    (0.78, 0.72, 0.60), (0.62, 0.68, 0.62), (0.60, 0.66, 0.72), (0.76, 0.63, 0.54), (0.74, 0.73, 0.69)
)  # fmt: skip
WINDOWS = frozenset({"window", "shop-window"})
DOORS = frozenset({"door", "glass-door", "lift-door", "garage-door"})
Bands = Sequence[tuple[float, Colour, str]]


@dataclass(frozen=True, eq=False)
class Finish:
    """What a room is covered with.

    Attributes:
        walls: Bands from the floor up: height of the upper edge, colour, surface; the last one
            goes to the ceiling, whatever its edge.
        floor: Paint of the floor.
        top: Colour of the ceiling; None has none.
        trim: Colour of the skirting; None has none.
        papered: Whether the last band takes one of the colours of `PAPERS` by the seed.
        joints: Pitch along and up of joints or battens on the first band, 0 for none.
    """

    walls: Bands
    floor: GroundPaint
    top: Colour | None = WHITE
    trim: Colour | None = (0.82, 0.80, 0.76)
    papered: bool = False
    joints: tuple[float, float] = (0.0, 0.0)


def _oak(colour: Colour = OAK, width: float = 0.16, along_x: bool = False) -> GroundPaint:
    dark = (0.5 * colour[0], 0.5 * colour[1], 0.5 * colour[2])
    return planks(colour, dark, width, along_x)


def _carpet(colour: Colour) -> GroundPaint:
    dark = (0.82 * colour[0], 0.82 * colour[1], 0.82 * colour[2])
    return soft(colour, dark, 0.35, 0.5)


def _tiled(colour: Colour, pitch: float = 0.4, joint: Colour = (0.55, 0.54, 0.52)) -> GroundPaint:
    return tiles(colour, joint, pitch, 0.014)


_PLAIN: Bands = [(9, (0.78, 0.76, 0.71), "plaster")]
_TILES: Colour = (0.84, 0.86, 0.85)
_BRICK: Bands = [(9, (0.46, 0.27, 0.21), "brick")]
_PANELS: Colour = (0.34, 0.22, 0.14)
_LINO = _tiled((0.60, 0.62, 0.60), 0.6)
_CEMENT = soft(CONCRETE, (0.40, 0.40, 0.39), 1.1, 0.7)

FINISHES: Mapping[str, Finish] = {
    "room": Finish(_PLAIN, _oak(), papered=True),
    "kitchen": Finish(_PLAIN, checks((0.72, 0.69, 0.62), (0.46, 0.40, 0.34), 0.4), papered=True),
    "living-room": Finish(_PLAIN, _oak(), papered=True),
    "bedroom": Finish(_PLAIN, _oak((0.58, 0.44, 0.30)), papered=True),
    "bathroom": Finish(
        [(1.9, _TILES, "tile"), (9, (0.66, 0.76, 0.78), "plaster")],
        checks((0.82, 0.82, 0.80), (0.22, 0.25, 0.28), 0.25), trim=None, joints=(0.2, 0.2),
    ),
    "office": Finish(_PLAIN, _carpet((0.36, 0.40, 0.45)), top=(0.80, 0.81, 0.80)),
    "meeting-room": Finish(
        [(9, (0.70, 0.72, 0.73), "plaster")], _carpet((0.30, 0.34, 0.40)), top=(0.80, 0.81, 0.80)
    ),
    "corridor": Finish(
        [(1.1, (0.42, 0.53, 0.54), "plaster"), (9, (0.78, 0.77, 0.71), "plaster")], _LINO
    ),
    "stairwell": Finish(
        [(1.2, (0.38, 0.48, 0.42), "plaster"), (9, (0.76, 0.73, 0.65), "plaster")],
        checks((0.66, 0.63, 0.57), (0.32, 0.31, 0.30), 0.3),
    ),
    "bar": Finish(
        [(1.1, _PANELS, "wood"), (9, (0.40, 0.22, 0.18), "brick")], _oak((0.34, 0.22, 0.14)),
        top=(0.20, 0.16, 0.14), trim=WALNUT, joints=(0.45, 0.0),
    ),
    "restaurant": Finish(
        [(1.0, (0.40, 0.27, 0.18), "wood"), (9, (0.62, 0.30, 0.24), "plaster")], _oak(),
        top=(0.74, 0.68, 0.58), trim=WALNUT, joints=(0.6, 0.0),
    ),
    "cafe": Finish(
        [(1.0, (0.34, 0.44, 0.40), "wood"), (9, (0.80, 0.74, 0.62), "plaster")],
        checks((0.70, 0.66, 0.58), (0.30, 0.34, 0.33), 0.3), joints=(0.3, 0.0),
    ),
    "shop": Finish([(9, (0.84, 0.82, 0.78), "plaster")], _oak((0.64, 0.52, 0.38))),
    "supermarket": Finish([(9, (0.82, 0.83, 0.82), "plaster")], _tiled((0.74, 0.74, 0.71), 0.5)),
    "hospital-room": Finish(
        [(1.1, (0.62, 0.76, 0.74), "plaster"), (9, (0.84, 0.86, 0.84), "plaster")], _LINO
    ),
    "operating-room": Finish(
        [(2.2, (0.60, 0.76, 0.72), "tile"), (9, (0.80, 0.86, 0.84), "plaster")],
        _tiled((0.54, 0.64, 0.62), 0.6), trim=None, joints=(0.3, 0.3),
    ),
    "classroom": Finish(
        [(1.2, (0.62, 0.66, 0.54), "plaster"), (9, (0.82, 0.80, 0.72), "plaster")],
        _oak((0.56, 0.43, 0.28)),
    ),
    "gym": Finish([(9, (0.62, 0.64, 0.66), "plaster")], _oak((0.66, 0.50, 0.32))),
    "church": Finish([(9, (0.68, 0.65, 0.58), "stone")], _tiled((0.56, 0.53, 0.48), 0.6), None),
    "cinema": Finish([(9, (0.22, 0.08, 0.09), "cloth")], _carpet((0.20, 0.07, 0.08)), (0.1, 0.1, 0.1)),
    "warehouse": Finish(
        [(2.4, (0.50, 0.51, 0.50), "concrete"), (9, (0.44, 0.50, 0.55), "metal")], _CEMENT,
        top=(0.34, 0.36, 0.38), trim=None,
    ),
    "garage": Finish([(9, (0.62, 0.61, 0.58), "concrete")], _CEMENT, trim=None),
    "workshop": Finish(_BRICK, _CEMENT, top=(0.42, 0.36, 0.30), trim=None),
    "prison-cell": Finish(
        [(1.3, (0.36, 0.42, 0.38), "concrete"), (9, (0.58, 0.59, 0.55), "concrete")], _CEMENT,
        top=(0.5, 0.5, 0.48), trim=None,
    ),
    "court-room": Finish(
        [(2.4, (0.40, 0.25, 0.15), "wood"), (9, (0.78, 0.74, 0.64), "plaster")],
        _carpet((0.36, 0.12, 0.12)), joints=(0.9, 1.2), trim=WALNUT,
    ),
    "library": Finish(
        [(1.0, (0.34, 0.22, 0.14), "wood"), (9, (0.50, 0.53, 0.42), "plaster")],
        _oak((0.42, 0.28, 0.17)), trim=WALNUT, joints=(0.6, 0.0),
    ),
    "museum": Finish([(9, (0.88, 0.88, 0.86), "plaster")], _oak((0.66, 0.53, 0.36))),
    "interrogation-room": Finish([(9, (0.42, 0.46, 0.47), "concrete")], _CEMENT, (0.3, 0.3, 0.3)),
    "laboratory": Finish([(9, (0.84, 0.87, 0.88), "plaster")], _tiled((0.70, 0.74, 0.75), 0.6)),
    "cellar": Finish(_BRICK, soft((0.36, 0.32, 0.28), (0.24, 0.21, 0.19), 0.8), (0.30, 0.26, 0.23), None),
    "attic": Finish([(9, (0.50, 0.37, 0.24), "wood")], _oak((0.44, 0.32, 0.20), 0.2), None, None,
                    joints=(0.25, 0.0)),
    "hotel-lobby": Finish(
        [(1.1, (0.36, 0.24, 0.15), "wood"), (9, (0.76, 0.68, 0.52), "plaster")],
        checks((0.80, 0.76, 0.68), (0.36, 0.29, 0.24), 0.6), joints=(0.8, 0.0), trim=WALNUT,
    ),
}  # fmt: skip


def wall_openings(plan: SetPlan, side: Side) -> list[tuple[str, Opening]]:
    """Doors and windows in a wall: their model and the hole that they need."""
    holes = []
    for each in plan.fixtures:
        along, out = side.along(each.at)
        faces = abs((each.facing_deg - side.yaw_deg + 180) % 360 - 180) < 1
        if each.model in WINDOWS | DOORS and abs(out) < 0.05 and faces:
            width, height, _ = each.extent
            top = each.base_m + height
            holes.append((each.model, (along - width / 2, along + width / 2, each.base_m, top)))
    return holes


def room_shell(plan: SetPlan, finish: Finish, random: Random) -> Mesh:
    """Walls with their openings, skirting, passages behind doors, and the ceiling."""
    bands: list[tuple[float, float, Colour, str]] = []
    low = 0.0
    for k, (edge, colour, surface) in enumerate(finish.walls):
        is_last = k == len(finish.walls) - 1
        if is_last and finish.papered:
            colour = PAPERS[int(random.integers(len(PAPERS)))]
        high = plan.height_m if is_last else edge
        bands.append((low, high, toned(colour, random, 0.03), surface))
        low = high
    parts = []
    for side in room_sides(plan.bounds):
        holes = wall_openings(plan, side)
        parts.append(pierced(side, bands, [area for _, area in holes]))
        parts += [passage(side, area, bands[-1][2]) for model, area in holes if model in DOORS]
        parts += _trimmings(side, finish, bands, [area for _, area in holes])
    if finish.top is not None:
        parts.append(ceiling(plan.bounds, plan.height_m, finish.top))
    return join(parts)


def _trimmings(
    side: Side,
    finish: Finish,
    bands: Sequence[tuple[float, float, Colour, str]],
    holes: Sequence[Opening],
) -> list[Mesh]:
    """Skirting, joints of tiles or panels on the first band, a rail on its edge."""
    parts = []
    _, edge, colour, _ = bands[0]
    darker = (0.72 * colour[0], 0.72 * colour[1], 0.72 * colour[2])
    free = _free_stretches(side, holes)
    for first, last in free:
        if finish.joints != (0.0, 0.0):
            area = (first, last, 0.0, min(edge, 2.4))
            parts += side.grid(area, finish.joints, 0.015, darker)
        if len(bands) > 1 and finish.trim is not None:
            parts.append(side.face((first, last, edge - 0.04, edge + 0.04), finish.trim, out=0.01,
                                   surface="wood"))  # fmt: skip
        if finish.trim is not None:
            parts.append(side.face((first, last, 0, 0.1), finish.trim, out=0.012, surface="wood"))
    return parts


def _free_stretches(side: Side, holes: Sequence[Opening]) -> list[tuple[float, float]]:
    """Stretches of a wall between its doors and low windows."""
    edges, at = [], 0.0
    for first, last, low, _ in sorted(holes):
        if low < 1.2:
            edges.append((at, first))
            at = last
    return [(a, b) for a, b in [*edges, (at, side.length)] if b - a > 0.05]


def window_sides(plan: SetPlan) -> list[Side]:
    """The walls that have windows."""
    return [
        side
        for side in room_sides(plan.bounds)
        if any(model in WINDOWS for model, _ in wall_openings(plan, side))
    ]


def outdoors(plan: SetPlan, sides: Sequence[Side], random: Random) -> Mesh:
    """What stands outside the windows of these walls, cheap, seen only from inside."""
    parts = []
    if plan.outside == "street":
        for side in sides:
            a, b = side.point(-14, 0, -13), side.point(side.length + 14, 0, -13)
            street = Side((float(a[0]), float(a[2])), (float(b[0]), float(b[2])))
            parts.append(row(street, random, (7.0, 12.0), shops=0.4))
        return join(parts)
    for side in sides:
        for k in range(7):
            along = side.length * (k - 0.5 + random.uniform(-0.3, 0.3)) / 5
            x, _, z = side.point(along, 0, -float(random.uniform(7, 13)))
            tree = broadleaf(random, float(random.uniform(4.5, 7.0)))
            parts.append(tree.moved((float(x), 0, float(z))))
            x, _, z = side.point(along + 1.2, 0, -float(random.uniform(4, 6)))
            parts.append(bush(random, 1.3).moved((float(x), 0, float(z))))
    parts.append(ring(random, 70, 9, (0.30, 0.40, 0.26), rough=0.1))
    return join(parts)


def room_ground(plan: SetPlan, floor: GroundPaint, sides: Sequence[Side]) -> GroundPaint:
    """The floor, and lawn or paving outside walls with windows."""
    outside = {
        "street": soft((0.40, 0.40, 0.40), (0.34, 0.34, 0.35), 2.0),
        "field": soft((0.36, 0.46, 0.20), (0.46, 0.48, 0.24), 4.0),
    }.get(plan.outside, soft((0.26, 0.40, 0.16), (0.34, 0.44, 0.20), 1.4))
    if not sides:
        return floor

    def beyond(side: Side) -> Callable[[Array, Array], Array]:
        ux, uz = np.cos(np.radians(side.yaw_deg)), np.sin(np.radians(side.yaw_deg))
        (x0, z0), nearest = side.start, plan.bounds[1]
        return lambda x, z: ((x - x0) * uz - (z - z0) * ux < -0.05) & (z > nearest)

    return zones(floor, *((beyond(side), outside) for side in sides))
