"""Training goes on from the shipped checkpoint where it was exported."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from tokenizers import Tokenizer

from model.weights.open_checkpoint import open_checkpoint
from training import export, shipped
from training.contexts import trained_encoder
from training.optimizer import MovingAverage, Optimizers
from training.sizes import new_codec, new_expert
from training.state import load_state
from training.tokens import build_tokenizer
from training.words import new_encoder

PROMPTS = ["A woman in a red coat walks.", "The camera pans to the left."]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training folder in which every part has been trained a little, by chance."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "words").mkdir()
    tokenizer = build_tokenizer(PROMPTS)
    tokenizer.save(str(folder / "words" / "tokenizer.json"))
    encoder = new_encoder(tokenizer.get_vocab_size(), seed=3)
    words = {f"encoder.{name}": p.detach() for name, p in encoder.named_parameters()}
    torch.save({"average": words}, folder / "words" / "state.pt")
    parts = {"high": new_expert(4), "low": new_expert(5), "decoder": new_codec(6)}
    for name, network in (*parts.items(), ("encoder", parts["decoder"])):
        (folder / name).mkdir()
        torch.save({"average": dict(network.named_parameters())}, folder / name / "state.pt")
    return folder


def test_an_exported_checkpoint_becomes_a_training_state(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORYBOARD_TRAINING", str(trained))
    checkpoint = tmp_path / "greybox"
    result = CliRunner().invoke(export.main, [str(checkpoint)], catch_exceptions=False)
    assert "MB" in result.output
    assert [e.name for e in open_checkpoint(checkpoint).preset.experts] == ["high", "low"]

    state = tmp_path / "state"
    monkeypatch.setenv("STORYBOARD_TRAINING", str(state))
    CliRunner().invoke(shipped.main, [str(checkpoint)], catch_exceptions=False)
    for stage in ("high", "low"):
        expert = new_expert(seed=9)
        average = MovingAverage(expert, 0.9)
        assert load_state(state / stage, expert, Optimizers(expert, lr=0.1), average) == 0
        was = torch.load(trained / stage / "state.pt", weights_only=True)["average"]
        for name, parameter in expert.named_parameters():
            assert torch.equal(parameter, was[name].half().float()), name
            assert torch.equal(average.shadow[name], parameter), name
    for part in ("encoder", "decoder"):
        codec = new_codec(seed=9)
        load_state(state / part, codec, Optimizers(codec, lr=0.1), MovingAverage(codec, 0.9))
        was = torch.load(trained / part / "state.pt", weights_only=True)["average"]
        for name, parameter in codec.named_parameters():
            assert torch.equal(parameter, was[name].half().float()), name
    between = tmp_path / "between"
    options = [str(between), "--beside", str(checkpoint), "--share", "0.25"]
    for stage, seed in (("high", 14), ("low", 15)):  # trained further
        torch.save(
            {"average": dict(new_expert(seed).named_parameters())}, state / stage / "state.pt"
        )
    CliRunner().invoke(export.main, options, catch_exceptions=False)
    for index, seed in enumerate((14, 15)):
        earlier = export.read_expert(checkpoint, index)
        mixed = export.read_expert(between, index)
        for name, parameter in new_expert(seed).named_parameters():
            expected = 0.75 * earlier[name] + 0.25 * parameter.detach()
            assert torch.allclose(mixed[name], expected, atol=2e-3), name
    tokenizer = Tokenizer.from_file(str(state / "words" / "tokenizer.json"))
    assert tokenizer.encode(PROMPTS[0]).ids == build_tokenizer(PROMPTS).encode(PROMPTS[0]).ids
    encoder = trained_encoder(state, tokenizer.get_vocab_size())
    was = torch.load(trained / "words" / "state.pt", weights_only=True)["average"]
    for name, parameter in encoder.named_parameters():
        assert torch.equal(parameter, was[f"encoder.{name}"].half().float()), name
