"""Optimizers, the device of the training, and the number format of its matrix products.

Muon for matrices and convolutions, AdamW for the rest, one cosine schedule.

Source: K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024), with
the update's RMS matched to Adam's (0.2·sqrt(larger side)), so that one learning rate serves both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from training.films.workers import Workers


def orthogonalised(matrices: Tensor, rounds: int = 5) -> Tensor:
    """Approximate the nearest semi-orthogonal matrices (N, R, C) by Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrices.to(matmul_dtype(matrices.device))
    tall = x.shape[1] > x.shape[2]
    x = x.mT.contiguous() if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(rounds):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.mT if tall else x).to(matrices.dtype)


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
        """Apply one update from the current gradients; workers divide the matrices."""
        for group in self.param_groups:
            trained = [p for p in group["params"] if p.grad is not None]
            gradients = [cast("Tensor", p.grad) for p in trained]
            momenta = [self._momentum(p) for p in trained]
            torch._foreach_lerp_(momenta, gradients, 1 - group["momentum"])
            ahead = torch._foreach_lerp(gradients, momenta, group["momentum"])
            updates = self._updates(ahead)
            self.workers.add_up(updates)
            torch._foreach_mul_(trained, 1 - group["lr"] * group["decay"])
            torch._foreach_add_(trained, updates, alpha=-group["lr"])

    def _momentum(self, parameter: Tensor) -> Tensor:
        state: dict[str, Tensor] = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        return state["momentum"]

    def _updates(self, gradients: Sequence[Tensor]) -> list[Tensor]:
        """This worker's share of the updates, zeros elsewhere; equal shapes are batched."""
        updates = [torch.zeros_like(gradient) for gradient in gradients]
        by_shape: dict[torch.Size, list[int]] = {}
        for index, gradient in enumerate(gradients):
            if index % self.workers.count == self.workers.rank:
                by_shape.setdefault(gradient.flatten(1).shape, []).append(index)
        for shape, indices in by_shape.items():
            matrices = torch.stack([gradients[index].flatten(1) for index in indices])
            for index, update in zip(indices, orthogonalised(matrices), strict=True):
                updates[index].view(shape).add_(update, alpha=0.2 * math.sqrt(max(shape)))
        return updates


class Optimizers:
    """Muon and AdamW of a network, stepped and saved together."""

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
        """State for a bit-exact resume."""
        return {"muon": self.muon.state_dict(), "adam": self.adam.state_dict()}

    def load_state_dict(self, state: dict[str, dict[str, object]]) -> None:
        """Restore `state_dict()`."""
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
        """Add the current parameters; the decay is lower at first, against the random start."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, parameter in network.named_parameters():
            self.shadow[name].lerp_(parameter.detach().float(), 1 - decay)

    def load(self, shadow: dict[str, Tensor]) -> None:
        """Restore a saved average, on the device of this one."""
        self.shadow = {name: value.to(self.shadow[name].device) for name, value in shadow.items()}

    @torch.no_grad()
    def copy_to(self, network: nn.Module) -> None:
        """Set a network's parameters to the average."""
        for name, parameter in network.named_parameters():
            parameter.copy_(self.shadow[name])


CPU = torch.device("cpu")


def training_device() -> torch.device:
    """The first CUDA device if there is one, else the CPU."""
    return torch.device("cuda") if torch.cuda.is_available() else CPU


def matmul_dtype(device: torch.device = CPU) -> torch.dtype:
    """bfloat16 on CUDA and on a CPU with AMX tiles for it, else float32.

    Without tiles bfloat16 is half as fast: 83 GFLOP/s against 164 in a layer of this size, on a
    core that has AVX-512 with its bfloat16 products.
    """
    has_units = device.type == "cuda" or torch.cpu.get_capabilities().get("amx_bf16", False)
    return torch.bfloat16 if has_units else torch.float32


def autocast(device: torch.device = CPU) -> torch.autocast:
    """A context in which layers multiply in `matmul_dtype()`."""
    is_half = matmul_dtype(device) == torch.bfloat16
    return torch.autocast(device.type, torch.bfloat16, enabled=is_half)
