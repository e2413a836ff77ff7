"""Reads the words of a shot: who and what is in it, and who does what, in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from shots.lexicon import grammar
from shots.lexicon.actions import GESTURES, POSTURES
from shots.lexicon.grammar import singular
from shots.lexicon.looks import GARMENTS, NAMES
from shots.lexicon.places import SETS
from shots.lexicon.things import MODELS, NOUNS, STAND_IN
from shots.schema import Shot, ShotList
from shots.staging.appearance import crowd_look, read_appearance
from shots.staging.clauses import read_clauses
from shots.staging.events import EventReader
from shots.staging.phrases import PhraseReader, people, split_words
from shots.staging.roles import Cast, Draft, Event, character_names
from shots.staging.staged import (
    Appearance,
    Beat,
    NotStaged,
    Place,
    Player,
    ShotReading,
    Staged,
)

# How a shot list opens a shot: "Close on", "Wide shot of", "POV:". Camera words are no action.
_OPENING = re.compile(
    r"^\s*(?:(?:extreme|medium|very|super|slow|tight|big|full|long|high|low|top|slow-motion)\s+)*"
    r"(?:close[- ]?ups?|close|wide|wide shot|establishing shot|insert|detail|detail shot|pov|ots|"
    r"ecu|cu|mcu|ms|mws|ws|ews|fs|angle|shot|two[- ]shot|over[- ]the[- ]shoulder|macro|aerial|"
    r"drone shot|tracking shot|pack ?shot|beauty shot|hero shot|montage|slow motion|macro shot|"
    r"tilt[- ]up|pan|(?:[\w-]+ ){1,2}shot(?=\s*(?::|of|on)))"
    r"(?:\s+shot)?\s*(?:(?:of|on|:|-|–|—|,|to|from)\s+)?(?=\S)",  # noqa: RUF001
    re.IGNORECASE,
)
_OVER = re.compile(
    r"(?:over|past|across)\s+(?P<who>[\w' -]+?)(?:['’]s|s['’])\s+(?:left |right )?shoulders?\b"  # noqa: RUF001
    r"(?:\s*(?:of|on|:|,|-|–|—|to))?|(?:from\s+)?(?P<view>[\w' -]+?)(?:['’]s|s['’])\s+"  # noqa: RUF001
    r"(?:pov|point of view|perspective)\b\s*[:,]?|through\s+(?P<eyes>[\w' -]+?)(?:['’]s|s['’])\s+"  # noqa: RUF001
    r"eyes\b\s*[:,]?",
    re.IGNORECASE,
)


def read_shot(board: ShotList, shot: Shot) -> ShotReading:
    """Who and what is in a shot and what they do; nobody has a place on the floor plan yet."""
    place = _place(shot)
    plan = SETS.get(place.set)
    fixtures = {each.name: each.model for each in plan.fixtures} if plan else {}
    cast = Cast(board, shot, fixtures)
    names = character_names(board)
    text, over_words = _without_camera(shot.action)
    over = ""
    if over_words:
        words = split_words(over_words)
        found = PhraseReader(over_words, words, names).phrase(0, subject=False)
        over = next(iter(cast.resolve(found[0], [])), "") if found else ""
    read = read_clauses(text, names)
    reader = EventReader(cast)
    reader.read(read.clauses)
    for words in read.lost:
        cast.lose(words, "no word of the lexicon")
    _mark_subjects(cast, shot)
    players = _Assembly(board, shot, cast, max(1, reader.slots)).players()
    weather = tuple(dict.fromkeys([*place.weather, *cast.weather]))
    detail = cast.detail or (_detail_of(players) if shot.camera.view == "insert" else "")
    return ShotReading(
        replace(place, weather=weather),
        players,
        over,
        detail,
        tuple(_staged(place, players)),
        tuple(cast.not_staged),
    )


def _place(shot: Shot) -> Place:
    location = shot.location
    texts = [location.looks, location.heading] if location else []
    words = re.findall(r"[a-z]+", " ".join(texts).lower())
    weather = [grammar.WEATHER[word] for word in words if word in grammar.WEATHER]
    is_interior = bool(location and location.heading.upper().startswith("INT"))
    return Place(
        is_interior=is_interior,
        weather=() if is_interior else tuple(dict.fromkeys(weather)),
        words=location.heading if location else "",
    )


def _without_camera(action: str) -> tuple[str, str]:
    """The action without words about the camera, and over whose shoulder they look."""
    over = ""

    def note(found: re.Match[str]) -> str:
        nonlocal over
        who = found["who"] or found["view"] or found["eyes"]
        over = over or re.sub(r"^(?:from|we see|we look)\s+", "", who.strip())
        return " "

    text = _OVER.sub(note, action, count=1)
    return _OPENING.sub("", text, count=1), over


def _detail_of(players: tuple[Player, ...]) -> str:
    things = [each.id for each in players if each.kind == "thing"]
    return things[0] if things else ""


def _mark_subjects(cast: Cast, shot: Shot) -> None:
    """Mark who the shot is about: as listed, else who acts first, else what is named first."""
    if any(draft.is_subject for draft in cast.drafts.values()):
        return
    drafts = list(cast.drafts.values())
    acting = [
        draft for draft in drafts
        if draft.events and draft.events[0].slot == 0 and not draft.events[0].is_led
    ]  # fmt: skip
    people = [draft for draft in acting if draft.kind != "thing"]
    for draft in people or acting[:1] or drafts[:1]:
        draft.is_subject = True


_ONWARD = ("left", "right", "towards", "away")


def _is_other(word: str) -> bool:
    """Whether a word among those of an unnamed person says nothing about looks."""
    one = singular(word.removesuffix("'s"))[0]
    if one in grammar.WORN or word in grammar.WORN:
        return False
    tables = (people(), NOUNS, grammar.GROUPS, grammar.QUALITIES, grammar.NUMBERS, NAMES,
              grammar.PRONOUNS, grammar.SITES, grammar.BODY, grammar.ABSTRACT)  # fmt: skip
    return word[0].isupper() or any(each in table for table in tables for each in (word, one))


def _one_of_each(looks: str) -> str:
    """Looks with garments in the singular: "men in suits" wear one each."""
    words = [
        singular(word)[0] if singular(word)[0] in GARMENTS and word not in GARMENTS else word
        for word in looks.split()
    ]
    return " ".join(words)


class _Assembly:
    """Makes players with beats from drafts with events."""

    def __init__(self, board: ShotList, shot: Shot, cast: Cast, slots: int) -> None:
        self._board = board
        self._shot = shot
        self._cast = cast
        self._slots = slots
        self._speech = _speech(shot, cast)
        heading = shot.location.heading if shot.location else ""
        self._is_interior = not heading.upper().startswith("EXT")

    def players(self) -> tuple[Player, ...]:
        drafts = list(self._cast.drafts.values())
        rank = {key: k for k, key in enumerate(self._shot.subjects)}
        drafts.sort(key=lambda d: (not d.is_subject, rank.get(d.id, len(rank))))
        return tuple(self._player(draft) for draft in drafts)

    def _player(self, draft: Draft) -> Player:
        beats = self._beats(draft)
        look = self._look(draft)
        return Player(
            draft.id, draft.name, draft.kind, draft.model, look, draft.colour,
            label=draft.label if draft.kind != "person" else "", on=draft.on,
            relation=draft.relation, near=draft.near, beats=beats, is_subject=draft.is_subject,
            words=draft.words,
        )  # fmt: skip

    def _look(self, draft: Draft) -> Appearance | None:
        if draft.kind != "person":
            return None
        if draft.member >= 0:
            return crowd_look(draft.noun, draft.member)
        sex = {"she": "a woman, ", "he": "a man, "}.get(draft.sex, "")
        is_named = draft.id in self._board.characters
        looks = draft.looks if is_named else f"{sex}{_one_of_each(draft.looks)}"
        look, _, lost = read_appearance(looks, draft.outfit, draft.id)
        for each in lost:
            if is_named or not all(map(_is_other, each.words.lower().split())):
                self._cast.lose(each.words, each.why, each.nearest)
        return look

    def _beats(self, draft: Draft) -> tuple[Beat, ...]:
        events = _merge(sorted(draft.events, key=lambda event: event.slot))
        if draft.kind == "thing" and not events:
            return ()
        first = events[0] if events else Event(0)
        if first.slot > 0:
            is_static = first.posture in POSTURES and not POSTURES[first.posture].speed
            posture = first.posture if is_static and not first.change and not first.gesture else ""
            events.insert(0, Event(0, posture, words=""))
        elif not events:
            events = [first]
        beats, state, held = [], "stand", list(draft.held)
        if draft.seat and events[0].posture in ("", "stand"):
            events[0].posture, events[0].seat = "sit", events[0].seat or draft.seat
        bounds = _bounds([event.slot for event in events], self._slots)
        for event, (start, end) in zip(events, bounds, strict=True):
            state = _posture(event, state, beats)
            if state in ("lie", "sleep") and not event.seat and (
                draft.relation == "under" or not self._is_interior
            ):
                state = "lie-floor"
            held = [*held, *(key for key in event.holds if key not in held)]
            beats.append(self._beat(draft, event, state, held, (start, end), beats))
            if event.releases:
                held = [key for key in held if key not in event.holds]
        return tuple(beats)

    def _beat(
        self, draft: Draft, event: Event, posture: str, held: list[str],
        span: tuple[float, float], beats: list[Beat],
    ) -> Beat:  # fmt: skip
        start, end = span
        last = beats[-1] if beats else None
        seat = event.seat or (last.seat if last and last.posture == posture else "")
        if not event.seat and last and POSTURES[posture].seat and POSTURES[last.posture].seat:
            seat = last.seat
        speaks = tuple(
            (max(start, a), min(end, b)) for a, b in self._speech.get(draft.id, ())
            if a < end and b > start
        )  # fmt: skip
        looks_at = event.looks_at or self._listens(draft, event, start, end)
        to = event.to
        if not to and last and last.posture == posture and last.to in _ONWARD:
            to = last.to
        if draft.is_subject and not to and POSTURES[posture].speed > 0:
            to = self._screen_direction()
        return Beat(
            start, end, posture, event.gesture, round(event.pace, 2), event.target, looks_at,
            self._hands(held, event), seat, to, speaks=speaks, words=event.words,
        )  # fmt: skip

    def _screen_direction(self) -> str:
        continuity = self._shot.continuity
        direction = continuity.screen_direction if continuity else None
        return {"left-to-right": "right", "right-to-left": "left"}.get(
            direction or "", direction or ""
        )

    def _listens(self, draft: Draft, event: Event, start: float, end: float) -> str:
        """Whom a person looks at while somebody speaks."""
        if draft.kind != "person" or (event.posture and POSTURES[event.posture].speed > 0):
            return ""
        people = [key for key in self._cast.people() if key != draft.id]
        speakers = [k for k, parts in self._speech.items() if any(a < end > start for a, _ in parts)]
        if draft.id in speakers and len(people) == 1:
            return people[0]
        others = [key for key in speakers if key != draft.id]
        return others[0] if others else ""

    def _hands(self, held: list[str], event: Event) -> tuple[tuple[str, str], ...]:
        held = [key for key in held if key in self._cast.drafts][-2:]
        gesture = GESTURES.get(event.gesture)
        if not held:
            return ()
        models = [MODELS.get(self._cast.model(key), MODELS[STAND_IN]) for key in held]
        if len(held) == 1:
            both = models[0].hands == 2 or (gesture is not None and gesture.hands == "both")
            return (("both" if both else "right", held[0]),)
        first, second = (held[::-1] if held[-1] in event.holds else held)
        return (("right", first), ("left", second))


def _merge(events: list[Event]) -> list[Event]:
    """One event for each slot: posture of one and gesture of another; two gestures share it."""
    merged: list[Event] = []
    for event in events:
        last = merged[-1] if merged else None
        if last is None or last.slot != event.slot or _clash(last, event):
            merged.append(replace(event, holds=list(event.holds)))
            continue
        last.posture = last.posture or event.posture
        if event.gesture and not (last.gesture and event.gesture == "look"):
            if last.gesture == "look":
                last.target = ""
            last.gesture = event.gesture
        for name in ("target", "looks_at", "seat", "to"):
            setattr(last, name, getattr(last, name) or getattr(event, name))
        last.holds += [key for key in event.holds if key not in last.holds]
        last.words = f"{last.words}, {event.words}".strip(", ")
        last.pace = event.pace if last.pace == 1 else last.pace
    return merged


def _clash(last: Event, event: Event) -> bool:
    """Whether two events cannot happen at once."""
    gestures = last.gesture and event.gesture and "look" not in (last.gesture, event.gesture)
    postures = last.posture and event.posture and last.posture != event.posture
    return bool(gestures or (postures and event.posture != "stand"))


def _bounds(slots: list[int], count: int) -> list[tuple[float, float]]:
    """Shares of the shot of events by their slots; events of one slot share it."""
    starts = []
    for k, slot in enumerate(slots):
        same = [j for j, other in enumerate(slots) if other == slot]
        starts.append((slot + same.index(k) / len(same)) / count)
    ends = [*starts[1:], 1.0]
    return [(round(a, 4), round(b, 4)) for a, b in zip(starts, ends, strict=True)]


def _posture(event: Event, state: str, beats: list[Beat]) -> str:
    """The posture of an event: its own, that of its gesture, or the one before."""
    if event.posture:
        return event.posture
    implied = GESTURES[event.gesture].posture if event.gesture in GESTURES else ""
    if not beats and implied:
        return implied
    if not beats:
        return "stand"
    if POSTURES[state].speed > 0 or state in ("jump",):
        is_arrived = beats[-1].to or (event.gesture and GESTURES[event.gesture].hands)
        return "stand" if is_arrived else state
    return implied or state


def _speech(shot: Shot, cast: Cast) -> dict[str, list[tuple[float, float]]]:
    """Parts of the shot in which each player speaks."""
    lines = shot.dialogue
    length = float(shot.duration_s)
    starts = [
        float(line.at_s) / length if line.at_s is not None else k / len(lines)
        for k, line in enumerate(lines)
    ]
    parts: dict[str, list[tuple[float, float]]] = {}
    for k, line in enumerate(lines):
        later = [start for start in starts[k + 1 :] if start > starts[k]]
        if line.who in cast.drafts and starts[k] < 1:
            end = min([*later, 1.0])
            parts.setdefault(line.who, []).append((round(starts[k], 4), round(end, 4)))
    return parts


def _staged(place: Place, players: tuple[Player, ...]) -> Iterator[Staged]:
    if place.words:
        yield Staged(f"set: {place.set}", place.words)
    for player in players:
        if player.kind == "thing" and player.words and player.model != STAND_IN:
            yield Staged(f"{player.id}: {player.model}", player.words)
        for beat in player.beats:
            if beat.words:
                yield Staged(f"{player.id}: {describe_beat(beat)}", beat.words)


def describe_beat(beat: Beat) -> str:
    """A beat in a few words: posture, gesture, target, seat, what is held and looked at."""
    parts = [beat.posture, beat.gesture]
    held = " and ".join(key for _, key in beat.holds)
    for label, value in (
        ("with", beat.target), ("on", beat.seat), ("holding", held),
        ("looking at", beat.looks_at), ("to", beat.to),
    ):  # fmt: skip
        parts.append(f"{label} {value}" if value else "")
    return ", ".join(part for part in parts if part)


def describe_reading(reading: ShotReading) -> list[str]:
    """Lines for people: what is staged and from which words, and what is not and why."""
    lines = [f'{each.what}, from "{each.words}"' for each in reading.staged]
    lines += [f'not staged: "{lost.words}": {lost.why}{_hint(lost)}' for lost in reading.not_staged]
    return lines


def staging_hints(board: ShotList) -> Iterator[tuple[Shot, NotStaged]]:
    """What the shots of a board name and staging does not show, in the order of the cut."""
    for shot in board.shots:
        for lost in read_shot(board, shot).not_staged:
            yield shot, lost


def _hint(lost: NotStaged) -> str:
    return f'; nearest: "{lost.nearest}"' if lost.nearest else ""
