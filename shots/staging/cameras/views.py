"""Camera set-ups of a shot, the best first: single, two-shot, group, thing, establishing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from shots.lexicon.actions import GESTURES
from shots.path.rig import FIGURE, FULL_SIZES, Framed
from shots.staging.cameras.action_room import with_action
from shots.staging.cameras.over_views import over_shoulder, pair_over, point_of_view
from shots.staging.cameras.set_up import (
    TIGHT,
    Filming,
    SetUp,
    camera_at,
    centroid,
    composed,
    frame_people,
    frame_thing,
)
from shots.staging.cameras.thing_views import herd, insert, things
from shots.staging.floor.moves_on_plan import RELATIVE, is_vehicle
from shots.staging.floor.people_places import is_crowd
from shots.staging.floor_space import direction, distance, facing, plan_to_own, point, turn_between
from shots.staging.picture import take_picture
from shots.staging.staged import CameraPlace, Point
from shots.staging.standing import Standing, beat_at

FACE_TURN_DEG = 32.0  # from the lens to where the subject of a single looks
_BEFORE_FACE, _BESIDE_DEG = ("photograph", "play-wind"), 70.0  # past what hides it
_ROUND = (32.0, 20.0, 45.0, 60.0, 75.0, 90.0, 110.0, 130.0, 150.0, 170.0)
_ASIDE = (0.0, 15.0, -15.0, 30.0, -30.0, 45.0, -45.0)
_OVER_COVERS_DEG = -16.0
_MOST_IN_FULL = 7  # people of a sentence who are all in a full shot
_FACE_TO_FACE = ("hug", "kiss", "kiss-forehead")
_PEOPLE = {"single": 1, "two-shot": 2, "three-shot": 3}
# Of a camera outside of the set: before its front, behind a wall, behind what stands round it.
_FRONT_PENALTY, _WALL_PENALTY, _BACKDROP_PENALTY = 0.05, 0.9, 0.3


def set_ups(filming: Filming) -> Iterator[SetUp]:
    """Set-ups for a shot in order of preference, all on one side of the line of action."""
    camera, reading = filming.shot.camera, filming.reading
    people = filming.people()
    view = camera.view
    if view == "reverse":
        view = "OTS" if filming.earlier.view in ("OTS", "") or reading.over else "reverse"
    made: Iterator[SetUp] = iter(())
    if view == "POV":
        made = point_of_view(filming, people)
    elif view == "insert":
        made = insert(filming)
    elif view == "OTS":
        made = over_shoulder(filming, *pair_over(filming, people))
    elif view == "establishing" and filming.size in FULL_SIZES:
        made = _establishing(filming)
    found = list(made)
    if not found:
        found = list(_ordinary(filming, _subjects(filming, people)))
    for set_up in found or _establishing(filming):
        side = round(float(turn_between(0.0, set_up.place.side_deg)), 3)
        place = replace(set_up.place, view=camera.view or "", side_deg=side)
        yield _with_bounds(filming, replace(set_up, place=place))


def _subjects(filming: Filming, people: Sequence[str]) -> list[str]:
    """Ids of who or what is framed."""
    camera = filming.shot.camera
    named = [each for each in filming.reading.players if each.id in filming.players]
    chosen = [each.id for each in named if each.is_subject] or [each.id for each in named[:1]]
    leads = [name for name in chosen if not is_crowd(name)]
    chosen = leads or chosen  # the crowd is where they are
    if camera.people == "empty":
        return [name for name in chosen if filming.players[name].kind != "person"]
    if camera.view == "reverse" and len(people) < 2:
        return list(people[:1]) or chosen
    things = camera.people in ("two-shot", "three-shot") and not people
    if camera.people == "group" or things:
        return list(people) or chosen
    if camera.people in _PEOPLE:
        count = _PEOPLE[camera.people]
        crowd = [*people, *(key for key, each in filming.players.items()
                            if each.kind == "person" and key not in people)]  # fmt: skip
        partner = filming.partner(people[0]) if people else ""
        crowd.sort(key=lambda key: (key not in people[:1], key != partner))
        return (crowd if count > 1 else list(people[:1]))[:count] or chosen[:count]
    if filming.size in TIGHT or not chosen:
        return [*chosen[:1], *_touched(filming, chosen[:1], people)]
    stem = chosen[0].rstrip("0123456789")
    if filming.size in (*FULL_SIZES, "MWS") and stem.endswith("-") and not is_crowd(stem):
        chosen += [n for n in people if n.startswith(stem) and n not in chosen][:7]  # a team
    chosen += [name for name in _met(filming, chosen, people) if name not in chosen]
    persons = [name for name in chosen if filming.players[name].kind == "person"]
    if persons:
        seat = beat_at(filming.players[persons[0]], 0.5).seat
        carrier = filming.players.get(seat)
        rides = carrier is not None and (is_vehicle(carrier) or carrier.kind == "animal")
        if rides and filming.size in FULL_SIZES:
            return [seat]
        big = [n for n in chosen if n not in persons and is_vehicle(filming.players[n])]
        if big and filming.size in ("EWS", "WS") and chosen[0] in big:
            return big
        return [*persons, *_animals(filming, persons[0])] if len(persons) < 3 else persons
    return herd(filming, chosen[0]) if filming.size in FULL_SIZES else chosen[:1]


def _touched(filming: Filming, chosen: Sequence[str], people: Sequence[str]) -> list[str]:
    """Who is face to face with a subject in a kiss or an embrace: one picture even of heads."""
    if not chosen or filming.size == "ECU":
        return []
    pairs = [(name, beat.target) for name in people for beat in filming.players[name].beats
             if beat.gesture in _FACE_TO_FACE]  # fmt: skip
    met = (b if a == chosen[0] else a for a, b in pairs if chosen[0] in (a, b))
    return [name for name in met if name in people][:1]


def _animals(filming: Filming, name: str) -> list[str]:
    """Ids of the animals of the words near somebody, if the picture has room for them."""
    named = [each.id for each in filming.reading.players if each.kind == "animal"]
    at, nows = filming.now(name).at, {n: filming.now(n) for n in named if n in filming.players}
    reach = {n: 3.5 + (max(now.size) > 3.2) * max(now.size) / 2 for n, now in nows.items()}
    found = [n for n, now in nows.items() if distance(now.at, at) < reach[n]]
    return found[:2] if filming.size in FULL_SIZES else []


def _met(filming: Filming, chosen: Sequence[str], people: Sequence[str]) -> list[str]:
    """Ids of those whom a subject goes to, or deals with in a picture that has room for both."""
    beats = [(name, beat) for name in people for beat in filming.players[name].beats]
    met = [beat.to for name, beat in beats if name in chosen[:1] and beat.to in people]
    if filming.size in FULL_SIZES and len(people) <= _MOST_IN_FULL:
        met += people
    if is_crowd(chosen[0]):
        return met
    is_close = filming.size == "MCU"
    for name, beat in beats:
        done_to = {beat.target, beat.looks_at} if beat.gesture and not is_close else {beat.target}
        gesture = GESTURES.get(beat.gesture)
        if is_close and not (beat.holds or (gesture and gesture.needs)):
            continue  # a look, a word or a wave is no reason to be in it
        if name in chosen[:1]:
            met += [other for other in people if other in done_to]
        elif chosen[0] in done_to:
            met.append(name)
    others = [name for name in people if name not in chosen]
    if len(people) == 2 and not met and not is_close:  # the two of a sentence
        met += others
    near = [filming.now(chosen[0]).at, *(filming.now(name).at for name in met)]
    most_m = 1.3 if is_close else 4.0
    found = [n for n, at in zip(met, near[1:], strict=True) if distance(near[0], at) < most_m]
    return list(dict.fromkeys(found))[:_MOST_IN_FULL]


def _ordinary(filming: Filming, subjects: Sequence[str]) -> Iterator[SetUp]:
    people = [name for name in subjects if filming.players[name].kind == "person"]
    if people and filming.shot.camera.people != "single":
        people = [name for name in subjects if filming.players[name].kind != "thing"]
    if not subjects:
        return _establishing(filming)
    if not people:
        return things(filming, subjects)
    if len(people) == 1:
        return _single(filming, people[0])
    if len(people) == 2:
        return _two(filming, people[0], people[1])
    return _group(filming, people)


def _single(filming: Filming, name: str) -> Iterator[SetUp]:
    """Three quarters onto the face of one person, on the camera's side of the line."""
    player = filming.players[name]
    if filming.travels or any(beat.to in RELATIVE for beat in player.beats):
        yield from _moving(filming, name)
        return
    gaze, partner = filming.gaze(name), filming.partner(name)
    for hand, turn, penalty in _turns(filming, name, gaze, partner):
        side = gaze + hand * turn
        at, framed = frame_people(filming, [name], side)
        if filming.now(name).lies and filming.shot.camera.angle == "eye-level":
            steep = -28.0 if filming.size in (*FULL_SIZES, "MWS", "MS") else -42.0
            framed = replace(framed, pitch_deg=steep)
        at, framed, tight, note = with_action(filming, [name], side, at, framed)
        place = CameraPlace(at, side, subjects=(name,))
        yield composed(filming, SetUp(place, framed, penalty + tight, note), gaze)


def _turns(
    filming: Filming, name: str, gaze: float, partner: str
) -> list[tuple[float, float, float]]:
    """Hand (1 or -1), degrees off the gaze, penalty."""
    if filming.looks_into_lens(name):
        return [(1.0, 0.0, 0.0), (1.0, 8.0, 0.1), (-1.0, 8.0, 0.1)]
    now = filming.now(name)
    if now.lies:  # across the body, rather from the front of the set; on the side that is faced
        faced = -1.0 if now.posture == "sleep" else 0.0
        if partner:
            at = plan_to_own(filming.now(partner).at, now.at, now.facing_deg)
            faced = float(np.sign(at[0]))
        return [
            (hand, turn, abs(turn - 90.0) / 400 + 0.5 * (hand * faced < 0)
             + abs(turn_between(0.0, gaze + hand * turn)) / 600)
            for turn in (90.0, 70.0, 115.0, 50.0, 35.0) for hand in (1.0, -1.0)
        ]  # fmt: skip
    if special := _fixed_turns(filming, name, now):
        return special
    hands = sorted((1.0, -1.0), key=lambda hand: abs(turn_between(0.0, gaze + hand * 32.0)))
    if partner:
        pair = name, partner
        tried = {hand: point(np.array(now.at) + direction(gaze + hand * 32.0)) for hand in hands}
        wanted = filming.line_side(pair)
        hands.sort(key=lambda hand: filming.side_of(pair, tried[hand]) != wanted)
    elif side := filming.shot.camera.side:
        hands = [1.0 if side == "left" else -1.0]
    best = filming.earlier.angle_deg if filming.shot.camera.view == "reverse" else FACE_TURN_DEG
    gesture = beat_at(filming.players[name], filming.key_share(filming.players[name])).gesture
    best = max(best, _BESIDE_DEG) if gesture in _BEFORE_FACE else best
    if not partner and any(word.startswith("orbit") for word in filming.shot.camera.movement):
        eyes = take_picture(filming.shot, filming.aspect, CameraPlace(), FIGURE).eyes
        start, end = (facing((0, 0), (x, z)) for x, _, z in (eyes[0], eyes[-1]))
        swept = turn_between(start, end)  # the face is met half way
        return [
            (-float(np.sign(swept)), k * abs(swept), abs(k - 0.5)) for k in (0.5, 0.4, 0.3, 0.7)
        ]
    turns, weight = [], 0.5 if filming.size in FULL_SIZES else 1.0  # small faces matter less
    for k, hand in enumerate(hands):
        for turn in dict.fromkeys((best, *_ROUND)):
            penalty = weight * (abs(turn - best) / 120.0 + (0.25 if turn > 80.0 else 0.0))
            turns.append((hand, turn, penalty + 0.12 * k))
    return sorted(turns, key=lambda each: each[2])


def _fixed_turns(filming: Filming, name: str, now: Standing) -> list[tuple[float, float, float]]:
    """As `_turns`: through the windscreen onto one at the wheel, up the stairs onto one on them."""
    player = filming.players[name]
    beat = beat_at(player, filming.key_share(player))
    carrier = filming.players.get(beat.seat)
    if carrier is None:
        return []
    if beat.posture == "climb-stairs":
        turns = (25.0, 0.0) if beat.to == "down" else (155.0, 180.0)
        return [(1.0, turns[0], 0.0), (-1.0, turns[0], 0.05), (1.0, turns[1], 0.1)]
    aside = plan_to_own(now.at, carrier.at, carrier.facing_deg)[0]
    if not is_vehicle(carrier) or abs(aside) < 0.1 or filming.size in FULL_SIZES:
        return []
    inwards = -float(np.sign(aside))  # past the pillar at the driver's side
    return [(inwards, turn, k / 20) for k, turn in enumerate((18.0, 8.0, 26.0, 0.0))]


def _moving(filming: Filming, name: str) -> Iterator[SetUp]:
    """One who walks relative to the camera, or whom the camera goes along with."""
    player = filming.players[name]
    if filming.travels:
        sides = [*_along_the_way(filming, name)]
    else:
        angles = (*_ASIDE, 90.0, -90.0, 135.0, -135.0)
        sides = [(angle, abs(angle) / 400.0, player.at) for angle in angles]
    for side, penalty, start in sorted(sides, key=lambda each: each[1]):
        to = next((beat.to for beat in player.beats if beat.to in RELATIVE), "")
        turned = player
        if to:  # faces where it will go
            turned = replace(player, facing_deg=side + 180.0 + RELATIVE[to])
        going = replace(filming, players={**filming.players, name: turned})
        at, framed = frame_people(going, [name], side)
        tight, note = 0.0, ""
        if filming.travels:
            at = start
        else:
            at, framed, tight, note = with_action(going, [name], side, at, framed)
        place = CameraPlace(at, side, subjects=(name,))
        yield composed(filming, SetUp(place, framed, penalty + tight, note), None)


def _along_the_way(filming: Filming, name: str) -> Iterator[tuple[float, float, Point]]:
    """Sides of a camera that goes along with somebody, penalties, and where they set out."""
    player, floor = filming.players[name], filming.occupied.floor
    turn = 180.0 if filming.travels == "follow" else 0.0
    way = next((beat.path for beat in player.beats if len(beat.path) > 1), ())
    first = facing(way[0], way[-1]) if way else turn  # away from the front of the set, or to it
    for k, step in enumerate((0, 45, -45, 90, -90, 135, -135, 180)):
        ahead = direction(first + step)
        room = [
            next(
                (m for m in np.arange(0.3, 8.0, 0.3)
                 if not floor.is_free(point(np.array(player.at) + sign * m * ahead))), 8.0
            )
            for sign in (1.0, -1.0)
        ]  # fmt: skip
        back = min(room[1] - 0.3, max(0.0, filming.travel_m - room[0] + 0.3))
        lacking = max(0.0, filming.travel_m - room[0] - back)
        start = point(np.array(player.at) - back * ahead)
        yield first + step + turn, 0.02 * k + 0.3 * lacking + 0.02 * back, start


def _two(filming: Filming, first: str, second: str) -> Iterator[SetUp]:
    """Both at equal size, the camera across the line."""
    a, b = filming.now(first), filming.now(second)
    wanted, middle = filming.line_side((first, second)), np.array(centroid((a, b)))
    across = facing(a.at, b.at) + 90.0 if distance(a.at, b.at) > 0.05 else a.facing_deg
    if filming.side_of((first, second), middle + direction(across)) != wanted:
        across += 180.0
    sides = [across + turn for turn in (*_ASIDE, 65.0, -65.0)]
    if a.lies != b.lies:  # rather across the bed, onto the one who is at its other side
        bed, other = (a, b) if a.lies else (b, a)
        away = facing(other.at, bed.at)
        over = min((90.0, -90.0), key=lambda t: abs(turn_between(bed.facing_deg + t, away)))
        sides = [*(bed.facing_deg + over + turn for turn in (0.0, 30.0, -30.0)), *sides]
    for k, side in enumerate(sides):
        at, framed = frame_people(filming, (first, second), side)
        at, framed, tight, note = with_action(filming, (first, second), side, at, framed)
        if a.lies != b.lies and filming.shot.camera.angle == "eye-level":  # over the covers
            framed = replace(framed, pitch_deg=_OVER_COVERS_DEG)
        place = CameraPlace(at, side, subjects=(first, second))
        along = any(abs(abs(turn_between(n.facing_deg, side)) - 90) > 50 for n in (a, b) if n.lies)
        yield composed(filming, SetUp(place, framed, 0.08 * k + 0.5 * along + tight, note), None)


def _group(filming: Filming, names: Sequence[str]) -> Iterator[SetUp]:
    """All of them in the picture, from where most faces show."""
    mean = np.sum([direction(filming.gaze(name)) for name in names], axis=0)
    clear = float(np.linalg.norm(mean)) > 0.35 * len(names)
    front = facing((0, 0), (mean[0], mean[1])) if clear else 0.0
    sides = [front + turn for turn in (*_ASIDE, 70.0, -70.0, 100.0, -100.0)]
    for k, side in enumerate((*sides, 0.0, 25.0, -25.0) if clear else sides):
        at, framed = frame_people(filming, names, side, margin=0.1)
        at, framed, tight, note = with_action(filming, names, side, at, framed)
        place = CameraPlace(at, side, subjects=tuple(names))
        yield composed(filming, SetUp(place, framed, 0.05 * k + tight, note), None)


def _establishing(filming: Filming) -> Iterator[SetUp]:
    """The place, with people as small as the size makes them."""
    plan = filming.occupied.plan
    asked = [p for p in filming.reading.players if p.is_subject and p.id in filming.players]
    subjects = [p.id for p in asked if p.kind != "person" or filming.shot.camera.people != "empty"]
    at = plan.centre
    if subjects:
        middle = np.array(centroid(filming.now(name) for name in subjects))
        at = point((np.array(plan.centre) + 2 * middle) / 3)
    sides: tuple[float, ...] = (0.0, -10.0, 10.0, -20.0, 20.0, -35.0, 35.0)
    named = subjects if filming.size != "EWS" else []  # the widest is of the place
    big = [name for name in named if is_vehicle(filming.players[name])]
    if big:
        at, sides = filming.now(big[0]).at, (40.0, -40.0, 55.0, -55.0)
    for k, side in enumerate(sides if plan.is_interior or big else (-20.0, 20.0, *sides)):
        framed = frame_thing(filming, filming.now(big[0]), side, None) if big else Framed()
        yield SetUp(CameraPlace(at, side, subjects=tuple(subjects)), framed, 0.04 * k)


def _with_bounds(filming: Filming, set_up: SetUp) -> SetUp:
    """A set-up that is disliked if its camera is outside of the room, or crosses the line."""
    eye = camera_at(filming, set_up.place, set_up.framed)
    plan = filming.occupied.plan
    left, near, right, _ = plan.bounds
    front = left < eye[0] < right and eye[1] < near  # the fourth wall is none
    penalty = set_up.penalty
    if not filming.occupied.floor.contains(eye, 0.1):
        behind = _WALL_PENALTY if plan.is_interior else _BACKDROP_PENALTY
        penalty += _FRONT_PENALTY if front and plan.is_interior else behind
    pair, crosses, subjects = filming.line(), False, set_up.place.subjects
    far = pair is not None and distance(*(filming.now(name).at for name in pair)) > 0.3
    if pair and far and set_up.place.view != "POV" and len(subjects) < 3 and {*subjects} & {*pair}:
        crosses = filming.side_of(pair, eye) != filming.line_side(pair) and not filming.travels
    return replace(set_up, penalty=penalty + (0.8 if crosses else 0.0), crosses=crosses)
