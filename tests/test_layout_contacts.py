"""Hands and lips come to what the words say, or it is reported that they do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shots import parse_shots
from shots.staging.stage_shot import stage_board, staged_path
from shots.staging.staged import Appearance, Beat, Player
from storyboard.layout import ShotFilm
from storyboard.layout.cast.figure import figure_of
from storyboard.layout.contacts import missed_contacts
from storyboard.layout.motion.perform import perform_all

ADULT = Appearance()
BOARD = """
storyboard: 1
title: Contacts
characters:
  anna: {{name: ANNA, looks: a woman in her thirties}}
  ben: {{name: BEN, looks: a man of about fifty with a beard}}
  lily: {{name: LILY, looks: a girl of eight}}
locations: {{place: {{heading: "{heading}"}}}}
scenes:
  - number: 1
    location: place
    shots: [{{id: "1", camera: MS, action: "{action}", subjects: [{subjects}]}}]
defaults: {{duration: 4s}}
"""


def filmed(heading: str, action: str, subjects: str) -> ShotFilm:
    words = BOARD.format(heading=heading, action=action, subjects=subjects)
    board = parse_shots(words, Path("contacts.yaml"))
    path = staged_path(board, board.shots[0], num_frames=41, aspect=16 / 9)
    return ShotFilm(stage_board(board)["1"], path, board.shots[0])


def performed(*players: Player, at: float = 0.5):
    figures = {each.id: figure_of(each.look) for each in players if each.look}
    return perform_all(figures, players, at, 4.0)


@pytest.mark.parametrize(
    ("heading", "action", "subjects"),
    [
        ("INT. CHILD'S BEDROOM", "Ben leans down and kisses Lily on the forehead as she sleeps.",
         "ben, lily"),
        ("INT. CHILD'S BEDROOM", "Anna tucks Lily in and gives her a kiss.", "anna, lily"),
        ("INT. GARAGE", "Ben teaches Lily how to use the hammer.", "ben, lily"),
        ("INT. APARTMENT", "Anna slaps Ben across the face.", "anna, ben"),
        ("INT. SPACESHIP BRIDGE", "Ben sits in the pilot seat and flicks a switch.", "ben"),
    ],
)  # fmt: skip
def test_hands_and_lips_touch_what_the_words_say(heading, action, subjects):
    film = filmed(heading, action, subjects)
    assert list(missed_contacts(film)) == []


def test_a_hand_that_does_not_get_there_is_reported():
    film = filmed("INT. APARTMENT", "Anna slaps Ben.", "anna, ben")
    anna = next(each for each in film.staged.players if each.id == "anna")
    away = Beat(posture="sit-floor", gesture="reach", target="ben")
    film = film.acted(replace(anna, beats=(away,)))
    assert list(missed_contacts(film)) == ["the hand of ANNA does not touch BEN"]
    kiss = replace(away, gesture="kiss-forehead")
    film = film.acted(replace(anna, beats=(kiss,)))
    assert list(missed_contacts(film)) == ["the mouth of ANNA does not touch BEN"]


def test_who_sits_on_the_floor_has_the_back_to_the_wall_behind():
    wall = Player("wall", kind="thing", model="fridge", at=(0.0, 0.5))
    for posture in ("knees-floor", "sit-floor"):
        ann = Player("ann", look=ADULT, near="wall", beats=(Beat(posture=posture),))
        back = performed(ann, wall)["ann"].points["back"]
        assert back[2] == pytest.approx(0.5 - 0.35, abs=0.12)


def test_what_is_thrown_leaves_the_throwing_hand_though_both_had_it():
    board = Player("board", kind="thing", model="clipboard")
    ann = Player("ann", look=ADULT, beats=(Beat(gesture="throw", holds=(("both", "board"),)),))
    done = performed(ann, board, at=0.45)["ann"]
    assert np.linalg.norm(done.held[0].at - done.points["palm.R"]) < 0.02


def test_both_hands_keep_hold_of_a_rifle_while_the_body_flinches():
    rifle = Player("rifle", kind="thing", model="rifle")
    holds = (("both", "rifle"),)
    port, flinch = (Beat(gesture=name, holds=holds) for name in ("port-arms", "flinch"))
    still, ducks = (
        performed(Player("ann", look=ADULT, beats=(beat,)), rifle)["ann"] for beat in (port, flinch)
    )
    assert ducks.points["crown"][1] > still.points["crown"][1] + 0.06
    gaps = [np.linalg.norm(each.points["palm.L"] - each.held[0].at) for each in (still, ducks)]
    assert gaps[1] == pytest.approx(gaps[0], abs=0.05)


def test_what_is_offered_to_a_neighbour_is_before_them_not_in_them():
    bench = Player("bench", kind="thing", model="bench")
    bread = Player("bread", kind="thing", model="sandwich")
    offers = Beat(posture="sit", gesture="hold-out", seat="bench", target="bob",
                  holds=(("right", "bread"),))  # fmt: skip
    ann = Player("ann", look=ADULT, at=(0.45, 0.0), beats=(offers,))
    bob = Player("bob", look=ADULT, at=(-0.3, 0.0), beats=(Beat(posture="sit", seat="bench"),))
    done = performed(ann, bob, bench, bread)
    hand, breast = done["ann"].points["palm.R"], done["bob"].points["breast"]
    assert hand[2] < breast[2] - 0.05
    assert abs(hand[1] - breast[1]) < 0.25


def test_a_newspaper_to_hide_behind_is_before_the_face():
    paper = Player("paper", kind="thing", model="newspaper")
    beat = Beat(gesture="hide-behind", holds=(("both", "paper"),))
    points = performed(Player("ann", look=ADULT, beats=(beat,)), paper)["ann"].points
    palms = (points["palm.L"] + points["palm.R"]) / 2
    assert palms[2] < points["eye"][2] - 0.15
    assert palms[1] - points["mouth"][1] < 0.1


def test_who_jumps_for_a_hold_hangs_without_landing_first():
    beats = (Beat(0.0, 0.4, "jump"), Beat(0.4, 1.0, "hang", "dangle"))
    ann = Player("ann", look=ADULT, beats=beats)
    soles = [performed(ann, at=share)["ann"].points["foot.L"][1] for share in (0.4, 0.5, 0.9)]
    assert max(soles) < -0.2


def test_who_steps_back_from_something_goes_on_facing_it():
    film = filmed("INT. ART STUDIO", "Anna steps back from the easel, head tilted.", "anna")
    easel = next(each for each in film.staged.players if each.model == "easel")
    first, last = (film.performances(frame)["anna"] for frame in (0, 40))
    way = np.array([easel.at[0], 0.0, easel.at[1]]) - last.place * (1, 0, 1)
    assert np.linalg.norm(way) > np.linalg.norm(way + last.place - first.place) + 0.3
    facing = np.radians(last.facing_deg)
    assert (way / np.linalg.norm(way)) @ (np.sin(facing), 0.0, -np.cos(facing)) > 0.9


def test_a_person_with_both_hands_on_the_face_hides_it():
    points = performed(Player("ann", look=ADULT, beats=(Beat(gesture="cry"),)))["ann"].points
    palms = (points["palm.L"] + points["palm.R"]) / 2
    assert np.linalg.norm(palms - (points["eye"] + points["mouth"]) / 2) < 0.09
