"""Sizes of greybox: the published architecture, small. Under 60 MB in half precision in all."""

from __future__ import annotations

import torch

from model.autoencoder.vae import Autoencoder, VaeSizes, wan21_vae, wan22_vae
from model.presets import GREYBOX, Backbone
from model.transformer import Transformer

TEXT_WIDTH = 160
LATENT_CHANNELS = 48
CODEC = VaeSizes(width=16, decoder_width=32, latent_channels=LATENT_CHANNELS, num_blocks=1)
# The codec of steered experts, of the Wan 2.1 class. A level of full size costs as much as all
# others, so only the coarse ones are wide.
STEERED_CHANNELS = 16
STEERED_CODEC = VaeSizes(
    width=16, decoder_width=16, latent_channels=STEERED_CHANNELS, multipliers=(1, 2, 4, 6),
    num_blocks=1,
)  # fmt: skip
EXPERT = Backbone(
    width=256,
    heads=4,
    layers=6,
    ffn_width=768,
    in_channels=LATENT_CHANNELS,
    out_channels=LATENT_CHANNELS,
    text_width=TEXT_WIDTH,
    frequency_width=256,
)
# Two rays along a side of a token: a ray field is smooth, and one ray a pixel would be a wide layer
# without more information.
CAMERA_UNSHUFFLE = 1


def new_codec(seed: int) -> Autoencoder:
    """The autoencoder with fresh weights; residual branches start at zero."""
    torch.manual_seed(seed)
    return _calm(wan22_vae(CODEC))


def new_steered_codec(seed: int) -> Autoencoder:
    """The autoencoder of steered experts with fresh weights; residual branches start at zero."""
    torch.manual_seed(seed)
    return _calm(wan21_vae(STEERED_CODEC))


def _calm(codec: Autoencoder) -> Autoencoder:
    for name, parameter in codec.named_parameters():
        if name.endswith("residual.6.weight"):
            torch.nn.init.zeros_(parameter)
    return codec


def new_expert(seed: int) -> Transformer:
    """An expert with fresh weights; its head starts at zero."""
    torch.manual_seed(seed)
    expert = Transformer(EXPERT, patch=GREYBOX.patch, camera_unshuffle=CAMERA_UNSHUFFLE)
    torch.nn.init.zeros_(expert.head.head.weight)
    torch.nn.init.zeros_(expert.head.head.bias)
    return expert
