"""Data-parallel training with several single-threaded processes.

On a CPU two processes of one thread each are nearly twice as fast as one process of two: no thread
waits inside an operation. Started by `torch.distributed.run`; in a single process every operation
is a no-op.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import torch
import torch.distributed as dist
from torch import Tensor, nn


class Workers:
    """Process group of a training run; rank 0 logs and saves."""

    def __init__(self, count: int, rank: int) -> None:
        self.count, self.rank = count, rank

    @classmethod
    def alone(cls) -> Workers:
        """Single-process group (world size 1)."""
        return cls(1, 0)

    @classmethod
    def join(cls) -> Workers:
        """The group started by `torch.distributed.run`, else a single process."""
        count = int(os.environ.get("WORLD_SIZE", "1"))
        if count > 1:
            dist.init_process_group("gloo")
        return cls(count, int(os.environ.get("RANK", "0")))

    @property
    def is_first(self) -> bool:
        """Whether this is the process that logs and saves."""
        return self.rank == 0

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """All-reduce: replace every tensor by its sum over all processes; shapes must be equal."""
        if self.count == 1 or not tensors:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        dist.all_reduce(flat)
        parts = flat.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def average_gradients(self, network: nn.Module) -> None:
        """Replace the gradients of every process by their mean."""
        if self.count == 1:
            return
        # A worker that dropped an input has no gradient for its layers (the camera adapter): zeros.
        parameters = [p for p in network.parameters() if p.requires_grad]
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            else:
                parameter.grad /= self.count
        self.add_up([p.grad for p in parameters if p.grad is not None])

    def agree(self, is_over: bool) -> bool:
        """Whether `is_over` is true in any process, so that all stop together."""
        vote = torch.tensor([float(is_over)])
        self.add_up([vote])
        return bool(vote > 0)
