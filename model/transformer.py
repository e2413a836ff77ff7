"""One Wan 2.2 expert: embeddings, blocks and head.

Parameters carry the names of the original checkpoints. Norm statistics, modulation, rotary
positions and the residual stream are float32 whatever the dtype of the weights.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from model.block import (
    WAVE_BASE,
    Blocks,
    Mlp,
    PreparedContext,
    TransformerBlock,
    embed_patches,
    modulated_norm,
    prepare_blocks,
    rotary_table,
)
from model.camera_adapter import CameraAdapter
from model.exceptions import GeometryError
from model.ops import Linear, convolve, float32_linear, silu
from model.presets import Backbone
from model.vace import Steering

# Sensitive and small: stored in float32 whatever dtype the rest of an expert is loaded in.
FLOAT32_PARAMETERS = r"^(time_embedding|time_projection|head)\.|modulation$|norm"

# The products of the blocks, 98 % of a published expert: what may be packed into eight bits.
PACKED_PARAMETERS = r"^(vace_)?blocks\.\d+\.((self|cross)_attn\.[qkvo]|ffn\.[02])\.weight$"


def sinusoid(timestep: Tensor, width: int) -> Tensor:
    """Embed timesteps (...) in [0, 1000] as waves (..., width) float32, cosines before sines.

    Source: Wan2.2 wan/modules/model.py, sinusoidal_embedding_1d.
    """
    half = width // 2
    index = torch.arange(half, dtype=torch.float64, device=timestep.device)
    angle = timestep.double()[..., None] * WAVE_BASE ** (-index / half)
    return torch.cat((angle.cos(), angle.sin()), dim=-1).float()


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
        has_reference: Whether it reads a reference picture as tokens before those of the clip.

    Source: Wan2.2 wan/modules/model.py, WanModel.
    """

    def __init__(
        self,
        backbone: Backbone,
        *,
        patch: tuple[int, int, int] = (1, 2, 2),
        text_len: int = 512,
        camera_unshuffle: int | None = None,
        has_reference: bool = False,
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
        channels = backbone.out_channels
        self.ref_conv = (
            nn.Conv2d(channels, width, patch[1:], stride=patch[1:]) if has_reference else None
        )

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

        Takes what `embed_text` takes.
        """
        return prepare_blocks(self.blocks, *self.embed_text(context))

    def embed_text(self, context: Tensor) -> tuple[Tensor, Tensor | None]:
        """Embed a prompt for the blocks.

        Args:
            context: (B, M, text width), at most `text_len` rows.

        Returns:
            (B, M', D), and a bias of scores (1, 1, 1, M') or None.

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
        text = self.text_embedding(padded.to(self.text_embedding.dtype))  # (B, M', D)
        if not folds:
            return text, None
        bias = torch.zeros(1, 1, 1, padded.shape[1], dtype=text.dtype, device=context.device)
        bias[..., -1] = math.log(num_pads)
        return text, bias

    def embed_camera(self, rays: Tensor) -> Tensor:
        """Turn (B, 24, T, pixel H, pixel W) rays into (B, L, D), the same for every step."""
        if self.control_adapter is None:
            raise GeometryError("camera: the checkpoint has no camera adapter. Leave it out.")
        return self.control_adapter(rays)

    def embed_reference(self, latent: Tensor) -> Tensor:
        """Turn the latent of a picture, (B, C, H, W), into tokens (B, N, D)."""
        assert self.ref_conv is not None, "the experts read no reference"
        kernel, stride = self.ref_conv.weight, self.patch[1]
        tokens = convolve(latent.to(kernel.dtype), kernel, self.ref_conv.bias, stride=stride)
        return rearrange(tokens, "b d h w -> b (h w) d")

    def embed_time(self, timesteps: Tensor) -> tuple[Tensor, Tensor]:
        """Embed timesteps (B, S): (B, S, D) for the head, (B, S, 6, D) for the blocks, float32."""
        waves = sinusoid(timesteps, self.backbone.frequency_width)
        hidden = float32_linear(self.time_embedding["0"], waves)
        time = float32_linear(self.time_embedding["2"], silu(hidden))
        modulation = float32_linear(self.time_projection["1"], silu(time))
        return time, rearrange(modulation, "b s (six d) -> b s six d", six=6)

    def velocities(
        self,
        latent: Tensor,
        timestep: Tensor,
        contexts: Sequence[PreparedContext],
        camera: Tensor | None = None,
        spacing: int = 1,
        *,
        reference: Tensor | None = None,
        steering: Steering | None = None,
    ) -> list[Tensor]:
        """Predict the velocities of one step under several contexts, block by block.

        Args:
            latent: (B, C, T, H, W) latent cells.
            timestep: (B,), or (B, T) when latent frames have timesteps of their own.
            contexts: From `prepare`; a streamed block serves all of them before the next one.
            camera: (B, L, D) from `embed_camera`, or None.
            spacing: Of rotary positions; with 2 a picture of half the size spans the full one.
            reference: (B, N, D) from `embed_reference`: a frame at time 0, before the clip.
            steering: VACE part with what it reads.

        Returns:
            One (B, C_out, T, H, W) float32 per context.
        """
        patch = dict(zip(("pt", "ph", "pw"), self.patch, strict=True))
        t, h, w = (cells // side for cells, side in zip(latent.shape[2:], self.patch, strict=True))
        head_width = self.backbone.width // self.backbone.heads
        frames = t + (reference is not None)
        rotations = rotary_table((frames, h, w), head_width, latent.device, spacing)  # (L, 1, K/2)

        # One row for each group of tokens that share a timestep, S = 1 or T.
        groups = timestep[:, None] if timestep.ndim == 1 else timestep
        if reference is not None and timestep.ndim == 2:
            groups = torch.cat((groups[:, -1:], groups), dim=1)  # it has that of the noisy frames
        time, modulation = self.embed_time(groups)

        x = embed_patches(latent, self.patch_embedding)  # (B, L, D)
        x = x if camera is None else x + camera
        if reference is not None:
            x = torch.cat((reference, x), dim=1)
        x = rearrange(x.float(), "b (s n) d -> b s n d", s=time.shape[1])

        # The branches enter the first block as the same tokens and leave it as different ones.
        streams, scales = [x] * len(contexts), {} if steering is None else steering.scales()
        if steering is not None:
            hints = steering.part.hints(steering.control, x, modulation, rotations, steering.texts)
        for layer, block in enumerate(self.blocks.passing()):
            texts = [context[layer] for context in contexts]
            if layer == 0:
                streams = block(x, modulation, rotations, texts)
            for branch, text in enumerate(texts if layer else ()):
                streams[branch] = block(streams[branch], modulation, rotations, [text])[0]
            for branch, hint in enumerate(next(hints) if layer in scales else ()):
                streams[branch] = torch.add(streams[branch], hint, alpha=scales[layer])

        back = "b (t h w) (pt ph pw c) -> b c (t pt) (h ph) (w pw)"
        outputs = (rearrange(self.head(x, time), "b s n c -> b (s n) c") for x in streams)
        return [rearrange(cells[:, -t * h * w :], back, t=t, h=h, **patch) for cells in outputs]
