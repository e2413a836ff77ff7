"""Tests of the picture of a staged shot: who is in it, whole, hidden or cut, and where the lens is.

Bodies are upright boxes, looked at by the camera at the moments `SHARES`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shots.path.rig import FULL_SIZES
from shots.staging.floor_space import (
    Array,
    FloorBoxes,
    direction,
    distance,
    facing,
    model_of,
    turn_between,
)
from shots.staging.picture import SHARES, CameraPicture
from shots.staging.staged import CameraPlace, Player
from shots.staging.standing import Standing, beat_at, standing

_LEAVES = ("whip-pan-left", "whip-pan-right", "pan-left", "pan-right", "tilt-up", "tilt-down",
           "fly-through", "crane-up", "crane-down")  # fmt: skip
_HEAD_MAY_BE_CUT = ("CU", "BCU", "ECU")
_MOST_HIDDEN = 0.6
REPORTED = 0.6  # defects of less weight are no warning
_HIDDEN = 1.0  # for one who is hidden in part
_MISSED, _MISSED_DEALT = 0.2, 0.35  # who is named, or dealt with, and not to be seen
_TABLE_TOP_M = 0.08
_SHOWS_FACE_DEG = 95.0  # between the lens and where the near person of an OTS faces, at least
# Points of a body, in parts of its width and of its height; the first three are of the head.
_SAMPLES = np.array(
    [(0.0, 0.93), (-0.2, 0.9), (0.2, 0.9), (0.0, 0.78), (-0.35, 0.72), (0.35, 0.72), (0.0, 0.6),
     (-0.3, 0.5), (0.3, 0.5), (0.0, 0.35), (0.0, 0.15)]
)  # fmt: skip


@dataclass(frozen=True)
class Defect:
    """Something wrong with a picture: how bad it is, and a sentence, "" for a matter of taste."""

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


def defects(filmed: FilmedShot) -> list[Defect]:
    """Everything wrong with a picture, the worst first."""
    states = [
        {key: standing(each, float(share), filmed.players) for key, each in filmed.players.items()}
        for share in SHARES
    ]
    found = [*_lens(filmed, states), *_clutter(filmed, states)]
    for name in filmed.place.subjects:
        player = filmed.players.get(name)
        is_part = filmed.place.view == "insert" and player and player.kind == "person"
        if player and not is_part:
            found += _subject(filmed, states, name)
    if filmed.place.over and filmed.place.view != "POV":
        found += _shoulder(filmed, states)
    if filmed.place.view not in ("POV", "insert", "OTS"):
        found += _company(filmed, states)
    if filmed.people == "single":
        found += _others(filmed, states)
    elif filmed.place.view not in ("POV", "insert"):
        found += _headless(filmed, states)
    return sorted(found, key=lambda each: -each.weight)


def _subject(
    filmed: FilmedShot, states: Sequence[Mapping[str, Standing]], name: str
) -> Iterator[Defect]:
    player, picture = filmed.players[name], filmed.picture
    label = player.name or name
    inside, cut, hidden, behind, frontal = [], [], [], Counter[str](), []
    is_whole = filmed.size in FULL_SIZES
    for k, state in enumerate(states):
        if not _expected(player, float(SHARES[k])):
            continue
        points = _body_points(state[name], picture.eyes[k])
        spots = picture.project(points)[k]
        visible = (np.abs(spots[:, :2]) <= 0.5).all(axis=1) & (spots[:, 2] > 0.02)
        centre = visible[:7] if player.kind == "person" and not is_whole else visible
        inside.append(bool(centre.any()))
        cut.append(
            (not is_whole and spots[0, 1] < -0.56) or (is_whole and not visible[[0, -1]].all())
        )
        if not visible.any():
            continue
        blocks = _blockers(filmed, state, name, points)
        crossed = blocks.crossed(picture.eyes[k], points[visible])
        hidden.append(float(crossed.any(axis=1).mean()) if blocks.ids else 0.0)
        head = crossed[: max(1, int(visible[:3].sum()))].any(axis=1).mean() if blocks.ids else 0.0
        over = (
            filmed.place.view == "OTS" and player.kind == "person"
        )  # a shoulder may hide the rest
        hidden[-1] = float(head) if over else max(hidden[-1], float(head))
        behind.update(np.array(blocks.ids)[crossed.any(axis=0)].tolist())
        frontal.append(_face_angle(state[name], picture.eyes[k]))
    wanted = 0.1 if set(_LEAVES) & set(filmed.moves) else 0.6
    if inside and np.mean(inside) < wanted:
        yield Defect(3.0 - float(np.mean(inside)), _say(filmed, f"{label} is out of the picture"))
        return
    if inside and np.mean(inside) < 1.0:
        yield Defect(1.5 * (1.0 - float(np.mean(inside))))
    if hidden and np.mean(hidden) > _MOST_HIDDEN:
        what = filmed.players[behind.most_common(1)[0][0]]
        text = f"{label} is hidden behind {_called(what)}"
        is_herd = player.kind == "animal" and what.model == player.model
        weight = (0.2 if is_herd else 1.0) + float(np.mean(hidden))
        yield Defect(weight, "" if is_herd else _say(filmed, text))
    elif hidden:
        yield Defect(_HIDDEN * float(np.mean(hidden)))
    may_cut = filmed.size in _HEAD_MAY_BE_CUT or wanted < 0.5 or filmed.place.view == "POV"
    if player.kind == "person" and cut and np.mean(cut) > 0.5 and not may_cut:
        part = "is not whole in the picture" if is_whole else "is cut at the head"
        yield Defect(0.8, _say(filmed, f"{label} {part}"))
    if player.kind == "person" and frontal:
        yield Defect(0.5 * float(np.clip(np.mean(frontal) - 75.0, 0.0, 90.0)) / 90.0)


def _say(filmed: FilmedShot, text: str) -> str:
    return f"{filmed.shot_id}: {text}; move the camera or name another mark"


def _called(player: Player) -> str:
    return player.name if player.kind == "person" and player.name else f"the {player.name}"


def _expected(player: Player, share: float) -> bool:
    """Whether somebody should be in the picture by then: not before they come, after they leave."""
    for beat in player.beats:
        if beat.to == "in" and share < beat.start + 0.5 * (beat.end - beat.start):
            return False
        if beat.to == "out" and share > beat.start + 0.3 * (beat.end - beat.start):
            return False
    return True


def _body_points(now: Standing, eye: Array) -> Array:
    """(P, 3): points of a body, spread across the direction from which the camera looks."""
    across = direction(facing(now.at, (eye[0], eye[2])) + 90.0)
    width = max(now.size[0], 0.02)
    if now.lies:
        along = direction(now.facing_deg)
        run = (0.5 - _SAMPLES[:, 1]) * now.tall_m
        x = now.at[0] + run * along[0] + _SAMPLES[:, 0] * width * across[0]
        z = now.at[1] + run * along[1] + _SAMPLES[:, 0] * width * across[1]
        return np.stack([x, np.full(len(x), now.top_m), z], axis=1)
    x = now.at[0] + _SAMPLES[:, 0] * width * across[0]
    z = now.at[1] + _SAMPLES[:, 0] * width * across[1]
    return np.stack([x, now.base_m + _SAMPLES[:, 1] * now.size[1], z], axis=1)


def _face_angle(now: Standing, eye: Array) -> float:
    """Degrees between where somebody faces and the camera."""
    return abs(turn_between(now.facing_deg, facing(now.at, (eye[0], eye[2]))))


def _blockers(
    filmed: FilmedShot, state: Mapping[str, Standing], name: str, points: Array
) -> FloorBoxes:
    """Boxes that could hide a subject: not itself, what it sits in or on, or what it holds."""
    me = filmed.players[name]
    together = filmed.place.subjects if filmed.place.view == "insert" else ()
    own = {*together, name, me.on, filmed.place.over if filmed.place.view == "POV" else ""}
    for beat in me.beats:
        own |= {beat.seat, *(held for _, held in beat.holds)}
    own |= {key for key, each in filmed.players.items()
            if any(held == name for beat in each.beats for _, held in beat.holds)}  # fmt: skip
    others = {key: now for key, now in state.items() if key not in own}
    blocks = boxes(filmed.players, others)
    inside = (blocks.gaps(points[:, [0, 2]]) < 1e-6).any(axis=0)
    is_person = np.array([filmed.players[key].kind == "person" for key in blocks.ids], bool)
    return blocks.pick(~inside | is_person)


def boxes(players: Mapping[str, Player], states: Mapping[str, Standing]) -> FloorBoxes:
    """Boxes of players at a moment; of a table, its top."""
    chosen = {
        key: now
        for key, now in states.items()
        if model_of(players[key]).place not in ("ceiling", "wall")
        and not (model_of(players[key]).kind == "fitting" and model_of(players[key]).door
                 and not model_of(players[key]).surface_m)
    }  # fmt: skip
    sizes, bases = [], []
    for key, now in chosen.items():
        is_table = players[key].kind == "thing" and "table" in players[key].model
        top = min(_TABLE_TOP_M, now.size[1]) if is_table else now.size[1]
        is_pole = model_of(players[key]).kind == "plant" or "parasol" in players[key].model
        slim = 0.5 if is_pole and now.size[1] > 2.0 else 1e3
        sizes.append((min(now.size[0], slim) / 2, min(now.size[2], slim) / 2))
        bases.append((now.top_m - top, now.top_m))
    return FloorBoxes(
        tuple(chosen),
        np.array([now.at for now in chosen.values()]).reshape(-1, 2),
        np.array([direction(now.facing_deg) for now in chosen.values()]).reshape(-1, 2),
        np.array(sizes).reshape(-1, 2),
        np.array(bases).reshape(-1, 2),
    )


def _lens(filmed: FilmedShot, states: Sequence[Mapping[str, Standing]]) -> Iterator[Defect]:
    """Whether the camera is in a body or a thing."""
    within = {filmed.place.over} if filmed.place.view == "POV" else set()
    for name in filmed.place.subjects:
        if name in filmed.players:
            within |= {beat_at(filmed.players[name], 0.5).seat, filmed.players[name].on}
    inside = Counter[str]()
    for k, state in enumerate(states):
        eye = filmed.picture.eyes[k]
        others = {key: now for key, now in state.items() if key not in within}
        blocks = boxes(filmed.players, others)
        near = blocks.gaps(eye[None, [0, 2]])[0] < np.minimum(0.08, blocks.half.min(axis=1))
        for row, key in enumerate(blocks.ids):  # at a head there is more room than at a chest
            now = others[key]
            if now.tall_m and eye[1] > now.top_m - 0.17 * now.tall_m:
                near[row] = distance(now.at, (eye[0], eye[2])) < 0.15
        level = (blocks.heights[:, 0] - 0.05 < eye[1]) & (eye[1] < blocks.heights[:, 1] + 0.05)
        inside.update(np.array(blocks.ids)[near & level].tolist())
    for name, count in inside.most_common(1):
        weight = 1.0 + count / len(states)
        yield Defect(weight, _say(filmed, f"the camera is in {_called(filmed.players[name])}"))


def _clutter(filmed: FilmedShot, states: Sequence[Mapping[str, Standing]]) -> Iterator[Defect]:
    """Things before the subject that take up much of the picture; a matter of taste."""
    k = len(states) // 2
    kept = {*filmed.place.subjects, filmed.place.over}
    subjects = [states[k][name] for name in filmed.place.subjects if name in states[k]]
    if not subjects:
        return
    ats = np.array([(now.at[0], now.base_m, now.at[1]) for now in subjects])
    depth = filmed.picture.project(ats)[k, :, 2].min()
    blocks = boxes(filmed.players, {key: n for key, n in states[k].items() if key not in kept})
    covered = 0.0
    for row in range(len(blocks.ids)):
        corners = blocks.corners(row)
        spots = filmed.picture.project(corners)[k]
        if spots[:, 2].min() > 0.1 and spots[:, 2].mean() < 0.8 * depth:
            low, high = (
                np.clip(spots[:, :2].min(0), -0.5, 0.5),
                np.clip(spots[:, :2].max(0), -0.5, 0.5),
            )
            covered += float(np.prod(high - low))
    yield Defect(0.8 * max(0.0, covered - 0.15))


def _shoulder(filmed: FilmedShot, states: Sequence[Mapping[str, Standing]]) -> Iterator[Defect]:
    """Whether head and shoulder of the near person are in the near third of the picture."""
    near = states[0][filmed.place.over]
    x, height, z = near.head
    spot = filmed.picture.project(np.array([(x, height, z)]))[0, 0]
    off = -spot[0] * np.sign(filmed.place.shift)
    if spot[2] < 0.2 or not 0.12 < off < 0.5:
        name = filmed.players[filmed.place.over].name
        yield Defect(0.5, _say(filmed, f"the shoulder of {name} is not in the picture"))
    turned = _face_angle(near, filmed.picture.eyes[0])
    if turned < _SHOWS_FACE_DEG and not near.lies:
        name = filmed.players[filmed.place.over].name
        text = f"the face of {name}, over whose shoulder it looks, is turned to the camera"
        yield Defect(1.0 + (_SHOWS_FACE_DEG - turned) / 90.0, _say(filmed, text))


def _company(filmed: FilmedShot, states: Sequence[Mapping[str, Standing]]) -> Iterator[Defect]:
    """Who and what the words name besides the subjects, and is not to be seen; a matter of taste.

    A tight picture has room for what its subject looks at or has in hand only.
    """
    acted = [beat for name in filmed.place.subjects if name in filmed.players
             for beat in filmed.players[name].beats]  # fmt: skip
    dealt = {name for beat in acted for name in (beat.target, beat.looks_at)}
    outside: list[str] = []
    for name in sorted((filmed.named | dealt) & set(filmed.players) - set(filmed.place.subjects)):
        player, shown = filmed.players[name], []
        if player.kind == "person" and filmed.people == "single":
            continue
        if filmed.size in _HEAD_MAY_BE_CUT or (filmed.size == "MCU" and name not in dealt):
            continue
        for k in (1, 3, 5):
            now = states[k][name]
            x, height, z = now.head if now.tall_m else (now.at[0], now.base_m, now.at[1])
            height += 0.0 if now.tall_m else now.size[1] / 2
            spot = filmed.picture.project(np.array([(x, height, z)]))[k, 0]
            shown.append(spot[2] > 0.1 and bool((np.abs(spot[:2]) < 0.47).all()))
        weight = _MISSED_DEALT if name in dealt else _MISSED
        yield Defect(weight * (1.0 - float(np.mean(shown))))
        if player.kind == "person" and not any(shown):
            outside.append(player.name or name)
    if outside:
        more = f" and {len(outside) - 2} more" if len(outside) > 2 else ""
        verb = "is" if len(outside) == 1 else "are"
        what = f"{', '.join(outside[:2])}{more} {verb} out of the picture"
        yield Defect(REPORTED, _say(filmed, what))


def _headless(filmed: FilmedShot, states: Sequence[Mapping[str, Standing]]) -> Iterator[Defect]:
    """People in the picture without their heads; a matter of taste."""
    middle = len(SHARES) // 2
    for name, player in filmed.players.items():
        framed = name in filmed.place.subjects or name == filmed.place.over
        if player.kind != "person" or framed:
            continue
        points = _body_points(states[middle][name], filmed.picture.eyes[middle])
        spots = filmed.picture.project(points)[middle]
        visible = (np.abs(spots[:, :2]) <= 0.5).all(axis=1) & (spots[:, 2] > 0.1)
        if visible[3:].sum() > 1 and not visible[:3].any():
            yield Defect(0.3)


def _others(filmed: FilmedShot, states: Sequence[Mapping[str, Standing]]) -> Iterator[Defect]:
    """People in the picture of a single who are not its subject."""
    middle = len(SHARES) // 2
    for name, player in filmed.players.items():
        if player.kind != "person" or name in filmed.place.subjects or name.startswith("crowd"):
            continue
        points = _body_points(states[middle][name], filmed.picture.eyes[middle])
        spots = filmed.picture.project(points)[middle]
        visible = (np.abs(spots[:, :2]) <= 0.49).all(axis=1) & (spots[:, 2] > 0.1)
        if visible.sum() > 2:
            weight = 0.3 + 0.3 * float(visible.mean())
            text = f"{player.name or name} is in the picture of a single"
            yield Defect(weight, _say(filmed, text))
