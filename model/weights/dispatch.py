"""Which format a file is in, by its first bytes, never by its name; headers and tensors of any."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from model.exceptions import WeightsError
from model.weights import gguf_file, pickle_file, safetensors_file
from model.weights.header import Stored
from model.weights.memory import own_pages

if TYPE_CHECKING:
    from torch import Tensor

# A pickle without an archive around it, as torch wrote them before 1.6.
BARE_PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def format_of(file: Path) -> str:
    """Name the format of a file: "safetensors", "pth" or "gguf".

    Raises:
        WeightsError: The file cannot be opened, or is a bare pickle.
    """
    try:
        with file.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise WeightsError(
            f"{file}: {(error.strerror or str(error)).lower()}. Fetch the file again."
        ) from None
    if head.startswith(gguf_file.MAGIC):
        return "gguf"
    if head.startswith(pickle_file.MAGIC):
        return "pth"
    # In a safetensors file these bytes are a length, and then the upper ones are zero.
    if head.startswith(BARE_PICKLE) and any(head[4:]):
        raise WeightsError(
            f"{file}: is a bare pickle, must be a zip archive as torch writes since 1.6. "
            "Fetch the file as safetensors."
        )
    return "safetensors"


def read_header(file: Path) -> tuple[Stored, ...]:
    """List the tensors of a file without reading them.

    Raises:
        WeightsError: The file is missing, damaged or of no known format.
    """
    reading = {
        "safetensors": safetensors_file.read_header,
        "pth": pickle_file.read_header,
        "gguf": gguf_file.read_header,
    }
    return reading[format_of(file)](file)


class OpenFiles(AbstractContextManager["OpenFiles"]):
    """Files that tensors are read from, opened when first needed and closed together."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._read: dict[Path, Callable[[Stored], Tensor]] = {}

    def read(self, stored: Stored) -> Tensor:
        """Read a tensor; a quantised one times its scale, in float32.

        Raises:
            WeightsError: Its file is damaged.
        """
        raw = self._raw(stored)
        if stored.scale is None:
            return raw
        import torch

        scale = self._raw(stored.scale).float()
        values = own_pages(raw.shape, torch.float32).copy_(raw)
        if scale.numel() == 1:
            return values.mul_(scale.reshape(()))
        return values.mul_(scale.reshape(-1, *[1] * (raw.ndim - 1)))

    def read_packed(self, stored: Stored) -> tuple[Tensor, Tensor]:
        """Read a quantised weight (R, C) as it is stored, and its factors (R, 1) in float32.

        Raises:
            WeightsError: Its file is damaged.
        """
        import torch

        rows = stored.shape[0]
        if stored.scale is None:
            return self._raw(stored), torch.ones(rows, 1)
        scale = self._raw(stored.scale).float().reshape(-1, 1)
        return self._raw(stored), scale.expand(rows, 1).contiguous()

    def _raw(self, stored: Stored) -> Tensor:
        if stored.file not in self._read:
            opening = {
                "safetensors": safetensors_file.opened,
                "pth": pickle_file.opened,
                "gguf": gguf_file.opened,
            }[format_of(stored.file)]
            self._read[stored.file] = self._stack.enter_context(opening(stored.file))
        return self._read[stored.file](stored)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every file."""
        self._read.clear()
        self._stack.close()
