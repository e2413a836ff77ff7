"""Numbers as a slate has them: 12, 12A, ... 12H, 12J, ... 12N, 12P, ... 12Z, 12AA.

I and O are left out, because they read as digits. Ids are what files are called, so they are
judged and proposed here, and never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count, product

from shots.schema import Shot, ShotList
from shots.vocabulary.terms import Fault

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"

_SLATE = re.compile(r"(\d+)([A-Za-z]+)")


def suffixes() -> Iterator[str]:
    """A, B, ... Z, AA, AB, ... without I and O."""
    for size in count(1):
        for letters in product(LETTERS, repeat=size):
            yield "".join(letters)


def slates(scene: str) -> Iterator[str]:
    """Ids for the shots of a scene: the master, then its set-ups.

    A scene that ends in a letter takes the long form, 12A-1: its bare number reads like a set-up
    of scene 12.
    """
    if not scene[-1:].isdigit():
        yield from (f"{scene}-{k}" for k in count(1))
    yield scene
    yield from (scene + letters for letters in suffixes())


class Slates:
    """Judges the ids of a board, and knows which are free."""

    def __init__(self, board: ShotList) -> None:
        self._taken = {shot.id.casefold() for shot in board.shots}
        self._scenes = {scene.number.casefold(): scene.number for scene in board.scenes}
        self._next: dict[str, Iterator[str]] = {}

    def judge(self, shot: Shot) -> Iterator[tuple[Fault, str]]:
        """SB022: a slate that can be misread."""
        found = _SLATE.fullmatch(shot.id)
        letters = set(found[2].upper()) & {"I", "O"} if found else set()
        if letters:
            letter = "I" if "I" in letters else "O"
            finding = f'set-up "{shot.id}" has the letter {letter}, which reads as a digit'
            yield self._fault(shot, f"{finding} on a slate", f"skip {letter}"), "id"
        number = shot.id.casefold()
        if number in self._scenes and number != shot.scene.casefold():
            finding = f'set-up "{shot.id}" of scene {shot.scene} reads like scene {shot.id}'
            remedy = f'use the long form "{shot.id}-1" for set-ups of that scene'
            yield Fault("SB022", finding, remedy, shot.id), "id"
        elif found and found[1] in self._scenes and not shot.scene.startswith(found[1]):
            finding = f'shot "{shot.id}" of scene {shot.scene} reads like one of scene {found[1]}'
            yield self._fault(shot, finding, "name it after its scene"), "id"

    def _fault(self, shot: Shot, finding: str, advice: str) -> Fault:
        return Fault("SB022", finding, f'{advice}: "{self._free(shot.scene)}" is free', shot.id)

    def _free(self, scene: str) -> str:
        """The next set-up of a scene that no shot has, and that reads like no scene."""
        ids = self._next.setdefault(scene, slates(scene))
        used = self._taken | self._scenes.keys()
        return next(name for name in ids if name.casefold() not in used)
