"""Places of things and animals on a floor plan: on tables, walls, lanes, beside people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from shots.lexicon.actions import ANIMAL_RESTS
from shots.lexicon.things import MODELS
from shots.staging.floor.groups import shape_of
from shots.staging.floor.marks import Occupied, surface_spot, surfaces
from shots.staging.floor_space import (
    direction,
    distance,
    facing,
    gap,
    model_of,
    own_to_plan,
    plan_to_own,
    point,
    size_of,
    top_of,
)
from shots.staging.staged import Beat, Player, Point

_STUDIOS = ("studio", "tabletop")  # shells of sets in which products are filmed
_HEIGHTS = {"sky": 4.0}  # of animals by the place where they are found
BUILDING_M = 4.0  # structures that are wider stand behind the acting space
_FAR_M = 3.0  # from people to a table that a thing of theirs lies on
_PARKED_M = 14.0
_WADED = ("rapids", "river", "stream")  # marks in water
_LOW_M, _HUGE_M = 0.12, 1.6
_CONTAINER_M, _DRIPS_M = 1.2, 0.15  # extent of what has others in it; over a table, to drip from
_TAIL_M = 2.5  # between one vehicle and the next on its tail
SMALL_M = 0.6  # things up to this size lie on tables
_AT_REST_DEG = 55.0  # of an animal that sits or lies: its face and its side are in the picture
_ON = ("on", "above", "at", "")
_OPENED = Beat(-1.0, 0.0, gesture="open")  # before the shot


def put_thing(occupied: Occupied, thing: Player) -> None:
    """Find the place of a thing or an animal: as the words say, else where such things are."""
    things = occupied.things
    if thing.kind == "thing" and not (thing.near or thing.on):
        taken = set(occupied.renamed.values())
        fixtures = [each for each in things.values() if each.is_fixture and each.id not in taken]
        if model_of(thing).kind == "vehicle":  # one that is parked far off is another one
            fixtures = [f for f in fixtures if distance(f.at, occupied.plan.centre) < _PARKED_M]
            if occupied.plan.lanes and any(beat.to for beat in thing.beats):
                fixtures = []  # what drives is on the lane, not in the row of those parked
        named = [each for each in fixtures if each.id == thing.id]
        same = [each for each in fixtures if each.model == thing.model and each.id != thing.id]
        if named or same:
            occupied.rename((named or same)[0].id, thing)
            return
    if thing.kind == "animal" and not (thing.near or thing.on):
        things[thing.id] = _animal(occupied, thing)
    else:
        things[thing.id] = _placed(occupied, thing)
    if thing.kind == "animal" and thing.beats and thing.beats[0].posture in ANIMAL_RESTS:
        things[thing.id] = replace(things[thing.id], facing_deg=_AT_REST_DEG)


def _placed(occupied: Occupied, thing: Player) -> Player:
    model, size = model_of(thing), size_of(thing)
    named = thing.on or (thing.near if thing.relation in _ON else "")
    support = occupied.find(named) if named else None
    if isinstance(support, Player) and _carries(support, thing):
        return _supported(occupied, thing, support)
    if found := _on_road(occupied, thing) or _in_or_under(occupied, thing):
        return found
    if thing.near and (spot := occupied.spot(thing.id, thing.near, thing.relation)):
        wades = thing.kind == "animal" and thing.near in _WADED
        base = -0.28 * size[1] if wades else 0.0
        return replace(thing, at=spot.at, facing_deg=spot.facing_deg, base_m=base)
    if model.place in ("wall", "ceiling"):
        return _on_shell(occupied, thing)
    if model.place == "sky" and not occupied.plan.is_interior:
        centre, far = occupied.plan.centre, occupied.plan.bounds[3]
        return replace(thing, at=(centre[0] + 4.0, far + 12.0), base_m=14.0)
    if model.kind == "structure" and max(size[0], size[2]) > BUILDING_M:
        far = occupied.plan.bounds[3] + size[2] / 2  # behind the acting space
        return replace(thing, at=(occupied.plan.centre[0], far))
    is_flat = thing.id in occupied.users and size[1] < 0.15 and max(size) < 2.1  # a plank
    is_small = model.place in ("table", "hand") or max(size) < SMALL_M or is_flat
    if is_small and (surface := _nearest_surface(occupied, thing)):
        near = occupied.user_of(thing)
        stem = thing.id.rpartition("-")[0]
        is_one_of = stem and f"{stem}-1" in occupied.things
        if near is None and not (thing.is_subject or is_one_of):
            # Low things lie before what the shot is about, others stand behind it.
            side = 0.35 if size[1] < _LOW_M else -1.0
            near = point(np.array(surface.at) + side * direction(surface.facing_deg))
        at, top = surface_spot(occupied, thing, surface, near)
        return replace(thing, at=at, base_m=top, on=surface.id)
    user = occupied.people.get(occupied.users.get(thing.id, ""))
    if user is not None and max(size) < 1.2:  # on the floor before whom it belongs to
        reach = 0.3 + size[2] / 2
        return replace(thing, at=point(np.array(user.at) + reach * direction(user.facing_deg)))
    room = max(0.8, max(size) / 2 + 0.3)
    at = occupied.floor.nearest_free(occupied.plan.centre, occupied.others(), room)
    return replace(thing, at=at)


def _supported(occupied: Occupied, thing: Player, support: Player) -> Player:
    """A thing or an animal on another: before the animal that is there, else near its user."""
    users = sorted(occupied.people.values(), key=lambda each: distance(each.at, support.at))
    at, top = surface_spot(occupied, thing, support, users[0].at if users else None)
    turned = support.facing_deg + 60.0 if thing.kind == "animal" else thing.facing_deg
    there = (t for t in occupied.things.values() if t.on == support.id and t.kind == "animal")
    cat = next(there, None) if thing.kind == "thing" else None
    if cat is not None:
        along = direction(support.facing_deg + 90.0)
        at = point(np.array(cat.at) + 0.8 * size_of(cat)[2] * along)
    return replace(thing, at=at, base_m=top, on=support.id, facing_deg=turned)


def _carries(support: Player, thing: Player) -> bool:
    """Whether a thing can stand on another: on a table, or on a bed if the words put it there."""
    own = model_of(support)
    if own.surface_m and model_of(thing).kind != "animal":
        return True
    (wide, _, deep), (own_wide, _, own_deep) = size_of(thing), size_of(support)
    is_base = own.place not in ("ceiling", "sky") and not support.beats
    drips = any(beat.gesture == "fall" for beat in thing.beats)
    is_named = (bool(thing.on) and not drips) or own.place == "wall"
    return is_named and is_base and max(wide, deep) <= max(own_wide, own_deep)


def _in_or_under(occupied: Occupied, thing: Player) -> Player | None:
    """A thing in a bowl (at its rim, in view), under a table, or at the tip that it drips from."""
    other, source = occupied.find(thing.near), occupied.find(thing.on)
    inside, high = other if thing.relation == "in" else None, size_of(thing)[1]
    if isinstance(other, Player) and thing.model == "wave":  # from the sea, to the shore
        out = (size_of(other)[2] + size_of(thing)[2]) / 2
        return replace(thing, at=(other.at[0], other.at[1] + out))
    if isinstance(other, Player) and thing.relation == "under" and high < top_of(other):
        return replace(thing, at=other.at, base_m=other.base_m)
    if isinstance(inside, Player) and max(size_of(thing)) < max(size_of(inside)) < _CONTAINER_M:
        at, top = surface_spot(occupied, thing, inside, None)
        if model_of(inside).door and inside.id not in occupied.users:  # it is open
            top -= 0.3 * size_of(inside)[1]
            occupied.things[inside.id] = replace(inside, beats=inside.beats or (_OPENED,))
        return replace(thing, at=at, base_m=top, on=inside.id)
    if isinstance(source, Player) and any(beat.gesture == "fall" for beat in thing.beats):
        occupied.things[source.id] = replace(source, base_m=source.base_m + _DRIPS_M)
        return replace(thing, at=source.at, base_m=source.base_m + _DRIPS_M - high)
    return None


def _animal(occupied: Occupied, animal: Player) -> Player:
    """An animal beside whom it belongs to; a large one turned to them."""
    owner = next(iter(occupied.people.values()), None)
    if owner is None:
        base = _HEIGHTS.get(model_of(animal).place, 0.0)
        return replace(animal, base_m=base, **_in_herd(occupied, animal))
    half = max(size_of(animal)[0], size_of(animal)[2]) / 2
    reach = max(0.75, 0.45 + half)
    is_huge = half > _HUGE_M  # a dragon is before somebody, not beside
    reach += 1.2 * is_huge
    aside = np.array(owner.at) + reach * direction(owner.facing_deg + 90.0 * (not is_huge))
    at = occupied.floor.nearest_free(point(aside), occupied.others(), reach - 0.1)
    turned = facing(at, owner.at) if half > 0.8 else owner.facing_deg
    base = _HEIGHTS.get(model_of(animal).place, 0.0)
    return replace(animal, at=at, base_m=base, facing_deg=round(turned, 3))


def _in_herd(occupied: Occupied, animal: Player) -> dict[str, Any]:
    """Place and facing of an animal without people: of a file, of a herd, or in the middle.

    A herd is some way off from an animal that is there already, which comes to it.
    """
    centre, (wide, _, long) = occupied.plan.centre, size_of(animal)
    stem, _, number = animal.id.rpartition("-")
    if not (stem and number.isdigit()):
        return {"at": occupied.floor.nearest_free(centre), "facing_deg": -60.0}
    k, step = int(number) - 1, max(wide, long)
    if shape_of(animal) == "file":
        return {"at": point((centre[0] + 1.5 * step * (2 - k), centre[1])), "facing_deg": 90.0}
    others = any(t.kind == "animal" and not t.id.startswith(f"{stem}-")
                 for t in occupied.things.values())  # fmt: skip
    row, column = divmod(k, 3)
    away = (4.0 + step, 4.0) if others else (0.0, 0.0)
    at = (away[0] + 1.05 * step * (column - 1) + 0.4 * row, away[1] + 1.3 * step * row)
    turned = (-60.0, -100.0, 70.0, -80.0)[k % 4]
    return {"at": point(np.array(centre) + at), "facing_deg": turned}


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
    windows = (each for each in occupied.things.values() if "window" in each.model)
    if "sill" in thing.words and (window := next(windows, None)):
        base, inside = window.base_m - size[1], size_of(window)[2] / 2 + size[2] / 2
        at = point(own_to_plan((0.0, -inside), window.at, window.facing_deg))
        return replace(thing, at=at, base_m=base, facing_deg=window.facing_deg)
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
    turned = facing(start, end)
    lanes = [0.0]  # of those that stand, in the lanes beside too
    if not any(beat.to for beat in vehicle.beats) and others:
        aside = [
            plan_to_own(e[0], at, turned)[0] for e in ends if (e[1] - np.array(e[0])) @ ahead > 0
        ]
        lanes = sorted(aside, key=abs)
    backs = [0.0] if len(lanes) < 2 else [0.0, -9.0, 9.0]
    tried = [(back, x) for back in (*backs, *np.arange(1.0, 60.0)) for x in lanes]
    for back, x in tried:
        at = point(own_to_plan((x, float(back)), point(middle), turned))
        aways = [(np.abs(plan_to_own(each.at, at, turned)), size_of(each)) for each in others]
        if all(x > (size[0] + other[0]) / 2 + 0.2 or z > (size[2] + other[2]) / 2 + 1.0
               for (x, z), other in aways):  # fmt: skip
            break
    return replace(vehicle, at=at, facing_deg=turned)


def _on_road(occupied: Occupied, vehicle: Player) -> Player | None:
    """A boat on water; a vehicle on a lane, or behind, before or beside another, close to it."""
    leader = occupied.find(vehicle.near) if vehicle.near else None
    bank, size = occupied.plan.mark("water"), size_of(vehicle)
    if model_of(vehicle).place == "water" and bank and not vehicle.near:
        at = point(np.array(bank.at) + (1.0 + size[2] / 2) * direction(bank.facing_deg))
        at = occupied.floor.nearest_free(at, (), size[0] + 0.5)
        return replace(vehicle, at=at, facing_deg=bank.facing_deg - 90.0)
    is_vehicle = model_of(vehicle).kind == "vehicle"
    if not (is_vehicle and occupied.plan.lanes) or max(size_of(vehicle)) <= 1.2:
        return None
    if not isinstance(leader, Player) or model_of(leader).kind != "vehicle":
        return None if vehicle.near else _on_lane(occupied, vehicle)
    (width, _, deep), (other_width, _, other_deep) = size_of(vehicle), size_of(leader)
    along = (deep + other_deep) / 2 + _TAIL_M
    own = {"behind": (0.0, along), "before": (0.0, -along)}.get(
        vehicle.relation, ((width + other_width) / 2 + 1.2, 0.0)
    )
    at = point(own_to_plan(own, leader.at, leader.facing_deg))
    return replace(vehicle, at=at, facing_deg=leader.facing_deg)
