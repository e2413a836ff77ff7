"""A board as people write it: shorthands, blocks that inherit, names that refer.

These models check the form of every value by itself. Whether names exist and which level wins is
`resolve.py`'s business; the JSON Schema for editors is made from here (`json_schema.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from shots.schema import (
    Character,
    Continuity,
    Format,
    Location,
    ModelChoice,
    References,
    Sound,
    Style,
    TakeFrom,
)
from shots.variants import FocusText, Variants
from shots.vocabulary.camera import Camera
from shots.vocabulary.lighting import LightingChoice, LightingSetup
from shots.vocabulary.terms import Block, Fault, OneOf, faults_error
from shots.vocabulary.transition import TransitionSides
from shots.vocabulary.values import Id, Texts, TimeText


def _check_not_empty(items: tuple[Block, ...]) -> tuple[Block, ...]:
    # Not min_length: Pydantic would also call a list empty when all of its items are wrong.
    if not items:
        raise faults_error([Fault("SB008", "the list is empty", "write at least one item")])
    return items


class DialogueLine(Block):
    """A line that somebody speaks."""

    who: str
    """The character."""
    line: str
    """The words, for captions and voice. The model is only told that somebody speaks."""
    at: TimeText | None = None
    """When, from the beginning of the shot."""
    locale: Mapping[str, str] = {}
    """The line in other languages: {fr-FR: "Gardez-la."}."""


class Level(Block):
    """What a shot, its scene or the defaults may say; the nearest to the shot wins."""

    camera: Camera | None = None
    """MCU, single, push in slow, 85mm, shallow - or the same as a mapping."""
    lighting: LightingChoice | None = None
    """A set-up, terms such as night, practical, hard, edge - or a mapping."""
    composition: Annotated[str, OneOf("composition")] | None = None
    """Where things stand in the frame."""
    duration: TimeText | None = None
    """4s, 1.5s, 72f or 1:30."""
    subjects: Texts | None = None
    """The characters in the picture, the most important first."""
    location: str | None = None
    """A location of this board."""
    wardrobe: str | None = None
    """Which outfit the characters wear."""
    sound: Sound | None = None
    """What is heard; MOS for silence."""
    transition: TransitionSides | None = None
    """cut, dissolve 8f, fade from black 12f - or {in: ..., out: ...}."""
    takes: Annotated[int, Field(ge=1, le=99)] | None = None
    """How many takes to render."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """Fixes the noise of the shot, whatever the policy of the style."""
    priority: Annotated[int, Field(ge=1, le=99)] | None = None
    """1 survives the shortest cut-down."""
    status: str | None = None
    """Where the work on it stands."""


class Setup(Level):
    """Where the camera stands, on what and in which light, for several shots."""

    extends: str | None = None
    """Another set-up of this board, from which it takes what it does not say."""


class WrittenShot(Level):
    """One shot."""

    id: Id
    """The slate: 12, 12A, 12B, ... without I and O."""
    setup: str | None = None
    """A set-up of this board, shared with other shots."""
    extends: str | None = None
    """Another shot, whose camera, light, length, ... it has unless it says otherwise."""
    action: str = ""
    """What happens, in the present tense; names of characters are replaced by descriptions."""
    dialogue: tuple[DialogueLine, ...] = ()
    """Who speaks which line."""
    continuity: Continuity | None = None
    """What the shot takes over from another one."""
    references: References | None = None
    """Pictures the shot is made from."""
    loop: bool = False
    """True: the shot ends on the picture it starts from."""
    focus: FocusText | None = None
    """What a variant that crops the picture keeps in the middle: left, center, right, 35% 50%."""
    take: TakeFrom | None = None
    """Makes the next take from an earlier one: {from: T01, strength: 0.4}."""
    use: str | None = None
    """The take that goes into the cut: T02."""
    notes: str = ""
    """For people."""
    review: str = ""
    """What a review said about it; `notes apply` writes it."""


class WrittenScene(Level):
    """One scene."""

    number: Id
    """As in the script; letters allowed."""
    heading: str = ""
    """As in the script; left out: the location's."""
    time: str = ""
    """NIGHT, DAY, CONTINUOUS, ...; the time of the light where no lighting says one."""
    synopsis: str = ""
    """For people."""
    shots: Annotated[tuple[WrittenShot, ...], AfterValidator(_check_not_empty)]
    """The shots, in the order of the cut."""


def _check_version(version: int) -> int:
    if version != 1:
        finding = f"storyboard is {version}, this program reads 1"
        raise faults_error([Fault("SB008", finding, "write storyboard: 1")])
    return version


class Board(Block):
    """A shot list for `storyboard`."""

    storyboard: Annotated[int, AfterValidator(_check_version)] = 1
    """Version of the language."""
    include: Texts = ()
    """Files of this folder that become part of the board: cast.yaml, lights.yaml."""
    title: str = ""
    """What the film is called."""
    code: Id | None = None
    """Prefix of file names and slates."""
    author: str = ""
    """Who wrote the board."""
    format: Format = Format()
    """What the cut is delivered as."""
    model: ModelChoice = ModelChoice()
    """Which model renders it."""
    style: Style = Style()
    """What all shots share."""
    characters: Mapping[str, Character] = {}
    """Who and what shots show again and again, by id."""
    locations: Mapping[str, Location] = {}
    """Places, by id."""
    lighting: Mapping[str, LightingSetup] = {}
    """Lighting set-ups, by name."""
    setups: Mapping[str, Setup] = {}
    """Set-ups of the camera that several shots share, by name."""
    defaults: Level = Level()
    """What holds for every shot that does not say otherwise."""
    scenes: Annotated[tuple[WrittenScene, ...], AfterValidator(_check_not_empty)]
    """The scenes, in the order of the cut."""
    variants: Variants | None = None
    """Versions of the film: formats, lengths, languages."""
