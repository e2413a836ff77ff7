"""Walls of a set: one-sided faces with openings, skirting, panels, frames, and ceilings.

Walls and ceilings are single faces whose normals point into the room, so that a renderer that
leaves out back faces lets a camera outside look in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from storyboard.layout.meshes import Array, Colour, Mesh, Vector, box, floats, from_triangles, join

Point = tuple[float, float]
Opening = tuple[float, float, float, float]  # along the wall from, to, height from, to


def quad(
    corner: Vector,
    along: Vector,
    up: Vector,
    colour: Vector,
    *,
    surface: str = "plain",
    glow: float = 0.0,
) -> Mesh:
    """A face spanned by two sides; visible from where `along` points right and `up` points up."""
    a, u, v = floats(corner), floats(along), floats(up)
    corners = np.stack([a, a + u, a + u + v, a + v])
    sides = [(0, 1, 2), (0, 2, 3)]
    return from_triangles(corners, sides, colour, smooth=False, surface=surface, glow=glow)


@dataclass(frozen=True)
class Side:
    """An upright plane on the plan, from its left end to its right end for who looks at it."""

    start: Point
    end: Point

    @property
    def length(self) -> float:
        """Metres from end to end."""
        return float(np.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1]))

    def point(self, along: float, height: float, out: float = 0.0) -> Array:
        """World point at `along` metres from the left end, `out` metres before the plane."""
        ux, uz = self._direction()
        x, z = self.start[0] + ux * along + uz * out, self.start[1] + uz * along - ux * out
        return floats([x, -height, z])

    def _direction(self) -> Point:
        length = max(self.length, 1e-9)
        return (self.end[0] - self.start[0]) / length, (self.end[1] - self.start[1]) / length

    @property
    def yaw_deg(self) -> float:
        """Facing of a thing that stands with its back to the plane."""
        ux, uz = self._direction()
        return float(np.degrees(np.arctan2(uz, ux)))

    def along(self, at: Point) -> tuple[float, float]:
        """Metres from the left end and metres before the plane, of a point of the plan."""
        ux, uz = self._direction()
        dx, dz = at[0] - self.start[0], at[1] - self.start[1]
        return dx * ux + dz * uz, dx * uz - dz * ux

    def face(
        self,
        area: Opening,
        colour: Vector,
        *,
        out: float = 0.0,
        surface: str = "plain",
        glow: float = 0.0,
    ) -> Mesh:
        """A rectangle of the plane."""
        first, last, low, high = area
        ux, uz = self._direction()
        corner, width = self.point(first, low, out), last - first
        return quad(
            corner, (ux * width, 0, uz * width), (0, low - high, 0), colour,
            surface=surface, glow=glow,
        )  # fmt: skip

    def block(
        self,
        area: Opening,
        depth: float,
        colour: Sequence[float],
        *,
        out: float = 0.0,
        surface: str = "plain",
        glow: float = 0.0,
    ) -> Mesh:
        """A box before the plane: a frame, a shelf, a beam; it is solid from all sides."""
        first, last, low, high = area
        size = (last - first, high - low, depth)
        shape = box((0, -(low + high) / 2, 0), size, colour, surface=surface, glow=glow)
        middle = self.point((first + last) / 2, 0.0, out + depth / 2)
        return shape.moved(middle, yaw_deg=self.yaw_deg)

    def grid(self, area: Opening, pitch: Point, width: float, colour: Vector) -> Iterator[Mesh]:
        """Thin joints of tiles or battens over a rectangle; a pitch of 0 leaves that way out."""
        first, last, low, high = area
        if pitch[0]:
            for at in np.arange(first + pitch[0], last - 0.01, pitch[0]):
                yield self.face((at - width / 2, at + width / 2, low, high), colour, out=0.004)
        if pitch[1]:
            for at in np.arange(low + pitch[1], high - 0.01, pitch[1]):
                yield self.face((first, last, at - width / 2, at + width / 2), colour, out=0.004)


def pierced(
    side: Side, bands: Sequence[tuple[float, float, Colour, str]], openings: Sequence[Opening] = ()
) -> Mesh:
    """A wall in horizontal bands (height from, to, colour, surface) with openings left out."""
    cuts = sorted({0.0, side.length, *(edge for each in openings for edge in each[:2])})
    parts = []
    for low, high, colour, surface in bands:
        for first, last in pairwise(cuts):
            middle = (first + last) / 2
            holes = sorted(o[2:] for o in openings if o[0] < middle < o[1])
            at = low
            for bottom, top in [*holes, (high, high)]:
                if min(bottom, high) > at + 1e-6:
                    area = (first, last, at, min(bottom, high))
                    parts.append(side.face(area, colour, surface=surface))
                at = max(at, top)
    return join(parts)


def room_sides(bounds: tuple[float, float, float, float]) -> tuple[Side, Side, Side, Side]:
    """The walls of a room: back, right, front, left."""
    x0, z0, x1, z1 = bounds
    corners = ((x0, z1), (x1, z1), (x1, z0), (x0, z0))
    back, right, front, left = (Side(corners[k], corners[(k + 1) % 4]) for k in range(4))
    return back, right, front, left


def ceiling(
    bounds: tuple[float, float, float, float],
    height: float,
    colour: Sequence[float],
    *,
    surface: str = "plaster",
    glow: float = 0.0,
) -> Mesh:
    """A horizontal face that is visible from below."""
    x0, z0, x1, z1 = bounds
    return quad(
        (x0, -height, z0), (0, 0, z1 - z0), (x1 - x0, 0, 0), colour, surface=surface, glow=glow
    )


def passage(side: Side, opening: Opening, beyond: Colour, deep: float = 1.3) -> Mesh:
    """What is behind a doorway: the jambs and the end of a passage."""
    first, last, _, high = opening
    jambs = ((first, 0.0, first, deep), (last, deep, last, 0.0))
    parts = [side.face((first, last, 0, high), beyond, out=-deep, surface="plaster")]
    for left, left_deep, right, right_deep in jambs:
        a, b = side.point(left, 0, -left_deep), side.point(right, 0, -right_deep)
        wall = Side((float(a[0]), float(a[2])), (float(b[0]), float(b[2])))
        parts.append(wall.face((0, deep, 0, high), beyond, surface="plaster"))
    corner = side.point(first, high, 0)
    inwards, across = side.point(first, high, -deep) - corner, side.point(last, high, 0) - corner
    parts.append(quad(corner, inwards, across, beyond, surface="plaster"))
    return join(parts)
