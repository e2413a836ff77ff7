"""Lint: warnings and notices about a board that can be read.

Rules about one shot (SB201 to SB214) and about the preset that renders it (SB205, SB301 to SB303)
are here, rules over several shots in `board_rules.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil
from typing import Protocol

from shots.lexicon.find_word import find_word
from shots.lexicon.grammar import PEOPLE, singular
from shots.lexicon.things import MODELS
from shots.lint.board_rules import Finding, board_findings, direction_of
from shots.problem import Problem
from shots.prompt.compile import count_words
from shots.prompt.negative import fit_negative
from shots.schema import Shot, ShotList, fold_name
from shots.source.board_source import in_order
from shots.vocabulary.terms import Fault
from shots.vocabulary.values import decimal
from shots.vocabulary.words import find

MAX_WORDS = 200
MAX_WORDS_FROM_PICTURE = 100
MAX_TOKENS = 512

_VERB = re.compile(r"\b[a-z]+(?:s|ing|ed)\b", re.IGNORECASE)
# Words that match _VERB without describing an event.
_STATIVE_TEXT = """
is was as his its this us has does stands standing sits sitting lies lying waits waiting rests
resting stays staying remains remaining hangs hanging faces facing wears wearing seems appears looks
looking holds holding always across towards besides wings glasses building ceiling morning evening
clothing
"""
_STATIVE = frozenset(_STATIVE_TEXT.split())
# "sits" is a state, "sits down" an event.
_BEGINS = re.compile(
    r"\b(?:looks?|looking|stands?|standing|sits?|sitting|lies?|lying)\s+"
    r"(?:at|up|down|away|out|back|over|around)\b",
    re.IGNORECASE,
)
_TIGHT = ("CU", "BCU", "ECU")
_WIDE = ("EWS", "WS", "FS", "MWS")
_MAX_PEOPLE = {"single": 1, "two-shot": 2, "three-shot": 3, "empty": 0}
# Light sources that a time of day excludes, and what to use instead.
_EXCLUDED_SOURCES = {
    "night": (("sun", "daylight", "clear-sky", "overcast"), "moonlight, practical or artificial"),
    "day": (("moonlight",), "sun, daylight or overcast"),
}

ShotFinding = tuple[Fault, str]
"""A fault, and the field of the shot that it is about."""


class ClipLimits(Protocol):
    """What a preset renders in one clip. Presets of `model` fit as they are."""

    @property
    def fps(self) -> Fraction:
        """Frame rate of the model."""

    @property
    def max_frames(self) -> int:
        """Frames of the longest clip."""


def lint(
    board: ShotList, *, limits: ClipLimits | None = None, negative_base: str | None = None
) -> tuple[Problem, ...]:
    """Check a board that can be read.

    Args:
        board: Any board.
        limits: Of the preset that renders it; without them SB301 to SB303 are not checked.
        negative_base: The preset's negative prompt; without it SB205 is not checked.

    Returns:
        Warnings and notices in file order. SB214 is an error for `storyboard check` only, so that
        a script with a very long action can still be imported.
    """
    rules = (_moves, _people, _light, _action, _sound_and_takes, _optics, _blocking)
    problems = [
        board.problem(fault, shot, field)
        for shot in board.shots
        for rule in rules
        for fault, field in rule(board, shot)
    ]
    problems += [board.problem(*finding) for finding in board_findings(board)]
    return _sorted(board, [*problems, *lint_render(board, limits, negative_base)])


def lint_render(
    board: ShotList, limits: ClipLimits | None, negative_base: str | None
) -> tuple[Problem, ...]:
    """Check a board against the preset that renders it, without the other rules of `lint`."""
    findings = [*_removals(board, negative_base)] if negative_base else []
    findings += _clip_lengths(board, limits) if limits else []
    return _sorted(board, [board.problem(*finding) for finding in findings])


def _sorted(board: ShotList, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    # A mistake in the defaults is found in every shot but reported once.
    return tuple(in_order(dict.fromkeys(problems), board.path))


def _removals(board: ShotList, negative_base: str) -> Iterator[Finding]:
    """SB205: words of the negative prompt that contradict the shot."""
    for shot in board.shots:
        _, removed = fit_negative(board, shot, negative_base)
        if removed:
            words = ", ".join(removal.shown for removal in removed)
            finding = f"shot {shot.id}: removed from the negative prompt: {words}"
            reasons = ", ".join(dict.fromkeys(removal.clash for removal in removed))
            yield Fault("SB205", finding, f"because the shot asks for {reasons}"), shot, ""


def _clip_lengths(board: ShotList, limits: ClipLimits) -> Iterator[Finding]:
    """SB301 to SB303: durations against the model's clips of 4n + 1 frames at its own rate."""
    fps = board.format.fps
    if limits.fps != fps:
        finding = f"the model runs at {decimal(limits.fps)} fps, the cut at {decimal(fps)}"
        held = fps / limits.fps
        remedy = "frames are held unevenly; choose a rate that is a multiple to avoid it"
        if held.denominator == 1:
            remedy = f"each frame is held {decimal(held)} f"
        yield Fault("SB303", finding, remedy), None, "format.fps"
    for shot in board.shots:
        frames = max(1, ceil(shot.duration_s * limits.fps))
        rendered = -(-(frames - 1) // 4) * 4 + 1
        seconds = decimal(shot.duration_s)
        if rendered > limits.max_frames:
            longest = decimal(Fraction(limits.max_frames) / limits.fps)
            finding = f"{seconds} s = {frames} f; the model's longest clip is {limits.max_frames} f"
            remedy = (
                "it is rendered as a chain of clips or as one stretched clip; "
                f"one clip holds {longest} s"
            )
            yield Fault("SB301", finding, remedy), shot, "duration"
        elif rendered != frames:
            trimmed = rendered - frames
            finding = f"{seconds} s = {frames} f; rendered {rendered} (4n+1), {trimmed} trimmed"
            yield Fault("SB302", finding, "nothing to do: the cut is exact"), shot, "duration"


def _moves(board: ShotList, shot: Shot) -> Iterator[ShotFinding]:
    """SB201: a move, a speed or an amount on a static camera."""
    camera = shot.camera
    moves = [word for word in camera.movement if word != "static"]
    if "static" not in camera.movement:
        return
    if moves:
        finding = f'move "{moves[0]}" with "static"'
        remedy = 'remove "static", unless the shot holds first'
        yield Fault("SB201", finding, remedy), "camera.movement"
    elif camera.amount or camera.speed != "medium":
        field = "camera.amount" if camera.amount else "camera.speed"
        manner = f"{camera.amount.value:g} {camera.amount.unit}" if camera.amount else camera.speed
        remedy = f'name the move, or remove "{manner}"'
        yield Fault("SB201", f'"{manner}" on a static camera', remedy), field


def _people(board: ShotList, shot: Shot) -> Iterator[ShotFinding]:
    """SB202 and SB211: fewer or more subjects than the framing is for."""
    people, view = shot.camera.people, shot.camera.view
    shown = {*shot.subjects, *filter(None, (shot.camera.over,))}
    if view == "OTS" and len(shown) < 2:  # over whose shoulder may stand in the action
        action = fold_name(shot.action)
        shown |= {board.characters_by_name[n].id for n in board.characters_by_name if n in action}
    count = len(shown)
    subjects = f"{count} subject{'s' * (count != 1)}"
    if view == "OTS" and count < 2:
        fault = Fault("SB202", f"OTS with {subjects}", "list both people under subjects")
        yield fault, "camera.view"
    if people in ("two-shot", "three-shot") and count < _MAX_PEOPLE[people]:
        fault = Fault("SB202", f"{people} with {subjects}", "list them under subjects")
        yield fault, "camera.people"
    # A single over the shoulder shows the second person from behind.
    if people not in _MAX_PEOPLE or (people == "single" and view == "OTS"):
        return
    persons = []
    for key in shot.subjects:
        character = board.characters.get(key)
        words = f"{character.as_} {character.looks}".lower() if character else ""
        # Animals and things may be subjects too.
        if any(singular(word)[0] in PEOPLE for word in re.findall(r"[a-z]+", words)):
            persons.append(key)
    if len(persons) > _MAX_PEOPLE[people]:
        finding = f"{people} with {len(persons)} people: {', '.join(persons)}"
        remedy = "use two-shot or group"
        if len(persons) > 2 and people != "empty":
            remedy = "use three-shot or group"
        elif people == "empty":
            remedy = "take them out of subjects"
        yield Fault("SB211", finding, remedy), "camera.people"


def _light(board: ShotList, shot: Shot) -> Iterator[ShotFinding]:
    """SB203: light against the time of day, of the shot or of the scene."""
    light = shot.lighting
    sources, instead = _EXCLUDED_SOURCES.get(light.time or "", ((), ""))
    if light.source in sources:
        finding = f'{light.time} with the light source "{light.source}"'
        yield Fault("SB203", finding, f"use {instead}, or another time"), "lighting.source"
    scene = board.scene_of(shot)
    time = find("time", scene.time) if scene and scene.time else None
    if scene and time and light.time and time.word != light.time:
        finding = f"scene {scene.number} takes place at {time.word}, the lighting is {light.time}"
        remedy = f"light it for {time.word}, or change the time of the scene"
        yield Fault("SB203", finding, remedy), "lighting.time"


def _action(board: ShotList, shot: Shot) -> Iterator[ShotFinding]:
    """SB204, SB206, SB207 and SB214: no event, a long prompt, another screen direction."""
    words = {word.lower() for word in _VERB.findall(shot.action)}
    if not words - _STATIVE and not _BEGINS.search(shot.action):
        finding = f'nothing happens in "{shot.action}"' if shot.action else "the shot has no action"
        yield Fault("SB204", finding, "describe what moves or changes during the shot"), "action"

    from_picture = shot.starts_from_picture
    limit = MAX_WORDS_FROM_PICTURE if from_picture else MAX_WORDS
    num_words = count_words(board, shot, "image" if from_picture else "text")
    remedy = "shorten the action or the looks"
    # A word is at least one token, and the end of the text is one more.
    if num_words >= MAX_TOKENS:
        finding = f"the prompt has {num_words} words, the model reads {MAX_TOKENS} tokens"
        yield Fault("SB214", finding, remedy), "action"
    elif num_words > limit:
        finding = f"the prompt has {num_words} words; those after {limit} have little effect"
        yield Fault("SB206", finding, remedy), "action"

    expected = shot.continuity.screen_direction if shot.continuity else None
    actual = direction_of(shot.action)
    if expected and actual and expected != actual:
        finding = f"the screen direction is {expected}, the action goes {actual}"
        remedy = "change one of them: the model reads only the action"
        yield Fault("SB207", finding, remedy), "continuity.screen-direction"


def _sound_and_takes(board: ShotList, shot: Shot) -> Iterator[ShotFinding]:
    """SB208 to SB210: sound in a MOS shot, a line after its end, takes with one seed."""
    if shot.sound and shot.sound.is_mos:
        audible = [name for name in ("ambience", "sfx", "music") if getattr(shot.sound, name)]
        audible += ["dialogue"] if shot.dialogue else []
        if audible:
            finding = f"{audible[-1]} in a shot that is MOS"
            yield Fault("SB208", finding, f"remove MOS, or remove the {audible[-1]}"), "sound"
    for line in shot.dialogue:
        if line.at_s is not None and line.at_s >= shot.duration_s:
            finding = f"a line at {decimal(line.at_s)} s in a shot of {decimal(shot.duration_s)} s"
            remedy = "start the line earlier, or lengthen the shot"
            yield Fault("SB209", finding, remedy, line.line[:40]), "dialogue"
    if shot.takes > 1 and shot.seed is not None:
        finding = f"{shot.takes} takes with one seed are the same picture"
        yield Fault("SB210", finding, "remove the seed, or render one take"), "seed"


def _blocking(board: ShotList, shot: Shot) -> Iterator[ShotFinding]:
    """SB215 and SB216: two people on one mark, moves outside of the shot."""
    taken: dict[str, str] = {}
    for who, entry in shot.blocking.items():
        spot, is_person = entry.spot, who in board.characters or entry.looks
        if is_person and spot and spot.relation in ("at", "on"):
            place = str(spot) if spot.point else spot.near
            thing = find_word("thing", place)
            # A sofa has room for several, and so has the floor round a table.
            has_room = thing is not None and len(MODELS[thing].seats) != 1
            other = who if has_room else taken.setdefault(place, who)
            if other != who:
                finding = f"{who} and {other} are both at {place}"
                fault = Fault("SB215", finding, "give one of them another place, or beside it")
                yield fault, f"blocking.{who}.{'on' if entry.on else 'at'}"
        for move in entry.moves or ():
            starts_s = move.from_.seconds if move.from_ else Fraction(0)
            ends_s = move.until.seconds if move.until else shot.duration_s
            field = f"blocking.{who}.moves"
            if starts_s >= shot.duration_s or ends_s > shot.duration_s:
                late_s = starts_s if starts_s >= shot.duration_s else ends_s
                finding = f"a move at {decimal(late_s)} s in a shot of {decimal(shot.duration_s)} s"
                yield Fault("SB216", finding, "move earlier, or lengthen the shot"), field
            elif ends_s <= starts_s:
                finding = f"a move that ends at {decimal(ends_s)} s, before it starts"
                yield Fault("SB216", finding, "let it end after it starts"), field


def _optics(board: ShotList, shot: Shot) -> Iterator[ShotFinding]:
    """SB212 and SB213: lens against focus, size against view and people."""
    camera = shot.camera
    lens = f"{camera.lens_mm:g}mm"
    has_lens = board.origin(shot.id, "camera.lens").level != "model" or camera.lens_mm != 35
    if camera.focus == "fisheye" and has_lens and camera.lens_mm > 16:
        remedy = "use 16mm or less, or remove fisheye"
        yield Fault("SB212", f"fisheye with a lens of {lens}", remedy), "camera.lens"
    elif camera.focus == "shallow" and camera.lens_mm < 16:
        finding = f"shallow focus with a lens of {lens}, which has everything in focus"
        yield Fault("SB212", finding, "use a longer lens, or remove shallow"), "camera.lens"
    if camera.focus == "deep" and "rack-focus" in camera.movement:
        finding = "rack-focus in deep focus, where nothing is out of focus"
        yield Fault("SB212", finding, "use shallow, or remove the move"), "camera.movement"

    size = camera.size
    has_size = board.origin(shot.id, "camera.size").level != "model"
    if camera.view == "establishing" and size in _TIGHT:
        finding = f"establishing in {size}, which does not show the place"
        yield Fault("SB213", finding, "use EWS or WS, or remove establishing"), "camera.size"
    elif camera.view == "insert" and size in _WIDE and has_size:
        finding = f"insert in {size}, which does not show a detail"
        yield Fault("SB213", finding, "use CU or ECU, or remove insert"), "camera.size"
    elif camera.people in ("two-shot", "three-shot", "group") and size in ("BCU", "ECU"):
        finding = f"{camera.people} in {size}, which holds one face"
        yield Fault("SB213", finding, "use MCU or wider, or single"), "camera.size"
