"""Frames of a staged shot in traced light: soft shadows, scattered light, surfaces, mirrors, film.

The scene, its camera, rig, focus and weather are those of the layout. Light is traced at every
pixel, evened out over surfaces, and laid on four samples of every pixel.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.layout import ShotFilm
from storyboard.layout.meshes import SURFACE, Array, floats
from storyboard.layout.render.depth_of_field import blur
from storyboard.layout.render.frame import grade
from storyboard.layout.render.lights import Lamp
from storyboard.layout.render.weather import draw_weather
from training.lit.linear_light import LinearLight, film_response, linear
from training.lit.lit_scene import LitPlace, LitScene, Spots
from training.lit.rays import Tracer, even_out, hemisphere, interpolate, pattern, spread

Size = tuple[int, int]
SAMPLES = floats([[0.375, 0.125], [0.875, 0.375], [0.125, 0.625], [0.625, 0.875]])
KEY_RAYS, SKY_RAYS, LAMP_RAYS = 6, 12, 2
_KEY_POINTS, _SKY_POINTS, _LAMP_POINTS = (pattern(n) for n in (KEY_RAYS, SKY_RAYS, LAMP_RAYS))
_OFF_M = 0.006
_LAMP_M, _SHADE_M = 0.12, 0.32  # radius of a lamp, and of its shade, which casts no shadow
_SOFT_HIT_M = 0.22
_MOST = np.float32(6.0)
_GLOSS_MIRRORED = 0.2
_ROOM_MARGIN = 1.4
_SKIN, _GLASS = SURFACE["skin"], SURFACE["glass"]


class LitFilm:
    """A shot to be rendered slowly and well, frame by frame."""

    def __init__(self, film: ShotFilm) -> None:
        self.film, self.place = film, LitPlace(film)

    def frame(self, number: int, size: Size) -> NDArray[np.uint8]:
        """The picture of a frame, (H, W, 3)."""
        film, camera = self.film, self.film.camera(number)
        rig = film.rig_at(number)
        light = LinearLight.of(rig, film.lit_at, self.place.is_interior)
        shot = LitShot(self.place, number, camera, rig, light, size)
        colour, depth = shot.colour()
        if (optics := film.optics_at(number)) is not None:
            blur(colour, optics.radius_px(depth, camera.focal), optics.squeeze)
        picture = floats(film_response(_bloom(colour)))
        if (weather := film.weather_at(number)) is not None:
            draw_weather(picture, depth, camera, rig, weather)
        return grade(picture, rig)


def _bloom(colour: Array) -> Array:
    """Light that spreads in the lens from what is brighter than white."""
    over = np.clip(colour - 0.9, 0, 4)
    width = colour.shape[1]
    wide = cv2.GaussianBlur(over, (0, 0), width / 40)
    near = cv2.GaussianBlur(over, (0, 0), width / 160)
    return floats(colour + 0.10 * wide + 0.10 * near)


class LitShot(LitScene):
    """One frame and the light in it."""

    def colour(self) -> tuple[Array, Array]:
        """Linear picture (H, W, 3) and depth of the pixels (H, W)."""
        width, height = self.size
        middle = self._spots(floats([[0.5, 0.5]]))
        terms = self._light(middle)
        samples = self._spots(SAMPLES)
        count = len(SAMPLES)
        out = np.empty((width * height, count, terms.shape[1]), np.float32)
        shape = (width * height, count, 3)
        spread(
            terms, middle.point, middle.normal, width, SAMPLES, samples.point.reshape(shape),
            samples.normal.reshape(shape), samples.depth.reshape(shape[:2]), out,
        )  # fmt: skip
        colour = self._shaded(samples, out.reshape(len(samples.point), -1))
        colour = self._hazed(colour, samples)
        if len(self.glass.faces):
            self._add_glass(colour, samples)
        colour = np.minimum(colour, _MOST).reshape(width * height, count, 3).mean(axis=1)
        return floats(colour.reshape(height, width, 3)), middle.depth.reshape(height, width)

    def _light(self, spots: Spots) -> Array:
        """(P, 10) at every pixel: scattered light, share of the key, lamps, mirrored."""
        width = self.size[0]
        count = len(spots.point)
        shown = np.flatnonzero(np.isfinite(spots.depth))
        terms = np.zeros((count, 10), np.float32)
        if len(shown):
            terms[shown, :3] = self._scattered(spots, shown)
            terms[shown, 3] = self._key_share(spots, shown)
            terms[shown, 4:7] = self._lamp_light(spots, shown)
            terms[shown, 7:10] = self._mirrored(spots, shown)
        other = np.empty_like(terms)
        depth = spots.depth
        for _ in range(2):
            even_out(terms, spots.point, spots.normal, depth, width, 0, other)
            even_out(other, spots.point, spots.normal, depth, width, 1, terms)
        return terms

    def _key_share(self, spots: Spots, rows: NDArray[np.int64]) -> Array:
        origins, which = self._off(spots, rows), self._which(rows)
        way, strength = self._to_key(origins)
        facing = (spots.normal[rows] * way).sum(1) > -0.25 * np.linalg.norm(way, axis=1)
        share: Array = np.zeros(len(rows), np.float32)
        some = np.flatnonzero(facing)
        for k in range(KEY_RAYS):
            rays, _ = self._to_key(origins[some], _KEY_POINTS[which[some], k])
            share[some] += self.shade.is_free(origins[some], rays, 0.98)
        return share / KEY_RAYS * strength * self._inside(spots.point[rows], 0.02)

    def _scattered(self, spots: Spots, rows: NDArray[np.int64]) -> Array:
        """Light of sky, walls and what shines on surfaces, over pi."""
        width = self.size[0]
        every = np.empty((len(spots.normal), SKY_RAYS, 3), np.float32)
        hemisphere(spots.normal, width, _SKY_POINTS, every)
        rays = every[rows].reshape(-1, 3)
        origins = np.repeat(self._off(spots, rows), SKY_RAYS, axis=0)
        got = self._radiance(origins, rays)
        return floats(got.reshape(len(rows), SKY_RAYS, 3).mean(axis=1))

    def _radiance(self, origins: Array, rays: Array) -> Array:
        """(P, 3) light that comes back along unit rays, after one bounce."""
        light, mesh = self.light, self.around_mesh
        hits = self.around.first(origins, rays)
        out = np.empty((len(rays), 3), np.float32)
        missed = hits.face < 0
        out[missed] = light.sky_at(rays[missed]) * light.sky
        some = np.flatnonzero(~missed)
        face, far = hits.face[some], hits.far[some]
        is_ground = face >= len(mesh.faces)
        finish = self.around_finish[np.where(is_ground, 0, face)]
        albedo, glow = finish[:, :3].copy(), finish[:, 3].copy()
        albedo[is_ground], glow[is_ground] = self.place.ground_tone, 0
        across = hits.across[some]
        across = across / np.linalg.norm(across, axis=1, keepdims=True)
        across *= -np.sign((across * rays[some]).sum(1, keepdims=True))
        point = origins[some] + far[:, None] * rays[some]
        begun = floats(point + _OFF_M * across)
        way, strength = self._to_key(begun)
        facing = (across * way).sum(1) / np.linalg.norm(way, axis=1)
        lit = np.flatnonzero(facing > 0)
        free: Array = np.zeros(len(some), np.float32)
        free[lit] = self.shade.is_free(begun[lit], way[lit], 0.98) * strength[lit]
        free *= np.maximum(facing, 0)
        near = far / (far + _SOFT_HIT_M)
        if light.is_interior:
            level = light.ambient * (near * self._inside(point, 0.12))[:, None]
            free *= self._inside(point, 0.02)
            if not light.is_dark:
                outside = self._inside(point, 0.0) == 0
                level[outside] = 0.6 * light.horizon
        else:
            level = light.fill * near[:, None]
        shone = albedo * (level + 0.8 * free[:, None] * light.key)
        out[some] = shone + (glow * light.glow)[:, None] * albedo
        return np.minimum(out, 4)

    def _lamps(self) -> tuple[Lamp, ...]:
        return self.rig.lamps[:4]

    def _lamp_light(self, spots: Spots, rows: NDArray[np.int64]) -> Array:
        total: Array = np.zeros((len(rows), 3), np.float32)
        origins, which, normal = self._off(spots, rows), self._which(rows), spots.normal[rows]
        for lamp in self._lamps():
            way = floats(lamp.at) - origins
            square = (way * way).sum(1)
            distance = np.sqrt(square)
            fade = np.clip(1 - square / lamp.reach_m**2, 0, 1)
            facing = np.clip(((way * normal).sum(1) / distance + 0.15) / 1.15, 0, 1)
            strength = fade * fade * facing / (0.30 + square)
            some = np.flatnonzero(strength > 0.003)
            free: Array = np.zeros(len(some), np.float32)
            for k in range(LAMP_RAYS):
                points = _LAMP_POINTS[which[some], k]
                rays = way[some] + _LAMP_M * np.column_stack([points, points[:, :1]])
                reach = np.clip(1 - _SHADE_M / distance[some], 0.05, 1)
                free += self.shade.is_free(origins[some], floats(rays), floats(reach))
            tint = 1.5 * linear(lamp.colour)
            total[some] += (strength[some] * free / LAMP_RAYS)[:, None] * tint
        return total

    def _mirrored(self, spots: Spots, rows: NDArray[np.int64]) -> Array:
        """Light that comes from where a glossy surface mirrors."""
        out = np.zeros((len(rows), 3), np.float32)
        some = np.flatnonzero(spots.paint[rows, 4] >= _GLOSS_MIRRORED)
        if not len(some):
            return out
        chosen = rows[some]
        ray = spots.ray[chosen] / np.linalg.norm(spots.ray[chosen], axis=1, keepdims=True)
        normal = spots.normal[chosen]
        mirrored = ray - 2 * (ray * normal).sum(1, keepdims=True) * normal
        out[some] = self._radiance(self._off(spots, chosen), floats(mirrored))
        return out

    def _shaded(self, spots: Spots, terms: Array) -> Array:
        """Linear colour of surfaces (P, 3) by the light on them."""
        light = self.light
        scattered, share, lamps, mirrored = np.split(terms, [3, 4, 7], axis=1)
        normal, albedo = spots.normal, spots.paint[:, :3]
        way, _ = self._to_key(spots.point)
        way = way / np.linalg.norm(way, axis=1, keepdims=True)
        eye = -spots.ray / np.linalg.norm(spots.ray, axis=1, keepdims=True)
        facing = (normal * way).sum(1, keepdims=True)
        wrap = floats([[0.04, 0.04, 0.04]]) + (spots.surface == _SKIN)[:, None] * floats(
            [[0.34, 0.16, 0.10]]
        )
        key = np.clip((facing + wrap) / (1 + wrap), 0, 1) * light.key * share
        colour = albedo * (scattered + key + lamps)
        edge = np.clip(1 - (normal * eye).sum(1, keepdims=True), 0, 1)
        if self.rig.rim:
            rim = np.float32(self.rig.rim) * edge * edge * np.clip(facing + 0.3, 0, 1)
            colour += rim * light.key * 0.6
        half = way + eye
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        sharp = np.exp2(spots.paint[:, 5:6] + 1)
        shine = np.clip((half * normal).sum(1, keepdims=True), 0, 1) ** sharp
        gloss = spots.paint[:, 4:5]
        colour += light.key * share * (facing > 0) * gloss * shine * (0.25 + 0.02 * sharp)
        fresnel = 0.10 + 0.90 * edge**4
        is_mirror = gloss >= _GLOSS_MIRRORED
        around = np.where(is_mirror, mirrored, scattered)
        tint = 0.4 + 0.6 * albedo / albedo.max(1, keepdims=True).clip(1e-3)
        strength = np.minimum(gloss * np.where(is_mirror, 0.25 + fresnel, 0.5 * fresnel), 0.85)
        colour += strength * (around * tint - colour * 0.6)
        glow = spots.paint[:, 3:4]
        colour += glow * light.glow * albedo
        return floats(colour)

    def _hazed(self, colour: Array, spots: Spots) -> Array:
        light = self.light
        is_sky = ~np.isfinite(spots.depth)
        distance = np.where(is_sky, 0, spots.depth) * np.linalg.norm(spots.ray, axis=1)
        clear = np.exp(-light.haze * distance)[:, None]
        air = linear(self.rig.horizon)
        colour = air + clear * (colour - air)
        colour[is_sky] = light.sky_at(spots.ray[is_sky], has_clouds=True)
        if light.is_interior and not light.is_dark:
            beyond = spots.depth > self.place.film.path.subject_distance_m
            outside = (self._inside(spots.point, 0.0) == 0) & ~is_sky & beyond
            colour[outside] += 0.55 * spots.paint[outside, :3] * light.horizon
        return floats(colour)

    def _add_glass(self, colour: Array, samples: Spots) -> None:
        """Lay panes and vessels over what is behind them, in place."""
        start = np.float32(self.camera.near)
        origins = np.ascontiguousarray(
            np.broadcast_to(floats(self.camera.position), samples.ray.shape) + start * samples.ray
        )
        hits = Tracer(self.glass, has_ground=False).front(origins, samples.ray)
        shown = (hits.face >= 0) & (hits.far + start < samples.depth)
        rows = np.flatnonzero(shown)
        if not len(rows):
            return
        face, mesh = hits.face[rows], self.glass
        ray = samples.ray[rows] / np.linalg.norm(samples.ray[rows], axis=1, keepdims=True)
        point = origins[rows] + hits.far[rows, None] * samples.ray[rows]
        normal, place, flat = (np.empty((len(rows), 3), np.float32) for _ in range(3))
        interpolate(
            face, hits.u[rows], hits.v[rows], floats(point), floats(ray), mesh.faces, mesh.normals,
            mesh.vertices, normal, place, flat,
        )  # fmt: skip
        edge = np.clip(1 + (normal * ray).sum(1, keepdims=True), 0, 1)
        mirrored = ray - 2 * (ray * normal).sum(1, keepdims=True) * normal
        around = self._radiance(floats(point + 0.01 * normal), floats(mirrored))
        own = linear(mesh.colour[face])
        is_thing = (mesh.owner[face] > 0)[:, None]
        body = np.where(is_thing, 0.38, 0.06)
        light = own * (self.light.fill + 0.5 * self.light.key)
        way, _ = self._to_key(floats(point))
        half = way / np.linalg.norm(way, axis=1, keepdims=True) - ray
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        shine = np.clip((half * normal).sum(1, keepdims=True), 0, 1) ** 90
        mirror = 0.05 + 0.75 * edge**4
        behind = colour[rows]
        mixed = behind * (1 - body) * (0.3 + 0.7 * own) + body * light
        colour[rows] = mixed + mirror * (around - mixed) + 1.2 * shine * self.light.key
        glow = mesh.glow[face][:, None]
        colour[rows] += glow * self.light.glow * own
