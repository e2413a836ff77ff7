"""The table of goals counts correctly, and the recogniser can be trained on layouts."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks.obedience import MOVES, Answers, Comparison, by_move, goals, picture, table
from benchmarks.recognition import FIELDS, filmed, samples, train

THUMBS = (np.zeros((128, 224, 3), np.uint8), np.full((128, 224, 3), 255, np.uint8))


def answers(move="static", *, heights=(1, 1), warp=0.1, amount=None, **right):
    is_right = {"camera": True, "figure": True, "colour": True, "place": True} | right
    return Answers(move, is_right, amount, heights, warp)


def shown(clips, layouts=None):
    """Clips beside layouts that show every requested directive, unless they are given."""
    truths = layouts or [answers(**dict.fromkeys(clip.right, True)) for clip in clips]
    pairs = zip(truths, clips, strict=True)
    return [Comparison(seed, layout, clip, THUMBS) for seed, (layout, clip) in enumerate(pairs)]


def rows(found):
    return {goal.name: goal for goal in goals(found)}


def test_a_directive_counts_where_it_was_asked():
    found = rows(shown([answers(time=True), answers(time=False), answers()]))
    assert found["time"].clip == 0.5
    assert found["time"].n == 2
    assert found["key side"].clip is None
    assert not found["key side"].is_met
    assert found["figure"].clip == 1
    assert found["figure"].is_met


def test_a_goal_is_for_shots_whose_layout_shows_what_was_asked():
    clips = [answers(colour=True), answers(colour=False), answers(colour=False)]
    layouts = [answers(colour=True), answers(colour=True), answers(colour=False)]
    found = rows(shown(clips, layouts))["colour"]
    assert found.clip == pytest.approx(1 / 3)
    assert found.layout == pytest.approx(2 / 3)
    assert found.shown == 0.5
    assert not found.is_met
    unseen = rows(shown([answers(colour=True)], [answers(colour=False)]))["colour"]
    assert unseen.shown is None


def test_everything_is_right_where_nothing_is_wrong():
    clips = [answers(), answers(colour=False), answers(time=False), answers(camera=False)]
    assert rows(shown(clips))["everything in one shot"].clip == 0.25


def test_the_worst_move_is_the_worst():
    clips = [answers("pan-left"), answers("pan-left", camera=False), answers("tilt-up")]
    assert by_move(clips) == {"pan-left": 0.5, "tilt-up": 1.0}
    assert rows(shown(clips))["camera, worst move"].clip == 0.5


def test_sizes_are_in_order_in_pairs_of_different_sizes():
    clips = [answers(heights=(1, 1)), answers(heights=(3, 3)), answers(heights=(2, 3))]
    # 1 < 3 and 1 < 2 are both measured as 1 < 3; 3 and 2 are both measured as 3.
    assert rows(shown(clips))["sizes in order, of pairs"].clip == pytest.approx(2 / 3)


def test_amounts_are_compared_where_something_should_move():
    clips = [answers("pan-left", amount=(x, 0.5 * x)) for x in (0.1, 0.2, 0.4)]
    layouts = [answers("pan-left", amount=(x, 0.4 - x)) for x in (0.1, 0.2, 0.4)]
    found = rows(shown(clips, layouts))["amount across"]
    assert (found.clip, found.layout) == (pytest.approx(1), pytest.approx(-1))


def test_steadiness_is_compared_with_the_layout():
    found = rows(shown([answers(warp=0.2)], [answers(warp=0.1)]))["warp error over layout's"]
    assert found.clip == pytest.approx(2)
    assert not found.is_met


def test_the_table_says_what_is_missed():
    lines = table(list(goals(shown([answers(place=False)])))).splitlines()
    assert next(line for line in lines if line.startswith("place")).split() == [
        "place", "1", "95.0%", "0.0%", "100.0%", "0.0%", "missed",
    ]  # fmt: skip


def test_the_picture_has_layout_and_clip_side_by_side():
    sheet = picture(shown([answers() for _ in range(8)]), count=8)
    assert sheet.shape == (2 * 128, 8 * 224, 3)
    assert sheet[:, :224].max() == 0
    assert sheet[:, 224:448].min() == 255


def test_every_trained_move_is_measured():
    assert {"static", "pan-left", "push-in", "crane-up", "roll-right"} <= set(MOVES)


def test_the_recogniser_learns_what_boards_ask_for():
    torch.set_num_threads(1)
    data = samples(7, 24)
    assert data.wholes.shape == (72, 64, 112, 3)
    assert data.subjects.shape == (72, 64, 64, 3)
    network = train(data, epochs=60)
    clips = filmed(7)
    named = [network.name(*next(clips)[:2]) for _ in range(24)]
    for field, names in FIELDS.items():
        meant = [names[int(answer)] for answer in data.labels[field][::3]]
        right = np.mean([each[field] == name for each, name in zip(named, meant, strict=True)])
        assert right > 0.5, field
