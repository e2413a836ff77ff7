"""Decoding in tiles: near the whole, seamless, and within a bound that no clip length moves."""

from __future__ import annotations

from functools import partial

import pytest
import torch

import model
from model.autoencoder.causal import FrameCache
from model.autoencoder.codec import decode_stream, decode_tiled, fade
from model.exceptions import GeometryError
from model.geometry import Tiling, tiling
from model.presets import WAN22_T2V_A14B, WAN22_TI2V_5B
from tests import oracle
from tests.test_model_vae import twins

KINDS = pytest.mark.parametrize("kind", ["wan2.1", "wan2.2"])


def latent(vae, frames, rows, columns, seed=4):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, vae.sizes.latent_channels, frames, rows, columns, generator=generator)


def whole(chunks):
    return torch.cat(list(chunks)).int()


def peak_bytes(work):
    """Most bytes of tensors alive at once while `work` runs, beyond those alive before."""
    activities = [torch.profiler.ProfilerActivity.CPU]
    with torch.profiler.profile(activities=activities, profile_memory=True) as profile:
        work()
    events = [e for e in profile.profiler.kineto_results.events() if e.name() == "[memory]"]
    alive = peak = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        alive += event.nbytes()
        peak = max(peak, alive)
    return peak


def drain(chunks):
    for _ in chunks:
        pass


@KINDS
def test_one_tile_over_everything_gives_the_bits_of_the_whole(kind):
    _, vae = twins(kind)
    cells = latent(vae, 3, 4, 6)
    found = whole(decode_tiled(vae, cells, Tiling(8, 2)))
    assert torch.equal(found, whole(decode_stream(vae, cells)))


@KINDS
def test_tiles_stay_near_the_whole(kind):
    _, vae = twins(kind)
    cells = latent(vae, 2, 10, 12)
    found = whole(decode_tiled(vae, cells, Tiling(8, 4)))
    expected = whole(decode_stream(vae, cells))
    assert found.shape == expected.shape
    other = whole(decode_stream(vae, latent(vae, 2, 10, 12, seed=5)))
    error = (found - expected).abs().float().mean()
    assert 0 < error < 0.25 * (other - expected).abs().float().mean()


@pytest.mark.parametrize("length", [5, 8, 9, 13, 40])
def test_weights_of_all_tiles_add_up_to_one(length):
    cut = Tiling(8, 3)
    spans = cut.spans(length)
    total = torch.zeros(2 * length)
    for start, stop in spans:
        total[2 * start : 2 * stop] += fade((start, stop), spans, 2)
    torch.testing.assert_close(total, torch.ones(2 * length), rtol=0, atol=1e-6)


def test_tiles_share_their_overlap_and_the_last_one_ends_flush():
    assert Tiling(8, 2).spans(23) == ((0, 8), (6, 14), (12, 20), (15, 23))
    assert Tiling(8, 2).spans(8) == ((0, 8),)


def in_tiles(vae, cells):
    return decode_tiled(vae, cells, Tiling(8, 2))


@KINDS
@pytest.mark.parametrize("decode", [decode_stream, in_tiles])
def test_memory_of_decoding_does_not_grow_with_the_clip(kind, decode):
    _, vae = twins(kind)
    clips = latent(vae, 4, 2, 10), latent(vae, 9, 2, 10)
    short, long = (peak_bytes(partial(drain, decode(vae, cells))) for cells in clips)
    assert 0 < long < 1.02 * short


@KINDS
def test_a_tile_at_work_needs_less_memory_than_a_whole_frame(kind):
    _, vae = twins(kind)
    cells = latent(vae, 3, 12, 16)
    cache = FrameCache(batch=1)
    with torch.no_grad():
        vae.decode_chunk(cells[..., :8, :8], cache)
    num_tiles = len(Tiling(8, 2).spans(12)) * len(Tiling(8, 2).spans(16))
    # What the other tiles remember waits on another device; here all is on one.
    at_work = peak_bytes(partial(drain, in_tiles(vae, cells))) - (num_tiles - 1) * cache.num_bytes
    assert 0 < at_work < 0.75 * peak_bytes(partial(drain, decode_stream(vae, cells)))


def test_a_tile_is_said_in_pixels():
    assert tiling(WAN22_T2V_A14B, 256) == Tiling(32, 8)
    assert tiling(WAN22_TI2V_5B, 256) == Tiling(16, 4)


def test_a_tile_of_too_few_cells_is_refused():
    with pytest.raises(GeometryError) as caught:
        tiling(WAN22_TI2V_5B, 60)
    assert str(caught.value) == (
        "tile: 60 pixels, must be at least 64 for preset 'wan2.2-ti2v-5b'. 256 is usual."
    )
    with pytest.raises(GeometryError, match="8 cells with 5 shared"):
        Tiling(8, 5)


def test_a_checkpoint_is_loaded_to_decode_in_tiles():
    options = {"size": (64, 48), "num_frames": 5, "steps": 1, "guidance": 1.0, "seed": 7}
    folder = oracle.text_to_video()
    tiled = model.load(folder, tile=32).generate(oracle.PROMPT, **options)
    plain = model.load(folder).generate(oracle.PROMPT, **options)
    assert tiled.shape == plain.shape
    assert (tiled != plain).any()
