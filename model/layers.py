"""The small parts of the transformer: norms, time sinusoid, 3-D rotary positions, attention.

float32 islands live here and in `transformer.py`: norm statistics, modulation, rotary positions
and the residual stream are float32 whatever the dtype of the weights. Called by `transformer`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from model.ops import attention, linear

EPS = 1e-6
ROTARY_BASE = 10_000.0


class RMSNorm(nn.Module):
    """Root-mean-square norm over the full width, all heads together, with a gain per channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (..., D); the result is float32."""
        return F.rms_norm(x.float(), self.weight.shape, self.weight.float(), EPS)


class AffineNorm(nn.Module):
    """Layer norm with gain and bias; its result is float32."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (..., D)."""
        gain, bias = self.weight.float(), self.bias.float()
        return F.layer_norm(x.float(), self.weight.shape, gain, bias, EPS)


def modulated_norm(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Layer norm without parameters, then x · (1 + scale) + shift.

    Args:
        x: (B, S, N, D) float32 tokens in S groups that share a timestep.
        shift: (B, S, 1, D).
        scale: (B, S, 1, D).

    Returns:
        (B, S, N, D) float32.
    """
    return torch.addcmul(shift, F.layer_norm(x, x.shape[-1:], eps=EPS), 1 + scale)


def float32_linear(layer: nn.Module, x: Tensor) -> Tensor:
    """Apply an `nn.Linear` in float32, whatever its weights are stored in and under autocast."""
    assert isinstance(layer, nn.Linear)
    with torch.autocast(x.device.type, enabled=False):
        return linear(x.float(), layer.weight.float(), layer.bias.float())


def sinusoid(timestep: Tensor, width: int) -> Tensor:
    """Embed timesteps as waves, cosines before sines.

    Args:
        timestep: (...) values in [0, 1000].
        width: Channels of the result, even.

    Returns:
        (..., width) float32, computed in float64 as the reference does.

    Source: Wan2.2 wan/modules/model.py, sinusoidal_embedding_1d.
    """
    half = width // 2
    index = torch.arange(half, dtype=torch.float64, device=timestep.device)
    angle = timestep.double()[..., None] * ROTARY_BASE ** (-index / half)
    return torch.cat((angle.cos(), angle.sin()), dim=-1).float()


def rotary_split(head_width: int) -> tuple[int, int, int]:
    """Channels of a head that turn with time, row and column: 44, 42, 42 of 128."""
    space = 2 * (head_width // 6)
    return head_width - 2 * space, space, space


def rotary_table(
    grid: tuple[int, int, int], head_width: int, device: torch.device, spacing: int = 1
) -> Tensor:
    """Rotations of every token of a grid, to be multiplied onto pairs of channels.

    Args:
        grid: Tokens along (time, rows, columns).
        head_width: Channels per head, K; adjacent channels form a pair.
        device: Where the result lies.
        spacing: From one row or column to the next, 1 in every published model.

    Returns:
        (L, 1, K/2) complex64, angles computed in float64; pairs in the order time, row, column.

    Source: Wan2.2 wan/modules/model.py, rope_params and rope_apply.
    """
    axes = []
    for axis, (length, channels) in enumerate(zip(grid, rotary_split(head_width), strict=True)):
        pair = torch.arange(0, channels, 2, dtype=torch.float64, device=device) / channels
        position = torch.arange(length, dtype=torch.float64, device=device)
        position = position * (spacing if axis else 1)
        angle = position[:, None] * ROTARY_BASE**-pair
        shape = [1, 1, 1, angle.shape[1]]
        shape[axis] = length
        axes.append(angle.reshape(shape).expand(*grid, -1))
    angle = rearrange(torch.cat(axes, dim=-1), "t h w p -> (t h w) 1 p")
    return torch.polar(torch.ones_like(angle), angle).to(torch.complex64)


def rotate(x: Tensor, table: Tensor) -> Tensor:
    """Turn channel pairs by their token's position.

    Args:
        x: (B, L, A, K) float32.
        table: (L, 1, K/2) complex64.

    Returns:
        (B, L, A, K) float32.
    """
    pairs = torch.view_as_complex(rearrange(x, "b l a (p two) -> b l a p two", two=2))
    return rearrange(torch.view_as_real(pairs * table), "b l a p two -> b l a (p two)")


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
    """Softmax attention of tokens, heads last but one.

    Args:
        query: (B, L, A, K).
        key: (B, M, A, K).
        value: (B, M, A, K), whose dtype is computed in.
        bias: (1, 1, 1, M) added to the scores, or None.

    Returns:
        (B, L, A · K).
    """
    query, key, value = (
        rearrange(x.to(value.dtype), "b l a k -> b a l k") for x in (query, key, value)
    )
    return rearrange(attention(query, key, value, bias), "b a l k -> b l (a k)")
