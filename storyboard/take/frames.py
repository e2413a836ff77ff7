"""Frame counts and time code by exact arithmetic.

Durations are seconds of time code: one second at 24000/1001 fps has 24 frames, as editors count.
A duration that is not a whole number of frames is refused, never rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from model.geometry import legal_frames_at_least
from storyboard.errors import InputError


@dataclass(frozen=True)
class FramePlan:
    """The frames of one clip, in the cut and as rendered."""

    shot: int  # frames of the cut that belong to the shot
    head: int  # spare frames before them, for a transition in
    tail: int  # spare frames after them, for a transition out
    rendered: int  # frames that the model renders, 4n + 1
    shown: int  # how many of those are used, counted from the first
    step: Fraction  # model frames per frame of the cut
    stretched: bool  # whether the model's longest clip is spread over a longer shot

    @property
    def clip(self) -> int:
        """Frames of the finished clip, spare frames included."""
        return self.head + self.shot + self.tail

    @property
    def last(self) -> int:
        """Frame of the clip on which the shot ends."""
        return self.head + self.shot - 1

    @property
    def trimmed(self) -> int:
        """Rendered frames that are not used."""
        return self.rendered - self.shown

    def source(self, frame: int) -> int:
        """Model frame shown at a frame of the clip: frame · step, rounded down."""
        return frame * self.step.numerator // self.step.denominator

    @property
    def holds(self) -> tuple[int, int]:
        """Fewest and most frames of the clip for which one model frame is held."""
        spans = [0] * self.shown
        for frame in range(self.clip):
            spans[self.source(frame)] += 1
        return min(spans), max(spans)


def timecode_rate(fps: Fraction) -> int:
    """Frames in a second of time code; 24 at 23.976 fps too."""
    return ceil(fps)


def shot_frames(duration_s: Fraction, fps: Fraction, *, where: str) -> int:
    """Count the frames of a duration.

    Args:
        duration_s: Seconds of time code, or of real time where it was given in frames.
        fps: Delivery rate.
        where: Beginning of the error message.

    Raises:
        InputError: The duration is zero or not a whole number of frames.
    """
    rate = timecode_rate(fps)
    for frames in (duration_s * fps, duration_s * rate):
        if frames.denominator == 1 and frames > 0:
            return int(frames)
    below, above = max(floor(frames), 1), max(ceil(frames), 1)
    ways = " or ".join(f"{n}f ({seconds(Fraction(n, rate))} s)" for n in sorted({below, above}))
    raise InputError(
        f"{where}: duration {seconds(duration_s)} s is {seconds(frames)} frames at {rate} fps, "
        f"must be a whole number above 0. Use {ways}."
    )


def plan_frames(
    shot: int,  # frames of the cut
    *,
    head: int,  # spare frames before
    tail: int,  # spare frames after
    fps: Fraction,  # of the delivery
    model_fps: Fraction,  # that the model was trained at
    max_frames: int,  # longest clip of the model, 4n + 1
    any_length: bool = False,  # whether the 4n + 1 rule does not apply, as for layouts
) -> FramePlan:
    """Plan which frames are rendered for a clip and when each is shown.

    A clip that fits the model runs at the model's rate: frames are repeated or dropped, and what
    the 4n + 1 rule adds at the end is trimmed. For a longer clip, the model's longest clip is
    stretched evenly over all of it.
    """
    clip = head + shot + tail
    step = model_fps / timecode_rate(fps)
    shown = (clip - 1) * step.numerator // step.denominator + 1
    if shown > max_frames:
        step = Fraction(max_frames, clip)
        return FramePlan(shot, head, tail, max_frames, max_frames, step, stretched=True)
    rendered = shown if any_length else legal_frames_at_least(shown)
    return FramePlan(shot, head, tail, rendered, shown, step, stretched=False)


def timecode(frame: int, fps: Fraction) -> str:
    """Format a frame as non-drop time code HH:MM:SS:FF."""
    second, part = divmod(frame, timecode_rate(fps))
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}:{part:02}"


def seconds(value: Fraction) -> str:
    """Format a number with at most three decimals: 4, 2.5, 3.292."""
    return f"{float(value):.3f}".rstrip("0").rstrip(".")
