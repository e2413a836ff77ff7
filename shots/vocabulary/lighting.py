"""The lighting directive: `night, practical, hard, edge` or the same as a mapping.

A set-up is a directive with a name; a level of the board may name one and override parts of it.
Read by `schema.py`, turned into words by `prompt.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import ValidationInfo, model_validator

from shots.vocabulary.lookup import find, find_in_group, nearest
from shots.vocabulary.terms import (
    MAX_FAULTS,
    Fault,
    OneOf,
    ShorthandBlock,
    did_you_mean,
    faults_error,
    two_values,
    unknown_term,
)
from shots.vocabulary.words import GROUPS

Side = Literal["left", "right"]

_ITEM = re.compile(r"[^,;]+")
_HAND = re.compile(
    r"^(left|right)\s+|(?<![\s_-])[\s_-]+(?:from\s+)?(?:the\s+)?(left|right)$", re.IGNORECASE
)


class Lighting(ShorthandBlock):
    """What the light is, where it comes from and when it is."""

    source: Annotated[str, OneOf("source")] | None = None
    """What gives the light: sun, practical, firelight, ..."""
    quality: Annotated[str, OneOf("quality")] | None = None
    """soft or hard."""
    direction: Annotated[str, OneOf("direction")] | None = None
    """Where the key light comes from: top, side left, edge, back, ..."""
    side: Side | None = None
    """The hand of a side light, as the camera sees it."""
    contrast: Annotated[str, OneOf("contrast")] | None = None
    """high-contrast (low key) or low-contrast (high key)."""
    time: Annotated[str, OneOf("time")] | None = None
    """Time of day."""
    tone: Annotated[str, OneOf("tone")] | None = None
    """warm, cool, mixed-tones, desaturated or saturated."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object, info: ValidationInfo) -> object:
        if isinstance(data, str):
            return read_shorthand(data, setups=_known_setups(cls, info))
        if isinstance(data, Mapping) and isinstance(data.get("direction"), str):
            word, side = _take_hand(data["direction"])
            if side and data.get("side", side) != side:
                raise faults_error(
                    [replace(two_values("side", side, str(data["side"])), within=("side",))]
                )
            return {**data, "direction": word, **({"side": side} if side else {})}
        return data


class LightingSetup(Lighting):
    """Lighting with a name, to be used by many shots."""

    extends: str | None = None
    """Another set-up of the board, from which it takes what it does not say."""


class LightingChoice(Lighting):
    """The lighting of one level of a board: a named set-up, terms that override it, or both."""

    setup: str | None = None
    """Name of a lighting set-up of this board."""


def _known_setups(cls: type[Lighting], info: ValidationInfo) -> Mapping[str, object] | None:
    """The set-ups that a shorthand may name; None where it may not name any."""
    if not issubclass(cls, LightingChoice):
        return None
    return info.context["setups"] if info.context else {}


def read_shorthand(text: str, *, setups: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Read `night, practical, hard, side left` into the fields of Lighting.

    Args:
        text: Terms, and the name of at most one set-up, with commas between.
        setups: The set-ups of the board; None where a set-up may not be named.

    Raises:
        PydanticCustomError: Terms that are unknown or clash, all of them.
    """
    faults: list[Fault] = []
    said: dict[str, tuple[object, str]] = {}
    items = [item for item in _ITEM.finditer(text) if item[0].strip()]
    for item in items:
        written = item[0].strip()
        offset = item.start() + item[0].find(written)
        fields = _read_item(written, setups or {})
        if not fields:
            is_alone = setups is not None and len(items) == 1
            fault = _unknown_setup(written, setups or {}) if is_alone else None
            fault = fault or unknown_term("lighting", written)
            if setups:  # It may as well be the misspelt name of one.
                fault = replace(fault, fix="")
            faults.append(replace(fault, offset=offset))
        for field, value in fields.items():
            first, first_text = said.setdefault(field, (value, written))
            if first != value:
                faults.append(two_values(field, first_text, written, offset=offset))
        if len(faults) > MAX_FAULTS:
            break
    if faults:
        raise faults_error(faults)
    return {field: value for field, (value, _) in said.items()}


def _read_item(text: str, setups: Mapping[str, object]) -> dict[str, object]:
    if text in setups:
        return {"setup": text}
    if known := find_in_group("lighting", text):
        return {known[0]: known[1].word}
    word, side = _take_hand(text)
    return {"direction": word, "side": side} if side else {}


def _take_hand(text: str) -> tuple[str, Side | None]:
    """Split "side left" into the direction and the hand; other directions have no hand."""
    hand = _HAND.search(text.strip())
    known = find("direction", _HAND.sub("", text.strip())) if hand else None
    if hand is None or known is None or known.word != "side":
        return text, None
    return known.word, "left" if (hand[1] or hand[2]).lower() == "left" else "right"


def _unknown_setup(text: str, setups: Mapping[str, object]) -> Fault | None:
    """A lone word that is no term was meant as a set-up, unless it looks like a term."""
    remedy = did_you_mean(text, setups)
    if remedy is None and nearest(text, *GROUPS["lighting"]):
        return None
    finding = f'lighting "{text}" is neither a set-up of this board nor a term'
    return Fault(
        "SB011", finding, remedy or "define it under lighting, or see `storyboard vocab`", text
    )
