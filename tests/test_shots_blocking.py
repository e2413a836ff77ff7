"""Blocking and sets: what an author writes, how levels merge, and what is wrong, to the letter."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from shots import ShotListErrors, parse_shots
from shots.blocking import Blocking, Position, read_blocking
from shots.board.resolve_blocking import set_plan
from shots.dressing import SetDressing, dressed
from shots.format.dump import annotated_shot, dump_shots
from shots.format.format_board import canonical_blocking, canonical_camera, format_board
from shots.lexicon.find_word import KINDS, find_word, nearest_word, words_of
from shots.lexicon.places import Fixture, Mark, SetPlan
from shots.vocabulary.sensors import SENSORS

BOARD = """\
title: T
characters:
  mara: {name: MARA, looks: a woman}
  ilya: {name: ILYA, looks: a man}
locations:
  kitchen:
    heading: INT. KITCHEN
    set:
      use: kitchen
      size: 5 x 6 m
      furniture:
        table: {facing: 90, colour: white}
        fridge: none
        piano: {at: [-1.5, 2.0]}
      marks: {island: [0.8, -0.4], corner: {at: [2, 2], facing: left}}
scenes:
  - number: 3
    location: kitchen
    blocking:
      mara: {at: chair-1, pose: sit, facing: ilya, holds: cup}
      ilya: at door
    shots:
      - id: 3A
        camera: MS, over ilya
        action: Mara turns.
        blocking:
          mara: {at: window, pose: stand, does: on the phone, looks-at: ILYA, facing: 30}
          ilya:
            moves: [{to: table, from: 0.5s, until: 36f, pace: slow}, {pose: sitting, from: 2s}]
          waiter: {looks: a young waiter in a white apron, at: beside mara}
          cup: {on: table, colour: red}
      - id: 3B
        action: Mara turns.
        blocking: {mara: "looks up, holds phone in left hand", ilya: none}
      - id: 3C
        extends: 3A
        action: Mara turns.
        blocking: {waiter: none, mara: at island}
"""


def read(text=BOARD):
    return parse_shots(text, Path("b.yaml"))


def problems(text):
    with pytest.raises(ShotListErrors) as caught:
        read(text)
    return [
        f"{p.line}:{p.column}: {p.code} {p.finding} = {p.remedy}" for p in caught.value.problems
    ]


def values(entry):
    return {
        key: value for key, value in entry if key in entry.model_fields_set and value is not None
    }


def test_a_shot_overrides_its_scene_field_by_field_and_a_new_place_drops_the_old_pose():
    shot = read().shot("3A")
    assert list(shot.blocking) == ["mara", "ilya", "waiter", "cup"]
    assert values(shot.blocking["mara"]) == {
        "at": Position("window"), "pose": "stand", "facing": 30.0, "looks_at": "ilya",
        "does": "phone-ear", "holds": (("", "cup"),),
    }  # fmt: skip
    first, second = shot.blocking["ilya"].moves
    assert (first.to, first.from_.seconds, first.until.seconds, first.pace) == (
        Position("table"), Fraction(1, 2), Fraction(3, 2), 0.6,
    )  # fmt: skip
    assert (second.pose, second.from_.seconds, second.to) == ("sit", 2, None)
    assert shot.blocking["ilya"].at == Position("door")
    assert shot.blocking["waiter"].at == Position("mara", "beside")
    assert shot.blocking["cup"].spot == Position("table", "on")


def test_who_is_none_is_not_there_and_all_else_stays_as_in_the_scene():
    shot = read().shot("3B")
    assert shot.blocking["ilya"].is_absent
    assert values(shot.blocking["mara"]) == {
        "at": Position("chair-1"), "pose": "sit", "facing": "ilya", "looks_at": "up",
        "holds": (("left", "phone"),),
    }  # fmt: skip


def test_a_shot_that_extends_another_takes_over_its_blocking():
    shot = read().shot("3C")
    assert shot.blocking["mara"].at == Position("island")
    assert (shot.blocking["mara"].pose, shot.blocking["mara"].does) == (None, "phone-ear")
    assert len(shot.blocking["ilya"].moves) == 2
    assert shot.blocking["waiter"].is_absent


def test_each_value_keeps_its_origin():
    board = read()
    origins = {field: board.origin("3A", f"blocking.mara.{field}") for field in ("holds", "at")}
    assert (origins["holds"].label, origins["holds"].line) == ("scene 3", 20)
    assert (origins["at"].label, origins["at"].line) == ("shot 3A", 27)


def test_explain_prints_the_blocking_with_the_line_of_every_value():
    lines = annotated_shot(read(), "3A").splitlines()
    start = lines.index("blocking:")
    assert [" ".join(line.split()) for line in lines[start : start + 8]] == [
        "blocking:",
        "mara:",
        "pose: stand # shot 3A, line 27",
        "does: phone-ear # shot 3A, line 27",
        "facing: 30 # shot 3A, line 27",
        "looks-at: ilya # shot 3A, line 27",
        "holds: [cup] # scene 3, line 20",
        "at: window # shot 3A, line 27",
    ]


def test_a_board_with_blocking_and_a_set_is_written_and_read_again():
    board = read()
    again = read(dump_shots(board))
    exclude = {"notices", "files", "path"}
    assert again.model_dump(exclude=exclude) == board.model_dump(exclude=exclude)


def test_a_look_over_somebodys_shoulder_is_an_ots():
    board = read()
    assert (board.shot("3A").camera.view, board.shot("3A").camera.over) == ("OTS", "ilya")
    assert board.origin("3A", "camera.view").line == 24


BROKEN = {
    "unknown person": (
        "waiter: {looks: a young waiter in a white apron, at: beside mara}",
        "waitr: {at: beside mara}",
        '30:11: SB011 "waitr" is neither a character nor a thing',
        "give it looks: for an extra, or model: for a thing",
    ),
    "misspelt person": (
        "      ilya: at door",
        "      illya: at door",
        '21:7: SB011 "illya" is neither a character nor a thing',
        'did you mean "ilya"?',
    ),
    "unknown mark": (
        "ilya: at door",
        "ilya: at dor",
        '21:16: SB011 "dor" is neither a person nor a thing here, nor a place of kitchen',
        'did you mean "door"?',
    ),
    "place of a scene that the set does not have": (
        "at: window, pose",
        "at: windov, pose",
        '27:22: SB011 "windov" is neither a person nor a thing here, nor a place of kitchen',
        'did you mean "window"?',
    ),
    "unknown target of a look": (
        "looks-at: ILYA",
        "looks-at: illya",
        '27:73: SB011 "illya" is neither a person nor a thing here, nor a place of kitchen',
        'did you mean "ilya"?',
    ),
    "unknown pose": (
        "pose: stand",
        "pose: standig",
        '27:36: SB101 pose "standig" is not in the vocabulary',
        'did you mean "stand"?',
    ),
    "unknown gesture": (
        "does: on the phone",
        "does: frobnicate",
        '27:49: SB101 gesture "frobnicate" is not in the vocabulary',
        "`storyboard vocab gesture` lists them",
    ),
    "unknown term of a shorthand": (
        "ilya: at door",
        "ilya: at door, sitt",
        '21:22: SB101 blocking term "sitt" is not in the vocabulary',
        'did you mean "sit"?',
    ),
    "two places": (
        "ilya: at door",
        "ilya: at door, at window",
        '21:22: SB102 two values for at: "at door" and "at window"',
        "keep one of them",
    ),
    "unknown thing in a hand": (
        "holds: cup}",
        "holds: cupp}",
        '20:59: SB101 thing "cupp" is not in the vocabulary',
        'did you mean "cup"?',
    ),
    "unknown key": (
        "pose: stand",
        "poze: stand",
        '27:30: SB004 no key "poze" in blocking "mara"',
        'did you mean "pose"?',
    ),
    "unknown hand": (
        "holds: cup}",
        "holds: {third: cup}}",
        '20:60: SB004 no key "third" in holds',
        "use left, right or both",
    ),
    "unknown target of a move": (
        "to: table",
        "to: tabel-9",
        '29:26: SB011 "tabel-9" is neither a person nor a thing here, nor a place of kitchen',
        'did you mean "table"?',
    ),
    "pace that is none": (
        "pace: slow",
        "pace: snail",
        '29:63: SB005 pace is "snail", must be a number',
        "write a number",
    ),
    "time without a unit": (
        "from: 0.5s",
        "from: 0.5",
        '29:39: SB012 "0.5" has no unit of time',
        "write 0.5s or 0.5f",
    ),
    "point that is none": (
        "ilya: at door",
        "ilya: {at: [1, 2, 3]}",
        "21:18: SB008 a list is not a place",
        "write a mark such as door, or [x, z] in metres",
    ),
    "point far away": (
        "ilya: at door",
        "ilya: at [2000, 0]",
        "21:13: SB008 [2000, 0] is not on the floor plan",
        "stay within 1000 m of its centre",
    ),
    "more than a turn": (
        "facing: 30",
        "facing: 400",
        "27:87: SB008 facing is 400",
        "write -180 to 180; 0 faces the front",
    ),
    "over nobody": (
        "over ilya",
        "over ilja",
        '24:26: SB011 character "ilja" is not on this board',
        'did you mean "ilya"?',
    ),
    "unknown set": (
        "use: kitchen",
        "use: kitchin",
        '9:12: SB101 set "kitchin" is not in the vocabulary',
        'did you mean "kitchen"?',
    ),
    "size of a set": (
        "5 x 6 m",
        "large",
        '10:13: SB008 "large" is not the size of a set',
        "write it like 4 x 5 m",
    ),
    "set too large": (
        "5 x 6 m",
        "5 x 6000 m",
        "10:13: SB008 the set is 5 x 6000 m, each side must be 1 to 500 m",
        "write it like 4 x 5 m",
    ),
    "furniture that is not there": (
        "fridge: none",
        "frige: none",
        '13:9: SB011 "frige" is no furniture of kitchen',
        'did you mean "fridge"?',
    ),
    "furniture without a model": (
        "piano: {at",
        "gizmo: {at",
        '14:9: SB011 "gizmo" is no furniture of kitchen',
        "give it model: to add it",
    ),
    "furniture as a text": (
        "fridge: none",
        "fridge: white",
        '13:17: SB008 "white" is not a piece of furniture',
        "write none, or {at: [1.5, 0], facing: right, colour: white}",
    ),
    "mark at a place that is not there": (
        "island: [0.8, -0.4]",
        "island: dor",
        '15:23: SB011 "dor" is no place of kitchen',
        'did you mean "door"?',
    ),
    "unknown colour": (
        "colour: white",
        "colour: whit",
        '12:37: SB101 colour "whit" is not in the vocabulary',
        'did you mean "white"?',
    ),
    "unknown sensor": (
        "title: T",
        "format: {sensor: supr35}",
        '1:18: SB101 sensor "supr35" is not in the vocabulary',
        'did you mean "super35"?',
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_is_reported_with_its_place_and_what_is_allowed(name):
    old, new, head, remedy = BROKEN[name]
    assert old in BOARD
    assert f"{head} = {remedy}" in problems(BOARD.replace(old, new, 1))


def test_an_unknown_sensor_without_a_near_one_lists_them():
    assert problems(BOARD.replace("title: T", "format: {sensor: zzz}")) == [
        f'1:18: SB101 sensor "zzz" is not in the vocabulary = use one of {", ".join(SENSORS)}'
    ]


def test_a_place_is_not_checked_where_the_set_is_not_decided():
    text = BOARD.split("    set:")[0] + BOARD[BOARD.index("scenes:") :]
    text = text.replace("INT. KITCHEN", "INT. NOWHERE")
    board = read(
        text.replace("at: window", "at: stage-left").replace("at island", "at stage-right")
    )
    assert board.shot("3A").blocking["mara"].at == Position("stage-left")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("sitting at  the chair-1, faces ilya, holding cup",
         "sit at chair-1, facing ilya, holds cup"),
        ("hugs mara", "hug mara"),
        ("pointing at ilya", "point at ilya"),
        ("on the phone", "phone-ear"),
        ("out", "none"),
        ("looks up, standing behind the bar", "stand behind bar, looks up"),
        ("at [0.5, 2], walks to the table slow then door",
         "at [0.5, 2], walk to table slow then door"),
        ("facing left, sits on the sofa", "sit on sofa, facing left"),
        ("in front of door, facing 30", "in front of door, facing 30"),
        ("looking at camera", "looks at camera"),
        ("folow", "folow"),
    ],
)  # fmt: skip
def test_a_shorthand_has_one_spelling(text, canonical):
    assert canonical_blocking(text) == canonical
    assert canonical_blocking(canonical) == canonical
    if text != "folow":
        assert read_blocking(text) == read_blocking(canonical)


def test_the_formatter_rewrites_blocking_and_leaves_names_and_places():
    text = BOARD.replace("ilya: at door", "ilya: standing at  the door").replace("0.5s", "0.50 sec")
    new = format_board(text.encode(), Path("b.yaml")).decode()
    assert "      ilya: stand at door\n" in new
    assert "does: phone-ear, " in new
    assert "from: 0.5s, until: 36f" in new
    assert "{pose: sit, from: 2s}" in new
    assert read(new).shot("3A").blocking["mara"] == read(text).shot("3A").blocking["mara"]
    assert format_board(new.encode(), Path("b.yaml")).decode() == new


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("MCU, OTS ilya, from the left, 85mm", "MCU, OTS, over ilya, from left, 85mm"),
        ("over ilya's shoulder, crosses the line", "over ilya, cross-line"),
        ("POV of mara, CU", "CU, POV, over mara"),
        ("over the shoulder, MS", "MS, OTS"),
        ("from right, over the shoulder of ilya", "OTS, over ilya, from right"),
    ],
)
def test_the_camera_says_over_whom_and_from_which_side(text, canonical):
    assert canonical_camera(text) == canonical


def test_two_people_on_one_chair_and_a_move_after_the_end_are_warned_of():
    text = BOARD.replace("ilya: at door", "ilya: at chair-1").replace("until: 36f", "until: 9s")
    notices = {f"{n.line}:{n.column}: {n.code} {n.finding}" for n in read(text).notices}
    assert "29:20: SB216 a move at 9 s in a shot of 4 s" in notices
    text = BOARD.replace("at: window", "at: door")
    assert not [n for n in read(text).notices if n.code == "SB215"]  # a door has room
    text = BOARD.replace("ilya: none", "ilya: at chair-1")
    assert [n.finding for n in read(text).notices if n.code == "SB215"] == [
        "ilya and mara are both at chair-1"
    ]


def test_a_move_that_ends_before_it_starts_is_warned_of():
    notices = read(BOARD.replace("until: 36f", "until: 0.25s")).notices
    found = [n.finding for n in notices if n.code == "SB216"]
    assert found == ["a move that ends at 0.25 s, before it starts"]


PLAN = SetPlan(
    "room", True, (-2, -3, 2, 3), fixtures=(
        Fixture("table", "table", (1.0, 0.0)), Fixture("sofa", "sofa", (0.0, 2.0)),
    ),
    marks=(Mark("centre", (0.0, 0.0)), Mark("sofa-left", (-0.5, 2.0), 0.0, "sofa")),
    entrances=(Mark("door", (-2.0, -3.0)),),
)  # fmt: skip


def dress(**values):
    return dressed(PLAN, SetDressing.model_validate(values))


def test_another_size_moves_everything_in_proportion():
    plan = dress(size="8 x 6")
    assert plan.bounds == (-4, -3, 4, 3)
    assert plan.fixtures[0].at == (2.0, 0.0)
    assert plan.entrances[0].at == (-4.0, -3.0)
    assert plan.mark("sofa-left").at == (-1.0, 2.0)


def test_furniture_is_moved_with_its_seats_added_and_taken_away():
    furniture = {"sofa": {"at": [1, 1], "facing": "right"}, "table": "none", "lamp": {"on": "sofa"}}
    plan = dress(furniture=furniture)
    assert [each.name for each in plan.fixtures] == ["sofa", "lamp"]
    sofa, lamp = plan.fixtures
    assert (sofa.at, sofa.facing_deg) == ((1.0, 1.0), 90.0)
    # What was at the left of a sofa that faces the front is in front of one that faces right.
    assert plan.mark("sofa-left").at == pytest.approx((1.0, 0.5))
    assert plan.mark("sofa-left").facing_deg == 90.0
    assert (lamp.at, lamp.model) == ((1.0, 1.0), find_word("thing", "lamp"))
    assert lamp.base_m > 0
    assert dress(furniture={"sofa": "none"}).mark("sofa-left") is None


def test_marks_have_a_point_or_the_place_of_something_and_a_facing():
    plan = dress(marks={"here": [1, -1], "there": {"at": "door", "facing": "back"}})
    assert (plan.mark("here").at, plan.mark("here").facing_deg) == ((1.0, -1.0), 0.0)
    assert (plan.mark("there").at, plan.mark("there").facing_deg) == ((-2.0, -3.0), 180.0)


def test_a_location_has_the_set_it_names():
    plan = set_plan(read().locations["kitchen"])
    left, near, right, far = plan.bounds
    assert (right - left, far - near) == pytest.approx((5, 6))
    assert plan.mark("island").at == (0.8, -0.4)
    assert plan.mark("corner").facing_deg == -90.0
    names = {each.name: each for each in plan.fixtures}
    assert "fridge" not in names
    assert (names["table"].colour, names["table"].facing_deg) == ("white", 90.0)
    assert names["piano"].at == (-1.5, 2.0)


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        ("pose", "Sitting", "sit"), ("pose", "runs", "run"), ("pose", "lying", "lie"),
        ("pose", "dancing", "dance"), ("gesture", "carries", "carry"),
        ("gesture", "waving", "wave"), ("gesture", "hugged", "hug"),
        ("gesture", "on the phone", "phone-ear"), ("thing", "the cups", "cup"),
        ("thing", "Chair-12", "chair"), ("colour", "crimson", "red"), ("pose", "kitchen", None),
    ],
)  # fmt: skip
def test_words_are_found_in_the_forms_that_people_write(kind, text, word):
    assert find_word(kind, text) == word


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_is_found_by_each_of_its_spellings(kind):
    for word, others in words_of(kind).items():
        assert [find_word(kind, each) for each in (word, *others)] == [word] * (1 + len(others))
    assert nearest_word(kind, "x" * 100) is None


def test_points_and_hands_have_several_spellings():
    for text in ("at 0.5 -2", "at [0.5, -2]", "[0.5, -2]", "at 0.5 m, -2 m"):
        assert Blocking.model_validate({"at": text}).at == Position(point=(0.5, -2.0))
    assert Blocking.model_validate(["1", "2"]).at == Position(point=(1.0, 2.0))
    for held in ("phone in left hand and cup", ["phone in her left hand", "cup"]):
        assert Blocking.model_validate({"holds": held}).holds == (("left", "phone"), ("", "cup"))
    both = Blocking.model_validate({"holds": {"left": "phone", "right": "cup"}})
    assert both.holds == (("left", "phone"), ("right", "cup"))
    assert Blocking.model_validate({"holds": "nothing"}).holds == ()


def test_furniture_that_is_added_has_its_seats():
    plan = dress(furniture={"armchair": {"at": [1, 1], "facing": "left"}})
    seat = plan.mark("armchair")
    assert (seat.seat, seat.index, seat.facing_deg) == ("armchair", 0, -90.0)
    assert seat.at == pytest.approx((1.0, 1.0), abs=0.3)
