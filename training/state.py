"""Checkpoints and logs of a training run. Checkpoints are replaced atomically."""

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
    """Write the state for a resume, replacing the last one atomically."""
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
    """Restore a run on any device and return its next step, 0 for a new run.

    Without optimizers only the weights are restored, as at the start from another run.
    """
    if not (folder / "state.pt").exists():
        return 0
    state = torch.load(folder / "state.pt", weights_only=True, map_location="cpu")
    network.load_state_dict(state["network"])
    if optimizers and "optimizers" in state:  # absent in a state converted from shipped weights
        optimizers.load_state_dict(state["optimizers"])
    average.load(state["average"])
    return int(state["step"])


class Stopped:
    """Flag set by SIGTERM or SIGINT, so that a run ends after its step and saves."""

    def __init__(self) -> None:
        self._is_set = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._set)

    def _set(self, number: int, frame: object) -> None:
        self._is_set = True

    def __bool__(self) -> bool:
        return self._is_set


class Log:
    """Log of a run, one JSON object a line, also printed."""

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
