"""One tiny model, written to disk in every layout that published weights come in.

Its numbers are small integers times a power of two, one power per row, so that float32, float16,
bfloat16, and eight-bit floats and integers with the right scale all hold them exactly.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from model.autoencoder.vae import WAN21_SIZES, WAN22_SIZES, VaeSizes, wan21_vae, wan22_vae
from model.presets import Backbone
from model.transformer import Transformer
from model.weights import rename
from model.weights.text_encoder import GGUF_FIELDS, unigram_tokenizer

WIDTH = 256
"""Of everything: heads are 128 wide as published, and K-quants pack 256 numbers."""

Tensors = dict[str, Tensor]


@dataclass(frozen=True)
class Tiny:
    """State dicts in the original naming, the text encoder's in that of transformers."""

    high: Tensors
    low: Tensors
    vae: Tensors
    text: Tensors
    spiece: bytes

    @property
    def experts(self) -> tuple[tuple[str, Tensors], ...]:
        return ("high", self.high), ("low", self.low)


def backbone(channels_in: int = 16, channels: int = 16) -> Backbone:
    return Backbone(
        width=WIDTH, heads=2, layers=1, ffn_width=512, in_channels=channels_in,
        out_channels=channels, text_width=WIDTH,
    )  # fmt: skip


@cache
def tiny() -> Tiny:
    spiece = sentencepiece_model()
    return Tiny(
        high=filled(Transformer(backbone()), 1),
        low=filled(Transformer(backbone()), 2),
        vae=filled(wan21_vae(vae_sizes("2.1")), 3),
        text=text_tensors(len(sentencepiece.SentencePieceProcessor(model_proto=spiece))),
        spiece=spiece,
    )


def vae_sizes(which: str) -> VaeSizes:
    full = WAN21_SIZES if which == "2.1" else WAN22_SIZES
    return VaeSizes(8, 8, full.latent_channels, full.mean, full.std)


def filled(network: nn.Module, seed: int) -> Tensors:
    """Exact numbers for every tensor of a network."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, tensor in sorted(network.state_dict().items()):
        whole = torch.randint(-15, 16, tensor.shape, generator=generator).float()
        if "norm" in name or name.endswith("gamma"):
            tensors[name] = 1 + whole / 64
        elif tensor.ndim > 1:
            tensors[name] = whole * row_scale(tensor.shape[0]).reshape(-1, *[1] * (tensor.ndim - 1))
        else:
            tensors[name] = whole / 64
    return tensors


def row_scale(rows: int) -> Tensor:
    return torch.tensor([1 / 128, 1 / 64]).repeat((rows + 1) // 2)[:rows]


def text_tensors(vocabulary: int) -> Tensors:
    from transformers import UMT5Config, UMT5EncoderModel

    config = UMT5Config(
        vocab_size=vocabulary, d_model=WIDTH, d_kv=64, d_ff=WIDTH, num_layers=1, num_heads=4,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False,
    )  # fmt: skip
    tensors = filled(UMT5EncoderModel(config), 4)
    del tensors["encoder.embed_tokens.weight"]
    return tensors


@cache
def sentencepiece_model() -> bytes:
    """A vocabulary with the special ids and the byte fallback of UMT5."""
    lines = ["a man walks through the rain at night", "warm light, medium shot, static camera"]
    lines += ["色调艳丽 过曝 静态 细节模糊不清", "the camera pushes in slowly 0123456789"]
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines * 4), model_writer=written, vocab_size=380,
        model_type="unigram", byte_fallback=True, pad_id=0, eos_id=1, bos_id=2, unk_id=3,
        hard_vocab_limit=False, minloglevel=2, num_threads=1,
    )  # fmt: skip
    return written.getvalue()


def whole_message(text: str, /, **values: object) -> str:
    """Pattern of a whole message: `{name}` is filled in, "…" is a text that varies."""
    return f"^{re.escape(text.format(**values))}$".replace("…", ".+")


def save(path: Path, tensors: Tensors, metadata: dict[str, str] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.clone().contiguous() for key, value in tensors.items()}, path, metadata)
    return path


def original_text(text: Tensors) -> Tensors:
    return {rename.TEXT.to_original(key): value for key, value in text.items()}


def write_tokenizer(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spiece.model").write_bytes(tiny().spiece)


def vocabulary_lists() -> dict[str, object]:
    """The vocabulary as a GGUF file has it."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=tiny().spiece)
    ids = list(range(len(processor)))
    charsmap = Path(sentencepiece.__file__).parent / "package_data" / "nmt_nfkc.bin"
    kinds = {"is_unknown": 2, "is_control": 3, "is_byte": 6}
    types = [
        next((kind for name, kind in kinds.items() if getattr(processor, name)(each)), 1)
        for each in ids
    ]
    values = [
        "t5", processor.id_to_piece(ids), processor.get_score(ids), types,
        list(charsmap.read_bytes()), True,
    ]  # fmt: skip
    return dict(zip(GGUF_FIELDS, values, strict=True))


def write_tokenizer_json(path: Path) -> None:
    path.parent.mkdir(parents=True)
    unigram_tokenizer(vocabulary_lists()).save(str(path))


def write_vocabulary(path: Path) -> None:
    """A GGUF file of one tensor that embeds the tokenizer."""
    import gguf

    fields = vocabulary_lists()
    model, tokens, scores, types, charsmap, space = fields.values()
    writer = gguf.GGUFWriter(path, "t5")
    writer.add_tokenizer_model(model)
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_precompiled_charsmap(bytes(charsmap))
    writer.add_add_space_prefix(space)
    writer.add_tensor("a", np.zeros(1, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_original(folder: Path) -> Path:
    """The original release: sharded experts, pickled autoencoder and text encoder."""
    model = tiny()
    for noise, tensors in model.experts:
        place = folder / f"{noise}_noise_model"
        write_shards(place, tensors)
        config = {"dim": WIDTH, "num_heads": 2, "model_type": "t2v"}
        (place / "config.json").write_text(json.dumps(config))
    torch.save(model.vae, folder / "Wan2.1_VAE.pth")
    half = {key: value.bfloat16() for key, value in original_text(model.text).items()}
    torch.save(half, folder / "models_t5_umt5-xxl-enc-bf16.pth")
    write_tokenizer_json(folder / "google" / "umt5-xxl" / "tokenizer.json")
    return folder


def write_fun(folder: Path, experts: Sequence[nn.Module], vae: str, **config: object) -> Path:
    """A Wan2.2-Fun checkpoint: original names, one file an expert, pickled rest."""
    places = ("high_noise_model", "low_noise_model")[: len(experts)]
    for seed, (place, expert) in enumerate(zip(places, experts, strict=True)):
        target = folder / (place if len(experts) > 1 else ".")
        half = {key: value.half() for key, value in filled(expert, seed).items()}
        save(target / "diffusion_pytorch_model.safetensors", half)
        fields = {"dim": WIDTH, "num_heads": 2, **config}
        (target / "config.json").write_text(json.dumps(fields))
    build = wan21_vae if vae == "2.1" else wan22_vae
    torch.save(filled(build(vae_sizes(vae)), 3), folder / f"Wan{vae}_VAE.pth")
    torch.save(original_text(tiny().text), folder / "models_t5_umt5-xxl-enc-bf16.pth")
    write_tokenizer(folder / "google" / "umt5-xxl")
    return folder


def write_shards(place: Path, tensors: Tensors) -> None:
    stem, names = "diffusion_pytorch_model", sorted(tensors)
    where = {}
    for number in (1, 2, 3):
        shard = f"{stem}-{number:05}-of-00003.safetensors"
        part = names[number - 1 :: 3]
        save(place / shard, {name: tensors[name] for name in part})
        where |= dict.fromkeys(part, shard)
    index = {"metadata": {}, "weight_map": where}
    (place / f"{stem}.safetensors.index.json").write_text(json.dumps(index))


def write_diffusers(folder: Path) -> Path:
    """Every network in a folder of its own, with configs."""
    model = tiny()
    for name, tensors in (("transformer", model.high), ("transformer_2", model.low)):
        renamed = {rename.TRANSFORMER.to_diffusers(key): value for key, value in tensors.items()}
        save(folder / name / "diffusion_pytorch_model.safetensors", renamed)
        config = {
            "num_attention_heads": 2, "attention_head_dim": 128, "num_layers": 1, "ffn_dim": 512,
            "in_channels": 16, "out_channels": 16, "text_dim": WIDTH, "freq_dim": 256,
        }  # fmt: skip
        (folder / name / "config.json").write_text(json.dumps(config))
    vae = {rename.VAE_WAN21.to_diffusers(key): value for key, value in model.vae.items()}
    save(folder / "vae" / "diffusion_pytorch_model.safetensors", vae)
    (folder / "vae" / "config.json").write_text(json.dumps({"base_dim": 8, "z_dim": 16}))
    save(folder / "text_encoder" / "model.safetensors", model.text)
    config = {
        "vocab_size": model.text["shared.weight"].shape[0], "d_model": WIDTH, "d_kv": 64,
        "d_ff": WIDTH, "num_layers": 1, "num_heads": 4, "feed_forward_proj": "gated-gelu",
    }  # fmt: skip
    (folder / "text_encoder" / "config.json").write_text(json.dumps(config))
    write_tokenizer_json(folder / "tokenizer" / "tokenizer.json")
    parts = ["diffusers", "WanTransformer3DModel"]
    index = {"transformer": parts, "transformer_2": parts, "boundary_ratio": 0.875}
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def write_comfy(folder: Path, dtype: torch.dtype = torch.float16, prefix: str = "") -> Path:
    """Single files in the folders of ComfyUI; the text encoder embeds its tokenizer."""
    model = tiny()
    for noise, tensors in model.experts:
        place = folder / "diffusion_models" / f"wan2.2_t2v_{noise}_noise_14B_fp16.safetensors"
        save(place, {prefix + key: value.to(dtype) for key, value in tensors.items()})
    write_comfy_parts(folder, dtype)
    return folder


def write_comfy_parts(folder: Path, dtype: torch.dtype = torch.float16) -> None:
    model = tiny()
    text = {key: value.to(dtype) for key, value in model.text.items()}
    text["spiece_model"] = embedded(model.spiece)
    save(folder / "text_encoders" / "umt5_xxl_fp16.safetensors", text)
    vae = {key: value.to(dtype) for key, value in model.vae.items()}
    save(folder / "vae" / "wan_2.1_vae.safetensors", vae)


def embedded(content: bytes) -> Tensor:
    return torch.from_numpy(np.frombuffer(content, dtype=np.uint8).copy())


LINEAR = ("blocks.", "vace_blocks.", "encoder")


def is_linear(name: str, tensor: Tensor) -> bool:
    return name.endswith(".weight") and tensor.ndim == 2 and name.startswith(LINEAR)


def fp8_scaled(tensors: Tensors, style: str) -> Tensors:
    """Eight-bit floats: plain, or with the markers of one of their writers."""
    made: Tensors = {}
    for name, tensor in tensors.items():
        layer = name.removesuffix(".weight")
        if not is_linear(name, tensor) or "relative_attention_bias" in name:
            made[name] = tensor.half()
        elif style == "plain":
            made[name] = tensor.to(torch.float8_e4m3fn)
        elif style == "old":
            made[name] = (tensor * 128).to(torch.float8_e4m3fn)
            made[f"{layer}.scale_weight"] = torch.tensor(1 / 128)
            made[f"{layer}.scale_input"] = torch.tensor(2.0)
        elif style == "new":
            made[name] = (tensor * 128).to(torch.float8_e4m3fn)
            made[f"{layer}.weight_scale"] = torch.tensor(1 / 128)
            said = json.dumps({"format": "float8_e4m3fn"}).encode()
            made[f"{layer}.comfy_quant"] = embedded(said)
        else:
            scale = row_scale(tensor.shape[0])[:, None]
            eight = torch.int8 if style == "int8" else torch.float8_e4m3fn
            made[name] = (tensor / scale).to(eight)
            made[f"{layer}.weight_scale"] = scale
    if style == "old":
        made["scaled_fp8"] = torch.zeros(2, dtype=torch.float8_e4m3fn)
    return made


def write_fp8(folder: Path, style: str) -> Path:
    """Experts and text encoder in eight bits, in the way of ComfyUI or of LightX2V."""
    model = tiny()
    for noise, tensors in model.experts:
        name = f"wan2.2_t2v_A14b_{noise}_noise_fp8_{style}.safetensors"
        save(folder / name, fp8_scaled(tensors, style))
    text = fp8_scaled(model.text, style)
    text["spiece_model"] = embedded(model.spiece)
    save(folder / "umt5_xxl_fp8.safetensors", text)
    save(folder / "wan_2.1_vae.safetensors", model.vae)
    return folder


def write_gguf(folder: Path, quantisation: str) -> Path:
    """Experts and text encoder through the gguf package, in the way of city96."""
    model = tiny()
    folder.mkdir(parents=True, exist_ok=True)
    for noise, tensors in model.experts:
        name = f"Wan2.2-T2V-A14B-{noise.capitalize()}Noise-{quantisation}.gguf"
        write_gguf_file(folder / name, tensors, quantisation, "wan")
    text = {rename.TEXT_GGUF.to_original(key): value for key, value in model.text.items()}
    write_gguf_file(folder / f"umt5-xxl-encoder-{quantisation}.gguf", text, quantisation, "t5")
    write_tokenizer(folder / "google" / "umt5-xxl")
    save(folder / "wan_2.1_vae.safetensors", model.vae)
    return folder


def write_gguf_file(path: Path, tensors: Tensors, quantisation: str, arch: str) -> None:
    import gguf

    kind = gguf.GGMLQuantizationType[quantisation]
    writer = gguf.GGUFWriter(path, arch)
    for name, tensor in tensors.items():
        values = tensor.numpy().astype(np.float32)
        is_packed = name.endswith(".weight") and values.ndim == 2 and "rel_b" not in name
        if is_packed and quantisation == "F16":
            writer.add_tensor(name, values.astype(np.float16))
        elif is_packed:
            packed = packed_q4_k(values) if quantisation == "Q4_K" else gguf.quantize(values, kind)
            writer.add_tensor(name, packed, raw_dtype=kind)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def packed_q4_k(values: np.ndarray) -> np.ndarray:
    """Pack rows of 256 by hand: value = d · q - m with one d and m per block, q in 0 … 15."""
    blocks = values.reshape(-1, 256)
    lowest = -np.minimum(blocks.min(axis=1), 0)
    step = ((blocks.max(axis=1) + lowest) / 15).astype(np.float16)
    least = lowest.astype(np.float16)
    q = (blocks + least[:, None].astype(np.float32)) / np.maximum(step[:, None], 1e-8)
    codes = np.clip(np.round(q), 0, 15).astype(np.uint8).reshape(-1, 4, 2, 32)
    nibbles = (codes[:, :, 0] | codes[:, :, 1] << 4).reshape(-1, 128)
    # Six-bit scales and minimums, all of them 1: low bits of 4 + 4, then both halves of the rest.
    ones = np.tile(np.array([1] * 8 + [0x11] * 4, dtype=np.uint8), (len(blocks), 1))
    heads = np.stack((step, least), axis=1).view(np.uint8)
    rows = np.concatenate((heads, ones, nibbles), axis=1)
    return rows.reshape(*values.shape[:-1], -1)
