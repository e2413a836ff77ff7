"""What a checkpoint folder is, and its networks.

A folder is recognised by its content. One in the diffusers layout says in its configs what it is;
in every other layout, the original release's, ComfyUI's, GGUF, LightX2V, the tensors say it. The
preset of that kind gives what the files do not, such as shift and guidance. Called by `pipeline`,
by planning and by the stages.
"""

import hashlib
import math
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from . import rename
from .autoencoder import Autoencoder, VaeSizes
from .camera_adapter import RAY_CHANNELS, unshuffle_of
from .configs import preset_of, read_expert, read_vae
from .errors import WeightsError
from .files import (
    NONE,
    Storing,
    assert_loaded,
    fingerprint,
    load_network,
    network_files,
    read_config,
    tensor_headers,
)
from .formats.folder import choose
from .formats.kinds import ADAPTER
from .formats.opening import OpenFiles
from .formats.parts import Part, backbone_of, part_of, text_config_of, vae_sizes_of
from .formats.survey import noise_in_name, survey
from .lora import Lora, LoraChoice, Merger, read_lora
from .presets import Backbone, Patch, Preset
from .streaming import stream_network
from .transformer import FLOAT32_PARAMETERS, INT8_PARAMETERS, Transformer
from .vae_wan21 import wan21_vae
from .vae_wan22 import wan22_vae

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

    def with_loras(self, choices: Sequence[LoraChoice]) -> "Checkpoint":
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
            residency: "whole"; "int8", with the weights of its blocks packed into eight bits; or
                "streamed", with its blocks left in the files and brought one by one.

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
                int8=INT8_PARAMETERS if residency == "int8" else NONE,
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
    ) -> "TextEncoder":
        """Load tokenizer and text encoder.

        Raises:
            WeightsError: A file is missing, damaged or of another shape.
        """
        from .text import load_text

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
