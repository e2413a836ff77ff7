"""What is said of a subject without a verb: "one arm raised", "a cat on her lap", "gun drawn"."""

from __future__ import annotations

from dataclasses import replace

from shots.lexicon import grammar
from shots.lexicon.verbs import VERBS, Verb
from shots.staging.acts.completion import complete
from shots.staging.acts.drafts import PlayerEvent
from shots.staging.acts.objects import ClauseAct
from shots.staging.acts.prepositions import ON_FLOOR
from shots.staging.acts.roles import Cast
from shots.staging.clauses.clause import Clause
from shots.staging.clauses.phrases import Phrase

_HELD = (("in", "hands"), ("under", "arms"), ("in", "arms"), ("in", "legs"))


def read_absolute(cast: Cast, clause: Clause, of: list[str], slot: int) -> None:
    """Read "one arm raised", "gun raised", "a cat on her lap", "eyes closed"."""
    phrase = clause.subjects[0]
    subjects = [key for key in of if cast.is_person(key)]
    ids = [] if phrase.kind == "body" else cast.resolve(phrase, of)
    if _pose(cast, clause, slot, subjects, ids):
        cast.ledger.use(clause.base, phrase.head)
        return
    if phrase.kind == "body" and (clause.base or clause.particles):
        own = "" if phrase.words in clause.words else f"{phrase.words} "
        cast.lose(own + clause.words, "no posture of the lexicon")
    for prep, part in clause.parts or phrase.parts:
        others = cast.resolve(part, of)[:1]
        others = [key for key in others if cast.model(key) not in ("rope", "collar-leash")]
        if phrase.kind == "body" and part.kind != "body":  # a hand on the phone
            is_hand = grammar.BODY[phrase.head] == "hands"
            _hold(cast, subjects[:1], others if is_hand else [])
        elif part.kind == "body" and (prep, grammar.BODY[part.head]) in _HELD:
            _hold(cast, others, ids)
        else:
            for key in ids:
                for other in others:
                    _follow(cast, key, other)
                    cast.drafts[key].locate("on" if part.head == "lap" else prep, other)


def _follow(cast: Cast, key: str, other: str) -> None:
    """Let a dog beside somebody who walks do so, too."""
    if not (cast.is_person(key) and cast.is_person(other)) or cast.drafts[key].events:
        return
    for event in cast.drafts[other].events[-1:]:
        if event.is_travelling:
            led = PlayerEvent(event.slot, event.posture, to=event.to, is_led=True)
            cast.drafts[key].events.append(led)


def _pose(cast: Cast, clause: Clause, slot: int, subjects: list[str], ids: list[str]) -> bool:
    """Give people the gesture of "one arm raised"; whether it is one."""
    phrase = clause.subjects[0]
    verb = _posed(clause, phrase)
    target = ""
    if verb and verb.gesture == "aim" and clause.parts:  # three rifles trained on him
        target = next(iter(subjects), "")
        gunmen = [cast.person("gunman", clause.words, "a person") for _ in ids[:6]]
        subjects, clause = [each.id for each in gunmen], replace(clause, parts=[], preps=[])
    last = cast.drafts[subjects[0]].events[-1:] if subjects else []
    if verb and last and verb.posture.startswith("sit-"):
        last[0].posture = verb.posture if last[0].seat else ON_FLOOR[verb.posture]
        return True
    if not (subjects and verb and verb.gesture) or clause.base == "cover":
        return False
    for at, key in enumerate(subjects):
        held = list(ids) if len(subjects) == 1 else ids[at : at + 1]
        event = PlayerEvent(slot, "", verb.gesture, target=target, holds=held)
        event.words = clause.words
        complete(ClauseAct(cast, clause, event, verb, [key]))
    return True


def _hold(cast: Cast, people: list[str], things: list[str]) -> None:
    for who in people:
        for key in things:
            if cast.can_hold(who, key):
                cast.drafts[who].hold(key)


def _posed(clause: Clause, phrase: Phrase) -> Verb | None:
    """The verb of "arms crossed", "both hands up", "hands in her pockets", "a candle held out"."""
    base = clause.base or ("raise" if "up" in clause.particles else "")
    nouns = [f"{phrase.head}s"] * (phrase.is_plural or phrase.count > 1) + [phrase.head]
    names = [f"{base} {noun}" for noun in nouns]
    for prep, part in () if base else clause.parts:
        names += [f"put {noun} {prep} {part.head}{s}" for noun in nouns for s in ("s", "")]
    named = next((VERBS[name] for name in names if name in VERBS), None)
    own = clause.verb() if phrase.kind == "thing" and not named else None
    return own if own and own.role == "hold" else named
