"""Camera of one frame: where it is, how its lens projects, and what is in focus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from storyboard.layout.meshes import Array

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath

Projection = Literal["pinhole", "fisheye", "anamorphic"]
NEAR_M = 0.05  # near plane


@dataclass(frozen=True, eq=False)
class LensCamera:
    """Camera of one frame.

    Attributes:
        turn: (3, 3), columns are the camera's right, down and forward in the world.
        position: (3,) metres.
        focal: Focal length / picture width.
        projection: pinhole; fisheye, equidistant, as wide as the pinhole in the middle of the
            picture; or anamorphic, which bends and widens the field towards left and right.
        near: Depth of the near plane, metres.
    """

    turn: Array
    position: Array
    focal: float
    projection: Projection = "pinhole"
    near: float = NEAR_M

    @classmethod
    def at(
        cls, path: CameraPath, frame: int, projection: Projection = "pinhole"
    ) -> LensCamera:
        """The camera of a path at one of its frames."""
        pose = np.asarray(path.camera_to_world[frame], np.float64)
        return cls(pose[:, :3], pose[:, 3], float(path.focal[frame]), projection)

    def matrix(self, size: tuple[int, int]) -> Array:
        """(3, 3) from a vector of the world to homogeneous pixels: x and y over z, of a pinhole."""
        width, height = size
        scale = self.focal * width
        inner = np.array([[scale, 0, width / 2], [0, scale, height / 2], [0, 0, 1]])
        return inner @ np.asarray(self.turn, np.float64).T
