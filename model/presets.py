"""The published Wan 2.2 configurations and greybox, as frozen values.

A preset holds its experts in an ordered tuple, noisiest first, so that sampling has no branch for
one expert or two. Imports no torch, so that planning a board takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

from model.exceptions import PresetError

Size = tuple[int, int]
"""Width and height in pixels, in that order."""

FirstFrame = Literal["none", "channels", "per-token", "channels-and-token"]
"""How a given first picture enters: not at all, as extra channels, clean in the latent with a
timestep of its own, or both ways at once."""

VAE_CLASSES = ("wan2.1", "wan2.2")

# How a control film enters: not at all, through a VACE part, or as channels behind the noise.
Control = Literal["none", "vace", "channels"]

Patch = tuple[int, int, int]
"""Latent cells per token, (time, rows, columns)."""

PATCHES: tuple[Patch, ...] = ((1, 2, 2), (1, 1, 1))
"""The published patch, and that of greybox."""

VACE_CHANNELS = 96  # of a VACE context: two latents of 16, and a mask of 8 x 8 pixels per cell
LIGHTNING_NAMES = ("lightning", "4step", "4_step", "4-step")
"""Words in the names of four-step LoRA files, in lower case."""

# Model data, verbatim; sha256 of its UTF-8 text starts with ce96e032.
WAN_NEGATIVE = (
    "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，"  # noqa: RUF001
    "低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，"  # noqa: RUF001
    "形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走"  # noqa: RUF001
)


@dataclass(frozen=True)
class Expert:
    """A denoiser and its noise range, from the floor of the expert before down to its own floor.

    Attributes:
        name: "high" and "low" always mean noise.
        floor: Lowest noise level it works at, in [0, 1]; compared as timestep ≥ 1000 · floor.
        guidance: Default classifier-free guidance scale; 1 skips the second branch.
        folder: Of its weights in a checkpoint of the diffusers layout.
    """

    name: str
    floor: float
    guidance: float
    folder: str


@dataclass(frozen=True)
class Backbone:
    """Sizes of the expert transformers of a preset.

    `control_layers` are the layers that the side blocks of a VACE part steer; none without one.
    """

    width: int
    heads: int
    layers: int
    ffn_width: int
    in_channels: int
    out_channels: int
    text_width: int = 4096
    frequency_width: int = 256
    control_layers: tuple[int, ...] = field(default=(), repr=False)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Backbone:
        """Read the sizes from an expert's config in the diffusers layout.

        Raises:
            KeyError: A size is missing.
        """
        heads = config["num_attention_heads"]
        return cls(
            width=heads * config["attention_head_dim"],
            heads=heads,
            layers=config["num_layers"],
            ffn_width=config["ffn_dim"],
            in_channels=config["in_channels"],
            out_channels=config["out_channels"],
            text_width=config["text_dim"],
            frequency_width=config["freq_dim"],
            control_layers=tuple(config.get("vace_layers") or ()),
        )


@dataclass(frozen=True)
class Quality:
    """Picture size, steps and longest clip of one quality of a preset."""

    size: Size
    steps: int
    max_frames: int


@dataclass(frozen=True)
class Preset:
    """A named model configuration with everything that planning needs.

    Attributes:
        name: Used on the command line.
        experts: Noisiest first; floors fall and end at 0.
        vae: Autoencoder class, one of VAE_CLASSES.
        stride: Pixels per latent cell, (time, rows, columns).
        latent_channels: Channels of a latent cell.
        patch: Latent cells per token, (time, rows, columns).
        steps: Default number of sampling steps.
        shift: Default noise shift of the schedule.
        solver: Default solver, "unipc", "dpm++" or "euler".
        fps: Frame rate the model was trained at.
        max_frames: Longest clip it was trained on, 4n + 1.
        sizes: Picture sizes it was trained on; others are allowed when they fit the grid.
        negative: Default negative prompt.
        first_frame: How a given first picture enters.
        needs_picture: Whether a first picture is required.
        camera_unshuffle: Unshuffle factor of the camera adapter of its experts; None without one.
        control: How a control film enters.
        backbone: Sizes of the experts where published; those of greybox are in its config.
        text_len: Rows of context the experts attend to, zero rows included.
    """

    name: str
    experts: tuple[Expert, ...]
    vae: str
    stride: tuple[int, int, int]
    latent_channels: int
    steps: int
    shift: float
    fps: Fraction
    max_frames: int
    sizes: tuple[Size, ...]
    negative: str = ""
    solver: str = "unipc"
    patch: Patch = (1, 2, 2)
    first_frame: FirstFrame = "none"
    needs_picture: bool = False
    camera_unshuffle: int | None = None
    control: Control = "none"
    backbone: Backbone | None = None
    text_len: int = 512

    def __post_init__(self) -> None:
        floors = [expert.floor for expert in self.experts]
        if not floors or floors[-1] != 0 or sorted(set(floors), reverse=True) != floors:
            raise PresetError(
                f"preset {self.name!r}: expert floors are {floors}, must fall and end at 0. "
                "List the noisiest expert first."
            )
        if self.vae not in VAE_CLASSES:
            raise PresetError(
                f"preset {self.name!r}: vae is {self.vae!r}, must be one of {VAE_CLASSES}."
            )
        if self.max_frames % 4 != 1:
            raise PresetError(
                f"preset {self.name!r}: max_frames is {self.max_frames}, must be 4n + 1."
            )

    @property
    def grain(self) -> tuple[int, int]:
        """Pixels that width and height must be multiples of: latent stride times patch."""
        return self.stride[2] * self.patch[2], self.stride[1] * self.patch[1]

    @property
    def takes_channels(self) -> bool:
        """Whether experts read a mask and a latent of given pictures beside the noisy latent."""
        return self.first_frame in ("channels", "channels-and-token")

    @property
    def has_camera(self) -> bool:
        """Whether its experts have a camera adapter."""
        return self.camera_unshuffle is not None

    @property
    def takes_first_frame(self) -> bool:
        """Whether a clip may start from a picture; a VACE part keeps one by its mask."""
        return self.first_frame != "none" or self.control == "vace"

    @property
    def guidance(self) -> tuple[float, ...]:
        """Default guidance scale of every expert, noisiest first."""
        return tuple(expert.guidance for expert in self.experts)


def _two_experts(boundary: float, high: float, low: float) -> tuple[Expert, ...]:
    return (
        Expert("high", floor=boundary, guidance=high, folder="transformer"),
        Expert("low", floor=0.0, guidance=low, folder="transformer_2"),
    )


_A14B = Backbone(width=5120, heads=40, layers=40, ffn_width=13_824, in_channels=16, out_channels=16)

# Values: Wan2.2 wan/configs/wan_t2v_A14B.py; guidance there is written (low, high).
WAN22_T2V_A14B = Preset(
    name="wan2.2-t2v-a14b",
    experts=_two_experts(0.875, high=4.0, low=3.0),
    vae="wan2.1",
    stride=(4, 8, 8),
    latent_channels=16,
    steps=40,
    shift=12.0,
    fps=Fraction(16),
    max_frames=81,
    sizes=((1280, 720), (720, 1280), (832, 480), (480, 832)),
    negative=WAN_NEGATIVE,
    backbone=_A14B,
)

# Values: Wan2.2 wan/configs/wan_i2v_A14B.py.
WAN22_I2V_A14B = replace(
    WAN22_T2V_A14B,
    name="wan2.2-i2v-a14b",
    experts=_two_experts(0.9, high=3.5, low=3.5),
    shift=5.0,
    first_frame="channels",
    needs_picture=True,
    backbone=replace(_A14B, in_channels=36),
)

_5B = Backbone(width=3072, heads=24, layers=30, ffn_width=14_336, in_channels=48, out_channels=48)

# Values: Wan2.2 wan/configs/wan_ti2v_5B.py.
WAN22_TI2V_5B = Preset(
    name="wan2.2-ti2v-5b",
    experts=(Expert("dense", floor=0.0, guidance=5.0, folder="transformer"),),
    vae="wan2.2",
    stride=(4, 16, 16),
    latent_channels=48,
    steps=50,
    shift=5.0,
    fps=Fraction(24),
    max_frames=121,
    sizes=((1280, 704), (704, 1280)),
    negative=WAN_NEGATIVE,
    first_frame="per-token",
    backbone=_5B,
)

# Values: VideoX-Fun examples/wan2.2_fun/predict_v2v_control_camera.py and the model cards of
# Wan2.2-Fun-A14B-Control-Camera and Wan2.2-Fun-5B-Control-Camera.
WAN22_FUN_CAMERA_A14B = replace(
    WAN22_I2V_A14B,
    name="wan2.2-fun-camera-a14b",
    experts=_two_experts(0.9, high=6.0, low=6.0),
    steps=50,
    solver="euler",
    sizes=((832, 480), (480, 832), (1280, 720), (720, 1280)),
    needs_picture=False,
    camera_unshuffle=8,
)

WAN22_FUN_CAMERA_5B = replace(
    WAN22_TI2V_5B,
    name="wan2.2-fun-camera-5b",
    experts=(Expert("dense", floor=0.0, guidance=6.0, folder="transformer"),),
    solver="euler",
    first_frame="channels-and-token",
    camera_unshuffle=16,
    backbone=replace(_5B, in_channels=100),
)

# Values: VideoX-Fun examples/wan2.2_vace_fun/ and the model card of Wan2.2-VACE-Fun-A14B.
WAN22_VACE_FUN_A14B = replace(
    WAN22_T2V_A14B,
    name="wan2.2-vace-fun-a14b",
    experts=_two_experts(0.875, high=5.0, low=5.0),
    steps=50,
    solver="euler",
    sizes=((832, 480), (480, 832), (1280, 720), (720, 1280)),
    control="vace",
    backbone=replace(_A14B, control_layers=tuple(range(0, 40, 5))),
)

# Values: ali-vilab/VACE vace/models/wan/configs; one expert for all noise.
WAN21_VACE_14B = replace(
    WAN22_VACE_FUN_A14B,
    name="wan2.1-vace-14b",
    experts=(Expert("dense", floor=0.0, guidance=5.0, folder="transformer"),),
    shift=16.0,
    solver="unipc",
)

WAN21_VACE_1_3B = replace(
    WAN21_VACE_14B,
    name="wan2.1-vace-1.3b",
    sizes=((832, 480), (480, 832)),
    backbone=Backbone(
        width=1536, heads=12, layers=30, ffn_width=8960, in_channels=16, out_channels=16,
        control_layers=tuple(range(0, 30, 2)),
    ),
)  # fmt: skip

# Values: VideoX-Fun examples/wan2.2_fun/predict_v2v_control.py and the model cards of
# Wan2.2-Fun-A14B-Control and Wan2.2-Fun-5B-Control.
WAN22_FUN_CONTROL_A14B = replace(
    WAN22_FUN_CAMERA_A14B,
    name="wan2.2-fun-control-a14b",
    camera_unshuffle=None,
    control="channels",
    backbone=replace(_A14B, in_channels=52),
)

WAN22_FUN_CONTROL_5B = replace(
    WAN22_FUN_CAMERA_5B,
    name="wan2.2-fun-control-5b",
    camera_unshuffle=None,
    control="channels",
    backbone=replace(_5B, in_channels=148),
)

GREYBOX = Preset(
    name="greybox",
    experts=_two_experts(0.875, high=2.0, low=2.0),
    vae="wan2.2",
    stride=(4, 16, 16),
    patch=(1, 1, 1),  # a token is 16 pixels wide, for small pictures
    latent_channels=48,
    steps=20,
    shift=3.0,
    fps=Fraction(12),
    max_frames=33,
    sizes=((224, 128), (288, 160), (128, 224), (128, 128)),
    first_frame="per-token",
    camera_unshuffle=2,
)

KNOWN = (
    GREYBOX, WAN22_T2V_A14B, WAN22_I2V_A14B, WAN22_TI2V_5B, WAN22_FUN_CAMERA_A14B,
    WAN22_FUN_CAMERA_5B, WAN22_VACE_FUN_A14B, WAN21_VACE_14B, WAN21_VACE_1_3B,
    WAN22_FUN_CONTROL_A14B, WAN22_FUN_CONTROL_5B,
)  # fmt: skip
"""Configurations that checkpoints are matched with."""

PRESETS: Mapping[str, Preset] = MappingProxyType({preset.name: preset for preset in KNOWN})


def _qualities(*rows: tuple[Size, int, int]) -> Mapping[str, Quality]:
    """Draft, preview and final, as picture size, steps and longest clip."""
    names = ("draft", "preview", "final")
    return MappingProxyType({n: Quality(*row) for n, row in zip(names, rows, strict=True)})


_SD, _HD, _5B_SIZE = (832, 480), (1280, 720), (1280, 704)
_A14B_QUALITIES = _qualities((_SD, 12, 33), (_SD, 24, 81), (_HD, 40, 81))
_5B_QUALITIES = _qualities((_5B_SIZE, 16, 33), (_5B_SIZE, 30, 121), (_5B_SIZE, 50, 121))
QUALITIES: Mapping[str, Mapping[str, Quality]] = MappingProxyType(
    {
        **{name: _5B_QUALITIES if "5b" in name else _A14B_QUALITIES for name in PRESETS},
        "wan2.1-vace-1.3b": _qualities((_SD, 12, 33), (_SD, 24, 81), (_SD, 40, 81)),
        "greybox": _qualities(((224, 128), 12, 33), ((224, 128), 20, 33), ((288, 160), 30, 33)),
    }
)


def preset_named(name: str) -> Preset:
    """Look up a preset by its name.

    Raises:
        PresetError: It does not exist; the message suggests the nearest name.
    """
    if name in PRESETS:
        return PRESETS[name]
    near = get_close_matches(name, PRESETS, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}?" if near else f"Choose from {', '.join(PRESETS)}."
    raise PresetError(f"preset {name!r} does not exist. {hint}")


def lightning(preset: Preset) -> Preset:
    """The preset with the steps, shift, solver and guidance that a four-step LoRA is trained for.

    Source: ModelTC/LightX2V-Wan2.2-Lightning README.md; the boundary leaves two steps per expert.
    """
    experts = tuple(replace(expert, guidance=1.0) for expert in preset.experts)
    return replace(preset, experts=experts, steps=4, shift=5.0, solver="euler")


def is_lightning(name: str) -> bool:
    """Whether a file or folder is named as a four-step LoRA."""
    return any(word in name.lower() for word in LIGHTNING_NAMES)
