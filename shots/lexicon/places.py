"""Sets: floor plans with furniture and marks, and the words that name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Point = tuple[float, float]


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
    """

    name: str
    model: str
    at: Point
    facing_deg: float = 0.0
    size: tuple[float, float, float] | None = None
    colour: str = ""
    base_m: float = 0.0


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

    Attributes:
        shell: Name of the builder of its floor, walls and surroundings.
        is_interior: Whether it has walls and a ceiling instead of a sky.
        bounds: x and z from, x and z to: the walls of an interior, the staged part of an exterior.
        height_m: Of its walls.
        fixtures, marks: The first marks are taken first by people whom the words place nowhere;
            at least four of them stand on the floor within 1.2 m of each other round `centre`.
        entrances: Marks through which people enter and leave.
        lanes: For vehicles: each a line of points they drive along, in driving direction.
        outside: For an interior: name of the set seen through its windows.
    """

    shell: str
    is_interior: bool
    bounds: tuple[float, float, float, float]
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


SETS: Mapping[str, SetPlan] = {}
# Words in lower case to their set; of several words the longest match holds.
PLACE_WORDS: Mapping[str, str] = {}
