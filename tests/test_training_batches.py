"""The data of a training step depends on its number alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from shots import camera_path
from training.batches import HELD_OUT_CLIPS, Clips, Shares, TrainingStep, TrainingSteps
from training.films.footage import CLIPS_PER_SHARD, NUM_FRAMES, SIZE
from training.films.prompts import read_wording
from training.latents import LENGTHS, SCALES, STILLS, latent_name, stills_name
from training.sizes import LATENT_CHANNELS, TEXT_WIDTH

CELLS = (4, 6)  # rows and columns of the latents here


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    """Two shards in the layout of a training folder, their latents drawn by chance."""
    folder, random = tmp_path_factory.mktemp("training"), np.random.default_rng(0)
    (folder / "footage").mkdir()
    (folder / "latents").mkdir()
    _, shot = read_wording(5, wording=0, is_mirrored=False, moves={"push-in": 1.0})
    path = camera_path(shot, num_frames=NUM_FRAMES, aspect=SIZE[0] / SIZE[1])
    n = CLIPS_PER_SHARD
    for shard in range(2):
        np.savez(
            folder / "footage" / f"{shard:04d}.npz",
            seeds=np.arange(n) + 1000 * shard,
            poses=np.repeat(path.camera_to_world[None].astype(np.float32), n, axis=0),
            focal=np.repeat(path.focal[None].astype(np.float32), n, axis=0),
            distance=np.full(n, path.subject_distance_m, np.float32),
            cover=random.integers(0, 255, (n, NUM_FRAMES, *CELLS), np.uint8),
        )
        for length in LENGTHS:
            for scale in SCALES:
                shape = (n, 2, LATENT_CHANNELS, length, CELLS[0] // scale, CELLS[1] // scale)
                latent = random.standard_normal(shape, np.float32).astype(np.float16)
                np.save(folder / "latents" / latent_name(f"{shard:04d}", length, scale), latent)
        still = np.zeros((n, 2, len(STILLS), LATENT_CHANNELS, 1, *CELLS), np.float16)
        np.save(folder / "latents" / stills_name(f"{shard:04d}"), still)
    seeds = [seed + 1000 * shard for shard in range(2) for seed in range(n)]
    rows = [{"seed": seed, "mirrored": m} for seed in seeds for m in (False, True)]
    (folder / "prompts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    np.save(folder / "contexts_ends.npy", np.arange(len(rows) + 1) + 1)
    words = random.standard_normal((len(rows) + 1, TEXT_WIDTH), np.float32)
    np.save(folder / "contexts.npy", words.astype(np.float16))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORYBOARD_TRAINING", str(folder))
        return Clips(Path(folder))


def tensors(step: TrainingStep) -> list[torch.Tensor]:
    batch = step.batch
    return [batch.clean, batch.context, batch.rays, batch.given, batch.weight, step.noise]


def test_a_step_is_the_same_in_any_order_and_in_any_process(clips: Clips) -> None:
    steps = TrainingSteps(clips, "high", 8, Shares(full=0.5, long=0.4, stills=0.2))
    onward = [steps[number] for number in range(10)]
    resumed = [steps[number] for number in reversed(range(10))][::-1]
    by_others = DataLoader(steps, batch_size=None, sampler=range(10), num_workers=2)
    for one, two, three in zip(onward, resumed, by_others, strict=True):
        assert one.use_camera == two.use_camera == three.use_camera
        for a, b, c in zip(tensors(one), tensors(two), tensors(three), strict=True):
            assert torch.equal(a, b)
            assert torch.equal(a, c)


def test_steps_workers_and_stages_draw_different_clips(clips: Clips) -> None:
    shares = Shares(full=1.0, long=0.0, stills=0.0)
    one = TrainingSteps(clips, "high", 8, shares)[0]
    others = [
        TrainingSteps(clips, "high", 8, shares)[1],
        TrainingSteps(clips, "high", 8, shares, worker=1)[0],
        TrainingSteps(clips, "low", 8, shares)[0],
    ]
    assert not any(torch.equal(one.batch.clean, other.batch.clean) for other in others)


def test_the_held_out_shard_is_in_no_step(clips: Clips) -> None:
    held_out = [np.asarray(shard[0][:HELD_OUT_CLIPS]) for shard in clips.latents.values()]
    held_out_latents = {latent.tobytes() for shard in held_out for pair in shard for latent in pair}
    steps = TrainingSteps(clips, "shared", 16, Shares(full=0.5, long=0.4, stills=0.0))
    for number in range(40):
        for latent in steps[number].batch.clean.numpy().astype(np.float16):
            assert latent.tobytes() not in held_out_latents
