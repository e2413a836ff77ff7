"""Change single values in the files of a board, and leave every other character as it is.

A YAML library that writes a whole file again moves comments and folds lines differently. So PyYAML
gives the position of each key and value, and only those characters are replaced. The caller loads
the result before it writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap

import yaml

from shots.load import parse_shots
from shots.schema import ShotList
from shots.source.board_source import Source, add_file, encode_like
from storyboard.interchange.draft_text import WIDTH, inline, quoted, scalar

KeyPath = tuple[str, ...]
"""Keys from a shot down to a value: ("camera", "size")."""

Value = object
"""New value of a key: a text, a list or mapping of texts, or None, which removes the key."""

KEY_ORDER = (
    "id", "extends", "setup", "subjects", "location", "wardrobe", "camera", "lighting",
    "composition", "duration", "action", "dialogue", "sound", "transition", "continuity",
    "references", "loop", "takes", "take", "use", "seed", "priority", "status", "notes", "review",
)  # fmt: skip
_RANK = {key: k for k, key in enumerate(KEY_ORDER)}
_ALIAS = re.compile(r"\s*:\s*(\*[^\s,\[\]{}]+)")
_LINE_END = re.compile(r"\r?\n")


class FixedPlaceError(Exception):
    """A value that cannot be changed without changing others."""


class BoardFile:
    """The text of one file of a board without errors, and the positions of its shots.

    `shots` has the nodes of its shots by id, `scenes` those of their lists by scene number, both in
    lower case.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._changes: list[tuple[int, int, str]] = []
        self.shots: dict[str, yaml.MappingNode] = {}
        self.scenes: dict[str, yaml.SequenceNode] = {}
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
        for scene in _items(_child(root, "scenes")):
            shots, number = _child(scene, "shots"), _child(scene, "number")
            if isinstance(shots, yaml.SequenceNode) and number is not None:
                self.scenes[number.value.casefold()] = shots
            for shot in _items(shots):
                name = _child(shot, "id")
                if name is not None:
                    self.shots[name.value.casefold()] = shot

    def written(self, shot: str) -> dict[str, object]:
        """Keys that a shot itself sets, not those it inherits; as texts, lists and mappings."""
        plain = _plain(self.shots[shot.casefold()])
        assert isinstance(plain, dict)
        return plain

    def extras(self, shot: str) -> dict[str, str]:
        """The x- keys of a shot that hold a text."""
        written = self.written(shot)
        return {key: k for key, k in written.items() if key.startswith("x-") and isinstance(k, str)}

    def change_shot(self, shot: str, values: Mapping[KeyPath, Value]) -> None:
        """Set values of a shot, and remove keys.

        Raises:
            FixedPlaceError: A value is an alias of one that other shots share.
        """
        node = self.shots[shot.casefold()]
        gone = {path for path, value in values.items() if value is None}
        for path, value in values.items():
            inner: yaml.Node = node
            for key in path[:-1]:
                below = _child(inner, key)
                if not isinstance(below, yaml.MappingNode) or self._is_alias(inner, key):
                    raise FixedPlaceError(f"{key} is an alias of a value elsewhere on the board")
                inner = below
            assert isinstance(inner, yaml.MappingNode)
            siblings = {name[-1] for name in gone if name[:-1] == path[:-1]}
            if value is None:
                self._remove(inner, path[-1], siblings)
            else:
                self._put(inner, path[-1], value, siblings)

    def rename_shot(self, shot: str, name: str) -> None:
        """Change the id of a shot, and the references of other shots to it."""
        if shot.casefold() in self.shots:
            self.change_shot(shot, {("id",): name})
        paths: tuple[KeyPath, ...] = (("continuity", "after"), ("extends",))
        for other, node in self.shots.items():
            for path in paths:
                reference: yaml.Node | None = node
                for key in path:
                    reference = _child(reference, key)
                if reference is not None and reference.value.casefold() == shot.casefold():
                    self.change_shot(other, {path: name})

    def insert_shot(self, lines: Sequence[str], scene: str, after: str | None) -> None:
        """Insert the YAML lines of a shot into a scene, after another shot or first.

        Raises:
            FixedPlaceError: The shots of the scene are written in brackets.
        """
        shots = self.scenes[scene.casefold()]
        if shots.flow_style:
            raise FixedPlaceError("the shots of the scene are written in brackets")
        indent = " " * shots.start_mark.column
        item = [f"{indent}- {lines[0]}"]
        item += [f"{indent}  {line}" if line else "" for line in lines[1:]]
        if after is None:
            here = self._line_start(shots.start_mark.index)
            self._changes.append((here, here, self._newline.join([*item, ""])))
        else:
            here = self._line_end(self._end(self.shots[after.casefold()]))
            self._changes.append((here, here, self._newline.join(["", *item])))

    def text(self) -> str:
        """The text with all changes."""
        pieces, here = [], 0
        for start, end, new in sorted(self._changes, key=lambda change: change[:2]):
            pieces += [self._text[here:start], new]
            here = max(here, end)
        return "".join([*pieces, self._text[here:]])

    def _put(self, node: yaml.MappingNode, key: str, value: Value, gone: set[str]) -> None:
        """Replace the value of a key; `gone` are keys of the node that are removed as well."""
        found = _pair(node, key)
        if found is None:
            self._add(node, key, value, gone)
            return
        name, old = found
        start, end = self._span(name, old)
        new = self._in_style_of(old, value, node)
        is_block = isinstance(old, yaml.CollectionNode) and not old.flow_style
        if is_block and start < end and not self._is_alias(node, key):
            # The new value goes on the line of the key, where the block did not begin.
            start = self._text.index(":", name.end_mark.index) + 1
            new = f" {new}"
        elif start == end:
            new = f" {new}"
        self._changes.append((start, end, new))

    def _is_alias(self, node: yaml.Node, key: str) -> bool:
        found = _pair(node, key)
        return found is not None and _ALIAS.match(self._text, found[0].end_mark.index) is not None

    def _span(self, name: yaml.Node, value: yaml.Node) -> tuple[int, int]:
        """Start and end of a value, or of the alias that stands for it."""
        # The node of an alias has the position of its anchor.
        if alias := _ALIAS.match(self._text, name.end_mark.index):
            return alias.span(1)
        return value.start_mark.index, self._end(value)

    def _in_style_of(self, old: yaml.Node, value: Value, node: yaml.MappingNode) -> str:
        """A value in the quotes, or the block style, of the one it replaces."""
        if isinstance(value, str) and isinstance(old, yaml.ScalarNode):
            if old.style in ("|", ">") and value:
                return self._block(value, old)
            if old.style == "'" and "\n" not in value:
                return "'" + value.replace("'", "''") + "'"
            if old.style == '"':
                return quoted(value)
        return self._new(value, node)

    def _new(self, value: Value, node: yaml.MappingNode) -> str:
        if not isinstance(value, str):
            return inline(value)
        if node.flow_style or "\n" not in value:
            return scalar(value, is_flow=bool(node.flow_style))
        indent = " " * (_column(node) + 2)
        return self._newline.join(["|-", *(indent + k if k else "" for k in value.split("\n"))])

    def _block(self, value: str, old: yaml.ScalarNode) -> str:
        """A text as a block with the header and the indent of the block it replaces."""
        header, *below = self._text[old.start_mark.index : self._end(old)].splitlines()
        first = next((line for line in below if line.strip()), "")
        indent = first[: len(first) - len(first.lstrip())]
        lines = value.split("\n")
        if len(lines) > 1:
            header = header.replace(">", "|")
        elif old.style == ">":
            width = max(40, WIDTH - len(indent))
            lines = wrap(value, width, break_long_words=False, break_on_hyphens=False)
        return self._newline.join([header.rstrip(), *(indent + k if k else "" for k in lines)])

    def _add(self, node: yaml.MappingNode, key: str, value: Value, gone: set[str]) -> None:
        """Add a key after the one that precedes it in `KEY_ORDER`."""
        own = [name.value for name, _ in node.value if name.value not in gone]
        rank = _RANK.get(key, len(_RANK))
        before = [name for name in own if _RANK.get(name, len(_RANK)) <= rank]
        found = _pair(node, (before or own or [""])[-1])
        if found is None:
            raise FixedPlaceError(f"every key beside {key} is removed")
        end = self._span(*found)[1]
        if node.flow_style:
            self._changes.append((end, end, f", {scalar(key)}: {self._new(value, node)}"))
        else:
            here, indent = self._line_end(end), " " * _column(node)
            new = f"{self._newline}{indent}{scalar(key)}: {self._new(value, node)}"
            self._changes.append((here, here, new))

    def _remove(self, node: yaml.MappingNode, key: str, gone: set[str]) -> None:
        pairs = node.value
        k = next((k for k, (name, _) in enumerate(pairs) if name.value == key), None)
        if k is None:
            return
        name, value = pairs[k]
        start, end = name.start_mark.index, self._span(name, value)[1]
        line = self._line_start(start)
        kept = [pair for pair in pairs[:k] if pair[0].value not in gone]
        if not node.flow_style and not self._text[line:start].strip():
            after = self._text.find("\n", end) + 1
            self._changes.append((line, after or len(self._text), ""))
        elif k + 1 < len(pairs):
            self._changes.append((start, pairs[k + 1][0].start_mark.index, ""))
        else:
            self._changes.append((self._span(*kept[-1])[1] if kept else start, end, ""))

    def _end(self, node: yaml.Node) -> int:
        """Index after the last character of a value."""
        end: int = node.end_mark.index
        if isinstance(node, yaml.ScalarNode):
            if node.style not in ("|", ">"):
                return end
        elif isinstance(node, yaml.CollectionNode) and node.flow_style:
            return end
        elif isinstance(node, yaml.MappingNode):
            return self._span(*node.value[-1])[1]
        elif node.value[-1].start_mark.index > node.start_mark.index:
            return self._end(node.value[-1])
        # The end mark of a block lies after the blank lines below it.
        while end and self._text[end - 1].isspace():
            end -= 1
        return end

    def _line_start(self, index: int) -> int:
        return self._text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        found = _LINE_END.search(self._text, index)
        return found.start() if found else len(self._text)


class BoardFiles:
    """The files of a board without errors."""

    def __init__(self, contents: Mapping[Path, bytes]) -> None:
        self._contents = contents
        self._files = {
            path: BoardFile(add_file(Source([]), content, path))
            for path, content in contents.items()
        }

    def with_shot(self, shot: str) -> BoardFile:
        """The file that contains a shot.

        Raises:
            KeyError: No file contains it.
        """
        for file in self._files.values():
            if shot.casefold() in file.shots:
                return file
        raise KeyError(shot)

    def with_scene(self, scene: str) -> BoardFile:
        """The file that contains the shots of a scene."""
        return next(file for file in self._files.values() if scene.casefold() in file.scenes)

    def rename_shot(self, shot: str, name: str) -> None:
        """Change the id of a shot, and the references of other shots to it, in all files."""
        for file in self._files.values():
            file.rename_shot(shot, name)

    def contents(self) -> dict[Path, bytes]:
        """Every file with its changes, in its encoding."""
        return {
            path: encode_like(file.text(), self._contents[path])
            for path, file in self._files.items()
        }


def read_board(contents: Mapping[Path, bytes], path: Path) -> ShotList:
    """Load a board, with some of its files in memory instead of on disk.

    Raises:
        ShotListErrors: The board has errors.
    """

    def read(file: Path) -> bytes:
        return contents[file] if file in contents else file.read_bytes()

    return parse_shots(read(path), path, read=read)


def _items(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.SequenceNode):
        yield from (item for item in node.value if isinstance(item, yaml.MappingNode))


def _pair(node: yaml.Node, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((name, value) for name, value in node.value if name.value == key), None)


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    found = _pair(node, key) if node is not None else None
    return found[1] if found else None


def _column(node: yaml.MappingNode) -> int:
    column: int = node.value[0][0].start_mark.column
    return column


def _plain(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return {name.value: _plain(value) for name, value in node.value if name.value != "<<"}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return node.value
