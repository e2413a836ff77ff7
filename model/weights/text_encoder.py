"""Loading of the text encoder: the UMT5 network and its tokenizer.

A tokenizer is a function from a text to token ids with the end token last, without truncation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from sentencepiece import SentencePieceProcessor
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from model.exceptions import WeightsError
from model.text import TextEncoder
from model.weights.build import LoadOptions, Part, load_network
from model.weights.scaled import TOKENIZER
from model.weights.tensor_files import format_of, read_bytes, read_gguf_fields, read_header

# The embedding has two names in the network and may be stored under either or both.
EMBEDDINGS = ("shared.weight", "encoder.embed_tokens.weight")
GGUF_FIELDS = tuple(
    f"tokenizer.ggml.{name}"
    for name in ("model", "tokens", "scores", "token_type", "precompiled_charsmap",
                 "add_space_prefix")
)  # fmt: skip
SPACE, END = "▁", "</s>"
# Types of a vocabulary entry, as in sentencepiece_model.proto.
UNKNOWN, CONTROL, BYTE = 2, 3, 6


def load_text(
    part: Part,
    config: Mapping[str, Any],
    tokenizer: Path,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> TextEncoder:
    """Load a text encoder and its tokenizer.

    `config` has the arguments of `transformers.UMT5Config`. Norms and softmax are computed in
    float32, whatever the dtype of the weights.
    """
    # Takes two seconds to import, and only this function needs it.
    from transformers import UMT5Config, UMT5EncoderModel

    with torch.device("meta"):
        network = UMT5EncoderModel(UMT5Config(**config))
    tokenize = load_tokenizer(tokenizer)
    load_network(
        network,
        part.files,
        options=LoadOptions(dtype, device),
        rename=part.rename,
        aliases=dict(zip(EMBEDDINGS, reversed(EMBEDDINGS), strict=True)),
    )
    return TextEncoder(tokenize, network)


def load_tokenizer(path: Path) -> Callable[[str], list[int]]:
    """Load the tokenizer from a tokenizer.json, a spiece.model, or weights that embed one.

    Raises:
        WeightsError: The file is missing or contains no tokenizer.
    """
    if not path.is_file():
        raise WeightsError(f"{path}: not there, must hold the tokenizer. Fetch the folder again.")
    try:
        if path.suffix == ".json":
            # Not by transformers: its T5 classes rebuild the tokenizer without byte fallback.
            tokenizer = Tokenizer.from_file(str(path))
            tokenizer.no_padding()
            tokenizer.no_truncation()
            return lambda text: tokenizer.encode(text).ids
        if path.suffix == ".model":
            return _sentencepiece_tokenizer(path.read_bytes())
        if format_of(path) == "gguf":
            unigram = unigram_tokenizer(read_gguf_fields(path, *GGUF_FIELDS))
            return lambda text: unigram.encode(text).ids
        embedded = next(stored for stored in read_header(path) if stored.name == TOKENIZER)
        return _sentencepiece_tokenizer(read_bytes(embedded))
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from None
    except Exception as error:  # tokenizers raises nothing narrower
        raise WeightsError(f"{path}: {error}. Fetch the file again.") from error


def _sentencepiece_tokenizer(model: bytes) -> Callable[[str], list[int]]:
    try:
        processor = SentencePieceProcessor(model_proto=model)
    except RuntimeError:
        raise WeightsError("not a SentencePiece model. Fetch it again.") from None
    if processor.eos_id() < 0:
        raise WeightsError("the tokenizer has no end token. Is it that of UMT5?")
    return partial(processor.encode, add_eos=True)


def unigram_tokenizer(fields: Mapping[str, Any]) -> Tokenizer:
    """Build a tokenizer from the vocabulary lists in the metadata of a GGUF file, `GGUF_FIELDS`."""
    model, tokens, scores, types, charsmap, adds_space = (fields.get(n) for n in GGUF_FIELDS)
    if model != "t5" or not tokens or not scores or not types or UNKNOWN not in types:
        raise WeightsError(f"its tokenizer is {model!r}, must be 't5'. Fetch the file again.")
    if END not in tokens:
        raise WeightsError(f"the tokenizer has no token {END!r}. Is it that of UMT5?")
    tokenizer = Tokenizer(
        models.Unigram(
            list(zip(tokens, scores, strict=True)),
            unk_id=types.index(UNKNOWN),
            byte_fallback=BYTE in types,
        )
    )
    entries = zip(tokens, types, strict=True)
    tokenizer.add_special_tokens([text for text, kind in entries if kind in (UNKNOWN, CONTROL)])
    # Some writers store the bytes as signed integers.
    rules = bytes(code % 256 for code in charsmap or ())
    tokenizer.normalizer = normalizers.Sequence(
        [
            *([normalizers.Precompiled(rules)] if rules else []),
            normalizers.Strip(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    scheme = "never" if adds_space is False else "always"
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme=scheme)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {END}", special_tokens=[(END, tokens.index(END))]
    )
    return tokenizer
