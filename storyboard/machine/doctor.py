"""What this machine can run: its resources, compared with the needs of every preset and quality.

Imports no torch and loads no weights; times come from the cost model with a guessed speed.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from model.presets import PRESETS, QUALITIES, Backbone, Preset
from storyboard.plan.cost import VAE_WIDTH, clip_cost, guessed_speed
from storyboard.plan.residency import (
    USABLE,
    Card,
    cards,
    choose_residency,
    free_ram,
    guessed_flops,
    total_ram,
)
from storyboard.plan.settings import choose_hardware
from storyboard.stages.stage import Hardware
from storyboard.store import free_disk
from storyboard.take.weights import embedded_folder

VAE_WIDTHS = {"wan2.1": VAE_WIDTH, "wan2.2": 256}
"""Base width of the published decoders."""

NO_CHECKPOINT = "no checkpoint here"


@dataclass(frozen=True)
class Machine:
    """Resources of a machine.

    Attributes:
        device: "cpu" or "cuda".
        dtype: Data type of the networks on that device.
        cores: CPU cores available to this process.
        cards: NVIDIA cards, in the order of the driver.
        free_ram: Bytes; None if unknown.
        total_ram: Bytes; None if unknown.
        free_disk: Bytes on the disk of the output folder.
        ffmpeg: Path of the program; empty if there is none.
    """

    device: str
    dtype: str
    cores: int
    cards: tuple[Card, ...]
    free_ram: int | None
    total_ram: int | None
    free_disk: int
    ffmpeg: str

    @property
    def free_bytes(self) -> int | None:
        """Free memory of the device; None if unknown."""
        if self.device == "cpu":
            return self.free_ram
        return self.cards[0].free_bytes if self.cards else None


@dataclass(frozen=True)
class MachineCheck:
    """Whether a machine can run one preset at one quality.

    Attributes:
        size: (width, height) in pixels.
        frames: Frames of the longest clip.
        residency: Placement of the experts in memory; empty if it cannot be determined.
        reason: Why that placement, or why none.
        need_bytes: Memory for an expert and its activations.
        fits: Whether that much is free; true if free memory is unknown.
        seconds: Estimated time of one clip, without loading.
    """

    preset: str
    quality: str
    size: tuple[int, int]
    frames: int
    residency: str
    reason: str
    need_bytes: int = 0
    fits: bool = True
    seconds: float = 0.0


def look(device: str, folder: Path) -> Machine:
    """Determine the resources of this machine.

    Args:
        device: "auto", "cpu" or "cuda".
        folder: Output folder; it need not exist.
    """
    from imageio_ffmpeg import get_ffmpeg_exe  # as MoviePy finds the program

    hardware = choose_hardware(device)
    try:
        ffmpeg = str(get_ffmpeg_exe())
    except RuntimeError:
        ffmpeg = ""
    has_affinity = hasattr(os, "sched_getaffinity")  # Linux only
    return Machine(
        device=hardware.device,
        dtype=hardware.dtype,
        cores=len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1,
        cards=cards(),
        free_ram=free_ram(),
        total_ram=total_ram(),
        free_disk=free_disk(folder),
        ffmpeg=ffmpeg,
    )


def examine(machine: Machine) -> tuple[MachineCheck, ...]:
    """Check every preset and quality against a machine."""
    checks = []
    for preset in PRESETS.values():
        sized, vae_width = _with_sizes(preset)
        for quality in QUALITIES[preset.name]:
            checks.append(_check(machine, sized, vae_width, quality))
    return tuple(checks)


def _with_sizes(preset: Preset) -> tuple[Preset, int]:
    """A preset with the sizes of its experts, and the width of its decoder.

    The sizes of the embedded checkpoint are in its configs; they stay unknown if it is not
    installed.
    """
    width = VAE_WIDTHS[preset.vae]
    if preset.backbone is not None:
        return preset, width
    folder = embedded_folder()
    try:
        expert, vae = (
            json.loads((folder / part / "config.json").read_text(encoding="utf-8"))
            for part in (preset.experts[0].folder, "vae")
        )
    except (OSError, ValueError):
        return preset, width
    backbone = Backbone.from_config(expert)
    return replace(preset, backbone=backbone), vae.get("decoder_base_dim") or vae["base_dim"]


def _check(machine: Machine, preset: Preset, vae_width: int, quality: str) -> MachineCheck:
    level = QUALITIES[preset.name][quality]
    unknown = MachineCheck(preset.name, quality, level.size, level.max_frames, "", NO_CHECKPOINT)
    if preset.backbone is None:
        return unknown
    speed, free = guessed_speed(machine.device), machine.free_bytes
    residency = choose_residency(
        preset,
        Hardware(machine.device, machine.dtype),
        size=level.size,
        num_frames=level.max_frames,
        flops=guessed_flops(machine.device),
        free_bytes=free,
    )
    cost = clip_cost(
        preset,
        size=level.size,
        num_frames=level.max_frames,
        steps=level.steps,
        guidance=preset.guidance,
        vae_width=vae_width,
    )
    denoise_s = residency.slowdown * cost.denoise_flop / speed.denoise_flops
    return replace(
        unknown,
        residency=residency.name,
        reason=residency.reason,
        need_bytes=residency.need_bytes,
        fits=free is None or residency.need_bytes <= USABLE * free,
        seconds=round(denoise_s + cost.decode_flop / speed.decode_flops, 1),
    )
