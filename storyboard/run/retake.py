"""`render --retake`: shots that disobey get more takes, and the best take goes into the cut.

The board file is not edited: retakes live in a copy of the board, in which a shot has one more take
and `use` names the best one. run.json keeps the choice, so that `sheet` and `assemble` show the
same film.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from storyboard.events import RetakesAsked
from storyboard.executors import Executor
from storyboard.run.manifest import Kept
from storyboard.run.session import Run
from storyboard.take.take import Take, take_number

if TYPE_CHECKING:
    from shots.schema import ShotList
    from storyboard.judge import Finding
    from storyboard.plan.plan import RenderPlan
    from storyboard.run.score import Scores


def retake(
    run: Run, failures: dict[Take, str], executor: Executor | None
) -> tuple[Run, dict[Take, str]]:
    """Render more takes of shots that disobey, for as many rounds as the options allow.

    Returns:
        The run whose cut shows the best takes, and its failures by take.
    """
    board, options = run.spec.board, run.spec.options
    # A take that the board chooses with `use` is never overruled.
    retakeable = {shot.id for shot in board.shots if shot.use is None}
    retaken: dict[str, None] = {}  # in the order in which they disobeyed
    kept: dict[str, Kept] = {}
    for number in range(options.retakes + 1):
        scores = run.scores()
        found = disobedient(run.plan, scores, options.shots)
        retaken |= dict.fromkeys(shot for shot in found if shot in retakeable)
        if retaken:
            kept = dict(best_takes(run.plan, scores, list(retaken)))
            # A shot that starts from the last frame of another may have to be rendered for that.
            board = with_kept(board, kept)
            run = run.with_board(board, kept)
            failures = run.render(executor)
            found = disobedient(run.plan, run.scores(), options.shots)
        remaining = [shot for shot in found if shot in retakeable]
        if not remaining or number == options.retakes:
            break
        run.listen(RetakesAsked(tuple(remaining), number + 1, options.retakes))
        board = with_one_more_take(board, remaining)
        run = run.with_board(board, kept)
        failures = run.render(executor)
    return run, failures


def disobedience(findings: Sequence[Finding]) -> tuple[int, float]:
    """Rank of a take, lower is better: number of disagreeing directives, then summed confidence."""
    wrong = [finding.confidence for finding in findings if finding.verdict == "disagrees"]
    right = sum(finding.confidence for finding in findings if finding.verdict == "agrees")
    return len(wrong), round(sum(wrong) - right, 6)


def disobedient(plan: RenderPlan, scores: Scores, shots: frozenset[str] | None) -> list[str]:
    """Ids of shots whose take in the cut disobeys and could be rendered differently.

    Only `shots` are considered, or all for None.
    """
    chosen = None if shots is None else {plan.board.shot(shot).id for shot in shots}
    return [
        take.shot.id
        for take in plan.shown
        if (chosen is None or take.shot.id in chosen)
        and plan.settings.preset is not None  # a layout has no seed to change
        and take.shot.seed is None  # with a fixed seed every take is the same
        and disobedience(scores.findings(take))[0]
    ]


def best_takes(
    plan: RenderPlan, scores: Scores, retaken: Sequence[str]
) -> Iterator[tuple[str, Kept]]:
    """Choose the take of each retaken shot that obeys best; of equals, the earliest."""
    for shot in retaken:
        judged = [t for t in plan.takes if t.shot.id == shot and t.stem in scores.by_take]
        if not judged:
            continue
        best = min(judged, key=lambda take: (*disobedience(scores.findings(take)), take.number))
        wrong = [f.directive for f in scores.findings(best) if f.verdict == "disagrees"]
        because = f"{', '.join(wrong)} still disagrees" if wrong else "no directive disagrees"
        yield shot, Kept(best.number, tuple(take.number for take in judged), because)


def with_one_more_take(board: ShotList, shots: Sequence[str]) -> ShotList:
    """Copy of the board with another take of some shots."""
    changes = {}
    for name in shots:
        shot = board.shot(name)
        changes[name] = {"takes": max(shot.takes, take_number(shot)) + 1}
    return _with_changes(board, changes)


def with_kept(board: ShotList, kept: Mapping[str, Kept]) -> ShotList:
    """Copy of the board that has all compared takes and shows the kept ones."""
    changes = {
        shot: {"takes": max(board.shot(shot).takes, *choice.compared), "use": f"T{choice.take:02}"}
        for shot, choice in kept.items()
    }
    return _with_changes(board, changes)


def kept_in(board: ShotList, retakes: Mapping[str, Mapping[str, Any]]) -> dict[str, Kept]:
    """Choices of an earlier run from its run.json, except where the board has `use` now."""
    open_shots = {shot.id for shot in board.shots if shot.use is None}
    return {
        shot: Kept(int(row["kept"][1:]), tuple(row["of"]), row["because"])
        for shot, row in retakes.items()
        if shot in open_shots
    }


def _with_changes(board: ShotList, changes: Mapping[str, Mapping[str, object]]) -> ShotList:
    """Copy of the board with some fields of some shots changed, by shot id."""
    scenes = []
    for scene in board.scenes:
        shots = tuple(
            shot.model_copy(update=dict(changes.get(shot.id, {}))) for shot in scene.shots
        )
        scenes.append(scene.model_copy(update={"shots": shots}))
    return board.with_scenes(tuple(scenes))
