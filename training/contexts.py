"""Contexts of training prompts, from the frozen text encoder, as they are asked for."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import UMT5EncoderModel

from training.words import new_encoder, pad


def trained_encoder(folder: Path, vocabulary: int) -> UMT5EncoderModel:
    """The text encoder with its averaged weights, frozen."""
    encoder = new_encoder(vocabulary, seed=2)
    average = torch.load(folder / "words" / "state.pt", weights_only=True)["average"]
    with torch.no_grad():
        for name, parameter in encoder.named_parameters():
            parameter.copy_(average[f"encoder.{name}"])
    return encoder.eval().requires_grad_(False)


class Contexts:
    """Encodes a random wording of a clip's prompt; the empty prompt where it is left out."""

    def __init__(self, folder: Path, seeds: np.ndarray) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "words" / "tokenizer.json"))
        self.encoder = trained_encoder(folder, self.tokenizer.get_vocab_size())
        self.tokens: dict[tuple[int, bool], list[list[int]]] = defaultdict(list)
        clips = {int(seed): clip for clip, seed in enumerate(seeds)}
        for line in (folder / "prompts.jsonl").open():
            row = json.loads(line)
            self.tokens[clips.get(row["seed"], -1), row["mirrored"]].append(
                self.tokenizer.encode(row["prompt"]).ids
            )
        self.empty = self.tokenizer.encode("").ids

    @torch.no_grad()
    def sample(
        self, random: np.random.Generator, clips: np.ndarray, mirror: np.ndarray, *, drop: float
    ) -> Tensor:
        """(B, M, text width), zero rows after the end of each prompt."""
        rows = []
        for clip, is_mirrored in zip(clips, mirror, strict=True):
            wordings = self.tokens[int(clip), bool(is_mirrored)]
            chosen = wordings[int(random.integers(len(wordings)))]
            rows.append(self.empty if random.random() < drop else chosen)
        tokens, mask = pad(rows)
        with torch.autocast("cpu", torch.bfloat16):
            words = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
        return words.float() * mask[..., None]
