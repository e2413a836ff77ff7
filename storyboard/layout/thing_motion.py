"""What things and animals do at a time of the shot: turn, open, fall, swing, roll along."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.things import MODELS
from shots.staging.staged import Player
from storyboard.layout.meshes import Array, Mesh
from storyboard.layout.motion.world import Spot
from storyboard.layout.rotations import about, smooth
from storyboard.layout.things.models import build_thing

_WHEEL_M = 0.33  # radius of a wheel
_STRIDE = 0.9  # of an animal, in parts of its length
_TURN_DEG_S, _FALL_M_S2, _RISE_M_S = 40.0, 9.81, 0.5
_OPEN_STEPS, _PHASE_STEPS = 16, 32  # meshes that are built of a lid, and of a wheel or a stride
_DROP_M = 0.03
_STILL = ("", "be", "stop")


@dataclass(frozen=True)
class ThingState:
    """A thing at a time: its own parts, and how it is moved from where it stands.

    Attributes:
        phase: Radians of wheels, legs and wings.
        opened: 0 shut to 1 open.
        lift_m: Height over where it stands.
        yaw_deg: Turn about the vertical.
        tilt_deg: Turn about the axis towards its front, in `hinge`: its base or its top.
        hinge: base or top.
        is_dark: Whether its light is off.
    """

    phase: float = 0.0
    opened: float = 0.0
    lift_m: float = 0.0
    yaw_deg: float = 0.0
    tilt_deg: float = 0.0
    hinge: str = "base"
    is_dark: bool = False


def is_moving(player: Player) -> bool:
    """Whether a thing or an animal looks different from frame to frame."""
    return any(beat.gesture not in _STILL or len(beat.path) > 1 for beat in player.beats)


def state_of(player: Player, spot: Spot, seconds: float, length: float) -> ThingState:
    """A thing `seconds` after the start of a shot of some length."""
    state = ThingState(phase=_phase(player, spot))
    seed = zlib.crc32(player.id.encode()) % 97 / 97
    for beat in player.beats:
        begin, end = beat.start * length, beat.end * length
        if begin > seconds:
            break
        since = min(seconds, end) - begin
        if beat.gesture == "fall" and max(spot.size) < _DROP_M:  # it hangs before it falls
            since = max(0.0, since - 0.6 * (end - begin))
        state = _after(state, beat.gesture, since, (end - begin), beat.pace, player.base_m, seed)
    return state


def _phase(player: Player, spot: Spot) -> float:
    if MODELS[player.model].kind == "animal":
        return 2 * math.pi * spot.gone / (_STRIDE * max(spot.size[0], spot.size[2]))
    return spot.gone / _WHEEL_M


def _after(
    state: ThingState,
    gesture: str,
    since: float,
    length: float,
    pace: float,
    base_m: float,
    seed: float,
) -> ThingState:
    """A state after some seconds of a motion that takes `length`."""
    part = smooth(since / max(min(length, 1.6 / pace), 0.05))
    match gesture:
        case "turn":
            return replace(state, yaw_deg=state.yaw_deg + _TURN_DEG_S * pace * since)
        case "open":
            return replace(state, opened=part)
        case "close":
            return replace(state, opened=1.0 - part)
        case "fall":
            drop = min(base_m + state.lift_m, _FALL_M_S2 * since**2 / 2)
            return replace(state, lift_m=state.lift_m - drop, tilt_deg=80.0 * part)
        case "rise":
            return replace(state, lift_m=state.lift_m + _RISE_M_S * pace * since)
        case "float":
            bob = 0.06 * math.sin(2 * math.pi * (0.35 * since + seed))
            return replace(state, lift_m=state.lift_m + bob)
        case "shake":
            return replace(state, yaw_deg=state.yaw_deg + 2.5 * math.sin(2 * math.pi * 11 * since))
        case "swing":
            angle = 11.0 * math.sin(2 * math.pi * (0.45 * since + seed))
            return replace(state, tilt_deg=angle, hinge="top")
        case "blink":
            return replace(state, is_dark=(since * 1.7 + seed) % 1.0 > 0.6)
    return state


def thing_mesh(player: Player, state: ThingState, *, is_held: bool = False) -> Mesh:
    """A thing at the origin in a state, or as in a hand with the grip there."""
    mesh = build_thing(
        player.model,
        size=player.size,
        colour=player.colour,
        label=player.label,
        phase=round(state.phase / (2 * math.pi) * _PHASE_STEPS) % _PHASE_STEPS
        * (2 * math.pi / _PHASE_STEPS),
        opened=round(state.opened * _OPEN_STEPS) / _OPEN_STEPS,
        seed=zlib.crc32(player.id.encode()) % 1000,
        held=is_held,
    )  # fmt: skip
    if state.is_dark:
        mesh = replace(mesh, glow=np.zeros_like(mesh.glow))
    if state.tilt_deg:
        height = float(-mesh.vertices[:, 1].min())
        hinge = (0.0, -height if state.hinge == "top" else 0.0, 0.0)
        mesh = mesh.turned(about((0.0, 0.0, 1.0), math.radians(state.tilt_deg)), hinge)
    return mesh


def placed(mesh: Mesh, spot: Spot, state: ThingState) -> Mesh:
    """The mesh of a thing where it stands."""
    offset: Array = spot.position - np.array([0.0, state.lift_m, 0.0])
    return mesh.moved(offset, yaw_deg=spot.facing_deg + state.yaw_deg)
