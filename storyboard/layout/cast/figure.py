"""A person of the cast: a body with eyes, hair and clothes that takes poses."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from shots.staging.default_looks import dressed
from shots.staging.staged import Appearance
from storyboard.layout.cast.body import atlas, build_body
from storyboard.layout.cast.hair import hair_parts
from storyboard.layout.cast.part import FigurePart, body_part, eye_parts, join_parts
from storyboard.layout.cast.pose import BONE, BONES, Pose
from storyboard.layout.cast.skinning import EYES, LINK, Posed, place_bones, place_links, skin
from storyboard.layout.cast.wardrobe import dress
from storyboard.layout.meshes import SET_OWNER, Array, Mesh, floats

_ARM = ("arm", "forearm", "hand", "fingers")
_WIDE = 0.22  # lids a little further up than the model's: eyes have to read at a distance


class Figure:
    """A person at the origin, facing -z; poses are pure functions of their arguments.

    Attributes:
        look: The appearance, with usual clothes if it had none.
        height_m: Of the body, without shoes and hat.
        joints: (B, 3) of the bones at rest, metres.
        arms: Mask of the mesh's vertices on the arms.
    """

    def __init__(self, look: Appearance) -> None:
        self.look = dressed(look)
        self.height_m = look.height_m
        self.body = build_body(look)
        self.joints: Array = self.body.joints[: len(BONES)]
        self._rest = self.body.joints
        self._axes = atlas().data["curl_axes"]
        self._part = join_parts(_dress(self))
        self._moving = np.flatnonzero(np.any(self._part.expressions, axis=(0, 2)))
        self._marks = _landmarks(self)
        arms = [LINK[f"{name}.{side}"] for name in _ARM for side in "LR"]
        links = [*arms, *range(len(BONES), self._part.weights.shape[1])]  # and joints of fingers
        self.arms = self._part.weights[:, links].sum(1) > 0.5

    def place(self, pose: Pose) -> Posed:
        """World rotations and places of all links."""
        return place_links(pose, self._rest, self._axes)

    def pose_joints(self, pose: Pose) -> Array:
        """(B, 3) joints of the bones in a pose."""
        return place_bones(pose, self._rest).places

    def frames(self, pose: Pose) -> Array:
        """(B, 3, 3) world rotations of the bones in a pose, for column vectors."""
        return place_bones(pose, self._rest).turns

    def points(self, pose: Pose) -> dict[str, Array]:
        """Landmarks in a pose: nose, chin, mouth, crown, eye, ear, palm and sole of each side."""
        posed = place_bones(pose, self._rest)
        return {
            name: posed.places[bone] + posed.turns[bone] @ (place - self._rest[bone])
            for name, (bone, place) in self._marks.items()
        }

    def palm_frame(self, pose: Pose, side: str) -> tuple[Array, Array]:
        """Where a prop in the hand of a side, L or R, lies.

        Returns:
            The centre of the palm's grip, (3,), and axes (3, 3) in columns: x along the knuckles
            towards the thumb, y from the wrist to the fingers, z out of the palm.
        """
        turn = self.frames(pose)[BONE[f"hand.{side}"]]
        return self.points(pose)[f"palm.{side}"], turn @ self._palm_axes(side)

    def _palm_axes(self, side: str) -> Array:
        hand, fingers = (self.joints[BONE[f"{name}.{side}"]] for name in ("hand", "fingers"))
        sign = 1.0 if side == "L" else -1.0
        along = (fingers - hand) / np.linalg.norm(fingers - hand)
        across = -sign * self._axes["LR".index(side), 0]
        across = across - along * (across @ along)
        across /= np.linalg.norm(across)
        out = np.cross(along, across) * sign
        return np.stack([across, along, out], 1)

    def mesh(self, pose: Pose, owner: int = SET_OWNER) -> Mesh:
        """The dressed figure in a pose."""
        part, points = self._part, self._part.points
        amounts = floats([pose.mouth, 1 - pose.eyes - _WIDE * pose.eyes, pose.smile])
        points, rows = points.copy(), self._moving
        points[rows] += np.tensordot(amounts, part.expressions[:, rows], 1)
        vertices, normals = skin(points, part.normals, part.weights, self._rest, self.place(pose))
        return Mesh(
            vertices=floats(vertices),
            normals=floats(normals),
            faces=part.faces,
            colour=part.colour,
            glow=np.zeros(len(part.faces), np.float32),
            surface=part.surface,
            owner=np.full(len(part.faces), owner, np.int32),
        )


@lru_cache(maxsize=96)
def figure_of(look: Appearance) -> Figure:
    """The figure of an appearance, made once."""
    return Figure(look)


def _dress(figure: Figure) -> list[FigurePart]:
    body, look = figure.body, figure.look
    wardrobe = dress(body, look.garments)
    hair = hair_parts(body, look, wardrobe)
    return [body_part(body, look, wardrobe.covered), *eye_parts(body, look), *wardrobe.parts, *hair]


def _landmarks(figure: Figure) -> dict[str, tuple[int, Array]]:
    """Bone that carries it, and place at rest."""
    body, head = figure.body, BONE["head"]
    shared = atlas()
    points = body.points
    lips = np.unique(shared.faces[shared.kinds == 1])
    is_head = shared.level > 6.6
    front = np.flatnonzero(is_head & (np.abs(shared.points[:, 0]) < 0.02))
    nose = front[np.argmin(shared.points[front, 2])]
    chin = np.argmin(np.where(is_head, abs(shared.level - 7), 9) + shared.points[:, 2] * 8)
    crown = np.argmin(shared.points[:, 1])
    marks = {
        "nose": (head, points[nose]), "mouth": (head, points[lips].mean(0)),
        "chin": (head, points[chin]), "crown": (head, points[crown] * [0, 1, 1]),
    }  # fmt: skip
    for index, (side, sign) in enumerate((("L", 1.0), ("R", -1.0))):
        ear = np.argmax(np.where(is_head, sign * shared.points[:, 0], -1))
        hand, knuckles = figure.joints[BONE[f"hand.{side}"]], figure.joints[BONE[f"fingers.{side}"]]
        out = figure._palm_axes(side)[:, 2]
        reach = float(np.linalg.norm(knuckles - hand))
        foot, toes = figure.joints[BONE[f"foot.{side}"]], figure.joints[BONE[f"toes.{side}"]]
        sole = (foot + toes) / 2 * [1, 0, 1]
        marks |= {
            f"eye.{side}": (head, body.joints[EYES[index]]),
            f"ear.{side}": (head, points[ear]),
            f"palm.{side}": (BONE[f"hand.{side}"], hand + 0.85 * (knuckles - hand)
                             + 0.32 * reach * out),
            f"sole.{side}": (BONE[f"foot.{side}"], sole),
        }  # fmt: skip
    return {name: (bone, np.asarray(place, np.float64)) for name, (bone, place) in marks.items()}
