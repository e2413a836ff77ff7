"""Causal blocks: against padded conv3d, and any chunking against one pass."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from einops import rearrange

from model.autoencoder.causal import (
    CausalConv3d,
    ChannelNorm,
    Downsample,
    FrameCache,
    ResidualBlock,
    Upsample,
    grow,
    shrink,
)

LAYERS = {
    "conv": lambda: CausalConv3d(6, 8),
    "time conv": lambda: CausalConv3d(6, 8, (3, 1, 1)),
    "residual": lambda: ResidualBlock(6, 8),
    "down": lambda: Downsample(6, in_time=True),
    "up": lambda: Upsample(6, 3, in_time=True),
}


def frames(count, batch=2, channels=6, seed=0):
    generator = torch.Generator().manual_seed(seed)
    clip = torch.randn(count * batch, channels, 4, 6, generator=generator)
    return clip.contiguous(memory_format=torch.channels_last)


def in_chunks(layer, clip, sizes, batch=2):
    cache = FrameCache(batch=batch)
    parts = []
    for part in clip.split([size * batch for size in sizes]):
        parts.append(layer(part, cache))
        cache.end_chunk()
    return torch.cat(parts)


@pytest.mark.parametrize("batch", [1, 2])
@torch.no_grad()
def test_causal_convolution_is_conv3d_with_zeros_before_the_start(batch):
    conv = CausalConv3d(6, 8)
    clip = frames(5, batch)
    video = rearrange(clip, "(t b) c h w -> b c t h w", b=batch)
    expected = F.conv3d(F.pad(video, (1, 1, 1, 1, 2, 0)), conv.weight, conv.bias)
    found = rearrange(conv(clip, FrameCache(batch)), "(t b) c h w -> b c t h w", b=batch)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1, 1, 1, 1, 1, 1), (1, 4, 4), (1, 2, 2, 2, 2)])
@pytest.mark.parametrize("name", ["conv", "time conv", "residual", "up"])
@torch.no_grad()
def test_chunks_of_any_size_give_one_pass(name, sizes):
    layer = LAYERS[name]()
    clip = frames(9)
    once = in_chunks(layer, clip, (9,))
    torch.testing.assert_close(in_chunks(layer, clip, sizes), once, rtol=0, atol=1e-6)


@pytest.mark.parametrize("sizes", [(1, 4, 4), (5, 4), (1, 2, 2, 4)])
@torch.no_grad()
def test_chunks_of_pairs_halve_time_like_one_pass(sizes):
    layer = LAYERS["down"]()
    clip = frames(9)
    once = in_chunks(layer, clip, (9,))
    assert once.shape[0] == 5 * 2
    torch.testing.assert_close(in_chunks(layer, clip, sizes), once, rtol=0, atol=1e-6)


@torch.no_grad()
def test_the_first_frame_is_neither_doubled_nor_seen_by_the_next():
    layer = LAYERS["up"]()
    clip = frames(3, batch=1)
    other = clip.clone()
    other[0] = 0
    a, b = (in_chunks(layer, x, (3,), batch=1) for x in (clip, other))
    assert a.shape[0] == 5
    assert torch.equal(a[1:], b[1:])


@torch.no_grad()
def test_no_frame_sees_a_later_one():
    block = LAYERS["residual"]()
    clip = frames(6)
    prefix = in_chunks(block, clip[: 4 * 2], (4,))
    torch.testing.assert_close(in_chunks(block, clip, (6,))[: 4 * 2], prefix, rtol=0, atol=1e-6)


def test_the_cache_belongs_to_the_caller():
    conv = CausalConv3d(6, 8)
    before = conv.state_dict().keys() | vars(conv).keys()
    with torch.no_grad():
        first = conv(frames(2), FrameCache(2))
        again = conv(frames(2), FrameCache(2))
    assert torch.equal(first, again)
    assert conv.state_dict().keys() | vars(conv).keys() == before


def test_channel_norm_has_unit_mean_square():
    out = ChannelNorm(6)(frames(2) * 7)
    torch.testing.assert_close(out.square().mean(dim=1), torch.ones(4, 4, 6))


def test_a_zero_position_stays_zero():
    assert ChannelNorm(6)(torch.zeros(1, 6, 2, 2)).abs().max() == 0


def test_growing_then_shrinking_gives_the_clip_back():
    clip = frames(4)
    grown = grow(clip, 6, time=2, space=2, batch=2)
    assert grown.shape == (16, 6, 8, 12)
    torch.testing.assert_close(shrink(grown, 6, time=2, space=2, batch=2), clip)


def test_an_odd_clip_is_shrunk_with_a_zero_frame_in_front():
    clip = frames(3, batch=1)
    shrunk = shrink(clip, 12, time=2, space=1, batch=1)
    assert shrunk.shape == (2, 12, 4, 6)
    assert shrunk[0, ::2].abs().max() == 0
    torch.testing.assert_close(shrunk[0, 1::2], clip[0])
