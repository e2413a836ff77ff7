"""Camera obedience: unseen boards, as layouts or generated, judged against their own camera paths.

Usage: python -m benchmarks.directions --footage greybox --moves pan,push-in --picture strips.png

`--footage layout` measures `storyboard.judge` itself: a layout shows exactly what was requested, so
every "wrong" is an error of the judge. A clip without a verdict counts as "likeliest" where the
requested camera explains it better than the alternatives; that is meaningful over many clips only.
Prints a table and, last, a line of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from shots import CameraPath, Shot, ShotList, compile_prompt
from shots.path.rig import turn_about
from shots.staging.stage_shot import staged_path
from storyboard.judge.alternatives import Alternatives
from storyboard.judge.camera_verdict import (
    CameraVerdict,
    compare_hypotheses,
    expected_motion,
    is_static,
    judge_motion,
)
from storyboard.judge.motion import Motion, background_motion, measure_motion
from storyboard.judge.predicted_flow import Geometry, PredictedFlow, predict_flow
from storyboard.layout import ShotFilm, layout_film, layout_with_mask
from training.films.boards import PHRASES, UNSEEN_SEED
from training.films.filming import Clip, is_usable
from training.films.footage import SIZE
from training.films.prompts import read_wording

Frames = NDArray[np.uint8]
Maker = Callable[["UnseenShot"], Frames]

DEFAULT_MOVES = "pan,tilt,push-in,pull-out,track,static"
_STRIP_FRAMES = 4
_LEAST_APART = 0.005  # of the picture, by which a hypothesis has to explain more
_LABEL_PX = 14
# What a camera that should stand could do instead: about the middle of what the words mean.
_PAN_RAD, _TILT_RAD, _TRAVEL = 0.45, 0.25, 0.4  # the last in subject distances


@dataclass(frozen=True, eq=False)
class UnseenShot:
    """The shot of one unseen board, its path and its layout."""

    seed: int
    board: ShotList
    shot: Shot
    path: CameraPath
    layout: Frames
    masks: Frames
    """(T, H, W), 255 where the layout has the subject."""
    film: ShotFilm

    @cached_property
    def alternatives(self) -> Alternatives:
        """Its layouts in other lights and sizes, and their depth."""
        return Alternatives(self.film, self.shot)

    @cached_property
    def geometry(self) -> Geometry:
        """What the layout has in each cell."""
        return self.alternatives.geometry()


@dataclass(frozen=True, eq=False)
class Judged:
    """One clip and the verdict on its camera."""

    shot: UnseenShot
    clip: Frames
    verdict: CameraVerdict
    is_likeliest: bool
    """Whether there is no verdict, but the requested camera is likelier than the alternatives."""
    reach: float
    """Expected motion of the picture, picture widths."""


@dataclass(frozen=True)
class Score:
    """One row of the table."""

    move: str
    n: int
    right: int
    wrong: int
    cannot_tell: int
    likeliest: int
    """Of those without a verdict."""
    amount_correlation: float | None


def words_of(move: str) -> list[str]:
    """The directives of a name: both hands of "pan", only itself of "push-in"."""
    words = [word for word in PHRASES["moves"] if word == move or word.startswith(f"{move}-")]
    if not words:
        names = ", ".join(PHRASES["moves"])
        raise click.BadParameter(f"no move '{move}'. Choose from {names}.", param_hint="--moves")
    return words


def unseen(move: str, count: int, num_frames: int, first_seed: int) -> Iterator[UnseenShot]:
    """Boards with a visible subject, hands in turn, from seeds that training never uses."""
    words = words_of(move)
    seed, num_yielded = first_seed, 0
    while num_yielded < count:
        word = words[num_yielded % len(words)]
        board, shot = read_wording(seed, wording=0, is_mirrored=False, moves={word: 1.0})
        aspect = SIZE[0] / SIZE[1]
        path = staged_path(board, shot, num_frames=num_frames, aspect=aspect, seed=seed)
        film = layout_film(board, shot, path)
        frames, masks = layout_with_mask(film, SIZE)
        if is_usable(Clip(frames, masks, path)):
            num_yielded += 1
            yield UnseenShot(seed, board, shot, path, frames, masks, film)
        seed += 1


def from_model(folder: Path, steps: int | None, has_adapter: bool) -> Maker:
    """Clips of a checkpoint, generated as by `storyboard render`."""
    import model
    from model.presets import QUALITIES

    wan = model.load(folder)
    quality = QUALITIES[wan.preset.name]["draft"]

    def generate(shot: UnseenShot) -> Frames:
        base = wan.preset.negative
        prompt = compile_prompt(shot.board, shot.shot, mode="text", negative_base=base)
        return wan.generate(
            prompt.positive,
            prompt.negative,
            size=quality.size,
            num_frames=shot.path.num_frames,
            steps=steps or quality.steps,
            seed=shot.seed,
            camera_path=shot.path if has_adapter else None,
        )

    return generate


def alternative_moves(path: CameraPath) -> Iterator[CameraPath]:
    """Moves that a static camera could make instead; the opposite hand of each is its reverse.

    It pans, tilts, and travels along x, along y and forward, steadily.
    """
    first = path.camera_to_world[0]
    progress = np.linspace(0.0, 1.0, path.num_frames)[:, None]
    for axis, angle in ((1, -_PAN_RAD), (0, _TILT_RAD)):
        turned = first[:, :3] @ turn_about(axis, angle * progress[:, 0])
        at = np.broadcast_to(first[:, 3:], (path.num_frames, 3, 1))
        yield replace(path, camera_to_world=np.concatenate([turned, at], axis=-1))
    for axis in range(3):
        poses = np.repeat(first[None], path.num_frames, axis=0)
        poses[:, :, 3] += progress * _TRAVEL * path.subject_distance_m * first[:, axis]
        yield replace(path, camera_to_world=poses)


def is_likeliest(
    motion: Motion, path: CameraPath, masks: Frames | None = None, geometry: Geometry | None = None
) -> bool:
    """Whether a path explains more of the picture than its reverse and than a static camera.

    A static path has no reverse: in the background of the masks of its subject, (K, h, w), it
    competes with every direction it could move in. `geometry` is what the layout has in each cell.
    """
    shape = (motion.flow.shape[1], motion.flow.shape[2])
    if is_static(path):
        motion = motion if masks is None else background_motion(motion, masks)
        for other in alternative_moves(path):
            guess = predict_flow(other, shape).guess
            # At free distances a push-in would explain any subject that walks up.
            evidence = compare_hypotheses(motion, PredictedFlow(guess, guess, guess))
            if evidence.still >= min(evidence.path, evidence.reverse):
                return False
        return True
    evidence = compare_hypotheses(motion, predict_flow(path, shape, geometry))
    # Points far away stand still in a push-in too, so a picture at rest fits it just as well.
    return evidence.path < min(evidence.reverse, evidence.still) - _LEAST_APART


def judge_shot(motion: Motion, shot: UnseenShot) -> tuple[CameraVerdict, bool]:
    """The verdict on a motion; without one, also whether the requested camera is likeliest."""
    masks = shot.alternatives.subject_masks() if is_static(shot.path) else None
    verdict = judge_motion(motion, shot.path, masks, shot.geometry)
    is_unclear = verdict.verdict == "cannot tell"
    return verdict, is_unclear and is_likeliest(motion, shot.path, masks, shot.geometry)


def score(move: str, judged: list[Judged]) -> Score:
    """Count verdicts, and compare amounts where something should move."""
    verdicts = [one.verdict.verdict for one in judged]
    pairs = [
        (one.reach, one.reach * one.verdict.amount)
        for one in judged
        if one.verdict.amount is not None and one.verdict.verdict != "cannot tell"
    ]
    expected, measured = np.array(pairs).reshape(-1, 2).T
    correlation = None
    if len(pairs) > 2 and expected.std() > 0 and measured.std() > 0:
        correlation = round(float(np.corrcoef(expected, measured)[0, 1]), 3)
    return Score(
        move,
        n=len(judged),
        right=verdicts.count("agrees"),
        wrong=verdicts.count("disagrees"),
        cannot_tell=verdicts.count("cannot tell"),
        likeliest=sum(one.is_likeliest for one in judged),
        amount_correlation=correlation,
    )


def table(scores: list[Score]) -> str:
    """The scores as aligned text."""
    lines = ["move            n  right  wrong  cannot tell  likeliest  amount correlation"]
    for s in scores:
        amount = "-" if s.amount_correlation is None else f"{s.amount_correlation:.2f}"
        lines.append(
            f"{s.move:13s}{s.n:4d}{s.right:7d}{s.wrong:7d}{s.cannot_tell:13d}{s.likeliest:11d}"
            f"{amount:>20s}"
        )
    return "\n".join(lines)


def strip(judged: Judged) -> Frames:
    """A labelled row: frames of the layout on the left, the same of the clip on the right."""
    layout, verdict = judged.shot.layout, judged.verdict
    height, width = layout.shape[1:3]
    at = np.linspace(0, len(judged.clip) - 1, _STRIP_FRAMES).round().astype(int)
    clip = [cv2.resize(judged.clip[k], (width, height)) for k in at]
    row = np.concatenate([*layout[at], *clip], axis=1)
    label = np.zeros((_LABEL_PX, row.shape[1], 3), np.uint8)
    text = f"{judged.shot.seed}  {verdict.requested}  |  {verdict.verdict}: {verdict.description}"
    cv2.putText(label, text, (4, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (230, 230, 230), 1)
    return np.concatenate([label, row])


@click.command()
@click.option("--footage", type=click.Choice(["layout", "greybox"]), default="layout")
@click.option("--shots-per-move", default=10, show_default=True)
@click.option("--moves", default=DEFAULT_MOVES, show_default=True)
@click.option("--weights", type=click.Path(path_type=Path), help="Another checkpoint folder.")
@click.option("--steps", type=int, help="Sampling steps. Default: those of draft quality.")
@click.option("--frames", default=33, show_default=True, help="4n + 1.")
@click.option("--no-adapter", is_flag=True, help="Request the camera in words alone.")
@click.option("--first-seed", default=UNSEEN_SEED, show_default=True)
@click.option("--picture", type=click.Path(path_type=Path), help="PNG with a strip for each shot.")
def main(
    footage: str,
    shots_per_move: int,
    moves: str,
    weights: Path | None,
    steps: int | None,
    frames: int,
    no_adapter: bool,
    first_seed: int,
    picture: Path | None,
) -> None:
    """Judge unseen boards, move by move."""
    cv2.setNumThreads(1)
    started = perf_counter()
    generate: Maker = lambda shot: shot.layout  # noqa: E731 - the layout is its own clip
    if footage == "greybox":
        from storyboard.take.weights import embedded_folder

        generate = from_model(weights or embedded_folder(), steps, has_adapter=not no_adapter)
    scores, strips = [], []
    for move in moves.split(","):
        judged = []
        for shot in unseen(move.strip(), shots_per_move, frames, first_seed):
            clip = generate(shot)
            reach = expected_motion(shot.path).drift
            judged.append(Judged(shot, clip, *judge_shot(measure_motion(clip), shot), reach))
        scores.append(score(move.strip(), judged))
        strips += [strip(one) for one in judged] if picture else []
        click.echo(table(scores[-1:]).splitlines()[-1], err=True)
    right, of = sum(s.right + s.likeliest for s in scores), sum(s.n for s in scores)
    click.echo(f"{table(scores)}\nright or likeliest: {right} of {of}, {right / of:.1%}")
    if picture:
        cv2.imwrite(str(picture), cv2.cvtColor(np.concatenate(strips), cv2.COLOR_RGB2BGR))
    report = {
        "footage": footage,
        "weights": str(weights) if weights else None,
        "frames": frames,
        "steps": steps,
        "adapter": footage == "greybox" and not no_adapter,
        "moves": [vars(s) for s in scores],
        "seconds": round(perf_counter() - started, 1),
    }
    click.echo(json.dumps(report))


if __name__ == "__main__":
    main()
