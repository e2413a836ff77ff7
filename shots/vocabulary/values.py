"""Small values that boards write as text: ratios, picture sizes, frame rates, paths, word lists.

Lengths of time as people write them, kept exact: `4s`, `1.5s`, `72f`, `1:30`.

A number alone is refused: seconds or frames would be a guess, and 90 may have been 1:30 before
another tool's YAML reader counted it in base sixty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from shots.vocabulary.terms import Fault, faults_error

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_RATIO = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)\s*[:x/]\s*(\d{1,4}(?:\.\d{1,3})?)", re.IGNORECASE)
_SIZE = re.compile(r"(\d{1,5})\s*[x×]\s*(\d{1,5})", re.IGNORECASE)  # noqa: RUF001
_FPS = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(?:\s*/\s*(\d{1,6}))?\s*(?:fps)?", re.IGNORECASE)
_LOUDNESS = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,3})?)\s*(?:LUFS|LKFS)?", re.IGNORECASE)
_ID = re.compile(r"[^\W_](?:[\w-]|\.(?!\.)){0,39}")
_DRIVE = re.compile(r"[A-Za-z]:")
# Broadcast rates are written short and meant exactly.
_BROADCAST: Mapping[str, Fraction] = {
    "23.976": Fraction(24000, 1001),
    "23.98": Fraction(24000, 1001),
    "29.97": Fraction(30000, 1001),
    "47.952": Fraction(48000, 1001),
    "59.94": Fraction(60000, 1001),
    "119.88": Fraction(120000, 1001),
}


def _fail(finding: str, remedy: str, code: str = "SB008", fix: str = "") -> Exception:
    return faults_error([Fault(code, finding, remedy, fix=fix)])


def read_aspect(value: str) -> tuple[int, int]:
    """Read a ratio of width to height, 16:9 or 2.39:1.

    Raises:
        PydanticCustomError: The text is none, or a number without a colon.
    """
    text = value.strip()
    if _NUMBER.fullmatch(text):
        # Other YAML readers count 16:9 in base sixty, 16 · 60 + 9.
        first, second = divmod(int(float(text)), 60)
        written = f"{first}:{second}" if first > 0 < second else ""
        finding = f"a ratio arrived as the number {text}"
        raise _fail(finding, f"write {written or '16:9'}", "SB012", written)
    found = _RATIO.fullmatch(text)
    if not found or not float(found[1]) or not float(found[2]):
        raise _fail(f'"{value}" is not a ratio', "write it like 16:9 or 2.39:1")
    ratio = Fraction(found[1]) / Fraction(found[2])
    is_whole = "." not in found[0]
    return (int(found[1]), int(found[2])) if is_whole else (ratio.numerator, ratio.denominator)


def _read_aspect(value: object) -> object:
    return read_aspect(value) if isinstance(value, str) else value


def _read_size(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _SIZE.fullmatch(value.strip())
    if not found:
        code = "SB012" if _NUMBER.fullmatch(value.strip()) else "SB008"
        raise _fail(f'"{value}" is not a picture size', "write it like 1920x1080", code)
    return int(found[1]), int(found[2])


def _check_size(size: tuple[int, int]) -> tuple[int, int]:
    if any(side % 2 or not 16 <= side <= 8192 for side in size):
        finding = f"size is {size[0]}x{size[1]}, each side must be even and 16 to 8192"
        raise _fail(finding, f"write {'x'.join(str(max(16, side // 2 * 2)) for side in size)}")
    return size


def _read_fps(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _FPS.fullmatch(value.strip())
    if not found or (found[2] is not None and not int(found[2])):
        raise _fail(f'"{value}" is not a frame rate', "write it like 24, 23.976 or 24000/1001")
    return _BROADCAST.get(found[1], Fraction(found[1])) / Fraction(found[2] or 1)


def _check_fps(fps: Fraction) -> Fraction:
    if not 1 <= fps <= 240:
        raise _fail(f"fps is {fps}, must be 1 to 240", "24 is what films run at")
    return fps


def _read_loudness(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _LOUDNESS.fullmatch(value.strip())
    if not found:
        raise _fail(f'"{value}" is not a loudness', "write it like -14 LUFS")
    return float(found[1])


def _read_texts(value: object) -> object:
    if not isinstance(value, str):
        return value
    return split_texts(value)


def split_texts(text: str) -> tuple[str, ...]:
    """The parts of a text between commas."""
    return tuple(filter(None, (part.strip() for part in re.split(r"[,，]", text))))  # noqa: RUF001


def leaves_folder(path: str) -> bool:
    """Whether a path is anything but one inside the folder it is relative to."""
    is_outside = path.startswith("/") or "\\" in path or bool(_DRIVE.match(path))
    return is_outside or ".." in path.split("/")


def _check_path(path: str) -> str:
    if leaves_folder(path):
        remedy = "use a path inside it, with forward slashes, relative to the board"
        raise _fail(f'path "{path}" leaves the folder of the board', remedy)
    return path


def _check_id(name: str) -> str:
    if not _ID.fullmatch(name):
        raise _fail(
            f'"{name}" cannot name a file', "use up to 40 letters, digits, -, _ and single dots"
        )
    return name


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


Lower = BeforeValidator(_lower)
"""Lets people write a choice in any case."""

_TEXT_OR_NUMBER = WithJsonSchema({"type": ["string", "number"]})

Id = Annotated[str, AfterValidator(_check_id), _TEXT_OR_NUMBER]
"""A name that goes into file names: letters, digits, hyphens, underscores and single dots."""

BoardPath = Annotated[str, AfterValidator(_check_path)]
"""A path that stays inside the folder of the board."""

Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_read_texts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""A list of texts, or one text with commas between."""

AspectText = Annotated[
    tuple[int, int],
    BeforeValidator(_read_aspect),
    WithJsonSchema({"type": "string", "examples": ["16:9", "9:16", "1:1", "4:5", "2.39:1"]}),
]
SizeText = Annotated[
    tuple[int, int],
    AfterValidator(_check_size),
    BeforeValidator(_read_size),
    WithJsonSchema({"type": "string", "pattern": r"^\s*[0-9]+\s*[xX×]\s*[0-9]+\s*$"}),  # noqa: RUF001
]
FpsText = Annotated[
    Fraction, AfterValidator(_check_fps), BeforeValidator(_read_fps), _TEXT_OR_NUMBER
]
LoudnessText = Annotated[float, BeforeValidator(_read_loudness), _TEXT_OR_NUMBER]


_UNITS = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "ms": "ms", "min": "min", "m": "min", "minute": "min", "minutes": "min",
    "f": "f", "fr": "f", "frame": "f", "frames": "f",
}  # fmt: skip
_SECONDS = {"s": Fraction(1), "ms": Fraction(1, 1000), "min": Fraction(60)}
_LENGTH = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2}(?:\.\d{1,6})?)")
_REMEDY = "write it like 4s, 1.5s, 72f or 1:30"


@dataclass(frozen=True)
class Time:
    """A length of time that may count frames, before the frame rate is known."""

    seconds: Fraction = Fraction(0)
    frames: int = 0

    def at(self, fps: Fraction) -> Fraction:
        """Seconds at a frame rate."""
        return self.seconds + self.frames / fps


def read_time(text: str) -> Time:
    """Read a length of time.

    Raises:
        PydanticCustomError: The text is no length of time, or a number without a unit.
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
        finding = f"a time arrived as the number {written}"
        raise faults_error([Fault("SB012", finding, f"write {written}s or {written}f")])
    raise faults_error([Fault("SB008", f'"{text}" is not a length of time', _REMEDY)])


def whole_frames(duration_s: Fraction, fps: Fraction) -> int | None:
    """Frames of a duration; None where it is no whole number of them.

    Seconds are those of timecode, where 4 s are 96 frames at 23.976 as well as at 24.
    """
    for frames in (duration_s * fps, duration_s * ceil(fps)):
        if frames.denominator == 1:
            return int(frames)
    return None


def decimal(value: Fraction) -> str:
    """Write a number as people say it: 4, 2.5, 23.976."""
    return f"{float(value):.3f}".rstrip("0").rstrip(".")


def length_text(seconds: Fraction, fps: Fraction) -> str:
    """Write a length in seconds where three digits are exact, in frames elsewhere.

    What is neither, a moment between two frames, is written in millionths.
    """
    if Fraction(decimal(seconds)) == seconds:
        return f"{decimal(seconds)}s"
    frames = seconds * fps
    if frames.denominator == 1:
        return f"{frames}f"
    return f"{float(seconds):.6f}".rstrip("0").rstrip(".") + "s"


def _read(value: object) -> object:
    return read_time(value) if isinstance(value, str) else value


TimeText = Annotated[
    Time,
    BeforeValidator(_read),
    WithJsonSchema({"type": "string", "pattern": r"^\s*[0-9][0-9.:]*\s*[A-Za-z]*\s*$"}),
]
