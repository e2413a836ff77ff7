"""Things of an insert: what lies on a tray, in a box or on another thing is in the picture."""

from __future__ import annotations

import pytest

from benchmarks.staging_pictures import sentence_board
from shots.staging.stage_shot import stage_board
from shots.staging.staged import StagedShot


def insert_of(action: str, heading: str = "STUDIO - DAY", size: str = "CU") -> StagedShot:
    entry = {"n": 1, "heading": heading, "subjects": [], "camera": f"{size}, insert"}
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


def test_a_ring_of_light_is_part_of_its_device() -> None:
    staged = insert_of("The AURA smart speaker sits on a pedestal, its ring of light pulsing red.")
    lit = [each for each in staged.players if any(b.gesture == "blink" for b in each.beats)]
    assert [(each.model, each.colour) for each in lit] == [("smart-speaker", "red")]
    assert "red" not in staged.prompt_only
