"""Text augmentation: rewordings of a generated board, and its mirror image.

Only phrases that the layout reads alike replace each other, so the footage of a board fits all its
wordings.
"""

from __future__ import annotations

import copy
import re

import numpy as np

from training.films.boards import PHRASES, Board, Random


def _groups() -> list[tuple[str, ...]]:
    more = PHRASES["more"]
    same = ["people", "waiting", "weather", "resting", "walking", "running", "driving"]
    groups = [[*PHRASES[name], *more[name]] for name in same]
    groups += [PHRASES["clothes"]]
    groups += [[*PHRASES["places"][name], *more["places"][name]] for name in PHRASES["places"]]
    groups += PHRASES["things"].values()
    return [tuple(phrase for phrase in group if phrase) for group in groups]


_GROUPS = _groups()
_OF = {phrase: group for group in _GROUPS for phrase in group}
# A phrase may be part of a longer one of another group: the longest match counts.
_PATTERN = re.compile(
    r"(?<![\w])("
    + "|".join(sorted(map(re.escape, map(str.strip, _OF)), key=len, reverse=True))
    + r")(?![\w])"
)
_STRIPPED = {phrase.strip(): group for phrase, group in _OF.items()}


def _reword(text: str, random: Random) -> str:
    def swap(match: re.Match[str]) -> str:
        group = _STRIPPED[match.group(1)]
        return group[int(random.integers(len(group)))].strip()

    lowered = text[:1].lower() + text[1:]
    text = re.sub(r" ([,.])", r"\1", _PATTERN.sub(swap, lowered))
    return text[:1].upper() + text[1:]


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
    style["texture"] = PHRASES["textures"][int(random.integers(len(PHRASES["textures"])))]
    style["look"] = PHRASES["looks"][int(random.integers(len(PHRASES["looks"])))]
    board["model"] = {"tags": "lean" if random.random() < 0.25 else "full"}
    return board


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def mirrored(text: str) -> str:
    """The YAML of a board with left and right exchanged, to go with mirrored frames."""
    other = {"left": "right", "right": "left"}
    return re.sub("left|right", lambda match: other[match.group()], text)
