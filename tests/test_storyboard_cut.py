"""The cut as arithmetic: whatever the transitions, every frame is there once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyboard.errors import InputError
from storyboard.film.cut import CutShot, Effect, plan_cut

EFFECTS = st.builds(
    Effect,
    kind=st.sampled_from(["cut", "dissolve", "fade", "dip", "wipe", "match-cut", "l-cut"]),
    frames=st.integers(0, 9),
)


@given(
    frames=st.lists(st.integers(40, 97), min_size=1, max_size=7),
    effects=st.lists(EFFECTS, min_size=7, max_size=7),
)
def test_film_is_as_long_as_its_shots_and_reads_inside_the_clips(frames, effects):
    shots = [
        CutShot(f"{i}", count, effect_in=effect)
        for i, (count, effect) in enumerate(zip(frames, effects, strict=False))
    ]
    cut = plan_cut(shots)
    assert sum(piece.frames for piece in cut.pieces) == sum(frames)
    clips = [spare.head + n + spare.tail for spare, n in zip(cut.spares, frames, strict=True)]
    for piece in cut.pieces:
        assert piece.first >= 0
        assert piece.first + piece.frames <= clips[piece.shot]
        if piece.to_shot >= 0:
            assert piece.to_first + piece.frames <= clips[piece.to_shot]


def test_every_frame_of_the_film_shows_the_moment_it_would_without_transitions():
    shots = [
        CutShot("a", 30),
        CutShot("b", 31, effect_in=Effect("dissolve", 7)),
        CutShot("c", 33, effect_in=Effect("wipe", 5)),
    ]
    cut = plan_cut(shots)
    at = 0
    for piece in cut.pieces:
        moment = at - cut.start(piece.shot) + cut.spares[piece.shot].head
        assert piece.first == moment
        if piece.to_shot >= 0:
            assert piece.to_first == at - cut.start(piece.to_shot) + cut.spares[piece.to_shot].head
        at += piece.frames


def test_dissolve_of_n_frames_renders_n_spare_frames_of_both_shots():
    cut = plan_cut([CutShot("a", 30), CutShot("b", 30, effect_in=Effect("dissolve", 8))])
    assert [(spare.head, spare.tail) for spare in cut.spares] == [(0, 8), (8, 0)]


def test_dissolve_lies_centred_over_the_cut():
    cut = plan_cut([CutShot("a", 30), CutShot("b", 30, effect_in=Effect("dissolve", 8))])
    assert [(piece.kind, piece.frames) for piece in cut.pieces] == [
        ("body", 26),
        ("dissolve", 8),
        ("body", 26),
    ]


def test_dip_fades_out_before_the_cut_and_in_after_it():
    shots = [CutShot("a", 30), CutShot("b", 30, effect_in=Effect("dip", 9, "white"))]
    pieces = plan_cut(shots).pieces
    assert [(piece.kind, piece.frames, piece.colour) for piece in pieces] == [
        ("body", 26, ""),
        ("fade-out", 4, "white"),
        ("fade-in", 5, "white"),
        ("body", 25, ""),
    ]


def test_the_outgoing_shot_may_name_the_transition_too():
    left = plan_cut([CutShot("a", 30, effect_out=Effect("dissolve", 6)), CutShot("b", 30)])
    right = plan_cut([CutShot("a", 30), CutShot("b", 30, effect_in=Effect("dissolve", 6))])
    assert left.pieces == right.pieces


def test_two_things_at_one_cut_are_refused():
    shots = [
        CutShot("12", 30, effect_out=Effect("fade", 6)),
        CutShot("13", 30, effect_in=Effect("dissolve", 6)),
    ]
    with pytest.raises(InputError) as error:
        plan_cut(shots)
    assert str(error.value) == (
        "shot '13': begins with 'dissolve' where shot '12' ends with 'fade', must be one "
        "transition. Remove one of the two."
    )


def test_transitions_longer_than_their_shot_are_refused():
    shots = [CutShot("1", 10, effect_in=Effect("fade", 6), effect_out=Effect("fade", 6))]
    with pytest.raises(InputError) as error:
        plan_cut(shots)
    assert str(error.value) == (
        "shot '1': 10 frames, its transitions need 12. Shorten them, or make the shot longer."
    )


def test_dissolve_into_the_first_shot_is_said_and_made_a_fade():
    cut = plan_cut([CutShot("1", 30, effect_in=Effect("dissolve", 6))])
    assert cut.pieces[0].kind == "fade-in"
    assert cut.notices == (
        "1: dissolve in at the first shot needs another shot; a fade from black is used instead.",
    )
