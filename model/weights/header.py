"""A tensor as its file's header announces it, before a byte of it is read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

# Bytes per number of the types that safetensors names.
NUMBER_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1,
    "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4, "I32": 4, "F32": 4,
    "U64": 8, "I64": 8, "F64": 8,
}  # fmt: skip

FLOAT8 = ("F8_E4M3", "F8_E5M2")
QUANTISED = (*FLOAT8, "I8")
"""Types that mean nothing without the scale beside them, or little."""


@dataclass(frozen=True)
class Stored:
    """A tensor in a file.

    Attributes:
        file: That holds it.
        name: In the file.
        shape: Of the tensor, not of its packed bytes.
        dtype: As safetensors spells it (F32, BF16, F8_E4M3), or a GGUF type (Q4_K).
        num_bytes: On disk.
        start: First byte, from the beginning of the file; 0 where the format finds it itself.
        scale: Factor that the stored numbers are multiplied by, one or one per row.
    """

    file: Path
    name: str
    shape: tuple[int, ...]
    dtype: str
    num_bytes: int
    start: int = 0
    scale: Stored | None = None

    @property
    def num_values(self) -> int:
        """Numbers in the tensor."""
        return math.prod(self.shape)
