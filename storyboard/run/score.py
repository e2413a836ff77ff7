"""Findings of a run: each clip judged once and kept in the store, scenes compared anew.

Between `run`, which wants them for run.json, sheet and summary, and `directions`, which measures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from storyboard.film.video import read_video
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
from storyboard.stages.conform_stage import BOOKKEEPING
from storyboard.store import Ref, Store, content_key, read_object
from storyboard.take.take import Take

STAGE = "score"
SUFFIX = ".findings"  # JSON; the store has .json for its records


@dataclass(frozen=True)
class Drift:
    """The worst pair of a scene by one measure.

    Attributes:
        scene: Its number.
        finding: What was found.
    """

    scene: str
    finding: Finding


@dataclass(frozen=True, eq=False)
class Scores:
    """What is known of the takes of a run.

    Attributes:
        of: By the stem of a take; takes without a clip have none.
        refs: By stem, where the store keeps them; of a chain one for each of its clips.
        drift: Over the shown takes of each scene.
    """

    of: Mapping[str, Score] = field(default_factory=dict)
    refs: Mapping[str, tuple[Ref, ...]] = field(default_factory=dict)
    drift: tuple[Drift, ...] = ()

    def drift_as_json(self) -> tuple[dict[str, object], ...]:
        """As run.json has it."""
        return tuple({"scene": drift.scene, **asdict(drift.finding)} for drift in self.drift)

    def findings(self, take: Take) -> tuple[Finding, ...]:
        """Of a take; none if it has no clip."""
        score = self.of.get(take.stem)
        return score.findings if score else ()


def _ref(plan: RenderPlan, take: Take) -> Ref:
    """Where findings are kept: named by a clip and by what is asked of it."""
    board, shot = take.board, take.filmed
    declared = {
        "stage": STAGE,
        "version": VERSION,
        "clip": plan.clip(take).key,
        "path": take.path_key,
        "board": board.title,
        "shot": shot.model_dump(mode="json", exclude=BOOKKEEPING),
        "cast": [board.characters[key].model_dump(mode="json") for key in shot.subjects],
        "palette": list(board.style.palette),
    }
    return Ref(STAGE, content_key(declared), SUFFIX)


def score_takes(plan: RenderPlan, store: Store) -> Scores:
    """Judge every take whose clip is there; what was judged before is read from the store."""
    scores, refs = {}, {}
    for take in plan.takes:
        clips = take.segments or (take,)
        kept = tuple(_ref(plan, clip) for clip in clips)
        parts = [_scored(plan, clip, ref, store) for clip, ref in zip(clips, kept, strict=True)]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts):
            score, recoloured = _of_chain(known), _recoloured(plan, take, store)
            if recoloured is not None:
                score = _as_shown(plan, take, score, recoloured, store)
                kept = (*kept, recoloured)
            scores[take.stem], refs[take.stem] = score, kept
    shown = [(t.shot, scores[t.stem].look) for t in plan.shown if t.stem in scores]
    drift = tuple(Drift(scene, finding) for scene, finding in judge_drift(shown))
    return Scores(scores, refs, drift)


def _scored(plan: RenderPlan, take: Take, ref: Ref, store: Store) -> Score | None:
    """Of one clip, None if it is not there."""
    if not store.holds(ref):
        if not store.holds(plan.clip(take)):
            return None
        store.put(ref, partial(_write, _measure(take, store.path(plan.clip(take)))))
    return _read(store.path(ref))


def _of_chain(parts: Sequence[Score]) -> Score:
    """Of a whole take: each directive as the clip that obeys it least has it."""
    findings: dict[str, Finding] = {}
    for part in parts:
        for finding in part.findings:
            worst = findings.get(finding.directive)
            if worst is None or _obeys(finding) < _obeys(worst):
                findings[finding.directive] = finding
    return Score(tuple(findings.values()), parts[0].look)


def _recoloured(plan: RenderPlan, take: Take, store: Store) -> Ref | None:
    """Where the look of a take is kept whose cut has other colours than the model made."""
    final = plan.final(take)
    if take.matched is None or not store.holds(final):
        return None
    declared = {"stage": STAGE, "version": VERSION, "shown": final.key}
    return Ref(STAGE, content_key(declared), SUFFIX)


def _as_shown(plan: RenderPlan, take: Take, score: Score, ref: Ref, store: Store) -> Score:
    """With the colours that the cut shows.

    Sharpness stays the model's: the cut's larger picture cannot be compared with it.
    """
    if not store.holds(ref):
        chosen = look_frames(take.frames.clip)
        frames = enumerate(read_video(store.path(plan.final(take))))
        look = measure_look(np.stack([frame for k, frame in frames if k in chosen]))
        store.put(ref, partial(_write, Score((), look)))
    shown = _read(store.path(ref)).look
    return replace(score, look=replace(shown, sharpness=score.look.sharpness))


def _obeys(finding: Finding) -> float:
    """Between -1, surely not, and 1, surely."""
    sign = {"agrees": 1, "disagrees": -1}.get(finding.verdict, 0)
    return sign * finding.confidence


def _measure(take: Take, clip: Path) -> Score:
    frames = np.stack(list(read_video(clip)))
    return score_clip(frames, take.board, take.filmed, take.path)


def _write(score: Score, draft: Path) -> None:
    content = {
        "findings": [asdict(finding) for finding in score.findings],
        "look": score.look.as_json(),
    }
    draft.write_text(json.dumps(content), encoding="utf-8")


def _read(path: Path) -> Score:
    content = read_object(path)
    findings = tuple(Finding(**finding) for finding in content["findings"])
    return Score(findings, Look.from_json(content["look"]))
