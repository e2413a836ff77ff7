"""A shot list as the rest of the program sees it: frozen, typed, every level already merged.

What a board may *say*, shorthands and inheritance included, is in `written.py`; how the one
becomes the other is in `resolve.py`. Built by `load.py`, read by everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, WithJsonSchema, model_validator

from shots.origins import Origin, Trail
from shots.problem import Problem, UnknownShotError
from shots.variants import Point, Variant, Variants
from shots.vocabulary.camera import Amount, Camera
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.terms import Block, Fault, OneOf, ShorthandBlock, did_you_mean
from shots.vocabulary.transition import Transition
from shots.vocabulary.values import (
    AspectText,
    BoardPath,
    FpsText,
    LoudnessText,
    Lower,
    SizeText,
    Texts,
    whole_frames,
)

__all__ = [
    "Amount",
    "Camera",
    "Character",
    "Continuity",
    "Dialogue",
    "Experts",
    "Format",
    "Guidance",
    "Lighting",
    "Location",
    "ModelChoice",
    "Origin",
    "References",
    "Scene",
    "Shot",
    "ShotList",
    "Sound",
    "Style",
    "TakeFrom",
    "Transition",
]


def fold_name(name: str) -> str:
    """A name without what does not count in it: upper case, and how many spaces."""
    return " ".join(name.split()).casefold()


def _name_outfit(value: object) -> object:
    """One outfit needs no name."""
    return {"": value} if isinstance(value, str) else value


_OUTFITS = WithJsonSchema(
    {
        "anyOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": {"type": "string"}},
        ]
    }
)


class Character(Block):
    """Somebody, or something, that shots show again and again."""

    id: str = ""
    name: str = ""
    """How it is written in action and dialogue."""
    as_: str = ""
    """How the model is told about it after the first mention: "the woman"."""
    looks: Annotated[str, Field(min_length=1)]
    """The description at the first mention: "a woman in her thirties with short black hair"."""
    wardrobe: Annotated[Mapping[str, str], BeforeValidator(_name_outfit), _OUTFITS] = {}
    """Outfits by name, or one outfit."""
    references: tuple[BoardPath, ...] = ()
    """Pictures, relative to the board."""
    extends: str | None = None
    """Another character, whose looks, name and outfits it has unless it says otherwise."""

    def outfit(self, wardrobe: str | None) -> str:
        """What it wears in a shot: the outfit of that name, else its only or unnamed one."""
        if wardrobe in self.wardrobe:
            return self.wardrobe[wardrobe or ""]
        if wardrobe is None and len(self.wardrobe) == 1:
            return next(iter(self.wardrobe.values()))
        return self.wardrobe.get("", "")


class Location(Block):
    """A place, with the heading a script gives it and the words the model reads."""

    id: str = ""
    heading: str = ""
    """INT. or EXT. and the name, as in the script."""
    looks: str = ""
    """What the model is told about the place."""
    extends: str | None = None
    """Another location, whose heading and looks it has unless it says otherwise."""


class Dialogue(Block):
    """A line somebody speaks. It is never sent to the model, only that somebody speaks."""

    who: str
    line: str
    at_s: Fraction | None = None
    locale: Mapping[str, str] = {}


class Sound(ShorthandBlock):
    """What is heard, for the edit. A text alone is the ambience, or MOS."""

    ambience: str | None = None
    """What is heard all through the shot."""
    sfx: Texts = ()
    """Single sounds."""
    music: str | None = None
    """What plays, if anything."""
    is_mos: Annotated[bool, Field(alias="mos")] = False
    """True: shot without sound."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: object) -> object:
        if not isinstance(data, str):
            return data
        return {"mos": True} if data.strip().upper() == "MOS" else {"ambience": data}


class Continuity(Block):
    """What a shot takes over from another one."""

    after: str | None = None
    """The shot it follows; left out: the one before it on the board."""
    from_: Annotated[Literal["last-frame", "match-cut", "style-only"] | None, Lower] = None
    """What it takes over from that shot."""
    match_color: Annotated[float, Field(ge=0, le=1)] | None = None
    """How much of that shot's colour it takes over, 0 to 1."""
    screen_direction: Annotated[
        Literal["left-to-right", "right-to-left", "towards", "away"] | None, Lower
    ] = None
    """Which way things move across the picture."""


class References(Block):
    """Pictures a shot is made from."""

    first_frame: BoardPath | None = None
    """A picture relative to the board, or auto: what continuity gives."""
    last_frame: BoardPath | None = None
    """A picture relative to the board."""


class TakeFrom(Block):
    """A new take that is made from an earlier one of the same shot."""

    from_: Annotated[str, Field(pattern=r"^[Tt]?0*[1-9]\d{0,2}$")]
    """The take to start from: T01. Takes with a higher number are made from it."""
    strength: Annotated[float, Field(gt=0, le=1)]
    """How much may change, 0 to 1: the noise level the old take is put back to."""
    action: str | None = None
    """What happens in the new take; left out: the same as in the shot."""

    @property
    def number(self) -> int:
        """The take to start from, from 1."""
        return int(self.from_.lstrip("Tt"))


class Shot(Block):
    """What the director wants, with nothing left to look up."""

    id: str
    scene: str
    location: Location | None = None
    subjects: tuple[str, ...] = ()
    camera: Camera = Camera()
    lighting: Lighting = Lighting()
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
    """The set-up of the camera that it shares with other shots."""
    lighting_setup: str | None = None

    @property
    def starts_from_picture(self) -> bool:
        """Whether a first frame is given, so that a prompt need not describe the picture."""
        is_chained = self.continuity is not None and self.continuity.from_ == "last-frame"
        return self.references.first_frame is not None or is_chained


class Style(Block):
    """What all shots of a board share."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """The one number every take's noise is derived from."""
    seed_policy: Annotated[Literal["shared", "scene", "shot", "take"], Lower] = "scene"
    """What takes with the same noise have in common."""
    consistency: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How much of the noise the shots share, 0 to 1."""
    look: str = ""
    """The style in words; one that is not photographic goes first in the prompt."""
    palette: tuple[Annotated[str, OneOf("tone")], ...] = ()
    """Tones of every shot that does not say otherwise: cool, desaturated, ..."""
    texture: str = ""
    """Words that end every prompt: grain, reflections, colours."""


class Format(Block):
    """What the cut is delivered as."""

    aspect: AspectText = (16, 9)
    """Width to height, 16:9."""
    fps: FpsText = Fraction(24)
    """Frames a second of the cut."""
    size: SizeText = (1920, 1080)
    """Pixels of the cut, 1920x1080."""
    loudness: LoudnessText = -14.0
    """Loudness of the cut in LUFS."""


class Guidance(Block):
    """Guidance scale of each expert."""

    high_noise: Annotated[float, Field(ge=1, le=50)] | None = None
    low_noise: Annotated[float, Field(ge=1, le=50)] | None = None


class Experts(Block):
    """What a board changes about the two experts of a preset."""

    boundary: Annotated[float, Field(ge=0, le=1)] | None = None
    """Noise level at which the second expert takes over."""
    guidance: Guidance = Guidance()
    """Guidance scale of each expert."""


class ModelChoice(Block):
    """Which model renders the board, and how hard it tries."""

    use: str = "greybox"
    """Preset; `storyboard presets` lists them."""
    quality: Annotated[Literal["layout", "lightning", "draft", "preview", "final"], Lower] = "draft"
    """layout, lightning, draft, preview or final: steps, size, cache."""
    experts: Experts = Experts()
    """Changes to the preset's experts."""
    negative: Texts = ()
    """Words for the negative prompt of every shot, beside the preset's own."""
    long_shots: Annotated[Literal["chain", "stretch"] | None, Lower] = None
    """What becomes of a shot longer than the model's clip: chain goes on from the last frame, clip
    after clip; stretch spreads one clip over it. Left out: drafts stretch, the others chain."""
    tags: Annotated[Literal["full", "lean"], Lower] = "full"
    """full, or lean: at most four tags and no angle with a camera move."""


class Scene(Block):
    """A scene of the script and its shots."""

    number: str
    location: str | None = None
    heading: str = ""
    time: str = ""
    synopsis: str = ""
    wardrobe: str | None = None
    shots: tuple[Shot, ...] = ()


class ShotList(Block):
    """A whole board."""

    path: Path = Path("board.yaml")
    files: tuple[Path, ...] = ()
    """Every file that the board was read from, itself first."""
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
    """What the file says about variants, for writing it again."""
    notices: tuple[Problem, ...] = ()
    _trail: Trail = PrivateAttr(default_factory=Trail)

    @cached_property
    def shots(self) -> tuple[Shot, ...]:
        """Every shot, in the order of the cut."""
        return tuple(shot for scene in self.scenes for shot in scene.shots)

    @cached_property
    def _by_id(self) -> Mapping[str, Shot]:
        return {shot.id.casefold(): shot for shot in self.shots}

    def shot(self, shot_id: str) -> Shot:
        """Look a shot up; ids are the same in upper and lower case.

        Raises:
            UnknownShotError: There is none; the message suggests the nearest.
        """
        found = self._by_id.get(shot_id.casefold())
        if found is None:
            ids = [shot.id for shot in self.shots]
            hint = did_you_mean(shot_id, ids) or f"choose from {', '.join(ids)}"
            raise UnknownShotError(f'{self.path}: no shot "{shot_id}". {hint[0].upper()}{hint[1:]}')
        return found

    @cached_property
    def characters_by_name(self) -> Mapping[str, Character]:
        """Characters by the name that action and dialogue use, folded by `fold_name`."""
        return {fold_name(who.name): who for who in self.characters.values() if who.name}

    @cached_property
    def names_longest_first(self) -> tuple[str, ...]:
        """Those names as they are written, the longest first."""
        names = (who.name for who in self.characters_by_name.values())
        return tuple(sorted(names, key=len, reverse=True))

    @cached_property
    def _scene_by_number(self) -> Mapping[str, Scene]:
        return {scene.number: scene for scene in self.scenes}

    def scene_of(self, shot: Shot) -> Scene | None:
        """The scene that a shot is in."""
        return self._scene_by_number.get(shot.scene)

    def with_scenes(self, scenes: tuple[Scene, ...]) -> ShotList:
        """The same board with other scenes; nothing stays that was worked out from the old ones."""
        changed = self.model_copy(update={"scenes": scenes})
        for name, value in vars(ShotList).items():
            if isinstance(value, cached_property):
                changed.__dict__.pop(name, None)
        return changed

    def with_notices(self, notices: tuple[Problem, ...]) -> ShotList:
        """The same board with what a linter says about it."""
        return self.model_copy(update={"notices": notices})

    def num_frames(self, shot: Shot) -> int:
        """Frames of a shot in the cut."""
        exact = whole_frames(shot.duration_s, self.format.fps)
        return exact if exact is not None else round(shot.duration_s * self.format.fps)

    def origin(self, shot_id: str, field: str) -> Origin:
        """Where a field of a shot was said.

        Args:
            shot_id: The shot.
            field: As in the mapping spelling: "camera.size", "lighting.source", "duration".
        """
        return self._trail.origin(self.shot(shot_id).id, field)

    def problem(self, fault: Fault, shot: Shot | None = None, field: str = "") -> Problem:
        """Give a finding about a shot, or about the whole board, its place in the file."""
        return self._trail.problem(fault, self.path, shot.id if shot else None, field)
