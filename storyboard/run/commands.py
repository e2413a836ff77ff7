"""The commands of a run: render a board into a folder, or deliver again what its store holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shots import load_shots
from storyboard.errors import InputError
from storyboard.events import Listener
from storyboard.executors import Executor
from storyboard.plan.request import Request
from storyboard.run.folder import STORE, board_lock, find_store, make_folder
from storyboard.run.manifest import read_manifest, require_manifest
from storyboard.run.manifest_rows import request_from_manifest
from storyboard.run.preview import Options, Preview, preview
from storyboard.run.retake import kept_in, retake, with_kept
from storyboard.run.session import Outcome, Recorder, Run

if TYPE_CHECKING:
    from shots.schema import ShotList


def render_board(
    board: ShotList,
    request: Request,
    folder: Path,
    options: Options,
    listen: Listener,
    executor: Executor | None = None,
) -> Outcome:
    """Render a board into a folder, which is created if missing; `listen` receives every event.

    The stages run in this process unless an executor is given.

    Raises:
        StoryboardError: The render cannot start or cannot continue; finished work is kept.
    """
    make_folder(folder)
    with board_lock(folder / STORE):
        planned = preview(board, request, folder / STORE, options, listen)
        return render_preview(planned, board, request, folder, options, listen, executor)


def render_preview(
    planned: Preview,
    board: ShotList,
    request: Request,
    folder: Path,
    options: Options,
    listen: Listener,
    executor: Executor | None = None,
) -> Outcome:
    """`render_board` for a preview of these arguments; the caller holds the lock of the store."""
    run = Run(planned, request, folder, Recorder(listen))
    run.begin()
    with run.interruption_recorded():
        failures = run.render(executor)
        if options.retakes:
            run, failures = retake(run, failures, board, request, options, executor)
        return run.deliver(options, failures)


def deliver_again(
    board: ShotList, request: Request, folder: Path, options: Options, listen: Listener
) -> Outcome:
    """Publish clips, animatic and sheet from the store of a folder, without rendering.

    Raises:
        StoryboardError: The board or the folder cannot be used.
    """
    recorder, root = Recorder(listen), find_store(folder)
    if root.parent == folder:
        make_folder(folder)
    with board_lock(root):
        last = read_manifest(folder)
        kept = kept_in(board, last.retakes) if last else {}
        shown = with_kept(board, kept)
        planned = preview(shown, request, root, options, recorder, folder=folder)
        # Takes that failed in the last run and are still missing.
        failures = {
            take: entry.error
            for take in planned.waiting
            if last and (entry := last.entry(take.shot.id, take.number)) and entry.error
        }
        return Run(planned, request, folder, recorder, kept).deliver(options, failures)


def load_last_render(folder: Path) -> tuple[ShotList, Request]:
    """Load the board and the request of the last render into a folder.

    Raises:
        InputError: The folder is not that of a render, or its board does not exist.
    """
    manifest = require_manifest(folder)
    board = folder / str(manifest.board["path"])
    if not board.is_file():
        raise InputError(
            f"{board}: the board of this folder does not exist, must be where it was rendered "
            "from. Put it back, or render again."
        )
    return load_shots(board), request_from_manifest(manifest, folder)
