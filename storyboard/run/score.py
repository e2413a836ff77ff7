"""Findings of a run: each clip is judged once and cached in the store, scenes are compared anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from storyboard.film.video import read_clip, read_video
from storyboard.judge import (
    VERSION,
    Finding,
    Look,
    Score,
    judge_drift,
    look_frames,
    measure_look,
    score_clip,
)
from storyboard.plan.plan import RenderPlan
from storyboard.stages.conform_stage import LAYOUT_THREADS, layout_inputs, take_film
from storyboard.store import Ref, Store, content_key, read_object
from storyboard.take.take import Take

STAGE = "score"
SUFFIX = ".findings"  # JSON; the store has .json for its records


@dataclass(frozen=True, eq=False)
class Scores:
    """Findings of the takes of a run; takes without a clip have none.

    Attributes:
        by_take: Score by the stem of a take.
        refs: By stem, where the store keeps them: one per clip of a chain.
        drift: (scene number, finding): worst pair of shots of a scene by each measure.
    """

    by_take: Mapping[str, Score] = field(default_factory=dict)
    refs: Mapping[str, tuple[Ref, ...]] = field(default_factory=dict)
    drift: tuple[tuple[str, Finding], ...] = ()

    def findings(self, take: Take) -> tuple[Finding, ...]:
        """Findings of a take, empty if it has no clip."""
        score = self.by_take.get(take.stem)
        return score.findings if score else ()


def score_takes(plan: RenderPlan, store: Store) -> Scores:
    """Judge every take whose clip exists; cached findings are read from the store."""
    clips = [clip for take in plan.takes for clip in take.segments or (take,)]
    refs_of = ((_findings_ref(plan, clip), clip) for clip in clips if store.holds(plan.clip(clip)))
    missing = {ref: clip for ref, clip in refs_of if not store.holds(ref)}

    def judge(clip: Take) -> Score:
        return score_clip(read_clip(store.path(plan.clip(clip))), take_film(clip), clip.filmed)

    with ThreadPoolExecutor(LAYOUT_THREADS) as pool:
        for ref, score in zip(missing, pool.map(judge, missing.values()), strict=True):
            _write(store, ref, score)
    scores, refs = {}, {}
    for take in plan.takes:
        kept = [_findings_ref(plan, clip) for clip in take.segments or (take,)]
        parts = [_read(store, ref) for ref in kept if store.holds(ref)]
        if len(parts) < len(kept):
            continue
        # A chain counts as its least obedient clip, directive by directive.
        findings: dict[str, Finding] = {}
        for finding in (finding for part in parts for finding in part.findings):
            worst = findings.get(finding.directive)
            if worst is None or _obedience(finding) < _obedience(worst):
                findings[finding.directive] = finding
        score = Score(tuple(findings.values()), parts[0].look)
        if take.matched is not None and store.holds(plan.final(take)):
            score, ref = _with_look_of_cut(plan, take, score, store)
            kept.append(ref)
        scores[take.stem], refs[take.stem] = score, tuple(kept)
    shown = [(t.shot, scores[t.stem].look) for t in plan.shown if t.stem in scores]
    return Scores(scores, refs, tuple(judge_drift(shown)))


def _findings_ref(plan: RenderPlan, take: Take) -> Ref:
    """Key of findings: the clip, and every field of the board that it is compared with."""
    declared = {
        "stage": STAGE,
        "version": VERSION,
        "clip": plan.clip(take).key,
        "camera": take.filmed.camera.model_dump(mode="json"),
        **layout_inputs(take),
    }
    return Ref(STAGE, content_key(declared), SUFFIX)


def _with_look_of_cut(
    plan: RenderPlan, take: Take, score: Score, store: Store
) -> tuple[Score, Ref]:
    """Score of a take whose colours are matched for the cut, with the look of its conformed clip.

    Returns:
        The score, and the key of that look.
    """
    final = plan.final(take)
    declared = {"stage": STAGE, "version": VERSION, "shown": final.key}
    ref = Ref(STAGE, content_key(declared), SUFFIX)
    if not store.holds(ref):
        chosen = look_frames(take.frames.clip)
        frames = enumerate(read_video(store.path(final)))
        look = measure_look(np.stack([frame for k, frame in frames if k in chosen]))
        _write(store, ref, Score((), look))
    # Sharpness stays the model's: the larger picture of the cut cannot be compared with it.
    look = replace(_read(store, ref).look, sharpness=score.look.sharpness)
    return replace(score, look=look), ref


def _obedience(finding: Finding) -> float:
    """Signed confidence: -1 certainly disagrees, 1 certainly agrees."""
    sign = {"agrees": 1, "disagrees": -1}.get(finding.verdict, 0)
    return sign * finding.confidence


def _write(store: Store, ref: Ref, score: Score) -> None:
    findings = [asdict(finding) for finding in score.findings]
    text = json.dumps({"findings": findings, "look": score.look.as_json()})

    def write(draft: Path) -> None:
        draft.write_text(text, encoding="utf-8")

    store.put(ref, write)


def _read(store: Store, ref: Ref) -> Score:
    content = read_object(store.path(ref))
    findings = tuple(Finding(**finding) for finding in content["findings"])
    return Score(findings, Look.from_json(content["look"]))
