"""`render --retake`: shots that disobey get more takes, and the best goes into the cut.

What counts as better is in `retakes`; here is the loop. Called by `run`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storyboard.events import RetakesAsked
from storyboard.executors import Executor
from storyboard.plan.request import Request
from storyboard.run import retake_choice
from storyboard.run.preview import Options
from storyboard.run.session import Run
from storyboard.take.take import Take

if TYPE_CHECKING:
    from shots.schema import ShotList
    from storyboard.run.score import Scores


class Retaker:
    """Gives shots that disobey more takes, and keeps the best of them."""

    def __init__(
        self,
        run: Run,
        failures: dict[Take, str],
        board: ShotList,
        request: Request,
        options: Options,
        executor: Executor | None,
    ) -> None:
        self._run, self._failures, self._board = run, failures, board
        self._request, self._options, self._executor = request, options, executor
        self._may_retake = {s.id for s in board.shots if not retake_choice.author_chose(s)}
        self._retaken: dict[str, None] = {}  # in the order in which they disobeyed
        self._kept: dict[str, retake_choice.Kept] = {}

    def retake(self) -> tuple[Run, dict[Take, str]]:
        """Returns the run that shows the best takes, and what failed in it."""
        rounds = self._options.retakes
        for number in range(1, rounds + 1):
            again = self._keep_best()
            if not again:
                return self._run, self._failures
            self._run.listen(RetakesAsked(tuple(again), number, rounds))
            self._render(retake_choice.with_one_more_take(self._board, again))
        self._keep_best()
        return self._run, self._failures

    def _keep_best(self) -> list[str]:
        """Put the best takes there are into the cut; returns the shots that still disobey."""
        scores = self._run.scores()
        self._retaken |= dict.fromkeys(self._disobedient(scores))
        if not self._retaken:
            return []
        self._kept = dict(retake_choice.best_takes(self._run.plan, scores, list(self._retaken)))
        # A shot that starts from another's last frame may have to be rendered for that.
        self._render(retake_choice.with_kept(self._board, self._kept))
        return self._disobedient(self._run.scores())

    def _disobedient(self, scores: Scores) -> list[str]:
        found = retake_choice.disobedient(self._run.plan, scores, self._options.shots)
        return [shot for shot in found if shot in self._may_retake]

    def _render(self, board: ShotList) -> None:
        self._board = board
        self._run = self._run.again(board, self._request, self._options, self._kept)
        self._failures = self._run.render(self._executor)
