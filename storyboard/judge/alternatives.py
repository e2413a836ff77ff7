"""Layouts of a shot at one frame: as requested, and with other light or another shot size.

As the camera is judged against its path, its reverse and a static camera, light is judged against
the same scene in other lights, and size against the same subject at other distances. What is alike
in every alternative, such as the colour of a coat, then cannot bias the verdict.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from shots.path.camera_path import camera_path
from shots.path.rig import FRAMINGS, relative_focal
from storyboard.judge.coherence import look_frames
from storyboard.judge.motion import Frame, small_size, step_frames
from storyboard.layout.mesh import SUBJECT
from storyboard.layout.raster import PinholeCamera, rasterise
from storyboard.layout.scene import StagedScene, stage

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList
    from shots.vocabulary.lighting import Lighting


class Alternatives:
    """The layouts of a shot at the frame that shows its framing best, rendered when needed.

    Attributes:
        frame: Index of that frame in the path.
        size: Width and height of every picture.
    """

    def __init__(self, board: ShotList, shot: Shot, path: CameraPath) -> None:
        self._board, self._shot, self._path = board, shot, path
        self.frame = best_framed_frame(shot, path)
        self.size = small_size(path.aspect, 1)
        self._scene = stage(board, shot, path)
        self._mesh = self._scene.at(self.frame)
        self._lit: dict[Lighting, Frame] = {}
        self._outlines: dict[str, Frame] = {}

    def lit(self, **changes: str | None) -> Frame:
        """The picture with some fields of its lighting changed, (h, w, 3)."""
        lighting = self._shot.lighting.model_copy(update=changes)
        if lighting not in self._lit:
            rig = self._scene.lit(lighting, self._board.style.palette).rig
            camera = PinholeCamera.at(self._path, self.frame)
            ground = self._scene.ground
            self._lit[lighting] = rasterise(self._mesh, ground, camera, rig, self.size)[0]
        return self._lit[lighting]

    def outline(self, size: str) -> Frame:
        """Where the subject would be at another shot size, (h, w), 255 where it covers a pixel."""
        if size not in self._outlines:
            camera = self._shot.camera.model_copy(update={"size": size})
            shot = self._shot.model_copy(update={"camera": camera})
            path = camera_path(shot, num_frames=self._path.num_frames, aspect=self._path.aspect)
            scene = stage(self._board, shot, path)
            self._outlines[size] = self._subject_mask(scene, path, self.frame)
        return self._outlines[size]

    def subject_masks(self) -> Frame:
        """Where the subject is at each frame of `step_frames`, (K, h, w), 255 where it is."""
        frames = step_frames(self._path.num_frames)
        return np.stack([self._subject_mask(self._scene, self._path, int(k)) for k in frames])

    def _subject_mask(self, scene: StagedScene, path: CameraPath, frame: int) -> Frame:
        mesh = scene.at(frame)
        is_subject = mesh.owner == SUBJECT
        parts = ("faces", "colour", "glow", "layer", "owner")
        subject = replace(mesh, **{name: getattr(mesh, name)[is_subject] for name in parts})
        camera = PinholeCamera.at(path, frame)
        return rasterise(subject, scene.ground, camera, scene.rig, self.size)[1]


def best_framed_frame(shot: Shot, path: CameraPath) -> int:
    """The first, middle or last frame, whichever is nearest to the framing that the shot names."""
    framing = FRAMINGS[shot.camera.size]
    frames = look_frames(path.num_frames)
    pose = path.camera_to_world[frames]
    aim = path.subject[frames] + [0.0, -framing.aim_m, 0.0]
    in_camera = np.einsum("fji,fj->fi", pose[:, :, :3], aim - pose[:, :, 3])
    depth = np.maximum(in_camera[:, 2], 1e-3)
    named = relative_focal(shot.camera.lens_mm, shot.sensor_mm) / path.subject_distance_m
    size = np.abs(np.log2(path.focal[frames] / depth / named))
    off = np.linalg.norm(in_camera[:, :2], axis=1) / depth * path.focal[frames]
    turned = 1 - pose[:, 2, 2]  # light is set for a camera that faces along z
    return int(frames[(size + off + turned).argmin()])
