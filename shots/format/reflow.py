"""A YAML text with two spaces a level, one space behind colons and commas, and no gap twice.

Lines are moved as wholes: a line that begins with a key or a dash goes to the column of its level,
the lines that a value is continued on move along with it, and a comment goes where the line goes
that it stands above. Called by `formatting.py`, which sees to it that no value changes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

import yaml

STEP = 2

_LEADING = re.compile(r"[ \t]*")
_COLON = re.compile(r"[ \t]*:[ \t]*")
_COMMA = re.compile(r"[ \t]*,[ \t]*")


@dataclass
class _Layout:
    """What is known about the lines of a text.

    Attributes:
        text: All of it.
        starts: Index of the first character of each line.
        columns: By line that begins with a key or a dash: its new column.
        dashes: By such a line: columns of its dashes, and where what is behind them begins.
        shifts: By line that a value is continued on: columns to move by.
        kept: Lines of block scalars, in which spaces count.
        edits: Replacements within lines, by index.
    """

    text: str
    starts: list[int]
    columns: dict[int, int] = field(default_factory=dict)
    dashes: dict[int, list[int]] = field(default_factory=dict)
    contents: dict[int, int] = field(default_factory=dict)
    shifts: dict[int, int] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    edits: list[tuple[int, int, str]] = field(default_factory=list)

    def line_of(self, index: int) -> int:
        return bisect_right(self.starts, index) - 1


def reflow(text: str) -> str:
    """Lay a YAML text out anew; what it says may have to be compared afterwards."""
    root = yaml.compose(text, Loader=yaml.CBaseLoader)
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    layout = _Layout(text, starts)
    if root is not None:
        _place(layout, root, 0, root.start_mark.index, 0, set())
    return _joined(layout)


def _place(
    layout: _Layout, node: yaml.Node, column: int, after: int, shift: int, seen: set[int]
) -> None:
    """Lay out a node.

    Args:
        layout: Receives what is found.
        node: Any node.
        column: Where its lines shall begin.
        after: Index behind the key or dash before it.
        shift: How far the lines move that it is continued on.
        seen: Nodes laid out already, which stand here as an alias.
    """
    if id(node) in seen or node.start_mark.index < after:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        _place_mapping(layout, node, column, seen)
    elif isinstance(node, yaml.SequenceNode) and not node.flow_style:
        _place_sequence(layout, node, column, after, seen)
    else:
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            shift = _block_shift(layout, node, column, shift)
        _place_value(layout, node, after, shift, seen)


def _place_mapping(layout: _Layout, node: yaml.MappingNode, column: int, seen: set[int]) -> None:
    for key, value in node.value:
        line, start = key.start_mark.line, key.start_mark.column
        if not layout.text[layout.starts[line] : key.start_mark.index].strip():
            layout.columns[line] = column
        end = key.end_mark.index
        colon = _COLON.match(layout.text, end)
        if colon is None:
            continue
        same_line = colon.end() < len(layout.text) and layout.text[colon.end()] not in "\n#"
        if same_line:
            layout.edits.append((colon.start(), colon.end(), ": "))
        _place(layout, value, column + STEP, colon.start() + 1, column - start, seen)


def _place_sequence(
    layout: _Layout, node: yaml.SequenceNode, column: int, after: int, seen: set[int]
) -> None:
    here = after
    for item in node.value:
        dash = _dash(layout.text, here)
        if dash is None:
            return
        line = layout.line_of(dash)
        old = dash - layout.starts[line]
        if not layout.text[layout.starts[line] : dash].strip(" \t-"):
            layout.columns.setdefault(line, column)
            layout.dashes.setdefault(line, []).append(old)
            rest = _LEADING.match(layout.text, dash + 1)
            layout.contents[line] = (rest.end() if rest else dash + 1) - layout.starts[line]
        _place(layout, item, column + STEP, dash + 1, column - old, seen)
        is_alias = item.start_mark.index < dash
        here = _line_end(layout.text, dash) if is_alias else max(dash + 1, item.end_mark.index)


def _dash(text: str, here: int) -> int | None:
    """The next dash that begins an item, comments passed over."""
    while here < len(text):
        sign = text[here]
        if sign == "-":
            return here
        if sign == "#" or not (sign.isspace() or sign == "&"):
            here = _line_end(text, here)
        elif sign == "&":
            while here < len(text) and not text[here].isspace():
                here += 1
        else:
            here += 1
    return None


def _line_end(text: str, here: int) -> int:
    found = text.find("\n", here)
    return len(text) if found < 0 else found


def _place_value(layout: _Layout, node: yaml.Node, after: int, shift: int, seen: set[int]) -> None:
    """A scalar, or what stands between brackets: its further lines move as a whole."""
    first, last = layout.line_of(after), node.end_mark.line
    if node.end_mark.column == 0 and last > node.start_mark.line:
        last -= 1
    is_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    for line in range(first + 1, last + 1):
        layout.shifts[line] = shift
        if isinstance(node, yaml.ScalarNode) and (is_block or line > node.start_mark.line):
            layout.kept.add(line)
    if isinstance(node, yaml.CollectionNode) and first == last:
        _tighten(layout, node, seen)


def _block_shift(layout: _Layout, node: yaml.ScalarNode, column: int, shift: int) -> int:
    """How far a text moves that begins below | or >; one that says its indent keeps it."""
    header, *below = layout.text[node.start_mark.index : node.end_mark.index].split("\n")
    first = next((line for line in below if line.strip()), "")
    if not first or re.search(r"[|>][+-]?\d", header):
        return shift
    return column - (len(first) - len(first.lstrip(" ")))


def _tighten(layout: _Layout, node: yaml.CollectionNode, seen: set[int]) -> None:
    """One space behind commas and colons, none inside of brackets; aliases stay as they are."""
    pairs = [pair if isinstance(pair, tuple) else (pair, pair) for pair in node.value]
    here = node.start_mark.index
    if any(part.start_mark.index < here for pair in pairs for part in pair):
        return
    begin = layout.text.find("{" if isinstance(node, yaml.MappingNode) else "[", here) + 1
    end = node.end_mark.index - 1
    for key, value in pairs:
        gap = (
            _LEADING.match(layout.text, begin)
            if key is pairs[0][0]
            else _COMMA.match(layout.text, begin)
        )
        if gap is None or gap.end() != key.start_mark.index:
            return
        layout.edits.append((begin, gap.end(), "" if key is pairs[0][0] else ", "))
        if value is not key:
            colon = _COLON.match(layout.text, key.end_mark.index)
            if colon is not None and colon.end() == value.start_mark.index < value.end_mark.index:
                layout.edits.append((colon.start(), colon.end(), ": "))
        for part in dict.fromkeys((key, value)):
            seen.add(id(part))
            if isinstance(part, yaml.CollectionNode):
                _tighten(layout, part, seen)
        begin = max(key.end_mark.index, value.end_mark.index)
    if not layout.text[begin:end].strip(" \t"):
        layout.edits.append((begin, end, ""))


def _joined(layout: _Layout) -> str:
    """The text with every line where it belongs."""
    lines = _edited(layout)
    new: list[str] = []
    columns = _comment_columns(layout, lines)
    is_gap = True
    for k, line in enumerate(lines):
        if k in layout.kept:
            moved = _moved(line, layout.shifts[k])
            new.append(moved)
            is_gap = not moved
            continue
        bare = line.strip(" \t")
        if not bare:
            if not is_gap:
                new.append("")
            is_gap = True
            continue
        is_gap = False
        if k in layout.dashes:
            rest = line[layout.contents[k] :].rstrip(" \t")
            signs = "- " * len(layout.dashes[k])
            new.append((" " * layout.columns[k] + signs + rest).rstrip())
        elif k in layout.columns:
            new.append(" " * layout.columns[k] + bare)
        elif k in layout.shifts:
            new.append(_moved(line, layout.shifts[k]).rstrip(" \t"))
        else:
            new.append(" " * columns.get(k, 0) + bare)
    while new and not new[-1] and len(lines) - 1 not in layout.kept:
        new.pop()
    return "\n".join(new) + ("\n" if new and len(lines) - 1 not in layout.kept else "")


def _edited(layout: _Layout) -> list[str]:
    """Lines with the replacements within them made, the last one first."""
    lines = layout.text.split("\n")
    for start, end, text in sorted(set(layout.edits), reverse=True):
        line = layout.line_of(start)
        begin = start - layout.starts[line]
        lines[line] = lines[line][:begin] + text + lines[line][begin + end - start :]
    return lines


def _moved(line: str, shift: int) -> str:
    leading = _LEADING.match(line)
    indent = leading.end() if leading else 0
    return " " * max(0, indent + shift) + line[indent:] if line.strip(" \t") or shift == 0 else ""


def _comment_columns(layout: _Layout, lines: list[str]) -> dict[int, int]:
    """Where lines go that hold only a comment: with the line below them, or one as deep above."""
    columns: dict[int, int] = {}
    below: tuple[int, int] | None = None
    pending: list[int] = []
    deep: dict[int, int] = {}
    for k in range(len(lines) - 1, -1, -1):
        if k in layout.columns:
            old = len(lines[k]) - len(lines[k].lstrip(" \t"))
            below = (old, layout.columns[k])
        elif lines[k].lstrip(" \t").startswith("#") and k not in layout.shifts:
            old = len(lines[k]) - len(lines[k].lstrip(" \t"))
            if below is not None and (below[0] == old or below[0] > old):
                columns[k] = below[1]
            else:
                pending.append(k)
    for k, line in enumerate(lines):
        old = len(line) - len(line.lstrip(" \t"))
        if k in layout.columns:
            deep = {column: new for column, new in deep.items() if column < old}
            deep[old] = layout.columns[k]
        elif k in pending:
            columns[k] = deep.get(old, max((new for c, new in deep.items() if c <= old), default=0))
    return columns
