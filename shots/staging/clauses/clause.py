"""A clause of an action: who does what, with whom and what, in which direction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from shots.lexicon.grammar import singular
from shots.lexicon.things import MODELS, find_thing
from shots.lexicon.verbs import STATES, VERBS, Verb
from shots.staging.clauses.phrases import Phrase

Link = Literal["then", "with", "first", "later", "lead"]
"""How a clause follows the one before: after it, at the same time, before it; at the start of a
sentence: after the next one, at the same time as the next one."""


def is_held(phrase: Phrase) -> bool:
    """Whether a phrase names something that a hand holds."""
    model = find_thing(phrase.head.split())
    return model is not None and MODELS[model[0]].grip is not None


def is_animal(phrase: Phrase) -> bool:
    """Whether a phrase names an animal."""
    model = find_thing(phrase.head.split()) if phrase.kind == "thing" else None
    return model is not None and MODELS[model[0]].kind == "animal"


@dataclass
class Clause:
    """A clause as read.

    Attributes:
        subjects: Who does it; empty: whoever did the clause before.
        base, form: Verb in the base form; s, base, ing, ed, be or unknown. "": no verb.
        particles: Words behind the verb that may belong to it: up, down, away.
        objects: Direct object, and whom something is given to.
        parts, preps: Prepositions, by their keys in the grammar, with phrases; and as written.
        directions: Keys of `grammar.DIRECTIONS` and `grammar.LOOKS`.
        state: A key of `verbs.STATES`, "" for none.
        pace: Factor of the usual speed.
        is_passive: Whether the subject suffers it.
        link, joined, is_next: How it follows the clause before; by "and"; after "then".
        opens: Whether it begins a sentence.
        is_listed: Whether it stands behind a colon or a dash.
        words: As written.
    """

    subjects: list[Phrase] = field(default_factory=list)
    base: str = ""
    form: str = ""
    particles: list[str] = field(default_factory=list)
    objects: list[Phrase] = field(default_factory=list)
    parts: list[tuple[str, Phrase]] = field(default_factory=list)
    preps: list[str] = field(default_factory=list)
    directions: list[str] = field(default_factory=list)
    state: str = ""
    pace: float = 1.0
    is_negated: bool = False
    is_passive: bool = False
    link: Link = "then"
    joined: bool = False
    is_next: bool = False
    opens: bool = False
    is_listed: bool = False
    words: str = ""

    @property
    def phrases(self) -> list[Phrase]:
        """Objects, and phrases behind prepositions."""
        return [*self.objects, *(part for _, part in self.parts)]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read."""
        return not (self.base or self.subjects or self.state)

    @property
    def is_absolute(self) -> bool:
        """Whether it is about something of the subject before it: "one arm raised"."""
        if not self.subjects or self.subjects[0].kind not in ("body", "thing", "abstract"):
            return False
        is_bare = not self.base and not self.state
        is_participle = self.form == "ed" and not self.is_passive
        is_apart = self.link == "then" and not (self.joined or self.opens)
        return (is_bare or is_participle) and is_apart

    def verb(self, table: Mapping[str, Verb] = VERBS) -> Verb | None:
        """The entry of a table with the most special name that the words of the clause form."""
        if not self.base:
            return None
        names = (f"{self.base} {rest}".strip() for rest in self._names())
        return next((table[name] for name in names if name in table), None)

    def any_verb(self) -> Verb | None:
        """What it does, or the state that it describes."""
        return self.verb() or STATES.get(self.state)

    def _names(self) -> Iterator[str]:
        """What may follow the verb in the name of an entry, the most special first."""
        nouns = [f"{each.head}s" for each in self.objects if each.is_plural or each.count > 1]
        nouns += [each.head for each in self.objects]
        nouns += [one for noun in nouns if (one := singular(noun)[0]) not in nouns]
        pairs = zip(self.preps, self.parts, strict=True)
        behind = [f"{prep} {phrase.head}" for prep, (_, phrase) in pairs]
        is_alone = all(each.kind == "pronoun" for each in self.objects)
        for each in self.subjects if is_alone and self.base != "hold" else ():
            yield each.head if each.kind == "body" else f"by {each.head}"
        yield from (f"somebody {p}" for p in self.particles if self._is_somebody())
        yield from (f"{p} {noun}" for p in self.particles for noun in nouns)
        yield from (f"{noun} {p}" for p in self.particles for noun in nouns)
        yield from (f"{noun} {phrase}" for noun in nouns for phrase in behind)
        yield from (f"{p} {phrase}" for p in self.particles for phrase in behind)
        if not self.objects:
            yield from (f"{p} alone" for p in self.particles)
        yield from (" ".join(self.particles), *self.particles) if self.particles else ()
        yield from nouns
        yield from behind
        if len(self.objects) > 1:
            yield "somebody something"
        is_thing = any(each.kind in ("thing", "unknown") for each in self.objects)
        yield from (f"something {prep}" for prep in self.preps if is_thing)
        if self._is_somebody() and re.search(r"\bhow to\b", self.words):
            yield "somebody how"
        yield from self._any_object()
        yield from (f"{noun} {prep}" for noun in nouns for prep in self.preps)
        yield from () if self.objects else (*self.preps, "alone")
        yield ""

    def _any_object(self) -> Iterator[str]:
        kinds = {each.kind for each in self.objects}
        if kinds & {"thing", "unknown"} or any(each.head == "it" for each in self.objects):
            yield from ("item",) * any(map(is_held, self.objects))
            yield "something"
        if self._is_somebody():
            yield "somebody"

    def _is_somebody(self) -> bool:
        """Whether an object names people."""
        kinds = {each.kind for each in self.objects}
        return bool(kinds & {"person", "character", "name", "group"}) or (
            kinds == {"pronoun"} and self.objects[0].head not in ("it", "self")
        )
