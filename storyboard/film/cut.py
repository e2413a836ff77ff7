"""The cut: which frames of which clip are on screen when, transitions included.

Pure arithmetic on frames. The film is exactly as long as its shots together: a dissolve or wipe
of n frames lies centred over its cut and shows spare frames of both clips, so both are rendered
n frames longer; fades and dips take place inside the shots. Called by `plan`; `assembly` makes
the pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from storyboard.errors import InputError

Straight = ("cut", "match-cut", "smash-cut", "j-cut", "l-cut")
Overlapping = ("dissolve", "wipe")
Joint = (*Overlapping, "dip")


@dataclass(frozen=True)
class Effect:
    """A transition as the board writes it, in frames; the default is a straight cut."""

    kind: str = "cut"
    frames: int = 0
    colour: str = "black"
    direction: str = "left"

    @property
    def overlaps(self) -> bool:
        """Whether it shows two shots at once."""
        return self.kind in Overlapping and self.frames > 0

    @property
    def joins(self) -> bool:
        """Whether it is one event between two shots, whichever of them says it."""
        return self.kind in Joint and self.frames > 0

    @property
    def is_straight(self) -> bool:
        """Whether the picture just changes."""
        return self.kind in Straight or self.frames == 0


@dataclass(frozen=True)
class CutShot:
    """What the cut has to know of a shot: its frames, and how it comes and goes."""

    id: str
    frames: int
    effect_in: Effect = Effect()
    effect_out: Effect = Effect()


@dataclass(frozen=True)
class Spare:
    """Frames to render in addition to a shot."""

    head: int = 0
    tail: int = 0


@dataclass(frozen=True)
class Piece:
    """A run of frames of the film that is made in one way.

    Attributes:
        kind: "body" shows a clip as it is; "fade-in" and "fade-out" mix it with a colour;
            "dissolve" and "wipe" go from one clip to another.
        frames: How many.
        shot: Index of the shot whose clip is shown, of the outgoing one if there are two.
        first: Its first frame, counted in its clip.
        to_shot: Index of the incoming shot, -1 without one.
        to_first: Its first frame, counted in its clip.
        colour: Of a fade.
        direction: Of a wipe: where the edge travels.
    """

    kind: Literal["body", "fade-in", "fade-out", "dissolve", "wipe"]
    frames: int
    shot: int
    first: int
    to_shot: int = -1
    to_first: int = 0
    colour: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Cut:
    """The film: spare frames per shot and pieces in order; the frames add up to the shots'."""

    shots: tuple[CutShot, ...]
    spares: tuple[Spare, ...]
    pieces: tuple[Piece, ...]
    notices: tuple[str, ...]

    @property
    def frames(self) -> int:
        """Length of the film."""
        return sum(shot.frames for shot in self.shots)

    def start(self, index: int) -> int:
        """Frame of the film at which a shot begins."""
        return sum(shot.frames for shot in self.shots[:index])


def plan_cut(shots: Sequence[CutShot]) -> Cut:
    """Lay shots end to end and place their transitions.

    Raises:
        InputError: Two shots ask for different things at one cut, or a shot is shorter than its
            transitions.
    """
    settled, notices = _settle(shots)
    joints = [_joint(left, right) for left, right in pairwise(settled)]
    # `around[i]` is what overlaps before shot i; nothing does at both ends of the film.
    around = [Effect(), *joints, Effect()]
    spares = tuple(
        Spare(head=_overlap(around[i]), tail=_overlap(around[i + 1])) for i in range(len(settled))
    )
    pieces: list[Piece] = []
    for index, shot in enumerate(settled):
        pieces += _pieces_of(index, shot, around, spares)
    cut = Cut(tuple(settled), spares, tuple(pieces), tuple(notices))
    assert sum(piece.frames for piece in cut.pieces) == cut.frames
    return cut


def _settle(shots: Sequence[CutShot]) -> tuple[list[CutShot], list[str]]:
    """Say what cannot be meant at the ends of the film, and what only sound would show."""
    notices: list[str] = []
    settled = list(shots)
    if settled:
        effect = _settle_end(settled[0].id, settled[0].effect_in, "first", "in", "from", notices)
        settled[0] = replace(settled[0], effect_in=effect)
        effect = _settle_end(settled[-1].id, settled[-1].effect_out, "last", "out", "to", notices)
        settled[-1] = replace(settled[-1], effect_out=effect)
    for shot in settled:
        for effect in (shot.effect_in, shot.effect_out):
            if effect.kind in ("j-cut", "l-cut"):
                notices.append(
                    f"{shot.id}: {effect.kind}: the animatic has no sound yet; "
                    "the picture is cut straight."
                )
    return settled, notices


def _settle_end(
    shot: str, effect: Effect, word: str, side: str, way: str, notices: list[str]
) -> Effect:
    """A transition between two shots at an end of the film becomes a fade, and is told."""
    if not effect.joins:
        return effect
    notices.append(
        f"{shot}: {effect.kind} {side} at the {word} shot has no other shot to meet; "
        f"a fade {way} {effect.colour} is made instead."
    )
    return Effect("fade", effect.frames, effect.colour)


def _joint(left: CutShot, right: CutShot) -> Effect:
    """What happens between two shots: dissolve, wipe, dip, or a straight cut."""
    out, into = left.effect_out, right.effect_in
    if not out.joins and not into.joins:
        return Effect()
    chosen, other = (out, into) if out.joins else (into, out)
    if other != chosen and not other.is_straight:
        raise InputError(
            f"shot {right.id!r}: comes in with {into.kind!r} where shot {left.id!r} goes out "
            f"with {out.kind!r}, one cut can do one thing. Remove one of the two."
        )
    return chosen


def _overlap(joint: Effect) -> int:
    return joint.frames if joint.overlaps else 0


def _pieces_of(
    index: int, shot: CutShot, around: Sequence[Effect], spares: Sequence[Spare]
) -> list[Piece]:
    """Pieces of one shot, up to and including the overlap with the next."""
    head = spares[index].head
    before, after = around[index], around[index + 1]
    overlap = _overlap(after)
    # Centred over the cut: the outgoing side gives half, rounded down, the incoming the rest.
    begin = _overlap(before) - _overlap(before) // 2
    end = overlap // 2
    fade_in, fade_out = shot.effect_in, shot.effect_out
    if before.kind == "dip":
        fade_in = Effect("fade", before.frames - before.frames // 2, before.colour)
    if after.kind == "dip":
        fade_out = Effect("fade", after.frames // 2, after.colour)
    in_frames = fade_in.frames if fade_in.kind == "fade" else 0
    out_frames = fade_out.frames if fade_out.kind == "fade" else 0
    body = shot.frames - begin - end - in_frames - out_frames
    if body < 0:
        raise InputError(
            f"shot {shot.id!r}: {shot.frames} frames, its transitions need "
            f"{shot.frames - body}. Shorten them, or make the shot longer."
        )
    first = head + begin
    pieces = [
        Piece("fade-in", in_frames, index, first, colour=fade_in.colour),
        Piece("body", body, index, first + in_frames),
        Piece("fade-out", out_frames, index, first + in_frames + body, colour=fade_out.colour),
        Piece(
            "dissolve" if after.kind == "dissolve" else "wipe",
            overlap,
            index,
            head + shot.frames - end,
            to_shot=index + 1,
            # The spare head is as long as the overlap, of which `end` lies before the cut.
            to_first=overlap - end,
            direction=after.direction,
        ),
    ]
    return [piece for piece in pieces if piece.frames]
