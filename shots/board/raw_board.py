"""The models of a board as written: shorthands, inheritance and references not yet resolved.

They validate every value by itself. Their docstrings are the descriptions in the JSON schema that
editors show.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator

from shots.blocking import Blocking
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
from shots.vocabulary.control import ControlChoice
from shots.vocabulary.lighting import LightingChoice, LightingSetup
from shots.vocabulary.terms import OneOf, StrictModel, value_error
from shots.vocabulary.transition import TransitionSides
from shots.vocabulary.values import Id, Texts, TimeText


def _check_not_empty(items: tuple[StrictModel, ...]) -> tuple[StrictModel, ...]:
    # Not min_length: Pydantic would also report a list as empty when all of its items are wrong.
    if not items:
        raise value_error("the list is empty", "write at least one item")
    return items


class DialogueLine(StrictModel):
    """A spoken line."""

    who: str
    """Character who speaks."""
    line: str
    """The words, for captions and voice. The prompt mentions only that the character speaks."""
    at: TimeText | None = None
    """Start of the line, from the beginning of the shot."""
    locale: Mapping[str, str] = {}
    """Translations of the line, by language: {fr-FR: "Gardez-la."}."""


class Level(StrictModel):
    """Directives of one level; the shot overrides its set-up, the scene and the defaults."""

    camera: Camera | None = None
    """Shorthand such as MCU, single, push in slow, 85mm, shallow; or a mapping."""
    lighting: LightingChoice | None = None
    """Name of a set-up, terms such as night, practical, hard, edge; or a mapping."""
    control: ControlChoice | None = None
    """How the layout steers the model: {set: depth, cast: pose, hold: normal, end: 0.6}."""
    composition: Annotated[str, OneOf("composition")] | None = None
    """Arrangement of the subjects in the frame."""
    duration: TimeText | None = None
    """Length of the shot: 4s, 1.5s, 72f or 1:30."""
    subjects: Texts | None = None
    """Characters in the picture, the most important first."""
    location: str | None = None
    """Id of a location of this board."""
    wardrobe: str | None = None
    """Name of the outfit that the characters wear."""
    sound: Sound | None = None
    """Sound for the edit; MOS for a shot without sound."""
    transition: TransitionSides | None = None
    """cut, dissolve 8f, fade from black 12f; or {in: ..., out: ...}."""
    takes: Annotated[int, Field(ge=1, le=99)] | None = None
    """Number of takes to render, 1 to 99."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """Fixed seed of the shot; overrides the style's seed and seed-policy."""
    priority: Annotated[int, Field(ge=1, le=99)] | None = None
    """Importance for cut-downs, 1 to 99; 1 is kept the longest."""
    status: str | None = None
    """State of the work, shown on the contact sheet."""


class Setup(Level):
    """Camera set-up: directives shared by several shots."""

    extends: str | None = None
    """Another set-up of this board, which supplies the directives left out here."""


class WrittenShot(Level):
    """One shot."""

    id: Id
    """Slate: 12, 12A, 12B, ... without I and O."""
    setup: str | None = None
    """Name of a camera set-up of this board, shared with other shots."""
    extends: str | None = None
    """Another shot, which supplies the camera, lighting, duration, ... left out here."""
    blocking: Mapping[str, Blocking] = {}
    """Where people, animals and things are and what they do, by name; overrides the scene's."""
    action: str = ""
    """Action in the present tense. The prompt describes the characters in place of their names."""
    dialogue: tuple[DialogueLine, ...] = ()
    """Spoken lines."""
    continuity: Continuity | None = None
    """What to take over from an earlier shot."""
    references: References | None = None
    """Pictures that the shot starts or ends on."""
    loop: bool = False
    """True: the shot ends on its first frame."""
    focus: FocusText | None = None
    """Centre of the crop in reframed variants: left, center, right, 35% 50%."""
    take: TakeFrom | None = None
    """Makes the next take from an earlier one: {from: T01, strength: 0.4}."""
    use: str | None = None
    """Take to use in the cut: T02."""
    notes: str = ""
    """Free text; not part of the prompt."""
    review: str = ""
    """Review comment, shown on the contact sheet."""


class WrittenScene(Level):
    """One scene."""

    number: Id
    """Number as in the script; letters are allowed."""
    heading: str = ""
    """Heading as in the script; left out: that of the location."""
    time: str = ""
    """NIGHT, DAY, CONTINUOUS, ...; also the time of day where the lighting sets none."""
    synopsis: str = ""
    """Free text; not part of the prompt."""
    blocking: Mapping[str, Blocking] = {}
    """Where people, animals and things are and what they do in every shot, by name."""
    shots: Annotated[tuple[WrittenShot, ...], AfterValidator(_check_not_empty)]
    """Shots in the order of the cut."""


class Board(StrictModel):
    """A shot list for `storyboard`."""

    storyboard: int = 1
    """Version of the language: 1."""
    include: Texts = ()
    """Other files of this folder to merge into the board: cast.yaml, lights.yaml."""
    title: str = ""
    """Title of the film."""
    code: Id | None = None
    """Prefix of file names and slates."""
    author: str = ""
    """Author of the board."""
    format: Format = Format()
    """Delivery format of the cut."""
    model: ModelChoice = ModelChoice()
    """Video model and quality."""
    style: Style = Style()
    """Settings shared by all shots."""
    characters: Mapping[str, Character] = {}
    """Recurring people, animals and objects, by id."""
    locations: Mapping[str, Location] = {}
    """Locations, by id."""
    lighting: Mapping[str, LightingSetup] = {}
    """Lighting set-ups, by name."""
    setups: Mapping[str, Setup] = {}
    """Camera set-ups shared by several shots, by name."""
    defaults: Level = Level()
    """Default directives of every shot."""
    scenes: Annotated[tuple[WrittenScene, ...], AfterValidator(_check_not_empty)]
    """Scenes in the order of the cut."""
    variants: Variants | None = None
    """Variants of the film: formats, lengths, languages."""

    @field_validator("storyboard")
    @classmethod
    def _check_version(cls, version: int) -> int:
        if version != 1:
            raise value_error(f"storyboard is {version}, must be 1", "write storyboard: 1")
        return version


def board_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a board, for completion and validation in editors."""
    schema = Board.model_json_schema(by_alias=True, mode="validation")
    for name in ("Character", "Location"):
        fields = schema["$defs"][name]["properties"]
        fields["reference"] = fields["references"]  # another spelling, which pydantic leaves out
    _widen(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _widen(node: Any) -> None:  # noqa: ANN401 - JSON
    """Allow x- keys and merge keys in every mapping, and numbers where text is expected."""
    # An editor's own YAML parser reads `code: 12` as a number; this language reads text.
    if isinstance(node, list):
        for item in node:
            _widen(item)
    if not isinstance(node, dict):
        return
    if node.get("additionalProperties") is False:
        node["patternProperties"] = {"^x-": {}}
        node["properties"]["<<"] = {}
    if node.get("type") == "string" and "enum" not in node:
        node["type"] = ["string", "number", "boolean"]
    for key, child in node.items():
        if key not in ("default", "enum", "examples", "const"):
            _widen(child)
