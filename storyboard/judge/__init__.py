"""Verdicts on finished clips: what each directive of a shot requested against what the frames show.

The camera is judged by the geometry of its path, light and size by comparison with layouts of the
alternatives, scenes by how far their shots drift apart. Where the evidence does not suffice the
verdict is "cannot tell".
"""

from __future__ import annotations

from storyboard.judge.clip import VERSION, Score, score_clip
from storyboard.judge.coherence import Look, judge_drift, look_frames, measure_look
from storyboard.judge.finding import Finding

__all__ = [
    "VERSION",
    "Finding",
    "Look",
    "Score",
    "judge_drift",
    "look_frames",
    "measure_look",
    "score_clip",
]
