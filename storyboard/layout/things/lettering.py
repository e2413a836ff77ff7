"""Letters as flat strokes, on a plane or round a cylinder."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np

from storyboard.layout.meshes import Colour, Mesh, floats, from_triangles, join

# Strokes of each letter on a grid 4 wide and 6 high: points as two digits, x and height; "," lifts
# the pen.
_GLYPHS = {
    "A": "00 26 40,12 32", "B": "00 06 36 45 44 33 03,33 42 41 30 00",
    "C": "45 36 16 05 01 10 30 41", "D": "00 06 26 44 42 20 00",
    "E": "46 06 00 40,03 33", "F": "46 06 00,03 33",
    "G": "45 36 16 05 01 10 30 41 43 23", "H": "00 06,40 46,03 43", "I": "20 26",
    "J": "46 41 30 10 01", "K": "00 06,46 03 40", "L": "06 00 40", "M": "00 06 23 46 40",
    "N": "00 06 40 46", "O": "10 01 05 16 36 45 41 30 10", "P": "00 06 36 45 44 33 03",
    "Q": "10 01 05 16 36 45 41 30 10,22 40", "R": "00 06 36 45 44 33 03,23 40",
    "S": "45 36 16 05 04 13 33 42 41 30 10 01", "T": "06 46,26 20", "U": "06 01 10 30 41 46",
    "V": "06 20 46", "W": "06 10 24 30 46", "X": "00 46,06 40", "Y": "06 23 46,23 20",
    "Z": "06 46 00 40", "0": "10 01 05 16 36 45 41 30 10,01 45", "1": "05 26 20,10 30",
    "2": "05 16 36 45 44 00 40", "3": "05 16 36 45 44 33 13,33 42 41 30 10 01", "4": "30 36 02 42",
    "5": "46 06 03 33 42 41 30 10 01", "6": "45 36 16 05 01 10 30 41 42 33 03", "7": "06 46 10",
    "8": "13 04 05 16 36 45 44 33 13 02 01 10 30 41 42 33", "9": "43 13 04 05 16 36 45 41 30 10 01",
    "-": "13 33", ".": "20 21", "&": "40 05 16 25 02 01 10 20 42", "!": "26 22,20 21", "'": "26 25",
    "?": "05 16 36 45 44 23 22,20 21", "+": "13 33,22 24", "/": "00 46", ":": "21 22,24 25",
    "%": "00 46,05 15,31 41",
}  # fmt: skip
_ADVANCE = 5.8


def plain_letters(text: str) -> str:
    """The letters, digits and blanks of a text that can be drawn, in capitals, without accents."""
    bare = unicodedata.normalize("NFKD", text.upper().replace("ß", "SS"))
    return " ".join("".join(c for c in bare if c in _GLYPHS or c == " ").split())


def letters(
    text: str,
    size: tuple[float, float],
    colour: Colour,
    *,
    lines: int = 1,
    bend: float = 0.0,
    glow: float = 0.0,
) -> Mesh:
    """Text as large as fits into width and height, in at most `lines` lines.

    It faces -z and is centred at the origin; with `bend` it lies round a vertical cylinder of that
    radius whose axis is at the origin. Text of other scripts than Latin gives an empty mesh.
    """
    rows = _broken(plain_letters(text), lines, size)
    if not rows:
        return join([])
    units = max(len(row) for row in rows) * _ADVANCE - 1.8
    unit = min(size[0] / units, size[1] / (len(rows) * 8 - 2))
    quads = []
    for number, row in enumerate(rows):
        left = -(len(row) * _ADVANCE - 1.8) / 2
        base = (len(rows) * 8 - 2) / 2 - 6 - 8 * number
        for place, glyph in enumerate(row):
            quads += _strokes(glyph, left + place * _ADVANCE, base)
    flat = np.asarray(quads) * unit  # (Q, 4, 2)
    points = np.stack([flat[..., 0], -flat[..., 1], np.zeros(flat.shape[:2])], -1).reshape(-1, 3)
    if bend:
        points = np.stack(
            [bend * np.sin(points[:, 0] / bend), points[:, 1], -bend * np.cos(points[:, 0] / bend)],
            1,
        )
    first = np.arange(len(flat))[:, None] * 4
    faces = np.concatenate([first + np.array([0, 1, 2]), first + np.array([0, 2, 3])])
    return from_triangles(floats(points), faces, colour, smooth=False, glow=glow)


def _broken(text: str, lines: int, size: tuple[float, float]) -> list[str]:
    """Words in the number of lines in which the letters become largest."""
    words, best, height = text.split(), [], 0.0
    for count in range(1, min(lines, len(words)) + 1):
        room = max(max(map(len, words)), -(-len(text) // count))
        rows: list[str] = [""]
        for word in words:
            if rows[-1] and len(rows[-1]) + len(word) >= room + (count == 1) * len(text):
                rows.append(word)
            else:
                rows[-1] = f"{rows[-1]} {word}".strip()
        widest = max(map(len, rows)) * _ADVANCE - 1.8
        unit = min(size[0] / widest, size[1] / (len(rows) * 8 - 2))
        if unit > height:
            best, height = rows, unit
    return best


def _strokes(glyph: str, x: float, y: float) -> list[list[tuple[float, float]]]:
    """Four corners of each stroke, counter-clockwise with heights up, longer by half its width."""
    quads = []
    for line in filter(None, _GLYPHS.get(glyph, "").split(",")):
        at = [np.array([x + int(p[0]), y + int(p[1])]) for p in line.split()]
        for a, b in pairwise(at):
            along = (b - a) / np.linalg.norm(b - a) * 0.42
            side = np.array([-along[1], along[0]]) * 1.1
            corners = (a - along - side, b + along - side, b + along + side, a - along + side)
            quads.append([(float(c[0]), float(c[1])) for c in corners])
    return quads
