"""A board and the files it includes, each changed where the thing that changes stands.

Called by `merging.py`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shots.load import parse_shots
from shots.schema import ShotList
from shots.source import Source, add_file, encode_like

from . import board_file
from .board_file import BoardFile, Value


def read_board(contents: Mapping[Path, bytes], path: Path) -> ShotList:
    """Load a board, some of whose files are not, or not yet, as they are on disk.

    Raises:
        ShotListErrors: Anything in it is wrong.
    """

    def read(file: Path) -> bytes:
        return contents[file] if file in contents else file.read_bytes()

    return parse_shots(read(path), path, read=read)


class BoardFiles:
    """The files of a board that has no errors."""

    def __init__(self, contents: Mapping[Path, bytes]) -> None:
        self._contents = contents
        self._files = {
            path: BoardFile(add_file(Source([]), content, path))
            for path, content in contents.items()
        }

    def written(self, shot: str) -> dict[str, object]:
        """What a shot itself says, as texts, lists and mappings; nothing that it inherits."""
        return self._with_shot(shot).written(shot)

    def extras(self, shot: str) -> dict[str, str]:
        """The keys of a shot that begin with x- and hold a text."""
        return self._with_shot(shot).extras(shot)

    def change_shot(self, shot: str, values: Mapping[board_file.Path, Value]) -> None:
        """Set values of a shot, and remove keys: see `BoardFile.change_shot`."""
        self._with_shot(shot).change_shot(shot, values)

    def rename_shot(self, shot: str, name: str) -> None:
        """Give a shot another id, also where others say that they follow it."""
        for file in self._files.values():
            file.rename_shot(shot, name)

    def insert_shot(self, lines: Sequence[str], scene: str, after: str | None) -> None:
        """Insert a shot into a scene: see `BoardFile.insert_shot`."""
        file = next(file for file in self._files.values() if file.has_scene(scene))
        file.insert_shot(lines, scene, after)

    def contents(self) -> dict[Path, bytes]:
        """Every file with the changes in it, encoded as it was."""
        return {
            path: encode_like(file.text(), self._contents[path])
            for path, file in self._files.items()
        }

    def _with_shot(self, shot: str) -> BoardFile:
        found = (file for file in self._files.values() if file.has_shot(shot))
        file = next(found, None)
        if file is None:
            raise KeyError(shot)
        return file
