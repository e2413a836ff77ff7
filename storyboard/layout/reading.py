"""Reads the words of a shot for the layout: figures, their colours and motions, the place.

Plain table lookup, so that the layout is predictable. A noun outside the table is matched by its
last word ("tram driver" is a driver); a shot without a listed noun shows a person. Characters come
before what the action mentions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storyboard.layout.mesh import Colour

if TYPE_CHECKING:
    from shots.schema import Shot, ShotList

NOUNS: Mapping[str, str] = {
    "person": (
        "person man woman boy girl child kid actor actress driver figure pedestrian stranger "
        "passenger waiter waitress soldier officer doctor nurse teacher student dancer runner "
        "detective thief guard worker farmer fisherman sailor pilot chef barista bride groom "
        "mother father sister brother friend couple lady gentleman hero heroine someone hand "
        "hands palm fingers face courier cyclist clerk host guest model athlete musician"
    ),
    "robot": "robot android droid machine automaton cyborg",
    "dog": "dog puppy hound wolf cat fox horse deer animal",
    "car": "car automobile sedan taxi cab coupe hatchback jeep suv convertible limousine",
    "truck": "truck lorry van pickup ambulance",
    "bus": "bus tram trolley streetcar coach train carriage",
    "house": "house cottage cabin hut farmhouse barn home shed chapel",
    "tower": "tower skyscraper lighthouse building highrise office castle block",
    "tree": "tree oak pine fir birch",
    "ball": "ball sphere globe orb balloon apple orange coin planet",
    "box": "box crate parcel package suitcase cube chest carton briefcase trunk",
    "bottle": "bottle flask perfume vase jar can thermos lamp",
    "boat": "boat ship ferry yacht dinghy",
}
PLACES: Mapping[str, str] = {
    "street": "street road avenue city town alley highway kerb curb junction stop pavement",
    "forest": "forest wood woods woodland jungle park grove",
    "field": "field meadow grass lawn plain countryside farmland hill pasture",
    "desert": "desert dune dunes wasteland sand canyon",
    "shore": "shore beach coast seaside harbour harbor pier lake sea ocean",
    "room": "room kitchen bedroom office apartment flat bar cafe hall lobby house",
    "carriage": "tram carriage compartment wagon corridor bus train",
    "studio": "studio cyclorama backdrop stage void",
}
COLOURS: Mapping[str, Colour] = {
    "red": (0.80, 0.13, 0.12),
    "orange": (0.90, 0.46, 0.10),
    "yellow": (0.90, 0.77, 0.15),
    "green": (0.20, 0.58, 0.24),
    "blue": (0.15, 0.32, 0.78),
    "purple": (0.50, 0.22, 0.66),
    "pink": (0.92, 0.50, 0.64),
    "brown": (0.42, 0.27, 0.16),
    "white": (0.92, 0.92, 0.90),
    "black": (0.09, 0.09, 0.10),
    "grey": (0.50, 0.50, 0.52),
}
COLOUR_ALIASES: Mapping[str, str] = {
    "gray": "grey", "silver": "grey", "navy": "blue", "teal": "blue", "crimson": "red",
    "scarlet": "red", "gold": "yellow", "golden": "yellow", "violet": "purple", "beige": "brown",
    "wooden": "brown", "amber": "orange",
}  # fmt: skip
# Metres a second of a subject that moves by itself, scaled to a figure of 1.75 m, and its verbs.
VERBS: Mapping[str, tuple[float, str]] = {
    "run": (1.5, "runs sprints races dashes flees chases rushes hurries"),
    "walk": (0.8, "walks strolls steps wanders paces crosses approaches leaves enters marches"),
    "drive": (
        1.7,
        "drives rolls speeds turns rides pulls passes arrives departs sails skids accelerates "
        "races moves slides travels",
    ),
}
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "towards": ("towards the camera", "toward the camera", "to the camera", "at the camera"),
    "away": ("away from the camera", "into the distance", "away"),
    "right": ("left to right", "to the right", "rightwards"),
    "left": ("right to left", "to the left", "leftwards"),
}

_FIGURE_OF = {word: figure for figure, words in NOUNS.items() for word in words.split()}
_PLACE_OF = {word: place for place, words in PLACES.items() for word in words.split()}
_WORD = re.compile(r"[a-z]+")
_SUBORDINATE = re.compile(r",|\b(?:as|while|when|before|after|until)\b")
_BODY = frozenset({"hair", "eyes", "beard", "moustache", "skin"})
_NEUTRAL: Mapping[str, Colour] = {
    "person": (0.34, 0.38, 0.46),
    "tree": (0.24, 0.46, 0.20),
    "house": (0.72, 0.68, 0.60),
}
_GREY: Colour = (0.55, 0.55, 0.57)
_MOST_ACTORS = 3


@dataclass(frozen=True)
class Actor:
    """One subject: its figure, colour, speed (m/s) and heading, a key of HEADINGS."""

    figure: str
    colour: Colour
    speed: float = 0.0
    heading: str = "left"


@dataclass(frozen=True)
class Reading:
    """The subjects and the place of a shot."""

    actors: tuple[Actor, ...]
    place: str


def read_shot(board: ShotList, shot: Shot) -> Reading:
    """Subjects and place of a shot, from its characters, action and location."""
    speed, heading = _motion(shot.action)
    if shot.continuity and shot.continuity.screen_direction:
        heading = "right" if "to-right" in shot.continuity.screen_direction else "left"
    looks = []
    for name in shot.subjects:
        character = board.characters[name]
        figure, position = _first_figure(character.looks)
        clothes = character.outfit(shot.wardrobe)
        looks.append((figure, _colour(clothes, -1) or _colour(character.looks, position)))
    if not looks:
        figure, position = _first_figure(shot.action)
        looks = [(figure, _colour(shot.action, position))]
    actors = [
        Actor(figure, colour or _NEUTRAL.get(figure, _GREY), speed, heading)
        for figure, colour in looks[:_MOST_ACTORS]
    ]
    return Reading(tuple(actors), _place(shot))


def _lookup(index: Mapping[str, str], word: str) -> str | None:
    singular = word[:-1] if word.endswith("s") and not word.endswith("ss") else word
    return index.get(word) or index.get(singular)


def _first_figure(text: str) -> tuple[str, int]:
    """The first figure named in a text and its word position; ("person", 0) if none is."""
    words = _WORD.findall(text.lower())
    for position, word in enumerate(words):
        figure = _lookup(_FIGURE_OF, word)
        if figure is None:
            continue
        # A noun may only say what kind of thing a later one is: tram stop, orange sports car.
        following = words[position + 1 : position + (3 if word in COLOURS else 2)]
        is_part_of_place = bool(following) and following[0] in {"stop", "station", "window", "door"}
        if not is_part_of_place and all(_FIGURE_OF.get(w, figure) == figure for w in following):
            return figure, position
    return "person", 0


def _colour(text: str, position: int) -> Colour | None:
    """The last colour in the four words before the noun, else the first one after it."""
    words = _WORD.findall(text.lower())
    names = [
        (k, COLOUR_ALIASES.get(word, word))
        for k, word in enumerate(words)
        if COLOUR_ALIASES.get(word, word) in COLOURS and not _BODY & set(words[k + 1 : k + 2])
    ]
    before = [name for k, name in names if position - 4 <= k < position]
    after = [name for k, name in names if k > position]
    chosen = before[-1:] or after[:1]
    return COLOURS[chosen[0]] if chosen else None


def _motion(text: str) -> tuple[float, str]:
    """Speed and heading of the subject, from the main clause only: the rest is about others."""
    clause = f" {_SUBORDINATE.split(text.lower())[0]} "
    letters = re.sub(r"[^a-z ]", " ", clause)
    speeds = (
        speed for speed, verbs in VERBS.values() if any(f" {v} " in letters for v in verbs.split())
    )
    headings = (
        heading for heading, phrases in HEADINGS.items() if any(p in clause for p in phrases)
    )
    return next(speeds, 0.0), next(headings, "left")


def _place(shot: Shot) -> str:
    location = shot.location
    texts = [location.looks, location.heading] if location else []
    for text in [*texts, shot.action]:
        is_interior = "interior" in text.lower() or text.upper().startswith("INT")
        for word in _WORD.findall(text.lower()):
            name = _lookup(_PLACE_OF, word)
            if name and (name != "carriage" or is_interior):  # a tram may also just pass by
                return name
    heading = location.heading if location else ""
    return "room" if heading.upper().startswith("INT") else "field"
