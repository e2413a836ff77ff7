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
    gap,
    model_of,
    plan_to_own,
    point,
    size_of,
)
from shots.staging.staged import Player, Point

_STUDIOS = ("studio", "tabletop")  # shells of sets in which products are filmed
_HEIGHTS = {"sky": 4.0}  # of animals by the place where they are found
_BUILDING_M = 4.0  # structures that are wider stand behind the acting space
_FAR_M = 3.0  # from people to a table that a thing of theirs lies on
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
    if thing.kind == "animal" and not (thing.near or thing.on):
        things[thing.id] = _animal(occupied, thing)
    else:
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
    if model.place == "sky" and not occupied.plan.is_interior:
        centre, far = occupied.plan.centre, occupied.plan.bounds[3]
        return replace(thing, at=(centre[0] + 4.0, far + 12.0), base_m=14.0)
    if model.kind == "structure" and max(size[0], size[2]) > _BUILDING_M:
        far = occupied.plan.bounds[3] + size[2] / 2  # behind the acting space
        return replace(thing, at=(occupied.plan.centre[0], far))
    is_flat = thing.id in occupied.users and size[1] < 0.15 and max(size) < 2.1  # a plank
    is_small = model.place in ("table", "hand") or max(size) < SMALL_M or is_flat
    if is_small and (surface := _nearest_surface(occupied, thing)):
        near = occupied.user_of(thing)
        if near is None and not thing.is_subject:  # behind what the shot is about
            near = point(np.array(surface.at) - direction(surface.facing_deg))
        at, top = surface_spot(occupied, thing, surface, near)
        return replace(thing, at=at, base_m=top, on=surface.id)
    user = occupied.people.get(occupied.users.get(thing.id, ""))
    if user is not None and max(size) < 1.2:  # on the floor before whom it belongs to
        reach = 0.3 + size[2] / 2
        return replace(thing, at=point(np.array(user.at) + reach * direction(user.facing_deg)))
    room = max(0.8, max(size) / 2 + 0.3)
    at = occupied.floor.nearest_free(occupied.plan.centre, occupied.others(), room)
    return replace(thing, at=at)


def _animal(occupied: Occupied, animal: Player) -> Player:
    """An animal beside whom it belongs to; a large one turned to them."""
    owner = next(iter(occupied.people.values()), None)
    if owner is None:
        at = occupied.floor.nearest_free(occupied.plan.centre)
        return replace(animal, at=at, base_m=_HEIGHTS.get(model_of(animal).place, 0.0),
                       facing_deg=-60.0)  # fmt: skip
    half = max(size_of(animal)[0], size_of(animal)[2]) / 2
    reach = max(0.75, 0.45 + half)
    aside = np.array(owner.at) + reach * direction(owner.facing_deg + 90.0)
    at = occupied.floor.nearest_free(point(aside), occupied.others(), reach - 0.1)
    turned = facing(at, owner.at) if half > 0.8 else owner.facing_deg
    base = _HEIGHTS.get(model_of(animal).place, 0.0)
    return replace(animal, at=at, base_m=base, facing_deg=round(turned, 3))


def _nearest_surface(occupied: Occupied, thing: Player) -> Player | None:
    """The table nearest to its user; in a studio, for a product alone, a plinth is brought."""
    near = occupied.user_of(thing) or occupied.plan.centre
    nearest = min(surfaces(occupied), key=lambda each: distance(each.at, near), default=None)
    if occupied.people and nearest is not None and gap(near, nearest) > _FAR_M:
        return None
    alone = thing.is_subject and not occupied.people and occupied.plan.shell in _STUDIOS
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
