"""What an action needs and its words leave out: props, seats, partners, what fits its things."""

from __future__ import annotations

from dataclasses import replace

from shots.lexicon import grammar
from shots.lexicon.actions import GESTURES, POSTURES
from shots.lexicon.things import MODELS
from shots.lexicon.verbs import VERBS, forms
from shots.staging.acts.drafts import LOOKS, PlayerEvent, is_bed
from shots.staging.acts.objects import MOUNTS, ClauseAct
from shots.staging.acts.prepositions import ADDRESSED, ON_FLOOR
from shots.staging.staged import CAMERA

_RIDES = {
    "motorcycle": "ride-motorcycle", "scooter": "ride-motorcycle", "moped": "ride-motorcycle",
    "horse": "ride-horse", "donkey": "ride-horse", "camel": "ride-horse", "bicycle": "ride-bicycle",
}  # fmt: skip
_SEATS = MOUNTS | {"drive": "car"}
_MUTUAL = frozenset(("talk", "whisper", "punch")).union(
    name for name, gesture in GESTURES.items() if gesture.needs == "person"
)
# What is done to oneself or a thing like what is done to a person.
_ALONE = {"braid": "comb", "attend": "work-on", "tuck-in": "reach", "slap": "knock",
          "search-body": "work-on", "drape": "put-on", "support": "hold"}  # fmt: skip
_DISHES = (["bowl"], ["cereal-bowl"], ["plate"])  # eaten from
_BIRDS = frozenset(
    ("bird", "pigeon", "crow", "gull", "eagle", "owl", "parrot", "flying-bird", "butterfly", "bee")
)
_FLIGHTS = frozenset(
    ("circle", "glide", "cross", "pass", "land", "swoop", "fly", "soar", "arrive", "leave", "dive",
     "take")
)  # fmt: skip
_WEAK = ("", "look", "smile", "talk")  # gestures that leave the arms free
_BOARDING = frozenset(("get in", "climb in", "hop on", "hop in", "get on", "jump in", "board"))
_BIG_M = 0.5  # what is pushed on foot


def complete(act: ClauseAct) -> None:
    """Add to an event what its words leave out, and give it to each of its subjects."""
    event = act.event
    event.target = "" if event.target in LOOKS else event.target
    if event.gesture == "look" and act.cast.model(event.looks_at or event.target) == "phone":
        event.gesture, event.looks_at = "phone-look", event.looks_at or event.target
        event.holds = event.holds or [event.looks_at]
    for fit in (_fit_arms, _fit_gesture, _fit_seated, _fit_posture, _fit_state, _fit_animal):
        fit(act)
    default = _SEATS.get(event.posture)
    if default and not event.seat and not _is_in_vehicle(act):
        event.seat = act.cast.prop(default, act.clause.words)
    if act.verb.role == "seat" and act.verb.prop and not event.seat:
        event.seat = act.cast.prop(act.verb.prop, act.clause.words)
    if act.verb.name in _BOARDING and not event.seat:  # hails a taxi and climbs in
        named = (key for key in reversed(act.cast.named) if key in act.cast.drafts)
        event.seat = next((k for k in named if act.cast.thing_model(k).kind == "vehicle"), "")
    _add_prop(act)
    for key in act.subjects:
        act.cast.drafts[key].events.append(_own(act, key))


def _fit_arms(act: ClauseAct) -> None:
    """Read "with folded arms"."""
    for prep, part in act.clause.parts:
        if prep == "with" and part.kind == "body" and act.event.gesture in _WEAK:
            base = forms().get((*part.adjectives, "")[0], ("", ""))[0]
            names = (f"{base} {part.head}s", f"{base} {part.head}")
            named = next((VERBS[name].gesture for name in names if name in VERBS), "")
            act.event.gesture = named or act.event.gesture


def _fit_gesture(act: ClauseAct) -> None:
    event, cast = act.event, act.cast
    if event.gesture in _ALONE and not (cast.is_person(event.target) or len(act.subjects) > 1):
        others = [key for key in cast.people() if key not in act.subjects]
        is_other = event.gesture not in ("braid", "attend") and len(others) == 1
        event.target = others[0] if is_other and not event.target else event.target
        event.gesture = event.gesture if is_other else _ALONE[event.gesture]
    if event.gesture == "paint" and not event.target:
        event.target = act.actor.near
    if event.gesture == "look" and event.target and not event.looks_at:
        event.looks_at = event.target
    model = cast.thing_model(event.target)
    if event.gesture in ("open", "open-door") and event.target:
        is_door = model.kind in ("fitting", "furniture", "vehicle", "structure")
        event.gesture = "open-door" if is_door else "open"
    handled = event.gesture in ("push", "pull", "shove")
    if handled and not event.posture and event.target in cast.drafts:
        is_wheeled = cast.model(cast.drafts[event.target].seat) == "wheelchair"
        event.gesture = "push" if is_wheeled and event.gesture == "shove" else event.gesture
        is_big = max(model.size) > _BIG_M and model.kind != "fitting" and model.size[1] > 0.03
        is_thing = not cast.is_person(event.target)
        event.posture = "walk" if is_wheeled or (is_big and is_thing) else ""


def _fit_seated(act: ClauseAct) -> None:
    """Let who is tied to a chair stay there while sawing through the rope."""
    last = act.actor.events[-1] if act.actor.events else None
    if last and "sit" in last.posture and act.event.gesture and act.event.posture == "bend":
        act.event.posture = ""


def _fit_posture(act: ClauseAct) -> None:
    event, cast = act.event, act.cast
    if event.gesture in ("hold", "hold-out", "carry") and not event.posture and event.goes:
        event.posture = "walk"
    last = act.actor.events[-1] if act.actor.events else None
    is_meal = event.gesture == "eat" and not (event.has_object or event.holds or last)
    if is_meal and act.actor.kind == "person" and cast.place.is_interior:
        event.posture = event.posture or "sit"
    is_riding = last is not None and last.posture.startswith(("ride", "drive"))
    if last and is_riding and event.posture in ("walk", "run") and not act.verb.change:
        event.posture, event.seat = last.posture, last.seat
    ride = _RIDES.get(cast.model(act.actor.seat))
    if ride and event.posture in ("walk", "run", "jump"):
        event.posture, event.seat = ride, act.actor.seat
    if event.posture in ("walk", "run", "jump"):
        usual = grammar.RIDERS.get(act.actor.noun, event.posture)
        event.posture = usual if event.posture != "jump" or "ride" in usual else "jump"
    if event.posture == "walk" and cast.model(event.to) in ("stairs", "ladder"):
        event.posture = f"climb-{cast.model(event.to)}"
    on = event.to or event.seat
    if event.posture == "climb-stairs" and on and cast.model(on) != "stairs":
        event.posture = "climb-ladder"
    seat = cast.model(event.seat)
    if event.posture in ("ride-bicycle", "drive", "ride-motorcycle"):
        event.posture = _RIDES.get(seat, event.posture)
    if event.posture == "sleep" and seat and not (is_bed(seat) or seat.endswith(("sofa", "bench"))):
        event.posture, event.looks_at = "sit", "down"


def _fit_state(act: ClauseAct) -> None:
    """Cross-legged without a seat is on the floor; bound hands stay behind the back."""
    event, last = act.event, next(reversed(act.actor.events), None)
    if event.posture.startswith("sit-") and not event.seat and not (last and last.posture == "sit"):
        event.posture = ON_FLOOR.get(event.posture, event.posture)
    if event.posture in ("lie", "sleep") and act.cast.is_human(act.actor.on):
        act.cast.lose(event.words, "shown asleep beside that person")
        act.actor.near, act.actor.relation, act.actor.on = act.actor.on, "beside", ""
        event.posture, event.looks_at = "sit", "down"
        act.cast.drafts[act.actor.near].events.append(PlayerEvent(event.slot, "sit", is_led=True))
    if last and last.gesture == "bound" and event.gesture in ("saw", "work-on", "cook"):
        event.gesture = "saw-bound"
    if event.posture == "dive" and act.actor.noun in ("goalkeeper", "keeper", "goalie"):
        event.posture = "dive-aside"


def _fit_animal(act: ClauseAct) -> None:
    event, draft = act.event, act.actor
    if draft.kind == "animal" and event.posture in ("walk", "run", "float", "dance"):
        flies = draft.model in _BIRDS and act.verb.name.split()[0] in _FLIGHTS
        place = "sky" if flies else MODELS[draft.model].place
        event.posture = {"water": "swim", "sky": "float"}.get(place, event.posture)


def _is_in_vehicle(act: ClauseAct) -> bool:
    """Sit in the vehicle that is in the picture, or is the set."""
    seat = POSTURES[act.event.posture].seat
    for key, draft in act.cast.drafts.items():
        is_vehicle = seat == "vehicle" and act.cast.thing_model(key).kind == "vehicle"
        if draft.model == seat or is_vehicle:
            act.event.seat = key
            return True
    for key in act.cast.fixtures if act.cast.place.is_interior and seat == "vehicle" else ():
        if act.cast.thing_model(key).kind == "vehicle":
            act.event.seat = key
            return True
    return False


def _add_prop(act: ClauseAct) -> None:
    """Put the prop of a gesture into the hand."""
    event, cast, verb = act.event, act.cast, act.verb
    gesture = GESTURES.get(event.gesture)
    prop = verb.prop or (gesture.prop if gesture else "")
    if event.gesture == "eat" and [cast.model(key) for key in event.holds] in _DISHES:
        event.target, event.holds = event.holds[0], []
        prop = "spoon" if "bowl" in cast.model(event.target) else prop
    if prop not in MODELS or event.holds or act.actor.kind != "person":
        return
    if event.gesture == "kick" and not event.target:
        event.target = cast.prop(prop, act.clause.words)
        return
    held = [key for subject in act.subjects for key in cast.drafts[subject].holding()]
    meant = [key for key in (event.looks_at, event.target) if cast.model(key) == prop]
    if event.gesture == "eat" and cast.thing_model(cast.focus).kind == "food":
        meant += [cast.focus] * cast.can_hold(act.actor.id, cast.focus)  # takes a bite
    if meant:
        event.holds = meant[:1]
    elif any(cast.model(key) == prop for key in held):
        return
    elif held and verb.role == "hold" and event.gesture in ("drink", "read", "aim", "smoke"):
        event.holds = held[-1:]
    elif MODELS[prop].grip is not None:
        event.prop = cast.prop(prop, act.clause.words)
        event.holds = [event.prop]


def _own(act: ClauseAct, key: str) -> PlayerEvent:
    """The event of one of its subjects: with things and partners of its own."""
    event, subjects = act.event, act.subjects
    own = replace(event, holds=_share(act, key))
    if event.seat and event.seat == act.actor.seat:
        own.seat = act.cast.drafts[key].seat or event.seat
    own.seat = _mount(act, key, own.seat)
    if len(event.choices) > 1:
        at = subjects.index(key)
        mine = event.choices[at % len(event.choices)]
        for name in ("target", "looks_at", "seat"):
            if getattr(own, name) in event.choices:
                setattr(own, name, mine)
        if set(event.holds) & set(event.choices):
            own.holds = [mine] if at < len(event.choices) else []
    partner = next((other for other in subjects if other != key), "")
    for name in ("target", "looks_at", "to"):
        if getattr(own, name) in subjects:
            flees = name == "to" and act.verb.role == "chase"  # all run after each other
            setattr(own, name, "left" if flees else partner)
    if own.gesture in _MUTUAL:
        own.target = own.target or _partner(act, key, partner)
        is_beside = own.gesture == "shake-hands" and act.clause.state.startswith("hand")
        if not is_beside and (own.gesture != "give" or act.cast.is_person(own.target)):
            own.looks_at = own.looks_at or own.target
    return own


def _mount(act: ClauseAct, key: str, seat: str) -> str:
    """What one of several people rides: one of their own, unless the words put two on one."""
    mount = act.cast.drafts.get(seat)
    if mount is None or mount.model not in MOUNTS.values() or key not in act.subjects[1:]:
        return seat
    if len(act.subjects) == 2 and mount.noun in mount.words.lower():
        return seat
    return act.cast.thing(mount.noun, mount.model, mount.words).id


def _partner(act: ClauseAct, key: str, partner: str) -> str:
    """With whom it is done: with the other of two, or the only other person."""
    if len(act.subjects) == 2:
        return partner
    people = [other for other in act.cast.people() if other != key]
    return people[0] if len(people) == 1 else ""


def _share(act: ClauseAct, key: str) -> list[str]:
    """What one of several people holds: each a prop of their own, named things in turn."""
    event, cast = act.event, act.cast
    at = act.subjects.index(key)
    if len(act.subjects) == 1:
        return list(event.holds)
    if at and event.holds == [event.prop]:
        draft = cast.drafts[event.prop]
        return [cast.thing(draft.noun, draft.model, draft.words).id]
    return event.holds[at : at + 1]


def come_closer(act: ClauseAct) -> None:
    """Let those who come closer do so to somebody else in the picture, if there is anybody."""
    others = [key for key in act.cast.people() if key not in act.subjects]
    if act.event.to == "towards" and others and {"closer", "nearer"} & set(act.clause.directions):
        act.event.to = others[0]


def read_directions(event: PlayerEvent, directions: list[str], particles: list[str]) -> None:
    """Read "from left to right", "away", "at the camera", "down"."""
    is_moving = event.is_travelling or event.posture in ("drive", "float", "fall")
    for words in [*directions, *(particles if is_moving else ())]:
        if is_moving and words in grammar.DIRECTIONS and words != "off":
            named = grammar.DIRECTIONS[words]
            event.to = named if " " in words else event.to or named
        elif not is_moving and words in grammar.LOOKS:
            look = grammar.LOOKS[words]
            if look == CAMERA or (event.gesture in ADDRESSED and event.gesture != "raise-arm"):
                event.looks_at = event.looks_at or look
