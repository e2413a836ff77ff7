"""Things and animals: models with their size and where hands and bodies go, and their nouns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ThingKind = Literal[
    "vehicle", "furniture", "prop", "food", "product", "fitting", "structure", "plant", "animal"
]


@dataclass(frozen=True)
class Seat:
    """A place on a thing for one body: metres from the thing's origin, heights up, and its facing.

    A bed's is its middle, and faces the foot of the bed. `hands` are the two points that the hands
    hold while seated there: a wheel, handlebars, reins; left hand first.
    """

    x: float
    height: float
    z: float
    facing_deg: float = 0.0
    hands: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class Thing:
    """A model of the layout. Its front is at -z and its base at height 0.

    Attributes:
        kind: What it is; animals move by themselves.
        size: Width, height, depth in metres of an ordinary one.
        place: Where one is found: floor, table, wall, ceiling, hand, water or sky.
        grip: Point that the palm holds, metres from the origin, height up; None: nobody holds it.
        hands: How many hands hold it.
        surface_m: Height of the top that other things stand on; 0 if there is none.
        seats: Places for bodies.
        door: Whether it opens: doors, boxes, fridges.
        colour: Word of `colours`, that of an ordinary one.
    """

    kind: ThingKind
    size: tuple[float, float, float]
    place: str = "floor"
    grip: tuple[float, float, float] | None = None
    hands: int = 1
    surface_m: float = 0.0
    seats: tuple[Seat, ...] = ()
    door: bool = False
    colour: str = ""


STAND_IN = "stand-in"  # model of a noun without one: a plain block that carries the noun
MODELS: Mapping[str, Thing] = {}
# Words in lower case, singular, to their model; of several words the longest match holds.
NOUNS: Mapping[str, str] = {}
