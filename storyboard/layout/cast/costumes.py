"""Masks, helmets, boxing gloves and what else hides a face or a hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.cast.accessories import HeadMeasures, Wardrobe
from storyboard.layout.cast.body import Body, atlas
from storyboard.layout.cast.part import solid
from storyboard.layout.cast.shells import shell
from storyboard.layout.cast.skinning import EYES, LINK
from storyboard.layout.meshes import (
    Array,
    Colour,
    Mesh,
    ellipsoid,
    floats,
    from_triangles,
    join,
    lathe,
    limb,
)

_Mask = NDArray[np.bool_]
_PutOn = Callable[[Wardrobe, Body, Colour], None]


def _mask(field: Callable[[Array], Array], thick: float, *, hides_hair: bool) -> _PutOn:
    """Cloth over the head where a field of the places (V, 3) from between the eyes is positive."""

    def put_on(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
        shared = atlas()
        area = field(shared.points - shared.joints[EYES].mean(0))
        area = np.where(shared.level < 5.9, -1, area)
        part = shell(body, area, thick, colour, rounds=2)
        wardrobe.parts += [part] if part else []
        wardrobe.covered = np.maximum(wardrobe.covered, area - 0.25)
        wardrobe.hood = wardrobe.hood or hides_hair

    return put_on


def _around_eyes(p: Array) -> Array:
    """All but a slit at the eyes."""
    x, y, z = np.abs(p[:, 0]), p[:, 1], p[:, 2]
    area: Array = np.max([(np.abs(y + 0.002) - 0.021) * 40, (x - 0.052) * 30, (z - 0.04) * 25], 0)
    return area


def _below_eyes(p: Array) -> Array:
    """Nose, mouth and chin."""
    x, y, z = np.abs(p[:, 0]), p[:, 1], p[:, 2]
    sides = [(y - 0.022) * 30, (0.118 - y) * 30, (0.066 - x) * 25, (0.05 - z) * 25]
    area: Array = np.min(sides, 0)
    return area


def _window(mesh: Mesh, degrees: float, low: float, high: float) -> _Mask:
    """Faces of a lathe within degrees to each side of the front, between two of its heights."""
    corners = mesh.vertices[mesh.faces]
    turn = np.degrees(np.arctan2(np.abs(corners[..., 0]), -corners[..., 2])).max(1)
    rise = -corners[..., 1]
    inside: _Mask = (turn < degrees) & (rise.min(1) > low - 1e-6) & (rise.max(1) < high + 1e-6)
    return inside


def _opened(mesh: Mesh, keep: _Mask, colour: Colour, surface: str) -> Mesh:
    """The faces of a mesh that are kept, visible from both sides."""
    faces = mesh.faces[keep]
    sides = (faces, faces[:, ::-1])
    return join(from_triangles(mesh.vertices, side, colour, surface=surface) for side in sides)


def _knight_helmet(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    """A steel helmet to the neck, open before the face, with a crest."""
    head = HeadMeasures.of(body, 0.0)
    unit = head.height
    outline = [(1.25, -1.25), (1.22, -0.9), (1.26, -0.5), (1.3, 0.3), (1.14, 0.72), (0.6, 1.08),
               (0, 1.16)]  # fmt: skip
    bowl = lathe([(r, h * unit) for r, h in outline], colour, segments=28, crease_deg=50)
    is_face = _window(bowl, 48, -0.9 * unit, 0.3 * unit)
    scale = (head.half[0], 1, head.half[1])
    bowl = _opened(bowl, ~is_face, colour, "metal").moved(head.centre, scale=scale)
    crest = ellipsoid(head.centre - floats([0, unit, 0]), unit * floats([0.06, 0.3, 1.1]),
                      floats(colour) * 0.7, surface="metal")  # fmt: skip
    wardrobe.parts.append(solid(join([bowl, crest]), "head"))
    wardrobe.hood = True


def _riot_helmet(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    """A helmet with a clear visor before the face."""
    head = HeadMeasures.of(body, 0.22)
    unit, scale = head.height, (head.half[0], 1, head.half[1])
    outline = [(1.34, -0.62), (1.32, -0.1), (1.28, 0.4), (1.06, 0.85), (0.55, 1.1), (0, 1.16)]
    bowl = lathe([(r, h * unit) for r, h in outline], colour, segments=28, crease_deg=50)
    bowl = _opened(bowl, ~_window(bowl, 65, -unit, -0.1 * unit), colour, "plastic")
    visor = lathe([(1.44, -1.25 * unit), (1.42, 0.1 * unit)], colour, segments=28)
    visor = _opened(visor, _window(visor, 66, -2 * unit, unit), (0.75, 0.82, 0.88), "glass")
    meshes = [mesh.moved(head.centre, scale=scale) for mesh in (bowl, visor)]
    wardrobe.parts.append(solid(join(meshes), "head"))
    wardrobe.hood = True


def _boxing_gloves(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    for side in "LR":
        hand, fingers = (body.joints[LINK[f"{name}.{side}"]] for name in ("hand", "fingers"))
        along = fingers - hand
        size = float(np.linalg.norm(along))
        fist = ellipsoid(hand + 1.0 * along, [0.62 * size] * 3, colour, surface="leather")
        cuff = limb(hand - 0.45 * along, hand + 0.55 * along, 0.4 * size, floats(colour) * 0.9,
                    end_radius=0.5 * size, surface="leather")  # fmt: skip
        band = limb(hand - 0.6 * along, hand - 0.35 * along, 0.44 * size, (0.9, 0.9, 0.88))
        wardrobe.parts.append(solid(join([fist, cuff, band]), f"hand.{side}"))
    wardrobe.covered = np.maximum(wardrobe.covered, (atlas().arm - 2.02) * 4)


def _headphones(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    head = HeadMeasures.of(body, -0.12)
    unit, side = head.height, float(head.half[0])
    turn = np.radians(np.linspace(-90, 90, 13))
    arc = np.stack([np.sin(turn) * (side + 0.12 * unit), -np.cos(turn) * 1.22 * unit, 0 * turn], 1)
    arc = arc + head.centre
    meshes = [
        limb(a, b, 0.07 * unit, colour, segments=6, surface="plastic") for a, b in pairwise(arc)
    ]
    for sign in (1, -1):
        at = head.centre + floats([sign * (side + 0.06 * unit), 0, 0])
        meshes.append(ellipsoid(at, unit * floats([0.17, 0.38, 0.32]), colour, surface="plastic"))
    wardrobe.parts.append(solid(join(meshes), "head"))


def _clown_nose(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    shared = atlas()
    front = np.flatnonzero((shared.level > 6.6) & (np.abs(shared.points[:, 0]) < 0.02))
    tip = body.points[front[np.argmin(shared.points[front, 2])]]
    unit = HeadMeasures.of(body, 0.0).height
    ball = ellipsoid(tip, [0.19 * unit] * 3, colour, surface="plastic")
    wardrobe.parts.append(solid(ball, "head"))


COSTUMES: Mapping[str, _PutOn] = {
    "balaclava": _mask(_around_eyes, 0.007, hides_hair=True),
    "surgical mask": _mask(_below_eyes, 0.012, hides_hair=False),
    "knight helmet": _knight_helmet, "riot helmet": _riot_helmet,
    "boxing gloves": _boxing_gloves, "headphones": _headphones, "clown nose": _clown_nose,
}  # fmt: skip
"""What puts on each kind of costume."""
