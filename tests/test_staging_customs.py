"""Where people are whom one sentence puts somewhere: seats, groups, sides of things."""

from __future__ import annotations

from math import hypot
from pathlib import Path

import numpy as np
import pytest
import yaml

from shots import parse_shots
from shots.staging.floor_space import direction, distance, facing, plan_to_own, turn_between
from shots.staging.stage_shot import stage_board
from shots.staging.staged import Player, StagedShot
from shots.staging.standing import Standing, standing

PEOPLE = {
    "anna": {"name": "ANNA", "looks": "a woman in her thirties"},
    "ben": {"name": "BEN", "looks": "a man of about fifty"},
    "lily": {"name": "LILY", "looks": "a girl of eight"},
}


def staged(heading: str, action: str, *subjects: str, camera: str = "MS") -> StagedShot:
    """One shot of four seconds as staged."""
    shot = {"id": "1", "camera": camera, "action": action}
    shot |= {"subjects": list(subjects)} if subjects else {}
    board = {
        "storyboard": 1, "title": "One", "characters": PEOPLE, "defaults": {"duration": "4s"},
        "locations": {"place": {"heading": heading}},
        "scenes": [{"number": 1, "location": "place", "shots": [shot]}],
    }  # fmt: skip
    return stage_board(parse_shots(yaml.safe_dump(board), Path("one.yaml")))["1"]


def player(shot: StagedShot, name: str) -> Player:
    found = shot.player(name)
    assert found is not None, name
    return found


def place(shot: StagedShot, name: str, share: float = 0.0) -> Standing:
    """Where somebody or something is at a share of the shot."""
    return standing(player(shot, name), share, {each.id: each for each in shot.players})


def looks_to(one: Standing, other: Standing) -> float:
    """Degrees from the front of one to the other."""
    return abs(turn_between(one.facing_deg, facing(one.at, other.at)))


@pytest.mark.parametrize(
    ("heading", "action", "seat"),
    [
        ("EXT. PARK BENCH", "A nun hands Ben an apple.", "bench"),
        ("INT. PUB", "The barman shakes his head at Ben.", "stool"),
        ("INT. CLASSROOM", "Ben raises his hand and the teacher points at him.", "chair"),
        ("INT. THERAPIST'S OFFICE", "Ben shrugs and looks away.", "armchair"),
        ("INT. RESTAURANT", "Ben looks at the menu and gets up.", "chair"),
    ],
)
def test_guests_sit_where_guests_sit(heading: str, action: str, seat: str) -> None:
    shot = staged(heading, action, "ben")
    first = player(shot, "ben").beats[0]
    assert (first.posture, seat in first.seat) == ("sit", True)
    standing_ones = [p for p in shot.players if p.id in ("barman", "teacher")]
    assert all(each.beats[0].posture == "stand" for each in standing_ones)


def test_one_who_gets_up_at_a_table_is_on_the_feet_at_the_end() -> None:
    beats = player(staged("INT. RESTAURANT", "Ben taps a glass and gets up.", "ben"), "ben").beats
    assert (beats[0].posture, beats[-1].posture) == ("sit", "stand")


def test_a_bartender_is_behind_the_counter_before_the_guest() -> None:
    shot = staged("INT. BAR", "The bartender shakes his head at Ben.", "ben")
    ben, bartender = place(shot, "ben"), place(shot, "bartender")
    assert bartender.at[1] > 3.0 > ben.at[1]
    assert looks_to(bartender, ben) < 5


def test_opposite_ends_of_a_sofa_are_apart_and_turned_away() -> None:
    shot = staged("INT. LIVING ROOM", "Anna and Ben sit at opposite ends of the couch.",
                  "anna", "ben")  # fmt: skip
    anna, ben = place(shot, "anna"), place(shot, "ben")
    assert player(shot, "anna").beats[0].seat == player(shot, "ben").beats[0].seat
    assert distance(anna.at, ben.at) > 1.1
    assert looks_to(anna, ben) > 100
    assert looks_to(ben, anna) > 100


def test_nobody_sits_on_the_empty_chair_across_from_them() -> None:
    shot = staged("INT. RESTAURANT", "Ben looks at the empty chair across from him.", "ben")
    ben, chair = player(shot, "ben"), player(shot, "chair")
    assert ben.beats[0].seat not in ("", "chair")
    assert looks_to(place(shot, "ben"), place(shot, "chair")) < 30
    assert 1.0 < hypot(ben.at[0] - chair.at[0], ben.at[1] - chair.at[1]) < 2.2


def test_one_who_sits_before_shelves_has_them_behind() -> None:
    shot = staged("INT. STUDY", "Ben sits in front of his bookshelves and talks.", "ben")
    ben = player(shot, "ben")
    assert looks_to(place(shot, "ben"), place(shot, ben.near)) > 120


def group(shot: StagedShot, stem: str) -> list[Standing]:
    return [place(shot, each.id) for each in shot.players if each.id.startswith(stem)]


def test_a_ring_round_a_thing_faces_it_and_is_open_to_the_camera() -> None:
    shot = staged("EXT. CAMPSITE", "Six hikers stand around the campfire.", camera="WS")
    fire = place(shot, "campfire")
    hikers = group(shot, "hiker")
    assert len(hikers) == 6
    assert all(looks_to(each, fire) < 10 for each in hikers)
    assert all(each.at[1] > fire.at[1] - 0.8 for each in hikers)
    assert max(distance(each.at, fire.at) for each in hikers) < 2.6


def test_a_row_at_a_barre_is_one_line_with_who_is_with_them() -> None:
    shot = staged("INT. BALLET STUDIO", "Lily stands at the barre with four other girls.", "lily")
    row = [place(shot, "lily"), *group(shot, "girl")]
    assert len(row) == 5
    assert max(each.at[1] for each in row) - min(each.at[1] for each in row) < 0.1
    assert len({round(each.facing_deg) for each in row}) == 1


def test_a_team_stacked_up_at_a_door_is_a_file_along_its_wall() -> None:
    shot = staged("INT. CORRIDOR", "A SWAT team stacks up at the door.")
    team = group(shot, "team")
    assert max(each.at[0] for each in team) - min(each.at[0] for each in team) < 0.1
    assert all(abs(each.at[1] - place(shot, "door").at[1]) > 0.5 for each in team)


def test_two_groups_that_face_each_other_are_two_lines() -> None:
    shot = staged("EXT. BRIDGE", "Riot police face a line of protesters.", camera="WS")
    assert max(each.at[0] for each in group(shot, "policeman")) < -1.5
    assert min(each.at[0] for each in group(shot, "protester")) > 1.5


def test_those_who_come_in_together_do_not_stand_in_each_other() -> None:
    shot = staged("INT. OFFICE", "Four robbers burst in.", camera="WS")
    for share in (0.0, 0.5, 1.0):
        ats = [place(shot, f"robber-{k}", share).at for k in (1, 2, 3, 4)]
        assert min(distance(a, b) for a in ats for b in ats if a is not b) > 0.3


def test_an_orchestra_sits_round_its_conductor() -> None:
    shot = staged("INT. CONCERT HALL", "Ben lifts his baton before the orchestra.", "ben")
    ben = place(shot, "ben")
    # The conductor is moved a little, for the faces in the picture.
    assert all(looks_to(each, ben) < 45 for each in group(shot, "orchestra"))
    assert player(shot, "orchestra-1").beats[0].posture == "sit"


def test_of_two_who_pass_on_stairs_one_comes_down_and_one_goes_up() -> None:
    shot = staged("INT. STAIRWELL", "Anna brushes past Ben on the stairs.", "anna", "ben")
    heights = {name: [place(shot, name, share).base_m for share in (0.1, 0.9)]
               for name in ("anna", "ben")}  # fmt: skip
    assert heights["anna"][0] > heights["anna"][1] + 0.5
    assert heights["ben"][0] < heights["ben"][1] - 0.5
    assert distance(place(shot, "anna", 0.5).at, place(shot, "ben", 0.5).at) > 0.5


def test_one_who_descends_faces_down_the_stairs() -> None:
    shot = staged("INT. STAIRWELL", "Anna descends the stairs.", "anna")
    assert place(shot, "anna", 0.1).base_m > place(shot, "anna", 0.9).base_m
    assert abs(turn_between(place(shot, "anna").facing_deg, shot.camera.side_deg)) < 40


def test_a_car_on_the_tail_of_another_stays_behind_it() -> None:
    shot = staged("EXT. HIGHWAY", "A motorcycle weaves between trucks with a police car right on "
                  "its tail.", camera="WS")  # fmt: skip
    for share in (0.1, 0.5, 0.9):
        rider, police = place(shot, "motorcycle", share), place(shot, "police-car", share)
        assert 3 < distance(rider.at, police.at) < 8
        assert looks_to(police, rider) < 5
    assert {"truck-1", "truck-2"} <= {each.id for each in shot.players}


def test_one_who_hides_behind_a_car_is_at_its_side_and_watches_along_it() -> None:
    shot = staged("INT. PARKING GARAGE", "Anna crouches behind a parked car.", "anna")
    anna, car = place(shot, "anna"), place(shot, player(shot, "anna").near)
    across = plan_to_own(anna.at, car.at, car.facing_deg)[0]
    assert car.size[0] / 2 < abs(across) < car.size[0] / 2 + 1
    assert 20 < looks_to(anna, car) < 120


def test_a_column_of_animals_is_a_file_and_a_herd_is_apart_from_who_stalks_it() -> None:
    penguins = group(
        staged("EXT. ICE", "A column of penguins stands on the ice.", camera="WS"), "penguin"
    )
    assert max(each.at[1] for each in penguins) - min(each.at[1] for each in penguins) < 0.2
    shot = staged("EXT. SAVANNAH", "A lioness creeps towards a herd of zebras.", camera="WS")
    lioness, zebras = place(shot, "lioness", 0.9), group(shot, "zebra")
    assert all(distance(lioness.at, each.at) > 2 for each in zebras)
    assert min(distance(a.at, b.at) for a in zebras for b in zebras if a is not b) > 1


def test_products_of_a_packshot_stand_in_a_row_behind_what_is_low() -> None:
    shot = staged("STUDIO", "Three bottles of oil and a lemon.", camera="CU, insert")
    bottles = group(shot, "bottle")
    assert max(each.at[1] for each in bottles) - min(each.at[1] for each in bottles) < 0.05
    assert place(shot, "lemon").at[1] < bottles[0].at[1]


def test_a_drop_hangs_at_what_it_falls_from_and_an_insert_shows_both() -> None:
    shot = staged("STUDIO", "A drop falls from the pipette.", camera="ECU, insert")
    drop, pipette = place(shot, "drop"), place(shot, "pipette")
    assert {"drop", "pipette"} <= set(shot.camera.subjects)
    assert drop.at == pipette.at
    assert 0 < drop.base_m < pipette.base_m


def test_an_insert_is_filled_by_its_first_thing_and_clear_of_what_stands_before_it() -> None:
    shot = staged("INT. COFFEE SHOP", "The barista pushes a cup across the counter.",
                  camera="CU, insert")  # fmt: skip
    cup = place(shot, "cup")
    assert shot.framed.width_m / (16 / 9) < 4 * cup.size[1]
    assert all(distance(each.at, cup.at) > 0.05 for each in shot.players if each.id != "cup")


def test_what_lies_in_an_open_box_is_on_view_under_its_rim() -> None:
    shot = staged("INT. ATTIC", "Inside the box: a photograph.", camera="CU, insert")
    photo, box = place(shot, "photograph"), place(shot, "box")
    assert distance(photo.at, box.at) < 0.25
    assert photo.base_m == pytest.approx(box.top_m - 0.3 * box.size[1])
    assert [beat.gesture for beat in shot.player("box").beats] == ["open"]


def test_several_who_aim_stand_at_both_sides_of_their_target() -> None:
    shot = staged("EXT. DESERT", "Ben puts his hands up, three rifles trained on him.", "ben")
    ben, gunmen = place(shot, "ben"), group(shot, "gunman")
    sides = {round(plan_to_own(each.at, ben.at, ben.facing_deg)[0]) > 0 for each in gunmen}
    assert sides == {True, False}
    assert all(1.2 < distance(each.at, ben.at) < 3 for each in gunmen)


def test_one_who_is_shoved_against_a_wall_has_it_at_the_back() -> None:
    shot = staged("EXT. ALLEY", "Two thugs shove Ben against the brick wall.", "ben")
    ben, wall = place(shot, "ben"), place(shot, player(shot, "ben").near)
    assert abs(turn_between(ben.facing_deg, wall.facing_deg)) < 50
    assert ben.at[1] < wall.at[1]
    assert all(each.at[1] < ben.at[1] + 0.1 for each in group(shot, "thug"))


def test_one_who_puts_something_down_is_at_the_surface_and_goes_on_from_there() -> None:
    shot = staged("INT. OFFICE", "Ben hangs up the phone and runs to the window.", "ben")
    assert distance(place(shot, "ben").at, place(shot, "phone").at) < 1


def test_climbers_are_on_their_ladder_and_rise_with_it() -> None:
    words = "Anna climbs the ladder and pulls a book from the shelf."
    shot = staged("INT. LIBRARY", words, "anna")
    first, last = (place(shot, "anna", share) for share in (0.0, 1.0))
    assert distance(first.at, place(shot, "ladder").at) < 0.3
    assert last.base_m > first.base_m + 0.5


def test_several_leap_over_a_fallen_tree_side_by_side() -> None:
    shot = staged("EXT. FOREST", "Three hikers climb over a fallen tree.", camera="WS")
    log = next(each for each in shot.players if each.model == "log")
    for hiker in (each for each in shot.players if each.kind == "person"):
        sides = [plan_to_own(at, log.at, log.facing_deg)[1] for at in hiker.beats[0].path]
        assert sides[0] * sides[-1] < 0


def test_a_boat_is_on_the_water_and_a_dog_on_a_leash_goes_along() -> None:
    shot = staged("EXT. RIVER", "Ben paddles the canoe through the rapids.", "ben", camera="WS")
    assert place(shot, "canoe").at[1] > 4
    shot = staged("EXT. PARK", "Anna jogs past, a dog on a leash beside her.", "anna", camera="WS")
    for share in (0.1, 0.9):
        assert distance(place(shot, "anna", share).at, place(shot, "dog", share).at) < 1.2


def test_those_who_sit_on_a_step_are_on_the_stairs() -> None:
    shot = staged("INT. STAIRWELL", "Lily sits on the top step, hugging her knees.", "lily")
    assert {beat.seat for beat in player(shot, "lily").beats} == {"stairs"}


def test_one_who_picks_up_a_thing_that_lies_on_a_desk_stands_at_the_desk() -> None:
    shot = staged("INT. OFFICE", "Anna takes off her glasses and rubs her eyes.", "anna")
    assert distance(place(shot, "anna").at, place(shot, "glasses").at) < 1.0


def test_one_at_a_bed_stands_at_its_side_and_the_camera_looks_across_it() -> None:
    shot = staged("INT. HOSPITAL ROOM", "Anna holds Ben's hand as he lies in bed.", "anna", "ben",
                  camera="MWS")  # fmt: skip
    anna, ben = place(shot, "anna", 0.5), place(shot, "ben", 0.5)
    assert 0.4 < distance(anna.at, ben.at) < 0.9
    across = abs(turn_between(ben.facing_deg, shot.camera.side_deg))
    assert 50 < across < 130
    assert abs(turn_between(shot.camera.side_deg, facing(ben.at, anna.at))) > 100


def test_a_raised_hand_is_in_a_medium_shot() -> None:
    plain = staged("INT. CLASSROOM", "Lily listens.", "lily", camera="MS, single")
    raised = staged("INT. CLASSROOM", "Lily puts her hand up.", "lily", camera="MS, single")
    assert raised.framed.top_m > plain.framed.top_m + 0.15


def test_a_close_up_keeps_the_head_of_one_who_bends_over_a_table() -> None:
    shot = staged("INT. CASINO", "Ben turns over the ace and rakes in the chips.", "ben",
                  camera="CU")  # fmt: skip
    heads = [place(shot, "ben", share).head for share in (0.1, 0.9)]
    right = direction(shot.camera.side_deg + 90.0)
    for x, _, z in heads:
        aside = float((np.array((x, z)) - shot.camera.at) @ right)
        assert abs(aside) < 0.62 * shot.framed.width_m


def test_a_herd_is_no_speck_in_the_widest_size() -> None:
    alone = staged("INT. LIVING ROOM", "The cat looks up.", camera="EWS")
    many = staged("EXT. ICE", "A column of penguins waddles across the ice.", camera="EWS")
    assert len(many.camera.subjects) > 2
    assert many.framed.width_m < 8 * alone.framed.width_m


@pytest.mark.parametrize(("place", "seats"), [("EXT. PARK BENCH", 1), ("INT. BAR", 2)])
def test_two_share_a_bench_and_have_a_stool_each(place: str, seats: int) -> None:
    shot = staged(place, "An old woman talks to Ben.", "ben")
    taken = {each.beats[0].seat for each in shot.players if each.kind == "person"}
    assert len(taken) == seats
