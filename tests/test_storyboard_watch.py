"""The command `watch`, as a person uses it: a real process, real saves, Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic, sleep

import pytest

from storyboard.manifest import read_manifest
from tests.storyboard_kit import BOARD, write_board

PATIENCE_S = 240
"""A process starts in two seconds, but not on a machine that has other work."""


class Watcher:
    """A running `storyboard watch --json`, and the events that it printed."""

    def __init__(self, board: Path, out: Path, *more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "storyboard", "watch", str(board), "-o", str(out),
             "--quality", "layout", "--json", *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.events: list[dict] = []
        self._read = 0
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self) -> None:
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def wait_for(self, name: str) -> dict:
        """The next event of a kind, after those that were waited for before."""
        began = monotonic()
        while monotonic() - began < PATIENCE_S:
            for k in range(self._read, len(self.events)):
                if self.events[k]["event"] == name:
                    self._read = k + 1
                    return self.events[k]
            if self.process.poll() is not None:
                break
            sleep(0.02)
        raise AssertionError(f"no {name} in {self.events}, {self.process.stderr.read()}")

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C; returns the exit code and what was said."""
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=PATIENCE_S)[1]
        return self.process.returncode, said


@pytest.fixture
def watching():
    started = []

    def start(*arguments):
        watcher = Watcher(*arguments)
        started.append(watcher)
        return watcher

    yield start
    for watcher in started:
        if watcher.process.poll() is None:
            watcher.process.kill()
            watcher.process.communicate()


def save_in_place(board: Path, text: str) -> None:
    board.write_text(text, encoding="utf-8")


def save_beside_and_rename(board: Path, text: str) -> None:
    draft = board.with_name("draft~")
    draft.write_text(text, encoding="utf-8")
    draft.replace(board)


def clips(out: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.name: (path.stat().st_mtime_ns, path.read_bytes())
        for path in (out / "clips").glob("*.mp4")
    }


def test_a_day_at_the_board(tmp_path, watching):
    """One process for all of it, since every start costs seconds."""
    board, out = write_board(tmp_path), tmp_path / "out"
    watcher = watching(board, out)
    assert watcher.wait_for("Watching")["without_clip"] == 3
    assert not out.exists()  # nothing was edited yet

    # An edited shot is rendered, and no other.
    save_in_place(board, BOARD.replace("WS, push in", "WS, pull out"))
    assert watcher.wait_for("ShotsEdited")["shots"] == ["1: new"]
    assert watcher.wait_for("RunFinished")["rendered"] == 1
    assert set(clips(out)) == {"1_T01.mp4"}
    assert (out / "animatic.mp4").is_file()

    # A save with errors prints them all, with their places, and everything stays.
    before = clips(out), (out / "animatic.mp4").stat().st_mtime_ns
    save_beside_and_rename(board, BOARD.replace("pan left", "pan lefft").replace("MS", "MSS"))
    problems = watcher.wait_for("BoardRefused")["problems"]
    assert [problem.splitlines()[0] for problem in problems] == [
        f'{board}:15:26: SB101 camera term "MSS" is not in the vocabulary',
        f'{board}:15:31: SB101 camera term "pan lefft" is not in the vocabulary',
    ]
    assert (clips(out), (out / "animatic.mp4").stat().st_mtime_ns) == before
    assert read_manifest(out).status == "done"

    # The next good save is compared with the last good one; editors save by renaming, too.
    edited = BOARD.replace("WS, push in", "WS, pull out").replace("MS, pan left", "CU, pan left")
    save_beside_and_rename(board, edited)
    assert watcher.wait_for("ShotsEdited")["shots"] == ["2: camera.size changed (MS → CU)"]
    assert watcher.wait_for("RunFinished")["rendered"] == 1
    assert set(clips(out)) == {"1_T01.mp4", "2_T01.mp4"}
    assert clips(out)["1_T01.mp4"] == before[0]["1_T01.mp4"]

    # A shot is told with what was edited in it.
    edited = edited.replace("CU, pan left", "CU, pan right")
    save_in_place(board, edited)
    assert watcher.wait_for("ShotsEdited")["shots"] == [
        "2: camera.movement changed (pan-left → pan-right)"
    ]
    watcher.wait_for("RunFinished")

    # Words around the shots change the sheet, but no clip.
    save_in_place(board, edited.replace("A dog runs.,", "A dog runs., notes: Faster,"))
    assert watcher.wait_for("ShotsEdited")["shots"] == []
    watcher.wait_for("RunFinished")
    assert set(clips(out)) == {"1_T01.mp4", "2_T01.mp4"}
    assert "Faster" in (out / "contact_sheet.html").read_text(encoding="utf-8")

    assert watcher.stop() == (0, "stopped watching\n")
    assert read_manifest(out).status == "done"
    assert not list(tmp_path.glob("storyboard-crash*"))


def test_a_burst_of_saves_is_one(tmp_path, watching):
    board, out = write_board(tmp_path), tmp_path / "out"
    watcher = watching(board, out, "--no-animatic")
    watcher.wait_for("Watching")
    for k in range(10):
        save_in_place(board, BOARD.replace("10f", f"{k + 11}f"))
        sleep(0.01)
    watcher.wait_for("RunFinished")
    assert read_manifest(out).entry("1", 1).frames["shot"] == 20
    watcher.stop()
    assert len([event for event in watcher.events if event["event"] == "ShotsEdited"]) <= 2


def test_a_file_that_the_board_includes_is_watched_too(tmp_path, watching):
    board, out = write_board(tmp_path, f"include: more/cast.yaml\n{BOARD}"), tmp_path / "out"
    cast = tmp_path / "more" / "cast.yaml"
    cast.parent.mkdir()
    cast.write_text("style: {look: a pencil drawing}\n")
    watcher = watching(board, out, "--no-animatic")
    watcher.wait_for("Watching")
    save_beside_and_rename(cast, "style: {palette: [warm]}\n")
    assert len(watcher.wait_for("ShotsEdited")["shots"]) == 3
    watcher.wait_for("RunFinished")
    save_in_place(cast, "style: {palette: [worm]}\n")
    assert watcher.wait_for("BoardRefused")["problems"][0].startswith(f"{cast}:1:19: SB101 ")
    assert watcher.stop()[0] == 0


def test_what_cannot_be_rendered_is_told_and_the_watch_goes_on(tmp_path, watching):
    board, out = write_board(tmp_path), tmp_path / "out"
    watcher = watching(board, out)
    watcher.wait_for("Watching")
    save_in_place(board, BOARD.replace("{id: 1,", "{id: 1, use: best,"))
    assert watcher.wait_for("Warned")["text"] == (
        "shot '1': use is 'best', must be a take like T02."
    )
    save_in_place(board, BOARD.replace("A man walks.", "A dog walks."))
    assert watcher.wait_for("RunFinished")["failed"] == 0
    assert watcher.stop()[0] == 0


def test_a_save_during_a_render_begins_another_unless_it_is_broken(tmp_path, watching):
    board, out = write_board(tmp_path), tmp_path / "out"
    watcher = watching(board, out, "--no-animatic")
    watcher.wait_for("Watching")

    # A broken one is told at once, and the render goes on.
    long = BOARD.replace("10f", "96f").replace("13f", "96f")
    save_in_place(board, long)
    watcher.wait_for("TakeFinished")
    save_in_place(board, long.replace("WS", "WSS"))
    watcher.wait_for("BoardRefused")
    assert watcher.wait_for("RunFinished")["rendered"] == 3

    longer = BOARD.replace("10f", "97f").replace("13f", "97f")
    save_in_place(board, longer)
    watcher.wait_for("ShotsEdited")
    watcher.wait_for("TakeFinished")
    save_in_place(board, longer.replace("CU, static", "CU, pan left"))
    assert watcher.wait_for("Warned")["text"].startswith("saved again: ")
    assert [k.split(":")[0] for k in watcher.wait_for("ShotsEdited")["shots"]] == ["1", "1A", "2"]
    done = watcher.wait_for("RunFinished")
    assert (done["rendered"] + done["cached"], done["failed"]) == (3, 0)
    entries = read_manifest(out).takes
    assert [entry.frames["shot"] for entry in entries] == [97, 97, 97]
    assert entries[1].facts["camera.movement"] == ["pan-left"]
    assert watcher.stop()[0] == 0


def test_ctrl_c_during_a_render_keeps_what_is_finished(tmp_path, watching):
    board, out = write_board(tmp_path), tmp_path / "out"
    watcher = watching(board, out, "--no-animatic")
    watcher.wait_for("Watching")
    save_in_place(board, BOARD.replace("10f", "96f").replace("13f", "96f"))
    watcher.wait_for("TakeFinished")
    code, said = watcher.stop()
    assert code == 130
    assert said.strip() == "interrupted; what is finished is kept, the same command goes on"
    assert read_manifest(out).status == "interrupted"


def test_a_board_that_is_broken_at_first_is_waited_for(tmp_path, watching):
    board, out = write_board(tmp_path, BOARD.replace("WS", "WSS")), tmp_path / "out"
    watcher = watching(board, out)
    assert "SB101" in watcher.wait_for("BoardRefused")["problems"][0]
    watcher.wait_for("Watching")
    os.utime(board)
    save_in_place(board, BOARD)
    sleep(3)
    save_in_place(board, BOARD.replace("CU, static", "MCU, static"))
    assert watcher.wait_for("ShotsEdited")["shots"] == ["1A: new"]
    watcher.wait_for("RunFinished")
    assert watcher.stop()[0] == 0


def test_a_board_that_is_not_there_leaves_with_two(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "storyboard", "watch", str(tmp_path / "none.yaml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == f"{tmp_path}/none.yaml: no such file, must be a board. Check the path.\n"
