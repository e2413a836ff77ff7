"""What a take starts from: pictures, loops and other takes, planned and rendered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import model
from model.denoise import Remix
from model.presets import WAN22_FUN_CAMERA_A14B, WAN22_I2V_A14B
from shots import ShotsError, parse_shots
from storyboard.errors import InputError, StoryboardError
from storyboard.executors import LocalExecutor
from storyboard.film.video import read_clip
from storyboard.plan.cost import Speed, denoise_steps, plan_waves
from storyboard.plan.plan import plan_render
from storyboard.plan.request import Request, effective_board
from storyboard.plan.settings import settle
from storyboard.schedule import render
from storyboard.stages.tensors import remix_latent, take_noise
from storyboard.store import Store
from tests import oracle
from tests.storyboard_kit import write_checkpoint
from tests.test_storyboard_plan import WEIGHTS, settings_of

HEAD = """
storyboard: 1
style: {seed: 7}
format: {size: 96x64, fps: 16}
defaults: {duration: 9f}
scenes:
  - number: 1
    shots:
      - {id: 1, action: A man walks., """

I2V = replace(WEIGHTS, preset=replace(WAN22_I2V_A14B, backbone=WEIGHTS.preset.backbone))
REMIX = HEAD + "take: {from: T01, strength: 0.4}}\n"


def draw(folder: Path, name: str, seed: int) -> np.ndarray:
    picture = np.random.default_rng(seed).integers(0, 255, (32, 48, 3), dtype=np.uint8)
    Image.fromarray(picture).save(folder / name)
    return picture


def plan_of(text, settings=None, folder=Path()):
    return plan_render(parse_shots(text, folder / "board.yaml"), settings or settings_of())


def by_take(plan):
    return {take.number: take for take in plan.takes}


@pytest.fixture
def i2v():
    return settings_of(preset=I2V.preset, weights=I2V)


def test_a_shot_without_a_picture_is_refused_where_the_model_needs_one(i2v):
    with pytest.raises(InputError) as caught:
        plan_of(HEAD + "duration: 9f}\n", i2v)
    assert str(caught.value) == (
        "shot '1': no first frame, must have one for 'wan2.2-i2v-a14b'. "
        "Add references: {first-frame: FILE} or continuity: {from: last-frame}, "
        "or use a text-to-video preset."
    )


@pytest.mark.parametrize("field", ["first-frame", "last-frame"])
def test_a_picture_that_is_not_there_is_named(i2v, tmp_path, field):
    draw(tmp_path, "a.png", 0)
    files = {"first-frame": "a.png", field: "none.png"}
    references = ", ".join(f"{key}: {name}" for key, name in files.items())
    with pytest.raises(InputError) as caught:
        plan_of(HEAD + f"references: {{{references}}}}}\n", i2v, tmp_path)
    assert str(caught.value) == (
        f"shot '1': {field} 'none.png' does not exist, must be a picture beside the board. "
        "Check the name."
    )


def test_a_remix_of_a_take_that_was_not_rendered_is_refused(tmp_path):
    (remix,) = [take.remix for take in plan_of(REMIX).takes if take.remix]
    with pytest.raises(StoryboardError) as caught:
        remix_latent(remix, Store(tmp_path))
    assert str(caught.value) == ("take: 1 T01 has no latent to start from. Render that take first.")


@pytest.fixture
def fun():
    preset = replace(WAN22_FUN_CAMERA_A14B, backbone=WEIGHTS.preset.backbone)
    return settings_of(preset=preset, weights=replace(WEIGHTS, preset=preset))


def test_a_camera_checkpoint_starts_from_a_picture_or_from_words(fun, tmp_path):
    draw(tmp_path, "a.png", 0)
    (words,) = plan_of(HEAD + "duration: 9f}\n", fun).takes
    (picture,) = plan_of(HEAD + "references: {first-frame: a.png}}\n", fun, tmp_path).takes
    assert words.picture is None
    assert picture.picture is not None


def test_a_loop_from_words_alone_is_said(fun):
    plan = plan_of(HEAD + "loop: true}\n", fun)
    assert plan.takes[0].last_picture is None
    notice = "1: a loop needs a first frame; the end of the shot is left open."
    assert notice in plan.notices


def test_a_loop_ends_on_its_first_picture(i2v, tmp_path):
    draw(tmp_path, "a.png", 0)
    plan = plan_of(HEAD + "references: {first-frame: a.png}, loop: true}\n", i2v, tmp_path)
    (take,) = plan.takes
    assert take.last_picture == take.picture


def test_a_last_picture_is_part_of_the_key(i2v, tmp_path):
    draw(tmp_path, "a.png", 0)
    draw(tmp_path, "b.png", 1)
    open_ended = HEAD + "references: {first-frame: a.png}}\n"
    texts = (
        open_ended,
        open_ended.replace("a.png}", "a.png, last-frame: b.png}"),
        open_ended.replace("a.png}}", "a.png}, loop: true}"),
        open_ended.replace("9f", "13f"),
    )
    plans = [plan_of(text, i2v, tmp_path) for text in texts]
    keys = {plan.keys(plan.takes[0])["encode-picture"][0] for plan in plans}
    assert len(keys) == 4


def test_a_loop_that_the_model_cannot_do_is_said():
    plan = plan_of(HEAD + "loop: true}\n")
    assert "1: greybox cannot render a loop; the end of the shot is left open." in plan.notices


def test_a_remix_is_the_next_take_and_the_one_in_the_cut():
    plan = plan_of(REMIX)
    takes = by_take(plan)
    assert sorted(takes) == [1, 2]
    assert plan.shown == (takes[2],)
    assert takes[1].remix is None
    assert takes[2].remix.latent == plan.stages[-2].needs(takes[1])[0]
    assert "1 T02: starts from 1 T01 at noise level 0.4." in plan.notices


def test_a_remix_below_the_boundary_leaves_the_high_expert_out():
    plan = plan_of(REMIX)
    takes = by_take(plan)
    assert "denoise-high" in plan.keys(takes[1])
    assert "denoise-high" not in plan.keys(takes[2])
    assert denoise_steps(plan, takes[2]) < denoise_steps(plan, takes[1]) / 2


def test_asking_for_a_remix_leaves_its_source_alone():
    plain, remixed = plan_of(HEAD + "duration: 9f}\n"), plan_of(REMIX)
    assert plain.keys(plain.takes[0]) == remixed.keys(by_take(remixed)[1])


@pytest.mark.parametrize(
    "change",
    [("0.4", "0.41"), ("T01,", "T02,"), ("0.4}", "0.4, action: A man runs.}"), ("walks", "sits")],
)
def test_whatever_changes_a_remix_changes_its_key(change):
    before, after = plan_of(REMIX), plan_of(REMIX.replace(*change))
    assert before.final(before.shown[0]) != after.final(after.shown[0])


def test_the_words_of_a_remix_leave_those_of_its_source_alone():
    takes = by_take(plan_of(REMIX.replace("0.4}", "0.4, action: A man runs.}")))
    assert "walks" in takes[1].prompt
    assert "runs" in takes[2].prompt
    assert "walks" not in takes[2].prompt


def test_a_remix_comes_in_a_later_wave_than_its_source():
    plan = plan_of(REMIX)
    waves = plan_waves(plan, plan.takes, Speed(1e12, 1e12), size=9).waves
    assert [[take.number for take in wave] for wave in waves] == [[1], [2]]


def test_only_takes_above_the_source_are_made_from_it():
    plan = plan_of(REMIX.replace("take:", "takes: 4, take:").replace("T01", "T02"))
    made_from = {take.number: bool(take.remix) for take in plan.takes}
    assert made_from == {1: False, 2: False, 3: True, 4: True}


def run(text, folder, weights, preset):
    """Render for real; the plan and the store."""
    request = Request(
        preset=preset, weights=weights, device="cpu", settings=(("steps", "4"), ("size", "48x32"))
    )
    board = effective_board(parse_shots(text, folder / "board.yaml"), request)
    plan = plan_render(board, settle(board, request, None))
    (folder / "store").mkdir(exist_ok=True)
    store = Store(folder / "store")
    waves = plan_waves(plan, plan.takes, Speed(1e12, 1e12), size=9).waves
    assert render(plan.stages, waves, store, LocalExecutor(lambda _: None), lambda _: None) == {}
    return plan, store


def generated(plan, take, weights, **given):
    shape = (plan.settings.preset.latent_channels, *_grid(plan, take))
    return model.load(weights).generate(
        take.prompt, take.negative, size=take.size, num_frames=take.frames.rendered,
        steps=plan.settings.level.steps, guidance=plan.settings.guidance,
        shift=plan.settings.shift, noise=take_noise(take.noise, shape), **given,
    )  # fmt: skip


def _grid(plan, take):
    _, rows, columns = plan.settings.preset.stride
    return (take.frames.rendered + 3) // 4, take.size[1] // rows, take.size[0] // columns


def test_a_board_with_two_pictures_renders_what_the_python_door_renders(tmp_path):
    torch.set_num_threads(1)
    first, last = draw(tmp_path, "a.png", 0), draw(tmp_path, "b.png", 1)
    text = HEAD + "references: {first-frame: a.png, last-frame: b.png}}\n"
    weights = oracle.image_to_video()
    plan, store = run(text, tmp_path, weights, "wan2.2-i2v-a14b")
    (take,) = plan.takes
    frames = generated(plan, take, weights, first_frame=first, last_frame=last)
    assert take.frames.rendered == 9
    assert np.array_equal(read_clip(store.path(plan.clip(take))), frames)


def test_a_remix_renders_what_the_python_door_renders(tmp_path):
    torch.set_num_threads(1)
    weights = oracle.text_to_video()
    plan, store = run(REMIX, tmp_path, weights, "wan2.2-t2v-a14b")
    takes = by_take(plan)
    from storyboard.stages.tensors import load_state

    old = load_state(store, plan.stages[-2].needs(takes[1])[0], "cpu").latent
    frames = generated(plan, takes[2], weights, remix=Remix(old, 0.4))
    found = read_clip(store.path(plan.clip(takes[2])))
    assert np.array_equal(found, frames)
    assert not np.array_equal(found, read_clip(store.path(plan.clip(takes[1]))))


def test_stills_are_one_frame_a_shot_and_a_png_of_it(tmp_path):
    from storyboard.cli.main import run as storyboard
    from storyboard.run.manifest import read_manifest

    torch.set_num_threads(1)
    weights = write_checkpoint(tmp_path / "weights")
    board = tmp_path / "board.yaml"
    board.write_text(HEAD + 'camera: "WS, push in"}\n')
    options = ["--weights", str(weights), "--set", "size=64x32", "--set", "steps=2"]
    common = ["render", str(board), "-o", str(tmp_path / "out"), "--device", "cpu", *options]
    assert storyboard([*common, "--stills"]) == 0
    manifest = read_manifest(tmp_path / "out")
    assert manifest.takes[0].frames["rendered"] == 1
    assert manifest.takes[0].panel == "panels/1_T01.png"
    with Image.open(tmp_path / "out" / "panels" / "1_T01.png") as panel:
        assert (panel.format, panel.size) == ("PNG", (96, 64))
    assert storyboard(common) == 0
    assert not (tmp_path / "out" / "panels" / "1_T01.png").exists()


def test_weights_that_take_no_picture_are_told_from_those_that_do(tmp_path):
    with pytest.raises(InputError) as caught:
        run(HEAD + "duration: 9f}\n", tmp_path, oracle.text_to_video(), "wan2.2-i2v-a14b")
    assert str(caught.value) == (
        f"{oracle.text_to_video()}: 2 experts with a wan2.1 autoencoder and no first picture, "
        "must be 2 experts with a wan2.1 autoencoder and a first picture as channels for preset "
        "'wan2.2-i2v-a14b'. Choose the preset that belongs to the weights with --preset."
    )


def errors_of(text):
    with pytest.raises(ShotsError) as caught:
        parse_shots(text, Path("b.yaml"))
    return str(caught.value)


def test_a_loop_that_also_has_a_last_frame_must_choose():
    message = errors_of(HEAD + "loop: true, references: {last-frame: a.png}}\n")
    assert 'SB102 two last frames: "a.png" and the first of a loop' in message
    assert "keep one of them" in message


@pytest.mark.parametrize("take", ["{from: first, strength: 0.4}", "{from: T01, strength: 1.4}"])
def test_a_take_that_cannot_be_made_is_placed(take):
    message = errors_of(HEAD + f"take: {take}}}\n")
    assert message.startswith("b.yaml:9:")


def test_a_clip_decoded_in_tiles_is_another_clip(tmp_path):
    board = parse_shots(HEAD + "}\n", tmp_path / "board.yaml")
    folder = write_checkpoint(tmp_path / "weights")
    clips = []
    for settings in ((), (("tile", "128"),)):
        request = Request(preset="greybox", quality="draft", weights=folder, settings=settings)
        made = effective_board(board, request)
        plan = plan_render(made, settle(made, request, None))
        clips.append(plan.clip(plan.takes[0]).key)
    assert clips[0] != clips[1]
