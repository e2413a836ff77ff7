"""Names translate both ways, one to one, and unknown ones are refused."""

from __future__ import annotations

import pytest
import torch

from model.autoencoder.vae import VaeSizes, wan21_vae, wan22_vae
from model.exceptions import WeightsError
from model.presets import Backbone
from model.transformer import Transformer
from model.weights import rename
from tests import oracle

BACKBONE = Backbone(
    width=64, heads=4, layers=2, ffn_width=96, in_channels=16, out_channels=16, text_width=32
)


def names(build):
    with torch.device("meta"):
        return list(build().state_dict())


@pytest.mark.parametrize(
    ("rules", "ours", "theirs"),
    [
        (rename.TRANSFORMER, lambda: Transformer(BACKBONE), lambda: oracle.transformer(16, 1)),
        (rename.VAE_WAN21, lambda: wan21_vae(VaeSizes(8, 8, 16)), oracle.vae21),
        (rename.VAE_WAN22, lambda: wan22_vae(VaeSizes(8, 12, 48)), oracle.vae22),
        (
            rename.vae_wan21_rules(1),
            lambda: wan21_vae(VaeSizes(8, 8, 16, num_blocks=1)),
            lambda: oracle.vae21(1),
        ),
        (
            rename.vae_wan22_rules(1),
            lambda: wan22_vae(VaeSizes(8, 12, 48, num_blocks=1)),
            lambda: oracle.vae22(1),
        ),
    ],
    ids=["transformer", "vae 2.1", "vae 2.2", "thin vae 2.1", "thin vae 2.2"],
)
def test_names_go_there_and_back(rules, ours, theirs):
    original = names(ours)
    diffusers = [rules.to_diffusers(name) for name in original]
    assert [rules.to_original(name) for name in diffusers] == original
    assert set(diffusers) == set(theirs().state_dict())


def test_the_affine_norm_changes_its_number():
    assert rename.TRANSFORMER.to_diffusers("blocks.31.norm3.bias") == "blocks.31.norm2.bias"
    assert rename.TRANSFORMER.to_original("blocks.31.norm2.bias") == "blocks.31.norm3.bias"


@pytest.mark.parametrize("name", ["blocks.3.norm2.bias", "head.modulation", "xblocks.0.norm3.bias"])
def test_rules_are_anchored_to_one_side(name):
    with pytest.raises(WeightsError, match="no transformer tensor has this name"):
        rename.TRANSFORMER.to_diffusers(name + "x")


def test_the_camera_adapter_keeps_its_published_names():
    name = "control_adapter.residual_blocks.0.conv2.weight"
    assert rename.TRANSFORMER.to_original(name) == name
