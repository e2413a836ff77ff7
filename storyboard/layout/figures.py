"""Figures of the layout, each built of a few primitives.

Every builder takes a colour and the phase of the stride in radians, and returns a mesh standing on
y = 0 at the origin, facing the camera (-z), at its real size in metres.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from storyboard.layout.mesh import Colour, Mesh, box, ellipsoid, join, limb

FIGURE_HEIGHT_M = 1.75  # of a person

_SKIN: Colour = (0.78, 0.58, 0.46)
_DARK: Colour = (0.10, 0.10, 0.12)
_GLASS: Colour = (0.30, 0.38, 0.46)
_LAMP: Colour = (1.0, 0.90, 0.62)


def _shade(colour: Colour, by: float) -> Colour:
    return (colour[0] * by, colour[1] * by, colour[2] * by)


def person(colour: Colour, stride: float) -> Mesh:
    """A figure of 1.75 m in clothes of `colour`; `stride` in radians swings arms and legs."""
    swing = 0.42 * np.sin(stride)
    trousers = _shade(colour, 0.45)
    parts = [
        ellipsoid((0, -1.60, 0), (0.105, 0.135, 0.12), _SKIN, rings=8, segments=12),
        ellipsoid((0, -1.685, 0.045), (0.118, 0.092, 0.118), (0.16, 0.11, 0.08)),
        *(box((x, -1.615, -0.112), (0.032, 0.018, 0.02), _DARK) for x in (-0.042, 0.042)),
        box((0, -1.575, -0.122), (0.026, 0.05, 0.03), _shade(_SKIN, 0.9)),
        limb((0, -1.50, 0), (0, -1.40, 0), 0.055, _SKIN),
        limb((0, -0.88, 0), (0, -1.28, 0), 0.16, colour, end_radius=0.215, segments=10),
        ellipsoid((0, -1.30, 0), (0.235, 0.13, 0.13), colour),
    ]
    for side, sign in ((-1, 1), (1, -1)):
        reach = sign * swing
        hip, foot = (side * 0.095, -0.90, 0), (side * 0.10, -0.06, -0.55 * reach)
        knee = (side * 0.10, -0.48, -0.30 * reach - 0.03)
        parts += [
            limb(hip, knee, 0.095, trousers, end_radius=0.075),
            limb(knee, foot, 0.075, trousers, end_radius=0.055),
            box((side * 0.10, -0.04, -0.55 * reach - 0.05), (0.10, 0.08, 0.25), _DARK),
        ]
        shoulder, elbow = (side * 0.235, -1.33, 0), (side * 0.30, -1.06, 0.18 * reach)
        hand = (side * 0.29, -0.82, 0.42 * reach - 0.08)
        parts += [
            limb(shoulder, elbow, 0.068, colour, end_radius=0.055),
            limb(elbow, hand, 0.055, colour, end_radius=0.042),
            ellipsoid(hand, (0.05, 0.065, 0.05), _SKIN, rings=4, segments=6),
        ]
    return join(parts)


def robot(colour: Colour, stride: float) -> Mesh:
    """A boxy walking machine of 1.8 m."""
    swing = 0.3 * np.sin(stride)
    joint = _shade(colour, 0.4)
    parts = [
        box((0, -1.60, 0), (0.36, 0.32, 0.32), colour),
        *(box((x, -1.62, -0.165), (0.08, 0.06, 0.02), _LAMP, glow=1) for x in (-0.08, 0.08)),
        limb((0, -1.78, 0), (0, -1.92, 0), 0.02, joint),
        ellipsoid((0, -1.94, 0), (0.04, 0.04, 0.04), (0.85, 0.2, 0.15), rings=4, segments=6),
        box((0, -1.12, 0), (0.62, 0.58, 0.38), colour),
        box((0, -1.14, -0.195), (0.34, 0.24, 0.02), joint),
        box((0, -0.78, 0), (0.40, 0.12, 0.28), joint),
    ]
    for side, sign in ((-1, 1), (1, -1)):
        step = sign * swing
        parts += [
            box((side * 0.17, -0.42, -0.2 * step), (0.17, 0.62, 0.2), colour),
            box((side * 0.17, -0.06, -0.4 * step - 0.05), (0.22, 0.12, 0.38), joint),
            ellipsoid((side * 0.38, -1.32, 0), (0.10, 0.10, 0.10), joint, rings=5, segments=8),
            box((side * 0.41, -1.02, 0.25 * step), (0.14, 0.5, 0.16), colour),
            box((side * 0.41, -0.72, 0.4 * step), (0.15, 0.14, 0.17), joint),
        ]
    return join(parts)


def dog(colour: Colour, stride: float) -> Mesh:
    """A four-legged animal, shown from its side, nose to the left, 0.75 m at the head."""
    parts = [
        ellipsoid((0.05, -0.46, 0), (0.36, 0.15, 0.13), colour),
        limb((-0.28, -0.50, 0), (-0.42, -0.66, 0), 0.09, colour, end_radius=0.075),
        ellipsoid((-0.47, -0.70, 0), (0.13, 0.10, 0.09), colour),
        limb((-0.55, -0.68, 0), (-0.70, -0.65, 0), 0.055, colour, end_radius=0.035),
        ellipsoid((-0.70, -0.665, 0), (0.03, 0.03, 0.03), _DARK, rings=4, segments=6),
        limb((0.38, -0.52, 0), (0.56, -0.72, 0), 0.035, colour, end_radius=0.015),
    ]
    dark = _shade(colour, 0.6)
    for side in (-0.07, 0.07):
        ear, tip = (-0.44, -0.76, side), (-0.40, -0.88, side)
        parts.append(limb(ear, tip, 0.04, dark, end_radius=0.01))
        for x, lag in ((-0.2, 0.0), (0.3, np.pi)):
            reach = 0.14 * np.sin(stride + lag + (np.pi if side > 0 else 0))
            hip, foot = (x, -0.42, side), (x + reach, -0.02, side)
            parts.append(limb(hip, foot, 0.055, colour, end_radius=0.035))
    return join(parts)


def _wheels(length: float, width: float, radius: float) -> list[Mesh]:
    y, parts = -radius, []
    for x in (-0.31 * length, 0.31 * length):
        for z in (-width / 2, width / 2):
            parts.append(limb((x, y, z - 0.1), (x, y, z + 0.1), radius, _DARK, segments=14))
            hub = (0.6, 0.6, 0.62)
            parts.append(limb((x, y, z - 0.11), (x, y, z + 0.11), radius * 0.5, hub))
    return parts


def car(colour: Colour, stride: float) -> Mesh:
    """A saloon of 4.2 m, shown from its side, nose to the left."""
    roof = _shade(colour, 0.92)
    body = [
        box((0, -0.55, 0), (4.2, 0.50, 1.70), colour),
        box((-1.55, -0.78, 0), (1.0, 0.10, 1.6), colour),
        box((0.25, -1.05, 0), (2.1, 0.52, 1.50), _GLASS),
        box((0.25, -1.34, 0), (1.9, 0.09, 1.52), roof),
        *(box((x, -1.05, 0), (0.10, 0.52, 1.53), roof) for x in (-0.80, 0.22)),
        box((1.28, -1.05, 0), (0.12, 0.52, 1.53), roof),
        *(box((x, -0.34, 0), (0.10, 0.16, 1.72), _shade(colour, 0.4)) for x in (-2.12, 2.12)),
    ]
    for z in (-0.6, 0.6):
        body.append(box((-2.11, -0.62, z), (0.06, 0.14, 0.3), _LAMP, glow=1))
        body.append(box((2.11, -0.62, z), (0.06, 0.14, 0.3), (0.8, 0.1, 0.08), glow=1))
    return join(body + _wheels(4.2, 1.55, 0.34))


def truck(colour: Colour, stride: float) -> Mesh:
    """A box van of 5.4 m, shown from its side, nose to the left."""
    body = [
        box((0.75, -1.60, 0), (3.8, 2.0, 2.0), (0.86, 0.86, 0.84)),
        box((0.75, -0.56, 0), (3.9, 0.14, 1.9), _shade(colour, 0.4)),
        box((-1.95, -0.85, 0), (1.4, 0.95, 1.95), colour),
        box((-1.80, -1.60, 0), (1.1, 0.62, 1.85), _GLASS),
        box((-1.78, -1.95, 0), (1.16, 0.12, 1.92), colour),
        box((-1.25, -1.60, 0), (0.12, 0.64, 1.95), colour),
    ]
    for z in (-0.7, 0.7):
        body.append(box((-2.66, -0.75, z), (0.06, 0.18, 0.3), _LAMP, glow=1))
    return join(body + _wheels(5.4, 1.85, 0.42))


def bus(colour: Colour, stride: float) -> Mesh:
    """A tram or bus of 8 m, shown from its side, nose to the left."""
    body = [
        box((0, -0.95, 0), (8.0, 1.1, 2.2), colour),
        box((0, -2.55, 0), (8.0, 0.32, 2.2), (0.90, 0.88, 0.82)),
        box((0, -0.46, 0), (7.6, 0.12, 2.0), _DARK),
    ]
    # Pane by pane: the painter's algorithm sorts faces by their centres, and the centre of one long
    # pane is nearer than the pillars at its ends.
    pillars = np.linspace(-3.92, 3.92, 7)
    between, sides = (pillars[:-1] + pillars[1:]) / 2, (-1.03, 1.03)
    panes = [((x, 1.25), (z, 0.04)) for x in between for z in sides]
    panes += [((x, 0.04), (0, 1.9)) for x in (-3.97, 3.97)]
    for (x, length), (z, depth) in panes:
        body.append(box((x, -1.83, z), (length, 0.71, depth), _GLASS, glow=0.4))
        body.append(box((x, -2.31, z), (length, 0.25, depth), _LAMP, glow=0.9))
    body += [box((x, -1.95, z), (0.16, 0.95, 0.12), colour) for x in pillars for z in (-1.05, 1.05)]
    body += [box((-4.02, -0.85, z), (0.06, 0.2, 0.3), _LAMP, glow=1) for z in (-0.7, 0.7)]
    return join(body + _wheels(8.0, 2.0, 0.42))


def house(colour: Colour, stride: float) -> Mesh:
    """A house with a pitched roof, a door and windows, 5 m to the ridge."""
    roof = limb((0, -2.6, 0), (0, -4.6, 0), 4.0, (0.45, 0.20, 0.15), end_radius=0.02, segments=4)
    parts = [
        box((0, -1.3, 0), (4.8, 2.6, 4.6), colour),
        roof,
        box((0, -0.95, -2.32), (0.9, 1.9, 0.06), (0.33, 0.20, 0.12)),
        box((1.3, -4.0, 0.6), (0.5, 1.4, 0.5), (0.40, 0.25, 0.20)),
    ]
    for x in (-1.55, 1.55):
        pane = _LAMP if x > 0 else _GLASS
        parts.append(box((x, -1.55, -2.32), (0.95, 0.9, 0.06), pane, glow=0.9))
        parts.append(box((x, -1.55, -2.34), (0.06, 0.9, 0.06), (0.9, 0.9, 0.88)))
    for z in (-1.2, 1.2):
        parts.append(box((-2.42, -1.55, z), (0.06, 0.9, 0.9), _GLASS, glow=0.9))
        parts.append(box((2.42, -1.55, z), (0.06, 0.9, 0.9), _GLASS, glow=0.9))
    return join(parts)


def tower(colour: Colour, stride: float) -> Mesh:
    """A tower of 13 m with rows of windows."""
    parts = [
        box((0, -0.4, 0), (3.9, 0.8, 3.9), _shade(colour, 0.7)),
        box((0, -6.3, 0), (3.3, 11.0, 3.3), colour),
        box((0, -12.0, 0), (3.8, 0.5, 3.8), _shade(colour, 0.75)),
        limb((0, -12.2, 0), (0, -13.4, 0), 1.5, _shade(colour, 0.5), end_radius=0.02),
    ]
    for row in range(7):
        y = -1.9 - 1.4 * row
        for shift in (-0.85, 0.85):
            glow = 0.9 if (row + (shift > 0)) % 2 else 0.3
            parts.append(box((shift, y, -1.66), (0.75, 0.8, 0.05), _GLASS, glow=glow))
            parts.append(box((-1.66, y, shift), (0.05, 0.8, 0.75), _GLASS, glow=0.3))
            parts.append(box((1.66, y, shift), (0.05, 0.8, 0.75), _GLASS, glow=0.3))
    return join(parts)


def tree(colour: Colour, stride: float) -> Mesh:
    """A broad tree of 5 m; its crown takes the colour."""
    parts = [limb((0, 0, 0), (0, -2.2, 0), 0.26, (0.34, 0.22, 0.14), end_radius=0.16)]
    low = ((0, -3.5, 0, 1.5), (-0.9, -2.9, 0.2, 0.95), (0.95, -3.0, -0.1, 1.0))
    for x, y, z, radius in (*low, (0.1, -4.5, 0, 0.9)):
        parts.append(ellipsoid((x, y, z), (radius, radius * 0.85, radius), colour, rings=6))
    return join(parts)


def ball(colour: Colour, stride: float) -> Mesh:
    """A ball of 1 m with a band round it, resting on the ground."""
    band = ellipsoid((0, -0.5, 0), (0.506, 0.09, 0.506), _shade(colour, 0.45), rings=4, segments=20)
    return join([ellipsoid((0, -0.5, 0), (0.5, 0.5, 0.5), colour, rings=16, segments=28), band])


def crate(colour: Colour, stride: float) -> Mesh:
    """A crate of 1 m with battens."""
    edge = _shade(colour, 0.6)
    parts = [box((0, -0.5, 0), (1.0, 1.0, 1.0), colour)]
    for y in (-0.08, -0.92):
        parts.append(box((0, y, 0), (1.06, 0.12, 1.06), edge))
    for x in (-0.48, 0.48):
        for z in (-0.48, 0.48):
            parts.append(box((x, -0.5, z), (0.12, 1.0, 0.12), edge))
    return join(parts)


def bottle(colour: Colour, stride: float) -> Mesh:
    """A bottle of 1 m (scaled by the framing) with a label and a cap."""
    return join(
        [
            limb((0, 0, 0), (0, -0.62, 0), 0.19, colour, segments=16),
            limb((0, -0.62, 0), (0, -0.78, 0), 0.19, colour, end_radius=0.07, segments=16),
            limb((0, -0.78, 0), (0, -0.94, 0), 0.07, colour, segments=12),
            limb((0, -0.93, 0), (0, -1.02, 0), 0.082, _DARK, segments=12),
            limb((0, -0.16, 0), (0, -0.48, 0), 0.194, (0.93, 0.91, 0.86), segments=16),
        ]
    )


def boat(colour: Colour, stride: float) -> Mesh:
    """A small ship of 6 m, shown from its side, bow to the left."""
    return join(
        [
            box((0.3, -0.55, 0), (4.8, 0.9, 1.7), colour),
            limb((-2.1, -0.55, 0), (-3.2, -0.75, 0), 0.62, colour, end_radius=0.05, segments=4),
            box((0.3, -1.03, 0), (5.0, 0.10, 1.8), (0.9, 0.9, 0.88)),
            box((0.9, -1.55, 0), (1.7, 0.95, 1.2), (0.9, 0.9, 0.88)),
            box((0.9, -1.62, -0.62), (1.1, 0.4, 0.04), _GLASS, glow=0.8),
            limb((-0.7, -1.0, 0), (-0.7, -3.4, 0), 0.06, (0.4, 0.28, 0.18)),
            box((1.1, -2.3, 0), (0.4, 0.6, 0.4), (0.75, 0.2, 0.15)),
        ]
    )


FIGURES: Mapping[str, Callable[[Colour, float], Mesh]] = {
    "person": person,
    "robot": robot,
    "dog": dog,
    "car": car,
    "truck": truck,
    "bus": bus,
    "house": house,
    "tower": tower,
    "tree": tree,
    "ball": ball,
    "box": crate,
    "bottle": bottle,
    "boat": boat,
}
# Figures that are shown from a corner at rest, so that both front and side are visible.
REST_YAW_DEG: Mapping[str, float] = {
    "car": 28, "truck": 28, "bus": 24, "boat": 20, "dog": 15,
    "house": -24, "tower": -30, "box": -28,
}  # fmt: skip
VEHICLES = frozenset({"car", "truck", "bus", "boat"})


@cache
def framing_scale(figure: str) -> float:
    """Scale of a figure at which "medium shot" frames it as it would frame a person.

    Long figures are scaled by their length at 16:9, so that a full shot contains all of a bus.
    """
    mesh = FIGURES[figure]((0.5, 0.5, 0.5), 0.0)
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    width, height = float(high[0] - low[0]), float(high[1] - low[1])
    return FIGURE_HEIGHT_M / max(height, 0.62 * width)
