"""Postures of the entire body and gestures over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Posture:
    """A posture or a cycle of the entire body, in parts of the standing height.

    Attributes:
        top: Height of the top of the head over what the figure rests on.
        rest: Height of what it rests on for a person of 1.75 m, in metres: a seat 0.45, a bed 0.5.
        length: Extent along the ground from front to back.
        speed: Metres a second at the usual pace; 0 stays in place.
        seat: Kind of thing that it rests on: seat, bed, vehicle, bicycle, motorcycle, horse,
            stairs, ladder, or "".
    """

    top: float = 1.0
    rest: float = 0.0
    length: float = 0.3
    speed: float = 0.0
    seat: str = ""


@dataclass(frozen=True)
class Gesture:
    """Something done with arms, hands and head over a posture.

    Attributes:
        hands: Which hands it occupies.
        prop: Model that is put into the hand if the words name none, "" for empty hands.
        needs: Whether it is done to somebody or something.
        posture: Posture that it implies where the words give none.
    """

    hands: Literal["", "right", "left", "both"] = "right"
    prop: str = ""
    needs: Literal["", "person", "thing"] = ""
    posture: str = ""


POSTURES: Mapping[str, Posture] = {
    "stand": Posture(),
    "walk": Posture(length=0.5, speed=1.3),
    "run": Posture(top=0.93, length=0.7, speed=3.5),
    "sneak": Posture(top=0.76, length=0.55, speed=0.6),
    "march": Posture(length=0.5, speed=1.5),
    "stagger": Posture(top=0.92, length=0.5, speed=0.7),
    "crawl": Posture(top=0.40, length=0.8, speed=0.5),
    "sit": Posture(top=0.52, rest=0.45, length=0.45, seat="seat"),
    "sit-floor": Posture(top=0.53, length=0.6),
    "drive": Posture(top=0.52, rest=0.45, length=0.6, seat="vehicle"),
    "lie": Posture(top=0.15, rest=0.5, length=1.0, seat="bed"),
    "lie-floor": Posture(top=0.15, length=1.0),
    "sleep": Posture(top=0.18, rest=0.5, length=1.0, seat="bed"),
    "kneel": Posture(top=0.72, length=0.4),
    "crouch": Posture(top=0.60, length=0.4),
    "bend": Posture(top=0.62, length=0.6),
    "lean": Posture(top=0.97, length=0.35),
    "climb-stairs": Posture(top=0.94, length=0.5, speed=0.6, seat="stairs"),
    "climb-ladder": Posture(top=0.95, length=0.4, speed=0.4, seat="ladder"),
    "jump": Posture(top=1.2, length=0.4, speed=1.0),
    "fall": Posture(top=1.0, length=1.0),
    "dance": Posture(length=0.5),
    "swim": Posture(top=0.12, length=1.3, speed=0.9),
    "ride-bicycle": Posture(top=0.41, rest=0.9, length=0.5, speed=4.0, seat="bicycle"),
    "ride-motorcycle": Posture(top=0.46, rest=0.75, length=0.6, speed=8.0, seat="motorcycle"),
    "ride-horse": Posture(top=0.53, rest=1.45, length=0.5, speed=3.0, seat="horse"),
    "float": Posture(top=1.24, length=0.3),
    "tiptoe": Posture(top=1.05),
    "sit-crossed": Posture(top=0.52, rest=0.45, length=0.5, seat="seat"),
    "crossed-floor": Posture(top=0.52, length=0.5),
    "sit-knees": Posture(top=0.52, rest=0.45, length=0.5, seat="seat"),
    "knees-floor": Posture(top=0.52, length=0.5),
    "hang": Posture(top=1.27),
    "dive": Posture(top=1.12, length=1.6),
    "dive-aside": Posture(top=1.13, length=0.8),
    "walk-back": Posture(length=0.5, speed=0.8),
    "knee-slide": Posture(top=0.72, length=0.7, speed=2.0),
    "carried": Posture(top=0.5, length=0.5),
    "dragged": Posture(top=0.15, length=1.0),
}

GESTURES: Mapping[str, Gesture] = {
    "phone-ear": Gesture(prop="phone"),
    "phone-look": Gesture(prop="phone"),
    "type": Gesture("both", needs="thing", posture="sit"),
    "write": Gesture(prop="pen"),
    "read": Gesture("both", prop="book"),
    "drink": Gesture(prop="cup"),
    "eat": Gesture(prop="fork"),
    "pour": Gesture(prop="bottle"),
    "smoke": Gesture(prop="cigarette"),
    "cook": Gesture(prop="spoon"),
    "wipe": Gesture(needs="thing"),
    "point": Gesture(),
    "aim": Gesture("both", prop="gun"),
    "wave": Gesture(),
    "raise-arm": Gesture(),
    "hands-up": Gesture("both"),
    "reach": Gesture(needs="thing"),
    "pick-up": Gesture(needs="thing"),
    "put-down": Gesture(needs="thing"),
    "hold": Gesture(needs="thing"),
    "hold-out": Gesture(needs="thing"),
    "give": Gesture(needs="person"),
    "carry": Gesture("both", needs="thing"),
    "push": Gesture("both", needs="thing"),
    "pull": Gesture("both", needs="thing"),
    "open-door": Gesture(needs="thing"),
    "open": Gesture(needs="thing"),
    "knock": Gesture(needs="thing"),
    "throw": Gesture(),
    "catch": Gesture("both"),
    "hug": Gesture("both", needs="person"),
    "kiss": Gesture("both", needs="person"),
    "shake-hands": Gesture(needs="person"),
    "punch": Gesture("both"),
    "kick": Gesture(""),
    "cry": Gesture("both"),
    "laugh": Gesture(""),
    "smile": Gesture(""),
    "talk": Gesture(""),
    "shout": Gesture(""),
    "whisper": Gesture(""),
    "listen": Gesture(""),
    "think": Gesture(),
    "nod": Gesture(""),
    "shake-head": Gesture(""),
    "shrug": Gesture("both"),
    "turn": Gesture(""),
    "look": Gesture(""),
    "cross-arms": Gesture("both"),
    "hands-on-hips": Gesture("both"),
    "hands-in-pockets": Gesture("both"),
    "clap": Gesture("both"),
    "bow": Gesture(""),
    "salute": Gesture(),
    "photograph": Gesture("both", prop="camera"),
    "play-guitar": Gesture("both", prop="guitar"),
    "play-piano": Gesture("both", needs="thing", posture="sit"),
    "tie-shoe": Gesture("both", posture="kneel"),
    "put-on": Gesture("both", needs="thing"),
    "comb": Gesture(),
    "breathe": Gesture(""),
    "shiver": Gesture("both"),
    "stretch": Gesture("both"),
    **{name: Gesture() for name in (
        "raise-hand", "dangle", "check-watch", "shade-eyes", "cover-mouth", "touch-cheek",
        "touch-lips", "touch-forehead", "scratch-head", "flex-fingers")},
    **{name: Gesture("") for name in (
        "touch-eyes", "hold-ears", "fold-hands", "hug-knees", "pluck-sleeve", "rub-hands", "bound",
        "saw-bound", "compare", "sing", "lean-head",
        "flinch", "pull-cover", "cover-head", "throw-cover",
        "hold-pads", "tilt-head")},
    **{name: Gesture() for name in ("conduct", "wave-held", "dab", "phone-over")},
    "point-held": Gesture(prop="remote"),
    **{name: Gesture(needs="person") for name in (
        "slap", "hold-hand", "hand-in-hand", "feed", "auscultate", "kiss-forehead", "support")},
    **{name: Gesture("both", needs="person") for name in (
        "guide", "tuck-in", "braid", "drape", "grab-collar", "shove", "search-body", "attend",
        "cling", "dip", "haul", "carry-person")},
    **{name: Gesture(needs="thing") for name in ("stroke", "dunk", "saw", "plug", "pack", "hover")},
    **{name: Gesture("both", needs="thing") for name in ("work-on", "plane", "lift-lid")},
    "swing-at": Gesture(needs="person"),
    "blow": Gesture("", needs="thing"),
    "plant": Gesture("both", prop="flag"),
    "paint": Gesture(prop="brush", needs="thing"),
    "hide-behind": Gesture("both", prop="newspaper"),
    "port-arms": Gesture("both", prop="rifle"),
    "play-violin": Gesture("both", prop="violin"),
    "play-wind": Gesture("both", prop="trumpet"),
    "play-drums": Gesture("both", needs="thing"),
    "row": Gesture("both", posture="sit"),
}  # fmt: skip


ANIMAL_RESTS = {
    "sit": "sit", "sit-floor": "sit", "lie": "lie", "lie-floor": "lie", "crouch": "lie",
    "sleep": "sleep",
}  # fmt: skip
"""Postures in which an animal rests: it sits, lies, or sleeps."""
