"""Expand the variants of a board: multiply the axes, apply the rules, check every variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod

from pydantic_core import PydanticCustomError

from shots.schema import ShotList
from shots.source.board_source import Loc, Source
from shots.variants import (
    FULL,
    MAX_VARIANTS,
    EndCard,
    Rule,
    Variant,
    Variants,
    canonical,
    fill_template,
    read_priority,
    template_faults,
)
from shots.vocabulary.terms import did_you_mean
from shots.vocabulary.values import decimal, read_aspect, read_time, whole_frames

CUT = "main"  # value of `{cut}` in names; a board has one cut
MAX_NAME = 150  # characters of a file name, without suffix
_SIZES = range(16, 8193)  # allowed sides of a picture in pixels

Values = Mapping[str, str]  # one value for each axis
# Values by axis that a rule applies to; other axes are not restricted.
Allowed = Mapping[str, frozenset[str]]


def with_variants(board: ShotList, written: Variants, source: Source) -> ShotList:
    """Return a resolved board with all of its variants; problems are reported in its source."""
    variants = tuple(_VariantBuilder(board, written, source).variants())
    return board.model_copy(update={"variants": variants, "written_variants": written})


def length_of(board: ShotList, variant: Variant) -> tuple[Fraction, str]:
    """Return the length of a variant in seconds, and the sum it results from as text."""
    lengths = [(name, board.shot(name).duration_s) for name in variant.shots]
    if variant.end_card:
        lengths.append(("end card", variant.end_card.duration_s))
    parts = " + ".join(f"{name} {decimal(seconds)} s" for name, seconds in lengths)
    return sum((seconds for _, seconds in lengths), Fraction(0)), parts


class _VariantBuilder:
    def __init__(self, board: ShotList, written: Variants, source: Source) -> None:
        self._board, self._written, self._source = board, written, source
        self._report = source.report

    def variants(self) -> Iterator[Variant]:
        """Iterate over every combination that is not excluded; the last axis varies fastest."""
        axes = self._written.axes
        count = prod(len(values) for values in axes.values())
        if not axes and not self._source.problems:  # otherwise wrong axes may have been removed
            remedy = "write axes: {format: [16:9, 9:16]}"
            self._report("SB007", "variants without axes", remedy, ("variants",))
        elif count > MAX_VARIANTS:
            finding = f"the axes make {count} variants, the limit is {MAX_VARIANTS}"
            self._report("SB009", finding, "shorten an axis", ("variants", "axes"))
        if not axes or count > MAX_VARIANTS:
            return
        rules: list[tuple[Rule, Allowed, Loc]] = []
        for k, rule in enumerate(self._written.rules):
            loc: Loc = ("variants", "rules", k)
            if rule.keep is not None and read_priority(rule.keep) is None:
                self._check_ids(rule.keep, (*loc, "keep"))
            rules.append((rule, self._allowed(rule.when, (*loc, "when")), loc))
        excluded = [
            self._allowed(each, ("variants", "exclude", k))
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
            remedy = "remove an entry of exclude"
            self._report("SB401", "every variant is excluded", remedy, ("variants", "exclude"))

    def _check_ids(self, names: Sequence[str], loc: Loc) -> None:
        ids = {shot.id.casefold(): shot.id for shot in self._board.shots}
        for name in names:
            if name.casefold() not in ids:
                hint = "write priority <= 2, or the ids of shots"
                remedy = did_you_mean(name, ids.values()) or hint
                finding = f'keep: no shot "{name}" on this board'
                self._report("SB011", finding, remedy, loc, name)

    def _allowed(self, written: Mapping[str, tuple[str, ...]], loc: Loc) -> Allowed:
        """Look up the axes and values of a rule; unknown ones are reported and dropped."""
        axes = self._written.axes
        allowed: dict[str, frozenset[str]] = {}
        for axis, values in written.items():
            if axis not in axes:
                remedy = did_you_mean(axis, axes) or f"use one of {', '.join(axes)}"
                key = self._source.span((*loc, axis), of="key")
                self._report("SB011", f'no axis "{axis}"', remedy, key, axis)
                continue
            by_key = {value.casefold(): value for value in axes[axis]}
            found: set[str] = set()
            for value in values:
                try:
                    found.add(canonical(axis, value).casefold())
                except PydanticCustomError:  # such a value is on no axis, and reported below
                    found.add(value.casefold())
            for missing in sorted(found - by_key.keys()):
                remedy = did_you_mean(missing, by_key) or f"use one of {', '.join(axes[axis])}"
                finding = f'"{missing}" is not on the axis {axis}'
                self._report("SB011", finding, remedy, (*loc, axis), missing)
            allowed[axis] = frozenset(by_key[value] for value in found & by_key.keys())
        return allowed

    def _variant(self, values: Values, rules: Sequence[tuple[Rule, Loc]], template: str) -> Variant:
        """Build one variant; later rules override earlier ones."""
        board = self._board
        render, focus, dialogue, card = None, None, None, None
        keep: tuple[str, ...] | None = None
        keep_loc: Loc = ("variants", "axes", "length" if "length" in values else "")
        for rule, loc in rules:
            render = rule.render or render
            focus = rule.focus or focus
            dialogue = rule.replace.dialogue or dialogue
            card = self._end_card(rule, loc) or card
            if rule.keep is not None:
                keep, keep_loc = rule.keep, (*loc, "keep")
        length = values.get("length", FULL)
        aspect, size = self._format(values)
        variant = Variant(
            values=values,
            aspect=aspect,
            size=size,
            is_reframed=render == "reframe" and aspect != board.format.aspect,
            focus=focus,
            shots=self._kept(keep),
            end_card=card,
            dialogue=dialogue,
            length_s=None if length == FULL else read_time(length).at(board.format.fps),
            template=fill_template(template, self._fields(values)),
        )
        if not variant.shots and keep is not None:
            finding = f"the rule keeps no shot for {', '.join(values.values())}"
            self._report("SB401", finding, "give shots a priority, or keep more", keep_loc)
        if variant.shots and variant.length_s is not None:
            length_s, parts = length_of(board, variant)
            if length_s > variant.length_s:
                limit = decimal(variant.length_s)
                finding = f"the {limit} s cut-down runs {parts} = {decimal(length_s)} s"
                remedy = f"keep fewer shots, at most {limit} s"
                self._report("SB402", finding, remedy, keep_loc)
        return variant

    def _kept(self, keep: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return the ids of the shots that a rule keeps, in the order of the cut."""
        shots = self._board.shots
        if keep is None:
            return tuple(shot.id for shot in shots)
        is_kept = read_priority(keep)
        if is_kept is None:
            named = {name.casefold() for name in keep}
            return tuple(shot.id for shot in shots if shot.id.casefold() in named)
        return tuple(
            shot.id for shot in shots if shot.priority is not None and is_kept(shot.priority)
        )

    def _end_card(self, rule: Rule, loc: Loc) -> EndCard | None:
        if rule.end_card is None:
            return None
        fps = self._board.format.fps
        duration_s = rule.end_card.duration.at(fps)
        if not whole_frames(duration_s, fps):
            finding = f"an end card of {decimal(duration_s)} s is not a whole number of frames"
            loc = (*loc, "end-card", "duration")
            self._report("SB008", finding, "write it like 1s or 24f", loc)
        return EndCard(text=rule.end_card.text, duration_s=duration_s)

    def _format(self, values: Values) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return aspect and size; the shorter side stays that of the board."""
        board = self._board.format
        if "format" not in values:
            return board.aspect, board.size
        width, height = read_aspect(values["format"])
        if Fraction(width, height) == Fraction(*board.aspect):
            return board.aspect, board.size
        short = min(board.size)
        long = round(Fraction(short * max(width, height), 2 * min(width, height))) * 2
        if long not in _SIZES:
            finding = f"{values['format']} makes a side of {long} pixels, the limit is {_SIZES[-1]}"
            loc = ("variants", "axes", "format")
            self._report("SB008", finding, "use a ratio nearer to 1:1", loc, values["format"])
        return (width, height), ((long, short) if width >= height else (short, long))

    def _fields(self, values: Values) -> dict[str, str]:
        """Values of the fields of a name, except for the version."""
        board = self._board
        fields = {"code": board.code, "cut": CUT, "title": "_".join(board.title.split())}
        return {**fields, **{axis: value.replace(":", "x") for axis, value in values.items()}}

    def _template(self) -> str:
        """Return the template of names; a wrong one is reported and replaced by the default."""
        axes = self._written.axes
        code = "{code}_" if self._board.code else ""
        default = f"{code}{{cut}}_{'_'.join(f'{{{axis}}}' for axis in axes)}_v{{version:03}}"
        template = self._written.name or default
        for fault in template_faults(template, self._fields(dict.fromkeys(axes, ""))):
            loc = ("variants", "name")
            self._report(fault.code, fault.finding, fault.remedy, loc, fault.text)
            return default
        return template

    def _check_name(self, variant: Variant, names: set[str]) -> None:
        """Report a name that is used twice or cannot name a file, and add it to `names`."""
        name = variant.name(1)
        loc: Loc = ("variants", "name") if self._written.name else ("variants", "axes")
        if name.casefold() in names:
            finding = f'two variants have the name "{name}"'
            remedy = f"put {' and '.join(f'{{{axis}}}' for axis in self._written.axes)} in the name"
            self._report("SB405", finding, remedy, loc)
        names.add(name.casefold())
        if not all(letter.isalnum() or letter in "-_.+" for letter in name) or name[0] in ".-":
            remedy = "use letters, digits, -, _, + and dots, and fields in braces"
            self._report("SB405", f'"{name}" cannot name a file', remedy, loc)
        elif len(name) > MAX_NAME:
            finding = f"a name of {len(name)} characters, the limit is {MAX_NAME}"
            self._report("SB405", finding, "use fewer fields", loc)


def _matches(allowed: Allowed, values: Values) -> bool:
    return all(values[axis] in each for axis, each in allowed.items())
