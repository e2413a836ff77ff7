"""One shot with everything that holds for it, as YAML; beside every value where it was said.

Behind `storyboard show`. What the file of a board says in one place or another is here in one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from shots.format.dump import written_shot
from shots.origins import Origin, place_text
from shots.schema import ShotList

_BARE = re.compile(r"[\w.]+")
_WIDEST = 60
"""Columns: a longer value has its origin two spaces behind it, not in line with the others."""


def show_shot(board: ShotList, shot_id: str) -> str:
    """A shot as a YAML mapping of its merged values, each with its level and line as a comment.

    Args:
        board: A board, as loaded.
        shot_id: The shot, in any case.

    Raises:
        ShotsError: The board has no such shot.
    """
    shot = board.shot(shot_id)
    rows = list(_rows(written_shot(board, shot)))
    width = max((len(text) for text, _ in rows if len(text) <= _WIDEST), default=0)
    return "".join(
        f"{text:{width}}  # {_where(board.origin(shot.id, name))}\n" if name else f"{text}\n"
        for text, name in rows
    )


def _rows(values: Mapping[str, Any], block: str = "") -> Iterator[tuple[str, str]]:
    """Lines of YAML, each with the field it says; a line that opens a block says none."""
    indent = "  " * bool(block)
    for key, value in values.items():
        is_block = isinstance(value, Mapping) and not block
        if is_block and value:
            yield f"{key}:", ""
            yield from _rows(value, block=key)
        elif not is_block and value not in ("", []):
            yield f"{indent}{key}: {_flow(value)}", f"{block}.{key}" if block else key


def _flow(value: Any) -> str:  # noqa: ANN401 - texts, lists and mappings of them
    """A value on one line; the language reads every word as text, so few need quotes."""
    if isinstance(value, str) and _BARE.fullmatch(value):
        return value
    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _where(origin: Origin) -> str:
    via = f" through {origin.via}" if origin.via else ""
    return place_text(origin.label, origin.line, origin.file) + via
