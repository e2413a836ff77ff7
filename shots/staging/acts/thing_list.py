"""The things of a shot that its words name: made, named before, or furniture of the set."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from shots.lexicon import grammar
from shots.lexicon.grammar import singular
from shots.lexicon.place_words import VEHICLES
from shots.lexicon.places import PLACE_WORDS, SETS
from shots.lexicon.things import MODELS, NOUNS, STAND_IN, find_thing, nearest_noun
from shots.schema import Shot, ShotList
from shots.staging.acts.cast_list import CastList, first_colour, thing_of_looks
from shots.staging.acts.drafts import PlayerDraft
from shots.staging.clauses.phrases import Phrase
from shots.staging.staged import Place

MOST_THINGS = 12  # players made from one plural
_CABINS = VEHICLES | {"lift"}
# Parts of a cabin that are no fixtures, as words of `Beat.looks_at`.
_CABIN_LOOKS = {"window": ["left"], "windscreen": [], "mirror": ["up"], "seat": []}
_BRAND = re.compile(r"\b[A-Z][A-Z&-]{2,}\b")
_UNTAKEN = frozenset(("empty", "vacant", "free", "unoccupied"))
_GOODS = frozenset(("product", "food", "prop"))


def find_brand(text: str) -> str:
    """The first word in capitals of a text, "" if there is none."""
    found = _BRAND.search(text)
    return found[0] if found else ""


class ThingList(CastList):
    """The players of a shot, with the things that phrases name.

    Attributes:
        is_subject: Whether the phrase being resolved is the subject of a clause.
    """

    def __init__(self, board: ShotList, shot: Shot, place: Place) -> None:
        super().__init__(board, shot, place)
        self.is_subject = False

    def _meant(self, phrase: Phrase, subjects: list[str]) -> Phrase:
        """A phrase with the noun that is meant, and one thing for each of several people."""
        trades = [self.drafts[key].noun for key in subjects if key in self.drafts]
        is_theirs = phrase.owner is not None and phrase.owner.head == "they"
        if phrase.is_plural and (is_theirs or _is_one_each(phrase)):
            phrase = replace(phrase, count=max(phrase.count, min(len(subjects), MOST_THINGS)))
        for trade in (*trades[:1], self.place.set):
            noun = grammar.TRADE_NOUNS.get(f"{trade} {phrase.head}", phrase.head)
            phrase = replace(phrase, head=noun) if noun != phrase.head else phrase
        if phrase.head == "bar" and find_brand(phrase.words):
            phrase = replace(phrase, head="chocolate bar")
        whole = find_thing(phrase.adjectives[-1:])
        is_one = whole is not None and (MODELS[whole[0]].kind == "vehicle" or MODELS[whole[0]].door)
        if whole and phrase.noun in ("door", "window") and is_one:
            phrase = replace(phrase, head=phrase.adjectives[-1])  # a car door is the car
        return phrase

    def _things(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        phrase = self._meant(phrase, subjects)
        found = find_thing(phrase.head.split())
        is_indoors = found is not None and MODELS[found[0]].kind == "furniture"
        if is_indoors and phrase.head in PLACE_WORDS and not self.place.is_interior:
            return []  # out of a bar, on the street
        full = find_thing([phrase.of.head, phrase.head]) if phrase.of is not None else None
        found = full if full and full[1] == 2 else found  # a bottle of perfume
        model = found[0] if found else STAND_IN
        devices = [k for k in self.recent if self.model(k) in LIT] if phrase.owner else []
        if model == "light-ring" and devices:
            return devices[-1:]
        is_outside = self.is_subject and not self.place.is_interior
        if phrase.noun in ("window", "door", "chimney") and is_outside:
            whole = [k for k in (*reversed(self.named), *self.fixtures) if self._is_building(k)]
            if whole and not self._fixtures_of(phrase, model):
                return whole[:1]
        colour = first_colour(" ".join(phrase.adjectives))
        existing = self._existing(phrase, model, colour)
        is_cabin = self.place.set in _CABINS and phrase.noun in _CABIN_LOOKS
        brand = find_brand(phrase.words) if model != STAND_IN else ""
        scale = next(
            (grammar.SIZES[each] for each in phrase.adjectives if each in grammar.SIZES), 1.0
        )
        if existing or self._is_set(phrase) or (is_cabin and phrase.is_definite):
            for key in existing:
                if key in self.drafts and not self.drafts[key].label:
                    self.drafts[key].label = brand
            self.put_in_state(existing, phrase.adjectives)
            return existing
        one = singular(phrase.head)[0]
        made = self._make(phrase, one if one in NOUNS else phrase.head, model, colour)
        for draft in made:
            draft.label, draft.scale = brand or draft.label, scale
        self.put_in_state([draft.id for draft in made], phrase.adjectives)
        return [draft.id for draft in made]

    def put_in_state(self, keys: Sequence[str], words: Sequence[str]) -> bool:
        """Give things the state that words name, such as overturned; whether one was given."""
        named = [word for word in words if word in grammar.STATES]
        drafts = [self.drafts[key] for key in keys if key in self.drafts]
        drafts = [d for d in drafts if d.kind == "thing" and not (d.is_fixture or d.state)]
        for draft in drafts if named else ():
            draft.state = grammar.STATES[named[0]]
            self.ledger.use(named[0])
        for word in named[bool(drafts) :]:
            self.lose(word, f"{word} is not drawn here")
        return bool(drafts and named)

    def _make(self, phrase: Phrase, one: str, model: str, colour: str = "") -> list[PlayerDraft]:
        """A new thing, or several, numbered behind the noun for one."""
        nouns = [f"{one} {k + 1}" for k in range(min(phrase.count, MOST_THINGS))]
        nouns = nouns if phrase.count > 1 else [phrase.head]
        return [self.thing(noun, model, phrase.words, colour) for noun in nouns]

    def _is_building(self, key: str) -> bool:
        return self.thing_model(key).kind == "structure" and max(self.thing_model(key).size) > 5

    def _existing(self, phrase: Phrase, model: str, colour: str) -> list[str]:
        """Things named before, and furniture of the set."""
        same = [k for k in reversed(self.recent) if self.drafts[k].noun == phrase.head]
        same += [k for k in reversed(self.recent) if self.drafts[k].model == model != STAND_IN]
        is_new = phrase.words.lower().startswith(("another", "a second", "a new"))
        if phrase.head in _PARTS and phrase.is_definite and not same:
            same = [k for k in reversed(self.named) if _PARTS[phrase.head](self, k)]
        if colour:  # between the red wire and the blue wire
            drafts = self.drafts
            same = [k for k in same if k not in drafts or drafts[k].colour in ("", colour)]
        if same and not is_new and (phrase.is_definite or phrase.owner):
            return same if phrase.count > 1 else same[:1]
        if phrase.owner and not phrase.is_definite:
            return []
        for character in self.board.characters.values():
            thing = thing_of_looks(character.looks)
            if thing and phrase.is_definite and phrase.head in (thing[1], character.as_[4:]):
                return [self.character(character.id).id]
        is_inside = self.place.is_interior or "parked" in phrase.adjectives
        is_here = MODELS[model].kind == "furniture" and (phrase.is_definite or phrase.owner)
        is_here = is_here and not _UNTAKEN.intersection(phrase.adjectives)
        is_loose = MODELS[model].grip is not None and not is_here
        if is_loose or (MODELS[model].kind == "vehicle" and not is_inside):
            return []
        return self._fixtures_of(phrase, model)

    def _fixtures_of(self, phrase: Phrase, model: str) -> list[str]:
        """Furniture of the set that a noun names; free seats first."""
        nouns = [phrase.head.replace(" ", "-"), phrase.noun]
        if MODELS[model].kind == "plant" and find_thing([phrase.noun]) != find_thing(
            phrase.head.split()
        ):
            nouns.pop()  # a fallen tree is no tree
        alike: list[list[str]] = [[], [], [], []]
        for name, made in self.fixtures.items():
            stem = re.sub(r"-\d+$", "", name)
            rank = [name in nouns, stem in nouns, made == model, made.split("-")[-1] in nouns]
            if any(rank):
                alike[rank.index(True)].append(name)
        if phrase.count > 1:  # many desks rather than the one that stands apart
            alike.sort(key=len, reverse=True)
        names = [name for group in alike for name in group]
        taken = {draft.events[-1].seat for draft in self.drafts.values() if draft.events}
        free = [name for name in names if name not in taken or not self.thing_model(name).seats]
        if not names and self._place(phrase, []):
            return [phrase.head]
        if not names and phrase.is_definite and self.place.set in _CABINS:
            return _CABIN_LOOKS.get(phrase.noun, [])
        return (free or names)[: phrase.count]

    def _is_set(self, phrase: Phrase) -> bool:
        """Whether a noun means the set itself: the tram, in a tram."""
        named = PLACE_WORDS.get(phrase.head, "")
        is_here = named == self.place.set or {named, self.place.set} <= {"tram", "train"}
        is_cabin = self.place.set in _CABINS and not self.is_subject
        return is_here and (phrase.is_definite or is_cabin)

    def _place(self, phrase: Phrase, _: list[str]) -> list[str]:
        """The mark of the set that a place is named by: at the kerb."""
        plan = SETS.get(self.place.set)
        return [phrase.head] if plan and plan.mark(phrase.head) else []

    def _unknown(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        trades = [self.drafts[key].noun for key in subjects if key in self.drafts]
        keys = [f"{trade} {phrase.head}" for trade in (*trades, self.place.set)]
        noun = next(filter(None, map(grammar.TRADE_NOUNS.get, keys)), "")
        if noun:
            return self._things(replace(phrase, kind="thing", head=noun), subjects)
        same = [k for k in self.drafts if self.drafts[k].noun == phrase.head]
        if self.groups and (phrase.head == "one" or phrase.head.endswith("est")):
            if phrase.is_definite:  # the youngest
                return self.groups[-1][:1]
            noun = self.drafts[self.groups[-1][0]].noun  # a third one
            return [self.person(noun, phrase.words, f"a {noun}").id]
        brand = find_brand(phrase.words.split()[-1])
        if brand and not same:  # compares two detergents and takes the FRISH
            goods = [k for k in reversed(self.recent) if self.thing_model(k).kind in _GOODS]
            same = [k for k in goods if not self.is_person(k) and not self.drafts[k].label][:1]
            for key in same:
                self.drafts[key].label = brand
        if same:
            return same[:1]
        is_bare = phrase.words.lower() == phrase.head and not phrase.is_plural
        if is_bare and not phrase.of:  # hangs slack, stands ajar, by torchlight
            self.lose(phrase.words, "no word of the lexicon", nearest_noun(phrase.head))
            return []
        self.lose(phrase.words, "no model: a plain block with its name", nearest_noun(phrase.head))
        return [draft.id for draft in self._make(phrase, phrase.head, STAND_IN)]


def _is_one_each(phrase: Phrase) -> bool:
    """Whether several people have one of these things each: a party with flashlights."""
    words = phrase.words.lower().split()
    is_counted = any(word in grammar.NUMBERS or word.isdigit() or word == "of" for word in words)
    model = find_thing(phrase.head.split())
    is_held = model is not None and MODELS[model[0]].grip is not None
    return is_held and not (phrase.is_definite or is_counted or phrase.head.endswith("s"))


LIT = ("smart-speaker", "light-ring")  # whose own colour is that of their light
# What a definite noun may mean besides things of its own name: the glass of a window, of a drink.
_PARTS: Mapping[str, Callable[[ThingList, str], bool]] = {
    "glass": lambda cast, key: key == "window" or cast.model(key) in (*grammar.CUPS, "window"),
    "drink": lambda cast, key: cast.model(key) in grammar.CUPS,
    "cup": lambda cast, key: cast.model(key) in grammar.CUPS,
    "door": lambda cast, key: (
        cast.thing_model(key).kind == "vehicle" or cast.model(key).endswith("door")
    ),
}
