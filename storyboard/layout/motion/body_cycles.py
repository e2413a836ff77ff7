"""Postures that move: crawling, climbing, jumping, falling, dancing, swimming, riding, floating."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from shots.lexicon.actions import POSTURES
from storyboard.layout import rotations as r
from storyboard.layout.cast.pose import BONES
from storyboard.layout.motion.body_pose import SIDES, SIGN, BodyPlan, BodyPose
from storyboard.layout.motion.inverse_kinematics import hand_turn, plant, reach
from storyboard.layout.motion.postures import (
    SOLES,
    Moment,
    grasp,
    hold_posture,
    rest_height,
    set_angles,
    settle,
)


def _crawl(stance: BodyPose, moment: Moment) -> None:
    body = stance.body
    step = 0.55 * body.leg
    phase = math.pi * (moment.metres or 0.4 * moment.seconds * moment.pace) / step
    set_angles(
        stance, {"pelvis": (78,), "spine": (4,), "chest": (2,), "neck": (-22,), "head": (-34,)}
    )
    thigh = r.norm(body.rest("shin.L") - body.rest("thigh.L"))
    settle(stance, thigh * 0.96 + 0.03, "thigh.L", "thigh.R")
    stance.move(z=0.2 * body.height, x=0.012 * math.sin(phase))
    stance.add("pelvis", 0, 0, 3 * math.sin(phase))
    for side in SIDES:
        forward = math.sin(phase) * SIGN[side]
        moving = max(math.cos(phase) * SIGN[side], 0.0)
        stance.bend(f"thigh.{side}", 82 + 14 * forward, 0, 3)
        stance.bend(f"shin.{side}", 92 + 10 * forward + 6 * moving)
        stance.bend(f"foot.{side}", -55)
        other = max(math.cos(phase) * -SIGN[side], 0.0)
        shoulder = stance.joint(f"arm.{side}")
        palm = np.array([shoulder[0] * 0.95, -0.02 - 0.09 * other,
                         shoulder[2] - 0.08 * body.height + 0.5 * step * forward])  # fmt: skip
        reach(stance, side, palm, hand=hand_turn(stance.body, side, (0, 0.1, -1), (0, 1, 0)),
              pole=(SIGN[side] * 0.4, 0.0, 1.0))  # fmt: skip
        stance.grips[SIDES.index(side)] = 0.05
    settle(stance, 0.0, "knee.L", "knee.R", "toe.L", "toe.R")


def _ladder(stance: BodyPose, moment: Moment) -> None:
    body, rung = stance.body, 0.3
    climbed = POSTURES["climb-ladder"].speed * moment.seconds * moment.pace + 0.15
    if moment.rest_m is not None:
        climbed = min(climbed, moment.rest_m)  # the last rungs are for the hands
    cycle = climbed / rung  # each foot and hand rises two rungs in two
    set_angles(stance, {"pelvis": (5,), "neck": (-6,), "head": (-14,)})
    stance.place = np.array([0.0, -climbed, 0.0])
    stance.move(y=0.10 * body.leg, z=0.30)
    for k, side in enumerate(SIDES):
        foot = _rungs(cycle + k) * rung
        ankle = np.array([SIGN[side] * 0.11, body.rest("foot.L")[1] - foot + climbed, 0.03])
        tiptoe = r.about(r.X, math.radians(-6))
        plant(stance, side, ankle, tiptoe, (SIGN[side] * 0.35, -0.1, -1.0))
        hand = (_rungs(cycle + 1 - k) + math.floor(0.80 * body.height / rung)) * rung
        goal = np.array([SIGN[side] * 0.17, climbed - hand, -0.08])
        reach(stance, side, goal, hand=hand_turn(stance.body, side, (0, -0.6, -1), (0, 0.4, -1)),
              pole=(SIGN[side] * 0.8, 0.7, 0.3))  # fmt: skip
        stance.grips[k] = 0.9


def _rungs(cycle: float) -> float:
    """Rungs risen after a time: one half of a cycle of two rests, in the other two are taken."""
    whole, part = divmod(cycle, 2.0)
    return 2 * whole + 2 * r.smooth(part - 0.5) - 1.0 if part > 0.5 else 2 * whole - 1.0


def _jump(stance: BodyPose, moment: Moment) -> None:
    """Crouch, leap and landing, once in the beat or every second and a half."""
    body = stance.body
    cycles = max(round(moment.length / 1.6), 1)
    u = (moment.part * cycles) % 1.0 if moment.part < 1 else 0.999
    low = r.smooth(u / 0.22) * r.smooth((0.34 - u) / 0.12) + r.smooth((u - 0.66) / 0.08) * r.smooth(
        (0.98 - u) / 0.2
    )
    flight = min(max((u - 0.34) / 0.32, 0.0), 1.0)
    up = 0.36 * body.height / 1.75 * 4 * flight * (1 - flight)
    air = math.sin(math.pi * flight)
    high = r.smooth((u - 0.26) / 0.12) * r.smooth((0.76 - u) / 0.2)
    set_angles(stance, {
        "pelvis": (26 * low + 4 * high,), "spine": (14 * low,), "chest": (8 * low,),
        "neck": (-10 * low - 3 * high,), "head": (-18 * low - 5 * high,),
        "arm": (-50 * low + 158 * high + 6, 0, 8 + 16 * high), "forearm": (14 + 18 * low, 8),
    })  # fmt: skip
    stance.move(y=0.26 * body.leg * low, z=0.05 * low * body.height)
    for side in SIDES:
        ankle = body.ankle(side) + r.xyz(0, 0, 0.20 * air * (1 if side == "R" else 0.2))
        ankle[1] -= 0.14 * air * body.leg * (1.4 if side == "R" else 1.0)
        foot = r.about(r.X, math.radians(34 * air))
        plant(stance, side, ankle, foot)
    stance.move(y=-up)


def _fall(stance: BodyPose, moment: Moment) -> None:
    """From standing to lying on the back, over the beat."""
    u = moment.part
    still = Moment(moment.seconds, seed=moment.seed, rest_m=0.0)
    stand, down = BodyPose(stance.body), BodyPose(stance.body)
    hold_posture(stand, "stand", still)
    set_angles(down, {
        "pelvis": (-88, 6), "spine": (-4,), "neck": (6,), "head": (4, -24),
        "thigh.L": (34, -10, 8), "shin.L": (52,), "thigh.R": (6, -10, 12), "shin.R": (12,),
        "foot": (-20,), "arm.L": (20, 0, 78), "forearm.L": (34,), "arm.R": (30, 0, 48),
        "forearm.R": (22,),
    })  # fmt: skip
    settle(down, 0.0, "back", "rump", "heel.R", "skull")
    down.move(z=0.62 * stance.body.leg)
    drop = r.smooth((u - 0.08) / 0.5)
    flail = math.sin(math.pi * min(u / 0.5, 1.0))
    for bone in range(len(BONES)):
        stance.set(BONES[bone], r.between(stand.turns[bone], down.turns[bone], drop))
    for side in SIDES:
        stance.add(f"arm.{side}", 66 * flail, 0, 30 * flail)
        stance.add(f"thigh.{side}", 34 * flail)
        stance.add(f"shin.{side}", 40 * flail)
    stance.add("head", 14 * flail)
    stance.offset = r.mixed(stand.offset, down.offset, drop)
    settle(stance, 0.0, "back", "rump", "skull", *SOLES, "fingertip.L", "fingertip.R")


def _dance(stance: BodyPose, moment: Moment) -> None:
    """Eight beats, two a second: steps from side to side, hips and arms in time."""
    body = stance.body
    beat = (2.0 * moment.pace * moment.seconds + moment.seed % 8) % 8.0
    side_step = math.sin(math.pi * beat / 2)
    bounce = 0.5 - 0.5 * math.cos(2 * math.pi * beat)
    up = r.smooth((math.sin(math.pi * beat / 4) + 0.3) / 0.6)  # four beats high, four low
    set_angles(stance, {
        "pelvis": (4, 12 * side_step, 9 * side_step), "spine": (3, -8 * side_step, -11 * side_step),
        "chest": (0, -10 * side_step, -4 * side_step), "neck": (0, 6 * side_step),
        "head": (4 - 8 * bounce, 8 * side_step, 8 * side_step),
    })  # fmt: skip
    stance.move(x=0.07 * side_step * body.height / 1.75, y=(0.02 + 0.05 * bounce) * body.leg)
    for k, side in enumerate(SIDES):
        sign = SIGN[side]
        ankle = body.ankle(side) + r.xyz(sign * 0.09, 0, 0)
        free = max(-side_step * sign, 0.0)  # the unloaded foot taps
        ankle = ankle + r.xyz(0, -0.09 * free, -0.06 * free)
        plant(stance, side, ankle, r.about(r.Y, -sign * 0.2) @ r.about(r.X, 0.5 * free))
        pump = math.sin(math.pi * beat + k * math.pi)
        high = up if k else 1 - 0.75 * up
        stance.bend(f"arm.{side}", 35 + 70 * high, 0, 34 + 26 * high + 8 * pump)
        stance.bend(f"forearm.{side}", 78 + 22 * pump - 20 * high, 10)
        stance.grips[k] = 0.5


def _swim(stance: BodyPose, moment: Moment) -> None:
    """Front crawl at the surface of the water, height 0."""
    cycle = moment.metres / 1.9 if moment.metres else 0.5 * moment.pace * moment.seconds
    phase = 2 * math.pi * (cycle + moment.seed % 97 / 97)
    roll = 26 * math.sin(phase)
    set_angles(stance, {
        "pelvis": (84, 0.45 * roll), "spine": (-3, 0.3 * roll), "chest": (-3, 0.4 * roll),
        "neck": (-22, -0.4 * roll), "head": (-32, -0.5 * roll),
    })  # fmt: skip
    settle(stance, -0.17 * stance.body.height / 1.75, "breast", "belly")
    stance.move(z=0.35 * stance.body.height)
    for k, side in enumerate(SIDES):
        turned = math.degrees(phase) + 180 * k
        high = max(math.sin(math.radians(turned)), 0.0)  # the hand is over the water
        stance.bend(f"arm.{side}", -turned, 0, 12 + 22 * high)
        stance.bend(f"forearm.{side}", 22 + 62 * high, 0)
        kick = math.sin(3 * phase + k * math.pi)
        stance.bend(f"thigh.{side}", 4 + 15 * kick, 0, 3)
        stance.bend(f"shin.{side}", 14 - 12 * kick)
        stance.bend(f"foot.{side}", -48)
        stance.grips[k] = 0.0


def _bicycle(stance: BodyPose, moment: Moment) -> None:
    height = rest_height("ride-bicycle", moment)
    cycle = moment.metres / 4.5 if moment.metres else 1.0 * moment.pace * moment.seconds
    set_angles(stance, {"pelvis": (22,), "spine": (14,), "chest": (10,), "neck": (-16,),
                    "head": (-24,), "thigh": (60,), "shin": (60,)})  # fmt: skip
    settle(stance, height, "seat", "rump")
    leg = stance.body.leg
    for k, side in enumerate(SIDES):
        a = 2 * math.pi * cycle + k * math.pi
        pedal = stance.body.rest(f"foot.{side}")[1] - height + 0.86 * leg
        ankle = np.array(
            [SIGN[side] * 0.10, pedal - 0.17 * math.cos(a), -0.22 * leg - 0.17 * math.sin(a)]
        )
        plant(stance, side, ankle, r.about(r.X, math.radians(16 + 10 * math.sin(a))), (0, -0.4, -1))
    grasp(stance, moment, (0.24, -height - 0.14, -0.58))


def _motorcycle(stance: BodyPose, moment: Moment) -> None:
    height = rest_height("ride-motorcycle", moment)
    set_angles(stance, {"pelvis": (12,), "spine": (12,), "chest": (10,), "neck": (-10,),
                    "head": (-18 + 1.5 * moment.wave(1.1),)})  # fmt: skip
    settle(stance, height + 0.004 * moment.wave(3.0), "seat", "rump")
    leg = stance.body.leg
    for side in SIDES:
        ankle = np.array([SIGN[side] * 0.20, -height + 0.40 * leg, -0.10 * leg])
        plant(stance, side, ankle, r.about(r.X, 0.12), (SIGN[side] * 0.4, -0.5, -1))
    grasp(stance, moment, (0.34, -height - 0.20, -0.60))


def _horse(stance: BodyPose, moment: Moment) -> None:
    height = rest_height("ride-horse", moment)
    beat = moment.metres / 1.8 if moment.metres else 0.9 * moment.seconds * moment.pace
    bob = math.sin(2 * math.pi * beat)
    set_angles(stance, {"pelvis": (-2 - 4 * bob,), "spine": (2 + 4 * bob,), "chest": (3,),
                    "head": (2 - 2 * bob,), "thigh": (52, -14, 32), "shin": (74,),
                    "foot": (12,)})  # fmt: skip
    settle(stance, height + 0.03 * max(bob, 0.0), "seat")
    x, y, z = stance.point("belly")
    grasp(stance, moment, (x + 0.09, y, z - 0.24), (-1.0, 0.0, 0.0))


def _float(stance: BodyPose, moment: Moment) -> None:
    """Adrift in air: limbs spread, slowly moving."""
    a, b = moment.wave(0.14), moment.wave(0.19, 0.4)
    set_angles(stance, {
        "pelvis": (12 + 5 * a, 0, 5 * b), "spine": (-5,), "chest": (-6 + 2 * b,), "neck": (-6,),
        "head": (-8 + 3 * a,), "thigh.L": (26 + 6 * a, 0, 12), "shin.L": (48 + 8 * b,),
        "thigh.R": (4 - 6 * a, 0, 14), "shin.R": (26 - 6 * b,), "foot": (-34,),
        "arm.L": (34 + 9 * a, 0, 62 + 6 * b), "arm.R": (26 - 9 * b, 0, 66 - 6 * a),
        "forearm": (26 + 6 * b,),
    })  # fmt: skip
    settle(stance, 0.35 + 0.06 * moment.wave(0.21, 0.2), *SOLES)
    stance.grips = [0.1, 0.1]


def _dive(stance: BodyPose, moment: Moment, axis: str, far: float) -> None:
    """A leap, stretched out level in the air: ahead onto the breast, or a keeper's to the left."""
    h, u = stance.body.height, min(moment.part * max(moment.length / 4.5, 1.0), 1.0)
    low = r.smooth(u / 0.2) * r.smooth((0.32 - u) / 0.12)
    air, gone = r.smooth((u - 0.22) / 0.26), min(max((u - 0.22) / 0.5, 0.0), 1.0)
    set_angles(stance, {
        "pelvis": (30 * low,), "spine": (16 * low,), "chest": (6 * low,), "neck": (-26 * air,),
        "head": (-14 * air,), "arm": (-40 * low + 166 * air + 6, 0, 8), "forearm": (12, 8),
        "thigh.L": (-4 * air,), "shin.L": (16 * air,), "thigh.R": (10 * air,),
        "shin.R": (34 * air,), "foot": (-34 * air,),
    })  # fmt: skip
    stance.move(y=0.26 * stance.body.leg * low)
    if low > 0.01:
        for side in SIDES:
            plant(stance, side, stance.body.ankle(side))
    angle = math.radians(86 * air)
    turned = r.about(r.X, -angle) if axis == "x" else r.about(r.Z, angle)
    stance.set("pelvis", turned @ stance.turns[0])
    if air > 0.0:
        sided = (f"{n}.{side}" for n in ("knee", "hip", "fingertip", "shoulder") for side in SIDES)
        names = ("belly", "breast", *sided, *SOLES)
        height = 0.30 * h * 4 * gone * (1 - gone) + 0.06 * h * (1 - gone) * air
        settle(stance, height, *names)
    way = far * h * gone
    stance.move(**({"z": -way} if axis == "x" else {"x": way}))


MOVING: Mapping[str, Callable[[BodyPose, Moment], None]] = {
    "crawl": _crawl, "climb-ladder": _ladder, "jump": _jump, "fall": _fall, "dance": _dance,
    "swim": _swim, "ride-bicycle": _bicycle, "ride-motorcycle": _motorcycle,
    "ride-horse": _horse, "float": _float, "dive": partial(_dive, axis="x", far=1.25),
    "dive-aside": partial(_dive, axis="z", far=0.85),
}  # fmt: skip


_ON_FLOOR = {"lie-floor": "lie", "dragged": "lie", "crossed-floor": "sit-crossed",
             "knees-floor": "sit-knees"}  # fmt: skip


def posture(body: BodyPlan, name: str, moment: Moment) -> BodyPose:
    """A stance of a posture at a moment, in the figure's axes, at the origin."""
    stance = BodyPose(body)
    moving = MOVING.get(name)
    if moving is None:
        hold_posture(stance, _ON_FLOOR.get(name, name), moment, name not in _ON_FLOOR)
    else:
        moving(stance, moment)
    return stance
