"""What a folder was rendered from: `sheet`, `assemble` and `score` ask for the same once more.

Called by the CLI.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from shots import load_shots
from storyboard.entries import repeated_request
from storyboard.errors import InputError
from storyboard.manifest import require_manifest
from storyboard.planning.overrides import Request

if TYPE_CHECKING:
    from shots.schema import ShotList


def last_asked(folder: Path) -> "tuple[ShotList, Request]":
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
