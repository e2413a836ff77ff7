"""Visibility: which triangle is nearest at each of several samples of a pixel.

A triangle is set up in homogeneous pixel coordinates: its three edges, the near plane and the
inverse depth are linear in the pixel, so nothing is clipped and common edges meet without a gap.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.render.compiled import compiled, part

Array = NDArray[np.floating[Any]]
Ints = NDArray[np.int32]

# Where the samples of a pixel lie, one a row: 4 rows of a rotated grid; its centre.
PICTURE_SAMPLES = np.array([0.375, 0.875, 0.125, 0.625])
CENTRE_SAMPLE = np.array([0.5])
GROUND, SKY = -1, -2  # instead of the number of a triangle
_GROUND_BACK = 1 - 2e-4  # what lies flat on the ground is in front of it
_ONE, _LEAST = np.float32(1), np.float32(1e-18)
_BEYOND = 1e30
_FLAT = 1e-9  # an edge that rises less over its length is level


class Triangles(NamedTuple):
    """N triangles turned towards the viewer, ready to be filled.

    Attributes:
        face: (N,) index of the mesh's face.
        edges: (N, 6, 2) slope and start of up to three bounds on the left, then on the right: the
            edges that are not level, and the near plane.
        inverse: (N, 3, 3); times (x, y, 1) the corners' weights over depth.
        value: (N, 3); times (x, y, 1) the value compared: the greatest is in front.
        rows: (N, 2) first and last sample row, exclusive.
    """

    face: Ints
    edges: Array
    inverse: Array
    value: Array
    rows: Ints


@part
def _set_edge(edges: Array, rows: Ints, a: float, b: float, c: float, samples: int) -> None:
    """Store the half plane a x + b y + c >= 0 as a left or right bound, or narrow the rows."""
    if abs(a) > _FLAT * abs(b) and a != 0:
        k = 0 if a > 0 else 3
        while abs(edges[k, 1]) < _BEYOND:
            k += 1
        edges[k, 0], edges[k, 1] = -b / a, -c / a
    elif b > 0:
        rows[0] = max(rows[0], np.int32(np.ceil(-c / b * samples - 0.5)))
    elif b < 0:
        rows[1] = min(rows[1], np.int32(np.ceil(-c / b * samples - 0.5)))


@part
def _invert(inverse: Array, a: Array, b: Array, c: Array) -> float:
    """Fill the rows with minus the cross products of the corners; returns their determinant."""
    for k in range(3):
        m, n = (k + 1) % 3, (k + 2) % 3
        inverse[0, k] = c[m] * b[n] - c[n] * b[m]
        inverse[1, k] = a[m] * c[n] - a[n] * c[m]
        inverse[2, k] = b[m] * a[n] - b[n] * a[m]
    return float(-(a[0] * inverse[0, 0] + a[1] * inverse[0, 1] + a[2] * inverse[0, 2]))


@part
def _bound_rows(
    rows: Ints, a: Array, b: Array, c: Array, columns: int, lines: int, samples: int, near: float
) -> bool:
    """Fill first and last sample row of a triangle; False if it is outside the picture."""
    rows[0], rows[1] = 0, lines * samples
    if min(a[2], b[2], c[2]) < near:
        return bool(max(a[2], b[2], c[2]) > near)
    x0, x1, x2 = a[0] / a[2], b[0] / b[2], c[0] / c[2]
    if max(x0, x1, x2) <= 0 or min(x0, x1, x2) >= columns:
        return False
    y0, y1, y2 = a[1] / a[2], b[1] / b[2], c[1] / c[2]
    top, low = max(min(y0, y1, y2), 0.0), min(max(y0, y1, y2), float(lines))
    rows[0] = np.int32(np.ceil(top * samples - 0.5))
    rows[1] = np.int32(np.ceil(low * samples - 0.5))
    return bool(rows[1] > rows[0])


@part
def _set_up(
    corners: Array, depth: Array, faces: Ints, columns: int, lines: int, samples: int,
    near: float, face: Ints, edges: Array, inverse: Array, value: Array, rows: Ints,
) -> int:  # fmt: skip
    count = 0
    for n in range(len(faces)):
        a, b, c = corners[faces[n, 0]], corners[faces[n, 1]], corners[faces[n, 2]]
        if not _bound_rows(rows[count], a, b, c, columns, lines, samples, near):
            continue
        determinant = _invert(inverse[count], a, b, c)
        if determinant > -1e-12:  # seen from behind, or edge on
            continue
        solved, planes = inverse[count], edges[count]
        planes[:, 0], planes[:3, 1], planes[3:, 1] = 0.0, -_BEYOND, _BEYOND
        for k in range(3):
            _set_edge(planes, rows[count], solved[k, 0], solved[k, 1], solved[k, 2], samples)
        for k in range(3):
            total = 0.0
            for m in range(3):
                solved[m, k] /= -determinant
                total += solved[m, k] * depth[faces[n, m]]
            value[count, k] = total
        x, y, z = value[count]
        if min(a[2], b[2], c[2]) < near:
            _set_edge(planes, rows[count], -x, -y, 1.0 / near - z, samples)
        face[count] = n
        count += rows[count, 1] > rows[count, 0]
    return count


def set_up(
    corners: Array, depth: Array, faces: Ints, size: tuple[int, int], samples: int, near: float
) -> Triangles:
    """Triangles towards the viewer that may be in the picture.

    Args:
        corners: (V, 3) vertices times the camera: x and y over z are pixels.
        depth: (V,) value to compare at each vertex, times its z: 1 for perspective.
        faces: (M, 3).
        size: Width and height in pixels.
        samples: Rows of samples a pixel.
        near: Smallest z.
    """
    faces = np.ascontiguousarray(faces, np.int32)
    count = len(faces)
    face, rows = np.empty(count + 1, np.int32), np.empty((count + 1, 2), np.int32)
    edges, inverse = np.empty((count + 1, 6, 2)), np.empty((count + 1, 3, 3))
    value = np.empty((count + 1, 3))
    n = _set_up(
        corners, depth, faces, size[0], size[1], samples, near, face, edges, inverse, value, rows
    )
    return Triangles(face[:n], edges[:n], inverse[:n], value[:n], rows[:n])


@compiled
def fill(
    chosen: Ints, triangles: Triangles, first: int, offsets: Array, front: Array, number: Ints
) -> None:
    """Fill chosen triangles into rows of samples; at equal depth the first stays.

    Args:
        chosen: Indices of triangles.
        triangles: All of them.
        first: Sample row of the picture that is row 0 of the buffers.
        offsets: (S,) of the samples in a pixel, one a row.
        front: (R, W) greatest value so far.
        number: (R, W) index of the triangle there.
    """
    scale, widest, lines = 1.0 / len(offsets), float(front.shape[1]), len(front)
    edges, value, rows = triangles.edges, triangles.value, triangles.rows
    for t in chosen:
        a, b, c = edges[t, 0, 0], edges[t, 1, 0], edges[t, 2, 0]
        i, j, k = edges[t, 0, 1], edges[t, 1, 1], edges[t, 2, 1]
        d, e, f = edges[t, 3, 0], edges[t, 4, 0], edges[t, 5, 0]
        p, q, r = edges[t, 3, 1], edges[t, 4, 1], edges[t, 5, 1]
        x_value, y_value, z_value = value[t, 0], value[t, 1], value[t, 2]
        x_step = np.float32(x_value)
        begin_row, end_row = max(rows[t, 0] - first, 0), min(rows[t, 1] - first, lines)
        which = (begin_row + first) % len(offsets)
        for row in range(begin_row, end_row):
            y, offset = (row + first + 0.5) * scale, offsets[which]
            which = which + 1 if which + 1 < len(offsets) else 0
            left = max(max(a * y + i, b * y + j), c * y + k) - offset
            right = min(min(d * y + p, e * y + q), f * y + r) - offset
            begin, end = int(np.ceil(max(left, 0.0))), int(np.ceil(min(right, widest)))
            if begin >= end:
                continue
            start = np.float32(x_value * (begin + offset) + y_value * y + z_value)
            nearest, numbers = front[row, begin:end], number[row, begin:end]
            for x in range(end - begin):  # without a branch, so that it becomes vectors
                here, before = start + x_step * np.float32(x), nearest[x]
                nearest[x] = here if here > before else before
                numbers[x] = t if here > before else numbers[x]


@compiled
def _sort_into_bands(rows: Ints, band: int, fills: int, starts: Ints, items: Ints) -> None:
    if not fills:
        starts[:] = 0
    for n in range(len(rows)):
        for b in range(rows[n, 0] // band, (rows[n, 1] - 1) // band + 1):
            if fills:
                items[starts[b]] = n
            starts[b if fills else b + 1] += 1


def bands(rows: Ints, band: int, total: int) -> list[Ints]:
    """Indices of the triangles in each band of `band` sample rows, in their order."""
    starts = np.zeros(-(-total // band) + 1, np.int32)
    _sort_into_bands(rows, band, 0, starts, np.empty(0, np.int32))
    starts = np.cumsum(starts, dtype=np.int32)
    items = np.empty(starts[-1], np.int32)
    _sort_into_bands(rows, band, 1, starts.copy(), items)
    return [items[a:b] for a, b in pairwise(starts)]


@compiled
def clear(front: Array, number: Ints, first: int, offsets: Array, ground: Array) -> None:
    """Begin rows of samples with the ground, whose value is linear in the pixel, and the sky."""
    samples = len(offsets)
    for row in range(len(front)):
        y = (row + first + 0.5) / samples
        start = ground[0] * offsets[(row + first) % samples] + ground[1] * y + ground[2]
        for x in range(front.shape[1]):
            value = (start + ground[0] * x) * _GROUND_BACK
            front[row, x] = max(value, 0.0)
            number[row, x] = GROUND if value > 0 else SKY


# Loops over pixels pass numbers, not parts of arrays: a part costs more than the arithmetic.
@part
def weigh(inverse: Array, n: int, x: float, y: float) -> tuple[float, float, float, float]:
    """A triangle's weights of its corners at a pixel position, and its depth."""
    a = inverse[n, 0, 0] * x + inverse[n, 0, 1] * y + inverse[n, 0, 2]
    b = inverse[n, 1, 0] * x + inverse[n, 1, 1] * y + inverse[n, 1, 2]
    c = inverse[n, 2, 0] * x + inverse[n, 2, 1] * y + inverse[n, 2, 2]
    total = a + b + c
    depth = 1.0 / total
    return a * depth, b * depth, c * depth, depth


@part
def _at_centre(
    a: int, b: int, c: int, d: int, inverse: Array, ground: Array, x: float, y: float
) -> int:
    """What is nearest at the centre of a pixel, of what its samples have hit."""
    best, found = np.inf, b
    for number in (a, b, c, d):
        depth, least = 1e9, 0.0
        if number == GROUND:
            depth = 1.0 / max(ground[0] * x + ground[1] * y + ground[2], 1e-9)
        elif number >= 0:
            u, v, w, depth = weigh(inverse, number, x, y)
            least = min(u, v, w)
        if least >= 0 and 0 < depth < best:
            best, found = depth, number
    return found


@part
def blend_normal(
    normals: Array, faces: Ints, f: int, u: float, v: float, w: float
) -> tuple[float, float, float]:
    """The unit normal at weights of a face's corners."""
    a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
    i, j, k = np.float32(u), np.float32(v), np.float32(w)
    x = i * normals[a, 0] + j * normals[b, 0] + k * normals[c, 0]
    y = i * normals[a, 1] + j * normals[b, 1] + k * normals[c, 1]
    z = i * normals[a, 2] + j * normals[b, 2] + k * normals[c, 2]
    scale = _ONE / np.sqrt(max(x * x + y * y + z * z, _LEAST))
    return x * scale, y * scale, z * scale


@part
def _in_front(hits: Ints, panes: Ints, owners: Ints, row: int, column: int) -> int:
    """What counts at a sample: a player's glass, or the triangle behind."""
    if len(panes) and owners[panes[row, column]] > 0:
        return int(panes[row, column])
    return int(hits[row, column])


@compiled
def resolve(
    hits: Ints, panes: Ints, first: int, last: int, triangles: Triangles, owners: Ints,
    normals: Array, faces: Ints, ground: Array, first_new: int, owner: Ints, depth: Array,
    normal: Array, soil: NDArray[np.bool_], moved: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Fill what rows of pixels show at their centres; glass counts unless it is the set's.

    hits, panes: (4 H, W) triangles at rows of samples, and the glass before them or (0, W).
    owners: of each triangle, then of the sky and the ground. normals, faces: of the mesh. ground:
    (3,) its plane. first_new: pixels that show no triangle from there on stay as they are, if it
    is not 0. owner, depth, normal, soil, moved: (H, W) to fill; soil is whether ground shows,
    moved whether the pixel shows such a triangle.
    """
    inverse, face = triangles.inverse, triangles.face
    for row in range(first, last):
        for column in range(owner.shape[1]):
            is_new = first_new == 0
            for s in range(4 * row, 4 * row + 4 * (not is_new)):
                is_new |= hits[s, column] >= first_new
                is_new |= len(panes) > 0 and panes[s, column] >= first_new
            moved[row, column] = is_new
            if not is_new:
                continue
            a = _in_front(hits, panes, owners, 4 * row, column)
            b = _in_front(hits, panes, owners, 4 * row + 1, column)
            c = _in_front(hits, panes, owners, 4 * row + 2, column)
            d = _in_front(hits, panes, owners, 4 * row + 3, column)
            found, x, y = a, column + 0.5, row + 0.5
            soil[row, column] = hits[4 * row, column] == GROUND
            if a != b or a != c or a != d:
                found = _at_centre(a, b, c, d, inverse, ground, x, y)
            for s in range(1, 4):
                soil[row, column] |= hits[4 * row + s, column] == GROUND
            owner[row, column] = owners[found]
            nx, ny, nz = 0.0, 0.0, 0.0
            far = np.inf
            if found >= 0:
                u, v, w, far = weigh(inverse, found, x, y)
                nx, ny, nz = blend_normal(normals, faces, face[found], u, v, w)
            elif found == GROUND:
                ny, far = -1.0, 1.0 / max(ground[0] * x + ground[1] * y + ground[2], 1e-9)
            depth[row, column] = far
            normal[row, column, 0] = nx
            normal[row, column, 1] = ny
            normal[row, column, 2] = nz


@compiled
def cover(hits: Ints, panes: Ints, owners: Ints, owner: int, out: NDArray[np.uint8]) -> None:
    """Fill how much of each pixel (H, W) an owner covers; see `resolve`."""
    for row in range(len(out)):
        for column in range(out.shape[1]):
            count = 0
            for s in range(4):
                front = _in_front(hits, panes, owners, 4 * row + s, column)
                count += owners[front] == owner
            out[row, column] = (count * 255 + 2) // 4


@compiled
def locate_ground(
    soil: NDArray[np.bool_], first: int, last: int, starts: Ints, sight: Array, ground: Array,
    position: Array, out: Array,
) -> None:  # fmt: skip
    """Fill world x, z and distance (3, P) of the ground in each pixel of rows that shows it."""
    for row in range(first, last):
        spot = starts[row] - starts[first]
        for column in range(soil.shape[1]):
            if not soil[row, column]:
                continue
            x, y = column + 0.5, row + 0.5
            depth = 1.0 / max(ground[0] * x + ground[1] * y + ground[2], 1e-4)
            i = depth * (sight[0, 0] * x + sight[0, 1] * y + sight[0, 2])
            j = depth * (sight[1, 0] * x + sight[1, 1] * y + sight[1, 2])
            k = depth * (sight[2, 0] * x + sight[2, 1] * y + sight[2, 2])
            out[0, spot] = position[0] + i
            out[1, spot] = position[2] + k
            out[2, spot] = np.sqrt(i * i + j * j + k * k)
            spot += 1
