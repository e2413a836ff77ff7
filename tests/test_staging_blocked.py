"""What an author blocks is what stands on the floor plan, whatever the words say."""

from __future__ import annotations

from math import dist
from pathlib import Path

import pytest

from shots import parse_shots
from shots.board.resolve_blocking import set_plan
from shots.format.dump import written_shot
from shots.path.camera_path import camera_path
from shots.prompt.compile import compile_prompt
from shots.staging.acts.blocked import author_plan, blocked
from shots.staging.read_shot import read_shot
from shots.staging.stage_shot import stage_board
from shots.staging.staged import Staged
from storyboard.sheet.plan_drawing import PlannedShot, plan_points

BOARD = parse_shots(
    """\
characters:
  mara: {looks: a woman in her thirties with short black hair}
  ilya: {looks: a thin man of about sixty with a white moustache}
locations:
  kitchen:
    heading: INT. SOMEWHERE
    set:
      use: kitchen
      furniture: {table: {at: [0, 0.5]}, chair-1: {at: [-0.9, 0.5], facing: right}}
scenes:
  - number: 3
    location: kitchen
    blocking:
      mara: sit at chair-1, facing ilya, holds cup
      ilya: at door
    shots:
      - id: 3A
        subjects: [mara, ilya]
        camera: WS, two-shot, 24mm
        action: Ilya waits.
        blocking:
          ilya:
            moves: [{to: [-1, -1.5], from: 1s, until: 3s, pace: brisk}, {does: wave, from: 3s}]
          waiter: {looks: a young waiter in a white apron, at: [1.5, -2], facing: left}
      - id: 3B
        subjects: [mara]
        camera: MCU, over ilya
        action: Mara speaks.
        blocking: {waiter: none}
      - id: 3C
        subjects: [mara]
        camera: MS
        action: Mara stands.
        blocking: {cup: on table, dog: at window}
""",
    Path("board.yaml"),
)
SHOTS = stage_board(BOARD)


def read(shot_id):
    shot = BOARD.shot(shot_id)
    return blocked(BOARD, shot, read_shot(BOARD, shot))


def test_people_are_where_they_are_blocked():
    plan = set_plan(BOARD.locations["kitchen"])
    mara, ilya = (SHOTS["3A"].player(who) for who in ("mara", "ilya"))
    assert dist(mara.at, plan.mark("chair-1").at) < 0.3
    assert (mara.beats[0].posture, mara.beats[0].seat) == ("sit", "chair-1")
    assert mara.beats[0].holds == (("right", "cup"),)
    assert dist(ilya.at, plan.mark("door").at) < 1.2
    waiter = SHOTS["3A"].player("waiter")
    assert dist(waiter.at, (1.5, -2)) < 0.1
    assert waiter.facing_deg == pytest.approx(-90, abs=1)
    assert waiter.look.garments


def test_moves_are_beats_in_their_times_with_rests_between():
    beats = next(player for player in read("3A").players if player.id == "ilya").beats
    assert [(b.start, b.end, b.posture, b.gesture, b.to, b.pace) for b in beats] == [
        (0.0, 0.25, "stand", "", "", 1.0),
        (0.25, 0.75, "walk", "", "[-1, -1.5]", 1.25),
        (0.75, 1.0, "stand", "wave", "", 1.0),
    ]
    walk = next(beat for beat in SHOTS["3A"].player("ilya").beats if beat.path)
    assert dist(walk.path[-1], (-1, -1.5)) < 0.3


def test_the_set_is_the_one_that_the_author_names_and_dresses():
    assert SHOTS["3A"].place.set == "kitchen"
    assert SHOTS["3A"].player("table").at == (0.0, 0.5)
    plan = author_plan(set_plan(BOARD.locations["kitchen"]), BOARD.shots)
    marks = [mark.name for mark in plan.marks]
    assert {"[-1, -1.5]", "[1.5, -2] facing -90"} <= set(marks)


def test_who_is_none_is_gone():
    assert SHOTS["3A"].player("waiter") is not None
    assert SHOTS["3B"].player("waiter") is None
    assert SHOTS["3B"].camera.over == "ilya"


def test_a_thing_that_stands_somewhere_is_in_nobodys_hands():
    players = {player.id: player for player in read("3C").players}
    assert players["cup"].on == "table"
    assert players["mara"].beats[0].holds == ()
    assert (players["dog"].kind, players["dog"].near) == ("animal", "window")


def test_what_is_blocked_is_reported_with_its_line():
    assert Staged("ilya: stand, at door", "blocking, line 15") in SHOTS["3A"].staged
    assert Staged("mara: sit, at chair-1", "blocking, line 14") in SHOTS["3A"].staged


SIDES = """\
characters:
  mara: {looks: a woman in her thirties with short black hair}
  ilya: {looks: a thin man of about sixty with a white moustache}
locations: {field: {heading: EXT. FIELD}}
scenes:
  - number: 1
    location: field
    blocking:
      mara: stand at [-0.6, 0], facing ilya, looks at ilya
      ilya: stand at [0.6, 0], facing mara, looks at mara
    shots:
      - {id: 1A, subjects: [mara, ilya], camera: "MS, two-shot, SIDE", action: Both wait.}
      - {id: 1B, subjects: [ilya, mara], camera: "MS, two-shot, SIDE", action: Both wait.}
      - {id: 1C, subjects: [mara], camera: "CU, single", action: Mara waits.}
      - {id: 1D, subjects: [mara], camera: "CU, single, crosses the line", action: Mara waits.}
"""


def eyes(text):
    """The side of the line from Mara, on the left, to Ilya that the cameras stand on, by shot."""
    board = parse_shots(text, Path("board.yaml"))
    sides = {}
    for shot_id, staged in stage_board(board).items():
        shot = board.shot(shot_id)
        path = camera_path(shot, num_frames=1, aspect=16 / 9, framed=staged.framed)
        planned = PlannedShot(shot_id, staged, plan_points(path, staged.camera))
        sides[shot_id] = "front" if planned.track[0].imag < 0 else "back"
    return sides


@pytest.mark.parametrize(("side", "first"), [("left", "back"), ("right", "front")])
def test_the_camera_stands_on_the_hand_that_the_author_names(side, first):
    """Mara stands left in the plan and faces right, so that her left hand is at the back."""
    sides = eyes(SIDES.replace("SIDE", f"from the {side}"))
    other = "front" if first == "back" else "back"
    assert (sides["1A"], sides["1B"]) == (first, other)
    assert (sides["1C"], sides["1D"]) == (other, first)


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_camera_of_one_person_stands_on_the_hand_that_the_author_names(side):
    text = f"""\
characters: {{mara: {{looks: a woman in her thirties}}}}
locations: {{field: {{heading: EXT. FIELD}}}}
scenes:
  - number: 1
    location: field
    shots:
      - id: 1A
        subjects: [mara]
        camera: MS, from the {side}
        action: Mara waits.
        blocking: {{mara: {{at: [0, 0], facing: back}}}}
"""
    staged = stage_board(parse_shots(text, Path("board.yaml")))["1A"]
    # Who faces the back has the left hand at the left of the plan.
    assert (staged.camera.side_deg % 360 > 180) == (side == "left")


HEADINGS = """
storyboard: 1
characters: {mara: {name: MARA, looks: a woman}}
scenes:
  - {number: 1, heading: INT. KITCHEN, shots: [{id: 1, action: Mara waits.}]}
  - {number: 2, heading: EXT. BEACH, shots: [{id: 2, action: Mara waits.}]}
  - {number: 3, location: bar, heading: INT. KITCHEN, shots: [{id: 3, action: Mara waits.}]}
locations: {bar: {heading: INT. BAR}}
"""


def test_a_scene_without_a_location_plays_where_its_heading_says() -> None:
    board = parse_shots(HEADINGS, Path("board.yaml"))
    places = {key: each.place.set for key, each in stage_board(board).items()}
    assert places == {"1": "kitchen", "2": "beach", "3": "bar"}
    prompts = [compile_prompt(board, each).positive for each in board.shots]
    assert "The setting is an interior: kitchen." in prompts[0]
    assert "The setting is an exterior: beach." in prompts[1]
    assert "location" not in written_shot(board, board.shots[0])


@pytest.mark.parametrize(
    ("camera", "size"), [("insert", "CU"), ("insert, MS", "MS"), ("POV", "MS")]
)
def test_an_insert_is_close_unless_a_size_is_written(camera: str, size: str) -> None:
    text = HEADINGS.replace("action: Mara waits.", f"camera: '{camera}', action: Mara waits.")
    assert parse_shots(text, Path("board.yaml")).shots[0].camera.size == size
