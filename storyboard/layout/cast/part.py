"""Parts of a figure at rest, weighted to its links; the skin and the eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shots.staging.staged import Appearance
from storyboard.layout.cast.body import Body, atlas, face_seed
from storyboard.layout.cast.skinning import LINK, LINKS
from storyboard.layout.meshes import SURFACE, Array, Colour, Mesh, Vector, floats, vertex_normals

SKINS: Mapping[str, Colour] = {
    "pale": (0.93, 0.80, 0.73), "light": (0.87, 0.70, 0.60), "olive": (0.76, 0.59, 0.45),
    "tan": (0.69, 0.50, 0.36), "brown": (0.52, 0.35, 0.25), "dark": (0.38, 0.24, 0.17),
    "black": (0.26, 0.17, 0.13), "silver": (0.62, 0.65, 0.69), "undead": (0.47, 0.52, 0.40),
    "green": (0.42, 0.58, 0.34),
}  # fmt: skip
_IRISES = ((0.30, 0.19, 0.10), (0.22, 0.13, 0.08), (0.28, 0.42, 0.55), (0.34, 0.44, 0.30),
           (0.42, 0.33, 0.18))  # fmt: skip


@dataclass(frozen=True, eq=False)
class FigurePart:
    """Triangles at rest with weights.

    Attributes:
        points, normals: (V, 3).
        weights: (V, L) of the links.
        expressions: (3, V, 3) added as the mouth opens, the eyes close, the face smiles.
        faces: (N, 3).
        colour: (N, 3).
        surface: (N,).
    """

    points: Array
    normals: Array
    weights: Array
    expressions: Array
    faces: NDArray[np.int32]
    colour: Array
    surface: NDArray[np.uint8]


def join_parts(parts: Sequence[FigurePart]) -> FigurePart:
    """One part of several."""
    starts = np.cumsum([0] + [len(part.points) for part in parts])
    joined = {
        each.name: np.concatenate(
            [getattr(part, each.name) for part in parts], axis=int(each.name == "expressions")
        )
        for each in fields(FigurePart)
    }
    shifted = [part.faces + start for part, start in zip(parts, starts, strict=False)]
    return FigurePart(**(joined | {"faces": np.concatenate(shifted).astype(np.int32)}))


def make_part(
    points: Array,
    faces: NDArray[np.integer[Any]],
    colour: Vector | Array,
    weights: Array | str,
    *,
    surface: str = "cloth",
    normals: Array | None = None,
    expressions: Array | None = None,
) -> FigurePart:
    """A part; weights are (V, L), or the name of the link that carries all of it."""
    count = len(points)
    if isinstance(weights, str):
        rigid = np.zeros((count, len(LINKS)), np.float32)
        rigid[:, LINK[weights]] = 1
        weights = rigid
    corners = np.asarray(faces, np.int32)
    return FigurePart(
        points=floats(points),
        normals=vertex_normals(floats(points), corners) if normals is None else floats(normals),
        weights=floats(weights),
        expressions=np.zeros((3, count, 3), np.float32) if expressions is None else expressions,
        faces=corners,
        colour=np.array(np.broadcast_to(floats(colour), (len(corners), 3))),
        surface=np.full(len(corners), SURFACE[surface], np.uint8),
    )


def body_part(body: Body, look: Appearance, covered: Array) -> FigurePart:
    """The skin, with lips and the inside of the mouth, where `covered` (V,) is not positive."""
    shared = atlas()
    skin = np.array(SKINS.get(look.skin, SKINS["light"]))
    lips = skin * (0.86, 0.68, 0.66) if look.sex == "male" else skin * (0.84, 0.54, 0.54)
    palette = np.stack([skin, lips, floats((0.18, 0.05, 0.05)), skin * 0.5])
    bare = np.any(covered[shared.faces] <= 0, axis=1)
    used, faces = np.unique(shared.faces[bare], return_inverse=True)
    return make_part(
        body.points[used], faces.reshape(-1, 3), palette[shared.kinds[bare]], shared.weights[used],
        surface="skin", normals=body.normals[used], expressions=body.expressions[:, used],
    )  # fmt: skip


def eye_parts(body: Body, look: Appearance) -> list[FigurePart]:
    """Both eyeballs: pupil, iris and white."""
    seed = face_seed(look)
    dark = look.skin in ("brown", "dark", "black")
    iris = _IRISES[seed % (2 if dark else len(_IRISES))]
    polar = np.radians([0, 12, 30, 58, 100])
    around = np.arange(12) * (2 * np.pi / 12)
    ring = np.stack([np.cos(around), np.sin(around), np.zeros(12)], 1)
    ball = np.concatenate([[[0, 0, -1]]] + [
        np.sin(p) * ring + [0, 0, -np.cos(p)] for p in polar[1:]])  # fmt: skip
    faces = [(0, 1 + (k + 1) % 12, 1 + k) for k in range(12)]
    colours: list[Colour] = [(0.03, 0.03, 0.03)] * 12
    for row, colour in enumerate((iris, (0.88, 0.86, 0.83), (0.88, 0.86, 0.83))):
        for k in range(12):
            a, b = 1 + row * 12 + k, 1 + row * 12 + (k + 1) % 12
            faces += [(a, b, a + 12), (b, b + 12, a + 12)]
            colours += [colour, colour]
    return [
        make_part(ball * body.eye_radius + body.joints[LINK[name]], np.array(faces),
                  floats(colours), name, surface="eye", normals=floats(ball))
        for name in ("eye.L", "eye.R")
    ]  # fmt: skip


def solid(mesh: Mesh, bone: str) -> FigurePart:
    """A mesh that one link carries."""
    part = make_part(mesh.vertices, mesh.faces, mesh.colour, bone, normals=mesh.normals)
    return replace(part, surface=mesh.surface)


def refined(part: FigurePart) -> FigurePart:
    """The part with each triangle split in four."""
    sides = np.concatenate([part.faces[:, [k, (k + 1) % 3]] for k in range(3)])
    pairs, index = np.unique(np.sort(sides, 1), axis=0, return_inverse=True)
    middle = index.reshape(3, -1) + len(part.points)
    a, b, c = part.faces.T
    ab, bc, ca = middle
    corners = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))

    def more(values: Array, axis: int = 0) -> Array:
        ends = np.take(values, pairs, axis=axis)
        return np.concatenate([values, ends.mean(axis + 1)], axis=axis)

    return FigurePart(
        points=more(part.points), normals=more(part.normals), weights=more(part.weights),
        expressions=more(part.expressions, 1),
        faces=np.concatenate([np.stack(corner, 1) for corner in corners]).astype(np.int32),
        colour=np.tile(part.colour, (4, 1)), surface=np.tile(part.surface, 4),
    )  # fmt: skip
