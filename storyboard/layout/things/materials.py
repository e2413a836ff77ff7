"""Materials of models: a word gives a colour and a surface."""

from __future__ import annotations

from shots.lexicon.colours import COLOURS
from shots.lexicon.word_tables import read_rows
from storyboard.layout.meshes import SURFACE, Colour

_MATERIALS: dict[str, tuple[Colour, str]] = {
    row["material"]: ((float(row["red"]), float(row["green"]), float(row["blue"])), row["surface"])
    for row in read_rows("storyboard.layout.things", "materials.csv")
}
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
