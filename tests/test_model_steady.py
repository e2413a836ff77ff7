"""Bits do not depend on the number of threads, nor do steady operations on their plain twins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F

from model import ops as steady
from model.autoencoder.codec import decode_stream, encode_stream
from model.autoencoder.vae import VaeSizes, wan21_vae, wan22_vae
from model.presets import Backbone
from model.transformer import Transformer
from tests.oracle import enliven

THREADS = (1, 2, 3)


@pytest.fixture(autouse=True)
def _restore_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def same_bits(function):
    results = []
    for threads in THREADS:
        torch.set_num_threads(threads)
        with torch.no_grad():
            results.append(function())
    return all(torch.equal(results[0], other) for other in results[1:])


@pytest.mark.parametrize("tokens", [(1, 4, 6), (5, 8, 14)])
def test_an_expert_gives_the_same_bits_on_any_number_of_threads(tokens):
    backbone = Backbone(
        width=288, heads=6, layers=2, ffn_width=1152, in_channels=48, out_channels=48,
        text_width=160,
    )  # fmt: skip
    expert = Transformer(backbone, camera_unshuffle=2)
    latent, context = torch.randn(1, 48, *tokens), torch.randn(1, 10, 160)
    camera = torch.randn(1, 24, tokens[0], 2 * tokens[1], 2 * tokens[2])
    per_frame = torch.full((1, tokens[0]), 937.0)
    assert same_bits(lambda: expert(latent, per_frame, context, camera))


@pytest.mark.parametrize("build", [wan21_vae, wan22_vae])
def test_an_autoencoder_gives_the_same_bits_on_any_number_of_threads(build):
    vae = enliven(build(VaeSizes(12, 20, 16, num_blocks=1)), 1)
    cells = torch.randn(1, 16, 2, 4, 6)
    video = torch.rand(1, 3, 5, 32, 96)
    assert same_bits(lambda: torch.cat(list(decode_stream(vae, cells))))
    assert same_bits(lambda: torch.cat(list(encode_stream(vae, video)), dim=2))


@pytest.mark.parametrize(
    ("ours", "plain"),
    [(steady.silu, F.silu), (steady.gelu, lambda x: F.gelu(x, approximate="tanh"))],
)
@torch.no_grad()
def test_activations_are_the_usual_functions(ours, plain):
    x = torch.cat((torch.linspace(-12, 12, 1001), torch.tensor([-1e4, -100.0, 0.0, 100.0, 1e4])))
    torch.testing.assert_close(ours(x), plain(x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("rows", [1, 9, 31, 32, 100])
@torch.no_grad()
def test_padded_products_are_plain_products(rows):
    x, weight, bias = torch.randn(2, rows, 24), torch.randn(40, 24), torch.randn(40)
    torch.testing.assert_close(steady.linear(x, weight, bias), F.linear(x, weight, bias))


@pytest.mark.parametrize("bias", [None, torch.randn(5)])
@torch.no_grad()
def test_padded_products_are_1x1_convolutions(bias):
    x, kernel = torch.randn(3, 7, 9, 11), torch.randn(5, 7, 1, 1)
    expected = F.conv2d(x, kernel, bias)
    torch.testing.assert_close(steady.pointwise(x, kernel, bias), expected)


@torch.no_grad()
def test_a_single_picture_is_convolved_like_one_of_many():
    pictures = torch.randn(2, 6, 5, 7).contiguous(memory_format=torch.channels_last)
    kernel, bias = torch.randn(4, 6, 3, 3), torch.randn(4)
    alone = steady.convolve(pictures[:1], kernel, bias, padding=1)
    assert torch.equal(alone, steady.convolve(pictures, kernel, bias, padding=1)[:1])


@pytest.mark.parametrize("num_before", [0, 2])
@torch.no_grad()
def test_norm_and_activation_together_are_one_after_the_other(num_before):
    clip, gain, before = torch.randn(3, 5, 7, 12), torch.randn(12), torch.randn(2, 5, 7, 12)
    made = steady.normed_silu(clip, gain, 1e-24, before if num_before else None)
    assert torch.equal(made[:num_before], before[:num_before])
    expected = F.silu(F.rms_norm(clip, gain.shape, gain, 1e-24))
    torch.testing.assert_close(made[num_before:], expected)


@pytest.mark.parametrize("kernel", [(3, 3, 3), (3, 1, 1)])
@torch.no_grad()
def test_a_clip_is_convolved_in_time_and_space(kernel):
    clip = torch.randn(6, 5, 8, 7).contiguous(memory_format=torch.channels_last)
    weight, bias = torch.randn(4, 5, *kernel), torch.randn(4)
    padding = (0, kernel[1] // 2, kernel[2] // 2)
    expected = F.conv3d(clip.transpose(0, 1)[None], weight, bias, padding=padding)[0]
    made = steady.convolve_clip(clip, weight, bias)
    torch.testing.assert_close(made, expected.transpose(0, 1), rtol=1e-5, atol=1e-5)
    assert made.is_contiguous(memory_format=torch.channels_last)
    assert same_bits(lambda: steady.convolve_clip(clip, weight, bias))
