"""The Wan 2.2 autoencoder: 4 x 16 x 16 pixels per latent cell, 48 channels.

Pixels are folded 2x2 into channels first, and every level has a shortcut without parameters
around it. Keys are those of the original checkpoint.
"""

from __future__ import annotations

from itertools import pairwise

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
from model.autoencoder.codec import Autoencoder, VaeSizes, decode_stream, encode_stream

__all__ = ["WAN22_SIZES", "decode_stream", "encode_stream", "wan22_vae"]

PATCH = 2

# Statistics of each latent channel over the training set, published with the weights.
# fmt: off
_MEAN = (
    -0.2289, -0.0052, -0.1323, -0.2339, -0.2799, 0.0174, 0.1838, 0.1557,
    -0.1382, 0.0542, 0.2813, 0.0891, 0.1570, -0.0098, 0.0375, -0.1825,
    -0.2246, -0.1207, -0.0698, 0.5109, 0.2665, -0.2108, -0.2158, 0.2502,
    -0.2055, -0.0322, 0.1109, 0.1567, -0.0729, 0.0899, -0.2799, -0.1230,
    -0.0313, -0.1649, 0.0117, 0.0723, -0.2839, -0.2083, -0.0520, 0.3748,
    0.0152, 0.1957, 0.1433, -0.2944, 0.3573, -0.0548, -0.1681, -0.0667,
)
_STD = (
    0.4765, 1.0364, 0.4514, 1.1677, 0.5313, 0.4990, 0.4818, 0.5013,
    0.8158, 1.0344, 0.5894, 1.0901, 0.6885, 0.6165, 0.8454, 0.4978,
    0.5759, 0.3523, 0.7135, 0.6804, 0.5833, 1.4146, 0.8986, 0.5659,
    0.7069, 0.5338, 0.4889, 0.4917, 0.4069, 0.4999, 0.6866, 0.4093,
    0.5709, 0.6065, 0.6415, 0.4944, 0.5726, 1.2042, 0.5458, 1.6887,
    0.3971, 1.0600, 0.3943, 0.5537, 0.5444, 0.4089, 0.7468, 0.7744,
)
# fmt: on

WAN22_SIZES = VaeSizes(
    width=160,
    decoder_width=256,
    latent_channels=48,
    mean=_MEAN,
    std=_STD,
)


class DownLevel(nn.Module):
    """Residual blocks and a downsampler, plus the level's input averaged down.

    Source: Wan2.2 wan/modules/vae2_2.py, Down_ResidualBlock.
    """

    def __init__(
        self, channels: int, out_channels: int, num_blocks: int, *, in_time: bool, in_space: bool
    ) -> None:
        super().__init__()
        widths = [channels, *[out_channels] * num_blocks]
        layers: list[nn.Module] = [ResidualBlock(a, b) for a, b in pairwise(widths)]
        if in_space:
            layers.append(Downsample(out_channels, in_time=in_time))
        self.downsamples = nn.ModuleList(layers)
        self.out_channels = out_channels
        self.time, self.space = 1 + in_time, 1 + in_space

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, C, H, W) to (T'·B, C_out, H', W')."""
        around = shrink(x, self.out_channels, time=self.time, space=self.space, batch=cache.batch)
        for layer in self.downsamples:
            x = layer(x, cache)
        return x + around


class UpLevel(nn.Module):
    """Residual blocks and an upsampler, plus the level's input repeated; the last has neither.

    Source: Wan2.2 wan/modules/vae2_2.py, Up_ResidualBlock.
    """

    def __init__(
        self, channels: int, out_channels: int, num_blocks: int, *, in_time: bool, in_space: bool
    ) -> None:
        super().__init__()
        widths = [channels, *[out_channels] * num_blocks]
        layers: list[nn.Module] = [ResidualBlock(a, b) for a, b in pairwise(widths)]
        if in_space:
            layers.append(Upsample(out_channels, out_channels, in_time=in_time))
        self.upsamples = nn.ModuleList(layers)
        self.out_channels = out_channels
        self.time, self.space = 1 + in_time, 1 + in_space

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, C, H, W) to (T'·B, C_out, H', W')."""
        inner = x
        for layer in self.upsamples:
            inner = layer(inner, cache)
        if self.space == 1:
            return inner
        around = grow(x, self.out_channels, time=self.time, space=self.space, batch=cache.batch)
        surplus = (self.time - 1) * cache.batch if cache.is_first else 0
        return inner + around[surplus:]


class Encoder(nn.Module):
    """Folded pixels to the moments of a latent."""

    def __init__(self, sizes: VaeSizes) -> None:
        super().__init__()
        widths = [sizes.width * m for m in (1, *sizes.multipliers)]
        flags = (*sizes.in_time, False)
        last = len(sizes.multipliers) - 1
        self.conv1 = CausalConv3d(3 * PATCH**2, widths[0])
        self.downsamples = nn.ModuleList(
            DownLevel(
                widths[i], widths[i + 1], sizes.num_blocks, in_time=flags[i], in_space=i < last
            )
            for i in range(last + 1)
        )
        self.middle = Middle(widths[-1])
        self.head = Ending(widths[-1], 2 * sizes.latent_channels)

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, 12, H, W) to (T'·B, 2z, h, w)."""
        x = self.conv1(x, cache)
        for level in self.downsamples:
            x = level(x, cache)
        return self.head(self.middle(x, cache), cache)


class Decoder(nn.Module):
    """A latent to folded pixels."""

    def __init__(self, sizes: VaeSizes) -> None:
        super().__init__()
        multipliers = sizes.multipliers[::-1]
        widths = [sizes.decoder_width * m for m in (multipliers[0], *multipliers)]
        flags = (*sizes.in_time[::-1], False)
        last = len(multipliers) - 1
        self.conv1 = CausalConv3d(sizes.latent_channels, widths[0])
        self.middle = Middle(widths[0])
        self.upsamples = nn.ModuleList(
            UpLevel(
                widths[i], widths[i + 1], sizes.num_blocks + 1, in_time=flags[i], in_space=i < last
            )
            for i in range(last + 1)
        )
        self.head = Ending(widths[-1], 3 * PATCH**2)

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, z, h, w) to (T'·B, 12, H, W)."""
        x = self.middle(self.conv1(x, cache), cache)
        for level in self.upsamples:
            x = level(x, cache)
        return self.head(x, cache)


def wan22_vae(sizes: VaeSizes) -> Autoencoder:
    """Assemble the autoencoder with fresh weights on the default device."""
    return Autoencoder(sizes, Encoder(sizes), Decoder(sizes), patch=PATCH)
