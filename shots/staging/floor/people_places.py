"""Places of people whom the words place nowhere: alone, as a pair, in an arc, as a crowd."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shots.lexicon.actions import POSTURES
from shots.staging.floor.marks import TALK_M, Occupied, free_marks, surface_spot
from shots.staging.floor.seats import Stance, seat_kind
from shots.staging.floor_space import (
    direction,
    distance,
    facing,
    gap,
    model_of,
    part_of_vehicle,
    places_round,
    point,
    size_of,
    top_of,
)
from shots.staging.staged import Beat, Player, Point
from shots.staging.standing import FIGURE_M

MOST_IN_AN_ARC = 7
_BETWEEN = re.compile(r"\bbetween (them|the two|(his|her|its) parents)\b", re.IGNORECASE).search
_STAGE_M = 3.6  # from who is on a stage to the crowd before it
_SHOULDERS_M, _LAP_M = 1.43, 0.12  # over the floor, of an ordinary figure; over a seat
# Groups that are before whom they relate to; others who look on stand behind, turned to the lens.
_LISTENERS = ("orchestra", "choir", "audience", "class", "congregation", "pupil", "student", "jury")


def place_freely(occupied: Occupied, people: Sequence[Player], seed: int) -> None:
    """Give people places of their own: marks, an arc round a mark, those of a crowd by seed."""
    floor = occupied.floor
    crowd = [each for each in people if is_crowd(each.id)]
    if len(people) > MOST_IN_AN_ARC + len(crowd):
        crowd += [each for each in people if each.id[-1:].isdigit() and each not in crowd]
    people = [each for each in people if each not in crowd]
    between = [each for each in people if _BETWEEN(occupied.words.get(each.id, ""))]
    people = [each for each in people if each not in between]
    people[len(people) // 2 : len(people) // 2] = between
    if len(people) == 1 and (mark := next(free_marks(occupied), None)):
        places = [(mark.at, mark.facing_deg)]
    else:
        places = _arc(_room_for(occupied, len(people)), len(people))
    for person, (near, turned) in zip(people, places, strict=True):
        at = floor.nearest_free(near, occupied.others())
        occupied.people[person.id] = Stance(at, turned, posture=first_posture(person))
    stage = occupied.plan.mark("microphone") is not None
    goes = not stage and any(
        beat.to or POSTURES[beat.posture].speed for each in people for beat in each.beats
    )
    for group in () if goes else _hosted(crowd):
        _before_or_behind(occupied, group, [each.id for each in people])
    goals = (occupied.place_of(beat.to) for each in people for beat in each.beats[:1] if beat.to)
    left = [each for each in crowd if each.id not in occupied.people]
    _scatter(occupied, left, seed, next(goals, None))


def _hosted(crowd: Sequence[Player]) -> list[list[Player]]:
    """The groups of a crowd that stay in one place, and relate to nobody by words."""
    groups: dict[str, list[Player]] = {}
    for person in crowd:
        beat = person.beats[0] if person.beats else None
        if not person.near and (beat is None or not (beat.to or POSTURES[beat.posture].speed)):
            groups.setdefault(re.sub(r"-\d+$", "", person.id), []).append(person)
    return list(groups.values())


def _before_or_behind(occupied: Occupied, group: Sequence[Player], hosts: Sequence[str]) -> None:
    """Arcs of listeners before whom they attend to, who is turned to them; of others, behind."""
    placed = [occupied.people[name] for name in hosts if name in occupied.people]
    if not placed or len(placed) > 3:
        return
    middle = np.mean([each.at for each in placed], axis=0)
    stem = group[0].id.rsplit("-", 1)[0]
    attends = len(placed) == 1 and stem in _LISTENERS
    centre, half, first_m = (60.0, 120.0, 1.7) if attends else (180.0, 62.0, 2.3)
    if stem == "crowd" and occupied.plan.mark("microphone"):  # before the stage
        centre, half, first_m = 0.0, 50.0, _STAGE_M
    if attends:
        name = next(each for each in hosts if each in occupied.people)
        occupied.people[name] = replace(placed[0], facing_deg=60.0)
    row, left = 0, list(group)
    while left and row < 6:
        radius = first_m + 0.95 * row
        count = min(len(left), max(2, int(np.radians(2 * half) * radius / 0.85)))
        for angle in np.linspace(centre - half, centre + half, count):
            person = left.pop(0)
            at = point(middle + radius * direction(float(angle) + (4.0 if row % 2 else 0.0)))
            if not occupied.floor.is_free(at, occupied.others(), 0.5):
                at = occupied.floor.nearest_free(at, occupied.others(), 0.55)
            seat = _chair(occupied, at, facing(at, middle)) if stem == "orchestra" else ""
            posture = "sit" if seat else first_posture(person)
            turned = round(facing(at, middle), 3)
            occupied.people[person.id] = Stance(at, turned, seat, posture)
        row += 1


def _chair(occupied: Occupied, at: Point, facing_deg: float) -> str:
    name = f"chair-{sum(each.model == 'chair' for each in occupied.things.values()) + 1}"
    occupied.things[name] = Player(
        name, name, "thing", "chair", at=at, facing_deg=facing_deg, is_fixture=True
    )
    return name


def is_crowd(name: str) -> bool:
    """Whether an id is that of one of a crowd."""
    return name.startswith("crowd")


def is_named(player: Player) -> bool:
    """Whether the words name a player, other than for what is done with it: no pen by "writes"."""
    noun = player.name.rstrip(" 0123456789").split(" ")[-1].lower()
    return not is_crowd(player.id) and (player.kind == "person" or noun in player.words.lower())


def first_posture(person: Player) -> str:
    """The posture in which somebody begins a shot."""
    return person.beats[0].posture if person.beats else "stand"


def _room_for(occupied: Occupied, count: int) -> Point:
    """The mark round which so many people find room."""
    floor, plan, others = occupied.floor, occupied.plan, occupied.others()
    tried = [plan.centre, *(mark.at for mark in plan.marks if not mark.seat)]
    around = [np.array([x, z]) for x in (0, 0.5, -0.5) for z in (0, -0.5, 0.5)]
    for at in tried:
        for step in around:
            middle = point(np.array(at) + step)
            if all(floor.is_free(each, others) for each, _ in _arc(middle, count)):
                return middle
    return plan.centre


def _arc(middle: Point, count: int) -> list[tuple[Point, float]]:
    """Places and facings of a pair, or of people in an arc that is open to the default camera."""
    if count < 2:
        return [(middle, 0.0)][:count]
    radius = TALK_M / 2 if count == 2 else max(0.8, 0.62 * (count - 1) / np.pi)
    angles = np.linspace(-90.0, -270.0, count)  # from the left, by the back, to the right
    places = [point(np.array(middle) + radius * direction(float(a))) for a in angles]
    focus = middle if count == 2 else (middle[0], middle[1] - 0.35 * radius)
    return [(at, round(facing(at, focus), 3)) for at in places]


def _scatter(occupied: Occupied, crowd: Sequence[Player], seed: int, goal: Point | None) -> None:
    """Places for a crowd outside of the acting space, behind or round whom the words name.

    Where somebody goes through it, it is round the goal.
    """
    plan, floor, random = occupied.plan, occupied.floor, np.random.default_rng(seed)
    left, near, right, far = plan.bounds
    reach = min(9.0, max(right - left, far - near) / 2)
    reach = reach if goal is None else min(reach, 5.0)
    for person in crowd:
        mark = plan.mark(person.near)  # the pit before a stage
        host = mark or occupied.people.get(person.near)
        middle, back = (host.at, host.facing_deg + 180.0) if host else (goal or plan.centre, 180.0)
        is_behind = mark or (host is None and goal is None) or person.relation == "behind"
        around = 70.0 if is_behind else 180.0
        for attempt in range(60):
            away = direction(back + random.uniform(-around, around))
            at = point(
                np.array(middle) + away * random.uniform(*((0, 5) if mark else (1.4, reach)))
            )
            if floor.is_free(at, occupied.others(), 0.7 if attempt < 40 else 0.5):
                break
        turned = facing(at, middle) + random.uniform(-50, 50)
        turned = mark.facing_deg + 0.2 * turned if mark else turned
        occupied.people[person.id] = Stance(at, turned, posture=first_posture(person))


def entrance(occupied: Occupied) -> Stance:
    """Where somebody comes in: at the first entrance, else at the right edge of the set."""
    plan, others = occupied.plan, occupied.others()
    mark = plan.entrances[0] if plan.entrances else None
    if mark is None:
        _, near, right, far = plan.bounds
        return Stance((right - 0.5, (near + far) / 2), -90.0)
    for behind in range(12):  # of several who come in, the first are in the room
        at = point(np.array(mark.at) + 0.65 * behind * direction(mark.facing_deg))
        if all(distance(at, each) > 0.5 for each in others):
            break
    return Stance(at, mark.facing_deg)


def _scale(occupied: Occupied, name: str) -> float:
    """The height of somebody, over that of an ordinary figure."""
    return occupied.heights.get(name, FIGURE_M) / FIGURE_M


def on_top(occupied: Occupied, person: Player) -> Stance | None:
    """The stance on top of a bed that is jumped on, a bonnet; None for who sits on seats."""
    found, posture = occupied.find(person.on), first_posture(person)
    if isinstance(found, Stance):
        return on_person(occupied, person)
    is_vehicle = isinstance(found, Player) and model_of(found).kind == "vehicle"
    rests = seat_kind(posture) in ("seat", "bed")
    if not isinstance(found, Player) or (rests and not is_vehicle):
        return None
    (wide, high, deep), at, top = size_of(found), found.at, found.base_m + top_of(found)
    if model_of(found).surface_m and wide > 0.6:  # beside what stands in the middle of a table
        body = replace(person, size=(0.5, high, min(0.3, deep)))
        at, _ = surface_spot(occupied, body, found, None)
    elif is_vehicle:
        at, top = part_of_vehicle(found, f"{found.words} {occupied.words.get(person.id, '')}")
        if gap(at, found) < 1e-6 < found.base_m + top_of(found) - top:  # at the edge, legs over it
            at = point(np.array(at) + 0.4 * rests * direction(found.facing_deg))
    base_m = top - POSTURES[posture].rest * rests * _scale(occupied, person.id)
    return Stance(at, found.facing_deg, posture=posture, base_m=round(base_m, 3))


def beneath(occupied: Occupied, person: Player) -> Stance | None:
    """The stance under low furniture, at its side to the room, the face or the head out."""
    thing, posture = occupied.find(person.near), first_posture(person)
    is_low = person.relation == "under" and POSTURES[posture].top < 1.0
    if not is_low or not isinstance(thing, Player) or model_of(thing).kind != "furniture":
        return None
    sides = [each for each in places_round(thing, "front left right back", 0.0, 9.0)
             if occupied.floor.contains(each[0])]  # fmt: skip
    centre = occupied.plan.centre
    at, out = min(sides, key=lambda each: distance(each[0], centre), default=(thing.at, 0.0))
    lies = POSTURES[posture].top < 0.25
    at = point(np.array(at) - (0.45 if lies else 0.22) * direction(out))
    return Stance(at, out + 180.0 * lies, posture=posture)


def on_person(occupied: Occupied, person: Player) -> Stance | None:
    """The stance of one on the shoulders of somebody, or in the lap of somebody who sits."""
    name, rest_m = person.on or person.near, POSTURES["sit"].rest
    carrier, tall = occupied.people.get(name), _scale(occupied, name)
    if carrier is None or not (person.on or (person.relation == "in" and carrier.seat)):
        return None
    high, ahead_m = _SHOULDERS_M * tall, 0.02
    if carrier.seat and "shoulder" not in occupied.words.get(person.id, ""):
        high, ahead_m = rest_m * tall + _LAP_M, 0.2
    at = point(np.array(carrier.at) + ahead_m * direction(carrier.facing_deg))
    base_m = carrier.base_m + high - rest_m * _scale(occupied, person.id)
    return Stance(at, carrier.facing_deg, posture="sit", base_m=round(base_m, 3))


def before_what_they_lean_on(player: Player, occupied: Occupied) -> Player:
    """Let somebody who is going to lean on a thing, and goes nowhere, stand before it at once."""
    first, *more = player.beats or (Beat(),)
    lean = next((beat for beat in more if beat.posture == "lean" and beat.seat), None)
    if lean is None or first.posture != "stand" or any(beat.to for beat in player.beats):
        return player
    goal = occupied.spot(player.id, lean.seat, "", "lean")
    if goal is None or not goal.seat:
        return player
    turned = goal.facing_deg + 110.0
    occupied.people[player.id] = Stance(goal.at, turned)
    return replace(player, at=goal.at, facing_deg=turned)
