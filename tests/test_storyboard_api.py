"""The Python interface: `storyboard.render` and `storyboard.check`, and the example of both."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import storyboard
from storyboard.film.video import probe
from tests.storyboard_kit import BOARD, write_board

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_the_package_is_light_and_lists_what_it_exports():
    code = (
        "import sys, storyboard; assert {'render', 'check'} < set(storyboard.__all__); "
        "print(sorted({'torch', 'click', 'numpy', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert all(hasattr(storyboard, name) for name in storyboard.__all__)


def test_a_layout_is_rendered_as_by_the_command(tmp_path):
    events = []
    result = storyboard.render(
        str(write_board(tmp_path)), tmp_path / "out", quality="layout",
        settings={"size": "112x64"}, listen=events.append,
    )  # fmt: skip
    assert result.folder == tmp_path / "out"
    assert probe(result.animatic).num_frames == 33
    assert result.page.is_file()
    assert result.films == ()
    assert [(take.shot, take.take, take.status) for take in result.takes] == [
        ("1", 1, "rendered"), ("1A", 1, "rendered"), ("2", 1, "rendered"),
    ]  # fmt: skip
    assert all(take.clip.is_file() and take.still.is_file() for take in result.takes)
    assert result.failures == {}
    assert result.verdicts["1A"]["time"] == "agrees"
    assert events[-1].name == "RunFinished"


def test_only_some_shots_without_a_film(tmp_path):
    board = write_board(tmp_path)
    result = storyboard.render(
        board, tmp_path / "out", quality="layout", shots=["1A"], animatic=False, score=False
    )
    assert [(take.shot, take.clip is None) for take in result.takes] == [
        ("1", True), ("1A", False), ("2", True),
    ]  # fmt: skip
    assert result.animatic is None
    assert result.verdicts == {"1": {}, "1A": {}, "2": {}}


def test_a_take_that_fails_is_in_the_result(tmp_path):
    from tests.storyboard_kit import write_checkpoint

    (tmp_path / "bad.png").write_bytes(b"no picture")
    text = BOARD.replace("A man walks.", "A man walks., references: {first-frame: bad.png}")
    weights = write_checkpoint(tmp_path / "weights")
    result = storyboard.render(
        write_board(tmp_path, text), tmp_path / "out", weights=weights, device="cpu",
        settings={"size": "64x32", "steps": 2}, shots=["1"], animatic=False,
    )  # fmt: skip
    assert list(result.failures) == ["1"]
    assert "bad.png" in result.failures["1"]


def test_variants_are_delivered(tmp_path):
    text = BOARD + "variants: {axes: {format: [16:9, 1:1]}}\n"
    result = storyboard.render(
        write_board(tmp_path, text), tmp_path / "out", quality="layout", variants="1:1"
    )
    assert [film.suffix for film in result.films] == [".mp4"]
    assert probe(result.films[0]).num_frames == 33


def test_options_that_do_not_exist_or_contradict_each_other_are_refused(tmp_path):
    board = write_board(tmp_path)
    with pytest.raises(TypeError, match=r"render\(\) has no option 'qualty'"):
        storyboard.render(board, tmp_path / "out", qualty="layout")
    retakes = "retakes: not together with variants or score=False. Remove one of them."
    for options, message in (
        ({"retakes": 1, "score": False}, retakes),
        ({"retakes": 1, "variants": "all"}, retakes),
        ({"title": "long"}, "title 'long': no length of time, must be like 2s or 48f."),
    ):
        with pytest.raises(storyboard.InputError) as error:
            storyboard.render(board, tmp_path / "out", **options)
        assert str(error.value) == message
    assert not (tmp_path / "out").exists()


def test_check_returns_the_problems_of_a_board(tmp_path):
    levels = {problem.level for problem in storyboard.check(EXAMPLES / "product_spot.yaml")}
    assert levels == {"notice", "warning"}
    (problem,) = storyboard.check(write_board(tmp_path, BOARD.replace("WS, push", "WSS, push")))
    assert (problem.code, problem.level) == ("SB101", "error")
    with pytest.raises(storyboard.InputError, match="wan3"):
        storyboard.check(write_board(tmp_path), preset="wan3")


@pytest.mark.slow
def test_the_example_renders_and_prints_its_results(tmp_path):
    command = [sys.executable, str(EXAMPLES / "render_from_python.py"), str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(EXAMPLES.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert f"animatic: {tmp_path / 'out' / 'animatic.mp4'}\n" in done.stdout
    assert (tmp_path / "out" / "contact_sheet.html").is_file()
