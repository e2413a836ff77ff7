"""The small parts, against formulas written out."""

from __future__ import annotations

import math

import pytest
import torch

from model.block import RMSNorm, modulated_norm, rotary_split, rotary_table, rotate
from model.transformer import sinusoid

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("head", "split"), [(128, (44, 42, 42)), (32, (12, 10, 10)), (16, (8, 4, 4)), (12, (4, 4, 4))]
)
def test_rotary_channels_split_as_published(head, split):
    assert rotary_split(head) == split


def test_rotary_table_turns_each_pair_by_its_axis():
    table = rotary_table((2, 3, 4), 16, CPU)[:, 0]
    token = 1 * 12 + 2 * 4 + 3
    angles = [1 * 10_000 ** (-2 * i / 8) for i in range(4)]
    angles += [2 * 10_000 ** (-2 * i / 4) for i in range(2)]
    angles += [3 * 10_000 ** (-2 * i / 4) for i in range(2)]
    expected = torch.polar(torch.ones(8), torch.tensor(angles))
    torch.testing.assert_close(table[token], expected)


def test_rotation_pairs_neighbouring_channels():
    table = torch.polar(torch.ones(1, 1, 2), torch.tensor([[[math.pi / 2, 0.0]]]))
    turned = rotate(torch.tensor([1.0, 2.0, 3.0, 4.0]).reshape(1, 1, 1, 4), table)
    torch.testing.assert_close(turned.flatten(), torch.tensor([-2.0, 1.0, 3.0, 4.0]))


def test_sinusoid_writes_cosines_first():
    waves = sinusoid(torch.tensor(999), 8)
    speed = [10_000 ** (-i / 4) for i in range(4)]
    expected = [math.cos(999 * w) for w in speed] + [math.sin(999 * w) for w in speed]
    torch.testing.assert_close(waves, torch.tensor(expected))


def test_norms_are_float32_whatever_comes_in():
    x = torch.randn(2, 3, 8).bfloat16()
    assert RMSNorm(8).bfloat16()(x).dtype == torch.float32


def test_modulation_scales_around_one_and_shifts():
    x = torch.randn(1, 1, 5, 8)
    shift, scale = torch.randn(1, 1, 1, 8), torch.randn(1, 1, 1, 8)
    plain = torch.nn.functional.layer_norm(x, (8,), eps=1e-6)
    torch.testing.assert_close(modulated_norm(x, shift, scale), plain * (1 + scale) + shift)


def test_a_picture_of_half_the_size_lies_on_every_second_position():
    whole = rotary_table((2, 4, 6), 16, CPU).reshape(2, 4, 6, -1)
    half = rotary_table((2, 2, 3), 16, CPU, spacing=2).reshape(2, 2, 3, -1)
    assert torch.equal(half, whole[:, ::2, ::2])
