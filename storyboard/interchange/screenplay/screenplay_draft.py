"""Who is in the shots of a draft, what a script says they look like, and how long they speak.

Called by `skeleton.py`.

Script → Draft: scenes with their shots, characters and places, as a director would begin.

A scene with `[[shot: ...]]` notes has those shots; one without has a shot for every paragraph of
action, and what is said after it belongs to it. Called by the CLI.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
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
)
from storyboard.interchange.import_report import Report
from storyboard.interchange.screenplay.screenplay import Element, Kind, Script, split_heading
from storyboard.interchange.shot_note import read_shot_note
from storyboard.interchange.slates import MAX_NUMBER, is_id, name_shots, settle

WORDS_PER_SECOND = 2.5
"""How fast people speak on the screen."""
PAUSE_S = 0.5
"""After a line."""
MAX_NAME_WORDS = 6

_ENDING = re.compile(r"(?:['’]s|['’])?[.,;:!?)\"”…]*$")  # noqa: RUF001


def cast(draft: Draft) -> None:
    """Put into each shot who its action names, and make it as long as what is said in it.

    Args:
        draft: Changed in place; who speaks in a shot is in it already.
    """
    people = draft.characters
    keys = {_folded(who.name): key for key, who in people.items()}
    for scene in draft.scenes:
        for shot in scene.shots:
            named = dict(_named(shot.action, keys))
            shot.subjects = list(dict.fromkeys([*named, *shot.subjects]))
            for key, written in named.items():
                if people[key].looks == DEFAULT_LOOKS:
                    people[key].looks = _looks_of(written, shot.action) or DEFAULT_LOOKS
            needed_s = ceil(spoken_s(shot.dialogue))
            if not shot.duration and needed_s > DEFAULT_DURATION_S:
                shot.duration = f"{min(needed_s, MAX_DURATION_S)}s"


def spoken_s(lines: Sequence[DraftLine]) -> float:
    """Seconds that a dialogue takes; lines at the same time count once."""
    end = 0.0
    for line in lines:
        start = float(line.at.rstrip("s")) if line.at else end
        end = max(end, start + len(line.line.split()) / WORDS_PER_SECOND + PAUSE_S)
    return ceil(end * 2) / 2


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _named(action: str, keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Characters that an action names, written as MARA or Mara: key and spelling."""
    words = [_ENDING.sub("", word.lstrip("(\"“‘'")) for word in action.split()]  # noqa: RUF001
    k = 0
    while k < len(words):
        for size in range(min(MAX_NAME_WORDS, len(words) - k), 0, -1):
            written = " ".join(words[k : k + size])
            is_name = not any(word[:1].islower() for word in written.split())
            if is_name and _folded(written) in keys:
                yield keys[_folded(written)], written
                k += size - 1
                break
        k += 1


def _looks_of(name: str, action: str) -> str:
    """What an introduction says: "ILYA, a thin driver, ..." or "MARA (30s, short hair) ..."."""
    name = re.escape(name)
    if found := re.search(rf"{name},\s+(an?\s[^,.;:()]{{3,80}})[,.;]", action):
        return found[1].strip()
    if found := re.search(rf"{name}\s*\(([^()]{{2,80}})\)", action):
        return f"a person, {found[1].strip()}"
    return ""


_CONTINUED = re.compile(r"(?:CONT(?:['’]?D|INUED)?|MORE)\.?", re.IGNORECASE)  # noqa: RUF001
_OFF_SCREEN = re.compile(r"\b(?:V\.?\s?O|O\.?\s?[SC]|VOICE|OFF)\b", re.IGNORECASE)
_OUT = {
    "FADE OUT": "fade to black",
    "FADE TO BLACK": "fade to black",
    "FADE TO WHITE": "fade to white",
}
_INTO = {
    "FADE IN": "fade from black",
    "FADE TO": "dip black",
    "DISSOLVE TO": "dissolve",
    "CROSSFADE TO": "dissolve",
    "CROSS FADE TO": "dissolve",
    "LAP DISSOLVE TO": "dissolve",
    "SMASH CUT TO": "smash cut",
    "SMASH TO": "smash cut",
    "MATCH CUT TO": "match cut",
    "MATCH TO": "match cut",
    "WIPE TO": "wipe left",
}
_PLAIN_CUTS = ("CUT TO", "HARD CUT TO")
_AUTHOR_KEYS = ("author", "authors")


def make_draft(script: Script, report: Report) -> Draft:
    """Make the skeleton of a board.

    Args:
        script: As read.
        report: Told what had to be guessed and what is left behind.
    """
    return _Builder(script, report).build()


@dataclass
class _Speech:
    """Who is speaking, and how; `line` is what they have said in the shot so far."""

    who: str
    name: str
    is_off: bool
    at: str = ""
    line: DraftLine | None = None


class _Builder:
    def __init__(self, script: Script, report: Report) -> None:
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
        self._read_title_page()
        elements = self._script.elements
        take: Mapping[Kind, Callable[[Element], None]] = {
            "heading": self._begin_scene,
            "section": lambda element: self._sections.append(element.text),
            "synopsis": self._synopsis,
            "note": self._note,
            "transition": self._transit,
            "shot note": self._begin_noted_shot,
            "shot": lambda element: self._begin_shot(element.line).notes.append(element.text),
            "action": self._act,
            "cue": self._cue,
            "dialogue": self._say,
            "parenthetical": self._aside,
            "lyrics": self._sing,
            "card": self._show_card,
        }
        for k, element in enumerate(elements):
            if element.kind == "heading" or k == 0:
                self._has_shot_notes = _has_shot_notes(elements, k)
            take[element.kind](element)
        self._finish()
        return self._draft

    def _read_title_page(self) -> None:
        draft, page = self._draft, dict(self._script.title_page)
        draft.title = " ".join(page.pop("title", "").split())
        author = next((page.pop(key) for key in _AUTHOR_KEYS if page.get(key)), "")
        draft.author = ", ".join(author.split("\n"))
        draft.code = code_of(draft.title)
        draft.title_page = {key: value for key, value in page.items() if value}

    def _begin_scene(self, element: Element) -> None:
        place = split_heading(element.text)
        location = self._draft.place(place)
        scene = self._open_scene(self._number(element))
        scene.location, scene.time = location, place.time
        heading = " ".join(element.text.upper().split())
        if _letters(heading) != _letters(place.heading + place.time):
            scene.heading = heading

    def _number(self, element: Element) -> str | None:
        number = element.number
        if not number:
            return None
        finding = ""
        if not is_id(number) or len(number) > MAX_NUMBER:
            finding = f'scene number "{number}" cannot name a file, numbered anew'
        elif number.casefold() in self._numbers:
            finding = f'scene number "{number}" is used twice, numbered anew'
        if finding:
            self._report.remark(element.line, finding)
            return None
        self._numbers.add(number.casefold())
        return number

    def _open_scene(self, number: str | None) -> DraftScene:
        self._given.append(number)
        self._scene = DraftScene("", sections=self._sections)
        self._sections = []
        self._draft.scenes.append(self._scene)
        self._shot = self._speech = None
        return self._scene

    def _current_scene(self) -> DraftScene:
        """The scene that is open; before the first heading, one without a heading."""
        if self._scene is not None:
            return self._scene
        is_zero_free = all(element.number != "0" for element in self._script.elements)
        return self._open_scene("0" if is_zero_free else None)

    def _begin_shot(self, line: int) -> DraftShot:
        shot = self._shot = DraftShot("", line)
        self._current_scene().shots.append(shot)
        shot.notes, self._notes = self._notes, []
        if self._transition is not None:
            kind = self._transition.text.rstrip(".: ")
            shot.transition_in, self._transition = _INTO[kind], None
        return shot

    def _current(self, line: int) -> DraftShot:
        return self._shot or self._begin_shot(line)

    def _begin_noted_shot(self, element: Element) -> None:
        shot = self._begin_shot(element.line)
        said = read_shot_note(element.text)
        shot.id, shot.duration, shot.composition = said.id, said.duration, said.composition
        shot.camera, shot.lighting = ", ".join(said.camera), ", ".join(said.lighting)
        if said.transition:
            if shot.transition_in:
                self._report.lose(element.line, "transition", shot.transition_in)
            shot.transition_in = said.transition
        shot.sound = "MOS" if said.is_mos else ""
        for text, remedy in said.unknown:
            self._report.remark(element.line, f'shot note: "{text}" is put into notes', remedy)
            shot.notes.append(text)

    def _act(self, element: Element) -> None:
        self._speech = None
        shot = self._current(element.line)
        if not self._has_shot_notes and (shot.action or shot.dialogue):
            shot = self._begin_shot(element.line)
        shot.action = f"{shot.action} {' '.join(element.text.split())}".strip()

    def _cue(self, element: Element) -> None:
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

    def _say(self, element: Element) -> None:
        shot = self._current(element.line)
        text = " ".join(element.text.split())
        speech = self._speech
        if speech is None:
            shot.action = f"{shot.action} {text}".strip()
            return
        if not speech.is_off and speech.who not in shot.subjects:
            shot.subjects.append(speech.who)
        if shot.dialogue and shot.dialogue[-1] is speech.line:
            speech.line.line += f" {text}"
        else:
            speech.line = DraftLine(speech.who, text, speech.at)
            shot.dialogue.append(speech.line)

    def _aside(self, element: Element) -> None:
        who = self._speech.name if self._speech else ""
        self._current(element.line).notes.append(f"{who} {element.text}".strip())

    def _sing(self, element: Element) -> None:
        self._open_or_last(element.line).notes.append(f"Sung: {element.text}")

    def _show_card(self, element: Element) -> None:
        self._open_or_last(element.line).notes.append(f"On the screen: {element.text}")

    def _open_or_last(self, line: int) -> DraftShot:
        """The shot that is open, or the last of the scene."""
        shots = self._scene.shots if self._scene else []
        return self._shot or (shots[-1] if shots else self._begin_shot(line))

    def _synopsis(self, element: Element) -> None:
        if self._scene is None or self._sections:
            self._sections.append(element.text)
        else:
            self._scene.synopsis.append(" ".join(element.text.split()))

    def _note(self, element: Element) -> None:
        (self._notes if self._shot is None else self._shot.notes).append(element.text)

    def _transit(self, element: Element) -> None:
        text = " ".join(element.text.split())
        kind = text.upper().rstrip(".: ")
        last = self._shot or self._last_shot()
        self._speech = self._shot = None
        if kind in _OUT:
            if last is not None and not last.transition_out:
                last.transition_out = _OUT[kind]
                return
        elif kind in _INTO and self._transition is None:
            self._transition = Element("transition", kind, element.line)
            return
        elif kind in _PLAIN_CUTS:
            return
        self._report.lose(element.line, "transition", text)

    def _last_shot(self) -> DraftShot | None:
        shots = (shot for scene in reversed(self._draft.scenes) for shot in reversed(scene.shots))
        return next(shots, None)

    def _finish(self) -> None:
        draft = self._draft
        if not draft.scenes:
            self._report.remark(1, "no scene in it, made one", "write a heading like INT. ROOM")
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
        settle(draft, self._report)


def _has_shot_notes(elements: Sequence[Element], start: int) -> bool:
    """Whether the scene that begins at an element has notes that say how it is shot."""
    for k in range(start, len(elements)):
        if elements[k].kind == "heading" and k > start:
            return False
        if elements[k].kind in ("shot note", "shot"):
            return True
    return False


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text)
