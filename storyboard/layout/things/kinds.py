"""Kinds of parts that models are written in: each builds a mesh from numbers and a coat.

Numbers are metres, heights point up. Standing kinds have the middle of their base at the origin,
others their centre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypedDict

import numpy as np

from storyboard.layout.meshes import Colour, Mesh, box, ellipsoid, join, lathe, limb
from storyboard.layout.things.creatures import beast, fowl
from storyboard.layout.things.lettering import letters
from storyboard.layout.things.materials import material, scaled
from storyboard.layout.things.shapes import (
    axis_turn,
    curve,
    extrude,
    folds,
    lump,
    rounded,
    sweep,
    torus,
)


@dataclass(frozen=True)
class ThingLook:
    """How one thing looks at an instant.

    Attributes:
        colour: sRGB of its own parts.
        label: Text that it carries.
        phase: Radians by which wheels, fans, legs, wings have turned.
        opened: 0 shut to 1 open.
        seed: Of what is irregular.
    """

    colour: Colour
    label: str = ""
    phase: float = 0.0
    opened: float = 0.0
    seed: int = 0


class Finish(TypedDict):
    """Surface and glow of faces, as the primitives take them."""

    surface: str
    glow: float


@dataclass(frozen=True)
class Coat:
    """What all faces of a part have in common.

    Attributes:
        colour: sRGB.
        finish: Surface and glow.
        text: Of a label or sign; of an animal, the material of its feet.
        look: Of the entire thing.
        coarse: Few triangles: a small part that is repeated.
    """

    colour: Colour
    finish: Finish
    text: str
    look: ThingLook
    coarse: bool


Numbers = Sequence[float]
_Kind = Callable[[Numbers, Coat], Mesh]


def _pairs(numbers: Numbers) -> list[tuple[float, float]]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _box(n: Numbers, c: Coat) -> Mesh:
    """W H D [ROUND]: standing; edges rounded by ROUND."""
    if len(n) == 3:
        return box((0, -n[1] / 2, 0), n, c.colour, **c.finish)
    steps = 1 if c.coarse or 6 * n[3] < min(n[:2]) else 2
    outline, bevel = rounded(n[0], n[1], n[3], steps), min(0.95 * n[3], n[2] / 2.01)
    mesh = extrude(outline, n[2], c.colour, bevel=bevel, **c.finish)
    return mesh.moved((0, -n[1] / 2, 0))


def _slab(n: Numbers, c: Coat) -> Mesh:
    """W H D ROUND: standing; the outline seen from above has corners rounded by ROUND."""
    flat = extrude(
        rounded(n[0], n[2], n[3], 4), n[1], c.colour, bevel=min(0.2 * n[1], 0.01), **c.finish
    )
    return flat.turned(axis_turn("x", 90)).moved((0, -n[1] / 2, 0))


def _cyl(n: Numbers, c: Coat) -> Mesh:
    """R H [TOP_R]: a column, or a cone."""
    top = n[2] if len(n) > 2 else n[0]
    return lathe(
        [(0, 0), (n[0], 0), (top, n[1]), (0, n[1])],
        c.colour,
        segments=9 if c.coarse else 16,
        **c.finish,
    )


def _ball(n: Numbers, c: Coat) -> Mesh:
    """R, or RX RY RZ: round its place."""
    return ellipsoid(
        (0, 0, 0),
        n if len(n) == 3 else [n[0]] * 3,
        c.colour,
        rings=4 if c.coarse else 8,
        segments=7 if c.coarse else 13,
        **c.finish,
    )


def _lathe(n: Numbers, c: Coat) -> Mesh:
    """R H R H ...: a body of revolution, from the bottom up; corners under 58 degrees are round."""
    if c.coarse:
        return lathe(_pairs(n), c.colour, crease_deg=58, segments=9, **c.finish)
    points = np.array(_pairs(n))
    angle = np.unwrap(np.arctan2(*np.diff(points, axis=0).T[::-1]))
    hard = np.flatnonzero(np.abs(np.diff(angle)) > np.radians(58)) + 1
    pieces = [
        points[first : last + 1] for first, last in pairwise([0, *map(int, hard), len(points) - 1])
    ]
    outline = [curve(piece, 2)[:-1] if len(piece) > 2 else piece[:1] for piece in pieces]
    smooth = np.concatenate([*outline, points[-1:]])
    smooth[:, 0] = np.maximum(smooth[:, 0], 0)
    return lathe(smooth, c.colour, crease_deg=50, segments=16, **c.finish)


def _rod(n: Numbers, c: Coat) -> Mesh:
    """DX DY DZ R [END_R]: a column from its place to that offset."""
    end = n[4] if len(n) > 4 else n[3]
    return limb(
        (0, 0, 0),
        (n[0], -n[1], n[2]),
        n[3],
        c.colour,
        end_radius=end,
        segments=5 if c.coarse else 8,
        **c.finish,
    )


def _tube(n: Numbers, c: Coat) -> Mesh:
    """DX DY DZ DX DY DZ ...: a curved tube from its place, before which its radius is written."""
    points = np.concatenate([np.zeros((1, 3)), np.reshape(n[1:], (-1, 3)) * [1, -1, 1]])
    return sweep(points, n[0], c.colour, segments=5 if c.coarse else 7, **c.finish)


def _horn(n: Numbers, c: Coat) -> Mesh:
    """R DX DY DZ R DX DY DZ R ...: a tube of changing radius."""
    rest = np.reshape(n[1:], (-1, 4))
    points = np.concatenate([np.zeros((1, 3)), rest[:, :3] * [1, -1, 1]])
    return sweep(points, [n[0], *rest[:, 3]], c.colour, segments=5 if c.coarse else 8, **c.finish)


def _outline(turn: str) -> _Kind:
    def build(n: Numbers, c: Coat) -> Mesh:
        bevel, depth = (n[1], n[0]) if len(n) % 2 == 0 else (0.0, n[0])
        mesh = extrude(_pairs(n[2 - len(n) % 2 :]), depth, c.colour, bevel=bevel, **c.finish)
        base = -depth / 2 if turn[0] == "x" else 0.0
        return mesh.turned(axis_turn(turn[0], float(turn[1:]))).moved((0, base, 0))

    build.__doc__ = "DEPTH [BEVEL] A B A B ...: an outline with a depth."
    return build


def _ring(n: Numbers, c: Coat) -> Mesh:
    """R THICK: a torus that lies."""
    return torus(n[0], n[1], c.colour, segments=12 if c.coarse else 20, **c.finish)


def _wheel(n: Numbers, c: Coat) -> Mesh:
    """R W: across the x axis, tyre and spokes, rolls with the phase."""
    r, half = n[0], n[1] / 2
    tyre = [(0.6 * r, -half), (0.92 * r, -half), (r, -0.6 * half), (r, 0.6 * half),
            (0.92 * r, half), (0.6 * r, half)]  # fmt: skip
    parts = [lathe(tyre, (0.09, 0.09, 0.1), surface="plastic", segments=14)]
    parts.append(
        lathe(
            [(0, -0.7 * half), (0.6 * r, -0.7 * half), (0.6 * r, 0.7 * half), (0, 0.7 * half)],
            c.colour,
            segments=10,
            surface="metal",
        )
    )
    for k in range(4):
        spoke = box(
            (0.33 * r, 0, 0), (0.5 * r, n[1] * 0.86, 0.13 * r), (0.3, 0.3, 0.32), surface="metal"
        )
        parts.append(spoke.turned(axis_turn("y", 90 * k)))
    return join(parts).turned(axis_turn("z", 90)).turned(axis_turn("x", -np.degrees(c.look.phase)))


def _bike(n: Numbers, c: Coat) -> Mesh:
    """R THICK: a wheel with thin spokes, rolls with the phase."""
    r = n[0]
    parts = [torus(r - n[1], n[1], (0.09, 0.09, 0.1), segments=24, surface="plastic")]
    for k in range(6):
        spoke = box((0, 0, 0), (2 * (r - n[1]), 0.006, 0.006), (0.7, 0.7, 0.72), surface="metal")
        parts.append(spoke.turned(axis_turn("y", 30 * k)))
    return join(parts).turned(axis_turn("z", 90)).turned(axis_turn("x", -np.degrees(c.look.phase)))


def _lump(n: Numbers, c: Coat) -> Mesh:
    """RX RY RZ ROUGH: stone or foliage."""
    return lump(n[:3], n[3], c.colour, c.look.seed, **c.finish)


def _blobs(n: Numbers, c: Coat) -> Mesh:
    """RX RY RZ COUNT R: COUNT small lumps within an ellipsoid: foliage, foam, smoke."""
    rng = np.random.default_rng(c.look.seed + int(n[3]))
    parts = []
    for k in range(int(n[3])):
        way = rng.normal(size=3)
        at = way / np.linalg.norm(way) * rng.uniform(0.35, 1.0) * np.array(n[:3])
        light = rng.uniform(0.82, 1.18)
        shade = scaled(c.colour, light)
        size = n[4] * rng.uniform(0.75, 1.15, 3)
        parts.append(lump(size, 0.1, shade, c.look.seed + k, rings=5, **c.finish).moved(at))
    return join(parts)


def _folds(n: Numbers, c: Coat) -> Mesh:
    """W H D COUNT: hanging cloth."""
    return folds(n[0], n[1], n[2], int(n[3]), c.colour, **c.finish)


def _text(n: Numbers, c: Coat) -> Mesh:
    """W H [BEND [LINES]]: the thing's label, else the part's text, towards the front."""
    bend, lines = (*n[2:], 0.0, 1)[0], (*n[3:], 1)[0]
    return letters(
        c.text, (n[0], n[1]), c.colour, bend=bend, lines=int(lines), glow=c.finish["glow"]
    )


def _label(n: Numbers, c: Coat) -> Mesh:
    """W H [BEND]: a label with an emblem, stripes and the thing's label, towards the front."""
    w, h, bend = (*n, 0.0)[:3]
    dark = scaled(c.look.colour, 0.25)
    parts = [_plate(w, h, bend, 0.0, c.colour)]
    parts += [_plate(w, 0.07 * h, bend, 0.001, dark).moved((0, at * h, 0)) for at in (-0.42, 0.42)]
    if c.look.label:
        parts.append(
            letters(
                c.look.label, (0.84 * w, 0.5 * h), dark, bend=bend + 0.002 * bool(bend), lines=2
            ).moved((0, 0, 0 if bend else -0.002))
        )
    else:
        emblem = _plate(0.36 * w, 0.34 * h, bend, 0.001, c.look.colour)
        parts += [emblem.moved((0, -0.12 * h, 0))]
        parts += [
            _plate(0.62 * w, 0.06 * h, bend, 0.001, dark).moved((0, (0.16 + 0.11 * k) * h, 0))
            for k in (0, 1)
        ]
    return join(parts)


def _plate(w: float, h: float, bend: float, over: float, colour: Colour) -> Mesh:
    """A thin sheet towards the front, flat or round a cylinder."""
    if not bend:
        return box((0, 0, -over), (w, h, 0.001), colour, surface="paper")
    across = np.linspace(-w / 2, w / 2, 9) / bend
    outer = np.stack([np.sin(across), -np.cos(across)], 1)
    ring = np.concatenate([outer * (bend + over + 0.0008), outer[::-1] * (bend + over - 0.001)])
    return extrude(ring, h, colour, surface="paper").turned(axis_turn("x", 90))


def _spire(n: Numbers, c: Coat) -> Mesh:
    """W H: a pyramid."""
    flat = [(0, 0), (n[0] / np.sqrt(2), 0), (0, n[1])]
    return lathe(flat, c.colour, segments=4, **c.finish).turned(axis_turn("y", 45))


def _beast(n: Numbers, c: Coat) -> Mesh:
    """See `beast`; the part's text is the material of the feet."""
    return beast(n, c.colour, material(c.text or "dark", c.look.colour)[0], c.look.phase)


def _fowl(n: Numbers, c: Coat) -> Mesh:
    """See `fowl`; the part's text is the material of beak and legs."""
    return fowl(n, c.colour, material(c.text or "orange", c.look.colour)[0], c.look.phase)


KINDS: dict[str, _Kind] = {
    "box": _box, "slab": _slab, "cyl": _cyl, "ball": _ball, "lathe": _lathe, "rod": _rod,
    "tube": _tube, "horn": _horn, "ring": _ring, "wheel": _wheel, "bike": _bike, "lump": _lump,
    "blobs": _blobs, "folds": _folds, "spire": _spire, "beast": _beast, "fowl": _fowl,
    "text": _text, "label": _label,
    "front": _outline("y0"),  # x and height, depth along z
    "side": _outline("y90"),  # z and height, depth along x
    "top": _outline("x90"),  # x and z, depth along the height
}  # fmt: skip
