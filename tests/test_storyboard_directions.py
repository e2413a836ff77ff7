"""Camera verdicts on layouts, which show exactly what was requested."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.directions import is_likeliest, score, table, words_of
from shots import load_shots, parse_shots
from shots.staging.stage_shot import staged_path
from storyboard.judge.alternatives import Alternatives
from storyboard.judge.camera_verdict import expected_motion, is_static, judge_camera, judge_motion
from storyboard.judge.motion import measure_motion, step_frames
from storyboard.layout import layout_film, layout_with_mask

NUM_FRAMES = 17
SIZE = (224, 128)
BOARD = """
storyboard: 1
title: Directions
format: {{sensor: full-frame}}
scenes:
  - number: 1
    location: {place}
    shots: [{{id: "1", camera: "{size}, {move}, 35mm", duration: 3s, action: "{action}"}}]
locations:
  street: {{heading: EXT. STREET, looks: a wide city street}}
  room: {{heading: INT. ROOM, looks: a plain room with a window}}
  forest: {{heading: EXT. FOREST, looks: a dark pine forest}}
  studio: {{heading: INT. STUDIO, looks: a bare photo studio}}
"""
STANDS, CROSSES = "A man in a red jacket stands still.", "A man in a red jacket walks to the right."
MOVES = (
    "pan left", "pan right", "tilt up", "tilt down", "push in", "pull out", "track left",
    "track right", "crane up", "crane down", "orbit left", "orbit right", "zoom in", "zoom out",
    "roll left", "roll right", "static",
)  # fmt: skip


@cache
def film(move, size="WS", place="street", action=STANDS, num_frames=NUM_FRAMES):
    text = BOARD.format(move=move, size=size, place=place, action=action)
    board = parse_shots(text, Path("directions.yaml"))
    aspect = SIZE[0] / SIZE[1]
    path = staged_path(board, board.shots[0], num_frames=num_frames, aspect=aspect)
    return *layout_with_mask(layout_film(board, board.shots[0], path), SIZE), path


def shoot(*args, **kwargs):
    frames, _, path = film(*args, **kwargs)
    return frames, path


@cache
def motion(move, size="WS"):
    return measure_motion(shoot(move, size)[0])


def opposite(move):
    at = MOVES.index(move)
    return MOVES[at + 1 if at % 2 == 0 else at - 1]


def degraded(frames):
    """Blurred, flickering, with blocks that stick to the screen, like a clip of a weak model."""
    random = np.random.default_rng(1)
    blocks = random.normal(0, 2, (SIZE[1] // 8, SIZE[0] // 8, 3)).astype(np.float32)
    sticking = cv2.resize(blocks, SIZE, interpolation=cv2.INTER_NEAREST)
    soft = [cv2.GaussianBlur(frame, (0, 0), 1.2) for frame in frames]
    noisy = [frame + sticking + random.normal(0, 2, (*frame.shape[:2], 1)) for frame in soft]
    return np.clip(np.stack(noisy), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("move", MOVES)
def test_a_layout_obeys_its_directive(move):
    assert judge_motion(motion(move), shoot(move)[1]).verdict == "agrees"


@pytest.mark.parametrize("move", ["pan left", "tilt down", "push in", "zoom out", "roll left"])
def test_a_path_is_likelier_than_its_reverse_and_than_a_standstill(move):
    path = shoot(move)[1]
    assert is_likeliest(motion(move), path)
    assert is_likeliest(measure_motion(degraded(shoot(move)[0])), path)
    assert not is_likeliest(motion(opposite(move)), path)
    assert not is_likeliest(motion("static"), path)


@pytest.mark.parametrize("move", ["pan left", "pan right", "tilt up", "tilt down", "push in",
                                  "pull out", "track left", "track right"])  # fmt: skip
def test_a_standstill_is_unlikely_where_the_camera_moves(move):
    assert not is_likeliest(motion(move), shoot("static")[1])


@pytest.mark.parametrize("place", ["street", "room", "forest"])
@pytest.mark.parametrize("ways", ["stands still", "walks to the right", "walks up to the camera"])
def test_a_standstill_is_likeliest_whoever_walks(place, ways):
    frames, path = shoot("static", "FS", place, f"A man in a red jacket {ways}.")
    assert is_likeliest(measure_motion(degraded(frames)), path)


def softened(move, place, action):
    """A layout with a blurred place, as a weak model draws it, and the masks of its subject."""
    frames, masks, path = film(move, "MS", place, action)
    soft = np.stack([cv2.GaussianBlur(frame, (0, 0), 2) for frame in frames])
    return np.where(masks[..., None] > 128, frames, soft), masks, path


@pytest.mark.parametrize("ways", ["runs away from the camera", "walks towards the camera"])
def test_a_camera_that_should_stand_is_judged_beside_who_passes(ways):
    frames, masks, path = softened("static", "studio", f"A man in a red jacket {ways}.")
    # Only who passes can be tracked in the empty studio: if he fills the picture, it seems to move.
    assert judge_camera(frames, path).verdict != "agrees"
    assert judge_camera(frames, path, masks).verdict == "agrees"


@pytest.mark.parametrize("move", ["pan left", "tilt up", "zoom in"])
def test_a_camera_that_moves_disobeys_a_lock_off_whoever_passes(move):
    frames, _, _ = softened(move, "street", CROSSES)
    _, masks, path = softened("static", "street", CROSSES)
    assert judge_camera(frames, path, masks).verdict == "disagrees"


@pytest.mark.parametrize("place", ["street", "room", "forest"])
def test_a_slow_push_in_behind_somebody_is_no_lock_off(place):
    frames, _, _ = softened("push in", place, CROSSES)
    _, masks, path = softened("static", place, CROSSES)
    assert judge_camera(frames, path, masks).verdict != "agrees"


@pytest.mark.parametrize("move", ["pan right", "tilt up", "push in", "pull out", "orbit left"])
def test_a_close_layout_obeys_its_directive(move):
    assert judge_motion(motion(move, "MCU"), shoot(move, "MCU")[1]).verdict == "agrees"


@pytest.mark.parametrize("move", ["pan left", "tilt up", "push in", "track right", "zoom out"])
def test_a_clip_played_backwards_disobeys(move):
    frames, path = shoot(move)
    assert judge_camera(frames[::-1], path).verdict == "disagrees"


@pytest.mark.parametrize("move", ["pan left", "tilt up", "push in", "track right", "roll left"])
def test_the_opposite_hand_disobeys(move):
    assert judge_motion(motion(opposite(move)), shoot(move)[1]).verdict == "disagrees"


@pytest.mark.parametrize("move", ["pan left", "tilt up", "push in", "track right", "zoom in"])
def test_a_camera_that_stands_still_disobeys_a_move(move):
    assert judge_motion(motion("static"), shoot(move)[1]).verdict == "disagrees"


@pytest.mark.parametrize("move", ["pan left", "tilt up", "zoom in", "roll left"])
def test_a_camera_that_moves_disobeys_a_lock_off(move):
    assert judge_motion(motion(move), shoot("static")[1]).verdict == "disagrees"


def test_a_cut_in_the_middle_disobeys_a_lock_off():
    frames, path = shoot("static")
    cut = np.concatenate([frames[:8], shoot("static", "WS", "forest")[0][8:]])
    assert judge_camera(cut, path).verdict == "disagrees"


def test_a_shaking_camera_is_told_from_a_smooth_one():
    frames, path = shoot("handheld")
    assert judge_camera(frames, path).verdict == "agrees"
    for move in ("static", "pan left", "push in"):
        assert judge_motion(motion(move), path).verdict == "disagrees"


@pytest.mark.parametrize("hand", ["left", "right"])
def test_a_roll_is_no_orbit(hand):
    rolled, soft, *_ = staged(f"roll {hand}", STANDS)
    for move in ("orbit left", "orbit right"):
        _, _, path, geometry = staged(move, STANDS)
        for each in (rolled, soft):
            assert judge_motion(each, path, geometry=geometry).verdict != "agrees"


@pytest.mark.parametrize("place", ["street", "room", "forest"])
def test_somebody_walking_through_does_not_move_the_camera(place):
    assert judge_camera(*shoot("static", "FS", place, CROSSES)).verdict == "agrees"


@pytest.mark.parametrize("size", ["FS", "MS"])
def test_somebody_running_through_an_empty_place_does_not_move_the_camera(size):
    runs = "A man in a red jacket runs from right to left."
    frames, masks, path = film("static", size, "studio", runs, 33)
    assert judge_camera(frames, path, masks).verdict == "agrees"


@pytest.mark.parametrize("move", ["pan left", "tilt down", "push in", "track right", "static"])
def test_a_degraded_clip_is_judged_alike(move):
    frames, path = shoot(move)
    assert judge_camera(degraded(frames), path).verdict == "agrees"


@cache
def staged(move, action, size="FS"):
    """A layout's motion, that of its degraded clip, its path, and what it has in each cell."""
    text = BOARD.format(move=move, size=size, place="street", action=action)
    shot = (board := parse_shots(text, Path("directions.yaml"))).shots[0]
    path = staged_path(board, shot, num_frames=33, aspect=SIZE[0] / SIZE[1])
    filmed = layout_film(board, shot, path)
    frames = np.stack(list(filmed.pictures(SIZE)))
    motions = measure_motion(frames), measure_motion(degraded(frames))
    return *motions, path, Alternatives(filmed, shot).geometry()


@pytest.mark.parametrize("action", [STANDS, CROSSES])
@pytest.mark.parametrize(
    ("asked", "filmed"),
    [
        ("pan left", "track left"), ("track left", "pan left"), ("orbit right", "pan left"),
        ("crane up", "tilt down"), ("tilt down", "crane up"), ("tilt down", "pull out"),
        ("pan right", "orbit left"), ("track right", "zoom out"),
    ],
)  # fmt: skip
def test_at_the_distances_of_the_layout_moves_do_not_explain_one_another(action, asked, filmed):
    clean, soft, path, geometry = staged(asked, action)
    assert judge_motion(clean, path, geometry=geometry).verdict == "agrees"
    assert judge_motion(soft, path, geometry=geometry).verdict == "agrees"
    other, soft_other, *_ = staged(filmed, action)
    assert judge_motion(other, path, geometry=geometry).verdict != "agrees"
    assert judge_motion(soft_other, path, geometry=geometry).verdict != "agrees"


def test_at_the_distances_of_the_layout_a_slow_track_is_no_static_camera():
    motion, soft, path, geometry = staged("static", STANDS)
    slow, soft_slow, *_ = staged("track left 0.1 m", STANDS)
    for still, moving in ((motion, slow), (soft, soft_slow)):
        assert judge_motion(still, path, geometry=geometry).verdict == "agrees"
        assert judge_motion(moving, path, geometry=geometry).verdict != "agrees"


@pytest.mark.parametrize("move", ["zoom in", "push in", "zoom out"])
def test_a_zoom_and_a_push_on_a_flat_wall_cannot_be_told_from_one_another(move):
    motion, _, path, geometry = staged(move, STANDS)
    assert judge_motion(motion, path, geometry=geometry).verdict == "agrees"
    flat = replace(geometry, depth=np.full_like(geometry.depth, path.subject_distance_m))
    assert judge_motion(motion, path, geometry=flat).verdict == "cannot tell"


def test_nothing_is_known_of_the_camera_where_all_that_is_filmed_walks():
    motion, _, path, geometry = staged("pan left", STANDS)
    walked = replace(geometry, walked=np.ones_like(geometry.walked))
    assert judge_motion(motion, path, geometry=walked).verdict != "agrees"


@pytest.mark.parametrize(
    "frames",
    [
        np.full((NUM_FRAMES, 128, 224, 3), 90, np.uint8),
        np.random.default_rng(0).integers(0, 255, (NUM_FRAMES, 128, 224, 3), np.uint8),
    ],
    ids=["flat", "noise"],
)
@pytest.mark.parametrize("move", ["pan left", "push in", "static"])
def test_nothing_to_follow_cannot_be_told(frames, move):
    assert judge_camera(frames, shoot(move)[1]).verdict == "cannot tell"


def test_a_single_frame_cannot_be_told():
    frames, path = shoot("pan left", num_frames=1)
    assert judge_camera(frames, path).verdict == "cannot tell"


@pytest.mark.parametrize(
    ("move", "axis", "sign"),
    [
        ("pan left", "x", 1),
        ("tilt up", "y", 1),
        ("track left", "x", 1),
        ("zoom in", "growth", 1),
        ("push in", "growth", 1),
        ("roll right", "turn_deg", -1),
        ("orbit right", "x", 1),
    ],
)
def test_signs_are_those_of_the_picture(move, axis, sign):
    totals = motion(move).total, expected_motion(shoot(move)[1]).total
    assert [np.sign(getattr(total, axis)) for total in totals] == [sign, sign]


@pytest.mark.parametrize(
    ("move", "axis"),
    [("pan right", "x"), ("tilt down", "y"), ("zoom in", "growth"), ("roll left", "turn_deg")],
)
def test_a_turn_or_zoom_is_measured_to_a_tenth(move, axis):
    expected = getattr(expected_motion(shoot(move)[1]).total, axis)
    assert getattr(motion(move).total, axis) == pytest.approx(expected, rel=0.1)


def test_the_amount_halves_with_the_move():
    full, path = shoot("pan left", num_frames=33)
    first_half, _ = shoot("pan left", num_frames=33)
    middle = np.concatenate([first_half[8:25], np.repeat(first_half[24:25], 16, axis=0)])
    assert judge_camera(middle, path).amount < 0.8 * judge_camera(full, path).amount


def test_a_pan_is_seen_to_turn_in_place_and_a_track_is_not():
    assert "as if the camera turned in place" in motion("pan left").describe()
    assert "as if the camera turned in place" not in judge_camera(*shoot("track left")).description


def test_a_clip_is_measured_in_sixteen_steps_however_long():
    assert [len(step_frames(count)) for count in (1, 5, 17, 33, 81)] == [1, 5, 17, 17, 17]


def test_other_sizes_and_shapes_are_measured_alike():
    frames, _ = shoot("pan left")
    large = np.stack([cv2.resize(frame, (832, 480)) for frame in frames])
    assert measure_motion(large).total.x == pytest.approx(measure_motion(frames).total.x, rel=0.05)
    tall = np.ascontiguousarray(frames.transpose(0, 2, 1, 3))
    assert measure_motion(tall).total.y == pytest.approx(measure_motion(frames).total.x, rel=0.05)


def test_the_directive_is_named_by_its_moves():
    verdict = judge_camera(*shoot("push in then tilt up"))
    assert verdict.directive == "push-in then tilt-up"
    assert verdict.requested.startswith("push-in ")


def test_the_benchmark_counts_what_it_is_given():
    assert words_of("pan") == ["pan-left", "pan-right"]
    assert words_of("push-in") == ["push-in"]
    empty = score("pan", [])
    assert (empty.n, empty.right, empty.amount_correlation) == (0, 0, None)
    assert table([empty]).splitlines()[1].split() == ["pan", "0", "0", "0", "0", "0", "-"]


def test_a_point_of_view_that_turns_with_who_stands_up_is_no_static_camera():
    shot = (board := load_shots(Path(__file__).parents[1] / "examples" / "kitchen.yaml")).shot("4K")
    path = staged_path(board, shot, num_frames=33, aspect=SIZE[0] / SIZE[1])
    filmed = layout_film(board, shot, path)
    frames, alternatives = np.stack(list(filmed.pictures(SIZE))), Alternatives(filmed, shot)
    assert shot.camera.movement == ("static",)
    assert not is_static(path)
    assert judge_camera(frames, path, None, alternatives.geometry()).verdict == "agrees"
    stands = np.repeat(frames[:1], len(frames), axis=0)
    assert judge_camera(stands, path, None, alternatives.geometry()).verdict != "agrees"
