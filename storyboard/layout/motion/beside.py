"""Where somebody stands who does something to a person that sits, lies or has the back to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shots.lexicon.actions import POSTURES
from shots.staging.staged import Beat
from storyboard.layout import rotations as r
from storyboard.layout.meshes import Array
from storyboard.layout.motion.gesture_table import GestureRow
from storyboard.layout.motion.world import Spot

LYING_DOWN = ("lie", "sleep", "lie-floor")
_BESIDE_BED_M, _BEHIND_SEAT_M = 0.11, 0.2
_AT_HEAD = ("their-forehead", "their-neck", "their-mouth", "their-skull", "their-cheek")


@dataclass(frozen=True, eq=False)
class Settled:
    """Where a person is: (3,) on the floor below, facing, posture, height, and the seat or bed."""

    place: Array
    facing_deg: float
    posture: str
    height: float
    seat: Spot | None


def settled(spots: Mapping[str, Spot], name: str, beat: Beat) -> Settled:
    """Where a person or a thing of that name is in one of its beats."""
    spot = spots[name]
    seat = spots.get(beat.seat) if POSTURES.get(beat.posture, POSTURES["stand"]).seat else None
    place, facing = spot.position, spot.facing_deg
    if seat is not None:
        on = seat.seated(beat.posture, place, spot.size[1])
        place, facing = on.place, on.facing_deg
    return Settled(place, facing, beat.posture, spot.size[1], seat)


def bedside(on: Settled, place: Array, row: GestureRow) -> tuple[Array, float]:
    """Place and facing beside somebody who lies: at the head or at the hands."""
    lead = row.keys[-1][1].anchor if row.keys else ""
    to_head = r.yaw(on.facing_deg) @ (0.0, 0.0, 1.0)
    along = 0.36 if row.face or lead in _AT_HEAD else 0.12 if lead != "their-palm" else -0.02
    goal = on.place + to_head * along * on.height
    across = r.xyz(to_head[2], 0.0, -to_head[0])
    edges = {way: _edge(on, across * way, goal) for way in (1.0, -1.0)}
    near = 1.0 if (place - goal) @ across > 0 else -1.0
    way = min(edges, key=lambda each: edges[each] + (0.0 if each == near else 0.3))
    stand = goal + across * way * (edges[way] + _BESIDE_BED_M)
    stand[1] = place[1]
    back = goal - stand
    return stand, r.heading(back[0], back[2])


def _edge(on: Settled, way: Array, goal: Array) -> float:
    """Metres from a point to the edge of the bed, or of the body on the floor."""
    if on.seat is None:
        return 0.14 * on.height
    local = on.seat.axes.T @ way
    half = float(np.abs(local) @ (np.asarray(on.seat.size) / 2 * (1, 0, 1)))
    return half - float((goal - on.seat.position) @ way)


def at_side(on: Settled, place: Array, row: GestureRow) -> tuple[Array, float]:
    """Place and facing behind or beside somebody."""
    own = r.yaw(on.facing_deg)
    away = row.near * on.height / 1.75 + (_BEHIND_SEAT_M if on.seat is not None else 0.0)
    if row.side == "behind":
        stand = on.place - own @ r.FRONT * away
    else:
        right = own @ r.X
        stand = on.place + right * away * (1.0 if (place - on.place) @ right > 0 else -1.0)
    stand = stand * (1, 0, 1) + place * (0, 1, 0)
    if row.side == "along":
        return stand, on.facing_deg
    back = on.place - stand
    return stand, r.heading(back[0], back[2])
