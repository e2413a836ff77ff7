"""What shots may refer to: characters, locations, set-ups, outfits and other shots, by any case.

Collected from the raw data, so that a character with a mistake in it still counts as known and
one mistake is not reported twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shots.source.board_source import Loc, Source
from shots.vocabulary.terms import Fault, did_you_mean

MAX_SUGGESTIONS = 100
"""Names for which the nearest one is looked for, which takes longer than the rest."""

MAX_SHOWN = 20


class Names:
    """Every name of a board, by kind: character, location, wardrobe, lighting, setup, shot."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        characters = _block(data.get("characters"))
        self._tables: dict[str, dict[str, str]] = {
            "character": _index(characters),
            "location": _index(_block(data.get("locations"))),
            "wardrobe": {},
            "lighting": _index(_block(data.get("lighting"))),
            "setup": _index(_block(data.get("setups"))),
            "shot": {},
        }
        for key, who in characters.items():
            name = who.get("name") if isinstance(who, dict) else None
            if isinstance(name, str):
                self._tables["character"].setdefault(name.casefold(), key)
            outfits = _block(who.get("wardrobe")) if isinstance(who, dict) else {}
            self._tables["wardrobe"] |= {outfit: outfit for outfit in outfits}
        self.setups = _block(data.get("lighting"))
        self._num_suggested = 0
        self._all: dict[str, tuple[str, ...]] = {}
        self.shot_locs = list(_ids(data, "id"))
        self.scene_locs = list(_ids(data, "number"))
        order = [shot_id for shot_id, _ in self.shot_locs]
        self._before = dict(zip(order[1:], order, strict=False))
        for shot_id in order:
            self._tables["shot"].setdefault(shot_id.casefold(), shot_id)

    def find(self, kind: str, name: str) -> str | None:
        """The key that a name means."""
        table = self._tables[kind]
        return table.get(name) or table.get(name.casefold())

    def all(self, kind: str) -> tuple[str, ...]:
        """Every key of a kind, in the order of the board."""
        if kind not in self._all:
            self._all[kind] = tuple(dict.fromkeys(self._tables[kind].values()))
        return self._all[kind]

    def suggest(self, kind: str, name: str) -> str:
        """What to do about a name that means nothing: the nearest, or the first few of its kind."""
        self._num_suggested += 1
        known = self.all(kind)
        near = did_you_mean(name, known) if self._num_suggested <= MAX_SUGGESTIONS else None
        shown = ", ".join(known[:MAX_SHOWN]) + (", ..." if len(known) > MAX_SHOWN else "")
        return near or (f"use one of {shown}" if known else f"define {kind}s first")

    def shot_before(self, shot_id: str) -> str | None:
        """The shot that stands before another one on the board."""
        return self._before.get(shot_id)

    def report_twins(self, source: Source) -> None:
        """Report shot ids and scene numbers that are used twice.

        Upper and lower case do not count, because files land on disks that do not tell them apart.
        """
        for what, found in (("shot id", self.shot_locs), ("scene number", self.scene_locs)):
            first: dict[str, tuple[str, Loc]] = {}
            for name, loc in found:
                twin = first.setdefault(name.casefold(), (name, loc))
                if twin[1] == loc:
                    continue
                case = "" if twin[0] == name else f', first as "{twin[0]}"'
                line = source.place(twin[1]).line + 1
                fault = Fault(
                    "SB021", f'{what} "{name}" is used twice{case}', f"first used on line {line}"
                )
                source.report(fault.code, fault.finding, fault.remedy, source.place(loc))


def _block(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _index(block: Mapping[str, Any]) -> dict[str, str]:
    return {key.casefold(): key for key in block}


def _ids(data: Mapping[str, Any], key: str) -> Iterator[tuple[str, Loc]]:
    """Texts under "number" of every scene, or under "id" of every shot."""
    for s, scene in enumerate(_list(data.get("scenes"))):
        if key == "number" and isinstance(_block(scene).get(key), str):
            yield scene[key], ("scenes", s, key)
        for k, shot in enumerate(_list(_block(scene).get("shots"))):
            if key == "id" and isinstance(_block(shot).get(key), str):
                yield shot[key], ("scenes", s, "shots", k, key)
