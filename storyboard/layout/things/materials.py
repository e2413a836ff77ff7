"""Materials of models: a word gives a colour and a surface."""

from __future__ import annotations

from shots.lexicon.colours import COLOURS
from storyboard.layout.meshes import SURFACE, Colour

_MATERIALS: dict[str, tuple[Colour, str]] = {
    "wood": ((0.46, 0.30, 0.18), "wood"), "pine": ((0.72, 0.55, 0.35), "wood"),
    "ebony": ((0.16, 0.11, 0.09), "wood"), "metal": ((0.62, 0.63, 0.65), "metal"),
    "iron": ((0.20, 0.20, 0.22), "metal"), "brass": ((0.80, 0.62, 0.25), "metal"),
    "chrome": ((0.80, 0.82, 0.84), "metal"), "copper": ((0.72, 0.42, 0.28), "metal"),
    "glass": ((0.72, 0.84, 0.88), "glass"), "clear": ((0.90, 0.95, 0.97), "glass"),
    "rubber": ((0.10, 0.10, 0.11), "plastic"), "plastic": ((0.80, 0.80, 0.80), "plastic"),
    "dark": ((0.16, 0.16, 0.18), "plastic"), "leather": ((0.36, 0.21, 0.12), "leather"),
    "cloth": ((0.75, 0.70, 0.62), "cloth"), "linen": ((0.92, 0.91, 0.88), "cloth"),
    "paper": ((0.94, 0.93, 0.89), "paper"), "ink": ((0.12, 0.12, 0.15), "paper"),
    "screen": ((0.45, 0.65, 0.90), "screen"), "off": ((0.05, 0.05, 0.07), "screen"),
    "stone": ((0.60, 0.58, 0.55), "stone"), "rockface": ((0.48, 0.45, 0.42), "stone"),
    "concrete": ((0.64, 0.64, 0.62), "concrete"), "brick": ((0.58, 0.28, 0.22), "brick"),
    "plaster": ((0.90, 0.87, 0.80), "plaster"), "roof": ((0.52, 0.24, 0.18), "tile"),
    "tile": ((0.86, 0.88, 0.88), "tile"), "porcelain": ((0.94, 0.94, 0.93), "tile"),
    "leaf": ((0.22, 0.44, 0.16), "leaf"), "needles": ((0.13, 0.32, 0.18), "leaf"),
    "stem": ((0.30, 0.48, 0.18), "leaf"), "straw": ((0.83, 0.70, 0.38), "leaf"),
    "bark": ((0.36, 0.26, 0.18), "wood"), "earth": ((0.33, 0.23, 0.15), "earth"),
    "sand": ((0.85, 0.75, 0.55), "sand"), "snow": ((0.94, 0.96, 0.98), "snow"),
    "ice": ((0.80, 0.90, 0.95), "snow"), "water": ((0.25, 0.45, 0.55), "water"),
    "skin": ((0.85, 0.64, 0.52), "skin"), "bone": ((0.90, 0.86, 0.74), "stone"),
    "bread": ((0.72, 0.46, 0.20), "food"), "crumb": ((0.93, 0.83, 0.62), "food"),
    "meat": ((0.42, 0.20, 0.12), "food"), "roast": ((0.70, 0.38, 0.14), "food"),
    "cheese": ((0.96, 0.78, 0.28), "food"), "salad": ((0.42, 0.65, 0.20), "food"),
    "tomato": ((0.82, 0.16, 0.10), "food"), "choc": ((0.27, 0.15, 0.09), "food"),
    "cream": ((0.96, 0.93, 0.85), "food"), "rice": ((0.95, 0.94, 0.90), "food"),
    "coffee": ((0.25, 0.14, 0.08), "food"), "salmon": ((0.95, 0.52, 0.35), "food"),
    "wine": ((0.38, 0.04, 0.10), "food"), "beer": ((0.88, 0.62, 0.15), "food"),
    "flame": ((1.00, 0.66, 0.20), "plain"), "warm": ((1.00, 0.90, 0.68), "plain"),
    "light": ((1.00, 0.97, 0.88), "plain"), "smoke": ((0.80, 0.80, 0.80), "plain"),
    "eye": ((0.05, 0.05, 0.06), "eye"),
}  # fmt: skip
_GLOW = {"flame": 1.0, "warm": 0.9, "light": 0.9, "screen": 0.8}
_OWN = "C"  # the colour that is asked for


def scaled(colour: Colour, share: float, more: float = 0.0) -> Colour:
    """A darker colour, or with `more` a paler one; at most white."""
    red, green, blue = (min(1.0, share * part + more) for part in colour)
    return red, green, blue


def material(word: str, own: Colour) -> tuple[Colour, str, float]:
    """Colour, surface and glow of `NAME[+ or -][.SURFACE][!GLOW]`.

    NAME is a material, a colour of the lexicon, or C for the thing's own colour; + is lighter,
    - darker.
    """
    word, _, glow = word.partition("!")
    word, _, surface = word.partition(".")
    name = word.rstrip("+-")
    colour, usual = (own, "plain") if name == _OWN else _MATERIALS.get(name, (None, "plain"))
    colour = colour or COLOURS[name]
    for sign in word[len(name) :]:
        colour = scaled(colour, 0.62, 0.0) if sign == "-" else scaled(colour, 0.75, 0.25)
    surface = surface or usual
    if surface not in SURFACE:
        raise KeyError(surface)
    return colour, surface, float(glow) if glow else _GLOW.get(name, 0.0)
