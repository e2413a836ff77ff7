"""Things in hands: where and how they are drawn while a gesture goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.actions import GESTURES
from shots.lexicon.things import Thing
from shots.staging.staged import Beat
from storyboard.layout import rotations as r
from storyboard.layout.meshes import Array
from storyboard.layout.motion.body_pose import SIGN, BodyPose
from storyboard.layout.motion.gesture_table import GESTURE_ROWS
from storyboard.layout.motion.hand_places import pouring
from storyboard.layout.motion.world import LYING, World

_GRASPED_BY = {"aim": ("R",), "port-arms": ("R",), "play-guitar": ("L",), "play-violin": ("L",),
               "swing-at": ("R",), "throw": ("R",)}  # fmt: skip
_POINTED = ("swing-at", "saw", "conduct", "wave-held", "point-held")
_FRONT_HOLDS = (*_POINTED, "phone-look", "phone-over", "read", "hide-behind", "photograph",
                "aim", "phone-ear", "port-arms", "play-horn")  # fmt: skip
_ORDINARY = ("front", "up")
RELEASED = ("put-down", "drop", "throw", "give", "kick")
TAKEN = ("pick-up", "catch")
_LIE = {name: row.held for name, row in GESTURE_ROWS.items() if row.held}  # see `_direction`
HANDLING = (*RELEASED, *TAKEN, *_LIE, "hold", "put-on", "wipe")
"""Gestures of the hand that has the thing; others are done by the free one."""
_G_M_S2, _BOUNCE = 9.81, 0.22
_TURN_S = 0.45  # in which a thing turns over from one gesture to the next


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
    is_held: bool = True  # or else it has left the hand


def lie_in_hand(
    stance: BodyPose, gesture: str, hand: str, aim: Array | None, thing: Thing | None = None
) -> tuple[Array, Array]:
    """Rotation and place, in the figure's axes, of a thing in a hand: L, R or both."""
    sides = _GRASPED_BY.get(gesture, ("L", "R")) if hand == "both" else (hand,)
    at = np.mean([stance.point(f"palm.{side}") for side in sides], axis=0)
    if gesture in ("smoke", "write", "dunk"):  # between the finger tips
        at = (
            at + 2 * stance.point(f"fingers.{sides[-1]}") + stance.point(f"fingertip.{sides[-1]}")
        ) / 4
    if gesture == "pour" and thing is not None:
        return pouring(thing, sides[-1])[0], at
    lie = _LIE.get(gesture, _ORDINARY)
    front, up = (_direction(stance, word, at, sides[-1], aim) for word in lie)
    if gesture == "read":  # flatter than it is read, so that the page shows from the side, too
        front = r.unit(front) + 0.3 * r.UP
    if gesture in _POINTED and thing is not None and thing.grip and thing.lies == "back":
        # What is long stands upright as held: its far end goes the way.
        front, up = up, front if thing.grip[1] < 0.7 * thing.size[2] else -front
    elif gesture in _FRONT_HOLDS:
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
        "stir": np.array([0.0, 0.94, -0.35]), "reach": fingers + 0.4 * r.UP,
        "along": fingers, "to-mouth": stance.point("mouth") - at,
        "across": chest @ np.array([0.62, -0.75, -0.1]),
        "neck-out": chest @ np.array([0.1, -1.0, -0.4]),
        "chin": chest @ np.array([0.75, -0.12, -0.65]),
        "wind": chest @ np.array([0.0, -1.0, 0.15]),
    }  # fmt: skip
    return directions[word]


def in_hands(beat: Beat) -> list[tuple[str, str]]:
    """Hands and the ids of the things in them; a thing picked up, put down or thrown counts."""
    if (
        beat.gesture in (*TAKEN, "put-down", "drop", "throw", "kick")
        and beat.target
        and not beat.holds
    ):
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
            spot = world.spots.get(thing)
            is_fixed = spot is None or spot.thing.grip is None
            if spot and is_fixed and (spot.thing.surface_m or beat.gesture == "kick"):
                continue  # a table that something is put on, a door that is kicked
            things.pop(thing, None)
            hold = _Hold(beat, "both" if hand == "both" else hand[0].upper(), thing, world)
            if beat.gesture in RELEASED and part > 0.5:
                left = begin + 0.5 * length
                things[thing] = replace(hold.released(pose_at(k, left), now - left), is_held=False)
            elif k == begun[-1] and not (beat.gesture in TAKEN and part < 0.5):
                things[thing] = hold.lying(pose, part)
                before = _Hold(beats[k - 1], hold.hand, thing, world)
                if k and now - begin < _TURN_S and (hand, thing) in in_hands(before.beat):
                    old, new = before.lying(pose, 1.0).turn, things[thing].turn
                    turned = r.between(old, new, r.smooth((now - begin) / _TURN_S))
                    things[thing] = replace(things[thing], turn=turned)
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
        thing = self.world.spots[self.thing].thing if self.thing in self.world.spots else None
        turned, at = lie_in_hand(pose, self.beat.gesture, self.hand, aim, thing)
        turned, place = pose.yaw @ turned, pose.to_world(at)
        spot = self.world.spots.get(self.thing)
        if spot is not None and self.beat.gesture == "kick":  # at the foot
            up = replace(spot, position=np.zeros(3)).grip()[1]
            place = pose.to_world((-0.06, up, -0.42 * pose.body.height))
            return HeldThing(self.thing, pose.yaw @ LYING[spot.thing.lies], place, is_held=False)
        if spot is not None and self.beat.gesture == "pick-up":
            found, taken = spot.axes @ LYING[spot.thing.lies], r.smooth((part - 0.5) / 0.3)
            turned = r.between(found, turned, taken)
            place = r.mixed(spot.grip(), place, r.smooth((part - 0.5) / 0.1))
        elif spot is not None and self.beat.gesture == "put-down":
            found = pose.yaw @ LYING[spot.thing.lies]
            turned = r.between(found, turned, r.smooth((0.5 - part) / 0.3))
        return HeldThing(self.thing, turned, place)

    def released(self, pose: BodyPose, since: float) -> HeldThing:
        """Some seconds after it left the hand of somebody in that pose."""
        there = self.lying(pose, 0.5)
        target = self.world.spots.get(self.beat.target)
        if self.beat.gesture == "give" and target is not None and "palm.R" in target.points:
            turned = r.between(there.turn, target.axes, r.smooth(since / 0.4))
            return replace(there, at=target.points["palm.R"], turn=turned)
        if self.beat.gesture not in ("throw", "kick"):
            return self._laid(there, pose, since)
        # On a parabola to the target, or eight metres; there it stays.
        is_away = target is None or self.beat.gesture == "kick"
        goal = pose.to_world((0.3, -0.05, -8.0)) if is_away or target is None else target.eye()
        way = goal - there.at
        length = max(0.27 * math.sqrt(r.norm(way)), 0.3)
        t = min(since / length, 1.0)
        return replace(there, at=there.at + way * t - r.xyz(0, 4.9 * length**2 * t * (1 - t), 0))

    def _laid(self, there: HeldThing, pose: BodyPose, since: float) -> HeldThing:
        """On what it is put on, or on the floor below the hand that let it go."""
        spot = self.world.spots.get(self.thing)
        if spot is None:
            return there
        falls = self.beat.gesture == "drop"
        target = self.world.spots.get(self.beat.target)
        lying = replace(spot, facing_deg=pose.facing_deg, position=np.zeros(3))
        grip = lying.grip()
        base: Array = there.at - grip
        if falls:
            base = base + pose.yaw @ r.xyz(0.0, 0.0, -0.12)
            base[1] = 0.0
        elif target is None or target is spot:
            player = self.world.players.get(self.thing)
            under = self.world.spots.get(player.on) if player else None
            level = r.xyz(float(base[0]), float(spot.position[1]), float(base[2]))
            base = level if under is None else under.on_top(level)
        else:
            base = target.on_top(base)
        goal, turned = base + grip, pose.yaw @ LYING[spot.thing.lies]
        if not falls:
            return replace(there, at=r.mixed(there.at, goal, r.smooth(since / 0.15)), turn=turned)
        drop = max(float(goal[1] - there.at[1]), 1e-3)
        landing = math.sqrt(2 * drop / _G_M_S2)
        part = min(since / landing, 1.0)
        at = r.mixed(there.at, goal, part)
        at[1] = there.at[1] + drop * part * part
        rebound, after = _BOUNCE * landing * 2, since - landing  # up and down again
        if 0 < after < rebound:
            at[1] -= _G_M_S2 / 2 * after * (rebound - after)
        return replace(there, at=at, turn=r.between(there.turn, turned, r.smooth(part)))
