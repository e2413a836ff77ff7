"""A checkpoint: its files and sizes, and its networks loaded one by one."""

from __future__ import annotations

import hashlib
import re
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from model.autoencoder.vae import Autoencoder, VaeSizes, wan21_vae, wan22_vae
from model.exceptions import WeightsError
from model.presets import Backbone, Preset
from model.transformer import FLOAT32_PARAMETERS, PACKED_PARAMETERS, Transformer
from model.vace import VacePart
from model.weights.build import NONE, LoadOptions, Part, fingerprint, load_network
from model.weights.lora import Lora, LoraChoice, merge_loras, read_lora
from model.weights.stream import stream_network
from model.weights.tensor_files import FLOAT8, OpenFiles

if TYPE_CHECKING:
    from model.text import TextEncoder


@dataclass(frozen=True)
class Checkpoint:
    """Files and sizes of the networks of a checkpoint; no tensor is read yet.

    Attributes:
        preset: Of its kind, with boundary, sizes and channels from the files.
        backbone: Sizes of the experts.
        camera_unshuffle: Unshuffle factor of the experts' camera adapter; None without one.
        experts: Files of each expert with its camera adapter, noisiest first.
        vace_parts: Files of the VACE part of each expert; empty without them.
        has_reference: Whether the experts read a reference picture as tokens.
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
    vace_parts: tuple[Part, ...]
    has_reference: bool
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
        networks = [self._empty_expert(), *([self._empty_vace()] if self.vace_parts else [])]
        tensors = {name: t for network in networks for name, t in network.state_dict().items()}
        shapes = {name: tensor.shape for name, tensor in tensors.items()}
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
            for part in (*self.experts, *self.vace_parts)
            for stored in part.headers()
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
        expert = self._empty_expert()
        self._fill(expert, self.experts[index], index, dtype, device, residency)
        return expert

    def load_vace(
        self,
        index: int,
        *,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
        residency: str = "whole",
    ) -> VacePart:
        """Load the VACE part of one expert; arguments as for `load_expert`."""
        part = self._empty_vace()
        self._fill(part, self.vace_parts[index], index, dtype, device, residency)
        return part

    def _fill(
        self,
        network: nn.Module,
        part: Part,
        index: int,
        dtype: torch.dtype,
        device: torch.device | str,
        residency: str,
    ) -> None:
        """Read the tensors of an expert or its VACE part, with the LoRAs of the expert."""
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
                stream_network(
                    network, part.files, opened,
                    options=options, rename=part.rename, only=part.only,
                )  # fmt: skip
                # The blocks are read from the open files until the network is freed.
                weakref.finalize(network, stack.pop_all().close)
            else:
                load_network(
                    network, part.files, options=options, rename=part.rename, only=part.only
                )

    def _empty_expert(self) -> Transformer:
        with torch.device("meta"):
            return Transformer(
                self.backbone,
                patch=self.preset.patch,
                text_len=self.preset.text_len,
                camera_unshuffle=self.camera_unshuffle,
                has_reference=self.has_reference,
            )

    def _empty_vace(self) -> VacePart:
        with torch.device("meta"):
            return VacePart(self.backbone, self.preset.patch)

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
        return self._with_loras(plain or self.experts[index].fingerprint(), index)

    def vace_fingerprint(self, index: int, *, plain: str | None = None) -> str:
        """SHA-256 of the files of the VACE part of one expert, LoRAs with strengths included."""
        return self._with_loras(plain or self.vace_parts[index].fingerprint(), index)

    def _with_loras(self, plain: str, index: int) -> str:
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
