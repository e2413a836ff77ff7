"""Clothes as data: shells close to the body, what hangs from them, their colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shots.lexicon.colours import COLOURS
from shots.lexicon.word_tables import read_rows
from storyboard.layout.meshes import Colour

_NO_ARMS = 0.0


@dataclass(frozen=True)
class Shell:
    """A piece of clothing close to the body; levels and places on the arm as in `Atlas`.

    Attributes:
        low, high: Levels of its borders.
        sleeve: Where on the arm it ends; `_NO_ARMS` at the shoulder.
        thick: Centimetres off the skin.
        rounds: Of smoothing: more is looser.
        layer: Over all pieces of lower layers.
        neck: Depth in levels and width in shoulder widths of a neckline at the front.
        collar: Height in levels of a collar.
        front: Shade of a line down the front, 0 for none.
        surface: Name of a surface.
        hem: Level at which a tube that hangs from its waist ends; 0 has none.
        flare: Widening of the tube, metres a metre.
        strip: Metres to each side of the middle, at the front only, negative: at the back only;
            0 is all round.
        cuff: Where on the arm it begins, for gloves; 0 for the trunk.
        wide: Centimetres by which legs are wider at the hem.
        shade: Factor of the colour; of a shoe, of its sole.
        is_shoe: Whether it is wrapped about the foot and stands on the floor.
    """

    low: float
    high: float = 6.0
    sleeve: float = _NO_ARMS
    thick: float = 0.8
    rounds: int = 3
    layer: int = 2
    neck: tuple[float, float] = (0.0, 0.3)
    collar: float = 0.0
    front: float = 0.0
    surface: str = "cloth"
    hem: float = 0.0
    flare: float = 0.0
    strip: float = 0.0
    cuff: float = 0.0
    wide: float = 0.0
    shade: float = 1.0
    is_shoe: bool = False


_READ: Mapping[str, Callable[[str], Any]] = {
    "surface": str, "neck": lambda text: tuple(map(float, text.split())), "rounds": int,
    "layer": int, "is_shoe": bool,
}  # fmt: skip
PIECES: dict[str, tuple[Shell, ...]] = {}
for _row in read_rows("storyboard.layout.cast", "garments.csv"):
    _kind = _row.pop("kind")
    _own = {name: _READ.get(name, float)(text) for name, text in _row.items() if text}
    PIECES[_kind] = (*PIECES.get(_kind, ()), Shell(**_own))
"""Shells of each kind of clothing."""

SETS: Mapping[str, tuple[str, ...]] = {
    "suit": ("suit jacket", "trousers"), "uniform": ("tunic", "trousers"),
    "scrubs": ("t-shirt", "trousers"), "tracksuit": ("jacket", "trousers"),
    "pyjamas": ("shirt", "trousers"),
}  # fmt: skip
"""Kinds that are several pieces of one colour."""

_SHADES: Mapping[str, Colour] = {"denim": (0.22, 0.32, 0.48)}


def cloth_colour(text: str) -> Colour:
    """The colour of a garment: a word of `lexicon.colours`, with dark or light before it."""
    first, _, rest = text.partition(" ")
    base = np.array(_SHADES.get(rest or first, COLOURS.get(rest or first, COLOURS["grey"])))
    if first == "dark":
        base = base * 0.5
    elif first == "light":
        base = base + (1 - base) * 0.5
    r, g, b = (float(v) for v in base)
    return r, g, b
