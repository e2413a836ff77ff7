"""Colours of the lexicon: one sRGB value for each word, and other words for them."""

from __future__ import annotations

from collections.abc import Mapping

Colour = tuple[float, float, float]  # sRGB, 0 to 1

COLOURS: Mapping[str, Colour] = {
    "red": (0.80, 0.13, 0.12),
    "orange": (0.90, 0.46, 0.10),
    "yellow": (0.90, 0.77, 0.15),
    "green": (0.20, 0.58, 0.24),
    "blue": (0.15, 0.32, 0.78),
    "purple": (0.50, 0.22, 0.66),
    "pink": (0.92, 0.50, 0.64),
    "brown": (0.42, 0.27, 0.16),
    "white": (0.92, 0.92, 0.90),
    "black": (0.09, 0.09, 0.10),
    "grey": (0.50, 0.50, 0.52),
    "navy": (0.10, 0.14, 0.34),
    "teal": (0.10, 0.46, 0.48),
    "beige": (0.80, 0.72, 0.58),
    "maroon": (0.42, 0.08, 0.12),
    "olive": (0.38, 0.40, 0.18),
    "gold": (0.83, 0.66, 0.22),
    "silver": (0.74, 0.75, 0.77),
    "cream": (0.93, 0.89, 0.78),
    "turquoise": (0.22, 0.72, 0.70),
}
ALIASES: Mapping[str, str] = {
    "gray": "grey", "charcoal": "grey", "crimson": "red", "scarlet": "red", "golden": "gold",
    "violet": "purple", "lilac": "purple", "wooden": "brown", "amber": "orange", "tan": "beige",
    "khaki": "olive", "burgundy": "maroon", "ivory": "cream", "aqua": "turquoise",
    "cyan": "turquoise", "indigo": "navy", "magenta": "pink", "rust": "orange",
    "chestnut": "brown", "mustard": "yellow", "emerald": "green", "azure": "blue",
    "steel": "silver", "burnt": "black", "burnt-out": "black", "burned-out": "black",
    "burned": "black", "charred": "black", "rusty": "brown", "muddy": "brown", "bloody": "red",
    "mossy": "green", "marble": "white", "bronze": "brown", "copper": "orange", "chrome": "silver",
    "metal": "silver", "cardboard": "beige", "brass": "gold", "jade": "green", "ebony": "black",
}  # fmt: skip


def find_colour(word: str) -> str | None:
    """The colour that a word, in lower case, names."""
    word = ALIASES.get(word, word)
    return word if word in COLOURS else None
