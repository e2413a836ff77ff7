"""The camera directive, as a shorthand `MCU, single, push in slow, 85mm` or as a mapping.

The terms of the shorthand may stand in any order, since every term belongs to one field. Speed,
amount and easing are modifiers of the move they stand beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, field_validator, model_validator

from shots.vocabulary.terms import (
    MAX_FAULTS,
    Fault,
    OneOf,
    ShorthandModel,
    faults_error,
    merge_items,
    read_items,
    two_values,
    unknown_term,
    value_error,
)
from shots.vocabulary.values import Lower
from shots.vocabulary.words import MOVEMENT, find, find_in_group, normalize, term

Unit = Literal["deg", "m", "x", "mm"]

MAX_VIEW_WORDS = 4  # of a view in front of a name: "over the shoulder of ilya"
_UNITS: Mapping[str, Unit] = {
    "deg": "deg", "degs": "deg", "degree": "deg", "degrees": "deg", "°": "deg",
    "m": "m", "metre": "m", "metres": "m", "meter": "m", "meters": "m",
    "x": "x", "×": "x", "times": "x", "mm": "mm",  # noqa: RUF001
}  # fmt: skip
_AMOUNT = re.compile(
    r"(?<![\w.])(\d{1,6}(?:\.\d{1,6})?)\s*("
    + "|".join(sorted(_UNITS, key=len, reverse=True))
    + r")(?![\w°×])",  # noqa: RUF001
    re.IGNORECASE,
)
_LENS = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*mm(?:\s+lens)?", re.IGNORECASE)
_OVER = re.compile(r"over\s+(?:the\s+)?(.+?)(?:['’]s?(?:\s+shoulder)?)?", re.IGNORECASE)  # noqa: RUF001
# "side left" is a light.
_SIDE = re.compile(r"from\s+(?:the\s+)?(left|right)", re.IGNORECASE)
_CROSSES = re.compile(r"cross(?:es|ing)?[\s-]+(?:the\s+)?line", re.IGNORECASE)
_THEN = re.compile(r"\bthen\b|->|→", re.IGNORECASE)
# A comma before "then" does not end an item: "push in, then tilt up" is one sequence of moves.
_ITEM = re.compile(r"(?:[,;]\s*then\b|[^,;])+", re.IGNORECASE)

_MOVE = {"anyOf": [{"enum": [entry.word for entry in MOVEMENT]}, {"type": "string"}]}
_ONE_OR_MANY = WithJsonSchema({"anyOf": [*_MOVE["anyOf"], {"type": "array", "items": _MOVE}]})
_TEXT_OR_NUMBER = WithJsonSchema({"type": ["string", "number"]})


class Amount(ShorthandModel):
    """Extent of a move: degrees, metres, a factor (x), or the final focal length of a zoom (mm)."""

    value: Annotated[float, Field(gt=0)]
    unit: Unit

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if not isinstance(data, str):
            return data
        found = _AMOUNT.fullmatch(data.strip())
        if not found:
            finding = f'amount "{data}" is not a number with a unit'
            raise value_error(finding, "write it like 30deg, 1.5m, 2x or 50mm")
        return {"value": float(found[1]), "unit": _UNITS[found[2].lower()]}


class Camera(ShorthandModel):
    """Framing, lens and movement of the camera."""

    size: Annotated[str, OneOf("size")] = "MS"
    """Shot size, EWS to ECU."""
    people: Annotated[str, OneOf("people")] | None = None
    """Number of people the framing is composed for."""
    view: Annotated[str, OneOf("view")] | None = None
    """Over the shoulder, point of view, insert, establishing or reverse."""
    over: str | None = None
    """Character over whose shoulder, or through whose eyes, the camera looks."""
    side: Annotated[Literal["left", "right"] | None, Lower] = None
    """Hand of the first subject that the camera stands on: left or right. Of two who face each
    other it is the side of the line of action."""
    cross_line: bool = False
    """True: the camera goes to the other side of the line of action."""
    angle: Annotated[str, OneOf("angle")] = "eye-level"
    """Height and tilt of the camera."""
    movement: Annotated[tuple[Annotated[str, OneOf("movement")], ...], _ONE_OR_MANY] = ("static",)
    """One move, or several in order: "push in then tilt up", or a list."""
    speed: Annotated[str, OneOf("speed")] = "medium"
    """Speed of the move: very slow, slow, subtle, medium or fast."""
    amount: Amount | None = None
    """Extent of the move: 30deg, 1.5m, 2x, 50mm."""
    lens_mm: Annotated[float, Field(ge=8, le=1200, alias="lens"), _TEXT_OR_NUMBER] = 35
    """Focal length in millimetres on the sensor of the format, 8 to 1200."""
    focus: Annotated[str, OneOf("focus")] | None = None
    """shallow, deep, tilt-shift, fisheye or macro."""
    linear: bool = False
    """True: constant speed, without easing at the start and the end."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if isinstance(data, str):
            return read_shorthand(data)
        if isinstance(data, Mapping) and data.get("movement"):
            return _read_movement(data)
        return data

    @field_validator("lens_mm", mode="before")
    @classmethod
    def _read_lens(cls, value: object) -> object:
        found = _LENS.fullmatch(value.strip()) if isinstance(value, str) else None
        return found[1] if found else value


def read_shorthand(text: str) -> dict[str, Any]:
    """Parse `MCU, single, push in slow, 85mm, shallow` into the fields of Camera.

    Raises:
        PydanticCustomError: Terms are unknown or conflict; carries every fault.
    """
    return read_items(_ITEM.finditer(text), _read_item)


def _read_item(text: str) -> tuple[dict[str, object], list[Fault]]:
    """Parse one item of the shorthand into fields and faults."""
    if lens := _LENS.fullmatch(text):
        return {"lens": float(lens[1])}, []
    found = find_in_group("camera", text)
    if found and found[0] != "movement":
        return {found[0]: found[1].word}, []
    if place := _read_place(text):
        return place, []
    moves = list(_moves(text))
    fields, faults = _merge_modifiers(moves)
    for move in moves:
        if len(faults) > MAX_FAULTS:
            break
        if (move.name or len(moves) > 1) and not find("movement", move.name):
            # A single item may be a misspelling in any field, a part of a sequence only of a move.
            field = "movement" if len(moves) > 1 else None
            fault = unknown_term("camera", move.text or text, field=field, core=move.name)
            faults.append(replace(fault, offset=move.offset))
    if moves[0].name and not faults:
        fields["movement"] = tuple(term("movement", move.name).word for move in moves)
    return fields, faults


def _read_place(text: str) -> dict[str, object]:
    """Parse `OTS ilya`, `over ilya's shoulder`, `from the left` or `crosses the line`."""
    if _CROSSES.fullmatch(text):
        return {"cross-line": True}
    if found := _SIDE.fullmatch(text):
        return {"side": found[1].lower()}
    words = text.split()
    for count in range(min(len(words) - 1, MAX_VIEW_WORDS), 0, -1):
        view = find("view", " ".join(words[:count]))
        if view and view.word in ("OTS", "POV"):
            name = " ".join(words[count:]).removeprefix("of ").removeprefix("over ")
            return {"view": view.word, "over": name}
    found = _OVER.fullmatch(text)
    return {"over": found[1]} if found else {}


def _read_movement(data: Mapping[str, Any]) -> dict[str, Any]:
    """Split `movement: push in slow` of the mapping spelling into movement and modifiers."""
    written = data["movement"]
    parts = [written] if isinstance(written, str) else written
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        return dict(data)
    moves = [move for part in parts for move in _moves(part)]
    fields, faults = _merge_modifiers(moves)
    speed = data.get("speed")
    found = find("speed", speed) if isinstance(speed, str) else None
    if found and fields.get("speed", found.word) != found.word:
        faults.append(two_values("speed", str(fields["speed"]), found.word))
    if faults:
        raise faults_error(replace(fault, within=("movement",)) for fault in faults)
    modifiers = {field: value for field, value in fields.items() if data.get(field) is None}
    # An unknown move is passed on as written: the vocabulary check of the field reports it.
    return {**data, **modifiers, "movement": tuple(move.name or move.text for move in moves)}


@dataclass(frozen=True)
class _Move:
    """One move of a sequence; its name is the text without the modifiers."""

    text: str
    offset: int
    name: str
    modifiers: Mapping[str, object]


def _moves(text: str) -> Iterator[_Move]:
    """Split "push in slow then tilt up" into moves."""
    start = 0
    for gap in [*_THEN.finditer(text), None]:
        part = text[start : gap.start() if gap else None].rstrip()
        part = part.rstrip(",;") if gap else part
        name, modifiers = _split_modifiers(part)
        yield _Move(part.strip(), start + len(part) - len(part.lstrip()), name, modifiers)
        start = gap.end() if gap else 0


def _split_modifiers(text: str) -> tuple[str, dict[str, object]]:
    """Split a move into its name and its modifiers, in any order."""
    modifiers: dict[str, object] = {}
    if found := _AMOUNT.search(text):
        modifiers["amount"] = Amount.model_validate(found[0])
        text = f"{text[: found.start()]} {text[found.end() :]}"
    words = text.split()
    # Two words first, or "very slow" would be read as "slow" after an unknown "very".
    pairs = [(k, 2) for k in range(len(words) - 1)] + [(k, 1) for k in range(len(words))]
    for k, size in pairs:
        if speed := find("speed", " ".join(words[k : k + size])):
            modifiers["speed"] = speed.word
            words[k : k + size] = []
            break
    name = [word for word in words if normalize(word) != "linear"]
    if len(name) < len(words):
        modifiers["linear"] = True
    return " ".join(name), modifiers


def _merge_modifiers(moves: Sequence[_Move]) -> tuple[dict[str, object], list[Fault]]:
    """Merge to one speed, one amount and one easing for the entire sequence of moves."""
    return merge_items((move.text, move.offset, move.modifiers, ()) for move in moves)
