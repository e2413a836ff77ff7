"""Shot → Prompt: every directive in words that Wan 2.2 was trained on, with a trace of each word.

Order: a style that is not photographic, the tags, who does what, where, the camera, the texture.
A shot that starts from a picture says only what moves. Called by `storyboard.plan` and `explain`.

Source: the order and phrases of Wan2.2 wan/utils/system_prompt.py and its example prompts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shots.prompt.names import as_words, sentence, tell
from shots.prompt.negative import WAN_NEGATIVE, Removal, fit_negative, is_photographic
from shots.schema import Shot, ShotList
from shots.vocabulary.words import TONE_AXES, lens_phrase, term

Mode = Literal["text", "image"]

# What lean tags keep first: four terms are as many as the extender's English rules allow.
LEAN_TAGS = 4
_LEAN_ORDER = (
    "camera.size", "camera.angle", "lighting.time", "lighting.source", "lighting.direction",
    "camera.view", "lighting.contrast", "lighting.tone", "camera.people", "style.palette",
    "lighting.quality", "camera.focus", "camera.lens", "composition",
)  # fmt: skip


@dataclass(frozen=True)
class TraceRow:
    """Words of a prompt and where they come from.

    Attributes:
        words: As sent, or as they would have been.
        field: "camera.size", "style.palette", "negative", ...
        value: The word of the vocabulary or the name behind them; may be empty.
        label: The level for people: "shot 12B".
        line: Counted from 1; None where nobody said it.
        via: The lighting set-up it came through.
        dropped: Why the words are not sent; empty for words that are.
        file: Where the line is; None for the board itself.
    """

    words: str
    field: str
    value: str
    label: str
    line: int | None
    via: str | None = None
    dropped: str = ""
    file: Path | None = None


@dataclass(frozen=True)
class Prompt:
    """What the model is told for one shot.

    Attributes:
        positive: What to show.
        negative: What to avoid; may be empty.
        trace: Every part of both and where it was said, in the order of the text.
        removed: Words that the shot's directives took out of the negative prompt.
    """

    positive: str
    negative: str
    trace: tuple[TraceRow, ...]
    removed: tuple[str, ...]

    @property
    def num_words(self) -> int:
        """Words of the positive prompt."""
        return len(self.positive.split())


@dataclass(frozen=True)
class _Part:
    """A phrase, or a sentence, and the field that says it."""

    words: str
    field: str
    value: str = ""
    dropped: str = ""


@dataclass(frozen=True)
class _Draft:
    """A positive prompt before it is one text: sentences, tags that make one, sentences."""

    before: tuple[_Part, ...]
    tags: tuple[_Part, ...]
    after: tuple[_Part, ...]

    @property
    def parts(self) -> tuple[_Part, ...]:
        return (*self.before, *self.tags, *self.after)

    @property
    def text(self) -> str:
        before, tags, after = (
            [part.words for part in parts if not part.dropped]
            for parts in (self.before, self.tags, self.after)
        )
        return " ".join([*before, *([sentence(", ".join(tags))] if tags else []), *after])


def compile_prompt(
    board: ShotList,
    shot: Shot,
    *,
    mode: Mode = "text",
    negative_base: str = WAN_NEGATIVE,
) -> Prompt:
    """Put a shot into words.

    Args:
        board: The board the shot is on.
        shot: The shot.
        mode: "image" where the shot starts from a picture: motion and camera only.
        negative_base: The preset's negative prompt, words with commas between.
    """
    draft = _draft(board, shot, mode)
    negative, removals = fit_negative(board, shot, negative_base)
    trace = [_row(board, shot, part) for part in draft.parts]
    return Prompt(
        positive=draft.text,
        negative=negative,
        trace=(*trace, *_negative_rows(board, shot, removals)),
        removed=tuple(removal.word for removal in removals),
    )


def count_words(board: ShotList, shot: Shot, mode: Mode) -> int:
    """Words of a shot's positive prompt."""
    return len(_draft(board, shot, mode).text.split())


def _draft(board: ShotList, shot: Shot, mode: Mode) -> _Draft:
    if mode == "image":
        return _Draft((), (), tuple(_sentences(board, shot, from_picture=True)))
    tags = _choose(board, shot, list(_tags(board, shot)))
    sentences = tuple(_sentences(board, shot, from_picture=False))
    look = (_Part(sentence(board.style.look), "style.look"),) if board.style.look else ()
    if is_photographic(board.style.look):
        return _Draft((), tuple(tags), sentences + look)
    return _Draft(look, tuple(tags), sentences)


def _row(board: ShotList, shot: Shot, part: _Part) -> TraceRow:
    origin = board.origin(shot.id, part.field)
    return TraceRow(
        part.words, part.field, part.value, origin.label, origin.line, origin.via, part.dropped,
        origin.file,
    )  # fmt: skip


def _negative_rows(board: ShotList, shot: Shot, removals: Sequence[Removal]) -> Iterator[TraceRow]:
    for removal in removals:
        origin = board.origin(shot.id, removal.field)
        reason = f"the shot asks for {removal.clash}"
        yield TraceRow(
            removal.shown,
            "negative",
            removal.field,
            origin.label,
            origin.line,
            None,
            reason,
            origin.file,
        )


def _tags(board: ShotList, shot: Shot) -> Iterator[_Part]:
    """Every tag in the order of the prompt; bookkeeping terms have no phrase and give none."""
    camera, light = shot.camera, shot.lighting
    yield from _term("camera.size", camera.size)
    yield from _term("camera.people", camera.people)
    yield from _term("camera.view", camera.view)
    # Eye level is how the model looks by itself: it is said only where the shot itself says it.
    if camera.angle != "eye-level" or board.origin(shot.id, "camera.angle").level == "shot":
        yield from _term("camera.angle", camera.angle)
    yield from _term("lighting.time", light.time)
    yield from _term("lighting.source", light.source)
    yield from _term("lighting.quality", light.quality)
    for part in _term("lighting.direction", light.direction):
        hand = f" from the {light.side}" if light.side else ""
        yield _Part(part.words + hand, part.field, " ".join(filter(None, (part.value, light.side))))
    yield from _term("lighting.contrast", light.contrast)
    yield from _term("lighting.tone", light.tone)
    yield from _palette(board, shot)
    # "ultra-wide-angle fisheye" says both.
    if (lens := lens_phrase(camera.lens_mm)) and camera.focus != "fisheye":
        yield _Part(lens, "camera.lens", f"{camera.lens_mm:g}mm")
    yield from _term("camera.focus", camera.focus)
    yield from _term("composition", shot.composition)


def _term(field: str, word: str | None) -> Iterator[_Part]:
    if word:
        found = term(field.rpartition(".")[2], word)
        if found.phrase:
            yield _Part(found.phrase, field, f"{found.word} ({found.source})")


def _palette(board: ShotList, shot: Shot) -> Iterator[_Part]:
    """The board's tones; one that the shot's own tone contradicts is dropped."""
    tone = shot.lighting.tone
    for word in board.style.palette:
        found = term("tone", word)
        is_said = tone is not None and TONE_AXES[word] == TONE_AXES[tone]
        dropped = f"the shot says {tone}" if is_said else ""
        yield _Part(found.phrase, "style.palette", f"{found.word} ({found.source})", dropped)


def _choose(board: ShotList, shot: Shot, tags: list[_Part]) -> list[_Part]:
    """All tags, or with `tags: lean` the four that matter most and no angle beside a move."""
    if board.model.tags == "full":
        return tags
    moves = set(shot.camera.movement) != {"static"}
    reasons: dict[int, str] = {}
    num_kept = 0
    for k in sorted(range(len(tags)), key=lambda k: _LEAN_ORDER.index(tags[k].field)):
        if tags[k].dropped:
            continue
        if tags[k].field == "camera.angle" and moves:
            reasons[k] = "lean tags: no angle beside a camera move"
        elif num_kept == LEAN_TAGS:
            reasons[k] = f"lean tags: {LEAN_TAGS} at most"
        else:
            num_kept += 1
    return [
        _Part(tag.words, tag.field, tag.value, reasons.get(k, tag.dropped))
        for k, tag in enumerate(tags)
    ]


def _sentences(board: ShotList, shot: Shot, *, from_picture: bool) -> Iterator[_Part]:
    """Who does what, who speaks, where, how the camera moves, and the texture."""
    telling = tell(board, shot, describe=not from_picture)
    for words in telling.introductions:
        yield _Part(words, "subjects")
    if telling.action:
        yield _Part(telling.action, "action")
    for who in dict.fromkeys(line.who for line in shot.dialogue):
        words = sentence(f"{as_words(board.characters, who)} speaks")
        away = "" if who in telling.present else "off screen: neither a subject nor in the action"
        yield _Part(words, "dialogue", "", away)
    if not from_picture and shot.location and shot.location.looks:
        yield _Part(sentence(f"The setting is {shot.location.looks}"), "location", shot.location.id)
    subject = as_words(board.characters, telling.present[0]) if telling.present else "the subject"
    yield from _moves(shot, subject)
    if not from_picture and board.style.texture:
        yield _Part(sentence(board.style.texture), "style.texture")


def _moves(shot: Shot, subject: str) -> Iterator[_Part]:
    speed = term("speed", shot.camera.speed).phrase
    for k, word in enumerate(shot.camera.movement):
        found = term("movement", word)
        words = found.phrase.format(adv=f"{speed} " if speed else "", subject=subject)
        if k:
            words = f"Then {words[0].lower()}{words[1:]}"
        yield _Part(words, "camera.movement", f"{found.word} ({found.source})")
