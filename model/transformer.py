"""One Wan 2.2 expert: patch embedding, the passes through its blocks, the way back to a latent.

Parameters carry the names of the original checkpoints (`blocks.0.self_attn.q.weight`). What
depends on the prompt alone is computed once by `prepare`, not once per step: the keys and values
of cross-attention in every block. Called by `denoise`, and by training through `forward`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from model.blocks import Block, Head, Mlp
from model.camera_adapter import CameraAdapter
from model.exceptions import GeometryError
from model.layers import float32_linear, rotary_table, sinusoid
from model.ops import Linear, linear, silu
from model.presets import Backbone
from model.weights.stream import StreamedBlocks

# Sensitive and small: stored in float32 whatever dtype the rest of an expert is loaded in.
FLOAT32_PARAMETERS = r"^(time_embedding|time_projection|head)\.|modulation$|norm"

# The products of the blocks, 98 % of a published expert: what may be packed into eight bits.
PACKED_PARAMETERS = r"^blocks\.\d+\.(self_attn\.[qkvo]|cross_attn\.[qkvo]|ffn\.[02])\.weight$"

# Of a block, what `prepare` uses.
TEXT_PARAMETERS = r"^cross_attn\.(k|v|norm_k)\."


@dataclass(frozen=True)
class PreparedContext:
    """What a prompt means to every block of one expert.

    Attributes:
        keys: One (B, M, A, K) per block, normalised.
        values: One (B, M, A, K) per block.
        bias: (1, 1, 1, M) added to the scores of cross-attention, or None.
    """

    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]
    bias: Tensor | None


class Transformer(nn.Module):
    """An expert: predicts the flow velocity, noise - clean, of a noisy latent.

    Args:
        backbone: Sizes.
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
        width, cells = backbone.width, math.prod(patch)
        self.backbone, self.patch, self.text_len = backbone, patch, text_len
        self.patch_embedding = nn.Conv3d(backbone.in_channels, width, patch, stride=patch)
        self.text_embedding = Mlp(backbone.text_width, width, width)
        self.time_embedding = Mlp(backbone.frequency_width, width, width)
        self.time_projection = nn.ModuleDict({"1": Linear(width, 6 * width)})
        self.blocks: nn.ModuleList | StreamedBlocks = nn.ModuleList(
            Block(width, backbone.heads, backbone.ffn_width) for _ in range(backbone.layers)
        )
        self.head = Head(width, cells * backbone.out_channels)
        self.control_adapter = (
            CameraAdapter(width, camera_unshuffle) if camera_unshuffle is not None else None
        )

    def forward(
        self,
        latent: Tensor,
        timestep: Tensor,
        context: Tensor,
        camera: Tensor | None = None,
        *,
        spacing: int = 1,
    ) -> Tensor:
        """Predict the velocity from raw inputs; differentiable, for any batch.

        Args:
            latent: (B, C, T, H, W) latent cells.
            timestep: (B,), or (B, T) when latent frames have timesteps of their own.
            context: (B, M, text width); zero rows are padding and count as such.
            camera: (B, 24, T, pixel H, pixel W) rays, or None.
            spacing: Of rotary positions in the picture; 2 makes a picture of half the size, for
                training, lie where the whole one does.

        Returns:
            (B, C_out, T, H, W) float32.
        """
        embedded = None if camera is None else self.embed_camera(camera)
        return self.velocity(latent, timestep, self.prepare(context), embedded, spacing=spacing)

    def prepare(self, context: Tensor) -> PreparedContext:
        """Compute keys and values of a prompt for every block.

        The rows up to `text_len` are zeros before the text embedding, hence all alike after it,
        and they are attended to. On the CPU they become one key whose score is raised by the
        logarithm of their number, which is the same softmax; elsewhere a bias would cost the
        fast attention kernels, so they are written out.

        Args:
            context: (B, M, text width), at most `text_len` rows.

        Raises:
            GeometryError: The context is too long.
        """
        num_pads = self.text_len - context.shape[1]
        if num_pads < 0:
            raise GeometryError(
                f"context: {context.shape[1]} rows, must be at most {self.text_len}. "
                "Shorten the prompt."
            )
        folds = context.device.type == "cpu" and num_pads > 1
        padded = F.pad(context, (0, 0, 0, 1 if folds else num_pads))
        text = self.text_embedding(padded.to(self.text_embedding.dtype))
        keys, values = [], []
        for block in self._blocks(only=TEXT_PARAMETERS):
            values.append(block.cross_attn.value(text))
            keys.append(block.cross_attn.key(text).to(values[-1].dtype))
        bias = None
        if folds:
            bias = torch.zeros(padded.shape[1], dtype=values[0].dtype, device=context.device)
            bias[-1] = math.log(num_pads)
            bias = rearrange(bias, "m -> 1 1 1 m")
        return PreparedContext(tuple(keys), tuple(values), bias)

    def embed_camera(self, rays: Tensor) -> Tensor:
        """Turn (B, 24, T, pixel H, pixel W) rays into (B, L, D), the same for every step."""
        if self.control_adapter is None:
            raise GeometryError("camera: the checkpoint has no camera adapter. Leave it out.")
        return self.control_adapter(rays)

    def velocity(
        self,
        latent: Tensor,
        timestep: Tensor,
        context: PreparedContext,
        camera: Tensor | None = None,
        *,
        spacing: int = 1,
    ) -> Tensor:
        """Predict the velocity of one step, as `velocities` does for one context."""
        return self.velocities(latent, timestep, (context,), camera, spacing=spacing)[0]

    def velocities(
        self,
        latent: Tensor,
        timestep: Tensor,
        contexts: Sequence[PreparedContext],
        camera: Tensor | None = None,
        *,
        spacing: int = 1,
    ) -> list[Tensor]:
        """Predict the velocities of one step under several contexts, block by block.

        A block that has been brought to the device serves all of them before it goes.

        Args:
            latent: (B, C, T, H, W) latent cells.
            timestep: (B,), or (B, T) when latent frames have timesteps of their own.
            contexts: From `prepare`.
            camera: (B, L, D) from `embed_camera`, or None.
            spacing: As in `forward`.

        Returns:
            One (B, C_out, T, H, W) float32 per context.
        """
        pt, ph, pw = self.patch
        grid = latent.shape[2] // pt, latent.shape[3] // ph, latent.shape[4] // pw
        head_width = self.backbone.width // self.backbone.heads
        table = rotary_table(grid, head_width, latent.device, spacing)
        time = self._embed_time(timestep, grid[0])
        modulation = rearrange(
            float32_linear(self.time_projection["1"], silu(time)), "b s (six d) -> b s six d", six=6
        )
        x = self._embed_patches(latent)
        if camera is not None:
            x = x + camera
        x = rearrange(x.float(), "b (s n) d -> b s n d", s=time.shape[1])
        streams = [x] * len(contexts)
        for layer, block in enumerate(self._blocks()):
            # All branches enter the first block alike: what needs no text is done once.
            is_shared = layer == 0 and len(contexts) > 1
            looked = block.look(x, modulation, table) if is_shared else None
            for branch, seen in enumerate(contexts):
                streams[branch] = block(
                    streams[branch],
                    modulation,
                    table,
                    seen.keys[layer],
                    seen.values[layer],
                    seen.bias,
                    looked,
                )
        return [self._unpatch(self.head(stream, time), grid) for stream in streams]

    def _unpatch(self, cells: Tensor, grid: tuple[int, int, int]) -> Tensor:
        """(B, S, N, patch · C) to (B, C, T, H, W)."""
        (t, h, w), (pt, ph, pw) = grid, self.patch
        return rearrange(
            rearrange(cells, "b s n c -> b (s n) c"),
            "b (t h w) (pt ph pw c) -> b c (t pt) (h ph) (w pw)",
            t=t,
            h=h,
            w=w,
            pt=pt,
            ph=ph,
            pw=pw,
        )

    def _embed_time(self, timestep: Tensor, num_frames: int) -> Tensor:
        """(B,) to (B, 1, D), or (B, T) to (B, T, D): one row per group of tokens."""
        if timestep.ndim == 1:
            timestep = timestep[:, None]
        waves = sinusoid(timestep, self.backbone.frequency_width)
        hidden = silu(float32_linear(self.time_embedding["0"], waves))
        return float32_linear(self.time_embedding["2"], hidden)

    def _blocks(self, only: str = "") -> Iterator[Block]:
        """The blocks in order; those of a stream have at least the parameters asked for."""
        if isinstance(self.blocks, StreamedBlocks):
            return cast("Iterator[Block]", self.blocks.passing(only))
        return cast("Iterator[Block]", iter(self.blocks))

    def _embed_patches(self, latent: Tensor) -> Tensor:
        """(B, C, T, H, W) to (B, L, D); a convolution whose kernel is its stride is a product."""
        weight = rearrange(self.patch_embedding.weight, "d c pt ph pw -> d (c pt ph pw)")
        pt, ph, pw = self.patch
        cells = rearrange(
            latent.to(weight.dtype),
            "b c (t pt) (h ph) (w pw) -> b (t h w) (c pt ph pw)",
            pt=pt,
            ph=ph,
            pw=pw,
        )
        return linear(cells, weight, self.patch_embedding.bias)
