"""The layout: a shot as a scene of grey primitives, filmed along its own camera path.

No model is involved. `render --quality layout` shows these frames, and `greybox` learned from
them, so a layout is what was asked for, exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.raster import Camera, rasterise
from storyboard.layout.scene import stage

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList

__all__ = ["layout_frames", "layout_with_mask"]


def layout_with_mask(
    board: ShotList, shot: Shot, path: CameraPath, size: tuple[int, int]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Film a shot's layout.

    Args:
        board: The shot list that the shot belongs to.
        shot: What to stage.
        path: Its camera, one pose a frame.
        size: Width and height in pixels.

    Returns:
        Frames (T, H, W, 3) and the subject's coverage (T, H, W), both uint8.
    """
    scene = stage(board, shot, path)
    width, height = size
    frames = np.empty((path.num_frames, height, width, 3), np.uint8)
    masks = np.empty((path.num_frames, height, width), np.uint8)
    for k in range(path.num_frames):
        camera = Camera.at(path, k)
        frames[k], masks[k] = rasterise(scene.at(k), scene.ground, camera, scene.rig, size)
    return frames, masks


def layout_frames(
    board: ShotList, shot: Shot, path: CameraPath, size: tuple[int, int]
) -> NDArray[np.uint8]:
    """The frames of `layout_with_mask`, (T, H, W, 3) uint8."""
    return layout_with_mask(board, shot, path, size)[0]
