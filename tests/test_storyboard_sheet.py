"""The contact sheet in a browser: its player, keys, filters, print and what it embeds."""

from __future__ import annotations

import dataclasses
import re
import shutil

import numpy as np
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from shots.vocabulary.terms import StrictModel
from storyboard.sheet.page import write_sheet
from tests.sheet_kit import (
    focused_shot,
    frame_on_screen,
    is_moving,
    is_paused,
    make_board,
    save_clip,
    save_still,
)

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run --disable-quic"
)
PAYLOAD = (
    """"'><img src=x onerror="hacked=1"><script>hacked=1</script></style></title>{{ 7*7 }}"""
    """<svg onload=hacked=1>&amp;"""
)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path")


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
