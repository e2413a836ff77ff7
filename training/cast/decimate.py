"""Reduction of a symmetric triangle mesh to a subset of its vertices, for several bodies at once.

Edges are collapsed onto one of their ends in the order of a quadric error that is summed over all
bodies, so weights and shapes of the vertices that remain hold without interpolation.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_SEAM_WEIGHT = 4.0


def reduce_half(
    bodies: Floats, faces: Ints, importance: Floats, seam: NDArray[np.bool_], goal: int,
    borders: Iterable[tuple[int, int]] = (),
) -> tuple[Ints, Ints]:  # fmt: skip
    """Faces (M, 3) of one half of a body, as few as `goal`, and which of the old they were.

    Args:
        bodies: (B, V, 3) shapes and poses whose errors count alike.
        faces: (N, 3) of one half.
        importance: (V,) factor of the error of a vertex.
        seam: (V,) vertices in the plane of symmetry; they stay on it.
        goal: Number of faces.
        borders: Edges between regions, which keep their line.
    """
    mesh = _Half(bodies, faces, importance, seam, borders)
    heap = [(*mesh.cost(a, b), a, b, 0, 0) for a, b in mesh.edges()]
    heapq.heapify(heap)
    while heap and mesh.alive > goal:
        _, keep, a, b, stamp_a, stamp_b = heapq.heappop(heap)
        if stamp_a != mesh.stamp[a] or stamp_b != mesh.stamp[b] or keep < 0:
            continue
        gone = a + b - keep
        if not mesh.may_collapse(gone, keep):
            continue
        mesh.collapse(gone, keep)
        for other in mesh.neighbours(keep):
            stamps = int(mesh.stamp[keep]), int(mesh.stamp[other])
            heapq.heappush(heap, (*mesh.cost(keep, other), keep, other, *stamps))
    alive = [index for index, face in enumerate(mesh.faces) if face is not None]
    return np.array([mesh.faces[index] for index in alive], np.int64), np.array(alive, np.int64)


class _Half:
    """The mesh while it is reduced."""

    def __init__(
        self, bodies: Floats, faces: Ints, importance: Floats, seam: NDArray[np.bool_],
        borders: Iterable[tuple[int, int]],
    ) -> None:  # fmt: skip
        self.bodies, self.importance, self.seam = bodies, importance, seam
        self.faces: list[tuple[int, int, int] | None] = [tuple(map(int, f)) for f in faces]
        count = bodies.shape[1]
        self.around: list[set[int]] = [set() for _ in range(count)]
        for index, face in enumerate(faces):
            for vertex in face:
                self.around[vertex].add(index)
        self.alive = len(faces)
        self.stamp = np.zeros(count, np.int64)
        self.quadrics = np.zeros((count, len(bodies), 4, 4))
        corners = bodies[:, faces]  # B, N, 3, 3
        normal = np.cross(corners[:, :, 1] - corners[:, :, 0], corners[:, :, 2] - corners[:, :, 0])
        double_area = np.linalg.norm(normal, axis=-1, keepdims=True)
        normal /= np.maximum(double_area, 1e-12)
        plane = np.concatenate([normal, -np.sum(normal * corners[:, :, 0], -1, keepdims=True)], -1)
        quadric = double_area[..., None] * plane[..., :, None] * plane[..., None, :]
        for corner in range(3):
            np.add.at(self.quadrics, faces[:, corner], quadric.transpose(1, 0, 2, 3))
        # Errors along a border: planes through its edges, upright on the surface.
        self.border: list[set[int]] = [set() for _ in range(count)]
        owner = {
            frozenset(e): n for n, f in enumerate(faces) for e in zip(f, np.roll(f, 1), strict=True)
        }
        for a, b in borders:
            self.border[a].add(b)
            self.border[b].add(a)
            n = normal[:, owner[frozenset((a, b))]]
            edge = bodies[:, b] - bodies[:, a]
            side = np.cross(edge, n)
            length = np.linalg.norm(side, axis=-1, keepdims=True)
            side /= np.maximum(length, 1e-12)
            p = np.concatenate([side, -np.sum(side * bodies[:, a], -1, keepdims=True)], -1)
            q = _SEAM_WEIGHT * length[..., None] ** 2 * p[..., :, None] * p[..., None, :]
            self.quadrics[a] += q
            self.quadrics[b] += q
        self.quadrics *= importance[:, None, None, None]

    def edges(self) -> list[tuple[int, int]]:
        pairs = {tuple(sorted((f[k], f[k - 1]))) for f in self.faces if f for k in range(3)}
        return sorted((int(a), int(b)) for a, b in pairs)

    def neighbours(self, vertex: int) -> list[int]:
        found = {v for index in self.around[vertex] for v in self.faces[index] or ()}
        return sorted(found - {vertex})

    def cost(self, a: int, b: int) -> tuple[float, int]:
        """Error of the cheaper collapse, and the end that stays; -1 if neither may go."""
        quadric = self.quadrics[a] + self.quadrics[b]
        best, keep = np.inf, -1
        for gone, stays in ((a, b), (b, a)):
            if self.seam[gone] and not self.seam[stays]:
                continue
            if self.border[gone] and stays not in self.border[gone]:
                continue
            p = np.append(self.bodies[:, stays], np.ones((len(self.bodies), 1)), 1)
            error = float(np.einsum("bi,bij,bj->", p, quadric, p))
            # A little for length: among flat triangles the compact ones stay.
            step = self.bodies[:, gone] - self.bodies[:, stays]
            length = float(np.einsum("bi,bi->", step, step))
            error += 2e-4 * length**2 * float(self.importance[gone])
            if error < best:
                best, keep = error, stays
        return best, keep

    def may_collapse(self, gone: int, keep: int) -> bool:
        shared = set(self.neighbours(gone)) & set(self.neighbours(keep))
        both = self.around[gone] & self.around[keep]
        if len(shared) != len(both):
            return False
        for index in self.around[gone] - both:
            face = self.faces[index]
            assert face is not None
            old = self.bodies[:, list(face)]
            new = self.bodies[:, [keep if v == gone else v for v in face]]
            n0 = np.cross(old[:, 1] - old[:, 0], old[:, 2] - old[:, 0])
            n1 = np.cross(new[:, 1] - new[:, 0], new[:, 2] - new[:, 0])
            size = np.linalg.norm(n0, axis=-1) * np.linalg.norm(n1, axis=-1)
            if np.any(np.sum(n0 * n1, -1) < 0.25 * size):
                return False
        return True

    def collapse(self, gone: int, keep: int) -> None:
        for index in sorted(self.around[gone]):
            face = self.faces[index]
            assert face is not None
            if keep in face:
                for vertex in face:
                    self.around[vertex].discard(index)
                self.faces[index] = None
                self.alive -= 1
            else:
                self.faces[index] = tuple(keep if v == gone else v for v in face)  # type: ignore[assignment]
                self.around[keep].add(index)
        self.around[gone].clear()
        self.quadrics[keep] += self.quadrics[gone]
        for other in self.border[gone]:
            self.border[other].discard(gone)
            if other != keep:
                self.border[other].add(keep)
                self.border[keep].add(other)
        self.border[gone].clear()
        self.stamp[gone] += 1
        self.stamp[keep] += 1
