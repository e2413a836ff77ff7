"""An expert whose blocks stay in the files gives the bits of one in memory."""

from __future__ import annotations

import gc
import os
import threading
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch

from model.denoise import denoise
from model.exceptions import WeightsError
from model.flow import SolverState, schedule
from model.transformer import Transformer
from model.weights.checkpoint import Checkpoint
from model.weights.lora import LoraChoice
from model.weights.open_checkpoint import open_checkpoint
from tests import checkpoint_kit


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return checkpoint_kit.write_fp8(tmp_path_factory.mktemp("fp8"), "new")


def run(network: Transformer, guidance: float = 3.0, device: str = "cpu") -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    latent = torch.randn(1, 16, 2, 4, 6, generator=generator)
    texts = torch.randn(2, 7, network.backbone.text_width, generator=generator).to(device)
    plan, state = schedule(2, 3.0, "unipc"), SolverState(latent.to(device))
    return denoise(network, plan, range(2), state, texts[0], texts[1], guidance).latent


@cache
def deep(seed: int) -> dict[str, torch.Tensor]:
    """An expert of three blocks."""
    return checkpoint_kit.filled(Transformer(replace(checkpoint_kit.backbone(), layers=3)), seed)


def write_deep(folder: Path) -> Checkpoint:
    checkpoint_kit.write_comfy(folder)
    for seed, noise in enumerate(("high", "low")):
        place = folder / "diffusion_models" / f"wan2.2_t2v_{noise}_noise_14B_fp16.safetensors"
        checkpoint_kit.save(place, {name: t.half() for name, t in deep(seed).items()})
    return open_checkpoint(folder)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_a_streamed_expert_gives_the_same_bits(tmp_path, dtype, guidance):
    checkpoint = write_deep(tmp_path)
    whole = checkpoint.load_expert(0, dtype=dtype)
    streamed = checkpoint.load_expert(0, dtype=dtype, residency="streamed")
    assert torch.equal(run(streamed, guidance), run(whole, guidance))


def test_quantised_files_stream_too(folder):
    checkpoint = open_checkpoint(folder)
    whole, streamed = (
        checkpoint.load_expert(0, residency=residency) for residency in ("whole", "streamed")
    )
    assert torch.equal(run(streamed), run(whole))


def test_a_lora_is_merged_into_every_block_that_passes(tmp_path):
    checkpoint = write_deep(tmp_path)
    generator = torch.Generator().manual_seed(6)
    pieces = {
        "diffusion_model.blocks.1.ffn.0.lora_A.weight": torch.randn(2, 256, generator=generator),
        "diffusion_model.blocks.1.ffn.0.lora_B.weight": torch.randn(512, 2, generator=generator),
    }
    lora = checkpoint_kit.save(tmp_path / "change.safetensors", pieces)
    plain = run(checkpoint.load_expert(0))
    checkpoint = checkpoint.with_loras([LoraChoice(lora, (0.5, 0.5))])
    whole, streamed = (
        run(checkpoint.load_expert(0, residency=residency)) for residency in ("whole", "streamed")
    )
    assert torch.equal(streamed, whole)
    assert not torch.equal(streamed, plain)


def test_nothing_of_the_blocks_is_in_memory_between_passes(tmp_path):
    streamed = write_deep(tmp_path).load_expert(0, residency="streamed")
    assert not [name for name in streamed.state_dict() if name.startswith("blocks.")]
    run(streamed)
    assert not [name for name in streamed.state_dict() if name.startswith("blocks.")]


def test_a_pass_for_the_text_reads_keys_and_values_only(tmp_path):
    streamed = write_deep(tmp_path).load_expert(0, residency="streamed")
    for block in streamed.blocks.passing(r"^cross_attn\.(k|v|norm_k)\."):
        there = {name for name, tensor in block.state_dict().items() if not tensor.is_meta}
        layers = {f"cross_attn.{name}" for name in ("k.weight", "k.bias", "v.weight", "v.bias")}
        assert there == layers | {"cross_attn.norm_k.weight"}


def test_the_reading_thread_ends_with_the_pass(tmp_path):
    streamed = write_deep(tmp_path).load_expert(0, residency="streamed")
    run(streamed)
    assert not [t for t in threading.enumerate() if t.name.startswith("blocks")]


def test_a_file_that_is_cut_short_after_loading_is_an_error_and_no_hang(tmp_path):
    checkpoint = write_deep(tmp_path)
    streamed = checkpoint.load_expert(0, residency="streamed")
    file = checkpoint.experts[0].files[0]
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size // 2)
    message = "{file}: ends within 'blocks.…'. Fetch the file again."
    with pytest.raises(WeightsError, match=checkpoint_kit.whole_message(message, file=file)):
        run(streamed)


FILES_IN_USE = Path("/proc/self/fd")


@pytest.mark.skipif(not FILES_IN_USE.is_dir(), reason="only Linux lists them")
def test_an_expert_that_is_gone_holds_no_file_open(tmp_path):
    checkpoint = write_deep(tmp_path)
    streamed = checkpoint.load_expert(0, residency="streamed")
    file = str(checkpoint.experts[0].files[0].resolve())
    assert file in open_files()
    vars(streamed)["itself"] = streamed  # a circle, such as a traceback makes
    del streamed
    gc.collect()
    assert file not in open_files()


def open_files():
    return {os.path.realpath(link) for link in FILES_IN_USE.iterdir()}


@pytest.mark.gpu
def test_a_card_gives_the_same_bits_too(tmp_path):
    checkpoint = write_deep(tmp_path)
    whole, streamed = (
        checkpoint.load_expert(0, dtype=torch.bfloat16, device="cuda", residency=residency)
        for residency in ("whole", "streamed")
    )
    assert torch.equal(run(streamed, device="cuda"), run(whole, device="cuda"))
