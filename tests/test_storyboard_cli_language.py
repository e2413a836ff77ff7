from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from shots import load_shots
from shots.format.dump import dump_shots
from storyboard.cli.language_commands import COMMANDS

WORKED = Path(__file__).parent / "boards" / "worked_board.yaml"


def run(name, *arguments):
    command = next(command for command in COMMANDS if command.name == name)
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


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


def test_explain_of_a_code_shows_its_page():
    result = run("explain", "sb022")
    assert result.exit_code == 0
    assert result.output.startswith("# SB022, warning: slate that can be misread\n\nOn a slate")
    assert "Wrong:\n\n```yaml\nscenes:" in result.output


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("SB999", 'Error: no code "SB999": '),
        (
            "board.yaml",
            "Error: board.yaml: no shot is named. Write storyboard explain board.yaml SHOT.",
        ),
    ],
)
def test_explain_says_what_it_needs(argument, message):
    result = run("explain", argument)
    assert result.exit_code == 2
    assert message in result.output


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


def test_init_never_overwrites_a_board(tmp_path):
    run("init", tmp_path)
    result = run("init", tmp_path)
    assert result.exit_code == 2
    assert result.output == f"Error: {tmp_path}/shots.yaml: exists already. Name another folder.\n"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(command):
    assert len(CliRunner().invoke(command, ["--help"]).output.splitlines()) > 5


def test_explain_all_prints_what_all_levels_make_of_a_shot_and_where_each_value_was_said():
    result = run("explain", WORKED, "12b", "--all")
    assert result.exit_code == 0
    shown = {
        line.split("#")[0].strip(): line.split("#")[1].strip()
        for line in result.output.splitlines()
        if "#" in line
    }
    assert shown["id: 12B"] == "shot 12B, line 83"
    assert shown["size: MCU"] == "shot 12B, line 85"
    assert shown["location: tram-stop"] == "scene 12, line 63"
    assert shown["time: night"] == "scene 12, line 49 through night-rain"
    assert shown["in: {kind: cut}"] == "defaults, line 54"
    assert shown["composition: center"] == "default"


def test_what_explain_all_prints_is_a_shot_of_the_language():
    board = load_shots(WORKED)
    scenes = yaml.load(dump_shots(board), Loader=yaml.BaseLoader)["scenes"]
    written = {shot["id"]: shot for scene in scenes for shot in scene["shots"]}
    for shot in board.shots:
        said = yaml.load(run("explain", WORKED, shot.id, "--all").output, Loader=yaml.BaseLoader)
        whole = written[shot.id]
        assert said == {key: value for key, value in whole.items() if value not in ("", [], {})}


def test_explain_all_of_an_unknown_shot_leaves_with_two():
    result = run("explain", WORKED, "12Z", "--all")
    assert result.exit_code == 2
    assert 'no shot "12Z"' in result.output


def test_explain_all_follows_a_set_up_and_what_it_extends(tmp_path):
    board = tmp_path / "board.yaml"
    board.write_text(
        "storyboard: 1\ntitle: T\nsetups:\n  wide: {camera: 'WS, 24mm'}\nscenes:\n  - number: 1\n"
        "    shots:\n      - {id: 1, setup: wide, action: A dog runs.}\n"
        "      - {id: 1A, extends: 1, action: A dog sits.}\n"
    )
    text = run("explain", board, "1A", "--all").output
    assert re.search(r"^setup: wide +# shot 1, line 8$", text, re.MULTILINE)
    assert re.search(r"^  size: WS +# set-up wide, line 4$", text, re.MULTILINE)
