"""The camera directive: `MCU, single, push in slow, 85mm` or the same as a mapping, one meaning.

The order of the shorthand is free, since every term belongs to one field. Speed words and an
amount belong to the move they stand beside. Read by `schema.py`, turned into words by
`prompt.py` and into geometry by `path.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, field_validator, model_validator

from shots.vocabulary.lookup import find, find_in_group, normalize, term
from shots.vocabulary.terms import (
    MAX_FAULTS,
    Fault,
    OneOf,
    ShorthandBlock,
    faults_error,
    two_values,
    unknown_term,
)
from shots.vocabulary.words import MOVEMENT

Unit = Literal["deg", "m", "x", "mm"]

_UNITS: Mapping[str, Unit] = {
    "deg": "deg",
    "degs": "deg",
    "degree": "deg",
    "degrees": "deg",
    "°": "deg",
    "m": "m",
    "metre": "m",
    "metres": "m",
    "meter": "m",
    "meters": "m",
    "x": "x",
    "×": "x",  # noqa: RUF001
    "times": "x",
    "mm": "mm",
}
_AMOUNT = re.compile(
    r"(?<![\w.])(\d{1,6}(?:\.\d{1,6})?)\s*("
    + "|".join(sorted(_UNITS, key=len, reverse=True))
    + r")(?![\w°×])",  # noqa: RUF001
    re.IGNORECASE,
)
_LENS = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*mm(?:\s+lens)?", re.IGNORECASE)
_THEN = re.compile(r"\bthen\b|->|→", re.IGNORECASE)
_ITEM = re.compile(r"(?:[,;]\s*then\b|[^,;])+", re.IGNORECASE)


_MOVE = {"anyOf": [{"enum": [entry.word for entry in MOVEMENT]}, {"type": "string"}]}
_ONE_OR_MANY = WithJsonSchema({"anyOf": [*_MOVE["anyOf"], {"type": "array", "items": _MOVE}]})
_TEXT_OR_NUMBER = WithJsonSchema({"type": ["string", "number"]})


class Amount(ShorthandBlock):
    """How far a move goes: degrees, metres, times, or the focal length a zoom ends on."""

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
            raise faults_error([Fault("SB008", finding, "write it like 30deg, 1.5m, 2x or 50mm")])
        return _amount(found)


def _amount(found: re.Match[str]) -> dict[str, object]:
    return {"value": float(found[1]), "unit": _UNITS[found[2].lower()]}


class Camera(ShorthandBlock):
    """Where the camera stands, through which lens, and how it moves."""

    size: Annotated[str, OneOf("size")] = "MS"
    """Shot size, EWS to ECU."""
    people: Annotated[str, OneOf("people")] | None = None
    """How many people the framing is for."""
    view: Annotated[str, OneOf("view")] | None = None
    """Over the shoulder, point of view, insert, establishing or reverse."""
    angle: Annotated[str, OneOf("angle")] = "eye-level"
    """Height and tilt of the camera."""
    movement: Annotated[tuple[Annotated[str, OneOf("movement")], ...], _ONE_OR_MANY] = ("static",)
    """One move, or several in order: "push in then tilt up", or a list."""
    speed: Annotated[str, OneOf("speed")] = "medium"
    """very slow, slow, subtle, medium or fast."""
    amount: Amount | None = None
    """How far the move goes: 30deg, 1.5m, 2x, 50mm."""
    lens_mm: Annotated[float, Field(ge=8, le=1200, alias="lens"), _TEXT_OR_NUMBER] = 35
    """Focal length in full-frame millimetres."""
    focus: Annotated[str, OneOf("focus")] | None = None
    """shallow, deep, tilt-shift, fisheye or macro."""
    linear: bool = False
    """True: the move starts and stops at once instead of easing."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if isinstance(data, str):
            return read_shorthand(data)
        if isinstance(data, Mapping) and data.get("movement"):
            return _spread_movement(data)
        return data

    @field_validator("lens_mm", mode="before")
    @classmethod
    def _read_lens(cls, value: object) -> object:
        found = _LENS.fullmatch(value.strip()) if isinstance(value, str) else None
        return found[1] if found else value


@dataclass(frozen=True)
class _Move:
    """One move of a sequence: as written, where, without its manner, and the manner."""

    text: str
    offset: int
    core: str
    manner: Mapping[str, object]


def read_shorthand(text: str) -> dict[str, Any]:
    """Read `MCU, single, push in slow, 85mm, shallow` into the fields of Camera.

    Raises:
        PydanticCustomError: Terms that are unknown or clash, all of them.
    """
    faults: list[Fault] = []
    said: dict[str, tuple[object, str]] = {}
    for item in _ITEM.finditer(text):
        written = item[0].strip()
        offset = item.start() + item[0].find(written)
        fields, unknown = _read_item(written) if written else ({}, [])
        faults += [replace(fault, offset=offset + fault.offset) for fault in unknown]
        for field, value in fields.items():
            first, first_text = said.setdefault(field, (value, written))
            if first != value:
                faults.append(two_values(field, first_text, written, offset=offset))
        if len(faults) > MAX_FAULTS:
            break
    if faults:
        raise faults_error(faults)
    return {field: value for field, (value, _) in said.items()}


def _read_item(text: str) -> tuple[dict[str, object], list[Fault]]:
    """What one part between commas says, and what is wrong with it."""
    if lens := _LENS.fullmatch(text):
        return {"lens": float(lens[1])}, []
    known = find_in_group("camera", text)
    if known and known[0] != "movement":
        return {known[0]: known[1].word}, []
    moves = list(_moves(text))
    fields, faults = _manner(moves)
    for move in moves:
        if len(faults) > MAX_FAULTS:
            break
        if (move.core or len(moves) > 1) and not find("movement", move.core):
            # A single part may have been meant for any field, a part of a sequence only for one.
            field = "movement" if len(moves) > 1 else None
            fault = unknown_term("camera", move.text or text, field=field, core=move.core)
            faults.append(replace(fault, offset=move.offset))
    if moves[0].core and not faults:
        fields["movement"] = tuple(term("movement", move.core).word for move in moves)
    return fields, faults


def _moves(text: str) -> Iterator[_Move]:
    """The parts of "push in slow then tilt up"."""
    start = 0
    for gap in [*_THEN.finditer(text), None]:
        part = text[start : gap.start() if gap else None].rstrip()
        part = part.rstrip(",;") if gap else part
        core, manner = _take_manner(part)
        yield _Move(part.strip(), start + len(part) - len(part.lstrip()), core, manner)
        start = gap.end() if gap else 0


def _take_manner(text: str) -> tuple[str, dict[str, object]]:
    """Take speed words, an amount and "linear" off a move, wherever they stand in it."""
    said: dict[str, object] = {}
    if found := _AMOUNT.search(text):
        said["amount"] = Amount.model_validate(_amount(found))
        text = f"{text[: found.start()]} {text[found.end() :]}"
    words = text.split()
    pairs = [(k, 2) for k in range(len(words) - 1)] + [(k, 1) for k in range(len(words))]
    for k, size in pairs:
        if speed := find("speed", " ".join(words[k : k + size])):
            said["speed"] = speed.word
            words[k : k + size] = []
            break
    rest = [word for word in words if normalize(word) != "linear"]
    if len(rest) < len(words):
        said["linear"] = True
    return " ".join(rest), said


def _manner(moves: list[_Move]) -> tuple[dict[str, object], list[Fault]]:
    """One speed, one amount and one easing for the whole sequence."""
    said: dict[str, tuple[object, str]] = {}
    faults: list[Fault] = []
    for move in moves:
        for field, value in move.manner.items():
            first, text = said.setdefault(field, (value, move.text))
            if first != value:
                faults.append(two_values(field, text, move.text, offset=move.offset))
    return {field: value for field, (value, _) in said.items()}, faults


def _spread_movement(data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn `movement: push in slow` of the mapping spelling into movement and speed."""
    written = data["movement"]
    parts = [written] if isinstance(written, str) else written
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        return dict(data)
    moves = [move for part in parts for move in _moves(part)]
    fields, faults = _manner(moves)
    speed = data.get("speed")
    known = find("speed", speed) if isinstance(speed, str) else None
    if known and fields.get("speed", known.word) != known.word:
        faults.append(two_values("speed", str(fields["speed"]), known.word))
    if faults:
        raise faults_error(replace(fault, within=("movement",)) for fault in faults)
    # A move that is not known stays as it is, and the vocabulary of the field complains.
    manner = {field: value for field, value in fields.items() if data.get(field) is None}
    return {**data, **manner, "movement": tuple(move.core or move.text for move in moves)}
