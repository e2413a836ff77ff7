"""Shot lists: boards become tables, tables become boards, and an edited cell finds its way back."""

from __future__ import annotations

import csv
import difflib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from shots import parse_shots
from storyboard.interchange.draft_text import write_board
from storyboard.interchange.import_report import ImportReport, InterchangeError
from storyboard.interchange.spreadsheet.merge import left_behind, merge_table, shot_list
from storyboard.interchange.spreadsheet.row_draft import draft_table
from storyboard.interchange.spreadsheet.sheet_file import (
    COLUMNS,
    find_column,
    guarded,
    read_table,
    unguarded,
    write_csv,
    write_xlsx,
)

HERE = Path(__file__).parent
BOARDS = [HERE / "boards" / "worked_board.yaml", *sorted((HERE.parent / "examples").glob("*.yaml"))]
WORKED = BOARDS[0].read_bytes()
BOARD = Path("board.yaml")

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)

NASTY = """\
# A board with everything that makes an edit hard.
style: &style {seed: 3}
characters: {mara: {looks: a woman}, ilya: {looks: a man}}
locations:
  stop: {heading: EXT. STOP}
  tram: {heading: INT. TRAM}
lighting: {rain: "night, practical"}
x-coverage: &coverage               # x- keys are yours
  takes: 2
defaults: {<<: *coverage, duration: 4s, camera: 'MS, static, 35mm, shallow'}
scenes:
- number: 12
  location: stop
  lighting: rain
  shots:
  - id: 12    # the master
    camera: &wide {size: WS, lens: 24mm}   # shared below
    action: |
      Rain falls.

      Harder.

    # between two keys
    notes: >
      Hold the look,
      and hold it.
  # about 12A
  - {id: 12A, camera: *wide, action: "He says: \\"no\\".", x-props: 'a cup'}

  - id: 12B
    subjects:
      - mara     # first
      - ilya
    camera:
      size: CU
      movement: push in   # slowly
      speed: slow
    lighting: {source: neon}
    action: Mara runs along the
      kerb and stops.
    duration:
    continuity: {after: 12A, from: style-only}
    # the end of 12B

- number: 13
  location: tram
  shots:
    - id: 13
      action: 日本 😀 walks.
      continuity: {from: style-only}
    - id: 12E1
      camera: MCU, push in, then tilt up, 85mm
      action: He goes.
# the end
"""


def rows_of(content, path=BOARD):
    return shot_list(content, path)


def merge(content, rows, kind="csv"):
    """Merge rows, the first of them the header; returns the new content, changes and report."""
    report = ImportReport(Path(f"t.{kind}"))
    written = write_csv(rows) if kind == "csv" else write_xlsx(rows, "t")
    merged = merge_table(content, BOARD, read_table(written, report), report)
    return merged.contents.get(BOARD, content), merged.changes, report


def edited(content, cells, kind="csv"):
    """Merge a table in which some cells are edited: (shot, column) → text."""
    rows = rows_of(content)
    header = rows[0]
    for (shot, column), text in cells.items():
        row = next(row for row in rows if row[header.index("id")] == shot)
        row[header.index(column)] = text
    return merge(content, rows, kind)


def diff(old, new):
    """Lines that went and came, without the diff's heads."""
    lines = difflib.unified_diff(
        old.decode().split("\n"), new.decode().split("\n"), n=0, lineterm=""
    )
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_table_that_nobody_edited_changes_nothing(path, kind):
    content = path.read_bytes()
    after, changes, report = merge(content, rows_of(content), kind)
    assert after == content
    assert changes == ()
    assert (report.losses, report.remarks) == ([], [])


def test_the_columns_are_those_of_studiobinder_and_ours():
    header, *rows = rows_of(WORKED)
    assert header == list(COLUMNS)
    row = dict(zip(header, rows[2], strict=True))
    assert row == {
        "Scene": "12",
        "Shot": "12B",
        "Location": "EXT. TRAM STOP",
        "Description": "Mara stops, out of breath, and looks up as the light of the tram slides "
        "across her face.",
        "Size": "MCU",
        "Type": "single",
        "Angle": "eye-level",
        "Movement": "push-in slow",
        "Lens": "85mm, shallow",
        "Equipment": "",
        "Frame rate": "24",
        "Cast": "MARA",
        "Sound": "",
        "Notes": "Hold the look. This is the poster frame.",
        "Duration": "3s",
        "Lighting": "night-rain, firelight, warm",
        "Status": "",
        "Take": "",
        "id": "12B",
    }


def test_what_has_no_column_is_told():
    assert left_behind(parse_shots(WORKED, BOARD)) == {
        "composition": 2, "dialogue": 2, "transitions": 3, "continuity": 3, "wardrobe": 6,
        "priority": 3,
    }  # fmt: skip


EDITS = {
    ("12", "Size"): ("ECU", ["camera: EWS, establishing, crane down slow, 24mm"],
                     ["camera: ECU, establishing, crane down slow, 24mm"]),
    ("12A", "Type"): ("two-shot, OTS",
                      ["camera: {size: MWS, people: single, angle: low, movement: follow, "
                       "speed: fast, lens: 35mm}"],
                      ["camera: {size: MWS, people: two-shot, angle: low, movement: follow, "
                       "speed: fast, lens: 35mm, view: OTS}"]),
    ("12A", "Movement"): ("tilt-up", ["camera: {size: MWS, people: single, angle: low, "
                                      "movement: follow, speed: fast, lens: 35mm}"],
                          ["camera: {size: MWS, people: single, angle: low, movement: tilt-up, "
                           "lens: 35mm}"]),
    ("12B", "Movement"): ("pull out fast 2m then tilt up",
                          ["camera: MCU, single, push in slow, 85mm, shallow"],
                          ["camera: MCU, single, pull out fast 2m then tilt up, 85mm, shallow"]),
    ("12B", "Lens"): ("50mm", ["camera: MCU, single, push in slow, 85mm, shallow"],
                      ["camera: MCU, single, push in slow, 50mm"]),
    ("13A", "Type"): ("", ["camera: ECU, insert, overhead, static, macro"],
                      ["camera: ECU, overhead, static, macro"]),
    ("13A", "Duration"): ("36f", ["duration: 2s"], ["duration: 36f"]),
    ("12A", "Duration"): ("3s", [], ["duration: 3s"]),
    ("12B", "Notes"): ("", ["notes: Hold the look. This is the poster frame."], []),
    ("13", "Cast"): ("ilya", ["subjects: [mara, ilya]"], ["subjects: [ilya]"]),
    ("12B", "Lighting"): ("night-rain, neon", ["lighting: {source: firelight, tone: warm}     "
                                               "# overrides one field of night-rain"],
                          ["lighting: night-rain, neon     # overrides one field of night-rain"]),
    ("12", "Sound"): ("MOS", ["sound: {ambience: heavy rain, sfx: [tram bell in the distance]}"],
                      ["sound: MOS"]),
    ("12", "Location"): ("int. tram", [], ["location: tram"]),
    ("13B", "Take"): ("2", [], ["use: T02"]),
    ("13B", "Status"): ("approved: yes", [], ['status: "approved: yes"']),
    ("13B", "Equipment"): ("dolly #2", [], ['x-equipment: "dolly #2"']),
    ("12", "Shot"): ("12Z", ["- id: 12", "continuity: {after: 12, screen-direction: "
                             "left-to-right}"],
                     ["- id: 12Z", "continuity: {after: 12Z, screen-direction: left-to-right}"]),
    ("12", "Description"): ("=1+1 # a: b", [
        "Rain falls on the empty cobbled street. A single yellow tram turns the corner and",
        "its headlamp sweeps over the puddles."], ["=1+1 # a: b"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(("cell", "edit"), EDITS.items(), ids=[f"{k[0]} {k[1]}" for k in EDITS])
def test_an_edited_cell_changes_exactly_its_own_characters(cell, edit, kind):
    text, gone, come = edit
    after, changes, report = edited(WORKED, {cell: text}, kind)
    lines = diff(WORKED, after)
    assert [line[1:].strip() for line in lines if line[0] == "-"] == gone
    assert [line[1:].strip() for line in lines if line[0] == "+"] == come
    assert len(changes) == 1
    assert report.losses == []


def test_a_cell_that_means_the_same_changes_nothing():
    same = {
        ("12", "Size"): "extreme wide",
        ("12", "Movement"): "boom down slowly",
        ("12B", "Lens"): "shallow, 85 mm",
        ("12B", "Duration"): "72f",
        ("12B", "Lighting"): "warm, night-rain, firelight",
        ("13", "Cast"): "Mara; ilya",
        ("12", "Location"): "tram-stop",
    }
    assert edited(WORKED, same)[0] == WORKED


NASTY_EDITS = {
    ("12", "Notes"): ("New.", ["      Hold the look,", "      and hold it."], ["      New."]),
    ("12", "Description"): ("Sun.", ["      Rain falls.", "", "      Harder."], ["      Sun."]),
    ("12", "Duration"): ("3s", [], ["    duration: 3s"]),
    ("12A", "x-props"): (
        "it's",
        ["""  - {id: 12A, camera: *wide, action: "He says: \\"no\\".", x-props: 'a cup'}"""],
        ["""  - {id: 12A, camera: *wide, action: "He says: \\"no\\".", x-props: 'it''s'}"""],
    ),
    ("12A", "Status"): (
        "a, b",
        ["""  - {id: 12A, camera: *wide, action: "He says: \\"no\\".", x-props: 'a cup'}"""],
        [
            '  - {id: 12A, camera: *wide, action: "He says: \\"no\\".", status: "a, b", '
            "x-props: 'a cup'}"
        ],
    ),
    ("12B", "Cast"): (
        "ILYA",
        ["    subjects:", "      - mara     # first", "      - ilya"],
        ["    subjects: [ilya]"],
    ),
    ("12B", "Size"): ("ECU", ["      size: CU"], ["      size: ECU"]),
    ("12B", "Angle"): ("low", [], ["      angle: low"]),
    ("12B", "Movement"): (
        "tilt-up",
        ["      movement: push in   # slowly", "      speed: slow"],
        ["      movement: tilt-up   # slowly"],
    ),
    ("12B", "Description"): (
        "She stops.",
        ["    action: Mara runs along the", "      kerb and stops."],
        ["    action: She stops."],
    ),
    ("12B", "Duration"): ("3s", ["    duration:"], ["    duration: 3s"]),
    ("12B", "Notes"): ("a\n\nb", [], ["    notes: |-", "      a", "", "      b"]),
    ("13", "Description"): (
        "日 goes.",
        ["      action: 日本 😀 walks."],
        ["      action: 日 goes."],
    ),
    ("12E1", "Movement"): (
        "static",
        ["      camera: MCU, push in, then tilt up, 85mm"],
        ["      camera: MCU, static, 85mm"],
    ),
    ("12A", "Shot"): (
        "12X",
        [
            """  - {id: 12A, camera: *wide, action: "He says: \\"no\\".", x-props: 'a cup'}""",
            "    continuity: {after: 12A, from: style-only}",
        ],
        [
            """  - {id: 12X, camera: *wide, action: "He says: \\"no\\".", x-props: 'a cup'}""",
            "    continuity: {after: 12X, from: style-only}",
        ],
    ),
    ("12B", "Shot"): ("12C", ["  - id: 12B"], ["  - id: 12C"]),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(
    ("cell", "edit"), NASTY_EDITS.items(), ids=[f"{k[0]} {k[1]}" for k in NASTY_EDITS]
)
def test_comments_blocks_anchors_and_line_ends_survive_an_edit(cell, edit, newline):
    content = NASTY.replace("\n", newline).encode()
    text, gone, come = edit
    after, changes, report = edited(content, {cell: text})
    lines = [line.removesuffix("\r") for line in diff(content, after)]
    assert [line[1:] for line in lines if line[0] == "-"] == gone
    assert [line[1:] for line in lines if line[0] == "+"] == come
    assert after.count(b"\r\n") == (after.count(b"\n") if newline == "\r\n" else 0)
    assert len(changes) == 1
    assert report.losses == []


def test_all_edits_at_once_are_those_one_by_one():
    content = NASTY.encode()
    cells = {cell: edit[0] for cell, edit in NASTY_EDITS.items() if cell[1] != "Shot"}
    after, changes, report = edited(content, cells)
    assert report.losses == []
    assert len(changes) == len(cells)
    rows = rows_of(after)
    for (shot, column), text in cells.items():
        row = next(row for row in rows if row[-2] == shot or shot in row[:2])
        assert row[rows[0].index(column)] == text
    comments = [line.split("#")[1] for line in NASTY.split("\n") if "#" in line]
    assert [c for c in comments if c not in after.decode()] == [" first"]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")],
    ids=["utf-8", "utf-16-le", "utf-16-be"],
)
def test_a_board_keeps_its_encoding(mark, encoding):
    content = mark + NASTY.encode(encoding)
    after, _, _ = edited(content, {("13", "Description"): "日 goes."})
    assert after == mark + NASTY.replace("日本 😀 walks.", "日 goes.").encode(encoding)


def test_an_edit_goes_into_the_file_that_the_shot_stands_in(tmp_path):
    board, scene = tmp_path / "board.yaml", tmp_path / "scenes" / "one.yaml"
    scene.parent.mkdir()
    scene.write_text(
        "scenes:\n  - number: 1\n    shots:\n"
        "      - {id: 1, action: Mara walks., x-props: a cup}  # one\n"
    )
    content = (
        b"include: scenes/one.yaml\nscenes:\n  - number: 2\n    shots:\n"
        b"      - id: 2\n        action: Mara runs.\n        continuity: {after: 1}\n"
    )
    board.write_bytes(content)
    rows = shot_list(content, board)
    assert [row[rows[0].index("x-props")] for row in rows[1:]] == ["a cup", ""]
    for row, text in zip(rows[1:], ("Mara stops.", "Mara falls."), strict=True):
        row[rows[0].index("Description")] = text
    rows[1][rows[0].index("Shot")] = "1A"
    report = ImportReport(Path("t.csv"))
    merged = merge_table(content, board, read_table(write_csv(rows), report), report)
    assert {path.name: new.decode() for path, new in merged.contents.items()} == {
        "one.yaml": scene.read_text().replace("walks", "stops").replace("id: 1", "id: 1A"),
        "board.yaml": content.decode().replace("runs", "falls").replace("after: 1", "after: 1A"),
    }
    assert report.losses == []


REFUSED = {
    ("12", "Size"): ("Tight", "12 Size (not a camera term, see `storyboard vocab`)"),
    ("12B", "Size"): ("two-shot", "12B Size (that is the people of the camera)"),
    ("12B", "Duration"): ("3", "12B Duration (write it like 4s or 96f)"),
    ("12E1", "Duration"): ("1.3s", "12E1 Duration (not a whole number of frames at 24 fps)"),
    ("12B", "Cast"): (
        "BOB",
        '12B Cast (character "BOB" is not on the board, define it there first)',
    ),
    ("12B", "Location"): (
        "MOON",
        "12B Location (the location is not on the board, define it there first)",
    ),
    ("12B", "Lighting"): (
        "foo",
        '12B Lighting ("foo" is neither a lighting set-up of the board nor a term)',
    ),
    ("12B", "Scene"): ("13", "12B Scene (move the shot on the board)"),
    ("12B", "Take"): ("best", "12B Take (write it like T02)"),
    ("12B", "Shot"): ("../x", "12B Shot (it cannot be a file name)"),
    ("12B", "Lens"): ("", "12B Lens (set above the shot, clear it there)"),
    ("12", "Angle"): ("low", "12 Angle (it would change Angle of 12A too)"),
    ("13", "Duration"): ("2h", "13 Duration (write it like 4s or 96f)"),
    ("12A", "Size"): ("CU", "12A Size (camera is an alias of a value elsewhere on the board)"),
    ("13", "Shot"): ("12a", '13 Shot (shot id "12a" is used twice, first as "12A")'),
}


@pytest.mark.parametrize(("cell", "case"), REFUSED.items(), ids=[f"{k[0]} {k[1]}" for k in REFUSED])
def test_a_cell_that_cannot_be_carried_over_is_told_and_the_others_are(cell, case):
    text, reason = case
    content = NASTY.encode()
    after, changes, report = edited(content, {cell: text, ("13", "Status"): "ok"})
    assert [(loss.what, loss.text) for loss in report.losses] == [(reason, text)]
    assert changes == ("13 Status: ok, was nothing",)
    assert [line[1:].strip() for line in diff(content, after)] == ["status: ok"]


def test_a_new_row_is_a_new_shot_behind_the_row_above_it():
    rows = rows_of(WORKED)
    row = dict.fromkeys(rows[0], "")
    row |= {
        "Scene": "12",
        "Shot": "12C",
        "Description": "A dog runs.",
        "Size": "WS",
        "Cast": "ILYA",
    }
    rows.insert(3, list(row.values()))
    after, changes, report = merge(WORKED, rows)
    assert changes == ("12C: new, after 12A",)
    assert diff(WORKED, after) == [
        "+      - id: 12C",
        "+        subjects: [ilya]",
        "+        camera: WS",
        "+        action: A dog runs.",
    ]
    board = parse_shots(after, BOARD)
    assert [shot.id for shot in board.scenes[0].shots] == ["12", "12A", "12C", "12B"]
    assert (report.losses, report.remarks) == ([], [])


def test_a_copied_row_with_another_shot_is_a_new_one_and_without_is_told():
    rows = rows_of(WORKED)
    copy, twin = list(rows[2]), list(rows[3])
    copy[rows[0].index("Shot")] = "12D"
    rows[3:3] = [copy]
    rows.append(twin)
    after, changes, report = merge(WORKED, rows)
    assert changes == ("12D: new, after 12A",)
    assert (
        parse_shots(after, BOARD).shot("12D").action
        == parse_shots(WORKED, BOARD).shot("12A").action
    )
    assert [(k.line, k.what, k.text) for k in report.losses] == [
        (9, "row", "the same shot as in row 5")
    ]


@pytest.mark.parametrize(
    ("shots", "cells", "reason"),
    [
        (
            "{id: 1, action: a}",
            {"Shot": "1B", "id": "", "Description": "b"},
            "1B row (the shots of the scene are written in brackets)",
        ),
        (
            "{id: 1, action: a, camera: {view: OTS}}",
            {"Type": "two-shot"},
            "1 Type (every key beside people is removed)",
        ),
    ],
)
def test_a_change_that_has_no_place_in_the_file_is_left_out(shots, cells, reason):
    content = f"scenes: [{{number: 1, shots: [{shots}]}}]\n".encode()
    header, row = rows_of(content)
    changed = [cells.get(column, text) for column, text in zip(header, row, strict=True)]
    rows = [header, row, changed] if "id" in cells else [header, changed]
    after, changes, report = merge(content, rows)
    assert (after, changes) == (content, ())
    assert [loss.what for loss in report.losses] == [reason]


def test_rows_that_are_missing_or_moved_leave_the_board_as_it_is():
    header, *rows = rows_of(WORKED)
    after, _, report = merge(WORKED, [header, rows[1], rows[0], *rows[3:]])
    assert after == WORKED
    assert [k.finding for k in report.remarks] == ["not in the table, kept on the board: 12B"]
    assert [(k.what, k.text) for k in report.losses] == [
        ("order of shots", "12A, 12, 13, 13A, 13B")
    ]


def test_ids_that_a_spreadsheet_took_for_numbers_are_found():
    content = NASTY.encode()
    rows = rows_of(content)
    for row in rows:
        if "12E1" in row:
            row[1] = row[rows[0].index("id")] = "1.2E+02"
            row[rows[0].index("Status")] = "ok"
    after, _, report = merge(content, rows)
    assert [line[1:].strip() for line in diff(content, after)] == ["status: ok"]
    assert [loss.what for loss in report.losses] == []


def test_a_cell_edited_in_a_real_workbook_comes_back(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(write_xlsx(rows_of(WORKED), "The: Last/Tram"))
    book = load_workbook(path)
    sheet = book.active
    assert sheet.freeze_panes == "A2"
    assert {cell.number_format for row in sheet for cell in row} == {"@"}
    sheet["E2"] = "CU"
    sheet["P3"] = 5
    sheet["N4"] = "=1+1"
    book.save(path)
    report = ImportReport(path)
    merged = merge_table(WORKED, BOARD, read_table(path.read_bytes(), report), report)
    assert merged.changes == ("12 Size: CU, was EWS",)
    assert [(k.line, k.what, k.text) for k in report.losses] == [
        (4, "formula", "=1+1"),
        (3, '12A Lighting ("5" is neither a lighting set-up of the board nor a term)', "5"),
    ]


FORMULAS = ["=1+1", "+1", "-1", "@x", "'=1", "''=1", " =1", "\t=1", "\uff1d1", "\n=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text):
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text
    cell = next(csv.reader(io.StringIO(write_csv([[text]]).decode("utf-8-sig"), newline="")))[0]
    assert cell.startswith("'")
    sheet = load_workbook(io.BytesIO(write_xlsx([["a"], [text]], "t"))).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].quotePrefix


@QUICK
@given(st.text(st.sampled_from("'=+-@ \t\na\uff1d"), max_size=6))
def test_guarding_a_cell_can_be_undone(text):
    assert unguarded(guarded(text)) == text


HEADER = (
    "Scene #;Shot #;Int/Ext;Location;Day/Night;Shot Size;Shot Type;Camera Angle;Move;Lens;Gear;"
    "Characters;Action;Duration (sec);Props"
)
FOREIGN = f"""\
My film;;;;;;;;;;;;;;
;;;;;;;;;;;;;;
{HEADER}
1;A;INT;Kitchen;DAY;Close Up;Single;Low Angle;Push In;35;Dolly;Anna;Anna opens the fridge.;3;milk
1;B;INT;Kitchen;DAY;Tight;OTS;Eye level;Pan;50mm;Tripod;Anna, Bob;'=2+2 he says, and goes.;2,5;
2;1;EXT;Garden;NIGHT;WS;;;;24mm prime;Steadicam;;The cat jumps.;;
"""


def table_board(content, name="t.csv"):
    report = ImportReport(Path(name))
    text = write_board(draft_table(read_table(content, report), report))
    return parse_shots(text, BOARD), report


def test_somebody_elses_shot_list_is_a_board():
    board, report = table_board(FOREIGN.encode())
    assert [(k.number, k.heading, k.time) for k in board.scenes] == [
        ("1", "INT. KITCHEN", "DAY"),
        ("2", "EXT. GARDEN", "NIGHT"),
    ]
    first, second, third = board.shots
    assert [shot.id for shot in board.shots] == ["1A", "1B", "2-1"]
    assert (first.camera.size, first.camera.people, first.camera.angle) == ("CU", "single", "low")
    assert (first.camera.movement, first.camera.lens_mm, first.duration_s) == (("push-in",), 35, 3)
    assert second.subjects == ("anna", "bob")
    assert second.action == "=2+2 he says, and goes."
    assert (second.duration_s, third.camera.movement) == (2.5, ("steadicam",))
    assert [(k.line, k.finding) for k in report.remarks] == [
        (5, 'Size: "Tight" is kept as x-size'),
        (5, 'Movement: "Pan" is kept as x-movement'),
        (6, 'Lens: "24mm prime" is kept as x-lens'),
    ]
    assert [(k.line, k.what, k.text) for k in report.losses] == [
        (1, "row above the table", "My film")
    ]


def test_a_board_made_of_a_table_gives_the_table_back():
    report = ImportReport(Path("t.csv"))
    text = write_board(draft_table(read_table(FOREIGN.encode(), report), report))
    header, *rows = rows_of(text.encode())
    shots = [dict(zip(header, row, strict=True)) for row in rows]
    assert [shot["Equipment"] for shot in shots] == ["Dolly", "Tripod", "Steadicam"]
    assert [shot["x-props"] for shot in shots] == ["milk", "", ""]
    assert [shot["x-size"] for shot in shots] == ["", "Tight", ""]
    assert merge(text.encode(), [header, *rows])[0] == text.encode()


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_table_alone_carries_the_shots_of_a_board(path):
    rows = rows_of(path.read_bytes(), path)
    old, (new, _) = parse_shots(path.read_bytes(), path), table_board(write_csv(rows))
    assert [shot.id for shot in new.shots] == [shot.id for shot in old.shots]
    for shot in old.shots:
        twin = new.shot(shot.id)
        assert twin.camera == shot.camera
        assert (twin.action, twin.duration_s, twin.sound, twin.notes) == (
            shot.action, shot.duration_s, shot.sound, shot.notes,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("header", "column"),
    [("SHOT SIZE", "Size"), ("Camera_Movement", "Movement"), ("Lens (mm)", "Lens"),
     ("FPS", "Frame rate"), ("Scene #", "Scene"), ("Audio", "Sound"),
     ("shot-id", "id"), ("D/N", "Time of day"),
     ("Duration (sec)", "Duration"), ("Int./Ext.", "Side")],
)  # fmt: skip
def test_columns_have_other_names(header, column):
    assert find_column(header)[0] == column


def test_a_table_may_be_of_windows_or_have_tabs():
    text = "Scene\tShot\tDescription\n1\tA\tCafé opens.\n"
    for encoding in ("utf-8", "utf-16", "cp1252"):
        assert table_board(text.encode(encoding))[0].shots[0].action == "Café opens."


NO_HEADER = (
    "t.csv: no header row, must have two columns of a shot list such as Scene, Shot, Description, "
    "Size. Add a header row above the shots."
)
NO_SHEET = (
    "t.xlsx: not a spreadsheet (File is not a zip file), must be an .xlsx file. "
    "Save it again from Excel or LibreOffice, or as CSV."
)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "t.csv", NO_HEADER),
        (b"a,b\n1,2\n", "t.csv", NO_HEADER),
        (
            b"Scene,Shot\n" + b"1,2\n" * 20_001,
            "t.csv",
            "t.csv: more than 20,000 rows, 20,000 are allowed. Split the table.",
        ),
        (b"PK\x03\x04", "t.xlsx", NO_SHEET),
        (b"Scene,Shot", "t.xlsx", NO_SHEET),
    ],
    ids=["empty", "columns", "rows", "damaged", "text"],
)
def test_what_is_no_shot_list_is_refused(content, name, message):
    with pytest.raises(InterchangeError) as error:
        table_board(content, name)
    assert str(error.value) == message


def test_a_table_larger_than_any_is_refused_unread():
    with pytest.raises(InterchangeError) as error:
        table_board(b"," * 64_000_001)
    assert str(error.value) == ("t.csv: 64,000,001 bytes, 64,000,000 are allowed. Split the table.")


def test_a_workbook_that_unpacks_to_more_than_any_is_refused_packed():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"")
    content = file.getvalue()
    size = (256_000_001).to_bytes(4, "little")
    at = content.index(b"PK\x01\x02") + 24  # the size of the file in the archive's directory
    with pytest.raises(InterchangeError) as error:
        table_board(content[:at] + size + content[at + 4 :], "t.xlsx")
    assert str(error.value) == (
        "t.xlsx: unpacks to 256,000,001 bytes, 256,000,000 are allowed. Save only the shot list."
    )


def test_a_text_that_no_cell_of_a_workbook_holds_is_refused():
    with pytest.raises(InterchangeError) as error:
        write_xlsx([["Shot", "Notes"], ["1", "a" * 32_001]], "t")
    assert str(error.value) == (
        "row 2, Notes: 32,001 characters, 32,000 are allowed. Write CSV instead."
    )


@QUICK
@given(
    st.lists(
        st.lists(
            st.sampled_from([*COLUMNS, "1", "12A", "CU", "x", "=1", "'", "null", "3s", "MARA, BOB"])
            | st.text(max_size=8),
            max_size=8,
        ),
        max_size=8,
    )
)
def test_any_cells_are_a_board_without_errors(rows):
    for kind in ("csv", "xlsx"):
        head = ["Scene", "Shot", "Size", "Duration", "Cast", "Lighting", "Lens", "x-y"]
        clean = [[text for text in row if text.isprintable()] for row in rows]
        content = write_csv([head, *clean]) if kind == "csv" else sheet_of([head, *clean])
        table_board(content, f"t.{kind}")


def sheet_of(rows):
    width = max(map(len, rows))
    return write_xlsx([row + [""] * (width - len(row)) for row in rows], "t")


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_are_a_shot_list_or_none(content):
    for name in ("t.csv", "t.xlsx"):
        for start in (b"", b"Scene,Shot\n", b"PK\x03\x04"):
            try:
                table_board(start + content, name)
            except InterchangeError as error:
                refusal = str(error)
            else:
                continue
            assert refusal.startswith(name)
            assert "\n" not in refusal


SHEET = write_xlsx(rows_of(WORKED), "t")


@QUICK
@given(st.integers(0, len(SHEET)), st.integers(0, 20), st.binary(max_size=4))
def test_any_damage_to_a_workbook_is_survived(start, length, snippet):
    try:
        table_board(SHEET[:start] + snippet + SHEET[start + length :], "t.xlsx")
    except InterchangeError as error:
        refusal = str(error)
    else:
        return
    assert refusal.startswith("t.xlsx: ")


CELLS = st.sampled_from(
    ["", "CU", "OTS, single", "low", "push in slow", "50mm", "3s", "1.3s", "99f", "0s", "null", "~",
     "a: b", "# x", "'x", '"', "MARA", "mara, ilya", "night, neon", "INT. TRAM", "12A", "x\ny",
     "é😀", "{a: 1}", "[", "- a", "T02", "48", "MOS", "rain; sfx: a, b", "&a", "*wide", "|", ">"]
)  # fmt: skip


@QUICK
@given(st.dictionaries(st.tuples(st.integers(1, 5), st.integers(0, 19)), CELLS, max_size=8))
def test_any_edits_leave_a_board_without_errors_and_all_else_as_it_was(edits):
    content = NASTY.encode()
    rows = rows_of(content)
    shots = {row[1] for k, row in enumerate(rows) if any(edit[0] == k for edit in edits)}
    for (row, column), text in edits.items():
        rows[row][column] = text
    after, _, _ = merge(content, rows)
    old, new = parse_shots(content, BOARD), parse_shots(after, BOARD)
    for shot in old.shots:
        if shot.id not in shots:
            exclude = {"continuity"}
            assert new.shot(shot.id).model_dump(exclude=exclude) == shot.model_dump(exclude=exclude)
