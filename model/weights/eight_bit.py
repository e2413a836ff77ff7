"""Linear layers with eight-bit weights and one scale per row, unpacked at every use.

Integer codes are rounded when a file is loaded. Eight-bit floats keep the codes of the file and
give the same bits as unpacking once at loading. Activations keep the dtype of the network, so no
calibration is needed and every device can run the layer.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from model.ops import linear
from model.weights.tensor_files import allocate

LEVELS = 127
"""Largest integer code; -128 is not used, so that negating a row negates its codes."""


def packed(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Quantise every row of a weight to int8 codes times a scale.

    The largest value of a row becomes ±127, so the error of a value is at most 1/254 of that
    value, plus the rounding of float32.

    Args:
        weight: (C_out, C), any float dtype, finite.

    Returns:
        (C_out, C) int8 in [-127, 127] and (C_out, 1) float32 scales, 1 for a row of zeros.
    """
    values = allocate(weight.shape, torch.float32, weight.device).copy_(weight)
    lowest, highest = torch.aminmax(values, dim=1, keepdim=True)
    scale = torch.maximum(highest, -lowest) / LEVELS
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    values.div_(scale).round_().clamp_(-LEVELS, LEVELS)
    return allocate(weight.shape, torch.int8, weight.device).copy_(values), scale


def unpacked(codes: Tensor, scale: Tensor, dtype: torch.dtype) -> Tensor:
    """Multiply (C_out, C) codes by (C_out, 1) scales in float32, then round to a dtype."""
    # int8 times float32 promotes to float32; eight-bit floats have no products.
    values = codes if codes.dtype == torch.int8 else codes.float()
    return torch.mul(values, scale).to(dtype)


class PackedLinear(nn.Module):
    """A linear layer that unpacks its weight for each use and frees the result.

    Unpacking costs little beside a product with thousands of tokens, and memory holds one
    unpacked weight at a time. Codes are `torch.int8` or eight-bit floats.
    """

    def __init__(self, width: int, out: int, dtype: torch.dtype) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out, width, dtype=dtype), requires_grad=False)
        self.scale = nn.Parameter(torch.ones(out, 1), requires_grad=False)
        self.bias = nn.Parameter(torch.zeros(out), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., C) to (..., C_out)."""
        return linear(x, unpacked(self.weight, self.scale, x.dtype), self.bias)


def scale_name(weight: str) -> str:
    """State dict name of the scales of a packed weight."""
    return weight.removesuffix("weight") + "scale"


def replace_linear(network: nn.Module, weight: str, dtype: torch.dtype) -> None:
    """Replace the linear layer of a weight, by state dict name, by a packed one on `meta`."""
    parent, _, leaf = weight.removesuffix(".weight").rpartition(".")
    owner = network.get_submodule(parent)
    layer = cast("nn.Linear", owner.get_submodule(leaf))
    with torch.device("meta"):
        owner.add_module(leaf, PackedLinear(layer.in_features, layer.out_features, dtype))
