"""Gestures over any posture: hands, and the part that trunk, head and face take."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from shots.lexicon.things import Thing
from storyboard.layout import rotations as r
from storyboard.layout.cast.pose import BONE
from storyboard.layout.meshes import Array
from storyboard.layout.motion.body_pose import SIDES, SIGN, BodyPose, turn
from storyboard.layout.motion.gesture_table import GESTURE_ROWS, HANG, GestureRow, Hand
from storyboard.layout.motion.hand_places import OTHER, GestureNow, hand_place
from storyboard.layout.motion.inverse_kinematics import (
    feet,
    in_reach,
    look,
    plant,
    reach,
    stand_on,
    way_degrees,
)

Hands = tuple[Hand, Hand]
Missing = Callable[[BodyPose], float]  # metres to what a bent body is to reach
_SHORTEST_S = 1.6  # of a round that leads to the mouth and back
_EYES_DOWN = 0.3  # of the way down to what is looked at


def perform_gesture(stance: BodyPose, act: GestureNow, gaze: Array | None) -> None:
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
    _bring_face(stance, act, motion.face)
    if gaze is None and motion.looks:
        gaze = act.aim
        if gaze is None:
            gaze = hand_place(stance, act, act.side, first[0], second[0], part)[0]
    if gaze is not None:
        way = gaze - stance.point("eye")
        # The eyes do the rest of a look down, so that the face stays in the picture.
        if way[1] > 0:
            way[1] *= 1 - _EYES_DOWN * r.smooth(math.hypot(way[0], way[2]) / 0.5)
        if not motion.face.startswith("their-"):  # the lips stay where they are
            look(stance, stance.point("eye") + way)
        stance.sight = stance.to_world(gaze)
    _move_head(stance, act)
    for k, side in enumerate((act.side, OTHER[act.side])):
        if side in act.holds and first[k].anchor == second[k].anchor == "hang":
            low = _holding(act.prop).keys[0][1]
            _bring(stance, act, side, low, low, 0.0)
        else:
            _bring(stance, act, side, first[k], second[k], part)
    _move_face(stance, act)


def _motion(act: GestureNow) -> GestureRow:
    """The gesture, as the thing in the hands wants it."""
    name, prop = act.name, act.prop
    if name == "aim" and prop is not None and prop.size[2] > 0.5:
        name = "aim-long"
    return _holding(prop) if name == "hold" else GESTURE_ROWS.get(name, GestureRow())


def _holding(prop: Thing | None) -> GestureRow:
    """How a thing is held: hanging from its handle, or upright before the body."""
    name = "hold"
    if prop is not None and prop.grip is not None:
        tall = max(prop.size[1:]) if prop.lies else prop.size[1]
        name = "hang" if tall > 0.25 and prop.grip[1] > 0.7 * tall else name
    return GESTURE_ROWS[name]


def _keys(act: GestureNow, motion: GestureRow) -> tuple[Hands, Hands, float]:
    """The hands before and after now, leading hand first, and the way between them, 0 to 1."""
    if not motion.keys:
        return (HANG, HANG), (HANG, HANG), 0.0
    # Once at least in a short beat: a drink of two seconds comes to the mouth.
    period = (
        min(motion.period, max(act.length, _SHORTEST_S)) if motion.period > 2 else motion.period
    )
    at = (act.seconds / period) % 1.0 if period else act.part
    keys = list(motion.keys)
    if motion.period:
        keys.append((1.0, *keys[0][1:]))
    after = next((k for k, key in enumerate(keys) if key[0] > at), len(keys))
    before, then = keys[max(after - 1, 0)], keys[min(after, len(keys) - 1)]
    length = then[0] - before[0]
    part = r.smooth((at - before[0]) / length) if length > 0 else 0.0
    return before[1:], then[1:], part


def _bring(
    stance: BodyPose, act: GestureNow, side: str, first: Hand, second: Hand, part: float
) -> None:
    if first.anchor == "hang" and (second.anchor == "hang" or part == 0.0):
        return
    palm, hand, pole, fingers = hand_place(stance, act, side, first, second, part)
    reach(stance, side, palm, hand=hand, pole=pole)
    k = SIDES.index(side)
    stance.grips[k], stance.pointing[k] = fingers


def _stoop(stance: BodyPose, act: GestureNow, keys: tuple[Hand, Hand, float]) -> None:
    """Bend hips and knees no further than it takes to bring the leading hand to its place."""
    palm = hand_place(stance, act, act.side, *keys)[0]
    is_high = palm[1] < stance.joint(f"arm.{act.side}")[1]
    if not is_high and in_reach(stance, act.side, palm) > 0:
        _bend(stance, palm, act, -14.0, lambda bent: max(in_reach(bent, act.side, palm), 0.0))


def _bring_face(stance: BodyPose, act: GestureNow, name: str) -> None:
    """Bend until the mouth is at a point of the other one, or before what is blown at."""
    face, gap = (act.aim, 0.24) if name == "target" else (act.partner.get(name[6:]), 0.0)
    if name == "lips" and "mouth" in act.partner:  # of two who both lean in
        face = (act.partner["mouth"] + stance.point("mouth")) / 2
    if name and face is not None:
        goal = face
        _bend(stance, goal, act, 26.0, lambda bent: abs(r.norm(bent.point("mouth") - goal) - gap))


def _bend(stance: BodyPose, goal: Array, act: GestureNow, nod: float, missing: Missing) -> None:
    """Bend to a point by the least amount at which the least is missing."""
    upright, most = stance.copy(), 8 if nod < 0 else 13

    def left(amount: float) -> float:
        return missing(_bent(upright, amount, goal, act.stands, nod)) + 0.0005 * amount

    start = min((k / 8 for k in range(most + 1)), key=left)
    low, high = max(start - 0.125, 0.0), min(start + 0.125, most / 8)
    for _ in range(9):  # what is missing falls and then rises
        third = (high - low) / 3
        if left(low + third) < left(high - third):
            high -= third
        else:
            low += third
    stance.become(_bent(upright, (low + high) / 2, goal, act.stands, nod))


def _bent(upright: BodyPose, amount: float, target: Array, stands: bool, nod: float) -> BodyPose:
    """Bent forward and, standing, down on the knees, and turned to a target: 0 not, 1 as can be."""
    stance = upright.copy()
    footing = feet(stance)
    low = min(max((target[1] + 0.45 * stance.body.height) / (0.35 * stance.body.height), 0.0), 1.0)
    hips = stance.joint("pelvis")
    yaw = r.heading(target[0] - hips[0], target[2] - hips[2])
    yaw = min(max(yaw, -60.0), 60.0) * min(amount * 2, 1.0)
    if stands:
        leg = stance.body.leg
        stance.move(y=0.52 * leg * amount * low, z=(0.16 if nod < 0 else -0.06) * leg * amount)
        stance.add("pelvis", 48 * amount)
    else:
        stance.add("pelvis", 30 * amount)
    stance.add("spine", 24 * amount, yaw * 0.5)
    stance.add("chest", 14 * amount, yaw * 0.5)
    stance.add("neck", nod * amount)
    stand_on(stance, footing)
    return stance


def _take_part(stance: BodyPose, act: GestureNow, motion: GestureRow) -> None:
    """What trunk and legs do in a gesture."""
    head_over = stance.joint("pelvis")[1] - stance.joint("head")[1]
    footing = feet(stance)
    for bone, row in (motion.trunk or GESTURE_ROWS.get(act.face, motion).trunk or {}).items():
        if head_over > 0.2 * stance.body.height:  # who lies has the trunk on the bed
            stance.add(bone, *row)
    if act.name in _TRUNKS:
        _TRUNKS[act.name](stance, act)
    if act.stands:
        stand_on(stance, footing)
        if act.name == "kick":
            _kick(stance, act)


def turn_eyes(stance: BodyPose, since: float, now: float, seed: int) -> None:
    """Turn the eyes to what is looked at, before the head gets there; they never rest quite.

    Args:
        stance: Its gaze is changed.
        since: Seconds since what is looked at changed.
        now: Seconds of the shot.
        seed: Of the figure.
    """
    k = math.floor(now * 1.3 + seed % 17 / 17)
    yaw, pitch = (4 * _chance(seed, 2 * k + j) - 2 for j in (0, 1))
    if stance.sight is not None:
        way = stance.from_world(stance.sight) - stance.point("eye")
        left, up = way_degrees(stance.rotation("head").T @ way)
        ready = r.smooth(since / 0.1)
        yaw, pitch = 0.4 * yaw + ready * left, 0.4 * pitch + ready * up
    stance.gaze = min(max(yaw, -30.0), 30.0), min(max(pitch, -24.0), 18.0)


def _chance(seed: int, k: int) -> float:
    """A number from 0 to 1 that looks random."""
    return ((seed + 7919 * k) * 2654435761 % 4294967296) / 4294967296


def _shake(act: GestureNow, hertz: float) -> float:
    return math.sin(2 * math.pi * hertz * act.seconds)


def _bow(stance: BodyPose, act: GestureNow) -> None:
    down = r.smooth(act.part / 0.35) * r.smooth((1 - act.part) / 0.3)
    stance.move(z=0.08 * stance.body.leg * down)
    _add(stance, {"pelvis": 38 * down, "spine": 14 * down, "chest": 8 * down, "head": 10 * down})


def _hug(stance: BodyPose, act: GestureNow) -> None:
    """Lean in, the head beside the other's: both to their own left."""
    breast = stance.point("breast")
    down = float(act.partner.get("breast", breast)[1] - breast[1])  # to somebody smaller
    stance.add("pelvis", 5 + 45 * min(max(down, 0.0), 0.6), 0, 4)
    stance.add("chest", 4 + 45 * min(max(down, 0.0), 0.6), 0, 4)


def _add(stance: BodyPose, rows: Mapping[str, float]) -> None:
    for bone, flex in rows.items():
        stance.add(bone, flex)


_TRUNKS: Mapping[str, Callable[[BodyPose, GestureNow], None]] = {
    "bow": _bow, "hug": _hug,
    "laugh": lambda stance, act: _add(stance, {
        "spine": -5 + 1.5 * _shake(act, 4.2), "chest": -7 + 2 * _shake(act, 4.2), "neck": -8}),
    "shiver": lambda stance, act: stance.add(
        "spine", 0, 1.3 * _shake(act, 7.5), 1.2 * _shake(act, 7.5)),
    "cry": lambda stance, act: _add(stance, {"chest": 2 * _shake(act, 2.6)}),
    "breathe": lambda stance, act: _add(stance, {"chest": -6 * _shake(act, 0.45), "neck": 3}),
    "punch": lambda stance, act: stance.add("spine", 0, 16 * _shake(act, 1 / 1.5)),
}  # fmt: skip


def _kick(stance: BodyPose, act: GestureNow) -> None:
    cycle = min(max(0.4 + (act.part - 0.5) * act.length / 1.6, 0.0), 1.0)  # hits at the half
    back = r.smooth(cycle / 0.25) * r.smooth((0.42 - cycle) / 0.12)
    out = r.smooth((cycle - 0.30) / 0.14) * r.smooth((0.85 - cycle) / 0.3)
    footing = feet(stance)
    stance.add("pelvis", -10 * out)
    stand_on(stance, footing)
    hip = stance.joint("thigh.R")
    leg = stance.body.leg
    rest = stance.joint("foot.R")
    behind = rest + r.xyz(0, -0.18 * leg, 0.42 * leg)
    front = hip + r.xyz(0.04, 0.30 * leg, -0.92 * leg)
    goal = r.mixed(r.mixed(rest, behind, back), front, out)
    plant(stance, "R", goal, r.about(r.X, math.radians(40 * back - 20 * out)))


def _move_head(stance: BodyPose, act: GestureNow) -> None:
    t, name = act.seconds, act.face or act.name
    turns = {
        "nod": (11 * math.sin(2 * math.pi * 1.5 * t), 0, 0),
        "shake-head": (0, 20 * math.sin(2 * math.pi * 1.3 * t), 0),
        "laugh": (-9 + 3 * math.sin(2 * math.pi * 4.2 * t), 0, 0),
        "listen": (3, 0, 11), "shrug": (0, 0, 9), "hug": (8, 10, 12), "kiss": (0, 0, 14),
        "smile": (0, 0, 5), "shout": (-5, 0, 0), "salute": (-3, 0, 0),
        "photograph": (4, 0, 0), "phone-ear": (2, 0, 0),
        "slapped": (4, -52 * r.smooth((act.part - 0.4) / 0.05) * r.smooth((1 - act.part) / 0.2), 0),
        "tilt-head": (3, 0, 19),
        "compare": (8, 34 * max(-1.0, min(1.0, 3 * math.sin(2 * math.pi * 0.5 * t))), 0),
    }  # fmt: skip
    if name in turns:
        flex, twist, spread = turns[name]
        way = SIGN[act.side] if name == "listen" else 1.0
        stance.set("head", stance.turns[BONE["head"]] @ turn("head", flex, twist, spread * way))
    if name in ("shrug", "shiver", "laugh"):
        lift = {"shrug": 20.0, "shiver": 12.0, "laugh": 5 + 4 * math.sin(2 * math.pi * 4.2 * t)}
        for side in SIDES:
            stance.add(f"clavicle.{side}", 0, 0, lift[name])
    if act.speaks:
        beat = syllable(t, act.seed)
        stance.set("head", stance.turns[BONE["head"]] @ turn("head", 2.5 * beat, 1.5 * beat))


def syllable(seconds: float, seed: int) -> float:
    """How far the mouth is open in speaking, 0 to 1: 4 to 5 syllables a second, with pauses."""
    count = seconds * 4.6 + seed % 31 / 31
    k = math.floor(count)
    size = [_chance(seed, k + j) for j in (0, 1)]
    pause = 0.0 if size[1] > 0.93 else 1.0
    return float(pause * (0.25 + 0.75 * size[0]) * abs(math.sin(math.pi * (count - k))) ** 1.4)


_SMILES = {"smile": 1.0, "laugh": 1.0, "hug": 0.5, "wave": 0.45, "clap": 0.4, "shake-hands": 0.3}


def _move_face(stance: BodyPose, act: GestureNow) -> None:
    t, name = act.seconds, act.face or act.name
    opened = {
        "shout": 0.75 + 0.25 * math.sin(2 * math.pi * 2.2 * t), "cry": 0.25,
        "laugh": 0.65 + 0.25 * math.sin(2 * math.pi * 4.2 * t), "smile": 0.12, "stretch": 0.5,
        "eat": 0.22 * (1 + math.sin(2 * math.pi * 1.7 * t)) / 2, "breathe": 0.1, "blow": 0.18,
    }  # fmt: skip
    stance.mouth = max(stance.mouth, opened.get(name, 0.0))
    stance.smile = _SMILES.get(name, 0.0)
    speaking = act.speaks or name in ("talk", "whisper", "sing")
    if speaking and name not in ("shout", "laugh"):
        size = 0.4 if name == "whisper" else 0.75
        stance.mouth = size * syllable(t, act.seed)
    if name in ("kiss", "kiss-forehead", "cry"):
        stance.eyes = 0.0
    elif stance.eyes > 0.5:  # a blink of an eighth of a second every few seconds
        blink = (t + act.seed % 53 / 16) % 3.4
        stance.eyes = min(stance.eyes, 1 - math.sin(math.pi * min(blink / 0.16, 1.0)))
