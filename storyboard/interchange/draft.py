"""A board that is being made from a script or a table, before it is text.

Filled by `skeleton.py` and `rows.py`, written by `board_text.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from storyboard.interchange.screenplay.screenplay import Place

DEFAULT_DURATION_S = 4
DEFAULT_LOOKS = "a person"

_SIDES = {"INT": "indoors", "EXT": "outdoors", "EST": "outdoors", "INT/EXT": "indoors and outdoors"}
_POSSESSIVE = re.compile(r"\S+['’]s?\s", re.IGNORECASE)  # noqa: RUF001


@dataclass
class DraftLine:
    """Words that a character says."""

    who: str
    line: str
    at: str = ""


@dataclass
class DraftShot:
    """One shot, every value as the board will spell it; what is empty is not written."""

    id: str
    line: int = 0
    subjects: list[str] = field(default_factory=list)
    location: str = ""
    camera: str = ""
    lighting: str = ""
    composition: str = ""
    duration: str = ""
    action: str = ""
    dialogue: list[DraftLine] = field(default_factory=list)
    sound: str | Mapping[str, object] = ""
    transition_in: str = ""
    transition_out: str = ""
    use: str = ""
    status: str = ""
    notes: list[str] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    """Keys that begin with x-: columns that the language has no word for."""


@dataclass
class DraftScene:
    """One scene."""

    number: str
    location: str = ""
    heading: str = ""
    time: str = ""
    synopsis: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    """Headings above the scene: acts and sequences. They become comments."""
    shots: list[DraftShot] = field(default_factory=list)


@dataclass
class DraftCharacter:
    """Somebody, as far as a script tells."""

    name: str
    looks: str = DEFAULT_LOOKS


@dataclass
class DraftLocation:
    """A place, as far as a heading tells."""

    heading: str
    looks: str


@dataclass
class Draft:
    """A whole board.

    Attributes:
        source: The file it is made from.
        title_page: What a script says on its title page beside title and author.
        fps: Frame rate as text; empty for the language's own.
        closing: Headings behind the last scene; they become comments too.
    """

    source: Path
    title: str = ""
    author: str = ""
    code: str = ""
    fps: str = ""
    title_page: dict[str, str] = field(default_factory=dict)
    characters: dict[str, DraftCharacter] = field(default_factory=dict)
    locations: dict[str, DraftLocation] = field(default_factory=dict)
    scenes: list[DraftScene] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    _keys: dict[tuple[str, str], str] = field(default_factory=dict)

    def character(self, name: str) -> str:
        """Key of a character; one that is new is added."""
        folded = " ".join(name.split()).casefold()
        if ("character", folded) not in self._keys:
            key = _free_key(name, self.characters)
            self._keys["character", folded] = key
            self.characters[key] = DraftCharacter(" ".join(name.split()))
        return self._keys["character", folded]

    def place(self, place: Place) -> str:
        """Key of the location of a heading; one that is new is added."""
        known = ("location", place.heading.casefold())
        if known not in self._keys:
            key = _free_key(place.name, self.locations, prefix=place.side.lower().replace("/", "-"))
            self._keys[known] = key
            self.locations[key] = DraftLocation(place.heading, _looks(place))
        return self._keys[known]


def make_key(text: str) -> str:
    """A short name for YAML: "MARA'S KITCHEN" is maras-kitchen.

    Never one that begins with x-, which the language leaves to the author.
    """
    bare = re.sub(r"['’‘]", "", text.casefold())  # noqa: RUF001
    return _clear_of_x(re.sub(r"[^\w]+", "-", bare).strip("-_")[:60])


def _clear_of_x(key: str) -> str:
    return f"x_{key[2:]}" if key.startswith("x-") else key


def _free_key(text: str, taken: Mapping[str, object], *, prefix: str = "") -> str:
    key = make_key(text) or "unnamed"
    if key in taken and prefix:
        key = f"{prefix}-{key}"
    name, k = key, 2
    while name in taken:
        name, k = _clear_of_x(f"{key}-{k}"), k + 1
    return name


def _looks(place: Place) -> str:
    """Words for the model: INT. TRAM is "the tram, indoors"."""
    name = place.name.lower().replace(" - ", ", ")
    article = "" if _POSSESSIVE.match(name) or name.startswith(("the ", "a ", "an ")) else "the "
    side = _SIDES.get(place.side)
    return f"{article}{name}{f', {side}' if side else ''}"


def code_of(title: str) -> str:
    """Initials of a title, for file names: The Last Tram is TLT."""
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"['’]", "", title))  # noqa: RUF001
    return "".join(word[0].upper() for word in words)[:6] if len(words) > 1 else ""
