"""Words for the paints of the ground."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from importlib.resources import files

import numpy as np

from storyboard.layout.meshes import Array, Colour, GroundPaint, floats
from storyboard.layout.places.grounds import (
    blend,
    checks,
    cobbles,
    furrows,
    line,
    planks,
    soft,
    stripes,
    tiles,
    water,
    zones,
)

FAR = 300.0  # metres; where roads end
_ROWS = (files("storyboard.layout.places") / "paints.csv").read_text(encoding="utf-8")
_WORDS: Mapping[str, str] = dict(csv.reader(_ROWS.splitlines()))


def paint(word: str, colour_of: Callable[[str], Colour]) -> GroundPaint:
    """The paint of `KIND:COLOUR:COLOUR:METRES`, or of one of the words for such."""
    kind, *rest = _WORDS.get(word, word).split(":")
    colours = [colour_of(each) for each in rest if each[:1] in {"#", "C"}]
    size = next((float(each) for each in rest if each[:1] in "0123456789." and each), 1.0)
    one = colours[0] if colours else (0.5, 0.5, 0.5)
    two = colours[1] if len(colours) > 1 else _darker(one)
    makers: Mapping[str, Callable[[], GroundPaint]] = {
        "soft": lambda: soft(one, two, size, 0.8),
        "carpet": lambda: soft(one, two, 0.35, 0.5),
        "tiles": lambda: tiles(one, two, size, 0.025 * size + 0.004),
        "checks": lambda: checks(one, two, size),
        "planks": lambda: planks(one, _darker(_darker(one)), size),
        "cobbles": lambda: cobbles(one, two),
        "water": lambda: water(one, two, size),
        "furrows": lambda: furrows(one, two, size),
        "mown": lambda: _mown(one, two, size),
        "road": lambda: _road(size),
        "surf": _surf,
    }
    return makers[kind]()


def _darker(colour: Colour) -> Colour:
    return 0.74 * colour[0], 0.74 * colour[1], 0.74 * colour[2]


def _road(middle: float) -> GroundPaint:
    """Asphalt along x, 7 m wide, with kerbs and a dashed line; its middle is at that z."""
    asphalt = paint(
        "asphalt", lambda word: (0.28, 0.28, 0.29) if word == "#474749" else (0.22,) * 3
    )
    kerbs = [(0, middle + side * 3.42, 0.16, 0, 0, -FAR, FAR) for side in (-1, 1)]
    dashes = [(0, middle, 0.12, 2.0, 2.5, -FAR, FAR)]
    return stripes(stripes(asphalt, dashes, (0.84, 0.83, 0.78)), kerbs, (0.62, 0.61, 0.58))


def _mown(colour: Colour, other: Colour, width: float) -> GroundPaint:
    """A pitch mown in bands along x."""

    def bands(x: Array, z: Array, distance: Array) -> Array:
        share = floats(np.floor(z / width) % 2)
        return blend(np.broadcast_to(floats(colour), (len(x), 3)), other, share)

    return bands


def coast(x: Array, z: Array, at: float) -> Array:
    """Metres beyond a waterline along x, at about z = `at`."""
    beyond: Array = z - at - 0.5 * np.sin(0.35 * x) - 0.25 * np.sin(0.9 * x + 1)
    return beyond


def _surf() -> GroundPaint:
    """Wet sand, then sea with rolling foam; its waterline is at 5.2."""
    wet = soft((0.56, 0.47, 0.34), (0.62, 0.53, 0.40), 1.4)
    sea = water((0.10, 0.34, 0.42), (0.28, 0.54, 0.60), 1.6)
    both = zones(wet, (lambda x, z: coast(x, z, 5.2) > 0, sea))

    def foaming(x: Array, z: Array, distance: Array) -> Array:
        at = coast(x, z, 5.2)
        rolls = [
            line(at - off - 0.4 * np.sin(0.23 * x + off), wide, distance)
            for off, wide in ((0.1, 0.45), (2.6, 0.4), (6.5, 0.5))
        ]
        foam = 0.9 * np.maximum.reduce(rolls)
        return blend(both(x, z, distance), (0.93, 0.95, 0.95), foam)

    return foaming
