"""What the wheel installs is enough to render a board from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)]
    subprocess.run(build, check=True)
    wheel = next(folder.glob("storyboard_previz-*.whl"))
    target = folder / "site"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True)
    return target


def run(installed: Path, folder: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(installed)}
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_all_packages_come_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    script = "import model, shots, storyboard, templates as t; print(t.__file__)"
    assert str(installed) in run(installed, tmp_path, "-c", script)


def test_training_and_tests_stay_out(installed: Path) -> None:
    assert not (installed / "training").exists()
    assert not (installed / "tests").exists()


def test_a_starter_board_renders_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    run(installed, tmp_path, "-m", "storyboard", "init", "film")
    board = next((tmp_path / "film").glob("*.yaml"))
    run(
        installed,
        tmp_path,
        "-m",
        "storyboard",
        "render",
        str(board),
        "--quality",
        "layout",
        "-o",
        "out",
    )
    assert (tmp_path / "out" / "animatic.mp4").stat().st_size > 10_000
    assert (tmp_path / "out" / "contact_sheet.html").is_file()
