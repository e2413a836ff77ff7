"""Things of an insert: what is on a tray, in a box or on another is there; states are drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.staging_pictures import sentence_board
from shots.lexicon.places import SETS
from shots.staging.floor_space import distance, facing, turn_between
from shots.staging.stage_shot import stage_board
from shots.staging.staged import StagedShot
from storyboard.layout.thing_motion import ThingState, thing_mesh


def insert_of(action: str, heading: str = "STUDIO - DAY", camera: str = "CU, insert") -> StagedShot:
    entry = {"n": 1, "heading": heading, "subjects": [], "camera": camera}
    return stage_board(sentence_board({**entry, "action": action}))["1"]


def test_all_things_of_a_list_are_on_the_tray() -> None:
    staged = insert_of("Packshot: two bottles of HOPP beer, a lemon and a cup on a tray.")
    things = {each.model: each for each in staged.players if not each.is_fixture}
    assert {"beer-bottle", "lemon", "cup", "tray"} <= set(things)
    assert all(things[model].on == "tray" for model in ("beer-bottle", "lemon", "cup"))
    assert things["beer-bottle"].label == "HOPP"


@pytest.mark.parametrize(
    ("action", "first", "second"),
    [("A knob of GOLD butter melts on a stack of pancakes.", "butter-knob", "pancakes"),
     ("A bee lands on an apple blossom.", "bee", "blossom")],
)  # fmt: skip
def test_an_insert_shows_what_a_thing_is_on(action: str, first: str, second: str) -> None:
    staged = insert_of(action, "EXT. GARDEN - DAY")
    models = [staged.player(name).model for name in staged.camera.subjects]
    assert models == [first, second]
    assert staged.player(staged.camera.subjects[0]).on == staged.camera.subjects[1]


def test_a_box_with_things_in_it_is_open() -> None:
    staged = insert_of("Inside the box: a bundle of letters.", "INT. ATTIC - DAY")
    box, letters = staged.player("box"), staged.player("bundle-of-letters")
    assert [(beat.gesture, beat.end) for beat in box.beats] == [("open", 0.0)]
    assert letters.base_m < box.base_m + 0.3
    assert not staged.warnings


@pytest.mark.parametrize(
    ("words", "model", "state"),
    [("An overturned car lies on the road", "car", "roof"), ("A truck is burning", "truck", "fire"),
     ("A steaming mug on the table", "mug", "steam"), ("A dented oil drum", "oil-drum", "dented")],
)  # fmt: skip
def test_adjectives_and_verbs_put_things_in_a_state(words: str, model: str, state: str) -> None:
    staged = insert_of(f"{words}.", "EXT. FIELD - DAY")
    player = next(each for each in staged.players if each.model == model and not each.is_fixture)
    assert player.state == state
    assert not {"overturned", "burning", "steaming", "dented"} & set(staged.prompt_only)
    ordinary, changed = (
        thing_mesh(replace(player, state=each), ThingState()) for each in ("", state)
    )
    size = [np.ptp(mesh.vertices, axis=0) for mesh in (ordinary, changed)]
    grows = state in ("fire", "steam")
    assert (size[1][1] > 1.2 * size[0][1]) == grows
    assert changed.vertices[:, 1].max() == pytest.approx(0.0, abs=0.02)


def test_the_state_of_a_thing_of_the_set_is_reported() -> None:
    staged = insert_of("A cup on the dusty table.", "INT. KITCHEN - DAY")
    assert [each.words for each in staged.not_staged] == ["dusty"]


def test_a_crowd_is_in_the_pit_and_who_plays_is_on_the_stage() -> None:
    words = "The guitarist slides across the stage on his knees, and the crowd goes wild."
    staged = insert_of(words, "EXT. FESTIVAL STAGE - NIGHT", "WS")
    crowd = [each for each in staged.players if each.id.startswith("crowd")]
    assert len(crowd) > 6
    assert all(each.at[1] < 1.2 for each in crowd)
    assert staged.camera.subjects[0] == "guitarist"
    assert max(abs(each.facing_deg) for each in crowd) > 130  # to the stage


def test_a_huge_animal_is_before_somebody_and_in_the_picture() -> None:
    staged = insert_of("A knight bars the way to a dragon.", "EXT. CASTLE GATE - DAY", "FS")
    knight, dragon = staged.player("knight"), staged.player("dragon")
    assert set(staged.camera.subjects) == {"knight", "dragon"}
    assert distance(knight.at, dragon.at) > 3.0
    assert abs(turn_between(dragon.facing_deg, facing(dragon.at, knight.at))) < 15


def test_an_animal_wades_in_the_water_that_it_fishes_in() -> None:
    staged = insert_of("A bear snatches a salmon out of the rapids.", "EXT. RIVER - DAY", "WS")
    bear, mark = staged.player("bear"), SETS["river-bank"].mark("rapids")
    assert distance(bear.at, mark.at) < 1.0
    assert -0.5 < bear.base_m < -0.2


def test_a_ring_of_light_is_part_of_its_device() -> None:
    staged = insert_of("The AURA smart speaker sits on a pedestal, its ring of light pulsing red.")
    lit = [each for each in staged.players if any(b.gesture == "blink" for b in each.beats)]
    assert [(each.model, each.colour) for each in lit] == [("smart-speaker", "red")]
    assert "red" not in staged.prompt_only
