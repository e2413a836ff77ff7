"""What looks odd on a board that can be read: warnings and notices, nothing that stops it.

Rules that depend on the model take its limits as a value, so that the language need not know any
model. Called by `load.py`, and with limits by `storyboard check` and the plan.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from typing import Protocol

from .errors import Problem
from .negative import fit_negative
from .prompt import count_words
from .schema import Shot, ShotList
from .source import in_order
from .terms import Fault
from .timing import decimal
from .variant_lint import variant_warnings

MAX_WORDS = 200
MAX_WORDS_FROM_PICTURE = 100

_SETUP = re.compile(r"(\d+)([A-Za-z]+)")
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
_UNEVEN = "frames are held unevenly; choose a rate that is a multiple to avoid it"
_DAY = frozenset({"sun", "daylight"})


class ClipLimits(Protocol):
    """What a preset can render in one go. Presets of `model` fit as they are."""

    @property
    def fps(self) -> Fraction:
        """Frame rate of the model."""

    @property
    def max_frames(self) -> int:
        """Longest clip."""


def lint(
    board: ShotList, *, limits: ClipLimits | None = None, negative_base: str | None = None
) -> tuple[Problem, ...]:
    """Judge a board.

    Args:
        board: Any board.
        limits: Of the preset that will render it; without them SB301 to SB303 are not judged.
        negative_base: The preset's negative prompt; without it SB205 is not judged.

    Returns:
        Warnings and notices, in the order of the file.
    """
    found = [problem for shot in board.shots for problem in _shot_problems(board, shot)]
    if negative_base:
        found += [board.problem(*finding) for finding in _removals(board, negative_base)]
    if limits:
        found += [board.problem(*finding) for finding in _clip_problems(board, limits)]
    found += [board.problem(*finding) for finding in variant_warnings(board)]
    # What the defaults say is said of every shot, and worth reading once.
    return tuple(in_order(dict.fromkeys(found), board.path))


_Finding = tuple[Fault, Shot | None, str]


def _shot_problems(board: ShotList, shot: Shot) -> Iterator[Problem]:
    for rule in (_slate, _moves, _people, _light, _event, _length):
        for fault, field in rule(board, shot):
            yield board.problem(fault, shot, field)


def _slate(board: ShotList, shot: Shot) -> Iterator[tuple[Fault, str]]:
    found = _SETUP.fullmatch(shot.id)
    letters = set(found[2].upper()) & {"I", "O"} if found else set()
    if letters:
        letter = "I" if "I" in letters else "O"
        finding = f'set-up "{shot.id}" has the letter {letter}, which reads as a digit on a slate'
        yield Fault("SB022", finding, f"skip {letter}: use the next letter", shot.id), "id"
    twins = {scene.number.casefold() for scene in board.scenes} - {shot.scene.casefold()}
    if shot.id.casefold() in twins:
        finding = f'set-up "{shot.id}" of scene {shot.scene} reads like scene {shot.id}'
        remedy = f'use the long form "{shot.id}-1" for set-ups of that scene'
        yield Fault("SB022", finding, remedy, shot.id), "id"


def _moves(board: ShotList, shot: Shot) -> Iterator[tuple[Fault, str]]:
    camera = shot.camera
    moves = [word for word in camera.movement if word != "static"]
    if "static" not in camera.movement:
        return
    if moves:
        finding = f'move "{moves[0]}" with "static"'
        yield (
            Fault("SB201", finding, 'drop "static", unless the shot holds first'),
            "camera.movement",
        )
    elif camera.amount or camera.speed != "medium":
        field = "camera.amount" if camera.amount else "camera.speed"
        said = f"{camera.amount.value:g} {camera.amount.unit}" if camera.amount else camera.speed
        yield Fault("SB201", f'"{said}" on a static camera', "name the move, or drop it"), field


def _people(board: ShotList, shot: Shot) -> Iterator[tuple[Fault, str]]:
    count = len(shot.subjects)
    if count >= 2:
        return
    subjects = f"{count} subject{'s' * (count != 1)}"
    if shot.camera.view == "OTS":
        fault = Fault("SB202", f"OTS with {subjects}", "list both people under subjects")
        yield fault, "camera.view"
    if shot.camera.people in ("two-shot", "three-shot"):
        fault = Fault("SB202", f"{shot.camera.people} with {subjects}", "list them under subjects")
        yield fault, "camera.people"


def _light(board: ShotList, shot: Shot) -> Iterator[tuple[Fault, str]]:
    light = shot.lighting
    if light.time == "night" and light.source in _DAY:
        finding = f'night with the light source "{light.source}"'
        remedy = "use moonlight, practical or artificial, or another time"
        yield Fault("SB203", finding, remedy), "lighting.source"


def _event(board: ShotList, shot: Shot) -> Iterator[tuple[Fault, str]]:
    words = {word.lower() for word in _VERB.findall(shot.action)}
    if words - _STATIVE:
        return
    finding = f'nothing happens in "{shot.action}"' if shot.action else "the shot has no action"
    yield Fault("SB204", finding, "say what moves or changes during the shot"), "action"


def _length(board: ShotList, shot: Shot) -> Iterator[tuple[Fault, str]]:
    from_picture = shot.starts_from_picture
    limit = MAX_WORDS_FROM_PICTURE if from_picture else MAX_WORDS
    num_words = count_words(board, shot, "image" if from_picture else "text")
    if num_words > limit:
        finding = f"the prompt has {num_words} words, more than {limit} blur"
        yield Fault("SB206", finding, "shorten the action or the looks"), "action"


def _removals(board: ShotList, negative_base: str) -> Iterator[_Finding]:
    for shot in board.shots:
        _, removed = fit_negative(board, shot, negative_base)
        if removed:
            words = ", ".join(removal.shown for removal in removed)
            finding = f"shot {shot.id}: taken out of the negative prompt: {words}"
            reasons = ", ".join(dict.fromkeys(removal.clash for removal in removed))
            yield Fault("SB205", finding, f"because the shot asks for {reasons}"), shot, ""


def _clip_problems(board: ShotList, limits: ClipLimits) -> Iterator[_Finding]:
    """Durations against the clips that the model makes: 4n + 1 frames at its own rate."""
    fps = board.format.fps
    if limits.fps != fps:
        finding = f"the model runs at {decimal(limits.fps)} fps, the cut at {decimal(fps)}"
        held = fps / limits.fps
        remedy = f"each frame is held {decimal(held)} f" if held.denominator == 1 else _UNEVEN
        yield Fault("SB303", finding, remedy), None, "format.fps"
    for shot in board.shots:
        frames = max(1, ceil(shot.duration_s * limits.fps))
        rendered = -(-(frames - 1) // 4) * 4 + 1
        seconds = decimal(shot.duration_s)
        if rendered > limits.max_frames:
            longest = decimal(Fraction(limits.max_frames) / limits.fps)
            finding = f"{seconds} s = {frames} f; the model's longest clip is {limits.max_frames} f"
            remedy = f"split it, chain it with continuity, or keep it under {longest} s"
            yield Fault("SB301", finding, remedy), shot, "duration"
        elif rendered != frames:
            trimmed = rendered - frames
            finding = f"{seconds} s = {frames} f; rendered {rendered} (4n+1), {trimmed} trimmed"
            yield Fault("SB302", finding, "nothing to do: the cut is exact"), shot, "duration"
