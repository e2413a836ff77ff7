"""Frames by exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyboard.errors import InputError
from storyboard.take.frames import plan_frames, shot_frames, timecode

FPS = Fraction(24)


def test_second_of_timecode_has_24_frames_at_23_976():
    assert shot_frames(Fraction(4), Fraction(24000, 1001), where="shot '1'") == 96


def test_duration_between_two_frames_is_refused_with_both():
    with pytest.raises(InputError) as error:
        shot_frames(Fraction("3.3"), FPS, where="shot '12'")
    assert str(error.value) == (
        "shot '12': duration 3.3 s is 79.2 frames at 24 fps, must be a whole number above 0. "
        "Use 79f (3.292 s) or 80f (3.333 s)."
    )


def test_short_shot_is_shown_on_twos_and_trimmed():
    plan = plan_frames(46, head=0, tail=0, fps=FPS, model_fps=Fraction(12), max_frames=33)
    assert (plan.rendered, plan.shown, plan.trimmed, plan.holds) == (25, 23, 2, (2, 2))
    assert not plan.stretched


def test_long_shot_is_stretched_over_its_whole_length():
    plan = plan_frames(96, head=0, tail=0, fps=FPS, model_fps=Fraction(12), max_frames=33)
    assert (plan.rendered, plan.shown, plan.holds, plan.stretched) == (33, 33, (2, 3), True)
    assert plan.source(0) == 0
    assert plan.source(95) == 32


def test_spare_frames_are_rendered_in_addition():
    plan = plan_frames(24, head=6, tail=4, fps=FPS, model_fps=FPS, max_frames=81)
    assert (plan.clip, plan.shown, plan.rendered) == (34, 34, 37)


@given(
    shot=st.integers(1, 400),
    head=st.integers(0, 12),
    tail=st.integers(0, 12),
    fps=st.sampled_from([Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(30)]),
    model_fps=st.sampled_from([Fraction(12), Fraction(16), Fraction(24)]),
    max_frames=st.sampled_from([1, 9, 33, 81]),
)
def test_clip_shows_rendered_frames_only_in_order_without_gaps(
    shot, head, tail, fps, model_fps, max_frames
):
    plan = plan_frames(
        shot, head=head, tail=tail, fps=fps, model_fps=model_fps, max_frames=max_frames
    )
    shown = [plan.source(frame) for frame in range(plan.clip)]
    assert shown[0] == 0
    assert shown[-1] < plan.shown <= plan.rendered <= max_frames
    assert plan.rendered % 4 == 1
    assert shown == sorted(shown)


def test_timecode_counts_frames():
    assert timecode(86_400 + 37, FPS) == "01:00:01:13"
