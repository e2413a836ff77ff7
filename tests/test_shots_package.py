from __future__ import annotations

import subprocess
import sys

import pytest

import shots
import storyboard

HEAVY = ("torch", "transformers", "moviepy", "ray", "cv2", "numpy", "PIL")


@pytest.mark.parametrize("module", ["shots", "storyboard.cli.language_commands"])
def test_importing_the_language_loads_nothing_heavy(module):
    code = f"import sys, {module}; print([m for m in {HEAVY} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_everything_that_is_promised_is_there():
    assert [name for name in shots.__all__ if getattr(shots, name, None) is None] == []


@pytest.mark.parametrize(
    ("package", "message"),
    [
        (shots, "module 'shots' has no attribute 'nothing'"),
        (storyboard, "module 'storyboard' has no attribute 'nothing'"),
    ],
)
def test_a_name_that_a_package_does_not_have_is_refused_as_by_any_module(package, message):
    with pytest.raises(AttributeError) as error:
        package.nothing  # noqa: B018
    assert str(error.value) == message


def test_the_camera_path_arrives_on_first_use():
    assert shots.camera_path.__module__ == "shots.path.camera_path"
