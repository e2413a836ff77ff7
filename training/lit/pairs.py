"""Make training pairs: a staged shot in traced light, its control film, its prompt, its labels.

Usage: python -m training.lit.pairs [--first N --clips N --minutes M]. Clips that are on disk are
skipped; each is a function of its seed alone. Seeds are even for the narrow boards of
`training.films.boards`, odd for people who act, from `training.films.acted_boards`.

The control film has no light and no colour: red is nearness, as the product's depth pass; green
is the shape under a light at the camera; blue is the product's lines.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from shots import Shot, ShotList, compile_prompt, parse_shots
from shots.staging.stage_shot import staged_path
from storyboard.layout import ShotFilm, layout_film
from storyboard.layout.passes.film_passes import pass_record
from storyboard.layout.passes.pass_pictures import depth8, lines_picture
from storyboard.layout.render.frame import render_frame
from training.films.acted_boards import draw
from training.films.boards import sample_board
from training.films.filming import shows_subject
from training.films.footage import training_folder
from training.films.prompts import meaning
from training.lit.lit_film import LitFilm

SIZE = (320, 192)
NUM_FRAMES = 33
CELL = 8  # pixels of a latent cell
HELD_OUT = 25  # every so many seeds one is never trained on
_BLUR_SHARE = 0.004  # of the shorter side, as in the product's control film
_LEAST_SPREAD = 4.0  # standard deviation of pixel values
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Pair:
    """A clip of training: target and control (F, H, W, 3), mask of the subject (F, H, W)."""

    target: Bytes
    control: Bytes
    mask: Bytes


def board_of(seed: int) -> tuple[ShotList, Shot]:
    """The board of a seed, read like a user's file."""
    if seed % 2:
        board = draw(seed).board()
    else:
        text = yaml.safe_dump(sample_board(seed), sort_keys=False, allow_unicode=True)
        board = parse_shots(text, Path(f"pair_{seed}.yaml"))
    return board, board.shots[0]


def film_of(seed: int, size: tuple[int, int] = SIZE) -> tuple[ShotFilm, ShotList, Shot]:
    """The staged shot of a seed along its camera path."""
    board, shot = board_of(seed)
    path = staged_path(board, shot, num_frames=NUM_FRAMES, aspect=size[0] / size[1], seed=seed)
    return layout_film(board, shot, path), board, shot


def control_and_mask(film: ShotFilm, size: tuple[int, int]) -> tuple[Bytes, Bytes]:
    """Control film (F, H, W, 3) and coverage of the subject (F, H, W)."""
    span = pass_record(film, size).span
    blur_px = _BLUR_SHARE * min(size)
    pictures, masks = [], []
    for k in range(film.path.num_frames):
        camera = film.camera(k)
        frame = render_frame(film.scene(k), camera, film.rig, size)
        facing = -(frame.normal * camera.rays(size)).sum(axis=2)
        shape = np.where(frame.normal.any(axis=2), 40 + 215 * np.clip(facing, 0, 1), 0)
        near = depth8(frame.depth, span, "inverse", blur_px)
        picture = np.stack([near, np.rint(shape).astype(np.uint8), lines_picture(frame)], axis=2)
        pictures.append(picture)
        masks.append(film.subject_mask(frame))
    return np.stack(pictures), np.stack(masks)


def make_pair(film: ShotFilm, size: tuple[int, int] = SIZE) -> Pair | None:
    """Render a pair; None if its subject is hardly in the picture or the picture is plain."""
    control, mask = control_and_mask(film, size)
    if not shows_subject(mask):
        return None
    lit = LitFilm(film)
    pictures: list[Bytes] = []
    for k in range(film.path.num_frames):
        pictures.append(lit.frame(k, size))
        if k == 0 and pictures[0].std() < _LEAST_SPREAD:
            return None
    return Pair(np.stack(pictures), control, mask)


def labels(seed: int, film: ShotFilm, board: ShotList, shot: Shot) -> dict[str, object]:
    """What a judge needs to know of a clip, beside its pictures."""
    light = shot.lighting.model_dump(mode="json", exclude_none=True)
    return {
        "seed": seed,
        "prompt": compile_prompt(board, shot).positive,
        "meaning": meaning(board, shot) if film.staged.camera.subjects else {},
        "action": shot.action,
        "set": film.staged.place.set,
        "weather": list(film.staged.place.weather),
        "lighting": light,
        "movement": list(shot.camera.movement),
        "subjects": list(film.staged.camera.subjects),
        "players": {p.id: p.model for p in film.shown},
        "not_staged": [each.words for each in film.staged.not_staged],
    }


def covered(mask: Bytes, size: tuple[int, int]) -> Bytes:
    """Mean of masks (F, H, W) over latent cells, (F, H / 8, W / 8)."""
    cells = (size[0] // CELL, size[1] // CELL)
    return np.array([cv2.resize(m, cells, interpolation=cv2.INTER_AREA) for m in mask], np.uint8)


def write_clip(folder: Path, seed: int) -> bool:
    """Make the clip of a seed; its labels are written last. False if it is not usable."""
    film, board, shot = film_of(seed)
    pair = None if film.camera(0).projection != "pinhole" else make_pair(film)
    row: dict[str, object] = {"seed": seed, "usable": pair is not None}
    if pair is not None:
        row |= labels(seed, film, board, shot)
        for name, frames in (("target", pair.target), ("control", pair.control)):
            part = folder / f"{seed:06d}_{name}.part.npy"
            np.save(part, frames)
            part.replace(folder / f"{seed:06d}_{name}.npy")
        np.savez(
            folder / f"{seed:06d}.npz",
            cover=covered(pair.mask, SIZE),
            poses=np.asarray(film.poses, np.float32),
            focal=np.asarray(film.path.focal, np.float32),
            distance=np.float32(film.path.subject_distance_m),
        )
    (folder / f"{seed:06d}.json").write_text(json.dumps(row, default=str) + "\n")
    return pair is not None


class Pairs:
    """The clips on disk, in the order of their seeds.

    Attributes:
        rows: Labels of each.
        trained, held_out: Numbers of the clips to train on, and of those for evaluation.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or training_folder() / "pairs"
        rows = [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))]
        self.rows = [row for row in rows if row["usable"]]
        kept = [row["seed"] % HELD_OUT == 0 for row in self.rows]
        self.held_out = [clip for clip, is_kept in enumerate(kept) if is_kept]
        self.trained = [clip for clip, is_kept in enumerate(kept) if not is_kept]

    def __len__(self) -> int:
        return len(self.rows)

    def frames(self, clip: int, name: str = "target") -> Bytes:
        """Target or control of a clip, (F, H, W, 3), memory-mapped."""
        path = self.folder / f"{self.rows[clip]['seed']:06d}_{name}.npy"
        loaded: Bytes = np.load(path, mmap_mode="r")
        return loaded


@click.command()
@click.option("--first", default=0, help="First seed.")
@click.option("--clips", default=1500, help="Stop at this many seeds.")
@click.option("--minutes", default=600.0, help="Stop after this long.")
@click.option("--stride", default=1, help="Every so many seeds, for several processes.")
def main(first: int, clips: int, minutes: float, stride: int) -> None:
    """Make the missing clips."""
    cv2.setNumThreads(1)
    folder = training_folder() / "pairs"
    folder.mkdir(parents=True, exist_ok=True)
    finish = time.monotonic() + 60 * minutes
    for seed in range(first, clips, stride):
        if time.monotonic() > finish:
            break
        if (folder / f"{seed:06d}.json").exists():
            continue
        began = time.process_time()
        is_usable = write_clip(folder, seed)
        print(f"{seed} {is_usable} {time.process_time() - began:.1f} cpu-s", flush=True)


if __name__ == "__main__":
    main()
