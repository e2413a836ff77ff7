"""Sheets: cloth and hair spanned between rings about the body."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.cast.part import FigurePart, make_part
from storyboard.layout.meshes import Array, Vector, floats, vertex_normals


def circle(count: int) -> Array:
    """(count, 2) directions x, z round a body, from the front over its left."""
    turn = np.arange(count) * (2 * np.pi / count)
    ways: Array = np.stack([np.sin(turn), -np.cos(turn)], 1)
    return ways


def hull(flat: Array, ways: Array, offset: Array | float = 0.0) -> Array:
    """(K,) distances from the origin, in K directions, to the convex hull of points (N, 2).

    `offset` (N,) moves the hull out.
    """
    support = (flat @ ways.T + np.reshape(offset, (-1, 1))).max(0)
    spread = ways @ ways.T
    reach: Array = np.where(spread > 0.2, support[None] / np.maximum(spread, 0.2), np.inf).min(1)
    return reach


def border_edges(faces: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """(E, 2) edges that one face only has, in its direction; `count` is the number of vertices."""
    edges = np.concatenate([faces[:, [k, (k + 1) % 3]] for k in range(3)])
    key = np.sort(edges, 1) @ [count, 1]
    _, first, number = np.unique(key, return_index=True, return_counts=True)
    border: NDArray[np.int64] = edges[first[number == 1]]
    return border


def sheet(
    rings: Array,
    thick: float,
    colour: Vector,
    weights: Array,
    *,
    closed: bool = False,
    surface: str = "cloth",
    columns: Array | None = None,
    keep: NDArray[np.bool_] | None = None,
) -> FigurePart:
    """Cloth between rings (R, K, 3), `thick` metres, with its edges; 0 has no inside.

    Args:
        rings: From one end to the other; the first one faces outwards.
        thick: Inwards.
        colour: Of the outside.
        weights: (R K, L) of the links.
        closed: Whether the last point of a ring joins the first.
        surface: Name of a surface.
        columns: (K,) factors of the colour.
        keep: (K,) which columns there are.
    """
    rows, count = rings.shape[:2]
    around = count if closed else count - 1
    row, here = np.divmod(np.arange((rows - 1) * around), around)
    if keep is not None:
        row, here = row[keep[here]], here[keep[here]]
    a, b = row * count + here, row * count + (here + 1) % count
    faces = np.concatenate([np.stack([a, a + count, b], 1), np.stack([b, a + count, b + count], 1)])
    points = rings.reshape(-1, 3)
    normals = vertex_normals(floats(points), faces.astype(np.int32))
    if np.sum(normals[:count] * (rings[0] - rings[0].mean(0))) < 0:
        faces, normals = faces[:, ::-1], -normals
    tint = floats(colour) * np.ones((len(faces), 1))
    if columns is not None:
        tint = tint * np.tile(columns[here], 2)[:, None]
    if thick:
        total, edge = len(points), border_edges(faces, len(points))
        a, b = edge[:, 0], edge[:, 1]
        strip = np.concatenate([np.stack([b, a, a + total], 1),
                                np.stack([b, a + total, b + total], 1)])  # fmt: skip
        faces = np.concatenate([faces, faces[:, ::-1] + total, strip])
        rim = np.tile(floats(colour) * 0.8, (len(strip), 1))
        tint = np.concatenate([tint, tint * 0.7, rim])
        points = np.concatenate([points, points - thick * normals])
        normals, weights = np.concatenate([normals, -normals]), np.concatenate([weights] * 2)
    return make_part(points, faces, np.minimum(tint, 1), weights, surface=surface, normals=normals)
