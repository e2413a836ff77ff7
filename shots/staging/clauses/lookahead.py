"""Looking ahead in the words of an action: what begins at a position."""

from __future__ import annotations

from shots.lexicon import grammar
from shots.lexicon.verbs import STATES, forms
from shots.staging.clauses.nouns import (
    Names,
    Noun,
    is_adverb,
    is_function_word,
    noun_at,
    split_words,
    starts_with,
)
from shots.staging.clauses.phrases import PhraseReader

DIRECTED = frozenset((*grammar.DIRECTIONS, *grammar.LOOKS))
_FILLERS = frozenset(("also", "just", "then", "both", "all", "still"))
_VAGUE = frozenset(("away", "off", "out", "up", "down", "over", "back", "along", "by"))
# Prepositions behind a part of the body that has a place: "hands on the wheel".
_PLACED = frozenset(("on", "in", "against", "behind", "around", "under", "over"))


class Lookahead:
    """The words of an action, a position, and questions about what follows it.

    Attributes:
        at: Position of the next word.
        last_form: Form of the verb of the clause before, in the same sentence, or "".
        lost: Words that say something and are not understood.
    """

    def __init__(self, text: str, names: Names) -> None:
        self.words = split_words(text)
        self.reader = PhraseReader(text, self.words, names)
        self.at = 0
        self.last_form = ""
        self.lost: list[str] = []

    def low(self, offset: int = 0) -> str:
        """The word at the position, in lower case."""
        return self.reader.low(self.at + offset)

    def take(self, words: str) -> None:
        """Go on behind some words."""
        self.at += len(words.split())

    @property
    def is_over(self) -> bool:
        """Whether there are no more words."""
        return self.at >= len(self.words)

    def starts(self, phrases: object) -> str:
        """The longest of some phrases that begins here."""
        return starts_with(self.words, self.at, phrases)  # type: ignore[arg-type]

    def noun(self, at: int) -> Noun | None:
        """The noun at a position."""
        return noun_at(self.words, at, self.reader.names) if at < len(self.words) else None

    def is_end(self, at: int) -> bool:
        """Whether the clause ends at a position."""
        return self.reader.low(at) in (".", "!", "?", ";", ":", "—", "…")

    def phrase_follows(self, at: int) -> bool:
        """Whether a noun phrase begins at a position."""
        return self.reader.phrase(at, subject=False) is not None

    def has_determiner(self, at: int) -> bool:
        """Whether an article or a possessive stands at a position."""
        low = self.reader.low(at)
        return low in grammar.ARTICLES or low in grammar.POSSESSIVES

    def is_auxiliary(self, low: str) -> bool:
        """Whether a word can stand before a verb."""
        return low in grammar.BE or low in grammar.AUXILIARIES or low in grammar.NEGATIONS

    def is_filler(self) -> bool:
        """Whether the word here changes nothing that is drawn."""
        low, form = self.low(), self.reader.form(self.at)
        if low in ("all", "both", "each"):
            return bool(self.reader.form(self.at + 1))
        return form != "ing" and is_vague(low) and self.noun(self.at) is None

    def is_finite(self, at: int) -> bool:
        """Whether a verb with a subject before it stands at a position."""
        while is_adverb(self.reader.low(at)) or self.reader.low(at) in _FILLERS:
            at += 1
        low = self.reader.low(at)
        is_verb = self.reader.form(at) in ("s", "base", "ed") and low not in grammar.PREPOSITIONS
        return self.is_auxiliary(low) or is_verb

    def is_direction(self, words: str) -> bool:
        """Whether "up" or "past the camera" is complete here: no noun follows."""
        behind = self.at + len(words.split())
        if " " in words:
            is_open = words.split()[-1] in grammar.POSSESSIVES and self.phrase_follows(behind)
            noun = self.noun(behind)  # at the floor numbers
            is_open = is_open or (noun is not None and noun.kind in ("thing", "abstract"))
            return self.reader.low(behind) != "of" and not is_open
        if words in grammar.PARTICLES:
            return False
        return words not in grammar.PREPOSITIONS or not self.phrase_follows(behind)

    def is_verb_first(self) -> bool:
        """Whether the clause begins with its verb: "drinking", "stops", "not moving"."""
        if self.is_auxiliary(self.low()) or self.starts(STATES):
            return True
        form, noun = self.reader.form(self.at), self.noun(self.at)
        if not form:
            return self.is_unknown_verb(self.at)
        if noun is not None and form == "s" and self.reader.form(self.at + 1) == "ing":
            return False  # crows hopping behind it
        if noun is not None and noun.kind == "body" and self.reader.form(self.at + 1) == "base":
            return False  # heads turn
        if form in ("s", "base") and self.last_form in ("s", "base"):
            return form == self.last_form and not self._is_placed_body(noun)
        if noun is None and form in ("ed", "ing") and self.reader.is_attribute(self.at):
            return False
        if noun is None or noun.kind == "character":
            return noun is None
        found = self.reader.phrase(self.at, subject=True)
        if found and form == "base" and self.reader.form(found[1]) == "ing":
            return False  # foam running over
        return not (found and self.is_finite(found[1]))

    def _is_placed_body(self, noun: Noun | None) -> bool:
        """Whether "hands" or "eyes" is a noun with a participle or a place: "eyes closed"."""
        behind = self.at + 1
        follows = self.reader.form(behind) in ("ed", "ing") or self.reader.low(behind) in _PLACED
        return noun is not None and noun.kind == "body" and follows

    def is_clause(self, at: int) -> bool:
        """Whether a clause with a verb, and perhaps a subject of its own, begins at a position."""
        low, form = self.reader.low(at), self.reader.form(at)
        if low == "then" or low in grammar.BE or low in grammar.AUXILIARIES:
            return True
        found = self.reader.phrase(at, subject=True)
        if found and self.is_finite(found[1]):
            return True
        is_noun = self.noun(at) is not None
        if form == "base" and is_noun and self.last_form == "base":
            return not self.is_end(at + 1) and low != "one"
        if not form and self.is_unknown_verb(at):
            return True
        if form and (not is_noun or form in ("s", "ing")):
            return not (found and is_noun and self.is_end(found[1]) and form == "ing")
        return is_adverb(low)

    def is_unknown_verb(self, at: int) -> bool:
        """Whether a word in no table stands like the second verb of "kneels and plugs in"."""
        low, behind = self.reader.low(at), self.reader.low(at + 1)
        is_open = self.noun(at) is None and not is_function_word(low) and low.endswith("s")
        is_last = self.is_end(at + 1) and self.reader.low(at - 1) in ("and", "but")
        return is_open and self.last_form == "s" and (is_function_word(behind) or is_last)

    def is_plural_verb(self, at: int) -> bool:
        """Whether a verb of several subjects stands at a position."""
        low = self.reader.low(at)
        is_base = low in forms() and forms()[low][0] == low  # run, put and come are participles too
        return (
            is_base or low in ("are", "have", "do", "were", ",") or self.reader.form(at) == "base"
        )

    def is_auxiliary_here(self) -> bool:
        """Whether "has" stands before another verb rather than before what somebody has."""
        behind = 1
        while self.low(behind) in grammar.NEGATIONS or is_adverb(self.low(behind)):
            behind += 1
        form = self.reader.form(self.at + behind)
        if forms().get(self.low(), ("", ""))[0] in ("have", "get"):
            return self.low(behind) == "been" or form == "ed"
        return bool(form) or self.low(behind) in ("be", "have", "to")

    def is_phase(self, base: str) -> bool:
        """Whether "starts" stands before another verb."""
        if base not in grammar.PHASES:
            return False
        if self.low(1) == "to":
            return self.reader.form(self.at + 2) == "base"
        if self.low(1) in ("on", "out", "up") and self.reader.form(self.at + 2) == "ing":
            self.at += 1  # goes on chopping, bursts out laughing
            return True
        return self.reader.form(self.at + 1) == "ing"


def is_vague(low: str) -> bool:
    """Whether a word says nothing about what is drawn."""
    return low in grammar.QUALITIES or low in _VAGUE or is_adverb(low)
