"""Postures that are held: joint angles, what the body rests on, and its life in time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from shots.lexicon.actions import POSTURES
from storyboard.layout import rotations as r
from storyboard.layout.cast.pose import BONE
from storyboard.layout.meshes import Array, Vector
from storyboard.layout.motion.body_pose import SIDES, SIGN, BodyPose
from storyboard.layout.motion.gesture_table import Angles, angles, rows
from storyboard.layout.motion.inverse_kinematics import (
    feet,
    hand_turn,
    lower_hips,
    plant,
    reach,
    stand_on,
)
from storyboard.layout.motion.world import Spot

SOLES = ("heel.L", "ball.L", "toe.L", "heel.R", "ball.R", "toe.R")


@dataclass(frozen=True)
class Moment:
    """A time within a posture.

    Attributes:
        seconds: Since the shot began.
        part: Share of the beat that is over.
        length: Seconds of the beat.
        pace: Factor of the usual speed.
        seed: Of the figure: shifts its phases.
        rest_m: Height of what it rests on over the figure's origin; None: the usual.
        hands: Points of the figure's axes that the hands hold: wheel, bars, reins; left first.
        metres: Gone along the path so far.
        table: Before a seat: height of its top over the figure's origin, and metres to its edge.
    """

    seconds: float = 0.0
    part: float = 0.0
    length: float = 4.0
    pace: float = 1.0
    seed: int = 0
    rest_m: float | None = None
    hands: tuple[Array, ...] = ()
    metres: float = 0.0
    table: tuple[float, float] | None = None

    def wave(self, hertz: float, phase: float = 0.0) -> float:
        """A sine of the time, -1 to 1, shifted by the seed; `phase` in turns."""
        return math.sin(2 * math.pi * (hertz * self.seconds + phase + self.seed % 97 / 97))


@dataclass(frozen=True)
class HeldPosture:
    """A posture that is held: its angles, and the points that it rests on.

    Attributes:
        turns: Joint angles; an angle of the pelvis turns the entire figure.
        on: Points of which the lowest touches what the figure rests on.
        seated: Whether that is a seat of some height; else it is the floor.
        soles: Whether both feet are then brought flat to the floor below where they came to.
        sway: Metres that the pelvis sways.
    """

    turns: Angles
    on: tuple[str, ...] = SOLES
    seated: bool = False
    soles: bool = True
    sway: float = 0.004
    eyes: float = 1.0
    back: float = 0.0  # of the leg, that the pelvis is behind the feet


HELD: Mapping[str, HeldPosture] = {
    row["posture"]: HeldPosture(
        angles(row["turns"]), tuple(row["on"].split()), "seated" in row, "soles" in row,
        float(row["sway"]), float(row["eyes"]), float(row.get("back", 0)),
    )
    for row in rows("postures.csv")
}  # fmt: skip


def set_angles(stance: BodyPose, table: Angles) -> None:
    """Set the bones of a table of joint angles."""
    for name, row in table.items():
        for bone in [name] if name in BONE else [f"{name}.L", f"{name}.R"]:
            stance.bend(bone, *row)


def settle(stance: BodyPose, height: float, *names: str) -> None:
    """Lower or lift the figure until the lowest of some points is at a height over its origin."""
    stance.move(y=stance.lowest(*names) - height)


def level_feet(stance: BodyPose, floor: float = 0.0) -> None:
    """Put both feet flat on the floor below where they are, as far as the legs reach down."""
    for side in SIDES:
        ankle, knee = stance.joint(f"foot.{side}"), stance.joint(f"shin.{side}")
        body = stance.body
        flat = body.rest(f"foot.{side}")[1] - floor
        shin = r.norm(body.rest(f"foot.{side}") - body.rest(f"shin.{side}"))
        ankle[1] = min(flat, knee[1] + shin)  # a child's feet hang
        front = stance.rotation(f"foot.{side}") @ r.FRONT
        yaw = r.facing((front[0], 0.0, front[2]))
        pole = (knee - stance.joint(f"thigh.{side}")) * (1, 0, 1) + r.xyz(0, -0.3, 0)
        plant(stance, side, ankle, yaw, pole if knee[1] < flat - 0.02 else None)
        stance.set(f"toes.{side}", np.eye(3))


def _rest_hands(stance: BodyPose) -> None:
    """Lay the hands on the thighs."""
    h = stance.body.height
    for side in SIDES:
        hip, knee = stance.joint(f"thigh.{side}"), stance.joint(f"shin.{side}")
        thigh = hip + (knee - hip) * 0.62
        palm = thigh + r.xyz(-SIGN[side] * 0.012 * h, -0.045 * h, 0)
        fingers = r.unit(knee - hip) - (SIGN[side] * 0.35, 0, 0)
        reach(stance, side, palm, hand=hand_turn(stance.body, side, fingers, (0, 1, 0)),
              pole=(SIGN[side] * 0.7, 0.3, 0.8))  # fmt: skip


def _rest_arms(stance: BodyPose, height: float, edge: float) -> None:
    """Lean to a table and lay the forearms on it, one hand over the other wrist."""
    h = stance.body.height
    footing = feet(stance)
    stance.add("pelvis", 6 + 14 * min(edge / 0.5, 1.0))
    stance.add("chest", 4)
    stance.add("neck", -6)
    stand_on(stance, footing)
    shoulder = stance.joint("arm.L")[2]
    ahead = min(shoulder - 0.23 * h, -edge - 0.05 * h)
    for k, side in enumerate(SIDES):
        palm = r.xyz(SIGN[side] * 0.035 * h, -height - 0.022 - 0.022 * k, ahead + 0.03 * h * k)
        reach(stance, side, palm, hand=hand_turn(stance.body, side, (-SIGN[side], 0.02, -0.55),
              (0, 1, 0)), pole=(SIGN[side] * 0.95, 0.5, 0.25))  # fmt: skip


def lean_at(stance: BodyPose, spot: Spot, is_head: bool = False) -> None:
    """Lean back against a wall, a door or a car, or with the head, or forward on a counter."""
    h = stance.body.height
    edge = spot.near(stance.place)
    out = (stance.place - edge) * (1, 0, 1)
    away = r.norm(out)
    if not 0.01 < away < 1.2:
        return
    front, out = stance.yaw @ r.FRONT, out / away
    top = spot.top() + float(stance.place[1])
    low = 0.42 * h < top < 0.72 * h
    if is_head and top > 0.72 * h:
        set_angles(stance, {"pelvis": (13,), "spine": (5,), "neck": (6,), "head": (4,),
                            "thigh": (1, -3, 2), "shin": (2,)})  # fmt: skip
        _stand(stance, -0.06, True)
        brow = stance.point("eye") + 0.4 * (stance.point("crown") - stance.point("eye"))
        flat = brow + r.xyz(-0.13 * h, -0.01 * h, 0.01)  # one hand beside the head
        reach(stance, "R", flat, hand=hand_turn(stance.body, "R", (0.1, -1, 0), (0, 0, -1)))
        stance.facing_deg = r.heading(-out[0], -out[2])
        stance.place = edge * (1, 0, 1) + stance.place * (0, 1, 0) - out * (float(brow[2]) - 0.035)
        return
    if front @ out > 0 or not low:
        stance.facing_deg = r.heading(out[0], out[2])
        contact = float(stance.point("rump" if low else "back")[2])
        stance.place = edge * (1, 0, 1) + stance.place * (0, 1, 0) + out * contact
        return
    stance.place = edge * (1, 0, 1) + stance.place * (0, 1, 0) + out * 0.2 * h
    stance.facing_deg = r.heading(-out[0], -out[2])
    set_angles(stance, {"pelvis": (16,), "spine": (8,), "chest": (4,), "neck": (-8,),
                        "head": (-14,), "thigh": (10, -2, 3), "shin": (4,)})  # fmt: skip
    _stand(stance, 0.12, True)
    for side in SIDES:
        palm = r.xyz(SIGN[side] * 0.17 * h, -top - 0.02, -0.25 * h)
        reach(stance, side, palm, hand=hand_turn(stance.body, side, (SIGN[side] * 0.4, 0.15, -1),
              (0, 1, 0)), pole=(SIGN[side] * 0.9, 0.2, 0.6))  # fmt: skip


def _drop_knees(stance: BodyPose) -> None:
    body = stance.body
    for side in SIDES:
        thigh, shin, foot = (body.rest(f"{name}.{side}") for name in ("thigh", "shin", "foot"))
        gap = float(foot[1] - stance.joint(f"shin.{side}")[1]) - 0.985 * r.norm(foot - shin)
        if 0.0 < gap < 0.25 * body.leg:
            stance.add(f"thigh.{side}", -math.degrees(gap / r.norm(shin - thigh)))


def rest_height(name: str, moment: Moment) -> float:
    """Height over the figure's origin of what a posture rests on."""
    return POSTURES[name].rest if moment.rest_m is None else moment.rest_m


def hold_posture(stance: BodyPose, name: str, moment: Moment, raised: bool = True) -> None:
    """Take a posture that is held; `raised`: on a seat or a bed, not on the floor."""
    held = HELD[name]
    set_angles(stance, held.turns)
    if name == "sleep":
        _on_the_side(stance)
    height = rest_height(name, moment) if held.seated and raised else 0.0
    settle(stance, height, *held.on)
    if name in _SETTLED:
        _SETTLED[name](stance, height)
    elif name == "kneel":
        ankle = stance.joint("foot.L")
        plant(stance, "L", (ankle[0], stance.body.rest("foot.L")[1], ankle[2]))
    elif held.soles and held.seated:
        for _ in range(3):  # thighs slope down as far as it takes the feet to reach the floor
            _drop_knees(stance)
        level_feet(stance)
    elif held.soles:
        _stand(stance, held.back, name != "crouch")
    stance.eyes = held.eyes
    if name == "sit" and moment.table is not None:
        _rest_arms(stance, *moment.table)
    elif name == "sit" and not moment.hands:
        _rest_hands(stance)
    if name == "drive" or moment.hands:
        h = stance.body.height
        grasp(stance, moment, (0.11 * h, -height - 0.20 * h, -0.30 * h))
    breathe(stance, moment, held.sway)


def _stand(stance: BodyPose, back: float, straight: bool) -> None:
    """Put the feet flat where they are in standing, and the pelvis over or behind them."""
    stance.offset[0] = 0.0
    stance.move(z=back * stance.body.leg)
    lower_hips(stance, {side: stance.body.ankle(side) for side in SIDES}, straight)
    for side in SIDES:
        front = stance.rotation(f"thigh.{side}") @ r.FRONT
        plant(stance, side, stance.body.ankle(side), r.about(r.Y, -SIGN[side] * 0.09),
              (front[0] + SIGN[side] * 0.05, 0, -1.0))  # fmt: skip


def _fold_legs(stance: BodyPose, _: float) -> None:
    """Sit on the floor: one knee up, the other leg flat before the body."""
    h = stance.body.height
    left, right = stance.joint("thigh.L"), stance.joint("thigh.R")
    flat = stance.body.rest("foot.L")[1]
    plant(stance, "L", (left[0] + 0.02 * h, flat, left[2] - 0.24 * h), None, (0.15, -1, -0.4))
    lying = r.about(r.Y, 0.5) @ r.about(r.Z, 1.2)
    plant(
        stance,
        "R",
        (right[0] + 0.07 * h, -0.045 * h, right[2] - 0.20 * h),
        lying,
        (-1, -0.35, -0.5),
    )


# Of a foot, in parts of the height: out and before the hip, height over the seat; its knee.
_FOLDED = {
    "sit-crossed": (-0.075, 0.17, 0.03, (1.0, -0.25, -0.7)),
    "sit-knees": (0.01, 0.21, 0.0, (0.12, -1.0, -0.2)),
}


def _fold_both(stance: BodyPose, height: float, name: str) -> None:
    """Both legs crossed before the body, or the knees up before the breast and the arms round."""
    h = stance.body.height
    out, ahead, up, (x, y, z) = _FOLDED[name]
    flat = float(stance.body.rest("foot.L")[1]) - height
    for k, side in enumerate(SIDES):
        hip = stance.joint(f"thigh.{side}")
        goal = r.xyz(hip[0] + SIGN[side] * out * h, flat - up * h, hip[2] - (ahead + 0.05 * k) * h)
        if name == "sit-crossed":
            goal = goal * (1, 1, 1) + r.xyz(-SIGN[side] * 0.03 * h, 0, 0)
        lying = r.about(r.Y, -SIGN[side] * 0.9) @ r.about(r.Z, -SIGN[side] * 0.9)
        plant(stance, side, goal, lying if up else None, (SIGN[side] * x, y, z))
    if name == "sit-knees":
        for side in SIDES:
            palm = stance.point(f"knee.{side}") + r.xyz(-SIGN[side] * 0.03 * h, 0.09 * h, -0.03 * h)
            hand = hand_turn(stance.body, side, (-SIGN[side], 0.3, 0.1), (0, 0.1, 1))
            reach(stance, side, palm, hand=hand, pole=(SIGN[side] * 0.9, 0.5, 0.1))


def _hang_up(stance: BodyPose, _: float) -> None:
    """Hang by closed hands, the feet off the ground."""
    stance.grips = [0.9, 0.9]
    settle(stance, 0.22 * stance.body.height, *SOLES)


def _on_toes(stance: BodyPose, _: float) -> None:
    """Lift the heels as far as the balls of the feet bend."""
    raised = r.about(r.X, math.radians(42))
    for side in SIDES:
        ball, foot = (stance.body.rest(f"{name}.{side}") for name in ("ball", "foot"))
        at = stance.body.ankle(side)
        goal = at + (ball - foot) - raised @ (ball - foot)
        if side == "L":
            stance.move(y=float(goal[1] - at[1]))
        plant(stance, side, goal, r.about(r.Y, -SIGN[side] * 0.3) @ raised)
        stance.set(f"toes.{side}", r.about(r.X, math.radians(-42)))


def _on_the_side(stance: BodyPose) -> None:
    """Lie on the right side, the head behind the figure, a hand under the cheek."""
    on_back = r.about(r.X, math.radians(-90))
    stance.set("pelvis", r.about(r.Z, math.radians(-90)) @ on_back)
    head, front = stance.point("nose"), stance.rotation("head") @ r.FRONT
    ear = stance.point("ear.R")
    reach(stance, "R", ear + front * 0.06 * stance.body.height, pole=front)
    breast = stance.point("breast")
    bed = stance.point("shoulder.R")[1]
    palm = breast + (head - breast) * 0.25 + front * 0.13 * stance.body.height
    palm[1] = bed - 0.06
    reach(stance, "L", palm, pole=stance.rotation("chest") @ (0.2, 1.0, -0.3))


_SETTLED: Mapping[str, Callable[[BodyPose, float], None]] = {
    "sit-floor": _fold_legs, "tiptoe": _on_toes, "hang": _hang_up,
    "sit-crossed": partial(_fold_both, name="sit-crossed"),
    "sit-knees": partial(_fold_both, name="sit-knees"),
}  # fmt: skip


def breathe(stance: BodyPose, moment: Moment, sway: float) -> None:
    """Breath in chest and shoulders, and a little sway over feet that stand still."""
    breath = moment.wave(0.25)
    footing = feet(stance) if sway else []
    stance.add("chest", -1.1 * breath)
    for side in SIDES:
        stance.add(f"clavicle.{side}", 0.0, 0.0, 1.6 * breath)
    stance.add("neck", 0.8 * breath)
    if sway:
        shift = moment.wave(0.11, 0.3) + 0.5 * moment.wave(0.23)
        stance.move(x=sway * shift, z=0.5 * sway * moment.wave(0.17, 0.6))
        stance.add("pelvis", 0.0, 0.0, 60 * sway * shift)
        stance.add("spine", 0.0, 0.0, -60 * sway * shift)
        stand_on(stance, footing)


def grasp(stance: BodyPose, moment: Moment, place: Vector, palm: Vector = (0, 1.0, -0.4)) -> None:
    """Both hands on what the seat offers: wheel, bars, reins; else at a place and its mirror."""
    for k, side in enumerate(SIDES):
        mirror = (SIGN[side], 1, 1)
        goal: Array = moment.hands[k] if len(moment.hands) == 2 else r.xyz(*place) * mirror
        front = r.unit(goal - stance.joint(f"arm.{side}"))
        hand = hand_turn(stance.body, side, front, np.asarray(palm) * mirror)
        reach(stance, side, goal, hand=hand, pole=(SIGN[side] * 0.7, 0.7, 0.2))
        stance.grips[k] = 0.9
