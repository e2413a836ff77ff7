"""What rays of a frame meet: its meshes, the surfaces at the ends of rays, and ways to the key."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shots.lexicon.places import SETS
from storyboard.layout import ShotFilm
from storyboard.layout.meshes import SURFACE, Array, Mesh, floats, join
from storyboard.layout.places.build_place import build_place
from storyboard.layout.render.lens import LensCamera, Size
from storyboard.layout.render.lights import LightRig
from storyboard.layout.render.render_scene import paint
from training.lit.linear_light import LinearLight, linear
from training.lit.rays import Hits, Tracer, interpolate
from training.lit.textures import (
    FLOOR_SURFACE,
    GROUND_SURFACE,
    LAWN_SURFACE,
    LOOKS,
    WATER_SURFACE,
    texture,
)

_OFF_M = 0.006
_ROOM_MARGIN = 1.4
_GLASS = SURFACE["glass"]


@dataclass(frozen=True, eq=False)
class Spots:
    """Points on surfaces, (P, …): where, which way, of which finish; `depth` is infinite for sky.

    `paint` is linear colour, glow, gloss and sharpness of the highlight.
    """

    point: Array
    normal: Array
    depth: Array
    paint: Array
    surface: NDArray[np.uint8]
    ray: Array


class LitPlace:
    """What stays the same over the frames of a shot.

    Attributes:
        film: The shot.
        is_interior: Whether walls are round it.
        shell: All that stands round the fixtures, with the walls that a picture leaves out.
        rest: (V, 3) vertices of what moves, as they are at the first frame.
        ground_tone: (3,) mean linear colour of the ground near the subject.
    """

    def __init__(self, film: ShotFilm) -> None:
        self.film = film
        place = film.staged.place
        whole = build_place(SETS[place.set], place.set, place.seed)
        self.is_interior = whole.is_interior
        self.shell = opaque(whole.shell)
        self.rest = film.scene(0).moving.vertices
        self.ground_tone = self._mean_ground()

    def _mean_ground(self) -> Array:
        if self.film.ground is None:
            return floats([0.2, 0.2, 0.2])
        x, z = self.film.staged.camera.at
        across = np.linspace(-4, 4, 9, dtype=np.float32)
        near = np.stack(np.meshgrid(x + across, z + across), axis=-1).reshape(-1, 2)
        tone = self.film.ground(near[:, 0], near[:, 1], np.full(len(near), 4, np.float32))
        return floats(linear(tone).mean(axis=0))


def opaque(mesh: Mesh) -> Mesh:
    """A mesh without its glass."""
    return chosen_faces(mesh, mesh.surface != _GLASS)


def chosen_faces(mesh: Mesh, faces: NDArray[np.bool_]) -> Mesh:
    """The chosen faces of a mesh, with all of its vertices."""
    names = ("faces", "colour", "glow", "surface", "owner")
    return replace(mesh, **{name: getattr(mesh, name)[faces] for name in names})


class LitScene:
    """One frame: its meshes, rays through them, and what they meet."""

    def __init__(
        self, place: LitPlace, number: int, camera: LensCamera, rig: LightRig, light: LinearLight,
        size: Size,
    ) -> None:  # fmt: skip
        film = place.film
        scene = film.scene(number)
        still = film.still.mesh
        self.place, self.camera, self.rig, self.light, self.size = place, camera, rig, light, size
        self.is_wet = bool({"rain", "storm", "wet"} & set(film.staged.place.weather))
        moving = scene.moving
        rest = place.rest if len(place.rest) == len(moving.vertices) else moving.vertices
        self.rest = np.concatenate([still.vertices, rest]).astype(np.float32)
        every = scene.mesh
        is_glass = every.surface == _GLASS
        self.glass = chosen_faces(every, is_glass)
        self.mesh = chosen_faces(every, ~is_glass)
        self.finish = paint(self.mesh)
        self.finish[:, :3] = linear(self.finish[:, :3])
        self.has_ground = film.ground is not None
        self.view = Tracer(self.mesh, has_ground=self.has_ground)
        things = chosen_faces(self.mesh, self.mesh.owner > 0)
        indoors = light.is_interior
        self.shade = Tracer(things if indoors else join([place.shell, things]), has_ground=False)
        if indoors:  # walls before the camera are taken off the picture, not off the light
            self.around_mesh = join([self.mesh, place.shell])
            self.around = Tracer(self.around_mesh, has_ground=self.has_ground)
            more = paint(place.shell)
            more[:, :3] = linear(more[:, :3])
            self.around_finish = np.concatenate([self.finish, more])
        else:
            self.around_mesh, self.around, self.around_finish = self.mesh, self.view, self.finish

    def _rays(self, at: Array) -> Array:
        """(H W S, 3) rays of unit depth through places (S, 2) of every pixel."""
        width, height = self.size
        sight = floats(np.linalg.inv(self.camera.matrix(self.size)))
        x = np.arange(width, dtype=np.float32)[None, :, None] + at[:, 0]
        y = np.arange(height, dtype=np.float32)[:, None, None] + at[:, 1]
        x, y = np.broadcast_arrays(x, y)
        return floats(np.stack([x, y, np.ones_like(x)], axis=-1).reshape(-1, 3) @ sight.T)

    def _spots(self, at: Array) -> Spots:
        rays = self._rays(at)
        origins = np.broadcast_to(floats(self.camera.position), rays.shape)
        start = np.float32(self.camera.near)
        origins = np.ascontiguousarray(origins + start * rays)
        hits = self.view.front(origins, rays)
        return self._located(hits, origins, rays, start)

    def _located(self, hits: Hits, origins: Array, rays: Array, start: np.float32) -> Spots:
        """Surfaces at the ends of rays, with their textures."""
        mesh, count = self.mesh, len(rays)
        far = np.where(hits.face >= 0, hits.far, np.float32(0))
        point = origins + far[:, None] * rays
        normal, place, flat = (np.empty((count, 3), np.float32) for _ in range(3))
        interpolate(
            hits.face, hits.u, hits.v, point, rays, mesh.faces, mesh.normals, self.rest, normal,
            place, flat,
        )  # fmt: skip
        depth = np.where(hits.face >= 0, far + start, np.inf).astype(np.float32)
        is_ground = hits.face >= len(mesh.faces)
        own = np.where(is_ground | (hits.face < 0), 0, hits.face)
        finish, surface = self.finish[own], mesh.surface[own]
        if is_ground.any():
            self._paint_ground(np.flatnonzero(is_ground), point, depth, rays, finish, surface)
        footprint = floats(depth / (self.camera.focal * self.size[0]))
        footprint[hits.face < 0] = 1e3
        footprint /= np.sqrt(np.clip(-(flat * rays).sum(1) / np.linalg.norm(rays, axis=1), 0.1, 1))
        albedo = np.ascontiguousarray(finish[:, :3])
        texture(place, flat, surface, footprint, LOOKS, albedo, normal)
        finish[:, :3] = np.minimum(albedo, 0.9)
        return Spots(floats(point), normal, depth, finish, surface, rays)

    def _paint_ground(
        self, rows: NDArray[np.int64], point: Array, depth: Array, rays: Array, finish: Array,
        surface: NDArray[np.uint8],
    ) -> None:  # fmt: skip
        ground = self.place.film.ground
        assert ground is not None
        distance = floats(depth[rows] * np.linalg.norm(rays[rows], axis=1))
        tone = np.array(ground(point[rows, 0], point[rows, 2], distance), np.float32)
        red, green, blue = tone.T
        kind = np.full(len(rows), GROUND_SURFACE, np.uint8)
        if self.light.is_interior:
            kind[:] = FLOOR_SURFACE
        else:
            kind[(green > 1.1 * red) & (green > 1.25 * blue)] = LAWN_SURFACE
            kind[(blue > 1.5 * red) & (blue < 0.65)] = WATER_SURFACE
        finish[rows] = 0
        finish[rows, :3] = linear(tone)
        finish[rows, 4] = np.where(kind == WATER_SURFACE, 0.6, 0.12 * self.light.is_interior)
        finish[rows, 5] = 5
        if self.is_wet:
            finish[rows, :3] *= 0.5
            finish[rows, 4] = 0.45
        surface[rows] = kind

    def _off(self, spots: Spots, rows: NDArray[np.int64]) -> Array:
        lift = _OFF_M + 0.0015 * np.minimum(spots.depth[rows], 40)
        return floats(spots.point[rows] + lift[:, None] * spots.normal[rows])

    def _which(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        width = self.size[0]
        return rows // width % 4 * 4 + rows % width % 4

    def _to_key(self, points: Array, spread_by: Array | None = None) -> tuple[Array, Array]:
        """Vectors from points (P, 3) to the key's lamp or sun, and its strength there (P,)."""
        light = self.light
        if light.at is None:
            way = np.broadcast_to(light.towards * np.float32(30), points.shape)
            strength = np.ones(len(points), np.float32)
        else:
            way = light.at - points
            strength = np.clip(2.3 / np.linalg.norm(way, axis=1), 0.25, 1.35)
        if spread_by is not None:
            helper = floats([0, 0, 1] if abs(light.towards[1]) > 0.9 else [0, 1, 0])
            side = np.cross(helper, light.towards)
            side /= np.linalg.norm(side)
            up = np.cross(light.towards, side)
            size = light.radius * (30.0 if light.at is None else 2.3)
            way = way + np.float32(size) * (spread_by[:, :1] * side + spread_by[:, 1:] * up)
        return floats(way), floats(strength)

    def _inside(self, points: Array, outside: float) -> Array:
        """1 inside the walls of a room and `outside` beyond them, (P,)."""
        x0, z0, x1, z1 = self.rig.room
        m = _ROOM_MARGIN
        x, z = points[:, 0], points[:, 2]
        inside = (x > x0 - m) & (x < x1 + m) & (z > z0 - m) & (z < z1 + m)
        return floats(np.where(inside, 1.0, outside))
