"""One process per board: an advisory lock with the owner's pid and host in it.

The lock is the kernel's (`flock`), so it vanishes with its process however that dies, and the
pid in the file only tells a person whom to wait for. Called by the commands that write.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from storyboard.errors import BoardLockedError


@contextmanager
def board_lock(folder: Path) -> Iterator[None]:
    """Hold the folder for this process.

    Raises:
        BoardLockedError: Another live process holds it.
    """
    path = folder / "lock"
    # Never deleted: removing a lock file lets two processes hold two files of the same name.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BoardLockedError(
                f"{folder.parent}: being rendered by {_owner(path)}, must be free. "
                "Wait for it, stop it, or choose another folder with -o."
            ) from None
        owner = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(owner).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _owner(path: Path) -> str:
    try:
        owner = json.loads(path.read_text())
        return f"process {owner['pid']} on {owner['host']} since {owner['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
