"""Whole runs against diffusers: every step's latent, the expert at work, the video."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load, save

import model
from model.denoise import Remix, denoise, draw_noise
from model.exceptions import GeometryError, PresetError
from model.flow import SolverState, expert_steps, remix_schedule, schedule
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
def image_to_video():
    return model.load(oracle.image_to_video())


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
    assert reference.experts[::2] == ("transformer",) * 4 + ("transformer_2",) * 2
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


@pytest.mark.parametrize(
    ("guidance", "forwards"), [((4.0, 3.0), 12), ((4.0, 1.0), 10), ((1.0, 3.0), 8), (1.0, 6)]
)
def test_guidance_of_one_skips_the_second_branch(guidance, forwards):
    wan = model.load(oracle.text_to_video())
    calls = []
    for index in range(2):
        wan.expert(index).head.register_forward_hook(lambda *_: calls.append(1))
    wan.generate(oracle.PROMPT, **{**SMALL, "num_frames": 1, "guidance": guidance})
    assert len(calls) == forwards


def test_a_run_without_guidance_encodes_no_negative_prompt():
    wan = model.load(oracle.text_to_video())
    texts = []
    wan.text_encoder().network.register_forward_hook(lambda *_: texts.append(1))
    wan.generate(oracle.PROMPT, **{**SMALL, "num_frames": 1, "guidance": 1.0, "steps": 1})
    assert len(texts) == 1


def test_the_camera_reaches_both_branches(folder):  # noqa: F811
    add_adapter(folder)
    wan = model.load(folder)
    assert wan.checkpoint.camera_unshuffle == 16
    quick = {**LARGE, "steps": 2}
    still, _ = render(wan, **quick, camera_path=StillCamera(9))
    without, _ = render(wan, **quick)
    assert still.shape == without.shape
    assert not np.array_equal(still, without)


def test_a_clip_takes_the_shape_of_its_first_picture():
    tall = picture().resize((64, 96))
    wan = image_to_video()
    small = replace(wan.checkpoint, preset=replace(wan.preset, sizes=((48, 32),)))
    frames, _ = render(
        replace(wan, checkpoint=small), first_frame=tall, num_frames=1, steps=1, guidance=1
    )
    assert frames.shape == (1, 48, 32, 3)


def test_a_loop_ends_on_the_picture_it_starts_from():
    wan = image_to_video()
    quick = {**SMALL, "steps": 2, "first_frame": picture()}
    loop, _ = render(wan, **quick, last_frame=picture())
    other, _ = render(wan, **quick, last_frame=picture().rotate(180))
    assert not np.array_equal(loop, other)


def test_a_remix_below_the_boundary_never_loads_the_high_expert():
    wan = model.load(oracle.text_to_video())
    old = draw_noise((1, 16, 3, 4, 6), seed=3)
    render(wan, **SMALL, remix=Remix(old, 0.4))
    assert "expert 0" not in wan._networks
    assert "expert 1" in wan._networks


def test_a_remix_stays_nearer_to_its_clip_the_less_noise_it_gets():
    old = render(text_to_video(), **SMALL)[1][-1]
    distances = []
    for strength in (0.05, 0.4, 0.9):
        _, trail = render(text_to_video(), **{**SMALL, "seed": 8}, remix=Remix(old, strength))
        distances.append(float((trail[-1] - old).square().mean()))
    assert distances == sorted(distances)
    assert 0 < distances[0] < distances[2] / 4


def test_a_remix_at_full_strength_is_a_new_clip():
    whole = {**SMALL, "solver": "euler", "steps": 3}
    old = draw_noise((1, 16, 3, 4, 6), seed=3)
    frames, _ = render(text_to_video(), **whole, remix=Remix(old, 1.0))
    assert np.array_equal(frames, render(text_to_video(), **whole)[0])


@pytest.mark.parametrize("solver", ["unipc", "dpm++", "euler"])
def test_a_remix_walks_down_from_the_noised_clip(solver):
    wan = text_to_video()
    old, noise = draw_noise((1, 16, 1, 4, 6), 3), draw_noise((1, 16, 1, 4, 6), 7)
    plan = remix_schedule(6, 12.0, solver, 0.6)
    state = SolverState(0.4 * old + 0.6 * noise)
    context, negative = (wan.text_encoder().encode(t) for t in (oracle.PROMPT, oracle.NEGATIVE))
    state = denoise(wan.expert(1), plan, range(plan.num_steps), state, context, negative, 3.0)
    one = {**SMALL, "num_frames": 1, "solver": solver, "noise": noise, "seed": None}
    _, trail = render(wan, **one, remix=Remix(old, 0.6))
    torch.testing.assert_close(trail[-1], state.latent, rtol=0, atol=1e-5)


def test_frames_can_be_remixed():
    wan = text_to_video()
    frames, _ = render(wan, **{**SMALL, "steps": 2})
    latent = wan.encode_clip(frames)
    pixels = torch.from_numpy(frames).permute(3, 0, 1, 2)[None] / 127.5 - 1
    torch.testing.assert_close(latent, wan.vae().encode(pixels), rtol=0, atol=1e-4)
    again, _ = render(wan, **SMALL, remix=Remix(latent, 0.3))
    assert again.shape == frames.shape


@pytest.mark.parametrize(
    ("wan", "options", "error", "message"),
    [
        (
            greybox_like,
            {"last_frame": picture},
            PresetError,
            "last_frame: {name} cannot end on a picture. Leave it out, or use a checkpoint like "
            "wan2.2-i2v-a14b.",
        ),
        (
            text_to_video,
            {"first_frame": picture},
            PresetError,
            "first_frame: {name} cannot start from a picture. Leave it out, or use a checkpoint "
            "that can.",
        ),
        (
            text_to_video,
            {"camera_path": lambda: StillCamera(9)},
            PresetError,
            "camera_path: {name} has no camera adapter. Leave it out, and describe the move in the "
            "prompt.",
        ),
        (
            text_to_video,
            {"num_frames": lambda: 8},
            GeometryError,
            "num_frames: 8 frames, must be 4n + 1. Use 5 or 9.",
        ),
        (
            text_to_video,
            {"size": lambda: (50, 32)},
            GeometryError,
            "size: width is 50, must be a multiple of 16 for preset {name}. Use 48 or 64.",
        ),
        (
            text_to_video,
            {"guidance": lambda: (1.0,)},
            PresetError,
            "guidance: 1 scales, must be 2 for {name}, noisiest expert first, or a single number.",
        ),
        (
            text_to_video,
            {"solver": lambda: "ddim"},
            PresetError,
            "solver: 'ddim', must be one of unipc, dpm++, euler.",
        ),
        (
            image_to_video,
            {},
            PresetError,
            "first_frame: missing, and {name} always starts from a picture. Give one, or use a "
            "text-to-video checkpoint.",
        ),
        (
            image_to_video,
            {"first_frame": picture, "last_frame": picture, "num_frames": lambda: 1},
            GeometryError,
            "last_frame: the clip has 1 frame, must have at least 5 to end on another picture. "
            "Leave it out, or set more frames.",
        ),
        (
            text_to_video,
            {"remix": lambda: Remix(torch.zeros(1, 16, 3, 4, 4), 0.5)},
            GeometryError,
            "remix: shape is (1, 16, 3, 4, 4), must be (1, 16, 3, 4, 6) for this size and length.",
        ),
        (
            text_to_video,
            {"remix": lambda: Remix(torch.zeros(1, 16, 3, 4, 6), 1.5)},
            PresetError,
            "strength: 1.5, must be above 0 and at most 1.",
        ),
        (
            text_to_video,
            {"noise": lambda: torch.zeros(1, 2)},
            GeometryError,
            "noise: shape is (1, 2), must be (1, 16, 3, 4, 6) for this size and length.",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(wan, options, error, message):
    wan = wan()
    with pytest.raises(error) as caught:
        render(wan, **{**SMALL, **{name: make() for name, make in options.items()}})
    assert str(caught.value) == message.format(name=repr(wan.preset.name))


def test_a_path_of_another_length_than_the_clip_is_refused(folder):  # noqa: F811
    add_adapter(folder)
    with pytest.raises(GeometryError) as caught:
        render(model.load(folder), **LARGE, camera_path=StillCamera(8))
    assert str(caught.value) == "camera_path: 8 frames, must be 9 like the clip."
