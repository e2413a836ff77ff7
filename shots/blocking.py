"""Blocking as an author writes it: who stands where, does what, faces whom and holds what.

An entry of `blocking:` is a shorthand `sit at chair-1, facing ilya, holds cup` or a mapping. Places
are marks, fixtures or entrances of the set, people, things, or [x, z] on the floor plan in metres:
x to the right and z away from the front of the set, where the camera stands by default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import core_schema

from shots.lexicon import grammar
from shots.lexicon.find_word import Kind, find_word, nearest_word, words_of
from shots.vocabulary.terms import (
    Fault,
    ShorthandModel,
    StrictModel,
    faults_error,
    only_match,
    read_items,
    value_error,
)
from shots.vocabulary.values import Time, TimeText

Point = tuple[float, float]
Relation = Literal["at", "in", "on", "beside", "behind", "before", "under", "above"]
Hand = Literal["", "left", "right", "both"]

MAX_METRES = 1000.0
MAX_WORDS = 8  # of a pose or a gesture in front of a name
ABSENT = "none"
PACES: Mapping[str, float] = {
    "very slow": 0.4, "slow": 0.6, "normal": 1.0, "brisk": 1.25, "fast": 1.5, "very fast": 2.0,
}  # fmt: skip
_ALL_PACES = {**grammar.PACES, **PACES}
TOWARDS: Mapping[str, float] = {"front": 0.0, "right": 90.0, "back": 180.0, "left": -90.0}
"""Directions of the floor plan, seen from its front."""
LENS = ("camera", "away")
"""Facings that depend on the shot: into the lens, and away from it."""
LOOKS = ("camera", "away", "up", "down", "left", "right", "back")
"""What `looks-at` takes beside people, things and marks."""

_RELATIONS: Mapping[str, Relation] = {
    "at": "at", "by": "beside", "beside": "beside", "next to": "beside", "near": "beside",
    "in": "in", "inside": "in", "on": "on", "on top of": "on", "behind": "behind",
    "in front of": "before", "before": "before", "under": "under", "below": "under",
    "above": "above", "over": "above",
}  # fmt: skip
_RELATION = re.compile(
    rf"(?:({'|'.join(sorted(_RELATIONS, key=len, reverse=True))})\s+)?(?:the\s+)?(.+)",
    re.IGNORECASE,
)
_NUMBER = r"[+-]?\d{1,4}(?:\.\d{1,4})?"
_POINT = re.compile(rf"\[?\s*({_NUMBER})\s*(?:m\s*)?(?:,|\s)\s*({_NUMBER})\s*m?\s*\]?")
_DEGREES = re.compile(rf"({_NUMBER})\s*(?:deg|degrees|°)?")
_HELD = re.compile(r"(.+?)\s+in\s+(?:the\s+|his\s+|her\s+)?(left|right|both)(?:\s+hands?)?")
_AND = re.compile(r"\s*,\s*|\s+and\s+")
_THEN = re.compile(r"\s*(?:\bthen\b|->|→)\s*", re.IGNORECASE)
# Parts of an entry; a comma inside the brackets of a point does not end one.
_ITEM = re.compile(r"(?:\[[^\[\]]{0,40}\]|[^,;])+")
_PREFIXES = (
    ("looks-at", re.compile(r"look(?:s|ing)?[ -]at\s+(.+)|look(?:s|ing)?\s+(\w+)", re.IGNORECASE)),
    ("facing", re.compile(r"(?:facing|faces)\s+(.+)", re.IGNORECASE)),
    ("holds", re.compile(r"(?:holds|holding)\s+(.+)", re.IGNORECASE)),
)
_TO = re.compile(r"to\s+(.+)", re.IGNORECASE)
_PREPOSITIONS = {
    "point": "at", "aim": "at", "wave": "at", "look": "at", "laugh": "at", "smile": "at",
    "shout": "at", "throw": "at", "reach": "for", "talk": "to", "whisper": "to", "listen": "to",
}  # fmt: skip
_TARGET = re.compile(r"(?:(?:at|to|for|with|on|into)\s+)?(?:the\s+)?(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Position:
    """A place: a point of the floor plan in metres, or beside, behind, ... something named."""

    near: str = ""
    relation: Relation = "at"
    point: Point | None = None

    def __str__(self) -> str:
        if self.point is not None:
            return "[{:g}, {:g}]".format(*self.point)
        relation = {"at": "", "before": "in front of "}.get(self.relation, f"{self.relation} ")
        return relation + self.near


def read_spot(value: object) -> Position:
    """Read `door`, `behind the bar` or `[0.8, -0.4]`."""
    if isinstance(value, list | tuple) and len(value) == 2:
        value = " ".join(map(str, value))
    if isinstance(value, Position):
        return value
    match = _RELATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        what = "a list" if isinstance(value, list | tuple) else f'"{value}"'
        raise value_error(
            f"{what} is not a place", "write a mark such as door, or [x, z] in metres"
        )
    if found := _POINT.fullmatch(match[2]):
        x, z = float(found[1]), float(found[2])
        if max(abs(x), abs(z)) > MAX_METRES:
            finding = f"[{x:g}, {z:g}] is not on the floor plan"
            raise value_error(finding, f"stay within {MAX_METRES:g} m of its centre")
        return Position(point=(x, z))
    return Position(match[2], _RELATIONS[(match[1] or "at").lower()])


def read_facing(value: object) -> object:
    """Read degrees on the floor plan, one of its sides, or a name."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if found := _DEGREES.fullmatch(text):
        if abs(float(found[1])) > 360:
            raise value_error(f"facing is {text}", "write -180 to 180; 0 faces the front")
        return float(found[1])
    return TOWARDS.get(text.casefold(), text)


def _read_pace(value: object) -> object:
    if isinstance(value, str):
        return _ALL_PACES.get(" ".join(value.split()).casefold(), value)
    return value


def _read_held(value: object) -> object:
    """Read `cup`, `phone in left hand, keys`, a list of them, or {left: phone, right: cup}."""
    if isinstance(value, Mapping):
        hands = ("left", "right", "both")
        if wrong := next((str(hand) for hand in value if hand not in hands), None):
            fault = Fault("SB004", f'no key "{wrong}" in holds', "use left, right or both", wrong)
            raise faults_error([fault])
        return tuple((hand, str(thing).strip()) for hand, thing in value.items() if thing)
    items = _AND.split(value) if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        return value
    found = [_HELD.fullmatch(item.strip()) for item in items if item.strip() != "nothing"]
    return tuple(
        (match[2], match[1]) if match else ("", item.strip())
        for item, match in zip(items, found, strict=False)
    )


@dataclass(frozen=True)
class LexiconWord:
    """Field marker for a word of the staging lexicon: accepts any spelling, returns the word."""

    kind: Kind

    def read(self, value: object) -> object:
        """Return the word for a text; other types are left to Pydantic."""
        if not isinstance(value, str):
            return value
        found = find_word(self.kind, value)
        if found is None:
            raise faults_error([unknown_word(self.kind, value)])
        return found

    def __get_pydantic_core_schema__(self, source: object, handler: Any) -> Any:  # noqa: ANN401
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:  # noqa: ANN401
        return {"anyOf": [{"enum": list(words_of(self.kind))}, {"type": "string"}]}


def unknown_word(kind: Kind, text: str) -> Fault:
    """Build the fault for a text that is no word of a kind, with the nearest word."""
    near = nearest_word(kind, text)
    remedy = f'did you mean "{near}"?' if near else f"`storyboard vocab {kind}` lists them"
    fix = only_match(text, words_of(kind))
    return Fault("SB101", f'{kind} "{text}" is not in the vocabulary', remedy, text, fix=fix)


_NAME = {"type": "string"}
_PLACE = {"anyOf": [_NAME, {"type": "array", "items": {"type": "number"}}]}
PositionText = Annotated[Position, BeforeValidator(read_spot), WithJsonSchema(_PLACE)]
Direction = Annotated[
    float,
    BeforeValidator(read_facing),
    WithJsonSchema({"anyOf": [{"enum": list(TOWARDS)}, {"type": ["string", "number"]}]}),
]
FacingText = Annotated[
    float | str,
    BeforeValidator(read_facing),
    WithJsonSchema({"anyOf": [{"enum": [*TOWARDS, *LENS]}, {"type": ["string", "number"]}]}),
]
Pace = Annotated[
    float,
    Field(gt=0, le=10),
    BeforeValidator(_read_pace),
    WithJsonSchema({"anyOf": [{"enum": list(PACES)}, {"type": "number"}]}),
]
Held = Annotated[
    tuple[tuple[Hand, str], ...],
    BeforeValidator(_read_held),
    WithJsonSchema(
        {"anyOf": [_NAME, {"type": "array", "items": _NAME},
                   {"type": "object", "additionalProperties": _NAME}]}
    ),
]  # fmt: skip


class PlacedModel(ShorthandModel):
    """Base of models that may also be written as a point of the floor plan."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:  # noqa: ANN401
        return {"anyOf": [*_PLACE["anyOf"], handler(schema)]}


class Doing(StrictModel):
    """What a person does, where they face and look, and what they hold."""

    pose: Annotated[str, LexiconWord("pose")] | None = None
    """Posture of the entire body: stand, sit, walk, kneel, ...; `storyboard vocab pose`."""
    does: Annotated[str, LexiconWord("gesture")] | None = None
    """What arms, hands and head do: phone-ear, drink, point, ...; `storyboard vocab gesture`."""
    with_: str | None = None
    """Person or thing that it is done to."""
    facing: FacingText | None = None
    """Person, thing or mark; front, left, back or right of the floor plan; degrees, 0 to the
    front and 90 to the right; camera or away for the lens of the shot."""
    looks_at: str | None = None
    """Person, thing or mark; camera, away, up, down, left, right or back."""
    holds: Held | None = None
    """Things in the hands: cup; phone in left hand, keys; {left: phone, right: cup}; nothing."""


class BlockingMove(Doing):
    """A part of a shot in which a person moves, or does something else."""

    to: PositionText | None = None
    """Mark, person or thing to go to, or [x, z] in metres; left out: stays."""
    from_: TimeText | None = None
    """Start, from the beginning of the shot; left out: when the one before ends."""
    until: TimeText | None = None
    """End, from the beginning of the shot; left out: when the next one starts, or the shot ends."""
    pace: Pace | None = None
    """very slow, slow, normal, brisk, fast, very fast, or a factor of the usual speed."""

    def in_seconds(self, fps: Fraction) -> BlockingMove:
        """A copy with times in seconds only."""
        times = {"from_": self.from_, "until": self.until}
        exact = {key: time and Time(time.at(fps)) for key, time in times.items()}
        return self.model_copy(update={key: time for key, time in exact.items() if time})


class Blocking(Doing, PlacedModel):
    """Place and action of one person, animal or thing; none, for whoever is not in the shot.

    As a text: sit at chair-1, facing ilya, holds cup.
    """

    at: PositionText | None = None
    """Mark, fixture or entrance of the set, person or thing, also beside, behind, in front of or
    under one; or [x, z] on the floor plan in metres."""
    on: str | None = None
    """Thing or piece of furniture that it stands, sits or lies on."""
    moves: tuple[BlockingMove, ...] | None = None
    """Moves and beats during the shot, in order."""
    looks: str | None = None
    """Description of an extra who is no character: a young waiter in a white apron."""
    model: Annotated[str, LexiconWord("thing")] | None = None
    """Model of a thing or an animal; left out: its name."""
    colour: Annotated[str, LexiconWord("colour")] | None = None
    """Colour of a thing."""
    is_absent: Annotated[bool, Field(alias="absent")] = False
    """True: not in the shot."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if isinstance(data, list):
            return {"at": data}
        return read_blocking(data) if isinstance(data, str) else data

    @property
    def spot(self) -> Position | None:
        """Where it is at the start."""
        return Position(self.on, "on") if self.on else self.at


def read_blocking(text: str) -> dict[str, Any]:
    """Parse `sit at chair-1, facing ilya, holds cup` into the fields of Blocking.

    Raises:
        PydanticCustomError: Terms are unknown or conflict; carries every fault.
    """
    if text.strip().casefold() in (ABSENT, "out", "absent"):
        return {"absent": True}
    return read_items(_ITEM.finditer(text), _read_item)


def blocking_text(fields: Mapping[str, Any]) -> str:
    """Write the fields of `read_blocking` as a shorthand: pose and place, gesture, ..., moves."""
    if fields.get("absent"):
        return ABSENT
    target, facing, look = (fields.get(name) for name in ("with", "facing", "looks-at"))
    does = [fields.get("does"), _PREPOSITIONS.get(fields.get("does", "")) if target else "", target]
    if isinstance(facing, float):
        facing = next((word for word, deg in TOWARDS.items() if deg == facing), f"{facing:g}")
    moves = fields.get("moves", ())
    to = " then ".join(" ".join((str(each["to"]), each.get("pace", ""))).strip() for each in moves)
    verb = f"{moves[0]['pose']} to" if moves and "pose" in moves[0] else "to"
    at, on = fields.get("at"), fields.get("on")
    place = f"on {on}" if on else f"at {at}" if at and at.relation == "at" else str(at or "")
    items = [
        " ".join(filter(None, (fields.get("pose"), place))),
        " ".join(filter(None, does)),
        _behind("facing", facing),
        _behind("looks" if look in LOOKS[1:] else "looks at", look),
        _behind("holds", fields.get("holds")),
        _behind(verb, to),
    ]
    return ", ".join(filter(None, items))


def _behind(word: str, value: object) -> str:
    return f"{word} {value}" if value else ""


def _read_item(text: str) -> tuple[dict[str, object], list[Fault]]:
    """Parse one item of the shorthand into fields and faults."""
    for field, pattern in _PREFIXES:
        if (found := pattern.fullmatch(text)) and (found[1] or found[2] in LOOKS):
            value = found[1] or found[2]
            return {field: read_facing(value) if field == "facing" else value}, []
    if pose := find_word("pose", text):
        return {"pose": pose}, []
    if gesture := find_word("gesture", text):
        return {"does": gesture}, []
    words = text.split()
    for count in range(min(len(words), MAX_WORDS)):
        head, rest = " ".join(words[:count]), " ".join(words[count:])
        if fields := _read_action(head, rest):
            return fields, []
    near = nearest_word("pose", text) or nearest_word("gesture", text)
    remedy = "write a pose, a gesture, or at, on, facing, looks at, holds or to with a name"
    finding = f'blocking term "{text}" is not in the vocabulary'
    return {}, [Fault("SB101", finding, f'did you mean "{near}"?' if near else remedy, text)]


def _read_action(head: str, rest: str) -> dict[str, object]:
    """Read a pose with a place, a pose with a way, or a gesture with its target; {} if neither.

    "sit" "on the sofa", "walk" "to the door then the window slow", "hug" "mara"; a place or a way
    may stand alone.
    """
    pose, gesture = find_word("pose", head), find_word("gesture", head)
    if (pose or not head) and (found := _TO.fullmatch(rest)):
        moves = [_read_move(part) for part in _THEN.split(found[1])]
        return {"moves": tuple({**move, "pose": pose} if pose else move for move in moves)}
    if (pose or not head) and (found := _RELATION.fullmatch(rest)) and found[1]:
        spot = read_spot(rest)
        place = {"on": spot.near} if spot.relation == "on" and not spot.point else {"at": spot}
        return {"pose": pose, **place} if pose else {**place}
    if gesture and (found := _TARGET.fullmatch(rest)):
        return {"does": gesture, "with": found[1]}
    return {}


def _read_move(text: str) -> dict[str, object]:
    """Read `the table slow` as a place and a pace."""
    text = text.removeprefix("to ")
    for pace in sorted(_ALL_PACES, key=len, reverse=True):
        if text.casefold().endswith(f" {pace}"):
            return {"to": read_spot(text[: -len(pace)]), "pace": pace}
    return {"to": read_spot(text)}
