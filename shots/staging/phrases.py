"""Noun phrases: who or what a group of words names, how many, whose, and with which adjectives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from shots.lexicon import grammar
from shots.lexicon.colours import find_colour
from shots.lexicon.grammar import singular
from shots.lexicon.looks import NAMES, PROFESSIONS
from shots.lexicon.places import PLACE_WORDS
from shots.lexicon.things import NOUNS
from shots.lexicon.verbs import forms

Kind = Literal[
    "character", "person", "group", "thing", "body", "place", "weather", "abstract", "undrawn",
    "pronoun", "name", "unknown", "part",
]  # fmt: skip
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*|[.,;:!?…()—–]|-{1,2}")  # noqa: RUF001
_QUOTED = re.compile(r"[\"“”][^\"“”]*[\"“”]|(?<!\w)['‘][^'’\n]{3,}?['’](?!\w)")  # noqa: RUF001
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_SOME = frozenset("one two three some all none both each most many several half".split())
_MOST_WORDS = 4  # of one noun


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


@dataclass(frozen=True)
class Noun:
    """A noun at a position: how many words, and what it is."""

    length: int
    kind: Kind
    head: str
    is_plural: bool = False


@dataclass(frozen=True)
class Phrase:
    """A noun phrase.

    Attributes:
        kind, head: What it names: a singular noun, the key of a pronoun, or the id of a character.
        words: As written.
        adjectives: Everything between the article and the noun, in lower case.
        count: How many.
        owner: Whose it is: a pronoun's key or another phrase.
        of: What it consists of or contains: coffee, of a cup of coffee.
        parts: Attached phrases: in a red coat, with an umbrella.
    """

    kind: Kind
    head: str
    words: str
    adjectives: tuple[str, ...] = ()
    count: int = 1
    is_plural: bool = False
    is_definite: bool = False
    owner: Phrase | None = None
    of: Phrase | None = None
    parts: tuple[tuple[str, Phrase], ...] = ()


@dataclass(frozen=True)
class Names:
    """The names of a board's characters, in lower case words, to their ids."""

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
        end = found[0][-2:-1]
        filler = " " * (len(found[0]) - 1)
        return (filler + ",") if end in ".!?," else filler + " "

    text = _BRACKETS.sub(lambda found: " " * len(found[0]), _QUOTED.sub(blank, text))
    words = []
    for found in _WORD.finditer(text):
        word, start = found[0], found.start()
        stem = re.fullmatch(r"(.+)['’](s|re|ve)", word)  # noqa: RUF001
        if stem and stem[1].lower() not in ("there", "let"):
            words.append(Word(stem[1], stem[1].lower(), start, start + len(stem[1])))
            words.append(Word("'" + stem[2], "'" + stem[2], start + len(stem[1]), found.end()))
        else:
            words.append(Word(word, word.lower().replace("’", "'"), start, found.end()))  # noqa: RUF001
    return words


def starts_with(words: Sequence[Word], at: int, phrases: Iterable[str]) -> str:
    """The longest of some phrases that the words at a position begin with, or ""."""
    text = " ".join(word.low for word in words[at : at + 8]) + " "
    return max((p for p in phrases if text.startswith(p + " ")), key=len, default="")


@cache
def people() -> frozenset[str]:
    """Nouns for persons."""
    trades = {noun.strip() for nouns in PROFESSIONS for noun in nouns.split(",")}
    return grammar.PEOPLE | trades


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
        ("place", PLACE_WORDS),
    )
    for kind, table in tables:
        if text in table:
            return kind, text, text != head
        if head in table:
            return kind, head, is_plural
    return None


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


def verb_form(word: Word) -> str:
    """The form of a word that can be a verb: base, s, ing or ed; "" of any other."""
    return forms().get(word.low, ("", ""))[1]


def is_adverb(low: str) -> bool:
    """Whether a word is an adverb by its ending."""
    return low.endswith("ly") and low not in grammar.NOT_ADVERBS


def is_function_word(low: str) -> bool:
    """Whether a word ends a noun phrase: prepositions, conjunctions, pronouns, auxiliaries."""
    return (
        low in grammar.PREPOSITIONS
        or low in grammar.CONJUNCTIONS
        or low in grammar.ARTICLES
        or low in grammar.PRONOUNS
        or low in grammar.POSSESSIVES
        or low in grammar.BE
        or low in grammar.AUXILIARIES
        or low in grammar.NEGATIONS
        or low in grammar.PACES
        or (low in grammar.PARTICLES and low not in grammar.QUALITIES)
    )


class PhraseReader:
    """Reads noun phrases from the words of one text."""

    def __init__(self, text: str, words: Sequence[Word], names: Names) -> None:
        self.text = text
        self.words = words
        self.names = names

    def span(self, start: int, end: int) -> str:
        """The text from one word up to another one."""
        if end <= start:
            return ""
        return self.text[self.words[start].start : self.words[end - 1].end]

    def low(self, at: int) -> str:
        """The word at a position in lower case, "." behind the last one."""
        return self.words[at].low if at < len(self.words) else "."

    def phrase(self, at: int, *, subject: bool) -> tuple[Phrase, int] | None:
        """The noun phrase at a position and the position behind it; `subject`: a verb follows."""
        pronoun = self._pronoun(at)
        if pronoun:
            return pronoun
        skip = at + (self.low(at) == "the")
        if self.low(skip) in _SOME and self.low(skip + 1) == "of":
            inner = self.phrase(skip + 2, subject=subject)
            if inner:
                count = 1 if self.low(skip) in ("one", "each") else inner[0].count
                words = self.span(at, inner[1])
                return replace(inner[0], words=words, count=count, is_plural=count > 1), inner[1]
        start, count, owner, definite = at, 0, None, False
        while True:
            low = self.low(at)
            if low in grammar.POSSESSIVES:
                key = grammar.POSSESSIVES[low]
                owner, definite = Phrase("pronoun", key, key, is_definite=True), True
            elif low in grammar.NUMBERS:
                count = grammar.NUMBERS[low]
            elif low.isdigit():
                count = min(30, int(low[:4]))
            elif low in grammar.ARTICLES:
                definite = definite or low in ("the", "this", "that", "these", "those", "both")
                count = 2 if low == "both" else count
            elif low == "of" and at > start and self.low(at - 1) in (*grammar.NUMBERS, "all"):
                pass
            else:
                break
            at += 1
        core = self._core(at, subject=subject, bare=at == start)
        if core is None:
            return None
        noun, adjectives, end = core
        is_camera = noun.head == "camera" and self.low(at) in ("the", "camera")
        is_thing = noun.head in NOUNS and (
            (noun.kind == "body" and owner is None) or (noun.head == "club" and owner is not None)
        )
        found = Phrase(
            "abstract" if is_camera else "thing" if is_thing else noun.kind,
            noun.head,
            self.span(start, end),
            adjectives,
            count or 1,
            noun.is_plural,
            definite or noun.kind == "character",
            owner,
        )
        if noun.is_plural and not count and noun.kind in ("person", "thing"):
            is_many = noun.kind == "person" or singular(self.low(end - 1))[0] == noun.head.split()[-1]
            found = replace(found, count=(2 if noun.kind == "thing" else 3) if is_many else 1)
        return self._possessor(found, start, end, subject=subject)

    def _pronoun(self, at: int) -> tuple[Phrase, int] | None:
        word = starts_with(self.words, at, grammar.PRONOUNS)
        low = self.low(at)
        if not word or (low == "one" and self.low(at + 1) != "another"):
            return None
        end = at + len(word.split())
        follows = noun_at(self.words, end, self.names) if end < len(self.words) else None
        is_possessive = low in grammar.POSSESSIVES and not self._ends(end)
        if is_possessive or (low in grammar.ARTICLES | {"both", "others"} and follows):
            return None
        return Phrase("pronoun", grammar.PRONOUNS[word], self.span(at, end)), end

    def _ends(self, at: int) -> bool:
        """Whether no noun phrase can go on here."""
        if at >= len(self.words) or self.words[at].is_mark:
            return True
        low = self.low(at)
        if low == "can" and at and self.low(at - 1) in (*grammar.ARTICLES, *grammar.NUMBERS):
            return False
        return is_function_word(low) and low not in ("one", "own")

    def _possessor(
        self, phrase: Phrase, start: int, end: int, *, subject: bool
    ) -> tuple[Phrase, int]:
        """Go on behind a noun: 's, and of."""
        if self.low(end) == "'s" or (phrase.is_plural and self.low(end) == "'"):
            core = self._core(end + 1, subject=subject, bare=False)
            if core:
                noun, adjectives, behind = core
                owned = Phrase(
                    noun.kind, noun.head, self.span(start, behind), adjectives,
                    2 if noun.is_plural and noun.kind == "thing" else 1,
                    noun.is_plural, True, phrase,
                )  # fmt: skip
                return self._possessor(owned, start, behind, subject=subject)
            return phrase, end + 1
        if self.low(end) == "of" and end > start:
            inner = self.phrase(end + 1, subject=subject) or self.phrase(end + 1, subject=False)
            if inner:
                return self._join(phrase, inner[0], start, inner[1]), inner[1]
        return phrase, end

    def _join(self, outer: Phrase, inner: Phrase, start: int, end: int) -> Phrase:
        """One phrase of "the edge of the roof", "a group of men", "a cup of coffee"."""
        words = self.span(start, end)
        if outer.kind == "group" and inner.kind in ("person", "group", "thing"):
            count = grammar.GROUPS[outer.head]
            is_one = outer.head == "pair" and inner.head.endswith("s")
            return replace(inner, words=words, count=1 if is_one else count, is_plural=True)
        if outer.head in grammar.LIGHT:
            return replace(outer, words=words, of=inner)
        if outer.kind in ("abstract", "unknown", "undrawn") and inner.kind not in (
            "abstract", "undrawn", "weather",
        ):  # fmt: skip
            return replace(inner, words=words, adjectives=(*inner.adjectives,))
        is_part = outer.kind in ("thing", "part") and inner.kind == "thing" and inner.is_definite
        if is_part:
            return replace(inner, words=words)
        if outer.kind == "body":
            return replace(outer, words=words, owner=inner)
        return replace(outer, words=words, of=inner)

    def _core(
        self, at: int, *, subject: bool, bare: bool
    ) -> tuple[Noun, tuple[str, ...], int] | None:
        """Adjectives and noun; `bare`: no article before."""
        start, adjectives, head = at, list[str](), None
        while not self._ends(at):
            word = self.words[at]
            noun = noun_at(self.words, at, self.names)
            if head is None and self._is_verb_behind(start, at, adjectives, subject=subject):
                break
            is_colour = bare and bool(adjectives) and find_colour(adjectives[-1]) is not None
            if head is None and is_colour and subject and verb_form(word) == "s":
                break
            if head is not None:
                if not self._continues(head, noun, at, subject=subject):
                    break
                adjectives.append(head.head)
                at += noun.length if noun else 1
                if not (noun and noun.kind == "body" and head.kind == "thing"):
                    name, is_plural = singular(word.low)
                    head = noun or Noun(1, "unknown", name, is_plural)
                continue
            if noun and not self._is_adjective(at, noun, subject=subject):
                head = noun
                at += noun.length
                continue
            if self._stops(at, start, subject=subject, bare=bare):
                break
            adjectives.append(word.low)
            at += 1
        if head is None:
            if adjectives and find_colour(adjectives[-1]):
                return Noun(1, "abstract", adjectives[-1]), tuple(adjectives), at
            if at == start or (bare and subject and not self._is_name(start)):
                return None
            return self._unknown(start, at, adjectives)
        return head, tuple(adjectives), at

    def _unknown(
        self, start: int, at: int, adjectives: list[str]
    ) -> tuple[Noun, tuple[str, ...], int] | None:
        if self._is_name(at - 1) and at - start == 1:
            return Noun(1, "name", self.words[start].text), (), at
        rest = [low for low in adjectives if low not in grammar.QUALITIES]
        if adjectives and adjectives[-1] in grammar.CLOTHS:
            return Noun(1, "abstract", adjectives[-1]), tuple(adjectives), at
        if not rest:
            return None
        head, is_plural = singular(adjectives[-1])
        return Noun(1, "unknown", head, is_plural), tuple(adjectives[:-1]), at

    def _is_name(self, at: int) -> bool:
        """Whether a word that is in no table is written like a name."""
        word = self.words[at]
        return word.text[0].isupper() and not verb_form(word) and word.low not in grammar.QUALITIES

    def _is_verb_behind(
        self, start: int, at: int, adjectives: list[str], *, subject: bool
    ) -> bool:
        """Whether words in no table and this one are subject and verb: "Tom picks", "a hood falls"."""
        if not subject or at == start or verb_form(self.words[at]) not in ("s", "base"):
            return False
        if at == start + 1 and self.low(start) in NAMES and self.words[start].text[0].isupper():
            return True
        if self.words[start].text[0].isupper() and at == start + 1 and adjectives:
            return verb_form(self.words[at]) == "s"
        unknown = [low for low in adjectives if low not in grammar.QUALITIES]
        return bool(unknown) and not find_colour(unknown[-1]) and not verb_form(self.words[at - 1])

    def _is_adjective(self, at: int, noun: Noun, *, subject: bool) -> bool:
        """Whether a word that can be a noun stands before one: "a wet coin", "a gold ring"."""
        low = self.low(at)
        if noun.length > 1 or self._ends(at + 1):
            return False
        if subject and verb_form(self.words[at + 1]) in ("s", "ed"):
            return False
        if self.low(at + 1) in grammar.PARTICLES:
            return False
        following = noun_at(self.words, at + 1, self.names)
        is_quality = low in grammar.QUALITIES or find_colour(low) is not None
        return is_quality and (following is not None or not verb_form(self.words[at + 1]))

    def _stops(self, at: int, start: int, *, subject: bool, bare: bool) -> bool:
        """Whether a word that is no noun ends the phrase: a verb or an adverb."""
        word = self.words[at]
        form = verb_form(word)
        if word.low in grammar.QUALITIES or find_colour(word.low):
            return False
        if is_adverb(word.low) or (form in ("s", "base") and (subject or bare) and at > start):
            return True
        if form in ("ing", "ed"):
            return bare or self._ends(at + 1) or (at > start and subject)
        return bool(form) and bare

    def _continues(self, head: Noun, noun: Noun | None, at: int, *, subject: bool) -> bool:
        """Whether a word behind a noun forms a compound with it: the tram driver."""
        word = self.words[at]
        form = verb_form(word)
        if word.low in grammar.QUALITIES and noun is None or is_adverb(word.low):
            return False
        if subject and (form in ("s", "ed") or (form == "base" and head.is_plural)):
            return False
        if word.low in grammar.PARTICLES or head.kind in ("character", "name"):
            return False
        if head.kind == "group":
            return head.head == "police" and noun is not None and noun.kind == "person"
        if head.kind == "person":
            return noun is not None and noun.kind == "person" and not head.is_plural
        if noun is None:
            looks_like_verb = subject and word.low.endswith(("s", "ed"))
            return not form and not looks_like_verb and not head.is_plural
        return form != "ing" and (not head.is_plural or noun.kind == "person")
