"""Pydantic's errors → problems of the board, in its own words and with a place.

Also the pruning that lets one pass report everything: what is wrong is taken out of the data, so
that what is left can still be checked for names and clashes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shots.board.raw_board import Board
from shots.problem import Problem
from shots.source.board_source import Loc, Source
from shots.vocabulary.terms import FAULTS, Fault, did_you_mean, only_match

_EXPECTED = (
    ("int_", "a whole number"),
    ("float_", "a number"),
    ("bool_", "true or false"),
    ("string_type", "text"),
    ("list_", "a list"),
    ("tuple_", "a list"),
    ("mapping_", "a block of keys"),
    ("dict_", "a block of keys"),
    ("model_", "a block of keys"),
    ("dataclass_", "a length of time like 4s"),
    ("is_instance", "a length of time like 4s"),
    ("fraction", "a number"),
)
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("above", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("below", "lt"),
}
# What takes the place of a value that a board cannot do without.
_STAND_INS: Mapping[str, Callable[[str], object]] = {
    "id": lambda name: name,
    "number": lambda name: name,
    "looks": lambda name: name,
    "line": lambda name: name,
    "shots": lambda name: [{"id": name}],
    "an item of shots": lambda name: {"id": name},
    "an item of scenes": lambda name: {"number": name, "shots": [{"id": name}]},
}
MAX_SUGGESTIONS = 100
"""Problems of one board for which the nearest word is looked for: that takes longest."""

_MAPS = ("characters", "locations", "lighting", "setups")


def problems_of(error: ValidationError, source: Source) -> list[Problem]:
    """Every problem in one refusal of Pydantic's."""
    found: list[Problem] = []
    for detail in error.errors():
        found += _problems(detail, source, suggests=len(found) < MAX_SUGGESTIONS)
    return found


def _problems(detail: ErrorDetails, source: Source, *, suggests: bool) -> list[Problem]:
    loc = detail["loc"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    if detail["type"] == FAULTS:
        faults: tuple[Fault, ...] = context["faults"]
        return [
            source.problem(
                fault.code,
                fault.finding,
                fault.remedy,
                source.place((*loc, *fault.within)),
                text=fault.text,
                offset=fault.offset,
                fix=fault.fix,
            )
            for fault in faults
        ]
    code, finding, remedy, *fixes = _explain(detail, loc, context, suggests=suggests)
    place = source.place(loc, of="key" if code == "SB004" else "value")
    if code == "SB004" and detail["input"] is None and not source.has_colon_after(place):
        remedy, fixes = "inside { } a comma ends a value: put the whole value in quotes", []
    return [source.problem(code, finding, remedy, place, fix="".join(fixes))]


def _explain(
    detail: ErrorDetails, loc: Loc, context: Mapping[str, Any], *, suggests: bool
) -> tuple[str, ...]:
    """Code, finding, remedy, and where it is sure what was meant, that."""
    kind, value = detail["type"], detail["input"]
    name = _name(loc)
    if kind == "extra_forbidden":
        known = _keys_at(loc[:-1])
        near = did_you_mean(str(loc[-1]), known) if suggests else None
        remedy = near or f"use one of {', '.join(known)}"
        fix = only_match(str(loc[-1]), known) if suggests else ""
        return "SB004", f'no key "{loc[-1]}" in {_name(loc[:-1])}', remedy, fix
    if kind == "missing":
        finding = f'{_name(loc[:-1])} has no "{loc[-1]}"'
        return "SB007", finding, f"write {loc[-1]}: with a value"
    if kind == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        near = did_you_mean(str(value), choices.split(", ")) if suggests else None
        remedy = near or f"use one of {choices}"
        fix = only_match(str(value), choices.split(", ")) if suggests else ""
        return "SB008", f"{name} is {_shown(value)}, must be one of {choices}", remedy, fix
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        bound = f"{words} {context[key]:g}"
        return "SB008", f"{name} is {_shown(value)}, must be {bound}", f"use {bound}"
    if kind == "string_too_short":
        return "SB008", f"{name} is empty", "fill it in"
    expected = next((words for sign, words in _EXPECTED if kind.startswith(sign)), "")
    if expected:
        return "SB005", f"{name} is {_shown(value)}, must be {expected}", f"write {expected}"
    return "SB008", f"{name}: {detail['msg']}", "see `storyboard schema`"


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a block"
    text = str(value)
    return f'"{text[:40]}{"..." if len(text) > 40 else ""}"'


def _name(loc: Loc) -> str:
    """What people call the thing at a place: shot, character "mara", takes."""
    if not loc:
        return "the board"
    if len(loc) == 2 and loc[0] in _MAPS:
        return f'{"lighting" if loc[0] == "lighting" else str(loc[0])[:-1]} "{loc[1]}"'
    if isinstance(loc[-1], int):
        holder = next((part for part in reversed(loc) if isinstance(part, str)), "board")
        return holder[:-1] if holder in ("scenes", "shots") else f"an item of {holder}"
    return loc[-1]


def _keys_at(loc: Loc) -> list[str]:
    """The keys that the block at a place may have."""
    return _keys_of(tuple(0 if isinstance(part, int) else part for part in loc))


@lru_cache(maxsize=1024)
def _keys_of(loc: Loc) -> list[str]:
    model: type[BaseModel] | None = Board
    is_name = False
    for part in loc:
        if isinstance(part, int) or is_name or model is None:
            is_name = False
            continue
        fields = model.model_fields.items()
        found = [info.annotation for name, info in fields if part in (name, info.alias)]
        model = _inside(found[0]) if found else None
        is_name = part in _MAPS and model is not None and loc[0] == part
    return [info.alias or name for name, info in model.model_fields.items()] if model else []


def _inside(annotation: object) -> type[BaseModel] | None:
    """The model inside `Mapping[str, Model]`, `tuple[Model, ...]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_inside(part) for part in get_args(annotation))
    return next((part for part in inner if part is not None), None)


def prune(data: dict[str, Any], error: ValidationError) -> None:
    """Take what is wrong out of the data; shots and scenes keep their places in their lists."""
    done: set[Loc] = set()
    for n, detail in enumerate(reversed(error.errors())):
        loc = detail["loc"]
        if detail["type"] == "missing" and loc[-1] not in _STAND_INS:
            loc = loc[:-1]
        while not isinstance(_at(data, loc[:-1]), dict | list):
            loc = loc[:-1]
        if loc and loc not in done:
            done.add(loc)
            _replace(_at(data, loc[:-1]), loc, n)


def _replace(holder: Any, loc: Loc, n: int) -> None:  # noqa: ANN401 - raw data
    key = loc[-1]
    name = "an item of " + str(loc[-2]) if isinstance(key, int) and len(loc) > 1 else str(key)
    if name in _STAND_INS:
        holder[key] = _STAND_INS[name](f"unnamed-{n}")
    elif isinstance(holder, dict):
        holder.pop(key, None)
    else:
        del holder[key]


def _at(data: Any, loc: Loc) -> Any:  # noqa: ANN401 - raw data
    for part in loc:
        if isinstance(data, dict):
            data = data.get(str(part))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data
