"""A staged shot: the set, the subjects at each frame, and the light of its lighting directive.

Light directions are relative to the camera at rest: "side left" is the left of the picture.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from storyboard.layout.figures import FIGURES, REST_YAW_DEG, VEHICLES, framing_scale
from storyboard.layout.mesh import SUBJECT, Array, Colour, Mesh, floats, join
from storyboard.layout.reading import Actor, read_shot
from storyboard.layout.sets import build_place

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList
    from shots.vocabulary.lighting import Lighting
    from storyboard.layout.mesh import GroundPaint


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
    def direction(self) -> Array:
        """`towards` as a unit vector, (3,)."""
        vector = np.asarray(self.towards, np.float32)
        return vector / np.float32(np.linalg.norm(vector))


TIMES: Mapping[str, LightRig] = {
    "day": LightRig(),
    "night": LightRig(
        key=0.50, key_colour=(0.80, 0.90, 1.15), fill=0.24, fill_colour=(0.65, 0.8, 1.3),
        zenith=(0.03, 0.05, 0.13), horizon=(0.10, 0.13, 0.23), haze=0.08, is_dark=True,
    ),
    "dawn": LightRig(
        key=0.50, key_colour=(1.05, 0.93, 0.95), fill=0.34, fill_colour=(0.86, 0.92, 1.15),
        zenith=(0.30, 0.38, 0.58), horizon=(0.84, 0.70, 0.68), haze=0.22,
    ),
    "sunrise": LightRig(
        key=0.80, key_colour=(1.25, 0.96, 0.66), fill=0.30, fill_colour=(0.90, 0.92, 1.1),
        zenith=(0.38, 0.50, 0.72), horizon=(0.99, 0.80, 0.52), haze=0.16,
    ),
    "sunset": LightRig(
        key=0.82, key_colour=(1.32, 0.82, 0.46), fill=0.26, fill_colour=(0.95, 0.82, 0.98),
        zenith=(0.28, 0.30, 0.54), horizon=(0.99, 0.56, 0.28), haze=0.14,
    ),
    "dusk": LightRig(
        key=0.40, key_colour=(0.95, 0.88, 1.05), fill=0.33, fill_colour=(0.72, 0.82, 1.25),
        zenith=(0.13, 0.18, 0.40), horizon=(0.46, 0.38, 0.52), haze=0.16, is_dark=True,
    ),
}  # fmt: skip
# Vector from the subject to the key light (the camera is on the -z side), factors of key and fill,
# strength of the rim.
KEY_LIGHTS: Mapping[str, tuple[tuple[float, float, float], float, float, float]] = {
    "top": ((0.05, -1.0, -0.12), 1.0, 1.0, 0.0),
    "side": ((1.0, -0.32, -0.12), 1.15, 0.72, 0.0),
    "under": ((0.1, 0.75, -0.65), 1.15, 0.72, 0.0),
    "edge": ((0.75, -0.55, 0.75), 1.1, 0.75, 0.7),
    "back": ((0.12, -0.5, 1.0), 1.1, 0.62, 0.6),
    "silhouette": ((0.0, -0.35, 1.0), 0.5, 0.16, 0.35),
    "front": ((0.05, -0.4, -1.0), 1.0, 1.0, 0.0),
}
_STRIDE_PER_METRE = 4.2  # radians of arm swing a metre walked
_WALKS_WITH_CAMERA = frozenset({"follow", "lead"})
_HEADING_XZ = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "towards": (0.0, -1.0), "away": (0.0, 1.0)}
# Turned so that the figure's front leads; vehicles are built side on, figures face the camera.
_HEADING_YAW = {"left": -90.0, "right": 90.0, "towards": 0.0, "away": 180.0}
_VEHICLE_YAW = {"left": 0.0, "right": 180.0, "towards": 90.0, "away": -90.0}
_GAP_M = 0.08  # between subjects side by side
_COMPOSITION_SHIFT = {"left-heavy": -0.17, "right-heavy": 0.17}  # of the picture's width


@dataclass(frozen=True, eq=False)
class StagedScene:
    """A shot staged for F frames; `at(frame)` is everything solid at that frame."""

    actors: tuple[Actor, ...]
    ground: GroundPaint
    set_mesh: Mesh
    rig: LightRig
    starts: tuple[Array, ...]
    travel: Array  # (F, 3) metres that the subjects have moved by each frame
    is_interior: bool

    def lit(self, lighting: Lighting, palette: Iterable[str]) -> StagedScene:
        """The same scene in another light."""
        rig = light_rig(lighting, palette)
        if self.is_interior:
            # Beyond the walls it is dim instead of sky, and a room has no haze.
            grey = 0.10 if rig.is_dark else 0.42
            fill = rig.fill * 1.4  # light reflected by the walls
            rig = replace(rig, zenith=(grey,) * 3, horizon=(grey,) * 3, haze=0.015, fill=fill)
        return replace(self, rig=rig)

    def at(self, frame: int) -> Mesh:
        """The set and the subjects at a frame, one mesh."""
        parts = [self.set_mesh]
        travelled = float(np.linalg.norm(self.travel[frame] - self.travel[0]))
        for actor, start in zip(self.actors, self.starts, strict=True):
            solid = _build_actor(actor, travelled, self.yaw(actor))
            parts.append(solid.moved(start + self.travel[frame]).owned_by(SUBJECT))
        return join(parts)

    def yaw(self, actor: Actor) -> float:
        """Degrees that a subject is turned by: along its way, or to its best side at rest."""
        is_moving = float(np.abs(self.travel).max()) > 0.05
        if not is_moving:
            return REST_YAW_DEG.get(actor.figure, 0.0)
        table = _VEHICLE_YAW if actor.figure in VEHICLES or actor.figure == "dog" else _HEADING_YAW
        return table[actor.heading]


def stage(board: ShotList, shot: Shot, path: CameraPath) -> StagedScene:
    """Build the scene of a shot for the frames of its camera path."""
    reading = read_shot(board, shot)
    # The seed is that of the location, so that the shots of a scene share their set.
    location = shot.location.id if shot.location else shot.scene
    place = build_place(reading.place, zlib.crc32(f"{board.title}/{location}".encode()))
    actors = reading.actors
    if set(shot.camera.movement) & _WALKS_WITH_CAMERA:
        heading = "towards" if "lead" in shot.camera.movement else "away"
        actors = tuple(replace(actor, heading=heading) for actor in actors)
    frame_width = path.subject_distance_m / float(path.focal[0])
    shift = _COMPOSITION_SHIFT.get(shot.composition or "", 0.0) * frame_width
    # Side by side across the picture, so that none hides another.
    solids = [_build_actor(actor, 0.0, REST_YAW_DEG.get(actor.figure, 0.0)) for actor in actors]
    widths = np.array([np.ptp(solid.vertices[:, 0]) for solid in solids])
    middles = np.cumsum(widths + _GAP_M) - widths / 2
    across = floats(middles - (middles[0] + middles[-1]) / 2)
    starts = tuple(floats([shift + x, 0, 0]) for x in across)
    rig, travel = LightRig(), _travel(actors[0], shot, path)
    scene = StagedScene(actors, place.ground, place.solids, rig, starts, travel, place.is_interior)
    return scene.lit(shot.lighting, board.style.palette)


def _build_actor(actor: Actor, travelled_m: float, yaw_deg: float) -> Mesh:
    """A subject at its framed size, turned, in the stride that it has after so many metres."""
    scale = framing_scale(actor.figure)
    solid = FIGURES[actor.figure](actor.colour, _STRIDE_PER_METRE * travelled_m / scale)
    return solid.moved((0, 0, 0), yaw_deg=yaw_deg, scale=scale)


def _travel(lead: Actor, shot: Shot, path: CameraPath) -> Array:
    """Offset of the subjects at each frame, (F, 3) metres, zero in the middle of the shot."""
    if set(shot.camera.movement) & _WALKS_WITH_CAMERA:
        return path.subject.astype(np.float32)
    x, z = _HEADING_XZ[lead.heading]
    # At most across the frame: the subject stays in the picture of a fixed camera.
    limit = 0.5 * path.subject_distance_m / float(path.focal[0])
    span = min(lead.speed * float(shot.duration_s), limit if x else 2 * limit)
    progress = np.linspace(-0.5, 0.5, path.num_frames) if path.num_frames > 1 else np.zeros(1)
    return np.stack([x * span * progress, 0 * progress, z * span * progress], 1).astype(np.float32)


def light_rig(lighting: Lighting, palette: Iterable[str] = ()) -> LightRig:
    """The rig of a lighting directive; what it leaves open is an even day.

    The board's palette comes first, so that a shot's own tone overrides it.
    """
    rig = _with_source(TIMES[lighting.time or "day"], lighting.source)
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
