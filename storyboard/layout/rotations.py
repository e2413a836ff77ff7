"""Rotation matrices (3, 3) for column vectors: about axes, between frames, and blends of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from storyboard.layout.meshes import Array, Vector

X, Y, Z = np.eye(3)
UP, FRONT = -Y, -Z


def xyz(x: float, y: float, z: float) -> Array:
    """A vector."""
    return np.array([x, y, z])


def cross(a: Array, b: Array) -> Array:
    """Cross product of two vectors; `np.cross` takes ten times as long."""
    return xyz(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def norm(vector: Array) -> float:
    """Length of a vector."""
    return math.sqrt(float(vector @ vector))


def unit(vector: Vector) -> Array:
    """The vector at length 1."""
    v = np.asarray(vector, np.float64)
    return v / max(norm(v), 1e-9)


def about(axis: Vector, radians: float) -> Array:
    """Right-handed rotation about a unit axis."""
    x, y, z = axis.tolist() if isinstance(axis, np.ndarray) else axis
    s, c = math.sin(radians), math.cos(radians)
    t = 1 - c
    return np.array(
        [
            [c + x * x * t, x * y * t - z * s, x * z * t + y * s],
            [y * x * t + z * s, c + y * y * t, y * z * t - x * s],
            [z * x * t - y * s, z * y * t + x * s, c + z * z * t],
        ]
    )


def yaw(facing_deg: float) -> Array:
    """From the axes of who faces that way on the plan to the world's: 0 is -z, 90 is +x."""
    return about(Y, -math.radians(facing_deg))


def heading(x: float, z: float) -> float:
    """Facing in degrees of a direction on the plan: 0 is -z, 90 is +x."""
    return math.degrees(math.atan2(x, -z))


def about_x_z_y(a: float, b: float, c: float) -> Array:
    """Rotation about y by c, then about z by b, then about x by a, in radians."""
    sa, ca, sb, cb = math.sin(a), math.cos(a), math.sin(b), math.cos(b)
    sc, cc = math.sin(c), math.cos(c)
    p, q = sb * cc, sb * sc
    return np.array([
        [cb * cc, -sb, cb * sc],
        [ca * p + sa * sc, ca * cb, ca * q - sa * cc],
        [sa * p - ca * sc, sa * cb, sa * q + ca * cc],
    ])  # fmt: skip


def frame(y: Vector, x: Vector) -> Array:
    """Axes as columns: the second is `y`, the first is `x` made perpendicular to it."""
    # In plain numbers: arrays of three take five times as long.
    a, b, c = (float(v) for v in y)
    length = math.sqrt(a * a + b * b + c * c) or 1.0
    a, b, c = a / length, b / length, c / length
    for u, v, w in (x, (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)):
        along = u * a + v * b + w * c
        p, q, s = float(u - along * a), float(v - along * b), float(w - along * c)
        length = math.sqrt(p * p + q * q + s * s)
        if length > 1e-6:
            break
    p, q, s = p / length, q / length, s / length
    return np.array(
        [[p, a, q * c - s * b], [q, b, s * a - p * c], [s, c, p * b - q * a]], np.float64
    )


def facing(front: Vector, up: Vector = UP) -> Array:
    """The rotation that takes the front -z to `front`, and up as near to `up` as it can."""
    back = -unit(front)
    across = cross(-np.asarray(up, np.float64), back)
    if norm(across) < 1e-6:
        across = cross(X if abs(back[0]) < 0.9 else Z, back)
    x = unit(across)
    return np.stack([x, cross(back, x), back], axis=1)


def rotation_vector(matrix: Array) -> Array:
    """Axis times angle in radians, 0 to pi."""
    cosine = min(max((matrix[0, 0] + matrix[1, 1] + matrix[2, 2] - 1) / 2, -1.0), 1.0)
    angle = math.acos(cosine)
    v = np.array(
        [matrix[2, 1] - matrix[1, 2], matrix[0, 2] - matrix[2, 0], matrix[1, 0] - matrix[0, 1]]
    )
    if angle > math.pi - 1e-3:  # the antisymmetric part vanishes: take the axis of the symmetric
        column = (matrix + np.eye(3))[:, int(np.argmax(np.diag(matrix)))]
        axis = unit(column) * (1.0 if column @ v >= 0 else -1.0)
        return axis * angle
    return v * (0.5 if angle < 1e-6 else angle / (2 * math.sin(angle)))


def from_vector(vector: Array) -> Array:
    """The rotation of an axis times angle."""
    angle = norm(vector)
    return about(vector / max(angle, 1e-12), angle)


def share(matrix: Array, part: float) -> Array:
    """A part of a rotation: 0 none, 1 all of it."""
    return from_vector(rotation_vector(matrix) * part)


def between(a: Array, b: Array, part: float) -> Array:
    """On the shortest way from one rotation to another, 0 to 1."""
    return a @ share(a.T @ b, part)


def limited(matrix: Array, radians: float) -> Array:
    """The rotation, by no more than an angle."""
    vector = rotation_vector(matrix)
    angle = norm(vector)
    return matrix if angle <= radians else from_vector(vector * (radians / angle))


def twist_about(matrix: Array, axis: Array) -> float:
    """The angle, -pi to pi, that a rotation turns about an axis, its swing apart."""
    v = rotation_vector(matrix)
    half = norm(v) / 2
    along = math.sin(half) * float(unit(v) @ axis)
    angle = 2 * math.atan2(along, math.cos(half))
    return math.remainder(angle, 2 * math.pi)


def smooth(x: float) -> float:
    """Ease in and out: 0 below 0, 1 above 1."""
    t = min(max(x, 0.0), 1.0)
    return t * t * (3 - 2 * t)


def mixed(a: Sequence[float] | Array, b: Sequence[float] | Array, part: float) -> Array:
    """On the straight line from a to b."""
    first = np.asarray(a, np.float64)
    return first + (np.asarray(b, np.float64) - first) * part
