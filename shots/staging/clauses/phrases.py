"""Noun phrases: who or what a group of words names, how many, whose, and with which adjectives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shots.lexicon import grammar
from shots.lexicon.colours import find_colour
from shots.lexicon.grammar import singular
from shots.lexicon.looks import NAMES
from shots.lexicon.things import MODELS, NOUNS, STAND_IN
from shots.staging.clauses.nouns import (
    Kind,
    Names,
    Noun,
    Word,
    is_adverb,
    is_function_word,
    noun_at,
    starts_with,
)

_ONE_OF = frozenset(("one", "each", "first", "last", "youngest", "oldest", "tallest", "smallest"))
_SOME = _ONE_OF | frozenset(
    ("two", "three", "some", "all", "none", "both", "most", "many", "half", "rest", "few")
)
_DEFINITE = frozenset(("the", "this", "that", "these", "those", "both"))
_TOOLS = frozenset(("seat", "chair", "desk", "cap", "uniform", "mask", "doll", "statue", "figure"))
# Nouns that are only what something is part or made of: the edge of the roof.
_EMPTY_HEADS = frozenset(("abstract", "unknown", "undrawn"))
_Core = tuple[Noun, tuple[str, ...], int]  # noun, adjectives, position behind them


@dataclass(frozen=True)
class Phrase:
    """A noun phrase.

    Attributes:
        kind, head: What it names: a singular noun, the key of a pronoun, or the id of a character.
        words: As written.
        adjectives: Everything between the article and the noun, in lower case.
        count: How many.
        owner: Whose it is.
        of: What it contains or shows: coffee, of a cup of coffee.
        parts: Prepositions with phrases attached to it: in a red coat, with an umbrella.
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

    @property
    def noun(self) -> str:
        """The last word of its noun: coat, of a lab coat."""
        return self.head.split()[-1]


class PhraseReader:
    """Reads noun phrases from the words of one text."""

    def __init__(self, text: str, words: Sequence[Word], names: Names) -> None:
        self.text = text
        self.words = words
        self.names = names

    def span(self, start: int, end: int) -> str:
        """The text from one word up to another one."""
        return self.text[self.words[start].start : self.words[end - 1].end] if end > start else ""

    def low(self, at: int) -> str:
        """The word at a position in lower case, "." behind the last one."""
        return self.words[at].low if at < len(self.words) else "."

    def form(self, at: int) -> str:
        """The verb form of the word at a position."""
        return self.words[at].form if at < len(self.words) else ""

    def phrase(self, at: int, *, subject: bool) -> tuple[Phrase, int] | None:
        """The noun phrase at a position and the position behind it; `subject`: a verb follows."""
        special = self._pronoun(at) or self._some_of(at, subject=subject)
        if special:
            return special
        behind, count, owner, is_definite = self._determiners(at)
        core = self._core(behind, subject=subject, bare=behind == at)
        if core is None:
            return None
        noun, adjectives, end = core
        found = Phrase(
            self._kind(noun, owner, self.low(behind - 1) == "the" or behind == at),
            noun.head, self.span(at, end), adjectives,
            count or self._count(noun, self.low(end - 1)), noun.is_plural,
            is_definite or noun.kind == "character", owner,
        )  # fmt: skip
        return self._possessor(found, at, end, subject=subject)

    def _pronoun(self, at: int) -> tuple[Phrase, int] | None:
        word, low = starts_with(self.words, at, grammar.PRONOUNS), self.low(at)
        if not word or (low == "one" and self.low(at + 1) != "another"):
            return None
        end = at + len(word.split())
        follows = noun_at(self.words, end, self.names) if end < len(self.words) else None
        is_possessive = low in grammar.POSSESSIVES and not self._ends(end)
        if is_possessive or (low in grammar.ARTICLES | {"both", "others"} and follows):
            return None
        return Phrase("pronoun", grammar.PRONOUNS[word], self.span(at, end)), end

    def _some_of(self, at: int, *, subject: bool) -> tuple[Phrase, int] | None:
        """Read "one of them" or "the two of us"."""
        some = at + (self.low(at) == "the")
        if self.low(some) not in _SOME or self.low(some + 1) != "of":
            return None
        inner = self.phrase(some + 2, subject=subject)
        if inner is None:
            return None
        whole = max(inner[0].count, grammar.GROUPS.get(inner[0].head, 1))
        count = 1 if self.low(some) in _ONE_OF else whole
        count = -(-count // 2) if self.low(some) == "half" else count
        found = replace(inner[0], words=self.span(at, inner[1]), count=count, is_plural=count > 1)
        one = singular(found.head)[0]
        if count == 1 and found.kind == "group" and one in grammar.PEOPLE:
            found = replace(found, kind="person", head=one, is_definite=False)
        return found, inner[1]

    def _determiners(self, at: int) -> tuple[int, int, Phrase | None, bool]:
        """Articles, numbers and possessives: position behind, count, owner, definite."""
        start, count, owner, is_definite = at, 0, None, False
        while True:
            low = self.low(at)
            if low in grammar.POSSESSIVES:
                key = grammar.POSSESSIVES[low]
                owner, is_definite = Phrase("pronoun", key, key, is_definite=True), True
            elif low in grammar.NUMBERS or low.isdigit():
                count = grammar.NUMBERS.get(low) or max(1, min(30, int(low[:4])))
            elif low in grammar.ARTICLES:
                is_definite = is_definite or low in _DEFINITE
                count = 2 if low == "both" else count
            elif not (low == "of" and at > start and self.low(at - 1) in (*grammar.NUMBERS, "all")):
                return at, count, owner, is_definite
            at += 1

    @staticmethod
    def _kind(noun: Noun, owner: Phrase | None, is_the: bool) -> Kind:
        """The kind of a noun of two meanings: the camera, a chest, his club."""
        if noun.head == "camera" and is_the:
            return "abstract"
        if noun.head == "body" and owner is None:
            return "person"
        is_thing = (noun.head in ("chest", "heel") and owner is None) or (
            noun.head == "club" and owner is not None
        )
        return "thing" if is_thing else noun.kind

    @staticmethod
    def _count(noun: Noun, last: str) -> int:
        """How many a plural without a number stands for."""
        if noun.kind == "person":
            return 3 if noun.is_plural else 1
        if noun.kind == "unknown":
            return 2 if noun.is_plural else 1
        is_many = noun.is_plural and singular(last)[0] == noun.head.split()[-1]
        return 2 if noun.kind == "thing" and is_many else 1

    def _ends(self, at: int) -> bool:
        """Whether no noun phrase can go on here."""
        if at >= len(self.words) or self.words[at].is_mark:
            return True
        low, before = self.low(at), self.low(at - 1) if at else ""
        is_modified = before in grammar.QUALITIES or find_colour(before)
        if low == "can" and (before in (*grammar.ARTICLES, *grammar.NUMBERS) or is_modified):
            return False
        if is_function_word(low):
            return low not in ("one", "own")
        return " " in starts_with(self.words, at, grammar.PREPOSITIONS)  # next to

    def _possessor(
        self, phrase: Phrase, start: int, end: int, *, subject: bool
    ) -> tuple[Phrase, int]:
        """Go on behind a noun: 's, and of."""
        if self.low(end) == "'s" or (phrase.is_plural and self.low(end) == "'"):
            core = self._core(end + 1, subject=subject, bare=False)
            if core is None:
                return phrase, end + 1
            noun, adjectives, behind = core
            owned = Phrase(
                noun.kind, noun.head, self.span(start, behind), adjectives,
                2 if noun.is_plural and noun.kind == "thing" else 1, noun.is_plural, True, phrase,
            )  # fmt: skip
            return self._possessor(owned, start, behind, subject=subject)
        if self.low(end) == "of":
            inner = self.phrase(end + 1, subject=subject) or self.phrase(end + 1, subject=False)
            if inner:
                return _join(phrase, inner[0], self.span(start, inner[1])), inner[1]
        return phrase, end

    def _core(self, start: int, *, subject: bool, bare: bool) -> _Core | None:
        """Adjectives and noun; `bare`: no article before."""
        at, adjectives, head = start, list[str](), None
        while not self._ends(at):
            noun = noun_at(self.words, at, self.names)
            if head is not None:
                if not self._continues(head, noun, at, subject=subject):
                    break
                adjectives.append(head.head)
                # A robot's arm is the robot.
                is_whole = noun and noun.kind == "body" and head.kind == "thing"
                if not (is_whole and noun and noun.head not in grammar.CLOTHING):
                    name, is_plural = singular(self.low(at))
                    head = noun or Noun(1, "unknown", name, is_plural)
                at += noun.length if noun else 1
            elif self._is_verb_behind(start, at, adjectives, subject=subject, bare=bare):
                break
            elif noun and not self._is_adjective(at, noun, subject=subject):
                head = noun
                at += noun.length
            elif self._stops(at, start, subject=subject, bare=bare):
                break
            else:
                adjectives.append(self.low(at))
                at += 1
        if head is None:
            return self._headless(start, at, adjectives, bare=bare, must_be_name=bare and subject)
        return head, tuple(adjectives), at

    def _headless(
        self, start: int, at: int, adjectives: list[str], *, bare: bool, must_be_name: bool
    ) -> _Core | None:
        """A phrase without a noun of the lexicon: a name, a colour, an unknown noun."""
        if not adjectives:
            return None
        last, words = adjectives[-1], tuple(adjectives)
        if find_colour(last) or last in grammar.CLOTHS or last in grammar.CLOTHING:
            return Noun(1, "abstract", last), words, at
        if must_be_name and not self._is_name(start):
            return None
        if self._is_name(start) and at - start == 1 and (bare or must_be_name):
            return Noun(1, "name", self.words[start].text), (), at
        if all(low in grammar.QUALITIES for low in adjectives):
            return None
        head, is_plural = singular(last)
        return Noun(1, "unknown", head, is_plural), words[:-1], at

    def is_attribute(self, at: int) -> bool:
        """Whether a participle stands before a noun with a verb: "Melted chocolate pours"."""
        noun = noun_at(self.words, at + 1, self.names) if at + 1 < len(self.words) else None
        behind = at + 1 + (noun.length if noun else 0)
        is_verb = self.form(behind) in ("s", "base") or self.low(behind) in grammar.BE
        return noun is not None and noun.kind != "character" and is_verb

    def _is_name(self, at: int) -> bool:
        """Whether a word that is in no table is written like a name."""
        word = self.words[at]
        return word.text[0].isupper() and not word.form and word.low not in grammar.QUALITIES

    def _is_verb_behind(
        self, start: int, at: int, adjectives: list[str], *, subject: bool, bare: bool
    ) -> bool:
        """Whether words in no table and this are subject and verb: "Tom picks", "a hood falls"."""
        form = self.form(at)
        if not subject or not adjectives or form not in ("s", "base"):
            return False
        is_noun = noun_at(self.words, at, self.names) is not None
        behind = "" if self.low(at + 1) in grammar.PARTICLES else self.form(at + 1)
        if is_noun and behind and (behind != "base" or form == "s") and behind != "ing":
            return False  # a clawed hand reaches, red lights flash
        is_first, is_capital = at == start + 1, self.words[start].text[0].isupper()
        if is_first and is_capital and self.low(start) in NAMES:
            return True
        if (is_first and is_capital) or (bare and find_colour(adjectives[-1])):
            return form == "s"
        unknown = [low for low in adjectives if low not in grammar.QUALITIES]
        return bool(unknown) and not find_colour(unknown[-1]) and not self.form(at - 1)

    def _is_adjective(self, at: int, noun: Noun, *, subject: bool) -> bool:
        """Whether a word that can be a noun stands before one: "a glass bottle", "a gold ring"."""
        low, behind = self.low(at), at + 1
        if noun.length > 1 or self._ends(behind) or self.low(behind) in grammar.PARTICLES:
            return False
        if subject and self.form(behind) in ("s", "ed"):
            return False
        is_quality = low in grammar.QUALITIES or find_colour(low) is not None
        if noun_at(self.words, behind, self.names):
            return is_quality
        is_open = not self.form(behind) and self.low(behind) not in grammar.QUALITIES
        return is_quality and (is_open or bool(noun_at(self.words, behind + 1, self.names)))

    def _stops(self, at: int, start: int, *, subject: bool, bare: bool) -> bool:
        """Whether a word that is no noun ends the phrase: a verb or an adverb."""
        low, form = self.low(at), self.form(at)
        is_brand = self.words[at].text.isupper()
        is_before_verb = low not in grammar.QUALITIES or self.form(at + 1) in ("s", "ed")
        if is_adverb(low) and not is_brand and is_before_verb:
            return True
        if low in grammar.QUALITIES or find_colour(low):
            return False
        is_verb = form in ("s", "base") and subject and at > start
        if is_verb:
            return True
        if form in ("ing", "ed"):
            if at == start and (self.low(at - 1) == "of" or (subject and self.is_attribute(at))):
                return self._ends(at + 1)
            return bare or self._ends(at + 1) or (at > start and subject)
        is_behind_preposition = start > 0 and self.low(start - 1) in grammar.PREPOSITIONS
        is_object = not subject and (
            is_behind_preposition or noun_at(self.words, at + 1, self.names) is not None
        )
        is_of = start > 0 and self.low(start - 1) == "of"  # a row of switches
        return bool(form) and bare and not (is_object and (form == "base" or is_of))

    def _continues(self, head: Noun, noun: Noun | None, at: int, *, subject: bool) -> bool:
        """Whether a word behind a noun forms a compound with it: the tram driver."""
        low, form = self.low(at), self.form(at)
        if is_adverb(low) or low in grammar.PARTICLES or head.kind in ("character", "name"):
            return False
        if noun is not None and noun.kind == "character":
            return False
        if subject and (form in ("s", "ed") or (form == "base" and head.is_plural)):
            return False
        if head.kind == "person" and low in grammar.CLOTHING and not form:
            return True  # a clown costume
        if head.kind == "person" and not head.is_plural and noun and noun.head in _TOOLS:
            return True  # the pilot seat
        if head.kind in ("group", "person"):
            is_open = head.head == "police" or (head.kind == "person" and not head.is_plural)
            return is_open and noun is not None and noun.kind == "person"
        if noun is None:
            is_verb = bool(form) or (subject and low.endswith(("s", "ed")))
            return not (is_verb or head.is_plural or low in grammar.QUALITIES)
        return form != "ing" and (not head.is_plural or noun.kind == "person")


def _join(outer: Phrase, inner: Phrase, words: str) -> Phrase:
    """One phrase of "the edge of the roof", "a group of men", "a cup of coffee"."""
    if outer.kind == "group" and inner.kind == "body":
        return replace(inner, words=words)
    if outer.kind == "group" and inner.kind in ("person", "group", "thing", "unknown"):
        is_pair = outer.head == "pair" and inner.head.endswith("s")  # of glasses
        count = 1 if is_pair else grammar.GROUPS[outer.head]
        return replace(inner, words=words, count=count, is_plural=True)
    is_many = inner.is_plural and (inner.kind == "group" or not inner.head.endswith("s"))
    if outer.head in grammar.ROWS and is_many and inner.kind in ("person", "group", "thing"):
        return replace(inner, words=words, count=grammar.ROWS[outer.head])
    if outer.head in ("drop", "droplet", "splash"):
        return replace(outer, words=words, of=inner)
    is_shown = inner.kind not in ("abstract", "undrawn", "weather")
    if outer.kind in _EMPTY_HEADS and is_shown and outer.head not in grammar.LIGHT:
        return replace(inner, words=words)
    if outer.kind in ("thing", "unknown") and inner.head in grammar.LIGHT:
        return replace(inner, words=words)  # a ring of light
    full, turned = f"{outer.head} of {inner.head}", f"{inner.head} {outer.head}"
    if full in NOUNS and turned not in NOUNS:  # a knob of BRAND butter
        return replace(outer, kind="thing", head=full, words=words)
    is_piece = outer.kind == "part" and outer.head in grammar.ABSTRACT
    is_whole = inner.kind in ("thing", "character") and (inner.is_definite or is_piece)
    is_vehicle = inner.kind == "thing" and MODELS[NOUNS.get(inner.head, STAND_IN)].kind == "vehicle"
    is_its_roof = is_vehicle and (outer.head == "roof" or outer.kind == "part")
    if (outer.kind in ("thing", "part") and is_whole) or is_its_roof:
        return replace(inner, words=words)  # the door of the car
    if outer.kind == "body":
        return replace(outer, words=words, owner=inner)
    return replace(outer, words=words, of=inner)
