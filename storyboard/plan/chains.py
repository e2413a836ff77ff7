"""Chains: a shot longer than the model's clip is split into segments, frames and moves included.

Each segment is rendered from the last frame of the segment before, so that this frame is rendered
twice and shown once. Here is only the arithmetic; `take_plan` makes takes of the segments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from model.geometry import legal_frames_at_least
from shots.path.moves import TEXTURES
from storyboard.take.frames import FramePlan, timecode_rate

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot

MAX_STEADY = 3
"""Segments over which colour and sharpness are expected to hold; an assumption, not measured."""


@dataclass(frozen=True)
class Segment:
    """A part of a shot, in model frames counted over the whole shot."""

    first: int  # which is the last frame of the segment before
    count: int  # frames that are shown or passed on to the next segment
    rendered: int  # `count` rounded up to 4n + 1

    @property
    def last(self) -> int:
        """Last frame, counted over the shot."""
        return self.first + self.count - 1

    @property
    def frames(self) -> FramePlan:
        """Its frames as those of a take: without spare ones, at the model's rate."""
        return FramePlan(self.count, 0, 0, self.rendered, self.count, Fraction(1), stretched=False)


def plan_chain(
    shot: int, *, head: int, tail: int, fps: Fraction, model_fps: Fraction, max_frames: int
) -> tuple[FramePlan, tuple[Segment, ...]]:
    """Split a clip into as few segments as possible, of equal length.

    Args are those of `plan_frames`, with `max_frames` at least 5.

    Returns:
        The frames of the whole clip at the model's rate, and its segments.
    """
    step = model_fps / timecode_rate(fps)
    clip = head + shot + tail
    shown = (clip - 1) * step.numerator // step.denominator + 1
    count = max(-(-(shown - 1) // (max_frames - 1)), 1)
    # New frames per segment, a multiple of four: only then is the last frame of a segment also the
    # last one rendered, from which the next can start without a gap.
    each = -(-(shown - 1) // (4 * count)) * 4
    segments = []
    for first in range(0, max(shown - 1, 1), max(each, 1)):
        own = min(each, shown - 1 - first) + 1
        segments.append(Segment(first, own, legal_frames_at_least(own)))
    rendered = sum(segment.rendered for segment in segments)
    plan = FramePlan(shot, head, tail, rendered, shown, step, stretched=False)
    return plan, tuple(segments)


def segment_path(path: CameraPath, segment: Segment, shown: int) -> CameraPath:
    """The part of a camera path that a segment films; the camera rests in trimmed frames.

    Args:
        path: Path of the whole shot, one pose per shown frame.
        segment: The segment.
        shown: Shown frames of the whole shot.
    """
    part = path_at(path, [min(segment.first + k, segment.last) for k in range(segment.rendered)])
    return replace(part, duration_s=path.duration_s * segment.count / shown)


def path_at(path: CameraPath, frames: list[int]) -> CameraPath:
    """A camera path with the poses of these frames."""
    return replace(
        path,
        camera_to_world=path.camera_to_world[frames],
        focal=path.focal[frames],
        subject=path.subject[frames],
        share=path.share[frames],
    )


def segment_shot(shot: Shot, segment: Segment, shown: int) -> Shot:
    """The shot with only the camera moves that happen during a segment, for its prompt.

    The moves of a shot share its `shown` frames equally, in order.
    """
    moves = [word for word in shot.camera.movement if word not in TEXTURES]
    if len(moves) < 2:
        return shot
    begin, end = Fraction(segment.first, shown), Fraction(segment.last + 1, shown)
    shares = pairwise(Fraction(k, len(moves)) for k in range(len(moves) + 1))
    # A move that fills less than a twentieth of the segment is left out of its prompt.
    least = (end - begin) / 20
    active = {
        move
        for move, (since, until) in zip(moves, shares, strict=True)
        if min(until, end) - max(since, begin) > least
    }
    movement = tuple(word for word in shot.camera.movement if word in active or word in TEXTURES)
    camera = shot.camera.model_copy(update={"movement": movement})
    return shot.model_copy(update={"camera": camera})
