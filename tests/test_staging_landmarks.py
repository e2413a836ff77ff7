"""Buildings, blocks and sills of a set that the words name: who is on them, and what is visible."""

from __future__ import annotations

from pathlib import Path

import pytest

from shots import parse_shots
from shots.lexicon.place_words import find_place
from shots.lexicon.places import SETS
from shots.lexicon.things import find_thing, models_in
from shots.staging.floor_space import direction, turn_between
from shots.staging.stage_shot import stage_board
from shots.staging.staged import StagedShot
from storyboard.layout.motion.world import Spot
from storyboard.layout.thing_motion import state_of


def staged(heading: str, camera: str, action: str) -> StagedShot:
    text = (
        f"storyboard: 1\ntitle: Test\nlocations:\n  place: {{heading: {heading}}}\n"
        f"scenes:\n- {{number: 1, location: place, shots: [{{id: '1', camera: \"{camera}\", "
        f'action: "{action}"}}]}}\n'
    )
    board = parse_shots(text, Path("board.yaml"))
    return stage_board(board)["1"]


def test_swimmers_are_on_one_block_each_and_turned_to_the_water() -> None:
    shot = staged("INT. SWIMMING POOL", "WS, 35mm", "Eight swimmers dive off the blocks.")
    swimmers = [each for each in shot.players if each.kind == "person"]
    assert sorted(each.on for each in swimmers) == [f"starting-block-{k}" for k in range(1, 9)]
    for each in swimmers:
        assert direction(each.facing_deg)[1] > 0.99
        assert SETS["pool-hall"].fixture(each.on).at == pytest.approx(each.at, abs=0.05)


@pytest.mark.parametrize(
    ("heading", "action", "building"),
    [
        ("EXT. COAST", "Waves crash against the rocks below the lighthouse.", "lighthouse"),
        ("EXT. OLD TOWN MARKET", "Vendors set up their stalls beneath the cathedral.", "cathedral"),
    ],
)
def test_a_building_that_the_words_name_is_behind_the_subject(
    heading: str, action: str, building: str
) -> None:
    shot = staged(heading, "WS, 35mm", action)
    assert abs(turn_between(0.0, shot.camera.side_deg)) < 40, "the building is at the far side"
    assert not [text for text in shot.warnings if building in text]


def test_a_wave_comes_from_the_sea_over_the_rock() -> None:
    shot = staged("EXT. COAST", "WS, 35mm", "A wave crashes against the rocks.")
    rock = next(each for each in shot.players if each.model == "rock")
    wave = next(each for each in shot.players if each.model == "wave")
    assert wave.at[1] > rock.at[1]
    assert wave.facing_deg == 0.0, "its crest is turned to the shore"


def test_a_cat_is_on_the_sill_and_the_vase_stands_before_it_until_it_falls() -> None:
    shot = staged("INT. KITCHEN", "MS, 35mm", "The cat knocks a vase off the windowsill.")
    cat, vase, sill = (shot.player(name) for name in ("cat", "vase", "windowsill"))
    assert cat.on == vase.on == "windowsill"
    assert cat.base_m == pytest.approx(sill.base_m + 0.05)
    spot = Spot((0.0, 0.0, 0.0), 0.0, (0.16, 0.3, 0.16), "vase")
    assert state_of(vase, spot, 0.4, 4.0).lift_m == 0.0
    assert state_of(vase, spot, 4.0, 4.0).lift_m == pytest.approx(-vase.base_m)


def test_words_for_worn_houses_large_churches_and_swings() -> None:
    assert find_place("EXT. HAUNTED HOUSE", "")[0] == "derelict-house"
    assert find_place("EXT. OLD FARMHOUSE", "")[0] == "farmhouse"
    assert SETS["derelict-house"].fixture("house").model == "derelict-house"
    assert models_in("Two gulls over the lighthouse and a cathedral") >= {"lighthouse", "cathedral"}
    named = [find_thing(words.split()) for words in ("porch swing", "lioness", "lion")]
    assert [each[0] for each in named] == ["porch-swing", "lioness", "lion"]


@pytest.mark.parametrize("words", ["drapes his jacket over a girl", "kisses a girl"])
def test_two_who_are_close_on_a_swing_both_sit_there(words: str) -> None:
    shot = staged("EXT. PORCH", "MS, 35mm", f"A man {words} on the porch swing.")
    assert [each.beats[0].seat for each in shot.players if each.kind == "person"] == ["swing"] * 2
