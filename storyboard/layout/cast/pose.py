"""The skeleton of a person and a pose of it.

A figure stands at the origin on y = 0 and faces -z, so its left hand is at +x. At rest it stands
upright and its arms hang down.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from storyboard.layout.meshes import Array

_CENTRE = (("pelvis", ""), ("spine", "pelvis"), ("chest", "spine"), ("neck", "chest"),
           ("head", "neck"), ("jaw", "head"))  # fmt: skip
_SIDE = (("clavicle", "chest"), ("arm", "clavicle"), ("forearm", "arm"), ("hand", "forearm"),
         ("fingers", "hand"), ("thumb", "hand"), ("thigh", "pelvis"), ("shin", "thigh"),
         ("foot", "shin"), ("toes", "foot"))  # fmt: skip
_ROWS = [
    *_CENTRE,
    *(
        (f"{name}.{side}", parent if parent in dict(_CENTRE) else f"{parent}.{side}")
        for side in "LR"
        for name, parent in _SIDE
    ),
]
BONES: tuple[str, ...] = tuple(name for name, _ in _ROWS)
"""Names of the bones, parents first; .L is the person's left."""
BONE = {name: index for index, name in enumerate(BONES)}
PARENTS: tuple[int, ...] = tuple(BONE.get(parent, -1) for _, parent in _ROWS)


@dataclass(frozen=True, eq=False)
class Pose:
    """A pose: rotations about the figure's own axes.

    Attributes:
        turns: (B, 3, 3), for column vectors, in the axes of the figure at rest: the bone turns
            about its joint, and takes its children along. World rotation = parent's @ own.
        offset: (3,) metres that the pelvis moves from its place at rest.
        mouth: How far it is open, 0 to 1.
        eyes: How far they are open, 0 to 1.
        grips: How far the left and the right fingers are closed, 0 (flat) to 1 (fist).
        pointing: How far the left and the right index finger is stretched out of that, 0 to 1.
        smile: 0 to 1.
        gaze: Degrees that the eyes are turned from straight ahead: to the person's left (+x),
            and up.
    """

    turns: Array
    offset: Array
    mouth: float = 0.0
    eyes: float = 1.0
    grips: tuple[float, float] = field(default=(0.25, 0.25))
    pointing: tuple[float, float] = (0.0, 0.0)
    smile: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)


def rest_pose() -> Pose:
    """The figure at rest."""
    return Pose(np.tile(np.eye(3, dtype=np.float32), (len(BONES), 1, 1)), np.zeros(3, np.float32))
