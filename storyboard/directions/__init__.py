"""Did the clip obey? What was asked for, against what the finished frames show.

The geometry that drives a shot also judges its camera; light and size are judged against the
layouts of what could have been asked instead, and scenes by how far their shots drift apart.
Whatever cannot be told is not guessed. Called by `storyboard.scoring` and by `benchmarks`.
"""

from storyboard.directions.drift import Look, judge_drift, looked_at, measure_look
from storyboard.directions.finding import Agreement, Finding
from storyboard.directions.flow import measure_motion
from storyboard.directions.motion import Motion, Shift
from storyboard.directions.score import VERSION, Score, score_clip
from storyboard.directions.verdict import (
    Direction,
    Verdict,
    expected_motion,
    is_likeliest,
    judge,
    judge_motion,
)

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
