"""Layouts of a shot at one frame: as requested, and with other light or another shot size.

As the camera is judged against its path, its reverse and a static camera, light is judged against
the same scene in other lights, and size against the same subject at other distances. What is alike
in every alternative, such as the colour of a coat, then cannot bias the verdict.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shots.path.camera_path import camera_path
from shots.path.rig import frame_subject
from storyboard.judge.coherence import look_frames
from storyboard.judge.motion import Frame, grid_shape, small_size, step_frames
from storyboard.judge.predicted_flow import Geometry

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot
    from shots.staging.staged import StagedShot
    from shots.vocabulary.lighting import Lighting
    from storyboard.layout import ShotFilm

_CELL_PX = 4  # of the layout that depths are read from, for each cell


class Alternatives:
    """The layouts of a shot at the frame that shows its framing best, rendered when needed.

    Attributes:
        film: The layout as requested.
        frame: Index of that frame in the path.
        size: Width and height of every picture.
    """

    def __init__(self, film: ShotFilm, shot: Shot) -> None:
        self.film, self._shot = film, shot
        path = film.path
        self.frame = best_framed_frame(shot, film.staged, path)
        self.size = small_size(path.aspect, 1)
        self._lit: dict[Lighting, Frame] = {}
        self._outlines: dict[str, Frame] = {}

    def lit(self, **changes: str | None) -> Frame:
        """The picture with some fields of its lighting changed, (h, w, 3)."""
        lighting = self._shot.lighting.model_copy(update=changes)
        if lighting not in self._lit:
            rig = self.film.lit(lighting)
            self._lit[lighting] = self.film.frame(self.frame, self.size, rig=rig).picture
        return self._lit[lighting]

    def outline(self, size: str) -> Frame:
        """Where the subject would be at another shot size, (h, w), 255 where it covers a pixel."""
        if size not in self._outlines:
            path = self.film.path
            camera = self._shot.camera.model_copy(update={"size": size})
            shot = self._shot.model_copy(update={"camera": camera})
            framed = self.film.staged.framed
            if size != self._shot.camera.size and framed.across_m is not None:
                framed = replace(framed, width_m=framed.across_m)
            other = camera_path(shot, num_frames=path.num_frames, aspect=path.aspect, framed=framed)
            film = self.film.along(other)
            self._outlines[size] = film.subject_mask(film.frame(self.frame, self.size))
        return self._outlines[size]

    def subject_masks(self) -> Frame:
        """Where what moves by itself is at each frame of `step_frames`, (K, h, w), 255 is all."""
        frames = [
            self.film.frame(int(k), self.size) for k in step_frames(self.film.path.num_frames)
        ]
        return np.stack([self.film.mask(self.film.movers, frame) for frame in frames])

    def geometry(self) -> Geometry:
        """Depth and motion of what the layout has in each cell of the picture.

        Of several things it is the nearest one, whose outline moves with it.
        """
        path = self.film.path
        rows, columns = grid_shape(path.aspect)
        size = (columns * _CELL_PX, rows * _CELL_PX)
        depths, walks = [], []
        for first, last in pairwise(step_frames(path.num_frames)):
            frame = self.film.frame(int(first), size)
            depth, owner = (_by_cell(each) for each in (frame.depth, frame.owner))
            nearest = depth.argmin(axis=-1, keepdims=True)
            owner = np.take_along_axis(owner, nearest, axis=-1)[..., 0]
            walked = np.zeros((rows, columns, 3))
            for number, move in self.film.displacements(int(first), int(last)).items():
                walked[owner == number] = move
            depths.append(depth.min(axis=-1).astype(np.float64))
            walks.append(walked)
        return Geometry(np.stack(depths), np.stack(walks))


def _by_cell(picture: NDArray[Any]) -> NDArray[Any]:
    """(R, C, N), the pixels of each cell."""
    rows, columns = picture.shape[0] // _CELL_PX, picture.shape[1] // _CELL_PX
    blocks = picture.reshape(rows, _CELL_PX, columns, _CELL_PX)
    return blocks.swapaxes(1, 2).reshape(rows, columns, -1)


def best_framed_frame(shot: Shot, staged: StagedShot, path: CameraPath) -> int:
    """The first, middle or last frame, whichever is nearest to the framing that the shot names."""
    named = frame_subject(shot.camera, path.aspect, staged.framed, shot.sensor_mm)
    frames = look_frames(path.num_frames)
    pose = path.camera_to_world[frames]
    aim = path.subject[frames] + named.aim[0]
    in_camera = np.einsum("fji,fj->fi", pose[:, :, :3], aim - pose[:, :, 3])
    depth = np.maximum(in_camera[:, 2], 1e-3)
    asked = float(named.focal[0]) / path.subject_distance_m
    size = np.abs(np.log2(path.focal[frames] / depth / asked))
    off = np.linalg.norm(in_camera[:, :2], axis=1) / depth * path.focal[frames]
    turned = 1 - pose[:, 2, 2]  # light is set for a camera that faces along z
    return int(frames[(size + off + turned).argmin()])
