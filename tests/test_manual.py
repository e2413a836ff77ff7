"""The manual and the README: every code block runs, and the built manual opens from the disk."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from shots import parse_shots
from storyboard.cli.main import run

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CHROMIUM = shutil.which("chromium")
FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def blocks(kind: str) -> list[object]:
    return [
        pytest.param(text, id=f"{page.stem}-{number}")
        for page in PAGES
        for number, (name, text) in enumerate(FENCE.findall(page.read_text()))
        if name == kind
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder that sees the examples and the embedded model."""
    for name in ("examples", "model"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("text", blocks("python"))
def test_every_python_block_runs(text: str, folder: Path) -> None:
    subprocess.run([sys.executable, "-c", text], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("text", blocks("yaml"))
def test_every_yaml_block_is_a_board_without_problems(text: str) -> None:
    assert parse_shots(text, Path("board.yaml")).shots


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_console_block_of_a_page_runs_in_order(page: Path, folder: Path) -> None:
    commands = [
        line
        for kind, text in FENCE.findall(page.read_text())
        if kind == "console"
        for line in text.splitlines()
    ]
    failed = [line for line in commands if run(shlex.split(line)[1:]) != 0]
    assert failed == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return target


@pytest.fixture
def page(site: Path) -> Iterator[tuple[object, list[str]]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        failures: list[str] = []
        page.on("requestfailed", lambda request: failures.append(request.url))
        yield page, failures
        browser.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path")
def test_the_manual_opens_from_the_disk(site: Path, page) -> None:
    tab, failures = page
    tab.goto((site / "index.html").as_uri())
    tab.get_by_role("link", name="Vocabulary").first.click()
    assert tab.url.endswith("reference/vocabulary.html")
    assert tab.locator("td code", has_text="dolly-zoom").count() > 0
    assert failures == []
