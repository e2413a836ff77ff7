"""Names, `extends` and levels: where a shot takes the values from that it does not set itself.

Characters and locations are inherited in the raw data, since the only difference may be a
description. Lighting, set-ups and shots are merged field by field, for each shot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Any

from shots.board.raw_board import Level
from shots.origins import FieldOrigin
from shots.source.board_source import Loc, Source
from shots.vocabulary.camera import Camera
from shots.vocabulary.control import Control
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.terms import did_you_mean
from shots.vocabulary.transition import Transition
from shots.vocabulary.words import find

MAX_SUGGESTIONS = 100  # unknown names per board for which a similar one is searched, which is slow
MAX_LISTED = 20  # names listed in a remedy
MAX_COPIED = 100_000  # values that all characters and locations of a board may inherit
MAX_CHAIN = 16  # length of a chain of `extends`
BLOCKS = {
    "character": "characters",
    "location": "locations",
    "lighting": "lighting",
    "setup": "setups",
}
"""Blocks of the board by the kind of name they define."""

_PLAIN = (
    "composition", "duration", "subjects", "location", "wardrobe", "sound", "takes", "seed",
    "priority", "status",
)  # fmt: skip
# Modifiers of a camera move; they belong to the move of the same level.
_MODIFIERS = ("speed", "amount", "linear")


class NameIndex:
    """Every name of a board by kind: character, location, wardrobe, lighting, setup, shot.

    Built from the raw data, so that a character with a mistake in it still counts as defined and
    the mistake is reported once. Names are found in any case.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        tables: dict[str, dict[str, str]] = {
            kind: {key.casefold(): key for key in _mapping(data.get(block))}
            for kind, block in BLOCKS.items()
        }
        tables |= {"wardrobe": {}, "shot": {}}
        for key, character in _mapping(data.get("characters")).items():
            name = _mapping(character).get("name")
            if isinstance(name, str):
                tables["character"].setdefault(name.casefold(), key)
            outfits = _mapping(_mapping(character).get("wardrobe"))
            tables["wardrobe"] |= {outfit: outfit for outfit in outfits}
        self.lighting_setups = _mapping(data.get("lighting"))
        self.shot_locs: list[tuple[str, Loc]] = []
        self.scene_locs: list[tuple[str, Loc]] = []
        for s, scene in enumerate(_list(data.get("scenes"))):
            if isinstance(number := _mapping(scene).get("number"), str):
                self.scene_locs.append((number, ("scenes", s, "number")))
            for k, shot in enumerate(_list(_mapping(scene).get("shots"))):
                if isinstance(shot_id := _mapping(shot).get("id"), str):
                    self.shot_locs.append((shot_id, ("scenes", s, "shots", k, "id")))
        ids = [shot_id for shot_id, _ in self.shot_locs]
        for shot_id in ids:
            tables["shot"].setdefault(shot_id.casefold(), shot_id)
        self.previous_shot = dict(zip(ids[1:], ids, strict=False))
        self._tables = tables
        self._keys = {kind: tuple(dict.fromkeys(table.values())) for kind, table in tables.items()}
        self._num_suggested = 0

    def find(self, kind: str, name: str) -> str | None:
        """Return the key that a name refers to."""
        table = self._tables[kind]
        return table.get(name) or table.get(name.casefold())

    def keys(self, kind: str) -> tuple[str, ...]:
        """Every key of a kind, in the order written."""
        return self._keys[kind]

    def suggest(self, kind: str, name: str) -> str:
        """Return the remedy for an unknown name: a similar one, or the first few of its kind."""
        keys = self._keys[kind]
        return self.suggest_of(keys, name, "" if keys else f"define {kind}s first")

    def suggest_of(self, keys: Sequence[str], name: str, otherwise: str = "") -> str:
        """Return the remedy for a name that is none of the keys: a similar one, or another."""
        self._num_suggested += 1
        near = did_you_mean(name, keys) if self._num_suggested <= MAX_SUGGESTIONS else None
        listed = ", ".join(keys[:MAX_LISTED]) + (", ..." if len(keys) > MAX_LISTED else "")
        return near or otherwise or f"use one of {listed}"

    def report_duplicates(self, source: Source) -> None:
        """Report shot ids and scene numbers that are used twice, in any case."""
        # Ids become file names, and some file systems do not distinguish case.
        for what, found in (("shot id", self.shot_locs), ("scene number", self.scene_locs)):
            first: dict[str, tuple[str, Loc]] = {}
            for name, loc in found:
                first_name, first_loc = first.setdefault(name.casefold(), (name, loc))
                if first_loc != loc:
                    case = "" if first_name == name else f', first as "{first_name}"'
                    finding = f'{what} "{name}" is used twice{case}'
                    remedy = f"first used on line {source.span(first_loc).line + 1}"
                    source.report("SB021", finding, remedy, loc)


class Inheritance:
    """The `extends` of a board, by kind: character, location, lighting, setup and shot.

    Unknown names, rings and chains that are too long are reported and removed on construction.
    """

    def __init__(self, data: Mapping[str, Any], names: NameIndex, source: Source) -> None:
        self.names, self._source = names, source
        self._num_copied = 0
        self._parents: dict[str, dict[str, str]] = {}
        for kind, block in BLOCKS.items():
            entries = _mapping(data.get(block)).items()
            self._parents[kind] = self._find_parents(
                kind, ((key, value, (block, key)) for key, value in entries)
            )
        shots = (
            (shot_id, data["scenes"][loc[1]]["shots"][loc[3]], loc[:-1])
            for shot_id, loc in names.shot_locs
        )
        self._parents["shot"] = self._find_parents("shot", shots)

    def chain(self, kind: str, key: str) -> Iterator[str]:
        """Iterate over everything that an entry extends, the nearest first."""
        return _ancestors(self._parents[kind], key)

    def inherit(self, data: Mapping[str, Any]) -> None:
        """Copy inherited values into characters and locations; outfits are merged by name."""
        for kind in ("character", "location"):
            block = BLOCKS[kind]
            entries = _mapping(data.get(block))
            own = {key: dict(value) for key, value in entries.items() if isinstance(value, dict)}
            for key in self._parents[kind]:
                for parent in self.chain(kind, key):
                    values = own.get(parent, {})
                    self._copy_missing(values, (block, parent), entries[key], (block, key))

    def _copy_missing(
        self, values: Mapping[str, Any], loc: Loc, target: dict[str, Any], target_loc: Loc
    ) -> None:
        for name, value in values.items():
            if name == "extends":
                continue
            path, target_path = (*loc, name), (*target_loc, name)
            if target.get(name) is None:
                target[name] = self._copy(value, path, target_path)
            elif isinstance(target[name], dict) and isinstance(value, dict):
                for part in value:
                    if part not in target[name]:
                        copied = self._copy(value[part], (*path, part), (*target_path, part))
                        target[name][part] = copied

    def _copy(self, value: Any, loc: Loc, target_loc: Loc) -> Any:  # noqa: ANN401 - raw data
        """Copy a value with its positions, so that a mistake is reported where it is written."""
        self._num_copied += 1
        if self._num_copied > MAX_COPIED:
            finding = f"extends copies more than {MAX_COPIED:,} values"
            raise self._source.stop("SB009", finding, "extend less", loc)
        for spans in (self._source.value_spans, self._source.key_spans):
            if loc in spans:
                spans[target_loc] = spans[loc]
        if isinstance(value, dict):
            return {k: self._copy(v, (*loc, k), (*target_loc, k)) for k, v in value.items()}
        if isinstance(value, list):
            return [self._copy(v, (*loc, k), (*target_loc, k)) for k, v in enumerate(value)]
        return value

    def _find_parents(
        self, kind: str, entries: Iterable[tuple[str, object, Loc]]
    ) -> dict[str, str]:
        """Map keys to what they extend; `entries` are key, raw value and position."""
        parents: dict[str, str] = {}
        locs: dict[str, Loc] = {}
        for key, value, loc in entries:
            name = _mapping(value).get("extends")
            if not isinstance(name, str) or key in locs:
                continue
            locs[key] = (*loc, "extends")
            if parent := self.names.find(kind, name):
                parents[key] = parent
            else:
                remedy = self.names.suggest(kind, name)
                finding = f'{kind} "{name}" is not on this board'
                self._source.report("SB011", finding, remedy, locs[key])
        kinds = {"lighting": "lighting set-ups", "setup": "set-ups"}.get(kind, f"{kind}s")
        for ring in list(rings(parents)):
            path = " -> ".join([*ring, ring[0]])
            finding = f"{kinds} extend each other in a ring: {path}"
            remedy = "remove extends from one of them"
            self._source.report("SB013", finding, remedy, locs[ring[0]])
            for key in ring:
                del parents[key]
        # Counted up to the limit only: to the end of each chain would take quadratic time.
        depths = {
            key: len(list(islice(_ancestors(parents, key), MAX_CHAIN + 2))) for key in parents
        }
        for key, depth in depths.items():
            if depth == MAX_CHAIN + 1:
                finding = f"more than {MAX_CHAIN} {kinds} extend each other in a row"
                self._source.report("SB009", finding, "extend an earlier one", locs[key])
            if depth > MAX_CHAIN:
                del parents[key]
        return parents


def rings(parents: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Iterate over the cycles of a graph with at most one edge from each name, each once."""
    done: set[str] = set()
    for start in parents:
        chain: dict[str, None] = {}
        node: str | None = start
        while node is not None and node not in done and node not in chain:
            chain[node] = None
            node = parents.get(node)
        if node is not None and node in chain:
            names = list(chain)
            yield tuple(names[names.index(node) :])
        done.update(chain)


def _ancestors(parents: Mapping[str, str], key: str) -> Iterator[str]:
    while key in parents:
        key = parents[key]
        yield key


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


@dataclass(frozen=True)
class ShotLevel:
    """One level that applies to a shot: "shot", "setup", "scene" or "defaults"."""

    name: str
    label: str
    loc: Loc
    directives: Level

    def origin(self, *keys: str) -> FieldOrigin:
        """Origin of a field of this level."""
        return FieldOrigin(self.name, self.label, (*self.loc, *keys))


@dataclass
class MergedFields:
    """Merged values of one shot, and their origins."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, FieldOrigin] = field(default_factory=dict)


# Shot, shots it extends, its set-up, set-ups that extends, scene, defaults: nearest first.
Levels = tuple[ShotLevel, ...]

# Fields of a lighting set-up: name of the set-up that the field comes from, and value.
SetupFields = Mapping[str, tuple[str, Any]]
Setups = Mapping[str, SetupFields]


def merge_setups(setups: Mapping[str, Lighting], chain: Sequence[str]) -> SetupFields:
    """Merge a lighting set-up with the set-ups it extends, the nearest first in `chain`."""
    merged: dict[str, tuple[str, Any]] = {}
    for key in reversed([key for key in chain if key in setups]):
        # The side belongs to the direction it was written with.
        if "direction" in setups[key].model_fields_set:
            merged.pop("side", None)
        fields = setups[key].model_fields_set - {"extends"}
        merged |= {name: (key, getattr(setups[key], name)) for name in fields}
    return merged


def merge_levels(levels: Levels, setups: Setups, *, scene_time: str, fps: Fraction) -> MergedFields:
    """Merge the levels of a shot; the nearest level wins for each field.

    `scene_time` is the time in the heading of the scene, used where no lighting sets one.
    """
    merged = MergedFields()
    for name in _PLAIN:
        for level in levels:
            value = getattr(level.directives, name)
            if value is not None:
                merged.values[name] = value
                merged.origins[name] = level.origin(name)
                break
    _merge_camera(levels, merged)
    _merge_control(levels, merged)
    _merge_lighting(levels, setups, merged)
    lighting: dict[str, Any] = merged.values["lighting"]
    time = find("time", scene_time) if scene_time else None
    if time and "time" not in lighting:
        lighting["time"] = time.word
        merged.origins["lighting.time"] = levels[-2].origin("time")
    merged.values["lighting"] = Lighting(**lighting)
    merged.values |= {"transition_in": Transition(), "transition_out": None}
    for key, name in (("in", "in_"), ("out", "out")):
        for level in levels:
            side = getattr(level.directives.transition, name, None)
            if side is not None:
                merged.values[f"transition_{key}"] = side.at(fps)
                merged.origins[f"transition.{key}"] = level.origin("transition", key)
                break
    return merged


def _merge_control(levels: Levels, merged: MergedFields) -> None:
    fields: dict[str, object] = {}
    for level in reversed(levels):
        choice = level.directives.control
        for name in choice.model_fields_set if choice else ():
            fields[name] = getattr(choice, name)
            merged.origins[f"control.{name}"] = level.origin("control", name)
    if fields:
        merged.values["control"] = Control(**{k: v for k, v in fields.items() if v is not None})


def _merge_camera(levels: Levels, merged: MergedFields) -> None:
    fields: dict[str, tuple[Any, FieldOrigin]] = {}
    for level in reversed(levels):
        camera = level.directives.camera
        if camera is None:
            continue
        if "movement" in camera.model_fields_set and "movement" in fields:
            # A new move drops the modifiers that were set together with the old one.
            previous = fields["movement"][1].level
            for name in _MODIFIERS:
                if name in fields and fields[name][1].level == previous:
                    del fields[name]
        for name in camera.model_fields_set:
            key = "lens" if name == "lens_mm" else name
            fields[key] = (getattr(camera, name), level.origin("camera", key))
    merged.values["camera"] = Camera(**{key: value for key, (value, _) in fields.items()})
    merged.origins |= {f"camera.{key}": origin for key, (_, origin) in fields.items()}


def _merge_lighting(levels: Levels, setups: Setups, merged: MergedFields) -> None:
    fields: dict[str, tuple[Any, FieldOrigin]] = {}
    for level in reversed(levels):
        choice = level.directives.lighting
        if choice is None:
            continue
        if choice.setup is not None and choice.setup in setups:
            merged.values["lighting_setup"] = choice.setup
            merged.origins["lighting.setup"] = level.origin("lighting", "setup")
            # A set-up is complete: nothing of the levels below remains.
            fields = {}
            for name, (key, value) in setups[choice.setup].items():
                loc = ("lighting", key, name)
                fields[name] = value, FieldOrigin(level.name, level.label, loc, choice.setup)
        if "direction" in choice.model_fields_set:
            fields.pop("side", None)
        for name in choice.model_fields_set - {"setup"}:
            fields[name] = (getattr(choice, name), level.origin("lighting", name))
    merged.values["lighting"] = {name: value for name, (value, _) in fields.items()}
    merged.origins |= {f"lighting.{name}": origin for name, (_, origin) in fields.items()}
