"""Beats: what was read of each player, put into the time of the shot."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shots.lexicon import grammar
from shots.lexicon.actions import ANIMAL_RESTS, GESTURES, POSTURES
from shots.lexicon.grammar import singular
from shots.lexicon.looks import GARMENTS, NAMES, PLACE_WEAR
from shots.lexicon.place_words import VEHICLES
from shots.lexicon.things import MODELS, NOUNS
from shots.schema import Shot, ShotList
from shots.staging.acts.drafts import PlayerDraft, PlayerEvent, is_bed
from shots.staging.acts.roles import Cast
from shots.staging.appearance import crowd_look, read_appearance
from shots.staging.clauses.nouns import people
from shots.staging.staged import Appearance, Beat, Player, Size

Span = tuple[float, float]
_SCREEN = {"left-to-right": "right", "right-to-left": "left"}
_SEATED = ("car", "cockpit", "aeroplane-cabin")  # sets in which nobody stands
_CREW = ("stewardess", "steward", "flight attendant", "hostess", "waiter", "waitress")
_DRIVERS = ("driver", "taxi driver", "cab driver", "chauffeur", "pilot", "trucker", "captain")
_ONWARD = ("left", "right", "towards", "away")  # directions that a movement keeps


def read_players(board: ShotList, shot: Shot, cast: Cast, slots: int) -> tuple[Player, ...]:
    """The players of a shot: its subjects first, in their order; events become beats.

    Args:
        board: The board of the shot.
        shot: Gives subjects, dialogue and screen direction.
        cast: Players with events.
        slots: Number of parts of equal length that the shot's time has.
    """
    rank = {key: k for k, key in enumerate(shot.subjects)}
    drafts = sorted(
        cast.drafts.values(), key=lambda d: (not d.is_subject, rank.get(d.id, len(rank)))
    )
    timing = _Timing(shot, cast, slots, _speech(shot, cast))
    return tuple(
        _resting(Player(
            draft.id, draft.name, draft.kind, draft.model, _look(board, cast, draft), draft.colour,
            _size(draft), draft.label, on=draft.on, relation=draft.relation, near=draft.near,
            beats=timing.beats(draft), is_subject=draft.is_subject,
            is_fixture=draft.is_fixture, words=draft.words, state=draft.state,
        ))
        for draft in drafts
    )  # fmt: skip


def _resting(player: Player) -> Player:
    """The player; for an animal that rests on a thing, `on` replaces the seat of its beats."""
    rests = {beat.seat for beat in player.beats if beat.posture in ANIMAL_RESTS and beat.seat}
    if player.kind != "animal" or not rests:
        return player
    beats = tuple(replace(b, seat="") if b.seat in rests else b for b in player.beats)
    return replace(player, on=player.on or min(rests), beats=beats)


def _look(board: ShotList, cast: Cast, draft: PlayerDraft) -> Appearance | None:
    if draft.kind != "person":
        return None
    wear = f", {PLACE_WEAR.get(cast.place.set, '')}"
    if draft.member >= 0:
        return crowd_look(draft.noun, draft.member, draft.looks + wear)
    if draft.id in board.characters:
        character = board.characters[draft.id]
        look, found, lost = read_appearance(draft.looks, draft.outfit, draft.id, character.looks)
    else:
        sex = {"she": "a woman, ", "he": "a man, "}.get(draft.sex, "")
        words = [_one_garment(word) for word in (draft.looks + wear).split()]
        look, found, lost = read_appearance(sex + " ".join(words), "", draft.id)
        # The words of the action are not all about looks.
        lost = tuple(each for each in lost if not all(map(_is_other, each.words.split())))
    for each in lost:
        cast.lose(each.words, each.why, each.nearest)
    cast.ledger.use(*(each.words for each in found))
    return look


def _size(draft: PlayerDraft) -> Size | None:
    """That of a big or a small thing; things that carry bodies keep theirs."""
    model = MODELS.get(draft.model)
    if draft.scale == 1 or model is None or model.seats or model.kind == "structure":
        return None
    width, height, depth = model.size
    return width * draft.scale, height * draft.scale, depth * draft.scale


def _is_vehicle(draft: PlayerDraft) -> bool:
    return draft.kind == "thing" and MODELS[draft.model].kind == "vehicle"


def _one_garment(word: str) -> str:
    """A garment in the singular: "men in suits" wear one each."""
    one = singular(word)[0]
    return one if one in GARMENTS and word not in GARMENTS else word


def _is_other(word: str) -> bool:
    """Whether a word among those of an unnamed person says nothing about looks."""
    low = word.lower().removesuffix("'s")
    forms = (low, singular(low)[0])
    if any(form in grammar.CLOTHING or form in grammar.VISIBLE for form in forms):
        return False
    tables = (people(), NOUNS, NAMES, grammar.GROUPS, grammar.QUALITIES, grammar.NUMBERS,
              grammar.PRONOUNS, grammar.SITES, grammar.BODY, grammar.ABSTRACT)  # fmt: skip
    return word[0].isupper() or any(form in table for table in tables for form in forms)


def _speech(shot: Shot, cast: Cast) -> dict[str, list[Span]]:
    """Parts of the shot in which each player speaks: until the next line or the end."""
    lines = shot.dialogue
    starts = [
        float(line.at_s / shot.duration_s) if line.at_s is not None else k / len(lines)
        for k, line in enumerate(lines)
    ]
    parts: dict[str, list[Span]] = {}
    for k, line in enumerate(lines):
        end = min([start for start in starts[k + 1 :] if start > starts[k]] + [1.0])
        if line.who in cast.drafts and starts[k] < 1:
            parts.setdefault(line.who, []).append((round(starts[k], 4), round(end, 4)))
    return parts


@dataclass(frozen=True)
class _Timing:
    """Puts the events of a player into the time of the shot."""

    shot: Shot
    cast: Cast
    slots: int
    speech: dict[str, list[Span]]

    def beats(self, draft: PlayerDraft) -> tuple[Beat, ...]:
        """The beats of a player; a person or an animal has at least one."""
        events = _merge(sorted(draft.events, key=lambda event: event.slot))
        if not events:
            if draft.kind == "thing":
                return ()
            events = [PlayerEvent(0)]
        first = events[0]
        if first.slot > 0:
            is_held = first.posture in POSTURES and not (first.is_travelling or first.change)
            is_held = is_held and first.posture not in ("dragged", "carried")
            events.insert(0, PlayerEvent(0, first.posture if is_held and not first.gesture else ""))
        self._seat_drivers(draft)
        beds = self.cast.beds()
        if draft.noun == "patient" and beds and not (events[0].posture or draft.seat):
            events[0].posture, events[0].seat = "lie", beds[0]
        elif draft.noun in ("body", "corpse") and not events[0].posture:
            events[0].posture = "lie-floor"
        elif draft.seat and events[0].posture in ("", "stand"):
            events[0].posture = "lie" if is_bed(self.cast.model(draft.seat)) else "sit"
            events[0].seat = events[0].seat or draft.seat
        beats: list[Beat] = []
        held = list(draft.held)
        for event, span in zip(events, _spans(events, self.slots), strict=True):
            held += [key for key in event.holds if key not in held]
            beats.append(self._beat(draft, event, held, span, beats[-1] if beats else None))
            if event.releases:
                held = [key for key in held if key not in event.holds]
        return tuple(beats)

    def _seat_drivers(self, draft: PlayerDraft) -> None:
        """Seat drivers in the vehicle of the picture; who is under a blanket is in bed."""
        if draft.relation == "under" and self.cast.model(draft.near) == "blanket":
            draft.relation = draft.near = ""  # in bed
        vehicles = [key for key, each in self.cast.drafts.items() if _is_vehicle(each)]
        if draft.noun in _DRIVERS and vehicles and not draft.events:
            draft.seat = draft.seat or vehicles[0]

    def _beat(
        self, draft: PlayerDraft, event: PlayerEvent, held: list[str], span: Span, last: Beat | None
    ) -> Beat:
        posture = self._posture(draft, event, last)
        seat = event.seat
        if last and not seat and POSTURES[posture].seat and POSTURES[last.posture].seat:
            seat = last.seat
        if posture in ("lie", "sleep") and not seat:
            seat = next(iter(self.cast.beds()), "")
        speaks = tuple(
            (max(span[0], start), min(span[1], end))
            for start, end in self.speech.get(draft.id, ())
            if start < span[1] and end > span[0]
        )
        return Beat(
            *span, posture, event.gesture, round(event.pace, 2), event.target,
            event.looks_at or self._listens(draft, event, span), self._hands(held, event), seat,
            event.to or self._direction(draft, posture, last), speaks=speaks, words=event.words,
        )  # fmt: skip

    def _posture(self, draft: PlayerDraft, event: PlayerEvent, last: Beat | None) -> str:
        """The posture of an event: its own, that of its gesture, or the one before."""
        gesture = GESTURES.get(event.gesture)
        posture = event.posture or (gesture.posture if gesture else "")
        if last and not event.posture:
            is_going = POSTURES[last.posture].speed > 0 or last.posture == "jump"
            is_arrived = last.to or (gesture and gesture.hands)
            posture = posture or last.posture
            if is_going:
                posture = "stand" if is_arrived else last.posture
        has_bed = event.seat or (self.cast.place.is_interior and draft.relation != "under")
        if posture in ("sleep", "lean") and self.cast.place.set in VEHICLES:
            return "sit"
        if posture in ("lie", "sleep") and not has_bed:
            return "lie-floor"
        is_crew = draft.noun in _CREW
        is_seated = self.cast.place.set in _SEATED and draft.kind == "person" and not is_crew
        if posture in ("", "stand") and is_seated:
            return "drive" if draft.noun in _DRIVERS else "sit"
        return posture or "stand"

    def _direction(self, draft: PlayerDraft, posture: str, last: Beat | None) -> str:
        """Where a movement goes whose words say nothing: on, or as the shot's continuity says."""
        if last and last.posture == posture and last.to in _ONWARD:
            return last.to
        continuity = self.shot.continuity
        is_going = POSTURES[posture].speed > 0 or (draft.kind == "thing" and posture == "drive")
        if not (draft.is_subject and continuity and is_going):
            return ""
        direction = continuity.screen_direction or ""
        return _SCREEN.get(direction, direction)

    def _listens(self, draft: PlayerDraft, event: PlayerEvent, span: Span) -> str:
        """Whom a person looks at while somebody speaks."""
        if draft.kind != "person" or event.is_travelling:
            return ""
        others = [key for key in self.cast.people() if key != draft.id]
        speakers = [
            key
            for key, parts in self.speech.items()
            if any(start < span[1] and end > span[0] for start, end in parts)
        ]
        if draft.id in speakers and len(others) == 1:
            return others[0]
        return next((key for key in speakers if key != draft.id), "")

    def _hands(self, held: list[str], event: PlayerEvent) -> tuple[tuple[str, str], ...]:
        held = [key for key in held if key in self.cast.drafts][-2:]
        if len(held) < 2:
            gesture = GESTURES.get(event.gesture)
            needs_both = gesture is not None and gesture.hands == "both"
            is_heavy = any(self.cast.thing_model(key).hands == 2 for key in held)
            is_both = needs_both or (is_heavy and event.gesture != "wave")
            return tuple(("both" if is_both else "right", key) for key in held)
        first, second = held[::-1] if held[-1] in event.holds else held
        return (("right", first), ("left", second))


def _merge(events: list[PlayerEvent]) -> list[PlayerEvent]:
    """One event for each slot: posture of one and gesture of another; others share the slot."""
    merged: list[PlayerEvent] = []
    for event in events:
        last = merged[-1] if merged else None
        if last is None or last.slot != event.slot or _clash(last, event):
            merged.append(replace(event, holds=list(event.holds)))
            continue
        last.posture = last.posture or event.posture
        if event.gesture and not (last.gesture and event.gesture == "look"):
            last.target = "" if last.gesture == "look" else last.target
            last.gesture = event.gesture
        for name in ("target", "looks_at", "seat", "to"):
            setattr(last, name, getattr(last, name) or getattr(event, name))
        last.holds += [key for key in event.holds if key not in last.holds]
        last.words = f"{last.words}, {event.words}".strip(", ")
        last.pace = event.pace if last.pace == 1 else last.pace
    return merged


def _clash(last: PlayerEvent, event: PlayerEvent) -> bool:
    """Whether two events cannot happen at once."""
    gestures = {last.gesture, event.gesture}
    postures = last.posture and event.posture and last.posture != event.posture
    return not gestures & {"", "look"} or bool(postures and event.posture != "stand")


def _spans(events: list[PlayerEvent], slots: int) -> list[Span]:
    """Shares of the shot of events by their slots; events of one slot share it."""
    numbers = [event.slot for event in events]
    starts = [
        round((slot + numbers[:k].count(slot) / numbers.count(slot)) / slots, 4)
        for k, slot in enumerate(numbers)
    ]
    return list(zip(starts, [*starts[1:], 1.0], strict=True))
