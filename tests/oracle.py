"""Tiny seeded Wan 2.2 pipelines in diffusers, the yardstick of the model tests.

Everything is built once per session, on first use, in a temporary folder. Weights are random but
lively: norm gains and biases have real values too, so that a mapping mistake shows.
"""

from __future__ import annotations

import atexit
import os
import string
import tempfile
import warnings
from collections.abc import Iterator, Sequence
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


def tokenizer(words: Sequence[str] = ()) -> Tokenizer:
    """Words, single characters and byte fallback; ids <pad>=0, </s>=1, <unk>=3 as in UMT5."""
    pieces = [(piece, 0.0) for piece in ("<pad>", "</s>", "<s>", "<unk>")]
    pieces += [(f"<0x{byte:02X}>", 0.0) for byte in range(256)]
    pieces += [(letter, -5.0 - i / 50) for i, letter in enumerate("▁" + string.printable[:94])]
    pieces += [(word, -4.0) for word in words]
    built = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=True))
    built.add_special_tokens(["<pad>", "</s>", "<s>", "<unk>"])
    built.normalizer = normalizers.NFKC()
    built.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    built.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    built.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    return built


def fast_tokenizer(spelling: Tokenizer | None = None) -> object:
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_object=spelling or tokenizer(), pad_token="<pad>", eos_token="</s>",
        unk_token="<unk>", model_max_length=512,
    )  # fmt: skip


def text_encoder(
    seed: int = 11, *, vocabulary: int = 0, width: int = TEXT_WIDTH, heads: int = 4,
    head_width: int = 8, ffn_width: int = 48, layers: int = 2,
) -> nn.Module:  # fmt: skip
    from transformers import UMT5Config, UMT5EncoderModel

    config = UMT5Config(
        vocab_size=vocabulary or tokenizer().get_vocab_size(), d_model=width, d_kv=head_width,
        d_ff=ffn_width, num_layers=layers, num_heads=heads, dropout_rate=0.0,
        feed_forward_proj="gated-gelu", pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
        tie_word_embeddings=False,
    )  # fmt: skip
    return enliven(UMT5EncoderModel(config), seed)


def transformer(
    channels: int, seed: int, *, heads: int = 4, head_width: int = 16, layers: int = 2,
    ffn_width: int = 96, text_width: int = TEXT_WIDTH, given: int = 0,
) -> nn.Module:  # fmt: skip
    with quiet():
        from diffusers import WanTransformer3DModel
    built = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=heads, attention_head_dim=head_width,
        in_channels=channels + given, out_channels=channels, text_dim=text_width, freq_dim=32,
        ffn_dim=ffn_width, num_layers=layers, cross_attn_norm=True,
        qk_norm="rms_norm_across_heads", eps=1e-6, rope_max_seq_len=1024,
    )  # fmt: skip
    return enliven(built, seed)


def vace_transformer(
    seed: int, layers: int, vace_layers: Sequence[int], head_width: int = 16, heads: int = 4
) -> nn.Module:
    with quiet():
        from diffusers import WanVACETransformer3DModel
    built = WanVACETransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=heads, attention_head_dim=head_width,
        in_channels=16, out_channels=16, text_dim=TEXT_WIDTH, freq_dim=32, ffn_dim=96,
        num_layers=layers, cross_attn_norm=True, qk_norm="rms_norm_across_heads", eps=1e-6,
        rope_max_seq_len=1024, vace_layers=list(vace_layers), vace_in_channels=96,
    )  # fmt: skip
    return enliven(built, seed)


def vae21(num_blocks: int = 2, seed: int = 21, *, width: int = 8) -> nn.Module:
    with quiet():
        from diffusers import AutoencoderKLWan
    built = AutoencoderKLWan(
        base_dim=width, z_dim=16, dim_mult=[1, 2, 4, 4], num_res_blocks=num_blocks,
        temperal_downsample=[False, True, True],
    )  # fmt: skip
    return enliven(built, seed)


def vae22(num_blocks: int = 2, seed: int = 22) -> nn.Module:
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
    return enliven(built, seed)


@cache
def _workspace() -> tempfile.TemporaryDirectory:
    folder = tempfile.TemporaryDirectory(prefix="oracle-")
    atexit.register(folder.cleanup)
    return folder


@dataclass(frozen=True)
class Kind:
    """What sets the published pipelines apart.

    Attributes:
        channels: Of a latent cell.
        given: Channels an expert reads beside the noisy latent.
        boundary: Between two experts; None for one.
        has_own_timesteps: Whether every token has a timestep of its own.
    """

    channels: int
    given: int = 0
    boundary: float | None = 0.875
    has_own_timesteps: bool = False


KINDS = {
    "t2v": Kind(16),
    "i2v": Kind(16, given=20, boundary=0.9),
    "ti2v": Kind(48, boundary=None, has_own_timesteps=True),
    "greybox": Kind(48, has_own_timesteps=True),
}


def text_to_video() -> Path:
    """Two experts and the Wan 2.1 autoencoder, like wan2.2-t2v-a14b."""
    return pipeline("t2v")


def image_to_video() -> Path:
    """Two experts that read a picture as channels, like wan2.2-i2v-a14b."""
    return pipeline("i2v")


def greybox_like() -> Path:
    """Two experts, the Wan 2.2 autoencoder and a timestep per token, like greybox."""
    return pipeline("greybox")


@cache
def pipeline(name: str, head_width: int = 16, layers: int = 2, seed: int = 1) -> Path:
    """A pipeline of one of KINDS, of any shape, in the diffusers layout."""
    kind = KINDS[name]
    build_vae = vae21 if kind.channels == 16 else vae22
    experts = [
        transformer(kind.channels, seed + i, head_width=head_width, layers=layers, given=kind.given)
        for i in range(1 if kind.boundary is None else 2)
    ]
    folder = Path(_workspace().name) / f"{name}-{head_width}-{layers}-{seed}"
    return save_pipeline(folder, kind, experts, build_vae(seed=20 + seed), text_encoder())


@cache
def vace(
    layers: int = 5, vace_layers: tuple[int, ...] = (0, 2, 4), head_width: int = 16, seed: int = 1,
    *, experts: int = 2,
) -> Path:  # fmt: skip
    """A pipeline with a VACE part in every expert, in the diffusers layout."""
    with quiet():
        from diffusers import UniPCMultistepScheduler, WanVACEPipeline
    parts = [vace_transformer(seed + i, layers, vace_layers, head_width) for i in range(experts)]
    folder = (
        Path(_workspace().name) / f"vace-{layers}-{len(vace_layers)}-{head_width}-{seed}-{experts}"
    )
    with quiet():
        WanVACEPipeline(
            tokenizer=fast_tokenizer(),
            text_encoder=text_encoder(),
            vae=vae21(seed=20 + seed),
            scheduler=UniPCMultistepScheduler(
                prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=12.0
            ),
            transformer=parts[0],
            transformer_2=parts[1] if experts == 2 else None,
            boundary_ratio=0.875 if experts == 2 else None,
        ).save_pretrained(folder)
    return folder


def save_pipeline(
    folder: Path, kind: Kind, experts: Sequence[nn.Module], vae: nn.Module, encoder: nn.Module,
    spelling: Tokenizer | None = None,
) -> Path:  # fmt: skip
    """Write networks that belong together in the diffusers layout."""
    with quiet():
        from diffusers import UniPCMultistepScheduler, WanPipeline

        pipe = WanPipeline(
            tokenizer=fast_tokenizer(spelling),
            text_encoder=encoder,
            vae=vae,
            scheduler=UniPCMultistepScheduler(
                prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=12.0
            ),
            transformer=experts[0],
            transformer_2=experts[1] if len(experts) == 2 else None,
            boundary_ratio=kind.boundary,
            expand_timesteps=kind.has_own_timesteps,
        )  # fmt: skip
        pipe.save_pretrained(folder)
    return folder


@dataclass(frozen=True)
class Reference:
    """What diffusers did: per step the latent, the timestep and the expert; then the video."""

    latents: tuple[Tensor, ...]
    timesteps: tuple[float, ...]
    experts: tuple[str, ...]
    video: Tensor


def grid(solver: str, steps: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """The official noise levels and timesteps, in numpy."""
    start = GRID_START if solver == "unipc" else 1.0
    levels = np.linspace(start, 0.0, steps + 1)[:-1]
    levels = shift * levels / (1 + (shift - 1) * levels)
    timesteps = levels * 1000
    noise = np.append(levels, 0).astype(np.float32)
    return noise, timesteps.astype(np.float32) if solver == "euler" else timesteps.astype(np.int64)


def scheduler(solver: str, shift: float) -> object:
    """A scheduler of diffusers that walks the official grid."""
    import diffusers

    flow = {"prediction_type": "flow_prediction", "use_flow_sigmas": True, "flow_shift": shift}
    built = {
        "unipc": lambda: diffusers.UniPCMultistepScheduler(**flow),
        "dpm++": lambda: diffusers.DPMSolverMultistepScheduler(**flow, euler_at_final=True),
        "euler": lambda: diffusers.FlowMatchEulerDiscreteScheduler(shift=shift),
    }[solver]()
    plain = built.set_timesteps

    def set_timesteps(steps: int, device: object = None) -> None:
        noise, timesteps = grid(solver, steps, shift)
        # Only for what it resets: no scheduler but the first can be given this grid outright.
        plain(steps, device=device)
        built.sigmas, built.timesteps = torch.from_numpy(noise), torch.from_numpy(timesteps)

    built.set_timesteps = set_timesteps
    return built


def run(
    folder: Path, *, image: object = None, solver: str = "unipc", shift: float = 12.0,
    kind: str = "", scales: Sequence[float] = (), **options: object,
) -> Reference:  # fmt: skip
    """Render with diffusers on the official grid of noise levels, seed 7.

    `kind` is the name of the pipeline's class; `scales` is the strength of a VACE part per expert.
    """
    with quiet():
        import diffusers

        kind = kind or ("WanPipeline" if image is None else "WanImageToVideoPipeline")
        pipe = getattr(diffusers, kind).from_pretrained(folder, scheduler=scheduler(solver, shift))
        pipe.set_progress_bar_config(disable=True)
        latents, timesteps, experts = [], [], []
        for name in ("transformer", "transformer_2"):
            expert = getattr(pipe, name)
            if expert is not None:
                expert.register_forward_hook(lambda *_, name=name: experts.append(name))
        for name, scale in zip(("transformer", "transformer_2"), scales, strict=False):
            getattr(pipe, name).register_forward_pre_hook(
                lambda _, args, kwargs, scale=scale: (
                    args,
                    kwargs | {"control_hidden_states_scale": torch.full_like(
                        kwargs["control_hidden_states_scale"], scale)},
                ),
                with_kwargs=True,
            )  # fmt: skip

        def keep(_: object, step: int, timestep: Tensor, kept: dict) -> dict:
            latents.append(kept["latents"].clone())
            timesteps.append(float(timestep))
            return kept

        video = pipe(
            prompt=PROMPT, negative_prompt=NEGATIVE, output_type="pt",
            generator=torch.Generator().manual_seed(7), callback_on_step_end=keep,
            **({} if image is None else {"image": image}), **options,
        ).frames[0]  # fmt: skip
    return Reference(tuple(latents), tuple(timesteps), tuple(experts), video)
