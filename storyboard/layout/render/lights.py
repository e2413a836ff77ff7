"""Light of a lighting directive: one key light, a fill from sky and ground, lamps, the air.

Light directions are relative to the camera at rest: "side left" is the left of the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from shots.lexicon.word_tables import read_rows
from storyboard.layout.meshes import Array, Colour, floats, yaw_matrix

if TYPE_CHECKING:
    from shots.vocabulary.lighting import Lighting


_EVERYWHERE = (-1e6, -1e6, 1e6, 1e6)
_WALL = 1.4  # metres beyond its bounds that are lit with a room: the passages behind doors


@dataclass(frozen=True)
class Lamp:
    """A lamp in the picture that lights what is round it.

    Attributes:
        at: World point, metres.
        colour: Tint times strength, 1 is as bright as the key of a sunny day, at one metre.
        reach_m: Where its light ends.
    """

    at: tuple[float, float, float]
    colour: Colour = (0.9, 0.66, 0.38)
    reach_m: float = 3.5


@dataclass(frozen=True)
class LightRig:
    """One key light, a hemisphere of fill, and the air between.

    Attributes:
        towards: Vector from the scene to the key light; y is down, so above is negative.
        key, fill: Strength of the key and of the fill, 1 is a sunny day.
        key_colour, fill_colour: Tint, 1 is neutral.
        zenith, horizon: The sky's colours, in [0, 1].
        haze: Share of the horizon's colour taken on over ten metres.
        softness: 0 for hard light with crisp shadows, 1 for hardly any shadow.
        rim: Strength of light from behind on the edges.
        saturation: 1 leaves colours alone.
        tint: Multiplies the finished picture.
        is_dark: Lamps and windows glow.
        lamps: Lit lamps; the first four count.
        bounce: How even the fill is, 0 for that of the sky to 1 for the same from all sides.
        room: x and z from, x and z to: walls beyond which it is dark.
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
    lamps: tuple[Lamp, ...] = ()
    bounce: float = 0.0
    room: tuple[float, float, float, float] = _EVERYWHERE

    @property
    def direction(self) -> Array:
        """`towards` as a unit vector, (3,)."""
        vector = np.asarray(self.towards, np.float32)
        return vector / np.float32(np.linalg.norm(vector))


def _value(text: str) -> bool | float | tuple[float, ...]:
    numbers = () if text == "yes" else tuple(map(float, text.split()))
    return numbers if len(numbers) > 1 else numbers[0] if numbers else True


TIMES: Mapping[str, LightRig] = {
    row.pop("time"): LightRig(
        **{name: cast("Any", _value(text)) for name, text in row.items() if text}
    )
    for row in read_rows("storyboard.layout.render", "lights.csv")
}
# Tints of what lights people when it is dark.
WARM: Colour = (1.22, 0.98, 0.70)
TUBES: Colour = (0.96, 1.03, 1.02)
# Vector from the subject to the key light (the camera is on the -z side), factors of key and fill,
# strength of the rim.
KEY_LIGHTS: Mapping[str, tuple[tuple[float, float, float], float, float, float]] = {
    "top": ((0.05, -1.0, -0.12), 1.0, 1.0, 0.0),
    "side": ((1.0, -0.32, -0.12), 1.15, 0.72, 0.0),
    "under": ((0.1, 0.75, -0.65), 1.15, 0.72, 0.0),
    "edge": ((0.75, -0.55, 0.75), 1.1, 1.5, 0.7),
    "back": ((0.12, -0.5, 1.0), 1.1, 0.62, 0.6),
    "silhouette": ((0.0, -0.35, 1.0), 0.5, 0.16, 0.35),
    "front": ((0.05, -0.4, -1.0), 1.0, 1.0, 0.0),
}
_TINTS: Mapping[str, Colour] = {"warm": (1.14, 1.0, 0.80), "cool": (0.82, 0.98, 1.18)}
_SATURATIONS = {"desaturated": 0.45, "saturated": 1.4}


def light_rig(
    lighting: Lighting,
    palette: Iterable[str] = (),
    *,
    side_deg: float = 0.0,
    is_interior: bool = False,
    lamps: Iterable[Lamp] = (),
    glow: Colour | None = None,
    room: tuple[float, float, float, float] = _EVERYWHERE,
) -> LightRig:
    """The rig of a lighting directive; what it leaves open is an even day.

    The board's palette comes first, so that a shot's own tone overrides it.

    Args:
        lighting: The directive.
        palette: Tones of the board's style.
        side_deg: Side of the floor plan that the camera looks from, as in `CameraPlace`.
        is_interior: Whether walls are round the scene instead of a sky.
        lamps: Lamps of the set; they are lit when it is dark.
        glow: Tint of the lamps that are on when it is dark; None if they are off.
        room: Walls of an interior.
    """
    rig = TIMES[lighting.time or "day"]
    lit = lighting.source in (None, "artificial", "fluorescent", "practical")
    if is_interior and rig.is_dark and lit and (glow or lighting.source):
        rig = replace(
            TIMES["room at dusk" if lighting.time == "dusk" else "room at night"],
            key_colour=glow or WARM,
            room=room,
        )
    elif is_interior and rig.is_dark and lighting.source is None:
        rig = replace(rig, key=0.48, fill=0.33, room=room)
    rig = _with_source(rig, lighting.source)
    rig = _with_direction(rig, lighting.direction, lighting.side)
    if lighting.quality == "hard":
        rig = replace(rig, key=rig.key * 1.12, fill=rig.fill * 0.85, softness=0.0)
    elif lighting.quality == "soft":
        rig = replace(rig, key=rig.key * 0.85, fill=rig.fill * 1.15, softness=0.9)
    if lighting.contrast == "high-contrast":
        rig = replace(rig, key=rig.key * 1.1, fill=rig.fill * 0.42)
    elif lighting.contrast == "low-contrast":
        rig = replace(rig, key=rig.key * 0.62, fill=rig.fill * 1.6)
    for tone in (*palette, lighting.tone):
        rig = replace(rig, tint=_TINTS.get(tone or "", rig.tint))
        rig = replace(rig, saturation=_SATURATIONS.get(tone or "", rig.saturation))
    if is_interior:
        # Beyond the walls it is dim instead of sky, a room has no haze, and walls reflect light.
        grey = (0.42,) * 3
        rig = rig if rig.is_dark else replace(rig, zenith=grey, horizon=grey)
        rig = replace(rig, haze=0.015, fill=rig.fill * 1.4, bounce=0.8)
    x, y, z = (float(part) for part in floats(rig.towards) @ yaw_matrix(side_deg))
    return replace(rig, towards=(x, y, z), lamps=tuple(lamps) if rig.is_dark else ())


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
            magenta, cyan = (1.35, 0.5, 1.15), (0.5, 0.95, 1.35)
            return replace(rig, key=rig.key * 1.3, key_colour=magenta, fill_colour=cyan)
        case _:
            return rig


def _with_direction(rig: LightRig, direction: str | None, side: str | None) -> LightRig:
    if direction is None and side is None:
        return rig
    (x, y, z), key, fill, rim = KEY_LIGHTS[direction or "side"]
    if abs(x) > 0.2 or side:
        x = abs(x) if side == "right" else -abs(x)  # from the left unless it says otherwise
    return replace(rig, towards=(x, y, z), key=rig.key * key, fill=rig.fill * fill, rim=rim)


def light_constants(rig: LightRig) -> Array:
    """The rig as numbers: direction, key, fill, rim, horizon, zenith, rest, room, 7 a lamp."""
    key, fill = floats(rig.key_colour), floats(rig.fill_colour)
    rest = [
        0.25 * rig.softness,
        1.0 if rig.is_dark else 0.12,
        np.log(1 - rig.haze) / 10,
        1 - 0.6 * rig.softness,
        float(len(rig.lamps[:4])),
        1 / (1 + 0.25 * rig.softness),
        0.38 * (1 - rig.bounce),
    ]
    lamps = [(*lamp.at, *lamp.colour, lamp.reach_m) for lamp in rig.lamps[:4]]
    parts = (
        rig.direction, key * rig.key, fill * rig.fill * 1.35, key * rig.rim, rig.horizon,
        rig.zenith, rest, _WALL * floats([-1, -1, 1, 1]) + floats(rig.room), np.ravel(lamps),
    )  # fmt: skip
    return np.concatenate([floats(part) for part in parts])
