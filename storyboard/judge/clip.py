"""One clip against everything its shot asks for.

Called by `storyboard.run.score`, which keeps what is found, and by `benchmarks.findings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storyboard.judge.alternatives import Alternatives
from storyboard.judge.camera_verdict import judge, stands
from storyboard.judge.coherence import (
    fastest_turn,
    is_measurable,
    judge_coherence,
    measure_coherence,
)
from storyboard.judge.downscale import shrunk
from storyboard.judge.drift import Look, measure_look
from storyboard.judge.exposure import judge_light
from storyboard.judge.finding import Finding, of_camera
from storyboard.judge.key_side import judge_side
from storyboard.judge.subject_size import judge_size

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList

Frames = NDArray[np.uint8]

VERSION = 5
"""Raised with every change of a measure or of what it is compared with."""


@dataclass(frozen=True, eq=False)
class Score:
    """What became of a shot's directives, and what its scene is compared by."""

    findings: tuple[Finding, ...]
    look: Look


def score_clip(frames: Frames, board: ShotList, shot: Shot, path: CameraPath) -> Score:
    """Judge a finished clip.

    Args:
        frames: (T, H, W, 3), RGB, as the model made them.
        board: That the shot belongs to.
        shot: What was asked for.
        path: Its camera, one pose a frame.
    """
    alternatives = Alternatives(board, shot, path)
    findings = []
    if len(frames) > 1:
        masks = alternatives.passing() if stands(path) else None
        findings.append(of_camera(judge(frames, path, masks)))
    findings += judge_picture(frames, alternatives, shot)
    if is_measurable(frames):
        findings.append(judge_coherence(measure_coherence(frames), fastest_turn(path)))
    return Score(tuple(findings), measure_look(frames))


def judge_picture(frames: Frames, alternatives: Alternatives, shot: Shot) -> Iterator[Finding]:
    """Judge size and light in the frame that shows the framing of the shot best."""
    clip = shrunk(frames[alternatives.frame], alternatives.size)
    size, light = shot.camera.size, shot.lighting
    yield judge_size(clip, alternatives, size)
    yield from judge_light(clip, alternatives, light)
    if light.side:
        yield judge_side(clip, alternatives, light.side, size)
