"""Shadow map of the key light, and the surfaces that it falls on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from storyboard.layout.meshes import Array, Mesh
from storyboard.layout.render.rasterise import CENTRE_SAMPLE, fill, set_up

_EMPTY = np.float32(-1e9)
_FARTHEST_M = 45.0  # shadows farther from the camera are not drawn
_TEXEL_M = 0.011  # wanted
_LIGHT_M = 2.4  # from what is lit to the key of a room
_SIZES = (512, 768, 1024, 1536, 2048)  # texels


class ShadowMap(NamedTuple):
    """Nearness to the light of what it meets first.

    Attributes:
        front: (S, S) metres towards the light.
        axes: (3, 3) rows right, down and towards the light.
        origin: (2,) along right and down, of the map's corner.
        texel_m: Size of a texel.
    """

    front: Array
    axes: Array
    origin: Array
    texel_m: float


@dataclass(eq=False)
class ShadowMaps:
    """Makes the shadow maps of a clip; the part of the set is kept while light and field stay."""

    _kept: tuple[tuple[float, ...], Array] = ((), np.zeros((0, 0), np.float32))

    def make(
        self, still: Mesh, moving: Mesh, light: Array, points: Array, lit_at: Array | None
    ) -> ShadowMap:
        """The map that covers points (P, 3) of the world, as seen from the light.

        In a room the key stands in it, near `lit_at`, as on a stage: what of the set lies farther
        towards the light, such as the next wall, casts no shadow.
        """
        axes = _axes(np.asarray(light, np.float64))
        flat = points @ axes[:2].T
        low, high = flat.min(axis=0), flat.max(axis=0)
        # The field is widened in steps and moves by whole steps, so that shadows do not crawl.
        side = 2.0 ** (np.ceil(2 * np.log2(max(float((high - low).max()) * 1.12, 1.0))) / 2)
        texels = next((n for n in _SIZES if side / n <= _TEXEL_M), _SIZES[-1])
        step = side / 16
        origin = np.round(((low + high) / 2 - side / 2) / step) * step
        texel = side / texels
        limit = np.inf if lit_at is None else float(lit_at @ axes[2]) + _LIGHT_M
        key = (*axes.ravel(), *origin, side, limit)
        kept, front = self._kept  # read and written at once, since frames share it
        if key != kept:
            front = np.full((texels, texels), _EMPTY, np.float32)
            _draw(front, still, axes, origin, texel, limit)
            self._kept = key, front
        front = front.copy()
        _draw(front, moving, axes, origin, texel, np.inf)
        return ShadowMap(front, axes, origin, texel)


def _axes(light: Array) -> Array:
    helper = np.array([0.0, 0, 1]) if abs(light[1]) > 0.9 else np.array([0.0, 1, 0])
    right = np.cross(helper, -light)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(-light, right), light])


def _draw(front: Array, mesh: Mesh, axes: Array, origin: Array, texel: float, limit: float) -> None:
    placed = np.asarray(mesh.vertices, np.float64) @ axes.T
    corners = np.ones_like(placed)
    corners[:, :2] = (placed[:, :2] - origin) / texel
    size = len(front)
    near = placed[:, 2] < limit
    faces = mesh.faces if near.all() else mesh.faces[near[mesh.faces].all(axis=1)]
    shown = set_up(corners, placed[:, 2].copy(), faces, (size, size), 1, 0.5)
    every = np.arange(len(shown.face), dtype=np.int32)
    number = np.empty(front.shape, np.int32)
    fill(every, shown, 0, CENTRE_SAMPLE, front, number)


def receivers(depth: Array, rays: Array, position: Array) -> Array:
    """World points (P, 3) of the pixels near enough to show a shadow, by depth and rays."""
    near = depth < _FARTHEST_M
    if not near.any():
        return np.asarray(position)[None]
    points: Array = position + rays[near] * depth[near][:, None]
    return points
