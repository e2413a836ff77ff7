"""Look-up of the words of staging by kind: poses, gestures, things, sets, garments and colours.

A word is found in any case, with spaces or hyphens, by its other spellings, and by the usual forms
of a verb: "sits", "Sitting" and "seated" are all `sit`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Literal

from shots.lexicon import actions, colours, looks, places, things
from shots.lexicon.grammar import singular
from shots.lexicon.verbs import STATES, VERBS, forms

Kind = Literal["pose", "gesture", "thing", "set", "garment", "colour"]
KINDS: tuple[Kind, ...] = ("pose", "gesture", "thing", "set", "garment", "colour")

MAX_MISSPELT = 60  # characters up to which a text is compared as a possible misspelling
_SEPARATORS = re.compile(r"[\s_\-]+")
_ARTICLE = re.compile(r"^(?:an?|the|some|his|her|their) ")
_NUMBER = re.compile(r" \d+$")  # "chair-2" is a chair


def words_of(kind: Kind) -> Mapping[str, tuple[str, ...]]:
    """The words of a kind, each with its other spellings."""
    verbs = [verb for table in (VERBS, STATES) for verb in table.values() if verb.is_shown]
    doing = {verb.name: verb.gesture or verb.posture for verb in verbs if not verb.to}
    tables: Mapping[Kind, tuple[Mapping[str, object], Mapping[str, str]]] = {
        "pose": (actions.POSTURES, doing),
        "gesture": (actions.GESTURES, doing),
        "thing": ({**things.MODELS, things.STAND_IN: None}, things.NOUNS),
        "set": (places.SETS, places.PLACE_WORDS),
        "garment": (dict.fromkeys(looks.GARMENTS.values()), looks.GARMENTS),
        "colour": (colours.COLOURS, colours.ALIASES),
    }
    words, aliases = tables[kind]
    others = defaultdict(list)
    for alias, word in aliases.items():
        # The name of a word is no spelling of another: "set: court" is no court room.
        if word in words and alias.replace(" ", "-") not in words:
            others[word].append(alias)
    return {word: tuple(others[word]) for word in words}


def find_word(kind: Kind, text: str) -> str | None:
    """The word of a kind that a text is a spelling of."""
    table = _spellings(kind)
    return next((table[form] for form in _forms(kind, _fold(text)) if form in table), None)


def nearest_word(kind: Kind, text: str) -> str | None:
    """The word that a misspelt text most likely means."""
    if len(text) > MAX_MISSPELT:
        return None
    table = _spellings(kind)
    near = get_close_matches(_fold(text), table, n=1, cutoff=0.7)
    return table[near[0]] if near else None


def _fold(text: str) -> str:
    return _SEPARATORS.sub(" ", text.casefold()).strip()


@cache
def _spellings(kind: Kind) -> Mapping[str, str]:
    words = words_of(kind)
    aliases = {_fold(alias): word for word, others in words.items() for alias in others}
    return aliases | {_fold(word): word for word in words}


def _forms(kind: Kind, text: str) -> Iterator[str]:
    """A folded text, and what it may be a form of: "sitting" of "sit", "the cups" of "cup"."""
    yield text
    if kind == "thing":
        text = _NUMBER.sub("", _ARTICLE.sub("", text))
        yield from (text, singular(text)[0])
    elif kind == "set":
        yield _ARTICLE.sub("", text)
    elif kind in ("pose", "gesture"):
        first, gap, rest = text.partition(" ")
        if first in forms():
            yield f"{forms()[first][0]}{gap}{rest}"
