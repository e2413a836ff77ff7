"""A board's files → plain data that remembers where each value stood.

Aliases are written out and merge keys merged, within bounds, so that no file can hang or crash a
reader. Called by `load.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shots.source.board_source import Loc, Place, Source, open_source
from shots.source.include import with_includes
from shots.source.yaml_nodes import (
    MAX_DEPTH,
    MAX_VALUES,
    TOO_DEEP,
    Alias,
    Block,
    List,
    Node,
    Text,
    compose,
)

Data = str | list["Data"] | dict[str, "Data"] | None


def read_yaml(
    content: bytes | str, path: Path, *, read: Callable[[Path], bytes] = Path.read_bytes
) -> tuple[Data, Source]:
    """Read a board's content, and what it includes, into texts, lists and blocks.

    Keys that begin with x- are the author's and are left out. Mistakes that do not stop the
    reading, such as keys written twice, are in the source's problems.

    Args:
        content: Of the board.
        path: Of the board; what it includes lies in the same folder or below.
        read: Reads a file that is included.

    Raises:
        ShotListErrors: It is no text or no YAML, or is too deep or too large.
    """
    source, text = open_source(content, path)
    node = with_includes(compose(source, text), source, read)
    return _Unfolder(source).unfold(node, ()), source


class _Unfolder:
    """Nodes → data with places: aliases are written out and merge keys merged, within bounds."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._num_values = 0

    def unfold(self, node: Node, loc: Loc) -> Data:
        """Data of a node; its place is kept under `loc`."""
        if isinstance(node, Alias):
            node = node.target
        self._count(node, len(loc))
        self._source.values[loc] = node.place
        if isinstance(node, Text):
            return node.value
        if isinstance(node, List):
            return [self.unfold(item, (*loc, k)) for k, item in enumerate(node.items)]
        data: dict[str, Data] = {}
        for key, (place, child) in self._pairs(node, len(loc)).items():
            if key.startswith("x-"):
                continue
            self._source.keys[(*loc, key)] = place
            data[key] = self.unfold(child, (*loc, key))
        return data

    def _pairs(self, block: Block, depth: int) -> dict[str, tuple[Place, Node]]:
        """A block with what it merges; what it says itself wins, then the first of several."""
        if not block.merges:
            return block.pairs
        merged: dict[str, tuple[Place, Node]] = {}
        for written in reversed(block.merges):
            node = written.target if isinstance(written, Alias) else written
            self._count(node, depth)
            if isinstance(node, Block):
                merged |= self._pairs(node, depth + 1)
            else:
                finding, remedy = "<< merges something that is no block", "give it *an-anchor"
                self._source.report("SB005", finding, remedy, written.place)
        return merged | block.pairs

    def _count(self, node: Node, depth: int) -> None:
        self._num_values += 1
        if depth > MAX_DEPTH:
            raise self._source.stop("SB009", TOO_DEEP, "nest less", node.place)
        if self._num_values > MAX_VALUES:
            finding = f"the file unfolds to more than {MAX_VALUES:,} values"
            raise self._source.stop("SB009", finding, "use fewer aliases", node.place)
