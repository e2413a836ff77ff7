"""Where people are whom one sentence puts somewhere: seats, groups, sides of things."""

from __future__ import annotations

from math import hypot
from pathlib import Path

import pytest
import yaml

from shots import parse_shots
from shots.staging.floor_space import distance, facing, turn_between
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
