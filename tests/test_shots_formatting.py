"""The canonical form: one spelling of directives; everything else of a board stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shots import ShotListErrors, parse_shots
from shots.format.format_board import (
    canonical_camera,
    canonical_lighting,
    canonical_time,
    format_board,
)
from shots.vocabulary.words import GROUPS, spellings

HERE = Path(__file__).parent
BOARDS = [
    HERE / "boards" / "worked_board.yaml",
    HERE / "golden" / "harbour.yaml",
    HERE.parent / "shots" / "starter.yaml",
    *sorted((HERE.parent / "examples").glob("*.yaml")),
]
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)

MESSY = """\
# top


title:   T   # why
lighting:
    rain: edge,hard , night    # the light
    "lamp": { time : day,source: sunlight }
defaults: &all
      duration:  4.0 sec
      camera: [ ]
scenes:
# about the scene
- number: 1
  shots:
  # about the shot
  -   id: 1
      camera: push in  slow,close up,LOW angle,  85 mm   # a comment
      lighting: rain,warm
      composition: centred
      action: >
         Rain falls
           hard.

         And stops.
      dialogue:
      - who: mara
        line: "one
          two"
        at: 0.5 seconds
      x-mine:   push in   slow


      # behind the first
  - {id: 1A,  action: 'Rain falls.',camera: Closeup ,  x-k: [1,2 ,3] }
  # the end
"""
TIDY = """\
# top


title:   T   # why
lighting:
    rain: night, hard, edge    # the light
    "lamp": { time : day,source: sun }
defaults: &all
      duration:  4s
      camera: [ ]
scenes:
# about the scene
- number: 1
  shots:
  # about the shot
  -   id: 1
      camera: CU, low, push-in slow, 85mm   # a comment
      lighting: rain, warm
      composition: center
      action: >
         Rain falls
           hard.

         And stops.
      dialogue:
      - who: mara
        line: "one
          two"
        at: 0.5s
      x-mine:   push in   slow


      # behind the first
  - {id: 1A,  action: 'Rain falls.',camera: CU ,  x-k: [1,2 ,3] }
  # the end
"""


def formatted(text):
    return format_board(text.encode(), Path("b.yaml")).decode()


def meaning(text):
    """A board without the places in it, or the codes of what is wrong."""
    try:
        board = parse_shots(text, Path("b.yaml"))
    except ShotListErrors as errors:
        return sorted(problem.code for problem in errors.problems)
    return board.model_dump(exclude={"notices"})


def test_directives_get_one_spelling_and_the_layout_stays():
    assert formatted(MESSY) == TIDY


def test_indentation_comments_and_spaces_are_left_as_they_are():
    text = TIDY.replace("Rain falls", "Snow falls")
    assert formatted(text) == text


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_real_boards_keep_comments_and_meaning_and_stay_as_they_are(path):
    text = path.read_text(encoding="utf-8")
    new = formatted(text)
    assert meaning(new) == meaning(text)
    assert formatted(new) == new
    assert comments(new) == comments(text)
    assert indents(new) == indents(text)


def comments(text):
    return [part.strip() for line in text.splitlines() for part in line.split("#")[1:]]


def indents(text):
    return [len(line) - len(line.lstrip()) for line in text.splitlines()]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_encoding_stay(newline, encoding):
    messy, tidy = (text.replace("\n", newline).encode(encoding) for text in (MESSY, TIDY))
    assert format_board(messy, Path("b.yaml")) == tidy
    assert format_board(tidy, Path("b.yaml")) == tidy


@pytest.mark.parametrize(
    "text",
    [
        "scenes: [{number: 1, shots: [{id: 1, camera: closeup; low angle}]}]\n",
        "title: T\nlighting: {'*x': night}\nscenes:\n- {number: 1, lighting: 'day'}\n"
        "- number: 2\n  lighting: cold, *x\n",
    ],
)
def test_a_value_that_would_need_quotes_stays(text):
    assert formatted(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a: |+\n    x\n\n\n# c\n",
        "a: >2\n    x\nb: |-\n   y\n    z\n",
        "? a\n: b\n",
        "- - 1\n  - 2\n-\n   a: b\n",
        "--- # c\na: b\n...\n",
        "a: &x\n   b: c\nd: *x\ne:\n    <<: *x\n",
        "a:   # c\n        b\n",
        "a: [1,\n  2,\n     {b: c,\n d: e}]\n",
        "a: 'x\n\n\n   y'\n",
        "",
        "# only\n\n\n# comments",
    ],
)
def test_odd_yaml_without_directives_stays(text):
    assert formatted(text) == text


def test_what_is_no_yaml_is_refused_with_its_place():
    with pytest.raises(ShotListErrors, match=r"b\.yaml:2:1: SB001"):
        formatted("a: [\n}")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (
            "shallow, 85.0mm, quickly pan left 30 degrees, Bust",
            "MCU, pan-left fast 30deg, 85mm, shallow",
        ),
        ("push in then tilt up", "push-in then tilt-up"),
        ("folow", "folow"),
        ("lock off", "static"),
    ],
)
def test_a_camera_has_one_spelling(text, canonical):
    assert canonical_camera(text) == canonical


def test_the_name_of_a_set_up_stays():
    assert canonical_lighting("cold, noir", ["noir"]) == "noir, cool"
    assert canonical_lighting("from the left side", None) == "from the left side"
    assert canonical_lighting("side from the left, lamp", None) == "practical, side left"


def test_the_name_of_a_set_up_of_another_file_stays(tmp_path):
    (tmp_path / "lights.yaml").write_text("lighting: {noir: night}\n")
    shots = "scenes: [{number: 1, lighting: noir, shots: [{id: 1, lighting: cold}]}]\n"
    board = f"title: T\ninclude: lights.yaml\n{shots}"
    new = format_board(board.encode(), tmp_path / "board.yaml").decode()
    assert new == board.replace("cold", "cool")
    # A part of a board cannot know the names of the whole.
    assert format_board(shots.encode(), tmp_path / "scenes.yaml").decode() == shots


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("500 ms", "0.5s"), ("48 frames", "48f"), ("1:30", "1:30"), ("1.5 min", "90s"), ("x", "x")],
)
def test_a_time_has_one_spelling(text, canonical):
    assert canonical_time(text) == canonical


TERMS = [name for name, _, _ in spellings(*GROUPS["camera"])] + ["85mm", "slow push in 2m"]


@QUICK
@given(st.lists(st.sampled_from(TERMS), min_size=1, max_size=5))
def test_any_camera_keeps_its_meaning(terms):
    text = f'scenes: [{{number: 1, shots: [{{id: 1, camera: "{", ".join(terms)}"}}]}}]\n'
    new = formatted(text)
    assert meaning(new) == meaning(text)
    assert formatted(new) == new


LINES = BOARDS[0].read_text(encoding="utf-8").splitlines()
PIECES = st.sampled_from(
    [" ", "  ", "\n", "# c", "- ", ": ", ",", "|\n", "'", '"', "&a ", "*a", "\t"]
)


@QUICK
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, 30), PIECES), max_size=5))
def test_any_change_of_a_board_keeps_its_values_and_its_form_is_stable(changes):
    lines = list(LINES)
    for number, column, piece in changes:
        lines[number] = lines[number][:column] + piece + lines[number][column:]
    text = "\n".join(lines)
    try:
        new = formatted(text)
    except ShotListErrors:
        return
    assert meaning(new) == meaning(text)
    assert formatted(new) == new
