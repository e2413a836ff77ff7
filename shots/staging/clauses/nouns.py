"""Words of an action, and what a noun at a position is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from shots.lexicon import grammar
from shots.lexicon.grammar import singular
from shots.lexicon.looks import OUTFITS
from shots.lexicon.places import PLACE_WORDS
from shots.lexicon.things import NOUNS
from shots.lexicon.verbs import forms

Kind = Literal[
    "character", "person", "group", "thing", "part", "body", "place", "weather", "abstract",
    "undrawn", "pronoun", "name", "unknown",
]  # fmt: skip
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*|[.,;:!?…()—–]|-{1,2}")  # noqa: RUF001
_CLITIC = re.compile(r"(.+)['’](s|re|ve)", re.IGNORECASE)  # noqa: RUF001
_QUOTED = re.compile(r"[\"“”][^\"“”]*[\"“”]|(?<!\w)['‘][^'’\n]{3,}?['’](?!\w)")  # noqa: RUF001
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_MOST_WORDS = 4  # of one noun
_PERSONS = ("ist", "ician", "woman", "keeper", "maker", "smith", "owner")


@dataclass(frozen=True)
class Word:
    """A word or a punctuation mark, and where it stands in the text."""

    text: str
    low: str
    start: int
    end: int

    @property
    def is_mark(self) -> bool:
        """Whether it is a punctuation mark."""
        return not self.low[0].isalnum()

    @property
    def form(self) -> str:
        """Its form where it can be a verb: base, s, ing or ed; "" where it cannot."""
        return forms().get(self.low, ("", ""))[1]


@dataclass(frozen=True)
class Noun:
    """A noun at a position: how many words, and what it is."""

    length: int
    kind: Kind
    head: str
    is_plural: bool = False


@dataclass(frozen=True)
class Names:
    """The names of a board's characters, as words in lower case, to their ids."""

    ids: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def match(self, words: Sequence[Word], at: int) -> Noun | None:
        """The character named at a position."""
        for length in range(min(_MOST_WORDS, len(words) - at), 0, -1):
            key = tuple(word.low for word in words[at : at + length])
            if key in self.ids:
                return Noun(length, "character", self.ids[key])
        return None


def split_words(text: str) -> list[Word]:
    """The words and marks of a text; what is quoted or in brackets is left out."""

    def blank(found: re.Match[str]) -> str:
        # A quote that ends with a mark ends like a clause: "Get out!" he shouts.
        mark = "," if found[0][-2:-1] in ".!?," else " "
        return " " * (len(found[0]) - 1) + mark

    text = _BRACKETS.sub(lambda found: " " * len(found[0]), _QUOTED.sub(blank, text))
    words = []
    for found in _WORD.finditer(text):
        word, start = found[0], found.start()
        stem = _CLITIC.fullmatch(word)
        if stem and stem[1].lower() not in ("there", "let"):
            middle = start + len(stem[1])
            words.append(Word(stem[1], stem[1].lower(), start, middle))
            words.append(Word("'" + stem[2], "'" + stem[2], middle, found.end()))
        else:
            words.append(Word(word, word.lower().replace("’", "'"), start, found.end()))  # noqa: RUF001
    return words


def starts_with(words: Sequence[Word], at: int, phrases: Iterable[str]) -> str:
    """The longest of some phrases that the words at a position begin with, or ""."""
    text = " ".join(word.low for word in words[at : at + 8])
    ends = [k for k, letter in enumerate(text) if letter == " "] + [len(text)]
    return next((text[:end] for end in reversed(ends) if end and text[:end] in phrases), "")


@cache
def people() -> frozenset[str]:
    """Nouns for persons."""
    return grammar.PEOPLE | OUTFITS.keys()


@cache
def _kind_of(text: str) -> tuple[Kind, str, bool] | None:
    """Kind, singular and whether it is a plural, of a noun in lower case."""
    head, is_plural = singular(text)
    if text in grammar.GROUPS:
        return "group", text, True
    if text in grammar.NOT_PEOPLE:
        return "thing", text, is_plural
    tables: tuple[tuple[Kind, Iterable[str]], ...] = (
        ("person", people()),
        ("body", grammar.BODY),
        ("weather", grammar.WEATHER),
        ("place", grammar.SITES),
        ("part", grammar.FITTINGS),
        ("thing", NOUNS),
        ("place", grammar.FLOORS),
        ("undrawn", grammar.UNDRAWN),
        ("abstract", grammar.ABSTRACT),
        ("place", PLACE_WORDS.keys() - {"wood"}),
    )
    for kind, table in tables:
        for form in dict.fromkeys((text, head)):
            if form in table:
                return kind, form, is_plural
    is_person = len(head) > 6 and head.endswith(_PERSONS) and not head.endswith("list")
    return ("person", head, is_plural) if is_person and " " not in head else None


def noun_at(words: Sequence[Word], at: int, names: Names) -> Noun | None:
    """The longest noun at a position."""
    character = names.match(words, at)
    for length in range(min(_MOST_WORDS, len(words) - at), 0, -1):
        if character and length <= character.length:
            return character
        if any(word.is_mark for word in words[at : at + length]):
            continue
        found = _kind_of(" ".join(word.low for word in words[at : at + length]))
        if found:
            return Noun(length, *found)
    return character


def is_adverb(low: str) -> bool:
    """Whether a word is an adverb by its ending."""
    return low.endswith("ly") and low not in grammar.NOT_ADVERBS


_FUNCTION_WORDS = (
    grammar.PREPOSITIONS.keys() | grammar.CONJUNCTIONS.keys() | grammar.ARTICLES
    | grammar.PRONOUNS.keys() | grammar.POSSESSIVES.keys() | grammar.BE | grammar.AUXILIARIES
    | grammar.NEGATIONS | grammar.PACES.keys() | (grammar.PARTICLES - grammar.QUALITIES)
)  # fmt: skip


def is_function_word(low: str) -> bool:
    """Whether a word ends a noun phrase: prepositions, conjunctions, pronouns, auxiliaries."""
    return low in _FUNCTION_WORDS
