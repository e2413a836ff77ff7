"""Reads the words of a shot: who and what is in it, and who does what, in which order."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

from shots.lexicon import grammar
from shots.lexicon.place_words import KIND_OF_SCENE
from shots.lexicon.places import PLACE_WORDS, SETS, find_place, nearest_place
from shots.lexicon.things import STAND_IN
from shots.schema import Shot, ShotList
from shots.staging.acts.beats import read_players
from shots.staging.acts.cast_list import character_names
from shots.staging.acts.clause_events import EventReader
from shots.staging.acts.roles import Cast
from shots.staging.clauses.clause_reader import read_clauses
from shots.staging.clauses.nouns import Names, split_words
from shots.staging.clauses.phrases import PhraseReader
from shots.staging.staged import Beat, Place, Player, ShotReading, Staged

# How a shot list opens a shot: "Close on", "Wide shot of", "POV:". Camera words are no action.
_OPENING = re.compile(
    r"^\s*(?:(?:extreme|medium|very|super|slow|tight|big|full|long|high|low|top|slow-motion)\s+)*"
    r"(?:close[- ]?ups?|close|wide|wide shot|establishing shot|insert|detail|detail shot|pov|ots|"
    r"ecu|cu|mcu|ms|mws|ws|ews|fs|angle|shot|two[- ]shot|over[- ]the[- ]shoulder|macro|aerial|"
    r"drone shot|tracking shot|pack ?shot|beauty shot|hero shot|montage|slow motion|macro shot|"
    r"tilt[- ]up|pan|interview|talking head|testimonial|"
    r"(?:[\w-]+ ){1,2}shot(?=\s*(?::|of|on)))"
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
_OUTDOORS = frozenset(("stadium", "sea", "beach", "forest", "field", "river-bank"))
_SNOWED = frozenset(("mountains", "field", "forest", "ground", "park"))
"""Sets that are fields of snow where the words have snow."""
# Words for a scene without lamps, but for what it names.
_DARK = re.compile(
    r"\bin the dark\b|\bdark(?:ened|ness)?,? (?:room|house|hallway|corridor|cellar|street|alley)|"
    r"\b(?:darkness|unlit|gloom|blackout|power (?:cut|failure)|moonlight|candlelight|torchlight)\b|"
    r"\b(?:lit|illuminated) (?:only )?by|\b(?:light|glow) of (?:a|an|the|his|her)\b|"
    r"pitch[- ]?(?:black|dark)"
)
_OWNER = re.compile(r"\b[\w-]+['’]s?\s")  # noqa: RUF001
_IS_VIEW = re.compile(r"(?:^|[.:,;]|\b(?:look\w*|see\w*|shot|from|is|camera))\s*$", re.IGNORECASE)


def read_shot(board: ShotList, shot: Shot) -> ShotReading:
    """Who and what is in a shot and what they do; nobody has a place on the floor plan yet."""
    place = _place(board, shot)
    cast = Cast(board, shot, place)
    names = character_names(board)
    action, whose = _without_camera(shot.action)
    over = _resolve(cast, names, whose)
    clauses, lost = read_clauses(action, names)
    events = EventReader(cast)
    events.read(clauses)
    for words in lost:
        cast.lose(words, "no word of the lexicon")
    heading = shot.location.heading if shot.location else ""
    if heading and not place.words:
        cast.lose(heading, f"no such place: {place.set}", nearest_place(heading))
    if place.is_interior and PLACE_WORDS.get(place.words) in _OUTDOORS:
        cast.lose(heading, f"no such interior: {place.set}")
    _mark_subjects(cast)
    players = read_players(board, shot, cast, events.slots)
    things = [player.id for player in players if player.kind != "person"]
    detail = cast.detail or (things[0] if things and shot.camera.view == "insert" else "")
    cast.ledger.use(place.words, *(word for word, key in PLACE_WORDS.items() if key == place.set))
    cast.ledger.use(over, *(draft.label for draft in cast.drafts.values()))
    weather = tuple(dict.fromkeys([*place.weather, *cast.weather]))
    lost_words = [each.words for each in cast.not_staged]
    # Of a heading without INT and DAY; whose place it is changes nothing.
    title = _OWNER.sub("", KIND_OF_SCENE.sub("", heading).partition(" - ")[0])
    return ShotReading(
        replace(place, weather=weather), players, over, detail,
        tuple(_staged(place, players)), tuple(cast.not_staged),
        prompt_only=cast.ledger.unused(f"{title}. {action}", lost_words),
    )  # fmt: skip


def _resolve(cast: Cast, names: Names, text: str) -> str:
    """The person that a few words name."""
    found = PhraseReader(text, split_words(text), names).phrase(0, subject=False) if text else None
    return next(iter(cast.resolve(found[0], [])), "") if found else ""


def _place(board: ShotList, shot: Shot) -> Place:
    heading = shot.location.heading if shot.location else ""
    looks = shot.location.looks if shot.location else ""
    name, is_interior, words = find_place(heading, looks, shot.action)
    if shot.location and shot.location.set and shot.location.set.use:
        name = words = shot.location.set.use
        is_interior = SETS[name].is_interior
    named = re.findall(r"[a-z]+", f"{looks} {heading}".lower())
    weather = [] if is_interior else [grammar.WEATHER[w] for w in named if w in grammar.WEATHER]
    if _DARK.search(f"{heading} {shot.action}".lower()):
        weather.append("dark")
    if name in _SNOWED:  # in all shots of the scene alike
        scene = board.scene_of(shot)
        actions = [each.action for each in scene.shots] if scene else [shot.action]
        is_snowed = re.search(r"\bsnow(?:y|-covered)?\b", f"{looks} {heading} {actions}".lower())
        name = "snow-field" if is_snowed else name
    seed = zlib.crc32((shot.location.key if shot.location else name).encode())
    return Place(name, is_interior, seed, tuple(dict.fromkeys(weather)), words)


def _without_camera(action: str) -> tuple[str, str]:
    """The action without words about the camera, and over whose shoulder they look."""
    over = ""

    def note(found: re.Match[str]) -> str:
        nonlocal over
        who = found["who"] or found["view"] or found["eyes"]
        over = over or re.sub(r"^(?:from|we see|we look)\s+", "", who.strip())
        return " "

    found = _OVER.search(action)
    # "drapes his jacket over her shoulders" is no view.
    if found and (not found["who"] or _IS_VIEW.search(action[: found.start()])):
        action = note(found).join((action[: found.start()], action[found.end() :]))
    return _OPENING.sub("", action, count=1), over


def _mark_subjects(cast: Cast) -> None:
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
