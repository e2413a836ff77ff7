"""Weights in eight bits: a small number and a factor per row, unpacked each time they are used.

Integers are made as a file is loaded, and round. Eight-bit floats are kept as a file has them, and
give the same bits as unpacking them once at loading. What flows through stays in the numbers of
the network, so no calibration is needed and every device can do it. Called by `files`, which
packs, and used as a layer of `transformer` in place of the plain one.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from model.ops import linear
from model.weights.memory import own_pages

LEVELS = 127
"""Integers on either side of zero; -128 is not used, so that a row and its negative are alike."""


def packed(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Round every row of a weight to integers times a factor.

    The largest number of a row becomes ±127. Every number comes back within half a factor of its
    row, so within 1/254 of the row's largest, plus the rounding of float32.

    Args:
        weight: (C_out, C), of any float type, finite.

    Returns:
        (C_out, C) int8 in [-127, 127] and (C_out, 1) float32 factors, 1 for a row of zeros.
    """
    values = _room(weight, torch.float32).copy_(weight)
    lowest, highest = torch.aminmax(values, dim=1, keepdim=True)
    scale = torch.maximum(highest, -lowest) / LEVELS
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    values.div_(scale).round_().clamp_(-LEVELS, LEVELS)
    return _room(weight, torch.int8).copy_(values), scale


def _room(like: Tensor, dtype: torch.dtype) -> Tensor:
    """Space of a tensor's shape beside it; on the CPU such that it can be given back."""
    if like.device.type == "cpu":
        return own_pages(like.shape, dtype)
    return torch.empty_like(like, dtype=dtype)


def unpacked(codes: Tensor, scale: Tensor, dtype: torch.dtype) -> Tensor:
    """Multiply (C_out, C) codes by (C_out, 1) factors in float32, then round to a dtype."""
    # An integer times a float32 is a float32 by itself; eight-bit floats have no products.
    values = codes if codes.dtype == torch.int8 else codes.float()
    return torch.mul(values, scale).to(dtype)


class PackedLinear(nn.Module):
    """A linear layer whose weight is unpacked for each use and let go again.

    A weight of 5,120 rows is unpacked for thousands of tokens, so the work is next to nothing, and
    memory holds one unpacked weight at a time.

    Args:
        width: Channels in.
        out: Channels out.
        kind: Of its codes, `torch.int8` or an eight-bit float.
    """

    def __init__(self, width: int, out: int, kind: torch.dtype) -> None:
        super().__init__()
        codes = torch.empty(out, width, dtype=kind)
        self.weight = nn.Parameter(codes, requires_grad=False)
        self.scale = nn.Parameter(torch.ones(out, 1), requires_grad=False)
        self.bias = nn.Parameter(torch.zeros(out), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., C) to (..., C_out)."""
        return linear(x, unpacked(self.weight, self.scale, x.dtype), self.bias)


def scale_name(weight: str) -> str:
    """Where the factors of a weight stand in a state dict."""
    return weight.removesuffix("weight") + "scale"


def replace_linear(network: nn.Module, weight: str, kind: torch.dtype) -> None:
    """Put a packed layer without values, on `meta`, in the place of a linear one.

    Args:
        network: Holds the layer.
        weight: Name of its weight, as in the state dict.
        kind: Of its codes.
    """
    place, _, leaf = weight.removesuffix(".weight").rpartition(".")
    parent = network.get_submodule(place)
    plain = cast("nn.Linear", parent.get_submodule(leaf))
    with torch.device("meta"):
        parent.add_module(leaf, PackedLinear(plain.in_features, plain.out_features, kind))
