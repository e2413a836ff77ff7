"""Recognition of a checkpoint folder: which published kind it is, and the sizes of its networks.

A folder in the diffusers layout describes itself in configs. Every other layout (the original
release, ComfyUI, GGUF, LightX2V) is recognised by its tensors. What files do not contain, such as
shift and guidance, comes from the known preset of their kind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.autoencoder.vae import PATCH, VaeSizes
from model.camera_adapter import RAY_CHANNELS, unshuffle_of
from model.exceptions import WeightsError
from model.geometry import FRAMES_PER_LATENT
from model.presets import KNOWN, Backbone, Control, Expert, FirstFrame, Patch
from model.weights import parts, rename
from model.weights.build import (
    Part,
    network_files,
    read_config,
    read_expert,
    read_vae,
    tensor_headers,
)
from model.weights.checkpoint import Checkpoint
from model.weights.select import select_networks
from model.weights.survey import ADAPTER, REFERENCE, survey

ADAPTER_FILE = "control_adapter.safetensors"


def open_checkpoint(folder: Path | str) -> Checkpoint:
    """Recognise a folder by its configs or its tensors; tensor data is not read.

    Raises:
        WeightsError: The folder is no checkpoint, of an unknown kind, incomplete, or contains
            more than one.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise WeightsError(f"{folder}: no such folder. Name the folder of a checkpoint.")
    is_diffusers = (folder / "model_index.json").is_file()
    return _open_diffusers(folder) if is_diffusers else _open_surveyed(folder)


def _open_diffusers(folder: Path) -> Checkpoint:
    index = read_config(folder, "model_index.json")
    names = [name for name in ("transformer", "transformer_2") if (index.get(name) or [None])[0]]
    if not names:
        raise WeightsError(f"{folder}/model_index.json: names no transformer. Fetch it again.")
    experts, vace_parts = [], []
    for name in names:
        files, adapter = network_files(folder / name), folder / name / ADAPTER_FILE
        files = (*files, adapter) if adapter.is_file() else files
        config = folder / name / "config.json"
        whole = Part(files, rename.TRANSFORMER.to_original, (config,))
        if read_config(folder / name).get("vace_layers"):
            vace_parts.append(replace(whole, only=parts.VACE))
            whole = replace(whole, only=parts.NOT_VACE)
        experts.append(whole)
    vae_class, vae = read_vae(folder / "vae")
    rules = (
        rename.vae_wan22_rules(vae.num_blocks)
        if vae_class == "wan2.2"
        else rename.vae_wan21_rules(vae.num_blocks, len(vae.multipliers))
    )
    vae_files, vae_config = network_files(folder / "vae"), folder / "vae" / "config.json"
    vae_part = Part(vae_files, rules.to_original, (vae_config,))
    text, tokenizer = folder / "text_encoder", folder / "tokenizer" / "tokenizer.json"
    sizes = [read_expert(folder / name) for name in names]
    text_part = Part(network_files(text, "model"), str, (text / "config.json", tokenizer))
    text_encoder = text_part, read_config(text), tokenizer
    autoencoder = vae_class, vae, vae_part
    networks = experts, vace_parts, sizes
    checkpoint = _checkpoint(folder, index, networks, autoencoder, text_encoder)
    if len(experts) == 2:
        _require_noise_of_folders(folder, experts)
    return checkpoint


def _require_noise_of_folders(folder: Path, experts: Sequence[Part]) -> None:
    """Check that no file name contradicts its folder about which expert it is."""
    for part, noise in zip(experts, ("high", "low"), strict=True):
        for file in part.files:
            named = rename.noise_in_name(folder, file)
            if named not in ("", noise):
                raise WeightsError(
                    f"{file}: is named as the {named}-noise expert and lies where the "
                    f"{noise}-noise one belongs. Exchange the two folders."
                )


def _open_surveyed(folder: Path) -> Checkpoint:
    networks = select_networks(survey(folder))
    experts = [parts.part_of(expert) for expert in networks.experts]
    vace = networks.vace or (None,) * len(experts)
    sizes = [parts.backbone_of(e, v) for e, v in zip(networks.experts, vace, strict=True)]
    vace_parts = [parts.vace_part_of(each) for each in networks.vace]
    vae, text, tokenizer = networks.vae, networks.text, networks.tokenizer
    autoencoder = vae.kind.vae_class, parts.vae_sizes_of(vae), parts.part_of(vae)
    separate = () if tokenizer in text.files else (tokenizer,)
    text_encoder = parts.part_of(text, *separate), parts.text_config_of(text), tokenizer
    return _checkpoint(folder, None, (experts, vace_parts, sizes), autoencoder, text_encoder)


def _checkpoint(
    folder: Path,
    index: Mapping[str, Any] | None,
    networks: tuple[Sequence[Part], Sequence[Part], Sequence[tuple[Backbone, Patch]]],
    vae: tuple[str, VaeSizes, Part],
    text_encoder: tuple[Part, Mapping[str, Any], Path],
) -> Checkpoint:
    """Complete a checkpoint with the known preset of its kind, changed to the sizes of its files.

    `index` is the content of model_index.json; None for other layouts, which use the published
    boundary between the experts. `networks` are the experts, their VACE parts and their sizes.
    """
    experts, vace_parts, sizes = networks
    if len(set(sizes)) != 1:
        raise WeightsError(
            f"{folder}: the experts differ in size ({sizes[0]} and {sizes[1]}), must be alike. "
            "Do both belong together?"
        )
    (backbone, patch), (vae_class, vae_sizes, vae_part) = sizes[0], vae
    unshuffle = _camera_unshuffle(folder, experts)
    # All models on the 2.2 autoencoder are trained with timesteps per token, whatever the index.
    per_token = bool((index or {}).get("expand_timesteps")) or vae_class == "wan2.2"
    kind = (vae_class, len(experts), *_inputs(backbone, per_token, bool(vace_parts)))
    matches = [p for p in KNOWN if (p.vae, len(p.experts), p.first_frame, p.control) == kind]
    if not matches:
        raise WeightsError(
            f"{folder}: {len(experts)} expert(s), {vae_class} autoencoder, first frame {kind[2]}, "
            f"control {kind[3]}: no known kind. Known are {', '.join(p.name for p in KNOWN)}."
        )
    # Preferred, not required: an adapter added to another model does not change its kind.
    base = min(
        matches,
        key=lambda each: (each.has_camera != (unshuffle is not None), each.backbone != backbone),
    )
    is_published = base.backbone in (None, backbone)
    space = (PATCH if vae_class == "wan2.2" else 1) * 2 ** (len(vae_sizes.multipliers) - 1)
    preset = replace(
        base,
        name=base.name if is_published else folder.resolve().name,
        experts=base.experts if index is None else _with_boundary(folder, base.experts, index),
        backbone=backbone,
        latent_channels=vae_sizes.latent_channels,
        stride=(2 ** sum(vae_sizes.in_time), space, space),
        patch=patch,
        camera_unshuffle=(unshuffle or base.camera_unshuffle) if base.has_camera else None,
    )
    return Checkpoint(
        folder, preset, backbone, vae_sizes, unshuffle, tuple(experts), tuple(vace_parts),
        _has_reference(folder, experts), vae_part, *text_encoder,
    )  # fmt: skip


def _inputs(backbone: Backbone, per_token: bool, has_vace: bool) -> tuple[FirstFrame, Control]:
    """How the experts read a first picture and a control film."""
    channels = backbone.out_channels
    control: Control = "vace" if has_vace else "none"
    if backbone.in_channels == 3 * channels + FRAMES_PER_LATENT:
        control = "channels"
    if backbone.in_channels != channels:
        return "channels-and-token" if per_token else "channels", control
    return "per-token" if per_token else "none", control


def _with_boundary(
    folder: Path, experts: tuple[Expert, ...], index: Mapping[str, Any]
) -> tuple[Expert, ...]:
    """Two experts with the boundary between them in model_index.json; one as it is."""
    if len(experts) == 1:
        return experts
    boundary = index.get("boundary_ratio")
    if not isinstance(boundary, int | float) or not 0 < boundary < 1:
        raise WeightsError(
            f"{folder}/model_index.json: boundary_ratio is {boundary}, must be between 0 and 1 "
            "for two experts. Fetch the file again."
        )
    return replace(experts[0], floor=float(boundary)), *experts[1:]


def _camera_unshuffle(folder: Path, experts: Sequence[Part]) -> int | None:
    """Unshuffle factor of the camera adapters, None without them."""
    factors = {_adapter_unshuffle(part) for part in experts}
    if len(factors) != 1:
        raise WeightsError(
            f"{folder}: only one of the experts has a camera adapter, must be both or none. "
            f"Put {ADAPTER_FILE} into both folders."
        )
    return factors.pop()


def _has_reference(folder: Path, experts: Sequence[Part]) -> bool:
    """Whether all experts read a reference picture as tokens.

    Raises:
        WeightsError: Only one of them does.
    """
    reads = {
        any(part.rename(stored.name) == REFERENCE for stored in part.headers()) for part in experts
    }
    if len(reads) != 1:
        raise WeightsError(
            f"{folder}: only one of the experts has {REFERENCE!r}, must be both or none. "
            "Do both belong together?"
        )
    return reads.pop()


def _adapter_unshuffle(part: Part) -> int | None:
    for stored in tensor_headers(part.files):
        if stored.name.endswith(ADAPTER):
            factor = unshuffle_of(stored.shape)
            if math.prod((RAY_CHANNELS, factor, factor)) != stored.shape[1]:
                raise WeightsError(
                    f"{stored.file}: tensor {stored.name!r} takes {stored.shape[1]} channels, "
                    f"must be {RAY_CHANNELS} times a square. Fetch the file again."
                )
            return factor
    return None
