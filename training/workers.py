"""Several single-threaded processes that train one network together.

On a CPU two processes of one thread each are nearly twice as fast as one process of two: nothing
waits inside an operation. Started by `torch.distributed.run`; alone, everything here does nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import torch
import torch.distributed as dist
from torch import Tensor, nn


class Workers:
    """This process among the others; rank 0 speaks and saves."""

    def __init__(self, count: int, rank: int) -> None:
        self.count, self.rank = count, rank

    @classmethod
    def alone(cls) -> Workers:
        """No others."""
        return cls(1, 0)

    @classmethod
    def join(cls) -> Workers:
        """The others that `torch.distributed.run` has started, if it has."""
        count = int(os.environ.get("WORLD_SIZE", "1"))
        if count > 1:
            dist.init_process_group("gloo")
        return cls(count, int(os.environ.get("RANK", "0")))

    @property
    def is_first(self) -> bool:
        """Whether this is the process that logs and saves."""
        return self.rank == 0

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Replace every tensor, alike in shape everywhere, by the sum over all processes."""
        if self.count == 1 or not tensors:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        dist.all_reduce(flat)
        parts = flat.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def average_gradients(self, network: nn.Module) -> None:
        """Make every process's gradients the mean of all."""
        if self.count == 1:
            return
        # A worker that left a part out (the camera adapter, say) has no gradient there: zeros.
        parameters = [p for p in network.parameters() if p.requires_grad]
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            else:
                parameter.grad /= self.count
        self.add_up([p.grad for p in parameters if p.grad is not None])

    def agree(self, is_over: bool) -> bool:
        """Stop together: whether any process says that it is over."""
        vote = torch.tensor([float(is_over)])
        self.add_up([vote])
        return bool(vote > 0)
