"""Colours of the lexicon: one sRGB value for each word, and other words for them."""

from __future__ import annotations

from collections.abc import Mapping

from shots.lexicon.word_tables import read_sections

Colour = tuple[float, float, float]  # sRGB, 0 to 1

_ROWS = [row.partition(":") for row in read_sections("colours.words")["colours"]]
COLOURS: Mapping[str, Colour] = {
    name: (float(red), float(green), float(blue))
    for row, _, _ in _ROWS
    for name, red, green, blue in [row.split()]
}
ALIASES: Mapping[str, str] = {
    word: row.split()[0] for row, _, words in _ROWS for word in words.replace(",", " ").split()
}


def find_colour(word: str) -> str | None:
    """The colour that a word, in lower case, names."""
    word = ALIASES.get(word, word)
    return word if word in COLOURS else None
