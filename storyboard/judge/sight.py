"""What a camera path would show: how far each cell of the picture moves, from geometry alone.

Nobody knows how far away the things in a generated clip are. So every cell gets a span, from a
point at infinity to the nearest that is likely there, and one best guess in between: the ground,
a backdrop round the subject, and the figure itself. Called by `verdict`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from shots.path.rig import turn_about
from storyboard.judge.motion import Array, cell_centres, step_frames

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath

_BACKDROP = 4.0  # times the subject's distance: the far wall of the guess
_BACKDROP_LEAST_M = 2.5  # behind the subject
_NEAREST = 0.8  # of the subject's distance: a hand or a bonnet in front of the figure
_FIGURE_WIDTH_M, _FIGURE_HEIGHT_M = 0.6, 1.75
_SEEN_DEPTH = 0.02  # of a point's distance that has to be left in front of the camera
# What a camera that should stand could do instead: about the middle of what the words mean.
_PAN_RAD, _TILT_RAD, _TRAVEL = 0.45, 0.25, 0.4  # the last in subject distances


@dataclass(frozen=True, eq=False)
class Sight:
    """Flow of each cell and step in picture widths, (K, R, C, 2) each.

    Attributes:
        far: Were everything infinitely far away.
        near: Were everything as near as is likely.
        guess: Of the stand-in scene.
    """

    far: Array
    near: Array
    guess: Array


def moving(path: CameraPath) -> Iterator[CameraPath]:
    """A camera that stands still, as if it moved instead: to one side each, its reverse the other.

    It pans, tilts, comes nearer, and travels along x and along y, steadily.
    """
    first = path.camera_to_world[0]
    done = np.linspace(0.0, 1.0, path.num_frames)[:, None]
    for axis, angle in ((1, -_PAN_RAD), (0, _TILT_RAD)):
        turned = first[:, :3] @ turn_about(axis, angle * done[:, 0])
        at = np.broadcast_to(first[:, 3:], (path.num_frames, 3, 1))
        yield replace(path, camera_to_world=np.concatenate([turned, at], axis=-1))
    for axis in range(3):
        poses = np.repeat(first[None], path.num_frames, axis=0)
        poses[:, :, 3] += done * _TRAVEL * path.subject_distance_m * first[:, axis]
        yield replace(path, camera_to_world=poses)


def look(path: CameraPath, shape: tuple[int, int]) -> Sight:
    """Project the cells of each step's first frame into its last.

    Args:
        path: With its own number of frames; the steps are those of `step_frames`.
        shape: Rows and columns of cells.
    """
    frames = step_frames(path.num_frames)
    centres = cell_centres(shape, path.aspect)
    steps = [_look_once(path, int(first), int(last), centres) for first, last in pairwise(frames)]
    far, near, guess = np.array(steps).reshape(-1, 3, *centres.shape).swapaxes(0, 1)
    return Sight(far, near, guess)


def _look_once(path: CameraPath, first: int, last: int, centres: Array) -> Array:
    """Far, near and guessed flow of one step, (3, R, C, 2)."""
    pose, subject = path.camera_to_world[first], path.subject[first]
    eye = pose[:, 3]
    ahead = np.ones((*centres.shape[:2], 1))
    rays: Array = np.concatenate([centres / path.focal[first], ahead], axis=-1) @ pose[:, :3].T
    ground = _to_ground(rays, eye)
    nearest = np.minimum(ground, _NEAREST * path.subject_distance_m)
    behind = np.minimum(ground, _to_backdrop(rays, eye - subject, path.subject_distance_m))
    figure = _to_figure(rays, eye - subject)
    is_figure = figure < behind
    walked = np.where(is_figure[..., None], path.subject[last] - subject, 0.0)

    def moved(closeness: Array, by: Array | float = 0.0) -> Array:
        """Flow of points at 1 / closeness along their rays; a ray is 1 long along the axis."""
        there = path.camera_to_world[last]
        point = (rays + closeness[..., None] * (eye - there[:, 3] + by)) @ there[:, :3]
        depth = np.maximum(point[..., 2:], _SEEN_DEPTH)
        flow: Array = point[..., :2] / depth * path.focal[last] - centres
        return flow

    guess = 1.0 / np.where(is_figure, figure, behind)
    return np.stack([moved(np.zeros_like(ground)), moved(1.0 / nearest), moved(guess, walked)])


def _to_ground(rays: Array, eye: Array) -> Array:
    down = rays[..., 1]
    return np.where(down > 1e-6, -eye[1] / np.maximum(down, 1e-6), np.inf)


def _to_backdrop(rays: Array, eye: Array, distance_m: float) -> Array:
    """A round wall about the subject; `eye` counts from the subject."""
    flat_eye, flat = eye[[0, 2]], rays[..., [0, 2]]
    radius = max((_BACKDROP - 1) * distance_m, _BACKDROP_LEAST_M, 1.2 * np.hypot(*flat_eye))
    square = (flat**2).sum(axis=-1) + 1e-12
    along = flat @ flat_eye
    inside = radius**2 - flat_eye @ flat_eye
    distance: Array = (np.sqrt(along**2 + square * inside) - along) / square
    return distance


def _to_figure(rays: Array, eye: Array) -> Array:
    """An upright board that faces the camera; infinity where a ray misses it."""
    run = max(float(np.hypot(eye[0], eye[2])), 1e-9)
    towards = np.array([-eye[0], 0.0, -eye[2]]) / run
    aside = np.array([towards[2], 0.0, -towards[0]])
    forward = rays @ towards
    distance = run / np.maximum(forward, 1e-9)
    point = eye + rays * distance[..., None]
    is_hit = (forward > 1e-9) & (np.abs(point @ aside) < _FIGURE_WIDTH_M / 2)
    is_hit &= (point[..., 1] < 0) & (point[..., 1] > -_FIGURE_HEIGHT_M)
    return np.where(is_hit, distance, np.inf)
