"""The sizes of greybox: the published classes, small. Under 60 MB in half precision in all."""

from __future__ import annotations

import torch

from model.autoencoder.vae import Autoencoder, VaeSizes, wan22_vae
from model.presets import GREYBOX, Backbone
from model.transformer import Transformer

TEXT_WIDTH = 160
LATENT_CHANNELS = 48
CODEC = VaeSizes(width=16, decoder_width=32, latent_channels=LATENT_CHANNELS, num_blocks=1)
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
# Two rays along a side of a token: a ray field is smooth, one a pixel would be a wide layer of
# nothing new.
CAMERA_UNSHUFFLE = 1


def new_codec(seed: int) -> Autoencoder:
    """The autoencoder with fresh weights; residual branches start at nothing."""
    torch.manual_seed(seed)
    codec = wan22_vae(CODEC)
    for name, parameter in codec.named_parameters():
        if name.endswith("residual.6.weight"):
            torch.nn.init.zeros_(parameter)
    return codec


def new_expert(seed: int, backbone: Backbone = EXPERT) -> Transformer:
    """An expert with fresh weights; its head starts at nothing."""
    torch.manual_seed(seed)
    expert = Transformer(backbone, patch=GREYBOX.patch, camera_unshuffle=CAMERA_UNSHUFFLE)
    torch.nn.init.zeros_(expert.head.head.weight)
    torch.nn.init.zeros_(expert.head.head.bias)
    return expert
