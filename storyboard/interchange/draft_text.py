"""Write a draft as the YAML of a board."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from storyboard.interchange.draft import (
    DEFAULT_DURATION_S,
    DEFAULT_LOOKS,
    Draft,
    DraftScene,
    DraftShot,
)

WIDTH = 96
SHOT_MARGIN = 8
"""Columns before the keys of a shot."""
DEFAULT_CAMERA = "MS, eye level, static, 35mm"

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=~<][^\n\r\x85\u2028\u2029]*")
_UNSAFE = re.compile(r":(?=\s|$)|\s#|\s$|[\t]")
_FLOW_UNSAFE = re.compile(r"[,\[\]{}]|:(?=[,\[\]{}\"'])")
_NULLS = frozenset({"null", "Null", "NULL"})


def write_board(draft: Draft) -> str:
    """Write a draft as YAML that `load_shots` reads without an error."""
    return "\n".join(_board(draft)).rstrip() + "\n"


def scalar(text: str, *, is_flow: bool = False) -> str:
    """A printable text as a YAML scalar: plain where that is safe, otherwise in double quotes.

    A scalar in a flow is one inside braces or brackets.
    """
    is_plain = _PLAIN.fullmatch(text) and not _UNSAFE.search(text) and text not in _NULLS
    if is_plain and not (is_flow and _FLOW_UNSAFE.search(text)):
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """A text as a YAML scalar in double quotes."""
    written = json.dumps(text, ensure_ascii=False)
    # YAML reads JSON strings, but also takes these three characters for line ends.
    return re.sub("[\x85\u2028\u2029]", lambda end: f"\\u{ord(end[0]):04x}", written)


def inline(value: object) -> str:
    """A value on one line: {heading: INT. TRAM, sfx: [bell]}."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{scalar(k)}: {inline(v)}' for k, v in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(inline, value))}]"
    return scalar(str(value), is_flow=True)


def entry(key: str, text: str, *, margin: int = 0) -> Iterator[str]:
    """A key with a printable text: a literal block if it has line breaks, folded if it is long."""
    left, inner = " " * margin, " " * (margin + 2)
    if "\n" in text.strip():
        lines = [" ".join(line.split()) for line in text.strip().split("\n")]
        yield f"{left}{key}: |-"
        yield from (inner + line if line else "" for line in lines)
        return
    text = " ".join(text.split())
    if len(text) > WIDTH - SHOT_MARGIN:
        yield f"{left}{key}: >-"
        lines = wrap(text, WIDTH - SHOT_MARGIN, break_long_words=False, break_on_hyphens=False)
        yield from (inner + line for line in lines)
        return
    yield f"{left}{key}: {scalar(text)}"


def shot_lines(shot: DraftShot) -> Iterator[str]:
    """Lines of the YAML block of a shot, its keys in the first column."""
    yield f"id: {scalar(shot.id)}"
    if shot.subjects:
        yield f"subjects: {inline(shot.subjects)}"
    yield from _fields(shot, ("location", "camera", "lighting", "composition", "duration"))
    if shot.action:
        yield from entry("action", shot.action)
    if shot.dialogue:
        yield "dialogue:"
    for line in shot.dialogue:
        at = f", at: {line.at}" if line.at else ""
        yield f"  - {{who: {inline(line.who)}, line: {quoted(line.line)}{at}}}"
    if shot.sound:
        sound = shot.sound
        yield f"sound: {scalar(sound) if isinstance(sound, str) else inline(sound)}"
    start, end = shot.transition_in, shot.transition_out
    if end:
        yield f"transition: {inline({'in': start, 'out': end} if start else {'out': end})}"
    elif start:
        yield f"transition: {scalar(start)}"
    yield from _fields(shot, ("use", "status"))
    if notes := "\n".join(dict.fromkeys(filter(None, map(str.strip, shot.notes)))):
        yield from entry("notes", notes)
    for key, value in shot.extra.items():
        yield from entry(scalar(key), value)


def _board(draft: Draft) -> Iterator[str]:
    yield f"# from {' '.join(draft.source.name.split())}"
    yield "storyboard: 1"
    yield from _fields(draft, ("title", "code", "author"))
    if draft.title_page:
        yield "x-title-page:"
        for key, value in draft.title_page.items():
            yield from entry(scalar(key), value, margin=2)
    if draft.fps:
        yield from ("", f"format: {{fps: {draft.fps}}}")
    yield from _characters(draft)
    if draft.locations:
        yield from ("", "locations:")
    for key, place in draft.locations.items():
        yield f"  {scalar(key)}: {inline({'heading': place.heading, 'looks': place.looks})}"
    yield from ("", "defaults:")
    yield f"  duration: {DEFAULT_DURATION_S}s"
    yield f"  camera: {DEFAULT_CAMERA}"
    yield from ("", "scenes:")
    for k, scene in enumerate(draft.scenes):
        if k:
            yield ""
        yield from _scene(scene)
    if draft.closing:
        yield ""
        yield from _comments(draft.closing)


def _characters(draft: Draft) -> Iterator[str]:
    if draft.characters:
        yield from ("", "characters:")
    for key, who in draft.characters.items():
        yield f"  {scalar(key)}:"
        yield f"    name: {scalar(who.name)}"
        hint = "    # describe them: the prompt has these words, not the name"
        yield f"    looks: {scalar(who.looks)}{hint if who.looks == DEFAULT_LOOKS else ''}"


def _scene(scene: DraftScene) -> Iterator[str]:
    yield from _comments(scene.sections)
    yield f"  - number: {scalar(scene.number)}"
    yield from _fields(scene, ("location", "heading", "time"), 4)
    if scene.synopsis:
        yield from entry("synopsis", " ".join(scene.synopsis), margin=4)
    yield "    shots:"
    for shot in scene.shots:
        for k, line in enumerate(shot_lines(shot)):
            yield f"{' ' * (SHOT_MARGIN - 2)}{'  ' if k else '- '}{line}" if line else ""


def _fields(
    holder: Draft | DraftScene | DraftShot, keys: Sequence[str], margin: int = 0
) -> Iterator[str]:
    for key in keys:
        if value := getattr(holder, key):
            yield f"{' ' * margin}{key}: {scalar(value)}"


def _comments(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        for line in text.splitlines():
            yield f"  # {' '.join(line.split())}"
