"""What the words leave to the place: who sits there, what a trade carries, whom onlookers watch."""

from __future__ import annotations

import re

from shots.lexicon import grammar
from shots.lexicon.things import MODELS
from shots.staging.acts.drafts import PlayerDraft, PlayerEvent
from shots.staging.acts.roles import Cast

_ON_FEET = frozenset(
    ("punch", "kick", "throw", "hug", "open-door", "knock", "aim", "catch", "bow", "salute",
     "carry", "pull", "play-guitar", "shake-hands", "stretch", "photograph", "put-on", "cook")
)  # fmt: skip
"""Gestures that nobody who is seated by a place alone makes."""
_WATCHING = frozenset(
    ("look", "cross-arms", "smile", "nod", "clap", "turn", "hands-up", "laugh", "photograph")
)
_GATHERS = r"\b(?:gather|crowd|huddle|flock|cluster)"
_RESTING = ("sit", "lie", "sleep")


def complete_cast(cast: Cast) -> None:
    """Add to the players of a shot what the words leave to its place, once all are read."""
    people = [draft for draft in list(cast.drafts.values()) if draft.kind == "person"]
    for draft in people:
        _imply(cast, draft)
        _carry(cast, draft)
        _rest_before(draft)
        if _sits(cast, draft):
            if not draft.events:
                draft.events.append(PlayerEvent(0, is_led=True))
            draft.events[0].posture = "sit"
    for draft in people:
        _watch(people, draft)
        _share_bed(cast, people, draft)


def _imply(cast: Cast, draft: PlayerDraft) -> None:
    """Let a patient lie before a surgeon, and a body before a coroner."""
    noun = grammar.IMPLIED.get(draft.noun, "")
    beds = cast.beds()
    lying = [d for d in cast.drafts.values() if any("lie" in e.posture for e in d.events)]
    if not (noun and beds) or lying or any(d.noun == noun for d in cast.drafts.values()):
        return
    person = cast.person(noun, draft.words, f"a {noun}")
    person.events.append(PlayerEvent(0, "lie", seat=beds[0], is_led=True))
    for each in cast.drafts.values():
        if each.model == "blanket" and not each.near:
            each.locate("on", beds[0])


def _carry(cast: Cast, draft: PlayerDraft) -> None:
    """Let a violinist hold a violin."""
    trade = draft.looks.split(",")[0].removeprefix("a ")
    nouns = (draft.noun, trade, *draft.words.lower().split())
    model = next(filter(None, map(grammar.INSTRUMENTS.get, nouns)), "")
    whole = next((n for n, made in cast.fixtures.items() if made == f"{model}-kit"), "")
    if whole:
        draft.locate("at", whole)
    elif model and MODELS[model].grip and not draft.holding():
        draft.hold(cast.thing(model, model, draft.words).id)


def _rest_before(draft: PlayerDraft) -> None:
    """Let somebody already lie who stretches and throws off the duvet."""
    for k, event in enumerate(draft.events):
        if event.posture in _RESTING and event.gesture and not event.change:
            for before in draft.events[:k]:
                before.posture, before.seat = event.posture, event.seat
        if event.posture:
            return


def _sits(cast: Cast, draft: PlayerDraft) -> bool:
    """Whether a place alone lets somebody sit: a guest in a restaurant, a pupil in a classroom."""
    first = draft.events[0] if draft.events else PlayerEvent(0)
    is_free = not (first.posture not in ("", "stand") or first.to or first.is_led or draft.seat)
    if not is_free or first.slot or any(e.gesture in _ON_FEET for e in draft.events):
        return False
    if any(event.posture == "sit" and event.change for event in draft.events):
        return False  # sits down
    near = cast.model(draft.near)
    if draft.near and not re.search("table|desk|bench|pew|sofa|chair", near):
        return False
    heading = cast.shot.location.heading.lower() if cast.shot.location else ""
    if re.search(r"\b(?:stand|queue|pose)", first.words):
        return False
    return any(
        draft.noun in who and re.search(rf"\b{place}\b", heading)
        for place, who in grammar.SEATED.items()
    )


def _watch(people: list[PlayerDraft], draft: PlayerDraft) -> None:
    """Let onlookers look at whom the shot is about."""
    acting = [each for each in people if each.events and each is not draft]
    main = next((each for each in acting if each.is_subject), None) or next(iter(acting), None)
    if main is None or draft.is_subject or draft.noun == main.noun:
        return
    for event in draft.events:
        if event.posture == "stand" and re.search(_GATHERS, event.words):
            draft.locate("beside", main.id)
            event.looks_at = event.looks_at or main.id
        is_open = not (event.looks_at or event.target or event.has_object or event.goes)
        if event.gesture in _WATCHING and is_open:
            event.looks_at = main.id


def _share_bed(cast: Cast, people: list[PlayerDraft], draft: PlayerDraft) -> None:
    """Let somebody lie beside whom the words only relate to: she turns her back to him."""
    first = draft.events[0] if draft.events else PlayerEvent(0)
    beds = cast.beds()
    partners = [
        each
        for each in people
        if (each is not draft and any(draft.id == event.target for event in each.events))
        or any(each.id == event.target for event in draft.events)
    ]
    starts = [each.events[0] for each in partners if each.events]
    lies = [e for e in starts if e.seat in beds or (e.posture in ("lie", "sleep") and not e.seat)]
    is_near = cast.place.set == "bedroom" and beds and not (first.posture or draft.near)
    if lies and is_near and len(people) == 2 and first.gesture not in ("hug", "kiss", "reach"):
        draft.events = draft.events or [PlayerEvent(0, is_led=True)]
        draft.events[0].posture, draft.events[0].seat = "lie", beds[0]
