"""Postures of the entire body: tables of joint angles, what they rest on, and their life in time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from shots.lexicon.actions import POSTURES
from storyboard.layout.cast.pose import BONE
from storyboard.layout.meshes import Array
from storyboard.layout.motion import rotations as r
from storyboard.layout.motion.inverse_kinematics import feet, hand_turn, lower_hips, plant, reach, stand_on
from storyboard.layout.motion.skeleton import SIDES, SIGN, Skeleton, Stance, turn

Angles = Mapping[str, tuple[float, ...]]  # bone: flex, twist, spread; without a side: both
SOLES = ("heel.L", "ball.L", "toe.L", "heel.R", "ball.R", "toe.R")
BACK = ("back", "rump", "skull")


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
    """

    seconds: float = 0.0
    part: float = 0.0
    length: float = 4.0
    pace: float = 1.0
    seed: int = 0
    rest_m: float | None = None
    hands: tuple[Array, ...] = ()
    metres: float = 0.0

    def wave(self, hertz: float, phase: float = 0.0) -> float:
        """A sine of the time, -1 to 1, shifted by the seed; `phase` in turns."""
        return math.sin(2 * math.pi * (hertz * self.seconds + phase + self.seed % 97 / 97))


@dataclass(frozen=True)
class Held:
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


ARMS: Angles = {"arm": (2, 4, 9), "forearm": (12, 14)}
HELD: Mapping[str, Held] = {
    "stand": Held({"thigh": (0, -4, 1), "foot": (0, -3), **ARMS}, sway=0.006),
    "sit": Held(
        {"pelvis": (-6,), "spine": (2,), "chest": (5,), "neck": (2,), "head": (-2,),
         "thigh": (82, -3, 5), "shin": (86,), "arm": (22, 6, 9), "forearm": (58, 28)},
        ("seat", "rump"), seated=True,
    ),
    "drive": Held(
        {"pelvis": (-20,), "spine": (4,), "chest": (7,), "neck": (6,), "head": (3,),
         "thigh": (88, -4, 7), "shin": (58,), "foot": (12,), "arm": (40, 6, 10), "forearm": (40,)},
        ("seat", "rump"), seated=True, soles=False,
    ),
    "sit-floor": Held(
        {"pelvis": (-14,), "spine": (8,), "chest": (10,), "neck": (2,), "head": (-4,),
         "arm.L": (50, 10, 8), "forearm.L": (38, 24),
         "arm.R": (-26, -10, 14), "forearm.R": (6,)},
        ("seat", "rump"), soles=False,
    ),
    "lie": Held(
        {"pelvis": (-90,), "spine": (-1,), "neck": (8,), "head": (8,), "thigh": (3, -8, 4),
         "shin": (5,), "foot": (-26, -8), "arm": (-9, -6, 14), "forearm": (9, 20)},
        ("back", "rump", "calf.L", "calf.R"), seated=True, soles=False, sway=0.0,
    ),
    "sleep": Held(
        {"thigh.L": (58, 6, -8), "shin.L": (78,), "foot.L": (-20,), "thigh.R": (24,), "shin.R": (48,),
         "foot.R": (-20,), "spine": (8, 0, -2), "chest": (8,), "neck": (10, 0, 4), "head": (6,),
         "clavicle.R": (18,), "clavicle.L": (14,)},
        ("hip.L", "hip.R", "shoulder.L", "shoulder.R"), seated=True, soles=False,
        sway=0.0, eyes=0.0,
    ),
    "kneel": Held(
        {"pelvis": (2,), "spine": (3,), "chest": (4,), "head": (2,), "thigh.L": (90, -2, 8),
         "shin.L": (88,), "thigh.R": (-2, 0, 4), "shin.R": (96,), "foot.R": (-52,),
         "toes.R": (20,), "arm.R": (6, 4, 8), "forearm.R": (22, 14), "arm.L": (40, 4, 8),
         "forearm.L": (44, 20)},
        ("knee.R", "toe.R", "ball.R"), soles=False,
    ),
    "crouch": Held(
        {"pelvis": (24,), "spine": (14,), "chest": (8,), "neck": (-14,), "head": (-22,),
         "thigh": (118, -14, 14), "shin": (126,), "foot": (22,), "toes": (0,),
         "arm": (58, 0, 12), "forearm": (62, 30)},
        back=0.12,
    ),
    "bend": Held(
        {"pelvis": (52,), "spine": (24,), "chest": (14,), "neck": (-8,), "head": (-6,),
         "thigh": (54, -4, 4), "shin": (12,), "arm": (72, 0, 6), "forearm": (22, 10)},
        back=0.2,
    ),
    "lean": Held(
        {"pelvis": (-13,), "spine": (2,), "chest": (3,), "neck": (5,), "head": (5,),
         "thigh": (20, -2, 1),
         "arm": (2, 4, 8), "forearm": (16, 14)},
        back=0.3,
    ),
}  # fmt: skip


def angles(stance: Stance, table: Angles) -> None:
    """Set the bones of a table of joint angles."""
    for name, row in table.items():
        for bone in [name] if name in BONE else [f"{name}.L", f"{name}.R"]:
            stance.bend(bone, *row)


def settle(stance: Stance, height: float, *names: str) -> None:
    """Lower or lift the figure until the lowest of some points is at a height over its origin."""
    stance.move(y=stance.lowest(*names) - height)


def level_feet(stance: Stance, floor: float = 0.0) -> None:
    """Put both feet flat on the floor below where they are, as far as the legs reach down."""
    for side in SIDES:
        ankle, knee = stance.joint(f"foot.{side}"), stance.joint(f"shin.{side}")
        body = stance.body
        flat = body.rest(f"foot.{side}")[1] - floor
        shin = r.norm(body.rest(f"foot.{side}") - body.rest(f"shin.{side}"))
        ankle[1] = min(flat, knee[1] + shin)  # a child's feet hang
        front = stance.rotation(f"foot.{side}") @ r.FRONT
        yaw = r.facing((front[0], 0.0, front[2]))
        pole = (knee - stance.joint(f"thigh.{side}")) * (1, 0, 1) + (0, -0.3, 0)
        plant(stance, side, ankle, yaw, pole if knee[1] < flat - 0.02 else None)
        stance.set(f"toes.{side}", np.eye(3))


def _rest_hands(stance: Stance) -> None:
    """Lay the hands on the thighs."""
    h = stance.body.height
    for side in SIDES:
        hip, knee = stance.joint(f"thigh.{side}"), stance.joint(f"shin.{side}")
        thigh = hip + (knee - hip) * 0.62
        palm = thigh + (-SIGN[side] * 0.012 * h, -0.045 * h, 0)
        fingers = r.unit(knee - hip) - (SIGN[side] * 0.35, 0, 0)
        reach(stance, side, palm, hand=hand_turn(stance.body, side, fingers, (0, 1, 0)),
              pole=(SIGN[side] * 0.7, 0.3, 0.8))  # fmt: skip


def _drop_knees(stance: Stance) -> None:
    body = stance.body
    for side in SIDES:
        thigh, shin, foot = (body.rest(f"{name}.{side}") for name in ("thigh", "shin", "foot"))
        gap = float(foot[1] - stance.joint(f"shin.{side}")[1]) - 0.985 * r.norm(foot - shin)
        if 0.0 < gap < 0.25 * body.leg:
            stance.add(f"thigh.{side}", -math.degrees(gap / r.norm(shin - thigh)))


def posture(body: Skeleton, name: str, moment: Moment) -> Stance:
    """A stance of a posture at a moment, in the figure's axes, at the origin."""
    stance = Stance(body)
    moving = MOVING.get(name)
    if moving is None:
        _hold(stance, {"lie-floor": "lie"}.get(name, name), moment, name != "lie-floor")
    else:
        moving(stance, moment)
    return stance


def rest_height(name: str, moment: Moment) -> float:
    """Height over the figure's origin of what a posture rests on."""
    return POSTURES[name].rest if moment.rest_m is None else moment.rest_m


def _hold(stance: Stance, name: str, moment: Moment, raised: bool = True) -> None:
    held = HELD[name]
    angles(stance, held.turns)
    if name == "sleep":
        _on_the_side(stance)
    height = rest_height(name, moment) if held.seated and raised else 0.0
    settle(stance, height, *held.on)
    if name == "sit-floor":
        _fold_legs(stance)
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
    if name == "sit" and not moment.hands:
        _rest_hands(stance)
    if name == "drive" or moment.hands:
        grasp(stance, moment, height)
    breathe(stance, moment, held.sway)


def _stand(stance: Stance, back: float, straight: bool) -> None:
    """Put the feet flat where they are in standing, and the pelvis over or behind them."""
    stance.offset[0] = 0.0
    stance.move(z=back * stance.body.leg)
    lower_hips(stance, {side: stance.body.ankle(side) for side in SIDES}, straight)
    for side in SIDES:
        front = stance.rotation(f"thigh.{side}") @ r.FRONT
        plant(stance, side, stance.body.ankle(side), r.about(r.Y, -SIGN[side] * 0.09),
              (front[0] + SIGN[side] * 0.05, 0, -1.0))  # fmt: skip


def _fold_legs(stance: Stance) -> None:
    """Sit on the floor: one knee up, the other leg flat before the body."""
    h = stance.body.height
    left, right = stance.joint("thigh.L"), stance.joint("thigh.R")
    flat = stance.body.rest("foot.L")[1]
    plant(stance, "L", (left[0] + 0.02 * h, flat, left[2] - 0.24 * h), None, (0.15, -1, -0.4))
    lying = r.about(r.Y, 0.5) @ r.about(r.Z, 1.2)
    plant(stance, "R", (right[0] + 0.07 * h, -0.045 * h, right[2] - 0.20 * h), lying, (-1, -0.35, -0.5))


def _on_the_side(stance: Stance) -> None:
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


def breathe(stance: Stance, moment: Moment, sway: float) -> None:
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


def grasp(stance: Stance, moment: Moment, height: float) -> None:
    """Both hands on what the seat offers: wheel, bars, reins; else on a wheel before the chest."""
    h = stance.body.height
    wheel = [
        np.array([SIGN[side] * 0.11 * h, -height - 0.20 * h, -0.30 * h]) for side in SIDES
    ]
    for k, side in enumerate(SIDES):
        goal = moment.hands[k] if len(moment.hands) == 2 else wheel[k]
        front = r.unit(goal - stance.joint(f"arm.{side}"))
        hand = hand_turn(stance.body, side, front, (0, 1.0, -0.4))
        reach(stance, side, goal, hand=hand, pole=(SIGN[side] * 0.7, 0.7, 0.2))
        stance.grips[k] = 0.85




def _crawl(stance: Stance, moment: Moment) -> None:
    body = stance.body
    step = 0.55 * body.leg
    phase = math.pi * (moment.metres or 0.4 * moment.seconds * moment.pace) / step
    angles(stance, {"pelvis": (78,), "spine": (4,), "chest": (2,), "neck": (-22,), "head": (-34,)})
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


def _ladder(stance: Stance, moment: Moment) -> None:
    body, rung = stance.body, 0.3
    climbed = POSTURES["climb-ladder"].speed * moment.seconds * moment.pace + 0.15
    cycle = climbed / rung  # each foot and hand rises two rungs in two
    angles(stance, {"pelvis": (5,), "neck": (-6,), "head": (-14,)})
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


def _jump(stance: Stance, moment: Moment) -> None:
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
    angles(stance, {
        "pelvis": (26 * low + 4 * high,), "spine": (14 * low,), "chest": (8 * low,),
        "neck": (-10 * low - 3 * high,), "head": (-18 * low - 5 * high,),
        "arm": (-50 * low + 158 * high + 6, 0, 8 + 16 * high), "forearm": (14 + 18 * low, 8),
    })  # fmt: skip
    stance.move(y=0.26 * body.leg * low, z=0.05 * low * body.height)
    for side in SIDES:
        ankle = body.ankle(side) + (0, 0, 0.20 * air * (1 if side == "R" else 0.2))
        ankle[1] -= 0.14 * air * body.leg * (1.4 if side == "R" else 1.0)
        foot = r.about(r.X, math.radians(34 * air))
        plant(stance, side, ankle, foot)
    stance.move(y=-up)


def _fall(stance: Stance, moment: Moment) -> None:
    """From standing to lying on the back, over the beat."""
    u = moment.part
    still = Moment(moment.seconds, seed=moment.seed, rest_m=0.0)
    stand, down = Stance(stance.body), Stance(stance.body)
    _hold(stand, "stand", still)
    angles(down, {
        "pelvis": (-88, 6), "spine": (-4,), "neck": (6,), "head": (4, -24),
        "thigh.L": (34, -10, 8), "shin.L": (52,), "thigh.R": (6, -10, 12), "shin.R": (12,),
        "foot": (-20,), "arm.L": (20, 0, 78), "forearm.L": (34,), "arm.R": (30, 0, 48),
        "forearm.R": (22,),
    })  # fmt: skip
    settle(down, 0.0, "back", "rump", "heel.R", "skull")
    down.move(z=0.62 * stance.body.leg)
    drop = r.smooth((u - 0.08) / 0.5)
    flail = math.sin(math.pi * min(u / 0.5, 1.0))
    for bone in range(len(stance.turns)):
        stance.turns[bone] = r.between(stand.turns[bone], down.turns[bone], drop)
    for side in SIDES:
        stance.add(f"arm.{side}", 66 * flail, 0, 30 * flail)
        stance.add(f"thigh.{side}", 34 * flail)
        stance.add(f"shin.{side}", 40 * flail)
    stance.add("head", 14 * flail)
    stance.offset = r.mixed(stand.offset, down.offset, drop)
    settle(stance, 0.0, "back", "rump", "skull", *SOLES, "fingertip.L", "fingertip.R")


def _dance(stance: Stance, moment: Moment) -> None:
    """Eight beats, two a second: steps from side to side, hips and arms in time."""
    body = stance.body
    beat = (2.0 * moment.pace * moment.seconds + moment.seed % 8) % 8.0
    side_step = math.sin(math.pi * beat / 2)
    bounce = 0.5 - 0.5 * math.cos(2 * math.pi * beat)
    up = r.smooth((math.sin(math.pi * beat / 4) + 0.3) / 0.6)  # four beats high, four low
    angles(stance, {
        "pelvis": (4, 12 * side_step, 9 * side_step), "spine": (3, -8 * side_step, -11 * side_step),
        "chest": (0, -10 * side_step, -4 * side_step), "neck": (0, 6 * side_step),
        "head": (4 - 8 * bounce, 8 * side_step, 8 * side_step),
    })  # fmt: skip
    stance.move(x=0.07 * side_step * body.height / 1.75, y=(0.02 + 0.05 * bounce) * body.leg)
    for k, side in enumerate(SIDES):
        sign = SIGN[side]
        ankle = body.ankle(side) + (sign * 0.09, 0, 0)
        free = max(-side_step * sign, 0.0)  # the unloaded foot taps
        ankle = ankle + (0, -0.09 * free, -0.06 * free)
        plant(stance, side, ankle, r.about(r.Y, -sign * 0.2) @ r.about(r.X, 0.5 * free))
        pump = math.sin(math.pi * beat + k * math.pi)
        high = up if k else 1 - 0.75 * up
        stance.bend(f"arm.{side}", 35 + 70 * high, 0, 34 + 26 * high + 8 * pump)
        stance.bend(f"forearm.{side}", 78 + 22 * pump - 20 * high, 10)
        stance.grips[k] = 0.5


def _swim(stance: Stance, moment: Moment) -> None:
    """Front crawl at the surface of the water, height 0."""
    cycle = moment.metres / 1.9 if moment.metres else 0.5 * moment.pace * moment.seconds
    phase = 2 * math.pi * (cycle + moment.seed % 97 / 97)
    roll = 26 * math.sin(phase)
    angles(stance, {"pelvis": (84, 0.45 * roll), "spine": (-3, 0.3 * roll), "chest": (-3, 0.4 * roll),
                    "neck": (-22, -0.4 * roll), "head": (-32, -0.5 * roll)})  # fmt: skip
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


def _bicycle(stance: Stance, moment: Moment) -> None:
    height = rest_height("ride-bicycle", moment)
    cycle = moment.metres / 4.5 if moment.metres else 1.0 * moment.pace * moment.seconds
    angles(stance, {"pelvis": (22,), "spine": (14,), "chest": (10,), "neck": (-16,),
                    "head": (-24,), "thigh": (60,), "shin": (60,)})  # fmt: skip
    settle(stance, height, "seat", "rump")
    leg = stance.body.leg
    for k, side in enumerate(SIDES):
        a = 2 * math.pi * cycle + k * math.pi
        pedal = stance.body.rest(f"foot.{side}")[1] - height + 0.86 * leg
        ankle = np.array([SIGN[side] * 0.10, pedal - 0.17 * math.cos(a), -0.22 * leg - 0.17 * math.sin(a)])
        plant(stance, side, ankle, r.about(r.X, math.radians(16 + 10 * math.sin(a))), (0, -0.4, -1))
    _hold_bars(stance, moment, (0.24, -height - 0.14, -0.58))


def _hold_bars(stance: Stance, moment: Moment, bar: tuple[float, float, float]) -> None:
    for k, side in enumerate(SIDES):
        goal = np.array([SIGN[side] * bar[0], bar[1], bar[2]])
        if len(moment.hands) == 2:
            goal = moment.hands[k]
        reach(stance, side, goal, hand=hand_turn(stance.body, side, (0, 0.45, -1), (0, 1, 0.2)),
              pole=(SIGN[side] * 0.9, 0.6, 0.3))  # fmt: skip
        stance.grips[k] = 0.9


def _motorcycle(stance: Stance, moment: Moment) -> None:
    height = rest_height("ride-motorcycle", moment)
    angles(stance, {"pelvis": (12,), "spine": (12,), "chest": (10,), "neck": (-10,),
                    "head": (-18 + 1.5 * moment.wave(1.1),)})  # fmt: skip
    settle(stance, height + 0.004 * moment.wave(3.0), "seat", "rump")
    leg = stance.body.leg
    for side in SIDES:
        ankle = np.array([SIGN[side] * 0.20, -height + 0.40 * leg, -0.10 * leg])
        plant(stance, side, ankle, r.about(r.X, 0.12), (SIGN[side] * 0.4, -0.5, -1))
    _hold_bars(stance, moment, (0.34, -height - 0.20, -0.60))


def _horse(stance: Stance, moment: Moment) -> None:
    height = rest_height("ride-horse", moment)
    beat = moment.metres / 1.8 if moment.metres else 0.9 * moment.seconds * moment.pace
    bob = math.sin(2 * math.pi * beat)
    angles(stance, {"pelvis": (-2 - 4 * bob,), "spine": (2 + 4 * bob,), "chest": (3,),
                    "head": (2 - 2 * bob,), "thigh": (52, -14, 32), "shin": (74,),
                    "foot": (12,)})  # fmt: skip
    settle(stance, height + 0.03 * max(bob, 0.0), "seat")
    for k, side in enumerate(SIDES):
        goal = stance.point("belly") + (SIGN[side] * 0.09, 0.0, -0.24 - 0.03 * bob)
        if len(moment.hands) == 2:
            goal = moment.hands[k] + (0, 0, -0.03 * bob)
        reach(stance, side, goal, hand=hand_turn(stance.body, side, (-SIGN[side] * 0.3, 0.1, -1), (-SIGN[side], 0, 0)))
        stance.grips[k] = 0.9


def _float(stance: Stance, moment: Moment) -> None:
    """Adrift in air: limbs spread, slowly moving."""
    a, b = moment.wave(0.14), moment.wave(0.19, 0.4)
    angles(stance, {
        "pelvis": (12 + 5 * a, 0, 5 * b), "spine": (-5,), "chest": (-6 + 2 * b,), "neck": (-6,),
        "head": (-8 + 3 * a,), "thigh.L": (26 + 6 * a, 0, 12), "shin.L": (48 + 8 * b,),
        "thigh.R": (4 - 6 * a, 0, 14), "shin.R": (26 - 6 * b,), "foot": (-34,),
        "arm.L": (34 + 9 * a, 0, 62 + 6 * b), "arm.R": (26 - 9 * b, 0, 66 - 6 * a),
        "forearm": (26 + 6 * b,),
    })  # fmt: skip
    settle(stance, 0.35 + 0.06 * moment.wave(0.21, 0.2), *SOLES)
    stance.grips = [0.1, 0.1]


MOVING: Mapping[str, Callable[[Stance, Moment], None]] = {
    "crawl": _crawl, "climb-ladder": _ladder, "jump": _jump, "fall": _fall, "dance": _dance,
    "swim": _swim, "ride-bicycle": _bicycle, "ride-motorcycle": _motorcycle,
    "ride-horse": _horse, "float": _float,
}  # fmt: skip
