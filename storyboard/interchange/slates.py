"""The last look at a draft: lengths that are no whole frames, joins that do not fit in a shot.

What the language would refuse is mended here, and said. Called by `skeleton.py` and `rows.py`.

Numbers as a slate has them: scenes 1, 2, 2A; set-ups 12, 12A, ... 12H, 12J, ... 12AA.

I and O are left out, because they read as digits. What is written already stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from pydantic import TypeAdapter, ValidationError

from shots.board.resolve import MAX_DURATION_S
from shots.lint.board_rules import LETTERS, slates, suffixes
from shots.schema import Format
from shots.vocabulary.transition import WrittenTransition
from shots.vocabulary.values import Id, read_time, whole_frames
from storyboard.interchange.draft import DEFAULT_DURATION_S, Draft, DraftShot
from storyboard.interchange.import_report import Report


def settle(draft: Draft, report: Report) -> None:
    """Make every length of a draft one that the language takes.

    Args:
        draft: Changed in place.
        report: Told of what was changed or left out.
    """
    fps = Format.model_validate({"fps": draft.fps} if draft.fps else {}).fps
    for scene in draft.scenes:
        for shot in scene.shots:
            _settle_duration(shot, fps, report)
            _settle_joins(shot, fps, report)


def _settle_duration(shot: DraftShot, fps: Fraction, report: Report) -> None:
    if not shot.duration:
        return
    seconds = read_time(shot.duration).at(fps)
    if seconds > MAX_DURATION_S:
        report.lose(shot.line, "duration", shot.duration)
        shot.duration = ""
    elif whole_frames(seconds, fps) is None:
        frames = max(1, round(seconds * fps))
        finding = f"{shot.duration} is no whole number of frames at {float(fps):g} fps"
        report.remark(shot.line, f"{finding}, made {frames}f")
        shot.duration = f"{frames}f"


def _settle_joins(shot: DraftShot, fps: Fraction, report: Report) -> None:
    seconds = read_time(shot.duration or f"{DEFAULT_DURATION_S}s").at(fps)
    room = whole_frames(seconds, fps) or 0
    for side in ("transition_out", "transition_in"):
        if _join_frames(shot, fps) > room:
            report.lose(shot.line, "transition", getattr(shot, side))
            setattr(shot, side, "")


def _join_frames(shot: DraftShot, fps: Fraction) -> int:
    """Frames of both joins that overlap the picture."""
    joins = [
        WrittenTransition.model_validate(text).at(fps)
        for text in (shot.transition_in, shot.transition_out)
        if text
    ]
    return sum(join.frames for join in joins if join.kind[1:] != "-cut")


MAX_NUMBER = 30
"""Longest scene number that leaves room for set-ups in an id."""

_ID: TypeAdapter[str] = TypeAdapter(Id)


def is_id(text: str) -> bool:
    """Whether the language takes a text as the id of a shot or the number of a scene."""
    try:
        _ID.validate_python(text)
    except ValidationError:
        return False
    return True


def number_scenes(given: Sequence[str | None]) -> list[str]:
    """Number the scenes that have no number, around those that have one.

    Args:
        given: What the script says, in its order; None for a scene without a number. Numbers are
            ids, none is used twice.
    """
    taken = {number.casefold() for number in given if number}
    letters: dict[str, Iterator[str]] = {}
    numbers: list[str] = []
    last = "0"
    for number in given:
        if number is None:
            digits = last.rstrip(LETTERS + LETTERS.lower())
            stem = digits if digits.isdecimal() else last
            number = str(int(stem) + 1) if stem.isdecimal() else ""
            # Where there is a 13 already, 12A follows 12.
            while not number or number.casefold() in taken:
                number = stem + next(letters.setdefault(stem, suffixes()))
            taken.add(number.casefold())
        numbers.append(number)
        last = number
    return numbers


def name_shots(draft: Draft, given: Sequence[str | None], report: Report) -> None:
    """Number the scenes of a draft, and give every shot without an id the next free one.

    Args:
        draft: Changed in place.
        given: The number of each scene, as in `number_scenes`.
        report: Told of ids that are there twice.
    """
    for scene, number in zip(draft.scenes, number_scenes(given), strict=True):
        scene.number = number
    numbers = {scene.number.casefold() for scene in draft.scenes}
    taken: set[str] = set()
    for scene in draft.scenes:
        for shot in scene.shots:
            if shot.id.casefold() in taken:
                finding = f'shot "{shot.id}" is there twice, the second is named anew'
                report.remark(shot.line, finding)
                shot.id = ""
            taken |= {shot.id.casefold()} - {""}
    for scene in draft.scenes:
        free = slates(scene.number)
        for shot in scene.shots:
            while not shot.id:
                name = next(free)
                # A set-up that reads like another scene would be a puzzle on the slate.
                is_scene = name != scene.number and name.casefold() in numbers
                if name.casefold() not in taken and not is_scene:
                    shot.id = name
                    taken.add(name.casefold())
