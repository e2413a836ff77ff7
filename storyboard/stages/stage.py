"""What a stage is: what the schedule and the executors know of it.

The stages themselves are in `stages` (with a network) and `finishing` (without).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

from storyboard.store import Meta, Ref, Store
from storyboard.take.take import Take

Step = Callable[[], None]
"""Told after every unit of work."""


class Stage(Protocol):
    """One stage of the schedule; frozen, so that it can be sent to a worker.

    Attributes:
        name: Folder of its results in the store.
        network: What it loads; empty for none.
    """

    @property
    def name(self) -> str:
        """Folder of its results."""
        ...

    @property
    def network(self) -> str:
        """What it loads."""
        ...

    def refs(self, take: Take) -> tuple[Ref, ...]:
        """Results for a take; empty if the stage has nothing to do with it."""
        ...

    def needs(self, take: Take) -> tuple[Ref, ...]:
        """Results of earlier stages that it reads."""
        ...

    def units(self, take: Take) -> int:
        """How often `run` reports a step."""
        ...

    def load(self) -> Any:  # noqa: ANN401 (its own network, which only its own `run` sees)
        """Bring the network into memory; None without one."""
        ...

    def run(self, network: Any, take: Take, store: Store, step: Step) -> None:  # noqa: ANN401
        """Make what is missing of the results."""
        ...


@dataclass(frozen=True)
class Hardware:
    """Where networks lie and in which numbers they compute."""

    device: str = "cpu"
    dtype: str = "float32"


def since(started: float) -> float:
    """Seconds since a reading of the clock, to a thousandth."""
    return round(perf_counter() - started, 3)


def noise_meta(store: Store, ref: Ref) -> Meta:
    """Hash of the noise that a result goes back to, handed on from stage to stage."""
    meta = store.meta(ref)
    return {"noise_sha256": meta["noise_sha256"]} if "noise_sha256" in meta else {}
