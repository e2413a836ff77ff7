"""Layout renderer: a staged shot filmed along its camera path, without a model.

`render --quality layout` shows these frames, greybox is trained on them, and `storyboard.judge`
compares clips with them: a layout shows exactly what was staged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shots.staging.stage_shot import stage_shot
from storyboard.layout.shot_film import ShotFilm

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList

__all__ = ["ShotFilm", "layout_film", "layout_with_mask"]


def layout_film(board: ShotList, shot: Shot, path: CameraPath) -> ShotFilm:
    """A shot as staged, to be rendered along a path that was made for what it frames."""
    return ShotFilm(stage_shot(board, shot), path, shot, board.style.palette)


def layout_with_mask(
    film: ShotFilm, size: tuple[int, int], frames: Iterable[int] | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Render a layout in width x height pixels: some frames, by default all.

    Returns:
        Frames (T, H, W, 3) and the coverage of what is framed (T, H, W), both uint8.
    """
    chosen = range(film.path.num_frames) if frames is None else frames
    rendered = [film.frame(k, size) for k in chosen]
    masks = [film.subject_mask(frame) for frame in rendered]
    return np.stack([frame.picture for frame in rendered]), np.stack(masks)
