"""YAML → plain data that remembers where each value stood.

PyYAML's C parser delivers the events; what they mean is decided here, because YAML 1.1 turns
`16:9` into 969 and `no` into False. Every scalar stays the text that was written, except an
empty one, which is nothing. Depth and unfolded size are bounded, so that no file can hang or
crash a reader. Called by `load.py`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml._yaml import CParser

from .errors import ShotListErrors
from .source import UNPRINTABLE, Loc, Place, Source, open_source

Data = str | list["Data"] | dict[str, "Data"] | None

MAX_DEPTH = 40
MAX_VALUES = 400_000

_TOO_DEEP = f"blocks are nested more than {MAX_DEPTH} deep"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS = frozenset({None, "!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))})
_COMMENT = re.compile(r"\s*(#[^\s#]\S*)")
_HINTS = (
    ("cannot start any token", "put the value in quotes"),
    ("mapping values are not allowed", 'check the indent, and quote a value that holds ": "'),
    ("expected ':'", "end the key with a colon, or put the text in quotes"),
    ("expected key", "check the indent: keys of one block begin in one column"),
    ("expected '-' indicator", "check the indent: items of a list begin in one column"),
    ("expected ',' or", "close the bracket, or put a comma between the parts"),
    ("unexpected end of stream", "close the quote"),
    ("unknown escape", "put the text in single quotes, or write two backslashes"),
)


@dataclass(slots=True)
class _Text:
    place: Place
    value: str | None


@dataclass(slots=True)
class _List:
    place: Place
    items: "list[_Node]"


@dataclass(slots=True)
class _Block:
    place: Place
    pairs: "dict[str, tuple[Place, _Node]]"
    merges: "list[_Node]"


_Node = _Text | _List | _Block


def read_yaml(content: bytes | str, path: Path) -> tuple[Data, Source]:
    """Read a file's content into texts, lists and blocks.

    Keys that begin with x- are the author's and are left out. Mistakes that do not stop the
    reading, such as keys written twice, are in the source's problems.

    Raises:
        ShotListErrors: It is no text or no YAML, or is too deep or too large.
    """
    source, text = open_source(content, path)
    try:
        node = _Composer(source, CParser(text)).compose()
    except yaml.YAMLError as error:
        raise _syntax_error(source, error) from None
    return _Unfolder(source).unfold(node, ()), source


def _syntax_error(source: Source, error: yaml.YAMLError) -> ShotListErrors:
    finding = getattr(error, "problem", None) or str(error)
    mark = getattr(error, "problem_mark", None)
    if mark and not "".join(source.lines[mark.line : mark.line + 1]).strip():
        # Something was still open at the end of the file: say where it began.
        mark = getattr(error, "context_mark", None) or mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    for number in (line, line - 1):
        indent = re.match(r"\s*", source.lines[number] if 0 <= number < len(source.lines) else "")
        if indent and "\t" in indent[0]:
            column = indent[0].index("\t")
            place = Place(number, column, number, column + 1)
            return source.stop("SB002", "a tab stands in the indent", "indent with spaces", place)
    if "nesting depth" in finding:
        return source.stop("SB009", _TOO_DEEP, "nest less", Place(line, column, line, column + 1))
    remedies = (hint for sign, hint in _HINTS if sign in finding)
    remedy = next(remedies, "check the indent, quotes and brackets")
    context = getattr(error, "context", None)
    finding = f"{finding}, {context}" if context else finding
    return source.stop("SB001", finding, remedy, Place(line, column, line, column + 1))


def _place(event: Any) -> Place:  # noqa: ANN401 - the stubs know no marks

    start, end = event.start_mark, event.end_mark
    return Place(start.line, start.column, end.line, end.column)


class _Composer:
    """Events → nodes. Anchors are shared nodes; tags and keys written twice are problems."""

    def __init__(self, source: Source, parser: CParser) -> None:
        self._source = source
        self._next: Callable[[], Any] = parser.get_event
        self._anchors: dict[str, _Node] = {}

    def compose(self) -> _Node:
        """Compose the only document of the file."""
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return _Text(Place(0, 0, 0, 0), None)
        node = self._node(self._next(), 0)
        self._next()
        extra = self._next()
        if not isinstance(extra, yaml.StreamEndEvent):
            finding, remedy = "a second document begins here", "keep one board per file"
            raise self._source.stop("SB001", finding, remedy, _place(extra))
        return node

    def _node(self, event: Any, depth: int) -> _Node:  # noqa: ANN401 - as above
        place = _place(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor or "", place)
        if depth > MAX_DEPTH:
            raise self._source.stop("SB009", _TOO_DEEP, "nest less", place)
        if event.tag not in _TAGS:
            finding = f'tag "{event.tag}" is not part of this language'
            self._source.report("SB005", finding, "remove it", place)
        node: _Node
        if isinstance(event, yaml.ScalarEvent):
            node = self._text(event, place)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = _List(place, list(self._items(depth)))
        else:
            node = self._block(place, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, name: str, place: Place) -> _Node:
        if name not in self._anchors:
            finding = f'anchor "{name}" is not defined'
            self._source.report(
                "SB001", finding, f"write &{name} further up, before *{name}", place
            )
            return _Text(place, None)
        return self._anchors[name]

    def _text(self, event: yaml.ScalarEvent, place: Place) -> _Text:
        value: str = event.value
        if not event.style and event.tag is None and value in _NULLS:
            if not value:
                self._check_comment(place)
            return _Text(place, None)
        if found := UNPRINTABLE.search(value):
            finding = f"the text holds the control character U+{ord(found[0]):04X}"
            self._source.report("SB008", finding, "leave it out", place)
            return _Text(place, None)
        return _Text(place, value)

    def _check_comment(self, place: Place) -> None:
        """An empty value before `#ff0000` was meant to be the value."""
        line = self._source.lines[place.line] if place.line < len(self._source.lines) else ""
        if found := _COMMENT.match(line, place.column):
            finding = f'the value is empty: "{found[1]}" began a comment'
            where = Place(place.line, found.start(1), place.line, found.end(1))
            self._source.report("SB006", finding, f'put it in quotes: "{found[1]}"', where)

    def _items(self, depth: int) -> Iterator[_Node]:
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _block(self, place: Place, depth: int) -> _Block:
        block = _Block(place, {}, [])
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            node = self._node(self._next(), depth + 1)
            key_place = _place(event)
            if not isinstance(key, _Text):
                finding = "a block or list stands where a key is expected"
                self._source.report("SB005", finding, "put text in quotes", key_place)
            elif key.value == "<<" and isinstance(event, yaml.ScalarEvent) and not event.style:
                block.merges += node.items if isinstance(node, _List) else [node]
            else:
                self._add(block, key.value or "", key_place, node)
        return block

    def _add(self, block: _Block, key: str, place: Place, node: _Node) -> None:
        if first := block.pairs.get(key):
            finding = f'key "{key}" is written twice in this block'
            remedy = f"first written on line {first[0].line + 1}"
            self._source.report("SB003", finding, remedy, place)
        else:
            block.pairs[key] = (place, node)


class _Unfolder:
    """Nodes → data with places: aliases are written out and merge keys merged, within bounds."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._num_values = 0

    def unfold(self, node: _Node, loc: Loc) -> Data:
        """Data of a node; its place is kept under `loc`."""
        self._count(node)
        self._source.values[loc] = node.place
        if isinstance(node, _Text):
            return node.value
        if isinstance(node, _List):
            return [self.unfold(item, (*loc, k)) for k, item in enumerate(node.items)]
        data: dict[str, Data] = {}
        for key, (place, child) in self._pairs(node).items():
            if key.startswith("x-"):
                continue
            self._source.keys[(*loc, key)] = place
            data[key] = self.unfold(child, (*loc, key))
        return data

    def _pairs(self, block: _Block) -> dict[str, tuple[Place, _Node]]:
        """A block with what it merges; what it says itself wins, then the first of several."""
        merged: dict[str, tuple[Place, _Node]] = {}
        for node in reversed(block.merges):
            self._count(node)
            if isinstance(node, _Block):
                merged |= self._pairs(node)
            else:
                finding, remedy = "<< merges something that is no block", "give it *an-anchor"
                self._source.report("SB005", finding, remedy, node.place)
        return merged | block.pairs

    def _count(self, node: _Node) -> None:
        self._num_values += 1
        if self._num_values > MAX_VALUES:
            finding = f"the file unfolds to more than {MAX_VALUES:,} values"
            raise self._source.stop("SB009", finding, "use fewer aliases", node.place)
