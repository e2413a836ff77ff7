"""Frames by exact arithmetic: how many a shot has, how many are rendered, which one is shown when.

Seconds are seconds of timecode: at 24000/1001 they have 24 frames, as editors count.
Nothing here rounds: a duration that is no whole number of frames is refused. Called by `plan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from model.geometry import legal_frames_at_least
from storyboard.errors import InputError


@dataclass(frozen=True)
class FramePlan:
    """The frames of one clip, as the cut shows them and as the model makes them.

    Attributes:
        shot: Frames of the cut that belong to the shot.
        head: Spare frames before them, for a transition in.
        tail: Spare frames after them, for a transition out.
        rendered: Frames the model makes, 4n + 1.
        shown: How many of those are used, the first ones.
        step: Model frames per frame of the cut.
        stretched: Whether the model's longest clip was spread over a longer shot.
    """

    shot: int
    head: int
    tail: int
    rendered: int
    shown: int
    step: Fraction
    stretched: bool

    @property
    def clip(self) -> int:
        """Frames of the finished clip, spare ones included."""
        return self.head + self.shot + self.tail

    @property
    def last(self) -> int:
        """Frame of the clip that the shot ends on, which a shot that follows may start from."""
        return self.head + self.shot - 1

    @property
    def trimmed(self) -> int:
        """Frames that are rendered and never shown."""
        return self.rendered - self.shown

    def source(self, frame: int) -> int:
        """Model frame that a frame of the clip shows: frame · step, rounded down."""
        return frame * self.step.numerator // self.step.denominator

    @property
    def holds(self) -> tuple[int, int]:
        """Fewest and most frames of the clip that show one model frame; (1, 1) is every one."""
        spans = [0] * self.shown
        for frame in range(self.clip):
            spans[self.source(frame)] += 1
        return min(spans), max(spans)


def timecode_rate(fps: Fraction) -> int:
    """Frames in a second of timecode: 24 at 23.976 as well."""
    return ceil(fps)


def shot_frames(duration_s: Fraction, fps: Fraction, *, where: str) -> int:
    """Count the frames of a duration.

    Args:
        duration_s: Seconds of timecode, or of real time where it was written in frames.
        fps: Delivery rate.
        where: What to name in the message.

    Raises:
        InputError: It is no whole number of frames, or none at all.
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
    shot: int,
    *,
    head: int,
    tail: int,
    fps: Fraction,
    model_fps: Fraction,
    max_frames: int,
    any_length: bool = False,
) -> FramePlan:
    """Decide what the model makes for a clip, and which of its frames are shown when.

    A clip that fits runs at the model's own rate: frames are repeated or left out, and what the
    4n + 1 rule adds at the end is trimmed. A longer one is stretched: the model's longest clip
    is spread evenly over all of it.

    Args:
        shot: Frames of the cut, at `fps`.
        head: Spare frames before.
        tail: Spare frames after.
        fps: Delivery rate.
        model_fps: Rate the model was trained at.
        max_frames: Longest clip of the model, 4n + 1.
        any_length: Whether clips need not be 4n + 1 frames, as layouts need not.
    """
    clip = head + shot + tail
    step = model_fps / timecode_rate(fps)
    shown = (clip - 1) * step.numerator // step.denominator + 1
    if shown <= max_frames:
        rendered = shown if any_length else legal_frames_at_least(shown)
        return FramePlan(shot, head, tail, rendered, shown, step, stretched=False)
    return FramePlan(
        shot, head, tail, max_frames, max_frames, Fraction(max_frames, clip), stretched=True
    )


def timecode(frame: int, fps: Fraction) -> str:
    """Write HH:MM:SS:FF, counting frames (non-drop)."""
    second, part = divmod(frame, timecode_rate(fps))
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}:{part:02}"


def seconds(value: Fraction) -> str:
    """Write a number as short as it is exact to three places: 4, 2.5, 3.292."""
    return f"{float(value):.3f}".rstrip("0").rstrip(".")
