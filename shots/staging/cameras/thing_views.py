"""Camera set-ups of things and animals, of hands on things, and of parts of a body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.actions import GESTURES
from shots.path.rig import SMALL_SHARES, Framed
from shots.staging.cameras.set_up import TIGHT, Filming, SetUp, composed, frame_thing
from shots.staging.floor.moves_on_plan import RELATIVE, is_vehicle
from shots.staging.floor.people_places import is_named
from shots.staging.floor_space import direction, distance, own_to_plan, point, size_of, turn_between
from shots.staging.staged import CameraPlace, Player, Point
from shots.staging.standing import Standing, beat_at, hand_spot, standing, working_hand

_CHASE_M = 16.0  # from one that moves to another that is in the same picture
_DEALT_M = 0.8  # from a face to a thing that is in the picture with it
_MANY = 0.45  # of the room for a herd in the widest size
_FIGURES = ("robot", "statue", "snowman")  # things with a head on top
# Height, width and depth of a part of the body, and its height under the top of the head as a part
# of the standing height; hands and feet have places of their own.
_PARTS: Mapping[str, tuple[float, float, float]] = {
    "eyes": (0.06, 0.15, 0.069), "eye": (0.06, 0.15, 0.069), "mouth": (0.06, 0.10, 0.105),
    "lips": (0.06, 0.10, 0.105), "face": (0.25, 0.20, 0.075), "ear": (0.09, 0.08, 0.075),
    "hands": (0.20, 0.26, 0.0), "hand": (0.18, 0.22, 0.0), "feet": (0.14, 0.36, 0.0),
    "foot": (0.14, 0.30, 0.0), "shoes": (0.14, 0.36, 0.0),
}  # fmt: skip
_AT_THE_THING = ("pick-up", "put-down", "reach", "wipe", "open", "open-door", "push", "pull",
                 "type", "write", "play-piano", "knock")  # fmt: skip
_AT_DESK = ("type", "write", "play-piano")
_OVER_SHOULDER_DEG = -44.0  # down on what faces the eyes of its holder
_DOWN_DEG, _ONTO_DEG = -28.0, -38.0  # onto things of an insert, onto flat ones
_ASIDE = (75, -75, 100, -100, 50, -50)
_TALL = 1.6  # height over width of what is looked at nearly level
_FILLED = {"MCU": 0.5, "CU": 0.66, "BCU": 0.85, "ECU": 1.1}  # of the picture, by an insert
_PAST_HEAD = (75, -75, 90, -90, 60, -60, 42, -42, 110, -110)
_TABLE_M = 0.6  # height of a table at which somebody reads
_UNDER_ROOF_DEG = -35.0  # instead of that in a car
_SEVERAL = 1.1  # by which the picture of a thing may be wider for what is beside it
_NEAR_M, _SPREAD, _LARGE_M, _PALM_M = 0.5, 3.0, 1.2, 0.16
_FACES_HOLDER = ("phone-look", "read", "write", "type", "tie-shoe")


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
        each.id: filming.now(each.id).at for each in filming.reading.players
        if each.id in filming.players
        and (each.kind == "animal" or (is_vehicle(each) and each.beats))
    }  # fmt: skip
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


def insert(filming: Filming) -> Iterator[SetUp]:
    """Things with the hands on them, or a part of a body, from above, filling half the picture."""
    shown = _shown(filming)
    if shown is None:
        return
    now, pitch = shown.now, shown.pitch_deg
    if filming.shot.camera.angle != "eye-level":
        pitch = None
    for k, turn in enumerate(shown.turns):
        side, at = shown.front_deg + turn, now.at
        framed = frame_thing(filming, now, side, pitch)
        if shown.is_whole and max(now.size) < _LARGE_M:
            room = SMALL_SHARES[filming.size] / _FILLED.get(filming.size, 0.5)
            framed = replace(framed, width_m=framed.width_m * max(1.0, room))
            at, framed = _filled(filming, shown, framed, side)
        place = CameraPlace(at, side, subjects=shown.names)
        away = 0.0
        if not shown.holder:  # the front of the thing and of the set are liked
            away = abs((side + 180.0) % 360.0 - 180.0) / 900.0 + max(0.0, abs(turn) - 25.0) / 250.0
        yield SetUp(place, framed, 0.05 * k + away)


def _filled(
    filming: Filming, shown: _Shown, framed: Framed, side_deg: float
) -> tuple[Point, Framed]:
    """Point and measures of an insert in which its first thing is large; others may be cut."""
    first, share = filming.now(shown.names[0]), SMALL_SHARES[filming.size]
    own = frame_thing(filming, first, side_deg, framed.pitch_deg)
    most = _SEVERAL * own.width_m * share / _FILLED.get(filming.size, 0.5)
    if framed.width_m <= most:
        return shown.now.at, framed
    off, room = np.array(shown.now.at) - first.at, max(0.0, (most - own.width_m) / 2)
    at = np.array(first.at) + off * min(1.0, room / max(1e-6, float(np.linalg.norm(off))))
    low, high = max(first.base_m - room, framed.foot_m), min(first.top_m + room, framed.top_m)
    return point(at), replace(framed, width_m=most, foot_m=low, top_m=high)


@dataclass(frozen=True)
class _Shown:
    """What an insert is of: ids, place, its front, pitch of the camera, sides, who has it."""

    names: tuple[str, ...]
    now: Standing
    front_deg: float
    pitch_deg: float | None = None
    turns: tuple[float, ...] = (25, -25, 0, 45, -45, 70, -70, 110, -110, 150, 180)
    holder: str = ""
    is_whole: bool = False


def _shown(filming: Filming) -> _Shown | None:
    players, people = filming.players, filming.people()
    name = _detail_named(filming, people)
    if name and players[name].kind == "person":
        return _Shown((name,), _part_of(filming, name, "face"), filming.gaze(name), holder=name)
    if not name:
        return _body_part(filming, people[0]) if people else None
    carrier = players[name].on
    is_small = carrier in players and max(size_of(players[carrier])) < _NEAR_M
    names = _beside(filming, name) if filming.size != "ECU" else [name]
    names += [carrier] if is_small else []
    states = [filming.now(each) for each in names]
    holder, hand = _handler(filming, names, people)
    front, turns = states[0].facing_deg, _Shown.turns
    united_now = united([*states, *hand])
    pitch: float | None = _DOWN_DEG
    is_inside = any(players[each].relation == "in" for each in names)
    if is_inside or flat(united_now.size):
        pitch = _OVER_SHOULDER_DEG if is_inside else _ONTO_DEG
    elif united_now.size[1] > _TALL * max(united_now.size[0], united_now.size[2]):
        pitch = -20.0
    if max(united_now.size) > _LARGE_M:
        pitch = None
    if holder and not filming.now(holder).lies:
        front = filming.now(holder).facing_deg
        player = players[holder]
        gesture = beat_at(player, filming.key_share(player)).gesture
        if gesture in _AT_DESK:  # from the side, past the arms
            pitch, turns = _ONTO_DEG, _ASIDE
        elif gesture in _FACES_HOLDER:  # past the head of the holder
            seat = players.get(beat_at(player, 0.5).seat)
            in_car = seat is not None and is_vehicle(seat)
            pitch = _UNDER_ROOF_DEG if in_car else _OVER_SHOULDER_DEG
            front, turns = front + 180.0, _PAST_HEAD
            united_now = united([_read(filming, each, holder) for each in names])  # tight
    return _Shown(tuple(names), united_now, front, pitch, turns, holder, is_whole=True)


def _read(filming: Filming, name: str, holder: str) -> Standing:
    """A page before its reader, who leans it back; before one who sits it is on the table."""
    thing, now = filming.players[name], filming.now(name)
    middle = now.base_m + now.size[1] / 2
    if filming.now(holder).posture == "sit" and thing.on and thing.base_m > _TABLE_M:
        middle = thing.base_m
    return Standing(now.at, now.facing_deg, middle, size_of(thing))


def _detail_named(filming: Filming, people: Sequence[str]) -> str:
    """The thing or person that an insert is of first, "" for a part of a body."""
    reading, players = filming.reading, filming.players
    things = [p.id for p in reading.players if p.kind != "person" and p.id in players]
    if reading.detail in _PARTS and people:
        if reading.detail not in ("hands", "hand"):
            return ""
        own = [filming.players[each] for each in people[:1]]
        dealt = [name for p in own for beat in p.beats
                 for name in (*(held for _, held in beat.holds), beat.target)]  # fmt: skip
        near = [n for n in things if distance(filming.now(n).at, own[0].at) < 2 * _NEAR_M]
        small = [n for n in (*dealt, *near) if n in players and players[n].kind == "thing"
                 and max(size_of(players[n])) < _NEAR_M]  # fmt: skip
        return next(iter(sorted(small, key=lambda n: not is_named(players[n]))), "")
    subjects = [name for name in things if players[name].is_subject]
    held = [thing for name in people for beat in players[name].beats for _, thing in beat.holds]
    worked = [beat.target for name in people for beat in players[name].beats
              if beat.target in things]  # fmt: skip
    named = [reading.detail, *subjects, *worked, *held, *things]
    return next((each for each in named if each in players), "")


def _beside(filming: Filming, name: str) -> list[str]:
    """Ids of a thing and of the other things of the words that are near enough to be in."""
    players, first = filming.players, filming.now(name)
    most = max(0.45, _SPREAD * max(first.size))
    others = [
        each.id for each in filming.reading.players
        if each.kind == "thing" and each.id in players and each.id not in (name, players[name].on)
        and not any(beat.gesture == "fall" for beat in each.beats)
    ]  # fmt: skip
    others.sort(key=lambda each: distance(filming.now(each).at, first.at))
    names = [name]
    for each in others:
        now = united([filming.now(key) for key in (*names, each)])
        is_inside = players[each].near == name or players[name].near == each
        if max(now.size) <= (_LARGE_M if is_inside else most):
            names.append(each)
    return names


def _handler(
    filming: Filming, names: Sequence[str], people: Sequence[str]
) -> tuple[str, list[Standing]]:
    """Who has hands on one of these things, and where the hands are."""
    for person in people:
        for beat in filming.players[person].beats:
            held = next((thing for _, thing in beat.holds if thing in names), "")
            if not held and (beat.target not in names or not GESTURES.get(beat.gesture)):
                continue
            share = (beat.start + beat.end) / 2
            now = standing(filming.players[person], share, filming.players)
            target = filming.players.get(beat.target)
            if target is not None and target.kind == "thing":
                x, height, z = working_hand(beat, now, target)
            else:
                x, height, z = hand_spot(now, beat.gesture)
            base = max(height - _PALM_M / 2, min(filming.now(name).base_m for name in names))
            palm = Standing(point((x, z)), now.facing_deg, base, (_PALM_M, _PALM_M, _PALM_M))
            near = min(distance(palm.at, filming.now(name).at) for name in names)
            return person, [palm] if near < _NEAR_M else []
    return "", []


def _body_part(filming: Filming, name: str) -> _Shown:
    """A part of somebody's body; the hands, if the words name none."""
    part = filming.reading.detail if filming.reading.detail in _PARTS else "hands"
    spot, front, player = _part_of(filming, name, part), filming.gaze(name), filming.players[name]
    is_hand = part in ("hands", "hand")
    at_desk = is_hand and beat_at(player, filming.key_share(player)).gesture in _AT_DESK
    turns = _ASIDE if at_desk else _Shown.turns
    return _Shown((name,), spot, front, _DOWN_DEG if is_hand else None, turns, name)


def _part_of(filming: Filming, name: str, part: str) -> Standing:
    """A part of somebody's body as something to frame."""
    now = filming.now(name)
    height, width, under = _PARTS.get(part, _PARTS["face"])
    scale = now.tall_m / 1.75
    at: Point = now.head[0], now.head[2]
    base = now.top_m - under * now.tall_m - height * scale / 2
    if part in ("hands", "hand"):
        beat = beat_at(filming.players[name], 0.5)
        target = filming.players.get(beat.target)
        if target is not None and target.kind == "thing" and beat.gesture in _AT_THE_THING:
            x, middle, z = working_hand(beat, now, target)
        else:
            x, middle, z = hand_spot(now, beat.gesture)
        at, base = (x, z), middle - height / 2
    elif part in ("feet", "foot", "shoes"):
        at, base = now.at, filming.players[name].base_m
    size = (width * scale, height * scale, 0.5 * width * scale)
    return Standing(point(at), now.facing_deg, round(base, 4), size)
