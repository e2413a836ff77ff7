"""A transformer block of an expert: rotary positions, attention, block, in this order.

Parameters carry the names of the original checkpoints. Norm statistics, modulation, rotary
positions and the residual stream are float32 whatever the dtype of the weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from model.ops import Linear, attention, gelu, linear

EPS = 1e-6
WAVE_BASE = 10_000.0

# The parameters of a block that `prepare_blocks` reads.
TEXT_PARAMETERS = r"^cross_attn\.(k|v|norm_k)\."


class Mlp(nn.ModuleDict):
    """Linear, GELU, linear; parameters `0.*` and `2.*` as in the original."""

    def __init__(self, width: int, hidden: int, out: int) -> None:
        super().__init__({"0": Linear(width, hidden), "2": Linear(hidden, out)})

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the computation; a bias is never packed, a weight may be."""
        return cast("Tensor", self["0"].bias).dtype

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to (..., out)."""
        return self["2"](gelu(self["0"](x)))


def rotary_split(head_width: int) -> tuple[int, int, int]:
    """Channels of a head that rotate with time, row and column: 44, 42, 42 of 128."""
    space = 2 * (head_width // 6)
    return head_width - 2 * space, space, space


def rotary_table(
    grid: tuple[int, int, int], head_width: int, device: torch.device, spacing: int = 1
) -> Tensor:
    """Rotations of every token of a grid, to be multiplied onto pairs of adjacent channels.

    Args:
        grid: Tokens along (time, rows, columns).
        head_width: K.
        device: Of the result.
        spacing: Positions from one row or column to the next, 1 in every published model.

    Returns:
        (L, 1, K/2) complex64, angles computed in float64; pairs in the order time, row, column.

    Source: Wan2.2 wan/modules/model.py, rope_params and rope_apply.
    """
    axes = []
    for axis, (length, channels) in enumerate(zip(grid, rotary_split(head_width), strict=True)):
        pair = torch.arange(0, channels, 2, dtype=torch.float64, device=device) / channels
        position = torch.arange(length, dtype=torch.float64, device=device)[:, None]
        angle = position * (spacing if axis else 1) * WAVE_BASE**-pair
        shape = [1, 1, 1, angle.shape[1]]
        shape[axis] = length
        axes.append(angle.reshape(shape).expand(*grid, -1))
    angle = rearrange(torch.cat(axes, dim=-1), "t h w p -> (t h w) 1 p")
    return torch.polar(torch.ones_like(angle), angle).to(torch.complex64)


def rotate(x: Tensor, rotations: Tensor) -> Tensor:
    """Rotate the channel pairs of (B, L, A, K) float32 by a `rotary_table`, (L, 1, K/2)."""
    pairs = torch.view_as_complex(rearrange(x, "b l a (p two) -> b l a p two", two=2))
    return rearrange(torch.view_as_real(pairs * rotations), "b l a p two -> b l a (p two)")


class RMSNorm(nn.RMSNorm):
    """Root-mean-square norm over the full width, all heads together, with a gain per channel."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (..., D); the result is float32."""
        return F.rms_norm(x.float(), self.weight.shape, self.weight.float(), self.eps)


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
    """Softmax attention of (B, L, A, K) on (B, M, A, K), in the dtype of `value`: (B, L, D)."""
    query, key, value = (
        rearrange(x.to(value.dtype), "b l a k -> b a l k") for x in (query, key, value)
    )
    return rearrange(attention(query, key, value, bias), "b a l k -> b l (a k)")


class Attention(nn.Module):
    """The four projections and two norms that self- and cross-attention have alike."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = Linear(width, width)
        self.k = Linear(width, width)
        self.v = Linear(width, width)
        self.o = Linear(width, width)
        self.norm_q = RMSNorm(width, eps=EPS)
        self.norm_k = RMSNorm(width, eps=EPS)

    def query(self, x: Tensor) -> Tensor:
        """(B, L, D) to normalised (B, L, A, K) float32."""
        return rearrange(self.norm_q(self.q(x)), "b l (a k) -> b l a k", a=self.heads)

    def key(self, x: Tensor) -> Tensor:
        """(B, M, D) to normalised (B, M, A, K) float32."""
        return rearrange(self.norm_k(self.k(x)), "b m (a k) -> b m a k", a=self.heads)

    def value(self, x: Tensor) -> Tensor:
        """(B, M, D) to (B, M, A, K)."""
        return rearrange(self.v(x), "b m (a k) -> b m a k", a=self.heads)


class SelfAttention(Attention):
    """Attention of all video tokens on each other."""

    def forward(self, x: Tensor, rotations: Tensor) -> Tensor:
        """(B, S, N, D) tokens and their rotations (S · N, 1, K/2) to (B, S, N, D)."""
        u = rearrange(x, "b s n d -> b (s n) d")
        query, key = rotate(self.query(u), rotations), rotate(self.key(u), rotations)
        out = self.o(attend(query, key, self.value(u), None))  # (B, L, D)
        return rearrange(out, "b (s n) d -> b s n d", s=x.shape[1])


class BlockText(NamedTuple):
    """A text as one block attends to it."""

    keys: Tensor  # (B, M, A, K), normalised
    values: Tensor  # (B, M, A, K)
    bias: Tensor | None  # (1, 1, 1, M), added to the scores


PreparedContext = tuple[BlockText, ...]  # one for every block of an expert


class CrossAttention(Attention):
    """Attention of the video tokens on a text."""

    def forward(self, x: Tensor, text: BlockText) -> Tensor:
        """(B, S, N, D) to the same."""
        query = self.query(rearrange(x, "b s n d -> b (s n) d"))  # (B, L, A, K)
        out = self.o(attend(query, text.keys, text.values, text.bias))  # (B, L, D)
        return rearrange(out, "b (s n) d -> b s n d", s=x.shape[1])


class AffineNorm(nn.LayerNorm):
    """Layer norm with gain and bias."""

    def forward(self, input: Tensor) -> Tensor:
        """Normalise (..., D); the result is float32."""
        gain, bias = self.weight.float(), self.bias.float()
        return F.layer_norm(input.float(), self.weight.shape, gain, bias, self.eps)


def modulated_norm(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Layer norm of (B, S, N, D) without parameters, then x · (1 + scale) + shift, (B, S, 1, D)."""
    return torch.addcmul(shift, F.layer_norm(x, x.shape[-1:], eps=EPS), 1 + scale)


class TransformerBlock(nn.Module):
    """Self-attention, cross-attention to a text, feed-forward; the first and last see the time."""

    def __init__(self, width: int, heads: int, ffn_width: int) -> None:
        super().__init__()
        self.self_attn = SelfAttention(width, heads)
        self.cross_attn = CrossAttention(width, heads)
        self.norm3 = AffineNorm(width, eps=EPS)
        self.ffn = Mlp(width, ffn_width, width)
        self.modulation = nn.Parameter(torch.randn(1, 6, width) / math.sqrt(width))

    def forward(
        self, x: Tensor, time: Tensor, rotations: Tensor, texts: Sequence[BlockText]
    ) -> list[Tensor]:
        """Pass tokens through the block under one or more texts, a branch for each.

        Args:
            x: (B, S, N, D) float32, S groups of N tokens with a timestep each.
            time: (B, S, 6, D) float32.
            rotations: (S · N, 1, K/2) complex.
            texts: At least one.

        Returns:
            One (B, S, N, D) float32 per text.

        Source: Wan2.2 wan/modules/model.py, WanAttentionBlock.forward.
        """
        dtype = self.ffn.dtype
        modulation = (self.modulation.float()[:, None] + time)[..., None, :]  # (B, S, 6, 1, D)
        shift, scale, gate, shift_ffn, scale_ffn, gate_ffn = modulation.unbind(2)  # (B, S, 1, D)

        # Self-attention. It reads no text, so that one pass serves every branch.
        u = modulated_norm(x, shift, scale).to(dtype)
        x = torch.addcmul(x, gate, self.self_attn(u, rotations).float())

        # Cross-attention.
        u = self.norm3(x).to(dtype)
        branches = [x + self.cross_attn(u, text) for text in texts]

        # Feed-forward.
        for branch, x in enumerate(branches):
            u = modulated_norm(x, shift_ffn, scale_ffn).to(dtype)
            branches[branch] = torch.addcmul(x, gate_ffn, self.ffn(u).float())
        return branches


class Blocks(nn.ModuleList):
    """Blocks in memory; `weights.stream` puts blocks with the same interface in their place."""

    def passing(self, only: str = "") -> Iterator[TransformerBlock]:
        """Yield every block in order, with at least the parameters whose names match `only`."""
        return cast("Iterator[TransformerBlock]", iter(self))


def prepare_blocks(blocks: Blocks, text: Tensor, bias: Tensor | None) -> PreparedContext:
    """Compute the keys and values of an embedded text, (B, M, D), for every block."""
    prepared = []
    for block in blocks.passing(TEXT_PARAMETERS):
        values, keys = block.cross_attn.value(text), block.cross_attn.key(text)  # (B, M, A, K)
        prepared.append(BlockText(keys.to(values.dtype), values, bias))
    return tuple(prepared)


def embed_patches(cells: Tensor, convolution: nn.Conv3d) -> Tensor:
    """Embed (B, C, T, H, W) cells as tokens (B, L, D), in the dtype of the weights."""
    # A convolution whose kernel is its stride is a product.
    kernel = rearrange(convolution.weight, "d c pt ph pw -> d (c pt ph pw)")
    patch = dict(zip(("pt", "ph", "pw"), convolution.kernel_size, strict=True))
    cells = cells.to(kernel.dtype)
    cells = rearrange(cells, "b c (t pt) (h ph) (w pw) -> b (t h w) (c pt ph pw)", **patch)
    return linear(cells, kernel, convolution.bias)
