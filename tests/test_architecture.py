"""The house rules that a machine can hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("storyboard", "shots", "model", "templates")
HEAVY = ("torch", "transformers", "moviepy", "diffusers", "ray", "cv2")
BANNED_NAMES = {"utils", "util", "common", "helpers", "misc", "manager", "core"}


def modules() -> list[Path]:
    return [file for room in (*ROOMS, "training") for file in (ROOT / room).rglob("*.py")]


@pytest.mark.parametrize(
    "name", ["shots", "model.presets", "storyboard.cli.main", "storyboard.plan.plan"]
)
def test_a_light_import_loads_nothing_heavy(name: str) -> None:
    script = f"import sys, {name}; print([m for m in {HEAVY!r} if m in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="/"
    )
    assert loaded.stdout.strip() == "[]"


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [file for file in modules() if file.stem in BANNED_NAMES] == []


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_is_read_in_one_sitting(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 400


def test_every_package_of_the_wheel_is_a_package() -> None:
    assert all((ROOT / room / "__init__.py").is_file() for room in ROOMS)


def test_no_test_folder_is_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
