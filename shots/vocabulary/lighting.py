"""The lighting directive, as a shorthand `night, practical, hard, edge` or as a mapping.

A set-up is a named directive; a level of the board may name a set-up and override parts of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import ValidationInfo, model_validator

from shots.vocabulary.terms import (
    Fault,
    OneOf,
    ShorthandModel,
    did_you_mean,
    faults_error,
    read_items,
    two_values,
    unknown_term,
)
from shots.vocabulary.words import GROUPS, find, find_in_group, nearest

Side = Literal["left", "right"]

_ITEM = re.compile(r"[^,;]+")
_SIDE = re.compile(
    r"^(left|right)\s+|(?<![\s_-])[\s_-]+(?:from\s+)?(?:the\s+)?(left|right)$", re.IGNORECASE
)


class Lighting(ShorthandModel):
    """Light source, quality, direction, contrast, time of day and tone."""

    source: Annotated[str, OneOf("source")] | None = None
    """Light source: sun, practical, firelight, ..."""
    quality: Annotated[str, OneOf("quality")] | None = None
    """soft or hard."""
    direction: Annotated[str, OneOf("direction")] | None = None
    """Direction of the key light: top, side left, edge, back, ..."""
    side: Side | None = None
    """Side of a side light as seen by the camera: left or right."""
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
            setups = None
            if issubclass(cls, LightingChoice):
                setups = info.context["setups"] if info.context else {}
            return read_shorthand(data, setups=setups)
        if isinstance(data, Mapping) and isinstance(data.get("direction"), str):
            word, side = _split_side(data["direction"])
            if side and data.get("side", side) != side:
                fault = two_values("side", side, str(data["side"]))
                raise faults_error([replace(fault, within=("side",))])
            return {**data, "direction": word, **({"side": side} if side else {})}
        return data


class LightingSetup(Lighting):
    """Named lighting, shared by several shots."""

    extends: str | None = None
    """Another lighting set-up of this board, which supplies the fields left out here."""


class LightingChoice(Lighting):
    """Lighting of one level of a board: a named set-up, terms that override it, or both."""

    setup: str | None = None
    """Name of a lighting set-up of this board."""


def read_shorthand(text: str, *, setups: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Parse `night, practical, hard, side left` into the fields of LightingChoice.

    `setups` are the lighting set-ups that the text may name; None where none is allowed.

    Raises:
        PydanticCustomError: Terms are unknown or conflict; carries every fault.
    """
    items = [item for item in _ITEM.finditer(text) if item[0].strip()]

    def read(item: str) -> tuple[dict[str, object], list[Fault]]:
        fields = _read_item(item, setups or {})
        return fields, [] if fields else [_unknown(item, setups, is_alone=len(items) == 1)]

    return read_items(items, read)


def _read_item(text: str, setups: Mapping[str, object]) -> dict[str, object]:
    """Parse one item of the shorthand; empty where it is unknown."""
    if text in setups:
        return {"setup": text}
    if found := find_in_group("lighting", text):
        return {found[0]: found[1].word}
    word, side = _split_side(text)
    return {"direction": word, "side": side} if side else {}


def _split_side(text: str) -> tuple[str, Side | None]:
    """Split "side left" into direction and side; only the direction "side" has one."""
    found = _SIDE.search(text.strip())
    direction = find("direction", _SIDE.sub("", text.strip())) if found else None
    if found is None or direction is None or direction.word != "side":
        return text, None
    return direction.word, "left" if (found[1] or found[2]).lower() == "left" else "right"


def _unknown(text: str, setups: Mapping[str, object] | None, *, is_alone: bool) -> Fault:
    """Build the fault for an item that is neither a term nor a set-up."""
    if is_alone and setups is not None:
        # A single word is meant as a set-up, unless it resembles a term.
        remedy = did_you_mean(text, setups)
        if remedy or not nearest(text, *GROUPS["lighting"]):
            finding = f'lighting "{text}" is neither a set-up of this board nor a term'
            remedy = remedy or "define it under lighting, or see `storyboard vocab`"
            return Fault("SB011", finding, remedy, text)
    fault = unknown_term("lighting", text)
    # Where the board has set-ups, the text may also be the misspelt name of one.
    return replace(fault, fix="") if setups else fault
