"""What is each expert good for? Errors of the velocity by noise level, and of every way to share.

Usage: python -m benchmarks.experts --weights model/greybox --shots 24

Unseen boards are filmed by the layout and encoded by the checkpoint's own autoencoder; every expert
predicts the velocity at every level of the noise, its own range or not, with the prompt and the
camera as they are rendered with. The error is over the variance of the velocity: 1 is as good as
saying nothing. From it follows what one expert alone would cost, and where the boundary should lie.
Another checkpoint, such as one network for all noise, is judged on the same noise with `--also`.
Prints two tables and, last, a line of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import click
import numpy as np
import torch
from numpy.typing import NDArray

import model
from benchmarks.directions import Asked, unseen
from model.flow import schedule
from model.pipeline import Wan
from model.presets import QUALITIES
from model.transformer import Transformer
from shots import compile_prompt

LEVELS = (0.995, 0.97, 0.94, 0.91, 0.88, 0.85, 0.8, 0.75, 0.65, 0.5, 0.35, 0.2, 0.1)
MOVES = ("static", "pan-left", "push-in", "tilt-up", "track-right", "pull-out")
NUM_FRAMES = 17

Errors = Mapping[str, NDArray[np.float64]]
"""Expert → its error at each of LEVELS, mean over the clips."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """A clean latent with what its clip was asked with."""

    latent: torch.Tensor
    context: torch.Tensor
    rays: torch.Tensor | None


def lessons(wan: Wan, shots: int, first_seed: int) -> list[Lesson]:
    """Unseen boards, filmed and encoded."""
    per_move = -(-shots // len(MOVES))
    filmed = [list(unseen(move, per_move, NUM_FRAMES, first_seed)) for move in MOVES]
    mixed = [asked for group in zip(*filmed, strict=True) for asked in group][:shots]
    return [_lesson(wan, asked) for asked in mixed]


def _lesson(wan: Wan, asked: Asked) -> Lesson:
    prompt = compile_prompt(asked.board, asked.shot, mode="text")
    latent = wan.encode_clip(asked.layout)
    has_adapter = wan.checkpoint.camera_unshuffle is not None
    rays = wan.rays(asked.path, tuple(latent.shape)) if has_adapter else None
    return Lesson(latent, wan.text_encoder().encode(prompt.positive), rays)


@torch.inference_mode()
def errors(wan: Wan, taught: Sequence[Lesson]) -> Errors:
    """Judge every expert at every level; each clip has one noise for all of them."""
    found: dict[str, NDArray[np.float64]] = {}
    for index, expert in enumerate(wan.preset.experts):
        network = wan.expert(index)
        each = [_by_level(network, lesson, number) for number, lesson in enumerate(taught)]
        found[expert.name] = np.mean(each, axis=0)
    return found


def _by_level(network: Transformer, lesson: Lesson, seed: int) -> list[float]:
    """The error at each of LEVELS on one clip."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(lesson.latent.shape, generator=generator)
    target = noise - lesson.latent
    context = network.prepare(lesson.context[None])
    camera = None if lesson.rays is None else network.embed_camera(lesson.rays)
    found = []
    for level in LEVELS:
        noisy = (1 - level) * lesson.latent + level * noise
        velocity = network.velocities(noisy, torch.tensor([1000 * level]), [context], camera)[0]
        found.append(float((velocity - target).square().mean() / target.var()))
    return found


def along(each: Errors, levels: Sequence[float], boundary: float) -> float:
    """Mean error over the steps of a schedule, shared between the experts at a boundary."""
    high, *_, low = each.values()
    share = [high if level >= boundary else low for level in levels]
    at = [np.interp(lev, LEVELS[::-1], own[::-1]) for lev, own in zip(levels, share, strict=True)]
    return float(np.mean(at))


@click.command()
@click.option("--weights", type=click.Path(path_type=Path), default=Path("model/greybox"))
@click.option("--also", type=click.Path(path_type=Path), help="Another checkpoint to compare.")
@click.option("--shots", default=24, show_default=True)
@click.option("--first-seed", default=1_000_500_000, show_default=True)
def main(weights: Path, also: Path | None, shots: int, first_seed: int) -> None:
    """Judge the experts of a checkpoint."""
    started = perf_counter()
    wan = model.load(weights)
    taught = lessons(wan, shots, first_seed)
    own = errors(wan, taught)
    other = errors(model.load(also), taught) if also else {}
    each = {**own, **{f"also {name}": found for name, found in other.items()}}
    click.echo("level  " + "".join(f"{name:>12s}" for name in each))
    for k, level in enumerate(LEVELS):
        click.echo(f"{level:5.3f}  " + "".join(f"{each[name][k]:12.4f}" for name in each))

    preset = wan.preset
    quality = QUALITIES[preset.name]["draft"]
    plan = schedule(quality.steps, preset.shift, preset.solver)
    floor = preset.experts[0].floor
    levels = [float(level) for level in plan.noise[:-1]]
    ways = {"high alone": 0.0, "low alone": 1.1}
    ways |= {f"boundary {b:g}": b for b in sorted({0.7, 0.8, 0.85, floor, 0.9, 0.95})}
    costs = {name: round(along(own, levels, at), 4) for name, at in ways.items()}
    for name, cost in costs.items():
        click.echo(
            f"{name:16s}{cost:8.4f}{'  as shipped' if name == f'boundary {floor:g}' else ''}"
        )
    report = {
        "weights": str(weights),
        "shots": len(taught),
        "levels": LEVELS,
        "errors": {name: np.round(e, 4).tolist() for name, e in each.items()},
        "along draft's schedule": costs,
        "seconds": round(perf_counter() - started, 1),
    }
    click.echo(json.dumps(report))


if __name__ == "__main__":
    main()
