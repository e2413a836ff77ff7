"""What a checkpoint folder is, and its networks.

A folder in the diffusers layout is recognised by its content: the configs give the kind, the
sizes and the boundary between the experts, the preset of that kind gives what the files do not
say, such as shift and guidance. Called by `pipeline`, by planning and by the stages.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from . import rename
from .autoencoder import Autoencoder, VaeSizes
from .camera_adapter import RAY_CHANNELS, unshuffle_of
from .errors import WeightsError
from .files import (
    Found,
    assert_loaded,
    fingerprint,
    load_network,
    network_files,
    read_config,
    tensor_headers,
)
from .presets import KNOWN, Backbone, Expert, Preset
from .transformer import FLOAT32_PARAMETERS, Transformer
from .vae_wan21 import WAN21_SIZES, wan21_vae
from .vae_wan22 import PATCH, WAN22_SIZES, wan22_vae

if TYPE_CHECKING:
    from .text import TextEncoder

__all__ = [
    "Checkpoint",
    "assert_loaded",
    "fingerprint",
    "load_network",
    "network_files",
    "open_checkpoint",
]

ADAPTER_FILE = "control_adapter.safetensors"
ADAPTER_CONV = "control_adapter.conv.weight"


@dataclass(frozen=True)
class Checkpoint:
    """A folder whose configs have been read and understood, and nothing else yet.

    Attributes:
        folder: In the diffusers layout.
        preset: Of the kind found, with floors, sizes and channels from the files.
        backbone: Sizes of the experts.
        vae: Sizes of the autoencoder.
        has_camera: Whether the experts have a camera adapter.
    """

    folder: Path
    preset: Preset
    backbone: Backbone
    vae: VaeSizes
    has_camera: bool

    def expert_files(self, index: int) -> tuple[Path, ...]:
        """Weight files of one expert, noisiest first, its camera adapter included."""
        return _expert_files(self.folder / self.preset.experts[index].folder)

    def load_expert(
        self, index: int, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
    ) -> Transformer:
        """Load one expert, noisiest first.

        Raises:
            WeightsError: A file is missing, damaged or of another shape.
        """
        files = self.expert_files(index)
        unshuffle = _camera_unshuffle(tensor_headers(files))
        with torch.device("meta"):
            expert = Transformer(
                self.backbone,
                patch=self.preset.patch,
                text_len=self.preset.text_len,
                camera_unshuffle=unshuffle,
            )
        load_network(
            expert,
            files,
            dtype=dtype,
            device=device,
            rename=rename.TRANSFORMER.to_original,
            float32=FLOAT32_PARAMETERS,
        )
        return expert

    def load_vae(
        self, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
    ) -> Autoencoder:
        """Load the autoencoder; float32 is what the reference decodes in.

        Raises:
            WeightsError: A file is missing, damaged or of another shape.
        """
        is_wan22 = self.preset.vae == "wan2.2"
        with torch.device("meta"):
            vae = wan22_vae(self.vae) if is_wan22 else wan21_vae(self.vae)
        rules = rename.VAE_WAN22 if is_wan22 else rename.VAE_WAN21
        files = network_files(self.folder / "vae")
        load_network(vae, files, dtype=dtype, device=device, rename=rules.to_original)
        return vae

    def load_text(
        self, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
    ) -> "TextEncoder":
        """Load tokenizer and text encoder.

        Raises:
            WeightsError: A file is missing, damaged or of another shape.
        """
        from .text import load_text

        return load_text(self.folder, dtype, device)

    def expert_fingerprint(self, index: int) -> str:
        """SHA-256 over what makes one expert: weights, adapter and config."""
        folder = self.folder / self.preset.experts[index].folder
        return fingerprint((*self.expert_files(index), folder / "config.json"))

    def vae_fingerprint(self) -> str:
        """SHA-256 over what makes the autoencoder."""
        folder = self.folder / "vae"
        return fingerprint((*network_files(folder), folder / "config.json"))

    def text_fingerprint(self) -> str:
        """SHA-256 over what makes the text encoder, tokenizer included."""
        folder = self.folder / "text_encoder"
        tokenizer = self.folder / "tokenizer" / "tokenizer.json"
        if not tokenizer.is_file():
            raise WeightsError(f"{tokenizer}: not there. Fetch the folder again.")
        return fingerprint((*network_files(folder, "model"), folder / "config.json", tokenizer))


def open_checkpoint(folder: Path | str) -> Checkpoint:
    """Recognise a folder from its configs; no tensor is read.

    Raises:
        WeightsError: The folder is no checkpoint in the diffusers layout, or of a kind that is
            not known.
    """
    folder = Path(folder)
    _require_diffusers_layout(folder)
    index = read_config(folder, "model_index.json")
    folders = [name for name in ("transformer", "transformer_2") if (index.get(name) or [None])[0]]
    if not folders:
        raise WeightsError(f"{folder}/model_index.json: names no transformer. Fetch it again.")
    backbones = [_read_backbone(folder / name) for name in folders]
    if len(set(backbones)) != 1:
        raise WeightsError(
            f"{folder}: the experts differ in size ({backbones[0]} and {backbones[1]}), must be "
            "alike. Do both folders belong together?"
        )
    vae_class, vae = _read_vae(folder / "vae")
    preset = _kind(folder, index, len(folders), backbones[0], vae_class, vae)
    cameras = {
        _camera_unshuffle(tensor_headers(_expert_files(folder / name))) is not None
        for name in folders
    }
    if len(cameras) != 1:
        raise WeightsError(
            f"{folder}: only one of the experts has a camera adapter, must be both or none. "
            f"Put {ADAPTER_FILE} into both folders."
        )
    return Checkpoint(folder, preset, backbones[0], vae, has_camera=cameras.pop())


def _require_diffusers_layout(folder: Path) -> None:
    if not folder.is_dir():
        raise WeightsError(f"{folder}: no such folder. Name the folder of a checkpoint.")
    if (folder / "model_index.json").is_file():
        return
    if any(folder.glob("*_noise_model")) or any(folder.glob("Wan2.*_VAE.pth")):
        raise WeightsError(
            f"{folder}: is in the layout of the original release, must be that of diffusers. "
            "Fetch the repository whose name ends in -Diffusers."
        )
    raise WeightsError(
        f"{folder}: no model_index.json, must be a checkpoint in the diffusers layout. "
        "Name the folder that holds transformer, vae and text_encoder."
    )


def _kind(
    folder: Path,
    index: Mapping[str, Any],
    num_experts: int,
    backbone: Backbone,
    vae_class: str,
    vae: VaeSizes,
) -> Preset:
    """The known preset of this kind, with the numbers of the files at hand."""
    first_frame = "none"
    if backbone.in_channels != backbone.out_channels:
        first_frame = "channels"
    elif index.get("expand_timesteps"):
        first_frame = "per-token"
    matches = [
        preset
        for preset in KNOWN
        if (preset.vae, len(preset.experts), preset.first_frame)
        == (vae_class, num_experts, first_frame)
    ]
    if not matches:
        raise WeightsError(
            f"{folder}: {num_experts} expert(s), {vae_class} autoencoder, first frame "
            f"{first_frame}: no known kind. Known are {', '.join(p.name for p in KNOWN)}."
        )
    preset = matches[0]
    is_published = preset.backbone is None or preset.backbone == backbone
    patch = PATCH if vae_class == "wan2.2" else 1
    space = patch * 2 ** (len(vae.multipliers) - 1)
    return replace(
        preset,
        name=preset.name if is_published else folder.resolve().name,
        experts=_with_boundary(folder, preset.experts, index.get("boundary_ratio")),
        backbone=backbone,
        latent_channels=vae.latent_channels,
        stride=(2 ** sum(vae.in_time), space, space),
    )


def _with_boundary(
    folder: Path, experts: tuple[Expert, ...], boundary: float | None
) -> tuple[Expert, ...]:
    if len(experts) == 1:
        return experts
    if not isinstance(boundary, int | float) or not 0 < boundary < 1:
        raise WeightsError(
            f"{folder}/model_index.json: boundary_ratio is {boundary}, must be between 0 and 1 "
            "for two experts. Fetch the file again."
        )
    return replace(experts[0], floor=float(boundary)), *experts[1:]


def _read_backbone(folder: Path) -> Backbone:
    """Sizes from an expert's config, refusing what the published models do not have."""
    config = read_config(folder)
    fixed = {
        "patch_size": [1, 2, 2],
        "qk_norm": "rms_norm_across_heads",
        "cross_attn_norm": True,
        "eps": 1e-6,
        "image_dim": None,
        "added_kv_proj_dim": None,
    }
    _require(folder, config, fixed)
    try:
        heads = config["num_attention_heads"]
        return Backbone(
            width=heads * config["attention_head_dim"],
            heads=heads,
            layers=config["num_layers"],
            ffn_width=config["ffn_dim"],
            in_channels=config["in_channels"],
            out_channels=config["out_channels"],
            text_width=config["text_dim"],
            frequency_width=config["freq_dim"],
        )
    except KeyError as error:
        raise WeightsError(f"{folder}/config.json: no {error}. Fetch the file again.") from None


def _read_vae(folder: Path) -> tuple[str, VaeSizes]:
    """Class and sizes from the autoencoder's config."""
    config = read_config(folder)
    is_wan22 = bool(config.get("is_residual"))
    _require(folder, config, {"attn_scales": [], "patch_size": PATCH if is_wan22 else None})
    published = WAN22_SIZES if is_wan22 else WAN21_SIZES
    width = config.get("base_dim", published.width)
    sizes = VaeSizes(
        width=width,
        decoder_width=config.get("decoder_base_dim") or width,
        latent_channels=config.get("z_dim", published.latent_channels),
        mean=tuple(config.get("latents_mean") or published.mean),
        std=tuple(config.get("latents_std") or published.std),
        multipliers=tuple(config.get("dim_mult", published.multipliers)),
        num_blocks=config.get("num_res_blocks", published.num_blocks),
        in_time=tuple(config.get("temperal_downsample", published.in_time)),
    )
    if not len(sizes.mean) == len(sizes.std) == sizes.latent_channels:
        raise WeightsError(
            f"{folder}/config.json: {len(sizes.mean)} latents_mean and {len(sizes.std)} "
            f"latents_std, must be {sizes.latent_channels} each. Fetch the file again."
        )
    return ("wan2.2" if is_wan22 else "wan2.1"), sizes


def _require(folder: Path, config: Mapping[str, Any], fixed: Mapping[str, object]) -> None:
    for key, value in fixed.items():
        if key in config and config[key] != value:
            raise WeightsError(
                f"{folder}/config.json: {key} is {config[key]!r}, must be {value!r}. "
                "Only Wan 2.2 checkpoints can be read."
            )


def _expert_files(folder: Path) -> tuple[Path, ...]:
    files, adapter = network_files(folder), folder / ADAPTER_FILE
    return (*files, adapter) if adapter.is_file() else files


def _camera_unshuffle(headers: tuple[Found, ...]) -> int | None:
    """Unshuffle factor of the camera adapter among the tensors, None without one."""
    for header in headers:
        if header.name == ADAPTER_CONV:
            factor = unshuffle_of(header.shape)
            if math.prod((RAY_CHANNELS, factor, factor)) != header.shape[1]:
                raise WeightsError(
                    f"{header.file}: tensor {header.name!r} takes {header.shape[1]} channels, "
                    f"must be {RAY_CHANNELS} times a square. Fetch the file again."
                )
            return factor
    return None
