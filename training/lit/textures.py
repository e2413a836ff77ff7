"""Procedural surfaces: what noise at a point of an object does to its colour, normal and gloss.

Points are those of the object at rest, so that a texture moves with what it is on. Octaves finer
than a pixel's footprint are left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.meshes import SURFACE, SURFACES, Array, floats
from storyboard.layout.render.compiled import compiled, part

GROUND_SURFACE = len(SURFACES)
LAWN_SURFACE, WATER_SURFACE, FLOOR_SURFACE = (GROUND_SURFACE + k for k in (1, 2, 3))
# Of a surface: waves a metre and strength of patches, of grain, of bumps; grain along over across.
_LOOK = {
    "skin": (5, 0.06, 90, 0.05, 60, 0.06, 1), "hair": (18, 0.18, 260, 0.55, 160, 0.5, 0.05),
    "cloth": (2.5, 0.08, 330, 0.12, 11, 0.30, 0.5), "leather": (4, 0.12, 90, 0.12, 70, 0.16, 1),
    "wood": (1.2, 0.16, 42, 0.30, 40, 0.07, 0.05), "metal": (2, 0.07, 120, 0.05, 2, 0.02, 1),
    "paper": (3, 0.03, 60, 0.03, 20, 0.03, 1), "plastic": (2, 0.04, 80, 0.03, 30, 0.02, 1),
    "plaster": (0.9, 0.09, 45, 0.06, 38, 0.10, 1), "brick": (0.6, 0.12, 70, 0.16, 60, 0.22, 1),
    "concrete": (0.7, 0.18, 36, 0.14, 30, 0.12, 1), "stone": (1.6, 0.20, 30, 0.18, 24, 0.25, 1),
    "tile": (1.5, 0.06, 40, 0.04, 6, 0.03, 1), "carpet": (1.4, 0.08, 160, 0.22, 120, 0.30, 1),
    "asphalt": (0.5, 0.16, 90, 0.30, 70, 0.22, 1), "grass": (0.7, 0.25, 55, 0.45, 40, 0.5, 0.4),
    "earth": (0.8, 0.22, 30, 0.28, 22, 0.35, 1), "sand": (0.6, 0.10, 60, 0.14, 9, 0.20, 1),
    "snow": (0.5, 0.05, 20, 0.05, 5, 0.15, 1), "water": (0.3, 0.10, 3, 0.05, 5, 0.10, 1),
    "leaf": (2.5, 0.30, 40, 0.40, 30, 0.55, 1), "food": (9, 0.12, 120, 0.14, 60, 0.14, 1),
}  # fmt: skip
_GROUNDS = (
    (0.45, 0.14, 34, 0.22, 26, 0.12, 1), (0.7, 0.20, 48, 0.42, 34, 0.35, 1),
    (0.3, 0.08, 2.5, 0.05, 3.2, 0.10, 1), (0.8, 0.07, 40, 0.10, 30, 0.05, 1),
)  # fmt: skip
_PLAIN = (1.5, 0.05, 60, 0.05, 25, 0.05, 1)
LOOKS: Array = floats([*(_LOOK.get(name, _PLAIN) for name in SURFACES), *_GROUNDS])
_BRICK, _HAIR, _SKIN = SURFACE["brick"], SURFACE["hair"], SURFACE["skin"]
_BRICK_M, _COURSE_M, _JOINT_M = 0.235, 0.077, 0.006


@part
def _lattice(i: int, j: int, k: int) -> float:
    """A fixed random number of a point of the grid, -1 to 1."""
    h = np.uint32(i) * np.uint32(374761393) + np.uint32(j) * np.uint32(668265263)
    h = np.uint32(h + np.uint32(k) * np.uint32(2246822519))
    h = np.uint32((h ^ (h >> np.uint32(15))) * np.uint32(2246822519))
    h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(3266489917))
    return float(np.float32(h ^ (h >> np.uint32(16))) * np.float32(2.0 / 4294967296.0) - 1.0)


@part
def noise(x: float, y: float, z: float) -> float:
    """Smooth noise with a wavelength of about 2, -1 to 1."""
    i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    a, b, c = x - i, y - j, z - k
    a, b, c = a * a * (3 - 2 * a), b * b * (3 - 2 * b), c * c * (3 - 2 * c)
    low = (1 - a) * _lattice(i, j, k) + a * _lattice(i + 1, j, k)
    low = (1 - b) * low + b * ((1 - a) * _lattice(i, j + 1, k) + a * _lattice(i + 1, j + 1, k))
    top = (1 - a) * _lattice(i, j, k + 1) + a * _lattice(i + 1, j, k + 1)
    far = (1 - a) * _lattice(i, j + 1, k + 1) + a * _lattice(i + 1, j + 1, k + 1)
    return float((1 - c) * low + c * ((1 - b) * top + b * far))


@part
def octaves(x: float, y: float, z: float, waves: float, count: int, footprint: float) -> float:
    """Noise in octaves from `waves` a metre on, those that a pixel of that size resolves."""
    total, strength = 0.0, 0.6
    for _ in range(count):
        shown = min(max(0.7 / (waves * footprint) - 0.7, 0.0), 1.0)
        if shown <= 0:
            break
        total += strength * shown * noise(waves * x, waves * y + 7.3, waves * z - 3.1)
        strength, waves = strength * 0.55, waves * 2.03
    return total


@part
def _joint(u: float, v: float, footprint: float) -> tuple[float, float]:
    """Share of mortar at a place of a wall, and the tone of its brick."""
    row = np.floor(v / _COURSE_M)
    along = u / _BRICK_M + 0.5 * (row % 2)
    column = np.floor(along)
    across = abs(v / _COURSE_M - row - 0.5)
    edge = min((0.5 - abs(along - column - 0.5)) * _BRICK_M, (0.5 - across) * _COURSE_M)
    blur = max(footprint, 0.004)
    share = min(max(0.5 + (_JOINT_M - edge) / blur, 0.0), 1.0)
    fade = min(max(2.0 - footprint / 0.03, 0.0), 1.0)
    return 0.18 + fade * (share - 0.18), fade * _lattice(int(column), int(row), 5)


@compiled
def texture(
    rest: Array, flat: Array, surface: NDArray[np.uint8], footprint: Array, looks: Array,
    albedo: Array, normal: Array,
) -> None:  # fmt: skip
    """Change colour and normal of points in place.

    Args:
        rest: (P, 3) places on the objects at rest, metres.
        flat: (P, 3) normals of the faces at rest.
        surface: (P,) index into `LOOKS`.
        footprint: (P,) metres that a pixel covers.
        looks: `LOOKS`.
        albedo: (P, 3) linear.
        normal: (P, 3) unit vectors.
    """
    for n in range(len(rest)):
        s, foot = surface[n], float(footprint[n])
        x, y, z = float(rest[n, 0]), float(rest[n, 1]), float(rest[n, 2])
        up, aside = abs(flat[n, 1]) > 0.7, abs(flat[n, 0]) > abs(flat[n, 2])
        along = float(looks[s, 6])
        # Grain runs upright on upright faces and along x on level ones.
        gx, gy, gz = x, y, z
        if along != 1:
            gx, gy = (x * along, y) if up else (x, y * along)
        patch = octaves(x, y, z, looks[s, 0], 3, foot)
        grain = octaves(gx, gy, gz, looks[s, 2], 2, foot)
        tone = (1 + looks[s, 1] * patch) * (1 + looks[s, 3] * grain)
        warm = 0.25 * looks[s, 1] * noise(1.7 * x + 9, 1.7 * y, 1.7 * z)
        if s == _SKIN:
            warm += 0.10 * noise(14 * x, 14 * y, 14 * z)
        joint = 0.0
        if s == _BRICK and not up:
            joint, other = _joint(z if aside else x, y, foot)
            tone *= 1 + 0.25 * other
            warm += 0.10 * other
        tone = max(tone, 0.25)
        albedo[n, 0] *= tone * (1 + warm)
        albedo[n, 1] *= tone
        albedo[n, 2] *= tone * (1 - warm)
        for k in range(3):
            albedo[n, k] += 0.75 * joint * (0.34 - albedo[n, k])
        strength, waves = float(looks[s, 5]), float(looks[s, 4])
        shown = strength * min(max(0.7 / (waves * foot) - 0.5, 0.0), 1.0)
        if shown > 0.004:
            nx = normal[n, 0] + shown * noise(waves * gx, waves * gy, waves * gz)
            ny = normal[n, 1] + shown * noise(waves * gx + 31, waves * gy, waves * gz)
            nz = normal[n, 2] + shown * noise(waves * gx, waves * gy + 57, waves * gz)
            scale = 1 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-9)
            normal[n, 0], normal[n, 1], normal[n, 2] = nx * scale, ny * scale, nz * scale


@compiled
def clouds(rays: Array, out: Array) -> None:
    """Fill the share of cloud (P,) in the directions of rays (P, 3); y is down."""
    for n in range(len(rays)):
        up = -float(rays[n, 1])
        if up < 0.02:
            out[n] = 0.0
            continue
        x, z = float(rays[n, 0]) / (up + 0.12), float(rays[n, 2]) / (up + 0.12)
        thick = octaves(x, 3.0, z, 0.9, 4, 0.02 / (up + 0.05))
        out[n] = min(max(1.6 * thick - 0.05, 0.0), 1.0) * min(max(up / 0.12, 0.0), 1.0)
