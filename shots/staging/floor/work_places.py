"""Places of people whose hands are on a thing, and of those who are across from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from shots.lexicon.actions import GESTURES, POSTURES
from shots.staging.floor.marks import Occupied, surface_spot, surfaces
from shots.staging.floor.people_places import is_crowd
from shots.staging.floor.seats import Stance
from shots.staging.floor.thing_places import SMALL_M
from shots.staging.floor_space import (
    direction,
    distance,
    facing,
    gap,
    model_of,
    own_to_plan,
    places_round,
    point,
    size_of,
)
from shots.staging.staged import Beat, Player, Point, ShotReading

WORK_M = 0.33  # from the edge of a thing to somebody whose hands are on it
_IN_REACH_M, _FAR_M, _LEAPT_M = 0.45, 1.4, 1.7
_OVER = re.compile(r"\b(over|vaults?|hurdles?|clears?)\b", re.IGNORECASE).search
_ALL_SIDES = "front back left right"
_LOW = ("lie", "sleep", "sit-floor", "lie-floor", "swim")


def send_to_work(occupied: Occupied, people: Sequence[Player], *, is_first: bool = False) -> None:
    """Bring people on their feet to the thing that their hands are on first.

    When a scene begins, those who relate to them come to the other side of it.
    """
    for person in people:
        spot = occupied.people.get(person.id)
        if spot is None or spot.seat or person.near or spot.posture in _LOW:
            continue
        first = next((k for k, beat in enumerate(person.beats) if worked_on(beat)), 0)
        moves = any(beat.to or POSTURES[beat.posture].speed for beat in person.beats[: first + 1])
        worked = worked_on(person.beats[first]) if person.beats else ""
        thing = occupied.find(worked)
        if moves or not isinstance(thing, Player):
            continue
        if model_of(thing).place in ("ceiling", "sky"):
            continue
        if gap(spot.at, thing) < _IN_REACH_M:
            new = replace(spot, facing_deg=round(facing(spot.at, thing.at), 3))
        else:
            strokes = any(beat.gesture == "wipe" for beat in person.beats)
            sides = ("front" if strokes else "left right") if thing.kind == "animal" else ""
            kicks = person.beats[first].gesture == "kick" and occupied.plan.mark("goal")
            sides = "front" if kicks else sides
            new = work_place(occupied, person.id, thing, sides=sides) or spot
        occupied.people[person.id] = replace(new, posture=spot.posture)
        if new is spot:
            continue
        if is_first and thing.on:
            _bring_opposite(occupied, occupied.partners.get(person.id, ""), new, thing, people)
        if thing.on and not thing.is_fixture and not thing.near:
            at, top = surface_spot(occupied, thing, occupied.things[thing.on], new.at)
            occupied.things[thing.id] = replace(thing, at=at, base_m=top)


def work_place(
    occupied: Occupied, who: str, thing: Player, opposite: Stance | None = None, sides: str = ""
) -> Stance | None:
    """The place on the floor nearest to a thing from which it is in reach; None: nowhere.

    Rather facing the front of the set; of one `opposite` to another, the farthest from that.
    """
    carrier = occupied.things.get(thing.on) or _under(occupied, thing)
    floor, others = occupied.floor, occupied.others(who)
    best: tuple[float, Stance] | None = None
    is_open = "table" in thing.model or model_of(thing).kind == "vehicle"
    is_open = is_open or max(size_of(thing)) < SMALL_M
    sides = sides or ("front" if carrier is thing and not is_open else _ALL_SIDES)
    for at, out in places_round(carrier, sides, WORK_M, 0.35):
        if floor.is_free(at, others):
            away = distance(at, thing.at) + 0.12 * float(1.0 - direction(out)[1])
            faced = thing.at
            if opposite is not None:
                is_far = distance(at, thing.at) > _FAR_M  # at the other end of a car
                away, faced = 9.0 * is_far - distance(at, opposite.at), opposite.at
            if best is None or away < best[0] - 1e-6:
                best = away, Stance(at, round(facing(at, faced), 3))
    return None if best is None or best[0] > _FAR_M else best[1]


def leap_over(occupied: Occupied, who: str, beat: Beat) -> tuple[Point, ...]:
    """The way across a low thing that a beat leads over, from its near side; else empty."""
    thing = occupied.things.get(beat.to)
    if (
        thing is None
        or beat.posture != "jump"
        or not _OVER(beat.words)
        or size_of(thing)[1] > _LEAPT_M
        or thing.kind != "thing"
    ):
        return ()
    width, _, deep = size_of(thing)
    k = [*occupied.people].index(who) if who in occupied.people else 0
    along = (0.7 * ((k + 1) // 2) * (-1) ** k) if max(width, deep) > 1.5 else 0.0
    ends = []
    for side in (-1.0, 1.0):
        own = (
            (along, side * (deep / 2 + 0.6)) if width > deep else (side * (width / 2 + 0.6), along)
        )
        ends.append(point(own_to_plan(own, thing.at, thing.facing_deg)))
    return tuple(sorted(ends, key=lambda each: each[1]))


def worked_on(beat: Beat) -> str:
    """Id of the thing that the hands of a beat are on, "" if there is none."""
    # What is picked up is in the hand at the end of the beat, not before.
    own = set() if beat.gesture == "pick-up" else {thing for _, thing in beat.holds}
    is_work = GESTURES.get(beat.gesture, GESTURES["look"]).needs == "thing"
    is_work = is_work or beat.gesture in ("pour", "cook", "write", "kick")
    is_work = is_work or (beat.gesture == "look" and beat.target == beat.looks_at)
    is_own = beat.target in own and beat.gesture not in ("put-down", "pick-up")
    return beat.target if is_work and not is_own and beat.gesture != "hold" else ""


def users(reading: ShotReading) -> dict[str, str]:
    """Who handles each thing of a shot: by the hands, the target, or the place, by its id."""
    found: dict[str, str] = {}
    people = [each for each in reading.players if each.kind == "person"]
    for person in people:
        for beat in person.beats:
            for thing in (*(held for _, held in beat.holds), beat.target, beat.looks_at):
                found.setdefault(thing, person.id)
    for each in reading.players:
        if each.kind == "thing" and people:
            near = each.near if any(p.id == each.near for p in people) else people[0].id
            found.setdefault(each.id, near)
    return found


def relations(reading: ShotReading, present: Sequence[str]) -> dict[str, str]:
    """Whom each person of a shot speaks, acts or looks to, by id."""
    people = [each for each in reading.players if each.kind == "person"]
    ids = {*present, *(each.id for each in people)}
    found: dict[str, str] = {}
    for person in people:
        for beat in person.beats:
            for whom in (beat.target, beat.looks_at, beat.to):
                if whom in ids and whom != person.id:
                    found.setdefault(person.id, whom)
                    found.setdefault(whom, person.id)
    leads = [each.id for each in people if not is_crowd(each.id)]
    if len(leads) == 2 and not any(each.near for each in people):
        found.setdefault(leads[0], leads[1])
        found.setdefault(leads[1], leads[0])
    if len(leads) == 1 and reading.over in ids and reading.over != leads[0]:
        found[leads[0]] = reading.over
        found.setdefault(reading.over, leads[0])
    return found


def under_umbrellas(reading: ShotReading) -> ShotReading:
    """A reading in which the tallest of those under an umbrella holds it over the others."""
    players = {each.id: each for each in reading.players}
    for thing in reading.players:
        under = [p for p in players.values() if p.near == thing.id and p.relation == "under"]
        if thing.model != "umbrella" or not under:
            continue
        holder = max(under, key=lambda each: each.look.height_m if each.look else 0.0)
        beats = (
            replace(b, gesture=b.gesture or "hold-out", holds=(*b.holds, ("right", thing.id)))
            for b in holder.beats
        )
        players[holder.id] = replace(holder, near="", relation="", beats=tuple(beats))
        for other in under:
            if other is not holder:
                players[other.id] = replace(other, near=holder.id, relation="beside")
    return replace(reading, players=tuple(players.values()))


def _bring_opposite(
    occupied: Occupied, name: str, worker: Stance, thing: Player, people: Sequence[Player]
) -> None:
    """Bring the partner of somebody at a table to its other side, if nothing else is said."""
    partner = next((each for each in people if each.id == name), None)
    old = occupied.people.get(name)
    if partner is None or old is None or old.seat or partner.near:
        return
    if any(beat.to or beat.seat or worked_on(beat) for beat in partner.beats):
        return
    if new := work_place(occupied, name, thing, opposite=worker):
        occupied.people[name] = replace(new, posture=old.posture)


def _under(occupied: Occupied, thing: Player) -> Player:
    """The table or bench that a thing of the set stands on, else the thing itself."""
    under = (
        each for each in surfaces(occupied)
        if thing.base_m > 0.3 and each.id != thing.id and gap(thing.at, each) == 0.0
        and abs(each.base_m + model_of(each).surface_m - thing.base_m) < 0.15
    )  # fmt: skip
    return next(under, thing)
