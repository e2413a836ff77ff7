"""`extends: mara`: what one thing on a board takes over from another of its kind.

Characters and locations take over in the raw data, since a description may be all that differs;
lighting, set-ups and shots are merged field by field in `levels.py`, which asks here for the chain.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .names import Names
from .source import Loc, Source

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
        for field, value in parent.items():
            here: Loc = (block, key, field)
            there: Loc = (block, name, field)
            if field == "extends":
                continue
            if heir.get(field) is None:
                heir[field] = self._copy(value, there, here)
            elif isinstance(heir[field], dict) and isinstance(value, dict):
                for part in value:
                    if part not in heir[field]:
                        heir[field][part] = self._copy(value[part], (*there, part), (*here, part))

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
