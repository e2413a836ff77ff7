"""The direct object of a verb: held, given, looked at, sat on, or what something is done to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shots.lexicon import grammar
from shots.lexicon.actions import POSTURES
from shots.lexicon.grammar import singular
from shots.lexicon.things import MODELS, find_thing, nearest_noun
from shots.lexicon.verbs import Verb
from shots.staging.acts.drafts import PlayerDraft, PlayerEvent, is_bed
from shots.staging.acts.roles import Cast
from shots.staging.acts.thing_list import find_brand
from shots.staging.clauses.clause import Clause
from shots.staging.clauses.phrases import Phrase

MOUNTS = {name: each.seat for name, each in POSTURES.items() if name.startswith("ride-")}
_DRESSING = frozenset(("open", "wipe", "reach", "pull", "comb", "put-on"))
TYING = frozenset(("tie", "chain", "strap", "bind"))
BROUGHT = frozenset(("plug", "dunk", "pack", "drape", "swing-at", "feed"))
"""Gestures whose object is brought to what a preposition names."""
_BESIDES = ("with", "from", "for", "beside", "before", "behind")  # prepositions of other things
_LAID = {"tuck": "lie", "drag": "dragged", "haul": "dragged", "massage": "lie", "bury": "lie-floor",
         "carry": "carried", "lift": "carried", "scoop": "carried"}  # fmt: skip
"""Verbs whose object lies, and how."""


@dataclass
class ClauseAct:
    """What people or animals do in a clause, while its phrases are given their roles."""

    cast: Cast
    clause: Clause
    event: PlayerEvent
    verb: Verb
    subjects: list[str]
    focus: str = ""  # thing that something is done to, which "it" means in the next clause

    @property
    def actor(self) -> PlayerDraft:
        """Who does it, or the first of several."""
        return self.cast.drafts[self.subjects[0]]

    def resolve(self, phrase: Phrase) -> list[str]:
        """Ids that a phrase of the clause names."""
        return self.cast.resolve(phrase, self.subjects)

    def is_own(self, phrase: Phrase) -> bool:
        """Whether a part of the body or a thing belongs to who does it."""
        return phrase.owner is None or set(self.resolve(phrase.owner)) <= set(self.subjects)

    def wear(self, words: str) -> None:
        """Add words to the looks of who does it."""
        for key in self.subjects:
            self.cast.drafts[key].looks += f", {words}"

    def locate(self, prep: str, key: str) -> None:
        """Note where people are at the start: only before they have done anything."""
        if prep == "above" and any(each.kind == "body" for each in self.clause.subjects):
            prep = "at"  # her fingers hesitate over the keys
        if prep in ("on", "in", "above") and self.cast.is_small(self.subjects[0], key):
            return  # burns his hand on the pan, talks over a cup of tea
        for subject in self.subjects:
            draft = self.cast.drafts[subject]
            if not draft.events and key not in self.subjects:
                draft.locate(prep, key)

    def be_at(self, prep: str, key: str) -> None:
        """Note where it is done; later in the shot, people go there."""
        if all(not self.cast.drafts[subject].events for subject in self.subjects):
            self.locate(prep, key)
        elif not self.event.to:
            self.event.to = key


def is_liquid(phrase: Phrase) -> bool:
    """Whether a phrase names something that is poured."""
    return phrase.noun in grammar.LIQUIDS or phrase.kind == "abstract"


def read_objects(act: ClauseAct) -> None:
    """Give each object of the clause its role."""
    clause, event = act.clause, act.event
    if act.verb.role == "wear":
        act.wear(clause.words)
        for part in (part for prep, part in clause.parts if prep == "about"):
            act.cast.assign(part, [])  # as a pirate: nobody else
        return
    event.has_object = bool(clause.objects)
    for phrase in clause.objects:
        if act.verb.gesture == "photograph" and phrase.head in grammar.PHOTOS:
            for key in act.resolve(phrase.of)[:1] if phrase.of else ():
                event.target = event.looks_at = key
        elif not (_is_implied(act, phrase) or _wear_shoes(act, phrase)):
            read_object(act, phrase)
    if act.verb.gesture == "pour" and not event.target and clause.objects:
        _pour(act)


def _is_implied(act: ClauseAct, phrase: Phrase) -> bool:
    """Whether an object adds nothing to the verb: shakes his head, makes a call."""
    verb, idiom = act.verb, act.verb.name.split()
    if phrase.head == "self" or (phrase.kind == "body" and act.is_own(phrase)):
        return True
    is_wiped_off = act.clause.base in ("wipe", "rub", "brush", "clean") and any(
        prep == "from" for prep, _ in act.clause.parts
    )
    if is_wiped_off or (verb.look and phrase.kind == "body"):
        return True  # wipes steam off the mirror, avoids her eyes
    if verb.role == "none" and phrase.kind == "thing" and act.clause.base in ("pack", "clear"):
        for key in act.resolve(phrase)[:1]:
            act.be_at("at", key)  # packs his desk
    if verb.role == "none" and phrase.kind in ("thing", "unknown", "abstract"):
        return True
    is_worn = phrase.noun in grammar.CLOTHING and phrase.owner is not None and act.is_own(phrase)
    if is_worn and (verb.role == "look" or verb.gesture in ("hold", "hold-out")):
        return True
    is_lapped = act.actor.kind == "animal" and verb.gesture == "drink"
    if (is_lapped or verb.gesture in ("pour", "touch-cheek", "wipe")) and is_liquid(phrase):
        return not (verb.role == "hold" and find_brand(phrase.words))
    if verb.name in grammar.DEPICTING and _is_depicted(verb.name, phrase):
        act.cast.lose(phrase.words, "what is drawn or written is not shown")
        return True
    is_idiom = phrase.head in idiom or f"{phrase.head}s" in idiom
    is_act = phrase.kind in ("abstract", "undrawn") or phrase.head == "breath"
    return is_idiom and (is_act or verb.gesture == "bow" or phrase.head == "punch")


def _is_depicted(act_name: str, phrase: Phrase) -> bool:
    """Whether an object of "draws" is in the drawing rather than drawn on."""
    model = find_thing(phrase.head.split())
    is_paper = model is not None and MODELS[model[0]].kind in ("prop", "furniture", "fitting")
    is_noted = act_name.endswith(" down") and phrase.kind != "pronoun"
    return (
        is_noted
        or phrase.kind in ("person", "unknown", "character")
        or (phrase.kind == "thing" and not is_paper)
    )


def read_object(act: ClauseAct, phrase: Phrase) -> None:
    """Give an object its role."""
    verb = act.verb
    if phrase.head in grammar.MEALS and verb.gesture == "eat":
        verb = replace(verb, role="target")
    if phrase.kind == "unknown" and verb.gesture in ("drink", "pour"):
        if verb.gesture == "pour":
            act.cast.lose(phrase.words, "poured from a bottle", nearest_noun(phrase.head))
        return
    is_drunk = phrase.count > 1 or verb.gesture in ("hold-out", "drink", "pour", "wipe")
    if phrase.head == "glasses" and is_drunk:
        phrase = replace(phrase, head="glass", count=max(2, len(act.subjects)))
    wearers = _wearers(act, phrase)
    ids = [key for key in wearers if key not in act.subjects] if wearers else act.resolve(phrase)
    if len(ids) > 1 and len(act.subjects) > 1:
        act.event.choices = ids
    for key in (key for key in ids if not _is_given_to(act, key)):
        _give_role(act, verb, key)
        if verb.motion and (verb.role == "target" or verb.gesture == "put-down"):
            _set_in_motion(act, verb.motion, key)
        if not act.cast.is_person(key):
            act.focus = key
        elif act.clause.base in _LAID and act.cast.is_human(key):
            _lay_down(act, key)


def _wear_shoes(act: ClauseAct, phrase: Phrase) -> bool:
    """Put on the shoes that are tied: the laces of a pair of running shoes."""
    shoes = phrase.of or phrase
    if act.verb.gesture != "tie-shoe" or singular(shoes.noun)[0] not in grammar.FOOTWEAR:
        return False
    act.wear(shoes.words)
    act.cast.ledger.use(phrase.noun, shoes.head)
    return True


def _wearers(act: ClauseAct, phrase: Phrase) -> list[str]:
    """Whose garment an object is, where it is worn: ties her scarf, buttons his shirt."""
    is_worn = phrase.noun in grammar.CLOTHING and act.event.gesture in _DRESSING
    if not (is_worn and phrase.owner) or act.clause.base in ("put", "slip", "pull", "try", "don"):
        return []
    people = [key for key in act.resolve(phrase.owner) if act.cast.is_human(key)]
    for draft in map(act.cast.drafts.__getitem__, people):
        draft.looks += "" if phrase.noun in draft.looks else f", {phrase.noun}"
    if set(people) - set(act.subjects) and act.event.gesture in ("open", "put-on"):
        act.event.gesture = "attend"  # ties his scarf, zips up his jacket
    return people


def _lay_down(act: ClauseAct, key: str) -> None:
    """Let somebody lie who is tucked in or dragged."""
    on = [k for _, part in act.clause.parts if part.kind == "thing" for k in act.resolve(part)]
    if _LAID[act.clause.base] == "carried" and any(act.cast.thing_model(k).seats for k in on):
        return  # carried on a stretcher, lifted onto a stool
    led = PlayerEvent(act.event.slot, _LAID[act.clause.base], is_led=True)
    beds = act.cast.beds()
    led.seat = beds[0] if beds and led.posture == "lie" else ""
    if led.posture in ("dragged", "carried"):
        led.target = act.actor.id
    act.cast.drafts[key].events.append(led)


def _is_given_to(act: ClauseAct, key: str) -> bool:
    """Whether a person is the one poured for, or is given away, which is reported: no target."""
    named = [each for phrase in act.clause.objects for each in act.cast.ids(phrase)]
    if not act.cast.is_human(key):
        return False
    if act.event.gesture == "pour":
        act.event.looks_at = key  # pours him a glass of wine
    elif act.event.gesture == "give" and key in named[1:]:
        act.cast.lose(act.cast.drafts[key].words, "people are not handed over")
    else:
        return False
    return True


def _give_role(act: ClauseAct, verb: Verb, key: str) -> None:
    event, cast = act.event, act.cast
    is_human = cast.is_human(key)
    role = verb.role
    is_animal = act.actor.kind == "animal"
    is_built = cast.thing_model(key).kind in ("structure", "fitting")
    is_loose = key in cast.drafts and not (is_built and cast.thing_model(key).grip is None)
    if role in ("hold", "release") and (is_human or is_animal or not is_loose):
        role = "target"
        is_fixed = event.gesture in ("pick-up", "hold", "hold-out") and not is_human
        event.gesture = "reach" if is_fixed and not is_animal else event.gesture
    if role in ("hold", "release"):
        event.holds.append(key)
        event.releases = event.releases or role == "release"
        is_aside = event.gesture in ("give", "throw", "aim", "punch")
        event.target = event.target or ("" if is_aside else key)
    elif role in ("look", "seat"):
        setattr(event, "looks_at" if role == "look" else "seat", key)
    elif role == "to":
        move_to(event, cast, key)
    elif role in ("move", "chase"):
        _take_along(act, key, chase=role == "chase")
    elif event.posture and not event.gesture and not is_human:
        act.be_at("at", key)
    elif (
        event.gesture == "pour"
        and cast.thing_model(key).kind in ("food", "product")
        and verb.prop != "watering-can"
    ):
        event.holds.append(key)
    elif not event.target or is_human:
        event.target = key
    if event.gesture in ("give", "throw", "hold-out") and is_human:
        event.target = key


def _take_along(act: ClauseAct, key: str, *, chase: bool) -> None:
    act.event.target = key
    act.event.to = key if chase else act.event.to
    if act.cast.is_person(key):
        posture = grammar.RIDERS.get(act.cast.drafts[key].noun, act.event.posture)
        led = PlayerEvent(act.event.slot, posture, words=act.event.words, is_led=True)
        if mount := MOUNTS.get(posture):
            act.event.seat = act.event.seat or act.cast.prop(mount, act.event.words)
            led.seat = act.cast.thing(mount.replace("-", " "), mount, act.event.words).id
        act.cast.drafts[key].events.append(led)


def _set_in_motion(act: ClauseAct, motion: str, key: str) -> None:
    """Let a door open while somebody opens it."""
    draft = act.cast.acting(key)
    if draft is not None and draft.kind == "thing":
        posture = "fall" if motion == "fall" else "stand"
        draft.events.append(PlayerEvent(act.event.slot, posture, motion, words=act.event.words))


def move_to(event: PlayerEvent, cast: Cast, key: str) -> None:
    """Go to something, or, with a verb that says where to, do so relative to it."""
    if event.to in ("out", "away", "past") and not cast.is_person(key):
        event.target = event.target or key
    else:
        event.to = key


def _pour(act: ClauseAct) -> None:
    """What a liquid is poured into, where the words name nothing: its own glass or cup."""
    if not any(prep in ("into", "in", "on", "above") for prep, _ in act.clause.parts):
        liquid = act.clause.objects[-1]
        model = find_thing(liquid.head.split())
        act.event.target = act.cast.prop(model[0] if model else "cup", liquid.words)
        act.cast.ledger.use(liquid.words)


def bring_onto(act: ClauseAct, prep: str, key: str, _: Phrase) -> bool:
    """What the object of a gesture is brought to: into the milk, over her shoulders."""
    event = act.event
    if event.gesture not in BROUGHT or prep in _BESIDES:
        return False
    given = {k for phrase in act.clause.objects for k in act.cast.ids(phrase)}
    if event.target in act.cast.drafts.keys() - given and event.target == act.focus:
        act.cast.drafts[event.target].locate(prep, key)  # into the suitcase on the bed
        return True
    is_free = event.gesture != "pack" and not event.holds
    if event.target and is_free and act.cast.can_hold(act.subjects[0], event.target):
        event.holds = [event.target]
    event.target = act.focus = key
    return True


def handle_worn(act: ClauseAct, _: str, key: str, part: Phrase) -> bool:
    """Target the person whose pocket or sleeve a phrase names: goes through his pockets."""
    is_worn = part.kind == "part" and act.cast.is_human(key)
    act.event.target = act.event.target or (key if is_worn else "")
    return is_worn


def put_into_seat(act: ClauseAct, people: list[str], prep: str, part: Phrase) -> bool:
    """Seat who is pushed into a chair, laid on a bed, lifted onto a stool; whether this was so."""
    is_push = act.event.gesture == "push"  # somebody in a wheelchair sits there already
    is_into = prep == "into" or (prep in ("in", "on") and not is_push)
    is_tied = prep == "to" and act.clause.base in TYING
    seats = act.resolve(part)[:1] if is_into or is_tied else []
    if not seats or not act.cast.thing_model(seats[0]).seats:
        return False
    posture = "lie" if is_bed(act.cast.model(seats[0])) else "sit"
    for key in people:
        led = PlayerEvent(
            act.event.slot, posture, seat=seats[0], words=act.event.words, is_led=True
        )
        act.cast.drafts[key].events.append(led)
    return True


def wear_instead(act: ClauseAct, phrase: Phrase, ids: list[str]) -> None:
    """Let people wear what was read as things in their hands."""
    for key in filter(act.cast.drafts.get, ids):
        del act.cast.drafts[key]
    act.event.holds = [key for key in act.event.holds if key not in ids]
    for draft in (act.cast.drafts[key] for key in act.subjects):
        draft.held = [key for key in draft.held if key not in ids]
    act.wear(phrase.words)
    act.cast.assign(phrase, [])
