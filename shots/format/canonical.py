"""One spelling for each value: `push-in slow, close up` becomes `CU, push-in slow`.

Words, order and units of directives as the vocabulary has them. What is no valid directive stays
as it is. Called by `formatting.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from typing import TypeVar

from pydantic_core import PydanticCustomError

from shots.vocabulary import camera, lighting
from shots.vocabulary.values import Time, decimal, read_time
from shots.vocabulary.words import find

Value = TypeVar("Value")

_CAMERA_FIRST = ("size", "people", "view", "angle")
_LIGHTING = ("setup", "time", "source", "quality", "direction", "contrast", "tone")


def canonical_camera(text: str) -> str:
    """A camera shorthand: size, people, view, angle, moves with their manner, lens, focus."""

    def write(said: Mapping[str, object]) -> str:
        moves = " then ".join(map(str, _moves(said)))
        amount = said.get("amount")
        manner = [said.get("speed")]
        if isinstance(amount, camera.Amount):
            manner.append(f"{amount.value:g}{amount.unit}")
        manner.append("linear" if said.get("linear") else None)
        items = [said.get(name) for name in _CAMERA_FIRST]
        items.append(" ".join(str(part) for part in (moves, *manner) if part))
        items.append(f"{said['lens']:g}mm" if "lens" in said else None)
        return ", ".join(str(item) for item in [*items, said.get("focus")] if item)

    return _rewritten(text, camera.read_shorthand, write)


def _moves(said: Mapping[str, object]) -> tuple[object, ...]:
    moves = said.get("movement", ())
    return moves if isinstance(moves, tuple) else ()


def canonical_lighting(text: str, setups: Collection[str] | None) -> str:
    """A lighting shorthand: set-up, time, source, quality, direction, contrast, tone.

    Args:
        text: As written.
        setups: Names of lighting set-ups that it may hold; None where it may hold none.
    """
    names = None if setups is None else dict.fromkeys(setups)

    def read(written: str) -> dict[str, object]:
        return lighting.read_shorthand(written, setups=names)

    def write(said: Mapping[str, object]) -> str:
        items = [said.get(name) for name in _LIGHTING]
        if said.get("side"):
            items[_LIGHTING.index("direction")] = f"side {said['side']}"
        return ", ".join(str(item) for item in items if item)

    return _rewritten(text, read, write)


def canonical_term(field: str, text: str) -> str:
    """A word of one field of the vocabulary."""
    found = find(field, text)
    return found.word if found else text


def canonical_time(text: str) -> str:
    """A length of time in seconds or frames; one on the clock, 1:30, stays."""

    def write(length: Time) -> str:
        if length.frames:
            return f"{length.frames}f"
        seconds = decimal(length.seconds)
        return f"{seconds}s" if Fraction(seconds) == length.seconds else text

    return text if ":" in text else _rewritten(text, read_time, write)


def _rewritten(text: str, read: Callable[[str], Value], write: Callable[[Value], str]) -> str:
    """What a text is read as, written; the text itself where that would be read as another."""
    try:
        said = read(text)
        new = write(said)
        return new if new and read(new) == said else text
    except PydanticCustomError:
        return text
