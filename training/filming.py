"""Film sampled boards with the layout.

Usage: python -m training.filming --shards 40. Shards that exist are left alone.
"""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from shots import Shot, ShotList, camera_path, parse_shots
from storyboard.layout import layout_with_mask
from training.boards import sample_board
from training.footage import CLIPS_PER_SHARD, NUM_FRAMES, SIZE, training_folder

_SEEDS_PER_SHARD = 1000
_LEAST_COVER = 0.004  # of the picture by the subject, mean over the clip
_LEAST_SPREAD = 4.0  # of pixel values: less is a plain colour


def read_board(seed: int, **choices: object) -> tuple[ShotList, Shot]:
    """The sampled board of a seed, read as a user's file is read."""
    text = yaml.safe_dump(sample_board(seed, **choices), sort_keys=False)
    board = parse_shots(text, Path(f"footage_{seed}.yaml"))
    return board, board.shots[0]


def film(
    seed: int,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float64], NDArray[np.float64]]:
    """Frames, subject coverage, poses and focal lengths of a seed's board."""
    board, shot = read_board(seed)
    path = camera_path(shot, num_frames=NUM_FRAMES, aspect=SIZE[0] / SIZE[1], seed=seed)
    frames, masks = layout_with_mask(board, shot, path, SIZE)
    return frames, masks, path.camera_to_world, path.focal


def is_worth_learning(frames: NDArray[np.uint8], masks: NDArray[np.uint8]) -> bool:
    """Whether the subject is in the picture and the picture is not one plain colour."""
    return bool(masks.mean() / 255 > _LEAST_COVER and frames.std() > _LEAST_SPREAD)


def write_shard(folder: Path, shard: int) -> None:
    """Film 200 boards; the labels are written last, so a shard without them is not one."""
    width, height = SIZE
    part = folder / f"{shard:04d}.part.npy"
    shape = (CLIPS_PER_SHARD, NUM_FRAMES, height, width, 3)
    kept = np.lib.format.open_memmap(part, mode="w+", dtype=np.uint8, shape=shape)
    seeds: list[int] = []
    poses, focal = [], []
    seed = shard * _SEEDS_PER_SHARD
    while len(seeds) < CLIPS_PER_SHARD:
        frames, masks, pose, lens = film(seed)
        if is_worth_learning(frames, masks):
            kept[len(seeds)] = frames
            seeds.append(seed)
            poses.append(pose)
            focal.append(lens)
        seed += 1
    kept.flush()
    part.replace(folder / f"{shard:04d}.npy")
    np.savez(
        folder / f"{shard:04d}.npz",
        seeds=np.array(seeds),
        poses=np.array(poses, np.float32),
        focal=np.array(focal, np.float32),
    )


@click.command()
@click.option("--first", default=0)
@click.option("--shards", default=40)
def main(first: int, shards: int) -> None:
    """Film shards that are not there yet."""
    cv2.setNumThreads(1)
    folder = training_folder() / "footage"
    folder.mkdir(parents=True, exist_ok=True)
    for shard in range(first, first + shards):
        if not (folder / f"{shard:04d}.npz").exists():
            write_shard(folder, shard)
            print(f"shard {shard}", flush=True)


if __name__ == "__main__":
    main()
