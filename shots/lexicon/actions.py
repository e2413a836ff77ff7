"""Postures of the entire body and gestures over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from shots.lexicon.word_tables import read_rows


@dataclass(frozen=True)
class Posture:
    """A posture or a cycle of the entire body, in parts of the standing height.

    Attributes:
        top: Height of the top of the head over what the figure rests on.
        rest: Height of what it rests on for a person of 1.75 m, in metres: a seat 0.45, a bed 0.5.
        length: Extent along the ground from front to back.
        speed: Metres a second at the usual pace; 0 stays in place.
        seat: Kind of thing that it rests on: seat, bed, vehicle, bicycle, motorcycle, horse,
            stairs, ladder, or "".
        ahead: That the head is before the place.
    """

    top: float = 1.0
    rest: float = 0.0
    length: float = 0.3
    speed: float = 0.0
    seat: str = ""
    ahead: float = 0.0


@dataclass(frozen=True)
class Gesture:
    """Something done with arms, hands and head over a posture.

    Attributes:
        hands: Which hands it occupies.
        prop: Model that is put into the hand if the words name none, "" for empty hands.
        needs: Whether it is done to somebody or something.
        posture: Posture that it implies where the words give none.
    """

    hands: Literal["", "right", "left", "both"] = "right"
    prop: str = ""
    needs: Literal["", "person", "thing"] = ""
    posture: str = ""


POSTURES: Mapping[str, Posture] = {
    row["posture"]: Posture(
        float(row["top"] or 1.0), float(row["rest"] or 0.0), float(row["length"] or 0.3),
        float(row["speed"] or 0.0), row["seat"], float(row["ahead"] or 0.0),
    )
    for row in read_rows("shots.lexicon", "postures.csv")
}  # fmt: skip
_GESTURES = read_rows("shots.lexicon", "gestures.csv")
GESTURES: Mapping[str, Gesture] = {
    row["gesture"]: Gesture(
        cast('Literal["", "right", "left", "both"]', row["hands"]), row["prop"],
        cast('Literal["", "person", "thing"]', row["needs"]), row["posture"],
    )
    for row in _GESTURES
}  # fmt: skip


def reaches(name: str) -> Mapping[str, tuple[float, ...]]:
    """The numbers of a column of the gestures, by gesture, for those that have some."""
    return {row["gesture"]: tuple(map(float, row[name].split())) for row in _GESTURES if row[name]}


ANIMAL_RESTS = {
    "sit": "sit", "sit-floor": "sit", "lie": "lie", "lie-floor": "lie", "crouch": "lie",
    "sleep": "sleep",
}  # fmt: skip
"""Postures in which an animal rests: it sits, lies, or sleeps."""
