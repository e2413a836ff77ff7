"""The schedule with a real tiny checkpoint: same bits by any road, and no work done twice."""

from __future__ import annotations

import os
import shutil
import weakref
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import model
from shots import parse_shots
from storyboard.errors import ResourceError
from storyboard.events import NetworkLoaded, TakeFinished
from storyboard.executors import LocalExecutor
from storyboard.film.video import read_clip
from storyboard.plan.plan import plan_render
from storyboard.plan.request import Request, effective_board
from storyboard.plan.settings import settle
from storyboard.schedule import render, unfinished
from storyboard.stages.tensors import take_noise
from storyboard.store import Store
from storyboard.take.take import NoiseRecipe
from storyboard.take.weights import inspect_weights
from tests.storyboard_kit import BOARD, write_checkpoint


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    torch.set_num_threads(1)
    return write_checkpoint(tmp_path_factory.mktemp("weights"))


def plan_of(weights: Path, text: str = BOARD):
    request = Request(weights=weights, device="cpu", settings=(("size", "64x32"), ("steps", "3")))
    board = effective_board(parse_shots(text, weights / "board.yaml"), request)
    return plan_render(board, settle(board, request, None))


def run(plan, folder, waves=None, kept=None):
    """Render, and return the store, the events and the failures."""
    events = [] if kept is None else kept
    store = Store(folder)
    failures = render(
        plan.stages, waves or [plan.takes], store, LocalExecutor(events.append), events.append
    )
    return store, events, failures


def clips(plan, store) -> list[bytes]:
    return [store.path(plan.final(take)).read_bytes() for take in plan.takes]


def finished(events) -> list[tuple[str, str]]:
    return [(e.stage, e.take) for e in events if isinstance(e, TakeFinished)]


def loaded(events) -> list[str]:
    return [event.network for event in events if isinstance(event, NetworkLoaded)]


@pytest.fixture(scope="module")
def rendered(weights, tmp_path_factory):
    """A board rendered stage by stage, in one wave."""
    plan = plan_of(weights)
    folder = tmp_path_factory.mktemp("stage-major")
    store, events, failures = run(plan, folder)
    assert failures == {}
    return plan, store, events


def test_each_network_is_loaded_once_for_all_takes(rendered):
    assert loaded(rendered[2]) == ["text encoder", "high expert", "low expert", "autoencoder"]


def test_clips_are_pictures_and_differ(rendered):
    plan, store, _ = rendered
    pictures = [read_clip(store.path(plan.clip(take))) for take in plan.takes]
    assert [len(picture) for picture in pictures] == [5, 5, 9]
    assert all(picture.std() > 1 for picture in pictures)
    assert (pictures[0] != pictures[1]).any()


def test_shot_by_shot_gives_the_same_bytes(rendered, weights, tmp_path):
    plan, store, _ = rendered
    again = plan_of(weights)
    other, events, _ = run(again, tmp_path, waves=[(take,) for take in again.takes])
    assert clips(again, other) == clips(plan, store)
    assert loaded(events).count("high expert") == 3


def test_order_of_the_takes_gives_the_same_bytes(rendered, weights, tmp_path):
    plan, store, _ = rendered
    again = plan_of(weights)
    other, _, _ = run(again, tmp_path, waves=[again.takes[::-1]])
    assert clips(again, other) == clips(plan, store)


def test_stages_give_the_frames_of_the_python_door(rendered, weights):
    plan, store, _ = rendered
    take = plan.takes[1]
    frames = model.load(weights).generate(
        take.prompt,
        take.negative,
        size=take.size,
        num_frames=take.frames.rendered,
        steps=3,
        noise=take_noise(take.noise, (48, 2, 2, 4)),
        camera_path=take.path,
    )
    np.testing.assert_array_equal(read_clip(store.path(plan.clip(take))), frames)


def test_second_run_loads_nothing(rendered, weights):
    _, store, _ = rendered
    _, events, _ = run(plan_of(weights), store.root)
    assert loaded(events) == []
    assert finished(events) == []


class Pulled(list):
    """Events, until the plug is pulled after so many finished stages."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def append(self, event) -> None:
        super().append(event)
        if len(finished(self)) == self.limit:
            raise KeyboardInterrupt


def test_run_that_was_stopped_anywhere_goes_on_to_the_same_bytes(rendered, weights, tmp_path):
    plan, store, events = rendered
    total = len(finished(events))
    for limit in (1, 6, total - 1):
        folder = tmp_path / str(limit)
        again, kept = plan_of(weights), Pulled(limit)
        with pytest.raises(KeyboardInterrupt):
            run(again, folder, kept=kept)
        other, rest, _ = run(again, folder)
        assert clips(again, other) == clips(plan, store)
        assert len(finished(rest)) == total - limit


def test_change_of_one_light_renders_that_shot_only(rendered, weights):
    _, store, _ = rendered
    plan = plan_of(weights, BOARD.replace("night, practical", "day, firelight"))
    _, events, _ = run(plan, store.root)
    assert {take for _, take in finished(events)} == {"1A_T01"}
    assert len(finished(events)) == 5


def test_damaged_clip_is_made_again_from_its_latent(rendered, weights, tmp_path):
    plan, store, _ = rendered
    whole = clips(plan, store)
    take = plan.takes[1]
    for ref in (plan.clip(take), plan.final(take)):
        path = store.root / ref.stage / f"{ref.key}{ref.suffix}"
        path.write_bytes(path.read_bytes()[:-7] + b"garbage")
    warnings = []
    other = Store(store.root, warn=warnings.append)
    events = []
    render(plan.stages, [plan.takes], other, LocalExecutor(events.append), events.append)
    assert finished(events) == [("decode", "1A_T01"), ("conform", "1A_T01")]
    assert clips(plan, other) == whole
    assert len(warnings) == 2


def test_damaged_latent_that_nothing_needs_is_left_alone(rendered, weights):
    plan, store, _ = rendered
    ref = plan.stages[3].refs(plan.takes[0])[0]
    path = store.root / ref.stage / f"{ref.key}{ref.suffix}"
    path.write_bytes(b"")
    assert unfinished(plan.stages, plan.takes, plan.takes, Store(store.root)) == set()


def test_shot_that_fails_is_kept_apart(weights, tmp_path):
    picture = weights / "broken.png"
    picture.write_bytes(b"no picture")
    text = BOARD.replace("A man walks.", "A man walks., references: {first-frame: broken.png}")
    plan = plan_of(weights, text)
    _, events, failures = run(plan, tmp_path)
    assert [take.shot.id for take in failures] == ["1"]
    assert "cannot identify image file" in failures[plan.takes[0]]
    assert {take for stage, take in finished(events) if stage == "conform"} == {"1A_T01", "2_T01"}


def test_shot_may_start_from_the_last_frame_of_another(weights, tmp_path):
    text = BOARD.replace("A dog runs.", "A dog runs., continuity: {after: 1A, from: last-frame}")
    plan = plan_of(weights, text)
    store, _, failures = run(plan, tmp_path, waves=[plan.takes[:2], plan.takes[2:]])
    assert failures == {}
    assert store.holds(plan.final(plan.takes[2]))


def test_shot_whose_source_failed_says_so(weights, tmp_path):
    (weights / "broken.png").write_bytes(b"no picture")
    text = BOARD.replace("A dog runs.", "A dog runs., continuity: {after: 1, from: last-frame}")
    text = text.replace("A man walks.", "A man walks., references: {first-frame: broken.png}")
    plan = plan_of(weights, text)
    _, _, failures = run(plan, tmp_path, waves=[plan.takes[:2], plan.takes[2:]])
    assert failures[plan.takes[2]] == (
        "first frame: 1 T01 has no clip to take it from. Render that shot first."
    )


def test_numbers_that_are_not_finite_stop_the_shot_and_name_the_step(weights, tmp_path):
    broken = shutil.copytree(weights, tmp_path / "weights")
    file = broken / "transformer_2" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    tensors["proj_out.bias"][0] = float("nan")
    save_file(tensors, file)
    plan = plan_of(broken)
    _, events, failures = run(plan, tmp_path / "store", waves=[plan.takes[:1]])
    assert finished(events)[-1] == ("denoise-high", "1_T01")
    assert failures[plan.takes[0]] == (
        "shot '1': step 2 gave numbers that are not finite, must be finite. "
        "Lower the guidance, or check the weights."
    )


@pytest.mark.parametrize("consistency", [0.0, 0.3, 1.0])
def test_mixed_noise_has_unit_variance(consistency):
    noise = take_noise(NoiseRecipe(1, 2, consistency), (48, 9, 16, 28)).numpy()
    assert abs(noise.std() - 1) < 0.01
    assert abs(noise.mean()) < 0.01


def test_consistency_is_the_correlation_between_two_shots():
    shape = (48, 9, 16, 28)
    first = take_noise(NoiseRecipe(1, 2, 0.6), shape).flatten()
    second = take_noise(NoiseRecipe(1, 3, 0.6), shape).flatten()
    assert abs(float(torch.corrcoef(torch.stack((first, second)))[0, 1]) - 0.6) < 0.01


def test_shots_of_different_length_share_their_first_noise():
    short = take_noise(NoiseRecipe(1, 2, 1.0), (48, 2, 4, 6))
    long = take_noise(NoiseRecipe(1, 2, 1.0), (48, 5, 4, 6))
    np.testing.assert_array_equal(short.numpy(), long[:, :, :2].numpy())


def test_fixed_seed_is_the_noise_of_the_python_door():
    from model.denoise import draw_noise

    shape = (48, 3, 4, 6)
    ours = take_noise(NoiseRecipe(42, 42, 0.0), shape)
    assert torch.equal(ours, draw_noise((1, *shape), 42))


@pytest.mark.slow
def test_killed_processes_leave_a_store_that_goes_on_to_the_same_bytes(rendered, weights, tmp_path):
    plan, store, _ = rendered
    again = plan_of(weights)
    for number in range(1, 40, 4):
        child = os.fork()
        if child == 0:
            _render_and_die(again, tmp_path, number)
        os.waitpid(child, 0)
    other, _, _ = run(again, tmp_path)
    assert clips(again, other) == clips(plan, store)


def _render_and_die(plan, folder, number: int) -> None:
    """Render, and be gone at the given rename."""
    count, original = 0, os.replace

    def counted(*arguments, **named):
        nonlocal count
        count += 1
        if count == number:
            os.kill(os.getpid(), 9)
        return original(*arguments, **named)

    os.replace = counted
    try:
        run(plan, folder)
    finally:
        os._exit(0)


class Hungry:
    """A stage that runs out of memory, as torch says it on a CPU."""

    name = "denoise-high"
    network = ""

    def units(self, take):
        return 1

    def load(self):
        return None

    def run(self, network, take, store, step):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")


def test_memory_that_runs_out_stops_the_run_and_says_what_to_do(weights, tmp_path):
    plan = plan_of(weights)
    with pytest.raises(ResourceError) as error:
        LocalExecutor(lambda event: None).map(Hungry(), plan.takes[:1], Store(tmp_path))
    assert str(error.value) == (
        "shot '1': not enough memory for stage 'denoise-high' at 64x32, 5 frames. What is "
        "finished is kept; choose a lower --quality, or a machine with more memory."
    )


class Loading(Hungry):
    """A stage whose network is gone when it ends, or should be."""

    network = "autoencoder"

    def __init__(self, *, is_knotted):
        self.is_knotted = is_knotted

    def load(self):
        network = torch.nn.Sequential(torch.nn.Linear(2, 2))
        if self.is_knotted:
            network.back = [network]  # nothing but a collection frees it
        self.held = weakref.ref(network[0])
        return network

    def run(self, network, take, store, step):
        assert self.held() is not None


@pytest.mark.parametrize("is_knotted", [False, True])
def test_a_network_is_gone_when_its_stage_ends(weights, tmp_path, is_knotted):
    plan, stage = plan_of(weights), Loading(is_knotted=is_knotted)
    assert LocalExecutor(lambda event: None).map(stage, plan.takes[:1], Store(tmp_path)) == {}
    assert stage.held() is None


def test_checkpoint_is_remembered_as_long_as_its_files_stay(weights, tmp_path):
    folder = shutil.copytree(weights, tmp_path / "weights")
    first = inspect_weights(folder, tmp_path)
    assert inspect_weights(folder, tmp_path) == first
    file = folder / "vae" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    name = next(iter(tensors))
    save_file({**tensors, name: tensors[name] + 1}, file)
    second = inspect_weights(folder, tmp_path)
    assert second.fingerprints["vae"] != first.fingerprints["vae"]
    assert second.fingerprints["high"] == first.fingerprints["high"]
