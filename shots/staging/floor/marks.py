"""Places on a floor plan: names of marks, things and people to free spots at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from shots.lexicon.places import Mark, SetPlan
from shots.staging.floor.seats import Stance, can_be_sat_on, free_seat, seat_kind, seats_of
from shots.staging.floor_space import (
    Floor,
    direction,
    distance,
    facing,
    gap,
    model_of,
    own_to_plan,
    part_of_vehicle,
    places_round,
    plan_to_own,
    point,
    size_of,
    top_of,
)
from shots.staging.staged import Player, Point

REACH_M = 0.45  # from the edge of a thing to somebody who uses it
TALK_M = 1.15  # between two who talk
BESIDE_M, _CLOSE_M = 0.65, 0.53
# Sides of a thing by relation, best first, and whether people there face it or the other way.
_SIDES: Mapping[str, tuple[str, bool]] = {
    "before": ("front back right left", True),
    "behind": ("back right left", False),
    "beside": ("right left front back", False),
    "under": ("front right left back", False),
    "against": ("front back right left", False),
    "": ("front right left back", True),
}
_PRODUCT_GAP_M = 0.12  # that stays free round what a shot is about
# Postures with the back to what they are at.
_BACK_TO_IT = ("lean", "sit-floor", "knees-floor", "crossed-floor")
_HIDING = ("crouch", "kneel", "sneak")
_OVER_ABYSS = ("cliff", "balcony")  # shells without ground under the edge
_BEYOND_M, _HUNG_M = 0.25, 2.1  # from an edge to one who hangs from it, and down to the feet
_AT = ("", "at", "before")


@dataclass
class Occupied:
    """A set with what stands in it, and who is where.

    Attributes:
        plan: The set.
        things: Fixtures and things by id, in order.
        people: Stances of people by id.
        renamed: Names of fixtures that a shot has named, to the ids that they have since.
        partners: Who somebody relates to, by id.
        users: Who handles a thing, by its id.
        words: What the shots say of people, by id.
        formed: Those who stand in a formation, and the words that they are in it by.
        heights: Metres of people.
    """

    plan: SetPlan
    things: dict[str, Player] = field(default_factory=dict)
    people: dict[str, Stance] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    partners: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    formed: dict[str, str] = field(default_factory=dict)
    heights: dict[str, float] = field(default_factory=dict)

    @staticmethod
    def of(plan: SetPlan) -> Occupied:
        """The set with its fixtures only."""
        fixtures = (
            Player(
                id=each.name, name=each.name, kind="thing", model=each.model, at=each.at,
                facing_deg=each.facing_deg, size=each.size, colour=each.colour,
                base_m=each.base_m, is_fixture=True, label=each.label,
            )
            for each in plan.fixtures
        )  # fmt: skip
        return Occupied(plan, {each.id: each for each in fixtures})

    @property
    def floor(self) -> Floor:
        """Its floor with all things."""
        return Floor(self.plan.bounds, tuple(self.things.values()))

    def rename(self, name: str, thing: Player) -> None:
        """Give a fixture the id, the colour and the label of the thing that the words name."""
        old = self.things[name]
        new = replace(
            thing, model=old.model, at=old.at, facing_deg=old.facing_deg, base_m=old.base_m,
            on=old.on, size=thing.size or old.size, colour=thing.colour or old.colour,
            is_fixture=True,
        )  # fmt: skip
        self.things = {
            (new.id if key == name else key): (new if key == name else each)
            for key, each in self.things.items()
        }
        self.renamed[name] = new.id

    def others(self, but: str = "") -> list[Point]:
        """Places of all people but one."""
        return [spot.at for name, spot in self.people.items() if name != but]

    def find(self, name: str) -> Player | Mark | Stance | None:
        """The person, thing, or mark of a name; else the first thing of that model."""
        name = self.renamed.get(name, name)
        if name in self.people:
            return self.people[name]
        if name in self.things:
            return self.things[name]
        if mark := self.plan.mark(name):
            return mark
        return next((each for each in self.things.values() if each.model == name), None)

    def place_of(self, name: str) -> Point | None:
        """The place of a person, thing or mark."""
        found = self.find(name)
        return None if found is None else found.at

    def spot(
        self, who: str, name: str, relation: str = "", posture: str = "stand"
    ) -> Stance | None:
        """A free spot at a person, a thing or a mark; None if there is nothing of that name."""
        own = self.plan.mark(name) if name == who else None  # a teller at the mark "teller"
        found, others = own or self.find(name), self.others(who)
        if isinstance(found, Mark):
            return self._at_mark(found, others, posture)
        if isinstance(found, Stance):
            return self._at_person(found, others, relation)
        if found is None:
            return None
        name = next((key for key, new in self.renamed.items() if new == found.id), found.id)
        mark = self.plan.mark(name)
        sits = seat_kind(posture) if not posture.startswith("climb") else ""  # from the foot
        is_free = mark is not None and all(distance(mark.at, each) > 0.5 for each in others)
        is_free = is_free and posture not in _BACK_TO_IT
        if mark is not None and is_free and not (mark.seat or sits) and relation in _AT:
            return self._at_mark(mark, others, posture)
        if sits or (relation == "in" and seats_of(found)):
            seat = free_seat(self, others, posture, of=found, who=who)
            if seat is not None:
                return seat
        if sits == "seat" and not seats_of(found) and can_be_sat_on(found):
            return Stance(found.at, found.facing_deg, found.id, posture)
        return self._at_thing(found, others, relation, posture)

    def user_of(self, thing: Player) -> Point | None:
        """Where the person is who handles a thing, else the first person."""
        user = self.people.get(self.users.get(thing.id, ""))
        first = next(iter(self.people.values()), None)
        return user.at if user else first.at if first else None

    def _at_mark(self, mark: Mark, others: Sequence[Point], posture: str) -> Stance:
        thing = self.things.get(self.renamed.get(mark.seat, mark.seat))
        sits = seat_kind(posture)
        if thing is not None and sits:
            seats = seats_of(thing)
            at, facing_deg = seats[mark.index] if mark.index < len(seats) else (mark.at, 0.0)
            if all(distance(at, each) > 0.35 for each in others):
                return Stance(at, facing_deg, thing.id, posture)
            return free_seat(self, others, posture, near=mark.at) or Stance(
                at, facing_deg, thing.id
            )
        if thing is not None:
            return self._at_thing(thing, others, "", posture)
        if (
            posture == "hang" and "edge" in mark.name and self.plan.shell in _OVER_ABYSS
        ):  # by the hands, under the edge
            at = mark.at[0], self.plan.bounds[3] + _BEYOND_M
            return Stance(at, mark.facing_deg + 180.0, posture=posture, base_m=-_HUNG_M)
        at = self.floor.nearest_free(mark.at, others)
        return Stance(at, mark.facing_deg, posture=posture)

    def _at_person(self, other: Stance, others: Sequence[Point], relation: str) -> Stance:
        ahead = direction(other.facing_deg)
        ways = {"beside": (90, BESIDE_M), "behind": (180, 0.9), "close": (0, _CLOSE_M)}
        first, metres = ways.get(relation, (0, TALK_M))
        others = [each for each in others if each != other.at]
        if relation == "before" and not other.seat:
            metres = 0.9
        floor = self.floor
        for turn in (0, 30, -30, 60, -60, 90, -90, 120, -120, 180):
            away = direction(other.facing_deg + first + turn) * metres
            at = point(np.array(other.at) + away)
            if floor.is_free(at, others):
                break
        else:
            at = floor.nearest_free(point(np.array(other.at) + ahead * metres), others)
        same_way = relation in ("beside", "behind", "before")
        return Stance(at, other.facing_deg if same_way else facing(at, other.at))

    def _at_thing(
        self, thing: Player, others: Sequence[Point], relation: str, posture: str
    ) -> Stance:
        if relation in ("in", "above") and model_of(thing).kind in ("fitting", "structure"):
            return Stance(thing.at, thing.facing_deg, posture=posture)
        order, is_facing = _SIDES.get(relation, _SIDES[""])
        has_back = posture in _BACK_TO_IT or relation == "against"
        if relation == "behind" and posture in _HIDING:  # it is between them and what they watch
            is_facing = True
            order = "right left back" if model_of(thing).kind == "vehicle" else "back right left"
        reach = 0.4 if posture == "lean" else 0.65 if posture in _HIDING else REACH_M
        reach = 0.3 if relation == "against" else reach
        is_thin = model_of(thing).kind == "fitting" and size_of(thing)[2] < 0.3
        wall = model_of(thing).place == "wall" or is_thin  # a window, a door
        if wall:
            order, reach = "front", reach + 0.15
        if relation == "before" and 0.5 < size_of(thing)[1] < 1.4 and not model_of(thing).surface_m:
            reach = 1.1  # that it does not hide them: a grave
        beyond = BESIDE_M if relation == "before" else 0.0  # two of them before a narrow thing
        places = list(places_round(thing, order, reach, beyond, beyond))
        floor = self.floor
        free = (each for each in places if floor.is_free(each[0], others))
        at, out_deg = next(free, (floor.nearest_free(places[0][0], others), places[0][1]))
        facing_deg = (
            facing(at, thing.at) if is_facing and distance(at, thing.at) > 0.05 else out_deg
        )
        if is_facing and abs(size_of(thing)[0]) > 1.4:
            facing_deg = out_deg + 180.0
        if relation == "beside":
            facing_deg = thing.facing_deg
        if relation == "behind" and posture in _HIDING:  # along it, the face to the open side
            facing_deg = max((facing_deg - 50, facing_deg + 50), key=lambda d: -direction(d)[1])
        if wall and relation in ("", "at", "beside"):  # neither out of it nor with the back to it
            facing_deg = thing.facing_deg + (145.0 if "mirror" in thing.model else 110.0)
        if has_back:
            facing_deg = out_deg
        return Stance(at, facing_deg, thing.id if posture == "lean" else "", posture)


def free_marks(occupied: Occupied) -> Iterator[Mark]:
    """Marks on the floor with nobody near, in order."""
    floor = occupied.floor
    for mark in occupied.plan.marks:
        if not mark.seat and floor.is_free(mark.at, occupied.others()):
            yield mark


def surface_spot(
    occupied: Occupied, thing: Player, surface: Player, near: Point | None
) -> tuple[Point, float]:
    """A free place on top of a thing, the nearest to a place, and the height of the top."""
    if model_of(surface).kind == "vehicle":
        return part_of_vehicle(surface, f"{surface.words} {thing.words}")
    width, _, depth = size_of(surface)
    need = max(size_of(thing)[0], size_of(thing)[2], 0.12) / 2
    room = need + (_PRODUCT_GAP_M if thing.is_subject else 0.0)
    top = surface.base_m + top_of(surface)
    taken = [
        (each.at, max(size_of(each)[0], size_of(each)[2]) / 2)
        for each in occupied.things.values()
        if each.id not in (thing.id, surface.id)
        and (
            each.on == surface.id or (abs(each.base_m - top) < 0.05 and gap(each.at, surface) == 0)
        )
    ]
    rows = np.linspace(-1, 1, 5) * max(0.0, depth / 2 - max(0.06, size_of(thing)[2] / 2) - 0.04)
    columns = np.linspace(-1, 1, 9) * max(0.0, width / 2 - need - 0.04)
    spots = [
        point(np.array(own_to_plan((x, z), surface.at, surface.facing_deg)))
        for z in rows
        for x in columns
    ]
    towards = surface.at if near is None else near
    free = [each for each in spots if all(distance(each, at) > room + half for at, half in taken)]
    if not free:  # as far as there is from the others
        free = [max(spots, key=lambda each: min(distance(each, at) - half for at, half in taken))]
    # A hand's width from the edge, rather than on it.
    middle = np.array(surface.at)
    depth_counts = 2.5 if near is None else 1.0  # products stand in a row

    def away(each: Point) -> float:
        x, z = plan_to_own(each, towards, surface.facing_deg)
        return float(np.hypot(x, depth_counts * z)) + 0.6 * distance(each, middle)

    best = min(free, key=away)
    return best, top


def surfaces(occupied: Occupied) -> Iterable[Player]:
    """Things that other things stand on, tables first."""
    things = list(occupied.things.values())
    found = [
        each for each in things
        if model_of(each).surface_m > 0.3
        and not any(o.at == each.at and o.model == each.model and o.base_m > each.base_m
                    for o in things)  # of a stack the topmost
    ]  # fmt: skip
    return sorted(found, key=lambda each: "table" not in each.model and "plinth" not in each.model)
