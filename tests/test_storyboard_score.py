"""Findings in the folder: run.json, sheet, summary and `storyboard score`, of a layout."""

from __future__ import annotations

import json

import pytest

from shots import load_shots
from storyboard.cli.main import run
from storyboard.judge import Finding
from storyboard.run.manifest import read_manifest
from storyboard.run.retake import Kept, disobedience, kept_in, with_kept, with_one_more_take
from storyboard.sheet.page import build_sheet, write_sheet
from storyboard.sheet.sheet_board import DirectiveRow

BOARD = """
storyboard: 1
title: Score
format: {size: 128x72}
defaults: {duration: 10f}
scenes:
  - number: 1
    shots:
      - {id: 1, camera: "WS, push in", action: A man walks.}
      - {id: 1A, camera: "CU, static", lighting: night, action: A man waits and turns.}
  - number: 2
    lighting: day
    shots:
      - {id: 2, camera: "MS, pan left", action: A dog runs.}
      - {id: 2A, camera: "MS, static", action: A dog runs.}
"""


def write_board(folder, text=BOARD):
    path = folder / "board.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layout")
    board = write_board(folder)
    command = ["render", str(board), "-o", str(folder / "out"), "--quality", "layout"]
    assert run([*command, "--set", "size=112x64"]) == 0
    return folder / "out"


def test_run_json_holds_what_was_asked_beside_what_was_measured(laid_out):
    manifest = read_manifest(laid_out)
    findings = {f["directive"]: f for f in manifest.entry("1A", 1).findings}
    assert set(findings) == {"camera", "size", "time", "coherence", "subjects", "action"}
    assert (findings["subjects"]["asked"], findings["action"]["measured"]) == ("A man", "as staged")
    assert findings["subjects"]["verdict"] == findings["action"]["verdict"] == "agrees"
    assert findings["time"]["asked"] == "night"
    assert findings["time"]["verdict"] == "agrees"
    assert manifest.entry("1A", 1).keys["score"]
    assert {f["scene"] for f in manifest.drift} == {"2"}  # 1 and 1A ask for different light


def test_score_says_it_as_text_and_as_json(laid_out, capsys):
    assert run(["score", str(laid_out)]) == 0
    text = capsys.readouterr().out
    assert "1A T01\n" in text
    assert "agrees      time        requested night; measured like night" in text
    assert run(["score", str(laid_out), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [shot["shot"] for shot in report["shots"]] == ["1", "1A", "2", "2A"]
    verdicts = [f["verdict"] for shot in report["shots"] for f in shot["findings"]]
    assert report["agrees"] == verdicts.count("agrees") > 6
    assert report["disagrees"] == 0


def test_findings_are_measured_once(laid_out):
    kept = {path.name: path.stat().st_mtime_ns for path in (laid_out / "store/score").iterdir()}
    assert run(["score", str(laid_out)]) == 0
    again = {path.name: path.stat().st_mtime_ns for path in (laid_out / "store/score").iterdir()}
    assert again == kept


def test_nothing_is_measured_where_that_is_not_wanted(tmp_path, capsys):
    board = write_board(tmp_path)
    command = ["render", str(board), "-o", str(tmp_path / "out"), "--quality", "layout"]
    command += ["--set", "size=112x64", "--no-animatic"]
    assert run([*command, "--no-score"]) == 0
    assert "directives" not in capsys.readouterr().err
    manifest = read_manifest(tmp_path / "out")
    assert not any(entry.findings for entry in manifest.takes)
    assert not manifest.drift
    assert not (tmp_path / "out/store/score").exists()
    assert run([*command, "--no-score", "--retake", "1"]) == 2
    assert capsys.readouterr().err == (
        "--retake: cannot be used with --no-score, because it compares scores. "
        "Leave --no-score out.\n"
    )
    assert run(command) == 0  # a later run makes up for it
    assert all(entry.findings for entry in read_manifest(tmp_path / "out").takes)


def test_the_sheet_shows_findings(laid_out):
    page = (laid_out / "contact_sheet.html").read_text()
    assert "time: night" in page
    assert "<dt>Obeyed</dt>" in page


def test_the_sheet_names_the_pair_of_a_scene_that_drifts(tmp_path):
    drift = [
        (
            "1",
            DirectiveRow(
                "palette: the same over the scene", False, "1 and 1A are 20 Lab units apart"
            ),
        ),
        (
            "2",
            DirectiveRow(
                "sharpness: the same over the scene", True, "2 and 2A are 0.1 stops apart"
            ),
        ),
    ]
    board = load_shots(write_board(tmp_path))
    sheet = build_sheet(board, {}, date="", preset="greybox", quality="draft", drift=drift)
    page = write_sheet(sheet, tmp_path / "contact_sheet.html").read_text()
    assert "1 and 1A are 20 Lab units apart" in page
    assert "2 and 2A" not in page  # what is as it should be is no news


def test_garbage_collection_keeps_findings_in_use(laid_out):
    before = len(list((laid_out / "store/score").iterdir()))
    assert run(["gc", str(laid_out)]) == 0
    assert len(list((laid_out / "store/score").iterdir())) == before


def test_score_of_no_folder_is_bad_input(tmp_path, capsys):
    assert run(["score", str(tmp_path)]) == 2
    assert "must be the folder of a render" in capsys.readouterr().err


def test_fewer_and_less_certain_disagreements_are_better():
    def found(verdict, confidence):
        return Finding("time", "night", "", verdict, confidence)

    worst = [found("disagrees", 0.9), found("disagrees", 0.9)]
    unsure = [found("disagrees", 0.4), found("agrees", 0.9)]
    sure = [found("disagrees", 0.9), found("agrees", 0.9)]
    good = [found("agrees", 0.5), found("cannot tell", 0.0)]
    assert sorted([worst, sure, good, unsure], key=disobedience) == [good, unsure, sure, worst]


def test_a_retake_is_one_more_take_and_the_kept_one_is_in_the_cut(tmp_path):
    board = load_shots(write_board(tmp_path))
    more = with_one_more_take(with_one_more_take(board, ["1A"]), ["1A"])
    assert [shot.takes for shot in more.shots] == [1, 3, 1, 1]
    kept = with_kept(more, {"1A": Kept(2, (1, 2, 3), "")})
    assert kept.shot("1A").use == "T02"
    assert board.shot("1A").use is None


def test_a_take_that_the_board_chose_is_not_overruled(tmp_path):
    stored = {"1A": Kept(2, (1, 2), "why").as_json(), "gone": Kept(2, (1, 2), "").as_json()}
    board = load_shots(write_board(tmp_path))
    assert kept_in(board, stored) == {"1A": Kept(2, (1, 2), "why")}
    chosen = load_shots(write_board(tmp_path, BOARD.replace("id: 1A,", "id: 1A, use: T01,")))
    assert kept_in(chosen, stored) == {}
