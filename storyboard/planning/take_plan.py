"""One shot → its takes: words, frames, camera, seeds and first picture, all decided.

Here a shot becomes model input. Called by `plan` only.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shots.path import camera_path
from shots.prompt import compile_prompt
from storyboard.cutting.cut import Cut
from storyboard.errors import InputError
from storyboard.names import file_stems, take_number
from storyboard.planning.frames import FramePlan, plan_frames, timecode_rate
from storyboard.planning.seeds import NoiseRecipe, derive_seed, noise_recipe
from storyboard.planning.settings import Settings
from storyboard.planning.takes import Picture, Take
from storyboard.stage import Stage
from storyboard.store import file_sha256

if TYPE_CHECKING:
    from model.presets import Preset
    from shots.path import CameraPath
    from shots.schema import Shot, ShotList


class TakePlanner:
    """Makes the takes of a board; a shot that starts from another's clip needs its key first.

    Args:
        board: The board.
        settings: Model, quality and numbers.
        cut: Frames of every shot, spare ones included.
        size: Of the model's picture.
        clip_stage: The stage that makes the clips other shots may start from.
    """

    def __init__(
        self,
        board: "ShotList",
        settings: Settings,
        cut: Cut,
        size: tuple[int, int],
        clip_stage: Stage,
    ) -> None:
        self._board, self._settings, self._cut = board, settings, cut
        self._size, self._clip_stage = size, clip_stage
        self._index = {shot.id: index for index, shot in enumerate(board.shots)}
        self._done: dict[str, tuple[Take, ...]] = {}
        self.notices: list[str] = []

    def takes(self) -> Iterator[Take]:
        """Every take of every shot."""
        stems = file_stems([shot.id for shot in self._board.shots])
        for shot in self._board.shots:
            yield from self._takes_of(shot, stems)

    def _takes_of(self, shot: "Shot", stems: dict[str, str]) -> tuple[Take, ...]:
        if shot.id not in self._done:
            picture = self._picture(shot, stems)
            numbers = sorted({*range(1, shot.takes + 1), take_number(shot)})
            self._done[shot.id] = tuple(
                self._take(shot, number, picture, stems) for number in numbers
            )
        return self._done[shot.id]

    def _take(
        self, shot: "Shot", number: int, picture: Picture | None, stems: dict[str, str]
    ) -> Take:
        board, settings = self._board, self._settings
        index = self._index[shot.id]
        spare = self._cut.spares[index]
        frames = plan_frames(
            self._cut.shots[index].frames,
            head=spare.head,
            tail=spare.tail,
            fps=board.format.fps,
            model_fps=settings.fps,
            max_frames=settings.level.max_frames,
            any_length=settings.preset is None,
        )
        filmed = shot
        if frames.clip != frames.shot:
            duration_s = Fraction(frames.clip, timecode_rate(board.format.fps))
            filmed = shot.model_copy(update={"duration_s": duration_s})
        path = _path(filmed, frames, self._size, board.style.seed)
        prompt = compile_prompt(
            board,
            shot,
            mode="text" if picture is None else "image",
            negative_base=settings.preset.negative if settings.preset else "",
        )
        return Take(
            board=board,
            shot=shot,
            filmed=filmed,
            number=number,
            stem=f"{stems[shot.id]}_T{number:02}",
            prompt=prompt.positive,
            negative=prompt.negative,
            removed=prompt.removed,
            noise=self._noise(shot, number),
            size=self._size,
            frames=frames,
            path=path,
            path_key=_path_key(path),
            picture=picture,
        )

    def _noise(self, shot: "Shot", number: int) -> NoiseRecipe:
        style = self._board.style
        return noise_recipe(
            style_seed=style.seed,
            policy=style.seed_policy,
            consistency=style.consistency,
            scene=shot.scene,
            shot=shot.id,
            take=number,
            fixed_seed=shot.seed,
        )

    def _picture(self, shot: "Shot", stems: dict[str, str]) -> Picture | None:
        """The first frame that the shot is given, if the model can take one."""
        preset = self._settings.preset
        if preset is None:
            return None
        picture = self._asked_picture(shot, stems, preset)
        if picture is None and preset.first_frame == "channels":
            raise InputError(
                f"shot {shot.id!r}: no picture to start from, must be one for {preset.name!r}. "
                "Say references: {first-frame: FILE} or continuity: {from: last-frame}, or use a "
                "text-to-video preset."
            )
        return picture

    def _asked_picture(
        self, shot: "Shot", stems: dict[str, str], preset: "Preset"
    ) -> Picture | None:
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
            path = self._board.path.parent / file
            if not path.is_file():
                raise InputError(
                    f"shot {shot.id!r}: first-frame {file!r} is not there, must be a picture "
                    "beside the board. Check the name."
                )
            return Picture(file_sha256(path), file=path)
        return self._last_frame(shot, stems)

    def _last_frame(self, shot: "Shot", stems: dict[str, str]) -> Picture | None:
        index = self._index[shot.id]
        after = shot.continuity.after if shot.continuity else None
        if after is None and index == 0:
            self.notices.append(
                f"{shot.id}: is the first shot, so there is no last frame to start from; "
                "it is rendered from words alone."
            )
            return None
        source = self._board.shot(after) if after else self._board.shots[index - 1]
        # The board has been checked for circles, so this ends.
        number = take_number(source)
        take = next(take for take in self._takes_of(source, stems) if take.number == number)
        clip = self._clip_stage.refs(take)[0]
        frame = take.frames.source(take.frames.head + take.frames.shot - 1)
        return Picture(f"{clip.key}:{frame}", clip=clip, frame=frame, of_take=take.slate)


def _path(
    filmed: "Shot", frames: FramePlan, size: tuple[int, int], style_seed: int
) -> "CameraPath":
    """The camera over the frames that are shown; it rests in those that are trimmed."""
    seed = derive_seed("camera", style_seed, filmed.scene, filmed.id) % 2**32
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


def _path_key(path: "CameraPath") -> str:
    """Name a path by its numbers, to a millionth, so that no libm changes it."""
    digest = hashlib.sha256()
    for values in (path.camera_to_world, path.focal, path.subject):
        # + 0.0 turns -0.0 into 0.0.
        digest.update((np.round(np.asarray(values, np.float64), 6) + 0.0).astype("<f8").tobytes())
    digest.update(f"{path.aspect:.6f}".encode())
    return digest.hexdigest()
