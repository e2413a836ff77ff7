"""Events: what each player does in which slot of a shot's time, from the clauses of its action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from shots.lexicon import grammar
from shots.lexicon.actions import GESTURES, POSTURES
from shots.lexicon.things import MODELS, STAND_IN, find_thing
from shots.lexicon.verbs import STATES, THING_VERBS, VERBS, Verb
from shots.staging.clauses import Clause
from shots.staging.phrases import Phrase, split_words
from shots.staging.roles import Cast, Draft, Event
from shots.staging.staged import CAMERA

_LOCATIONS = frozenset("at in beside behind before under above against around on".split())
_RIDES = {"motorcycle": "ride-motorcycle", "scooter": "ride-motorcycle", "moped": "ride-motorcycle",
          "horse": "ride-horse", "donkey": "ride-horse", "camel": "ride-horse",
          "bicycle": "ride-bicycle"}  # fmt: skip
_DEFAULT_SEATS = {"drive": "car", "ride-bicycle": "bicycle", "ride-motorcycle": "motorcycle",
                  "ride-horse": "horse"}  # fmt: skip
_MUTUAL = frozenset("hug kiss shake-hands punch talk whisper".split())
_ADDRESSED = frozenset(
    "look point aim wave smile laugh nod talk shout whisper listen photograph bow salute clap "
    "shake-head shrug turn raise-arm".split()
)
_FREE = frozenset("look smile laugh talk shout whisper listen nod shake-head breathe".split())


class EventReader:
    """Reads events from clauses into the drafts of a cast."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.slots = 0
        self._slot = -1
        self._subjects: list[str] = []
        self._ids: dict[int, list[str]] = {}

    def read(self, clauses: Sequence[Clause]) -> None:
        """Read all clauses of an action."""
        _lend_subjects(clauses)
        for before, clause in zip((None, *clauses), clauses, strict=False):
            self._clause(before, clause)
        self.slots = max([self._slot, *(e.slot for d in self.cast.drafts.values()
                                        for e in d.events)]) + 1  # fmt: skip

    # Subjects and time

    def _resolve(self, phrase: Phrase) -> list[str]:
        if id(phrase) not in self._ids:
            self._ids[id(phrase)] = self.cast.resolve(phrase, self._subjects)
        return self._ids[id(phrase)]

    def _clause(self, before: Clause | None, clause: Clause) -> None:
        if _is_absolute(clause) and before is not None:
            self._absolute(clause)
            return
        subjects, clause = self._who(clause)
        is_same = subjects == self._subjects and before is not None
        self._subjects = subjects or self._subjects
        if clause.is_negated or (clause.subjects and not subjects):
            self._unstaged_subject(clause)
            return
        if not (clause.base or clause.state):
            for key in subjects:
                self._place_subject(clause, key)
            return
        people = [key for key in subjects if self._acts(clause, key)]
        slot = self._time(before, clause, is_same=is_same)
        if people:
            self._person_event(clause, people, slot)
        for key in subjects:
            if key not in people:
                self._thing_event(clause, key, slot)

    def _who(self, clause: Clause) -> tuple[list[str], Clause]:
        """Who does it; of a passive, who it is done by."""
        if clause.is_passive and not any(self._is_moved(clause)):
            agents = [p for prep, p in clause.parts if prep == "beside"]
            parts = [(prep, p) for prep, p in clause.parts if prep != "beside"]
            active = replace(clause, objects=[*clause.subjects, *clause.objects], parts=parts,
                             subjects=agents, is_passive=False)  # fmt: skip
            for phrase in clause.subjects:
                if not (clause.base == "pour" and _is_liquid(phrase)):
                    self._resolve(phrase)
            found = [key for phrase in agents for key in self._resolve(phrase)]
            if not found:
                found = [self.cast.person("someone", clause.words, "a person").id]
            return found, active
        ids = [key for phrase in clause.subjects for key in self._attached(phrase, clause.verb())]
        self.cast.mention(ids)
        if not clause.subjects:
            ids = self._subjects or [k for k, d in self.cast.drafts.items() if d.is_subject]
            if not ids and clause.verb() is not None:
                ids = [self.cast.person("person", clause.words, "a person").id]
        return list(dict.fromkeys(ids)), clause

    @staticmethod
    def _is_moved(clause: Clause) -> list[bool]:
        """Passives that say where somebody is: is seated, is dressed."""
        return [clause.base in ("seat", "dress", "cover", "surround", "fill", "break", "close")]

    def _attached(self, phrase: Phrase, verb: Verb | None) -> list[str]:
        """Resolve a subject and the phrases attached to it: "a man with an umbrella"."""
        ids = self._resolve(phrase)
        if phrase.kind == "body" and ids and not self.cast.detail:
            self.cast.detail = grammar.BODY[phrase.head]
        if phrase.head in grammar.FOOTWEAR and verb and verb.posture and (
            POSTURES[verb.posture].speed > 0
        ):  # fmt: skip
            for key in ids:
                self.cast.drafts.pop(key)
            self.cast.detail = "feet"
            ids = [self.cast.person("someone", phrase.words, f"a person in {phrase.words}").id]
            self._ids[id(phrase)] = ids
        for prep, part in phrase.parts:
            for key in ids:
                self._attribute(key, prep, part)
        return ids

    def _attribute(self, key: str, prep: str, part: Phrase) -> None:
        draft = self.cast.drafts.get(key)
        if draft is None:
            return
        worn = part.kind in ("thing", "unknown") and part.head.split()[-1] in grammar.WORN
        if part.kind == "body" and draft.kind != "person":
            return
        if draft.kind == "person" and (worn or part.kind in ("body", "unknown", "abstract")):
            draft.looks += f" {prep} {part.words}" if part.words not in draft.looks else ""
            if worn or prep != "with" or part.kind != "unknown":
                return
        for other in self._resolve(part):
            if prep == "with" and self._can_hold(draft, other):
                draft.held += [other] if other not in draft.held else []
            elif prep in ("in", "on") and draft.kind == "person" and self._has_seats(other):
                draft.seat = other
            elif prep in _LOCATIONS or prep == "from":
                self._locate(draft, prep, other)

    def _has_seats(self, key: str) -> bool:
        return bool(MODELS.get(self.cast.model(key), _NOTHING).seats)

    def _can_hold(self, draft: Draft, key: str) -> bool:
        model = MODELS.get(self.cast.model(key))
        is_held = model is not None and model.grip is not None and key in self.cast.drafts
        return draft.kind == "person" and is_held

    def _locate(self, draft: Draft, prep: str, key: str) -> None:
        """Note where a player is at the start."""
        if draft.near or draft.on or key == draft.id:
            return
        if prep == "on" or (prep == "from" and draft.kind == "thing"):
            draft.on = key
        else:
            relation = {"against": "at", "around": "beside", "from": "at"}.get(prep, prep)
            draft.relation, draft.near = relation, key

    def _place_subject(self, clause: Clause, key: str) -> None:
        for prep, part in clause.parts:
            self._attribute(key, prep, part)

    def _time(self, before: Clause | None, clause: Clause, *, is_same: bool) -> int:
        """The slot of a clause."""
        verb = clause.verb()
        overlaps = clause.link == "with" or (clause.form == "ing" and not clause.subjects)
        if not is_same and not clause.opens and clause.subjects and not clause.is_next:
            overlaps = True
        if is_same and clause.joined and before is not None and verb and not verb.posture:
            first = before.verb() or STATES.get(before.state)
            overlaps = overlaps or bool(first and _is_state(first) and not verb.change)
        if before is not None and before.link == "lead":
            overlaps = True
        if clause.link == "first" and self._slot >= 0 and not clause.opens:
            self._postpone()
            return self._slot - 1
        if clause.link == "later":
            return self._slot + 2
        if self._slot < 0 or not overlaps:
            self._slot += 1
        return self._slot

    def _postpone(self) -> None:
        """Move the last slot back by one, for "she leaves after he sits down"."""
        for draft in self.cast.drafts.values():
            for event in draft.events:
                if event.slot == self._slot:
                    event.slot += 1
        self._slot += 1

    def _unstaged_subject(self, clause: Clause) -> None:
        """Resolve the other words of a clause whose verb is not shown."""
        for _, part in clause.parts:
            self._resolve(part)
        if clause.is_negated or not clause.subjects:
            return
        phrase = clause.subjects[0]
        if phrase.head == "camera":
            for each in clause.objects:
                self._resolve(each)
            return
        if phrase.words.lower() == "something":
            self.cast.lose(clause.words, "the words do not name what")
        elif phrase.head in grammar.LIGHT:
            self.cast.lose(clause.words, "light and shadow are set by lighting:")
        elif phrase.kind == "place" and clause.base:
            self.cast.lose(clause.words, "a place does not move")
        elif phrase.kind == "part" and clause.base:
            self.cast.lose(clause.words, "parts of a thing do not move by themselves")

    def _acts(self, clause: Clause, key: str) -> bool:
        """Whether a subject acts as a person or an animal does."""
        draft = self.cast.drafts.get(key)
        if draft is None:
            return False
        if draft.kind != "thing":
            return True
        verb = clause.verb()
        is_trade = draft.noun.endswith(_TRADES)
        shown = verb and verb.gesture and not clause.verb(THING_VERBS)
        if draft.model == STAND_IN and verb and (shown or is_trade):
            draft.kind, draft.model, draft.looks = "person", "person", f"a {draft.noun}"
            self.cast.not_staged = [n for n in self.cast.not_staged if n.words != draft.words]
            self.cast.lose(draft.words, "no word for a person: shown as one, for what it does")
            return True
        return False

    # What people and animals do

    def _person_event(self, clause: Clause, subjects: list[str], slot: int) -> None:
        state = STATES.get(clause.state)
        verb = clause.verb() if clause.base else None
        if verb and verb.role == "seat" and verb.change and self._is_only_place(clause):
            verb = VERBS.get(clause.base, verb)
        if verb is None and clause.base not in ("", "be") and not state:
            verb = self._animal_verb(clause, subjects)
            if verb is None:
                self._unknown_verb(clause, subjects)
                return
        first = state or verb or Verb("be", "stand")
        posture = first.posture or (verb.posture if verb else "")
        event = Event(slot, posture, first.gesture, clause.pace * first.pace,
                      words=clause.words, to=first.to, looks_at=first.look)  # fmt: skip
        event.change = first.change
        self._instrument(event, clause, subjects)
        if verb is not None and not verb.is_shown and not event.gesture:
            self.cast.lose(clause.words, "nothing in the layout shows this")
        if state and verb:
            event.gesture = event.gesture or verb.gesture
            event.to = verb.to
            if state.posture and verb.posture and POSTURES[verb.posture].speed == 0:
                event.posture = verb.posture
        if verb is None and not state:
            event.posture = ""
        self._objects(event, clause, verb or first, subjects)
        if state:
            self._state_seat(event, clause.state)
        before = clause.objects[-1] if clause.objects else None
        for prep, part in clause.parts:
            if before is None or not self._describes(event, before, prep, part, subjects):
                self._part(event, clause, prep, part, subjects)
            before = part
        self._directions(event, clause)
        self._complete(event, clause, verb or first, subjects)
        for key in subjects:
            self._append(key, event, subjects)

    @staticmethod
    def _is_only_place(clause: Clause) -> bool:
        """Whether "jumps into" is followed by a place and no thing to sit in."""
        phrases = [*clause.objects, *(part for _, part in clause.parts)]
        return bool(phrases) and all(each.kind == "place" for each in phrases)

    def _instrument(self, event: Event, clause: Clause, subjects: list[str]) -> None:
        """What a violinist plays, where the words leave it out."""
        noun = self.cast.drafts[subjects[0]].noun
        if clause.base != "play" or clause.objects or noun not in grammar.INSTRUMENTS:
            return
        model = grammar.INSTRUMENTS[noun]
        key = self.cast.prop(model, clause.words)
        if MODELS[model].grip is None:
            event.gesture, event.target = "play-piano", key
        else:
            event.gesture, event.holds = "play-guitar", [key]

    def _animal_verb(self, clause: Clause, subjects: list[str]) -> Verb | None:
        """What an animal does that only the table of things has: lands, flies past."""
        verb = clause.verb(THING_VERBS)
        is_animal = any(self.cast.drafts[key].kind == "animal" for key in subjects)
        if verb is None or not is_animal or not verb.is_shown:
            return None
        posture = {"drive": "walk"}.get(verb.posture, verb.posture)
        return replace(verb, posture=posture, gesture="")

    def _unknown_verb(self, clause: Clause, subjects: list[str]) -> None:
        for phrase in clause.objects:
            self._resolve(phrase)
        for prep, part in clause.parts:
            for key in subjects:
                self._attribute(key, prep, part)
        near = get_close_matches(clause.base, sorted(VERBS), n=1, cutoff=0.7)
        self.cast.lose(clause.words, "no such verb in the lexicon", near[0] if near else "")

    def _objects(self, event: Event, clause: Clause, verb: Verb, subjects: list[str]) -> None:
        if verb.role == "wear":
            for key in subjects:
                self.cast.drafts[key].looks += ", " + clause.words
            return
        idiom = verb.name.split()
        event.has_object = bool(clause.objects)
        for phrase in clause.objects:
            if phrase.head == "self":
                continue
            if verb.gesture == "photograph" and phrase.head in grammar.PHOTOS:
                for key in self._resolve(phrase.of)[:1] if phrase.of else ():
                    event.target = event.looks_at = key
                continue
            if phrase.kind == "body" and (phrase.owner is None or self._is_own(phrase, subjects)):
                continue
            is_idiom = phrase.head in idiom or f"{phrase.head}s" in idiom
            if verb.role == "none" and phrase.kind in ("thing", "unknown", "abstract"):
                continue
            worn = phrase.head.split()[-1] in grammar.WORN and verb.role == "look"
            if worn or (is_idiom and phrase.kind in ("abstract", "undrawn", "unknown")):
                continue
            if phrase.head in grammar.MEALS and verb.gesture == "eat":
                verb = replace(verb, role="target")
            if phrase.kind == "unknown" and verb.gesture in ("drink", "pour"):
                phrase = replace(phrase, kind="abstract")
            if verb.gesture in ("pour", "comb", "wipe") and _is_liquid(phrase):
                continue
            ids = self._resolve(phrase)
            if len(ids) > 1 and len(subjects) > 1:
                event.choices = ids
            for key in ids:
                self._object(event, verb, key, subjects)
                if not self.cast.is_person(key):
                    self.cast.focus = key
        if verb.gesture == "pour" and not event.target and clause.objects:
            self._liquid(event, clause)

    def _is_own(self, phrase: Phrase, subjects: list[str]) -> bool:
        owner = phrase.owner
        return owner is None or set(self._resolve(owner)) <= set(subjects)

    def _liquid(self, event: Event, clause: Clause) -> None:
        """What a liquid is poured into, where the words name nothing: its own glass or cup."""
        if any(prep in ("into", "in", "on", "above") for prep, _ in clause.parts):
            return
        model = find_thing(clause.objects[-1].head.split())
        event.target = self.cast.prop(model[0] if model else "cup", clause.objects[-1].words)

    def _object(self, event: Event, verb: Verb, key: str, subjects: list[str]) -> None:
        is_person = self.cast.is_person(key) and self.cast.drafts[key].kind == "person"
        role = "target" if is_person and verb.role in ("hold", "release") else verb.role
        if role == "hold" and key not in self.cast.drafts:
            role = "target"
        if role in ("hold", "release") and event.gesture != "phone-ear":
            event.holds.append(key)
            event.releases = event.releases or role == "release"
            event.target = event.target or ("" if event.gesture in ("give", "throw") else key)
        elif role == "target" and not event.gesture and event.posture and not is_person:
            self._be_at(event, "at", key, subjects)
        elif role == "target" or key in subjects:
            if not event.target or is_person:
                event.target = key
        elif role == "look":
            event.looks_at = key
        elif role == "seat":
            event.seat = key
        elif role == "to":
            self._move_to(event, key)
        elif role in ("move", "chase"):
            event.target, event.to = key, key if role == "chase" else event.to
            if self.cast.is_person(key):
                led = Event(event.slot, event.posture, words=event.words, is_led=True)
                self.cast.drafts[key].events.append(led)
        if event.gesture in ("give", "throw", "hold-out") and is_person:
            event.target = key
        if verb.motion and key in self.cast.drafts and self.cast.drafts[key].kind == "thing":
            posture = "fall" if verb.motion == "fall" else "stand"
            motion = Event(event.slot, posture, verb.motion, words=event.words)
            if verb.motion in ("open", "close"):
                self.cast.drafts[key].events.append(motion)

    def _move_to(self, event: Event, key: str) -> None:
        if event.to in ("out", "away", "past") and not self.cast.is_person(key):
            event.target = event.target or key
        else:
            event.to = key

    def _state_seat(self, event: Event, state: str) -> None:
        words = state.split()
        for k in range(len(words)):
            found = find_thing(words[k:])
            if found and MODELS[found[0]].seats:
                event.seat = self.cast.prop(found[0], state)
                return
            if found and found[0] in ("horse", "bed") and not event.seat:
                event.seat = self.cast.prop(found[0], state)

    def _describes(
        self, event: Event, before: Phrase, prep: str, part: Phrase, subjects: list[str]
    ) -> bool:
        """Attach "in a wheelchair" or "on the table" to the phrase before, where it belongs there."""
        if prep not in ("in", "on", "under", "beside", "behind", "with", "above", "before"):
            return False
        ids = self._ids.get(id(before), [])
        if len(ids) != 1 or ids[0] in subjects or part.kind in ("pronoun", "place"):
            return False
        key = ids[0]
        there = self._resolve(part)[:1]
        sits = bool(there) and prep in ("in", "on") and self._sits_there(event, there[0])
        if sits and before.kind == "thing":
            return False
        if before.kind in ("person", "character", "group") and event.gesture:
            if prep == "with" and part.kind == "thing":
                return False
            self._attribute(key, prep, part)
            return part.kind != "body"
        model = MODELS.get(self.cast.model(key), _NOTHING)
        is_seen = key in (event.looks_at, event.target) and key not in event.holds
        if not is_seen or model.grip is None or prep == "with" or key not in self.cast.drafts:
            return False
        for other in self._resolve(part)[:1]:
            self._locate(self.cast.drafts[key], prep, other)
        return True

    # Prepositions

    def _part(
        self, event: Event, clause: Clause, prep: str, part: Phrase, subjects: list[str]
    ) -> None:
        if prep == "on" and part.head in grammar.FLOORS:
            event.posture = {"sit": "sit-floor", "lie": "lie-floor", "sleep": "lie-floor"}.get(
                event.posture, event.posture
            )
            return
        if part.kind == "pronoun" and part.head == "camera":
            self._camera(event)
            return
        if prep == "for" and part.kind not in ("pronoun", "character", "name", "thing", "person"):
            return
        if prep == "for" and event.gesture not in ("reach", "look") and part.kind == "thing":
            return
        if event.gesture == "look" and part.head in grammar.WORN and self._is_own(part, subjects):
            return
        if prep == "on" and part.head in grammar.MATS and event.posture == "sit":
            event.posture = "sit-floor"
        if part.kind == "pronoun" and part.head == "other":
            event.looks_at = subjects[0]
        if part.kind == "body" and self._is_own(part, subjects):
            return
        if part.head == "water" and part.is_definite:
            return
        event.goes = event.goes or prep in ("through", "along", "across", "towards", "past")
        ids = self._resolve(part)
        if len(ids) > 1 and len(subjects) > 1 and not self.cast.is_person(ids[0]):
            event.choices = ids
        if part.kind == "place" and event.to == "" and prep in ("into", "towards"):
            event.to = "in" if prep == "into" else ""
        for key in ids[:1] if event.choices else ids[:2]:
            self._relate(event, prep, key, part, subjects)

    def _camera(self, event: Event) -> None:
        if event.posture and POSTURES[event.posture].speed > 0:
            event.to = "towards"
        else:
            event.looks_at = CAMERA

    def _relate(
        self, event: Event, prep: str, key: str, part: Phrase, subjects: list[str]
    ) -> None:
        """Give a phrase with a preposition its role, by what the verb does."""
        shape = POSTURES.get(event.posture)
        is_moving = bool(shape and shape.speed > 0) or event.posture in ("jump", "fall")
        if prep == "for" and not (event.gesture in ("reach", "look") and self._can_hold(
            self.cast.drafts[subjects[0]], key
        )):  # fmt: skip
            return
        if prep == "for":
            event.target = event.target or key
        elif prep in ("in", "on", "from") and self._sits_there(event, key):
            event.posture = event.posture if event.posture in ("sleep", "lie") else "sit"
            event.seat = key
        elif prep == "with":
            self._with(event, key, part, subjects)
        elif event.gesture in ("drink", "read", "eat", "smoke") and prep == "from" and (
            not event.holds and self._can_hold(self.cast.drafts[subjects[0]], key)
        ):
            event.holds.append(key)
        elif prep == "from" and event.gesture == "look":
            event.looks_at = event.looks_at or key
        elif prep == "from" and not is_moving and not event.holds:
            self._start(subjects, "at", key)
        elif event.holds and prep in ("on", "in", "into", "to", "from", "under", "behind"):
            self._put(event, prep, key)
        elif is_moving and prep in ("to", "towards", "into", "after", "at"):
            event.to = key
        elif is_moving and prep in ("through", "around"):
            event.to = event.to or key
        elif is_moving and prep == "past":
            event.to = "past"
        elif is_moving and prep in ("along", "across", "from"):
            if self.cast.model(key) in ("stairs", "ladder"):
                event.to = event.to or key
            if prep == "from":
                self._start(subjects, "at", key)
        elif self._is_seat(event, prep, key):
            event.seat = key
        elif event.gesture in _ADDRESSED and prep in _TARGETS and self._is_addressed(event, key):
            event.looks_at = event.looks_at or key
            event.target = event.target or key
        elif event.gesture == "hug" and self.cast.is_person(key):
            event.target = key
        elif self._is_worked_on(event, prep):
            event.target = key
        elif prep in _LOCATIONS:
            self._be_at(event, prep, key, subjects)

    @staticmethod
    def _is_worked_on(event: Event, prep: str) -> bool:
        """Whether a phrase says what a gesture is done to: writes on the blackboard."""
        is_pour = event.gesture in ("pour", "reach", "cook")
        if not event.gesture or event.target:
            return False
        if event.has_object and not is_pour and prep in ("in", "above", "from"):
            return False
        if prep in ("on", "in", "from"):
            return event.gesture in _WORK
        return prep in ("at", "to", "into", "after") or (prep == "above" and is_pour)

    def _sits_there(self, event: Event, key: str) -> bool:
        """Whether "in an armchair" or "on the bench" means sitting: no other posture is named."""
        model = MODELS.get(self.cast.model(key), _NOTHING)
        is_free = event.posture in ("", "sit") and not event.seat and not event.releases
        is_kind = model.kind in ("furniture", "vehicle") and event.gesture != "reach"
        return is_free and bool(model.seats) and is_kind

    def _is_addressed(self, event: Event, key: str) -> bool:
        return event.gesture == "look" or key in self.cast.drafts or event.gesture == "point"

    def _with(self, event: Event, key: str, part: Phrase, subjects: list[str]) -> None:
        if self.cast.is_person(key):
            if event.gesture and self.cast.drafts[key].kind == "person":
                event.target = event.target or key
            return
        held = [d for d in (self.cast.drafts[s] for s in subjects) if self._can_hold(d, key)]
        if held and part.head.split()[-1] not in grammar.WORN:
            event.holds.append(key)

    def _put(self, event: Event, prep: str, key: str) -> None:
        """Where a thing is put, or taken from, and whom it is given to."""
        thing = self.cast.drafts.get(event.holds[0])
        if self.cast.is_person(key) and self.cast.drafts[key].kind == "person":
            event.target = key
        elif thing is not None and prep != "from" and event.releases:
            self._locate(thing, {"into": "in", "to": "at"}.get(prep, prep), key)
            event.target = event.target or key
        elif thing is not None and event.gesture == "pick-up":
            self._locate(thing, "in" if prep in ("from", "in") and self._opens(key) else "on", key)
        elif prep == "from":
            for draft in self.cast.drafts.values():
                if thing is not None and thing.id in draft.held:
                    self._locate(draft, "at", key)
        elif prep in _LOCATIONS and thing is not None and event.posture:
            event.seat = key if self._is_seat(event, prep, key) else ""
        elif POSTURES.get(event.posture or "stand", POSTURES["stand"]).speed > 0:
            event.to = key
        elif event.gesture == "aim":
            event.target = key

    def _opens(self, key: str) -> bool:
        model = MODELS.get(self.cast.model(key))
        return model is not None and (model.door or model.surface_m == 0)

    def _is_seat(self, event: Event, prep: str, key: str) -> bool:
        posture = event.posture
        if posture == "lean":
            return prep in ("on", "against", "at")
        if posture not in POSTURES or not POSTURES[posture].seat or self.cast.is_person(key) and (
            POSTURES[posture].seat != "horse"
        ):
            return False
        model = MODELS.get(self.cast.model(key), _NOTHING)
        is_held = self.cast.model(key) != STAND_IN and model.kind in ("prop", "food", "product")
        return prep in ("on", "in", "into", "at") and (bool(model.seats) or not is_held)

    def _be_at(self, event: Event, prep: str, key: str, subjects: list[str]) -> None:
        is_new = all(not self.cast.drafts[s].events for s in subjects)
        if is_new:
            self._start(subjects, prep, key)
        elif not event.to:
            event.to = key

    def _start(self, subjects: list[str], prep: str, key: str) -> None:
        for subject in subjects:
            draft = self.cast.drafts[subject]
            if not draft.events and key not in subjects:
                self._locate(draft, "at" if prep == "from" else prep, key)

    def _directions(self, event: Event, clause: Clause) -> None:
        shape = POSTURES.get(event.posture)
        is_moving = bool(shape and shape.speed > 0)
        is_moving = is_moving or event.posture in ("drive", "float", "fall")
        for words in [*clause.directions, *(p for p in clause.particles if is_moving)]:
            if is_moving and words in grammar.DIRECTIONS and words not in ("off",):
                named = grammar.DIRECTIONS[words]
                event.to = named if " " in words else event.to or named
            elif not is_moving and words in grammar.LOOKS:
                look = grammar.LOOKS[words]
                if look == CAMERA or event.gesture in _ADDRESSED:
                    event.looks_at = event.looks_at or look

    # Completion

    def _complete(self, event: Event, clause: Clause, verb: Verb, subjects: list[str]) -> None:
        """Give an event the props, seats and partners that it needs and the words leave out."""
        if event.gesture == "look" and event.target and not event.looks_at:
            event.looks_at = event.target
        model = self.cast.model(event.looks_at)
        if event.gesture == "look" and model in ("phone", "smartphone"):
            event.gesture = "phone-look"
            event.holds = event.holds or [event.looks_at]
        if event.posture in ("ride-bicycle", "drive", "ride-motorcycle") and event.seat:
            event.posture = _RIDES.get(self.cast.model(event.seat), event.posture)
        self._adapt(event, verb, subjects)
        default = _DEFAULT_SEATS.get(event.posture)
        if default and not event.seat and not self._has_vehicle(event, subjects):
            event.seat = self.cast.prop(default, clause.words)
        self._default_prop(event, verb, subjects, clause.words)

    def _adapt(self, event: Event, verb: Verb, subjects: list[str]) -> None:
        """Fit posture and gesture to what they are done with."""
        draft = self.cast.drafts[subjects[0]]
        model = MODELS.get(self.cast.model(event.target), _NOTHING)
        if event.gesture in ("open", "open-door") and event.target:
            is_door = model.kind in ("fitting", "furniture", "vehicle", "structure")
            event.gesture = "open-door" if is_door else "open"
        if event.gesture in ("push", "pull") and not event.posture and model.kind != "fitting":
            is_big = event.target in self.cast.drafts and max(model.size) > 0.5
            other = self.cast.drafts.get(event.target)
            is_wheeled = other is not None and self.cast.model(other.seat) == "wheelchair"
            event.posture = "walk" if is_wheeled or (is_big and not self.cast.is_person(event.target)) else ""
        if event.gesture in ("hold", "hold-out", "carry") and not event.posture and event.goes:
            event.posture = "walk"
        if event.posture in ("walk", "run") and draft.noun in grammar.RIDERS:
            event.posture = grammar.RIDERS[draft.noun]
        if event.posture in ("walk", "run", "float", "dance") and draft.kind == "animal":
            place = "sky" if draft.model in _BIRDS and verb.name in _FLIGHTS else ""
            place = place or MODELS[draft.model].place
            event.posture = {"water": "swim", "sky": "float"}.get(place, event.posture)
        stairs = self.cast.model(event.to)
        if event.posture == "walk" and stairs in ("stairs", "ladder"):
            event.posture = f"climb-{stairs}"
        seat = self.cast.model(event.seat)
        if event.posture == "sleep" and seat and not any(word in seat for word in _BEDS):
            event.posture, event.looks_at = "sit", "down"
        if verb.role == "seat" and verb.prop and not event.seat:
            event.seat = self.cast.prop(verb.prop, event.words)

    def _has_vehicle(self, event: Event, subjects: list[str]) -> bool:
        """Sit in the vehicle that is in the picture."""
        kind = POSTURES[event.posture].seat
        for key, draft in self.cast.drafts.items():
            is_kind = draft.model == kind or (
                kind == "vehicle" and MODELS.get(draft.model, _NOTHING).kind == "vehicle"
            )
            if is_kind and draft.kind != "person":
                event.seat = key
                return True
        return any(MODELS[m].kind == "vehicle" for m in self.cast.fixtures.values() if m in MODELS)

    def _default_prop(
        self, event: Event, verb: Verb, subjects: list[str], words: str
    ) -> None:
        gesture = GESTURES.get(event.gesture)
        prop = verb.prop or (gesture.prop if gesture else "")
        if not prop or prop not in MODELS or event.holds:
            return
        if self.cast.drafts[subjects[0]].kind == "animal":
            return
        held = [k for s in subjects for k in self._holding(self.cast.drafts[s])]
        if prop in (self.cast.model(event.looks_at), self.cast.model(event.target)):
            event.holds = [event.looks_at if self.cast.model(event.looks_at) == prop else event.target]
            return
        model = MODELS[prop]
        if any(self.cast.model(key) == prop for key in held):
            return
        if held and verb.role == "hold" and event.gesture in ("drink", "read", "aim", "smoke"):
            event.holds = held[-1:]
            return
        if model.grip is not None and self.cast.is_person(subjects[0]):
            event.props = self.cast.prop(prop, words)
            event.holds.append(event.props)

    @staticmethod
    def _holding(draft: Draft) -> list[str]:
        held = list(draft.held)
        for event in draft.events:
            held += event.holds
            if event.releases:
                held = [key for key in held if key not in event.holds]
        return held

    def _append(self, key: str, event: Event, subjects: list[str]) -> None:
        others = [other for other in subjects if other != key]
        own = replace(event, holds=self._share(key, event, subjects))
        if len(event.choices) > 1:
            mine = event.choices[subjects.index(key) % len(event.choices)]
            for name in ("target", "looks_at", "seat"):
                if getattr(own, name) in event.choices:
                    setattr(own, name, mine)
            if set(event.holds) & set(event.choices):
                own.holds = [mine] if subjects.index(key) < len(event.choices) else []
        if own.target == key or own.target in subjects:
            own.target = others[0] if others else ""
        if own.looks_at in subjects and own.looks_at != key or own.looks_at == key:
            own.looks_at = others[0] if others else ""
        if own.gesture in _MUTUAL and not own.target and len(subjects) == 2:
            own.target = others[0]
        if own.gesture in _MUTUAL and not own.target and len(subjects) == 1:
            people = [k for k in self.cast.people() if k != key]
            own.target = people[0] if len(people) == 1 else ""
        if own.gesture in _MUTUAL and own.target and not own.looks_at:
            own.looks_at = own.target
        self.cast.drafts[key].events.append(own)

    def _share(self, key: str, event: Event, subjects: list[str]) -> list[str]:
        """What one of several people holds: each a prop of their own, named things in turn."""
        if len(subjects) == 1:
            return list(event.holds)
        at = subjects.index(key)
        if len(event.holds) == 1 and event.holds[0] == event.props and at:
            draft = self.cast.drafts[event.props]
            return [self.cast.thing(draft.noun, draft.model, draft.words).id]
        return event.holds[at : at + 1]

    # What things do

    def _thing_event(self, clause: Clause, key: str, slot: int) -> None:
        draft = self.cast.drafts.get(key)
        verb = clause.verb(THING_VERBS) if clause.base else None
        if draft is None:
            draft = self._fixture(key, verb)
        if verb is None or not verb.is_shown:
            if clause.base not in ("", "be"):
                self.cast.lose(clause.words, "no motion of a thing shows this")
            for phrase in [*clause.objects, *(part for _, part in clause.parts)]:
                self._resolve(phrase)
            return
        verb = self._fit_thing(verb, draft)
        event = Event(slot, verb.posture or "stand", verb.gesture, clause.pace, to=verb.to,
                      words=clause.words)  # fmt: skip
        is_off = "off" in clause.particles
        for phrase in clause.objects:
            for other in self._resolve(phrase)[:1]:
                if is_off:
                    self._locate(draft, "on", other)
                elif verb.posture == "drive":
                    self._move_to(event, other)
                elif self.cast.is_person(other):
                    for prep, part in clause.parts:
                        self._attribute(other, prep, part)
        before = ""
        for prep, part in clause.parts:
            if part.kind == "body" and grammar.BODY[part.head] == "hands":
                self._lie_in_hand(part, key)
                continue
            for other in self._resolve(part)[:1]:
                if before and prep in ("on", "in", "under", "beside"):
                    self._locate(self.cast.drafts[before], prep, other)
                else:
                    self._thing_part(event, draft, prep, other)
                model = MODELS.get(self.cast.model(other), _NOTHING)
                before = other if other in self.cast.drafts and model.grip is not None else ""
        self._directions(event, clause)
        draft.events.append(event)

    @staticmethod
    def _fit_thing(verb: Verb, draft: Draft) -> Verb:
        """What a verb of movement means for a thing that is no vehicle."""
        kind = MODELS[draft.model].kind
        if verb.posture != "drive" or kind == "vehicle":
            return verb
        if verb.name in ("land", "crash", "hit"):
            return THING_VERBS["fall"]
        return THING_VERBS["swing"] if kind in ("fitting", "plant", "structure") else verb

    def _lie_in_hand(self, part: Phrase, key: str) -> None:
        self.cast.detail = self.cast.detail or "hands"
        for person in self._resolve(part)[:1]:
            self.cast.drafts[person].held.append(key)

    def _thing_part(self, event: Event, draft: Draft, prep: str, other: str) -> None:
        moves = event.posture != "stand"
        if moves and prep in ("to", "into", "towards", "in", "on", "after", "at"):
            event.to = event.to or other
        elif moves and prep == "past":
            event.to = "past"
        elif prep in _LOCATIONS or prep == "from":
            self._locate(draft, prep, other)

    def _fixture(self, key: str, verb: Verb | None) -> Draft:
        """A player for a fixture that does something: the door opens."""
        draft = Draft(key, key, "thing", self.cast.fixtures[key], key, words=key)
        if verb is not None and verb.gesture != "be":
            self.cast.drafts[key] = draft
        return draft

    def _absolute(self, clause: Clause) -> None:
        """Read "one arm raised", "gun raised", "a cat on her lap", "eyes closed"."""
        phrase = clause.subjects[0]
        subjects = [key for key in self._subjects if self.cast.is_person(key)]
        ids = [] if phrase.kind == "body" else self._resolve(phrase)
        verb = VERBS.get(f"{clause.base} {phrase.head}")
        if subjects and verb and verb.gesture:
            event = Event(max(self._slot, 0), "", verb.gesture, holds=list(ids),
                          words=clause.words)  # fmt: skip
            for key in subjects:
                self._append(key, event, [key])
            return
        for prep, part in clause.parts or phrase.parts:
            for key in ids:
                draft = self.cast.drafts.get(key)
                for other in self._resolve(part)[:1] if draft else ():
                    if part.kind == "body" and prep == "in" and "hand" in part.head:
                        self.cast.drafts[other].held.append(key)
                    else:
                        self._locate(draft, "on" if part.head == "lap" else prep, other)
            if phrase.kind == "body" and not ids and part.kind != "body":
                self._touch(phrase, part, subjects)

    def _touch(self, phrase: Phrase, part: Phrase, subjects: list[str]) -> None:
        """A hand on the wheel, the other on the phone."""
        for key in self._resolve(part)[:1]:
            draft = self.cast.drafts.get(subjects[0]) if subjects else None
            if draft and grammar.BODY[phrase.head] == "hands" and self._can_hold(draft, key):
                draft.held.append(key)


_WORK = frozenset(
    "type write knock wipe cook pour play-piano play-guitar reach push pull open open-door aim "
    "punch kick put-down throw eat drink".split()
)
_TARGETS = frozenset("at to towards into through after with".split())
_NOTHING = MODELS[STAND_IN]
_BIRDS = frozenset("bird pigeon crow gull eagle owl parrot flying-bird flamingo butterfly bee".split())
_FLIGHTS = frozenset("circle glide cross pass land swoop fly soar arrive leave dive come".split())
_TRADES = ("er", "or", "ist", "man", "woman", "ian", "eer", "ess")
_BEDS = ("bed", "sofa", "bench", "stretcher", "lounger", "mattress", "swing", "gurney")


def _is_state(verb: Verb) -> bool:
    shape = POSTURES.get(verb.posture)
    return shape is not None and shape.speed == 0 and not verb.change and verb.posture != "jump"


def _is_liquid(phrase: Phrase) -> bool:
    return phrase.head in grammar.LIQUIDS or phrase.kind == "abstract"


def _is_absolute(clause: Clause) -> bool:
    """Whether a clause says how something of the subject before is: "one arm raised"."""
    if not clause.subjects or clause.subjects[0].kind not in ("body", "thing", "abstract"):
        return False
    is_bare = not clause.base and not clause.state and clause.opens is False
    is_participle = clause.form == "ed" and not clause.is_passive and clause.opens is False
    return (is_bare or is_participle) and clause.link == "then" and not clause.joined


def _lend_subjects(clauses: Sequence[Clause]) -> None:
    """Give "Running through the forest, a girl looks back" its subject."""
    for clause, following in zip(clauses, clauses[1:], strict=False):
        if clause.opens and not clause.subjects and clause.form == "ing" and following.subjects:
            clause.subjects = list(following.subjects)
            clause.link = "lead"


__all__ = ["EventReader", "split_words"]
