"""Lens of a shot: what is in focus at each frame, how far the rest is out of it, projection."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from shots.path.rig import frame_subject
from shots.staging.picture import plan_turn
from storyboard.layout.render.depth_of_field import Optics
from storyboard.layout.render.lens import Projection

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot
    from shots.staging.staged import StagedShot

_STOP = 8.0  # of a shot that asks for no focus
_STOPS = {"shallow": 1.4, "macro": 2.8, "deep": math.inf, "tilt-shift": 2.0}
_TILT = 0.9
_RACKED = 3.0  # distances of the subject that a rack ends at if nobody stands behind it
_RACK_S = (0.25, 0.75)  # shares of the shot between which the focus moves
_NEAREST_M = 0.05


class ShotOptics:
    """Focus and projection of a shot.

    Attributes:
        projection: How its lens projects.
    """

    def __init__(self, staged: StagedShot, path: CameraPath, shot: Shot) -> None:
        camera = shot.camera
        self.projection: Projection = "pinhole"
        if camera.focus in ("fisheye", "anamorphic"):
            self.projection = "fisheye" if camera.focus == "fisheye" else "anamorphic"
        self._stop = _STOPS.get(camera.focus or "", _STOP)
        self._tilt = _TILT if camera.focus == "tilt-shift" else 0.0
        self._sensor_mm, self._path = shot.sensor_mm, path
        self._aim = frame_subject(camera, path.aspect, staged.framed, shot.sensor_mm).aim[0]
        self._racks = "rack-focus" in camera.movement
        self._behind_m = self._second_distance(staged)

    def at(self, frame: int, eyes_m: float | None = None) -> Optics | None:
        """Focus of a frame, on the subject's eyes if it has some; None where all is sharp."""
        if math.isinf(self._stop):
            return None
        focus_m = eyes_m or self._depth(frame, self._path.subject[frame] + self._aim)
        if self._racks:
            first, last = _RACK_S
            part = np.clip((float(self._path.share[frame]) - first) / (last - first), 0.0, 1.0)
            end = self._behind_m or _RACKED * focus_m
            focus_m = 1 / ((1 - part) / focus_m + part / end)
        squeeze = 2.0 if self.projection == "anamorphic" else 1.0
        return Optics(focus_m, self._stop, self._sensor_mm, self._tilt, squeeze)

    def _depth(self, frame: int, point: np.ndarray) -> float:
        pose = self._path.camera_to_world[frame]
        return max(float((point - pose[:, 3]) @ pose[:, 2]), _NEAREST_M)

    def _second_distance(self, staged: StagedShot) -> float:
        """Distance of the nearest other player behind the subject, 0 if there is none."""
        place = staged.camera
        forward = plan_turn(place.side_deg)[[0, 2], 2]
        own = self._depth(0, self._aim)
        found = []
        for player in staged.players:
            if player.is_fixture or player.id in place.subjects[:1] or player.id == place.over:
                continue
            along = float((np.array(player.at) - place.at) @ forward)
            if along > 0.3:
                found.append(own + along)
        return min(found, default=0.0)
