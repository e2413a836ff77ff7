"""Directives of one shot that contradict each other: SB201 to SB214.

Each rule yields faults with the field that they are about. Called by `lint.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from shots.prompt.compile import count_words
from shots.schema import Shot, ShotList
from shots.vocabulary.terms import Fault
from shots.vocabulary.values import decimal
from shots.vocabulary.words import find

MAX_WORDS = 200
MAX_WORDS_FROM_PICTURE = 100
MAX_TOKENS = 512

Finding = tuple[Fault, str]
Rule = Callable[[ShotList, Shot], Iterator[Finding]]

_VERB = re.compile(r"\b[a-z]+(?:s|ing|ed)\b", re.IGNORECASE)
# Words that look like verbs and tell no event.
_STATIVE = frozenset(
    re.findall(
        r"\w+",
        """
        is was as his its this us has does stands standing sits sitting lies lying waits waiting
        rests resting stays staying remains remaining hangs hanging faces facing wears wearing
        seems appears looks looking holds holding always across towards besides wings glasses
        building ceiling morning evening clothing
        """,
    )
)
_PERSON = re.compile(
    r"\b(?:(?:wo)?m[ae]n|girls?|boys?|child(?:ren)?|persons?|people|lady|ladies|gentlem[ae]n|guy|"
    r"kids?|teenagers?|(?:grand)?(?:mother|father)|driver|soldier|officer|doctor|nurse|wait(?:er|ress)|"
    r"act(?:or|ress)|guard|singer|dancer)\b",
    re.IGNORECASE,
)
_TIGHT = ("CU", "BCU", "ECU")
_WIDE = ("EWS", "WS", "FS", "MWS")
_ROOM = {"single": 1, "two-shot": 2, "three-shot": 3, "empty": 0}
# A light that a time of day does not have, and what it has instead.
_AGAINST = {
    "night": (("sun", "daylight", "clear-sky", "overcast"), "moonlight, practical or artificial"),
    "day": (("moonlight",), "sun, daylight or overcast"),
}
_ACROSS = re.compile(r"\bfrom (?:the )?(left|right) to (?:the )?(left|right)\b", re.IGNORECASE)
_DEPTH = re.compile(r"\b(towards?|away from) (?:the )?(?:camera|lens|viewer|us)\b", re.IGNORECASE)


def direction_of(action: str) -> str | None:
    """The screen direction that an action tells, if any: left-to-right, towards, ..."""
    across = _ACROSS.search(action)
    if across and across[1].lower() != across[2].lower():
        return f"{across[1]}-to-{across[2]}".lower()
    depth = _DEPTH.search(action)
    return ("towards" if depth[1].lower().startswith("toward") else "away") if depth else None


def _moves(board: ShotList, shot: Shot) -> Iterator[Finding]:
    camera = shot.camera
    moves = [word for word in camera.movement if word != "static"]
    if "static" not in camera.movement:
        return
    if moves:
        finding = f'move "{moves[0]}" with "static"'
        remedy = 'drop "static", unless the shot holds first'
        yield Fault("SB201", finding, remedy), "camera.movement"
    elif camera.amount or camera.speed != "medium":
        field = "camera.amount" if camera.amount else "camera.speed"
        said = f"{camera.amount.value:g} {camera.amount.unit}" if camera.amount else camera.speed
        yield Fault("SB201", f'"{said}" on a static camera', "name the move, or drop it"), field


def _too_few(board: ShotList, shot: Shot) -> Iterator[Finding]:
    count = len(shot.subjects)
    subjects = f"{count} subject{'s' * (count != 1)}"
    if shot.camera.view == "OTS" and count < 2:
        fault = Fault("SB202", f"OTS with {subjects}", "list both people under subjects")
        yield fault, "camera.view"
    if shot.camera.people in ("two-shot", "three-shot") and count < _ROOM[shot.camera.people]:
        fault = Fault("SB202", f"{shot.camera.people} with {subjects}", "list them under subjects")
        yield fault, "camera.people"


def _too_many(board: ShotList, shot: Shot) -> Iterator[Finding]:
    people = shot.camera.people
    if people not in _ROOM or (people == "single" and shot.camera.view == "OTS"):
        return
    found = [key for key in shot.subjects if _is_person(board, key)]
    if len(found) > _ROOM[people]:
        finding = f"{people} with {len(found)} people: {', '.join(found)}"
        remedy = "take them out of subjects" if people == "empty" else "use two-shot or group"
        remedy = "use three-shot or group" if len(found) > 2 and _ROOM[people] else remedy
        yield Fault("SB211", finding, remedy), "camera.people"


def _is_person(board: ShotList, key: str) -> bool:
    who = board.characters.get(key)
    return who is not None and bool(_PERSON.search(f"{who.as_} {who.looks}"))


def _light(board: ShotList, shot: Shot) -> Iterator[Finding]:
    light = shot.lighting
    sources, instead = _AGAINST.get(light.time or "", ((), ""))
    if light.source in sources:
        finding = f'{light.time} with the light source "{light.source}"'
        yield Fault("SB203", finding, f"use {instead}, or another time"), "lighting.source"


def _scene_time(board: ShotList, shot: Shot) -> Iterator[Finding]:
    scene = board.scene_of(shot)
    known = find("time", scene.time) if scene and scene.time else None
    if scene and known and shot.lighting.time and known.word != shot.lighting.time:
        finding = (
            f"scene {scene.number} plays at {known.word}, the light is of {shot.lighting.time}"
        )
        remedy = f"light it for {known.word}, or change the time of the scene"
        yield Fault("SB203", finding, remedy), "lighting.time"


def _event(board: ShotList, shot: Shot) -> Iterator[Finding]:
    words = {word.lower() for word in _VERB.findall(shot.action)}
    if words - _STATIVE:
        return
    finding = f'nothing happens in "{shot.action}"' if shot.action else "the shot has no action"
    yield Fault("SB204", finding, "say what moves or changes during the shot"), "action"


def _length(board: ShotList, shot: Shot) -> Iterator[Finding]:
    from_picture = shot.starts_from_picture
    limit = MAX_WORDS_FROM_PICTURE if from_picture else MAX_WORDS
    num_words = count_words(board, shot, "image" if from_picture else "text")
    remedy = "shorten the action or the looks"
    # A word is a token or more, and the last token is the end.
    if num_words >= MAX_TOKENS:
        finding = f"the prompt has {num_words} words, the model reads {MAX_TOKENS} tokens"
        yield Fault("SB214", finding, remedy), "action"
    elif num_words > limit:
        finding = f"the prompt has {num_words} words, more than {limit} blur"
        yield Fault("SB206", finding, remedy), "action"


def _direction(board: ShotList, shot: Shot) -> Iterator[Finding]:
    said = shot.continuity.screen_direction if shot.continuity else None
    told = direction_of(shot.action)
    if said and told and said != told:
        finding = f"screen direction {said}, the action goes {told}"
        remedy = "keep one of them: the model reads the action"
        yield Fault("SB207", finding, remedy), "continuity.screen-direction"


def _silence(board: ShotList, shot: Shot) -> Iterator[Finding]:
    if shot.sound and shot.sound.is_mos:
        heard = [name for name in ("ambience", "sfx", "music") if getattr(shot.sound, name)]
        heard += ["dialogue"] if shot.dialogue else []
        if heard:
            finding = f"{heard[-1]} in a shot that is MOS"
            yield Fault("SB208", finding, f"drop MOS, or drop the {heard[-1]}"), "sound"


def _lines(board: ShotList, shot: Shot) -> Iterator[Finding]:
    for line in shot.dialogue:
        if line.at_s is not None and line.at_s >= shot.duration_s:
            finding = f"a line at {decimal(line.at_s)} s in a shot of {decimal(shot.duration_s)} s"
            remedy = "let it begin earlier, or lengthen the shot"
            yield Fault("SB209", finding, remedy, line.line[:40]), "dialogue"


def _takes(board: ShotList, shot: Shot) -> Iterator[Finding]:
    if shot.takes > 1 and shot.seed is not None:
        finding = f"{shot.takes} takes with one seed are the same picture"
        yield Fault("SB210", finding, "drop the seed, or make one take"), "seed"


def _focus(board: ShotList, shot: Shot) -> Iterator[Finding]:
    camera = shot.camera
    is_said = board.origin(shot.id, "camera.lens").level != "model" or camera.lens_mm != 35
    lens = f"{camera.lens_mm:g}mm"
    if camera.focus == "fisheye" and is_said and camera.lens_mm > 16:
        fault = Fault("SB212", f"fisheye with a lens of {lens}", "use 16mm or less, or drop it")
        yield fault, "camera.lens"
    elif camera.focus == "shallow" and camera.lens_mm < 16:
        finding = f"shallow focus with a lens of {lens}, in which everything is sharp"
        yield Fault("SB212", finding, "use a longer lens, or drop shallow"), "camera.lens"
    if camera.focus == "deep" and "rack-focus" in camera.movement:
        finding = "rack-focus in deep focus, where nothing is out of focus"
        yield Fault("SB212", finding, "use shallow, or drop the move"), "camera.movement"


def _view(board: ShotList, shot: Shot) -> Iterator[Finding]:
    camera = shot.camera
    is_said = board.origin(shot.id, "camera.size").level != "model"
    if camera.view == "establishing" and camera.size in _TIGHT:
        finding = f"establishing in {camera.size}, which shows no place"
        yield Fault("SB213", finding, "use EWS or WS, or drop establishing"), "camera.size"
    elif camera.view == "insert" and camera.size in _WIDE and is_said:
        finding = f"insert in {camera.size}, which shows no detail"
        yield Fault("SB213", finding, "use CU or ECU, or drop insert"), "camera.size"
    elif camera.people in ("two-shot", "three-shot", "group") and camera.size in ("BCU", "ECU"):
        finding = f"{camera.people} in {camera.size}, which holds one face"
        yield Fault("SB213", finding, "use MCU or wider, or single"), "camera.size"


RULES: tuple[Rule, ...] = (
    _moves, _too_few, _too_many, _light, _scene_time, _event, _length, _direction, _silence,
    _lines, _takes, _focus, _view,
)  # fmt: skip
