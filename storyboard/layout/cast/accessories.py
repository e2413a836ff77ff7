"""Hats, glasses, bags and what else is worn that is no cloth close to the body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from shots.lexicon.word_tables import read_rows
from storyboard.layout.cast.body import Body, atlas
from storyboard.layout.cast.part import FigurePart, solid
from storyboard.layout.cast.shells import shell
from storyboard.layout.cast.skinning import EYES, LINK
from storyboard.layout.meshes import (
    Array,
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
from storyboard.layout.rotations import X, about

_DARK = (0.06, 0.06, 0.07)


@dataclass(eq=False)
class Wardrobe:
    """What a figure wears, as parts, and which of its skin and hair stays visible.

    Attributes:
        parts: Clothes and accessories.
        covered: (V,) positive where cloth hides the body's vertex well within its border.
        thickness: (V,) metres of cloth over the skin.
        hair_line: Height above the eyes, of the height from there to the crown, over which a hat
            hides the hair.
        hood: Whether cloth hides all hair.
    """

    parts: list[FigurePart] = field(default_factory=list)
    covered: Array = field(default_factory=lambda: np.full(len(atlas().level), -9.0))
    thickness: Array = field(default_factory=lambda: np.zeros(len(atlas().level)))
    hair_line: float = 9.0
    hood: bool = False


@dataclass(frozen=True)
class HeadMeasures:
    """Measures of a head: eyes' y and z, height over them, and the section where a hat sits."""

    eye: Array
    height: float
    half: Array  # half width and half depth of the section
    centre: Array

    @classmethod
    def of(cls, body: Body, line: float) -> HeadMeasures:
        """At a height over the eyes, in parts of the height from there to the crown."""
        eye = body.joints[EYES].mean(0)
        head = body.points[atlas().level > 6.6]
        height = float(eye[1] - head[:, 1].min())
        y = eye[1] - line * height
        ring = head[np.abs(head[:, 1] - y) < 0.16 * height]
        low, high = ring.min(0), ring.max(0)
        half = np.array([(high[0] - low[0]) / 2, (high[2] - low[2]) / 2])
        return cls(eye, height, half, np.array([0, y, (low[2] + high[2]) / 2]))


# Line over the eyes; tilt back; length of a visor in head heights; outline from below: radius in
# parts of the head's section, height over the line in head heights.
HATS: Mapping[str, tuple[float, float, float, tuple[tuple[float, ...], ...]]] = {
    row["hat"]: (
        float(row["line"]), float(row["tilt_deg"]), float(row["visor"]),
        tuple(tuple(map(float, point.split())) for point in row["outline"].split(";")),
    )
    for row in read_rows("storyboard.layout.cast", "hats.csv")
}  # fmt: skip


def _hat(name: str) -> Callable[[Wardrobe, Body, Colour], None]:
    def put_on(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
        line, tilt, visor, outline = HATS[name]
        head = HeadMeasures.of(body, line)
        unit = head.height
        profile = [(r, h * unit) for r, h in outline]
        surface = {"crown": "metal", "army helmet": "metal"}.get(name, "cloth")
        surface = "plastic" if "helmet" in name or name == "hard hat" else surface
        crown = lathe(profile, colour, segments=20, surface=surface, crease_deg=50)
        scale = (head.half[0], 1, head.half[1])
        meshes = [crown.moved((0, 0, 0), scale=scale)]
        if visor:
            shade = _DARK if name == "peaked cap" else tuple(floats(colour) * 0.9)
            meshes.append(_visor(head, visor * unit, shade))
        if name in ("hat", "peaked cap", "straw hat"):
            band = [(1.115, 0.08 * unit), (1.125, 0.27 * unit)]
            meshes.append(lathe(band, floats(colour) * 0.45, segments=20, surface="cloth").moved(
                (0, 0, 0), scale=scale))  # fmt: skip
        leaning = join(meshes).turned(about(X, np.radians(tilt)))
        wardrobe.parts.append(solid(leaning.moved(head.centre), "head"))
        wardrobe.hair_line = min(wardrobe.hair_line, line + 0.1)
        wardrobe.hood = wardrobe.hood or name in ("swimming cap", "surgical cap")

    return put_on


def _visor(head: HeadMeasures, length: float, colour: Colour) -> Mesh:
    angle = np.radians(np.linspace(-62, 62, 13))
    inner = np.stack([np.sin(angle) * head.half[0], 0 * angle, -np.cos(angle) * head.half[1]], 1)
    reach = length * np.cos(angle * 90 / 70) ** 0.6
    outer = inner * 1.1 + np.stack([0 * angle, 0.30 * reach, -reach], 1)
    inner = inner * 1.03 - [0, 0.1 * head.height, 0]
    top = np.concatenate([inner, outer])
    k = np.arange(12)
    up = np.concatenate([np.stack([k, k + 13, k + 1], 1), np.stack([k + 1, k + 13, k + 14], 1)])
    faces = np.concatenate([up, up[:, ::-1] + 26])
    return from_triangles(
        np.concatenate([top, top + floats([0, 0.004, 0])]), faces, colour, surface="cloth"
    )


def _glasses(wardrobe: Wardrobe, body: Body, colour: Colour, lens: Colour | None = None) -> None:
    left, right = body.joints[EYES]
    unit = float(left[0] - right[0])
    z = left[2] - body.eye_radius - 0.16 * unit
    angle = np.arange(14) * (2 * np.pi / 14)
    square = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.7
    rise = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.7
    meshes = []
    for eye, sign in ((left, 1.0), (right, -1.0)):
        ring = np.stack([square * 0.40 * unit, rise * 0.31 * unit, 0 * angle], 1)
        ring = ring + floats([eye[0], eye[1] + 0.03 * unit, z])
        for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            meshes.append(limb(a, b, 0.03 * unit, colour, segments=4, surface="plastic"))
        if lens:
            fan = np.stack([np.full(14, 14), (np.arange(14) + 1) % 14, np.arange(14)], 1)
            disc = np.concatenate([ring, ring.mean(0, keepdims=True)])
            meshes.append(from_triangles(disc, np.concatenate([fan, fan[:, ::-1]]), lens,
                                         surface="plastic"))  # fmt: skip
        start = np.array([eye[0] + sign * 0.40 * unit, eye[1] - 0.06 * unit, z])
        end = np.array([sign * 1.18 * unit, eye[1] - 0.08 * unit, left[2] + 1.2 * unit])
        meshes.append(limb(start, end, 0.028 * unit, colour, segments=5, surface="plastic"))
    bridge = np.array([0.12 * unit, left[1] - 0.02 * unit, z])
    meshes.append(limb(bridge, bridge * [-1, 1, 1], 0.03 * unit, colour, segments=5))
    wardrobe.parts.append(solid(join(meshes), "head"))


def _sunglasses(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    _glasses(wardrobe, body, colour, (0.04, 0.04, 0.05))


def _goggles_helmet(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    """A motorcycle helmet: closed, with a dark visor."""
    head = HeadMeasures.of(body, 0.0)
    middle = head.centre + floats([0, -0.12 * head.height, 0])
    radii = np.array([head.half[0] * 1.3, head.height * 1.28, head.half[1] * 1.3])
    ball = ellipsoid(middle, radii, colour, segments=24, rings=16, surface="plastic")
    place = (ball.vertices[ball.faces].mean(1) - middle) / radii
    visor = (place[:, 2] < -0.55) & (np.abs(place[:, 1] - 0.05) < 0.33)
    ball.colour[visor] = (0.05, 0.06, 0.08)
    wardrobe.parts.append(solid(ball, "head"))
    wardrobe.hood = True
    wardrobe.covered = np.maximum(wardrobe.covered, (atlas().level - 7.0) * 0.5)


def _space_helmet(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    head = HeadMeasures.of(body, 0.0)
    middle = head.centre + floats([0, 0.1 * head.height, 0])
    shade = np.array([0.75, 0.82, 0.9])
    ball = ellipsoid(middle, [head.height * 1.5] * 3, shade, segments=24, rings=16, surface="glass")
    collar = lathe([(1.32, 0), (1.4, 0.1), (1.32, 0.25)], colour, segments=24, surface="plastic")
    ring = collar.moved(middle + floats([0, 1.15 * head.height, 0]), scale=head.height)
    wardrobe.parts += [solid(ball, "head"), solid(ring, "neck")]


def _backpack(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    shared = atlas()
    shoulder, waist = body.joints[LINK["arm.L"]], body.joints[LINK["spine"]]
    back = body.points[(np.abs(shared.level - 5) < 0.5) & (shared.arm < -0.1), 2].max() + 0.02
    tall, wide = float(waist[1] - shoulder[1]) * 1.05, float(shoulder[0]) * 0.85
    middle = np.array([0, (waist[1] + shoulder[1]) / 2, back + 0.35 * wide])
    sack = ellipsoid(middle, (wide, tall / 2, 0.5 * wide), colour, segments=14, rings=8)
    sack = _squared(sack, middle, (wide, tall / 2, 0.5 * wide))
    low = middle + floats([0, tall * 0.18, 0.42 * wide])
    pocket = ellipsoid(low, (wide * 0.7, tall * 0.22, 0.2 * wide),
                       floats(colour) * 0.85, segments=10, rings=6)  # fmt: skip
    wardrobe.parts.append(solid(join([sack, pocket]), "chest"))
    strap = 0.022 - np.abs(np.abs(shared.points[:, 0]) - 0.62 * shared.joints[LINK["arm.L"], 0])
    area = np.minimum(strap * 20, np.minimum(shared.level - 4.9, 0.1 - shared.arm))
    area = np.minimum(area, 6.1 - shared.level)
    _add(wardrobe, shell(body, area, wardrobe.thickness + 0.012, floats(colour) * 0.7, rounds=1))


def _squared(mesh: Mesh, middle: Array, radii: tuple[float, float, float]) -> Mesh:
    """An ellipsoid made fuller towards its corners."""
    unit = (mesh.vertices - middle) / np.asarray(radii)
    fuller = np.sign(unit) * np.abs(unit) ** 0.65
    return from_triangles(middle + fuller * radii, mesh.faces, mesh.colour, surface="cloth")


def _bag(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    """A shoulder bag at the right hip, its strap across the chest."""
    shared = atlas()
    hip, shoulder = body.joints[LINK["thigh.R"]], body.joints[LINK["arm.L"]]
    side = body.points[(np.abs(shared.level - 3.4) < 0.3) & (shared.arm < -0.1), 0].min()
    size = float(shoulder[0])
    centre = np.array([side - 0.32 * size, hip[1] + 0.25 * size, hip[2] + 0.1 * size])
    sack = box(centre, (0.42 * size, 1.1 * size, 1.5 * size), colour, surface="leather")
    high = centre - size * floats([0.02, 0.28, 0])
    flap = box(high, size * floats([0.45, 0.6, 1.55]), floats(colour) * 0.85, surface="leather")
    wardrobe.parts.append(solid(join([sack, flap]), "pelvis"))
    a, b = shared.joints[LINK["arm.L"]] * [0.65, 1, 1], shared.joints[LINK["thigh.R"]] * [1.4, 1, 1]
    along = (b - a)[:2] / np.linalg.norm((b - a)[:2])
    distance = (shared.points[:, :2] - a[:2]) @ np.array([-along[1], along[0]])
    area = np.minimum(
        (0.018 - np.abs(distance)) * 20, np.minimum(0.05 - shared.arm, 6.1 - shared.level)
    )
    area = np.minimum(area, shared.level - 3.3)
    _add(wardrobe, shell(body, area, wardrobe.thickness + 0.014, floats(colour) * 0.7, rounds=1,
                         surface="leather"))  # fmt: skip


def _hood(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    _add(wardrobe, shell(body, face_edge(1.12, 5.9), 0.028, colour, rounds=8))
    _hide_head(wardrobe)


def _headscarf(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    _add(wardrobe, shell(body, face_edge(1.0, 5.95), 0.016, colour, rounds=6))
    _hide_head(wardrobe)


def _hide_head(wardrobe: Wardrobe) -> None:
    wardrobe.hood = True
    wardrobe.covered = np.maximum(wardrobe.covered, face_edge(1.25, 6.1) * 0.8)


def _hood_down(wardrobe: Wardrobe, body: Body, colour: Colour) -> None:
    shared = atlas()
    behind = shared.points[:, 2] - shared.joints[LINK["neck"], 2]
    area = np.minimum(np.minimum(shared.level - 5.3, 6.55 - shared.level), (behind + 0.01) * 12)
    area = np.minimum(area, (0.105 - np.abs(shared.points[:, 0])) * 10)
    area = np.where(shared.arm > 0, -1, area)
    _add(wardrobe, shell(body, area, wardrobe.thickness + 0.035, floats(colour) * 0.95, rounds=5))


def face_edge(size: float, low: float) -> Array:
    """(V,) positive on head and neck above a level, outside an oval about the face."""
    shared = atlas()
    eye = shared.joints[EYES].mean(0)
    middle = eye + floats([0, 0.018, 0])
    p = shared.points - middle
    oval = np.sqrt((p[:, 0] / (0.066 * size)) ** 2 + (p[:, 1] / (0.092 * size)) ** 2)
    behind = (p[:, 2] - 0.035) * 25
    outside = np.maximum(oval - 1, behind)
    area: Array = np.minimum(outside, (shared.level - low) * 1.5)
    return area


def _add(wardrobe: Wardrobe, part: FigurePart | None) -> None:
    if part is not None:
        wardrobe.parts.append(part)


ACCESSORIES: Mapping[str, Callable[[Wardrobe, Body, Colour], None]] = {
    **{name: _hat(name) for name in HATS},
    "helmet": _goggles_helmet, "space helmet": _space_helmet, "glasses": _glasses,
    "sunglasses": _sunglasses, "bag": _bag, "backpack": _backpack, "hood": _hood,
    "hood down": _hood_down, "headscarf": _headscarf,
}  # fmt: skip
"""What puts on each kind of accessory."""
