"""Footage as latents: each clip and its mirror image, at 33 frames and at every second of them.

Usage: python -m training.latents. Shards that exist are left alone.
"""

from __future__ import annotations

import click
import numpy as np
import torch

from training.basis import Basis, as_video
from training.footage import CLIPS_PER_SHARD, Footage, training_folder

LENGTHS = (5, 9)  # latent frames of 17 and of 33 pictures


@click.command()
def main() -> None:
    """Encode what is not encoded yet."""
    folder = training_folder()
    basis, footage = Basis.load(), Footage()
    target = folder / "latents"
    target.mkdir(parents=True, exist_ok=True)
    for shard, name in enumerate(footage.shards):
        paths = [target / f"{name.name}_{length}.npy" for length in LENGTHS]
        if all(path.exists() for path in paths):
            continue
        coded: dict[int, list[np.ndarray]] = {length: [] for length in LENGTHS}
        for clip in range(shard * CLIPS_PER_SHARD, (shard + 1) * CLIPS_PER_SHARD):
            frames = footage.frames(clip)
            both = torch.cat([as_video(frames), as_video(frames[:, :, ::-1])])
            for length, step in zip(LENGTHS, (2, 1), strict=True):
                coded[length].append(basis.encode(both[:, :, ::step]).half().numpy())
        for length, path in zip(LENGTHS, paths, strict=True):
            part = path.with_suffix(".part.npy")
            np.save(part, np.stack(coded[length]))  # (clips, 2, C, T, h, w)
            part.replace(path)
        print(name.name, flush=True)


if __name__ == "__main__":
    main()
