"""Prompts are cleaned and encoded as the reference does, without its padding."""

from __future__ import annotations

import io
import shutil

import gguf
import numpy as np
import pytest
import sentencepiece
import torch

from model.exceptions import WeightsError
from model.text import clean
from model.weights.open_checkpoint import open_checkpoint
from model.weights.text_encoder import load_tokenizer
from tests import checkpoint_kit as kit
from tests import oracle


@pytest.fixture(scope="module")
def encoder():
    return open_checkpoint(oracle.text_to_video()).load_text()


@pytest.mark.parametrize(
    "text",
    [
        oracle.PROMPT,
        oracle.NEGATIVE,
        "",
        "a rather long prompt that runs well past the rows which short ones are padded to",
    ],
)
@torch.no_grad()
def test_context_is_that_of_the_padded_and_masked_reference(encoder, text):
    ids = oracle.tokenizer().encode(clean(text)).ids
    padding = 512 - len(ids)
    with oracle.quiet():
        expected = oracle.text_encoder()(
            torch.tensor([ids + [0] * padding]),
            attention_mask=torch.tensor([[1] * len(ids) + [0] * padding]),
        ).last_hidden_state[0, : len(ids)]
    found = encoder.encode(text)
    assert found.shape == (len(ids), oracle.TEXT_WIDTH)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("width", "heads", "head_width", "layers"), [(48, 4, 12, 4), (64, 2, 16, 3), (32, 3, 32, 2)]
)
@torch.no_grad()
def test_an_encoder_of_any_shape_is_read_and_agrees(tmp_path, width, heads, head_width, layers):
    folder = tmp_path / "model"
    shutil.copytree(oracle.text_to_video(), folder)
    theirs = oracle.text_encoder(
        width + heads, width=width, heads=heads, head_width=head_width, layers=layers, ffn_width=80
    )
    shutil.rmtree(folder / "text_encoder")
    theirs.save_pretrained(folder / "text_encoder")
    ids = oracle.tokenizer().encode(clean(oracle.PROMPT)).ids
    expected = theirs(torch.tensor([ids])).last_hidden_state[0]
    found = open_checkpoint(folder).load_text().encode(oracle.PROMPT)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  a  cat\n\twalks ", "a cat walks"),
        ("Tom &amp;amp; Jerry", "Tom & Jerry"),
        ("itâ€™s late", "it's late"),
        ("Case, and: punctuation!", "Case, and: punctuation!"),
    ],
)
def test_cleaning(raw, cleaned):
    assert clean(raw) == cleaned


def test_characters_outside_the_vocabulary_become_bytes(encoder):
    tokens = [oracle.tokenizer().id_to_token(token) for token in encoder.tokenize("猫")]
    assert tokens == ["▁", "<0xE7>", "<0x8C>", "<0xAB>", "</s>"]


def test_what_does_not_fit_is_counted(encoder):
    text = "x" * 600
    assert encoder.encode(text).shape[0] == 512
    # 600 letters, the space before them, and the end token share 512 places.
    assert encoder.num_cut(text) == 600 + 1 + 1 - 512
    assert encoder.num_cut("short") == 0


def test_both_embedding_tables_are_one(encoder):
    network = encoder.network
    assert torch.equal(network.shared.weight, network.encoder.embed_tokens.weight)
    assert not any(tensor.is_meta for tensor in network.state_dict().values())


def test_a_missing_tokenizer_is_named(tmp_path):
    with pytest.raises(WeightsError) as caught:
        load_tokenizer(tmp_path / "tokenizer.json")
    assert str(caught.value) == (
        f"{tmp_path}/tokenizer.json: not there, must hold the tokenizer. Fetch the folder again."
    )


def without_end_token():
    """A SentencePiece model like that of the kit, but for its end token."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a man walks through the rain"] * 4), model_writer=written,
        vocab_size=40, model_type="unigram", eos_id=-1, hard_vocab_limit=False, minloglevel=2,
        num_threads=1,
    )  # fmt: skip
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("spiece.model", b"no model", "{path}: not a SentencePiece model. Fetch it again."),
        (
            "spiece.model",
            without_end_token(),
            "{path}: the tokenizer has no end token. Is it that of UMT5?",
        ),
        ("tokenizer.json", b"{", "{path}: EOF while parsing an object … Fetch the file again."),
    ],
)
def test_a_damaged_tokenizer_is_named(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=kit.whole_message(message, path=path)):
        load_tokenizer(path)


@pytest.mark.parametrize(
    ("model", "tokens", "message"),
    [
        (
            "llama",
            ["<unk>", "</s>"],
            "its tokenizer is 'llama', must be 't5'. Fetch the file again.",
        ),
        ("t5", ["<unk>", "a"], "the tokenizer has no token '</s>'. Is it that of UMT5?"),
    ],
)
def test_a_vocabulary_of_another_model_is_named(tmp_path, model, tokens, message):
    path = tmp_path / "lists.gguf"
    writer = gguf.GGUFWriter(path, "t5")
    writer.add_tokenizer_model(model)
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0, -1.0])
    writer.add_token_types([2, 3])
    writer.add_tensor("a", np.zeros(1, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(WeightsError) as caught:
        load_tokenizer(path)
    assert str(caught.value) == f"{path}: {message}"
