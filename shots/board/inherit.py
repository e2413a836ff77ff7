"""`extends: mara`: what one thing on a board takes over from another of its kind.

Characters and locations take over in the raw data, since a description may be all that differs;
lighting, set-ups and shots are merged field by field in `levels.py`, which asks here for the chain.

Levels → one value per field: the nearest to the shot wins, and every value keeps its step.

Camera and lighting are merged field by field. Called by `resolve.py` for every shot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from shots.board.defaults import said_by
from shots.board.raw_board import Level
from shots.board.references import Names
from shots.origins import Step
from shots.source.board_source import Loc, Source
from shots.vocabulary.camera import Camera
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.lookup import find
from shots.vocabulary.transition import Transition

MAX_COPIED = 100_000
"""How many values all things together may take over."""

MAX_CHAIN = 16
"""How many things may extend each other in a row."""

_BLOCKS = {
    "character": "characters",
    "location": "locations",
    "lighting": "lighting",
    "setup": "setups",
}


class Lineage:
    """What extends what, by kind: character, location, lighting, setup and shot.

    Names that nothing has, rings and endless chains are reported when it is made, and cut.
    """

    def __init__(self, data: Mapping[str, Any], names: Names, source: Source) -> None:
        self._source = source
        self._names = names
        self._num_copied = 0
        self._parents: dict[str, dict[str, str]] = {}
        written: dict[str, dict[str, tuple[str, Loc]]] = {kind: {} for kind in (*_BLOCKS, "shot")}
        for kind, block in _BLOCKS.items():
            for key, value in _block(data.get(block)).items():
                _note(written[kind], key, value, (block, key))
        for shot_id, loc in names.shot_locs:
            scene = data["scenes"][loc[1]]
            _note(written["shot"], shot_id, scene["shots"][loc[3]], loc[:-1])
        for kind, found in written.items():
            self._parents[kind] = self._known(kind, found)

    def chain(self, kind: str, key: str) -> Iterator[str]:
        """What a thing extends, the nearest first."""
        parents = self._parents[kind]
        while key in parents:
            key = parents[key]
            yield key

    def inherit(self, data: Mapping[str, Any]) -> None:
        """Give characters and locations what they take over; outfits are joined by name."""
        for kind in ("character", "location"):
            block = _block(data.get(_BLOCKS[kind]))
            own = {key: dict(value) for key, value in block.items() if isinstance(value, dict)}
            for key in self._parents[kind]:
                for parent in self.chain(kind, key):
                    self._take_over(block[key], own.get(parent, {}), _BLOCKS[kind], key, parent)

    def _take_over(
        self, heir: dict[str, Any], parent: Mapping[str, Any], block: str, key: str, name: str
    ) -> None:
        for attribute, value in parent.items():
            here: Loc = (block, key, attribute)
            there: Loc = (block, name, attribute)
            if attribute == "extends":
                continue
            if heir.get(attribute) is None:
                heir[attribute] = self._copy(value, there, here)
            elif isinstance(heir[attribute], dict) and isinstance(value, dict):
                for part in value:
                    if part not in heir[attribute]:
                        heir[attribute][part] = self._copy(
                            value[part], (*there, part), (*here, part)
                        )

    def _copy(self, value: Any, there: Loc, here: Loc) -> Any:  # noqa: ANN401 - raw data
        """A value that stands in two places at once: a mistake in it is where it was written."""
        self._num_copied += 1
        if self._num_copied > MAX_COPIED:
            finding = f"what is extended comes to more than {MAX_COPIED:,} values"
            raise self._source.stop("SB009", finding, "extend less", self._source.place(there))
        for places in (self._source.values, self._source.keys):
            if there in places:
                places[here] = places[there]
        if isinstance(value, dict):
            return {k: self._copy(v, (*there, k), (*here, k)) for k, v in value.items()}
        if isinstance(value, list):
            return [self._copy(v, (*there, k), (*here, k)) for k, v in enumerate(value)]
        return value

    def _known(self, kind: str, written: Mapping[str, tuple[str, Loc]]) -> dict[str, str]:
        parents: dict[str, str] = {}
        for key, (name, loc) in written.items():
            found = self._names.find(kind, name)
            if found is None:
                remedy = self._names.suggest(kind, name)
                self._report("SB011", f'{kind} "{name}" is not on this board', remedy, loc)
            else:
                parents[key] = found
        for ring in list(rings(parents)):
            shown = " -> ".join([*ring, ring[0]])
            finding = f"{kind}s extend each other in a ring: {shown}"
            finding = finding.replace("lightings", "lighting set-ups").replace("setups", "set-ups")
            self._report("SB013", finding, "take one extends out", written[ring[0]][1])
            for key in ring:
                del parents[key]
        depths: dict[str, int] = {}
        for key in parents:
            row = [key]
            while row[-1] in parents and parents[row[-1]] not in depths:
                row.append(parents[row[-1]])
            below = depths.get(parents.get(row[-1], ""), 0)
            for name in reversed(row):
                below = depths[name] = below + (name in parents)
        for key in [key for key in parents if depths[key] > MAX_CHAIN]:
            if depths[key] == MAX_CHAIN + 1:
                finding = f"more than {MAX_CHAIN} {kind}s extend each other in a row"
                self._report("SB009", finding, "extend what is further up", written[key][1])
            del parents[key]
        return parents

    def _report(self, code: str, finding: str, remedy: str, loc: Loc) -> None:
        self._source.report(code, finding, remedy, self._source.place((*loc, "extends")))


def rings(parents: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Rings in what leads from one name to the next, each once."""
    safe: set[str] = set()
    for start in parents:
        chain: dict[str, None] = {}
        here: str | None = start
        while here is not None and here not in safe and here not in chain:
            chain[here] = None
            here = parents.get(here)
        if here is not None and here in chain:
            names = list(chain)
            yield tuple(names[names.index(here) :])
        safe.update(chain)


def _note(found: dict[str, tuple[str, Loc]], key: str, value: object, loc: Loc) -> None:
    name = value.get("extends") if isinstance(value, dict) else None
    if isinstance(name, str):
        found.setdefault(key, (name, loc))


def _block(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


_PLAIN = (
    "composition", "duration", "subjects", "location", "wardrobe", "sound", "takes", "seed",
    "priority", "status",
)  # fmt: skip
# Speed and distance belong to the move they were written beside.
_MANNER = ("speed", "amount", "linear")


@dataclass(frozen=True)
class Rung:
    """One level over a shot."""

    level: str
    label: str
    loc: Loc
    block: Level


@dataclass
class Merged:
    """What the levels say about one shot, and where they said it."""

    values: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)


Rungs = tuple[Rung, ...]
"""Shot, what it extends, its set-up and what that extends, scene, defaults: nearest first."""

Chains = Mapping[str, Sequence[tuple[str, Lighting]]]
"""Lighting set-ups by name: each with its name, behind what it extends."""


def merge(rungs: Rungs, setups: Chains, *, scene_time: str, fps: Fraction) -> Merged:
    """Merge everything the levels may say about a shot.

    Args:
        rungs: Every level, the nearest first; the last but one is the scene's.
        setups: The lighting set-ups of the board.
        scene_time: The time in the scene's heading; used where no lighting says one.
        fps: Frame rate that transitions are counted at.
    """
    merged = Merged()
    _merge_plain(rungs, merged)
    _merge_camera(rungs, merged)
    _merge_lighting(rungs, setups, merged)
    _take_scene_time(scene_time, rungs[-2], merged)
    _merge_transition(rungs, fps, merged)
    return merged


def _merge_plain(rungs: Rungs, merged: Merged) -> None:
    for name in _PLAIN:
        for rung in rungs:
            value = getattr(rung.block, name)
            if value is not None:
                merged.values[name] = value
                merged.steps[name] = Step(rung.level, rung.label, (*rung.loc, name))
                break


def _merge_camera(rungs: Rungs, merged: Merged) -> None:
    """Field by field, from the defaults up to the shot."""
    said: dict[str, tuple[Any, Step]] = {}
    for rung in reversed(rungs):
        camera = rung.block.camera
        if camera is None:
            continue
        if "movement" in camera.model_fields_set and "movement" in said:
            beside = said["movement"][1].level
            for name in _MANNER:
                if name in said and said[name][1].level == beside:
                    del said[name]
        for name in camera.model_fields_set:
            key = "lens" if name == "lens_mm" else name
            step = Step(rung.level, rung.label, (*rung.loc, "camera", key))
            said[name] = (getattr(camera, name), step)
    merged.values["camera"] = Camera(**{name: value for name, (value, _) in said.items()})
    for name, (_, step) in said.items():
        merged.steps[f"camera.{'lens' if name == 'lens_mm' else name}"] = step


def _merge_lighting(rungs: Rungs, setups: Chains, merged: Merged) -> None:
    """Field by field; naming a set-up begins afresh, since a set-up is a whole."""
    said: dict[str, tuple[str, Step]] = {}
    for rung in reversed(rungs):
        choice = rung.block.lighting
        if choice is None:
            continue
        if choice.setup is not None and choice.setup in setups:
            merged.values["lighting_setup"] = choice.setup
            loc = (*rung.loc, "lighting", "setup")
            merged.steps["lighting.setup"] = Step(rung.level, rung.label, loc)
            said = {
                name: (value, Step(rung.level, rung.label, ("lighting", key, name), choice.setup))
                for name, (key, value) in said_by(setups[choice.setup]).items()
            }
        fields = choice.model_fields_set - {"setup"}
        if "direction" in fields:
            said.pop("side", None)
        for name in fields:
            step = Step(rung.level, rung.label, (*rung.loc, "lighting", name))
            said[name] = (getattr(choice, name), step)
    merged.values["lighting"] = {name: value for name, (value, _) in said.items()}
    merged.steps |= {f"lighting.{name}": step for name, (_, step) in said.items()}


def _take_scene_time(time: str, rung: Rung, merged: Merged) -> None:
    """The scene's NIGHT is the light's where no lighting says a time."""
    known = find("time", time) if time else None
    if known and "time" not in merged.values["lighting"]:
        merged.values["lighting"]["time"] = known.word
        merged.steps["lighting.time"] = Step(rung.level, rung.label, (*rung.loc, "time"))
    merged.values["lighting"] = Lighting(**merged.values["lighting"])


def _merge_transition(rungs: Rungs, fps: Fraction, merged: Merged) -> None:
    sides = [(rung, rung.block.transition) for rung in rungs if rung.block.transition]
    merged.values |= {"transition_in": Transition(), "transition_out": None}
    for key, name in (("in", "in_"), ("out", "out")):
        for rung, written in sides:
            side = getattr(written, name)
            if side is not None:
                merged.values[f"transition_{key}"] = side.at(fps)
                loc = (*rung.loc, "transition", key)
                merged.steps[f"transition.{key}"] = Step(rung.level, rung.label, loc)
                break
