"""The commands of a run, and its folder: created, locked for one process, cleaned.

A command renders a board into a folder, or delivers again what its store holds.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from shots import load_shots
from storyboard.errors import BoardLockedError, InputError
from storyboard.events import Listener
from storyboard.executors import Executor
from storyboard.plan.request import Request
from storyboard.run.manifest import FILE, read_manifest, require_manifest
from storyboard.run.manifest_rows import request_from_manifest
from storyboard.run.preview import STORE, Preview, RunSpec, preview
from storyboard.run.retake import kept_in, retake, with_kept
from storyboard.run.session import Outcome, Recorder, Run
from storyboard.store import Ref, Store, read_object

if TYPE_CHECKING:
    from shots.schema import ShotList

INTERMEDIATE = ("encode-text", "encode-picture", "denoise-")
"""Stages whose artefacts (contexts, latents) are needed only to re-render a changed take."""


def make_folder(folder: Path) -> None:
    """Create the output folder and its store.

    Raises:
        InputError: The path is a file, or not writable.
    """
    try:
        (folder / STORE).mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(f"{folder}: is a file, must be a folder. Choose another -o.") from None
    except PermissionError:
        raise InputError(f"{folder}: is not writable. Choose another -o.") from None
    if not os.access(folder, os.W_OK):
        raise InputError(f"{folder}: is not writable. Choose another -o.")


@contextmanager
def existing_store(folder: Path) -> Iterator[Path]:
    """Store of a folder; a temporary one if there is none, so that no folder is created."""
    root = folder / STORE
    if root.is_dir():
        yield root
        return
    with TemporaryDirectory() as scratch:
        (Path(scratch) / STORE).mkdir()
        yield Path(scratch) / STORE


@contextmanager
def board_lock(root: Path) -> Iterator[None]:
    """Hold the store of an output folder for this process.

    Raises:
        BoardLockedError: Another live process holds it.
    """
    # The lock is the kernel's (flock): it ends with its process, however that dies, and its file is
    # never removed. The second file only names the owner in the message.
    lock, owner = FileLock(root / "lock", blocking=False), root / "lock.json"
    try:
        lock.acquire()
    except Timeout:
        content = read_object(owner)
        name = "process {pid} on {host} since {since}".format_map(content) if content else ""
        raise BoardLockedError(
            f"{root.parent}: being rendered by {name or 'another process'}, must be free. "
            "Wait for it, stop it, or choose another folder with -o."
        ) from None
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        content = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
        owner.write_text(json.dumps(content), encoding="utf-8")
        yield
    finally:
        lock.release()


def collect_garbage(folder: Path, *, with_latents: bool) -> tuple[int, int]:
    """Remove artefacts that the last run does not use; returns their number and total bytes.

    `with_latents` removes contexts and latents of finished takes too.

    Raises:
        InputError: The folder is not that of a run.
    """
    manifest = require_manifest(folder)
    root = folder / STORE
    if not root.is_dir():
        raise InputError(f"{root}: does not exist, must be the store of a run. Render first.")
    # Formats of a campaign have folders of their own and share the store.
    formats = filter(None, (read_manifest(path.parent) for path in folder.glob(f"*/{FILE}")))
    used = {
        (stage, key)
        for run in (manifest, *formats)
        for take in run.takes
        for stage, keys in take.keys.items()
        for key in keys
    }
    with board_lock(root):
        store = Store(root)
        store.clear_drafts()
        keep: set[Ref] = set()
        for ref in store.refs():
            is_used = (ref.stage, ref.key) in used or ref.stage == "piece"
            if is_used and not (with_latents and ref.stage.startswith(INTERMEDIATE)):
                keep.add(ref)
        return store.collect(keep)


def render_board(spec: RunSpec, listen: Listener, executor: Executor | None = None) -> Outcome:
    """Render a board into a folder, which is created if missing; `listen` receives every event.

    The stages run in this process unless an executor is given.

    Raises:
        StoryboardError: The render cannot start or cannot continue; finished work is kept.
    """
    make_folder(spec.folder)
    with board_lock(spec.root):
        return render_preview(preview(spec, listen), listen, executor)


def render_preview(planned: Preview, listen: Listener, executor: Executor | None = None) -> Outcome:
    """Render what is planned; the caller holds the lock of the store."""
    run = Run(planned, Recorder(listen))
    run.begin()
    with run.interruption_recorded():
        failures = run.render(executor)
        if planned.spec.options.retakes:
            run, failures = retake(run, failures, executor)
        return run.deliver(failures)


def deliver_again(spec: RunSpec, listen: Listener) -> Outcome:
    """Publish clips, animatic and sheet from the store of a folder, without rendering.

    Raises:
        StoryboardError: The board or the folder cannot be used.
    """
    recorder, own, parent = Recorder(listen), spec.root, spec.folder.parent / STORE
    # One format of a campaign has a folder of its own, and its store in the parent folder.
    root = parent if not own.is_dir() and parent.is_dir() else own
    if root == own:
        make_folder(spec.folder)
    with board_lock(root):
        last = read_manifest(spec.folder)
        kept = kept_in(spec.board, last.retakes) if last else {}
        shown = with_kept(spec.board, kept)
        planned = preview(replace(spec, board=shown, store=root), recorder)
        # Takes that failed in the last run and are still missing.
        failures = {
            take: entry.error
            for take in planned.waiting
            if last and (entry := last.entry(take.shot.id, take.number)) and entry.error
        }
        return Run(planned, recorder, kept).deliver(failures)


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
