"""Estimated cost of a run in seconds and bytes, and the waves that takes are rendered in.

Work is counted in floating-point operations. The speed of the machine is measured by every run
and cached; before the first run it is guessed.

Source of the formulae: the layer sizes of the published transformer, two operations per weight
and token, four per pair of tokens and channel in attention.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil
from pathlib import Path

from model.geometry import latent_shape, num_tokens
from model.presets import Preset, Size
from storyboard.errors import ResourceError
from storyboard.events import Event, NetworkLoaded, StageStarted, TakeFinished
from storyboard.plan.plan import RenderPlan
from storyboard.plan.residency import guessed_flops
from storyboard.store import canonical_json, read_object, write_atomically
from storyboard.take.take import Take

CACHE_FILE = "speed.json"
TEXT_TOKENS = 128  # of a usual prompt

# Measured on the published 4x8x8 autoencoder: operations per pixel and frame at width 96.
VAE_FLOP_PER_PIXEL, VAE_WIDTH = 8.47e6, 96

# Assumed until a run has measured them.
LOAD_BYTES_PER_S = 1e9
LOAD_EACH_S = 0.1
LAYOUT_FRAME_S = 0.1
CONFORM_FRAME_S = 0.008

# Every wave loads every network once. Long waves load seldom, short ones show their first clips
# early: a wave is as short as keeps loading below this share of it.
LOADING_SHARE = 0.05


@dataclass(frozen=True)
class Speed:
    """Speed of a machine: operations per second of experts and decoder, time to load weights."""

    denoise_flops: float
    decode_flops: float
    load_s_per_byte: float = 1 / LOAD_BYTES_PER_S
    is_measured: bool = False


@dataclass(frozen=True)
class TakeCost:
    """Operations of one take, and seconds of the work that no network does."""

    denoise_flop: float
    decode_flop: float
    other_s: float

    def seconds(self, speed: Speed) -> float:
        """Time at a speed."""
        model_s = self.denoise_flop / speed.denoise_flops + self.decode_flop / speed.decode_flops
        return model_s + self.other_s


@dataclass(frozen=True)
class Waves:
    """Takes in the order they are rendered."""

    waves: tuple[tuple[Take, ...], ...]  # each goes through all stages together
    size: int  # most takes per wave
    reason: str  # for the size, one line for the user


def guessed_speed(device: str) -> Speed:
    """Assumed speed of a device that has not been measured."""
    flops = guessed_flops(device)
    return Speed(flops, flops / 3)


def expected_speed(plan: RenderPlan, cache: Path) -> Speed:
    """Speed measured by the last run with this preset and device, else a guess."""
    try:
        return Speed(**read_object(cache / CACHE_FILE)[_machine(plan)])
    except (KeyError, TypeError):
        return guessed_speed(plan.settings.hardware.device)


def _machine(plan: RenderPlan) -> str:
    return f"{plan.settings.preset_name}/{plan.settings.hardware.device}"


def record_speed(plan: RenderPlan, events: Iterable[Event], cache: Path) -> None:
    """Cache the speed that a run has shown by its events, for the next plan."""
    weights, seconds = plan.settings.weights, {"denoise": 0.0, "decode": 0.0, "load": 0.0}
    work = {"denoise": 0.0, "decode": 0.0}
    takes = {take.stem: take for take in plan.jobs}
    stages = {stage.name: stage for stage in plan.stages}
    networks = {stage.name: stage.network for stage in plan.stages}
    bytes_loaded = 0
    for event in events:
        if isinstance(event, NetworkLoaded):
            seconds["load"] += event.seconds
        elif isinstance(event, StageStarted) and networks.get(event.stage):
            assert weights is not None
            vae = dict.fromkeys(("encode-picture", "encode-control", "decode"), "vae")
            name = {"encode-text": "text", **vae}.get(
                event.stage, event.stage.removeprefix("denoise-")
            )
            bytes_loaded += weights.bytes[name]
        elif isinstance(event, TakeFinished) and event.take in takes:
            kind, take = event.stage.partition("-")[0], takes[event.take]
            if kind == "denoise":
                share = stages[event.stage].units(take) / max(denoise_steps(plan, take), 1)
                seconds[kind] += event.seconds
                work[kind] += take_cost(plan, take).denoise_flop * share
            elif kind == "decode":
                seconds[kind] += event.seconds
                work[kind] += take_cost(plan, take).decode_flop
    if not (work["denoise"] and work["decode"]):
        return
    speed = Speed(
        denoise_flops=work["denoise"] / max(seconds["denoise"], 1e-6),
        decode_flops=work["decode"] / max(seconds["decode"], 1e-6),
        load_s_per_byte=(
            seconds["load"] / bytes_loaded
            if bytes_loaded
            else expected_speed(plan, cache).load_s_per_byte
        ),
        is_measured=True,
    )
    content = {**read_object(cache / CACHE_FILE), _machine(plan): asdict(speed)}
    write_atomically(cache / CACHE_FILE, canonical_json(content).encode())


def take_cost(plan: RenderPlan, take: Take) -> TakeCost:
    """Work of one take, without that of its segments."""
    conform_s = 0.0 if take.segment else take.frames.clip * CONFORM_FRAME_S
    if take.segments:
        return TakeCost(0.0, 0.0, conform_s)
    preset, weights = plan.settings.preset, plan.settings.weights
    if preset is None or weights is None:
        return TakeCost(0.0, 0.0, conform_s + take.frames.rendered * LAYOUT_FRAME_S)
    cost = clip_cost(
        preset,
        size=take.size,
        num_frames=take.frames.rendered,
        steps=denoise_steps(plan, take),
        guidance=plan.settings.guidance,
        vae_width=weights.vae_width,
    )
    steered = cost.denoise_flop * (1 + _steered_share(plan, take))
    return replace(cost, denoise_flop=steered, other_s=conform_s)


def _steered_share(plan: RenderPlan, take: Take) -> float:
    """Work of the side blocks of a VACE part over that of the expert's blocks, of all steps."""
    preset = plan.settings.preset
    assert preset is not None
    if preset.control != "vace" or preset.backbone is None:
        return 0.0
    counts = plan.strengths(take)
    side = len(preset.backbone.control_layers) / preset.backbone.layers
    return side * sum(strength > 0 for strength in counts) / len(counts)


def clip_cost(
    preset: Preset,
    *,
    size: Size,
    num_frames: int,
    steps: int,  # of all experts together
    guidance: Sequence[float],  # per expert
    vae_width: int,  # channels of the widest decoder stage
) -> TakeCost:
    """Work of one clip of a preset with a backbone."""
    assert preset.backbone is not None
    sizes, tokens = preset.backbone, num_tokens(preset, size, num_frames)
    width = sizes.width
    linear = 2 * tokens * (6 * width**2 + 2 * width * sizes.ffn_width) * sizes.layers
    attention = 4 * tokens * (tokens + TEXT_TOKENS) * width * sizes.layers
    # At guidance 1 the negative branch is not computed.
    branches = [2 if scale != 1 else 1 for scale in guidance]
    denoise = (linear + attention) * steps * max(branches)
    pixels = size[0] * size[1] * num_frames
    # The newer autoencoder works on cells of 2x2 pixels.
    cells = pixels / 4 if preset.vae == "wan2.2" else pixels
    decode = VAE_FLOP_PER_PIXEL * (vae_width / VAE_WIDTH) ** 2 * cells
    return TakeCost(denoise, decode, 0.0)


def denoise_steps(plan: RenderPlan, take: Take) -> int:
    """Denoising steps of a take; a remix has fewer than others."""
    return sum(stage.units(take) for stage in plan.stages if stage.name.startswith("denoise-"))


def loading_s(plan: RenderPlan, speed: Speed) -> float:
    """Seconds to load every network once."""
    if plan.settings.weights is None:
        return 0.0
    sizes = plan.settings.weights.bytes.values()
    return sum(LOAD_EACH_S + size * speed.load_s_per_byte for size in sizes)


def disk_bytes(plan: RenderPlan, take: Take) -> int:
    """Upper estimate of the bytes that a take adds to the store."""
    shown = 0 if take.segment else plan.size[0] * plan.size[1] * take.frames.clip
    if take.segments:
        return shown // 4
    preset, latents = plan.settings.preset, 0
    if preset is not None:
        channels, frames, rows, columns = latent_shape(preset, take.size, take.frames.rendered)
        # float32; solver history is three copies, and the last expert keeps one.
        latents = 4 * channels * frames * rows * columns * 5
    return latents + 2 * take.size[0] * take.size[1] * take.frames.rendered + shown // 4


def check_disk(plan: RenderPlan, takes: Sequence[Take], folder: Path) -> None:
    """Refuse a run that does not fit on the disk.

    Raises:
        ResourceError: It does not fit; nothing has been written.
    """
    need = sum(disk_bytes(plan, take) for take in takes)
    free = shutil.disk_usage(folder).free
    if need > free:
        raise ResourceError(
            f"{folder}: {free / 1e9:.1f} GB free, must be {need / 1e9:.1f} GB for {len(takes)} "
            "takes. Free some space, or render fewer shots at a time with --shots."
        )


def plan_waves(
    plan: RenderPlan, takes: Sequence[Take], speed: Speed, *, size: int | None = None
) -> Waves:
    """Group takes, in the order of the cut, into waves of a given size or one chosen here.

    The grouping does not change any clip.
    """
    if not takes:
        return Waves((), 0, "nothing to render")
    if plan.settings.weights is None:
        size, reason = 1, "waves of 1 take: a layout loads no network"
    elif size is not None:
        reason = f"waves of {size}: as requested"
    else:
        loading = loading_s(plan, speed)
        work = sum(take_cost(plan, take).seconds(speed) for take in takes) / len(takes)
        size = max(ceil(loading / (LOADING_SHARE * work)), 1)
        share = loading / (loading + size * work)
        reason = (
            f"waves of {size} take{'s' * (size != 1)}: loading all networks takes {loading:.1f} s "
            f"and a take {work:.1f} s, so loading is {share:.0%} of a wave"
        )
    waves: list[tuple[Take, ...]] = []
    for level in _levels(plan, takes):
        waves += [tuple(level[i : i + size]) for i in range(0, len(level), size)]
    return Waves(tuple(waves), size, reason)


def _levels(plan: RenderPlan, takes: Sequence[Take]) -> list[list[Take]]:
    """Takes by level: one that starts from the clip or latent of another is a level above it."""
    clips, members = plan.stages[-2], set(takes)
    makers = {ref: take for take in takes for ref in (*clips.refs(take), *clips.needs(take))}

    def before(take: Take) -> list[tuple[Take, int]]:
        """Takes that come first, and by how many levels; a chain is joined with its last clip."""
        sources = [(makers[ref], 1) for ref in take.sources if ref in makers]
        return sources + [(segment, 0) for segment in take.segments if segment in members]

    depths: dict[Take, int] = {}
    levels: list[list[Take]] = []
    for take in takes:
        # With a stack of its own: a chain may be longer than Python's recursion limit.
        stack = [take]
        while stack:
            current = stack[-1]
            missing = [source for source, _ in before(current) if source not in depths]
            if not missing:
                depths[current] = max((depths[s] + more for s, more in before(current)), default=0)
                stack.pop()
            stack += missing
        while len(levels) <= depths[take]:
            levels.append([])
        levels[depths[take]].append(take)
    return levels
