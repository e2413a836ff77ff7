"""Terms as Pydantic fields: the model base classes, the field marker `OneOf`, and `Fault`.

A shorthand may contain several mistakes, but a Pydantic validator can raise only once. The error
therefore carries a tuple of faults, which `shots.load` turns into one problem each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shots.vocabulary.words import (
    FIELDS,
    GROUPS,
    MAX_MISSPELT,
    find,
    find_in_group,
    nearest,
    only_term,
)

MAX_FAULTS = 20  # faults reported for one value
FAULTS = "storyboard_faults"  # type of the Pydantic errors that carry faults


class StrictModel(BaseModel):
    """Base of every model of the language: frozen, undeclared keys are errors.

    A field `seed_policy` is `seed-policy` in YAML. Docstrings of fields become descriptions in the
    JSON schema.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.rstrip("_").replace("_", "-"),
        validate_by_name=True,
        validate_by_alias=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, data: object) -> object:
        """Treat a declared key without a value as absent."""
        if not isinstance(data, dict) or None not in data.values():
            return data
        # An undeclared key stays, so that it is reported even when it is empty.
        declared = {name for key, info in cls.model_fields.items() for name in (key, info.alias)}
        return {k: v for k, v in data.items() if v is not None or k not in declared}


class ShorthandModel(StrictModel):
    """Base of models that may also be written as one text."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


@dataclass(frozen=True)
class Fault:
    """One mistake in a value, not yet located in a file."""

    code: str
    finding: str
    remedy: str
    text: str = ""  # wrong part of the value; empty for the entire value
    offset: int = 0  # where that part begins in the value, in characters
    within: tuple[str | int, ...] = ()  # keys from the validated value down to the wrong one
    fix: str = ""  # safe replacement for that part; empty where the intention is ambiguous


def faults_error(faults: Iterable[Fault]) -> PydanticCustomError:
    """Pack faults into the one error that a Pydantic validator may raise."""
    found = tuple(faults)[:MAX_FAULTS]
    message = "; ".join(f"{fault.finding} ({fault.remedy})" for fault in found)
    # Not the message itself as template: findings quote user text, which may contain braces.
    return PydanticCustomError(FAULTS, "{message}", {"message": message, "faults": found})


def value_error(
    finding: str, remedy: str, code: str = "SB008", text: str = "", fix: str = ""
) -> PydanticCustomError:
    """Build the error of a validator for one fault."""
    return faults_error([Fault(code, finding, remedy, text, fix=fix)])


def did_you_mean(text: str, names: Iterable[str]) -> str | None:
    """Return the remedy for a misspelt name, or None where no name is similar."""
    if len(text) > MAX_MISSPELT:
        return None
    by_key = {name.casefold(): name for name in names}
    near = get_close_matches(text.casefold(), by_key, n=1, cutoff=0.6)
    return f'did you mean "{by_key[near[0]]}"?' if near else None


def only_match(text: str, names: Iterable[str]) -> str:
    """Return the one name that a text can be a misspelling of; empty where it is ambiguous.

    Case, hyphens and underscores do not matter.
    """
    by_key = {name.casefold().replace("_", "-"): name for name in names}
    key = text.casefold().replace("_", "-")
    if key in by_key:
        return by_key[key]
    # A short text is never certain: MSS may be MS, MLS or MWS.
    is_certain = 4 < len(text) <= MAX_MISSPELT
    near = get_close_matches(key, by_key, n=2, cutoff=0.8) if is_certain else []
    return by_key[near[0]] if len(near) == 1 else ""


def unknown_term(group: str, text: str, *, field: str | None = None, core: str = "") -> Fault:
    """Build the fault for a term that is not in the vocabulary, with the most likely remedy.

    `field` is given for the mapping spelling; `core` is a move without its modifiers.
    """
    core = core or text
    suffix = f" for {field}" if field and field != group else ""
    finding = f'{group} term "{text}" is not in the vocabulary{suffix}'
    fields = (field,) if field else GROUPS[group]
    home = _other_field(text, group, fields)
    if home:
        remedy = f"that is a term of {home[0]}: write it as {home[1]}"
    elif guess := nearest(core, *fields):
        remedy = f'did you mean "{guess}"?'
    elif field:
        remedy = f"use one of {', '.join(entry.word for entry in FIELDS[field])}"
    else:
        remedy = "`storyboard vocab` lists every term"
    word = "" if home else only_term(core, *fields)
    fix = text.replace(core, word) if word and core in text else ""
    return Fault("SB101", finding, remedy, text, fix=fix)


def _other_field(text: str, group: str, fields: tuple[str, ...]) -> tuple[str, str] | None:
    """Find another field that has the term: its path, and the YAML that sets it there."""
    for other in (group, *(name for name in GROUPS if name != group)):
        found = find_in_group(other, text)
        if found and found[0] not in fields:
            field, entry = found
            if other == field:
                return field, f"{field}: {entry.word}"
            return f"{other}.{field}", f"{other}: {{{field}: {entry.word}}}"
    return None


def two_values(field: str, first: str, second: str, *, offset: int = 0) -> Fault:
    """Build the fault for two terms of one shorthand that set the same field."""
    finding = f'two values for {field}: "{first}" and "{second}"'
    remedy = "keep one of them"
    if field == "movement":
        remedy += f', or write "{first} then {second}" for one after the other'
    return Fault("SB102", finding, remedy, second, offset)


# Part of a shorthand: its text, its offset in characters, the fields it sets, and its faults.
Item = tuple[str, int, Mapping[str, object], Sequence[Fault]]


def read_items(
    items: Iterable[re.Match[str]],
    read: Callable[[str], tuple[Mapping[str, object], Sequence[Fault]]],
) -> dict[str, object]:
    """Parse the items of a shorthand and merge their fields; raises every fault as one error."""
    fields, faults = merge_items(
        (text, item.start() + item[0].find(text), *read(text))
        for item in items
        if (text := item[0].strip())
    )
    if faults:
        raise faults_error(faults)
    return fields


def merge_items(items: Iterable[Item]) -> tuple[dict[str, object], list[Fault]]:
    """Merge the fields of several items; two values for one field are a fault."""
    values: dict[str, tuple[object, str]] = {}
    faults: list[Fault] = []
    for text, offset, fields, item_faults in items:
        faults += [replace(fault, offset=offset + fault.offset) for fault in item_faults]
        for field, value in fields.items():
            first, first_text = values.setdefault(field, (value, text))
            if first != value:
                faults.append(two_values(field, first_text, text, offset=offset))
        # The suggestions for unknown terms are slow; a long text of them is cut short.
        if len(faults) > MAX_FAULTS:
            break
    return {field: value for field, (value, _) in values.items()}, faults


@dataclass(frozen=True)
class OneOf:
    """Field marker for a vocabulary term: accepts any spelling, returns the word."""

    field: str

    def read(self, value: object) -> object:
        """Return the word for a text; other types are left to Pydantic."""
        if not isinstance(value, str):
            return value
        found = find(self.field, value)
        if found is None:
            group = next((name for name, names in GROUPS.items() if self.field in names), "camera")
            raise faults_error([unknown_term(group, value, field=self.field)])
        return found.word

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        words = [entry.word for entry in FIELDS[self.field]]
        return {"anyOf": [{"enum": words}, {"type": "string"}]}
