"""File names of variants: a template with fields in braces, checked before anything is rendered.

Templates are read by `string.Formatter`, but only plain fields are filled in: no attribute, index
or conversion of a field reaches `format`. Called by `campaign.py`.

Versions of a film: what a board may write under `variants`, and what one of them comes to.

The forms only. Which versions there are, what each of them shows and whether that fits together is
`campaign.py`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from shots.vocabulary.terms import Block, Fault, did_you_mean, faults_error
from shots.vocabulary.values import Lower, Texts, TimeText, read_aspect, read_time

_VERSION_FORMS = frozenset(f"0{width}" for width in range(1, 7))


def template_faults(template: str, known: Mapping[str, str]) -> Iterator[Fault]:
    """What is wrong with a template, without filling it in."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        yield Fault("SB405", f'the name "{template}": {error}', "write fields like {code}")
        return
    fields = (*known, "version")
    for _, field, form, conversion in parts:
        if field is None:
            continue
        if field not in fields:
            remedy = did_you_mean(field, fields) or f"use one of {', '.join(fields)}"
            yield Fault("SB405", f'the name has no field "{field}"', remedy, field)
        elif conversion or (form and not (field == "version" and form in _VERSION_FORMS)):
            finding = f'the field {{{field}}} cannot be written as "{form or conversion}"'
            yield Fault("SB405", finding, "write {version:03}, and other fields plainly")
        elif field in known and not known[field] and field in ("code", "title"):
            finding = f"the name has the {field} of the board, which has none"
            yield Fault("SB405", finding, f"write {field}: on the board", field)


def fill_template(template: str, fields: Mapping[str, str]) -> str:
    """Fill every field in but the version, which is known when files are delivered."""
    parts: list[str] = []
    for text, field, form, _ in Formatter().parse(template):
        parts.append(text.replace("{", "{{").replace("}", "}}"))
        if field == "version":
            parts.append(f"{{version:{form}}}" if form else "{version}")
        elif field is not None:
            parts.append(fields[field].replace("{", "{{").replace("}", "}}"))
    return "".join(parts)


FULL = "full"
"""The value of the axis `length` that cuts nothing."""

MAX_VARIANTS = 500

RESERVED = frozenset({"code", "cut", "title", "version"})
"""Fields that names have beside the axes."""

AXIS = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What can name an axis, and so a field of file names."""

_VALUE = re.compile(r"[^\W_][\w.+-]{0,39}")
_FOCUS = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%(?:[\s,]+(\d{1,3}(?:\.\d+)?)\s*%)?")
_SIDES: Mapping[str, float] = {"left": 1 / 3, "center": 0.5, "centre": 0.5, "right": 2 / 3}

Point = tuple[float, float]
"""A place in a picture, from its left and upper edge, 0 to 1."""


def _read_focus(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if text in _SIDES:
        return _SIDES[text], 0.5
    found = _FOCUS.fullmatch(text)
    point = (float(found[1]) / 100, float(found[2] or 50) / 100) if found else (2.0, 2.0)
    if max(point) > 1:
        finding = f'"{value}" is not a point of the picture'
        remedy = "write left, center, right, or percent from the left and from the top: 35% 50%"
        raise faults_error([Fault("SB008", finding, remedy)])
    return point


FocusText = Annotated[Point, BeforeValidator(_read_focus), WithJsonSchema({"type": "string"})]


def canonical(axis: str, value: str) -> str:
    """One spelling of a value: `16x9` on the axis `format` is 16:9.

    Raises:
        PydanticCustomError: The axis `format` or `length` cannot have it.
    """
    text = value.strip()
    if axis == "format":
        read_aspect(text)
        return ":".join(re.split(r"\s*[:x/]\s*", text.lower()))
    if axis == "length" and text.lower() != FULL:
        read_time(text)
    return text.lower() if axis == "length" else text


def _check_axes(axes: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    faults: list[Fault] = []
    checked: dict[str, tuple[str, ...]] = {}
    for axis, values in axes.items():
        if not AXIS.fullmatch(axis) or axis in RESERVED:
            remedy = "use small letters, digits and _: client, cut_of"
            faults.append(Fault("SB008", f'"{axis}" cannot name an axis', remedy, within=(axis,)))
        if not values:
            remedy = "write at least one value"
            faults.append(Fault("SB008", f"the axis {axis} is empty", remedy, within=(axis,)))
        checked[axis] = tuple(_axis_value(axis, k, values[k], faults) for k in range(len(values)))
        twins = [v for k, v in enumerate(checked[axis]) if v in checked[axis][:k]]
        faults += [
            Fault("SB021", f'"{twin}" is on the axis {axis} twice', "keep one", within=(axis,))
            for twin in twins
        ]
    if faults:
        raise faults_error(faults)
    return checked


def _axis_value(axis: str, index: int, value: str, faults: list[Fault]) -> str:
    try:
        found = canonical(axis, value)
    except PydanticCustomError as error:
        told: Mapping[str, Any] = error.context or {}
        fault: Fault = told["faults"][0]
        faults.append(Fault(fault.code, fault.finding, fault.remedy, within=(axis, index)))
        return value
    if axis != "format" and not _VALUE.fullmatch(found):
        finding = f'"{value}" cannot go into a file name'
        remedy = "use letters, digits, -, _, + and dots"
        faults.append(Fault("SB405", finding, remedy, within=(axis, index)))
    return found


class WrittenEndCard(Block):
    """A card behind the last shot."""

    text: Annotated[str, Field(min_length=1)]
    """What it says."""
    duration: TimeText
    """How long it stands."""


class Replace(Block):
    """What a variant shows or speaks instead, without rendering anything."""

    dialogue: str | None = None
    """The locale whose lines the captions have: fr-FR."""


class Rule(Block):
    """What holds for the variants it matches; of two rules that match, the later one wins."""

    when: Mapping[str, Texts] = {}
    """Axis and value, or several values: {format: 9:16, length: [6s, 15s]}. Empty: all."""
    keep: Texts | None = None
    """`priority <= 2`, or the ids of the shots that stay."""
    render: Annotated[Literal["native", "reframe"] | None, Lower] = None
    """native: another picture is rendered; reframe: the board's picture is cropped."""
    focus: FocusText | None = None
    """What reframing keeps in the middle, unless a shot says it: 35% 50%."""
    replace: Replace = Replace()
    """Lines in another language."""
    end_card: WrittenEndCard | None = None
    """A card behind the last shot."""


class Variants(Block):
    """Versions of the film to cut from the same shots."""

    axes: Annotated[Mapping[str, Texts], AfterValidator(_check_axes)] = {}
    """What versions differ in: format, length, locale, or axes of your own."""
    exclude: tuple[Mapping[str, Texts], ...] = ()
    """Combinations that nobody wants."""
    rules: tuple[Rule, ...] = ()
    """What some of the versions do differently."""
    name: str = ""
    """File name: {code}, {cut}, {title}, {version:03} and every axis in braces."""


class EndCard(Block):
    """A card behind the last shot.

    Attributes:
        text: What it says.
        duration_s: Seconds.
    """

    text: str
    duration_s: Fraction


class Variant(Block):
    """One version of the film, with nothing left to look up.

    Attributes:
        values: Its place on every axis.
        aspect: Width to height.
        size: Pixels at the board's full size.
        is_reframed: Whether it is cropped from the board's own picture.
        focus: What cropping keeps in the middle; a shot's own wins.
        shots: Ids, in the order of the cut.
        end_card: Behind the last shot.
        dialogue: Locale of the captions; None for lines as they are written.
        length_s: What it may last; None for any length.
        template: Of its name, every field but the version filled in.
    """

    values: Mapping[str, str]
    aspect: tuple[int, int]
    size: tuple[int, int]
    is_reframed: bool = False
    focus: Point | None = None
    shots: tuple[str, ...]
    end_card: EndCard | None = None
    dialogue: str | None = None
    length_s: Fraction | None = None
    template: str

    @property
    def label(self) -> str:
        """For people: "9:16, 6s, fr-FR"."""
        return ", ".join(self.values.values())

    def name(self, version: int) -> str:
        """File name without suffix.

        Args:
            version: Of the delivery, from 1.
        """
        return self.template.format(version=version)


Priority = Callable[[int], bool]
_PRIORITY = re.compile(r"priority\s*(<=|<|==|=|>=|>)\s*(\d{1,2})", re.IGNORECASE)
_COMPARED: Mapping[str, Callable[[int, int], bool]] = {
    "<=": int.__le__, "<": int.__lt__, "=": int.__eq__, "==": int.__eq__,
    ">=": int.__ge__, ">": int.__gt__,
}  # fmt: skip


def read_priority(keep: tuple[str, ...]) -> Priority | None:
    """The condition that a `keep` makes of priorities; None where it names shots."""
    found = _PRIORITY.fullmatch(keep[0].strip()) if len(keep) == 1 else None
    if found is None:
        return None
    compare, bound = _COMPARED[found[1]], int(found[2])
    return lambda priority: compare(priority, bound)
