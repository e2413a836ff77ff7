"""One shot → its takes: words, frames, camera, seeds and first picture, all decided.

Here a shot becomes model input. Called by `plan` only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shots.path.camera_path import camera_path
from shots.prompt.compile import compile_prompt
from shots.prompt.extension import extend
from storyboard.errors import InputError
from storyboard.film.cut import Cut, Spare
from storyboard.plan.chains import Segment, Worded, plan_chain, with_segments
from storyboard.plan.settings import Settings
from storyboard.stages.stage import Stage
from storyboard.store import file_sha256
from storyboard.take.file_names import file_stems, take_number
from storyboard.take.frames import FramePlan, plan_frames, timecode_rate
from storyboard.take.seeds import NoiseRecipe, camera_seed, noise_recipe
from storyboard.take.take import Picture, Remix, Take

if TYPE_CHECKING:
    from model.presets import Preset
    from shots.path.camera_path import CameraPath
    from shots.schema import Shot, ShotList

LEAST_CLIP = 5
"""Frames of the shortest clip that can be a link of a chain: it hands one on and adds four."""


class TakePlanner:
    """Makes the takes of a board; a shot that starts from another's clip needs its key first.

    Args:
        board: The board.
        settings: Model, quality and numbers.
        cut: Frames of every shot.
        spares: Spare frames of every shot, enough for every cut it is in.
        size: Of the model's picture.
        clip_stage: The stage that makes the clips other shots may start from.
    """

    def __init__(
        self,
        board: ShotList,
        settings: Settings,
        cut: Cut,
        spares: Sequence[Spare],
        size: tuple[int, int],
        clip_stage: Stage,
    ) -> None:
        self._board, self._settings = board, settings
        self._cut, self._spares = cut, spares
        self._size, self._clip_stage = size, clip_stage
        self._index = {shot.id: index for index, shot in enumerate(board.shots)}
        self._done: dict[str, tuple[Take, ...]] = {}
        self.notices: list[str] = []

    def takes(self) -> Iterator[Take]:
        """Every take of every shot."""
        stems = file_stems([shot.id for shot in self._board.shots])
        for shot in self._board.shots:
            yield from self._takes_of(shot, stems)

    def _takes_of(self, shot: Shot, stems: dict[str, str]) -> tuple[Take, ...]:
        if shot.id not in self._done:
            pictures = self._pictures(shot, stems)
            source = shot.take.number if shot.take else 0
            numbers = {*range(1, shot.takes + 1), take_number(shot), source or 1}
            made: list[Take] = []
            for number in sorted(numbers):
                old = next((t for t in made if t.number == source), None)
                made.append(
                    self._take(_remade(shot) if old else shot, number, pictures, stems, old)
                )
            self._done[shot.id] = tuple(made)
        return self._done[shot.id]

    def _remix(self, shot: Shot, old: Take | None) -> Remix | None:
        """What a take above the named one starts from; a layout has no latent."""
        if self._settings.preset is None or shot.take is None or old is None or old.segments:
            return None
        (latent,) = self._clip_stage.needs(old)
        return Remix(latent, shot.take.strength, old.slate)

    def _take(
        self,
        shot: Shot,
        number: int,
        pictures: tuple[Picture | None, Picture | None],
        stems: dict[str, str],
        old: Take | None,
    ) -> Take:
        board = self._board
        picture, last_picture = pictures
        frames, segments = self._frames(shot)
        filmed = shot
        if frames.clip != frames.shot:
            duration_s = Fraction(frames.clip, timecode_rate(board.format.fps))
            filmed = shot.model_copy(update={"duration_s": duration_s})
        path = _path(filmed, frames, self._size, board.style.seed)
        prompt, negative, removed, added = self._words(shot, picture is not None)
        take = Take(
            board=board,
            shot=shot,
            filmed=filmed,
            number=number,
            stem=f"{stems[shot.id]}_T{number:02}",
            prompt=prompt,
            added=added,
            negative=negative,
            removed=removed,
            noise=self._noise(shot, number),
            size=self._size,
            frames=frames,
            path=path,
            path_key=_path_key(path),
            picture=picture,
            last_picture=last_picture,
            matched=self._matched(shot, picture, stems),
            remix=self._remix(shot, old),
        )
        if len(segments) < 2:
            return take
        return with_segments(
            take,
            segments,
            clip_stage=self._clip_stage,
            words=self._words,
            noise=lambda segment: self._noise(shot, number, segment),
            path_key=_path_key,
            old=old,
        )

    def _frames(self, shot: Shot) -> tuple[FramePlan, tuple[Segment, ...]]:
        """The frames of a clip, and its segments where it is longer than the model's."""
        settings, index = self._settings, self._index[shot.id]
        length, spare = self._cut.shots[index].frames, self._spares[index]
        frames = plan_frames(
            length,
            head=spare.head,
            tail=spare.tail,
            fps=self._board.format.fps,
            model_fps=settings.fps,
            max_frames=settings.level.max_frames,
            any_length=settings.preset is None,
        )
        if not (frames.stretched and is_chained(self._board, settings)):
            return frames, ()
        return plan_chain(
            length,
            head=spare.head,
            tail=spare.tail,
            fps=self._board.format.fps,
            model_fps=settings.fps,
            max_frames=settings.level.max_frames,
        )

    def _words(self, shot: Shot, from_picture: bool) -> Worded:
        settings = self._settings
        prompt = compile_prompt(
            self._board,
            shot,
            mode="image" if from_picture else "text",
            negative_base=settings.preset.negative if settings.preset else "",
        )
        added = _addition(prompt.positive, settings)
        positive = f"{prompt.positive} {added}" if added else prompt.positive
        return positive, prompt.negative, prompt.removed, added

    def _noise(self, shot: Shot, number: int, segment: int = 1) -> NoiseRecipe:
        style = self._board.style
        return noise_recipe(
            style_seed=style.seed,
            policy=style.seed_policy,
            consistency=style.consistency,
            scene=shot.scene,
            shot=shot.id,
            take=number,
            setup=shot.setup,
            fixed_seed=shot.seed,
            segment=segment,
        )

    def _pictures(self, shot: Shot, stems: dict[str, str]) -> tuple[Picture | None, Picture | None]:
        """The first and the last frame that the shot is given, as far as the model takes them."""
        preset = self._settings.preset
        if preset is None:
            return None, None
        first = self._first_picture(shot, stems, preset)
        return first, self._last_picture(shot, first, preset)

    def _last_picture(self, shot: Shot, first: Picture | None, preset: Preset) -> Picture | None:
        file = shot.references.last_frame
        if not (shot.loop or file):
            return None
        asked = "loops" if shot.loop else "ends on a picture"
        if not preset.takes_channels:
            self.notices.append(
                f"{shot.id}: {asked}, which {preset.name} cannot do; it ends as it comes."
            )
            return None
        if first is None:
            self.notices.append(
                f"{shot.id}: {asked}, which needs a picture to start from; it ends as it comes."
            )
            return None
        if self._settings.level.max_frames == 1:
            self.notices.append(f"{shot.id}: {asked}, which one frame cannot show.")
            return None
        return first if file is None else self._file(shot, "last-frame", file)

    def _first_picture(self, shot: Shot, stems: dict[str, str], preset: Preset) -> Picture | None:
        picture = self._asked_picture(shot, stems, preset)
        if picture is None and preset.needs_picture:
            raise InputError(
                f"shot {shot.id!r}: no picture to start from, must be one for {preset.name!r}. "
                "Say references: {first-frame: FILE} or continuity: {from: last-frame}, or use a "
                "text-to-video preset."
            )
        return picture

    def _asked_picture(self, shot: Shot, stems: dict[str, str], preset: Preset) -> Picture | None:
        if not shot.starts_from_picture:
            return None
        if preset.first_frame == "none":
            self.notices.append(
                f"{shot.id}: starts from a picture, which {preset.name} cannot take; "
                "it is rendered from words alone."
            )
            return None
        file = shot.references.first_frame
        if file is not None and file != "auto":
            return self._file(shot, "first-frame", file)
        return self._last_frame(shot, stems)

    def _file(self, shot: Shot, field: str, name: str) -> Picture:
        path = self._board.path.parent / name
        if not path.is_file():
            raise InputError(
                f"shot {shot.id!r}: {field} {name!r} is not there, must be a picture "
                "beside the board. Check the name."
            )
        return Picture(file_sha256(path), file=path)

    def _last_frame(self, shot: Shot, stems: dict[str, str]) -> Picture | None:
        take = self._take_before(shot, stems)
        if take is None:
            self.notices.append(
                f"{shot.id}: is the first shot, so there is no last frame to start from; "
                "it is rendered from words alone."
            )
            return None
        maker, frame = take.maker(take.frames.source(take.frames.last))
        clip = self._clip_stage.refs(maker)[0]
        return Picture(f"{clip.key}:{frame}", clip=clip, frame=frame, of_take=take.slate)

    def _take_before(self, shot: Shot, stems: dict[str, str]) -> Take | None:
        """The shown take of the shot that this one goes on from; the first goes on from none."""
        index = self._index[shot.id]
        after = shot.continuity.after if shot.continuity else None
        if after is None and index == 0:
            return None
        source = self._board.shot(after) if after else self._board.shots[index - 1]
        # The board has been checked for circles, so this ends.
        number = take_number(source)
        return next(take for take in self._takes_of(source, stems) if take.number == number)

    def _matched(self, shot: Shot, picture: Picture | None, stems: dict[str, str]) -> Take | None:
        """The take whose colours it is to have: only of a frame made again can they be told."""
        asked = shot.continuity is not None and shot.continuity.match_color
        return self._take_before(shot, stems) if asked and picture and picture.clip else None


def is_chained(board: ShotList, settings: Settings) -> bool:
    """Whether shots longer than the model's clip are rendered as chains of clips.

    A draft is spread over the longer shot instead, unless the board says otherwise: it shows what
    a chain would show with a fraction of the work.
    """
    preset = settings.preset
    if preset is None or preset.first_frame == "none" or settings.level.max_frames < LEAST_CLIP:
        return False
    usual = "stretch" if settings.quality == "draft" else "chain"
    return (board.model.long_shots or usual) == "chain"


def _addition(prompt: str, settings: Settings) -> str:
    """What a writer may add to a prompt."""
    return extend(prompt, settings.written.get(prompt, "")).added


def _remade(shot: Shot) -> Shot:
    """The shot as a take made from another one shows it."""
    if shot.take is None or shot.take.action is None:
        return shot
    return shot.model_copy(update={"action": " ".join(shot.take.action.split())})


def _path(filmed: Shot, frames: FramePlan, size: tuple[int, int], style_seed: int) -> CameraPath:
    """The camera over the frames that are shown; it rests in those that are trimmed."""
    seed = camera_seed(style_seed, filmed.scene, filmed.id)
    path = camera_path(filmed, num_frames=frames.shown, aspect=size[0] / size[1], seed=seed)
    if not frames.trimmed:
        return path

    def rest(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([values, np.repeat(values[-1:], frames.trimmed, axis=0)])

    return replace(
        path,
        camera_to_world=rest(path.camera_to_world),
        focal=rest(path.focal),
        subject=rest(path.subject),
    )


def _path_key(path: CameraPath) -> str:
    """Name a path by its numbers, to a millionth, so that no libm changes it."""
    digest = hashlib.sha256()
    for values in (path.camera_to_world, path.focal, path.subject):
        # + 0.0 turns -0.0 into 0.0.
        digest.update((np.round(np.asarray(values, np.float64), 6) + 0.0).astype("<f8").tobytes())
    digest.update(f"{path.aspect:.6f}".encode())
    return digest.hexdigest()
