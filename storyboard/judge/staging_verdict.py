"""Verdicts on the staging: who is in the picture and whole, and what is done there.

Who is in the picture is read from the layout. Whether the clip shows the same is judged only where
it resembles the layout closely, as layouts do: otherwise there is no verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np

from storyboard.judge.coherence import look_frames
from storyboard.judge.finding import UNDECIDED, Finding
from storyboard.judge.motion import Frame, Frames

if TYPE_CHECKING:
    from shots.schema import Shot
    from storyboard.layout import ShotFilm

_LEAST_PART = 0.002  # of the picture that a subject covers
_MOST_CUT = 0.02  # of the picture's height by which the crown may be out of it
_CUT_ASKED = ("CU", "BCU", "ECU")  # sizes whose picture may cut the crown
_ALIKE = 4.0  # grey levels between clip and layout over a subject, mean
_EDGE_PX = 2


def judge_staging(frames: Frames, film: ShotFilm, shot: Shot) -> Iterator[Finding]:
    """Judge a clip (T, H, W, 3): subjects in the picture, heads whole, things and actions shown."""
    size = (frames.shape[2], frames.shape[1])  # rendered alike, so that a layout equals itself
    chosen = [int(k) for k in look_frames(film.path.num_frames)]
    layouts = [film.frame(k, size) for k in chosen]
    staged = film.staged
    apart = max(
        _difference(frames[k], each.picture, film.mask(film.movers, each))
        for k, each in zip(chosen, layouts, strict=True)
    )
    subjects = [player for player in staged.players if player.id in staged.camera.subjects]
    names = " and ".join(player.name or player.id for player in subjects) or "the place"
    lost = [
        player.name or player.id
        for player in subjects
        if max(float((film.mask([player.id], each) > 127).mean()) for each in layouts) < _LEAST_PART
    ]
    cut = [] if shot.camera.size in _CUT_ASKED else list(_cut_heads(film, chosen, size))
    if lost or cut:
        found = [f"{name} is not in the picture" for name in lost]
        found += [f"the head of {name} is cut" for name in cut]
        yield Finding("subjects", names, ", ".join(found), "disagrees", 1.0)
    elif apart <= _ALIKE:
        yield Finding("subjects", names, "in the picture and whole", "agrees", 1.0)
    else:
        yield Finding("subjects", names, "in the layout; the clip is not measured", *UNDECIDED)
    if not staged.staged and not staged.not_staged:
        return
    asked = ", ".join(dict.fromkeys(each.what for each in staged.staged)) or "nothing staged"
    if staged.not_staged:
        missing = ", ".join(f'"{each.words}"' for each in staged.not_staged)
        yield Finding("action", asked, f"not staged: {missing}", *UNDECIDED)
    elif apart <= _ALIKE:
        yield Finding("action", asked, "as staged", "agrees", 1.0)
    else:
        yield Finding("action", asked, "staged; the clip is not measured", *UNDECIDED)


def _difference(clip: Frame, layout: Frame, mask: Frame) -> float:
    """Grey levels between clip and layout over those who act, or the picture if nobody does.

    The edge is left out, where a resampled picture differs.
    """
    inner = cv2.erode((mask > 127).astype(np.uint8), np.ones((2 * _EDGE_PX + 1,) * 2, np.uint8))
    area = inner.astype(bool) if inner.any() else np.ones(mask.shape, bool)
    return float(np.abs(clip.astype(np.float32) - layout.astype(np.float32))[area].mean())


def _cut_heads(film: ShotFilm, frames: list[int], size: tuple[int, int]) -> Iterator[str]:
    """Names of the subjects whose crown is outside of the picture at the framing of the shot."""
    middle = frames[len(frames) // 2]
    camera, height = film.camera(middle), size[1]
    acting = film.performances(middle)
    for player in film.staged.players:
        if player.id not in film.staged.camera.subjects or player.id not in acting:
            continue
        x, y, z = camera.matrix(size) @ (acting[player.id].points["crown"] - camera.position)
        is_outside = not -_MOST_CUT * height <= y / z <= height or not 0 <= x / z <= size[0]
        if z > 0 and is_outside:
            yield player.name or player.id
