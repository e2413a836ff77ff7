"""A board under watch: what is saved is checked, and the shots that were edited are rendered.

A save that has errors renders nothing, so the last good render stays. A good save during a render
ends that render at its next step, as Ctrl-C would, and another begins. Called by the CLI.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.entries import why
from storyboard.errors import StoryboardError
from storyboard.planning.preview import Options, Preview, preview
from storyboard.progress import (
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
from storyboard.run import STORE, render_board

if TYPE_CHECKING:
    from shots.schema import ShotList
    from storyboard.planning.overrides import Request

QUIET_MS = 50
"""A save is over when nothing was written for so long; editors write in several steps."""
SAVE_MS = 1_000
"""A save is taken as over after so long, whatever is still being written."""
LOOK_MS = 2_000
"""The board is looked at so often anyway: not every disk tells of changes."""

WORK = (StageStarted, NetworkLoaded, Stepped, TakeFinished)
"""Events between two pieces of work, where a render may end."""

Contents = tuple[bytes | None, ...]
"""Of the board and of what it includes."""

Keys = Mapping[str, frozenset[str]]
"""Shot → keys of its takes as the model makes them, before they are conformed."""


class SavedAgain(KeyboardInterrupt):
    """The board was saved while it was being rendered."""


@dataclass
class Watch:
    """A board and what is known of it since the last save.

    Attributes:
        board: The file.
        folder: Where it is rendered into.
        request: Model and numbers for a board that was loaded.
        options: What to make beside the clips.
        listen: Told everything that happens.
        is_rendering: Whether a render is under way, also when it was interrupted.
    """

    board: Path
    folder: Path
    request: Callable[["ShotList"], "Request"]
    options: Options
    listen: Listener
    is_rendering: bool = False
    _included: tuple[Path, ...] = ()
    _contents: Contents = (None,)
    _watched: set[Path] = field(default_factory=set)
    _keys: Keys | None = None
    _edited: set[str] = field(default_factory=set)
    _without_clip: int = 0
    _told: frozenset[tuple[str, str]] = frozenset()

    def run(self) -> None:
        """Take the board as it is, and render what is edited from then on, until interrupted."""
        self.look()
        self.listen(Watching(str(self.board), str(self.folder), self._without_clip))
        while True:
            for _ in self._saves():
                self.look()
                if self._folders() != self._watched:
                    break  # an include was added in another folder

    def _saves(self) -> Iterator[object]:
        """Something after each save of the board or of a file it includes, and now and then."""
        from watchfiles import watch

        self._watched = self._folders()
        return watch(
            *self._watched,
            watch_filter=lambda change, path: Path(path) in self._paths(),
            debounce=SAVE_MS,
            step=QUIET_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            recursive=False,
        )

    def _paths(self) -> set[Path]:
        # A link may be replaced as well as what it points to, and editors replace files.
        return {path for file in self._files for path in (file.absolute(), file.resolve())}

    def _folders(self) -> set[Path]:
        return {path.parent for path in self._paths() if path.parent.is_dir()}

    @property
    def _files(self) -> tuple[Path, ...]:
        """The board and what it included when it last had no errors."""
        return (self.board, *self._included)

    def look(self) -> None:
        """Read the board if it was saved, check it, and render the shots that were edited."""
        contents = self._read()
        if contents == self._contents or contents[0] is None:
            return
        self._contents = contents
        shots = self._load()
        if shots is None:
            return
        try:
            self._render(shots)
        except SavedAgain:
            self.listen(Warned("saved again: what is finished is kept, the rest begins anew"))
        except StoryboardError as error:
            self.listen(Warned(str(error)))
        self.is_rendering = False

    def _read(self) -> Contents:
        """What the files hold; None for one that is between two steps of a save, or gone."""
        return tuple(map(_content, self._files))

    def _load(self) -> "ShotList | None":
        """The board, and what is new among its warnings; None where it has errors."""
        from shots import ShotListErrors, load_shots

        try:
            shots = load_shots(self.board)
        except ShotListErrors as errors:
            self.listen(BoardRefused(tuple(problem.render() for problem in errors.problems)))
            return None
        if shots.files[1:] != self._included:
            self._included = shots.files[1:]
            self._contents = self._read()
        warnings = [problem for problem in shots.notices if problem.level == "warning"]
        for problem in warnings:
            if (problem.code, problem.finding) not in self._told:
                self.listen(Warned(problem.render()))
        self._told = frozenset((problem.code, problem.finding) for problem in warnings)
        return shots

    def _render(self, shots: "ShotList") -> None:
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

    def _preview(self, shots: "ShotList", request: "Request") -> Preview:
        with _store_of(self.folder) as root:
            return preview(shots, request, root, self.options, self.listen)

    def _listen_until_saved(self, event: Event) -> None:
        self.listen(event)
        contents = self._read() if isinstance(event, WORK) else self._contents
        if contents == self._contents or contents[0] is None:
            return
        self._contents = contents
        if self._load() is not None:  # a broken save is told, and the render goes on
            self._contents = (None,)
            raise SavedAgain


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


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
    plan = seen.plan
    keys: dict[str, frozenset[str]] = {}
    for take in plan.takes:
        keys[take.shot.id] = keys.get(take.shot.id, frozenset()) | {plan.clip(take).key}
    return keys


def _edited(before: Keys, now: Keys) -> set[str]:
    """Shots with another picture than before."""
    return {shot for shot, keys in now.items() if keys != before.get(shot)}


def _unfinished(seen: Preview) -> set[str]:
    """Shots whose pictures are there, and only lack what a new title or length asks for."""
    plan = seen.plan
    waiting = {take.shot.id for take in seen.waiting}
    lacking = {take.shot.id for take in plan.takes if not seen.store.holds(plan.clip(take))}
    return waiting - lacking


def _reasons(seen: Preview, shots: set[str]) -> tuple[str, ...]:
    """What was edited in each shot since the last run."""
    reasons: dict[str, str] = {}
    for take in seen.plan.takes:
        if take.shot.id in shots:
            reasons.setdefault(take.shot.id, f"{take.shot.id}: {why(seen, take)}")
    return tuple(reasons.values())
