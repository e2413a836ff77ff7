"""Score of a clip: a finding for every directive of its shot, and the look to compare scenes by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from storyboard.judge.alternatives import Alternatives
from storyboard.judge.camera_verdict import is_static, judge_camera
from storyboard.judge.coherence import (
    Look,
    fastest_turn,
    judge_coherence,
    measure_coherence,
    measure_look,
)
from storyboard.judge.exposure import judge_contrast, judge_light, judge_side
from storyboard.judge.finding import Finding
from storyboard.judge.motion import Frames, shrink
from storyboard.judge.staging_verdict import judge_staging
from storyboard.judge.subject_size import judge_size

if TYPE_CHECKING:
    from shots.schema import Shot
    from storyboard.layout import ShotFilm

VERSION = 10
"""Raised with every change of a measure or of the layouts it is compared with."""


@dataclass(frozen=True, eq=False)
class Score:
    """Findings for the directives of a shot, and the look of its clip."""

    findings: tuple[Finding, ...]
    look: Look


def score_clip(frames: Frames, film: ShotFilm, shot: Shot) -> Score:
    """Judge a finished clip, (T, H, W, 3) RGB, against the layout of its shot."""
    path, alternatives = film.path, Alternatives(film, shot)
    findings = []
    if len(frames) > 1:
        masks = alternatives.subject_masks() if is_static(path) else None
        verdict = judge_camera(frames, path, masks, alternatives.geometry())
        findings.append(verdict.as_finding())
    findings += judge_picture(frames, alternatives, shot)
    findings += judge_staging(frames, film, shot)
    if len(frames) > 2:  # coherence compares frames with neighbours on both sides
        findings.append(_judge_steadiness(frames, film, alternatives))
    return Score(tuple(findings), measure_look(frames))


def _judge_steadiness(frames: Frames, film: ShotFilm, alternatives: Alternatives) -> Finding:
    """Judge coherence; a clip that is less steady than most is compared with its own layout."""
    coherence, turn = measure_coherence(frames), fastest_turn(film.path)
    finding = judge_coherence(coherence, turn)
    if finding.verdict == "agrees":
        return finding
    width, height = alternatives.size
    layout = np.stack(list(film.pictures((2 * width, 2 * height))))
    return judge_coherence(coherence, turn, measure_coherence(layout))


def judge_picture(frames: Frames, alternatives: Alternatives, shot: Shot) -> Iterator[Finding]:
    """Judge size and light in the frame that shows the framing of the shot best."""
    clip = shrink(frames[alternatives.frame], alternatives.size)
    size, light = shot.camera.size, shot.lighting
    yield judge_size(clip, alternatives, size)
    yield from judge_light(clip, alternatives, light)
    if light.contrast:
        yield judge_contrast(clip, alternatives, light.contrast, size)
    if light.side:
        yield judge_side(clip, alternatives, light.side, size)
