"""Shells: parts of the body cut out along smooth lines and pushed out, as cloth, hair and shoes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.cast.body import Body, atlas
from storyboard.layout.cast.part import FigurePart, make_part
from storyboard.layout.cast.sheets import border_edges
from storyboard.layout.meshes import Array, Vector, floats, unit_rows, vertex_normals

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SkinCut:
    """The body's mesh where a field is positive; each vertex lies on an edge of the body.

    Attributes:
        ends: (V, 2) vertices of the body.
        share: (V,) how far it is from the first to the second.
        faces: (N, 3).
    """

    ends: Ints
    share: Array
    faces: Ints

    def take(self, values: Array) -> Array:
        """(V, ...) values of the body's vertices (W, ...) at the vertices of the cut."""
        share = self.share.reshape(-1, *([1] * (values.ndim - 1)))
        a, b = values[self.ends[:, 0]], values[self.ends[:, 1]]
        taken: Array = a + (b - a) * share
        return taken

    @cached_property
    def border(self) -> Ints:
        """(E, 2) edges of one face only, in the direction of that face."""
        return border_edges(self.faces, len(self.ends))

    @cached_property
    def edges(self) -> Ints:
        """(E, 2) all edges, once in each direction; on the border only those along it."""
        edges = np.concatenate([self.faces[:, [k, (k + 1) % 3]] for k in range(3)])
        edges = np.unique(np.concatenate([edges, edges[:, ::-1]]), axis=0)
        rim = np.zeros(len(self.ends), bool)
        rim[self.border] = True
        along = np.concatenate([self.border, self.border[:, ::-1]])
        return np.concatenate([edges[~rim[edges[:, 0]]], along])


def cut(field: Array) -> SkinCut:
    """Cut the body along the line where a field over its vertices is zero."""
    faces = atlas().faces.astype(np.int64)
    count = len(field)
    inside = field > 0
    number = inside[faces].sum(1)
    pieces = [faces[number == 3]]
    for wanted, state in ((1, True), (2, False)):  # the corner that is alone comes first
        some = faces[number == wanted]
        lone = np.argmax(inside[some] == state, axis=1)
        a, b, c = (some[np.arange(len(some)), (lone + k) % 3] for k in range(3))
        ab, ca = _edge_key(a, b, count), _edge_key(a, c, count)
        if state:
            pieces.append(np.stack([a, ab, ca], 1))
        else:
            pieces += [np.stack([ab, b, c], 1), np.stack([ab, c, ca], 1)]
    keys, index = np.unique(np.concatenate(pieces), return_inverse=True)
    crossing = keys >= count
    low = np.where(crossing, (keys - count) // count, keys)
    high = np.where(crossing, (keys - count) % count, keys)
    span = field[low] - field[high]
    share = np.where(crossing, field[low] / np.where(span == 0, 1, span), 0)
    share = np.where(crossing, np.clip(share, 0.03, 0.97), 0)
    return SkinCut(np.stack([low, high], 1), floats(share), index.reshape(-1, 3))


def _edge_key(a: Ints, b: Ints, count: int) -> Ints:
    key: Ints = np.minimum(a, b) * count + np.maximum(a, b) + count
    return key


def smooth(cut_: SkinCut, points: Array, rounds: int) -> Array:
    """Points (V, 3) of a cut drawn towards their neighbours, as cloth bridges hollows."""
    ends, count = cut_.edges, len(points)
    number = np.maximum(np.bincount(ends[:, 0], minlength=count), 1)[:, None]
    for _ in range(rounds):
        mean = np.stack(
            [np.bincount(ends[:, 0], points[ends[:, 1], k], count) for k in range(3)], 1
        )
        has_any = np.bincount(ends[:, 0], minlength=count)[:, None] > 0
        points = np.where(has_any, 0.45 * points + 0.55 * mean / number, points)
    return points


def shell(
    body: Body,
    field: Array,
    offset: float | Array,
    colour: Vector,
    *,
    rounds: int = 2,
    surface: str = "cloth",
    rim: bool = True,
    floor: float | None = None,
) -> FigurePart | None:
    """Where `field` (W,) over the body's vertices is positive, pushed out by `offset` metres.

    Args:
        body: At rest.
        field: Positive where the shell is.
        offset: One, or of each vertex of the body (W,).
        colour: Of the outside.
        rounds: Of smoothing.
        surface: Name of a surface.
        rim: Whether a strip joins the border to the skin.
        floor: y below which nothing hangs, for soles.
    """
    piece = cut(field)
    if not len(piece.faces):
        return None
    skin, normals = piece.take(body.points), unit_rows(piece.take(body.normals))
    amount = np.broadcast_to(np.asarray(offset, np.float64), len(body.points))
    push = piece.take(amount)[:, None]
    points = smooth(piece, skin + normals * push, rounds)
    height = np.sum((points - skin) * normals, 1, keepdims=True)
    if floor is None:
        points = points + normals * np.maximum(0.75 * push - height, 0)
    else:  # shoes bridge the toes
        points[:, 1] = np.minimum(points[:, 1], floor)
    faces = piece.faces
    weights, expressions = piece.take(atlas().weights), piece.take(body.expressions.swapaxes(0, 1))
    shading = vertex_normals(floats(points), faces.astype(np.int32))
    colours = np.tile(floats(colour), (len(faces), 1))
    if rim and len(piece.border):
        a, b = piece.border[:, 0], piece.border[:, 1]
        outer, inner = np.unique(piece.border), len(points)
        place = np.zeros(len(points), np.int64)
        place[outer] = np.arange(len(outer))
        edge, under = inner + place, inner + len(outer) + place
        points = np.concatenate([points, points[outer], (skin - 0.002 * normals)[outer]])
        strip = np.concatenate([np.stack([edge[b], edge[a], under[a]], 1),
                                np.stack([edge[b], under[a], under[b]], 1)])  # fmt: skip
        shading = np.concatenate(
            [shading, vertex_normals(floats(points), strip.astype(np.int32))[inner:]]
        )
        faces = np.concatenate([faces, strip])
        colours = np.concatenate([colours, np.tile(floats(colour) * 0.8, (len(strip), 1))])
        weights = np.concatenate([weights, weights[outer], weights[outer]])
        expressions = np.concatenate([expressions, expressions[outer], expressions[outer]])
    return make_part(
        points, faces, colours, weights, surface=surface, normals=shading,
        expressions=floats(expressions.swapaxes(0, 1)),
    )  # fmt: skip
