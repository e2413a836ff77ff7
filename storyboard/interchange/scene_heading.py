"""Scene headings: the place, the side (interior or exterior) and the time of day."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SIDE = re.compile(
    r"(?P<side>INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|I\.?\s*/\s*E|E\.?\s*/\s*I|INT|EXT|EST)"
    r"(?:\.+\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:DAY|NIGHT|DAWN|DUSK|MORNING|NOON|AFTERNOON|EVENING|MIDNIGHT|SUNRISE|SUNSET|TWILIGHT|"
    r"MAGIC HOUR|GOLDEN HOUR|BLUE HOUR|CONTINUOUS|LATER|SAME|MOMENTS)\b"
)
_DASH = re.compile(r"\s+[-–—]+\s+|\s*[–—]\s*")  # noqa: RUF001


@dataclass(frozen=True)
class ScriptLocation:
    """The parts of a scene heading.

    Attributes:
        heading: Side and name, without the time: "INT. TRAM".
        name: Only the name: "TRAM".
        side: "INT", "EXT", "EST", "INT/EXT", or empty.
        time: "NIGHT", "CONTINUOUS", or empty.
    """

    heading: str
    name: str
    side: str
    time: str


def is_heading(text: str) -> bool:
    """Whether a line begins like a scene heading."""
    return _SIDE.match(text) is not None


def split_heading(text: str) -> ScriptLocation:
    """Split a heading into its parts: "int. tram - night" is INT. TRAM at NIGHT."""
    text = " ".join(text.split()).upper()
    parts = _DASH.split(text)
    time = ""
    if len(parts) > 1 and _TIME.search(parts[-1]):
        time = parts[-1]
        text = text[: text.rindex(time)].rstrip(" -–—")  # noqa: RUF001
    found = _SIDE.match(text)
    if not found:
        return ScriptLocation(text, text, "", time)
    letters = re.sub(r"[^A-Z/]", "", found["side"])
    side = "INT/EXT" if "/" in letters else letters
    name = text[found.end() :]
    return ScriptLocation(f"{side.replace('/', './')}. {name}", name, side, time)
