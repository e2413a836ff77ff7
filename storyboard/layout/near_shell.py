"""Takes parts of a set's shell off that stand between the lens and what is framed."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from storyboard.layout.meshes import Array, Mesh


class Clearing(NamedTuple):
    """What has to be free before what is framed.

    Attributes:
        before: Part of the way to it.
        centre: Part of the picture, from its middle to its edge.
        least_m: Height up to which kerbs and steps stay.
    """

    before: float
    centre: float
    least_m: float


SHELL, GARDEN = Clearing(0.45, 0.7, 0.4), Clearing(0.95, 1.2, 0.05)
"""Of the set itself, and of what is outside of a room that is filmed through a wall."""


def without_near_shell(
    shell: Mesh, poses: Array, focal: Array, aspect: float, aims: Array, clearing: Clearing = SHELL
) -> Mesh:
    """A shell without the faces that are before the middle of the picture at some frame.

    Args:
        shell: Walls, facades, awnings, trees.
        poses: (F, 3, 4) camera to world.
        focal: (F,) focal length / picture width.
        aspect: Picture width / height.
        aims: (F, 3) world points that are framed.
        clearing: What has to be free.
    """
    frames = np.unique(np.linspace(0, len(poses) - 1, 7).round().astype(int))
    corners = shell.vertices[shell.faces].astype(np.float64)  # (N, 3, 3)
    is_near = np.zeros(len(shell.faces), bool)
    for k in frames:
        pose = poses[k]
        in_camera = (corners - pose[:, 3]) @ pose[:, :3]  # (N, 3, 3)
        depth = in_camera[..., 2]
        reach = clearing.before * float((aims[k] - pose[:, 3]) @ pose[:, 2])
        scale = focal[k] / np.maximum(depth, 0.05)
        x, y = in_camera[..., 0] * scale, in_camera[..., 1] * scale * aspect
        half = clearing.centre / 2
        overlaps = (x.min(1) < half) & (x.max(1) > -half) & (y.min(1) < half) & (y.max(1) > -half)
        before = (depth.max(1) > 0.05) & (depth.min(1) < reach) & (depth.max(1) < 2 * reach)
        is_near |= overlaps & before
    is_near &= corners[..., 1].min(1) < -clearing.least_m
    if not is_near.any():
        return shell
    kept = ~is_near
    return replace(
        shell,
        faces=shell.faces[kept],
        **{name: getattr(shell, name)[kept] for name in ("colour", "glow", "surface", "owner")},
    )
