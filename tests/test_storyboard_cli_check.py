"""The commands check and fmt: formats, exit codes, what is mended and written anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator

from storyboard.cli.check_command import COMMANDS

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
    assert "SB205 shot 1: removed from the negative prompt: 静态 (static)" in output


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


BAD = GOOD.replace("MS", "'MS, folow'").replace("Rain falls.", "A table.")

# The part of SARIF 2.1.0 that code scanning reads.
SARIF = {
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {
                                    "rules": {"items": {"required": ["id"]}, "uniqueItems": True}
                                },
                            }
                        },
                    },
                    "results": {
                        "items": {
                            "required": ["message", "ruleId", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "message": {"required": ["text"]},
                            },
                        }
                    },
                },
            }
        },
    },
}


def test_check_says_everything_once():
    worked = Path(__file__).parent / "boards" / "worked_board.yaml"
    problems = json.loads(run("check", worked, "--format", "json").output)["problems"]
    assert len([each for each in problems if each["code"] == "SB403"]) == 2
    told = [json.dumps(each, sort_keys=True) for each in problems]
    assert len(set(told)) == len(told)


def test_check_annotates_pull_requests(good):
    good.write_text(BAD)
    result = run("check", good, "--format", "github")
    assert result.exit_code == 2
    path = str(good).replace(":", "%3A").replace(",", "%2C")
    assert result.output.splitlines()[0] == (
        f"::error file={path},line=5,col=30,endColumn=35,title=SB101::camera term "
        '"folow" is not in the vocabulary%0Adid you mean "follow"?'
    )


def test_check_writes_sarif(good):
    good.write_text(BAD.replace("folow", "static"))
    result = run("check", good, "--format", "sarif")
    log = json.loads(result.output)
    Draft7Validator(SARIF).validate(log)
    (problem,) = log["runs"][0]["results"]
    assert (result.exit_code, problem["ruleId"], problem["level"]) == (0, "SB204", "warning")
    place = problem["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == good.as_uri()
    assert place["region"] == {"startLine": 5, "startColumn": 47, "endColumn": 55}
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"] == {"text": "action in which nothing happens"}


def test_check_names_files_as_they_were_named(good, monkeypatch):
    monkeypatch.chdir(good.parent)
    good.write_text(BAD)
    (good.parent / "my board.yaml").write_text(BAD)
    log = json.loads(run("check", "my board.yaml", "--format", "sarif").output)
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20board.yaml"


def test_check_mends_what_is_safe_and_says_so(good):
    good.write_text("# mine\n" + BAD.replace("A table.", "Rain falls."))
    result = run("check", good, "--fix")
    assert result.exit_code == 0
    assert result.output == (
        f"{good}:6:30: SB101 fixed: folow is now follow\n{good}: 1 shot, 2.08333 s, no problems.\n"
    )
    assert good.read_text() == "# mine\n" + GOOD.replace("MS", "'MS, follow'")


def test_check_leaves_the_rest_to_a_person(good):
    good.write_text(BAD.replace("duration: 25f", "duration: 25"))
    result = run("check", good, "--fix", "--format", "json")
    assert result.exit_code == 2
    assert [problem["code"] for problem in json.loads(result.output)["problems"]] == ["SB012"]


def test_check_says_that_a_shape_is_not_the_models(good):
    good.write_text(GOOD.replace("fps: 12", "fps: 12, aspect: 2.39:1"))
    output = run("check", good, "--preset", "wan2.2-ti2v-5b").output
    assert f"{good}:6:27: SB304 " in output
    assert "is no size wan2.2-ti2v-5b was trained on" in output


def test_fmt_writes_a_board_once(good):
    good.write_text(GOOD.replace("MS", "medium shot").replace("T\n", "T\n\n\n"))
    first, second = run("fmt", good), run("fmt", good)
    assert first.output == f"{good}: is written anew\n1 board changed, 0 as before\n"
    assert second.output == "0 boards changed, 1 as before\n"
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert good.read_text() == GOOD.replace("T\n", "T\n\n\n")


def test_fmt_only_looks_when_asked(good):
    text = GOOD.replace("MS", "medium shot")
    good.write_text(text)
    result = run("fmt", "--check", good)
    assert (result.exit_code, good.read_text()) == (2, text)
    assert result.output.startswith(f"{good}: would be written anew\n")
    good.write_text(GOOD)
    assert run("fmt", "--check", good).exit_code == 0


def test_fmt_of_what_is_no_yaml_leaves_it_alone(good):
    good.write_text("a: [")
    result = run("fmt", good)
    assert (result.exit_code, good.read_text()) == (2, "a: [")
    assert "SB001" in result.output


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(command):
    assert len(CliRunner().invoke(command, ["--help"]).output.splitlines()) > 5
