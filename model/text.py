"""Encode prompts with UMT5: cleaning, tokens, network."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ftfy
import torch
from torch import Tensor

from model.ops import MIN_ROWS

TEXT_LEN = 512


@dataclass(frozen=True)
class TextEncoder:
    """A tokenizer and its network.

    Attributes:
        tokenize: Maps a text to token ids with the end token last, without truncation.
        network: `transformers.UMT5EncoderModel`.
    """

    tokenize: Callable[[str], list[int]]
    network: Any

    def encode(self, text: str) -> Tensor:
        """Encode one prompt; tokens beyond `TEXT_LEN` are cut, see `num_cut`.

        Returns:
            (M, D) without padding, M at least 1 for the end token.
        """
        # Positions are relative, so the result is that of a run padded to 512 and masked; the zero
        # rows up to 512 that the experts attend to are added by `Transformer.prepare`.
        ids = self.tokenize(clean(text))
        if len(ids) > TEXT_LEN:
            ids = [*ids[: TEXT_LEN - 1], ids[-1]]
        device = next(self.network.parameters()).device
        # A few masked rows keep the bits of short prompts independent of the number of threads.
        num_pads = max(0, MIN_ROWS - len(ids))
        rows = torch.tensor([ids + [0] * num_pads], device=device)  # (1, M + pads)
        mask = torch.tensor([[1] * len(ids) + [0] * num_pads], device=device)
        with torch.no_grad():
            hidden: Tensor = self.network(rows, attention_mask=mask).last_hidden_state
        return hidden[0, : len(ids)]

    def num_cut(self, text: str) -> int:
        """Number of tokens of the prompt beyond `TEXT_LEN`, which the model does not read."""
        return max(0, len(self.tokenize(clean(text))) - TEXT_LEN)


def clean(text: str) -> str:
    """Repair broken encodings and entities and write every run of whitespace as one space.

    Source: Wan2.2 wan/modules/tokenizers.py, basic_clean and whitespace_clean.
    """
    text = html.unescape(html.unescape(ftfy.fix_text(text)))
    return re.sub(r"\s+", " ", text).strip()
