"""Experts with weights in eight bits: where they differ from whole ones, and by how much."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch

from model.presets import WAN22_T2V_A14B
from model.transformer import PACKED_PARAMETERS, Transformer
from model.weights.eight_bit import PackedLinear, packed, unpacked
from model.weights.open_checkpoint import open_checkpoint
from tests import checkpoint_kit as kit
from tests import oracle


@cache
def expert(*, int8: bool, dtype: torch.dtype = torch.float32) -> Transformer:
    residency = "int8" if int8 else "whole"
    return open_checkpoint(oracle.greybox_like()).load_expert(0, dtype=dtype, residency=residency)


def velocity(network: Transformer) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    latent = torch.randn(1, network.backbone.in_channels, 3, 4, 6, generator=generator)
    context = torch.randn(1, 9, network.backbone.text_width, generator=generator)
    with torch.no_grad():
        return network(latent, torch.tensor([600.0]), context)


def test_a_number_comes_back_within_half_a_factor_of_its_row():
    weight = torch.randn(64, 48, generator=torch.Generator().manual_seed(1)) * torch.logspace(
        -4, 3, 64
    ).reshape(-1, 1)
    codes, scale = packed(weight)
    assert codes.dtype == torch.int8
    error = (unpacked(codes, scale, torch.float32) - weight).abs()
    assert (error <= weight.abs().amax(dim=1, keepdim=True) / 254 * 1.0001).all()


def test_a_row_of_zeros_stays_zero():
    codes, scale = packed(torch.zeros(2, 8))
    assert not codes.any()
    assert torch.equal(scale, torch.ones(2, 1))


def test_packing_what_was_packed_changes_nothing():
    codes, scale = packed(torch.randn(16, 32, generator=torch.Generator().manual_seed(2)))
    again, same = packed(unpacked(codes, scale, torch.float32))
    assert torch.equal(again, codes)
    torch.testing.assert_close(same, scale, rtol=3e-7, atol=0)


def test_only_the_products_of_the_blocks_are_packed():
    whole, small = expert(int8=False).state_dict(), expert(int8=True).state_dict()
    eight = {name for name, tensor in small.items() if tensor.dtype == torch.int8}
    assert eight == {name for name in whole if re.search(PACKED_PARAMETERS, name)}
    assert len(eight) == 10 * expert(int8=True).backbone.layers
    for name in whole.keys() - eight:
        assert torch.equal(small[name], whole[name]), name


def test_an_int8_layer_is_the_plain_one_with_its_weight_rounded():
    layer, plain = expert(int8=True).blocks[0].ffn["0"], expert(int8=False).blocks[0].ffn["0"]
    assert isinstance(layer, PackedLinear)
    x = torch.randn(40, plain.in_features, generator=torch.Generator().manual_seed(4))
    rounded = unpacked(*packed(plain.weight), torch.float32)
    assert torch.equal(layer(x), torch.nn.functional.linear(x, rounded, plain.bias))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_velocity_is_off_by_less_than_two_hundredths_of_its_scale(dtype):
    exact, rounded = velocity(expert(int8=False)), velocity(expert(int8=True, dtype=dtype))
    error = (rounded - exact).abs().max() / exact.abs().max()
    assert 0 < error < 2e-2


def test_a_published_expert_is_packed_but_for_two_hundredths():
    with torch.device("meta"):
        state = Transformer(WAN22_T2V_A14B.backbone).state_dict()
    eight = sum(t.numel() for name, t in state.items() if re.search(PACKED_PARAMETERS, name))
    assert 0.98 < eight / sum(t.numel() for t in state.values()) < 1


def test_no_file_of_the_checkpoint_is_written(tmp_path):
    folder = Path(oracle.greybox_like())
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    open_checkpoint(folder).load_expert(0, residency="int8")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("style", ["plain", "old", "new", "rows"])
def test_weights_that_files_have_in_fp8_may_stay_so_with_the_same_bits(tmp_path, style, dtype):
    checkpoint = open_checkpoint(kit.write_fp8(tmp_path, style))
    assert checkpoint.is_fp8
    whole, small = (
        checkpoint.load_expert(1, dtype=dtype, residency=residency)
        for residency in ("whole", "fp8")
    )
    eight = {n for n, t in small.state_dict().items() if t.dtype == torch.float8_e4m3fn}
    assert eight == {name for name in whole.state_dict() if re.search(PACKED_PARAMETERS, name)}
    assert torch.equal(velocity(small), velocity(whole))


def test_a_checkpoint_in_half_precision_has_no_fp8_to_keep():
    assert not open_checkpoint(oracle.greybox_like()).is_fp8


def test_a_lora_changes_weights_so_fp8_cannot_stay(tmp_path):
    checkpoint = open_checkpoint(kit.write_fp8(tmp_path, "old"))
    assert not replace(checkpoint, loras=((None, None),)).is_fp8
