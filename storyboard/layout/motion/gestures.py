"""Gestures over any posture: hands brought to places, and the part that trunk, head and face take."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from shots.lexicon.things import Thing
from storyboard.layout.cast.pose import BONE
from storyboard.layout.meshes import Array
from storyboard.layout.motion import rotations as r
from storyboard.layout.motion.gesture_table import COUNTER, HANG, MOTIONS, Hand, Motion
from storyboard.layout.motion.inverse_kinematics import (
    feet,
    hand_turn,
    in_reach,
    look,
    plant,
    reach,
    stand_on,
)
from storyboard.layout.motion.skeleton import SIDES, SIGN, Stance, turn

OTHER = {"L": "R", "R": "L"}
Hands = tuple[Hand, Hand]


@dataclass(eq=False)
class Act:
    """A gesture at a time, and what it is done to; points are in the figure's axes.

    Attributes:
        name: Of the gesture.
        side: Of the leading hand.
        seconds: Since the beat began.
        part: Share of the beat that is over.
        seed: Of the figure.
        aim: The point that it is directed at: of a person the breast, of a thing where it is held.
        partner: Points of the other person, by name.
        surface_m: Height of the table before the figure; None: above what it rests on.
        stands: Whether it stands on its feet, so that it can bend and squat.
        speaks: Whether it speaks now.
        prop: Model of what is in the hands.
        size: Of the thing that it is done to.
    """

    name: str
    side: str = "R"
    seconds: float = 0.0
    part: float = 0.0
    seed: int = 0
    aim: Array | None = None
    partner: dict[str, Array] = field(default_factory=dict)
    surface_m: float | None = None
    stands: bool = True
    speaks: bool = False
    prop: Thing | None = None
    size: tuple[float, float, float] | None = None


def counter_gesture(gesture: str) -> str:
    """What the other person does to whom somebody does a gesture; "" for nothing of it."""
    return COUNTER.get(gesture, "")


def perform_gesture(stance: Stance, act: Act, gaze: Array | None) -> None:
    """Change a stance by a gesture, a look at a point, and speech.

    Args:
        stance: The posture; changed in place.
        act: The gesture; without a name only look and speech.
        gaze: The point looked at in the figure's axes; None: where the posture and hands lead.
    """
    motion = _motion(act)
    _take_part(stance, act, motion)
    first, second, part = _keys(act, motion)
    if motion.stoop and (act.aim is not None or first[0].anchor != "touch"):
        _stoop(stance, act, (first[0], second[0], part))
    if gaze is None and motion.looks:
        gaze = _hand_place(stance, act, act.side, first[0], second[0], part)[0]
    if gaze is not None:
        look(stance, gaze)
    _move_head(stance, act)
    for k, side in enumerate((act.side, OTHER[act.side])):
        _bring(stance, act, side, first[k], second[k], part)
    _move_face(stance, act)


def _motion(act: Act) -> Motion:
    """The gesture, as the thing in the hands wants it."""
    name, prop = act.name, act.prop
    if name == "aim" and prop is not None and prop.size[2] > 0.5:
        name = "aim-long"
    if name == "hold" and prop is not None and prop.grip is not None:
        tall = max(prop.size[1:]) if prop.lies else prop.size[1]
        name = "hang" if tall > 0.25 and prop.grip[1] > 0.7 * tall else name
    return MOTIONS.get(name, Motion())


def _keys(act: Act, motion: Motion) -> tuple[Hands, Hands, float]:
    """The hands before and after now, leading hand first, and the way between them, 0 to 1."""
    if not motion.keys:
        return (HANG, HANG), (HANG, HANG), 0.0
    at = (act.seconds / motion.period) % 1.0 if motion.period else act.part
    keys = list(motion.keys)
    if motion.period:
        keys.append((1.0, *keys[0][1:]))
    after = next((k for k, key in enumerate(keys) if key[0] > at), len(keys))
    before, then = keys[max(after - 1, 0)], keys[min(after, len(keys) - 1)]
    length = then[0] - before[0]
    part = r.smooth((at - before[0]) / length) if length > 0 else 0.0
    return before[1:], then[1:], part


def _axes(stance: Stance, act: Act, side: str, hand: Hand) -> tuple[Array, Array]:
    """The anchor of a hand, and axes of out, down, front in columns."""
    turned = np.eye(3)
    if hand.head:
        turned = stance.rotation("head")
    elif hand.anchor in ("breast", "belly", "spine", "arm", "back-of"):
        turned = _upright(stance)
    front = np.array([0.0, 0.0, -1.0])
    name = hand.anchor
    shoulder = stance.joint(f"arm.{side}")
    if name in ("aim", "aim-eye"):
        origin = shoulder if name == "aim" else stance.point("eye")
        target = act.aim if act.aim is not None else origin + stance.rotation("chest") @ front * 5
        turned = r.facing(target - origin)
        anchor = origin
    elif name in PLACED:
        anchor = PLACED[name](stance, act, side)
    elif f"{name}.{side}" in stance.body.points or name == "arm":
        anchor = stance.point(f"{name}.{side}")
    else:
        anchor = stance.point(name)
    return anchor, turned @ np.diag([SIGN[side], 1.0, -1.0])


def _upright(stance: Stance) -> Array:
    """The chest's rotation, half straightened where the body is upright."""
    chest = stance.rotation("chest")
    front = chest @ r.FRONT
    if abs(front[1]) > 0.75:
        return chest
    return r.facing((front[0], front[1] * 0.6, front[2]))


def _on_surface(stance: Stance, act: Act, side: str) -> Array:
    """On the table or keys: before the body, as far as the hands get easily."""
    h = stance.body.height / 1.75
    low = -float(stance.point("seat")[1])
    height = act.surface_m if act.surface_m is not None else low + 0.27 * h
    shoulder = stance.joint(f"arm.{side}")
    z = shoulder[2] - 0.36 * h
    if act.aim is not None:
        z = min(max(act.aim[2], shoulder[2] - 0.85 * stance.body.arm), shoulder[2] - 0.2 * h)
    if act.stands and act.surface_m is None:
        height = 1.05 * h
    return np.array([shoulder[0], -height - 0.01, z])


def _at_stove(stance: Stance, act: Act, side: str) -> Array:
    h = stance.body.height / 1.75
    height = act.surface_m if act.surface_m is not None else 0.92 * h
    base = stance.joint("pelvis")
    return np.array([SIGN[side] * 0.16, -height, base[2] - 0.42 * h])


def _at_target(stance: Stance, act: Act, side: str) -> Array:
    if act.aim is not None:
        return act.aim
    h = stance.body.height
    return stance.joint("pelvis") + (SIGN[side] * 0.05 * h, -0.08 * h, -0.28 * h)


def _at_push(stance: Stance, act: Act, side: str) -> Array:
    """What is pushed, pulled, knocked at: at the height of the breast, an arm's bend away."""
    h = stance.body.height
    shoulder = stance.joint(f"arm.{side}")
    away, up = 0.72 * stance.body.arm, shoulder[1] + 0.10 * h
    if act.aim is not None:
        distance = math.hypot(act.aim[0] - shoulder[0], act.aim[2] - shoulder[2])
        away = min(max(distance, 0.45 * stance.body.arm), 0.97 * stance.body.arm)
    if act.size is not None and act.surface_m is not None:
        up = max(up, -act.surface_m if act.size[1] < 1.2 else -10.0)
    return np.array([shoulder[0], up, shoulder[2] - away])


def _at_handle(stance: Stance, act: Act, side: str) -> Array:
    """The handle of a door, as near to the side of the leading hand as the door is wide."""
    push = _at_push(stance, act, side)
    x = 0.0 if act.aim is None else act.aim[0]
    wide = 0.32 if act.size is None else 0.32 * act.size[0]
    return np.array([x + SIGN[side] * wide, -1.04, push[2]])


def _at_side(stance: Stance, act: Act, side: str) -> Array:
    """Beside the thigh, or as high as what is carried stands on the floor."""
    shoulder = stance.joint(f"arm.{side}")
    up = 0.435 * stance.body.height
    if act.prop is not None and act.prop.grip is not None:
        up = max(up, act.prop.grip[1] + 0.02)
    return np.array([shoulder[0] + SIGN[side] * 0.09, -up, shoulder[2] - 0.02])


def _at_load(stance: Stance, act: Act, side: str) -> Array:
    """At the sides of what both hands carry, before the belly."""
    width, _, depth = act.prop.size if act.prop else (0.35, 0.3, 0.3)
    spine = stance.point("belly")
    away = min(0.05 + depth / 2, 0.4 * stance.body.height)
    return spine + (SIGN[side] * min(width / 2 + 0.01, 0.3), 0.0, -away)


def _at_page(stance: Stance, act: Act, side: str) -> Array:
    """At the lower corners of what is read."""
    width = act.prop.size[0] if act.prop else 0.16
    h = stance.body.height / 1.75
    return stance.point("breast") + (SIGN[side] * min(0.42 * width, 0.25), 0.04 * h, -0.28 * h)


def _at_meeting(stance: Stance, act: Act, side: str) -> Array:
    """Where the right hands of two people meet: in the middle between their shoulders."""
    own = stance.joint("clavicle.R")  # the shoulder itself moves as the arm reaches
    other = act.partner.get("clavicle.R", own + (0, 0, -1.1 * stance.body.arm))
    return (own + other) / 2 + (0, 0.24 * stance.body.height, 0)


def _behind_partner(stance: Stance, act: Act, side: str) -> Array:
    """On the other person's back, or round somebody imagined."""
    if "back" in act.partner:
        return act.partner["back"]
    return stance.point("breast") + (0, -0.02, -0.22 * stance.body.height)


def _on_cheek(stance: Stance, act: Act, side: str) -> Array:
    ear = act.partner.get(f"ear.{OTHER[side]}")
    return stance.point("mouth") + (SIGN[side] * 0.08, 0.02, -0.14) if ear is None else ear


def _to_pour(stance: Stance, act: Act, side: str) -> Array:
    if act.aim is not None:
        return act.aim
    return _on_surface(stance, act, side) + (-SIGN[side] * 0.1, -0.1, 0)


PLACED: Mapping[str, Callable[[Stance, Act, str], Array]] = {
    "surface": _on_surface, "stove": _at_stove, "touch": _at_target, "push": _at_push,
    "meet": _at_meeting, "back-of": _behind_partner, "cheek": _on_cheek, "pour": _to_pour, "handle": _at_handle, "side": _at_side,
    "load": _at_load, "page": _at_page,
}  # fmt: skip


def _hand_place(
    stance: Stance, act: Act, side: str, first: Hand, second: Hand, part: float
) -> tuple[Array, Array, Array, float]:
    """Palm, rotation of the hand, pole of the elbow, grip: between two keys."""
    places = [_one_place(stance, act, side, hand) for hand in (first, second)]
    if part == 0.0 or first is second:
        return places[0]
    (p, h, e, g), (q, i, f, k) = places
    return r.mixed(p, q, part), r.between(h, i, part), r.mixed(e, f, part), g + (k - g) * part


def _one_place(
    stance: Stance, act: Act, side: str, hand: Hand
) -> tuple[Array, Array, Array, float]:
    if hand.anchor == "hang":
        elbow, shoulder = stance.joint(f"forearm.{side}"), stance.joint(f"arm.{side}")
        palm = stance.point(f"palm.{side}")
        straight = (palm - shoulder) / max(r.norm(palm - shoulder), 1e-6)
        pole = elbow - shoulder - ((elbow - shoulder) @ straight) * straight
        grip = stance.grips[SIDES.index(side)]
        return palm, stance.rotation(f"hand.{side}"), pole + (0, 0, 0.01), grip
    anchor, axes = _axes(stance, act, side, hand)
    scale = stance.body.arm if hand.anchor == "aim" else stance.body.height / 1.75
    at = np.asarray(hand.at)
    if hand.anchor == "mouth" and act.prop is not None and act.name in ("drink", "eat"):
        at = _rim_at_mouth(act, act.prop) / scale
    if hand.hertz:
        k = SIDES.index(side)
        turns = hand.hertz * act.seconds + 0.5 * k + act.seed % 89 / 89
        wave = 2 * math.pi * turns
        at = at + np.asarray(hand.sway) * (math.sin(wave), math.cos(wave), math.cos(wave))
    turned = hand_turn(stance.body, side, axes @ np.asarray(hand.fingers), axes @ np.asarray(hand.palm))
    return anchor + axes @ (at * scale), turned, axes @ np.asarray(hand.elbow), hand.grip


def _rim_at_mouth(act: Act, prop: Thing) -> Array:
    """Where the palm is from the mouth for the rim or the far end of the thing to be there."""
    tall = prop.size[2] if prop.lies else prop.size[1]
    rim = tall - (prop.grip or (0.0, tall / 2, 0.0))[1]
    down, front = (0.67, 0.74) if act.name == "drink" else (0.51, 0.86)
    return np.array([0.012, rim * down, 0.012 + rim * front])


def _bring(
    stance: Stance, act: Act, side: str, first: Hand, second: Hand, part: float
) -> None:
    if first.anchor == "hang" and (second.anchor == "hang" or part == 0.0):
        return
    palm, hand, pole, grip = _hand_place(stance, act, side, first, second, part)
    reach(stance, side, palm, hand=hand, pole=pole)
    stance.grips[SIDES.index(side)] = grip


def _stoop(stance: Stance, act: Act, keys: tuple[Hand, Hand, float]) -> None:
    """Bend hips and knees no further than it takes to bring the leading hand to its place."""
    palm = _hand_place(stance, act, act.side, *keys)[0]
    if in_reach(stance, act.side, palm) <= 0:
        return
    low, high = 0.0, 1.0
    upright = stance.copy()
    for _ in range(7):
        middle = (low + high) / 2
        if in_reach(_bent(upright, middle, palm, act.stands), act.side, palm) > 0:
            low = middle
        else:
            high = middle
    bent = _bent(upright, high, palm, act.stands)
    stance.turns, stance.offset = bent.turns, bent.offset
    stance.move()


def _bent(upright: Stance, amount: float, target: Array, stands: bool) -> Stance:
    """Bent forward and, standing, down on the knees, and turned to a target: 0 not, 1 as can be."""
    stance = upright.copy()
    footing = feet(stance)
    low = min(max((target[1] + 0.45 * stance.body.height) / (0.35 * stance.body.height), 0.0), 1.0)
    hips = stance.joint("pelvis")
    yaw = math.degrees(math.atan2(target[0] - hips[0], -(target[2] - hips[2])))
    yaw = min(max(yaw, -60.0), 60.0) * min(amount * 2, 1.0)
    if stands:
        leg = stance.body.leg
        stance.move(y=0.52 * leg * amount * low, z=0.16 * leg * amount)
        stance.add("pelvis", 48 * amount)
    else:
        stance.add("pelvis", 30 * amount)
    stance.add("spine", 24 * amount, yaw * 0.5)
    stance.add("chest", 14 * amount, yaw * 0.5)
    stance.add("neck", -14 * amount)
    stand_on(stance, footing)
    return stance


def _take_part(stance: Stance, act: Act, motion: Motion) -> None:
    """What trunk and legs do in a gesture."""
    for bone, row in (motion.trunk or {}).items():
        stance.add(bone, *row)
    t = act.seconds
    footing = feet(stance)
    name = act.name
    if name == "bow":
        down = r.smooth(act.part / 0.35) * r.smooth((1 - act.part) / 0.3)
        stance.add("pelvis", 38 * down)
        stance.move(z=0.08 * stance.body.leg * down)
        _add(stance, {"spine": 14 * down, "chest": 8 * down, "head": 10 * down})
    elif name == "laugh":
        shake = math.sin(2 * math.pi * 4.2 * t)
        _add(stance, {"spine": -5 + 1.5 * shake, "chest": -7 + 2 * shake, "neck": -8})
    elif name == "cry":
        _add(stance, {"chest": 2 * math.sin(2 * math.pi * 2.6 * t)})
    elif name == "breathe":
        _add(stance, {"chest": -6 * math.sin(2 * math.pi * 0.45 * t), "neck": 3.0})
    elif name == "shiver":
        shake = math.sin(2 * math.pi * 7.5 * t)
        stance.add("spine", 0, 1.3 * shake, 1.2 * shake)
    elif name == "punch":
        stance.add("spine", 0, 16 * math.sin(2 * math.pi * (t / 1.5 - 0.04)))
    elif name in ("hug", "kiss"):
        _lean_in(stance, act)
    if act.stands:
        stand_on(stance, footing)
    if name == "kick":
        _kick(stance, act)


def _add(stance: Stance, rows: Mapping[str, float]) -> None:
    for bone, flex in rows.items():
        stance.add(bone, flex)


def _lean_in(stance: Stance, act: Act) -> None:
    """Bring the head beside the other's, or mouth to mouth; both lean to their own left."""
    if act.name == "hug":
        stance.add("pelvis", 5, 0, 4)
        stance.add("chest", 4, 0, 4)
        return
    other = act.partner.get("pelvis")
    if other is None:
        return
    middle = (other + stance.joint("pelvis")) / 2
    upright = stance.copy()
    low, high = 0.0, 40.0
    for _ in range(7):  # until the lips are half way
        lean = (low + high) / 2
        stance.turns, stance.offset = upright.turns.copy(), upright.offset
        for bone, part in (("pelvis", 0.35), ("spine", 0.35), ("chest", 0.2), ("neck", 0.3),
                           ("head", -0.9)):  # fmt: skip
            stance.add(bone, part * lean)
        if stance.point("mouth")[2] - middle[2] > 0.01:
            low = lean
        else:
            high = lean


def _kick(stance: Stance, act: Act) -> None:
    cycle = (act.seconds / 1.6) % 1.0
    back = r.smooth(cycle / 0.25) * r.smooth((0.42 - cycle) / 0.12)
    out = r.smooth((cycle - 0.30) / 0.14) * r.smooth((0.85 - cycle) / 0.3)
    if not act.stands:
        return
    stance.add("pelvis", -10 * out)
    stand_on(stance, [feet(stance)[0], feet(stance)[1]])
    hip = stance.joint("thigh.R")
    leg = stance.body.leg
    rest = stance.joint("foot.R")
    behind, front = rest + (0, -0.18 * leg, 0.42 * leg), hip + (0.04, 0.30 * leg, -0.92 * leg)
    goal = r.mixed(r.mixed(rest, behind, back), front, out)
    plant(stance, "R", goal, r.about(r.X, math.radians(40 * back - 20 * out)))


def _move_head(stance: Stance, act: Act) -> None:
    t = act.seconds
    turns = {
        "nod": (11 * math.sin(2 * math.pi * 1.5 * t), 0, 0),
        "shake-head": (0, 20 * math.sin(2 * math.pi * 1.3 * t), 0),
        "laugh": (-9 + 3 * math.sin(2 * math.pi * 4.2 * t), 0, 0),
        "listen": (3, 0, 11), "shrug": (0, 0, 9), "hug": (8, 10, 12), "kiss": (0, 0, 14),
        "smile": (0, 0, 5), "shout": (-5, 0, 0), "salute": (-3, 0, 0),
        "photograph": (4, 0, 0), "phone-ear": (2, 0, 0),
    }  # fmt: skip
    if act.name in turns:
        flex, twist, spread = turns[act.name]
        way = SIGN[act.side] if act.name == "listen" else 1.0
        stance.set("head", stance.turns[BONE["head"]] @ turn("head", flex, twist, spread * way))
    if act.name in ("shrug", "shiver", "laugh"):
        lift = {"shrug": 20.0, "shiver": 12.0, "laugh": 5 + 4 * math.sin(2 * math.pi * 4.2 * t)}
        for side in SIDES:
            stance.add(f"clavicle.{side}", 0, 0, lift[act.name])
    if act.speaks:
        beat = syllable(t, act.seed)
        stance.set("head", stance.turns[BONE["head"]] @ turn("head", 2.5 * beat, 1.5 * beat))


def syllable(seconds: float, seed: int) -> float:
    """How far the mouth is open in speaking, 0 to 1: 4 to 5 syllables a second, with pauses."""
    count = seconds * 4.6 + seed % 31 / 31
    k = math.floor(count)
    size = [((seed + 7919 * (k + j)) * 2654435761 % 4294967296) / 4294967296 for j in (0, 1)]
    pause = 0.0 if size[1] > 0.93 else 1.0
    return pause * (0.25 + 0.75 * size[0]) * math.sin(math.pi * (count - k)) ** 1.4


def _move_face(stance: Stance, act: Act) -> None:
    t = act.seconds
    opened = {
        "shout": 0.75 + 0.25 * math.sin(2 * math.pi * 2.2 * t), "cry": 0.25,
        "laugh": 0.65 + 0.25 * math.sin(2 * math.pi * 4.2 * t), "smile": 0.12, "stretch": 0.5,
        "eat": 0.22 * (1 + math.sin(2 * math.pi * 1.7 * t)) / 2, "breathe": 0.1,
    }  # fmt: skip
    stance.mouth = max(stance.mouth, opened.get(act.name, 0.0))
    speaking = act.speaks or act.name in ("talk", "whisper")
    if speaking and act.name not in ("shout", "laugh"):
        size = 0.4 if act.name == "whisper" else 0.75
        stance.mouth = size * syllable(t, act.seed)
    if act.name in ("kiss", "cry"):
        stance.eyes = 0.0
    elif stance.eyes > 0.5:  # a blink of an eighth of a second every few seconds
        blink = (t + act.seed % 53 / 16) % 3.4
        stance.eyes = min(stance.eyes, 1 - math.sin(math.pi * min(blink / 0.16, 1.0)))
