"""Where each value of a shot was said: level, line, and the lighting set-up it came through.

Filled by `resolve.py`, asked by `ShotList.origin`, `lint.py` and the trace of a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shots.problem import Problem
from shots.source.board_source import Loc, Source
from shots.vocabulary.lookup import find_in_group
from shots.vocabulary.terms import Fault

_LENS = re.compile(r"\d\s*mm\b", re.IGNORECASE)


@dataclass(frozen=True)
class Origin:
    """Where a value was said.

    Attributes:
        level: "shot", "scene", "defaults" or "project"; "model" where nobody said anything.
        label: The same for people: "shot 12B".
        line: Counted from 1; None for level "model".
        file: Where the line is; None for the board itself.
        via: The lighting set-up it came through, if any.
    """

    level: str
    label: str
    line: int | None = None
    via: str | None = None
    file: Path | None = None


def place_text(label: str, line: int | None, file: Path | None) -> str:
    """Say a place to people: "shot 12B, line 85 of cast.yaml"."""
    if line is None:
        return label
    return f"{label}, line {line}" + (f" of {file.name}" if file else "")


@dataclass(frozen=True, slots=True)
class Step:
    """Where the value of one field was found while levels were merged."""

    level: str
    label: str
    loc: Loc
    via: str | None = None


@dataclass(frozen=True)
class Trail:
    """The steps of every shot, by id and field. A board made in Python has none."""

    source: Source | None = None
    steps: Mapping[str, Mapping[str, Step]] = field(default_factory=dict)
    shots: Mapping[str, Loc] = field(default_factory=dict)

    def origin(self, shot_id: str, name: str) -> Origin:
        """Where a field of a shot was said."""
        step = self._step(shot_id, name)
        if step is None or self.source is None:
            return Origin("model", "default")
        place = self.source.place(step.loc)
        file = self.source.path_of(place) if place.file else None
        return Origin(step.level, step.label, place.line + 1, step.via, file)

    def problem(self, fault: Fault, path: Path, shot_id: str | None, name: str = "") -> Problem:
        """Give a fault the place of a shot's field, or of the shot where nobody said it.

        Args:
            fault: What was found.
            path: The board, for one that was made in Python.
            shot_id: The shot; None for a finding about the whole board.
            name: The field.
        """
        if self.source is None:
            return Problem(fault.code, path, 1, 1, fault.finding, fault.remedy)
        step = self._step(shot_id or "", name)
        loc = step.loc if step else self.shots.get(shot_id or "", ())
        place = self.source.place(loc)
        text = fault.text
        if not text and step and loc not in self.source.values:
            text = _term_within(self.source.text_at(place), loc)
        return self.source.problem(
            fault.code, fault.finding, fault.remedy, place, text=text, offset=fault.offset
        )

    def _step(self, shot_id: str, name: str) -> Step | None:
        loc = tuple(name.split("."))
        if loc[0] in ("style", "model", "format", "variants"):
            is_written = self.source is not None and loc in self.source.values
            return Step("project", "project", loc) if is_written else None
        steps = self.steps.get(shot_id, {})
        if name in steps or loc[0] not in steps:
            return steps.get(name)
        whole = steps[loc[0]]
        return Step(whole.level, whole.label, (*whole.loc, *loc[1:]), whole.via)


def _term_within(shorthand: str, loc: Loc) -> str:
    """The term of a shorthand that says a field: in `MS, single` it is "single" for people."""
    group, field = ("camera" if "camera" in loc else "lighting"), loc[-1]
    for item in re.split(r"[,;]", shorthand.strip("'\"")):
        known = find_in_group(group, item.strip())
        if known is not None and known[0] == field:
            return item.strip()
        if field in ("movement", "speed", "amount") and known is None and not _LENS.search(item):
            return item.strip()
        if field == "lens" and _LENS.search(item):
            return item.strip()
    return ""
