"""Position and orientation of the camera at rest, by size and angle.

World: metres, x right, y DOWN, z forward, ground at y = 0 (heights are negative y). What is framed,
by default a figure of 1.75 m, stands at the origin facing -z; the camera at rest is on the -z side
and looks towards +z.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shots.vocabulary.sensors import SENSORS

if TYPE_CHECKING:
    from shots.vocabulary.camera import Camera

Array = NDArray[np.float64]

FIGURE_HEIGHT_M = 1.75
FULL_FRAME_WIDTH_MM = SENSORS["full-frame"]
GROUND_CLEARANCE_M = 0.05
SUBJECT_CLEARANCE_M = 0.20  # from the figure's axis: nose (0.1 m) plus a hand's width
HEAD_CLEARANCE_M = 0.10  # this far above the figure's top the camera may cross it
DUTCH_ROLL_DEG = 12.0


class Framing(NamedTuple):
    """Picture of one size: its height at the subject, and the height of its centre, in metres."""

    frame_m: float
    aim_m: float


# Landmarks of the figure: knee 0.50, waist 1.00, chest 1.25, shoulder 1.42, chin 1.53, eye 1.63 m.
FRAMINGS = {
    "EWS": Framing(FIGURE_HEIGHT_M / 0.18, 1.60),  # figure small, horizon near the middle
    "WS": Framing(FIGURE_HEIGHT_M / 0.45, 1.05),  # figure under half, air above, ground below
    "FS": Framing(FIGURE_HEIGHT_M / 0.85, 0.88),  # head to foot, 7 % free at each end
    "MWS": Framing(1.40, 1.17),  # 0.47 to 1.87: cut at the knee
    "MS": Framing(0.90, 1.41),  # 0.96 to 1.86: cut at the waist
    "MCU": Framing(0.62, 1.51),  # 1.20 to 1.82: cut at the chest
    "CU": Framing(0.42, 1.59),  # 1.38 to 1.80: cut under the shoulder line
    "BCU": Framing(0.27, 1.63),  # 1.50 to 1.77: chin to hair
    "ECU": Framing(0.15, 1.635),  # 1.56 to 1.71: eyes and nose
}


FULL_SIZES = ("EWS", "WS", "FS")  # they show all of a figure; the others are measured from its top
# Part of the picture that a thing takes up in height or width. A car is framed as a person is, in
# parts; of a thing on a table all sizes but the tightest show the whole; a tram fills a wide shot.
LARGE_SHARES = {"EWS": 0.18, "WS": 0.45, "FS": 0.85, "MWS": 1.1, "MS": 1.6, "MCU": 2.2, "CU": 3.0,
                "BCU": 4.5, "ECU": 8.0}  # fmt: skip
SMALL_SHARES = {"EWS": 0.10, "WS": 0.28, "FS": 0.55, "MWS": 0.6, "MS": 0.66, "MCU": 0.75,
                "CU": 0.9, "BCU": 1.4, "ECU": 2.5}  # fmt: skip
HUGE_SHARES = {"EWS": 0.32, "WS": 0.72, "FS": 0.9, "MWS": 1.2, "MS": 1.8, "MCU": 2.6, "CU": 3.5,
               "BCU": 5.0, "ECU": 9.0}  # fmt: skip
SHARES_BY_EXTENT = ((0.7, SMALL_SHARES), (1.5, LARGE_SHARES), (12.0, HUGE_SHARES))
"""Extents in metres to which the tables apply; mixed between them."""


@dataclass(frozen=True)
class Framed:
    """What the named size and angle are measured on: a person, a thing, or several of them.

    Attributes:
        top_m: Height of its top over the floor: of the head in the pose held.
        foot_m: Height of its lowest point.
        scale: Its size over that of a standing person of 1.75 m, for the tight sizes.
        width_m: Extent across the picture; the picture is at least that wide. 0: any width.
        across_m: The same at any other size, where `width_m` has room for hands at this size; None:
            `width_m`.
        whole: Whether the sizes are parts of its height and width, as for things, instead of a
            person's.
        eye: Metres along the ground from its axis to the camera, and the camera's height, where the
            staging places the camera, as in a point of view; None: by size and angle.
        pitch_deg: Pitch of the camera instead of the angle's; None: the angle's.
        clear_m: Nearest distance of the camera to its axis.
        rises: Shares of the shot, and metres that the camera has gone up by then, along with a head
            that sits down or stands up in a tight picture; empty: it stays. A camera with an `eye`
            turns up instead.
    """

    top_m: float = FIGURE_HEIGHT_M
    foot_m: float = 0.0
    scale: float = 1.0
    width_m: float = 0.0
    whole: bool = False
    eye: tuple[float, float] | None = None
    pitch_deg: float | None = None
    clear_m: float = SUBJECT_CLEARANCE_M
    rises: tuple[tuple[float, float], ...] = ()
    across_m: float | None = None

    @property
    def shift_m(self) -> float:
        """Height that landmarks of a standing person move by after scaling."""
        return self.top_m - FIGURE_HEIGHT_M * self.scale


FIGURE = Framed()


class Angle(NamedTuple):
    """Camera height and pitch of one angle.

    The camera moves up or down until it looks at the aim with `pitch_deg`, but stays between
    `lowest_m` and `highest_m`. If it would then have to look steeper than `steepest_deg`, it keeps
    its height and distance, and the aim moves along the figure instead.
    """

    pitch_deg: float
    lowest_m: float
    highest_m: float
    steepest_deg: float


ANGLES = {
    "eye-level": Angle(-3.0, 0.40, 1.65, 90.0),  # nearly level: upright lines stay upright
    "dutch": Angle(-3.0, 0.40, 1.65, 90.0),  # eye level plus DUTCH_ROLL_DEG
    "low": Angle(22.0, 0.30, 9.0, 90.0),
    "high": Angle(-30.0, 0.30, np.inf, 90.0),
    "overhead": Angle(-85.0, 1.95, np.inf, 85.0),  # not 90: the top of the picture needs a heading
    "aerial": Angle(-50.0, 0.30, np.inf, 90.0),
    "worms-eye": Angle(65.0, 0.10, 0.10, 70.0),
    "ground": Angle(0.0, 0.15, 0.15, 45.0),
    "shoulder": Angle(0.0, 1.45, 1.45, 35.0),
    "hip": Angle(0.0, 0.95, 0.95, 35.0),
}
FLIGHT = Angle(-8.0, 2.4, np.inf, 90.0)  # a fly-through at no other angle: over the figure's head


@dataclass(frozen=True, eq=False)
class Rig:
    """State of the camera in F frames, or in one; angles in radians."""

    eye: Array  # (F, 3)
    aim: Array  # (F, 3), the framed point of the subject
    yaw: Array  # (F,), like all that follow
    pitch: Array
    swing: Array  # about the camera's own upright axis, after pitch; only steep pans use it
    roll: Array
    focal: Array  # focal length / picture width
    aspect: float  # picture width / height
    framed: Framed = FIGURE
    sensor_mm: float = FULL_FRAME_WIDTH_MM

    @property
    def to_aim(self) -> Array:
        """(F, 3), from the camera to the framed point."""
        return self.aim - self.eye

    @property
    def distance(self) -> Array:
        """(F,), metres from the camera to the framed point."""
        length: Array = np.linalg.norm(self.to_aim, axis=-1)
        return length

    @property
    def run(self) -> Array:
        """(F,), metres along the ground from the camera to the subject's axis."""
        return np.hypot(self.to_aim[:, 0], self.to_aim[:, 2])

    @property
    def heading(self) -> Array:
        """(F, 3), unit vectors along the ground in which the camera looks."""
        return vectors(np.sin(self.yaw), 0.0, np.cos(self.yaw))


def relative_focal(lens_mm: float, sensor_mm: float = FULL_FRAME_WIDTH_MM) -> float:
    """Focal length as a part of the picture's width on the sensor."""
    return lens_mm / sensor_mm


def frame_subject(
    camera: Camera, aspect: float, framed: Framed = FIGURE, sensor_mm: float = FULL_FRAME_WIDTH_MM
) -> Rig:
    """Place the camera at rest: distance from the size, height and pitch from the angle."""
    focal = relative_focal(camera.lens_mm, sensor_mm)
    if framed.eye is None:
        height_m, aim_m, distance_m, pitch = _by_size(camera, aspect, focal, framed)
    else:
        run_m, height_m = framed.eye
        distance_m, high_m = run_m, run_m / (focal * aspect)
        frames = {size: _framing(size, aspect, focal, framed).frame_m for size in FRAMINGS}
        size = min(FRAMINGS, key=lambda size: abs(np.log(frames[size] / high_m)))
        for _ in range(8):  # the aim depends a little on the distance
            aim_m = _framing(size, aspect, focal, framed, distance_m).aim_m
            distance_m = float(np.hypot(run_m, aim_m - height_m))
        pitch = np.arctan2(aim_m - height_m, run_m)
    zero = np.zeros(1)
    return Rig(
        eye=np.array([[0.0, -height_m, -distance_m * np.cos(pitch)]]),
        aim=np.array([[0.0, -aim_m, 0.0]]),
        yaw=zero,
        pitch=zero + pitch,
        swing=zero,
        roll=zero + (np.radians(DUTCH_ROLL_DEG) if camera.angle == "dutch" else 0.0),
        focal=zero + focal,
        aspect=aspect,
        framed=framed,
        sensor_mm=sensor_mm,
    )


def _by_size(
    camera: Camera, aspect: float, focal: float, framed: Framed
) -> tuple[float, float, float, float]:
    """Height of the camera and of the aim, the distance between them, and the pitch."""
    framing, angle = _framing(camera.size, aspect, focal, framed), _angle(camera, framed)
    distance_m = max(framing.frame_m * focal * aspect, framed.clear_m)
    height_m = framing.aim_m - distance_m * np.sin(np.radians(angle.pitch_deg))
    height_m = float(np.clip(height_m, angle.lowest_m, angle.highest_m))
    limit = np.sin(np.radians(angle.steepest_deg))
    pitch = np.arcsin(np.clip((framing.aim_m - height_m) / distance_m, -limit, limit))
    if height_m < framed.top_m + HEAD_CLEARANCE_M:
        distance_m = max(distance_m, framed.clear_m / max(np.cos(pitch), 0.2))
    return height_m, height_m + distance_m * np.sin(pitch), distance_m, pitch


def _framing(
    size: str, aspect: float, focal: float, framed: Framed, distance_m: float | None = None
) -> Framing:
    """Height of the picture at what is framed, and of its centre; wider where it has to be.

    With a distance, the height of the picture follows from that instead of the size.
    """
    extent_m = framed.top_m - framed.foot_m
    frame_m, aim_m = FRAMINGS[size]
    if framed.whole:
        largest = max(extent_m, framed.width_m / aspect)
        extents = np.log([extent for extent, _ in SHARES_BY_EXTENT])
        shares = np.log([table[size] for _, table in SHARES_BY_EXTENT])
        share = np.exp(np.interp(np.log(largest), extents, shares))
        frame_m = float(max(extent_m, framed.width_m / aspect) / share)
        return Framing(frame_m, framed.foot_m + extent_m / 2.0)
    if size in FULL_SIZES:
        part = extent_m / FIGURE_HEIGHT_M
        frame_m, aim_m = frame_m * part, framed.foot_m + aim_m * part
    else:
        frame_m, aim_m = frame_m * framed.scale, aim_m * framed.scale + framed.shift_m
    asked_m = max(frame_m, framed.width_m / aspect)
    if distance_m is not None:
        asked_m = distance_m / (focal * aspect)
    if asked_m != frame_m:  # the same part of the picture stays free above
        free = aim_m + frame_m / 2.0 - framed.top_m
        aim_m = framed.top_m + free * asked_m / frame_m - asked_m / 2.0
        aim_m = max(aim_m, min(framed.foot_m + extent_m / 2.0, framed.top_m))
    return Framing(asked_m, aim_m)


def _angle(camera: Camera, framed: Framed) -> Angle:
    """The named angle, with its heights measured on what is framed."""
    angle = ANGLES[camera.angle]
    if camera.movement[:1] == ("fly-through",) and angle == ANGLES["eye-level"]:
        return FLIGHT
    if framed.pitch_deg is not None:
        return Angle(framed.pitch_deg, GROUND_CLEARANCE_M, np.inf, 85.0)
    if angle.highest_m < 0.4:  # near the ground, or what a small thing lies on
        raised = framed.foot_m if framed.whole else 0.0
        return angle._replace(lowest_m=angle.lowest_m + raised, highest_m=angle.highest_m + raised)
    extent_m = framed.top_m - framed.foot_m
    scale = extent_m / FIGURE_HEIGHT_M if framed.whole else framed.scale
    shift_m = framed.top_m - FIGURE_HEIGHT_M * scale
    lowest, highest = angle.lowest_m * scale + shift_m, angle.highest_m * scale + shift_m
    lowest = max(lowest, GROUND_CLEARANCE_M)
    return Angle(angle.pitch_deg, lowest, max(lowest, highest), angle.steepest_deg)


def rotation(rig: Rig) -> Array:
    """(F, 3, 3): yaw about the down axis, then pitch, swing and roll in the camera's own axes."""
    turned: Array = turn_about(1, rig.yaw) @ turn_about(0, rig.pitch) @ turn_about(1, rig.swing)
    return turned @ turn_about(2, rig.roll)


def turn_about(axis: int, angle: Array) -> Array:
    """(F, 3, 3): right-handed rotation about one axis by (F,) radians."""
    first, second = (axis + 1) % 3, (axis + 2) % 3
    turn = np.zeros((len(angle), 3, 3))
    turn[:, axis, axis] = 1.0
    turn[:, first, first] = turn[:, second, second] = np.cos(angle)
    turn[:, second, first] = np.sin(angle)
    turn[:, first, second] = -np.sin(angle)
    return turn


def vectors(x: Array | float, y: Array | float, z: Array | float) -> Array:
    """Stack three coordinates to (F, 3)."""
    return np.stack(np.broadcast_arrays(x, y, z), axis=-1)
