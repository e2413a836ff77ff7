"""Load the UMT5 text encoder and its tokenizer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from model.exceptions import WeightsError
from model.text import TEXT_LEN, TextEncoder
from model.weights.build import Storing, load_network
from model.weights.dispatch import format_of
from model.weights.gguf_file import read_fields
from model.weights.parts import Part
from model.weights.pieces import GGUF_FIELDS, Pieces, build_tokenizer, gguf_pieces, read_pieces
from model.weights.safetensors_file import read_bytes, read_header
from model.weights.scaled import TOKENIZER


def load_text(
    part: Part,
    config: Mapping[str, Any],
    tokenizer: Path,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> TextEncoder:
    """Load a text encoder and its tokenizer.

    Args:
        part: Files of the network and how their names become those of transformers.
        config: Sizes, as `transformers.UMT5Config` takes them.
        tokenizer: See `load_tokenizer`.
        dtype: Of the weights; norms and softmax are computed in float32 in any case.
        device: Of the network.

    Raises:
        WeightsError: A file is missing, damaged or of another shape.
    """
    # Two seconds to import, and only this function needs it.
    from transformers import UMT5Config, UMT5EncoderModel

    with torch.device("meta"):
        network = UMT5EncoderModel(UMT5Config(**config))
    # Files hold the embedding under either name, or both.
    names = ("shared.weight", "encoder.embed_tokens.weight")
    spelling = load_tokenizer(tokenizer)
    load_network(
        network,
        part.files,
        storing=Storing(dtype, device),
        rename=part.rename,
        aliases={names[0]: names[1], names[1]: names[0]},
    )
    return TextEncoder(spelling, network)


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer and set it to truncate and not to pad.

    Args:
        path: tokenizer.json, spiece.model, or weights that embed one.

    Raises:
        WeightsError: The file is missing or is no tokenizer.
    """
    if not path.is_file():
        raise WeightsError(f"{path}: not there, must hold the tokenizer. Fetch the folder again.")
    try:
        # By `tokenizers` itself: the T5 classes of transformers rebuild a tokenizer.json without
        # byte fallback and spell characters outside the vocabulary wrongly.
        tokenizer = (
            Tokenizer.from_file(str(path))
            if path.suffix == ".json"
            else build_tokenizer(_pieces(path))
        )
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from None
    except Exception as error:  # tokenizers raises nothing narrower
        raise WeightsError(f"{path}: {error}. Fetch the file again.") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=TEXT_LEN)
    return tokenizer


def _pieces(path: Path) -> Pieces:
    """The vocabulary in a SentencePiece model or in weights that embed one."""
    if path.suffix == ".model":
        return read_pieces(path.read_bytes())
    if format_of(path) == "gguf":
        return gguf_pieces(read_fields(path, *GGUF_FIELDS))
    embedded = next(stored for stored in read_header(path) if stored.name == TOKENIZER)
    return read_pieces(read_bytes(embedded))
