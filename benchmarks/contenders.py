"""The three renderers that `against_diffusers` compares, each in a process of its own.

    python -m benchmarks.contenders ours|stock|repaired FOLDER WORK

reads checkpoint, prompts and noise from FOLDER (written by `against_diffusers`), renders into WORK,
and prints a line of JSON. Imports are done before the clock starts and before memory is counted.
"""

from __future__ import annotations

import json
import os
import resource
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from model.presets import WAN22_T2V_A14B

if TYPE_CHECKING:
    import torch

    from storyboard.events import Event
    from storyboard.plan.request import Request

WEIGHTS, BOARD, TAKES, NOISE = "weights", "board.yaml", "takes.json", "noise.safetensors"
SAMPLING = "sampling.json"

IMPORTS = {
    "ours": (
        "av", "ftfy", "model.denoise", "model.text", "model.autoencoder.codec",
        "model.weights.checkpoint", "PIL.Image", "safetensors.torch",
        "storyboard.stages.tensors", "storyboard.run.commands", "storyboard.stages.tensors",
        "transformers.models.umt5.modeling_umt5",
    ),
    "diffusers": (
        "accelerate", "diffusers.guiders", "diffusers.pipelines.wan.pipeline_wan",
        "diffusers.schedulers.scheduling_unipc_multistep", "imageio.plugins.ffmpeg", "tests.oracle",
        "transformers.models.umt5.modeling_umt5",
    ),
}  # fmt: skip
"""Imports of a contender, done before the clock starts."""


@dataclass(frozen=True)
class Sampling:
    """Sampling options of all contenders.

    Attributes:
        size: Width and height in pixels.
        num_frames: 4n + 1.
        steps: Of both experts together.
        shift: Of the schedule.
        guidance: High and low expert.
        fps: Pictures a second of the files written.
    """

    size: tuple[int, int]
    num_frames: int
    steps: int
    shift: float = 12.0
    guidance: tuple[float, float] = (4.0, 3.0)
    fps: int = 16

    def request(self, folder: Path) -> Request:
        """The same as a request of `storyboard render`."""
        from storyboard.plan.request import Request

        options = {
            "size": f"{self.size[0]}x{self.size[1]}",
            "frames": self.num_frames,
            "steps": self.steps,
            "shift": self.shift,
            "guidance": ",".join(map(str, self.guidance)),
            "residency": "whole",
        }
        settings = tuple((key, str(value)) for key, value in options.items())
        return Request(
            preset=WAN22_T2V_A14B.name,
            quality="final",
            weights=folder / WEIGHTS,
            device="cpu",
            settings=settings,
        )


@dataclass(frozen=True)
class Measured:
    """Time and memory of rendering a board.

    Attributes:
        cpu_s: Seconds of all threads together.
        wall_s: Seconds of the clock.
        cold_s: CPU seconds of the whole process, imports included.
        peak_mb: Most memory in use, above what was in use before the start.
        loads: Networks brought into memory.
        parts: CPU seconds of loading, text, experts and autoencoder; for ours the last includes
            writing, since frames are written as they are decoded.
    """

    cpu_s: float
    wall_s: float
    cold_s: float
    peak_mb: float
    loads: int
    parts: dict[str, float]


class Clock:
    """Sums CPU and wall seconds over the blocks that it times."""

    def __init__(self) -> None:
        self.cpu_s = self.wall_s = 0.0
        self.parts: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time a block."""
        cpu, wall = process_time(), perf_counter()
        yield
        self.cpu_s += process_time() - cpu
        self.wall_s += perf_counter() - wall

    def part(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, with its CPU seconds counted as a part."""

        def timed(*args: object, **options: object) -> object:
            started = process_time()
            try:
                return work(*args, **options)
            finally:
                self.parts[name] += process_time() - started

        return timed


def render_ours(folder: Path, work: Path, sampling: Sampling, clock: Clock) -> int:
    """Render as `storyboard render --no-animatic --no-score` in one wave; count network loads."""
    from shots import load_shots
    from storyboard.events import NetworkLoaded, StageFinished, StageStarted
    from storyboard.run.commands import render_board
    from storyboard.run.preview import Options, RunSpec

    since = 0.0

    def listen(event: Event) -> None:
        nonlocal since
        if isinstance(event, NetworkLoaded):
            clock.parts["loading"] += process_time() - since
        elif isinstance(event, StageFinished):
            clock.parts[_PARTS.get(event.stage, "writing")] += process_time() - since
        if isinstance(event, NetworkLoaded | StageStarted):
            since = process_time()

    with clock.running():
        board = load_shots(folder / BOARD)
        options = Options(animatic=False, sheet=False, score=False, wave=len(board.shots))
        outcome = render_board(RunSpec(board, sampling.request(folder), work, options), listen)
    if outcome.failures:
        raise click.ClickException(f"ours: {next(iter(outcome.failures.values()))}")
    return outcome.manifest.networks_loaded


_PARTS = {
    "encode-text": "text",
    "denoise-high": "experts",
    "denoise-low": "experts",
    "decode": "autoencoder",
}


def render_diffusers(folder: Path, work: Path, sampling: Sampling, clock: Clock) -> int:
    """Render with diffusers as in its documentation, all networks resident; count network loads.

    Frames are also stored as `<take>.npy` for the comparison, off the clock.
    """
    from diffusers import WanPipeline
    from diffusers.utils.export_utils import export_to_video
    from safetensors.torch import load_file

    from tests import oracle

    width, height = sampling.size
    with clock.running():
        load = clock.part("loading", WanPipeline.from_pretrained)
        pipe = load(folder / WEIGHTS, scheduler=oracle.scheduler("unipc", sampling.shift))
        noise = load_file(folder / NOISE)
    pipe.set_progress_bar_config(disable=True)
    pipe.encode_prompt = clock.part("text", pipe.encode_prompt)
    pipe.vae.decode = clock.part("autoencoder", pipe.vae.decode)
    for expert in (pipe.transformer, pipe.transformer_2):
        expert.forward = clock.part("experts", expert.forward)
    for take in json.loads((folder / TAKES).read_text()):
        with clock.running():
            frames = pipe(
                take["prompt"],
                take["negative"],
                width=width,
                height=height,
                num_frames=sampling.num_frames,
                num_inference_steps=sampling.steps,
                guidance_scale=sampling.guidance[0],
                guidance_scale_2=sampling.guidance[1],
                latents=noise[take["stem"]],
            ).frames[0]
            clip = work / f"{take['stem']}.mp4"
            clock.part("writing", export_to_video)(frames, str(clip), fps=sampling.fps)
        np.save(clip.with_suffix(".npy"), np.rint(frames * 255).astype(np.uint8))
    return sum(isinstance(part, _network_class()) for part in pipe.components.values())


def _network_class() -> type:
    from torch import nn

    return nn.Module


def repair_conv3d() -> None:
    """Send every float32 `conv3d` on the CPU to oneDNN, as ATen does above a certain size.

    Below N · C · T · H = 20,480 at batch 1 ATen takes an unvectorised kernel.
    """
    import torch
    from torch import nn

    def convolve(
        layer: nn.Conv3d, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
    ) -> torch.Tensor:
        assert not isinstance(layer.padding, str)  # "same" is for other kernels
        return torch.mkldnn_convolution(
            x, weight, bias, layer.padding, layer.stride, layer.dilation, layer.groups
        )

    nn.Conv3d._conv_forward = convolve  # type: ignore[method-assign, assignment]


def measure(name: str, folder: Path, work: Path, sampling: Sampling) -> Measured:
    """Render a board in this process, which has to be a fresh one."""
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    for module in IMPORTS["ours" if name == "ours" else "diffusers"]:
        import_module(module)
    if name == "repaired":
        repair_conv3d()
    render = render_ours if name == "ours" else render_diffusers
    work.mkdir(parents=True)
    clock, before = Clock(), _memory_mb("VmRSS")
    # Writing "5" resets the peak, which includes the imports, to the memory in use now.
    Path("/proc/self/clear_refs").write_text("5")
    loads = render(folder, work, sampling, clock)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Measured(
        cpu_s=round(clock.cpu_s, 3),
        wall_s=round(clock.wall_s, 3),
        cold_s=round(usage.ru_utime + usage.ru_stime, 3),
        peak_mb=round(_memory_mb("VmHWM") - before, 1),
        loads=loads,
        parts={part: round(seconds, 3) for part, seconds in clock.parts.items()},
    )


def _memory_mb(field: str) -> float:
    """Memory of this process in MB, in use (VmRSS) or at its peak (VmHWM)."""
    # Not `ru_maxrss`: a child process starts with its parent's.
    lines = Path("/proc/self/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith(field))
    return int(found.split()[1]) / 1024


@click.command()
@click.argument("name", type=click.Choice(["ours", "stock", "repaired"]))
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("work", type=click.Path(path_type=Path))
def main(name: str, folder: Path, work: Path) -> None:
    """Render a board one way and print time and memory."""
    fields = json.loads((folder / SAMPLING).read_text())
    fields |= {key: tuple(fields[key]) for key in ("size", "guidance")}
    click.echo(json.dumps(asdict(measure(name, folder, work, Sampling(**fields)))))


if __name__ == "__main__":
    main()
