"""Blocking of a shot: levels merged person by person, names looked up, places checked on the set.

The nearest level wins field by field, as everywhere; a new place drops the pose and the facing
that were written for the old one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from shots.blocking import LENS, LOOKS, Blocking, Position
from shots.board.inherit import MAX_LISTED, NameIndex, ShotLevel
from shots.dressing import dressed, place_names
from shots.lexicon.find_word import find_word, nearest_word
from shots.lexicon.grammar import GROUPS, PEOPLE
from shots.lexicon.places import SETS, SetPlan
from shots.origins import FieldOrigin
from shots.schema import Location
from shots.source.board_source import Loc, Source
from shots.vocabulary.terms import did_you_mean

_PLACE_FIELDS = ("at", "on", "pose", "facing")

Entry = dict[str, tuple[Any, FieldOrigin]]
"""Fields of one person, each with its origin."""


def set_plan(location: Location | None) -> SetPlan | None:
    """The floor plan of a location as dressed; None where its words name no set."""
    if location is None:
        return None
    use = location.set.use if location.set else None
    plan = SETS.get(use or "")
    return dressed(plan, location.set) if plan and location.set else plan


def check_dressing(location: Location, source: Source) -> None:
    """Report names in the set of a location that neither it nor its set defines."""
    dressing, plan = location.set, set_plan(location)
    if dressing is None:
        return
    base = SETS.get(dressing.use or "")
    fixtures = [each.name for each in base.fixtures] if base else []
    loc: Loc = ("locations", location.id, "set")
    for name, piece in dressing.furniture.items():
        at = (*loc, "furniture", name)
        is_there = name in fixtures or (base is None and piece.is_absent)
        if not is_there and (piece.is_absent or not (piece.model or find_word("thing", name))):
            finding = f'"{name}" is no furniture of {dressing.use or location.id}'
            remedy = did_you_mean(name, fixtures) or "give it model: to add it"
            source.report("SB011", finding, remedy, source.span(at, of="key"), name)
    if plan is None:
        return
    places = place_names(plan)
    spots: list[tuple[Loc, Position | None]]
    spots = [(("marks", name, "at"), mark.at) for name, mark in dressing.marks.items()]
    spots += [(("furniture", n, "at"), piece.at) for n, piece in dressing.furniture.items()]
    spots += [
        (("furniture", name, "on"), Position(piece.on))
        for name, piece in dressing.furniture.items()
        if piece.on
    ]
    for path, spot in spots:
        if spot and spot.point is None and spot.near not in places:
            finding = f'"{spot.near}" is no place of {dressing.use or location.id}'
            remedy = did_you_mean(spot.near, places) or f"use one of {_listed(places)}"
            source.report("SB011", finding, remedy, (*loc, *path), spot.near)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MAX_LISTED]) + (", ..." if len(names) > MAX_LISTED else "")


def merge_blocking(levels: Sequence[ShotLevel], names: NameIndex) -> dict[str, Entry]:
    """Merge the entries of all levels of a shot; characters by their id, in the order written."""
    entries: dict[str, Entry] = {}
    for level in reversed(levels):
        for name, written in (getattr(level.directives, "blocking", None) or {}).items():
            entry = entries.setdefault(names.find("character", name) or name, {})
            own = written.model_fields_set
            if written.is_absent:
                for field in entry.keys() - {"looks", "model"}:
                    del entry[field]
            elif own:
                entry.pop("is_absent", None)
            if own & {"at", "on"}:
                for field in _PLACE_FIELDS:
                    entry.pop(field, None)
            for field in own:
                key = Blocking.model_fields[field].alias or field
                entry[field] = getattr(written, field), level.origin("blocking", name, key)
    return entries


@dataclass(frozen=True)
class BlockingResolver:
    """Looks up every name in the blocking of one shot; unknown ones are reported.

    Attributes:
        plan: The set; None where it is not decided, so that any place may be right.
        place: The location's name, for messages.
        entries: The merged blocking.
    """

    names: NameIndex
    source: Source
    fps: Fraction
    plan: SetPlan | None
    place: str
    entries: Mapping[str, Entry]

    def resolve(self) -> dict[str, Blocking]:
        """The blocking with the ids and names that the board and the set define."""
        return {who: self._entry(who, entry) for who, entry in self.entries.items()}

    def _entry(self, who: str, entry: Entry) -> Blocking:
        values = {field: value for field, (value, _) in entry.items()}
        locs = {field: origin.loc for field, (_, origin) in entry.items()}
        is_described = values.get("looks") or values.get("model") or who in self._fixtures
        nouns = set(re.split(r"[\s_-]+", who.casefold())) & (PEOPLE | GROUPS.keys())
        if not (self._is_character(who) or is_described or nouns or find_word("thing", who)):
            loc = next(iter(locs.values()), ())[:-1]
            others = [name for name in self._players if name != who]
            self._report(who, "neither a character nor a thing", others, loc, of_key=True)
        values |= self._doing(values, locs)
        if values.get("at"):
            values["at"] = self._spot(values["at"], locs["at"])
        if values.get("on"):
            values["on"] = self._target(values["on"], locs["on"], ("floor",))
        moves = []
        for k, move in enumerate(values.get("moves") or ()):
            own = {field: getattr(move, field) for field in move.model_fields_set}
            paths = {
                field: (*locs["moves"], k, type(move).model_fields[field].alias or field)
                for field in own
            }
            own |= self._doing(own, paths)
            if own.get("to"):
                own["to"] = self._spot(own["to"], paths["to"])
            moves.append(type(move).model_validate(own).in_seconds(self.fps))
        values["moves"] = tuple(moves) or None
        return Blocking.model_validate(values)

    def _doing(self, values: Mapping[str, Any], locs: Mapping[str, Loc]) -> dict[str, Any]:
        """The names in what somebody does."""
        found: dict[str, Any] = {}
        if (facing := values.get("facing")) and isinstance(facing, str):
            found["facing"] = self._target(facing, locs["facing"], LENS)
        if looks_at := values.get("looks_at"):
            found["looks_at"] = self._target(looks_at, locs["looks_at"], LOOKS)
        if other := values.get("with_"):
            found["with_"] = self._target(other, locs["with_"])
        if "holds" in values:
            held = values["holds"] or ()
            found["holds"] = tuple((hand, self._held(thing, locs["holds"])) for hand, thing in held)
        return found

    def _spot(self, spot: Position, loc: Loc) -> Position:
        if spot.point is not None:
            return spot
        return Position(self._target(spot.near, loc), spot.relation)

    def _target(self, name: str, loc: Loc, words: Iterable[str] = ()) -> str:
        """The id or name of a person, a thing, a mark or a fixture."""
        found = self._find(name, words)
        if found:
            return found
        candidates = (*words, *self._players, *self._marks)
        if self.plan is None:
            # The set is read from the action then, so only a misspelling is certain to be wrong.
            if get_close_matches(name.casefold(), map(str.casefold, candidates), 1, 0.8):
                self._report(name, "neither a person nor a thing here", candidates, loc)
            return name
        wrong = f"neither a person nor a thing here, nor a place of {self.place}"
        self._report(name, wrong, candidates, loc)
        return name

    def _find(self, name: str, words: Iterable[str]) -> str | None:
        if character := self.names.find("character", name):
            return character
        table = {each.casefold(): each for each in (*self._marks, *self.entries, *words)}
        if found := table.get(name.casefold()) or table.get("-".join(name.casefold().split())):
            return found
        # "chair" may be one that the action names; "chair-7" can only be one of the set.
        return name if find_word("thing", name) and not name[-1:].isdigit() else None

    def _held(self, name: str, loc: Loc) -> str:
        """The id of a thing that is blocked, or a noun of the lexicon."""
        blocked = {each.casefold(): each for each in self.entries}
        if found := blocked.get(name.casefold()):
            return found
        if not find_word("thing", name):
            near = nearest_word("thing", name)
            remedy = f"write {name}: {{model: ...}} under blocking"
            remedy = f'did you mean "{near}"?' if near else remedy
            self.source.report(
                "SB101", f'thing "{name}" is not in the vocabulary', remedy, loc, name
            )
        return name

    def _report(
        self, name: str, wrong: str, names: Sequence[str], loc: Loc, *, of_key: bool = False
    ) -> None:
        remedy = did_you_mean(name, names)
        if not remedy and of_key:
            remedy = "give it looks: for an extra, or model: for a thing"
        remedy = remedy or f"use one of {_listed(names)}"
        where = self.source.span(loc, of="key") if of_key else loc
        self.source.report("SB011", f'"{name}" is {wrong}', remedy, where, name)

    def _is_character(self, who: str) -> bool:
        return self.names.find("character", who) is not None

    @property
    def _fixtures(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.plan.fixtures) if self.plan else ()

    @property
    def _marks(self) -> tuple[str, ...]:
        """Names of all places of the set."""
        return place_names(self.plan) if self.plan else ()

    @property
    def _players(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.names.keys("character"), *self.entries)))
