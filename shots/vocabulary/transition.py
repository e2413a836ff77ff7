"""How a shot begins and ends in the cut: `dissolve 8f`, `fade from black 12f`, `match cut`.

Transitions are for the edit only; the model never hears of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from shots.vocabulary.terms import Block, Fault, ShorthandBlock, did_you_mean, faults_error
from shots.vocabulary.values import Time, TimeText, read_time

Kind = Literal["cut", "dissolve", "fade", "dip", "wipe", "match-cut", "smash-cut", "j-cut", "l-cut"]
KINDS: tuple[Kind, ...] = (
    "cut", "dissolve", "fade", "dip", "wipe", "match-cut", "smash-cut", "j-cut", "l-cut"
)  # fmt: skip
LASTING = frozenset({"dissolve", "fade", "dip", "wipe", "j-cut", "l-cut"})
COLOURS = ("black", "white")
DIRECTIONS = ("left", "right", "up", "down")

_WORDS = re.compile(
    r"(?P<kind>match[\s-]?cut|smash[\s-]?cut|[jl][\s-]?cut|[a-z]+)"
    r"(?:\s+(?P<way>from|to))?(?:\s+(?P<colour>black|white))?"
    r"(?:\s+(?P<direction>left|right|up|down))?(?:\s+(?P<length>\d\S{0,20}(?:\s*[a-z]+)?))?",
    re.IGNORECASE,
)
_EXAMPLES = "write it like cut, dissolve 8f, fade from black 12f or wipe left 8f"


class Transition(Block):
    """A join between two shots, its length counted in frames of the cut."""

    kind: Kind = "cut"
    frames: int = 0
    colour: str | None = None
    direction: str | None = None


class WrittenTransition(ShorthandBlock):
    """A transition as the board spells it: a shorthand, or a mapping of the same parts."""

    kind: Kind
    frames: TimeText | None = None
    colour: Literal["black", "white"] | None = None
    direction: Literal["left", "right", "up", "down"] | None = None
    way: Annotated[Literal["from", "to"] | None, Field(exclude=True)] = None
    """"from" begins a shot and "to" ends one; says where a bare shorthand belongs."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        return read_transition(data) if isinstance(data, str) else data

    def at(self, fps: Fraction) -> Transition:
        """Count it in frames; one that lasts and does not say how long takes half a second."""
        length = self.frames or Time(Fraction(1, 2) if self.kind in LASTING else Fraction(0))
        colour = self.colour or ("black" if self.kind in ("fade", "dip") else None)
        return Transition(
            kind=self.kind,
            frames=round(length.at(fps) * fps),
            colour=colour,
            direction=self.direction or ("left" if self.kind == "wipe" else None),
        )


def read_transition(text: str) -> dict[str, Any]:
    """Read a transition shorthand into the fields of WrittenTransition.

    Raises:
        PydanticCustomError: It is no transition, or has a part its kind cannot have.
    """
    found = _WORDS.fullmatch(text.strip())
    kind = re.sub(r"[\s-]?cut$", "-cut", found["kind"].lower()) if found else ""
    kind = "cut" if kind == "-cut" else kind
    if not found or kind not in KINDS:
        remedy = did_you_mean(text, KINDS) or _EXAMPLES
        raise faults_error([Fault("SB101", f'transition "{text}" is not known', remedy)])
    parts = {key: part.lower() for key, part in found.groupdict().items() if part}
    fault = _misfit(kind, parts)
    if fault:
        raise faults_error([replace(fault, text=text)])
    length = parts.pop("length", None)
    return {**parts, "kind": kind, **({"frames": read_time(length)} if length else {})}


def _misfit(kind: str, parts: Mapping[str, str]) -> Fault | None:
    """A part that this kind of transition does not have."""
    allowed = {"fade": {"way", "colour"}, "dip": {"way", "colour"}, "wipe": {"direction"}}
    extra = [key for key in ("way", "colour", "direction") if key in parts]
    extra = [key for key in extra if key not in allowed.get(kind, set())]
    if extra:
        return Fault("SB008", f'a {kind} has no "{parts[extra[0]]}"', _EXAMPLES)
    if "length" in parts and kind not in LASTING:
        return Fault("SB008", f"a {kind} has no length", "leave the length out, or use dissolve")
    return None


class TransitionSides(ShorthandBlock):
    """How one shot begins and ends. A bare shorthand is the beginning, unless it says "to"."""

    in_: Annotated[WrittenTransition | None, Field(alias="in")] = None
    """How the shot begins."""
    out: WrittenTransition | None = None
    """How the shot ends."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if not isinstance(data, str):
            return data
        parts = read_transition(data)
        return {"out" if parts.get("way") == "to" and parts["kind"] == "fade" else "in": parts}

    @model_validator(mode="after")
    def _check_ways(self) -> TransitionSides:
        for key, side, wrong, remedy in (
            ("in", self.in_, "to", 'write it under out, or as "fade from"'),
            ("out", self.out, "from", 'write it under in, or as "fade to"'),
        ):
            if side and side.kind == "fade" and side.way == wrong:
                verb = "ends" if wrong == "to" else "begins"
                finding = f'"fade {wrong}" {verb} a shot'
                raise faults_error([Fault("SB008", finding, remedy, within=(key,))])
        return self
