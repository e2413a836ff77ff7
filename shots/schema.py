"""The models of a resolved shot list: frozen, typed, all levels merged.

Models that a board uses unchanged, such as Style, are also part of its JSON schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, PrivateAttr, WithJsonSchema, model_validator

from shots.blocking import Blocking
from shots.dressing import SetDressing
from shots.origins import Origin, OriginIndex
from shots.problem import Problem, UnknownShotError
from shots.variants import Point, Variant, Variants
from shots.vocabulary.camera import Camera
from shots.vocabulary.control import Control
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.sensors import SENSORS, SensorText
from shots.vocabulary.terms import Fault, OneOf, ShorthandModel, StrictModel, did_you_mean
from shots.vocabulary.transition import Transition
from shots.vocabulary.values import (
    AspectText,
    BoardPath,
    BoardPaths,
    FpsText,
    LoudnessText,
    Lower,
    SizeText,
    Texts,
    from_text,
    whole_frames,
)

DEFAULT_SENSOR = "super35"
_OUTFITS = WithJsonSchema(
    {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
)


LIKENESS = Field(validation_alias=AliasChoices("references", "reference"))


def fold_name(name: str) -> str:
    """Fold case and runs of spaces, so that names can be compared."""
    return " ".join(name.split()).casefold()


class Character(StrictModel):
    """A recurring person, animal or object."""

    id: str = ""
    name: str = ""
    """Name in action and dialogue; left out: the id in capitals."""
    as_: str = ""
    """Words for the prompt after the first mention: "the woman"; left out: taken from the looks."""
    looks: Annotated[str, Field(min_length=1)]
    """Description at the first mention: "a woman in her thirties with short black hair"."""
    wardrobe: Annotated[Mapping[str, str], from_text(lambda outfit: {"": outfit}), _OUTFITS] = {}
    """Outfits by name, or one outfit."""
    references: Annotated[BoardPaths, LIKENESS] = ()
    """Pictures of its likeness, as paths relative to the board, the most important first; also
    written reference: mara.png."""
    extends: str | None = None
    """Another character, which supplies the looks, name and outfits left out here."""

    def outfit(self, wardrobe: str | None) -> str:
        """Outfit for a shot: the one of that name, else the only or the unnamed one."""
        if wardrobe in self.wardrobe:
            return self.wardrobe[wardrobe or ""]
        if wardrobe is None and len(self.wardrobe) == 1:
            return next(iter(self.wardrobe.values()))
        return self.wardrobe.get("", "")


class Location(StrictModel):
    """A location: its heading in the script and its description for the prompt.

    The heading of a scene without a location is a location without an id.
    """

    id: str = ""
    heading: str = ""
    """Heading as in the script: INT. or EXT. and the name."""
    looks: str = ""
    """Description for the prompt."""
    set: SetDressing | None = None
    """Set that the location is staged in; left out: read from heading and looks."""
    references: Annotated[BoardPaths, LIKENESS] = ()
    """Pictures of the place, as paths relative to the board, the most important first."""
    extends: str | None = None
    """Another location, which supplies the heading and looks left out here."""

    @property
    def key(self) -> str:
        """What shots in the same place have in common: the id, else the heading."""
        return self.id or fold_name(self.heading)


class Dialogue(StrictModel):
    """A spoken line. The prompt mentions only that the character speaks, never the words."""

    who: str
    line: str
    at_s: Fraction | None = None
    locale: Mapping[str, str] = {}


class Sound(ShorthandModel):
    """Sound for the edit. A text alone is the ambience, or MOS."""

    ambience: str | None = None
    """Sound throughout the shot."""
    sfx: Texts = ()
    """Sound effects."""
    music: str | None = None
    """Music."""
    is_mos: Annotated[bool, Field(alias="mos")] = False
    """True: shot without sound."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if not isinstance(data, str):
            return data
        return {"mos": True} if data.strip().upper() == "MOS" else {"ambience": data}


class Continuity(StrictModel):
    """What a shot takes over from an earlier one."""

    after: str | None = None
    """The earlier shot; left out: the previous one on the board."""
    from_: Annotated[Literal["last-frame", "match-cut", "style-only"] | None, Lower] = None
    """What to take over from that shot."""
    match_color: Annotated[float, Field(ge=0, le=1)] | None = None
    """Strength of the colour match with that shot, 0 to 1."""
    screen_direction: Annotated[
        Literal["left-to-right", "right-to-left", "towards", "away"] | None, Lower
    ] = None
    """Direction of movement across the picture."""


class References(StrictModel):
    """Pictures that a shot starts or ends on."""

    first_frame: BoardPath | None = None
    """A picture relative to the board, or auto: the frame that continuity supplies."""
    last_frame: BoardPath | None = None
    """A picture relative to the board."""


class TakeFrom(StrictModel):
    """A take made by partly re-rendering an earlier take of the same shot."""

    from_: Annotated[str, Field(pattern=r"^[Tt]?0*[1-9]\d{0,2}$")]
    """The earlier take: T01. Every take with a higher number is made from it."""
    strength: Annotated[float, Field(gt=0, le=1)]
    """How much may change, 0 to 1: the noise level that the earlier take is returned to."""
    action: str | None = None
    """Action of the new take; left out: that of the shot."""

    @property
    def number(self) -> int:
        """Number of the earlier take, from 1."""
        return int(self.from_.lstrip("Tt"))


class Shot(StrictModel):
    """A shot with every directive resolved."""

    id: str
    scene: str
    location: Location | None = None
    subjects: tuple[str, ...] = ()
    blocking: Mapping[str, Blocking] = {}
    """Staging by the author, by character or thing, the scene's and the shot's merged."""
    camera: Camera = Camera()
    sensor_mm: float = SENSORS[DEFAULT_SENSOR]
    """Width of the picture on the sensor, from the format of the board."""
    lighting: Lighting = Lighting()
    control: Control = Control()
    composition: Annotated[str, OneOf("composition")] | None = "center"
    duration_s: Annotated[Fraction, Field(gt=0)] = Fraction(4)
    action: str = ""
    dialogue: tuple[Dialogue, ...] = ()
    sound: Sound | None = None
    transition_in: Transition = Transition()
    transition_out: Transition | None = None
    continuity: Continuity | None = None
    references: References = References()
    loop: bool = False
    focus: Point | None = None
    take: TakeFrom | None = None
    takes: Annotated[int, Field(ge=1)] = 1
    use: str | None = None
    seed: int | None = None
    notes: str = ""
    priority: int | None = None
    status: str | None = None
    review: str = ""
    wardrobe: str | None = None
    setup: str | None = None
    """Camera set-up, shared with other shots."""
    lighting_setup: str | None = None

    @property
    def starts_from_picture(self) -> bool:
        """Whether a first frame is given, so that the prompt need not describe the picture."""
        is_chained = self.continuity is not None and self.continuity.from_ == "last-frame"
        return self.references.first_frame is not None or is_chained


class Style(StrictModel):
    """Settings shared by all shots of a board."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Seed that the noise of every take is derived from."""
    seed_policy: Annotated[Literal["shared", "scene", "shot", "take"], Lower] = "scene"
    """Which takes share noise: all of them, those of a scene, those of a shot, or none."""
    consistency: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How much of the noise those takes share, 0 to 1."""
    look: str = ""
    """Style in words; one that is not photographic begins the prompt."""
    palette: tuple[Annotated[str, OneOf("tone")], ...] = ()
    """Default tones of every shot: cool, desaturated, ..."""
    texture: str = ""
    """Words that end every prompt: grain, reflections, colours."""


class Format(StrictModel):
    """Delivery format of the cut."""

    aspect: AspectText = (16, 9)
    """Ratio of width to height, 16:9."""
    fps: FpsText = Fraction(24)
    """Frames per second, 1 to 240."""
    size: SizeText = (1920, 1080)
    """Size in pixels, 1920x1080."""
    loudness: LoudnessText = -14.0
    """Loudness in LUFS."""
    sensor: SensorText = DEFAULT_SENSOR
    """Sensor or film gauge that the lenses are for: super35, full-frame, alexa-lf, 16mm, ..."""

    @property
    def sensor_mm(self) -> float:
        """Width of the picture on the sensor in millimetres."""
        return SENSORS[self.sensor]


class Guidance(StrictModel):
    """Guidance scale of each expert, 1 to 50."""

    high_noise: Annotated[float, Field(ge=1, le=50)] | None = None
    low_noise: Annotated[float, Field(ge=1, le=50)] | None = None


class Experts(StrictModel):
    """Overrides for the two experts of a preset."""

    boundary: Annotated[float, Field(ge=0, le=1)] | None = None
    """Noise level at which the low-noise expert takes over, 0 to 1."""
    guidance: Guidance = Guidance()
    """Guidance scale of each expert."""


class ModelChoice(StrictModel):
    """Video model and quality."""

    use: str = "greybox"
    """Preset; `storyboard presets` lists them."""
    quality: Annotated[Literal["layout", "lightning", "draft", "preview", "final"], Lower] = "draft"
    """layout, lightning, draft, preview or final: sets steps, size and cache."""
    experts: Experts = Experts()
    """Overrides for the preset's experts."""
    negative: Texts = ()
    """Words for the negative prompt of every shot, in addition to the preset's own."""
    long_shots: Annotated[Literal["chain", "stretch"] | None, Lower] = None
    """How to render a shot longer than the model's clip. chain: several clips, each starting from
    the last frame of the one before; stretch: one clip spread over the shot. Left out: stretch for
    drafts, chain otherwise."""
    tags: Annotated[Literal["full", "lean"], Lower] = "full"
    """full, or lean: at most four tags, and no angle with a camera move."""


class Scene(StrictModel):
    """A scene of the script and its shots."""

    number: str
    location: str | None = None
    heading: str = ""
    time: str = ""
    synopsis: str = ""
    wardrobe: str | None = None
    shots: tuple[Shot, ...] = ()


class ShotList(StrictModel):
    """A resolved board."""

    path: Path = Path("board.yaml")
    files: tuple[Path, ...] = ()
    """Every file of the board; the board itself first, then included files."""
    version: int = 1
    title: str = ""
    code: str = ""
    author: str = ""
    format: Format = Format()
    model: ModelChoice = ModelChoice()
    style: Style = Style()
    characters: Mapping[str, Character] = {}
    locations: Mapping[str, Location] = {}
    lighting: Mapping[str, Lighting] = {}
    scenes: tuple[Scene, ...] = ()
    variants: tuple[Variant, ...] = ()
    written_variants: Annotated[Variants | None, Field(exclude=True, repr=False)] = None
    """Variants as written on the board, needed to format it."""
    notices: tuple[Problem, ...] = ()
    _origins: OriginIndex = PrivateAttr(default_factory=OriginIndex)

    @cached_property
    def shots(self) -> tuple[Shot, ...]:
        """All shots, in the order of the cut."""
        return tuple(shot for scene in self.scenes for shot in scene.shots)

    @cached_property
    def _by_id(self) -> Mapping[str, Shot]:
        return {shot.id.casefold(): shot for shot in self.shots}

    @cached_property
    def _scene_by_number(self) -> Mapping[str, Scene]:
        return {scene.number: scene for scene in self.scenes}

    @cached_property
    def characters_by_name(self) -> Mapping[str, Character]:
        """Characters by their name in action and dialogue, folded with `fold_name`."""
        return {fold_name(each.name): each for each in self.characters.values() if each.name}

    @cached_property
    def names_longest_first(self) -> tuple[str, ...]:
        """Names of characters as written, the longest first."""
        names = (character.name for character in self.characters_by_name.values())
        return tuple(sorted(names, key=len, reverse=True))

    def shot(self, shot_id: str) -> Shot:
        """Return the shot with an id, in any case.

        Raises:
            UnknownShotError: There is no such shot; the message suggests the nearest id.
        """
        found = self._by_id.get(shot_id.casefold())
        if found is None:
            ids = [shot.id for shot in self.shots]
            hint = did_you_mean(shot_id, ids) or f"choose from {', '.join(ids)}"
            raise UnknownShotError(f'{self.path}: no shot "{shot_id}". {hint[0].upper()}{hint[1:]}')
        return found

    def scene_of(self, shot: Shot) -> Scene | None:
        """Return the scene of a shot."""
        return self._scene_by_number.get(shot.scene)

    def with_scenes(self, scenes: tuple[Scene, ...]) -> ShotList:
        """Return a copy with other scenes."""
        changed = self.model_copy(update={"scenes": scenes})
        # model_copy also copies cached properties, which were computed from the old scenes.
        for name, value in vars(ShotList).items():
            if isinstance(value, cached_property):
                changed.__dict__.pop(name, None)
        return changed

    def num_frames(self, shot: Shot) -> int:
        """Return the length of a shot in frames of the cut."""
        exact = whole_frames(shot.duration_s, self.format.fps)
        return exact if exact is not None else round(shot.duration_s * self.format.fps)

    def origin(self, shot_id: str, field: str) -> Origin:
        """Return where the value of a field, such as "camera.size" or "duration", comes from."""
        return self._origins.origin(self.shot(shot_id).id, field)

    def problem(self, fault: Fault, shot: Shot | None = None, field: str = "") -> Problem:
        """Locate a fault of a shot, or of the entire board, in the file."""
        return self._origins.problem(fault, self.path, shot.id if shot else None, field)
