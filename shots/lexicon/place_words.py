"""Words for places, and the set that a heading, looks and action name."""

from __future__ import annotations

WORDS = """
"""


def place_words() -> dict[str, tuple[str, str]]:
    return {}
