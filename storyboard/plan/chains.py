"""The takes of a chain: one a segment, each given the last frame of the one before it.

Called by `take_plan`; how long segments are is decided in `chains`.

A shot longer than the model's clip, as a chain: each segment starts where one before it ends.

A segment is a take of its own whose first frame is given: the last frame of the segment before it.
That frame is rendered twice and shown once. Segments are cut so that none but the last has frames
to trim, since only a clip's last rendered frame can be handed on without a gap. Pure arithmetic on
frames and poses; called by `take_plan`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from model.geometry import legal_frames_at_least
from shots.path.moves import TEXTURES
from storyboard.stages.stage import Stage
from storyboard.take.frames import FramePlan, timecode_rate
from storyboard.take.seeds import NoiseRecipe
from storyboard.take.take import Picture, Remix, Take

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot


Worded = tuple[str, str, tuple[str, ...], str]
"""Prompt, negative prompt, what was taken out of that one, what a language model added."""


def with_segments(
    whole: Take,
    segments: Sequence[Segment],
    *,
    clip_stage: Stage,
    words: Callable[[Shot, bool], Worded],
    noise: Callable[[int], NoiseRecipe],
    path_key: Callable[[CameraPath], str],
    old: Take | None = None,
) -> Take:
    """A take with a take for each of its segments.

    Args:
        whole: Of the whole shot.
        segments: At least two.
        clip_stage: Makes the clips that segments start from.
        words: (shot, whether it starts from a picture) → its words.
        noise: Segment from 1 → its seeds.
        path_key: Names a path's content.
        old: The chain that this one is made from, segment by segment.
    """
    made: list[Take] = []
    for number, segment in enumerate(segments, start=1):
        before = made[-1] if made else None
        picture = whole.picture if before is None else _handed_on(before, clip_stage)
        shot = segment_shot(whole.shot, segment, whole.frames.shown)
        prompt, negative, removed, added = words(shot, picture is not None)
        path = segment_path(whole.path, segment, whole.frames.shown)
        made.append(
            replace(
                whole,
                filmed=shot,
                stem=f"{whole.stem}_C{number:03}",
                prompt=prompt,
                negative=negative,
                removed=removed,
                added=added,
                noise=noise(number),
                frames=segment_frames(segment),
                path=path,
                path_key=path_key(path),
                picture=picture,
                last_picture=whole.last_picture if number == len(segments) else None,
                remix=_remix(whole, old, number, clip_stage),
                segment=number,
                first=segment.first,
            )
        )
    return replace(whole, segments=tuple(made), remix=None)


def _handed_on(before: Take, clip_stage: Stage) -> Picture:
    clip = clip_stage.refs(before)[0]
    frame = before.frames.shown - 1
    return Picture(f"{clip.key}:{frame}", clip=clip, frame=frame, of_take=before.slate)


def _remix(whole: Take, old: Take | None, number: int, clip_stage: Stage) -> Remix | None:
    if old is None or whole.shot.take is None or not old.segments:
        return None
    source = old.segments[number - 1]
    (latent,) = clip_stage.needs(source)
    return Remix(latent, whole.shot.take.strength, source.slate)


MAX_STEADY = 3
"""Segments up to which colour and sharpness are expected to hold; a starting value."""


@dataclass(frozen=True)
class Segment:
    """A part of a shot, in model frames counted over the whole shot.

    Attributes:
        first: Its first frame, which is the last one of the segment before.
        count: Frames it makes that are shown or handed on.
        rendered: The same as a legal length, 4n + 1.
    """

    first: int
    count: int
    rendered: int

    @property
    def last(self) -> int:
        """Its last frame, counted over the shot."""
        return self.first + self.count - 1


def plan_chain(
    shot: int, *, head: int, tail: int, fps: Fraction, model_fps: Fraction, max_frames: int
) -> tuple[FramePlan, tuple[Segment, ...]]:
    """Split a clip into segments that the model can make, as few as can be, and of one length.

    Args:
        shot: Frames of the cut, at `fps`.
        head: Spare frames before.
        tail: Spare frames after.
        fps: Delivery rate.
        model_fps: Rate the model was trained at.
        max_frames: Longest clip of the model, 4n + 1 and at least 5.

    Returns:
        The frames of the whole, at the model's own rate, and its segments; one if it fits.
    """
    step = model_fps / timecode_rate(fps)
    clip = head + shot + tail
    shown = (clip - 1) * step.numerator // step.denominator + 1
    count = max(-(-(shown - 1) // (max_frames - 1)), 1)
    # New frames of a segment, a multiple of four so that its last frame is really its last.
    each = -(-(shown - 1) // (4 * count)) * 4
    segments = []
    for first in range(0, max(shown - 1, 1), max(each, 1)):
        own = min(each, shown - 1 - first) + 1
        segments.append(Segment(first, own, legal_frames_at_least(own)))
    rendered = sum(segment.rendered for segment in segments)
    plan = FramePlan(shot, head, tail, rendered, shown, step, stretched=False)
    return plan, tuple(segments)


def segment_frames(segment: Segment) -> FramePlan:
    """The frames of one segment, as a take has them."""
    return FramePlan(segment.count, 0, 0, segment.rendered, segment.count, Fraction(1), False)


def segment_path(path: CameraPath, segment: Segment, shown: int) -> CameraPath:
    """The part of a shot's path that a segment films; the camera rests in what is trimmed.

    Args:
        path: Of the whole shot, a pose for every frame that is shown.
        segment: Which part.
        shown: Frames of the whole.
    """
    frames = [min(segment.first + k, segment.last) for k in range(segment.rendered)]
    return replace(
        path,
        camera_to_world=path.camera_to_world[frames],
        focal=path.focal[frames],
        subject=path.subject[frames],
        duration_s=path.duration_s * segment.count / shown,
    )


def segment_shot(shot: Shot, segment: Segment, shown: int) -> Shot:
    """The shot as the words of a segment tell it: with the moves that happen during it.

    Moves share the time of a shot equally, in the order they are written.

    Args:
        shot: The whole.
        segment: Which part.
        shown: Frames of the whole.
    """
    moves = [word for word in shot.camera.movement if word not in TEXTURES]
    if len(moves) < 2:
        return shot
    begin, end = Fraction(segment.first, shown), Fraction(segment.last + 1, shown)
    shares = pairwise(Fraction(k, len(moves)) for k in range(len(moves) + 1))
    # A move of which less than a twentieth of the segment is left needs no word.
    least = (end - begin) / 20
    active = {
        move
        for move, (since, until) in zip(moves, shares, strict=True)
        if min(until, end) - max(since, begin) > least
    }
    movement = tuple(word for word in shot.camera.movement if word in active or word in TEXTURES)
    camera = shot.camera.model_copy(update={"movement": movement})
    return shot.model_copy(update={"camera": camera})
