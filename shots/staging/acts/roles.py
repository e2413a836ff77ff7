"""Roles: which players of a shot the noun phrases of its words name."""

from __future__ import annotations

from collections.abc import Sequence

from shots.lexicon import grammar
from shots.lexicon.grammar import singular
from shots.lexicon.looks import NAMES
from shots.lexicon.places import PLACE_WORDS
from shots.schema import Shot, ShotList
from shots.staging.acts.cast_list import pronoun_of, sex_of, thing_of_looks
from shots.staging.acts.drafts import LOCATIONS, PlayerDraft, PlayerEvent
from shots.staging.acts.thing_list import ThingList
from shots.staging.clauses.nouns import people
from shots.staging.clauses.phrases import Phrase
from shots.staging.staged import Place

_GENERIC = {"man": "he", "woman": "she", "boy": "he", "girl": "she", "guy": "he", "lady": "she"}


class Cast(ThingList):
    """The players of a shot, found or made from the phrases of its words."""

    def __init__(self, board: ShotList, shot: Shot, place: Place) -> None:
        super().__init__(board, shot, place)
        self._resolved: dict[int, tuple[Phrase, list[str]]] = {}

    def attribute(self, keys: Sequence[str], prep: str, part: Phrase) -> None:
        """Give players what is said of them: in a red coat, with umbrellas, on a bench."""
        for k, key in [(k, key) for k, key in enumerate(keys) if key in self.drafts]:
            draft = self.drafts[key]
            if part.kind == "body" and draft.kind != "person":
                in_hand = part.owner and prep in ("in", "on") and grammar.BODY[part.head] == "hands"
                for who in self.resolve(part, [])[:1] if in_hand else ():  # in Nora's hands
                    gesture = "read" if self.model(key) == "letter" else "hold"
                    event = PlayerEvent(0, "", gesture, holds=[key])
                    self.drafts[who].events += [event] * self.can_hold(who, key)
                continue
            if draft.kind == "person" and self._is_look(draft, prep, part):
                continue
            others = self.resolve(part, list(keys))
            is_each = prep == "with" and len(keys) > 1 and not any(map(self.is_person, others))
            self._attribute(key, draft, prep, part, others[k :: len(keys)] if is_each else others)

    def _attribute(
        self, key: str, draft: PlayerDraft, prep: str, part: Phrase, others: list[str]
    ) -> None:  # fmt: skip
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
            elif prep in ("on", "in", "above") and self.is_small(key, other):
                continue  # talks to somebody over a cup of tea
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
        if part.owner and part.kind in ("unknown", "abstract"):
            return True  # at the end of their tango
        if part.kind == "body" and prep != "with":
            return True  # taps him on the shoulder
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
        if phrase.kind == "place" and phrase.owner and phrase.owner.is_plural:
            is_one = False  # the nurses' station
        if phrase.owner and is_one and phrase.kind != "body" and phrase.owner.is_definite:
            self.resolve(phrase.owner, subjects)
        ids = finder(phrase, subjects) if finder else self._nothing(phrase)
        if ids:
            self.ledger.use_phrase(phrase)
        self.mention(ids)
        return ids

    def _nothing(self, phrase: Phrase) -> list[str]:
        if phrase.kind == "weather":
            self.weather.append(grammar.WEATHER[phrase.head])
            self.ledger.use(phrase.head)
        if phrase.noun in ("surface", "background", "backdrop") and phrase.adjectives:
            self.lose(phrase.words, "surface and background are those of the set")
        if phrase.kind == "undrawn":
            self.lose(phrase.words, f"{phrase.head} is not drawn")
        for _, part in phrase.parts:
            self.resolve(part, [])
        return []

    def _part(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        """Parts of a thing are no players; the pockets of somebody else mean that person."""
        if phrase.owner is not None and phrase.head in _WORN_PARTS:
            others = [k for k in self.resolve(phrase.owner, subjects) if self.is_human(k)]
            if others and not set(others) & set(subjects):
                return others
        if phrase.of is not None:
            self.resolve(phrase.of, subjects)
        elif not (phrase.owner or self.is_subject) and phrase.head in grammar.OPENERS:
            things = [k for k in reversed(self.named) if not self.is_person(k)]
            return things[:1]  # lifts the lid
        return self._place(phrase, subjects)

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
            if not others and self.groups:  # the other half
                like = self.drafts[self.groups[-1][0]]
                noun, count = like.noun, len(self.groups[-1])
                others = [self.person(noun, phrase.words, like.looks).id for _ in range(count)]
            return others[:1] if phrase.words.lower().endswith("other") else others
        if key == "all":
            return others or [self.person("person", phrase.words).id for _ in range(5)]
        if key == "someone":
            return [self.person("someone", phrase.words, "a person").id]
        if key == "it":
            things = [
                key
                for key in reversed(self.named)
                if not self.is_human(key) or self.drafts[key].noun in grammar.BABIES
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
        if phrase.words in ("he", "she") and len(subjects) > 1:  # the owner of "his pockets"
            found = [k for k in found if k not in subjects] or found
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
        if count > 1 and noun in people() and "-" not in noun:
            looks = f"a {noun}, {looks}"
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
        if self.groups and noun in _ONE_OF_THEM and grammar.FIRST.intersection(phrase.adjectives):
            return self.groups[-1][:1]  # the lead man
        for key, character in self.board.characters.items():
            named = character.as_.lower().removeprefix("the ").split()
            is_here = key in self.drafts or not self.shot.subjects
            if named and named[-1] == noun and is_here and not phrase.adjectives:
                return [self.character(key).id]
        sex = _GENERIC.get(noun, "")
        alike = [k for k in reversed(self.recent) if sex and self.drafts[k].sex == sex]
        return [k for k in alike if k not in subjects][:1] or self._unnamed_subject(noun)

    def _unnamed_subject(self, noun: str) -> list[str]:
        """The only subject of the shot, where the words call it by another noun of its sex."""
        words = self.shot.action.lower()
        keys = [key for key in self.shot.subjects if self.is_human(key)]
        if len(keys) != 1 or len(self.shot.subjects) > 1 or self.named or not self.is_subject:
            return []
        draft = self.drafts[keys[0]]
        sex = pronoun_of(noun)
        return keys if sex == draft.sex != "" and draft.name.lower() not in words else []

    def _body(self, phrase: Phrase, subjects: list[str]) -> list[str]:
        """The person whose hand or face it is."""
        if phrase.owner:
            return self.resolve(phrase.owner, subjects)
        is_bare = not (phrase.is_definite or phrase.parts) and self.is_subject
        if is_bare and phrase.head in _TURNED and phrase.is_plural:  # heads turn
            return [self.person("onlooker", phrase.words, "a person").id for _ in range(3)]
        if is_bare and not phrase.is_plural and any(map(self.is_person, self.named)):
            return [self.person("someone", phrase.words, "a person").id]  # a hand reaches out
        people = [key for key in subjects if self.is_person(key)]
        if people:
            return people
        people = [k for k in self.people() if self.drafts[k].is_subject] or self.people()
        if people:
            return people[:1]
        return [self.person("someone", phrase.words, "a person").id]


_WORN_PARTS = frozenset(("pocket", "sleeve", "collar", "lapel", "cuff", "hem"))
_ONE_OF_THEM = frozenset(("man", "woman", "one", "officer", "figure", "boy", "girl", "guy"))
_TURNED = frozenset(("head", "eye", "face"))
_CRUTCHES = ("crutch", "walking-stick", "walker")
_PRONOUN_OF = {"female": "she", "male": "he"}
