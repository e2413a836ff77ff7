"""The commands that write a staged shot for other tools: passes and glTF scenes."""

from __future__ import annotations

import json

import cv2
import pygltflib
import pytest

from storyboard.cli.main import run

BOARD = """
storyboard: 1
title: Passes
format: {fps: 24}
defaults: {duration: 4f}
scenes:
  - number: 1
    heading: INT. KITCHEN - DAY
    shots:
      - {id: 1, camera: "WS, push in", action: A woman sits at the table.}
      - {id: 1A, camera: "CU, static", action: She laughs.}
"""


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    path = tmp_path_factory.mktemp("passes") / "board.yaml"
    path.write_text(BOARD, encoding="utf-8")
    return path


def test_passes_have_size_rate_and_frames_of_the_model_that_reads_them(board, capsys):
    folder = board.with_name("passes")
    command = ["passes", str(board), "-o", str(folder), "--for", "wan", "--shot", "1"]
    assert run(command) == 0
    record = json.loads((folder / "passes.json").read_text())
    assert list(record["shots"]) == ["1"]
    width, height = record["size"]
    assert width % 16 == height % 16 == 0
    assert width * height == pytest.approx(832 * 480, rel=0.05)
    assert (record["fps"], record["shots"]["1"]["frames"]) == (16, 5)  # 4 / 24 s at 16 / s: 4k + 1
    pictures = sorted((folder / "1" / "depth8").iterdir())
    assert len(pictures) == 5
    assert cv2.imread(str(pictures[0])).shape == (height, width, 3)
    woman = next(int(k) for k, v in record["shots"]["1"]["ids"].items() if v["kind"] == "person")
    ids = cv2.imread(str(folder / "1" / "ids" / "0000.png"), cv2.IMREAD_UNCHANGED)
    assert (ids == woman).mean() > 0.01
    assert "wrote" in capsys.readouterr().out
    assert run(command) == 2
    assert capsys.readouterr().err == (
        f"{folder}: holds passes already. Name another folder with -o, or write over them with "
        "--force.\n"
    )
    assert run([*command, "--force"]) == 0


def test_a_gltf_scene_holds_set_cast_and_camera(board, capsys):
    folder = board.with_name("scenes")
    command = ["export", str(board), "--to", "gltf", "-o", str(folder)]
    assert run(command) == 0
    assert capsys.readouterr().out == f"wrote {folder}: 2 scenes\n"
    assert {path.name for path in folder.iterdir()} == {"1.glb", "1A.glb"}
    scene = pygltflib.GLTF2().load(str(folder / "1.glb"))
    assert len(scene.cameras) == 1
    assert len(scene.nodes) >= 3
    assert run(command) == 2
    assert capsys.readouterr().err == (
        f"{folder / '1.glb'}: exists already. Name another folder with -o, or overwrite with "
        "--force.\n"
    )
