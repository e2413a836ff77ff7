"""Where people come from, go to, and gather."""

from __future__ import annotations

import numpy as np
import pytest

from shots.staging.floor_space import distance, facing, plan_to_own, turn_between
from tests.staging_kit import now
from tests.test_staging_relations import sentence_staged


@pytest.mark.parametrize(
    ("action", "place", "who", "whom"),
    [("Lily runs to Ben.", "EXT. PARK", "lily", "ben"),
     ("Two policemen walk towards Lily.", "EXT. STREET", "policeman-1", "lily")],
)  # fmt: skip
def test_who_comes_to_somebody_starts_farther_off(action, place, who, whom):
    staged = sentence_staged(action, place)
    apart = [distance(now(staged, who, k).at, now(staged, whom, k).at) for k in (0.0, 1.0)]
    assert apart[0] > apart[1] + 1.0
    assert apart[1] < 1.8


def test_who_backs_off_faces_what_they_leave():
    staged = sentence_staged("Lily backs away from the door.", "INT. HALLWAY")
    door = staged.player("door")
    first, last = now(staged, "lily", 0.0), now(staged, "lily", 1.0)
    assert distance(last.at, door.at) > distance(first.at, door.at) + 0.5
    assert abs(turn_between(last.facing_deg, facing(last.at, door.at))) < 45.0


def test_who_gets_out_of_a_car_leaves_by_its_side():
    staged = sentence_staged("Ben gets out of the taxi and looks up.", "EXT. STREET")
    taxi, ben = staged.player("taxi"), now(staged, "ben", 1.0)
    across, along = plan_to_own(ben.at, taxi.at, taxi.facing_deg)
    assert abs(across) > 1.5
    assert abs(along) < 2.5


def test_a_group_gathers_round_somebody_at_work():
    staged = sentence_staged("Ben types on the laptop, and six friends gather around him.",
                             "INT. OFFICE")  # fmt: skip
    ben = now(staged, "ben")
    friends = [now(staged, each.id) for each in staged.players if each.id.startswith("friend")]
    assert len(friends) == 6
    assert np.median([distance(each.at, ben.at) for each in friends]) < 2.0


def test_stairs_are_climbed_from_their_foot():
    staged = sentence_staged("Lily walks up the stairs.", "INT. STAIRWELL")
    assert now(staged, "lily", 1.0).base_m > now(staged, "lily", 0.0).base_m + 0.5


def test_who_sits_goes_on_sitting_in_the_same_place():
    staged = sentence_staged("Lily looks at Ben and reads a newspaper.", "INT. TRAM")
    assert now(staged, "lily", 0.0).at == now(staged, "lily", 1.0).at


def test_who_is_shoved_against_a_wall_is_at_it():
    staged = sentence_staged("Two thugs shove Ben against the wall.", "EXT. ALLEY")
    assert not [text for text in staged.warnings if " not " in text]
    assert distance(now(staged, "thug-1").at, now(staged, "ben").at) < 0.8


def test_each_swimmer_dives_off_a_block_of_their_own():
    staged = sentence_staged("Six swimmers dive off the blocks.", "INT. SWIMMING POOL")
    blocks = [each for each in staged.players if each.model == "starting-block"]
    swimmers = [now(staged, each.id) for each in staged.players if each.id.startswith("swimmer")]
    assert len(swimmers) == 6
    for swimmer in swimmers:
        assert min(distance(swimmer.at, block.at) for block in blocks) < 0.1
        assert swimmer.base_m > 0.4


def test_who_is_between_the_others_walks_between_them():
    staged = sentence_staged("Lily, Ben and a woman walk along the beach, Lily swinging between "
                             "them.", "EXT. BEACH")  # fmt: skip
    x = {name: now(staged, name).at[0] for name in ("lily", "ben", "woman")}
    assert min(x["ben"], x["woman"]) < x["lily"] < max(x["ben"], x["woman"])


def test_what_is_knocked_off_stands_until_the_hand_has_come_to_it():
    staged = sentence_staged("The cat knocks a vase off the windowsill.", "INT. LIVING ROOM")
    vase = staged.player("vase")
    assert vase.on == staged.player("cat").on
    assert [beat.gesture for beat in vase.beats] == ["", "fall"]
    assert vase.beats[1].start > 0.3


def test_who_acts_and_is_out_of_a_tight_picture_is_reported():
    staged = sentence_staged("Lily pulls the blanket over her head as a hand reaches out from "
                             "under the bed.", size="CU")  # fmt: skip
    assert any("hand is out of the picture" in text for text in staged.warnings)
