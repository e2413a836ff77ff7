"""The joints and named points of one body, and a pose of it that can be changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from storyboard.layout import rotations as r
from storyboard.layout.cast.figure import Figure
from storyboard.layout.cast.pose import BONE, BONES, PARENTS, Pose, rest_pose
from storyboard.layout.meshes import Array, Vector, floats

SIDES = ("L", "R")
SIGN = {"L": 1.0, "R": -1.0}  # of x
_BELOW = [[bone] for bone in range(len(BONES))]  # a bone and all that it carries
for _bone in reversed(range(1, len(BONES))):
    _BELOW[PARENTS[_bone]] += _BELOW[_bone]


@dataclass(frozen=True, eq=False)
class BodyPlan:
    """Measures of one body at rest, in the axes of the figure: metres, y down, its front at -z.

    Attributes:
        joints: (B, 3) of `BONES`.
        height: Of the crown over the floor.
        points: Named points and the bone that takes each along: eye, nose, mouth, crown, ear.L,
            palm.L, fingertip.L, heel.L, ball.L, toe.L, knee.L, seat, belly, breast, back.
        palms: Of L and R at rest: the direction of the fingers, and that which the palm faces.
        leg, arm: Metres from the hip to the ankle, and from the shoulder to the knuckles.
        lengths: (B, 3) from the joint of the parent to that of the bone.
        splay: Degrees by which thighs and arms at rest lead away from the body.
    """

    joints: Array
    height: float
    points: Mapping[str, tuple[int, Array]]
    palms: Mapping[str, tuple[Array, Array]]
    leg: float
    arm: float
    splay: Mapping[str, float]
    lengths: Array

    def rest(self, name: str) -> Array:
        """A joint or a point at rest."""
        return self.points[name][1] if name in self.points else self.joints[BONE[name]]

    def ankle(self, side: str) -> Array:
        """Where an ankle is in standing with the feet below the hips."""
        rest = self.rest(f"foot.{side}")
        return np.array([SIGN[side] * 0.058 * self.height, rest[1], rest[2]])


@lru_cache(maxsize=96)
def plan_of(figure: Figure) -> BodyPlan:
    """The measures of a figure of the cast, measured once."""
    upright, h = rest_pose(), figure.height_m
    rest = np.asarray(figure.joints, np.float64)
    marks = figure.points(upright)
    places = {
        "eye": ("head", (marks["eye.L"] + marks["eye.R"]) / 2),
        **{name: ("head", marks[name]) for name in ("nose", "mouth", "crown", "ear.L", "ear.R")},
        **_surface_points(figure.body.points, h),
        "seat": ("pelvis", rest[BONE["pelvis"]] + r.xyz(0, 0.052 * h, 0.03 * h)),
    }
    for side in SIDES:
        wrist, finger, ankle, toe, shin, thigh, arm = (
            rest[BONE[f"{name}.{side}"]]
            for name in ("hand", "fingers", "foot", "toes", "shin", "thigh", "arm")
        )
        out = SIGN[side] * h
        rows = {
            "palm": ("hand", marks[f"palm.{side}"]),
            "fingertip": ("fingers", wrist + (finger - wrist) * 1.9),
            "heel": ("foot", r.xyz(ankle[0], 0, ankle[2] + 0.03 * h)),
            "ball": ("foot", r.xyz(toe[0], 0, toe[2])),
            "toe": ("toes", r.xyz(toe[0], 0, toe[2] - 0.035 * h)),
            "knee": ("shin", shin + r.xyz(0, 0.012 * h, -0.032 * h)),
            "calf": ("shin", shin + r.xyz(0, 0.06 * h, 0.03 * h)),
            "hip": ("thigh", thigh + r.xyz(0.045 * out, 0, 0)),
            "shoulder": ("clavicle", arm + r.xyz(0.03 * out, 0, 0)),
        }
        places |= {f"{k}.{side}": (f"{bone}.{side}", at) for k, (bone, at) in rows.items()}
    palms = {side: figure.palm_frame(upright, side)[1][:, 1:].T for side in SIDES}
    splay = {}
    for first, last in (("thigh", "foot"), ("arm", "forearm")):
        way = rest[BONE[f"{last}.L"]] - rest[BONE[f"{first}.L"]]
        splay[first] = math.degrees(math.atan2(way[0], way[1]))
    lengths = rest - rest[list(PARENTS)]
    leg, arm_length = (
        sum(r.norm(lengths[BONE[f"{name}.L"]]) for name in chain)
        for chain in (("shin", "foot"), ("forearm", "hand", "fingers"))
    )
    points = {name: (BONE[bone], np.asarray(at, np.float64)) for name, (bone, at) in places.items()}
    hands = {side: (axes[0].astype(float), axes[1].astype(float)) for side, axes in palms.items()}
    return BodyPlan(rest, h, points, hands, leg, arm_length, splay, lengths)


def _surface_points(vertices: Array, height: float) -> dict[str, tuple[str, Array]]:
    """Points of a body's middle, at rest, that it rests on or is touched at."""
    middle = vertices[np.abs(vertices[:, 0]) < 0.07 * height]
    found = {}
    for name, bone, level, front in (
        ("breast", "chest", 0.74, True), ("belly", "spine", 0.61, True),
        ("back", "chest", 0.74, False), ("rump", "pelvis", 0.50, False),
        ("skull", "head", 0.95, False),
    ):  # fmt: skip
        band = middle[np.abs(middle[:, 1] + level * height) < 0.02 * height]
        place = band[np.argmin(band[:, 2]) if front else np.argmax(band[:, 2])]
        found[name] = (bone, r.xyz(0.0, place[1], place[2]))
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
    return r.about_x_z_y(a * _FLEX.get(name, 1.0), -c * inwards, b * inwards)


@dataclass(eq=False)
class BodyPose:
    """A pose in the making: turns of the bones, and where the figure stands in the world.

    Attributes:
        body: Whose.
        turns: (B, 3, 3) as in `Pose`; change with `set`.
        offset: (3,) of the pelvis, as in `Pose`; change with `move`.
        place: (3,) of the figure's origin in the world, y down.
        facing_deg: Yaw of its front.
        mouth, eyes, grips, pointing, smile, gaze: As in `Pose`.
        sight: (3,) the point in the world that is looked at; None: what is ahead.
    """

    body: BodyPlan
    turns: Array = field(default_factory=lambda: np.tile(np.eye(3), (len(BONES), 1, 1)))
    offset: Array = field(default_factory=lambda: np.zeros(3))
    place: Array = field(default_factory=lambda: np.zeros(3))
    facing_deg: float = 0.0
    mouth: float = 0.0
    eyes: float = 1.0
    grips: list[float] = field(default_factory=lambda: [0.25, 0.25])
    pointing: list[float] = field(default_factory=lambda: [0.0, 0.0])
    smile: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    sight: Array | None = None
    _solved: dict[int, tuple[Array, Array]] = field(default_factory=dict)

    def copy(self) -> BodyPose:
        """A pose that can be changed by itself."""
        return BodyPose(
            self.body, self.turns.copy(), self.offset.copy(), self.place.copy(),
            self.facing_deg, self.mouth, self.eyes, list(self.grips), list(self.pointing),
            self.smile, self.gaze, self.sight,
        )  # fmt: skip

    def set(self, bone: str, matrix: Array) -> None:
        """Give a bone its own rotation."""
        index = BONE[bone]
        self.turns[index] = matrix
        for below in _BELOW[index]:
            self._solved.pop(below, None)

    def bend(self, bone: str, flex: float = 0.0, twist: float = 0.0, spread: float = 0.0) -> None:
        """Give a bone degrees of its joint; thighs and arms hang straight down at 0."""
        splay = self.body.splay.get(bone.partition(".")[0], 0.0)
        self.set(bone, turn(bone, flex, twist, spread - splay))

    def add(self, bone: str, flex: float = 0.0, twist: float = 0.0, spread: float = 0.0) -> None:
        """Turn a bone further, by degrees of its joint, in the axes of its parent."""
        self.set(bone, turn(bone, flex, twist, spread) @ self.turns[BONE[bone]])

    def move(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> None:
        """Move the pelvis, in the figure's axes."""
        self.offset = self.offset + np.array((x, y, z))
        self._solved.clear()

    def become(self, other: BodyPose) -> None:
        """Take over the turns and the offset of another pose of the body."""
        self.turns, self.offset = other.turns.copy(), other.offset
        self._solved.clear()

    def solved(self, bone: int) -> tuple[Array, Array]:
        """Position (3,) and rotation (3, 3) of a bone in the figure's axes."""
        found = self._solved.get(bone)
        if found is None:
            parent = PARENTS[bone]
            if parent < 0:
                found = self.body.joints[bone] + self.offset, self.turns[bone]
            else:
                at, world = self.solved(parent)
                found = at + world @ self.body.lengths[bone], world @ self.turns[bone]
            self._solved[bone] = found
        return found

    def joint(self, bone: str) -> Array:
        """Position of a joint in the figure's axes."""
        return self.solved(BONE[bone])[0]

    def rotation(self, bone: str) -> Array:
        """Rotation of a bone in the figure's axes."""
        return self.solved(BONE[bone])[1]

    def point(self, name: str) -> Array:
        """A named point of the body, or a joint, in the figure's axes."""
        if name not in self.body.points:
            return self.joint(name)
        bone, rest = self.body.points[name]
        at, world = self.solved(bone)
        place: Array = at + world @ (rest - self.body.joints[bone])
        return place

    def lowest(self, *names: str) -> float:
        """Height over the figure's origin of the lowest of some points."""
        return -max(float(self.point(name)[1]) for name in names)

    @property
    def yaw(self) -> Array:
        """(3, 3) from the figure's axes to the world's."""
        return r.yaw(self.facing_deg)

    def to_world(self, point: Vector) -> Array:
        """A point of the figure's axes in the world."""
        return self.yaw @ np.asarray(point, np.float64) + self.place

    def from_world(self, point: Vector) -> Array:
        """A point of the world in the figure's axes."""
        return self.yaw.T @ (np.asarray(point, np.float64) - self.place)

    def pose(self) -> Pose:
        """The pose for drawing."""
        left, right = self.grips
        fingers = self.pointing[0], self.pointing[1]
        return Pose(floats(self.turns), floats(self.offset), self.mouth, self.eyes, (left, right),
                    fingers, self.smile, self.gaze)  # fmt: skip
