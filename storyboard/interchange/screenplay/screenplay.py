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


@dataclass(frozen=True)
class Element:
    """One part of a script.

    Attributes:
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
    """A screenplay; the keys of its title page are in lower case, and values keep line breaks."""

    elements: tuple[Element, ...]
    title_page: Mapping[str, str] = field(default_factory=dict)


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
