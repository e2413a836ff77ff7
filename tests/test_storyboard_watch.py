"""A board under watch: every save is seen, whenever it comes, and no test can wait for ever."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import pytest

from storyboard.events import Event
from storyboard.plan.request import Request
from storyboard.run.manifest import read_manifest
from storyboard.run.preview import Options
from storyboard.run.watch import Watch
from tests.storyboard_kit import BOARD, write_board

PATIENCE_S = 300
"""A process starts in two seconds, but not on a machine that has other work."""

EDITED = BOARD.replace("WS, push in", "WS, pull out")


@dataclass
class Watched:
    """A watch in this process that looks when it is told to, and what it said.

    Attributes:
        on: What somebody does as soon as an event of a kind is told, once.
        pending: Files that somebody saves behind one of their next readings, and which.
    """

    board: Path
    out: Path
    events: list[Event] = field(default_factory=list)
    on: dict = field(default_factory=dict)
    pending: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        request = Request(quality="layout", settings=(("size", "64x36"),))
        options = Options(animatic=False, sheet=False)
        self.watch = Watch(
            self.board, self.out, lambda shots: request, options, self._listen, self._read
        )

    def _listen(self, event: Event) -> None:
        self.events.append(event)
        if act := self.on.pop(event.name, None):
            act()

    def _read(self, file: Path) -> bytes:
        content = file.read_bytes()
        if file in self.pending:
            reading, act = self.pending.pop(file)
            if reading == 1:
                act()
            else:
                self.pending[file] = reading - 1, act
        return content

    def save_behind(self, file: Path, reading: int, act) -> None:
        """Act right behind a reading of a file, counted from 1."""
        self.pending[file] = reading, act

    def look(self) -> list[Event]:
        """Look once; returns what was told."""
        self.events.clear()
        self.watch.look()
        return list(self.events)


def edited(events: list[Event]) -> list[tuple[str, ...]]:
    return [event.shots for event in events if event.name == "ShotsEdited"]


def names(events: list[Event]) -> list[str]:
    told = ("Warned", "BoardRefused", "ShotsEdited", "RunFinished")
    return [event.name for event in events if event.name in told]


@pytest.fixture
def watched(tmp_path):
    found = Watched(write_board(tmp_path), tmp_path / "out")
    found.look()
    return found


def clips(out: Path) -> set[str]:
    return {path.name for path in (out / "clips").glob("*.mp4")}


def test_what_is_edited_is_rendered_and_no_other_shot(watched):
    assert not watched.out.exists()  # nothing was edited yet
    assert watched.look() == []
    watched.board.write_text(EDITED)
    assert edited(watched.look()) == [("1: new",)]
    assert clips(watched.out) == {"1_T01.mp4"}
    assert watched.look() == []
    watched.board.write_text(EDITED.replace("MS, pan left", "CU, pan left"))
    assert edited(watched.look()) == [("2: camera.size changed (MS → CU)",)]
    watched.board.write_text(EDITED.replace("MS, pan left", "CU, pan right"))
    assert edited(watched.look()) == [("2: camera.movement changed (pan-left → pan-right)",)]
    assert clips(watched.out) == {"1_T01.mp4", "2_T01.mp4"}


def test_a_note_that_is_saved_the_moment_a_render_finishes_is_seen(watched):
    """The save that a watch was once taken out for."""
    noted = EDITED.replace("A dog runs.,", "A dog runs., notes: Faster,")
    watched.on["RunFinished"] = lambda: watched.board.write_text(noted)
    watched.board.write_text(EDITED)
    assert edited(watched.look()) == [("1: new",)]
    assert edited(watched.look()) == [()]
    assert watched.look() == []


@pytest.mark.parametrize("reading", [1, 2, 3])
@pytest.mark.parametrize("name", ["board.yaml", "cast.yaml"])
def test_a_save_right_behind_any_reading_of_any_file_is_seen(tmp_path, name, reading):
    """A look reads a file to compare it and once more to load it; a save may follow either."""
    files = {
        "cast.yaml": "style: {palette: [warm]}\n",
        "board.yaml": f"include: cast.yaml\n{BOARD}",
    }
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    watched = Watched(tmp_path / "board.yaml", tmp_path / "out")
    watched.look()

    def save() -> None:
        changed = files[name].replace("warm", "cool").replace("seed: 7", "seed: 8")
        (tmp_path / name).write_text(changed)

    watched.save_behind(tmp_path / name, reading, save)
    (tmp_path / "board.yaml").write_text(files["board.yaml"] + "author: Somebody\n")
    files["board.yaml"] += "author: Somebody\n"
    for _ in range(4):  # every look reads every file at least once
        watched.look()
    assert not watched.pending
    assert watched.look() == []
    facts = read_manifest(watched.out).entry("1", 1).facts
    wanted = {"board.yaml": (8, ["warm"]), "cast.yaml": (7, ["cool"])}[name]
    assert (facts["style.seed"], facts["style.palette"]) == wanted


def test_a_save_with_errors_is_told_once_and_everything_stays(watched):
    watched.board.write_text(EDITED)
    watched.look()
    before = {path: path.read_bytes() for path in watched.out.rglob("*.mp4")}
    watched.board.write_text(EDITED.replace("pan left", "pan lefft").replace("MS", "MSS"))
    (refused,) = watched.look()
    assert [problem.splitlines()[0] for problem in refused.problems] == [
        f'{watched.board}:15:26: SB101 camera term "MSS" is not in the vocabulary',
        f'{watched.board}:15:31: SB101 camera term "pan lefft" is not in the vocabulary',
    ]
    assert watched.look() == []
    assert {path: path.read_bytes() for path in watched.out.rglob("*.mp4")} == before
    # The next good save is compared with the last good one.
    watched.board.write_text(EDITED.replace("MS, pan left", "CU, pan left"))
    assert edited(watched.look()) == [("2: camera.size changed (MS → CU)",)]


def test_a_good_save_during_a_render_begins_another_and_a_broken_one_does_not(watched):
    longer = BOARD.replace("10f", "11f")
    watched.on["TakeFinished"] = lambda: watched.board.write_text(longer.replace("WS", "WSS"))
    watched.board.write_text(longer)
    assert names(watched.look()) == ["ShotsEdited", "Warned", "BoardRefused", "RunFinished"]

    again = longer.replace("CU, static", "CU, pan left")
    watched.on["TakeFinished"] = lambda: watched.board.write_text(again)
    watched.board.write_text(longer.replace("CU, static", "BCU, static"))
    events = watched.look()
    assert names(events)[-1] == "Warned"
    assert events[-1].text.startswith("saved again: ")
    assert read_manifest(watched.out).status == "interrupted"
    # Nobody saves again, and yet the next look goes on.
    events = watched.look()
    assert [shot.partition(":")[0] for shot in edited(events)[0]] == ["1A"]
    assert names(events)[-1] == "RunFinished"
    assert read_manifest(watched.out).entry("1A", 1).facts["camera.movement"] == ["pan-left"]


def test_a_save_that_is_taken_back_during_a_render_lets_it_go_on(watched):
    def break_and_mend() -> None:
        watched.board.write_text(EDITED.replace("WS", "WSS"))
        watched.on["StageStarted"] = lambda: watched.board.write_text(EDITED)

    watched.on["StageStarted"] = break_and_mend
    watched.board.write_text(EDITED)
    assert names(watched.look())[-1] == "RunFinished"
    assert watched.look() == []


def test_what_cannot_be_rendered_is_told_and_the_watch_goes_on(watched):
    watched.board.write_text(BOARD.replace("{id: 1,", "{id: 1, use: best,"))
    (told,) = watched.look()
    assert told.text == "shot '1': use is 'best', must be a take like T02."
    watched.board.write_text(EDITED)
    assert names(watched.look())[-1] == "RunFinished"


def test_a_missing_include_is_looked_for_again(tmp_path, monkeypatch):
    board = write_board(tmp_path, f"include: cast.yaml\n{BOARD}")
    watched = Watched(board, tmp_path / "out")
    assert names(watched.look()) == ["BoardRefused"]
    monkeypatch.setattr("storyboard.run.watch.RETRY_S", 0.0)
    (tmp_path / "cast.yaml").write_text("style: {palette: [warm]}\n")
    watched.watch._retry_at = 0.0
    assert watched.look() == []  # the first good board is what edits are compared with
    (tmp_path / "cast.yaml").write_text("style: {palette: [cool]}\n")
    assert len(edited(watched.look())[0]) == 3


def test_a_board_that_is_away_for_a_moment_is_waited_for(watched):
    watched.board.unlink()
    assert watched.look() == []
    watched.board.write_text(EDITED)
    assert edited(watched.look()) == [("1: new",)]


@pytest.mark.slow
def test_the_command_watches_until_ctrl_c(tmp_path):
    board, out, log = write_board(tmp_path), tmp_path / "out", tmp_path / "log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "storyboard", "watch", str(board), "-o", str(out),
             "--quality", "layout", "--set", "size=64x36", "--no-animatic", "--json"],
            stdout=told, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait_for(process, log, "Watching")
        draft = board.with_name("draft~")
        draft.write_text(EDITED)
        draft.replace(board)  # as editors do
        _wait_for(process, log, "RunFinished")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait(timeout=PATIENCE_S)
    assert log.read_text().splitlines()[-1] == "stopped watching"
    assert clips(out) == {"1_T01.mp4"}


def _wait_for(process: subprocess.Popen, log: Path, name: str) -> None:
    began = monotonic()
    while monotonic() - began < PATIENCE_S and process.poll() is None:
        lines = [line for line in log.read_text().splitlines() if line.startswith("{")]
        if any(json.loads(line)["event"] == name for line in lines if line.endswith("}")):
            return
        sleep(0.1)
    raise AssertionError(f"no {name} in {log.read_text()}")


def test_a_board_that_is_not_there_leaves_with_two(tmp_path, capsys):
    from storyboard.cli.main import run

    assert run(["watch", str(tmp_path / "none.yaml")]) == 2
    assert "no such file, must be a board" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
