"""Whatever somebody saves as a board: it is one, or every problem has a place."""

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shots import ShotListErrors, compile_prompt, parse_shots
from shots.vocabulary import spellings

HERE = Path(__file__).parent
WORKED = (HERE / "boards" / "worked_board.yaml").read_text(encoding="utf-8")
LINES = WORKED.splitlines()

QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
SNIPPETS = st.sampled_from(
    [*" \t\n:,[]{}#&*!|>'\"%@`-?~\\", "\0", "\ufeff", "\r\n", "<<: *a", "- ", "é", "日本", "969"]
)


def read(content):
    """Read a board, or see that every problem stands inside the file."""
    try:
        board = parse_shots(content, Path("b.yaml"))
    except ShotListErrors as caught:
        problems = caught.problems
    else:
        problems = board.notices
        for shot in board.shots:
            compile_prompt(board, shot)
    for problem in problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.render().startswith(f"b.yaml:{problem.line}:{problem.column}: SB")


@QUICK
@given(st.text(max_size=200))
@example("\ud800")
@example("? a\n: b")
@example("scenes: [{number: 1, shots: [{id: {}}]}]")
@example("scenes: {}\ncharacters: []\nlighting: 3")
def test_any_text(text):
    read(text)


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes(content):
    read(content)


@QUICK
@given(st.integers(0, len(WORKED)), st.integers(0, 12), SNIPPETS)
def test_the_worked_board_with_a_part_replaced(start, length, snippet):
    read(WORKED[:start] + snippet + WORKED[start + length :])


@QUICK
@given(st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=6), st.booleans())
def test_the_worked_board_with_lines_lost_or_doubled(numbers, doubled):
    lines = [
        line for k, line in enumerate(LINES) for _ in range(1 if k not in numbers else 2 * doubled)
    ]
    read("\n".join(lines))


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "scenes",
                    "shots",
                    "id",
                    "number",
                    "camera",
                    "movement",
                    "size",
                    "lighting",
                    "transition",
                    "in",
                    "continuity",
                    "after",
                    "dialogue",
                    "who",
                    "line",
                    "duration",
                    "action",
                    "references",
                    "first-frame",
                    "sound",
                    "lens",
                    "amount",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@QUICK
@given(JSONISH)
def test_any_value_where_a_board_or_a_scene_belongs(value):
    import json

    read(json.dumps(value))
    read(json.dumps({"scenes": value}))
    read(json.dumps({"scenes": [{"number": "1", "shots": value}]}))
    read(json.dumps({"scenes": [{"number": "1", "shots": [{"id": "1", "camera": value}]}]}))


TERMS = [name for name, _, _ in spellings("size", "people", "angle", "movement", "speed", "focus")]


@QUICK
@given(st.lists(st.sampled_from([*TERMS, "then", "85mm", "30deg", "linear", ",", ""]), max_size=6))
def test_any_row_of_camera_terms(terms):
    read(f'scenes: [{{number: 1, shots: [{{id: 1, camera: "{" ".join(terms)}"}}]}}]')
