"""State dicts of the full-size presets, built on `meta`: names, shapes and counts as published."""

from __future__ import annotations

import pytest
import torch

from model.autoencoder.vae import WAN21_SIZES, WAN22_SIZES, wan21_vae, wan22_vae
from model.presets import (
    WAN22_FUN_CAMERA_5B,
    WAN22_FUN_CAMERA_A14B,
    WAN22_I2V_A14B,
    WAN22_T2V_A14B,
    WAN22_TI2V_5B,
    preset_named,
)
from model.transformer import Transformer
from model.vace import VacePart
from model.weights import rename
from tests import oracle

EXPERTS = {
    "wan2.2-t2v-a14b": (WAN22_T2V_A14B, 1095, 14_288_491_584),
    "wan2.2-i2v-a14b": (WAN22_I2V_A14B, 1095, 14_288_901_184),
    "wan2.2-ti2v-5b": (WAN22_TI2V_5B, 825, 4_999_787_712),
}
# Preset, unshuffle factor, tensors, numbers: 6 more tensors than without an adapter.
CAMERAS = {
    "wan2.2-fun-camera-a14b": (WAN22_FUN_CAMERA_A14B, 8, 1101, 14_792_233_024),
    "wan2.2-fun-camera-5b": (WAN22_FUN_CAMERA_5B, 16, 831, 5_245_802_688),
}
# Tensors and numbers of an expert with its VACE part, and tensors of the part.
VACE = {
    "wan2.2-vace-fun-a14b": (1331, 17_337_592_896, 236),
    "wan2.1-vace-14b": (1331, 17_337_592_896, 236),
    "wan2.1-vace-1.3b": (1264, 2_153_972_032, 439),
}
FUN_CONTROLS = {
    "wan2.2-fun-control-a14b": (1097, 14_289_561_664),
    "wan2.2-fun-control-5b": (827, 5_001_609_408),
}
VAES = {
    "2.1": (lambda: wan21_vae(WAN21_SIZES), rename.VAE_WAN21, 194, 126_892_531),
    "2.2": (lambda: wan22_vae(WAN22_SIZES), rename.VAE_WAN22, 196, 704_688_668),
}


def shapes(build):
    with torch.device("meta"):
        return {name: tuple(tensor.shape) for name, tensor in build().state_dict().items()}


def num_values(found):
    return sum(torch.Size(shape).numel() for shape in found.values())


def published_names(layers):
    """Names of an original expert, written out from the description of the format."""
    names = {f"patch_embedding.{leaf}" for leaf in ("weight", "bias")}
    for layer in ("text_embedding.0", "text_embedding.2", "time_embedding.0", "time_embedding.2"):
        names |= {f"{layer}.weight", f"{layer}.bias"}
    names |= {"time_projection.1.weight", "time_projection.1.bias"}
    names |= {"head.modulation", "head.head.weight", "head.head.bias"}
    for block in range(layers):
        linears = [f"{side}_attn.{name}" for side in ("self", "cross") for name in "qkvo"]
        for layer in (*linears, "ffn.0", "ffn.2", "norm3"):
            names |= {f"blocks.{block}.{layer}.weight", f"blocks.{block}.{layer}.bias"}
        for side in ("self", "cross"):
            names |= {f"blocks.{block}.{side}_attn.norm_{name}.weight" for name in "qk"}
        names.add(f"blocks.{block}.modulation")
    return names


@pytest.fixture(scope="module", params=EXPERTS)
def expert(request):
    preset, count, values = EXPERTS[request.param]
    built = shapes(lambda: Transformer(preset.backbone, patch=preset.patch))
    return preset.backbone, built, count, values


def test_an_expert_has_the_published_names_and_count(expert):
    backbone, found, count, values = expert
    assert set(found) == published_names(backbone.layers)
    assert len(found) == count
    assert num_values(found) == values


def test_an_expert_has_the_published_shapes(expert):
    backbone, found, _, _ = expert
    width = backbone.width
    expected = {
        "patch_embedding.weight": (width, backbone.in_channels, 1, 2, 2),
        "text_embedding.0.weight": (width, 4096),
        "time_embedding.0.weight": (width, 256),
        "time_projection.1.weight": (6 * width, width),
        "blocks.0.modulation": (1, 6, width),
        "blocks.0.self_attn.norm_q.weight": (width,),
        "blocks.0.ffn.0.weight": (backbone.ffn_width, width),
        "head.modulation": (1, 2, width),
        "head.head.weight": (4 * backbone.out_channels, width),
    }
    assert {name: found[name] for name in expected} == expected


def test_an_expert_has_the_names_and_shapes_of_diffusers(expert):
    backbone, found, _, _ = expert
    with oracle.quiet():
        from diffusers import WanTransformer3DModel
    theirs = shapes(
        lambda: WanTransformer3DModel(
            num_attention_heads=backbone.heads, attention_head_dim=128,
            in_channels=backbone.in_channels, out_channels=backbone.out_channels,
            ffn_dim=backbone.ffn_width, num_layers=backbone.layers,
        )
    )  # fmt: skip
    renamed = {rename.TRANSFORMER.to_diffusers(name): shape for name, shape in found.items()}
    assert renamed == theirs
    assert len(renamed) == len(found)


@pytest.mark.parametrize("which", CAMERAS)
def test_a_camera_expert_has_the_published_names_shapes_and_count(which):
    preset, unshuffle, count, values = CAMERAS[which]
    width, stride = preset.backbone.width, preset.stride[1]
    found = shapes(lambda: Transformer(preset.backbone, camera_unshuffle=unshuffle))
    block = "control_adapter.residual_blocks.0"
    adapter = {
        "control_adapter.conv.weight": (width, 24 * stride**2, 2, 2),
        "control_adapter.conv.bias": (width,),
        f"{block}.conv1.weight": (width, width, 3, 3),
        f"{block}.conv1.bias": (width,),
        f"{block}.conv2.weight": (width, width, 3, 3),
        f"{block}.conv2.bias": (width,),
    }
    assert set(found) == published_names(preset.backbone.layers) | set(adapter)
    assert {name: found[name] for name in adapter} == adapter
    assert found["patch_embedding.weight"][1] == preset.latent_channels * 2 + 4
    assert (len(found), num_values(found)) == (count, values)


@pytest.mark.parametrize("which", VACE)
def test_an_expert_with_its_vace_part_has_the_published_names_shapes_and_count(which):
    backbone = preset_named(which).backbone
    part = shapes(lambda: VacePart(backbone))
    found = shapes(lambda: Transformer(backbone)) | part
    count, values, of_part = VACE[which]
    assert (len(found), num_values(found), len(part)) == (count, values, of_part)
    assert found["vace_patch_embedding.weight"] == (backbone.width, 96, 1, 2, 2)
    with oracle.quiet():
        from diffusers import WanVACETransformer3DModel
    theirs = shapes(
        lambda: WanVACETransformer3DModel(
            num_attention_heads=backbone.heads, attention_head_dim=128, in_channels=16,
            out_channels=16, ffn_dim=backbone.ffn_width, num_layers=backbone.layers,
            vace_layers=list(backbone.control_layers), vace_in_channels=96,
        )
    )  # fmt: skip
    renamed = {rename.TRANSFORMER.to_diffusers(name): shape for name, shape in found.items()}
    assert renamed == theirs
    assert len(renamed) == len(found)


@pytest.mark.parametrize("which", FUN_CONTROLS)
def test_a_fun_control_expert_has_the_published_names_and_count(which):
    backbone = preset_named(which).backbone
    found = shapes(lambda: Transformer(backbone, has_reference=True))
    assert set(found) == published_names(backbone.layers) | {"ref_conv.weight", "ref_conv.bias"}
    assert found["ref_conv.weight"] == (backbone.width, backbone.out_channels, 2, 2)
    assert (len(found), num_values(found)) == FUN_CONTROLS[which]
    renamed = {rename.TRANSFORMER.to_diffusers(name) for name in found}
    assert {rename.TRANSFORMER.to_original(name) for name in renamed} == set(found)


@pytest.mark.parametrize("which", VAES)
def test_an_autoencoder_has_the_published_names_and_shapes(which):
    build, rules, count, values = VAES[which]
    with oracle.quiet():
        from diffusers import AutoencoderKLWan
    found = shapes(build)
    options = {} if which == "2.1" else {
        "base_dim": 160, "decoder_base_dim": 256, "z_dim": 48, "is_residual": True,
        "in_channels": 12, "out_channels": 12, "patch_size": 2, "scale_factor_spatial": 16,
        "latents_mean": [0.0] * 48, "latents_std": [1.0] * 48,
    }  # fmt: skip
    renamed = {rules.to_diffusers(name): shape for name, shape in found.items()}
    assert renamed == shapes(lambda: AutoencoderKLWan(**options))
    assert (len(found), len(renamed), num_values(found)) == (count, count, values)


def test_the_text_encoder_has_the_published_names_in_every_naming():
    from transformers import UMT5Config, UMT5EncoderModel

    config = UMT5Config(
        vocab_size=256_384, d_model=4096, d_kv=64, d_ff=10_240, num_layers=24, num_heads=64,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False,
    )  # fmt: skip
    found = shapes(lambda: UMT5EncoderModel(config))
    del found["encoder.embed_tokens.weight"]
    assert (len(found), num_values(found)) == (242, 5_680_910_336)
    original = {rename.TEXT.to_original(name) for name in found}
    block = {f"attn.{letter}.weight" for letter in "qkvo"}
    block |= {"norm1.weight", "norm2.weight", "pos_embedding.embedding.weight"}
    block |= {"ffn.gate.0.weight", "ffn.fc1.weight", "ffn.fc2.weight"}
    names = {f"blocks.{layer}.{name}" for layer in range(24) for name in block}
    assert original == names | {"token_embedding.weight", "norm.weight"}
    packed = {rename.TEXT_GGUF.to_original(name) for name in found}
    assert len(packed) == 242
    assert {rename.TEXT_GGUF.to_diffusers(name) for name in packed} == set(found)


def test_the_text_encoder_has_the_names_that_the_gguf_package_gives():
    import gguf

    known = gguf.get_tensor_name_map(gguf.MODEL_ARCH.T5ENCODER, 24)
    for name in ("shared", "encoder.block.7.layer.1.DenseReluDense.wi_0"):
        assert rename.TEXT_GGUF.to_original(f"{name}.weight") == known.get_name(name) + ".weight"


RULES = {
    "transformer": (rename.TRANSFORMER, 3),
    "vae 2.1": (rename.VAE_WAN21, 3),
    "vae 2.2": (rename.VAE_WAN22, 3),
    "text": (rename.TEXT, 3),
    "text gguf": (rename.TEXT_GGUF, 3),
}


@pytest.mark.parametrize("which", RULES)
@pytest.mark.parametrize("side", ["to_original", "to_diffusers"])
def test_every_rule_is_a_bijection(which, side):
    """No two templates of a side can produce one name, so each name has one image and source."""
    rules, numbers = RULES[which]
    back = {"to_original": "to_diffusers", "to_diffusers": "to_original"}[side]
    place = 1 if side == "to_original" else 0
    names = [
        name.replace("#", str(first), 1).replace("#", str(second), 1)
        for name in (pair[place] for pair in rules.pairs)
        for first in range(numbers)
        for second in range(numbers)
    ]
    images = {name: getattr(rules, side)(name) for name in names}
    assert all(getattr(rules, back)(image) == name for name, image in images.items())
    assert len(set(images.values())) == len(images)


@pytest.mark.parametrize("which", RULES)
def test_both_sides_of_a_rule_count_as_many_numbers(which):
    assert all(ours.count("#") == theirs.count("#") for ours, theirs in RULES[which][0].pairs)
