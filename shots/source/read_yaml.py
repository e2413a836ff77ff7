"""Read the YAML of a board and its included files into plain data with positions.

The keys of a file override those of the files it includes. Mappings are merged key by key; scenes
are concatenated in the order of the include list, followed by those of the file itself. Two
included files that define the same key are an error, because no precedence would be obvious.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from shots.source.board_source import Loc, Source, SourceSpan, add_file, open_source
from shots.source.yaml_nodes import (
    MAX_DEPTH,
    MAX_VALUES,
    TOO_DEEP,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    compose,
    resolve_alias,
)
from shots.vocabulary.values import leaves_folder, split_texts

MAX_FILES = 200

Data = str | list["Data"] | dict[str, "Data"] | None
Read = Callable[[Path], bytes]
Pair = tuple[SourceSpan, Node]


def read_yaml(
    content: bytes | str, path: Path, *, read: Read = Path.read_bytes
) -> tuple[Data, Source]:
    """Read a board and its included files into texts, lists and dictionaries.

    Keys that begin with x- are omitted. Mistakes that allow reading to continue, such as duplicate
    keys, are recorded in the source. `read` reads an included file.

    Raises:
        ShotListErrors: It is not text or not YAML, is too deep or too large, or files include each
            other in a ring.
    """
    source, text = open_source(content, path)
    node = compose(source, text)
    if isinstance(node, MappingNode) and "include" in node.pairs:
        node = _Includer(source, read).join(node, (path,))
    return _Expander(source).expand(node, ()), source


class _Includer:
    """Joins a board with its included files; reads each file once."""

    def __init__(self, source: Source, read: Read) -> None:
        self._source, self._read = source, read
        self._folder = source.path.parent
        self._visited: set[Path] = set()

    def join(self, mapping: MappingNode, chain: tuple[Path, ...]) -> MappingNode:
        """Join the mapping of a file with what it includes; `chain` leads from the board to it."""
        if "include" not in mapping.pairs:
            return mapping
        included: dict[str, Pair] = {}
        for name, span in _included_names(mapping.pairs["include"][1]):
            path = self._resolve(name, span, chain)
            found = self._open(path, span) if path else None
            if path is None or found is None:
                continue
            for key, pair in self.join(found, (*chain, path)).pairs.items():
                # The author's own keys, the version and the include list stay in their file.
                if key in ("include", "storyboard") or key.startswith("x-"):
                    continue
                first, override = included.get(key), mapping.pairs.get(key)
                included[key] = self._merge(key, first, pair, override) if first else pair
        return _override(mapping, included) if included else mapping

    def _resolve(self, name: str, span: SourceSpan, chain: tuple[Path, ...]) -> Path | None:
        """Return the path of an included file; None where it is wrong or already included."""
        path = chain[-1].parent / name
        # Symbolic links are followed, so that none leads out of the folder.
        if leaves_folder(name) or not path.resolve().is_relative_to(self._folder.resolve()):
            finding = f'path "{name}" leaves the folder of the board'
            self._source.report("SB008", finding, "include files of that folder", span)
            return None
        if path in chain:
            ring = " -> ".join(each.name for each in (*chain[chain.index(path) :], path))
            finding = f"files include each other in a ring: {ring}"
            raise self._source.stop("SB013", finding, "remove one of the includes", span)
        if path in self._visited:
            return None
        if len(self._visited) == MAX_FILES:
            finding = f"the board includes more than {MAX_FILES} files"
            raise self._source.stop("SB009", finding, "merge some of them", span)
        self._visited.add(path)
        return path

    def _open(self, path: Path, span: SourceSpan) -> MappingNode | None:
        try:
            content = self._read(path) if path.is_file() else None
        except OSError:
            content = None
        if content is None:
            finding = f'the included file "{path.name}" cannot be read'
            remedy = "check the path, relative to this file's folder"
            self._source.report("SB001", finding, remedy, span)
            return None
        node = compose(self._source, add_file(self._source, content, path))
        if not isinstance(node, MappingNode):
            finding, remedy = "an included file must be a block of keys", "write keys of a board"
            self._source.report("SB005", finding, remedy, node.span)
            return None
        for merged in node.merges:
            finding = "<< at the top of an included file"
            self._source.report("SB005", finding, "use << inside a key", merged.span)
        return node

    def _merge(self, key: str, first: Pair, second: Pair, override: Pair | None) -> Pair:
        """Merge the values of one key of two included files; a conflict needs an override."""
        span, left, right = first[0], resolve_alias(first[1]), resolve_alias(second[1])
        if key == "scenes" and isinstance(left, SequenceNode) and isinstance(right, SequenceNode):
            return span, SequenceNode(left.span, [*left.items, *right.items])
        if not isinstance(left, MappingNode) or not isinstance(right, MappingNode):
            if override is None:
                self._report_conflict(key, span, second[0])
            return first
        over = resolve_alias(override[1]) if override else None
        overridden = over.pairs if isinstance(over, MappingNode) else {}
        pairs = dict(left.pairs)
        for name, pair in right.pairs.items():
            if name in pairs and name not in overridden and not name.startswith("x-"):
                self._report_conflict(f"{key}.{name}", pairs[name][0], pair[0])
            pairs.setdefault(name, pair)
        return span, MappingNode(left.span, pairs, [*left.merges, *right.merges])

    def _report_conflict(self, name: str, first: SourceSpan, second: SourceSpan) -> None:
        where = f"{self._source.path_of(first).name} on line {first.line + 1}"
        finding = f'"{name}" is defined in two included files'
        remedy = f"first in {where}; keep one, or override it in the board"
        self._source.report("SB014", finding, remedy, second)


def _included_names(node: Node) -> Iterator[tuple[str, SourceSpan]]:
    """Iterate over the file names of an include; other values are left to validation."""
    node = resolve_alias(node)
    for item in node.items if isinstance(node, SequenceNode) else [node]:
        text = resolve_alias(item)
        if isinstance(text, ScalarNode) and text.value:
            yield from ((name, text.span) for name in split_texts(text.value))


def _override(mapping: MappingNode, included: dict[str, Pair]) -> MappingNode:
    """Override included keys with those of the file itself, one level deep."""
    pairs = dict(included)
    for key, (span, value) in mapping.pairs.items():
        node = resolve_alias(value)
        below = resolve_alias(included[key][1]) if key in included else None
        if key == "scenes" and isinstance(below, SequenceNode) and isinstance(node, SequenceNode):
            node = SequenceNode(node.span, [*below.items, *node.items])
        elif isinstance(below, MappingNode) and isinstance(node, MappingNode):
            merges = [*node.merges, *below.merges]
            node = MappingNode(node.span, below.pairs | node.pairs, merges)
        pairs[key] = (span, node)
    return MappingNode(mapping.span, pairs, mapping.merges)


class _Expander:
    """Converts nodes to data; expands aliases and merge keys within limits.

    The limits bound time and memory: nested aliases grow exponentially.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._num_values = 0

    def expand(self, node: Node, loc: Loc) -> Data:
        """Convert a node to data, and record its position under `loc`."""
        node = resolve_alias(node)
        self._count(node, len(loc))
        self._source.value_spans[loc] = node.span
        if isinstance(node, ScalarNode):
            return node.value
        if isinstance(node, SequenceNode):
            return [self.expand(item, (*loc, k)) for k, item in enumerate(node.items)]
        data: dict[str, Data] = {}
        for key, (span, child) in self._pairs(node, len(loc)).items():
            if not key.startswith("x-"):
                self._source.key_spans[(*loc, key)] = span
                data[key] = self.expand(child, (*loc, key))
        return data

    def _pairs(self, mapping: MappingNode, depth: int) -> dict[str, Pair]:
        """Pairs of a mapping with its merges; own keys first, then the first merge."""
        if not mapping.merges:
            return mapping.pairs
        merged: dict[str, Pair] = {}
        for value in reversed(mapping.merges):
            node = resolve_alias(value)
            self._count(node, depth)
            if isinstance(node, MappingNode):
                merged |= self._pairs(node, depth + 1)
            else:
                finding, remedy = "<< merges a value that is not a block", "give it *an-anchor"
                self._source.report("SB005", finding, remedy, value.span)
        return merged | mapping.pairs

    def _count(self, node: Node, depth: int) -> None:
        self._num_values += 1
        if depth > MAX_DEPTH:
            raise self._source.stop("SB009", TOO_DEEP, "reduce the nesting", node.span)
        if self._num_values > MAX_VALUES:
            finding = f"the file expands to more than {MAX_VALUES:,} values"
            raise self._source.stop("SB009", finding, "use fewer aliases", node.span)
