"""The interface of a stage, and the rules for its cache keys.

The key of a result is the hash of everything that can change it: the inputs that its stage
declares, which include the keys of earlier results. So every key is known before any tensor is
computed. Device, wave and executor are not declared, since they do not change a result. When the
computation of a stage changes, its VERSION is raised in the same commit.

Importing a stage does not import torch, so that a stage whose results exist costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from storyboard.store import Meta, Ref, Store, content_key
from storyboard.take.take import Take

if TYPE_CHECKING:
    import torch

TENSORS = ".safetensors"

Step = Callable[[], None]
"""Called after every unit of work."""


class Stage(Protocol):
    """One stage of the schedule; immutable, so that it can be sent to another process."""

    @property
    def name(self) -> str:
        """Folder of its results in the store."""
        ...

    @property
    def network(self) -> str:
        """Display name of the network it loads; empty for none."""
        ...

    def refs(self, take: Take) -> tuple[Ref, ...]:
        """Results for a take; empty if the stage does not apply to it."""
        ...

    def needs(self, take: Take) -> tuple[Ref, ...]:
        """Results of earlier stages and of other takes that it reads."""
        ...

    def units(self, take: Take) -> int:
        """Number of times that `run` calls `step`."""
        ...

    def load(self) -> Any:  # noqa: ANN401 (each stage has its own type of network)
        """Load the network; None without one."""
        ...

    def run(self, network: Any, take: Take, store: Store, step: Step) -> None:  # noqa: ANN401
        """Compute the results that the store lacks."""
        ...


@dataclass(frozen=True)
class Hardware:
    """Device and number format of the networks; `dtype` is "float32" or "bfloat16"."""

    device: str = "cpu"
    dtype: str = "float32"

    @property
    def torch_dtype(self) -> torch.dtype:
        """The number format as torch names it."""
        import torch

        return {"float32": torch.float32, "bfloat16": torch.bfloat16}[self.dtype]


def make_ref(stage: Stage, version: int, suffix: str, declared: Mapping[str, object]) -> Ref:
    """Reference to a result of a stage; `declared` is everything that can change the result."""
    key = content_key({"stage": stage.name, "version": version, **declared})
    return Ref(stage.name, key, suffix)


def since(started: float) -> float:
    """Seconds since a value of `perf_counter`, to a thousandth."""
    return round(perf_counter() - started, 3)


def noise_meta(store: Store, ref: Ref) -> Meta:
    """Hash of the initial noise of a result, passed on from stage to stage."""
    meta = store.meta(ref)
    return {"noise_sha256": meta["noise_sha256"]} if "noise_sha256" in meta else {}
