"""Gestures as tables: where the hands go, how the trunk takes part, and when.

Directions and places of `hands.csv` are out, down, front: out is away from the body on the hand's
own side. Places are metres of a body of 1.75 m. Keys of `gestures.csv` are a time, 0 to 1, the
hand that leads and the other; "-" hangs as the posture has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from shots.lexicon.word_tables import read_rows

Triple = tuple[float, float, float]
Angles = Mapping[str, tuple[float, ...]]  # bone: flex, twist, spread; without a side: both


@dataclass(frozen=True)
class Hand:
    """Where a palm is, and how the hand lies there.

    Attributes:
        anchor: Point of the body that it is placed from; "aim": the shoulder, with the front
            towards the target; "their-" and a point: of the other person, with the front towards
            it; one of `hand_places.PLACES`; "hang": as the posture has it.
        at: Place from the anchor; of "aim" in parts of the arm.
        fingers, palm: Directions that the fingers point to and the palm faces.
        elbow: Direction that the elbow goes to.
        grip: How far the fingers are closed.
        sway, hertz: Amplitude and frequency of a motion about the place; both hands alternate.
        pointing: How far the index finger is stretched out of the grip.
        head: Whether the directions turn with the head, or else with the figure.
    """

    anchor: str
    at: Triple = (0.0, 0.0, 0.0)
    fingers: Triple = (0.0, 0.0, 1.0)
    palm: Triple = (-1.0, 0.0, 0.0)
    elbow: Triple = (0.6, 0.9, -0.3)
    grip: float = 0.3
    sway: Triple = (0.0, 0.0, 0.0)
    hertz: float = 0.0
    pointing: float = 0.0
    head: bool = False


HANG = Hand("hang")
Key = tuple[float, Hand, Hand]


@dataclass(frozen=True)
class GestureRow:
    """A gesture: keys of the hands in time.

    Attributes:
        keys: Time, leading hand, other hand, in the order of the times.
        period: Seconds of one round; 0: the keys are spread over the beat.
        looks: Whether the eyes follow the hands, unless they look at something else.
        stoop: Whether the body bends to bring the hand to its target.
        near: Metres between two people who do it together; 0: it is done alone.
        side: Where it is done from: behind or beside the other person, or "" before them.
        face: Point that the mouth is brought to: of the other person, their lips, or target.
        counter: What the other person does meanwhile, without a gesture of their own.
        held: Front and up of a thing in the hand: see `held`; None: the hand has no part in it.
        trunk: Degrees added to bones.
    """

    keys: tuple[Key, ...] = ()
    period: float = 0.0
    looks: bool = False
    stoop: bool = False
    near: float = 0.0
    side: str = ""
    face: str = ""
    counter: str = ""
    held: tuple[str, str] | None = None
    trunk: Angles | None = None


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of this folder; empty cells are left out."""
    for row in read_rows("storyboard.layout.motion", name):
        yield {key: value for key, value in row.items() if value}


def angles(text: str) -> Angles:
    """Joint angles: "spine 9; head 6 0 5"."""
    groups = (group.split() for group in text.split(";") if group.strip())
    return {bone: tuple(map(float, numbers)) for bone, *numbers in groups}


def _triple(text: str) -> Triple:
    x, y, z = map(float, text.split())
    return x, y, z


_READ: Mapping[str, Callable[[str], Any]] = {
    "grip": float,
    "pointing": float,
    "hertz": float,
    "head": bool,
    "anchor": str,
}


def _hands() -> dict[str, Hand]:
    names = {each.name for each in fields(Hand)}
    return {row["hand"]: Hand(**{k: _READ.get(k, _triple)(v) for k, v in row.items() if k in names})
            for row in rows("hands.csv")}  # fmt: skip


def _key(text: str, hands: Mapping[str, Hand]) -> Key:
    time, lead, *other = text.split()
    return float(time), hands[lead], hands[other[0]] if other else HANG


def _gesture(row: Mapping[str, str], hands: Mapping[str, Hand]) -> GestureRow:
    front, _, up = row.get("held", "").partition(" ")
    return GestureRow(
        tuple(_key(text, hands) for text in row["keys"].split(";")),
        float(row.get("period", 0)), "looks" in row, "stoop" in row, float(row.get("near", 0)),
        row.get("side", ""), row.get("face", ""), row.get("counter", ""),
        (front, up) if up else None, angles(row.get("trunk", "")),
    )  # fmt: skip


_HANDS = {"-": HANG, **_hands()}
GESTURE_ROWS: Mapping[str, GestureRow] = {
    row["gesture"]: _gesture(row, _HANDS) for row in rows("gestures.csv")
}
