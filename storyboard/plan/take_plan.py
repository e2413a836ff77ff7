"""The takes of a board: frames, camera path, prompt, seeds and given pictures of each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

import numpy as np

from shots.path.camera_path import camera_path
from shots.prompt.compile import compile_prompt
from shots.prompt.extension import extend
from shots.staging.stage_shot import stage_shot
from storyboard.errors import InputError
from storyboard.film.cut import Cut, Spare
from storyboard.plan.chains import Segment, path_at, plan_chain, segment_path, segment_shot
from storyboard.plan.settings import Settings
from storyboard.stages.control_stage import MAX_REFERENCES
from storyboard.stages.stage import Stage
from storyboard.store import file_sha256
from storyboard.take.frames import FramePlan, plan_frames, timecode_rate
from storyboard.take.take import (
    Picture,
    RemixSource,
    Take,
    camera_seed,
    file_stems,
    noise_recipe,
    take_number,
)

if TYPE_CHECKING:
    from model.presets import Preset
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList
    from shots.staging.staged import StagedShot

CONTROL_NEGATIVE = (
    "cartoon", "cgi", "render", "3d", "video game", "low poly", "flat shading", "blocky", "grey",
)  # fmt: skip
"""Added where a control film steers, so that it is not copied as it is."""

SHORTEST_SEGMENT = 5
"""Frames of the shortest clip in a chain: the given frame and four new ones."""


@dataclass(frozen=True)
class PlanContext:
    """What the takes of a board are planned from."""

    board: ShotList  # with the overrides of the command
    settings: Settings
    cut: Cut
    spares: tuple[Spare, ...]  # per shot, in the order of the cut
    size: tuple[int, int]  # rendered
    clip_stage: Stage  # makes the clips that other shots may continue from


@dataclass(frozen=True)
class ShotStart:
    """What the takes of a shot start from and end on."""

    picture: Picture | None = None  # given first frame
    last_picture: Picture | None = None  # given last frame
    matched: Take | None = None  # the take before, if colours are matched to it
    notices: tuple[str, ...] = ()  # directives that cannot be followed


def plan_takes(context: PlanContext) -> tuple[tuple[Take, ...], tuple[str, ...]]:
    """Plan every take of every shot.

    Returns:
        The takes in the order of the board, and notices.

    Raises:
        InputError: A picture is missing, or a take number cannot be read.
    """
    shots = context.board.shots
    stems = file_stems([shot.id for shot in shots])
    takes: dict[str, tuple[Take, ...]] = {}
    starts: dict[str, ShotStart] = {}
    for shot in _planning_order(context.board):
        starts[shot.id] = start = _plan_start(context, shot, takes)
        number = shot.take.number if shot.take else 0
        planned: list[Take] = []
        for each in sorted({*range(1, shot.takes + 1), take_number(shot), number or 1}):
            # Takes above the named one are remixed from it.
            source = next((take for take in planned if take.number == number), None)
            stem = f"{stems[shot.id]}_T{each:02}"
            planned.append(_plan_take(context, shot, each, stem, start, source))
        takes[shot.id] = tuple(planned)
    notices = tuple(notice for shot in shots for notice in starts[shot.id].notices)
    return tuple(take for shot in shots for take in takes[shot.id]), notices


def _planning_order(board: ShotList) -> list[Shot]:
    """All shots, each after the one it continues from, whose keys are part of its own."""
    order: dict[str, Shot] = {}
    for shot in board.shots:
        pending: dict[str, Shot] = {}
        before: Shot | None = shot
        # A ring would end here too, but `load_shots` refuses boards with one.
        while before is not None and before.id not in order and before.id not in pending:
            pending[before.id] = before
            before = _predecessor(board, before)
        order |= dict(reversed(pending.items()))
    return list(order.values())


def _predecessor(board: ShotList, shot: Shot) -> Shot | None:
    """The shot from whose last frame a shot continues; None for any other start."""
    if not shot.starts_from_picture or shot.references.first_frame not in (None, "auto"):
        return None
    if shot.continuity and shot.continuity.after:
        return board.shot(shot.continuity.after)
    index = [each.id for each in board.shots].index(shot.id)
    return board.shots[index - 1] if index else None


def _plan_start(
    context: PlanContext, shot: Shot, takes: Mapping[str, tuple[Take, ...]]
) -> ShotStart:
    """Find the pictures of a shot, as far as the model takes them.

    Raises:
        InputError: A picture is missing.
    """
    preset, file = context.settings.preset, shot.references.first_frame
    if preset is None:
        return ShotStart()
    first: Picture | None = None
    before: Take | None = None
    notices: list[str] = []
    if shot.starts_from_picture:
        source = _predecessor(context.board, shot)
        if not preset.takes_first_frame:
            notices.append(
                f"{shot.id}: {preset.name} cannot start from a picture; "
                "the shot is rendered from its prompt alone."
            )
        elif file not in (None, "auto"):
            first = _picture_file(context.board, shot, "first-frame", str(file))
        elif source is None:
            notices.append(
                f"{shot.id}: the first shot has no last frame to start from; "
                "it is rendered from its prompt alone."
            )
        else:
            number = take_number(source)
            before = next(take for take in takes[source.id] if take.number == number)
            first = _last_frame(context.clip_stage, before)
    if first is None and preset.needs_picture:
        raise InputError(
            f"shot {shot.id!r}: no first frame, must have one for {preset.name!r}. "
            "Add references: {first-frame: FILE} or continuity: {from: last-frame}, or use a "
            "text-to-video preset."
        )
    last, notice = _last_picture(context, shot, first)
    is_matched = shot.continuity is not None and shot.continuity.match_color
    return ShotStart(first, last, before if is_matched else None, (*notices, *notice))


def _last_picture(
    context: PlanContext, shot: Shot, first: Picture | None
) -> tuple[Picture | None, tuple[str, ...]]:
    """Given last frame of a shot, or a notice of why there is none."""
    file, preset = shot.references.last_frame, context.settings.preset
    assert preset is not None
    if not (shot.loop or file):
        return None, ()
    what = "a loop" if shot.loop else "a given last frame"
    if not preset.takes_channels:
        reason = f"{preset.name} cannot render {what}"
    elif first is None:
        reason = f"{what} needs a first frame"
    elif context.settings.level.max_frames == 1:
        reason = f"a single frame cannot show {what}"
    else:
        last = _picture_file(context.board, shot, "last-frame", file) if file else first
        return last, ()
    return None, (f"{shot.id}: {reason}; the end of the shot is left open.",)


def _picture_file(board: ShotList, shot: Shot, field: str, name: str) -> Picture:
    path = board.path.parent / name
    if not path.is_file():
        raise InputError(
            f"shot {shot.id!r}: {field} {name!r} does not exist, must be a picture "
            "beside the board. Check the name."
        )
    return Picture(file_sha256(path), file=path)


def _last_frame(clip_stage: Stage, take: Take) -> Picture:
    """The last frame of a shot or of a segment, as the first frame of what continues from it."""
    maker, frame = take.locate(take.frames.source(take.frames.last))
    clip = clip_stage.refs(maker)[0]
    return Picture(f"{clip.key}:{frame}", clip=clip, frame=frame, of_take=take.slate)


def _plan_take(
    context: PlanContext, shot: Shot, number: int, stem: str, start: ShotStart, source: Take | None
) -> Take:
    """Plan one take, remixed from a source if there is one, with its segments."""
    if source is not None and shot.take is not None and shot.take.action is not None:
        shot = shot.model_copy(update={"action": " ".join(shot.take.action.split())})
    frames, segments = _plan_frames(context, shot)
    filmed = shot
    if frames.clip != frames.shot:
        duration_s = Fraction(frames.clip, timecode_rate(context.board.format.fps))
        filmed = shot.model_copy(update={"duration_s": duration_s})
    seed = camera_seed(context.board.style.seed, filmed.scene, filmed.id)
    aspect = context.size[0] / context.size[1]
    staged = stage_shot(context.board, filmed)
    path = camera_path(
        filmed, num_frames=frames.shown, aspect=aspect, seed=seed, framed=staged.framed
    )
    # The camera rests in the trimmed frames.
    path = path_at(path, [min(k, frames.shown - 1) for k in range(frames.rendered)])
    take = _make_take(
        context, shot, filmed, start, number=number, stem=stem, frames=frames, path=path,
        staged=staged,
        remix=_remix_source(context, shot, source),
    )  # fmt: skip
    if len(segments) < 2:
        return take
    parts: list[Take] = []
    for index, segment in enumerate(segments):
        part_start = replace(
            start,
            picture=_last_frame(context.clip_stage, parts[-1]) if parts else start.picture,
            last_picture=start.last_picture if index == len(segments) - 1 else None,
        )
        part = _make_take(
            context,
            shot,
            segment_shot(shot, segment, frames.shown),
            part_start,
            number=number,
            stem=f"{stem}_C{index + 1:03}",
            frames=segment.frames,
            path=segment_path(path, segment, frames.shown),
            staged=staged,
            remix=_remix_source(context, shot, source.segments[index] if source else None),
            segment=index + 1,
            first=segment.first,
        )
        parts.append(part)
    return replace(take, segments=tuple(parts), remix=None)


def _plan_frames(context: PlanContext, shot: Shot) -> tuple[FramePlan, tuple[Segment, ...]]:
    """Frames of a shot; segments if it is longer than the model's clip and rendered as a chain."""
    board, settings = context.board, context.settings
    preset, max_frames = settings.preset, settings.level.max_frames
    index = next(i for i, each in enumerate(context.cut.shots) if each.id == shot.id)
    length, spare = context.cut.shots[index].frames, context.spares[index]
    head, tail, fps, model_fps = spare.head, spare.tail, board.format.fps, settings.fps
    frames = plan_frames(
        length, head=head, tail=tail, fps=fps, model_fps=model_fps, max_frames=max_frames,
        any_length=preset is None,
    )  # fmt: skip
    if not frames.stretched or preset is None or preset.first_frame == "none":
        return frames, ()
    # A draft is stretched by default: it shows the same with a fraction of the work.
    default = "stretch" if settings.quality == "draft" else "chain"
    if max_frames < SHORTEST_SEGMENT or (board.model.long_shots or default) != "chain":
        return frames, ()
    return plan_chain(
        length, head=head, tail=tail, fps=fps, model_fps=model_fps, max_frames=max_frames
    )


def _remix_source(context: PlanContext, shot: Shot, source: Take | None) -> RemixSource | None:
    """The latent of a take or segment to remix; layouts have none, and chains one per segment."""
    if source is None or source.segments or shot.take is None or context.settings.preset is None:
        return None
    (latent,) = context.clip_stage.needs(source)
    return RemixSource(latent, shot.take.strength, source.slate)


def _make_take(
    context: PlanContext,
    shot: Shot,
    filmed: Shot,
    start: ShotStart,
    *,
    number: int,
    stem: str,
    frames: FramePlan,
    path: CameraPath,
    staged: StagedShot,
    remix: RemixSource | None,
    segment: int = 0,
    first: int = 0,
) -> Take:
    """A take or a segment of one, with its prompt and its seeds."""
    board, preset, style = context.board, context.settings.preset, context.board.style
    mode: Literal["text", "image"] = "text" if start.picture is None else "image"
    base = preset.negative if preset else ""
    if preset is not None and preset.control != "none" and filmed.control.has_film:
        base = "\uff0c".join(filter(None, (base, *CONTROL_NEGATIVE)))
    prompt = compile_prompt(board, filmed, mode=mode, negative_base=base)
    added = extend(prompt.positive, context.settings.written.get(prompt.positive, "")).added
    noise = noise_recipe(
        style_seed=style.seed, policy=style.seed_policy, consistency=style.consistency,
        scene=shot.scene, shot=shot.id, take=number, segment=max(segment, 1),
        setup=shot.setup, fixed_seed=shot.seed,
    )  # fmt: skip
    return Take(
        board=board, shot=shot, filmed=filmed, staged=staged, number=number, stem=stem,
        prompt=f"{prompt.positive} {added}" if added else prompt.positive, added=added,
        negative=prompt.negative, removed=prompt.removed, noise=noise, size=context.size,
        frames=frames, path=path, path_key=_path_key(path), picture=start.picture,
        references=_references(board, filmed, staged, preset),
        last_picture=start.last_picture, matched=start.matched, remix=remix,
        segment=segment, first=first,
    )  # fmt: skip


def _references(
    board: ShotList, shot: Shot, staged: StagedShot, preset: Preset | None
) -> tuple[Picture, ...]:
    """Pictures of who and what is in a shot, the most important first, as far as they are read.

    One for each subject, then for others, then for the place; then further ones of each.

    Raises:
        InputError: A picture does not exist.
    """
    if preset is None or preset.control == "none":
        return ()
    present = dict.fromkeys((*shot.subjects, *(player.id for player in staged.players)))
    owners = [board.characters[key] for key in present if key in board.characters]
    lists = [each.references for each in owners]
    lists += [shot.location.references] if shot.location else []
    names = [name for group in zip_longest(*lists) for name in group if name]
    most = MAX_REFERENCES if preset.control == "vace" else 1
    return tuple(_picture_file(board, shot, "reference", name) for name in names[:most])


def _path_key(path: CameraPath) -> str:
    """Hash of the numbers of a path."""
    digest = hashlib.sha256()
    for values in (path.camera_to_world, path.focal, path.subject, path.share):
        # Rounded, since the last bits depend on the C library; + 0.0 turns -0.0 into 0.0.
        digest.update((np.round(np.asarray(values, np.float64), 6) + 0.0).astype("<f8").tobytes())
    digest.update(f"{path.aspect:.6f}".encode())
    return digest.hexdigest()
