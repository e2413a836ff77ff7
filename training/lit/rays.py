"""Rays through the meshes of a frame, and the loops over what they hit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from storyboard.layout.meshes import Array, Mesh, floats
from storyboard.layout.render.compiled import compiled

_GROUND_M, _GROUND_DOWN = 900.0, 0.002  # what lies flat on the ground is over it
_FARTHEST = np.float32(1e8)
SIDE = 4  # pixels of a side of the pattern in which the directions of rays repeat
_ORDER = np.array([0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5])


@dataclass(frozen=True, eq=False)
class Hits:
    """Where rays (P,) end: face, or -1; distance in lengths of the ray; place on the face."""

    face: NDArray[np.int32]
    far: Array
    u: Array
    v: Array
    across: Array


class Tracer:
    """Rays through a mesh; its last two faces are the ground if there is one."""

    def __init__(self, mesh: Mesh, *, has_ground: bool) -> None:
        corners = floats(mesh.vertices)[mesh.faces]
        if has_ground:
            side = _GROUND_M * floats([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]])
            side[:, 1] = _GROUND_DOWN
            corners = np.concatenate([corners, side[[[0, 1, 2], [0, 2, 3]]]])
        if not len(corners):
            corners = np.full((1, 3, 3), 1e6, np.float32)
        self._scene = EmbreeScene()
        TriangleMesh(self._scene, np.ascontiguousarray(corners, np.float32))

    def first(self, origins: Array, rays: Array) -> Hits:
        """What rays (P, 3) hit first."""
        found: dict[str, Any] = self._scene.run(origins, rays, output=1)
        names = ("primID", "tfar", "u", "v", "Ng")
        return Hits(*(np.ascontiguousarray(found[name]) for name in names))

    def front(self, origins: Array, rays: Array) -> Hits:
        """What rays hit first of what is turned towards them: sets are open from behind."""
        hits, start = self.first(origins, rays), np.zeros(len(rays), np.float32)
        for _ in range(6):
            back = (hits.face >= 0) & ((hits.across * rays).sum(1) > 0)
            rows = np.flatnonzero(back)
            if not len(rows):
                break
            start[rows] = hits.far[rows] * np.float32(1.0001) + np.float32(1e-3)
            begun = origins[rows] + start[rows, None] * rays[rows]
            more = self.first(begun, rays[rows])
            hits.far[rows] = np.where(more.face >= 0, more.far + start[rows], _FARTHEST)
            for name in ("face", "u", "v", "across"):
                getattr(hits, name)[rows] = getattr(more, name)
        return hits

    def is_free(self, origins: Array, rays: Array, reach: float | Array = 1e7) -> Array:
        """1 where nothing is in the way over `reach` lengths of the ray, else 0, (P,)."""
        far = np.broadcast_to(np.float32(reach), len(rays)).astype(np.float32)
        return floats(self._scene.run(origins, rays, dists=far, query="OCCLUDED") < 0)


def pattern(count: int) -> Array:
    """(16, count, 2) points of the unit disc: each pixel of a 4 x 4 block has its own."""
    number = np.arange(count)[None] * SIDE**2 + _ORDER[:, None]
    radius = np.sqrt((number + 0.5) / (count * SIDE**2))
    angle = 2.399963 * number
    return floats(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1))


@compiled
def hemisphere(normal: Array, width: int, points: Array, out: Array) -> None:
    """Fill rays (P, K, 3) about normals (P, 3) of a picture, as dense as the cosine."""
    for n in range(len(normal)):
        which = (n // width) % 4 * 4 + n % width % 4
        x, y, z = normal[n, 0], normal[n, 1], normal[n, 2]
        sign = np.float32(1) if z >= 0 else np.float32(-1)
        a = np.float32(-1) / (sign + z)
        b = x * y * a
        for k in range(out.shape[1]):
            p, q = points[which, k, 0], points[which, k, 1]
            r = np.sqrt(max(np.float32(1e-4), np.float32(1) - p * p - q * q))
            out[n, k, 0] = p * (np.float32(1) + sign * x * x * a) + q * b + r * x
            out[n, k, 1] = p * sign * b + q * (sign + y * y * a) + r * y
            out[n, k, 2] = -p * sign * x - q * y + r * z


@compiled
def interpolate(  # noqa: C901 - one loop over points
    face: NDArray[np.int32], u: Array, v: Array, point: Array, rays: Array,
    faces: NDArray[np.int32], normals: Array, rest: Array, normal: Array, place: Array, flat: Array,
) -> None:  # fmt: skip
    """Fill normal, place at rest and face normal at rest (P, 3) of hits; others are the ground."""
    for n in range(len(face)):
        f = face[n]
        if f < 0 or f >= len(faces):
            for k in range(3):
                normal[n, k] = flat[n, k] = np.float32(-1) if k == 1 else np.float32(0)
                place[n, k] = point[n, k]
            continue
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        i, j, w = np.float32(1) - u[n] - v[n], u[n], v[n]
        along, square = np.float32(0), np.float32(1e-18)
        for k in range(3):
            normal[n, k] = i * normals[a, k] + j * normals[b, k] + w * normals[c, k]
            place[n, k] = i * rest[a, k] + j * rest[b, k] + w * rest[c, k]
            square += normal[n, k] * normal[n, k]
        scale = np.float32(1) / np.sqrt(square)
        for k in range(3):
            normal[n, k] *= scale
            along += normal[n, k] * rays[n, k]
        if along > 0:  # a smooth normal that turns away from the eye at the outline
            square = np.float32(1e-18)
            for k in range(3):
                square += rays[n, k] * rays[n, k]
            for k in range(3):
                normal[n, k] -= np.float32(1.02) * along / square * rays[n, k]
        total = np.float32(1e-18)
        for k in range(3):
            m, o = (k + 1) % 3, (k + 2) % 3
            flat[n, k] = (rest[b, m] - rest[a, m]) * (rest[c, o] - rest[a, o]) - (
                rest[b, o] - rest[a, o]
            ) * (rest[c, m] - rest[a, m])
            total += flat[n, k] * flat[n, k]
        for k in range(3):
            flat[n, k] /= np.sqrt(total)


@compiled
def even_out(  # noqa: C901 - one loop over pixels
    values: Array, point: Array, normal: Array, depth: Array, width: int, down: int, out: Array
) -> None:
    """Average (P, C) over 5 pixels of a row (`down` 0) or column that lie on one surface."""
    height = len(values) // width
    for row in range(height):
        for column in range(width):
            n = row * width + column
            limit = np.float32(0.012) * depth[n] + np.float32(0.004)
            total = np.float32(0)
            for c in range(values.shape[1]):
                out[n, c] = np.float32(0)
            for s in range(-2, 3):
                y, x = row + s * down, column + s * (1 - down)
                if not (0 <= y < height and 0 <= x < width):
                    continue
                m = y * width + x
                if not depth[m] < 1e6:
                    continue
                off, alike = np.float32(0), np.float32(0)
                for k in range(3):
                    off += (point[m, k] - point[n, k]) * normal[n, k]
                    alike += normal[m, k] * normal[n, k]
                weight = np.float32(0.5 if abs(s) == 2 else 1.0)
                if s != 0 and (abs(off) > limit or alike < 0.8):
                    continue
                total += weight
                for c in range(values.shape[1]):
                    out[n, c] += weight * values[m, c]
            for c in range(values.shape[1]):
                out[n, c] = out[n, c] / total if total > 0 else values[n, c]


@compiled
def spread(
    values: Array, point: Array, normal: Array, width: int, at: Array, its: Array, facing: Array,
    depth: Array, out: Array,
) -> None:  # fmt: skip
    """Fill (P, S, C) of samples from the 3 x 3 pixels round them, by plane and normal.

    values: (P, C). point, normal: (P, 3). at: (S, 2) place of a sample in its pixel. its, facing:
    (P, S, 3) point and normal of the samples, depth: (P, S).
    """
    height = len(values) // width
    for n in range(len(values)):
        row, column = n // width, n % width
        for s in range(len(at)):
            total = np.float32(0)
            for c in range(values.shape[1]):
                out[n, s, c] = np.float32(0)
            limit = np.float32(0.012) * depth[n, s] + np.float32(0.004)
            for y in range(max(row - 1, 0), min(row + 2, height)):
                for x in range(max(column - 1, 0), min(column + 2, width)):
                    m = y * width + x
                    off, alike = np.float32(0), np.float32(0)
                    for k in range(3):
                        off += (point[m, k] - its[n, s, k]) * facing[n, s, k]
                        alike += normal[m, k] * facing[n, s, k]
                    dx = np.float32(x - column + 0.5 - at[s, 0])
                    dy = np.float32(y - row + 0.5 - at[s, 1])
                    weight = max(np.float32(1.5) - abs(dx), np.float32(0.01))
                    weight *= max(np.float32(1.5) - abs(dy), np.float32(0.01))
                    weight *= max(alike, np.float32(0.02)) ** 4
                    if not abs(off) < limit:
                        weight *= np.float32(1e-5)
                    total += weight
                    for c in range(values.shape[1]):
                        out[n, s, c] += weight * values[m, c]
            for c in range(values.shape[1]):
                out[n, s, c] /= max(total, np.float32(1e-20))
