"""What a note says about a shot: `[[shot: 12A, CU, low, push in, night, 3s]]` → fields of it.

Also reads the cells of a table, which say the same in columns. The language itself decides what a
term means; what it does not know is handed back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from shots.vocabulary.camera import Camera, read_shorthand
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.terms import FAULTS, Fault
from shots.vocabulary.transition import read_transition
from shots.vocabulary.values import read_time
from shots.vocabulary.words import find
from storyboard.interchange.slates import is_id

_SLATE = re.compile(r"\d+[A-Z]*(?:-\d+)?|\d+[a-z]{1,2}")
ITEM = re.compile(r"(?:[,;]\s*then\b|[^,;])+", re.IGNORECASE)
"""One term of a shorthand; "push in, then tilt up" is one."""


@dataclass
class Said:
    """What a note says.

    Attributes:
        id: The slate, if it begins with one.
        camera: Camera terms as written.
        lighting: Lighting terms as written.
        composition: One term.
        duration: A length of time.
        transition: How the shot begins.
        is_mos: Whether it is shot without sound.
        unknown: Terms that mean nothing, and what may have been meant.
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
        """Take a term in; one that nobody knows, or that clashes, is kept apart."""
        for read in (self._time, self._camera, self._lighting, self._rest):
            if read(text):
                return
        self.unknown.append((text, _remedy(text)))

    def _time(self, text: str) -> bool:
        if self.duration or not is_time(text):
            return False
        self.duration = text
        return True

    def _camera(self, text: str) -> bool:
        return self._terms(text, "camera", camera_fields, self.camera)

    def _lighting(self, text: str) -> bool:
        return self._terms(text, "lighting", lighting_fields, self.lighting)

    def _terms(
        self,
        text: str,
        group: str,
        read: Callable[[str], Mapping[str, object] | None],
        into: list[str],
    ) -> bool:
        fields = read(text)
        if not fields:
            return False
        taken = [f"{group}.{name}" for name in fields if f"{group}.{name}" in self._fields]
        if taken:
            first = self._fields[taken[0]]
            self.unknown.append((text, f'"{first}" says the same, keep one of them'))
            return True
        self._fields |= {f"{group}.{name}": text for name in fields}
        into.append(text)
        return True

    def _rest(self, text: str) -> bool:
        if text.upper() == "MOS":
            self.is_mos = True
        elif not self.composition and (term := find("composition", text)):
            self.composition = term.word
        elif not self.transition and is_transition(text):
            self.transition = text
        else:
            return False
        return True


def read_shot_note(text: str) -> Said:
    """Read what stands behind "shot:"."""
    said = Said()
    for k, item in enumerate(ITEM.findall(text)):
        term = " ".join(item.split())
        if k == 0 and _SLATE.fullmatch(term) and is_id(term) and not camera_fields(term):
            is_lower_time = is_time(term) and term == term.lower() and not term.isdecimal()
            if not is_lower_time:
                said.id = term
                continue
        if term:
            said.add(term)
    return said


def camera_fields(text: str) -> Mapping[str, object] | None:
    """The camera fields that a shorthand sets; None where it is none."""
    try:
        fields = read_shorthand(text)
        Camera.model_validate(fields)
    except (ValidationError, PydanticCustomError):
        return None
    return fields


def lighting_fields(text: str) -> Mapping[str, object] | None:
    """The lighting fields that a shorthand sets; None where it is none."""
    try:
        light = Lighting.model_validate(text)
    except ValidationError:
        return None
    return {name: getattr(light, name) for name in light.model_fields_set}


def is_time(text: str) -> bool:
    """Whether a text is a length of time with a unit, and not nothing."""
    try:
        time = read_time(text)
    except PydanticCustomError:
        return False
    return bool(time.seconds or time.frames)


def is_transition(text: str) -> bool:
    """Whether a text is a way for a shot to begin."""
    try:
        return read_transition(text).get("way") != "to"
    except PydanticCustomError:
        return False


def _remedy(text: str) -> str:
    """What the language says about a camera term that it does not know."""
    try:
        read_shorthand(text)
    except PydanticCustomError as error:
        if error.type == FAULTS and error.context:
            faults: tuple[Fault, ...] = error.context["faults"]
            return faults[0].remedy
    return "`storyboard vocab` lists every term"
