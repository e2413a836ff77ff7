"""The safetensors format: eight bytes of length, a JSON header, the tensors without gaps.

The header is checked against the size of the file before any tensor is read, and tensors are read
straight into their own memory, one at a time: loading a file of S bytes never needs 2 S.

Source: huggingface/safetensors README.md, "Format".
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.exceptions import WeightsError
from model.weights.header import NUMBER_BYTES, Stored
from model.weights.memory import own_pages

if TYPE_CHECKING:
    from torch import Tensor

LENGTH_BYTES = 8
MAX_HEADER_BYTES = 100_000_000
METADATA = "__metadata__"

# What is found instead of weights, by its first bytes.
IMPOSTORS = {
    b"version https://git-lfs": ("a Git LFS pointer", "Run `git lfs pull` in its repository."),
    b"<": ("a web page", "Fetch the file again, signed in if the repository asks for it."),
}


def read_header(file: Path) -> tuple[Stored, ...]:
    """List the tensors of a file without reading them.

    Raises:
        WeightsError: The file is missing, cut short, or is no safetensors file.
    """
    header, begin = _json_header(file)
    size = file.stat().st_size
    found = [_entry(file, name, entry, begin) for name, entry in header.items() if name != METADATA]
    found.sort(key=lambda stored: (stored.start, stored.num_bytes))
    end = begin
    for stored in found:
        if stored.start != end:
            raise _broken(file, f"tensor {stored.name!r} overlaps its neighbour or leaves a gap")
        end += stored.num_bytes
    if end != size:
        raise WeightsError(
            f"{file}: not a whole safetensors file ({size:,} bytes, must be {end:,}). "
            "Fetch the file again."
        )
    return tuple(found)


def read_metadata(file: Path) -> Mapping[str, str]:
    """Free text that the writer of a file left in its header.

    Raises:
        WeightsError: The file cannot be read.
    """
    metadata = _json_header(file)[0].get(METADATA)
    return metadata if isinstance(metadata, dict) else {}


def _json_header(file: Path) -> tuple[dict[str, Any], int]:
    """The header, and where the tensors begin."""
    try:
        with file.open("rb") as stream:
            length_bytes = stream.read(LENGTH_BYTES)
            length = int.from_bytes(length_bytes, "little")
            size = file.stat().st_size
            if len(length_bytes) < LENGTH_BYTES or length > min(size, MAX_HEADER_BYTES):
                raise _no_header(file, length_bytes + stream.read(32), size)
            text = stream.read(length)
    except OSError as error:
        raise WeightsError(
            f"{file}: {(error.strerror or str(error)).lower()}. Fetch the file again."
        ) from None
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise _broken(file, "its header is no JSON") from None
    if not isinstance(header, dict):
        raise _broken(file, "its header is no JSON object")
    return header, LENGTH_BYTES + length


def _no_header(file: Path, head: bytes, size: int) -> WeightsError:
    for start, (what, remedy) in IMPOSTORS.items():
        if head.lstrip().startswith(start):
            return WeightsError(f"{file}: is {what}, must be the weights themselves. {remedy}")
    if size < LENGTH_BYTES:
        return WeightsError(
            f"{file}: holds {size} bytes, must be a safetensors file. Fetch the file again."
        )
    return _broken(file, f"{size:,} bytes that do not begin with a header")


def _entry(file: Path, name: str, entry: Any, begin: int) -> Stored:  # noqa: ANN401 (JSON)
    """One line of the header, checked for itself."""
    try:
        dtype, shape = str(entry["dtype"]), tuple(entry["shape"])
        start, stop = entry["data_offsets"]
        are_counts = all(type(number) is int and number >= 0 for number in (*shape, start, stop))
    except (KeyError, TypeError, ValueError):
        are_counts = False
    if not are_counts:
        raise _broken(file, f"the header says nothing readable about {name!r}")
    if dtype not in NUMBER_BYTES:
        raise WeightsError(
            f"{file}: tensor {name!r} is of type {dtype!r}, must be one of "
            f"{', '.join(NUMBER_BYTES)}. It belongs to a quantisation that is not known."
        )
    if math.prod(shape) * NUMBER_BYTES[dtype] != stop - start:
        raise _broken(file, f"tensor {name!r} of shape {shape} has {stop - start:,} bytes")
    return Stored(file, name, shape, dtype, stop - start, begin + start)


def _broken(file: Path, finding: str) -> WeightsError:
    return WeightsError(f"{file}: not a safetensors file ({finding}). Fetch the file again.")


@contextmanager
def opened(file: Path) -> Iterator[Callable[[Stored], Tensor]]:
    """Yield a function that reads one tensor of the file into memory of its own."""
    import torch

    types = {
        "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "I16": torch.int16,
        "I32": torch.int32, "I64": torch.int64, "F16": torch.float16, "BF16": torch.bfloat16,
        "F32": torch.float32, "F64": torch.float64, "F8_E4M3": torch.float8_e4m3fn,
        "F8_E5M2": torch.float8_e5m2, "F8_E8M0": torch.float8_e8m0fnu, "U16": torch.uint16,
        "U32": torch.uint32, "U64": torch.uint64,
    }  # fmt: skip
    with file.open("rb", buffering=0) as stream:

        def read(stored: Stored) -> Tensor:
            raw = own_pages((stored.num_bytes,), torch.uint8)
            window = memoryview(raw.numpy().data)
            stream.seek(stored.start)
            while window and (count := stream.readinto(window)):
                window = window[count:]
            if window:
                raise WeightsError(f"{file}: ends within {stored.name!r}. Fetch the file again.")
            return raw.view(types[stored.dtype]).reshape(stored.shape)

        yield read


def read_bytes(stored: Stored) -> bytes:
    """The bytes of a small tensor, such as a marker or an embedded tokenizer."""
    with stored.file.open("rb") as stream:
        stream.seek(stored.start)
        return stream.read(stored.num_bytes)
