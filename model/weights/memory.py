"""Memory for tensors that are read and let go again, apart from the heap.

The heap keeps what is freed below a kept tensor; a load that alternates between the two grows by
a fifth. Pages of their own go back to the system at once.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, dtype

SMALL_BYTES = 65_536


def own_pages(shape: Sequence[int], kind: dtype) -> Tensor:
    """Make a tensor without values whose memory is its own; small ones come from the heap."""
    import torch

    num_bytes = prod(shape) * kind.itemsize
    if num_bytes < SMALL_BYTES:
        return torch.empty(tuple(shape), dtype=kind)
    return torch.frombuffer(mmap.mmap(-1, num_bytes), dtype=kind).reshape(tuple(shape))
