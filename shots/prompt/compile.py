"""Compile a shot into a prompt: directives as phrases that Wan 2.2 was trained on, with a trace.

Order: a style that is not photographic, tags, characters and action, location, camera, texture.
A shot that starts from a picture mentions only motion.

Source: the order and phrases of Wan2.2 wan/utils/system_prompt.py and its example prompts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Literal

from shots.lexicon.place_words import heading_in_words
from shots.prompt.names import describe_action, sentence, short_description
from shots.prompt.negative import WAN_NEGATIVE, fit_negative, is_photographic
from shots.schema import Shot, ShotList
from shots.vocabulary.words import TONE_AXES, lens_phrase, term

Mode = Literal["text", "image"]

LEAN_TAGS = 4
"""Tags that `tags: lean` keeps, as many as Wan's English rules for extended prompts allow."""
# Fields that become tags, the most important first.
_TAG_FIELDS = (
    "camera.size", "camera.angle", "lighting.time", "lighting.source", "lighting.direction",
    "camera.view", "lighting.contrast", "lighting.tone", "camera.people", "style.palette",
    "lighting.quality", "camera.focus", "camera.lens", "composition",
)  # fmt: skip


@dataclass(frozen=True)
class TraceRow:
    """Words of a prompt and their origin."""

    words: str  # as sent to the model, or as they would have been sent
    field: str  # "camera.size", "style.palette", "negative", ...
    value: str  # the vocabulary word or the name behind the words; may be empty
    label: str  # the level, for display: "shot 12B"
    line: int | None  # counted from 1; None for a default
    via: str | None = None  # the lighting set-up through which the value was set
    dropped: str = ""  # why the words are not sent; empty for words that are
    file: Path | None = None  # the file of the line; None for the board itself


@dataclass(frozen=True)
class Prompt:
    """Positive and negative text for one shot."""

    positive: str
    negative: str  # may be empty
    trace: tuple[TraceRow, ...]  # all parts of both texts, in order
    removed: tuple[str, ...]  # words of the negative prompt that contradict the shot

    @property
    def num_words(self) -> int:
        """Words of the positive prompt."""
        return len(self.positive.split())


@dataclass(frozen=True)
class _Part:
    """A phrase or a sentence with the field it comes from."""

    words: str
    field: str
    value: str = ""
    dropped: str = ""


def compile_prompt(
    board: ShotList, shot: Shot, *, mode: Mode = "text", negative_base: str = WAN_NEGATIVE
) -> Prompt:
    """Compile the prompt of a shot.

    Args:
        board: The board of the shot.
        shot: The shot.
        mode: "image" for a shot that starts from a picture: only motion and camera.
        negative_base: The preset's negative prompt, words with commas between.
    """
    parts = _parts(board, shot, mode)
    negative, removals = fit_negative(board, shot, negative_base)
    removed = [
        _Part(removal.shown, "negative", removal.field, f"the shot asks for {removal.clash}")
        for removal in removals
    ]
    trace = []
    for part in [*parts, *removed]:
        is_negative = part.field == "negative"
        origin = board.origin(shot.id, part.value if is_negative else part.field)
        via = None if is_negative else origin.via
        row = (part.words, part.field, part.value, origin.label, origin.line, via, part.dropped)
        trace.append(TraceRow(*row, origin.file))
    return Prompt(_join(parts), negative, tuple(trace), tuple(each.word for each in removals))


def count_words(board: ShotList, shot: Shot, mode: Mode) -> int:
    """Words of a shot's positive prompt, without the cost of a trace."""
    return len(_join(_parts(board, shot, mode)).split())


def _parts(board: ShotList, shot: Shot, mode: Mode) -> list[_Part]:
    """All parts of the positive prompt, in order."""
    if mode == "image":
        return list(_sentences(board, shot, from_picture=True))
    parts = _choose(board, shot, list(_tags(board, shot)))
    parts += _sentences(board, shot, from_picture=False)
    look = [_Part(sentence(board.style.look), "style.look")] if board.style.look else []
    return parts + look if is_photographic(board.style.look) else look + parts


def _join(parts: list[_Part]) -> str:
    """Sentences and tags as one text; the tags, which are neighbours, form one sentence."""
    sent = (part for part in parts if not part.dropped)
    sentences: list[str] = []
    for is_tag, group in groupby(sent, key=lambda part: part.field in _TAG_FIELDS):
        words = [part.words for part in group]
        sentences += [sentence(", ".join(words))] if is_tag else words
    return " ".join(sentences)


def _tags(board: ShotList, shot: Shot) -> Iterator[_Part]:
    """All tags in the order of the prompt; words without a phrase are not sent."""
    camera, light = shot.camera, shot.lighting
    yield from _term("camera.size", camera.size)
    yield from _term("camera.people", camera.people)
    yield from _term("camera.view", camera.view)
    # Eye level is the default of the model: it is sent only where the shot itself writes it.
    if camera.angle != "eye-level" or board.origin(shot.id, "camera.angle").level == "shot":
        yield from _term("camera.angle", camera.angle)
    yield from _term("lighting.time", light.time)
    yield from _term("lighting.source", light.source)
    yield from _term("lighting.quality", light.quality)
    for part in _term("lighting.direction", light.direction):
        side = f" from the {light.side}" if light.side else ""
        value = f"{part.value} {light.side}" if light.side else part.value
        yield _Part(part.words + side, part.field, value)
    yield from _term("lighting.contrast", light.contrast)
    yield from _term("lighting.tone", light.tone)
    for word in board.style.palette:
        found = term("tone", word)
        # A tone of the board gives way to a tone of the shot on the same axis.
        is_replaced = light.tone is not None and TONE_AXES[word] == TONE_AXES[light.tone]
        dropped = f"the shot says {light.tone}" if is_replaced else ""
        yield _Part(found.phrase, "style.palette", f"{found.word} ({found.source})", dropped)
    # The phrase of fisheye, "ultra-wide-angle fisheye", includes the lens.
    if (lens := lens_phrase(camera.lens_mm)) and camera.focus != "fisheye":
        yield _Part(lens, "camera.lens", f"{camera.lens_mm:g}mm")
    yield from _term("camera.focus", camera.focus)
    yield from _term("composition", shot.composition)


def _term(field: str, word: str | None) -> Iterator[_Part]:
    if word:
        found = term(field.rpartition(".")[2], word)
        if found.phrase:
            yield _Part(found.phrase, field, f"{found.word} ({found.source})")


def _choose(board: ShotList, shot: Shot, tags: list[_Part]) -> list[_Part]:
    """All tags, or for `tags: lean` the most important ones and no angle beside a move."""
    if board.model.tags == "full":
        return tags
    is_moving = set(shot.camera.movement) != {"static"}
    chosen = list(tags)
    num_kept = 0
    for k in sorted(range(len(tags)), key=lambda k: _TAG_FIELDS.index(tags[k].field)):
        if tags[k].dropped:
            continue
        if tags[k].field == "camera.angle" and is_moving:
            chosen[k] = replace(tags[k], dropped="lean tags: no angle beside a camera move")
        elif num_kept == LEAN_TAGS:
            chosen[k] = replace(tags[k], dropped=f"lean tags: {LEAN_TAGS} at most")
        else:
            num_kept += 1
    return chosen


def _sentences(board: ShotList, shot: Shot, *, from_picture: bool) -> Iterator[_Part]:
    """Characters and action, speakers, location, camera moves, texture."""
    text = describe_action(board, shot, describe=not from_picture)
    for words in text.introductions:
        yield _Part(words, "subjects")
    if text.action:
        yield _Part(text.action, "action")
    for who in dict.fromkeys(line.who for line in shot.dialogue):
        words = sentence(f"{short_description(board.characters, who)} speaks")
        away = "" if who in text.present else "off screen: neither a subject nor in the action"
        yield _Part(words, "dialogue", "", away)
    if not from_picture and (place := shot.location) and (place.looks or place.heading):
        setting = place.looks or heading_in_words(place.heading)
        yield _Part(sentence(f"The setting is {setting}"), "location", place.id)

    subject = "the subject"
    if text.present:
        subject = short_description(board.characters, text.present[0])
    speed = term("speed", shot.camera.speed).phrase
    for k, word in enumerate(shot.camera.movement):
        found = term("movement", word)
        words = found.phrase.format(adv=f"{speed} " if speed else "", subject=subject)
        if k:
            words = f"Then {words[0].lower()}{words[1:]}"
        yield _Part(words, "camera.movement", f"{found.word} ({found.source})")
    if not from_picture and board.style.texture:
        yield _Part(sentence(board.style.texture), "style.texture")
