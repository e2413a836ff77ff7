"""A campaign: every deliverable is cut from clips that are rendered once, and listed."""

from __future__ import annotations

import csv
import json
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from shots import load_shots, parse_shots
from storyboard.campaign.deliverables import choose_variants
from storyboard.campaign.render_campaign import crop_box, focus_point
from storyboard.cli.main import run
from storyboard.errors import InputError
from storyboard.film.assembly import captions, write_srt
from storyboard.film.cut import Spare
from storyboard.film.video import probe, read_clip
from storyboard.plan.plan import board_cut, variant_cut, widest_spares
from storyboard.store import file_sha256

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "campaign.yaml"
WORKED = ROOT / "tests" / "boards" / "worked_board.yaml"


def events_of(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def render(board: Path, out: Path, capsys, *more: str) -> list[dict]:
    command = ["render", str(board), "-o", str(out), "--quality", "layout", "--json"]
    assert run([*command, *(more or ("--variant", "all"))]) == 0
    return events_of(capsys.readouterr().out)


def made(events: list[dict], stage: str) -> list[str]:
    return [e["take"] for e in events if (e["event"], e.get("stage")) == ("TakeFinished", stage)]


def small_example(folder: Path) -> Path:
    """The example at a tenth of its size and a third of its length."""
    board = folder / "board.yaml"
    text = EXAMPLE.read_text(encoding="utf-8").replace("size: 1920x1080", "size: 192x108")
    text = re.sub(r"duration: [23][.\d]*s", "duration: 24f", text)
    board.write_text(re.sub(r"at: 1[.\d]*s", "at: 12f", text), encoding="utf-8")
    return board


@pytest.mark.parametrize("board", [WORKED, EXAMPLE], ids=["worked", "example"])
def test_ten_deliverables_show_36_shots_and_are_made_from_12_clips(board, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["plan", str(board), "-o", str(out), "--quality", "layout", "--variant", "all"]
    assert run([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["deliverables"]) == 10
    assert (told["shown"], told["clips"]) == (36, 12)
    assert [(each["name"], len(each["waiting"])) for each in told["sets"]] == [("", 6), ("9x16", 6)]
    assert not out.exists()
    assert {each["frames"] for each in told["deliverables"] if len(each["shots"]) == 2} == {144}
    assert run(command) == 0
    assert "10 deliverables show 36 shots, made from 12 clips" in capsys.readouterr().out


@pytest.mark.slow
def test_a_campaign_renders_each_picture_once_and_what_is_the_same_is_not_made_again(
    tmp_path, capsys
):
    board, out = small_example(tmp_path), tmp_path / "out"
    events = render(board, out, capsys)
    assert len(made(events, "layout")) == len(made(events, "conform")) == 12
    files = sorted((out / "deliverables").glob("*.mp4"))
    assert len(files) == 10

    # Every film has exactly its frames and its size, and the list says what lies there.
    board_said = load_shots(board)
    with (out / "deliverables" / "manifest.csv").open(newline="") as table:
        rows = {row["file"]: row for row in csv.DictReader(table)}
    assert len(rows) == 20  # captions too
    for variant in board_said.variants:
        film = out / "deliverables" / f"{variant.name(1)}.mp4"
        info, row = probe(film), rows[film.name]
        frames = 72 if variant.values["length"] == "6s" else 144
        assert (info.num_frames, info.size) == (frames, variant.size)
        assert (int(row["frames"]), row["seconds"]) == (frames, f"{frames / 24:g}")
        assert (int(row["width"]), int(row["height"])) == variant.size
        assert (row["sha256"], int(row["bytes"])) == (file_sha256(film), film.stat().st_size)
        assert (row["loudness"], row["loudness_target"], row["missing"]) == ("silent", "-14.0", "")
        captions_file = film.with_suffix(".srt")
        assert rows[captions_file.name]["sha256"] == file_sha256(captions_file)

    # Languages differ in their captions alone.
    english, french = (
        out / "deliverables" / f"TLT_main_9x16_{locale}_full_v001.mp4"
        for locale in ("en-US", "fr-FR")
    )
    assert english.read_bytes() == french.read_bytes()
    assert "Keep it." in english.with_suffix(".srt").read_text()
    assert "Gardez-la." in french.with_suffix(".srt").read_text()

    # The upright film is another picture; the square one is cut out of the wide one.
    short = {f: out / "deliverables" / f"TLT_main_{f}_en-US_6s_v001.mp4" for f in ("16x9", "1x1")}
    wide, square = (read_clip(short[each])[10].astype(float) for each in ("16x9", "1x1"))
    assert np.abs(wide[30:, 42:150] - square[30:]).mean() < 8  # below the stamp
    assert (out / "9x16" / "contact_sheet.html").is_file()

    # The same again makes nothing, and so does rendering the board by itself.
    stamps = {path: path.stat().st_mtime_ns for path in files}
    events = render(board, out, capsys)
    assert not [each for each in events if each["event"] == "TakeFinished"]
    assert {path: path.stat().st_mtime_ns for path in files} == stamps
    assert not made(render(board, out, capsys, "--shots", "12"), "layout")

    # Another translation is another version, and no picture.
    text = board.read_text(encoding="utf-8")
    board.write_text(text.replace("Gardez-la.", "C'est pour vous."), encoding="utf-8")
    events = render(board, out, capsys)
    assert not [each for each in events if each["event"] == "TakeFinished"]
    renamed = out / "deliverables" / "TLT_main_16x9_fr-FR_full_v002.srt"
    assert "C'est pour vous." in renamed.read_text()
    assert english.is_file()  # what was delivered stays

    # Nothing that a format needs is garbage.
    assert run(["gc", str(out)]) == 0
    capsys.readouterr()
    assert not made(render(board, out, capsys), "layout")
    # A format can be laid out again from its folder.
    assert run(["sheet", str(out / "9x16"), "--json"]) == 0


def test_a_variant_can_be_delivered_by_itself(tmp_path, capsys):
    board, out = small_example(tmp_path), tmp_path / "out"
    events = render(board, out, capsys, "--variant", "1x1,en-US")
    assert sorted(made(events, "layout")) == ["12B_T01", "13A_T01"]
    assert [path.name for path in (out / "deliverables").glob("*.mp4")] == [
        "TLT_main_1x1_en-US_6s_v001.mp4"
    ]
    assert not (out / "animatic.mp4").exists()


def test_variants_are_named_by_their_values():
    board = load_shots(EXAMPLE)
    assert len(choose_variants(board, "all")) == 10
    assert len(choose_variants(board, "9:16, 1x1, 6S")) == 4
    with pytest.raises(InputError) as error:
        choose_variants(board, "9:15")
    assert "'9:15' is on no axis. Did you mean '9:16'?" in str(error.value)
    with pytest.raises(InputError) as error:
        choose_variants(board, "1:1,full")
    message = "--variant 1:1,full: no variant is all of that. Name fewer values."
    assert str(error.value) == message
    path = ROOT / "examples" / "chase.yaml"
    with pytest.raises(InputError) as error:
        choose_variants(load_shots(path), "all")
    assert str(error.value) == f"{path}: no variants, must have some. Add variants: {{axes: ...}}."


CUTS = """
format: {size: 192x108}
scenes:
  - number: 1
    shots:
      - {id: 1, duration: 48f, camera: MS, action: A man walks., priority: 1}
      - {id: 1A, duration: 48f, camera: MS, action: A man sits., transition: dissolve 4f}
      - {id: 1B, duration: 48f, camera: MS, action: A man eats., transition: dissolve 10f,
         priority: 1}
variants: {axes: {length: [full, 4s]}, rules: [{when: {length: 4s}, keep: priority = 1}]}
"""


def test_a_clip_has_the_spare_frames_of_the_cut_that_needs_most():
    board = parse_shots(CUTS, Path("board.yaml"))
    full, short = (variant_cut(board, variant) for variant in board.variants)
    assert full.spares == board_cut(board).spares
    assert short.spares == (Spare(0, 10), Spare(10, 0))
    assert widest_spares(board, full) == (Spare(0, 10), Spare(4, 10), Spare(10, 0))


@pytest.mark.parametrize(
    ("focus", "box"),
    [
        ((0.5, 0.5), (40.0, 0.0, 120.0, 80.0)),
        ((0.25, 0.5), (0.0, 0.0, 80.0, 80.0)),
        ((0.0, 0.9), (0.0, 0.0, 80.0, 80.0)),
        ((0.6, 0.5), (56.0, 0.0, 136.0, 80.0)),
        ((1.0, 1.0), (80.0, 0.0, 160.0, 80.0)),
    ],
)
def test_a_crop_stays_in_the_picture_and_as_near_to_the_focus_as_it_can(focus, box):
    assert crop_box((160, 80), (40, 40), focus) == pytest.approx(box)


def test_the_focus_is_the_shot_s_then_the_variant_s_then_the_composition_s():
    board = load_shots(EXAMPLE)
    square = choose_variants(board, "1:1")[0]
    assert focus_point(board.shot("13A"), square) == (0.5, 0.6)
    assert focus_point(board.shot("13"), square) == pytest.approx((2 / 3, 0.5))
    asked = square.model_copy(update={"focus": (0.2, 0.3)})
    assert focus_point(board.shot("13"), asked) == (0.2, 0.3)
    assert focus_point(board.shot("13A"), asked) == (0.5, 0.6)


def test_captions_stay_in_their_shot_and_do_not_hide_each_other():
    board = parse_shots(
        """
scenes:
  - number: 1
    shots:
      - {id: 1, duration: 4s, action: A man talks., dialogue: [
          {who: man, line: Two., at: 2s}, {who: man, line: One., at: 1.5s},
          {who: man, line: "A line that nobody could ever read in the half second left", at: 3.5s}]}
      - {id: 1A, duration: 2s, action: A man nods., dialogue: [
          {who: man, line: Yes., locale: {fr-FR: Oui.}}]}
characters: {man: {looks: a man}}
""",
        Path("board.yaml"),
    )
    starts, ends = (Fraction(0), Fraction(4)), (Fraction(4), Fraction(6))
    assert write_srt(list(captions(board.shots, starts, ends, "fr-FR"))) == (
        "1\n00:00:01,500 --> 00:00:02,000\nOne.\n\n"
        "2\n00:00:02,000 --> 00:00:03,000\nTwo.\n\n"
        "3\n00:00:03,500 --> 00:00:04,000\n"
        "A line that nobody could ever read in the half second left\n\n"
        "4\n00:00:04,000 --> 00:00:05,000\nOui.\n"
    )
