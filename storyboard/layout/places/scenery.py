"""Sets written as text: the format of the `.scenery` files.

A file is a list of sets, `NAME: ITEM; ITEM; ...`, as in `item_format`. An item is

    [REPEATS] KIND NUMBERS [MATERIALS]

`solids` and this module define which numbers a kind takes. Of the repeats, sets have `2x` and
`*4:.2,0,0`; `far` puts an item into the backdrop, which casts no shadows. A material is
`NAME[+ or -][~][.SURFACE][!GLOW]`: NAME is one of `things.materials`, a colour of the lexicon,
#rrggbb, or C for the set's `own` colour; + is lighter, - darker, ~ a tone that depends on the seed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from shots.lexicon.places import SetPlan
from storyboard.layout.meshes import Array, Colour, GroundPaint, Mesh, floats, join
from storyboard.layout.places.grounds import Mask, moved, stripes, zones
from storyboard.layout.places.landscape import Random, toned
from storyboard.layout.places.paints import coast, paint
from storyboard.layout.things.item_format import Item, read_items, read_row
from storyboard.layout.things.materials import material

_HEX = re.compile(r"#([0-9a-f]{6})")


def hex_colour(digits: str) -> Colour:
    """SRGB of rrggbb."""
    red, green, blue = (int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4))
    return red, green, blue


@dataclass(frozen=True)
class SurfaceFinish:
    """What the faces of an item look like."""

    colour: Colour
    surface: str = "plain"
    glow: float = 0.0


@dataclass
class SetInProgress:
    """A set while it is built.

    Attributes:
        plan: Its floor plan.
        random: Source of all variation.
        own: Colour that C stands for.
        solids, far: Meshes of the shell and of the backdrop.
        ground: Paint of the ground.
        lines: Painted lines by colour.
        bands: Walls from the floor up: height of the upper edge, and coat.
        options: Texts of top, trim, joints, open, sky, daylight, abyss.
    """

    plan: SetPlan
    random: Random
    own: Colour = (0.6, 0.6, 0.6)
    solids: list[Mesh] = field(default_factory=list)
    far: list[Mesh] = field(default_factory=list)
    ground: GroundPaint | None = None
    masks: list[tuple[Mask, GroundPaint]] = field(default_factory=list)
    lines: dict[str, list[Sequence[float]]] = field(default_factory=dict)
    bands: list[tuple[float, SurfaceFinish]] = field(default_factory=list)
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def coat(self, word: str) -> SurfaceFinish:
        """The coat that a material names."""
        name, glow = word.partition("!")[::2]
        name, surface = name.partition(".")[::2]
        plain = name.rstrip("~")
        own = self.own
        if found := _HEX.match(plain):
            own, plain = hex_colour(found[1]), "C" + plain[7:]
        suffix = f".{surface}" if surface else ""
        colour, surface, light = material(plain + suffix + (f"!{glow}" if glow else ""), own)
        if name.endswith("~"):
            colour = toned(colour, self.random, 0.045)
        return SurfaceFinish(colour, surface, light)

    def colour(self, word: str) -> Colour:
        """The colour that a material names."""
        return self.coat(word).colour

    def painted(self) -> GroundPaint:
        """The ground with its zones and lines."""
        base = self.ground or paint("tiles:#80807a:2", self.colour)
        ground = zones(base, *self.masks) if self.masks else base
        for word, marks in self.lines.items():
            ground = stripes(ground, marks, self.colour(word))
        return ground


Solid = Callable[[SetInProgress, Sequence[float], Sequence[str]], Mesh]


@cache
def sceneries() -> Mapping[str, tuple[Item, ...]]:
    """All sets of the `.scenery` files beside this module."""
    return read_items("storyboard.layout.places", ".scenery")


def _set_ground(stage: SetInProgress, item: Item) -> bool:
    """Adds an item of the ground, if it is one."""
    n, words = item.numbers, item.words
    if item.kind == "line":  # AXIS OFFSET WIDTH DASH GAP FROM TO COLOUR
        stage.lines.setdefault(words[0], []).extend(_repeated_lines(n, item.repeats))
        return True
    masks: Mapping[str, Callable[[], Mask]] = {
        "floor": lambda: lambda x, z: np.ones(len(x), bool),
        "zone": lambda: lambda x, z: (x > n[0]) & (x < n[2]) & (z > n[1]) & (z < n[3]),
        "oval": lambda: lambda x, z: ((x - n[0]) / n[2]) ** 2 + ((z - n[1]) / n[3]) ** 2 < 1,
        "path": lambda: lambda x, z: np.abs(z - n[0] - n[2] * np.sin(0.16 * x)) < n[1] / 2,
        "trail": lambda: lambda x, z: np.abs(x - n[0] - n[2] * np.sin(0.25 * z)) < n[1] / 2,
        "shore": lambda: lambda x, z: coast(x, z, n[0]) > 0,
    }
    if item.kind not in masks:
        return False
    colours = paint(words[0], stage.colour)
    if item.kind == "floor":
        stage.ground = colours
        return True
    mask = masks[item.kind]()
    stage.masks += [(moved(mask, *each), colours) for each in _offsets(item.repeats)]
    return True


def _offsets(repeats: Sequence[str]) -> list[tuple[float, float]]:
    """X and z of the copies of an item of the ground."""
    return [(float(place[0]), float(place[2])) for place in _places(repeats)]


def _repeated_lines(n: Sequence[float], repeats: Sequence[str]) -> Iterator[Sequence[float]]:
    axis, offset, width, dash, gap, first, last = n
    for dx, dz in _offsets(repeats):
        across, along = (dz, dx) if axis == 0 else (dx, dz)
        yield axis, offset + across, width, dash, gap, first + along, last + along


def _places(repeats: Sequence[str]) -> list[Array]:
    """World offsets of all copies, the last repeat being the innermost."""
    places: list[Array] = [np.zeros(3, np.float32)]
    for each in repeats:
        if each[0] == "*":
            count, step = read_row(each)
            places = [place + k * floats(step) for k in range(count) for place in places]
    return places


def _built(stage: SetInProgress, item: Item, kinds: Mapping[str, Solid]) -> Mesh:
    """The mesh of an item with its copies, each of which varies by itself."""
    places = _places(item.repeats)
    mesh = join(kinds[item.kind](stage, item.numbers, item.words).moved(at) for at in places)
    return join((mesh, mesh.mirrored(0))) if "2x" in item.repeats else mesh


def set_up(plan: SetPlan, random: Random, kinds: Mapping[str, Solid]) -> SetInProgress:
    """The set of a plan's shell, before walls of a room are added."""
    stage = SetInProgress(plan, random)
    for item in sceneries()[plan.shell]:
        if item.kind == "own":
            choices = item.words[0].split("|")
            choice = choices[int(random.integers(len(choices)))]
            stage.own = toned(stage.colour(choice), random, 0.03)
        elif item.kind == "band":
            stage.bands.append((item.numbers[0], stage.coat(item.words[0])))
        elif item.kind in kinds:
            is_far = "far" in item.repeats or item.kind in {"hills", "skyline"}
            (stage.far if is_far else stage.solids).append(_built(stage, item, kinds))
        elif not _set_ground(stage, item):
            stage.options[item.kind] = (*map(str, item.numbers), *item.words)
    return stage
