"""One process, one take after the other. Stands in for a cluster everywhere else."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

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


@dataclass(frozen=True)
class LocalExecutor:
    """A loop."""

    listen: Listener

    def map(self, stage: Stage, takes: Sequence[Take], store: Store) -> Mapping[Take, str]:
        """Make the stage's results for the takes, in their order."""
        units = sum(stage.units(take) for take in takes)
        self.listen(StageStarted(stage.name, len(takes), units))
        failures: dict[Take, str] = {}
        network = self._load(stage)
        try:
            for take in takes:
                error = self._run(stage, network, take, store)
                if error is not None:
                    failures[take] = error
                    self.listen(TakeFailed(stage.name, take.stem, error))
        finally:
            parts = _parts(network)
            del network
            if stage.network:
                _release(parts)
        self.listen(StageFinished(stage.name))
        return failures

    def _load(self, stage: Stage) -> Any:  # noqa: ANN401 (its network, whatever it is)
        if not stage.network:
            return None
        started = perf_counter()
        network = stage.load()
        self.listen(NetworkLoaded(stage.network, round(perf_counter() - started, 3)))
        return network

    def _run(self, stage: Stage, network: Any, take: Take, store: Store) -> str | None:  # noqa: ANN401
        started = perf_counter()
        done, of = 0, stage.units(take)

        def step() -> None:
            nonlocal done
            done += 1
            self.listen(Stepped(stage.name, take.stem, done, of))

        try:
            stage.run(network, take, store, step)
        except ResourceError:
            raise
        # Whatever one shot runs into, the others of the board are still wanted.
        except Exception as error:
            _raise_if_out_of_memory(error, stage, take)
            return _reason(error)
        self.listen(TakeFinished(stage.name, take.stem, round(perf_counter() - started, 3)))
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, StoryboardError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _raise_if_out_of_memory(error: Exception, stage: Stage, take: Take) -> None:
    if isinstance(error, MemoryError) or any(words in str(error) for words in OUT_OF_MEMORY):
        raise ResourceError(
            f"shot {take.shot.id!r}: not enough memory for stage {stage.name!r} at "
            f"{take.size[0]}x{take.size[1]}, {take.frames.rendered} frames. What is finished is "
            "kept; choose a lower --quality, or a machine with more memory."
        ) from error


def _parts(network: Any) -> list[weakref.ref[Any]]:  # noqa: ANN401 (whatever it is)
    """Weak references to the modules of a network, or to what there is."""
    root = getattr(network, "network", network)
    modules = root.modules() if hasattr(root, "modules") else ()
    return [weakref.ref(module) for module in modules]


def _release(parts: Sequence[weakref.ref[Any]]) -> None:
    """Give a network's memory back, also what the device keeps for later."""
    # Going through every object of the program takes longer than a short shot: only if needed.
    if any(part() is not None for part in parts):
        gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
