"""Footage as latents: each clip and its mirror image, at 33 frames and at every second of them.

Usage: python -m training.latents. Runs once the codec is trained; shards that exist are left alone.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import torch
from torch import Tensor

from training.footage import CLIPS_PER_SHARD, Footage, training_folder
from training.sizes import new_codec

LENGTHS = (5, 9)  # latent frames of 17 and of 33 pictures


def trained_codec(folder: Path) -> torch.nn.Module:
    """The codec with its averaged weights, ready to encode."""
    codec = new_codec(seed=0)
    average = torch.load(folder / "codec" / "state.pt", weights_only=True)["average"]
    with torch.no_grad():
        for name, parameter in codec.named_parameters():
            parameter.copy_(average[name])
    return codec.eval().requires_grad_(False)


def as_video(frames: np.ndarray) -> Tensor:
    """Frames (T, H, W, 3) uint8 as a batch of one video (1, 3, T, H, W) in [-1, 1]."""
    pixels = torch.from_numpy(np.ascontiguousarray(frames)).float() / 127.5 - 1
    return pixels.permute(3, 0, 1, 2)[None]


@click.command()
def main() -> None:
    """Encode what is not encoded yet, then measure mean and deviation of the channels."""
    folder = training_folder()
    codec, footage = trained_codec(folder), Footage()
    target = folder / "latents"
    target.mkdir(parents=True, exist_ok=True)
    for shard in range(len(footage.shards)):
        for length in LENGTHS:
            path = target / f"{footage.shards[shard].name}_{length}.npy"
            if path.exists():
                continue
            step = 2 if length == LENGTHS[0] else 1
            rows = []
            for clip in range(shard * CLIPS_PER_SHARD, (shard + 1) * CLIPS_PER_SHARD):
                frames = footage.frames(clip)[::step]
                both = torch.cat([as_video(frames), as_video(frames[:, :, ::-1])])
                with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
                    rows.append(codec.encode(both).half().numpy())
            part = path.with_suffix(".part.npy")
            np.save(part, np.stack(rows))  # (clips, 2, C, T, H, W)
            part.replace(path)
            print(path.name, flush=True)
    _measure(target)


def _measure(target: Path) -> None:
    """Mean and deviation per channel, over the first shards."""
    sample = [np.load(p).astype(np.float32) for p in sorted(target.glob(f"*_{LENGTHS[0]}.npy"))[:4]]
    channels = np.moveaxis(np.concatenate(sample), 2, 0).reshape(sample[0].shape[2], -1)
    np.savez(target / "statistics.npz", mean=channels.mean(1), std=channels.std(1))


if __name__ == "__main__":
    main()
