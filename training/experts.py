"""Train greybox's experts by flow matching: one network on all noise levels, then one per range.

Usage: python -m training.experts --stage shared|high|low --minutes M. Resumes where it stopped.
With two cores: python -m torch.distributed.run --nproc-per-node 2 -m training.experts ...
On a CUDA device use a larger --batch-size and --loaders, processes that prepare batches.
Text and camera are each dropped in some steps, for guidance and for prompts without a camera; in
some of the clips the first latent frame is given clean, at timestep 0.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext

import click
import numpy as np
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.data import DataLoader

from training.basis import Basis
from training.batches import (
    NOISE_RANGES,
    Batch,
    Clips,
    Shares,
    TrainingStep,
    TrainingSteps,
    noise_levels,
)
from training.films.footage import training_folder
from training.films.workers import Workers
from training.latents import LENGTHS, SCALES
from training.optimizer import MovingAverage, Optimizers, autocast, training_device, warm_cosine
from training.sizes import new_expert
from training.state import Log, Stopped, load_state, save_state

# Weight of the change of the error from frame to frame. The static part of the error is mostly
# about the composition, which is hardly predictable at high noise, and hides the error of motion.
MOTION_WEIGHT = 2.0
HELD_OUT_EVALUATED = 128  # clips
ADAM_ONLY = ("head.", "patch_embedding", "time_", "modulation")  # words in names of weights
FUSED_FROM = 2000  # tokens, from which fused attention is used on a CPU


def flow_loss(
    expert: torch.nn.Module,
    batch: Batch,
    noise: Tensor,
    use_camera: bool,
    emphasis: Tensor | None = None,
    motion_weight: float = 0.0,
) -> Tensor:
    """Mean squared error of the velocity over the frames that are not given.

    Args:
        expert: Predicts the velocity.
        batch: Clean samples.
        noise: (B,), level of each.
        use_camera: Whether the rays are an input.
        emphasis: (C,), weight of each channel.
        motion_weight: Weight of the squared change of the error from frame to frame, added to it.
    """
    start = torch.randn_like(batch.clean)
    level = noise[:, None].repeat(1, batch.clean.shape[2])
    level[batch.given, 0] = 0.0
    share = level[:, None, :, None, None]
    noisy = (1 - share) * batch.clean + share * start
    # The fused attention's backward pass is slow on a CPU: 1.3 times as long at 1,008 tokens.
    is_small = start.device.type == "cpu" and batch.clean[0, 0].numel() < FUSED_FROM
    attention = sdpa_kernel(SDPBackend.MATH) if is_small else nullcontext()
    with autocast(start.device), attention:
        rays = batch.rays if use_camera else None
        velocity = expert(noisy, 1000 * level, batch.context, rays, spacing=batch.scale)
    error = velocity.float() - (start - batch.clean)
    if emphasis is not None:
        error = error * emphasis.sqrt()[:, None, None, None]
    weight = batch.weight.clone()
    weight[batch.given, 0] = 0.0
    error = torch.where(weight[:, None] > 0, error, 0.0)
    loss = (error.square().mean(dim=1) * weight).sum() / weight.sum()
    if motion_weight and error.shape[2] > 1:
        change, after = error.diff(dim=2).square().mean(dim=1), batch.weight[:, 1:]
        loss = loss + motion_weight * (change * after).sum() / after.sum()
    return loss


def channel_weights(basis: Basis) -> Tensor:
    """Weights of the channels (C,), mean 1: channels that change more of the picture count more.

    The weights do not move the optimum, only the effort: without them most of it goes into the many
    channels of fine detail, whose variance is that of noise.
    """
    weight = 1 / basis.scale
    return weight / weight.mean()


@torch.no_grad()
def held_out_loss(expert: torch.nn.Module, clips: Clips, low: float, high: float) -> float:
    """Loss on fixed held-out clips, noise and wordings, on small pictures."""
    random, device = np.random.default_rng(7), next(expert.parameters()).device
    torch.manual_seed(7)
    losses = []
    for part in np.split(np.arange(HELD_OUT_EVALUATED), HELD_OUT_EVALUATED // 32):
        straight = np.zeros(len(part), bool)
        batch = clips.batch(random, part, straight, LENGTHS[0], max(SCALES), drop=0.0)
        noise = noise_levels(random, len(part), low, high)
        with torch.compiler.set_stance("force_eager"):
            losses.append(float(flow_loss(expert, batch.to(device), noise.to(device), True)))
    return float(np.mean(losses))


def _prepare(
    steps: TrainingSteps, first: int, total_steps: int, loaders: int
) -> Iterator[TrainingStep]:
    """The steps from the first on, prepared by this many processes besides this one."""
    numbers = range(first, total_steps)
    return iter(DataLoader(steps, batch_size=None, sampler=numbers, num_workers=loaders))


@click.command()
@click.option("--stage", type=click.Choice(list(NOISE_RANGES)), default="shared")
@click.option("--minutes", default=60.0, help="Stop after this long.")
@click.option("--total-steps", default=6000, help="Length of the cosine.")
@click.option(
    "--batch-size",
    default=16,
    type=click.IntRange(min=8),
    help="Small clips of 17 frames a step and worker.",
)
@click.option("--full-share", default=0.35, help="Share of steps on pictures of the full size.")
@click.option("--long-share", default=0.15, help="Share of steps on clips of 33 frames.")
@click.option("--stills-share", default=0.4, help="Share of steps on single frames at full size.")
@click.option("--learning-rate", default=2e-3, help="Peak of the cosine.")
@click.option("--loaders", default=0, help="Processes that prepare batches.")
def main(
    stage: str,
    minutes: float,
    total_steps: int,
    batch_size: int,
    full_share: float,
    long_share: float,
    stills_share: float,
    learning_rate: float,
    loaders: int,
) -> None:
    """Train one stage for a while and save; the experts start from the shared run."""
    folder, workers, device = training_folder(), Workers.join(), training_device()
    # Reductions in half precision are exact enough to train with, and twice as fast.
    torch.backends.cuda.allow_fp16_bf16_reduction_math_sdp(True)
    expert = new_expert(seed=1).to(device)
    for block in expert.blocks:
        block.compile(dynamic=False)
    optimizers = Optimizers(expert, lr=learning_rate, adam_only=ADAM_ONLY, workers=workers)
    average = MovingAverage(expert, 0.998)
    step = load_state(folder / stage, expert, optimizers, average)
    if stage != "shared" and not (folder / stage / "state.pt").exists():
        load_state(folder / "shared", expert, None, average)
    clips, log = Clips(folder), Log(folder / stage)
    shares = Shares(full_share, long_share, stills_share)
    steps = TrainingSteps(clips, stage, batch_size, shares, workers.rank)
    emphasis = channel_weights(Basis.load()).to(device)
    warmup = min(100, total_steps // 10)
    finish, began = time.monotonic() + 60 * minutes, time.monotonic()
    running: dict[str, tuple[float, int]] = {}
    samples = 0
    stopped = Stopped()
    prepared = _prepare(steps, step, total_steps, loaders)
    while not workers.agree(bool(stopped) or time.monotonic() >= finish or step >= total_steps):
        data = next(prepared)
        batch, noise = data.batch.to(device), data.noise.to(device)
        torch.manual_seed(step * workers.count + workers.rank)
        loss = flow_loss(expert, batch, noise, data.use_camera, emphasis, MOTION_WEIGHT)
        loss.backward()
        workers.average_gradients(expert)
        norm = torch.nn.utils.clip_grad_norm_(expert.parameters(), 1.0)
        if torch.isfinite(norm):
            optimizers.step(warm_cosine(step, warmup=warmup, total=total_steps))
            average.update(expert, step)
        step += 1
        kind = f"loss_{batch.clean.shape[2]}_{batch.scale}"
        total, count = running.get(kind, (0.0, 0))
        running[kind] = (total + float(loss.detach()), count + 1)
        samples += len(batch.clean) * workers.count
        if workers.is_first and step % 50 == 0:
            means = {kind: round(t / n, 4) for kind, (t, n) in sorted(running.items())}
            log.write(
                step=step, samples_per_s=round(samples / (time.monotonic() - began), 1), **means
            )
            running, samples, began = {}, 0, time.monotonic()
        if workers.is_first and step % 250 == 0:
            save_state(folder / stage, step, expert, optimizers, average)
            log.write(step=step, held_out=held_out_loss(expert, clips, *NOISE_RANGES[stage]))
    if workers.is_first:
        save_state(folder / stage, step, expert, optimizers, average)


if __name__ == "__main__":
    main()
