"""Clauses: who does what, in which order, from the words of an action.

A clause has one verb. `link` says how it follows the clause before: then, with (at the same time),
or first (before it, as after "after" and "when").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from shots.lexicon import grammar
from shots.lexicon.grammar import singular
from shots.lexicon.verbs import STATES, THING_VERBS, VERBS, Verb, forms
from shots.staging.phrases import (
    Names,
    Phrase,
    PhraseReader,
    is_adverb,
    is_function_word,
    noun_at,
    split_words,
    starts_with,
    verb_form,
)

Link = Literal["then", "with", "first", "later", "lead"]
_DIRECTED = (*grammar.DIRECTIONS, *grammar.LOOKS)
_STARTERS = frozenset({"then", "and", ",", ";", ":", "—", "–", "-", "--", "but"})  # noqa: RUF001


@dataclass
class Clause:
    """A clause as read.

    Attributes:
        subjects: Who does it; empty: whoever did the clause before.
        base: Verb in the base form, "" where there is none.
        form: s, base, ing, ed or be; passive where the subject suffers it.
        particles: Words behind the verb that may belong to it: up, down, away.
        objects: Direct object, and what is given to whom.
        parts: Prepositions with their phrases.
        directions: Keys of `grammar.DIRECTIONS` and `grammar.LOOKS`, as written.
        state: A word or phrase of `verbs.STATES`.
        link: How it follows the clause before; `joined`: by "and", for the same subject.
        words: As written.
    """

    subjects: list[Phrase] = field(default_factory=list)
    base: str = ""
    form: str = ""
    particles: list[str] = field(default_factory=list)
    objects: list[Phrase] = field(default_factory=list)
    parts: list[tuple[str, Phrase]] = field(default_factory=list)
    preps: list[str] = field(default_factory=list)  # of the parts, as written
    directions: list[str] = field(default_factory=list)
    state: str = ""
    pace: float = 1.0
    is_negated: bool = False
    is_passive: bool = False
    link: Link = "then"
    joined: bool = False
    opens: bool = False  # whether it begins a sentence
    is_next: bool = False  # after "then"
    words: str = ""

    def verb(self, table: Mapping[str, Verb] | None = None) -> Verb | None:
        """The longest entry of a table of verbs that the words of the clause form."""
        known = VERBS if table is None else table
        return next((known[name] for name in self._names() if name in known), None)

    def _names(self) -> list[str]:
        """Spellings of the verb with what belongs to it, the most special first."""
        nouns = [f"{each.head}s" for each in self.objects if each.is_plural or each.count > 1]
        nouns += [each.head for each in self.objects]
        nouns += [singular(noun)[0] for noun in nouns if singular(noun)[0] not in nouns]
        behind = [
            f"{prep} {each.head}" for prep, (_, each) in zip(self.preps, self.parts, strict=False)
        ]
        names = [
            f"{self.base} {each.head}" if each.kind == "body" else f"{self.base} by {each.head}"
            for each in self.subjects
            if not self.objects
        ]
        names += [f"{self.base} {p} {n}" for p in self.particles for n in nouns]
        names += [f"{self.base} {n} {p}" for p in self.particles for n in nouns]
        names += [f"{self.base} {n} {b}" for n in nouns for b in behind]
        names += [f"{self.base} {p} {b}" for p in self.particles for b in behind]
        names += [f"{self.base} {' '.join(self.particles)}"] if len(self.particles) > 1 else []
        names += [f"{self.base} {p}" for p in self.particles]
        names += [f"{self.base} {n}" for n in nouns]
        names += [f"{self.base} {b}" for b in behind]
        kinds = {each.kind for each in self.objects if each.kind != "pronoun"}
        is_it = any(each.head == "it" for each in self.objects)
        if kinds & {"thing", "unknown"} or is_it:
            names.append(f"{self.base} something")
        if kinds & {"person", "character", "name", "group"} or (self.objects and not kinds):
            names.append(f"{self.base} somebody")
        names += [f"{self.base} {n} {prep}" for n in nouns for prep in self.preps]
        names += [f"{self.base} {prep}" for prep in self.preps if not self.objects]
        return [*names, self.base]


@dataclass
class ClauseText:
    """The clauses of an action, and the words that belong to none."""

    clauses: list[Clause]
    lost: list[str]


def read_clauses(text: str, names: Names) -> ClauseText:
    """Split an action into clauses in the order of the words."""
    return _ClauseReader(text, names).read()


class _ClauseReader:
    """Reads clauses from left to right."""

    def __init__(self, text: str, names: Names) -> None:
        self._words = split_words(text)
        self._reader = PhraseReader(text, self._words, names)
        self._names = names
        self._at = 0
        self._clauses: list[Clause] = []
        self._lost: list[str] = []
        self._is_relative = False

    def read(self) -> ClauseText:
        link: Link = "then"
        joined = False
        self._opens = True
        self._next_word = False
        while self._at < len(self._words):
            begin = self._at
            link, joined = self._link(link, joined)
            if self._at >= len(self._words):
                break
            self._clause(link, joined)
            link, joined, self._opens = "then", False, False
            if self._at == begin:
                self._lose()
        return ClauseText([c for c in self._clauses if c.base or c.subjects or c.state], self._lost)

    # Between clauses

    def _low(self, offset: int = 0) -> str:
        return self._reader.low(self._at + offset)

    def _lose(self) -> None:
        word = self._words[self._at]
        if not word.is_mark and not _is_empty(word.low):
            self._lost.append(word.text)
        self._at += 1

    def _link(self, link: Link, joined: bool) -> tuple[Link, bool]:
        """Skip marks and conjunctions before a clause."""
        self._next_word = False
        while self._at < len(self._words):
            low = self._low()
            word = starts_with(self._words, self._at, grammar.CONJUNCTIONS)
            stop = starts_with(self._words, self._at, grammar.STOP_PHRASES)
            if self._words[self._at].is_mark:
                if low in (";", "—", "–", "--"):  # noqa: RUF001
                    link, joined = "with", False
                elif low in ".!?:…":
                    link, joined, self._opens = "then", False, True
                self._at += 1
            elif word and not (word in grammar.PREPOSITIONS and self._is_place(word)):
                kind = grammar.CONJUNCTIONS[word]
                joined = kind == "and" or (joined and kind == "then")
                self._next_word = self._next_word or kind == "then"
                link = kind if kind in ("with", "first") else "then"  # type: ignore[assignment]
                if self._opens and kind != "and":
                    link = {"with": "lead", "first": "then"}.get(kind, "then")  # type: ignore[assignment]
                    link = "later" if word in ("before", "until") else link
                self._at += len(word.split())
            elif stop:
                self._at += len(stop.split())
            else:
                break
        return link, joined

    def _is_place(self, word: str) -> bool:
        """Whether "as" or "before" stands before a noun without a verb."""
        found = self._reader.phrase(self._at + len(word.split()), subject=True)
        return found is not None and not self._finite(found[1])

    # One clause

    def _clause(self, link: Link, joined: bool) -> None:
        clause = Clause(link=link, joined=joined, opens=self._opens, is_next=self._next_word)
        begin = self._at
        self._opening(clause)
        if not self._verb_first():
            self._subjects(clause)
        self._clauses.append(clause)
        if clause.base:
            return
        self._verb_group(clause)
        if clause.base or clause.state:
            self._complements(clause)
        elif clause.subjects:
            self._nominal(clause)
        clause.words = self._reader.span(begin, self._at).strip(" ,;")

    def _opening(self, clause: Clause) -> None:
        """Phrases and adverbs before the subject: in the kitchen, slowly."""
        while self._at < len(self._words):
            prep = self._preposition()
            if prep and self._part(clause, prep, subject=True):
                pass
            elif self._adverb(clause):
                pass
            elif self._low() == "," and self._at and not self._is_end(self._at + 1):
                self._at += 1
            else:
                return

    def _is_end(self, at: int) -> bool:
        return at >= len(self._words) or self._reader.low(at) in ".!?;:—…"

    def _preposition(self) -> str:
        return starts_with(self._words, self._at, grammar.PREPOSITIONS)

    def _part(self, clause: Clause, prep: str, *, subject: bool = False) -> bool:
        """Read a preposition and its phrase; False, and nothing read, if there is no phrase."""
        behind = self._at + len(prep.split())
        found = self._reader.phrase(behind, subject=subject)
        if found is None:
            return False
        phrase, self._at = found
        clause.parts.append((grammar.PREPOSITIONS[prep], phrase))
        clause.preps.append(prep)
        while self._low() in ("and", "&") and not self._is_clause(self._at + 1):
            more = self._reader.phrase(self._at + 1, subject=False)
            if more is None:
                break
            clause.parts.append((grammar.PREPOSITIONS[prep], more[0]))
            clause.preps.append(prep)
            self._at = more[1]
        return True

    def _adverb(self, clause: Clause) -> bool:
        """Read an adverb, a direction, or words that say nothing."""
        pace = starts_with(self._words, self._at, grammar.PACES)
        stop = starts_with(self._words, self._at, grammar.STOP_PHRASES)
        directed = starts_with(self._words, self._at, _DIRECTED)
        if pace:
            clause.pace = grammar.PACES[pace]
            self._at += len(pace.split())
        elif directed and self._is_direction(directed):
            clause.directions.append(directed)
            self._at += len(directed.split())
        elif stop:
            self._at += len(stop.split())
        elif self._low() in ("all", "both", "each") and verb_form_at(self._words, self._at + 1):
            self._at += 1
        elif self._is_filler():
            self._at += 1
        elif self._low() in grammar.NEGATIONS:
            clause.is_negated = True
            self._at += 1
        else:
            return False
        return True

    def _is_filler(self) -> bool:
        """Whether a word changes nothing that is drawn."""
        if verb_form_at(self._words, self._at) == "ing":
            return False
        return _is_empty(self._low()) and not noun_at(self._words, self._at, self._names)

    def _is_direction(self, words: str) -> bool:
        """Whether "up" or "past the camera" is complete: no noun follows."""
        behind = self._at + len(words.split())
        if len(words.split()) > 1:
            is_open = words.split()[-1] in grammar.POSSESSIVES and self._phrase_follows(behind)
            return self._reader.low(behind) != "of" and not is_open
        if words in grammar.PREPOSITIONS or words in grammar.PARTICLES:
            return not self._phrase_follows(behind) and words not in grammar.PARTICLES
        return True

    def _phrase_follows(self, at: int) -> bool:
        return at < len(self._words) and self._reader.phrase(at, subject=False) is not None

    def _verb_first(self) -> bool:
        """Whether the clause begins with a verb: "drinking", "stops", "not moving"."""
        low, at = self._low(), self._at
        if low in grammar.BE or low in grammar.AUXILIARIES or low in grammar.NEGATIONS:
            return True
        if starts_with(self._words, at, STATES):
            return True
        form = verb_form(self._words[at]) if at < len(self._words) else ""
        if not form:
            return False
        last = self._clauses[-1].form if self._clauses and not self._opens else ""
        if last and form in ("s", "base") and last in ("s", "base"):
            return form == last and not self._is_absolute_noun(at)
        noun = noun_at(self._words, at, self._names)
        if noun is None:
            return form != "ed" or not self._finite(at + 1) or True
        if noun.kind == "character":
            return False
        found = self._reader.phrase(at, subject=True)
        return not (found and self._finite(found[1]) and found[1] > at)

    def _is_absolute_noun(self, at: int) -> bool:
        """Whether "hands" or "eyes" is a noun with a participle or a place: "eyes closed"."""
        noun = noun_at(self._words, at, self._names)
        low = self._reader.low(at + 1)
        follows = verb_form_at(self._words, at + 1) in ("ed", "ing") or low in _PLACED
        return noun is not None and noun.kind == "body" and follows

    def _finite(self, at: int) -> bool:
        """Whether a verb with a subject before it stands at a position."""
        while at < len(self._words):
            low = self._reader.low(at)
            if low in grammar.BE or low in grammar.AUXILIARIES or low in grammar.NEGATIONS:
                return True
            if is_adverb(low) or low in ("also", "just", "then", "both", "all", "still"):
                at += 1
                continue
            form = forms().get(low, ("", ""))[1]
            return form in ("s", "base", "ed") and not (low in grammar.PREPOSITIONS)
        return False

    def _is_clause(self, at: int) -> bool:
        """Whether a clause with a verb, and perhaps a subject of its own, begins at a position."""
        if at >= len(self._words):
            return False
        low = self._reader.low(at)
        if low == "then" or low in grammar.BE or low in grammar.AUXILIARIES:
            return True
        found = self._reader.phrase(at, subject=True)
        if found and self._finite(found[1]):
            return True
        form = verb_form(self._words[at])
        is_noun = noun_at(self._words, at, self._names) is not None
        if form == "base" and is_noun and self._clauses and self._clauses[-1].form == "base":
            return not self._is_end(at + 1) and low not in ("one",)
        if form and (not is_noun or form in ("s", "ing")):
            return not (found and is_noun and self._is_end(found[1]) and form == "ing")
        return is_adverb(low)

    def _subjects(self, clause: Clause) -> None:
        """Read one or several subjects and what is attached to them."""
        while True:
            found = self._reader.phrase(self._at, subject=True)
            if found is None:
                return
            phrase, self._at = found
            clause.subjects.append(self._attached(phrase))
            if self._low() in ("who", "which") and not self._relative_of_subject(clause):
                return
            low = self._low()
            if low in ("and", "&") or (low == "," and self._coordinates()):
                more = self._reader.phrase(self._at + 1, subject=True)
                if more and (self._is_plural_verb(more[1]) or self._low(1) in ("her", "his")):
                    self._at += 1
                    continue
                if more and self._is_verbless(more[1]):
                    self._at += 1
                    continue
            return

    def _relative_of_subject(self, clause: Clause) -> bool:
        """Read "who is wearing a red apron" before the verb of its subject."""
        inner = Clause(subjects=clause.subjects[-1:], link=clause.link, opens=clause.opens)
        begin, self._at = self._at, self._at + 1
        self._is_relative = True
        self._verb_group(inner)
        self._complements(inner)
        self._is_relative = False
        inner.words = self._reader.span(begin, self._at).strip(" ,;")
        self._at += self._low() == ","
        if not self._finite(self._at):
            inner.subjects = clause.subjects
            vars(clause).update(vars(inner))
            return False
        self._clauses.append(inner)
        clause.link = "with"
        return True

    def _coordinates(self) -> bool:
        """Whether a list of subjects goes on: "a man, a woman and a child wait"."""
        more = self._reader.phrase(self._at + 1, subject=True)
        return bool(more and self._reader.low(more[1]) in ("and", "&"))

    def _is_plural_verb(self, at: int) -> bool:
        low = self._reader.low(at)
        return low in ("are", "have", "do", "were", ",") or forms().get(low, ("", ""))[1] == "base"

    def _is_verbless(self, at: int) -> bool:
        return not self._finite(at)

    def _attached(self, phrase: Phrase) -> Phrase:
        """Go on with what stands behind a subject: "in a red coat", before the verb."""
        parts = []
        while True:
            if self._low() == "," and self._is_apposed():
                self._at += 1
            prep = self._preposition()
            if not prep or (prep in ("like",)):
                break
            if self._low() in grammar.CONJUNCTIONS and self._is_clause(self._at + 1):
                break
            found = self._reader.phrase(self._at + len(prep.split()), subject=True)
            if found is None or starts_with(self._words, self._at, STATES):
                break
            parts.append((grammar.PREPOSITIONS[prep], found[0]))
            self._at = found[1]
            if self._low() == "," and self._finite(self._at + 1):
                self._at += 1
        return Phrase(**{**vars(phrase), "parts": tuple(parts)}) if parts else phrase

    def _is_apposed(self) -> bool:
        """Whether a phrase between commas follows: "Lena, in a bathrobe, pours"."""
        prep = starts_with(self._words, self._at + 1, grammar.PREPOSITIONS)
        found = prep and self._reader.phrase(self._at + 1 + len(prep.split()), subject=True)
        return bool(found and self._reader.low(found[1]) == "," and self._finite(found[1] + 1))

    # Verb

    def _verb_group(self, clause: Clause) -> None:
        """Read auxiliaries, negation, adverbs and the verb."""
        begin, has_be = self._at, False
        if self._low() in ("who", "that", "which"):
            self._at += 1
        while self._at < len(self._words):
            low = self._low()
            state = starts_with(self._words, self._at, STATES)
            if state and (has_be or clause.subjects or not clause.base):
                clause.state, clause.form = state, "be"
                self._at += len(state.split())
                if has_be or self._at >= len(self._words) or not self._is_verb_here():
                    if not has_be:
                        self._unknown_verb(clause, has_be=False)
                    return
                continue
            base, form = forms().get(low, ("", ""))
            if low in grammar.BE:
                has_be = True
            elif low in grammar.AUXILIARIES and self._is_auxiliary():
                pass
            elif low in grammar.NEGATIONS:
                clause.is_negated = True
            elif base in grammar.PHASES and self._is_phase():
                pass
            elif low == "to" and verb_form_at(self._words, self._at + 1):
                pass
            elif form and not (has_be and form in ("s", "base") and not self._is_finite_here()):
                self._take_verb(clause, base, form, has_be=has_be)
                return
            elif not self._adverb(clause):
                break
            else:
                continue
            self._at += 1
        if has_be:
            clause.base, clause.form = "be", "be"
        elif self._at > begin and not clause.is_negated:
            self._at = begin
        self._unknown_verb(clause, has_be=has_be)

    def _is_verb_here(self) -> bool:
        return verb_form_at(self._words, self._at) in ("s", "base", "ed")

    def _is_finite_here(self) -> bool:
        return noun_at(self._words, self._at, self._names) is None

    def _is_auxiliary(self) -> bool:
        """Whether "has" stands before another verb rather than before what somebody has."""
        at = self._at + 1
        while self._reader.low(at) in grammar.NEGATIONS or self._reader.low(at).endswith("ly"):
            at += 1
        low = self._reader.low(at)
        base = forms().get(self._low(), ("", ""))[0]
        if base in ("have", "get"):
            return low in ("been",) or forms().get(low, ("", ""))[1] == "ed"
        return bool(forms().get(low)) or low in ("be", "have", "to")

    def _is_phase(self) -> bool:
        """Whether "starts" stands before another verb."""
        at = self._at + 1
        if self._reader.low(at) == "to":
            return verb_form_at(self._words, at + 1) == "base"
        return verb_form_at(self._words, at) == "ing"

    def _take_verb(self, clause: Clause, base: str, form: str, *, has_be: bool) -> None:
        clause.base, clause.form = base, form
        clause.is_passive = form == "ed" and (has_be or (bool(clause.subjects) and self._is_by()))
        self._at += 1

    def _is_by(self) -> bool:
        return self._reader.low(self._at + 1) == "by"

    def _unknown_verb(self, clause: Clause, *, has_be: bool) -> None:
        """Take a word behind the subject that looks like a verb as one that is not in the table."""
        if not clause.subjects or has_be or self._at >= len(self._words):
            return
        word = self._words[self._at]
        if word.is_mark or is_function_word(word.low) or word.low in grammar.QUALITIES:
            return
        if word.low.endswith(("s", "ed", "ing")) and not noun_at(
            self._words, self._at, self._names
        ):
            clause.base, clause.form = word.low, "unknown"
            self._at += 1

    # Behind the verb

    def _complements(self, clause: Clause) -> None:
        while self._at < len(self._words):
            if self._words[self._at].is_mark:
                if self._low() == "," and self._list_goes_on(clause):
                    continue
                return
            if self._begins_next(clause):
                return
            if self._is_relative and clause.objects and self._finite(self._at):
                return
            if not (self._particle(clause) or self._complement(clause)):
                return

    def _list_goes_on(self, clause: Clause) -> bool:
        """Read on behind a comma in a list of objects or where only an adverb follows."""
        found = self._reader.phrase(self._at + 1, subject=False)
        if found and clause.objects and self._reader.low(found[1]) in ("and", "&", ","):
            if self._is_clause(self._at + 1) or self._is_clause(found[1] + 1):
                return False
            clause.objects.append(found[0])
            self._at = found[1]
            return True
        return False

    def _begins_next(self, clause: Clause) -> bool:
        """Whether the next clause begins here; participles and purposes are read as one."""
        low = self._low()
        if low in ("and", "but", "or", "&"):
            return not self._coordinate(clause)
        if low in grammar.CONJUNCTIONS and low not in grammar.PREPOSITIONS:
            return True
        if low in ("as", "before", "after", "until", "since") and self._is_clause(self._at + 1):
            return True
        if low in ("who", "which"):
            return self._relative(clause)
        form = verb_form_at(self._words, self._at)
        if low == "to" and verb_form_at(self._words, self._at + 1) == "base":
            if not self._phrase_is_noun(self._at + 1):
                return self._next("then", self._at + 1, clause)
        if form == "ing" and not noun_at(self._words, self._at, self._names):
            return self._next("with", self._at, clause)
        if form == "base" and clause.objects and clause.base in ("see", "watch", "hear", "let"):
            return self._next("with", self._at, clause)
        return False

    def _phrase_is_noun(self, at: int) -> bool:
        noun = noun_at(self._words, at, self._names)
        return noun is not None and noun.kind in ("person", "character")

    def _coordinate(self, clause: Clause) -> bool:
        """Read "and" with another object."""
        found = self._reader.phrase(self._at + 1, subject=False)
        if found is None or self._is_clause(self._at + 1) or not (clause.objects or clause.parts):
            return False
        if clause.objects and not clause.parts:
            clause.objects.append(found[0])
        else:
            clause.parts.append((clause.parts[-1][0], found[0]))
            clause.preps.append(clause.preps[-1])
        self._at = found[1]
        return True

    def _relative(self, clause: Clause) -> bool:
        """Begin a clause about the phrase before "who"."""
        phrases = [*clause.objects, *(each for _, each in clause.parts)] or clause.subjects
        self._at += 1
        self._begin(Clause(subjects=phrases[-1:], link="with"))
        return True

    def _next(self, link: Link, at: int, clause: Clause) -> bool:
        """Begin a clause of the same subject: "drinking", "to tie her shoe"."""
        self._at = at
        watched = clause.objects[-1:] if clause.base in _PERCEPTION else []
        if link == "then" and clause.base in _TAUGHT and clause.objects:
            watched, link = clause.objects[-1:], "with"
        last = [*clause.objects, *(each for _, each in clause.parts)][-1:]
        if link == "with" and last and last[0].kind in ("person", "group", "character"):
            watched = last
        self._begin(Clause(link=link, subjects=list(watched), joined=not watched))
        return True

    def _begin(self, clause: Clause) -> None:
        before = self._clauses[-1]
        begin = self._at
        before.words = before.words or "-"
        self._clauses.append(clause)
        self._verb_group(clause)
        if clause.base or clause.state:
            self._complements(clause)
        clause.words = self._reader.span(begin, self._at).strip(" ,;")

    def _particle(self, clause: Clause) -> bool:
        """Read a word such as "up" that belongs to the verb."""
        low = self._low()
        stop = starts_with(self._words, self._at, grammar.STOP_PHRASES)
        if " " in stop:
            self._at += len(stop.split())
            return True
        if low not in grammar.PARTICLES:
            return False
        is_phrasal = any(f"{clause.base} {low}" in table for table in (VERBS, THING_VERBS))
        follows = low in grammar.PREPOSITIONS and self._phrase_follows(self._at + 1)
        longer = "" if is_phrasal else self._preposition()
        if len(longer.split()) > 1 and self._phrase_follows(self._at + len(longer.split())):
            return False
        directed = starts_with(self._words, self._at, _DIRECTED)
        if len(directed.split()) > 1 and self._is_direction(directed) and not is_phrasal:
            return False
        if follows and (clause.objects or not is_phrasal or low in _LOCAL and not _is_worn(clause)):
            return False
        clause.particles.append(low)
        if low == "out" and self._low(1) == "of":
            self._at += 1
            if self._part(clause, "of"):
                clause.parts[-1] = ("from", clause.parts[-1][1])
                return True
            self._at -= 1
        if low in _DIRECTED and not is_phrasal:
            clause.directions.append(low)
        self._at += 1
        return True

    def _complement(self, clause: Clause) -> bool:
        """Read an adverb, a preposition with its phrase, or an object."""
        directed = starts_with(self._words, self._at, _DIRECTED)
        if len(directed.split()) > 1 and self._is_direction(directed):
            clause.directions.append(directed)
            self._at += len(directed.split())
            return True
        state = starts_with(self._words, self._at, STATES)
        if state and STATES[state].is_added and not clause.state:
            clause.state = state
            self._at += len(state.split())
            return True
        prep = self._preposition()
        if prep and self._part(clause, prep):
            return True
        if prep and verb_form_at(self._words, self._at + len(prep.split())) == "ing":
            self._next("with", self._at + len(prep.split()), clause)
            self._clauses[-1].is_negated = prep == "without"
            return False
        if self._adverb(clause):
            return True
        if prep:
            self._at += len(prep.split())
            return True
        found = self._reader.phrase(self._at, subject=self._is_relative)
        if found:
            clause.objects.append(found[0])
            self._at = found[1]
            return True
        if is_function_word(self._low()) or verb_form_at(self._words, self._at):
            return False
        self._lose()
        return True

    def _nominal(self, clause: Clause) -> None:
        """Read the rest of a phrase without a verb: "one arm raised", "a watch on velvet"."""
        while self._at < len(self._words) and not self._words[self._at].is_mark:
            prep = self._preposition()
            if prep and self._part(clause, prep):
                continue
            if self._low() in grammar.PARTICLES:
                self._at += 1
            elif verb_form_at(self._words, self._at) or not self._adverb(clause):
                return


_PERCEPTION = frozenset("see watch hear find notice spot film photograph let make observe".split())
_SEPARABLE = frozenset("put try slip turn switch look pull bring carry take hand".split())
_TAUGHT = frozenset("teach help tell ask show order force allow invite want beg".split())
_PLACED = frozenset("on in against behind around under over".split())
_VAGUE = frozenset("away off out up down over back along by".split())
_LOCAL = frozenset("on in by along past about around".split())


def _is_worn(clause: Clause) -> bool:
    return clause.base in _SEPARABLE


def _is_empty(low: str) -> bool:
    return low in grammar.QUALITIES or low in _VAGUE or is_adverb(low)


def verb_form_at(words: Sequence[object], at: int) -> str:
    """The verb form of a word, "" behind the last one."""
    return verb_form(words[at]) if at < len(words) else ""  # type: ignore[arg-type]
