"""LoRAs from the command line to the clip, and the four-step quality."""

from __future__ import annotations

import json

import pytest
import torch

from model.flow import expert_steps, schedule
from model.weights.lora import LoraChoice
from shots import load_shots
from storyboard.cli.main import run
from storyboard.errors import InputError
from storyboard.plan.request import LoraRequest, Request, choose_loras, effective_board, parse_lora
from storyboard.plan.settings import settle
from tests import checkpoint_kit as kit
from tests.storyboard_kit import write_board

PRESET = "wan2.2-t2v-a14b"
BOARD = """
storyboard: 1
title: Tiny
code: TNY
scenes:
  - number: 1
    shots:
      - {id: 1, camera: "WS, static", action: A man walks., duration: 4f}
"""


def write_lora(path, seed):
    generator = torch.Generator().manual_seed(seed)
    down, up = (torch.randn(s, generator=generator) / 8 for s in ((64, 256), (256, 64)))
    layer = "blocks.0.self_attn.q"
    tensors = {f"{layer}.lora_down.weight": down, f"{layer}.lora_up.weight": up}
    return kit.save(path, tensors | {f"{layer}.alpha": torch.tensor(8)})


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A checkpoint with the two files of a four-step release beside it."""
    folder = kit.write_comfy(tmp_path_factory.mktemp("loras") / "tiny")
    for seed, noise in enumerate(("high", "low")):
        name = f"wan2.2_t2v_lightx2v_4steps_lora_v1.1_{noise}_noise.safetensors"
        write_lora(folder / "loras" / name, seed)
    return folder


def settled(tmp_path, **asked):
    board = load_shots(write_board(tmp_path, BOARD))
    request = Request(preset=PRESET, device="cpu", **asked)
    return settle(effective_board(board, request), request, None)


def test_lightning_is_four_euler_steps_without_guidance(tmp_path, weights):
    settings = settled(tmp_path, weights=weights, quality="lightning")
    assert (settings.level.steps, settings.shift, settings.solver) == (4, 5.0, "euler")
    assert settings.guidance == (1.0, 1.0)
    plan = schedule(settings.level.steps, settings.shift, settings.solver)
    assert plan.timesteps == pytest.approx((1000.0, 937.5, 833.3333, 625.0), abs=1e-3)
    assert expert_steps(plan, settings.preset.experts) == (range(2), range(2, 4))


def test_lightning_takes_each_file_to_its_expert(tmp_path, weights):
    chosen = settled(tmp_path, weights=weights, quality="lightning").weights
    strengths = {("high" in choice.file.name): choice.strengths for choice in chosen.loras}
    assert strengths == {True: (1.0, 0.0), False: (0.0, 1.0)}
    plain = settled(tmp_path, weights=weights).weights
    changed = {n for n, key in plain.fingerprints.items() if chosen.fingerprints[n] != key}
    assert changed == {"high", "low"}


def test_lightning_without_its_files_is_refused(tmp_path):
    folder = kit.write_comfy(tmp_path / "tiny")
    with pytest.raises(InputError) as caught:
        settled(tmp_path, weights=folder, quality="lightning")
    assert str(caught.value) == (
        "quality 'lightning': no four-step LoRA for the high expert, must be one for each. Name "
        "them with --lora, or put them into the folder of the weights with lightning or 4steps in "
        "their names."
    )


def test_lightning_with_a_file_for_one_expert_is_refused(tmp_path, weights):
    high = next((weights / "loras").glob("*high*"))
    with pytest.raises(InputError, match="no four-step LoRA for the low expert"):
        settled(tmp_path, weights=weights, quality="lightning", loras=(LoraRequest(high),))


def test_a_clip_is_rendered_in_four_steps_and_again_from_the_store(tmp_path, weights, capsys):
    board, out = write_board(tmp_path, BOARD), tmp_path / "out"
    command = ["render", str(board), "-o", str(out), "--preset", PRESET, "--weights", str(weights)]
    command += ["--quality", "lightning", "--set", "size=32x16", "--device", "cpu"]
    assert run([*command, "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    steps = [event for event in events if event["event"] == "Stepped" and "denoise" in str(event)]
    assert len(steps) == 4
    assert run(command) == 0
    assert "0 rendered, 1 cached" in capsys.readouterr().err
    assert run(["assemble", str(out)]) == 0
    manifest = json.loads((out / "run.json").read_text())
    assert manifest["request"]["quality"] == "lightning"


def test_another_strength_renders_again(tmp_path, weights, capsys):
    board, out = write_board(tmp_path, BOARD), tmp_path / "out"
    lora = write_lora(tmp_path / "style.safetensors", 7)
    command = ["render", str(board), "-o", str(out), "--preset", PRESET, "--weights", str(weights)]
    command += ["--set", "size=32x16", "--set", "steps=2", "--device", "cpu"]
    for strength, expected in (
        ("0.5", "1 rendered"),
        ("0.5", "0 rendered"),
        ("0.25,0", "1 rendered"),
    ):
        assert run([*command, "--lora", f"{lora}={strength}"]) == 0
        assert expected in capsys.readouterr().err
    assert run(["assemble", str(out)]) == 0
    loras = json.loads((out / "run.json").read_text())["request"]["loras"]
    assert [strengths for _, *strengths in loras] == [[0.25, 0.0]]


def test_a_lora_of_another_model_leaves_with_two_and_names_the_key(tmp_path, weights, capsys):
    board = write_board(tmp_path, BOARD)
    lora = kit.save(tmp_path / "a.safetensors", {"blocks.3.ffn.0.diff": torch.zeros(512, 256)})
    command = ["plan", str(board), "-o", str(tmp_path / "out"), "--preset", PRESET]
    command += ["--weights", str(weights), "--device", "cpu", "--lora", str(lora)]
    assert run(command) == 2
    assert capsys.readouterr().err == (
        f"{lora}: key 'blocks.3.ffn.0.diff' changes 'blocks.3.ffn.0.weight', which this model "
        "does not have. Is it a LoRA for another model?\n"
    )


REQUESTS = {
    "a.safetensors": ("a.safetensors", (1.0,)),
    "a.safetensors=0.8": ("a.safetensors", (0.8,)),
    "a=b.safetensors=1,-0.5": ("a=b.safetensors", (1.0, -0.5)),
}


@pytest.mark.parametrize("text", REQUESTS)
def test_strengths_are_read_behind_the_last_sign(text):
    request = parse_lora(text)
    assert (str(request.file), request.strengths) == REQUESTS[text]


def test_what_is_no_strength_is_said():
    with pytest.raises(InputError) as caught:
        parse_lora("a.safetensors=much")
    assert str(caught.value) == (
        "--lora 'a.safetensors=much': 'much' is not a strength, must be like FILE=0.8 or "
        "FILE=1,0.5."
    )


def test_a_name_that_says_neither_goes_to_both(tmp_path, weights):
    preset = settled(tmp_path, weights=weights).preset
    file = write_lora(tmp_path / "style.safetensors", 1)
    assert choose_loras([LoraRequest(file, (0.5,))], preset) == (LoraChoice(file, (0.5, 0.5)),)


def test_too_many_strengths_and_a_missing_file_are_said(tmp_path, weights):
    preset = settled(tmp_path, weights=weights).preset
    file = write_lora(tmp_path / "style.safetensors", 1)
    with pytest.raises(InputError, match="3 strengths, must be 1 or 2, noisiest expert first"):
        choose_loras([LoraRequest(file, (1.0, 1.0, 1.0))], preset)
    missing = tmp_path / "none.safetensors"
    with pytest.raises(InputError) as caught:
        choose_loras([LoraRequest(missing)], preset)
    assert str(caught.value) == f"--lora {missing}: no such file, must be a LoRA."
