"""Write greybox as a checkpoint in the diffusers layout, in half precision.

Usage: python -m training.export FOLDER. Takes the averaged weights of every part; an expert without
a run of its own is the shared network. With `--beside OLD --share 0.5` the weights of the experts
are halfway between an earlier checkpoint, which training continued from, and the trained ones:
both lie in one minimum of the loss, and the average is lower than either.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from model.presets import GREYBOX
from model.weights.rename import TRANSFORMER, vae_wan22_rules
from training.codec import trained_codec
from training.contexts import trained_encoder
from training.films.footage import training_folder
from training.sizes import CODEC, EXPERT, LATENT_CHANNELS, new_expert

WEIGHTS = "diffusion_pytorch_model.safetensors"
ADAPTER = "control_adapter.safetensors"  # beside an expert's weights; diffusers ignores it
TOKENIZER = "tokenizer.json"


def _half(network: nn.Module) -> dict[str, Tensor]:
    return {name: t.detach().half().contiguous() for name, t in network.state_dict().items()}


def _write(folder: Path, config: dict[str, object], tensors: dict[str, Tensor], name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file(tensors, folder / name, metadata={"format": "pt"})


def read_expert(source: Path, index: int) -> dict[str, Tensor]:
    """An expert of a checkpoint with its camera adapter, in float32, under the original names."""
    place = source / GREYBOX.experts[index].folder
    weights = load_file(place / WEIGHTS) | load_file(place / ADAPTER)
    return {TRANSFORMER.to_original(name): tensor.float() for name, tensor in weights.items()}


def write_expert(
    folder: Path, target: Path, index: int, beside: Path | None = None, share: float = 1.0
) -> None:
    """Write one expert and, beside it, its camera adapter.

    Args:
        folder: The training folder.
        target: Checkpoint to write.
        index: Of the expert.
        beside: An earlier checkpoint to interpolate from, or None.
        share: Interpolation factor from the earlier weights to the trained ones, 0 to 1.
    """
    earlier = read_expert(beside, index) if beside else {}
    name = GREYBOX.experts[index].name
    run = folder / name if (folder / name / "state.pt").exists() else folder / "shared"
    expert = new_expert(seed=1)
    average = torch.load(run / "state.pt", weights_only=True)["average"]
    with torch.no_grad():
        for key, parameter in expert.named_parameters():
            parameter.copy_(average[key])
            if earlier:
                parameter.lerp_(earlier[key], 1 - share)
    tensors = {TRANSFORMER.to_diffusers(key): t for key, t in _half(expert).items()}
    adapter = {key: tensors.pop(key) for key in list(tensors) if key.startswith("control_adapter.")}
    config = {
        "_class_name": "WanTransformer3DModel",
        "added_kv_proj_dim": None,
        "attention_head_dim": EXPERT.width // EXPERT.heads,
        "cross_attn_norm": True,
        "eps": 1e-6,
        "ffn_dim": EXPERT.ffn_width,
        "freq_dim": EXPERT.frequency_width,
        "image_dim": None,
        "in_channels": EXPERT.in_channels,
        "num_attention_heads": EXPERT.heads,
        "num_layers": EXPERT.layers,
        "out_channels": EXPERT.out_channels,
        "patch_size": list(GREYBOX.patch),
        "pos_embed_seq_len": None,
        "qk_norm": "rms_norm_across_heads",
        "rope_max_seq_len": 1024,
        "text_dim": EXPERT.text_width,
    }
    place = target / GREYBOX.experts[index].folder
    _write(place, config, tensors, WEIGHTS)
    save_file(adapter, place / ADAPTER, metadata={"format": "pt"})


def write_codec(folder: Path, target: Path) -> None:
    """Write the autoencoder; its latents need no further normalisation."""
    rules = vae_wan22_rules(CODEC.num_blocks)
    tensors = {rules.to_diffusers(key): t for key, t in _half(trained_codec(folder)).items()}
    config = {
        "_class_name": "AutoencoderKLWan",
        "attn_scales": [],
        "base_dim": CODEC.width,
        "decoder_base_dim": CODEC.decoder_width,
        "dim_mult": list(CODEC.multipliers),
        "dropout": 0.0,
        "in_channels": 12,
        "is_residual": True,
        "latents_mean": [0.0] * LATENT_CHANNELS,
        "latents_std": [1.0] * LATENT_CHANNELS,
        "num_res_blocks": CODEC.num_blocks,
        "out_channels": 12,
        "patch_size": 2,
        "scale_factor_spatial": 16,
        "scale_factor_temporal": 4,
        "temperal_downsample": list(CODEC.in_time),
        "z_dim": LATENT_CHANNELS,
    }
    _write(target / "vae", config, tensors, WEIGHTS)


def write_text(folder: Path, target: Path) -> None:
    """Write the text encoder and its tokenizer."""
    tokenizer = Tokenizer.from_file(str(folder / "words" / TOKENIZER))
    encoder = trained_encoder(folder, tokenizer.get_vocab_size()).half()
    encoder.save_pretrained(target / "text_encoder")
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=GREYBOX.text_len,
    )
    wrapped.save_pretrained(target / "tokenizer")


def write_index(target: Path) -> None:
    """Write the pipeline index and the scheduler's settings."""
    index = {
        "_class_name": "WanPipeline",
        "boundary_ratio": GREYBOX.experts[0].floor,
        # diffusers' timesteps per token assume a patch of 2 x 2; text-to-video needs none.
        "expand_timesteps": False,
        "scheduler": ["diffusers", "UniPCMultistepScheduler"],
        "text_encoder": ["transformers", "UMT5EncoderModel"],
        "tokenizer": ["transformers", "PreTrainedTokenizerFast"],
        "transformer": ["diffusers", "WanTransformer3DModel"],
        "transformer_2": ["diffusers", "WanTransformer3DModel"],
        "vae": ["diffusers", "AutoencoderKLWan"],
    }
    (target / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    scheduler = {
        "_class_name": "UniPCMultistepScheduler",
        "flow_shift": GREYBOX.shift,
        "num_train_timesteps": 1000,
        "prediction_type": "flow_prediction",
        "use_flow_sigmas": True,
    }
    (target / "scheduler").mkdir(exist_ok=True)
    place = target / "scheduler" / "scheduler_config.json"
    place.write_text(json.dumps(scheduler, indent=2) + "\n")


@click.command()
@click.argument("target", type=click.Path(path_type=Path), default=Path("model/greybox"))
@click.option("--beside", type=click.Path(exists=True, path_type=Path), help="Earlier checkpoint.")
@click.option("--share", default=0.5, show_default=True, help="Interpolation factor from there.")
def main(target: Path, beside: Path | None, share: float) -> None:
    """Write the checkpoint and print its size."""
    folder = training_folder()
    write_text(folder, target)
    write_codec(folder, target)
    for index in range(len(GREYBOX.experts)):
        write_expert(folder, target, index, beside, share)
    write_index(target)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    print(f"{target}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
