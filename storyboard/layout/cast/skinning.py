"""Skinning of a figure with dual quaternions: the links that carry skin and where a pose puts them.

Links are the bones and parts of them: a twist is shared along an arm, fingers curl at each joint.
Dual quaternions keep the volume of a twisted forearm and a raised shoulder.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from storyboard.layout.cast.pose import BONE, BONES, PARENTS, Pose
from storyboard.layout.meshes import Array
from storyboard.layout.rotations import about

# Extra links of a side: name, its parent, what turns it, and the degrees of a fist.
_PARTS = (
    ("armtwist", "clavicle", "twist", 0.0), ("foretwist", "forearm", "twist", 0.0),
    ("index1", "hand", "curl", 78.0), ("index2", "index1", "curl", 92.0),
    ("index3", "index2", "curl", 62.0), ("finger2", "fingers", "curl", 96.0),
    ("finger3", "finger2", "curl", 64.0), ("thumb2", "thumb", "thumb", 55.0),
    ("eye", "head", "gaze", 0.0),
)  # fmt: skip
_KNUCKLES_DEG = 74.0  # of the three outer fingers in a fist; the index has its own link
_THUMB_DEG = 30.0
LINKS: tuple[str, ...] = BONES + tuple(f"{part[0]}.{side}" for side in "LR" for part in _PARTS)
LINK = {name: index for index, name in enumerate(LINKS)}
LINK_PARENTS: tuple[int, ...] = PARENTS + tuple(
    LINK[part[1] if part[1] in LINK else f"{part[1]}.{side}"] for side in "LR" for part in _PARTS
)
EYES = [LINK["eye.L"], LINK["eye.R"]]


@dataclass(frozen=True, eq=False)
class Posed:
    """Where a pose puts the links.

    Attributes:
        turns: (L, 3, 3) world rotations, for column vectors.
        places: (L, 3) where the joint of each link is.
    """

    turns: Array
    places: Array


def place_links(pose: Pose, joints: Array, curl_axes: Array) -> Posed:
    """World rotations and places of the links.

    Args:
        pose: Of the bones.
        joints: (L, 3) of the links at rest.
        curl_axes: (2, 2, 3) axes about which the left and right fingers and thumbs close.
    """
    own = np.empty((len(LINKS), 3, 3))
    own[: len(BONES)] = pose.turns
    for hand, side in enumerate("LR"):
        _turn_parts(pose, hand, side, joints, curl_axes, own)
    return _chain(own, joints, pose.offset)


def place_bones(pose: Pose, joints: Array) -> Posed:
    """World rotations (B, 3, 3) and places (B, 3) of the bones only, fingers not closed."""
    return _chain(np.asarray(pose.turns, np.float64), joints[: len(BONES)], pose.offset)


def _chain(own: Array, joints: Array, offset: Array) -> Posed:
    turns, places = np.empty_like(own), np.empty((len(own), 3))
    for index, parent in enumerate(LINK_PARENTS[: len(own)]):
        if parent < 0:
            turns[index], places[index] = own[index], joints[index] + offset
            continue
        turns[index] = turns[parent] @ own[index]
        places[index] = places[parent] + turns[parent] @ (joints[index] - joints[parent])
    return Posed(turns, places)


def _turn_parts(
    pose: Pose, hand: int, side: str, joints: Array, curl_axes: Array, own: Array
) -> None:
    """Fill in the own rotations of a side's parts, and close its fingers."""
    grip = min(max(float(pose.grips[hand]), 0.0), 1.0)
    for part, (name, _, kind, degrees) in enumerate(_PARTS):
        if kind == "twist":
            bones = ("arm", "arm", "forearm") if name == "armtwist" else ("hand", "forearm", "hand")
            child, start, end = (BONE[f"{bone}.{side}"] for bone in bones)
            along = joints[end] - joints[start]
            twist = _half_twist(own[child], along / np.linalg.norm(along))
            turn = own[child] @ twist.T if name == "armtwist" else twist
        elif kind == "gaze":
            yaw, pitch = np.radians(pose.gaze)
            turn = about((0, -1, 0), yaw) @ about((-1, 0, 0), pitch)
        else:
            closed = grip * (1 - pose.pointing[hand]) if name.startswith("index") else grip
            turn = about(curl_axes[hand, int(kind == "thumb")], math.radians(degrees * closed))
        if name == "index1":
            turn = own[BONE[f"fingers.{side}"]] @ turn
        own[len(BONES) + hand * len(_PARTS) + part] = turn
    for thumb, (bone, degrees) in enumerate((("fingers", _KNUCKLES_DEG), ("thumb", _THUMB_DEG))):
        closing = about(curl_axes[hand, thumb], math.radians(degrees * grip))
        own[BONE[f"{bone}.{side}"]] = own[BONE[f"{bone}.{side}"]] @ closing


def _half_twist(turn: Array, axis: Array) -> Array:
    q = rotation_quaternions(turn[None])[0]
    angle = 2 * np.arctan2(float(q[1:] @ axis), float(q[0]))
    angle = (angle + np.pi) % (2 * np.pi) - np.pi
    return about(axis, angle / 2)


def rotation_quaternions(turns: Array) -> Array:
    """(N, 4) unit quaternions, w x y z, of (N, 3, 3) rotations."""
    m = turns
    d = np.stack([m[:, 0, 0], m[:, 1, 1], m[:, 2, 2]], 1)
    trace = d.sum(1)
    square = np.concatenate([trace[:, None], 2 * d - trace[:, None]], 1) + 1  # 4 * q**2
    a, b, c = m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]
    e, f, g = m[:, 1, 0] + m[:, 0, 1], m[:, 0, 2] + m[:, 2, 0], m[:, 2, 1] + m[:, 1, 2]
    rows = np.stack(
        [square[:, 0], a, b, c, a, square[:, 1], e, f, b, e, square[:, 2], g, c, f, g,
         square[:, 3]], 1,
    ).reshape(-1, 4, 4)  # fmt: skip
    best = rows[np.arange(len(m)), np.argmax(square, 1)]
    unit: Array = best / np.linalg.norm(best, axis=1, keepdims=True)
    return unit


def skin(
    points: Array, normals: Array, weights: Array, joints: Array, posed: Posed
) -> tuple[Array, Array]:
    """Points and normals (V, 3) at rest, carried by links with weights (V, L)."""
    real = rotation_quaternions(posed.turns)
    # The same half of the quaternions as the parent.
    signs = [-1.0 if dot < 0 else 1.0 for dot in np.sum(real * real[list(LINK_PARENTS)], 1)]
    for index, parent in enumerate(LINK_PARENTS):
        signs[index] *= signs[parent] if parent >= 0 else 1.0
    real *= np.array(signs)[:, None]
    offset = posed.places - np.einsum("lij,lj->li", posed.turns, joints)
    w, v = real[:, :1], real[:, 1:]
    dual = 0.5 * np.concatenate(
        [-np.sum(offset * v, 1, keepdims=True), w * offset + np.cross(offset, v)], 1
    )
    blend = weights @ np.concatenate([real, dual], 1).astype(np.float32)
    blend /= np.linalg.norm(blend[:, :4], axis=1, keepdims=True)
    w, v, dw, dv = blend[:, :1], blend[:, 1:4], blend[:, 4:5], blend[:, 5:]
    shift = 2 * (w * dv - dw * v + _cross(v, dv))
    return _turn(points, w, v) + shift, _turn(normals, w, v)


def _turn(points: Array, w: Array, v: Array) -> Array:
    t = 2 * _cross(v, points)
    turned: Array = points + w * t + _cross(v, t)
    return turned


def _cross(a: Array, b: Array) -> Array:
    """np.cross is many times slower on rows of three."""
    ax, ay, az = a[:, 0], a[:, 1], a[:, 2]
    bx, by, bz = b[:, 0], b[:, 1], b[:, 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], 1)
