"""Variants of the film: models of the `variants` block, of one variant, and file name templates.

Templates are parsed with `string.Formatter`, but only plain fields are filled in. Attributes,
indices and conversions are refused, so a board cannot reach into Python objects.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from shots.vocabulary.terms import Fault, StrictModel, did_you_mean, faults_error, value_error
from shots.vocabulary.values import Lower, Texts, TimeText, from_text, read_aspect, read_time

FULL = "full"  # value of the axis `length` that keeps every shot
MAX_VARIANTS = 500

RESERVED = frozenset({"code", "cut", "title", "version"})  # fields of a name that are not axes
# Allowed names of axes, which are also fields of file names.
AXIS = re.compile(r"[a-z][a-z0-9_]{0,39}")

Point = tuple[float, float]  # point of a picture, from its left and upper edge, 0 to 1

_VALUE = re.compile(r"[^\W_][\w.+-]{0,39}")
_FOCUS = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%(?:[\s,]+(\d{1,3}(?:\.\d+)?)\s*%)?")
_SIDES: Mapping[str, float] = {"left": 1 / 3, "center": 0.5, "centre": 0.5, "right": 2 / 3}
_VERSION_FORMATS = frozenset(f"0{width}" for width in range(1, 7))
_PRIORITY = re.compile(r"priority\s*(<=|<|==|=|>=|>)\s*(\d{1,2})", re.IGNORECASE)
_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "<=": operator.le, "<": operator.lt, "=": operator.eq, "==": operator.eq,
    ">=": operator.ge, ">": operator.gt,
}  # fmt: skip


def template_faults(template: str, values: Mapping[str, str]) -> Iterator[Fault]:
    """Check a template of file names against the values of every field but the version."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        yield Fault("SB405", f'the name "{template}": {error}', "write fields like {code}")
        return
    fields = (*values, "version")
    for _, field, form, conversion in parts:
        if field is None:
            continue
        if field not in fields:
            remedy = did_you_mean(field, fields) or f"use one of {', '.join(fields)}"
            yield Fault("SB405", f'the name has no field "{field}"', remedy, field)
        elif conversion or (form and not (field == "version" and form in _VERSION_FORMATS)):
            finding = f'the field {{{field}}} cannot have the format "{form or conversion}"'
            yield Fault("SB405", finding, "write {version:03}, and other fields without a format")
        elif field in ("code", "title") and not values[field]:
            finding = f"the name uses the {field} of the board, which has none"
            yield Fault("SB405", finding, f"write {field}: on the board", field)


def fill_template(template: str, fields: Mapping[str, str]) -> str:
    """Fill in every field but the version, which is assigned on delivery."""
    parts: list[str] = []
    for text, field, form, _ in Formatter().parse(template):
        parts.append(text.replace("{", "{{").replace("}", "}}"))
        if field == "version":
            parts.append(f"{{version:{form}}}" if form else "{version}")
        elif field is not None:
            parts.append(fields[field].replace("{", "{{").replace("}", "}}"))
    return "".join(parts)


def canonical(axis: str, value: str) -> str:
    """Return the canonical spelling of a value: `16x9` on the axis `format` is 16:9.

    Raises:
        PydanticCustomError: The axis is `format` or `length` and the value is neither.
    """
    text = value.strip()
    if axis == "format":
        read_aspect(text)
        return ":".join(re.split(r"\s*[:x/]\s*", text.lower()))
    if axis == "length" and text.lower() != FULL:
        read_time(text)
    return text.lower() if axis == "length" else text


def read_priority(keep: tuple[str, ...]) -> Callable[[int], bool] | None:
    """Parse a condition such as `priority <= 2`; None where `keep` lists shots."""
    found = _PRIORITY.fullmatch(keep[0].strip()) if len(keep) == 1 else None
    if found is None:
        return None
    compare, bound = _COMPARISONS[found[1]], int(found[2])
    return lambda priority: compare(priority, bound)


def _read_focus(value: str) -> Point:
    text = value.strip().lower()
    if text in _SIDES:
        return _SIDES[text], 0.5
    found = _FOCUS.fullmatch(text)
    point = (float(found[1]) / 100, float(found[2] or 50) / 100) if found else (2.0, 2.0)
    if max(point) > 1:
        finding = f'"{value}" is not a point of the picture'
        remedy = "write left, center, right, or percent from the left and from the top: 35% 50%"
        raise value_error(finding, remedy)
    return point


FocusText = Annotated[Point, from_text(_read_focus), WithJsonSchema({"type": "string"})]


def _check_axes(axes: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Check names and values, and return the values in canonical spelling."""
    faults: list[Fault] = []
    checked: dict[str, tuple[str, ...]] = {}
    for axis, values in axes.items():
        if not AXIS.fullmatch(axis) or axis in RESERVED:
            remedy = "use small letters, digits and _: client, cut_of"
            faults.append(Fault("SB008", f'"{axis}" cannot name an axis', remedy, within=(axis,)))
        if not values:
            remedy = "write at least one value"
            faults.append(Fault("SB008", f"the axis {axis} is empty", remedy, within=(axis,)))
        found: list[str] = []
        for k, value in enumerate(values):
            try:
                text = canonical(axis, value)
            except PydanticCustomError as error:
                context: Mapping[str, Any] = error.context or {}
                faults += [replace(each, within=(axis, k), fix="") for each in context["faults"]]
                continue
            if axis != "format" and not _VALUE.fullmatch(text):
                finding = f'"{value}" cannot be part of a file name'
                remedy = "use letters, digits, -, _, + and dots"
                faults.append(Fault("SB405", finding, remedy, within=(axis, k)))
            if text in found:
                finding = f'"{text}" is on the axis {axis} twice'
                faults.append(Fault("SB021", finding, "keep one", within=(axis,)))
            found.append(text)
        checked[axis] = tuple(found)
    if faults:
        raise faults_error(faults)
    return checked


class WrittenEndCard(StrictModel):
    """A card after the last shot."""

    text: Annotated[str, Field(min_length=1)]
    """Text of the card."""
    duration: TimeText
    """Length of the card."""


class Replace(StrictModel):
    """Replacements that need no rendering."""

    dialogue: str | None = None
    """Language of the captions, a key of locale: fr-FR."""


class Rule(StrictModel):
    """Settings for some of the variants; later rules override earlier ones."""

    when: Mapping[str, Texts] = {}
    """Values by axis that the rule applies to: {format: 9:16, length: [6s, 15s]}. Left out: all."""
    keep: Texts | None = None
    """Shots to keep: a condition such as `priority <= 2`, or ids."""
    render: Annotated[Literal["native", "reframe"] | None, Lower] = None
    """native: rendered in its own format; reframe: cropped from the board's picture."""
    focus: FocusText | None = None
    """Centre of the crop, unless the shot sets one: 35% 50%."""
    replace: Replace = Replace()
    """Replacements that need no rendering."""
    end_card: WrittenEndCard | None = None
    """A card after the last shot."""


class Variants(StrictModel):
    """Variants of the film, cut from the same shots."""

    axes: Annotated[Mapping[str, Texts], AfterValidator(_check_axes)] = {}
    """Values by axis, one variant for every combination: format, length, locale or your own."""
    exclude: tuple[Mapping[str, Texts], ...] = ()
    """Combinations to leave out."""
    rules: tuple[Rule, ...] = ()
    """Settings for some of the variants."""
    name: str = ""
    """File name: {code}, {cut}, {title}, {version:03} and every axis in braces."""


class EndCard(StrictModel):
    """A card after the last shot; its duration is in seconds."""

    text: str
    duration_s: Fraction


class Variant(StrictModel):
    """One resolved variant of the film."""

    values: Mapping[str, str]  # by axis
    aspect: tuple[int, int]
    size: tuple[int, int]  # pixels at full quality
    is_reframed: bool = False  # cropped from the board's own picture
    focus: Point | None = None  # centre of the crop; that of a shot overrides it
    shots: tuple[str, ...]  # ids in the order of the cut
    end_card: EndCard | None = None
    dialogue: str | None = None  # language of the captions; None for the lines as written
    length_s: Fraction | None = None  # maximum length; None for no limit
    template: str  # file name with every field but the version filled in

    @property
    def label(self) -> str:
        """The values for display: "9:16, 6s, fr-FR"."""
        return ", ".join(self.values.values())

    def name(self, version: int) -> str:
        """File name without suffix, of a delivery version from 1."""
        return self.template.format(version=version)
