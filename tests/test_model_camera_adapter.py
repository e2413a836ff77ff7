"""Plücker rays against a pixel computed by hand, and the adapter against a naive one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from einops import rearrange

from model.camera_adapter import CameraAdapter, fold_frames, path_rays, plucker_rays, unshuffle_of
from model.exceptions import GeometryError


def turned(degrees, origin=(0.0, 0.0, 0.0)):
    angle = math.radians(degrees)
    rotation = torch.tensor(
        [[math.cos(angle), 0, math.sin(angle)], [0, 1, 0], [-math.sin(angle), 0, math.cos(angle)]]
    )
    return torch.cat((rotation, torch.tensor(origin)[:, None]), dim=1)


def test_a_still_camera_looks_along_its_own_rays():
    poses = turned(30, origin=(1.0, -2.0, 3.0)).expand(5, 3, 4)
    rays = plucker_rays(poses, torch.full((5,), 0.8), 1.75, (14, 8))
    assert rays.shape == (1, 24, 2, 8, 14)
    by_component = rearrange(rays, "1 (c k) t h w -> c (t k) h w", k=4)
    assert by_component[:3].abs().max() < 1e-6
    x, y = (3 + 0.5) / 14 - 0.5, (6 + 0.5) / 8 - 0.5
    direction = F.normalize(torch.tensor([x / 0.8, y / (0.8 * 1.75), 1.0]), dim=0)
    torch.testing.assert_close(by_component[3:, 4, 6, 3], direction)


def test_the_moment_is_origin_cross_direction():
    poses = torch.stack([turned(0)] * 4 + [turned(20, origin=(0.5, 0.0, 1.0))])
    rays = plucker_rays(poses, torch.full((5,), 1.0), 1.0, (4, 4))
    last = rearrange(rays, "1 (c k) t h w -> c (t k) h w", k=4)[:, -1, 2, 1]
    local = F.normalize(torch.tensor([-0.125, 0.125, 1.0]), dim=0)
    direction = turned(20)[:, :3] @ local
    origin = torch.tensor([0.5, 0.0, 1.0])
    torch.testing.assert_close(last[3:], direction)
    torch.testing.assert_close(last[:3], torch.linalg.cross(origin, direction))


def test_the_first_frame_is_the_identity_wherever_the_world_is():
    path = torch.stack([turned(2 * i, origin=(0.1 * i, 0.0, 0.0)) for i in range(5)])
    elsewhere = torch.stack(
        [
            torch.cat(
                (
                    turned(90)[:, :3] @ pose[:, :3],
                    turned(90)[:, :3] @ pose[:, 3:] + torch.tensor([[4.0], [5.0], [6.0]]),
                ),
                dim=1,
            )
            for pose in path
        ]
    )
    focal = torch.full((5,), 1.0)
    here, there = (plucker_rays(p, focal, 1.0, (4, 4)) for p in (path, elsewhere))
    torch.testing.assert_close(here, there, rtol=0, atol=1e-5)


def test_a_path_is_measured_in_subject_distances():
    @dataclass(frozen=True)
    class Path:
        camera_to_world: np.ndarray
        subject_distance_m: float
        focal: np.ndarray
        aspect: float = 1.5

    poses = torch.stack([turned(i, origin=(0.0, 0.0, 0.5 * i)) for i in range(5)]).numpy()
    near = path_rays(Path(poses, 2.0, np.ones(5)), (3, 2), unshuffle=2)
    doubled = poses * np.array([1.0, 1.0, 1.0, 2.0])
    far = path_rays(Path(doubled, 4.0, np.ones(5)), (3, 2), unshuffle=2)
    assert near.shape == (1, 24, 2, 8, 12)
    torch.testing.assert_close(near, far)


def test_time_is_folded_like_the_autoencoder_folds_it():
    folded = fold_frames(torch.arange(9.0).reshape(9, 1, 1, 1))
    assert folded[0, :, :, 0, 0].T.tolist() == [[0, 0, 0, 0], [1, 2, 3, 4], [5, 6, 7, 8]]


def test_components_are_slower_than_frames_in_the_channels():
    folded = fold_frames(
        torch.tensor([[0.0, 10.0]] + [[i, 10.0 + i] for i in range(1, 5)])[..., None, None]
    )
    assert folded[0, :, 1, 0, 0].tolist() == [1, 2, 3, 4, 11, 12, 13, 14]


def test_a_path_of_another_length_is_refused():
    with pytest.raises(GeometryError, match="6 frames"):
        fold_frames(torch.zeros(6, 6, 2, 2))


@torch.no_grad()
def test_the_adapter_gives_one_vector_per_token():
    adapter = CameraAdapter(8, unshuffle=4)
    rays = torch.randn(2, 24, 3, 16, 24)
    tokens = adapter(rays)
    assert tokens.shape == (2, 3 * 2 * 3, 8)
    # Frame by frame and written out: the last frame of the second clip.
    hidden = adapter.conv(F.pixel_unshuffle(rays[1, :, 2], 4)[None])
    block = adapter.residual_blocks[0]
    expected = hidden + block.conv2(torch.relu(block.conv1(hidden)))
    torch.testing.assert_close(tokens[1, 12:], rearrange(expected[0], "d h w -> (h w) d"))


@pytest.mark.parametrize("unshuffle", [8, 16])
def test_the_unshuffle_factor_is_read_from_the_weight(unshuffle):
    with torch.device("meta"):
        adapter = CameraAdapter(32, unshuffle=unshuffle)
    state = adapter.state_dict()
    assert unshuffle_of(tuple(state["conv.weight"].shape)) == unshuffle
    assert set(state) == {
        f"{layer}.{leaf}"
        for layer in ("conv", "residual_blocks.0.conv1", "residual_blocks.0.conv2")
        for leaf in ("weight", "bias")
    }
