"""Phrases behind prepositions: where, with what, to whom, by what the verb does."""

from __future__ import annotations

import re
from dataclasses import replace

from shots.lexicon import grammar
from shots.lexicon.actions import POSTURES
from shots.lexicon.looks import GARMENTS
from shots.lexicon.things import STAND_IN
from shots.staging.acts.drafts import LOCATIONS, PlayerEvent
from shots.staging.acts.objects import (
    BROUGHT,
    TYING,
    ClauseAct,
    bring_onto,
    handle_worn,
    put_into_seat,
    read_object,
    wear_instead,
)
from shots.staging.clauses.phrases import Phrase
from shots.staging.staged import CAMERA

ADDRESSED = frozenset(
    ("look", "point", "aim", "wave", "smile", "laugh", "nod", "talk", "shout", "whisper", "listen",
     "photograph", "bow", "salute", "clap", "shake-head", "shrug", "turn", "raise-arm")
)  # fmt: skip
"""Gestures that are made towards somebody or something."""
_TOWARDS = frozenset(("at", "to", "towards", "into", "through", "after", "with"))
_WORK = frozenset(  # gestures that are done on or in something
    ("type", "write", "knock", "wipe", "cook", "pour", "play-piano", "play-guitar", "reach", "push",
     "pull", "open", "open-door", "aim", "punch", "kick", "put-down", "throw", "eat", "drink")
)  # fmt: skip
_DISTANT = frozenset(("look", "phone-look", "reach", "point", "aim", "photograph"))
_HANDLING = frozenset(("push", "pull", "carry", "carry-person", "throw", "put-down"))
_CLOSE = frozenset(("drape", "kiss", "hug", "hold-hand", "whisper"))
_AT_FEET = frozenset(("at her feet", "at his feet", "at their feet"))
_BUILT_OVER = "bridge|crane|stop|arch|shelter|tent|pavilion|scaffold"
_HELD_UP = ("hold-out", "wave-held")
_CONSUMED = frozenset(("drink", "read", "eat", "smoke"))
_ATTACHED = frozenset(("into", "in", "on", "under", "beside", "behind", "with", "above", "before"))
ON_FLOOR = {"sit": "sit-floor", "lie": "lie-floor", "sleep": "lie-floor",
            "sit-crossed": "crossed-floor", "sit-knees": "knees-floor"}  # fmt: skip
_ON_TOP = re.compile(r"\b(roof|bonnet|hood|boot|trunk|tailgate)\b").search
_WAYS = frozenset(("through", "along", "across", "towards", "past"))


def read_parts(act: ClauseAct) -> None:
    """Give each phrase behind a preposition its role."""
    before = act.clause.objects[-1] if act.clause.objects else None
    verb = act.verb
    for raw, (prep, part) in zip(act.clause.preps, act.clause.parts, strict=True):
        is_object = verb.role == "hold" and raw in verb.name.split()[1:]
        if is_object and not act.clause.objects and part.kind in ("thing", "unknown"):
            read_object(act, part)  # chews on a pencil
        elif before is None or raw == "between" or not _describes(act, before, prep, part):
            _read_part(act, prep, part)
        before = part
    tables = [
        key
        for prep, part in act.clause.parts
        if prep in ("at", "across")
        for key in act.cast.ids(part)
        if "table" in act.cast.model(key)
    ]
    if tables and act.event.gesture not in ("", "wipe"):
        act.event.posture = act.event.posture or "sit"  # slides a letter across the table
    if act.event.gesture != "look" and set(act.clause.directions) & _AT_FEET:
        for key in act.event.holds:  # with a suitcase at her feet
            act.cast.drafts[key].locate("beside", act.subjects[0])
        act.event.holds = []


def _describes(act: ClauseAct, before: Phrase, prep: str, part: Phrase) -> bool:
    """Attach "in a wheelchair" or "on the table" to the phrase before it, if it belongs there."""
    cast, ids = act.cast, act.cast.ids(before)
    if prep != "in" and part.kind == "body" and before.head in GARMENTS and act.is_own(part):
        wear_instead(act, before, ids)  # with a schoolbag on her back
        return True
    is_attached = prep in _ATTACHED or act.clause.base in TYING
    is_attached = is_attached and part.kind not in ("pronoun", "place")
    if not is_attached or not ids or ids[0] in act.subjects:
        return False
    is_handled = act.event.gesture in _HANDLING or act.clause.base in TYING
    is_her = is_handled and before.kind == "pronoun" and cast.is_human(ids[0])
    if is_her and put_into_seat(act, ids, prep, part):  # lifts her onto a stool
        return True
    is_body = before.kind == "body" and before.owner is not None
    if (is_body or before.kind in ("person", "character", "group")) and act.event.gesture:
        if prep == "with" and part.kind == "thing" and act.event.gesture not in _DISTANT:
            return False
        if is_handled and put_into_seat(act, ids, prep, part):
            return True
        if prep not in _ATTACHED:
            return False
        cast.attribute(ids, prep, part)
        bench = "".join(cast.ids(part)[:1]) if act.event.gesture in _CLOSE else ""
        both = act.subjects if len(cast.thing_model(bench).seats) > 1 else []
        cast.attribute(both, prep, part)  # kisses her on the sofa: both sit there
        if prep == "under" and cast.model("".join(act.resolve(part)[:1])) == "blanket":
            act.event.posture = act.event.posture or "lie"  # kicks him under the covers
        return part.kind != "body"
    if prep == "with" and part.kind in ("person", "group") and cast.thing_model(ids[0]).seats:
        act.resolve(part)  # a bench with an old couple
        return True
    is_brought = act.event.gesture in BROUGHT
    return prep not in ("into", "with") and not is_brought and _is_located(act, ids, prep, part)


def _is_located(act: ClauseAct, ids: list[str], prep: str, part: Phrase) -> bool:
    """Whether a phrase says where things are that are looked at or reached for."""
    cast = act.cast
    if prep in ("beside", "before", "behind") and act.event.gesture not in _DISTANT:
        return False
    basin = next(iter(act.resolve(part)), "") if prep == "under" else ""
    if cast.model(basin) in ("sink", "washbasin", "shower"):
        act.be_at("at", basin)  # under the tap
        return True
    is_near = ids[0] in (act.event.looks_at, act.event.target) and ids[0] not in act.event.holds
    is_loose = cast.thing_model(ids[0]).grip is not None and ids[0] in cast.drafts
    others = act.resolve(part)[:1] if is_near and is_loose else []
    if not others or any(_sits_there(act, key) for key in others):
        return False
    for key in ids:
        for other in others:
            cast.drafts[key].locate(prep, other)
    return True


def _read_part(act: ClauseAct, prep: str, part: Phrase) -> None:
    event = act.event
    if part.kind == "pronoun" and part.head == "camera":
        event.to = "towards" if event.is_travelling else event.to
        event.looks_at = event.looks_at if event.is_travelling else CAMERA
        return
    if prep == "on" and part.head in (*grammar.FLOORS, *grammar.MATS):
        event.posture = ON_FLOOR.get(event.posture, event.posture)
    if _is_redundant(act, prep, part):
        return
    meant = grammar.ADDRESSED.get(part.head, "") if event.gesture == "talk" else ""
    if meant and prep in ("to", "with"):
        part = replace(part, kind="person", head=meant, count=4, is_plural=True, is_definite=False)
    is_other = part.kind == "pronoun" and part.head == "other"
    event.looks_at = act.subjects[0] if is_other else event.looks_at
    event.goes = event.goes or prep in _WAYS
    ids = act.resolve(part)
    if len(ids) > 1 and len(act.subjects) > 1 and not act.cast.is_person(ids[0]):
        event.choices = ids
    is_inside = part.kind == "place" or (part.kind == "character" and not ids)
    if is_inside and prep == "into" and not event.to and event.is_moving:
        event.to = "in"
    most = len(ids) if prep == "with" else 1 if event.choices else 2
    for key in ids[:most]:
        if key in act.subjects and part.head != "other":
            continue
        next(rule for rule in _RULES if rule(act, prep, key, part))


def _is_redundant(act: ClauseAct, prep: str, part: Phrase) -> bool:
    """Whether a phrase adds nobody and nothing to the picture."""
    if prep == "for":
        is_aimed = act.event.gesture in ("reach", "look") or act.event.posture in ("jump", "run")
        if part.owner and part.kind in ("person", "group") and act.event.gesture not in ADDRESSED:
            return True  # lights a candle for her mother
        is_target = is_aimed and part.kind == "thing"
        return not (is_target or part.kind in ("pronoun", "character", "name", "person"))
    if prep == "on" and part.head in grammar.FLOORS:
        return True
    is_worn = part.noun in grammar.CLOTHING and act.is_own(part)
    if is_worn and (prep == "in" or part.owner is not None):
        if prep == "in":
            act.wear(part.words)
        return True
    return (part.head == "water" and part.is_definite) or (part.kind == "body" and act.is_own(part))


# Rules, tried in order: each gives a player or fixture its role and returns True, or returns False.


def _aimed_for(act: ClauseAct, prep: str, key: str, _: Phrase) -> bool:
    if prep == "for" and act.event.is_moving:
        act.event.to = act.event.to or key
    elif prep == "for" and act.cast.can_hold(act.subjects[0], key):
        act.event.target = act.event.target or key
    return prep == "for"


def _sits_there(act: ClauseAct, key: str) -> bool:
    """Whether "in an armchair" or "on the bench" means sitting: no other posture is named."""
    event, model = act.event, act.cast.thing_model(key)
    is_free = event.posture in ("", "sit") and not event.seat and act.verb.role != "release"
    is_kind = model.kind in ("furniture", "vehicle") and event.gesture != "reach"
    is_work = model.kind == "vehicle" and event.gesture in _WORK
    return is_free and bool(model.seats) and is_kind and not is_work and key not in act.subjects


def _sat_on(act: ClauseAct, prep: str, key: str, part: Phrase) -> bool:
    if prep not in ("in", "on", "from") or not _sits_there(act, key) or _ON_TOP(part.words):
        return False
    act.event.posture, act.event.seat = "sit", key
    partner = act.cast.drafts.get(act.event.target)
    if partner and partner.kind == "person" and not partner.events:
        partner.seat = partner.seat or key  # drapes a jacket over her shoulders on the swing
    return True


def _with(act: ClauseAct, prep: str, key: str, part: Phrase) -> bool:
    if prep == "on" and act.cast.is_human(key) and part.noun in ("arm", "hand", "side"):
        prep = "with"  # on her father's arm
    if prep == "with" and act.cast.is_human(key) and act.event.gesture:
        act.event.target = act.event.target or key
    elif prep == "with" and act.cast.is_human(key) and not act.event.is_travelling:
        near = act.actor.near or act.actor.seat  # stands at the bar with two girls
        act.cast.drafts[key].locate(act.actor.relation or "beside", near or act.actor.id)
    elif prep == "with" and act.cast.is_person(key):
        if act.event.is_travelling:
            led = PlayerEvent(act.event.slot, act.event.posture, words=act.event.words, is_led=True)
            act.cast.drafts[key].events.append(led)
    elif prep == "with" and act.cast.can_hold(act.subjects[0], key):
        act.event.holds += [] if part.noun in grammar.CLOTHING else [key]
    return prep == "with"


def _from(act: ClauseAct, prep: str, key: str, _: Phrase) -> bool:
    event = act.event
    if prep != "from" or event.holds:
        return False
    if event.gesture in _CONSUMED and act.cast.can_hold(act.subjects[0], key):
        event.holds.append(key)
    elif event.gesture in _CONSUMED and act.actor.kind == "animal":
        event.target = key
    elif event.gesture == "wipe":
        event.target = event.target or key
    elif event.gesture == "look" and (
        "out" in act.clause.particles or act.cast.thing_model(key).grip is not None
    ):
        event.looks_at = event.looks_at or key
    else:
        if event.gesture == "look" and "table" in act.cast.model(key):
            event.posture = event.posture or "sit"
        act.locate("at", key)
        if event.gesture == "reach" and event.target in act.cast.drafts:
            act.cast.drafts[event.target].locate("from", key)
    return True


def _put_or_given(act: ClauseAct, prep: str, key: str, _: Phrase) -> bool:
    """Where what is held is put, or taken from, and whom it is given to."""
    event, cast = act.event, act.cast
    if not event.holds or prep not in ("on", "in", "into", "to", "from", "under", "behind"):
        return False
    thing = cast.drafts[event.holds[0]]
    model = cast.thing_model(key)
    if cast.is_human(key):
        event.target = key
    elif event.releases and prep != "from":
        thing.locate(prep, key)
        is_in = prep in ("in", "into") and event.target == thing.id
        event.target = key if is_in else event.target or key
    elif event.gesture == "pick-up":
        opens = model.door or model.surface_m == 0
        thing.locate("in" if prep in ("from", "in") and opens else "on", key)
    elif prep != "from" and not event.is_travelling and is_seat(event, prep, key, act):
        event.seat = key
    elif prep != "from" and event.is_travelling:
        event.to = key
    elif event.gesture == "reach":
        event.target = key  # dunks a biscuit in her milk
    return True


def _gone_to(act: ClauseAct, prep: str, key: str, _: Phrase) -> bool:
    event = act.event
    if not event.is_moving:
        return False
    if prep == "in" and act.cast.is_human(key):
        return True  # swinging between them
    if (
        prep in ("to", "towards", "into", "after", "at")
        or (prep == "on" and event.posture.startswith("climb"))
        or act.cast.model(key) in ("stairs", "ladder")
    ):
        event.to = key
    elif prep == "through" and (
        act.cast.is_human(key) or act.cast.thing_model(key).kind == "plant"
    ):
        pass  # through the crowd, through the trees
    elif prep in ("through", "around") or (prep == "above" and event.posture == "jump"):
        event.to = event.to or key
    elif prep == "past":
        event.to = "past"
    elif prep not in ("along", "across"):
        return False
    return True


def is_seat(event: PlayerEvent, prep: str, key: str, act: ClauseAct) -> bool:
    """Whether somebody in this posture rests on what the phrase names."""
    if event.posture == "lean":
        return prep in ("on", "against", "at")
    seat = POSTURES[event.posture].seat if event.posture in POSTURES else ""
    if seat in ("", "stairs", "ladder") or (act.cast.is_person(key) and seat != "horse"):
        return False
    model = act.cast.thing_model(key)
    is_small = model.kind in ("prop", "food", "product") and act.cast.model(key) != STAND_IN
    return prep in ("on", "in", "into", "at") and (bool(model.seats) or not is_small)


def _seat(act: ClauseAct, prep: str, key: str, part: Phrase) -> bool:
    if _ON_TOP(part.words) or not is_seat(act.event, prep, key, act):  # of a car
        return False
    act.event.seat = key
    return True


def _address(act: ClauseAct, prep: str, key: str, _: Phrase) -> bool:
    event = act.event
    is_there = event.gesture in ("look", "point") or key in act.cast.drafts
    is_into = event.gesture == "look" and prep in ("under", "behind", "in", "on", "above")
    is_said = event.gesture in ADDRESSED or (prep == "at" and event.gesture in _HELD_UP)
    if not is_said or not (prep in _TOWARDS or is_into) or not is_there:
        return False
    event.looks_at = event.looks_at or key
    event.target = event.target or key
    return True


def _work(act: ClauseAct, prep: str, key: str, part: Phrase) -> bool:
    """What a gesture is done to: writes on the blackboard."""
    event = act.event
    is_hug = event.gesture == "hug" and act.cast.is_human(key)
    is_pushed = event.gesture == "push" and prep == "into" and not event.posture
    if is_pushed and act.cast.can_hold(act.subjects[0], event.target):  # a tray into the oven
        event.gesture, event.holds, event.releases = "put-down", [event.target], True
        return _put_or_given(act, prep, key, part)
    is_pour = event.gesture in ("pour", "reach", "cook")
    if not event.gesture or (event.target and not is_hug):
        return False
    if event.has_object and not (is_pour or is_hug) and prep in ("in", "above", "from"):
        return False
    if event.gesture == "play-guitar" and act.cast.can_hold(act.subjects[0], key):
        event.holds = [key]
        return True
    is_near = prep in ("on", "in", "from") and event.gesture in _WORK
    is_near = is_near or (prep in ("along", "across", "above") and event.gesture == "wipe")
    is_at = prep in ("at", "to", "into", "after") or (prep == "above" and is_pour)
    if is_near or is_at or is_hug:
        event.target = act.focus = key
    return is_near or is_at or is_hug


def _at_person(act: ClauseAct, prep: str, key: str, part: Phrase) -> bool:
    """What is on, against or behind somebody, or small."""
    if prep == "on" and act.cast.is_human(key) and part.kind != "body":
        act.event.target = act.event.target or key  # calls on a boy
        return True
    if prep == "against" and act.cast.is_human(act.event.target):
        pushed = act.cast.drafts[act.event.target]  # shoves him against the wall
        pushed.relation, pushed.near = prep, key
        return True
    if prep == "behind" and act.verb.prop and act.cast.model(key) == act.verb.prop:
        return True  # hides behind a newspaper
    if act.verb.role == "release" and prep == "beside" and not act.cast.is_person(key):
        return True  # puts a gun next to the money
    is_small = max(act.cast.thing_model(key).size) < 0.35  # of a plate
    return prep == "around" and bool(act.event.gesture) and is_small  # around the plate


def _place(act: ClauseAct, prep: str, key: str, part: Phrase) -> bool:
    is_built = act.cast.thing_model(key).kind == "structure"
    if prep == "under" and is_built and not re.search(_BUILT_OVER, act.cast.model(key)):
        if act.event.has_object:
            return True  # set up their stalls beneath the cathedral
        prep = "before"
    if act.verb.role in ("hold", "release") and prep in ("on", "in", "into", "to"):
        return True
    if act.event.gesture == "hold-ears" and prep == "under":
        return True  # buries his head under the pillow
    is_bag = (
        prep == "in"
        and act.cast.thing_model(key).kind == "prop"
        and part.owner is not None
        and act.is_own(part)
    )
    is_held = is_bag or (prep == "under" and act.cast.model(key) == "umbrella")
    if is_held and act.cast.can_hold(act.subjects[0], key):
        act.event.holds.append(key)
    elif prep in LOCATIONS:
        act.be_at(prep, key)
    elif prep == "from":
        act.locate("at", key)
    return True


_RULES = (
    bring_onto, handle_worn, _aimed_for, _sat_on, _with, _from, _put_or_given, _gone_to, _seat,
    _address, _work, _at_person, _place,
)  # fmt: skip
