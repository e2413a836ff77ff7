"""Players and what they do, while the words of a shot are read."""

from __future__ import annotations

from dataclasses import dataclass, field

from shots.lexicon.actions import POSTURES
from shots.staging.staged import PlayerKind

LOCATIONS = frozenset(
    ("at", "in", "beside", "behind", "before", "under", "above", "against", "around", "on")
)
LOOKS = frozenset(("left", "up"))  # where parts of a cabin are that are no fixtures
_RELATIONS = {"against": "at", "around": "beside", "from": "at", "into": "in", "to": "at"}


_BEDS = ("bed", "cot", "cradle", "stretcher", "mattress", "lounger", "operating-table", "gurney")


def is_bed(model: str) -> bool:
    """Whether one lies on a model."""
    return any(word in model for word in _BEDS)


@dataclass
class PlayerEvent:
    """What a player does in one slot of the shot's time; see `staged.Beat`.

    Attributes:
        holds: Ids of what is in the hands from here on; `releases`: until the end of the event.
        change: Whether it ends a state.
        choices: Things of which several people have one each.
        prop: Thing in `holds` that the words leave out.
        has_object, goes: Whether the words name an object, and a way.
        is_led: Whether somebody else moves the player.
    """

    slot: int
    posture: str = ""
    gesture: str = ""
    pace: float = 1.0
    target: str = ""
    looks_at: str = ""
    holds: list[str] = field(default_factory=list)
    releases: bool = False
    seat: str = ""
    to: str = ""
    change: bool = False
    words: str = ""
    choices: list[str] = field(default_factory=list)
    prop: str = ""
    has_object: bool = False
    goes: bool = False
    is_led: bool = False

    @property
    def is_travelling(self) -> bool:
        """Whether the body goes somewhere."""
        return self.posture in POSTURES and POSTURES[self.posture].speed > 0

    @property
    def is_moving(self) -> bool:
        """Whether the body leaves its place, if only with a jump."""
        return self.is_travelling or self.posture in ("jump", "fall")


@dataclass
class PlayerDraft:
    """A player while the words are read; see `staged.Player`.

    Attributes:
        noun: Noun that the words use for it.
        scale: Of a thing, over the usual size.
        state: Of a thing: overturned, on fire; see `staged.Player`.
        looks, outfit: Words about a person.
        member: Place in a crowd whose members differ by themselves, -1 outside one.
        sex: he, she or "" where the words do not say.
        seat: What it sits on at the start.
        held: Ids of what it holds at the start.
    """

    id: str
    name: str
    kind: PlayerKind = "person"
    model: str = "person"
    noun: str = ""
    scale: float = 1.0
    state: str = ""
    looks: str = ""
    outfit: str = ""
    member: int = -1
    sex: str = ""
    colour: str = ""
    label: str = ""
    on: str = ""
    relation: str = ""
    near: str = ""
    is_subject: bool = False
    is_fixture: bool = False
    words: str = ""
    seat: str = ""
    events: list[PlayerEvent] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def locate(self, prep: str, key: str) -> None:
        """Note where it is at the start, unless that is clear."""
        if self.near or self.on or key == self.id or key in LOOKS:
            return
        if prep == "on" or (prep == "from" and self.kind == "thing"):
            self.on = key
        else:
            self.relation, self.near = _RELATIONS.get(prep, prep), key

    def hold(self, key: str) -> None:
        """Put something in its hands at the start."""
        if key not in self.held:
            self.held.append(key)

    def holding(self) -> list[str]:
        """What is in its hands after its events."""
        held = list(self.held)
        for event in self.events:
            held += event.holds
            if event.releases:
                held = [key for key in held if key not in event.holds]
        return held
