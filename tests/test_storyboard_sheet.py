from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

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
from shots.vocabulary.terms import StrictModel
from storyboard.sheet.page import build_sheet, transition_text, write_sheet
from storyboard.sheet.plan_drawing import PlanPoint, plan_points
from storyboard.sheet.sheet_board import DirectiveRow, ShotResult, decimal, timecode

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run --disable-quic"
)
GOLDEN = Path(__file__).parent / "golden" / "contact_sheet.html"
FPS = Fraction(12)
NUM_FRAMES = 25
PAYLOAD = (
    """"'><img src=x onerror="hacked=1"><script>hacked=1</script></style></title>{{ 7*7 }}"""
    """<svg onload=hacked=1>&amp;"""
)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path")


def save_clip(path, num_frames=NUM_FRAMES, fps=FPS):
    """Every frame carries its number as its brightness, 20 + 8 k."""
    levels = (20 + 8 * np.arange(num_frames)) % 256
    frames = np.broadcast_to(levels[:, None, None, None], (num_frames, 36, 64, 3)).astype(np.uint8)
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x36"]
    coded = ["-c:v", "libx264", "-crf", "8", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error"]
    command = [*ffmpeg, *raw, "-r", str(fps), "-i", "-", *coded, path]
    subprocess.run(command, input=frames.tobytes(), check=True)
    return path


def save_still(path, colour):
    Image.new("RGB", (64, 36), colour).save(path)
    return path


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("board")
    (folder / "clips").mkdir()
    save_clip(folder / "clips" / "TLT 12A #1.mp4")
    save_clip(folder / "layout.mp4")
    save_clip(folder / "animatic.mp4", num_frames=132)
    save_still(folder / "still.png", (150, 90, 40))
    save_still(folder / "layout.png", (130, 130, 130))
    return folder


def make_shot(shot_id, duration_s, movement=("static",), **changes):
    fields = {"action": "Rain falls.", "lighting": Lighting(time="night"), "size": "MS"} | changes
    camera = Camera(size=fields.pop("size"), angle="low", movement=movement)
    sound = Sound(is_mos=True)
    return Shot(id=shot_id, camera=camera, duration_s=duration_s, sound=sound, **fields)


def make_board(media=None):
    """Scene 12 with three shots, the last of them failed; scene 13 with one that is missing."""
    pictures = {}
    if media:
        pictures = {"still": media / "still.png", "clip": media / "clips" / "TLT 12A #1.mp4"}
    layout = {}
    if media:
        layout = {"layout_still": media / "layout.png", "layout_clip": media / "layout.mp4"}
    rendered = ShotResult(
        "rendered", "T01", num_frames=NUM_FRAMES, fps=FPS, seed=7, preset="greybox", **pictures
    )
    told = dataclasses.replace(
        rendered,
        take="T02",
        positive="Medium close-up shot, the camera slowly pushes in.",
        negative="subtitles, watermark",
        removed=("static",),
        steering="set depth, cast pose, 12 of 20 steps",
        references=("mara.png", "tram.png"),
        timings=(("denoise high", 21.25),),
        directives=(
            DirectiveRow("push-in", True, "0.9 m"),
            DirectiveRow("warm", False, "600 K cooler"),
        ),
        plan=(PlanPoint(0, -2, 1.5, 0, 1, 40), PlanPoint(0, -1, 1.5, 0, 1, 40)),
        **layout,
    )
    stop = (
        make_shot(
            "12", 4, scene="12", transition_in=Transition(kind="fade", frames=12, colour="black")
        ),
        make_shot(
            "12A",
            2,
            scene="12",
            size="MCU",
            movement=("push-in", "tilt-up"),
            notes="Hold the look.",
            status="needs-changes",
            review="Softer on the reveal.",
            dialogue=(Dialogue(who="MARA", line="Please. One more.", at_s=Fraction(6, 5)),),
            transition_out=Transition(kind="dissolve", frames=8),
        ),
        make_shot("12B", 3, scene="12"),
    )
    tram = (make_shot("13", 2, scene="13", lighting=Lighting(), action="A coin in an open palm."),)
    shots = ShotList(
        title="The Last Tram",
        code="TLT",
        author="A. Filmmaker",
        style=Style(seed=481516),
        scenes=(
            Scene(
                number="12",
                heading="EXT. TRAM STOP",
                time="NIGHT",
                synopsis="Almost late.",
                shots=stop,
            ),
            Scene(number="13", heading="INT. TRAM", shots=tram),
        ),
    )
    board = build_sheet(
        shots,
        {
            "12": rendered,
            "12A": told,
            "12B": ShotResult("failed", "T01", failure="out of memory"),
            "13": ShotResult(take="T01"),
        },
        date="24 November 2025",
        preset="greybox",
        quality="draft",
        animatic=media / "animatic.mp4" if media else None,
    )
    # The golden page has three of the fields, the same for every shot.
    fields = (("Size", "MS"), ("Angle", "low"), ("Move", "static"))
    scenes = (
        dataclasses.replace(
            scene, cards=tuple(dataclasses.replace(card, fields=fields) for card in scene.cards)
        )
        for scene in board.scenes
    )
    return dataclasses.replace(board, scenes=tuple(scenes))


@pytest.fixture(scope="module")
def sheet(media):
    return write_sheet(make_board(media), media / "contact_sheet.html")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield browser
        browser.close()


class Visit:
    """One page with everything it said and asked for."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(5000)
        self.complaints, self.requests = [], []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path) -> Page:
        self.page.goto(path.as_uri())
        return self.page


@pytest.fixture
def visit(browser):
    visit = Visit(browser)
    yield visit
    visit.context.close()


@pytest.fixture
def page(visit, sheet):
    yield visit.open(sheet)
    assert visit.complaints == []


def is_moving(page, shot=0):
    video = "const video = cards[shot].querySelector('.got .clip');"
    return page.wait_for_function(
        f"shot => {{ const cards = document.querySelectorAll('.card'); {video}"
        "return !video.paused && video.currentTime > 0 }",
        arg=shot,
    )


def is_paused(page, shot=0):
    return page.evaluate(
        "shot => document.querySelectorAll('.card')[shot].querySelector('.got .clip').paused", shot
    )


def focused_shot(page):
    return page.evaluate("""
        document.activeElement.closest('.card')?.querySelector('h3').textContent.trim()""")


def frame_on_screen(page):
    """Read the frame number out of the pixels of the large view."""
    level = page.evaluate("""async () => {
        const video = document.querySelector('dialog .got video');
        if (video.seeking) await new Promise(done => video.addEventListener('seeked', done));
        const pen = new OffscreenCanvas(1, 1).getContext('2d');
        pen.drawImage(video, 0, 0, 1, 1);
        return pen.getImageData(0, 0, 1, 1).data[0];
    }""")
    return (level - 20) / 8


@needs_chromium
def test_page_opens_from_disk_and_asks_for_nothing(visit, sheet):
    page = visit.open(sheet)
    page.keyboard.press("l")
    page.locator(".card .cover").nth(1).click()
    is_moving(page, 1)
    page.get_by_role("button", name="Play the animatic").click()
    page.wait_for_function("() => document.querySelector('.screen video').currentTime > 0")
    assert visit.complaints == []
    assert [url for url in visit.requests if not url.startswith(("data:", "blob:"))] == [
        sheet.as_uri()
    ]


@needs_chromium
def test_policy_stops_what_the_page_did_not_bring(visit, sheet):
    page = visit.open(sheet)
    blocked = page.evaluate("""() => new Promise(done => {
        document.addEventListener('securitypolicyviolation', event => done(event.blockedURI));
        new Image().src = 'http://127.0.0.1:9/pixel.png';
    })""")
    assert blocked == "http://127.0.0.1:9/pixel.png"


@needs_chromium
def test_every_shot_has_its_card_in_order(page):
    slates = [f"Shot {slate}" for slate in ["12 T01", "12A T02", "12B T01", "13 T01"]]
    expect(page.locator(".card h3")).to_have_text(slates)


@needs_chromium
def test_a_failed_shot_shows_its_reason_on_a_slate(page):
    expect(page.locator(".card").nth(2).locator(".no-picture")).to_contain_text("out of memory")


@needs_chromium
def test_a_clip_plays_while_it_is_pointed_at(page):
    page.locator(".card .cover").nth(1).hover()
    is_moving(page, 1)
    page.mouse.move(0, 0)
    assert is_paused(page, 1)


@needs_chromium
def test_the_first_click_keeps_a_clip_playing_and_the_second_pauses_it(page):
    cover = page.locator(".card .cover").nth(1)
    cover.click()
    is_moving(page, 1)
    page.wait_for_timeout(600)  # two clicks at once would open the large view
    cover.click()
    assert is_paused(page, 1)


@needs_chromium
def test_pointing_plays_nothing_for_readers_who_asked_for_less_motion(browser, sheet):
    visit = Visit(browser, reduced_motion="reduce")
    page = visit.open(sheet)
    page.locator(".card .cover").first.hover()
    assert is_paused(page)
    page.locator(".card .cover").first.click()
    is_moving(page)
    visit.context.close()


@needs_chromium
def test_arrows_walk_over_the_cards(page):
    walk = []
    shots, takes = ["12", "12A", "12B", "13", "12B", "12B", "13"], [1, 2, 1, 1, 1, 1, 1]
    for key in ["Right", "Right", "Right", "Right", "Left", "Up", "Down"]:
        page.keyboard.press(f"Arrow{key}")
        walk.append(focused_shot(page))
    assert walk == [f"Shot {shot} T0{take}" for shot, take in zip(shots, takes, strict=True)]


@needs_chromium
def test_space_plays_and_pauses_the_current_card(page):
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    is_moving(page)
    page.keyboard.press(" ")
    assert is_paused(page)


@needs_chromium
def test_enter_opens_the_large_view_and_escape_returns_to_the_card(page):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("12 T01")
    page.wait_for_function("() => document.querySelector('dialog video').currentTime > 0")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert focused_shot(page) == "Shot 12 T01"


@needs_chromium
def test_a_step_lands_on_the_next_frame_exactly(page):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator(".large-frames").fill("0")
    seen = [frame_on_screen(page)]
    for key in [*"......", *",,", "End", ".", ","]:
        page.keyboard.press(key)
        seen.append(frame_on_screen(page))
    assert seen == pytest.approx([0, 1, 2, 3, 4, 5, 6, 5, 4, 24, 24, 23], abs=0.3)
    expect(page.locator(".large-frame")).to_have_text("0024/0025")


@needs_chromium
def test_pausing_shows_the_frame_that_is_counted(page):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('dialog video').currentTime > 0.3")
    page.keyboard.press(" ")
    counted = int(page.locator(".large-frame").inner_text().split("/")[0])
    assert frame_on_screen(page) == pytest.approx(counted - 1, abs=0.3)


@needs_chromium
def test_brackets_walk_through_the_shots_of_the_large_view(page):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    slate = page.locator("dialog .slate-id")
    page.keyboard.press("]")
    expect(slate).to_have_text("12A T02")
    page.keyboard.press("]")
    expect(slate).to_have_text("12B T01")
    expect(page.locator("dialog")).to_contain_text(["out of memory", ""])
    page.keyboard.press("[")
    expect(slate).to_have_text("12A T02")


@needs_chromium
@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [("scene", "13", 1), ("size", "MCU", 1), ("move", "tilt-up", 1), ("status", "rendered", 2)],
)
def test_a_filter_changes_what_is_shown_and_counted(page, name, value, shown):
    page.locator(f"select[name={name}]").select_option(value)
    expect(page.locator(".shown")).to_have_text(f"{shown} of 4 shots")
    expect(page.locator(".card:visible")).to_have_count(shown)


@needs_chromium
def test_slash_searches_all_text_and_escape_gives_it_up(page):
    page.keyboard.press("/")
    page.keyboard.type("COIN palm")
    expect(page.locator(".card:visible")).to_have_count(1)
    expect(page.locator(".scene:visible")).to_have_count(1)
    page.keyboard.type("xyz")
    expect(page.locator(".nothing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".shown")).to_have_text("4 of 4 shots")


@needs_chromium
def test_question_mark_opens_the_keys_and_closes_them(page):
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_have_count(0)


@needs_chromium
def test_i_shows_the_prompt_and_strikes_the_removed_words(page):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("i")
    numbers = page.locator(".card").nth(1).locator(".numbers")
    expect(numbers.get_by_text("slowly pushes in")).to_be_visible()
    expect(numbers.locator("s")).to_have_text("static")
    page.keyboard.press("i")
    expect(numbers.get_by_text("slowly pushes in")).to_be_hidden()


@needs_chromium
def test_l_puts_the_asked_layout_beside_the_picture(page):
    asked = page.locator(".card").nth(1).locator(".asked")
    expect(asked).to_be_hidden()
    page.keyboard.press("l")
    expect(asked).to_be_visible()
    got = page.locator(".card").nth(1).locator(".got")
    assert asked.bounding_box()["width"] == pytest.approx(got.bounding_box()["width"], abs=1)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("dialog video")).to_have_count(2)


@needs_chromium
def test_strip_is_as_long_as_the_shots_and_seeks_to_them(page):
    segments = page.locator(".strip button")
    widths = [segments.nth(i).bounding_box()["width"] for i in range(4)]
    assert np.array(widths) / sum(widths) == pytest.approx(np.array([4, 2, 3, 2]) / 11, abs=0.01)
    segments.nth(2).click()
    page.wait_for_function("() => document.querySelector('.screen video').readyState > 1")
    assert 6 < page.evaluate("document.querySelector('.screen video').currentTime") < 6.05
    expect(page.locator(".film-shot")).to_have_text("12B")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".film-time output")).to_have_text("00:00:09:00")


@needs_chromium
def test_every_control_has_a_name(page):
    page.keyboard.press("l")
    nameless = page.evaluate("""
        [...document.querySelectorAll('button, input, select')].filter(one => !(
            one.ariaLabel || one.textContent.trim() || one.labels?.[0]?.textContent.trim()
        )).map(one => one.outerHTML)""")
    assert nameless == []
    assert page.locator("main img:not([alt])").count() == 0


@needs_chromium
def test_paper_is_white_and_has_no_controls(page):
    page.emulate_media(media="print")
    expect(
        page.locator("button:visible, input:visible, select:visible, video:visible")
    ).to_have_count(0)
    expect(page.locator(".card:visible")).to_have_count(4)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
        "rgb(255, 255, 255)"
    )


@needs_chromium
@pytest.mark.parametrize("width", [1440, 900, 420])
def test_nothing_sticks_out_of_the_page(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def with_payload(value):
    """Replace every text below a value."""
    if isinstance(value, str):
        return value if value in ("rendered", "failed", "missing") else f"{value}{PAYLOAD}"
    if isinstance(value, tuple):
        return tuple(with_payload(item) for item in value)
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return dataclasses.replace(
            value, **{name: with_payload(getattr(value, name)) for name in names}
        )
    if isinstance(value, StrictModel):
        names = type(value).model_fields
        return value.model_copy(update={name: with_payload(getattr(value, name)) for name in names})
    return value


@needs_chromium
def test_markup_in_any_text_stays_text(visit, media):
    path = write_sheet(with_payload(make_board(media)), media / "payload.html")
    page = visit.open(path)
    page.keyboard.press("Shift+I")
    page.keyboard.press("l")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("script").count() == 1
    assert page.locator("img[src=x], [onerror], [onload]").count() == 0
    assert page.locator("h1").inner_text() == f"The Last Tram{PAYLOAD}"
    for text in ["Rain falls.", "out of memory", "subtitles, watermark", "Please. One more."]:
        expect(page.get_by_text(f"{text}{PAYLOAD}").first).to_be_attached()
    assert visit.complaints == []


@needs_chromium
def test_clips_over_the_budget_are_linked_beside_and_play(visit, media):
    path = write_sheet(make_board(media), media / "linked.html", inline_budget_bytes=0)
    text = path.read_text()
    assert 'data-src="clips/TLT%2012A%20%231.mp4"' in text
    assert "data:video" not in text
    assert "data:image/png" in text
    page = visit.open(path)
    page.locator(".card .cover").nth(1).click()
    is_moving(page, 1)
    assert visit.complaints == []


def test_budget_is_spent_on_the_animatic_and_then_on_clips_in_order(media):
    board = make_board(media)
    film, clip = board.animatic, board.cards[0].result.clip
    stills = [media / "still.png", media / "layout.png"]
    budget = sum(-(-path.stat().st_size // 3) * 4 + 30 for path in [*stills, film, clip])
    text = write_sheet(board, media / "budget.html", inline_budget_bytes=budget).read_text()
    assert len(re.findall(r'data-src="data:video', text)) == 3  # the animatic, one clip shown twice
    assert 'data-src="layout.mp4"' in text


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
    assert sounds == [
        [("Ambience", "heavy rain"), ("Effects", "tram bell")],
        [("Sound", "MOS")],
    ]
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
