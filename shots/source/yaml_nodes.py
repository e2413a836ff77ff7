"""YAML text to nodes with their position in the file.

PyYAML's C parser delivers the events; they are interpreted here, because YAML 1.1 turns `16:9` into
969 and `no` into False. Every scalar keeps the text as written; an empty one is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml
from yaml._yaml import CParser

from shots.problem import ShotListErrors
from shots.source.board_source import UNPRINTABLE, Source, SourceSpan

MAX_DEPTH = 40
MAX_VALUES = 400_000  # values of a board with every alias expanded
TOO_DEEP = f"blocks are nested more than {MAX_DEPTH} deep"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS = frozenset({None, "!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))})
_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3,4}){1,2}")
_COMMENT = re.compile(r"\s*(#[^\s#]\S*)")
# Parts of PyYAML's messages, and the remedy for each.
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
class ScalarNode:
    """A scalar; the value is None where it is empty."""

    span: SourceSpan
    value: str | None


@dataclass(slots=True)
class SequenceNode:
    """A sequence."""

    span: SourceSpan
    items: list[Node]


@dataclass(slots=True)
class MappingNode:
    """A mapping."""

    span: SourceSpan
    pairs: dict[str, tuple[SourceSpan, Node]]  # span of the key, and value, by key
    merges: list[Node]  # values of <<


@dataclass(slots=True)
class AliasNode:
    """A reference to an anchored node."""

    span: SourceSpan
    target: PlainNode


PlainNode = ScalarNode | SequenceNode | MappingNode
Node = PlainNode | AliasNode


def resolve_alias(node: Node) -> PlainNode:
    """Return the target of an alias, or the node itself."""
    return node.target if isinstance(node, AliasNode) else node


def compose(source: Source, text: str) -> Node:
    """Parse the last file of a source; mistakes that allow it to continue are recorded there.

    Raises:
        ShotListErrors: It is not YAML, has more than one document, or is nested too deep.
    """
    file = len(source.files) - 1
    try:
        return _Composer(source, CParser(text), file).compose()
    except yaml.YAMLError as error:
        raise _syntax_error(source, error, file) from None


def _syntax_error(source: Source, error: yaml.YAMLError, file: int) -> ShotListErrors:
    """Turn an error of PyYAML into a problem with a remedy."""
    lines = source.files[file].lines
    finding = getattr(error, "problem", None) or str(error)
    mark = getattr(error, "problem_mark", None)
    if mark and not "".join(lines[mark.line : mark.line + 1]).strip():
        # An open bracket or quote is found at the end of the file: report where it was opened.
        mark = getattr(error, "context_mark", None) or mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    for number in (line, line - 1):
        indent = re.match(r"\s*", lines[number] if 0 <= number < len(lines) else "")
        if indent and "\t" in indent[0]:
            column = indent[0].index("\t")
            span = SourceSpan(number, column, number, column + 1, file)
            return source.stop("SB002", "a tab in the indent", "indent with spaces", span)
    span = SourceSpan(line, column, line, column + 1, file)
    if "nesting depth" in finding:
        return source.stop("SB009", TOO_DEEP, "reduce the nesting", span)
    remedies = (hint for part, hint in _HINTS if part in finding)
    remedy = next(remedies, "check the indent, quotes and brackets")
    context = getattr(error, "context", None)
    finding = f"{finding}, {context}" if context else finding
    return source.stop("SB001", finding, remedy, span)


class _Composer:
    """Builds nodes from parser events; reports tags, duplicate keys and unknown anchors."""

    def __init__(self, source: Source, parser: CParser, file: int) -> None:
        self._source = source
        self._file = file
        self._next: Callable[[], Any] = parser.get_event
        self._anchors: dict[str, PlainNode] = {}

    def compose(self) -> Node:
        """Compose the only document of the file."""
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return ScalarNode(SourceSpan(0, 0, 0, 0, self._file), None)
        node = self._node(self._next(), 0)
        self._next()
        extra = self._next()
        if not isinstance(extra, yaml.StreamEndEvent):
            finding, remedy = "a second document begins here", "keep one board per file"
            raise self._source.stop("SB001", finding, remedy, self._span(extra))
        return node

    def _span(self, event: Any) -> SourceSpan:  # noqa: ANN401 - the stubs lack marks
        start, end = event.start_mark, event.end_mark
        return SourceSpan(start.line, start.column, end.line, end.column, self._file)

    def _node(self, event: Any, depth: int) -> Node:  # noqa: ANN401 - as above
        span = self._span(event)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in self._anchors:
                return AliasNode(span, self._anchors[event.anchor])
            finding = f'anchor "{event.anchor}" is not defined'
            remedy = f"write &{event.anchor} further up, before *{event.anchor}"
            self._source.report("SB001", finding, remedy, span)
            return ScalarNode(span, None)
        if depth > MAX_DEPTH:
            raise self._source.stop("SB009", TOO_DEEP, "reduce the nesting", span)
        if event.tag not in _TAGS:
            finding = f'tag "{event.tag}" is not part of this language'
            self._source.report("SB005", finding, "remove it", span)
        node: PlainNode
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, span)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = SequenceNode(span, [])
            while not isinstance(item := self._next(), yaml.SequenceEndEvent):
                node.items.append(self._node(item, depth + 1))
        else:
            node = self._mapping(span, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _scalar(self, event: yaml.ScalarEvent, span: SourceSpan) -> ScalarNode:
        value: str = event.value
        if not event.style and event.tag is None and value in _NULLS:
            # An empty value before `#ff0000` was meant to be that colour.
            if not value and (
                found := _COMMENT.match(self._source.line(self._file, span.line), span.column)
            ):
                finding = f'the value is empty: "{found[1]}" starts a comment'
                comment = SourceSpan(span.line, found.start(1), span.line, found.end(1), self._file)
                fix = f'"{found[1]}"' if _COLOUR.fullmatch(found[1]) else ""
                remedy = f'put it in quotes: "{found[1]}"'
                self._source.report("SB006", finding, remedy, comment, fix=fix)
            return ScalarNode(span, None)
        if found := UNPRINTABLE.search(value):
            finding = f"the text contains the control character U+{ord(found[0]):04X}"
            self._source.report("SB008", finding, "remove it", span)
            return ScalarNode(span, None)
        return ScalarNode(span, value)

    def _mapping(self, span: SourceSpan, depth: int) -> MappingNode:
        mapping = MappingNode(span, {}, [])
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(self._next(), depth + 1)
            key_span = self._span(event)
            if not isinstance(key, ScalarNode):
                finding = "a block or list where a key is expected"
                self._source.report("SB005", finding, "put text in quotes", key_span)
            elif key.value == "<<" and isinstance(event, yaml.ScalarEvent) and not event.style:
                merged = resolve_alias(value)
                mapping.merges += merged.items if isinstance(merged, SequenceNode) else [value]
            elif first := mapping.pairs.get(key.value or ""):
                finding = f'key "{key.value or ""}" is written twice in this block'
                remedy = f"first written on line {first[0].line + 1}"
                self._source.report("SB003", finding, remedy, key_span)
            else:
                mapping.pairs[key.value or ""] = (key_span, value)
        return mapping
