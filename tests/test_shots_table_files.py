"""Files of tables: workbooks and formulas, shot lists of others, damage and arbitrary input."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from shots import parse_shots
from storyboard.interchange.draft_text import write_board
from storyboard.interchange.import_report import ImportReport, InterchangeError
from storyboard.interchange.spreadsheet.merge import merge_table
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
from tests.table_kit import BOARD, BOARDS, NASTY, QUICK, WORKED, diff, merge, rows_of


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
