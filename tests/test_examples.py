"""Every example is a board without a mistake that becomes a film of the planned length."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shots import load_shots
from storyboard.cli.main import run
from storyboard.film.video import probe

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.mark.parametrize("board", EXAMPLES, ids=lambda path: path.stem)
def test_example_has_no_warning(board: Path) -> None:
    assert [notice.render() for notice in load_shots(board).notices] == []


@pytest.mark.parametrize("quality", ["layout", "draft"])
@pytest.mark.parametrize("board", EXAMPLES, ids=lambda path: path.stem)
def test_example_renders(board: Path, tmp_path: Path, quality: str) -> None:
    options = ["--quality", quality]
    if quality == "draft" and board.stem != "product_spot":
        # The demo board is rendered as it ships; of the others, the path matters, not the picture.
        options += ["--set", "steps=2", "--set", "size=112x64"]
    code = run(["render", str(board), "-o", str(tmp_path), *options])
    assert code == 0
    shots = load_shots(board)
    planned = sum(shots.num_frames(shot) for shot in shots.shots)
    assert probe(tmp_path / "animatic.mp4").num_frames == planned
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["status"] == "done"
    assert (record["networks_loaded"] == 0) == (quality == "layout")
