"""What people write, as what the layout can build: nouns, places, colours, verbs.

Data only. A noun that is not here is looked for by its last word ("tram driver" is a driver);
a shot without any known noun shows a person. Read by `reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Colour = tuple[float, float, float]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NOUNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "person": _words(
            "person man woman boy girl child kid actor actress driver figure pedestrian "
            "stranger passenger waiter waitress soldier officer doctor nurse teacher "
            "student dancer runner detective thief guard worker farmer fisherman sailor "
            "pilot chef barista bride groom mother father sister brother friend couple lady "
            "gentleman hero heroine someone hand hands palm fingers face courier cyclist "
            "clerk host guest model athlete musician"
        ),
        "robot": _words("robot android droid machine automaton cyborg"),
        "dog": _words("dog puppy hound wolf cat fox horse deer animal"),
        "car": _words(
            "car automobile sedan taxi cab coupe hatchback jeep suv convertible limousine"
        ),
        "truck": _words("truck lorry van pickup ambulance"),
        "bus": _words("bus tram trolley streetcar coach train carriage"),
        "house": _words("house cottage cabin hut farmhouse barn home shed chapel"),
        "tower": _words("tower skyscraper lighthouse building highrise office castle block"),
        "tree": _words("tree oak pine fir birch"),
        "ball": _words("ball sphere globe orb balloon apple orange coin planet"),
        "box": _words("box crate parcel package suitcase cube chest carton briefcase trunk"),
        "bottle": _words("bottle flask perfume vase jar can thermos lamp"),
        "boat": _words("boat ship ferry yacht dinghy"),
    }
)

PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "street": _words(
            "street road avenue city town alley highway kerb curb junction stop pavement"
        ),
        "forest": _words("forest wood woods woodland jungle park grove"),
        "field": _words("field meadow grass lawn plain countryside farmland hill pasture"),
        "desert": _words("desert dune dunes wasteland sand canyon"),
        "shore": _words("shore beach coast seaside harbour harbor pier lake sea ocean"),
        "room": _words("room kitchen bedroom office apartment flat bar cafe hall lobby house"),
        "carriage": _words("tram carriage compartment wagon corridor bus train"),
        "studio": _words("studio cyclorama backdrop stage void"),
    }
)

COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
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
)

COLOUR_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "gray": "grey",
        "silver": "grey",
        "navy": "blue",
        "teal": "blue",
        "crimson": "red",
        "scarlet": "red",
        "gold": "yellow",
        "golden": "yellow",
        "violet": "purple",
        "beige": "brown",
        "wooden": "brown",
        "amber": "orange",
    }
)

# Metres a second of a subject that moves by itself, scaled to a figure of 1.75 m.
VERBS: Mapping[str, tuple[float, str]] = MappingProxyType(
    {
        "run": (1.5, "runs sprints races dashes flees chases rushes hurries"),
        "walk": (0.8, "walks strolls steps wanders paces crosses approaches leaves enters marches"),
        "drive": (
            1.7,
            "drives rolls speeds turns rides pulls passes arrives departs sails skids accelerates "
            "races moves slides travels",
        ),
    }
)

HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "towards": ("towards the camera", "toward the camera", "to the camera", "at the camera"),
        "away": ("away from the camera", "into the distance", "away"),
        "right": ("left to right", "to the right", "rightwards"),
        "left": ("right to left", "to the left", "leftwards"),
    }
)
