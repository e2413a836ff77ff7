"""Prompts made longer by a real, tiny language model on disk that always says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from shots import parse_shots
from storyboard.cli.main import run
from storyboard.errors import InputError
from storyboard.plan.request import Request
from storyboard.run.manifest import read_manifest
from storyboard.run.preview import RunSpec, preview
from storyboard.run.prompt_writer import CACHE, write_about
from tests.storyboard_kit import BOARD, write_board, write_checkpoint

SAID = "Dust hangs in the air."


@pytest.fixture(scope="module")
def writer(tmp_path_factory) -> Path:
    """A GPT-2 whose last norm forgets its input, so that one token always wins."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("writer")
    words = Tokenizer(models.WordLevel({"<unk>": 0, "</s>": 1, SAID: 2}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", eos_token="</s>", model_max_length=2048
    )
    tokenizer.save_pretrained(folder)
    config = GPT2Config(
        vocab_size=3, n_embd=8, n_layer=1, n_head=2, n_positions=2048, tie_word_embeddings=False,
        bos_token_id=1, eos_token_id=1,
    )  # fmt: skip
    network = GPT2LMHeadModel(config)
    with torch.no_grad():
        network.transformer.ln_f.weight.zero_()
        network.transformer.ln_f.bias.copy_(torch.eye(8)[0])
        network.lm_head.weight.zero_()
        network.lm_head.weight[2, 0] = 1
    network.save_pretrained(folder)
    return folder


def seen(tmp_path, **asked):
    board = parse_shots(BOARD, tmp_path / "board.yaml")
    folder = tmp_path / "weights"
    if not folder.exists():
        write_checkpoint(folder)
    request = Request(preset="greybox", quality="draft", weights=folder, **asked)
    return preview(RunSpec(board, request, tmp_path / "out"), lambda event: None)


def test_prompts_grow_keys_change_and_the_plan_says_so(writer, tmp_path):
    plain, longer = seen(tmp_path).plan, seen(tmp_path, extend=writer).plan
    for before, after in zip(plain.takes, longer.takes, strict=True):
        assert after.prompt == f"{before.prompt} {SAID}"
        assert plain.clip(before) != longer.clip(after)
    (notice,) = set(longer.notices) - set(plain.notices)
    assert "by 5 words" in notice


def test_what_was_written_is_remembered(writer, tmp_path):
    first = write_about(["A", "B"], writer, tmp_path)
    text = (tmp_path / CACHE).read_text()
    assert write_about(["A", "B"], writer, tmp_path) == first
    assert (tmp_path / CACHE).read_text() == text


def test_explain_shows_what_is_added_and_what_is_left_out(writer, tmp_path, capsys):
    board = write_board(tmp_path)
    shot = parse_shots(BOARD, board).shots[0].id
    assert run(["explain", str(board), shot, "--extend", str(writer)]) == 0
    told = capsys.readouterr().out
    assert f"  + {SAID}" in told
    assert "(repeats an added sentence)" in told


def test_a_folder_without_a_model_is_told_from_one_with_it(tmp_path):
    with pytest.raises(InputError, match="Must be the folder of a language model"):
        write_about(["A"], tmp_path, None)


def test_a_run_keeps_the_model_that_it_was_asked_with(writer, tmp_path):
    board, weights = write_board(tmp_path), tmp_path / "weights"
    write_checkpoint(weights)
    out = tmp_path / "out"
    asked = ["render", str(board), "-o", str(out), "--quality", "draft", "--set", "steps=2"]
    asked += ["--preset", "greybox", "--weights", str(weights), "--extend", str(writer)]
    assert run([*asked, "--no-animatic"]) == 0
    manifest = read_manifest(out)
    assert manifest is not None
    assert all(entry.prompt.endswith(SAID) for entry in manifest.takes)
