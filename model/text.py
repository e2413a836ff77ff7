"""Prompt to context: cleaning, tokens, and the UMT5 encoder.

A prompt is encoded at its own length, not padded to 512: positions are relative, so the result is
that of a padded and masked run. The zero rows up to 512 that the experts attend to are added
downstream. Called by the stage that encodes text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ftfy
import torch
from tokenizers import Tokenizer
from torch import Tensor

from model.exceptions import WeightsError
from model.ops import MIN_ROWS
from model.weights.build import Storing, load_network
from model.weights.dispatch import format_of
from model.weights.gguf_file import read_fields
from model.weights.parts import Part
from model.weights.pieces import GGUF_FIELDS, Pieces, build_tokenizer, gguf_pieces, read_pieces
from model.weights.safetensors_file import read_bytes, read_header
from model.weights.scaled import TOKENIZER

TEXT_LEN = 512


@dataclass(frozen=True)
class TextEncoder:
    """A tokenizer and its network.

    Attributes:
        tokenizer: Appends the end token and truncates to `TEXT_LEN`.
        network: `transformers.UMT5EncoderModel`.
    """

    tokenizer: Tokenizer
    network: Any

    def encode(self, text: str) -> Tensor:
        """Encode one prompt.

        Args:
            text: As written; what is beyond `TEXT_LEN` tokens is cut, see `num_cut`.

        Returns:
            (M, D) without padding, M at least 1 for the end token.
        """
        ids = self.tokenizer.encode(clean(text)).ids
        device = next(self.network.parameters()).device
        # A few masked rows keep the bits of short prompts independent of the number of threads.
        num_pads = max(0, MIN_ROWS - len(ids))
        rows = torch.tensor([ids + [0] * num_pads], device=device)
        mask = torch.tensor([[1] * len(ids) + [0] * num_pads], device=device)
        with torch.no_grad():
            hidden: Tensor = self.network(rows, attention_mask=mask).last_hidden_state
        return hidden[0, : len(ids)]

    def num_cut(self, text: str) -> int:
        """Tokens of the prompt that do not fit and are not seen by the model."""
        return sum(
            sum(1 for special in part.special_tokens_mask if not special)
            for part in self.tokenizer.encode(clean(text)).overflowing
        )


def clean(text: str) -> str:
    """Repair broken encodings and entities and write every run of whitespace as one space.

    Source: Wan2.2 wan/modules/tokenizers.py, basic_clean and whitespace_clean.
    """
    text = html.unescape(html.unescape(ftfy.fix_text(text)))
    return re.sub(r"\s+", " ", text).strip()


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
        device: Where the network lies.

    Raises:
        WeightsError: A file is missing, damaged or of another shape.
    """
    # Two seconds to import, and only this stage needs it.
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

    A tokenizer.json is read by `tokenizers` itself, since the T5 classes of transformers rebuild
    it without byte fallback and spell characters outside the vocabulary wrongly.

    Args:
        path: tokenizer.json, spiece.model, or weights that embed one.

    Raises:
        WeightsError: The file is missing or is no tokenizer.
    """
    if not path.is_file():
        raise WeightsError(f"{path}: not there, must hold the tokenizer. Fetch the folder again.")
    try:
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
