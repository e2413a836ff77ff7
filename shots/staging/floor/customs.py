"""What is usual in a place and goes without words: who sits there, and who serves behind a bar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from shots.lexicon.actions import POSTURES
from shots.lexicon.places import SETS, SetPlan
from shots.staging.staged import Beat, Player, ShotReading

# What guests sit on by the words for the place, else by its set; "": the nearest seat.
_SEATS: Mapping[str, str] = {
    "park bench": "bench", "bench": "bench", "bar": "bar-stool", "pub": "bar-stool",
    "tavern": "bar-stool", "saloon": "bar-stool", "restaurant": "", "cafe": "",
    "classroom": "", "train": "", "aeroplane-cabin": "", "cinema": "", "dining-room": "",
    "therapist's office": "armchair", "psychologist's office": "armchair",
    "psychiatrist's office": "armchair", "counsellor's office": "armchair",
    "therapy room": "armchair", "therapist's practice": "armchair", "breakfast table": "",
    "dinner table": "", "beer garden": "", "waiting room": "",
}  # fmt: skip
_STAFF_MARKS = ("barkeeper", "salesperson", "cashier", "teacher", "receptionist", "surgeon")
_STAFF = re.compile(
    r"\b(bar(tender|man|maid|keeper|keep|ista)|wait(er|ress)|teacher|professor|lecturer|cook|chef|"
    r"butler|maid|steward(ess)?|attendant|conductor|guards?|detectives?|police(man|men|woman)?|"
    r"officers?|cop|dancers?|musicians?|singer|pianist|band|host(ess)?|owner|cashier|janitor|"
    r"cleaner|nurse|robbers?|gunm[ae]n|intruders?|thugs?|soldiers?|zombies?|bouncer|shop\w*|clerk|"
    r"sales\w*|inspector|salesman|ghost|killer|comedian|magician|bride|groom)\b",
    re.IGNORECASE,
)
_ON_FEET = frozenset(
    ("open-door", "push", "hug", "kick", "punch", "cook", "bow", "play-guitar",
     "shake-hands", "catch", "carry", "hands-up", "pick-up", "put-on", "kiss", "dance", "wipe")
)  # fmt: skip
_STANDS = re.compile(
    r"\b(stand(s|ing)?|stood|danc\w+|sing(s|ing)?|queue\w*|serves?|lines? up|microphone|"
    r"blackboard|front of the class)\b",
    re.IGNORECASE,
)
_UP = re.compile(r"\b(stands? up|gets? up|rises?|jumps? up)\b", re.IGNORECASE).search

_FACE_TO_FACE = ("guide", "hug", "kiss", "kiss-forehead", "whisper", "cling")
_CHILD_M = 0.35  # that a child is smaller
_MEET = re.compile(r"\b(past|pass(es|ing)?|by|meets?|bump\w*|cross(es)?)\b", re.IGNORECASE).search
_STAIRS = re.compile(r"\bon the (\w+ )?(stairs|steps?|staircase|stairway)\b", re.IGNORECASE).search


def by_custom(reading: ShotReading) -> ShotReading:
    """A reading in which guests sit where guests sit, unless its words say what they do instead."""
    reading = _down_to_children(_on_stairs(reading))
    place = reading.place
    model = _SEATS.get(place.words.lower(), _SEATS.get(place.set))
    plan = SETS.get(place.set)
    if plan is not None:
        reading = replace(
            reading, players=tuple(_at_own_mark(player, plan) for player in reading.players)
        )
    if model is None or plan is None:
        return reading
    fixtures = [each for each in plan.fixtures if each.model == model]
    mark = next((m.name for m in plan.marks if m.name in _STAFF_MARKS), "")
    players = []
    for player in reading.players:
        first = player.beats[0] if player.beats else Beat()
        if player.kind == "person" and not player.near and not first.to and not first.seat:
            if plan.fixture(first.target) is not None:
                pass  # a teacher at the blackboard
            elif _STAFF.search(f"{player.id} {player.words}"):
                is_behind = mark and not first.target and not POSTURES[first.posture].speed
                if is_behind or player.id.startswith(("bar", "teacher")):
                    player = replace(player, near=mark, relation="at" if mark else "")
            elif _may_sit(player, {each.name for each in plan.fixtures}):
                near = fixtures[0].name if fixtures else ""
                sits = replace(first, posture="sit", seat="")
                player = replace(player, near=near, relation="on" if near else "",
                                 beats=(sits, *player.beats[1:]))  # fmt: skip
        players.append(player)
    return replace(reading, players=tuple(players))


def _at_own_mark(player: Player, plan: SetPlan) -> Player:
    """A person at the mark that is named after their trade, or at the wall that they climb."""
    first = player.beats[0] if player.beats else Beat()
    is_free = not (player.near or first.to or first.seat) and POSTURES[first.posture].top >= 1.0
    own = "wall" if any(beat.posture == "hang" for beat in player.beats) else player.id
    is_away = POSTURES[first.posture].speed or plan.fixture(first.target) is not None
    if player.kind != "person" or not is_free or is_away or plan.mark(own) is None:
        return player
    return replace(player, near=own, relation="at")


def _may_sit(player: Player, fixtures: set[str]) -> bool:
    """Whether nothing that somebody does needs the feet, before they get up or go."""
    first = player.beats[0] if player.beats else Beat()
    is_busy = first.gesture in _ON_FEET or (first.target in fixtures and first.gesture != "look")
    words = " ".join((first.words, *(beat.words for beat in player.beats if not _UP(beat.words))))
    return first.posture in ("stand", "sit") and not (is_busy or _STANDS.search(words))


def _seated_on(player: Player, stairs: str) -> Player:
    """A player whose seat is the stairs, where the words name no other."""
    beats = (
        replace(beat, seat=stairs) if beat.posture.startswith("sit") and not beat.seat else beat
        for beat in player.beats
    )
    return replace(player, beats=tuple(beats))


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


def _on_stairs(reading: ShotReading) -> ShotReading:
    """Of two who meet on stairs, the one who acts comes down and the other goes up."""
    plan = SETS.get(reading.place.set)
    stairs = next((f.name for f in plan.fixtures if f.model == "stairs"), "") if plan else ""
    people = [each for each in reading.players if each.kind == "person"]
    words = " ".join(beat.words for each in people for beat in each.beats)
    if stairs and _STAIRS(words):
        reading = replace(reading, players=tuple(_seated_on(p, stairs) for p in reading.players))
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
