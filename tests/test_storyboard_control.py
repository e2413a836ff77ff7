"""The layout steers the model: control films, strengths, cache keys and pictures of likeness."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

import model
from model.flow import schedule
from model.presets import (
    WAN21_VACE_14B,
    WAN22_FUN_CONTROL_A14B,
    WAN22_T2V_A14B,
    WAN22_VACE_FUN_A14B,
)
from shots import ShotListErrors, parse_shots
from shots.format.dump import written_shot
from shots.staging.stage_shot import stage_board, staged_path
from shots.vocabulary.control import Control
from storyboard.errors import InputError
from storyboard.executors import LocalExecutor
from storyboard.film.video import read_clip
from storyboard.layout import ShotFilm
from storyboard.layout.passes.control_film import control_frames
from storyboard.plan.cost import Speed, plan_waves
from storyboard.plan.plan import plan_render
from storyboard.plan.request import Request, effective_board
from storyboard.plan.settings import settle
from storyboard.plan.take_plan import CONTROL_NEGATIVE
from storyboard.run.deliver import write_contact_sheet
from storyboard.run.manifest import Manifest, TakeEntry
from storyboard.run.manifest_rows import control_record
from storyboard.schedule import render
from storyboard.stages.control_stage import control_strengths
from storyboard.stages.tensors import take_noise
from storyboard.store import Store
from tests import oracle

BOARD = """
storyboard: 1
style: {{seed: 7}}
format: {{size: 96x64, fps: 16}}
characters:
  mara: {{name: MARA, looks: a woman in her thirties{likeness}}}
locations:
  kitchen: {{heading: INT. KITCHEN}}
defaults: {{duration: 9f, location: kitchen{defaults}}}
scenes:
  - number: 1
    shots:
      - {{id: 1, camera: "{camera}", subjects: [mara], action: "Mara {action}."{shot}}}
"""


def board_of(folder, **changes):
    values = {
        "likeness": "", "defaults": "", "shot": "", "camera": "MS, push in", "action": "waves"
    }  # fmt: skip
    return parse_shots(BOARD.format(**(values | changes)), folder / "board.yaml")


def plan_of(board, weights=None):
    request = Request(
        preset=None,
        weights=weights or oracle.vace(2, (0,)),
        device="cpu",
        settings=(("steps", "4"), ("size", "48x32")),
    )
    board = board.model_copy(update={"model": board.model.model_copy(update={"use": "tiny"})})
    board = effective_board(board, request)
    return plan_render(board, settle(board, request, None))


def rendered(plan, folder):
    (folder / "store").mkdir(exist_ok=True)
    store = Store(folder / "store")
    waves = plan_waves(plan, plan.takes, Speed(1e12, 1e12), size=9).waves
    assert render(plan.stages, waves, store, LocalExecutor(lambda _: None), lambda _: None) == {}
    (take,) = plan.takes
    return read_clip(store.path(plan.clip(take))), store


def film_of(plan, store):
    (passes,) = [stage for stage in plan.stages if stage.name == "passes"]
    (ref,) = passes.refs(plan.takes[0])
    return read_clip(store.path(ref))


def test_a_board_renders_what_the_api_renders_with_its_control_film(tmp_path):
    draw = np.random.default_rng(1).integers(0, 256, (40, 24, 3), dtype=np.uint8)
    Image.fromarray(draw).save(tmp_path / "mara.png")
    board = board_of(tmp_path, likeness=", reference: mara.png")
    plan = plan_of(board)
    clip, store = rendered(plan, tmp_path)
    (take,), settings = plan.takes, plan.settings
    strengths = control_strengths(
        Control(), settings.preset, schedule(4, settings.shift, settings.solver),
        settings.preset.experts,
    )  # fmt: skip
    expected = model.load(oracle.vace(2, (0,))).generate(
        take.prompt, take.negative, size=take.size, num_frames=take.frames.rendered, steps=4,
        guidance=settings.guidance, shift=settings.shift, solver=settings.solver,
        noise=take_noise(take.noise, (16, 4, 4, 6)), control=film_of(plan, store),
        references=[draw], control_strength=strengths,
    )  # fmt: skip
    assert np.array_equal(clip, expected)


def test_a_given_first_frame_is_kept_by_the_mask_of_the_control_film(tmp_path):
    draw = np.random.default_rng(2).integers(0, 256, (32, 48, 3), dtype=np.uint8)
    Image.fromarray(draw).save(tmp_path / "first.png")
    plan = plan_of(board_of(tmp_path, shot=", references: {first-frame: first.png}"))
    clip, store = rendered(plan, tmp_path)
    (take,), settings = plan.takes, plan.settings
    grid = schedule(4, settings.shift, settings.solver)
    expected = model.load(oracle.vace(2, (0,))).generate(
        take.prompt, take.negative, size=take.size, num_frames=take.frames.rendered, steps=4,
        guidance=settings.guidance, shift=settings.shift, solver=settings.solver,
        noise=take_noise(take.noise, (16, 3, 4, 6)), control=film_of(plan, store),
        first_frame=draw, control_strength=control_strengths(
            Control(), settings.preset, grid, settings.preset.experts
        ),
    )  # fmt: skip
    assert np.array_equal(clip, expected)


def test_a_film_shows_a_near_person_as_a_skeleton_in_a_set_of_depth(tmp_path):
    board = board_of(tmp_path)
    shot = board.shots[0]
    staged = stage_board(board)["1"]
    film = ShotFilm(staged, staged_path(board, shot, num_frames=5, aspect=1.5), shot)
    size = (192, 128)
    for kind in ("depth", "lines", "none"):
        frame = next(iter(control_frames(film, size, Control(set=kind))))
        grey = (frame.max(2) == frame.min(2)).mean()
        assert 0.5 < grey < 1  # coloured bones on a grey set
    lit = next(iter(control_frames(film, size, Control(set="clay", cast="depth"))))
    assert lit.std() > 10
    body = film.frame(0, size).owner == film.numbers["mara"]
    posed, depth, empty = (
        next(iter(control_frames(film, size, Control(cast=cast))))
        for cast in ("pose", "depth", "none")
    )
    assert (posed[body] == 0).all(axis=1).mean() > 0.5  # black round the bones
    assert (depth.max(2) == depth.min(2)).all()
    # Nearer is lighter: a body before the set that is seen without it.
    assert depth[body].mean() > empty[body].mean() + 10


def test_a_far_person_is_a_body_of_depth(tmp_path):
    board = board_of(tmp_path, camera="EWS")
    staged = stage_board(board)["1"]
    path = staged_path(board, board.shots[0], num_frames=5, aspect=1.5)
    film = ShotFilm(staged, path, board.shots[0])
    frame = next(iter(control_frames(film, (192, 128), Control())))
    assert (frame.max(2) == frame.min(2)).all()


PLAN = schedule(12, 12.0, "euler")
HALF = 0.5


@pytest.mark.parametrize(
    ("control", "preset", "expected"),
    [
        (Control(), WAN22_VACE_FUN_A14B, [1.0] * 6 + [HALF] * 2 + [0.0] * 4),
        (Control(hold="tight"), WAN22_VACE_FUN_A14B, [1.0] * 6 + [HALF] * 6),
        (Control(hold="loose"), WAN22_VACE_FUN_A14B, [1.0] * 4 + [0.0] * 8),
        (Control(end=0.25), WAN22_VACE_FUN_A14B, [1.0] * 3 + [0.0] * 9),
        (Control(end=0), WAN22_VACE_FUN_A14B, [0.0] * 12),
        (Control(), WAN21_VACE_14B, [1.0] * 6 + [HALF] * 2 + [0.0] * 4),
        (Control(), WAN22_FUN_CONTROL_A14B, [1.0] * 7 + [0.0] * 5),
    ],
)
def test_the_film_counts_early_and_is_released(control, preset, expected):
    assert control_strengths(control, preset, PLAN, preset.experts) == tuple(expected)


def keys(plan):
    (take,) = plan.takes
    return plan.keys(take)


def test_blocking_renders_a_shot_again_and_dialogue_does_not(tmp_path):
    plain = keys(plan_of(board_of(tmp_path)))
    moved = keys(plan_of(board_of(tmp_path, shot=", blocking: {mara: {at: by the table}}")))
    spoken = keys(plan_of(board_of(tmp_path, shot=", dialogue: [{who: mara, line: Well}]")))
    for name in ("passes", "encode-control", "denoise-high", "denoise-low", "decode"):
        assert plain[name] != moved[name]
    assert plain["passes"] == spoken["passes"]
    assert plain["encode-control"] == spoken["encode-control"]


def test_the_directive_is_merged_from_board_scene_and_shot(tmp_path):
    board = board_of(
        tmp_path, defaults=", control: {set: lines, hold: tight}", shot=", control: {hold: loose}"
    )
    assert board.shots[0].control == Control(set="lines", hold="loose")
    assert board.origin("1", "control.set").level == "defaults"
    assert board.origin("1", "control.hold").level == "shot"


def test_a_word_that_is_none_is_refused(tmp_path):
    with pytest.raises(ShotListErrors, match="control"):
        board_of(tmp_path, shot=", control: {set: depht}")


def test_control_that_is_off_is_text_to_video(tmp_path):
    off = plan_of(board_of(tmp_path, shot=", control: {set: none, cast: none}"))
    assert "passes" not in keys(off)
    clip, _ = rendered(off, tmp_path)
    (take,), settings = off.takes, off.settings
    expected = model.load(oracle.vace(2, (0,))).generate(
        take.prompt, take.negative, size=take.size, num_frames=take.frames.rendered, steps=4,
        guidance=settings.guidance, shift=settings.shift, solver=settings.solver,
        noise=take_noise(take.noise, (16, 3, 4, 6)), control_strength=0,
    )  # fmt: skip
    assert np.array_equal(clip, expected)


def test_only_the_expert_whose_steps_are_steered_has_its_part(tmp_path):
    plan = plan_of(board_of(tmp_path))
    stages = {stage.name: stage for stage in plan.stages}
    assert [stages[name].is_steered for name in ("denoise-high", "denoise-low")] == [True, False]
    assert len(stages["denoise-low"].load()) == 1
    tight = plan_of(board_of(tmp_path, shot=", control: {hold: tight}"))
    assert [stage.is_steered for stage in tight.stages if stage.name.startswith("denoise")] == [
        True,
        True,
    ]


def test_a_picture_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        plan_of(board_of(tmp_path, likeness=", reference: mara.png"))
    assert str(caught.value) == (
        "shot '1': reference 'mara.png' does not exist, must be a picture beside the board. Check "
        "the name."
    )


def test_a_model_that_cannot_be_steered_reports_what_has_no_effect(tmp_path):
    board = board_of(tmp_path, likeness=", reference: mara.png", shot=", control: {set: lines}")
    notices = plan_of(board, oracle.text_to_video()).notices
    name = plan_of(board_of(tmp_path), oracle.text_to_video()).settings.preset_name
    assert f"{name} reads no control film: control has no effect. Use a VACE or a Fun-Control " \
        "checkpoint." in notices  # fmt: skip
    assert (
        f"{name} reads no pictures of likeness: references have no effect. Use a VACE checkpoint."
        in notices
    )
    assert WAN22_T2V_A14B.control == "none"


def test_frames_are_the_same_with_any_number_of_torch_threads(tmp_path):
    board, before = board_of(tmp_path), torch.get_num_threads()
    try:
        clips = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            (tmp_path / str(threads)).mkdir()
            clips.append(rendered(plan_of(board), tmp_path / str(threads))[0])
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(*clips)


def test_words_against_a_copied_layout_are_negative_where_a_film_steers(tmp_path):
    steered, plain = (
        plan_of(board_of(tmp_path, shot=shot)).takes[0].negative
        for shot in ("", ", control: {set: none, cast: none}")
    )
    added = steered.removeprefix(plain).split("\uff0c")
    assert added == ["", *CONTROL_NEGATIVE]


def test_the_record_of_a_run_says_how_a_take_was_steered(tmp_path):
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "mara.png")
    plan = plan_of(board_of(tmp_path, likeness=", reference: mara.png"))
    record = control_record(plan, plan.takes[0])
    assert (record["set"], record["cast"], record["hold"]) == ("depth", "pose", "normal")
    assert len(record["strengths"]) == 4
    assert record["references"] == ["mara.png"]


def test_the_card_shows_the_pictures_of_likeness_and_how_the_layout_steered(tmp_path):
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "mara.png")
    plan = plan_of(board_of(tmp_path, likeness=", reference: mara.png"))
    (take,) = plan.takes
    entry = TakeEntry(
        take.shot.id, take.number, True, "missing", control=control_record(plan, take)
    )
    manifest = Manifest(
        "done", 1, "2026-11-30", 1.0, {}, {}, {}, {}, {}, {}, 0, (entry,), {}, (), {}
    )
    page = write_contact_sheet(plan, manifest, tmp_path).read_text("utf-8")
    assert '<dt>Likeness</dt><dd dir="auto">mara.png</dd>' in page
    assert "<dt>Steered by</dt><dd>set depth, cast pose, 3 of 4 steps</dd>" in page


def test_the_directive_is_kept_when_a_board_is_written(tmp_path):
    board = board_of(tmp_path, shot=", control: {set: lines, end: 0.5}")
    assert written_shot(board, board.shots[0])["control"] == {"set": "lines", "end": "0.5"}
