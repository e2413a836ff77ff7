"""Camera of one frame: where it is and how its lens projects.

A lens that is no pinhole is drawn as one or several pinhole pictures, its faces, which are then
bent into its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from storyboard.layout.meshes import Array, floats

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath

Projection = Literal["pinhole", "fisheye", "anamorphic"]
Size = tuple[int, int]
NEAR_M = 0.05  # near plane
_WIDENING = 0.16  # of the field at the left and right edge of an anamorphic picture
_MARGIN_PX = 3
# Right, down and forward of the faces of a fisheye picture, in the camera's axes, as columns.
_FACES = np.array(
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, 0, 1], [0, 1, 0], [-1, 0, 0]],
        [[0, 0, -1], [0, 1, 0], [1, 0, 0]],
        [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
        [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
    ],
    np.float64,
)


@dataclass(frozen=True, eq=False)
class LensCamera:
    """Camera of one frame.

    Attributes:
        turn: (3, 3), columns are the camera's right, down and forward in the world.
        position: (3,) metres.
        focal: Focal length / picture width.
        projection: pinhole; fisheye, equidistant, as wide as the pinhole in the middle of the
            picture; or anamorphic, with a field that bends and widens towards left and right.
        near: Depth of the near plane, metres.
        centre: Where the axis meets the picture, in widths from its middle, right and down.
    """

    turn: Array
    position: Array
    focal: float
    projection: Projection = "pinhole"
    near: float = NEAR_M
    centre: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def at(cls, path: CameraPath, frame: int, projection: Projection = "pinhole") -> LensCamera:
        """The camera of a path at one of its frames."""
        pose = np.asarray(path.camera_to_world[frame], np.float64)
        return cls(pose[:, :3], pose[:, 3], float(path.focal[frame]), projection)

    def matrix(self, size: Size) -> Array:
        """(3, 3) from a vector of the world to homogeneous pixels: x and y over z, of a pinhole."""
        width, height = size
        x, y = width * (0.5 + self.centre[0]), height / 2 + width * self.centre[1]
        inner = np.array([[self.focal * width, 0, x], [0, self.focal * width, y], [0, 0, 1]])
        return inner @ np.asarray(self.turn, np.float64).T

    def rays(self, size: Size) -> Array:
        """(H, W, 3) unit vectors of the world through the centres of the pixels."""
        ways = self._ways(size)
        unit = ways / np.linalg.norm(ways, axis=-1, keepdims=True)
        return np.asarray(unit @ np.asarray(self.turn, np.float64).T)

    def _ways(self, size: Size) -> Array:
        """(H, W, 3) directions through the pixels in the camera's axes."""
        width, height = size
        x = (np.arange(width) + 0.5) / width - 0.5 - self.centre[0]
        y = (np.arange(height) + 0.5 - height / 2) / width - self.centre[1]
        x, y = np.broadcast_arrays(x[None], y[:, None])
        if self.projection == "fisheye":
            radius = np.hypot(x, y)
            scale = np.sinc(radius / self.focal / np.pi) / self.focal
            return np.stack([x * scale, y * scale, np.cos(radius / self.focal)], axis=-1)
        bend = 4 * _WIDENING * x * x if self.projection == "anamorphic" else np.zeros_like(x)
        ways = [x * (1 + bend), y * (1 + bend / 2), np.full_like(x, self.focal)]
        return np.stack(ways, axis=-1) / self.focal

    def project(self, points: Array, size: Size) -> tuple[Array, Array]:
        """Pixels (…, 2) and depth (…,) of world points; nan behind a lens that cannot show them.

        The depth is measured along the axis, by a fisheye along the ray.
        """
        width, height = size
        local = (np.asarray(points, np.float64) - self.position) @ np.asarray(self.turn)
        x, y, z = np.moveaxis(local, -1, 0)
        if self.projection == "fisheye":
            side, depth = np.hypot(x, y), np.linalg.norm(local, axis=-1)
            scale = self.focal * np.arctan2(side, z) / np.maximum(side, 1e-12)
        else:
            depth = z
            scale = self.focal / np.where(z > 1e-9, z, np.nan)
        x, y = x * scale, y * scale
        if self.projection == "anamorphic":
            far = x
            for _ in range(20):
                x = far / (1 + 4 * _WIDENING * x * x)
            y = y / (1 + 2 * _WIDENING * x * x)
        pixels = [(x + 0.5 + self.centre[0]) * width, (y + self.centre[1]) * width + height / 2]
        return np.stack(pixels, axis=-1), depth


class Face(NamedTuple):
    """A pinhole picture that part of a bent picture is taken from.

    Attributes:
        camera: Pinhole camera.
        size: Width and height of its picture.
        at: (2, H, W) float32 column and row of the face at each pixel of the bent picture.
        mask: (H, W) where the face is the one to take.
        scale: (H, W) the bent picture's depth over the face's.
    """

    camera: LensCamera
    size: Size
    at: Array
    mask: Array
    scale: Array


def faces(camera: LensCamera, size: Size) -> list[Face]:
    """The pinhole pictures that make up a bent one."""
    ways = camera._ways(size)
    is_fisheye = camera.projection == "fisheye"
    turns = _FACES if is_fisheye else _FACES[:1]
    local = np.stack([ways @ turn for turn in turns])
    best = local[..., 2].argmax(axis=0)
    focal_px = camera.focal * size[0]  # so that the middle is drawn at the picture's own scale
    found = []
    for k, turn in enumerate(turns):
        mask = best == k
        if not mask.any():
            continue
        depth = np.maximum(local[k, ..., 2], 1e-3)
        pixel = local[k, ..., :2] / depth[..., None] * focal_px
        low = np.floor(pixel[mask].min(axis=0)) - _MARGIN_PX
        width, height = (np.ceil(pixel[mask].max(axis=0)) + _MARGIN_PX - low).astype(int)
        x, y = (float(part) for part in -low - np.array([width, height]) / 2)
        pinhole = replace(
            camera, turn=np.asarray(camera.turn) @ turn, focal=focal_px / width,
            projection="pinhole", centre=(x / width, y / width),
        )  # fmt: skip
        scale = 1 / depth if is_fisheye else np.ones_like(depth)
        found.append(
            Face(
                pinhole,
                (int(width), int(height)),
                np.moveaxis(floats(pixel - low - 0.5), -1, 0).copy(),
                mask,
                scale,
            )
        )
    return found
