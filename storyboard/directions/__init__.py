"""Did the clip obey? The camera that was asked for, against the motion in the finished frames.

The geometry that drives a shot also judges it. Called by `benchmarks`.
"""

from storyboard.directions.flow import measure_motion
from storyboard.directions.motion import Motion, Shift
from storyboard.directions.verdict import (
    Direction,
    Verdict,
    expected_motion,
    judge,
    judge_motion,
)

__all__ = [
    "Direction",
    "Motion",
    "Shift",
    "Verdict",
    "expected_motion",
    "judge",
    "judge_motion",
    "measure_motion",
]
