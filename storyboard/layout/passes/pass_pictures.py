"""Pictures of a frame's buffers.

depth: 16 bit, `near_m + value / 65535 * (far_m - near_m)` metres along the camera's axis, the sky
65535. depth8: 8 bit, near is white, far 20, the sky 0. normal: camera space as in OpenGL, x right,
y up, z towards the camera, -1 to 1 as 0 to 255. ids: the numbers of the players, without
antialiasing. lines: white on black.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.layout.meshes import SURFACE, Array, Mesh, floats
from storyboard.layout.render.frame import Bytes, Frame
from storyboard.layout.render.lens import LensCamera
from storyboard.layout.render.render_scene import RenderScene, StillMesh

Words = NDArray[np.uint16]
_FARTHEST_M = 60.0  # 65,535 steps of less than a millimetre
_DARKEST = 20
_CLAY = (0.60, 0.58, 0.56)
_DEPTH_STEP, _NORMAL_STEP = 0.02, 0.18  # what makes a line


@dataclass(frozen=True)
class DepthRange:
    """Depths of a clip in metres: its nearest and farthest; those that the 8-bit form spans."""

    near_m: float
    far_m: float
    first_m: float
    last_m: float


def depth_range(depths: Iterable[Array]) -> DepthRange:
    """The range of a clip's depth buffers; they may be small ones."""
    near, far, first, last = np.inf, 0.0, [], []
    for depth in depths:
        some = depth[np.isfinite(depth)]
        if some.size:
            near, far = min(near, float(some.min())), max(far, float(some.max()))
            low, high = np.percentile(some, (0.5, 95))
            first.append(float(low))
            last.append(float(high))
    if not first:
        return DepthRange(0.0, _FARTHEST_M, 0.0, _FARTHEST_M)
    far = min(far * 1.01, near * 0.98 + _FARTHEST_M)
    return DepthRange(near * 0.98, far, min(first), max(max(last), min(first) + 0.1))


def depth16(depth: Array, span: DepthRange) -> Words:
    """(H, W) uint16 as in the module."""
    share = (np.asarray(depth, np.float64) - span.near_m) / (span.far_m - span.near_m)
    return np.asarray(np.rint(np.clip(share, 0, 1) * 65535), np.uint16)


Curve = Literal["linear", "inverse"]


def depth8(depth: Array, span: DepthRange, curve: Curve = "linear", blur_px: float = 1.5) -> Bytes:
    """(H, W) uint8: near white, linear in metres or in their inverse, slightly blurred."""
    here = np.clip(np.asarray(depth, np.float64), span.first_m, span.last_m)
    if curve == "inverse":
        share = (1 / here - 1 / span.last_m) / (1 / span.first_m - 1 / span.last_m)
    else:
        share = (span.last_m - here) / (span.last_m - span.first_m)
    grey: Array = floats(_DARKEST + share * (255 - _DARKEST)) * np.isfinite(depth)
    if blur_px:
        grey = floats(cv2.GaussianBlur(grey, (0, 0), blur_px))
    return np.asarray(np.rint(grey), np.uint8)


def normal_picture(normal: Array, camera: LensCamera) -> Bytes:
    """(H, W, 3) uint8 of normals (H, W, 3) of the world; the sky faces the camera."""
    local = normal @ floats(camera.turn) * floats([1, -1, -1])
    local[~normal.any(axis=2)] = (0, 0, 1)
    return np.asarray(np.rint((local + 1) * 127.5), np.uint8)


def ids_picture(owner: NDArray[np.int32]) -> NDArray[np.unsignedinteger[Any]]:
    """(H, W) numbers of the players, uint8, or uint16 if one is over 255."""
    return owner.astype(np.uint8 if int(owner.max(initial=0)) < 256 else np.uint16)


def lines_picture(frame: Frame) -> Bytes:
    """(H, W) uint8: outlines of players, and steps of depth and of the normal."""
    inverse = np.pad(1 / np.maximum(frame.depth, 1e-3), 1, mode="edge")
    normal = np.pad(frame.normal, ((1, 1), (1, 1), (0, 0)), mode="edge")
    owner = np.pad(frame.owner, 1, mode="edge")
    here = inverse[1:-1, 1:-1]
    is_edge = np.zeros(here.shape, np.bool_)
    for axis in (0, 1):
        first, last = (_shifted(axis, step) for step in (-1, 1))
        # On a plane the inverse depth is linear, so only steps and folds bend it.
        bend = np.abs(inverse[first] + inverse[last] - 2 * here)
        is_edge |= bend > _DEPTH_STEP * np.maximum(here, 1e-3)
        is_edge |= owner[last] != owner[1:-1, 1:-1]
        turn = 1 - (normal[last] * normal[1:-1, 1:-1]).sum(axis=2)
        is_edge |= (turn > _NORMAL_STEP) & np.isfinite(frame.depth)
    soft = cv2.GaussianBlur(is_edge.astype(np.float32), (0, 0), 0.7)
    return np.asarray(np.rint(np.clip(soft * 1.5, 0, 1) * 255), np.uint8)


def _shifted(axis: int, step: int) -> tuple[slice, slice]:
    moved, still = slice(1 + step, -1 + step or None), slice(1, -1)
    return (moved, still) if axis == 0 else (still, moved)


def clay_set(still: StillMesh, lit_at: Array | None = None) -> RenderScene:
    """A scene whose set and ground are of grey clay."""
    return RenderScene.of(
        clay(still.mesh), lambda x, z, distance: np.tile(floats(_CLAY), (len(x), 1)), lit_at
    )


def clay(mesh: Mesh) -> Mesh:
    """The same shape in grey clay."""
    grey = mesh.coloured(_CLAY)
    return replace(
        grey, glow=np.zeros_like(mesh.glow), surface=np.full_like(mesh.surface, SURFACE["plain"])
    )
