"""Shot lists: boards become tables, tables become boards, and an edited cell finds its way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from shots import parse_shots
from storyboard.interchange.import_report import ImportReport
from storyboard.interchange.spreadsheet.merge import left_behind, merge_table, shot_list
from storyboard.interchange.spreadsheet.sheet_file import COLUMNS, read_table, write_csv
from tests.table_kit import BOARD, BOARDS, NASTY, WORKED, diff, edited, merge, rows_of


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
