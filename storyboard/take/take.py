"""A take: one shot with one seed, with everything decided that a stage reads.

Values only; `plan` fills them, `stages` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.store import Ref
from storyboard.take.frames import FramePlan
from storyboard.take.seeds import NoiseRecipe

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList

Size = tuple[int, int]


@dataclass(frozen=True)
class Picture:
    """A first or last frame that is given: a file, or a frame of another take's clip.

    Attributes:
        key: Names its content.
        file: A picture of the board, or None.
        clip: Another take's clip, or None.
        frame: Which frame of that clip.
        of_take: The take that makes the clip, for messages.
    """

    key: str
    file: Path | None = None
    clip: Ref | None = None
    frame: int = 0
    of_take: str = ""


@dataclass(frozen=True)
class Remix:
    """Another take's latent to start from.

    Attributes:
        latent: As the last expert left it.
        strength: Noise level to put it back to, above 0 and at most 1.
        of_take: The take that makes the latent, for messages.
    """

    latent: Ref
    strength: float
    of_take: str


@dataclass(frozen=True, eq=False, repr=False)
class Take:
    """What is to be rendered.

    Attributes:
        board: The board it comes from.
        shot: What the director wants.
        filmed: The same, as long as its clip: with the spare frames.
        number: From 1.
        stem: Name of its files, without suffix; safe on every disk.
        prompt: Positive text.
        negative: Negative text.
        removed: Words taken out of the negative text because the shot asks for them.
        noise: Seeds.
        size: Of the model's picture.
        frames: Of the model and of the cut.
        path: The camera, a pose per rendered frame.
        path_key: Names the path's content.
        picture: First frame, if one is given.
        last_picture: Last frame, if one is given.
        matched: Take whose last frame it is given, if its colours are to be those.
        remix: Latent of an earlier take, if this one starts from it.
        added: What a language model put at the end of the prompt.
        segments: Its parts, where it is longer than the model's clip; then they are rendered, and
            it is put together from their clips.
        segment: Which part it is of a longer take, from 1; 0 for a take of its own.
        first: The longer take's frame that is its own first.
    """

    board: ShotList
    shot: Shot
    filmed: Shot
    number: int
    stem: str
    prompt: str
    negative: str
    removed: tuple[str, ...]
    noise: NoiseRecipe
    size: Size
    frames: FramePlan
    path: CameraPath
    path_key: str
    picture: Picture | None = None
    last_picture: Picture | None = None
    matched: Take | None = None
    remix: Remix | None = None
    added: str = ""
    segments: tuple[Take, ...] = ()
    segment: int = 0
    first: int = 0

    @property
    def slate(self) -> str:
        """As on the slate: "12A T02"."""
        part = f" clip {self.segment}" if self.segment else ""
        return f"{self.shot.id} T{self.number:02}{part}"

    def maker(self, frame: int) -> tuple[Take, int]:
        """The take whose clip holds a model frame, and which frame of that clip it is.

        Args:
            frame: Counted over all segments, below `frames.shown`.
        """
        for segment in self.segments:
            if frame < segment.first + segment.frames.shown:
                return segment, frame - segment.first
        return self, frame

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures that are given, the first before the last."""
        return tuple(each for each in (self.picture, self.last_picture) if each is not None)

    @property
    def sources(self) -> tuple[Ref, ...]:
        """Results of other takes that it starts from."""
        clips = tuple(picture.clip for picture in self.pictures if picture.clip)
        return (*clips, self.remix.latent) if self.remix else clips

    def __repr__(self) -> str:
        return f"Take({self.stem})"
