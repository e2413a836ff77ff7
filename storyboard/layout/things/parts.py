"""Models written as text: the format of the `.parts` files and their parts as meshes.

A file is a list of models, `NAME: PART; PART; ...`, which may go on over indented lines. A part is

    [REPEATS] KIND NUMBERS [MATERIAL] ['TEXT] [~MOTIONS]

with metres and heights that point up. The first three numbers are its place (x, height, z), for
standing kinds the middle of the base. Repeats: `2x`, `2z` mirror, `4` does both, `n6` makes six
round the vertical axis, `*4:.2,0,0` makes four, each .2 m further to +x; the last is done first. Motions: `~x30`, `~y30`,
`~z30` turn by degrees about the part's place (`axis_turn`); `~spinx` .. turns with the phase;
`~swingx30` .. swings with the phase by 30 degrees; `~openy-90@X,H,Z` turns by -90 degrees where the
thing is open, about that point; `~slide.4,0,0` moves by that where it is open. Materials:
see `material`. `KINDS` has the kinds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from storyboard.layout.meshes import Colour, Mesh, box, ellipsoid, join, lathe, limb
from storyboard.layout.things.creatures import beast, fowl
from storyboard.layout.things.lettering import letters
from storyboard.layout.things.materials import material
from storyboard.layout.things.shapes import axis_turn, extrude, folds, lump, rounded, sweep, torus

_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)$")
_MOTION = re.compile(r"(spin|swing|open|slide)?([xyz])?([^@]*)(?:@(.*))?$")


@dataclass(frozen=True)
class ThingLook:
    """How one thing looks at an instant.

    Attributes:
        colour: sRGB of its own parts.
        label: Text that it carries.
        phase: Radians by which wheels, fans, legs, wings have turned.
        opened: 0 shut to 1 open.
        seed: Of what is irregular.
    """

    colour: Colour
    label: str = ""
    phase: float = 0.0
    opened: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Part:
    """One parsed part; see the module."""

    kind: str
    numbers: tuple[float, ...]
    material: str
    text: str
    repeats: tuple[str, ...]
    motions: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class _Coat:
    """What all faces of a part have in common."""

    colour: Colour
    surface: str
    glow: float
    text: str
    look: ThingLook

    @property
    def faces(self) -> dict[str, object]:
        return {"surface": self.surface, "glow": self.glow}


_Numbers = Sequence[float]
_Kind = Callable[[_Numbers, _Coat], Mesh]


def _pairs(numbers: _Numbers) -> list[tuple[float, float]]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _box(n: _Numbers, c: _Coat) -> Mesh:
    """W H D [ROUND]: standing; edges rounded by ROUND."""
    if len(n) == 3:
        return box((0, -n[1] / 2, 0), n, c.colour, **c.faces)  # type: ignore[arg-type]
    return extrude(
        rounded(n[0], n[1], n[3]), n[2], c.colour, bevel=min(n[3], n[2] / 2.01), **c.faces
    ).moved((0, -n[1] / 2, 0))  # type: ignore[arg-type]


def _slab(n: _Numbers, c: _Coat) -> Mesh:
    """W H D ROUND: standing; the outline seen from above has corners rounded by ROUND."""
    flat = extrude(rounded(n[0], n[2], n[3]), n[1], c.colour, bevel=min(0.2 * n[1], 0.01), **c.faces)  # type: ignore[arg-type]
    return flat.turned(axis_turn("x", 90)).moved((0, -n[1] / 2, 0))


def _cyl(n: _Numbers, c: _Coat) -> Mesh:
    """R H [TOP_R]: a column, or a cone."""
    top = n[2] if len(n) > 2 else n[0]
    return lathe([(0, 0), (n[0], 0), (top, n[1]), (0, n[1])], c.colour, **c.faces)  # type: ignore[arg-type]


def _ball(n: _Numbers, c: _Coat) -> Mesh:
    """R, or RX RY RZ: round its place."""
    return ellipsoid((0, 0, 0), n if len(n) == 3 else n[:1] * 3, c.colour, **c.faces)  # type: ignore[arg-type]


def _lathe(n: _Numbers, c: _Coat) -> Mesh:
    """R H R H ...: a body of revolution, from the bottom up."""
    return lathe(_pairs(n), c.colour, crease_deg=58, **c.faces)  # type: ignore[arg-type]


def _rod(n: _Numbers, c: _Coat) -> Mesh:
    """DX DY DZ R [END_R]: a column from its place to that offset."""
    end = n[4] if len(n) > 4 else n[3]
    return limb((0, 0, 0), (n[0], -n[1], n[2]), n[3], c.colour, end_radius=end, segments=8, **c.faces)  # type: ignore[arg-type]


def _tube(n: _Numbers, c: _Coat) -> Mesh:
    """DX DY DZ DX DY DZ ...: a curved tube from its place, before which its radius is written."""
    points = np.concatenate([np.zeros((1, 3)), np.reshape(n[1:], (-1, 3)) * [1, -1, 1]])
    return sweep(points, n[0], c.colour, segments=7, **c.faces)  # type: ignore[arg-type]


def _horn(n: _Numbers, c: _Coat) -> Mesh:
    """R DX DY DZ R DX DY DZ R ...: a tube of changing radius."""
    rest = np.reshape(n[1:], (-1, 4))
    points = np.concatenate([np.zeros((1, 3)), rest[:, :3] * [1, -1, 1]])
    return sweep(points, [n[0], *rest[:, 3]], c.colour, segments=8, **c.faces)  # type: ignore[arg-type]


def _outline(turn: str) -> _Kind:
    def build(n: _Numbers, c: _Coat) -> Mesh:
        bevel, depth = (n[1], n[0]) if len(n) % 2 == 0 else (0.0, n[0])
        mesh = extrude(_pairs(n[2 - len(n) % 2 :]), depth, c.colour, bevel=bevel, **c.faces)  # type: ignore[arg-type]
        base = -depth / 2 if turn[0] == "x" else 0.0
        return mesh.turned(axis_turn(turn[0], float(turn[1:]))).moved((0, base, 0))

    build.__doc__ = "DEPTH [BEVEL] A B A B ...: an outline with a depth."
    return build


def _ring(n: _Numbers, c: _Coat) -> Mesh:
    """R THICK: a torus that lies."""
    return torus(n[0], n[1], c.colour, **c.faces)  # type: ignore[arg-type]


def _wheel(n: _Numbers, c: _Coat) -> Mesh:
    """R W: across the x axis, tyre and spokes, rolls with the phase."""
    r, half = n[0], n[1] / 2
    tyre = [(0.6 * r, -half), (0.92 * r, -half), (r, -0.6 * half), (r, 0.6 * half),
            (0.92 * r, half), (0.6 * r, half)]  # fmt: skip
    parts = [lathe(tyre, (0.09, 0.09, 0.1), surface="plastic", segments=18)]
    parts.append(lathe([(0, -0.7 * half), (0.6 * r, -0.7 * half), (0.6 * r, 0.7 * half), (0, 0.7 * half)], c.colour, segments=12, surface="metal"))
    for k in range(5):
        spoke = box((0.33 * r, 0, 0), (0.5 * r, n[1] * 0.86, 0.13 * r), (0.3, 0.3, 0.32), surface="metal")
        parts.append(spoke.turned(axis_turn("y", 72 * k)))
    return join(parts).turned(axis_turn("z", 90)).turned(axis_turn("x", -np.degrees(c.look.phase)))


def _bike(n: _Numbers, c: _Coat) -> Mesh:
    """R THICK: a wheel with thin spokes, rolls with the phase."""
    r = n[0]
    parts = [torus(r - n[1], n[1], (0.09, 0.09, 0.1), segments=24, surface="plastic")]
    for k in range(6):
        spoke = box((0, 0, 0), (2 * (r - n[1]), 0.006, 0.006), (0.7, 0.7, 0.72), surface="metal")
        parts.append(spoke.turned(axis_turn("y", 30 * k)))
    return join(parts).turned(axis_turn("z", 90)).turned(axis_turn("x", -np.degrees(c.look.phase)))


def _lump(n: _Numbers, c: _Coat) -> Mesh:
    """RX RY RZ ROUGH: stone or foliage."""
    return lump(n[:3], n[3], c.colour, c.look.seed, **c.faces)


def _blobs(n: _Numbers, c: _Coat) -> Mesh:
    """RX RY RZ COUNT R: COUNT small lumps within an ellipsoid: foliage, foam, smoke."""
    rng = np.random.default_rng(c.look.seed + int(n[3]))
    parts = []
    for k in range(int(n[3])):
        way = rng.normal(size=3)
        at = way / np.linalg.norm(way) * rng.uniform(0.35, 1.0) * np.array(n[:3])
        shade = tuple(np.clip(np.array(c.colour) * rng.uniform(0.82, 1.18), 0, 1))
        size = n[4] * rng.uniform(0.75, 1.15, 3)
        parts.append(lump(size, 0.1, shade, c.look.seed + k, **c.faces).moved(at))  # type: ignore[arg-type]
    return join(parts)


def _folds(n: _Numbers, c: _Coat) -> Mesh:
    """W H D COUNT: hanging cloth."""
    return folds(n[0], n[1], n[2], int(n[3]), c.colour, **c.faces)


def _text(n: _Numbers, c: _Coat) -> Mesh:
    """W H [BEND [LINES]]: the thing's label, else the part's text, towards the front."""
    bend, lines = (*n[2:], 0.0, 1)[0], (*n[3:], 1)[0]
    return letters(c.text, (n[0], n[1]), c.colour, bend=bend, lines=int(lines), glow=c.glow)


def _label(n: _Numbers, c: _Coat) -> Mesh:
    """W H [BEND]: a label with an emblem, stripes and the thing's label, towards the front."""
    w, h, bend = (*n, 0.0)[:3]
    dark = tuple(0.25 * v for v in c.look.colour)
    parts = [_plate(w, h, bend, 0.0, c.colour)]
    parts += [_plate(w, 0.07 * h, bend, 0.001, dark).moved((0, at * h, 0)) for at in (-0.42, 0.42)]
    if c.look.label:
        parts.append(letters(c.look.label, (0.84 * w, 0.5 * h), dark, bend=bend + 0.002 * bool(bend), lines=2).moved((0, 0, 0 if bend else -0.002)))
    else:
        emblem = _plate(0.36 * w, 0.34 * h, bend, 0.001, c.look.colour)
        parts += [emblem.moved((0, -0.12 * h, 0))]
        parts += [_plate(0.62 * w, 0.06 * h, bend, 0.001, dark).moved((0, (0.16 + 0.11 * k) * h, 0)) for k in (0, 1)]
    return join(parts)


def _plate(w: float, h: float, bend: float, over: float, colour: Colour) -> Mesh:
    """A thin sheet towards the front, flat or round a cylinder."""
    if not bend:
        return box((0, 0, -over), (w, h, 0.001), colour, surface="paper")
    across = np.linspace(-w / 2, w / 2, 9) / bend
    outer = np.stack([np.sin(across), -np.cos(across)], 1)
    ring = np.concatenate([outer * (bend + over + 0.0008), outer[::-1] * (bend + over - 0.001)])
    return extrude(ring, h, colour, surface="paper").turned(axis_turn("x", 90))


def _spire(n: _Numbers, c: _Coat) -> Mesh:
    """W H: a pyramid."""
    flat = [(0, 0), (n[0] / np.sqrt(2), 0), (0, n[1])]
    return lathe(flat, c.colour, segments=4, **c.faces).turned(axis_turn("y", 45))  # type: ignore[arg-type]


def _beast(n: _Numbers, c: _Coat) -> Mesh:
    """See `beast`; the part's text is the material of the feet."""
    return beast(n, c.colour, material(c.text or "dark", c.look.colour)[0], c.look.phase)


def _fowl(n: _Numbers, c: _Coat) -> Mesh:
    """See `fowl`; the part's text is the material of beak and legs."""
    return fowl(n, c.colour, material(c.text or "orange", c.look.colour)[0], c.look.phase)


KINDS: dict[str, _Kind] = {
    "box": _box, "slab": _slab, "cyl": _cyl, "ball": _ball, "lathe": _lathe, "rod": _rod,
    "tube": _tube, "horn": _horn, "ring": _ring, "wheel": _wheel, "bike": _bike, "lump": _lump,
    "blobs": _blobs, "folds": _folds, "spire": _spire, "beast": _beast, "fowl": _fowl, "text": _text, "label": _label,
    "front": _outline("y0"),  # x and height, depth along z
    "side": _outline("y90"),  # z and height, depth along x
    "top": _outline("x90"),  # x and z, depth along the height
}  # fmt: skip


@cache
def models() -> dict[str, tuple[Part, ...]]:
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


def _parsed(body: str) -> Iterator[Part]:
    for text in filter(None, map(str.strip, body.split(";"))):
        words = text.split()
        start = next(k for k, w in enumerate(words) if w in KINDS or w == "use")
        rest = words[start + 1 :]
        name = rest.pop(0) if words[start] == "use" else ""
        yield Part(
            kind=words[start],
            numbers=tuple(float(w) for w in rest if _NUMBER.match(w)),
            material=next((w for w in rest if not _NUMBER.match(w) and w[0] not in "~'"), "C"),
            text=next((w[1:].replace("_", " ") for w in rest if w[0] == "'"), ""),
            repeats=tuple(words[:start]),
            motions=tuple(w[1:] for w in rest if w[0] == "~"),
            name=name,
        )


def assemble(name: str, look: ThingLook) -> Mesh:
    """A model of the `.parts` files as it is written, at the origin."""
    return join(_built(part, look) for part in models()[name])


def _built(part: Part, look: ThingLook) -> Mesh:
    place, numbers = part.numbers[:3], part.numbers[3:]
    if part.kind == "tube":  # its radius comes first
        place, numbers = part.numbers[1:4], (part.numbers[0], *part.numbers[4:])
    colour, surface, glow = material(part.material, look.colour)
    if part.kind == "use":  # NAME X H Z [SCALE [YAW]] [MATERIAL]
        scale, yaw = (*numbers, *(1.0, 0.0)[len(numbers) :])
        own = ThingLook(colour, look.label, look.phase, look.opened, look.seed)
        mesh = assemble(part.name, own).moved(scale=scale, yaw_deg=yaw)
    else:
        coat = _Coat(colour, surface, glow, look.label or part.text, look)
        mesh = KINDS[part.kind](numbers, coat)
    x, height, z = place
    mesh = mesh.moved((x, -height, z))
    for motion in part.motions:
        mesh = _set_in_motion(mesh, motion, (x, height, z), look)
    for repeat in reversed(part.repeats):
        mesh = _repeated(mesh, repeat)
    return mesh


def _set_in_motion(mesh: Mesh, motion: str, place: _Numbers, look: ThingLook) -> Mesh:
    match = _MOTION.match(motion)
    assert match is not None
    verb, axis, amount, at = match.groups()
    x, height, z = map(float, at.split(",")) if at else place
    if verb == "slide":
        right, up, deep = (look.opened * float(v) for v in amount.split(","))
        return mesh.moved((right, -up, deep))
    angles = {
        None: lambda: float(amount),
        "spin": lambda: -np.degrees(look.phase) * float(amount or 1),
        "swing": lambda: np.sin(look.phase) * float(amount),
        "open": lambda: look.opened * float(amount),
    }
    return mesh.turned(axis_turn(axis, angles[verb]()), (x, -height, z))


def _repeated(mesh: Mesh, repeat: str) -> Mesh:
    if repeat[0] == "n":
        count = int(repeat[1:])
        return join(mesh.turned(axis_turn("y", 360 * k / count)) for k in range(count))
    if repeat[0] == "*":
        count, step = repeat[1:].split(":")
        dx, dy, dz = map(float, step.split(","))
        return join(mesh.moved((k * dx, -k * dy, k * dz)) for k in range(int(count)))
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
