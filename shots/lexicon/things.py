"""Things and animals: models with their size and where hands and bodies go, and their nouns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from shots.lexicon.word_tables import read_rows

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
        size: Width, height, depth in metres of an ordinary one, as it is found: a phone lies.
        place: Where one is found: floor, table, wall, ceiling, hand, water or sky.
        grip: Point that the palm holds, metres from the origin, height up, in the thing as held;
            None: nobody holds it.
        hands: How many hands hold it.
        surface_m: Height of the top that other things stand on; 0 if there is none.
        seats: Places for bodies.
        door: Whether it opens: doors, boxes, fridges.
        colour: Word of `colours`, that of an ordinary one.
        lies: How it lies where nobody holds it: on its back (a phone: in a hand its top side faces
            the front and its far end points up), on its side (a gun), or "" upright as in a hand.
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
    lies: Literal["", "back", "side"] = ""

    @property
    def top_m(self) -> float:
        """Height that others stand on: of its top, else of its first seat, else of all of it."""
        return self.surface_m or (self.seats[0].height if self.seats else self.size[1])


# The table beside this module: one row for each model. Numbers are separated by blanks, nouns by
# commas, seats by semicolons: "row HEIGHT Z X.. [@FACING]", "driver X HEIGHT Z [REACH UP APART]"
# (the hands are UP over the seat, REACH before it, APART to both sides) or
# "aisle HEIGHT Z PITCH ROWS" for rows of two and two.
_TABLE = "things.csv"
_AISLE_X = (0.85, 0.42, -0.42, -0.85)


def _seats(text: str) -> Iterator[Seat]:
    for group in filter(None, text.split(";")):
        kind, *words = group.split()
        facing = sum(float(word[1:]) for word in words if word[0] == "@")
        numbers = [float(word) for word in words if word[0] != "@"]
        if kind == "row":
            for x in numbers[2:]:
                yield Seat(x, numbers[0], numbers[1], facing)
        elif kind == "driver":
            x, height, z, *rest = numbers
            reach, up, apart = (*rest, *(0.46, 0.44, 0.17)[len(rest) :])
            hands = tuple((x + side * apart, height + up, z - reach) for side in (1, -1))
            yield Seat(x, height, z, hands=hands)
        else:
            height, z, pitch, rows = numbers
            for k in range(int(rows)):
                yield from (Seat(x, height, z + k * pitch) for x in _AISLE_X)


def _triple(text: str) -> tuple[float, float, float]:
    x, y, z = map(float, text.split())
    return x, y, z


def _thing(row: Mapping[str, str]) -> Thing:
    return Thing(
        kind=row["kind"],  # type: ignore[arg-type]
        size=_triple(row["size"]),
        place=row["place"],
        grip=_triple(row["grip"]) if row["grip"] else None,
        hands=int(row["hands"] or 1),
        surface_m=float(row["surface_m"] or 0),
        seats=tuple(_seats(row["seats"])),
        door=bool(row["door"]),
        colour=row["colour"],
        lies=row["lies"],  # type: ignore[arg-type]
    )


STAND_IN = "stand-in"  # model of a noun without one: a plain block that carries the noun
_ROWS = read_rows("shots.lexicon", _TABLE)
MODELS: Mapping[str, Thing] = {
    STAND_IN: Thing("prop", (0.4, 0.4, 0.4), grip=(0, 0.2, 0), hands=2, colour="beige"),
    **{row["model"]: _thing(row) for row in _ROWS},
}
# Words in lower case, singular, to their model; of several words the longest match holds.
NOUNS: Mapping[str, str] = {
    noun.strip(): row["model"] for row in _ROWS for noun in row["nouns"].split(",")
}
_MAX_WORDS = max(len(noun.split()) for noun in NOUNS)
_IRREGULAR = {"mice": "mouse", "geese": "goose", "calves": "calf", "oxen": "ox", "dice": "dice"}
_ENDINGS = (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("es", ""), ("s", ""), ("'s", ""))


def singular(noun: str) -> list[str]:
    """Forms of which a noun, of one word or several, may be the plural; itself first."""
    before, _, last = noun.rpartition(" ")
    forms = [last, _IRREGULAR.get(last, last)]
    forms += [last[: -len(end)] + to for end, to in _ENDINGS if last.endswith(end)]
    return [f"{before} {form}".strip() for form in dict.fromkeys(forms)]


def find_thing(words: Sequence[str]) -> tuple[str, int] | None:
    """The model that the first words name, and how many words its noun has; the longest match."""
    for count in range(min(_MAX_WORDS, len(words)), 0, -1):
        for noun in singular(" ".join(words[:count]).lower()):
            if noun in NOUNS:
                return NOUNS[noun], count
    return None


@lru_cache(maxsize=64)
def models_in(text: str) -> frozenset[str]:
    """All models that the nouns of a text name."""
    words = re.findall(r"[a-z']+", text.lower())
    found = (find_thing(words[k:]) for k in range(len(words)))
    return frozenset(each[0] for each in found if each)


def nearest_noun(word: str) -> str:
    """The noun of the lexicon that is spelt most like an unknown one, "" if none is close."""
    close = get_close_matches(word.lower(), sorted(NOUNS), n=1, cutoff=0.7)
    return close[0] if close else ""
