"""What things and animals do at a time of the shot: turn, open, fall, swing, roll along."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.actions import ANIMAL_RESTS
from shots.lexicon.things import MODELS
from shots.staging.staged import Player
from storyboard.layout.meshes import Array, Mesh
from storyboard.layout.motion.held import HeldThing
from storyboard.layout.motion.world import Spot
from storyboard.layout.practicals import PRACTICALS
from storyboard.layout.rotations import about, smooth, yaw
from storyboard.layout.thing_states import in_state
from storyboard.layout.things.models import build_thing

_WHEEL_M = 0.33  # radius of a wheel
_STRIDE = 0.9  # of an animal, in parts of its length
_TURN_DEG_S, _FALL_M_S2, _RISE_M_S = 40.0, 9.81, 0.5
_LAND_M = 0.25  # from which a thing comes down onto its place, slowly as in a product film
_OPEN_STEPS, _PHASE_STEPS = 16, 32  # meshes that are built of a lid, and of a wheel or a stride
_DROP_M = 0.03
BITES = ("pick-up", "catch", "hold", "carry")  # of animals: what they take is in the mouth
_STILL = ("", "be", "stop")
_SQUEEZED = 0.82  # of the height of the belly that an animal at rest comes down


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
        rest: Of an animal at rest: sit, lie or sleep.
    """

    phase: float = 0.0
    opened: float = 0.0
    lift_m: float = 0.0
    yaw_deg: float = 0.0
    tilt_deg: float = 0.0
    hinge: str = "base"
    is_dark: bool = False
    rest: str = ""


def is_moving(player: Player) -> bool:
    """Whether a thing or an animal looks different from frame to frame."""
    return any(beat.gesture not in _STILL or len(beat.path) > 1 for beat in player.beats)


def mouths(
    players: Iterable[Player], spots: Mapping[str, Spot], share: float
) -> dict[str, HeldThing]:
    """Things that animals have in their mouths at a share of the shot, by id."""
    found: dict[str, HeldThing] = {}
    for player in (each for each in players if each.kind == "animal"):
        _, high, deep = spots[player.id].size
        for beat in player.beats:
            if beat.gesture in BITES and beat.start + 0.3 * (beat.end - beat.start) <= share:
                at = spots[player.id].at((0.0, -0.54 * high, -0.48 * deep))
                across = yaw(spots[player.id].facing_deg + 90.0)
                found[beat.target] = HeldThing(beat.target, across, at)
    return found


def state_of(player: Player, spot: Spot, seconds: float, length: float) -> ThingState:
    """A thing `seconds` after the start of a shot of some length."""
    state = ThingState(phase=_phase(player, spot))
    seed = zlib.crc32(player.id.encode()) % 97 / 97
    for beat in player.beats:
        begin, end = beat.start * length, beat.end * length
        if begin > seconds:
            break
        since = min(seconds, end) - begin
        if MODELS[player.model].kind == "animal":
            state = replace(state, rest=ANIMAL_RESTS.get(beat.posture, ""))
        is_hanging = max(spot.size) < _DROP_M or player.on
        if beat.gesture == "fall" and is_hanging:  # it hangs, or stands there, before it falls
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
        case "rise" | "land":
            left = _LAND_M * (1.0 - min(1.0, since / max(0.45 * length, 0.05)) ** 2)
            up = _RISE_M_S * pace * since if gesture == "rise" else left
            return replace(state, lift_m=state.lift_m + up)
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
    mesh = _at_rest(mesh, state.rest) if state.rest else mesh
    if player.state and not (player.state == "fire" and player.model in PRACTICALS):
        mesh = in_state(mesh, player.state, len(player.id))
    if state.is_dark:
        mesh = replace(mesh, glow=np.zeros_like(mesh.glow))
    if state.tilt_deg:
        height = float(-mesh.vertices[:, 1].min())
        hinge = (0.0, -height if state.hinge == "top" else 0.0, 0.0)
        mesh = mesh.turned(about((0.0, 0.0, 1.0), math.radians(state.tilt_deg)), hinge)
    return mesh


def _at_rest(mesh: Mesh, rest: str) -> Mesh:
    """An animal lowered onto its belly, for sleep with its head down, or onto its haunches.

    What is below the belly is squeezed and the rest comes down with it.
    """
    x, down, z = mesh.vertices.T
    up, long = -down, float(np.ptp(z))
    part = (z - z.min()) / long  # 0 at the nose, 1 at the tip of the tail
    trunk = up[(part > 0.42) & (part < 0.58)]
    belly = float(np.clip(trunk.min(), 0.2 * up.max(), 0.6 * up.max()))
    lowered = _smooth_step((part - 0.3) / 0.35) if rest == "sit" else np.ones_like(part)
    drop = _SQUEEZED * belly * lowered
    height = np.where(up > belly, up - drop, up * (1.0 - drop / belly))
    if rest == "sleep":
        head = height[part < 0.12]
        ahead = _smooth_step((0.34 - part) / 0.2)
        height = np.maximum(height - ahead * float(head.min(initial=9.0)) * 0.95, 0.004)
    return replace(mesh, vertices=np.stack([x, -height, z], axis=1).astype(np.float32))


def _smooth_step(share: Array) -> Array:
    kept = np.clip(share, 0.0, 1.0)
    return kept * kept * (3.0 - 2.0 * kept)


def placed(mesh: Mesh, spot: Spot, state: ThingState) -> Mesh:
    """The mesh of a thing where it stands."""
    offset: Array = spot.position - np.array([0.0, state.lift_m, 0.0])
    return mesh.moved(offset, yaw_deg=spot.facing_deg + state.yaw_deg)
