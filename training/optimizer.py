"""Muon for matrices and convolutions, AdamW for the rest, one cosine over both.

Source: K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024), with
the update's RMS matched to Adam's (0.2·sqrt(larger side)), so that one learning rate serves both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from training.workers import Workers


def orthogonalised(matrix: Tensor, rounds: int = 5) -> Tensor:
    """The nearest semi-orthogonal matrix, roughly, by Newton-Schulz in bfloat16, (R, C)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(rounds):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if tall else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Orthogonalised momentum for weights with two or more axes."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float,
        momentum: float,
        decay: float,
        workers: Workers,
    ) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "decay": decay})
        self.workers = workers

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Apply one update from the gradients at hand; workers take turns with the matrices."""
        for group in self.param_groups:
            trained = [p for p in group["params"] if p.grad is not None]
            updates = []
            for turn, parameter in enumerate(trained):
                state = self.state[parameter]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(parameter)
                gradient = parameter.grad
                state["momentum"].lerp_(gradient, 1 - group["momentum"])
                if turn % self.workers.count != self.workers.rank:
                    updates.append(torch.zeros_like(parameter))
                    continue
                matrix = gradient.lerp(state["momentum"], group["momentum"]).flatten(1)
                update = orthogonalised(matrix) * (0.2 * math.sqrt(max(matrix.shape)))
                updates.append(update.view_as(parameter))
            self.workers.add_up(updates)
            for parameter, update in zip(trained, updates, strict=True):
                parameter.mul_(1 - group["lr"] * group["decay"])
                parameter.add_(update, alpha=-group["lr"])


class Optimizers:
    """Both optimizers of a network, stepped and saved as one."""

    def __init__(
        self,
        network: nn.Module,
        *,
        lr: float,
        decay: float = 0.01,
        momentum: float = 0.95,
        adam_only: tuple[str, ...] = (),
        workers: Workers | None = None,
    ) -> None:
        """Split the parameters by shape; names containing a word of `adam_only` go to AdamW."""
        named = [(n, p) for n, p in network.named_parameters() if p.requires_grad]
        is_hidden = {
            n: p.ndim >= 2 and min(p.flatten(1).shape) > 1 and not any(w in n for w in adam_only)
            for n, p in named
        }
        self.base_lr = lr
        hidden = (p for n, p in named if is_hidden[n])
        self.muon = Muon(hidden, lr, momentum, decay, workers or Workers.alone())
        rest = [p for n, p in named if not is_hidden[n]]
        self.adam = torch.optim.AdamW(rest, lr=lr, betas=(0.9, 0.98), weight_decay=0.0)

    def step(self, share_of_lr: float) -> None:
        """Update with this share of the base learning rate, then clear the gradients."""
        for optimizer in (self.muon, self.adam):
            for group in optimizer.param_groups:
                group["lr"] = self.base_lr * share_of_lr
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    def state_dict(self) -> dict[str, object]:
        """Everything needed to go on bit for bit."""
        return {"muon": self.muon.state_dict(), "adam": self.adam.state_dict()}

    def load_state_dict(self, state: dict[str, dict[str, object]]) -> None:
        """Go on from `state_dict()`."""
        self.muon.load_state_dict(state["muon"])
        self.adam.load_state_dict(state["adam"])


def warm_cosine(step: int, *, warmup: int, total: int, floor: float = 0.05) -> float:
    """Share of the learning rate at a step: linear warm-up, then a cosine down to `floor`."""
    if step < warmup:
        return (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, total - warmup))
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))


class MovingAverage:
    """An exponential moving average of a network's parameters."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.shadow = {n: p.detach().float().clone() for n, p in network.named_parameters()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take the parameters in; early on the average forgets its random start faster."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, parameter in network.named_parameters():
            self.shadow[name].lerp_(parameter.detach().float(), 1 - decay)

    @torch.no_grad()
    def copy_to(self, network: nn.Module) -> None:
        """Set a network's parameters to the average."""
        for name, parameter in network.named_parameters():
            parameter.copy_(self.shadow[name])
