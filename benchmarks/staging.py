"""Staging: verdicts on exact layouts, swapped actions, and pictures of random and of tight shots.

Usage: python -m benchmarks.staging --verdicts 300 --moves 30 --others 100 --random 200 --pairs 25.
Prints a line for every failure, a table and, last, a line of JSON.

"verdicts" are exact layouts, so every "disagrees" is an error of the judge or of the staging.
"moves" are layouts filmed by each of 14 moves and judged for each: another move that "agrees" is an
error, unless the two look the same there (a zoom and a push towards what is far).
"others" are layouts of the same board with another action or thing, judged against the shot:
"agrees" on action, or on other subjects, is an error. "random" shots fail if no subject is in any
of three frames, if a frame is blank, or if of people in a size tighter than FS no face is visible,
unless the words turn them away. "pairs" are tight shots of two, which fail if both are in the
picture, their heads are more than 0.6 m apart on the floor and one is in its middle third (two who
hug, kiss or whisper are centred as one group), if somebody is missing, or if the size does not
allow a cut crown and one is cut.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from shots import Shot
from shots.path.camera_path import CameraPath, camera_path
from shots.path.rig import FULL_SIZES
from shots.staging.stage_shot import staged_path
from shots.staging.staged import Player
from storyboard.judge.alternatives import Alternatives
from storyboard.judge.camera_verdict import judge_motion
from storyboard.judge.clip import score_clip
from storyboard.judge.finding import Finding
from storyboard.judge.motion import measure_motion
from storyboard.judge.staging_verdict import judge_staging
from storyboard.layout import ShotFilm, layout_film
from storyboard.layout.render.frame import Frame
from training.films.acted_boards import FIRST_SEED, Drawn, draw, draw_tight, with_other_action

Frames = NDArray[np.uint8]

SIZE = (224, 126)
NUM_FRAMES = 33  # 2 s at 16 a second
_ENDS = (0, NUM_FRAMES // 2, NUM_FRAMES - 1)
_LEAST_PART = 0.001  # of the picture, by a subject
_BLANK = 4.0  # standard deviation of grey levels
_TOGETHER_M = 0.6  # between the heads of two who are one group: a hug, a kiss, a whisper
_HEAD_M = 0.08  # by which a face may be nearer than its eyes
_CUT_ASKED = ("CU", "BCU", "ECU")
_AWAY = re.compile(r"\b(away|turns|lies|left|right|bows|climbs|crawls|past|picks|ties)\b")
_GROUPS = 1_000_000  # seeds between the questions
_FILMED_MOVES = (
    "static", "pan-left", "pan-right", "tilt-up", "tilt-down", "push-in", "pull-out", "track-left",
    "track-right", "crane-up", "orbit-left", "orbit-right", "zoom-in", "zoom-out",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Filmed:
    """A drawn board, its film and three rendered frames."""

    drawn: Drawn
    shot: Shot
    film: ShotFilm

    @classmethod
    def of(cls, drawn: Drawn) -> Filmed:
        """Stage a drawn board."""
        board = drawn.board()
        shot = board.shots[0]
        aspect = SIZE[0] / SIZE[1]
        path = staged_path(board, shot, num_frames=NUM_FRAMES, aspect=aspect, seed=drawn.seed)
        return cls(drawn, shot, layout_film(board, shot, path))

    @cached_property
    def frames(self) -> dict[int, Frame]:
        """The first, the middle and the last frame."""
        return {k: self.film.frame(k, SIZE) for k in _ENDS}

    @property
    def subjects(self) -> list[Player]:
        """Who or what is framed."""
        found = (self.film.staged.player(name) for name in self.film.staged.camera.subjects)
        return [player for player in found if player]

    def spot(self, player: Player, point: str, frame: int) -> tuple[float, float, float]:
        """A point of a body: column and row of the picture, and depth in metres."""
        camera, at = self.film.camera(frame), self.film.performances(frame)[player.id].points[point]
        x, y, depth = camera.matrix(SIZE) @ (at - camera.position)
        return float(x / depth), float(y / depth), float(depth)

    def shows_face(self, player: Player, frame: int) -> bool:
        """Whether nothing, not even the head itself, is between the eyes and the camera."""
        x, y, depth = self.spot(player, "eye", frame)
        if depth <= 0 or not (0 <= x < SIZE[0] and 0 <= y < SIZE[1]):
            return False
        rows = slice(max(0, int(y) - 1), int(y) + 2)
        columns = slice(max(0, int(x) - 1), int(x) + 2)
        return bool(self.frames[frame].depth[rows, columns].max() >= depth - _HEAD_M)

    def picture(self) -> Frames:
        """Three frames side by side, (H, 3 W, 3)."""
        return np.concatenate([frame.picture for frame in self.frames.values()], axis=1)


def verdicts(drawn: Drawn) -> tuple[Filmed, list[Finding]]:
    """Findings on an exact layout."""
    filmed = Filmed.of(drawn)
    clip = np.stack(list(filmed.film.pictures(SIZE)))
    return filmed, list(score_clip(clip, filmed.film, filmed.shot).findings)


def staging_of_another(drawn: Drawn) -> tuple[Filmed, list[str]]:
    """A layout with another action or thing by the same directives, and what is called obeyed.

    The same subjects in the same picture are no error: through the eyes of who talks to somebody
    and of who dances with them the picture is one.
    """
    filmed, other = Filmed.of(drawn), Filmed.of(with_other_action(drawn))
    clip = np.zeros((NUM_FRAMES, SIZE[1], SIZE[0], 3), np.uint8)
    for k, frame in other.frames.items():
        clip[k] = frame.picture
    agreed = [
        finding.directive
        for finding in judge_staging(clip, filmed.film, filmed.shot)
        if finding.verdict == "agrees"
    ]
    is_same = filmed.film.staged.camera.subjects == other.film.staged.camera.subjects
    return other, [] if agreed == ["subjects"] and is_same else agreed


def defects(filmed: Filmed) -> Iterator[str]:
    """What is wrong with the picture of a random shot."""
    frames, subjects = filmed.frames, filmed.subjects
    parts = [
        max(float(filmed.film.mask([each.id], frame).mean()) / 255 for frame in frames.values())
        for each in subjects
    ]
    if subjects and max(parts) < _LEAST_PART:
        yield "subject lost"
    if any(frame.picture.std() < _BLANK for frame in frames.values()):
        yield "blank"
    if not subjects or filmed.shot.camera.size in (*FULL_SIZES, "EWS", "WS"):
        return
    asks_more = filmed.shot.camera.view in ("insert", "POV") or _AWAY.search(filmed.drawn.action)
    if subjects[0].kind != "person" or asks_more:
        return
    people = [each for each in subjects if each.kind == "person"]
    if not any(filmed.shows_face(each, k) for each in people for k in frames):
        yield "only cloth or scalp"


def pair_defects(filmed: Filmed) -> Iterator[str]:
    """What is wrong with a tight shot of two."""
    middle, (width, height) = NUM_FRAMES // 2, SIZE
    people = [each for each in filmed.film.staged.players if each.kind == "person"]
    heads = [filmed.spot(each, "head", middle) for each in people]
    points = [filmed.film.performances(middle)[each.id].points["head"] for each in people]
    apart = float(np.linalg.norm((points[0] - points[-1])[[0, 2]]))
    is_inside = [z > 0 and 0 <= x < width and 0 <= y < height for x, y, z in heads]
    if not all(is_inside):
        yield "somebody is missing"
    elif any(abs(x / width - 0.5) < 1 / 6 for x, _, _ in heads) and apart > _TOGETHER_M:
        yield "head in the middle third"
    if filmed.shot.camera.size in _CUT_ASKED:
        return
    for person, is_in in zip(people, is_inside, strict=True):
        if is_in and filmed.spot(person, "crown", middle)[1] < 0:
            yield f"crown of {person.name} cut"


@dataclass
class Tally:
    """What was found, with the pictures of failures in a folder if there is one."""

    folder: Path | None
    counts: Counter[str]

    def fail(self, name: str, filmed: Filmed, what: str) -> None:
        """Count and print a failure."""
        self.counts[f"{name}: {what.split(' of ')[0] if name == 'pairs' else what}"] += 1
        drawn = filmed.drawn
        camera = ", ".join(map(str, drawn.camera.values()))
        click.echo(f"{name} {drawn.seed} {what} | {drawn.heading} | {camera} | {drawn.action}")
        if self.folder:
            target = self.folder / f"{name}_{drawn.seed}.png"
            cv2.imwrite(str(target), cv2.cvtColor(filmed.picture(), cv2.COLOR_RGB2BGR))


def measure_verdicts(count: int, seed: int, tally: Tally) -> dict[str, object]:
    """Shares of "disagrees" and of "cannot tell" on exact layouts, by directive."""
    given, wrong, none, shots = Counter[str](), Counter[str](), Counter[str](), 0
    for k in range(count):
        filmed, findings = verdicts(draw(seed + k))
        bad = [each for each in findings if each.verdict == "disagrees"]
        shots += bool(bad)
        given.update(each.directive for each in findings)
        wrong.update(each.directive for each in bad)
        none.update(each.directive for each in findings if each.verdict == "cannot tell")
        for each in bad:
            words = f"{each.directive} {each.asked}: {each.measured}"
            tally.fail("verdicts", filmed, words)
    click.echo(f"{'directive':12s}{'n':>5s}{'disagrees':>11s}{'cannot tell':>13s}")
    for name, n in given.items():
        click.echo(f"{name:12s}{n:5d}{wrong[name]:11d}{none[name]:13d}")
    return {"shots disobeyed": shots, "of": count, "by directive": dict(wrong)}


def _is_same_path(one: CameraPath, other: CameraPath) -> bool:
    return np.allclose(one.camera_to_world, other.camera_to_world) and np.allclose(
        one.focal, other.focal
    )


def measure_moves(count: int, seed: int, tally: Tally) -> dict[str, object]:
    """How often a layout agrees with its own move, and with another one."""
    found = Counter[str]()
    for k in range(count):
        filmed = Filmed.of(draw(seed + k))
        asked = {}
        for move in _FILMED_MOVES:
            camera = filmed.shot.camera.model_copy(update={"movement": (move,)})
            shot = filmed.shot.model_copy(update={"camera": camera})
            framed, aspect = filmed.film.staged.framed, SIZE[0] / SIZE[1]
            path = camera_path(shot, num_frames=NUM_FRAMES, aspect=aspect, framed=framed)
            film = filmed.film.along(path)
            alternatives = Alternatives(film, shot)
            motion = measure_motion(np.stack(list(film.pictures(SIZE))))
            masks = alternatives.subject_masks() if move == "static" else None
            asked[move] = motion, path, masks, alternatives.geometry()
        for move, (_, path, masks, geometry) in asked.items():
            for filmed_move, (motion, filmed_path, *_) in asked.items():
                if move != filmed_move and _is_same_path(path, filmed_path):
                    continue  # a push-in without room films the picture of a static camera
                verdict = judge_motion(motion, path, masks, geometry).verdict
                is_own = move == filmed_move
                found[f"{'own' if is_own else 'other'} {verdict}"] += 1
                if verdict == ("disagrees" if is_own else "agrees"):
                    tally.fail("moves", filmed, f"{filmed_move} {verdict} with {move}")
    return dict(found)


def measure_others(count: int, seed: int, tally: Tally) -> dict[str, object]:
    """How often another action or thing is called obeyed."""
    obeyed = 0
    for k in range(count):
        filmed, agreed = staging_of_another(draw(seed + k))
        obeyed += bool(agreed)
        if agreed:
            original = draw(seed + k).action
            tally.fail("others", filmed, f"{' and '.join(agreed)} agree with {original!r}")
    return {"called obeyed": obeyed, "of": count}


@click.command()
@click.option("--verdicts", "num_verdicts", default=300, show_default=True)
@click.option("--moves", "num_moves", default=30, show_default=True)
@click.option("--others", "num_others", default=100, show_default=True)
@click.option("--random", "num_random", default=200, show_default=True)
@click.option("--pairs", "num_pairs", default=25, show_default=True)
@click.option("--first-seed", default=FIRST_SEED, show_default=True)
@click.option("--pictures", type=click.Path(path_type=Path), help="Folder for failures, as PNG.")
def main(
    num_verdicts: int,
    num_moves: int,
    num_others: int,
    num_random: int,
    num_pairs: int,
    first_seed: int,
    pictures: Path | None,
) -> None:
    """Measure the staging and the verdicts on it."""
    cv2.setNumThreads(1)
    started = perf_counter()
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    tally = Tally(pictures, Counter())
    report: dict[str, object] = {}
    if num_verdicts:
        report["verdicts"] = measure_verdicts(num_verdicts, first_seed, tally)
    if num_moves:
        report["moves"] = measure_moves(num_moves, first_seed + 7 * _GROUPS, tally)
    if num_others:
        report["others"] = measure_others(num_others, first_seed + _GROUPS, tally)
    for name, count, find, sample, seed in (
        ("random", num_random, defects, draw, first_seed + 2 * _GROUPS),
        ("pairs", num_pairs, pair_defects, draw_tight, first_seed + 3 * _GROUPS),
    ):
        failed = 0
        for k in range(count):
            filmed = Filmed.of(sample(seed + k))
            found = list(find(filmed))
            failed += bool(found)
            for what in found:
                tally.fail(name, filmed, what)
        if count:
            counts = {k: n for k, n in tally.counts.items() if k.startswith(name)}
            report[name] = {"failed": failed, "of": count, **counts}
    seconds = round(perf_counter() - started, 1)
    click.echo(json.dumps({**report, "seconds": seconds}))


if __name__ == "__main__":
    main()
