"""Values that a board writes as text: ratios, sizes, frame rates, loudness, times, paths, lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from shots.vocabulary.terms import value_error

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_RATIO = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)\s*[:x/]\s*(\d{1,4}(?:\.\d{1,3})?)", re.IGNORECASE)
_SIZE = re.compile(r"(\d{1,5})\s*[x×]\s*(\d{1,5})", re.IGNORECASE)  # noqa: RUF001
_FPS = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(?:\s*/\s*(\d{1,6}))?\s*(?:fps)?", re.IGNORECASE)
_LOUDNESS = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,3})?)\s*(?:LUFS|LKFS)?", re.IGNORECASE)
_ID = re.compile(r"[^\W_](?:[\w-]|\.(?!\.)){0,39}")
_DRIVE = re.compile(r"[A-Za-z]:")
# Broadcast rates are written rounded, but mean the exact fraction.
_ROUNDED = {"23.976": 24, "23.98": 24, "29.97": 30, "47.952": 48, "59.94": 60, "119.88": 120}
_BROADCAST = {text: Fraction(rate * 1000, 1001) for text, rate in _ROUNDED.items()}

_UNITS = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "ms": "ms", "min": "min", "m": "min", "minute": "min", "minutes": "min",
    "f": "f", "fr": "f", "frame": "f", "frames": "f",
}  # fmt: skip
_SECONDS = {"s": Fraction(1), "ms": Fraction(1, 1000), "min": Fraction(60)}
_LENGTH = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2}(?:\.\d{1,6})?)")


def read_aspect(value: str) -> tuple[int, int]:
    """Parse a ratio of width to height, 16:9 or 2.39:1.

    Raises:
        PydanticCustomError: The text is not a ratio, or is a number without a colon.
    """
    text = value.strip()
    if _NUMBER.fullmatch(text):
        # YAML 1.1 readers parse 16:9 as a number in base sixty, 16 · 60 + 9.
        first, second = divmod(int(float(text)), 60)
        ratio = f"{first}:{second}" if first > 0 < second else ""
        finding = f'"{text}" is a number, not a ratio'
        raise value_error(finding, f"write {ratio or '16:9'}", code="SB012", fix=ratio)
    found = _RATIO.fullmatch(text)
    if not found or not float(found[1]) or not float(found[2]):
        raise value_error(f'"{value}" is not a ratio', "write it like 16:9 or 2.39:1")
    if "." not in found[0]:
        return int(found[1]), int(found[2])
    exact = Fraction(found[1]) / Fraction(found[2])
    return exact.numerator, exact.denominator


def read_size(text: str) -> tuple[int, int]:
    """Parse a picture size in pixels, 1920x1080."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        code = "SB012" if _NUMBER.fullmatch(text.strip()) else "SB008"
        raise value_error(f'"{text}" is not a picture size', "write it like 1920x1080", code=code)
    return int(found[1]), int(found[2])


def _check_size(size: tuple[int, int]) -> tuple[int, int]:
    if any(side % 2 or not 16 <= side <= 8192 for side in size):
        finding = f"size is {size[0]}x{size[1]}, each side must be even and 16 to 8192"
        allowed = (str(min(max(16, side // 2 * 2), 8192)) for side in size)
        raise value_error(finding, f"write {'x'.join(allowed)}")
    return size


def read_fps(text: str) -> Fraction:
    """Parse a frame rate: 24, 23.976 or 24000/1001."""
    found = _FPS.fullmatch(text.strip())
    if not found or (found[2] is not None and not int(found[2])):
        raise value_error(f'"{text}" is not a frame rate', "write it like 24, 23.976 or 24000/1001")
    return _BROADCAST.get(found[1], Fraction(found[1])) / Fraction(found[2] or 1)


def _check_fps(fps: Fraction) -> Fraction:
    if not 1 <= fps <= 240:
        raise value_error(f"fps is {fps}, must be 1 to 240", "use 24, the rate of cinema")
    return fps


def read_loudness(text: str) -> float:
    """Parse a loudness in LUFS."""
    found = _LOUDNESS.fullmatch(text.strip())
    if not found:
        raise value_error(f'"{text}" is not a loudness', "write it like -14 LUFS")
    return float(found[1])


def split_texts(text: str) -> tuple[str, ...]:
    """Split a text at its commas."""
    return tuple(filter(None, (part.strip() for part in re.split(r"[,，]", text))))  # noqa: RUF001


def leaves_folder(path: str) -> bool:
    """Whether a path may point outside of the folder that it is relative to."""
    is_absolute = path.startswith("/") or "\\" in path or bool(_DRIVE.match(path))
    return is_absolute or ".." in path.split("/")


def _check_path(path: str) -> str:
    if leaves_folder(path):
        remedy = "use a path inside it, with forward slashes, relative to the board"
        raise value_error(f'path "{path}" leaves the folder of the board', remedy)
    return path


def _check_id(name: str) -> str:
    if not _ID.fullmatch(name):
        remedy = "use up to 40 letters, digits, -, _ and single dots"
        raise value_error(f'"{name}" cannot name a file', remedy)
    return name


@dataclass(frozen=True)
class Time:
    """A length of time in seconds plus frames, exact and independent of a frame rate."""

    seconds: Fraction = Fraction(0)
    frames: int = 0

    def at(self, fps: Fraction) -> Fraction:
        """Seconds at a frame rate."""
        return self.seconds + self.frames / fps


def read_time(text: str) -> Time:
    """Parse a length of time: `4s`, `1.5s`, `72f` or `1:30`.

    Raises:
        PydanticCustomError: The text is not a length of time, or is a number without a unit.
    """
    written = text.strip()
    if clock := _CLOCK.fullmatch(written):
        hours, minutes, seconds = (Fraction(part or 0) for part in clock.groups())
        if seconds < 60:
            return Time(hours * 3600 + minutes * 60 + seconds)
    length = _LENGTH.fullmatch(written)
    unit = _UNITS.get(length[2].lower()) if length else None
    if length and unit == "f" and "." not in length[1]:
        return Time(frames=int(length[1]))
    if length and unit in _SECONDS:
        return Time(Fraction(length[1]) * _SECONDS[unit])
    if _NUMBER.fullmatch(written):
        # Seconds or frames would be a guess, and 90 may be what a YAML 1.1 reader made of 1:30.
        remedy = f"write {written}s or {written}f"
        raise value_error(f'"{written}" has no unit of time', remedy, code="SB012")
    raise value_error(f'"{text}" is not a length of time', "write it like 4s, 1.5s, 72f or 1:30")


def whole_frames(duration_s: Fraction, fps: Fraction) -> int | None:
    """Return the frames of a duration in seconds; None where it is not a whole number of frames.

    Seconds are those of timecode: 4 s are 96 frames at 23.976 fps as well as at 24 fps.
    """
    for frames in (duration_s * fps, duration_s * ceil(fps)):
        if frames.denominator == 1:
            return int(frames)
    return None


def decimal(value: Fraction) -> str:
    """Format a number with up to three decimals: 4, 2.5, 23.976."""
    return f"{float(value):.3f}".rstrip("0").rstrip(".")


def length_text(seconds: Fraction, fps: Fraction) -> str:
    """Format a length: 2.5s if three decimals are exact, else 61f if whole, else six decimals."""
    if Fraction(decimal(seconds)) == seconds:
        return f"{decimal(seconds)}s"
    frames = seconds * fps
    if frames.denominator == 1:
        return f"{frames}f"
    return f"{float(seconds):.6f}".rstrip("0").rstrip(".") + "s"


def from_text(read: Callable[[str], object]) -> BeforeValidator:
    """Make a validator that parses texts and passes on values that are already parsed."""
    return BeforeValidator(lambda value: read(value) if isinstance(value, str) else value)


_TEXT_OR_NUMBER = WithJsonSchema({"type": ["string", "number"]})

Lower = from_text(lambda text: text.strip().lower())  # accepts a choice in any case
# A name that is part of file names: letters, digits, hyphens, underscores and single dots.
Id = Annotated[str, AfterValidator(_check_id), _TEXT_OR_NUMBER]

BoardPath = Annotated[str, AfterValidator(_check_path)]  # A path inside the folder of the board
Texts = Annotated[
    tuple[str, ...],
    from_text(split_texts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""A list of texts, or one text with commas."""

BoardPaths = Annotated[
    tuple[BoardPath, ...],
    from_text(lambda path: (path,)),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""A list of paths inside the folder of the board, or one path."""

AspectText = Annotated[
    tuple[int, int],
    from_text(read_aspect),
    WithJsonSchema({"type": "string", "examples": ["16:9", "9:16", "1:1", "4:5", "2.39:1"]}),
]
SizeText = Annotated[
    tuple[int, int],
    AfterValidator(_check_size),
    from_text(read_size),
    WithJsonSchema({"type": "string", "pattern": r"^\s*[0-9]+\s*[xX×]\s*[0-9]+\s*$"}),  # noqa: RUF001
]
FpsText = Annotated[Fraction, AfterValidator(_check_fps), from_text(read_fps), _TEXT_OR_NUMBER]
LoudnessText = Annotated[float, from_text(read_loudness), _TEXT_OR_NUMBER]
TimeText = Annotated[
    Time,
    from_text(read_time),
    WithJsonSchema({"type": "string", "pattern": r"^\s*[0-9][0-9.:]*\s*[A-Za-z]*\s*$"}),
]
