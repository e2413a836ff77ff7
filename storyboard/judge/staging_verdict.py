"""Verdicts on the staging: who is in the picture and whole, and what is done there.

Who is in the picture is read from the layout. Whether the clip shows the same is judged only where
it is the layout, everywhere in the picture: otherwise there is no verdict. Nor is there one on an
action that would look the same if somebody just stood there, such as typing in a close-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shots.staging.floor.people_places import is_crowd
from shots.staging.staged import Beat, Player
from storyboard.judge.alternatives import best_framed_frame
from storyboard.judge.coherence import look_frames
from storyboard.judge.finding import UNDECIDED, Finding
from storyboard.judge.motion import Frame, Frames
from storyboard.layout.contacts import missed_contacts

if TYPE_CHECKING:
    from shots.schema import Shot
    from storyboard.layout import ShotFilm
    from storyboard.layout.meshes import Array
    from storyboard.layout.render.frame import Frame as Rendered
    from storyboard.layout.render.lens import LensCamera

_LEAST_PART, _LEAST_PART_EWS = 0.002, 0.0004  # of the picture that a subject covers
_MOST_CUT = 0.02  # of the picture's height by which the crown may be out of it
_CUT_ASKED = ("CU", "BCU", "ECU")  # sizes whose picture may cut the crown
_WINDOW = 1 / 45  # of the picture's width, over which differences are averaged
_ALIKE = 3.0  # grey levels between clip and layout in the worst window; the layout itself has 0
_WIDTH_PX = 224  # of pictures that show whether an action is visible
_LEAST_THING = 0.0005  # of such a picture
_PALMS = ("palm.L", "palm.R")
_VISIBLE = 8.0  # grey levels that an action changes in the best window


def judge_staging(frames: Frames, film: ShotFilm, shot: Shot) -> Iterator[Finding]:
    """Judge a clip (T, H, W, 3): subjects in the picture, heads whole, things and actions shown."""
    size = (frames.shape[2], frames.shape[1])  # rendered alike, so that a layout equals itself
    chosen = [int(k) for k in look_frames(film.path.num_frames)]
    layouts = [film.frame(k, size) for k in chosen]
    staged = film.staged
    pairs = zip(chosen, layouts, strict=True)
    is_layout = all(_apart(frames[k], each.picture) <= _ALIKE for k, each in pairs)
    subjects = [player for player in staged.players if player.id in staged.camera.subjects]
    names = " and ".join(_name(player) for player in subjects) or "the place"
    least = _LEAST_PART_EWS if shot.camera.size == "EWS" else _LEAST_PART
    lost = [
        _name(player)
        for player in subjects
        if max(float((film.mask([player.id], each) > 127).mean()) for each in layouts) < least
    ]
    may_cut = shot.camera.size in _CUT_ASKED or shot.camera.view == "insert"
    shown = best_framed_frame(shot, staged, film.path)
    cut = [] if may_cut else list(_cut_heads(film, shown, size))
    if lost or cut:
        found = [f"{name} is not in the picture" for name in lost]
        found += [f"the head of {name} is cut" for name in cut]
        yield Finding("subjects", names, ", ".join(found), "disagrees", 1.0)
    elif is_layout:
        yield Finding("subjects", names, "in the picture and whole", "agrees", 1.0)
    else:
        yield Finding("subjects", names, "in the layout; the clip is not measured", *UNDECIDED)
    if staged.staged or staged.not_staged:
        yield _judge_action(film, chosen, is_layout=is_layout)


def _judge_action(film: ShotFilm, frames: list[int], *, is_layout: bool) -> Finding:
    staged = film.staged
    asked = ", ".join(dict.fromkeys(each.what for each in staged.staged)) or "nothing staged"
    missing = ", ".join(
        (*(f'"{each.words}"' for each in staged.not_staged), *missed_contacts(film))
    )
    if missing:
        return Finding("action", asked, f"not staged: {missing}", *UNDECIDED)
    if not is_layout:
        return Finding("action", asked, "staged; the clip is not measured", *UNDECIDED)
    hidden = ", ".join(_out_of_sight(film, frames))
    if hidden:
        return Finding("action", asked, f"staged; not visible here: {hidden}", *UNDECIDED)
    rest = ", ".join(f'"{words}"' for words in staged.prompt_only)
    found = f"as staged; only the prompt has {rest}" if rest else "as staged"
    return Finding("action", asked, found, "agrees", 1.0)


def _name(player: Player) -> str:
    return player.name or player.id


def _apart(one: Frame, other: Frame) -> float:
    """Grey levels between two pictures in the window where they differ most."""
    difference = np.abs(one.astype(np.float32) - other).mean(axis=2)
    side = 2 * max(1, round(_WINDOW * one.shape[1] / 2)) + 1
    return float(cv2.blur(difference, (side, side)).max())


def _out_of_sight(film: ShotFilm, frames: list[int]) -> Iterator[str]:
    """Names of the people and things of the words whose part in the picture cannot be told."""
    camera = film.staged.camera
    size = (_WIDTH_PX, round(_WIDTH_PX / film.path.aspect))
    layouts = {k: film.frame(k, size) for k in frames}
    for player in film.staged.players:
        is_lens = camera.view == "POV" and player.id == camera.over
        if player.is_fixture or is_lens or is_crowd(player.id):
            continue
        if player.kind == "person":
            is_visible = _shows_action(film, player, layouts)
        else:
            masks = [film.mask([player.id], each) for each in layouts.values()]
            is_visible = max(float((mask > 127).mean()) for mask in masks) >= _LEAST_THING
        if not is_visible:
            yield _name(player)


def _shows_action(film: ShotFilm, player: Player, layouts: Mapping[int, Rendered]) -> bool:
    """Whether a picture would change if somebody just stood there; of who does, if both hands show.

    Without the hands, standing looks like much else that people do.
    """
    if all(_is_idle(beat) for beat in player.beats):
        matrices = {k: (film.camera(k), film.performances(k)[player.id].points) for k in layouts}
        return any(
            all(_is_inside(camera, points[palm], film.path.aspect) for palm in _PALMS)
            for camera, points in matrices.values()
        )
    idle = film.acted(replace(player, beats=(Beat(),)))
    return any(
        _apart(idle.frame(k, each.picture.shape[1::-1]).picture, each.picture) >= _VISIBLE
        for k, each in layouts.items()
    )


def _is_idle(beat: Beat) -> bool:
    return beat.posture == "stand" and not (beat.gesture or beat.path or beat.holds or beat.seat)


def _is_inside(camera: LensCamera, point: Array, aspect: float) -> bool:
    x, y, z = camera.matrix((1000, round(1000 / aspect))) @ (point - camera.position)
    return bool(z > 0 and 0 <= x / z <= 1000 and 0 <= y / z <= 1000 / aspect)


def _cut_heads(film: ShotFilm, frame: int, size: tuple[int, int]) -> Iterator[str]:
    """Names of the subjects whose crown is outside of the picture at a frame."""
    camera, height = film.camera(frame), size[1]
    acting = film.performances(frame)
    for player in film.staged.players:
        if player.id not in film.staged.camera.subjects or player.id not in acting:
            continue
        x, y, z = camera.matrix(size) @ (acting[player.id].points["crown"] - camera.position)
        is_outside = not -_MOST_CUT * height <= y / z <= height or not 0 <= x / z <= size[0]
        if z > 0 and is_outside:
            yield _name(player)
