"""LoRAs: small files that change an expert, in every spelling they are found in, merged at load.

A key is a layer and a leaf. The layer is resolved to a name of our network whoever wrote it: in
the original or the diffusers naming, with dots or with underscores, behind any prefix. The leaf
says what the tensor does: half of a product, a whole difference, or the scale of a product. A key
that cannot be resolved means another model, and the file is refused with it.

Importing this file loads no torch. Called by `weights`.

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
from model.weights.dispatch import OpenFiles, format_of, read_header
from model.weights.header import Stored
from model.weights.rename import TRANSFORMER
from model.weights.safetensors_file import read_metadata

if TYPE_CHECKING:
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
    """What one layer gets added.

    Attributes:
        target: Name of the tensor in the network.
        pieces: Tensors by leaf: down, up, diff, hada_*, lokr_*.
        alpha: Scale of a product, over its rank; None for a factor of 1.
    """

    target: str
    pieces: Mapping[str, Stored]
    alpha: Stored | None = None

    @property
    def key(self) -> str:
        """A key of the file, for messages."""
        return next(iter(self.pieces.values())).name

    @property
    def rank(self) -> int | None:
        """Length of the inner axis of a product; None where there is no such axis."""
        for leaf in ("down", "hada_w1_b", "lokr_w1_b", "lokr_w2_b"):
            if leaf in self.pieces:
                return self.pieces[leaf].shape[0]
        return None

    def pieces_said(self) -> str:
        """Shapes of the pieces, for messages."""
        return " and ".join(str(piece.shape) for piece in self.pieces.values())

    def fits(self, shape: Sequence[int]) -> bool:
        """Whether the change has the shape of the tensor it is for."""
        made = self.shape()
        return made is not None and (
            made == tuple(shape) or (len(made) == 2 and made == _flat(shape))
        )

    def shape(self) -> tuple[int, ...] | None:
        """Shape of the change, kernels flattened; None if the pieces make none."""
        shapes = {leaf: piece.shape for leaf, piece in self.pieces.items()}
        if set(shapes) == {"diff"}:
            return shapes["diff"]
        if set(shapes) == {"down", "up"}:
            return _product(shapes["up"], shapes["down"])
        if set(shapes) == {f"hada_w{n}_{letter}" for n in "12" for letter in "ab"}:
            first, second = (_product(shapes[f"hada_w{n}_a"], shapes[f"hada_w{n}_b"]) for n in "12")
            return first if first == second else None
        factors = [
            shapes.get(f"lokr_w{n}")
            or _product(shapes.get(f"lokr_w{n}_a", ()), shapes.get(f"lokr_w{n}_b", ()))
            for n in "12"
        ]
        if factors[0] is None or factors[1] is None or len(factors[0]) != len(factors[1]):
            return None
        return tuple(a * b for a, b in zip(*factors, strict=True))


def _product(left: Sequence[int], right: Sequence[int]) -> tuple[int, ...] | None:
    """Shape of a product; kernels of convolutions count as columns."""
    if len(left) < 2 or len(right) < 2 or math.prod(left[1:]) != right[0]:
        return None
    return left[0], math.prod(right[1:])


def _flat(shape: Sequence[int]) -> tuple[int, int]:
    return shape[0], math.prod(shape[1:])


@dataclass(frozen=True)
class Lora:
    """A LoRA file that has been understood.

    Attributes:
        file: That holds it.
        deltas: By the tensor of the network that they change.
        factor: Scale of every product without an alpha of its own.
        skipped: Keys of layers that only Wan 2.1 has.
        beside: Files that decide the factor.
    """

    file: Path
    deltas: Mapping[str, Delta]
    factor: float = 1.0
    skipped: tuple[str, ...] = ()
    beside: tuple[Path, ...] = ()

    def require_fit(self, shapes: Mapping[str, Sequence[int]]) -> None:
        """Check every change against the network, before a tensor is read.

        Raises:
            WeightsError: One has no place, or another shape; the first is named.
        """
        for target, delta in self.deltas.items():
            if target not in shapes:
                raise WeightsError(
                    f"{self.file}: key {delta.key!r} changes {target!r}, which this model does "
                    "not have. Is it a LoRA for another model?"
                )
            if not delta.fits(shapes[target]):
                raise WeightsError(
                    f"{self.file}: key {delta.key!r} is {delta.pieces_said()}, must make "
                    f"{tuple(shapes[target])} for {target!r}. Is it a LoRA for another model?"
                )


@dataclass(frozen=True)
class LoraChoice:
    """A LoRA file and how strongly each expert takes it.

    Attributes:
        file: In any of the spellings.
        strengths: One per expert, noisiest first; 0 leaves the expert alone.
    """

    file: Path
    strengths: tuple[float, ...]


@dataclass(frozen=True)
class Merger:
    """Adds LoRAs to the tensors of one expert as they are loaded.

    Attributes:
        loras: With their strengths.
        opened: Files they are read from.
    """

    loras: Sequence[tuple[Lora, float]]
    opened: OpenFiles

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Return the tensor, changed if a LoRA changes it; float32 then."""
        for lora, strength in self.loras:
            delta = lora.deltas.get(name)
            if delta is not None:
                change = self._made(delta, lora.factor, tensor) * strength
                tensor = tensor.float() + change.reshape(tensor.shape)
        return tensor

    def _made(self, delta: Delta, factor: float, like: Tensor) -> Tensor:
        import torch

        piece = {
            leaf: self.opened.read(stored).to(like.device).float()
            for leaf, stored in delta.pieces.items()
        }
        if "diff" in piece:
            return piece["diff"]
        scale = factor
        if delta.alpha is not None and delta.rank is not None:
            # Of any type: readers that expect floats drop the int64 alphas of some files.
            scale = float(self.opened.read(delta.alpha).reshape(()).item()) / delta.rank
        if "up" in piece:
            made = piece["up"].flatten(1) @ piece["down"].flatten(1)
        elif "hada_w1_a" in piece:
            made = (piece["hada_w1_a"] @ piece["hada_w1_b"]) * (
                piece["hada_w2_a"] @ piece["hada_w2_b"]
            )
        else:
            first, second = (
                piece[f"lokr_w{n}"]
                if f"lokr_w{n}" in piece
                else piece[f"lokr_w{n}_a"] @ piece[f"lokr_w{n}_b"]
                for n in "12"
            )
            made = torch.kron(first, second)
        return made if delta.rank is None else made * scale


def read_lora(file: Path) -> Lora:
    """Understand a LoRA file from its headers; no tensor is read.

    Raises:
        WeightsError: It cannot be read, a key belongs to another model, or half of a product is
            missing.
    """
    pieces: dict[str, dict[str, Stored]] = {}
    alphas: dict[str, Stored] = {}
    skipped = []
    for stored in read_header(file):
        found = LEAVES.fullmatch(stored.name)
        if found is None:
            raise _foreign(file, stored.name)
        layer = found["layer"][len(_prefix(found["layer"])) :]
        if ABSENT.fullmatch(layer):
            skipped.append(stored.name)
            continue
        leaf = "down" if found["down"] else "up" if found["up"] else found["other"]
        target = _target(layer, leaf)
        if target is None:
            raise _foreign(file, stored.name)
        if leaf == "alpha":
            alphas[target] = stored
        else:
            group = pieces.setdefault(target, {})
            if leaf.startswith("diff"):
                leaf = "diff"
            if leaf in group:
                raise WeightsError(
                    f"{file}: keys {group[leaf].name!r} and {stored.name!r} change the same "
                    "layer, must be one. Fetch the file again."
                )
            group[leaf] = stored
    if not pieces:
        raise WeightsError(f"{file}: changes nothing of a Wan 2.2 expert. Is it a LoRA?")
    deltas = {name: Delta(name, group, alphas.get(name)) for name, group in pieces.items()}
    for delta in deltas.values():
        _require_both_halves(file, delta)
    factor, beside = _factor(file)
    return Lora(file, deltas, factor, tuple(skipped), beside)


def _prefix(layer: str) -> str:
    found = PREFIX.match(layer)
    return found[0] if found else ""


def _foreign(file: Path, key: str) -> WeightsError:
    return WeightsError(
        f"{file}: key {key!r} belongs to no layer of a Wan 2.2 expert. "
        "Is it a LoRA for another model?"
    )


def _require_both_halves(file: Path, delta: Delta) -> None:
    if delta.shape() is None:
        raise WeightsError(
            f"{file}: key {delta.key!r} is {delta.pieces_said()}, must be halves of one product. "
            "Fetch the file again."
        )


def _target(layer: str, leaf: str) -> str | None:
    """The tensor of the network that a layer and a leaf change."""
    if leaf == "diff_m":
        layer = layer.removesuffix(".modulation") + ".modulation"
    suffix = {"diff_b": ".bias"}.get(leaf, ".weight")
    for pattern, original in _layers():
        found = pattern.fullmatch(layer)
        if found:
            named = original
            for number in found.groups():
                named = named.replace("#", number, 1)
            return named if named.endswith("modulation") else named + suffix
    return None


@cache
def _layers() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Spellings of every layer of an expert, with the original name of each."""
    spellings: dict[str, str] = {}
    for original, diffusers in TRANSFORMER.pairs:
        layer = re.sub(r"\.(weight|bias)$", "", original)
        theirs = re.sub(r"\.(weight|bias)$", "", diffusers)
        for spelling in (layer, theirs, layer.replace(".", "_"), theirs.replace(".", "_")):
            # The affine norm is norm3 here and norm2 there; the original's name comes first.
            spellings.setdefault(spelling, layer)
    return tuple(
        (re.compile(re.escape(spelling).replace(r"\#", r"(\d+)")), layer)
        for spelling, layer in spellings.items()
    )


def _factor(file: Path) -> tuple[float, tuple[Path, ...]]:
    """Scale of products without alpha: from the header, or from a config beside the file."""
    beside = file.parent / CONFIG
    said: dict[str, object] = {}
    try:
        if format_of(file) == "safetensors":
            metadata = json.loads(read_metadata(file).get("lora_adapter_metadata", "{}"))
            said = {str(key).rpartition(".")[2]: value for key, value in metadata.items()}
        if not said and beside.is_file() and file.name.startswith("adapter_model"):
            said = dict(json.loads(beside.read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise WeightsError(f"{file}: its settings cannot be read ({error}).") from None
    alpha, rank = said.get("lora_alpha"), said.get("r")
    if said.get("use_dora") or said.get("alpha_pattern") or said.get("rank_pattern"):
        raise WeightsError(
            f"{file}: is a LoRA with DoRA or with a rank per layer, must be a plain one. "
            "Merge it with the program that made it."
        )
    used = (beside,) if said and beside.is_file() else ()
    if not isinstance(alpha, int | float) or not isinstance(rank, int) or rank < 1:
        return 1.0, used
    return alpha / (math.sqrt(rank) if said.get("use_rslora") else rank), used
