"""What things do by themselves: a door opens, a phone rings, a car drives by, a cup falls."""

from __future__ import annotations

from dataclasses import replace

from shots.lexicon import grammar
from shots.lexicon.things import MODELS
from shots.lexicon.verbs import THING_VERBS, Verb
from shots.staging.acts.cast_list import first_colour
from shots.staging.acts.completion import read_directions
from shots.staging.acts.drafts import LOCATIONS, PlayerDraft, PlayerEvent
from shots.staging.acts.objects import move_to
from shots.staging.acts.roles import Cast
from shots.staging.acts.thing_list import LIT
from shots.staging.clauses.clause import Clause
from shots.staging.clauses.phrases import Phrase


def read_thing_event(cast: Cast, clause: Clause, key: str, slot: int) -> None:
    """Read what a thing or a fixture does in a clause."""
    verb = clause.verb(THING_VERBS)
    draft = cast.drafts.get(key)
    # What lifts or splashes something else does not rise or fall itself.
    is_self = all(each.kind == "place" for each in clause.objects) or bool(
        {"off", "over"} & set(clause.particles)
    )
    lifts = verb is not None and verb.gesture in ("rise", "fall") and not is_self
    if verb is None or lifts or not verb.is_shown:
        if clause.base not in ("", "be") and not cast.put_in_state([key], [clause.base]):
            cast.lose(clause.words, "no motion of a thing shows this")
        draft = None
    elif verb.gesture != "be":
        draft = cast.acting(key)
        if draft is None:
            cast.lose(clause.words, "the set has no such thing that moves")
    if verb is None or draft is None:
        own = cast.drafts.get(key)
        if own and own.kind == "thing" and not clause.objects:
            _read_parts(cast, clause, PlayerEvent(slot, "stand"), own)  # melts on the pancakes
        _read_others(cast, clause, key)
        return
    verb = _fit(verb, draft, is_off=any(prep.startswith("off") for prep in clause.preps))
    event = PlayerEvent(
        slot, verb.posture or "stand", verb.gesture, clause.pace, words=clause.words
    )
    event.to = verb.to
    lit = first_colour(clause.words) if draft.model in LIT else ""  # pulses blue
    if verb.gesture == "blink" and lit:
        draft.colour = draft.colour or lit
        cast.ledger.use(clause.words)
    for phrase in clause.objects:
        _read_object(cast, clause, event, draft, phrase)
    _read_parts(cast, clause, event, draft)
    _land(cast, event, draft, clause.base)
    read_directions(event, clause.directions, clause.particles)
    draft.events.append(event)
    cast.ledger.use(clause.base, verb.name, *clause.directions, *clause.particles)


def _land(cast: Cast, event: PlayerEvent, draft: PlayerDraft, base: str) -> None:
    """Let what falls into or onto a thing come from above, and a close view be of both."""
    ground = cast.drafts.get(event.to)
    if event.gesture != "fall" or MODELS[draft.model].kind == "vehicle":
        return
    if ground is not None and ground.kind == "thing":
        draft.locate("in", ground.id)
        cast.detail = cast.detail or ground.id
    if base == "land" or draft.near == event.to != "":
        event.posture, event.gesture, event.to = "stand", "land", ""


def _read_others(cast: Cast, clause: Clause, key: str) -> None:
    """Resolve what a clause names besides its subject: "the doors reveal a man with a gun"."""
    people = [k for phrase in clause.objects for k in cast.resolve(phrase, [key])]
    for prep, part in clause.parts:
        cast.resolve(part, [key])
        cast.attribute(people, prep, part)


def _fit(verb: Verb, draft: PlayerDraft, *, is_off: bool) -> Verb:
    """What a verb of movement means for a thing that is no vehicle."""
    kind = MODELS[draft.model].kind
    is_hit = verb.name in ("slam into", "crash into", "hit", "collide", "splash")
    if kind == "vehicle" and is_hit:
        return THING_VERBS["drive"]
    if verb.posture != "drive" or kind == "vehicle":
        return verb
    if verb.name in ("land", "crash", "hit") or (is_off and kind in ("prop", "food", "product")):
        return THING_VERBS["fall"]
    if verb.name in ("come", "go") and kind in ("prop", "food", "product"):
        return THING_VERBS["be"]
    return THING_VERBS["swing"] if kind in ("fitting", "plant", "structure") else verb


def _read_object(
    cast: Cast, clause: Clause, event: PlayerEvent, draft: PlayerDraft, phrase: Phrase
) -> None:  # fmt: skip
    for other in cast.resolve(phrase, [draft.id])[:1]:
        if "off" in clause.particles:
            draft.locate("on", other)
        elif event.posture == "drive":
            move_to(event, cast, other)
        elif cast.is_person(other):
            _read_others(cast, clause, draft.id)


def _read_parts(cast: Cast, clause: Clause, event: PlayerEvent, draft: PlayerDraft) -> None:
    before = ""  # small thing named last, which "on the sill" may belong to
    for prep, part in clause.parts:
        if part.kind == "body" and grammar.BODY[part.head] == "hands":
            cast.detail = cast.detail or "hands"
            for person in cast.resolve(part, [])[:1]:
                _read_hand(cast.drafts[person], event, draft.id)
            continue
        for other in cast.resolve(part, [draft.id])[:1]:
            if prep == "with" and cast.thing_model(other).kind == "vehicle":
                cast.drafts[other].locate("behind", draft.id)
                cast.drafts[other].events.append(replace(event, holds=[]))
            elif before and prep in ("on", "in", "under", "beside"):
                cast.drafts[before].locate(prep, other)
            else:
                _read_part(event, draft, prep, other)
            is_small = other in cast.drafts and cast.thing_model(other).grip is not None
            before = other if is_small else ""


def _read_hand(person: PlayerDraft, event: PlayerEvent, key: str) -> None:
    """A thing is in somebody's hand, or falls from it."""
    if event.gesture != "fall":
        person.hold(key)
        return
    if key not in person.holding():
        person.hold(key)
    drop = PlayerEvent(event.slot, "", "put-down", target=key, holds=[key], releases=True)
    drop.words = event.words
    person.events.append(drop)


def _read_part(event: PlayerEvent, draft: PlayerDraft, prep: str, other: str) -> None:
    moves = event.posture != "stand"
    if event.posture == "drive" and prep == "above":
        return  # an SUV on a road above the clouds
    if moves and prep in ("to", "into", "towards", "in", "on", "after", "at"):
        event.to = event.to or other
    elif moves and prep == "past":
        event.to = "past"
    elif prep in LOCATIONS or prep == "from":
        draft.locate(prep, other)
