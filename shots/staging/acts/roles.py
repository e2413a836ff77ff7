"""Roles: which players of a shot the noun phrases of its words name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from shots.lexicon import grammar
from shots.lexicon.grammar import singular
from shots.lexicon.looks import NAMES
from shots.lexicon.places import PLACE_WORDS, SETS
from shots.lexicon.things import MODELS, NOUNS, STAND_IN, find_thing, nearest_noun
from shots.schema import Shot, ShotList
from shots.staging.acts.cast_list import CastList, first_colour, sex_of
from shots.staging.acts.characters import thing_of_looks
from shots.staging.acts.drafts import LOCATIONS, PlayerDraft
from shots.staging.clauses.phrases import Phrase
from shots.staging.staged import Place

MOST_THINGS = 12  # players made from one plural
_CABINS = frozenset(("car", "cockpit", "tram", "train", "aeroplane-cabin", "lift"))
# Parts of a cabin that are no fixtures, as words of `Beat.looks_at`.
_CABIN_LOOKS = {"window": ["left"], "windscreen": [], "mirror": ["up"], "seat": []}
_BRAND = re.compile(r"\b[A-Z][A-Z&-]{2,}\b")
_GENERIC = {"man": "he", "woman": "she", "boy": "he", "girl": "she", "guy": "he", "lady": "she"}


class Cast(CastList):
    """The players of a shot, found or made from the phrases of its words.

    Attributes:
        is_subject: Whether the phrase being resolved is the subject of a clause.
    """

    def __init__(self, board: ShotList, shot: Shot, place: Place) -> None:
        super().__init__(board, shot, place)
        self.is_subject = False
        self._resolved: dict[int, tuple[Phrase, list[str]]] = {}

    def attribute(self, key: str, prep: str, part: Phrase) -> None:
        """Give a player what is said of it: in a red coat, with an umbrella, on a bench."""
        draft = self.drafts.get(key)
        if draft is None or (part.kind == "body" and draft.kind != "person"):
            return
        if draft.kind == "person" and self._is_look(draft, prep, part):
            return
        others = self.resolve(part, [key])
        if prep == "under" and self.model(others[0] if others else "") == "blanket":
            return
        for other in others:
            is_prop = prep == "with" or (prep == "on" and self.model(other) in _CRUTCHES)
            if is_prop and self.can_hold(key, other):
                draft.hold(other)
            elif prep == "with" and self.is_human(other):
                self.drafts[other].locate("beside", key)
            elif prep == "with" and draft.kind == "animal" and not self.is_person(other):
                self.drafts[other].locate("at", key)
            elif prep in ("in", "on") and draft.kind == "person" and self.thing_model(other).seats:
                taken = [each.seat for each in self.drafts.values()]
                draft.seat = draft.seat or ("" if other in taken and len(others) > 1 else other)
            elif prep in LOCATIONS or prep in ("from", "to"):
                is_at = prep == "to" or (prep == "in" and self.is_human(other))
                draft.locate("at" if is_at else prep, other)

    def _is_look(self, draft: PlayerDraft, prep: str, part: Phrase) -> bool:
        """Whether a phrase is about looks alone; its words are added to them."""
        if part.kind == "body" and prep == "on" and part.owner and part.owner.kind != "pronoun":
            self.lose(f"{prep} {part.words}", "nobody sits or lies on a person")
        is_garment = part.kind in ("thing", "unknown") and (
            part.noun in grammar.CLOTHING or (prep == "in" and part.noun in grammar.MATS)
        )
        if not (is_garment or part.kind in ("body", "unknown", "abstract")):
            return False
        draft.looks += f" {prep} {part.words}" if part.words not in draft.looks else ""
        return is_garment or prep != "with" or part.kind != "unknown"

    # Phrases

    def ids(self, phrase: Phrase) -> list[str]:
        """Ids that a phrase was resolved to, none if it was not."""
        return self._resolved.get(id(phrase), (phrase, []))[1]

    def assign(self, phrase: Phrase, ids: list[str]) -> None:
        """Let a phrase name these ids."""
        self._resolved[id(phrase)] = (phrase, ids)

    def resolve(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        """Ids that a phrase names; a phrase that names nothing to stage has none."""
        if id(phrase) not in self._resolved:
            self.assign(phrase, self._find(phrase, subjects))
        return self.ids(phrase)

    def _find(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        self.report_adjectives(phrase)
        finder = {
            "character": self._named, "name": self._named_person, "pronoun": self._pronoun,
            "person": self._persons, "group": self._persons, "thing": self._things,
            "unknown": self._unknown, "body": self._body, "part": self._part, "place": self._place,
        }.get(phrase.kind)  # fmt: skip
        is_one = phrase.owner is not None and phrase.owner.kind != "group"
        if phrase.owner and is_one and phrase.kind != "body" and phrase.owner.is_definite:
            self.resolve(phrase.owner, subjects)
        ids = finder(phrase, subjects) if finder else self._nothing(phrase)
        self.mention(ids)
        return ids

    def _nothing(self, phrase: Phrase) -> list[str]:
        if phrase.kind == "weather":
            self.weather.append(grammar.WEATHER[phrase.head])
        if phrase.noun in ("surface", "background", "backdrop") and phrase.adjectives:
            self.lose(phrase.words, "surface and background are those of the set")
        if phrase.kind == "undrawn":
            self.lose(phrase.words, f"{phrase.head} is not drawn")
        for _, part in phrase.parts:
            self.resolve(part, [])
        return []

    def _part(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        """Parts of a thing, such as a handle, are not players."""
        if phrase.of is not None:
            self.resolve(phrase.of, subjects)
        return []

    def _named(self, phrase: Phrase, _: list[str]) -> list[str]:
        thing = thing_of_looks(self.board.characters[phrase.head].looks)
        is_set = thing is not None and PLACE_WORDS.get(thing[1]) == self.place.set
        if is_set and self.place.is_interior and phrase.head not in self.drafts:
            return []  # the tram, in the tram
        return [self.character(phrase.head).id]

    def _named_person(self, phrase: Phrase, _: list[str]) -> list[str]:
        key = phrase.head.lower()
        if key not in self.drafts:
            draft = self.person(key, phrase.head)
            draft.name, draft.noun = phrase.head, ""
            draft.looks, draft.sex = phrase.words, _PRONOUN_OF.get(NAMES.get(key, ""), "")
        return [key]

    def _pronoun(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        key = phrase.head
        others = [each for each in self.people() if each not in subjects]
        if key == "self" or key == "who":
            return subjects
        if key in ("camera", "none") or phrase.words.lower() == "another":
            return []
        if key == "other":
            return subjects
        if key == "rest":
            return others[:1] if phrase.count == 1 else others
        if key == "all":
            return others or [self.person("person", phrase.words).id for _ in range(5)]
        if key == "someone":
            return [self.person("someone", phrase.words, "a person").id]
        if key == "it":
            things = [
                key
                for key in reversed(self.named)
                if not self.is_human(key) or self.drafts[key].noun in _BABIES
            ]
            things.sort(key=lambda k: k in self.fixtures or self.thing_model(k).kind == "structure")
            return [k for k in (self.focus, *things) if k and k not in subjects][:1]
        if key in ("they", "we"):
            return self._they(phrase, subjects)
        return self._he_or_she(key, phrase, subjects)

    def _they(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        if phrase.words.lower() == "them" and self.heaps:
            return self.heaps[-1]
        if phrase.words.lower() == "them" and set(self.people()) <= set(subjects):
            things = [key for key in reversed(self.named) if not self.is_person(key)]
            return things[:1]
        group = self.groups[-1] if self.groups else self.people()
        if subjects and set(group) == set(subjects) and len(self.groups) > 1:
            group = self.groups[-2]
        if not group:
            group = [self.person("person", phrase.words).id for _ in range(2)]
        return group[:1] if phrase.count == 1 and phrase.words.lower().startswith("one") else group

    def _he_or_she(self, key: str, phrase: Phrase, subjects: list[str]) -> list[str]:
        recent = [k for k in reversed(self.recent) if self.drafts[k].kind == "person"]
        is_object = phrase.words.lower() in ("him", "her")
        exact = [k for k in recent if self.drafts[k].sex == key]
        unsure = [k for k in recent if self.drafts[k].sex == ""]
        found = [k for k in (*exact, *unsure) if not (is_object and k in subjects)]
        own = [k for k in subjects if k in exact]
        if not found and own:
            return own[:1]  # holds it in front of her
        if not found:
            noun = "woman" if key == "she" else "man"
            return [self.person(noun, phrase.words, f"a {noun}").id]
        if not self.drafts[found[0]].sex:
            self.drafts[found[0]].sex = key
        return found[:1]

    def _persons(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        noun = phrase.head
        if phrase.is_definite or phrase.owner:
            found = self._same(phrase, subjects)
            if found:
                return found
        count = phrase.count
        if phrase.kind == "group":
            one = singular(noun)[0]
            count = phrase.count if phrase.count > 1 else grammar.GROUPS[noun]
            noun = one if one in grammar.PEOPLE else grammar.MEMBER.get(noun, noun)
        clothes = [f"{prep} {p.words}" for prep, p in phrase.parts if p.noun in grammar.CLOTHING]
        looks = " ".join([phrase.words, *clothes])
        if count == 1:
            return [self.person(noun, phrase.words, looks).id]
        members = grammar.MEMBERS.get(phrase.head, (noun,))
        drafts = [
            self._numbered(noun, k + 1, phrase.words, members[k % len(members)], looks)
            for k in range(min(count, 30))
        ]
        for k, draft in enumerate(drafts):
            draft.member = k if phrase.kind == "group" and count > 4 else -1
        return [draft.id for draft in drafts]

    def _numbered(self, noun: str, number: int, words: str, member: str, looks: str) -> PlayerDraft:
        draft = self.person(noun, words, looks if member == noun else f"a {member}, {looks}")
        draft.sex = draft.sex or sex_of(member)
        key = f"{noun.replace(' ', '-')}-{number}"
        if key not in self.drafts:
            self.drafts.pop(draft.id)
            draft.id = key
            self.drafts[key] = draft
        draft.name = f"{noun} {number}"
        return draft

    def _same(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        """People named before, or characters, that a definite phrase means."""
        other = phrase.words.lower().startswith(("the other", "another"))
        noun = phrase.head
        one = singular(noun)[0]
        found = [
            key for key in reversed(self.recent)
            if self.drafts[key].noun in (noun, one) and not (other and key in subjects)
        ]  # fmt: skip
        if found:
            many = phrase.is_plural or phrase.kind == "group" or phrase.count > 1
            return list(reversed(found)) if many else found[:1]
        if noun == "couple" and len(self.people()) == 2:
            return self.people()
        for key, character in self.board.characters.items():
            named = character.as_.lower().removeprefix("the ").split()
            is_here = key in self.drafts or not self.shot.subjects
            if named and named[-1] == noun and is_here and not phrase.adjectives:
                return [self.character(key).id]
        sex = _GENERIC.get(noun, "")
        alike = [k for k in reversed(self.recent) if sex and self.drafts[k].sex == sex]
        return [k for k in alike if k not in subjects][:1]

    def _things(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        trades = [self.drafts[key].noun for key in subjects if key in self.drafts]
        if phrase.is_plural and phrase.owner and phrase.owner.head == "they":
            phrase = replace(phrase, count=max(phrase.count, min(len(subjects), MOST_THINGS)))
        for trade in (*trades[:1], self.place.set):
            noun = grammar.TRADE_NOUNS.get(f"{trade} {phrase.head}", phrase.head)
            phrase = replace(phrase, head=noun) if noun != phrase.head else phrase
        whole = find_thing(phrase.adjectives[-1:])
        is_one = whole is not None and (MODELS[whole[0]].kind == "vehicle" or MODELS[whole[0]].door)
        if whole and phrase.noun in ("door", "window") and is_one:
            phrase = replace(phrase, head=phrase.adjectives[-1])  # a car door is the car
        found = find_thing(phrase.head.split())
        model = found[0] if found else STAND_IN
        colour = first_colour(" ".join(phrase.adjectives))
        existing = self._existing(phrase, model, subjects)
        is_cabin = self.place.set in _CABINS and phrase.noun in _CABIN_LOOKS
        if existing or self._is_set(phrase) or (is_cabin and phrase.is_definite):
            return existing
        words = phrase.words
        brand = _BRAND.search(words) if model != STAND_IN else None
        if phrase.count == 1:
            made = self.thing(phrase.head, model, words, colour)
            made.label = brand[0] if brand else made.label
            return [made.id]
        noun = singular(phrase.head)[0] if singular(phrase.head)[0] in NOUNS else phrase.head
        count = min(phrase.count, MOST_THINGS)
        many = [self.thing(f"{noun} {k + 1}", model, words, colour) for k in range(count)]
        for made in many:
            made.label = brand[0] if brand else made.label
        return [made.id for made in many]

    def _existing(self, phrase: Phrase, model: str, subjects: list[str]) -> list[str]:
        """Things named before, and furniture of the set."""
        same = [k for k in reversed(self.recent) if self.drafts[k].noun == phrase.head]
        same += [k for k in reversed(self.recent) if self.drafts[k].model == model != STAND_IN]
        is_new = phrase.words.lower().startswith(("another", "a second", "a new"))
        if phrase.head in _PARTS and phrase.is_definite and not same:
            same = [k for k in reversed(self.named) if _PARTS[phrase.head](self, k)]
        colour = first_colour(" ".join(phrase.adjectives))
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
        if MODELS[model].grip is not None or (MODELS[model].kind == "vehicle" and not is_inside):
            return []
        return self._fixtures_of(phrase, model)

    def _fixtures_of(self, phrase: Phrase, model: str) -> list[str]:
        """Furniture of the set that a noun names; free seats first."""
        nouns = (phrase.head.replace(" ", "-"), phrase.noun)
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
        plan = SETS.get(self.place.set)
        if not names and plan and plan.mark(phrase.head):
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
        noun = grammar.TRADE_NOUNS.get(f"{self.place.set} {phrase.head}", "")
        if noun:
            return self._things(replace(phrase, kind="thing", head=noun), subjects)
        same = [k for k in self.drafts if self.drafts[k].noun == phrase.head]
        if same:
            return same[:1]
        self.lose(phrase.words, "no model: a plain block with its name", nearest_noun(phrase.head))
        if phrase.count == 1:
            return [self.thing(phrase.head, STAND_IN, phrase.words).id]
        count = min(phrase.count, MOST_THINGS)
        return [
            self.thing(f"{phrase.head} {k + 1}", STAND_IN, phrase.words).id for k in range(count)
        ]

    def _body(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        """The person whose hand or face it is."""
        if phrase.owner:
            return self.resolve(phrase.owner, subjects)
        people = [key for key in subjects if self.is_person(key)]
        if people:
            return people
        people = [k for k in self.people() if self.drafts[k].is_subject] or self.people()
        if people:
            return people[:1]
        return [self.person("someone", phrase.words, "a person").id]


_CRUTCHES = ("crutch", "walking-stick", "walker")
_BABIES = frozenset(
    ("baby", "child", "toddler", "infant", "newborn", "android", "cyborg", "humanoid")
)
_PRONOUN_OF = {"female": "she", "male": "he"}
_CUPS = frozenset(
    ("cocktail", "glass", "whisky-glass", "wine-glass", "coffee-cup", "cup", "mug", "paper-cup",
     "beer-glass", "champagne-glass", "shot-glass")
)  # fmt: skip
# What a definite noun may mean besides things of its own name: the glass of a window, of a drink.
_PARTS: Mapping[str, Callable[[Cast, str], bool]] = {
    "glass": lambda cast, key: key == "window" or cast.model(key) in (*_CUPS, "window"),
    "drink": lambda cast, key: cast.model(key) in _CUPS,
    "cup": lambda cast, key: cast.model(key) in _CUPS,
    "door": lambda cast, key: (
        cast.thing_model(key).kind == "vehicle" or cast.model(key).endswith("door")
    ),
}
