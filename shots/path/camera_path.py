"""Camera path of a shot: one pose and one focal length per frame.

Several moves share the time equally, in the order written. Size and angle name the START of push,
pull, zoom, orbit, roll, crane-up and travel. A pan, tilt or track that comes first starts half its
amount early, so that the subject is centred in mid-move; a first crane-down or whip pan ENDS on the
named framing. An amount applies to every move that is measured in its unit. Handheld and steadicam
are added to the moves and take no time of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from shots.path.moves import ACTIONS, TEXTURES, Unit, keep_clear, move_reach, shake
from shots.path.rig import FIGURE, GROUND_CLEARANCE_M, Array, Framed, Rig, frame_subject, rotation

if TYPE_CHECKING:
    from shots.schema import Shot
    from shots.vocabulary.camera import Camera


@dataclass(frozen=True)
class Move:
    """One movement as carried out; reach in signed radians, metres or log of the lens ratio."""

    word: str
    reach: float
    unit: Unit

    def describe(self) -> str:
        """Text of the move and its size: "push-in 1.2 m"."""
        size = {
            "deg": f" {abs(np.degrees(self.reach)):.0f} deg",
            "m": f" {abs(self.reach):.2g} m",
            "x": f" {np.exp(abs(self.reach)):.2g}x",
            "": "",
        }
        return self.word + size[self.unit]


@dataclass(frozen=True, eq=False)
class CameraPath:
    """The camera of one shot, frame by frame.

    Attributes:
        camera_to_world: (F, 3, 4), columns: the camera's right, down and forward axes, position.
        focal: (F,), focal length / picture width.
        subject: (F, 3), position of what is framed; the origin, except in `follow` and `lead`.
        share: (F,), time of each frame as a part of the shot, 0 to 1.
        aspect: Picture width / height.
        duration_s: Frame k is at `k / (F - 1) * duration_s`.
        subject_distance_m: From the camera to the framed point, at the named size.
        moves: In order.
        textures: Shake over all moves, `handheld` or `steadicam`.
        linear: Whether the moves start and stop without easing.
    """

    camera_to_world: Array
    focal: Array
    subject: Array
    share: Array
    aspect: float
    duration_s: float
    subject_distance_m: float
    moves: tuple[Move, ...]
    textures: tuple[str, ...]
    linear: bool

    @property
    def num_frames(self) -> int:
        """Number of poses, F."""
        return len(self.focal)

    def relative(self) -> Array:
        """Poses in the axes of the first camera, so that frame 0 is the identity.

        Returns:
            (F, 3, 4), translations in metres from the first camera.
        """
        to_first = self.camera_to_world[0, :, :3].T
        shifted = self.camera_to_world.copy()
        shifted[:, :, 3] -= self.camera_to_world[0, :, 3]
        poses: Array = to_first @ shifted
        poses[0] = np.eye(3, 4)  # exact, where the product has rounding errors
        return poses

    def yaw_pitch_roll_deg(self) -> Array:
        """(F, 3) degrees in the world, unwrapped: right, up and clockwise positive."""
        pose = self.camera_to_world
        yaw = np.arctan2(pose[:, 0, 2], pose[:, 2, 2])
        pitch = np.arcsin(np.clip(-pose[:, 1, 2], -1.0, 1.0))
        roll = np.arctan2(pose[:, 1, 0], pose[:, 1, 1])
        return np.degrees(np.unwrap(np.stack([yaw, pitch, roll], axis=1), axis=0))

    def describe(self) -> str:
        """Text of the path in one line: "push-in 1.2 m over 4.0 s, ease"."""
        moves = ", then ".join(move.describe() for move in self.moves) or "static"
        parts = [f"{moves} over {self.duration_s:.1f} s"]
        if any(move.unit for move in self.moves):
            parts.append("linear" if self.linear else "ease")
        return ", ".join([*parts, *self.textures])


def camera_path(
    shot: Shot, *, num_frames: int, aspect: float, seed: int = 0, framed: Framed = FIGURE
) -> CameraPath:
    """Compute the camera path of a shot.

    Args:
        shot: Only its camera, sensor and duration are read.
        num_frames: F, at least 1.
        aspect: Picture width / height.
        seed: Of the shake of `handheld` and `steadicam`.
        framed: What size, angle and clearances are measured on.
    """
    camera = shot.camera
    duration_s = float(shot.duration_s)
    named = frame_subject(camera, aspect, framed, shot.sensor_mm)
    words = [word for word in camera.movement if word not in TEXTURES]
    textures = tuple(word for word in camera.movement if word in TEXTURES)
    share_s = duration_s / max(1, len(words))
    start, moves = _plan_moves(words, camera, named, share_s)

    time_s = np.linspace(0.0, duration_s, num_frames)
    constant = ("aspect", "framed", "sensor_mm")
    arrays = (each.name for each in fields(Rig) if each.name not in constant)
    frames: dict[str, Any] = {
        name: np.repeat(getattr(start, name), num_frames, axis=0) for name in arrays
    }
    rig = replace(start, **frames)
    for index, move in enumerate(moves):
        action = ACTIONS[move.word]
        progress = np.clip((time_s - index * share_s) / min(share_s, action.at_most_s), 0.0, 1.0)
        eased = progress if camera.linear else progress**2 * (3.0 - 2.0 * progress)
        rig = action.apply(rig, move.reach * eased)
    if framed.rises:
        rise = _rise(framed, time_s / duration_s)
        risen = replace(rig, eye=rig.eye - rise, aim=rig.aim - rise)
        if framed.eye is not None:  # somebody's eyes stay, and turn
            up = (np.arctan2(-each[:, 1], rig.run) for each in (risen.aim - rig.eye, rig.to_aim))
            risen = replace(risen, eye=rig.eye, pitch=rig.pitch + next(up) - next(up))
        rig = risen
    for texture in textures:
        rig = shake(rig, time_s, TEXTURES[texture], seed)

    eye = rig.eye.copy()
    eye[:, 1] = np.minimum(eye[:, 1], -GROUND_CLEARANCE_M)
    return CameraPath(
        camera_to_world=np.concatenate([rotation(rig), eye[:, :, None]], axis=2),
        focal=rig.focal,
        subject=rig.aim - named.aim,
        share=time_s / duration_s,
        aspect=aspect,
        duration_s=duration_s,
        subject_distance_m=float(named.distance[0]),
        moves=tuple(moves),
        textures=textures,
        linear=camera.linear,
    )


def _rise(framed: Framed, share: Array) -> Array:
    """(F, 3): metres up that the camera goes along with a head."""
    moments, metres = np.array(framed.rises).T
    return np.outer(np.interp(share, moments, metres), [0.0, 1.0, 0.0])


def _plan_moves(
    words: list[str], camera: Camera, named: Rig, share_s: float
) -> tuple[Rig, list[Move]]:
    """Start and reaches of all moves, each measured from where the one before it ends."""
    start = rig = named
    moves: list[Move] = []
    for word in words:
        action = ACTIONS[word]
        reach = move_reach(action, camera, rig, share_s)
        if not moves and action.lead:
            start = rig = action.apply(named, np.array([-action.lead * reach]))
        reach = keep_clear(action, rig, reach)
        moves.append(Move(word, reach, action.unit))
        rig = action.apply(rig, np.array([reach]))
    return start, moves
