"""A run as run.json tells it: from plan and store to the values of `manifest`.

Called by `run`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.film.video import VIDEO
from storyboard.plan.cost import Waves
from storyboard.plan.plan import RenderPlan
from storyboard.plan.reasons import reason, take_facts
from storyboard.plan.request import LoraRequest, Request
from storyboard.run.deliver import CLIPS, PANELS, STILLS, Failures
from storyboard.run.manifest import Manifest, TakeEntry, used_versions
from storyboard.run.preview import Preview
from storyboard.store import Meta, file_sha256
from storyboard.take.take import Take

if TYPE_CHECKING:
    from storyboard.run.score import Scores


def describe_run(plan: RenderPlan, waves: Waves, request: Request, folder: Path) -> Manifest:
    """What is known of a run before it begins."""
    board, settings = plan.board, plan.settings
    return Manifest(
        status="running",
        version=0,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=0.0,
        board={
            "path": os.path.relpath(board.path.resolve(), folder.resolve()),
            "title": board.title,
            "sha256": file_sha256(board.path) if board.path.is_file() else "",
        },
        request=_request(request, folder),
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


def _request(request: Request, folder: Path) -> dict[str, object]:
    """The command line's part, with a checkpoint found from the folder again."""
    return {
        "preset": request.preset,
        "quality": request.quality,
        "weights": _relative(request.weights, folder),
        "device": request.device,
        "settings": [list(setting) for setting in request.settings],
        "loras": [[_relative(lora.file, folder), *lora.strengths] for lora in request.loras],
        "stills": request.stills,
        "extend": _relative(request.extend, folder),
    }


def _relative(path: Path | None, folder: Path) -> str | None:
    return None if path is None else os.path.relpath(path.resolve(), folder.resolve())


def repeated_request(manifest: Manifest, folder: Path) -> Request:
    """Undo `describe_run`: the request that a run was made with."""
    told: Mapping[str, object] = manifest.request
    weights, settings = told["weights"], told["settings"]
    loras = told.get("loras", [])  # runs from before there were any have none
    assert isinstance(settings, list)
    # What was chosen by free memory then is not chosen anew: its clips have its keys.
    lay = manifest.residency.get("name")
    if lay and "residency" not in dict(settings):
        settings = [*settings, ["residency", lay]]
    assert isinstance(loras, list)
    return Request(
        preset=_text(told["preset"]),
        quality=_text(told["quality"]),
        weights=folder / str(weights) if weights else None,
        device=str(told["device"]),
        settings=tuple((str(key), str(value)) for key, value in settings),
        loras=tuple(
            LoraRequest(folder / str(file), tuple(float(strength) for strength in strengths))
            for file, *strengths in loras
        ),
        stills=told.get("stills") is True,
        extend=folder / str(told["extend"]) if told.get("extend") else None,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def take_entries(
    seen: Preview, failures: Failures, scores: Scores | None = None
) -> tuple[TakeEntry, ...]:
    """Every take as it stands now."""
    waiting = set(seen.waiting)
    entries = (
        _entry(seen, take, failures.get(take, ""), was_waiting=take in waiting)
        for take in seen.plan.takes
    )
    if scores is None:
        return tuple(entries)
    return tuple(
        _judged(entry, take, scores) for entry, take in zip(entries, seen.plan.takes, strict=True)
    )


def _judged(entry: TakeEntry, take: Take, scores: Scores) -> TakeEntry:
    """An entry with its findings, and where the store keeps them."""
    findings = tuple(asdict(finding) for finding in scores.findings(take))
    if not findings:
        return entry
    refs = scores.refs[take.stem]
    keys = {**entry.keys, refs[0].stage: [ref.key for ref in refs]}
    return replace(entry, findings=findings, keys=keys)


def _entry(seen: Preview, take: Take, error: str, *, was_waiting: bool) -> TakeEntry:
    plan, store = seen.plan, seen.store
    is_done = store.holds(plan.final(take))
    facts = take_facts(plan, take)
    style = plan.board.style
    meta = store.meta(plan.final(take))
    return TakeEntry(
        shot=take.shot.id,
        take=take.number,
        shown=take in plan.shown,
        status=_status(is_done=is_done, was_waiting=was_waiting, error=error),
        error="" if is_done else error,
        reason=why(seen, take) if was_waiting else "",
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
        frames={
            "shot": take.frames.shot,
            "head": take.frames.head,
            "tail": take.frames.tail,
            "rendered": take.frames.rendered,
            "shown": take.frames.shown,
            "step": str(take.frames.step),
            **_chain(take, meta),
            **({"match": meta["match"]} if "match" in meta else {}),
        },
        keys=plan.keys(take),
        facts=facts,
        clip=f"{CLIPS}/{take.stem}{VIDEO}" if is_done else "",
        still=f"{STILLS}/{take.stem}.jpg" if is_done else "",
        panel=f"{PANELS}/{take.stem}.png" if is_done and plan.settings.stills else "",
        seconds=_seconds(seen, take),
    )


def _chain(take: Take, meta: Meta) -> dict[str, object]:
    """Segments of a longer take: their frames, seeds and words, and the drift at their seams."""
    if not take.segments:
        return {}
    parts = [
        {"rendered": part.frames.rendered, "seed": part.noise.own_seed, "prompt": part.prompt}
        for part in take.segments
    ]
    return {"segments": parts, "seams": meta.get("seams", [])}


def _status(*, is_done: bool, was_waiting: bool, error: str) -> str:
    if is_done:
        return "rendered" if was_waiting else "cached"
    return "failed" if error else "missing"


def why(seen: Preview, take: Take) -> str:
    """Why a take lacks its clip, in one line."""
    entry = seen.before.entry(take.shot.id, take.number) if seen.before else None
    return reason(take_facts(seen.plan, take), entry.facts if entry else None)


def _seconds(seen: Preview, take: Take) -> dict[str, float]:
    """What each stage took, whenever it ran."""
    seconds: dict[str, float] = {}
    for stage in seen.plan.stages:
        for part in (*take.segments, take):
            for ref in stage.refs(part):
                took = seen.store.meta(ref).get("seconds")
                if isinstance(took, int | float):
                    seconds[stage.name] = seconds.get(stage.name, 0.0) + float(took)
    return seconds
