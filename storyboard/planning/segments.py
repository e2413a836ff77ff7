"""The takes of a chain: one a segment, each given the last frame of the one before it.

Called by `take_plan`; how long segments are is decided in `chains`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from storyboard.planning.chains import Segment, segment_frames, segment_path, segment_shot
from storyboard.planning.seeds import NoiseRecipe
from storyboard.planning.takes import Picture, Remix, Take
from storyboard.stage import Stage

if TYPE_CHECKING:
    from shots.path import CameraPath
    from shots.schema import Shot

Worded = tuple[str, str, tuple[str, ...], str]
"""Prompt, negative prompt, what was taken out of that one, what a language model added."""


def with_segments(
    whole: Take,
    segments: Sequence[Segment],
    *,
    clip_stage: Stage,
    words: "Callable[[Shot, bool], Worded]",
    noise: Callable[[int], NoiseRecipe],
    path_key: "Callable[[CameraPath], str]",
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
