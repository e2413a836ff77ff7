"""Read and write the files that a user names on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from storyboard.errors import EXIT_INPUT, InputError
from storyboard.store import write_atomically

PATH = click.Path(path_type=Path)


class BadInput(click.ClickException):
    """An argument or option value that cannot be used; exit code 2."""

    exit_code = EXIT_INPUT


def read_file(path: Path) -> bytes:
    """Read a file of the user.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path}: cannot be read: {reason}. Check the path.") from None


def refuse_existing(paths: Iterable[Path], *, force: bool) -> None:
    """Check the files that a command is going to write.

    Raises:
        InputError: One of them exists, and `force` is not given.
    """
    existing = [path for path in paths if path.exists()]
    if existing and not force:
        raise InputError(
            f"{existing[0]}: exists already. Name another folder with -o, or overwrite with "
            "--force."
        )


def write_file(path: Path, content: bytes) -> None:
    """Write a file of the user atomically; links stay links, and permissions are kept.

    Raises:
        InputError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.resolve()
        mode = target.stat().st_mode if target.exists() else None
        write_atomically(target, content)
        if mode is not None:
            target.chmod(mode)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path}: cannot be written: {reason}. Choose another path.") from None
