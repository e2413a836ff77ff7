"""Colours of the lexicon: one sRGB value for each word, and other words for them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files

Colour = tuple[float, float, float]  # sRGB, 0 to 1

with (files("shots.lexicon") / "colours.csv").open(encoding="utf-8") as _file:
    _ROWS = list(csv.DictReader(_file))
COLOURS: Mapping[str, Colour] = {
    row["colour"]: (float(row["red"]), float(row["green"]), float(row["blue"])) for row in _ROWS
}
ALIASES: Mapping[str, str] = {
    word: row["colour"] for row in _ROWS for word in row["other words"].split()
}


def find_colour(word: str) -> str | None:
    """The colour that a word, in lower case, names."""
    word = ALIASES.get(word, word)
    return word if word in COLOURS else None
