"""Checkpoints are recognised by content and loaded strictly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from model.exceptions import WeightsError
from model.presets import WAN22_T2V_A14B
from model.weights.build import fingerprint, network_files
from model.weights.open_checkpoint import open_checkpoint
from tests import checkpoint_kit as kit
from tests import oracle

STEM = "diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(tmp_path) -> Path:
    copy = tmp_path / "checkpoint"
    shutil.copytree(oracle.greybox_like(), copy)
    return copy


def edit_json(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def edit_tensors(path, change):
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def add_adapter(folder, *, into_main=False, unshuffle=16):
    for seed, name in enumerate(("transformer", "transformer_2")):
        shapes = {
            "control_adapter.conv.weight": (64, 24 * unshuffle**2, 2, 2),
            "control_adapter.conv.bias": (64,),
            "control_adapter.residual_blocks.0.conv1.weight": (64, 64, 3, 3),
            "control_adapter.residual_blocks.0.conv1.bias": (64,),
            "control_adapter.residual_blocks.0.conv2.weight": (64, 64, 3, 3),
            "control_adapter.residual_blocks.0.conv2.bias": (64,),
        }
        generator = torch.Generator().manual_seed(seed)
        fresh = {k: torch.randn(shape, generator=generator) / 50 for k, shape in shapes.items()}
        if into_main:
            edit_tensors(folder / name / STEM, lambda tensors, fresh=fresh: tensors.update(fresh))
        else:
            save_file(fresh, folder / name / "control_adapter.safetensors")


def test_a_tiny_twin_of_greybox_is_recognised(folder):
    checkpoint = open_checkpoint(folder)
    preset = checkpoint.preset
    assert (preset.name, preset.vae, preset.first_frame) == ("greybox", "wan2.2", "per-token")
    assert (preset.stride, preset.latent_channels) == ((4, 16, 16), 48)
    assert [expert.floor for expert in preset.experts] == [0.875, 0.0]
    assert checkpoint.backbone.width == 64
    assert checkpoint.camera_unshuffle is None


def test_another_size_of_a_published_kind_keeps_its_defaults_but_not_its_name():
    folder = oracle.text_to_video()
    preset = open_checkpoint(folder).preset
    assert preset.name == folder.name
    assert (preset.shift, preset.guidance) == (12.0, (4.0, 3.0))
    assert preset.negative == WAN22_T2V_A14B.negative


def test_nothing_is_left_on_meta_and_nothing_learns(folder):
    checkpoint = open_checkpoint(folder)
    for network in (checkpoint.load_expert(0), checkpoint.load_expert(1), checkpoint.load_vae()):
        assert not any(parameter.is_meta for parameter in network.parameters())
        assert not any(parameter.requires_grad for parameter in network.parameters())
        assert not list(network.buffers())


def test_experts_are_told_apart_by_their_folder(folder):
    checkpoint = open_checkpoint(folder)
    high, low = (checkpoint.load_expert(index).head.modulation for index in (0, 1))
    stored = load_file(folder / "transformer_2" / STEM)["scale_shift_table"]
    assert torch.equal(low, stored)
    assert not torch.equal(high, low)


def test_half_precision_spares_the_islands(folder):
    expert = open_checkpoint(folder).load_expert(0, dtype=torch.bfloat16)
    state = expert.state_dict()
    assert state["blocks.0.self_attn.q.weight"].dtype == torch.bfloat16
    assert state["patch_embedding.weight"].dtype == torch.bfloat16
    for name in (
        "blocks.0.modulation",
        "blocks.1.norm3.bias",
        "blocks.1.cross_attn.norm_k.weight",
        "time_projection.1.weight",
        "head.head.bias",
    ):
        assert state[name].dtype == torch.float32


def test_stored_half_precision_is_loaded_as_asked(folder):
    path = folder / "vae" / STEM
    edit_tensors(path, lambda t: t.update({k: v.half() for k, v in t.items()}))
    vae = open_checkpoint(folder).load_vae(dtype=torch.float32)
    assert {parameter.dtype for parameter in vae.parameters()} == {torch.float32}


@pytest.mark.parametrize("into_main", [False, True])
def test_the_camera_adapter_may_lie_beside_or_inside(folder, into_main):
    add_adapter(folder, into_main=into_main)
    checkpoint = open_checkpoint(folder)
    assert checkpoint.camera_unshuffle == 16
    assert checkpoint.load_expert(1).control_adapter.unshuffle == 16


def test_an_adapter_of_one_expert_only_is_refused(folder):
    add_adapter(folder)
    (folder / "transformer_2" / "control_adapter.safetensors").unlink()
    with pytest.raises(WeightsError) as caught:
        open_checkpoint(folder)
    assert str(caught.value) == (
        f"{folder}: only one of the experts has a camera adapter, must be both or none. "
        "Put control_adapter.safetensors into both folders."
    )


def test_an_adapter_both_beside_and_inside_is_refused(folder):
    add_adapter(folder)
    add_adapter(folder, into_main=True)
    message = kit.whole_message(
        "{place}/control_adapter.safetensors: tensor 'control_adapter.…' is also in "
        "{place}/diffusion_pytorch_model.safetensors. Remove one of the two.",
        place=folder / "transformer",
    )
    with pytest.raises(WeightsError, match=message):
        open_checkpoint(folder).load_expert(0)


def test_shards_are_read_through_their_index(folder):
    tensors = load_file(folder / "transformer" / STEM)
    halves = sorted(tensors)[::2], sorted(tensors)[1::2]
    weight_map = {}
    for number, names in enumerate(halves, start=1):
        shard = f"diffusion_pytorch_model-0000{number}-of-00002.safetensors"
        save_file({name: tensors[name] for name in names}, folder / "transformer" / shard)
        weight_map |= dict.fromkeys(names, shard)
    index = folder / "transformer" / f"{STEM}.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    (folder / "transformer" / STEM).unlink()
    assert len(network_files(folder / "transformer")) == 2
    open_checkpoint(folder).load_expert(0)
    (folder / "transformer" / shard).unlink()
    with pytest.raises(WeightsError) as caught:
        open_checkpoint(folder)
    assert str(caught.value) == (
        f"{index}: names shard 'diffusion_pytorch_model-00002-of-00002.safetensors', "
        "which is not there. Fetch the folder again."
    )


def test_an_index_may_not_point_out_of_its_folder(folder):
    secret = folder / STEM
    (folder / "vae" / STEM).rename(secret)
    index = folder / "vae" / f"{STEM}.index.json"
    index.write_text(json.dumps({"weight_map": {"a": f"../{STEM}"}}))
    with pytest.raises(WeightsError) as caught:
        open_checkpoint(folder).load_vae()
    assert str(caught.value) == (
        f"{index}: names shard '../{STEM}', which is not there. Fetch the folder again."
    )


@pytest.mark.parametrize("content", [{}, {"weight_map": []}, {"weight_map": {}}])
def test_an_index_without_shards_is_refused(folder, content):
    (folder / "vae" / STEM).unlink()
    index = folder / "vae" / f"{STEM}.index.json"
    index.write_text(json.dumps(content))
    with pytest.raises(WeightsError) as caught:
        open_checkpoint(folder).load_vae()
    assert str(caught.value) == (
        f"{index}: names no shards, must have a weight_map. Fetch it again."
    )


def test_a_missing_tensor_is_named(folder):
    edit_tensors(folder / "transformer" / STEM, lambda t: t.pop("blocks.1.attn2.to_q.bias"))
    with pytest.raises(WeightsError) as caught:
        open_checkpoint(folder).load_expert(0)
    assert str(caught.value) == (
        f"{folder}/transformer: 1 of 69 tensors missing, first 'blocks.1.cross_attn.q.bias'. "
        "Is this the folder of another network, or cut short? Fetch it again."
    )


def test_a_wrong_shape_is_named(folder):
    path = folder / "transformer" / STEM
    edit_tensors(path, lambda t: t.update({"proj_out.bias": torch.zeros(7)}))
    with pytest.raises(WeightsError) as caught:
        open_checkpoint(folder).load_expert(0)
    assert str(caught.value) == (
        f"{path}: tensor 'proj_out.bias' is (7,), must be (192,). "
        "Does config.json belong to this file?"
    )


def test_an_unknown_tensor_is_named(folder):
    path = folder / "transformer" / STEM
    edit_tensors(path, lambda t: t.update({"blocks.0.norm3.weight": torch.zeros(64)}))
    with pytest.raises(WeightsError) as caught:
        open_checkpoint(folder).load_expert(0)
    assert str(caught.value) == (
        f"{path}: 'blocks.0.norm3.weight': no transformer tensor has this name."
    )


def test_a_block_too_many_is_named(folder):
    edit_json(folder / "transformer" / "config.json", num_layers=1)
    edit_json(folder / "transformer_2" / "config.json", num_layers=1)
    message = kit.whole_message(
        "{folder}/transformer/diffusion_pytorch_model.safetensors: tensor 'blocks.1.…' has no "
        "place in the network. Does config.json belong to this file?",
        folder=folder,
    )
    with pytest.raises(WeightsError, match=message):
        open_checkpoint(folder).load_expert(0)


def test_a_truncated_file_is_named(folder):
    path = folder / "vae" / STEM
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(WeightsError, match=r"not a whole safetensors file .* Fetch the file again"):
        open_checkpoint(folder).load_vae()


NO_EXPERTS = {"transformer": [None, None], "transformer_2": [None, None]}
CONFIGS = [
    (
        {"model_index.json": NO_EXPERTS},
        "{folder}/model_index.json: names no transformer. Fetch it again.",
    ),
    (
        {"model_index.json": {"boundary_ratio": None}},
        "{folder}/model_index.json: boundary_ratio is None, must be between 0 and 1 for two "
        "experts. Fetch the file again.",
    ),
    (
        {f"{name}/config.json": {"in_channels": 52} for name in ("transformer", "transformer_2")},
        "{folder}: 2 expert(s), wan2.2 autoencoder, first frame channels-and-token, "
        "control none: no known kind. "
        "Known are greybox, wan2.2-t2v-a14b, wan2.2-i2v-a14b, wan2.2-ti2v-5b, "
        "wan2.2-fun-camera-a14b, wan2.2-fun-camera-5b, wan2.2-vace-fun-a14b, wan2.1-vace-14b, "
        "wan2.1-vace-1.3b, wan2.2-fun-control-a14b, wan2.2-fun-control-5b.",
    ),
    (
        {"transformer/config.json": {"num_layers": 5}},
        "{folder}: the experts differ in size (… layers=5, … and … layers=2, …), must be alike. "
        "Do both belong together?",
    ),
    (
        {"transformer/config.json": {"image_dim": 1280}},
        "{folder}/transformer/config.json: image_dim is 1280, must be None. "
        "Only Wan 2.2 checkpoints can be read.",
    ),
    (
        {"transformer/config.json": {"patch_size": [2, 2, 2]}},
        "{folder}/transformer/config.json: patch_size is [2, 2, 2], must be [1, 2, 2] or "
        "[1, 1, 1]. It belongs to another model.",
    ),
    (
        {"vae/config.json": {"latents_mean": [0.0]}},
        "{folder}/vae/config.json: 1 latents_mean and 48 latents_std, must be 48 each. "
        "Fetch the file again.",
    ),
    (
        {"vae/config.json": {"attn_scales": [1.0]}},
        "{folder}/vae/config.json: attn_scales is [1.0], must be []. "
        "Only Wan 2.2 checkpoints can be read.",
    ),
]


@pytest.mark.parametrize(("changes", "message"), CONFIGS)
def test_configs_of_other_models_are_refused(folder, changes, message):
    for path, values in changes.items():
        edit_json(folder / path, **values)
    with pytest.raises(WeightsError, match=kit.whole_message(message, folder=folder)):
        open_checkpoint(folder)


CONFIG_TEXTS = [
    ("transformer/config.json", None, "{path}: not there. Fetch the folder again."),
    ("transformer/config.json", "[]", "{path}: holds no JSON object. Fetch the file again."),
    (
        "transformer/config.json",
        "{}",
        "{folder}/transformer/config.json: no 'num_attention_heads'. Fetch the file again.",
    ),
    (
        "vae/config.json",
        "{",
        "{path}: Expecting property name enclosed in double quotes: … Fetch the file again.",
    ),
    (
        f"vae/{STEM}",
        None,
        "{folder}/vae: no diffusion_pytorch_model.safetensors and no "
        "diffusion_pytorch_model.safetensors.index.json. Fetch the folder again.",
    ),
    ("tokenizer/tokenizer.json", None, "{path}: not there. Fetch the folder again."),
]


@pytest.mark.parametrize(("name", "content", "message"), CONFIG_TEXTS)
def test_missing_and_damaged_files_are_named(folder, name, content, message):
    path = folder / name
    path.unlink()
    if content is not None:
        path.write_text(content)
    pattern = kit.whole_message(message, path=path, folder=folder)
    with pytest.raises(WeightsError, match=pattern):
        open_checkpoint(folder).text_fingerprint()


def test_one_expert_alone_is_a_checkpoint_too(folder):
    edit_json(folder / "model_index.json", transformer_2=[None, None], boundary_ratio=None)
    shutil.rmtree(folder / "transformer_2")
    preset = open_checkpoint(folder).preset
    assert [expert.name for expert in preset.experts] == ["dense"]


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (None, "{folder}: no such folder. Name the folder of a checkpoint."),
        (
            "readme.txt",
            "{folder}: no model_index.json and no weight files, must be a checkpoint. "
            "Name the folder that holds experts, autoencoder and text encoder.",
        ),
        (
            "Wan2.1_VAE.pth",
            "{folder}/Wan2.1_VAE.pth: not a whole safetensors file (0 bytes; header too small). "
            "Fetch the file again.",
        ),
    ],
)
def test_other_folders_are_refused(tmp_path, made, message):
    folder = tmp_path / "weights"
    if made:
        folder.mkdir()
        (folder / made).touch()
    with pytest.raises(WeightsError, match=kit.whole_message(message, folder=folder)):
        open_checkpoint(folder)


def test_a_fingerprint_follows_the_content_and_not_the_place(folder, tmp_path):
    twin = tmp_path / "twin"
    shutil.copytree(folder, twin)
    one, two = open_checkpoint(folder), open_checkpoint(twin)
    assert one.expert_fingerprint(0) == two.expert_fingerprint(0)
    assert one.expert_fingerprint(0) != one.expert_fingerprint(1)
    assert len({one.vae_fingerprint(), one.text_fingerprint()}) == 2
    edit_tensors(twin / "transformer" / STEM, lambda t: t["proj_out.bias"].add_(1))
    assert one.expert_fingerprint(0) != two.expert_fingerprint(0)


def test_a_fingerprint_counts_the_adapter(folder):
    before = open_checkpoint(folder).expert_fingerprint(0)
    add_adapter(folder)
    assert open_checkpoint(folder).expert_fingerprint(0) != before


def test_a_file_is_hashed_once(folder, monkeypatch):
    files = network_files(folder / "vae")
    first = fingerprint(files)
    monkeypatch.setattr("hashlib.file_digest", None)
    assert fingerprint(files) == first
