"""The Wan 2.1 autoencoder, which the A14B models use: 4 x 8 x 8 pixels per cell, 16 channels.

Levels are one flat list of layers without shortcuts. Keys are those of the original checkpoint.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from model.autoencoder.causal import (
    CausalConv3d,
    Downsample,
    Ending,
    FrameCache,
    Middle,
    ResidualBlock,
    Upsample,
)
from model.autoencoder.codec import Autoencoder, VaeSizes, decode_stream, encode_stream

__all__ = ["WAN21_SIZES", "decode_stream", "encode_stream", "wan21_vae"]

# Statistics of each latent channel over the training set, published with the weights.
# fmt: off
_MEAN = (
    -0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508,
    0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921,
)
_STD = (
    2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743,
    3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.9160,
)
# fmt: on

# Frames that the finest level of the decoder, where most of the memory goes, takes at a time.
PIECE = 2

WAN21_SIZES = VaeSizes(
    width=96,
    decoder_width=96,
    latent_channels=16,
    mean=_MEAN,
    std=_STD,
)


class Encoder(nn.Module):
    """Pixels to the moments of a latent.

    Source: Wan2.2 wan/modules/vae2_1.py, Encoder3d.
    """

    def __init__(self, sizes: VaeSizes) -> None:
        super().__init__()
        widths = [sizes.width * m for m in (1, *sizes.multipliers)]
        last = len(sizes.multipliers) - 1
        self.conv1 = CausalConv3d(3, widths[0])
        layers: list[nn.Module] = []
        for level in range(last + 1):
            inside = [widths[level], *[widths[level + 1]] * sizes.num_blocks]
            layers += [ResidualBlock(a, b) for a, b in pairwise(inside)]
            if level < last:
                layers.append(Downsample(inside[-1], in_time=sizes.in_time[level]))
        self.downsamples = nn.ModuleList(layers)
        self.middle = Middle(widths[-1])
        self.head = Ending(widths[-1], 2 * sizes.latent_channels)

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, 3, H, W) to (T'·B, 2z, h, w)."""
        x = self.conv1(x, cache)
        for layer in self.downsamples:
            x = layer(x, cache)
        return self.head(self.middle(x, cache), cache)


class Decoder(nn.Module):
    """A latent to pixels; each upsampler halves the channels.

    Source: Wan2.2 wan/modules/vae2_1.py, Decoder3d.
    """

    def __init__(self, sizes: VaeSizes) -> None:
        super().__init__()
        multipliers = sizes.multipliers[::-1]
        widths = [sizes.decoder_width * m for m in (multipliers[0], *multipliers)]
        flags = sizes.in_time[::-1]
        last = len(multipliers) - 1
        self.conv1 = CausalConv3d(sizes.latent_channels, widths[0])
        self.middle = Middle(widths[0])
        layers: list[nn.Module] = []
        for level in range(last + 1):
            entering = widths[level] // 2 if level else widths[level]
            inside = [entering, *[widths[level + 1]] * (sizes.num_blocks + 1)]
            layers += [ResidualBlock(a, b) for a, b in pairwise(inside)]
            if level < last:
                layers.append(Upsample(inside[-1], inside[-1] // 2, in_time=flags[level]))
        self.upsamples = nn.ModuleList(layers)
        self.head = Ending(widths[-1], 3)
        self.num_coarse = len(layers) - sizes.num_blocks - 2

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, z, h, w) to (T'·B, 3, H, W)."""
        x = self.middle(self.conv1(x, cache), cache)
        for layer in self.upsamples[: self.num_coarse]:
            x = layer(x, cache)
        pieces = x.split(PIECE * cache.batch)
        return torch.cat([self._finest(piece, cache) for piece in pieces])

    def _finest(self, x: Tensor, cache: FrameCache) -> Tensor:
        for layer in self.upsamples[self.num_coarse :]:
            x = layer(x, cache)
        return self.head(x, cache)


def wan21_vae(sizes: VaeSizes) -> Autoencoder:
    """Assemble the autoencoder with fresh weights on the default device."""
    return Autoencoder(sizes, Encoder(sizes), Decoder(sizes), patch=1)
