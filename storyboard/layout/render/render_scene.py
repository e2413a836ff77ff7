"""What a renderer draws: a set that stays, what moves in it, and the ground."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.meshes import SURFACES, Array, GroundPaint, Mesh, floats, join
from storyboard.layout.render.shadow_map import ShadowMaps
from storyboard.layout.render.visibility import StillViews

# Of surfaces: how much they mirror the light, and how sharp the highlight is.
_FINISH = {
    "skin": (0.10, 3), "hair": (0.16, 4), "leather": (0.22, 4), "wood": (0.10, 4),
    "metal": (0.55, 5), "glass": (0.85, 7), "screen": (0.35, 6), "plastic": (0.26, 5),
    "stone": (0.08, 4), "tile": (0.24, 6), "asphalt": (0.03, 3), "snow": (0.05, 3),
    "water": (0.6, 6), "leaf": (0.08, 3), "food": (0.14, 4), "eye": (0.8, 6), "cloth": (0.0, 3),
}  # fmt: skip
_FINISHES = floats([_FINISH.get(name, (0.0, 3)) for name in SURFACES])


def paint(mesh: Mesh) -> Array:
    """(N, 6) of each face: colour, glow, gloss, sharpness of the highlight."""
    return np.column_stack([mesh.colour, mesh.glow, _FINISHES[mesh.surface]]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A picture of a camera that stands, and what its colours depend on.

    Attributes:
        key: View of the set, light and ground: where one of them differs, all does.
        terms, half: (2, h, w) shares of key and fill of every second pixel, and (h, w) their depth.
        moved: (H, W) whether a pixel shows what is not of the set.
        picture: (H, W, 3) before blur and grading.
    """

    key: tuple[object, ...]
    terms: Array
    half: Array
    moved: NDArray[np.bool_]
    picture: Array

    def steady(self, last: Drawn | None) -> tuple[NDArray[np.bool_], Array]:
        """(H, W) which pixels are the same as in the last picture, and that; (0, W) for none."""
        if last is None or last.key != self.key:
            return self.moved[:0], self.picture
        alike = (self.terms == last.terms).all(axis=0) & (self.half == last.half)
        height, width = self.moved.shape
        rows = alike.repeat(2, axis=0)[:height]  # a pixel takes the nearest two each way
        rows[1:-1:2] &= alike[1:]
        same = rows.repeat(2, axis=1)[:, :width]
        same[:, 1:-1:2] &= rows[:, 1:]
        return same & ~(self.moved | last.moved), last.picture


class StillMesh:
    """The set of a clip, with what the renderer computes of it once."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.paint = paint(mesh)
        self.shadows = ShadowMaps()
        self.views = StillViews()
        self.drawn: Drawn | None = None


@dataclass(frozen=True, eq=False)
class RenderScene:
    """A set, what moves in it at one frame, and the ground.

    Attributes:
        still: What does not move in the clip.
        moving: What moves, as it is at this frame.
        ground: Paint of the floor, the plane y = 0; None if there is no such plane.
        lit_at: (3,) what the key of a room stands near; None where there are no walls.
    """

    still: StillMesh
    moving: Mesh = field(default_factory=lambda: join([]))
    ground: GroundPaint | None = None
    lit_at: Array | None = None

    @classmethod
    def of(
        cls, still: Mesh, ground: GroundPaint | None = None, lit_at: Array | None = None
    ) -> RenderScene:
        """A scene of a set alone."""
        return cls(StillMesh(still), ground=ground, lit_at=lit_at)

    def with_moving(self, mesh: Mesh) -> RenderScene:
        """The same set at another frame."""
        return replace(self, moving=mesh)

    @cached_property
    def mesh(self) -> Mesh:
        """Set and what moves in it, as one mesh of contiguous float32 and int32 arrays."""
        mesh = join([self.still.mesh, self.moving])
        return replace(
            mesh,
            vertices=np.ascontiguousarray(mesh.vertices, np.float32),
            normals=np.ascontiguousarray(mesh.normals, np.float32),
            faces=np.ascontiguousarray(mesh.faces, np.int32),
            owner=np.ascontiguousarray(mesh.owner, np.int32),
        )

    @cached_property
    def paint(self) -> Array:
        """(N, 6) finish of each face of `mesh`."""
        return np.concatenate([self.still.paint, paint(self.moving)])
