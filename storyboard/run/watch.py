"""A board under watch: what is saved is checked, and the shots that were edited are rendered.

Files are compared with what was read of them when the board was loaded, byte by byte and a few
times a second. Nothing is read twice: what was loaded is what later looks are compared with, so a
save at any moment is seen by the next look. A save that has errors renders nothing, so the last
good render stays. A good save during a render ends that render at its next step, as Ctrl-C would,
and another begins. Called by the CLI.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from storyboard.errors import StoryboardError
from storyboard.events import (
    BoardRefused,
    Event,
    Listener,
    NetworkLoaded,
    ShotsEdited,
    StageStarted,
    Stepped,
    TakeFinished,
    Warned,
    Watching,
)
from storyboard.run.commands import STORE, render_board
from storyboard.run.manifest_rows import why
from storyboard.run.preview import Options, Preview, preview
from storyboard.store import Ref

if TYPE_CHECKING:
    from shots.schema import ShotList
    from storyboard.plan.request import Request

LOOK_S = 0.2
"""Pause between two looks at the files."""

QUIET_S = 0.05
"""A save is over when the files stayed the same for so long; editors write in several steps."""

SAVE_S = 1.0
"""A save is taken as over after so long, whatever is still being written."""

RETRY_S = 2.0
"""A board with errors is read again so often: an included file may turn up that was missing."""

WORK = (StageStarted, NetworkLoaded, Stepped, TakeFinished)
"""Events between two pieces of work, where a render may end."""

Contents = Mapping[Path, bytes | None]
"""Of the board and of what it includes; None for a file that is not there."""

Keys = Mapping[str, frozenset[Ref]]
"""Shot → the clips of its takes as the model makes them, before they are conformed."""


class SavedAgain(KeyboardInterrupt):
    """The board was saved while it was being rendered."""


@dataclass(frozen=True)
class Loaded:
    """A board as it was read, once.

    Attributes:
        contents: What was read to load it.
        shots: The board; None where it has errors.
        problems: The errors.
    """

    contents: Contents
    shots: ShotList | None
    problems: tuple[str, ...] = ()


@dataclass
class Watch:
    """A board and what is known of it since the last look.

    Attributes:
        board: The file.
        folder: Where it is rendered into.
        request: Model and numbers for a board that was loaded.
        options: What to make beside the clips.
        listen: Told everything that happens.
        read: Reads a file.
        is_rendering: Whether a render is under way, also when it was interrupted.
    """

    board: Path
    folder: Path
    request: Callable[[ShotList], Request]
    options: Options
    listen: Listener
    read: Callable[[Path], bytes] = Path.read_bytes
    is_rendering: bool = False
    _loaded: Loaded | None = None
    _next: Loaded | None = None
    _rendered: Contents | None = None
    _retry_at: float = 0.0
    _keys: Keys | None = None
    _edited: set[str] = field(default_factory=set)
    _without_clip: int = 0
    _told: frozenset[tuple[str, str]] = frozenset()

    def run(self) -> None:
        """Take the board as it is, and render what is edited from then on, until interrupted."""
        self.look()
        self.listen(Watching(str(self.board), str(self.folder), self._without_clip))
        while True:
            sleep(LOOK_S)
            if self._next is not None or self._is_due():
                self.wait_until_quiet()
                self.look()

    def wait_until_quiet(self) -> None:
        """Let a save come to its end."""
        until = monotonic() + SAVE_S
        before = self._now()
        while monotonic() < until:
            sleep(QUIET_S)
            now = self._now()
            if now == before and now.get(self.board):
                return
            before = now

    def look(self) -> None:
        """Load the board if it was saved, check it, and render the shots that were edited."""
        loaded = self._take_next()
        if loaded is None or loaded.shots is None:
            return
        self._rendered = loaded.contents
        try:
            self._render(loaded.shots)
        except SavedAgain:
            self.listen(Warned("saved again: what is finished is kept, the rest begins anew"))
        except StoryboardError as error:
            self.listen(Warned(str(error)))
        self.is_rendering = False

    def _take_next(self) -> Loaded | None:
        """What a save during the last render left, or what was saved since."""
        loaded, self._next = self._next, None
        if not self._is_due():
            return loaded
        newest = self._reload()
        return newest if newest.shots is not None else loaded

    def _is_due(self) -> bool:
        """Whether the files are not those that were loaded last."""
        if self._loaded is None or self._now() != self._loaded.contents:
            return self._content(self.board) is not None
        return self._loaded.shots is None and monotonic() >= self._retry_at

    def _now(self) -> Contents:
        files = self._loaded.contents if self._loaded else (self.board,)
        return {file: self._content(file) for file in files}

    def _content(self, file: Path) -> bytes | None:
        """What a file holds; None for one that is between two steps of a save, or gone."""
        try:
            return self.read(file)
        except OSError:
            return None

    def _reload(self) -> Loaded:
        """Load the board, and tell its errors, or what is new among its warnings."""
        before, loaded = self._loaded, self._load()
        self._loaded = loaded
        if loaded.shots is None:
            self._retry_at = monotonic() + RETRY_S
            if loaded.problems and (before is None or before.problems != loaded.problems):
                self.listen(BoardRefused(loaded.problems))
            return loaded
        warnings = [each for each in loaded.shots.notices if each.level == "warning"]
        for each in warnings:
            if (each.code, each.finding) not in self._told:
                self.listen(Warned(each.render()))
        self._told = frozenset((each.code, each.finding) for each in warnings)
        return loaded

    def _load(self) -> Loaded:
        """Read every file once, and keep what was read beside what it means."""
        from shots import ShotListErrors, parse_shots

        contents: dict[Path, bytes | None] = {}

        def read(file: Path) -> bytes:
            contents[file] = None
            contents[file] = content = self.read(file)
            return content

        try:
            shots = parse_shots(read(self.board), self.board, read=read)
        except ShotListErrors as errors:
            told = tuple(problem.render() for problem in errors.problems)
            return Loaded(contents, None, told)
        except OSError:  # it went away after it was seen; a later look finds it, or not
            return Loaded(contents, None)
        return Loaded(contents, shots)

    def _render(self, shots: ShotList) -> None:
        request = self.request(shots)
        seen = self._preview(shots, request)
        before, self._keys = self._keys, _keys(seen)
        if before is None:  # nothing was edited before there was anything to edit
            self._without_clip = len({take.shot.id for take in seen.waiting})
            return
        self._edited |= _edited(before, self._keys)
        self._edited &= set(self._keys)
        self.listen(ShotsEdited(_reasons(seen, self._edited)))
        options = replace(self.options, shots=frozenset(self._edited | _unfinished(seen)))
        self.is_rendering = True
        render_board(shots, request, self.folder, options, self._listen_until_saved)
        self._edited.clear()

    def _preview(self, shots: ShotList, request: Request) -> Preview:
        with _store_of(self.folder) as root:
            return preview(shots, request, root, self.options, self.listen, folder=self.folder)

    def _listen_until_saved(self, event: Event) -> None:
        """Pass an event on, and end the render where another good board lies there."""
        self.listen(event)
        if not isinstance(event, WORK) or not self._is_due():
            return
        loaded = self._reload()
        # A broken save is told, and the render goes on; so it does when one is taken back.
        if loaded.shots is not None and loaded.contents != self._rendered:
            self._next = loaded
            raise SavedAgain


@contextmanager
def _store_of(folder: Path) -> Iterator[Path]:
    """The store of a folder; one that is thrown away where there is none yet."""
    from tempfile import TemporaryDirectory

    root = folder / STORE
    if root.is_dir():
        yield root
        return
    with TemporaryDirectory() as scratch:
        (Path(scratch) / STORE).mkdir()
        yield Path(scratch) / STORE


def _keys(seen: Preview) -> Keys:
    keys: dict[str, frozenset[Ref]] = {}
    for take in seen.plan.takes:
        keys[take.shot.id] = keys.get(take.shot.id, frozenset()) | {*seen.plan.clips(take)}
    return keys


def _edited(before: Keys, now: Keys) -> set[str]:
    """Shots with another picture than before."""
    return {shot for shot, keys in now.items() if keys != before.get(shot)}


def _unfinished(seen: Preview) -> set[str]:
    """Shots whose pictures are there, and only lack what a new title or length asks for."""
    plan = seen.plan
    waiting = {take.shot.id for take in seen.waiting}
    lacking = {
        take.shot.id
        for take in plan.takes
        if not all(seen.store.holds(clip) for clip in plan.clips(take))
    }
    return waiting - lacking


def _reasons(seen: Preview, shots: set[str]) -> tuple[str, ...]:
    """What was edited in each shot since the last run."""
    reasons: dict[str, str] = {}
    for take in seen.plan.takes:
        if take.shot.id in shots:
            reasons.setdefault(take.shot.id, f"{take.shot.id}: {why(seen, take)}")
    return tuple(reasons.values())
