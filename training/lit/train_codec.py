"""Train the codec of steered experts on pairs: both films are pictures that it codes.

Usage: python -m training.lit.train_codec [--minutes M]. Resumes from its last state, and reads the
clips that have been made meanwhile. It begins as a linear code: at first the encoder is held to
the principal components of blocks of 4 x 8 x 8 pixels, and the decoder learns from these.
"""

from __future__ import annotations

import time
from pathlib import Path

import click
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.autoencoder.vae import Autoencoder
from training.basis import Basis, as_video, fit
from training.codec import LATENT_NOISE, picture_loss, piece_of
from training.films.footage import training_folder
from training.lit.pairs import CELL, Pairs
from training.optimizer import MovingAverage, Optimizers, autocast, warm_cosine
from training.sizes import STEERED_CHANNELS, new_steered_codec
from training.state import Log, Stopped, load_state, save_state

LEARNING_RATE = 2e-3
ANCHORED_STEPS = 1500  # until the encoder leaves the linear code
ANCHOR = 0.02  # weight of the linear code after that: it keeps the latent's variance
CONTROL_SHARE = 0.15  # of the crops; control films pass the codec too, with six times the error
EVALUATED = 8
STAGE = "steered-codec"


def crop(
    pairs: Pairs, random: np.random.Generator, batch: int, shape: tuple[int, int, int]
) -> Tensor:
    """A batch (B, 3, T, H, W) in [-1, 1] cut anywhere in training clips, half mirrored."""
    cut = np.empty((batch, *shape, 3), np.uint8)
    for row in range(batch):
        name = "control" if random.random() < CONTROL_SHARE else "target"
        clip = pairs.frames(pairs.trained[int(random.integers(len(pairs.trained)))], name)
        cut[row] = piece_of(clip, random, shape, (1, 1, 2))
    return torch.from_numpy(cut).permute(0, 4, 1, 2, 3).float() / 127.5 - 1


def codec_loss(codec: Autoencoder, basis: Basis, video: Tensor, step: int) -> Tensor:
    """Error of the rebuilt picture, and of the latent to the linear code."""
    linear = basis.encode(video)
    held = max(0.0, 1 - step / ANCHORED_STEPS)
    with autocast():
        latent = codec.encode(video).float()
        given = latent + held * (linear - latent)
        rebuilt = codec.decode(given + LATENT_NOISE * torch.randn_like(given)).float()
    return picture_loss(rebuilt, video) + (ANCHOR + held) * F.mse_loss(latent, linear)


@torch.no_grad()
def held_out_psnr(codec: nn.Module, pairs: Pairs, name: str, *, frames: int = 17) -> float:
    """Mean PSNR in dB over held-out clips, of `frames` frames each."""
    values = []
    for clip in pairs.held_out[:EVALUATED]:
        video = as_video(pairs.frames(clip, name)[:frames])
        rebuilt = codec.decode(codec.encode(video)).clamp(-1, 1)  # type: ignore[operator]
        values.append(-10 * float(torch.log10(((rebuilt - video) / 2).square().mean())))
    return float(np.mean(values)) if values else float("nan")


def linear_start(folder: Path, pairs: Pairs) -> Basis:
    """The principal components of the first targets, fitted once."""
    path = folder / STAGE / "basis.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        clips = (pairs.frames(k) for k in pairs.trained[:200])
        fit(clips, np.random.default_rng(0), CELL, STEERED_CHANNELS, path)
    return Basis.load(path)


@click.command()
@click.option("--minutes", default=600.0, help="Stop after this long.")
@click.option("--total-steps", default=30000, help="Length of the cosine.")
@click.option("--batch", default=4)
def main(minutes: float, total_steps: int, batch: int) -> None:
    """Train for a while and save every 250 steps, and when stopped."""
    folder, pairs = training_folder(), Pairs()
    codec, basis = new_steered_codec(seed=0), linear_start(folder, pairs)
    optimizers = Optimizers(codec, lr=LEARNING_RATE, adam_only=("head.2", "conv1.", "conv2."))
    average = MovingAverage(codec, 0.998)
    step = load_state(folder / STAGE, codec, optimizers, average)
    log, stopped, finish = Log(folder / STAGE), Stopped(), time.monotonic() + 60 * minutes
    running = 0.0
    while not stopped and time.monotonic() < finish and step < total_steps:
        random = np.random.default_rng(step)
        torch.manual_seed(step)
        shape = (9, 64, 64) if step % 4 == 0 else (5, 64, 64)
        loss = codec_loss(codec, basis, crop(pairs, random, batch, shape), step)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(codec.parameters(), 1.0)
        if torch.isfinite(norm):
            optimizers.step(warm_cosine(step, warmup=100, total=total_steps))
            average.update(codec, step)
        step += 1
        running += float(loss.detach())
        if step % 50 == 0:
            log.write(step=step, loss=round(running / 50, 4), clips=len(pairs.trained))
            running = 0.0
        if step % 250 == 0:
            save_state(folder / STAGE, step, codec, optimizers, average)
            pairs = Pairs()
        if step % 1000 == 0:
            tested = new_steered_codec(seed=0).eval()
            average.copy_to(tested)
            both = {name: held_out_psnr(tested, pairs, name) for name in ("target", "control")}
            log.write(step=step, **{f"psnr_{name}": round(v, 2) for name, v in both.items()})
    save_state(folder / STAGE, step, codec, optimizers, average)


if __name__ == "__main__":
    main()
