"""The whole command on a tiny checkpoint: what lies in the folder, and how it leaves."""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from storyboard.cli.main import run
from storyboard.film.video import probe, read_clip
from storyboard.run.commands import board_lock
from storyboard.run.manifest import read_manifest
from tests.storyboard_kit import BOARD, FAST, write_board, write_checkpoint

DISSOLVE = BOARD.replace("A dog runs.", "A dog runs., transition: dissolve 5f")


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    torch.set_num_threads(1)
    return write_checkpoint(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def finished(weights, tmp_path_factory):
    """A board with a dissolve, rendered once."""
    folder = tmp_path_factory.mktemp("run")
    board = write_board(folder, DISSOLVE)
    assert render(board, folder / "out", weights) == 0
    return board, folder / "out"


def render(board: Path, out: Path, weights: Path, *more: str) -> int:
    return run(
        ["render", str(board), "-o", str(out), "--weights", str(weights), "--device", "cpu",
         *FAST, *more]
    )  # fmt: skip


def events_of(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_folder_holds_everything_that_was_promised(finished):
    _, out = finished
    names = {str(path.relative_to(out)) for path in out.rglob("*") if "store" not in path.parts}
    assert names >= {
        "animatic.mp4", "contact_sheet.html", "run.json",
        "clips/1_T01.mp4", "clips/1A_T01.mp4", "clips/2_T01.mp4",
        "stills/1_T01.jpg", "stills/1A_T01.jpg", "stills/2_T01.jpg",
        "asked/1_T01.mp4", "asked/1A_T01.mp4", "asked/2_T01.mp4",
        "asked/1_T01.jpg", "asked/1A_T01.jpg", "asked/2_T01.jpg",
    }  # fmt: skip
    assert "animatic_review.mp4" not in names


def test_film_and_clips_have_exactly_the_frames_of_the_board(finished):
    _, out = finished
    assert probe(out / "animatic.mp4").num_frames == 33
    frames = [probe(out / "clips" / f"{shot}_T01.mp4").num_frames for shot in ("1", "1A", "2")]
    assert frames == [10, 10, 13]


def test_run_json_says_what_was_rendered_with_what(finished):
    manifest = read_manifest(finished[1])
    assert manifest.status == "done"
    assert manifest.networks_loaded == 4
    assert manifest.version == 1
    entry = manifest.entry("1A", 1)
    assert "practical lighting" in entry.prompt
    assert len(entry.noise_sha256) == 64
    assert entry.frames["tail"] == 5
    assert set(entry.seconds) == {"denoise-high", "denoise-low", "decode", "conform"}
    assert set(manifest.weights) == {"text", "high", "low", "vae"}
    assert manifest.versions["torch"] == torch.__version__


def test_second_render_loads_no_network_and_says_so(finished, weights, capsys):
    board, out = finished
    before = (out / "animatic.mp4").stat().st_mtime_ns
    assert render(board, out, weights, "--json") == 0
    last = events_of(capsys.readouterr().out)[-1]
    assert (last["event"], last["rendered"], last["cached"], last["networks_loaded"]) == (
        "RunFinished", 0, 3, 0,
    )  # fmt: skip
    assert (out / "animatic.mp4").stat().st_mtime_ns == before
    assert read_manifest(out).version == 1


def test_plan_says_what_would_be_rendered_and_why(finished, weights, capsys):
    board, out = finished
    edited = write_board(board.parent, DISSOLVE.replace("night, practical", "night, firelight"))
    options = ["-o", str(out), "--weights", str(weights), "--device", "cpu", *FAST]
    assert run(["plan", str(edited), *options]) == 0
    write_board(board.parent, DISSOLVE)
    text = capsys.readouterr().out
    assert "lighting.source changed (practical → firelight)" in text
    assert "1 of 3 takes to render" in text
    assert text.count("nothing") == 2


def test_review_copy_is_burnt_in_and_the_delivery_is_not(finished, weights):
    board, out = finished
    before = (out / "animatic.mp4").read_bytes()
    assert render(board, out, weights, "--burn-in") == 0
    assert (out / "animatic.mp4").read_bytes() == before
    clean, marked = read_clip(out / "animatic.mp4"), read_clip(out / "animatic_review.mp4")
    assert len(clean) == len(marked) == 33
    assert marked[16, -14:].mean() < clean[16, -14:].mean()


def test_assemble_and_sheet_do_their_part_again(finished, capsys):
    _, out = finished
    (out / "animatic.mp4").unlink()
    (out / "contact_sheet.html").unlink()
    assert run(["assemble", str(out), "--json"]) == 0
    assert probe(out / "animatic.mp4").num_frames == 33
    assert events_of(capsys.readouterr().out)[-1]["networks_loaded"] == 0
    (out / "contact_sheet.html").unlink()
    assert run(["sheet", str(out)]) == 0
    assert "Tiny" in (out / "contact_sheet.html").read_text()


def test_what_was_asked_is_the_layout_frame_for_frame(finished, tmp_path):
    board, out = finished
    told = read_manifest(out)
    assert [entry.asked for entry in told.takes] == [f"asked/{e.clip[6:]}" for e in told.takes]
    assert run(["render", str(board), "-o", str(tmp_path / "layout"), "--quality", "layout"]) == 0
    for entry in told.takes:
        asked, clip = probe(out / entry.asked), probe(out / entry.clip)
        assert (asked.num_frames, asked.fps) == (clip.num_frames, clip.fps)
    page = (out / "contact_sheet.html").read_text()
    assert page.count('<figure class="asked">') == len(told.takes)
    plain = (tmp_path / "layout" / "contact_sheet.html").read_text()
    assert '<figure class="asked">' not in plain
    assert not (tmp_path / "layout" / "asked").exists()


def test_cutting_again_keeps_what_was_asked(finished):
    _, out = finished
    assert run(["assemble", str(out)]) == 0
    assert all((out / entry.asked).is_file() for entry in read_manifest(out).takes)


def test_title_card_makes_the_film_longer(finished):
    _, out = finished
    assert run(["assemble", str(out), "--title", "12f"]) == 0
    assert probe(out / "animatic.mp4").num_frames == 45
    assert run(["assemble", str(out)]) == 0


def test_gc_keeps_what_the_last_run_uses(finished, weights, capsys):
    board, out = finished
    assert run(["gc", str(out), "--latents"]) == 0
    assert "deleted" in capsys.readouterr().out
    assert not list((out / "store/denoise-low").glob("*.safetensors"))
    assert render(board, out, weights, "--json") == 0
    assert events_of(capsys.readouterr().out)[-1]["networks_loaded"] == 0


def test_one_bad_shot_among_good_ones_leaves_with_1_and_a_slate(weights, tmp_path, capsys):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    text = BOARD.replace("A man walks.", "A man walks., references: {first-frame: bad.png}")
    board, out = write_board(tmp_path, text), tmp_path / "out"
    assert render(board, out, weights) == 1
    assert "1_T01 failed at encode-picture" in capsys.readouterr().err
    assert sorted(path.name for path in (out / "clips").iterdir()) == ["1A_T01.mp4", "2_T01.mp4"]
    film = read_clip(out / "animatic.mp4")
    assert len(film) == 33
    slate = film[0]
    assert abs(slate[60, 5].astype(int) - [24, 25, 28]).max() < 6
    manifest = read_manifest(out)
    assert [entry.status for entry in manifest.takes] == ["failed", "rendered", "rendered"]
    assert "failed" in (out / "contact_sheet.html").read_text()


def test_only_named_shots_are_rendered_and_the_film_keeps_its_length(weights, tmp_path):
    board, out = write_board(tmp_path), tmp_path / "out"
    assert render(board, out, weights, "--shots", "1a") == 0
    assert [path.name for path in (out / "clips").iterdir()] == ["1A_T01.mp4"]
    assert probe(out / "animatic.mp4").num_frames == 33
    statuses = [entry.status for entry in read_manifest(out).takes]
    assert statuses == ["missing", "rendered", "missing"]


def test_layout_needs_no_model_and_is_stamped(tmp_path, capsys):
    board, out = write_board(tmp_path), tmp_path / "out"
    assert run(["render", str(board), "-o", str(out), "--quality", "layout", "--json"]) == 0
    assert events_of(capsys.readouterr().out)[-1]["networks_loaded"] == 0
    assert probe(out / "animatic.mp4").num_frames == 33


def test_shot_that_left_the_board_leaves_the_folder(tmp_path):
    board, out = write_board(tmp_path), tmp_path / "out"
    command = ["render", str(board), "-o", str(out), "--quality", "layout", "--no-animatic"]
    assert run(command) == 0
    write_board(tmp_path, BOARD.replace("id: 2,", "id: 2A,"))
    assert run(command) == 0
    names = sorted(path.name for path in (out / "clips").iterdir())
    assert names == ["1A_T01.mp4", "1_T01.mp4", "2A_T01.mp4"]


def test_board_that_is_being_rendered_leaves_with_4(tmp_path, capsys):
    board, out = write_board(tmp_path), tmp_path / "out"
    (out / "store").mkdir(parents=True)
    with board_lock(out / "store"):
        code = run(["render", str(board), "-o", str(out), "--quality", "layout"])
    assert code == 4
    message = capsys.readouterr().err
    assert message.startswith(f"{out}: being rendered by process {os.getpid()} on ")
    assert message.endswith(
        "must be free. Wait for it, stop it, or choose another folder with -o.\n"
    )


def test_full_disk_leaves_with_3_and_keeps_what_is_done(tmp_path, monkeypatch, capsys):
    board, out = write_board(tmp_path), tmp_path / "out"
    command = ["render", str(board), "-o", str(out), "--quality", "layout"]
    calls, real = [], os.fsync

    def fsync(descriptor):
        calls.append(descriptor)
        if len(calls) > 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    assert run(command) == 3
    assert "no space left on the disk" in capsys.readouterr().err
    monkeypatch.undo()
    kept = len(list((out / "store/layout").glob("*.mp4")))
    assert kept >= 1
    assert not list((out / "store/tmp").iterdir())
    assert run([*command, "--json"]) == 0
    started = [e for e in events_of(capsys.readouterr().out) if e["event"] == "TakeFinished"]
    assert len([e for e in started if e["stage"] == "layout"]) == 3 - kept


def test_interruption_leaves_with_130_and_goes_on(tmp_path, monkeypatch, capsys):
    board, out = write_board(tmp_path), tmp_path / "out"
    command = ["render", str(board), "-o", str(out), "--quality", "layout"]
    calls, real = [], os.fsync

    def fsync(descriptor):
        calls.append(descriptor)
        if len(calls) == 25:
            raise KeyboardInterrupt
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    assert run(command) == 130
    assert capsys.readouterr().err.endswith(
        "interrupted; finished work is kept, run the same command to continue\n"
    )
    assert read_manifest(out).status == "interrupted"
    assert run(command) == 0
    assert read_manifest(out).status == "done"


@pytest.mark.slow
def test_kill_9_at_random_moments_then_the_same_bytes(weights, tmp_path):
    board = write_board(tmp_path, DISSOLVE)
    assert render(board, tmp_path / "whole", weights) == 0
    command = [
        sys.executable, "-m", "storyboard", "render", str(board), "-o", str(tmp_path / "killed"),
        "--weights", str(weights), "--device", "cpu", *FAST,
    ]  # fmt: skip
    for seconds in (3.0, 4.0, 5.0, 6.0):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    assert subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0
    for name in ("animatic.mp4", "clips/1_T01.mp4", "clips/1A_T01.mp4", "clips/2_T01.mp4"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.slow
def test_layout_imports_no_torch(tmp_path):
    board = write_board(tmp_path)
    code = (
        "import sys; from storyboard.cli.main import run\n"
        f"assert run(['render', {str(board)!r}, '-o', {str(tmp_path / 'out')!r}, "
        "'--quality', 'layout']) == 0\n"
        "print(sorted({'torch', 'transformers', 'moviepy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_second_render_takes_under_five_seconds_with_the_start_of_python(finished, weights):
    board, out = finished
    command = [
        sys.executable, "-X", "importtime", "-m", "storyboard", "render", str(board), "-o",
        str(out), "--weights", str(weights), "--device", "cpu", *FAST,
    ]  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Time of the processor, which other programs of the machine do not lengthen.
    assert after.ru_utime - before.ru_utime < 5
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"torch", "transformers", "moviepy"}
    assert "0 networks loaded" in done.stderr
