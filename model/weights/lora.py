"""LoRA files: read in all common spellings, checked against an expert, merged when it is loaded.

A key consists of a layer and a leaf. The layer is resolved to a tensor of the network: original or
diffusers naming, with dots or underscores, behind any prefix. The leaf is a factor of a product, a
full difference, or the alpha of a product. A file with a key that has no layer is refused.

Importing this module loads no torch.

Source: spellings as in kohya-ss/musubi-tuner, lightx2v, diffusers and KohakuBlueleaf/LyCORIS.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from model.exceptions import WeightsError
from model.weights.rename import TRANSFORMER
from model.weights.tensor_files import (
    OpenFiles,
    StoredTensor,
    format_of,
    read_header,
    read_metadata,
)

if TYPE_CHECKING:
    import torch
    from torch import Tensor

PREFIX = re.compile(
    r"(base_model\.model\.|pipe\.dit\.|diffusion_model\.|transformer\.|transformer_2\.|model\.|dit\.)*"
    r"(lora_unet__?|lycoris_)?"
)
LEAVES = re.compile(
    r"(?P<layer>.+?)\.(?:"
    r"(?P<down>lora_down\.weight|lora_A(?:\.\w+)?\.weight)|(?P<up>lora_up\.weight|lora_B(?:\.\w+)?\.weight)"
    r"|(?P<other>alpha|diff|diff_b|diff_m|hada_w[12]_[ab]|lokr_w[12](?:_[ab])?))"
)
# Layers of the image branch of Wan 2.1, which no Wan 2.2 expert has.
ABSENT = re.compile(
    r"(blocks[._]\d+[._](cross_attn[._](k_img|v_img|norm_k_img)|attn2[._](add_[kv]_proj|norm_added_k))"
    r"|img_emb|condition_embedder[._]image_embedder).*"
)
CONFIG = "adapter_config.json"


@dataclass(frozen=True)
class Delta:
    """Change of one tensor: stored pieces by leaf, such as down and up, diff, hada_*, lokr_*.

    `alpha` is the scale of a product times its rank; None for the default scale of the file.
    """

    pieces: Mapping[str, StoredTensor]
    alpha: StoredTensor | None = None

    @property
    def rank(self) -> int | None:
        """Length of the inner axis of a product, None without one."""
        leaves = ("down", "hada_w1_b", "lokr_w1_b", "lokr_w2_b")
        return next((self.pieces[leaf].shape[0] for leaf in leaves if leaf in self.pieces), None)

    def description(self) -> str:
        """First key and all shapes, for error messages."""
        shapes = " and ".join(str(piece.shape) for piece in self.pieces.values())
        return f"key {self.key!r} is {shapes}"

    @property
    def key(self) -> str:
        """First key in the file."""
        return next(iter(self.pieces.values())).name

    def shape(self) -> tuple[int, ...] | None:
        """Shape of the change, kernels flattened; None if the pieces do not fit together."""
        import torch

        pieces = {n: torch.empty(t.shape, device="meta") for n, t in self.pieces.items()}
        try:
            return tuple(_combined(pieces).shape)
        except (LookupError, RuntimeError, ValueError):
            return None


def _combined(piece: Mapping[str, Tensor]) -> Tensor:
    """Combine the pieces of a change without its scale; fails if they do not fit together."""
    import torch

    if set(piece) == {"diff"}:
        return piece["diff"]
    if set(piece) == {"down", "up"}:
        return _product(piece["up"], piece["down"])
    if set(piece) == {"hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"}:
        first, second = (_product(piece[f"hada_w{n}_a"], piece[f"hada_w{n}_b"]) for n in "12")
        if first.shape != second.shape:  # would broadcast
            raise ValueError
        return first * second
    first, second = (
        piece[f"lokr_w{n}"]
        if f"lokr_w{n}" in piece
        else _product(piece[f"lokr_w{n}_a"], piece[f"lokr_w{n}_b"])
        for n in "12"
    )
    if first.ndim != second.ndim:  # kron would pad
        raise ValueError
    return torch.kron(first, second)


def _product(left: Tensor, right: Tensor) -> Tensor:
    """Matrix product; the kernel of a convolution counts as columns."""
    return left.flatten(1) @ right.flatten(1)


@dataclass(frozen=True)
class Lora:
    """Content of a LoRA file without tensor data: changes by the tensor of the network.

    `factor` is the scale of every product without an alpha, `extra_files` are the config files
    that decide it, and `skipped` are keys of layers that only Wan 2.1 has.
    """

    file: Path
    deltas: Mapping[str, Delta]
    factor: float = 1.0
    skipped: tuple[str, ...] = ()
    extra_files: tuple[Path, ...] = ()

    def require_fit(self, shapes: Mapping[str, Sequence[int]]) -> None:
        """Check every change against the shapes of a network.

        Raises:
            WeightsError: A target does not exist or has another shape; the first is named.
        """
        for target, delta in self.deltas.items():
            if target not in shapes:
                raise WeightsError(
                    f"{self.file}: key {delta.key!r} changes {target!r}, which this model does "
                    "not have. Is it a LoRA for another model?"
                )
            required = tuple(shapes[target])
            # Products have two axes; merging folds them into the kernel of a convolution.
            flat = required[0], math.prod(required[1:])
            if delta.shape() not in (required, flat):
                raise WeightsError(
                    f"{self.file}: {delta.description()}, must make {required} for {target!r}. "
                    "Is it a LoRA for another model?"
                )


@dataclass(frozen=True)
class LoraChoice:
    """A LoRA file and its strength per expert, noisiest first; 0 leaves the expert unchanged."""

    file: Path
    strengths: tuple[float, ...]


def merge_loras(
    loras: Sequence[tuple[Lora, float]], files: OpenFiles, name: str, tensor: Tensor
) -> Tensor:
    """Add LoRAs times their strengths to a tensor of an expert; in float32 if one changes it."""
    for lora, strength in loras:
        if name in lora.deltas:
            change = _read_change(lora.deltas[name], lora.factor, files, tensor.device) * strength
            tensor = tensor.float() + change.reshape(tensor.shape)
    return tensor


def _read_change(delta: Delta, factor: float, files: OpenFiles, device: torch.device) -> Tensor:
    read = {leaf: files.read(t).to(device).float() for leaf, t in delta.pieces.items()}
    change = _combined(read)
    if delta.rank is None:
        return change
    if delta.alpha is not None:
        # Of any dtype: some published files have int64 alphas.
        factor = float(files.read(delta.alpha).reshape(()).item()) / delta.rank
    return change * factor


def read_lora(file: Path) -> Lora:
    """Read the headers of a LoRA file.

    Raises:
        WeightsError: It cannot be read, a key belongs to another model, or a factor of a product
            is missing.
    """
    pieces: dict[str, dict[str, StoredTensor]] = {}
    alphas: dict[str, StoredTensor] = {}
    skipped = []
    for stored in read_header(file):
        layer, leaf = _split_key(stored.name)
        if ABSENT.fullmatch(layer):
            skipped.append(stored.name)
            continue
        target = _target(layer, leaf)
        if target is None:
            raise WeightsError(
                f"{file}: key {stored.name!r} belongs to no layer of a Wan 2.2 expert. "
                "Is it a LoRA for another model?"
            )
        if leaf == "alpha":
            alphas[target] = stored
            continue
        leaf = "diff" if leaf.startswith("diff") else leaf
        group = pieces.setdefault(target, {})
        if leaf in group:  # the same layer in two spellings
            raise WeightsError(
                f"{file}: keys {group[leaf].name!r} and {stored.name!r} change the same "
                "layer, must be one. Fetch the file again."
            )
        group[leaf] = stored
    if not pieces:
        raise WeightsError(f"{file}: changes nothing of a Wan 2.2 expert. Is it a LoRA?")
    deltas = {name: Delta(group, alphas.get(name)) for name, group in pieces.items()}
    for delta in deltas.values():
        if delta.shape() is None:
            raise WeightsError(
                f"{file}: {delta.description()}, must be halves of one product. "
                "Fetch the file again."
            )
    factor, extra_files = _read_factor(file)
    return Lora(file, deltas, factor, tuple(skipped), extra_files)


def _split_key(key: str) -> tuple[str, str]:
    """Layer without prefix, and leaf; both empty for a key that is not of a LoRA."""
    match = LEAVES.fullmatch(key)
    if match is None:
        return "", ""
    leaf = "down" if match["down"] else "up" if match["up"] else match["other"]
    return PREFIX.sub("", match["layer"], count=1), leaf


def _target(layer: str, leaf: str) -> str | None:
    """Tensor of the network that a layer and a leaf change, None if there is none."""
    if leaf == "diff_m":
        layer = layer.removesuffix(".modulation") + ".modulation"
    for pattern, original in _layer_patterns():
        match = pattern.fullmatch(layer)
        if match:
            name = original
            for number in match.groups():
                name = name.replace("#", number, 1)
            suffix = ".bias" if leaf == "diff_b" else ".weight"
            return name if name.endswith("modulation") else name + suffix
    return None


@cache
def _layer_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns for all spellings of the layers of an expert, with their original names."""
    layers: dict[str, str] = {}
    for pair in TRANSFORMER.pairs:
        ours, theirs = (re.sub(r"\.(weight|bias)$", "", name) for name in pair)
        for spelling in (ours, theirs, ours.replace(".", "_"), theirs.replace(".", "_")):
            # The affine norm is norm3 in the original and norm2 in diffusers; the original wins.
            layers.setdefault(spelling, ours)
    return tuple(
        (re.compile(re.escape(spelling).replace(r"\#", r"(\d+)")), layer)
        for spelling, layer in layers.items()
    )


def _read_factor(file: Path) -> tuple[float, tuple[Path, ...]]:
    """Scale of products without alpha, from the header or a config beside the file."""
    config = file.parent / CONFIG
    settings: dict[str, object] = {}
    try:
        if format_of(file) == "safetensors":
            metadata = json.loads(read_metadata(file).get("lora_adapter_metadata", "{}"))
            settings = {str(key).rpartition(".")[2]: value for key, value in metadata.items()}
        if not settings and config.is_file() and file.name.startswith("adapter_model"):
            settings = dict(json.loads(config.read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise WeightsError(f"{file}: its settings cannot be read ({error}).") from None
    if settings.get("use_dora") or settings.get("alpha_pattern") or settings.get("rank_pattern"):
        raise WeightsError(
            f"{file}: is a LoRA with DoRA or with a rank per layer, must be a plain one. "
            "Merge it with the program that made it."
        )
    used = (config,) if settings and config.is_file() else ()
    alpha, rank = settings.get("lora_alpha"), settings.get("r")
    if not isinstance(alpha, int | float) or not isinstance(rank, int) or rank < 1:
        return 1.0, used
    return alpha / (math.sqrt(rank) if settings.get("use_rslora") else rank), used
