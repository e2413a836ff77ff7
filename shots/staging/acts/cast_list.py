"""The list of a shot's players while its words are read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shots.lexicon import grammar
from shots.lexicon.colours import find_colour
from shots.lexicon.grammar import singular
from shots.lexicon.places import SETS
from shots.lexicon.things import MODELS, STAND_IN, Thing, find_thing
from shots.schema import Character, Shot, ShotList
from shots.staging.acts.drafts import PlayerDraft, is_bed
from shots.staging.acts.word_ledger import WordLedger
from shots.staging.clauses.nouns import Names, split_words
from shots.staging.clauses.phrases import Phrase
from shots.staging.staged import NotStaged, Place, PlayerKind

_SMALL_ANIMAL_M = 0.4


class CastList:
    """The players of a shot, as they are made.

    Attributes:
        drafts: By id, in the order of their first mention.
        place: The set.
        fixtures: Names on the plan of the shot's set, to their models.
        not_staged: What could not be resolved.
        ledger: Which words were used.
        weather: Of the action's words.
        detail: See `staged.ShotReading`.
        focus: Thing that something was done to last, "" if there is none.
        recent: Ids of players, the last one named at the end.
        groups, heaps: People, and things, named together.
        named: Ids of players and fixtures, the last one named at the end.
    """

    def __init__(self, board: ShotList, shot: Shot, place: Place) -> None:
        self.board = board
        self.shot = shot
        self.place = place
        plan = SETS.get(place.set)
        self.fixtures = {each.name: each.model for each in plan.fixtures} if plan else {}
        self.drafts: dict[str, PlayerDraft] = {}
        self.not_staged: list[NotStaged] = []
        self.ledger = WordLedger()
        self.weather: list[str] = []
        self.detail = ""
        self.focus = ""
        self.recent: list[str] = []
        self.groups: list[list[str]] = []
        self.heaps: list[list[str]] = []
        self.named: list[str] = []
        for key in shot.subjects:
            self.character(key).is_subject = True

    def person(self, noun: str, words: str, looks: str = "") -> PlayerDraft:
        """A new unnamed person."""
        key = self._free_id(noun)
        draft = PlayerDraft(key, words, noun=noun, looks=looks or words, words=words)
        draft.sex = pronoun_of(noun)
        self.drafts[key] = draft
        return draft

    def thing(self, noun: str, model: str, words: str, colour: str = "") -> PlayerDraft:
        """A new thing or animal."""
        kind: PlayerKind = "animal" if MODELS[model].kind == "animal" else "thing"
        key = self._free_id(noun)
        draft = PlayerDraft(key, noun, kind, model, noun, colour=colour, words=words)
        draft.label = noun if model == STAND_IN else ""
        self.drafts[key] = draft
        return draft

    def acting(self, key: str) -> PlayerDraft | None:
        """The player of an id; a fixture that does something becomes one."""
        if key in self.fixtures and key not in self.drafts:
            made = self.fixtures[key]
            self.drafts[key] = PlayerDraft(key, key, "thing", made, key, is_fixture=True, words=key)
        return self.drafts.get(key)

    def prop(self, model: str, words: str) -> str:
        """The id of a thing that the words do not name and the action needs."""
        for draft in self.drafts.values():
            if draft.model == model and draft.kind != "person":
                return draft.id
        key = self.thing(model.replace("-", " "), model, words).id
        self.recent.append(key)
        return key

    def mention(self, ids: Iterable[str]) -> None:
        """Note who or what was named last."""
        ids = list(ids)
        self.named += ids
        group = [key for key in ids if key in self.drafts]
        for key in group:
            if key in self.recent:
                self.recent.remove(key)
            self.recent.append(key)
        if len(group) > 1:
            (self.groups if self.is_person(group[0]) else self.heaps).append(group)

    def beds(self) -> list[str]:
        """Names of what one lies on in the set."""
        return [name for name, model in self.fixtures.items() if is_bed(model)]

    def people(self) -> list[str]:
        """Ids of all people, in order."""
        return [key for key, draft in self.drafts.items() if draft.kind == "person"]

    def is_person(self, key: str) -> bool:
        """Whether an id is of a person or an animal."""
        return key in self.drafts and self.drafts[key].kind != "thing"

    def model(self, key: str) -> str:
        """The model of a player or a fixture."""
        return self.drafts[key].model if key in self.drafts else self.fixtures.get(key, "")

    def lose(self, words: str, why: str, nearest: str = "") -> None:
        """Report words that are not shown."""
        lost = NotStaged(words, why, nearest)
        if lost not in self.not_staged:
            self.not_staged.append(lost)

    def report_adjectives(self, phrase: Phrase) -> None:
        """Report adjectives that would change a thing; others are left to the prompt."""
        if phrase.kind in ("thing", "body", "part"):
            for word in filter(grammar.VISIBLE.__contains__, phrase.adjectives):
                self.lose(f"{word} {phrase.noun}", f"{word} is not drawn")

    def _free_id(self, noun: str) -> str:
        key = re.sub(r"\W+", "-", noun.lower()).strip("-") or "thing"
        taken = (*self.drafts, *self.board.characters)
        return next(
            name for k in range(1, 1000)
            if (name := key if k == 1 else f"{key}-{k}") not in taken
        )  # fmt: skip

    def character(self, key: str) -> PlayerDraft:
        """The player of a character of the board."""
        if key in self.drafts:
            return self.drafts[key]
        character = self.board.characters.get(key) or Character(id=key, name=key, looks=key)
        thing = thing_of_looks(character.looks)
        name = character.name or key.upper()
        if thing:
            draft = self.thing(key, thing[0], character.looks, first_colour(character.looks))
            self.drafts.pop(draft.id)
            draft.id, draft.noun = key, thing[1]
        else:
            outfit = character.outfit(self.shot.wardrobe)
            draft = PlayerDraft(key, name, looks=character.looks, words=character.looks)
            draft.outfit, draft.sex = outfit, sex_of(f"{character.looks} {character.as_}")
            draft.noun = self._noun_of(character)
        draft.name = name
        self.drafts[key] = draft
        self.recent.insert(0, key)
        return draft

    @staticmethod
    def _noun_of(character: Character) -> str:
        words = (character.as_ or character.looks).lower().split()
        nouns = [singular(word)[0] for word in words if singular(word)[0] in grammar.PEOPLE]
        return nouns[0] if nouns else ""

    def thing_model(self, key: str) -> Thing:
        """The model of a player or a fixture, that of a stand-in for people."""
        return MODELS.get(self.model(key), MODELS[STAND_IN])

    def is_human(self, key: str) -> bool:
        """Whether an id is of a person."""
        return key in self.drafts and self.drafts[key].kind == "person"

    def can_hold(self, who: str, key: str) -> bool:
        """Whether somebody can hold something."""
        is_held = key in self.drafts and self.thing_model(key).grip is not None
        return is_held and self.is_human(who) and not self.is_person(key)

    def is_small(self, who: str, key: str) -> bool:
        """Whether a thing is too small for somebody to be on or in: a cup, a pan, a crab."""
        model = self.thing_model(key)
        is_small = model.place == "table" and model.grip is not None
        is_small = is_small or (model.kind == "animal" and max(model.size) < _SMALL_ANIMAL_M)
        is_mat = key in self.drafts and grammar.MATS.intersection(self.drafts[key].noun.split())
        return self.is_human(who) and is_small and not (is_mat or self.is_human(key))


def first_colour(text: str) -> str:
    """The first colour that a text names, "" for none."""
    words = re.findall(r"[a-z]+", text.lower())
    return next((colour for word in words if (colour := find_colour(word))), "")


def pronoun_of(noun: str) -> str:
    """The pronoun for a person that a noun names: he, she, or ""."""
    return "she" if noun in grammar.FEMALE else "he" if noun in grammar.MALE else ""


def sex_of(looks: str) -> str:
    """The pronoun of a person of these looks: he, she, or ""."""
    words = {singular(word)[0] for word in re.findall(r"[a-z]+", looks.lower())}
    if words & grammar.FEMALE or words & {"she", "her", "female"}:
        return "she"
    return "he" if words & grammar.MALE or words & {"he", "his", "male", "moustache"} else ""


def character_names(board: ShotList) -> Names:
    """The words by which the action can name the characters: name, id."""
    ids: dict[tuple[str, ...], str] = {}
    for key, character in board.characters.items():
        for name in (character.name, key):
            words = tuple(word.low for word in split_words(name.replace("_", " ")))
            if words:
                ids.setdefault(words, key)
    return Names(ids)


def thing_of_looks(looks: str) -> tuple[str, str] | None:
    """Model and noun of a character that is a thing or an animal, None for a person."""
    words = [word.low for word in split_words(looks) if not word.is_mark]
    for k, word in enumerate(words):
        if singular(word)[0] in grammar.PEOPLE or word in grammar.GROUPS:
            return None
        if word in ("with", "on", "in", "of", "who") and k:
            return None
        found = find_thing(words[k:])
        if found and not _is_qualifier(words, k + found[1]):
            return found[0], " ".join(words[k : k + found[1]])
    return None


def _is_qualifier(words: list[str], behind: int) -> bool:
    """Whether a noun only says what kind of thing or person the next one is: tram driver."""
    if behind >= len(words):
        return False
    word = words[behind]
    return singular(word)[0] in grammar.PEOPLE or find_thing(words[behind:]) is not None
