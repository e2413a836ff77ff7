"""A causal video autoencoder: whole clips for training, chunks of frames for rendering.

The two published classes differ in their encoder, decoder and pixel patch; what is around them
is here. Latents are normalised, (mean - latents_mean) / latents_std, pixels lie in [-1, 1].
Called by the stages that encode a picture or decode a take, and by training.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
from einops import rearrange
from torch import Tensor, nn

from model.autoencoder.causal import CausalConv3d, FrameCache
from model.geometry import FRAMES_PER_LATENT, latent_frames


@dataclass(frozen=True)
class VaeSizes:
    """Sizes of an autoencoder.

    Attributes:
        width: Base width of the encoder.
        decoder_width: Base width of the decoder.
        latent_channels: Channels of a latent cell.
        mean: Of each latent channel before normalisation; empty for zeros.
        std: Of each latent channel before normalisation; empty for ones.
        multipliers: Width of each level over the base width.
        num_blocks: Residual blocks per level of the encoder; the decoder has one more.
        in_time: Whether each downsampling, finest first, also halves time.
    """

    width: int
    decoder_width: int
    latent_channels: int
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    multipliers: tuple[int, ...] = (1, 2, 4, 4)
    num_blocks: int = 2
    in_time: tuple[bool, ...] = (False, True, True)


class Autoencoder(nn.Module):
    """Encoder and decoder with the 1x1x1 convolutions between them.

    Args:
        sizes: Widths and statistics.
        encoder: (T·B, 3·p², H, W) to (T'·B, 2z, h, w), with a cache.
        decoder: (T'·B, z, h, w) to (T·B, 3·p², H, W), with a cache.
        patch: Pixels along each side that become channels before the encoder, p.

    Source: Wan2.2 wan/modules/vae2_1.py, WanVAE_; vae2_2.py, WanVAE_.
    """

    def __init__(
        self, sizes: VaeSizes, encoder: nn.Module, decoder: nn.Module, *, patch: int
    ) -> None:
        super().__init__()
        z = sizes.latent_channels
        self.sizes, self.patch = sizes, patch
        self.encoder = encoder
        self.conv1 = CausalConv3d(2 * z, 2 * z, (1, 1, 1))
        self.conv2 = CausalConv3d(z, z, (1, 1, 1))
        self.decoder = decoder

    def moments(self, video: Tensor, cache: FrameCache) -> tuple[Tensor, Tensor]:
        """Encode a chunk to the mean and log-variance of its posterior, not normalised.

        Args:
            video: (B, 3, T, H, W) pixels in [-1, 1].
            cache: Fresh for a whole clip or its first chunk.

        Returns:
            Two (B, z, T', h, w).
        """
        cells = rearrange(
            video.to(self.conv1.weight.dtype),
            "b c t (h q) (w r) -> (t b) (c r q) h w",
            q=self.patch,
            r=self.patch,
        )
        out = self.conv1(self.encoder(channels_last(cells), cache), cache)
        cache.end_chunk()
        mean, log_variance = rearrange(
            out, "(t b) (two z) h w -> two b z t h w", b=cache.batch, two=2
        )
        return mean, log_variance

    def encode(self, video: Tensor) -> Tensor:
        """Encode whole clips; differentiable.

        Args:
            video: (B, 3, F, H, W) pixels in [-1, 1], F = 4n + 1.

        Returns:
            (B, z, T, h, w) normalised mean of the posterior.
        """
        latent_frames(video.shape[2])  # raises unless F is 4n + 1
        mean, _ = self.moments(video, FrameCache(batch=video.shape[0]))
        return self.normalise(mean)

    def decode(self, latent: Tensor) -> Tensor:
        """Decode whole clips; differentiable.

        Args:
            latent: (B, z, T, h, w), normalised.

        Returns:
            (B, 3, 4T - 3, H, W) pixels, not clamped to [-1, 1].
        """
        return self.decode_chunk(latent, FrameCache(batch=latent.shape[0]))

    def decode_chunk(self, latent: Tensor, cache: FrameCache) -> Tensor:
        """Decode some latent frames of a clip, (B, z, T, h, w), to (B, 3, F, H, W)."""
        cells = rearrange(self.denormalise(latent), "b z t h w -> (t b) z h w")
        cells = channels_last(cells.to(self.conv2.weight.dtype))
        out = self.decoder(self.conv2(cells, cache), cache)
        cache.end_chunk()
        return rearrange(
            out,
            "(t b) (c r q) h w -> b c t (h q) (w r)",
            b=cache.batch,
            q=self.patch,
            r=self.patch,
        )

    def normalise(self, mean: Tensor) -> Tensor:
        """Bring (B, z, T, h, w) to zero mean and unit deviation per channel."""
        return (mean - self._channels(mean, self.sizes.mean, 0.0)) / self._channels(
            mean, self.sizes.std, 1.0
        )

    def denormalise(self, latent: Tensor) -> Tensor:
        """Undo `normalise`."""
        scale = self._channels(latent, self.sizes.std, 1.0)
        return latent * scale + self._channels(latent, self.sizes.mean, 0.0)

    def _channels(self, like: Tensor, values: tuple[float, ...], default: float) -> Tensor:
        filled = values or (default,) * self.sizes.latent_channels
        column = torch.tensor(filled, dtype=like.dtype, device=like.device)
        return rearrange(column, "z -> z 1 1 1")


def channels_last(cells: Tensor) -> Tensor:
    """Lay (N, C, H, W) out with channels fastest, which convolutions and norms here prefer."""
    return cells.contiguous(memory_format=torch.channels_last)


def encode_stream(vae: Autoencoder, video: Tensor) -> Iterator[Tensor]:
    """Encode a clip one latent frame at a time, in little memory.

    Args:
        vae: The autoencoder.
        video: (B, 3, F, H, W) pixels in [-1, 1], F = 4n + 1.

    Yields:
        (B, z, 1, h, w) normalised; chunks of 1, 4, 4, … frames make one each.
    """
    num_latents = latent_frames(video.shape[2])
    bounds = [0, *(FRAMES_PER_LATENT * i + 1 for i in range(num_latents))]
    return encode_chunks(vae, (video[:, :, start:stop] for start, stop in pairwise(bounds)))


def encode_chunks(vae: Autoencoder, chunks: Iterable[Tensor]) -> Iterator[Tensor]:
    """Encode a clip that comes in chunks, and need not exist as a whole.

    Args:
        vae: The autoencoder.
        chunks: (B, 3, 1, H, W) first, then (B, 3, 4, H, W), pixels in [-1, 1].

    Yields:
        (B, z, 1, h, w) normalised, one for each chunk.
    """
    cache: FrameCache | None = None
    for chunk in chunks:
        cache = cache or FrameCache(batch=chunk.shape[0])
        with torch.no_grad():
            mean, _ = vae.moments(chunk, cache)
            latent = vae.normalise(mean)
        yield latent


def decode_stream(vae: Autoencoder, latent: Tensor) -> Iterator[Tensor]:
    """Decode a clip one latent frame at a time; frames leave as they are ready.

    Args:
        vae: The autoencoder.
        latent: (1, z, T, h, w), normalised.

    Yields:
        (1, H, W, 3) uint8 first, then (4, H, W, 3), on the device of the latent.
    """
    cache = FrameCache(batch=1)
    for index in range(latent.shape[2]):
        with torch.no_grad():
            pixels = vae.decode_chunk(latent[:, :, index : index + 1], cache)
        yield to_bytes(pixels)


def to_bytes(pixels: Tensor) -> Tensor:
    """Round (1, 3, T, H, W) pixels in [-1, 1] to (T, H, W, 3) uint8; what is outside is cut."""
    scaled = (pixels.float().clamp(-1, 1) + 1) * 127.5
    return rearrange(scaled.round().to(torch.uint8), "1 c t h w -> t h w c").contiguous()
