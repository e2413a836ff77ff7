"""The command line: what it says, what it leaves with, and what it does not import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from storyboard.cli.main import cli, run
from tests.storyboard_kit import BOARD, write_board


def test_importing_the_cli_loads_nothing_heavy():
    code = (
        "import sys, storyboard.cli.main\n"
        "heavy = {'torch', 'transformers', 'moviepy', 'ray', 'cv2', 'av', 'numpy', 'rich',\n"
        "         'fountain', 'openpyxl', 'defusedxml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_command_that_is_promised_is_there():
    assert set(cli.commands) >= {
        "render", "plan", "sheet", "assemble", "presets", "gc",
        "check", "explain", "schema", "vocab", "init", "import", "export",
    }  # fmt: skip


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_explains_itself(command, capsys):
    assert run([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: storyboard {command} ")


def test_presets_are_listed_with_their_qualities(capsys):
    assert run(["presets"]) == 0
    text = capsys.readouterr().out
    assert "greybox: 2 experts (high, low), 12 fps" in text
    assert "wan2.2-t2v-a14b: 2 experts (high, low), 16 fps" in text


WRONG = {
    "preset": (
        ["--preset", "wan2.2-t2v-14b"],
        "preset 'wan2.2-t2v-14b' does not exist. Did you mean 'wan2.2-t2v-a14b'?\n",
    ),
    "no weights": (
        ["--preset", "wan2.2-t2v-a14b"],
        "preset 'wan2.2-t2v-a14b': no weights, must be the folder of a checkpoint. "
        "Name it with --weights.\n",
    ),
    "set without value": (
        ["--set", "steps"],
        "--set 'steps': no value, must be like style.seed=7.\n",
    ),
    "unknown setting": (
        ["--set", "step=4"],
        "--set step: no such setting. Did you mean 'steps'?\n",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_option_leaves_with_2_and_a_remedy(name, tmp_path, capsys):
    options, message = WRONG[name]
    board = write_board(tmp_path)
    assert run(["render", str(board), "-o", str(tmp_path / "out"), *options]) == 2
    assert capsys.readouterr().err == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--title", "soon"], "--title 'soon': not a time, must be like 2s or 48f.\n"),
        (["--shots", "7"], '"7"'),
    ],
)
def test_wrong_shots_and_titles_leave_with_2(options, message, tmp_path, capsys):
    board = write_board(tmp_path)
    command = ["render", str(board), "-o", str(tmp_path / "out"), "--quality", "layout"]
    assert run([*command, *options]) == 2
    assert message in capsys.readouterr().err


def test_mistake_in_a_board_is_shown_with_its_place(tmp_path, capsys):
    board = write_board(tmp_path, BOARD.replace("push in", "push inn"))
    assert run(["render", str(board), "-o", str(tmp_path / "out")]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"{board}:11:")
    assert 'did you mean "push-in"?' in message
    assert "Traceback" not in message


def test_board_that_is_not_there_leaves_with_2(tmp_path, capsys):
    assert run(["plan", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err


def test_output_that_is_a_file_leaves_with_2_before_any_work(tmp_path, capsys):
    board = write_board(tmp_path)
    assert run(["render", str(board), "-o", str(board), "--quality", "layout"]) == 2
    assert capsys.readouterr().err == f"{board}: is a file, must be a folder. Choose another -o.\n"


def test_folder_without_a_run_cannot_be_assembled(tmp_path, capsys):
    assert run(["assemble", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path}: no run.json that can be read, must be the folder of a render. "
        "Run `storyboard render` first.\n"
    )


def test_plan_leaves_no_folder_behind(tmp_path, capsys):
    board = write_board(tmp_path)
    command = ["plan", str(board), "-o", str(tmp_path / "out"), "--quality", "layout"]
    assert run(command) == 0
    assert not (tmp_path / "out").exists()
    text = capsys.readouterr().out
    assert "3 of 3 takes to render" in text
    assert "00:00:00:10  1A" in text


def test_fault_of_the_program_is_said_without_a_traceback(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    board = write_board(tmp_path)
    monkeypatch.setattr("os.fsync", None)
    command = ["render", str(board), "-o", str(tmp_path / "out"), "--quality", "layout"]
    assert run(command) == 1
    message = capsys.readouterr().err
    assert "Traceback" not in message
    assert "Report it with storyboard-crash.txt." in message
    assert "Traceback" in (tmp_path / "storyboard-crash.txt").read_text()


def test_board_text_is_no_markup_on_the_terminal(tmp_path, capsys):
    board = write_board(tmp_path, BOARD.replace("title: Tiny", "title: '[bold]Tiny[/nope]'"))
    assert run(["plan", str(board), "--quality", "layout", "-o", str(tmp_path / "out")]) == 0
    assert "[bold]Tiny[/nope]: 3 shots" in capsys.readouterr().out


def test_missing_embedded_weights_are_told_with_a_way_out(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("storyboard.plan.settings.embedded_folder", lambda: tmp_path / "none")
    board = write_board(tmp_path)
    assert run(["plan", str(board), "--quality", "draft"]) == 2
    assert capsys.readouterr().err == (
        "preset 'greybox': its weights are not in this installation. Use --quality layout, which "
        "needs none, or name a checkpoint with --weights and --preset.\n"
    )
