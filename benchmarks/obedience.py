"""Obedience of greybox: every directive of two hundred unseen shots, measured in their clips.

Usage: python -m benchmarks.obedience --weights model/greybox --shots 204 --picture shots.png

Boards come from the seeded generator, with every camera move equally often; each is rendered at
delivery size along its path and judged by `storyboard.judge` and by `benchmarks.recognition`.
The likeliest answer counts, with or without a verdict of `storyboard score`: for the camera the
path, its reverse or a static camera, whichever explains most; for a static camera a standstill or
any direction it could have moved in. The layouts of the same boards are measured in the same way,
and a goal applies to the shots whose layout is read right: what does not show there, such as the
colour of a coat in a close-up, cannot be expected of a clip.
Prints the table of goals and, last, a line of JSON.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from time import perf_counter

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.directions import UnseenShot, judge_shot, unseen
from benchmarks.recognition import FIELDS, Recogniser
from benchmarks.recognition import load as load_recogniser
from storyboard.judge import subject_size
from storyboard.judge.coherence import measure_coherence
from storyboard.judge.exposure import (
    LEAST_VISIBLE_STOPS,
    LIGHT_FIELDS,
    lean_to_contrast,
    lean_to_side,
    light_distances,
)
from storyboard.judge.motion import measure_motion, shrink
from training.films.boards import PHRASES, UNSEEN_SEED
from training.films.footage import training_folder
from training.films.prompts import meaning

Frames = NDArray[np.uint8]

MOVES = tuple(word for word, share in PHRASES["moves"].items() if share)
"""The moves that greybox is trained on."""

FIRST_SEED = UNSEEN_SEED + 3_000_000
_SIDEWAYS, _UPWARDS, _NEARER = ("pan", "track"), ("tilt", "crane"), ("zoom", "push-in", "pull-out")
_ALONG = {_SIDEWAYS: "x", _UPWARDS: "y", _NEARER: "growth"}
_THUMB = (224, 128)


@dataclass(frozen=True, eq=False)
class Answers:
    """What one clip shows.

    Attributes:
        move: The camera directive.
        right: By directive, whether the clip shows it; requested directives only, and the key side
            only where left and right light look different.
        amount: Expected and measured motion of the picture along the move; signed, in parts of its
            width or height, or as the logarithm of its scale.
        heights: Index of the requested size and of the likeliest one, smallest subject first.
        warp_error: Of neighbouring frames.
    """

    move: str
    right: Mapping[str, bool]
    amount: tuple[float, float] | None
    heights: tuple[int, int]
    warp_error: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """One board: answers for its layout and its clip, and the middle frame of both."""

    seed: int
    layout: Answers
    clip: Answers
    thumbs: tuple[Frames, Frames]


@dataclass(frozen=True)
class Goal:
    """A row of the table.

    Attributes:
        name: What is counted.
        goal: Lower limit, or upper limit if `is_least` is false.
        clip, layout: Results; None where nothing was requested.
        n: Number of shots counted.
        shown: Result for the clips whose layout is read right; None where shots are not counted
            one by one.
        is_least: Whether more is better.
    """

    name: str
    goal: float
    clip: float | None
    layout: float | None
    n: int
    shown: float | None = None
    is_least: bool = True

    @property
    def is_met(self) -> bool:
        """Whether the clips reach the goal, those whose layout is read right."""
        found = self.clip if self.shown is None else self.shown
        if found is None:
            return False
        return found >= self.goal if self.is_least else found <= self.goal


def answers(unseen_shot: UnseenShot, clip: Frames, recogniser: Recogniser) -> Answers:
    """Measure everything in one clip that its shot requests."""
    board, shot = unseen_shot.board, unseen_shot.shot
    camera, is_likeliest = judge_shot(measure_motion(clip), unseen_shot)
    alternatives = unseen_shot.alternatives
    size, lighting = shot.camera.size, shot.lighting
    frame = shrink(clip[alternatives.frame], alternatives.size)
    right = {}
    for directive, (field, names) in LIGHT_FIELDS.items():
        light = getattr(lighting, field)
        if light is not None and light in names:
            nearest = int(light_distances(frame, alternatives, directive).argmin())
            right[directive] = names[nearest] == light
    if lighting.contrast:
        leaning = lean_to_contrast(frame, alternatives, lighting.contrast, size)
        if leaning is not None:
            right["contrast"] = leaning > 0
    if lighting.side:
        lean = lean_to_side(frame, alternatives, lighting.side, size)
        if lean.visible >= LEAST_VISIBLE_STOPS:
            right["key side"] = lean.part > 0
    named, meant = recogniser.name(clip, unseen_shot.masks), meaning(board, shot)
    right |= {field: named[field] == meant[field] for field in FIELDS}
    right["camera"] = camera.verdict == "agrees" or is_likeliest
    move = shot.camera.movement[0]
    along = next((part for moves, part in _ALONG.items() if move.startswith(moves)), None)
    best = subject_size.likeliest_size(subject_size.edges(frame, alternatives, size))
    kinds = subject_size.SIZES
    amount = None
    if along:
        amount = getattr(camera.expected, along), getattr(camera.measured, along)
    return Answers(
        move=move,
        right=right,
        amount=amount,
        heights=(kinds.index(subject_size.SIZE_OF[size]), kinds.index(best)),
        warp_error=measure_coherence(clip).warp_error,
    )


def show(move: str, count: int, frames: int, weights: Path, has_adapter: bool) -> list[Comparison]:
    """Render and judge the boards of one move; in a process of its own."""
    import torch

    from benchmarks.directions import from_model

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    generate = from_model(weights, None, has_adapter)
    recogniser, _ = load_recogniser(training_folder())
    shown = []
    first_seed = FIRST_SEED + 1000 * MOVES.index(move)
    for shot in unseen(move, count, frames, first_seed):
        clip = generate(shot)
        pair = tuple(cv2.resize(each[len(each) // 2], _THUMB) for each in (shot.layout, clip))
        shown.append(
            Comparison(
                shot.seed,
                answers(shot, shot.layout, recogniser),
                answers(shot, clip, recogniser),
                (np.asarray(pair[0], np.uint8), np.asarray(pair[1], np.uint8)),
            )
        )
    return shown


def goals(shown: Sequence[Comparison]) -> Iterator[Goal]:
    """The rows that one rendering of all boards gives."""
    clips, layouts = [s.clip for s in shown], [s.layout for s in shown]

    def share(name: str, goal: float, field: str) -> Goal:
        own, truth = ([a.right[field] for a in g if field in a.right] for g in (clips, layouts))
        return counted(name, goal, own, truth)

    def counted(name: str, goal: float, own: list[bool], truth: list[bool]) -> Goal:
        judged = [right for right, is_shown in zip(own, truth, strict=True) if is_shown]
        return Goal(name, goal, _mean(own), _mean(truth), len(own), shown=_mean(judged))

    yield share("camera direction", 0.99, "camera")
    worst, layout_worst = (min(by_move(group).values()) for group in (clips, layouts))
    yield Goal("camera, worst move", 0.95, worst, layout_worst, len(by_move(clips)))
    across = _SIDEWAYS + _UPWARDS
    for name, goal, moves in (("amount across", 0.95, across), ("amount nearer", 0.9, _NEARER)):
        yield Goal(
            name, goal, _correlation(clips, moves), _correlation(layouts, moves),
            sum(a.amount is not None and a.move.startswith(moves) for a in clips),
        )  # fmt: skip
    light = (*LIGHT_FIELDS, "contrast", "key side")
    for name, goal in zip(light, (0.97, 0.97, 0.97, 0.93), strict=True):
        yield share(name, goal, name)
    for name, goal in zip(FIELDS, (0.92, 0.95, 0.95), strict=True):
        yield share(name, goal, name)
    everything = [[all(a.right.values()) for a in group] for group in (clips, layouts)]
    yield counted("everything in one shot", 0.75, *everything)
    order = _order(clips)
    yield Goal("sizes in order, of pairs", 0.95, _mean(order), _mean(_order(layouts)), len(order))
    warp = [float(np.mean([a.warp_error for a in group])) for group in (clips, layouts)]
    yield Goal("warp error over layout's", 1.5, warp[0] / warp[1], 1.0, len(clips), is_least=False)


def by_move(group: Sequence[Answers]) -> dict[str, float]:
    """Share of clips with the requested camera, by move."""
    return {
        move: round(float(np.mean([a.right["camera"] for a in group if a.move == move])), 3)
        for move in dict.fromkeys(a.move for a in group)
    }


def _mean(values: Sequence[bool]) -> float | None:
    return float(np.mean(values)) if values else None


def _correlation(group: Sequence[Answers], moves: tuple[str, ...]) -> float | None:
    pairs = [a.amount for a in group if a.amount is not None and a.move.startswith(moves)]
    expected, measured = np.array(pairs).reshape(-1, 2).T
    if len(pairs) < 3 or expected.std() == 0 or measured.std() == 0:
        return None
    return float(np.corrcoef(expected, measured)[0, 1])


def _order(group: Sequence[Answers]) -> list[bool]:
    """Of all pairs of clips of different sizes, whether the likeliest sizes are in that order."""
    heights = [a.heights for a in group]
    return [
        (one[0] < two[0]) == (one[1] < two[1]) and one[1] != two[1]
        for one, two in combinations(heights, 2)
        if one[0] != two[0]
    ]


def codec_and_first_frame(weights: Path, count: int, frames: int) -> Iterator[Goal]:
    """PSNR through the autoencoder, and of the first frame of a clip that was given one."""
    import model
    from model.pipeline import decode_clip
    from model.presets import QUALITIES
    from shots import compile_prompt

    wan = model.load(weights)
    size = QUALITIES[wan.preset.name]["draft"].size
    codec, first_frame = [], []
    for shot in unseen("static", count, frames, FIRST_SEED + 500_000):
        layout = np.stack([cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in shot.layout])
        codec.append(_psnr(layout, decode_clip(wan.vae(), wan.encode_clip(layout))))
        prompt = compile_prompt(
            shot.board, shot.shot, mode="image", negative_base=wan.preset.negative
        )
        clip = wan.generate(
            prompt.positive, prompt.negative, size=size, num_frames=5, steps=4, seed=shot.seed,
            first_frame=layout[0],
        )  # fmt: skip
        first_frame.append(_psnr(layout[:1], clip[:1]))
    yield Goal("codec, dB", 32.0, float(np.mean(codec)), None, count)
    yield Goal("first frame given, dB", 28.0, float(np.mean(first_frame)), None, count)


def _psnr(one: Frames, two: Frames) -> float:
    apart = (one.astype(float) - two.astype(float)) / 255
    return float(-10 * np.log10(max(np.square(apart).mean(), 1e-10)))


def table(found: Sequence[Goal]) -> str:
    """The goals as aligned text."""
    lines = [f"{'':26s}{'n':>6s}{'goal':>9s}{'greybox':>9s}{'layout':>9s}{'where shown':>13s}"]
    for row in found:
        number = "6.1%" if row.goal < 1 and not row.name.startswith("amount") else "6.2f"
        shares = (row.clip, row.layout, row.shown)
        own, truth, shown = ("-" if x is None else format(x, number) for x in shares)
        sign = "" if row.is_least else "<= "
        goal = f"{sign}{format(row.goal, number).strip()}"
        met = "" if row.is_met else "  missed"
        lines.append(f"{row.name:26s}{row.n:6d}{goal:>9s}{own:>9s}{truth:>9s}{shown:>13s}{met}")
    return "\n".join(lines)


def picture(shown: Sequence[Comparison], count: int, columns: int = 4) -> Frames:
    """Middle frames, layout on the left and clip on the right, evenly out of all shots."""
    chosen = [shown[int(k)] for k in np.linspace(0, len(shown) - 1, count)]
    tiles = [np.concatenate(each.thumbs, axis=1) for each in chosen]
    rows = [np.concatenate(tiles[k : k + columns], axis=1) for k in range(0, count, columns)]
    return np.concatenate(rows)


@click.command()
@click.option("--weights", type=click.Path(path_type=Path), help="Default: the shipped weights.")
@click.option("--shots", default=204, show_default=True, help="Of all moves together.")
@click.option("--frames", default=33, show_default=True, help="4n + 1.")
@click.option("--no-adapter", is_flag=True, help="Request the camera in words alone.")
@click.option("--workers", default=2, show_default=True, help="Processes.")
@click.option("--picture", "target", type=click.Path(path_type=Path), help="PNG of 24 shots.")
def main(
    weights: Path | None,
    shots: int,
    frames: int,
    no_adapter: bool,
    workers: int,
    target: Path | None,
) -> None:
    """Render unseen boards, measure every directive, and compare with the goals."""
    from storyboard.take.weights import embedded_folder

    started = perf_counter()
    folder = weights or embedded_folder()
    _, accuracy = load_recogniser(training_folder())
    each = -(-shots // len(MOVES))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        jobs = [pool.submit(show, move, each, frames, folder, not no_adapter) for move in MOVES]
        shown = [one for job in jobs for one in job.result()]
    found = list(goals(shown))
    if not no_adapter:
        found += codec_and_first_frame(folder, 10, frames)
    click.echo(table(found))
    moves = by_move([s.clip for s in shown])
    click.echo(f"camera by move: {moves}")
    if target:
        cv2.imwrite(str(target), cv2.cvtColor(picture(shown, 24), cv2.COLOR_RGB2BGR))
    report = {
        "shots": len(shown),
        "frames": frames,
        "adapter": not no_adapter,
        "recogniser": accuracy,
        "moves": moves,
        "goals": [vars(goal) for goal in found],
        "seconds": round(perf_counter() - started, 1),
    }
    click.echo(json.dumps(report))


if __name__ == "__main__":
    main()
