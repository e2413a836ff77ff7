"""Build a draft from a script: scenes, shots, characters and locations.

A scene with `[[shot: ...]]` notes gets those shots; one without gets a shot for every paragraph of
action, with the dialogue that follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from shots.board.resolve import MAX_DURATION_S
from storyboard.interchange.draft import (
    DEFAULT_DURATION_S,
    DEFAULT_LOOKS,
    Draft,
    DraftLine,
    DraftScene,
    DraftShot,
    code_of,
    correct_durations,
    is_scene_number,
    name_shots,
    split_heading,
)
from storyboard.interchange.import_report import ImportReport
from storyboard.interchange.screenplay.screenplay import Element, Script
from storyboard.interchange.shot_note import read_shot_note

WORDS_PER_SECOND = 2.5
"""How fast actors speak."""
PAUSE_S = 0.5
"""Pause after a line."""
MAX_NAME_WORDS = 6

_ENDING = re.compile(r"(?:['’]s|['’])?[.,;:!?)\"”…]*$")  # noqa: RUF001
_CONTINUED = re.compile(r"(?:CONT(?:['’]?D|INUED)?|MORE)\.?", re.IGNORECASE)  # noqa: RUF001
_OFF_SCREEN = re.compile(r"\b(?:V\.?\s?O|O\.?\s?[SC]|VOICE|OFF)\b", re.IGNORECASE)
_OUT = {
    "FADE OUT": "fade to black", "FADE TO BLACK": "fade to black", "FADE TO WHITE": "fade to white",
}  # fmt: skip
_INTO = {
    "FADE IN": "fade from black", "FADE TO": "dip black", "DISSOLVE TO": "dissolve",
    "CROSSFADE TO": "dissolve", "CROSS FADE TO": "dissolve", "LAP DISSOLVE TO": "dissolve",
    "SMASH CUT TO": "smash cut", "SMASH TO": "smash cut", "MATCH CUT TO": "match cut",
    "MATCH TO": "match cut", "WIPE TO": "wipe left",
}  # fmt: skip
_PLAIN_CUTS = ("CUT TO", "HARD CUT TO")


def make_draft(script: Script, report: ImportReport) -> Draft:
    """Build a draft from a script; the report gets what was interpreted or not carried over."""
    return _Builder(script, report).build()


@dataclass
class _Speech:
    """The current speaker; `line` is the line of dialogue that further words are added to."""

    who: str
    name: str
    is_off: bool
    at: str = ""
    line: DraftLine | None = None


class _Builder:
    def __init__(self, script: Script, report: ImportReport) -> None:
        self._script = script
        self._report = report
        self._draft = Draft(report.path)
        self._scene: DraftScene | None = None
        self._shot: DraftShot | None = None
        self._speech: _Speech | None = None
        self._has_shot_notes = False
        self._given: list[str | None] = []
        self._numbers: set[str] = set()
        self._sections: list[str] = []
        self._notes: list[str] = []
        self._transition: Element | None = None

    def build(self) -> Draft:
        draft, page = self._draft, dict(self._script.title_page)
        draft.title = " ".join(page.pop("title", "").split())
        author = next((page.pop(key) for key in ("author", "authors") if page.get(key)), "")
        draft.author = ", ".join(author.split("\n"))
        draft.code = code_of(draft.title)
        draft.title_page = {key: value for key, value in page.items() if value}
        elements = self._script.elements
        for k, element in enumerate(elements):
            if element.kind == "heading" or k == 0:
                self._has_shot_notes = _has_shot_notes(elements, k)
            self._add(element)
        self._finish()
        return draft

    def _add(self, element: Element) -> None:  # noqa: C901 - one case per kind
        text, line = element.text, element.line
        match element.kind:
            case "heading":
                self._begin_scene(element)
            case "section":
                self._sections.append(text)
            case "synopsis":
                if self._scene is None or self._sections:
                    self._sections.append(text)
                else:
                    self._scene.synopsis.append(" ".join(text.split()))
            case "note":
                (self._notes if self._shot is None else self._shot.notes).append(text)
            case "transition":
                self._add_transition(element)
            case "shot note":
                self._begin_noted_shot(element)
            case "shot":
                self._begin_shot(line).notes.append(text)
            case "action":
                self._speech = None
                shot = self._current(line)
                if not self._has_shot_notes and (shot.action or shot.dialogue):
                    shot = self._begin_shot(line)
                shot.action = f"{shot.action} {' '.join(text.split())}".strip()
            case "cue":
                self._add_cue(element)
            case "dialogue":
                self._add_dialogue(element)
            case "parenthetical":
                who = self._speech.name if self._speech else ""
                self._current(line).notes.append(f"{who} {text}".strip())
            case "lyrics":
                self._open_or_last(line).notes.append(f"Sung: {text}")
            case "card":
                self._open_or_last(line).notes.append(f"On the screen: {text}")

    def _begin_scene(self, element: Element) -> None:
        place = split_heading(element.text)
        location = self._draft.location(place)
        scene = self._open_scene(self._scene_number(element))
        scene.location, scene.time = location, place.time
        heading = " ".join(element.text.upper().split())
        # Kept only if it has more than the location and the time that are written beside it.
        if _letters(heading) != _letters(place.heading + place.time):
            scene.heading = heading

    def _scene_number(self, element: Element) -> str | None:
        number = element.number
        if not number:
            return None
        if not is_scene_number(number):
            problem = "cannot be part of a file name"
        elif number.casefold() in self._numbers:
            problem = "is used twice"
        else:
            self._numbers.add(number.casefold())
            return number
        self._report.remark(element.line, f'scene number "{number}" {problem}, renumbered')
        return None

    def _open_scene(self, number: str | None) -> DraftScene:
        self._given.append(number)
        self._scene = DraftScene("", sections=self._sections)
        self._sections = []
        self._draft.scenes.append(self._scene)
        self._shot = self._speech = None
        return self._scene

    def _begin_shot(self, line: int) -> DraftShot:
        shot = self._shot = DraftShot("", line)
        if self._scene is None:
            # Text before the first heading is scene 0, unless a heading has that number.
            has_zero = any(element.number == "0" for element in self._script.elements)
            self._open_scene(None if has_zero else "0")
        assert self._scene is not None
        self._scene.shots.append(shot)
        shot.notes, self._notes = self._notes, []
        if self._transition is not None:
            kind = self._transition.text.rstrip(".: ")
            shot.transition_in, self._transition = _INTO[kind], None
        return shot

    def _current(self, line: int) -> DraftShot:
        return self._shot or self._begin_shot(line)

    def _open_or_last(self, line: int) -> DraftShot:
        """The open shot, or the last one of the scene."""
        shots = self._scene.shots if self._scene else []
        return self._shot or (shots[-1] if shots else self._begin_shot(line))

    def _begin_noted_shot(self, element: Element) -> None:
        shot = self._begin_shot(element.line)
        note = read_shot_note(element.text)
        shot.id, shot.duration, shot.composition = note.id, note.duration, note.composition
        shot.camera, shot.lighting = ", ".join(note.camera), ", ".join(note.lighting)
        if note.transition:
            if shot.transition_in:
                self._report.lose(element.line, "transition", shot.transition_in)
            shot.transition_in = note.transition
        shot.sound = "MOS" if note.is_mos else ""
        for text, remedy in note.unknown:
            self._report.remark(element.line, f'shot note: "{text}" is kept as a note', remedy)
            shot.notes.append(text)

    def _add_cue(self, element: Element) -> None:
        shot = self._current(element.line)
        who = self._draft.character(element.text)
        parts = re.split(r"\)\s*\(", element.extension)
        extension = ", ".join(part for part in parts if part and not _CONTINUED.fullmatch(part))
        speech = _Speech(who, element.text, _OFF_SCREEN.search(extension) is not None)
        if element.is_dual and shot.dialogue:
            first = shot.dialogue[-1]
            first.at = first.at or f"{spoken_s(shot.dialogue[:-1]):g}s"
            speech.at = first.at
        self._speech = speech
        if extension:
            shot.notes.append(f"{element.text} ({extension})")

    def _add_dialogue(self, element: Element) -> None:
        shot = self._current(element.line)
        text = " ".join(element.text.split())
        speech = self._speech
        if speech is None:
            shot.action = f"{shot.action} {text}".strip()
            return
        if not speech.is_off and speech.who not in shot.subjects:
            shot.subjects.append(speech.who)
        if speech.line is not None and shot.dialogue and shot.dialogue[-1] is speech.line:
            speech.line.line += f" {text}"
        else:
            speech.line = DraftLine(speech.who, text, speech.at)
            shot.dialogue.append(speech.line)

    def _add_transition(self, element: Element) -> None:
        text = " ".join(element.text.split())
        kind = text.upper().rstrip(".: ")
        last = self._shot or self._last_shot()
        self._speech = self._shot = None
        if kind in _OUT and last is not None and not last.transition_out:
            last.transition_out = _OUT[kind]
        elif kind in _INTO and self._transition is None:
            self._transition = Element("transition", kind, element.line)
        elif kind not in _PLAIN_CUTS:
            self._report.lose(element.line, "transition", text)

    def _last_shot(self) -> DraftShot | None:
        shots = (shot for scene in reversed(self._draft.scenes) for shot in reversed(scene.shots))
        return next(shots, None)

    def _finish(self) -> None:
        draft = self._draft
        if not draft.scenes:
            finding = "the script has no scene, an empty one was added"
            self._report.remark(1, finding, "write a heading like INT. ROOM")
            self._open_scene("1")
        for scene in draft.scenes:
            if not scene.shots:
                self._scene = scene
                self._begin_shot(0)
        last = self._last_shot()
        if last is not None:
            last.notes += self._notes
        if self._transition is not None:
            self._report.lose(self._transition.line, "transition", self._transition.text)
        draft.closing = self._sections
        name_shots(draft, self._given, self._report)
        cast(draft)
        correct_durations(draft, self._report)


def _has_shot_notes(elements: Sequence[Element], start: int) -> bool:
    """Whether the scene that begins at an element has shot notes or shot paragraphs."""
    for k in range(start, len(elements)):
        if elements[k].kind == "heading" and k > start:
            return False
        if elements[k].kind in ("shot note", "shot"):
            return True
    return False


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def cast(draft: Draft) -> None:
    """Add the characters in its action to each shot, and fit its length to its dialogue."""
    people = draft.characters
    keys = {" ".join(who.name.split()).casefold(): key for key, who in people.items()}
    for shot in (shot for scene in draft.scenes for shot in scene.shots):
        named = dict(_named(shot.action, keys))
        shot.subjects = list(dict.fromkeys([*named, *shot.subjects]))
        for key, name in named.items():
            if people[key].looks == DEFAULT_LOOKS:
                people[key].looks = _looks_of(name, shot.action) or DEFAULT_LOOKS
        needed_s = ceil(spoken_s(shot.dialogue))
        if not shot.duration and needed_s > DEFAULT_DURATION_S:
            shot.duration = f"{min(needed_s, MAX_DURATION_S)}s"


def spoken_s(lines: Sequence[DraftLine]) -> float:
    """Seconds that a dialogue takes, in half seconds; simultaneous lines count once."""
    end = 0.0
    for line in lines:
        start = float(line.at.rstrip("s")) if line.at else end
        end = max(end, start + len(line.line.split()) / WORDS_PER_SECOND + PAUSE_S)
    return ceil(end * 2) / 2


def _named(action: str, keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Key and spelling of the characters that an action names, as MARA or Mara."""
    words = [_ENDING.sub("", word.lstrip("(\"“‘'")) for word in action.split()]  # noqa: RUF001
    k = 0
    while k < len(words):
        # The longest name wins: MARA'S MOTHER is not MARA.
        for size in range(min(MAX_NAME_WORDS, len(words) - k), 0, -1):
            name = " ".join(words[k : k + size])
            folded = " ".join(name.split()).casefold()
            if folded in keys and not any(word[:1].islower() for word in name.split()):
                yield keys[folded], name
                k += size - 1
                break
        k += 1


def _looks_of(name: str, action: str) -> str:
    """The description in an introduction: "ILYA, a thin driver, ..." or "MARA (short hair)"."""
    name = re.escape(name)
    if found := re.search(rf"{name},\s+(an?\s[^,.;:()]{{3,80}})[,.;]", action):
        return found[1].strip()
    if found := re.search(rf"{name}\s*\(([^()]{{2,80}})\)", action):
        return f"a person, {found[1].strip()}"
    return ""
