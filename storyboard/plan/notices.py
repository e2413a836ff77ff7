"""What a plan has to tell a person: whatever is done otherwise than somebody might expect.

Nothing is rounded, shortened or left out without a line here. Called by `plan`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from storyboard.plan.chains import MAX_STEADY
from storyboard.plan.settings import Settings
from storyboard.plan.sizes import kept
from storyboard.take.frames import seconds, timecode_rate
from storyboard.take.take import Take

if TYPE_CHECKING:
    from shots.schema import Shot, ShotList


def plan_notices(board: ShotList, settings: Settings, takes: Sequence[Take]) -> tuple[str, ...]:
    """Say what is stretched, trimmed, held, cropped, and what no part of the program does yet."""
    return tuple(
        [
            *_rates(board, settings, takes),
            *_frames(takes),
            *_sizes(board, settings, takes),
            *_takes(board),
            *_ends(takes),
            *_remixes(settings, takes),
            *_extensions(takes),
            *_camera(board, settings),
            *_undone(board),
        ]
    )


def _extensions(takes: Sequence[Take]) -> Iterator[str]:
    added = {take.shot.id: len(take.added.split()) for take in takes if take.added}
    if added:
        words = ", ".join(f"{shot} by {count} words" for shot, count in added.items())
        yield f"a language model made prompts longer: {words}; explain --extend shows them."


def _rates(board: ShotList, settings: Settings, takes: Sequence[Take]) -> Iterator[str]:
    rate, own = timecode_rate(board.format.fps), settings.fps
    if any(not take.frames.stretched for take in takes) and own != rate:
        how = "held" if own < rate else "left out as needed"
        if rate % own == 0:
            how = f"held {rate // own} f"
        yield (
            f"SB303 the model makes {seconds(own)} frames a second, the cut shows {rate}: "
            f"each frame is {how}."
        )


def _frames(takes: Sequence[Take]) -> Iterator[str]:
    lowest: dict[str, int] = {}
    for take in takes:
        lowest[take.shot.id] = min(take.number, lowest.get(take.shot.id, take.number))
    for take in takes:
        frames = take.frames
        if take.number != lowest[take.shot.id]:
            continue
        spare = f" + {frames.head + frames.tail} spare" if frames.head + frames.tail else ""
        length = f"{take.shot.id}: {seconds(take.shot.duration_s)} s = {frames.shot} f{spare}"
        low, high = frames.holds
        held = f"{low}" if low == high else f"{low}–{high}"  # noqa: RUF001 (a range)
        if take.segments:
            yield from _chain(take, length)
        elif frames.stretched:
            yield f"SB301 {length}; {frames.rendered} rendered, each held {held} f"
        elif frames.trimmed:
            yield f"SB302 {length}; {frames.rendered} rendered (4n+1), {frames.trimmed} trimmed"


def _chain(take: Take, length: str) -> Iterator[str]:
    count, most = len(take.segments), max(part.frames.rendered for part in take.segments)
    yield (
        f"SB301 {length}; {count} clips of up to {most} frames, each from the last frame of the "
        f"one before: {take.frames.rendered} rendered"
    )
    if count > MAX_STEADY:
        yield (
            f"SB312 {take.shot.id}: a chain of {count} clips drifts; colours are held at the "
            "seams, sharpness is not, and run.json has the figures"
        )


def _sizes(board: ShotList, settings: Settings, takes: Sequence[Take]) -> Iterator[str]:
    if not takes or settings.preset is None or settings.size is not None:
        return
    from fractions import Fraction

    size = takes[0].size
    share = kept(size, Fraction(*board.format.size))
    if size not in settings.preset.sizes and size[::-1] not in settings.preset.sizes:
        yield (
            f"SB304 {size[0]}x{size[1]} is not a size {settings.preset.name} was trained on; "
            "it is the closest to the aspect of the cut."
        )
    if share < Fraction(99, 100):
        yield f"{size[0]}x{size[1]} is cropped in the middle to {float(share):.0%} of its picture."


def _takes(board: ShotList) -> Iterator[str]:
    same = [shot.id for shot in board.shots if shot.seed is not None and shot.takes > 1]
    if same:
        yield f"{', '.join(same)}: seed is fixed, so all takes are the same picture."


def _ends(takes: Sequence[Take]) -> Iterator[str]:
    """A picture that ends a clip may lie behind the last frame of the shot."""
    for take in takes:
        last = take.segments[-1] if take.segments else take
        behind = last.frames.trimmed + take.frames.tail
        if take.last_picture is not None and behind:
            yield (
                f"{take.slate}: its last picture comes at the end of what is rendered, after the "
                "last frame of the shot."
            )


def _remixes(settings: Settings, takes: Sequence[Take]) -> Iterator[str]:
    if settings.preset is None and any(take.shot.take for take in takes):
        yield "take: a layout has no latent, so no take of it is made from another."
    for take in takes:
        if take.remix is not None:
            yield (
                f"{take.slate}: made from {take.remix.of_take} at noise {take.remix.strength:g}."
            )


def _camera(board: ShotList, settings: Settings) -> Iterator[str]:
    moving = any(set(shot.camera.movement) != {"static"} for shot in board.shots)
    if settings.weights is not None and not settings.weights.has_camera and moving:
        yield (
            f"{settings.preset_name} has no camera adapter: it hears of camera moves in words, "
            "not as a path."
        )


_UNDONE: tuple[tuple[str, Callable[[Shot], object]], ...] = (
    (
        "match-color without from: last-frame",
        lambda shot: (
            shot.continuity and shot.continuity.match_color and not _continues(shot, "last-frame")
        ),
    ),
    ("continuity from match-cut", lambda shot: _continues(shot, "match-cut")),
)


def _continues(shot: Shot, how: str) -> bool:
    return shot.continuity is not None and shot.continuity.from_ == how


def _undone(board: ShotList) -> Iterator[str]:
    for directive, asks in _UNDONE:
        ids = [shot.id for shot in board.shots if asks(shot)]
        if ids:
            yield f"{', '.join(ids)}: {directive} is noted, and not done yet."
    if any(who.references for who in board.characters.values()):
        yield "references of characters are noted, and not given to the model yet."
    if any(shot.dialogue or shot.sound for shot in board.shots):
        yield "dialogue and sound are noted; the animatic is silent."
