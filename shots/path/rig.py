"""Position and orientation of the camera at rest, by size and angle.

World: metres, x right, y DOWN, z forward, ground at y = 0 (heights are negative y). A 1.75 m figure
stands at the origin facing -z; the camera at rest is on the -z side and looks towards +z.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shots.vocabulary.camera import Camera

Array = NDArray[np.float64]

FIGURE_HEIGHT_M = 1.75
FULL_FRAME_WIDTH_MM = 36.0
GROUND_CLEARANCE_M = 0.05
SUBJECT_CLEARANCE_M = 0.20  # from the figure's axis: nose (0.1 m) plus a hand's width
HEAD_CLEARANCE_M = FIGURE_HEIGHT_M + 0.10  # above this height the camera may cross the figure
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


def frame_subject(camera: Camera, aspect: float) -> Rig:
    """Place the camera at rest: distance from the size, height and pitch from the angle."""
    framing, angle = FRAMINGS[camera.size], ANGLES[camera.angle]
    if camera.movement[:1] == ("fly-through",) and angle == ANGLES["eye-level"]:
        angle = FLIGHT
    focal = camera.lens_mm / FULL_FRAME_WIDTH_MM
    distance_m = max(framing.frame_m * focal * aspect, SUBJECT_CLEARANCE_M)
    height_m = framing.aim_m - distance_m * np.sin(np.radians(angle.pitch_deg))
    height_m = float(np.clip(height_m, angle.lowest_m, angle.highest_m))
    limit = np.sin(np.radians(angle.steepest_deg))
    pitch = np.arcsin(np.clip((framing.aim_m - height_m) / distance_m, -limit, limit))
    if height_m < HEAD_CLEARANCE_M:
        distance_m = max(distance_m, SUBJECT_CLEARANCE_M / max(np.cos(pitch), 0.2))
    aim_m = height_m + distance_m * np.sin(pitch)
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
    )


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
