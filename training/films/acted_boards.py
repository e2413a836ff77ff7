"""Random one-shot boards for staging: people who act, things, places, views and cameras.

Unlike `training.films.boards`, which words its boards for greybox, these use what staging reads:
actions of one to three people, things on tables, vehicles, and over-the-shoulder, point-of-view,
insert and establishing shots. The same seed is the same board.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from shots import ShotList, parse_shots
from training.films.boards import UNSEEN_SEED

Random = np.random.Generator

FIRST_SEED = UNSEEN_SEED + 4_000_000
TIGHT_SIZES = ("MCU", "CU")

_PEOPLE = (
    ("MARA", "a woman in her thirties with short black hair", "a red coat"),
    ("ILYA", "an old man with a white moustache", "a dark blue uniform and a peaked cap"),
    ("JO", "a teenage girl with long blonde hair", "a yellow raincoat with a hood"),
    ("SAM", "a tall young man with a beard", "a grey suit"),
    ("VERA", "an elderly woman with grey hair and glasses", "a green dress"),
    ("TOM", "a heavy bald man in his fifties", "a white shirt and black trousers"),
    ("ANNA", "a young woman with red hair", "a blue jumper and jeans"),
    ("NILS", "a boy of ten", "an orange T-shirt and shorts"),
)
_ALONE = (
    "stands still", "walks from left to right", "runs towards the camera", "sits on a chair",
    "kneels on the floor", "crouches", "lies on the floor", "dances", "jumps", "waves",
    "points to the left", "raises both hands", "crosses her arms", "talks on the phone",
    "looks at a phone", "reads a book", "reads a newspaper", "drinks a cup of coffee",
    "eats an apple", "smokes a cigarette", "holds a lamp", "carries a box", "pushes a cart",
    "plays the guitar", "types on a laptop", "aims a gun", "opens an umbrella", "rides a bicycle",
    "stops and looks up", "turns round", "cries", "laughs", "climbs a ladder",
    "picks up a suitcase", "throws a ball", "takes a photograph", "salutes", "bows", "shrugs",
    "sneaks to the right", "crawls towards the camera", "walks away from the camera",
)  # fmt: skip
_PAIRS = (
    "talks to {b}", "hands {b} an envelope", "hugs {b}", "shakes hands with {b}",
    "points at {b}", "whispers to {b}", "dances with {b}", "aims a gun at {b}",
    "walks up to {b}", "sits beside {b} on a bench", "punches {b}", "kisses {b}",
    "waves at {b}", "listens to {b}", "shows {b} a photograph", "gives {b} a cup",
)  # fmt: skip
_TRIOS = (
    "talks to {b} while {c} listens",
    "and {b} walk past {c}",
    "sits between {b} and {c}",
    "points at {b}, and {c} laughs",
    "and {b} carry a box while {c} reads a book",
)
_THINGS = (
    "A red phone lies on a table.", "A bottle of wine stands on a table.",
    "A cup stands on a table.",
    "A yellow taxi drives from left to right.", "A black car is parked.", "A tram passes.",
    "A bicycle leans against the wall.", "A dog runs towards the camera.", "A cat sleeps.",
    "A horse stands still.", "A green suitcase stands on the floor.", "A guitar lies on a chair.",
    "A bouquet of roses lies on a table.", "A motorcycle is parked.",
    "An open book lies on a table.",
    "A ring lies on a table.", "A blue bus drives from right to left.",
)  # fmt: skip
_INDOORS = (
    "KITCHEN", "LIVING ROOM", "BEDROOM", "OFFICE", "CORRIDOR", "BAR", "RESTAURANT", "SHOP",
    "HOSPITAL ROOM", "CLASSROOM", "STUDIO", "HOTEL LOBBY", "LIBRARY", "WORKSHOP", "TRAM",
)  # fmt: skip
_OUTDOORS = (
    "STREET", "CROSSROADS", "ALLEY", "SQUARE", "PARK", "FOREST", "FIELD", "BEACH", "DESERT",
    "MOUNTAIN ROAD", "ROOFTOP", "CAR PARK", "GARDEN", "BRIDGE",
)  # fmt: skip
_SIZES = {"EWS": 4, "WS": 14, "FS": 28, "MWS": 12, "MS": 20, "MCU": 12, "CU": 8, "ECU": 2}
_ANGLES = {"eye-level": 70, "low": 10, "high": 10, "dutch": 3, "overhead": 3, "hip": 4}
_MOVES = {
    "static": 30, "pan-left": 6, "pan-right": 6, "tilt-up": 5, "tilt-down": 5, "push-in": 10,
    "pull-out": 8, "track-left": 6, "track-right": 6, "crane-up": 4, "crane-down": 4,
    "orbit-left": 4, "orbit-right": 4, "zoom-in": 5, "zoom-out": 5, "roll-left": 2, "handheld": 4,
}  # fmt: skip
_TIMES = ("day", "day", "night", "dawn", "sunrise", "sunset", "dusk")
_VIEWS = {"": 70, "OTS": 10, "POV": 6, "insert": 6, "establishing": 4, "reverse": 4}


@dataclass(frozen=True)
class Drawn:
    """A board before it is parsed.

    Attributes:
        seed: The board's.
        people: How many have names in the action.
        action: The sentence.
        camera, lighting: Directives.
        heading: Of the location.
        cast: Rows of `_PEOPLE`, in the order of the names.
    """

    seed: int
    people: int
    action: str
    camera: dict[str, Any]
    lighting: dict[str, str]
    heading: str
    cast: tuple[tuple[str, str, str], ...]

    def board(self) -> ShotList:
        """The board as read from a file."""
        shot: dict[str, Any] = {
            "id": "1", "camera": self.camera, "lighting": self.lighting, "duration": "2s",
            "action": self.action,
        }  # fmt: skip
        if self.cast:
            shot |= {"subjects": [name.lower() for name, _, _ in self.cast], "wardrobe": "worn"}
        mapping = {
            "storyboard": 1,
            "title": f"Staging {self.seed}",
            "characters": {
                name.lower(): {"name": name, "looks": looks, "wardrobe": {"worn": clothes}}
                for name, looks, clothes in self.cast
            },
            "locations": {"place": {"heading": self.heading}},
            "scenes": [{"number": 1, "location": "place", "shots": [shot]}],
        }
        text = yaml.safe_dump(mapping, sort_keys=False)
        return parse_shots(text, Path(f"staging_{self.seed}.yaml"))


def draw(seed: int) -> Drawn:
    """Anything: one to three people or a thing, in any place, view, size, angle and move."""
    random = np.random.default_rng(seed)
    people = int(random.choice(4, p=(0.15, 0.45, 0.28, 0.12)))
    cast = _cast(random, people)
    camera = {
        "size": _weighted(random, _SIZES),
        "angle": _weighted(random, _ANGLES),
        "movement": _weighted(random, _MOVES),
        "lens": f"{_one(random, ('24', '35', '35', '50', '85'))}mm",
    }
    view = _weighted(random, _VIEWS)
    if view and (view != "OTS" or people > 1) and (view != "reverse" or people > 1):
        camera["view"] = view
    light = {"time": _one(random, _TIMES)}
    for field, words in (
        ("contrast", ("", "", "high-contrast", "low-contrast")),
        ("tone", ("", "", "warm", "cool")),
        ("direction", ("", "", "side left", "side right", "back")),
    ):
        word = _one(random, words)
        light |= {field: word} if word else {}
    return Drawn(seed, people, _action(random, cast), camera, light, _heading(random), cast)


def draw_tight(seed: int) -> Drawn:
    """Two people in a close size, who relate to each other."""
    random = np.random.default_rng(seed)
    drawn = draw(seed)
    cast = _cast(random, 2)
    camera = {
        "size": _one(random, TIGHT_SIZES), "angle": "eye-level", "movement": "static",
        "lens": f"{_one(random, ('35', '50', '85'))}mm", "people": "two-shot",
    }  # fmt: skip
    return replace(drawn, people=2, cast=cast, camera=camera, action=_action(random, cast))


def with_other_action(drawn: Drawn) -> Drawn:
    """The same board, with another action of the same people, or another thing."""
    random = np.random.default_rng(drawn.seed + 77)
    action = drawn.action
    while action == drawn.action:
        action = _action(random, drawn.cast)
    return replace(drawn, action=action)


def _weighted(random: Random, weights: Mapping[str, float]) -> str:
    share = np.array(list(weights.values()), float)
    return list(weights)[int(random.choice(len(share), p=share / share.sum()))]


def _one(random: Random, options: Sequence[str]) -> str:
    return options[int(random.integers(len(options)))]


def _cast(random: Random, count: int) -> tuple[tuple[str, str, str], ...]:
    return tuple(_PEOPLE[k] for k in random.permutation(len(_PEOPLE))[:count])


def _heading(random: Random) -> str:
    if random.random() < 0.5:
        return f"INT. {_one(random, _INDOORS)}"
    return f"EXT. {_one(random, _OUTDOORS)}"


def _action(random: Random, cast: Sequence[tuple[str, str, str]]) -> str:
    if not cast:
        return _one(random, _THINGS)
    names = dict(zip("abc", (name.title() for name, _, _ in cast), strict=False))
    words = _one(random, (_ALONE, _PAIRS, _TRIOS)[len(cast) - 1])
    return f"{{a}} {words}.".format(**names)
