"""Reads what modifies a verb or a subject: adverbs, directions, phrases with prepositions."""

from __future__ import annotations

from dataclasses import replace

from shots.lexicon import grammar
from shots.lexicon.verbs import STATES, THING_VERBS, VERBS
from shots.staging.clauses.clause import Clause
from shots.staging.clauses.lookahead import DIRECTED, Lookahead
from shots.staging.clauses.phrases import Phrase

# Particles that are prepositions before a noun, and verbs behind which they are not.
_LOCAL = frozenset(("on", "in", "by", "along", "past", "about", "around"))
_NAMED = ("character", "name")
_SEPARABLE = frozenset(
    ("put", "try", "slip", "turn", "switch", "look", "pull", "bring", "carry", "take", "hand")
)


class ModifierReader(Lookahead):
    """Reads modifiers; methods that read something return whether they did."""

    def read_part(self, clause: Clause, *, subject: bool = False) -> bool:
        """Read a preposition with its phrase, or several phrases."""
        prep = self.starts(grammar.PREPOSITIONS)
        found = prep and self.reader.phrase(self.at + len(prep.split()), subject=subject)
        if not found:
            return False
        phrase, self.at = found
        self.add_part(clause, prep, phrase)
        while self.low() in ("and", "&") and not self.is_clause(self.at + 1):
            more = self.reader.phrase(self.at + 1, subject=False)
            if more is None:
                break
            self.add_part(clause, prep, more[0])
            self.at = more[1]
        return True

    @staticmethod
    def add_part(clause: Clause, prep: str, phrase: Phrase) -> None:
        """Add a preposition with its phrase to a clause."""
        clause.parts.append((grammar.PREPOSITIONS[prep], phrase))
        clause.preps.append(prep)

    def read_adverb(self, clause: Clause) -> bool:
        """Read an adverb, a direction, or words that say nothing."""
        pace, directed = self.starts(grammar.PACES), self.starts(DIRECTED)
        stop = self.starts(grammar.STOP_PHRASES)
        if pace:
            clause.pace = grammar.PACES[pace]
            self.take(pace)
        elif directed and self.is_direction(directed):
            clause.directions.append(directed)
            self.take(directed)
        elif stop:
            self.take(stop)
        elif self.is_filler() or self.low() in grammar.NEGATIONS:
            self.lost += [self.low()] * (self.low() in grammar.VISIBLE)
            clause.is_negated = clause.is_negated or self.low() in grammar.NEGATIONS
            self.at += 1
        else:
            return False
        return True

    def has_another_subject(self) -> bool:
        """Whether "and" or a comma is followed by one more subject of the same verb."""
        more = self.reader.phrase(self.at + 1, subject=True)
        if more is None or self.low() not in ("and", "&", ","):
            return False
        if self.low() == "," and self.reader.low(more[1]) not in ("and", "&"):
            return False
        is_same = self.is_plural_verb(more[1]) or not self.is_finite(more[1])
        return is_same or self.low(1) in ("her", "his")

    def read_attached(self, phrase: Phrase) -> Phrase:
        """Read what stands behind a subject and before the verb: "in a red coat"."""
        parts = []
        while True:
            comma = int(self.low() == "," and self._is_apposed())
            prep = starts = self.preposition_at(self.at + comma)
            if not prep or prep == "like" or self.starts(STATES):
                break
            if starts in grammar.CONJUNCTIONS and self.is_clause(self.at + 1):
                break
            found = self.reader.phrase(self.at + comma + len(prep.split()), subject=True)
            if found is None:
                break
            while found:
                parts.append((grammar.PREPOSITIONS[prep], found[0]))
                self.at = found[1]
                found = self._one_more_garment(prep)
            self.at += int(self.low() == "," and self.is_finite(self.at + 1))
        return replace(phrase, parts=tuple(parts)) if parts else phrase

    def _one_more_garment(self, prep: str) -> tuple[Phrase, int] | None:
        """The next of several that somebody is in: "in jeans and a white shirt"."""
        found = self.reader.phrase(self.at + 1, subject=True)
        is_more = self.low() in ("and", "&", ",") and grammar.PREPOSITIONS[prep] in ("in", "with")
        return found if found and is_more and found[0].noun in grammar.CLOTHING else None

    def read_apposed(self, phrase: Phrase) -> list[Phrase]:
        """Read other words for a subject between commas: "two men, Tom and Ben, wait"."""
        found: list[Phrase] = []
        at = self.at
        while self.reader.low(at) in (",", "and") and len(found) < max(phrase.count, 1):
            more = self.reader.phrase(at + 1, subject=True)
            if more is None:
                break
            found.append(more[0])
            at = more[1]
        named = [each for each in (phrase, *found) if each.kind in _NAMED]
        people = [each for each in (phrase, *found) if each.kind in ("person", "group", *_NAMED)]
        is_one = len(found) == phrase.count and 0 < len(named) in (len(found), 1)
        is_other = is_one and (phrase in named) != (found[0] in named)
        if not is_other or len(people) <= len(found) or self.reader.low(at) != ",":
            return [phrase]
        if not self.is_finite(at + 1):
            return [phrase]
        self.at = at + 1
        return found if found[0] in named else [phrase]

    def preposition_at(self, at: int) -> str:
        """The preposition at a position."""
        here, self.at = self.at, at
        prep = self.starts(grammar.PREPOSITIONS)
        self.at = here
        return prep

    def _is_apposed(self) -> bool:
        """Whether a phrase between commas follows: "Lena, in a bathrobe, pours"."""
        prep = self.preposition_at(self.at + 1)
        found = prep and self.reader.phrase(self.at + 1 + len(prep.split()), subject=True)
        return bool(found and self.reader.low(found[1]) == "," and self.is_finite(found[1] + 1))

    def read_particle(self, clause: Clause) -> bool:
        """Read a word such as "up" that belongs to the verb."""
        low, stop = self.low(), self.starts(grammar.STOP_PHRASES)
        if " " in stop:
            self.take(stop)
            return True
        if low not in grammar.PARTICLES or self._is_preposition_here(clause, low):
            return False
        clause.particles.append(low)
        if low == "out" and self.low(1) == "of":
            self.at += 1
            if self.read_part(clause):
                clause.parts[-1] = ("from", clause.parts[-1][1])
                return True
            self.at -= 1
        if low in DIRECTED and not _is_phrasal(clause, low):
            clause.directions.append(low)
        self.at += 1
        return True

    def _is_preposition_here(self, clause: Clause, low: str) -> bool:
        """Whether a particle is a preposition here, or begins a direction."""
        is_phrasal = _is_phrasal(clause, low)
        if not is_phrasal:
            prep, directed = self.starts(grammar.PREPOSITIONS), self.starts(DIRECTED)
            if " " in prep and self.phrase_follows(self.at + len(prep.split())):
                return True
            if " " in directed and self.is_direction(directed):
                return True
        if low not in grammar.PREPOSITIONS or not self.phrase_follows(self.at + 1):
            return False
        is_local = low in _LOCAL and clause.base not in _SEPARABLE
        return bool(clause.objects) or not is_phrasal or is_local


def _is_phrasal(clause: Clause, particle: str) -> bool:
    name = f"{clause.base} {particle}"
    return name in VERBS or name in THING_VERBS
