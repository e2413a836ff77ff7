"""Train greybox's VAE on crops of footage, then measure it on clips it has not seen.

Usage: python -m training.codec [--minutes M]. Resumes from its last checkpoint.
The published VAE's own class at a small width; the loss is a plain reconstruction with its edges
weighed, on latents with a little noise added, because a denoiser's latents are never exact.
"""

from __future__ import annotations

import time
from pathlib import Path

import click
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.footage import Footage, training_folder
from training.optimizer import MovingAverage, Optimizers, warm_cosine
from training.state import Log, load_state, save_state
from training.sizes import new_codec

LEARNING_RATE = 2e-3
WARMUP_STEPS = 60
LATENT_NOISE = 0.08
HELD_OUT_CLIPS = 12


def crops(footage: Footage, random: np.random.Generator, *, batch: int, side: int, frames: int) -> Tensor:
    """A batch (B, 3, T, side, side) in [-1, 1] cut anywhere in training clips, half mirrored."""
    cut = np.empty((batch, frames, side, side, 3), np.uint8)
    for row in range(batch):
        clip = footage.frames(int(random.integers(HELD_OUT_CLIPS, len(footage))))
        step = int(random.choice([1, 2]))
        t = int(random.integers(0, clip.shape[0] - (frames - 1) * step))
        y = int(random.integers(0, clip.shape[1] - side + 1))
        x = int(random.integers(0, clip.shape[2] - side + 1))
        piece = clip[t : t + (frames - 1) * step + 1 : step, y : y + side, x : x + side]
        cut[row] = piece[:, :, ::-1] if random.random() < 0.5 else piece
    video = torch.from_numpy(cut).permute(0, 4, 1, 2, 3).float()
    return video / 127.5 - 1


def edges(video: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Differences along x, y and time of a video (B, 3, T, H, W)."""
    return (
        video[..., 1:] - video[..., :-1],
        video[..., 1:, :] - video[..., :-1, :],
        video[:, :, 1:] - video[:, :, :-1],
    )


def loss_of(rebuilt: Tensor, video: Tensor) -> Tensor:
    """Absolute and squared error of the picture, absolute error of its edges."""
    error = rebuilt - video
    edge = sum(F.l1_loss(a, b) for a, b in zip(edges(rebuilt), edges(video), strict=True))
    return error.abs().mean() + 2 * (error * error).mean() + 0.5 * edge


@torch.no_grad()
def held_out_psnr(codec: torch.nn.Module, footage: Footage) -> float:
    """Mean PSNR in dB over held-out clips of 17 frames."""
    errors = []
    for k in range(HELD_OUT_CLIPS):
        clip = np.ascontiguousarray(footage.frames(k)[::2])
        video = torch.from_numpy(clip).permute(3, 0, 1, 2)[None].float() / 127.5 - 1
        rebuilt = codec.decode(codec.encode(video)).clamp(-1, 1)
        errors.append(float(((rebuilt - video) / 2).square().mean()))
    return float(np.mean([-10 * np.log10(e) for e in errors]))


@click.command()
@click.option("--minutes", default=60.0, help="Stop after this long.")
@click.option("--total-steps", default=9000, help="Length of the cosine.")
@click.option("--batch", default=8)
def main(minutes: float, total_steps: int, batch: int) -> None:
    """Train for a while and save."""
    folder = training_folder() / "codec"
    codec = new_codec(seed=0)
    optimizers = Optimizers(codec, lr=LEARNING_RATE, adam_only=("conv_out",))
    average = MovingAverage(codec, 0.995)
    step = load_state(folder, codec, optimizers, average)
    log, footage = Log(folder), Footage()
    random = np.random.default_rng(step + 1)
    finish = time.monotonic() + 60 * minutes
    running = 0.0
    while time.monotonic() < finish and step < total_steps:
        side, frames = (64, 9) if step % 5 == 0 else (64, 5)
        video = crops(footage, random, batch=batch, side=side, frames=frames)
        with torch.autocast("cpu", torch.bfloat16):
            latent = codec.encode(video)
            spread = latent.detach().float().std()
            noisy = latent + LATENT_NOISE * spread * torch.randn_like(latent)
            rebuilt = codec.decode(noisy)
        loss = loss_of(rebuilt.float(), video) + 1e-4 * latent.float().square().mean()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(codec.parameters(), 1.0)
        if torch.isfinite(norm):
            optimizers.step(warm_cosine(step, warmup=WARMUP_STEPS, total=total_steps))
            average.update(codec, step)
        step += 1
        running += float(loss.detach())
        if step % 50 == 0:
            log.write(step=step, loss=running / 50)
            running = 0.0
        if step % 250 == 0:
            save_state(folder, step, codec, optimizers, average)
    save_state(folder, step, codec, optimizers, average)
    average.copy_to(codec)
    log.write(step=step, psnr=held_out_psnr(codec, footage))


if __name__ == "__main__":
    main()
