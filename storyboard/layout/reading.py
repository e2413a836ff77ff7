"""What a shot's words say there is to see: subjects, their colours and motions, the place.

A lookup in `lexicon`, nothing cleverer: the layout must be predictable. The first nouns named
are the subjects; characters come before what the action mentions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from storyboard.layout.lexicon import (
    COLOUR_ALIASES,
    COLOURS,
    HEADINGS,
    NOUNS,
    PLACES,
    VERBS,
    Colour,
)

if TYPE_CHECKING:
    from shots.schema import Shot, ShotList

_WORD = re.compile(r"[a-z]+")
_ASIDE = re.compile(r",|\b(?:as|while|when|before|after|until)\b")
_NEUTRAL: dict[str, Colour] = {
    "person": (0.34, 0.38, 0.46),
    "tree": (0.24, 0.46, 0.20),
    "house": (0.72, 0.68, 0.60),
}
_BODY = frozenset({"hair", "eyes", "beard", "moustache", "skin"})
_GREY: Colour = (0.55, 0.55, 0.57)


@dataclass(frozen=True)
class Actor:
    """One subject: what it is, its colour, how fast (m/s) and which way it moves."""

    figure: str
    colour: Colour
    speed: float = 0.0
    heading: str = "left"


@dataclass(frozen=True)
class Reading:
    """All that the layout takes from a shot's words."""

    actors: tuple[Actor, ...]
    place: str


@cache
def _index(table_name: str) -> dict[str, str]:
    table = {"nouns": NOUNS, "places": PLACES}[table_name]
    return {word: name for name, words in table.items() for word in words}


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _figures_in(text: str) -> list[tuple[str, int]]:
    """(figure, word position) of every known noun, in order."""
    index = _index("nouns")
    found = []
    words = _WORD.findall(text.lower())
    for position, word in enumerate(words):
        name = index.get(word) or index.get(_singular(word))
        follows = words[position + 1 : position + 3]
        if name and not _is_modifier(word, name, follows):
            found.append((name, position))
    return found


def _is_modifier(word: str, name: str, follows: list[str]) -> bool:
    """Whether a noun only says what kind of thing a later one is: tram stop, orange sports car."""
    if follows and follows[0] in {"stop", "station", "window", "door"}:
        return True
    index, reach = _index("nouns"), 2 if word in COLOURS else 1
    return any(index.get(later, name) != name for later in follows[:reach])


def _colour_before(text: str, position: int) -> Colour | None:
    """The last colour word up to the noun, else the first one after it."""
    words = _WORD.findall(text.lower())
    known = [
        (k, COLOUR_ALIASES.get(word, word))
        for k, word in enumerate(words)
        if COLOUR_ALIASES.get(word, word) in COLOURS and not _BODY & set(words[k + 1 : k + 2])
    ]
    before = [name for k, name in known if position - 4 <= k < position]
    after = [name for k, name in known if k > position]
    chosen = before[-1:] or after[:1]
    return COLOURS[chosen[0]] if chosen else None


def _motion(text: str) -> tuple[float, str]:
    """Speed and heading of the subject, from the main clause: what others do is not its own."""
    lower = f" {_ASIDE.split(text.lower())[0]} "
    speed = 0.0
    for metres, words in VERBS.values():
        if any(f" {verb} " in re.sub(r"[^a-z ]", " ", lower) for verb in words.split()):
            speed = metres
            break
    heading = next(
        (name for name, phrases in HEADINGS.items() if any(p in lower for p in phrases)), "left"
    )
    return speed, heading


def read_shot(board: ShotList, shot: Shot) -> Reading:
    """Subjects and place of a shot, from its characters, action and location."""
    action = shot.action
    speed, heading = _motion(action)
    if shot.continuity and shot.continuity.screen_direction:
        heading = "right" if "to-right" in shot.continuity.screen_direction else "left"
    actors = []
    for name in shot.subjects:
        character = board.characters[name]
        clothes = character.outfit(shot.wardrobe)
        figure, position = (_figures_in(character.looks) or [("person", 0)])[0]
        colour = _colour_before(clothes, -1) or _colour_before(character.looks, position)
        actors.append(Actor(figure, colour or _NEUTRAL.get(figure, _GREY), speed, heading))
    if not actors:
        actors = _actors_in(action, speed, heading)
    return Reading(tuple(actors[:3]), _place(shot))


def _actors_in(action: str, speed: float, heading: str) -> list[Actor]:
    found = _figures_in(action)[:1] or [("person", 0)]
    return [
        Actor(
            figure, _colour_before(action, position) or _NEUTRAL.get(figure, _GREY), speed, heading
        )
        for figure, position in found
    ]


def _place(shot: Shot) -> str:
    location = shot.location
    texts = [location.looks, location.heading] if location else []
    for text in [*texts, shot.action]:
        inside = "interior" in text.lower() or text.upper().startswith("INT")
        for word in _WORD.findall(text.lower()):
            name = _index("places").get(word) or _index("places").get(_singular(word))
            if name == "carriage" and not inside:
                name = None
            if name:
                return name
    heading = location.heading if location else ""
    return "room" if heading.upper().startswith("INT") else "field"
