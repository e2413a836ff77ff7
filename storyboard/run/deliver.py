"""From finished clips to what lies in the folder: clips, stills, animatic, review copy, sheet.

Everything here can be done again from the store and loads no network. Called by `run`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from storyboard.film.assembly import (
    Film,
    Footage,
    Marks,
    assemble,
    film_files,
    film_key,
    part_file,
    still_footage,
    write_review,
)
from storyboard.film.cut import Spare
from storyboard.film.slate import slate_picture
from storyboard.film.video import VIDEO, read_video
from storyboard.plan.plan import RenderPlan
from storyboard.run.manifest import Manifest, TakeEntry
from storyboard.stages.conform_stage import Conform
from storyboard.store import Store, content_key, publish
from storyboard.take.frames import shot_frames
from storyboard.take.take import Take

if TYPE_CHECKING:
    from storyboard.sheet.sheet_board import Direction

CLIPS, STILLS, PANELS, ASKED = "clips", "stills", "panels", "asked"
ANIMATIC, REVIEW = "animatic.mp4", "animatic_review.mp4"
STILL_QUALITY = 90

Failures = Mapping[Take, str]
Size = tuple[int, int]


def plan_film(plan: RenderPlan, store: Store, failures: Failures, title_s: Fraction) -> Film:
    """The film of a plan: clips where there are any, slates where there are none."""
    return Film(
        cut=plan.cut,
        footage=tuple(
            shown_footage(plan, take, spare, store, failures, plan.size)
            for take, spare in zip(plan.shown, plan.cut.spares, strict=True)
        ),
        size=plan.size,
        fps=plan.fps,
        title=plan.board.title or plan.board.path.stem,
        title_lines=tuple(line for line in (plan.board.code, plan.board.author) if line),
        title_frames=shot_frames(title_s, plan.fps, where="--title") if title_s else 0,
    )


def clip_footage(plan: RenderPlan, take: Take, store: Store) -> Footage:
    """The finished clip of a take."""
    conform = plan.stages[-1]
    assert isinstance(conform, Conform)
    ref = plan.final(take)
    return Footage(
        key=ref.key,
        num_frames=take.frames.clip,
        frames=lambda first, count: conform.frames(take, store, first, count),
        whole=store.path(ref),
    )


def shown_footage(
    plan: RenderPlan, take: Take, spare: Spare, store: Store, failures: Failures, size: Size
) -> Footage:
    """The clip of a take as a cut shows it, or a slate where there is none.

    Args:
        plan: The run.
        take: Whose clip.
        spare: Spare frames that the cut counts; the clip may have more.
        store: Where the clip would be.
        failures: Why it is not.
        size: Of a slate.
    """
    if store.holds(plan.final(take)):
        return replace(clip_footage(plan, take, store), lead=take.frames.head - spare.head)
    error = failures.get(take, "")
    state = "FAILED" if error else "NOT RENDERED"
    lines = [line for line in (take.shot.action, error) if line]
    picture = slate_picture(size, shot=take.slate, state=state, lines=lines)
    key = content_key({"slate": take.slate, "state": state, "lines": lines, "version": 1})
    return still_footage(picture, take.frames.clip, key)


def publish_take(plan: RenderPlan, take: Take, film: Film, store: Store, folder: Path) -> Path:
    """Put a take's clip and still where people look: exactly the frames of the shot.

    A take of one frame also becomes a panel: the model's own frame, at the size of the cut.

    Args:
        plan: The run.
        take: Its finished clip is in the store.
        film: For its size and rate.
        store: Where the clip is.
        folder: Of the run; `clips` and `stills` are made in it.
    """
    footage = clip_footage(plan, take, store)
    clip = folder / CLIPS / f"{take.stem}{VIDEO}"
    still = folder / STILLS / f"{take.stem}.jpg"
    is_new = publish_clip(footage, take, film, store, clip, still)
    panel = folder / PANELS / f"{take.stem}.png"
    if plan.settings.stills and (is_new or not panel.exists()):
        _publish_panel(footage, take, store, panel)
    return clip


def publish_clip(
    footage: Footage, take: Take, film: Film, store: Store, clip: Path, still: Path
) -> bool:
    """Put the frames of a shot, and the one in their middle, where people look.

    Returns:
        Whether the clip was not there like this before.
    """
    for place in (clip.parent, still.parent):
        place.mkdir(exist_ok=True)
    source = part_file(footage, take.frames.head, take.frames.shot, film, store)
    is_new = publish(source, clip)
    if is_new or not still.exists():
        frame = next(islice(read_video(source), take.frames.shot // 2, None))
        store.deliver(
            lambda draft: Image.fromarray(frame).save(draft, quality=STILL_QUALITY), still
        )
    return is_new


def _publish_panel(footage: Footage, take: Take, store: Store, panel: Path) -> None:
    frame = next(iter(footage.frames(take.frames.head, 1)))
    panel.parent.mkdir(exist_ok=True)
    store.deliver(lambda draft: Image.fromarray(frame).save(draft, format="PNG"), panel)


def write_animatic(
    film: Film, store: Store, folder: Path, before: Mapping[str, object]
) -> dict[str, object]:
    """Assemble the film unless it is there already; returns how to know it again."""
    target = folder / ANIMATIC
    key = film_key(film_files(film, store))
    if before.get("key") != key or _stamp(target) != before.get("stamp"):
        assemble(film, store, target)
    return {"file": ANIMATIC, "key": key, "stamp": _stamp(target)}


def sweep_drafts(folder: Path) -> None:
    """Remove what a killed process left half-written among the results."""
    for place in (folder, *(folder / name for name in (CLIPS, STILLS, PANELS, ASKED))):
        for draft in place.glob(".*.part"):
            draft.unlink(missing_ok=True)


def remove_stale(before: Manifest | None, now: Manifest, folder: Path) -> None:
    """Remove the files of takes that are no longer on the board, or in the cut.

    Only files that the run before wrote are touched, and only in their own folders.
    """
    kept = {file for entry in now.takes for file in _files(entry)}
    for entry in before.takes if before else ():
        for place, name in _files(entry) - kept:
            (folder / place / name).unlink(missing_ok=True)


def _files(entry: TakeEntry) -> set[tuple[str, str]]:
    """Folder and name of everything that lies there for a take."""
    named = {CLIPS: entry.clip, STILLS: entry.still, PANELS: entry.panel, ASKED: entry.asked}
    files = {(place, Path(path).name) for place, path in named.items() if path}
    return files | ({(ASKED, still_beside(entry.asked).name)} if entry.asked else set())


def still_beside(clip: str) -> Path:
    """The still of a clip in the same folder."""
    return Path(clip).with_suffix(".jpg")


def _stamp(path: Path) -> list[int] | None:
    if not path.exists():
        return None
    facts = path.stat()
    return [facts.st_size, facts.st_mtime_ns]


def write_review_copy(
    plan: RenderPlan, film: Film, store: Store, folder: Path, *, version: int, date: str
) -> Path:
    """Write the animatic with the burn-in, beside the one without."""
    marks = Marks(
        project=f"{film.title} v{version:03}",
        date=date,
        slates=tuple(take.slate for take in plan.shown),
    )
    target = folder / REVIEW
    write_review(film, folder / ANIMATIC, store, target, marks)
    return target


def write_contact_sheet(plan: RenderPlan, manifest: Manifest, folder: Path) -> Path:
    """Write contact_sheet.html from what the run left."""
    from storyboard.sheet.page import ShotResult, build_sheet, write_sheet
    from storyboard.sheet.plan_view import plan_points

    results = {}
    offset = Fraction(_int(manifest.delivery, "title_frames")) / plan.fps
    for take in plan.shown:
        entry = manifest.entry(take.shot.id, take.number)
        if entry is None:
            continue
        has_clip = entry.status in ("rendered", "cached")
        results[take.shot.id] = ShotResult(
            status="rendered" if has_clip else "failed" if entry.error else "missing",
            take=f"T{take.number:02}",
            failure=entry.error,
            still=folder / entry.still if has_clip else None,
            clip=folder / entry.clip if has_clip else None,
            layout_still=folder / still_beside(entry.asked) if entry.asked else None,
            layout_clip=folder / entry.asked if entry.asked else None,
            num_frames=take.frames.shot,
            fps=plan.fps,
            start_s=offset + Fraction(plan.starts[take.shot.id]) / plan.fps,
            preset=plan.settings.preset_name,
            quality=plan.settings.quality,
            positive=take.prompt,
            negative=take.negative,
            removed=take.removed,
            seed=take.noise.seed,
            plan=plan_points(take.path),
            timings=tuple(entry.seconds.items()),
            directions=tuple(_direction(finding) for finding in entry.findings),
        )
    animatic = folder / ANIMATIC
    board = build_sheet(
        plan.board,
        results,
        date=manifest.started[:10],
        preset=plan.settings.preset_name,
        quality=plan.settings.quality,
        animatic=animatic if manifest.animatic and animatic.exists() else None,
        drift=[(str(found["scene"]), _direction(found)) for found in manifest.drift],
    )
    return write_sheet(board, folder / "contact_sheet.html")


def _direction(finding: Mapping[str, Any]) -> Direction:
    """A finding as a card shows it: what was asked, and what was got."""
    from storyboard.sheet.page import Direction

    is_obeyed = {"agrees": True, "disagrees": False}.get(finding["verdict"])
    asked = f"{finding['directive']}: {finding['asked']}"
    return Direction(asked, is_obeyed, finding["measured"])


def _int(values: Mapping[str, object], name: str) -> int:
    value = values.get(name, 0)
    return value if isinstance(value, int) else 0
