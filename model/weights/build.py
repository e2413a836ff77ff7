"""From files to networks: reading configs, headers and tensors, strictly.

Networks are built on the `meta` device, checked against the headers of the files before a byte
of a tensor is read, and filled straight in the dtype asked for. Formats are those of `formats`.
Called by `weights` and `text`, which know what the files mean.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model.exceptions import WeightsError
from model.weights.dispatch import OpenFiles, read_header
from model.weights.eight_bit import packed, replace_linear, scale_name
from model.weights.header import Stored
from model.weights.memory import own_pages
from model.weights.scaled import with_scales

Rename = Callable[[str], str]
Change = Callable[[str, Tensor], Tensor]


def read_config(folder: Path, name: str = "config.json") -> dict[str, Any]:
    """Read a JSON object of a checkpoint.

    Raises:
        WeightsError: The file is missing or is no JSON object.
    """
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


def network_files(folder: Path, stem: str = "diffusion_pytorch_model") -> tuple[Path, ...]:
    """List the safetensors files of one network, one or the shards named by its index.

    Raises:
        WeightsError: There is none, or a shard is missing.
    """
    single, index = folder / f"{stem}.safetensors", folder / f"{stem}.safetensors.index.json"
    if single.is_file():
        return (single,)
    if not index.is_file():
        raise WeightsError(
            f"{folder}: no {single.name} and no {index.name}. Fetch the folder again."
        )
    names = sorted({str(name) for name in read_config(folder, index.name)["weight_map"].values()})
    for name in names:
        # The index is data: it may name files beside it, nothing else.
        if Path(name).name != name or not (folder / name).is_file():
            raise WeightsError(
                f"{index}: names shard {name!r}, which is not there. Fetch the folder again."
            )
    return tuple(folder / name for name in names)


def tensor_headers(files: Sequence[Path]) -> tuple[Stored, ...]:
    """List the tensors of a network without reading them, each with its scale if it has one.

    Raises:
        WeightsError: A file cannot be read.
    """
    return with_scales([stored for file in files for stored in read_header(file)])


FLOAT8_KINDS = {"F8_E4M3": torch.float8_e4m3fn, "F8_E5M2": torch.float8_e5m2}

NONE = "(?!)"
"""A regular expression that no name matches."""


@dataclass(frozen=True)
class Storing:
    """In which numbers the tensors of a network are kept, and where.

    Attributes:
        dtype: What tensors are stored as.
        device: Where they lie.
        float32: Regular expression for names that stay float32 whatever `dtype` is.
        int8: Regular expression for weights of linear layers that are packed into int8.
        fp8: Regular expression for those that stay packed where the files have them in eight-bit
            floats.
        change: Called with name and tensor, on its device and before it takes its dtype; returns
            it or another of the same shape.
    """

    dtype: torch.dtype
    device: torch.device | str
    float32: str = NONE
    int8: str = NONE
    fp8: str = NONE
    change: Change | None = None

    def packs(self, name: str, stored: Stored) -> torch.dtype | None:
        """Kind of the codes that a tensor is kept as, None where it is kept plain."""
        if re.search(self.int8, name):
            return torch.int8
        if stored.dtype in FLOAT8_KINDS and re.search(self.fp8, name):
            return FLOAT8_KINDS[stored.dtype]
        return None

    def bring(self, name: str, stored: Stored, opened: OpenFiles) -> dict[str, Tensor]:
        """Read one tensor as it is kept, by name; a packed one comes with its factors.

        Raises:
            WeightsError: Its file is damaged.
        """
        kept = torch.float32 if re.search(self.float32, name) else self.dtype
        kind = self.packs(name, stored)
        if kind is not None and kind != torch.int8:
            codes, scale = opened.read_packed(stored)
            return {name: codes.to(self.device), scale_name(name): scale.to(self.device)}
        tensor = opened.read(stored)
        if self.change is not None:
            tensor = self.change(name, tensor.to(self.device))
        if kind is not None:
            codes, scale = packed(tensor.to(self.device))
            return {name: codes, scale_name(name): scale}
        if torch.device(self.device).type != "cpu" or tensor.dtype == kept:
            return {name: tensor.to(device=self.device, dtype=kept)}
        return {name: own_pages(tensor.shape, kept).copy_(tensor)}


def load_network(
    network: nn.Module,
    files: Sequence[Path],
    *,
    storing: Storing,
    rename: Rename = str,
    aliases: Mapping[str, str] | None = None,
) -> None:
    """Fill a network that was built on `meta`, strictly.

    Tensors are read one at a time, in the order of the files, straight to their dtype and device.

    Args:
        network: Gets every tensor, is set to evaluation and needs no gradients afterwards.
        files: Of any format, together holding exactly its tensors.
        storing: In which numbers and where; layers that it packs are replaced.
        rename: From names in the files to names in the network; raises for unknown ones.
        aliases: Names of the network that may be filled from another one.

    Raises:
        WeightsError: A tensor is missing, unknown, there twice or of another shape, or a file
            is damaged.
    """
    sources = find_sources(network, files, rename=rename, aliases=aliases)
    for name, stored in sources.items():
        kind = storing.packs(name, stored)
        if kind is not None:
            replace_linear(network, name, kind)
    with OpenFiles() as opened:
        fill_network(network, sources, storing, opened)


def fill_network(
    network: nn.Module, sources: Mapping[str, Stored], storing: Storing, opened: OpenFiles
) -> None:
    """Read exactly the tensors of a network, and set it to evaluation.

    Raises:
        WeightsError: A file is damaged.
    """
    tensors: dict[str, Tensor] = {}
    read: dict[Stored, str] = {}
    for name, stored in sources.items():
        if stored in read:
            tensors[name] = tensors[read[stored]]
        else:
            tensors |= storing.bring(name, stored, opened)
            read[stored] = name
    network.load_state_dict(tensors, strict=True, assign=True)
    assert_loaded(network)
    network.eval().requires_grad_(False)


def find_sources(
    network: nn.Module,
    files: Sequence[Path],
    *,
    rename: Rename = str,
    aliases: Mapping[str, str] | None = None,
) -> dict[str, Stored]:
    """Find every tensor of a network in its files, by the network's names for them.

    Takes what `load_network` takes, and raises what it raises, before a tensor is read.
    """
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    found = _matched(tensor_headers(files), wanted, rename)
    for name in wanted:
        other = (aliases or {}).get(name, name)
        if name not in found and other in found:
            found[name] = found[other]
    missing = [name for name in wanted if name not in found]
    if missing:
        raise WeightsError(
            f"{files[0].parent}: {len(missing):,} of {len(wanted):,} tensors missing, "
            f"first {missing[0]!r}. Is this the folder of another network, or cut short? "
            "Fetch it again."
        )
    return found


def _matched(
    headers: Sequence[Stored], wanted: Mapping[str, tuple[int, ...]], rename: Rename
) -> dict[str, Stored]:
    """Headers by the network's names, each known, single and of the right shape."""
    found: dict[str, Stored] = {}
    for header in headers:
        try:
            name = rename(header.name)
        except WeightsError as error:
            raise WeightsError(f"{header.file}: {error}") from None
        if name not in wanted:
            raise WeightsError(
                f"{header.file}: tensor {header.name!r} has no place in the network. "
                "Does config.json belong to this file?"
            )
        if name in found:
            raise WeightsError(
                f"{header.file}: tensor {header.name!r} is also in {found[name].file}. "
                "Remove one of the two."
            )
        if header.shape != wanted[name]:
            raise WeightsError(
                f"{header.file}: tensor {header.name!r} is {header.shape}, "
                f"must be {wanted[name]}. Does config.json belong to this file?"
            )
        found[name] = header
    return found


def assert_loaded(network: nn.Module) -> None:
    """Check that nothing is left on `meta`; a non-persistent buffer survives a strict load there.

    Raises:
        WeightsError: Something is.
    """
    every = [*network.named_parameters(), *network.named_buffers()]
    left = [name for name, tensor in every if tensor.is_meta]
    if left:
        raise WeightsError(f"{left[0]!r}: is still without values after loading. Report this.")


def fingerprint(files: Sequence[Path]) -> str:
    """Name the content of files by one SHA-256, whatever their folder is called.

    Hashing 28 GB takes half a minute, so the hash of a file is remembered in this process for as
    long as its path, size and modification time stay.
    """
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda path: path.name):
        status = file.stat()
        content = _file_hash(file.resolve(), status.st_size, status.st_mtime_ns)
        digest.update(f"{file.name}\0{content}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=1024)
def _file_hash(file: Path, size: int, modified_ns: int) -> str:
    """Hash a file; size and time are there to tell its versions apart."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
