"""Several single-threaded processes that train one network together.

On a CPU two processes of one thread each are nearly twice as fast as one process of two: nothing
waits inside an operation. Started by `torch.distributed.run`; alone, everything here does nothing.
"""

from __future__ import annotations

import os

import torch
import torch.distributed as dist
from torch import nn


class Workers:
    """This process among the others; rank 0 speaks and saves."""

    def __init__(self) -> None:
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        if self.count > 1:
            dist.init_process_group("gloo")

    @property
    def is_first(self) -> bool:
        """Whether this is the process that logs and saves."""
        return self.rank == 0

    def average_gradients(self, network: nn.Module) -> None:
        """Make every process's gradients the mean of all."""
        if self.count == 1:
            return
        # A worker that left a part out (the camera adapter, say) has no gradient there: zeros.
        parameters = [p for p in network.parameters() if p.requires_grad]
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        flat = torch.cat([p.grad.flatten() for p in parameters if p.grad is not None])
        dist.all_reduce(flat)
        flat /= self.count
        start = 0
        for parameter in parameters:
            assert parameter.grad is not None
            size = parameter.numel()
            parameter.grad.copy_(flat[start : start + size].view_as(parameter))
            start += size

    def agree(self, is_over: bool) -> bool:
        """Stop together: whether any process says that it is over."""
        if self.count == 1:
            return is_over
        vote = torch.tensor([float(is_over)])
        dist.all_reduce(vote)
        return bool(vote > 0)
