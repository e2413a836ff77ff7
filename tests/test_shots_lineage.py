"""What extends what: characters, locations, lighting, set-ups and shots."""

from __future__ import annotations

from pathlib import Path

import pytest

from shots import ShotListErrors, parse_shots
from shots.board.inherit import MAX_CHAIN

BOARD = """\
characters:
  mara:
    name: MARA
    looks: a woman
    wardrobe: {tram: a raincoat}
  mara-old: {extends: mara, looks: an old woman, wardrobe: {home: a gown}}
locations:
  tram: {heading: INT. TRAM, looks: an old tram}
  tram-night: {extends: tram, looks: a dark tram}
lighting:
  rain: night, practical, side left, cool
  storm: {extends: rain, direction: back, tone: desaturated}
setups:
  window: {camera: "MCU, low, 85mm", lighting: storm, composition: left-heavy}
  door: {extends: window, camera: "CU", location: tram-night}
defaults: {camera: "WS, push in slow, 24mm", lighting: day}
scenes:
  - number: 1
    shots:
      - {id: 1, action: Rain falls.}
      - {id: 1A, setup: door, subjects: [mara-old], action: Rain falls., status: done, takes: 2}
      - {id: 1B, extends: 1A, camera: high, duration: 2s, action: Rain falls.}
"""


def board(text=BOARD):
    return parse_shots(text, Path("b.yaml"))


def problems(text):
    with pytest.raises(ShotListErrors) as caught:
        board(text)
    return [
        f"{p.line}:{p.column}: {p.code} {p.finding} = {p.remedy}" for p in caught.value.problems
    ]


def test_a_character_has_what_it_extends_unless_it_says_otherwise():
    old = board().characters["mara-old"]
    assert (old.name, old.looks) == ("MARA", "an old woman")
    assert old.wardrobe == {"home": "a gown", "tram": "a raincoat"}


def test_a_location_has_what_it_extends_unless_it_says_otherwise():
    place = board().locations["tram-night"]
    assert (place.heading, place.looks) == ("INT. TRAM", "a dark tram")


def test_lighting_is_taken_over_field_by_field_and_a_new_direction_has_no_old_hand():
    light = board().shot("1A").lighting
    assert (light.time, light.source, light.tone) == ("night", "practical", "desaturated")
    assert (light.direction, light.side) == ("back", None)
    assert board().lighting["storm"] == light


def test_a_setup_stands_between_the_shot_and_its_scene():
    shot = board().shot("1A")
    assert (shot.setup, shot.composition, shot.location.id) == ("door", "left-heavy", "tram-night")
    assert (shot.camera.size, shot.camera.angle, shot.camera.lens_mm) == ("CU", "low", 85)
    assert shot.camera.movement == ("push-in",)
    origin = board().origin("1A", "camera.lens")
    assert (origin.level, origin.label, origin.line) == ("setup", "set-up window", 14)


def test_a_shot_takes_over_what_another_says_and_not_how_far_the_work_is():
    shot = board().shot("1B")
    assert (shot.setup, shot.subjects, shot.takes) == ("door", ("mara-old",), 2)
    assert (shot.camera.size, shot.camera.angle, shot.status) == ("CU", "high", None)
    assert board().shot("1A").status == "done"
    assert board().origin("1B", "subjects").label == "shot 1A"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "extends: mara,",
            "extends: marra,",
            '6:23: SB011 character "marra" is not on this board = did you mean "mara"?',
        ),
        (
            "extends: tram,",
            "extends: tram-night,",
            "9:25: SB013 locations extend each other in a ring: tram-night -> tram-night"
            " = remove extends from one of them",
        ),
        (
            "looks: a woman",
            "looks: a woman\n    extends: mara-old",
            "5:14: SB013 characters extend each other in a ring: mara -> mara-old -> mara"
            " = remove extends from one of them",
        ),
        (
            "setup: door",
            "setup: dor",
            '21:25: SB011 setup "dor" is not on this board = did you mean "door"?',
        ),
        ("{id: 1, ", "{id: 1, extends: 1b, ", ""),
        (
            "id: 1A,",
            "id: 1A, extends: 1b,",
            "21:27: SB013 shots extend each other in a ring: 1A -> 1B -> 1A"
            " = remove extends from one of them",
        ),
    ],
)
def test_what_extends_nothing_or_itself_is_said_where_it_stands(old, new, expected):
    text = BOARD.replace(old, new, 1)
    if expected:
        assert problems(text) == [expected]
    else:
        assert board(text).shot("1").subjects == ("mara-old",)


def test_a_mistake_that_is_taken_over_is_said_once():
    assert problems(BOARD.replace("name: MARA", "name: [MARA]")) == [
        "3:11: SB005 name is a list, must be text = write text"
    ]


def test_a_row_may_be_long_and_not_endless():
    def row(length):
        people = ["  c0: {looks: a man}"]
        people += [f"  c{k}: {{extends: c{k - 1}}}" for k in range(1, length + 1)]
        shots = "scenes: [{number: 1, shots: [{id: 1, action: Rain falls.}]}]"
        return "\n".join(["characters:", *people, shots])

    assert board(row(MAX_CHAIN)).characters[f"c{MAX_CHAIN}"].looks == "a man"
    (problem,) = (p for p in problems(row(MAX_CHAIN + 3)) if "SB009" in p)
    assert f"more than {MAX_CHAIN} characters extend each other in a row" in problem
