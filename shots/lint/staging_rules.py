"""Lint of the staging: words that no layout shows (SB217), and what a picture lacks (SB218)."""

from __future__ import annotations

from collections.abc import Iterator

from shots.problem import Problem
from shots.schema import Shot, ShotList
from shots.staging.stage_shot import stage_board
from shots.staging.staged import NotStaged
from shots.vocabulary.terms import Fault


def lint_staging(board: ShotList) -> tuple[Problem, ...]:
    """What the layouts of a board do not show of its words, and where a picture fails."""
    return tuple(_problems(board))


def _problems(board: ShotList) -> Iterator[Problem]:
    staged = stage_board(board)
    for shot in board.shots:
        for lost in staged[shot.id].not_staged:
            yield board.problem(_not_staged(shot, lost), shot, "action" if shot.action else "")
        for warning in staged[shot.id].warnings:
            text = warning.removeprefix(f"{shot.id}: ")
            finding, _, remedy = text.partition("; ")
            remedy = remedy or "change the view, or set places with blocking:"
            yield board.problem(Fault("SB218", finding, remedy), shot, "camera")


def _not_staged(shot: Shot, lost: NotStaged) -> Fault:
    remedy = f'write "{lost.nearest}"' if lost.nearest else "use a word of `storyboard vocab`"
    if "lighting:" in lost.why:
        remedy = "describe it in the lighting: field of the shot"
    offset = max(shot.action.find(lost.words), 0)
    text = lost.words if lost.words in shot.action else ""
    return Fault("SB217", f'not staged: "{lost.words}", {lost.why}', remedy, text, offset)
