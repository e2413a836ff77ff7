"""Events of a run: frozen values of plain types, printed as one line each by `--json`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Event:
    """Base of all events."""

    @property
    def name(self) -> str:
        """Name of the event in `--json`."""
        return type(self).__name__


@dataclass(frozen=True)
class RunStarted(Event):
    """The run is planned and the folder is locked."""

    title: str
    takes: int
    waves: int
    frames: int


@dataclass(frozen=True)
class WaveStarted(Event):
    """A wave begins: `takes` with work to do, which go through all stages together."""

    wave: int
    waves: int
    takes: int


@dataclass(frozen=True)
class StageStarted(Event):
    """A stage begins with takes that lack its result; `units` are its steps over all of them."""

    stage: str
    takes: int
    units: int


@dataclass(frozen=True)
class NetworkLoaded(Event):
    """A network was loaded; it is freed when its stage ends."""

    network: str
    seconds: float


@dataclass(frozen=True)
class Stepped(Event):
    """One unit of a stage is done for one take: a solver step, a prompt, a clip."""

    stage: str
    take: str
    done: int
    of: int


@dataclass(frozen=True)
class TakeFinished(Event):
    """The result of a stage for one take is on disk."""

    stage: str
    take: str
    seconds: float


@dataclass(frozen=True)
class TakeFailed(Event):
    """A stage failed for one take; the other takes continue."""

    stage: str
    take: str
    error: str


@dataclass(frozen=True)
class StageFinished(Event):
    """A stage ended: all its takes are finished or failed."""

    stage: str


@dataclass(frozen=True)
class ClipReady(Event):
    """A finished clip is in the output folder."""

    take: str
    path: str


@dataclass(frozen=True)
class TakeScored(Event):
    """A clip was compared with the directives of its shot; `disagrees` are sentences."""

    take: str
    agrees: int
    disagrees: tuple[str, ...]
    cannot_tell: int


@dataclass(frozen=True)
class SceneDrifts(Event):
    """Two shots of a scene differ in look."""

    scene: str
    text: str


@dataclass(frozen=True)
class RetakesAsked(Event):
    """Another take of shots that disobey is rendered; `round` counts from 1."""

    shots: tuple[str, ...]
    round: int
    rounds: int


@dataclass(frozen=True)
class TakeKept(Event):
    """The take of a retaken shot that goes into the cut, of `of` takes."""

    shot: str
    take: str
    of: int
    because: str


@dataclass(frozen=True)
class FileWritten(Event):
    """A file of the whole board was written."""

    path: str


@dataclass(frozen=True)
class Warned(Event):
    """The result differs from the board, or something was repaired; no action is needed."""

    text: str


@dataclass(frozen=True)
class Watching(Event):
    """A board is watched; `without_clip` is the number of its shots without a finished clip."""

    board: str
    folder: str
    without_clip: int


@dataclass(frozen=True)
class BoardRefused(Event):
    """A board was saved with errors; nothing is rendered, and the last render stays."""

    problems: tuple[str, ...]


@dataclass(frozen=True)
class ShotsEdited(Event):
    """A board was saved: one line per shot whose picture changes, with the reason."""

    shots: tuple[str, ...]


@dataclass(frozen=True)
class RunFinished(Event):
    """The run ended: its takes by result, and its directives by verdict."""

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
    """Format an event as one line of JSON."""
    return json.dumps({"event": event.name, **asdict(event)}, ensure_ascii=False)
