"""A light rig in linear light: sky, key, fill and lamps, as bright as the layout's on a grey card.

A rig's strengths multiply sRGB values. Here what the fill alone, and the key and the fill together,
would give a white surface is turned into linear light, and the key is the difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from storyboard.layout.meshes import Array, floats
from storyboard.layout.render.lights import LightRig
from training.lit.textures import clouds

GAMMA = 2.2
_FILL = 1.35  # as in the layout's own constants
_UPWARDS = 0.85  # mean share of the fill on what is seen
_WINDOW = floats([1.75, 1.9, 2.05])  # daylight outside of a room that is exposed for
_WALL_ALBEDO = 0.55
_AIR = 0.4  # haze adds linear light, which shows more than a share of sRGB values
_SATURATION = 1.15  # what the shoulder takes from colours
_CLOUD = floats([1.0, 0.99, 0.97])


def linear(colour: object) -> Array:
    """SRGB values as linear light, float32."""
    values: Array = np.maximum(floats(colour), 0) ** np.float32(GAMMA)  # type: ignore[arg-type]
    return values


@dataclass(frozen=True, eq=False)
class LinearLight:
    """Light of a rig.

    Attributes:
        towards: (3,) unit vector to the key.
        key: (3,) irradiance over pi of the key on what faces it.
        fill: (3,) the same of the fill, in the open.
        at: (3,) place of the key's lamp; None for the sun.
        radius: Of the key's disc, per metre of its distance.
        horizon, zenith: (3,) of the sky in the picture.
        sky: Factor of the sky's light on the scene over its brightness in the picture.
        glow: Strength of what shines.
        haze: Share lost a metre.
        is_interior, is_dark: Of the place and its rig.
        cloudy: Whether clouds are in the sky.
    """

    towards: Array
    key: Array
    fill: Array
    at: Array | None
    radius: float
    horizon: Array
    zenith: Array
    sky: Array
    glow: float
    haze: float
    is_interior: bool
    is_dark: bool
    cloudy: bool

    @classmethod
    def of(cls, rig: LightRig, lit_at: Array | None, is_interior: bool) -> LinearLight:
        """The light of a rig; `lit_at` is what the key of a room stands near."""
        fill = floats(rig.fill_colour) * np.float32(rig.fill * _FILL * _UPWARDS)
        both = fill + floats(rig.key_colour) * np.float32(rig.key)
        horizon, zenith = linear(rig.horizon), linear(rig.zenith)
        if is_interior and not rig.is_dark:
            horizon, zenith = _WINDOW, _WINDOW * floats([0.85, 0.95, 1.1])
        # Mean of the sky over a hemisphere, weighted by the cosine.
        mean = 0.5 * (horizon + zenith)
        sky = linear(fill) / mean * np.float32(1.5)
        if is_interior:
            sky = np.full(3, 0.45, np.float32)
        return cls(
            floats(rig.direction), linear(both) - linear(fill), linear(fill),
            None if lit_at is None else floats(lit_at) + 2.3 * floats(rig.direction),
            0.02 + 0.34 * rig.softness, horizon, zenith, sky,
            2.2 if rig.is_dark else 0.45, -float(np.log(1 - rig.haze)) * _AIR / 10,
            is_interior, rig.is_dark, not is_interior,
        )  # fmt: skip

    @property
    def ambient(self) -> Array:
        """(3,) light inside of a room that its walls have scattered."""
        return self.fill / np.float32(_WALL_ALBEDO) * np.float32(0.68)

    def sky_at(self, rays: Array, *, has_clouds: bool = False) -> Array:
        """(P, 3) brightness of the sky in the directions of rays (P, 3) of any length."""
        unit = rays / np.linalg.norm(rays, axis=1, keepdims=True)
        climb = np.clip(-1.6 * unit[:, 1], 0, 1) ** np.float32(0.75)
        colour = self.horizon + climb[:, None] * (self.zenith - self.horizon)
        if has_clouds and self.cloudy:
            share = np.empty(len(unit), np.float32)
            clouds(np.ascontiguousarray(unit, np.float32), share)
            tone = _CLOUD * (0.25 * self.key + 0.55 * self.horizon + 0.35 * self.fill)
            colour = colour + (0.7 * share)[:, None] * (tone - colour)
        if self.at is None and not self.is_dark:  # round the sun
            near = np.clip(unit @ self.towards, 0, 1)
            glare = 0.5 * near**24 + 0.15 * near**4
            colour = colour + glare[:, None] * self.key * np.float32(0.35)
        return floats(colour)


def film_response(light: Array) -> Array:
    """Linear light as sRGB values, 0 to 1: a soft shoulder, and blacks that hold."""
    grey = light @ floats([0.25, 0.65, 0.10])
    x = grey[..., None] + np.float32(_SATURATION) * (light - grey[..., None])
    x = np.maximum(x, 0) * np.float32(1.32)
    x = x * (1 + x / 6.25) / (1 + x * np.float32(0.62))
    x = x * (x + np.float32(0.10)) / (x + np.float32(0.112))  # a little toe
    values: Array = np.minimum(x, 1) ** np.float32(1 / GAMMA)
    return values
