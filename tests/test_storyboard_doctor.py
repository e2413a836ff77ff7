"""`storyboard doctor`: the machine, and what it can run."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from model.presets import PRESETS, QUALITIES
from storyboard.cli.machine_commands import _findings
from storyboard.cli.main import run
from storyboard.machine.doctor import Machine, examine, look
from storyboard.plan.residency import Card

GB = 10**9
BARE = Machine("cpu", "float32", 2, (), 16 * GB, 24 * GB, 50 * GB, "ffmpeg")


def with_card(free_gb: int) -> Machine:
    card = Card("Card", 80 * GB, free_gb * GB)
    return replace(BARE, device="cuda", dtype="bfloat16", cards=(card,))


def found(machine: Machine, preset: str, quality: str):
    (only,) = [f for f in examine(machine) if (f.preset, f.quality) == (preset, quality)]
    return only


def test_every_preset_has_every_quality_once():
    pairs = [(f.preset, f.quality) for f in examine(BARE)]
    assert pairs == [(name, quality) for name in PRESETS for quality in QUALITIES[name]]


@pytest.mark.parametrize(
    ("free_gb", "residency", "fits"),
    [(80, "whole", True), (24, "streamed", True), (12, "streamed", True), (2, "streamed", False)],
)
def test_a_card_of_each_size_has_its_residency(free_gb, residency, fits):
    draft = found(with_card(free_gb), "wan2.2-t2v-a14b", "draft")
    assert (draft.residency, draft.fits) == (residency, fits)


def test_streaming_that_cannot_hide_takes_longer():
    whole, streamed = (found(with_card(gb), "wan2.2-t2v-a14b", "draft") for gb in (80, 12))
    assert streamed.seconds > 2 * whole.seconds


def test_a_draft_is_faster_than_a_final():
    draft, final = (found(BARE, "wan2.2-ti2v-5b", quality) for quality in ("draft", "final"))
    assert 0 < draft.seconds < final.seconds / 3


def test_what_does_not_fit_is_said():
    lines = _findings((found(with_card(2), "wan2.2-t2v-a14b", "final"),))
    assert lines[1] == "wan2.2-t2v-a14b"
    assert lines[2].startswith("  final    1280x720   81 frames  streamed, ")
    assert lines[2].endswith("  does not fit")


def test_this_machine_is_seen(tmp_path):
    machine = look("cpu", tmp_path / "not" / "yet")
    assert machine.device == "cpu"
    assert machine.cores >= 1
    assert machine.free_disk is not None
    assert machine.free_disk > 0
    assert not (tmp_path / "not").exists()


def test_the_command_prints_json_and_text(tmp_path, capsys):
    assert run(["doctor", "--device", "cpu", "-o", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["machine"]["device"] == "cpu"
    assert len(told["findings"]) == sum(map(len, QUALITIES.values()))
    assert run(["doctor", "--device", "cpu", "-o", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["device", "memory"]
    assert set(PRESETS) < set(lines)


def test_it_imports_no_torch():
    code = (
        "import sys; from storyboard.cli.main import run; run(['doctor', '--device', 'cpu']); "
        "print(sorted({'torch', 'transformers', 'moviepy', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
