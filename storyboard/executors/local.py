"""The interface of an executor, and the one that runs in this process."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

from storyboard.errors import ResourceError, StoryboardError
from storyboard.events import (
    Listener,
    NetworkLoaded,
    StageFinished,
    StageStarted,
    Stepped,
    TakeFailed,
    TakeFinished,
)
from storyboard.stages.stage import Stage
from storyboard.store import Store
from storyboard.take.take import Take

OUT_OF_MEMORY = ("out of memory", "can't allocate memory")


class Executor(Protocol):
    """Runs one stage over many takes.

    Results are passed in the store, so an executor may run stages in other processes.
    """

    def map(self, stage: Stage, takes: Sequence[Take], store: Store) -> Mapping[Take, str]:
        """Compute the results of a stage.

        Args:
            stage: Its network is loaded before the first take and released after the last.
            takes: At least one, each lacking a result.
            store: Holds earlier results, receives new ones.

        Returns:
            Error message of each take that failed; the others have their results in the store.

        Raises:
            StoryboardError: No take can go on: the disk or the memory is full.
        """
        ...


@dataclass(frozen=True)
class LocalExecutor:
    """Runs takes one after the other in this process."""

    listen: Listener

    def map(self, stage: Stage, takes: Sequence[Take], store: Store) -> Mapping[Take, str]:
        """Compute the results of a stage, in the order of the takes."""
        units = sum(stage.units(take) for take in takes)
        self.listen(StageStarted(stage.name, len(takes), units))
        failures: dict[Take, str] = {}
        network: Any = None
        if stage.network:
            started = perf_counter()
            network = stage.load()
            self.listen(NetworkLoaded(stage.network, round(perf_counter() - started, 3)))
        try:
            for take in takes:
                error = self._run(stage, network, take, store)
                if error is not None:
                    failures[take] = error
                    self.listen(TakeFailed(stage.name, take.stem, error))
        finally:
            root: Any = getattr(network, "network", network)
            modules = root.modules() if hasattr(root, "modules") else ()
            references = [weakref.ref(module) for module in modules]
            # Strong references would keep the network in memory.
            del network, root, modules
            if stage.network:
                _release(references)
        self.listen(StageFinished(stage.name))
        return failures

    def _run(self, stage: Stage, network: Any, take: Take, store: Store) -> str | None:  # noqa: ANN401
        """Run a stage for one take; returns the error message if it fails."""
        started = perf_counter()
        done, total = 0, stage.units(take)

        def step() -> None:
            nonlocal done
            done += 1
            self.listen(Stepped(stage.name, take.stem, done, total))

        try:
            stage.run(network, take, store, step)
        except ResourceError:
            raise
        # Any other error concerns this take only: the rest of the board is still rendered.
        except Exception as error:
            if isinstance(error, MemoryError) or any(text in str(error) for text in OUT_OF_MEMORY):
                raise ResourceError(
                    f"shot {take.shot.id!r}: not enough memory for stage {stage.name!r} at "
                    f"{take.size[0]}x{take.size[1]}, {take.frames.rendered} frames. What is "
                    "finished is kept; choose a lower --quality, or a machine with more memory."
                ) from error
            is_ours = isinstance(error, StoryboardError)
            return str(error) if is_ours else f"{type(error).__name__}: {error}"
        self.listen(TakeFinished(stage.name, take.stem, round(perf_counter() - started, 3)))
        return None


def _release(references: Sequence[weakref.ref[Any]]) -> None:
    """Free the memory of a network, given its modules, and cached memory of the device."""
    # A collection visits every object and takes longer than a short shot: only if it is needed.
    if any(reference() is not None for reference in references):
        gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
