"""One actor in a pose, and measures of the pose."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from shots.lexicon.things import MODELS
from shots.staging.staged import Appearance, Beat, Player
from storyboard.layout.cast.figure import figure_of
from storyboard.layout.cast.pose import BONES, PARENTS
from storyboard.layout.motion.body_pose import SIDES, plan_of
from storyboard.layout.motion.perform import PersonInShot
from storyboard.layout.motion.world import world_at

ADULT, CHILD = Appearance(), Appearance(sex="female", age=7.0, height_m=1.2)
SECONDS = 4.0
SOLES = [f"{name}.{side}" for name in ("heel", "ball", "toe") for side in SIDES]


@cache
def figure(look=ADULT):
    return figure_of(look)


def body(look=ADULT):
    return plan_of(figure(look))


def actor(
    *beats, at=(0.0, 0.0), facing=0.0, others=(), look=ADULT, seconds=SECONDS, now=0.5, camera=None
):
    me = Player("ann", at=at, facing_deg=facing, beats=beats)
    world = world_at([me, *others], now, seconds, camera)
    return PersonInShot(body(look), me, seconds, world)


def positions(stance):
    return np.array([stance.joint(bone) for bone in BONES])


def joints(stance):
    return np.array([stance.to_world(at) for at in positions(stance)])


def flexion(stance, upper, lower, end, axis):
    """Signed bend of a limb in degrees: positive as elbows and knees bend."""
    a, b, c = (stance.joint(f"{name}") for name in (upper, lower, end))
    u, v = b - a, c - b
    hinge = stance.rotation(upper) @ np.array([axis, 0.0, 0.0])
    return math.degrees(math.atan2(np.cross(u, v) @ hinge, u @ v))


def check_anatomy(stance):
    turns = stance.pose().turns
    assert np.all(np.isfinite(turns))
    assert np.abs(turns @ turns.transpose(0, 2, 1) - np.eye(3)).max() < 1e-4
    assert np.linalg.det(turns).min() > 0.99
    at, rest = positions(stance), stance.body.joints
    for bone, parent in enumerate(PARENTS):
        if parent >= 0:
            length = np.linalg.norm(at[bone] - at[parent])
            assert length == pytest.approx(np.linalg.norm(rest[bone] - rest[parent]), abs=1e-6)
    for side in SIDES:
        elbow = flexion(stance, f"arm.{side}", f"forearm.{side}", f"hand.{side}", -1.0)
        knee = flexion(stance, f"thigh.{side}", f"shin.{side}", f"foot.{side}", 1.0)
        assert -2 < elbow < 153, ("elbow", elbow)
        assert -2 < knee < 160, ("knee", knee)


CUP = (("right", "cup"),)
BEATS = {
    "stops and looks up": (
        Beat(0, 0.5, "walk", path=((0, 0), (0, -2.6))),
        Beat(0.5, 1, looks_at="up"),
    ),
    "sits down": (Beat(0, 0.3), Beat(0.3, 1, "sit", gesture="drink", holds=CUP)),
    "falls": (Beat(0, 0.2, gesture="wave"), Beat(0.2, 1, "fall")),
    "lies down": (Beat(0, 0.2), Beat(0.2, 1, "lie")),
    "phone": (Beat(0, 0.4, "walk", path=((0, 0), (0, -2))), Beat(0.4, 1, gesture="phone-ear")),
    "picks up": (
        Beat(0, 0.5, gesture="pick-up", target="cup"),
        Beat(0.5, 1, gesture="drink", holds=CUP),
    ),
    "runs off": (Beat(0, 0.4, "kneel"), Beat(0.4, 1, "run", path=((0, 0), (6, -6)))),
}
TABLE = Player("table", kind="thing", model="table", at=(0.0, -0.75), is_fixture=True)
TABLE_M = MODELS["table"].surface_m
