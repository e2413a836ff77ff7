"""The last look at a draft: lengths that are no whole frames, joins that do not fit in a shot.

What the language would refuse is mended here, and said. Called by `skeleton.py` and `rows.py`.
"""

from fractions import Fraction

from shots.resolve import MAX_DURATION_S
from shots.schema import Format
from shots.timing import read_time, whole_frames
from shots.transition import WrittenTransition

from .draft import DEFAULT_DURATION_S, Draft, DraftShot
from .report import Report


def settle(draft: Draft, report: Report) -> None:
    """Make every length of a draft one that the language takes.

    Args:
        draft: Changed in place.
        report: Told of what was changed or left out.
    """
    fps = Format.model_validate({"fps": draft.fps} if draft.fps else {}).fps
    for scene in draft.scenes:
        for shot in scene.shots:
            _settle_duration(shot, fps, report)
            _settle_joins(shot, fps, report)


def _settle_duration(shot: DraftShot, fps: Fraction, report: Report) -> None:
    if not shot.duration:
        return
    seconds = read_time(shot.duration).at(fps)
    if seconds > MAX_DURATION_S:
        report.lose(shot.line, "duration", shot.duration)
        shot.duration = ""
    elif whole_frames(seconds, fps) is None:
        frames = max(1, round(seconds * fps))
        finding = f"{shot.duration} is no whole number of frames at {float(fps):g} fps"
        report.remark(shot.line, f"{finding}, made {frames}f")
        shot.duration = f"{frames}f"


def _settle_joins(shot: DraftShot, fps: Fraction, report: Report) -> None:
    seconds = read_time(shot.duration or f"{DEFAULT_DURATION_S}s").at(fps)
    room = whole_frames(seconds, fps) or 0
    for side in ("transition_out", "transition_in"):
        if _join_frames(shot, fps) > room:
            report.lose(shot.line, "transition", getattr(shot, side))
            setattr(shot, side, "")


def _join_frames(shot: DraftShot, fps: Fraction) -> int:
    """Frames of both joins that overlap the picture."""
    joins = [
        WrittenTransition.model_validate(text).at(fps)
        for text in (shot.transition_in, shot.transition_out)
        if text
    ]
    return sum(join.frames for join in joins if join.kind[1:] != "-cut")
