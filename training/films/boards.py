"""Seeded generator of one-shot shot lists that the layout can render.

Every training clip of `greybox` comes from a board of this generator, parsed by `shots`, so its
prompt and camera path are those of the product. The benchmarks draw their unseen boards here too,
from seeds that training never uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

Board = dict[str, Any]
Random = np.random.Generator

UNSEEN_SEED = 1_000_000_000  # seeds from here on are for evaluation, never for training

PHRASES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("phrases.yaml").read_text())


def _pick(random: Random, weights: dict[Any, float]) -> Any:  # noqa: ANN401 - words or None
    names = list(weights)
    share = np.array([weights[name] for name in names], float)
    return names[int(random.choice(len(names), p=share / share.sum()))]


def _one(random: Random, options: Sequence[str]) -> str:
    return options[int(random.integers(len(options)))]


def _article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def _camera(random: Random, figure: str, moves: dict[str, float]) -> dict[str, Any]:
    sizes = dict(PHRASES["sizes"])
    if figure not in PHRASES["on_foot"]:  # only people have close-ups of a detail
        sizes |= {"CU": 5, "BCU": 0, "ECU": 0, "MCU": 8}
    move = _pick(random, moves)
    camera: dict[str, Any] = {
        "size": _pick(random, sizes),
        "angle": _pick(random, PHRASES["angles"]),
        "movement": move,
        "lens": f"{_pick(random, PHRASES['lenses'])}mm",
    }
    if move not in ("static", "handheld", "steadicam") and "whip" not in move:
        camera["speed"] = _pick(random, PHRASES["speeds"])
    if random.random() < 0.08:
        camera["focus"] = _one(random, ("shallow", "deep"))
    return camera


def _lighting(random: Random, place: str) -> dict[str, str]:
    light = {field: _pick(random, weights) for field, weights in PHRASES["light"].items()}
    if place in PHRASES["indoors"] and light["source"] in ("overcast", "clear-sky"):
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
    stays = random.random() < 0.65
    if figure in PHRASES["on_foot"]:
        if stays:
            return _one(random, PHRASES["waiting"])
        return (
            _one(random, PHRASES["walking"] if random.random() < 0.6 else PHRASES["running"])
            + " "
            + _one(random, PHRASES["ways"])
        )
    if figure in PHRASES["vehicles"] and not stays:
        return _one(random, PHRASES["driving"]) + " " + _one(random, PHRASES["ways"])
    return _one(random, PHRASES["resting"])


def _cast(random: Random, count: int) -> dict[str, Any]:
    """Characters with a look and one outfit each."""
    names = ("MARA", "ILYA", "JO", "SAM", "VERA", "TOM", "ANNA", "NILS")
    chosen = random.permutation(len(names))[:count]
    cast = {}
    for k in chosen:
        looks = _one(random, PHRASES["people"])
        who = "the man" if " man" in looks or "boy" in looks else "the woman"
        colour = _one(random, PHRASES["colours"])
        outfit = _article(f"{colour} {_one(random, PHRASES['clothes'])}")
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
    figure = _pick(random, PHRASES["shares"])
    place = _one(random, PHRASES["fits"][figure])
    camera = _camera(random, figure, moves or PHRASES["moves"])
    shot: dict[str, Any] = {
        "id": "1",
        "camera": camera,
        "lighting": _lighting(random, place),
        "duration": f"{float(random.integers(4, 11)) / 2:g}s",
    }
    board: Board = {"storyboard": 1, "title": f"Footage {seed}", "style": {"seed": seed % 100_000}}
    texture = _one(random, PHRASES["textures"])
    if texture:
        board["style"]["texture"] = texture
    verb, weather = _verb(random, figure), _one(random, PHRASES["weather"])
    if figure == "person" and random.random() < 0.6:
        cast = _cast(random, 2 if random.random() < 0.08 else 1)
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
            "heading": ("INT. " if place in PHRASES["indoors"] else "EXT. ") + place.upper(),
            "looks": _one(random, PHRASES["places"][place]),
        }
    }
    board["scenes"] = [{"number": 1, "location": "place", "shots": [shot]}]
    return board


def _noun_phrase(random: Random, figure: str) -> str:
    colour = _one(random, PHRASES["colours"])
    if figure == "person":
        clothes = _one(random, PHRASES["clothes"])
        dressed = "in " + _article(f"{colour} {clothes}")
        phrase = f"{_one(random, PHRASES['people'])} {dressed}"
    else:
        phrase = _article(f"{colour} {_one(random, PHRASES['things'][figure])}")
    return phrase[0].upper() + phrase[1:]
