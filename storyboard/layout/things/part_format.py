"""Models written as text: the format of the `.parts` files and their parts as meshes.

A file is a list of models, `NAME: PART; PART; ...`, as in `item_format`. A part is

    [REPEATS] KIND NUMBERS [MATERIAL] ['TEXT] [~MOTIONS]

The first three numbers are its place (x, height, z), for
standing kinds the middle of the base; see `KINDS`. NUMBERS of `use NAME` are place, scale and yaw
of another model.

The last of several repeats is done first. Materials: see `material`.
Motions: `~x30`, `~y30`, `~z30` turn by degrees about the part's place (see `axis_turn`); `~spinx`
turns with the phase; `~swingx30` swings with the phase by 30 degrees to both sides;
`~openy-90@X,H,Z` turns by -90 degrees about that point where the thing is open; `~slide.4,0,0`
moves by that where it is open; these two move all copies together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import filterfalse
from math import prod

import numpy as np

from storyboard.layout.meshes import Mesh, join
from storyboard.layout.things.item_format import Item, read_items, read_row
from storyboard.layout.things.kinds import KINDS, Coat, Numbers, ThingLook
from storyboard.layout.things.materials import material
from storyboard.layout.things.shapes import axis_turn

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
    lists = read_items("storyboard.layout.things", ".parts")
    return {name: tuple(map(_part_of, items)) for name, items in lists.items()}


def _part_of(item: Item) -> ModelPart:
    name, words = (item.words[0], item.words[1:]) if item.kind == "use" else ("", item.words)
    return ModelPart(
        kind=item.kind,
        numbers=item.numbers,
        material=next((w for w in words if w[0] not in "~'"), "C"),
        text=next((w[1:].replace("_", " ") for w in words if w[0] == "'"), ""),
        repeats=item.repeats,
        motions=tuple(w[1:] for w in words if w[0] == "~"),
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
        count, (x, y, z) = read_row(repeat)
        return join(mesh.moved((k * x, k * y, k * z)) for k in range(count))
    for axis in {"2x": (0,), "2z": (2,), "4": (0, 2)}[repeat]:
        mesh = join((mesh, mesh.mirrored(axis)))
    return mesh
