"""Files that belong to the user: boards, scripts and shot lists, read and written back.

Called by the commands; errors name the file and say what to do.
"""

from __future__ import annotations

from pathlib import Path

from storyboard.errors import InputError


def read_file(path: Path) -> bytes:
    """The content of a file.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path}: cannot be read: {reason}. Check the path.") from None


def write_file(path: Path, content: bytes) -> None:
    """Write a file in one step; a link stays a link, and permissions stay as they are.

    Raises:
        InputError: It cannot be written.
    """
    from storyboard.store import write_atomically

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.resolve()
        mode = target.stat().st_mode if target.exists() else None
        write_atomically(target, content)
        if mode is not None:
            target.chmod(mode)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path}: cannot be written: {reason}. Choose another place.") from None
