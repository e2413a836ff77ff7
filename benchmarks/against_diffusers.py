"""The same board rendered by storyboard and by diffusers: time, memory, and pixel difference.

Usage: python -m benchmarks.against_diffusers --boards 1:5,12:2

Tiny random weights with two experts, in the diffusers layout, are rendered by `storyboard render`
and by diffusers' `WanPipeline`: stock, and with the slow path of its CPU convolutions repaired, so
that PyTorch's choice of a kernel does not decide the comparison alone. Prompts, noise and noise
levels are the same. Every figure is a ratio between processes that ran one after the other; the
autoencoder is narrow (16 channels for the published 96), which favours storyboard against stock.
Prints a table and, last, a line of JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click
import numpy as np
from safetensors.torch import save_file
from torch import nn

from benchmarks.contenders import BOARD, NOISE, SAMPLING, TAKES, WEIGHTS, Measured, Sampling
from model.geometry import latent_shape
from model.presets import WAN22_T2V_A14B
from shots import compile_prompt, parse_shots
from storyboard.film.video import read_clip
from storyboard.plan.plan import RenderPlan, plan_render
from storyboard.plan.request import effective_board
from storyboard.plan.settings import settle
from storyboard.run.preview import STORE
from storyboard.stages.tensors import take_noise
from storyboard.store import Store

RIVALS = ("stock", "repaired")
RATIO_BARS = {"stock": 3.5, "repaired": 1.4}
MEMORY_BAR = 0.6
APART_BAR = 1
LOADS_BAR = 4

MOVES = ("push in", "pan left", "static", "tilt up", "pull out", "track right")
SIZES = ("WS", "MS", "CU")
ACTIONS = (
    "A man in a red coat walks past a parked bus.",
    "A woman waits under a street lamp and looks up.",
    "A dog runs along the edge of the water.",
    "Two children fly a kite over a stubble field.",
)


@dataclass(frozen=True)
class Shape:
    """Sizes of a checkpoint, and the sampling rendered with it.

    Attributes:
        heads: Of an expert.
        head_width: Of an expert; 128 is published.
        layers: Of an expert.
        ffn_width: Of an expert; 2.7 times its width is published.
        vae_width: 96 is published.
        text_width: Of the text encoder.
        text_layers: Of the text encoder.
        sampling: Size, length and steps of the clips.
    """

    heads: int
    head_width: int
    layers: int
    ffn_width: int
    vae_width: int
    text_width: int
    text_layers: int
    sampling: Sampling


SHAPES = {
    "bench": Shape(2, 128, 8, 704, 16, 256, 4, Sampling((160, 160), 21, 6)),
    "smallest": Shape(2, 16, 2, 64, 8, 32, 2, Sampling((32, 32), 5, 3)),
}


@dataclass(frozen=True)
class Round:
    """Measurements of every contender on one board, run one after the other."""

    shots: int
    measured: Mapping[str, Measured]
    apart: Mapping[str, int]
    """Greatest difference of a pixel to storyboard's, in 255ths."""


@dataclass(frozen=True)
class Result:
    """Figures of one board against one rival; medians over its rounds.

    Attributes:
        cpu_ratio: CPU seconds of the rival over those of storyboard.
        cpu_ratios: Of every round.
        wall_ratio: The same by the clock.
        cold_ratio: The same in CPU seconds of whole processes, imports included.
        part_ratios: CPU seconds of the experts and of the autoencoder alone.
        memory_ratio: Peak of storyboard over the rival's.
        apart: Greatest difference of a pixel in any round, in 255ths.
        loads: Networks that storyboard loaded.
        missed: Bars that are not reached.
    """

    shots: int
    rival: str
    cpu_ratio: float
    cpu_ratios: tuple[float, ...]
    wall_ratio: float
    cold_ratio: float
    part_ratios: Mapping[str, float]
    memory_ratio: float
    apart: int
    loads: int
    missed: tuple[str, ...] = field(default=())


def write_inputs(folder: Path, shots: int, shape: Shape) -> RenderPlan:
    """Write a board beside the weights, and its prompts and noise in the form diffusers takes."""
    text = board_text(shots, shape.sampling)
    (folder / BOARD).write_text(text)
    (folder / SAMPLING).write_text(json.dumps(asdict(shape.sampling)))
    board = parse_shots(text, folder / BOARD)
    request = shape.sampling.request(folder)
    board = effective_board(board, request)
    plan = plan_render(board, settle(board, request, None))
    cells = latent_shape(WAN22_T2V_A14B, shape.sampling.size, shape.sampling.num_frames)
    save_file({take.stem: take_noise(take.noise, cells) for take in plan.takes}, folder / NOISE)
    takes = [{"stem": t.stem, "prompt": t.prompt, "negative": t.negative} for t in plan.takes]
    (folder / TAKES).write_text(json.dumps(takes))
    return plan


def board_text(shots: int, sampling: Sampling) -> str:
    """A board whose shots all differ."""
    width, height = sampling.size
    lines = [
        "storyboard: 1",
        "title: Against diffusers",
        "style: {seed: 7}",
        f"format: {{size: {width}x{height}, fps: {sampling.fps}}}",
        f"defaults: {{duration: {sampling.num_frames}f}}",
        "scenes:",
        "  - number: 1",
        "    shots:",
    ]
    for n in range(shots):
        camera = f"{SIZES[n % len(SIZES)]}, {MOVES[n % len(MOVES)]}"
        action = ACTIONS[n % len(ACTIONS)]
        lines.append(f'      - {{id: "{n + 1}", camera: "{camera}", action: "{action}"}}')
    return "\n".join(lines) + "\n"


def write_weights(folder: Path, shape: Shape) -> None:
    """Write random weights of a shape; every word of the prompts is a single token."""
    from tests import oracle

    board = parse_shots(board_text(len(SIZES) * len(ACTIONS), shape.sampling), folder / BOARD)
    texts = [WAN22_T2V_A14B.negative]
    texts += [compile_prompt(board, shot, mode="text").positive for shot in board.shots]
    words = {f"▁{word}" for text in texts for word in re.findall(r"[A-Za-z]{2,}", text)}
    words |= {letter for text in texts for letter in text if ord(letter) > 127}
    spelling = oracle.tokenizer(sorted(words))
    oracle.save_pipeline(
        folder / WEIGHTS,
        oracle.KINDS["t2v"],
        [_expert(shape, seed) for seed in (1, 2)],
        oracle.vae21(width=shape.vae_width),
        oracle.text_encoder(
            vocabulary=spelling.get_vocab_size(),
            width=shape.text_width,
            heads=shape.text_width // 16,
            head_width=16,
            ffn_width=5 * shape.text_width // 2,
            layers=shape.text_layers,
        ),
        spelling,
    )


def _expert(shape: Shape, seed: int) -> nn.Module:
    from tests import oracle

    return oracle.transformer(
        16,
        seed,
        heads=shape.heads,
        head_width=shape.head_width,
        layers=shape.layers,
        ffn_width=shape.ffn_width,
        text_width=shape.text_width,
    )


def run_round(folder: Path, plan: RenderPlan, rivals: Sequence[str], threads: int) -> Round:
    """Run every contender once, each in a fresh process, and compare the pictures."""
    measured, apart = {}, {}
    with TemporaryDirectory(dir=folder) as place:
        work = Path(place)
        for name in ("ours", *rivals):
            measured[name] = _run(name, folder, work / name, threads)
        store, decode = Store(work / "ours" / STORE), plan.stages[-2]
        ours = {take.stem: read_clip(store.path(decode.refs(take)[0])) for take in plan.takes}
        for name in rivals:
            apart[name] = max(
                int(np.abs(clip.astype(int) - np.load(work / name / f"{stem}.npy")).max())
                for stem, clip in ours.items()
            )
    return Round(len(plan.takes), measured, apart)


def _run(name: str, folder: Path, work: Path, threads: int) -> Measured:
    command = [sys.executable, "-m", "benchmarks.contenders", name, str(folder), str(work)]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise click.ClickException(f"{name}: {done.stderr.strip()}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def results(rounds: Sequence[Round], rivals: Sequence[str]) -> list[Result]:
    """Medians of the ratios, by board and rival."""
    boards = sorted({one.shots for one in rounds})
    return [
        _result(shots, rival, [one for one in rounds if one.shots == shots])
        for shots in boards
        for rival in rivals
    ]


def _result(shots: int, rival: str, rounds: Sequence[Round]) -> Result:
    pairs = [(one.measured[rival], one.measured["ours"]) for one in rounds]
    cpu = tuple(round(theirs.cpu_s / ours.cpu_s, 3) for theirs, ours in pairs)
    result = Result(
        shots=shots,
        rival=rival,
        cpu_ratio=median(cpu),
        cpu_ratios=cpu,
        wall_ratio=_median(theirs.wall_s / ours.wall_s for theirs, ours in pairs),
        cold_ratio=_median(theirs.cold_s / ours.cold_s for theirs, ours in pairs),
        part_ratios={
            part: _median(theirs.parts[part] / ours.parts[part] for theirs, ours in pairs)
            for part in ("experts", "autoencoder")
        },
        memory_ratio=_median(ours.peak_mb / theirs.peak_mb for theirs, ours in pairs),
        apart=max(one.apart[rival] for one in rounds),
        loads=max(ours.loads for _, ours in pairs),
    )
    return Result(**{**vars(result), "missed": _missed(result)})


def _median(ratios: Iterable[float]) -> float:
    return round(median(ratios), 3)


def _missed(result: Result) -> tuple[str, ...]:
    reached = {
        f"{RATIO_BARS[result.rival]} times faster": result.cpu_ratio >= RATIO_BARS[result.rival],
        f"memory {MEMORY_BAR}": result.memory_ratio <= MEMORY_BAR,
        f"{APART_BAR}/255 apart": result.apart <= APART_BAR,
        f"{LOADS_BAR} loads": result.loads == LOADS_BAR,
    }
    return tuple(bar for bar, is_reached in reached.items() if not is_reached)


def table(found: Sequence[Result]) -> str:
    """The results as aligned text."""
    lines = [
        "board     against     cpu    wall    cold  experts  vae    memory  apart   loads  missed"
    ]
    for r in found:
        parts = r.part_ratios
        lines.append(
            f"{r.shots:2d} shots  {r.rival:9s}{r.cpu_ratio:6.2f}x{r.wall_ratio:7.2f}x"
            f"{r.cold_ratio:7.2f}x{parts['experts']:7.2f}x{parts['autoencoder']:7.2f}x"
            f"{r.memory_ratio:7.2f}x{r.apart:3d}/255{r.loads:8d}  {', '.join(r.missed) or '-'}"
        )
    return "\n".join(lines)


def _boards(text: str) -> dict[int, int]:
    """Shots and rounds of every board, from "1:5,12:2"."""
    found = re.findall(r"(\d+):(\d+)(?:,|$)", text)
    if not found or min(int(number) for pair in found for number in pair) < 1:
        raise click.BadParameter(f"{text!r}, must be like 1:5,12:2.", param_hint="--boards")
    return {int(shots): int(rounds) for shots, rounds in found}


@click.command()
@click.option("--boards", default="1:5,12:2", show_default=True, help="Shots:rounds of each.")
@click.option("--against", default=",".join(RIVALS), show_default=True)
@click.option("--shape", default="bench", show_default=True, type=click.Choice(list(SHAPES)))
@click.option("--threads", default=1, show_default=True)
def main(boards: str, against: str, shape: str, threads: int) -> None:
    """Render boards with storyboard and with diffusers in turn, and compare."""
    rivals = against.split(",")
    unknown = set(rivals) - set(RIVALS)
    if unknown:
        raise click.BadParameter(f"must be of {', '.join(RIVALS)}.", param_hint="--against")
    rounds: list[Round] = []
    busy = [os.getloadavg()[0]]
    with TemporaryDirectory(prefix="against-") as folder:
        write_weights(Path(folder), SHAPES[shape])
        for shots, count in _boards(boards).items():
            plan = write_inputs(Path(folder), shots, SHAPES[shape])
            for number in range(count):
                # The last one has the warmest caches, so the order rotates.
                order = rivals[number % len(rivals) :] + rivals[: number % len(rivals)]
                rounds.append(run_round(Path(folder), plan, order, threads))
                busy.append(os.getloadavg()[0])
                seconds = {name: measured.cpu_s for name, measured in rounds[-1].measured.items()}
                click.echo(f"{shots} shots, round {number + 1}: {seconds}", err=True)
    found = results(rounds, rivals)
    click.echo(table(found))
    cores = os.cpu_count() or 1
    if max(busy) > cores:
        click.echo(f"disturbed: a load of {max(busy):.1f} on {cores} cores while measuring")
    report = {
        "shape": asdict(SHAPES[shape]),
        "threads": threads,
        "load": round(max(busy), 2),
        "cores": cores,
        "results": [asdict(result) for result in found],
        "rounds": [asdict(one) for one in rounds],
    }
    click.echo(json.dumps(report))


if __name__ == "__main__":
    main()
