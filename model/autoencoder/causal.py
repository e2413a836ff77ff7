"""Layers of the causal video autoencoders, and the cache for clips that are processed in chunks.

Feature maps are (T·B, C, H, W) with channels last in memory and time slowest, so that a frame,
or all frames but the first, is a view, and everything in space is a plain two-dimensional
operation. With a fresh cache the first chunk may be one frame or a full clip.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import torch
import torch.nn.functional as F
from einops import rearrange, repeat
from torch import Tensor, nn

from model.ops import attention, convolve, convolve_clip, convolves_clips, normed_silu, pointwise

# Negligible beside any real activation, and a normal number in float32.
NORM_EPS = 1e-24


@dataclass
class FrameCache:
    """The last input frames of each layer, for a clip that is processed in chunks.

    Attributes:
        batch: Clips in the batch, B.
        is_first: Whether the current chunk is the first one.
    """

    batch: int
    is_first: bool = True
    _frames: dict[nn.Module, Tensor] = field(default_factory=dict)

    def previous(self, layer: nn.Module) -> Tensor | None:
        """Frames kept of the chunk before, (n·B, C, H, W), if any."""
        return self._frames.get(layer)

    def keep(self, layer: nn.Module, frames: Tensor) -> None:
        """Keep frames for the next chunk; the result of `previous` may be overwritten."""
        # A copy, so that the chunk itself can be freed; in place where possible, since freeing and
        # allocating for every chunk fragments memory.
        held = self._frames.get(layer)
        if torch.is_grad_enabled():
            self._frames[layer] = frames
        elif held is not None and held.shape == frames.shape:
            held.copy_(frames)
        else:
            self._frames[layer] = frames.clone()

    @property
    def num_bytes(self) -> int:
        """Size of all kept frames."""
        return sum(frames.nbytes for frames in self._frames.values())

    def move(self, device: torch.device | str) -> None:
        """Move all kept frames to another device."""
        self._frames = {layer: frames.to(device) for layer, frames in self._frames.items()}

    def end_chunk(self) -> None:
        """Mark the current chunk as done."""
        self.is_first = False


class CausalConv3d(nn.Module):
    """Convolution over rows, columns and the frames up to the current one."""

    def __init__(
        self, channels: int, out_channels: int, kernel: tuple[int, int, int] = (3, 3, 3)
    ) -> None:
        super().__init__()
        reference = nn.Conv3d(channels, out_channels, kernel)
        self.weight, self.bias = reference.weight, reference.bias
        self.is_pointwise = kernel[1:] == (1, 1)

    def tap(self, x: Tensor, time: int, bias: Tensor | None = None) -> Tensor:
        """Convolve (N, C, H, W) with the kernel of one frame offset; 0 is the earliest."""
        kernel = self.weight[:, :, time]
        if self.is_pointwise:
            return pointwise(x, kernel, bias)
        return convolve(x, kernel, bias, padding=1)

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """Convolve a chunk: (T·B, C, H, W) to (T·B, C_out, H, W)."""
        history = cache.previous(self)
        frames = x if history is None else torch.cat((history, x))
        return self.convolve_chunk(frames, x.shape[0], cache)

    def convolve_chunk(self, frames: Tensor, num_new: int, cache: FrameCache) -> Tensor:
        """Convolve a chunk that has the cached frames of this layer in front.

        Args:
            frames: (P + T·B, C, H, W), P of them cached.
            num_new: T·B.
            cache: Of the clip.

        Returns:
            (T·B, C_out, H, W).
        """
        lags = self.weight.shape[2] - 1
        if not lags:
            return self.tap(frames, 0, self.bias)
        cache.keep(self, frames[-lags * cache.batch :])
        past = frames.shape[0] - num_new
        # Once a clip has started, oneDNN's own kernel for volumes is a tenth faster than the taps.
        if cache.batch == 1 and past == lags and convolves_clips(frames):
            return convolve_clip(frames, self.weight, self.bias)
        # Otherwise one two-dimensional convolution per frame offset. On the CPU, ATen sends small
        # float32 `conv3d` calls of batch 1 to an unvectorised kernel, up to ten times slower, and
        # its bfloat16 backward pass crashes on some of them. No zero frames are needed either.
        out = self.tap(frames[past:], lags, self.bias)
        for lag in range(1, lags + 1):
            # Frame i of the chunk reads frame i - lag, unless the clip starts later.
            first = max(0, lag * cache.batch - past)
            if first < num_new:
                start, stop = past + first - lag * cache.batch, frames.shape[0] - lag * cache.batch
                out[first:] += self.tap(frames[start:stop], lags - lag)
        return out


class ChannelNorm(nn.Module):
    """Scale each position's channels to unit mean square, with a gain per channel."""

    def __init__(self, channels: int, *, trailing_axes: int = 3) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels, *[1] * trailing_axes))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (N, C, H, W)."""
        last = rearrange(x, "n c h w -> n h w c")
        gain = self.gamma.flatten().to(x.dtype)
        return rearrange(F.rms_norm(last, gain.shape, gain, NORM_EPS), "n h w c -> n c h w")


def activated(norm: nn.Module, convolution: nn.Module, x: Tensor, cache: FrameCache) -> Tensor:
    """Norm, SiLU and convolution of a chunk: (T·B, C, H, W) to (T·B, C_out, H, W)."""
    norm, convolution = cast("ChannelNorm", norm), cast("CausalConv3d", convolution)
    last, history = rearrange(x, "n c h w -> n h w c"), cache.previous(convolution)
    before = None if history is None else rearrange(history, "n c h w -> n h w c")
    frames = normed_silu(last, norm.gamma.flatten().to(x.dtype), NORM_EPS, before=before)
    return convolution.convolve_chunk(rearrange(frames, "n h w c -> n c h w"), x.shape[0], cache)


class ResidualBlock(nn.Module):
    """Norm, SiLU and convolution, twice, plus the input.

    Source: Wan2.2 wan/modules/vae2_1.py, ResidualBlock.
    """

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.residual = nn.ModuleDict(
            {
                "0": ChannelNorm(channels),
                "2": CausalConv3d(channels, out_channels),
                "3": ChannelNorm(out_channels),
                "6": CausalConv3d(out_channels, out_channels),
            }
        )
        self.shortcut = (
            CausalConv3d(channels, out_channels, (1, 1, 1)) if channels != out_channels else None
        )

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, C, H, W) to (T·B, C_out, H, W)."""
        layers = self.residual
        out = activated(layers["0"], layers["2"], x, cache)
        out = activated(layers["3"], layers["6"], out, cache)
        return out.add_(x if self.shortcut is None else self.shortcut(x, cache))


class AttentionBlock(nn.Module):
    """Single-head attention over the positions of each frame separately, plus the input.

    Source: Wan2.2 wan/modules/vae2_1.py, AttentionBlock.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(channels, trailing_axes=2)
        self.to_qkv = nn.Conv2d(channels, 3 * channels, kernel_size=1)
        self.proj = nn.Conv2d(channels, channels, kernel_size=1)

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, C, H, W) to the same."""
        qkv = pointwise(self.norm(x), self.to_qkv.weight, self.to_qkv.bias)
        query, key, value = rearrange(qkv, "n (three c) h w -> three n 1 (h w) c", three=3)
        out = attention(query, key, value)
        out = rearrange(out, "n 1 (h w) c -> n c h w", h=x.shape[2])
        return x + pointwise(out, self.proj.weight, self.proj.bias)


class Middle(nn.ModuleList):
    """Residual block, attention, residual block; keys `0.*`, `1.*`, `2.*`."""

    def __init__(self, channels: int) -> None:
        super().__init__(
            [
                ResidualBlock(channels, channels),
                AttentionBlock(channels),
                ResidualBlock(channels, channels),
            ]
        )

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, C, H, W) to the same."""
        for layer in self:
            x = layer(x, cache)
        return x


class Ending(nn.ModuleDict):
    """Norm, SiLU and convolution; keys `0.*` and `2.*`."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__({"0": ChannelNorm(channels), "2": CausalConv3d(channels, out_channels)})

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, C, H, W) to (T·B, C_out, H, W)."""
        return activated(self["0"], self["2"], x, cache)


class Downsample(nn.Module):
    """Halve rows and columns and, with `in_time`, the frames after the first.

    Source: Wan2.2 wan/modules/vae2_1.py, Resample, downsample2d and downsample3d.
    """

    def __init__(self, channels: int, *, in_time: bool) -> None:
        super().__init__()
        self.resample = nn.ModuleDict({"1": nn.Conv2d(channels, channels, 3, stride=2)})
        self.time_conv = CausalConv3d(channels, channels, (3, 1, 1)) if in_time else None

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, C, H, W) to (T'·B, C, H/2, W/2); T' is T, or half of it and the first frame."""
        conv = cast("nn.Conv2d", self.resample["1"])
        x = convolve(F.pad(x, (0, 1, 0, 1)), conv.weight, conv.bias, stride=2)
        return x if self.time_conv is None else self._halve_time(self.time_conv, x, cache)

    def _halve_time(self, conv: CausalConv3d, x: Tensor, cache: FrameCache) -> Tensor:
        """The first frame passes unchanged; a later pair is convolved with the frame before it."""
        previous = cache.previous(self)
        clip = x if previous is None else torch.cat((previous, x))
        cache.keep(self, x[-cache.batch :])
        frames = rearrange(clip, "(t b) c h w -> t b c h w", b=cache.batch)
        early, middle, late = (
            rearrange(part, "t b c h w -> (t b) c h w")
            for part in (frames[:-2:2], frames[1:-1:2], frames[2::2])
        )
        out = x[:0]
        if late.shape[0]:
            out = conv.tap(late, 2, conv.bias)
            out = out + conv.tap(middle, 1) + conv.tap(early, 0)
        return out if previous is not None else torch.cat((x[: cache.batch], out))


class Upsample(nn.Module):
    """Double rows and columns and, with `in_time`, the frames after the first.

    Source: Wan2.2 wan/modules/vae2_1.py, Resample, upsample2d and upsample3d.
    """

    def __init__(self, channels: int, out_channels: int, *, in_time: bool) -> None:
        super().__init__()
        self.resample = nn.ModuleDict({"1": nn.Conv2d(channels, out_channels, 3, padding=1)})
        self.time_conv = CausalConv3d(channels, 2 * channels, (3, 1, 1)) if in_time else None

    def forward(self, x: Tensor, cache: FrameCache) -> Tensor:
        """(T·B, C, H, W) to (T'·B, C_out, 2H, 2W); T' is T, or twice it less the first frame."""
        if self.time_conv is not None:
            x = self._double_time(self.time_conv, x, cache)
        conv = cast("nn.Conv2d", self.resample["1"])
        x = F.interpolate(x, scale_factor=2, mode="nearest-exact")
        return convolve(x, conv.weight, conv.bias, padding=1)

    def _double_time(self, conv: CausalConv3d, x: Tensor, cache: FrameCache) -> Tensor:
        """The first frame stays one frame and does not enter the frames after it."""
        head = cache.batch if cache.is_first else 0
        later = x[head:]
        if later.shape[0]:
            later = rearrange(
                conv(later, cache), "(t b) (k c) h w -> (t k b) c h w", k=2, b=cache.batch
            )
        return torch.cat((x[:head], later)) if head else later


def shrink(x: Tensor, out_channels: int, *, time: int, space: int, batch: int) -> Tensor:
    """Downsample by averaging: blocks of cells become channels, then channels are pooled.

    Args:
        x: (T·B, C, H, W); with `time` 2 an odd T gets a zero frame in front.
        out_channels: Channels of the result.
        time: Frames per block.
        space: Rows and columns per block.
        batch: B.

    Returns:
        (T / time · B, C_out, H / space, W / space).

    Source: Wan2.2 wan/modules/vae2_2.py, AvgDown3D.
    """
    if x.shape[0] // batch % time:
        x = torch.cat((torch.zeros_like(x[:batch]), x))
    cells = rearrange(
        x, "(t k b) c (h p) (w q) -> (t b) (c k p q) h w", k=time, b=batch, p=space, q=space
    )
    return rearrange(cells, "n (o g) h w -> n o g h w", o=out_channels).mean(dim=2)


def grow(x: Tensor, out_channels: int, *, time: int, space: int, batch: int) -> Tensor:
    """Upsample by repeating channels and laying them out in blocks.

    Args:
        x: (T·B, C, H, W).
        out_channels: Channels of the result.
        time: Frames per block.
        space: Rows and columns per block.
        batch: B.

    Returns:
        (T · time · B, C_out, H · space, W · space); the first chunk of a clip has `time` - 1
        frames too many in front.

    Source: Wan2.2 wan/modules/vae2_2.py, DupUp3D.
    """
    repeats = out_channels * time * space**2 // x.shape[1]
    cells = repeat(x, "n c h w -> n (c r) h w", r=repeats)
    return rearrange(
        cells, "(t b) (o k p q) h w -> (t k b) o (h p) (w q)", k=time, b=batch, p=space, q=space
    )
