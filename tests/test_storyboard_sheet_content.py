"""What the contact sheet says: its text, times, headings, directives and camera plans."""

from __future__ import annotations

import dataclasses
import re
from fractions import Fraction
from pathlib import Path

import pytest

from shots.path.camera_path import camera_path
from shots.schema import (
    Camera,
    Character,
    Dialogue,
    Lighting,
    Location,
    Scene,
    Shot,
    ShotList,
    Sound,
    Style,
    Transition,
)
from shots.staging.staged import CameraPlace
from storyboard.sheet.page import build_sheet, transition_text, write_sheet
from storyboard.sheet.plan_drawing import plan_points
from storyboard.sheet.sheet_board import ShotResult, decimal, timecode
from tests.sheet_kit import make_board

GOLDEN = Path(__file__).parent / "golden" / "contact_sheet.html"


def test_a_sheet_is_replaced_at_once(tmp_path):
    target = tmp_path / "contact_sheet.html"
    target.write_text("old")
    assert write_sheet(make_board(), target) == target
    assert [path.name for path in tmp_path.iterdir()] == ["contact_sheet.html"]


def test_half_a_character_does_not_stop_the_sheet(tmp_path):
    board = make_board()
    shots = board.shots.model_copy(update={"title": "A \ud800 title"})
    board = dataclasses.replace(board, shots=shots)
    assert "A ? title" in write_sheet(board, tmp_path / "sheet.html").read_text()


def test_sheet_as_text(tmp_path, pytestconfig):
    text = write_sheet(make_board(), tmp_path / "sheet.html").read_text()
    text = re.sub(r"(<style>|<script>).*?(</)", r"\1...\2", text, flags=re.DOTALL)
    text = re.sub(r"sha256-[\w+/=]+", "sha256-...", text)
    text = "\n".join(line.strip() for line in text.splitlines() if line.strip()) + "\n"
    if pytestconfig.getoption("--update-golden", default=False):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


@pytest.mark.parametrize(
    ("seconds", "fps", "text"),
    [
        (Fraction(0), Fraction(24), "00:00:00:00"),
        (Fraction(61, 2), Fraction(24), "00:00:30:12"),
        (Fraction(3725), Fraction(25), "01:02:05:00"),
        (Fraction(1001, 1000), Fraction(24000, 1001), "00:00:01:00"),
    ],
)
def test_timecode_counts_frames(seconds, fps, text):
    assert timecode(seconds, fps) == text


def test_numbers_are_written_as_people_say_them():
    assert [decimal(Fraction(n)) for n in ("4", "5/2", "24000/1001", "0")] == [
        "4",
        "2.5",
        "23.976",
        "0",
    ]


def make_shots():
    """A board in Python: 12 and 12B of a tram stop at night."""
    light = Lighting(time="night", source="practical", quality="hard")
    wide = Shot(
        id="12",
        scene="12",
        camera=Camera.model_validate("EWS, establishing, crane down slow, 24mm"),
        lighting=light,
        duration_s=Fraction(5),
        action="Rain falls.",
        sound=Sound(ambience="heavy rain", sfx=("tram bell",)),
        transition_in=Transition(kind="fade", frames=12, colour="black"),
        status="approved",
    )
    close = Shot(
        id="12B",
        scene="12",
        subjects=("mara",),
        camera=Camera.model_validate("MCU, single, push in 1.5m, 85mm, shallow"),
        lighting=light.model_copy(update={"source": "firelight", "tone": "warm"}),
        duration_s=Fraction(5, 2),
        dialogue=(Dialogue(who="mara", line="Please.", at_s=Fraction(6, 5)),),
        sound=Sound(is_mos=True),
        transition_out=Transition(kind="wipe", frames=8, direction="left"),
    )
    return ShotList(
        title="The Last Tram",
        code="TLT",
        style=Style(seed=7),
        characters={"mara": Character(id="mara", name="MARA", looks="a woman")},
        locations={"stop": Location(id="stop", heading="EXT. TRAM STOP")},
        scenes=(Scene(number="12", location="stop", time="NIGHT", shots=(wide, close)),),
    )


def build(**results):
    results = {shot_id[1:]: result for shot_id, result in results.items()}
    return build_sheet(make_shots(), results, date="today", preset="greybox", quality="draft")


def test_board_maps_to_the_header():
    board = build()
    shots = board.shots
    assert (shots.title, shots.code, shots.style.seed, board.preset) == (
        "The Last Tram",
        "TLT",
        7,
        "greybox",
    )
    assert (board.duration_s, board.num_frames) == (Fraction(15, 2), 180)
    assert board.count("missing") == 2


def test_scene_takes_its_heading_from_the_location_and_light_that_all_shots_share():
    (scene,) = build().scenes
    assert (scene.heading, scene.scene.time, scene.light) == (
        "EXT. TRAM STOP",
        "NIGHT",
        "night, hard",
    )


def test_directives_are_shown_in_words():
    fields = [dict(card.fields) for card in build().cards]
    assert fields[0] == {
        "Size": "EWS establishing",
        "Angle": "eye level",
        "Lens": "24 mm",
        "Time": "night",
        "Move": "crane down, slow",
        "Frame": "center",
        "Light": "practical, hard",
    }
    assert fields[1]["Move"] == "push in 1.5 m"
    assert fields[1]["Light"] == "firelight, hard, warm"
    assert fields[1]["Cast"] == "MARA"


def test_script_and_marks_are_shown_as_an_editor_writes_them(tmp_path):
    wide, close = build().cards
    assert transition_text(wide.shot.transition_in, "in") == "fade from black 12 f"
    assert transition_text(close.shot.transition_out, "out") == "wipe left 8 f"
    assert (close.start_s, close.num_frames) == (5, 60)
    assert timecode(close.start_s, Fraction(24)) == "00:00:05:00"
    page = write_sheet(build(), tmp_path / "sheet.html").read_text()
    cards = [re.split(r'<dl class="lines">', card)[1] for card in page.split("</article>")[:2]]
    sounds = [re.findall(r'<div><dt>(\w+)</dt><dd dir="auto">([^<]*)<', card) for card in cards]
    assert sounds == [[("Ambience", "heavy rain"), ("Effects", "tram bell")], [("Sound", "MOS")]]
    spoken = re.search(r'<p class="who".*?</blockquote>', page, flags=re.DOTALL)[0]
    assert re.sub("<.*?>", "", spoken).split() == ["MARA", "(1.2", "s)", "Please."]
    assert '<span class="mark fade">' in page
    assert '<span class="mark wipe push">' in page


def test_a_title_before_the_first_shot_moves_all_shots():
    wide, close = build(_12=ShotResult("failed", start_s=Fraction(2))).cards
    assert (wide.start_s, close.start_s) == (2, 7)


def test_plan_of_a_camera_path_keeps_its_ends():
    path = camera_path(make_shots().shot("12B"), num_frames=49, aspect=16 / 9)
    points = plan_points(path, CameraPlace())
    assert len(points) == 25
    assert points[0].z_m == pytest.approx(path.camera_to_world[0, 2, 3])
    assert points[-1].z_m - points[0].z_m == pytest.approx(1.5, abs=0.05)
    assert points[0].field_deg == pytest.approx(16.7, abs=0.1)
    assert points[0].height_m > 1
