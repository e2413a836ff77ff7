"""Whole runs with a VACE part against diffusers, and what the part costs where it does not count.

Every latent of every run agrees to 5e-5 of its scale. diffusers puts the last reference first in
time, the authors and we the first one, so that it is handed over in reverse order there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from PIL import Image

import model
from model.exceptions import GeometryError, PresetError
from model.weights.open_checkpoint import open_checkpoint
from tests import oracle

SIZE = (48, 32)


@dataclass(frozen=True)
class Case:
    """A run: what is given, and the shape of the network.

    Attributes:
        masked: "" for no mask, "first" for a kept first frame, "region" for a kept part.
        references: Sides of pictures.
        network: Layers, layers with a side block, width of a head, experts.
    """

    film: bool = True
    masked: str = ""
    references: tuple[tuple[int, int], ...] = ()
    strength: tuple[float, ...] = (1.0, 1.0)
    network: tuple = (5, (0, 2, 4), 16, 2)
    solver: str = "unipc"
    num_frames: int = 9
    steps: int = 5
    guidance: tuple[float, ...] = (4.0, 3.0)
    seed: int = field(default=40, compare=False)


CASES = {
    "control": Case(),
    "control, one reference": Case(references=((40, 40),), network=(4, (0, 1, 2, 3), 12, 2)),
    "control, two references": Case(references=((24, 64), (67, 41)), num_frames=5),
    "reference alone": Case(film=False, references=((56, 32),), solver="euler"),
    "kept first frame": Case(masked="first", network=(3, (0,), 32, 2), solver="dpm++"),
    "kept region": Case(masked="region", references=((40, 24),), steps=4),
    "strengths": Case(strength=(0.7, 0.25)),
    "released in the second expert": Case(strength=(1.0, 0.0), references=((40, 40),)),
    "one expert": Case(network=(6, (0, 3), 16, 1), strength=(1.0,), guidance=(5.0,)),
    "without guidance": Case(guidance=(1.0, 1.0), num_frames=13, steps=3),
}


def given(case):
    """Film, mask and references, as arrays."""
    rng, (width, height) = np.random.default_rng(3), SIZE
    ramp = np.linspace(0, 255, width)[None, None, :, None].repeat(height, 1).repeat(3, 3)
    film = np.concatenate([np.roll(ramp, 3 * k, 2) for k in range(case.num_frames)]).astype("uint8")
    mask = np.full(film.shape[:3], 255, np.uint8)
    if case.masked == "first":
        mask[0] = 0
    if case.masked == "region":
        mask[2:, 8:20, 10:30] = 0
    pictures = [rng.integers(0, 256, (h, w, 3), dtype=np.uint8) for w, h in case.references]
    return film if case.film else None, mask if case.masked else None, pictures


def theirs(folder, case):
    film, mask, pictures = given(case)
    frames = lambda array: [Image.fromarray(frame) for frame in array]  # noqa: E731
    conditions = {} if film is None else {"video": frames(film)}
    if mask is not None:
        conditions["mask"] = frames(mask)
    if pictures:
        conditions["reference_images"] = [Image.fromarray(each) for each in reversed(pictures)]
    second = {} if len(case.guidance) == 1 else {"guidance_scale_2": case.guidance[1]}
    return oracle.run(
        folder, kind="WanVACEPipeline", scales=case.strength, solver=case.solver,
        width=SIZE[0], height=SIZE[1], num_frames=case.num_frames,
        num_inference_steps=case.steps, guidance_scale=case.guidance[0], **second, **conditions,
    )  # fmt: skip


def ours(folder, case, dtype=torch.float32, **changes):
    film, mask, pictures = given(case)
    trail = []
    options = {
        "size": SIZE, "num_frames": case.num_frames, "steps": case.steps, "solver": case.solver,
        "shift": 12.0, "guidance": case.guidance, "seed": 7, "control": film,
        "control_mask": mask, "references": pictures, "control_strength": case.strength,
        "on_step": lambda _, state: trail.append(state.latent),
    }  # fmt: skip
    wan = model.load(folder, dtype)
    frames = wan.generate(oracle.PROMPT, oracle.NEGATIVE, **(options | changes))
    return frames, trail, wan


def folder_of(case):
    layers, steered, head_width, experts = case.network
    return oracle.vace(layers, steered, head_width, case.seed, experts=experts)


@pytest.mark.parametrize("name", CASES)
def test_a_steered_run_is_that_of_diffusers(name):
    case = CASES[name]
    folder = folder_of(case)
    expected = theirs(folder, case)
    frames, trail, _ = ours(folder, case)
    for found, latent in zip(trail, expected.latents, strict=True):
        assert found.shape[2] == (case.num_frames + 3) // 4 + len(case.references)
        scale = float(latent.abs().max())
        torch.testing.assert_close(found, latent, rtol=0, atol=5e-5 * scale)
    pixels = expected.video.permute(0, 2, 3, 1).numpy() * 255
    assert np.abs(frames - pixels).max() < 0.5 + 0.0255


def test_a_run_in_bfloat16_stays_near_one_in_float32():
    case = Case(guidance=(1.0, 1.0))
    expected = theirs(folder_of(case), case).latents[-1]
    found = ours(folder_of(case), case, torch.bfloat16)[1][-1]
    assert 1e-4 < (found - expected).norm() / expected.norm() < 2e-2


def test_at_strength_0_a_run_has_the_bits_of_text_to_video_and_no_part_is_loaded(tmp_path):
    case = Case(strength=(0.0, 0.0))
    frames, trail, wan = ours(folder_of(case), case)
    assert not [name for name in wan._networks if name.startswith("vace")]
    plain, plain_trail, _ = ours(folder_of(case), case, control=None)
    assert np.array_equal(frames, plain)
    assert all(torch.equal(a, b) for a, b in zip(trail, plain_trail, strict=True))


def test_only_the_part_of_the_expert_that_is_steered_is_loaded():
    case = Case(strength=(1.0, 0.0))
    wan = ours(folder_of(case), case)[2]
    assert "vace 0" in wan._networks
    assert "vace 1" not in wan._networks


def test_strength_may_change_at_every_step():
    case = Case()
    release = ours(folder_of(case), case, control_strength=[1, 1, 0.5, 0, 0])[1]
    whole = ours(folder_of(case), case)[1]
    assert torch.equal(release[1], whole[1])
    assert not torch.equal(release[2], whole[2])


def test_a_streamed_part_gives_the_bits_of_a_whole_one():
    case = Case()
    checkpoint = open_checkpoint(folder_of(case))
    context = torch.randn(1, 7, oracle.TEXT_WIDTH, generator=torch.Generator().manual_seed(1))
    control = torch.randn(1, 96, 3, 4, 6, generator=torch.Generator().manual_seed(2))
    latent = torch.randn(1, 16, 3, 4, 6, generator=torch.Generator().manual_seed(3))
    results = []
    for residency in ("whole", "streamed"):
        expert = checkpoint.load_expert(0, residency=residency)
        part = checkpoint.load_vace(0, residency=residency)
        with torch.no_grad():
            text = expert.embed_text(context)
            steering = model.vace.Steering(part, part.embed(control), (part.prepare(*text),))
            results += expert.velocities(
                latent, torch.tensor([900.0]), [expert.prepare(context)], steering=steering
            )
    assert torch.equal(*results)


def test_a_first_frame_is_kept_by_the_mask():
    case = Case()
    picture = np.full((SIZE[1], SIZE[0], 3), 200, np.uint8)
    film, mask, _ = given(Case(masked="first"))
    film[:2], mask[1] = 200, 0
    pinned = ours(folder_of(case), case, first_frame=picture)[0]
    by_hand = ours(folder_of(case), case, control=film, control_mask=mask)[0]
    assert np.array_equal(pinned, by_hand)


FILM, MASK = np.zeros((9, 32, 48, 3), np.uint8), np.ones((9, 32, 48), np.uint8)
REFUSED = [
    (
        {"control": FILM[:5]},
        GeometryError,
        "control: shape is (5, 32, 48, 3), must be (9, 32, 48, 3) like the clip. Scale its frames, "
        "or set size and num_frames.",
    ),
    (
        {"control": FILM[:, :16]},
        GeometryError,
        "control: shape is (9, 16, 48, 3), must be (9, 32, 48, 3) like the clip. Scale its frames, "
        "or set size and num_frames.",
    ),
    (
        {"control": FILM.astype(np.float32)},
        GeometryError,
        "control: dtype is float32, must be uint8 with values 0 to 255.",
    ),
    (
        {"control": FILM, "control_mask": MASK[..., None]},
        GeometryError,
        "control_mask: shape is (9, 32, 48, 1), must be (9, 32, 48) like the clip. Scale its "
        "frames, or set size and num_frames.",
    ),
    (
        {"control": FILM, "control_strength": (1, 1, 1)},
        PresetError,
        "control_strength: 3 numbers, must be 1, 2 (one for each expert) or 5 (one for each step).",
    ),
    (
        {"control": FILM, "control_strength": -0.5},
        PresetError,
        "control_strength: -0.5, must be 0 or more; 1 is usual.",
    ),
    (
        {"control": FILM, "control_strength": float("nan")},
        PresetError,
        "control_strength: nan, must be 0 or more; 1 is usual.",
    ),
]


@pytest.mark.parametrize(("changes", "kind", "message"), REFUSED, ids=lambda x: str(x)[:30])
def test_a_film_that_does_not_fit_is_refused_before_a_network_is_read(changes, kind, message):
    wan = model.load(folder_of(Case()))
    options = {"size": SIZE, "num_frames": 9, "steps": 5, "seed": 1} | changes
    with pytest.raises(kind) as caught:
        wan.generate("a bus", **options)
    assert str(caught.value) == message
    assert not wan._networks


@pytest.mark.parametrize(("option", "name"), [("control", "control"), ("references", "references")])
def test_a_checkpoint_that_cannot_be_steered_says_so(option, name):
    wan = model.load(oracle.text_to_video())
    with pytest.raises(PresetError) as caught:
        wan.generate(
            "x", size=SIZE, num_frames=9, **{option: FILM if option == "control" else [FILM[0]]}
        )
    preset = wan.preset.name
    assert str(caught.value) == (
        f"{name}: {preset!r} cannot be steered. Leave it out, or use a checkpoint like "
        "wan2.2-vace-fun-a14b."
    )
