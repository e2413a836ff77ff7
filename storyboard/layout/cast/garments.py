"""Clothes as data: shells close to the body, what hangs from them, their colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.colours import COLOURS
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


_TROUSERS = Shell(0.7, 4.02, thick=1.2, rounds=4, layer=2, wide=2.2)
_SHIRT = Shell(3.3, 6.02, 1.93, 0.8, 3, 3, (0.08, 0.2), collar=0.36, front=0.86)
_TEE = Shell(3.3, 5.97, 0.55, 0.8, 3, 3)
_JUMPER = Shell(3.35, 6.05, 1.94, 1.5, 6, 5)
_JACKET = Shell(3.1, 6.0, 1.93, 1.9, 6, 6, (1.35, 0.62), collar=0.3, front=0.75)
_ZIPPED = Shell(3.3, 6.05, 1.94, 1.8, 6, 6, collar=0.4, front=0.6)
_COAT = Shell(3.6, 6.05, 1.93, 2.6, 8, 7, (1.1, 0.55), collar=0.45, front=0.75, hem=1.75, flare=0.1)
_SHOE = Shell(-1.0, 1.0, thick=0.8, layer=1, surface="leather", shade=0.6, is_shoe=True)

PIECES: Mapping[str, tuple[Shell, ...]] = {
    "shirt": (_SHIRT,), "blouse": (replace(_SHIRT, neck=(0.4, 0.26), thick=1.1, front=0),),
    "t-shirt": (_TEE,), "tank top": (replace(_TEE, neck=(0.75, 0.62), sleeve=-0.02),),
    "polo shirt": (replace(_SHIRT, sleeve=0.55),), "jumper": (_JUMPER,),
    "rollneck": (replace(_JUMPER, high=6.55, thick=1.2),),
    "cardigan": (replace(_JUMPER, neck=(1.5, 0.4), front=0.75),), "hoodie": (_JUMPER,),
    "vest": (Shell(3.4, 6.0, -0.01, 1.4, 4, 5, (1.3, 0.4), front=0.7),),
    "jacket": (_ZIPPED,), "suit jacket": (_JACKET,),
    "denim jacket": (replace(_ZIPPED, low=3.6, thick=1.6, neck=(0.4, 0.3)),),
    "leather jacket": (replace(_ZIPPED, low=3.55, neck=(0.6, 0.3), surface="leather"),),
    "parka": (replace(_ZIPPED, low=2.75, thick=3.0, rounds=10),),
    "tunic": (replace(_ZIPPED, low=3.15, thick=1.5, rounds=5),),
    "coat": (_COAT,), "raincoat": (replace(_COAT, surface="plastic", neck=(0, 0.3), hem=2.0),),
    "robe": (replace(_COAT, hem=1.3, neck=(1.2, 0.35), front=0.85, collar=0.3),),
    "cassock": (replace(_COAT, thick=1.6, neck=(0, 0.3), hem=0.6, collar=0.3),),
    "hospital gown": (Shell(3.6, 5.9, 0.7, 1.4, 5, 3, hem=2.15, flare=0.1),),
    "lab coat": (replace(_COAT, thick=2.0, hem=2.1),),
    "dress": (Shell(3.7, 5.9, 0.35, 0.7, 3, 2, (0.45, 0.45), hem=1.95, flare=0.25),),
    "summer dress": (Shell(3.7, 5.75, -0.02, 0.6, 3, 2, (0.6, 0.6), hem=2.05, flare=0.35),),
    "evening dress": (Shell(3.7, 5.55, -0.03, 0.5, 3, 2, (0.35, 0.7), hem=0.45, flare=0.12),),
    "wedding dress": (Shell(3.7, 5.8, 0.3, 0.6, 3, 2, (0.5, 0.55), hem=0.1, flare=0.5),),
    "skirt": (Shell(3.8, 4.1, thick=0.9, layer=4, hem=2.1, flare=0.15),),
    "miniskirt": (Shell(3.8, 4.1, thick=0.9, layer=4, hem=2.55, flare=0.15),),
    "long skirt": (Shell(3.8, 4.1, thick=0.9, layer=4, hem=1.15, flare=0.2),),
    "trousers": (_TROUSERS,), "jeans": (replace(_TROUSERS, thick=1.0, wide=1.2),),
    "leggings": (replace(_TROUSERS, thick=0.4, rounds=1, wide=0),),
    "shorts": (replace(_TROUSERS, low=2.25, thick=1.6, wide=4),),
    "swimsuit": (Shell(2.93, 5.7, -0.03, 0.3, 1, 1, (0.5, 0.6)),),
    "swimming trunks": (replace(_TROUSERS, low=2.6, thick=1.0, wide=4),),
    "overalls": (Shell(0.7, 5.4, -0.04, 1.4, 4, 4, wide=2),),
    "jumpsuit": (Shell(0.7, 6.05, 1.93, 1.6, 5, 4, wide=2, collar=0.35, front=0.7),),
    "spacesuit": (Shell(-0.9, 6.3, 9, 4.0, 10, 6, surface="plastic"),),
    "armour": (Shell(3.3, 6.15, 1.9, 1.5, 2, 6, surface="metal"),
               Shell(5.0, 6.1, 0.42, 4.0, 5, 8, (2.0, 0.5), surface="metal"),
               Shell(3.85, 4.1, thick=2.4, layer=7, surface="metal", hem=2.75, flare=0.3),
               Shell(0.7, 4.0, thick=1.2, rounds=2, layer=5, surface="metal", shade=0.8),
               Shell(0, 0, cuff=1.75, thick=0.9, rounds=2, layer=8, surface="metal")),
    "cape": (Shell(3.9, 6.1, 0.05, 3.2, 8, 9, hem=0.9, flare=0.3, strip=-0.2),),
    "tutu": (Shell(3.8, 4.1, thick=0.9, layer=4, hem=3.0, flare=1.7),),
    "ballet shoes": (replace(_SHOE, high=0.6, thick=0.3, shade=0.95, surface="cloth"),),
    "shoes": (_SHOE,), "sneakers": (replace(_SHOE, thick=1.1, shade=1.4, surface="cloth"),),
    "heels": (replace(_SHOE, high=0.5, thick=0.4),),
    "boots": (replace(_SHOE, high=1.55, thick=1.5, layer=5, shade=0.5),),
    "sandals": (replace(_SHOE, high=0.35, thick=0.5),),
    "socks": (Shell(-0.9, 1.2, thick=0.2, rounds=1, layer=0),),
    "tights": (Shell(-0.9, 3.9, thick=0.15, rounds=0, layer=0),),
    "scarf": (Shell(5.85, 6.75, 0.05, 3.0, 5, 9),),
    "gloves": (Shell(0, cuff=1.9, thick=0.3, rounds=1, layer=3, surface="leather"),),
    "tie": (Shell(4.2, 6.05, thick=0.4, rounds=1, layer=4, strip=0.026),),
    "belt": (Shell(3.92, 4.2, thick=0.5, rounds=1, layer=5, surface="leather"),),
    "apron": (Shell(3.3, 5.2, thick=0.5, layer=8, strip=0.115, hem=2.2, flare=0.05),),
}  # fmt: skip
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
