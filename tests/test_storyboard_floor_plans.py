"""Floor plans on the review page, and the shot list by set-up: what is drawn, named and grouped."""

from __future__ import annotations

import csv
import io
import math
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from shots import parse_shots
from shots.lexicon.places import SETS
from shots.path.camera_path import camera_path
from shots.staging.staged import Beat, CameraPlace, NotStaged, Place, Player, Staged, StagedShot
from storyboard.cli.main import run
from storyboard.interchange.spreadsheet.setup_list import COLUMNS, setup_list
from storyboard.sheet.page import build_sheet, write_sheet
from storyboard.sheet.plan_drawing import (
    SCENE_WIDTH,
    SHOT_WIDTH,
    PlannedShot,
    PlanPoint,
    draw_plan,
    plan_points,
)
from storyboard.sheet.sheet_board import ShotResult

BOARD = parse_shots(
    """\
title: The Letter
characters:
  mara: {name: MARA, looks: a woman}
  ilya: {name: ILYA, looks: a man}
locations:
  kitchen: {heading: INT. KITCHEN, looks: a kitchen, set: kitchen}
  garden: {heading: EXT. GARDEN, looks: a garden}
  porch: {heading: EXT. KITCHEN, looks: a porch}
scenes:
  - number: 3
    location: kitchen
    lighting: night, practical
    shots:
      - {id: 3A, subjects: [mara, ilya], camera: "WS, two-shot, push in, 24mm", action: Ilya sits.}
      - {id: 3B, subjects: [mara], camera: "CU, OTS ilya, 85mm", action: Mara talks., notes: Hold.}
      - {id: 3C, subjects: [ilya], camera: "CU, OTS mara, 85mm", action: Ilya nods.}
      - {id: 3D, subjects: [mara], camera: "CU, OTS ilya, 85mm, pan left", action: Mara turns.}
  - number: 4
    location: garden
    lighting: day, sun
    shots: [{id: 4A, camera: "WS", action: Leaves fall.}]
  - number: 5
    location: kitchen
    lighting: day, daylight
    shots:
      - {id: 5A, camera: "MS", action: Mara turns., subjects: [mara]}
      - {id: 5B, camera: "CU", action: Mara turns., subjects: [mara], location: porch}
""",
    Path("board.yaml"),
)
PLACE = Place("kitchen", is_interior=True)
FIXTURES = (
    Player("table", "table", "thing", "dining-table", at=(0.0, 0.4), is_fixture=True),
    Player("lamp", "lamp", "thing", "ceiling-lamp", at=(0.0, 0.4), base_m=2.0, is_fixture=True),
)
MARA = Player(
    "mara", "MARA", at=(-0.8, 0.4), facing_deg=90.0, is_subject=True, beats=(Beat(posture="sit"),)
)
ILYA = Player("ilya", "ILYA", at=(0.8, 0.4), facing_deg=-90.0, beats=(Beat(posture="sit"),))
WALK = ((1.9, -1.2), (1.2, -0.6), (0.8, 0.4))
ENTERS = replace(ILYA, at=WALK[0], beats=(Beat(posture="walk", to="chair-2", path=WALK),))
CUP = Player("cup", "cup", "thing", "cup", at=(0.1, 0.4), on="table")
LINE = ((-0.8, 0.4), (0.8, 0.4))


def staged(*players, at=(0.0, 0.4), side_deg=0.0, **values):
    place = CameraPlace(at, side_deg)
    return StagedShot(PLACE, (*players, *FIXTURES), place, line=LINE, **values)


STAGED = {
    "3A": staged(MARA, ENTERS, CUP, staged=(Staged("mara: sit", "sits at the table"),)),
    "3B": staged(MARA, ILYA, CUP, at=(-0.8, 0.4), side_deg=60.0),
    "3C": staged(
        MARA, ILYA, at=(0.8, 0.4), side_deg=-60.0, warnings=("MARA hides ILYA.",),
        not_staged=(NotStaged("nods sadly", "no such gesture", "nod"),),
    ),
    "3D": staged(MARA, ILYA, CUP, at=(-0.8, 0.4), side_deg=62.0),
}  # fmt: skip


def planned(shot_id, shot=None):
    path = camera_path(BOARD.shot(shot_id), num_frames=9, aspect=16 / 9)
    shot = shot or STAGED[shot_id]
    return PlannedShot(shot_id, shot, plan_points(path, shot.camera))


def scene():
    return draw_plan("Floor plan of scene 3", [planned(shot_id) for shot_id in STAGED])


def shapes(drawing, kind):
    return [shape for shape in drawing.shapes if kind in shape.kind.split()]


def test_a_scene_shows_its_people_its_line_and_all_of_its_cameras():
    drawing = scene()
    assert drawing.width == SCENE_WIDTH
    assert len(shapes(drawing, "camera")) == len(shapes(drawing, "cone")) == 4
    assert len([shape for shape in shapes(drawing, "person") if shape.radius]) == 2
    assert len(shapes(drawing, "action-line")) == 1
    assert len(shapes(drawing, "later")) == 1  # the seat that ILYA goes to
    names = [label.text for label in drawing.labels]
    assert {"MARA", "ILYA", "cup", "table", "3A"} <= set(names)
    assert "lamp" not in names  # it hangs over everything
    assert drawing.words == (
        "Cameras: 3A, 3B, 3C, 3D. MARA sit. ILYA walk to chair-2. cup. Set: table."
    )


def test_no_two_names_of_a_plan_lie_on_each_other():
    boxes = [
        (each.at[0] - 2.6 * len(each.text), each.at[1] - 8, 5.2 * len(each.text))
        for each in scene().labels
    ]
    for k, (x, y, width) in enumerate(boxes):
        for other_x, other_y, other_width in boxes[k + 1 :]:
            apart = x + width <= other_x or other_x + other_width <= x or abs(y - other_y) >= 10
            assert apart


def test_cameras_of_one_place_share_a_name():
    drawing = draw_plan("", [planned("3B"), replace(planned("3B"), id="3E")])
    assert "3B, 3E" in [label.text for label in drawing.labels]


def test_a_shot_shows_the_way_of_its_camera_and_the_moves_of_its_people():
    drawing = draw_plan("Floor plan of shot 3A", [planned("3A")])
    assert drawing.width == SHOT_WIDTH
    track, walk = shapes(drawing, "track"), shapes(drawing, "walk")
    assert [shape.is_open for shape in track] == [True, False]
    assert track[0].points[0][1] > track[0].points[-1][1]  # pushing in goes up, away from the front
    assert len(walk[0].points) == len(WALK)
    assert len(shapes(drawing, "cone")) == 2
    assert re.fullmatch(r"\d\.\d → \d\.\d m", drawing.distance)
    assert drawing.words.startswith(f"Camera {drawing.distance} away, ")


def test_a_camera_stands_on_the_plan_where_its_place_says():
    path = planned("3B")
    angle, distance = math.radians(60.0), path.camera[0].distance_m
    expected = complex(-0.8 + distance * math.sin(angle), 0.4 - distance * math.cos(angle))
    assert abs(path.track[0] - expected) < 1e-6
    aim = complex(path.camera[0].aim_x, path.camera[0].aim_z)
    assert aim / abs(aim) == pytest.approx((complex(-0.8, 0.4) - expected) / distance, abs=1e-6)


def test_people_point_where_they_face():
    plan = draw_plan("", [PlannedShot("1", StagedShot(PLACE, (MARA,)))])
    triangle = next(shape for shape in shapes(plan, "person") if not shape.radius)
    head = next(shape for shape in shapes(plan, "person") if shape.radius)
    (tip_x, tip_y), (x, y) = triangle.points[0], head.points[0]
    assert (tip_x - x, tip_y - y) == pytest.approx((10.0, 0.0), abs=0.1)  # 90 degrees: to the right


def test_a_shot_without_staging_shows_camera_and_subject():
    points = (PlanPoint(0, -3, 1.5, 0, 1, 40), PlanPoint(0, -1, 1.2, 0, 1, 40))
    drawing = draw_plan("", [PlannedShot("1", StagedShot(), points)])
    (subject,) = shapes(drawing, "subject")
    (camera,) = shapes(drawing, "camera")
    assert subject.points[0][0] == camera.points[0][0] == SHOT_WIDTH / 2
    assert subject.points[0][1] < camera.points[0][1]
    assert (drawing.distance, drawing.camera_height) == ("3.0 → 1.0 m", "1.5 → 1.2 m")


def test_a_camera_that_looks_down_is_a_ring():
    down = (PlanPoint(0, 0, 2.5, 0.0, 0.05, 40),)
    (ring,) = shapes(draw_plan("", [PlannedShot("1", StagedShot(), down)]), "cone")
    assert (ring.radius, len(ring.points)) == (9.0, 1)


def test_nothing_is_drawn_of_nothing():
    assert draw_plan("", [PlannedShot("1", StagedShot())]) is None


def test_an_interior_has_its_walls():
    (walls,) = shapes(scene(), "walls")
    left, near, right, far = SETS["kitchen"].bounds
    (x0, y0), _, (x1, y1), _ = walls.points
    assert (x1 - x0) / (y0 - y1) == pytest.approx((right - left) / (far - near), abs=0.01)


def sheet(folder):
    results = {
        shot_id: ShotResult(
            "rendered", "T01", num_frames=9, plan=planned(shot_id).camera, staged=shot
        )
        for shot_id, shot in STAGED.items()
    }
    board = build_sheet(BOARD, results, date="", preset="layout", quality="layout")
    return write_sheet(board, folder / "sheet.html")


def test_the_page_shows_plans_and_what_is_staged_and_what_is_not(tmp_path):
    text = sheet(tmp_path).read_text()
    assert text.count('<figure class="plan">') == 1 + len(STAGED)
    assert "<title>Floor plan of scene 3</title>" in text
    assert "<desc>Cameras: 3A, 3B, 3C, 3D. MARA sit." in text
    rows = re.findall(r'<div class="staging"><dt>(.*?)</dt><dd.*?>(.*?)</dd>', text)
    assert [(name, re.sub("<.*?>", "", words)) for name, words in rows] == [
        ("Staged", "mara: sit sits at the table"),
        ("Picture", "MARA hides ILYA."),
        ("Not staged", "nods sadly no such gesture; nearest: nod"),
    ]


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium on the path")
def test_a_plan_can_be_read_on_the_card_and_large_and_in_print(tmp_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        page.goto(sheet(tmp_path).as_uri())
        name = page.locator(".card .plan text", has_text="MARA").first
        assert name.bounding_box()["height"] >= 9
        page.locator(".card .open").first.click(force=True)
        assert page.locator("dialog .plan svg").bounding_box()["width"] > 500
        page.keyboard.press("Escape")
        colour = "element => getComputedStyle(element).fill"
        dark = name.evaluate(colour)
        page.emulate_media(media="print")
        assert page.locator(".scene > .plan").is_visible()
        assert name.evaluate(colour) != dark
        browser.close()


def table(shots=STAGED, board=BOARD):
    header, *rows = setup_list(board, shots)
    assert header == list(COLUMNS)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_shots_of_one_camera_are_one_setup_in_the_order_of_shooting():
    rows = table()
    assert [(row["Setup"], row["Location"], row["Time"], row["Shots"]) for row in rows] == [
        ("1", "INT. KITCHEN", "DAY", "5A"),
        ("2", "INT. KITCHEN", "NIGHT", "3A"),
        ("3", "INT. KITCHEN", "NIGHT", "3B, 3D"),
        ("4", "INT. KITCHEN", "NIGHT", "3C"),
        ("5", "EXT. KITCHEN", "DAY", "5B"),
        ("6", "EXT. GARDEN", "DAY", "4A"),
    ]
    over = rows[2]
    assert (over["Camera"], over["Lens"], over["Cast"], over["Props"]) == (
        "CU, OTS, over ILYA", "85mm", "MARA, ILYA", "cup",
    )  # fmt: skip
    assert (over["Move"], over["Notes"]) == ("3B: static, 3D: pan-left", "3B: Hold.")


def test_the_other_side_of_the_line_comes_after_the_first_even_if_it_is_wider():
    sides = parse_shots(BOARD_OTHER_SIDE, Path("board.yaml"))
    two = {"1A": staged(MARA, ILYA), "1B": staged(MARA, ILYA, side_deg=180.0), "1C": staged(MARA)}
    assert [row["Shots"] for row in table(two, sides)] == ["1A", "1C", "1B"]


BOARD_OTHER_SIDE = """\
scenes:
  - number: 1
    shots:
      - {id: 1A, camera: MS, action: Rain falls.}
      - {id: 1B, camera: EWS, action: Rain falls.}
      - {id: 1C, camera: CU, action: Rain falls.}
"""


def test_setups_with_a_name_are_those_of_the_board():
    text = """\
setups: {window: {camera: "MS, 50mm"}}
scenes:
  - number: 1
    shots:
      - {id: 1A, setup: window, action: Rain falls.}
      - {id: 1B, camera: "MS, 50mm", action: Rain falls.}
      - {id: 1C, setup: window, action: Rain stops.}
"""
    rows = table({}, parse_shots(text, Path("board.yaml")))
    assert [(row["Setup"], row["Shots"]) for row in rows] == [("1 window", "1A, 1C"), ("2", "1B")]


def test_export_by_setup_writes_a_file_of_its_own(tmp_path, capsys):
    board = tmp_path / "board.yaml"
    board.write_text(BOARD_OTHER_SIDE)
    assert run(["export", str(board), "--to", "csv", "--by", "setup"]) == 0
    target = tmp_path / "board_setups.csv"
    assert capsys.readouterr().out == f"wrote {target}: 3 set-ups of 3 shots\n"
    rows = list(csv.reader(io.StringIO(target.read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[0] == list(COLUMNS)
    assert run(["export", str(board), "--to", "csv", "--by", "setup"]) == 2
    assert capsys.readouterr().err.endswith(
        f"{target}: exists already. Name another file with -o, or overwrite it with --force.\n"
    )
    assert run(["export", str(board), "--to", "xlsx", "--by", "setup", "--force"]) == 0
    assert load_workbook(tmp_path / "board_setups.xlsx").active["A1"].value == "Setup"


def test_cameras_as_data_have_no_setups(tmp_path, capsys):
    board = tmp_path / "board.yaml"
    board.write_text(BOARD_OTHER_SIDE)
    assert run(["export", str(board), "--to", "chan", "--by", "setup"]) == 2
    assert capsys.readouterr().err.endswith(
        "--by setup: not with --to chan, must be csv or xlsx. Use --to csv.\n"
    )
