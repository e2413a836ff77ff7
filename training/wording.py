"""The same picture in other words: rewordings of a sampled board, and its mirror image.

A denoiser that has heard a hundred ways to say a thing learns the thing. Only phrases that the
layout reads alike replace each other, so the footage of a board fits all its wordings.
"""

from __future__ import annotations

import copy
import re

import numpy as np

from training import boards
from training.boards import Board, Random

_MORE_PEOPLE = (
    "a woman in her thirties with short black hair and a scar over her left eyebrow",
    "a thin tram driver of about sixty with a white moustache", "a teenage girl", "a child", "a nurse",
    "an elderly woman with a cane", "a broad-shouldered man", "a runner", "a waiter", "a young actress",
    "a tired detective", "a farmer", "a cyclist", "a man of forty with a grey beard",
)
_MORE_WEATHER = (
    " as the light of a passing tram slides across the scene", " while the city hums far away",
    ", one arm raised, splashing through the puddles", " and the curtains move", ", then hesitates",
    " as smoke drifts through the light", " while nobody watches", ", breathing hard", " as snow begins to fall",
    " just as the clock strikes", ", and nothing else happens", " in the cold morning air",
)
_MORE_PLACES = {
    "street": ("a cobbled street at the edge of the old town", "a tram stop in the rain", "a city avenue with shop fronts"),
    "forest": ("a forest of tall pines", "the edge of a wood"),
    "field": ("a field of grass with a fence and a few trees", "the countryside, grass to the horizon"),
    "desert": ("a desert of red sand and boulders", "a dry canyon"),
    "shore": ("the seaside, sand and a wooden pier", "a quiet harbour beach"),
    "room": ("an ordinary room with a lamp and a sofa", "a hotel bedroom", "the lobby of a small hotel"),
    "carriage": ("the inside of a tram carriage at night", "a tram carriage with wooden seats"),
    "studio": ("a plain studio with a grey wall", "a studio, softly lit"),
}
_MORE_WAITING = (
    "stands quite still and waits", "looks up slowly", "holds out a coin", "smiles", "stares into the dark",
    "stops, out of breath, and looks up", "shakes his head", "raises a hand", "thinks", "speaks softly",
)
_LOOKS = ("", "", "", "", "clay model previsualization", "simple 3D render", "grey box animation", "low-poly 3D animation")


def _groups() -> list[tuple[str, ...]]:
    places = [boards._PLACES[name] + _MORE_PLACES[name] for name in boards._PLACES]
    things = list(boards._THINGS.values())
    return [
        boards._PEOPLE + _MORE_PEOPLE,
        boards._CLOTHES,
        boards._WAITING + _MORE_WAITING,
        boards._RESTING,
        boards._WALKING,
        boards._RUNNING,
        boards._DRIVING,
        tuple(w for w in boards._WEATHER if w) + _MORE_WEATHER,
        *places,
        *things,
    ]  # fmt: skip


_GROUPS = _groups()
_OF = {phrase: group for group in _GROUPS for phrase in group}
# A group may share a phrase with a longer one; the longest match is what was meant.
_PATTERN = re.compile(
    r"(?<![\w])(" + "|".join(sorted(map(re.escape, map(str.strip, _OF)), key=len, reverse=True)) + r")(?![\w])"
)
_STRIPPED = {phrase.strip(): group for phrase, group in _OF.items()}


def _reword(text: str, random: Random) -> str:
    def swap(match: re.Match[str]) -> str:
        group = _STRIPPED[match.group(1)]
        return group[int(random.integers(len(group)))].strip()

    lowered = text[:1].lower() + text[1:]
    out = _PATTERN.sub(swap, lowered)
    out = re.sub(r" ([,.])", r"\1", out)
    return out[:1].upper() + out[1:]


def reworded(board: Board, wording: int) -> Board:
    """The board with other words for the same picture; wording 0 is the board itself."""
    if wording == 0:
        return board
    random = np.random.default_rng([board["style"]["seed"], wording])
    board = copy.deepcopy(board)
    shot = board["scenes"][0]["shots"][0]
    shot["action"] = _reword(shot["action"], random)
    for character in board.get("characters", {}).values():
        character["looks"] = _lower_first(_reword(character["looks"], random))
        outfit = character["wardrobe"]["outfit"]
        character["wardrobe"]["outfit"] = _lower_first(_reword(outfit, random))
    place = board["locations"]["place"]
    place["looks"] = _lower_first(_reword(place["looks"], random))
    style = board["style"]
    style["texture"] = boards._TEXTURES[int(random.integers(len(boards._TEXTURES)))]
    style["look"] = _LOOKS[int(random.integers(len(_LOOKS)))]
    board["model"] = {"tags": "lean" if random.random() < 0.25 else "full"}
    return board


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def mirrored(text: str) -> str:
    """The YAML of a board with left and right exchanged, to go with mirrored frames."""
    other = {"left": "right", "right": "left"}
    return re.sub("left|right", lambda match: other[match.group()], text)
