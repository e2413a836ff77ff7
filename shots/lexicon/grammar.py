"""Function words, people, parts of the body, and words that name nothing to stage.

They are in `english.words` beside this module; another language is another file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from shots.lexicon.word_tables import mapping_of, numbers_of, read_sections, set_of, words_of

_SECTIONS = read_sections("english.words")


def _set(name: str) -> frozenset[str]:
    return set_of(_SECTIONS[name])


def _mapping(name: str) -> Mapping[str, str]:
    return mapping_of(_SECTIONS[name])


def _numbers(name: str) -> Mapping[str, float]:
    return numbers_of(_SECTIONS[name])


def _counts(name: str) -> Mapping[str, int]:
    return {word: int(value) for word, value in _mapping(name).items()}


ARTICLES = _set("articles")
NUMBERS = _counts("numbers")
POSSESSIVES = _mapping("possessives")
PRONOUNS = _mapping("pronouns")
PREPOSITIONS = _mapping("prepositions")
PARTICLES = _set("particles")
CONJUNCTIONS = _mapping("conjunctions")
BE = _set("be")
AUXILIARIES = _set("auxiliaries")
NEGATIONS = _set("negations")
PHASES = _set("phases")
"""Verbs that only say how another one begins, goes on or is tried."""
PACES = _numbers("paces")
DIRECTIONS = _mapping("directions")
"""Directions of movement, to words of `Beat.to`."""
LOOKS = _mapping("looks")
"""Directions of looks, to words of `Beat.looks_at`."""
WEATHER = _mapping("weather")
PEOPLE = _set("people") | _set("trades")
GROUPS = _counts("groups")
"""Groups of people, and how many stand for them."""
ROWS = _counts("rows")
"""What things and animals form together, and how many stand for them."""
MEMBER = _mapping("member")
MEMBERS: Mapping[str, tuple[str, ...]] = {
    group: tuple(words_of(who)) for group, who in _mapping("members").items()
}
"""Who a group consists of, in turn."""
RIDERS = _mapping("riders")
"""People of a trade, to the posture in which they move where the words leave it out."""
INSTRUMENTS = _mapping("instruments")
SEATED: Mapping[str, frozenset[str]] = {
    place: frozenset(words_of(who)) for place, who in _mapping("seated").items()
}
"""Words of a heading, to who sits there where nothing else is said."""
IMPLIED = _mapping("implied")
"""People of a trade, to who lies before them where the words name nobody."""
ADDRESSED = _mapping("addressed")
"""Who is meant by what one talks to: the board."""
FEMALE = _set("female")
MALE = _set("male")
BODY = _mapping("body")
"""Parts of the body, to what a close view of them is called."""
ABSTRACT = _set("abstract")
UNDRAWN = _set("undrawn")
"""Visible, and not drawn: reported."""
VISIBLE = _set("visible")
"""Adjectives, participles and adverbs that would change the picture, not drawn: reported."""
STATES = _mapping("states")
"""Adjectives and verbs of what things are like, to a word of `Player.state`."""
QUALITIES = _set("qualities") | VISIBLE | STATES.keys()
"""Adjectives and adverbs; those that are not in VISIBLE change nothing that is drawn."""
UNSTAGED = _set("unstaged phrases")
"""Phrases that would change the picture, and are not staged: reported."""
STOP_PHRASES = _set("stop phrases") | UNSTAGED
"""Phrases that say nothing about what is in the picture."""
FLOORS = _set("floors")
LIGHT = _set("light")
LIQUIDS = _set("liquids")
MATS = _set("mats")
FOOTWEAR = _set("footwear")
PHOTOS = _set("photos")
TRADE_NOUNS = _mapping("trade nouns")
"""Trade and noun, "surfer board", to the noun that is meant."""
SIZES = _numbers("sizes")
"""Adjectives of size, to the factor of the usual size."""
HAPPENINGS = _set("happenings")
"""What people do together, named without them."""
MEALS = _set("meals")
SITES = _set("sites")
"""Places and parts of places, which are no things of their own."""
FITTINGS = _set("fittings")
"""Parts of things, which are drawn with the thing or not at all."""
OPENERS = _set("openers")
"""Parts that are handled, and then mean the thing that was named before."""
CLOTHING = _set("clothing")
"""What is worn belongs to the appearance and is not held."""
NOT_PEOPLE = _set("not people")
NOT_ADVERBS = _set("not adverbs")
FORMATIONS: Mapping[str, tuple[str, ...]] = {
    shape: tuple(words_of(phrases))
    for shape, _, phrases in (row.partition(": ") for row in _SECTIONS["formations"])
}
"""Formations of groups, and the phrases that name them."""
CLOTHS = _set("cloths")
STATIVE, DEPICTING, CUPS = _set("stative"), _set("depicting"), _set("cups")
BABIES, FIRST = _set("babies"), _set("foremost")
_PLURALS = _mapping("irregular plurals")


@cache
def singular(word: str) -> tuple[str, bool]:
    """The singular of a noun, and whether the word was a plural."""
    if word in _PLURALS:
        return _PLURALS[word], True
    if word.endswith("men") and len(word) > 4:
        return word[:-3] + "man", True
    if word.endswith(("ss", "us", "is")) or not word.endswith("s") or len(word) < 3:
        return word, False
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y", True
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2], True
    return word[:-1], True
