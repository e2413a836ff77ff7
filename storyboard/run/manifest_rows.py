"""Rows of a run, in run.json and in the plan table: state, reason to render, and cost of a take."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from storyboard.film.video import VIDEO
from storyboard.plan.cost import disk_bytes, expected_speed, loading_s, take_cost
from storyboard.plan.reasons import reason, take_facts
from storyboard.plan.request import LoraRequest, Request
from storyboard.run.deliver import CLIPS, PANELS, STILLS, Failures
from storyboard.run.manifest import Manifest, TakeEntry, used_versions
from storyboard.run.preview import Preview
from storyboard.store import file_sha256
from storyboard.take.frames import seconds, timecode
from storyboard.take.take import Take

if TYPE_CHECKING:
    from storyboard.plan.plan import RenderPlan
    from storyboard.run.score import Scores


def describe_run(planned: Preview) -> Manifest:
    """Manifest of a run before it begins, without takes."""
    plan, waves, request = planned.plan, planned.waves, planned.spec.request
    board, settings, folder = plan.board, plan.settings, planned.spec.folder

    def relative(path: Path | None) -> str | None:
        return None if path is None else os.path.relpath(path.resolve(), folder.resolve())

    return Manifest(
        status="running",
        version=0,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=0.0,
        board={
            "path": relative(board.path),
            "title": board.title,
            "sha256": file_sha256(board.path) if board.path.is_file() else "",
        },
        request={
            "preset": request.preset,
            "quality": request.quality,
            "weights": relative(request.weights),
            "device": request.device,
            "settings": [list(setting) for setting in request.settings],
            "loras": [[relative(lora.file), *lora.strengths] for lora in request.loras],
            "stills": request.stills,
            "extend": relative(request.extend),
        },
        preset=asdict(settings.preset) if settings.preset else {},
        weights=settings.weights.fingerprints if settings.weights else {},
        delivery={"size": list(plan.size), "fps": str(plan.fps), "frames": plan.cut.frames},
        waves={"count": len(waves.waves), "size": waves.size, "reason": waves.reason},
        networks_loaded=0,
        takes=(),
        animatic={},
        notices=plan.notices,
        versions=used_versions(),
        residency=asdict(settings.residency) if settings.weights else {},
    )


def request_from_manifest(manifest: Manifest, folder: Path) -> Request:
    """Rebuild the request of a run from its run.json: the inverse of `describe_run`."""
    content: Any = manifest.request
    settings = [(str(key), str(value)) for key, value in content["settings"]]
    # Free memory chose the residency then; a new choice would change the keys of its clips.
    residency = manifest.residency.get("name")
    if residency and "residency" not in dict(settings):
        settings.append(("residency", str(residency)))
    return Request(
        preset=content["preset"],
        quality=content["quality"],
        weights=folder / content["weights"] if content["weights"] else None,
        device=content["device"],
        settings=tuple(settings),
        loras=tuple(
            LoraRequest(folder / file, tuple(float(strength) for strength in strengths))
            for file, *strengths in content.get("loras", ())
        ),
        stills=content.get("stills") is True,
        extend=folder / content["extend"] if content.get("extend") else None,
    )


def take_entries(
    planned: Preview, failures: Failures, scores: Scores | None = None
) -> tuple[TakeEntry, ...]:
    """Entries of all takes of a plan, in its order, as the store is now."""
    waiting = set(planned.waiting)
    entries = []
    for take in planned.plan.takes:
        entry = _take_entry(planned, take, failures.get(take, ""), was_waiting=take in waiting)
        findings = scores.findings(take) if scores else ()
        if scores and findings:
            refs = scores.refs[take.stem]
            keys = {**entry.keys, refs[0].stage: [ref.key for ref in refs]}
            entry = replace(entry, findings=tuple(asdict(f) for f in findings), keys=keys)
        entries.append(entry)
    return tuple(entries)


def _take_entry(planned: Preview, take: Take, error: str, *, was_waiting: bool) -> TakeEntry:
    plan, store, style = planned.plan, planned.store, planned.plan.board.style
    is_done = store.holds(plan.final(take))
    meta = store.meta(plan.final(take))
    if is_done:
        status = "rendered" if was_waiting else "cached"
    else:
        status = "failed" if error else "missing"
    frames = {
        "shot": take.frames.shot,
        "head": take.frames.head,
        "tail": take.frames.tail,
        "rendered": take.frames.rendered,
        "shown": take.frames.shown,
        "step": str(take.frames.step),
    }
    if take.segments:
        frames["segments"] = [
            {"rendered": part.frames.rendered, "seed": part.noise.own_seed, "prompt": part.prompt}
            for part in take.segments
        ]
        frames["seams"] = meta.get("seams", [])
    if "match" in meta:
        frames["match"] = meta["match"]
    return TakeEntry(
        shot=take.shot.id,
        take=take.number,
        shown=take in plan.shown,
        status=status,
        error="" if is_done else error,
        reason=why(planned, take) if was_waiting else "",
        start_frame=plan.starts[take.shot.id],
        prompt=take.prompt,
        negative=take.negative,
        removed=take.removed,
        seeds={
            "style": style.seed,
            "policy": style.seed_policy,
            "shared": take.noise.shared_seed,
            "own": take.noise.own_seed,
            "consistency": take.noise.consistency,
        },
        noise_sha256=str(meta.get("noise_sha256", "")),
        size=take.size,
        frames=frames,
        keys=plan.keys(take),
        facts=take_facts(plan, take),
        clip=f"{CLIPS}/{take.stem}{VIDEO}" if is_done else "",
        still=f"{STILLS}/{take.stem}.jpg" if is_done else "",
        panel=f"{PANELS}/{take.stem}.png" if is_done and plan.settings.stills else "",
        seconds=_stage_seconds(planned, take),
        staging=take.staged.report(),
        control=control_record(plan, take),
    )


def control_record(plan: RenderPlan, take: Take) -> dict[str, object]:
    """How a take is steered; empty where the model cannot be, or nothing is given."""
    preset, control = plan.settings.preset, take.filmed.control
    if preset is None or preset.control == "none" or not (control.has_film or take.references):
        return {}
    folder = take.board.path.parent
    names = [
        picture.file.relative_to(folder).as_posix() for picture in take.references if picture.file
    ]
    return {
        **control.model_dump(), "strengths": list(plan.strengths(take)), "references": names
    }  # fmt: skip


def why(planned: Preview, take: Take) -> str:
    """Reason in one line why a take has to be rendered: the fields that changed."""
    entry = planned.before.entry(take.shot.id, take.number) if planned.before else None
    return reason(take_facts(planned.plan, take), entry.facts if entry else None)


def _stage_seconds(planned: Preview, take: Take) -> dict[str, float]:
    """Duration of each stage as recorded in the store, summed over segments."""
    seconds: dict[str, float] = {}
    for stage in planned.plan.stages:
        for part in (*take.segments, take):
            for ref in stage.refs(part):
                duration = planned.store.meta(ref).get("seconds")
                if isinstance(duration, int | float):
                    seconds[stage.name] = seconds.get(stage.name, 0.0) + float(duration)
    return seconds


def print_plan(planned: Preview, console: Console) -> None:
    """Print the plan, then its notices and its cost."""
    plan = planned.plan
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("at", "shot", "take", "length", "model", "held", "seed", "does", "why"):
        table.add_column(name, overflow="fold", no_wrap=name != "why")
    for take in plan.takes:
        table.add_row(*(Text(cell) for cell in _row(planned, take)))
    length = seconds(Fraction(plan.cut.frames) / plan.fps)
    title = (
        f"{plan.board.title or plan.board.path.stem}: {len(plan.board.shots)} shots, "
        f"{plan.cut.frames} frames = {length} s at {seconds(plan.fps)} fps, "
        f"{plan.size[0]}x{plan.size[1]}; {plan.settings.preset_name}, {plan.settings.quality}"
    )
    console.print(Text(title, style="bold"))
    console.print(table)
    for notice in plan.notices:
        console.print(Text(f"note: {notice}"))
    console.print(Text(_cost(planned)))


def _row(planned: Preview, take: Take) -> tuple[str, ...]:
    plan, frames = planned.plan, take.frames
    low, high = frames.holds
    spare = f"+{frames.head + frames.tail}" if frames.head + frames.tail else ""
    clips = f"{len(take.segments)} clips, " if take.segments else ""
    work, cause = "nothing", ""
    if take in planned.waiting:
        parts = (*take.segments, take)
        # The first stage that would run; all after it follow.
        first = next(
            stage.name
            for stage in plan.stages
            if any((stage.name, part) in planned.todo for part in parts)
        )
        work, cause = f"from {first}", why(planned, take)
    return (
        timecode(plan.starts[take.shot.id], plan.fps) if take in plan.shown else "",
        take.shot.id,
        f"T{take.number:02}",
        f"{frames.shot}{spare} f",
        f"{clips}{frames.rendered} f {take.size[0]}x{take.size[1]}",
        f"{low} f" if low == high else f"{low}-{high} f",
        str(take.noise.seed),
        work,
        cause,
    )


def _cost(planned: Preview) -> str:
    plan = planned.plan
    if not planned.waiting:
        return "nothing to render; no network is loaded"
    speed = expected_speed(plan, planned.store.root)
    work_s = sum(take_cost(plan, take).seconds(speed) for take in planned.jobs)
    load_s = loading_s(plan, speed) * len(planned.waves.waves)
    disk = sum(disk_bytes(plan, take) for take in planned.jobs)
    source = "as fast as the last run" if speed.is_measured else "a guess before the first run"
    lines = [
        f"{len(planned.waiting)} of {len(plan.takes)} takes to render, {planned.waves.reason}",
        f"about {_duration(work_s + load_s)} ({source}), {disk / 1e6:,.0f} MB of disk",
    ]
    for take in planned.waiting:
        if take.segments:
            chain_s = sum(take_cost(plan, part).seconds(speed) for part in take.segments)
            lines.append(
                f"{take.slate}: {len(take.segments)} clips one after the other, "
                f"about {_duration(chain_s)}"
            )
    if plan.settings.weights is not None:
        name, size = max(plan.settings.weights.bytes.items(), key=lambda item: item[1])
        lines.append(f"largest network: {name}, {size / 1e9:.2f} GB on disk")
        residency = plan.settings.residency
        lines.append(f"experts {residency.name}: {residency.reason}")
    return "\n".join(lines)


def _duration(duration_s: float) -> str:
    if duration_s < 90:
        return f"{duration_s:.0f} s"
    return f"{duration_s / 60:.0f} min" if duration_s < 5400 else f"{duration_s / 3600:.1f} h"
