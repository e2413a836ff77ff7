"""The embedded checkpoint is a Wan 2.2 checkpoint like any other, small, and worth its name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import model
from model.weights.open_checkpoint import open_checkpoint
from shots import camera_path, compile_prompt, load_shots

ROOT = Path(__file__).parents[1]
GREYBOX = ROOT / "model" / "greybox"
SIZE = (96, 64)
pytestmark = pytest.mark.skipif(
    not GREYBOX.is_dir(), reason="the embedded weights are still in training"
)
PROMPT = "Full shot, day time. A woman in a red coat stands still. The setting is a city street."


@pytest.fixture(scope="module")
def wan() -> model.Wan:
    return model.load(GREYBOX)


def test_it_is_under_sixty_megabytes() -> None:
    assert sum(file.stat().st_size for file in GREYBOX.rglob("*") if file.is_file()) < 60e6


def test_it_has_two_experts_and_a_camera_adapter() -> None:
    checkpoint = open_checkpoint(GREYBOX)
    assert [expert.name for expert in checkpoint.preset.experts] == ["high", "low"]
    assert checkpoint.camera_unshuffle == 1


def test_diffusers_opens_it_and_gives_the_same_clip(wan: model.Wan) -> None:
    diffusers = pytest.importorskip("diffusers")
    noise = torch.randn(1, 48, 3, 4, 6, generator=torch.Generator().manual_seed(5))
    ours = wan.generate(PROMPT, size=SIZE, num_frames=9, steps=6, guidance=3.0, noise=noise)
    pipe = diffusers.WanPipeline.from_pretrained(GREYBOX, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    set_timesteps = pipe.scheduler.set_timesteps
    grid = np.linspace(float(np.float32(0.999)), 0.0, 7)[:-1]
    pipe.scheduler.set_timesteps = lambda _, device=None: set_timesteps(sigmas=grid, device=device)
    theirs = pipe(
        prompt=PROMPT,
        negative_prompt="",
        height=SIZE[1],
        width=SIZE[0],
        num_frames=9,
        num_inference_steps=6,
        guidance_scale=3.0,
        guidance_scale_2=3.0,
        latents=noise,
        output_type="np",
    ).frames[0]
    assert np.abs(ours / 255 - theirs).mean() < 1 / 255


def test_the_camera_path_changes_the_clip(wan: model.Wan) -> None:
    shot = load_shots(ROOT / "examples" / "last_tram.yaml").shots[1]
    path = camera_path(shot, num_frames=9, aspect=SIZE[0] / SIZE[1])
    still, moved = (
        wan.generate(PROMPT, size=SIZE, num_frames=9, steps=4, seed=1, camera_path=given)
        for given in (None, path)
    )
    assert np.abs(still.astype(int) - moved).mean() > 1


def test_prompts_of_the_examples_fit_its_context(wan: model.Wan) -> None:
    encoder = wan.text_encoder()
    for name in ("last_tram", "product_spot", "chase"):
        board = load_shots(ROOT / "examples" / f"{name}.yaml")
        for shot in board.shots:
            assert encoder.num_cut(compile_prompt(board, shot).positive) == 0
