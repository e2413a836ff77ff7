"""What the tests of the render engine share: a tiny greybox-like checkpoint and small boards."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn

from model.autoencoder.vae import VaeSizes, wan22_vae
from model.presets import Backbone
from model.transformer import Transformer
from model.weights import rename

TEXT_WIDTH = 16
BACKBONE = Backbone(
    width=24, heads=2, layers=2, ffn_width=32, in_channels=48, out_channels=48,
    text_width=TEXT_WIDTH, frequency_width=16,
)  # fmt: skip

BOARD = """
storyboard: 1
title: Tiny
code: TNY
style: {seed: 7}
format: {size: 128x72}
defaults: {duration: 10f}
scenes:
  - number: 1
    shots:
      - {id: 1, camera: "WS, push in", action: A man walks.}
      - {id: 1A, camera: "CU, static", lighting: "night, practical", action: A man waits and turns.}
  - number: 2
    shots:
      - {id: 2, camera: "MS, pan left", action: A dog runs., duration: 13f}
"""

FAST = ("--set", "size=64x32", "--set", "steps=3")
"""Options that render the tiny checkpoint in no time."""


def write_board(folder: Path, text: str = BOARD) -> Path:
    path = folder / "board.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def write_checkpoint(folder: Path) -> Path:
    """Write random weights in the diffusers layout, of the kind of greybox: two experts."""
    for name, seed in (("transformer", 1), ("transformer_2", 2)):
        expert = _randomised(Transformer(BACKBONE, camera_unshuffle=16), seed)
        tensors = expert.state_dict()
        adapter = {key: value for key, value in tensors.items() if "control_adapter" in key}
        rest = {key: value for key, value in tensors.items() if key not in adapter}
        _save(folder / name / "control_adapter.safetensors", adapter)
        _save(
            folder / name / "diffusion_pytorch_model.safetensors",
            {rename.TRANSFORMER.to_diffusers(key): value for key, value in rest.items()},
        )
        _write_json(folder / name / "config.json", _expert_config())
    sizes = VaeSizes(width=8, decoder_width=8, latent_channels=48)
    vae = _randomised(wan22_vae(sizes), 3)
    _save(
        folder / "vae" / "diffusion_pytorch_model.safetensors",
        {rename.VAE_WAN22.to_diffusers(key): value for key, value in vae.state_dict().items()},
    )
    statistics = {"latents_mean": [0.0] * 48, "latents_std": [1.0] * 48}
    shape = {"is_residual": True, "base_dim": 8, "decoder_base_dim": 8, "z_dim": 48}
    _write_json(folder / "vae" / "config.json", {**shape, "patch_size": 2, **statistics})
    _write_text_encoder(folder)
    index = {
        "transformer": ["diffusers", "WanTransformer3DModel"],
        "transformer_2": ["diffusers", "WanTransformer3DModel"],
        "boundary_ratio": 0.875,
        "expand_timesteps": True,
    }
    _write_json(folder / "model_index.json", index)
    return folder


def _expert_config() -> dict[str, object]:
    return {
        "num_attention_heads": BACKBONE.heads,
        "attention_head_dim": BACKBONE.width // BACKBONE.heads,
        "num_layers": BACKBONE.layers,
        "ffn_dim": BACKBONE.ffn_width,
        "in_channels": 48,
        "out_channels": 48,
        "text_dim": TEXT_WIDTH,
        "freq_dim": BACKBONE.frequency_width,
    }


def _write_text_encoder(folder: Path) -> None:
    from transformers import UMT5Config, UMT5EncoderModel

    letters = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -9.0)]
    letters += [(chr(code), -3.0 - code / 100) for code in range(33, 127)] + [("▁", -2.0)]
    tokenizer = Tokenizer(models.Unigram(letters, unk_id=2))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    (folder / "tokenizer").mkdir()
    tokenizer.save(str(folder / "tokenizer" / "tokenizer.json"))
    config = {
        "vocab_size": len(letters), "d_model": TEXT_WIDTH, "d_kv": 8, "d_ff": 16,
        "num_layers": 1, "num_heads": 2, "feed_forward_proj": "gated-gelu",
    }  # fmt: skip
    encoder = _randomised(UMT5EncoderModel(UMT5Config(**config)), 4)
    tensors = {key: value.clone() for key, value in encoder.state_dict().items()}
    _save(folder / "text_encoder" / "model.safetensors", tensors)
    _write_json(folder / "text_encoder" / "config.json", config)


def _randomised(network: nn.Module, seed: int) -> nn.Module:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(network.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            if "norm" in name or name.endswith("gamma"):
                parameter.copy_(1 + 0.1 * noise)
            elif parameter.ndim > 1:
                parameter.copy_(noise * parameter[0].numel() ** -0.5)
            else:
                parameter.copy_(0.1 * noise)
    return network


def _save(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)


def _write_json(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content))
