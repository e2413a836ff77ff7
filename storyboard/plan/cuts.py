"""The cut of a board and of its variants, and the spare frames that all of them need."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from storyboard.errors import InputError
from storyboard.film.cut import Cut, CutShot, Effect, Spare, plan_cut
from storyboard.take.frames import shot_frames

if TYPE_CHECKING:
    from shots.schema import Shot, ShotList
    from shots.variants import Variant
    from shots.vocabulary.transition import Transition

END_CARD = "end card"


def board_cut(board: ShotList) -> Cut:
    """Plan the cut of all shots.

    Raises:
        InputError: A duration is not a whole number of frames, or transitions do not fit.
    """
    return plan_cut([_cut_shot(shot, board.format.fps) for shot in board.shots])


def variant_cut(board: ShotList, variant: Variant) -> Cut:
    """Plan the cut of a variant: its shots, then its end card.

    Raises:
        InputError: As `board_cut`; the message names the variant.
    """
    fps = board.format.fps
    try:
        shots = [_cut_shot(board.shot(name), fps) for name in variant.shots]
        if variant.end_card is not None:
            frames = shot_frames(variant.end_card.duration_s, fps, where=END_CARD)
            shots.append(CutShot(END_CARD, frames))
        return plan_cut(shots)
    except InputError as error:
        raise InputError(f"variant {variant.label}: {error}") from None


def widest_spares(board: ShotList, cut: Cut) -> tuple[Spare, ...]:
    """Spare frames per shot that suffice for the cut of the board and for those of its variants.

    Args:
        board: Board with its variants.
        cut: Cut of the board.
    """
    # A shot is rendered once for all cuts it appears in.
    spares = {shot.id: spare for shot, spare in zip(cut.shots, cut.spares, strict=True)}
    for variant in {(v.shots, v.end_card is None): v for v in board.variants}.values():
        own = variant_cut(board, variant)
        for shot, spare in zip(own.shots, own.spares, strict=True):
            if shot.id in spares:
                widest = spares[shot.id]
                spares[shot.id] = Spare(max(widest.head, spare.head), max(widest.tail, spare.tail))
    return tuple(spares[shot.id] for shot in cut.shots)


def _cut_shot(shot: Shot, fps: Fraction) -> CutShot:
    frames = shot_frames(shot.duration_s, fps, where=f"shot {shot.id!r}")
    return CutShot(shot.id, frames, _effect(shot.transition_in), _effect(shot.transition_out))


def _effect(transition: Transition | None) -> Effect:
    if transition is None:
        return Effect()
    return Effect(
        transition.kind,
        transition.frames,
        transition.colour or "black",
        transition.direction or "left",
    )
