"""Camera paths as the model takes them: Plücker rays per pixel, and the adapter that reads them.

The adapter turns rays into one vector per token, added to the patch embedding. Its parameters
carry the names of the published Wan 2.2 camera checkpoints (`control_adapter.*`). Called by
`transformer` and, for the rays, by whoever holds a camera path.
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
STRIDE = 2  # of the adapter's first convolution: unshuffled groups of rays a side of a token


class CameraPath(Protocol):
    """What a camera does during a clip; `shots.CameraPath` is one.

    Attributes:
        camera_to_world: (F, 3, 4) poses in metres, x right, y down, z forward.
        focal: (F,) focal length over picture width.
        aspect: Width over height of the field of view.
        subject_distance_m: What the camera looks at is this far away.
    """

    @property
    def camera_to_world(self) -> np.ndarray: ...  # noqa: D102
    @property
    def focal(self) -> np.ndarray: ...  # noqa: D102
    @property
    def aspect(self) -> float: ...  # noqa: D102
    @property
    def subject_distance_m(self) -> float: ...  # noqa: D102


def path_rays(path: CameraPath, tokens: tuple[int, int], unshuffle: int) -> Tensor:
    """Draw the rays of a path as an adapter reads them.

    Lengths are in units of the subject's distance: what a picture shows of a travelling camera
    depends on how far it travels over how far it looks, and metres alone do not say that.

    Args:
        path: One pose a frame.
        tokens: Columns and rows of tokens in a latent frame.
        unshuffle: `CameraAdapter.unshuffle`; twice as many rays lie along a side of a token.

    Returns:
        (1, 24, T, H, W) float32 with H, W in rays.
    """
    poses = torch.as_tensor(np.array(path.camera_to_world, dtype=np.float64))
    poses[:, :, 3] /= path.subject_distance_m
    focal = torch.as_tensor(np.array(path.focal, dtype=np.float64))
    columns, rows = (STRIDE * unshuffle * n for n in tokens)
    return plucker_rays(poses, focal, path.aspect, (columns, rows))


def plucker_rays(
    camera_to_world: Tensor, focal: Tensor, aspect: float, size: tuple[int, int]
) -> Tensor:
    """Draw the ray of every pixel in every frame and fold time as the causal VAE does.

    Args:
        camera_to_world: (F, 3, 4) poses, x right, y down, z forward; any world, since they are
            first made relative to frame 0. F is 4n + 1.
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
    poses = relative_poses(camera_to_world.double())
    focal_x = focal.double()
    # Same lens on the vertical axis, in units of the height of the picture.
    focal_y = focal_x * aspect
    column = (torch.arange(width, dtype=torch.float64) + 0.5) / width - 0.5
    row = (torch.arange(height, dtype=torch.float64) + 0.5) / height - 0.5
    x = repeat(column / focal_x[:, None], "f w -> f h w", h=height)
    y = repeat(row / focal_y[:, None], "f h -> f h w", w=width)
    local = F.normalize(torch.stack((x, y, torch.ones_like(x)), dim=-1), dim=-1)
    direction = torch.einsum("fij,fhwj->fhwi", poses[:, :, :3], local)
    origin = poses[:, None, None, :, 3].expand_as(direction)
    moment = torch.linalg.cross(origin, direction)
    rays = rearrange(torch.cat((moment, direction), dim=-1), "f h w c -> f c h w")
    return fold_frames(rays.float())


def relative_poses(camera_to_world: Tensor) -> Tensor:
    """Express (F, 3, 4) poses in the camera of frame 0, whose own becomes the identity."""
    rotation, origin = camera_to_world[0, :, :3], camera_to_world[0, :, 3]
    moved = torch.cat((camera_to_world[..., :3], camera_to_world[..., 3:] - origin[:, None]), -1)
    return rotation.T @ moved


def fold_frames(rays: Tensor) -> Tensor:
    """Fold (F, C, H, W) into (1, C · 4, T, H, W): frame 0 four times, then four by four."""
    latent_frames(rays.shape[0])  # raises unless F is 4n + 1
    first = repeat(rays[:1], "1 c h w -> k c h w", k=FRAMES_PER_LATENT - 1)
    padded = torch.cat((first, rays))
    return rearrange(padded, "(t k) c h w -> 1 (c k) t h w", k=FRAMES_PER_LATENT)


class ResidualBlock(nn.Module):
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
        self.residual_blocks = nn.Sequential(ResidualBlock(width))

    def forward(self, rays: Tensor) -> Tensor:
        """Turn (B, 24, T, H, W) rays, 2 · `unshuffle` a side of a token, into (B, L, D) vectors."""
        frames = rearrange(rays.to(self.conv.weight.dtype), "b c t h w -> (b t) c h w")
        cells = F.pixel_unshuffle(frames, self.unshuffle)
        tokens = self.residual_blocks(
            convolve(cells, self.conv.weight, self.conv.bias, stride=STRIDE)
        )
        return rearrange(tokens, "(b t) d h w -> b (t h w) d", b=rays.shape[0])


def unshuffle_of(conv_weight_shape: tuple[int, ...]) -> int:
    """Read the unshuffle factor of an adapter from its `conv.weight`.

    The published checkpoints take a ray per pixel, so it is the spatial stride of their VAE.
    """
    return math.isqrt(conv_weight_shape[1] // RAY_CHANNELS)
