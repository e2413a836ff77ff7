"""Footage as shards on disk: frames, subject coverage, poses, focal lengths, seeds of the boards.

A clip has 33 frames; every second frame gives the same shot in 17 frames.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIZE = (224, 128)
NUM_FRAMES = 33
CLIPS_PER_SHARD = 200


def training_folder() -> Path:
    """Folder of the training state: $STORYBOARD_TRAINING, default `.training`."""
    return Path(os.environ.get("STORYBOARD_TRAINING", ".training"))


class Footage:
    """All complete shards in the training folder, as one sequence of clips."""

    def __init__(self, *, coded_only: bool = False) -> None:
        """Find the shards; with `coded_only` those with latents."""
        folder = training_folder()
        shards = sorted(path.with_suffix("") for path in (folder / "footage").glob("*.npz"))
        coded = {path.name[:4] for path in (folder / "latents").glob("*.npy")}
        self.shards = [shard for shard in shards if not coded_only or shard.name in coded]
        labels = [np.load(shard.with_suffix(".npz")) for shard in self.shards]
        self.seeds = np.concatenate([shard["seeds"] for shard in labels])
        self.poses = np.concatenate([shard["poses"] for shard in labels])
        self.distance = np.concatenate([shard["distance"] for shard in labels])
        self.cover = np.concatenate([shard["cover"] for shard in labels])
        self.focal = np.concatenate([shard["focal"] for shard in labels])

    def __len__(self) -> int:
        return len(self.seeds)

    def frames(self, clip: int) -> NDArray[np.uint8]:
        """The frames of a clip, (33, H, W, 3), memory-mapped."""
        shard, row = divmod(clip, CLIPS_PER_SHARD)
        return _open_shard(self.shards[shard].with_suffix(".npy"))[row]


@lru_cache(maxsize=256)
def _open_shard(path: Path) -> NDArray[np.uint8]:
    return np.load(path, mmap_mode="r")
