"""Camera set-ups of things and animals: one or several, three quarters from the front."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from shots.staging.cameras.set_up import TIGHT, Filming, SetUp, composed, frame_thing
from shots.staging.floor.moves_on_plan import RELATIVE, is_vehicle
from shots.staging.floor_space import direction, distance, own_to_plan, point, turn_between
from shots.staging.staged import CameraPlace, Player
from shots.staging.standing import Standing

_CHASE_M = 16.0  # from one that moves to another that is in the same picture
_DEALT_M = 0.8  # from a face to a thing that is in the picture with it
_MANY = 0.45  # of the room for a herd in the widest size
_FIGURES = ("robot", "statue", "snowman")  # things with a head on top


def things(filming: Filming, names: Sequence[str]) -> Iterator[SetUp]:
    """A thing, several or an animal, three quarters from the front of the first."""
    player, now = filming.players[names[0]], united([filming.now(name) for name in names])
    moves = next((beat.to for beat in player.beats if beat.to in RELATIVE), "")
    front = filming.now(names[0]).facing_deg
    turns: tuple[float, ...] = (28.0, -28.0, 0.0, 50.0, -50.0, 75.0, -75.0, 100.0, 180.0)
    if moves:  # its way has to run as the words say
        lane = front
        front = {"left": lane + 90.0, "right": lane - 90.0, "away": lane + 180.0}.get(moves, lane)
        turns = (0.0, 15.0, -15.0, 25.0, -25.0, 35.0, -35.0)
        turns = turns if moves in ("left", "right") else (20.0, -20.0, 30.0, -30.0, 10.0, 0.0)
    elif is_vehicle(player) or max(now.size[0], now.size[2]) > 1.5:
        turns = (35.0, -35.0, 60.0, -60.0, 90.0, -90.0, 0.0, 150.0, -150.0)
    small = max(now.size) < 0.6 and filming.shot.camera.angle == "eye-level"
    pitch = None if not small else (-32.0 if flat(now.size) else -12.0)
    if not small and now.base_m < 0.4 and now.size[1] < 1.2 and not moves and max(now.size) < 2.5:
        pitch = -12.0 if filming.shot.camera.angle == "eye-level" else None
    if len(names) == 1 and filming.size in ("MCU", *TIGHT):
        now, pitch = _with_face(player, now), None if _has_face(player) else pitch
        dealt = (filming.players.get(beat.target) for beat in player.beats)
        near = [filming.now(each.id) for each in dealt if each and each.kind == "thing"]
        close = [each for each in near if distance(each.at, now.at) < _DEALT_M]
        now = united([now, *close]) if filming.size == "MCU" else now
    for k, turn in enumerate(turns):
        side = front + turn
        away = abs(turn_between(0.0, side))  # the front of the set is liked
        away = away / 900.0 + (abs(turn) / 200.0 if _has_face(player) and not moves else 0.0)
        framed = frame_thing(filming, now, side, pitch)
        if len(names) > 2 and filming.size == "EWS":  # many are small enough one by one
            framed = replace(framed, width_m=_MANY * framed.width_m)
        place = CameraPlace(now.at, side, subjects=tuple(names))
        yield composed(filming, SetUp(place, framed, 0.04 * k + away), None)


def _has_face(player: Player) -> bool:
    return player.kind == "animal" or player.model in _FIGURES


def _with_face(player: Player, now: Standing) -> Standing:
    """Of an animal or a figure its head, at its front and its top; of another thing all."""
    if not _has_face(player):
        return now
    if player.model in _FIGURES:
        head = 0.25 * now.size[1]
        return Standing(now.at, now.facing_deg, now.top_m - 1.2 * head, (head, head, head))
    head = min(0.5 * now.size[1], 0.6 * now.size[2])
    ahead = max(0.0, now.size[2] / 2 - head / 2)
    at = point(own_to_plan((0.0, -ahead), now.at, now.facing_deg))
    return Standing(at, now.facing_deg, now.top_m - head, (head, head, head))


def herd(filming: Filming, name: str) -> list[str]:
    """An animal or a vehicle with those of the words that are near it: a herd, a chase."""
    alive = {
        each.id: filming.now(each.id).at
        for each in filming.reading.players
        if each.id in filming.players
        and (each.kind == "animal" or (is_vehicle(each) and each.beats))
    }
    at = alive.get(name)
    near = [key for key, there in alive.items() if at and distance(there, at) < _CHASE_M]
    return [name, *(key for key in near if key != name)]


def united(states: Sequence[Standing]) -> Standing:
    """Several things as one that contains them, its axes those of the plan."""
    if len(states) == 1:
        return states[0]
    ahead = np.abs([direction(now.facing_deg) for now in states])
    wide, deep = (np.array([now.size[k] for now in states])[:, None] for k in (0, 2))
    half = (wide * ahead[:, ::-1] + deep * ahead) / 2
    ats = np.array([now.at for now in states])
    low, high = (ats - half).min(axis=0), (ats + half).max(axis=0)
    base, top = min(now.base_m for now in states), max(now.top_m for now in states)
    size = (float(high[0] - low[0]), top - base, float(high[1] - low[1]))
    return Standing(point((low + high) / 2), 0.0, base, size)


def flat(size: tuple[float, float, float]) -> bool:
    """Whether a thing lies flat, so that it is looked at from above."""
    return size[1] < 0.35 * max(size[0], size[2])
