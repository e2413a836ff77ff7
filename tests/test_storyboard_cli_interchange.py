"""The commands `import` and `export`: what they write, what they say, what they leave with."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from shots import Camera, Shot, camera_path, load_shots
from shots.path.rig import turn_about
from storyboard.cli.interchange_commands import chan_text
from storyboard.cli.main import run

HERE = Path(__file__).parent
SCRIPTS = HERE / "scripts"
WORKED = HERE / "boards" / "worked_board.yaml"


def told(capsys, *arguments):
    """Exit code, output and errors of a command."""
    code = run([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def board(tmp_path):
    path = tmp_path / "board.yaml"
    path.write_bytes(WORKED.read_bytes())
    return path


def test_import_of_a_script_says_where_it_guessed_and_what_it_left(tmp_path, capsys):
    script = tmp_path / "harbour.fountain"
    script.write_bytes((SCRIPTS / "harbour.fountain").read_bytes())
    output = tmp_path / "film" / "board.yaml"
    assert told(capsys, "import", script, "-o", output) == (
        0,
        f'{script}:2: not carried over: emphasis "The Harbour Light"\n'
        f'{script}:29: shot note: "insrt" is kept as a note; did you mean "insert"?\n'
        f'{script}:30: not carried over: emphasis "shakes"\n'
        f'{script}:46: not carried over: page break "==="\n'
        f'{script}:56: not carried over: comment "The old ending: Jonas drowns."\n'
        f'{script}:59: not carried over: transition "CUT TO BLACK."\n'
        f"wrote {output}: 3 scenes, 5 shots, 2 characters, 2 locations, 1 remark, "
        "5 not carried over\n"
        f"next: storyboard check {output}\n",
        "",
    )


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.fountain")), ids=lambda path: path.stem)
def test_what_import_writes_passes_check(script, tmp_path, capsys):
    output = tmp_path / "board.yaml"
    assert told(capsys, "import", script, "-o", output)[0] == 0
    assert told(capsys, "check", output)[0] == 0


def test_import_reports_as_json(tmp_path, capsys):
    output = tmp_path / "b.yaml"
    code, out, _ = told(capsys, "import", SCRIPTS / "forced.fountain", "-o", output, "--json")
    report = json.loads(out)
    assert code == 0
    assert report["losses"][1] == {"line": 21, "what": "transition", "text": "Burn to white."}
    assert (report["board"], report["scenes"], report["shots"]) == (str(output), 3, 4)


def test_import_never_overwrites_a_board(board, capsys, tmp_path):
    script = tmp_path / "board.fountain"
    script.write_text("INT. A\n")
    before = board.read_bytes()
    assert told(capsys, "import", script) == (
        2, "", f"{board}: exists already. Name another file with -o.\n",
    )  # fmt: skip
    assert board.read_bytes() == before


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_export_and_import_change_nothing_that_nobody_edited(board, form, capsys):
    table = board.with_suffix(f".{form}")
    assert told(capsys, "export", board, "--to", form) == (
        0,
        f"wrote {table}: 6 shots\n"
        "not in the table, kept on the board: composition (2), dialogue (2), transitions (3), "
        "continuity (3), wardrobe (6), priority (3)\n",
        "",
    )
    written = board.stat().st_mtime_ns
    assert told(capsys, "import", table, "--into", board) == (0, f"{board}: 0 changes\n", "")
    assert board.stat().st_mtime_ns == written


def test_an_edited_workbook_changes_its_cells_on_the_board(board, capsys):
    board.chmod(0o640)
    table = board.with_suffix(".xlsx")
    told(capsys, "export", board, "--to", "xlsx")
    book = load_workbook(table)
    book.active["O4"] = "2.5s"
    book.active["E4"] = "Tight"
    book.save(table)
    assert told(capsys, "import", table, "--into", board) == (
        0,
        f"{table}:4: not carried over: 12B Size (not a camera term, see `storyboard vocab`) "
        '"Tight"\n'
        "12B Duration: 2.5s, was 3s\n"
        f"{board}: 1 change, 1 not carried over\n",
        "",
    )
    expected = WORKED.read_text().replace("        duration: 3s\n", "        duration: 2.5s\n")
    assert board.read_text() == expected
    assert stat.S_IMODE(board.stat().st_mode) == 0o640


def test_export_does_not_overwrite_what_somebody_edits(board, capsys):
    table = board.with_suffix(".csv")
    table.write_text("mine")
    code, _, said = told(capsys, "export", board, "--to", "csv")
    assert code == 2
    assert said == (
        f"{table}: exists already, and may have been edited. Merge it with `storyboard import "
        f"{table} --into {board}`, name another file with -o, or overwrite it with --force.\n"
    )
    assert table.read_text() == "mine"
    assert told(capsys, "export", board, "--to", "csv", "--force")[0] == 0
    assert table.read_bytes().startswith(b"\xef\xbb\xbfScene,Shot,")


def test_a_shot_list_becomes_a_board(board, capsys):
    told(capsys, "export", board, "--to", "xlsx")
    output = board.with_name("new.yaml")
    assert told(capsys, "import", board.with_suffix(".xlsx"), "-o", output)[0] == 0
    assert [shot.id for shot in load_shots(output).shots] == [
        "12",
        "12A",
        "12B",
        "13",
        "13A",
        "13B",
    ]
    assert told(capsys, "check", output)[0] == 0


def test_a_board_that_is_a_link_stays_one(board, capsys):
    told(capsys, "export", board, "--to", "csv")
    table = board.with_suffix(".csv")
    table.write_text(table.read_text("utf-8-sig").replace(",3s,", ",2s,"), "utf-8-sig")
    link = board.with_name("link.yaml")
    link.symlink_to(board)
    assert told(capsys, "import", table, "--into", link)[0] == 0
    assert link.is_symlink()
    assert "duration: 2s" in board.read_text()


def test_a_board_with_errors_is_not_touched(board, capsys):
    told(capsys, "export", board, "--to", "csv")
    broken = board.read_text().replace("MCU", "MCUU")
    board.write_text(broken)
    code, _, said = told(capsys, "import", board.with_suffix(".csv"), "--into", board)
    assert code == 2
    assert "SB101" in said
    assert board.read_text() == broken
    assert told(capsys, "export", board, "--to", "xlsx")[0] == 2


WRONG = {
    "kind": (
        ["script.pdf"],
        "script.pdf: a .pdf file, must be one of .fountain, .spmd, .txt, .fdx, .csv, .tsv, .xlsx, "
        ".xlsm. Save it in one of these formats.\n",
    ),
    "no kind": (
        ["script"],
        "script: a file without a suffix, must be one of .fountain, .spmd, .txt, .fdx, .csv, "
        ".tsv, .xlsx, .xlsm. Save it in one of these formats.\n",
    ),
    "not there": (
        ["none.fountain"],
        "none.fountain: cannot be read: no such file or directory. Check the path.\n",
    ),
    "script into": (
        ["a.fountain", "--into", "b.yaml"],
        "--into b.yaml: cannot merge a script. Use either -o or --into with a shot list.\n",
    ),
    "both": (
        ["a.csv", "--into", "b.yaml", "-o", "c.yaml"],
        "--into b.yaml: cannot be used with -o. Use either -o or --into with a shot list.\n",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_leave_with_2_and_a_remedy(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    arguments, message = WRONG[name]
    assert told(capsys, "import", *arguments) == (2, "", message)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.fdx"])
def test_a_file_that_is_something_else_leaves_with_2_and_writes_nothing(name, tmp_path, capsys):
    path = tmp_path / name
    path.write_bytes(b"\x00\xff PDF")
    code, out, said = told(capsys, "import", path)
    assert (code, out) == (2, "")
    assert said.startswith((f"{path}: no header row, ", f"{path}: not a "))
    assert list(tmp_path.iterdir()) == [path]


def test_cameras_leave_as_one_line_a_frame(board, capsys):
    folder = board.with_name("board_cameras")
    code, out, _ = told(capsys, "export", board, "--to", "chan")
    assert (code, out) == (0, f"wrote {folder}: the cameras of 6 shots\n")
    shots = load_shots(board)
    assert {path.stem for path in folder.iterdir()} == {shot.id for shot in shots.shots}
    for shot in shots.shots:
        rows = np.loadtxt(folder / f"{shot.id}.chan", ndmin=2)
        assert rows.shape == (shot.duration_s * shots.format.fps, 8)
        assert rows[:, 0].tolist() == list(range(1, len(rows) + 1))


@pytest.mark.parametrize(
    "camera",
    ["MS, pan left", "MS, low, tilt up", "WS, dutch, orbit right", "CU, roll left", "FS, handheld",
     "MS, zoom in", "EWS, aerial, fly through"],
)  # fmt: skip
def test_a_chan_file_is_the_path_with_y_up(camera):
    shot = Shot(id="1", scene="1", camera=Camera.model_validate(camera))
    path = camera_path(shot, num_frames=9, aspect=16 / 9, seed=3)
    rows = np.array([line.split() for line in chan_text(path, 101).splitlines()], float)
    assert rows[:, 0].tolist() == list(range(101, 110))
    flip = np.diag([1.0, -1.0, -1.0])
    x, y, z = np.radians(rows[:, 4:7]).T
    turns = turn_about(1, y) @ turn_about(0, x) @ turn_about(2, z)
    ours = flip @ path.camera_to_world[:, :, :3] @ flip
    assert np.abs(turns - ours).max() < 1e-6
    assert np.abs(rows[:, 1:4] - path.camera_to_world[:, :, 3] @ flip).max() < 1e-6
    halves = np.tan(np.radians(rows[:, 7]) / 2)
    assert np.abs(halves - 0.5 / path.focal * 9 / 16).max() < 1e-6


def test_cameras_are_not_overwritten_unasked(board, capsys):
    assert told(capsys, "export", board, "--to", "chan")[0] == 0
    code, _, err = told(capsys, "export", board, "--to", "chan")
    assert code == 2
    assert err.endswith(
        "12.chan: exists already. Name another folder with -o, or overwrite with --force.\n"
    )
    assert told(capsys, "export", board, "--to", "chan", "--force")[0] == 0
