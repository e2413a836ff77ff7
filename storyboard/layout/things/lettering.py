"""Letters as flat strokes, on a plane or round a cylinder."""

from __future__ import annotations

import unicodedata
from importlib.resources import files
from itertools import pairwise

import numpy as np

from storyboard.layout.meshes import Colour, Mesh, floats, from_triangles, join

# Strokes of each letter on a grid 4 wide and 6 high: points as two digits, x and height; "," lifts
# the pen.
_FILE = files("storyboard.layout.things") / "lettering.strokes"
_GLYPHS = {row[0]: row[2:] for row in _FILE.read_text(encoding="utf-8").splitlines()}
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
