"""Headers and tensors of weight files: safetensors, torch archives (.pth) and GGUF.

The format of a file is decided by its first bytes, never by its name. Headers are read without
tensor data. Only torch archives need torch for their header.

Source: huggingface/safetensors README.md, "Format"; pytorch torch/serialization.py, `_save`;
ggml docs/gguf.md; city96/ComfyUI-GGUF loader.py for `comfy.gguf.orig_shape`.
"""

from __future__ import annotations

import math
import mmap
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from model.exceptions import WeightsError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Bytes and torch dtype of the types in safetensors files; names because torch is imported late.
DTYPES = {
    "BOOL": (1, "bool"), "U8": (1, "uint8"), "I8": (1, "int8"), "F8_E4M3": (1, "float8_e4m3fn"),
    "F8_E5M2": (1, "float8_e5m2"), "F8_E8M0": (1, "float8_e8m0fnu"), "U16": (2, "uint16"),
    "I16": (2, "int16"), "F16": (2, "float16"), "BF16": (2, "bfloat16"), "U32": (4, "uint32"),
    "I32": (4, "int32"), "F32": (4, "float32"), "U64": (8, "uint64"), "I64": (8, "int64"),
    "F64": (8, "float64"),
}  # fmt: skip
DTYPE_NAMES = {f"torch.{dtype}": name for name, (_, dtype) in DTYPES.items()}
FLOAT8 = ("F8_E4M3", "F8_E5M2")
QUANTISED = (*FLOAT8, "I8")
"""Dtypes whose values are usually stored divided by a scale."""

GGUF_MAGIC, ZIP_MAGIC = b"GGUF", b"PK\x03\x04"
# A pickle without an archive around it, as torch wrote before version 1.6.
BARE_PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
# Common downloads that are not weights, by their first bytes.
NOT_WEIGHTS = {
    b"version https://git-lfs": ("a Git LFS pointer", "Run `git lfs pull` in its repository."),
    b"<": ("a web page", "Fetch the file again, signed in if the repository asks for it."),
}
MAX_PICKLE_BYTES = 64_000_000
NESTED = "state_dict"
SMALL_BYTES = 65_536


@dataclass(frozen=True)
class StoredTensor:
    """A tensor as described by the header of its file.

    Attributes:
        shape: Of the tensor, not of its packed bytes.
        dtype: Dtype as spelled by safetensors (F32, BF16, F8_E4M3), or a GGUF type (Q4_K).
        num_bytes: Size in the file.
        start: Offset of the first byte in a safetensors file; 0 in other formats.
        scale: Factor of the stored values, one or one per row; None for 1.
    """

    file: Path
    name: str
    shape: tuple[int, ...]
    dtype: str
    num_bytes: int
    start: int = 0
    scale: StoredTensor | None = None


def allocate(
    shape: Sequence[int], dtype: torch.dtype, device: torch.device | str = "cpu"
) -> Tensor:
    """Allocate an uninitialised tensor; a large one on the CPU outside the heap.

    Freeing such a tensor returns its memory to the OS at once. Freed heap memory below a tensor
    that stays is kept by the process, which adds a fifth to the peak of loading an expert.
    """
    import torch

    num_bytes = math.prod(shape) * dtype.itemsize
    # A mapping takes full pages, which would waste memory on small tensors.
    if num_bytes < SMALL_BYTES or torch.device(device).type != "cpu":
        return torch.empty(tuple(shape), dtype=dtype, device=device)
    return torch.frombuffer(mmap.mmap(-1, num_bytes), dtype=dtype).reshape(tuple(shape))


def format_of(file: Path) -> str:
    """Return the format of a file: "safetensors", "pth" or "gguf"."""
    try:
        with file.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WeightsError(f"{file}: {reason}. Fetch the file again.") from None
    if head.startswith(GGUF_MAGIC):
        return "gguf"
    if head.startswith(ZIP_MAGIC):
        return "pth"
    # A safetensors file starts with a 64-bit length, whose upper bytes are zero.
    if head.startswith(BARE_PICKLE) and any(head[4:]):
        raise WeightsError(
            f"{file}: is a bare pickle, must be a zip archive as torch writes since 1.6. "
            "Fetch the file as safetensors."
        )
    return "safetensors"


def read_header(file: Path) -> tuple[StoredTensor, ...]:
    """List the tensors of a file without reading their data.

    Raises:
        WeightsError: The file is missing, damaged, of no supported format, or contains code.
    """
    found = format_of(file)
    if found == "safetensors":
        return _safetensors_header(file)
    if found == "gguf":
        return _gguf_header(file)
    return tuple(
        StoredTensor(file, name, tuple(t.shape), DTYPE_NAMES[str(t.dtype)], t.nbytes)
        for name, t in _torch_tensors(file).items()
    )


class OpenFiles(ExitStack):
    """Reads single tensors; opens each file on first use and closes all of them together."""

    def __init__(self) -> None:
        super().__init__()
        self._readers: dict[Path, Callable[[StoredTensor], Tensor]] = {}
        self.callback(self._readers.clear)

    def read(self, stored: StoredTensor) -> Tensor:
        """Read a tensor; a tensor with a scale is multiplied by it in float32."""
        values = self._read_values(stored)
        if stored.scale is None:
            return values
        import torch

        scale = self._read_values(stored.scale).float()
        scaled = allocate(values.shape, torch.float32).copy_(values)
        if scale.numel() == 1:
            return scaled.mul_(scale.reshape(()))
        return scaled.mul_(scale.reshape(-1, *[1] * (values.ndim - 1)))

    def read_packed(self, stored: StoredTensor) -> tuple[Tensor, Tensor]:
        """Read a quantised weight (R, C) in its stored dtype, and its float32 scales (R, 1)."""
        import torch

        rows = stored.shape[0]
        if stored.scale is None:
            return self._read_values(stored), torch.ones(rows, 1)
        scale = self._read_values(stored.scale).float().reshape(-1, 1)
        return self._read_values(stored), scale.expand(rows, 1).contiguous()

    def _read_values(self, stored: StoredTensor) -> Tensor:
        if stored.file not in self._readers:
            self._readers[stored.file] = self._open(stored.file)
        return self._readers[stored.file](stored)

    def _open(self, file: Path) -> Callable[[StoredTensor], Tensor]:
        found = format_of(file)
        if found == "safetensors":
            stream = self.enter_context(file.open("rb", buffering=0))
            return partial(_read_safetensor, stream)
        if found == "pth":
            tensors = _torch_tensors(file)  # mapped, so reading one tensor loads one tensor
            return lambda stored: tensors[stored.name]
        packed = {tensor.name: tensor for tensor in _gguf_reader(file).tensors}
        return lambda stored: _gguf_tensor(stored, packed[stored.name])


def _safetensors_header(file: Path) -> tuple[StoredTensor, ...]:
    with _open_safetensors(file) as opened:
        entries = [(name, opened.get_slice(name)) for name in opened.offset_keys()]
        described = [(name, tuple(e.get_shape()), str(e.get_dtype())) for name, e in entries]
    for name, _, dtype in described:
        if dtype not in DTYPES:
            raise WeightsError(
                f"{file}: tensor {name!r} is of type {dtype!r}, must be one of "
                f"{', '.join(DTYPES)}. Fetch another quantisation."
            )
    sizes = [math.prod(shape) * DTYPES[dtype][0] for _, shape, dtype in described]
    # safe_open has checked that the tensors follow each other without gaps up to the file's end.
    start, headers = file.stat().st_size - sum(sizes), []
    for (name, shape, dtype), size in zip(described, sizes, strict=True):
        headers.append(StoredTensor(file, name, shape, dtype, size, start))
        start += size
    return tuple(headers)


def read_metadata(file: Path) -> Mapping[str, str]:
    """Read the free text entries in the header of a safetensors file."""
    with _open_safetensors(file) as opened:
        return opened.metadata() or {}


def _open_safetensors(file: Path) -> Any:  # noqa: ANN401 (of an untyped package)
    try:
        return safe_open(file, framework="numpy")
    except (SafetensorError, OSError) as error:
        reason = " ".join(str(error).rpartition("deserializing header: ")[2].split())
    with file.open("rb") as stream:
        head, size = stream.read(64).lstrip(), file.stat().st_size
    for start, (what, remedy) in NOT_WEIGHTS.items():
        if head.startswith(start):
            raise WeightsError(f"{file}: is {what}, must be the weights themselves. {remedy}")
    raise WeightsError(
        f"{file}: not a whole safetensors file ({size:,} bytes; {reason}). Fetch the file again."
    )


def _read_safetensor(stream: FileIO, stored: StoredTensor) -> Tensor:
    """Read a tensor into memory of its own, not mapped: loading S bytes never takes 2 S."""
    import torch

    values = allocate((stored.num_bytes,), torch.uint8)
    window = memoryview(values.numpy().data)
    stream.seek(stored.start)
    # A single read returns at most 2 GiB on Linux.
    while window and (count := stream.readinto(window)):
        window = window[count:]
    if window:
        raise WeightsError(f"{stored.file}: ends within {stored.name!r}. Fetch the file again.")
    return values.view(getattr(torch, DTYPES[stored.dtype][1])).reshape(stored.shape)


def read_bytes(stored: StoredTensor) -> bytes:
    """Read the bytes of a small tensor of a safetensors file, such as an embedded tokenizer."""
    with stored.file.open("rb") as stream:
        stream.seek(stored.start)
        return stream.read(stored.num_bytes)


def _torch_tensors(file: Path) -> dict[str, Tensor]:
    """Map the tensors of a torch archive from the file, from the top level or "state_dict".

    Only tensors and plain containers are unpickled: `weights_only` runs no code of the file.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            records = archive.infolist()
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        size = file.stat().st_size
        raise WeightsError(
            f"{file}: not a whole torch file ({size:,} bytes; {error}). Fetch the file again."
        ) from None
    _check_torch_records(file, records)
    import torch

    try:
        # For a message with the name of the call; `weights_only` refuses code in any case.
        unsafe = sorted(torch.serialization.get_unsafe_globals_in_checkpoint(str(file)))
        loaded = {} if unsafe else torch.load(file, "cpu", weights_only=True, mmap=True)
    except Exception as error:  # a damaged pickle can raise anything
        # Of torch's text only the kind is shown: it recommends to switch `weights_only` off.
        raise WeightsError(
            f"{file}: holds no state dict that torch can read ({type(error).__name__}). "
            "Fetch the file again."
        ) from None
    if unsafe:
        raise WeightsError(
            f"{file}: asks for {unsafe[0]!r} to be run, must hold tensors and nothing else. "
            "Do not open it; fetch the file from its publisher."
        )
    if isinstance(loaded, dict) and isinstance(loaded.get(NESTED), dict):
        loaded = loaded[NESTED]
    entries = loaded.items() if isinstance(loaded, dict) else ()
    # Parameters, as saved with `keep_vars=True`, become plain tensors.
    tensors = {str(n): tensor.detach() for n, tensor in entries if isinstance(tensor, torch.Tensor)}
    if not tensors:
        raise WeightsError(f"{file}: holds no tensors by name. Fetch the file again.")
    for name, tensor in tensors.items():
        if str(tensor.dtype) not in DTYPE_NAMES or tensor.layout != torch.strided:
            raise WeightsError(
                f"{file}: tensor {name!r} is {tensor.layout} and {tensor.dtype}, must be dense and "
                f"one of {', '.join(DTYPES)}. Fetch another quantisation."
            )
    _check_record_sizes(file, records, tensors)
    return tensors


def _check_torch_records(file: Path, records: Sequence[zipfile.ZipInfo]) -> None:
    """Check the archive before torch reads it."""
    pickles = [record for record in records if record.filename.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise WeightsError(
            f"{file}: a zip archive without data.pkl, must be a torch file. Fetch it again."
        )
    if pickles[0].file_size > MAX_PICKLE_BYTES:
        raise WeightsError(
            f"{file}: its list of tensors has {pickles[0].file_size:,} bytes, must be at most "
            f"{MAX_PICKLE_BYTES:,}. Fetch the file from its publisher."
        )
    packed = [record for record in records if record.compress_type != zipfile.ZIP_STORED]
    if packed:
        raise WeightsError(
            f"{file}: record {packed[0].filename!r} is compressed, must be stored as torch "
            "writes it. Fetch the file from its publisher."
        )


def _check_record_sizes(
    file: Path, records: Sequence[zipfile.ZipInfo], tensors: Mapping[str, Tensor]
) -> None:
    """Check that the records are large enough for the tensors.

    A mapped tensor would otherwise continue into the next record without an error.
    """
    storages = [tensor.untyped_storage() for tensor in tensors.values()]
    needed = sorted({s.data_ptr(): s.nbytes() for s in storages}.values(), reverse=True)
    sizes = sorted((r.file_size for r in records if "/data/" in r.filename), reverse=True)
    if any(size < need for size, need in zip(sizes, needed, strict=False)):
        raise WeightsError(
            f"{file}: its tensors are cut short, {sum(sizes):,} bytes of {sum(needed):,}. "
            "Fetch the file again."
        )


def _gguf_reader(file: Path) -> Any:  # noqa: ANN401 (of an untyped package)
    try:
        from gguf import GGUFReader
    except ModuleNotFoundError:
        raise WeightsError(
            f"{file}: is a GGUF file, which needs the package gguf. "
            "Run `pip install 'storyboard-previz[gguf]'`."
        ) from None
    try:
        return GGUFReader(file)
    except (ValueError, IndexError, KeyError, OverflowError, MemoryError, OSError) as error:
        # A damaged header can claim any size, which fails in as many ways.
        size = file.stat().st_size
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"{file}: not a whole GGUF file ({size:,} bytes; {reason}). Fetch the file again."
        ) from None


def _gguf_header(file: Path) -> tuple[StoredTensor, ...]:
    reader, headers = _gguf_reader(file), []
    for tensor in reader.tensors:
        # Some writers fold axes beyond the format's four and store the true shape beside.
        original = reader.fields.get(f"comfy.gguf.orig_shape.{tensor.name}")
        # The format stores axes in reverse order.
        shape = reversed(tensor.shape) if original is None else original.contents()
        lengths = tuple(int(length) for length in shape)
        dtype, num_bytes = tensor.tensor_type.name, int(tensor.n_bytes)
        headers.append(StoredTensor(file, tensor.name, lengths, dtype, num_bytes))
    return tuple(headers)


def read_gguf_fields(file: Path, *names: str) -> dict[str, Any]:
    """Read metadata values of a GGUF file, those that it contains."""
    fields = _gguf_reader(file).fields
    return {name: fields[name].contents() for name in names if name in fields}


def _gguf_tensor(stored: StoredTensor, tensor: Any) -> Tensor:  # noqa: ANN401 (untyped package)
    """Unpack a tensor: float16 as stored, quantised values as float32."""
    import numpy as np
    import torch
    from gguf import GGMLQuantizationType, dequantize

    if tensor.tensor_type is GGMLQuantizationType.F16:
        return torch.from_numpy(np.array(tensor.data)).reshape(stored.shape)
    try:
        values = dequantize(tensor.data, tensor.tensor_type)
    except NotImplementedError:
        raise WeightsError(
            f"{stored.file}: tensor {stored.name!r} is of type {stored.dtype}, which the package "
            "gguf cannot unpack. Fetch another quantisation."
        ) from None
    return torch.from_numpy(np.array(values, dtype=np.float32)).reshape(stored.shape)
