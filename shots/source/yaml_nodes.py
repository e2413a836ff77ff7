"""YAML → nodes that know where in the file they stand.

PyYAML's C parser delivers the events; what they mean is decided here, because YAML 1.1 turns
`16:9` into 969 and `no` into False. Every scalar stays the text that was written, except an
empty one, which is nothing. Depth is bounded. `reader.py` unfolds nodes into data, `layout.py`
writes them down again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml._yaml import CParser

from shots.problem import ShotListErrors
from shots.source.board_source import UNPRINTABLE, Place, Source

MAX_DEPTH = 40
MAX_VALUES = 400_000
"""Of a board with every alias written out."""

TOO_DEEP = f"blocks are nested more than {MAX_DEPTH} deep"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS = frozenset({None, "!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))})
_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3,4}){1,2}")
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
class Text:
    """A scalar.

    Attributes:
        place: Where it stands, an anchor before it included.
        value: None for an empty one.
        style: The sign it begins with, ' " | or >; empty for a plain one.
    """

    place: Place
    value: str | None
    style: str = ""


@dataclass(slots=True)
class List:
    """A sequence."""

    place: Place
    items: list[Node]
    is_flow: bool


@dataclass(slots=True)
class Block:
    """A mapping: what it says itself, and the blocks that it merges."""

    place: Place
    pairs: dict[str, tuple[Place, Node]]
    merges: list[Node]
    is_flow: bool


@dataclass(slots=True)
class Alias:
    """A node that was written further up, under an anchor."""

    place: Place
    target: Written


Written = Text | List | Block
Node = Written | Alias


def compose(source: Source, text: str) -> Node:
    """Compose the last file of a source.

    Mistakes that do not stop the reading, such as keys written twice, are reported there.

    Raises:
        ShotListErrors: It is no YAML, more than one document, or too deep.
    """
    file = len(source.files) - 1
    try:
        return _Composer(source, CParser(text), file).compose()
    except yaml.YAMLError as error:
        raise _syntax_error(source, error, file) from None


def _syntax_error(source: Source, error: yaml.YAMLError, file: int) -> ShotListErrors:
    lines = source.files[file].lines
    finding = getattr(error, "problem", None) or str(error)
    mark = getattr(error, "problem_mark", None)
    if mark and not "".join(lines[mark.line : mark.line + 1]).strip():
        # Something was still open at the end of the file: say where it began.
        mark = getattr(error, "context_mark", None) or mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    for number in (line, line - 1):
        indent = re.match(r"\s*", lines[number] if 0 <= number < len(lines) else "")
        if indent and "\t" in indent[0]:
            column = indent[0].index("\t")
            place = Place(number, column, number, column + 1, file)
            return source.stop("SB002", "a tab stands in the indent", "indent with spaces", place)
    place = Place(line, column, line, column + 1, file)
    if "nesting depth" in finding:
        return source.stop("SB009", TOO_DEEP, "nest less", place)
    remedies = (hint for sign, hint in _HINTS if sign in finding)
    remedy = next(remedies, "check the indent, quotes and brackets")
    context = getattr(error, "context", None)
    finding = f"{finding}, {context}" if context else finding
    return source.stop("SB001", finding, remedy, place)


class _Composer:
    """Events → nodes. Tags and keys written twice are problems."""

    def __init__(self, source: Source, parser: CParser, file: int) -> None:
        self._source = source
        self._file = file
        self._next: Callable[[], Any] = parser.get_event
        self._anchors: dict[str, Written] = {}

    def compose(self) -> Node:
        """Compose the only document of the file."""
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return Text(Place(0, 0, 0, 0, self._file), None)
        node = self._node(self._next(), 0)
        self._next()
        extra = self._next()
        if not isinstance(extra, yaml.StreamEndEvent):
            finding, remedy = "a second document begins here", "keep one board per file"
            raise self._source.stop("SB001", finding, remedy, self._place(extra))
        return node

    def _place(self, event: Any) -> Place:  # noqa: ANN401 - the stubs know no marks
        start, end = event.start_mark, event.end_mark
        return Place(start.line, start.column, end.line, end.column, self._file)

    def _node(self, event: Any, depth: int) -> Node:  # noqa: ANN401 - as above
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor or "", place)
        if depth > MAX_DEPTH:
            raise self._source.stop("SB009", TOO_DEEP, "nest less", place)
        if event.tag not in _TAGS:
            finding = f'tag "{event.tag}" is not part of this language'
            self._source.report("SB005", finding, "remove it", place)
        node: Written
        if isinstance(event, yaml.ScalarEvent):
            node = self._text(event, place)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = List(place, list(self._items(depth)), bool(event.flow_style))
        else:
            node = self._block(event, place, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, name: str, place: Place) -> Node:
        if name not in self._anchors:
            finding = f'anchor "{name}" is not defined'
            self._source.report(
                "SB001", finding, f"write &{name} further up, before *{name}", place
            )
            return Text(place, None)
        return Alias(place, self._anchors[name])

    def _text(self, event: yaml.ScalarEvent, place: Place) -> Text:
        value: str = event.value
        if not event.style and event.tag is None and value in _NULLS:
            if not value:
                self._check_comment(place)
            return Text(place, None)
        if found := UNPRINTABLE.search(value):
            finding = f"the text holds the control character U+{ord(found[0]):04X}"
            self._source.report("SB008", finding, "leave it out", place)
            return Text(place, None)
        return Text(place, value, event.style or "")

    def _check_comment(self, place: Place) -> None:
        """An empty value before `#ff0000` was meant to be the value."""
        if found := _COMMENT.match(self._source.line(place), place.column):
            finding = f'the value is empty: "{found[1]}" began a comment'
            where = Place(place.line, found.start(1), place.line, found.end(1), self._file)
            fix = f'"{found[1]}"' if _COLOUR.fullmatch(found[1]) else ""
            self._source.report("SB006", finding, f'put it in quotes: "{found[1]}"', where, fix)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _block(self, event: yaml.MappingStartEvent, place: Place, depth: int) -> Block:
        block = Block(place, {}, [], bool(event.flow_style))
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            node = self._node(self._next(), depth + 1)
            key_place = self._place(event)
            if not isinstance(key, Text):
                finding = "a block or list stands where a key is expected"
                self._source.report("SB005", finding, "put text in quotes", key_place)
            elif key.value == "<<" and isinstance(event, yaml.ScalarEvent) and not event.style:
                merged = node.target if isinstance(node, Alias) else node
                block.merges += merged.items if isinstance(merged, List) else [node]
            else:
                self._add(block, key.value or "", key_place, node)
        return block

    def _add(self, block: Block, key: str, place: Place, node: Node) -> None:
        if first := block.pairs.get(key):
            finding = f'key "{key}" is written twice in this block'
            remedy = f"first written on line {first[0].line + 1}"
            self._source.report("SB003", finding, remedy, place)
        else:
            block.pairs[key] = (place, node)
