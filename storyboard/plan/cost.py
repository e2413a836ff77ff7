"""What a run will cost: an estimate in seconds and bytes, good enough to choose waves by.

Work is counted in floating-point operations; the speed of this machine is learnt from the last
run into the same folder, and guessed before the first. Called by `plan`'s readers and `waves`.

Source of the formulae: the layer sizes of the published transformer, two operations per weight
and token, four per pair of tokens and channel in attention.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from model.geometry import latent_shape, num_tokens
from model.presets import Preset
from storyboard.errors import ResourceError
from storyboard.events import Event, NetworkLoaded, StageStarted, TakeFinished
from storyboard.plan.plan import RenderPlan
from storyboard.plan.residency import guessed_flops
from storyboard.store import canonical_json, read_object, write_atomically
from storyboard.take.take import Take

MEMORY = "speed.json"
TEXT_TOKENS = 128  # of a usual prompt

# Measured on the published 4x8x8 autoencoder: operations per pixel and frame at width 96.
VAE_FLOP_PER_PIXEL, VAE_WIDTH = 8.47e6, 96

# First guesses, replaced by what a run measures.
LOAD_BYTES_PER_S = 1e9
LOAD_EACH_S = 0.1
LAYOUT_FRAME_S = 0.1
CONFORM_FRAME_S = 0.008


@dataclass(frozen=True)
class Speed:
    """How fast a machine is: operations a second of the experts and of the decoder, loading."""

    denoise_flops: float
    decode_flops: float
    load_s_per_byte: float = 1 / LOAD_BYTES_PER_S
    is_measured: bool = False


@dataclass(frozen=True)
class TakeCost:
    """Operations of one take, and seconds of what no model does."""

    denoise_flop: float
    decode_flop: float
    other_s: float

    def seconds(self, speed: Speed) -> float:
        """Time at a speed."""
        model_s = self.denoise_flop / speed.denoise_flops + self.decode_flop / speed.decode_flops
        return model_s + self.other_s


def guessed_speed(device: str) -> Speed:
    """A speed to begin with."""
    flops = guessed_flops(device)
    return Speed(flops, flops / 3)


def known_speed(plan: RenderPlan, memory: Path) -> Speed:
    """The speed measured by the last run with this preset and device, else a guess."""
    try:
        return Speed(**read_object(memory / MEMORY)[_machine(plan)])
    except (KeyError, TypeError):
        return guessed_speed(plan.settings.hardware.device)


def _machine(plan: RenderPlan) -> str:
    return f"{plan.settings.preset_name}/{plan.settings.hardware.device}"


def take_cost(plan: RenderPlan, take: Take) -> TakeCost:
    """Count the work of one take, without that of its segments."""
    conform_s = 0.0 if take.segment else take.frames.clip * CONFORM_FRAME_S
    if take.segments:  # they are counted one by one
        return TakeCost(0.0, 0.0, conform_s)
    preset, weights = plan.settings.preset, plan.settings.weights
    if preset is None or weights is None:
        return TakeCost(0.0, 0.0, conform_s + take.frames.rendered * LAYOUT_FRAME_S)
    model = clip_cost(
        preset,
        size=take.size,
        num_frames=take.frames.rendered,
        steps=denoise_steps(plan, take),
        guidance=plan.settings.guidance,
        vae_width=weights.vae_width,
    )
    return replace(model, other_s=conform_s)


def clip_cost(
    preset: Preset,
    *,
    size: tuple[int, int],
    num_frames: int,
    steps: int,
    guidance: Sequence[float],
    vae_width: int,
) -> TakeCost:
    """Count the work of one clip of a model.

    Args:
        preset: With the sizes of its experts.
        size: Pixels, (width, height).
        num_frames: That the model makes.
        steps: Of all experts together.
        guidance: Per expert; at 1 the second branch is not computed.
        vae_width: Channels of the decoder's widest stage.
    """
    assert preset.backbone is not None
    sizes, tokens = preset.backbone, num_tokens(preset, size, num_frames)
    width = sizes.width
    linear = 2 * tokens * (6 * width**2 + 2 * width * sizes.ffn_width) * sizes.layers
    attention = 4 * tokens * (tokens + TEXT_TOKENS) * width * sizes.layers
    branches = [2 if scale != 1 else 1 for scale in guidance]
    denoise = (linear + attention) * steps * max(branches)
    pixels = size[0] * size[1] * num_frames
    # The newer autoencoder works on cells of 2x2 pixels.
    cells = pixels / 4 if preset.vae == "wan2.2" else pixels
    decode = VAE_FLOP_PER_PIXEL * (vae_width / VAE_WIDTH) ** 2 * cells
    return TakeCost(denoise, decode, 0.0)


def denoise_steps(plan: RenderPlan, take: Take) -> int:
    """Steps of a take; one that is made from another has fewer."""
    return sum(stage.units(take) for stage in plan.stages if stage.name.startswith("denoise-"))


def loading_s(plan: RenderPlan, speed: Speed) -> float:
    """Seconds to load every network once."""
    if plan.settings.weights is None:
        return 0.0
    sizes = plan.settings.weights.bytes.values()
    return sum(LOAD_EACH_S + size * speed.load_s_per_byte for size in sizes)


def disk_bytes(plan: RenderPlan, take: Take) -> int:
    """Bytes that a take may add to the store, generously."""
    pixels = take.size[0] * take.size[1] * take.frames.rendered
    shown = 0 if take.segment else plan.size[0] * plan.size[1] * take.frames.clip
    if take.segments:
        return shown // 4
    latents = 0
    if plan.settings.preset is not None:
        channels, frames, rows, columns = latent_shape(
            plan.settings.preset, take.size, take.frames.rendered
        )
        # Solver history is three copies; the last expert keeps one.
        latents = 4 * channels * frames * rows * columns * 5
    return latents + 2 * pixels + shown // 4


def check_disk(plan: RenderPlan, takes: Sequence[Take], folder: Path) -> None:
    """Refuse a run that the disk cannot hold.

    Raises:
        ResourceError: It cannot; nothing has been done.
    """
    need = sum(disk_bytes(plan, take) for take in takes)
    free = shutil.disk_usage(folder).free
    if need > free:
        raise ResourceError(
            f"{folder}: {free / 1e9:.1f} GB free, must be {need / 1e9:.1f} GB for {len(takes)} "
            "takes. Free some space, or render fewer shots at a time with --shots."
        )


def learn_speed(plan: RenderPlan, events: Iterable[Event], memory: Path) -> None:
    """Keep what a run has measured, for the next plan."""
    seconds = {"denoise": 0.0, "decode": 0.0, "load": 0.0}
    work = {"denoise": 0.0, "decode": 0.0}
    costs = {take.stem: take_cost(plan, take) for take in plan.jobs}
    shares = {
        (stage.name, take.stem): stage.units(take) / max(denoise_steps(plan, take), 1)
        for stage in plan.stages
        for take in plan.jobs
    }
    loaded = 0
    networks = {stage.name: stage.network for stage in plan.stages}
    for event in events:
        if isinstance(event, NetworkLoaded):
            seconds["load"] += event.seconds
        elif isinstance(event, StageStarted) and networks.get(event.stage):
            loaded += _bytes_of(plan, event.stage)
        elif isinstance(event, TakeFinished) and event.take in costs:
            kind = event.stage.partition("-")[0]
            if kind == "denoise":
                seconds[kind] += event.seconds
                work[kind] += costs[event.take].denoise_flop * shares[event.stage, event.take]
            elif kind == "decode":
                seconds[kind] += event.seconds
                work[kind] += costs[event.take].decode_flop
    if not (work["denoise"] and work["decode"]):
        return
    guess = known_speed(plan, memory)
    speed = Speed(
        denoise_flops=work["denoise"] / max(seconds["denoise"], 1e-6),
        decode_flops=work["decode"] / max(seconds["decode"], 1e-6),
        load_s_per_byte=seconds["load"] / loaded if loaded else guess.load_s_per_byte,
        is_measured=True,
    )
    everything = read_object(memory / MEMORY)
    everything[_machine(plan)] = asdict(speed)
    write_atomically(memory / MEMORY, canonical_json(everything).encode())


def _bytes_of(plan: RenderPlan, stage: str) -> int:
    weights = plan.settings.weights
    assert weights is not None
    name = {"encode-text": "text", "encode-picture": "vae", "decode": "vae"}.get(stage)
    return weights.bytes[name or stage.partition("-")[2]]
