"""Moves of a shot as ways along the floor, at the speed of the posture and within the picture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shots.lexicon.actions import POSTURES
from shots.staging.floor.marks import REACH_M, Occupied
from shots.staging.floor.people_places import before_what_they_lean_on
from shots.staging.floor.seats import Stance, seat_kind
from shots.staging.floor.work_places import leap_over
from shots.staging.floor_space import (
    along,
    cut_end,
    cut_start,
    direction,
    distance,
    facing,
    length,
    model_of,
    places_round,
    point,
)
from shots.staging.staged import Beat, Player, Point

if TYPE_CHECKING:
    from shots.vocabulary.camera import Camera

# Degrees from the direction in which the camera looks to the way taken, as facings count.
RELATIVE: Mapping[str, float] = {
    "away": 0.0, "towards": 180.0, "left": 90.0, "right": -90.0, "past": 160.0,
}  # fmt: skip
_WITH_CAMERA = {"follow": "away", "lead": "towards", "track-left": "left", "track-right": "right"}
_SCREEN = {"left-to-right": "right", "right-to-left": "left", "towards": "towards", "away": "away"}
_NEAR_PERSON_M = 0.85
_RIDDEN = ("vehicle", "bicycle", "motorcycle", "horse")
_DOWN = re.compile(r"\b(down|descend\w*|downstairs)\b", re.IGNORECASE).search
_VEHICLE_SPEED, _ANIMAL_SPEED, _THING_SPEED = 8.0, 1.4, 1.2
FRAME = re.compile(r"\b(frame|shot|picture)\b", re.IGNORECASE).search
_LEAST_M, _LEFT_M, _MET_M = 0.4, 1.8, 2.2
_OUT_OF = re.compile(r"\bout of (the|a|an|his|her|their|its)\b", re.IGNORECASE).search
_LANDING_M = 0.3  # of a flying animal, from where it is first in the picture


@dataclass(frozen=True)
class Route:
    """A move of a player whose direction depends on the camera, or that has to stay in frame.

    Attributes:
        player: Id.
        beat: Index of its beat.
        arrives: Whether the end of the way is fixed, otherwise the middle or the start.
    """

    player: str
    beat: int
    arrives: bool


def is_relative(player: Player, beat: Beat) -> bool:
    """Whether a way depends on the camera, or on a lane."""
    return beat.to in RELATIVE or (bool(beat.to) and is_vehicle(player))


def is_vehicle(player: Player) -> bool:
    """Whether a player is a vehicle."""
    return player.kind == "thing" and model_of(player).kind == "vehicle"


def speed_of(player: Player, beat: Beat) -> float:
    """Metres a second of a player in a beat that moves."""
    if player.kind == "person":
        return (POSTURES[beat.posture].speed or POSTURES["walk"].speed) * beat.pace
    kind = model_of(player).kind
    usual = {"vehicle": _VEHICLE_SPEED, "animal": _ANIMAL_SPEED}.get(kind, _THING_SPEED)
    posture = POSTURES.get(beat.posture)
    return max(usual, posture.speed if posture and kind == "animal" else 0.0) * beat.pace


def with_directions(players: Sequence[Player], camera: Camera, screen: str) -> list[Player]:
    """Players; those who walk, but the words name no way, take the camera's or the edit's."""
    way = next((_WITH_CAMERA[word] for word in camera.movement if word in _WITH_CAMERA), "")
    goes_along = way in ("towards", "away")
    result = []
    for player in players:
        beats = list(player.beats)
        is_still = not any(beat.to for beat in beats)
        for k, beat in enumerate(beats):
            posture = POSTURES.get(beat.posture)
            if player.kind != "person" or posture is None or not is_still or beat.seat:
                continue
            if posture.speed and beat.posture != "jump":
                beats[k] = replace(beat, to=way or _SCREEN.get(screen, "right"))
            elif goes_along and player.is_subject and beat.posture == "stand" and len(beats) == 1:
                beats[k] = replace(beat, posture="walk", to=way)
        result.append(replace(player, beats=tuple(beats)))
    return result


def ways_to_places(
    players: Sequence[Player], occupied: Occupied, seconds: float
) -> tuple[list[Player], list[Route]]:
    """Players with the ways that lead to a person, a thing, a mark, in or out; and all routes."""
    routes: list[Route] = []
    moved = []
    for player in _with_vehicle_moves(players):
        player = before_what_they_lean_on(player, occupied)
        beats: list[Beat] = []
        at = player.at
        for k, beat in enumerate(player.beats):
            if own_way := _own_way(player, beat, occupied, seconds):
                looks_at = player.near if beat.posture == "walk-back" else beat.looks_at
                beats.append(replace(beat, to="", path=own_way, arrives=True, looks_at=looks_at))
                at = own_way[-1]
                continue
            if is_relative(player, beat):
                routes.append(Route(player.id, len(beats), arrives=False))
                beats.append(beat)
                continue
            after = player.beats[k + 1] if k + 1 < len(player.beats) else None
            if k and player.beats[k - 1].to and not beat.to and beats[-1].seat == "":
                beat = _seated(beat, occupied.people.get(player.id))
            stairs = occupied.find(beat.seat or beat.to or (beats[-1].seat if beats else ""))
            if beat.posture.startswith("climb") and isinstance(stairs, Player):
                way = "down" if beat.to == "down" or _DOWN(beat.words) else ""
                beats.append(replace(beat, seat=stairs.id, to=way, path=()))
                if not k and beat.posture == "climb-ladder":
                    player = replace(player, at=stairs.at, facing_deg=stairs.facing_deg + 180.0)
                continue
            stance = occupied.people.get(player.id)
            rests = not beat.to and stance is not None and stance.seat == beat.seat
            rests = rests and (not k or bool(beat.seat))  # or goes on sitting there
            goal = None if rests else _goal(player, beat, after, occupied, at)
            if goal is None or distance(at, goal.at) < 0.25:  # stays, or is there already
                stays = not beat.to or seat_kind(beat.posture)
                beats.append(beat if stays else replace(beat, posture="stand"))
                continue
            first, *more = _walked_beats(player, beat, goal, occupied, at, seconds, bool(k))
            if (beat.to != "out" or FRAME(beat.words)) and not beat.arrives:
                leaves = len(more) if beat.to == "out" else 0
                arrives = (not k or bool(goal.seat)) and not leaves
                routes.append(Route(player.id, len(beats) + leaves, arrives=arrives))
            beats += [first, *more]
            at = next(each.path[-1] for each in reversed(beats) if each.path)
            occupied.people[player.id] = Stance(at, goal.facing_deg, goal.seat, goal.posture)
        moved.append(starting(player, beats))
    return [_resting(each, seconds) for each in moved], routes


def _own_way(player: Player, beat: Beat, occupied: Occupied, seconds: float) -> tuple[Point, ...]:
    """The way over a thing, down on it, off or out of it, or up to somebody; else empty."""
    reach = min(speed_of(player, beat) * (beat.end - beat.start) * seconds, _LEFT_M)
    if player.kind == "animal" and player.on and beat.to == "in":  # a bee on a flower
        start = np.array(player.at) - _LANDING_M * direction(player.facing_deg - 60.0)
        return point(start), player.at
    other = occupied.people.get(beat.to)
    begins = player.kind == "person" and beat is player.beats[0] and not beat.seat
    flees = other is not None and POSTURES[other.posture].speed and not POSTURES[other.posture].seat
    near = other is not None and 0.1 < distance(player.at, other.at) < _MET_M
    if other is not None and begins and near and not flees:
        away = (np.array(player.at) - other.at) / distance(player.at, other.at)
        start = occupied.floor.straight(np.array(player.at), np.array(player.at) + reach * away)
        return point(start), player.at
    return leap_over(occupied, player.id, beat) or _leaving(player, beat, occupied, reach)


def _leaving(player: Player, beat: Beat, occupied: Occupied, reach: float) -> tuple[Point, ...]:
    """The straight way of who backs off from what they are at, or gets out of it; else empty."""
    thing, backs = occupied.find(player.near), beat.posture == "walk-back" and beat.to == "away"
    if not isinstance(thing, Player) or not (backs or (beat.to == "out" and _OUT_OF(beat.words))):
        return ()
    sides = "left right" if is_vehicle(thing) else "front back left right"
    places = places_round(thing, sides, REACH_M)
    centre = occupied.plan.centre if is_vehicle(thing) else player.at
    at, out = min(places, key=lambda each: distance(each[0], centre))
    end = occupied.floor.straight(np.array(at), np.array(at) + reach * direction(out))
    return at, point(end)


def _walked_beats(
    player: Player, beat: Beat, goal: Stance, occupied: Occupied, at: Point, seconds: float,
    continues: bool,
) -> list[Beat]:  # fmt: skip
    """A beat with its way; one that leads out waits for half of its time."""
    path = occupied.floor.way(at, goal.at)
    if beat.arrives:
        return [moving_on(beat, path, goal)]
    reach = speed_of(player, beat) * (beat.end - beat.start) * seconds
    if beat.to == "out":
        middle = round((beat.start + beat.end) / 2, 4)
        path = cut_end(path, max(reach / 2, _LEAST_M))
        waits = replace(beat, end=middle, to="", posture="stand")
        return [waits, moving_on(replace(beat, start=middle, speaks=()), path, None)]
    # One who continues may not get there; one who begins may begin on the way.
    stalks = player.kind == "animal" and "toward" in beat.words
    ends = continues or stalks
    path = cut_end(path, max(reach, _LEAST_M)) if ends else cut_start(path, reach)
    moving = moving_on(beat, path, goal if path[-1] == goal.at else None)
    if not (goal.seat and seat_kind(beat.posture) and path[-1] == goal.at):
        return [moving]
    walk = length(path) / max(0.1, speed_of(player, beat)) / seconds
    arrival = round(beat.start + min(0.6 * (beat.end - beat.start), walk), 4)
    sits = replace(beat, start=arrival, to="", seat=goal.seat)
    return [replace(moving, end=arrival, gesture="", speaks=()), sits]


def _seated(beat: Beat, stance: Stance | None) -> Beat:
    """A beat of one who has come to a seat."""
    if stance is None or not seat_kind(beat.posture):
        return beat
    return replace(beat, seat=stance.seat)


def _goal(
    player: Player, beat: Beat, after: Beat | None, occupied: Occupied, at: Point
) -> Stance | None:
    """Where a beat leads to; None if it stays."""
    plan = occupied.plan
    if beat.to == "in":
        met = player.near or (after.target or after.to if after is not None else "")
        spot = occupied.spot(player.id, met, player.relation) if met else None
        others = occupied.others(player.id)
        return spot or Stance(occupied.floor.nearest_free(plan.centre, others, 0.95))
    if beat.to == "out":
        exits = plan.entrances
        nearest = min(exits, key=lambda each: distance(each.at, at), default=None)
        return None if nearest is None else Stance(nearest.at, nearest.facing_deg + 180.0)
    rests = seat_kind(beat.posture) in ("seat", "bed") or beat.posture == "lean"
    seat = beat.seat if rests else ""
    if not beat.to and not seat:
        return None
    posture = beat.posture if seat else "stand"
    if posture == "lean" and after is None and player.beats[0] is beat:
        return None
    if after is not None and seat_kind(after.posture) in ("seat", "bed"):
        posture = after.posture
    goal = occupied.spot(player.id, beat.to or seat, "", posture)
    other = occupied.people.get(beat.to)
    if goal is not None and other is not None:
        away = np.array(at) - np.array(other.at)
        near = np.array(other.at) + away / max(1e-6, np.linalg.norm(away)) * _NEAR_PERSON_M
        if occupied.floor.is_free(near, occupied.others(player.id)):
            goal = Stance(point(near), facing(near, other.at))
    return goal


def _with_vehicle_moves(players: Sequence[Player]) -> list[Player]:
    """Moves of those who drive or ride become moves of what carries them."""
    carried = {}
    for player in players:
        for beat in player.beats:
            kind = seat_kind(beat.posture) if player.kind == "person" else ""
            if (kind in _RIDDEN or beat.gesture == "row") and beat.seat:
                to = beat.to or ("" if kind == "vehicle" else "left")
                if to and to not in ("in", "out"):
                    carried[beat.seat] = replace(beat, to=to, seat="", holds=(), speaks=())
    result = []
    for player in players:
        if player.id in carried and not any(each.to for each in player.beats):
            player = replace(player, beats=(carried[player.id],))
        elif player.kind == "person":
            riding = tuple(
                replace(each, to="") if each.seat in carried else each for each in player.beats
            )
            player = replace(player, beats=riding)
        result.append(player)
    return result


def moving_on(beat: Beat, path: tuple[Point, ...], goal: Stance | None) -> Beat:
    """A beat on a way, at its end turned as a goal is."""
    posture = beat.posture
    if POSTURES.get(posture) and not POSTURES[posture].speed:
        posture = "walk"
    turned = None if goal is None else round(goal.facing_deg, 3)
    return replace(beat, posture=posture, path=path, facing_deg=turned, seat="")


def starting(player: Player, beats: list[Beat]) -> Player:
    """A player who begins where the first way begins."""
    if beats and len(beats[0].path) > 1:
        start = beats[0].path[0]
        turned = along(beats[0].path, 0.01)[1] + 180.0 * (beats[0].posture == "walk-back")
        return replace(player, at=start, facing_deg=round(turned, 3), beats=tuple(beats))
    return replace(player, beats=tuple(beats))


def _resting(player: Player, seconds: float) -> Player:
    """Ways that take less than their beat at the usual speed end earlier, and a rest follows."""
    beats: list[Beat] = []
    for k, beat in enumerate(player.beats):
        span = (beat.end - beat.start) * seconds
        walk_s = length(beat.path) / max(0.1, speed_of(player, beat)) if beat.path else span
        after = player.beats[k + 1] if k + 1 < len(player.beats) else None
        rests = player.kind == "person" and beat.to != "out" and not beat.arrives
        if not rests or walk_s > 0.85 * span or len(beat.path) < 2:
            beats.append(beat)
            continue
        end = round(beat.start + (beat.end - beat.start) * walk_s / span, 4)
        beats.append(replace(beat, end=end))
        if after is not None and abs(after.start - beat.end) < 1e-6:
            continue  # the next beat starts as soon as this one ends, see below
        rest = replace(beat, start=end, posture="stand", path=(), to="", facing_deg=None, speaks=())
        beats.append(rest)
    for k in range(1, len(beats)):
        if beats[k].start > beats[k - 1].end + 1e-6:
            beats[k] = replace(beats[k], start=beats[k - 1].end)
    return replace(player, beats=tuple(beats))
