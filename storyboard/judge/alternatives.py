"""A shot's layout at one frame: as it was asked for, and as it could have been instead.

As a camera is judged against its path, its reverse and a standstill, light is judged against the
same scene under other lights, and size against the same subject from other distances. What only
looks alike in every alternative, such as the colour of a coat, then cannot mislead the judge.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shots.path.camera_path import camera_path
from shots.path.rig import FRAMINGS
from storyboard.judge.downscale import small_size
from storyboard.judge.drift import looked_at
from storyboard.judge.motion import step_frames
from storyboard.layout.mesh import SUBJECT, Mesh
from storyboard.layout.raster import Camera, rasterise
from storyboard.layout.scene import Scene, stage

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList
    from shots.vocabulary.lighting import Lighting

Frame = NDArray[np.uint8]


class Alternatives:
    """The layouts of a shot at the frame that shows its framing best.

    Attributes:
        frame: Which frame of the path that is.
        size: Width and height of every picture.
    """

    def __init__(self, board: ShotList, shot: Shot, path: CameraPath) -> None:
        self._board, self._shot, self._path = board, shot, path
        self.frame = framed_at(shot, path)
        self.size = small_size(path.aspect, 1)
        self._scene = stage(board, shot, path)
        self._mesh = self._scene.at(self.frame)
        self._lit: dict[Lighting, Frame] = {}
        self._outlines: dict[str, Frame] = {}

    def lit(self, **changes: str | None) -> Frame:
        """The picture with some fields of its lighting changed, (h, w, 3)."""
        lighting = self._shot.lighting.model_copy(update=changes)
        if lighting not in self._lit:
            self._lit[lighting] = self._film(lighting)
        return self._lit[lighting]

    def _film(self, lighting: Lighting) -> Frame:
        rig = self._scene.lit(lighting, self._board.style.palette).rig
        camera = Camera.at(self._path, self.frame)
        return rasterise(self._mesh, self._scene.ground, camera, rig, self.size)[0]

    def outline(self, size: str) -> Frame:
        """Where the subject would be at another shot size, (h, w), 255 where it covers a pixel."""
        if size not in self._outlines:
            self._outlines[size] = self._draw(size)
        return self._outlines[size]

    def passing(self) -> Frame:
        """Where the subject is as it was asked for, (K, h, w), 255 where it covers a pixel."""
        frames = step_frames(self._path.num_frames)
        return np.stack([self._subject(self._scene, self._path, int(k)) for k in frames])

    def _draw(self, size: str) -> Frame:
        camera = self._shot.camera.model_copy(update={"size": size})
        shot = self._shot.model_copy(update={"camera": camera})
        path = camera_path(shot, num_frames=self._path.num_frames, aspect=self._path.aspect)
        return self._subject(stage(self._board, shot, path), path, self.frame)

    def _subject(self, scene: Scene, path: CameraPath, frame: int) -> Frame:
        alone = _subject_alone(scene.at(frame))
        return rasterise(alone, scene.ground, Camera.at(path, frame), scene.rig, self.size)[1]


def _subject_alone(mesh: Mesh) -> Mesh:
    is_subject = mesh.owner == SUBJECT
    parts = ("faces", "colour", "glow", "layer", "owner")
    return replace(mesh, **{name: getattr(mesh, name)[is_subject] for name in parts})


def framed_at(shot: Shot, path: CameraPath) -> int:
    """The first, middle or last frame, whichever is nearest to the framing that the shot names."""
    framing = FRAMINGS[shot.camera.size]
    frames = looked_at(path.num_frames)
    pose = path.camera_to_world[frames]
    aim = path.subject[frames] + [0.0, -framing.aim_m, 0.0]
    seen = np.einsum("fji,fj->fi", pose[:, :, :3], aim - pose[:, :, 3])
    depth = np.maximum(seen[:, 2], 1e-3)
    named = shot.camera.lens_mm / 36.0 / path.subject_distance_m
    size = np.abs(np.log2(path.focal[frames] / depth / named))
    off = np.linalg.norm(seen[:, :2], axis=1) / depth * path.focal[frames]
    turned = 1 - pose[:, 2, 2]  # light is set for a camera that looks along z
    return int(frames[(size + off + turned).argmin()])
