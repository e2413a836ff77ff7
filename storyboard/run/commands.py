"""What a folder was rendered from: `sheet`, `assemble` and `score` ask for the same once more.

Called by the CLI.

One command from board to folder: plan, render, publish, assemble, and say what happened.

The order of things is here; what a run promises about its folder is in `running`, and what is made
is made elsewhere. Called by the CLI and by people who script.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from shots import load_shots
from storyboard.errors import InputError
from storyboard.events import Listener
from storyboard.executors import Executor
from storyboard.plan.request import Request
from storyboard.run import retake_choice
from storyboard.run.deliver import sweep_drafts
from storyboard.run.lock import board_lock
from storyboard.run.manifest import read_manifest, require_manifest
from storyboard.run.manifest_rows import describe_run, repeated_request
from storyboard.run.preview import Options, Preview, preview
from storyboard.run.retake import Retaker
from storyboard.run.session import STORE, Outcome, Recorder, Run
from storyboard.take.take import Take

if TYPE_CHECKING:
    from shots.schema import ShotList


def last_asked(folder: Path) -> tuple[ShotList, Request]:
    """The board and the request of the last render into a folder.

    Raises:
        InputError: The folder is not that of a render, or its board is gone.
    """
    manifest = require_manifest(folder)
    board = folder / str(manifest.board["path"])
    if not board.is_file():
        raise InputError(
            f"{board}: the board of this folder is not there, must be where it was. "
            "Put it back, or render again."
        )
    return load_shots(board), repeated_request(manifest, folder)


__all__ = [
    "STORE",
    "Outcome",
    "deliver_again",
    "find_store",
    "make_folder",
    "render_board",
    "render_seen",
]


def render_board(
    board: ShotList,
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
        seen = preview(board, request, folder / STORE, options, listen)
        return render_seen(seen, board, request, folder, options, listen, executor)


def render_seen(
    seen: Preview,
    board: ShotList,
    request: Request,
    folder: Path,
    options: Options,
    listen: Listener,
    executor: Executor | None = None,
) -> Outcome:
    """Render what was planned; call it with the store locked.

    Args:
        seen: Of `board`, `request` and `options`.
        board: As loaded.
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
    run = Run(seen, describe_run(seen.plan, seen.waves, request, folder), folder, recorder)
    run.begin()
    with run.interruption_noted():
        failures = run.render(executor)
        if options.retakes:
            retaker = Retaker(run, failures, board, request, options, executor)
            run, failures = retaker.retake()
        return run.deliver(options, failures)


def find_store(folder: Path) -> Path:
    """The store of a folder; that of the folder around it for a format of a campaign."""
    own, around = folder / STORE, folder.parent / STORE
    return around if not own.is_dir() and around.is_dir() else own


def deliver_again(
    board: ShotList, request: Request, folder: Path, options: Options, listen: Listener
) -> Outcome:
    """Publish, assemble and lay out what the store of a folder holds, without rendering.

    Raises:
        StoryboardError: The board or the folder cannot be used.
    """
    recorder, root = Recorder(listen), find_store(folder)
    if root.parent == folder:
        make_folder(folder)
    with board_lock(root):
        last = read_manifest(folder)
        kept = retake_choice.kept_in(board, last.retakes) if last else {}
        shown = retake_choice.with_kept(board, kept)
        seen = preview(shown, request, root, options, recorder, folder=folder)
        draft = describe_run(seen.plan, seen.waves, request, folder)
        run = Run(seen, draft, folder, recorder, kept)
        return run.deliver(options, _known_failures(seen))


def _known_failures(seen: Preview) -> dict[Take, str]:
    """What the last run could not make, and still is not there."""
    failures: dict[Take, str] = {}
    for take in seen.waiting:
        entry = seen.before.entry(take.shot.id, take.number) if seen.before else None
        if entry is not None and entry.error:
            failures[take] = entry.error
    return failures


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
