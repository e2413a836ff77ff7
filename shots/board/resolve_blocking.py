"""Blocking of a shot: levels merged person by person, names looked up, places checked on the set.

The nearest level wins field by field, as everywhere; a new place drops the pose and the facing
that were written for the old one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from shots.blocking import LENS, LOOKS, Blocking, Position
from shots.board.inherit import NameIndex, ShotLevel
from shots.dressing import SetDressing, dressed, place_names
from shots.lexicon.find_word import find_word, nearest_word
from shots.lexicon.grammar import GROUPS, PEOPLE
from shots.lexicon.places import SETS, SetPlan, find_place
from shots.origins import FieldOrigin
from shots.schema import Location
from shots.source.board_source import Loc, Source
from shots.vocabulary.terms import only_match

MAX_COMPARED = 200  # names that a misspelt one is compared with
_PLACE_FIELDS = ("at", "on", "pose", "facing")

Entry = dict[str, tuple[Any, FieldOrigin]]
"""Fields of one person, each with its origin."""


def set_plan(location: Location | None) -> SetPlan | None:
    """The floor plan of a location as dressed; None where its words name no set."""
    if location is None:
        return None
    name = location.set.use if location.set else None
    if name is None:
        name, _, words = find_place(location.heading, location.looks)
        name = name if words else ""
    plan = SETS.get(name)
    return dressed(plan, location.set) if plan and location.set else plan


def check_dressing(location: Location, names: NameIndex, source: Source) -> None:
    """Report names in the set of a location that neither it nor its set defines."""
    dressing = location.set
    if dressing is None:
        return
    plan = set_plan(location)
    base = set_plan(location.model_copy(update={"set": SetDressing(use=dressing.use)}))
    fixtures = [each.name for each in base.fixtures] if base else []
    loc: Loc = ("locations", location.id, "set")
    for name, piece in dressing.furniture.items():
        at = (*loc, "furniture", name)
        is_there = name in fixtures or (base is None and piece.is_absent)
        if not is_there and (piece.is_absent or not (piece.model or find_word("thing", name))):
            finding = f'"{name}" is no furniture of {dressing.use or location.id}'
            remedy = names.suggest_of(fixtures, name, "give it model: to add it")
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
            remedy = names.suggest_of(places, spot.near)
            source.report("SB011", finding, remedy, (*loc, *path), spot.near)


def _is_noun(name: str) -> bool:
    """Whether a name is a word for a thing, or for people: waiter, old-man, crowd."""
    words = re.split(r"[\s_-]+", name.casefold())
    return bool(find_word("thing", name)) or not (PEOPLE | GROUPS.keys()).isdisjoint(words)


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
        is_fixture = self.plan is not None and self.plan.fixture(who) is not None
        is_described = values.get("looks") or values.get("model") or is_fixture
        if not (is_described or self.names.find("character", who) or _is_noun(who)):
            where = self.source.span(next(iter(locs.values()), ())[:-1], of="key")
            finding = f'"{who}" is neither a character nor a thing'
            remedy = "give it looks: for an extra, or model: for a thing"
            characters = self.names.keys("character")
            remedy = self.names.suggest_of(characters, who, remedy)
            self.source.report("SB011", finding, remedy, where, who)
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

    def _target(self, name: str, loc: Loc, words: Sequence[str] = ()) -> str:
        """The id or name of a person, a thing, a mark or a fixture."""
        if found := self.names.find("character", name):
            return found
        folded = name.casefold()
        for key in (folded, "-".join(folded.split())):
            if key in self._names:
                return self._names[key]
        # "chair" may be one that the action names; "chair-7" can only be one of the set.
        if folded in words or (_is_noun(name) and not name[-1:].isdigit()):
            return name
        finding = f'"{name}" is neither a person nor a thing here'
        finding += f", nor a place of {self.place}" if self.plan else ""
        keys = (*words, *self.names.keys("character"), *self._names.values())[:MAX_COMPARED]
        # The set may be read from the action, so without one only a misspelling is surely wrong.
        if self.plan or only_match(name, keys):
            self.source.report("SB011", finding, self.names.suggest_of(keys, name), loc, name)
        return name

    def _held(self, name: str, loc: Loc) -> str:
        """The id of a thing that is blocked, or a noun of the lexicon."""
        if found := self._names.get(name.casefold()):
            return found
        if not find_word("thing", name):
            near = nearest_word("thing", name)
            remedy = f"write {name}: {{model: ...}} under blocking"
            remedy = f'did you mean "{near}"?' if near else remedy
            self.source.report(
                "SB101", f'thing "{name}" is not in the vocabulary', remedy, loc, name
            )
        return name

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Who is blocked and all places of the set, by their name in lower case."""
        places = place_names(self.plan) if self.plan else ()
        return {each.casefold(): each for each in (*self.entries, *places)}
