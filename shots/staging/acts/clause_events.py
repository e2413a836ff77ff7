"""Events: what each player does in which slot of a shot's time, from the clauses of its action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import pairwise

from shots.lexicon import grammar
from shots.lexicon.actions import POSTURES
from shots.lexicon.things import MODELS, STAND_IN, find_thing
from shots.lexicon.verbs import STATES, THING_VERBS, VERBS, Verb
from shots.staging.acts.absolutes import read_absolute
from shots.staging.acts.completion import come_closer, complete, read_directions
from shots.staging.acts.drafts import LOCATIONS, PlayerEvent
from shots.staging.acts.implied import complete_cast
from shots.staging.acts.objects import ClauseAct, is_liquid, read_objects
from shots.staging.acts.prepositions import read_parts
from shots.staging.acts.roles import Cast
from shots.staging.acts.thing_events import read_thing_event
from shots.staging.clauses.clause import Clause
from shots.staging.clauses.phrases import Phrase

_TRADES = ("er", "or", "ist", "man", "woman", "ian", "eer", "ess")  # endings of nouns for persons
_BARE = frozenset(("barefoot", "barefooted", "shirtless", "topless"))
_BE = Verb("be", "stand")
_RISING = frozenset(("get up", "stand up", "rise", "rise up"))


class EventReader:
    """Reads events from clauses into the drafts of a cast.

    Attributes:
        slots: How many parts of equal length the shot's time has.
    """

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.slots = 1
        self._slot = -1
        self._subjects: list[str] = []
        self._phrases: list[Phrase] = []  # of the last subject

    def read(self, clauses: Sequence[Clause]) -> None:
        """Read all clauses of an action."""
        for clause, following in pairwise(clauses):
            _unite(clause, following)
            # "Running through the forest, a girl looks back"
            if clause.opens and not clause.subjects and clause.form == "ing" and following.subjects:
                clause.subjects, clause.link = list(following.subjects), "lead"
        for before, clause in zip((None, *clauses), clauses, strict=False):
            if before and before.is_absolute and [p.head for p in clause.subjects] == ["rest"]:
                clause.subjects, clause.link = [], "with"  # one hand ..., the other on the phone
            if before is not None and _is_participle(before, clause):
                clause.subjects, clause.is_passive, clause.link = self._phrases, True, "with"
            self._phrases = clause.subjects or self._phrases
            if clause.is_absolute and before is not None:
                read_absolute(self.cast, clause, self._subjects, max(self._slot, 0))
            else:
                self._clause(before, clause)
        complete_cast(self.cast)
        drafts = self.cast.drafts.values()
        self.slots = 1 + max([self._slot, 0, *(e.slot for draft in drafts for e in draft.events)])

    def _resolve(self, phrase: Phrase) -> list[str]:
        return self.cast.resolve(phrase, self._subjects)

    def _clause(self, before: Clause | None, clause: Clause) -> None:
        if clause.base == "light" and clause.is_passive and clause.subjects[0].kind == "body":
            # her face lit by her phone: looks at it
            lamps = [("at", part) for prep, part in clause.parts if prep == "beside"]
            clause = replace(
                clause, base="look" if lamps else "", form="ing", is_passive=False, link="with",
                subjects=[], parts=lamps, preps=["at"] * len(lamps),
            )  # fmt: skip
            self.cast.lose(clause.words, "light is set by lighting:")
        subjects, clause = self._passive(clause) if self._is_passive(clause) else (
            self._who(clause), clause,
        )  # fmt: skip
        is_same = subjects == self._subjects and before is not None
        self._subjects = subjects or self._subjects
        if clause.is_negated or (clause.subjects and not subjects):
            self._report_subject(clause)
            self._look_away(clause, subjects)
        elif clause.is_passive or not (clause.base or clause.state):
            is_thing = clause.base and any(not self.cast.is_person(key) for key in subjects)
            if is_thing and not self.cast.put_in_state(subjects, clause.words.lower().split()):
                self.cast.lose(clause.words, "the state of a thing is not drawn")
            for prep, part in clause.parts:
                self.cast.attribute(subjects, prep, part)
        else:
            actors = [key for key in subjects if self._acts(clause, key)]
            slot = self._time(before, clause, is_same=is_same)
            if actors:
                self._act(clause, actors, slot)
            for key in subjects:
                if key not in actors:
                    read_thing_event(self.cast, clause, key, slot)

    # Subjects

    @staticmethod
    def _is_passive(clause: Clause) -> bool:
        return clause.is_passive and clause.base not in grammar.STATIVE

    def _passive(self, clause: Clause) -> tuple[list[str], Clause]:
        """Who does what the subject suffers, and the clause in the active voice."""
        kept = [k for k, prep in enumerate(clause.preps) if prep != "by"]
        agents = [part for k, (_, part) in enumerate(clause.parts) if k not in kept]
        active = replace(
            clause, subjects=agents, objects=[*clause.subjects, *clause.objects], is_passive=False,
            parts=[clause.parts[k] for k in kept], preps=[clause.preps[k] for k in kept],
        )  # fmt: skip
        for phrase in clause.subjects:
            if clause.base != "pour" or not is_liquid(phrase):
                self._resolve(phrase)
        found = [key for phrase in agents for key in self._resolve(phrase)]
        return found or [self.cast.person("someone", clause.words, "a person").id], active

    def _who(self, clause: Clause) -> list[str]:
        if clause.subjects:
            if not clause.base:  # a lemon and two glasses on a tray
                places = tuple(each for each in clause.subjects[-1].parts if each[0] in LOCATIONS)
                clause.subjects = [each if each.parts else replace(each, parts=places)
                                   for each in clause.subjects]  # fmt: skip
            ids = [key for phrase in clause.subjects for key in self._subject(clause, phrase)]
            self.cast.mention(ids)
            return list(dict.fromkeys(ids))
        ids = self._subjects or [k for k, draft in self.cast.drafts.items() if draft.is_subject]
        if not ids and clause.verb() is not None:
            ids = [self.cast.person("person", clause.words, "a person").id]
        return ids

    def _subject(self, clause: Clause, phrase: Phrase) -> list[str]:
        """Resolve a subject and the phrases attached to it: "a man with an umbrella"."""
        self.cast.is_subject = True
        is_liquid_alone = phrase.noun in grammar.LIQUIDS and " of " not in phrase.head
        if is_liquid_alone and not clause.is_passive and clause.base not in ("", "be", "stand"):
            self.cast.lose(clause.words, "liquids do not move by themselves")
            return []
        is_bare = phrase.kind == "body" and not (phrase.owner or phrase.is_definite)
        if is_bare and any(each.kind == "character" for each in clause.phrases):
            someone = self.cast.person("someone", phrase.words, "a person").id
            self.cast.assign(phrase, [someone])  # a hand puts a glass before Ann
        verb, ids = clause.verb(), self._resolve(phrase)
        self.cast.is_subject = False
        if phrase.kind == "body" and any(self._is_meant(key) for key in ids):
            self.cast.detail = self.cast.detail or grammar.BODY[phrase.head]
            self.cast.ledger.use(phrase.head)
        is_walking = verb is not None and POSTURES.get(verb.posture, POSTURES["stand"]).speed > 0
        if phrase.noun in grammar.FOOTWEAR and is_walking:
            for key in ids:
                self.cast.drafts.pop(key)
            self.cast.detail = "feet"
            ids = [self.cast.person("someone", phrase.words, f"a person in {phrase.words}").id]
            self.cast.assign(phrase, ids)
        for prep, part in phrase.parts:
            self.cast.attribute(ids, prep, part)
        return ids

    def _is_meant(self, key: str) -> bool:
        """Whether a shot can be about somebody: no others are its subjects."""
        return not self.cast.shot.subjects or self.cast.drafts[key].is_subject

    def _acts(self, clause: Clause, key: str) -> bool:
        """Whether a subject acts as a person or an animal does."""
        draft = self.cast.drafts.get(key)
        verb = clause.verb()
        if draft is None or draft.kind != "thing":
            return draft is not None
        is_personal = verb and verb.gesture and not clause.verb(THING_VERBS)
        if draft.model != STAND_IN or not verb or not (is_personal or draft.noun.endswith(_TRADES)):
            return False
        draft.kind, draft.model, draft.looks = "person", "person", "a person"
        self.cast.not_staged = [n for n in self.cast.not_staged if n.words != draft.words]
        self.cast.lose(draft.words, "no word for a person: shown as one, for what it does")
        return True

    def _report_subject(self, clause: Clause) -> None:
        """Resolve the other words of a clause without a subject on stage, and say why."""
        is_camera = bool(clause.subjects) and clause.subjects[0].head == "camera"
        for phrase in clause.phrases if is_camera else (part for _, part in clause.parts):
            self._resolve(phrase)
        if clause.is_negated or not clause.subjects:
            return
        phrase = clause.subjects[0]
        if phrase.kind == "weather":
            self.cast.ledger.use(clause.base)
        if phrase.of is not None and phrase.kind in ("abstract", "undrawn"):
            self._resolve(phrase.of)
        is_light = phrase.head in grammar.LIGHT
        is_whole = phrase.kind == "abstract" and phrase.of is None
        is_actor = phrase.kind in ("place", "part", "abstract") and not is_whole
        is_vague = phrase.head in grammar.HAPPENINGS or phrase.words.lower() == "something"
        if is_light and clause.base:
            self.cast.lose(clause.words, "light and shadow are set by lighting:")
        elif clause.base and (is_actor or is_vague):
            self.cast.lose(clause.words, "nothing that is drawn does this")

    # Time

    def _time(self, before: Clause | None, clause: Clause, *, is_same: bool) -> int:
        """The slot of a clause."""
        if clause.link == "first" and self._slot >= 0 and not clause.opens:
            self._postpone()
            return self._slot - 1
        if clause.link == "later":
            return self._slot + 2
        if self._slot < 0 or not self._overlaps(before, clause, is_same=is_same):
            self._slot += 1
        return self._slot

    @staticmethod
    def _overlaps(before: Clause | None, clause: Clause, *, is_same: bool) -> bool:
        """Whether a clause happens at the same time as the one before."""
        is_participle = clause.form == "ing" and not clause.subjects
        if clause.link == "with" or is_participle or (before and before.link == "lead"):
            return True
        if not is_same:
            return bool(clause.subjects) and not (clause.opens or clause.is_next)
        verb, first = clause.verb(), before.any_verb() if before else None
        if not (clause.joined and verb and first) or verb.posture or verb.change:
            return False
        # "sits at the table and reads": a state goes on under a gesture.
        shape = POSTURES.get(first.posture)
        return shape is not None and not (shape.speed or first.change or first.posture == "jump")

    def _postpone(self) -> None:
        """Move the last slot back by one, for "she leaves after he sits down"."""
        for draft in self.cast.drafts.values():
            for event in draft.events:
                event.slot += int(event.slot == self._slot)
        self._slot += 1

    # What people and animals do

    def _act(self, clause: Clause, subjects: list[str], slot: int) -> None:
        state, verb = STATES.get(clause.state), clause.verb() or self._animal_verb(clause, subjects)
        if verb and verb.role == "seat" and verb.change and _is_only_place(clause):
            verb = VERBS.get(clause.base, verb)  # jumps into the pool
        if verb is None and state is None and clause.base != "be":
            self._unknown_verb(clause, subjects)
            return
        event = _event(clause, state, verb, slot)
        self._sit_before(subjects, verb, event)
        part = next((each.head for each in clause.subjects if each.kind == "body"), "")
        if event.is_moving and grammar.BODY.get(part, "feet") in ("hands", "arms", "eyes", "mouth"):
            event.posture, event.gesture = "", event.gesture or "reach"
            self.cast.lose(clause.words, f"no motion of its own: shown as {event.gesture}")
        act = ClauseAct(self.cast, clause, event, verb or state or _BE, subjects)
        self._instrument(act)
        self._report_verb(act, verb)
        for word in sorted(_BARE.intersection(clause.words.lower().split())):
            act.wear(word)
        read_objects(act)
        if state:
            self._seat_of_state(event, clause.state)
        read_parts(act)
        read_directions(event, clause.directions, clause.particles)
        come_closer(act)
        complete(act)
        self._look_back(act)
        self.cast.focus = act.focus or self.cast.focus

    def _report_verb(self, act: ClauseAct, verb: Verb | None) -> None:
        """Report a verb that is not shown or shown as another one; note the words that are."""
        clause, event = act.clause, act.event
        words = (clause.base, clause.state, act.verb.name, *clause.directions, *clause.particles)
        self.cast.ledger.use(*words)
        if not act.verb.is_shown and not event.gesture:
            self.cast.lose(clause.words, "nothing in the layout shows this")
        elif act.verb.is_alike:
            shown = event.gesture or event.posture
            self.cast.lose(clause.words, f"no gesture of its own: shown as {shown}")
        elif verb and event.gesture != "look" and not event.is_moving:
            for word in clause.particles:
                if word in ("off", "out", "through", "in") and word not in verb.name.split():
                    name = f"{clause.base} {word}"
                    self.cast.lose(clause.words, f'"{name}" is no verb of the lexicon: {verb.name}')

    def _sit_before(self, subjects: list[str], verb: Verb | None, event: PlayerEvent) -> None:
        """Let people sit before they get up."""
        actor = self.cast.drafts[subjects[0]]
        if verb and verb.name in _RISING and actor.kind == "person" and not actor.events:
            for key in subjects:
                self.cast.drafts[key].events.append(PlayerEvent(event.slot, "sit"))
            self._slot = event.slot = event.slot + 1

    def _look_back(self, act: ClauseAct) -> None:
        """Let those who are faced look at who faces them."""
        if act.clause.base == "face" and self.cast.is_human(act.event.looks_at):
            for k, key in enumerate(self.cast.ids(act.clause.objects[0])):
                back = PlayerEvent(act.event.slot, is_led=True)
                back.looks_at = act.subjects[k % len(act.subjects)]
                self.cast.drafts[key].events.append(back)

    def _look_away(self, clause: Clause, subjects: list[str]) -> None:
        """Read "not looking at each other", and what stands beside a negation."""
        if not clause.is_negated:
            return
        for prep, part in clause.parts:
            if part.kind == "thing":
                self.cast.attribute(subjects, prep, part)
        is_mutual = any(phrase.head == "other" for phrase in clause.phrases)
        if is_mutual and clause.base == "look":
            for key in filter(self.cast.is_person, subjects):
                look = PlayerEvent(max(self._slot, 0), looks_at="away", words=clause.words)
                self.cast.drafts[key].events.append(look)
                self.cast.ledger.use(clause.base)

    def _animal_verb(self, clause: Clause, subjects: list[str]) -> Verb | None:
        """What an animal does that only the table of things has: lands, flies past."""
        verb = clause.verb(THING_VERBS)
        is_animal = any(self.cast.drafts[key].kind == "animal" for key in subjects)
        if verb is None or not is_animal or not verb.is_shown:
            return None
        return replace(verb, gesture="", posture=verb.posture.replace("drive", "walk"))

    def _unknown_verb(self, clause: Clause, subjects: list[str]) -> None:
        for phrase in clause.objects:
            self._resolve(phrase)
        for prep, part in clause.parts:
            self.cast.attribute(subjects, prep, part)
        near = get_close_matches(clause.base, sorted(VERBS), n=1, cutoff=0.7)
        self.cast.lose(clause.words, "no such verb in the lexicon", near[0] if near else "")

    def _instrument(self, act: ClauseAct) -> None:
        """What a violinist plays, where the words leave it out."""
        model = grammar.INSTRUMENTS.get(act.actor.noun)
        held = [self.cast.model(key) for key in act.actor.holding()]
        model = next((each for each in held if each in grammar.INSTRUMENTS.values()), model)
        if act.clause.base != "play" or act.clause.objects or not model:
            return
        key = self.cast.prop(model, act.clause.words)
        if MODELS[model].grip is None:
            act.event.gesture, act.event.target = "play-piano", key
        else:
            gesture = "play-violin" if model == "violin" else "play-guitar"
            act.event.gesture, act.event.holds = gesture, [key]

    def _seat_of_state(self, event: PlayerEvent, state: str) -> None:
        """The bicycle of "on a bicycle"."""
        words = state.split()
        found = (find_thing(words[k:]) for k in range(len(words)))
        seats = [model for model, _ in filter(None, found) if MODELS[model].seats]
        if seats:
            event.seat = self.cast.prop(seats[0], state)


def _unite(clause: Clause, following: Clause) -> None:
    """Let names behind a colon be the people before it: "Two figures walk: Ann and Bob"."""
    names = [each for each in following.subjects if each.kind in ("character", "name")]
    people = clause.subjects[:1]
    is_list = following.is_listed and len(names) == len(following.subjects)
    if not (is_list and people and people[0].kind in ("person", "group")):
        return
    if len(clause.subjects) > 1 or people[0].count != len(names):
        return
    clause.subjects = names
    if following.form == "ing":  # Ann, Bob and Lily swinging between them
        following.subjects, following.link = names[-1:], "with"


def _is_participle(before: Clause, clause: Clause) -> bool:
    """Whether a clause without a subject says what is done to it: ", followed by seagulls"."""
    is_bare = not (clause.subjects or clause.joined or clause.opens or clause.is_next)
    return is_bare and clause.form == "ed" and before.form in ("s", "base", "ing", "be")


def _event(clause: Clause, state: Verb | None, verb: Verb | None, slot: int) -> PlayerEvent:
    """The event of a state, a verb, or a verb in a state: "talks on the phone"."""
    first = state or verb or replace(_BE, posture="")
    second = verb if state and verb else first
    posture = first.posture or second.posture
    # "waits in a wheelchair" sits, "kneels on the phone" kneels.
    if second.posture in POSTURES and second.posture != "stand":
        is_kept = POSTURES[second.posture].speed or first.posture.startswith("sit-")
        posture = posture if is_kept else second.posture
        posture = "knee-slide" if (posture, second.name) == ("kneel", "slide") else posture
    return PlayerEvent(
        slot, posture, first.gesture or second.gesture, clause.pace * first.pace,
        looks_at=first.look, to=second.to, change=first.change, words=clause.words,
    )  # fmt: skip


def _is_only_place(clause: Clause) -> bool:
    """Whether "jumps into" is followed by a place and no thing to sit in."""
    return bool(clause.phrases) and all(each.kind == "place" for each in clause.phrases)
