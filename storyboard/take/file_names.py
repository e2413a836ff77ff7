"""File names from shot ids: text from a board never leaves the folder it is meant for.

Called by `plan`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from storyboard.errors import InputError

if TYPE_CHECKING:
    from shots.schema import Shot

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10)}


def file_stems(ids: Sequence[str]) -> dict[str, str]:
    """Name the files of every shot: letters, digits, hyphen and underscore, each name once."""
    stems: dict[str, str] = {}
    used: set[str] = set()
    for shot in ids:
        stem = _UNSAFE.sub("_", shot)[:80] or "_"
        if stem.casefold() in used or stem.casefold() in _RESERVED or stem.startswith("-"):
            stem = f"{stem.lstrip('-')}_{hashlib.sha256(shot.encode()).hexdigest()[:8]}"
        used.add(stem.casefold())
        stems[shot] = stem
    return stems


def take_number(shot: Shot) -> int:
    """The take that is in the cut: what `use:` says, else the one made from another, else T01.

    Raises:
        InputError: `use:` names no take.
    """
    if shot.use is None:
        return shot.take.number + 1 if shot.take else 1
    found = re.fullmatch(r"[Tt]?0*([1-9]\d{0,2})", shot.use.strip())
    if found is None:
        raise InputError(f"shot {shot.id!r}: use is {shot.use!r}, must be a take like T02.")
    return int(found[1])
