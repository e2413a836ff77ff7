"""The contact sheet: one HTML file that shows every shot of a board and plays its clips.

Every text is data: it reaches the page only through jinja2's autoescape. Only the style and the
script of `templates/` are inserted as they are, and the page's policy allows only those two, by
their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from shots.staging.staged import StagedShot
from storyboard.sheet.plan_drawing import PlannedShot, draw_plan
from storyboard.sheet.sheet_board import (
    DirectiveRow,
    SheetBoard,
    SheetCard,
    SheetScene,
    ShotResult,
    decimal,
    timecode,
)

if TYPE_CHECKING:
    from shots.schema import Shot, ShotList
    from shots.vocabulary.transition import Transition

MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}


def build_sheet(
    shots: ShotList,
    results: Mapping[str, ShotResult],
    *,
    date: str,
    preset: str,
    quality: str,
    animatic: Path | None = None,
    drift: Sequence[tuple[str, DirectiveRow]] = (),
) -> SheetBoard:
    """Collect the content of the sheet: a card for every shot, in order.

    `results` are by shot id; a shot without one is shown as missing. `drift` compares the shots of
    scenes, by scene number.
    """
    scenes = []
    end_s = Fraction(0)
    for scene in shots.scenes:
        cards, staged = [], []
        for shot in scene.shots:
            result = results.get(shot.id, ShotResult())
            start_s = end_s if result.start_s is None else result.start_s
            end_s = start_s + shot.duration_s
            fields, count = tuple(_fields(shots, shot)), shots.num_frames(shot)
            dressing = shot.location.set if shot.location else None
            planned = PlannedShot(shot.id, result.staged or StagedShot(), result.plan, dressing)
            plan = draw_plan(f"Floor plan of shot {shot.id}", [planned])
            cards.append(SheetCard(shot, result, start_s, count, fields, plan))
            if result.staged:
                staged.append(planned)
        location = shots.locations.get(scene.location) if scene.location else None
        heading = scene.heading or (location.heading if location else "")
        lights = [tuple(_light(shot, with_time=True)) for shot in scene.shots]
        first = lights[0] if lights else ()
        light = ", ".join(term for term in first if all(term in terms for terms in lights))
        rows = tuple(row for number, row in drift if number == scene.number)
        plan = draw_plan(f"Floor plan of scene {scene.number}", staged)
        scenes.append(SheetScene(scene, heading, light, tuple(cards), rows, plan))
    return SheetBoard(shots, tuple(scenes), date, preset, quality, animatic)


def _fields(shots: ShotList, shot: Shot) -> Iterator[tuple[str, str]]:
    camera = shot.camera
    move = ", ".join(_words(move) for move in camera.movement)
    if camera.movement != ("static",) and camera.speed != "medium":
        move += f", {_words(camera.speed)}"
    if camera.amount:
        move += f" {decimal(Fraction(camera.amount.value))} {camera.amount.unit}"
    yield "Size", _words(camera.size, camera.people, camera.view)
    yield "Angle", _words(camera.angle)
    yield "Lens", _words(f"{camera.lens_mm:g} mm", camera.focus)
    yield "Time", _words(shot.lighting.time)
    yield "Move", move
    yield "Frame", _words(shot.composition)
    yield "Light", ", ".join(_light(shot, with_time=False))
    if shot.subjects:
        yield "Cast", ", ".join(_name(shots, key) for key in shot.subjects)


def _words(*terms: str | None) -> str:
    return " ".join(term.replace("-", " ") for term in terms if term)


def _light(shot: Shot, *, with_time: bool) -> Iterator[str]:
    light = shot.lighting
    direction = _words(light.direction, light.side)
    time = light.time if with_time else None
    for term in (time, light.source, light.quality, direction, light.contrast, light.tone):
        if term:
            yield _words(term)


def _name(shots: ShotList, key: str) -> str:
    character = shots.characters.get(key)
    return (character.name if character else "") or key


def transition_text(transition: Transition, side: Literal["in", "out"]) -> str:
    """A transition in words: "fade from black 12 f"."""
    preposition = "from" if side == "in" and transition.kind == "fade" else "to"
    colour = f"{preposition} {transition.colour}" if transition.colour else None
    frames = f"{transition.frames} f" if transition.frames else None
    return _words(transition.kind, transition.direction, colour, frames)


def write_sheet(board: SheetBoard, target: Path, *, inline_budget_bytes: int = 24_000_000) -> Path:
    """Write the sheet as one file that opens from disk and loads nothing from the network.

    Stills are always embedded. The animatic and then the clips, in order, are embedded as long as
    the media of the page stay within the budget; the others are linked by their path relative to
    the page, so they have to be copied with it.

    The target is replaced atomically; the budget counts base64.
    """
    environment = Environment(
        loader=PackageLoader("templates", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    urls = _media_urls(board, target.parent, inline_budget_bytes)
    environment.filters["url"] = lambda path: urls[path]
    environment.filters["name"] = partial(_name, board.shots)
    environment.filters["timecode"] = partial(timecode, fps=board.shots.format.fps)
    environment.filters["decimal"] = decimal
    environment.filters["transition"] = transition_text
    style = _source(environment, "sheet.css") + _board_style(board)
    script = _source(environment, "sheet.js")
    page = environment.get_template("contact_sheet.html.j2").render(
        board=board,
        policy=_policy(
            style, script, has_links=not all(url.startswith("data:") for url in urls.values())
        ),
        style=Markup(style),
        script=Markup(script),
    )
    part = target.with_name(f"{target.name}.part")
    # Half a surrogate pair can be written in YAML, but not in UTF-8.
    part.write_text(page, encoding="utf-8", errors="replace", newline="\n")
    part.replace(target)
    return target


def _media_urls(board: SheetBoard, folder: Path, budget_bytes: int) -> dict[Path, str]:
    """URL of every picture and clip: embedded as data, or relative to the page."""
    results = [card.result for card in board.cards]
    stills = [path for result in results for path in (result.still, result.layout_still) if path]
    clips = [path for result in results for path in (result.clip, result.layout_clip) if path]
    urls = {still: _inline(still) for still in dict.fromkeys(stills)}
    left = budget_bytes - sum(map(len, urls.values()))
    for film in dict.fromkeys(([board.animatic] if board.animatic else []) + clips):
        size = ceil(film.stat().st_size / 3) * 4
        if size <= left:
            urls[film] = _inline(film)
            left -= size
        else:
            urls[film] = quote(Path(os.path.relpath(film, folder)).as_posix())
    return urls


def _inline(path: Path) -> str:
    media_type = MEDIA_TYPES[path.suffix.lower()]
    return f"data:{media_type};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _source(environment: Environment, name: str) -> str:
    loader = environment.loader
    assert loader is not None
    return loader.get_source(environment, name)[0]


def _board_style(board: SheetBoard) -> str:
    """Style with the numbers of this board; the policy allows no style attributes."""
    lengths = [
        f".reel :nth-child({i}) {{ --length: {card.num_frames}; }}"
        for i, card in enumerate(board.cards, start=1)
    ]
    width, height = board.shots.format.aspect
    ratio = f":root {{ --aspect: {width / height:.4f}; --shots: {len(board.cards)}; }}"
    return "\n".join(["", ratio, *lengths, ""])


def _policy(style: str, script: str, *, has_links: bool) -> str:
    """Content security policy: only this page, and linked clips if there are any."""
    beside = " 'self' file:" if has_links else ""
    return (
        f"default-src 'none'; img-src data:; media-src blob:{beside}; style-src {_hash(style)}; "
        f"script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"
