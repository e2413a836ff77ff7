"""The same tiny model in every layout loads to the same tensors and renders the same clip."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import sentencepiece
import torch

import model
from model.exceptions import WeightsError
from model.weights.open_checkpoint import open_checkpoint
from model.weights.tensor_files import OpenFiles, read_header
from model.weights.text_encoder import load_tokenizer
from tests import checkpoint_kit as kit

EXACT = {
    "original": kit.write_original,
    "diffusers": kit.write_diffusers,
    "comfy fp16": kit.write_comfy,
    "comfy bf16": lambda folder: kit.write_comfy(folder, torch.bfloat16, "model.diffusion_model."),
    "comfy fp8": lambda folder: kit.write_fp8(folder, "plain"),
    "comfy fp8_scaled, old": lambda folder: kit.write_fp8(folder, "old"),
    "comfy fp8_scaled, new": lambda folder: kit.write_fp8(folder, "new"),
    "lightx2v fp8": lambda folder: kit.write_fp8(folder, "rows"),
    "lightx2v int8": lambda folder: kit.write_fp8(folder, "int8"),
    "gguf F16": lambda folder: kit.write_gguf(folder, "F16"),
}
# Largest error over the largest number of a tensor: half a step of the grid, and of its float16.
ROUNDED = {"Q8_0": 0.5 / 127 + 2**-11, "Q4_K": 1.05 / 15, "Q4_0": 1.05 / 8}


@pytest.fixture(scope="module", params=EXACT)
def checkpoint(request, tmp_path_factory):
    return open_checkpoint(EXACT[request.param](tmp_path_factory.mktemp("weights") / "tiny"))


def assert_equal(network, expected):
    state = network.state_dict()
    assert set(state) == set(expected)
    for name, tensor in expected.items():
        torch.testing.assert_close(state[name], tensor, rtol=0, atol=0, msg=name)


def test_every_layout_is_recognised_as_what_it_is(checkpoint):
    preset = checkpoint.preset
    assert (preset.vae, preset.first_frame, preset.guidance) == ("wan2.1", "none", (4.0, 3.0))
    assert [expert.floor for expert in preset.experts] == [0.875, 0.0]
    assert checkpoint.backbone == kit.backbone()
    assert checkpoint.vae == kit.vae_sizes("2.1")


def test_every_layout_loads_to_the_same_tensors(checkpoint):
    tiny = kit.tiny()
    assert_equal(checkpoint.load_expert(0), tiny.high)
    assert_equal(checkpoint.load_expert(1), tiny.low)
    assert_equal(checkpoint.load_vae(), tiny.vae)
    both = {"encoder.embed_tokens.weight": tiny.text["shared.weight"]}
    assert_equal(checkpoint.load_text().network, tiny.text | both)


def test_every_layout_renders_the_same_clip(checkpoint, clip):
    wan = model.load(checkpoint.folder)
    np.testing.assert_array_equal(render(wan), clip)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return render(model.load(kit.write_diffusers(tmp_path_factory.mktemp("reference") / "tiny")))


def render(wan):
    return wan.generate("a man walks", "static", size=(32, 16), num_frames=5, steps=2, seed=3)


@pytest.mark.parametrize("quantisation", ROUNDED)
def test_coarse_grids_stay_within_their_error(tmp_path, quantisation):
    checkpoint = open_checkpoint(kit.write_gguf(tmp_path / "tiny", quantisation))
    loaded, tiny = checkpoint.load_expert(0).state_dict(), kit.tiny().high
    assert set(loaded) == set(tiny)
    for name, tensor in tiny.items():
        error = (loaded[name] - tensor).abs().max() / tensor.abs().max()
        assert error <= ROUNDED[quantisation], name


def written(writer, path):
    """Finish a GGUF file of one tensor, and read that back."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    (stored,) = read_header(path)
    with OpenFiles() as files:
        return stored, files.read(stored)


@pytest.mark.parametrize("quantisation", ["Q2_K", "Q3_K", "Q5_K", "Q6_K"])
def test_other_k_quants_are_what_the_package_makes_of_them(tmp_path, quantisation):
    import gguf

    kind = gguf.GGMLQuantizationType[quantisation]
    _, block_bytes = gguf.GGML_QUANT_SIZES[kind]
    packed = np.random.default_rng(5).integers(0, 60, (8, block_bytes), dtype=np.uint8)
    writer = gguf.GGUFWriter(tmp_path / "one.gguf", "wan")
    writer.add_tensor("a.weight", packed, raw_dtype=kind)
    stored, values = written(writer, tmp_path / "one.gguf")
    assert (stored.shape, stored.dtype) == ((8, 256), quantisation)
    np.testing.assert_array_equal(values.numpy(), gguf.dequantize(packed, kind))
    assert values.abs().max() > 0


def test_a_folded_axis_comes_back_from_the_shape_kept_aside(tmp_path):
    import gguf

    values = np.arange(48, dtype=np.float32).reshape(2, 3, 8)
    writer = gguf.GGUFWriter(tmp_path / "one.gguf", "wan")
    writer.add_array("comfy.gguf.orig_shape.patch_embedding.weight", [2, 3, 2, 2, 2])
    writer.add_tensor("patch_embedding.weight", values)
    _, read = written(writer, tmp_path / "one.gguf")
    np.testing.assert_array_equal(read.numpy(), values.reshape(2, 3, 2, 2, 2))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_eight_bits_become_the_dtype_asked_for(tmp_path, dtype):
    checkpoint = open_checkpoint(kit.write_fp8(tmp_path / "tiny", "old"))
    state = checkpoint.load_expert(0, dtype=dtype).state_dict()
    assert state["blocks.0.ffn.0.weight"].dtype == dtype
    assert state["blocks.0.modulation"].dtype == torch.float32
    assert torch.equal(
        state["blocks.0.ffn.0.weight"].float(), kit.tiny().high["blocks.0.ffn.0.weight"]
    )


TEXTS = [
    "a man walks", "  Two   spaces and\ttab ", "色调艳丽 过曝", "Männer, naïve ① ﬁn", "",
    "🎬 emoji and ünknown Ж", "slowly 0123", "a  b", "▁ itself",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("source", ["spiece.model", "embedded.safetensors", "lists.gguf", "json"])
def test_every_kind_of_vocabulary_spells_like_sentencepiece(vocabularies, source, text):
    from model.text import clean

    reference = sentencepiece.SentencePieceProcessor(model_proto=kit.tiny().spiece)
    ids = [*reference.encode(clean(text)), reference.eos_id()]
    assert vocabularies[source](clean(text)) == ids


@pytest.fixture(scope="module")
def vocabularies(tmp_path_factory):
    """Tokenizers by what they are read from."""
    folder, tiny = tmp_path_factory.mktemp("vocabularies"), kit.tiny()
    (folder / "spiece.model").write_bytes(tiny.spiece)
    tensors = {"a": torch.zeros(1), "spiece_model": kit.embedded(tiny.spiece)}
    kit.save(folder / "embedded.safetensors", tensors)
    kit.write_vocabulary(folder / "lists.gguf")
    kit.write_tokenizer_json(folder / "json" / "tokenizer.json")
    files = {path.name: path for path in folder.iterdir()}
    files["json"] /= "tokenizer.json"
    return {name: load_tokenizer(path) for name, path in files.items()}


def test_a_type_that_the_package_cannot_unpack_is_named(tmp_path):
    import gguf

    writer = gguf.GGUFWriter(tmp_path / "one.gguf", "wan")
    writer.add_tensor("a.weight", np.zeros((2, 3), dtype=np.int32))
    with pytest.raises(WeightsError) as caught:
        written(writer, tmp_path / "one.gguf")
    assert str(caught.value) == (
        f"{tmp_path}/one.gguf: tensor 'a.weight' is of type I32, which the package gguf cannot "
        "unpack. Fetch another quantisation."
    )


def test_a_gguf_file_without_the_package_names_the_package(tmp_path, monkeypatch):
    kit.write_vocabulary(tmp_path / "one.gguf")
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(WeightsError) as caught:
        read_header(tmp_path / "one.gguf")
    assert str(caught.value) == (
        f"{tmp_path}/one.gguf: is a GGUF file, which needs the package gguf. "
        "Run `pip install 'storyboard-previz[gguf]'`."
    )


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    path = tmp_path / "none.safetensors"
    with pytest.raises(WeightsError) as caught:
        read_header(path)
    assert str(caught.value) == f"{path}: no such file or directory. Fetch the file again."


DAMAGED = [
    (b"", "the tokenizer has no end token. Is it that of UMT5?"),
    (b"no model", "not a SentencePiece model. Fetch it again."),
    (kit.sentencepiece_model()[:5000], "not a SentencePiece model. Fetch it again."),
]


@pytest.mark.parametrize(("content", "message"), DAMAGED)
def test_a_damaged_vocabulary_is_named(tmp_path, content, message):
    path = tmp_path / "spiece.model"
    path.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        load_tokenizer(path)
    assert str(caught.value) == f"{path}: {message}"


def test_a_fingerprint_counts_the_config_beside_an_original_expert(tmp_path):
    folder = kit.write_original(tmp_path / "tiny")
    before = open_checkpoint(folder).expert_fingerprint(0)
    for noise in ("high", "low"):
        (folder / f"{noise}_noise_model" / "config.json").write_text('{"num_heads": 4}')
    changed = open_checkpoint(folder)
    assert changed.backbone.heads == 4
    assert changed.expert_fingerprint(0) != before


def test_a_fingerprint_counts_a_tokenizer_outside_the_encoder(tmp_path):
    folder = kit.write_original(tmp_path / "tiny")
    before = open_checkpoint(folder).text_fingerprint()
    path = folder / "google" / "umt5-xxl" / "tokenizer.json"
    path.write_text(path.read_text() + " ")
    assert open_checkpoint(folder).text_fingerprint() != before
