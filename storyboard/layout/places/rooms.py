"""Rooms: walls with their doors and windows, ceiling, and what is outside the windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shots.lexicon.places import Bounds, SetPlan
from storyboard.layout.meshes import Array, GroundPaint, Mesh, floats, join
from storyboard.layout.places.facades import row
from storyboard.layout.places.grounds import Mask, soft, zones
from storyboard.layout.places.landscape import Random, broadleaf, bush, ring
from storyboard.layout.places.scenery import SetInProgress
from storyboard.layout.places.set_place import SetPlace
from storyboard.layout.places.walls import Opening, Side, ceiling, passage, pierced, room_sides

_WINDOWS = frozenset({"window", "shop-window"})
_DOORS = frozenset({"door", "glass-door", "lift-door", "garage-door"})
_JOINTS_UP_TO = 2.4  # metres


def wall_openings(plan: SetPlan, side: Side) -> list[tuple[bool, Opening]]:
    """Holes for the doors and windows in a wall: whether each is a window, and its extent."""
    holes = []
    for each in plan.fixtures:
        along, out = side.along(each.at)
        faces = abs((each.facing_deg - side.yaw_deg + 180) % 360 - 180) < 1
        if each.model in _WINDOWS | _DOORS and abs(out) < 0.05 and faces:
            width, height, _ = each.extent
            area = (along - width / 2, along + width / 2, each.base_m, each.base_m + height)
            holes.append((each.model in _WINDOWS, area))
    return holes


def room_walls(stage: SetInProgress) -> Mesh:
    """Walls with their openings, skirting, joints, passages behind doors, and the ceiling."""
    plan, bands = stage.plan, []
    low = 0.0
    for k, (edge, coat) in enumerate(stage.bands):
        high = plan.height_m if k == len(stage.bands) - 1 else edge
        bands.append((low, high, coat.colour, coat.surface))
        low = high
    parts = []
    opened = "NESW".find(stage.options.get("open", ("-",))[0])
    for number, side in enumerate(room_sides(plan.bounds)):
        if number == opened:
            continue
        holes = wall_openings(plan, side)
        parts.append(pierced(side, bands, [area for _, area in holes]))
        parts += [passage(side, area, bands[-1][2]) for is_window, area in holes if not is_window]
        for stretch in _free_stretches(side, [area for _, area in holes]):
            parts += _trimmings(stage, side, stretch)
    top = stage.options.get("top", ("#dbd9d1",))[0]
    if top != "none":
        parts.append(ceiling(plan.bounds, plan.height_m, stage.colour(top)))
    return join(parts)


def _trimmings(stage: SetInProgress, side: Side, stretch: tuple[float, float]) -> list[Mesh]:
    """Skirting, joints of tiles or panels on the first band, a rail on its edge."""
    parts: list[Mesh] = []
    first, last = stretch
    edge, coat = stage.bands[0]
    if "joints" in stage.options:
        pitch = [float(each) for each in stage.options["joints"]]
        high = min(edge, _JOINTS_UP_TO, stage.plan.height_m)
        area, dark = (first, last, 0.0, high), 0.72 * floats(coat.colour)
        parts += side.grid(area, (pitch[0], pitch[1]), 0.015, dark)
    trim = stage.options.get("trim", ("#d1ccc2",))[0]
    if trim != "none":
        heights = [(0.0, 0.1)] + [(edge - 0.04, edge + 0.04)] * (len(stage.bands) > 1)
        colour = stage.colour(trim)
        parts += [
            side.face((first, last, *each), colour, out=0.012, surface="wood") for each in heights
        ]
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
    sides = room_sides(plan.bounds)
    return [s for s in sides if any(is_window for is_window, _ in wall_openings(plan, s))]


def outdoors(plan: SetPlan, sides: Sequence[Side], random: Random) -> Mesh:
    """What stands outside the windows of these walls, cheap, visible only from inside."""
    parts = []
    for side in sides if plan.outside != "tarmac" else ():
        if plan.outside == "street":
            ends = side.point(-14, 0, -13), side.point(side.length + 14, 0, -13)
            a, b = ((float(end[0]), float(end[2])) for end in ends)
            parts.append(row(Side(a, b), random, (7.0, 12.0), shops=0.4))
            continue
        for k in range(14):
            along = side.length * (k - 1 + float(random.uniform(-0.4, 0.4))) / 10
            is_tree = k % 2 == 0
            x, _, z = side.point(along, 0, -float(random.uniform(7, 13) if is_tree else 5))
            size = float(random.uniform(4.5, 7.0))
            plant = broadleaf(random, size) if is_tree else bush(random, size / 4)
            parts.append(plant.moved((float(x), 0, float(z))))
    if parts and plan.outside != "street":
        parts.append(ring(random, 70, 9, (0.30, 0.40, 0.26), rough=0.1))
    return join(parts)


def room_ground(plan: SetPlan, floor: GroundPaint, sides: Sequence[Side]) -> GroundPaint:
    """The floor, and lawn or paving outside walls with windows."""
    lawn = soft((0.26, 0.40, 0.16), (0.34, 0.44, 0.20), 1.4)
    paving = soft((0.40, 0.40, 0.40), (0.34, 0.34, 0.35), 2.0)
    outside = paving if plan.outside in {"street", "tarmac"} else lawn

    def beyond(side: Side) -> Mask:
        ux, uz = np.cos(np.radians(side.yaw_deg)), np.sin(np.radians(side.yaw_deg))
        (x0, z0), nearest = side.start, plan.bounds[1]
        return lambda x, z: ((x - x0) * uz - (z - z0) * ux < -0.05) & (z > nearest)

    return zones(floor, *((beyond(side), outside) for side in sides)) if sides else floor


def through_walls(place: SetPlace, bounds: Bounds, eyes: Array) -> SetPlace:
    """A room filmed from outside: its floor goes on, but for the side across from the camera.

    `eyes` are the places (F, 3) of the camera.
    """
    x0, z0, x1, z1 = bounds
    beyond = (x0 - eyes[:, 0].min(), eyes[:, 0].max() - x1, z0 - eyes[:, 2].min(),
              eyes[:, 2].max() - z1)  # fmt: skip
    side = int(np.argmax(beyond))  # left, right, front or back, where the camera is
    if beyond[side] < 0.1:
        return place
    edges = [x0, x1, z0, z1]
    edges[side ^ 1] = np.inf if side % 2 == 0 else -np.inf  # there the windows look out

    def mirrored(at: Array, low: float, high: float) -> Array:
        at = np.where(at < low, 2 * low - at, at) if np.isfinite(low) else at
        return floats(np.where(at > high, 2 * high - at, at) if np.isfinite(high) else at)

    def ground(x: Array, z: Array, distance: Array) -> Array:
        return place.ground(mirrored(x, *edges[:2]), mirrored(z, *edges[2:]), distance)

    return replace(place, ground=ground)


def from_above(place: SetPlace, bounds: Bounds) -> SetPlace:
    """A room as it is looked into over its walls: a studio's floor round it, no garden."""
    x0, z0, x1, z1 = bounds
    floor = soft((0.10, 0.10, 0.11), (0.12, 0.12, 0.13), 2.0)

    def outside(x: Array, z: Array) -> NDArray[np.bool_]:
        return (x < x0 - 0.1) | (x > x1 + 0.1) | (z < z0 - 0.1) | (z > z1 + 0.1)

    return replace(place, ground=zones(place.ground, (outside, floor)), backdrop=join([]))
