"""Where the hands go in a gesture: places on the own body, on a partner, and on things."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from shots.lexicon.things import MODELS, Thing
from storyboard.layout import rotations as r
from storyboard.layout.meshes import Array
from storyboard.layout.motion.body_pose import SIDES, SIGN, BodyPose
from storyboard.layout.motion.gesture_table import Hand
from storyboard.layout.motion.inverse_kinematics import hand_turn
from storyboard.layout.things.models import build_thing

OTHER = {"L": "R", "R": "L"}


@dataclass(eq=False)
class GestureNow:
    """A gesture at a time, and what it is done to; points are in the figure's axes.

    Attributes:
        name: Of the gesture.
        side: Of the leading hand.
        seconds: Since the beat began.
        part: Share of the beat that is over.
        length: Seconds of the beat.
        seed: Of the figure.
        aim: The point that it is directed at: of a person the breast, of a thing where it is held.
        partner: Points of the other person, by name.
        surface_m: Height of the table before the figure; None: above what it rests on.
        stands: Whether it stands on its feet, so that it can bend and squat.
        speaks: Whether it speaks now.
        prop: Model of what is in the hands.
        size: Of the thing that it is done to.
        face: Gesture of head and face, where it is another.
        holds: Sides of the hands with something in them that the gesture does not need.
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
    face: str = ""
    holds: frozenset[str] = frozenset()
    length: float = 9.0


def _axes(stance: BodyPose, act: GestureNow, side: str, hand: Hand) -> tuple[Array, Array]:
    """The anchor of a hand, and axes of out, down, front in columns."""
    turned: Array = np.eye(3)
    if hand.head:
        turned = stance.rotation("head")
    elif hand.anchor in ("breast", "belly", "spine", "arm", "back-of"):
        turned = _upright(stance)
    front = np.array([0.0, 0.0, -1.0])
    name = hand.anchor
    shoulder = stance.joint(f"arm.{side}")
    if name.startswith("their-"):
        anchor = _theirs(stance, act, side, name.removeprefix("their-"))
        turned = r.facing((anchor - shoulder) * (1, 0, 1))
    elif name in ("aim", "aim-eye"):
        origin = shoulder if name == "aim" else stance.point("eye")
        target = act.aim if act.aim is not None else origin + stance.rotation("chest") @ front * 5
        if act.name == "hold-out" and "back" in act.partner:  # before their breast
            target = target + 0.3 * r.unit(act.partner["breast"] - act.partner["back"])
        turned = r.facing(target - origin)
        anchor = origin
    elif name in PLACES:
        anchor = PLACES[name](stance, act, side)
    elif f"{name}.{side}" in stance.body.points or name == "arm":
        anchor = stance.point(f"{name}.{side}")
    else:
        anchor = stance.point(name)
    return anchor, turned @ np.diag([SIGN[side], 1.0, -1.0])


def _theirs(stance: BodyPose, act: GestureNow, side: str, name: str) -> Array:
    """A point of the other person; of both sides that which is nearer to the own shoulder."""
    own = stance.joint(f"arm.{act.side if name == 'palm' else side}")
    found = [act.partner[key] for key in (name, f"{name}.L", f"{name}.R") if key in act.partner]
    return min(found, key=lambda at: r.norm(at - own), default=_at_target(stance, act, side))


def _upright(stance: BodyPose) -> Array:
    """The chest's rotation, half straightened where the body is upright."""
    chest = stance.rotation("chest")
    front = chest @ r.FRONT
    if abs(front[1]) > 0.75:
        return chest
    return r.facing((front[0], front[1] * 0.6, front[2]))


def _on_surface(stance: BodyPose, act: GestureNow, side: str) -> Array:
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


def _at_stove(stance: BodyPose, act: GestureNow, side: str) -> Array:
    h = stance.body.height / 1.75
    height = act.surface_m if act.surface_m is not None else 0.92 * h
    base = stance.joint("pelvis")
    return np.array([SIGN[side] * 0.16, -height, base[2] - 0.42 * h])


def _at_target(stance: BodyPose, act: GestureNow, side: str) -> Array:
    if act.aim is not None:
        return act.aim
    h = stance.body.height
    return stance.joint("pelvis") + r.xyz(SIGN[side] * 0.05 * h, -0.08 * h, -0.28 * h)


def _at_push(stance: BodyPose, act: GestureNow, side: str) -> Array:
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


def _at_side(stance: BodyPose, act: GestureNow, side: str) -> Array:
    """Beside the thigh, or as high as what is carried stands on the floor."""
    shoulder = stance.joint(f"arm.{side}")
    up = 0.435 * stance.body.height
    if act.prop is not None and act.prop.grip is not None:
        up = max(up, act.prop.grip[1] + 0.02)
    return np.array([shoulder[0] + SIGN[side] * 0.09, -up, shoulder[2] - 0.02])


def _at_load(stance: BodyPose, act: GestureNow, side: str) -> Array:
    """At the sides of what both hands carry, before the belly."""
    width, _, depth = act.prop.size if act.prop else (0.35, 0.3, 0.3)
    spine = stance.point("belly")
    away = min(0.05 + depth / 2, 0.4 * stance.body.height)
    return spine + r.xyz(SIGN[side] * min(width / 2 + 0.01, 0.3), 0.0, -away)


def _at_page(stance: BodyPose, act: GestureNow, side: str) -> Array:
    """At the lower corners of what is read."""
    width = act.prop.size[0] if act.prop else 0.16
    h = stance.body.height / 1.75
    low = min(0.25 * width - 0.06, 0.08)  # large ones lower, for the face to stay free
    return stance.point("breast") + r.xyz(SIGN[side] * min(0.42 * width, 0.25), low * h, -0.29 * h)


def _at_meeting(stance: BodyPose, act: GestureNow, side: str) -> Array:
    """Where the right hands of two people meet: in the middle between their shoulders."""
    own = stance.joint("clavicle.R")  # the shoulder itself moves as the arm reaches
    other = act.partner.get("clavicle.R", own + r.xyz(0, 0, -1.1 * stance.body.arm))
    up = 0.71 + 0.25 * min(abs(float(own[1] - other[1])), 0.5)  # a tall one reaches less far down
    return (own + other) / 2 * (1, up, 1)


def _behind_partner(stance: BodyPose, act: GestureNow, side: str) -> Array:
    """On the other person's back, or round somebody imagined."""
    if "back" in act.partner:
        return act.partner["back"]
    return stance.point("breast") + r.xyz(0, -0.02, -0.22 * stance.body.height)


def _on_cheek(stance: BodyPose, act: GestureNow, side: str) -> Array:
    ear = act.partner.get(f"ear.{OTHER[side]}")
    return stance.point("mouth") + r.xyz(SIGN[side] * 0.08, 0.02, -0.14) if ear is None else ear


def _to_pour(stance: BodyPose, act: GestureNow, side: str) -> Array:
    """Where a palm is for the spout of what it holds to be over the cup."""
    cup = act.aim
    if cup is None:
        cup = _on_surface(stance, act, side) + r.xyz(-SIGN[side] * 0.1, -0.1, 0)
    if act.prop is None:
        return cup + r.xyz(0, -0.2, 0)
    turned, lip = pouring(act.prop, side)
    return cup - turned @ lip + r.xyz(0, -0.05, 0)


@lru_cache(maxsize=64)
def pouring(thing: Thing, side: str) -> tuple[Array, Array]:
    """How a thing held in a hand is tilted to pour, and its spout or mouth as held, level."""
    model = next((name for name, each in MODELS.items() if each is thing), "bottle")
    points = build_thing(model, held=True).vertices
    low, high = float(points[:, 1].max()), float(points[:, 1].min())
    upper = points[points[:, 1] < low + 0.5 * (high - low)]
    lip = upper[np.argmax(np.hypot(upper[:, 0], upper[:, 2]))].astype(np.float64)
    is_pot = math.hypot(lip[0], lip[2]) > 0.08
    inwards = r.unit(np.array([-SIGN[side] * 0.9, 0.0, -0.35]))
    if not is_pot:
        lip = np.array([0.0, high, 0.0])
    out = r.unit(lip * (1, 0, 1)) if is_pot else inwards
    level = r.frame(-r.UP, inwards) @ r.frame(-r.UP, out).T
    tilt = r.about(r.cross(r.UP, inwards), math.radians(48 if is_pot else 103))
    return tilt @ level, lip


def _between(stance: BodyPose, act: GestureNow, side: str) -> Array:
    """Where two who go side by side hold hands: in the middle between their nearer shoulders."""
    own = stance.joint(f"arm.{side}")
    other = min(
        (act.partner[f"shoulder.{each}"] for each in SIDES if act.partner),
        key=lambda at: r.norm(at - own),
        default=own + r.xyz(SIGN[side] * 0.3, 0, 0),
    )
    middle, hangs = (own + other) / 2, 1 + 0.95 * stance.body.arm / float(own[1])
    return r.xyz(middle[0], hangs * min(float(own[1]), float(other[1])), middle[2])


def _at_sleeve(stance: BodyPose, act: GestureNow, side: str) -> Array:
    other = OTHER[side]
    return (stance.joint(f"forearm.{other}") + 2 * stance.joint(f"hand.{other}")) / 3


PLACES: Mapping[str, Callable[[BodyPose, GestureNow, str], Array]] = {
    "surface": _on_surface, "stove": _at_stove, "touch": _at_target, "push": _at_push,
    "meet": _at_meeting, "back-of": _behind_partner, "cheek": _on_cheek, "pour": _to_pour,
    "side": _at_side,
    "load": _at_load, "page": _at_page, "over": _at_target, "muzzle": _at_target,
    "forearm-other": _at_sleeve, "between": _between,
}  # fmt: skip


def hand_place(
    stance: BodyPose, act: GestureNow, side: str, first: Hand, second: Hand, part: float
) -> tuple[Array, Array, Array, tuple[float, float]]:
    """Palm, rotation of the hand, pole of the elbow, grip and pointing: between two keys."""
    places = [_one_place(stance, act, side, hand) for hand in (first, second)]
    if part == 0.0 or first is second:
        return places[0]
    (p, h, e, g), (q, i, f, k) = places
    closed, stretched = (a + (b - a) * part for a, b in zip(g, k, strict=True))
    return r.mixed(p, q, part), r.between(h, i, part), r.mixed(e, f, part), (closed, stretched)


def _one_place(
    stance: BodyPose, act: GestureNow, side: str, hand: Hand
) -> tuple[Array, Array, Array, tuple[float, float]]:
    if hand.anchor == "hang":
        elbow, shoulder = stance.joint(f"forearm.{side}"), stance.joint(f"arm.{side}")
        palm = stance.point(f"palm.{side}")
        straight = (palm - shoulder) / max(r.norm(palm - shoulder), 1e-6)
        pole = elbow - shoulder - ((elbow - shoulder) @ straight) * straight
        fingers = stance.grips[SIDES.index(side)], 0.0
        return palm, stance.rotation(f"hand.{side}"), pole + r.xyz(0, 0, 0.01), fingers
    anchor, axes = _axes(stance, act, side, hand)
    scale = stance.body.arm if hand.anchor == "aim" else stance.body.height / 1.75
    at = np.asarray(hand.at)
    if hand.anchor == "aim" and act.partner and act.aim is not None:  # no further than they are
        near = max(r.norm(act.aim - anchor) / scale, 0.45)
        at = at * (1, 1, min(1.0, near / at[2]))
    if hand.anchor == "mouth" and act.prop is not None and act.name in ("drink", "eat"):
        at = _rim_at_mouth(act, act.prop) / scale
    if hand.hertz:
        k = SIDES.index(side)
        turns = hand.hertz * act.seconds + 0.5 * k + act.seed % 89 / 89
        wave = 2 * math.pi * turns
        at = at + np.asarray(hand.sway) * (math.sin(wave), math.cos(wave), math.cos(wave))
    turned = hand_turn(
        stance.body, side, axes @ np.asarray(hand.fingers), axes @ np.asarray(hand.palm)
    )
    fingers = hand.grip, hand.pointing
    return anchor + axes @ (at * scale), turned, axes @ np.asarray(hand.elbow), fingers


def _rim_at_mouth(act: GestureNow, prop: Thing) -> Array:
    """Where the palm is from the mouth for the rim or the far end of the thing to be there."""
    tall = prop.size[2] if prop.lies else prop.size[1]
    rim = tall - (prop.grip or (0.0, tall / 2, 0.0))[1]
    down, front = (0.67, 0.74) if act.name == "drink" else (0.51, 0.86)
    return np.array([0.012, rim * down, 0.012 + rim * front])
