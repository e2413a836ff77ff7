"""Bake the bodies of the cast from the parametric model anny into one file that the program ships.

Usage: python -m training.cast.bake_bodies (needs the extra `training`). The result is a reduced
symmetric mesh, a low basis of its shapes over sex, age, muscle, weight, height and type of face,
links with weights, and fields from which garments are cut. Axes as in `storyboard.layout.cast`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from storyboard.layout.cast import skinning
from storyboard.layout.cast.pose import BONE, Pose, rest_pose
from storyboard.layout.cast.skinning import LINK, LINKS
from storyboard.layout.rotations import about
from training.cast.anny_source import HEADS, AnnySource
from training.cast.decimate import Floats, Ints, reduce_half

BODIES_FILE = Path(skinning.__file__).with_name("bodies.npz")
ORIGIN = (
    "Reduced from the parametric body model anny 0.6.2 (https://github.com/naver/anny; code: "
    "Apache-2.0, Copyright (C) 2025 NAVER Corp.). Its data are MakeHuman's (mpfb2), released under "
    "CC0 1.0 Universal (https://creativecommons.org/publicdomain/zero/1.0/), and so is this file."
)
COMPONENTS = 96
HALF_GOAL = 1640
GENDERS, AGES = (0.0, 1.0), (0.0, 1 / 3, 2 / 3, 1.0)  # male, female; baby, child, young, old
MUSCLES = WEIGHTS = HEIGHTS = (0.0, 0.5, 1.0)
TYPES = ("african", "asian", "caucasian")
FACES = 12  # variations of a face


def _importance(source: AnnySource) -> tuple[Floats, Floats]:
    """Factors of the error of the vertices, and which line the mouth, 1, or an eye, 2."""
    from anny.face_segmentation import get_face_segmentation_mask

    still, _ = source.body(_ADULT)
    result = np.ones(len(still))
    cavity = np.zeros(len(still))
    for label, factor in (
        ("head", 6.0), ("hand.L", 6.0), ("hand.R", 6.0), ("foot.L", 0.5), ("foot.R", 0.5),
        ("mouth_cavity", 0.2), ("eye_cavity.L", 0.3), ("eye_cavity.R", 0.3),
    ):  # fmt: skip
        part = get_face_segmentation_mask(source.model, [label]).numpy()
        result[source.faces[part]] = factor
        if "cavity" in label:
            cavity[source.faces[part]] = 1 + ("eye" in label)
    height = np.ptp(still[:, 1])
    back = (result == 6) & (still[:, 1] < -0.87 * height) & (still[:, 2] > -0.01)
    result[back] = 1.0  # under hair
    chest = (still[:, 1] < -0.68 * height) & (result == 1)
    result[chest] = 3.0  # necklines are cut here
    for changes, factor in (
        ({"l-ear-scale-incr": 1.0, "r-ear-scale-incr": 1.0}, 12.0),
        ({"noseSneerLeft": 1.0, "noseSneerRight": 1.0}, 16.0),
        ({"mouthRollLower": 1.0, "mouthRollUpper": 1.0}, 40.0),
        ({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}, 40.0),
    ):
        local = any("-" in name for name in changes)
        points, _ = source.body(_ADULT, None if local else changes, changes if local else None)
        moved = np.linalg.norm(points - still, axis=1) > 1e-3
        result[moved & (result >= 0.5)] = factor
    return result, cavity


_ADULT = {"gender": 0.5, "age": 2 / 3, "height": 0.35}


_LIPS = (0.0255, 0.178)  # half the width; from the crown to the parting, of the adult


def _phenotypes(
    gender: float, age: float, muscle: float = 0.5, weight: float = 0.5, height: float = 0.5
) -> dict[str, float]:
    return {
        "gender": gender, "age": age, "muscle": muscle, "weight": weight, "height": height,
        "proportions": 0.65, "cupsize": 0.45, "firmness": 0.6,
    }  # fmt: skip


def _lips(points: Floats) -> NDArray[np.bool_]:
    width, depth = _LIPS
    across = np.abs(points[:, 0]) / width
    below = points[:, 1] - points[:, 1].min() - depth
    reach = np.where(below > 0, 0.0125 * (1 - across**2), 0.0125 * (1 - across**1.5))
    return (np.abs(below) < reach) & (points[:, 2] < points[:, 2].min() + 0.19)


def _sitting(source: AnnySource, phenotypes: Mapping[str, float]) -> Floats:
    """Bent at every joint, so that the reduction keeps what bends."""
    points, joints = source.body(phenotypes)
    pose = rest_pose()
    for side, sign in (("L", -1.0), ("R", 1.0)):
        for bone, axis, degrees in (
            ("arm", (0, 0, sign), 70), ("forearm", (1, 0, 0), -90), ("thigh", (1, 0, 0), -80),
            ("shin", (1, 0, 0), 85), ("foot", (1, 0, 0), 20),
        ):  # fmt: skip
            turn = about(np.array(axis, float), np.radians(degrees))
            pose.turns[BONE[f"{bone}.{side}"]] = turn
    rest = joints
    bent = Pose(pose.turns, pose.offset, grips=(0.8, 0.8))
    posed = skinning.place_links(bent, rest, _curl_axes(joints))
    return skinning.skin(points, points, source.weights, rest, posed)[0]


def _curl_axes(joints: Floats) -> Floats:
    """(2, 2, 3): axes of a body about which left and right fingers and thumbs close."""
    axes = np.zeros((2, 2, 3))
    for hand, side in enumerate("LR"):
        sign = 1.0 if side == "L" else -1.0
        at = {name: joints[LINK[f"{name}.{side}"]] for name in (*HEADS,) if f"{name}.L" in LINK}
        across = at["fingers"] - at["index1"]
        along = at["finger2"] - at["fingers"]
        across -= along * (across @ along) / (along @ along)
        axes[hand, 0] = sign * across / np.linalg.norm(across)
        palm = np.cross(along, across)
        thumb = at["thumb2"] - at["thumb"]
        lean = np.cross(palm * sign, thumb)
        axes[hand, 1] = lean / np.linalg.norm(lean)
    return axes


def _reduced(source: AnnySource) -> tuple[Ints, Ints, NDArray[np.uint8]]:
    """Vertices that remain, faces (M, 3) of them, and kinds of the faces."""
    bodies = [source.body(_phenotypes(*args))[0] for args in
              ((1, 2 / 3), (0, 2 / 3, 0.8), (0, 1 / 3), (1, 1, 0.5, 1))]  # fmt: skip
    bodies += [_sitting(source, _phenotypes(g, 2 / 3)) for g in GENDERS]
    scaled = np.array([body / np.ptp(bodies[k % 4][:, 1]) for k, body in enumerate(bodies)])
    adult, _ = source.body(_ADULT)
    importance, cavity = _importance(source)
    lips = _lips(adult) & (cavity == 0)
    body = source.faces[source.faces.max(1) < _BODY_VERTICES]
    half = body[adult[body][:, :, 0].min(1) >= -1e-6]
    kind = lips[half].all(1) + 2 * (cavity[half] == 1).all(1) + 3 * (cavity[half] == 2).all(1)
    sides: dict[tuple[int, int], list[int]] = {}
    for face, corners in enumerate(half):
        for a, b in zip(corners, np.roll(corners, 1), strict=True):
            sides.setdefault((int(min(a, b)), int(max(a, b))), []).append(face)
    borders = [e for e, f in sides.items() if len(f) == 2 and kind[f[0]] != kind[f[1]]]
    seam = source.mirror == np.arange(len(adult))
    left, alive = reduce_half(scaled, half, importance, seam, HALF_GOAL, borders)
    faces = np.concatenate([left, source.mirror[left][:, ::-1]])
    remaining, index = np.unique(faces, return_inverse=True)
    return remaining, index.reshape(-1, 3), np.tile(kind[alive], 2).astype(np.uint8)


def _rows(source: AnnySource, keep: Ints) -> tuple[Floats, Floats, Floats]:
    """Bodies over the grid, differences of the types of face, and of varied faces."""

    def row(phenotypes: Mapping[str, float], **more: Mapping[str, float]) -> Floats:
        points, joints = source.body(phenotypes, **more)
        return np.concatenate([points[keep], joints])

    grid = product(GENDERS, AGES, MUSCLES, WEIGHTS, HEIGHTS)
    bodies = np.array([row(_phenotypes(*cell)) for cell in grid])
    types = []
    for gender, age in product(GENDERS, AGES):
        plain = row(_phenotypes(gender, age))
        for name in TYPES:
            only = {key: float(key == name) for key in TYPES}
            types.append(row(_phenotypes(gender, age) | only) - plain)
    labels = [x for x in source.model.local_change_labels if x.startswith(_FACE_PARTS)]
    rng = np.random.default_rng(7)
    adult = row(_ADULT)
    faces = []
    for _ in range(FACES):
        amounts: dict[str, float] = {}
        for label in labels:
            both = label[2:] if label[:2] in ("l-", "r-") else label
            amounts[label] = amounts.get("l-" + both, float(rng.normal(0, 0.3)))
        faces.append(row(_ADULT, changes=amounts) - adult)
    names = LINKS
    other = [names.index(n[:-1] + {"L": "R", "R": "L"}.get(n[-1], n[-1])) for n in names]
    flip = np.concatenate([np.searchsorted(keep, source.mirror[keep]), len(keep) + np.array(other)])
    varied = np.array(faces)
    return bodies, np.array(types), (varied + varied[:, flip] * [-1, 1, 1]) / 2


_BODY_VERTICES = 13348  # tongue and eyeballs follow
_FACE_PARTS = ("nose", "mouth", "chin", "l-cheek", "r-cheek", "head-scale", "head-fat", "forehead",
               "l-eye", "r-eye", "eyebrows")  # fmt: skip


def _fields(points: Floats, joints: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Of each vertex, its height on the body and its place along the arm (see `main`)."""
    at = dict(zip(LINKS, joints, strict=True))
    crown = points[:, 1].min()
    crotch = points[(np.abs(points[:, 0]) < 5e-3) & (weights[:, LINK["head"]] < 0.1), 1].max()
    chin = crown + 0.875 * (at["neck"][1] - crown)
    armpit = at["arm.L"][1] + 0.10
    neck = at["neck"][1] + 0.02
    marks = [0.0, at["foot.L"][1], at["shin.L"][1], crotch, at["spine"][1], armpit, neck, chin]
    heights = np.array([*marks, crown])
    tilt = np.clip(0.4 * (at["neck"][2] - points[:, 2]), -0.02, 0.035)
    near = np.clip((armpit - points[:, 1]) / (armpit - neck), 0, 1)
    level = np.interp(-points[:, 1] + tilt * near, -heights, np.arange(9.0))
    # The neck begins at a circle about it, however high the shoulders are.
    middle = at["neck"] + [0, 0, -0.012]
    around = np.hypot(points[:, 0] / 0.072, (points[:, 2] - middle[2]) / 0.078)
    base = np.maximum(6 + 5 * (1 - around), 5.6)
    level = np.where((level > 5.2) & (level < 6.7), np.minimum(level, base), level)
    arm = np.full(len(points), -0.2)
    for side in "LR":
        stops = np.array([at[f"{n}.{side}"] for n in ("arm", "forearm", "hand", "finger3")])
        share = weights[:, [i for i, n in enumerate(LINKS) if _is_arm(n, side)]].sum(1)
        steps = np.diff(stops, axis=0)
        length = np.linalg.norm(steps, axis=1)
        along = [(points - stops[k]) @ steps[k] / length[k] ** 2 for k in range(3)]
        place = np.where(along[0] < 1, along[0], 1 + np.clip(along[1], 0, None))
        place = np.where(along[1] > 1, 2 + np.clip(along[2], 0, 1.5), place)
        arm = np.where(share > 0.5, place, np.maximum(arm, (share - 0.5) * 0.4))
    return level, arm


def _is_arm(name: str, side: str) -> bool:
    bone = name.partition(".")[0]
    body = ("clavicle", "thigh", "shin", "foot", "toes")
    return name.endswith("." + side) and bone not in body


def _quantised(values: Floats) -> dict[str, NDArray[Any]]:
    """Rows as int16 and the step of each row in metres."""
    step = np.maximum(np.abs(values).reshape(len(values), -1).max(1), 1e-9) / 32767
    shape = (-1, *([1] * (values.ndim - 1)))
    return {
        "": np.round(values / step.reshape(shape)).astype(np.int16),
        "_step": step.astype(np.float32),
    }


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=BODIES_FILE)
def main(out: Path) -> None:
    """Write the file.

    Its arrays, for V vertices, L links and K components: mean, basis (K): vertices and then joints
    (V + L, 3); cells: components of the bodies over sex, age, muscle, weight,
    height; types: over sex, age and type of face; varied: differences of faces; expressions:
    mouth open, eyes closed, smile of an adult; faces, kinds: triangles, and whether they are skin
    0, lips 1, mouth 2 or eye socket 3; mirror: vertices of the other side; level, arm: see
    `Atlas`; curl_axes: see `place_links`.
    """
    source = AnnySource()
    keep, faces, kinds = _reduced(source)
    bodies, types, varied = _rows(source, keep)
    mean = bodies.mean(0)
    head = np.concatenate([source.weights[keep, LINK["head"]], np.ones(len(LINKS))])
    scale = (1 + 2 * head)[:, None]
    both = np.concatenate([(bodies - mean), types]) * scale
    flat = both.reshape(len(both), -1)
    _, _, components = np.linalg.svd(flat, full_matrices=False)
    basis = components[:COMPONENTS].reshape(COMPONENTS, -1, 3)
    amounts = flat @ components[:COMPONENTS].T
    error = np.abs(flat - amounts @ components[:COMPONENTS]).max()
    click.echo(f"{len(keep)} vertices, {len(faces)} faces, greatest error {error * 1000:.1f} mm")
    adult, adult_joints = source.body(_ADULT)
    expressions = {
        name: (source.body(_ADULT, dict.fromkeys(actions, 1.0))[0] - adult)[keep]
        for name, actions in (("jaw", ["jawOpen"]), ("blink", ["eyeBlinkLeft", "eyeBlinkRight"]),
                              ("smile", ["mouthSmileLeft", "mouthSmileRight"]))
    }  # fmt: skip
    level, arm = _fields(adult[keep], adult_joints, source.weights[keep])
    tables = {"basis": basis / scale, "varied": varied, "expressions": np.array(
        list(expressions.values()))}  # fmt: skip
    arrays = {name + end: a for name, t in tables.items() for end, a in _quantised(t).items()}
    count = len(bodies)
    sizes = (len(GENDERS), len(AGES))
    mirrored = source.mirror[keep]
    np.savez_compressed(
        out, origin=np.array(ORIGIN), mean=mean.astype(np.float32),
        cells=amounts[:count].reshape(*sizes, 3, 3, 3, -1).astype(np.float32),
        types=amounts[count:].reshape(*sizes, len(TYPES), -1).astype(np.float32),
        faces=faces.astype(np.uint16), kinds=kinds,
        weights=np.round(source.weights[keep] * 65535).astype(np.uint16),
        mirror=np.searchsorted(keep, mirrored).astype(np.uint16),
        level=level.astype(np.float32), arm=arm.astype(np.float32),
        curl_axes=_curl_axes(adult_joints).astype(np.float32), **arrays,
    )  # fmt: skip
    click.echo(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
