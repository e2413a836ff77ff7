"""Numbers as a slate has them: scenes 1, 2, 2A; set-ups 12, 12A, ... 12H, 12J, ... 12AA.

I and O are left out, because they read as digits. What is written already stays as it is.
"""

from collections.abc import Iterator, Sequence

from pydantic import TypeAdapter, ValidationError

from shots.numbering import LETTERS, slates, suffixes
from shots.texts import Id

from .draft import Draft
from .report import Report

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
