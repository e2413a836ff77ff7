"""Things in hands: where and how they are drawn while a gesture goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.actions import GESTURES
from shots.staging.staged import Beat
from storyboard.layout.meshes import Array
from storyboard.layout.motion import rotations as r
from storyboard.layout.motion.body_pose import SIGN, BodyPose
from storyboard.layout.motion.world import LYING, World

# Front and up of a held thing: see `_direction`.
_LIE: Mapping[str, tuple[str, str]] = {
    "phone-ear": ("palm", "fingers"), "phone-look": ("eye", "up"), "read": ("eye", "up"),
    "smoke": ("up", "mouth-out"), "eat": ("palm", "mouth-in"), "write": ("palm", "pen"),
    "cook": ("palm", "stir"), "aim": ("aim", "up"), "photograph": ("nose", "up"),
    "play-guitar": ("front", "neck"), "comb": ("palm", "fingers"), "drink": ("front", "sip"),
    "pour": ("front", "pour"), "hold-out": ("front", "up"), "carry": ("front", "up"),
    "tie-shoe": ("front", "up"),
}  # fmt: skip
_ORDINARY = ("front", "up")
RELEASED = ("put-down", "throw", "give")
TAKEN = ("pick-up", "catch")


@dataclass(frozen=True, eq=False)
class HeldThing:
    """A thing in a hand, in the world.

    Its model as held, with the grip at its origin, is drawn at `turn` @ vertex + `at`.

    Attributes:
        id: Of the player.
        turn: (3, 3) for column vectors.
        at: (3,) metres, y down.
    """

    id: str
    turn: Array
    at: Array


def lie_in_hand(
    stance: BodyPose, gesture: str, hand: str, aim: Array | None
) -> tuple[Array, Array]:
    """Rotation and place, in the figure's axes, of a thing in a hand: L, R or both."""
    sides = (
        {"aim": ("R",), "play-guitar": ("L",)}.get(gesture, ("L", "R"))
        if hand == "both"
        else (hand,)
    )
    at = np.mean([stance.point(f"palm.{side}") for side in sides], axis=0)
    if gesture in ("smoke", "write"):  # between the finger tips
        at = (
            at + 2 * stance.point(f"fingers.{sides[-1]}") + stance.point(f"fingertip.{sides[-1]}")
        ) / 4
    front, up = (
        _direction(stance, word, at, sides[-1], aim) for word in _LIE.get(gesture, _ORDINARY)
    )
    if gesture in ("phone-look", "read", "photograph", "aim", "phone-ear"):
        return r.facing(front, up), at
    # Up holds exactly, the front as near as it can.
    upright = r.unit(up)
    return r.frame(-upright, r.cross(-upright, -front)), at


def _direction(stance: BodyPose, word: str, at: Array, side: str, aim: Array | None) -> Array:
    sign = SIGN[side]
    head, chest = stance.rotation("head"), stance.rotation("chest")
    fingers, palm = (stance.rotation(f"hand.{side}") @ v for v in stance.body.palms[side])
    if word == "sip":  # tilts as it comes to the mouth
        raised = (stance.point("breast")[1] - at[1]) / stance.body.height
        tilt = math.radians(48) * r.smooth(raised / 0.06)
        return r.UP * math.cos(tilt) - (chest @ r.FRONT) * math.sin(tilt)
    ahead = chest @ r.FRONT
    level = np.array([ahead[0], 0.0, ahead[2]]) if abs(ahead[1]) < 0.9 else ahead
    target = at + level if aim is None else aim
    directions: dict[str, Array] = {
        "palm": palm, "fingers": fingers, "up": r.UP, "front": level,
        "eye": stance.point("eye") - at, "nose": head @ r.FRONT,
        "aim": target - (stance.point("eye") + at) / 2,
        "mouth-out": head @ np.array([0.0, 0.15, -1.0]), "mouth-in": -(head @ r.FRONT) + 0.6 * r.UP,
        "pen": np.array([sign * 0.25, -1.0, 0.45]), "neck": chest @ np.array([0.92, -0.38, -0.05]),
        "stir": np.array([0.0, 0.94, -0.35]), "pour": np.array([-sign * 0.75, 0.55, -0.3]),
    }  # fmt: skip
    return directions[word]


def in_hands(beat: Beat) -> list[tuple[str, str]]:
    """Hands and the ids of the things in them; a thing picked up, put down or thrown counts."""
    if beat.gesture in (*TAKEN, "put-down", "throw") and beat.target and not beat.holds:
        hands = GESTURES[beat.gesture].hands if beat.gesture in TAKEN else "right"
        return [(hands or "right", beat.target)]
    return list(beat.holds)


def held_things(
    beats: Sequence[Beat],
    seconds: float,
    now: float,
    world: World,
    pose_at: Callable[[int, float], BodyPose],
    pose: BodyPose,
) -> tuple[HeldThing, ...]:
    """Things in the hands, and those that have left them in this shot.

    Args:
        beats: Of a person.
        seconds: Of the shot.
        now: Seconds since it began.
        world: At that time.
        pose_at: The person in a beat, by its index, at other times.
        pose: The person now.
    """
    things: dict[str, HeldThing] = {}
    begun = [k for k, beat in enumerate(beats) if beat.start * seconds <= now + 1e-9] or [0]
    for k in begun:
        beat = beats[k]
        begin, length = beat.start * seconds, max((beat.end - beat.start) * seconds, 1e-6)
        part = min((now - begin) / length, 1.0)
        for hand, thing in in_hands(beat):
            things.pop(thing, None)
            hold = _Hold(beat, "both" if hand == "both" else hand[0].upper(), thing, world)
            if beat.gesture in RELEASED and part > 0.5:
                left = begin + 0.5 * length
                things[thing] = hold.released(pose_at(k, left), now - left)
            elif k == begun[-1] and not (beat.gesture in TAKEN and part < 0.5):
                things[thing] = hold.lying(pose, part)
    return tuple(things.values())


@dataclass(frozen=True, eq=False)
class _Hold:
    """A thing in one beat: the hand is L, R or both."""

    beat: Beat
    hand: str
    thing: str
    world: World

    def lying(self, pose: BodyPose, part: float) -> HeldThing:
        """In the hand, after a share of the beat."""
        target = self.world.spots.get(self.beat.target)
        aim = None if target is None else pose.from_world(target.eye())
        turned, at = lie_in_hand(pose, self.beat.gesture, self.hand, aim)
        turned = pose.yaw @ turned
        spot = self.world.spots.get(self.thing)
        change = {"pick-up": part - 0.5, "put-down": 0.5 - part}.get(self.beat.gesture)
        if spot is not None and change is not None:
            found = spot.axes @ LYING[spot.thing.lies]
            turned = r.between(found, turned, r.smooth(change / 0.3))
        return HeldThing(self.thing, turned, pose.to_world(at))

    def released(self, pose: BodyPose, since: float) -> HeldThing:
        """Some seconds after it left the hand of somebody in that pose."""
        there = self.lying(pose, 0.5)
        target = self.world.spots.get(self.beat.target)
        if self.beat.gesture == "give" and target is not None and "palm.R" in target.points:
            return replace(there, at=target.points["palm.R"])
        if self.beat.gesture != "throw":
            return there
        # On a parabola to the target, or eight metres; there it stays.
        goal = pose.to_world((0.0, -0.05, -8.0)) if target is None else target.eye()
        way = goal - there.at
        length = max(0.27 * math.sqrt(r.norm(way)), 0.3)
        t = min(since / length, 1.0)
        return replace(there, at=there.at + way * t - r.xyz(0, 4.9 * length**2 * t * (1 - t), 0))
