"""What is usual in a place and goes without words: who sits there, and who serves behind a bar."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from shots.lexicon.actions import POSTURES
from shots.lexicon.places import SETS, SetPlan
from shots.lexicon.things import MODELS
from shots.lexicon.word_tables import mapping_of, read_sections
from shots.staging.staged import Beat, NotStaged, Player, ShotReading
from shots.staging.standing import FIGURE_M

_TABLES = read_sections("customs.words")


def _words(section: str) -> list[str]:
    return ", ".join(_TABLES[section]).split(", ")


def finder(section: str) -> Callable[[str], re.Match[str] | None]:
    """The search for the words of a section of the customs."""
    return re.compile(rf"\b({'|'.join(_words(section))})\b", re.IGNORECASE).search


_SEATS = mapping_of(_TABLES["seats"])
_STAFF_MARKS, _ON_FEET = _words("staff marks"), _words("on feet")
_STAFF, _STANDS, _UP = finder("staff"), finder("stands"), finder("up")
_MEET, _STAIRS, _SHOULDERS = finder("meet"), finder("stairs"), finder("shoulders")
_MARKS_OF_TRADES = mapping_of(_TABLES["marks of trades"])
_MARKS_OF_ACTS = mapping_of(_TABLES["marks of acts"])
_LOW_WALL = (3.0, 0.5, 0.36)
_CHANGED = ("stand", "crouch", "kneel", "crawl", "sneak", "walk")
_LOW = ("crouch", "knees-floor", "crawl")  # the highest first
_FACE_TO_FACE = ("guide", "hug", "kiss", "kiss-forehead", "whisper", "cling")
_UP_OR_DOWN = re.compile(r"\b(up|down) (?:the|a|an)\b", re.IGNORECASE).search
_BACKS = re.compile(r"\bback\w*( away| up)?\b", re.IGNORECASE).search
_KNOCKS = ("reach", "push", "kick", "shove")
_CHILD_M = 0.35  # that a child is smaller


def by_custom(reading: ShotReading) -> ShotReading:
    """A reading in which guests sit where guests sit, unless its words say what they do instead."""
    reading = _knocked_down(_fitted(_down_to_children(_on_stairs(reading))))
    place = reading.place
    model = _SEATS.get(place.words.lower(), _SEATS.get(place.set))
    plan = SETS.get(place.set)
    if plan is not None:
        placed = tuple(_at_own_mark(player, plan) for player in _one_each(reading, plan))
        reading = replace(reading, players=placed)
    if model is None or plan is None:
        return reading
    fixtures = [each for each in plan.fixtures if each.model == model]
    mark = next((m.name for m in plan.marks if m.name in _STAFF_MARKS), "")
    players: list[Player] = []
    for player in reading.players:
        first = player.beats[0] if player.beats else Beat()
        if player.kind == "person" and not player.near and not first.to and not first.seat:
            if plan.fixture(first.target) is not None:
                pass  # a teacher at the blackboard
            elif _STAFF(f"{player.id} {player.words}"):
                is_behind = mark and not first.target and not POSTURES[first.posture].speed
                if is_behind or player.id.startswith(("bar", "teacher")):
                    player = replace(player, near=mark, relation="at" if mark else "")
            elif _may_sit(player, {each.name for each in plan.fixtures}):
                taken = sum(each.relation == "on" for each in players)  # the next one is free
                seats = [each.name for each in fixtures for _ in MODELS[each.model].seats]
                near = seats[min(taken, len(seats) - 1)] if seats else ""
                sits = replace(first, posture="sit", seat="")
                player = replace(player, near=near, relation="on" if near else "",
                                 beats=(sits, *player.beats[1:]))  # fmt: skip
        players.append(player)
    return replace(reading, players=tuple(players))


def _one_each(reading: ShotReading, plan: SetPlan) -> list[Player]:
    """Players of whom those on things that the set has a row of are on one each: on the blocks."""
    models = {each.name: each.model for each in plan.fixtures}
    models |= {each.id: each.model for each in reading.players if each.kind == "thing"}
    players, taken = list(reading.players), 0
    for k, player in enumerate(players):
        dives = bool(player.beats) and player.beats[0].posture == "dive"
        model = models.get(player.on or (player.near if dives else ""), "")
        row = [f.name for f in plan.fixtures if f.model == model and MODELS[model].surface_m]
        if player.kind == "person" and taken < len(row) > 2:
            players[k] = replace(player, on=row[taken], near="", relation="")
            taken += 1
    return players


def _at_own_mark(player: Player, plan: SetPlan) -> Player:
    """A person at the mark of their trade or act: a teller, a keeper in the goal, on an edge."""
    first = player.beats[0] if player.beats else Beat()
    postures = {beat.posture for beat in player.beats}
    acts = next((each for each in _MARKS_OF_ACTS if each in postures), "")
    is_free = not (player.near or first.to or first.seat)
    is_busy = POSTURES[first.posture].speed or plan.fixture(first.target) is not None
    is_busy = is_busy or POSTURES[first.posture].top != 1.0
    trade = _MARKS_OF_TRADES.get(player.id.split("-")[0], "")
    names = ["" if is_busy else player.id, trade, *_MARKS_OF_ACTS.get(acts, "").split()]
    mark = next((each for each in names if plan.mark(each)), "")
    if player.kind != "person" or not is_free or not mark:
        return player
    return replace(player, near=mark, relation="at")


def _may_sit(player: Player, fixtures: set[str]) -> bool:
    """Whether nothing that somebody does needs the feet, before they get up or go."""
    first = player.beats[0] if player.beats else Beat()
    is_busy = first.gesture in _ON_FEET or (first.target in fixtures and first.gesture != "look")
    words = " ".join((first.words, *(beat.words for beat in player.beats if not _UP(beat.words))))
    return first.posture in ("stand", "sit") and not (is_busy or _STANDS(words))


def _down_to_children(reading: ShotReading) -> ShotReading:
    """Who is much taller goes down on a knee for what is done face to face."""
    tall = {each.id: each.look.height_m for each in reading.players if each.look is not None
            and not any(POSTURES[beat.posture].top < 0.25 for beat in each.beats)}  # fmt: skip
    pairs = [{each.id, beat.target} for each in reading.players for beat in each.beats
             if beat.gesture in _FACE_TO_FACE and beat.posture == "stand"]  # fmt: skip
    players = list(reading.players)
    for k, player in enumerate(players):
        mine = [pair - {player.id} for pair in pairs if player.id in pair]
        others = [tall.get(name, 9.0) for names in mine for name in names]
        if others and tall.get(player.id, 0.0) - min(others) > _CHILD_M:
            beats = [replace(beat, posture="kneel") if beat.posture == "stand" else beat
                     for beat in player.beats or (Beat(),)]  # fmt: skip
            beats = [replace(beat, gesture="kiss-forehead") if beat.gesture == "kiss" else beat
                     for beat in beats]  # fmt: skip
            players[k] = replace(player, beats=tuple(beats))
    return replace(reading, players=tuple(players))


def _fitted(reading: ShotReading) -> ShotReading:
    """People as low as what they are under, or seated with one in the lap; low walls to sit on."""
    plan, named = SETS.get(reading.place.set), {each.id: each for each in reading.players}
    sat_on = {beat.seat for each in reading.players for beat in each.beats}
    laps = {each.near for each in reading.players
            if each.relation == "in" and each.beats and each.beats[0].posture == "sit"}  # fmt: skip
    players = []
    for player in reading.players:
        thing = named.get(player.near) or (plan.fixture(player.near) if plan else None)
        model = MODELS.get(thing.model) if thing and player.relation == "under" else None
        high, posture = (thing.size or model.size)[1] if thing and model else 0.0, ""
        tall = player.look.height_m if player.look else FIGURE_M
        if player.id in laps:
            posture = "sit"
        elif player.kind == "person" and model and model.kind == "furniture" and high < 0.9 * tall:
            fits = (each for each in _LOW if POSTURES[each].top * tall < high + 0.1)
            posture = next(fits, "lie-floor")
        if posture and player.kind == "person":
            beats = (replace(beat, posture=posture, to="") if beat.posture in _CHANGED else beat
                     for beat in player.beats or (Beat(),))  # fmt: skip
            player = replace(player, beats=tuple(beats))
        is_low = player.id in sat_on and player.model == "wall"
        players.append(replace(player, size=_LOW_WALL) if is_low else player)
    return replace(reading, players=tuple(players))


def _climbing(player: Player, stairs: str) -> Player:
    """Somebody who goes up or down the stairs that they are at climbs them."""
    first = player.beats[0] if player.kind == "person" and player.beats else Beat()
    way = _UP_OR_DOWN(first.words) if stairs and player.near == stairs else None
    if way is None or not POSTURES[first.posture].speed:
        return player
    to = "down" if way[1].lower() == "down" else ""
    climbs = replace(first, posture="climb-stairs", seat=stairs, to=to)
    return replace(player, beats=(climbs, *player.beats[1:]))


def _knocked_down(reading: ShotReading) -> ShotReading:
    """What falls because of somebody's hand does so when the hand has come to it."""
    acts = {(beat.target, beat.start): beat for each in reading.players for beat in each.beats
            if beat.gesture in _KNOCKS}  # fmt: skip
    players = []
    for player in reading.players:
        first = player.beats[0] if player.beats else Beat()
        act = acts.get((player.id, first.start)) if first.gesture == "fall" else None
        if act is not None:
            falls = round(act.start + 0.6 * (act.end - act.start), 4)
            waits = replace(first, end=falls, gesture="", posture="stand")
            player = replace(player, beats=(waits, replace(first, start=falls, end=1.0)))
        players.append(player)
    return replace(reading, players=tuple(players))


def _on_stairs(reading: ShotReading) -> ShotReading:
    """Of two who meet on stairs, the one who acts comes down and the other goes up."""
    plan = SETS.get(reading.place.set)
    stairs = next((f.name for f in plan.fixtures if f.model == "stairs"), "") if plan else ""
    people = [each for each in reading.players if each.kind == "person"]
    words = " ".join(beat.words for each in people for beat in each.beats)
    if stairs and _STAIRS(words):
        players = [replace(each, beats=tuple(
            replace(beat, seat=stairs) if beat.posture.startswith("sit") and not beat.seat else beat
            for beat in each.beats)) for each in reading.players]  # fmt: skip
        reading = replace(reading, players=tuple(players))
    players = [_climbing(each, stairs) for each in reading.players]
    reading = replace(reading, players=tuple(players))
    missed = {"there are no steps in this place": not stairs and " sit" in words and _STAIRS(words),
              "it is shown as climbing": any(b.posture == "climb-stairs" for p in reading.players
                                             for b in p.beats) and _BACKS(words),
              "they are shown in the arms": "carr" in words and _SHOULDERS(words)}  # fmt: skip
    lost = tuple(NotStaged(found[0], why) for why, found in missed.items() if found)
    reading = replace(reading, not_staged=(*reading.not_staged, *lost))
    if not stairs or len(people) != 2 or not (_MEET(words) and _STAIRS(words)):
        return reading
    comes_down = next(each.id for each in people if each.beats and each.beats[0].words)
    players = []
    for player in reading.players:
        if player.kind == "person":
            to = "down" if player.id == comes_down else ""
            beats = player.beats or (Beat(),)
            first = replace(beats[0], posture="climb-stairs", seat=stairs, to=to, path=())
            player = replace(player, beats=(first, *beats[1:]))
        players.append(player)
    return replace(reading, players=tuple(players))
