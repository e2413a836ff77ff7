"""Recognising a checkpoint folder by its content.

One in the diffusers layout says in its configs what it is; in every other layout, the original
release's, ComfyUI's, GGUF, LightX2V, the tensors say it. The preset of that kind gives what the
files do not, such as shift and guidance. Called by `pipeline`, by planning and by the stages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from model.camera_adapter import RAY_CHANNELS, unshuffle_of
from model.exceptions import WeightsError
from model.presets import Backbone, Patch
from model.weights import rename
from model.weights.build import network_files, read_config, tensor_headers
from model.weights.checkpoint import Checkpoint
from model.weights.configs import preset_of, read_expert, read_vae
from model.weights.kinds import ADAPTER
from model.weights.parts import Part, backbone_of, part_of, text_config_of, vae_sizes_of
from model.weights.select import choose
from model.weights.survey import noise_in_name, survey

__all__ = ["Checkpoint", "open_checkpoint"]

ADAPTER_FILE = "control_adapter.safetensors"


def open_checkpoint(folder: Path | str) -> Checkpoint:
    """Recognise a folder from its configs or its tensors; no tensor is read.

    Raises:
        WeightsError: The folder is no checkpoint, of a kind that is not known, incomplete, or
            holds more than one.
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
    backbone, patch = _alike(folder, [read_expert(folder / name) for name in names])
    vae_class, vae = read_vae(folder / "vae")
    experts = tuple(_diffusers_expert(folder / name) for name in names)
    unshuffle = _camera_unshuffle(folder, experts)
    preset = preset_of(
        folder, index, len(names), backbone, vae_class, vae, patch, camera_unshuffle=unshuffle
    )
    if len(experts) == 2:
        _require_places(folder, experts)
    rules = (
        rename.vae_wan22_rules(vae.num_blocks)
        if vae_class == "wan2.2"
        else rename.vae_wan21_rules(vae.num_blocks, len(vae.multipliers))
    )
    text, tokenizer = folder / "text_encoder", folder / "tokenizer" / "tokenizer.json"
    text_config = read_config(text)
    return Checkpoint(
        folder,
        preset,
        backbone,
        vae,
        unshuffle,
        experts,
        Part(network_files(folder / "vae"), rules.to_original, (folder / "vae" / "config.json",)),
        Part(network_files(text, "model"), str, (text / "config.json", tokenizer)),
        text_config,
        tokenizer,
    )


def _diffusers_expert(folder: Path) -> Part:
    files, adapter = network_files(folder), folder / ADAPTER_FILE
    return Part(
        (*files, adapter) if adapter.is_file() else files,
        rename.TRANSFORMER.to_original,
        (folder / "config.json",),
    )


def _require_places(folder: Path, experts: Sequence[Part]) -> None:
    """The folders say which expert is which; names inside them must not say otherwise."""
    for part, wanted in zip(experts, ("high", "low"), strict=True):
        for file in part.files:
            said = noise_in_name(folder, file)
            if said not in ("", wanted):
                raise WeightsError(
                    f"{file}: is named as the {said}-noise expert and lies where the "
                    f"{wanted}-noise one belongs. Exchange the two folders."
                )


def _alike(folder: Path, sizes: Sequence[tuple[Backbone, Patch]]) -> tuple[Backbone, Patch]:
    """What all experts have in common: everything."""
    if len(set(sizes)) != 1:
        raise WeightsError(
            f"{folder}: the experts differ in size ({sizes[0]} and {sizes[1]}), must be alike. "
            "Do both belong together?"
        )
    return sizes[0]


def _open_surveyed(folder: Path) -> Checkpoint:
    """Recognise a folder by the tensors in it."""
    chosen = choose(survey(folder))
    backbone, patch = _alike(folder, [backbone_of(expert) for expert in chosen.experts])
    vae, vae_class = vae_sizes_of(chosen.vae), chosen.vae.kind.vae_class
    experts = tuple(part_of(expert) for expert in chosen.experts)
    if chosen.adapters:
        experts = tuple(
            Part((*part.files, *adapter.files), part.rename, part.beside)
            for part, adapter in zip(experts, chosen.adapters, strict=True)
        )
    unshuffle = _camera_unshuffle(folder, experts)
    preset = preset_of(
        folder,
        None,
        len(experts),
        backbone,
        vae_class,
        vae,
        patch,
        camera_unshuffle=unshuffle,
    )
    is_embedded = chosen.tokenizer in chosen.text.files
    return Checkpoint(
        folder,
        preset,
        backbone,
        vae,
        unshuffle,
        experts,
        part_of(chosen.vae),
        part_of(chosen.text, *(() if is_embedded else (chosen.tokenizer,))),
        text_config_of(chosen.text),
        chosen.tokenizer,
    )


def _camera_unshuffle(folder: Path, experts: Sequence[Part]) -> int | None:
    """Unshuffle factor of the camera adapters, None without them."""
    cameras = {_unshuffle(part) for part in experts}
    if len(cameras) != 1:
        raise WeightsError(
            f"{folder}: only one of the experts has a camera adapter, must be both or none. "
            f"Put {ADAPTER_FILE} into both folders."
        )
    return cameras.pop()


def _unshuffle(part: Part) -> int | None:
    for header in tensor_headers(part.files):
        if header.name.endswith(ADAPTER):
            factor = unshuffle_of(header.shape)
            if math.prod((RAY_CHANNELS, factor, factor)) != header.shape[1]:
                raise WeightsError(
                    f"{header.file}: tensor {header.name!r} takes {header.shape[1]} channels, "
                    f"must be {RAY_CHANNELS} times a square. Fetch the file again."
                )
            return factor
    return None
