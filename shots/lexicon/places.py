"""Sets: floor plans with furniture and marks, and the words that name them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shots.lexicon.colours import COLOURS
from shots.lexicon.place_words import PLACES, find_place, nearest_place
from shots.lexicon.things import MODELS

__all__ = [
    "PLACE_WORDS", "SETS", "Fixture", "Mark", "SetPlan", "find_place", "nearest_place", "read_plan",
]  # fmt: skip
Point = tuple[float, float]
Bounds = tuple[float, float, float, float]
VEHICLE_SEATS = ("driver", "passenger", "back-left", "back-right")


@dataclass(frozen=True)
class Fixture:
    """A thing that belongs to a set: its name on the plan, model, and place.

    Attributes:
        name: Unique in the set: table, chair-1, window-left.
        model: Word of `things.MODELS`.
        at: x, z on the plan, metres.
        facing_deg: 0 faces -z, 90 faces +x.
        size: Width, height, depth; None for the model's own.
        colour: Word of `colours`, or "".
        base_m: Height of its base: of a lamp on a table, a picture on a wall.
        label: Text that it carries: of a sign.
    """

    name: str
    model: str
    at: Point
    facing_deg: float = 0.0
    size: tuple[float, float, float] | None = None
    colour: str = ""
    base_m: float = 0.0
    label: str = ""

    @property
    def extent(self) -> tuple[float, float, float]:
        """Width, height and depth in metres."""
        return self.size or MODELS[self.model].size

    def point(self, x: float, z: float) -> Point:
        """The point of the plan at x to its side and z behind it, in metres."""
        c, s = math.cos(math.radians(self.facing_deg)), math.sin(math.radians(self.facing_deg))
        return self.at[0] + x * c - z * s, self.at[1] + x * s + z * c


@dataclass(frozen=True)
class Mark:
    """A named place for a person: on the floor, or on a seat of a fixture.

    Attributes:
        name: Unique in the set: door, window, stove, chair-1, bed, centre.
        at: x, z on the plan.
        facing_deg: Facing of a person there.
        seat: Name of the fixture that a person there sits or lies on, "" on the floor.
        index: Which of that fixture's seats.
    """

    name: str
    at: Point
    facing_deg: float = 0.0
    seat: str = ""
    index: int = 0


@dataclass(frozen=True)
class SetPlan:
    """The floor plan of a set.

    The camera stands at -z by default, inside or outside the room. Round the centre the floor is
    free; in an exterior also the strip from there to the camera, 25 m and x within 3. Tables have
    seats that face each other, doors and windows are fixtures in the walls, entrances are marks
    inside the doors, or left, right and far of an exterior.

    Attributes:
        shell: Name of the builder of its floor, walls and surroundings.
        is_interior: Whether it has walls and a ceiling instead of a sky.
        bounds: x and z from, x and z to: the walls of an interior, the staged part of an exterior.
        height_m: Of its walls.
        fixtures, marks: The first marks are taken first by people whom the words place nowhere;
            at least four of them stand on the floor within 1.2 m of `centre`.
        entrances: Marks through which people enter and leave.
        lanes: For vehicles: each a line of points they drive along, in driving direction.
        outside: For an interior: name of the set seen through its windows.
    """

    shell: str
    is_interior: bool
    bounds: Bounds
    height_m: float = 2.7
    centre: Point = (0.0, 0.0)
    fixtures: tuple[Fixture, ...] = ()
    marks: tuple[Mark, ...] = ()
    entrances: tuple[Mark, ...] = ()
    lanes: tuple[tuple[Point, ...], ...] = ()
    outside: str = "street"

    def mark(self, name: str) -> Mark | None:
        """The mark or entrance of that name."""
        return next((m for m in (*self.marks, *self.entrances) if m.name == name), None)

    def fixture(self, name: str) -> Fixture | None:
        """The fixture of that name."""
        return next((f for f in self.fixtures if f.name == name), None)

    def struck(self, camera: Point) -> frozenset[str]:
        """Names of fixtures that go with a wall when the camera stands outside it and looks in.

        Walls are visible from inside only; what hangs on them or stands against them is not, and
        would be in the way.
        """
        if not self.is_interior:
            return frozenset()
        x0, z0, x1, z1 = self.bounds
        names: set[str] = set()
        for each in self.fixtures:
            reach = max(0.3, each.extent[2] / 2 + 0.15)
            outside = (
                camera[0] < x0 and each.at[0] < x0 + reach,
                camera[0] > x1 and each.at[0] > x1 - reach,
                camera[1] < z0 and each.at[1] < z0 + reach,
                camera[1] > z1 and each.at[1] > z1 - reach,
            )
            names.update({each.name} if any(outside) else ())
        return frozenset(names)


_ITEM = re.compile(
    r"(?:(?P<name>[a-z0-9-]+)=)?(?P<model>[a-z-]+) "
    r"(?:(?P<wall>[NESW]) (?P<along>-?[\d.]+)|(?P<x>-?[\d.]+),(?P<z>-?[\d.]+))"
    r"(?:@(?P<facing>-?[\d.]+))?(?P<rest>.*)"
)
_MARK = re.compile(r"([+>])([a-z-]+) (-?[\d.]+),(-?[\d.]+)(?:@(-?[\d.]+))?")
_DOORS = frozenset({"door", "glass-door", "lift-door", "garage-door"})
_IN_WALL = _DOORS | {"window", "shop-window"}


def _against(
    model: str, wall: str, along: float, depth: float, bounds: Bounds
) -> tuple[Point, float]:
    """Place and facing of a fixture with its back to a wall; doors and windows stand in it."""
    x0, z0, x1, z1 = bounds
    gap = 0.0 if model in _IN_WALL else depth / 2 + 0.01
    return {
        "N": ((along, z1 - gap), 0.0),
        "E": ((x1 - gap, along), -90.0),
        "S": ((along, z0 + gap), 180.0),
        "W": ((x0 + gap, along), 90.0),
    }[wall]


def _read_fixture(text: str, bounds: Bounds, height: float) -> tuple[Fixture, bool]:
    """A fixture, and whether people have a mark before it."""
    found = _ITEM.fullmatch(text)
    if found is None or found["model"] not in MODELS:
        raise ValueError(f"{text!r} is no fixture of a floor plan.")
    model, thing = found["model"], MODELS[found["model"]]
    size, colour, base, label = thing.size, "", 0.0, ""
    for option in found["rest"].replace("!", "").split():
        if option in COLOURS:
            colour = option
        elif option[0] == "^":
            base = float(option[1:])
        elif option[0] == "'":
            label = option[1:].replace("_", " ")
        else:
            given = [float(each) for each in option.split("x")]
            width, tall, deep = (*given, *size[len(given) :])
            size = (width, tall, deep)
    if thing.place == "ceiling":
        base = height - size[1]
    if found["wall"]:
        at, facing = _against(model, found["wall"], float(found["along"]), size[2], bounds)
    else:
        at, facing = (float(found["x"]), float(found["z"])), 0.0
    facing = float(found["facing"] or facing)
    own = None if size == thing.size else size
    name = found["name"] or model
    return Fixture(name, model, at, facing, own, colour, base, label), "!" in found["rest"]


def _fixture_marks(fixture: Fixture, marked: bool) -> Iterator[Mark]:
    """Marks on the seats of a fixture, and before it."""
    thing = MODELS[fixture.model]
    factor = [a / b for a, b in zip(fixture.extent, thing.size, strict=True)]
    vehicle = thing.kind == "vehicle" and len(thing.seats) == len(VEHICLE_SEATS)
    for index, seat in enumerate(thing.seats):
        name = fixture.name + (f"-seat-{index + 1}" if index else "")
        if vehicle and fixture.name == fixture.model:
            name = VEHICLE_SEATS[index]
        at = fixture.point(seat.x * factor[0], seat.z * factor[2])
        yield Mark(name, at, fixture.facing_deg + seat.facing_deg, fixture.name, index)
    if marked:
        at = fixture.point(0.0, -fixture.extent[2] / 2 - 0.42)
        yield Mark(fixture.name, at, (fixture.facing_deg + 360) % 360 - 180)


def _centre_marks(centre: Point, spread: float) -> Iterator[Mark]:
    places = {"centre": (0, 0), "centre-right": (1, 0), "centre-left": (-1, 0),
              "centre-back": (0.5, 0.85), "centre-back-left": (-0.5, 0.85)}  # fmt: skip
    for name, (x, z) in places.items() if spread else ():
        yield Mark(name, (centre[0] + x * spread, centre[1] + z * spread))


def read_plan(text: str, is_interior: bool) -> tuple[str, SetPlan]:
    """A name and its floor plan.

    The first line is `[name] x0 z0 x1 z1 height` and options (`outside=`, `spread=` of the marks
    round the centre, `centre=x,z`, `first=` marks that people take first). Then follow, between
    semicolons or line ends:
    `name=model x,z@facing` or `model N along` (with its back to that wall: N is +z), then a size
    (`1.4x0.75x0.8`, a width alone keeps the rest), `^height` of its base, a colour, `'TEXT`
    of a sign, and `!` for a mark before it; `+name x,z@facing` is a mark, `>name ...` an
    entrance, `lane x,z x,z` a lane.
    """
    head, *lines = text.strip().splitlines()
    name, *numbers = head.replace("[", "").replace("]", "").split()
    options = dict(each.split("=") for each in numbers if "=" in each)
    values = [float(each) for each in numbers if "=" not in each]
    bounds: Bounds = (values[0], values[1], values[2], values[3])
    height = values[4] if len(values) > 4 else 2.7
    x, z = map(float, options.get("centre", "0,0").split(","))
    marks = list(_centre_marks((x, z), float(options.get("spread", 0.9))))
    fixtures: list[Fixture] = []
    entrances: list[Mark] = []
    seats: list[Mark] = []
    lanes: list[tuple[Point, ...]] = []
    for item in filter(None, (each.strip() for line in lines for each in line.split(";"))):
        if found := _MARK.fullmatch(item):
            at = (float(found[3]), float(found[4]))
            named = Mark(found[2], at, float(found[5] or 0))
            (marks if found[1] == "+" else entrances).append(named)
        elif item.startswith("lane "):
            points = [tuple(map(float, each.split(","))) for each in item.split()[1:]]
            lanes.append(tuple((p[0], p[1]) for p in points))
        else:
            fixture, marked = _read_fixture(item, bounds, height)
            fixtures.append(fixture)
            seats += _fixture_marks(fixture, marked)
            if is_interior and fixture.model in _DOORS:
                inside = fixture.point(0, -0.7)
                entrances.append(Mark(fixture.name, inside, fixture.facing_deg))
    taken = {each.name for each in (*marks, *entrances)}
    marks += [each for each in seats if each.name not in taken]
    first = options.get("first", "").split(",")
    marks.sort(key=lambda mark: mark.name not in first)
    outside = options.get("outside", "street")
    return name, SetPlan(
        name, is_interior, bounds, height, (x, z), tuple(fixtures), tuple(marks),
        tuple(entrances), tuple(lanes), outside,
    )  # fmt: skip


SETS: Mapping[str, SetPlan] = dict(
    read_plan(text, kind == "interiors")
    for kind in ("interiors", "exteriors")
    for text in (Path(__file__).parent / f"{kind}.plans").read_text("utf-8").split("\n\n")[1:]
)
# Words in lower case to their set; of several words the longest match holds.
PLACE_WORDS: Mapping[str, str] = {word: sets[0] for word, sets in PLACES.items()}
