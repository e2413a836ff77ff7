"""Encode footage as latents: each clip and its mirror image at two sizes and lengths, and stills.

Usage: python -m training.latents [--first N --count N]. Existing shards are skipped.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from training.basis import Basis, as_video
from training.films.footage import Footage, training_folder

LENGTHS = (5, 9)  # latent frames of 17 pictures (every second one) and of all 33
SCALES = (2, 1)  # divisors of the footage's size: small pictures train faster
STILLS = (0, 8, 16, 24, 32)  # frames of a clip that are also coded as clips of one frame


def stills_name(shard: str) -> str:
    """File of a shard's stills at full size, (clips, 2, STILLS, C, 1, h, w) float16."""
    return f"{shard}_stills.npy"


def latent_name(shard: str, length: int, scale: int) -> str:
    """File of a shard's latents, (clips, 2, C, T, h, w) float16; [:, 1] are mirror images."""
    return f"{shard}_{length}_{scale}.npy"


def coded_clip(basis: Basis, frames: NDArray[np.uint8], scale: int) -> torch.Tensor:
    """A clip, reduced by `scale`, and its mirror image as latents (2, C, T, h, w)."""
    video = as_video(frames)
    if scale > 1:
        video = F.avg_pool3d(video, (1, scale, scale))
    return basis.encode(torch.cat([video, video.flip(-1)])).half()


@click.command()
@click.option("--first", default=0, help="First shard, by order.")
@click.option("--count", default=1_000_000, help="How many shards at most.")
def main(first: int, count: int) -> None:
    """Encode the missing shards."""
    folder = training_folder()
    basis, footage = Basis.load(), Footage()
    target = folder / "latents"
    target.mkdir(parents=True, exist_ok=True)
    for name in footage.shards[first : first + count]:
        for length, step in zip(LENGTHS, (2, 1), strict=True):
            for scale in SCALES:
                path = target / latent_name(name.name, length, scale)
                if path.exists():
                    continue
                clips = np.load(name.with_suffix(".npy"), mmap_mode="r")
                coded = [coded_clip(basis, clip[::step], scale).numpy() for clip in clips]
                part = path.with_suffix(".part.npy")
                np.save(part, np.stack(coded))
                part.replace(path)
        write_stills(basis, name, target / stills_name(name.name))
        print(name.name, flush=True)


def write_stills(basis: Basis, shard: Path, path: Path) -> None:
    """Encode some frames of every clip as clips of one frame, unless the file exists."""
    if path.exists():
        return
    clips = np.load(shard.with_suffix(".npy"), mmap_mode="r")
    coded = [
        torch.stack([coded_clip(basis, clip[k : k + 1], 1) for k in STILLS], dim=1).numpy()
        for clip in clips
    ]
    part = path.with_suffix(".part.npy")
    np.save(part, np.stack(coded))
    part.replace(path)


if __name__ == "__main__":
    main()
