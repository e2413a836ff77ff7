"""A screenplay as a list of elements with their lines, whatever format it came in.

Read by `fountain.py` and `fdx.py`, made into a draft by `skeleton.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shots.source.board_source import LINE_END, UNPRINTABLE
from storyboard.interchange.import_report import InterchangeError, Report

MAX_SCRIPT = 2_000_000
"""Characters; a feature film has about 200,000."""

Kind = Literal[
    "heading", "action", "cue", "parenthetical", "dialogue", "transition", "note", "shot note",
    "section", "synopsis", "lyrics", "card", "shot",
]  # fmt: skip
"""Elements of a script. A shot note is `[[shot: ...]]`, a card is text on the screen, and a shot
is a Final Draft paragraph that names what the camera sees."""


@dataclass(frozen=True)
class Element:
    """One part of a script.

    Attributes:
        kind: What it is.
        text: Without markup; of a cue the name, of a shot note what follows "shot:".
        line: In the file, from 1.
        number: The number of a scene, where it has one.
        extension: What stands in brackets after a name: "V.O.".
        is_dual: Whether a cue speaks at the same time as the one before it.
    """

    kind: Kind
    text: str
    line: int
    number: str = ""
    extension: str = ""
    is_dual: bool = False


@dataclass(frozen=True)
class Script:
    """A screenplay.

    Attributes:
        elements: In the order of the script.
        title_page: Key in lower case → value; lines within a value stay lines.
    """

    elements: tuple[Element, ...]
    title_page: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A scene heading, taken apart.

    Attributes:
        heading: The place as a heading names it, without the time: "INT. TRAM".
        name: Only the name: "TRAM".
        side: "INT", "EXT", "INT/EXT", or nothing.
        time: "NIGHT", "CONTINUOUS", or nothing.
    """

    heading: str
    name: str
    side: str
    time: str


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
SAID: tuple[Kind, ...] = ("cue", "parenthetical", "dialogue")
"""What belongs to a speech."""
SHOT_NOTE = re.compile(r"\s*shot\s*(?::(?P<rest>.*))?", re.IGNORECASE | re.DOTALL)


def is_heading(text: str) -> bool:
    """Whether a line begins like a scene heading."""
    return _SIDE.match(text) is not None


def split_heading(text: str) -> Place:
    """Take a heading apart: "int. tram - night" is INT. TRAM at NIGHT."""
    text = " ".join(text.split()).upper()
    parts = _DASH.split(text)
    time = ""
    if len(parts) > 1 and _TIME.search(parts[-1]):
        time = parts[-1]
        text = text[: text.rindex(time)].rstrip(" -–—")  # noqa: RUF001
    found = _SIDE.match(text)
    if not found:
        return Place(text, text, "", time)
    letters = re.sub(r"[^A-Z/]", "", found["side"])
    side = "INT/EXT" if "/" in letters else letters
    name = text[found.end() :]
    return Place(f"{side.replace('/', './')}. {name}", name, side, time)


def note_element(text: str, line: int) -> Element:
    """A note, or what it says about a shot."""
    found = SHOT_NOTE.fullmatch(text)
    if found:
        return Element("shot note", (found["rest"] or "").strip(), line)
    return Element("note", "\n".join(part.strip() for part in text.splitlines()).strip(), line)


def sung(text: str, line: int) -> tuple[Element, Element]:
    """Words that somebody sings instead of saying them."""
    return Element("parenthetical", "(sings)", line), Element("dialogue", text, line)


def read_lines(content: bytes, report: Report) -> list[str]:
    """Decode a text file, in whatever encoding it is, into lines without their ends.

    Raises:
        InterchangeError: It is larger than any script.
    """
    text = decode(content, report)
    if len(text) > MAX_SCRIPT:
        raise InterchangeError(
            f"{report.path}: {len(text):,} characters, {MAX_SCRIPT:,} are allowed. Split the file."
        )
    lines = LINE_END.split(text)
    for k, line in enumerate(lines):
        if found := UNPRINTABLE.search(line):
            report.remark(k + 1, f"control character U+{ord(found[0]):04X} left out")
            lines[k] = UNPRINTABLE.sub("", line)
    return lines


def decode(content: bytes, report: Report) -> str:
    """Text of a file: UTF-8 or UTF-16, else what Windows programs write."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = content[error.start]
        finding = f"byte 0x{byte:02x} is not {encoding.removesuffix('-sig').upper()} text"
        report.remark(line, f"{finding}, read as Windows-1252", "save the file as UTF-8")
        return content.decode("cp1252", errors="replace")
