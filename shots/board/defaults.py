"""What a board leaves out: names, short words, sizes, and lighting that goes together.

Called by `resolve.py` and `levels.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from shots.schema import Character
from shots.vocabulary.lighting import Lighting


def said_by(chain: Sequence[tuple[str, Lighting]]) -> dict[str, tuple[str, Any]]:
    """What a set-up says with what it extends, by field: which of the chain says it, and what.

    Args:
        chain: Set-ups with their names, each behind what it extends.
    """
    said: dict[str, tuple[str, Any]] = {}
    for key, setup in chain:
        if "direction" in setup.model_fields_set:
            said.pop("side", None)
        fields = setup.model_fields_set - {"extends"}
        said |= {name: (key, getattr(setup, name)) for name in fields}
    return said


def together(chain: Sequence[tuple[str, Lighting]]) -> Lighting:
    """A lighting set-up with what it extends."""
    return Lighting(**{name: value for name, (_, value) in said_by(chain).items()})


def complete_character(key: str, who: Character) -> Character:
    """Fill in what a board leaves out: the name from the id, `as` from the looks."""
    name = who.name or key.replace("-", " ").replace("_", " ").upper()
    as_words = who.as_ or _as_words(who.looks)
    return who.model_copy(update={"id": key, "name": name, "as_": as_words, "extends": None})


def _as_words(looks: str) -> str:
    """Shorten looks: a thin driver of about sixty is "the thin driver" from then on."""
    head = re.split(r",|\s(?:in|with|of|wearing|who|that|on|at|from|and|about)\s", looks)[0]
    return "the " + re.sub(r"^(?:a|an|the|one)\s+", "", head.strip(), flags=re.IGNORECASE)


def size_of(width: int, height: int) -> tuple[int, int]:
    """Full HD on the shorter or longer side, in even pixels."""
    if width >= height:
        return 1920, max(16, round(1920 * height / width / 2) * 2)
    return max(16, round(1920 * width / height / 2) * 2), 1920
