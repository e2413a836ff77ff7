"""A staged shot as data: people, animals and things on a floor plan, and the camera's place on it.

Floor plan: metres, x right, z forward, the floor at height 0. Heights point up here; the axes of a
camera path, in which y points down, begin with the layout. An angle of 0 degrees faces -z, where
the camera of a scene stands by default; positive angles turn the front towards +x.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Literal

from shots.path.rig import FIGURE, Framed

Point = tuple[float, float]  # x, z in metres
Size = tuple[float, float, float]  # width (x), height, depth (z) in metres
PlayerKind = Literal["person", "animal", "thing"]
CAMERA = "camera"  # as a target of a look: into the lens


@dataclass(frozen=True)
class Garment:
    """A piece of clothing or an accessory: a word of `lexicon.looks.GARMENTS`, and its colour."""

    kind: str
    colour: str = ""


@dataclass(frozen=True)
class Appearance:
    """What a person looks like; every text is a word of `lexicon.looks`."""

    sex: Literal["female", "male"] = "male"
    age: float = 35.0  # years
    height_m: float = 1.75
    build: str = "average"
    skin: str = "light"
    hair: str = "short"
    hair_colour: str = "brown"
    beard: str = ""
    garments: tuple[Garment, ...] = ()


@dataclass(frozen=True)
class Beat:
    """What one player does during a part of the shot.

    Attributes:
        start, end: Shares of the shot, 0 to 1.
        posture: A word of `lexicon.actions.POSTURES`: the entire body.
        gesture: A word of `lexicon.actions.GESTURES`, or "": arms and head, over the posture.
        pace: Factor of the usual speed: 0.6 slowly, 1.5 quickly.
        target: Id of whom or what the action is done to, "" if there is none.
        looks_at: Id of a player or a fixture, `CAMERA`, or up, down, left, right, away, back;
            "" looks straight ahead, or at the target.
        holds: Pairs of hand (left, right or both) and id of the thing in it.
        seat: Id of the thing sat, lain, ridden or leant on.
        to: Where it moves, as read: id of a player or fixture, name of a mark, or in, out, towards
            (the camera), away, left, right, past. The floor plan turns it into `path`.
        path: Points walked through, the first being where the beat begins; empty: stays there.
        facing_deg: Facing at the end of the beat; None: along the path, else unchanged.
        arrives: Whether the way ends with the beat, however fast that is.
        speaks: Parts of the shot, as shares, in which the player speaks.
        words: The words of the shot list that this beat was read from.
    """

    start: float = 0.0
    end: float = 1.0
    posture: str = "stand"
    gesture: str = ""
    pace: float = 1.0
    target: str = ""
    looks_at: str = ""
    holds: tuple[tuple[str, str], ...] = ()
    seat: str = ""
    to: str = ""
    path: tuple[Point, ...] = ()
    facing_deg: float | None = None
    arrives: bool = False
    speaks: tuple[tuple[float, float], ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Player:
    """A person, an animal or a thing in front of the camera.

    Attributes:
        id: Id of the character, or made from the noun: waiter, phone, crowd-3, table.
        name: As shown on plans and in reports.
        kind: person, animal or thing.
        model: person, an animal's or a thing's model of `lexicon.things.MODELS`, or stand-in.
        look: Appearance of a person.
        colour: Word of `lexicon.colours`, "" for the model's own.
        size: Of a thing or an animal; None for the model's own.
        label: Text that a stand-in or a packshot carries.
        state: Of a thing, a value of `lexicon.grammar.STATES`, "" for an ordinary one.
        at: Place on the plan at the start of the shot.
        base_m: Height of its base over the floor: of a cup on a table, the table's.
        facing_deg: See the module.
        on: Id of the thing that it stands on or is part of, "" for the floor.
        relation, near: Where it is, as read: at, in, beside, behind, before, under or above, and
            the id of a player or fixture, or the name of a mark. The floor plan makes `at` of it.
        beats: In time order; a person has at least one.
        is_subject: Whether the shot is about it, so that it has to be in the picture.
        is_fixture: Whether it belongs to the place: furniture, trees, parked cars.
        words: The words of the shot list that it was read from.
    """

    id: str
    name: str = ""
    kind: PlayerKind = "person"
    model: str = "person"
    look: Appearance | None = None
    colour: str = ""
    size: Size | None = None
    label: str = ""
    at: Point = (0.0, 0.0)
    base_m: float = 0.0
    facing_deg: float = 0.0
    on: str = ""
    relation: str = ""
    near: str = ""
    beats: tuple[Beat, ...] = ()
    is_subject: bool = False
    is_fixture: bool = False
    words: str = ""
    state: str = ""


@dataclass(frozen=True)
class Place:
    """The set of a scene: a word of `lexicon.places.SETS`, and what differs from it."""

    set: str = "field"
    is_interior: bool = False
    seed: int = 0
    weather: tuple[str, ...] = ()  # rain, snow, fog, wind, wet
    words: str = ""


@dataclass(frozen=True)
class Staged:
    """Something that is shown, and the words that it was read from."""

    what: str
    words: str


@dataclass(frozen=True)
class NotStaged:
    """Words that are not shown, the reason, and the nearest word that would be."""

    words: str
    why: str
    nearest: str = ""


@dataclass(frozen=True)
class ShotReading:
    """What the words of a shot say, before anybody has a place on the floor plan.

    Attributes:
        place: The set.
        players: Who and what is named, with beats; without places on the plan. The shot's
            subjects come first, in their order.
        over: Id of the person over whose shoulder or through whose eyes the words look, or "".
        detail: Id of the thing, or name of the part of the body (hands, eyes, feet, mouth), that
            an insert or a close view is of, or "".
        staged, not_staged: Words understood and not understood.
        prompt_only: Words of the action that change nothing in the layout.
        absent: Ids of people who are not there, whatever earlier shots say.
    """

    place: Place = Place()
    players: tuple[Player, ...] = ()
    over: str = ""
    detail: str = ""
    staged: tuple[Staged, ...] = ()
    not_staged: tuple[NotStaged, ...] = ()
    prompt_only: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class CameraPlace:
    """Where the axes of a camera path lie on the floor plan.

    The origin of the path, where its subject stands, is at `at`; its camera looks from `side_deg`:
    0 from -z, 90 from +x.

    Attributes:
        view: Word of `vocabulary.words.VIEW`, "" for an ordinary view.
        subjects: Ids of who or what is framed, the most important first.
        over: Id of the person over whose shoulder, or through whose eyes, the camera looks.
        shift: Of the picture's width by which the subject is off its centre, + right.
    """

    at: Point = (0.0, 0.0)
    side_deg: float = 0.0
    view: str = ""
    subjects: tuple[str, ...] = ()
    over: str = ""
    shift: float = 0.0


@dataclass(frozen=True)
class StagedShot:
    """A shot as staged.

    Attributes:
        place: The set.
        players: People first, then animals, things, fixtures.
        camera: Where the camera path lies.
        framed: What the size is measured on.
        line: The line of action: two points of the plan, None if nobody relates to anybody.
        staged, not_staged: The report.
        warnings: Sentences about the picture: a subject is hidden, out of frame, cut.
        prompt_only: Words of the action that change nothing in the layout.
    """

    place: Place = Place()
    players: tuple[Player, ...] = ()
    camera: CameraPlace = CameraPlace()
    framed: Framed = FIGURE
    line: tuple[Point, Point] | None = None
    staged: tuple[Staged, ...] = ()
    not_staged: tuple[NotStaged, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    prompt_only: tuple[str, ...] = ()

    def shown(self) -> dict[str, object]:
        """What can be seen of the shot, as JSON: the staging without its report and its words."""
        return self._shown

    @cached_property
    def _shown(self) -> dict[str, object]:
        found = asdict(self)
        for name in ("staged", "not_staged", "warnings", "prompt_only"):
            del found[name]
        for part in (found["place"], *found["players"]):
            del part["words"]
        for player in found["players"]:
            for beat in player["beats"]:
                del beat["words"]
        return found

    def report(self) -> dict[str, list[object]]:
        """What is staged and from which words, what is not, and what the picture lacks, as JSON."""
        return {
            "staged": [{"what": each.what, "from": each.words} for each in self.staged],
            "not_staged": [asdict(each) for each in self.not_staged],
            "warnings": list(self.warnings),
            "prompt_only": list(self.prompt_only),
        }

    def player(self, player_id: str) -> Player | None:
        """The player of that id."""
        return next((each for each in self.players if each.id == player_id), None)
