"""Train greybox's decoder and encoder on the latent space of `basis`.

Usage: python -m training.codec decoder|encoder [--minutes M]. Resumes from its last checkpoint.
The decoder is trained on crops of footage with an extra loss on edges, from latents with a little
noise added, because a denoiser's latents are never exact. The encoder predicts the basis latents.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from model.autoencoder.vae import Autoencoder
from training.basis import Basis, as_video
from training.films.footage import Footage, training_folder
from training.optimizer import MovingAverage, Optimizers, autocast, warm_cosine
from training.sizes import new_codec
from training.state import Log, load_state, save_state

LEARNING_RATE = 2e-3
WARMUP_STEPS = 60
LATENT_NOISE = 0.05
HELD_OUT_CLIPS = 12
PARTS = {"decoder": ("decoder.", "conv2."), "encoder": ("encoder.", "conv1.")}


def piece_of(
    clip: NDArray[np.uint8],
    random: np.random.Generator,
    shape: tuple[int, int, int],
    steps: Sequence[int],
) -> NDArray[np.uint8]:
    """A piece (T, H, W, 3) of a clip, cut anywhere, half mirrored, every one of `steps` frames."""
    frames, height, width = shape
    step = int(random.choice(steps))
    t = int(random.integers(0, len(clip) - (frames - 1) * step))
    y = int(random.integers(0, clip.shape[1] - height + 1))
    x = int(random.integers(0, clip.shape[2] - width + 1))
    piece = clip[t : t + (frames - 1) * step + 1 : step, y : y + height, x : x + width]
    return piece[:, :, ::-1] if random.random() < 0.5 else piece


def crops(
    footage: Footage, random: np.random.Generator, batch: int, shape: tuple[int, int, int]
) -> Tensor:
    """A batch (B, 3, T, H, W) in [-1, 1] cut anywhere in training clips, half mirrored."""
    cut = np.empty((batch, *shape, 3), np.uint8)
    for row in range(batch):
        clip = footage.frames(int(random.integers(HELD_OUT_CLIPS, len(footage))))
        cut[row] = piece_of(clip, random, shape, (1, 2))
    return torch.from_numpy(cut).permute(0, 4, 1, 2, 3).float() / 127.5 - 1


def edges(video: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Differences along x, y and time of a video (B, 3, T, H, W)."""
    return (
        video[..., 1:] - video[..., :-1],
        video[..., 1:, :] - video[..., :-1, :],
        video[:, :, 1:] - video[:, :, :-1],
    )


def picture_loss(rebuilt: Tensor, video: Tensor) -> Tensor:
    """Absolute and squared error of the picture, absolute error of its edges."""
    error = rebuilt - video
    edge = sum(F.l1_loss(a, b) for a, b in zip(edges(rebuilt), edges(video), strict=True))
    return error.abs().mean() + 2 * (error * error).mean() + 0.5 * edge


def step_loss(part: str, codec: Autoencoder, basis: Basis, video: Tensor) -> Tensor:
    """Loss of the decoder or the encoder."""
    latent = basis.encode(video)
    with autocast():
        if part == "decoder":
            noisy = latent + LATENT_NOISE * torch.randn_like(latent)
            return picture_loss(codec.decode(noisy).float(), video)
        return F.mse_loss(codec.encode(video).float(), latent)


@torch.no_grad()
def held_out_psnr(part: str, codec: Autoencoder, basis: Basis, footage: Footage) -> float:
    """Mean PSNR in dB over held-out clips of 17 frames; the encoder's is through the decoder."""
    errors = []
    for k in range(HELD_OUT_CLIPS):
        video = as_video(footage.frames(k)[::2])
        latent = basis.encode(video) if part == "decoder" else codec.encode(video)
        rebuilt = codec.decode(latent).clamp(-1, 1)
        errors.append(float(((rebuilt - video) / 2).square().mean()))
    return float(np.mean([-10 * np.log10(e) for e in errors]))


def freeze_all_but(part: str, codec: nn.Module) -> None:
    """Train one side only."""
    for name, parameter in codec.named_parameters():
        parameter.requires_grad_(name.startswith(PARTS[part]))


def load_averages(codec: Autoencoder, folder: Path, part: str) -> None:
    """Set one side to its averaged weights."""
    average = torch.load(folder / part / "state.pt", weights_only=True)["average"]
    with torch.no_grad():
        for name, parameter in codec.named_parameters():
            if name.startswith(PARTS[part]):
                parameter.copy_(average[name])


def trained_codec(folder: Path) -> Autoencoder:
    """Both sides with their averaged weights, frozen."""
    codec = new_codec(seed=0)
    for part in PARTS:
        if (folder / part / "state.pt").exists():
            load_averages(codec, folder, part)
    return codec.eval().requires_grad_(False)


@click.command()
@click.argument("part", type=click.Choice(list(PARTS)))
@click.option("--minutes", default=60.0, help="Stop after this long.")
@click.option("--total-steps", default=9000, help="Length of the cosine.")
@click.option("--batch", default=8)
def main(part: str, minutes: float, total_steps: int, batch: int) -> None:
    """Train one side for a while and save."""
    folder = training_folder()
    codec, basis, footage = new_codec(seed=0), Basis.load(), Footage()
    freeze_all_but(part, codec)
    optimizers = Optimizers(codec, lr=LEARNING_RATE, adam_only=("head.2",))
    average = MovingAverage(codec, 0.995)
    step = load_state(folder / part, codec, optimizers, average)
    log, random = Log(folder / part), np.random.default_rng(step + 1)
    finish, running = time.monotonic() + 60 * minutes, 0.0
    while time.monotonic() < finish and step < total_steps:
        shape = (9, 64, 64) if step % 4 == 0 else (5, 64, 64)
        loss = step_loss(part, codec, basis, crops(footage, random, batch, shape))
        loss.backward()
        norm = nn.utils.clip_grad_norm_(codec.parameters(), 1.0)
        if torch.isfinite(norm):
            optimizers.step(warm_cosine(step, warmup=WARMUP_STEPS, total=total_steps))
            average.update(codec, step)
        step += 1
        running += float(loss.detach())
        if step % 50 == 0:
            log.write(step=step, loss=running / 50)
            running = 0.0
        if step % 250 == 0:
            save_state(folder / part, step, codec, optimizers, average)
    save_state(folder / part, step, codec, optimizers, average)
    log.write(step=step, psnr=held_out_psnr(part, trained_codec(folder), basis, footage))


if __name__ == "__main__":
    main()
