"""Where everybody and everything is at a moment of a staged shot, and how tall it stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shots.lexicon.actions import POSTURES
from shots.lexicon.things import Seat
from shots.staging.floor_space import (
    along,
    distance,
    length,
    model_of,
    own_to_plan,
    plan_to_own,
    point,
    size_of,
)
from shots.staging.staged import Beat, Player, Point, Size

FIGURE_M = 1.75
EYES_UNDER_TOP = 0.069  # eyes under the top of the head, as a part of the height
# Where the palm of the hand with the thing is for a person of 1.75 m who stands: to the side of
# its hand, over the feet, ahead, in metres. Measured on the poses of the layout.
HAND_SPOTS: Mapping[str, tuple[float, float, float]] = {
    "phone-ear": (0.11, 1.57, 0.08), "phone-look": (-0.13, 1.29, 0.36), "read": (0.0, 1.22, 0.41),
    "drink": (0.04, 1.37, 0.20), "eat": (0.01, 1.49, 0.26), "smoke": (0.13, 1.05, 0.16),
    "hold-out": (0.18, 1.33, 0.51), "give": (0.0, 1.04, 0.46), "aim": (0.0, 1.59, 0.61),
    "photograph": (0.0, 1.60, 0.19), "write": (0.12, 1.09, 0.45), "type": (0.0, 1.09, 0.54),
    "carry": (0.0, 1.11, 0.30), "raise-arm": (0.24, 2.06, 0.04), "wave": (0.30, 1.77, 0.09),
    "point": (0.19, 1.39, 0.61), "pour": (0.12, 1.40, 0.33), "play-guitar": (0.0, 1.10, 0.24),
    "tie-shoe": (0.0, 0.65, 0.10), "pick-up": (0.10, 1.00, 0.50), "put-down": (0.10, 1.00, 0.50),
    "reach": (0.10, 1.10, 0.60), "push": (0.21, 1.18, 0.75), "open-door": (0.30, 1.09, 0.53),
    "knock": (0.10, 1.44, 0.46), "hands-up": (0.37, 1.74, 0.09), "cook": (0.15, 1.14, 0.35),
    "clap": (0.0, 1.24, 0.39), "cross-arms": (0.0, 1.25, 0.25), "think": (0.0, 1.48, 0.14),
    "salute": (0.08, 1.69, 0.12), "comb": (0.05, 1.68, 0.03),
}  # fmt: skip
# Parts of the standing height that the head is ahead of the place, in postures that bend.
HEAD_AHEAD: Mapping[str, float] = {
    "crouch": 0.18, "bend": 0.25, "crawl": 0.17, "kneel": 0.06, "lean": -0.19,
}  # fmt: skip
# Gestures that bend to a thing, and how much, 0 to 1; heights of its top, and the parts of the
# standing height at which the top of the head is then, and ahead. Measured on the layout's poses.
_BENDS: Mapping[str, float] = {
    "pick-up": 1.0, "put-down": 1.0, "open": 1.0, "wipe": 1.0, "reach": 1.0, "push": 0.85,
    "cook": 0.3, "write": 0.3, "pour": 0.3,
}  # fmt: skip
_TOPS_M, _HEAD_AT, _AHEAD_AT = (
    (0.0, 0.3, 0.85, 1.4),
    (0.42, 0.55, 0.82, 1.0),
    (0.35, 0.35, 0.3, 0.0),
)
_LOWERED: Mapping[str, float] = {"tie-shoe": 0.6, "bow": 0.92}
_LAID = ("put-down", "pick-up")  # what is held there is by the place where it lies
_POURED_M = 0.22  # from what is poured into to the hand with the bottle
_DESK_M, _CLIMBED_M = 0.78, 2.4  # metres of stairs that somebody climbs in a shot
_CLIMBS = ("stairs", "ladder")
_HOLDING, _HOLDING_BOTH = (0.13, 1.00, 0.29), (0.0, 1.11, 0.30)


@dataclass(frozen=True)
class Standing:
    """A place at a moment.

    Attributes:
        at: On the plan.
        facing_deg: Of its front.
        base_m: Height of what it rests on: the floor, a seat, a table.
        size: Width, height and depth that it takes up over its base, in its own axes.
        posture: Of a person.
        tall_m: Standing height of a person, 0 for others.
        stoops: Parts of that height that the head is ahead of the place, over something worked on.
    """

    at: Point
    facing_deg: float
    base_m: float
    size: Size
    posture: str = ""
    tall_m: float = 0.0
    stoops: float = 0.0

    @property
    def top_m(self) -> float:
        """Height of the top of the head, or of the thing."""
        return self.base_m + self.size[1]

    @property
    def lies(self) -> bool:
        """Whether it lies flat."""
        return bool(self.tall_m) and self.size[1] < 0.25 * self.tall_m

    @property
    def head(self) -> tuple[float, float, float]:
        """x, height, z of the middle of the head."""
        ahead = -0.4 if self.lies else self.stoops or HEAD_AHEAD.get(self.posture, 0.0)
        x, z = own_to_plan((0.0, -ahead * self.tall_m), self.at, self.facing_deg)
        return x, self.top_m - (0.10 if self.lies else EYES_UNDER_TOP * self.tall_m), z


def beat_at(player: Player, share: float) -> Beat:
    """What a player does at a share of the shot, 0 to 1; a plain beat for one who does nothing."""
    beats = player.beats or (Beat(),)
    return next((beat for beat in beats if share < beat.end - 1e-9), beats[-1])


def seat_of(thing: Player, place: Point) -> Seat | None:
    """The seat of a thing that somebody at a place of the plan has."""
    seats = model_of(thing).seats
    if not seats and thing.kind == "thing":  # on top of it
        top = model_of(thing).surface_m or size_of(thing)[1]
        return Seat(0.0, min(top, 1.2), 0.0)
    own = [own_to_plan((seat.x, seat.z), thing.at, thing.facing_deg) for seat in seats]
    nearest = min(range(len(seats)), key=lambda k: distance(own[k], place), default=None)
    return None if nearest is None else seats[nearest]


def standing(player: Player, share: float, players: Mapping[str, Player]) -> Standing:
    """Where a player is at a share of the shot; riders and held things move with what has them."""
    beat = beat_at(player, share)
    at, facing_deg = _walked(player, share)
    carrier = players.get(beat.seat if player.kind == "person" else player.on)
    base_m, seat = player.base_m, None
    if carrier is not None and carrier.id != player.id and carrier.kind != "person":
        sits = player.kind == "person" and POSTURES[beat.posture].seat not in _CLIMBS
        seat = seat_of(carrier, player.at) if sits and beat.posture != "lean" else None
        at, facing_deg = _carried(player, carrier, at, facing_deg, share)
        if seat is not None:
            base_m = carrier.base_m + seat.height
    if beat.posture in ("climb-stairs", "climb-downstairs") and carrier is not None:
        at, base_m = _climbed(beat, carrier, share)
        facing_deg = carrier.facing_deg + (180.0 if beat.posture == "climb-stairs" else 0.0)
    if player.kind != "person":
        held = _held(player, share, players)
        if held is not None:
            return held
        return Standing(at, facing_deg, base_m, size_of(player))
    tall = player.look.height_m if player.look else FIGURE_M
    posture = POSTURES.get(beat.posture, POSTURES["stand"])
    if seat is None:
        base_m += posture.rest * tall / FIGURE_M
    top = min(posture.top, _LOWERED.get(beat.gesture, 9.0))
    stoop, ahead = _stoop(beat, share, players.get(beat.target))
    top = min(top, stoop)
    depth = 0.18 if posture.top > 0.4 else max(0.15, posture.length)
    size = (0.27 * tall, top * tall, depth * tall)
    return Standing(at, facing_deg, base_m, size, beat.posture, tall, ahead)


def _stoop(beat: Beat, share: float, target: Player | None) -> tuple[float, float]:
    """Parts of the standing height: of the top of the head over a thing, and ahead of the feet."""
    if target is None or target.kind != "thing" or beat.seat or beat.posture != "stand":
        return 1.0, 0.0
    is_up = beat.gesture == "pick-up" and share > beat.start + 0.65 * (beat.end - beat.start)
    part = 0.0 if is_up else _BENDS.get(beat.gesture, 0.0)
    top_m = target.base_m + size_of(target)[1]
    head, ahead = (float(np.interp(top_m, _TOPS_M, row)) for row in (_HEAD_AT, _AHEAD_AT))
    return 1.0 - part * (1.0 - head), round(part * ahead, 4)


def hand_spot(person: Standing, gesture: str, hand: str = "right") -> tuple[float, float, float]:
    """x, height, z of the palm of somebody who does a gesture."""
    ordinary = _HOLDING_BOTH if hand == "both" else _HOLDING
    aside, height, ahead = HAND_SPOTS.get(gesture, ordinary)
    scale = person.tall_m / FIGURE_M
    side = {"left": 1.0, "right": -1.0}.get(hand, 0.0)  # a person who faces -z has its left at +x
    x, z = own_to_plan((aside * side * scale, -ahead * scale), person.at, person.facing_deg)
    height = height * scale - person.tall_m + person.top_m
    if person.posture == "sit" and ahead > 0.45:
        height = max(height, _DESK_M)
    return x, max(0.1, height), z


def reached(thing: Player, person: Standing, inside_m: float = 0.18) -> Point:
    """The point of a thing on the plan that somebody's hands are on: near the edge next to them."""
    width, _, depth = size_of(thing)
    x, z = plan_to_own(person.at, thing.at, thing.facing_deg)
    half_x, half_z = width / 2, depth / 2
    inside = float(np.clip(x, -half_x, half_x)), float(np.clip(z, -half_z, half_z))
    away = np.array(inside) - (x, z)
    step = away * (inside_m / max(0.18, float(np.linalg.norm(away))))
    own = np.clip(np.array(inside) + step, (-half_x, -half_z), (half_x, half_z))
    return own_to_plan((float(own[0]), float(own[1])), thing.at, thing.facing_deg)


def _climbed(beat: Beat, stairs: Player, share: float) -> tuple[Point, float]:
    """Place and height of one who climbs stairs from their foot, or comes down to it."""
    _, high, deep = size_of(stairs)
    part = share - beat.start if beat.posture == "climb-stairs" else beat.end - share
    gone = min(deep, _CLIMBED_M * part)
    at = point(own_to_plan((0.0, gone - deep / 2), stairs.at, stairs.facing_deg))
    return at, stairs.base_m + high * gone / max(deep, 1e-6)


def _walked(player: Player, share: float) -> tuple[Point, float]:
    """Place and facing by the paths of the beats."""
    at, facing_deg = player.at, player.facing_deg
    for beat in player.beats:
        if share < beat.start:
            break
        span = max(1e-9, beat.end - beat.start)
        done = min(1.0, (share - beat.start) / span)
        if len(beat.path) > 1:
            at, facing_deg = along(beat.path, done * length(beat.path))
        elif beat.path:
            at = beat.path[0]
        if beat.facing_deg is not None and (done > 0.5 or len(beat.path) < 2):
            facing_deg = beat.facing_deg
    return at, facing_deg


def _carried(
    player: Player, carrier: Player, at: Point, facing_deg: float, share: float
) -> tuple[Point, float]:
    """Place and facing of one that rests on a carrier which may move and turn."""
    there, turned = _walked(carrier, share)
    if there == carrier.at and turned == carrier.facing_deg:
        return at, facing_deg
    own = plan_to_own(player.at, carrier.at, carrier.facing_deg)
    return own_to_plan(own, there, turned), facing_deg + turned - carrier.facing_deg


def _held(thing: Player, share: float, players: Mapping[str, Player]) -> Standing | None:
    """Place of a thing in somebody's hand."""
    for person in players.values():
        if person.kind == "person":
            beat = beat_at(person, share)
            for hand, held in beat.holds:
                if held == thing.id and beat.gesture not in _LAID:
                    holder = standing(person, share, players)
                    x, height, z = hand_spot(holder, beat.gesture, hand)
                    target = players.get(beat.target)
                    if beat.gesture == "pour" and target is not None and target.kind == "thing":
                        x, z = reached(target, holder, 0.0)
                        height = target.base_m + size_of(target)[1] + _POURED_M
                    size = size_of(thing)
                    if model_of(thing).lies == "back":
                        size = (size[0], size[2], size[1])
                    grip = model_of(thing).grip
                    base = height - (min(grip[1], size[1]) if grip else size[1] / 2)
                    return Standing(point((x, z)), holder.facing_deg, base, size)
    return None
