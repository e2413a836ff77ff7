"""Whole runs against diffusers: every kind, mode and solver, in several shapes, in float32.

Every latent of every run agrees to 5e-5 of its scale, the pixels to rounding and a hundredth of
a step. The pipelines are seeded by their case, so that no case rests on the weights of another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch
from PIL import Image

import model
from model.flow import schedule
from tests import oracle


@dataclass(frozen=True)
class Case:
    """A run.

    Attributes:
        kind: One of oracle.KINDS.
        pictures: How many are given: none, the first, or the first and the last.
        shape: Width of a head and layers.
        guidance: One scale per expert.
    """

    kind: str
    pictures: int = 0
    solver: str = "unipc"
    shape: tuple[int, int] = (16, 2)
    num_frames: int = 9
    steps: int = 6
    shift: float = 12.0
    guidance: tuple[float, ...] = (4.0, 3.0)
    seed: int = field(default=100, compare=False)

    def __str__(self) -> str:
        given = ("text", "picture", "first and last")[self.pictures]
        return f"{self.kind}, {given}, {self.solver}, {self.num_frames} f, {self.shape}"


FIVE = {"guidance": (5.0,), "shift": 5.0}
CASES = (
    Case("t2v", shape=(12, 2)),
    Case("t2v", shape=(32, 4), solver="dpm++"),
    Case("t2v", shape=(32, 4), solver="euler", shift=5.0, steps=4),
    Case("t2v", shape=(12, 2), num_frames=1),
    Case("i2v", 1, shape=(16, 3), shift=5.0, guidance=(3.5, 3.5)),
    Case("i2v", 1, shape=(16, 3), solver="dpm++", shift=5.0),
    Case("i2v", 2, shape=(12, 4)),
    Case("i2v", 2, shape=(12, 4), solver="euler", num_frames=5, steps=4),
    Case("i2v", 1, shape=(16, 3), num_frames=1),
    Case("ti2v", shape=(12, 3), **FIVE),
    Case("ti2v", 1, shape=(12, 3), **FIVE),
    Case("ti2v", 1, shape=(32, 2), solver="dpm++", **FIVE),
    Case("ti2v", shape=(32, 2), solver="euler", num_frames=1, **FIVE),
    Case("ti2v", 1, shape=(12, 3), num_frames=1, **FIVE),
)


def pictures(size, count):
    rng = np.random.default_rng(3)
    return [
        Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8))
        for _ in range(count)
    ]


def reference(folder, case, size):
    given = dict(zip(("image", "last_image"), pictures(size, case.pictures), strict=False))
    second = {} if len(case.guidance) == 1 else {"guidance_scale_2": case.guidance[1]}
    return oracle.run(
        folder, solver=case.solver, shift=case.shift, width=size[0], height=size[1],
        num_frames=case.num_frames, num_inference_steps=case.steps,
        guidance_scale=case.guidance[0], **second, **given,
    )  # fmt: skip


def ours(folder, case, size, dtype=torch.float32):
    given = dict(zip(("first_frame", "last_frame"), pictures(size, case.pictures), strict=False))
    trail = []
    frames = model.load(folder, dtype).generate(
        oracle.PROMPT, oracle.NEGATIVE, size=size, num_frames=case.num_frames, steps=case.steps,
        solver=case.solver, shift=case.shift, guidance=case.guidance, seed=7,
        on_step=lambda _, state: trail.append(state.latent), **given,
    )  # fmt: skip
    return frames, trail


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_run_is_that_of_diffusers(case):
    size = (48, 32) if oracle.KINDS[case.kind].channels == 16 else (96, 64)
    folder = oracle.pipeline(case.kind, *case.shape, seed=case.seed)
    expected = reference(folder, case, size)
    frames, trail = ours(folder, case, size)
    plan = schedule(case.steps, case.shift, case.solver)
    assert plan.timesteps == pytest.approx(expected.timesteps, rel=1e-6)
    # Where a picture is the first latent frame, diffusers puts it in before a step, we after.
    kept = oracle.KINDS[case.kind].has_own_timesteps and case.pictures
    for found, theirs in zip(trail, expected.latents, strict=True):
        scale = float(theirs.abs().max())
        torch.testing.assert_close(
            found[:, :, 1:] if kept else found,
            theirs[:, :, 1:] if kept else theirs,
            rtol=0,
            atol=5e-5 * scale,
        )
    pixels = expected.video.permute(0, 2, 3, 1).numpy() * 255
    assert np.abs(frames - pixels).max() < 0.5 + 0.0255


def test_a_run_in_bfloat16_stays_near_one_in_float32():
    case = replace(CASES[4], guidance=(1.0, 1.0))
    folder = oracle.pipeline(case.kind, *case.shape, seed=case.seed)
    expected = reference(folder, case, (48, 32)).latents[-1]
    found = ours(folder, case, (48, 32), torch.bfloat16)[1][-1]
    assert 1e-4 < (found - expected).norm() / expected.norm() < 2e-2
