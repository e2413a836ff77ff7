"""The control film of a shot: its layout as a model that is steered by one reads it.

Set and things are depth (near is white, blurred), lines or clay. Near people are skeletons on
black, as models were trained on; bodies of far and of mostly hidden people are depth, because a
skeleton of a few pixels or with most joints hidden is not understood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shots.vocabulary.control import Control
from storyboard.layout.meshes import Mesh
from storyboard.layout.passes.film_passes import pass_record, skeleton
from storyboard.layout.passes.pass_pictures import clay, clay_set, depth8, lines_picture
from storyboard.layout.passes.skeleton import Skeleton, pose_picture, visible
from storyboard.layout.render.frame import Bytes, Frame, render_frame
from storyboard.layout.render.lens import LensCamera
from storyboard.layout.shot_film import ShotFilm

Size = tuple[int, int]
_BLUR_SHARE = 0.004  # of the shorter side: exact depth is taken for grey footage
_NEAR_SHARE = 0.25  # of the height of the picture, from which a person is a skeleton
_SHOWN_SHARE = 0.4  # of the joints
_ROOM_SHARE = 0.012  # of the height, round a skeleton for hair and clothes


def control_frames(film: ShotFilm, size: Size, control: Control) -> Iterator[Bytes]:
    """Draw the control film of a shot, one (H, W, 3) uint8 a frame."""
    span = pass_record(film, size).span
    people = {film.numbers[name] for name in film.figures}
    props = [film.numbers[p.id] for p in film.shown if p.look is None and not p.is_fixture]
    clay_film = clay_set(film.still, film.lit_at)
    blur = _BLUR_SHARE * min(size)
    for k in range(film.path.num_frames):
        camera, scene = film.camera(k), film.scene(k)
        if control.cast == "none":
            scene = replace(scene, moving=_without(scene.moving, people))
        frame = render_frame(scene, camera, film.rig, size)
        depth = np.repeat(depth8(frame.depth, span, blur_px=blur)[..., None], 3, axis=2)
        things = np.isin(frame.owner, props)
        match control.set:
            case "depth":
                picture = depth.copy()
            case "lines":
                picture = np.repeat(lines_picture(frame)[..., None], 3, axis=2)
                picture[things] = np.maximum(picture, depth)[things]
            case "clay":
                shown = clay_film.with_moving(clay(scene.moving))
                picture = render_frame(shown, camera, film.rig, size).picture.copy()
            case _:
                picture = np.zeros_like(depth)
        if control.cast != "none":
            bodies = np.isin(frame.owner, sorted(people))
            picture[bodies] = depth[bodies]
        if control.cast == "pose":
            acting = film.performances(k)
            drawn = [skeleton(film, each.id, acting[each.id]) for each in film.shown
                     if each.id in acting]  # fmt: skip
            _draw_near(picture, drawn, frame, camera)
        yield picture


def _draw_near(picture: Bytes, people: list[Skeleton], frame: Frame, camera: LensCamera) -> None:
    """Draw the skeletons of near people on black, in place."""
    near = [each for each in people if _is_near(each, frame, camera)]
    room = round(_ROOM_SHARE * len(picture))
    kernel = np.ones((2 * room + 1, 2 * room + 1), np.uint8)
    for each in near:
        body = cv2.dilate((frame.owner == each.owner).astype(np.uint8), kernel)
        picture[body > 0] = 0
    drawn = pose_picture(near, frame, camera)
    is_drawn = drawn.any(axis=2)
    picture[is_drawn] = drawn[is_drawn]


def _is_near(person: Skeleton, frame: Frame, camera: LensCamera) -> bool:
    """Whether enough of a person is in the picture, and large enough, for a skeleton."""
    pixels, shown = visible(person.body, person.owner, frame, camera, 0.25)
    if shown.mean() < _SHOWN_SHARE:
        return False
    height = float(np.ptp(pixels[shown][:, 1]))
    return height >= _NEAR_SHARE * len(frame.depth)


def _without(mesh: Mesh, owners: set[int]) -> Mesh:
    """The faces of a mesh that belong to others."""
    kept: NDArray[np.bool_] = ~np.isin(mesh.owner, sorted(owners))
    names = ("faces", "colour", "glow", "surface", "owner")
    return replace(mesh, **{name: getattr(mesh, name)[kept] for name in names})
