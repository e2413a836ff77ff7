"""Places of things and animals on a floor plan: on tables, walls, lanes, beside people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shots.lexicon.things import MODELS
from shots.staging.floor.marks import Occupied, surface_spot, surfaces
from shots.staging.floor_space import (
    direction,
    distance,
    facing,
    model_of,
    plan_to_own,
    point,
    size_of,
)
from shots.staging.staged import Player, Point

SMALL_M = 0.6  # things up to this size lie on tables
_ON = ("on", "above", "at", "")


def put_thing(occupied: Occupied, thing: Player) -> None:
    """Find the place of a thing or an animal: as the words say, else where such things are."""
    things = occupied.things
    if thing.kind == "thing" and not (thing.near or thing.on):
        fixtures = [each for each in things.values() if each.is_fixture]
        named = [each for each in fixtures if each.id == thing.id]
        same = [each for each in fixtures if each.model == thing.model and each.id != thing.id]
        if named or same:
            occupied.rename((named or same)[0].id, thing)
            return
    things[thing.id] = _placed(occupied, thing)


def _placed(occupied: Occupied, thing: Player) -> Player:
    model, size = model_of(thing), size_of(thing)
    named = thing.on or (thing.near if thing.relation in _ON else "")
    support = occupied.find(named) if named else None
    if isinstance(support, Player) and model_of(support).surface_m and model.kind != "animal":
        users = sorted(occupied.people.values(), key=lambda each: distance(each.at, support.at))
        at, top = surface_spot(occupied, thing, support, users[0].at if users else None)
        return replace(thing, at=at, base_m=top, on=support.id)
    if thing.near and (spot := occupied.spot(thing.id, thing.near, thing.relation)):
        return replace(thing, at=spot.at, facing_deg=spot.facing_deg)
    if model.kind == "vehicle" and occupied.plan.lanes and max(size) > 1.2:
        return _on_lane(occupied, thing)
    if model.place in ("wall", "ceiling"):
        return _on_shell(occupied, thing)
    if thing.kind == "animal":
        owner = next(iter(occupied.people), "")
        spot = occupied.spot(thing.id, owner, "beside") if owner else None
        at = spot.at if spot else occupied.floor.nearest_free(occupied.plan.centre)
        base = {"sky": 4.0}.get(model.place, 0.0)
        return replace(thing, at=at, base_m=base, facing_deg=spot.facing_deg if spot else -60.0)
    is_small = model.place in ("table", "hand") or max(size) < SMALL_M
    if is_small and (surface := _nearest_surface(occupied, thing)):
        user = next(iter(occupied.people.values()), None)
        at, top = surface_spot(occupied, thing, surface, user.at if user else None)
        return replace(thing, at=at, base_m=top, on=surface.id)
    room = max(0.8, max(size) / 2 + 0.3)
    at = occupied.floor.nearest_free(occupied.plan.centre, occupied.others(), room)
    return replace(thing, at=at)


def _nearest_surface(occupied: Occupied, thing: Player) -> Player | None:
    """The table nearest to the first person; for a product alone a plinth is brought."""
    near = next((each.at for each in occupied.people.values()), occupied.plan.centre)
    nearest = min(surfaces(occupied), key=lambda each: distance(each.at, near), default=None)
    alone = thing.is_subject and not occupied.people and occupied.plan.is_interior
    if nearest is None and alone and "plinth" in MODELS:
        wide = max(0.45, 2.5 * size_of(thing)[0])
        nearest = Player(
            "plinth", "plinth", "thing", "plinth", at=occupied.plan.centre, is_fixture=True,
            size=(max(1.4, 2 * wide), 0.9, max(0.6, wide)),
        )  # fmt: skip
        occupied.things["plinth"] = nearest
    return nearest


def _on_shell(occupied: Occupied, thing: Player) -> Player:
    """A thing of a wall on the wall nearest to the people, of a ceiling over the centre."""
    plan, size = occupied.plan, size_of(thing)
    x, z = next((each.at for each in occupied.people.values()), plan.centre)
    if model_of(thing).place == "ceiling":
        return replace(thing, at=plan.centre, base_m=plan.height_m - size[1])
    left, _, right, far = plan.bounds if plan.is_interior else (x - 3, 0.0, x + 3, z + 3)
    walls: list[tuple[float, Point, float]] = [
        (far - z, (x, far - 0.05), 0.0), (x - left, (left + 0.05, z), 90.0),
        (right - x, (right - 0.05, z), -90.0),
    ]  # fmt: skip
    _, at, turned = min(walls, key=lambda each: each[0])
    return replace(thing, at=at, base_m=1.1, facing_deg=turned)


def _on_lane(occupied: Occupied, vehicle: Player) -> Player:
    """A vehicle on the lane that leads where it goes, behind those already there."""
    wanted = 1.0 if any(beat.to == "right" for beat in vehicle.beats) else -1.0
    ends = [(lane[0], lane[-1]) for lane in occupied.plan.lanes]
    start, end = next((e for e in ends if (e[1][0] - e[0][0]) * wanted > 0), ends[0])
    middle = (np.array(start) + np.array(end)) / 2
    ahead = direction(facing(start, end))
    others = [each for each in occupied.things.values() if each.id != vehicle.id
              and model_of(each).kind == "vehicle"]  # fmt: skip
    size, at = size_of(vehicle), point(middle)
    for back in np.arange(0.0, 60.0, 1.0):
        at = point(middle - back * ahead)
        aways = [(np.abs(plan_to_own(each.at, at, facing(start, end))), size_of(each))
                 for each in others]  # fmt: skip
        if all(x > (size[0] + other[0]) / 2 + 0.2 or z > (size[2] + other[2]) / 2 + 1.0
               for (x, z), other in aways):  # fmt: skip
            break
    return replace(vehicle, at=at, facing_deg=facing(start, end))
