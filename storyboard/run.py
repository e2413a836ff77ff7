"""One command from board to folder: plan, render, publish, assemble, and say what happened.

The order of things and the promises about the folder are here; what is made is made elsewhere.
Whatever ends a run, finished work is in the store and run.json says how far it came. Called by
the CLI and by people who script.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from storyboard.cutting.assembly import Film
from storyboard.cutting.delivery import (
    ANIMATIC,
    Failures,
    plan_film,
    publish_take,
    remove_stale,
    sweep_drafts,
    write_animatic,
    write_contact_sheet,
    write_review_copy,
)
from storyboard.entries import describe_run, take_entries
from storyboard.errors import InputError, ResourceError, StoryboardError
from storyboard.executors import Executor, LocalExecutor
from storyboard.lock import board_lock
from storyboard.manifest import Manifest
from storyboard.planning.cost import check_disk, learn_speed
from storyboard.planning.overrides import Request
from storyboard.planning.preview import Options, Preview, preview
from storyboard.planning.takes import Take
from storyboard.progress import (
    ClipReady,
    Event,
    FileWritten,
    Listener,
    NetworkLoaded,
    RunFinished,
    RunStarted,
    TakeFinished,
    Warned,
)
from storyboard.render import render

if TYPE_CHECKING:
    from shots.schema import ShotList

STORE = "store"


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    manifest: Manifest
    failures: Failures


@dataclass
class Recorder:
    """Passes events on and keeps them, for run.json."""

    listen: Listener
    events: list[Event] = field(default_factory=list)
    began: float = field(default_factory=perf_counter)

    def __call__(self, event: Event) -> None:
        """Take an event."""
        self.events.append(event)
        self.listen(event)

    def networks_loaded(self) -> int:
        """How often a network came into memory."""
        return sum(isinstance(event, NetworkLoaded) for event in self.events)


def render_board(
    board: "ShotList",
    request: Request,
    folder: Path,
    options: Options,
    listen: Listener,
    executor: Executor | None = None,
) -> Outcome:
    """Render a board into a folder.

    Args:
        board: As loaded.
        request: Model and numbers.
        folder: Made if missing.
        options: What to make.
        listen: Told everything that happens.
        executor: Who does the work; this process if left out.

    Raises:
        StoryboardError: Nothing could be done, or nothing more; finished work is kept.
    """
    make_folder(folder)
    with board_lock(folder / STORE):
        root = folder / STORE
        seen = preview(board, request, root, options, listen)
        return render_seen(seen, request, folder, options, listen, executor)


def render_seen(
    seen: Preview,
    request: Request,
    folder: Path,
    options: Options,
    listen: Listener,
    executor: Executor | None = None,
) -> Outcome:
    """Render what was planned; call it with the store locked.

    Args:
        seen: Of `request` and `options`.
        request: Model and numbers.
        folder: Rendered into.
        options: What to make.
        listen: Told everything that happens.
        executor: Who does the work; this process if left out.

    Raises:
        StoryboardError: Nothing could be done, or nothing more; finished work is kept.
    """
    recorder = Recorder(listen)
    seen.store.clear_drafts()
    sweep_drafts(folder)
    run = _Run(seen, describe_run(seen.plan, seen.waves, request, folder), folder, recorder)
    run.begin()
    with run.interruption_noted():
        failures = run.render(executor or LocalExecutor(run.listen))
        return run.deliver(options, failures)


def find_store(folder: Path) -> Path:
    """The store of a folder; that of the folder around it for a format of a campaign."""
    own, around = folder / STORE, folder.parent / STORE
    return around if not own.is_dir() and around.is_dir() else own


def deliver_again(
    board: "ShotList", request: Request, folder: Path, options: Options, listen: Listener
) -> Outcome:
    """Publish, assemble and lay out what the store of a folder holds, without rendering.

    Raises:
        StoryboardError: The board or the folder cannot be used.
    """
    recorder, root = Recorder(listen), find_store(folder)
    if root.parent == folder:
        make_folder(folder)
    with board_lock(root):
        seen = preview(board, request, root, options, recorder, folder=folder)
        run = _Run(seen, describe_run(seen.plan, seen.waves, request, folder), folder, recorder)
        return run.deliver(options, _known_failures(seen))


def _known_failures(seen: Preview) -> dict[Take, str]:
    """What the last run could not make, and still is not there."""
    failures: dict[Take, str] = {}
    for take in seen.waiting:
        entry = seen.before.entry(take.shot.id, take.number) if seen.before else None
        if entry is not None and entry.error:
            failures[take] = entry.error
    return failures


def _by_take(takes: Sequence[Take], failures: Failures) -> dict[Take, str]:
    """Failures of whole takes; that of a chain is the first of its segments'."""
    found: dict[Take, str] = {}
    for take in takes:
        parts = [part for part in take.segments if part in failures]
        if parts:
            number = f"clip {parts[0].segment} of {len(take.segments)}"
            found[take] = f"{number}: {failures[parts[0]]}"
        elif take in failures:
            found[take] = failures[take]
    return found


class _Run:
    """A run that has its folder to itself."""

    def __init__(self, seen: Preview, draft: Manifest, folder: Path, recorder: Recorder) -> None:
        self._seen, self._draft = seen, draft
        self._folder, self._recorder = folder, recorder
        plan = seen.plan
        self._form = Film(plan.cut, (), plan.size, plan.fps)

    def begin(self) -> None:
        """Refuse what cannot end well, say what is coming, and note that it has begun."""
        plan, waves = self._seen.plan, self._seen.waves
        check_disk(plan, self._seen.jobs, self._folder)
        busy = {stage for stage, _ in self._seen.todo}
        if any(stage.network for stage in plan.stages if stage.name in busy):
            from storyboard import tensors

            tensors.check_hardware(plan.settings.hardware)
            if "encode-text" in busy:
                tensors.import_text_encoder()
        title = plan.board.title or plan.board.path.stem
        self._recorder(RunStarted(title, len(plan.takes), len(waves.waves), plan.cut.frames))
        for notice in plan.notices:
            self._recorder(Warned(notice))
        self._noted("running", {}).write(self._folder)

    def listen(self, event: Event) -> None:
        """Pass an event on, and let a finished clip be seen at once."""
        self._recorder(event)
        if isinstance(event, TakeFinished) and event.stage == self._seen.plan.stages[-1].name:
            take = next(take for take in self._seen.plan.takes if take.stem == event.take)
            clip = publish_take(self._seen.plan, take, self._form, self._seen.store, self._folder)
            self._recorder(ClipReady(take.stem, str(clip)))

    def render(self, executor: Executor) -> dict[Take, str]:
        """Make what is missing; returns the takes that failed, and why."""
        seen = self._seen
        failures = render(seen.plan.stages, seen.waves.waves, seen.store, executor, self.listen)
        learn_speed(seen.plan, self._recorder.events, seen.store.root)
        return _by_take(seen.plan.takes, failures)

    def deliver(self, options: Options, failures: Failures) -> Outcome:
        """Put everything that is there into the folder, and write down what it is."""
        seen, folder, plan = self._seen, self._folder, self._seen.plan
        for take in plan.takes:
            if seen.store.holds(plan.final(take)):
                publish_take(plan, take, self._form, seen.store, folder)
        film = plan_film(plan, seen.store, failures, options.title_s)
        before = seen.before.animatic if seen.before else {}
        animatic: Mapping[str, object] = before
        if options.animatic:
            animatic = write_animatic(film, seen.store, folder, before)
            if animatic != before:
                self._recorder(FileWritten(str(folder / ANIMATIC)))
        version = seen.before.version if seen.before else 0
        version += animatic.get("key") != before.get("key")
        manifest = replace(
            self._noted("failed" if failures else "done", failures),
            version=version,
            animatic=animatic,
            delivery={**self._draft.delivery, "title_frames": film.title_frames},
        )
        if options.burn_in and options.animatic:
            date = manifest.started[:10]
            path = write_review_copy(plan, film, seen.store, folder, version=version, date=date)
            self._recorder(FileWritten(str(path)))
        if options.sheet:
            self._recorder(FileWritten(str(write_contact_sheet(plan, manifest, folder))))
        remove_stale(seen.before, manifest, folder)
        manifest.write(folder)
        self._say_finished(manifest)
        return Outcome(manifest, failures)

    @contextmanager
    def interruption_noted(self) -> Iterator[None]:
        """Whatever ends a run early, run.json says so and what is done."""
        try:
            yield
        except (KeyboardInterrupt, StoryboardError) as error:
            status = "interrupted" if isinstance(error, KeyboardInterrupt) else "stopped"
            # On a full disk this fails as well; the first error is the one to report.
            with suppress(ResourceError):
                self._noted(status, {}).write(self._folder)
            raise

    def _noted(self, status: str, failures: Failures) -> Manifest:
        before = self._seen.before
        return replace(
            self._draft,
            status=status,
            seconds=round(perf_counter() - self._recorder.began, 3),
            networks_loaded=self._recorder.networks_loaded(),
            takes=take_entries(self._seen, failures),
            version=before.version if before else 0,
            animatic=before.animatic if before else {},
        )

    def _say_finished(self, manifest: Manifest) -> None:
        count = {s: sum(t.status == s for t in manifest.takes) for s in ("rendered", "cached")}
        self._recorder(
            RunFinished(
                rendered=count["rendered"],
                cached=count["cached"],
                failed=sum(entry.status == "failed" for entry in manifest.takes),
                networks_loaded=manifest.networks_loaded,
                seconds=manifest.seconds,
            )
        )


def make_folder(folder: Path) -> None:
    """The folder and its store.

    Raises:
        InputError: It is a file, or must not be written to.
    """
    try:
        (folder / STORE).mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(f"{folder}: is a file, must be a folder. Choose another -o.") from None
    except PermissionError:
        raise InputError(f"{folder}: must not be written to. Choose another -o.") from None
    if not os.access(folder, os.W_OK):
        raise InputError(f"{folder}: must not be written to. Choose another -o.")
