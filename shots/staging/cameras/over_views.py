"""Camera set-ups that depend on a second body: over the shoulder, point of view, insert."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.actions import GESTURES
from shots.path.rig import FRAMINGS, SMALL_SHARES, Framed
from shots.staging.cameras.set_up import (
    Filming,
    SetUp,
    centroid,
    frame_people,
    frame_thing,
    side_of_line,
)
from shots.staging.cameras.thing_views import flat, united
from shots.staging.floor.people_places import is_named
from shots.staging.floor_space import direction, distance, facing, point, size_of
from shots.staging.staged import CameraPlace, Point
from shots.staging.standing import (
    EYES_UNDER_TOP,
    Standing,
    beat_at,
    hand_spot,
    standing,
    working_hand,
)

BEHIND_HEAD_M = 0.45  # from the head of the near person to the camera, at least
BEHIND_BY_FOCAL_M = 0.5  # in proportion to the lens, so that the head is a third of the picture
OTS_SHIFT = 0.15  # of the width, that the subject is off the centre
MOST_OFF_LINE_DEG = 36.0
_TOUCH_M = 0.5  # between two whose heads are beside each other
_STEPS_UP_M = 0.1  # over one who gets up, and comes a step nearer
_OTS_PARTS = (0.50, 0.44, 0.56, 0.38)  # of the width, between the two heads
_MOST_OFF = 1.3  # sizes that miss the one asked by more than this factor are reported
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
_SEVERAL = 1.1  # by which the picture of a thing may be wider for what is beside it
_NEAR_M, _SPREAD, _LARGE_M, _PALM_M = 0.5, 3.0, 1.2, 0.16
_FACES_HOLDER = ("phone-look", "read", "write", "type", "tie-shoe")


def pair_over(filming: Filming, people: Sequence[str]) -> tuple[str, str]:
    """Whom an over-the-shoulder is of, and over whose shoulder it looks."""
    reading, earlier = filming.reading, filming.earlier
    over = reading.over if reading.over in filming.players else ""
    subject = next((name for name in people if name != over), "")
    reverses = filming.shot.camera.view == "reverse"
    if reverses and not over and earlier.subject and subject == earlier.subject:
        subject, over = earlier.partner, subject
    over = over or (filming.partner(subject) if subject else "")
    if not over:
        over = next((name for name in people if name != subject), "")
    if subject and not over:  # alone: over the shoulder to what they look at
        thing = _looked_thing(filming, subject)
        return (thing, subject) if thing else (subject, "")
    if not subject and over:
        subject = filming.partner(over) or _looked_thing(filming, over)
    return subject, over


def _looked_thing(filming: Filming, name: str) -> str:
    """The thing that somebody looks at, uses or holds."""
    for beat in filming.players[name].beats:
        held = [thing for _, thing in beat.holds]
        for thing in (filming.reading.detail, beat.looks_at, beat.target, *held):
            if thing in filming.players and thing != name:
                return thing
    return next((p.id for p in filming.reading.players
                 if p.kind != "person" and p.id in filming.players), "")  # fmt: skip


def over_shoulder(filming: Filming, subject: str, over: str) -> Iterator[SetUp]:
    """Behind the shoulder of one, on the camera's side of the line, onto another or a thing."""
    if not subject or not over:
        return
    target, near = filming.now(subject), filming.now(over)
    is_person = bool(target.tall_m)
    back = facing(target.at, near.at)
    apart = max(0.05, distance(target.at, near.at))
    hand = _hand(filming, subject, over, target, near, back)
    if is_person:
        framed = frame_people(filming, [subject], back)[1]
    else:
        framed = frame_thing(filming, target, back, None)
    asked = filming.rig(framed)
    behind = max(BEHIND_HEAD_M, BEHIND_BY_FOCAL_M * filming.focal)
    height = _over_height(filming, target, near)
    drop = height + float(asked.aim[0, 1])  # of the aim under the camera
    asked_m = float(np.sqrt(max(0.01, asked.distance[0] ** 2 - drop**2)))
    run = max(asked_m, apart + behind)
    note = ""
    if run > asked_m * _MOST_OFF:
        longer = round(filming.shot.camera.lens_mm * run / asked_m)
        note = f"{filming.shot.id}: over the shoulder is wider than {filming.size} at this lens; "
        note += f"use {longer} mm"
    for k, part in enumerate(_OTS_PARTS):
        angle = _off_line(apart, run, part / filming.focal)
        for extra in (0.0, -0.03, 0.03):  # nearer to the line, or farther off it
            to_camera = back + hand * (angle + np.degrees(extra))
            eye = np.array(target.at) + run * direction(to_camera)
            # Turned so that the subject is off the centre, away from the near head.
            turn = np.radians(angle)
            between = filming.focal * apart * np.sin(turn) / (run - apart * np.cos(turn))
            shift = float(np.clip(between - 0.22, 0.05, OTS_SHIFT))
            side = to_camera + hand * np.degrees(np.arctan(shift / filming.focal))
            at = point(eye - run * direction(side))
            place = CameraPlace(at, side, subjects=(subject,), over=over, shift=hand * shift)
            placed = replace(framed, eye=(run, height), pitch_deg=None, rises=())
            yield SetUp(place, placed, 0.05 * k + abs(extra), note)


def _hand(
    filming: Filming, subject: str, over: str, target: Standing, near: Standing, back: float
) -> float:
    """1 or -1: the way round the subject from the near person to the camera."""
    if not target.tall_m:
        return 1.0
    first, second = sorted((subject, over))
    wanted = filming.line_side((first, second))
    ends = (target.at, near.at) if first == subject else (near.at, target.at)
    tried = point(np.array(target.at) + direction(back + 20.0))
    return 1.0 if side_of_line(*ends, tried) == wanted else -1.0


def _off_line(apart: float, run: float, ratio: float) -> float:
    """Degrees off the line at which two heads are `ratio` apart for a focal length of 1."""
    angles = np.radians(np.linspace(2.0, MOST_OFF_LINE_DEG, 200))
    found = apart * np.sin(angles) / np.maximum(1e-3, run - apart * np.cos(angles))
    return float(np.degrees(angles[int(np.abs(found - ratio).argmin())]))


def _over_height(filming: Filming, target: Standing, near: Standing) -> float:
    """Height of the camera: by the near eyes, so that the subject is looked at past them."""
    height = _eyes(near) + 0.02
    if target.tall_m:
        # Level with the subject as far as the near shoulder stays in the picture.
        height = float(np.clip(_eyes(target) - 0.03, height - 0.07, height + 0.12))
    return max(0.2, height + {"high": 0.35, "low": -0.35}.get(filming.shot.camera.angle, 0.0))


def _eyes(now: Standing) -> float:
    return now.top_m - EYES_UNDER_TOP * now.tall_m


def point_of_view(filming: Filming, people: Sequence[str]) -> Iterator[SetUp]:
    """From the eyes of one who is not in the picture, onto what they look at."""
    reading = filming.reading
    over = reading.over if reading.over in filming.players else (people[0] if people else "")
    if not over:
        return
    name, now = _point_looked_at(filming, over, people)
    near = filming.now(over)
    eye = near.head
    framed_people = [name] if now is not None and now.tall_m else []
    if framed_people and filming.partner(name) not in ("", over):
        framed_people.append(filming.partner(name))
    if now is None:
        ahead = np.array(near.at) + 3.0 * direction(near.facing_deg)
        at, framed = point(ahead), Framed()
    elif framed_people:
        middle = centroid(filming.now(each) for each in framed_people)
        at, framed = frame_people(filming, framed_people, facing(middle, near.at))
    else:
        at, framed = now.at, frame_thing(filming, now, facing(now.at, near.at), None)
    run = max(0.12, distance(at, (eye[0], eye[2])))
    if framed_people and run < _TOUCH_M:  # of who hugs, a face rather than scalp
        run = FRAMINGS["CU"].frame_m * filming.focal * filming.aspect
    looks_on = filming.partner(over) not in framed_people and not filming.players[over].near
    if framed_people and looks_on and near.posture == "stand":
        run = max(run, float(filming.rig(framed).distance[0]))  # who looks on keeps away
    side = facing(at, (eye[0], eye[2]))
    rises, high = [], framed.top_m - eye[1]
    for share, rise in framed.rises:  # who is nearer by then is higher in the picture
        x, _, z = standing(filming.players[name], share, filming.players).head
        nearer = run / max(0.5, distance((x, z), (eye[0], eye[2])))
        rises.append((share, round((high + rise) * nearer - high, 4)))
    clear_m = min(framed.clear_m, 0.12)
    top_m = framed.top_m + (_STEPS_UP_M if rises else 0.0)
    framed = replace(framed, eye=(run, eye[1]), top_m=top_m, clear_m=clear_m, rises=tuple(rises))
    subjects = tuple(framed_people) or ((name,) if name else ())
    yield SetUp(CameraPlace(at, side, subjects=subjects, over=over), framed)


def _point_looked_at(
    filming: Filming, over: str, people: Sequence[str]
) -> tuple[str, Standing | None]:
    """What somebody looks at: by the words of the view, of the action, or who relates to them."""
    reading, player = filming.reading, filming.players[over]
    beat = beat_at(player, 0.5)
    held = [thing for _, thing in beat.holds]
    subjects = [p.id for p in reading.players if p.is_subject and p.id != over]
    others = [name for name in people if name != over]
    partner = filming.partner(over)
    names = [reading.detail, *subjects, beat.looks_at, beat.target, *others, *held, partner]
    names += [p.id for p in reading.players if p.id != over]
    found = next((name for name in names if name in filming.players and name != over), "")
    return (found, filming.now(found)) if found else ("", None)


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
    if holder:
        front = filming.now(holder).facing_deg
        player = players[holder]
        gesture = beat_at(player, filming.key_share(player)).gesture
        if gesture in _AT_DESK:  # from the side, past the arms
            pitch, turns = _ONTO_DEG, _ASIDE
        elif gesture in _FACES_HOLDER:  # past the head of the holder
            front, pitch, turns = front + 180.0, _OVER_SHOULDER_DEG, (42, -42, 60, -60, 85, -85)
    return _Shown(tuple(names), united_now, front, pitch, turns, holder, is_whole=True)


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
    spot, front = _part_of(filming, name, part), filming.gaze(name)
    if part not in ("hands", "hand"):
        return _Shown((name,), spot, front, holder=name)
    player = filming.players[name]
    gesture = beat_at(player, filming.key_share(player)).gesture
    if gesture in _AT_DESK:
        return _Shown((name,), spot, front, _DOWN_DEG, _ASIDE, name)
    return _Shown((name,), spot, front, _DOWN_DEG, holder=name)


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
