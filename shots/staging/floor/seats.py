"""Seats of a set: which one somebody takes, alone, with a partner, or opposite to an empty one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Protocol

import numpy as np

from shots.lexicon.actions import POSTURES
from shots.lexicon.places import SetPlan
from shots.lexicon.things import MODELS
from shots.staging.floor_space import (
    Floor,
    distance,
    facing,
    gap,
    model_of,
    own_to_plan,
    places_round,
    plan_to_own,
    point,
    size_of,
    turn_between,
)
from shots.staging.staged import Player, Point

_APART = re.compile(r"\b(opposite|far|either) (ends?|sides?)\b|\bfar apart\b", re.IGNORECASE).search
_EMPTY = re.compile(r"\b(empty|vacant|free|unoccupied)\b", re.IGNORECASE).search
_TURNED_AWAY_DEG = 24.0  # of those who sit apart on one sofa
_ROOM_M = 0.35  # from one seat to the next one
_BACK_TO_LENS = 0.3  # metres that a seat at the side of the lens is thought farther off
_OVERHEAD_M = 0.5  # base of what is over a chair or on the table beside it
# Of who sits beside somebody they deal with: degrees that the body turns to them on what it sits
# on, and that the head turns more; who has less to turn is face to face with them anyway.
_TURNS: Mapping[str, float] = {"stool": 55.0, "bar-stool": 55.0, "car": 30.0, "taxi": 30.0}
_TURN_DEG, _NECK_DEG = 42.0, 40.0
# What is behind those who sit before it; anything else they face.
_BACKDROPS = ("shelf", "cupboard", "window", "wall", "curtain", "house", "wardrobe", "flag", "tree",
              "backdrop", "plant", "barn", "door", "fence", "dresser", "poster")  # fmt: skip


@dataclass(frozen=True)
class Stance:
    """Where somebody is: place, facing, the thing sat or lain on, the posture, and the height."""

    at: Point
    facing_deg: float = 0.0
    seat: str = ""
    posture: str = "stand"
    base_m: float = 0.0


class Seating(Protocol):
    """What a seat depends on: the set, its things, and who is where; see `marks.Occupied`."""

    plan: SetPlan
    things: dict[str, Player]
    people: dict[str, Stance]
    partners: dict[str, str]
    words: dict[str, str]

    @property
    def floor(self) -> Floor:
        """Its floor with all things."""
        ...

    def others(self, but: str = "") -> list[Point]:
        """Places of all people but one."""
        ...

    def find(self, name: str) -> object:
        """The person, thing, or mark of a name."""
        ...


def seat_kind(posture: str) -> str:
    """Kind of thing that a posture rests on, "" for the floor."""
    return POSTURES.get(posture, POSTURES["stand"]).seat


def is_backdrop(thing: Player) -> bool:
    """Whether people before a thing have it behind them."""
    return any(word in thing.model for word in _BACKDROPS)


def free_seat(
    occupied: Seating, others: Sequence[Point], posture: str, of: Player | None = None,
    near: Point = (0, 0), who: str = "",
) -> Stance | None:  # fmt: skip
    """The first free seat of a thing, else at it, else the one nearest to a place.

    Of the seats at a table, one that faces the seat of whom `who` relates to, or that leaves
    room for that; of a row, the first, or its ends for those who are to be apart.
    """
    kind = seat_kind(posture)
    empty = [each for each in occupied.things.values() if _EMPTY(each.words) and each != of]
    chosen: list[tuple[float, Stance]] = []
    for thing in occupied.things.values():
        apart = 0.0 if of is None or thing.id == of.id else gap(thing.at, of)
        if apart > 0.7 or not _fits(thing, kind, of) or thing in empty:
            continue
        for at, facing_deg in seats_of(thing):
            if all(distance(at, each) > _ROOM_M for each in others):
                away = distance(at, near) if of is None else apart
                if kind == "seat" and "bed" in thing.model:
                    at, facing_deg = _bed_edge(occupied, thing)
                if kind == "seat" and _APART(occupied.words.get(who, "")):
                    x, _ = plan_to_own(at, thing.at, thing.facing_deg)
                    away -= abs(x)
                    facing_deg += float(np.sign(x)) * _TURNED_AWAY_DEG
                if kind == "seat" and of is not None:
                    away += _BACK_TO_LENS * (abs(turn_between(facing_deg, 180.0)) < 60.0)
                chosen.append((away, Stance(at, facing_deg, thing.id, posture)))
    chosen.sort(key=lambda each: each[0])
    sits = occupied.people.get(occupied.partners.get(who, ""))
    is_on_it = of is not None and chosen and chosen[0][0] <= 0.0
    if kind != "seat" or not chosen or is_on_it:
        return chosen[0][1] if chosen else None
    free = [each[1] for each in chosen]
    opposite = [Stance(*seat, each.id) for each in empty for seat in seats_of(each)]
    if not opposite and occupied.partners.get(who, ""):
        opposite = [sits] if sits is not None and sits.seat else free
    faced = (each for each in free if any(faces(each, other) for other in opposite))
    return next(faced, free[0])


def _bed_edge(occupied: Seating, bed: Player) -> tuple[Point, float]:
    """Where somebody sits on a bed: at the side towards the room."""
    middle = plan_to_own(occupied.plan.centre, bed.at, bed.facing_deg)
    side = 1.0 if middle[0] >= 0 else -1.0
    across = side * (size_of(bed)[0] / 2 - 0.17)
    at = point(np.array(own_to_plan((across, 0.0), bed.at, bed.facing_deg)))
    return at, bed.facing_deg + 90.0 * side


def bring_seat(occupied: Seating, posture: str, name: str, relation: str = "") -> Stance:
    """A seat that is brought where there is none: a chair at a table, else a chair or a bed."""
    kind = seat_kind(posture)
    model = "bed" if kind == "bed" else "chair"
    size = MODELS[model].size if model in MODELS else (0.5, 0.9, 0.5)
    found, floor = occupied.find(name), occupied.floor
    at, turned = floor.nearest_free(occupied.plan.centre, occupied.others(), size[2]), 0.0
    if isinstance(found, Player) and kind == "seat":
        has_back = relation == "before" and is_backdrop(found)
        sides = "front back" if has_back else "left right back front"
        for place, out in places_round(found, sides, 0.65 if has_back else 0.1):
            others = (p for p in occupied.things.values() if p != found and p.base_m < _OVERHEAD_M)
            if all(gap(place, each) > 0.25 for each in others) and floor.contains(place):
                at, turned = place, out + (0.0 if has_back else 180.0)
                break
    name = f"{model}-{sum(each.model == model for each in occupied.things.values()) + 1}"
    occupied.things[name] = Player(
        id=name, name=name, kind="thing", model=model, at=at, facing_deg=turned, is_fixture=True
    )
    seats = seats_of(occupied.things[name])
    return Stance(*seats[0], name, posture) if seats else Stance(at, turned, name, posture)


def seats_of(thing: Player) -> list[tuple[Point, float]]:
    """Places and facings of the seats of a thing on the plan."""
    seats = model_of(thing).seats
    ats = [own_to_plan((seat.x, seat.z), thing.at, thing.facing_deg) for seat in seats]
    return [(point(np.array(at)), thing.facing_deg + seat.facing_deg)
            for at, seat in zip(ats, seats, strict=True)]  # fmt: skip


def faces(one: Stance, other: Stance) -> bool:
    """Whether two who sit at one table look at each other."""
    turns = (turn_between(a.facing_deg, facing(a.at, b.at)) for a, b in permutations((one, other)))
    return 0.5 < distance(one.at, other.at) < 2.6 and all(abs(turn) < 40.0 for turn in turns)


def _fits(thing: Player, kind: str, of: Player | None) -> bool:
    """Whether a body in a posture with this kind of seat can rest on a thing."""
    model = model_of(thing)
    if not model.seats:
        return False
    if of is not None and thing.id == of.id:
        return True
    is_bed = "bed" in thing.model
    if kind == "bed":
        return is_bed or "sofa" in thing.model
    is_seat = model.kind == "furniture" or (
        model.kind == "vehicle" and thing.is_fixture and "cycle" not in thing.model
    )
    return kind == "seat" and is_seat and not is_bed


def can_be_sat_on(thing: Player) -> bool:
    """Whether somebody can sit on top of a thing without seats: a washing machine, a crate."""
    is_table = "table" in thing.model or "desk" in thing.model or "counter" in thing.model
    return not is_table and model_of(thing).kind != "vehicle" and 0.3 < size_of(thing)[1] < 1.3


def turned_on_seats(players: Sequence[Player], *, looks: bool) -> list[Player]:
    """Players; of two who sit side by side and deal with each other, both turn to the other.

    `looks`: whether a look is enough for that, or somebody has to do something.
    """
    by_id = {p.id: p for p in players}
    seated = {
        p.id: p for p in players
        if p.kind == "person" and p.beats and all(
            b.seat and b.posture in ("sit", "drive") and b.facing_deg is None for b in p.beats)
    }  # fmt: skip
    deals = {
        p.id: [name for beat in p.beats for name in (beat.target, beat.looks_at)
               if name in seated and (looks or beat.gesture not in ("", "look"))]
        for p in seated.values()
    }  # fmt: skip
    for one, two in permutations(seated, 2):
        if two not in deals[one] and (one not in deals[two] or deals[one]):
            continue
        player, seat = seated[one], by_id.get(seated[one].beats[0].seat)
        turn = turn_between(player.facing_deg, facing(player.at, seated[two].at))
        most = _TURNS.get(seat.model, _TURN_DEG) if seat else 0.0
        most = 0.0 if player.beats[0].posture == "drive" else most
        body = float(np.sign(turn)) * min(most, max(0.0, abs(turn) - _NECK_DEG))
        beats = tuple(b if b.target or b.looks_at or b.gesture else replace(b, looks_at=two)
                      for b in player.beats)  # fmt: skip
        by_id[one] = replace(player, facing_deg=round(player.facing_deg + body, 3), beats=beats)
    return list(by_id.values())
