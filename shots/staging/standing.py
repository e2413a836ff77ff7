"""Where everybody and everything is at a moment of a staged shot, and how tall it stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
# Where the hand with the thing is: to the side of its hand, over the feet, ahead; in metres for a
# person of 1.75 m who stands. A person who sits holds it lower by what the head is lower.
HAND_SPOTS: Mapping[str, tuple[float, float, float]] = {
    "phone-ear": (0.10, 1.62, 0.03), "phone-look": (0.10, 1.24, 0.34), "read": (0.0, 1.20, 0.36),
    "drink": (0.06, 1.48, 0.20), "eat": (0.06, 1.46, 0.20), "smoke": (0.06, 1.52, 0.16),
    "hold-out": (0.15, 1.28, 0.58), "give": (0.15, 1.20, 0.55), "aim": (0.05, 1.45, 0.55),
    "photograph": (0.05, 1.58, 0.24), "write": (0.12, 1.08, 0.38), "type": (0.0, 1.06, 0.40),
    "carry": (0.0, 1.08, 0.36), "raise-arm": (0.24, 2.05, 0.08), "wave": (0.30, 1.85, 0.12),
    "point": (0.20, 1.42, 0.60), "pour": (0.15, 1.20, 0.40), "play-guitar": (0.0, 1.10, 0.18),
    "tie-shoe": (0.0, 0.45, 0.35), "pick-up": (0.18, 0.95, 0.45), "put-down": (0.18, 0.95, 0.45),
    "reach": (0.18, 1.20, 0.55),
}  # fmt: skip
_HANGING = (0.16, 1.10, 0.32)


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
    """

    at: Point
    facing_deg: float
    base_m: float
    size: Size
    posture: str = ""
    tall_m: float = 0.0

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
        lean = (0.42 if self.lies else 0.0) * self.tall_m
        x, z = own_to_plan((0.0, lean), self.at, self.facing_deg)
        return x, self.top_m - (0.10 if self.lies else EYES_UNDER_TOP * self.tall_m), z


def beat_at(player: Player, share: float) -> Beat:
    """What a player does at a share of the shot, 0 to 1; a plain beat for one who does nothing."""
    beats = player.beats or (Beat(),)
    return next((beat for beat in beats if share < beat.end - 1e-9), beats[-1])


def seat_of(thing: Player, place: Point) -> Seat | None:
    """The seat of a thing that somebody at a place of the plan has."""
    seats = model_of(thing).seats
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
        seat = seat_of(carrier, player.at) if player.kind == "person" else None
        at, facing_deg = _carried(player, carrier, at, facing_deg, share)
        if seat is not None:
            base_m = carrier.base_m + seat.height
    if player.kind != "person":
        held = _held(player, share, players)
        if held is not None:
            return held
        return Standing(at, facing_deg, base_m, size_of(player))
    tall = player.look.height_m if player.look else FIGURE_M
    posture = POSTURES.get(beat.posture, POSTURES["stand"])
    if seat is None:
        base_m += posture.rest * tall / FIGURE_M
    size = (0.27 * tall, posture.top * tall, max(0.15, posture.length) * tall)
    if posture.top > 0.4:
        size = (0.27 * tall, posture.top * tall, 0.18 * tall)
    return Standing(at, facing_deg, base_m, size, beat.posture, tall)


def hand_spot(person: Standing, gesture: str, hand: str = "right") -> tuple[float, float, float]:
    """x, height, z of the palm of somebody who does a gesture."""
    aside, height, ahead = HAND_SPOTS.get(gesture, _HANGING)
    scale = person.tall_m / FIGURE_M
    side = {"left": 1.0, "right": -1.0}.get(hand, 0.0)  # a person who faces -z has its left at +x
    x, z = own_to_plan((aside * side * scale, -ahead * scale), person.at, person.facing_deg)
    # By the head hands come down with it, else they rest on a lap or a table.
    lowered = (1.0 if height > 1.3 else 0.6) * (person.tall_m - person.top_m)
    return x, max(0.1, height * scale - lowered), z


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
                if held == thing.id:
                    holder = standing(person, share, players)
                    x, height, z = hand_spot(holder, beat.gesture, hand)
                    size = size_of(thing)
                    if model_of(thing).lies == "back":
                        size = (size[0], size[2], size[1])
                    base = height - size[1] / 2
                    return Standing(point((x, z)), holder.facing_deg, base, size)
    return None
