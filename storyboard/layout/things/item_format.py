"""What the `.parts` and `.scenery` files have in common: named lists of items.

A file is a list of `NAME: ITEM; ITEM; ...`, which may go on over indented lines; # begins a
comment. An item is `[REPEATS] KIND NUMBERS AND WORDS`, in metres, heights up. Of the repeats, `2x`,
`2z` and `4` mirror, `n6` makes six round the vertical axis, `*4:.2,0,0` makes four, each .2 m
further to +x, and `far` is for sets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)$")
_REPEAT = re.compile(r"2x|2z|4|n\d+|far|\*.*")


@dataclass(frozen=True)
class Item:
    """One item of a list: its kind, its numbers and its other words, each in their order."""

    kind: str
    numbers: tuple[float, ...]
    words: tuple[str, ...]
    repeats: tuple[str, ...]


def read_items(package: str, suffix: str) -> dict[str, tuple[Item, ...]]:
    """The lists of all files of a package whose names end so, by name."""
    found: dict[str, str] = {}
    name = ""
    for file in sorted(files(package).iterdir(), key=lambda f: f.name):
        if not file.name.endswith(suffix):
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            if line[:1] not in {"#", " ", ""}:
                name, _, line = line.partition(":")
            if line[:1] != "#":
                found[name] = found.get(name, "") + " " + line
    return {
        name: tuple(_parsed(words) for text in body.split(";") if (words := text.split()))
        for name, body in found.items()
    }


def _parsed(words: list[str]) -> Item:
    start = next(k for k, word in enumerate(words) if not _REPEAT.fullmatch(word))
    rest = words[start + 1 :]
    return Item(
        kind=words[start],
        numbers=tuple(float(word) for word in rest if _NUMBER.match(word)),
        words=tuple(word for word in rest if not _NUMBER.match(word)),
        repeats=tuple(words[:start]),
    )


def read_row(repeat: str) -> tuple[int, tuple[float, float, float]]:
    """Number of copies of a repeat with an asterisk, and the step between them in the world."""
    count, _, step = repeat[1:].partition(":")
    right, up, deep = map(float, step.split(","))
    return int(count), (right, -up, deep)
