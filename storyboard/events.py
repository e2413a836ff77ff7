"""What happens during a run, as events; whoever listens decides how they look.

Every event is a frozen value of plain types, so that `--json` can print it as one line and a test
can count it. Raised by `render`, `stages`, the executors and `watching`; drawn by `console`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Event:
    """Base of all events."""

    @property
    def name(self) -> str:
        """The event's kind, as `--json` names it."""
        return type(self).__name__


@dataclass(frozen=True)
class RunStarted(Event):
    """The plan is made and the folder is ours."""

    title: str
    takes: int
    waves: int
    frames: int


@dataclass(frozen=True)
class WaveStarted(Event):
    """The next takes go through all stages together; `takes` counts those with work to do."""

    wave: int
    waves: int
    takes: int


@dataclass(frozen=True)
class StageStarted(Event):
    """A stage has takes that lack its result; `units` are its steps over all of them."""

    stage: str
    takes: int
    units: int


@dataclass(frozen=True)
class NetworkLoaded(Event):
    """A network came into memory; it is gone when its stage ends."""

    network: str
    seconds: float


@dataclass(frozen=True)
class Stepped(Event):
    """One unit of a stage's work on one take is done: a solver step, a prompt, a clip."""

    stage: str
    take: str
    done: int
    of: int


@dataclass(frozen=True)
class TakeFinished(Event):
    """A stage has made its result for a take, and it is safe on disk."""

    stage: str
    take: str
    seconds: float


@dataclass(frozen=True)
class TakeFailed(Event):
    """A stage could not make its result for a take; the others go on."""

    stage: str
    take: str
    error: str


@dataclass(frozen=True)
class StageFinished(Event):
    """All takes of a stage that could be made are made."""

    stage: str


@dataclass(frozen=True)
class ClipReady(Event):
    """A finished clip can be watched."""

    take: str
    path: str


@dataclass(frozen=True)
class TakeScored(Event):
    """A finished clip was compared with what its shot asks for; `disagrees` in sentences."""

    take: str
    agrees: int
    disagrees: tuple[str, ...]
    cannot_tell: int


@dataclass(frozen=True)
class SceneDrifts(Event):
    """Two shots of a scene do not look as if they were of one."""

    scene: str
    text: str


@dataclass(frozen=True)
class RetakesAsked(Event):
    """Shots that disobey get another take; `round` counts from 1."""

    shots: tuple[str, ...]
    round: int
    rounds: int


@dataclass(frozen=True)
class TakeKept(Event):
    """Of several takes of a shot that disobeyed, the one that goes into the cut."""

    shot: str
    take: str
    of: int
    because: str


@dataclass(frozen=True)
class FileWritten(Event):
    """A result of the whole board is in place."""

    path: str


@dataclass(frozen=True)
class Warned(Event):
    """Something was mended, left out or done differently; nobody has to act."""

    text: str


@dataclass(frozen=True)
class Watching(Event):
    """A board is under watch; `without_clip` counts its shots that no run has finished."""

    board: str
    folder: str
    without_clip: int


@dataclass(frozen=True)
class BoardRefused(Event):
    """A board was saved with errors; nothing is rendered, and what was rendered stays."""

    problems: tuple[str, ...]


@dataclass(frozen=True)
class ShotsEdited(Event):
    """A board was saved; each shot with another picture than before, and why."""

    shots: tuple[str, ...]


@dataclass(frozen=True)
class RunFinished(Event):
    """The end, with what a script wants to know."""

    rendered: int
    cached: int
    failed: int
    networks_loaded: int
    seconds: float
    agrees: int = 0
    disagrees: int = 0
    cannot_tell: int = 0


Listener = Callable[[Event], None]


def as_json(event: Event) -> str:
    """Write an event as one line."""
    return json.dumps({"event": event.name, **asdict(event)}, ensure_ascii=False)
