"""Tests of the picture of a staged shot: who is in it, whole, hidden or cut, and where the lens is.

Bodies are upright boxes, looked at by the camera at the moments `SHARES`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from shots.path.rig import FULL_SIZES
from shots.staging.cameras.body_boxes import body_points, boxes, thing_points
from shots.staging.cameras.relation_checks import broken_relations, called
from shots.staging.cameras.set_up import HEAD_TURN_DEG
from shots.staging.floor_space import Array, FloorBoxes, distance, facing, turn_between
from shots.staging.picture import SHARES, CameraPicture
from shots.staging.staged import CameraPlace, Player
from shots.staging.standing import Standing, beat_at, standing

_LEAVES = ("whip-pan-left", "whip-pan-right", "pan-left", "pan-right", "tilt-up", "tilt-down",
           "fly-through", "crane-up", "crane-down")  # fmt: skip
_FACES = ("MS", "MCU", "CU", "BCU", "ECU")
_HEAD_MAY_BE_CUT = ("CU", "BCU", "ECU")
_MOST_HIDDEN, _ALL_HIDDEN = 0.6, 0.9
_HIDDEN = 1.0  # for one who is hidden in part
# Who is named, is dealt with, or is a building of the set that is named, and not to be seen.
_MISSED, _MISSED_DEALT, _MISSED_BUILDING = 0.2, 0.35, 0.8
_SOLID = 0.8  # of a box that hides what is behind it
_LEAST_PART = 0.0005  # of the picture, that a thing takes up
_MOST_OF = 0.4  # of an animal in a size that shows all of a figure
_GROUP = 3  # of one name, of whom half may be hidden
_SHOWS_FACE_DEG = 95.0  # between the lens and where the near person of an OTS faces, at least


@dataclass(frozen=True)
class Defect:
    """Something wrong with a picture: how bad it is, and a warning, "" for a matter of taste."""

    weight: float
    text: str = ""


@dataclass(frozen=True)
class FilmedShot:
    """What is looked at: a picture of players, and what it has to show."""

    shot_id: str
    size: str
    moves: tuple[str, ...]
    people: str
    players: Mapping[str, Player]
    place: CameraPlace
    picture: CameraPicture
    named: frozenset[str] = frozenset()  # who and what the words name
    note: str = ""  # what is reported of it already

    @property
    def is_over_shoulder(self) -> bool:
        """Whether it looks past somebody who is in the picture."""
        return bool(self.place.over) and self.place.view != "POV"


class _Moment(NamedTuple):
    """Where everybody is at one of `SHARES`, and the boxes of what hides others."""

    k: int
    states: Mapping[str, Standing]
    boxes: FloorBoxes


def defects(filmed: FilmedShot) -> list[Defect]:
    """Everything wrong with a picture, the worst first."""
    players = filmed.players
    shares = SHARES.tolist()
    states = [{key: standing(p, share, players) for key, p in players.items()} for share in shares]
    moments = [_Moment(k, each, boxes(players, each)) for k, each in enumerate(states)]
    found = [*_lens(filmed, moments), *_clutter(filmed, moments[len(moments) // 2])]
    for name in filmed.place.subjects:
        player = players.get(name)
        is_part = filmed.place.view == "insert" and player and player.kind == "person"
        if player and not is_part:
            found += _subject(filmed, moments, name)
    if filmed.is_over_shoulder:
        found += _shoulder(filmed, states)
    found += _company(filmed, moments)
    x, _, z = filmed.picture.eyes[len(filmed.picture.eyes) // 2].tolist()
    for text in broken_relations(players, states, filmed.named, (x, z)):
        found.append(Defect(0.0, f"{filmed.shot_id}: {text}; name a mark in blocking"))
    if filmed.people == "single" or filmed.place.view not in ("POV", "insert"):
        found += _bystanders(filmed, moments[len(moments) // 2])
    return sorted(found, key=lambda each: -each.weight)


def _subject(filmed: FilmedShot, moments: Sequence[_Moment], name: str) -> Iterator[Defect]:
    player, picture = filmed.players[name], filmed.picture
    label = player.name or name
    inside, cut, hidden, behind, frontal = [], [], [], Counter[str](), []
    is_whole = filmed.size in FULL_SIZES
    for moment in moments:
        k, state = moment.k, moment.states
        if not _expected(player, float(SHARES[k])):
            continue
        points = body_points(state[name], picture.eyes[k])
        spots = picture.project(points)[k]
        visible = (np.abs(spots[:, :2]) <= 0.5).all(axis=1) & (spots[:, 2] > 0.02)
        centre = visible[:7] if player.kind == "person" and not is_whole else visible
        inside.append(bool(centre.any()))
        cut.append(not visible[[0, -1]].all() if is_whole else spots[0, 1] < -0.56)
        if not visible.any():
            continue
        blocks = _blockers(filmed, moment, name, points)
        crossed = blocks.crossed(picture.eyes[k], points[visible])
        head = float(crossed[: max(1, int(visible[:3].sum()))].any(axis=1).mean())
        is_part = filmed.is_over_shoulder and player.kind == "person"  # may hide the rest
        is_part |= player.relation == "under"
        hidden.append(head if is_part else max(head, float(crossed.any(axis=1).mean())))
        behind.update(np.array(blocks.ids)[crossed.any(axis=0)].tolist())
        frontal.append(0.0 if state[name].lies else _face_angle(state[name], picture.eyes[k]))
    wanted = 0.1 if set(_LEAVES) & set(filmed.moves) else 0.6
    if inside and np.mean(inside) < wanted:
        yield Defect(3.0 - float(np.mean(inside)), _say(filmed, f"{label} is out of the picture"))
        return
    if inside and np.mean(inside) < 1.0:
        yield Defect(1.5 * (1.0 - float(np.mean(inside))))
    if hidden and np.mean(hidden) > _MOST_HIDDEN:
        what = filmed.players[behind.most_common(1)[0][0]]
        text = f"{label} is hidden behind {called(what)}"
        is_herd = player.kind == "animal" and what.model == player.model
        is_herd = is_herd or len(_group_of(filmed, name)) > _GROUP
        weight = (0.2 if is_herd else 1.0) + float(np.mean(hidden))
        yield Defect(weight, "" if is_herd else _say(filmed, text))
    elif hidden:
        yield Defect(_HIDDEN * float(np.mean(hidden)))
    may_cut = filmed.size in _HEAD_MAY_BE_CUT or wanted < 0.5 or filmed.place.view == "POV"
    if player.kind == "person" and cut and np.mean(cut) > 0.5 and not may_cut:
        part = "is not whole in the picture" if is_whole else "is cut at the head"
        yield Defect(0.8, _say(filmed, f"{label} {part}"))
    if player.kind == "person" and frontal:
        yield _turned(filmed, player, frontal)


def _turned(filmed: FilmedShot, player: Player, frontal: Sequence[float]) -> Defect:
    """Defect of a face turned away by so many degrees; a warning in sizes that show faces."""
    weight = 0.5 * float(np.clip(np.mean(frontal) - 75.0, 0.0, 90.0)) / 90.0
    leaves = "follow" in filmed.moves or any(b.to in ("away", "out") for b in player.beats)
    is_other = filmed.is_over_shoulder or filmed.place.view == "insert"
    if is_other or leaves or min(frontal) < _SHOWS_FACE_DEG or filmed.size not in _FACES:
        return Defect(weight)
    return Defect(weight, _say(filmed, f"the face of {player.name} is turned away"))


def _say(filmed: FilmedShot, text: str) -> str:
    return f"{filmed.shot_id}: {text}; move the camera or name another mark"


def _expected(player: Player, share: float) -> bool:
    """Whether somebody should be in the picture by then: not before they come, after they leave."""
    for beat in player.beats:
        if beat.to == "in" and share < beat.start + 0.5 * (beat.end - beat.start):
            return False
        if beat.to == "out" and share > beat.start + 0.3 * (beat.end - beat.start):
            return False
    return True


def _face_angle(now: Standing, eye: Array) -> float:
    """Degrees between where somebody faces and the camera."""
    return abs(turn_between(now.facing_deg, facing(now.at, (eye[0], eye[2]))))


def _blockers(
    filmed: FilmedShot, moment: _Moment, name: str, points: Array, holder: str = ""
) -> FloorBoxes:
    """Boxes that could hide a body's points (P, 3): not itself, what it is in or on, or holds.

    A holder may hide what they hold.
    """
    me, place = filmed.players[name], filmed.place
    together = place.subjects if place.view == "insert" else ()
    own = {*together, name, me.on, place.over if place.view == "POV" else ""}
    own |= {me.near} if me.kind == "thing" and me.relation == "in" else set()
    own |= {k for k, each in filmed.players.items() for b in each.beats if b.seat == name}
    for beat in me.beats:
        own |= {
            "" if beat.posture == "climb-stairs" else beat.seat,
            *(held for _, held in beat.holds),
        }
    own |= {*_holders(filmed, name)} - {holder}
    inside = (moment.boxes.gaps(points[:, [0, 2]]).min(axis=0) < 1e-6).tolist()
    players = filmed.players
    over = me.near if me.relation == "under" else ""
    keep = [key not in own and (
                not within or key == over or (players[key].kind == "person" and key != holder))
            for key, within in zip(moment.boxes.ids, inside, strict=True)]  # fmt: skip
    return moment.boxes.pick(np.array(keep, bool))


def _holders(filmed: FilmedShot, name: str) -> list[str]:
    """Ids of those who have something in hand."""
    return [key for key, each in filmed.players.items()
            if any(held == name for beat in each.beats for _, held in beat.holds)]  # fmt: skip


def _group_of(filmed: FilmedShot, name: str) -> list[str]:
    """Ids of the players of a group, such as runner-1 and runner-2; of another one, itself."""
    stem = name.rstrip("0123456789")
    numbered = [key for key in filmed.players if key.rstrip("0123456789") == stem]
    return numbered if stem.endswith("-") else [name]


def _lens(filmed: FilmedShot, moments: Sequence[_Moment]) -> Iterator[Defect]:
    """Whether the camera is in a body or a thing."""
    within = {filmed.place.over} if filmed.place.view == "POV" else set()
    for name in filmed.place.subjects:
        if name in filmed.players:
            within |= {beat_at(filmed.players[name], 0.5).seat, filmed.players[name].on}
    inside = Counter[str]()
    for k, state, every in moments:
        eye = filmed.picture.eyes[k]
        blocks = every.pick(np.array([key not in within for key in every.ids], bool))
        near = blocks.gaps(eye[None, [0, 2]])[0] < np.minimum(0.08, blocks.half.min(axis=1))
        for row, key in enumerate(blocks.ids):  # at a head there is more room than at a chest
            now = state[key]
            if now.tall_m and eye[1] > now.top_m - 0.17 * now.tall_m:
                near[row] = distance(now.at, (eye[0], eye[2])) < 0.15
        level = (blocks.heights[:, 0] - 0.05 < eye[1]) & (eye[1] < blocks.heights[:, 1] + 0.05)
        inside.update(np.array(blocks.ids)[near & level].tolist())
    for name, count in inside.most_common(1):
        weight = 1.0 + count / len(moments)
        yield Defect(weight, _say(filmed, f"the camera is in {called(filmed.players[name])}"))


def _clutter(filmed: FilmedShot, moment: _Moment) -> Iterator[Defect]:
    """Things before the subject that take up much of the picture; a matter of taste."""
    k, state, blocks = moment
    kept = {*filmed.place.subjects, filmed.place.over}
    subjects = [state[name] for name in filmed.place.subjects if name in state]
    if not subjects:
        return
    ats = np.array([(now.at[0], now.base_m, now.at[1]) for now in subjects])
    depth = filmed.picture.project(ats)[k, :, 2].min()
    covered = 0.0
    for row in (row for row, key in enumerate(blocks.ids) if key not in kept):
        spots = filmed.picture.project(blocks.corners(row))[k]
        if spots[:, 2].min() > 0.1 and spots[:, 2].mean() < 0.8 * depth:
            part = np.clip([spots[:, :2].min(axis=0), spots[:, :2].max(axis=0)], -0.5, 0.5)
            covered += float(np.prod(part[1] - part[0]))
    yield Defect(0.8 * max(0.0, covered - 0.15))


def _shoulder(filmed: FilmedShot, states: Sequence[Mapping[str, Standing]]) -> Iterator[Defect]:
    """Whether head and shoulder of the near person are in the near third of the picture."""
    near = states[0][filmed.place.over]
    x, height, z = near.head
    spot = filmed.picture.project(np.array([(x, height, z)]))[0, 0]
    off = -spot[0] * np.sign(filmed.place.shift)
    if spot[2] < 0.2 or not 0.12 < off < 0.5:
        yield Defect(0.5)
    subject = next((states[0][name] for name in filmed.place.subjects if name in states[0]), near)
    turn = turn_between(near.facing_deg, facing(near.at, subject.at))
    gaze = near.facing_deg + float(np.clip(turn, -HEAD_TURN_DEG, HEAD_TURN_DEG))
    turned = _face_angle(replace(near, facing_deg=gaze), filmed.picture.eyes[0])
    if turned < _SHOWS_FACE_DEG and not near.lies:
        name = filmed.players[filmed.place.over].name
        text = f"the face of {name}, over whose shoulder it looks, is turned to the camera"
        yield Defect(1.0 + (_SHOWS_FACE_DEG - turned) / 90.0, _say(filmed, text))


def _company(filmed: FilmedShot, moments: Sequence[_Moment]) -> Iterator[Defect]:
    """Who and what the words name besides the subjects, and is not to be seen.

    A tight picture has room for what its subject looks at or has in hand only, and for nobody else.
    """
    players, view = filmed.players, filmed.place.view
    acted = [beat for name in filmed.place.subjects if name in players
             for beat in players[name].beats]  # fmt: skip
    dealt = {name for beat in acted for name in (beat.target, beat.looks_at)}
    is_close = filmed.is_over_shoulder or view == "insert"  # shows nobody else
    unseen = dict[str, list[str]]()
    shown = {*filmed.place.subjects, filmed.place.over}
    for name in sorted((filmed.named | dealt) & set(players) - shown):
        is_person = players[name].kind == "person"
        is_tight = filmed.size in _HEAD_MAY_BE_CUT or (filmed.size == "MCU" and name not in dealt)
        is_off = is_person and (filmed.people == "single" or is_tight or is_close)
        if is_off and (view == "insert" or not any(b.words for b in players[name].beats)):
            continue  # does nothing of its own
        why = [_unseen(filmed, moment, name) for moment in (*moments[1::2], moments[-1])]
        if not (is_tight or is_close or is_off or view == "POV"):
            is_building = players[name].is_fixture and name in filmed.named
            weight = _MISSED_DEALT if name in dealt else _MISSED
            weight = _MISSED_BUILDING if is_building else weight
            yield Defect(weight * sum(map(bool, why)) / len(why))
        if all(why) and (name in filmed.named or is_person):
            unseen.setdefault(Counter(why).most_common(1)[0][0], []).append(name)
    yield from _unseen_reported(filmed, unseen)


def _unseen_reported(filmed: FilmedShot, unseen: Mapping[str, Sequence[str]]) -> Iterator[Defect]:
    """One warning for each reason; a group counts as one, and if most of it is not to be seen."""
    groups = {name: _group_of(filmed, name) for names in unseen.values() for name in names}
    lost = dict[str, str]()  # label and reason; of a group, if most of it is lost
    for reason, names in unseen.items():
        for name in names:
            if len(groups[name]) < _GROUP:
                lost[called(filmed.players[name])] = reason
            elif len(set(groups[name]) & set(groups)) > len(groups[name]) / 2:
                lost.setdefault(f"most of the group {name.rstrip('0123456789-')}", reason)
    for reason in dict.fromkeys(lost.values()):
        found = [label for label in lost if lost[label] == reason and label not in filmed.note]
        if found:
            verb = "is" if len(found) == 1 else "are"
            yield Defect(0.0, _say(filmed, f"{' and '.join(found)} {verb} {reason}"))


def _unseen(filmed: FilmedShot, moment: _Moment, name: str) -> str:
    """Why something is not to be seen at a moment, "" if it is."""
    now, picture, k = moment.states[name], filmed.picture, moment.k
    points = body_points(now, picture.eyes[k]) if now.tall_m else thing_points(now)
    spots = picture.project(points)[k]
    visible = (np.abs(spots[:, :2]) < 0.48).all(axis=1) & (spots[:, 2] > 0.1)
    if now.tall_m and visible.any() and not visible[:3].any():
        return "cut at the head"
    ahead = spots[:, 2] > 0.1
    is_animal = filmed.players[name].kind == "animal" and filmed.size in FULL_SIZES
    if is_animal and visible.mean() < _MOST_OF:
        return "out of the picture"
    if not now.tall_m and ahead.any():  # of a large one, a part is enough
        low, high = spots[ahead, :2].min(axis=0), spots[ahead, :2].max(axis=0)
        visible |= ahead & bool((low < 0.48).all() and (high > -0.48).all())
    if not visible.any():
        return "out of the picture"
    small, large = np.sort(now.size)[1:] * picture.focal[k] / spots[visible, 2].min()
    if small * large * picture.aspect < _LEAST_PART:
        return f"too small to be seen in a {filmed.size}"
    holder = next(iter(_holders(filmed, name)), "")
    blocks = _blockers(filmed, moment, name, points, holder)
    blocks = replace(blocks, half=_SOLID * blocks.half)
    crossed = blocks.crossed(picture.eyes[k], points[visible])
    if crossed.any(axis=1).mean() < _ALL_HIDDEN:
        return ""
    return f"hidden behind {called(filmed.players[blocks.ids[int(crossed.sum(axis=0).argmax())]])}"


def _bystanders(filmed: FilmedShot, moment: _Moment) -> Iterator[Defect]:
    """Who is in the picture of a single and is not its subject; in others, without a head."""
    kept = {*filmed.place.subjects, filmed.place.over}
    for name, player in filmed.players.items():
        if player.kind != "person" or name in kept:
            continue
        points = body_points(moment.states[name], filmed.picture.eyes[moment.k])
        spots = filmed.picture.project(points)[moment.k]
        visible = (np.abs(spots[:, :2]) <= 0.49).all(axis=1) & (spots[:, 2] > 0.1)
        if filmed.people == "single":
            text = _say(filmed, f"{player.name or name} is in the picture of a single")
            if visible.sum() > 2 and not name.startswith("crowd"):
                yield Defect(0.3 + 0.3 * float(visible.mean()), text if visible.all() else "")
        elif visible[3:].sum() > 1 and not visible[:3].any():
            yield Defect(0.3)
