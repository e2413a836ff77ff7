"""VACE checkpoints in every layout, whole or as a part beside a text-to-video expert."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

import model
from model.exceptions import WeightsError
from model.transformer import PACKED_PARAMETERS, Transformer
from model.vace import VacePart
from model.weights import rename
from model.weights.lora import LoraChoice
from model.weights.open_checkpoint import open_checkpoint
from model.weights.report import report
from tests import checkpoint_kit as kit

BACKBONE = replace(kit.backbone(), layers=2, control_layers=(0,))
NOISES = ("high", "low")
LOUD = ("HIGH", "LOW")  # as in the names of published parts


@cache
def expert(seed):
    return kit.filled(Transformer(BACKBONE), seed)


@cache
def part(seed):
    return kit.filled(VacePart(BACKBONE), seed + 10)


def rest(folder):
    kit.write_comfy_parts(folder)
    return folder


def write_whole(folder):
    for seed, noise in enumerate(NOISES):
        name = f"wan2.2_fun_vace_{noise}_noise_14B_bf16.safetensors"
        kit.save(folder / "diffusion_models" / name, expert(seed) | part(seed))
    return rest(folder)


def write_fp8(folder):
    for seed, noise in enumerate(NOISES):
        tensors = kit.fp8_scaled(expert(seed) | part(seed), "new")
        kit.save(folder / f"wan2.2_fun_vace_{noise}_noise_14B_fp8_scaled.safetensors", tensors)
    return rest(folder)


def write_parts(folder):
    for seed, noise in enumerate(NOISES):
        place = folder / "diffusion_models"
        kit.save(place / f"wan2.2_t2v_{noise}_noise_14B_fp16.safetensors", expert(seed))
        name = f"Wan2_2_Fun_VACE_module_A14B_{noise.upper()}_bf16.safetensors"
        kit.save(place / name, part(seed))
    return rest(folder)


def write_original(folder):
    for seed, noise in enumerate(NOISES):
        place = folder / f"{noise}_noise_model"
        kit.write_shards(place, expert(seed) | part(seed))
        (place / "config.json").write_text(json.dumps({"dim": kit.WIDTH, "num_heads": 2}))
    return rest(folder)


def write_gguf(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for seed, noise in enumerate(NOISES):
        name = f"Wan2.2-VACE-Fun-A14B-{noise}-noise-F16.gguf"
        kit.write_gguf_file(folder / name, expert(seed) | part(seed), "F16", "wan")
    return rest(folder)


def write_diffusers(folder):
    kit.write_diffusers(folder)
    for seed, name in enumerate(("transformer", "transformer_2")):
        tensors = expert(seed) | part(seed)
        renamed = {rename.TRANSFORMER.to_diffusers(key): value for key, value in tensors.items()}
        kit.save(folder / name / "diffusion_pytorch_model.safetensors", renamed)
        place = folder / name / "config.json"
        config = json.loads(place.read_text())
        changes = {"num_layers": 2, "vace_layers": [0], "vace_in_channels": 96}
        place.write_text(json.dumps(config | changes))
    return folder


LAYOUTS = {
    "whole files": write_whole,
    "fp8": write_fp8,
    "parts beside experts": write_parts,
    "original": write_original,
    "gguf": write_gguf,
    "diffusers": write_diffusers,
}
FILM = np.random.default_rng(1).integers(0, 256, (5, 16, 32, 3), np.uint8)


def render(wan, **options):
    return wan.generate(
        "a man walks", size=(32, 16), num_frames=5, steps=2, guidance=1.0, seed=3, **options
    )


@pytest.fixture(scope="module", params=LAYOUTS)
def folder(request, tmp_path_factory):
    return LAYOUTS[request.param](tmp_path_factory.mktemp("vace") / "tiny")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return render(model.load(write_whole(tmp_path_factory.mktemp("vace") / "tiny")), control=FILM)


def test_every_layout_opens_as_vace_with_the_same_tensors(folder):
    checkpoint = open_checkpoint(folder)
    assert checkpoint.preset.control == "vace"
    assert [e.floor for e in checkpoint.preset.experts] == [0.875, 0.0]
    assert checkpoint.backbone == BACKBONE
    for seed in range(2):
        for network, expected in (
            (checkpoint.load_expert(seed), expert(seed)),
            (checkpoint.load_vace(seed), part(seed)),
        ):
            state = network.state_dict()
            assert set(state) == set(expected)
            assert all(torch.equal(state[name], expected[name]) for name in expected)


def test_every_layout_renders_the_same_clip(folder, clip):
    np.testing.assert_array_equal(render(model.load(folder), control=FILM), clip)


def test_weights_check_names_the_parts(tmp_path):
    rows = report(write_parts(tmp_path / "parts"))
    assert rows.missing == ""
    assert sorted(row.noise for row in rows.rows if row.part == "VACE part of an expert") == [
        "high",
        "low",
    ]
    assert not any(row.misplaced for row in rows.rows)


def write_one(folder, *, apart):
    """The one expert of Wan 2.1, with its part inside or in a file of its own."""
    if apart:
        kit.save(folder / "wan2.1_t2v_14B_fp16.safetensors", expert(0))
        kit.save(folder / "Wan2_1-VACE_module_14B_bf16.safetensors", part(0))
    else:
        kit.save(folder / "wan2.1_vace_14B_fp16.safetensors", expert(0) | part(0))
    return rest(folder)


@pytest.mark.parametrize("apart", [False, True])
def test_vace_of_wan_21_has_one_expert(tmp_path, apart):
    wan = model.load(write_one(tmp_path / "one", apart=apart))
    assert [e.name for e in wan.preset.experts] == ["dense"]
    assert (wan.preset.control, wan.preset.shift) == ("vace", 16.0)
    assert not np.array_equal(render(wan), render(wan, control=FILM))


@pytest.mark.parametrize("residency", ["int8", "fp8", "streamed"])
def test_a_part_is_packed_and_streamed_like_its_expert(tmp_path, residency):
    checkpoint = open_checkpoint(write_fp8(tmp_path / "tiny"))
    assert checkpoint.is_fp8
    loaded = checkpoint.load_vace(0, residency=residency)
    if residency == "streamed":
        block = next(loaded.vace_blocks.passing())
        assert torch.equal(block.after_proj.weight, part(0)["vace_blocks.0.after_proj.weight"])
        return
    code = torch.int8 if residency == "int8" else torch.float8_e4m3fn
    state = loaded.state_dict()
    packed = [name for name in part(0) if re.search(PACKED_PARAMETERS, name)]
    assert len(packed) == 10
    assert all(state[name].dtype == code for name in packed)
    assert state["vace_blocks.0.modulation"].dtype == torch.float32


def test_a_lora_changes_a_part(tmp_path):
    folder = write_whole(tmp_path / "tiny")
    down, up = torch.ones(1, kit.WIDTH), torch.full((kit.WIDTH, 1), 0.5)
    name = "vace_blocks.0.self_attn.q"
    lora = kit.save(tmp_path / "lora.safetensors", {
        f"diffusion_model.{name}.lora_down.weight": down,
        f"diffusion_model.{name}.lora_up.weight": up,
    })  # fmt: skip
    plain = open_checkpoint(folder)
    merged = plain.with_loras([LoraChoice(lora, (1.0, 0.0))])
    expected = part(0)[f"{name}.weight"] + 0.5
    assert torch.equal(merged.load_vace(0).state_dict()[f"{name}.weight"], expected)
    assert torch.equal(
        merged.load_vace(1).state_dict()[f"{name}.weight"], part(1)[f"{name}.weight"]
    )
    assert merged.vace_fingerprint(0) != plain.vace_fingerprint(0)
    assert merged.vace_fingerprint(1) == plain.vace_fingerprint(1)


def drop(tensors, name):
    return {key: value for key, value in tensors.items() if key != name}


def damage(folder, how):  # noqa: C901 - one branch for each defect
    """A folder of parts with one defect, and its message."""
    place = write_parts(folder) / "diffusion_models"
    high, low = (
        place / f"Wan2_2_Fun_VACE_module_A14B_{n}_bf16.safetensors" for n in ("HIGH", "LOW")
    )
    experts = [place / f"wan2.2_t2v_{noise}_noise_14B_fp16.safetensors" for noise in NOISES]
    match how:
        case "a tensor is missing":
            kit.save(high, drop(part(0), "vace_blocks.0.after_proj.bias"))
            return (
                f"{high}: 1 of 33 tensors missing, first 'vace_blocks.0.after_proj.bias'. Is it "
                "cut short? Fetch it again."
            )
        case "the file is cut short":
            high.write_bytes(high.read_bytes()[:-50])
            return f"{high}: …"
        case "one part only":
            low.unlink()
            return (
                f"{folder}: VACE parts {high} (high noise) for 2 expert(s), must be one each, with "
                "high_noise and low_noise in their names where there are two experts. A part of "
                "Wan 2.1 fits no expert of Wan 2.2."
            )
        case "a part of Wan 2.1":
            other = place / "Wan2_1-VACE_module_14B_bf16.safetensors"
            high.rename(other)
            return (
                f"{folder}: VACE parts {other} (no noise), {low} (low noise) for 2 expert(s), must "
                "be one each, with high_noise and low_noise in their names where there are two "
                "experts. A part of Wan 2.1 fits no expert of Wan 2.2."
            )
        case "the same part twice":
            low.write_bytes(high.read_bytes())
            return (
                f"{folder}: {high} and {low} are the same file, must be the VACE parts of two "
                "experts. Fetch both again."
            )
        case "the part of another model":
            narrow = replace(BACKBONE, width=128, heads=1)
            kit.save(high, kit.filled(VacePart(narrow), 1))
            return (
                f"{high}: its VACE part has widths (128, 512), must be (256, 512) like "
                f"{experts[0]}. Is it the part of another model?"
            )
        case "too many side blocks":
            many = replace(BACKBONE, control_layers=(0, 1, 2))
            kit.save(high, kit.filled(VacePart(many), 1))
            return (
                f"{high}: 3 side blocks, must divide the 2 blocks of {experts[0]}. Is it the part "
                "of another model?"
            )
        case "a part twice":
            kit.save(experts[0], expert(0) | part(0))
            return (
                f"{folder}: holds two models, VACE expert and Wan 2.2 A14B text-to-video expert, "
                "must hold one. Put each in a folder of its own."
            )
        case "inside and beside":
            for seed, file in enumerate(experts):
                kit.save(file, expert(seed) | part(seed))
            return (
                f"{high}: is a VACE part, and {experts[0]} contains one already, must be one of "
                "the two. Move the part elsewhere."
            )


@pytest.mark.parametrize(
    "how",
    [
        "a tensor is missing", "the file is cut short", "one part only", "a part of Wan 2.1",
        "the same part twice", "the part of another model", "too many side blocks", "a part twice",
        "inside and beside",
    ],
)  # fmt: skip
def test_a_defect_is_named_before_a_tensor_is_read(tmp_path, how):
    message = damage(tmp_path / "vace", how)
    with pytest.raises(WeightsError, match=kit.whole_message(message.replace("{", "{{"))):
        open_checkpoint(tmp_path / "vace")


def test_a_config_that_names_other_layers_is_refused(tmp_path):
    folder = write_diffusers(tmp_path / "tiny")
    place = folder / "transformer" / "config.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | {"vace_layers": [0, 1]}))
    with pytest.raises(WeightsError, match="the experts differ in size"):
        open_checkpoint(folder)
