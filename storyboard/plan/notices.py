"""User-visible warnings about a plan: rounding, cropping, holds, unsupported directives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from shots.vocabulary.control import Control
from storyboard.plan.chains import MAX_STEADY
from storyboard.plan.settings import Settings
from storyboard.plan.sizes import kept
from storyboard.take.frames import seconds, timecode_rate
from storyboard.take.take import Take

if TYPE_CHECKING:
    from shots.schema import ShotList


def plan_notices(board: ShotList, settings: Settings, takes: Sequence[Take]) -> tuple[str, ...]:
    """Warnings in the order they are printed: those on frames and sizes, takes, directives."""
    return tuple(
        [
            *_rate(board, settings, takes),
            *_frames(takes),
            *_size(board, settings, takes),
            *_takes(board, settings, takes),
            *_directives(board, settings),
            *_staging(takes),
        ]
    )


def _rate(board: ShotList, settings: Settings, takes: Sequence[Take]) -> Iterator[str]:
    rate, own = timecode_rate(board.format.fps), settings.fps
    if own == rate or all(take.frames.stretched for take in takes):
        return
    how = "some are repeated" if own < rate else "some are dropped"
    if rate % own == 0:
        how = f"each is held for {rate // own} frames"
    yield f"SB303 the model makes {seconds(own)} frames per second, the cut shows {rate}: {how}."


def _frames(takes: Sequence[Take]) -> Iterator[str]:
    """What becomes of the frames of each shot, by its first take."""
    firsts: dict[str, Take] = {}
    for take in takes:
        firsts.setdefault(take.shot.id, take)
    for take in firsts.values():
        frames, spare = take.frames, take.frames.head + take.frames.tail
        spares = f" + {spare} spare" if spare else ""
        length = f"{take.shot.id}: {seconds(take.shot.duration_s)} s = {frames.shot} frames{spares}"
        if take.segments:
            count, most = len(take.segments), max(part.frames.rendered for part in take.segments)
            yield (
                f"SB301 {length}, rendered as {count} clips of up to {most} frames, each from the "
                f"last frame of the one before: {frames.rendered} frames in all."
            )
            if count > MAX_STEADY:
                yield (
                    f"SB312 {take.shot.id}: pictures drift over a chain of {count} clips. Colours "
                    "are corrected at the seams, sharpness is not; run.json has the measurements."
                )
        elif frames.stretched:
            low, high = frames.holds
            held = f"{low}" if low == high else f"{low}–{high}"  # noqa: RUF001 (a range)
            yield f"SB301 {length}, {frames.rendered} rendered, each held for {held} frames."
        elif frames.trimmed:
            yield f"SB302 {length}, {frames.rendered} rendered (4n+1), {frames.trimmed} trimmed."


def _size(board: ShotList, settings: Settings, takes: Sequence[Take]) -> Iterator[str]:
    if not takes or settings.preset is None or settings.size is not None:
        return
    size = takes[0].size
    share = kept(size, Fraction(*board.format.size))
    if size not in settings.preset.sizes and size[::-1] not in settings.preset.sizes:
        yield (
            f"SB304 {size[0]}x{size[1]} is not a size that {settings.preset.name} was trained on; "
            "it is the closest to the aspect ratio of the cut."
        )
    if share < Fraction(99, 100):
        yield f"{size[0]}x{size[1]} is cropped at the centre to {float(share):.0%} of its area."


def _takes(board: ShotList, settings: Settings, takes: Sequence[Take]) -> Iterator[str]:
    fixed = [shot.id for shot in board.shots if shot.seed is not None and shot.takes > 1]
    if fixed:
        yield f"{', '.join(fixed)}: the seed is fixed, so all takes are identical."
    for take in takes:
        last = take.segments[-1] if take.segments else take
        if take.last_picture is not None and last.frames.trimmed + take.frames.tail:
            yield (
                f"{take.slate}: the given last frame is the last one rendered, which lies after "
                "the end of the shot."
            )
    if settings.preset is None and any(take.shot.take for take in takes):
        yield "take: layouts have no latent to start from; their takes are drawn independently."
    for take in takes:
        if take.remix is not None:
            strength = f"{take.remix.strength:g}"
            yield f"{take.slate}: starts from {take.remix.of_take} at noise level {strength}."
    added = {take.shot.id: len(take.added.split()) for take in takes if take.added}
    if added:
        words = ", ".join(f"{shot} by {count} words" for shot, count in added.items())
        yield f"prompts are extended by a language model: {words}; see explain --extend."


def _staging(takes: Sequence[Take]) -> Iterator[str]:
    """Words that the layouts do not show, in one line, and what each picture lacks."""
    staged = {take.shot.id: take.staged for take in takes}
    lost = [f'{shot} "{each.words}"' for shot, of in staged.items() for each in of.not_staged]
    if lost:
        yield f"SB217 not in the layout: {', '.join(lost)}; `storyboard check` gives the reasons."
    for shot, each in staged.items():
        for warning in each.warnings:
            yield f"SB218 {shot}: {warning.removeprefix(f'{shot}: ')}."


def _directives(board: ShotList, settings: Settings) -> Iterator[str]:
    is_moving = any(set(shot.camera.movement) != {"static"} for shot in board.shots)
    if settings.weights is not None and not settings.weights.has_camera and is_moving:
        yield (
            f"{settings.preset_name} has no camera adapter: camera moves are given in the prompt "
            "only, not as a path."
        )
    links = [(shot.id, shot.continuity) for shot in board.shots if shot.continuity]
    unsupported = {
        "match-color without from: last-frame": [
            shot for shot, link in links if link.match_color and link.from_ != "last-frame"
        ],
        "continuity from match-cut": [shot for shot, link in links if link.from_ == "match-cut"],
    }
    for directive, ids in unsupported.items():
        if ids:
            yield f"{', '.join(ids)}: {directive} is not supported yet and has no effect."
    owned = [each.references for each in board.characters.values()]
    owned += [each.references for each in board.locations.values()]
    if settings.preset is not None and settings.preset.control == "none":
        if any(owned):
            yield (
                f"{settings.preset_name} reads no pictures of likeness: references have no effect. "
                "Use a VACE checkpoint."
            )
        if any(shot.control != Control() for shot in board.shots):
            yield (
                f"{settings.preset_name} reads no control film: control has no effect. Use a VACE "
                "or a Fun-Control checkpoint."
            )
    if any(shot.dialogue or shot.sound for shot in board.shots):
        yield "dialogue and sound are not rendered: the animatic is silent."
