"""Layout renderer: a shot as a scene of simple primitives, filmed along its camera path.

No model is involved. `render --quality layout` shows these frames, greybox is trained on them, and
`storyboard.judge` compares clips with them: a layout shows exactly what the shot list requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.raster import PinholeCamera, rasterise
from storyboard.layout.scene import stage

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList

__all__ = ["layout_frames", "layout_with_mask"]


def layout_with_mask(
    board: ShotList, shot: Shot, path: CameraPath, size: tuple[int, int]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Render a shot's layout in width x height pixels, one frame for each pose of the path.

    Returns:
        Frames (T, H, W, 3) and the subject's coverage (T, H, W), both uint8.
    """
    scene = stage(board, shot, path)
    width, height = size
    frames = np.empty((path.num_frames, height, width, 3), np.uint8)
    masks = np.empty((path.num_frames, height, width), np.uint8)
    for k in range(path.num_frames):
        camera = PinholeCamera.at(path, k)
        frames[k], masks[k] = rasterise(scene.at(k), scene.ground, camera, scene.rig, size)
    return frames, masks


def layout_frames(
    board: ShotList, shot: Shot, path: CameraPath, size: tuple[int, int]
) -> NDArray[np.uint8]:
    """The frames of `layout_with_mask`, (T, H, W, 3) uint8."""
    return layout_with_mask(board, shot, path, size)[0]
