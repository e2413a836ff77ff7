"""Load networks from weight files: configs, headers and tensors, checked strictly.

A network is built on the `meta` device, compared with the headers of its files before any tensor
is read, and filled directly in the requested dtype on the requested device.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model.autoencoder.vae import PATCH, WAN21_SIZES, WAN22_SIZES, VaeSizes
from model.exceptions import WeightsError
from model.presets import PATCHES, Backbone, Patch
from model.weights.eight_bit import packed, replace_linear, scale_name
from model.weights.scaled import with_scales
from model.weights.tensor_files import OpenFiles, StoredTensor, allocate, read_header

Rename = Callable[[str], str]
Change = Callable[[str, Tensor], Tensor]

FLOAT8_DTYPES = {"F8_E4M3": torch.float8_e4m3fn, "F8_E5M2": torch.float8_e5m2}
NONE = "(?!)"
"""A regular expression that matches no name."""


def read_config(folder: Path, name: str = "config.json") -> dict[str, Any]:
    """Read a JSON object of a checkpoint."""
    path = folder / name
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WeightsError(f"{path}: not there. Fetch the folder again.") from None
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path}: {error}. Fetch the file again.") from error
    if not isinstance(config, dict):
        raise WeightsError(f"{path}: holds no JSON object. Fetch the file again.")
    return config


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


def network_files(folder: Path, stem: str = "diffusion_pytorch_model") -> tuple[Path, ...]:
    """List the safetensors files of one network: a single file, or the shards of its index."""
    single, index = folder / f"{stem}.safetensors", folder / f"{stem}.safetensors.index.json"
    if single.is_file():
        return (single,)
    if not index.is_file():
        raise WeightsError(
            f"{folder}: no {single.name} and no {index.name}. Fetch the folder again."
        )
    shards = read_config(folder, index.name).get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise WeightsError(f"{index}: names no shards, must have a weight_map. Fetch it again.")
    names = sorted({str(name) for name in shards.values()})
    for name in names:
        # The index is untrusted: it may name files in its own folder only.
        if Path(name).name != name or not (folder / name).is_file():
            raise WeightsError(
                f"{index}: names shard {name!r}, which is not there. Fetch the folder again."
            )
    return tuple(folder / name for name in names)


@dataclass(frozen=True)
class Part:
    """Weight files of one network, and the function from names in them to names in the network.

    `extra_files` decide its sizes or its tokenizer and are part of its fingerprint. `only` is a
    regular expression for its names in the network, where the files hold another network too.
    """

    files: tuple[Path, ...]
    rename: Rename = field(compare=False)
    extra_files: tuple[Path, ...] = ()
    only: str = ""

    def headers(self) -> tuple[StoredTensor, ...]:
        """Headers of its tensors."""
        stored = tensor_headers(self.files)
        return tuple(each for each in stored if self.has(each))

    def has(self, stored: StoredTensor) -> bool:
        """Whether a tensor of its files belongs to it.

        Raises:
            WeightsError: No network has a tensor of this name.
        """
        try:
            return re.search(self.only, self.rename(stored.name)) is not None
        except WeightsError as error:
            raise WeightsError(f"{stored.file}: {error}") from None

    def fingerprint(self) -> str:
        """SHA-256 of all files."""
        return fingerprint((*self.files, *self.extra_files))


def tensor_headers(files: Sequence[Path]) -> tuple[StoredTensor, ...]:
    """List the tensors of a network with their scales, without reading their data."""
    return with_scales([stored for file in files for stored in read_header(file)])


@dataclass(frozen=True)
class LoadOptions:
    """Dtype, device and packing of the loaded tensors.

    Attributes:
        float32: Regular expression for names that stay float32 whatever `dtype` is.
        int8: Regular expression for weights of linear layers to quantise to int8.
        fp8: Regular expression for weights that stay eight-bit floats where the files have them.
        change: Function of name and tensor, applied on the device before the cast to `dtype`;
            returns a tensor of the same shape.
    """

    dtype: torch.dtype
    device: torch.device | str
    float32: str = NONE
    int8: str = NONE
    fp8: str = NONE
    change: Change | None = None

    def packed_dtype(self, name: str, stored: StoredTensor) -> torch.dtype | None:
        """Dtype of the codes of a packed tensor, None for a plain one."""
        if re.search(self.int8, name):
            return torch.int8
        if stored.dtype in FLOAT8_DTYPES and re.search(self.fp8, name):
            return FLOAT8_DTYPES[stored.dtype]
        return None

    def read(self, name: str, stored: StoredTensor, files: OpenFiles) -> dict[str, Tensor]:
        """Read one tensor as state dict entries; a packed one comes with its scales."""
        codes_dtype = self.packed_dtype(name, stored)
        if codes_dtype is not None and codes_dtype != torch.int8:
            codes, scale = files.read_packed(stored)
            return {name: codes.to(self.device), scale_name(name): scale.to(self.device)}
        tensor = files.read(stored)
        if self.change is not None:
            tensor = self.change(name, tensor.to(self.device))
        if codes_dtype is not None:
            codes, scale = packed(tensor.to(self.device))
            return {name: codes, scale_name(name): scale}
        dtype = torch.float32 if re.search(self.float32, name) else self.dtype
        if torch.device(self.device).type != "cpu" or tensor.dtype == dtype:
            return {name: tensor.to(device=self.device, dtype=dtype)}
        return {name: allocate(tensor.shape, dtype).copy_(tensor)}


def load_network(
    network: nn.Module,
    files: Sequence[Path],
    *,
    options: LoadOptions,
    rename: Rename = str,
    aliases: Mapping[str, str] | None = None,
    only: str = "",
) -> None:
    """Fill a network built on `meta` from files that contain exactly its tensors.

    Tensors are read one at a time, in the order of the files. Packed layers are replaced, and the
    network is set to evaluation mode and frozen. `rename`, `aliases`, `only` as in `find_sources`.

    Raises:
        WeightsError: The tensors are not those of the network, or a file is damaged.
    """
    sources = find_sources(network, files, rename=rename, aliases=aliases, only=only)
    for name, stored in sources.items():
        codes_dtype = options.packed_dtype(name, stored)
        if codes_dtype is not None:
            replace_linear(network, name, codes_dtype)
    with OpenFiles() as opened:
        fill_network(network, sources, options, opened)


def fill_network(
    network: nn.Module, sources: Mapping[str, StoredTensor], options: LoadOptions, files: OpenFiles
) -> None:
    """Read exactly the tensors of a network, set it to evaluation mode and freeze it."""
    tensors: dict[str, Tensor] = {}
    names: dict[StoredTensor, str] = {}
    for name, stored in sources.items():
        if stored in names:  # an alias shares the tensor
            tensors[name] = tensors[names[stored]]
        else:
            tensors |= options.read(name, stored, files)
            names[stored] = name
    network.load_state_dict(tensors, strict=True, assign=True)
    # A non-persistent buffer would stay on `meta` even after a strict load. No network has one,
    # whatever the files hold.
    values = [*network.named_parameters(), *network.named_buffers()]
    empty = [name for name, tensor in values if tensor.is_meta]
    assert not empty, f"without values after loading: {empty}"
    network.eval().requires_grad_(False)


def find_sources(
    network: nn.Module,
    files: Sequence[Path],
    *,
    rename: Rename = str,
    aliases: Mapping[str, str] | None = None,
    only: str = "",
) -> dict[str, StoredTensor]:
    """Match the tensors of a network, by name, with those of its files, from headers only.

    Args:
        network: May be on `meta`.
        files: Of any format.
        rename: Maps names in the files to names in the network; raises for unknown ones.
        aliases: Names of the network that may be filled from another name.
        only: Regular expression for names in the network; tensors of other names are skipped.

    Raises:
        WeightsError: A tensor is missing, unknown, duplicated or of another shape.
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    sources: dict[str, StoredTensor] = {}
    for stored in tensor_headers(files):
        try:
            name = rename(stored.name)
        except WeightsError as error:
            raise WeightsError(f"{stored.file}: {error}") from None
        if not re.search(only, name):
            continue
        place = f"{stored.file}: tensor {stored.name!r}"
        if name not in shapes:
            raise WeightsError(
                f"{place} has no place in the network. Does config.json belong to this file?"
            )
        if name in sources:
            raise WeightsError(f"{place} is also in {sources[name].file}. Remove one of the two.")
        if stored.shape != shapes[name]:
            raise WeightsError(
                f"{place} is {stored.shape}, must be {shapes[name]}. "
                "Does config.json belong to this file?"
            )
        sources[name] = stored
    for name, other in (aliases or {}).items():
        if name in shapes and name not in sources and other in sources:
            sources[name] = sources[other]
    missing = [name for name in shapes if name not in sources]
    if missing:
        raise WeightsError(
            f"{files[0].parent}: {len(missing):,} of {len(shapes):,} tensors missing, "
            f"first {missing[0]!r}. Is this the folder of another network, or cut short? "
            "Fetch it again."
        )
    return sources


def fingerprint(files: Sequence[Path]) -> str:
    """Compute one SHA-256 over the names and contents of files, independent of their folder.

    Hashing 28 GB takes half a minute, so hashes are cached in the process by path, size and
    modification time.
    """
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda path: path.name):
        status = file.stat()
        content = _file_hash(file.resolve(), status.st_size, status.st_mtime_ns)
        digest.update(f"{file.name}\0{content}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=1024)
def _file_hash(file: Path, size: int, modified_ns: int) -> str:
    """Hash a file; size and modification time only extend the cache key."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
