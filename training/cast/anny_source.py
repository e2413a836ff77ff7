"""The parametric body model anny in the axes and on the links of a figure of the cast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from storyboard.layout.cast import skinning
from storyboard.layout.cast.skinning import LINK, LINK_PARENTS, LINKS, Posed
from storyboard.layout.rotations import about
from training.cast.decimate import Floats, Ints

_BONES_OF = {
    "root": "pelvis", "pelvis": "pelvis", "spine05": "pelvis", "spine04": "spine",
    "spine03": "spine", "spine02": "chest", "spine01": "chest", "neck01": "neck",
    "neck02": "neck", "neck03": "neck", "head": "head", "eye": "head", "clavicle": "clavicle",
    "shoulder01": "clavicle", "upperarm01": "armtwist", "upperarm02": "arm",
    "lowerarm01": "forearm", "lowerarm02": "foretwist", "wrist": "hand", "metacarpal": "hand",
    "finger1-1": "thumb", "finger1-2": "thumb2", "finger1-3": "thumb2", "finger2-1": "index1",
    "finger2-2": "index2", "finger2-3": "index3", "finger-1": "fingers", "finger-2": "finger2",
    "finger-3": "finger3", "upperleg01": "thigh", "upperleg02": "thigh", "lowerleg01": "shin",
    "lowerleg02": "shin", "foot": "foot", "toe": "toes",
}  # fmt: skip
# Joint of a link: mean of the heads of these bones of anny.
HEADS = {
    "pelvis": ("upperleg01.L", "upperleg01.R", "root"), "spine": ("spine04",),
    "chest": ("spine02",), "neck": ("neck01",), "head": ("head",), "jaw": ("head",),
    "clavicle": ("clavicle",), "arm": ("upperarm01",), "armtwist": ("upperarm01",),
    "forearm": ("lowerarm01",), "foretwist": ("lowerarm01",), "hand": ("wrist",),
    "fingers": ("finger3-1", "finger4-1", "finger5-1"),
    "finger2": ("finger3-2", "finger4-2", "finger5-2"),
    "finger3": ("finger3-3", "finger4-3", "finger5-3"), "thumb": ("finger1-1",),
    "thumb2": ("finger1-2",), "index1": ("finger2-1",), "index2": ("finger2-2",),
    "index3": ("finger2-3",), "thigh": ("upperleg01",), "shin": ("lowerleg01",),
    "foot": ("foot",), "toes": tuple(f"toe{n}-1" for n in (1, 2, 3, 4, 5)),
}  # fmt: skip
# Directions of the left arm at rest, in the axes of a figure.
_REST = (("arm", "forearm", (0.165, 0.985, 0.03)), ("forearm", "hand", (0.10, 0.98, -0.15)),
         ("hand", "fingers", (0.02, 0.99, -0.12)))  # fmt: skip


class AnnySource:
    """The model anny, in the axes of a figure and on its links."""

    def __init__(self) -> None:
        from anny import Anny  # not a dependency of the program

        self.model: Any = Anny(
            facial_actions="all", phenotypes="all", local_changes="all",
            phenotype_blendshapes="original",
        )  # fmt: skip
        names = list(self.model.bone_labels)
        self.names = {name: index for index, name in enumerate(names)}
        template = self.model.template_vertices.numpy()
        self.faces: Ints = self.model.faces.numpy().astype(np.int64)
        place = {tuple(p): i for i, p in enumerate(np.round(template, 5).tolist())}
        flipped = np.round(template * [-1, 1, 1], 5) + 0.0
        self.mirror: Ints = np.array([place[tuple(p)] for p in flipped.tolist()])
        self.weights = np.zeros((len(template), len(LINKS)))
        w, index = (getattr(self.model, f"vertex_bone_{n}").numpy() for n in ("weights", "indices"))
        for bone, name in enumerate(names):
            amount = np.sum(np.where(index == bone, w, 0), 1)
            self.weights[:, LINK[_link_of(name)]] += amount
        self.weights /= self.weights.sum(1, keepdims=True)
        self._soften()

    def _soften(self) -> None:
        """Spread the weights at shoulders and hips: the rig was made for a smaller reach."""
        sides = np.concatenate([self.faces[:, [k, (k + 1) % 3]] for k in range(3)])
        sides = np.concatenate([sides, sides[:, ::-1]])
        number = np.bincount(sides[:, 0], minlength=len(self.weights))[:, None]
        bones = [LINK[f"{n}.{s}"] for n in ("arm", "armtwist", "clavicle", "thigh") for s in "LR"]
        share = self.weights[:, bones].sum(1, keepdims=True)
        for _ in range(10):
            total = np.zeros_like(self.weights)
            np.add.at(total, sides[:, 0], self.weights[sides[:, 1]])
            mean = total / np.maximum(number, 1)
            self.weights += np.minimum(share, 0.6) * (mean - self.weights)

    def body(
        self, phenotypes: Mapping[str, float], actions: Mapping[str, float] | None = None,
        changes: Mapping[str, float] | None = None,
    ) -> tuple[Floats, Floats]:  # fmt: skip
        """Vertices (V, 3) and joints (L, 3), with hanging arms."""
        result = self.model(
            phenotype_kwargs=dict(phenotypes), facial_actions=dict(actions or {}),
            local_changes_kwargs=dict(changes or {}),
        )  # fmt: skip
        turn = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])
        points = result["rest_vertices"][0].numpy() @ turn
        heads = result["rest_bone_heads"][0].numpy() @ turn
        joints = np.array([self._joint(heads, name) for name in LINKS])
        points, joints = self._hang_arms(points, joints)
        floor = np.array([0, points[:, 1].max(), 0])
        middle = np.array([0, 0, joints[[LINK["foot.L"], LINK["head"]], 2].mean()])
        return points - floor - middle, joints - floor - middle

    def _joint(self, heads: Floats, name: str) -> Floats:
        base, _, side = name.partition(".")
        bones = HEADS.get(base, (base,))
        keys = [bone if "." in bone or not side else f"{bone}.{side}" for bone in bones]
        mean: Floats = heads[[self.names[key] for key in keys]].mean(0)
        return mean

    def _hang_arms(self, points: Floats, joints: Floats) -> tuple[Floats, Floats]:
        turns = np.tile(np.eye(3), (len(LINKS), 1, 1))
        own = np.tile(np.eye(3), (len(LINKS), 1, 1))
        for side, sign in (("L", 1.0), ("R", -1.0)):
            turn = np.eye(3)
            for start, end, goal in _REST:
                a, b = LINK[f"{start}.{side}"], LINK[f"{end}.{side}"]
                target = np.array(goal) * [sign, 1, 1]
                turn = _between(turn @ (joints[b] - joints[a]), target) @ turn
                own[a] = turn
        places = joints.copy()
        done = {"arm": "arm", "armtwist": "arm", "forearm": "forearm", "foretwist": "forearm"}
        for index, name in enumerate(LINKS):
            parent = LINK_PARENTS[index]
            base, _, side = name.partition(".")
            if parent < 0:
                continue
            if base == "hand":
                turns[index] = own[index]
            elif base in done:
                turns[index] = own[LINK[f"{done[base]}.{side}"]]
            else:
                turns[index] = turns[parent]
            if base in ("armtwist", "foretwist"):
                parent = LINK_PARENTS[LINK[f"{done[base]}.{side}"]]
            step = joints[index] - joints[parent]
            places[index] = places[parent] + turns[parent] @ step
        moved, _ = skinning.skin(points, points, self.weights, joints, Posed(turns, places))
        return moved, places


def _link_of(bone: str) -> str:
    base, _, side = bone.partition(".")
    for key in (base, base[:6] + base[7:], base[:-1], base[:3]):
        if key in _BONES_OF:
            link = _BONES_OF[key]
            return f"{link}.{side}" if f"{link}.L" in LINK else link
    raise KeyError(bone)


def _between(start: Floats, end: Floats) -> Floats:
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    axis = np.cross(a, b)
    sine = float(np.linalg.norm(axis))
    turn: Floats = about(axis / max(sine, 1e-9), float(np.arctan2(sine, a @ b)))
    return turn
