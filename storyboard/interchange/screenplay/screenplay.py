"""A screenplay as a list of elements with their line numbers, independent of the file format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shots.source.board_source import LINE_END, UNPRINTABLE
from storyboard.interchange.import_report import ImportReport, InterchangeError

MAX_SCRIPT = 2_000_000
"""Characters; a feature film has about 200,000."""

Kind = Literal[
    "heading", "action", "cue", "parenthetical", "dialogue", "transition", "note", "shot note",
    "section", "synopsis", "lyrics", "card", "shot",
]  # fmt: skip
"""Elements of a script. A shot note is `[[shot: ...]]`, a card is text on the screen, and a shot
is a Final Draft paragraph that names what the camera sees."""

SPEECH: tuple[Kind, ...] = ("cue", "parenthetical", "dialogue")
SHOT_NOTE = re.compile(r"\s*shot\s*(?::(?P<rest>.*))?", re.IGNORECASE | re.DOTALL)

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
class Element:
    """One part of a script.

    Attributes:
        kind: What it is.
        text: Without markup; of a cue the name, of a shot note the text after "shot:".
        line: In the file, from 1.
        number: Scene number of a heading, if it has one.
        extension: Text in brackets after a name: "V.O.".
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
        title_page: Key in lower case → value; line breaks within a value are kept.
    """

    elements: tuple[Element, ...]
    title_page: Mapping[str, str] = field(default_factory=dict)


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


def note_element(text: str, line: int) -> Element:
    """The element of a note: a shot note if it begins with "shot:"."""
    found = SHOT_NOTE.fullmatch(text)
    if found:
        return Element("shot note", (found["rest"] or "").strip(), line)
    return Element("note", "\n".join(part.strip() for part in text.splitlines()).strip(), line)


def sung(text: str, line: int) -> tuple[Element, Element]:
    """The elements of a line of dialogue that is sung."""
    return Element("parenthetical", "(sings)", line), Element("dialogue", text, line)


def read_lines(content: bytes, report: ImportReport) -> list[str]:
    """Decode a text file into lines without line ends.

    Raises:
        InterchangeError: It has more than `MAX_SCRIPT` characters.
    """
    text = decode(content, report)
    if len(text) > MAX_SCRIPT:
        raise InterchangeError(
            f"{report.path}: {len(text):,} characters, {MAX_SCRIPT:,} are allowed. Split the file."
        )
    lines = LINE_END.split(text)
    for k, line in enumerate(lines):
        if found := UNPRINTABLE.search(line):
            report.remark(k + 1, f"control character U+{ord(found[0]):04X} was removed")
            lines[k] = UNPRINTABLE.sub("", line)
    return lines


def decode(content: bytes, report: ImportReport) -> str:
    """Decode a file as UTF-16 if it has a byte order mark, as UTF-8, or else as Windows-1252."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = content[error.start]
        finding = f"byte 0x{byte:02x} is not {encoding.removesuffix('-sig').upper()} text"
        report.remark(line, f"{finding}, read as Windows-1252", "save the file as UTF-8")
        return content.decode("cp1252", errors="replace")
