"""Every spelling of a LoRA changes an expert by what a computation by hand says."""

from __future__ import annotations

import json

import pytest
import torch

from model.exceptions import WeightsError
from model.weights.lora import LoraChoice, read_lora
from model.weights.open_checkpoint import open_checkpoint
from tests import checkpoint_kit as kit

Q, RANK = "blocks.0.self_attn.q", 4
WEIGHT = f"{Q}.weight"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return open_checkpoint(kit.write_comfy(tmp_path_factory.mktemp("lora") / "tiny"))


def noise(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)) / 8


DOWN, UP = noise(RANK, kit.WIDTH, seed=1), noise(kit.WIDTH, RANK, seed=2)


def merged(checkpoint, path, strengths=(1.0, 1.0), index=0, **options):
    chosen = checkpoint.with_loras([LoraChoice(path, strengths)])
    return chosen.load_expert(index, **options).state_dict()


def assert_only_changed(state, changes):
    """Tensors are those of the high expert, but for the changes."""
    for name, plain in kit.tiny().high.items():
        expected = plain + changes[name] if name in changes else plain
        torch.testing.assert_close(state[name], expected, rtol=0, atol=1e-6, msg=name)


SPELLINGS = {
    "lightx2v": (f"diffusion_model.{Q}.lora_down.weight", f"diffusion_model.{Q}.lora_up.weight"),
    "no prefix": (f"{Q}.lora_down.weight", f"{Q}.lora_up.weight"),
    "ai-toolkit": (f"diffusion_model.{Q}.lora_A.weight", f"diffusion_model.{Q}.lora_B.weight"),
    "diffusers": (
        "transformer.blocks.0.attn1.to_q.lora_A.weight",
        "transformer.blocks.0.attn1.to_q.lora_B.weight",
    ),
    "diffsynth": (f"pipe.dit.{Q}.lora_A.default.weight", f"pipe.dit.{Q}.lora_B.default.weight"),
    "peft": (f"base_model.model.{Q}.lora_A.weight", f"base_model.model.{Q}.lora_B.weight"),
    "musubi": (
        "lora_unet_blocks_0_self_attn_q.lora_down.weight",
        "lora_unet_blocks_0_self_attn_q.lora_up.weight",
    ),
    "videox-fun": (
        "lora_unet__blocks_0_self_attn_q.lora_down.weight",
        "lora_unet__blocks_0_self_attn_q.lora_up.weight",
    ),
    "lycoris": (
        "lycoris_blocks_0_attn1_to_q.lora_down.weight",
        "lycoris_blocks_0_attn1_to_q.lora_up.weight",
    ),
}
ALPHAS = {
    "int64": torch.tensor(8), "int32": torch.tensor(8, dtype=torch.int32),
    "float32": torch.tensor(8.0), "float16": torch.tensor(8.0).half(),
    "bfloat16": torch.tensor([8.0]).bfloat16(), "float64": torch.tensor(8.0).double(),
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_reaches_the_same_weight(checkpoint, tmp_path, spelling):
    down, up = SPELLINGS[spelling]
    path = kit.save(tmp_path / "a.safetensors", {down: DOWN, up: UP})
    assert_only_changed(merged(checkpoint, path), {WEIGHT: UP @ DOWN})


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_alpha_counts_in_every_spelling(checkpoint, tmp_path, spelling):
    down, up = SPELLINGS[spelling]
    layer = down.split(".lora_")[0]
    tensors = {down: DOWN, up: UP, f"{layer}.alpha": torch.tensor(1)}
    path = kit.save(tmp_path / "a.safetensors", tensors)
    assert_only_changed(merged(checkpoint, path), {WEIGHT: UP @ DOWN / RANK})


@pytest.mark.parametrize("dtype", ALPHAS)
def test_alpha_counts_whatever_its_type(checkpoint, tmp_path, dtype):
    """Eight over rank 64, as in the published four-step files: an eighth, not one."""
    down, up = noise(64, kit.WIDTH, seed=1), noise(kit.WIDTH, 64, seed=2)
    tensors = {
        f"{Q}.lora_down.weight": down,
        f"{Q}.lora_up.weight": up,
        f"{Q}.alpha": ALPHAS[dtype],
    }
    path = kit.save(tmp_path / "a.safetensors", tensors)
    state = merged(checkpoint, path)
    torch.testing.assert_close(
        state[WEIGHT] - kit.tiny().high[WEIGHT], up @ down * 0.125, rtol=0, atol=1e-6
    )


LAYERS = [
    ("self_attn.o", "attn1.to_out.0"), ("cross_attn.k", "attn2.to_k"),
    ("cross_attn.v", "attn2.to_v"), ("ffn.0", "ffn.net.0.proj"), ("ffn.2", "ffn.net.2"),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs"), LAYERS)
@pytest.mark.parametrize("joint", [".", "_"])
def test_layers_are_found_in_both_namings_with_dots_and_underscores(
    checkpoint, tmp_path, ours, theirs, joint
):
    rows, columns = kit.tiny().high[f"blocks.0.{ours}.weight"].shape
    down, up = noise(2, columns, seed=3), noise(rows, 2, seed=4)
    for layer in (ours, theirs):
        spelled = f"blocks.0.{layer}" if joint == "." else f"blocks.0.{layer}".replace(".", "_")
        prefix = "diffusion_model." if joint == "." else "lora_unet_"
        tensors = {
            f"{prefix}{spelled}.lora_down.weight": down,
            f"{prefix}{spelled}.lora_up.weight": up,
        }
        path = kit.save(tmp_path / f"{layer}.safetensors", tensors)
        assert_only_changed(merged(checkpoint, path), {f"blocks.0.{ours}.weight": up @ down})


def test_whole_differences_change_weights_biases_norms_and_modulation(checkpoint, tmp_path):
    diffs = {
        "head.head.diff": ("head.head.weight", noise(64, kit.WIDTH)),
        "head.head.diff_b": ("head.head.bias", noise(64)),
        "blocks.0.diff_m": ("blocks.0.modulation", noise(1, 6, kit.WIDTH)),
        "blocks.0.self_attn.norm_q.diff": ("blocks.0.self_attn.norm_q.weight", noise(kit.WIDTH)),
        "blocks.0.norm3.diff_b": ("blocks.0.norm3.bias", noise(kit.WIDTH)),
        "patch_embedding.diff": ("patch_embedding.weight", noise(kit.WIDTH, 16, 1, 2, 2)),
        "time_projection.1.diff_b": ("time_projection.1.bias", noise(6 * kit.WIDTH)),
    }
    tensors = {f"diffusion_model.{key}": value for key, (_, value) in diffs.items()}
    path = kit.save(tmp_path / "a.safetensors", tensors)
    assert_only_changed(merged(checkpoint, path), dict(diffs.values()))


def test_a_low_rank_change_of_the_patches_is_folded_into_their_shape(checkpoint, tmp_path):
    down, up = noise(2, 16, 1, 2, 2, seed=5), noise(kit.WIDTH, 2, 1, 1, 1, seed=6)
    tensors = {"patch_embedding.lora_down.weight": down, "patch_embedding.lora_up.weight": up}
    path = kit.save(tmp_path / "a.safetensors", tensors)
    change = torch.einsum("orxyz,rcthw->octhw", up, down)
    assert_only_changed(merged(checkpoint, path), {"patch_embedding.weight": change})


def test_hadamard_products_are_made(checkpoint, tmp_path):
    pieces = {
        f"hada_w{n}_{letter}": noise(*shape, seed=n)
        for n in (1, 2)
        for letter, shape in (("a", (kit.WIDTH, RANK)), ("b", (RANK, kit.WIDTH)))
    }
    layer = "lycoris_blocks_0_attn1_to_q"
    tensors = {f"{layer}.{leaf}": piece for leaf, piece in pieces.items()}
    path = kit.save(tmp_path / "a.safetensors", tensors | {f"{layer}.alpha": torch.tensor(2)})
    first, second = (pieces[f"hada_w{n}_a"] @ pieces[f"hada_w{n}_b"] for n in (1, 2))
    assert_only_changed(merged(checkpoint, path), {WEIGHT: first * second * 2 / RANK})


@pytest.mark.parametrize("is_whole", [True, False])
def test_kronecker_products_are_made(checkpoint, tmp_path, is_whole):
    layer, small = "lycoris_blocks_0_attn1_to_q", noise(4, 4, seed=7)
    left, right = noise(64, RANK, seed=8), noise(RANK, 64, seed=9)
    large = {"lokr_w2": left @ right} if is_whole else {"lokr_w2_a": left, "lokr_w2_b": right}
    pieces = {"lokr_w1": small, **large, "alpha": torch.tensor(2.0)}
    tensors = {f"{layer}.{leaf}": piece for leaf, piece in pieces.items()}
    path = kit.save(tmp_path / "a.safetensors", tensors)
    # Without a rank there is nothing for alpha to be over.
    change = torch.kron(small, left @ right) * (1 if is_whole else 2 / RANK)
    assert_only_changed(merged(checkpoint, path), {WEIGHT: change})


def test_settings_in_the_header_scale_diffusers_files(checkpoint, tmp_path):
    down, up = SPELLINGS["diffusers"]
    said = json.dumps({"transformer.r": RANK, "transformer.lora_alpha": 2})
    path = kit.save(
        tmp_path / "a.safetensors", {down: DOWN, up: UP}, {"lora_adapter_metadata": said}
    )
    assert_only_changed(merged(checkpoint, path), {WEIGHT: UP @ DOWN * 0.5})


def test_a_config_beside_a_peft_adapter_scales_it(checkpoint, tmp_path):
    down, up = SPELLINGS["peft"]
    path = kit.save(tmp_path / "adapter_model.safetensors", {down: DOWN, up: UP})
    config = {"r": RANK, "lora_alpha": 8, "use_rslora": True}
    (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    assert_only_changed(merged(checkpoint, path), {WEIGHT: UP @ DOWN * 8 / 2})


def simple(path):
    return kit.save(path, {f"{Q}.lora_down.weight": DOWN, f"{Q}.lora_up.weight": UP})


def test_every_expert_has_a_strength_of_its_own(checkpoint, tmp_path):
    path, tiny = simple(tmp_path / "a.safetensors"), kit.tiny()
    high = merged(checkpoint, path, (2.0, 0.0), index=0)[WEIGHT]
    low = merged(checkpoint, path, (2.0, 0.0), index=1)[WEIGHT]
    torch.testing.assert_close(high - tiny.high[WEIGHT], 2 * UP @ DOWN, rtol=0, atol=1e-6)
    assert torch.equal(low, tiny.low[WEIGHT])


def test_two_loras_add_up(checkpoint, tmp_path):
    choice = LoraChoice(simple(tmp_path / "a.safetensors"), (0.5, 0.5))
    state = checkpoint.with_loras([choice, choice]).load_expert(0).state_dict()
    torch.testing.assert_close(
        state[WEIGHT] - kit.tiny().high[WEIGHT], UP @ DOWN, rtol=0, atol=1e-6
    )


def test_a_lora_is_added_before_rounding_and_to_quantised_weights(tmp_path):
    checkpoint = open_checkpoint(kit.write_fp8(tmp_path / "tiny", "old"))
    state = merged(checkpoint, simple(tmp_path / "a.safetensors"), dtype=torch.bfloat16)
    exact = kit.tiny().high[WEIGHT] + UP @ DOWN
    assert (state[WEIGHT].float() - exact.bfloat16().float()).abs().max() <= 2**-9
    assert state[WEIGHT].dtype == torch.bfloat16


def test_a_fingerprint_counts_file_and_strength_where_they_are_used(checkpoint, tmp_path):
    path = simple(tmp_path / "a.safetensors")
    twin = kit.save(tmp_path / "b.safetensors", {f"{Q}.diff": UP @ DOWN})
    chosen = [(path, (1.0, 0.0)), (path, (0.5, 0.0)), (twin, (1.0, 0.0))]
    with_lora = [checkpoint.with_loras([LoraChoice(*choice)]) for choice in chosen]
    plain = checkpoint.expert_fingerprint(0)
    assert len({plain, *(each.expert_fingerprint(0) for each in with_lora)}) == 4
    assert {each.expert_fingerprint(1) for each in with_lora} == {checkpoint.expert_fingerprint(1)}


def test_the_image_branch_of_wan_21_is_left_out(tmp_path):
    keys = ["blocks.0.cross_attn.k_img", "img_emb.proj.1", "blocks.0.attn2.add_k_proj"]
    tensors = {f"diffusion_model.{key}.lora_down.weight": DOWN for key in keys}
    tensors |= {"diffusion_model.blocks.0.cross_attn.norm_k_img.diff": noise(kit.WIDTH)}
    path = simple(tmp_path / "a.safetensors")
    lora = read_lora(kit.save(path, tensors | {f"{Q}.diff": UP @ DOWN}))
    assert set(lora.deltas) == {WEIGHT}
    assert len(lora.skipped) == 4


REFUSED = {
    "another family": (
        {"lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight": DOWN},
        "{file}: key 'lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight' belongs to no "
        "layer of a Wan 2.2 expert. Is it a LoRA for another model?",
    ),
    "a block too many": (
        {"blocks.7.ffn.0.diff": noise(512, kit.WIDTH)},
        "{file}: key 'blocks.7.ffn.0.diff' changes 'blocks.7.ffn.0.weight', which this model does "
        "not have. Is it a LoRA for another model?",
    ),
    "another width": (
        {f"{Q}.lora_down.weight": noise(4, 128), f"{Q}.lora_up.weight": noise(128, 4)},
        "{file}: key 'blocks.0.self_attn.q.lora_down.weight' is (4, 128) and (128, 4), must make "
        "(256, 256) for 'blocks.0.self_attn.q.weight'. Is it a LoRA for another model?",
    ),
    "half a product": (
        {f"{Q}.lora_down.weight": DOWN},
        "{file}: key 'blocks.0.self_attn.q.lora_down.weight' is (4, 256), must be halves of one "
        "product. Fetch the file again.",
    ),
    "ranks that differ": (
        {f"{Q}.lora_down.weight": DOWN, f"{Q}.lora_up.weight": noise(256, 8)},
        "{file}: key 'blocks.0.self_attn.q.lora_down.weight' is (4, 256) and (256, 8), must be "
        "halves of one product. Fetch the file again.",
    ),
    "the same layer twice": (
        {f"{Q}.lora_down.weight": DOWN, f"lora_unet__{Q.replace('.', '_')}.lora_down.weight": DOWN},
        "{file}: keys 'blocks.0.self_attn.q.lora_down.weight' and "
        "'lora_unet__blocks_0_self_attn_q.lora_down.weight' change the same layer, must be one. "
        "Fetch the file again.",
    ),
    "no lora": (
        {WEIGHT: noise(4, 4)},
        "{file}: key 'blocks.0.self_attn.q.weight' belongs to no layer of a Wan 2.2 expert. "
        "Is it a LoRA for another model?",
    ),
    "DoRA": (
        {f"{Q}.dora_scale": noise(4)},
        "{file}: key 'blocks.0.self_attn.q.dora_scale' belongs to no layer of a Wan 2.2 expert. "
        "Is it a LoRA for another model?",
    ),
    "only layers of the image branch": (
        {"diffusion_model.img_emb.proj.1.lora_down.weight": DOWN},
        "{file}: changes nothing of a Wan 2.2 expert. Is it a LoRA?",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_lora_for_another_model_is_refused_with_its_first_key(checkpoint, tmp_path, case):
    tensors, message = REFUSED[case]
    path = kit.save(tmp_path / "a.safetensors", tensors)
    with pytest.raises(WeightsError, match=kit.whole_message(message, file=path)):
        checkpoint.with_loras([LoraChoice(path, (1.0, 1.0))])


SETTINGS = [
    ("{", "{file}: its settings cannot be read (Expecting property name …)."),
    ("[]", "{file}: its settings cannot be read (… has no attribute 'items')."),
    *(
        (
            json.dumps({f"transformer.{name}": value}),
            "{file}: is a LoRA with DoRA or with a rank per layer, must be a plain one. "
            "Merge it with the program that made it.",
        )
        for name, value in (
            ("use_dora", True),
            ("alpha_pattern", {"q": 2}),
            ("rank_pattern", {"q": 2}),
        )
    ),
]


@pytest.mark.parametrize(("settings", "message"), SETTINGS)
def test_settings_that_cannot_be_followed_are_refused(tmp_path, settings, message):
    down, up = SPELLINGS["diffusers"]
    metadata = {"lora_adapter_metadata": settings}
    path = kit.save(tmp_path / "a.safetensors", {down: DOWN, up: UP}, metadata)
    with pytest.raises(WeightsError, match=kit.whole_message(message, file=path)):
        read_lora(path)


def test_strengths_are_one_per_expert(checkpoint, tmp_path):
    path = simple(tmp_path / "a.safetensors")
    with pytest.raises(WeightsError) as caught:
        checkpoint.with_loras([LoraChoice(path, (1.0,))])
    assert str(caught.value) == f"{path}: 1 strengths, must be 2, noisiest expert first."
