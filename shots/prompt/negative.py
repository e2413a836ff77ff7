"""The negative prompt of a shot: the preset's words without those that contradict the shot.

Wan's stock text excludes static pictures, overall grey, styles and crowds. A shot that asks for one
of them loses exactly those words, and the removal is reported (SB205).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shots.lexicon.word_tables import mapping_of, read_sections
from shots.schema import Shot, ShotList

# Model data, verbatim from wan/configs/shared_config.py; sha256 of its UTF-8 begins with ce96e032.
WAN_NEGATIVE = (
    "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，"  # noqa: RUF001
    "低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，"  # noqa: RUF001
    "形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走"  # noqa: RUF001
)

_TABLES = read_sections("negative.words")
MEANINGS: Mapping[str, str] = mapping_of(_TABLES["meanings"])
# What a shot can ask for, and the stock words that exclude it; their English is removed as well.
CLASHES: Mapping[str, tuple[str, ...]] = {
    clash: tuple(words.split(", "))
    for clash, _, words in (r.partition(": ") for r in _TABLES["clashes"])
}
_CROWDED = re.compile(
    r"\b(?:super)?market(?:s|place)?\b|\bbazaar\b|\bcrowd(?:s|ed)?\b|\bpacked\b|\brush hour\b",
    re.IGNORECASE,
)
_STEPS = re.compile(r"\b(?:walk|step|move|stumble|run|crawl|shuffle)(?:s|ing)?\b", re.IGNORECASE)
_BACKWARDS = re.compile(r"\bbackwards?\b", re.IGNORECASE)
_BACKS_OFF = re.compile(r"\bback(?:s|ing)\s+(?:away|up|off)\b", re.IGNORECASE)
_PHOTOGRAPHIC = re.compile(
    r"\bphoto|\bcinema|\bfilm|\brealis|\blive[ -]action|\bdocumentary|\bnewsreel|\b\d+\s?mm\b",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[，,;；\n]+")  # noqa: RUF001


@dataclass(frozen=True)
class Removal:
    """A word removed from the negative prompt, and what the shot asks for instead."""

    word: str
    clash: str
    field: str

    @property
    def shown(self) -> str:
        """The word with its English meaning."""
        meaning = MEANINGS.get(self.word)
        return f"{self.word} ({meaning})" if meaning else self.word


def is_photographic(look: str) -> bool:
    """Whether a look describes a photographed picture, and no illustrated style."""
    return bool(_PHOTOGRAPHIC.search(look))


def fit_negative(board: ShotList, shot: Shot, base: str) -> tuple[str, tuple[Removal, ...]]:
    """The negative prompt of one shot, and the words that were removed from it.

    Args:
        board: Adds its own words to those of the preset.
        shot: Decides which words are removed.
        base: The preset's negative prompt, words with commas between; may be empty.
    """
    excluded: dict[str, Removal] = {}
    for clash, field in _clashes(board, shot):
        for word in CLASHES[clash]:
            excluded.setdefault(word, Removal(word, clash, field))
            excluded.setdefault(MEANINGS[word], Removal(MEANINGS[word], clash, field))
    words = [word for word in map(str.strip, _SEPARATORS.split(base)) if word]
    words += [word for word in board.model.negative if word not in words]
    removed = tuple(excluded[word.lower()] for word in words if word.lower() in excluded)
    kept = [word for word in words if word.lower() not in excluded]
    return ("，" if "，" in base else ", ").join(kept), removed  # noqa: RUF001


def _clashes(board: ShotList, shot: Shot) -> Iterator[tuple[str, str]]:
    """Keys of `CLASHES` that a shot asks for, and the fields that ask for them."""
    if set(shot.camera.movement) == {"static"}:
        yield "static", "camera.movement"
    if shot.lighting.tone and shot.lighting.tone in CLASHES:
        yield shot.lighting.tone, "lighting.tone"
    yield from ((tone, "style.palette") for tone in board.style.palette if tone in CLASHES)
    if shot.lighting.contrast == "low-contrast":
        yield "low-contrast", "lighting.contrast"
    if shot.camera.people == "group":
        yield "group", "camera.people"
    if _CROWDED.search(shot.action):
        yield "a crowded place", "action"
    elif shot.location and _CROWDED.search(f"{shot.location.looks} {shot.location.heading}"):
        yield "a crowded place", "location"
    if board.style.look and not is_photographic(board.style.look):
        yield "an illustrated style", "style.look"
    if _goes_backwards(shot.action):
        yield "walking backwards", "action"


def _goes_backwards(action: str) -> bool:
    # The step and the direction have to be in one sentence.
    for part in re.split(r"[.!?]", action):
        step = _STEPS.search(part)
        if step and _BACKWARDS.search(part, step.end()):
            return True
    return _BACKS_OFF.search(action) is not None
