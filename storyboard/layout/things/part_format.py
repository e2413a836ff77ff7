"""Models written as text: the format of the `.parts` files and their parts as meshes.

A file is a list of models, `NAME: PART; PART; ...`, which may go on over indented lines. A part is

    [REPEATS] KIND NUMBERS [MATERIAL] ['TEXT] [~MOTIONS]

with metres and heights that point up. The first three numbers are its place (x, height, z), for
standing kinds the middle of the base; see `KINDS`. NUMBERS of `use NAME` are place, scale and yaw
of another model.

Repeats, of which the last is done first: `2x`, `2z` mirror, `4` does both, `n6` makes six round
the vertical axis, `*4:.2,0,0` makes four, each .2 m further to +x. Materials: see `material`.
Motions: `~x30`, `~y30`, `~z30` turn by degrees about the part's place (see `axis_turn`); `~spinx`
turns with the phase; `~swingx30` swings with the phase by 30 degrees to both sides;
`~openy-90@X,H,Z` turns by -90 degrees about that point where the thing is open; `~slide.4,0,0`
moves by that where it is open; these two move all copies together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import filterfalse
from math import prod

import numpy as np

from storyboard.layout.meshes import Mesh, join
from storyboard.layout.things.kinds import KINDS, Coat, Numbers, ThingLook
from storyboard.layout.things.materials import material
from storyboard.layout.things.shapes import axis_turn

_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)$")
_ROLLING = {"wheel", "bike", "beast", "fowl"}
_MANY = 4  # copies of a part, from which it is built coarsely
_MOTION = re.compile(r"(spin|swing|open|slide)?([xyz])?([^@]*)(?:@(.*))?$")


@dataclass(frozen=True)
class ModelPart:
    """One parsed part; see the module."""

    kind: str
    numbers: tuple[float, ...]
    material: str
    text: str
    repeats: tuple[str, ...]
    motions: tuple[str, ...]
    name: str


@cache
def models() -> dict[str, tuple[ModelPart, ...]]:
    """All models of the `.parts` files beside this module."""
    text = ""
    for file in sorted(files("storyboard.layout.things").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".parts"):
            text += file.read_text(encoding="utf-8") + "\n"
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: dict[str, str] = {}
    name = ""
    for line in lines:
        if not line[0].isspace():
            name, _, line = line.partition(":")
        found[name] = found.get(name, "") + " " + line
    return {name: tuple(_parsed(body)) for name, body in found.items()}


def _parsed(body: str) -> Iterator[ModelPart]:
    for text in filter(None, map(str.strip, body.split(";"))):
        words = text.split()
        start = next(k for k, w in enumerate(words) if w in KINDS or w == "use")
        rest = words[start + 1 :]
        name = rest.pop(0) if words[start] == "use" else ""
        yield ModelPart(
            kind=words[start],
            numbers=tuple(float(w) for w in rest if _NUMBER.match(w)),
            material=next((w for w in rest if not _NUMBER.match(w) and w[0] not in "~'"), "C"),
            text=next((w[1:].replace("_", " ") for w in rest if w[0] == "'"), ""),
            repeats=tuple(words[:start]),
            motions=tuple(w[1:] for w in rest if w[0] == "~"),
            name=name,
        )


def assemble(name: str, look: ThingLook, *, coarse: bool = False) -> Mesh:
    """A model of the `.parts` files as it is written, at the origin."""
    return join(_built(part, _look_of(part, look), coarse) for part in models()[name])


def _look_of(part: ModelPart, look: ThingLook) -> ThingLook:
    """What of a look the part depends on, so that parts that do not move are built once."""
    kind, verbs = part.kind, " ".join(part.motions)
    if kind == "use":
        return look
    turns = kind in _ROLLING or "spin" in verbs or "swing" in verbs
    return ThingLook(
        look.colour,
        label=look.label if kind in ("text", "label") else "",
        phase=look.phase if turns else 0.0,
        opened=look.opened if any(map(_opens, part.motions)) else 0.0,
        seed=look.seed if kind in ("lump", "blobs") else 0,
    )


@lru_cache(maxsize=1024)
def _built(part: ModelPart, look: ThingLook, coarse: bool) -> Mesh:
    place, numbers = part.numbers[:3], part.numbers[3:]
    if part.kind == "tube":  # its radius comes first
        place, numbers = part.numbers[1:4], (part.numbers[0], *part.numbers[4:])
    colour, surface, glow = material(part.material, look.colour)
    coarse = coarse or prod(map(_count, part.repeats)) >= _MANY
    if part.kind == "use":  # NAME X H Z [SCALE [YAW]] [MATERIAL]
        scale, yaw = (*numbers, *(1.0, 0.0)[len(numbers) :])
        mesh = assemble(part.name, replace(look, colour=colour), coarse=coarse)
        mesh = mesh.moved(scale=scale, yaw_deg=yaw)
    else:
        text = look.label or part.text
        coat = Coat(colour, {"surface": surface, "glow": glow}, text, look, coarse)
        mesh = KINDS[part.kind](numbers, coat)
    x, height, z = place
    mesh = mesh.moved((x, -height, z))
    for motion in filterfalse(_opens, part.motions):
        mesh = _set_in_motion(mesh, motion, (x, height, z), look)
    for repeat in reversed(part.repeats):
        mesh = _repeated(mesh, repeat)
    for motion in filter(_opens, part.motions):  # the copies move together
        mesh = _set_in_motion(mesh, motion, (x, height, z), look)
    return mesh


def _opens(motion: str) -> bool:
    return motion.startswith(("open", "slide"))


def _count(repeat: str) -> int:
    return int(repeat.strip("*xzn").partition(":")[0])


def _set_in_motion(mesh: Mesh, motion: str, place: Numbers, look: ThingLook) -> Mesh:
    match = _MOTION.match(motion)
    assert match is not None
    verb, axis, amount, at = match.groups()
    x, height, z = map(float, at.split(",")) if at else place
    if verb == "slide":
        right, up, deep = (look.opened * float(v) for v in amount.split(","))
        return mesh.moved((right, -up, deep))
    turned = float(amount or 1)
    factor = {
        None: 1.0,
        "spin": -np.degrees(look.phase),
        "swing": np.sin(look.phase),
        "open": look.opened,
    }[verb]
    return mesh.turned(axis_turn(axis, turned * factor), (x, -height, z))


def _repeated(mesh: Mesh, repeat: str) -> Mesh:
    if repeat[0] == "n":
        count = _count(repeat)
        return join(mesh.turned(axis_turn("y", 360 * k / count)) for k in range(count))
    if repeat[0] == "*":
        dx, dy, dz = map(float, repeat.partition(":")[2].split(","))
        steps = range(_count(repeat))
        return join(mesh.moved((k * dx, -k * dy, k * dz)) for k in steps)
    for axis in {"2x": (0,), "2z": (2,), "4": (0, 2)}[repeat]:
        mesh = join((mesh, mirrored(mesh, axis)))
    return mesh


def mirrored(mesh: Mesh, axis: int) -> Mesh:
    """The mesh with one axis reversed, faces outwards still."""
    flip = np.ones(3, np.float32)
    flip[axis] = -1
    return Mesh(
        mesh.vertices * flip, mesh.normals * flip, mesh.faces[:, ::-1].copy(), mesh.colour,
        mesh.glow, mesh.surface, mesh.owner,
    )  # fmt: skip
