"""The take: one shot with one seed, every input of the stages decided; its seeds and its name.

The initial noise is sqrt(a) · shared + sqrt(1 - a) · own, of unit variance for every consistency a
from 0 to 1. The shared seed derives from the style seed down to the level of the seed policy, the
own seed down to shot and take.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.errors import InputError
from storyboard.store import Ref
from storyboard.take.frames import FramePlan

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList
    from shots.staging.staged import StagedShot


SeedPolicy = str
"""shared | scene | shot | take"""

_LEVELS = ("shared", "scene", "shot", "take")


@dataclass(frozen=True)
class NoiseRecipe:
    """Two seeds and their mix, which together with a shape determine the noise."""

    shared_seed: int  # of the part in common with other takes
    own_seed: int  # of the part that belongs to this take only
    consistency: float  # share of the variance that is in common, 0 … 1

    @property
    def seed(self) -> int:
        """The seed to display: that of the own part, unless it has no weight."""
        return self.shared_seed if self.consistency == 1 else self.own_seed


def derive_seed(*parts: str | int) -> int:
    """Hash parts into a seed in [0, 2^63)."""
    # SHA-256, since Python's own hash differs between versions and processes.
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def camera_seed(style_seed: int, scene: str, shot: str) -> int:
    """Seed of the camera shake of a shot, the same for every take and size."""
    return derive_seed("camera", style_seed, scene, shot) % 2**32


def noise_recipe(
    *,
    style_seed: int,
    policy: SeedPolicy,  # level down to which the shared part is in common
    consistency: float,  # 0 … 1
    scene: str,
    shot: str,
    take: int,  # from 1
    setup: str | None = None,
    fixed_seed: int | None = None,
    segment: int = 1,  # from 1; the first has the seeds of an unsegmented take
) -> NoiseRecipe:
    """Derive the seeds of one take; a fixed seed overrides all others, for every take alike."""
    if fixed_seed is not None:
        return NoiseRecipe(fixed_seed, fixed_seed, 0.0)
    # With the policy "scene", shots of one camera setup share their noise across scenes.
    levels = (("scene", scene), ("shot", shot), ("take", str(take)))
    groups = (("setup", setup), *levels[1:]) if setup and policy == "scene" else levels
    shared = [part for level in groups[: _LEVELS.index(policy)] for part in level]
    if consistency == 1 and take > 1 and policy != "take":
        # The own part has no weight, but takes of one shot must differ.
        shared += ["take", str(take)]
    own = [part for level in levels for part in level]
    own += ["segment", str(segment)] if segment > 1 else []
    return NoiseRecipe(
        shared_seed=derive_seed("shared", style_seed, *shared),
        own_seed=derive_seed("own", style_seed, *own),
        consistency=consistency,
    )


Size = tuple[int, int]
"""(width, height) in pixels."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
# Device names, which Windows refuses as file names.
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10)}


@dataclass(frozen=True)
class Picture:
    """A given first or last frame: an image file, or a frame of another take's clip."""

    key: str  # identifies the content in cache keys
    file: Path | None = None
    clip: Ref | None = None
    frame: int = 0  # of the clip
    of_take: str = ""  # slate of the take that the clip belongs to, for error messages


@dataclass(frozen=True)
class RemixSource:
    """The latent of another take that denoising starts from."""

    latent: Ref  # output of the last expert
    strength: float  # noise level it is returned to, above 0 and at most 1
    of_take: str  # slate of the take that the latent belongs to, for error messages


@dataclass(frozen=True, eq=False, repr=False)
class Take:
    """One rendering of a shot, or one segment of it.

    A take longer than the model's longest clip has segments. Only these are rendered; the take is
    joined from their clips.
    """

    board: ShotList
    shot: Shot
    filmed: Shot  # as long as the clip, spare frames included
    staged: StagedShot  # the filmed shot; all segments of a take share it
    number: int  # from 1
    stem: str  # file name without suffix, valid on every file system
    prompt: str
    negative: str
    removed: tuple[str, ...]  # words taken out of the negative prompt, since the shot requests them
    noise: NoiseRecipe
    size: Size  # rendered; the clip is conformed to that of the delivery
    frames: FramePlan
    path: CameraPath  # one pose per rendered frame
    path_key: str  # identifies the path in cache keys
    picture: Picture | None = None  # given first frame
    last_picture: Picture | None = None  # given last frame
    references: tuple[Picture, ...] = ()  # of likeness, the most important first
    matched: Take | None = None  # the take before, if colours are matched to it
    remix: RemixSource | None = None
    added: str = ""  # end of the prompt, written by a language model
    segments: tuple[Take, ...] = ()
    segment: int = 0  # number of a segment, from 1; 0 for a take of its own
    first: int = 0  # frame of the segmented take at which a segment begins

    @property
    def slate(self) -> str:
        """Name on the slate, such as "12A T02"."""
        part = f" clip {self.segment}" if self.segment else ""
        return f"{self.shot.id} T{self.number:02}{part}"

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The given pictures, first before last."""
        return tuple(each for each in (self.picture, self.last_picture) if each is not None)

    @property
    def sources(self) -> tuple[Ref, ...]:
        """Results of other takes that this one starts from."""
        clips = tuple(picture.clip for picture in self.pictures if picture.clip)
        return (*clips, self.remix.latent) if self.remix else clips

    def locate(self, frame: int) -> tuple[Take, int]:
        """Find the take whose clip holds a model frame, and the index of the frame in that clip.

        Args:
            frame: Model frame counted over all segments, below `frames.shown`.
        """
        for segment in self.segments:
            if frame < segment.first + segment.frames.shown:
                return segment, frame - segment.first
        return self, frame

    def __repr__(self) -> str:
        return f"Take({self.stem})"


def take_number(shot: Shot) -> int:
    """Number of the take in the cut: that of `use:`, else the one after `take: from`, else 1.

    Raises:
        InputError: `use:` is not a take number.
    """
    if shot.use is None:
        return shot.take.number + 1 if shot.take else 1
    found = re.fullmatch(r"[Tt]?0*([1-9]\d{0,2})", shot.use.strip())
    if found is None:
        raise InputError(f"shot {shot.id!r}: use is {shot.use!r}, must be a take like T02.")
    return int(found[1])


def file_stems(ids: Sequence[str]) -> dict[str, str]:
    """Map shot ids to unique file names of letters, digits, hyphens and underscores."""
    stems: dict[str, str] = {}
    used: set[str] = set()
    for shot in ids:
        # A board must not be able to write outside its folder: "../../x" becomes "_x".
        stem = _UNSAFE.sub("_", shot)[:80] or "_"
        # casefold: macOS and Windows do not tell "12a" from "12A".
        if stem.casefold() in used or stem.casefold() in _RESERVED or stem.startswith("-"):
            stem = f"{stem.lstrip('-')}_{hashlib.sha256(shot.encode()).hexdigest()[:8]}"
        used.add(stem.casefold())
        stems[shot] = stem
    return stems
