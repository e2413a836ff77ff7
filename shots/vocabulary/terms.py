"""Where written terms meet Pydantic: one marker for vocabulary fields, one error that carries all.

A shorthand may hold several mistakes and Pydantic lets a validator raise once, so the error
carries a list; `load.py` spreads it out again and gives each mistake its line and column.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shots.vocabulary.lookup import MAX_MISSPELT, find, find_in_group, nearest, only_term
from shots.vocabulary.words import FIELDS, GROUPS


def _yaml_key(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


class Block(BaseModel):
    """Base of everything a shot list holds: frozen, and a key nobody declared is an error.

    `seed_policy` here is `seed-policy` in YAML; the docstrings of fields become the hover texts
    of the JSON Schema.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=_yaml_key,
        validate_by_name=True,
        validate_by_alias=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, data: object) -> object:
        """A key without a value is as good as not written, unless nobody knows the key."""
        if not isinstance(data, dict) or None not in data.values():
            return data
        known = {name for key, info in cls.model_fields.items() for name in (key, info.alias)}
        return {key: value for key, value in data.items() if value is not None or key not in known}


class ShorthandBlock(Block):
    """A block that may also be written as one text."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


MAX_FAULTS = 20
"""Of one value; whoever reads more than that of it learns nothing new."""

FAULTS = "storyboard_faults"
"""Type of the Pydantic errors that carry faults."""


@dataclass(frozen=True)
class Fault:
    """One mistake in a value, before anybody knows where the value stands.

    Attributes:
        code: SB and three digits.
        finding: What was found.
        remedy: What to do.
        text: The part of the value that is wrong; empty for all of it.
        offset: Where that part begins in the value, in characters.
        within: Keys from the value that was being read down to the one that is wrong.
        fix: What may stand instead of that part, where only one thing can have been meant.
    """

    code: str
    finding: str
    remedy: str
    text: str = ""
    offset: int = 0
    within: tuple[str | int, ...] = field(default=())
    fix: str = ""


def did_you_mean(text: str, known: Iterable[str]) -> str | None:
    """The remedy for a misspelt name: the nearest known one, or None when nothing is near."""
    if len(text) > MAX_MISSPELT:
        return None
    names = {name.casefold(): name for name in known}
    near = get_close_matches(text.casefold(), names, n=1, cutoff=0.6)
    return f'did you mean "{names[near[0]]}"?' if near else None


def only_match(text: str, known: Iterable[str]) -> str:
    """The one known name that a text can be a misspelling of; empty where it could be two.

    Upper and lower case, hyphens and underscores do not count. Short texts are never sure: MSS may
    be MS, MLS or MWS.
    """
    names = {name.casefold().replace("_", "-"): name for name in known}
    wanted = text.casefold().replace("_", "-")
    if wanted in names:
        return names[wanted]
    is_sure = 4 < len(text) <= MAX_MISSPELT
    near = get_close_matches(wanted, names, n=2, cutoff=0.8) if is_sure else []
    return names[near[0]] if len(near) == 1 else ""


def faults_error(faults: Iterable[Fault]) -> PydanticCustomError:
    """Pack mistakes into the one error that a Pydantic validator may raise."""
    found = tuple(faults)[:MAX_FAULTS]
    message = "; ".join(f"{fault.finding} ({fault.remedy})" for fault in found)
    # The message is a template for Pydantic, and findings quote what people wrote.
    return PydanticCustomError(FAULTS, "{message}", {"message": message, "faults": found})


def unknown_term(group: str, text: str, *, field: str | None = None, core: str = "") -> Fault:
    """Say that a term is not in the vocabulary, and what was probably meant.

    Args:
        group: "camera", "lighting" or "composition".
        text: As written.
        field: The field it was written for, if the mapping spelling was used.
        core: The text without speed words and amounts, for a better guess.
    """
    where = f" for {field}" if field and field != group else ""
    finding = f'{group} term "{text}" is not in the vocabulary{where}'
    fields = (field,) if field else GROUPS[group]
    guess = nearest(core or text, *fields)
    home = _home(text, group, fields)
    if home:
        remedy = f"that is a term of {home[0]}: write it as {home[1]}"
    elif guess:
        remedy = f'did you mean "{guess}"?'
    elif field:
        remedy = f"use one of {', '.join(entry.word for entry in FIELDS[field])}"
    else:
        remedy = "`storyboard vocab` lists every term"
    word = "" if home else only_term(core or text, *fields)
    fix = text.replace(core, word) if word and core in text else ""
    return Fault("SB101", finding, remedy, text, fix=fix)


def _home(text: str, group: str, fields: tuple[str, ...]) -> tuple[str, str] | None:
    """The other field that knows a term, and how to write it there."""
    for other in (group, *(name for name in GROUPS if name != group)):
        found = find_in_group(other, text)
        if found and found[0] not in fields:
            field, entry = found
            path = field if other == field else f"{other}.{field}"
            return path, f"{path.replace('.', ': {')}: {entry.word}" + "}" * ("." in path)
    return None


def two_values(field: str, first: str, second: str, *, offset: int = 0) -> Fault:
    """Say that two terms of one shorthand belong to the same field."""
    finding = f'two values for {field}: "{first}" and "{second}"'
    remedy = "keep one of them"
    if field == "movement":
        remedy += f', or write "{first} then {second}" for one after the other'
    return Fault("SB102", finding, remedy, second, offset)


@dataclass(frozen=True)
class OneOf:
    """Marks a text field as a vocabulary term: any spelling goes in, the word comes out."""

    field: str

    def read(self, value: object) -> object:
        """Return the word for a text; anything that is no text is left to Pydantic."""
        if not isinstance(value, str):
            return value
        found = find(self.field, value)
        if found is None:
            group = next((name for name, names in GROUPS.items() if self.field in names), "camera")
            raise faults_error([unknown_term(group, value, field=self.field)])
        return found.word

    def __get_pydantic_core_schema__(
        self,
        source: Any,  # noqa: ANN401 - Pydantic's protocol
        handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        words = [entry.word for entry in FIELDS[self.field]]
        return {"anyOf": [{"enum": words}, {"type": "string"}]}
