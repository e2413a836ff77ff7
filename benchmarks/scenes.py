"""Scenes of two shots with seeds outside training, for the benchmarks: one light, two cameras.

Light is drawn evenly, unlike in `training.films.boards`, which draws it as often as shot lists use
it: a benchmark of "night" needs nights. Everything else is as in `training.films.boards`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from shots import ShotList, parse_shots
from training.films.boards import PHRASES, UNSEEN_SEED, Board, Random, sample_board

SIZE = (224, 128)
CALIBRATION_SEED = UNSEEN_SEED + 1_000_000  # for spreads and thresholds
JUDGED_SEED = UNSEEN_SEED + 2_000_000  # for measuring their accuracy

_LIGHT: dict[str, tuple[str | None, ...]] = {
    "time": ("day", "night", "dawn", "sunrise", "sunset", "dusk"),
    "contrast": (None, "high-contrast", "low-contrast"),
    "tone": (None, "warm", "cool"),
    "quality": (None, None, "soft", "hard"),
    "direction": (None, "side left", "side right", "side left", "side right"),
}
_SOURCES = (None, None, "sun", "overcast")
_CAST = ("subjects", "wardrobe", "action")


def even_light(random: Random, *, is_inside: bool) -> dict[str, str]:
    """A lighting directive with every value of a field equally likely."""
    light = {field: random.choice(np.array(words, object)) for field, words in _LIGHT.items()}
    if light["time"] == "day" and not is_inside:
        light["source"] = random.choice(np.array(_SOURCES, object))
    return {field: str(word) for field, word in light.items() if word}


def scene_mapping(seed: int) -> Board:
    """Two shots in one place and light, of the same subject, by two cameras."""
    random = np.random.default_rng(seed + 17)
    board, other = sample_board(seed), sample_board(seed + 500_000)
    first = board["scenes"][0]["shots"][0]
    heading = board["locations"]["place"]["heading"]
    first["lighting"] = even_light(random, is_inside=heading.startswith("INT"))
    second = first | {"id": "2", "camera": other["scenes"][0]["shots"][0]["camera"]}
    board["scenes"][0]["shots"] = [first, second]
    return board


def with_other_things(seed: int) -> Board:
    """The same directives in another set, and in half of the cases with another subject."""
    random = np.random.default_rng(seed + 99)
    board = scene_mapping(seed)
    place = board["locations"]["place"]
    is_inside = place["heading"].startswith("INT")
    names = [name for name in PHRASES["places"] if (name in PHRASES["indoors"]) == is_inside]
    name = str(random.choice(names))
    place["heading"] = f"{'INT' if is_inside else 'EXT'}. {name.upper()}"
    place["looks"] = str(random.choice(PHRASES["places"][name]))
    board["locations"] = {"elsewhere": place}  # the id is the seed of a set
    board["scenes"][0]["location"] = "elsewhere"
    if random.random() < 0.5:
        return board
    other = sample_board(seed + 700_000)
    theirs = other["scenes"][0]["shots"][0]
    for shot in board["scenes"][0]["shots"]:
        for field in _CAST:
            shot.pop(field, None)
        shot |= {field: theirs[field] for field in _CAST if field in theirs}
    board["characters"] = other.get("characters", {})
    return board


def read(board: Board, seed: int) -> ShotList:
    """Parse a board like a user's file."""
    text = yaml.safe_dump(board, sort_keys=False, allow_unicode=True)
    return parse_shots(text, Path(f"scene_{seed}.yaml"))
