"""A shot staged: the set, the subjects where they are at each moment, and the light."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from storyboard.layout.figures import FIGURES, REST_YAW_DEG, VEHICLES, framing_scale
from storyboard.layout.light_rig import LightRig, light_rig
from storyboard.layout.mesh import SUBJECT, Array, Mesh, floats, join
from storyboard.layout.raster import GroundPaint
from storyboard.layout.reading import Actor, read_shot
from storyboard.layout.sets import build_place

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList
    from shots.vocabulary.lighting import Lighting

_STRIDE_PER_METRE = 4.2  # radians of arm swing a metre walked
_WALKS_WITH_CAMERA = frozenset({"follow", "lead"})
_HEADING_VECTOR = {
    "left": (-1.0, 0.0),
    "right": (1.0, 0.0),
    "towards": (0.0, -1.0),
    "away": (0.0, 1.0),
}
# Turned so that the figure's front leads; vehicles are built side on, figures face the camera.
_HEADING_YAW = {"left": -90.0, "right": 90.0, "towards": 0.0, "away": 180.0}
_VEHICLE_YAW = {"left": 0.0, "right": 180.0, "towards": 90.0, "away": -90.0}
_GAP_M = 0.08
_COMPOSITION_SHIFT = {"left-heavy": -0.17, "right-heavy": 0.17}


@dataclass(frozen=True, eq=False)
class Scene:
    """A staged shot; `at(frame)` is everything solid at that frame."""

    actors: tuple[Actor, ...]
    ground: GroundPaint
    set_mesh: Mesh
    rig: LightRig
    starts: tuple[Array, ...]
    travel: Array  # (F, 3) metres that the subjects have moved by each frame
    is_interior: bool

    def lit(self, lighting: Lighting, palette: Iterable[str]) -> Scene:
        """The same scene under another light."""
        rig = light_rig(lighting, palette)
        if self.is_interior:
            # Past the walls there is dimness, not sky, and no haze hangs in a room.
            grey = 0.10 if rig.is_dark else 0.42
            fill = rig.fill * 1.4  # light that the walls throw back
            rig = replace(rig, zenith=(grey,) * 3, horizon=(grey,) * 3, haze=0.015, fill=fill)
        return replace(self, rig=rig)

    def at(self, frame: int) -> Mesh:
        """The set and the subjects at a frame, one mesh."""
        parts = [self.set_mesh]
        travelled = float(np.linalg.norm(self.travel[frame] - self.travel[0]))
        for actor, start in zip(self.actors, self.starts, strict=True):
            solid = _built(actor, travelled, self.yaw(actor))
            parts.append(solid.moved(start + self.travel[frame]).owned_by(SUBJECT))
        return join(parts)

    def yaw(self, actor: Actor) -> float:
        """Degrees that a subject is turned by: along its way, or as it shows best at rest."""
        is_moving = float(np.abs(self.travel).max()) > 0.05
        if not is_moving:
            return REST_YAW_DEG.get(actor.figure, 0.0)
        table = _VEHICLE_YAW if actor.figure in VEHICLES or actor.figure == "dog" else _HEADING_YAW
        return table[actor.heading]


def _seed(shot: Shot, board: ShotList) -> int:
    """One number a location and board, so that the shots of a scene share their set."""
    location = shot.location.id if shot.location else shot.scene
    return zlib.crc32(f"{board.title}/{location}".encode())


def stage(board: ShotList, shot: Shot, path: CameraPath) -> Scene:
    """Build the scene of a shot for the frames of its camera path."""
    reading = read_shot(board, shot)
    place = build_place(reading.place, _seed(shot, board))
    actors = reading.actors
    if set(shot.camera.movement) & _WALKS_WITH_CAMERA:
        heading = "towards" if "lead" in shot.camera.movement else "away"
        actors = tuple(replace(actor, heading=heading) for actor in actors)
    frame_width = path.subject_distance_m / float(path.focal[0])
    shift = _COMPOSITION_SHIFT.get(shot.composition or "", 0.0) * frame_width
    starts = tuple(floats([shift + x, 0, 0]) for x in _side_by_side(actors))
    travel = _travel(actors, shot, path)
    scene = Scene(actors, place.ground, place.solids, LightRig(), starts, travel, place.is_interior)
    return scene.lit(shot.lighting, board.style.palette)


def _side_by_side(actors: tuple[Actor, ...]) -> Array:
    """Where each stands across the picture, metres, so that none hides another."""
    solids = [_built(actor, 0.0, REST_YAW_DEG.get(actor.figure, 0.0)) for actor in actors]
    widths = np.array([np.ptp(solid.vertices[:, 0]) for solid in solids])
    middles = np.cumsum(widths + _GAP_M) - widths / 2
    return floats(middles - (middles[0] + middles[-1]) / 2)


def _built(actor: Actor, travelled_m: float, yaw_deg: float) -> Mesh:
    """A subject at the size it is framed at, turned, in mid-stride after so many metres."""
    scale = framing_scale(actor.figure)
    solid = FIGURES[actor.figure](actor.colour, _STRIDE_PER_METRE * travelled_m / scale)
    return solid.moved((0, 0, 0), yaw_deg=yaw_deg, scale=scale)


def _travel(actors: tuple[Actor, ...], shot: Shot, path: CameraPath) -> Array:
    """Where the subjects are at each frame, (F, 3), passing the origin at mid-shot."""
    if set(shot.camera.movement) & _WALKS_WITH_CAMERA:
        return path.subject.astype(np.float32)
    lead = actors[0]
    x, z = _HEADING_VECTOR[lead.heading]
    # Across the frame at most: the subject stays in the picture of a fixed camera.
    span = lead.speed * float(shot.duration_s)
    limit = 0.5 * path.subject_distance_m / float(path.focal[0])
    span = min(span, limit if x else 2 * limit)
    progress = np.linspace(-0.5, 0.5, path.num_frames) if path.num_frames > 1 else np.zeros(1)
    return np.stack([x * span * progress, 0 * progress, z * span * progress], 1).astype(np.float32)
