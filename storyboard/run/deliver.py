"""Deliver a run from its store: clips, stills, panels, layouts, animatic, review copy, sheet.

No network is loaded; everything can be delivered again from the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image

from storyboard.film import assembly
from storyboard.film.assembly import Film, Footage
from storyboard.film.cut import Spare
from storyboard.film.slate import slate_picture
from storyboard.film.video import VIDEO, read_video
from storyboard.plan.plan import RenderPlan
from storyboard.plan.sizes import layout_size
from storyboard.run.manifest import Manifest, TakeEntry
from storyboard.sheet.plan_drawing import plan_points
from storyboard.sheet.sheet_board import DirectiveRow, ShotResult
from storyboard.stages.conform_stage import Conform, Layout
from storyboard.stages.stage import Stage
from storyboard.store import Ref, Store, content_key, publish
from storyboard.take.frames import shot_frames
from storyboard.take.take import Take

CLIPS, STILLS, PANELS, LAYOUTS = "clips", "stills", "panels", "asked"
ANIMATIC, REVIEW, SHEET = "animatic.mp4", "animatic_review.mp4", "contact_sheet.html"
STILL_QUALITY = 90  # JPEG

Failures = Mapping[Take, str]
"""Errors by take."""

Size = tuple[int, int]


def plan_film(plan: RenderPlan, store: Store, failures: Failures, title_s: Fraction) -> Film:
    """Describe the film of a plan: finished clips, and slates in place of missing ones."""
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


def clip_footage(conform: Stage, take: Take, store: Store) -> Footage:
    """Frames of the finished clip of a take, spare ones included."""
    assert isinstance(conform, Conform)
    ref = conform.refs(take)[0]
    return Footage(
        key=ref.key,
        num_frames=take.frames.clip,
        frames=partial(conform.frames, take, store),
        file=store.path(ref),
    )


def shown_footage(
    plan: RenderPlan, take: Take, spare: Spare, store: Store, failures: Failures, size: Size
) -> Footage:
    """Frames of a take for a cut: its clip, or a slate of `size` with the error.

    `spare` are the spare frames that the cut counts; the clip may have more.
    """
    if store.holds(plan.final(take)):
        return replace(
            clip_footage(plan.stages[-1], take, store), lead=take.frames.head - spare.head
        )
    error = failures.get(take, "")
    state = "FAILED" if error else "NOT RENDERED"
    lines = [line for line in (take.shot.action, error) if line]
    picture = slate_picture(size, shot=take.slate, state=state, lines=lines)
    key = content_key({"slate": take.slate, "state": state, "lines": lines, "version": 1})
    return assembly.still_footage(picture, take.frames.clip, key)


def publish_take(plan: RenderPlan, take: Take, film: Film, store: Store, folder: Path) -> Path:
    """Copy the clip and the still of a take into the folder; returns the clip.

    The clip has exactly the frames of the shot, without spare ones. With `--stills` a PNG panel is
    written too: the model's own frame at the size of the cut.
    """
    footage = clip_footage(plan.stages[-1], take, store)
    clip = folder / CLIPS / f"{take.stem}{VIDEO}"
    still = folder / STILLS / f"{take.stem}.jpg"
    is_new = publish_clip(footage, take, film, store, clip, still)
    panel = folder / PANELS / f"{take.stem}.png"
    if plan.settings.stills and (is_new or not panel.exists()):
        frame = next(iter(footage.frames(take.frames.head, 1)))
        panel.parent.mkdir(exist_ok=True)
        store.deliver(lambda draft: Image.fromarray(frame).save(draft, format="PNG"), panel)
    return clip


def publish_clip(
    footage: Footage, take: Take, film: Film, store: Store, clip: Path, still: Path
) -> bool:
    """Write the frames of a shot to `clip` and the middle one to `still`.

    Returns:
        Whether the clip is new or changed.
    """
    for place in (clip.parent, still.parent):
        place.mkdir(exist_ok=True)
    # The piece that the animatic is cut from, if the shot is shown uncut.
    source = assembly.part_file(footage, take.frames.head, take.frames.shot, film, store)
    is_new = publish(source, clip)
    if is_new or not still.exists():
        frame = next(islice(read_video(source), take.frames.shot // 2, None))
        store.deliver(
            lambda draft: Image.fromarray(frame).save(draft, quality=STILL_QUALITY), still
        )
    return is_new


def publish_layouts(plan: RenderPlan, store: Store, folder: Path) -> dict[str, tuple[str, Ref]]:
    """Render the layout of every take in the cut, and write clips and stills into the folder.

    The contact sheet shows the layout, the same camera path over a grey figure, beside the clip.

    Returns:
        By stem of a take: its layout clip relative to the folder, and the store's reference. Empty
        for a plan that renders layouts anyway.
    """
    if plan.settings.preset is None:
        return {}
    size = layout_size(Fraction(*plan.size))
    layout = Layout(plan.settings.fps)
    conform = Conform(layout, size, plan.fps, stamp=True)
    film = Film(plan.cut, (), size, plan.fps)
    published = {}
    for shown in plan.shown:
        take = replace(shown, size=size, segments=())
        ref = conform.refs(take)[0]
        for stage in (layout, conform) if not store.holds(ref) else ():
            if not store.holds(stage.refs(take)[0]):
                stage.run(None, take, store, lambda: None)
        clip = f"{LAYOUTS}/{take.stem}{VIDEO}"
        footage = clip_footage(conform, take, store)
        publish_clip(footage, take, film, store, folder / clip, folder / still_beside(clip))
        published[take.stem] = clip, ref
    return published


def with_layout(entry: TakeEntry, layout: tuple[str, Ref] | None) -> TakeEntry:
    """Entry of run.json with the file and the store key of its layout."""
    if layout is None:
        return entry
    clip, ref = layout
    keys = {**entry.keys, ref.stage: [*entry.keys.get(ref.stage, ()), ref.key]}
    return replace(entry, asked=clip, keys=keys)


def still_beside(clip: str) -> Path:
    """Path of the still of a clip in the same folder."""
    return Path(clip).with_suffix(".jpg")


def write_animatic(
    film: Film, store: Store, folder: Path, before: Mapping[str, object]
) -> dict[str, object]:
    """Assemble the film unless `before`, that of the last run, is the same and unchanged.

    Returns:
        `animatic` of run.json: file, key of the content, and size and time of the file.
    """
    target = folder / ANIMATIC
    key = assembly.film_key(assembly.film_files(film, store))
    if before.get("key") != key or _stamp(target) != before.get("stamp"):
        assembly.assemble(film, store, target)
    return {"file": ANIMATIC, "key": key, "stamp": _stamp(target)}


def _stamp(path: Path) -> list[int] | None:
    if not path.exists():
        return None
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


def remove_drafts(folder: Path) -> None:
    """Remove half-written results of a killed process."""
    for place in (folder, *(folder / name for name in (CLIPS, STILLS, PANELS, LAYOUTS))):
        for draft in place.glob(".*.part"):
            draft.unlink(missing_ok=True)


def remove_stale(before: Manifest | None, now: Manifest, folder: Path) -> None:
    """Remove the files of takes that are no longer on the board or in the cut.

    Only files that the run before wrote are removed, and only from their own folders.
    """
    kept = {file for entry in now.takes for file in _files(entry)}
    for entry in before.takes if before else ():
        for place, name in _files(entry) - kept:
            (folder / place / name).unlink(missing_ok=True)


def _files(entry: TakeEntry) -> set[tuple[str, str]]:
    """(folder, name) of every file of a take; names only, since run.json could name any path."""
    named = {CLIPS: entry.clip, STILLS: entry.still, PANELS: entry.panel, LAYOUTS: entry.asked}
    files = {(place, Path(path).name) for place, path in named.items() if path}
    return files | ({(LAYOUTS, still_beside(entry.asked).name)} if entry.asked else set())


def write_contact_sheet(plan: RenderPlan, manifest: Manifest, folder: Path) -> Path:
    """Write the contact sheet from the manifest and the files of the folder."""
    from storyboard.sheet.page import build_sheet, write_sheet  # imports jinja2

    results = {}
    title_frames = manifest.delivery.get("title_frames", 0)
    offset_s = Fraction(title_frames if isinstance(title_frames, int) else 0) / plan.fps
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
            start_s=offset_s + Fraction(plan.starts[take.shot.id]) / plan.fps,
            preset=plan.settings.preset_name,
            quality=plan.settings.quality,
            positive=take.prompt,
            negative=take.negative,
            removed=take.removed,
            seed=take.noise.seed,
            plan=plan_points(take.path, take.staged.camera),
            staged=take.staged,
            steering=_steering(entry.control),
            references=tuple(entry.control.get("references", ())),
            timings=tuple(entry.seconds.items()),
            directives=tuple(_directive_row(finding) for finding in entry.findings),
        )
    animatic = folder / ANIMATIC
    board = build_sheet(
        plan.board,
        results,
        date=manifest.started[:10],
        preset=plan.settings.preset_name,
        quality=plan.settings.quality,
        animatic=animatic if manifest.animatic and animatic.exists() else None,
        drift=[(str(found["scene"]), _directive_row(found)) for found in manifest.drift],
    )
    return write_sheet(board, folder / SHEET)


def _steering(control: Mapping[str, Any]) -> str:
    """How the layout steered a take, in words: "set depth, cast pose, 12 of 20 steps"."""
    strengths = control.get("strengths", ())
    steered = sum(strength != 0 for strength in strengths)
    if not steered:
        return ""
    drawn = f"set {control['set']}, cast {control['cast']}"
    return f"{drawn}, {steered} of {len(strengths)} steps"


def _directive_row(finding: Mapping[str, Any]) -> DirectiveRow:
    is_obeyed = {"agrees": True, "disagrees": False}.get(finding["verdict"])
    directive = f"{finding['directive']}: {finding['asked']}"
    return DirectiveRow(directive, is_obeyed, finding["measured"])
