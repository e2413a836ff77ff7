"""`storyboard watch`: check a board whenever it is saved, and render the shots that were edited.

A save with errors renders nothing, so the last good render stays. A good save during a render ends
that render at its next step, as Ctrl-C would, and another begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING

import watchfiles

from shots import ShotListErrors, parse_shots
from storyboard import events
from storyboard.errors import StoryboardError
from storyboard.events import Event, Listener
from storyboard.run.commands import existing_store, render_board
from storyboard.run.manifest_rows import why
from storyboard.run.preview import Options, Preview, RunSpec, preview
from storyboard.store import Ref

if TYPE_CHECKING:
    from shots.schema import ShotList
    from storyboard.plan.request import Request

STEP_MS = 50
"""A save is over when its files stay the same for so long; editors write in several steps."""

RETRY_S = 2.0
"""A board with errors is read again so often: an included file may appear."""

WORK = (events.StageStarted, events.NetworkLoaded, events.Stepped, events.TakeFinished)
"""Events between two pieces of work, where a render may end."""

Contents = Mapping[Path, bytes | None]
"""Bytes of the board and of the files it includes; None for a file that does not exist."""

Keys = Mapping[str, frozenset[Ref]]
"""Shot → clips of its takes as the model makes them, before they are conformed."""


class SavedAgain(KeyboardInterrupt):
    """The board was saved while it was being rendered."""


class FileWatcher:
    """Sets a flag when one of some files is saved, created or removed.

    Attributes:
        changed: Set by a thread after the last write of a save.
    """

    def __init__(self) -> None:
        self.changed = Flag()
        self._files: frozenset[Path] = frozenset()
        self._stop = Flag()
        self._thread = Thread()

    def watch(self, files: Iterable[Path]) -> bool:
        """Watch these files; returns False if they are those watched already.

        Changes while a new watch begins are lost, so the files have to be read after it.
        """
        # A symbolic link may be replaced, and the file that it points to may be written.
        paths = frozenset(path for file in files for path in (file.absolute(), file.resolve()))
        if paths == self._files:
            return False
        self.close()
        self._files, self._stop = paths, Flag()
        # Folders, because editors replace files. Of a removed folder, the nearest one above it.
        folders = {next(p for p in path.parents if p.is_dir()) for path in paths}
        batches = watchfiles.watch(
            *folders,
            watch_filter=lambda _, name: Path(name) in paths,
            recursive=False,
            step=STEP_MS,
            rust_timeout=STEP_MS,
            yield_on_timeout=True,
            stop_event=self._stop,
        )
        next(batches, None)  # the generator begins to watch when it is first asked

        def forward() -> None:
            for changes in batches:
                if changes:
                    self.changed.set()

        self._thread = Thread(target=forward, daemon=True)
        self._thread.start()
        return True

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()


@dataclass(frozen=True)
class Loaded:
    """A board as it was read; `shots` is None where it has errors."""

    contents: Contents
    shots: ShotList | None
    problems: tuple[str, ...] = ()


@dataclass
class Watch:
    """A watched board and its output folder.

    Attributes:
        request: Model, quality and settings for a loaded board.
        files: Watches the board and the files it includes.
        is_rendering: Whether a render is running or was interrupted.
    """

    board: Path
    folder: Path
    request: Callable[[ShotList], Request]
    options: Options
    listen: Listener
    files: FileWatcher = field(default_factory=FileWatcher)
    is_rendering: bool = False
    _loaded: Loaded | None = None
    _rendered: Contents | None = None
    _next: ShotList | None = None
    _keys: Keys | None = None
    _edited: set[str] = field(default_factory=set)
    _without_clip: int = 0
    _warnings: frozenset[tuple[str, str]] = frozenset()

    def run(self) -> None:
        """Load the board, and render what is edited from then on, until interrupted."""
        try:
            self.update()
            self.listen(events.Watching(str(self.board), str(self.folder), self._without_clip))
            while True:
                # An included file that does not exist is not watched.
                is_broken = self._loaded is not None and self._loaded.shots is None
                self.files.changed.wait(RETRY_S if is_broken else None)
                self.files.changed.set()
                self.update()
        finally:
            self.files.close()

    def update(self) -> None:
        """Load the board if it was saved, check it, and render the shots that were edited."""
        self._next = self._reload()
        while self._next is not None:
            shots, self._next = self._next, None
            try:
                self._render(shots)
            except SavedAgain:
                self.listen(
                    events.Warned("saved again: finished work is kept, the rest is rendered anew")
                )
            except StoryboardError as error:
                self.listen(events.Warned(str(error)))
            self.is_rendering = False

    def _reload(self) -> ShotList | None:
        """Load the board if a file was saved; report its errors, or its new warnings."""
        before = self._loaded
        if before is not None and not self.files.changed.is_set():
            return None
        # Cleared before the files are read: a save while they are being read sets the flag again.
        self.files.watch((self.board,) if before is None else before.contents)
        self.files.changed.clear()
        loaded = _load(self.board)
        while self.files.watch(loaded.contents):
            loaded = _load(self.board)
        if before is not None and loaded.contents == before.contents:
            return None
        self._loaded = loaded
        if loaded.shots is None:
            if loaded.problems and (before is None or before.problems != loaded.problems):
                self.listen(events.BoardRefused(loaded.problems))
            return None
        warnings = [notice for notice in loaded.shots.notices if notice.level == "warning"]
        for warning in warnings:
            if (warning.code, warning.finding) not in self._warnings:
                self.listen(events.Warned(warning.render()))
        self._warnings = frozenset((each.code, each.finding) for each in warnings)
        return loaded.shots

    def _render(self, shots: ShotList) -> None:
        assert self._loaded is not None
        self._rendered = self._loaded.contents
        spec = RunSpec(shots, self.request(shots), self.folder, self.options)
        with existing_store(self.folder) as root:
            planned = preview(replace(spec, store=root), self.listen)
        keys: dict[str, frozenset[Ref]] = {}
        for take in planned.plan.takes:
            keys[take.shot.id] = keys.get(take.shot.id, frozenset()) | {*planned.plan.clips(take)}
        before, self._keys = self._keys, keys
        if before is None:  # the first board: later ones are compared with it
            self._without_clip = len({take.shot.id for take in planned.waiting})
            return
        # Shots of an interrupted render stay edited; shots that left the board do not.
        self._edited |= {shot for shot in keys if keys[shot] != before.get(shot)}
        self._edited &= set(keys)
        self.listen(events.ShotsEdited(_reasons(planned, self._edited)))
        shots_to_render = frozenset(self._edited | _only_to_conform(planned))
        spec = replace(spec, options=replace(self.options, shots=shots_to_render))
        self.is_rendering = True
        render_board(spec, self._listen_until_saved)
        self._edited.clear()

    def _listen_until_saved(self, event: Event) -> None:
        """Pass an event on, and end the render if another good board was saved."""
        self.listen(event)
        if isinstance(event, WORK) and (shots := self._reload()) is not None:
            assert self._loaded is not None
            # A save with errors lets the render go on, and so does one that is taken back.
            if self._loaded.contents != self._rendered:
                self._next = shots
                raise SavedAgain


def _load(board: Path) -> Loaded:
    """Read every file once; the bytes are kept beside what was parsed from them."""
    contents: dict[Path, bytes | None] = {}

    def read(file: Path) -> bytes:
        contents[file] = None
        contents[file] = content = file.read_bytes()
        return content

    try:
        shots = parse_shots(read(board), board, read=read)
    except ShotListErrors as errors:
        return Loaded(contents, None, tuple(problem.render() for problem in errors.problems))
    except OSError:  # the board is being replaced, or gone: its next save is reported
        return Loaded(contents, None)
    return Loaded(contents, shots)


def _only_to_conform(planned: Preview) -> set[str]:
    """Shots whose clips are rendered and only have to be conformed, to a new length for example."""
    plan = planned.plan
    waiting = {take.shot.id for take in planned.waiting}
    lacking = {
        take.shot.id
        for take in plan.takes
        if not all(planned.store.holds(clip) for clip in plan.clips(take))
    }
    return waiting - lacking


def _reasons(planned: Preview, shots: set[str]) -> tuple[str, ...]:
    """One line per edited shot: what changed since the last run."""
    reasons: dict[str, str] = {}
    for take in planned.plan.takes:
        if take.shot.id in shots:
            reasons.setdefault(take.shot.id, f"{take.shot.id}: {why(planned, take)}")
    return tuple(reasons.values())
