"""`include: [cast.yaml]`: other files become part of a board.

What a file says itself wins over what it includes. Blocks are joined key by key, scenes one after
the other in the order of the list, those of the file itself last. Two included files that say
different things about one key are an error, because no order between them would be obvious.
Called by `reader.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from shots.source.board_source import Place, Source, add_file
from shots.source.yaml_nodes import Alias, Block, List, Node, Text, compose
from shots.vocabulary.values import leaves_folder, split_texts

MAX_FILES = 200

Read = Callable[[Path], bytes]
Pair = tuple[Place, Node]
Pairs = dict[str, Pair]


def with_includes(node: Node, source: Source, read: Read) -> Node:
    """A board joined with everything it includes.

    Args:
        node: The board.
        source: What is included becomes further files of it; mistakes are reported there.
        read: Reads a file.

    Raises:
        ShotListErrors: An included file is no YAML, or files include each other in a ring.
    """
    if not isinstance(node, Block) or "include" not in node.pairs:
        return node
    folder = source.path.parent
    return _Includer(source, folder, read).join(node, (source.path,), folder)


class _Includer:
    """Reads each file once, however often it is included."""

    def __init__(self, source: Source, folder: Path, read: Read) -> None:
        self._source, self._folder, self._read = source, folder, read
        self._seen: set[Path] = set()

    def join(self, block: Block, chain: tuple[Path, ...], folder: Path) -> Block:
        """A block of a file joined with what it includes; `chain` leads from the board to it."""
        included = (
            [
                self.join(found, (*chain, path), path.parent)
                for name, place in _names(block.pairs["include"][1])
                if (path := self._find(name, place, chain, folder))
                if (found := self._open(path, place))
            ]
            if "include" in block.pairs
            else []
        )
        return self._over(block, self._beside(included, block)) if included else block

    def _find(self, name: str, place: Place, chain: tuple[Path, ...], folder: Path) -> Path | None:
        """The file that a name means, unless it has been read already."""
        path = folder / name
        if leaves_folder(name) or not _is_inside(path, self._folder):
            finding = f'path "{name}" leaves the folder of the board'
            self._source.report("SB008", finding, "include files of that folder", place)
            return None
        if path in chain:
            ring = " -> ".join(each.name for each in (*chain[chain.index(path) :], path))
            finding = f"files include each other in a ring: {ring}"
            raise self._source.stop("SB013", finding, "take one include out", place)
        if path in self._seen:
            return None
        if len(self._seen) == MAX_FILES:
            finding = f"the board includes more than {MAX_FILES} files"
            raise self._source.stop("SB009", finding, "put some of them together", place)
        self._seen.add(path)
        return path

    def _open(self, path: Path, place: Place) -> Block | None:
        try:
            content = self._read(path) if path.is_file() else None
        except OSError:
            content = None
        if content is None:
            finding = f'the included file "{path.name}" cannot be read'
            self._source.report("SB001", finding, "check the path, from this file's folder", place)
            return None
        node = compose(self._source, add_file(self._source, content, path))
        if not isinstance(node, Block):
            finding, remedy = "an included file is a block of keys", "write keys of a board"
            self._source.report("SB005", finding, remedy, node.place)
            return None
        for merged in node.merges:
            finding = "<< at the top of an included file"
            self._source.report("SB005", finding, "merge inside of its keys", merged.place)
        return node

    def _beside(self, included: Sequence[Block], block: Block) -> Pairs:
        """What several files say together; where they disagree, `block` has to decide."""
        joined: Pairs = {}
        for each in included:
            for key, pair in _own(each):
                decided = block.pairs.get(key)
                known = joined.get(key)
                joined[key] = self._both(key, known, pair, decided) if known else pair
        return joined

    def _both(self, key: str, known: Pair, new: Pair, decided: Pair | None) -> Pair:
        """Scenes one after the other, blocks key by key; anything else cannot be both."""
        first, second = _written(known[1]), _written(new[1])
        if key == "scenes" and isinstance(first, List) and isinstance(second, List):
            return known[0], List(first.place, [*first.items, *second.items], first.is_flow)
        if not isinstance(first, Block) or not isinstance(second, Block):
            if decided is None:
                self._report_twin(key, known[0], new[0])
            return known
        over = _written(decided[1]) if decided else None
        names = over.pairs if isinstance(over, Block) else {}
        pairs = dict(first.pairs)
        for name, (place, node) in second.pairs.items():
            if name in pairs and name not in names and not name.startswith("x-"):
                self._report_twin(f"{key}.{name}", pairs[name][0], place)
            pairs.setdefault(name, (place, node))
        return known[0], Block(first.place, pairs, [*first.merges, *second.merges], first.is_flow)

    def _over(self, block: Block, included: Pairs) -> Block:
        """A file's own words over those of what it includes."""
        pairs = dict(included)
        for key, (place, written) in block.pairs.items():
            node, below = _written(written), _written(included[key][1]) if key in included else None
            if key == "scenes" and isinstance(below, List) and isinstance(node, List):
                node = List(node.place, [*below.items, *node.items], node.is_flow)
            elif isinstance(below, Block) and isinstance(node, Block):
                merges = [*node.merges, *below.merges]
                node = Block(node.place, below.pairs | node.pairs, merges, node.is_flow)
            pairs[key] = (place, node)
        return Block(block.place, pairs, block.merges, block.is_flow)

    def _report_twin(self, name: str, first: Place, second: Place) -> None:
        path, line = self._source.path_of(first), first.line + 1
        finding = f'"{name}" is in two included files'
        remedy = (
            f"first in {path.name} on line {line}; keep one, or say it in the board, which wins"
        )
        self._source.report("SB014", finding, remedy, second)


def _own(block: Block) -> Iterator[tuple[str, Pair]]:
    """What a file hands on: not its includes, not the keys of its author."""
    for key, pair in block.pairs.items():
        if key not in ("include", "storyboard") and not key.startswith("x-"):
            yield key, pair


def _names(node: Node) -> Iterator[tuple[str, Place]]:
    """Files that an include lists; what is no text is left to the check of its form."""
    node = _written(node)
    for each in node.items if isinstance(node, List) else [node]:
        text = _written(each)
        if isinstance(text, Text) and text.value:
            yield from ((name, text.place) for name in split_texts(text.value))


def _written(node: Node) -> Node:
    """The node itself where an alias stands for one."""
    return node.target if isinstance(node, Alias) else node


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a file lies in a folder, links followed."""
    return path.resolve().is_relative_to(folder.resolve())
