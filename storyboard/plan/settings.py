"""From what the board, the command line and the checkpoint say to one set of settings.

The command line wins over the board, the board over the preset's quality. Called by the commands
before `plan`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from model.flow import SOLVERS
from model.geometry import Tiling, is_legal_frames, legal_frames_at_least, tiling
from model.presets import PRESETS, QUALITIES, Expert, Preset, Quality, lightning, preset_named
from storyboard.errors import InputError
from storyboard.plan.free_memory import free_memory
from storyboard.plan.loras import choose_loras, find_lightning, require_lightning, with_loras
from storyboard.plan.request import SAMPLING, Request
from storyboard.plan.residency import Residency, choose_residency, guessed_flops
from storyboard.stages.stage import Hardware
from storyboard.take.weights import Weights, embedded_folder, know_weights

if TYPE_CHECKING:
    from shots.schema import ShotList

LAYOUT = "layout"
LIGHTNING = "lightning"
LEVELS = (LAYOUT, LIGHTNING, "draft", "preview", "final")

# Without a model there is no grid; these are what a layout is drawn at.
LAYOUT_SIZE = (384, 216)
LAYOUT_FPS = Fraction(12)


@dataclass(frozen=True)
class Settings:
    """Everything about a run that is not the board.

    Attributes:
        quality: One of LEVELS.
        preset: Of the checkpoint, with the board's changes; None for layouts.
        weights: The checkpoint; None for layouts.
        level: Size, steps and longest clip to start from.
        shift: Of the schedule.
        solver: Of the schedule.
        guidance: Per expert, noisiest first.
        hardware: Where and in which numbers to compute.
        size: Picture size asked for outright.
        stills: Whether every take is one frame, to be kept as a picture.
        tiles: How frames are cut for decoding; None decodes them whole.
        written: What a language model wrote about prompts, by prompt.
        residency: How experts lie in memory, and why.
    """

    quality: str
    preset: Preset | None
    weights: Weights | None
    level: Quality
    shift: float = 1.0
    solver: str = "unipc"
    guidance: tuple[float, ...] = ()
    hardware: Hardware = field(default_factory=Hardware)
    size: tuple[int, int] | None = None
    stills: bool = False
    tiles: Tiling | None = None
    written: Mapping[str, str] = field(default_factory=dict)
    residency: Residency = field(default_factory=Residency)

    @property
    def fps(self) -> Fraction:
        """Rate that frames are made at."""
        return self.preset.fps if self.preset else LAYOUT_FPS

    @property
    def preset_name(self) -> str:
        """For people."""
        return self.preset.name if self.preset else LAYOUT


def settle(board: ShotList, request: Request, memory: Path | None) -> Settings:
    """Settle on preset, checkpoint and numbers for a board that is already effective.

    Args:
        board: From `effective_board`.
        request: Of the command line.
        memory: Folder that remembers checkpoints.

    Raises:
        InputError: A setting does not exist or does not fit.
        PresetError: The preset does not exist.
        WeightsError: The checkpoint cannot be read.
    """
    quality = board.model.quality
    wanted = dict(item for item in request.settings if item[0] in SAMPLING)
    if quality == LAYOUT:
        level = Quality(size=LAYOUT_SIZE, steps=0, max_frames=1 if request.stills else 1_000_001)
        return Settings(LAYOUT, None, None, level, size=_size(wanted), stills=request.stills)
    weights = _with_loras(_weights(board, request, memory), request, quality)
    preset = _with_boundary(weights.preset, board.model.experts.boundary)
    levels = _levels(board.model.use, preset)
    if quality == LIGHTNING:
        preset = lightning(preset)
        level = replace(levels["preview"], steps=preset.steps)
    else:
        level = levels[quality]
    level = replace(
        level,
        steps=int(_number(wanted, "steps", level.steps)),
        max_frames=1 if request.stills else _frames(wanted, level.max_frames),
    )
    hardware, size = hardware_of(request.device), _size(wanted)
    return Settings(
        quality=quality,
        preset=preset,
        weights=weights,
        level=level,
        shift=_number(wanted, "shift", preset.shift),
        solver=_solver(wanted, preset),
        guidance=_guidance(board, preset, wanted),
        hardware=hardware,
        size=size,
        stills=request.stills,
        tiles=_tiles(wanted, preset),
        residency=choose_residency(
            preset,
            hardware,
            size=size or level.size,
            num_frames=level.max_frames,
            flops=guessed_flops(hardware.device),
            free_bytes=free_memory(hardware.device),
            asked=wanted.get("residency"),
            is_fp8=weights.is_fp8 and not weights.loras,
        ),
    )


def _weights(board: ShotList, request: Request, memory: Path | None) -> Weights:
    """The checkpoint, checked to be of the preset's kind."""
    named = request.weights is None or request.preset is not None or board.model.use in PRESETS
    preset = preset_named(board.model.use) if named else None
    if request.weights is None:
        assert preset is not None
        if preset.name != "greybox":
            raise InputError(
                f"preset {preset.name!r}: no weights, must be the folder of a checkpoint. "
                "Name it with --weights."
            )
        if not embedded_folder().is_dir():
            raise InputError(
                "preset 'greybox': its weights are not in this installation. Use --quality layout, "
                "which needs none, or name a checkpoint with --weights and --preset."
            )
        return know_weights(embedded_folder(), memory)
    weights = know_weights(request.weights, memory)
    found = weights.preset
    if preset is not None and _kind(preset) != _kind(found):
        raise InputError(
            f"{request.weights}: {_said(found)}, must be {_said(preset)} for preset "
            f"{preset.name!r}. Choose the preset that belongs to the weights with --preset."
        )
    return weights


def _with_loras(weights: Weights, request: Request, quality: str) -> Weights:
    """The checkpoint with what --lora names; lightning finds its own files beside the weights."""
    asked = request.loras
    if quality == LIGHTNING and not asked:
        asked = find_lightning(weights)
    choices = choose_loras(asked, weights.preset)
    if quality == LIGHTNING:
        require_lightning(choices, weights.preset)
    return with_loras(weights, choices)


def _kind(preset: Preset) -> tuple[object, ...]:
    return preset.vae, len(preset.experts), preset.first_frame, preset.has_camera


def _said(preset: Preset) -> str:
    experts = "one expert" if len(preset.experts) == 1 else f"{len(preset.experts)} experts"
    pictures = {
        "none": "no first picture",
        "channels": "a first picture as channels",
        "per-token": "a first picture in the latent",
        "channels-and-token": "a first picture as channels and in the latent",
    }[preset.first_frame]
    if preset.has_camera:
        pictures += " and a camera adapter"
    return f"{experts} with a {preset.vae} autoencoder and {pictures}"


def _with_boundary(preset: Preset, boundary: float | None) -> Preset:
    if boundary is None or len(preset.experts) == 1:
        return preset
    high, *rest = preset.experts
    moved = Expert(high.name, boundary, high.guidance, high.folder)
    return replace(preset, experts=(moved, *rest))


def _levels(name: str, preset: Preset) -> Mapping[str, Quality]:
    """Qualities of a preset; those of one that is not on offer follow from its own numbers."""
    if name in QUALITIES:
        return QUALITIES[name]
    small = min(preset.sizes, key=lambda size: size[0] * size[1])
    steps = preset.steps
    short = min(preset.max_frames, 33)
    return {
        "draft": Quality(small, max(steps // 3, 1), short),
        "preview": Quality(small, max(steps * 3 // 5, 1), preset.max_frames),
        "final": Quality(preset.sizes[0], steps, preset.max_frames),
    }


def _guidance(board: ShotList, preset: Preset, wanted: Mapping[str, str]) -> tuple[float, ...]:
    count = len(preset.experts)
    if "guidance" in wanted:
        parts = wanted["guidance"].split(",")
        scales = tuple(_float("guidance", part) for part in parts)
        if len(scales) not in (1, count) or min(scales) < 1:
            raise InputError(
                f"--set guidance: {wanted['guidance']!r}, must be {count} numbers of at least 1, "
                "noisiest expert first, or a single one."
            )
        return scales * count if len(scales) == 1 else scales
    said = board.model.experts.guidance
    asked = (said.high_noise, said.low_noise) if count == 2 else (None,) * count
    return tuple(
        own if scale is None else scale for own, scale in zip(preset.guidance, asked, strict=True)
    )


def _number(wanted: Mapping[str, str], key: str, default: float) -> float:
    if key not in wanted:
        return default
    value = _float(key, wanted[key])
    if value <= 0 or (key == "steps" and value != int(value)):
        raise InputError(f"--set {key}: {wanted[key]!r}, must be above 0. Try {default:g}.")
    return value


def _float(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--set {key}: {text!r}, must be a number.") from None


def _frames(wanted: Mapping[str, str], default: int) -> int:
    frames = int(_number(wanted, "frames", default))
    if not is_legal_frames(frames):
        above = legal_frames_at_least(frames)
        raise InputError(f"--set frames: {frames}, must be 4n + 1. Use {above - 4} or {above}.")
    return frames


def _solver(wanted: Mapping[str, str], preset: Preset) -> str:
    solver = wanted.get("solver", preset.solver)
    if solver not in SOLVERS:
        raise InputError(f"--set solver: {solver!r}, must be one of {', '.join(SOLVERS)}.")
    return solver


def _size(wanted: Mapping[str, str]) -> tuple[int, int] | None:
    if "size" not in wanted:
        return None
    width, cross, height = wanted["size"].partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise InputError(f"--set size: {wanted['size']!r}, must be like 832x480.")
    return int(width), int(height)


def _tiles(wanted: Mapping[str, str], preset: Preset) -> Tiling | None:
    return tiling(preset, int(_number(wanted, "tile", 0.0))) if "tile" in wanted else None


def hardware_of(device: str) -> Hardware:
    """Pick device and numbers without importing torch: whether one may try is all that is known."""
    if device == "auto":
        device = "cuda" if _may_have_cuda() else "cpu"
    return Hardware(device, "bfloat16" if device.startswith("cuda") else "float32")


def _may_have_cuda() -> bool:
    if sys.platform == "darwin" or "+cpu" in metadata.version("torch"):
        return False
    return Path("/proc/driver/nvidia/version").exists()
