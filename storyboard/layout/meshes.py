"""Triangle meshes of the layout, their surfaces, and the primitives they are built of.

World axes as in a camera path: metres, x right, y down, z forward; the floor is y = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]
Vector = Sequence[float] | Array
Colour = tuple[float, float, float]
# Ground colour at world x, z (each (P,), metres) seen from `distance` (P,): (P, 3) albedo.
GroundPaint = Callable[[Array, Array, Array], Array]

SURFACES = (
    "plain", "skin", "hair", "cloth", "leather", "wood", "metal", "glass", "screen", "paper",
    "plastic", "plaster", "brick", "concrete", "stone", "tile", "carpet", "asphalt", "grass",
    "earth", "sand", "snow", "water", "leaf", "food", "eye",
)  # fmt: skip
"""Names of the surfaces; `Mesh.surface` holds indices. Glass is transparent."""
SURFACE = {name: index for index, name in enumerate(SURFACES)}
_BOX_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) / 2
_BOX_SIDES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
_BOX_FACES = np.array(_BOX_SIDES)[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
SET_OWNER = 0  # owner of the floor, walls and everything that is nobody's


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles with smooth or flat normals.

    Attributes:
        vertices: (V, 3) metres.
        normals: (V, 3) unit vectors, outwards; a hard edge has its vertices twice.
        faces: (N, 3) indices into `vertices`; cross(b - a, c - a) points outwards.
        colour: (N, 3) albedo, sRGB 0 to 1.
        glow: (N,) share of the colour that is emitted, 0 for ordinary surfaces.
        surface: (N,) index into `SURFACES`.
        owner: (N,) `SET_OWNER`, or the number of a player.
    """

    vertices: Array
    normals: Array
    faces: NDArray[np.int32]
    colour: Array
    glow: Array
    surface: NDArray[np.uint8]
    owner: NDArray[np.int32]

    def moved(
        self, offset: Vector = (0, 0, 0), *, yaw_deg: float = 0.0, scale: float | Vector = 1.0
    ) -> Mesh:
        """Scale, turn about the vertical, then move; positive turns a front at -z towards +x."""
        factors = np.broadcast_to(np.asarray(scale, np.float32), 3)
        turn = yaw_matrix(yaw_deg)
        vertices = (self.vertices * factors) @ turn + np.asarray(offset, np.float32)
        normals = unit_rows((self.normals / factors) @ turn)
        return replace(self, vertices=vertices, normals=normals)

    def turned(self, matrix: ArrayLike, about: Vector = (0, 0, 0)) -> Mesh:
        """Rotate by a (3, 3) matrix, for column vectors, about a point."""
        turn, centre = np.asarray(matrix, np.float32).T, np.asarray(about, np.float32)
        vertices = (self.vertices - centre) @ turn + centre
        return replace(self, vertices=vertices, normals=self.normals @ turn)

    def mirrored(self, axis: int) -> Mesh:
        """The mesh with one axis reversed; its faces still point outwards."""
        flip = np.ones(3, np.float32)
        flip[axis] = -1
        return replace(
            self, vertices=self.vertices * flip, normals=self.normals * flip,
            faces=self.faces[:, ::-1].copy(),
        )  # fmt: skip

    def owned_by(self, owner: int) -> Mesh:
        """The same faces with another owner."""
        return replace(self, owner=np.full_like(self.owner, owner))

    def coloured(self, colour: Vector) -> Mesh:
        """The same faces in one colour."""
        return replace(self, colour=np.tile(floats(colour), (len(self.faces), 1)))


def floats(values: ArrayLike) -> Array:
    """Numbers as a float32 array, the precision of a layout."""
    return np.asarray(values, np.float32)


def yaw_matrix(yaw_deg: float) -> Array:
    """(3, 3) for row vectors: positive turns a front at -z towards +x."""
    a = np.radians(yaw_deg)
    return floats([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])


def join(meshes: Iterable[Mesh]) -> Mesh:
    """Concatenate meshes into one; none give an empty mesh."""
    parts = list(meshes) or [from_triangles(np.zeros((0, 3)), np.zeros((0, 3), int), (1, 1, 1))]
    starts = np.cumsum([0] + [len(m.vertices) for m in parts[:-1]])
    shifted = [replace(m, faces=m.faces + n) for m, n in zip(parts, starts, strict=True)]
    names = [each.name for each in fields(Mesh)]
    return Mesh(**{name: np.concatenate([getattr(m, name) for m in shifted]) for name in names})


def from_triangles(
    vertices: ArrayLike,
    faces: ArrayLike,
    colour: ArrayLike,
    *,
    normals: ArrayLike | None = None,
    smooth: bool = True,
    surface: str = "plain",
    glow: float = 0.0,
) -> Mesh:
    """A mesh of triangles; colour is one or (N, 3).

    Without normals they are computed: smooth over shared vertices, or flat with own vertices.
    """
    points = floats(vertices).reshape(-1, 3)
    corners = np.asarray(faces, np.int32).reshape(-1, 3)
    if normals is None and not smooth:
        points = points[corners].reshape(-1, 3)
        corners = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
    count = len(corners)
    return Mesh(
        vertices=points,
        normals=vertex_normals(points, corners) if normals is None else floats(normals),
        faces=corners,
        colour=np.array(np.broadcast_to(floats(colour), (count, 3))),
        glow=np.full(count, glow, np.float32),
        surface=np.full(count, SURFACE[surface], np.uint8),
        owner=np.full(count, SET_OWNER, np.int32),
    )


def vertex_normals(vertices: Array, faces: NDArray[np.int32]) -> Array:
    """(V, 3) unit normals: of the faces round each vertex, weighted by area."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    total = np.zeros_like(vertices)
    for axis in range(3):
        for corner in range(3):
            total[:, axis] += np.bincount(
                faces[:, corner], normal[:, axis], minlength=len(vertices)
            ).astype(np.float32)
    return unit_rows(total)


def unit_rows(vectors: Array) -> Array:
    """The vectors (..., D) at length 1."""
    unit: Array = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return unit


def grid_faces(rows: int, columns: int, *, closed: bool = False) -> NDArray[np.int64]:
    """(N, 3) faces of a grid of vertices, row by row; closed: its last column meets the first."""
    row, here = np.divmod(np.arange((rows - 1) * (columns - 1 + closed)), columns - 1 + closed)
    a, b = row * columns + here, row * columns + (here + 1) % columns
    c, d = a + columns, b + columns
    return np.concatenate([np.stack([a, b, c], axis=1), np.stack([b, d, c], axis=1)])


def loft(
    rings: Array, normals: Array, colour: Vector, *, surface: str = "plain", glow: float = 0.0
) -> Mesh:
    """A tube through rings (R, K, 3) with their normals (R, K, 3); a ring may be a point."""
    vertices = rings.reshape(-1, 3)
    faces = grid_faces(*rings.shape[:2], closed=True)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    faces = faces[area > 1e-12]  # at a point one of two triangles has no area
    return from_triangles(
        vertices, faces, colour, normals=normals.reshape(-1, 3), surface=surface, glow=glow
    )


def box(
    centre: Vector, size: Vector, colour: Vector, *, surface: str = "plain", glow: float = 0.0
) -> Mesh:
    """An upright box; `size` is its extent along x, y, z in metres."""
    placed = _BOX_CORNERS * floats(size) + floats(centre)
    return from_triangles(placed, _BOX_FACES, colour, smooth=False, surface=surface, glow=glow)


def ellipsoid(
    centre: Vector,
    radii: Vector,
    colour: Vector,
    *,
    rings: int = 8,
    segments: int = 14,
    surface: str = "plain",
    glow: float = 0.0,
) -> Mesh:
    """A smooth ellipsoid with its radii along x, y, z in metres."""
    polar = np.linspace(0, np.pi, rings + 1)
    profile = np.stack([np.sin(polar), -np.cos(polar)], axis=1)  # from the bottom up
    ball = lathe(profile, colour, segments=segments, surface=surface, glow=glow)
    return ball.moved(centre, scale=radii)


def lathe(
    profile: ArrayLike,
    colour: Vector,
    *,
    segments: int = 16,
    surface: str = "plain",
    glow: float = 0.0,
    crease_deg: float = 40.0,
) -> Mesh:
    """A body of revolution about the vertical axis.

    Args:
        profile: (K, 2) radius and height over the floor, from the bottom up; a radius of 0 closes.
        colour: Of all faces.
        segments: Round the axis.
        surface: Name of a surface.
        glow: Share of the colour that is emitted.
        crease_deg: The outline keeps a hard edge where it turns by more.
    """
    points = floats(profile)
    steps = np.diff(points, axis=0)
    angle = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    hard = np.abs(np.diff(angle)) > np.radians(crease_deg)
    pieces, first = [], 0
    for k in [*(np.flatnonzero(hard) + 1), len(points) - 1]:
        pieces.append(points[first : k + 1])
        first = int(k)
    return join(_revolve(piece, colour, segments, surface, glow) for piece in pieces)


def _revolve(profile: Array, colour: Vector, segments: int, surface: str, glow: float) -> Mesh:
    around = np.arange(segments) * (2 * np.pi / segments)
    x = np.outer(profile[:, 0], np.cos(around))
    z = np.outer(profile[:, 0], np.sin(around))
    y = np.outer(-profile[:, 1], np.ones(segments))
    step = np.gradient(profile, axis=0)
    normal = np.stack(  # of the outline, for a profile from the bottom up
        [np.outer(step[:, 1], np.cos(around)), np.outer(step[:, 0], np.ones(segments)),
         np.outer(step[:, 1], np.sin(around))], axis=-1,
    )  # fmt: skip
    rings = np.stack([x, y, z], axis=-1)
    return loft(rings, unit_rows(floats(normal)), colour, surface=surface, glow=glow)


def limb(
    start: Vector,
    end: Vector,
    radius: float,
    colour: Vector,
    *,
    end_radius: float | None = None,
    segments: int = 10,
    surface: str = "plain",
    glow: float = 0.0,
) -> Mesh:
    """A round column with flat ends from `start` (`radius`) to `end` (`end_radius`)."""
    begin, finish = np.asarray(start, np.float64), np.asarray(end, np.float64)
    length = float(np.linalg.norm(finish - begin))
    last = radius if end_radius is None else end_radius
    profile = [(0, 0), (radius, 0), (last, length), (0, length)]
    column = lathe(profile, colour, segments=segments, surface=surface, glow=glow)
    up = (finish - begin) / length  # takes the column's own upward axis, (0, -1, 0)
    helper = np.array([1.0, 0, 0]) if abs(up[0]) < 0.9 else np.array([0, 0, 1.0])
    x = np.cross(up, helper)
    x /= np.linalg.norm(x)
    turn = np.stack([x, -up, np.cross(x, -up)], axis=1)
    placed = column.turned(turn)
    return placed.moved(begin)
