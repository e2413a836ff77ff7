"""Does a clip obey its camera? Unseen boards, filmed or generated, judged against their own paths.

Usage: python -m benchmarks.directions --footage greybox --moves pan,push-in --picture seen.png

With `--footage layout` it is the judge that is judged: the layout is what was asked for, so every
"wrong" there is a mistake of `storyboard.judge`. A camera that cannot be told from a single
clip counts beside those that are told right where what was asked is likeliest; that is of use over
many clips only. Prints a table and, last, a line of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from shots import CameraPath, Shot, ShotList, camera_path, compile_prompt
from storyboard.judge import (
    Direction,
    Motion,
    expected_motion,
    is_likeliest,
    judge_motion,
    measure_motion,
)
from storyboard.layout import layout_with_mask
from training.boards import PHRASES, UNSEEN_SEED
from training.filming import Clip, is_worth_learning
from training.footage import SIZE
from training.prompts import read_wording

Frames = NDArray[np.uint8]
Maker = Callable[["Asked"], Frames]

DEFAULT_MOVES = "pan,tilt,push-in,pull-out,track,static"
_STRIP_FRAMES = 4
_LABEL_PX = 14


@dataclass(frozen=True, eq=False)
class Asked:
    """One unseen board: what is asked, and how the layout films it."""

    seed: int
    board: ShotList
    shot: Shot
    path: CameraPath
    layout: Frames
    masks: Frames
    """(T, H, W), 255 where the layout has the subject."""


@dataclass(frozen=True, eq=False)
class Judged:
    """One clip and what became of its directive."""

    asked: Asked
    clip: Frames
    direction: Direction
    is_likeliest: bool
    """Whether it cannot be told, but what was asked is likelier than anything else."""
    reach: float
    """How far the picture should move, picture widths."""


@dataclass(frozen=True)
class Score:
    """One row of the table."""

    move: str
    n: int
    right: int
    wrong: int
    cannot_tell: int
    likeliest: int
    """Of those that cannot be told."""
    amount_correlation: float | None


def words_of(move: str) -> list[str]:
    """The directives behind a name: both hands of "pan", only itself of "push-in"."""
    words = [word for word in PHRASES["moves"] if word == move or word.startswith(f"{move}-")]
    if not words:
        known = ", ".join(PHRASES["moves"])
        raise click.BadParameter(f"no move '{move}'. Choose from {known}.", param_hint="--moves")
    return words


def unseen(move: str, count: int, num_frames: int, first_seed: int) -> Iterator[Asked]:
    """Boards with their subject in the picture, hands in turn, from seeds kept from training."""
    words = words_of(move)
    seed, made = first_seed, 0
    while made < count:
        word = words[made % len(words)]
        board, shot = read_wording(seed, wording=0, is_mirrored=False, moves={word: 1.0})
        path = camera_path(shot, num_frames=num_frames, aspect=SIZE[0] / SIZE[1], seed=seed)
        frames, masks = layout_with_mask(board, shot, path, SIZE)
        if is_worth_learning(Clip(frames, masks, path)):
            made += 1
            yield Asked(seed, board, shot, path, frames, masks)
        seed += 1


def from_model(folder: Path, steps: int | None, has_adapter: bool) -> Maker:
    """Clips of a checkpoint, asked for as `storyboard render` asks."""
    import model
    from model.presets import QUALITIES

    wan = model.load(folder)
    quality = QUALITIES[wan.preset.name]["draft"]

    def make(asked: Asked) -> Frames:
        base = wan.preset.negative
        prompt = compile_prompt(asked.board, asked.shot, mode="text", negative_base=base)
        return wan.generate(
            prompt.positive,
            prompt.negative,
            size=quality.size,
            num_frames=asked.path.num_frames,
            steps=steps or quality.steps,
            seed=asked.seed,
            camera_path=asked.path if has_adapter else None,
        )

    return make


def told(seen: Motion, asked: Asked) -> tuple[Direction, bool]:
    """Judge a motion; and whether what was asked is likeliest where it cannot be told."""
    direction = judge_motion(seen, asked.path, asked.masks)
    is_unclear = direction.verdict == "cannot tell"
    return direction, is_unclear and is_likeliest(seen, asked.path, asked.masks)


def score(move: str, judged: list[Judged]) -> Score:
    """Count verdicts, and compare amounts where something should move."""
    verdicts = [one.direction.verdict for one in judged]
    pairs = [
        (one.reach, one.reach * one.direction.amount)
        for one in judged
        if one.direction.amount is not None and one.direction.verdict != "cannot tell"
    ]
    asked, got = np.array(pairs).reshape(-1, 2).T
    correlation = None
    if len(pairs) > 2 and asked.std() > 0 and got.std() > 0:
        correlation = round(float(np.corrcoef(asked, got)[0, 1]), 3)
    return Score(
        move,
        n=len(judged),
        right=verdicts.count("obeyed"),
        wrong=verdicts.count("disobeyed"),
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
    height, width = judged.asked.layout.shape[1:3]
    at = np.linspace(0, len(judged.clip) - 1, _STRIP_FRAMES).round().astype(int)
    clip = [cv2.resize(judged.clip[k], (width, height)) for k in at]
    row = np.concatenate([*judged.asked.layout[at], *clip], axis=1)
    label = np.zeros((_LABEL_PX, row.shape[1], 3), np.uint8)
    direction = judged.direction
    text = f"{judged.asked.seed}  {direction.asked}  |  {direction.verdict}: {direction.got}"
    cv2.putText(label, text, (4, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (230, 230, 230), 1)
    return np.concatenate([label, row])


@click.command()
@click.option("--footage", type=click.Choice(["layout", "greybox"]), default="layout")
@click.option("--shots-per-move", default=10, show_default=True)
@click.option("--moves", default=DEFAULT_MOVES, show_default=True)
@click.option("--weights", type=click.Path(path_type=Path), help="Another checkpoint folder.")
@click.option("--steps", type=int, help="Sampling steps; left out: those of draft quality.")
@click.option("--frames", default=33, show_default=True, help="4n + 1.")
@click.option("--no-adapter", is_flag=True, help="Ask in words alone.")
@click.option("--first-seed", default=UNSEEN_SEED, show_default=True)
@click.option("--picture", type=click.Path(path_type=Path), help="PNG with a strip a shot.")
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
    make: Maker = lambda asked: asked.layout  # noqa: E731 - the layout is its own clip
    if footage == "greybox":
        from storyboard.take.weights import embedded_folder

        make = from_model(weights or embedded_folder(), steps, has_adapter=not no_adapter)
    scores, strips = [], []
    for move in moves.split(","):
        judged = []
        for asked in unseen(move.strip(), shots_per_move, frames, first_seed):
            clip = make(asked)
            reach = expected_motion(asked.path).drift
            judged.append(Judged(asked, clip, *told(measure_motion(clip), asked), reach))
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
