"""Options, folders and machines that cannot do a render: each is refused with its whole text."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from storyboard.cli.main import run
from storyboard.errors import InputError, ResourceError, StoryboardError
from storyboard.plan.cost import check_disk, disk_bytes
from storyboard.run.commands import make_folder
from storyboard.stages.tensors import save_context
from tests.storyboard_kit import BOARD, write_board, write_checkpoint
from tests.test_storyboard_plan import plan_of, settings_of


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("weights"))


SETTINGS = {
    "size=large": "--set size: 'large', must be like 832x480.",
    "solver=heun": "--set solver: 'heun', must be one of unipc, dpm++, euler.",
    "guidance=1,2,3": "--set guidance: '1,2,3', must be 2 numbers of at least 1, "
    "noisiest expert first, or a single one.",
    "guidance=0.5": "--set guidance: '0.5', must be 2 numbers of at least 1, "
    "noisiest expert first, or a single one.",
    "steps=0": "--set steps: '0', must be a whole number above 0. Try 12.",
    "steps=2.5": "--set steps: '2.5', must be a whole number above 0. Try 12.",
    "shift=-1": "--set shift: '-1', must be above 0. Try 3.",
    "shift=high": "--set shift: 'high', must be a number.",
    "steps=nan": "--set steps: 'nan', must be a number.",
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_whose_value_cannot_be_used_leaves_with_2(setting, weights, tmp_path, capsys):
    command = ["plan", str(write_board(tmp_path)), "-o", str(tmp_path / "out")]
    assert run([*command, "--weights", str(weights), "--set", setting]) == 2
    assert capsys.readouterr().err == f"{SETTINGS[setting]}\n"


def test_weights_that_are_not_there_leave_with_2(tmp_path, capsys):
    folder = tmp_path / "none"
    assert run(["plan", str(write_board(tmp_path)), "--weights", str(folder)]) == 2
    message = f"{folder}: no such folder, must be a checkpoint. Check --weights.\n"
    assert capsys.readouterr().err == message


def test_variants_are_not_retaken(tmp_path, capsys):
    command = ["render", str(write_board(tmp_path)), "-o", str(tmp_path / "out")]
    assert run([*command, "--variant", "all", "--retake", "1"]) == 2
    assert capsys.readouterr().err == (
        "--retake: cannot be used with --variant. Retake shots of the board first; `use:` then "
        "selects a take for every variant.\n"
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason="the machine has a CUDA device")
def test_a_device_that_is_not_there_leaves_with_2(weights, tmp_path, capsys):
    command = ["render", str(write_board(tmp_path)), "-o", str(tmp_path / "out")]
    assert run([*command, "--weights", str(weights), "--device", "cuda", "--set", "steps=1"]) == 2
    assert capsys.readouterr().err == (
        "device 'cuda': torch finds no CUDA device. Use --device cpu.\n"
    )


def test_a_disk_that_is_too_small_for_all_takes_is_noticed_before_any_work(tmp_path):
    text = BOARD.replace("128x72}", "8192x8192, fps: 240}").replace("10f", "3600s")
    plan = plan_of(text, settings_of(quality="final"))
    need = sum(disk_bytes(plan, take) for take in plan.takes)
    with pytest.raises(ResourceError) as error:
        check_disk(plan, plan.takes, tmp_path)
    assert re.fullmatch(
        rf"{tmp_path}: \d+\.\d GB free, must be {need / 1e9:.1f} GB for 3 takes. "
        "Free some space, or render fewer shots at a time with --shots.",
        str(error.value),
    )


def test_a_file_below_a_file_cannot_be_written(tmp_path, capsys):
    board = write_board(tmp_path)
    assert run(["init", str(board)]) == 2
    assert capsys.readouterr().err == (
        f"{board}/.storyboard/shotlist.schema.json: cannot be written: not a directory. "
        "Choose another path.\n"
    )


@contextmanager
def no_rights():
    """The rights of a user who owns nothing; root could write into any folder."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.mark.parametrize("has_store", [False, True])
def test_a_folder_that_is_not_writable_is_refused(has_store):
    # Not below tmp_path, which only its owner may enter.
    top = Path(tempfile.mkdtemp())
    folder = top / "out"
    (folder / "store" if has_store else folder).mkdir(parents=True)
    top.chmod(0o755)
    folder.chmod(0o555)
    try:
        with no_rights(), pytest.raises(InputError) as error:
            make_folder(folder)
        assert str(error.value) == f"{folder}: is not writable. Choose another -o."
    finally:
        folder.chmod(0o755)
        shutil.rmtree(top)


def test_a_folder_that_lost_its_store_or_its_board_leaves_with_2(tmp_path, capsys):
    board, out = write_board(tmp_path), tmp_path / "out"
    command = ["render", str(board), "-o", str(out), "--quality", "layout", "--shots", "1"]
    assert run([*command, "--set", "size=112x64", "--no-animatic", "--no-score"]) == 0
    shutil.rmtree(out / "store")
    board.unlink()
    capsys.readouterr()
    assert run(["gc", str(out)]) == 2
    assert capsys.readouterr().err == (
        f"{out}/store: does not exist, must be the store of a run. Render first.\n"
    )
    assert run(["assemble", str(out)]) == 2
    assert capsys.readouterr().err == (
        f"{out}/../board.yaml: the board of this folder does not exist, must be where it was "
        "rendered from. Put it back, or render again.\n"
    )


def test_a_tensor_that_is_not_finite_is_not_kept(tmp_path):
    with pytest.raises(StoryboardError) as error:
        save_context(tmp_path / "context.safetensors", torch.tensor([[0.0, float("nan")]]))
    assert str(error.value) == (
        "context: not all numbers are finite, must be finite. "
        "Lower the guidance, or check the weights."
    )
    assert list(tmp_path.iterdir()) == []
