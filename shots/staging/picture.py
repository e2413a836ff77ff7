"""The picture of a camera on the floor plan: poses in the plan's axes, and what they project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shots.path.camera_path import camera_path
from shots.path.rig import Framed
from shots.staging.floor_space import Array
from shots.staging.staged import CameraPlace, Player
from shots.staging.standing import standing

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot

SHARES = np.linspace(0.0, 1.0, 7)
"""Moments of a shot at which it is looked at, as shares of it."""
_TIGHT_M = 0.5  # height of a picture of a face


def plan_turn(side_deg: float) -> Array:
    """(3, 3): takes axes of a camera path to the plan's world axes, for column vectors."""
    cos, sin = np.cos(np.radians(side_deg)), np.sin(np.radians(side_deg))
    return np.array([[cos, 0.0, -sin], [0.0, 1.0, 0.0], [sin, 0.0, cos]])


def on_plan(path: CameraPath, place: CameraPlace) -> Array:
    """(F, 3, 4) camera-to-world poses in the plan's world axes: x right, y down, z forward."""
    poses: Array = plan_turn(place.side_deg) @ path.camera_to_world
    poses[:, :, 3] += [place.at[0], 0.0, place.at[1]]
    return poses


def subjects_on_plan(path: CameraPath, place: CameraPlace) -> Array:
    """(F, 2): where what is framed is on the plan, for a camera that travels with it."""
    turned = (plan_turn(place.side_deg) @ path.subject[:, :, None])[:, :, 0]
    subjects: Array = turned[:, [0, 2]] + place.at
    return subjects


@dataclass(frozen=True, eq=False)
class CameraPicture:
    """The camera at the moments `SHARES`.

    Attributes:
        poses: (M, 3, 4) in the plan's world axes.
        focal: (M,), focal length / picture width.
        subject: (M, 2), of `subjects_on_plan`.
        aspect: Width / height.
    """

    poses: Array
    focal: Array
    subject: Array
    aspect: float

    @property
    def eyes(self) -> Array:
        """(M, 3): x, height and z of the camera."""
        return self.poses[:, :, 3] * [1.0, -1.0, 1.0]

    def project(self, points: Array) -> Array:
        """(M, P, 3): x and y in parts of the width and the height from the picture's centre, depth.

        Args:
            points: (M, P, 3) or (P, 3): x, height, z on the plan.
        """
        world = np.asarray(points, np.float64) * [1.0, -1.0, 1.0]
        if world.ndim == 2:
            world = np.repeat(world[None], len(self.poses), axis=0)
        away = world - self.poses[:, None, :, 3]
        in_camera = np.einsum("mij,mpi->mpj", self.poses[:, :, :3], away)
        depth = in_camera[..., 2]
        scale = self.focal[:, None] / np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        x, y = in_camera[..., 0] * scale, in_camera[..., 1] * scale * self.aspect
        return np.stack([x, y, depth], axis=-1)


def take_picture(shot: Shot, aspect: float, place: CameraPlace, framed: Framed) -> CameraPicture:
    """The camera of a shot at the moments `SHARES`."""
    path = camera_path(shot, num_frames=len(SHARES), aspect=aspect, framed=framed)
    return CameraPicture(on_plan(path, place), path.focal, subjects_on_plan(path, place), aspect)


def share_in_frame(player: Player, players: Mapping[str, Player], picture: CameraPicture) -> float:
    """Part of the moments at which somebody is in the picture, head and middle."""
    comes = any(beat.to == "in" for beat in player.beats)
    good = []
    for k, share in enumerate(SHARES):
        if comes and share < 0.45:
            continue
        now = standing(player, float(share), players)
        x, _, z = now.head if now.tall_m else (now.at[0], now.top_m, now.at[1])
        low = (now.at[0], now.base_m + 0.1 * now.size[1], now.at[1])
        head, foot = picture.project(np.array([(x, now.top_m, z), low]))[k]
        half = 0.0
        if not now.tall_m:  # of a long thing, most
            half = 0.8 * max(now.size[0], now.size[2]) / 2 * picture.focal[k] / max(head[2], 0.1)
        away = np.linalg.norm(picture.subject[k] - picture.eyes[k][[0, 2]])
        high_m = away / (picture.focal[k] * picture.aspect)  # of the picture, as it is asked
        most = 0.5 if high_m > _TIGHT_M else 0.7  # a tight picture may cut the crown
        edge = 0.40 if high_m > 1.1 * now.size[1] or not now.tall_m else 0.36
        inside = abs(head[0]) <= max(0.1, edge - half) and abs(head[1]) <= most and head[2] > 0.1
        if high_m > 1.1 * now.size[1]:  # it has room for all
            inside = inside and abs(foot[1]) <= 0.5
        good.append(bool(inside))
    return float(np.mean(good))
