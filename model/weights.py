"""What a checkpoint folder is, and its networks.

A folder in the diffusers layout is recognised by its content: the configs give the kind, the
sizes and the boundary between the experts, the preset of that kind gives what the files do not
say, such as shift and guidance. Called by `pipeline`, by planning and by the stages.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from . import rename
from .autoencoder import Autoencoder, VaeSizes
from .camera_adapter import RAY_CHANNELS, unshuffle_of
from .configs import preset_of, read_backbone, read_patch, read_vae
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
from .presets import Backbone, Preset
from .transformer import FLOAT32_PARAMETERS, Transformer
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
ADAPTER_CONV = "control_adapter.conv.weight"


@dataclass(frozen=True)
class Checkpoint:
    """A folder whose configs have been read and understood, and nothing else yet.

    Attributes:
        folder: In the diffusers layout.
        preset: Of the kind found, with floors, sizes and channels from the files.
        backbone: Sizes of the experts.
        vae: Sizes of the autoencoder.
        camera_unshuffle: Unshuffle factor of the experts' camera adapter; None without one.
    """

    folder: Path
    preset: Preset
    backbone: Backbone
    vae: VaeSizes
    camera_unshuffle: int | None

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
        with torch.device("meta"):
            expert = Transformer(
                self.backbone,
                patch=self.preset.patch,
                text_len=self.preset.text_len,
                camera_unshuffle=self.camera_unshuffle,
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
        blocks, levels = self.vae.num_blocks, len(self.vae.multipliers)
        rules = (
            rename.vae_wan22_rules(blocks) if is_wan22 else rename.vae_wan21_rules(blocks, levels)
        )
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
    backbones = [read_backbone(folder / name) for name in folders]
    if len(set(backbones)) != 1:
        raise WeightsError(
            f"{folder}: the experts differ in size ({backbones[0]} and {backbones[1]}), must be "
            "alike. Do both folders belong together?"
        )
    vae_class, vae = read_vae(folder / "vae")
    patch = read_patch(folder / folders[0])
    preset = preset_of(folder, index, len(folders), backbones[0], vae_class, vae, patch)
    cameras = {_camera_unshuffle(tensor_headers(_expert_files(folder / name))) for name in folders}
    if len(cameras) != 1:
        raise WeightsError(
            f"{folder}: only one of the experts has a camera adapter, must be both or none. "
            f"Put {ADAPTER_FILE} into both folders."
        )
    return Checkpoint(folder, preset, backbones[0], vae, camera_unshuffle=cameras.pop())


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
