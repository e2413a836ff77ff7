"""Checkpoints and logs of a training run: whole or absent, one line a report."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import torch
from torch import nn

from training.optimizer import MovingAverage, Optimizers


def save_state(
    folder: Path, step: int, network: nn.Module, optimizers: Optimizers, average: MovingAverage
) -> None:
    """Write everything that a run needs to go on, replacing the last state in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        "step": step,
        "network": network.state_dict(),
        "optimizers": optimizers.state_dict(),
        "average": average.shadow,
    }
    torch.save(state, folder / "state.part")
    (folder / "state.part").replace(folder / "state.pt")


def load_state(
    folder: Path, network: nn.Module, optimizers: Optimizers | None, average: MovingAverage
) -> int:
    """Take up a run where it stopped, on whatever device; the step to go on from, 0 if new.

    Without optimizers they begin anew, as where one run branches from another.
    """
    if not (folder / "state.pt").exists():
        return 0
    state = torch.load(folder / "state.pt", weights_only=True, map_location="cpu")
    network.load_state_dict(state["network"])
    if optimizers and "optimizers" in state:  # not where a run goes on from shipped weights
        optimizers.load_state_dict(state["optimizers"])
    average.load(state["average"])
    return int(state["step"])


class Stopped:
    """True from SIGTERM or SIGINT on, so that a run ends after its step and saves."""

    def __init__(self) -> None:
        self._is_set = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._set)

    def _set(self, number: int, frame: object) -> None:
        self._is_set = True

    def __bool__(self) -> bool:
        return self._is_set


class Log:
    """A run's figures, one JSON object a line, also printed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "log.jsonl"
        self._start = time.monotonic()

    def write(self, **figures: float | int | str) -> None:
        """Add one line, with the seconds since this process began."""
        line = json.dumps({"seconds": round(time.monotonic() - self._start), **figures})
        with self._path.open("a") as file:
            file.write(line + "\n")
        print(line, flush=True)
