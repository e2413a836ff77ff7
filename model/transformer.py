"""One Wan 2.2 expert: embeddings, rotary positions, attention, block, head, model, in this order.

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

from model.camera_adapter import CameraAdapter
from model.exceptions import GeometryError
from model.ops import Linear, attention, float32_linear, gelu, linear, silu
from model.presets import Backbone

EPS = 1e-6
WAVE_BASE = 10_000.0

# Sensitive and small: stored in float32 whatever dtype the rest of an expert is loaded in.
FLOAT32_PARAMETERS = r"^(time_embedding|time_projection|head)\.|modulation$|norm"

# The products of the blocks, 98 % of a published expert: what may be packed into eight bits.
PACKED_PARAMETERS = r"^blocks\.\d+\.(self_attn\.[qkvo]|cross_attn\.[qkvo]|ffn\.[02])\.weight$"

# The parameters of a block that `Transformer.prepare` reads.
TEXT_PARAMETERS = r"^cross_attn\.(k|v|norm_k)\."


def sinusoid(timestep: Tensor, width: int) -> Tensor:
    """Embed timesteps (...) in [0, 1000] as waves (..., width) float32, cosines before sines.

    Source: Wan2.2 wan/modules/model.py, sinusoidal_embedding_1d.
    """
    half = width // 2
    index = torch.arange(half, dtype=torch.float64, device=timestep.device)
    angle = timestep.double()[..., None] * WAVE_BASE ** (-index / half)
    return torch.cat((angle.cos(), angle.sin()), dim=-1).float()


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


class Transformer(nn.Module):
    """An expert: predicts the flow velocity, noise - clean, of a noisy latent.

    Args:
        patch: Latent cells per token, (time, rows, columns).
        text_len: Rows of context that are attended to, zero rows included.
        camera_unshuffle: Unshuffle factor of the camera adapter, or None to have none.

    Source: Wan2.2 wan/modules/model.py, WanModel.
    """

    def __init__(
        self,
        backbone: Backbone,
        *,
        patch: tuple[int, int, int] = (1, 2, 2),
        text_len: int = 512,
        camera_unshuffle: int | None = None,
    ) -> None:
        super().__init__()
        width, sizes = backbone.width, (backbone.width, backbone.heads, backbone.ffn_width)
        self.backbone, self.patch, self.text_len = backbone, patch, text_len
        self.patch_embedding = nn.Conv3d(backbone.in_channels, width, patch, stride=patch)
        self.text_embedding = Mlp(backbone.text_width, width, width)
        self.time_embedding = Mlp(backbone.frequency_width, width, width)
        self.time_projection = nn.ModuleDict({"1": Linear(width, 6 * width)})
        self.blocks = Blocks(TransformerBlock(*sizes) for _ in range(backbone.layers))
        self.head = Head(width, math.prod(patch) * backbone.out_channels)
        adapter = None if camera_unshuffle is None else CameraAdapter(width, camera_unshuffle)
        self.control_adapter = adapter

    def forward(
        self,
        latent: Tensor,
        timestep: Tensor,
        context: Tensor,
        camera: Tensor | None = None,
        spacing: int = 1,
    ) -> Tensor:
        """Predict the velocity from raw inputs; differentiable, for any batch.

        As `velocities`, but for a context of (B, M, text width), whose zero rows are padding and
        count as such, and for camera rays of (B, 24, T, pixel H, pixel W).
        """
        embedded = None if camera is None else self.embed_camera(camera)
        contexts = [self.prepare(context)]
        return self.velocities(latent, timestep, contexts, embedded, spacing=spacing)[0]

    def prepare(self, context: Tensor) -> PreparedContext:
        """Compute keys and values of a prompt for every block, once and not at every step.

        Args:
            context: (B, M, text width), at most `text_len` rows.

        Raises:
            GeometryError: The context is too long.
        """
        rows, most = context.shape[1], self.text_len
        if rows > most:
            raise GeometryError(
                f"context: {rows} rows, must be at most {most}. Shorten the prompt."
            )
        num_pads = most - rows
        # Rows up to `text_len` are zero, hence alike after the embedding, and are attended to. On
        # the CPU they become one key whose score is raised by the logarithm of their number, which
        # is the same softmax; elsewhere a bias would cost the fast kernels of attention.
        folds = context.device.type == "cpu" and num_pads > 1
        padded = F.pad(context, (0, 0, 0, 1 if folds else num_pads))
        text = self.text_embedding(padded.to(self.text_embedding.dtype))  # (B, M, D)
        bias = None
        if folds:
            bias = torch.zeros(1, 1, 1, padded.shape[1], dtype=text.dtype, device=context.device)
            bias[..., -1] = math.log(num_pads)
        prepared = []
        for block in self.blocks.passing(TEXT_PARAMETERS):
            values, keys = block.cross_attn.value(text), block.cross_attn.key(text)  # (B, M, A, K)
            prepared.append(BlockText(keys.to(values.dtype), values, bias))
        return tuple(prepared)

    def embed_camera(self, rays: Tensor) -> Tensor:
        """Turn (B, 24, T, pixel H, pixel W) rays into (B, L, D), the same for every step."""
        if self.control_adapter is None:
            raise GeometryError("camera: the checkpoint has no camera adapter. Leave it out.")
        return self.control_adapter(rays)

    def velocities(
        self,
        latent: Tensor,
        timestep: Tensor,
        contexts: Sequence[PreparedContext],
        camera: Tensor | None = None,
        spacing: int = 1,
    ) -> list[Tensor]:
        """Predict the velocities of one step under several contexts, block by block.

        Args:
            latent: (B, C, T, H, W) latent cells.
            timestep: (B,), or (B, T) when latent frames have timesteps of their own.
            contexts: From `prepare`; a streamed block serves all of them before the next one.
            camera: (B, L, D) from `embed_camera`, or None.
            spacing: Of rotary positions; with 2 a picture of half the size spans the full one.

        Returns:
            One (B, C_out, T, H, W) float32 per context.
        """
        patch = dict(zip(("pt", "ph", "pw"), self.patch, strict=True))
        t, h, w = (cells // side for cells, side in zip(latent.shape[2:], self.patch, strict=True))
        head_width = self.backbone.width // self.backbone.heads
        rotations = rotary_table((t, h, w), head_width, latent.device, spacing)  # (L, 1, K/2)

        # Time: one row for each group of tokens that share a timestep, S = 1 or T.
        groups = timestep[:, None] if timestep.ndim == 1 else timestep
        waves = sinusoid(groups, self.backbone.frequency_width)
        hidden = float32_linear(self.time_embedding["0"], waves)
        time = float32_linear(self.time_embedding["2"], silu(hidden))  # (B, S, D)
        modulation = float32_linear(self.time_projection["1"], silu(time))
        modulation = rearrange(modulation, "b s (six d) -> b s six d", six=6)

        # Patches: a convolution whose kernel is its stride is a product.
        kernel = rearrange(self.patch_embedding.weight, "d c pt ph pw -> d (c pt ph pw)")
        cells = latent.to(kernel.dtype)
        cells = rearrange(cells, "b c (t pt) (h ph) (w pw) -> b (t h w) (c pt ph pw)", **patch)
        x = linear(cells, kernel, self.patch_embedding.bias)  # (B, L, D)
        if camera is not None:
            x = x + camera
        x = rearrange(x.float(), "b (s n) d -> b s n d", s=time.shape[1])

        # The branches enter the first block as the same tokens and leave it as different ones.
        streams = [x] * len(contexts)
        for layer, block in enumerate(self.blocks.passing()):
            texts = [context[layer] for context in contexts]
            if layer == 0:
                streams = block(x, modulation, rotations, texts)
                continue
            for branch, text in enumerate(texts):
                streams[branch] = block(streams[branch], modulation, rotations, [text])[0]

        back = "b (t h w) (pt ph pw c) -> b c (t pt) (h ph) (w pw)"
        outputs = [rearrange(self.head(x, time), "b s n c -> b (s n) c") for x in streams]
        return [rearrange(cells, back, t=t, h=h, **patch) for cells in outputs]
