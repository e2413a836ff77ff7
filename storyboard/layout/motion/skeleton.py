"""The joints and named points of one body, and a stance of it that can be changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from storyboard.layout.cast.figure import Figure
from storyboard.layout.cast.pose import BONE, BONES, PARENTS, Pose, rest_pose
from storyboard.layout.meshes import Array, Vector, floats
from storyboard.layout.motion import rotations as r

SIDES = ("L", "R")
SIGN = {"L": 1.0, "R": -1.0}  # of x


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Measures of one body at rest, in the axes of the figure: metres, y down, its front at -z.

    Attributes:
        joints: (B, 3) of `BONES`.
        height: Of the crown over the floor.
        points: Named points and the bone that takes each along: eye, nose, mouth, crown, ear.L,
            palm.L, fingertip.L, heel.L, ball.L, toe.L, knee.L, seat, belly, breast, back.
        palms: Of L and R at rest: the direction of the fingers, and that which the palm faces.
        leg, arm: Metres from the hip to the ankle, and from the shoulder to the knuckles.
        splay: Degrees by which thighs and arms at rest lead away from the body.
    """

    joints: Array
    height: float
    points: Mapping[str, tuple[int, Array]]
    palms: Mapping[str, tuple[Array, Array]]
    leg: float
    arm: float
    splay: Mapping[str, float]

    def rest(self, name: str) -> Array:
        """A joint or a point at rest."""
        return self.points[name][1] if name in self.points else self.joints[BONE[name]]

    def ankle(self, side: str) -> Array:
        """Where an ankle is in standing with the feet below the hips."""
        rest = self.rest(f"foot.{side}")
        return np.array([SIGN[side] * 0.058 * self.height, rest[1], rest[2]])


def skeleton(
    joints: ArrayLike,
    height: float,
    landmarks: Mapping[str, Array] | None = None,
    palms: Mapping[str, tuple[Array, Array]] | None = None,
) -> Skeleton:
    """Measure a body.

    Args:
        joints: (B, 3) at rest.
        height: Of the crown.
        landmarks: Points known better than by the height, at rest.
        palms: As in `Skeleton`; None: fingers down, palms towards the body.
    """
    rest = np.asarray(joints, np.float64)
    h = height
    head = rest[BONE["head"]]
    top = -h - head[1]  # from the joint at the base of the skull to the crown
    points = {
        "crown": ("head", head + (0, top, 0.0)),
        "eye": ("head", head + (0, top * 0.42, -0.048 * h)),
        "nose": ("head", head + (0, top * 0.25, -0.062 * h)),
        "mouth": ("head", head + (0, top * 0.04, -0.056 * h)),
        "skull": ("head", head + (0, top * 0.5, 0.052 * h)),
    }
    for name, bone in (("breast", "chest"), ("belly", "spine"), ("seat", "pelvis")):
        joint = rest[BONE[bone]]
        points[name] = (bone, joint + (0, 0, -0.06 * h))
    points["back"] = ("chest", rest[BONE["chest"]] + (0, -0.05 * h, 0.068 * h))
    points["seat"] = ("pelvis", rest[BONE["pelvis"]] + (0, 0.052 * h, 0.03 * h))
    points["rump"] = ("pelvis", rest[BONE["pelvis"]] + (0, 0.01 * h, 0.068 * h))
    for side in SIDES:
        wrist, finger = rest[BONE[f"hand.{side}"]], rest[BONE[f"fingers.{side}"]]
        ankle, toe = rest[BONE[f"foot.{side}"]], rest[BONE[f"toes.{side}"]]
        inwards = -SIGN[side] * 0.012 * h
        points |= {
            f"ear.{side}": ("head", head + (SIGN[side] * 0.043 * h, top * 0.38, 0.0)),
            f"palm.{side}": (f"hand.{side}", wrist + (finger - wrist) * 0.9 + (inwards, 0, 0)),
            f"fingertip.{side}": (f"fingers.{side}", wrist + (finger - wrist) * 1.9),
            f"heel.{side}": (f"foot.{side}", np.array([ankle[0], 0, ankle[2] + 0.03 * h])),
            f"ball.{side}": (f"foot.{side}", np.array([toe[0], 0, toe[2]])),
            f"toe.{side}": (f"toes.{side}", np.array([toe[0], 0, toe[2] - 0.035 * h])),
            f"knee.{side}": (f"shin.{side}", rest[BONE[f"shin.{side}"]] + (0, 0.012 * h, -0.032 * h)),
            f"calf.{side}": (f"shin.{side}", rest[BONE[f"shin.{side}"]] + (0, 0.06 * h, 0.03 * h)),
            f"hip.{side}": (f"thigh.{side}", rest[BONE[f"thigh.{side}"]] + (SIGN[side] * 0.045 * h, 0, 0)),
            f"shoulder.{side}": (f"clavicle.{side}", rest[BONE[f"arm.{side}"]] + (SIGN[side] * 0.03 * h, 0, 0)),
        }  # fmt: skip
    length = {
        a: sum(
            r.norm(rest[BONE[f"{y}.L"]] - rest[BONE[f"{x}.L"]])
            for x, y in zip(chain, chain[1:], strict=False)
        )
        for a, chain in {
            "leg": ("thigh", "shin", "foot"),
            "arm": ("arm", "forearm", "hand", "fingers"),
        }.items()
    }
    points |= {name: (points[name][0], at) for name, at in (landmarks or {}).items() if name in points}
    placed = {name: (BONE[bone], np.asarray(at, np.float64)) for name, (bone, at) in points.items()}
    hands = palms or {side: (r.Y, np.array([-SIGN[side], 0, 0])) for side in SIDES}
    splay = {}
    for first, last in (("thigh", "foot"), ("arm", "forearm")):
        way = rest[BONE[f"{last}.L"]] - rest[BONE[f"{first}.L"]]
        splay[first] = math.degrees(math.atan2(way[0], way[1]))
    return Skeleton(rest, h, placed, hands, length["leg"], length["arm"], splay)


@lru_cache(maxsize=96)
def skeleton_of(figure: Figure) -> Skeleton:
    """The skeleton of a figure of the cast, measured once."""
    rest = rest_pose()
    marks = figure.points(rest)
    marks["eye"] = (marks["eye.L"] + marks["eye.R"]) / 2
    marks |= _surface_points(figure.body.points, figure.height_m)
    palms = {}
    for side in SIDES:
        axes = figure.palm_frame(rest, side)[1]
        palms[side] = (np.asarray(axes[:, 1], np.float64), np.asarray(axes[:, 2], np.float64))
    return skeleton(figure.joints, figure.height_m, marks, palms)


def _surface_points(vertices: Array, height: float) -> dict[str, Array]:
    """Points of a body's middle, at rest, that it rests on or is touched at."""
    middle = vertices[np.abs(vertices[:, 0]) < 0.07 * height]
    found = {}
    for name, level, front in (
        ("breast", 0.74, True), ("belly", 0.61, True), ("back", 0.74, False),
        ("rump", 0.50, False), ("skull", 0.95, False),
    ):  # fmt: skip
        band = middle[np.abs(middle[:, 1] + level * height) < 0.02 * height]
        place = band[np.argmin(band[:, 2]) if front else np.argmax(band[:, 2])]
        found[name] = np.array([0.0, place[1], place[2]])
    return found


# Sign of the rotation about x that is flexion: arms and thighs forward, shins back.
_FLEX = {name: -1.0 for name in ("arm", "forearm", "thigh", "foot", "toes", "clavicle", "hand")}


def turn(bone: str, flex: float = 0.0, twist: float = 0.0, spread: float = 0.0) -> Array:
    """Rotation of a bone by degrees of its joint.

    Flexion takes limbs and trunk forward, shins back, feet up. Of limbs `twist` turns their front
    inwards and `spread` leads them away from the body; of the trunk and head `twist` turns the
    front and `spread` leans the top towards the left.
    """
    name, _, side = bone.partition(".")
    inwards = SIGN[side] if side else -1.0
    a, b, c = (math.radians(angle) for angle in (flex, twist, spread))
    around = r.about(r.X, a * _FLEX.get(name, 1.0))
    return around @ r.about(r.Z, -c * inwards) @ r.about(r.Y, b * inwards)


@dataclass(eq=False)
class Stance:
    """A pose in the making: turns of the bones, and where the figure stands in the world.

    Attributes:
        body: Whose.
        turns: (B, 3, 3) as in `Pose`; change with `set`.
        offset: (3,) of the pelvis, as in `Pose`; change with `move`.
        place: (3,) of the figure's origin in the world, y down.
        facing_deg: Yaw of its front.
        mouth, eyes, grips: As in `Pose`.
    """

    body: Skeleton
    turns: Array = field(default_factory=lambda: np.tile(np.eye(3), (len(BONES), 1, 1)))
    offset: Array = field(default_factory=lambda: np.zeros(3))
    place: Array = field(default_factory=lambda: np.zeros(3))
    facing_deg: float = 0.0
    mouth: float = 0.0
    eyes: float = 1.0
    grips: list[float] = field(default_factory=lambda: [0.25, 0.25])
    _solved: tuple[Array, Array] | None = None

    def copy(self) -> Stance:
        """A stance that can be changed by itself."""
        return Stance(
            self.body, self.turns.copy(), self.offset.copy(), self.place.copy(),
            self.facing_deg, self.mouth, self.eyes, list(self.grips),
        )  # fmt: skip

    def set(self, bone: str, matrix: Array) -> None:
        """Give a bone its own rotation."""
        self.turns[BONE[bone]] = matrix
        self._solved = None

    def bend(self, bone: str, flex: float = 0.0, twist: float = 0.0, spread: float = 0.0) -> None:
        """Give a bone degrees of its joint; thighs and arms hang straight down at 0."""
        splay = self.body.splay.get(bone.partition(".")[0], 0.0)
        self.set(bone, turn(bone, flex, twist, spread - splay))

    def add(self, bone: str, flex: float = 0.0, twist: float = 0.0, spread: float = 0.0) -> None:
        """Turn a bone further, by degrees of its joint, in the axes of its parent."""
        self.set(bone, turn(bone, flex, twist, spread) @ self.turns[BONE[bone]])

    def move(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> None:
        """Move the pelvis, in the figure's axes."""
        self.offset = self.offset + (x, y, z)
        self._solved = None

    def solved(self) -> tuple[Array, Array]:
        """Positions (B, 3) and rotations (B, 3, 3) of the bones in the figure's axes."""
        if self._solved is None:
            rest, count = self.body.joints, len(BONES)
            at, world = np.empty((count, 3)), np.empty((count, 3, 3))
            at[0], world[0] = rest[0] + self.offset, self.turns[0]
            for bone in range(1, count):
                parent = PARENTS[bone]
                world[bone] = world[parent] @ self.turns[bone]
                at[bone] = at[parent] + world[parent] @ (rest[bone] - rest[parent])
            self._solved = at, world
        return self._solved

    def joint(self, bone: str) -> Array:
        """Position of a joint in the figure's axes."""
        return self.solved()[0][BONE[bone]]

    def rotation(self, bone: str) -> Array:
        """Rotation of a bone in the figure's axes."""
        return self.solved()[1][BONE[bone]]

    def point(self, name: str) -> Array:
        """A named point of the body, or a joint, in the figure's axes."""
        if name not in self.body.points:
            return self.joint(name)
        bone, rest = self.body.points[name]
        at, world = self.solved()
        return at[bone] + world[bone] @ (rest - self.body.joints[bone])

    def lowest(self, *names: str) -> float:
        """Height over the figure's origin of the lowest of some points."""
        return -max(float(self.point(name)[1]) for name in names)

    @property
    def yaw(self) -> Array:
        """(3, 3) from the figure's axes to the world's."""
        return r.about(r.Y, -math.radians(self.facing_deg))

    def to_world(self, point: Vector) -> Array:
        """A point of the figure's axes in the world."""
        return self.yaw @ np.asarray(point, np.float64) + self.place

    def from_world(self, point: Vector) -> Array:
        """A point of the world in the figure's axes."""
        return self.yaw.T @ (np.asarray(point, np.float64) - self.place)

    def pose(self) -> Pose:
        """The pose for drawing."""
        left, right = self.grips
        return Pose(floats(self.turns), floats(self.offset), self.mouth, self.eyes, (left, right))
