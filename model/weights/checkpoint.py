"""A checkpoint that has been understood: what it is, and its networks, loaded one by one.

Made by `weights`, which recognises folders. Used by `pipeline`, by planning and by the stages.
"""

from __future__ import annotations

import hashlib
import re
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from model.autoencoder.vae import Autoencoder, VaeSizes, wan21_vae, wan22_vae
from model.exceptions import WeightsError
from model.presets import Backbone, Preset
from model.transformer import FLOAT32_PARAMETERS, PACKED_PARAMETERS, Transformer
from model.weights.build import NONE, Storing, fingerprint, load_network, tensor_headers
from model.weights.dispatch import OpenFiles
from model.weights.header import FLOAT8
from model.weights.lora import Lora, LoraChoice, Merger, read_lora
from model.weights.parts import Part
from model.weights.stream import stream_network

if TYPE_CHECKING:
    from model.text import TextEncoder


@dataclass(frozen=True)
class Checkpoint:
    """A folder that has been understood, and nothing else yet.

    Attributes:
        folder: In any layout.
        preset: Of the kind found, with floors, sizes and channels from the files.
        backbone: Sizes of the experts.
        vae: Sizes of the autoencoder.
        camera_unshuffle: Unshuffle factor of the experts' camera adapter; None without one.
        experts: What each expert is read from, noisiest first, its camera adapter included.
        vae_part: What the autoencoder is read from.
        text_part: What the text encoder is read from.
        text_config: Sizes of the text encoder, as `transformers.UMT5Config` takes them.
        tokenizer: File that holds or embeds the tokenizer.
        loras: Merged into the experts as they are loaded, in order.
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
        """The same checkpoint with LoRAs merged into its experts as they are loaded.

        Raises:
            WeightsError: A file cannot be read, or is for another model.
        """
        shapes = {name: tensor.shape for name, tensor in self._expert().state_dict().items()}
        read = []
        for choice in choices:
            if len(choice.strengths) != len(self.experts):
                raise WeightsError(
                    f"{choice.file}: {len(choice.strengths)} strengths, must be "
                    f"{len(self.experts)}, noisiest expert first."
                )
            lora = read_lora(choice.file)
            lora.require_fit(shapes)
            read.append((lora, choice))
        return replace(self, loras=tuple(read))

    @property
    def is_fp8(self) -> bool:
        """Whether every weight that an expert's blocks multiply by can stay in eight-bit floats.

        A LoRA changes weights, which then are no longer those of the files.
        """
        return not self.loras and all(
            stored.dtype in FLOAT8
            for part in self.experts
            for stored in tensor_headers(part.files)
            if re.search(PACKED_PARAMETERS, part.rename(stored.name))
        )

    def expert_files(self, index: int) -> tuple[Path, ...]:
        """Weight files of one expert, noisiest first, its camera adapter included."""
        return self.experts[index].files

    def load_expert(
        self,
        index: int,
        *,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
        residency: str = "whole",
    ) -> Transformer:
        """Load one expert, noisiest first.

        Args:
            index: Of the expert.
            dtype: What it computes in; some small tensors stay float32.
            device: Where it lies.
            residency: "whole"; "fp8", with the weights of its blocks in eight bits where the files
                have them so; "int8", with all of those packed into eight bits; or "streamed", with
                its blocks left in the files and brought one by one.

        Raises:
            WeightsError: A file is missing, damaged or of another shape.
        """
        part, expert = self.experts[index], self._expert()
        loras = self._loras_of(index)
        with ExitStack() as stack:
            opened = stack.enter_context(OpenFiles())
            storing = Storing(
                dtype,
                device,
                float32=FLOAT32_PARAMETERS,
                int8=PACKED_PARAMETERS if residency == "int8" else NONE,
                fp8=PACKED_PARAMETERS if residency == "fp8" else NONE,
                change=Merger(loras, opened) if loras else None,
            )
            if residency == "streamed":
                stream_network(expert, part.files, opened, storing=storing, rename=part.rename)
                # Its files stay open for as long as it is there to read from them.
                weakref.finalize(expert, stack.pop_all().close)
            else:
                load_network(expert, part.files, storing=storing, rename=part.rename)
        return expert

    def _expert(self) -> Transformer:
        """An expert without values."""
        with torch.device("meta"):
            return Transformer(
                self.backbone,
                patch=self.preset.patch,
                text_len=self.preset.text_len,
                camera_unshuffle=self.camera_unshuffle,
            )

    def _loras_of(self, index: int) -> list[tuple[Lora, float]]:
        """LoRAs that one expert takes, with their strength."""
        strengths = [(lora, choice.strengths[index]) for lora, choice in self.loras]
        return [(lora, strength) for lora, strength in strengths if strength != 0]

    def load_vae(
        self, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
    ) -> Autoencoder:
        """Load the autoencoder; float32 is what the reference decodes in.

        Raises:
            WeightsError: A file is missing, damaged or of another shape.
        """
        part = self.vae_part
        with torch.device("meta"):
            vae = wan22_vae(self.vae) if self.preset.vae == "wan2.2" else wan21_vae(self.vae)
        load_network(vae, part.files, storing=Storing(dtype, device), rename=part.rename)
        return vae

    def load_text(
        self, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
    ) -> TextEncoder:
        """Load tokenizer and text encoder.

        Raises:
            WeightsError: A file is missing, damaged or of another shape.
        """
        from model.weights.text_encoder import load_text

        return load_text(self.text_part, self.text_config, self.tokenizer, dtype, device)

    def expert_fingerprint(self, index: int, *, plain: str | None = None) -> str:
        """SHA-256 over what makes one expert: weights, adapter, config, LoRAs and strengths.

        Args:
            index: Of the expert.
            plain: Its fingerprint without LoRAs, if that is known: reading it takes a while.
        """
        plain = plain or _fingerprint(self.experts[index])
        loras = self._loras_of(index)
        if not loras:
            return plain
        digest = hashlib.sha256(plain.encode())
        for lora, strength in loras:
            digest.update(f"{fingerprint((lora.file, *lora.beside))} {strength!r}\n".encode())
        return digest.hexdigest()

    def vae_fingerprint(self) -> str:
        """SHA-256 over what makes the autoencoder."""
        return _fingerprint(self.vae_part)

    def text_fingerprint(self) -> str:
        """SHA-256 over what makes the text encoder, tokenizer included."""
        if not self.tokenizer.is_file():
            raise WeightsError(f"{self.tokenizer}: not there. Fetch the folder again.")
        return _fingerprint(self.text_part)


def _fingerprint(part: Part) -> str:
    return fingerprint((*part.files, *part.beside))
