"""Mesh primitives: boxes, ellipsoids and tapered cylinders as arrays of flat faces.

World axes as in a camera path: metres, x right, y down, z forward.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]
Vector = Sequence[float]
Colour = tuple[float, float, float]
# Ground colour at world x, z (each (P,), metres) seen from `distance` (P,): (P, 3) albedo.
GroundPaint = Callable[[Array, Array, Array], Array]


def floats(values: ArrayLike) -> Array:
    """Numbers as a float32 array, the precision of a layout."""
    return np.asarray(values, np.float32)


SET, SUBJECT = 0, 1  # owner of a face; the subject's faces give the subject's mask


@dataclass(frozen=True, eq=False)
class Mesh:
    """Faces with four corners each (a triangle repeats its last corner).

    Attributes:
        vertices: (V, 3) metres.
        faces: (N, 4) indices into `vertices`, counter-clockwise seen from outside.
        colour: (N, 3) albedo in [0, 1].
        glow: (N,) share of the colour that is emitted, 0 for ordinary surfaces.
        layer: (N,) painter's layer; lower layers are painted first whatever their distance.
        owner: (N,) `SET` or `SUBJECT`.
    """

    vertices: Array
    faces: NDArray[np.int32]
    colour: Array
    glow: Array
    layer: NDArray[np.int8]
    owner: NDArray[np.int8]

    def moved(self, offset: Vector, *, yaw_deg: float = 0.0, scale: float = 1.0) -> Mesh:
        """Scale, turn about the vertical, then move; positive turns a front at -z towards +x."""
        a = np.radians(yaw_deg)
        turn = np.array(
            [[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]], np.float32
        )
        moved = (self.vertices * np.float32(scale)) @ turn + np.asarray(offset, np.float32)
        return replace(self, vertices=moved)

    def painted_in(self, layer: int) -> Mesh:
        """The same faces in another painter's layer."""
        return replace(self, layer=np.full_like(self.layer, layer))

    def owned_by(self, owner: int) -> Mesh:
        """The same faces with another owner, `SET` or `SUBJECT`."""
        return replace(self, owner=np.full_like(self.owner, owner))


def join(meshes: Iterable[Mesh]) -> Mesh:
    """Concatenate meshes into one."""
    parts = list(meshes)
    starts = np.cumsum([0] + [len(m.vertices) for m in parts[:-1]])
    shifted = [replace(m, faces=m.faces + n) for m, n in zip(parts, starts, strict=True)]
    names = [field.name for field in fields(Mesh)]
    return Mesh(**{name: np.concatenate([getattr(m, name) for m in shifted]) for name in names})


def _mesh(vertices: Array, faces: NDArray[np.int32], colour: Vector, glow: float) -> Mesh:
    n = len(faces)
    return Mesh(
        vertices=vertices,
        faces=faces,
        colour=np.tile(np.asarray(colour, np.float32), (n, 1)),
        glow=np.full(n, glow, np.float32),
        layer=np.ones(n, np.int8),
        owner=np.zeros(n, np.int8),
    )


def _outward(vertices: Array, faces: NDArray[np.int32]) -> NDArray[np.int32]:
    """Turn the winding of every face of a convex solid round the origin outwards."""
    corner = vertices[faces]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    inward = (normal * corner.mean(axis=1)).sum(axis=1) < 0
    faces = faces.copy()
    faces[inward] = faces[inward][:, ::-1]
    # A reversed triangle repeats its first corner; the rasteriser takes its normal from the
    # first three, so turn it until the repeated corner is last again.
    triangle = faces[:, 0] == faces[:, 1]
    faces[triangle] = np.roll(faces[triangle], -1, axis=1)
    return faces


@cache
def _unit_box() -> tuple[Array, NDArray[np.int32]]:
    vertices = np.array(
        [[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)], np.float32
    )
    faces = np.array(
        [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]],
        np.int32,
    )
    return vertices, _outward(vertices, faces)


@cache
def _unit_sphere(rings: int, segments: int) -> tuple[Array, NDArray[np.int32]]:
    polar = np.linspace(0, np.pi, rings + 1)
    around = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    x, z = np.outer(np.sin(polar), np.cos(around)), np.outer(np.sin(polar), np.sin(around))
    y = np.outer(-np.cos(polar), np.ones(segments))
    vertices = np.stack([x, y, z], axis=-1).reshape(-1, 3).astype(np.float32)
    ring, here = np.meshgrid(np.arange(rings), np.arange(segments), indexing="ij")
    after, upper, lower = (here + 1) % segments, ring * segments, (ring + 1) * segments
    corners = [upper + here, upper + after, lower + after, lower + here]
    faces = np.stack(corners, axis=-1).reshape(-1, 4).astype(np.int32)
    first = ring.ravel() == 0  # at the upper pole two corners coincide: keep three distinct first
    faces[first] = faces[first][:, [0, 2, 3, 3]]
    return vertices, _outward(vertices, faces)


@cache
def _unit_frustum(segments: int, top: float) -> tuple[Array, NDArray[np.int32]]:
    """A round column from y = 0.5 (radius 1) up to y = -0.5 (radius `top`)."""
    around = np.linspace(0, 2 * np.pi, segments, endpoint=False) + np.pi / segments
    circle = np.stack([np.cos(around), np.zeros(segments), np.sin(around)], axis=-1)
    low = circle + np.array([0, 0.5, 0])
    high = circle * top - np.array([0, 0.5, 0])
    vertices = np.concatenate([low, high, [[0, 0.5, 0], [0, -0.5, 0]]]).astype(np.float32)
    here = np.arange(segments)
    after = (here + 1) % segments
    base, tip = np.full(segments, 2 * segments), np.full(segments, 2 * segments + 1)
    # The base edge comes first, so a cone's sides have three distinct corners to take a normal of.
    sides = np.stack([here, after, after + segments, here + segments], axis=-1)
    lids = [np.stack([here, after, base, base], axis=-1)]
    if top > 0:
        lids.append(np.stack([here + segments, after + segments, tip, tip], axis=-1))
    faces = np.concatenate([sides, *lids]).astype(np.int32)
    return vertices, _outward(vertices, faces)


def box(centre: Vector, size: Vector, colour: Vector, *, glow: float = 0.0) -> Mesh:
    """An upright box; `size` is its extent along x, y, z in metres."""
    vertices, faces = _unit_box()
    placed = vertices * np.asarray(size, np.float32) + np.asarray(centre, np.float32)
    return _mesh(placed, faces, colour, glow)


def ellipsoid(
    centre: Vector, radii: Vector, colour: Vector, *, rings: int = 7, segments: int = 12
) -> Mesh:
    """An ellipsoid with its radii along x, y, z in metres."""
    vertices, faces = _unit_sphere(rings, segments)
    placed = vertices * np.asarray(radii, np.float32) + np.asarray(centre, np.float32)
    return _mesh(placed, faces, colour, 0.0)


def limb(
    start: Vector,
    end: Vector,
    radius: float,
    colour: Vector,
    *,
    end_radius: float | None = None,
    segments: int = 8,
    glow: float = 0.0,
) -> Mesh:
    """A tapered cylinder from `start` (`radius`) to `end` (`end_radius`, default `radius`)."""
    taper = 1.0 if end_radius is None else end_radius / radius
    vertices, faces = _unit_frustum(segments, round(taper, 3))
    begin, finish = np.asarray(start, np.float64), np.asarray(end, np.float64)
    axis = begin - finish  # the frustum's y axis runs from its narrow end to its wide one
    length = float(np.linalg.norm(axis))
    y = axis / length
    helper = np.array([1.0, 0, 0]) if abs(y[0]) < 0.9 else np.array([0, 0, 1.0])
    x = np.cross(y, helper)
    x /= np.linalg.norm(x)
    z = np.cross(x, y)
    frame = np.stack([x * radius, y * length, z * radius]).astype(np.float32)
    placed = vertices @ frame + ((begin + finish) / 2).astype(np.float32)
    return _mesh(placed, faces, colour, glow)
