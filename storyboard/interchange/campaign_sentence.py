"""One sentence → a board with variants to start from: same sentence, same axes, same board.

No language model: the sentence is taken apart at its verb and its place, and covered by the shots
a spot usually has, as long and as important as the lengths of its variants need. What was guessed
is for people to edit. Called by the CLI.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from pydantic_core import PydanticCustomError

from shots.lint.board_rules import slates
from shots.problem import ShotsError
from shots.variants import AXIS, FULL, MAX_VARIANTS, RESERVED, canonical
from shots.vocabulary.values import read_aspect, read_time
from storyboard.interchange.draft_text import entry, inline, scalar

FPS = 24
MAX_SIGNS = 300
CARD_F = FPS
LONGEST_F = 4 * FPS
SHORTEST_F = 12
USUAL: Mapping[str, str] = {"format": "16:9,9:16,1:1", "length": "full,15s,6s"}
"""Axes of a campaign that names none."""

# First and last are the first and the last shot of the film; the others take turns between.
_COVERAGE = (
    ("WS, establishing, crane down slow, 28mm", "{Hero} comes into view."),
    ("FS, low, track right, 35mm", "{Hero} {does}."),
    ("MCU, push in slow, 85mm, shallow", "{Hero} {does}, close to us."),
    ("CU, orbit left slow, 85mm, shallow", "Light slides over {hero}."),
    ("MS, lead, 35mm", "{Hero} {does} and comes towards us."),
    ("ECU, insert, 85mm", "The smallest detail of {hero} catches the light."),
    ("MS, high, tilt down slow, 35mm", "{Hero} {does}, seen from above."),
    ("WS, pull out slow, 35mm", "{Hero} {does} and grows small."),
)
_ARTICLES = frozenset({"a", "an", "the", "one", "my", "your", "our", "his", "her", "their"})
_MANY = frozenset(
    re.findall(r"\w+", "two three four five six seven eight nine ten several some many few")
)
_NO_VERBS = frozenset(
    re.findall(r"\w+", "is was as its his this us has does always across perhaps yes")
)
_PLACE = re.compile(
    r"\b(?:in|on|at|inside|under|along|through|across|over|near|beside|by)\s+(\w.*)$", re.IGNORECASE
)
_WORD = re.compile(r"[\w'-]+")
_SIGNS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class SentenceError(ShotsError):
    """A sentence or axes that no board can be made of."""


@dataclass(frozen=True)
class Parts:
    """A sentence taken apart.

    Attributes:
        who: What it is about, "a woman in a yellow raincoat".
        does: What happens, "runs for the last tram".
        place: Where, "heavy rain"; empty where it says nothing.
    """

    who: str
    does: str
    place: str


@dataclass(frozen=True)
class Beat:
    """One shot: how long it is, and from which length of the film on it is in the cut."""

    frames: int
    priority: int | None


def take_apart(sentence: str) -> Parts:
    """Find subject, event and place in a sentence, by the rules of this file's constants.

    Raises:
        SentenceError: It has fewer than two words, or more than a sentence has.
    """
    text = " ".join(_SIGNS.sub(" ", sentence).split()).strip(" .!?")
    words = list(_WORD.finditer(text))
    if len(words) < 2 or len(text) > MAX_SIGNS:
        raise SentenceError(
            f'"{text[:40]}": {len(words)} words and {len(text)} letters, must be a sentence of at '
            f"least 2 words and at most {MAX_SIGNS} letters. Say who does what, and where."
        )
    verb = _verb([word[0].lower() for word in words])
    who = text[: words[verb].start()].strip(" ,") if verb else text
    rest = text[words[verb].start() :] if verb else "moves slowly"
    found = _PLACE.search(rest if verb else who)
    place = found[1].strip() if found else ""
    if found and verb and found.start():
        rest = rest[: found.start()].strip(" ,")
    elif found and not verb and found.start():
        who = who[: found.start()].strip(" ,")
    return Parts(who[:1].lower() + who[1:], rest, place)


def _verb(words: Sequence[str]) -> int:
    """Index of the word that says what happens; 0 where none does."""
    if words[0] in _MANY:  # many somethings do: the verb comes after the first plural
        plural = next((k for k, word in enumerate(words[1:], 1) if word.endswith("s")), 0)
        return plural + 1 if 0 < plural < len(words) - 1 else 0
    for k, word in enumerate(words[1:], 1):
        is_form = word.endswith("s") and not word.endswith(("ss", "us", "'s"))
        if is_form and word not in _NO_VERBS and words[k - 1] not in _ARTICLES:
            return k
    return 0


def read_axes(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read axes as a command line has them, `format=16:9,9:16`.

    Raises:
        SentenceError: One is no axis, or has a value that it cannot have.
    """
    axes: dict[str, tuple[str, ...]] = {}
    for text in texts or [f"{name}={values}" for name, values in USUAL.items()]:
        name, sign, values = text.partition("=")
        name = name.strip()
        parts = [part.strip() for part in values.split(",") if part.strip()]
        if not (sign and parts and AXIS.fullmatch(name)):
            raise SentenceError(f"{text!r}: no axis, must be like format=16:9,9:16.")
        if name in RESERVED or name in axes:
            raise SentenceError(f"{text!r}: {name} cannot be an axis here. Use another name, once.")
        try:
            read = [canonical(name, part) for part in parts]
        except PydanticCustomError as error:
            raise SentenceError(f"{text!r}: {error.message()}.") from None
        axes[name] = tuple(dict.fromkeys(read))
    count = prod(len(values) for values in axes.values())
    if count > MAX_VARIANTS:
        raise SentenceError(f"{count} variants, must be at most {MAX_VARIANTS}. Shorten an axis.")
    return axes


def write_campaign(sentence: str, axes: Mapping[str, Sequence[str]]) -> str:
    """Write a board with variants.

    Args:
        sentence: What the film is about.
        axes: From `read_axes`.

    Returns:
        YAML that `load_shots` takes without an error.

    Raises:
        SentenceError: The sentence or a length is too short.
    """
    parts = take_apart(sentence)
    lengths = _lengths(axes)
    lines = [*_head(sentence, parts, axes), *_shots(parts, _beats(lengths))]
    return "\n".join([*lines, "", *_variants(axes, lengths, _title(sentence))]) + "\n"


def _title(sentence: str) -> str:
    words = [word[0] for word in _WORD.finditer(sentence)][:6]
    return " ".join(word[:1].upper() + word[1:] for word in words)


def _code(title: str) -> str:
    letters = re.sub(r"[^A-Z0-9]", "", "".join(word[0] for word in title.split()).upper())
    return letters[:4] or "CUT"


def _head(sentence: str, parts: Parts, axes: Mapping[str, Sequence[str]]) -> Iterator[str]:
    title = _title(sentence)
    seed = int.from_bytes(hashlib.sha256(sentence.encode()).digest()[:3], "big")
    aspect = axes.get("format", ("16:9",))[0]
    yield "# yaml-language-server: $schema=./.storyboard/shotlist.schema.json"
    yield "storyboard: 1"
    yield f"title: {scalar(title)}"
    yield f"code: {_code(title)}"
    yield ""
    yield f"format: {{aspect: {aspect}, fps: {FPS}}}"
    yield f"style: {{seed: {seed}}}"
    yield ""
    yield "characters:"
    yield "  hero:"
    yield from entry("looks", parts.who, margin=4)
    if parts.place:
        yield ""
        yield "locations:"
        yield "  place:"
        yield from entry("looks", parts.place, margin=4)


def _shots(parts: Parts, beats: Sequence[Beat]) -> Iterator[str]:
    yield ""
    yield "defaults:"
    yield "  subjects: [hero]"
    if parts.place:
        yield "  location: place"
    yield "  lighting: day, soft, side left"
    yield ""
    yield "scenes:"
    yield "  - number: 1"
    yield "    shots:"
    for index, (beat, slate) in enumerate(zip(beats, slates("1"), strict=False)):
        camera, action = _COVERAGE[_cover(index, len(beats))]
        yield f"      - id: {slate}"
        yield f"        camera: {camera}"
        yield f"        duration: {_time(beat.frames)}"
        said = action.format(Hero="Hero", hero="Hero", does=parts.does)
        yield from entry("action", said, margin=8)
        if beat.priority is not None:
            yield f"        priority: {beat.priority}"


def _cover(index: int, count: int) -> int:
    """Which coverage the shot at a place of the film has."""
    if index == 0 and count > 1:
        return 0
    return len(_COVERAGE) - 1 if index == count - 1 > 0 else 1 + (index - 1) % (len(_COVERAGE) - 2)


def _lengths(axes: Mapping[str, Sequence[str]]) -> tuple[int, ...]:
    """Frames of every length that a cut-down has, the shortest first."""
    frames = set[int]()
    for text in axes.get("length", ()):
        if text == FULL:
            continue
        exact = read_time(text).at(Fraction(FPS)) * FPS
        if exact.denominator != 1 or not CARD_F + 2 * SHORTEST_F <= exact <= 600 * FPS:
            raise SentenceError(
                f"length={text}: must be 2s to 600s, in whole frames at {FPS} a second."
            )
        frames.add(int(exact))
    return tuple(sorted(frames))


def _beats(lengths: Sequence[int]) -> list[Beat]:
    """Shots of the film: every longer cut-down has those of the shorter one and some more."""
    groups: list[list[Beat]] = []
    reached = 0
    for priority, frames in enumerate(lengths, start=1):
        more = frames - CARD_F - reached
        if more < SHORTEST_F:
            told = " and ".join(_time(each) for each in lengths[priority - 2 : priority])
            raise SentenceError(f"lengths {told}: too near, must be half a second apart or more.")
        groups.append([Beat(each, priority) for each in _divided(more, 2 if priority == 1 else 1)])
        reached += more
    rest = max(reached // 4, 2 * 3 * FPS) if lengths else 4 * 3 * FPS
    groups.append([Beat(each, None) for each in _divided(rest // FPS * FPS, 2)])
    return _interleaved(groups)


def _divided(frames: int, least: int) -> list[int]:
    """A length as shots of at most four seconds, in half seconds but for the last."""
    count = max(-(-frames // LONGEST_F), least if frames >= least * SHORTEST_F else 1)
    each = frames // count // SHORTEST_F * SHORTEST_F or frames // count
    spare = frames - each * count
    longer = spare // SHORTEST_F
    parts = [each + SHORTEST_F * (k < longer) for k in range(count)]
    parts[-1] += frames - sum(parts)
    return parts


def _interleaved(groups: Sequence[Sequence[Beat]]) -> list[Beat]:
    """The shots of each group spread over the film, so that every cut-down tells all of it."""
    placed = [
        (Fraction(2 * k + 1, 2 * len(group)), number, beat)
        for number, group in enumerate(groups)
        for k, beat in enumerate(group)
    ]
    return [beat for _, _, beat in sorted(placed, key=lambda each: each[:2])]


def _time(frames: int) -> str:
    return f"{frames / FPS:g}s" if frames % SHORTEST_F == 0 else f"{frames}f"


def _variants(
    axes: Mapping[str, Sequence[str]], lengths: Sequence[int], title: str
) -> Iterator[str]:
    yield "variants:"
    yield "  axes:"
    for name, values in axes.items():
        yield f"    {name}: {inline(list(values))}"
    rules = [*_length_rules(axes, lengths, title), *_format_rules(axes)]
    for locale in axes.get("locale", ())[1:]:
        rules.append(f"{{when: {{locale: {locale}}}, replace: {{dialogue: {locale}}}}}")
    if rules:
        yield "  rules:"
        yield from (f"    - {rule}" for rule in rules)
    fields = "_".join(f"{{{name}}}" for name in axes)
    yield f'  name: "{{code}}_{{cut}}_{fields}_v{{version:03}}"'


def _length_rules(
    axes: Mapping[str, Sequence[str]], lengths: Sequence[int], title: str
) -> Iterator[str]:
    for text in axes.get("length", ()):
        if text != FULL:
            number = lengths.index(int(read_time(text).at(Fraction(FPS)) * FPS)) + 1
            card = inline({"text": title, "duration": _time(CARD_F)})
            yield f"{{when: {{length: {text}}}, keep: priority <= {number}, end-card: {card}}}"


def _format_rules(axes: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A crop that keeps half of the picture is one; anything less is another picture."""
    formats = axes.get("format", ())
    for text in formats[1:]:
        own, other = (Fraction(*read_aspect(each)) for each in (formats[0], text))
        how = "reframe" if min(own / other, other / own) >= Fraction(1, 2) else "native"
        yield f"{{when: {{format: {text}}}, render: {how}}}"
