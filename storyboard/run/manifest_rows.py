"""Values of run.json from a plan and a store, and a request from run.json."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storyboard.film.video import VIDEO
from storyboard.plan.cost import Waves
from storyboard.plan.plan import RenderPlan
from storyboard.plan.reasons import reason, take_facts
from storyboard.plan.request import LoraRequest, Request
from storyboard.run.deliver import CLIPS, PANELS, STILLS, Failures
from storyboard.run.manifest import Manifest, TakeEntry, used_versions
from storyboard.run.preview import Preview
from storyboard.store import file_sha256
from storyboard.take.take import Take

if TYPE_CHECKING:
    from storyboard.run.score import Scores


def describe_run(plan: RenderPlan, waves: Waves, request: Request, folder: Path) -> Manifest:
    """Manifest of a run before it begins, without takes."""
    board, settings = plan.board, plan.settings

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
    )


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
