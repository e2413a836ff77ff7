"""Training data and losses of greybox agree with the product's prompts, paths and latents."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from shots import camera_path
from training.basis import Basis
from training.batches import Batch, length_and_scale, noise_levels, turned_or_scaled
from training.experts import channel_weights, flow_loss
from training.films.boards import UNSEEN_SEED, sample_board
from training.films.footage import SIZE
from training.films.prompts import meaning, read_wording
from training.films.workers import Workers
from training.latents import coded_clip
from training.optimizer import Optimizers, autocast, matmul_dtype, orthogonalised
from training.sizes import LATENT_CHANNELS, new_expert
from training.state import Stopped

CPU = Path("/proc/cpuinfo")


@pytest.mark.parametrize("seed", [3, 14, 159, UNSEEN_SEED])
def test_a_board_reads_alike_in_every_wording(seed: int) -> None:
    meanings = [meaning(*read_wording(seed, wording, is_mirrored=False)) for wording in range(4)]
    for other in meanings[1:]:
        assert other == {name: meanings[0][name] for name in other}


def test_the_same_seed_is_the_same_board() -> None:
    assert sample_board(7) == sample_board(7) != sample_board(8)


@pytest.mark.parametrize("move", ["pan-left", "track-right", "orbit-left", "roll-right"])
def test_a_mirrored_board_has_the_mirrored_path(move: str) -> None:
    straight, mirrored = (
        camera_path(
            read_wording(5, 0, is_mirrored, {move: 1.0})[1], num_frames=9, aspect=SIZE[0] / SIZE[1]
        ).relative()
        for is_mirrored in (False, True)
    )
    flip = np.diag([-1.0, 1.0, 1.0])
    turned = np.concatenate([flip @ straight[:, :, :3] @ flip, flip @ straight[:, :, 3:]], axis=-1)
    np.testing.assert_allclose(mirrored, turned, atol=1e-9)


def test_a_clip_is_coded_with_its_mirror_image() -> None:
    frames = np.random.default_rng(0).integers(0, 255, (5, 32, 64, 3), dtype=np.uint8)
    basis = Basis.load()
    straight, mirrored = coded_clip(basis, frames, scale=1)
    assert straight.shape == (LATENT_CHANNELS, 2, 2, 4)
    torch.testing.assert_close(coded_clip(basis, frames[:, :, ::-1].copy(), 1)[0], mirrored)


def test_a_still_picture_is_one_latent_frame_and_more_of_the_same() -> None:
    picture = np.random.default_rng(1).integers(0, 255, (1, 32, 32, 3), dtype=np.uint8)
    latent = coded_clip(Basis.load(), picture.repeat(9, axis=0), scale=1)
    torch.testing.assert_close(latent, latent[:, :, :1].expand_as(latent))


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.875, 1.0), (0.0, 0.875)])
def test_noise_levels_fill_their_range(low: float, high: float) -> None:
    levels = noise_levels(np.random.default_rng(2), 64, low, high)
    assert low <= levels.min() < low + 0.1 * (high - low)
    assert high - 0.1 * (high - low) < levels.max() <= high


def test_lengths_and_scales_meet_in_their_shares() -> None:
    counts = Counter(
        length_and_scale(step, full_share=0.4, long_share=0.25) for step in range(2000)
    )
    shares = {key: count / 2000 for key, count in counts.items()}
    expected = {(5, 2): 0.45, (5, 1): 0.3, (9, 2): 0.15, (9, 1): 0.1}
    assert shares == pytest.approx(expected, abs=0.02)


def silent_batch(clean: torch.Tensor, is_given: bool) -> Batch:
    """Latents (B, C, 3, 2, 2) without words and rays, every cell of which counts alike."""
    size = len(clean)
    return Batch(
        clean,
        torch.zeros(size, 4, 160),
        torch.zeros(size, 24, 3, 4, 4),
        torch.full((size,), is_given),
        torch.ones(size, 3, 2, 2),
        scale=2,
    )


def test_a_given_first_frame_is_neither_noisy_nor_judged() -> None:
    torch.manual_seed(0)
    expert = new_expert(seed=1)  # its output is zero: its head starts at zero
    batch = silent_batch(torch.randn(2, LATENT_CHANNELS, 3, 2, 2), is_given=True)
    torch.manual_seed(1)
    loss = flow_loss(expert, batch, torch.full((2,), 0.5), use_camera=True)
    torch.manual_seed(1)
    error = (torch.randn_like(batch.clean) - batch.clean).square()
    torch.testing.assert_close(loss, error[:, :, 1:].mean())
    free = flow_loss(expert, dataclasses.replace(batch, given=~batch.given), torch.ones(2), True)
    assert not torch.equal(free, loss)


def test_an_error_that_stands_still_weighs_less_than_one_that_moves() -> None:
    torch.manual_seed(0)
    expert = new_expert(seed=1)  # its output is zero, so its error is that of the latent and noise
    still = torch.full((1, LATENT_CHANNELS, 3, 2, 2), 100.0)
    moving = still * torch.tensor([1.0, -1.0, 1.0])[:, None, None]
    losses = [
        flow_loss(
            expert,
            silent_batch(clean, is_given=False),
            torch.full((1,), 0.9),
            True,
            motion_weight=weight,
        ).item()
        for clean in (still, moving)
        for weight in (0.0, 2.0)
    ]
    assert losses[0] == pytest.approx(losses[2], rel=0.01)
    assert losses[1] == pytest.approx(losses[0], rel=0.01)
    assert losses[3] == pytest.approx(9 * losses[2], rel=0.01)


@pytest.mark.parametrize(
    ("move", "is_hard"),
    [("static", False), ("pan-left", False), ("tilt-up", False), ("track-right", False),
     ("crane-up", False), ("push-in", True), ("pull-out", True), ("zoom-in", True),
     ("zoom-out", True), ("roll-left", True)],
)  # fmt: skip
def test_a_picture_that_turns_or_is_scaled_is_known_by_its_camera(move: str, is_hard: bool) -> None:
    _, shot = read_wording(5, wording=0, is_mirrored=False, moves={move: 1.0})
    path = camera_path(shot, num_frames=9, aspect=1.75)
    footage = SimpleNamespace(
        poses=path.camera_to_world[None].astype(np.float32),
        focal=path.focal[None].astype(np.float32),
        distance=np.array([path.subject_distance_m], np.float32),
    )
    assert turned_or_scaled(footage).tolist() == [is_hard]


@pytest.mark.skipif(not CPU.exists(), reason="no list of what the CPU can do")
def test_matrices_are_multiplied_in_a_format_that_this_cpu_has_units_for() -> None:
    assert (matmul_dtype() == torch.bfloat16) == ("amx_bf16" in CPU.read_text())
    with autocast():
        product = torch.ones(2, 3) @ torch.ones(3, 2)
    assert product.dtype == matmul_dtype()


def test_channels_that_move_more_of_the_picture_weigh_more() -> None:
    basis = Basis.load()
    weight = channel_weights(basis)
    torch.testing.assert_close(weight.mean(), torch.tensor(1.0))
    moved = (basis.components / basis.scale).square().sum(0)  # of the pixels, by one unit of each
    assert torch.equal(weight.argsort(), moved.argsort())


def test_an_orthogonalised_matrix_has_singular_values_near_one() -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonalised(torch.randn(3, 64, 24)).float())
    assert 0.6 < values.min() <= values.max() < 1.3


def test_a_run_goes_on_bit_for_bit_from_its_state() -> None:
    def layer() -> torch.nn.Linear:
        torch.manual_seed(3)
        return torch.nn.Linear(8, 8)

    def train(network: torch.nn.Linear, optimizers: Optimizers, steps: range) -> None:
        for step in steps:
            torch.manual_seed(step)
            network(torch.randn(4, 8)).square().mean().backward()
            optimizers.step(1.0)

    whole, halves = layer(), layer()
    train(whole, Optimizers(whole, lr=0.01), range(6))
    first = Optimizers(halves, lr=0.01)
    train(halves, first, range(3))
    again = Optimizers(halves, lr=0.01)
    again.load_state_dict(first.state_dict())
    train(halves, again, range(3, 6))
    assert torch.equal(whole.weight, halves.weight)
    assert torch.equal(whole.bias, halves.bias)


def test_a_lone_worker_agrees_with_itself() -> None:
    assert Workers.alone().agree(is_over=True)
    assert not Workers.alone().agree(is_over=False)


def test_a_run_that_is_asked_to_stop_ends_after_its_step() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        stopped = Stopped()
        assert not stopped
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopped
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
