"""Camera set-ups that depend on a second body: over the shoulder, point of view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from shots.path.rig import FRAMINGS, Framed
from shots.staging.cameras.set_up import Filming, SetUp, centroid, frame_people, frame_thing
from shots.staging.floor.moves_on_plan import is_vehicle
from shots.staging.floor_space import direction, distance, facing, point
from shots.staging.staged import CameraPlace
from shots.staging.standing import EYES_UNDER_TOP, Standing, beat_at, standing

BEHIND_HEAD_M = 0.45  # from the head of the near person to the camera, at least
BEHIND_BY_FOCAL_M = 0.5  # in proportion to the lens, so that the head is a third of the picture
OTS_SHIFT = 0.15  # of the width, that the subject is off the centre
MOST_OFF_LINE_DEG = 36.0
_TOUCH_M = 0.7  # between two whose heads are beside each other
_STEPS_UP_M = 0.1  # over one who gets up, and comes a step nearer
_OTS_PARTS = (0.50, 0.44, 0.56, 0.38, 0.68)  # of the width, between the two heads
_PAST_PILLAR = (0.24, 0.2, 0.3)  # the same through the side window of a car
_MOST_OFF = 1.3  # sizes that miss the one asked by more than this factor are reported


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
        thing = _looked_at(filming, subject, ())
        return (thing, subject) if thing else (subject, "")
    if not subject and over:
        subject = filming.partner(over) or _looked_at(filming, over, ())
    return subject, over


def over_shoulder(filming: Filming, subject: str, over: str) -> Iterator[SetUp]:
    """Behind the shoulder of one, on the camera's side of the line, onto another or a thing."""
    if not subject or not over:
        return
    target, near = (replace(filming.now(each), at=filming.spot(each)) for each in (subject, over))
    is_person = bool(target.tall_m)
    back = facing(target.at, near.at)
    apart = max(0.05, distance(target.at, near.at))
    pair, tried = (subject, over), np.array(target.at) + direction(back + 20.0)
    hand = 1.0  # the way round the subject from the near person to the camera
    if is_person and filming.side_of(pair, tried) != filming.line_side(pair):
        hand = -1.0
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
    seats = {beat_at(filming.players[name], 0.5).seat for name in (subject, over)}
    in_vehicle = any(is_vehicle(filming.players[each]) for each in seats if each in filming.players)
    for k, part in enumerate(_PAST_PILLAR if in_vehicle else _OTS_PARTS):
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
    name = _looked_at(filming, over, people)
    now = filming.now(name) if name else None
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
    if framed_people and run < _TOUCH_M:  # of who hugs or is beside them, a face not scalp
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


def _looked_at(filming: Filming, name: str, people: Sequence[str]) -> str:
    """What somebody looks at: by the words of the view, of the action, or who relates to them."""
    reading, beat = filming.reading, beat_at(filming.players[name], 0.5)
    subjects = [p.id for p in reading.players if p.is_subject]
    held = [thing for _, thing in beat.holds]
    names = [reading.detail, *subjects, beat.looks_at, beat.target, *people, *held,
             filming.partner(name), *(p.id for p in reading.players)]  # fmt: skip
    return next((each for each in names if each in filming.players and each != name), "")
