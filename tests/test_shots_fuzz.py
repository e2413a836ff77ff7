"""Whatever somebody saves as a board: it is one, or every problem has a place.

50 cases of each kind by default; STORYBOARD_FUZZ_CASES=3000 looks at 24,000 in all, each time at
others.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shots import ShotListErrors, compile_prompt, parse_shots
from shots.format.dump import dump_shots
from shots.format.format_board import format_board
from shots.vocabulary.words import spellings
from tests.hard_boards import HARD, MAX_BYTES, WORKED

HERE = Path(__file__).parent
LINES = WORKED.splitlines()

CASES = int(os.environ.get("STORYBOARD_FUZZ_CASES", "50"))
QUICK = settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=CASES == 50,
)
MAX_S = 2.0
MAX_MEGABYTES = 500
SNIPPETS = st.sampled_from(
    [*" \t\n:,[]{}#&*!|>'\"%@`-?~\\", "\0", "\ufeff", "\r\n", "<<: *a", "- ", "é", "日本", "969"]
)


def read(content):
    """Read a board, or see that every problem stands inside the file; within two seconds.

    Seconds of the processor: how busy the machine is says nothing about the reader.
    """
    start = process_time()
    try:
        board = parse_shots(content, Path("b.yaml"))
    except ShotListErrors as caught:
        board, problems = None, caught.problems
    else:
        problems = board.notices
    assert process_time() - start < MAX_S
    assert len(problems) > 0 or board is not None
    num_lines = 1 + len(content if isinstance(content, str) else content.decode(errors="ignore"))
    for problem in problems:
        assert 1 <= problem.line <= num_lines
        assert problem.column >= 1
        assert problem.render().startswith(f"b.yaml:{problem.line}:{problem.column}: SB")
    if board is not None:
        for shot in board.shots:
            compile_prompt(board, shot)
        again = parse_shots(dump_shots(board), Path("b.yaml"))
        assert meaning(again) == meaning(board)
        written = content if isinstance(content, bytes) else content.encode()
        new = format_board(written, Path("b.yaml"))
        assert meaning(parse_shots(new, Path("b.yaml"))) == meaning(board)
        assert format_board(new, Path("b.yaml")) == new
    return board


def meaning(board):
    return board.model_dump(exclude={"notices", "files", "path"})


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
                    "blocking",
                    "at",
                    "moves",
                    "holds",
                    "facing",
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
    read(json.dumps(value))
    read(json.dumps({"scenes": value}))
    read(json.dumps({"scenes": [{"number": "1", "shots": value}]}))
    for key in ("camera", "blocking"):
        read(json.dumps({"scenes": [{"number": "1", "shots": [{"id": "1", key: value}]}]}))
    read(
        json.dumps({"scenes": [{"number": "1", "shots": [{"id": "1", "blocking": {"m": value}}]}]})
    )
    read(json.dumps({"locations": {"l": {"set": value}}, "scenes": [{"number": "1"}]}))


TERMS = [name for name, _, _ in spellings("size", "people", "angle", "movement", "speed", "focus")]


@QUICK
@given(st.lists(st.sampled_from([*TERMS, "then", "85mm", "30deg", "linear", ",", ""]), max_size=6))
def test_any_row_of_camera_terms(terms):
    read(f'scenes: [{{number: 1, shots: [{{id: 1, camera: "{" ".join(terms)}"}}]}}]')


WORDS = st.sampled_from(TERMS)
LEVEL = st.fixed_dictionaries(
    {},
    optional={
        "camera": st.lists(WORDS, max_size=3, unique=True).map(", ".join),
        "lighting": st.sampled_from(["rain", "day, soft", "rain, warm", "side left"]),
        "duration": st.sampled_from(["4s", "1.5s", "72f", "0:02", "500ms"]),
        "subjects": st.lists(st.sampled_from(["mara", "ILYA", "mara-old"]), max_size=2),
        "location": st.sampled_from(["stop", "TRAM"]),
        "wardrobe": st.just("tram"),
        "sound": st.sampled_from(["rain", "MOS"]),
        "transition": st.sampled_from(["cut", "dissolve 8f", "fade to black 12f", "wipe up 4f"]),
        "composition": st.sampled_from(["centred", "left weighted"]),
        "takes": st.integers(1, 3),
        "seed": st.integers(0, 2**63 - 1),
        "status": st.text(max_size=5),
    },
)
ENTRY = st.sampled_from(
    [
        "sit at chair, facing ilya",
        "none",
        "hug mara",
        "at 1 2, to door fast then window",
        "on floor",
    ]
) | st.fixed_dictionaries(
    {},
    optional={
        "at": st.sampled_from(["door", "beside mara", [0.5, 2], "in front of window"]),
        "on": st.sampled_from(["chair", "floor"]),
        "pose": st.sampled_from(["sit", "standing", "kneels"]),
        "does": st.sampled_from(["on the phone", "waves"]),
        "facing": st.sampled_from(["mara", "left", 30, "camera", "-12.5"]),
        "looks-at": st.sampled_from(["up", "MARA", "camera"]),
        "holds": st.sampled_from(["cup", "phone in left hand, book", "nothing", {"left": "cup"}]),
        "moves": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "to": st.sampled_from(["door", [1, 2]]),
                    "from": st.sampled_from(["0.5s", "12f"]),
                    "until": st.sampled_from(["1s", "700ms"]),
                    "pace": st.sampled_from(["slow", "1.25"]),
                },
            ),
            max_size=2,
        ),
    },
)
SHOT = st.builds(
    lambda level, own: {**level, **own},
    LEVEL,
    st.fixed_dictionaries(
        {"action": st.text(max_size=20)},
        optional={
            "setup": st.sampled_from(["window", "door"]),
            "blocking": st.dictionaries(st.sampled_from(["mara", "ILYA", "cup", "waiter"]), ENTRY),
            "notes": st.text(max_size=10),
            "dialogue": st.just([{"who": "mara", "line": "No: \U0001f600 #1", "at": "0.5s"}]),
            "loop": st.booleans(),
            "x-mine": st.text(max_size=5),
        },
    ),
)


def whole_board(shots, scene, defaults):
    """A board of good parts: most of what hypothesis makes of them is one."""
    return {
        "characters": {
            "mara": {"looks": "a woman", "wardrobe": {"tram": "a raincoat"}},
            "mara-old": {"extends": "mara", "looks": "an old woman"},
            "ilya": {"name": "ILYA", "looks": "a thin man"},
        },
        "locations": {"stop": {"looks": "a stop"}, "tram": {"extends": "stop"}},
        "lighting": {"rain": "night, practical"},
        "setups": {"window": {"camera": "MCU, 85mm"}, "door": {"extends": "window"}},
        "defaults": defaults,
        "scenes": [
            {
                **scene,
                "number": "1",
                "shots": [{"id": f"1-{k}", **shot} for k, shot in enumerate(shots, 1)],
            }
        ],
    }


@QUICK
@given(st.lists(SHOT, min_size=1, max_size=4), LEVEL, LEVEL)
def test_boards_are_written_and_read_again(shots, scene, defaults):
    read(json.dumps(whole_board(shots, scene, defaults)))


def test_real_boards_are_written_and_read_again():
    for path in (HERE / "boards" / "worked_board.yaml", HERE / "golden" / "harbour.yaml"):
        assert read(path.read_bytes()) is not None


@pytest.mark.parametrize("name", HARD)
def test_what_is_made_to_be_hard(name):
    assert len(HARD[name].encode()) <= MAX_BYTES + 2000
    before = most_megabytes()
    read(HARD[name])
    assert most_megabytes() - before < MAX_MEGABYTES


def most_megabytes():
    """The most memory that this process has ever had."""
    resource = pytest.importorskip("resource")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@QUICK
@given(st.sampled_from(sorted(HARD)), st.integers(0, MAX_BYTES), st.integers(0, 3), SNIPPETS)
def test_what_is_made_to_be_hard_with_a_part_replaced(name, start, length, snippet):
    text = HARD[name][:4000]
    start = min(start % 4001, len(text))
    read(text[:start] + snippet + text[start + length :])
