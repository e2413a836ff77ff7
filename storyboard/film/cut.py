"""The cut: which frames of which clip are on screen when, transitions included.

The film is exactly as long as its shots together. A dissolve or wipe of n frames is centred on its
cut and shows spare frames of both clips, so both are rendered n frames longer; fades and dips take
place inside the shots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from storyboard.errors import InputError

STRAIGHT = ("cut", "match-cut", "smash-cut", "j-cut", "l-cut")
OVERLAPPING = ("dissolve", "wipe")
JOINTS = (*OVERLAPPING, "dip")


@dataclass(frozen=True)
class Effect:
    """A transition of a board, `frames` long; the default is a straight cut."""

    kind: str = "cut"
    frames: int = 0
    colour: str = "black"
    direction: str = "left"

    @property
    def overlaps(self) -> bool:
        """Whether it shows two shots at once."""
        return self.kind in OVERLAPPING and self.frames > 0

    @property
    def joins(self) -> bool:
        """Whether it is one event between two shots, whichever of them declares it."""
        return self.kind in JOINTS and self.frames > 0


@dataclass(frozen=True)
class CutShot:
    """A shot for the cut: its length in frames and its transitions."""

    id: str
    frames: int
    effect_in: Effect = Effect()
    effect_out: Effect = Effect()


@dataclass(frozen=True)
class Spare:
    """Frames to render before and after a shot."""

    head: int = 0
    tail: int = 0


@dataclass(frozen=True)
class Piece:
    """Consecutive frames of the film that are produced in one way.

    Attributes:
        kind: "body" shows a clip as it is; "fade-in" and "fade-out" mix it with a colour;
            "dissolve" and "wipe" go from one clip to another.
        frames: Length.
        shot: Index of the shot, of the outgoing one if there are two.
        first: First frame in the clip of `shot`.
        to_shot: Index of the incoming shot, -1 without one.
        to_first: First frame in the clip of `to_shot`.
        colour: Colour of a fade.
        direction: Direction in which the edge of a wipe travels.
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
        """First frame of a shot in the film."""
        return sum(shot.frames for shot in self.shots[:index])


def plan_cut(shots: Sequence[CutShot]) -> Cut:
    """Lay shots end to end and place their transitions.

    Raises:
        InputError: Two shots ask for different things at one cut, or a shot is shorter than its
            transitions.
    """
    shots, notices = _without_joints_at_ends(shots)
    # `around[i]` is the transition before shot i; there is none at both ends of the film.
    around = [Effect(), *(_joint(left, right) for left, right in pairwise(shots)), Effect()]
    overlaps = [joint.frames if joint.overlaps else 0 for joint in around]
    spares = tuple(Spare(head, tail) for head, tail in pairwise(overlaps))
    pieces: list[Piece] = []
    for index, shot in enumerate(shots):
        pieces += _shot_pieces(index, shot, around, spares)
    cut = Cut(tuple(shots), spares, tuple(pieces), tuple(notices))
    assert sum(piece.frames for piece in cut.pieces) == cut.frames
    return cut


def _without_joints_at_ends(shots: Sequence[CutShot]) -> tuple[list[CutShot], list[str]]:
    """Replace dissolves, wipes and dips at both ends of the film by fades; returns notices too."""
    notices: list[str] = []
    result = list(shots)
    if result:
        fade = _fade_at_end(result[0].id, result[0].effect_in, "first", "in", "from", notices)
        result[0] = replace(result[0], effect_in=fade)
        fade = _fade_at_end(result[-1].id, result[-1].effect_out, "last", "out", "to", notices)
        result[-1] = replace(result[-1], effect_out=fade)
    for shot in result:
        for effect in (shot.effect_in, shot.effect_out):
            if effect.kind in ("j-cut", "l-cut"):
                notices.append(
                    f"{shot.id}: {effect.kind}: the animatic has no sound yet; "
                    "the picture is cut straight."
                )
    return result, notices


def _fade_at_end(
    shot: str, effect: Effect, word: str, side: str, way: str, notices: list[str]
) -> Effect:
    if not effect.joins:
        return effect
    notices.append(
        f"{shot}: {effect.kind} {side} at the {word} shot needs another shot; "
        f"a fade {way} {effect.colour} is used instead."
    )
    return Effect("fade", effect.frames, effect.colour)


def _joint(left: CutShot, right: CutShot) -> Effect:
    """Transition between two shots: dissolve, wipe, dip, or a straight cut."""
    out, into = left.effect_out, right.effect_in
    if not out.joins and not into.joins:
        return Effect()
    chosen, other = (out, into) if out.joins else (into, out)
    is_straight = other.kind in STRAIGHT or other.frames == 0
    if other != chosen and not is_straight:
        raise InputError(
            f"shot {right.id!r}: begins with {into.kind!r} where shot {left.id!r} ends "
            f"with {out.kind!r}, must be one transition. Remove one of the two."
        )
    return chosen


def _shot_pieces(
    index: int, shot: CutShot, around: Sequence[Effect], spares: Sequence[Spare]
) -> list[Piece]:
    """Pieces of one shot, up to and including the overlap with the next."""
    head, overlap = spares[index].head, spares[index].tail
    before, after = around[index], around[index + 1]
    # Centred on the cut: the outgoing shot gives half, rounded down, the incoming one the rest.
    begin = head - head // 2
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
