"""Limbs that reach points, feet that stand on the floor, heads that turn to a point."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from storyboard.layout import rotations as r
from storyboard.layout.cast.pose import BONE, PARENTS
from storyboard.layout.meshes import Array, Vector
from storyboard.layout.motion.body_pose import SIDES, SIGN, BodyPlan, BodyPose

ELBOW_MAX, KNEE_MAX = math.radians(150), math.radians(158)
WRIST_MAX = math.radians(75)
ANKLE_MAX = math.radians(60)
HEAD_YAW, HEAD_PITCH, TRUNK_YAW, TRUNK_PITCH = 70.0, 50.0, 40.0, 25.0


def elbow_between(
    start: Array, target: Array, upper: float, lower: float, pole: Array, bend_max: float
) -> tuple[Array, Array]:
    """Where the middle joint and the end of two bones come to.

    The end is at `target`, or as near as the lengths and the largest bend allow; the middle joint
    goes to the side of the direction `pole`.
    """
    way = target - start
    nearest = math.sqrt(upper**2 + lower**2 + 2 * upper * lower * math.cos(bend_max))
    distance = min(max(r.norm(way), nearest), (upper + lower) * 0.9995)
    along = r.unit(way)
    aside = r.unit(pole - (pole @ along) * along)
    part = (upper**2 - lower**2 + distance**2) / (2 * distance)
    height = math.sqrt(max(upper**2 - part**2, 0.0))
    return start + along * part + aside * height, start + along * distance


def _limb(
    stance: BodyPose,
    chain: tuple[str, str, str],
    rest_end: Array,
    target: Array,
    pole: Array,
    hinge: float,
) -> None:
    """Turn two bones so that a point of the lower one comes to the target; `hinge`: sign of x."""
    upper, lower, _ = chain
    body = stance.body
    first, middle = body.rest(upper), body.rest(lower)
    u, v = middle - first, rest_end - middle
    start = stance.joint(upper)
    bend = ELBOW_MAX if hinge > 0 else KNEE_MAX
    mid, end = elbow_between(start, target, r.norm(u), r.norm(v), pole, bend)
    axis = r.cross(r.unit(end - start), r.unit(pole)) * hinge
    parent = stance.solved(PARENTS[BONE[upper]])[1]
    world_upper = r.frame(mid - start, axis) @ r.frame(u, r.X).T
    world_lower = r.frame(end - mid, axis) @ r.frame(v, r.X).T
    stance.set(upper, parent.T @ world_upper)
    stance.set(lower, world_upper.T @ world_lower)


def reach(
    stance: BodyPose,
    side: str,
    palm: Vector,
    *,
    hand: Array | None = None,
    pole: Vector | None = None,
) -> None:
    """Bring a palm to a point of the figure's axes.

    Args:
        stance: Changed in place: shoulder, arm, forearm and hand.
        side: L or R.
        palm: The point; out of reach, the arm stretches towards it.
        hand: Rotation of the hand in the figure's axes; None: in line with the forearm.
        pole: Direction that the elbow points to; None: down, out and back.
    """
    target = np.asarray(palm, np.float64)
    sign = SIGN[side]
    aside = np.array((sign * 0.55, 0.75, 0.4) if pole is None else pole, np.float64)
    if pole is None:
        aside = stance.rotation("chest") @ aside * 0.5 + aside * 0.5
    arm, forearm, wrist = (f"{name}.{side}" for name in ("arm", "forearm", "hand"))
    _raise_shoulder(stance, side, target)
    body = stance.body
    rest_palm = body.rest(f"palm.{side}")
    stance.set(wrist, np.eye(3))
    if hand is None:
        _limb(stance, (arm, forearm, wrist), rest_palm, target, aside, 1.0)
        return
    turned = hand
    for _ in range(3):  # the wrist's limit can change the hand, and so where the palm comes to
        goal = target - turned @ (rest_palm - body.rest(wrist))
        _limb(stance, (arm, forearm, wrist), body.rest(wrist), goal, aside, 1.0)
        _turn_hand(stance, side, hand)
        before, turned = turned, stance.rotation(wrist)
        if np.abs(turned - before).max() < 1e-9:
            break


def _turn_hand(stance: BodyPose, side: str, hand: Array) -> None:
    forearm, wrist = f"forearm.{side}", f"hand.{side}"
    body = stance.body
    stance.set(wrist, np.eye(3))
    relative = stance.rotation(forearm).T @ hand
    axis = r.unit(body.rest(wrist) - body.rest(forearm))
    twist = r.twist_about(relative, axis)
    roll = r.about(axis, min(max(twist, -1.75), 1.75))
    stance.set(forearm, stance.turns[BONE[forearm]] @ r.share(roll, 0.6))
    rest_of_it = stance.rotation(forearm).T @ hand
    swing = rest_of_it @ r.about(axis, -r.twist_about(rest_of_it, axis))
    left_over = min(max(r.twist_about(rest_of_it, axis), -1.2), 1.2)
    stance.set(wrist, r.limited(swing, WRIST_MAX) @ r.about(axis, left_over))


def _raise_shoulder(stance: BodyPose, side: str, target: Array) -> None:
    """Lift and bring forward the shoulder where the hand goes high, across or far."""
    clavicle = f"clavicle.{side}"
    stance.set(clavicle, np.eye(3))
    chest = stance.rotation("chest")
    way = chest.T @ (target - stance.joint(f"arm.{side}"))
    reach_share = min(r.norm(way) / stance.body.arm, 1.0)
    direction = r.unit(way)
    lift = 24.0 * max(0.0, -direction[1]) * reach_share
    forward = 22.0 * max(0.0, -direction[2] - 0.2) * max(reach_share - 0.55, 0.0) / 0.45
    across = 14.0 * max(0.0, -direction[0] * SIGN[side]) * reach_share
    turned = r.about(r.Y, math.radians(SIGN[side] * (forward + across)))
    stance.set(clavicle, r.about(r.Z, -math.radians(SIGN[side] * lift)) @ turned)


def hand_turn(body: BodyPlan, side: str, fingers: Vector, palm: Vector) -> Array:
    """Rotation of a hand whose fingers point one way and whose palm faces another."""
    return r.frame(fingers, palm) @ r.frame(*body.palms[side]).T


def in_reach(stance: BodyPose, side: str, palm: Vector) -> float:
    """Metres by which a point is beyond the arm; negative within."""
    way = np.asarray(palm, np.float64) - stance.joint(f"arm.{side}")
    return r.norm(way) - stance.body.arm * 0.98


def plant(
    stance: BodyPose,
    side: str,
    ankle: Vector,
    foot: Array | None = None,
    pole: Vector | None = None,
) -> None:
    """Bring an ankle to a point of the figure's axes; `foot`: its rotation there, None: level."""
    aside = np.array((SIGN[side] * 0.12, 0, -1.0) if pole is None else pole, np.float64)
    thigh, shin, name = f"thigh.{side}", f"shin.{side}", f"foot.{side}"
    target = np.asarray(ankle, np.float64)
    _limb(stance, (thigh, shin, name), stance.body.rest(name), target, aside, -1.0)
    level = np.eye(3) if foot is None else foot
    stance.set(name, r.limited(stance.rotation(shin).T @ level, ANKLE_MAX))


def knee_pole(stance: BodyPose, side: str) -> Array:
    """The direction that the knee points to: a pole that keeps a leg's plane."""
    hip, knee, ankle = (stance.joint(f"{name}.{side}") for name in ("thigh", "shin", "foot"))
    along = r.unit(ankle - hip)
    bent = (knee - hip) - ((knee - hip) @ along) * along
    # A straight leg has no plane; the knee's own front takes over without a jump.
    front = stance.rotation(f"thigh.{side}") @ r.FRONT
    return r.unit(bent + 0.04 * (front - (front @ along) * along))


def feet(stance: BodyPose) -> list[tuple[Array, Array, Array]]:
    """Of the left and the right foot: ankle, rotation, and the direction of the knee."""
    return [
        (stance.joint(f"foot.{s}"), stance.rotation(f"foot.{s}"), knee_pole(stance, s))
        for s in SIDES
    ]


def lower_hips(
    stance: BodyPose,
    ankles: Mapping[str, Array],
    straight: bool = False,
    loads: Mapping[str, float] | None = None,
) -> None:
    """Lower the pelvis as far as it takes the legs to reach.

    Args:
        stance: Changed in place.
        ankles: Where they go, by side.
        straight: Whether it is also raised until one leg is straight.
        loads: How far each leg counts, 0 to 1; None: all of it.
    """
    down = -1.0 if straight else 0.0
    for side, ankle in ankles.items():
        way = ankle - stance.joint(f"thigh.{side}")
        reach_down = (0.998 * stance.body.leg) ** 2 - way[0] ** 2 - way[2] ** 2
        missing = float(way[1]) - math.sqrt(max(reach_down, 0.0))
        down = max(down, missing * r.smooth(loads[side] if loads else 1.0))
    stance.move(y=down)


def stand_on(stance: BodyPose, footing: Sequence[tuple[Array, Array, Array]]) -> None:
    """Bring both feet back to where they were, after the pelvis has moved."""
    lower_hips(stance, {side: foot[0] for side, foot in zip(SIDES, footing, strict=True)})
    for side, (ankle, foot, pole) in zip(SIDES, footing, strict=True):
        plant(stance, side, ankle, foot, pole)


def look(stance: BodyPose, target: Vector, part: float = 1.0) -> None:
    """Turn the nose to a point of the figure's axes: the head up to its limits, then the trunk."""
    before = {name: stance.turns[BONE[name]] for name in ("spine", "chest", "neck", "head")}
    for name in ("neck", "head"):
        stance.set(name, np.eye(3))
    point = np.asarray(target, np.float64)
    yaw, pitch = _direction(stance, point)
    more = _look_turn(
        _beyond(yaw, HEAD_YAW, TRUNK_YAW) / 2, _beyond(pitch, HEAD_PITCH, TRUNK_PITCH) / 2
    )
    for bone in ("spine", "chest"):
        stance.set(bone, stance.turns[BONE[bone]] @ more)
    for _ in range(2):  # the nose moves with the head
        yaw, pitch = _direction(stance, point)
        whole = _look_turn(
            min(max(yaw, -HEAD_YAW), HEAD_YAW), min(max(pitch, -HEAD_PITCH), HEAD_PITCH)
        )
        neck = r.share(whole, 0.4)
        stance.set("neck", neck)
        stance.set("head", neck.T @ whole)
    if part < 1.0:
        for name, old in before.items():
            stance.set(name, r.between(old, stance.turns[BONE[name]], part))


def _beyond(angle: float, limit: float, more: float) -> float:
    return math.copysign(min(max(abs(angle) - limit, 0.0), more), angle)


def _look_turn(yaw: float, pitch: float) -> Array:
    """Rotation of the head against the chest: degrees to the left of the body, and up."""
    return r.yaw(yaw) @ r.about(r.X, -math.radians(pitch))


def _direction(stance: BodyPose, point: Array) -> tuple[float, float]:
    """Degrees to the left of the chest, and up, of the way from the head to a point."""
    nose = (stance.point("nose") + stance.point("eye")) / 2
    return way_degrees(stance.rotation("chest").T @ (point - nose))


WAYS = {"up": (0.0, 42.0), "down": (0.0, -38.0), "left": (55.0, 0.0), "right": (-55.0, 0.0),
        "back": (115.0, 0.0)}  # fmt: skip
"""Directions of a look: degrees to the left of the body, and up."""


def way_degrees(way: Array) -> tuple[float, float]:
    """A direction as degrees to the left of the body, and up."""
    return r.heading(way[0], way[2]), math.degrees(math.atan2(-way[1], math.hypot(way[0], way[2])))


def way_to(yaw: float, pitch: float) -> Array:
    """The unit vector in a direction: degrees to the left of the body, and up."""
    a, b = math.radians(yaw), math.radians(pitch)
    return np.array([math.sin(a) * math.cos(b), -math.sin(b), -math.cos(a) * math.cos(b)])
