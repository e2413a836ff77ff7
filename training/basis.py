"""Latent space of greybox's codec: principal components of blocks of pixels, 4 frames long.

Usage: python -m training.basis. A closed form over the footage, computed in minutes: it fixes the
latent space before any network is trained, so that decoder, encoder and experts train in parallel.
The decoder also uses neighbouring blocks and restores what a linear code loses; the encoder is
trained to predict the components.

Each channel is scaled by its standard deviation to the power `EMPHASIS`, so that coarse structure
emerges from the noise first, as in the pictures themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from einops import rearrange, repeat
from numpy.typing import NDArray
from torch import Tensor

from training.films.footage import Footage
from training.sizes import LATENT_CHANNELS

FRAMES, SIDE = 4, 16
# Kept with the code: the latent space of the shipped checkpoint, used by further training.
BASIS_FILE = Path(__file__).with_name("basis.npz")
EMPHASIS = 0.35
_CLIPS, _BLOCKS_PER_CLIP = 600, 160


@dataclass(frozen=True, eq=False)
class Basis:
    """Affine code of blocks: centre (P,), components (P, C), scale of each channel (C,)."""

    centre: Tensor
    components: Tensor
    scale: Tensor

    @classmethod
    def load(cls, path: Path = BASIS_FILE) -> Basis:
        """Read a file of `write_basis`."""
        data = np.load(path)
        return cls(*(torch.from_numpy(data[name]) for name in ("centre", "components", "scale")))

    @property
    def side(self) -> int:
        """Pixels along a side of a block."""
        return round((len(self.centre) / (3 * FRAMES)) ** 0.5)

    def encode(self, video: Tensor) -> Tensor:
        """Latents (B, C, T, h, w) of videos (B, 3, F, H, W) in [-1, 1], F = 4n + 1.

        The first frame is repeated four times, so that every latent frame has the same meaning.
        """
        first = repeat(video[:, :, :1], "b c 1 h w -> b c k h w", k=FRAMES - 1)
        blocks = rearrange(
            torch.cat([first, video], dim=2),
            "b c (t p) (h q) (w r) -> b t h w (p q r c)",
            p=FRAMES,
            q=self.side,
            r=self.side,
        )
        coded = (blocks - self.centre) @ (self.components * self.scale)
        return rearrange(coded, "b t h w c -> b c t h w")


def as_video(frames: NDArray[np.uint8]) -> Tensor:
    """Frames (T, H, W, 3) uint8 as a batch of one video (1, 3, T, H, W) in [-1, 1]."""
    pixels = torch.from_numpy(np.ascontiguousarray(frames)).float() / 127.5 - 1
    return rearrange(pixels, "t h w c -> 1 c t h w")


def _blocks(frames: NDArray[np.uint8], side: int) -> Tensor:
    video = as_video(frames)[0]
    return rearrange(video, "c (t p) (h q) (w r) -> (t h w) (p q r c)", p=FRAMES, q=side, r=side)


@click.command()
def main() -> None:
    """Fit the components and print their PSNR as a linear code."""
    footage, random = Footage(), np.random.default_rng(0)
    chosen = random.choice(len(footage), min(_CLIPS, len(footage)), replace=False)
    clips = (footage.frames(int(clip))[:: int(random.integers(1, 3))] for clip in chosen)
    fit(clips, random, SIDE, LATENT_CHANNELS, BASIS_FILE)


def fit(
    clips: Iterable[NDArray[np.uint8]], random: np.random.Generator, side: int, channels: int,
    path: Path,
) -> None:  # fmt: skip
    """Fit components to clips (T, H, W, 3), half of them mirrored, and write them."""
    size = FRAMES * side * side * 3
    moment, total, count = torch.zeros(size, size), torch.zeros(size), 0
    for clip in clips:
        frames = clip[1:17, :, :: int(random.choice([-1, 1]))]
        blocks = _blocks(frames, side)
        blocks = blocks[torch.from_numpy(random.permutation(len(blocks))[:_BLOCKS_PER_CLIP])]
        moment += blocks.T @ blocks
        total += blocks.sum(0)
        count += len(blocks)
    centre = total / count
    values, vectors = torch.linalg.eigh(moment / count - torch.outer(centre, centre))
    write_basis(centre, values.flip(0), vectors.flip(1), channels, path)


def write_basis(centre: Tensor, values: Tensor, vectors: Tensor, channels: int, path: Path) -> None:
    """Store the first components, scaled so that the latent has unit variance overall."""
    deviation = values[:channels].sqrt()
    kept = deviation**EMPHASIS
    scale = kept / kept.square().mean().sqrt() / deviation
    components = vectors[:, :channels].contiguous()
    np.savez(path, centre=centre, components=components, scale=scale)
    lost = values[channels:].sum() / len(centre) / 4
    print(f"basis: {-10 * float(torch.log10(lost)):.2f} dB as a linear code")


if __name__ == "__main__":
    main()
