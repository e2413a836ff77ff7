"""A watched board: every save is noticed, whenever it comes, and no test can wait for ever."""

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
    """A watch in this process that updates when it is told to, and its events.

    Attributes:
        on: Texts to save in the board as soon as an event of a kind arrives, once each.
    """

    board: Path
    out: Path
    events: list[Event] = field(default_factory=list)
    on: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        request = Request(quality="layout", settings=(("size", "64x36"),))
        options = Options(animatic=False, sheet=False)
        self.watch = Watch(self.board, self.out, lambda shots: request, options, self._listen)

    def _listen(self, event: Event) -> None:
        self.events.append(event)
        if saves := self.on.pop(event.name, None):
            saves()

    def save(self, text: str, file: Path | None = None) -> None:
        """Save a file, and wait until the watch has noticed."""
        (file or self.board).write_text(text)
        assert self.watch.files.changed.wait(PATIENCE_S)

    def update(self) -> list[Event]:
        """Act on what was saved; returns the events."""
        self.events.clear()
        self.watch.update()
        return list(self.events)

    def save_and_update(self, text: str, file: Path | None = None) -> list[Event]:
        self.save(text, file)
        return self.update()


def edited(events: list[Event]) -> list[tuple[str, ...]]:
    return [event.shots for event in events if event.name == "ShotsEdited"]


def names(events: list[Event]) -> list[str]:
    told = ("Warned", "BoardRefused", "ShotsEdited", "RunFinished")
    return [event.name for event in events if event.name in told]


@pytest.fixture
def watching():
    """Watches boards; every watch is ended after the test."""
    begun = []

    def watch(board: Path) -> Watched:
        begun.append(Watched(board, board.parent / "out"))
        return begun[-1]

    yield watch
    for each in begun:
        each.watch.files.close()


@pytest.fixture
def watched(tmp_path, watching):
    found = watching(write_board(tmp_path))
    found.update()
    return found


def clips(out: Path) -> set[str]:
    return {path.name for path in (out / "clips").glob("*.mp4")}


def test_what_is_edited_is_rendered_and_no_other_shot(watched):
    assert not watched.out.exists()  # nothing was edited yet
    assert watched.update() == []
    assert edited(watched.save_and_update(EDITED)) == [("1: new",)]
    assert clips(watched.out) == {"1_T01.mp4"}
    assert watched.update() == []
    events = watched.save_and_update(EDITED.replace("MS, pan left", "CU, pan left"))
    assert edited(events) == [("2: camera.size changed (MS → CU)",)]
    events = watched.save_and_update(EDITED.replace("MS, pan left", "CU, pan right"))
    assert edited(events) == [("2: camera.movement changed (pan-left → pan-right)",)]
    assert clips(watched.out) == {"1_T01.mp4", "2_T01.mp4"}


def test_a_file_that_is_saved_without_a_change_renders_nothing(watched):
    assert watched.save_and_update(BOARD) == []
    assert not watched.out.exists()


def test_a_note_that_is_saved_the_moment_a_render_finishes_is_noticed(watched):
    noted = EDITED.replace("A dog runs.,", "A dog runs., notes: Faster,")
    watched.on["RunFinished"] = lambda: watched.save(noted)
    assert edited(watched.save_and_update(EDITED)) == [("1: new",)]
    assert edited(watched.update()) == [()]
    assert watched.update() == []


@pytest.mark.parametrize("name", ["board.yaml", "cast.yaml"])
def test_a_save_while_the_files_are_read_is_noticed(tmp_path, watching, monkeypatch, name):
    files = {
        "cast.yaml": "style: {palette: [warm]}\n",
        "board.yaml": f"include: cast.yaml\n{BOARD}",
    }
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    watched = watching(tmp_path / "board.yaml")
    watched.update()
    files["board.yaml"] += "author: Somebody\n"
    watched.save(files["board.yaml"])
    changed = files[name].replace("warm", "cool").replace("seed: 7", "seed: 8")
    read = Path.read_bytes

    def read_then_save(path: Path) -> bytes:
        content = read(path)
        if path.name == name:
            monkeypatch.undo()
            watched.save(changed, tmp_path / name)
        return content

    monkeypatch.setattr(Path, "read_bytes", read_then_save)
    watched.update()
    while watched.watch.files.changed.wait(0.5):
        watched.update()
    facts = read_manifest(watched.out).entry("1", 1).facts
    expected = {"board.yaml": (8, ["warm"]), "cast.yaml": (7, ["cool"])}[name]
    assert (facts["style.seed"], facts["style.palette"]) == expected


def test_a_save_with_errors_is_told_once_and_everything_stays(watched):
    watched.save_and_update(EDITED)
    before = {path: path.read_bytes() for path in watched.out.rglob("*.mp4")}
    broken = EDITED.replace("pan left", "pan lefft").replace("MS", "MSS")
    (refused,) = watched.save_and_update(broken)
    assert [problem.splitlines()[0] for problem in refused.problems] == [
        f'{watched.board}:15:26: SB101 camera term "MSS" is not in the vocabulary',
        f'{watched.board}:15:31: SB101 camera term "pan lefft" is not in the vocabulary',
    ]
    assert watched.update() == []
    assert {path: path.read_bytes() for path in watched.out.rglob("*.mp4")} == before
    # The next good save is compared with the last good one.
    events = watched.save_and_update(EDITED.replace("MS, pan left", "CU, pan left"))
    assert edited(events) == [("2: camera.size changed (MS → CU)",)]


def test_a_good_save_during_a_render_begins_another_and_a_broken_one_does_not(watched):
    longer = BOARD.replace("10f", "11f")
    watched.on["TakeFinished"] = lambda: watched.save(longer.replace("WS", "WSS"))
    events = watched.save_and_update(longer)
    assert names(events) == ["ShotsEdited", "Warned", "BoardRefused", "RunFinished"]

    statuses = []
    again = longer.replace("CU, static", "CU, pan left")

    def save_again() -> None:
        watched.save(again)
        watched.on["Warned"] = lambda: statuses.append(read_manifest(watched.out).status)

    watched.on["TakeFinished"] = save_again
    events = watched.save_and_update(longer.replace("CU, static", "BCU, static"))
    # Nobody saves again, and yet the rest is rendered.
    assert names(events) == [
        "ShotsEdited", "Warned", "Warned", "ShotsEdited", "Warned", "RunFinished",
    ]  # fmt: skip
    warnings = [event.text for event in events if event.name == "Warned"]
    assert warnings[1].startswith("saved again: ")
    assert statuses == ["interrupted"]
    assert [shot.partition(":")[0] for shot in edited(events)[1]] == ["1A"]
    assert read_manifest(watched.out).entry("1A", 1).facts["camera.movement"] == ["pan-left"]


def test_a_save_that_is_taken_back_during_a_render_lets_it_go_on(watched):
    watched.on["StageStarted"] = lambda: watched.save(EDITED.replace("WS", "WSS"))
    watched.on["BoardRefused"] = lambda: watched.save(EDITED)
    assert names(watched.save_and_update(EDITED))[-2:] == ["BoardRefused", "RunFinished"]
    assert watched.update() == []


def test_what_cannot_be_rendered_is_told_and_the_watch_goes_on(watched):
    (warned,) = watched.save_and_update(BOARD.replace("{id: 1,", "{id: 1, use: best,"))
    assert warned.text == "shot '1': use is 'best', must be a take like T02."
    assert names(watched.save_and_update(EDITED))[-1] == "RunFinished"


def test_a_missing_include_is_looked_for_again(watched, monkeypatch):
    monkeypatch.setattr("storyboard.run.watch.RETRY_S", 0.1)
    cast = watched.board.with_name("cast.yaml")
    watched.on["Watching"] = lambda: watched.save(f"include: cast.yaml\n{BOARD}")
    watched.on["BoardRefused"] = lambda: cast.write_text("style: {palette: [cool]}\n")

    def stop() -> None:
        raise KeyboardInterrupt

    watched.on["RunFinished"] = stop
    with pytest.raises(KeyboardInterrupt):
        watched.watch.run()
    assert len(edited(watched.events)[0]) == 3


def test_a_board_that_is_away_for_a_moment_is_waited_for(watched):
    watched.board.unlink()
    assert watched.watch.files.changed.wait(PATIENCE_S)
    assert watched.update() == []
    assert edited(watched.save_and_update(EDITED)) == [("1: new",)]


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

    board = tmp_path / "none.yaml"
    assert run(["watch", str(board)]) == 2
    message = f"{board}: no such file, must be a board. Check the path.\n"
    assert capsys.readouterr().err == message
    assert list(tmp_path.iterdir()) == []
