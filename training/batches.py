"""Training data of the experts by step: clips with camera rays, text contexts and noise levels.

The data of a step depends on its number alone, so a resumed run equals an uninterrupted one, and
several processes can prepare batches for one accelerator. Latents, rays and contexts are those of
`storyboard render`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from model.camera_adapter import STRIDE, plucker_rays
from model.presets import GREYBOX
from training.basis import FRAMES
from training.contexts import Contexts
from training.films.footage import CLIPS_PER_SHARD, Footage
from training.latents import LENGTHS, SCALES, STILLS, latent_name, stills_name
from training.sizes import CAMERA_UNSHUFFLE

SHIFT = 2.5
# Rays also encode where in the picture a token lies, which rotary positions do not: without them
# sky and ground are learnt slowly, so few steps drop them.
TEXT_DROP, CAMERA_DROP = 0.1, 0.1
# With a clean first frame only the motion of camera and subject is left to learn.
FIRST_FRAME = 0.4
SUBJECT_WEIGHT = 3.0  # extra weight of a cell that the subject fills
HELD_OUT_CLIPS = 200  # the first shard is never trained on
HARD_DRAWS = 3.5  # relative frequency of clips whose picture turns or is scaled
GOLDEN = 0.618034
NOISE_RANGES = {
    "shared": (0.0, 1.0),
    "high": (GREYBOX.experts[0].floor, 1.0),
    "low": (0.0, GREYBOX.experts[0].floor),
}


@dataclass(frozen=True, eq=False)
class Batch:
    """Training samples in the form of the network's input; `given` marks clean first frames."""

    clean: Tensor  # (B, C, T, H, W)
    context: Tensor  # (B, M, text width)
    rays: Tensor  # (B, 24, T, 2H, 2W), two along a side of a token
    given: Tensor  # (B,) bool
    weight: Tensor  # (B, T, H, W), of each cell in the loss
    scale: int  # divisor of the size; 2 lies on every second rotary position

    def to(self, device: torch.device) -> Batch:
        """Copy to a device."""
        moved = {name: t.to(device) for name, t in vars(self).items() if isinstance(t, Tensor)}
        return replace(self, **moved)


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """Data of one step of one worker."""

    batch: Batch
    noise: Tensor  # (B,), level of each sample
    use_camera: bool


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
        """These clips at one of LENGTHS and SCALES, each in one wording, no frame given."""
        shards = self.latents[length, scale]
        frames = slice(None, None, 2 if length == LENGTHS[0] else 1)
        latents = [
            (shards[clip // CLIPS_PER_SHARD][clip % CLIPS_PER_SHARD, int(flipped)], frames)
            for clip, flipped in zip(clips, mirror, strict=True)
        ]
        return self._collate(random, clips, mirror, latents, scale, drop=drop)

    def sample(self, random: np.random.Generator, size: int, length: int, scale: int) -> Batch:
        """Random training samples, some without text, some with their first frame given."""
        chosen = HELD_OUT_CLIPS + random.choice(len(self._draws), size, p=self._draws)
        batch = self.batch(random, chosen, random.random(size) < 0.5, length, scale, drop=TEXT_DROP)
        return replace(batch, given=torch.from_numpy(random.random(size) < FIRST_FRAME))

    def sample_stills(self, random: np.random.Generator, size: int) -> Batch:
        """Random single frames at full size: they train appearance at less cost than clips."""
        chosen = random.integers(HELD_OUT_CLIPS, len(self), size)
        mirror, moments = random.random(size) < 0.5, random.integers(len(STILLS), size=size)
        latents = []
        for clip, flipped, moment in zip(chosen, mirror, moments, strict=True):
            shard = self.stills[clip // CLIPS_PER_SHARD]
            latent = shard[clip % CLIPS_PER_SHARD, int(flipped), moment]
            latents.append((latent, slice(STILLS[moment], STILLS[moment] + 1)))
        return self._collate(random, chosen, mirror, latents, min(SCALES), drop=TEXT_DROP)

    def _collate(
        self,
        random: np.random.Generator,
        clips: NDArray[np.int64],
        mirror: NDArray[np.bool_],
        latents: list[tuple[NDArray[np.float16], slice]],
        scale: int,
        *,
        drop: float,
    ) -> Batch:
        """Batch of latents (C, T, H, W) and the frames they cover, with rays and contexts."""
        cells = latents[0][0].shape[-2:]
        rows = list(zip(clips, mirror, latents, strict=True))
        return Batch(
            clean=torch.stack([torch.from_numpy(each.astype(np.float32)) for each, _ in latents]),
            context=self.contexts.sample(random, clips, mirror, drop=drop),
            rays=torch.stack([self._rays(c, flip, at, cells) for c, flip, (_, at) in rows]),
            given=torch.zeros(len(latents), dtype=torch.bool),
            weight=torch.stack(
                [self._weight(c, flipped, at, scale) for c, flipped, (_, at) in rows]
            ),
            scale=scale,
        )

    def _weight(self, clip: int, is_mirrored: bool, frames: slice, scale: int) -> Tensor:
        """(T, H, W) loss weight: more on the subject, which is small beside sky and ground."""
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

    Pictures that only shift are learnt much sooner: after 19,000 steps on boards in their natural
    mix a roll turned by a third of the requested angle.
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
    """Stratified noise levels (B,) in [low, high), denser towards noise like sampling."""
    # Ranges are cut in the unshifted variable, so both experts keep the density of the full range.
    ends = [x / (SHIFT - (SHIFT - 1) * x) for x in (low, high)]
    strata = (random.permutation(size) + random.random(size)) / size
    u = ends[0] + strata * (ends[1] - ends[0])
    return torch.from_numpy(SHIFT * u / (1 + (SHIFT - 1) * u)).float()


def length_and_scale(step: int, full_share: float, long_share: float) -> tuple[int, int]:
    """Length and scale of a step; the same for all workers, so that none waits for larger clips."""
    is_long = (step * long_share) % 1 + long_share >= 1
    # Offsets by the golden ratio combine every length with every scale.
    is_full = (step * GOLDEN) % 1 < full_share
    return LENGTHS[is_long], min(SCALES) if is_full else max(SCALES)


@dataclass(frozen=True)
class Shares:
    """Shares of the steps, 0 to 1 each."""

    full: float
    """Pictures of the full size."""
    long: float
    """Clips of 33 frames."""
    stills: float
    """Single frames at full size."""


class TrainingSteps(Dataset[TrainingStep]):
    """The steps of one worker, by number."""

    def __init__(
        self, clips: Clips, stage: str, batch_size: int, shares: Shares, worker: int = 0
    ) -> None:
        """Steps of one stage of NOISE_RANGES, `batch_size` small clips of 17 frames each."""
        self._clips, self._stage, self._worker = clips, stage, worker
        self._batch_size, self._shares = batch_size, shares

    def __getitem__(self, step: int) -> TrainingStep:
        """Draw the data of a step."""
        random = np.random.default_rng([step, len(self._stage), self._worker])
        length, scale = length_and_scale(step, self._shares.full, self._shares.long)
        if (step * self._shares.stills) % 1 + self._shares.stills >= 1:
            size = self._batch_size * LENGTHS[0] // max(SCALES) ** 2
            batch = self._clips.sample_stills(random, size)
        else:
            size = self._batch_size * scale**2 // max(SCALES) ** 2 * LENGTHS[0] // length
            batch = self._clips.sample(random, size, length, scale)
        noise = noise_levels(random, len(batch.clean), *NOISE_RANGES[self._stage])
        return TrainingStep(batch, noise, use_camera=bool(random.random() >= CAMERA_DROP))
