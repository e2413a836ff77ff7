"""Staging of shots: their words as read become people and things on a floor plan, and a camera."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from shots.lexicon.actions import POSTURES
from shots.lexicon.places import SetPlan
from shots.lexicon.things import models_in
from shots.path.camera_path import CameraPath, camera_path
from shots.path.rig import FRAMINGS
from shots.staging.acts.blocked import author_plan, blocked
from shots.staging.cameras.picture_checks import Defect, FilmedShot, defects
from shots.staging.cameras.set_up import (
    CHEST,
    LOWER_HEAD_ROOM,
    SHOULDERS_M,
    Earlier,
    Filming,
    SetUp,
)
from shots.staging.cameras.views import set_ups
from shots.staging.floor.customs import by_custom
from shots.staging.floor.floor_plan import ScenePlan, plan_of
from shots.staging.floor.groups import with_company
from shots.staging.floor.moves_on_plan import Route, is_vehicle, ways_to_places, with_directions
from shots.staging.floor.people_places import first_posture, is_crowd, is_named
from shots.staging.floor.seats import turned_on_seats
from shots.staging.floor.thing_places import BUILDING_M
from shots.staging.floor.ways_in_picture import InPicture
from shots.staging.floor.work_places import under_umbrellas
from shots.staging.floor_space import (
    Floor,
    distance,
    facing,
    model_of,
    point,
    size_of,
    turn_between,
)  # fmt: skip
from shots.staging.picture import CameraPicture, take_picture
from shots.staging.read_shot import read_shot
from shots.staging.staged import Beat, Player, ShotReading, StagedShot
from shots.staging.standing import FIGURE_M, TOGETHER, standing

if TYPE_CHECKING:
    from shots.schema import Shot, ShotList

_GOOD = 0.12  # a set-up that is disliked by less is taken at once
_MOST_TRIED = 26
_MANY = 8  # of one name
_OPEN_BODY_DEG = 25.0  # that the two of a two-shot are turned to the camera
_ASIDE_M = 2.0  # that a neighbour is farther off in a single, to be looked at out of the picture
_MOVED_M = 0.7  # size of what is cleared from between the lens and its subject
_OF_TWO = ("OTS", "POV", "reverse")  # views of one who looks at another
_CLEAR_M = 0.25  # from things to two who are cheated together
NEAREST_M = 0.6  # between two who are cheated together


@dataclass(frozen=True)
class _Before:
    """What a shot is filmed from: its words as read, everybody's places, the set-up before."""

    reading: ShotReading
    scene: ScenePlan
    earlier: Earlier
    aspect: float


_Filmed = tuple["Shot", _Before, StagedShot]


@dataclass(frozen=True, eq=False)
class _StagedBoard:
    """All shots of a board as staged, and what each is filmed from, both by id."""

    board: ShotList
    shots: dict[str, StagedShot] = field(default_factory=dict)
    before: dict[str, _Before] = field(default_factory=dict)


_boards: deque[_StagedBoard] = deque(maxlen=4)  # the last ones staged


def stage_board(board: ShotList) -> Mapping[str, StagedShot]:
    """Stage all shots of a board, by id; the last boards staged are kept."""
    return _staged_board(board).shots


def stage_shot(board: ShotList, shot: Shot) -> StagedShot:
    """Stage one shot in the context of its scene.

    Args:
        board: The board that the shot is from.
        shot: A shot of it, or a copy with other values, such as another duration.
    """
    scene = board.scene_of(shot)
    shots = scene.shots if scene else ()
    own = next((each for each in shots if each.id == shot.id), None)
    if own == shot:
        return stage_board(board)[shot.id]
    if own is not None and own == shot.model_copy(update={"duration_s": own.duration_s}):
        before, reading = _staged_board(board).before[shot.id], _read(board, shot)
        # What happens in a shot changes the places of its whole scene; when it happens does not.
        if _untimed(reading) == _untimed(before.reading):
            return _film(replace(before, reading=reading), shot)[0]
    changed = (shot,) if own is None else [shot if each is own else each for each in shots]
    return next(staged for each, _, staged in _stage_scene(board, changed) if each is shot)


def staged_path(
    board: ShotList, shot: Shot, *, num_frames: int, aspect: float, seed: int = 0
) -> CameraPath:
    """The camera path of a shot of a board, measured on what its staging frames."""
    framed = stage_shot(board, shot).framed
    return camera_path(shot, num_frames=num_frames, aspect=aspect, seed=seed, framed=framed)


def _staged_board(board: ShotList) -> _StagedBoard:
    kept = next((each for each in _boards if each.board is board), None)
    if kept is None:
        kept = _StagedBoard(board)
        for scene in board.scenes:
            for shot, before, staged in _stage_scene(board, scene.shots):
                kept.before[shot.id], kept.shots[shot.id] = before, staged
        _boards.append(kept)
    return kept


def _stage_scene(board: ShotList, shots: Sequence[Shot]) -> Iterator[_Filmed]:
    """Stage the shots of a scene; those of one location share a floor plan."""
    readings = [_read(board, shot) for shot in shots]
    groups: dict[tuple[str, str], list[int]] = {}
    for k, (shot, reading) in enumerate(zip(shots, readings, strict=True)):
        where = shot.location.key if shot.location else ""
        groups.setdefault((where, reading.place.set), []).append(k)
    aspect = board.format.aspect[0] / board.format.aspect[1]
    for members in groups.values():
        chosen = [shots[k] for k in members]
        plan = author_plan(plan_of(readings[members[0]].place), chosen)
        yield from stage_in_order(chosen, [readings[k] for k in members], aspect, plan)


def _read(board: ShotList, shot: Shot) -> ShotReading:
    reading = blocked(board, shot, read_shot(board, shot))
    return by_custom(with_company(under_umbrellas(reading)))


def _untimed(reading: ShotReading) -> list[tuple[Beat, ...]]:
    """The beats of a reading without the times at which they happen."""
    return [
        tuple(replace(beat, start=0.0, end=1.0, speaks=()) for beat in player.beats)
        for player in reading.players
    ]


def stage_in_order(
    shots: Sequence[Shot], readings: Sequence[ShotReading], aspect: float, plan: SetPlan | None
) -> Iterator[_Filmed]:
    """Stage shots on one floor plan, each from where the one before ends."""
    scene, earlier = ScenePlan(readings, plan), Earlier()
    for shot, reading in zip(shots, readings, strict=True):
        before = _Before(reading, scene, earlier, aspect)
        staged, scene, earlier = _film(before, shot)
        scene.end(staged.players)
        yield shot, before, staged


def _film(before: _Before, shot: Shot) -> tuple[StagedShot, ScenePlan, Earlier]:
    """Stage one shot: everybody at their places, ways, the best of the set-ups, and its warnings.

    Returns:
        The staged shot, its scene before `ScenePlan.end`, and its set-up for the next shot.
    """
    scene, reading, aspect = before.scene.copy(), before.reading, before.aspect
    seconds = float(shot.duration_s)
    screen = shot.continuity.screen_direction if shot.continuity else None
    begins = scene.begin(reading)
    if shot.camera.view == "insert":
        begins = _shown_in_hand(begins)
    begun = with_directions(begins, shot.camera, screen or "")
    players, routes = ways_to_places(begun, scene.occupied, seconds)
    players = turned_on_seats(players, looks=shot.camera.view in _OF_TWO)
    players = _turned_to_arrivals(players, scene.occupied.partners)
    players = _cheated(players, shot, aspect, scene.occupied.floor)
    absent = {each.id for each in players if not scene.is_drawn(each, reading)}
    if shot.camera.people == "empty":
        players = [each for each in players if each.kind != "person"]
    filming = Filming(
        shot, aspect, reading, {each.id: each for each in players}, scene.occupied,
        scene.line_sides, before.earlier,
    )  # fmt: skip
    crosses = filming.take_side()
    best: tuple[float, SetUp, tuple[Player, ...], list[Defect]] | None = None
    for tried, set_up in enumerate(set_ups(filming)):
        if tried >= _MOST_TRIED or (best and best[0] < _GOOD + 1e-9):
            break
        if best and set_up.penalty >= best[0]:
            continue
        moved, found = _look(filming, set_up, routes, seconds, absent)
        score = set_up.penalty + sum(each.weight for each in found)
        if best is None or score < best[0] - 1e-6:
            best = score, set_up, moved, found
    assert best is not None, "every view has at least one set-up"
    _, set_up, moved, found = best
    warnings = [each.text for each in found if each.text]
    if crosses or set_up.crosses:
        warnings.append(f"{shot.id}: the camera crosses the line of action")
    pair = filming.line()
    line = (filming.now(pair[0]).at, filming.now(pair[1]).at) if pair else None
    result = StagedShot(
        reading.place, moved, set_up.place, set_up.framed, line, reading.staged,
        reading.not_staged, tuple(dict.fromkeys(filter(None, (*warnings, set_up.note)))),
        reading.prompt_only,
    )  # fmt: skip
    return result, scene, _remembered(filming, set_up)


def _shown_in_hand(players: Sequence[Player]) -> tuple[Player, ...]:
    """Players of an insert: a page or a screen in somebody's hands is turned to their eyes."""
    flat = {each.id for each in players if model_of(each).lies == "back"}
    shown = []
    for player in players:
        beats = tuple(
            replace(b, gesture="read" if b.holds[0][0] == "both" else "phone-look")
            if b.holds and b.holds[0][1] in flat and b.gesture in ("", "hold", "carry") else b
            for b in player.beats
        )  # fmt: skip
        shown.append(replace(player, beats=beats))
    return tuple(shown)


def _look(
    filming: Filming, set_up: SetUp, routes: Sequence[Route], seconds: float, absent: set[str]
) -> tuple[tuple[Player, ...], list[Defect]]:
    """The players with all ways for a set-up, and what is wrong with its picture."""
    shot, place = filming.shot, set_up.place
    picture = take_picture(shot, filming.aspect, place, set_up.framed)
    players = _turned_open(filming, place.subjects, place.side_deg)
    heading = place.side_deg + 180.0
    within = InPicture(picture, heading, seconds, filming.occupied, place.subjects)
    moved = within.ways(players, routes)
    shown = {*place.subjects, place.over}
    named = shown | {each.id for each in filming.reading.players}
    if shot.camera.people == "single" or shot.camera.view == "insert":  # the others are off the set
        moved = tuple(p for p in moved if p.kind != "person" or p.id in named)
    kept = {*place.subjects, *(each.on for each in moved if each.id in shown)}
    extras = _large_groups(moved)
    kept |= {p.id for p in moved if is_vehicle(p) + p.is_fixture + (p.id in named) > 1}
    moved = tuple(
        each
        for each in moved
        if (each.id in shown or each.id not in absent)
        and not _in_front(each, kept, picture, is_tidy=place.view in ("insert", "OTS", "reverse"),
                          is_extra=is_crowd(each.id) or each.id in extras)
    )  # fmt: skip
    by_id = {each.id: each for each in moved}
    filmed = FilmedShot(
        shot.id, shot.camera.size, shot.camera.movement, shot.camera.people or "", by_id, place,
        picture, frozenset(each.id for each in filming.reading.players if is_named(each))
        | _landmarks(moved, shot.action), set_up.note,
    )  # fmt: skip
    return moved, defects(filmed)


def _landmarks(players: Sequence[Player], words: str) -> frozenset[str]:
    """Ids of buildings of the set that the words name: the lighthouse, the cathedral."""
    named = models_in(words)
    large = [p for p in players if p.is_fixture and p.model in named
             and model_of(p).kind == "structure" and max(size_of(p)) > BUILDING_M]  # fmt: skip
    models = Counter(each.model for each in large)
    return frozenset(each.id for each in large if models[each.model] == 1)


def _large_groups(players: Sequence[Player]) -> set[str]:
    """Ids of people on their feet, of one name, so many that one more or less is no loss."""
    people = [p.id for p in players if p.kind == "person" and POSTURES[first_posture(p)].top == 1.0]
    stems = Counter(name.rstrip("0123456789") for name in people)
    return {name for name in people if stems[name.rstrip("0123456789")] >= _MANY}


def _in_front(
    player: Player, subjects: Container[str], picture: CameraPicture, *, is_extra: bool,
    is_tidy: bool,
) -> bool:  # fmt: skip
    """Whether one of a crowd, a thing on a table or a vehicle is between the lens and a subject."""
    is_small = is_tidy and player.is_fixture and max(size_of(player)) < _MOVED_M
    is_small = is_small or is_vehicle(player)
    if not (is_small or is_extra) or player.id in subjects:
        return False
    eye, aim = picture.eyes[len(picture.eyes) // 2][[0, 2]], picture.subject[0]
    way = (aim - eye) / max(1e-6, np.linalg.norm(aim - eye))
    away = np.array(player.at) - eye
    ahead, aside = float(away @ way), abs(float(away[0] * way[1] - away[1] * way[0]))
    if is_small:
        return 0.0 < ahead < distance(eye, aim) and aside < max(size_of(player)) / 2 + 0.1
    return -0.5 < ahead < distance(eye, aim) + 0.3 and aside < 0.45 + 0.15 * abs(ahead)


def _cheated(players: Sequence[Player], shot: Shot, aspect: float, floor: Floor) -> list[Player]:
    """Players; two on their feet come as near for a two-shot as its size and things let them."""
    if shot.camera.people == "single":
        return _apart(players)
    width_m = FRAMINGS[shot.camera.size].frame_m * aspect
    pair = [p for p in players if p.kind == "person" and _is_at_rest(p)][:2]
    if shot.camera.people != "two-shot" or len(pair) < 2:
        return list(players)
    low, tall = sorted(each.look.height_m if each.look else FIGURE_M for each in pair)
    width_m = max(width_m, LOWER_HEAD_ROOM * (tall - low + CHEST * low) * aspect)
    middle = (np.array(pair[0].at) + np.array(pair[1].at)) / 2
    apart = distance(pair[0].at, pair[1].at)
    part = min(1.0, max(NEAREST_M, width_m - 2 * SHOULDERS_M) / max(apart, 1e-6))
    ends = [middle + part * (np.array(each.at) - middle) for each in pair]
    is_clear = bool((floor.blocks.gaps(np.array(ends)) > _CLEAR_M).all())
    if apart >= 2.0 or not is_clear:
        return list(players)
    places = {each.id: point(end) for each, end in zip(pair, ends, strict=True)}
    return [replace(each, at=places.get(each.id, each.at)) for each in players]


def _apart(players: Sequence[Player]) -> list[Player]:
    """Players; those who sit beside the subject make room for a picture of one."""
    by_id = {each.id: each for each in players}
    subject = next((p for p in players if p.is_subject and p.kind == "person"), None)
    if subject is None or not all(beat.seat for beat in subject.beats):
        return list(players)
    for player in players:
        apart, rest = distance(player.at, subject.at), standing(player, 0.0, by_id)
        if player.kind == "person" and 0 < apart < 0.9 and rest.posture in ("sit", "drive"):
            at = point(player.at + (np.array(player.at) - subject.at) * _ASIDE_M / apart)
            beats = tuple(replace(beat, posture="sit", seat="") for beat in player.beats)
            low = rest.base_m - POSTURES["sit"].rest * rest.tall_m / FIGURE_M
            by_id[player.id] = replace(player, at=at, base_m=low, beats=beats, near="", relation="")
    return list(by_id.values())


def _turned_to_arrivals(players: Sequence[Player], partners: Mapping[str, str]) -> list[Player]:
    """Players; one at rest looks to where somebody whom they relate to has come in the end."""
    ends = {p.id: way[-1] for p in players for way in [b.path for b in p.beats if b.path][-1:]}
    pairs = {**{whom: who for who, whom in partners.items()}, **partners}
    return [
        replace(p, facing_deg=round(facing(p.at, ends[pairs[p.id]]), 3))
        if pairs.get(p.id) in ends and p.id not in ends and _is_at_rest(p) else p for p in players
    ]  # fmt: skip


def _turned_open(filming: Filming, subjects: Sequence[str], side_deg: float) -> list[Player]:
    """Players; two who talk on their feet in a two-shot open their bodies to the camera."""
    players = []
    is_pair = filming.shot.camera.people == "two-shot" and len(subjects) == 2
    for player in filming.players.values():
        if is_pair and player.id in subjects and _is_at_rest(player):
            turn = turn_between(player.facing_deg, side_deg)
            if 45.0 < abs(turn) < 135.0:
                opened = player.facing_deg + (_OPEN_BODY_DEG if turn > 0 else -_OPEN_BODY_DEG)
                player = replace(player, facing_deg=round(opened, 3))
        players.append(player)
    return players


def _is_at_rest(player: Player) -> bool:
    """Whether a person is on their feet in one place, and touches nobody."""
    busy = any(b.seat or b.path or b.to or b.gesture in TOGETHER for b in player.beats)
    return player.kind == "person" and not busy


def _remembered(filming: Filming, set_up: SetUp) -> Earlier:
    subject = next(iter(set_up.place.subjects), "")
    if subject not in filming.players or filming.players[subject].kind != "person":
        return filming.earlier
    partner = set_up.place.over or filming.partner(subject)
    angle = abs(turn_between(filming.gaze(subject), set_up.place.side_deg))
    view = "OTS" if set_up.place.over and filming.shot.camera.view != "POV" else "single"
    return Earlier(subject, partner, view, min(80.0, angle))
