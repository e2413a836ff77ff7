"""What this machine can run: what it has, and every preset and quality measured against it.

Nothing is loaded and no torch imported; times come from the cost model and from a guess of the
speed, since nothing has run. Called by the command `doctor`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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
"""Of the published decoders."""


@dataclass(frozen=True)
class Machine:
    """What there is to compute with.

    Attributes:
        device: "cpu" or "cuda".
        dtype: Numbers that networks compute in there.
        cores: That this process may use.
        cards: NVIDIA cards, in the order of the driver.
        free_ram: Bytes of memory; None if that cannot be known.
        total_ram: Bytes of memory; None if that cannot be known.
        free_disk: Bytes on the disk rendered to.
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
        """Memory of the device."""
        if self.device == "cpu":
            return self.free_ram
        return self.cards[0].free_bytes if self.cards else None


@dataclass(frozen=True)
class Finding:
    """One preset at one quality.

    Attributes:
        preset: Its name.
        quality: Its name.
        size: Pixels, (width, height).
        frames: Of the longest clip.
        residency: How experts would lie in memory; empty if that cannot be said.
        reason: Why.
        need_bytes: Of the expert and its work.
        fits: Whether that is free; true where nothing is known.
        seconds: For one clip, by estimate, without loading.
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
    """Look at the machine.

    Args:
        device: "auto", "cpu" or "cuda".
        folder: That would be rendered into; it need not exist.
    """
    hardware = choose_hardware(device)
    return Machine(
        device=hardware.device,
        dtype=hardware.dtype,
        cores=_cores(),
        cards=cards(),
        free_ram=free_ram(),
        total_ram=total_ram(),
        free_disk=free_disk(folder),
        ffmpeg=_ffmpeg(),
    )


def examine(machine: Machine) -> tuple[Finding, ...]:
    """Measure every preset and quality against a machine."""
    return tuple(
        _finding(machine, *_known(preset), quality)
        for preset in PRESETS.values()
        for quality in QUALITIES[preset.name]
    )


def _known(preset: Preset) -> tuple[Preset, int]:
    """A preset with the sizes of its experts, and the width of its decoder.

    Those of the checkpoint that comes with the program are in its configs, read here without
    torch; where the folder is not there, they stay unknown.
    """
    width = VAE_WIDTHS[preset.vae]
    if preset.backbone is not None:
        return preset, width
    try:
        expert = _config(embedded_folder() / preset.experts[0].folder)
        vae = _config(embedded_folder() / "vae")
    except (OSError, ValueError):
        return preset, width
    backbone = Backbone.from_config(expert)
    return replace(preset, backbone=backbone), vae.get("decoder_base_dim") or vae["base_dim"]


def _config(folder: Path) -> dict[str, Any]:
    content = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return dict(content)


def _finding(machine: Machine, preset: Preset, vae_width: int, quality: str) -> Finding:
    level = QUALITIES[preset.name][quality]
    found = Finding(preset.name, quality, level.size, level.max_frames, "", "no checkpoint here")
    if preset.backbone is None:
        return found
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
        found,
        residency=residency.name,
        reason=residency.reason,
        need_bytes=residency.need_bytes,
        fits=free is None or residency.need_bytes <= USABLE * free,
        seconds=round(denoise_s + cost.decode_flop / speed.decode_flops, 1),
    )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _ffmpeg() -> str:
    """The program that cuts films, as MoviePy finds it."""
    from imageio_ffmpeg import get_ffmpeg_exe

    try:
        return str(get_ffmpeg_exe())
    except RuntimeError:
        return ""
