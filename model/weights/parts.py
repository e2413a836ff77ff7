"""Files, sizes and preset of the networks of a checkpoint, from configs or tensor shapes.

Diffusers checkpoints state sizes in config files. In other layouts sizes come from tensor shapes;
what shapes cannot say, such as the number of heads, comes from a config file beside them or from
the published models. Configs of other models are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from model.autoencoder.vae import PATCH, WAN21_SIZES, WAN22_SIZES, VaeSizes
from model.exceptions import WeightsError
from model.presets import KNOWN, PATCHES, Backbone, Expert, Patch, Preset
from model.weights.build import fingerprint, read_config
from model.weights.rename import rename_for, renamed_shapes
from model.weights.survey import Network, Shapes

HEAD_WIDTH = 128
"""Width of an attention head in all published experts; others need a config.json."""


@dataclass(frozen=True)
class Part:
    """Files of one network and the names of its tensors.

    Attributes:
        files: Weight files.
        rename: Maps names in the files to names in the network; raises for unknown ones.
        extra_files: Other files that decide its sizes or its tokenizer; part of its fingerprint.
    """

    files: tuple[Path, ...]
    rename: Callable[[str], str] = field(compare=False)
    extra_files: tuple[Path, ...] = ()

    def fingerprint(self) -> str:
        """SHA-256 of all files."""
        return fingerprint((*self.files, *self.extra_files))


def part_of(network: Network, *extra_files: Path) -> Part:
    """Return the part for a network found in a folder."""
    config = network.files[0].parent / "config.json"
    if network.kind.role == "expert" and config.is_file():
        extra_files = (config, *extra_files)
    return Part(network.files, rename_for(network.kind), extra_files)


def preset_of(
    folder: Path,
    index: Mapping[str, Any] | None,
    num_experts: int,
    *,
    backbone: Backbone,
    patch: Patch,
    vae_class: str,
    vae: VaeSizes,
    camera_unshuffle: int | None,
) -> Preset:
    """Return the known preset of a kind of checkpoint, with the sizes of its files.

    Args:
        folder: Folder of the checkpoint, for its name and error messages.
        index: Content of model_index.json; None for other layouts, which use the published
            boundary between the experts.
        num_experts: One or two.
        backbone: Sizes of the experts.
        patch: Latent cells per token.
        vae_class: One of `presets.VAE_CLASSES`.
        vae: Sizes of the autoencoder.
        camera_unshuffle: None without a camera adapter.

    Raises:
        WeightsError: No known preset has this combination.
    """
    # All models on the 2.2 autoencoder are trained with timesteps per token, whatever the index.
    per_token = (index or {}).get("expand_timesteps") or vae_class == "wan2.2"
    if backbone.in_channels != backbone.out_channels:
        first_frame = "channels-and-token" if per_token else "channels"
    else:
        first_frame = "per-token" if per_token else "none"
    kind = (vae_class, num_experts, first_frame)
    matches = [p for p in KNOWN if (p.vae, len(p.experts), p.first_frame) == kind]
    if not matches:
        raise WeightsError(
            f"{folder}: {num_experts} expert(s), {vae_class} autoencoder, first frame "
            f"{first_frame}: no known kind. Known are {', '.join(p.name for p in KNOWN)}."
        )
    # Preferred, not required: an adapter added to another model does not change its kind.
    has_camera = camera_unshuffle is not None
    preset = min(matches, key=lambda preset: preset.has_camera != has_camera)
    experts = preset.experts
    if index is not None and num_experts == 2:
        experts = _with_boundary(folder, experts, index.get("boundary_ratio"))
    unshuffle = camera_unshuffle or preset.camera_unshuffle
    is_published = preset.backbone in (None, backbone)
    space = (PATCH if vae_class == "wan2.2" else 1) * 2 ** (len(vae.multipliers) - 1)
    return replace(
        preset,
        name=preset.name if is_published else folder.resolve().name,
        experts=experts,
        backbone=backbone,
        latent_channels=vae.latent_channels,
        stride=(2 ** sum(vae.in_time), space, space),
        patch=patch,
        camera_unshuffle=unshuffle if preset.has_camera else None,
    )


def _with_boundary(folder: Path, experts: tuple[Expert, ...], boundary: Any) -> tuple[Expert, ...]:  # noqa: ANN401 (JSON)
    if not isinstance(boundary, int | float) or not 0 < boundary < 1:
        raise WeightsError(
            f"{folder}/model_index.json: boundary_ratio is {boundary}, must be between 0 and 1 "
            "for two experts. Fetch the file again."
        )
    return replace(experts[0], floor=float(boundary)), *experts[1:]


def read_expert(folder: Path) -> tuple[Backbone, Patch]:
    """Read the sizes of an expert from its config."""
    config = read_config(folder)
    fixed = {
        "qk_norm": "rms_norm_across_heads",
        "cross_attn_norm": True,
        "eps": 1e-6,
        "image_dim": None,
        "added_kv_proj_dim": None,
    }
    _require_values(folder, config, fixed)
    size = config.get("patch_size", [1, 2, 2])
    patch = next((patch for patch in PATCHES if list(patch) == size), None)
    if patch is None:
        raise WeightsError(
            f"{folder}/config.json: patch_size is {size}, must be [1, 2, 2] or [1, 1, 1]. "
            "It belongs to another model."
        )
    try:
        return Backbone.from_config(config), patch
    except KeyError as error:
        raise WeightsError(f"{folder}/config.json: no {error}. Fetch the file again.") from None


def read_vae(folder: Path) -> tuple[str, VaeSizes]:
    """Read the class and sizes of an autoencoder from its config."""
    config = read_config(folder)
    is_wan22 = bool(config.get("is_residual"))
    fixed: dict[str, object] = {"attn_scales": [], "patch_size": PATCH if is_wan22 else None}
    _require_values(folder, config, fixed)
    published = WAN22_SIZES if is_wan22 else WAN21_SIZES
    width = config.get("base_dim", published.width)
    sizes = VaeSizes(
        width=width,
        decoder_width=config.get("decoder_base_dim") or width,
        latent_channels=config.get("z_dim", published.latent_channels),
        mean=tuple(config.get("latents_mean") or published.mean),
        std=tuple(config.get("latents_std") or published.std),
        multipliers=tuple(config.get("dim_mult", published.multipliers)),
        num_blocks=config.get("num_res_blocks", published.num_blocks),
        # Spelled so in the published files.
        in_time=tuple(config.get("temperal_downsample", published.in_time)),
    )
    if not len(sizes.mean) == len(sizes.std) == sizes.latent_channels:
        raise WeightsError(
            f"{folder}/config.json: {len(sizes.mean)} latents_mean and {len(sizes.std)} "
            f"latents_std, must be {sizes.latent_channels} each. Fetch the file again."
        )
    return ("wan2.2" if is_wan22 else "wan2.1"), sizes


def _require_values(folder: Path, config: Mapping[str, Any], fixed: Mapping[str, object]) -> None:
    for key, value in fixed.items():
        if key in config and config[key] != value:
            raise WeightsError(
                f"{folder}/config.json: {key} is {config[key]!r}, must be {value!r}. "
                "Only Wan 2.2 checkpoints can be read."
            )


def _shape_of(file: Path, shapes: Shapes, name: str) -> tuple[int, ...]:
    if name not in shapes:
        raise WeightsError(f"{file}: tensor {name!r} is missing. Is it cut short? Fetch it again.")
    return shapes[name]


def _count_blocks(shapes: Shapes, prefix: str) -> int:
    """Number of blocks whose names begin with a prefix and a number."""
    names = [name.removeprefix(prefix) for name in shapes if name.startswith(prefix)]
    return len({int(name.split(".")[0]) for name in names})


def backbone_of(network: Network) -> tuple[Backbone, Patch]:
    """Derive the sizes of an expert and of its patches from its shapes and a config beside it."""
    file, shapes = network.files[0], renamed_shapes(network)
    shape = partial(_shape_of, file, shapes)
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
        layers=_count_blocks(shapes, "blocks."),
        ffn_width=shape("blocks.0.ffn.0.weight")[0],
        in_channels=in_channels,
        out_channels=shape("head.head.weight")[0] // (patch[1] * patch[2]),
        text_width=shape("text_embedding.0.weight")[1],
        frequency_width=shape("time_embedding.0.weight")[1],
    )
    return backbone, patch


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
    file = network.files[0]
    shape = partial(_shape_of, file, renamed_shapes(network))
    published = WAN22_SIZES if network.kind.vae_class == "wan2.2" else WAN21_SIZES
    channels = shape("conv2.weight")[0]
    if channels != published.latent_channels:
        raise WeightsError(
            f"{file}: {channels} latent channels, must be {published.latent_channels}. "
            "Is this the autoencoder of another model?"
        )
    return VaeSizes(
        width=shape("encoder.conv1.weight")[0],
        decoder_width=shape("decoder.conv1.weight")[0] // published.multipliers[-1],
        latent_channels=channels,
        mean=published.mean,
        std=published.std,
    )


def text_config_of(network: Network) -> dict[str, object]:
    """Derive the arguments of `transformers.UMT5Config` from the shapes of a text encoder."""
    shapes = renamed_shapes(network)
    shape = partial(_shape_of, network.files[0], shapes)
    attention = "encoder.block.0.layer.0.SelfAttention"
    buckets, heads = shape(f"{attention}.relative_attention_bias.weight")
    embedding = "shared.weight" if "shared.weight" in shapes else "encoder.embed_tokens.weight"
    vocabulary, width = shape(embedding)
    return {
        "vocab_size": vocabulary,
        "d_model": width,
        "d_kv": shape(f"{attention}.q.weight")[0] // heads,
        "d_ff": shape("encoder.block.0.layer.1.DenseReluDense.wo.weight")[1],
        "num_layers": _count_blocks(shapes, "encoder.block."),
        "num_heads": heads,
        "relative_attention_num_buckets": buckets,
        "feed_forward_proj": "gated-gelu",
    }
