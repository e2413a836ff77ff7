"""Lengths of time as people write them, kept exact: `4s`, `1.5s`, `72f`, `1:30`.

A number alone is refused: seconds or frames would be a guess, and 90 may have been 1:30 before
another tool's YAML reader counted it in base sixty.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from .terms import Fault, faults_error

_UNITS = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "ms": "ms", "min": "min", "m": "min", "minute": "min", "minutes": "min",
    "f": "f", "fr": "f", "frame": "f", "frames": "f",
}  # fmt: skip
_SECONDS = {"s": Fraction(1), "ms": Fraction(1, 1000), "min": Fraction(60)}
_LENGTH = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2}(?:\.\d{1,6})?)")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
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
