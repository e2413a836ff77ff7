"""Origins: the level, line and lighting set-up that each value of a shot comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from shots.problem import Problem
from shots.source.board_source import Loc, Source
from shots.vocabulary.terms import Fault
from shots.vocabulary.words import find_in_group

_LENS = re.compile(r"\d\s*mm\b", re.IGNORECASE)


@dataclass(frozen=True)
class Origin:
    """Where a value comes from."""

    level: str  # "shot", "setup", "scene", "defaults", "project"; "model" for a built-in default
    label: str  # readable form of the level: "shot 12B"
    line: int | None = None  # counted from 1; None for level "model"
    via: str | None = None  # lighting set-up that supplied the value
    file: Path | None = None  # included file; None for the board itself


def place_text(label: str, line: int | None, file: Path | None) -> str:
    """Format an origin for display: "shot 12B, line 85 of cast.yaml"."""
    if line is None:
        return label
    return f"{label}, line {line}" + (f" of {file.name}" if file else "")


@dataclass(frozen=True, slots=True)
class FieldOrigin:
    """Origin of one field of a shot, recorded while levels are merged."""

    level: str
    label: str
    loc: Loc
    via: str | None = None


@dataclass(frozen=True)
class OriginIndex:
    """Origins of the fields of every shot, by shot id; empty for a board built in Python."""

    source: Source | None = None
    fields: Mapping[str, Mapping[str, FieldOrigin]] = field(default_factory=dict)
    shots: Mapping[str, Loc] = field(default_factory=dict)

    def origin(self, shot_id: str, name: str) -> Origin:
        """Return the origin of a field of a shot."""
        found = self._find(shot_id, name)
        if found is None or self.source is None:
            return Origin("model", "default")
        span = self.source.span(found.loc)
        file = self.source.path_of(span) if span.file else None
        return Origin(found.level, found.label, span.line + 1, found.via, file)

    def problem(self, fault: Fault, path: Path, shot_id: str | None, name: str = "") -> Problem:
        """Locate a fault at a field of a shot, or at the shot where the field is not written.

        Without a shot id the fault is one of the entire board; `path` is used only without source.
        """
        if self.source is None:
            return Problem(fault.code, path, 1, 1, fault.finding, fault.remedy)
        found = self._find(shot_id or "", name)
        loc = found.loc if found else self.shots.get(shot_id or "", ())
        span = self.source.span(loc)
        if not fault.text and found and loc not in self.source.value_spans:
            # The field is part of a shorthand: underline its term only.
            fault = replace(fault, text=_find_term(self.source.text_at(span), loc))
        return self.source.problem(fault, span)

    def _find(self, shot_id: str, name: str) -> FieldOrigin | None:
        loc = tuple(name.split("."))
        if loc[0] in ("style", "model", "format", "variants"):
            is_written = self.source is not None and loc in self.source.value_spans
            return FieldOrigin("project", "project", loc) if is_written else None
        fields = self.fields.get(shot_id, {})
        if name in fields or loc[0] not in fields:
            return fields.get(name)
        parent = fields[loc[0]]
        return replace(parent, loc=(*parent.loc, *loc[1:]))


def _find_term(shorthand: str, loc: Loc) -> str:
    """Return the term of a shorthand that sets a field: "single" in `MS, single` for people."""
    group, field = ("camera" if "camera" in loc else "lighting"), loc[-1]
    for item in re.split(r"[,;]", shorthand.strip("'\"")):
        found = find_in_group(group, item.strip())
        is_lens = _LENS.search(item) is not None
        # A move with modifiers, such as "push in slow", is the only other item that is not a term.
        is_move = found is None and not is_lens and field in ("movement", "speed", "amount")
        if is_move or (is_lens and field == "lens") or (found and found[0] == field):
            return item.strip()
    return ""
