"""Bodies: from age, sex, build and height to the points and joints of a figure at rest."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shots.staging.staged import Appearance
from storyboard.layout.cast.skinning import EYES
from storyboard.layout.meshes import Array, floats, vertex_normals

_FILE = Path(__file__).with_name("bodies.npz")
_YEARS, _AGES = (1, 3, 12, 25, 90), (0.0, 0.1, 1 / 3, 2 / 3, 1.0)
# Weight and muscle, 0 to 1.
BUILDS: Mapping[str, tuple[float, float]] = {
    "thin": (0.0, 0.3), "slim": (0.3, 0.5), "average": (0.45, 0.5), "athletic": (0.42, 0.8),
    "muscular": (0.55, 1.25), "stocky": (0.72, 0.7), "heavy": (0.95, 0.45), "fat": (1.45, 0.2),
}  # fmt: skip
# Shares of the three types of face, african, asian and caucasian, that go with a skin.
_TYPES: Mapping[str, tuple[float, float, float]] = {
    "pale": (0.05, 0.05, 0.9), "light": (0.1, 0.15, 0.75), "olive": (0.15, 0.35, 0.5),
    "tan": (0.25, 0.4, 0.35), "brown": (0.5, 0.2, 0.3), "dark": (0.8, 0.1, 0.1),
    "black": (0.95, 0.0, 0.05),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Atlas:
    """What all bodies share; V vertices, N faces, L links.

    Attributes:
        data: Arrays of `bodies.npz`, as written by the script that bakes it.
        points: (V, 3) of the middle body, metres.
        normals: (V, 3).
        joints: (L, 3) of the middle body.
        faces: (N, 3).
        kinds: (N,) skin 0, lips 1, inside of the mouth 2, of the eye sockets 3.
        weights: (V, L) of the links.
        level: (V,) height on the body: sole 0, ankle 1, knee 2, crotch 3, waist 4, armpit 5,
            neck 6, chin 7, crown 8.
        arm: (V,) shoulder 0, elbow 1, wrist 2, finger tips 3; below 0 on the trunk.
        expressions: (3, V, 3) of an adult: mouth open, eyes closed, smile.
    """

    data: Mapping[str, Array]
    points: Array
    normals: Array
    joints: Array
    faces: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    weights: Array
    level: Array
    arm: Array
    expressions: Array


@dataclass(frozen=True, eq=False)
class Body:
    """One body at rest: points (V, 3), normals (V, 3), joints (L, 3), expressions (3, V, 3)."""

    points: Array
    normals: Array
    joints: Array
    expressions: Array
    eye_radius: float


@cache
def atlas() -> Atlas:
    """Read the file once."""
    with np.load(_FILE) as stored:
        data = {name: stored[name] for name in stored.files}
    for name in ("basis", "varied", "expressions"):
        step = data.pop(f"{name}_step")
        data[name] = data[name] * step[:, None, None]
    mean, count = data["mean"], len(data["level"])
    faces = data["faces"].astype(np.int32)
    return Atlas(
        data=data, points=mean[:count], normals=vertex_normals(mean[:count], faces),
        joints=mean[count:], faces=faces, kinds=data["kinds"],
        weights=floats(data["weights"]) / 65535, level=data["level"], arm=data["arm"],
        expressions=data["expressions"],
    )  # fmt: skip


def _normals(points: Array, faces: NDArray[np.int32], kinds: NDArray[np.uint8]) -> Array:
    """Normals in which the insides of mouth and eyes do not darken lips and lids."""
    outside = vertex_normals(points, faces[kinds < 2])
    is_out = np.any(outside != 0, axis=1, keepdims=True)
    return np.where(is_out, outside, vertex_normals(points, faces))


def face_seed(look: Appearance) -> int:
    """A number that stays with a person in all clothes."""
    text = f"{look.sex} {look.age:g} {look.height_m:g} {look.build} {look.skin} {look.hair}"
    return zlib.crc32(f"{text} {look.hair_colour}".encode())


def build_body(look: Appearance) -> Body:
    """The body of an appearance; it is exactly as tall."""
    shared = atlas()
    count = len(shared.level)
    age = float(np.interp(look.age, _YEARS, _AGES))
    weight, muscle = BUILDS.get(look.build, BUILDS["average"])
    sex = float(look.sex == "female")
    grown = float(np.clip((look.age - 2) / 14, 0, 1))  # small children differ little in build
    weight, muscle = 0.5 + (weight - 0.5) * (0.5 + 0.5 * grown), 0.5 + (muscle - 0.5) * grown
    cells = shared.data["cells"]
    for place, stops in ((sex, 2), (age, 4), (muscle, 3), (weight, 3)):
        cells = _between(cells, place, stops)
    rng = np.random.default_rng(face_seed(look))
    types = _between(_between(shared.data["types"], sex, 2), age, 4)
    shares = np.array(_TYPES.get(look.skin, _TYPES["light"])) + rng.uniform(-0.1, 0.1, 3)
    extra = shares @ types
    tall = [float(np.ptp(_points(cell + extra)[:count, 1])) for cell in cells]
    height = float(np.clip(np.interp(look.height_m, tall, (0, 0.5, 1)), 0.05, 0.8))
    whole = _points(_between(cells, height, 3) + extra)
    head = float(np.linalg.norm(np.diff(whole[count:][EYES], axis=0)))
    adult = float(np.linalg.norm(np.diff(shared.joints[EYES], axis=0)))
    amounts = rng.normal(0, 0.09 * grown + 0.05, len(shared.data["varied"]))
    whole = whole + (head / adult) * np.tensordot(amounts, shared.data["varied"], 1)
    scale = look.height_m / float(np.ptp(whole[:count, 1]))
    whole = floats((whole - [0, whole[:count, 1].max(), 0]) * scale)
    size = scale * head / adult
    return Body(
        points=whole[:count],
        normals=_normals(whole[:count], shared.faces, shared.kinds),
        joints=whole[count:],
        expressions=shared.expressions * np.float32(size),
        eye_radius=0.0142 * size,
    )


def _points(amounts: Array) -> Array:
    data = atlas().data
    points: Array = data["mean"] + np.tensordot(amounts, data["basis"], 1)
    return points


def _between(table: Array, place: float, stops: int) -> Array:
    """The table interpolated along its first axis, of `stops` rows, at a place of 0 to 1."""
    at = place * (stops - 1)
    low = min(int(at), stops - 2)
    row: Array = table[low] * (low + 1 - at) + table[low + 1] * (at - low)
    return row
