"""An expert against its diffusers twin, and against itself the long way round."""

from __future__ import annotations

import re

import pytest
import torch

from model.exceptions import GeometryError
from model.presets import WAN22_I2V_A14B, WAN22_T2V_A14B, WAN22_TI2V_5B, Backbone
from model.transformer import FLOAT32_PARAMETERS, Transformer
from model.weights import rename
from tests import oracle

SHAPES = [(12, 2, 16, 0), (16, 3, 48, 0), (32, 4, 16, 0), (16, 2, 16, 20), (32, 3, 16, 20)]
"""Width of a head, layers, channels of a cell, channels of what is given beside them."""


def backbone(channels=16, head_width=16, layers=2, given=0):
    return Backbone(
        width=4 * head_width, heads=4, layers=layers, ffn_width=96, in_channels=channels + given,
        out_channels=channels, text_width=oracle.TEXT_WIDTH, frequency_width=32,
    )  # fmt: skip


def twins(channels=16, head_width=16, layers=2, given=0, seed=1):
    theirs = oracle.transformer(channels, seed, head_width=head_width, layers=layers, given=given)
    ours = Transformer(backbone(channels, head_width, layers, given))
    renamed = {
        rename.TRANSFORMER.to_original(name): tensor for name, tensor in theirs.state_dict().items()
    }
    ours.load_state_dict(renamed, strict=True)
    return theirs, ours.eval().requires_grad_(False)


def inputs(channels=16, batch=1, grid=(3, 4, 6), rows=17):
    generator = torch.Generator().manual_seed(3)
    latent = torch.randn(batch, channels, *grid, generator=generator)
    context = torch.randn(batch, rows, oracle.TEXT_WIDTH, generator=generator)
    return latent, context


def padded(context, rows=512):
    return torch.nn.functional.pad(context, (0, 0, 0, rows - context.shape[1]))


def close(ours, theirs):
    scale = theirs.abs().max()
    torch.testing.assert_close(ours / scale, theirs / scale, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("head_width", "layers", "channels", "given"), SHAPES)
@torch.no_grad()
def test_velocity_is_that_of_the_twin(head_width, layers, channels, given):
    theirs, ours = twins(channels, head_width, layers, given, seed=head_width + layers)
    latent, context = inputs(channels + given)
    timestep = torch.tensor([937])
    expected = theirs(latent, timestep, padded(context), return_dict=False)[0]
    assert expected.shape == (1, channels, 3, 4, 6)
    close(ours(latent, timestep, context), expected)


@torch.no_grad()
def test_a_timestep_per_frame_is_one_per_token():
    theirs, ours = twins()
    latent, context = inputs()
    per_frame = torch.tensor([[0, 922, 922]])
    per_token = per_frame.repeat_interleave(6, dim=1)
    expected = theirs(latent, per_token, padded(context), return_dict=False)[0]
    close(ours(latent, per_frame, context), expected)


@torch.no_grad()
def test_a_batch_gives_the_bits_of_its_members():
    _, ours = twins()
    latent, context = inputs(batch=3, grid=(3, 8, 8))
    timestep = torch.tensor([999, 500, 3])
    together = ours(latent, timestep, context)
    alone = [ours(latent[i : i + 1], timestep[i : i + 1], context[i : i + 1]) for i in range(3)]
    assert torch.equal(together, torch.cat(alone))


@torch.no_grad()
def test_branches_together_give_the_bits_of_each_alone():
    _, ours = twins()
    latent, context = inputs()
    timestep = torch.tensor([937])
    contexts = ours.prepare(context), ours.prepare(context[:, :5])
    together = ours.velocities(latent, timestep, contexts)
    alone = [ours.velocities(latent, timestep, [each])[0] for each in contexts]
    assert all(torch.equal(a, b) for a, b in zip(together, alone, strict=True))


@torch.no_grad()
def test_one_heavy_key_stands_for_all_padding():
    _, ours = twins()
    latent, context = inputs()
    folded, written = ours.prepare(context), ours.prepare(padded(context))
    assert folded[0].keys.shape[1] == 18
    assert written[0].bias is None
    timestep = torch.tensor([937])
    one, all_rows = (ours.velocities(latent, timestep, [each])[0] for each in (folded, written))
    close(one, all_rows)


def test_a_context_without_room_is_refused():
    _, ours = twins()
    with pytest.raises(GeometryError, match="513 rows, must be at most 512"):
        ours.prepare(torch.zeros(1, 513, oracle.TEXT_WIDTH))


@pytest.mark.parametrize(("head_width", "layers", "channels", "given"), SHAPES)
@torch.no_grad()
def test_bfloat16_weights_stay_within_two_hundredths(head_width, layers, channels, given):
    theirs, ours = twins(channels, head_width, layers, given)
    latent, context = inputs(channels + given)
    exact = theirs(latent, torch.tensor([500]), padded(context), return_dict=False)[0]
    for name, parameter in ours.named_parameters():
        if not re.search(FLOAT32_PARAMETERS, name):
            parameter.data = parameter.data.bfloat16()
    rounded = ours(latent, torch.tensor([500]), context)
    assert rounded.dtype == torch.float32
    error = (rounded - exact).abs().max() / exact.abs().max()
    assert 1e-4 < error < 2e-2


def test_every_parameter_learns():
    expert = Transformer(backbone(), camera_unshuffle=2)
    latent, context = inputs(batch=2)
    camera = torch.randn(2, 24, 3, 8, 12)
    per_frame = torch.tensor([[0.0, 5.0, 5.0], [9.0, 9.0, 9.0]])
    expert(latent, per_frame, context, camera).square().mean().backward()
    assert all(parameter.grad is not None for parameter in expert.parameters())


@torch.no_grad()
def test_the_camera_is_added_to_the_patch_embedding():
    expert = Transformer(backbone(), camera_unshuffle=2).eval()
    latent, context = inputs()
    rays = torch.randn(1, 24, 3, 8, 12)
    prepared, timestep = expert.prepare(context), torch.tensor([500])
    embedded = expert.embed_camera(rays)
    with_camera = expert.velocities(latent, timestep, [prepared], embedded)[0]
    without = expert.velocities(latent, timestep, [prepared])[0]
    assert (with_camera - without).abs().max() > 1e-3
    assert torch.equal(expert(latent, timestep, context, rays), with_camera)


def test_a_camera_without_adapter_is_refused():
    with pytest.raises(GeometryError) as caught:
        Transformer(backbone()).embed_camera(torch.zeros(1, 24, 3, 8, 12))
    assert str(caught.value) == "camera: the checkpoint has no camera adapter. Leave it out."


@pytest.mark.parametrize(
    ("preset", "tensors", "parameters"),
    [
        (WAN22_T2V_A14B, 1095, 14_288_491_584),
        (WAN22_I2V_A14B, 1095, 14_288_901_184),
        (WAN22_TI2V_5B, 825, 4_999_787_712),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_full_size_experts_have_the_published_tensors(preset, tensors, parameters):
    with torch.device("meta"):
        expert = Transformer(preset.backbone)
    state = expert.state_dict()
    width = preset.backbone.width
    assert len(state) == tensors
    assert sum(tensor.numel() for tensor in state.values()) == parameters
    assert state["blocks.0.self_attn.q.weight"].shape == (width, width)
    assert state["blocks.7.modulation"].shape == (1, 6, width)
    assert state["head.modulation"].shape == (1, 2, width)
    assert {"patch_embedding.weight", "text_embedding.2.bias", "time_projection.1.weight"} <= set(
        state
    )
