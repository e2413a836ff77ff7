"""Places of people whom the words place nowhere: alone, as a pair, in an arc, as a crowd."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shots.staging.floor.marks import TALK_M, Occupied, free_marks
from shots.staging.floor.seats import Stance
from shots.staging.floor_space import direction, facing, point
from shots.staging.staged import Player, Point

MOST_IN_AN_ARC = 7


def place_freely(occupied: Occupied, people: Sequence[Player], seed: int) -> None:
    """Give people places of their own: marks, an arc round a mark, those of a crowd by seed."""
    floor = occupied.floor
    crowd = [each for each in people if is_crowd(each.id)]
    if len(people) > MOST_IN_AN_ARC + len(crowd):
        crowd += [each for each in people if each.id[-1:].isdigit() and each not in crowd]
    people = [each for each in people if each not in crowd]
    if len(people) == 1 and (mark := next(free_marks(occupied), None)):
        places = [(mark.at, mark.facing_deg)]
    else:
        places = _arc(_room_for(occupied, len(people)), len(people))
    for person, (near, turned) in zip(people, places, strict=True):
        at = floor.nearest_free(near, occupied.others())
        occupied.people[person.id] = Stance(at, turned, posture=first_posture(person))
    _scatter(occupied, crowd, seed)


def is_crowd(name: str) -> bool:
    """Whether an id is that of one of a crowd."""
    return name.startswith("crowd")


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


def _scatter(occupied: Occupied, crowd: Sequence[Player], seed: int) -> None:
    """Places for a crowd outside of the acting space, behind or round whom the words name."""
    plan, floor, random = occupied.plan, occupied.floor, np.random.default_rng(seed)
    left, near, right, far = plan.bounds
    reach = min(9.0, max(right - left, far - near) / 2)
    for person in crowd:
        host = occupied.people.get(person.near)
        middle, back = (host.at, host.facing_deg + 180.0) if host else (plan.centre, 180.0)
        around = 70.0 if host is None or person.relation == "behind" else 180.0
        for attempt in range(60):
            away = direction(back + random.uniform(-around, around))
            at = point(np.array(middle) + away * random.uniform(1.4, reach))
            if floor.is_free(at, occupied.others(), 0.7 if attempt < 40 else 0.5):
                break
        turned = facing(at, middle) + random.uniform(-50, 50)
        occupied.people[person.id] = Stance(at, turned, posture=first_posture(person))
