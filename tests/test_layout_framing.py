"""Who and what a shot is of are in its picture, measured on the bodies of the layout."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.staging_pictures import NUM_FRAMES, sentence_board
from shots.staging.stage_shot import stage_board, staged_path
from storyboard.layout import ShotFilm

MOMENTS = range(0, NUM_FRAMES, 4)


def film_of(camera: str, action: str, place: str = "EXT. SQUARE") -> ShotFilm:
    entry = {"n": 1, "heading": f"{place} - DAY", "camera": camera, "action": action}
    names = [name for name in ("anna", "ben", "lily") if name in action.lower()]
    board = sentence_board({**entry, "subjects": names})
    shot = board.shots[0]
    path = staged_path(board, shot, num_frames=NUM_FRAMES, aspect=16 / 9)
    return ShotFilm(stage_board(board)[shot.id], path, shot)


def spots(film: ShotFilm, name: str, point: str) -> np.ndarray:
    """(M, 2): a point of a body at each moment, in parts of the picture from its top left."""
    found = []
    for k in MOMENTS:
        camera, at = film.camera(k), film.performances(k)[name].points[point]
        x, y, z = camera.matrix((16, 9)) @ (at - camera.position)
        found.append((x / z / 16, y / z / 9) if z > 0 else (np.nan, np.nan))
    return np.array(found)


@pytest.mark.parametrize(
    ("camera", "action", "names", "point"),
    [
        ("CU", "Anna and Ben kiss.", ("anna", "ben"), "eye"),
        ("CU", "Ben hugs Anna.", ("anna", "ben"), "head"),
        ("MCU", "Anna bows.", ("anna",), "crown"),
        ("FS, low-angle", "Ben crawls towards the camera.", ("ben",), "crown"),
        ("CU", "Ben rides a bicycle.", ("ben",), "eye"),
        ("MS, POV", "Anna hugs Ben.", ("ben",), "crown"),
    ],
)
def test_heads_stay_in_the_picture_through_the_whole_action(
    camera: str, action: str, names: tuple[str, ...], point: str
) -> None:
    film = film_of(camera, action)
    for name in names:
        at = spots(film, name, point)
        assert ((at > -0.02) & (at < 1.02)).all(), (name, at.round(2).tolist())
