"""Trees, bushes, rocks, hills, mountains and skylines: scenery in few triangles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from storyboard.layout.meshes import (
    Array,
    Colour,
    Mesh,
    box,
    ellipsoid,
    floats,
    from_triangles,
    join,
    limb,
)
from storyboard.layout.places.walls import Side

Random = np.random.Generator
BARK: Colour = (0.30, 0.22, 0.15)


def toned(colour: Sequence[float], random: Random, spread: float = 0.06) -> Colour:
    """The colour, a little lighter or darker and warmer or cooler."""
    light, warm = random.uniform(-spread, spread), random.uniform(-spread, spread) / 2
    red, green, blue = colour
    near = np.clip((red + light + warm, green + light, blue + light - warm), 0.02, 0.98)
    return float(near[0]), float(near[1]), float(near[2])


def broadleaf(random: Random, height: float = 6.0, leaf: Colour = (0.22, 0.38, 0.16)) -> Mesh:
    """A deciduous tree: trunk, two boughs and a crown of clumps."""
    trunk = limb((0, 0, 0), (0, -0.55 * height, 0), 0.035 * height, BARK,
                 end_radius=0.02 * height, segments=6, surface="wood")  # fmt: skip
    parts = [trunk]
    for k in range(5):
        turn = 2 * np.pi * (k / 4 + random.uniform(-0.08, 0.08))
        out = 0.0 if k == 4 else 0.17 * height
        up = (0.82 if k == 4 else random.uniform(0.56, 0.68)) * height
        radius = random.uniform(0.17, 0.22) * height
        middle = (out * np.cos(turn), -up, out * np.sin(turn))
        parts.append(
            ellipsoid(middle, (radius, 0.8 * radius, radius), toned(leaf, random, 0.035),
                      rings=4, segments=7, surface="leaf")  # fmt: skip
        )
    return join(parts)


def conifer(random: Random, height: float = 7.0, leaf: Colour = (0.12, 0.26, 0.15)) -> Mesh:
    """A spruce: trunk and four skirts."""
    parts = [limb((0, 0, 0), (0, -0.3 * height, 0), 0.03 * height, BARK, segments=6,
                  surface="wood")]  # fmt: skip
    for low, wide in ((0.16, 0.21), (0.36, 0.17), (0.56, 0.125), (0.75, 0.08)):
        start, end = (0, -height * low, 0), (0, -height * min(low + 0.34, 1.0), 0)
        tone = toned(leaf, random, 0.03)
        parts.append(
            limb(start, end, wide * height, tone, end_radius=0.01, segments=8, surface="leaf")
        )
    return join(parts)


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
        parts.append(
            from_triangles(left + right, both, toned((0.22, 0.38, 0.14), random, 0.03),
                           smooth=False, surface="leaf")  # fmt: skip
        )
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
    ball = ellipsoid((0, 0, 0), (1, 1, 1), toned(stone, random, 0.04), rings=5, segments=7)
    # The same jitter for equal points, so that the facets stay closed.
    jitter = 1 + 0.22 * np.sin(ball.vertices @ floats(random.uniform(3, 7, (3, 1))))
    points = ball.vertices * jitter * floats(random.uniform(0.75, 1.2, 3)) * size * floats(
        (0.62, 0.45, 0.55)
    )
    return from_triangles(
        points + floats((0, -0.12 * size, 0)), ball.faces, ball.colour, smooth=False,
        surface="stone",
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
    gap_deg: tuple[float, float] = (0.0, 0.0),
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
        gap_deg: Directions left open, from and to (0 is +z, 90 is +x): the sea.
    """
    count = 96
    turn = np.arange(count) * (2 * np.pi / count)
    waves = sum(
        random.uniform(0.4, 1.0) / n ** (1.3 - 0.6 * rough)
        * np.sin(n * turn + random.uniform(0, 2 * np.pi))
        for n in (2, 3, 5, 8, 13, 21)[: 3 + round(3 * rough)]
    )  # fmt: skip
    crest = height * np.clip(0.5 + 0.3 * np.asarray(waves), 0.08, 1.0)
    rows = []
    for share, up in ((0.0, 0.0), (0.45, 0.3), (0.75, 0.68), (1.0, 1.0)):
        jag = 1 + rough * 0.16 * random.uniform(-1, 1, count) * (0 < share < 1)
        out = radius * (1 - deep * (1 - share)) * jag
        rows.append(np.stack([out * np.sin(turn), -crest * up * jag, out * np.cos(turn)], 1))
    vertices = floats(np.concatenate(rows))
    here = np.arange(count)
    if gap_deg[0] != gap_deg[1]:
        middle = np.degrees(turn) % 360
        here = here[(middle < gap_deg[0]) | (middle > gap_deg[1])]
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


def fence(
    start: Sequence[float], end: Sequence[float], height: float, colour: Colour, pitch: float = 2.0,
    rails: Sequence[float] = (0.45, 0.9), thick: float = 0.06, surface: str = "wood",
) -> Mesh:  # fmt: skip
    """Posts and rails between two points of the plan; rails in parts of the height."""
    side = Side((start[0], start[1]), (end[0], end[1]))
    parts = [
        side.block((0, side.length, height * r - thick, height * r), thick / 2, colour,
                   surface=surface)  # fmt: skip
        for r in rails
    ]
    for at in np.arange(0, side.length + 0.01, pitch):
        area = (float(at) - thick / 2, float(at) + thick / 2, 0, height)
        parts.append(side.block(area, thick, colour, surface=surface))
    return join(parts)


def stairs(side: Side, first: float, last: float, count: int, rise: float, tread: float,
           colour: Colour, base: float = 0.0, surface: str = "concrete") -> Mesh:  # fmt: skip
    """A straight flight that climbs away from who looks at the plane, from `first` to `last`."""
    return join(
        side.block((first, last, base, base + (k + 1) * rise), tread, colour,
                   out=-(k + 1) * tread, surface=surface)  # fmt: skip
        for k in range(count)
    )


def slat(corner: Sequence[float], size: Sequence[float], colour: Colour, **kind: str) -> Mesh:
    """A box by its lowest corner (x, height, z) and size (x, height, z)."""
    x, h, z = corner
    middle = (x + size[0] / 2, -(h + size[1] / 2), z + size[2] / 2)
    return box(middle, size, colour, surface=kind.get("surface", "plain"))
