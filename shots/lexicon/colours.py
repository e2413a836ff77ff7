"""Colours of the lexicon: one sRGB value for each word, and other words for them."""

from __future__ import annotations

from collections.abc import Mapping

from shots.lexicon.grammar import read_sections

Colour = tuple[float, float, float]  # sRGB, 0 to 1

_ROWS = [row.partition(":") for row in read_sections("colours.words")["colours"]]
COLOURS: Mapping[str, Colour] = {
    word: (float(red), float(green), float(blue))
    for word, red, green, blue in (row.split() for row, _, _ in _ROWS)
}
ALIASES: Mapping[str, str] = {
    word.strip(): row.split()[0] for row, _, words in _ROWS for word in words.split(",") if word
}


def find_colour(word: str) -> str | None:
    """The colour that a word, in lower case, names."""
    word = ALIASES.get(word, word)
    return word if word in COLOURS else None
