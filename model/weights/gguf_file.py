"""The GGUF format, through the `gguf` package: tensors in blocks of few bits each.

Files for Wan carry the original names of the tensors, with their axes reversed on disk; the
package turns them back. Quantised tensors become float32 one at a time when they are read.

Source: ggml docs/gguf.md; city96/ComfyUI-GGUF loader.py for the shapes kept aside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.exceptions import WeightsError
from model.weights.header import Stored

if TYPE_CHECKING:
    from torch import Tensor

MAGIC = b"GGUF"
# Axes beyond the format's four are folded by some writers, and the true shape is kept aside.
SHAPE_KEY = "comfy.gguf.orig_shape."


def read_header(file: Path) -> tuple[Stored, ...]:
    """List the tensors of a file without reading them.

    Raises:
        WeightsError: The file is cut short or no GGUF file, or the package is not installed.
    """
    reader = _reader(file)
    return tuple(
        Stored(
            file,
            tensor.name,
            _shape(reader, tensor),
            tensor.tensor_type.name,
            int(tensor.n_bytes),
            int(tensor.data_offset),
        )
        for tensor in reader.tensors
    )


def read_fields(file: Path, *names: str) -> dict[str, Any]:
    """Values of metadata keys, those that are there.

    Raises:
        WeightsError: The file cannot be read.
    """
    fields = _reader(file).fields
    return {name: fields[name].contents() for name in names if name in fields}


def _shape(reader: Any, tensor: Any) -> tuple[int, ...]:  # noqa: ANN401 (of an untyped package)
    kept = reader.fields.get(SHAPE_KEY + tensor.name)
    if kept is not None:
        return tuple(int(length) for length in kept.contents())
    return tuple(int(length) for length in reversed(tensor.shape))


def _reader(file: Path) -> Any:  # noqa: ANN401 (of an untyped package)
    try:
        from gguf import GGUFReader
    except ModuleNotFoundError:
        raise WeightsError(
            f"{file}: is a GGUF file, must have the package gguf to be read. "
            "Run `pip install 'storyboard-previz[gguf]'`."
        ) from None
    try:
        return GGUFReader(file)
    except (ValueError, IndexError, KeyError, OverflowError, MemoryError, OSError) as error:
        size = f"{file.stat().st_size:,} bytes" if file.is_file() else "not there"
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"{file}: not a whole GGUF file ({size}; {reason}). Fetch the file again."
        ) from None


@contextmanager
def opened(file: Path) -> Iterator[Callable[[Stored], Tensor]]:
    """Yield a function that reads one tensor, quantised ones as float32."""
    import numpy as np
    import torch
    from gguf import GGMLQuantizationType, dequantize

    tensors = {tensor.name: tensor for tensor in _reader(file).tensors}

    def read(stored: Stored) -> Tensor:
        tensor = tensors[stored.name]
        if tensor.tensor_type is GGMLQuantizationType.F16:
            return torch.from_numpy(np.array(tensor.data)).reshape(stored.shape)
        try:
            values = dequantize(tensor.data, tensor.tensor_type)
        except NotImplementedError:
            raise WeightsError(
                f"{file}: tensor {stored.name!r} is of type {stored.dtype}, which the package "
                "gguf cannot unpack. Fetch another quantisation."
            ) from None
        return torch.from_numpy(np.array(values, dtype=np.float32)).reshape(stored.shape)

    yield read
