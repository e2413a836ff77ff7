"""Render generated boards as layouts, into shards of footage.

Usage: python -m training.filming --shards 40. Existing shards are skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from shots import CameraPath
from shots.staging.stage_shot import staged_path
from storyboard.layout import layout_film, layout_with_mask
from training.films.footage import CLIPS_PER_SHARD, NUM_FRAMES, SIZE, training_folder
from training.films.prompts import read_wording

CELLS = (SIZE[0] // 16, SIZE[1] // 16)  # latent cells of a picture, across and down
_SEEDS_PER_SHARD = 1000
_LEAST_COVER = 0.004  # of the picture by the subject, mean over the clip
_LEAST_SPREAD = 4.0  # standard deviation of pixel values; less is a plain colour


@dataclass(frozen=True, eq=False)
class Clip:
    """A rendered board: frames, the subject's coverage of them, and the camera path."""

    frames: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    path: CameraPath


def film(seed: int) -> Clip:
    """Render the board of a seed."""
    board, shot = read_wording(seed, wording=0, is_mirrored=False)
    path = staged_path(board, shot, num_frames=NUM_FRAMES, aspect=SIZE[0] / SIZE[1], seed=seed)
    return Clip(*layout_with_mask(layout_film(board, shot, path), SIZE), path)


def is_usable(clip: Clip) -> bool:
    """Whether the subject is visible and the picture is not one plain colour."""
    return shows_subject(clip.masks) and bool(clip.frames.std() > _LEAST_SPREAD)


def shows_subject(masks: NDArray[np.uint8]) -> bool:
    """Whether the subject covers enough of the pictures, masks (T, H, W)."""
    return bool(masks.mean() / 255 > _LEAST_COVER)


def covered(masks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mean of masks (T, H, W) over each latent cell of every frame, (T, H / 16, W / 16)."""
    cells = [cv2.resize(mask, CELLS, interpolation=cv2.INTER_AREA) for mask in masks]
    return np.array(cells, np.uint8)


def write_shard(folder: Path, shard: int) -> None:
    """Render 200 boards; the labels are written last and mark the shard as complete."""
    width, height = SIZE
    part = folder / f"{shard:04d}.part.npy"
    shape = (CLIPS_PER_SHARD, NUM_FRAMES, height, width, 3)
    stored = np.lib.format.open_memmap(part, mode="w+", dtype=np.uint8, shape=shape)
    seeds: list[int] = []
    paths: list[CameraPath] = []
    covers: list[NDArray[np.uint8]] = []
    seed = shard * _SEEDS_PER_SHARD
    while len(seeds) < CLIPS_PER_SHARD:
        clip = film(seed)
        if is_usable(clip):
            stored[len(seeds)] = clip.frames
            seeds.append(seed)
            paths.append(clip.path)
            covers.append(covered(clip.masks))
        seed += 1
    stored.flush()
    part.replace(folder / f"{shard:04d}.npy")
    np.savez(
        folder / f"{shard:04d}.npz",
        seeds=np.array(seeds),
        poses=np.array([path.camera_to_world for path in paths], np.float32),
        focal=np.array([path.focal for path in paths], np.float32),
        distance=np.array([path.subject_distance_m for path in paths], np.float32),
        cover=np.array(covers),
    )


@click.command()
@click.option("--first", default=0)
@click.option("--shards", default=40)
def main(first: int, shards: int) -> None:
    """Render the missing shards."""
    cv2.setNumThreads(1)
    folder = training_folder() / "footage"
    folder.mkdir(parents=True, exist_ok=True)
    for shard in range(first, first + shards):
        if not (folder / f"{shard:04d}.npz").exists():
            write_shard(folder, shard)
            print(f"shard {shard}", flush=True)


if __name__ == "__main__":
    main()
