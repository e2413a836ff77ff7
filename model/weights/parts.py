"""The networks of a checkpoint: which files each is read from, by what names, in what sizes.

Sizes come from the shapes of the tensors; what shapes cannot say, such as the number of heads,
from a config file beside them or from what all published models have alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from model.autoencoder.vae import WAN21_SIZES, WAN22_SIZES, VaeSizes
from model.exceptions import WeightsError
from model.presets import PATCHES, Backbone, Patch
from model.weights.build import read_config
from model.weights.naming import naming
from model.weights.scaled import with_scales
from model.weights.survey import Network

HEAD_WIDTH = 128
"""Of every published expert; smaller ones have a config.json."""

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Part:
    """What one network is read from.

    Attributes:
        files: That hold its tensors.
        rename: From names in the files to names in the network; raises for unknown ones.
        beside: Files that decide its sizes or its tokenizer; part of its fingerprint.
    """

    files: tuple[Path, ...]
    rename: Callable[[str], str] = field(compare=False)
    beside: tuple[Path, ...] = ()


def part_of(network: Network, *beside: Path) -> Part:
    """The part that a network found in a folder makes."""
    config = network.files[0].parent / "config.json"
    aside = (config,) if network.kind.role == "expert" and config.is_file() else ()
    return Part(network.files, naming(network.kind), (*aside, *beside))


def shapes_of(network: Network) -> Shapes:
    """Shapes by the names of our network.

    Raises:
        WeightsError: A scale lacks its weight or a weight its scale.
    """
    named, shapes = naming(network.kind), {}
    for stored in with_scales(network.tensors):
        try:
            shapes[named(stored.name)] = stored.shape
        except WeightsError as error:
            raise WeightsError(f"{stored.file}: {error}") from None
    return shapes


def backbone_of(network: Network) -> tuple[Backbone, Patch]:
    """Sizes of an expert and of its patches, from its shapes and a config beside it.

    Raises:
        WeightsError: The number of heads cannot be told, or a tensor needed for it is missing.
    """
    shapes, place = shapes_of(network), network.files[0]
    patches = _shape(place, shapes, "patch_embedding.weight")
    patch = patches[2:]
    if patch not in PATCHES:
        raise WeightsError(
            f"{place}: its patches are {patch}, must be {' or '.join(map(str, PATCHES))}. "
            "It belongs to another model."
        )
    width, cells = patches[0], patch[1] * patch[2]
    layers = {int(name.split(".")[1]) for name in shapes if name.startswith("blocks.")}
    backbone = Backbone(
        width=width,
        heads=_heads(place, width),
        layers=len(layers),
        ffn_width=_shape(place, shapes, "blocks.0.ffn.0.weight")[0],
        in_channels=patches[1],
        out_channels=_shape(place, shapes, "head.head.weight")[0] // cells,
        text_width=_shape(place, shapes, "text_embedding.0.weight")[1],
        frequency_width=_shape(place, shapes, "time_embedding.0.weight")[1],
    )
    return backbone, (1, patch[1], patch[2])


def _heads(place: Path, width: int) -> int:
    """Heads of an expert: from its config, else as wide as those of the published models."""
    is_there = (place.parent / "config.json").is_file()
    config = read_config(place.parent) if is_there else {}
    heads = config.get("num_heads", config.get("num_attention_heads"))
    if heads is None and width % HEAD_WIDTH == 0:
        return width // HEAD_WIDTH
    if not isinstance(heads, int) or heads < 1 or width % heads:
        raise WeightsError(
            f"{place}: width {width} and {heads or 'an unknown number of'} heads, must divide "
            "evenly. Put its config.json beside it."
        )
    return heads


def vae_sizes_of(network: Network) -> VaeSizes:
    """Widths from the shapes; statistics, which no such file holds, from the published class.

    Raises:
        WeightsError: It has other latent channels than the published class.
    """
    shapes, place = shapes_of(network), network.files[0]
    published = WAN22_SIZES if network.kind.vae_class == "wan2.2" else WAN21_SIZES
    channels = _shape(place, shapes, "conv2.weight")[0]
    if channels != published.latent_channels:
        raise WeightsError(
            f"{place}: {channels} latent channels, must be {published.latent_channels}. "
            "Is this the autoencoder of another model?"
        )
    return VaeSizes(
        width=_shape(place, shapes, "encoder.conv1.weight")[0],
        decoder_width=_shape(place, shapes, "decoder.conv1.weight")[0] // published.multipliers[-1],
        latent_channels=channels,
        mean=published.mean,
        std=published.std,
    )


def text_config_of(network: Network) -> dict[str, object]:
    """Sizes of a text encoder, as `transformers.UMT5Config` takes them.

    Raises:
        WeightsError: A tensor needed for it is missing.
    """
    shapes, place = shapes_of(network), network.files[0]
    attention = "encoder.block.0.layer.0.SelfAttention"
    buckets, heads = _shape(place, shapes, f"{attention}.relative_attention_bias.weight")
    embedding = "shared.weight" if "shared.weight" in shapes else "encoder.embed_tokens.weight"
    vocabulary, width = _shape(place, shapes, embedding)
    layers = {int(name.split(".")[2]) for name in shapes if name.startswith("encoder.block.")}
    return {
        "vocab_size": vocabulary,
        "d_model": width,
        "d_kv": _shape(place, shapes, f"{attention}.q.weight")[0] // heads,
        "d_ff": _shape(place, shapes, "encoder.block.0.layer.1.DenseReluDense.wo.weight")[1],
        "num_layers": len(layers),
        "num_heads": heads,
        "relative_attention_num_buckets": buckets,
        "feed_forward_proj": "gated-gelu",
    }


def _shape(place: Path, shapes: Shapes, name: str) -> tuple[int, ...]:
    if name not in shapes:
        raise WeightsError(f"{place}: tensor {name!r} is missing. Is it cut short? Fetch it again.")
    return shapes[name]
