"""Look-up of the words of staging by kind: poses, gestures, things, sets and colours.

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

from shots.lexicon import actions, colours, places, things

Kind = Literal["pose", "gesture", "thing", "set", "colour"]
KINDS: tuple[Kind, ...] = ("pose", "gesture", "thing", "set", "colour")

MAX_MISSPELT = 60  # characters up to which a text is compared as a possible misspelling
_SEPARATORS = re.compile(r"[\s_\-]+")
_ARTICLE = re.compile(r"^(?:an?|the|some|his|her|their) ")
_NUMBER = re.compile(r" \d+$")  # "chair-2" is a chair
# Endings of a verb, and what stands in their place in its first form.
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"))

_POSES = {
    "seated": "sit", "sit down": "sit", "sat": "sit", "stand up": "stand", "on his feet": "stand",
    "on her feet": "stand", "sit on the floor": "sit-floor", "on the floor": "lie-floor",
    "lying": "lie", "lie down": "lie", "lie on the floor": "lie-floor", "asleep": "sleep",
    "on all fours": "crawl", "on one knee": "kneel", "kneel down": "kneel", "squat": "crouch",
    "bend over": "bend", "stoop": "bend", "tiptoe": "sneak", "creep": "sneak", "stroll": "walk",
    "go": "walk", "jog": "run", "sprint": "run", "stumble": "stagger", "climb": "climb-stairs",
    "on the stairs": "climb-stairs", "leap": "jump", "cycle": "ride-bicycle",
    "ride a bicycle": "ride-bicycle", "ride a bike": "ride-bicycle", "hover": "float",
    "ride a motorcycle": "ride-motorcycle", "ride a motorbike": "ride-motorcycle",
    "ride a horse": "ride-horse", "at the wheel": "drive", "behind the wheel": "drive",
}  # fmt: skip
_GESTURES = {
    "on the phone": "phone-ear", "phone": "phone-ear", "call": "phone-ear",
    "take a call": "phone-ear", "text": "phone-look", "scroll": "phone-look",
    "look at the phone": "phone-look", "look at a phone": "phone-look", "raise an arm": "raise-arm",
    "raise arm": "raise-arm", "raise hand": "raise-arm", "raise a hand": "raise-arm",
    "surrender": "hands-up", "take": "pick-up", "lay down": "put-down", "offer": "hold-out",
    "hand over": "give", "weep": "cry", "sob": "cry", "speak": "talk", "say": "talk",
    "yell": "shout", "scream": "shout", "applaud": "clap", "ponder": "think",
    "take a photo": "photograph", "take a picture": "photograph", "fight": "punch", "box": "punch",
    "embrace": "hug", "sip": "drink", "stir": "cook", "arms crossed": "cross-arms",
    "crossed arms": "cross-arms", "arms folded": "cross-arms", "fold arms": "cross-arms",
    "hand on hips": "hands-on-hips", "hands in his pockets": "hands-in-pockets",
    "hands in her pockets": "hands-in-pockets", "shake her head": "shake-head",
    "shake his head": "shake-head", "tie a shoe": "tie-shoe", "tie her shoe": "tie-shoe",
    "tie his shoe": "tie-shoe", "play the guitar": "play-guitar", "play the piano": "play-piano",
}  # fmt: skip


def words_of(kind: Kind) -> Mapping[str, tuple[str, ...]]:
    """The words of a kind, each with its other spellings."""
    tables: Mapping[Kind, tuple[Mapping[str, object], Mapping[str, str]]] = {
        "pose": (actions.POSTURES, _POSES),
        "gesture": (actions.GESTURES, _GESTURES),
        "thing": ({**things.MODELS, things.STAND_IN: None}, things.NOUNS),
        "set": (places.SETS, places.PLACE_WORDS),
        "colour": (colours.COLOURS, colours.ALIASES),
    }
    words, aliases = tables[kind]
    others = defaultdict(list)
    for alias, word in aliases.items():
        if alias != word:
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
    near = get_close_matches(_fold(text), table, n=1, cutoff=0.6)
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
        yield from (text, text.removesuffix("s"), text.removesuffix("es"))
    elif kind == "set":
        yield _ARTICLE.sub("", text)
    elif kind in ("pose", "gesture"):
        first, gap, rest = text.partition(" ")
        for ending, replacement in _ENDINGS:
            if first.endswith(ending) and len(first) > len(ending) + 1:
                stem = first.removesuffix(ending)
                yield f"{stem}{replacement}{gap}{rest}"
                if stem[-1] == stem[-2]:  # sitting, running
                    yield f"{stem[:-1]}{gap}{rest}"
