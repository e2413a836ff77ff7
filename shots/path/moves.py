"""Movement words: how each one moves the rig, and how far; shake.

Signs, as a crew uses them: yaw + turns right, pitch + looks up, roll + turns the camera clockwise.
`pan-left` turns the camera left, so the picture moves right. `orbit-right` (and `orbit`) carries
the camera to its own right while it turns left to keep the subject: the background moves right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from shots.path.rig import (
    GROUND_CLEARANCE_M,
    HEAD_CLEARANCE_M,
    Array,
    Rig,
    relative_focal,
    turn_about,
    vectors,
)

if TYPE_CHECKING:
    from shots.vocabulary.camera import Camera

Unit = Literal["deg", "m", "x", ""]
Scale = Literal["1", "field x", "field y", "width", "height", "distance", "run"]
"""What the rate of a move is a part of: the horizontal or vertical field of view in radians, the
width or height of the picture at the subject, the distance to the aim or to the subject's axis."""

SPEEDS = {"very slow": 0.4, "subtle": 0.5, "slow": 0.65, "medium": 1.0, "fast": 1.7}
STEEP_PITCH_DEG = 60.0  # beyond it a pan about the plumb line would spin the picture
WHIP_S = 0.5


def _pan(rig: Rig, angle: Array) -> Rig:
    steep = np.abs(rig.pitch) > np.radians(STEEP_PITCH_DEG)
    return replace(
        rig,
        yaw=rig.yaw + np.where(steep, 0.0, angle),
        swing=rig.swing + np.where(steep, angle, 0.0),
    )


def _tilt(rig: Rig, angle: Array) -> Rig:
    return replace(rig, pitch=rig.pitch + angle)


def _roll(rig: Rig, angle: Array) -> Rig:
    return replace(rig, roll=rig.roll + angle)


def _track(rig: Rig, metres: Array) -> Rig:
    right = vectors(np.cos(rig.yaw), 0.0, -np.sin(rig.yaw))
    return replace(rig, eye=rig.eye + right * metres[:, None])


def _dolly(rig: Rig, metres: Array) -> Rig:
    along = rig.to_aim * (metres / rig.distance)[:, None]
    # From below the aim, straight back along the axis leads into the ground, so the camera backs
    # off level to the same distance.
    rise = rig.distance**2 - rig.run**2
    back = np.sqrt(np.maximum((rig.distance - metres) ** 2 - rise, 0.0)) - rig.run
    level = rig.to_aim * [1.0, 0.0, 1.0] * (-back / np.maximum(rig.run, 1e-9))[:, None]
    backs_off_low = (metres < 0) & (rig.to_aim[:, 1] < 0)
    return _tilt_to_aim(rig, rig.eye + np.where(backs_off_low[:, None], level, along))


def _crane(rig: Rig, metres: Array) -> Rig:
    return _tilt_to_aim(rig, rig.eye - vectors(0.0, metres, 0.0))


def _tilt_to_aim(rig: Rig, eye: Array) -> Rig:
    """Move the eye and tilt so that the subject keeps its height in the picture."""
    moved = replace(rig, eye=eye)
    turn = np.arctan2(-moved.to_aim[:, 1], moved.run) - np.arctan2(-rig.to_aim[:, 1], rig.run)
    return replace(moved, pitch=rig.pitch + turn)


def _orbit(rig: Rig, angle: Array) -> Rig:
    turned = turn_about(1, -angle) @ -rig.to_aim[:, :, None]
    return replace(rig, eye=rig.aim + turned[:, :, 0], yaw=rig.yaw - angle)


def _zoom(rig: Rig, log_ratio: Array) -> Rig:
    return replace(rig, focal=rig.focal * np.exp(log_ratio))


def _dolly_zoom(rig: Rig, metres: Array) -> Rig:
    moved = _dolly(rig, -metres)
    return replace(moved, focal=rig.focal * moved.distance / rig.distance)


def _travel(rig: Rig, metres: Array) -> Rig:
    step = rig.heading * metres[:, None]
    return replace(rig, eye=rig.eye + step, aim=rig.aim + step)


def _fly(rig: Rig, metres: Array) -> Rig:
    return replace(rig, eye=rig.eye + rig.heading * metres[:, None])


def _hold(rig: Rig, _: Array) -> Rig:
    return rig


@dataclass(frozen=True)
class Action:
    """How one movement word is carried out.

    The usual reach is `sign * scale * (rate * speed * seconds, clipped to [least, most])`.
    """

    apply: Callable[[Rig, Array], Rig]
    sign: float
    unit: Unit
    scale: Scale
    rate: float
    least: float
    most: float
    lead: float = 0.0  # part of the reach to start early by when the move opens the shot
    at_most_s: float = np.inf


# Rates per second are relative to a scale, so that close and wide shots move alike on screen.
# Medium over three seconds gives: pan and tilt 45 % of the field, track half a picture, push to
# 0.65 of the distance, zoom 1.6x, orbit 42°.
ACTIONS = {
    "static": Action(_hold, 0, "", "1", 0, 0, 0),
    "rack-focus": Action(_hold, 0, "", "1", 0, 0, 0),
    "pan-left": Action(_pan, -1, "deg", "field x", 0.15, 0.12, 1.2, lead=0.5),
    "pan-right": Action(_pan, 1, "deg", "field x", 0.15, 0.12, 1.2, lead=0.5),
    "whip-pan-left": Action(_pan, -1, "deg", "field x", 0, 1.5, 1.5, lead=1, at_most_s=WHIP_S),
    "whip-pan-right": Action(_pan, 1, "deg", "field x", 0, 1.5, 1.5, lead=1, at_most_s=WHIP_S),
    "tilt-up": Action(_tilt, 1, "deg", "field y", 0.15, 0.12, 1.2, lead=0.5),
    "tilt-down": Action(_tilt, -1, "deg", "field y", 0.15, 0.12, 1.2, lead=0.5),
    "roll-left": Action(_roll, -1, "deg", "1", 0.14, 0.1, 1.0),  # radians
    "roll-right": Action(_roll, 1, "deg", "1", 0.14, 0.1, 1.0),
    "push-in": Action(_dolly, 1, "m", "distance", 0.117, 0.08, 0.6),
    "pull-out": Action(_dolly, -1, "m", "distance", 0.18, 0.1, 1.5),
    "track-left": Action(_track, -1, "m", "width", 0.17, 0.12, 0.9, lead=0.5),
    "track-right": Action(_track, 1, "m", "width", 0.17, 0.12, 0.9, lead=0.5),
    "crane-up": Action(_crane, 1, "m", "height", 0.25, 0.15, 1.2),
    "crane-down": Action(_crane, -1, "m", "height", 0.25, 0.15, 1.2, lead=1),
    "orbit": Action(_orbit, 1, "deg", "1", 0.245, 0.17, 2.1),  # radians
    "orbit-left": Action(_orbit, -1, "deg", "1", 0.245, 0.17, 2.1),
    "orbit-right": Action(_orbit, 1, "deg", "1", 0.245, 0.17, 2.1),
    "zoom-in": Action(_zoom, 1, "x", "1", 0.157, 0.09, 1.1),  # log of the ratio
    "zoom-out": Action(_zoom, -1, "x", "1", 0.157, 0.09, 1.1),
    "dolly-zoom": Action(_dolly_zoom, 1, "m", "distance", 0.25, 0.15, 1.5),
    "follow": Action(_travel, 1, "m", "1", 1.2, 0.3, 60.0),  # a walk, 1.2 m/s
    "lead": Action(_travel, -1, "m", "1", 1.2, 0.3, 60.0),
    "fly-through": Action(_fly, 1, "m", "run", 0.17, 0.1, 0.8),
}


def move_reach(action: Action, camera: Camera, rig: Rig, seconds: float) -> float:
    """Reach of a move: signed radians, metres, or log of the lens ratio.

    By the amount of the directive, or by its speed where the unit does not apply to the move.
    """
    requested = _requested_reach(action, camera, rig)
    if requested is not None:
        return requested
    width = rig.distance / rig.focal
    scales: dict[Scale, Array] = {
        "1": np.ones(1),
        "field x": 2.0 * np.arctan(0.5 / rig.focal),
        "field y": 2.0 * np.arctan(0.5 / rig.focal / rig.aspect),
        "width": width,
        "height": width / rig.aspect,
        "distance": rig.distance,
        "run": rig.run,
    }
    pace = np.clip(action.rate * SPEEDS[camera.speed] * seconds, action.least, action.most)
    return action.sign * float(pace * scales[action.scale][0])


def _requested_reach(action: Action, camera: Camera, rig: Rig) -> float | None:
    amount = camera.amount
    if amount is None:
        return None
    value, distance_m = float(amount.value), float(rig.distance[0])
    if amount.unit == action.unit != "x":
        return action.sign * (np.radians(value) if action.unit == "deg" else value)
    if amount.unit == "x":
        ratio, sign = max(value, 1.0 / value), action.sign
    elif amount.unit == "mm":  # the final focal length, which also gives the direction
        ratio, sign = relative_focal(value, rig.sensor_mm) / float(rig.focal[0]), 1.0
    else:
        return None
    if action.apply is _zoom:
        return sign * float(np.log(ratio))
    if action.apply is _dolly_zoom or (action.apply is _dolly and amount.unit == "x"):
        nearer = action.apply is _dolly and action.sign > 0
        return sign * distance_m * (1.0 - 1.0 / ratio if nearer else ratio - 1.0)
    return None


def keep_clear(action: Action, rig: Rig, reach: float) -> float:
    """Shorten a reach that would end in the ground or in the figure."""
    height, run = -float(rig.eye[0, 1]), float(rig.run[0])
    over_m, clear_m = rig.framed.top_m + HEAD_CLEARANCE_M, rig.framed.clear_m
    if action.apply is _dolly:
        return min(reach, _room_ahead(rig))
    if action.apply is _dolly_zoom:
        return max(reach, -_room_ahead(rig))
    if action.apply is _crane:
        floor = GROUND_CLEARANCE_M if run > clear_m else over_m
        return max(reach, min(0.0, floor - height))
    if action.apply is _fly and height < over_m:
        return min(reach, max(0.0, run - clear_m))
    return reach


def _room_ahead(rig: Rig) -> float:
    """Metres the camera can go towards the aim before it touches the figure."""
    height, aim = -float(rig.eye[0, 1]), -float(rig.aim[0, 1])
    over_m = rig.framed.top_m + HEAD_CLEARANCE_M
    left = min(1.0, rig.framed.clear_m / max(float(rig.run[0]), 1e-9))
    if height > over_m > aim:  # from above, the top of the head may come first
        left = min(left, (over_m - aim) / (height - aim))
    return float(rig.distance[0]) * (1.0 - left)


class Texture(NamedTuple):
    """Shake over the complete shot."""

    turn: float  # standard deviation, relative to the horizontal field of view
    shift: float  # standard deviation, relative to the subject distance
    band_hz: tuple[float, float]


TEXTURES = {
    "handheld": Texture(turn=0.009, shift=0.006, band_hz=(0.3, 2.2)),
    "steadicam": Texture(turn=0.003, shift=0.003, band_hz=(0.08, 0.4)),
}
_NUM_WAVES = 8


def shake(rig: Rig, time_s: Array, texture: Texture, seed: int) -> Rig:
    """Add band-limited noise: sines of random frequency and phase for each degree of freedom."""
    generator = np.random.default_rng(seed)
    frequency = generator.uniform(*texture.band_hz, size=(6, _NUM_WAVES, 1))
    phase = generator.uniform(0.0, 2.0 * np.pi, size=(6, _NUM_WAVES, 1))
    waves = np.sin(2.0 * np.pi * frequency * time_s + phase).sum(axis=1) / np.sqrt(_NUM_WAVES / 2.0)
    turn = texture.turn * 2.0 * np.arctan(0.5 / rig.focal) * waves[:3]
    shift = texture.shift * rig.distance * waves[3:]
    return replace(
        rig,
        eye=rig.eye + shift.T,
        yaw=rig.yaw + turn[0],
        pitch=rig.pitch + turn[1],
        roll=rig.roll + 0.5 * turn[2],
    )
