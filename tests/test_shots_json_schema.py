from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from shots.board.raw_board import board_schema

HERE = Path(__file__).parent
BOARDS = [
    *sorted((HERE.parent / "examples").glob("*.yaml")),
    HERE / "boards" / "worked_board.yaml",
    HERE.parent / "shots" / "starter.yaml",
]
VALIDATOR = Draft202012Validator(board_schema())


def errors(data):
    return [error.message for error in VALIDATOR.iter_errors(data)]


def minimal(**shot):
    return {"scenes": [{"number": "1", "shots": [{"id": "1", **shot}]}]}


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(board_schema())


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_the_schema_accepts_what_the_yaml_reader_of_an_editor_makes_of_a_board(path):
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=EditorLoader)
    assert errors(data) == []


class EditorLoader(yaml.SafeLoader):
    """YAML 1.2, as editors read it: 16:9 is text, 12 is a number."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith((":int", ":timestamp"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
EditorLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?\d+$"), list("-+0123456789")
)


@pytest.mark.parametrize(
    "camera",
    ["MCU, push in slow", {"size": "close up", "movement": ["push in", "tilt up"], "lens": 35}],
)
def test_both_spellings_of_a_camera_fit(camera):
    assert errors(minimal(camera=camera)) == []


@pytest.mark.parametrize("lighting", ["night, hard", {"time": "night", "direction": "side left"}])
def test_both_spellings_of_lighting_fit(lighting):
    assert errors(minimal(lighting=lighting)) == []


@pytest.mark.parametrize("transition", ["dissolve 8f", {"in": "cut", "out": {"kind": "fade"}}])
def test_both_spellings_of_a_transition_fit(transition):
    assert errors(minimal(transition=transition)) == []


@pytest.mark.parametrize(
    "entry",
    [
        "sit at chair-1, facing ilya",
        "none",
        {"at": [0.5, -2], "pose": "sit", "facing": 30, "holds": ["cup"], "looks-at": "camera"},
        {"on": "table", "colour": "red", "model": "cup", "holds": {"left": "phone"}},
        {
            "moves": [
                {"to": "table", "from": "0.5s", "until": "2s", "pace": "slow"},
                {"pose": "sit"},
            ]
        },
    ],
)
def test_all_spellings_of_blocking_fit(entry):
    assert errors(minimal(blocking={"mara": entry})) == []


@pytest.mark.parametrize(
    "dressing",
    [
        "kitchen",
        {
            "use": "kitchen",
            "size": "4 x 5 m",
            "furniture": {"table": {"at": [0, 0.5], "facing": 90}, "fridge": "none"},
            "marks": {"island": [0.8, -0.4], "corner": {"at": "door", "facing": "left"}},
        },
    ],
)
def test_both_spellings_of_a_set_fit(dressing):
    board = {**minimal(), "locations": {"kitchen": {"set": dressing}}, "format": {"sensor": "16mm"}}
    assert errors(board) == []


@pytest.mark.parametrize("written", ["mara.png", ["mara.png", "side.png"]])
@pytest.mark.parametrize("key", ["reference", "references"])
def test_both_spellings_of_pictures_of_likeness_fit(key, written):
    mara = {"looks": "a woman", key: written}
    kitchen = {"heading": "INT. KITCHEN", key: written}
    assert (
        errors({**minimal(), "characters": {"mara": mara}, "locations": {"kitchen": kitchen}}) == []
    )


def test_keys_of_the_author_fit_anywhere():
    assert errors({**minimal(**{"x-mine": [1]}), "x-more": {}}) == []


@pytest.mark.parametrize(
    "shot",
    [
        {"acton": "x"},
        {"camera": {"sise": "MS"}},
        {"takes": "many"},
        {"blocking": {"mara": {"poze": "sit"}}},
        {"blocking": ["mara"]},
    ],
)
def test_a_mistake_does_not_fit(shot):
    assert errors(minimal(**shot)) != []


def test_editors_can_offer_the_words_of_the_vocabulary():
    size = board_schema()["$defs"]["Camera"]["anyOf"][1]["properties"]["size"]["anyOf"][0]
    assert size["enum"][:3] == ["EWS", "WS", "FS"]
