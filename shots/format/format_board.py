"""The canonical form of a board: one indent, one spelling; comments, order and meaning stay.

A YAML library that writes a file anew moves comments, so the text is changed where it stands: two
spaces a level, one space behind colons and commas, no blank line twice, words as the vocabulary has
them. Every step is read again and left out where it would change what the file says. Called by
`storyboard fmt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from shots.format.canonical import (
    canonical_camera,
    canonical_lighting,
    canonical_term,
    canonical_time,
)
from shots.format.reflow import reflow
from shots.problem import ShotListErrors
from shots.source.board_source import LINE_END, open_source
from shots.source.read_yaml import read_yaml
from shots.source.yaml_nodes import compose
from shots.vocabulary.words import GROUPS

_MAX_ROUNDS = 4
_TIMES = ("duration", "at")
_SPEED = ("camera", "speed")


def format_board(content: bytes | str, path: Path) -> bytes:
    """Write a board, or a file that a board includes, in canonical form.

    Returns:
        UTF-8 without a byte order mark, lines that end with a line feed.

    Raises:
        ShotListErrors: It cannot be read as YAML; what else is wrong with it does not matter.
    """
    source, text = open_source(content, path)
    compose(source, text)
    if source.problems:
        raise ShotListErrors(source.sorted_problems())
    text = "\n".join(LINE_END.split(text)) if "\r" in text else text
    names = _lighting_names(text, path)
    for _ in range(_MAX_ROUNDS):
        new = _tidied(_reworded(text, names))
        if new == text:
            break
        text = new
    return text.encode()


def _tidied(text: str) -> str:
    """A text laid out anew, unless that would change a value."""
    new = reflow(text)
    return new if new == text or _says_the_same(text, new) else text


def _reworded(text: str, names: set[str] | None) -> str:
    """A text with directives in the words of the vocabulary, except for names of set-ups."""
    root = _compose(text)
    if not isinstance(root, yaml.MappingNode):
        return text
    words = _Words(names)
    for key, node in root.value:
        if key.value == "lighting" and isinstance(node, yaml.MappingNode):
            for _, setup in node.value:
                words.visit(setup, "lighting", has_names=False)
        elif key.value in ("defaults", "setups", "scenes"):
            words.visit(node, key.value)
    for (start, end), new in sorted(words.replaced.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _lighting_names(text: str, path: Path) -> set[str] | None:
    """Lighting set-ups that shots may name, with those of included files; None where unknown.

    A file without a title may be a part of another board, which has set-ups of its own.
    """
    try:
        data, _ = read_yaml(text, path)
    except ShotListErrors:
        return None
    if not isinstance(data, dict) or not data.keys() & {"storyboard", "title"}:
        return None
    lights = data.get("lighting")
    return set(lights) if isinstance(lights, dict) else set()


class _Words:
    """Finds directives that are written otherwise than the vocabulary has them.

    Attributes:
        replaced: What to write instead, by where it begins and ends in the text.
    """

    def __init__(self, names: set[str] | None) -> None:
        self.replaced: dict[tuple[int, int], str] = {}
        self._names = names
        self._seen: set[int] = set()

    def visit(self, node: yaml.Node, key: str, holder: str = "", *, has_names: bool = True) -> None:
        """Look at everything below a node, what an alias stands for once.

        Args:
            node: Any node.
            key: The key that it is the value of.
            holder: The key of the block that this key stands in.
            has_names: Whether lighting may be a name here.
        """
        if id(node) in self._seen:
            return
        self._seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            if key == "lighting" and has_names and self._names is None:
                return
            names = self._names if has_names else None
            self._replace(node, _word(key, holder, node.value, names))
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self.visit(item, key, holder)
        else:
            for name, value in node.value:
                if not name.value.startswith("x-"):
                    self.visit(value, name.value, key)

    def _replace(self, node: yaml.ScalarNode, new: str) -> None:
        """A value in one line, in the quotes that it has; one with escapes stays."""
        if new == node.value or node.style in ("|", ">"):
            return
        start, end, quote = node.start_mark.index, node.end_mark.index, node.style or ""
        is_plain = not set("\\'\"\n") & set(node.value)
        if is_plain and end - start == len(node.value) + 2 * len(quote):
            self.replaced[start, end] = f"{quote}{new}{quote}"


def _word(key: str, holder: str, text: str, names: set[str] | None) -> str:
    """The canonical spelling of a value by its key, and by the key of the block around it."""
    if key == "camera":
        return canonical_camera(text)
    if key == "lighting":
        return canonical_lighting(text, names)
    if key in _TIMES:
        return canonical_time(text)
    is_term = key in (*GROUPS.get(holder, ()), "composition") or (holder, key) == _SPEED
    return canonical_term(key, text) if is_term and key != "movement" else text


def _compose(text: str) -> yaml.Node | None:
    return yaml.compose(text, Loader=yaml.CBaseLoader)


def _says_the_same(old: str, new: str) -> bool:
    """Whether two texts hold the same tree of values."""
    try:
        first, second = _compose(old), _compose(new)
    except yaml.YAMLError:
        return False
    if first is None or second is None:
        return first is second
    return all(_pairs_match(first, second))


def _pairs_match(first: yaml.Node, second: yaml.Node) -> Iterator[bool]:
    """Whether each pair of nodes agrees, aliases followed once."""
    pending = [(first, second)]
    seen: set[tuple[int, int]] = set()
    while pending:
        one, other = pending.pop()
        if (id(one), id(other)) in seen:
            continue
        seen.add((id(one), id(other)))
        yield type(one) is type(other) and one.tag == other.tag
        if isinstance(one, yaml.ScalarNode) and isinstance(other, yaml.ScalarNode):
            yield one.value == other.value
        elif isinstance(one, yaml.CollectionNode) and isinstance(other, yaml.CollectionNode):
            yield len(one.value) == len(other.value)
            for a, b in zip(one.value, other.value, strict=False):
                pending += [(a[0], b[0]), (a[1], b[1])] if isinstance(a, tuple) else [(a, b)]
