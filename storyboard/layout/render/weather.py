"""Weather: drops and flakes that fall in the world, and what fog, rain and snow do to the light."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from storyboard.layout.meshes import Array, floats
from storyboard.layout.render.compiled import compiled
from storyboard.layout.render.lens import LensCamera
from storyboard.layout.render.lights import LightRig

_SHUTTER_S = 1 / 48
_NEAREST_M = 0.35


class Fall(NamedTuple):
    """What falls: speed and size, and how many are in a box of some metres round the camera."""

    speed: float  # metres a second
    radius_m: float
    sway_m: float
    number: int
    box_m: float
    opacity: float


FALLS = {
    "rain": Fall(8.0, 0.0016, 0.0, 3200, 9.0, 0.42),
    "snow": Fall(1.1, 0.006, 0.12, 6000, 10.0, 0.9),
}
# Factor of the key, and least softness and haze, in weather.
_AIR = {
    "rain": (0.6, 0.85, 0.16), "snow": (0.7, 0.85, 0.20), "fog": (0.55, 0.95, 0.62),
    "storm": (0.45, 0.85, 0.22),
}  # fmt: skip
_WIND_M_S = 2.5


@dataclass(frozen=True)
class Weather:
    """Weather at one frame.

    Attributes:
        words: rain, snow, fog, storm, wind, wet.
        time_s: Since the start of the shot.
        seed: Of the drops.
    """

    words: tuple[str, ...] = ()
    time_s: float = 0.0
    seed: int = 0

    @property
    def is_wet(self) -> bool:
        """Whether the ground shines."""
        return bool({"rain", "storm", "wet"} & set(self.words))


def in_weather(rig: LightRig, words: Iterable[str]) -> LightRig:
    """The light of a rig under that weather: a dimmer and softer key, thicker air, a grey sky."""
    for word in sorted(_AIR.keys() & set(words)):
        key, softness, haze = _AIR[word]
        grey = sum(rig.horizon) / 3
        zenith = floats(rig.zenith) * 0.35 + floats(rig.horizon) * 0.35 + 0.3 * grey
        x, y, z = (float(each) for each in zenith)
        rig = replace(
            rig, key=rig.key * key, fill=rig.fill * 1.12, softness=max(rig.softness, softness),
            haze=max(rig.haze, haze), zenith=(x, y, z),
        )  # fmt: skip
    return rig


@compiled
def _draw(colour: Array, depth: Array, streaks: Array, tone: Array) -> None:
    """Blend streaks (N, 7): start and end in pixels, depth, half width, opacity."""
    height, width = depth.shape
    for n in range(len(streaks)):
        x0, y0, x1, y1, near, half, opacity = streaks[n]
        left, right = int(max(min(x0, x1) - half - 1, 0)), int(min(max(x0, x1) + half + 2, width))
        top, low = int(max(min(y0, y1) - half - 1, 0)), int(min(max(y0, y1) + half + 2, height))
        dx, dy = x1 - x0, y1 - y0
        square = max(dx * dx + dy * dy, 1e-9)
        for row in range(top, low):
            for column in range(left, right):
                px, py = column + 0.5 - x0, row + 0.5 - y0
                along = min(max((px * dx + py * dy) / square, 0.0), 1.0)
                px, py = px - along * dx, py - along * dy
                share = min(max(half + 0.5 - np.sqrt(px * px + py * py), 0.0), 1.0) * opacity
                if share > 0 and depth[row, column] > near:
                    for k in range(3):
                        colour[row, column, k] += share * (tone[k] - colour[row, column, k])


def draw_weather(
    colour: Array, depth: Array, camera: LensCamera, rig: LightRig, weather: Weather
) -> None:
    """Draw what falls into a picture (H, W, 3) float32 in place, behind what is nearer.

    A drop keeps its way through the world from frame to frame, wherever the camera goes.
    """
    height, width = depth.shape
    wind = _WIND_M_S * bool({"wind", "storm"} & set(weather.words))
    tone = floats(rig.horizon) * 0.35 + floats(rig.fill_colour) * np.float32(0.25 + rig.fill * 0.6)
    for word in ("rain", "snow"):
        if word not in weather.words and not (word == "rain" and "storm" in weather.words):
            continue
        fall = FALLS[word]
        random = np.random.default_rng([weather.seed, len(word), fall.number])
        start = random.random((fall.number, 3)) * fall.box_m
        phase, size = random.random((2, fall.number))
        velocity = np.array([wind, fall.speed, 0.3 * wind]) * (0.85 + 0.3 * size[:, None])
        sway = fall.sway_m * np.sin(2 * np.pi * (phase + 0.5 * weather.time_s))
        now = start + velocity * weather.time_s + sway[:, None] * np.array([1, 0, 0.6])
        forward = np.asarray(camera.turn)[:, 2]
        corner = np.asarray(camera.position) + (0.45 * forward - 0.5) * fall.box_m
        now = corner + (now - corner) % fall.box_m
        ends = np.stack([now, now - velocity * _SHUTTER_S])
        pixels, near = camera.project(ends, (width, height))
        scale = camera.focal * width / np.maximum(near[0], 1e-3)
        half = fall.radius_m * (0.6 + 0.8 * size) * scale
        # A drop narrower than a pixel is drawn one pixel wide, and fainter.
        opacity = fall.opacity * np.clip(2 * half, 0.25, 1)
        streaks = np.column_stack([pixels[0], pixels[1], near[0], np.clip(half, 0.5, 5), opacity])
        is_shown = (near > _NEAREST_M).all(axis=0) & np.isfinite(streaks).all(axis=1)
        order = np.argsort(-near[0][is_shown], kind="stable")
        streaks = np.ascontiguousarray(streaks[is_shown][order])
        _draw(colour, np.ascontiguousarray(depth), streaks, np.clip(tone, 0, 1))
