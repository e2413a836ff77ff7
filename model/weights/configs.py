"""The config files of a checkpoint, read into sizes and a preset.

What the files do not say, such as shift and guidance, comes from the known preset of their kind.
What the published models do not have is refused. Called by `weights`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.autoencoder.vae import PATCH, WAN21_SIZES, WAN22_SIZES, VaeSizes
from model.exceptions import WeightsError
from model.presets import KNOWN, PATCHES, Backbone, Expert, Patch, Preset
from model.weights.build import read_config


def preset_of(
    folder: Path,
    index: Mapping[str, Any] | None,
    num_experts: int,
    backbone: Backbone,
    vae_class: str,
    vae: VaeSizes,
    patch: Patch,
    *,
    camera_unshuffle: int | None = None,
) -> Preset:
    """The known preset of this kind, with the numbers of the files at hand.

    Args:
        folder: Of the checkpoint.
        index: Content of model_index.json; None for layouts that have none, whose boundary
            between the experts is the published one.
        num_experts: One or two.
        backbone: Sizes of the experts.
        vae_class: One of `presets.VAE_CLASSES`.
        vae: Sizes of the autoencoder.
        patch: Latent cells per token.
        camera_unshuffle: Unshuffle factor of the camera adapter, None without one.

    Raises:
        WeightsError: No known kind has all that.
    """
    # Every model on the 2.2 autoencoder is trained so, whatever its index says.
    has_own_steps = (index or {}).get("expand_timesteps") or vae_class == "wan2.2"
    first_frame = "per-token" if has_own_steps else "none"
    if backbone.in_channels != backbone.out_channels:
        first_frame = "channels-and-token" if has_own_steps else "channels"
    matches = [
        preset
        for preset in KNOWN
        if (preset.vae, len(preset.experts), preset.first_frame)
        == (vae_class, num_experts, first_frame)
    ]
    # An adapter that somebody added to another model does not make it a model of another kind.
    matches.sort(key=lambda preset: preset.has_camera != (camera_unshuffle is not None))
    if not matches:
        raise WeightsError(
            f"{folder}: {num_experts} expert(s), {vae_class} autoencoder, first frame "
            f"{first_frame}: no known kind. Known are {', '.join(p.name for p in KNOWN)}."
        )
    preset = matches[0]
    experts = preset.experts
    if index is not None:
        experts = _with_boundary(folder, experts, index.get("boundary_ratio"))
    is_published = preset.backbone is None or preset.backbone == backbone
    folded = PATCH if vae_class == "wan2.2" else 1
    space = folded * 2 ** (len(vae.multipliers) - 1)
    return replace(
        preset,
        name=preset.name if is_published else folder.resolve().name,
        experts=experts,
        backbone=backbone,
        latent_channels=vae.latent_channels,
        stride=(2 ** sum(vae.in_time), space, space),
        patch=patch,
        camera_unshuffle=(camera_unshuffle or preset.camera_unshuffle)
        if preset.has_camera
        else None,
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


def read_expert(folder: Path) -> tuple[Backbone, Patch]:
    """Sizes of an expert and of its patches, refusing what the published models do not have.

    Raises:
        WeightsError: The config is of another model, or leaves something out.
    """
    config = read_config(folder)
    fixed = {
        "qk_norm": "rms_norm_across_heads",
        "cross_attn_norm": True,
        "eps": 1e-6,
        "image_dim": None,
        "added_kv_proj_dim": None,
    }
    _require(folder, config, fixed)
    said = config.get("patch_size", [1, 2, 2])
    patch = next((patch for patch in PATCHES if list(patch) == said), None)
    if patch is None:
        raise WeightsError(
            f"{folder}/config.json: patch_size is {said}, must be [1, 2, 2] or [1, 1, 1]. "
            "It belongs to another model."
        )
    try:
        return Backbone.from_config(config), patch
    except KeyError as error:
        raise WeightsError(f"{folder}/config.json: no {error}. Fetch the file again.") from None


def read_vae(folder: Path) -> tuple[str, VaeSizes]:
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
