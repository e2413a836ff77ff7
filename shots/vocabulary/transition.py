"""Transitions of the cut: `dissolve 8f`, `fade from black 12f`. They do not affect prompts."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from shots.vocabulary.terms import (
    Fault,
    ShorthandModel,
    StrictModel,
    did_you_mean,
    faults_error,
    value_error,
)
from shots.vocabulary.values import Time, TimeText, read_time

Kind = Literal["cut", "dissolve", "fade", "dip", "wipe", "match-cut", "smash-cut", "j-cut", "l-cut"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Transitions with a duration.
LASTING = frozenset({"dissolve", "fade", "dip", "wipe", "j-cut", "l-cut"})

_PARTS = {"fade": ("way", "colour"), "dip": ("way", "colour"), "wipe": ("direction",)}
_WORDS = re.compile(
    r"(?P<kind>match[\s-]?cut|smash[\s-]?cut|[jl][\s-]?cut|[a-z]+)"
    r"(?:\s+(?P<way>from|to))?(?:\s+(?P<colour>black|white))?"
    r"(?:\s+(?P<direction>left|right|up|down))?(?:\s+(?P<length>\d\S{0,20}(?:\s*[a-z]+)?))?",
    re.IGNORECASE,
)
_EXAMPLES = "write it like cut, dissolve 8f, fade from black 12f or wipe left 8f"


class Transition(StrictModel):
    """A transition between two shots, with its length in frames of the cut."""

    kind: Kind = "cut"
    frames: int = 0
    colour: str | None = None
    direction: str | None = None


class WrittenTransition(ShorthandModel):
    """A transition as written on the board: a shorthand, or a mapping of the same parts."""

    kind: Kind
    frames: TimeText | None = None
    colour: Literal["black", "white"] | None = None
    direction: Literal["left", "right", "up", "down"] | None = None
    way: Annotated[Literal["from", "to"] | None, Field(exclude=True)] = None
    """"from" for the beginning of a shot, "to" for its end."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        return read_transition(data) if isinstance(data, str) else data

    def at(self, fps: Fraction) -> Transition:
        """Convert to frames; the default length of a lasting transition is half a second."""
        length = self.frames or Time(Fraction(1, 2) if self.kind in LASTING else Fraction(0))
        colour = self.colour or ("black" if self.kind in ("fade", "dip") else None)
        return Transition(
            kind=self.kind,
            frames=round(length.at(fps) * fps),
            colour=colour,
            direction=self.direction or ("left" if self.kind == "wipe" else None),
        )


def read_transition(text: str) -> dict[str, Any]:
    """Parse a transition shorthand into the fields of WrittenTransition.

    Raises:
        PydanticCustomError: It is not a transition, or has a part that its kind does not allow.
    """
    found = _WORDS.fullmatch(text.strip())
    kind = re.sub(r"[\s-]?cut$", "-cut", found["kind"].lower()) if found else ""
    kind = "cut" if kind == "-cut" else kind
    if not found or kind not in KINDS:
        remedy = did_you_mean(text, KINDS) or _EXAMPLES
        raise value_error(f'transition "{text}" is not known', remedy, "SB101")
    parts = {key: part.lower() for key, part in found.groupdict().items() if part}
    for key in ("way", "colour", "direction"):
        if key in parts and key not in _PARTS.get(kind, ()):
            raise value_error(f'a {kind} has no "{parts[key]}"', _EXAMPLES, text=text)
    length = parts.pop("length", None)
    if length and kind not in LASTING:
        remedy = "leave the length out, or use dissolve"
        raise value_error(f"a {kind} has no length", remedy, text=text)
    return {**parts, "kind": kind, **({"frames": read_time(length)} if length else {})}


class TransitionSides(ShorthandModel):
    """Transitions at the beginning and the end of a shot.

    A bare shorthand is the beginning; "fade to" is the end.
    """

    in_: Annotated[WrittenTransition | None, Field(alias="in")] = None
    """Transition at the beginning of the shot."""
    out: WrittenTransition | None = None
    """Transition at the end of the shot."""

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
                fault = Fault("SB008", f'"fade {wrong}" {verb} a shot', remedy, within=(key,))
                raise faults_error([fault])
        return self
