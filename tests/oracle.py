"""Tiny seeded Wan 2.2 pipelines in diffusers, the yardstick of the model tests.

Everything is built once per session, on first use, in a temporary folder. Weights are random but
lively: norm gains and biases have real values too, so that a mapping mistake shows.
"""

import atexit
import os
import string
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import Tensor, nn

os.environ.setdefault("HF_HUB_OFFLINE", "1")
TEXT_WIDTH = 32
PROMPT, NEGATIVE = "a red bus drives past, 4 Männer watch", "blurry; 静态"
GRID_START = float(np.float32(0.999))


@contextmanager
def quiet() -> Iterator[None]:
    """Third-party warnings are not what these tests are about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def enliven(module: nn.Module, seed: int) -> nn.Module:
    """Give every parameter a seeded value of a healthy size."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(module.named_parameters()):
            fresh = torch.randn(parameter.shape, generator=generator)
            if name.endswith("gamma") or ("norm" in name and name.endswith("weight")):
                parameter.copy_(1 + 0.2 * fresh)
            elif parameter.ndim > 1:
                parameter.copy_(fresh / parameter[0].numel() ** 0.5)
            else:
                parameter.copy_(0.15 * fresh)
    return module.eval()


def tokenizer() -> Tokenizer:
    """Single characters with byte fallback; ids <pad>=0, </s>=1, <unk>=3 as in UMT5."""
    pieces = [(piece, 0.0) for piece in ("<pad>", "</s>", "<s>", "<unk>")]
    pieces += [(f"<0x{byte:02X}>", 0.0) for byte in range(256)]
    pieces += [(letter, -5.0 - i / 50) for i, letter in enumerate("▁" + string.printable[:94])]
    built = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=True))
    built.add_special_tokens(["<pad>", "</s>", "<s>", "<unk>"])
    built.normalizer = normalizers.NFKC()
    built.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    built.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    built.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    return built


def text_encoder() -> nn.Module:
    from transformers import UMT5Config, UMT5EncoderModel

    config = UMT5Config(
        vocab_size=tokenizer().get_vocab_size(), d_model=TEXT_WIDTH, d_kv=8, d_ff=48,
        num_layers=2, num_heads=4, dropout_rate=0.0, feed_forward_proj="gated-gelu",
        pad_token_id=0, eos_token_id=1, decoder_start_token_id=0, tie_word_embeddings=False,
    )  # fmt: skip
    return enliven(UMT5EncoderModel(config), 11)


def transformer(channels: int, seed: int, *, head_width: int = 16, layers: int = 2) -> nn.Module:
    with quiet():
        from diffusers import WanTransformer3DModel
    built = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=4, attention_head_dim=head_width,
        in_channels=channels, out_channels=channels, text_dim=TEXT_WIDTH, freq_dim=32,
        ffn_dim=96, num_layers=layers, cross_attn_norm=True, qk_norm="rms_norm_across_heads",
        eps=1e-6, rope_max_seq_len=1024,
    )  # fmt: skip
    return enliven(built, seed)


def vae21(num_blocks: int = 2) -> nn.Module:
    with quiet():
        from diffusers import AutoencoderKLWan
    built = AutoencoderKLWan(
        base_dim=8, z_dim=16, dim_mult=[1, 2, 4, 4], num_res_blocks=num_blocks,
        temperal_downsample=[False, True, True],
    )  # fmt: skip
    return enliven(built, 21)


def vae22(num_blocks: int = 2) -> nn.Module:
    with quiet():
        from diffusers import AutoencoderKLWan
    generator = torch.Generator().manual_seed(5)
    built = AutoencoderKLWan(
        base_dim=8, decoder_base_dim=12, z_dim=48, dim_mult=[1, 2, 4, 4],
        num_res_blocks=num_blocks, temperal_downsample=[False, True, True], is_residual=True,
        in_channels=12, out_channels=12, patch_size=2, scale_factor_temporal=4,
        scale_factor_spatial=16,
        latents_mean=torch.randn(48, generator=generator).tolist(),
        latents_std=(torch.rand(48, generator=generator) + 0.5).tolist(),
    )  # fmt: skip
    return enliven(built, 22)


@cache
def _workspace() -> tempfile.TemporaryDirectory:
    folder = tempfile.TemporaryDirectory(prefix="oracle-")
    atexit.register(folder.cleanup)
    return folder


@cache
def text_to_video() -> Path:
    """Two experts and the Wan 2.1 autoencoder, like wan2.2-t2v-a14b."""
    return _save("t2v", channels=16, vae=vae21(), expand_timesteps=False)


@cache
def greybox_like() -> Path:
    """Two experts, the Wan 2.2 autoencoder and a timestep per token, like greybox."""
    return _save("grey", channels=48, vae=vae22(), expand_timesteps=True)


def _save(name: str, *, channels: int, vae: nn.Module, expand_timesteps: bool) -> Path:
    with quiet():
        from diffusers import UniPCMultistepScheduler, WanPipeline
        from transformers import PreTrainedTokenizerFast

        pipe = WanPipeline(
            tokenizer=PreTrainedTokenizerFast(
                tokenizer_object=tokenizer(), pad_token="<pad>", eos_token="</s>",
                unk_token="<unk>", model_max_length=512,
            ),
            text_encoder=text_encoder(),
            vae=vae,
            scheduler=UniPCMultistepScheduler(
                prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=12.0
            ),
            transformer=transformer(channels, 1),
            transformer_2=transformer(channels, 2),
            boundary_ratio=0.875,
            expand_timesteps=expand_timesteps,
        )  # fmt: skip
        folder = Path(_workspace().name) / name
        pipe.save_pretrained(folder)
    return folder


@dataclass(frozen=True)
class Reference:
    """What diffusers did: per step the latent, the timestep and the expert; then the video."""

    latents: tuple[Tensor, ...]
    timesteps: tuple[int, ...]
    experts: tuple[str, ...]
    video: Tensor


def run(folder: Path, *, image: object = None, **options: object) -> Reference:
    """Render with diffusers on the official grid of noise levels, seed 7."""
    with quiet():
        from diffusers import WanImageToVideoPipeline, WanPipeline

        kind = WanPipeline if image is None else WanImageToVideoPipeline
        pipe = kind.from_pretrained(folder)
        pipe.set_progress_bar_config(disable=True)
        latents, timesteps, experts = [], [], []
        for name in ("transformer", "transformer_2"):
            getattr(pipe, name).register_forward_hook(lambda *_, name=name: experts.append(name))

        def keep(_: object, step: int, timestep: Tensor, kept: dict) -> dict:
            latents.append(kept["latents"].clone())
            timesteps.append(int(timestep))
            return kept

        plain = pipe.scheduler.set_timesteps
        pipe.scheduler.set_timesteps = lambda steps, device=None: plain(
            sigmas=np.linspace(GRID_START, 0.0, steps + 1)[:-1], device=device
        )
        video = pipe(
            prompt=PROMPT, negative_prompt=NEGATIVE, output_type="pt",
            generator=torch.Generator().manual_seed(7), callback_on_step_end=keep,
            **({} if image is None else {"image": image}), **options,
        ).frames[0]  # fmt: skip
    return Reference(tuple(latents), tuple(timesteps), tuple(experts[::2]), video)
