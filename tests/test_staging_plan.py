"""Floor plans of scenes: places, what is kept from shot to shot, and ways on the floor."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from shots import parse_shots
from shots.lexicon.places import SETS
from shots.staging.floor.floor_plan import plan_of
from shots.staging.floor.marks import Occupied
from shots.staging.floor_space import (
    Floor,
    FloorBoxes,
    direction,
    distance,
    facing,
    length,
    own_to_plan,
    plan_to_own,
    turn_between,
)
from shots.staging.stage_shot import stage_board, stage_shot
from shots.staging.staged import Beat, Place
from tests.staging_kit import KITCHEN, STREET, film, now, person, reading, shot, stage, thing

WS = "WS, 28mm"
BOARD = b"""
storyboard: 1
title: Kitchen
characters:
  ann: {name: ANN, looks: a woman of thirty}
  bob: {name: BOB, looks: a man of fifty}
locations:
  kitchen: {heading: INT. KITCHEN, looks: a kitchen}
scenes:
  - number: 1
    location: kitchen
    shots:
      - {id: 1, subjects: [ann, bob], camera: "WS, two-shot", action: Ann and Bob stand.}
      - {id: 1A, subjects: [ann], camera: "FS, 28mm", action: Ann walks to the left., duration: 2s}
      - {id: 1B, subjects: [bob], camera: "MCU, OTS, 50mm", action: Bob talks to Ann.}
"""


# Directions


@pytest.mark.parametrize("turned", [0.0, 30.0, 90.0, -135.0])
def test_own_axes_and_the_plan_are_each_others_inverse(turned: float) -> None:
    there = own_to_plan((0.3, -1.2), (2.0, 1.0), turned)
    assert plan_to_own(there, (2.0, 1.0), turned) == pytest.approx((0.3, -1.2))
    ahead = own_to_plan((0.0, -1.0), (0.0, 0.0), turned)
    assert ahead == pytest.approx(tuple(direction(turned)))
    assert turn_between(facing((0, 0), ahead), turned) == pytest.approx(0.0)


def test_facings_turn_from_the_front_towards_the_right() -> None:
    assert tuple(direction(0.0)) == pytest.approx((0.0, -1.0))
    assert tuple(direction(90.0)) == pytest.approx((1.0, 0.0))
    assert turn_between(170.0, -170.0) == pytest.approx(20.0)


# Ways


def test_a_way_goes_round_furniture_and_is_the_shortest() -> None:
    floor = Occupied.of(KITCHEN).floor
    way = floor.way((0.0, -1.0), (-0.1, 1.4))
    assert 2.4 < length(way) < 4.5
    assert_clear(floor, way)
    assert floor.way((-2.0, 0.0), (-2.0, 0.5)) == ((-2.0, 0.0), (-2.0, 0.5))


def test_a_way_from_a_seat_leaves_it() -> None:
    floor = Occupied.of(KITCHEN).floor
    way = floor.way((-0.98, 0.2), (0.98, 0.2))
    assert len(way) > 2, "not across the table"
    table = FloorBoxes.of(each for each in floor.things if each.id == "table")
    assert table.gaps(samples(way)).min() > -1e-9
    assert not table.crossed(np.array(way[0]), np.array([way[1]]))[0, 0]


def test_where_there_is_no_way_it_is_straight() -> None:
    walls = tuple(
        replace(thing("fridge", f"wall-{k}"), at=at, size=size)
        for k, (at, size) in enumerate(
            [((1, 0), (0.2, 2, 4)), ((-1, 0), (0.2, 2, 4)), ((0, 1), (4, 2, 0.2)),
             ((0, -1), (4, 2, 0.2))]
        )
    )  # fmt: skip
    assert Floor((-5, -5, 5, 5), walls).way((0, 0), (3, 3)) == ((0, 0), (3, 3))


def test_the_nearest_free_place_is_free_and_in_the_room() -> None:
    floor = Occupied.of(KITCHEN).floor
    for place in ((0.0, 0.2), (-2.3, 2.1), (9.0, 0.0), (2.5, 2.3)):
        if abs(place[0]) < 3:
            assert floor.is_free(floor.nearest_free(place))
    assert floor.nearest_free((90.0, 0.0)) == (90.0, 0.0), "nothing within 3 m"


def samples(way) -> np.ndarray:
    """(P, 2): places every 5 cm."""
    points = [
        np.array(a) + t * (np.array(b) - np.array(a))
        for a, b in pairwise(way)
        for t in np.arange(0, 1, 0.05 / max(0.05, distance(a, b)))
    ]
    return np.array(points)


def assert_clear(floor: Floor, way) -> None:
    inner = [p for p in samples(way) if min(distance(p, way[0]), distance(p, way[-1])) > 0.5]
    if inner:
        assert floor.blocks.gaps(np.array(inner)).min() > 0.2


@pytest.mark.parametrize("to", ["window", "stove", "fridge", "bob", "table", "door"])
@pytest.mark.parametrize("name", ["kitchen", "office", "restaurant"])
def test_moves_to_a_place_avoid_furniture(to: str, name: str) -> None:
    plan = SETS[name]
    ann = person("ann", posture="walk", to=to, is_subject=True)
    staged = film((ann, person("bob")), plan=plan)[0]
    way = next((beat.path for beat in staged.player("ann").beats if beat.path), None)
    if way and len(way) > 1:
        floor = Floor(plan.bounds, tuple(each for each in staged.players if each.is_fixture))
        assert_clear(floor, way)


# Marks


def test_two_who_talk_face_each_other_at_talking_distance() -> None:
    for plan in (None, KITCHEN, STREET, *list(SETS.values())[::6]):
        ann = person("ann", target="bob", gesture="talk", is_subject=True)
        staged = film((ann, person("bob", target="ann")), plan=plan)[0]
        a, b = now(staged, "ann"), now(staged, "bob")
        assert 0.6 <= distance(a.at, b.at) <= 1.7
        if distance(a.at, b.at) < 1.2:
            assert turn_between(a.facing_deg, facing(a.at, b.at)) == pytest.approx(0, abs=0.1)
            assert turn_between(b.facing_deg, facing(b.at, a.at)) == pytest.approx(0, abs=0.1)


def test_marks_are_kept_until_somebody_moves() -> None:
    sits = person("ann", posture="sit", near="table", relation="at", is_subject=True)
    first, second, third, fourth = film(
        (sits, person("bob", near="stove", relation="at")),
        (person("ann", target="bob", gesture="talk"),),
        (person("ann", posture="walk", to="window", words="walks"), person("bob")),
        (person("ann"),),
    )
    seat = first.player("ann").beats[0].seat
    assert seat.startswith("chair")
    assert first.player("ann").beats[0].posture == "sit"
    assert second.player("ann").beats[0].posture == "sit", "stays seated until getting up"
    assert second.player("ann").beats[0].seat == seat
    for staged in (second, third, fourth):
        assert now(staged, "bob").at == now(first, "bob").at
    assert now(second, "ann").at == now(first, "ann").at == now(third, "ann", 0.0).at
    assert now(fourth, "ann").at == now(third, "ann", 1.0).at
    assert fourth.player("ann").beats[0].posture == "stand"


def test_words_of_getting_up_end_sitting() -> None:
    sits = person("ann", posture="sit", near="table", is_subject=True)
    staged = film((sits,), (person("ann", words="Ann gets up"),))[1]
    assert [beat.posture for beat in staged.player("ann").beats] == ["sit", "stand"]


def test_lying_on_the_floor_leaves_the_chair() -> None:
    sits = person("ann", posture="sit", near="table", is_subject=True)
    first, second = film((sits,), (person("ann", posture="lie-floor"),))
    assert distance(now(first, "ann").at, now(second, "ann").at) > 0.3


def test_a_place_that_the_words_name_later_is_a_new_place() -> None:
    first, second, third = film(
        (person("ann", is_subject=True),),
        (person("ann", near="fridge", relation="at"),),
        (person("ann", near="fridge", relation="at"),),
    )
    fridge = now(second, "fridge").at
    assert distance(now(first, "ann").at, fridge) > 1.5
    assert distance(now(second, "ann").at, fridge) < 1.2
    assert now(third, "ann").at == now(second, "ann").at


def test_people_without_a_place_take_marks_or_an_arc_and_never_one_place() -> None:
    for count in (1, 2, 3, 5, 7):
        cast = [person(f"p{chr(97 + k)}", is_subject=True) for k in range(count)]
        staged = film(cast)[0]
        places = [now(staged, each.id).at for each in cast]
        floor = Floor(KITCHEN.bounds, tuple(p for p in staged.players if p.is_fixture))
        for k, place in enumerate(places):
            assert floor.is_free(place)
            assert all(distance(place, other) > 0.5 for other in places[:k])


def test_a_crowd_is_scattered_by_seed_and_not_before_the_lens() -> None:
    crowd = [person(f"crowd-{k}", near="bob", relation="behind") for k in range(30)]
    rows = (shot("1", "MS, 35mm"), reading(person("bob", is_subject=True), *crowd))
    staged = stage(rows, plan=STREET)[0]
    there = [now(staged, each.id).at for each in staged.players if each.id.startswith("crowd")]
    assert len(there) > 20
    assert min(distance(a, b) for k, a in enumerate(there) for b in there[:k]) > 0.45
    assert staged.warnings == ()
    assert stage(rows, plan=STREET)[0] == staged
    seeded = replace(rows[1], place=Place("street", seed=3))
    assert stage((rows[0], seeded), plan=STREET)[0].players != staged.players


def test_two_who_hug_are_near_for_that_shot() -> None:
    ann = person("ann", target="bob", is_subject=True)
    first, second, third = film(
        (ann, person("bob")),
        (person("ann", gesture="hug", target="bob", is_subject=True), person("bob")),
        (ann, person("bob")),
    )
    assert distance(now(second, "ann").at, now(second, "bob").at) == pytest.approx(0.34, abs=0.01)
    for staged in (first, third):
        assert distance(now(staged, "ann").at, now(staged, "bob").at) > 1.0


def test_two_who_hug_each_other_do_not_stand_in_each_other() -> None:
    ann = person("ann", gesture="kiss", target="bob", is_subject=True)
    staged = film((ann, person("bob", gesture="kiss", target="ann")))[0]
    apart = distance(now(staged, "ann").at, now(staged, "bob").at)
    assert apart == pytest.approx(0.4, abs=0.01)


# Moves


@pytest.mark.parametrize("to", ["bob", "stove", "fridge"])
def test_a_move_ends_near_its_goal_and_the_next_shot_begins_there(to: str) -> None:
    ann = person("ann", posture="walk", to=to, is_subject=True)
    bob = person("bob", near="left", is_subject=False)
    first, second = film((ann, bob), (person("ann"), bob))
    goal, end = now(first, to).at, now(first, "ann", 1.0)
    assert 0.5 < distance(end.at, goal) < 1.2
    assert abs(turn_between(end.facing_deg, facing(end.at, goal))) < 50
    assert now(second, "ann").at == end.at


def test_coming_in_and_going_out_use_the_entrance() -> None:
    comes = person("ann", posture="walk", to="in", is_subject=True)
    leaves = person("ann", posture="walk", to="out", is_subject=True)
    first, second, third = film((comes,), (leaves,), (person("bob", is_subject=True),))
    door = KITCHEN.entrances[0].at
    way = first.player("ann").beats[0].path
    assert distance(way[-1], door) > 1.0
    assert distance(now(first, "ann", 0.0).at, door) < distance(now(first, "ann", 1.0).at, door)
    there = [distance(now(second, "ann", share).at, door) for share in (0, 0.4, 0.7, 1.0)]
    assert there[0] == there[1] > there[2] > there[3]
    assert third.player("ann") is None


@pytest.mark.parametrize(
    ("to", "turn"), [("towards", 0), ("away", 180), ("left", -90), ("right", 90)]
)
def test_ways_relative_to_the_camera(to: str, turn: float) -> None:
    for posture in ("walk", "run"):
        ann = person("ann", posture=posture, to=to, is_subject=True)
        staged = film((ann,), plan=STREET)[0]
        way = staged.player("ann").beats[0].path
        faces = turn_between(staged.camera.side_deg, facing(way[0], way[-1]))
        assert abs(turn_between(faces, turn)) < 1.0
        assert length(way) > 0.5


def test_walking_without_a_direction_follows_the_camera_or_the_edit() -> None:
    for camera, to in ((WS + ", track-left", "left"), ("FS, 35mm, lead", "towards"), (WS, "right")):
        staged = film((person("ann", posture="walk", is_subject=True),), plan=STREET, camera=camera)
        assert staged[0].player("ann").beats[0].to == to


@pytest.mark.parametrize(("move", "to"), [("follow", "away"), ("lead", "towards")])
def test_the_camera_goes_along_with_somebody(move: str, to: str) -> None:
    ann = person("ann", posture="walk", to=to, is_subject=True)
    staged = film((ann,), plan=STREET, camera=f"FS, 35mm, {move}")[0]
    way = staged.player("ann").beats[0].path
    assert length(way) == pytest.approx(4.8, rel=0.02)
    assert staged.warnings == ()


def test_a_vehicle_keeps_to_its_lane_and_its_driver_to_the_seat() -> None:
    drives = person("ann", posture="drive", seat="car", to="left", is_subject=True)
    staged = film((drives, thing("car")), plan=STREET)[0]
    way = staged.player("car").beats[0].path
    assert {z for _, z in way} == {7.0}
    assert way[0][0] > way[-1][0]
    for share in (0.0, 0.5, 1.0):
        own = plan_to_own(
            now(staged, "ann", share).at,
            now(staged, "car", share).at,
            now(staged, "car").facing_deg,
        )
        assert own == pytest.approx((0.37, 0.2), abs=0.02)
    two = film((thing("car", beats=(Beat(),)), thing("truck", beats=(Beat(),))), plan=STREET)[0]
    assert distance(now(two, "car").at, now(two, "truck").at) > 5.0


def test_beats_that_take_less_than_their_time_end_in_a_rest() -> None:
    ann = person("ann", posture="run", to="window", is_subject=True)
    staged = stage((shot("1", WS, 12), reading(ann)), plan=KITCHEN)[0]
    runs, rests = staged.player("ann").beats
    assert (runs.posture, rests.posture) == ("run", "stand")
    assert runs.end == rests.start < 0.5
    assert now(staged, "ann", 0.9).at == runs.path[-1]


# Things


def test_things_lie_on_tables_or_are_in_hands() -> None:
    holds = person("ann", gesture="drink", holds=(("right", "cup"),), is_subject=True)
    first, second, third = film(
        (person("ann", posture="sit", near="table"), thing("cup"), thing("book", on="table")),
        (holds, thing("cup")),
        (person("ann"),),
    )
    assert now(first, "cup").base_m == now(first, "book").base_m == pytest.approx(0.75)
    assert distance(now(first, "cup").at, now(first, "book").at) > 0.12
    assert distance(now(second, "cup").at, now(second, "ann").at) < 0.4
    assert 0.9 < now(second, "cup").base_m < 1.3, "by the mouth of somebody who sits"
    assert third.player("ann").beats[0].holds == (("right", "cup"),), "still in the hand"


def test_a_fixture_that_the_words_name_is_that_fixture() -> None:
    red = thing("fridge", "the-fridge", colour="red")
    staged = film((person("ann", near="the-fridge", relation="at"), red))[0]
    fridges = [each for each in staged.players if each.model == "fridge"]
    assert [(each.id, each.colour, each.is_fixture) for each in fridges] == [
        ("the-fridge", "red", True)
    ]
    assert fridges[0].at == (-2.25, 2.0)


def test_an_animal_is_beside_its_owner() -> None:
    dog = replace(thing("dog"), kind="animal")
    staged = film((person("ann", is_subject=True), dog), plan=STREET)[0]
    assert 0.5 < distance(now(staged, "dog").at, now(staged, "ann").at) < 1.3


def test_a_set_without_a_plan_is_open_ground() -> None:
    plan = plan_of(Place("nowhere"))
    assert plan.lanes
    assert plan.entrances
    assert len(plan.marks) >= 4


# Boards


def test_a_board_is_staged_once_and_a_changed_shot_in_its_scene() -> None:
    board = parse_shots(BOARD, Path("kitchen.yaml"))
    staged = stage_board(board)
    assert stage_board(board) is staged
    assert list(staged) == ["1", "1A", "1B"]
    assert stage_shot(board, board.shots[1]) is staged["1A"]
    assert staged["1B"].camera.over == "ann"
    longer = board.shots[1].model_copy(update={"duration_s": 6})
    other = stage_shot(board, longer)
    assert other.player("ann").beats[0].path != staged["1A"].player("ann").beats[0].path
    assert now(other, "bob").at == now(staged["1"], "bob").at
    alone = board.shots[0].model_copy(update={"id": "9", "scene": "none"})
    assert stage_shot(board, alone).players


def test_who_drops_the_keys_and_leans_on_the_door_stands_before_it() -> None:
    beats = (Beat(0.0, 0.6), Beat(0.6, 1.0, "lean", "lean-head", seat="fridge"))
    (staged,) = film((person("ann", *beats),))
    ann = now(staged, "ann")
    assert distance(ann.at, (-2.25, 2.0)) < 0.9
    assert [beat.posture for beat in staged.player("ann").beats] == ["stand", "lean"]
