"""Trees, bushes, rocks, hills, mountains and skylines: scenery in few triangles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from storyboard.layout.meshes import (
    Colour,
    Mesh,
    box,
    ellipsoid,
    floats,
    from_triangles,
    join,
    lathe,
    limb,
)
from storyboard.layout.places.walls import Side
from storyboard.layout.things.shapes import lump

Random = np.random.Generator
BARK: Colour = (0.30, 0.22, 0.15)


def toned(colour: Sequence[float], random: Random, spread: float = 0.06) -> Colour:
    """The colour, a little lighter or darker and warmer or cooler."""
    light, warm = random.uniform(-spread, spread), random.uniform(-spread, spread) / 2
    red, green, blue = colour
    near = np.clip((red + light + warm, green + light, blue + light - warm), 0.02, 0.98)
    return float(near[0]), float(near[1]), float(near[2])


def broadleaf(random: Random, height: float = 6.0, leaf: Colour = (0.23, 0.41, 0.17)) -> Mesh:
    """A deciduous tree: a trunk and a crown of clumps."""
    parts = [limb((0, 0, 0), (0, -0.6 * height, 0), 0.035 * height, BARK,
                  end_radius=0.02 * height, segments=5, surface="wood")]  # fmt: skip
    for k in range(4):
        turn = 2 * np.pi * (k / 3 + random.uniform(-0.08, 0.08))
        out = 0.0 if k == 3 else 0.17 * height
        up = (0.80 if k == 3 else random.uniform(0.55, 0.66)) * height
        radius = random.uniform(0.18, 0.23) * height
        middle = (out * np.cos(turn), -up, out * np.sin(turn))
        radii, tone = (radius, 0.85 * radius, radius), toned(leaf, random, 0.035)
        parts.append(ellipsoid(middle, radii, tone, rings=4, segments=6, surface="leaf"))
    return join(parts)


def conifer(random: Random, height: float = 7.0, leaf: Colour = (0.12, 0.26, 0.15)) -> Mesh:
    """A spruce: a trunk and four skirts."""
    parts = [limb((0, 0, 0), (0, -0.2 * height, 0), 0.03 * height, BARK, segments=5,
                  surface="wood")]  # fmt: skip
    for low, wide in ((0.16, 0.21), (0.36, 0.17), (0.56, 0.125), (0.75, 0.08)):
        top = height * min(low + 0.34, 1.0)
        cone = [(0, low * height), (wide * height, low * height), (0, top)]
        parts.append(lathe(cone, toned(leaf, random, 0.03), segments=7, surface="leaf"))
    return join(parts)


def snowy(random: Random, height: float = 7.0) -> Mesh:
    """A spruce with snow on it."""
    tree = conifer(random, height, (0.30, 0.40, 0.36))
    cone = [(0.14 * height, 0.56 * height), (0, 1.01 * height)]
    return join([tree, lathe(cone, (0.92, 0.94, 0.97), segments=7, surface="snow")])


def palm(random: Random, height: float = 6.0) -> Mesh:
    """A palm: a leaning trunk and drooping fronds."""
    lean = float(random.uniform(0.3, 1.0))
    top = (lean, -height, 0.0)
    parts = [limb((0, 0, 0), top, 0.16, (0.46, 0.36, 0.25), end_radius=0.1, segments=7,
                  surface="wood")]  # fmt: skip
    for turn in np.arange(9) * (2 * np.pi / 9) + random.uniform(0, 0.6):
        c, s = np.cos(turn), np.sin(turn)
        spine = [(0.0, 0.0), (0.8, 0.32), (1.7, 0.1), (2.3, -0.7)]
        left, right = [], []
        for (out, up), wide in zip(spine, (0.05, 0.26, 0.22, 0.02), strict=True):
            x, z = top[0] + out * c, out * s
            left.append((x - wide * s, -height - up, z + wide * c))
            right.append((x + wide * s, -height - up, z - wide * c))
        faces = [f for k in range(3) for f in ((k, k + 1, 5 + k), (k, 5 + k, 4 + k))]
        both = faces + [f[::-1] for f in faces]
        tone = toned((0.22, 0.38, 0.14), random, 0.03)
        parts.append(from_triangles(left + right, both, tone, smooth=False, surface="leaf"))
    return join(parts)


def bush(random: Random, size: float = 1.0, leaf: Colour = (0.24, 0.36, 0.16)) -> Mesh:
    """A rounded shrub."""
    parts = [
        ellipsoid(
            (float(random.uniform(-0.3, 0.3)) * size, -0.35 * size, k * 0.2 * size),
            (0.5 * size, 0.45 * size, 0.45 * size), toned(leaf, random, 0.04),
            rings=4, segments=7, surface="leaf",
        )
        for k in (-1, 1)
    ]  # fmt: skip
    return join(parts)


def rock(random: Random, size: float = 1.0, stone: Colour = (0.45, 0.43, 0.40)) -> Mesh:
    """An angular boulder, half of it in the ground."""
    radii = random.uniform(0.75, 1.2, 3) * size * (0.62, 0.45, 0.55)
    seed, tone = int(random.integers(999)), toned(stone, random, 0.04)
    return lump(radii, 0.16, tone, seed, rings=5, surface="stone").moved((0, -0.12 * size, 0))


def tuft(random: Random, size: float = 1.0) -> Mesh:
    """Tall grass: seven dry blades."""
    return join(
        limb((0.3 * x, 0, 0.3 * z), (float(x), -size, float(z)), 0.04 * size,
             toned((0.58, 0.54, 0.26), random, 0.05), end_radius=0.004, segments=3, surface="leaf")
        for x, z in random.uniform(-0.4 * size, 0.4 * size, (7, 2))
    )  # fmt: skip


def scattered(
    random: Random,
    build: Callable[[Random, float], Mesh],
    area: tuple[float, float, float, float],
    count: int,
    sizes: tuple[float, float],
    keep: Callable[[float, float], bool] = lambda x, z: True,
) -> list[Mesh]:
    """Copies of six variants spread over a rectangle, where `keep` holds for x and z."""
    variants = [build(random, float(s)) for s in np.linspace(*sizes, 6)]
    x0, z0, x1, z1 = area
    placed: list[Mesh] = []
    for k in range(count * 12):
        if len(placed) == count:
            break
        x, z = float(random.uniform(x0, x1)), float(random.uniform(z0, z1))
        if keep(x, z):
            turn = float(random.uniform(0, 360))
            placed.append(variants[k % 6].moved((x, 0, z), yaw_deg=turn))
    return placed


def clear_of_camera(x: float, z: float) -> bool:
    """Whether a tree may stand there: not near the centre, nor before the default camera."""
    return not (abs(x) < 4.5 and -27 < z < 6) and x * x + z * z > 36


def ring(
    random: Random,
    radius: float,
    height: float,
    colour: Sequence[float],
    *,
    rough: float = 0.5,
    deep: float = 0.5,
    cap: tuple[float, Colour] | None = None,
    surface: str = "leaf",
    until: float = 9999.0,
) -> Mesh:
    """Hills or mountains all round, visible from inside.

    Args:
        random: Source of the outline.
        radius: Metres to the ridge.
        height: Of the highest ridge.
        colour: Of the slopes.
        rough: 0 rolling hills, 1 jagged peaks.
        deep: Part of the radius by which the slope comes nearer at its foot.
        cap: Height above which another colour covers it, and that colour.
        surface: Name of a surface.
        until: z from which the horizon is left open, for the sea.
    """
    count = 96
    turn = np.arange(count) * (2 * np.pi / count)
    waves = np.zeros(count)
    for n in (2, 3, 5, 8, 13, 21)[: 3 + round(3 * rough)]:
        swing = np.sin(n * turn + random.uniform(0, 2 * np.pi))
        wave = (1 - rough) * swing + rough * (1 - 2 * np.abs(swing))  # rolling, or pointed
        waves += random.uniform(0.4, 1.0) / n ** (1.3 - 0.8 * rough) * wave
    crest = height * np.clip(0.5 + 0.3 * waves, 0.08, 1.0)
    rows = []
    for share, up in ((0.0, 0.0), (0.45, 0.3), (0.75, 0.68), (1.0, 1.0)):
        jag = 1 + rough * 0.16 * random.uniform(-1, 1, count) * (0 < share < 1)
        out = radius * (1 - deep * (1 - share)) * jag
        rows.append(np.stack([out * np.sin(turn), -crest * up * jag, out * np.cos(turn)], 1))
    vertices = floats(np.concatenate(rows))
    here = np.arange(count)
    here = here[radius * np.cos(turn) < until]
    faces = []
    for k in range(3):
        a, b = k * count + here, k * count + (here + 1) % count
        faces += [np.stack([a, b, b + count], 1), np.stack([a, b + count, a + count], 1)]
    corners = np.concatenate(faces)
    top = -vertices[corners][:, :, 1].mean(1)
    tones = floats(colour) * (0.94 + 0.12 * random.random((len(corners), 1)))
    if cap is not None:
        edge = cap[0] * (1 + 0.15 * random.uniform(-1, 1, len(corners)))
        tones = np.where((top > edge)[:, None], floats(cap[1]), tones)
    return from_triangles(vertices, corners, tones, smooth=rough < 0.5, surface=surface)


def skyline(
    random: Random, radius: float, count: int, height: tuple[float, float], haze: Colour
) -> Mesh:
    """Flat silhouettes of buildings all round, with a few lit windows."""
    parts = []
    for k in range(count):
        turn = 2 * np.pi * (k + random.uniform(-0.3, 0.3)) / count
        far = radius * float(random.uniform(0.85, 1.15))
        wide = 2 * np.pi * radius / count * float(random.uniform(0.7, 1.3))
        high = float(random.uniform(*height))
        x, z = far * np.sin(turn), far * np.cos(turn)
        dx, dz = np.cos(turn) * wide / 2, -np.sin(turn) * wide / 2
        side = Side((x - dx, z - dz), (x + dx, z + dz))
        parts.append(side.face((0, side.length, 0, high), toned(haze, random, 0.03)))
        for _ in range(5):
            s, h = float(random.uniform(0.1, 0.8)) * side.length, float(random.uniform(0.1, 0.85))
            size = 0.012 * radius
            glow = 0.9 * float(random.random() < 0.6)
            pane = (0.95, 0.82, 0.52) if glow else toned(haze, random, 0.05)
            parts.append(
                side.face((s, s + size, h * high, h * high + 1.3 * size), pane, out=0.1, glow=glow)
            )
    return join(parts)


def _stone(colour: Colour) -> Callable[[Random, float], Mesh]:
    return lambda random, size: rock(random, size, colour)


SHAPES: Mapping[str, Callable[[Random, float], Mesh]] = {
    "tree": broadleaf, "pine": conifer, "snowy": snowy, "palm": palm, "bush": bush, "rock": rock,
    "blossom": lambda random, size: broadleaf(random, size, (0.90, 0.76, 0.80)),
    "fern": lambda random, size: bush(random, size, (0.22, 0.36, 0.14)),
    "tuft": tuft,
    "redrock": _stone((0.62, 0.37, 0.24)), "greyrock": _stone((0.40, 0.39, 0.38)),
    "cliff": lambda random, size: rock(random, size).moved(scale=(0.8, 1.5, 0.9)),
    "grave": lambda random, size: box((0, -size / 2, 0), (0.7, size, 0.2),
                                      toned((0.48, 0.48, 0.46), random, 0.08), surface="stone"),
}  # fmt: skip
