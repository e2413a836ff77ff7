"""Settings of a run, from the board, the options of the command and the checkpoint.

Options override the board, and the board overrides the defaults of preset and quality.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from model.exceptions import WeightsError
from model.flow import SOLVERS
from model.geometry import Tiling, is_legal_frames, legal_frames_at_least, tiling
from model.presets import PRESETS, QUALITIES, Preset, Quality, is_lightning, lightning, preset_named
from model.weights.survey import survey
from storyboard.errors import InputError
from storyboard.plan.request import SAMPLING, LoraRequest, Request, choose_loras
from storyboard.plan.residency import Residency, choose_residency, free_memory, guessed_flops
from storyboard.plan.sizes import LAYOUT_SIZE
from storyboard.stages.stage import Hardware
from storyboard.take.weights import Weights, embedded_folder, inspect_weights

if TYPE_CHECKING:
    from shots.schema import ShotList

LAYOUT = "layout"
LIGHTNING = "lightning"
LEVELS = (LAYOUT, LIGHTNING, "draft", "preview", "final")

LAYOUT_FPS = Fraction(12)
"""Rate of a layout, which has no model to prescribe one."""


@dataclass(frozen=True)
class Settings:
    """Everything about a run that is not the board."""

    quality: str  # one of LEVELS
    preset: Preset | None  # of the checkpoint, with the changes of the board; None for layouts
    weights: Weights | None  # None for layouts
    level: Quality  # default size, steps and longest clip
    shift: float = 1.0  # noise shift of the schedule
    solver: str = "unipc"  # one of SOLVERS
    guidance: tuple[float, ...] = ()  # scale per expert, noisiest first
    hardware: Hardware = field(default_factory=Hardware)
    size: tuple[int, int] | None = None  # overrides that of the quality
    stills: bool = False  # whether every take is a single frame, delivered as an image
    tiles: Tiling | None = None  # that frames are decoded in; None decodes whole frames
    written: Mapping[str, str] = field(default_factory=dict)  # language model output by prompt
    residency: Residency = field(default_factory=Residency)

    @property
    def fps(self) -> Fraction:
        """Rate that frames are rendered at."""
        return self.preset.fps if self.preset else LAYOUT_FPS

    @property
    def preset_name(self) -> str:
        """Name of the preset, or "layout"."""
        return self.preset.name if self.preset else LAYOUT


def settle(board: ShotList, request: Request, cache: Path | None) -> Settings:
    """Determine the settings of a run from an `effective_board` and the options of the command.

    Raises:
        InputError: A setting does not exist, or its value is not allowed.
        PresetError: The preset does not exist.
        WeightsError: The checkpoint cannot be read.
    """
    quality, size, options = board.model.quality, None, dict(request.settings)
    options = {key: value for key, value in options.items() if key in SAMPLING}
    if "size" in options:
        width, cross, height = options["size"].partition("x")
        if not (cross and width.isdigit() and height.isdigit()):
            raise InputError(f"--set size: {options['size']!r}, must be like 832x480.")
        size = int(width), int(height)
    if quality == LAYOUT:
        level = Quality(size=LAYOUT_SIZE, steps=0, max_frames=1 if request.stills else 1_000_001)
        return Settings(LAYOUT, None, None, level, size=size, stills=request.stills)
    weights = _with_loras(_weights(board, request, cache), request.loras, quality)
    preset, boundary = weights.preset, board.model.experts.boundary
    if boundary is not None and len(preset.experts) > 1:
        high, *rest = preset.experts
        preset = replace(preset, experts=(replace(high, floor=boundary), *rest))
    if quality == LIGHTNING:
        preset = lightning(preset)
    level = _level(board.model.use, preset, quality, options, is_still=request.stills)
    solver = options.get("solver", preset.solver)
    if solver not in SOLVERS:
        raise InputError(f"--set solver: {solver!r}, must be one of {', '.join(SOLVERS)}.")
    hardware = choose_hardware(request.device)
    return Settings(
        quality=quality,
        preset=preset,
        weights=weights,
        level=level,
        shift=_number(options, "shift", preset.shift),
        solver=solver,
        guidance=_guidance(board, preset, options),
        hardware=hardware,
        size=size,
        stills=request.stills,
        tiles=tiling(preset, int(_number(options, "tile", 0.0))) if "tile" in options else None,
        residency=choose_residency(
            preset,
            hardware,
            size=size or level.size,
            num_frames=level.max_frames,
            flops=guessed_flops(hardware.device),
            free_bytes=free_memory(hardware.device),
            requested=options.get("residency"),
            is_fp8=weights.is_fp8 and not weights.loras,
        ),
    )


def _weights(board: ShotList, request: Request, cache: Path | None) -> Weights:
    """The checkpoint, checked against the preset if one is named."""
    is_named = request.weights is None or request.preset is not None or board.model.use in PRESETS
    preset = preset_named(board.model.use) if is_named else None
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
        return inspect_weights(embedded_folder(), cache)
    weights = inspect_weights(request.weights, cache)
    if preset is not None and _architecture(preset) != _architecture(weights.preset):
        raise InputError(
            f"{request.weights}: {_architecture(weights.preset)}, must be {_architecture(preset)} "
            f"for preset {preset.name!r}. Choose the preset that belongs to the weights with "
            "--preset."
        )
    return weights


def _architecture(preset: Preset) -> str:
    """What tells checkpoints of different presets apart, in words."""
    experts = "one expert" if len(preset.experts) == 1 else f"{len(preset.experts)} experts"
    pictures = {
        "none": "no first picture",
        "channels": "a first picture as channels",
        "per-token": "a first picture in the latent",
        "channels-and-token": "a first picture as channels and in the latent",
    }[preset.first_frame]
    camera = " and a camera adapter" if preset.has_camera else ""
    control = {"none": "", "vace": " and a VACE part", "channels": " and a film as channels"}
    return (
        f"{experts} with a {preset.vae} autoencoder and {pictures}{camera}{control[preset.control]}"
    )


def _with_loras(weights: Weights, requests: tuple[LoraRequest, ...], quality: str) -> Weights:
    """The checkpoint with LoRAs; quality "lightning" looks for its own in the checkpoint folder.

    Raises:
        InputError: A LoRA does not exist, or one for lightning is missing.
        WeightsError: A file cannot be read, or belongs to another model.
    """
    if quality == LIGHTNING and not requests:
        try:
            networks = survey(weights.folder).networks
        except WeightsError:
            networks = ()
        files = [network.files[0] for network in networks if network.kind.role == "lora"]
        fast = [file for file in files if is_lightning(str(file.relative_to(weights.folder)))]
        requests = tuple(LoraRequest(file) for file in fast)
    loras, experts = choose_loras(requests, weights.preset), weights.preset.experts
    for index, expert in enumerate(experts):
        if quality == LIGHTNING and not any(lora.strengths[index] for lora in loras):
            raise InputError(
                f"quality 'lightning': no four-step LoRA for the {expert.name} expert, must be one "
                "for each. Name them with --lora, or put them into the folder of the weights with "
                "lightning or 4steps in their names."
            )
    if not loras:
        return weights
    merged = replace(weights, loras=loras)
    checkpoint, prints = merged.open(), dict(weights.fingerprints)
    for index, expert in enumerate(experts):
        plain = prints[expert.name]
        prints[expert.name] = checkpoint.expert_fingerprint(index, plain=plain)
        part = f"vace-{expert.name}"
        if part in prints:
            prints[part] = checkpoint.vace_fingerprint(index, plain=prints[part])
    return replace(merged, fingerprints=prints)


def _level(
    name: str, preset: Preset, quality: str, options: Mapping[str, str], *, is_still: bool
) -> Quality:
    """Size, steps and longest clip of a quality, overridden by `--set steps` and `frames`."""
    levels = QUALITIES.get(name)
    if levels is None:  # a checkpoint without a preset of its own: derived from its numbers
        small, steps = min(preset.sizes, key=lambda size: size[0] * size[1]), preset.steps
        levels = {
            "draft": Quality(small, max(steps // 3, 1), min(preset.max_frames, 33)),
            "preview": Quality(small, max(steps * 3 // 5, 1), preset.max_frames),
            "final": Quality(preset.sizes[0], steps, preset.max_frames),
        }
    level = levels["preview" if quality == LIGHTNING else quality]
    default = preset.steps if quality == LIGHTNING else level.steps
    steps, frames = int(_number(options, "steps", default)), 1
    if not is_still:
        frames = int(_number(options, "frames", level.max_frames))
        if not is_legal_frames(frames):
            above = legal_frames_at_least(frames)
            raise InputError(f"--set frames: {frames}, must be 4n + 1. Use {above - 4} or {above}.")
    return replace(level, steps=steps, max_frames=frames)


def _guidance(board: ShotList, preset: Preset, options: Mapping[str, str]) -> tuple[float, ...]:
    count, text = len(preset.experts), options.get("guidance")
    if text is not None:
        scales = tuple(_float("guidance", part) for part in text.split(","))
        if len(scales) not in (1, count) or min(scales) < 1:
            raise InputError(
                f"--set guidance: {text!r}, must be {count} numbers of at least 1, "
                "noisiest expert first, or a single one."
            )
        return scales * count if len(scales) == 1 else scales
    own = board.model.experts.guidance
    # The board has a value for high and low noise, which only a pair of experts can use.
    overrides = (own.high_noise, own.low_noise) if count == 2 else (None,) * count
    pairs = zip(preset.guidance, overrides, strict=True)
    return tuple(default if scale is None else scale for default, scale in pairs)


def _number(options: Mapping[str, str], key: str, default: float) -> float:
    if key not in options:
        return default
    value = _float(key, options[key])
    if value <= 0 or (key == "steps" and value != int(value)):
        rule = "a whole number above 0" if key == "steps" else "above 0"
        raise InputError(f"--set {key}: {options[key]!r}, must be {rule}. Try {default:g}.")
    return value


def _float(key: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"--set {key}: {text!r}, must be a number.")
    return value


def choose_hardware(device: str) -> Hardware:
    """Choose device and number format, without importing torch.

    Args:
        device: "auto", "cpu", "cuda" or "cuda:N".
    """
    if device == "auto":
        # Without torch it is only known whether CUDA may work: a run checks it before it starts.
        has_wheel = sys.platform != "darwin" and "+cpu" not in metadata.version("torch")
        has_driver = has_wheel and Path("/proc/driver/nvidia/version").exists()
        device = "cuda" if has_driver else "cpu"
    return Hardware(device, "bfloat16" if device.startswith("cuda") else "float32")
