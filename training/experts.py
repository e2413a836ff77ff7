"""Train greybox's experts by flow matching: one network on all noise, then two, each on its own.

Usage: python -m training.experts --stage shared|high|low --minutes M. Resumes where it stopped.
With two cores: python -m torch.distributed.run --nproc-per-node 2 -m training.experts ...
Latents, rays and contexts are as the product makes them; text and camera are each left out now
and then, so that guidance and words alone work; in a quarter of the clips the first latent frame
is given clean, at timestep 0.
"""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import click
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from model.camera_adapter import STRIDE, plucker_rays
from model.presets import GREYBOX
from training.basis import FRAMES, Basis
from training.contexts import Contexts
from training.footage import CLIPS_PER_SHARD, Footage, training_folder
from training.latents import LENGTHS, SCALES, STILLS, latent_name, stills_name
from training.optimizer import MovingAverage, Optimizers, warm_cosine
from training.precision import autocast
from training.sizes import CAMERA_UNSHUFFLE, new_expert
from training.state import Log, Stopped, load_state, save_state
from training.workers import Workers

SHIFT = 2.5
# Rays also say where in the picture a token lies, which rotary positions do not: without them
# sky and ground are learnt slowly, so few lessons go without.
TEXT_DROP, CAMERA_DROP = 0.1, 0.1
# With a clean first frame nothing is left to learn but what the camera and the subject do to it.
FIRST_FRAME = 0.4
# Of the change of the error from frame to frame. An error that stands still is mostly about what
# is where, which little can be said about at high noise, and hides the one about what moves.
MOTION_WEIGHT = 2.0
SUBJECT_WEIGHT = 3.0  # a cell that the subject fills counts this much more than one without
HELD_OUT_CLIPS = 200  # the first shard is never trained on
HELD_OUT_JUDGED = 128
HARD_DRAWS = 3.5  # a clip whose picture turns or is scaled is drawn as often as so many others
ADAM_ONLY = ("head.", "patch_embedding", "time_", "modulation")  # words in names of weights
FUSED_FROM = 2000  # tokens
GOLDEN = 0.618034
NOISE_RANGES = {
    "shared": (0.0, 1.0),
    "high": (GREYBOX.experts[0].floor, 1.0),
    "low": (0.0, GREYBOX.experts[0].floor),
}


@dataclass(frozen=True, eq=False)
class Batch:
    """Training examples as the network takes them; `given` marks clean first frames."""

    clean: Tensor  # (B, C, T, H, W)
    context: Tensor  # (B, M, text width)
    rays: Tensor  # (B, 24, T, 2H, 2W), two along a side of a token
    given: Tensor  # (B,) bool
    weight: Tensor  # (B, T, H, W) of each cell in the loss
    scale: int  # divisor of the size; 2 lies on every second rotary position


class Clips:
    """Latents, camera rays and contexts of the footage, by clip and by mirror image."""

    def __init__(self, folder: Path) -> None:
        self.footage = Footage(coded_only=True)
        self.latents = {}
        for length, scale in product(LENGTHS, SCALES):
            names = [latent_name(shard.name, length, scale) for shard in self.footage.shards]
            paths = [folder / "latents" / name for name in names]
            self.latents[length, scale] = [np.load(path, mmap_mode="r") for path in paths]
        stills = [folder / "latents" / stills_name(shard.name) for shard in self.footage.shards]
        self.stills = [np.load(path, mmap_mode="r") for path in stills]
        self.contexts = Contexts(folder, self.footage.seeds)
        draws = np.where(turned_or_scaled(self.footage)[HELD_OUT_CLIPS:], HARD_DRAWS, 1.0)
        self._draws = draws / draws.sum()

    def __len__(self) -> int:
        return len(self.footage)

    def batch(
        self,
        random: np.random.Generator,
        clips: NDArray[np.int64],
        mirror: NDArray[np.bool_],
        length: int,
        scale: int,
        *,
        drop: float,
    ) -> Batch:
        """These clips, in one of their wordings, of one of LENGTHS and SCALES; none is begun."""
        shards = self.latents[length, scale]
        frames = slice(None, None, 2 if length == LENGTHS[0] else 1)
        taken = [
            (shards[clip // CLIPS_PER_SHARD][clip % CLIPS_PER_SHARD, int(flipped)], frames)
            for clip, flipped in zip(clips, mirror, strict=True)
        ]
        return self._collated(random, clips, mirror, taken, scale, drop=drop)

    def sample(self, random: np.random.Generator, size: int, length: int, scale: int) -> Batch:
        """Random training examples, some without text, some with their first frame given."""
        chosen = HELD_OUT_CLIPS + random.choice(len(self._draws), size, p=self._draws)
        batch = self.batch(random, chosen, random.random(size) < 0.5, length, scale, drop=TEXT_DROP)
        return replace(batch, given=torch.from_numpy(random.random(size) < FIRST_FRAME))

    def sample_stills(self, random: np.random.Generator, size: int) -> Batch:
        """Random single frames at full size: what things look like, cheaper than in motion."""
        chosen = random.integers(HELD_OUT_CLIPS, len(self), size)
        mirror, moments = random.random(size) < 0.5, random.integers(len(STILLS), size=size)
        taken = []
        for clip, flipped, moment in zip(chosen, mirror, moments, strict=True):
            shard = self.stills[clip // CLIPS_PER_SHARD]
            latent = shard[clip % CLIPS_PER_SHARD, int(flipped), moment]
            taken.append((latent, slice(STILLS[moment], STILLS[moment] + 1)))
        return self._collated(random, chosen, mirror, taken, min(SCALES), drop=TEXT_DROP)

    def _collated(
        self,
        random: np.random.Generator,
        clips: NDArray[np.int64],
        mirror: NDArray[np.bool_],
        taken: list[tuple[NDArray[np.float16], slice]],
        scale: int,
        *,
        drop: float,
    ) -> Batch:
        """Latents (C, T, H, W) and the frames they cover, with rays and words of their clips."""
        cells = taken[0][0].shape[-2:]
        rows = list(zip(clips, mirror, taken, strict=True))
        return Batch(
            clean=torch.stack([torch.from_numpy(each.astype(np.float32)) for each, _ in taken]),
            context=self.contexts.sample(random, clips, mirror, drop=drop),
            rays=torch.stack([self._rays(c, flip, at, cells) for c, flip, (_, at) in rows]),
            given=torch.zeros(len(taken), dtype=torch.bool),
            weight=torch.stack(
                [self._weight(c, flipped, at, scale) for c, flipped, (_, at) in rows]
            ),
            scale=scale,
        )

    def _weight(self, clip: int, is_mirrored: bool, frames: slice, scale: int) -> Tensor:
        """(T, H, W): most of a picture is sky and ground, and what it is about is small."""
        cover = torch.from_numpy(self.footage.cover[clip][frames].astype(np.float32) / 255)
        cover = cover.flip(-1) if is_mirrored else cover
        first = cover[:1].expand(FRAMES - 1, -1, -1)
        cells = F.avg_pool3d(torch.cat([first, cover])[None], (FRAMES, scale, scale))[0]
        return 1 + SUBJECT_WEIGHT * cells.sqrt()

    def _rays(self, clip: int, is_mirrored: bool, frames: slice, cells: tuple[int, int]) -> Tensor:
        """(24, T, 2H, 2W), two rays along a side of a token, lengths in subject distances."""
        pose = torch.from_numpy(self.footage.poses[clip][frames].astype(np.float64))
        pose[:, :, 3] /= float(self.footage.distance[clip])
        if is_mirrored:
            flip = torch.diag(torch.tensor([-1.0, 1, 1], dtype=torch.float64))
            pose = torch.cat([flip @ pose[:, :, :3] @ flip, flip @ pose[:, :, 3:]], dim=-1)
        focal = torch.from_numpy(self.footage.focal[clip][frames])
        height, width = cells
        side = STRIDE * CAMERA_UNSHUFFLE
        return plucker_rays(pose, focal, width / height, (width * side, height * side))[0]


def turned_or_scaled(footage: Footage) -> NDArray[np.bool_]:
    """Whether the camera of each clip rolls, zooms, or comes nearer or farther, (N,).

    Pictures that only shift are learnt much sooner: after 19,000 steps on boards as people write
    them a roll turned by a third of what was asked.
    """
    first, last = footage.poses[:, 0].astype(float), footage.poses[:, -1].astype(float)
    turned = np.einsum("nji,njk->nik", first[:, :, :3], last[:, :, :3])
    roll = np.abs(np.arctan2(turned[:, 1, 0], turned[:, 0, 0]))
    moved = np.einsum("nj,nj->n", first[:, :, 2], last[:, :, 3] - first[:, :, 3])
    nearer = np.abs(moved) / footage.distance
    zoom = np.abs(np.log(footage.focal[:, -1] / footage.focal[:, 0]))
    hard: NDArray[np.bool_] = (roll > 0.1) | (zoom > 0.15) | (nearer > 0.15)
    return hard


def noise_levels(random: np.random.Generator, size: int, low: float, high: float) -> Tensor:
    """Stratified noise levels in [low, high), denser towards noise as sampling is, (B,)."""
    # The range is cut in the unshifted variable, so both experts see the density of the whole.
    ends = [x / (SHIFT - (SHIFT - 1) * x) for x in (low, high)]
    strata = (random.permutation(size) + random.random(size)) / size
    u = ends[0] + strata * (ends[1] - ends[0])
    return torch.from_numpy(SHIFT * u / (1 + (SHIFT - 1) * u)).float()


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
        batch: Examples, clean.
        noise: (B,), level of each.
        use_camera: Whether the rays are shown.
        emphasis: (C,), weight of each channel.
        motion_weight: Weight of the squared change of the error from frame to frame beside it.
    """
    start = torch.randn_like(batch.clean)
    level = noise[:, None].repeat(1, batch.clean.shape[2])
    level[batch.given, 0] = 0.0
    share = level[:, None, :, None, None]
    noisy = (1 - share) * batch.clean + share * start
    # The fused attention's backward pass is slow on a CPU: 1.3 times as long at 1,008 tokens.
    is_small = batch.clean[0, 0].numel() < FUSED_FROM
    attention = sdpa_kernel(SDPBackend.MATH) if is_small else nullcontext()
    with autocast(), attention:
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


def turn(step: int, full_share: float, long_share: float) -> tuple[int, int]:
    """Length and scale of a step; by step, so that no worker waits for another's larger clips."""
    is_long = (step * long_share) % 1 + long_share >= 1
    # A golden ratio apart, so that every length meets every scale.
    is_full = (step * GOLDEN) % 1 < full_share
    return LENGTHS[is_long], min(SCALES) if is_full else max(SCALES)


def form_first(basis: Basis) -> Tensor:
    """Weights of the channels, mean 1: what moves more of the picture counts more, (C,).

    Weighing moves no optimum, only effort: left alone, most of it goes into the many channels of
    fine detail, whose variance is that of noise.
    """
    weight = 1 / basis.scale
    return weight / weight.mean()


@torch.no_grad()
def held_out_loss(expert: torch.nn.Module, clips: Clips, low: float, high: float) -> float:
    """The loss on fixed held-out clips, noise and wordings, on small pictures."""
    random = np.random.default_rng(7)
    torch.manual_seed(7)
    losses = []
    for part in np.split(np.arange(HELD_OUT_JUDGED), HELD_OUT_JUDGED // 32):
        straight = np.zeros(len(part), bool)
        batch = clips.batch(random, part, straight, LENGTHS[0], max(SCALES), drop=0.0)
        noise = noise_levels(random, len(part), low, high)
        with torch.compiler.set_stance("force_eager"):
            losses.append(float(flow_loss(expert, batch, noise, True)))
    return float(np.mean(losses))


@click.command()
@click.option("--stage", type=click.Choice(list(NOISE_RANGES)), default="shared")
@click.option("--minutes", default=60.0, help="Stop after this long.")
@click.option("--total-steps", default=6000, help="Length of the cosine.")
@click.option("--batch-size", default=16, help="Small clips of 17 frames a step and worker.")
@click.option("--full-share", default=0.35, help="Share of steps on pictures of the full size.")
@click.option("--long-share", default=0.15, help="Share of steps on clips of 33 frames.")
@click.option("--stills-share", default=0.4, help="Share of steps on single frames at full size.")
@click.option("--learning-rate", default=2e-3, help="At the top of the cosine.")
def main(
    stage: str,
    minutes: float,
    total_steps: int,
    batch_size: int,
    full_share: float,
    long_share: float,
    stills_share: float,
    learning_rate: float,
) -> None:
    """Train one stage for a while and save; the experts branch from the shared run."""
    folder, workers = training_folder(), Workers.join()
    # A lone sum in half precision is exact enough to train on, and not upcast it is twice as fast.
    torch.backends.cuda.allow_fp16_bf16_reduction_math_sdp(True)
    expert = new_expert(seed=1)
    for block in expert.blocks:
        block.compile(dynamic=False)
    optimizers = Optimizers(expert, lr=learning_rate, adam_only=ADAM_ONLY, workers=workers)
    average = MovingAverage(expert, 0.998)
    step = load_state(folder / stage, expert, optimizers, average)
    if stage != "shared" and not (folder / stage / "state.pt").exists():
        shared = torch.load(folder / "shared" / "state.pt", weights_only=True)
        expert.load_state_dict(shared["network"])
        average.shadow = shared["average"]
    clips, log = Clips(folder), Log(folder / stage)
    low, high = NOISE_RANGES[stage]
    emphasis = form_first(Basis.load())
    random = np.random.default_rng([step, len(stage), workers.rank])
    torch.manual_seed(step * workers.count + workers.rank)
    warmup = min(100, total_steps // 10)
    finish, began = time.monotonic() + 60 * minutes, time.monotonic()
    running: dict[str, tuple[float, int]] = {}
    samples = 0
    stopped = Stopped()
    while not workers.agree(bool(stopped) or time.monotonic() >= finish or step >= total_steps):
        length, scale = turn(step, full_share, long_share)
        size = batch_size * scale**2 // max(SCALES) ** 2 * LENGTHS[0] // length
        is_still = (step * stills_share) % 1 + stills_share >= 1
        if is_still:
            batch = clips.sample_stills(random, batch_size * LENGTHS[0] // max(SCALES) ** 2)
        else:
            batch = clips.sample(random, size, length, scale)
        noise = noise_levels(random, len(batch.clean), low, high)
        use_camera = random.random() >= CAMERA_DROP
        loss = flow_loss(expert, batch, noise, use_camera, emphasis, MOTION_WEIGHT)
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
            log.write(step=step, held_out=held_out_loss(expert, clips, low, high))
    if workers.is_first:
        save_state(folder / stage, step, expert, optimizers, average)


if __name__ == "__main__":
    main()
