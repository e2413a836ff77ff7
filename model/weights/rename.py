"""Names in published checkpoints: of tensors in every layout, and of the files of two experts.

Tensor names of the original checkpoints, the diffusers layout and GGUF are mapped both ways. The
rules of a network form a bijection: every rule is exact, and a name without a rule is refused. The
affine norm before cross-attention is `norm3` in the original and `norm2` in diffusers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

from model.exceptions import WeightsError


@dataclass(frozen=True)
class RenameRules:
    """Pairs of name templates, original first; the n-th `#` of both stands for the same number.

    No template is repeated on either side; error messages name the family.
    """

    family: str
    pairs: tuple[tuple[str, str], ...]

    def to_original(self, name: str) -> str:
        """Rename from the diffusers layout.

        Raises:
            WeightsError: No rule matches the name.
        """
        return self._rename(name, source=1, target=0)

    def to_diffusers(self, name: str) -> str:
        """Rename from the original layout."""
        return self._rename(name, source=0, target=1)

    def _rename(self, name: str, *, source: int, target: int) -> str:
        parts = name.split(".")
        for pair in self._pairs_by_outline[source].get(_outline(parts), ()):
            fields = list(zip(pair[source].split("."), parts, strict=True))
            if all(field in ("#", part) for field, part in fields):
                numbers = iter([part for field, part in fields if field == "#"])
                template = pair[target].split(".")
                return ".".join(next(numbers) if field == "#" else field for field in template)
        raise WeightsError(f"{name!r}: no {self.family} tensor has this name.")

    @cached_property
    def _pairs_by_outline(self) -> tuple[Mapping[str, list[tuple[str, str]]], ...]:
        """Pairs by the name with all numbers replaced, per side: a lookup instead of a search."""
        outlines: tuple[dict[str, list[tuple[str, str]]], ...] = ({}, {})
        for pair in self.pairs:
            for pairs, template in zip(outlines, pair, strict=True):
                pairs.setdefault(_outline(template.split(".")), []).append(pair)
        return outlines


def _outline(parts: Sequence[str]) -> str:
    return ".".join("#" if part.isdecimal() else part for part in parts)


def _affine(original: str, diffusers: str) -> list[tuple[str, str]]:
    """Pairs of a layer with weight and bias."""
    return [(f"{original}.{leaf}", f"{diffusers}.{leaf}") for leaf in ("weight", "bias")]


def _block_pairs(block: str) -> list[tuple[str, str]]:
    """Pairs of the blocks of an expert, or of the side blocks of its VACE part."""
    pairs = [
        (f"{block}.modulation", f"{block}.scale_shift_table"),
        *_affine(f"{block}.norm3", f"{block}.norm2"),
        *_affine(f"{block}.ffn.0", f"{block}.ffn.net.0.proj"),
        *_affine(f"{block}.ffn.2", f"{block}.ffn.net.2"),
    ]
    for original, diffusers in (("self_attn", "attn1"), ("cross_attn", "attn2")):
        ours, theirs = f"{block}.{original}", f"{block}.{diffusers}"
        for letter in "qkv":
            pairs += _affine(f"{ours}.{letter}", f"{theirs}.to_{letter}")
        pairs += _affine(f"{ours}.o", f"{theirs}.to_out.0")
        pairs += [
            (f"{ours}.norm_{letter}.weight", f"{theirs}.norm_{letter}.weight") for letter in "qk"
        ]
    return pairs


def _transformer_pairs() -> list[tuple[str, str]]:
    pairs = [
        ("head.modulation", "scale_shift_table"),
        *_affine("patch_embedding", "patch_embedding"),
        *_affine("time_projection.1", "condition_embedder.time_proj"),
        *_block_pairs("blocks.#"),
        *_affine("head.head", "proj_out"),
        *_block_pairs("vace_blocks.#"),
        *_affine("vace_patch_embedding", "vace_patch_embedding"),
        *_affine("vace_blocks.#.before_proj", "vace_blocks.#.proj_in"),
        *_affine("vace_blocks.#.after_proj", "vace_blocks.#.proj_out"),
    ]
    for what in ("text", "time"):
        for index, linear in ((0, 1), (2, 2)):
            embedder = f"condition_embedder.{what}_embedder.linear_{linear}"
            pairs += _affine(f"{what}_embedding.{index}", embedder)
    # Diffusers has no names for these; the published ones are kept.
    adapter = ("conv", "residual_blocks.#.conv1", "residual_blocks.#.conv2")
    for layer in ("ref_conv", *(f"control_adapter.{each}" for each in adapter)):
        pairs += _affine(layer, layer)
    return pairs


def _residual(original: str, diffusers: str) -> list[tuple[str, str]]:
    """Pairs of a residual block of an autoencoder."""
    return [
        (f"{original}.residual.0.gamma", f"{diffusers}.norm1.gamma"),
        *_affine(f"{original}.residual.2", f"{diffusers}.conv1"),
        (f"{original}.residual.3.gamma", f"{diffusers}.norm2.gamma"),
        *_affine(f"{original}.residual.6", f"{diffusers}.conv2"),
        *_affine(f"{original}.shortcut", f"{diffusers}.conv_shortcut"),
    ]


def _resample(original: str, diffusers: str) -> list[tuple[str, str]]:
    """Pairs of a down- or upsampler of an autoencoder."""
    return [
        *_affine(f"{original}.resample.1", f"{diffusers}.resample.1"),
        *_affine(f"{original}.time_conv", f"{diffusers}.time_conv"),
    ]


def _vae_pairs() -> list[tuple[str, str]]:
    """Pairs that both autoencoders share: all but the levels."""
    pairs = [*_affine("conv1", "quant_conv"), *_affine("conv2", "post_quant_conv")]
    for side in ("encoder", "decoder"):
        attention = f"{side}.mid_block.attentions.0"
        pairs += _affine(f"{side}.conv1", f"{side}.conv_in")
        pairs += _residual(f"{side}.middle.0", f"{side}.mid_block.resnets.0")
        pairs += _residual(f"{side}.middle.2", f"{side}.mid_block.resnets.1")
        pairs += [(f"{side}.middle.1.norm.gamma", f"{attention}.norm.gamma")]
        pairs += _affine(f"{side}.middle.1.to_qkv", f"{attention}.to_qkv")
        pairs += _affine(f"{side}.middle.1.proj", f"{attention}.proj")
        pairs += [(f"{side}.head.0.gamma", f"{side}.norm_out.gamma")]
        pairs += _affine(f"{side}.head.2", f"{side}.conv_out")
    return pairs


def vae_wan21_rules(num_blocks: int = 2, num_levels: int = 4) -> RenameRules:
    """Rules of the Wan 2.1 autoencoder with this many residual blocks per level of the encoder."""
    pairs = _vae_pairs()
    pairs += _residual("encoder.downsamples.#", "encoder.down_blocks.#")
    pairs += _resample("encoder.downsamples.#", "encoder.down_blocks.#")
    # The original decoder is one flat list: per level one block more, and an upsampler.
    index = count()
    for level in range(num_levels):
        theirs = f"decoder.up_blocks.{level}"
        for block in range(num_blocks + 1):
            pairs += _residual(f"decoder.upsamples.{next(index)}", f"{theirs}.resnets.{block}")
        if level < num_levels - 1:
            pairs += _resample(f"decoder.upsamples.{next(index)}", f"{theirs}.upsamplers.0")
    return RenameRules("Wan 2.1 autoencoder", tuple(pairs))


def vae_wan22_rules(num_blocks: int = 2) -> RenameRules:
    """Rules of the Wan 2.2 autoencoder with this many residual blocks per level of the encoder."""
    pairs = _vae_pairs()
    for side, group, blocks, sampler, place in (
        ("encoder", "downsamples", "down_blocks", "downsampler", num_blocks),
        ("decoder", "upsamples", "up_blocks", "upsampler", num_blocks + 1),
    ):
        ours, theirs = f"{side}.{group}.#.{group}", f"{side}.{blocks}.#"
        pairs += _residual(f"{ours}.#", f"{theirs}.resnets.#")
        # The sampler comes after the residual blocks of its level.
        pairs += _resample(f"{ours}.{place}", f"{theirs}.{sampler}")
    return RenameRules("Wan 2.2 autoencoder", tuple(pairs))


# Layers of the UMT5 encoder in transformers, in the original and in GGUF.
# Source: ggml gguf-py tensor_mapping.py, T5ENCODER.
_TEXT_LAYERS = (
    ("0.layer_norm", "norm1", "attn_norm"),
    *((f"0.SelfAttention.{letter}", f"attn.{letter}", f"attn_{letter}") for letter in "qkvo"),
    ("0.SelfAttention.relative_attention_bias", "pos_embedding.embedding", "attn_rel_b"),
    ("1.layer_norm", "norm2", "ffn_norm"),
    ("1.DenseReluDense.wi_0", "ffn.gate.0", "ffn_gate"),
    ("1.DenseReluDense.wi_1", "ffn.fc1", "ffn_up"),
    ("1.DenseReluDense.wo", "ffn.fc2", "ffn_down"),
)
_TEXT_NAMES = (
    ("shared", "token_embedding", "token_embd"),
    ("encoder.final_layer_norm", "norm", "enc.output_norm"),
    *(
        (f"encoder.block.#.layer.{theirs}", f"blocks.#.{ours}", f"enc.blk.#.{gguf}")
        for theirs, ours, gguf in _TEXT_LAYERS
    ),
)
TEXT, TEXT_GGUF = (
    RenameRules("text encoder", tuple((f"{n[k]}.weight", f"{n[0]}.weight") for n in _TEXT_NAMES))
    for k in (1, 2)
)
TRANSFORMER = RenameRules("transformer", tuple(_transformer_pairs()))
VAE_WAN21 = vae_wan21_rules()
VAE_WAN22 = vae_wan22_rules()


NOISE = (
    re.compile(r"(?<![a-z])(high|low)[-_ ]?noise"),
    re.compile(r"(?<![a-z])(high|low)(?![a-z])"),
)
"""Spellings of the noise in names, the more certain one first."""


def noise_in_name(folder: Path, file: Path) -> str:
    """Find "high" or "low" in the name of a file and of its folders below a folder, else "".

    Raises:
        WeightsError: The names contradict each other.
    """
    inside = file.relative_to(folder) if file.is_relative_to(folder) else Path(file.name)
    # The target of a link counts too: it must not contradict the link's name.
    names = [*inside.parts, *([file.resolve().name] if file.is_symlink() else [])]
    # HighNoise becomes high_noise.
    words = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() for name in names]
    for pattern in NOISE:
        noises = {noise for word in words for noise in pattern.findall(word)}
        if noises:
            break
    if len(noises) > 1:
        raise WeightsError(
            f"{file}: its name and folder say both 'high' and 'low', must say one. "
            "Put it where it belongs."
        )
    return noises.pop() if noises else ""
