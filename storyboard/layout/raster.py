"""Rasteriser of the layout: sky and ground by ray casting, solids by the painter's algorithm.

Solids are painted at twice the output size in each direction, then averaged down: edges are smooth
and no seam shows between faces. OpenCV fills the polygons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.layout.mesh import SUBJECT, Array, GroundPaint, Mesh, floats

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from storyboard.layout.scene import LightRig

SUPERSAMPLING = 2  # pixels painted per output pixel, in each direction
NEAR_M = 0.05  # near plane; faces are clipped there
_SUBPIXEL_BITS = 4
# OpenCV wants corners well inside 32-bit subpixels; a face that far out is as good as infinite.
_FARTHEST_PX = 30_000.0

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class PinholeCamera:
    """Camera of one frame.

    Attributes:
        turn: (3, 3), columns are the camera's right, down and forward in the world.
        position: (3,) metres.
        focal: Focal length / picture width.
    """

    turn: Array
    position: Array
    focal: float

    @classmethod
    def at(cls, path: CameraPath, frame: int) -> PinholeCamera:
        """The camera of a path at one of its frames."""
        pose = path.camera_to_world[frame].astype(np.float32)
        return cls(pose[:, :3], pose[:, 3], float(path.focal[frame]))


def rasterise(
    mesh: Mesh, ground: GroundPaint, camera: PinholeCamera, rig: LightRig, size: tuple[int, int]
) -> tuple[Bytes, Bytes]:
    """Draw one frame of width x height pixels.

    Returns:
        The picture (H, W, 3) and how much of each pixel the subject covers (H, W), both uint8.
    """
    width, height = size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING
    # At the output size: the backdrop has no hard edge but the horizon, and its lines are
    # antialiased.
    backdrop = _backdrop(ground, camera, rig, size, _shadow_mask(mesh, camera, rig, size))
    picture = np.asarray(cv2.resize(backdrop, (width, height)), np.uint8)
    mask = np.zeros((height, width), np.uint8)
    _paint_faces(picture, mask, mesh, camera, rig)
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    cover = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _grade(small, rig), cover


def _backdrop(
    ground: GroundPaint, camera: PinholeCamera, rig: LightRig, size: tuple[int, int], shadow: Bytes
) -> Bytes:
    """Sky above the horizon, painted ground with its shadows below, as (H, W, 3) uint8."""
    width, height = size
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / (camera.focal * width)
    y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / (camera.focal * width)
    right, down, forward = floats(camera.turn.T)[:, :, None, None]
    rays = forward + x[None, None] * right + y[None, :, None] * down  # (3, H, W), of unit depth
    length = np.sqrt(1 + x[None] ** 2 + y[:, None] ** 2)
    fall = rays[1] / length
    below = fall > 1e-4
    picture = np.empty((height, width, 3), np.float32)
    climb = -fall[~below]  # sine of the height above the horizon
    zenith, horizon = floats(rig.zenith), floats(rig.horizon)
    share = np.clip(climb * 1.6, 0, 1)[:, None] ** np.float32(0.7)
    picture[~below] = horizon + share * (zenith - horizon)
    if below.any():
        reach = -camera.position[1] / rays[1][below]
        ground_x = camera.position[0] + reach * rays[0][below]
        ground_z = camera.position[2] + reach * rays[2][below]
        distance = reach * length[below]
        unlit = shadow[below, None] / np.float32(255)
        light = floats(rig.fill_colour) * rig.fill * 1.5 + (1 - unlit) * (
            floats(rig.key_colour) * rig.key * max(0.0, -float(rig.direction[1]))
        )
        picture[below] = _through_air(ground(ground_x, ground_z, distance) * light, distance, rig)
    pixels: Bytes = np.clip(picture * 255, 0, 255).astype(np.uint8)
    return pixels


def _through_air(colour: Array, distance: Array, rig: LightRig) -> Array:
    clear = (np.float32(1 - rig.haze) ** (distance / 10))[:, None]
    return colour * clear + floats(rig.horizon) * (1 - clear)


def _project(points: Array, camera: PinholeCamera, width: int, height: int) -> tuple[Array, Array]:
    """Pixels (…, 2) and depth (…,) of world points; meaningless behind the camera."""
    in_camera = (points - camera.position) @ camera.turn
    depth = in_camera[..., 2]
    scale = camera.focal * width / np.maximum(depth, NEAR_M)
    pixels = in_camera[..., :2] * scale[..., None] + floats([width / 2, height / 2])
    return np.clip(pixels, -_FARTHEST_PX, _FARTHEST_PX).astype(np.float32), depth


def _shadow_mask(mesh: Mesh, camera: PinholeCamera, rig: LightRig, size: tuple[int, int]) -> Bytes:
    """Shadow on the ground at the output size, (H, W) uint8: 255 where no key light arrives."""
    width, height = size
    mask = np.zeros((height, width), np.uint8)
    light = rig.direction
    if light[1] > -0.1 or rig.softness >= 1:
        return mask
    fall = mesh.vertices - (mesh.vertices[:, 1:2] / light[1]) * light
    corner, depth = _project(fall, camera, width, height)
    tall = mesh.vertices[mesh.faces][:, :, 1].min(axis=1) < -0.02
    casts = tall & (mesh.layer > 0) & (depth[mesh.faces].min(axis=1) > NEAR_M)
    fixed = np.round(corner * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    for polygon in fixed[mesh.faces[casts]]:
        cv2.fillConvexPoly(mask, polygon, 255, lineType=cv2.LINE_8, shift=_SUBPIXEL_BITS)
    blur = 1 + 2 * round(rig.softness * width / 40)
    soft = cv2.GaussianBlur(mask, (blur, blur), 0) if blur > 1 else mask
    return (soft * np.float32(1 - 0.6 * rig.softness)).astype(np.uint8)


def _paint_faces(
    picture: Bytes, mask: Bytes, mesh: Mesh, camera: PinholeCamera, rig: LightRig
) -> None:
    """Fill every face turned towards the camera, farthest first within its layer."""
    height, width = mask.shape
    corners = mesh.vertices[mesh.faces]  # (N, 4, 3)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    centre = corners.mean(axis=1)
    view = centre - camera.position
    distance = np.linalg.norm(view, axis=1)
    pixels, depth = _project(mesh.vertices, camera, width, height)
    nearest, farthest = depth[mesh.faces].min(axis=1), depth[mesh.faces].max(axis=1)
    shown = ((normal * view).sum(axis=1) < 0) & (farthest > NEAR_M)
    corner_px = pixels[mesh.faces]
    inside = (corner_px.max(axis=1) > 0) & (corner_px.min(axis=1) < [width, height])
    shown &= inside.all(axis=1) | (nearest <= NEAR_M)
    chosen = np.flatnonzero(shown)
    order = chosen[np.lexsort((-distance[chosen], mesh.layer[chosen]))]
    colour = _shade(mesh, normal, view / np.maximum(distance, 1e-6)[:, None], distance, rig)
    colour = np.clip(colour[order] * 255, 0, 255).astype(np.uint8).tolist()
    fixed = np.round(corner_px[order] * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    clipped = nearest[order] <= NEAR_M
    owner = np.where(mesh.owner[order] == SUBJECT, 255, 0).tolist()
    for row, face in enumerate(order):
        polygon = fixed[row]
        if clipped[row]:
            cut = _clip_near(corners[face], camera, width, height)
            if cut is None:
                continue
            polygon = cut
        cv2.fillConvexPoly(picture, polygon, colour[row], cv2.LINE_8, _SUBPIXEL_BITS)
        cv2.fillConvexPoly(mask, polygon, owner[row], cv2.LINE_8, _SUBPIXEL_BITS)


def _clip_near(
    corners: Array, camera: PinholeCamera, width: int, height: int
) -> NDArray[np.int32] | None:
    """The part of a face in front of the camera, in fixed-point pixels."""
    depth = (corners - camera.position) @ camera.turn[:, 2]
    kept: list[Array] = []
    for here in range(4):
        after = (here + 1) % 4
        if depth[here] > NEAR_M:
            kept.append(corners[here])
        if (depth[here] > NEAR_M) != (depth[after] > NEAR_M):
            share = (NEAR_M * 1.01 - depth[here]) / (depth[after] - depth[here])
            kept.append(corners[here] + share * (corners[after] - corners[here]))
    if len(kept) < 3:
        return None
    pixels, _ = _project(np.stack(kept), camera, width, height)
    return np.round(pixels * (1 << _SUBPIXEL_BITS)).astype(np.int32)


def _shade(mesh: Mesh, normal: Array, view: Array, distance: Array, rig: LightRig) -> Array:
    """(N, 3) colour of each face: key, hemisphere fill, rim, own glow, then haze."""
    light = rig.direction
    facing = np.clip((normal @ light + 0.25 * rig.softness) / (1 + 0.25 * rig.softness), 0, 1)
    sky = (0.72 - 0.38 * normal[:, 1])[:, None]  # y is down: faces turned up see the sky
    lit = floats(rig.key_colour) * (rig.key * facing)[:, None]
    lit = lit + floats(rig.fill_colour) * rig.fill * sky * np.float32(1.35)
    colour = mesh.colour * lit
    if rig.rim:
        grazing = np.clip(1 + (normal * view).sum(axis=1), 0, 1) ** 2
        behind = np.clip((normal * light).sum(axis=1) + 0.3, 0, 1)
        colour = colour + floats(rig.key_colour) * (rig.rim * grazing * behind)[:, None]
    shine = mesh.glow[:, None] * (1.0 if rig.is_dark else 0.12)
    colour = colour * (1 - shine) + mesh.colour * shine
    return _through_air(colour.astype(np.float32), distance.astype(np.float32), rig)


def _grade(picture: Bytes, rig: LightRig) -> Bytes:
    """Saturation and tint of the finished picture, by one 3 x 3 matrix."""
    if rig.saturation == 1 and rig.tint == (1.0, 1.0, 1.0):
        return picture
    grey = np.tile(floats([0.30, 0.59, 0.11]), (3, 1))
    matrix = floats(rig.tint)[:, None] * (
        np.eye(3, dtype=np.float32) * rig.saturation + grey * (1 - rig.saturation)
    )
    return np.asarray(cv2.transform(picture, matrix), np.uint8)  # saturates at 0 and 255
