"""Things in hands: where and how they are drawn while a gesture goes on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from storyboard.layout.meshes import Array
from storyboard.layout.motion import rotations as r
from storyboard.layout.motion.skeleton import SIGN, Stance

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
    """A thing in a hand, in the world: its model as held, with the grip at its origin, is drawn
    at `turn` @ vertex + `at`.

    Attributes:
        id: Of the player.
        turn: (3, 3) for column vectors.
        at: (3,) metres, y down.
    """

    id: str
    turn: Array
    at: Array


def lie_in_hand(stance: Stance, gesture: str, hand: str, aim: Array | None) -> tuple[Array, Array]:
    """Rotation and place, in the figure's axes, of a thing in a hand: L, R or both."""
    sides = {"aim": ("R",), "play-guitar": ("L",)}.get(gesture, ("L", "R")) if hand == "both" else (hand,)
    at = np.mean([stance.point(f"palm.{side}") for side in sides], axis=0)
    if gesture in ("smoke", "write"):  # between the finger tips
        at = (at + 2 * stance.point(f"fingers.{sides[-1]}") + stance.point(f"fingertip.{sides[-1]}")) / 4
    front, up = (
        _direction(stance, word, at, sides[-1], aim) for word in _LIE.get(gesture, _ORDINARY)
    )
    if gesture in ("phone-look", "read", "photograph", "aim", "phone-ear"):
        return r.facing(front, up), at
    # Up holds exactly, the front as near as it can.
    upright = r.unit(up)
    return r.frame(-upright, r.cross(-upright, -front)), at


def _direction(stance: Stance, word: str, at: Array, side: str, aim: Array | None) -> Array:
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
    return {
        "palm": palm, "fingers": fingers, "up": r.UP, "front": level,
        "eye": stance.point("eye") - at, "nose": head @ r.FRONT,
        "aim": target - (stance.point("eye") + at) / 2,
        "mouth-out": head @ np.array([0.0, 0.15, -1.0]), "mouth-in": -(head @ r.FRONT) + 0.6 * r.UP,
        "pen": np.array([sign * 0.25, -1.0, 0.45]), "neck": chest @ np.array([0.92, -0.38, -0.05]),
        "stir": np.array([0.0, 0.94, -0.35]), "pour": np.array([-sign * 0.75, 0.55, -0.3]),
    }[word]  # fmt: skip
