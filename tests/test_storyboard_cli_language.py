import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from shots import load_shots
from storyboard.cli_language import COMMANDS

WORKED = Path(__file__).parent / "boards" / "worked_board.yaml"

GOOD = """\
title: T
scenes:
  - number: 1
    shots:
      - {id: 1, camera: MS, action: Rain falls., duration: 25f}
format: {fps: 12}
"""


def run(name, *arguments):
    command = next(command for command in COMMANDS if command.name == name)
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    return path


def test_the_commands_are_five():
    assert [command.name for command in COMMANDS] == ["check", "explain", "schema", "vocab", "init"]


def test_check_passes_a_good_board(good):
    result = run("check", good)
    assert (result.exit_code, result.output) == (0, f"{good}: 1 shot, 2.08333 s, no problems.\n")


def test_check_of_a_bad_board_leaves_with_two(good):
    good.write_text(GOOD.replace("MS", "'MS, folow'").replace("title", "titel"))
    result = run("check", good)
    assert result.exit_code == 2
    assert result.output == (
        f'{good}:1:1: SB004 no key "titel" in the board\n'
        "    1 | titel: T\n"
        "      | ^^^^^\n"
        '      = did you mean "title"?\n'
        f'{good}:5:30: SB101 camera term "folow" is not in the vocabulary\n'
        "    5 |       - {id: 1, camera: 'MS, folow', action: Rain falls., duration: 25f}\n"
        "      |                              ^^^^^\n"
        '      = did you mean "follow"?\n'
        f"{good}: 2 errors.\n"
    )


def test_check_passes_a_board_with_warnings_only(good):
    good.write_text(GOOD.replace("Rain falls.", "A table."))
    result = run("check", good)
    assert result.exit_code == 0
    assert result.output.endswith("1 shot, 2.08333 s, 1 warning.\n")


def test_check_can_answer_in_json(good):
    good.write_text(GOOD.replace("MS", "MSS"))
    result = run("check", good, "--format", "json")
    report = json.loads(result.output)
    assert result.exit_code == 2
    assert (report["shots"], report["errors"], report["warnings"]) == (None, 1, 0)
    assert report["problems"] == [
        {
            "code": "SB101",
            "level": "error",
            "path": str(good),
            "line": 5,
            "column": 25,
            "span": 3,
            "finding": 'camera term "MSS" is not in the vocabulary',
            "remedy": 'did you mean "MS"?',
        }
    ]


def test_check_judges_by_the_preset(good):
    output = run("check", good, "--preset", "wan2.2-t2v-a14b").output
    assert "SB303 the model runs at 16 fps, the cut at 12" in output
    assert "SB205 shot 1: taken out of the negative prompt: 静态 (static)" in output


def test_check_knows_a_preset_that_does_not_exist(good):
    good.write_text(GOOD + "model: {use: gerybox}\n")
    result = run("check", good)
    assert result.exit_code == 2
    assert 'SB011 preset "gerybox" does not exist' in result.output
    assert '= did you mean "greybox"?' in result.output


def test_check_of_a_file_that_is_not_there_leaves_with_two(tmp_path):
    result = run("check", tmp_path / "none.yaml")
    assert result.exit_code == 2
    assert "the file cannot be read" in result.output


def test_explain_shows_prompts_trace_and_what_was_removed():
    result = run("explain", WORKED, "12b", "--preset", "wan2.2-t2v-a14b")
    assert result.exit_code == 0
    assert "shot 12B, text-to-video, 100 words\n  Medium close-up shot, clean" in result.output
    assert "shot 12B, image-to-video, 27 words\n  The woman stops" in result.output
    assert (
        "removed 整体发灰 (overall grey): the shot asks for desaturated "
        "(style.palette, project, line 26)\n" in result.output
    )
    rows = [line.split() for line in result.output.splitlines()]
    assert [
        "medium",
        "close-up",
        "shot",
        "camera.size",
        "MCU",
        "(W)",
        "shot",
        "12B,",
        "line",
        "85",
    ] in rows
    assert [
        "night",
        "time",
        "lighting.time",
        "night",
        "(W)",
        "through",
        "night-rain",
        "scene",
        "12,",
        "line",
        "49",
    ] in rows
    assert [
        "(dropped:",
        "cool",
        "colors)",
        "style.palette",
        "cool",
        "(W)",
        "project,",
        "line",
        "26,",
        "because",
        "the",
        "shot",
        "says",
        "warm",
    ] in rows


def test_explain_of_an_unknown_shot_leaves_with_two():
    result = run("explain", WORKED, "12Z")
    assert result.exit_code == 2
    assert 'no shot "12Z". Did you mean "12' in result.output


def test_schema_prints_json():
    assert json.loads(run("schema").output)["title"] == "Board"


def test_vocab_lists_one_field():
    output = run("vocab", "quality").output
    assert output == (
        "quality\n"
        "  soft            soft lighting [W]\n"
        "                  also diffused\n"
        "  hard            hard lighting [W]\n"
        "                  also harsh, direct\n"
    )


def test_vocab_lists_every_field():
    output = run("vocab").output
    assert "movement\n" in output
    assert "  mixed-tones     mixed colors [W]\n" in output


def test_vocab_of_an_unknown_field_leaves_with_two():
    result = run("vocab", "movment")
    assert (result.exit_code, result.output) == (
        2,
        'Error: no field "movment": did you mean "movement"?\n',
    )


def test_init_writes_a_board_that_is_good_and_a_schema(tmp_path):
    result = run("init", tmp_path / "film")
    board = tmp_path / "film" / "shots.yaml"
    schema = tmp_path / "film" / ".storyboard" / "shotlist.schema.json"
    assert result.exit_code == 0
    assert load_shots(board).notices == ()
    assert board.read_text().startswith(
        "# yaml-language-server: $schema=./.storyboard/shotlist.schema.json\n"
    )
    assert json.loads(schema.read_text())["title"] == "Board"
    assert run("check", board).exit_code == 0


def test_init_never_overwrites_a_board(tmp_path):
    run("init", tmp_path)
    result = run("init", tmp_path)
    assert result.exit_code == 2
    assert "exists already" in result.output


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(command):
    assert len(CliRunner().invoke(command, ["--help"]).output.splitlines()) > 5
