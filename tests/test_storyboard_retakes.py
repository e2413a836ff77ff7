"""`render --retake`: shots that disobey are taken again, and the best take goes into the cut."""

from __future__ import annotations

import json

import pytest
import torch

from storyboard.cli.main import run
from storyboard.judge import Finding
from storyboard.run.manifest import read_manifest
from storyboard.run.retake import disobedience
from tests.storyboard_kit import BOARD, FAST, write_board, write_checkpoint


@pytest.fixture(scope="module")
def retaken(tmp_path_factory):
    """Random weights obey nobody, so that there is something to take again."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("retake")
    weights = write_checkpoint(tmp_path_factory.mktemp("weights"))
    board = write_board(folder, BOARD.replace("id: 2,", "id: 2, use: T01,"))
    command = ["render", str(board), "-o", str(folder / "out"), "--weights", str(weights),
               "--device", "cpu", *FAST, "--retake", "1"]  # fmt: skip
    assert run(command) == 0
    return command, folder / "out"


def test_shots_that_disobey_are_taken_again_and_the_best_is_kept(retaken):
    _, out = retaken
    manifest = read_manifest(out)
    assert manifest.retakes
    assert "2" not in manifest.retakes  # the board says which take it wants
    for shot, kept in manifest.retakes.items():
        assert kept["of"] == [1, 2]
        entries = [manifest.entry(shot, number) for number in kept["of"]]
        assert [entry.status for entry in entries] == ["rendered", "rendered"]
        assert entries[0].seeds["own"] != entries[1].seeds["own"]
        ranks = [disobedience([Finding(**f) for f in entry.findings]) for entry in entries]
        shown = [entry.take for entry in entries if entry.shown]
        assert shown == [1 + ranks.index(min(ranks))]
        assert kept["kept"] == f"T{shown[0]:02}"
        assert (out / "clips" / f"{shot}_T02.mp4").exists()


def test_retaking_again_renders_nothing_and_says_the_same(retaken, capsys):
    command, out = retaken
    before = read_manifest(out).retakes
    assert run([*command, "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[-1]["rendered"] == events[-1]["networks_loaded"] == 0
    assert events[-1]["disagrees"] > 0
    assert {event["shot"] for event in events if event["event"] == "TakeKept"} == set(before)
    assert read_manifest(out).retakes == before


def test_the_sheet_made_again_keeps_the_choice(retaken, capsys):
    _, out = retaken
    before = [entry.take for entry in read_manifest(out).takes if entry.shown]
    assert run(["score", str(out)]) == 0
    assert "kept T0" in capsys.readouterr().out
    assert [entry.take for entry in read_manifest(out).takes if entry.shown] == before
