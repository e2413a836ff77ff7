"""A YAML file → a ShotList, or everything that is wrong with it.

The one way in: read (`reader.py`), check each value (`written.py`), merge and look up
(`resolve.py`), then judge as a whole (`lint.py`). One mistake does not hide the next: what is
wrong is taken out and the rest is checked all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shots.board.inherit import Lineage
from shots.board.raw_board import Board
from shots.board.references import Names
from shots.board.resolve import resolve
from shots.board.validation import problems_of, prune
from shots.expand import with_variants
from shots.lint.rules import lint
from shots.problem import ShotListErrors
from shots.schema import ShotList
from shots.source.board_source import Place, Source, TextFile
from shots.source.read_yaml import read_yaml

_MAX_ROUNDS = 8


def load_shots(path: Path | str) -> ShotList:
    """Load a board from disk.

    Raises:
        ShotListErrors: The file cannot be read, or anything in it is wrong.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        fault = f"the file cannot be read: {reason}"
        source = Source([TextFile(path, ())])
        raise source.stop("SB001", fault, "check the path", Place(0, 0, 0, 0)) from None
    return parse_shots(content, path)


def parse_shots(
    content: bytes | str, path: Path, *, read: Callable[[Path], bytes] = Path.read_bytes
) -> ShotList:
    """Load a board from a text, as if it stood in the file at `path`.

    Args:
        content: The board.
        path: Where it would be; files it includes are looked for beside it.
        read: Reads a file that is included.

    Raises:
        ShotListErrors: Anything in it is wrong.
    """
    data, source = read_yaml(content, path, read=read)
    if not isinstance(data, dict):
        code, finding = "SB005", "a board is a block of keys"
        if data is None:
            code, finding = "SB007", "the file holds no board"
        raise source.stop(code, finding, "`storyboard init` writes one", source.place(()))
    names = Names(data)
    names.report_twins(source)
    lineage = Lineage(data, names, source)
    lineage.inherit(data)
    board = _check(data, source, names)
    shots = resolve(board, source, names, lineage) if board else None
    if board and shots and board.variants:
        shots = with_variants(shots, board.variants, source)
    if shots is None or source.problems:
        raise ShotListErrors(source.sorted_problems())
    return shots.with_notices(lint(shots))


def _check(data: dict[str, Any], source: Source, names: Names) -> Board | None:
    """The board, without what was wrong with it; None where too little is left."""
    for attempt in range(_MAX_ROUNDS):
        try:
            return Board.model_validate(data, context={"setups": names.setups})
        except ValidationError as error:
            if attempt == 0:
                source.problems += problems_of(error, source)
            prune(data, error)
    return None
