"""Boards nobody wrote: a seeded generator of one-shot shot lists that the layout can film.

Every clip that `greybox` learns from comes from a board of this file, read by `shots`, so its
prompt and its camera path are the product's own. The benchmark draws its unseen boards here too,
from seeds that training never uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Board = dict[str, Any]
Random = np.random.Generator

UNSEEN_SEED = 1_000_000_000  # seeds from here on are for judging, never for training

# fmt: off
_COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "black", "grey")
_PEOPLE = (
    "a woman", "a man", "a woman in her thirties", "an old man", "a young woman", "a tall man",
    "a boy", "a girl", "a thin man of about sixty", "a young man with glasses", "a driver",
    "a woman with short hair", "a man with a beard", "an officer", "a courier", "a stranger",
)
_CLOTHES = (
    "coat", "jacket", "raincoat", "dress", "uniform", "jumper", "suit", "hoodie", "shirt", "overall",
    "wool coat", "leather jacket", "oilskin raincoat", "long coat", "tracksuit",
)
_THINGS = {
    "robot": ("robot", "android"),
    "dog": ("dog", "hound"),
    "car": ("car", "taxi", "sedan", "sports car"),
    "truck": ("truck", "van", "delivery van"),
    "bus": ("bus", "tram"),
    "house": ("house", "cottage"),
    "tower": ("tower", "skyscraper"),
    "tree": ("tree",),
    "ball": ("ball", "globe"),
    "box": ("box", "crate", "parcel"),
    "bottle": ("bottle", "flask"),
    "boat": ("boat", "ship"),
}
_SHARES = {
    "person": 0.36, "robot": 0.08, "dog": 0.06, "car": 0.11, "truck": 0.05, "bus": 0.07, "house": 0.05,
    "tower": 0.03, "tree": 0.03, "ball": 0.05, "box": 0.04, "bottle": 0.05, "boat": 0.02,
}
_ON_FOOT = frozenset({"person", "robot", "dog"})
_VEHICLES = frozenset({"car", "truck", "bus", "boat"})

_PLACES = {
    "street": (
        "a deserted tram stop on a cobbled street in heavy rain", "a wide city street", "an empty street",
        "a narrow street between tall fronts", "a quiet road in the old town", "a busy avenue",
    ),
    "forest": ("a dark pine forest", "a clearing in the woods", "a dense forest", "a park with tall pines"),
    "field": ("an open field", "a green meadow with a wooden fence", "a lawn behind a farm", "a wide grassy plain"),
    "desert": ("a rocky desert", "an endless desert with mesas", "a sandy wasteland", "red dunes"),
    "shore": ("a sandy beach with a pier", "the shore of a calm sea", "an empty beach", "a windy coast"),
    "room": ("a plain room with a window", "a small living room", "a quiet bedroom", "a kitchen with a wooden floor"),
    "carriage": (
        "the empty interior of an old wooden tram", "the interior of a train carriage",
        "the interior of a night tram with wooden seats",
    ),
    "studio": ("a bare photo studio", "a studio with a grey backdrop", "a film studio with two soft lamps"),
}
_INDOORS = frozenset({"room", "carriage", "studio"})
_FITS = {
    "person": tuple(_PLACES),
    "robot": tuple(_PLACES),
    "dog": ("street", "forest", "field", "desert", "shore", "room", "studio"),
    "car": ("street", "field", "desert", "shore", "studio"),
    "truck": ("street", "field", "desert", "shore", "studio"),
    "bus": ("street", "field", "desert", "shore"),
    "house": ("street", "forest", "field", "desert", "shore"),
    "tower": ("street", "forest", "field", "desert", "shore"),
    "tree": ("street", "field", "desert", "shore"),
    "ball": tuple(_PLACES),
    "box": tuple(_PLACES),
    "bottle": ("room", "studio", "carriage", "street", "shore"),
    "boat": ("shore",),
}
_WAITING = (
    "stands still", "waits", "stands and looks ahead", "stands alone", "pauses", "looks into the lens",
    "stops and looks up", "listens", "breathes slowly", "turns to look at something",
)
_RESTING = ("stands still", "rests there", "is seen up close", "fills the picture", "waits", "sits in the light")
_WALKING = ("walks", "strolls", "walks slowly", "steps forward")
_RUNNING = ("runs", "sprints", "dashes", "hurries")
_DRIVING = ("drives", "rolls", "speeds", "moves")
_WAYS = ("from left to right", "from right to left", "towards the camera", "away from the camera", "to the right", "to the left")
_WEATHER = (
    "", "", "", " while rain falls", " as the wind rises", " in silence", " as the light changes",
    " at the end of a long day", ", out of breath", " without a sound", " for a moment",
)
_TEXTURES = ("", "", "", "35mm film grain", "35mm film grain, wet asphalt reflections, muted teal and amber", "fine grain", "clean digital picture")

_SIZES = {"EWS": 5, "WS": 17, "FS": 22, "MWS": 10, "MS": 18, "MCU": 12, "CU": 12, "BCU": 2, "ECU": 2}
_ANGLES = {
    "eye-level": 52, "low": 12, "high": 12, "dutch": 5, "overhead": 5, "aerial": 4, "worms-eye": 2,
    "ground": 3, "shoulder": 3, "hip": 2,
}
MEASURED_MOVES = {
    "static": 13, "pan-left": 6, "pan-right": 6, "tilt-up": 6, "tilt-down": 6, "push-in": 8, "pull-out": 8,
    "track-left": 6, "track-right": 6, "crane-up": 4, "crane-down": 4, "orbit-left": 4, "orbit-right": 4,
    "zoom-in": 4, "zoom-out": 4, "roll-left": 2, "roll-right": 2, "dolly-zoom": 1, "fly-through": 2,
    "handheld": 2, "steadicam": 1, "whip-pan-left": 1, "whip-pan-right": 1, "follow": 2, "lead": 2,
}
_SPEEDS = {"medium": 60, "slow": 20, "very slow": 5, "fast": 15}
_LENSES = {24: 12, 28: 10, 35: 40, 50: 24, 85: 14}
_LIGHT = {
    "time": {None: 25, "day": 25, "night": 18, "dawn": 7, "sunrise": 7, "sunset": 12, "dusk": 10},
    "source": {
        None: 55, "sun": 8, "clear-sky": 4, "overcast": 9, "moonlight": 4, "practical": 6, "fluorescent": 4,
        "firelight": 5, "neon": 5,
    },
    "quality": {None: 60, "soft": 20, "hard": 20},
    "direction": {
        None: 38, "side": 30, "top": 6, "under": 4, "edge": 6, "back": 7, "silhouette": 4, "front": 5,
    },
    "contrast": {None: 60, "high-contrast": 20, "low-contrast": 20},
    "tone": {None: 58, "warm": 14, "cool": 14, "desaturated": 7, "saturated": 7},
}  # fmt: skip


def _pick(random: Random, weights: dict[Any, float]) -> Any:  # noqa: ANN401 - words or None
    names = list(weights)
    share = np.array([weights[name] for name in names], float)
    return names[int(random.choice(len(names), p=share / share.sum()))]


def _one(random: Random, options: Sequence[str]) -> str:
    return options[int(random.integers(len(options)))]


def _article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def _camera(random: Random, figure: str, moves: dict[str, float]) -> dict[str, Any]:
    sizes = dict(_SIZES)
    if figure not in _ON_FOOT:  # an eye has a close-up, a crate has not
        sizes |= {"CU": 5, "BCU": 0, "ECU": 0, "MCU": 8}
    move = _pick(random, moves)
    camera: dict[str, Any] = {
        "size": _pick(random, sizes),
        "angle": _pick(random, _ANGLES),
        "movement": move,
        "lens": f"{_pick(random, _LENSES)}mm",
    }
    if move not in ("static", "handheld", "steadicam") and "whip" not in move:
        camera["speed"] = _pick(random, _SPEEDS)
    if random.random() < 0.08:
        camera["focus"] = _one(random, ("shallow", "deep"))
    return camera


def _lighting(random: Random, place: str) -> dict[str, str]:
    light = {field: _pick(random, weights) for field, weights in _LIGHT.items()}
    if place in _INDOORS and light["source"] in ("overcast", "clear-sky"):
        light["source"] = None
    if light["time"] in ("night", "dusk") and light["source"] in ("sun", "clear-sky"):
        light["source"] = "moonlight"
    if light["source"] == "moonlight":
        light["time"] = "night"
    lit = {field: word for field, word in light.items() if word}
    if lit.get("direction") == "side":
        lit["direction"] = "side " + _one(random, ("left", "right"))
    return lit


def _verb(random: Random, figure: str) -> str:
    stays = random.random() < 0.55
    if figure in _ON_FOOT:
        if stays:
            return _one(random, _WAITING)
        return _one(random, _WALKING if random.random() < 0.6 else _RUNNING) + " " + _one(random, _WAYS)
    if figure in _VEHICLES and not stays:
        return _one(random, _DRIVING) + " " + _one(random, _WAYS)
    return _one(random, _RESTING)


def _cast(random: Random, count: int) -> dict[str, Any]:
    """Characters with a look and one outfit each."""
    names = ("MARA", "ILYA", "JO", "SAM", "VERA", "TOM", "ANNA", "NILS")
    chosen = random.permutation(len(names))[:count]
    cast = {}
    for k in chosen:
        looks = _one(random, _PEOPLE)
        who = "the man" if " man" in looks or "boy" in looks else "the woman"
        outfit = _article(f"{_one(random, _COLOURS)} {_one(random, _CLOTHES)}")
        if random.random() < 0.3:
            outfit += f" over a grey {_one(random, ('wool jumper', 'shirt', 'dress'))}"
        cast[names[k].lower()] = {
            "name": names[k],
            "as": who,
            "looks": looks,
            "wardrobe": {"outfit": outfit},
        }
    return cast


def sample_board(seed: int, *, moves: dict[str, float] | None = None) -> Board:
    """A board with one shot, as the mapping that its YAML file would hold.

    Args:
        seed: Any integer; the same seed is the same board.
        moves: Weights of camera moves to draw from, instead of the usual mix.
    """
    random = np.random.default_rng(seed)
    figure = _pick(random, _SHARES)
    place = _one(random, _FITS[figure])
    camera = _camera(random, figure, moves or MEASURED_MOVES)
    shot: dict[str, Any] = {
        "id": "1",
        "camera": camera,
        "lighting": _lighting(random, place),
        "duration": f"{float(random.integers(4, 11)) / 2:g}s",
    }
    board: Board = {"storyboard": 1, "title": f"Footage {seed}", "style": {"seed": seed % 100_000}}
    texture = _one(random, _TEXTURES)
    if texture:
        board["style"]["texture"] = texture
    verb, weather = _verb(random, figure), _one(random, _WEATHER)
    if figure == "person" and random.random() < 0.6:
        cast = _cast(random, 2 if random.random() < 0.2 else 1)
        board["characters"] = cast
        shot["subjects"] = list(cast)
        name = next(iter(cast.values()))["name"].title()
        shot["action"] = f"{name} {verb}{weather}."
        shot["wardrobe"] = "outfit"
    else:
        shot["action"] = f"{_noun_phrase(random, figure)} {verb}{weather}."
    if random.random() < 0.15:
        shot["composition"] = _one(random, ("left-heavy", "right-heavy", "symmetrical", "balanced"))
    board["locations"] = {
        "place": {
            "heading": ("INT. " if place in _INDOORS else "EXT. ") + place.upper(),
            "looks": _one(random, _PLACES[place]),
        }
    }
    board["scenes"] = [{"number": 1, "location": "place", "shots": [shot]}]
    return board


def _noun_phrase(random: Random, figure: str) -> str:
    colour = _one(random, _COLOURS)
    if figure == "person":
        dressed = f"in {_article(f'{colour} {_one(random, _CLOTHES)}')}"
        phrase = f"{_one(random, _PEOPLE)} {dressed}"
    else:
        phrase = _article(f"{colour} {_one(random, _THINGS[figure])}")
    return phrase[0].upper() + phrase[1:]
