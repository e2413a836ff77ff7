"""Did the clip obey? What was asked for, against what the finished frames show.

The geometry that drives a shot also judges its camera; light and size are judged against the
layouts of what could have been asked instead, and scenes by how far their shots drift apart.
Whatever cannot be told is not guessed. Called by `storyboard.run.score` and by `benchmarks`.
"""

from __future__ import annotations

from storyboard.judge.camera_verdict import (
    Direction,
    Verdict,
    expected_motion,
    is_likeliest,
    judge,
    judge_motion,
)
from storyboard.judge.clip import VERSION, Score, score_clip
from storyboard.judge.drift import Look, judge_drift, looked_at, measure_look
from storyboard.judge.finding import Agreement, Finding
from storyboard.judge.motion import Motion, Shift
from storyboard.judge.optical_flow import measure_motion

__all__ = [
    "VERSION",
    "Agreement",
    "Direction",
    "Finding",
    "Look",
    "Motion",
    "Score",
    "Shift",
    "Verdict",
    "expected_motion",
    "is_likeliest",
    "judge",
    "judge_drift",
    "judge_motion",
    "looked_at",
    "measure_look",
    "measure_motion",
    "score_clip",
]
