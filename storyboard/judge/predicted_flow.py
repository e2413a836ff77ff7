"""Optical flow that a camera path predicts for each cell of the picture, from geometry alone.

The depth of a generated clip is unknown. So every cell gets a range of flows, from a point at
infinity to the nearest likely distance, and one best guess in between: what the layout has there,
or without a layout the ground, a backdrop round the subject, and a figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from storyboard.judge.motion import Array, cell_centres, step_frames

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath

# The stand-in scene of the best guess.
_BACKDROP = 4.0  # times the subject's distance
_BACKDROP_LEAST_M = 2.5  # behind the subject
_FIGURE_WIDTH_M, _FIGURE_HEIGHT_M = 0.6, 1.75
_NEAREST = 0.8  # of the subject's distance: a hand or a bonnet in front of the figure
_LEAST_DEPTH = 0.02  # of a point's distance that has to be left in front of the camera
_FARTHEST_M = 10_000.0  # the sky


@dataclass(frozen=True, eq=False)
class PredictedFlow:
    """Flow of each cell and step in picture widths, (K, R, C, 2) each.

    Attributes:
        far: With everything infinitely far away.
        near: With everything as near as is likely.
        guess: Of the stand-in scene.
    """

    far: Array
    near: Array
    guess: Array


@dataclass(frozen=True, eq=False)
class Geometry:
    """What the layout has in each cell, for K steps on a grid of R x C cells.

    Attributes:
        depth: (K, R, C) metres along the camera's axis at the first frame of a step; infinite for
            the sky.
        walked: (K, R, C, 3) metres that it moves by in the step, in the axes of the path.
    """

    depth: Array
    walked: Array


def predict_flow(
    path: CameraPath, shape: tuple[int, int], geometry: Geometry | None = None
) -> PredictedFlow:
    """Project the cells of each step's first frame into its last, on a grid of (R, C) cells."""
    centres = cell_centres(shape, path.aspect)
    steps = []
    for k, (first, last) in enumerate(pairwise(step_frames(path.num_frames))):
        found = (geometry.depth[k], geometry.walked[k]) if geometry else None
        steps.append(_step_flow(path, int(first), int(last), centres, found))
    far, near, guess = np.array(steps).reshape(-1, 3, *centres.shape).swapaxes(0, 1)
    return PredictedFlow(far, near, guess)


def simple_moves(path: CameraPath, depth: Array) -> dict[str, Array]:
    """Flow of each cell and step, (K, R, C, 2), for a unit of each simple move of the camera.

    Args:
        path: Where the camera is at the first frame of each step.
        depth: (K, R, C) as in `Geometry`.
    """
    centres = cell_centres((depth.shape[1], depth.shape[2]), path.aspect)
    found: dict[str, list[Array]] = {}
    for first, distance in zip(step_frames(path.num_frames)[:-1], depth, strict=True):
        turn = path.camera_to_world[first, :, :3]
        rays = np.concatenate([centres / path.focal[first], np.ones_like(centres[..., :1])], -1)
        z = np.clip(distance, _LEAST_DEPTH, _FARTHEST_M)[..., None]
        points = rays * z
        upright, across, ahead = turn[1], np.array([1.0, 0, 0]), np.array([0, 0, 1.0])
        level = np.cross(upright, ahead) / np.linalg.norm(np.cross(upright, ahead))
        centre = ahead * path.subject_distance_m
        # Displacements of the points as the camera has them.
        displacements = {
            "pan": -np.cross(upright, points),
            "tilt": -np.cross(across, points),
            "roll": -np.cross(ahead, points),
            "zoom": np.concatenate([points[..., :2], 0 * z], -1),
            "track": np.broadcast_to(level, points.shape),
            "crane": np.broadcast_to(upright, points.shape),
            "push": np.broadcast_to(-ahead, points.shape),
            "orbit": -np.cross(upright, points - centre),
            "arc": -np.cross(across, points - centre),
        }
        for name, moved in displacements.items():
            flow = path.focal[first] * (moved[..., :2] - rays[..., :2] * moved[..., 2:]) / z
            found.setdefault(name, []).append(flow)
    return {name: np.array(steps) for name, steps in found.items()}


def _step_flow(
    path: CameraPath, first: int, last: int, centres: Array, found: tuple[Array, Array] | None
) -> Array:
    """Far, near and guessed flow of one step, (3, R, C, 2)."""
    pose, subject = path.camera_to_world[first], path.subject[first]
    eye = pose[:, 3]
    ahead = np.ones((*centres.shape[:2], 1))
    # Rays have length 1 along the optical axis, so distances along them are depths.
    rays: Array = np.concatenate([centres / path.focal[first], ahead], axis=-1) @ pose[:, :3].T
    down = rays[..., 1]
    ground = np.where(down > 1e-6, -eye[1] / np.maximum(down, 1e-6), np.inf)
    nearest = np.minimum(ground, _NEAREST * path.subject_distance_m)
    if found is not None:
        distance, walked = found
        nearest = np.minimum(nearest, distance)
    else:
        behind = np.minimum(ground, _to_backdrop(rays, eye - subject, path.subject_distance_m))
        figure = _to_figure(rays, eye - subject)
        is_figure = figure < behind
        distance = np.where(is_figure, figure, behind)
        walked = np.where(is_figure[..., None], path.subject[last] - subject, 0.0)

    def flow(closeness: Array, walk: Array | float = 0.0) -> Array:
        """Flow of points at 1 / closeness along their rays that move by walk / closeness."""
        end = path.camera_to_world[last]
        point = (rays + closeness[..., None] * (eye - end[:, 3]) + walk) @ end[:, :3]
        depth = np.maximum(point[..., 2:], _LEAST_DEPTH)
        moved: Array = point[..., :2] / depth * path.focal[last] - centres
        return moved

    # The best guess moves by itself; the range is that of a set at rest.
    closeness = 1.0 / np.maximum(distance, _LEAST_DEPTH)
    moved = closeness[..., None] * walked
    return np.stack([flow(np.zeros_like(ground)), flow(1.0 / nearest), flow(closeness, moved)])


def _to_backdrop(rays: Array, eye: Array, distance_m: float) -> Array:
    """Distance along each ray to a round wall about the subject, which is the origin of `eye`."""
    flat_eye, flat = eye[[0, 2]], rays[..., [0, 2]]
    radius = max((_BACKDROP - 1) * distance_m, _BACKDROP_LEAST_M, 1.2 * np.hypot(*flat_eye))
    square = (flat**2).sum(axis=-1) + 1e-12
    along = flat @ flat_eye
    inside = radius**2 - flat_eye @ flat_eye
    distance: Array = (np.sqrt(along**2 + square * inside) - along) / square
    return distance


def _to_figure(rays: Array, eye: Array) -> Array:
    """Distance to an upright board that faces the camera; infinity where a ray misses it."""
    run = max(float(np.hypot(eye[0], eye[2])), 1e-9)
    towards = np.array([-eye[0], 0.0, -eye[2]]) / run
    aside = np.array([towards[2], 0.0, -towards[0]])
    forward = rays @ towards
    distance = run / np.maximum(forward, 1e-9)
    point = eye + rays * distance[..., None]
    is_hit = (forward > 1e-9) & (np.abs(point @ aside) < _FIGURE_WIDTH_M / 2)
    is_hit &= (point[..., 1] < 0) & (point[..., 1] > -_FIGURE_HEIGHT_M)
    return np.where(is_hit, distance, np.inf)
