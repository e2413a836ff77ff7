"""The `.pth` files of the original release: a zip archive with a pickled state dict.

A pickle is a program. Its headers are read here by an unpickler that knows five names and builds
nothing but descriptions; a file that asks for any other name is refused before torch sees it.
Tensors are then read by torch itself, with `weights_only` and mapped from the file.

Source: pytorch torch/serialization.py, _save.
"""

from __future__ import annotations

import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.exceptions import WeightsError
from model.weights.header import NUMBER_BYTES, Stored

if TYPE_CHECKING:
    from torch import Tensor

MAGIC = b"PK\x03\x04"
MAX_PICKLE_BYTES = 64_000_000
NESTED = "state_dict"

STORAGES = {
    "DoubleStorage": "F64", "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16",
    "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8",
    "ByteStorage": "U8", "BoolStorage": "BOOL", "Float8_e4m3fnStorage": "F8_E4M3",
    "Float8_e5m2Storage": "F8_E5M2",
}  # fmt: skip


@dataclass(frozen=True)
class _Storage:
    """Type and record of a tensor's numbers."""

    dtype: str
    record: str


@dataclass(frozen=True)
class _Description:
    """What is pickled of a tensor."""

    storage: _Storage
    shape: tuple[int, ...]


def _describe(storage: object, offset: object, shape: object, *rest: object) -> _Description:
    """Stand in for `torch._utils._rebuild_tensor_v2`."""
    if not isinstance(storage, _Storage) or not isinstance(shape, tuple):
        raise pickle.UnpicklingError("a tensor without storage or shape")
    return _Description(storage, shape)


def _unwrap(data: object, *rest: object) -> object:
    """Stand in for `torch._utils._rebuild_parameter`."""
    return data


class _RefusedError(Exception):
    """The pickle asks for something that no state dict needs."""


class _Headers(pickle.Unpickler):
    """Builds descriptions of tensors; every other name is refused."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 (of the base class)
        known: dict[tuple[str, str], object] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _describe,
            ("torch._utils", "_rebuild_parameter"): _unwrap,
        }
        if module in ("torch", "torch.storage") and name in STORAGES:
            return STORAGES[name]
        if (module, name) not in known:
            raise _RefusedError(f"{module}.{name}")
        return known[module, name]

    def persistent_load(self, pid: object) -> _Storage:
        match pid:
            case ("storage", str(dtype), str(record), *_) if dtype in NUMBER_BYTES:
                return _Storage(dtype, record)
        raise pickle.UnpicklingError("a storage of unknown kind")


def read_header(file: Path) -> tuple[Stored, ...]:
    """List the tensors of a file without reading them.

    Raises:
        WeightsError: The file is missing, cut short, in the format from before torch 1.6, holds
            no tensors, or asks for code to be run.
    """
    return tuple(
        Stored(file, name, described.shape, described.storage.dtype, _num_bytes(described))
        for name, described in _described(file).items()
    )


def _described(file: Path) -> dict[str, _Description]:
    """The tensors of a file whose numbers are all there."""
    try:
        with zipfile.ZipFile(file) as archive:
            entry = _pickle_entry(file, archive)
            with archive.open(entry) as stream:
                found = _state_dict(file, _Headers(stream).load())
            _check_records(file, archive, entry.filename.removesuffix("data.pkl"), found)
            return found
    except _RefusedError as refused:
        raise WeightsError(
            f"{file}: asks for {str(refused)!r} to be run, must hold tensors and nothing else. "
            "Do not open it; fetch the file from its publisher."
        ) from None
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        size = f"{file.stat().st_size:,} bytes" if file.is_file() else "not there"
        raise WeightsError(
            f"{file}: not a whole torch file ({size}; {error}). Fetch the file again."
        ) from None
    except WeightsError:
        raise
    except Exception as error:  # a damaged pickle can raise anything, and has run nothing
        raise WeightsError(
            f"{file}: holds no state dict ({error}). Fetch the file again."
        ) from None


def _pickle_entry(file: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    entries = [entry for entry in archive.infolist() if entry.filename.endswith("/data.pkl")]
    if len(entries) != 1:
        raise WeightsError(
            f"{file}: a zip archive without data.pkl, must be a torch file. Fetch it again."
        )
    if entries[0].file_size > MAX_PICKLE_BYTES:
        raise WeightsError(
            f"{file}: its list of tensors has {entries[0].file_size:,} bytes, must be at most "
            f"{MAX_PICKLE_BYTES:,}. Fetch the file from its publisher."
        )
    packed = [entry for entry in archive.infolist() if entry.compress_type != zipfile.ZIP_STORED]
    if packed:
        raise WeightsError(
            f"{file}: record {packed[0].filename!r} is compressed, must be stored as torch "
            "writes it. Fetch the file from its publisher."
        )
    return entries[0]


def _check_records(
    file: Path, archive: zipfile.ZipFile, root: str, found: Mapping[str, _Description]
) -> None:
    """Every tensor's numbers lie in the archive, all of them."""
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    for name, described in found.items():
        record = f"{root}data/{described.storage.record}"
        if sizes.get(record, -1) < _num_bytes(described):
            raise WeightsError(
                f"{file}: the numbers of {name!r} are cut short, {sizes.get(record, 0):,} bytes "
                f"of {_num_bytes(described):,}. Fetch the file again."
            )


def _num_bytes(described: _Description) -> int:
    return NUMBER_BYTES[described.storage.dtype] * math.prod(described.shape)


def _state_dict(file: Path, content: object) -> dict[str, _Description]:
    """The tensors, from the top or from under "state_dict"."""
    if isinstance(content, dict) and isinstance(content.get(NESTED), dict):
        content = content[NESTED]
    tensors = content.items() if isinstance(content, dict) else ()
    found = {str(name): value for name, value in tensors if isinstance(value, _Description)}
    if not found:
        raise WeightsError(f"{file}: holds no tensors by name. Fetch the file again.")
    return found


@contextmanager
def opened(file: Path) -> Iterator[Callable[[Stored], Tensor]]:
    """Yield a function that reads one tensor; the file is mapped, not copied."""
    import torch

    try:
        content: Mapping[str, Any] = torch.load(
            file, map_location="cpu", weights_only=True, mmap=True
        )
    except (RuntimeError, pickle.UnpicklingError, OSError) as error:
        first = str(error).splitlines()[0]
        raise WeightsError(f"{file}: torch cannot read it ({first}). Fetch it again.") from None
    tensors = content[NESTED] if isinstance(content.get(NESTED), dict) else content
    yield lambda stored: tensors[stored.name].detach()
