"""How far a body steps and bends for a hand to reach its goal."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import cos, hypot, radians, sin
from typing import NamedTuple

import numpy as np

from shots.staging.floor_space import direction, distance, gap, point, size_of
from shots.staging.staged import Player, Point

# The body as the layout bends it, in parts of the standing height: hips, then the way to the
# shoulders and to the top of the head in pieces, and the degrees by which each turns at most.
HIPS = 0.53
_BESIDE_M, _BODY_M = 0.11, 0.17  # from a bed, from furniture to the middle of a body
_ARM, _STEPS, _SAT_DEG = 0.29, 16, 30.0
_TRUNK = ((0.07, 48.0), (0.11, 24.0), (0.11, 14.0))
_NECK, _SUNK, _BACK = ((0.06, -14.0), (0.12, 0.0)), 0.245, 0.075


class Stoop(NamedTuple):
    """A bent body in parts of its height: its head lower and ahead, and its shoulder."""

    lower: float
    ahead: float
    shoulder: tuple[float, float]  # ahead, up


def stoop_of(hips: float, amount: float, low: float = 0.0) -> Stoop:
    """A body bent by a part of what it can; 0 hips: of one who stands."""
    stands = not hips
    hips = hips or HIPS
    ahead, up, turned = -_BACK * amount * stands, hips - _SUNK * amount * low * stands, 0.0
    shoulder = ahead, up
    for k, (long, most) in enumerate((*_TRUNK, *_NECK)):
        turned += amount * (_SAT_DEG if not (k or stands) else most)
        ahead += long * sin(radians(turned))
        up += long * cos(radians(turned))
        shoulder = (ahead, up) if k < len(_TRUNK) else shoulder
    return Stoop(max(0.0, hips + 0.47 - up), max(0.0, ahead), shoulder)


@lru_cache(1024)
def least_stoop(hips: float, away: float, high: float) -> Stoop:
    """The least that a body bends for a hand at a goal, away and high in parts of its height."""
    low = min(max((0.45 - high) / 0.35, 0.0), 1.0)
    tried = [stoop_of(hips, k / _STEPS, low) for k in range(_STEPS + 1)]
    gaps = [hypot(away - each.shoulder[0], high - each.shoulder[1]) - _ARM for each in tried]
    return tried[min(range(len(tried)), key=lambda k: max(0.0, gaps[k]))]


def nearer(at: Point, goal: Point, reach_m: float, others: Iterable[Player]) -> Point:
    """Where somebody stands whose hands go to a point, as far as furniture leaves room."""
    apart = distance(at, goal)
    missing = apart - reach_m
    if not 0.0 < missing < 3.0:
        return at
    way = (np.array(goal) - at) / apart
    blocks = [p for p in others if p.kind != "person" and p.base_m + size_of(p)[1] > 0.3]
    tried = (point(np.array(at) + part * missing * way) for part in (1.0, 0.8, 0.6, 0.4, 0.2))
    free = (each for each in tried if all(gap(each, block) > _BODY_M for block in blocks))
    return next(free, at)


def bedside(at: Point, goal: Point, lies_deg: float, bed: Player | None) -> Point:
    """Where somebody stands at the side of a bed, or of one on the floor, next to a point."""
    across, half = direction(lies_deg + 90.0), 0.25
    side = 1.0 if (np.array(at) - goal) @ across > 0 else -1.0
    if bed is not None:
        width, _, depth = size_of(bed)
        ahead = abs(float(direction(bed.facing_deg) @ across))
        half = (depth * ahead + width * (1 - ahead)) / 2
        half -= side * float((np.array(goal) - bed.at) @ across)
    return point(np.array(goal) + side * (half + _BESIDE_M) * across)
