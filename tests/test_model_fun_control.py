"""Wan2.2-Fun-Control: a control film as channels, and a reference picture as tokens.

diffusers has no pipeline for it. Without a reference an expert is its plain transformer on more
channels; with one the pass is written out here by hand, on the layers of diffusers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import model
from model.denoise import ControlFilm, denoise, given
from model.exceptions import PresetError
from model.flow import SolverState, schedule
from model.presets import WAN22_FUN_CONTROL_5B, WAN22_FUN_CONTROL_A14B, preset_named
from model.transformer import Transformer
from model.weights import rename
from model.weights.report import report
from tests import checkpoint_kit as kit
from tests import oracle

# Channels of a latent, latent frames, rows, columns.
KINDS = {"a14b": (16, WAN22_FUN_CONTROL_A14B), "5b": (48, WAN22_FUN_CONTROL_5B)}
NUM_FRAMES = 5
which = pytest.mark.parametrize("which", KINDS)


def pair(channels, seed):
    """The transformer of diffusers, and ours with the same weights and a `ref_conv`."""
    theirs = oracle.transformer(channels, seed, layers=3, given=2 * channels + 4)
    ref_conv = oracle.enliven(nn.Conv2d(channels, 64, 2, stride=2), seed + 50)
    backbone = model.presets.Backbone.from_config(theirs.config)
    ours = Transformer(backbone, has_reference=True).eval()
    state = {rename.TRANSFORMER.to_original(k): v for k, v in theirs.state_dict().items()}
    state |= {f"ref_conv.{name}": value for name, value in ref_conv.state_dict().items()}
    ours.load_state_dict(state)
    return theirs, ref_conv, ours


def inputs(channels, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(1, 3 * channels + 4, 3, 4, 6, generator=generator)
    return x, torch.randn(1, 7, oracle.TEXT_WIDTH, generator=generator)


def timesteps(which):
    """One for the clip, or 0 for its first frame: per token for diffusers, per frame for us."""
    if which == "a14b":
        return torch.tensor([833.0]), torch.tensor([833.0])
    tokens = torch.full((1, 18), 833.0)
    tokens[:, :6] = 0
    return tokens, torch.tensor([[0.0, 833.0, 833.0]])


def padded(text):
    return torch.nn.functional.pad(text, (0, 0, 0, 512 - text.shape[1]))


@which
@torch.no_grad()
def test_without_a_reference_an_expert_is_the_plain_transformer_on_its_channels(which):
    channels, _ = KINDS[which]
    theirs, _, ours = pair(channels, 3)
    (x, text), (their_time, our_time) = inputs(channels), timesteps(which)
    expected = theirs(
        hidden_states=x, timestep=their_time, encoder_hidden_states=padded(text), return_dict=False
    )[0]
    torch.testing.assert_close(ours(x, our_time, text), expected, rtol=0, atol=1e-5)


def by_hand(theirs, ref_conv, x, timestep, text, reference):
    """A pass of the layers of diffusers with the tokens of a reference before those of the clip."""
    _, _, frames, height, width = x.shape
    table = theirs.rope(x.new_zeros(1, x.shape[1], frames + 1, height, width))
    extra = ref_conv(reference).flatten(2).transpose(1, 2)
    tokens = torch.cat((extra, theirs.patch_embedding(x).flatten(2).transpose(1, 2)), 1)
    length = None
    if timestep.ndim == 2:
        timestep = torch.cat((timestep[:, -1:].expand(-1, extra.shape[1]), timestep), 1)
        length = timestep.shape[1]
    time, modulation, text, _ = theirs.condition_embedder(
        timestep.flatten(), text, None, timestep_seq_len=length
    )
    modulation = modulation.unflatten(2 if length else 1, (6, -1))
    for block in theirs.blocks:
        tokens = block(tokens, text, modulation, table)
    if length:
        both = (theirs.scale_shift_table[None] + time[:, :, None]).chunk(2, 2)
        shift, scale = (each.squeeze(2) for each in both)
    else:
        shift, scale = (theirs.scale_shift_table + time[:, None]).chunk(2, 1)
    out = theirs.proj_out(theirs.norm_out(tokens) * (1 + scale) + shift)[:, extra.shape[1] :]
    out = out.reshape(1, frames, height // 2, width // 2, 1, 2, 2, -1)
    return out.permute(0, 7, 1, 4, 2, 5, 3, 6).flatten(6, 7).flatten(4, 5).flatten(2, 3)


@which
@torch.no_grad()
def test_with_a_reference_an_expert_has_a_frame_more_at_time_0(which):
    channels, _ = KINDS[which]
    theirs, ref_conv, ours = pair(channels, 4)
    (x, text), (their_time, our_time) = inputs(channels), timesteps(which)
    reference = torch.randn(1, channels, 4, 6, generator=torch.Generator().manual_seed(9))
    expected = by_hand(theirs, ref_conv, x, their_time, padded(text), reference)
    found = ours.velocities(
        x, our_time, [ours.prepare(text)], reference=ours.embed_reference(reference)
    )[0]
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    assert (found - ours(x, our_time, text)).abs().max() > 1e-2


def write_fun_control(folder, which):
    channels, preset = KINDS[which]
    expert = Transformer(kit.backbone(3 * channels + 4, channels), has_reference=True)
    experts = [expert] * (2 if which == "a14b" else 1)
    return kit.write_fun(folder, experts, preset.vae.removeprefix("wan"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("fun-control")
    return {which: write_fun_control(root / which, which) for which in KINDS}


PARTS = {"a14b": "Wan2.2-Fun-A14B-Control expert", "5b": "Wan2.2-Fun-5B-Control"}
SIZES = {"a14b": (32, 16), "5b": (64, 32)}


@which
def test_the_published_layout_is_named_and_opens_as_its_preset(folders, which):
    found = report(folders[which])
    assert found.missing == ""
    assert PARTS[which] in [row.part for row in found.rows]
    preset, expected = model.load(folders[which]).preset, KINDS[which][1]
    fields = ("experts", "vae", "first_frame", "needs_picture", "control", "shift", "solver")
    assert {f: getattr(preset, f) for f in fields} == {f: getattr(expected, f) for f in fields}
    assert preset_named(f"wan2.2-fun-control-{which}") is expected


@which
def test_film_and_reference_change_the_clip_and_strength_0_leaves_it(folders, which):
    wan, size = model.load(folders[which]), SIZES[which]
    options = {"size": size, "num_frames": NUM_FRAMES, "steps": 2, "guidance": 1.0, "seed": 3}
    film = np.random.default_rng(1).integers(0, 256, (NUM_FRAMES, size[1], size[0], 3), np.uint8)
    plain = wan.generate("a man", **options)
    assert not np.array_equal(plain, wan.generate("a man", control=film, **options))
    assert not np.array_equal(plain, wan.generate("a man", references=[film[0]], **options))
    released = wan.generate("a man", control=film, control_strength=0, **options)
    assert np.array_equal(plain, released)


@torch.no_grad()
def test_a_film_is_between_the_noise_and_the_pictures_and_zeros_after_its_release():
    latent, film = torch.randn(1, 16, 2, 2, 2), torch.randn(1, 16, 2, 2, 2)
    pictures = torch.randn(1, 20, 2, 2, 2)
    expert, plan = Transformer(kit.backbone(52, 16)), schedule(2, 5.0, "euler")
    expert.load_state_dict(kit.filled(expert, 1))
    read = []
    velocities = expert.velocities
    expert.velocities = lambda x, *args, **kwargs: read.append(x) or velocities(x, *args, **kwargs)
    denoise(
        expert, plan, range(2), SolverState(latent), torch.zeros(3, kit.WIDTH), None, 1.0,
        given=given(WAN22_FUN_CONTROL_A14B, pictures, latent.shape),
        control=ControlFilm(film, (1.0, 0.0)),
    )  # fmt: skip
    assert torch.equal(read[0], torch.cat((latent, film, pictures), 1))
    assert not read[1][:, 16:32].any()
    assert torch.equal(read[1][:, 32:], pictures)


REFUSED = [
    (
        {"control_strength": 0.5},
        "control_strength: 0.5, must be 0 or 1 for {preset!r}, which reads the film as channels. "
        "Use 0 for the steps where it must not count.",
    ),
    (
        {"references": [np.zeros((16, 32, 3), np.uint8)] * 2},
        "references: 2 pictures, must be 1 for {preset!r}. Keep the most important one.",
    ),
    (
        {"control_mask": np.ones((5, 16, 32), np.uint8)},
        "control_mask: {preset!r} reads no mask. Leave it out, or use a VACE checkpoint.",
    ),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=["strength", "references", "mask"])
def test_what_it_does_not_read_is_refused(folders, changes, message):
    wan = model.load(folders["a14b"])
    film = np.zeros((NUM_FRAMES, 16, 32, 3), np.uint8)
    with pytest.raises(PresetError) as caught:
        wan.generate("x", size=(32, 16), num_frames=NUM_FRAMES, steps=2, control=film, **changes)
    assert str(caught.value) == message.format(preset=wan.preset.name)


def test_experts_that_differ_in_the_reference_are_refused(folders, tmp_path):
    folder = write_fun_control(tmp_path / "fun", "a14b")
    place = folder / "low_noise_model" / "diffusion_pytorch_model.safetensors"
    kit.save(place, kit.filled(Transformer(kit.backbone(52, 16)), 1))
    with pytest.raises(model.WeightsError) as caught:
        model.load(Path(folder))
    assert str(caught.value) == (
        f"{folder}: only one of the experts has 'ref_conv.weight', must be both or none. Do both "
        "belong together?"
    )


def test_a_reference_needs_experts_that_read_one(tmp_path):
    folder = write_fun_control(tmp_path / "fun", "a14b")
    for noise in ("high", "low"):
        place = folder / f"{noise}_noise_model" / "diffusion_pytorch_model.safetensors"
        kit.save(place, kit.filled(Transformer(kit.backbone(52, 16)), 1 + (noise == "low")))
    wan = model.load(folder)
    picture = np.zeros((16, 32, 3), np.uint8)
    with pytest.raises(PresetError) as caught:
        wan.generate("x", size=(32, 16), num_frames=NUM_FRAMES, references=[picture])
    assert str(caught.value) == (
        f"references: the experts of {wan.preset.name!r} read none. Leave them out."
    )
