"""Formations of groups: rings, rows, ranks, files, two facing lines, by the words of a shot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from shots.lexicon import grammar
from shots.lexicon.actions import POSTURES
from shots.lexicon.places import Mark
from shots.staging.floor.marks import Occupied
from shots.staging.floor.seats import Stance
from shots.staging.floor_space import (
    direction,
    distance,
    facing,
    own_to_plan,
    point,
    size_of,
    top_of,
)
from shots.staging.staged import Beat, Player, Point, ShotReading

_FINDERS = {
    shape: re.compile(rf"\b({'|'.join(phrases)})\b", re.IGNORECASE).search
    for shape, phrases in grammar.FORMATIONS.items()
}
_AROUND = re.compile(r"\b(a?round|surround\w*|encircl\w*)\b", re.IGNORECASE).search
_LEADS = re.compile(r"\b(lead|first|front|foremost|leading)\b", re.IGNORECASE).search
_FACING_M = 2.0  # from the middle to the first of each of two lines that face each other
_LEAST, _LANE_M = 3, 1.1  # people of a group; from one block to the next


def with_company(reading: ShotReading) -> ShotReading:
    """A reading in which those who are with somebody are where, and as, that one is.

    A row that comes forward comes to the camera; a file crosses the picture.
    """
    players = list(reading.players)
    leads = [p for p in players if p.kind == "person" and p.beats and p.beats[0].words]
    for k, player in enumerate(players):
        first = player.beats[0] if player.beats else None
        if player.kind != "person" or first is None or not player.words:
            continue
        if not first.words and not player.near and first.posture == "stand":
            with_them = (p for p in leads if f"with {player.words}" in p.beats[0].words)
            lead = next(with_them, None)
            if lead is not None:
                as_lead = replace(first, posture=lead.beats[0].posture, words=lead.beats[0].words)
                players[k] = replace(player, near=lead.near, relation=lead.relation,
                                     beats=(as_lead, *player.beats[1:]))  # fmt: skip
        elif (shape_of(player) == "ring" and first.posture == "sit" and not first.seat
              and player.id[-1:].isdigit()):  # fmt: skip
            beats = (replace(first, posture="sit-floor"), *player.beats[1:])
            players[k] = replace(player, beats=beats)
        elif shape_of(player) == "row" and POSTURES[first.posture].speed and not first.to:
            beats = (replace(first, to="towards"), *player.beats[1:])
            players[k] = replace(player, beats=beats)
    return replace(reading, players=tuple(players))


def shape_of(player: Player) -> str:
    """The formation that is said of one of a group, "" for none."""
    return next((shape for shape, find in _FINDERS.items() if find(_words(player))), "")


def is_around(player: Player) -> bool:
    """Whether somebody comes to those who stand around another one."""
    return player.relation == "beside" and bool(_AROUND(_words(player)))


def _words(player: Player) -> str:
    return " ".join((player.words, *(beat.words for beat in player.beats[:1])))


def groups_of(people: Sequence[Player]) -> list[list[Player]]:
    """People who are in one place by one name, or by one thing: three or more."""
    found: dict[str, list[Player]] = {}
    for person in people:
        key = person.near or re.sub(r"-\d+$", "", person.id)
        found.setdefault(key, []).append(person)
    groups = [each for each in found.values() if len(each) >= _LEAST]
    for person in people if groups else ():
        if _LEADS(person.words) and not person.near and person not in groups[0]:
            groups[0].insert(0, person)
    return groups


def form_groups(occupied: Occupied, people: Sequence[Player]) -> None:
    """Give places to the groups whose formation the words name, and to two that face each other."""
    groups = [g for g in groups_of(people) if all(p.id not in occupied.people for p in g)]
    groups = [g for g in groups if len({p.on for p in g}) < len(g)]  # not those on one block each
    for group in groups:
        first = next((beat for person in group for beat in person.beats[:1]), Beat())
        whom = first.target or first.looks_at
        other = next((g for g in groups if g is not group and any(p.id == whom for p in g)), None)
        if other is not None:
            _facing_lines(occupied, group, other)
            return
    for group in groups:
        shape = next(filter(None, map(shape_of, group)), "ring" if is_around(group[0]) else "")
        rests = any(_posture(person) in ("lie", "sleep") for person in group)
        if shape and not rests:
            near = next((each.near for each in group if each.near), "")
            if near not in occupied.people and any(near == each.id for each in people):
                occupied.people[near] = Stance(occupied.plan.centre)
            anchor = occupied.find(near) if near else None
            for person, stance in zip(group, _formed(occupied, group, shape, anchor), strict=True):
                occupied.people[person.id] = stance
                occupied.formed[person.id] = occupied.words.get(person.id, "")


def _facing_lines(occupied: Occupied, left: Sequence[Player], right: Sequence[Player]) -> None:
    """Two lines that open to the default camera, so that nobody hides the next."""
    centre = np.array(occupied.plan.centre)
    for side, group in ((-1.0, left), (1.0, right)):
        for k, person in enumerate(group):
            at = centre + (side * (_FACING_M + 0.42 * k), 0.75 * k - 0.3 * len(group))
            stance = Stance(point(at), -90.0 * side, posture=_posture(person))
            occupied.people[person.id] = stance


def _posture(person: Player) -> str:
    posture = person.beats[0].posture if person.beats else "stand"
    return "sit-floor" if posture == "sit" else posture


def _formed(
    occupied: Occupied, group: Sequence[Player], shape: str, anchor: object
) -> Iterator[Stance]:
    thing = anchor if isinstance(anchor, Player) else None
    middle = thing.at if thing else anchor.at if isinstance(anchor, Stance) else None
    edge = occupied.plan.mark("edge")
    if thing is not None and edge is not None and _posture(group[0]) == "dive":
        yield from _on_blocks(occupied, len(group), thing, edge)
        return
    host = anchor if isinstance(anchor, Stance) and shape == "ring" else None
    spots = {"ring": _ring, "file": _file, "ranks": _ranks, "row": _row}[shape]
    taken: list[Point] = []
    at_thing = shape in ("row", "file") and thing is not None
    middle = middle if middle is not None else occupied.plan.centre
    places = _about(host, len(group)) if host else spots(occupied, group, middle, thing)
    for person, (near, turned) in zip(group, places, strict=True):
        others = [*occupied.others(), *taken]
        at = near if at_thing else occupied.floor.nearest_free(near, others, 0.5)
        taken.append(at)
        yield Stance(at, round(turned, 3), posture=_posture(person))


def _on_blocks(occupied: Occupied, count: int, block: Player, edge: Mark) -> Iterator[Stance]:
    """Each on a block of their own, in a row at the edge of the water."""
    for k in range(count):
        own = (k - (count - 1) / 2) * _LANE_M, -0.5
        at = point(own_to_plan(own, edge.at, edge.facing_deg))
        name = f"{block.id.rpartition('-')[0]}-{k + 1}"
        occupied.things[name] = replace(
            block, id=name, name=name, at=at, facing_deg=edge.facing_deg, is_fixture=True
        )
        yield Stance(at, edge.facing_deg, posture="dive", base_m=top_of(block))


_Spots = Iterator[tuple[Point, float]]


def _ring(_: Occupied, group: Sequence[Player], middle: Point, thing: Player | None) -> _Spots:
    """Round the middle and turned to it, open to the default camera."""
    radius = max(
        0.28 * len(group), 0.85 + (max(size_of(thing)[0], size_of(thing)[2]) / 2 if thing else 0)
    )
    for angle in np.linspace(72.0, 288.0, len(group)):
        at = point(np.array(middle) + radius * direction(float(angle)))
        yield at, facing(at, middle)


def _about(host: Stance, count: int) -> _Spots:
    """Behind somebody and at both sides, as near as they have room, open to what the host faces."""
    radius = max(0.8, 0.19 * count)
    for angle in np.linspace(80.0, 280.0, count):
        at = point(np.array(host.at) + radius * direction(host.facing_deg + float(angle)))
        yield at, facing(at, host.at)


def _row(
    occupied: Occupied, group: Sequence[Player], middle: Point, thing: Player | None
) -> _Spots:
    """Side by side: along a thing and turned to it, else open to the default camera."""
    words = " ".join(beat.words for beat in group[0].beats[:1])
    step = 2.0 if _FINDERS["wide"](words) else 0.72
    turned, before = 0.0, 0.0
    if thing is not None:
        width, _, depth = size_of(thing)
        step = float(np.clip(width / len(group), 0.55, 0.9))
        turned, before = thing.facing_deg, -(depth / 2 + 0.32)
        if not occupied.floor.contains(own_to_plan((0.0, before), thing.at, turned)):
            turned += 180.0
    for k in range(len(group)):
        x = (k - (len(group) - 1) / 2) * step
        at = own_to_plan((x, before + (0.35 * (k % 2) if step > 1 else 0.0)), middle, turned)
        yield point(at), turned + (180.0 if thing is not None else 0.0)


def _file(
    occupied: Occupied, group: Sequence[Player], middle: Point, thing: Player | None
) -> _Spots:
    """One behind the other: to a door along its wall, else across the picture to its right."""
    if thing is None:
        for k in range(len(group)):
            yield point(np.array(middle) + (-(k - (len(group) - 1) / 2) * 0.85, 0.0)), 90.0
        return
    # Of both sides of the thing, the one with more floor.
    ends = [own_to_plan((side * 4.0, -0.45), thing.at, thing.facing_deg) for side in (-1.0, 1.0)]
    room = [occupied.floor.contains(end) for end in ends]
    nearer = [distance(end, occupied.plan.centre) for end in ends]
    side = -1.0 if room[0] and (not room[1] or nearer[0] <= nearer[1]) else 1.0
    half = size_of(thing)[0] / 2 + 0.25
    for k in range(len(group)):
        at = own_to_plan((side * (half + 0.62 * k), -0.45), thing.at, thing.facing_deg)
        yield point(at), thing.facing_deg + side * -90.0


def _ranks(_: Occupied, group: Sequence[Player], middle: Point, thing: Player | None) -> _Spots:
    """Two rows, or three of a large group, the rear ones between those in front."""
    rows = 2 if len(group) <= 10 else 3
    wide = -(-len(group) // rows)
    for k in range(len(group)):
        row, column = divmod(k, wide)
        x = (column - (wide - 1) / 2 + 0.5 * (row % 2)) * 1.1
        yield point(np.array(middle) + (x, row * 1.3)), 0.0
