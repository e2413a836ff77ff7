"""The seam between the schedule and whoever does the work: one method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from storyboard.stages.stage import Stage
from storyboard.store import Store
from storyboard.take.take import Take


class Executor(Protocol):
    """Runs one stage over many takes.

    Results travel through the store, never through the executor, so that one process and many
    share every line of code but this one.
    """

    def map(self, stage: Stage, takes: Sequence[Take], store: Store) -> Mapping[Take, str]:
        """Make the stage's results for the takes.

        Args:
            stage: Its network is loaded before the first take and gone after the last.
            takes: At least one, each lacking a result.
            store: Where results go and earlier ones are.

        Returns:
            The takes that failed, and why; the others have their results in the store.

        Raises:
            StoryboardError: Nothing can go on: no disk, no memory.
        """
        ...
