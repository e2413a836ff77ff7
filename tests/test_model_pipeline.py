"""Whole runs against diffusers: every step's latent, the expert at work, the video."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load, save

import model
from model.autoencoder import encode_stream
from model.denoise import denoise, draw_noise
from model.errors import GeometryError, PresetError
from model.flow import expert_steps, schedule
from model.pipeline import picture_to_pixels
from model.solvers import SolverState
from tests import oracle
from tests.test_model_weights import add_adapter, folder  # noqa: F401 (a fixture)

SMALL = {"size": (48, 32), "num_frames": 9, "steps": 6, "guidance": (4.0, 3.0), "shift": 12.0}
LARGE = {**SMALL, "size": (96, 64)}
THEIRS = {"num_frames": 9, "num_inference_steps": 6, "guidance_scale": 4.0, "guidance_scale_2": 3.0}


@dataclass(frozen=True)
class StillCamera:
    """A path that does not move, as `shots` would make one."""

    num_frames: int
    aspect: float = 1.5
    subject_distance_m: float = 4.0

    @property
    def camera_to_world(self):
        return np.repeat(np.eye(4)[None, :3], self.num_frames, axis=0)

    @property
    def focal(self):
        return np.full(self.num_frames, 1.0)


@cache
def picture():
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 255, (64, 96, 3), dtype=np.uint8))


@cache
def text_to_video():
    return model.load(oracle.text_to_video())


@cache
def greybox_like():
    return model.load(oracle.greybox_like())


def render(wan, **options):
    trail = []
    frames = wan.generate(
        oracle.PROMPT, oracle.NEGATIVE, on_step=lambda _, state: trail.append(state.latent),
        **{"seed": 7, **options},
    )  # fmt: skip
    return frames, trail


def assert_same_trail(found, expected):
    for ours, theirs in zip(found, expected, strict=True):
        scale = theirs.abs().max()
        torch.testing.assert_close(ours / scale, theirs / scale, rtol=0, atol=1e-4)


def assert_same_video(frames, video):
    expected = video.permute(0, 2, 3, 1).numpy() * 255
    assert np.abs(frames - expected).max() < 0.5 + 0.0255


def test_two_experts_render_what_diffusers_renders():
    reference = oracle.run(oracle.text_to_video(), height=32, width=48, **THEIRS)
    assert reference.experts == ("transformer",) * 4 + ("transformer_2",) * 2
    plan = schedule(6, 12.0)
    assert plan.timesteps == reference.timesteps
    owned = expert_steps(plan, text_to_video().preset.experts)
    assert owned == (range(4), range(4, 6))
    frames, trail = render(text_to_video(), **SMALL)
    assert_same_trail(trail, reference.latents)
    assert_same_video(frames, reference.video)


def test_the_greybox_kind_renders_what_diffusers_renders():
    reference = oracle.run(oracle.greybox_like(), height=64, width=96, **THEIRS)
    frames, trail = render(greybox_like(), **LARGE)
    assert_same_trail(trail, reference.latents)
    assert_same_video(frames, reference.video)


def test_a_given_first_frame_renders_what_diffusers_renders():
    reference = oracle.run(oracle.greybox_like(), image=picture(), height=64, width=96, **THEIRS)
    frames, trail = render(greybox_like(), **LARGE, first_frame=picture())
    # diffusers puts the picture in before each step, we after: the other frames agree.
    assert_same_trail(
        [latent[:, :, 1:] for latent in trail], [latent[:, :, 1:] for latent in reference.latents]
    )
    assert_same_video(frames, reference.video)


def test_a_single_frame_is_a_clip():
    frames, _ = render(greybox_like(), **{**LARGE, "num_frames": 1, "steps": 2})
    assert frames.shape == (1, 64, 96, 3)
    assert frames.dtype == np.uint8


def test_the_same_seed_gives_the_same_bytes():
    quick = {**SMALL, "steps": 2}
    first, again, other = (render(text_to_video(), **quick, seed=s)[0] for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_given_noise_replaces_the_seed():
    noise = draw_noise((1, 16, 3, 4, 6), seed=7)
    quick = {**SMALL, "steps": 2}
    given, _ = render(text_to_video(), **quick, noise=noise, seed=None)
    assert np.array_equal(given, render(text_to_video(), **quick)[0])


def test_one_network_at_a_time_gives_the_same_bytes():
    lean = model.load(oracle.text_to_video(), residency="one")
    quick = {**SMALL, "steps": 2}
    assert np.array_equal(render(lean, **quick)[0], render(text_to_video(), **quick)[0])
    assert len(lean._networks) == 1


@pytest.mark.parametrize("stop", [2, 4, 5])
def test_a_run_that_was_saved_and_resumed_gives_the_same_bits(stop):
    wan = text_to_video()
    context, negative = (wan.text_encoder().encode(t) for t in (oracle.PROMPT, oracle.NEGATIVE))
    plan = schedule(6, 12.0)
    owned = expert_steps(plan, wan.preset.experts)

    def run(state, until):
        for index, steps in enumerate(owned):
            part = range(steps.start, min(steps.stop, until))
            state = denoise(wan.expert(index), plan, part, state, context, negative, 3.0)
        return state

    start = SolverState(draw_noise((1, 16, 3, 4, 6), seed=7))
    paused = SolverState.from_tensors(load(save(run(start, stop).tensors())))
    assert paused.step == stop
    assert torch.equal(run(paused, 6).latent, run(start, 6).latent)


def test_guidance_of_one_asks_for_no_negative():
    wan = text_to_video()
    context = wan.text_encoder().encode(oracle.PROMPT)
    plan = schedule(2, 5.0)
    start = SolverState(draw_noise((1, 16, 1, 4, 6), seed=7))
    calls = []
    expert = wan.expert(0)
    velocity = type(expert).velocity

    class Counting(type(expert)):
        def velocity(self, *arguments):
            calls.append(1)
            return velocity(self, *arguments)

    expert.__class__ = Counting
    try:
        denoise(expert, plan, range(2), start, context, None, 1.0)
    finally:
        expert.__class__ = Counting.__base__
    assert len(calls) == 2


def test_the_camera_reaches_both_branches(folder):  # noqa: F811
    add_adapter(folder)
    wan = model.load(folder)
    assert wan.checkpoint.camera_unshuffle == 16
    quick = {**LARGE, "steps": 2}
    still, _ = render(wan, **quick, camera_path=StillCamera(9))
    without, _ = render(wan, **quick)
    assert still.shape == without.shape
    assert not np.array_equal(still, without)


def test_a_picture_of_another_size_is_covered_and_cut():
    wide = np.zeros((10, 40, 3), dtype=np.uint8)
    wide[:, 15:25] = 255
    pixels = picture_to_pixels(wide, (10, 10))
    assert pixels.shape == (1, 3, 1, 10, 10)
    assert pixels.min() > 0.99


def test_a_picture_is_encoded_as_a_clip_of_one_frame():
    wan = greybox_like()
    pixels = picture_to_pixels(picture(), (96, 64))
    expected = next(encode_stream(wan.vae(), pixels))
    torch.testing.assert_close(wan.encode_picture(picture(), (96, 64)), expected)


@pytest.mark.parametrize(
    ("wan", "options", "error", "message"),
    [
        (greybox_like, {"last_frame": picture}, PresetError, "last_frame: is not supported yet"),
        (text_to_video, {"first_frame": picture}, PresetError, "cannot start from a picture"),
        (text_to_video, {"camera_path": lambda: StillCamera(9)}, PresetError, "no camera adapter"),
        (text_to_video, {"num_frames": lambda: 8}, GeometryError, "8 frames, must be 4n"),
        (text_to_video, {"size": lambda: (50, 32)}, GeometryError, "width is 50"),
        (text_to_video, {"guidance": lambda: (1.0,)}, PresetError, "1 scales, must be 2"),
        (text_to_video, {"solver": lambda: "ddim"}, PresetError, "solver: 'ddim'"),
        (text_to_video, {"noise": lambda: torch.zeros(1, 2)}, GeometryError, "noise: shape is"),
    ],
)
def test_options_that_do_not_fit_are_refused(wan, options, error, message):
    with pytest.raises(error, match=message):
        render(wan(), **{**SMALL, **{name: make() for name, make in options.items()}})
