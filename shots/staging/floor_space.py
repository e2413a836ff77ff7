"""The floor of a set: directions, the room that things take up, and ways round them."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import hypot

import numpy as np
from numpy.typing import NDArray

from shots.lexicon.things import MODELS, Thing
from shots.staging.staged import Player, Point, Size

Array = NDArray[np.float64]

# Parts of a vehicle that something is on: along it from its middle, and up, in parts of its size.
_VEHICLE_PARTS = {"bonnet": (-0.37, 0.6), "hood": (-0.37, 0.6), "boot": (0.42, 0.62),
                  "trunk": (0.42, 0.62), "tailgate": (0.47, 0.42)}  # fmt: skip
_VEHICLE_PART = re.compile(rf"\b({'|'.join(_VEHICLE_PARTS)})\b", re.IGNORECASE).search

BODY_M = 0.28  # half the room that somebody takes up who walks or stands
_STEP_OVER_M = 0.12  # lower things are walked over
_OVERHEAD_M = 1.9  # higher ones are walked under
_PLAIN = Thing("prop", (0.4, 0.4, 0.4))
_ASIDE = np.array([0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6])
_OUTWARD: dict[str, Point] = {"front": (0, -1), "back": (0, 1), "right": (1, 0), "left": (-1, 0)}


def direction(facing_deg: float) -> Array:
    """(2,): the way that somebody of this facing looks."""
    angle = np.radians(facing_deg)
    return np.array([np.sin(angle), -np.cos(angle)])


def facing(start: Point | Array, end: Point | Array) -> float:
    """Facing in degrees of somebody at `start` who looks to `end`."""
    return float(np.degrees(np.arctan2(end[0] - start[0], start[1] - end[1])))


def own_to_plan(offset: Point | Array, at: Point, facing_deg: float) -> Point:
    """A point of a thing's own axes (its front is at -z) on the plan."""
    front = direction(facing_deg)
    x, z = float(offset[0]), float(offset[1])
    return (at[0] - x * front[1] - z * front[0], at[1] + x * front[0] - z * front[1])


def plan_to_own(place: Point, at: Point, facing_deg: float) -> Point:
    """A point of the plan in a thing's own axes."""
    front, x, z = direction(facing_deg), place[0] - at[0], place[1] - at[1]
    return float(-x * front[1] + z * front[0]), float(-x * front[0] - z * front[1])


def turn_between(first_deg: float, second_deg: float) -> float:
    """Degrees from the first facing to the second, -180 to 180."""
    return (second_deg - first_deg + 180.0) % 360.0 - 180.0


def distance(first: Point | Array, second: Point | Array) -> float:
    """Metres between two points of the plan."""
    return hypot(second[0] - first[0], second[1] - first[1])


def point(vector: Array | Point) -> Point:
    """A vector as a point of the plan, to a tenth of a millimetre."""
    return round(float(vector[0]), 4), round(float(vector[1]), 4)


def model_of(player: Player) -> Thing:
    """The model of a thing or an animal, a plain one where there is none."""
    return MODELS.get(player.model, _PLAIN)


def size_of(player: Player) -> Size:
    """Width, height and depth of a thing or an animal."""
    return player.size or model_of(player).size


def _solid_size(thing: Player) -> Size:
    width, height, depth = size_of(thing)
    if model_of(thing).kind == "plant" and height > 2.0:
        return min(width, 0.5), height, min(depth, 0.5)
    return width, height, depth


@dataclass(frozen=True, eq=False)
class FloorBoxes:
    """Upright boxes on the plan: B things, each a row of the arrays.

    Attributes:
        ids: Of the things.
        centre: (B, 2) metres.
        front: (B, 2) unit vectors.
        half: (B, 2) half of the width and of the depth.
        heights: (B, 2) of the base and of the top.
    """

    ids: tuple[str, ...]
    centre: Array
    front: Array
    half: Array
    heights: Array

    @staticmethod
    def of(things: Iterable[Player]) -> FloorBoxes:
        """The boxes of things; of a tree, its trunk."""
        every = [(each, _solid_size(each)) for each in things]
        return FloorBoxes(
            tuple(each.id for each, _ in every),
            np.array([each.at for each, _ in every]).reshape(-1, 2),
            np.array([direction(each.facing_deg) for each, _ in every]).reshape(-1, 2),
            np.array([(w / 2, d / 2) for _, (w, _, d) in every]).reshape(-1, 2),
            np.array([(each.base_m, each.base_m + size[1]) for each, size in every]).reshape(-1, 2),
        )

    def pick(self, chosen: NDArray[np.bool_]) -> FloorBoxes:
        """Some of the boxes."""
        keep = np.flatnonzero(chosen)
        ids = tuple(self.ids[k] for k in keep)
        return FloorBoxes(
            ids, self.centre[keep], self.front[keep], self.half[keep], self.heights[keep]
        )

    def own(self, points: Array) -> Array:
        """(P, B, 2): points (P, 2) of the plan in the axes of each box."""
        away = points[:, None] - self.centre
        right = np.stack([-self.front[:, 1], self.front[:, 0]], axis=-1)
        return np.stack([(away * right).sum(-1), (away * -self.front).sum(-1)], axis=-1)

    def corners(self, row: int) -> Array:
        """(8, 3): x, height, z of the corners of one box."""
        front, half = self.front[row], self.half[row]
        right = np.array([-front[1], front[0]])
        plan = [self.centre[row] + x * half[0] * right + z * half[1] * front
                for x in (-1, 1) for z in (-1, 1)]  # fmt: skip
        return np.array([(x, height, z) for height in self.heights[row] for x, z in plan])

    def gaps(self, points: Array) -> Array:
        """(P, B) metres on the floor from points (P, 2) to each box, 0 inside."""
        outside = np.maximum(np.abs(self.own(points)) - self.half, 0.0)
        return np.hypot(outside[..., 0], outside[..., 1])

    def crossed(self, start: Array, ends: Array, margin: Array | float = 0.0) -> NDArray[np.bool_]:
        """(P, B): whether the way from `start` to each of `ends` enters a box.

        Args:
            start: (2,) on the plan, or (3,): x, height, z.
            ends: (P, 2) or (P, 3).
            margin: (B,) metres added to the half sizes on the plan.
        """
        plan = [0, -1]
        first, last = self.own(start[None, plan]), self.own(ends[:, plan])
        half = self.half + np.reshape(margin, (-1, 1))
        if ends.shape[1] == 3:
            middle = self.heights.mean(axis=1)
            rise = np.diff(self.heights, axis=1) / 2
            first = np.concatenate([first, (start[1] - middle)[None, :, None]], axis=2)
            last = np.concatenate([last, (ends[:, 1:2] - middle)[:, :, None]], axis=2)
            half = np.concatenate([half, rise], axis=1)
        step = last - first
        with np.errstate(divide="ignore", invalid="ignore"):
            one, two = (-half - first) / step, (half - first) / step
        low, high = np.fmin(one, two), np.fmax(one, two)
        parallel = np.abs(step) < 1e-9
        low = np.where(parallel, np.where(np.abs(first) < half, -np.inf, np.inf), low)
        high = np.where(parallel, np.inf, high)
        enters, leaves = low.max(-1), high.min(-1)
        hit: NDArray[np.bool_] = (enters < leaves - 1e-9) & (leaves > 1e-9) & (enters < 1.0 - 1e-9)
        return hit


@dataclass(frozen=True, eq=False)
class Floor:
    """Where people can stand and walk."""

    bounds: tuple[float, float, float, float]
    things: tuple[Player, ...]

    @cached_property
    def blocks(self) -> FloorBoxes:
        """What stands in the way on the floor."""
        return FloorBoxes.of(
            each
            for each in self.things
            if each.base_m < _OVERHEAD_M
            and each.base_m + size_of(each)[1] > _STEP_OVER_M
            and not each.on
            and model_of(each).place not in ("wall", "ceiling", "hand", "sky")
        )

    def contains(self, place: Point | Array, margin: float = BODY_M) -> bool:
        """Whether a place is inside of the bounds."""
        left, near, right, far = self.bounds
        x, z = place
        return left + margin <= x <= right - margin and near + margin <= z <= far - margin

    def is_free(
        self, place: Point | Array, others: Iterable[Point] = (), spacing: float = 0.55
    ) -> bool:
        """Whether somebody can stand at a place, apart from things and from others."""
        if not self.contains(place) or any(distance(place, each) < spacing for each in others):
            return False
        return bool(np.all(self.blocks.gaps(np.array([place])) >= BODY_M - 0.03))

    def nearest_free(
        self, place: Point, others: Sequence[Point] = (), spacing: float = 0.55
    ) -> Point:
        """The free place nearest to a place; the place itself if there is none within 3 m."""
        for radius in np.arange(0.0, 3.01, 0.25):
            for angle in np.arange(0, 360, 30) if radius else (0,):
                tried = point(np.array(place) + radius * direction(float(angle)))
                if self.is_free(tried, others, spacing):
                    return tried
        return place

    def straight(self, start: Array, end: Array) -> Array:
        """The farthest place on the straight way to `end` before something stands in the way."""
        steps = max(2, int(np.linalg.norm(end - start) / 0.2))
        last = start
        for share in np.linspace(0.0, 1.0, steps)[1:]:
            place = start + share * (end - start)
            leaving = np.linalg.norm(place - start) < 0.6  # what somebody stands at or sits on
            if not leaving and not self.is_free(point(place)):
                break
            last = place
        return last

    def way(self, start: Point, end: Point) -> tuple[Point, ...]:
        """The shortest way on foot round things, by the corners of their boxes."""
        ends, blocks = np.array([start, end]), self.blocks
        inside = blocks.gaps(ends) < 1e-6  # on a seat, at the wheel: that thing is no obstacle
        blocks = blocks.pick(np.logical_not(inside.any(axis=0)))
        tight = (blocks.gaps(ends) < BODY_M).any(axis=0)
        margin = np.where(tight, -0.01, BODY_M - 0.02)
        nodes = np.concatenate([ends, _corners(blocks, BODY_M), _corners(blocks, 0.06)])
        usable = np.array([self.contains(each, 0.05) for each in nodes])
        usable[:2] = True
        usable[2:] &= ~(blocks.gaps(nodes[2:]) < np.maximum(margin, 0.0) - 1e-6).any(axis=1)
        nodes = nodes[usable]
        before, best, queue = {0: 0}, {0: 0.0}, [(0.0, 0)]
        done: set[int] = set()
        while queue:
            _, here = heapq.heappop(queue)
            if here == 1:
                break
            if here in done:
                continue
            done.add(here)
            clear = ~blocks.crossed(nodes[here], nodes, margin).any(axis=1)
            for there in np.flatnonzero(clear):
                length = best[here] + distance(nodes[here], nodes[there])
                if length < best.get(int(there), np.inf) - 1e-9:
                    best[int(there)], before[int(there)] = length, here
                    ahead = distance(nodes[there], nodes[1])
                    heapq.heappush(queue, (length + ahead, int(there)))
        if 1 not in before:
            return start, end
        track = [1]
        while track[-1]:
            track.append(before[track[-1]])
        return start, *(point(nodes[k]) for k in track[-2:0:-1]), end


def _corners(blocks: FloorBoxes, margin: float) -> Array:
    """(4 B, 2): the corners of boxes with a margin round them."""
    right = np.stack([-blocks.front[:, 1], blocks.front[:, 0]], axis=-1)
    half = blocks.half + margin
    corners = [
        blocks.centre + x * half[:, :1] * right + z * half[:, 1:] * blocks.front
        for x in (-1, 1)
        for z in (-1, 1)
    ]
    return np.concatenate(corners)


def places_round(
    thing: Player, order: str, reach: float, step: float = 0.0, beyond: float = 0.0
) -> Iterator[tuple[Point, float]]:
    """Places round a thing and the facing away from it there."""
    width, _, depth = size_of(thing)
    for side in order.split():
        x, z = _OUTWARD[side]
        extent = width if x == 0 else depth
        out = facing((0, 0), own_to_plan((x, z), (0, 0), thing.facing_deg))
        for aside in (step or 0.7) * _ASIDE:
            if abs(aside) <= max(beyond, extent / 2 - 0.2):
                own = (
                    x * (width / 2 + reach) + (0.0 if x else aside),
                    z * (depth / 2 + reach) + (aside if x else 0.0),
                )
                yield point(np.array(own_to_plan(own, thing.at, thing.facing_deg))), out


def top_of(thing: Player) -> float:
    """Metres from a thing's base to where others stand on it; of a vehicle, to its roof."""
    model, high = model_of(thing), size_of(thing)[1]
    return high if model.kind == "vehicle" else model.top_m * high / model.size[1]


def part_of_vehicle(vehicle: Player, words: str) -> tuple[Point, float]:
    """The place and the height of the part of a vehicle that words name, else of its roof."""
    part = _VEHICLE_PART(words)
    z, high = _VEHICLE_PARTS[part[0].lower()] if part else (0.05, 1.0)
    _, tall, deep = size_of(vehicle)
    at = point(own_to_plan((0.0, z * deep), vehicle.at, vehicle.facing_deg))
    return at, vehicle.base_m + (high * tall if part else top_of(vehicle))


def gap(place: Point, thing: Player) -> float:
    """Metres on the floor from a place to a thing."""
    return float(FloorBoxes.of([thing]).gaps(np.array([place]))[0, 0])


def along(path: Sequence[Point], metres: float) -> tuple[Point, float]:
    """The place after walking so far along a path of two points or more, and the facing there."""
    here, turned = path[0], 0.0
    for start, end in pairwise(path):
        step = distance(start, end)
        if step < 1e-6:
            continue
        share, turned = min(1.0, metres / step), facing(start, end)
        here = point(np.array(start) + share * (np.array(end) - np.array(start)))
        if share < 1.0:
            break
        metres -= step
    return here, turned


def length(path: Sequence[Point]) -> float:
    """Metres along a path."""
    return sum(distance(a, b) for a, b in pairwise(path))


def cut_start(path: Sequence[Point], metres: float) -> tuple[Point, ...]:
    """The last part of a way."""
    return tuple(reversed(cut_end(path[::-1], metres)))


def cut_end(path: Sequence[Point], metres: float) -> tuple[Point, ...]:
    """The first part of a way."""
    if metres >= length(path):
        return tuple(path)
    end, kept = along(path, metres)[0], [path[0]]
    for corner in path[1:]:
        if length((*kept, corner)) >= metres:
            break
        kept.append(corner)
    return (*kept, end)
