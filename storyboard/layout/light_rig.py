"""The light of a shot: the lighting directive as a key, a fill, a sky and an exposure.

Everything here is relative to the camera at rest, as a crew says it: "side left" is the left of
the picture. Read by `scene`, used by `raster`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shots.vocabulary.lighting import Lighting

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class LightRig:
    """One key light, a hemisphere of fill, and the air between.

    Attributes:
        towards: Unit vector from the scene to the key light; y is down, so above is negative.
        key, fill: Strength of the key and of the fill, 1 is a sunny day.
        key_colour, fill_colour: Tint, 1 is neutral.
        zenith, horizon: The sky's colours, in [0, 1].
        haze: Share of the horizon's colour taken on over ten metres.
        softness: 0 for hard light with crisp shadows, 1 for none to speak of.
        rim: Strength of light from behind on the edges.
        saturation: 1 leaves colours alone.
        tint: Multiplies the finished picture.
        is_dark: Lamps and windows glow.
    """

    towards: tuple[float, float, float] = (-0.4, -0.75, -0.55)
    key: float = 0.85
    fill: float = 0.42
    key_colour: Colour = (1.0, 0.97, 0.92)
    fill_colour: Colour = (0.9, 0.96, 1.06)
    zenith: Colour = (0.36, 0.55, 0.80)
    horizon: Colour = (0.76, 0.84, 0.90)
    haze: float = 0.10
    softness: float = 0.35
    rim: float = 0.0
    saturation: float = 1.0
    tint: Colour = (1.0, 1.0, 1.0)
    is_dark: bool = False

    @property
    def direction(self) -> NDArray[np.float32]:
        """`towards` as a unit array."""
        vector = np.asarray(self.towards, np.float32)
        return vector / np.float32(np.linalg.norm(vector))


_DAY = LightRig()
TIMES: Mapping[str, LightRig] = MappingProxyType(
    {
        "day": _DAY,
        "night": LightRig(
            key=0.50,
            fill=0.24,
            key_colour=(0.80, 0.90, 1.15),
            fill_colour=(0.65, 0.8, 1.3),
            zenith=(0.03, 0.05, 0.13),
            horizon=(0.10, 0.13, 0.23),
            haze=0.08,
            is_dark=True,
        ),
        "dawn": LightRig(
            key=0.50,
            fill=0.34,
            key_colour=(1.05, 0.93, 0.95),
            fill_colour=(0.86, 0.92, 1.15),
            zenith=(0.30, 0.38, 0.58),
            horizon=(0.84, 0.70, 0.68),
            haze=0.22,
        ),
        "sunrise": LightRig(
            key=0.80,
            fill=0.30,
            key_colour=(1.25, 0.96, 0.66),
            fill_colour=(0.90, 0.92, 1.1),
            zenith=(0.38, 0.50, 0.72),
            horizon=(0.99, 0.80, 0.52),
            haze=0.16,
        ),
        "sunset": LightRig(
            key=0.82,
            fill=0.26,
            key_colour=(1.32, 0.82, 0.46),
            fill_colour=(0.95, 0.82, 0.98),
            zenith=(0.28, 0.30, 0.54),
            horizon=(0.99, 0.56, 0.28),
            haze=0.14,
        ),
        "dusk": LightRig(
            key=0.40,
            fill=0.33,
            key_colour=(0.95, 0.88, 1.05),
            fill_colour=(0.72, 0.82, 1.25),
            zenith=(0.13, 0.18, 0.40),
            horizon=(0.46, 0.38, 0.52),
            haze=0.16,
            is_dark=True,
        ),
    }
)

# Where the key stands, seen from the subject, with the camera on the -z side.
_LEFT_RIGHT = {"left": -1.0, "right": 1.0}
DIRECTIONS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "top": (0.05, -1.0, -0.12),
        "side": (1.0, -0.32, -0.12),
        "under": (0.1, 0.75, -0.65),
        "edge": (0.75, -0.55, 0.75),
        "back": (0.12, -0.5, 1.0),
        "silhouette": (0.0, -0.35, 1.0),
        "front": (0.05, -0.4, -1.0),
    }
)


def _with_source(rig: LightRig, source: str | None) -> LightRig:
    match source:
        case "overcast":
            grey = (0.74, 0.77, 0.80)
            even = replace(rig, key=rig.key * 0.45, fill=rig.fill * 1.25, softness=1.0)
            return even if rig.is_dark else replace(even, zenith=(0.60, 0.64, 0.68), horizon=grey)
        case "sun" | "clear-sky":
            return replace(rig, key=rig.key * 1.1, softness=min(rig.softness, 0.15))
        case "moonlight":
            return replace(rig, key_colour=(0.72, 0.88, 1.25), softness=0.3)
        case "firelight":
            return replace(rig, key=rig.key * 1.35, key_colour=(1.5, 0.78, 0.34))
        case "practical":
            return replace(rig, key=rig.key * 1.25, key_colour=(1.32, 0.96, 0.60))
        case "fluorescent":
            return replace(rig, key=rig.key * 1.15, key_colour=(0.88, 1.06, 0.98), softness=0.8)
        case "neon":
            return replace(
                rig, key=rig.key * 1.3, key_colour=(1.35, 0.5, 1.15), fill_colour=(0.5, 0.95, 1.35)
            )
        case _:
            return rig


def _with_direction(rig: LightRig, direction: str | None, side: str | None) -> LightRig:
    if direction is None:
        if side is None:
            return rig
        direction = "side"
    x, y, z = DIRECTIONS[direction]
    sign = _LEFT_RIGHT.get(side or "left", -1.0)
    rig = replace(rig, towards=(abs(x) * sign if abs(x) > 0.2 or side else x, y, z))
    if direction in ("side", "under"):
        return replace(rig, key=rig.key * 1.15, fill=rig.fill * 0.72)
    if direction == "edge":
        return replace(rig, key=rig.key * 1.1, fill=rig.fill * 0.75, rim=0.7)
    if direction == "back":
        return replace(rig, key=rig.key * 1.1, fill=rig.fill * 0.62, rim=0.6)
    if direction == "silhouette":
        return replace(rig, key=rig.key * 0.5, fill=rig.fill * 0.16, rim=0.35)
    return rig


def _with_mood(rig: LightRig, lighting: Lighting) -> LightRig:
    if lighting.quality == "hard":
        rig = replace(rig, key=rig.key * 1.12, fill=rig.fill * 0.85, softness=0.0)
    elif lighting.quality == "soft":
        rig = replace(rig, key=rig.key * 0.85, fill=rig.fill * 1.15, softness=0.9)
    if lighting.contrast == "high-contrast":
        return replace(rig, key=rig.key * 1.1, fill=rig.fill * 0.42)
    if lighting.contrast == "low-contrast":
        return replace(rig, key=rig.key * 0.62, fill=rig.fill * 1.6)
    return rig


def _with_tones(rig: LightRig, tones: Iterable[str]) -> LightRig:
    for tone in tones:
        match tone:
            case "warm":
                rig = replace(rig, tint=(1.14, 1.0, 0.80))
            case "cool":
                rig = replace(rig, tint=(0.82, 0.98, 1.18))
            case "desaturated":
                rig = replace(rig, saturation=0.45)
            case "saturated":
                rig = replace(rig, saturation=1.4)
    return rig


def light_rig(lighting: Lighting, palette: Iterable[str] = ()) -> LightRig:
    """The rig that a lighting directive asks for; what it leaves open is an even day.

    The board's palette comes first, so that a shot's own tone has the last word.
    """
    rig = TIMES[lighting.time or "day"]
    rig = _with_source(rig, lighting.source)
    rig = _with_direction(rig, lighting.direction, lighting.side)
    rig = _with_mood(rig, lighting)
    return _with_tones(rig, [*palette, *([lighting.tone] if lighting.tone else [])])
