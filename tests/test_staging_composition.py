"""What a crew expects of places and framings: seats, hands at work, pages, heads that move."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shots import parse_shots
from shots.lexicon.places import SETS
from shots.path.camera_path import camera_path
from shots.path.rig import Framed
from shots.staging.floor_space import distance, facing, own_to_plan, plan_to_own, turn_between
from shots.staging.stage_shot import stage_board
from shots.staging.staged import Beat, Player
from tests.staging_kit import (
    KITCHEN,
    STREET,
    head,
    now,
    person,
    picture,
    reading,
    shot,
    stage,
    thing,
)

ANN = person("ann", target="bob", is_subject=True)
BOB = person("bob", target="ann", is_subject=True)


def turned_to_camera(filmed, staged, name: str) -> float:
    """Degrees between where somebody faces and the camera."""
    state, eye = now(staged, name), picture(filmed, staged).eyes[0]
    return abs(turn_between(state.facing_deg, facing(state.at, (eye[0], eye[2]))))


# Seats


def test_who_sits_down_later_faces_who_sits_already() -> None:
    sits = person("ann", posture="sit", near="table", target="bob", is_subject=True)
    comes = person("bob", Beat(end=0.5, posture="walk", to="table"), Beat(start=0.5, posture="sit"),
                   is_subject=True)  # fmt: skip
    rows = [(shot("1", "WS"), reading(sits, BOB)), (shot("2", "FS"), reading(comes, sits)),
            (shot("3", "MCU, OTS, 50mm"), reading(BOB, ANN, over="ann"))]  # fmt: skip
    staged = stage(*rows, plan=SETS["kitchen"])
    ann, bob = now(staged[1], "ann", 1.0), now(staged[1], "bob", 1.0)
    for one, other in ((ann, bob), (bob, ann)):
        assert abs(turn_between(one.facing_deg, facing(one.at, other.at))) < 40
    assert turned_to_camera(rows[2][0], staged[2], "ann") > 95, "the back of the near head"
    assert turned_to_camera(rows[2][0], staged[2], "bob") < 60


def test_getting_up_begins_on_the_seat_in_a_point_of_view_from_another_one() -> None:
    sits = [person(n, posture="sit", near="table", is_subject=True) for n in ("ann", "bob")]
    filmed = shot("2", "MS, POV, 35mm")
    rises = person("bob", words="bob stands up", is_subject=True)
    staged = stage(
        (shot("1", "WS"), reading(*sits)), (filmed, reading(rises, over="ann")), plan=KITCHEN
    )[1]
    assert [beat.posture for beat in staged.player("bob").beats] == ["sit", "stand"]
    assert picture(filmed, staged).eyes[0] == pytest.approx(now(staged, "ann").head, abs=1e-6)
    eyes, poses = picture(filmed, staged).eyes, picture(filmed, staged).poses
    assert np.ptp(eyes, axis=0).max() < 1e-6  # the eyes stay and turn up with the head
    assert np.ptp(poses[:, 1, 2]) > 0.1


def test_what_has_no_seat_is_sat_on_top_of() -> None:
    machine = thing("washing-machine", "dryer")
    ann = person("ann", posture="sit", seat="dryer", is_subject=True)
    staged = stage((shot("1", "WS"), reading(ann, machine)), plan=KITCHEN)[0]
    assert staged.player("ann").at == staged.player("dryer").at
    assert now(staged, "ann").base_m == pytest.approx(0.85, abs=0.3)


def test_who_eats_sits_at_the_table_unless_the_words_say_otherwise() -> None:
    for words, seat in (("eats", True), ("eats standing", False)):
        ann = person("ann", gesture="eat", words=words, is_subject=True)
        staged = stage((shot("1", "WS"), reading(ann)), plan=KITCHEN)[0]
        assert bool(staged.player("ann").beats[0].seat) is seat


def test_a_second_look_at_the_bed_does_not_move_who_lies_in_it() -> None:
    ann = person("ann", posture="lie", is_subject=True)
    staged = stage((shot("1", "CU"), reading(ann)), plan=SETS["bedroom"])[0]
    assert [(b.posture, b.path) for b in staged.player("ann").beats] == [("lie", ())]


# Hands at work


def test_hands_reach_what_they_are_on_and_the_picture_shows_both() -> None:
    ann = person("ann", gesture="pour", target="cup", holds=(("right", "jug"),), is_subject=True)
    filmed = shot("1", "MS, 35mm")
    staged = stage((filmed, reading(ann, thing("cup"), thing("bottle", "jug"))), plan=KITCHEN)[0]
    cup, state = staged.player("cup"), now(staged, "ann")
    assert distance(cup.at, state.at) < 0.75
    assert abs(turn_between(state.facing_deg, facing(state.at, cup.at))) < 20
    spot = picture(filmed, staged).project(np.array([(cup.at[0], cup.base_m, cup.at[1])]))[3, 0]
    assert abs(spot[:2]).max() < 0.5


def test_the_partner_of_somebody_at_a_table_stands_across_it() -> None:
    ann = person("ann", gesture="push", target="letter", is_subject=True)
    filmed = shot("1", "MCU, OTS, 50mm")
    players = (ann, person("bob", is_subject=True), thing("letter"))
    staged = stage((filmed, reading(*players, over="bob")), plan=KITCHEN)[0]
    table = staged.player("table")
    sides = [plan_to_own(now(staged, n).at, table.at, table.facing_deg) for n in ("ann", "bob")]
    assert np.dot(*sides) < 0
    assert turned_to_camera(filmed, staged, "bob") > 95


def test_an_umbrella_is_held_by_the_tallest_and_the_others_are_beside() -> None:
    ann = person("ann", near="umbrella", relation="under", is_subject=True)
    kid = person("kid", near="umbrella", relation="under", tall_m=1.2, is_subject=True)
    staged = stage((shot("1", "WS"), reading(kid, ann, thing("umbrella"))), plan=STREET)[0]
    assert staged.player("ann").beats[0].holds == (("right", "umbrella"),)
    assert not staged.player("kid").beats[0].holds
    assert distance(now(staged, "ann").at, now(staged, "kid").at) < 0.8


def test_a_plinth_is_for_products_in_a_studio() -> None:
    for name, stands_on in (("studio", "plinth"), ("bathroom", "")):
        staged = stage(
            (shot("1", "MS"), reading(thing("perfume-bottle", "scent", is_subject=True))),
            plan=replace(SETS[name], fixtures=()),
        )[0]
        assert staged.player("scent").on == stands_on


# Inserts


def test_a_page_in_an_insert_is_looked_at_from_the_side_of_its_reader() -> None:
    ann = person("ann", holds=(("both", "letter"),), posture="sit", near="table", is_subject=True)
    filmed = shot("1", "CU, insert, 85mm")
    staged = stage((filmed, reading(ann, thing("letter"), detail="letter")), plan=KITCHEN)[0]
    reader = staged.player("ann")
    assert reader.beats[0].gesture == "read"
    lens = picture(filmed, staged).eyes[0][[0, 2]]
    turned = turn_between(reader.facing_deg, facing(staged.camera.at, tuple(lens)))
    assert abs(turned) > 95, "onto the side of the page that is read"
    assert np.abs(head(filmed, staged, "ann")[:2]).max() > 0.5, "past the head"
    poses = picture(filmed, staged).poses[0]
    assert np.degrees(np.arcsin(poses[1, 2])) > 35, "down onto the page"


def test_what_is_put_down_is_filmed_where_it_lies() -> None:
    bob = person("bob", gesture="put-down", target="cup", holds=(("right", "cup"),), near="table")
    filmed = shot("1", "CU, insert, 50mm")
    staged = stage((filmed, reading(bob, thing("cup", is_subject=True))), plan=KITCHEN)[0]
    cup = staged.player("cup")
    assert staged.camera.at == pytest.approx(cup.at, abs=0.05)
    assert staged.framed.foot_m == pytest.approx(cup.base_m)


# Heads


def test_the_camera_goes_along_with_a_head_that_sinks_out_of_a_tight_picture() -> None:
    filmed = shot("1", "MCU, 50mm")
    ann = person("ann", Beat(end=0.5), Beat(start=0.5, posture="sit", seat="chair-1"),
                 near="chair-1", relation="before", is_subject=True)  # fmt: skip
    staged = stage((filmed, reading(ann)), plan=KITCHEN)[0]
    assert staged.framed.rises
    for share in (0.0, 1.0):
        assert abs(head(filmed, staged, "ann", share)[1]) < 0.4
    still = stage((filmed, reading(person("ann", is_subject=True))), plan=KITCHEN)[0]
    assert not still.framed.rises


def test_rises_move_the_camera_up_and_down_only() -> None:
    filmed = shot("1", "MS, 50mm")
    plain = camera_path(filmed, num_frames=5, aspect=16 / 9)
    framed = Framed(rises=((0.0, 0.0), (0.5, -0.4), (1.0, -0.4)))
    moved = camera_path(filmed, num_frames=5, aspect=16 / 9, framed=framed)
    change = moved.camera_to_world - plain.camera_to_world
    assert change[:, 1, 3] == pytest.approx([0.0, 0.2, 0.4, 0.4, 0.4])
    assert np.abs(np.delete(change.reshape(5, 12), 7, axis=1)).max() < 1e-12


def test_a_medium_shot_of_one_who_bends_down_holds_head_and_hands_in_every_beat() -> None:
    filmed = shot("1", "MS, 50mm")
    ann = person("ann", Beat(end=0.5), Beat(start=0.5, gesture="wipe", target="table"),
                 near="table", is_subject=True)  # fmt: skip
    staged = stage((filmed, reading(ann)), plan=KITCHEN)[0]
    bent, upright = (now(staged, "ann", share).head[1] for share in (0.8, 0.2))
    assert bent < upright - 0.2
    for share in (0.2, 0.8):
        assert np.abs(head(filmed, staged, "ann", share)[:2]).max() < 0.48


def test_what_a_size_does_not_hold_is_reported_with_the_size_that_does() -> None:
    ann = person("ann", gesture="hold", holds=(("right", "cup"),), is_subject=True)
    staged = stage((shot("1", "CU, 50mm"), reading(ann, thing("cup"))), plan=KITCHEN)[0]
    assert staged.warnings == ("1: the cup is outside of a CU; MS shows it",)
    loose = stage((shot("1", "MS, 50mm"), reading(ann, thing("cup"))), plan=KITCHEN)[0]
    assert loose.warnings == ()


def test_a_close_view_shows_both_when_hands_are_on_somebody() -> None:
    doctor = person("doctor", gesture="hug", target="kid")
    kid = person("kid", tall_m=1.3, is_subject=True)
    staged = stage((shot("1", "MCU, 35mm"), reading(kid, doctor)), plan=KITCHEN)[0]
    assert set(staged.camera.subjects) == {"kid", "doctor"}


def test_an_insert_of_two_things_shows_both_and_the_hand() -> None:
    ann = person("ann", gesture="reach", target="cup", near="table", is_subject=True)
    pair = (thing("cup", near="table", relation="on"), thing("spoon", near="table", relation="on"))
    filmed = shot("1", "CU, insert, 50mm")
    staged = stage((filmed, reading(ann, *pair)), plan=KITCHEN)[0]
    for name in staged.camera.subjects:
        place = now(staged, name)
        at = np.array([(place.at[0], place.base_m, place.at[1])])
        assert np.abs(picture(filmed, staged).project(at)[0, 0, :2]).max() < 0.5
    poses = picture(filmed, staged).poses[0]
    assert 20 < np.degrees(np.arcsin(poses[1, 2])) < 45, "from above"


# Who is in the picture


def test_a_medium_shot_shows_both_of_two_and_a_single_one() -> None:
    talk = reading(person("ann", target="bob", gesture="talk", is_subject=True), person("bob"))
    both, one = (
        stage((shot("1", camera), talk), plan=KITCHEN)[0] for camera in ("MS", "MS, single")
    )
    assert set(both.camera.subjects) == {"ann", "bob"}
    assert one.camera.subjects == ("ann",)


def test_a_full_shot_shows_everybody_of_the_sentence_and_their_animals() -> None:
    girls = [person(f"girl-{k}") for k in range(1, 5)]
    dog = Player("dog", "dog", "animal", "dog")
    kid = person("kid", tall_m=1.2, is_subject=True)
    filmed = shot("1", "FS, 28mm")
    staged = stage((filmed, reading(kid, *girls)), plan=STREET)[0]
    assert set(staged.camera.subjects) == {"kid", *(girl.id for girl in girls)}
    assert "dog" in stage((filmed, reading(kid, dog)), plan=STREET)[0].camera.subjects


def test_a_close_view_of_a_figure_is_of_its_head() -> None:
    robot = Player("robot", "robot", "animal", "robot", is_subject=True)
    staged = stage((shot("1", "CU, 50mm"), reading(robot)), plan=KITCHEN)[0]
    assert staged.framed.foot_m > 0.6 * now(staged, "robot").size[1]


# Moves


def test_a_move_of_the_author_arrives_by_its_time_at_any_pace() -> None:
    text = b"""
storyboard: 1
title: Late
characters: {ann: {name: ANN, looks: a woman of thirty}}
locations: {field: {heading: EXT. FIELD}}
scenes:
  - number: 1
    location: field
    shots:
      - id: 1
        subjects: [ann]
        camera: WS
        duration: 4s
        action: Ann waits.
        blocking: {ann: {at: [-2, 0], moves: [{to: [4, 0], until: 2s, pace: slow}]}}
"""
    ann = stage_board(parse_shots(text, Path("late.yaml")))["1"].player("ann")
    way = next(beat for beat in ann.beats if beat.path)
    assert way.path[-1] == pytest.approx((4.0, 0.0), abs=0.1)
    assert (way.start, way.end) == (0.0, 0.5)


def test_a_wide_shot_of_a_herd_shows_all_of_it() -> None:
    herd = [Player(f"zebra-{k}", f"zebra {k}", "animal", "zebra") for k in range(1, 5)]
    filmed = shot("1", "WS, 35mm")
    staged = stage((filmed, reading(replace(herd[0], is_subject=True), *herd[1:])), plan=STREET)[0]
    assert len(staged.camera.subjects) == 4
    for zebra in herd:
        place = now(staged, zebra.id)
        at = np.array([(place.at[0], place.base_m + place.size[1] / 2, place.at[1])])
        assert np.abs(picture(filmed, staged).project(at)[0, 0, :2]).max() < 0.5


# Arrivals, arcs and vehicles


def test_who_waits_looks_to_where_somebody_has_come_to() -> None:
    ann = person(
        "ann", Beat(0.0, 0.5, "walk", to="in"), Beat(0.5, 1.0, gesture="hold-out", target="bob"),
        is_subject=True,
    )  # fmt: skip
    filmed = shot("1", "MS, OTS, 50mm")
    staged = stage((filmed, reading(ann, person("bob", target="ann"), over="bob")), plan=KITCHEN)[0]
    way = next(beat.path for beat in staged.player("ann").beats if beat.path)
    bob = staged.player("bob")
    assert abs(turn_between(bob.facing_deg, facing(bob.at, way[-1]))) < 1.0


def test_an_arc_meets_the_face_half_way() -> None:
    filmed = shot("1", "MS, single, orbit right 60deg, 50mm")
    staged = stage((filmed, reading(person("ann", is_subject=True))), plan=STREET)[0]
    turns = [
        turn_between(now(staged, "ann").facing_deg, facing(now(staged, "ann").at, (x, z)))
        for x, _, z in picture(filmed, staged).eyes[[0, -1]]
    ]
    assert turns[0] == pytest.approx(-turns[1], abs=8.0)


def test_an_establishing_shot_holds_the_vehicle_that_it_is_of() -> None:
    filmed = shot("1", "WS, establishing, 24mm")
    tram = Player("tram", "tram", "thing", "tram", is_subject=True)
    staged = stage((filmed, reading(tram)), plan=STREET)[0]
    place = now(staged, "tram")
    ends = [own_to_plan((0.0, side * place.size[2] / 2), place.at, place.facing_deg)
            for side in (-1, 1)]  # fmt: skip
    shown_at = picture(filmed, staged).project(np.array([(x, 1.5, z) for x, z in ends]))
    assert np.abs(shown_at[0, :, :2]).max() < 0.5


def test_what_drives_is_on_a_lane_and_not_in_the_row_of_parked_cars() -> None:
    car = Player("car", "car", "thing", "car", beats=(Beat(posture="drive", to="right"),),
                 is_subject=True)  # fmt: skip
    street = SETS["street"]
    staged = stage((shot("1", "WS, 35mm"), reading(car)), plan=street)[0]
    lanes = [lane[0][1] for lane in street.lanes]
    assert min(abs(staged.player("car").at[1] - z) for z in lanes) < 0.1
