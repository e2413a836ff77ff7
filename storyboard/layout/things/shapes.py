"""Shapes of models beyond the primitives: extruded outlines, tubes, tori, lumps and folded cloth.

Outlines are pairs of two coordinates; heights in them point up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from storyboard.layout.meshes import (
    Array,
    Colour,
    Mesh,
    ellipsoid,
    floats,
    from_triangles,
    grid_faces,
    join,
    loft,
    unit_rows,
)

_TUBE = 6  # sides of a torus
_CREASE = np.cos(np.radians(38.0))  # a corner of an outline that turns by more stays hard


def axis_turn(axis: str, angle_deg: float) -> Array:
    """(3, 3) for column vectors: x leans a top back, y turns a front to +x, z leans a top to +x."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return floats(
        {
            "x": [[1, 0, 0], [0, c, s], [0, -s, c]],
            "y": [[c, 0, -s], [0, 1, 0], [s, 0, c]],
            "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
        }[axis]
    )


def rounded(width: float, height: float, radius: float, steps: int = 3) -> Array:
    """Outline of a rectangle round the origin with round corners."""
    radius = min(radius, width / 2 - 1e-6, height / 2 - 1e-6)
    turns = np.radians(np.linspace(0, 90, steps + 1))
    arc = radius * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    corner = np.array([width / 2 - radius, height / 2 - radius])
    quarter = arc + corner
    turn = np.array([[0, 1], [-1, 0]])
    corners = [quarter, (arc @ turn) + corner * [-1, 1], -quarter, (arc @ -turn) + corner * [1, -1]]
    return floats(np.concatenate(corners))


def extrude(
    outline: ArrayLike,
    depth: float,
    colour: Colour,
    *,
    bevel: float = 0.0,
    surface: str = "plain",
    glow: float = 0.0,
) -> Mesh:
    """A simple outline (K, 2) of x and height, also a concave one, over z from -depth/2 to depth/2.

    A bevel rounds the rim of both ends; corners that turn by less than 38 degrees are smooth.
    """
    flat = np.asarray(outline, np.float64)
    following = np.roll(flat, -1, axis=0)
    if np.sum(flat[:, 0] * following[:, 1] - flat[:, 1] * following[:, 0]) < 0:
        flat = flat[::-1]
    edges = unit_rows(np.roll(flat, -1, axis=0) - flat)
    normal = np.stack([edges[:, 1], -edges[:, 0]], axis=1)  # of the edge from each point
    before = np.roll(normal, 1, axis=0)
    mean = unit_rows(before + normal)
    inset = flat - bevel * mean / np.maximum(np.sum(mean * normal, axis=1, keepdims=True), 0.5)
    smooth = np.sum(before * normal, axis=1) > _CREASE
    first = np.where(smooth[:, None], mean, normal)
    ends = np.roll(smooth, -1)
    last = np.where(ends[:, None], np.roll(mean, -1, axis=0), normal)
    half = depth / 2
    rings = [(inset, -half, -1.0), (flat, bevel - half, 0.0)] if bevel else [(flat, -half, 0.0)]
    rings += [(f, -z, -n) for f, z, n in reversed(rings)]
    points: list[Array] = []
    normals: list[Array] = []
    faces: list[Array] = []
    for ring, z, facing in rings:
        for at, side in ((ring, first), (np.roll(ring, -1, axis=0), last)):
            points.append(np.column_stack([at[:, 0], -at[:, 1], np.full(len(at), z)]))
            steep = np.column_stack([side[:, 0], -side[:, 1], np.full(len(at), 2.0 * facing)])
            normals.append(unit_rows(steep))
    count, k = len(flat), np.arange(len(flat))
    for ring in range(len(rings) - 1):
        a, b = k + 2 * ring * count, k + (2 * ring + 1) * count
        c, d = a + 2 * count, b + 2 * count
        faces += [np.stack([a, c, b], axis=1), np.stack([b, c, d], axis=1)]
    cap = _triangulated(inset)
    start = len(points) * count
    for (ring, z, _), facing in ((rings[0], -1.0), (rings[-1], 1.0)):
        points.append(np.column_stack([ring[:, 0], -ring[:, 1], np.full(count, z)]))
        normals.append(np.tile([0.0, 0.0, facing], (count, 1)))
        faces.append((cap if facing < 0 else cap[:, ::-1]) + start)
        start += count
    return from_triangles(
        np.concatenate(points), np.concatenate(faces), colour,
        normals=np.concatenate(normals), surface=surface, glow=glow,
    )  # fmt: skip


def _cross(a: Array, b: Array, c: Array) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def _triangulated(outline: Array) -> Array:
    """(K - 2, 3) triangles of a counter-clockwise outline, by cutting ears."""
    left, faces = list(range(len(outline))), []
    while len(left) > 3:
        for n in range(len(left)):
            a, b, c = left[n - 1], left[n], left[(n + 1) % len(left)]
            corner = [outline[k] for k in (a, b, c)]
            if _cross(*corner) <= 1e-12:
                continue
            inside = any(
                all(_cross(corner[e], corner[e - 2], outline[p]) > -1e-12 for e in range(3))
                for p in left
                if p not in (a, b, c)
            )
            if not inside:
                break
        faces.append((left[n - 1], left[n], left[(n + 1) % len(left)]))
        del left[n]
    return np.array([*faces, tuple(left)])


def sweep(
    points: ArrayLike,
    radii: ArrayLike,
    colour: Colour,
    *,
    segments: int = 8,
    steps: int = 3,
    surface: str = "plain",
    glow: float = 0.0,
) -> Mesh:
    """A round tube through points (K, 3) in world axes with a radius at each, its ends closed.

    Between two points the line is curved in `steps` steps.
    """
    line: Array = np.asarray(points, np.float64)
    wide: Array = np.broadcast_to(np.asarray(radii, np.float64), len(line))
    if len(line) > 2 and steps > 1:
        line, wide = curve(line, steps), curve(wide[:, None], steps)[:, 0]
    along = unit_rows(np.gradient(line, axis=0))
    side = np.cross(along[0], np.eye(3)[np.argmin(np.abs(along).max(axis=0))])
    turn = np.arange(segments) * 2 * np.pi / segments
    rings, normals = [], []
    for at, direction, radius in zip(line, along, wide, strict=True):
        side = side - direction * (side @ direction)  # carried along without a twist
        side /= np.linalg.norm(side)
        across = np.cross(direction, side)
        spokes = np.outer(np.cos(turn), side) + np.outer(np.sin(turn), across)
        rings.append(at + radius * spokes)
        normals.append(spokes)
    rings = [np.tile(line[0], (segments, 1)), *rings, np.tile(line[-1], (segments, 1))]
    normals = [np.tile(-along[0], (segments, 1)), *normals, np.tile(along[-1], (segments, 1))]
    return loft(np.stack(rings), np.stack(normals), colour, surface=surface, glow=glow)


def curve(values: Array, steps: int) -> Array:
    """A Catmull-Rom curve through (K, D) values, `steps` points for each of them but the last."""
    padded = np.concatenate([values[:1] * 2 - values[1:2], values, values[-1:] * 2 - values[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        pieces.append(
            b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
        )
    return np.concatenate([*pieces, values[-1:]])


def torus(
    radius: float, thick: float, colour: Colour, *, segments: int = 16, surface: str = "plain",
    glow: float = 0.0,
) -> Mesh:  # fmt: skip
    """A ring round the vertical axis at the origin."""
    around, across = (np.arange(n) * 2 * np.pi / n for n in (segments, _TUBE))
    u, v = np.meshgrid(around, across, indexing="ij")
    normal = np.stack([np.cos(v) * np.cos(u), np.sin(v), np.cos(v) * np.sin(u)], -1).reshape(-1, 3)
    centre = radius * np.stack([np.cos(u), 0 * u, np.sin(u)], -1).reshape(-1, 3)
    faces = grid_faces(segments + 1, _TUBE, closed=True) % len(normal)
    return from_triangles(
        centre + thick * normal, faces, colour, normals=normal, surface=surface, glow=glow
    )


def lump(
    radii: ArrayLike, rough: float, colour: Colour, seed: int, *, rings: int = 7,
    surface: str = "plain", glow: float = 0.0,
) -> Mesh:  # fmt: skip
    """A ball with waves of `rough` of its radius, flat-shaded from 0.12 on: stone, foliage."""
    ball = ellipsoid((0, 0, 0), (1, 1, 1), colour, rings=rings, segments=rings + 3)
    rng = np.random.default_rng(seed)
    waves, shifts = rng.normal(size=(5, 3)) * 2.2, rng.uniform(0, 6, 5)
    grown = 1 + rough * np.sin(ball.vertices @ waves.T + shifts).sum(axis=1) / 2
    points = ball.vertices * grown[:, None] * floats(radii)
    points, welded = np.unique(np.round(points, 6), axis=0, return_inverse=True)
    faces = welded.reshape(-1)[ball.faces]
    faces = faces[[len(set(f)) == 3 for f in faces.tolist()]]
    return from_triangles(points, faces, colour, smooth=rough < 0.12, surface=surface, glow=glow)


def folds(
    width: float, height: float, depth: float, count: int, colour: Colour, *,
    surface: str = "plain", glow: float = 0.0,
) -> Mesh:  # fmt: skip
    """Cloth that hangs in `count` folds, from the height 0 up, both sides."""
    x = np.linspace(-0.5, 0.5, count * 6 + 1)
    z = np.cos(x * count * 2 * np.pi) * depth / 2
    slope = -np.sin(x * count * 2 * np.pi) * depth * count * np.pi / width
    normal = np.stack([slope, 0 * x, -np.ones_like(x)], 1) / np.sqrt(1 + slope**2)[:, None]
    rows = [np.stack([x * width, np.full_like(x, -h), z], 1) for h in (0.0, height)]
    front = grid_faces(2, len(x))
    sides = [
        from_triangles(
            np.concatenate(rows) + np.array([0, 0, shift]),
            f,
            colour,
            normals=np.tile(m, (2, 1)),
            surface=surface,
            glow=glow,
        )
        for f, m, shift in ((front, normal, -0.002), (front[:, ::-1], -normal, 0.002))
    ]
    return join(sides)
