"""A checkpoint folder: recognised by its content, its networks loaded one by one.

A folder in the diffusers layout describes itself in configs. Every other layout (the original
release, ComfyUI, GGUF, LightX2V) is recognised by its tensors. What files do not contain, such as
shift and guidance, comes from the known preset of their kind.
"""

from __future__ import annotations

import hashlib
import math
import re
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from model.autoencoder.vae import PATCH, Autoencoder, VaeSizes, wan21_vae, wan22_vae
from model.camera_adapter import RAY_CHANNELS, unshuffle_of
from model.exceptions import WeightsError
from model.presets import KNOWN, Backbone, Expert, Patch, Preset
from model.transformer import FLOAT32_PARAMETERS, PACKED_PARAMETERS, Transformer
from model.weights import parts, rename
from model.weights.build import (
    NONE,
    LoadOptions,
    Part,
    fingerprint,
    load_network,
    network_files,
    read_config,
    read_expert,
    read_vae,
    tensor_headers,
)
from model.weights.lora import Lora, LoraChoice, merge_loras, read_lora
from model.weights.select import select_networks
from model.weights.stream import stream_network
from model.weights.survey import ADAPTER, survey
from model.weights.tensor_files import FLOAT8, OpenFiles

if TYPE_CHECKING:
    from model.text import TextEncoder

ADAPTER_FILE = "control_adapter.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """Files and sizes of the networks of a checkpoint; no tensor is read yet.

    Attributes:
        preset: Of its kind, with boundary, sizes and channels from the files.
        backbone: Sizes of the experts.
        camera_unshuffle: Unshuffle factor of the experts' camera adapter; None without one.
        experts: Files of each expert with its camera adapter, noisiest first.
        text_config: Arguments of `transformers.UMT5Config`.
        tokenizer: File that is or embeds the tokenizer.
        loras: Merged into the experts when they are loaded, in order.
    """

    folder: Path
    preset: Preset
    backbone: Backbone
    vae: VaeSizes
    camera_unshuffle: int | None
    experts: tuple[Part, ...]
    vae_part: Part
    text_part: Part
    text_config: Mapping[str, Any]
    tokenizer: Path
    loras: tuple[tuple[Lora, LoraChoice], ...] = ()

    def with_loras(self, choices: Sequence[LoraChoice]) -> Checkpoint:
        """Return the checkpoint with LoRAs to merge into its experts when they are loaded.

        Raises:
            WeightsError: A file cannot be read, or is for another model.
        """
        shapes = {name: tensor.shape for name, tensor in self._empty_expert().state_dict().items()}
        loras = []
        for choice in choices:
            if len(choice.strengths) != len(self.experts):
                raise WeightsError(
                    f"{choice.file}: {len(choice.strengths)} strengths, must be "
                    f"{len(self.experts)}, noisiest expert first."
                )
            lora = read_lora(choice.file)
            lora.require_fit(shapes)
            loras.append((lora, choice))
        return replace(self, loras=tuple(loras))

    @property
    def is_fp8(self) -> bool:
        """Whether all weights that the experts' blocks multiply by can stay eight-bit floats."""
        # Merging a LoRA changes weights, so they are no longer those of the files.
        return not self.loras and all(
            stored.dtype in FLOAT8
            for part in self.experts
            for stored in tensor_headers(part.files)
            if re.search(PACKED_PARAMETERS, part.rename(stored.name))
        )

    def load_expert(
        self,
        index: int,
        *,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
        residency: str = "whole",
    ) -> Transformer:
        """Load one expert.

        Args:
            index: 0 for the noisiest expert.
            dtype: Dtype it computes in; some small tensors stay float32.
            device: Of its tensors.
            residency: "whole"; "fp8" keeps the weights of its blocks in eight-bit floats where
                the files have them so; "int8" quantises those weights; "streamed" leaves its
                blocks in the files and reads them one by one.
        """
        part, expert = self.experts[index], self._empty_expert()
        loras = self._loras_of(index)
        with ExitStack() as stack:
            opened = stack.enter_context(OpenFiles())
            options = LoadOptions(
                dtype,
                device,
                float32=FLOAT32_PARAMETERS,
                int8=PACKED_PARAMETERS if residency == "int8" else NONE,
                fp8=PACKED_PARAMETERS if residency == "fp8" else NONE,
                change=partial(merge_loras, loras, opened) if loras else None,
            )
            if residency == "streamed":
                stream_network(expert, part.files, opened, options=options, rename=part.rename)
                # The blocks are read from the open files until the expert is freed.
                weakref.finalize(expert, stack.pop_all().close)
            else:
                load_network(expert, part.files, options=options, rename=part.rename)
        return expert

    def _empty_expert(self) -> Transformer:
        with torch.device("meta"):
            return Transformer(
                self.backbone,
                patch=self.preset.patch,
                text_len=self.preset.text_len,
                camera_unshuffle=self.camera_unshuffle,
            )

    def _loras_of(self, index: int) -> list[tuple[Lora, float]]:
        """LoRAs of one expert with their strengths, those of strength 0 left out."""
        strengths = [(lora, choice.strengths[index]) for lora, choice in self.loras]
        return [(lora, strength) for lora, strength in strengths if strength != 0]

    def load_vae(
        self, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
    ) -> Autoencoder:
        """Load the autoencoder; the reference decodes in float32."""
        part = self.vae_part
        with torch.device("meta"):
            vae = wan22_vae(self.vae) if self.preset.vae == "wan2.2" else wan21_vae(self.vae)
        load_network(vae, part.files, options=LoadOptions(dtype, device), rename=part.rename)
        return vae

    def load_text(
        self, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
    ) -> TextEncoder:
        """Load tokenizer and text encoder."""
        from model.weights.text_encoder import load_text

        return load_text(self.text_part, self.text_config, self.tokenizer, dtype, device)

    def expert_fingerprint(self, index: int, *, plain: str | None = None) -> str:
        """SHA-256 of the files of one expert: weights, adapter, config, LoRAs with strengths.

        `plain` is the fingerprint of the expert without LoRAs, if it is already computed.
        """
        # Without LoRAs it is the fingerprint of the files, so caches made without them stay valid.
        plain = plain or self.experts[index].fingerprint()
        loras = self._loras_of(index)
        if not loras:
            return plain
        digest = hashlib.sha256(plain.encode())
        for lora, strength in loras:
            digest.update(f"{fingerprint((lora.file, *lora.extra_files))} {strength!r}\n".encode())
        return digest.hexdigest()

    def vae_fingerprint(self) -> str:
        """SHA-256 of the files of the autoencoder."""
        return self.vae_part.fingerprint()

    def text_fingerprint(self) -> str:
        """SHA-256 of the files of the text encoder, tokenizer included."""
        if not self.tokenizer.is_file():
            raise WeightsError(f"{self.tokenizer}: not there. Fetch the folder again.")
        return self.text_part.fingerprint()


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
    experts = []
    for name in names:
        files, adapter = network_files(folder / name), folder / name / ADAPTER_FILE
        files = (*files, adapter) if adapter.is_file() else files
        config = folder / name / "config.json"
        experts.append(Part(files, rename.TRANSFORMER.to_original, (config,)))
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
    checkpoint = _checkpoint(folder, index, experts, sizes, autoencoder, text_encoder)
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
    sizes = [parts.backbone_of(expert) for expert in networks.experts]
    vae, text, tokenizer = networks.vae, networks.text, networks.tokenizer
    autoencoder = vae.kind.vae_class, parts.vae_sizes_of(vae), parts.part_of(vae)
    separate = () if tokenizer in text.files else (tokenizer,)
    text_encoder = parts.part_of(text, *separate), parts.text_config_of(text), tokenizer
    return _checkpoint(folder, None, experts, sizes, autoencoder, text_encoder)


def _checkpoint(
    folder: Path,
    index: Mapping[str, Any] | None,
    experts: Sequence[Part],
    sizes: Sequence[tuple[Backbone, Patch]],
    vae: tuple[str, VaeSizes, Part],
    text_encoder: tuple[Part, Mapping[str, Any], Path],
) -> Checkpoint:
    """Complete a checkpoint with the known preset of its kind, changed to the sizes of its files.

    `index` is the content of model_index.json; None for other layouts, which use the published
    boundary between the experts.
    """
    if len(set(sizes)) != 1:
        raise WeightsError(
            f"{folder}: the experts differ in size ({sizes[0]} and {sizes[1]}), must be alike. "
            "Do both belong together?"
        )
    (backbone, patch), (vae_class, vae_sizes, vae_part) = sizes[0], vae
    unshuffle = _camera_unshuffle(folder, experts)
    # All models on the 2.2 autoencoder are trained with timesteps per token, whatever the index.
    per_token = (index or {}).get("expand_timesteps") or vae_class == "wan2.2"
    if backbone.in_channels != backbone.out_channels:
        first_frame = "channels-and-token" if per_token else "channels"
    else:
        first_frame = "per-token" if per_token else "none"
    kind = (vae_class, len(experts), first_frame)
    matches = [p for p in KNOWN if (p.vae, len(p.experts), p.first_frame) == kind]
    if not matches:
        raise WeightsError(
            f"{folder}: {len(experts)} expert(s), {vae_class} autoencoder, first frame "
            f"{first_frame}: no known kind. Known are {', '.join(p.name for p in KNOWN)}."
        )
    # Preferred, not required: an adapter added to another model does not change its kind.
    base = min(matches, key=lambda preset: preset.has_camera != (unshuffle is not None))
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
        folder, preset, backbone, vae_sizes, unshuffle, tuple(experts), vae_part, *text_encoder
    )


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
