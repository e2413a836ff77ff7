"""Sizes of networks in layouts without configs, from the shapes of their tensors.

What shapes cannot say, such as the number of heads, comes from a config file beside them or from
the published models.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from model.autoencoder.vae import WAN21_SIZES, WAN22_SIZES, VaeSizes
from model.exceptions import WeightsError
from model.presets import PATCHES, Backbone, Patch
from model.weights.build import Part, read_config
from model.weights.survey import Network

HEAD_WIDTH = 128
"""Width of an attention head in all published experts; others need a config.json."""


VACE, NOT_VACE = r"^vace_", r"^(?!vace_)"
"""Names of the parameters of a VACE part, and of the expert in the same files."""


def part_of(network: Network, *extra_files: Path) -> Part:
    """Return the part for a network found in a folder."""
    config = network.files[0].parent / "config.json"
    if network.kind.role == "expert" and config.is_file():
        extra_files = (config, *extra_files)
    return Part(network.files, network.rename, extra_files, NOT_VACE if network.has_vace else "")


def vace_part_of(network: Network) -> Part:
    """Return the VACE part in the files of a network, of an expert or of its own."""
    return Part(network.files, network.rename, only=VACE)


def backbone_of(network: Network, vace: Network | None) -> tuple[Backbone, Patch]:
    """Derive the sizes of an expert and of its patches from its shapes and a config beside it.

    `vace` holds the VACE part of the expert.

    Raises:
        WeightsError: The sizes are none of Wan, or those of the VACE part are others.
    """
    file, shape = network.files[0], network.shape
    width, in_channels, *kernel = shape("patch_embedding.weight")
    patch = next((patch for patch in PATCHES if list(patch) == kernel), None)
    if patch is None:
        raise WeightsError(
            f"{file}: its patches are {tuple(kernel)}, must be "
            f"{' or '.join(map(str, PATCHES))}. It belongs to another model."
        )
    backbone = Backbone(
        width=width,
        heads=_num_heads(file, width),
        layers=network.count_blocks("blocks."),
        ffn_width=shape("blocks.0.ffn.0.weight")[0],
        in_channels=in_channels,
        out_channels=shape("head.head.weight")[0] // (patch[1] * patch[2]),
        text_width=shape("text_embedding.0.weight")[1],
        frequency_width=shape("time_embedding.0.weight")[1],
    )
    if vace is None:
        return backbone, patch
    ours = ("vace_patch_embedding.weight", "vace_blocks.0.ffn.0.weight")
    found = tuple(vace.shape(name)[0] for name in ours)
    if found != (width, backbone.ffn_width):
        raise WeightsError(
            f"{vace.files[0]}: its VACE part has widths {found}, must be "
            f"{(width, backbone.ffn_width)} like {file}. Is it the part of another model?"
        )
    # Files without a config name no layers; in all published ones they are evenly spaced.
    spacing = backbone.layers // vace.count_blocks("vace_blocks.")
    layers = tuple(range(0, backbone.layers, spacing)) if spacing else ()
    if len(layers) != vace.count_blocks("vace_blocks."):
        raise WeightsError(
            f"{vace.files[0]}: {vace.count_blocks('vace_blocks.')} side blocks, must divide the "
            f"{backbone.layers} blocks of {file}. Is it the part of another model?"
        )
    return replace(backbone, control_layers=layers), patch


def _num_heads(file: Path, width: int) -> int:
    """Heads of an expert: from the config beside it, else as in the published models."""
    config = read_config(file.parent) if (file.parent / "config.json").is_file() else {}
    heads = config.get("num_heads", config.get("num_attention_heads"))
    if heads is None and width % HEAD_WIDTH == 0:
        return width // HEAD_WIDTH
    if not isinstance(heads, int) or heads < 1 or width % heads:
        raise WeightsError(
            f"{file}: width {width} and {heads or 'an unknown number of'} heads, must divide "
            "evenly. Put its config.json beside it."
        )
    return heads


def vae_sizes_of(network: Network) -> VaeSizes:
    """Derive the widths of an autoencoder from its shapes; statistics are the published ones."""
    file, shape = network.files[0], network.shape
    published = WAN22_SIZES if network.kind.vae_class == "wan2.2" else WAN21_SIZES
    channels = shape("conv2.weight")[0]
    if channels != published.latent_channels:
        raise WeightsError(
            f"{file}: {channels} latent channels, must be {published.latent_channels}. "
            "Is this the autoencoder of another model?"
        )
    return replace(
        published,
        width=shape("encoder.conv1.weight")[0],
        decoder_width=shape("decoder.conv1.weight")[0] // published.multipliers[-1],
    )


def text_config_of(network: Network) -> dict[str, object]:
    """Derive the arguments of `transformers.UMT5Config` from the shapes of a text encoder."""
    shape = network.shape
    attention = "encoder.block.0.layer.0.SelfAttention"
    buckets, heads = shape(f"{attention}.relative_attention_bias.weight")
    is_shared = "shared.weight" in network.shapes
    vocabulary, width = shape("shared.weight" if is_shared else "encoder.embed_tokens.weight")
    return {
        "vocab_size": vocabulary,
        "d_model": width,
        "d_kv": shape(f"{attention}.q.weight")[0] // heads,
        "d_ff": shape("encoder.block.0.layer.1.DenseReluDense.wo.weight")[1],
        "num_layers": network.count_blocks("encoder.block."),
        "num_heads": heads,
        "relative_attention_num_buckets": buckets,
        "feed_forward_proj": "gated-gelu",
    }
