"""`storyboard weights check`: a folder is described from headers, and models are named."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch

from storyboard.cli.main import run
from tests import checkpoint_kit as kit

LAYOUTS = {
    "original": kit.write_original,
    "diffusers": kit.write_diffusers,
    "comfy": kit.write_comfy,
    "fp8": lambda folder: kit.write_fp8(folder, "old"),
    "gguf": lambda folder: kit.write_gguf(folder, "Q8_0"),
}


def checked(folder, capsys):
    code = run(["weights", "check", str(folder)])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_complete(tmp_path, capsys, layout):
    code, text = checked(LAYOUTS[layout](tmp_path / "tiny"), capsys)
    assert code == 0
    assert text.count("Wan 2.2 A14B text-to-video expert") == 2
    assert "Wan 2.1 autoencoder" in text
    assert "UMT5 text encoder" in text
    assert text.splitlines()[-1].startswith(f"{tmp_path / 'tiny'}: complete, ")


def test_a_report_says_format_types_tensors_and_size(tmp_path, capsys):
    folder = kit.write_fp8(tmp_path / "tiny", "old")
    assert run(["weights", "check", str(folder), "--json"]) == 0
    rows = {row["path"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    high = rows["wan2.2_t2v_A14b_high_noise_fp8_old.safetensors"]
    assert (high["noise"], high["form"]) == ("high", "safetensors")
    assert set(high["dtypes"]) == {"F8_E4M3", "F16", "F32"}
    # 42 of the network, two scales for each of ten linears, one marker.
    assert high["num_tensors"] == 42 + 2 * 10 + 1
    assert high["num_bytes"] == (folder / high["path"]).stat().st_size


def test_the_two_experts_have_different_hashes(tmp_path, capsys):
    run(["weights", "check", str(kit.write_comfy(tmp_path / "tiny")), "--json"])
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert len({row["hash"] for row in rows}) == len(rows) == 4


def test_looking_loads_no_torch(tmp_path):
    folder = kit.write_comfy(tmp_path / "tiny")
    code = (
        "import sys; from storyboard.cli.main import run\n"
        f"run(['weights', 'check', {str(folder)!r}]); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_a_terabyte_of_zeros_takes_seconds(tmp_path, capsys):
    """A sparse file of full size: only its header and a few samples may be read."""
    header = {
        "patch_embedding.weight": {"dtype": "F32", "shape": [5120, 16, 1, 2, 2]},
        "head.head.weight": {"dtype": "F32", "shape": [64, 5120]},
        "filler": {"dtype": "F32", "shape": [250_000_000_000]},
    }
    end = 0
    for entry in header.values():
        size = 4 * torch.Size(entry["shape"]).numel()
        entry["data_offsets"], end = [end, end + size], end + size
    text = json.dumps(header).encode()
    path = tmp_path / "wan_high_noise.safetensors"
    with path.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        stream.truncate(8 + len(text) + end)
    code, said = checked(tmp_path, capsys)
    assert code == 2
    assert "1000.00 GB" in said
    assert "must be both" in said


FOREIGN = {
    "casual_audio_encoder.weights": "Wan2.2-S2V-14B",
    "face_adapter.fuser_blocks.0.linear1_kv.weight": "Wan2.2-Animate-14B",
    "img_emb.proj.0.weight": "Wan 2.1 image-to-video",
}


@pytest.mark.parametrize("tensor", FOREIGN)
def test_models_that_cannot_be_rendered_are_named(tmp_path, capsys, tensor):
    kit.save(tmp_path / "a.safetensors", kit.tiny().high | {tensor: torch.zeros(1)})
    code, text = checked(tmp_path, capsys)
    assert code == 2
    assert FOREIGN[tensor] in text.splitlines()[1]
    assert "It is recognised but cannot be rendered." in text


def test_a_camera_checkpoint_is_named(tmp_path, capsys):
    adapter = {"control_adapter.conv.weight": torch.zeros(256, 24 * 64, 2, 2)}
    kit.save(tmp_path / "fun_high_noise.safetensors", kit.tiny().high | adapter)
    assert (
        "Wan 2.2 A14B text-to-video expert, with a camera adapter" in checked(tmp_path, capsys)[1]
    )


def test_small_wan_21_is_named(tmp_path, capsys):
    tensors = {
        "patch_embedding.weight": torch.zeros(1536, 16, 1, 2, 2),
        "head.head.weight": torch.zeros(64, 1536),
    }
    kit.save(tmp_path / "wan2.1_t2v_1.3B.safetensors", tensors)
    assert "Wan 2.1 T2V-1.3B" in checked(tmp_path, capsys)[1]


def test_what_lies_in_the_wrong_place_is_said(tmp_path, capsys):
    folder = kit.write_comfy(tmp_path / "tiny")
    (folder / "vae" / "wan_2.1_vae.safetensors").rename(folder / "text_encoders" / "v.safetensors")
    code, text = checked(folder, capsys)
    assert code == 0
    assert "misplaced: lies in text_encoders, where text belongs" in text


def test_what_is_missing_and_what_is_broken_are_both_said(tmp_path, capsys):
    folder = kit.write_comfy(tmp_path / "tiny")
    path = folder / "vae" / "wan_2.1_vae.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    code, text = checked(folder, capsys)
    assert code == 2
    assert f"unreadable: {path}: not a whole safetensors file" in text
    assert text.splitlines()[-1].startswith("not complete: ")


def remove(path):
    def damage(folder):
        (folder / path).unlink()

    return damage


def replace_expert(folder):
    path = folder / "transformer_2" / "diffusion_pytorch_model.safetensors"
    path.rename(folder / "transformer" / "other.safetensors")
    tensors = kit.tiny().low | {"face_adapter.fuser_blocks.0.linear1_kv.weight": torch.zeros(1)}
    kit.save(folder / "transformer" / "other.safetensors", tensors)


INCOMPLETE = [
    (
        remove("vae/diffusion_pytorch_model.safetensors"),
        "{folder}/vae: holds no vae, must hold one. Fetch the folder again.",
    ),
    (
        remove("tokenizer/tokenizer.json"),
        "{folder}/tokenizer: no tokenizer.json. Fetch the folder again.",
    ),
    (
        replace_expert,
        "{folder}/transformer/other.safetensors: is Wan2.2-Animate-14B, a character set in "
        "motion, which cannot be rendered.",
    ),
]


@pytest.mark.parametrize(("damage", "message"), INCOMPLETE)
def test_what_a_folder_of_diffusers_lacks_is_said(tmp_path, capsys, damage, message):
    folder = kit.write_diffusers(tmp_path / "tiny")
    damage(folder)
    code, text = checked(folder, capsys)
    assert code == 2
    assert text.splitlines()[-1] == f"not complete: {message.format(folder=folder)}"


def test_no_such_folder_is_bad_input(tmp_path, capsys):
    assert run(["weights", "check", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.endswith(
        "none: no such folder. Name the folder of a checkpoint.\n"
    )
