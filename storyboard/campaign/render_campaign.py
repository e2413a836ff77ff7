"""All variants of a board in one go: every picture rendered once, every file cut and listed.

Pictures of the board's own format lie in the folder as `render` leaves them, those of another in a
folder of its own beside them; all share one store. Called by the CLI.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.campaign.deliverables import Campaign, Deliverable, plan_campaign, set_options
from storyboard.campaign.reframe import focus_point, reframed
from storyboard.events import FileWritten, Listener, Warned
from storyboard.film.assembly import Film, Footage, assemble, film_files, film_key, still_footage
from storyboard.film.captions import CAPTIONS, captions, write_srt
from storyboard.film.slate import title_picture
from storyboard.film.video import VIDEO
from storyboard.plan.request import Request
from storyboard.run.commands import STORE, make_folder, render_seen
from storyboard.run.deliver import Failures, shown_footage
from storyboard.run.lock import board_lock
from storyboard.run.preview import Options
from storyboard.store import Store, content_key, file_sha256, read_object, write_atomically
from storyboard.take.frames import seconds

if TYPE_CHECKING:
    from shots.schema import ShotList
    from shots.variants import Variant

FOLDER = "deliverables"
MANIFEST, TABLE = "manifest.json", "manifest.csv"


@dataclass(frozen=True)
class DeliveryRow:
    """One file of the delivery.

    Attributes:
        file: Name in the folder of deliverables.
        variant: Its place on every axis, "9:16, 6s, fr-FR".
        width: Pixels; 0 for captions.
        height: Pixels; 0 for captions.
        fps: Frames a second.
        frames: Of the film.
        seconds: The same in seconds.
        loudness: LUFS as measured, or "silent".
        loudness_target: LUFS that the board asks for.
        bytes: Of the file.
        sha256: Of the file.
        missing: Shots that a slate stands for.
        key: Names its content.
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
    """What a campaign came to.

    Attributes:
        rows: One a file.
        version: Of the delivery.
        failed: How many takes could not be rendered.
    """

    rows: tuple[DeliveryRow, ...]
    version: int
    failed: int


def render_campaign(
    board: ShotList,
    request: Request,
    variants: Sequence[Variant],
    folder: Path,
    options: Options,
    listen: Listener,
) -> Delivery:
    """Render what some variants of a board show, and deliver them.

    Args:
        board: As loaded.
        request: Model and numbers.
        variants: From `choose_variants`.
        folder: Made if missing; the deliverables are in `deliverables`.
        options: What to make.
        listen: Told everything that happens.

    Raises:
        StoryboardError: Nothing could be done, or nothing more; finished work is kept.
    """
    make_folder(folder)
    root = folder / STORE
    with board_lock(root):
        campaign = plan_campaign(board, request, variants, folder, root, options, listen)
        for notice in campaign.notices:
            listen(Warned(notice))
        failures: dict[int, Failures] = {}
        for pictures, seen in campaign.sets:
            place = folder / pictures.name
            place.mkdir(exist_ok=True)
            own = set_options(board, pictures, options)
            outcome = render_seen(seen, board, pictures.request, place, own, listen)
            failures[id(seen)] = outcome.failures
        return _deliver(campaign, failures, folder / FOLDER, Store(root), listen)


def _deliver(
    campaign: Campaign,
    failures: Mapping[int, Failures],
    folder: Path,
    store: Store,
    listen: Listener,
) -> Delivery:
    """Cut every deliverable, write its captions, and list the files; failures by their run."""
    folder.mkdir(exist_ok=True)
    before = read_object(folder / MANIFEST)
    films = [_film(each, store, failures[id(each.source)]) for each in campaign.deliverables]
    texts = [_captions(each) for each in campaign.deliverables]
    keys = [
        content_key({"film": film_key(film_files(film, store)), "captions": text})
        for film, text in zip(films, texts, strict=True)
    ]
    version = _version(before, campaign.deliverables, keys)
    known = {row["file"]: row for row in before.get("files", ())}
    rows: list[DeliveryRow] = []
    for each, film, text, key in zip(campaign.deliverables, films, texts, keys, strict=True):
        target = folder / f"{each.variant.name(version)}{VIDEO}"
        missing = _missing(each, store)
        if not _is_there(target, known.get(target.name), key):
            assemble(film, store, target)
            listen(FileWritten(str(target)))
        rows.append(_row(each, target, film, missing, key))
        if text:
            target = target.with_suffix(CAPTIONS)
            write_atomically(target, text.encode())
            rows.append(_row(each, target, film, missing, key))
    _write_manifest(folder, version, rows, before)
    listen(FileWritten(str(folder / TABLE)))
    return Delivery(tuple(rows), version, len({t for found in failures.values() for t in found}))


def _film(each: Deliverable, store: Store, failures: Failures) -> Film:
    plan, variant = each.source.plan, each.variant
    footage: list[Footage] = []
    for take, spare in zip(each.takes, each.cut.spares, strict=False):
        shown = shown_footage(plan, take, spare, store, failures, each.size)
        if variant.is_reframed and store.holds(plan.final(take)):
            focus = focus_point(take.shot, variant)
            is_layout = plan.settings.preset is None
            shown = reframed(shown, each.size, focus, stamp=is_layout)
        footage.append(shown)
    if variant.end_card is not None:
        text, frames = variant.end_card.text, each.cut.shots[-1].frames
        card = title_picture(each.size, title=text, lines=())
        footage.append(
            still_footage(card, frames, content_key({"end-card": text, "size": list(each.size)}))
        )
    return Film(each.cut, tuple(footage), each.size, plan.fps)


def _captions(each: Deliverable) -> str:
    """The captions of a deliverable; empty without dialogue."""
    fps = each.source.plan.fps
    starts = [Fraction(each.cut.start(k)) / fps for k in range(len(each.takes))]
    ends = [
        start + Fraction(shot.frames) / fps
        for start, shot in zip(starts, each.cut.shots, strict=False)
    ]
    shots = [take.shot for take in each.takes]
    return write_srt(list(captions(shots, starts, ends, each.variant.dialogue)))


def _version(
    before: Mapping[str, object], deliverables: Sequence[Deliverable], keys: Sequence[str]
) -> int:
    """One more than before if anything is another than before, or new."""
    version = before.get("version")
    delivered = before.get("keys")
    known = delivered if isinstance(delivered, dict) else {}
    is_same = all(
        known.get(each.variant.label) == key for each, key in zip(deliverables, keys, strict=True)
    )
    if not isinstance(version, int):
        return 1
    return version if is_same else version + 1


def _missing(each: Deliverable, store: Store) -> tuple[str, ...]:
    plan = each.source.plan
    return tuple(take.shot.id for take in each.takes if not store.holds(plan.final(take)))


def _is_there(target: Path, row: Mapping[str, object] | None, key: str) -> bool:
    """Whether a file is the very one that was delivered before, and still the same film."""
    if row is None or row.get("key") != key or not target.is_file():
        return False
    return row.get("bytes") == target.stat().st_size and row.get("sha256") == file_sha256(target)


def _row(
    each: Deliverable, target: Path, film: Film, missing: Sequence[str], key: str
) -> DeliveryRow:
    is_video = target.suffix == VIDEO
    return DeliveryRow(
        file=target.name,
        variant=each.variant.label,
        width=film.size[0] if is_video else 0,
        height=film.size[1] if is_video else 0,
        fps=str(film.fps),
        frames=film.num_frames,
        seconds=seconds(Fraction(film.num_frames) / film.fps),
        # The animatic has no sound yet: no figure is better than one that nobody measured.
        loudness="silent" if is_video else "",
        loudness_target=each.source.plan.board.format.loudness,
        bytes=target.stat().st_size,
        sha256=file_sha256(target),
        missing=" ".join(missing),
        key=key,
    )


def _write_manifest(
    folder: Path, version: int, rows: Sequence[DeliveryRow], before: Mapping[str, object]
) -> None:
    """The list of files, for people and for programs; other variants keep what they had."""
    own = {row.variant for row in rows}
    told = before.get("files")
    others = [row for row in told if row["variant"] not in own] if isinstance(told, list) else []
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
