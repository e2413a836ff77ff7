"""Read the terms of a shot note, `[[shot: 12A, CU, low, push in, night, 3s]]`, by field.

Table cells hold the same terms in columns and are read with the same functions. Terms are looked
up in the language's vocabulary; unknown terms are collected, not dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from shots.vocabulary.camera import Camera, read_shorthand
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.terms import FAULTS, Fault
from shots.vocabulary.transition import read_transition
from shots.vocabulary.values import read_time
from shots.vocabulary.words import find
from storyboard.interchange.draft import is_id

_SLATE = re.compile(r"\d+[A-Z]*(?:-\d+)?|\d+[a-z]{1,2}")
_TERM = re.compile(r"(?:[,;]\s*then\b|[^,;])+", re.IGNORECASE)


@dataclass
class ShotTerms:
    """Terms of a shot note, or of a row of a table, sorted by field and as written.

    The id is the slate, if the note begins with one; the transition is the one into the shot.
    `unknown` has the terms, each with a remedy, that are not in the vocabulary or contradict an
    earlier term.
    """

    id: str = ""
    camera: list[str] = field(default_factory=list)
    lighting: list[str] = field(default_factory=list)
    composition: str = ""
    duration: str = ""
    transition: str = ""
    is_mos: bool = False
    unknown: list[tuple[str, str]] = field(default_factory=list)
    _fields: dict[str, str] = field(default_factory=dict)

    def add(self, text: str) -> None:
        """Add a term to its field."""
        if not self.duration and is_time(text):
            self.duration = text
        elif fields := camera_fields(text):
            self._add_fields(text, [f"camera.{name}" for name in fields], self.camera)
        elif fields := lighting_fields(text):
            self._add_fields(text, [f"lighting.{name}" for name in fields], self.lighting)
        elif text.upper() == "MOS":
            self.is_mos = True
        elif not self.composition and (term := find("composition", text)):
            self.composition = term.word
        elif not self.transition and is_transition(text):
            self.transition = text
        else:
            self.unknown.append((text, _remedy(text)))

    def _add_fields(self, text: str, names: list[str], terms: list[str]) -> None:
        taken = [name for name in names if name in self._fields]
        if taken:
            first = self._fields[taken[0]]
            self.unknown.append((text, f'"{first}" sets the same field, keep one of them'))
            return
        self._fields |= dict.fromkeys(names, text)
        terms.append(text)


def split_terms(text: str) -> list[str]:
    """The terms of a shorthand; "push in, then tilt up" is one term."""
    return [term.strip() for term in _TERM.findall(text) if term.strip()]


def read_shot_note(text: str) -> ShotTerms:
    """Read the text after "shot:"."""
    note = ShotTerms()
    for k, item in enumerate(_TERM.findall(text)):
        term = " ".join(item.split())
        if k == 0 and _SLATE.fullmatch(term) and is_id(term) and not camera_fields(term):
            # 3s is a duration and 12A a slate; 12S and a bare number are slates too.
            is_lower_time = is_time(term) and term == term.lower() and not term.isdecimal()
            if not is_lower_time:
                note.id = term
                continue
        if term:
            note.add(term)
    return note


def camera_fields(text: str) -> Mapping[str, object] | None:
    """The camera fields that a shorthand sets; None if it is not a camera shorthand."""
    try:
        fields = read_shorthand(text)
        Camera.model_validate(fields)
    except (ValidationError, PydanticCustomError):
        return None
    return fields


def lighting_fields(text: str) -> Mapping[str, object] | None:
    """The lighting fields that a shorthand sets; None if it is not a lighting shorthand."""
    try:
        light = Lighting.model_validate(text)
    except ValidationError:
        return None
    return {name: getattr(light, name) for name in light.model_fields_set}


def is_time(text: str) -> bool:
    """Whether a text is a time above zero with a unit."""
    try:
        time = read_time(text)
    except PydanticCustomError:
        return False
    return bool(time.seconds or time.frames)


def is_transition(text: str) -> bool:
    """Whether a text is a transition into a shot."""
    try:
        return read_transition(text).get("way") != "to"
    except PydanticCustomError:
        return False


def _remedy(text: str) -> str:
    """What the vocabulary suggests for an unknown camera term."""
    try:
        read_shorthand(text)
    except PydanticCustomError as error:
        if error.type == FAULTS and error.context:
            faults: tuple[Fault, ...] = error.context["faults"]
            return faults[0].remedy
    return "`storyboard vocab` lists every term"
