"""Render all variants of a board: every picture once, then every film, its captions and a list.

Pictures of the board's own format are in the output folder as `render` leaves them, those of
another format in a subfolder; all share one store.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from storyboard.campaign.deliverables import Campaign, Deliverable, plan_campaign
from storyboard.events import FileWritten, Listener, Warned
from storyboard.film import assembly
from storyboard.film.assembly import CAPTIONS, Film, Footage
from storyboard.film.conform import centre_box
from storyboard.film.slate import mark_layout, title_picture
from storyboard.film.video import VIDEO, Frame
from storyboard.run.commands import board_lock, make_folder, render_preview
from storyboard.run.deliver import Failures, shown_footage
from storyboard.run.preview import RunSpec
from storyboard.run.session import Outcome
from storyboard.store import Store, content_key, file_sha256, read_object, write_atomically
from storyboard.take.frames import seconds

if TYPE_CHECKING:
    from shots.schema import Shot
    from shots.variants import Point, Variant

FOLDER = "deliverables"
MANIFEST, TABLE = "manifest.json", "manifest.csv"

REFRAME_VERSION = 1
"""Part of the key of a cropped clip; raised when cropping changes."""

COMPOSED = {"left-heavy": 1 / 3, "right-heavy": 2 / 3}
"""Horizontal focus of a composition, 0 at the left edge, 1 at the right; centre for the others."""

Size = tuple[int, int]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class DeliveryRow:
    """One delivered file, as manifest.json and manifest.csv list it.

    Attributes:
        variant: Its place on every axis, "9:16, 6s, fr-FR".
        width: Pixels; 0 for captions.
        height: Pixels; 0 for captions.
        loudness: LUFS as measured, or "silent".
        loudness_target: LUFS that the board asks for.
        missing: Shots that are shown as a slate.
        key: Store key of the content.
    """

    file: str
    variant: str
    width: int
    height: int
    fps: str
    frames: int
    seconds: str
    loudness: str
    loudness_target: float
    bytes: int
    sha256: str
    missing: str
    key: str


@dataclass(frozen=True)
class Delivery:
    """Files of a campaign, and the result of each picture set's run by its folder."""

    folder: Path
    rows: tuple[DeliveryRow, ...]
    outcomes: Mapping[Path, Outcome]

    @property
    def failed(self) -> int:
        """Number of takes that could not be rendered."""
        return len({take for outcome in self.outcomes.values() for take in outcome.failures})


def render_campaign(spec: RunSpec, variants: Sequence[Variant], listen: Listener) -> Delivery:
    """Render what some variants of a board show, and deliver them into its `deliverables`.

    Raises:
        StoryboardError: The render cannot start or cannot continue; finished work is kept.
    """
    make_folder(spec.folder)
    with board_lock(spec.root):
        campaign = plan_campaign(spec, variants, listen)
        for notice in campaign.notices:
            listen(Warned(notice))
        outcomes = {}
        for pictures in campaign.sets:
            place = pictures.planned.spec.folder
            place.mkdir(exist_ok=True)
            outcomes[place] = render_preview(pictures.planned, listen)
        folder = spec.folder / FOLDER
        rows = _deliver(campaign, outcomes, folder, Store(spec.root), listen)
        return Delivery(folder, rows, outcomes)


def _deliver(
    campaign: Campaign,
    outcomes: Mapping[Path, Outcome],
    folder: Path,
    store: Store,
    listen: Listener,
) -> tuple[DeliveryRow, ...]:
    """Cut every deliverable, write its captions, and list the files.

    `outcomes` are by the output folder of the picture set that a deliverable comes from.
    """
    folder.mkdir(exist_ok=True)
    before: Mapping[str, Any] = read_object(folder / MANIFEST)
    films = [
        _film(each, store, outcomes[each.source.spec.folder].failures)
        for each in campaign.deliverables
    ]
    texts = [_captions(each) for each in campaign.deliverables]
    keys = [
        content_key({"film": assembly.film_key(assembly.film_files(film, store)), "captions": text})
        for film, text in zip(films, texts, strict=True)
    ]
    # A version is new if any deliverable differs from the delivered one, or was never delivered.
    delivered = before.get("keys", {})
    labels = [each.variant.label for each in campaign.deliverables]
    is_same = all(delivered.get(label) == key for label, key in zip(labels, keys, strict=True))
    version = before.get("version", 0) + (0 if is_same and "version" in before else 1)
    old_rows = {row["file"]: row for row in before.get("files", ())}
    rows: list[DeliveryRow] = []
    for each, film, text, key in zip(campaign.deliverables, films, texts, keys, strict=True):
        target = folder / f"{each.variant.name(version)}{VIDEO}"
        old = old_rows.get(target.name, {})
        # A file that was changed since its delivery is written again.
        is_delivered = (
            old.get("key") == key
            and target.is_file()
            and old.get("bytes") == target.stat().st_size
            and old.get("sha256") == file_sha256(target)
        )
        if not is_delivered:
            assembly.assemble(film, store, target)
            listen(FileWritten(str(target)))
        rows.append(_row(each, target, film, store, key))
        if text:
            target = target.with_suffix(CAPTIONS)
            write_atomically(target, text.encode())
            rows.append(_row(each, target, film, store, key))
    _write_manifest(folder, version, rows, before)
    listen(FileWritten(str(folder / TABLE)))
    return tuple(rows)


def _film(each: Deliverable, store: Store, failures: Failures) -> Film:
    plan, variant = each.source.plan, each.variant
    footage: list[Footage] = []
    for take, spare in zip(each.takes, each.cut.spares, strict=False):  # the end card has no take
        shown = shown_footage(plan, take, spare, store, failures, each.size)
        if variant.is_reframed and store.holds(plan.final(take)):
            focus = focus_point(take.shot, variant)
            shown = reframed(shown, each.size, focus, stamp=plan.settings.preset is None)
        footage.append(shown)
    if variant.end_card is not None:
        text, frames = variant.end_card.text, each.cut.shots[-1].frames
        card = title_picture(each.size, title=text, lines=())
        key = content_key({"end-card": text, "size": list(each.size)})
        footage.append(assembly.still_footage(card, frames, key))
    return Film(each.cut, tuple(footage), each.size, plan.fps)


def _captions(each: Deliverable) -> str:
    """Captions of a deliverable as SubRip; empty without dialogue."""
    fps = each.source.plan.fps
    frames = [shot.frames for shot in each.cut.shots[: len(each.takes)]]
    starts = [Fraction(each.cut.start(k)) / fps for k in range(len(each.takes))]
    ends = [start + Fraction(count) / fps for start, count in zip(starts, frames, strict=True)]
    shots = [take.shot for take in each.takes]
    return assembly.write_srt(list(assembly.captions(shots, starts, ends, each.variant.dialogue)))


def _row(each: Deliverable, target: Path, film: Film, store: Store, key: str) -> DeliveryRow:
    is_video, plan = target.suffix == VIDEO, each.source.plan
    missing = [take.shot.id for take in each.takes if not store.holds(plan.final(take))]
    return DeliveryRow(
        file=target.name,
        variant=each.variant.label,
        width=film.size[0] if is_video else 0,
        height=film.size[1] if is_video else 0,
        fps=str(film.fps),
        frames=film.num_frames,
        seconds=seconds(Fraction(film.num_frames) / film.fps),
        # The animatic has no sound yet, so there is no loudness to measure.
        loudness="silent" if is_video else "",
        loudness_target=plan.board.format.loudness,
        bytes=target.stat().st_size,
        sha256=file_sha256(target),
        missing=" ".join(missing),
        key=key,
    )


def _write_manifest(
    folder: Path, version: int, rows: Sequence[DeliveryRow], before: Mapping[str, Any]
) -> None:
    """Write the list of files as JSON and CSV; rows of other variants are kept."""
    own = {row.variant for row in rows}
    others = [row for row in before.get("files", ()) if row["variant"] not in own]
    files = [*others, *(asdict(row) for row in rows)]
    keys = {row["variant"]: row["key"] for row in files}
    content = {"version": version, "files": files, "keys": keys}
    text = json.dumps(content, indent=1, ensure_ascii=False)
    write_atomically(folder / MANIFEST, (text + "\n").encode())
    table = io.StringIO()
    columns = [name for name in DeliveryRow.__dataclass_fields__ if name != "key"]
    writer = csv.DictWriter(table, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(files)
    write_atomically(folder / TABLE, table.getvalue().encode())


def focus_point(shot: Shot, variant: Variant) -> Point:
    """Point that a crop keeps in the middle: from the shot, else the variant, else composition."""
    return shot.focus or variant.focus or (COMPOSED.get(shot.composition or "", 0.5), 0.5)


def crop_box(size: Size, target: Size, focus: Point) -> Box:
    """Largest box of the target's aspect, as near to the focus as the picture allows.

    The focus is from the left and upper edge, 0 to 1; the box is left, top, right and bottom in
    pixels.
    """
    left, top, right, bottom = map(float, centre_box(size, target))
    width, height = right - left, bottom - top
    left = min(max(focus[0] * size[0] - width / 2, 0.0), size[0] - width)
    top = min(max(focus[1] * size[1] - height / 2, 0.0), size[1] - height)
    return left, top, left + width, top + height


def reframed(footage: Footage, size: Size, focus: Point, *, stamp: bool) -> Footage:
    """Crop footage around a focus to the aspect of `size` and scale it, without stretching.

    `stamp` draws the layout stamp, which may have been cropped away.
    """
    declared = {
        "footage": footage.key,
        "size": list(size),
        "focus": [round(part, 4) for part in focus],
        "stamp": stamp,
        "version": REFRAME_VERSION,
    }

    def frames(first: int, count: int) -> Iterator[Frame]:
        last, cropped = None, None
        for frame in footage.frames(first, count):
            if cropped is None or frame is not last:  # a held frame is cropped once
                height, width = frame.shape[:2]
                box = crop_box((width, height), size, focus)
                image = Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC, box=box)
                last, cropped = frame, np.asarray(image)
                cropped = mark_layout(cropped) if stamp else cropped
            yield cropped

    return replace(footage, key=content_key(declared), frames=frames, file=None)
