"""What looks odd on a board that can be read, as warnings and notices.

Rules of one shot are in `conflicts.py`, those from shot to shot in `continuity.py`, ids in
`numbering.py`; here are those that depend on the model, and take its limits as a value, so that the
language need not know any model. Called by `load.py`, and with limits by `storyboard check`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil
from typing import Protocol

from shots.lint.conflicts import RULES
from shots.lint.continuity import compare_shots
from shots.lint.numbering import Slates
from shots.lint.variant_rules import variant_warnings
from shots.problem import Problem
from shots.prompt.negative import fit_negative
from shots.schema import Shot, ShotList
from shots.source.board_source import in_order
from shots.vocabulary.terms import Fault
from shots.vocabulary.values import decimal

_UNEVEN = "frames are held unevenly; choose a rate that is a multiple to avoid it"


class ClipLimits(Protocol):
    """What a preset can render in one go. Presets of `model` fit as they are."""

    @property
    def fps(self) -> Fraction:
        """Frame rate of the model."""

    @property
    def max_frames(self) -> int:
        """Longest clip."""


def lint(
    board: ShotList, *, limits: ClipLimits | None = None, negative_base: str | None = None
) -> tuple[Problem, ...]:
    """Judge a board.

    Args:
        board: Any board.
        limits: Of the preset that will render it; without them SB301 to SB303 are not judged.
        negative_base: The preset's negative prompt; without it SB205 is not judged.

    Returns:
        Warnings and notices, in the order of the file. A prompt that no model can read is an error
        that `storyboard check` counts, and that stops no import of a script.
    """
    found = [board.problem(*finding) for finding in _findings(board)]
    return _sorted(board, [*found, *lint_render(board, limits, negative_base)])


def lint_render(
    board: ShotList, limits: ClipLimits | None, negative_base: str | None
) -> tuple[Problem, ...]:
    """Judge a board for the preset that will render it, and nothing else: see `lint`."""
    found: list[Problem] = []
    if negative_base:
        found += [board.problem(*finding) for finding in _removals(board, negative_base)]
    if limits:
        found += [board.problem(*finding) for finding in _clip_problems(board, limits)]
    return _sorted(board, found)


def _sorted(board: ShotList, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    # What the defaults say is said of every shot, and worth reading once.
    return tuple(in_order(dict.fromkeys(problems), board.path))


_Finding = tuple[Fault, Shot | None, str]


def _findings(board: ShotList) -> Iterator[_Finding]:
    judged = Slates(board)
    for shot in board.shots:
        yield from ((fault, shot, field) for fault, field in judged.judge(shot))
        for rule in RULES:
            yield from ((fault, shot, field) for fault, field in rule(board, shot))
    yield from compare_shots(board)
    yield from variant_warnings(board)


def _removals(board: ShotList, negative_base: str) -> Iterator[_Finding]:
    for shot in board.shots:
        _, removed = fit_negative(board, shot, negative_base)
        if removed:
            words = ", ".join(removal.shown for removal in removed)
            finding = f"shot {shot.id}: taken out of the negative prompt: {words}"
            reasons = ", ".join(dict.fromkeys(removal.clash for removal in removed))
            yield Fault("SB205", finding, f"because the shot asks for {reasons}"), shot, ""


def _clip_problems(board: ShotList, limits: ClipLimits) -> Iterator[_Finding]:
    """Durations against the clips that the model makes: 4n + 1 frames at its own rate."""
    fps = board.format.fps
    if limits.fps != fps:
        finding = f"the model runs at {decimal(limits.fps)} fps, the cut at {decimal(fps)}"
        held = fps / limits.fps
        remedy = f"each frame is held {decimal(held)} f" if held.denominator == 1 else _UNEVEN
        yield Fault("SB303", finding, remedy), None, "format.fps"
    for shot in board.shots:
        frames = max(1, ceil(shot.duration_s * limits.fps))
        rendered = -(-(frames - 1) // 4) * 4 + 1
        seconds = decimal(shot.duration_s)
        if rendered > limits.max_frames:
            longest = decimal(Fraction(limits.max_frames) / limits.fps)
            finding = f"{seconds} s = {frames} f; the model's longest clip is {limits.max_frames} f"
            remedy = f"a chain of clips, or one stretched, is made of it; {longest} s fit one clip"
            yield Fault("SB301", finding, remedy), shot, "duration"
        elif rendered != frames:
            trimmed = rendered - frames
            finding = f"{seconds} s = {frames} f; rendered {rendered} (4n+1), {trimmed} trimmed"
            yield Fault("SB302", finding, "nothing to do: the cut is exact"), shot, "duration"
