"""Resolve what a user names on the command line: files and presets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from model.presets import PRESETS, Preset
from storyboard.errors import EXIT_INPUT, InputError
from storyboard.store import write_atomically

if TYPE_CHECKING:
    from shots import ShotList


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


def preset_of(board: ShotList, name: str | None) -> Preset | None:
    """The preset with a name, or the one of the board; None if the board's does not exist.

    Raises:
        BadInput: No preset has the name.
    """
    if name is not None and name not in PRESETS:
        raise BadInput(f'preset "{name}" does not exist: {preset_remedy(name)}')
    return PRESETS.get(name or board.model.use)


def preset_remedy(name: str) -> str:
    """What to write instead of the name of a preset that does not exist."""
    from shots.vocabulary.terms import did_you_mean

    return did_you_mean(name, PRESETS) or f"use one of {', '.join(PRESETS)}"
