"""The README tells the truth: its tree is on the disk, its board checks, its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from shots import parse_shots
from storyboard.cli.main import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)


def block(start: str) -> str:
    return next(text for _, text in BLOCKS if text.startswith(start))


def test_every_path_of_the_tree_is_on_the_disk() -> None:
    missing, room = [], ROOT
    for line in block("storyboard/      ").splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            room = ROOT / name
        path = room if not line.startswith(" ") else room / name
        if not path.exists():
            missing.append(str(path))
    assert missing == []


def test_every_module_that_contributing_names_is_on_the_disk() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    names = re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", text)
    assert len(names) > 20
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_board_in_sixty_seconds_has_no_mistake() -> None:
    board = parse_shots(block("storyboard: 1"), Path("board.yaml"))
    assert [shot.id for shot in board.shots] == ["12A", "12B"]


@pytest.mark.parametrize("name", re.findall(r"^storyboard (\w+) ", README, flags=re.MULTILINE))
def test_every_command_exists(name: str) -> None:
    assert CliRunner().invoke(cli, [name, "--help"]).exit_code == 0


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", README, flags=re.MULTILINE))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("picture", re.findall(r"!\[.*?\]\((.*?)\)", README))
def test_every_picture_is_there_and_small(picture: str) -> None:
    assert 0 < (ROOT / picture).stat().st_size < 400_000
