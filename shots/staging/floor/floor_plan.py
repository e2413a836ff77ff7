"""The floor plan of a scene: places for the cast and the things, kept from shot to shot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np

from shots.lexicon.actions import GESTURES, POSTURES
from shots.lexicon.places import SETS, SetPlan
from shots.lexicon.places import Mark as FloorMark
from shots.staging.floor.groups import form_groups, is_around
from shots.staging.floor.marks import Occupied, surfaces
from shots.staging.floor.people_places import (
    MOST_IN_AN_ARC,
    beneath,
    entrance,
    is_crowd,
    on_person,
    on_top,
    place_freely,
)
from shots.staging.floor.seats import Stance, bring_seat, faces, free_seat, is_backdrop, seat_kind
from shots.staging.floor.thing_places import SMALL_M, put_thing
from shots.staging.floor.work_places import relations, send_to_work, users
from shots.staging.floor_space import direction, distance, facing, gap, model_of, point, size_of
from shots.staging.staged import CAMERA, Beat, Place, Player, ShotReading
from shots.staging.standing import beat_at, standing

_AIM_M = 2.1  # from each of several who aim at somebody
_OPEN = 25.0  # half extent in metres of a set without a plan
_STANDS = re.compile(r"\b(stand|stands|standing|stood|walk|walks|walking)\b", re.IGNORECASE)
_GETS_UP = re.compile(r"\b(stands?|stood|gets?|rises?|jumps?|(?<!spoons )up)\b", re.IGNORECASE)


def plan_of(place: Place) -> SetPlan:
    """The floor plan of a place; an open one for a set without a plan."""
    if place.set in SETS:
        return SETS[place.set]
    ring = [point(direction(angle) * 1.1) for angle in (0.0, 180, 90, -90, 45, -45)]
    marks = [FloorMark("centre", (0.0, 0.0))]
    marks += [FloorMark(f"mark-{k + 1}", at) for k, at in enumerate(ring)]
    sides = (FloorMark("left", (-9.0, 0.0), 90.0), FloorMark("right", (9.0, 0.0), -90.0))
    lanes = (((-_OPEN, 3.5), (_OPEN, 3.5)), ((_OPEN, 6.5), (-_OPEN, 6.5)))
    bounds = (-_OPEN, -_OPEN, _OPEN, _OPEN)
    return SetPlan(
        place.set, place.is_interior, bounds, marks=tuple(marks), entrances=sides, lanes=lanes
    )


@dataclass
class ScenePlan:
    """Where everybody and everything of a scene is, before and after each of its shots.

    Attributes:
        readings: Of the scene's shots on this set, in the order of the cut.
        plan: The set; None: that of the first reading.
        occupied: The set as it is now.
        cast: People by id, as first named.
        introduced: People and things by id that a shot has named.
        line_sides: Side of the line of action that the cameras are on, and where it runs, by pair.
        holding: What people had in their hands when the last shot ended.
    """

    readings: Sequence[ShotReading]
    plan: SetPlan | None = None
    occupied: Occupied = field(init=False)
    cast: dict[str, Player] = field(default_factory=dict)
    introduced: dict[str, Player] = field(default_factory=dict)
    line_sides: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    holding: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Give a place to the cast of all shots, so that a pair is one from the first shot."""
        self.occupied = Occupied.of(self.plan or plan_of(self.readings[0].place))
        things = _first(self.readings, lambda each: each.kind != "person" and not self.is_set(each))
        for reading in self.readings:
            for held, user in users(reading).items():
                self.occupied.users.setdefault(held, user)
            for each in reading.players:
                self.occupied.words.setdefault(each.id, _words_of(each))
                if each.look is not None:
                    self.occupied.heights[each.id] = each.look.height_m
        names = {each.id for each in things}
        things.sort(key=lambda each: each.on in names)  # after what they are on
        large = [each for each in things if max(size_of(each)) > SMALL_M]
        for thing in large:
            put_thing(self.occupied, thing)
        cast = _first(self.readings, lambda each: each.kind == "person")
        self.cast = {each.id: each for each in cast}
        cast = [each for each in cast if not _comes_in(each)]
        for reading in self.readings:
            for who, whom in relations(reading, [each.id for each in cast]).items():
                self.occupied.partners.setdefault(who, whom)
        last = [each for each in cast if is_around(each) and each.near in self.cast]
        self.place_people([each for each in cast if each not in last])
        for thing in things:  # small things and animals are by people
            if thing not in large or (thing.kind == "animal" and not thing.near):
                put_thing(self.occupied, thing)
        send_to_work(self.occupied, cast, is_first=True)
        self.place_people(last)

    def copy(self) -> ScenePlan:
        """A scene in the same state; what changes in one does not change in the other."""
        kept = copy(self)
        kept.occupied = copy(self.occupied)
        for part in (kept, kept.occupied):
            own = {name: dict(each) for name, each in vars(part).items() if isinstance(each, dict)}
            vars(part).update(own)
        return kept

    def is_set(self, player: Player) -> bool:
        """Whether a thing is the set itself: the tram in which a scene plays."""
        place = self.readings[0].place
        return player.kind == "thing" and player.model == place.set and place.is_interior

    def begin(self, reading: ShotReading) -> tuple[Player, ...]:
        """Everybody and everything of a shot at its start, without the ways they walk.

        The rest of the cast comes last of the people; `is_drawn` tells who of it is there by now.
        """
        for name in reading.absent:
            self.occupied.people.pop(name, None)
        people = [each for each in reading.players if each.kind == "person"]
        objects = [p for p in reading.players if p.kind != "person" and not self.is_set(p)]
        objects.sort(key=lambda each: bool(each.on))  # after what they are on
        for thing in objects:
            drives = any(beat.to for beat in thing.beats) and model_of(thing).kind == "vehicle"
            if drives or self._is_new(thing):
                put_thing(self.occupied, thing)
        self.occupied.partners.update(relations(reading, list(self.occupied.people)))
        self.occupied.users.update(users(reading))
        self.occupied.words.update((each.id, _words_of(each)) for each in reading.players)
        self._place_again(people)
        send_to_work(self.occupied, people)
        present = {each.id: each for each in people}
        for name, player in self.cast.items():
            if name in self.occupied.people and name not in present:
                spot = self.occupied.people[name]
                rests = Beat(posture=spot.posture, seat=spot.seat)
                present[name] = replace(player, beats=(rests,), is_subject=False, words="")
        named = {each.id: each for each in objects}
        laid = {each.id for each in objects if each.near or each.on}  # and held no more
        for name, held_by in self.holding.items():
            self.holding[name] = tuple(each for each in held_by if each[1] not in laid)
        placed = [self._at_spot(each) for each in present.values()]
        held = {thing for each in placed for _, thing in each.beats[0].holds}
        things = []
        for thing_id, thing in self.occupied.things.items():
            before = tuple(beat for beat in thing.beats if beat.start < 0)
            now = named.get(thing_id, replace(thing, beats=(), is_subject=False, words=""))
            if thing.is_fixture or thing_id in {*named, *self.introduced, *held}:
                things.append(replace(
                    now, at=thing.at, facing_deg=thing.facing_deg, base_m=thing.base_m,
                    on=thing.on, size=now.size or thing.size, is_fixture=thing.is_fixture,
                    colour=now.colour or thing.colour, beats=now.beats or before,
                ))  # fmt: skip
        self.introduced.update((each.id, each) for each in reading.players)
        order = {"person": 0, "animal": 1, "thing": 2}
        things.sort(key=lambda each: (order[each.kind], each.is_fixture))
        return (*placed, *things)

    def is_drawn(self, player: Player, reading: ShotReading) -> bool:
        """Whether somebody has been named by this shot or an earlier one."""
        return player.kind != "person" or player.id in (*self.introduced, reading.over)

    def end(self, players: Iterable[Player]) -> None:
        """Take over where everybody is after a shot."""
        by_id = {each.id: each for each in players}
        people = [each for each in by_id.values() if each.kind == "person"]
        held = {thing for each in people for _, thing in beat_at(each, 1.0).holds}
        for player in by_id.values():
            last = standing(player, 1.0, by_id)
            if player.kind == "person":
                beat = beat_at(player, 1.0)
                if any(each.to == "out" and each.path for each in player.beats):
                    self.occupied.people.pop(player.id, None)
                    self.introduced.pop(player.id, None)
                    continue
                if not any(each.path or each.facing_deg is not None for each in player.beats):
                    # What is cheated for one camera is not for the next.
                    spot = self.occupied.people[player.id]
                    last = replace(last, at=spot.at, facing_deg=spot.facing_deg)
                posture = beat.posture if not POSTURES[beat.posture].speed else "stand"
                seat = beat.seat if seat_kind(posture) or posture == "lean" else ""
                seat = seat or (self.occupied.people[player.id].seat if posture == "sit" else "")
                high = 0.0 if any(each.path for each in player.beats) else player.base_m
                spot = Stance(last.at, last.facing_deg, seat, posture, high)
                self.occupied.people[player.id] = spot
                self.holding[player.id] = beat.holds
            elif player.id in self.occupied.things and player.id not in held:
                self.occupied.things[player.id] = replace(
                    self.occupied.things[player.id], at=last.at, facing_deg=last.facing_deg
                )

    def place_people(self, people: Sequence[Player]) -> None:
        """Give a spot to people who have none: those with a place in the words first."""
        form_groups(self.occupied, people)
        placed = self.occupied.people
        waiting = []
        for person in people:
            by_words = person.id not in placed and not is_crowd(person.id)
            spot = self._spot_by_words(person) if by_words else None
            if spot is not None:
                placed[person.id] = spot
            elif person.id not in placed:
                waiting.append(person)
        aiming = [p for p in waiting if p.beats and p.beats[0].gesture == "aim"]
        aimed_at = {self.occupied.partners.get(p.id, "") for p in aiming if len(aiming) > 1}
        targets = [each for each in waiting if each.id in aimed_at and each not in aiming]
        place_freely(self.occupied, targets, 0)
        waiting = [each for each in waiting if each not in targets]
        aiming = [p for p in aiming if self.occupied.partners.get(p.id, "") in placed]
        for k, person in enumerate(aiming if len(aiming) > 1 else ()):
            target = placed[self.occupied.partners[person.id]]
            turned = target.facing_deg + (1 - 2 * (k % 2)) * (55.0 + 22.0 * (k // 2))
            at = point(np.array(target.at) + _AIM_M * direction(turned))  # at both sides
            at = self.occupied.floor.nearest_free(at, self.occupied.others())
            placed[person.id] = Stance(at, facing(at, target.at))
            waiting.remove(person)
        for person in list(waiting):
            partner = self.occupied.partners.get(person.id, "")
            if partner in placed and len(waiting) <= MOST_IN_AN_ARC:
                held = any(p.id == partner and p.relation == "against" for p in people)
                opposite = self.occupied.spot(person.id, partner, "close" if held else "")
                assert opposite is not None
                placed[person.id] = opposite
                waiting.remove(person)
        place_freely(self.occupied, waiting, self.readings[0].place.seed)
        for person in people:
            self._face_partner(person)
        for person in people:
            if carried := on_person(self.occupied, person):
                placed[person.id] = carried

    def _place_again(self, people: Sequence[Player]) -> None:
        """Keep the spots of people, but where the words of this shot say something else."""
        placed = self.occupied.people
        for person in people:
            spot = placed.get(person.id)
            is_formed = self.occupied.formed.get(person.id) == _words_of(person)
            if spot is None or is_crowd(person.id) or is_formed:
                continue
            new = self._spot_by_words(person)
            first = person.beats[0] if person.beats else Beat()
            posture = first.posture
            leaves = spot.seat and posture != "stand" and not (seat_kind(posture) or first.to)
            if new is None and leaves:
                at = self.occupied.floor.nearest_free(spot.at, self.occupied.others(person.id))
                placed[person.id] = Stance(at, spot.facing_deg, posture=posture)
            if new is not None and not self._is_there(person, spot, new):
                placed[person.id] = new
        for person in people:
            if person.id not in placed and _comes_in(person):
                placed[person.id] = entrance(self.occupied)
        self.place_people(people)

    def _is_there(self, person: Player, spot: Stance, new: Stance) -> bool:
        """Whether somebody already is where the words say."""
        thing, seat = self.occupied.find(person.near), spot.seat
        if new.seat:
            named = person.near or any(beat.seat for beat in person.beats)
            return seat == new.seat or (bool(seat) and (not named or isinstance(thing, Player)))
        if isinstance(thing, Player) and not seat:
            return gap(spot.at, thing) < 0.8
        return distance(spot.at, new.at) < 1.3 and not seat

    def _spot_by_words(self, person: Player) -> Stance | None:
        """The spot that posture, seat and place words of the first beat lead to."""
        return (
            on_top(self.occupied, person) or beneath(self.occupied, person)
            or self._seat_at_table(person) or self._named_spot(person) or self._facing_seat(person)
        )  # fmt: skip

    def _facing_seat(self, person: Player) -> Stance | None:
        """A seat opposite to a seated partner, for one over whose shoulder a shot looks."""
        partner = self.occupied.people.get(self.occupied.partners.get(person.id, ""))
        waits = all(b.posture == "stand" and not (b.to or b.gesture) for b in person.beats)
        over = any(reading.over == person.id for reading in self.readings)
        if not over or not waits or partner is None or not partner.seat or person.near:
            return None
        others = self.occupied.others(person.id)
        near = point(np.array(partner.at) + 1.3 * direction(partner.facing_deg))
        seat = free_seat(self.occupied, others, "sit", near=near, who=person.id)
        return seat if seat is not None and faces(seat, partner) else None

    def _named_spot(self, person: Player) -> Stance | None:
        beat = person.beats[0] if person.beats else Beat()
        if beat.to and beat.to not in ("in", "out") and not (person.near or beat.seat):
            return None
        gesture = GESTURES.get(beat.gesture)
        posture = beat.posture
        if gesture is not None and gesture.posture and posture == "stand" and not person.near:
            posture = gesture.posture
        kind = seat_kind(posture)
        named = beat.seat or person.near
        if not named and kind == "vehicle":
            named = next((i for i, t in self.occupied.things.items()
                          if model_of(t).kind == "vehicle" and model_of(t).seats), "")  # fmt: skip
        if named and (named != person.id or self.occupied.plan.mark(named)):
            spot = self.occupied.spot(person.id, named, person.relation, posture)
            if spot is not None and not (kind == "seat" and not spot.seat):
                return spot
        if kind in ("seat", "bed"):
            partner = self.occupied.place_of(named) or self.occupied.plan.centre
            others = self.occupied.others(person.id)
            at = self.occupied.find(named)
            free = free_seat(self.occupied, others, posture, near=partner, who=person.id)
            reach = 2.0 if isinstance(at, Player) else 4.0
            beside = at.at if at else partner
            is_before = isinstance(at, Player) and person.relation == "before" and is_backdrop(at)
            if free is None or is_before or (named and distance(free.at, beside) > reach):
                free = bring_seat(self.occupied, posture, named, person.relation)
            return free
        if not named and gesture is not None and gesture.needs == "thing" and beat.target:
            fixture = self.occupied.things.get(beat.target)
            if fixture is not None and model_of(fixture).kind in ("fitting", "furniture"):
                return self.occupied.spot(person.id, beat.target, "", posture)
        return None

    def _seat_at_table(self, person: Player) -> Stance | None:
        """A free seat at the table where somebody eats or works, if no words place them."""
        first = person.beats[0] if person.beats else Beat()
        worked = first.target if seat_kind(first.posture) == "seat" else ""
        tables = (each for each in surfaces(self.occupied) if "table" in each.model
                  and (first.gesture == "eat" or each.id == worked))  # fmt: skip
        is_placed = person.near or first.seat or first.to or _STANDS.search(first.words)
        if (table := next(tables, None)) is None or size_of(table)[1] < 0.6 or is_placed:
            return None
        others = self.occupied.others(person.id)
        return free_seat(self.occupied, others, "sit", of=table, who=person.id)

    def _face_partner(self, person: Player) -> None:
        """Turn somebody on their feet to whom they relate to, or into the lens."""
        spot = self.occupied.people.get(person.id)
        if spot is None or spot.seat or spot.posture in ("lie", "sleep", "lie-floor", "swim"):
            return
        beat = person.beats[0] if person.beats else Beat()
        whom = beat.target or beat.looks_at or self.occupied.partners.get(person.id, "")
        shares = person.relation in ("before", "under") and not (beat.target or beat.looks_at)
        if whom == CAMERA or (shares and person.near not in self.occupied.people and person.near):
            return  # what they are before is what they look at
        at = self.occupied.place_of(whom)
        if at is not None and whom != person.id and distance(at, spot.at) > 0.1:
            turned = replace(spot, facing_deg=round(facing(spot.at, at), 3))
            self.occupied.people[person.id] = turned

    def _at_spot(self, person: Player) -> Player:
        """A person at the spot, with the first beats as continuity has them."""
        spot = self.occupied.people[person.id]
        beats = list(person.beats or (Beat(),))
        first = beats[0]
        rests = spot.posture if seat_kind(spot.posture) or spot.seat else ""
        for k, beat in enumerate(beats):
            kind = seat_kind(beat.posture)
            if k and beats[k - 1].posture != spot.posture:
                break
            stays = beat.posture == "stand" and not (beat.to or _GETS_UP.search(beat.words))
            if rests and stays:
                beats[k] = replace(beat, posture=rests, seat=spot.seat)
            elif kind and spot.seat:
                beats[k] = replace(beat, seat=spot.seat)
        gets_up = rests and not beats[0].seat and not (first.path or first.to)
        if gets_up and first.posture == "stand" and _GETS_UP.search(first.words):
            part = round(first.start + 0.3 * (first.end - first.start), 4)
            sits = Beat(first.start, part, rests, seat=spot.seat, holds=first.holds)
            beats[:1] = [sits, replace(first, start=part)]
        if not first.holds and self.holding.get(person.id) and not first.gesture:
            beats[0] = replace(beats[0], holds=self.holding[person.id])
        high = 0.0 if first.to else spot.base_m
        return replace(
            person, at=spot.at, facing_deg=spot.facing_deg, base_m=high, beats=tuple(beats)
        )

    def _is_new(self, thing: Player) -> bool:
        old = self.occupied.things.get(thing.id)
        return old is None or bool((thing.near or thing.on) and thing.id not in self.introduced)


def _words_of(player: Player) -> str:
    """What a shot says of somebody."""
    return " ".join((player.words, *(beat.words for beat in player.beats)))


def _comes_in(person: Player) -> bool:
    return bool(person.beats) and person.beats[0].to == "in"


def _first(readings: Iterable[ShotReading], chosen: Callable[[Player], bool]) -> list[Player]:
    """The first mention of each chosen player of a scene."""
    found: dict[str, Player] = {}
    for reading in readings:
        for player in reading.players:
            if chosen(player):
                found.setdefault(player.id, player)
    return list(found.values())
