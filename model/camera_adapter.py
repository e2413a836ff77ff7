"""Camera control: Plücker rays of a camera path, and the adapter that embeds them per token.

Parameters carry the names of the published Wan 2.2 camera checkpoints (`control_adapter.*`).
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange, repeat
from torch import Tensor, nn

from model.geometry import FRAMES_PER_LATENT, latent_frames
from model.ops import convolve

# Moment (origin cross direction) and direction, for each frame folded into a latent frame.
RAY_CHANNELS = 6 * FRAMES_PER_LATENT
STRIDE = 2  # of the adapter's first convolution: groups of unshuffled rays along a side of a token


class CameraPathLike(Protocol):
    """Interface of `shots.CameraPath`: pose and lens of a camera at every frame of a clip."""

    @property
    def camera_to_world(self) -> np.ndarray:
        """(F, 3, 4) poses in metres, x right, y down, z forward."""

    @property
    def focal(self) -> np.ndarray:
        """(F,) focal length over picture width."""

    @property
    def aspect(self) -> float:
        """Width over height of the field of view."""

    @property
    def subject_distance_m(self) -> float:
        """Distance from the camera to its subject."""


def path_rays(path: CameraPathLike, tokens: tuple[int, int], unshuffle: int) -> Tensor:
    """Compute the rays of a path at the resolution that an adapter reads.

    Args:
        path: One pose per frame.
        tokens: Columns and rows of tokens in a latent frame.
        unshuffle: `CameraAdapter.unshuffle`; twice as many rays lie along a side of a token.

    Returns:
        (1, 24, T, H, W) float32 with H, W in rays.
    """
    poses = torch.as_tensor(np.array(path.camera_to_world, dtype=np.float64))
    # In units of the subject's distance: how much of a travel a picture shows depends on the
    # distance travelled over the distance to what is in view, which metres alone do not give.
    poses[:, :, 3] /= path.subject_distance_m
    focal = torch.as_tensor(np.array(path.focal, dtype=np.float64))
    columns, rows = (STRIDE * unshuffle * n for n in tokens)
    return plucker_rays(poses, focal, path.aspect, (columns, rows))


def plucker_rays(
    camera_to_world: Tensor, focal: Tensor, aspect: float, size: tuple[int, int]
) -> Tensor:
    """Compute the ray of every pixel in every frame, with time folded as in the causal VAE.

    Args:
        camera_to_world: (F, 3, 4) poses, x right, y down, z forward, relative to any world; F is
            4n + 1.
        focal: (F,) focal length over picture width.
        aspect: Width over height of the field of view; pixels are square when it is that of
            `size`.
        size: Picture width and height in pixels.

    Returns:
        (1, 24, T, H, W) float32 with T latent frames and H, W in pixels. Channel c · 4 + k is
        component c of (origin cross direction, direction) at frame k of the four.

    Source: VideoX-Fun videox_fun/data/utils.py, ray_condition and process_pose_file.
    """
    width, height = size
    poses = camera_to_world.double()
    # Relative to the camera of frame 0, whose own pose becomes the identity.
    moved = torch.cat((poses[..., :3], poses[..., 3:] - poses[0, :, 3:]), -1)
    poses = poses[0, :, :3].T @ moved  # (F, 3, 4)
    focal_x = focal.double()
    focal_y = focal_x * aspect  # the same lens, over the height of the picture
    column = (torch.arange(width, dtype=torch.float64) + 0.5) / width - 0.5
    row = (torch.arange(height, dtype=torch.float64) + 0.5) / height - 0.5
    x = repeat(column / focal_x[:, None], "f w -> f h w", h=height)
    y = repeat(row / focal_y[:, None], "f h -> f h w", w=width)
    local = F.normalize(torch.stack((x, y, torch.ones_like(x)), dim=-1), dim=-1)  # (F, H, W, 3)
    direction = torch.einsum("fij,fhwj->fhwi", poses[:, :, :3], local)
    origin = poses[:, None, None, :, 3].expand_as(direction)
    moment = torch.linalg.cross(origin, direction)
    rays = rearrange(torch.cat((moment, direction), dim=-1), "f h w c -> f c h w")
    return fold_frames(rays.float())


def fold_frames(rays: Tensor) -> Tensor:
    """Fold (F, C, H, W) into (1, C · 4, T, H, W): frame 0 repeated four times, then groups of four.

    Raises:
        GeometryError: F is not 4n + 1.
    """
    latent_frames(rays.shape[0])
    first = repeat(rays[:1], "1 c h w -> k c h w", k=FRAMES_PER_LATENT - 1)
    padded = torch.cat((first, rays))
    return rearrange(padded, "(t k) c h w -> 1 (c k) t h w", k=FRAMES_PER_LATENT)


class AdapterBlock(nn.Module):
    """Two 3x3 convolutions with a ReLU between, plus the input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(width, width, kernel_size=3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Refine (B, D, H, W)."""
        hidden = F.relu(convolve(x, self.conv1.weight, self.conv1.bias, padding=1))
        return x + convolve(hidden, self.conv2.weight, self.conv2.bias, padding=1)


class CameraAdapter(nn.Module):
    """Rays to token vectors: pixel-unshuffle, 2x2 convolution of stride 2, one residual block."""

    def __init__(self, width: int, unshuffle: int) -> None:
        super().__init__()
        self.unshuffle = unshuffle
        self.conv = nn.Conv2d(RAY_CHANNELS * unshuffle**2, width, kernel_size=STRIDE, stride=STRIDE)
        self.residual_blocks = nn.Sequential(AdapterBlock(width))

    def forward(self, rays: Tensor) -> Tensor:
        """Embed (B, 24, T, H, W) rays, 2 · `unshuffle` along a side of a token, as (B, L, D)."""
        frames = rearrange(rays.to(self.conv.weight.dtype), "b c t h w -> (b t) c h w")
        cells = F.pixel_unshuffle(frames, self.unshuffle)
        tokens = convolve(cells, self.conv.weight, self.conv.bias, stride=STRIDE)
        tokens = self.residual_blocks(tokens)  # (B·T, D, h, w)
        return rearrange(tokens, "(b t) d h w -> b (t h w) d", b=rays.shape[0])


def unshuffle_of(conv_weight_shape: tuple[int, ...]) -> int:
    """Unshuffle factor of a camera adapter, from the shape of its `conv.weight`."""
    return math.isqrt(conv_weight_shape[1] // RAY_CHANNELS)
