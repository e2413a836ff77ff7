"""A board that is being built from a script or a table: headings, parts, numbers and durations.

Scene and shot numbers are assigned around those that the file gives; durations and transitions that
the language would reject are corrected, with a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from shots.board.resolve import MAX_DURATION_S
from shots.lint.board_rules import LETTERS, slates, suffixes
from shots.schema import Format
from shots.vocabulary.transition import WrittenTransition
from shots.vocabulary.values import Id, read_time, whole_frames
from storyboard.interchange.import_report import ImportReport

_SIDE = re.compile(
    r"(?P<side>INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|I\.?\s*/\s*E|E\.?\s*/\s*I|INT|EXT|EST)"
    r"(?:\.+\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:DAY|NIGHT|DAWN|DUSK|MORNING|NOON|AFTERNOON|EVENING|MIDNIGHT|SUNRISE|SUNSET|TWILIGHT|"
    r"MAGIC HOUR|GOLDEN HOUR|BLUE HOUR|CONTINUOUS|LATER|SAME|MOMENTS)\b"
)
_DASH = re.compile(r"\s+[-–—]+\s+|\s*[–—]\s*")  # noqa: RUF001


@dataclass(frozen=True)
class ScriptLocation:
    """The parts of a scene heading: "INT. TRAM" is the heading of "TRAM", without the time.

    The side is INT, EXT, EST or INT/EXT, the time NIGHT or CONTINUOUS; both may be empty.
    """

    heading: str
    name: str
    side: str
    time: str


def is_heading(text: str) -> bool:
    """Whether a line begins like a scene heading."""
    return _SIDE.match(text) is not None


def split_heading(text: str) -> ScriptLocation:
    """Split a heading into its parts: "int. tram - night" is INT. TRAM at NIGHT."""
    text = " ".join(text.split()).upper()
    parts = _DASH.split(text)
    time = ""
    if len(parts) > 1 and _TIME.search(parts[-1]):
        time = parts[-1]
        text = text[: text.rindex(time)].rstrip(" -–—")  # noqa: RUF001
    found = _SIDE.match(text)
    if not found:
        return ScriptLocation(text, text, "", time)
    letters = re.sub(r"[^A-Z/]", "", found["side"])
    side = "INT/EXT" if "/" in letters else letters
    name = text[found.end() :]
    return ScriptLocation(f"{side.replace('/', './')}. {name}", name, side, time)


DEFAULT_DURATION_S = 4
DEFAULT_LOOKS = "a person"
MAX_NUMBER = 30
"""Longest scene number that leaves room for set-ups in an id."""

_SIDES = {"INT": "indoors", "EXT": "outdoors", "EST": "outdoors", "INT/EXT": "indoors and outdoors"}
_POSSESSIVE = re.compile(r"\S+['’]s?\s", re.IGNORECASE)  # noqa: RUF001
_ID: TypeAdapter[str] = TypeAdapter(Id)


@dataclass
class DraftLine:
    """A line of dialogue."""

    who: str
    line: str
    at: str = ""


@dataclass
class DraftShot:
    """One shot, every value spelled as in a board; empty values are not written.

    `extra` has x- keys: columns of a table without a field in the language.
    """

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


@dataclass
class DraftScene:
    """One scene; sections are headings above it (acts, sequences), written as comments."""

    number: str
    location: str = ""
    heading: str = ""
    time: str = ""
    synopsis: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    shots: list[DraftShot] = field(default_factory=list)


@dataclass
class DraftCharacter:
    """A character as extracted from a screenplay."""

    name: str
    looks: str = DEFAULT_LOOKS


@dataclass
class DraftLocation:
    """A location as extracted from scene headings."""

    heading: str
    looks: str


@dataclass
class Draft:
    """A whole board, from the imported file `source`; an empty `fps` is the language's default.

    `title_page` has the entries of a script's title page other than title and author, `closing`
    the headings after the last scene, which are written as comments.
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
        """Key of a character; a new one is added."""
        name = " ".join(name.split())
        entry = ("character", name.casefold())
        if entry not in self._keys:
            key = self._keys[entry] = _free_key(name, self.characters)
            self.characters[key] = DraftCharacter(name)
        return self._keys[entry]

    def location(self, place: ScriptLocation) -> str:
        """Key of the location of a heading; a new one is added ("INT. TRAM": the tram, indoors)."""
        entry = ("location", place.heading.casefold())
        if entry not in self._keys:
            prefix = place.side.lower().replace("/", "-")
            key = self._keys[entry] = _free_key(place.name, self.locations, prefix=prefix)
            name = place.name.lower().replace(" - ", ", ")
            has_article = _POSSESSIVE.match(name) or name.startswith(("the ", "a ", "an "))
            side = f", {_SIDES[place.side]}" if place.side in _SIDES else ""
            looks = f"{'' if has_article else 'the '}{name}{side}"
            self.locations[key] = DraftLocation(place.heading, looks)
        return self._keys[entry]


def make_key(text: str) -> str:
    """A short YAML key: "MARA'S KITCHEN" is maras-kitchen. It never begins with x-."""
    bare = re.sub(r"['’‘]", "", text.casefold())  # noqa: RUF001
    return _without_x(re.sub(r"[^\w]+", "-", bare).strip("-_")[:60])


def _without_x(key: str) -> str:
    # Keys that begin with x- are the author's own and have no meaning in the language.
    return f"x_{key[2:]}" if key.startswith("x-") else key


def _free_key(text: str, taken: Mapping[str, object], *, prefix: str = "") -> str:
    key = make_key(text) or "unnamed"
    if key in taken and prefix:
        key = f"{prefix}-{key}"
    name, k = key, 2
    while name in taken:
        name, k = _without_x(f"{key}-{k}"), k + 1
    return name


def code_of(title: str) -> str:
    """Initials of a title, for file names: The Last Tram is TLT. Empty for a single word."""
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"['’]", "", title))  # noqa: RUF001
    return "".join(word[0].upper() for word in words)[:6] if len(words) > 1 else ""


def is_id(text: str) -> bool:
    """Whether a text is allowed as the id of a shot or the number of a scene."""
    try:
        _ID.validate_python(text)
    except ValidationError:
        return False
    return True


def is_scene_number(text: str) -> bool:
    """Whether a text is allowed as a scene number from which the ids of shots are derived."""
    return is_id(text) and len(text) <= MAX_NUMBER


def number_scenes(given: Sequence[str | None]) -> list[str]:
    """Number the scenes without a number (None) around those with one; none is used twice."""
    taken = {number.casefold() for number in given if number}
    letters: dict[str, Iterator[str]] = {}
    numbers: list[str] = []
    last = "0"
    for number in given:
        if number is None:
            digits = last.rstrip(LETTERS + LETTERS.lower())
            stem = digits if digits.isdecimal() else last
            number = str(int(stem) + 1) if stem.isdecimal() else ""
            # Where 13 is taken, 12A follows 12.
            while not number or number.casefold() in taken:
                number = stem + next(letters.setdefault(stem, suffixes()))
            taken.add(number.casefold())
        numbers.append(number)
        last = number
    return numbers


def name_shots(draft: Draft, given: Sequence[str | None], report: ImportReport) -> None:
    """Number the scenes of a draft in place, and give every shot without an id the next free one.

    `given` has the number of each scene or None; the report gets a remark for every repeated id.
    """
    for scene, number in zip(draft.scenes, number_scenes(given), strict=True):
        scene.number = number
    numbers = {scene.number.casefold() for scene in draft.scenes}
    taken: set[str] = set()
    for scene in draft.scenes:
        for shot in scene.shots:
            if shot.id.casefold() in taken:
                finding = f'shot "{shot.id}" is used twice, the second gets a new id'
                report.remark(shot.line, finding)
                shot.id = ""
            taken |= {shot.id.casefold()} - {""}
    for scene in draft.scenes:
        free = slates(scene.number)
        for shot in scene.shots:
            while not shot.id:
                name = next(free)
                # On a slate, a set-up must not read like the number of another scene.
                is_scene = name != scene.number and name.casefold() in numbers
                if name.casefold() not in taken and not is_scene:
                    shot.id = name
                    taken.add(name.casefold())


def correct_durations(draft: Draft, report: ImportReport) -> None:
    """Round durations to whole frames, and drop transitions longer than their shot, in place."""
    fps = Format.model_validate({"fps": draft.fps} if draft.fps else {}).fps
    for shot in (shot for scene in draft.scenes for shot in scene.shots):
        if shot.duration:
            seconds = read_time(shot.duration).at(fps)
            if seconds > MAX_DURATION_S:
                report.lose(shot.line, "duration", shot.duration)
                shot.duration = ""
            elif whole_frames(seconds, fps) is None:
                frames = max(1, round(seconds * fps))
                finding = f"{shot.duration} is not a whole number of frames at {float(fps):g} fps"
                report.remark(shot.line, f"{finding}, rounded to {frames}f")
                shot.duration = f"{frames}f"
        seconds = read_time(shot.duration or f"{DEFAULT_DURATION_S}s").at(fps)
        room = whole_frames(seconds, fps) or 0
        for side in ("transition_out", "transition_in"):
            joins = [
                WrittenTransition.model_validate(text).at(fps)
                for text in (shot.transition_in, shot.transition_out)
                if text
            ]
            # J-cuts and L-cuts overlap in the sound, and leave the picture as it is.
            if sum(join.frames for join in joins if join.kind not in ("j-cut", "l-cut")) > room:
                report.lose(shot.line, "transition", getattr(shot, side))
                setattr(shot, side, "")
