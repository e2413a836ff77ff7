"""Variants of a board: axes multiplied, rules applied, and everything checked before a render.

Called by `load.py`. Nothing here renders or cuts; what only looks odd is in `variant_lint.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Literal

from pydantic_core import PydanticCustomError

from shots.lint.board_rules import length_of
from shots.schema import ShotList
from shots.source.board_source import Loc, Source
from shots.variants import (
    FULL,
    MAX_VARIANTS,
    EndCard,
    Point,
    Rule,
    Variant,
    Variants,
    canonical,
    fill_template,
    read_priority,
    template_faults,
)
from shots.vocabulary.terms import Fault, did_you_mean
from shots.vocabulary.values import decimal, read_aspect, read_time, whole_frames

CUT = "main"
"""What `{cut}` stands for in names: the board's own cut, the only one there is."""

_RULES: Loc = ("variants", "rules")
_SIZES = range(16, 8193)

Values = Mapping[str, str]


def with_variants(board: ShotList, written: Variants, source: Source) -> ShotList:
    """The board with every variant it asks for.

    Args:
        board: Resolved.
        written: What it says under `variants`.
        source: Its file; what does not fit together is reported there.
    """
    variants = tuple(_Maker(board, written, source).variants())
    return board.model_copy(update={"variants": variants, "written_variants": written})


class _Maker:
    def __init__(self, board: ShotList, written: Variants, source: Source) -> None:
        self._board, self._written, self._source = board, written, source
        self._reported: set[tuple[str, str, Loc]] = set()

    def variants(self) -> Iterator[Variant]:
        """Every combination that is not excluded, the first axis slowest."""
        axes = self._written.axes
        if not self._can_multiply(axes):
            return
        rules = [self._placed(rule, (*_RULES, k)) for k, rule in enumerate(self._written.rules)]
        excluded = [
            self._matched(each, ("variants", "exclude", k))
            for k, each in enumerate(self._written.exclude)
        ]
        template, names = self._template(), set[str]()
        for combination in product(*axes.values()):
            values = dict(zip(axes, combination, strict=True))
            if any(_matches(each, values) for each in excluded):
                continue
            matching = [(rule, loc) for rule, when, loc in rules if _matches(when, values)]
            variant = self._variant(values, matching, template)
            self._check_name(variant, names)
            yield variant
        if not names:
            fault = Fault("SB401", "no variant is left", "take an exclude out")
            self._report(fault, ("variants", "exclude"))

    def _can_multiply(self, axes: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether there are axes, and no more variants than there may be."""
        count = prod(len(values) for values in axes.values())
        if not axes and not self._source.problems:  # else they were taken out, being wrong
            fault = Fault("SB007", "variants without axes", "write axes: {format: [16:9, 9:16]}")
            self._report(fault, ("variants",))
        elif count > MAX_VARIANTS:
            finding = f"the axes make {count} variants, {MAX_VARIANTS} may be"
            self._report(Fault("SB009", finding, "shorten an axis"), ("variants", "axes"))
        return bool(axes) and count <= MAX_VARIANTS

    def _placed(self, rule: Rule, loc: Loc) -> tuple[Rule, Mapping[str, frozenset[str]], Loc]:
        if rule.keep is not None and read_priority(rule.keep) is None:
            self._check_ids(rule.keep, (*loc, "keep"))
        return rule, self._matched(rule.when, (*loc, "when")), loc

    def _check_ids(self, ids: Sequence[str], loc: Loc) -> None:
        known = {shot.id.casefold(): shot.id for shot in self._board.shots}
        for name in ids:
            if name.casefold() not in known:
                remedy = did_you_mean(name, known.values())
                remedy = remedy or "write priority <= 2, or the ids of shots"
                finding = f'keep: "{name}" is no shot of this board'
                self._report(Fault("SB011", finding, remedy, name), loc)

    def _matched(
        self, wanted: Mapping[str, tuple[str, ...]], loc: Loc
    ) -> Mapping[str, frozenset[str]]:
        """Values by axis, each of them on its axis."""
        axes = self._written.axes
        matched: dict[str, frozenset[str]] = {}
        for axis, values in wanted.items():
            if axis not in axes:
                remedy = did_you_mean(axis, axes) or f"use one of {', '.join(axes)}"
                fault = Fault("SB011", f'no axis "{axis}"', remedy, axis)
                self._report(fault, (*loc, axis), of="key")
                continue
            spelt = {value.casefold(): value for value in axes[axis]}
            found = {_spelling(axis, value).casefold() for value in values}
            for missing in sorted(found - spelt.keys()):
                remedy = did_you_mean(missing, spelt) or f"use one of {', '.join(axes[axis])}"
                fault = Fault("SB011", f'"{missing}" is not on the axis {axis}', remedy, missing)
                self._report(fault, (*loc, axis))
            matched[axis] = frozenset(spelt[value] for value in found & spelt.keys())
        return matched

    def _variant(self, values: Values, rules: Sequence[tuple[Rule, Loc]], template: str) -> Variant:
        """One combination, with what the rules say about it; later rules win."""
        board = self._board
        render: str | None = None
        focus: Point | None = None
        dialogue: str | None = None
        keep: tuple[tuple[str, ...], Loc] | None = None
        card: EndCard | None = None
        for rule, loc in rules:
            render = rule.render or render
            focus = rule.focus or focus
            dialogue = rule.replace.dialogue or dialogue
            keep = (rule.keep, (*loc, "keep")) if rule.keep is not None else keep
            card = self._end_card(rule, loc) or card
        kept, place = self._kept(keep, values)
        aspect, size = self._format(values)
        variant = Variant(
            values=values,
            aspect=aspect,
            size=size,
            is_reframed=render == "reframe" and aspect != board.format.aspect,
            focus=focus,
            shots=kept,
            end_card=card,
            dialogue=dialogue,
            length_s=_limit(values, board.format.fps),
            template=fill_template(template, self._fields(values)),
        )
        self._check_length(variant, place)
        return variant

    def _kept(
        self, keep: tuple[tuple[str, ...], Loc] | None, values: Values
    ) -> tuple[tuple[str, ...], Loc]:
        """The shots that stay, and where that was said."""
        ids = tuple(shot.id for shot in self._board.shots)
        if keep is None:
            return ids, ("variants", "axes", "length" if "length" in values else "")
        said, loc = keep
        is_kept = read_priority(said)
        if is_kept is None:
            named = {name.casefold() for name in said}
            kept = tuple(name for name in ids if name.casefold() in named)
        else:
            kept = tuple(
                shot.id
                for shot in self._board.shots
                if shot.priority is not None and is_kept(shot.priority)
            )
        if not kept:
            finding = f"the rule keeps no shot for {', '.join(values.values())}"
            self._report(Fault("SB401", finding, "give shots a priority, or keep more"), loc)
        return kept, loc

    def _end_card(self, rule: Rule, loc: Loc) -> EndCard | None:
        if rule.end_card is None:
            return None
        fps = self._board.format.fps
        duration_s = rule.end_card.duration.at(fps)
        if not whole_frames(duration_s, fps):
            finding = f"an end card of {decimal(duration_s)} s is no whole number of frames"
            fault = Fault("SB008", finding, "write it like 1s or 24f")
            self._report(fault, (*loc, "end-card", "duration"))
        return EndCard(text=rule.end_card.text, duration_s=duration_s)

    def _format(self, values: Values) -> tuple[tuple[int, int], tuple[int, int]]:
        """Aspect and size; the shorter side stays that of the board."""
        board = self._board.format
        if "format" not in values:
            return board.aspect, board.size
        width, height = read_aspect(values["format"])
        if Fraction(width, height) == Fraction(*board.aspect):
            return board.aspect, board.size
        short = min(board.size)
        long = round(Fraction(short * max(width, height), 2 * min(width, height))) * 2
        if long not in _SIZES:
            finding = f"{values['format']} makes a side of {long} pixels, {_SIZES[-1]} may be"
            fault = Fault("SB008", finding, "use a ratio nearer to 1:1", values["format"])
            self._report(fault, ("variants", "axes", "format"))
        return (width, height), ((long, short) if width >= height else (short, long))

    def _check_length(self, variant: Variant, loc: Loc) -> None:
        if variant.length_s is None or not variant.shots:
            return
        length_s, parts = length_of(self._board, variant)
        if length_s > variant.length_s:
            limit = decimal(variant.length_s)
            finding = f"the {limit} s cut-down runs {parts} = {decimal(length_s)} s"
            self._report(Fault("SB402", finding, f"keep fewer shots than {limit} s hold"), loc)

    def _fields(self, values: Values) -> dict[str, str]:
        board = self._board
        fields = {"code": board.code, "cut": CUT, "title": "_".join(board.title.split())}
        return {**fields, **{axis: value.replace(":", "x") for axis, value in values.items()}}

    def _template(self) -> str:
        """The template of names, checked field by field; one that cannot be used is replaced."""
        axes = self._written.axes
        code = "{code}_" if self._board.code else ""
        usual = f"{code}{{cut}}_{'_'.join(f'{{{axis}}}' for axis in axes)}_v{{version:03}}"
        template = self._written.name
        if not template:
            return usual
        known = self._fields({axis: "" for axis in axes})
        fault = next(template_faults(template, known), None)
        if fault is None:
            return template
        self._report(fault, ("variants", "name"))
        return usual

    def _check_name(self, variant: Variant, names: set[str]) -> None:
        name = variant.name(1)
        loc: Loc = ("variants", "name") if self._written.name else ("variants", "axes")
        if name.casefold() in names:
            finding = f'two variants would be named "{name}"'
            remedy = f"put {' and '.join(f'{{{axis}}}' for axis in self._written.axes)} in the name"
            self._report(Fault("SB405", finding, remedy), loc)
        names.add(name.casefold())
        if not all(letter.isalnum() or letter in "-_.+" for letter in name) or name[0] in ".-":
            remedy = "use letters, digits, -, _, + and dots, and fields in braces"
            self._report(Fault("SB405", f'"{name}" cannot name a file', remedy), loc)
        elif len(name) > 150:
            finding = f"a name of {len(name)} letters, 150 may be"
            self._report(Fault("SB405", finding, "leave fields out"), loc)

    def _report(self, fault: Fault, loc: Loc, *, of: Literal["key", "value"] = "value") -> None:
        # What a rule does wrong it does in every variant, and is worth saying once.
        if (fault.code, fault.finding, loc) in self._reported:
            return
        self._reported.add((fault.code, fault.finding, loc))
        place = self._source.place(loc, of=of)
        self._source.problems.append(
            self._source.problem(fault.code, fault.finding, fault.remedy, place, text=fault.text)
        )


def _matches(wanted: Mapping[str, frozenset[str]], values: Values) -> bool:
    return all(values[axis] in allowed for axis, allowed in wanted.items())


def _spelling(axis: str, value: str) -> str:
    """A value as its axis spells it; one that the axis cannot have stays as it is."""
    try:
        return canonical(axis, value)
    except PydanticCustomError:
        return value


def _limit(values: Values, fps: Fraction) -> Fraction | None:
    length = values.get("length", FULL)
    return None if length == FULL else read_time(length).at(fps)
