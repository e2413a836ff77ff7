"""`--retake`: more takes of a shot that disobeys, and which of them goes into the cut.

The board is not edited: a retake lives in a copy of it, in which the shot has one more take and
`use` names the best. run.json keeps the choice, so that `sheet` and `assemble` show the same film.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storyboard.take.take import take_number

if TYPE_CHECKING:
    from shots.schema import Shot, ShotList
    from storyboard.judge import Finding
    from storyboard.plan.plan import RenderPlan
    from storyboard.run.score import Scores


@dataclass(frozen=True)
class Kept:
    """The take of a shot that is in the cut, and why.

    Attributes:
        take: Its number.
        of: Every take that was compared.
        because: "no directive disagrees", or which still do.
    """

    take: int
    of: tuple[int, ...]
    because: str

    def as_json(self) -> dict[str, object]:
        """As run.json has it."""
        return {"kept": f"T{self.take:02}", "of": list(self.of), "because": self.because}


def disobedience(findings: Sequence[Finding]) -> tuple[int, float]:
    """How badly a take disobeys: directives that disagree, then how surely; less is better."""
    wrong = [finding.confidence for finding in findings if finding.verdict == "disagrees"]
    right = sum(finding.confidence for finding in findings if finding.verdict == "agrees")
    return len(wrong), round(sum(wrong) - right, 6)


def disobedient(plan: RenderPlan, scores: Scores, shots: frozenset[str] | None) -> list[str]:
    """Shots whose take in the cut disobeys, and of which there could be another.

    Args:
        plan: Of the run.
        scores: Of its takes.
        shots: Ids to look at; None for all.
    """
    wanted = None if shots is None else {plan.board.shot(shot).id for shot in shots}
    return [
        take.shot.id
        for take in plan.shown
        if (wanted is None or take.shot.id in wanted)
        and plan.settings.preset is not None  # a layout has no seed to change
        and take.shot.seed is None  # with a fixed seed every take is the same
        and disobedience(scores.findings(take))[0]
    ]


def best_takes(
    plan: RenderPlan, scores: Scores, retaken: Sequence[str]
) -> Iterator[tuple[str, Kept]]:
    """Of every shot that was taken again, the take that obeys best; the earliest of equals."""
    for shot in retaken:
        judged = [t for t in plan.takes if t.shot.id == shot and t.stem in scores.of]
        if not judged:
            continue
        best = min(judged, key=lambda take: (*disobedience(scores.findings(take)), take.number))
        wrong = [f.directive for f in scores.findings(best) if f.verdict == "disagrees"]
        because = f"{', '.join(wrong)} still disagrees" if wrong else "no directive disagrees"
        yield shot, Kept(best.number, tuple(take.number for take in judged), because)


def author_chose(shot: Shot) -> bool:
    """Whether the board itself says which take is in the cut; that is never overruled."""
    return shot.use is not None


def with_one_more_take(board: ShotList, shots: Sequence[str]) -> ShotList:
    """The board with another take of some shots."""
    return _changed(board, {shot: {"takes": _highest(board.shot(shot)) + 1} for shot in shots})


def with_kept(board: ShotList, kept: Mapping[str, Kept]) -> ShotList:
    """The board with the chosen takes, and all they were chosen from, in it."""
    return _changed(
        board,
        {
            shot: {
                "takes": max(board.shot(shot).takes, *choice.of),
                "use": f"T{choice.take:02}",
            }
            for shot, choice in kept.items()
        },
    )


def kept_in(board: ShotList, retakes: Mapping[str, Mapping[str, Any]]) -> dict[str, Kept]:
    """Choices of an earlier run, as far as the board still leaves them open."""
    open_shots = {shot.id for shot in board.shots if not author_chose(shot)}
    return {
        shot: Kept(int(kept["kept"][1:]), tuple(kept["of"]), kept["because"])
        for shot, kept in retakes.items()
        if shot in open_shots
    }


def _highest(shot: Shot) -> int:
    return max(shot.takes, take_number(shot))


def _changed(board: ShotList, changes: Mapping[str, Mapping[str, object]]) -> ShotList:
    """The board with some fields of some shots changed."""
    scenes = tuple(
        scene.model_copy(
            update={
                "shots": tuple(
                    shot.model_copy(update=dict(changes.get(shot.id, {}))) for shot in scene.shots
                )
            }
        )
        for scene in board.scenes
    )
    return board.with_scenes(scenes)
