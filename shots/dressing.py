"""Set dressing as an author writes it: which set a location is, its size, furniture and marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, model_validator

from shots.blocking import (
    ABSENT,
    Direction,
    LexiconWord,
    PlacedModel,
    Point,
    Position,
    PositionText,
)
from shots.lexicon.find_word import find_word
from shots.lexicon.places import Fixture, Mark, SetPlan
from shots.lexicon.things import MODELS, STAND_IN
from shots.vocabulary.terms import ShorthandModel, value_error
from shots.vocabulary.values import from_text

_SIZE = re.compile(
    r"(\d{1,4}(?:\.\d+)?)\s*m?\s*(?:x|×|by)\s*(\d{1,4}(?:\.\d+)?)\s*m?",  # noqa: RUF001
    re.IGNORECASE,
)


def read_extent(value: str) -> Point:
    """Parse the size of a set: `4 x 5 m`, width and depth."""
    found = _SIZE.fullmatch(value.strip())
    if not found:
        raise value_error(f'"{value}" is not the size of a set', "write it like 4 x 5 m")
    width, depth = float(found[1]), float(found[2])
    if not (1.0 <= width <= 500.0 and 1.0 <= depth <= 500.0):
        finding = f"the set is {width:g} x {depth:g} m, each side must be 1 to 500 m"
        raise value_error(finding, "write it like 4 x 5 m")
    return width, depth


class Furnishing(ShorthandModel):
    """A piece of furniture of a set, moved, recoloured or added; none takes it away."""

    model: Annotated[str, LexiconWord("thing")] | None = None
    """Model; left out: that of the fixture, else the name."""
    at: PositionText | None = None
    """[x, z] on the floor plan in metres, or a mark or fixture of the set."""
    on: str | None = None
    """Piece of furniture that it stands on."""
    facing: Direction | None = None
    """front, left, back or right of the floor plan, or degrees: 0 to the front, 90 to the right."""
    colour: Annotated[str, LexiconWord("colour")] | None = None
    """Colour."""
    is_absent: Annotated[bool, Field(alias="absent")] = False
    """True: not in the set."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if not isinstance(data, str):
            return data
        if data.strip().casefold() != ABSENT:
            remedy = "write none, or {at: [1.5, 0], facing: right, colour: white}"
            raise value_error(f'"{data}" is not a piece of furniture', remedy)
        return {"absent": True}


class SetMark(PlacedModel):
    """A place with a name: [x, z] in metres, or {at: [x, z], facing: left}."""

    at: PositionText
    """[x, z] on the floor plan in metres, or a mark or fixture of the set."""
    facing: Direction = 0.0
    """front, left, back or right of the floor plan, or degrees: 0 to the front, 90 to the right."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        return {"at": data} if isinstance(data, str | list) else data


class SetDressing(ShorthandModel):
    """The set of a location, and what differs from it. A text alone names the set."""

    use: Annotated[str, LexiconWord("set")] | None = None
    """Set to build: kitchen, bar, street, ...; left out: read from heading and looks."""
    size: Annotated[Point, from_text(read_extent), WithJsonSchema({"type": "string"})] | None = None
    """Width and depth, 4 x 5 m; left out: those of the set."""
    furniture: Mapping[str, Furnishing] = {}
    """Furniture to move, recolour, add or take away, by name."""
    marks: Mapping[str, SetMark] = {}
    """Places with a name of your own."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        return {"use": data} if isinstance(data, str) else data


def dressed(plan: SetPlan, dressing: SetDressing) -> SetPlan:
    """A set as the author dresses it: its size, then its furniture, then its marks.

    Another size moves everything in proportion and leaves the size of things as it is. Seats move
    and turn with the furniture that they are on.
    """
    plan = _resized(plan, dressing.size) if dressing.size else plan
    for name, piece in dressing.furniture.items():
        plan = _furnished(plan, name, piece)
    own = {
        name: Mark(name, place_of(plan, mark.at) or plan.centre, mark.facing)
        for name, mark in dressing.marks.items()
    }
    marks = (*own.values(), *(mark for mark in plan.marks if mark.name not in own))
    return replace(plan, marks=marks)


def place_names(plan: SetPlan) -> tuple[str, ...]:
    """Names of the marks, entrances and fixtures of a set."""
    marks = [each.name for each in (*plan.marks, *plan.entrances)]
    return tuple(dict.fromkeys([*marks, *(each.name for each in plan.fixtures)]))


def place_of(plan: SetPlan, spot: Position | None) -> Point | None:
    """The point of a mark, an entrance or a fixture by name, or the point itself."""
    if spot is None or spot.point is not None:
        return spot.point if spot else None
    places: dict[str, Point] = {each.name: each.at for each in plan.fixtures}
    places |= {each.name: each.at for each in (*plan.entrances, *plan.marks)}
    return places.get(spot.near)


def _resized(plan: SetPlan, size: Point) -> SetPlan:
    left, front, right, back = plan.bounds
    middle = (left + right) / 2, (front + back) / 2
    scale = size[0] / (right - left), size[1] / (back - front)

    def move(at: Point) -> Point:
        x, z = (middle[k] + scale[k] * (at[k] - middle[k]) for k in (0, 1))
        return x, z

    return replace(
        plan,
        bounds=(*move((left, front)), *move((right, back))),
        centre=move(plan.centre),
        fixtures=tuple(replace(each, at=move(each.at)) for each in plan.fixtures),
        marks=tuple(replace(each, at=move(each.at)) for each in plan.marks),
        entrances=tuple(replace(each, at=move(each.at)) for each in plan.entrances),
        lanes=tuple(tuple(map(move, lane)) for lane in plan.lanes),
    )


def _furnished(plan: SetPlan, name: str, piece: Furnishing) -> SetPlan:
    old = plan.fixture(name)
    kept = tuple(each for each in plan.fixtures if each.name != name)
    own = [mark for mark in plan.marks if name in (mark.seat, mark.name)]
    others = tuple(mark for mark in plan.marks if mark not in own)
    if piece.is_absent:
        return replace(plan, fixtures=kept, marks=others)
    under = next((each for each in kept if each.name == piece.on), None)
    values: dict[str, Any] = {
        "model": piece.model,
        "at": place_of(plan, piece.at) or (under and under.at),
        "facing_deg": piece.facing,
        "colour": piece.colour,
        "base_m": under and under.base_m + MODELS[under.model].top_m,
    }
    values = {key: value for key, value in values.items() if value is not None}
    start = old or Fixture(name, find_word("thing", name) or STAND_IN, plan.centre)
    new = replace(start, **values)
    if old:
        own = [_carried(mark, old, new) for mark in own]
    else:
        seats = enumerate(MODELS[new.model].seats if new.model in MODELS else ())
        own = [
            Mark(f"{name}-seat-{k + 1}" if k else name, new.point(seat.x, seat.z),
                 new.facing_deg + seat.facing_deg, name, k)
            for k, seat in seats
        ]  # fmt: skip
    return replace(plan, fixtures=(*kept, new), marks=(*others, *own))


def _carried(mark: Mark, old: Fixture, new: Fixture) -> Mark:
    """A mark on or before a piece of furniture that was moved or turned."""
    turn = new.facing_deg - old.facing_deg
    turned = replace(new, facing_deg=turn)
    at = turned.point(mark.at[0] - old.at[0], mark.at[1] - old.at[1])
    return replace(mark, at=at, facing_deg=mark.facing_deg + turn)
