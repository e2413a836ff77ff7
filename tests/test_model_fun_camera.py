"""Wan2.2-Fun camera checkpoints: recognised, read and rendered, with a picture and without.

Source of what is expected: VideoX-Fun pipeline_wan2_2_fun_control.py, written out here by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import model
from model.camera_adapter import CameraAdapter, path_rays
from model.denoise import denoise, given
from model.exceptions import PresetError
from model.flow import SolverState, schedule
from model.presets import WAN22_FUN_CAMERA_5B, WAN22_FUN_CAMERA_A14B, preset_named
from model.transformer import Transformer
from model.weights.report import report
from shots import camera_path, parse_shots
from tests import checkpoint_kit as kit

NUM_FRAMES = 5


def write_fun(folder, which):
    large = which == "a14b"
    channels, unshuffle = ((36, 16), 8) if large else ((100, 48), 16)
    expert = Transformer(kit.backbone(*channels), camera_unshuffle=unshuffle)
    experts, vae = ([expert] * 2, "2.1") if large else ([expert], "2.2")
    return kit.write_fun(folder, experts, vae, add_control_adapter=True)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("fun")
    return {which: write_fun(root / which, which) for which in ("a14b", "5b")}


@dataclass(frozen=True)
class Kind:
    preset: object
    size: tuple[int, int]
    said: str


KINDS = {
    "a14b": Kind(WAN22_FUN_CAMERA_A14B, (32, 16), "Wan2.2-Fun-A14B-Control-Camera expert"),
    "5b": Kind(WAN22_FUN_CAMERA_5B, (64, 32), "Wan2.2-Fun-5B-Control-Camera"),
}
which = pytest.mark.parametrize("which", KINDS)


def pushing_in(size):
    text = "storyboard: 1\nscenes: [{number: 1, shots: [{id: 1, camera: push in}]}]\n"
    (shot,) = parse_shots(text, Path("fun.yaml")).shots
    return camera_path(shot, num_frames=NUM_FRAMES, aspect=size[0] / size[1])


@which
def test_weights_check_names_the_checkpoint(folders, which):
    found = report(folders[which])
    assert found.missing == ""
    assert KINDS[which].said in [row.part for row in found.rows]


@which
def test_the_published_layout_opens_as_its_preset(folders, which):
    preset, expected = model.load(folders[which]).preset, KINDS[which].preset
    fields = (
        "experts",
        "vae",
        "first_frame",
        "needs_picture",
        "camera_unshuffle",
        "shift",
        "solver",
    )
    assert {f: getattr(preset, f) for f in fields} == {f: getattr(expected, f) for f in fields}
    assert preset_named(f"wan2.2-fun-camera-{which}") is expected


@which
def test_it_renders_without_a_picture_and_the_path_moves_the_clip(folders, which):
    wan, size = model.load(folders[which]), KINDS[which].size
    options = {"size": size, "num_frames": NUM_FRAMES, "steps": 2, "guidance": 1.0, "seed": 3}
    still = wan.generate("a man", **options)
    moved = wan.generate("a man", camera_path=pushing_in(size), **options)
    assert still.shape == moved.shape == (NUM_FRAMES, size[1], size[0], 3)
    assert not np.array_equal(still, moved)


@which
def test_a_last_picture_needs_a_first(folders, which):
    picture = np.zeros((32, 64, 3), np.uint8)
    wan = model.load(folders[which])
    with pytest.raises(PresetError) as caught:
        wan.generate("a man", last_frame=picture, num_frames=NUM_FRAMES)
    assert str(caught.value) == (
        f"first_frame: missing, and a clip of {wan.preset.name!r} that ends on a picture must "
        "start from one. Give both."
    )


def test_nothing_given_is_zeros_in_the_channels():
    empty = given(WAN22_FUN_CAMERA_A14B, None, (1, 16, 2, 4, 6))
    assert empty.frame is None
    assert empty.channels.shape == (1, 20, 2, 4, 6)
    assert not empty.channels.any()


def test_the_5b_has_a_picture_in_the_channels_and_clean_in_the_latent():
    encoded = torch.randn(1, 4 + 48, 2, 4, 6)
    known = given(WAN22_FUN_CAMERA_5B, encoded, (1, 48, 2, 4, 6))
    assert known.channels is encoded
    assert torch.equal(known.frame, encoded[:, 4:, :1])
    assert given(WAN22_FUN_CAMERA_A14B, encoded, (1, 48, 2, 4, 6)).frame is None


class Seen(nn.Module):
    """An expert that notes what it is shown and predicts no motion."""

    def __init__(self):
        super().__init__()
        self.latents, self.timesteps = [], []
        self.backbone = WAN22_FUN_CAMERA_5B.backbone

    def prepare(self, context):
        return context

    def velocities(self, latent, timestep, contexts, camera, **_):
        self.latents.append(latent)
        self.timesteps.append(timestep)
        return [torch.zeros_like(latent[:, :48])]


def test_the_5b_is_shown_the_clean_frame_with_timestep_zero_and_the_channels_behind():
    encoded, noise = torch.randn(1, 52, 2, 2, 2), torch.randn(1, 48, 2, 2, 2)
    known, plan = given(WAN22_FUN_CAMERA_5B, encoded, noise.shape), schedule(2, 5.0, "euler")
    expert = Seen()
    end = denoise(
        expert, plan, range(2), SolverState(noise), torch.zeros(1, 8), None, 1.0, given=known
    )
    first = expert.latents[0]
    assert first.shape[1] == 100
    assert torch.equal(first[:, :48, :1], encoded[:, 4:, :1])
    assert torch.equal(first[:, :48, 1:], noise[:, :, 1:])
    assert torch.equal(first[:, 48:], encoded)
    assert expert.timesteps[0].tolist() == [[0.0, plan.timesteps[0]]]
    assert torch.equal(end.latent[:, :, :1], encoded[:, 4:, :1])


@pytest.mark.parametrize("unshuffle", [2, 8])
def test_one_token_of_the_adapter_computed_pixel_by_pixel(unshuffle):
    """Rays folded, unshuffled and convolved by hand for a token, sums written out."""
    torch.manual_seed(0)
    adapter, size = CameraAdapter(3, unshuffle).double(), (3 * 2 * unshuffle, 2 * 2 * unshuffle)
    with torch.no_grad():
        for name, weight in adapter.named_parameters():
            weight.copy_(torch.randn_like(weight) * (0.1 if "conv." in name else 0.3))
    rays = path_rays(pushing_in(size), (3, 2), unshuffle).double()
    pixels, weight = rays.numpy(), adapter.conv.weight.detach().numpy()

    def hidden(frame, row, column):
        total = adapter.conv.bias.detach().numpy().copy()
        for channel in range(24):
            for down in range(2 * unshuffle):
                for across in range(2 * unshuffle):
                    # A group of s x s pixels becomes channels, pixel rows slower than columns.
                    inner = (down % unshuffle) * unshuffle + across % unshuffle
                    plane = channel * unshuffle**2 + inner
                    kernel = weight[:, plane, down // unshuffle, across // unshuffle]
                    y, x = row * 2 * unshuffle + down, column * 2 * unshuffle + across
                    total += kernel * pixels[0, channel, frame, y, x]
        return torch.from_numpy(total)

    def convolved(cells, layer, row, column):
        total = layer.bias.clone()
        for down in (-1, 0, 1):
            for across in (-1, 0, 1):
                y, x = row + down, column + across
                if 0 <= y < 2 and 0 <= x < 3:
                    total = total + layer.weight[:, :, down + 1, across + 1] @ cells[y, x]
        return total

    with torch.no_grad():
        cells = {(y, x): hidden(1, y, x) for y in range(2) for x in range(3)}
        block = adapter.residual_blocks[0]
        inner = {at: convolved(cells, block.conv1, *at).relu() for at in cells}
        expected = cells[1, 2] + convolved(inner, block.conv2, 1, 2)
        # Two latent frames of 2 x 3 tokens; the last row and column of the second.
        torch.testing.assert_close(adapter(rays)[0, 11], expected)


@torch.no_grad()
def test_the_adapter_is_added_to_the_patch_embedding():
    expert = Transformer(kit.backbone(36, 16), camera_unshuffle=8)
    expert.load_state_dict(kit.filled(expert, 5))
    latent, rays = torch.randn(1, 36, 2, 2, 4), torch.randn(1, 24, 2, 16, 32)
    seen = []
    handle = expert.blocks[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    context, timestep = torch.zeros(1, 3, kit.WIDTH), torch.tensor([500.0])
    expert(latent, timestep, context)
    expert(latent, timestep, context, rays)
    handle.remove()
    added = (seen[1] - seen[0]).reshape(1, 4, kit.WIDTH)
    torch.testing.assert_close(added, expert.control_adapter(rays), rtol=1e-4, atol=1e-3)
