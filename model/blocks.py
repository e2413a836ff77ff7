"""The parts of an expert: attention, a block of it, the head.

Parameters carry the names of the original checkpoints (`self_attn.q.weight`). Used by
`transformer`.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from einops import rearrange
from torch import Tensor, nn

from model.layers import AffineNorm, RMSNorm, attend, float32_linear, modulated_norm, rotate
from model.ops import Linear, gelu


class Mlp(nn.ModuleDict):
    """Linear, GELU, linear; parameters `0.*` and `2.*` as in the original."""

    def __init__(self, width: int, hidden: int, out: int) -> None:
        super().__init__({"0": Linear(width, hidden), "2": Linear(hidden, out)})

    @property
    def dtype(self) -> torch.dtype:
        """What it computes in; a bias is never packed, a weight may be."""
        return cast("Tensor", self["0"].bias).dtype

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to (..., out)."""
        return self["2"](gelu(self["0"](x)))


class Attention(nn.Module):
    """The four projections and two norms that self- and cross-attention have alike."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = Linear(width, width)
        self.k = Linear(width, width)
        self.v = Linear(width, width)
        self.o = Linear(width, width)
        self.norm_q = RMSNorm(width)
        self.norm_k = RMSNorm(width)

    def query(self, x: Tensor) -> Tensor:
        """(B, L, D) to normalised (B, L, A, K) float32."""
        return rearrange(self.norm_q(self.q(x)), "b l (a k) -> b l a k", a=self.heads)

    def key(self, x: Tensor) -> Tensor:
        """(B, M, D) to normalised (B, M, A, K) float32."""
        return rearrange(self.norm_k(self.k(x)), "b m (a k) -> b m a k", a=self.heads)

    def value(self, x: Tensor) -> Tensor:
        """(B, M, D) to (B, M, A, K)."""
        return rearrange(self.v(x), "b m (a k) -> b m a k", a=self.heads)


class Block(nn.Module):
    """Self-attention and feed-forward, each modulated by time and gated; text in between."""

    def __init__(self, width: int, heads: int, ffn_width: int) -> None:
        super().__init__()
        self.self_attn = Attention(width, heads)
        self.cross_attn = Attention(width, heads)
        self.norm3 = AffineNorm(width)
        self.ffn = Mlp(width, ffn_width, width)
        self.modulation = nn.Parameter(torch.randn(1, 6, width) / math.sqrt(width))

    def forward(
        self,
        x: Tensor,
        time: Tensor,
        table: Tensor,
        key: Tensor,
        value: Tensor,
        bias: Tensor | None,
        looked: Tensor | None = None,
    ) -> Tensor:
        """Pass the tokens through one block.

        Args:
            x: (B, S, N, D) float32, S groups of N tokens with a timestep each.
            time: (B, S, 6, D) float32.
            table: (S · N, 1, K/2) complex rotations.
            key: (B, M, A, K) of the text.
            value: (B, M, A, K) of the text.
            bias: (1, 1, 1, M) or None.
            looked: (B, S, N, D) from `look` on the same `x`, if it is known.

        Returns:
            (B, S, N, D) float32.

        Source: Wan2.2 wan/modules/model.py, WanAttentionBlock.forward.
        """
        dtype, num_groups = self.ffn.dtype, x.shape[1]
        x = self.look(x, time, table) if looked is None else looked
        shift_ffn, scale_ffn, gate_ffn = self._modulation(time)[3:]

        text = self.cross_attn
        u = rearrange(self.norm3(x).to(dtype), "b s n d -> b (s n) d")
        out = text.o(attend(text.query(u), key, value, bias))
        x = x + rearrange(out, "b (s n) d -> b s n d", s=num_groups)

        u = modulated_norm(x, shift_ffn, scale_ffn).to(dtype)
        return torch.addcmul(x, gate_ffn, self.ffn(u).float())

    def look(self, x: Tensor, time: Tensor, table: Tensor) -> Tensor:
        """The first part of a pass, in which the tokens look at each other and no text is read."""
        dtype, num_groups = self.ffn.dtype, x.shape[1]
        shift, scale, gate = self._modulation(time)[:3]
        u = rearrange(modulated_norm(x, shift, scale).to(dtype), "b s n d -> b (s n) d")
        own = self.self_attn
        q, k = rotate(own.query(u), table), rotate(own.key(u), table)
        out = own.o(attend(q, k, own.value(u), None))
        out = rearrange(out, "b (s n) d -> b s n d", s=num_groups)
        return torch.addcmul(x, gate, out.float())

    def _modulation(self, time: Tensor) -> tuple[Tensor, ...]:
        """Shift, scale and gate of self-attention, then of the feed-forward, (B, S, 1, D) each."""
        return (self.modulation.float()[:, None] + time)[..., None, :].unbind(2)


class Head(nn.Module):
    """Last norm, modulated by time, and the projection to the cells of a patch."""

    def __init__(self, width: int, patch_channels: int) -> None:
        super().__init__()
        self.head = Linear(width, patch_channels)
        self.modulation = nn.Parameter(torch.randn(1, 2, width) / math.sqrt(width))

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """(B, S, N, D) tokens and (B, S, D) time to (B, S, N, patch · C), all float32."""
        shift, scale = (self.modulation.float()[:, None] + time[:, :, None])[..., None, :].unbind(2)
        return float32_linear(self.head, modulated_norm(x, shift, scale))
