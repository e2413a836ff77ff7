"""The two published video autoencoders, of the same levels in different sizes.

The Wan 2.1 class (A14B) has 4 x 8 x 8 pixels per latent cell and 16 channels. The Wan 2.2 class
(5B) has 4 x 16 x 16 pixels and 48 channels: pixels are first folded 2 x 2 into channels, and every
level has a shortcut without parameters around it. Latents are normalised, (mean - latents_mean) /
latents_std, pixels lie in [-1, 1]. Parameters carry the names of the original checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from einops import rearrange
from torch import Tensor, nn

from model.autoencoder.causal import (
    CausalConv3d,
    Downsample,
    Ending,
    FrameCache,
    Middle,
    ResidualBlock,
    Upsample,
    grow,
    shrink,
)
from model.geometry import latent_frames

PATCH = 2
"""Pixels along each side that the Wan 2.2 class folds into channels."""

# Frames that the finest level of the decoder takes at a time where it has a position per pixel.
FINEST_FRAMES = 2


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


# Mean and deviation of each latent channel over the training set are published with the weights.
# fmt: off
WAN21_SIZES = VaeSizes(
    width=96,
    decoder_width=96,
    latent_channels=16,
    mean=(
        -0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508,
        0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921,
    ),
    std=(
        2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743,
        3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.9160,
    ),
)
WAN22_SIZES = VaeSizes(
    width=160,
    decoder_width=256,
    latent_channels=48,
    mean=(
        -0.2289, -0.0052, -0.1323, -0.2339, -0.2799, 0.0174, 0.1838, 0.1557,
        -0.1382, 0.0542, 0.2813, 0.0891, 0.1570, -0.0098, 0.0375, -0.1825,
        -0.2246, -0.1207, -0.0698, 0.5109, 0.2665, -0.2108, -0.2158, 0.2502,
        -0.2055, -0.0322, 0.1109, 0.1567, -0.0729, 0.0899, -0.2799, -0.1230,
        -0.0313, -0.1649, 0.0117, 0.0723, -0.2839, -0.2083, -0.0520, 0.3748,
        0.0152, 0.1957, 0.1433, -0.2944, 0.3573, -0.0548, -0.1681, -0.0667,
    ),
    std=(
        0.4765, 1.0364, 0.4514, 1.1677, 0.5313, 0.4990, 0.4818, 0.5013,
        0.8158, 1.0344, 0.5894, 1.0901, 0.6885, 0.6165, 0.8454, 0.4978,
        0.5759, 0.3523, 0.7135, 0.6804, 0.5833, 1.4146, 0.8986, 0.5659,
        0.7069, 0.5338, 0.4889, 0.4917, 0.4069, 0.4999, 0.6866, 0.4093,
        0.5709, 0.6065, 0.6415, 0.4944, 0.5726, 1.2042, 0.5458, 1.6887,
        0.3971, 1.0600, 0.3943, 0.5537, 0.5444, 0.4089, 0.7468, 0.7744,
    ),
)
# fmt: on


class DownLevel(nn.Module):
    """Layers of an encoder's level, plus the level's input averaged down.

    Source: Wan2.2 wan/modules/vae2_2.py, Down_ResidualBlock.
    """

    def __init__(self, layers: list[nn.Module], channels: int, time: int, space: int) -> None:
        super().__init__()
        self.downsamples = nn.ModuleList(layers)
        self.channels, self.time, self.space = channels, time, space

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, C, H, W) to (T'·B, C_out, H', W')."""
        around = shrink(x, self.channels, time=self.time, space=self.space, batch=cache.batch)
        for layer in self.downsamples:
            x = layer(x, cache)
        return x + around


class UpLevel(nn.Module):
    """Layers of a decoder's level, plus the level's input repeated; the finest has no shortcut.

    Source: Wan2.2 wan/modules/vae2_2.py, Up_ResidualBlock.
    """

    def __init__(self, layers: list[nn.Module], channels: int, time: int, space: int) -> None:
        super().__init__()
        self.upsamples = nn.ModuleList(layers)
        self.channels, self.time, self.space = channels, time, space

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, C, H, W) to (T'·B, C_out, H', W')."""
        inner = x
        for layer in self.upsamples:
            inner = layer(inner, cache)
        if self.space == 1:
            return inner
        around = grow(x, self.channels, time=self.time, space=self.space, batch=cache.batch)
        surplus = (self.time - 1) * cache.batch if cache.is_first else 0
        return inner + around[surplus:]


class Encoder(nn.Module):
    """Folded pixels to the moments of a latent.

    Source: Wan2.2 wan/modules/vae2_1.py, Encoder3d; vae2_2.py, Encoder3d.
    """

    def __init__(self, sizes: VaeSizes, *, patch: int, has_shortcuts: bool) -> None:
        super().__init__()
        widths = [sizes.width * m for m in (1, *sizes.multipliers)]
        self.conv1 = CausalConv3d(3 * patch**2, widths[0])
        levels: list[nn.Module] = []
        for level, out in enumerate(widths[1:]):
            inside = [widths[level], *[out] * sizes.num_blocks]
            layers: list[nn.Module] = [ResidualBlock(a, b) for a, b in pairwise(inside)]
            in_space = level < len(sizes.multipliers) - 1
            in_time = in_space and sizes.in_time[level]
            if in_space:
                layers.append(Downsample(out, in_time=in_time))
            if has_shortcuts:
                layers = [DownLevel(layers, out, 1 + in_time, 1 + in_space)]
            levels += layers
        self.downsamples = nn.ModuleList(levels)
        self.middle = Middle(widths[-1])
        self.head = Ending(widths[-1], 2 * sizes.latent_channels)

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, 3·p², H, W) to (T'·B, 2z, h, w)."""
        x = self.conv1(x, cache)
        for level in self.downsamples:
            x = level(x, cache)
        return self.head(self.middle(x, cache), cache)


class Decoder(nn.Module):
    """A latent to folded pixels; without shortcuts each upsampler also halves the channels.

    Source: Wan2.2 wan/modules/vae2_1.py, Decoder3d; vae2_2.py, Decoder3d.
    """

    def __init__(self, sizes: VaeSizes, *, patch: int, has_shortcuts: bool) -> None:
        super().__init__()
        multipliers, last = sizes.multipliers[::-1], len(sizes.multipliers) - 1
        widths = [sizes.decoder_width * m for m in (multipliers[0], *multipliers)]
        self.conv1 = CausalConv3d(sizes.latent_channels, widths[0])
        self.middle = Middle(widths[0])
        levels: list[nn.Module] = []
        for level, out in enumerate(widths[1:]):
            entering = widths[level] // 2 if level and not has_shortcuts else widths[level]
            inside = [entering, *[out] * (sizes.num_blocks + 1)]
            layers: list[nn.Module] = [ResidualBlock(a, b) for a, b in pairwise(inside)]
            in_space = level < last
            in_time = in_space and sizes.in_time[::-1][level]
            if in_space:
                leaving = out if has_shortcuts else out // 2
                layers.append(Upsample(out, leaving, in_time=in_time))
            if has_shortcuts:
                layers = [UpLevel(layers, out, 1 + in_time, 1 + in_space)]
            levels += layers
        self.upsamples = nn.ModuleList(levels)
        self.head = Ending(widths[-1], 3 * patch**2)
        # The finest level and the upsampler before it, where most of the memory goes.
        self.num_finest = 1 if has_shortcuts else sizes.num_blocks + 2
        self.splits = patch == 1

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, z, h, w) to (T'·B, 3·p², H, W)."""
        x = self.middle(self.conv1(x, cache), cache)
        for layer in self.upsamples[: -self.num_finest]:
            x = layer(x, cache)
        if not self.splits:
            return self._finest(x, cache)
        pieces = x.split(FINEST_FRAMES * cache.batch)
        return torch.cat([self._finest(piece, cache) for piece in pieces])

    def _finest(self, x: Tensor, cache: FrameCache) -> Tensor:
        for layer in self.upsamples[-self.num_finest :]:
            x = layer(x, cache)
        return self.head(x, cache)


class Autoencoder(nn.Module):
    """Encoder and decoder with the 1x1x1 convolutions between them.

    Args:
        patch: Pixels along each side that become channels before the encoder, p.
        has_shortcuts: Whether levels have shortcuts around them.

    Source: Wan2.2 wan/modules/vae2_1.py, WanVAE_; vae2_2.py, WanVAE_.
    """

    def __init__(self, sizes: VaeSizes, *, patch: int, has_shortcuts: bool) -> None:
        super().__init__()
        z = sizes.latent_channels
        self.sizes, self.patch = sizes, patch
        # Fresh weights are drawn in this order, modules are listed in that of the checkpoints.
        encoder = Encoder(sizes, patch=patch, has_shortcuts=has_shortcuts)
        decoder = Decoder(sizes, patch=patch, has_shortcuts=has_shortcuts)
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
        p, video = self.patch, video.to(self.conv1.weight.dtype)
        cells = rearrange(video, "b c t (h q) (w r) -> (t b) (c r q) h w", q=p, r=p)
        out = self.encoder(cells.contiguous(memory_format=torch.channels_last), cache)
        out = self.conv1(out, cache)  # (T'·B, 2z, h, w)
        cache.end_chunk()
        mean, log_variance = rearrange(
            out, "(t b) (two z) h w -> two b z t h w", b=cache.batch, two=2
        )
        return mean, log_variance

    def encode(self, video: Tensor) -> Tensor:
        """Encode (B, 3, F, H, W) pixels in [-1, 1] to normalised (B, z, T, h, w); differentiable.

        Raises:
            GeometryError: F is not 4n + 1.
        """
        latent_frames(video.shape[2])
        mean, _ = self.moments(video, FrameCache(batch=video.shape[0]))
        return self.normalise(mean)

    def decode(self, latent: Tensor) -> Tensor:
        """Decode normalised (B, z, T, h, w) to unclamped (B, 3, 4T - 3, H, W); differentiable."""
        return self.decode_chunk(latent, FrameCache(batch=latent.shape[0]))

    def decode_chunk(self, latent: Tensor, cache: FrameCache) -> Tensor:
        """Decode some latent frames of a clip, (B, z, T, h, w), to (B, 3, F, H, W)."""
        cells = rearrange(self.denormalise(latent), "b z t h w -> (t b) z h w")
        cells = cells.to(self.conv2.weight.dtype).contiguous(memory_format=torch.channels_last)
        out = self.decoder(self.conv2(cells, cache), cache)  # (F·B, 3·p², H/p, W/p)
        cache.end_chunk()
        b, p = cache.batch, self.patch
        return rearrange(out, "(t b) (c r q) h w -> b c t (h q) (w r)", b=b, q=p, r=p)

    def normalise(self, mean: Tensor) -> Tensor:
        """Bring (B, z, T, h, w) to zero mean and unit deviation per channel."""
        shift, scale = self._statistics(mean)
        return (mean - shift) / scale

    def denormalise(self, latent: Tensor) -> Tensor:
        """Invert `normalise`."""
        shift, scale = self._statistics(latent)
        return latent * scale + shift

    def _statistics(self, like: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and deviation of each channel, (z, 1, 1, 1), in the dtype of a latent."""
        z = self.sizes.latent_channels
        mean, std = self.sizes.mean or (0.0,) * z, self.sizes.std or (1.0,) * z
        both = torch.tensor((mean, std), dtype=like.dtype, device=like.device)
        shift, scale = rearrange(both, "two z -> two z 1 1 1")
        return shift, scale


def wan21_vae(sizes: VaeSizes) -> Autoencoder:
    """The Wan 2.1 class with fresh weights on the default device."""
    return Autoencoder(sizes, patch=1, has_shortcuts=False)


def wan22_vae(sizes: VaeSizes) -> Autoencoder:
    """The Wan 2.2 class with fresh weights on the default device."""
    return Autoencoder(sizes, patch=PATCH, has_shortcuts=True)
