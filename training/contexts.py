"""Text contexts of the training prompts, from the frozen text encoder.

Usage: python -m training.contexts, after training.prompts and training.words.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import click
import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor
from transformers import UMT5EncoderModel

from training.films.footage import training_folder
from training.films.prompts import read_prompts
from training.sizes import TEXT_WIDTH
from training.words import new_encoder, pad

BATCH = 64
ROWS = 80  # one shape for all, since each shape is compiled; one prompt in twenty is cut off


def trained_encoder(folder: Path, vocabulary: int) -> UMT5EncoderModel:
    """The text encoder with its averaged weights, frozen."""
    encoder = new_encoder(vocabulary, seed=2)
    average = torch.load(folder / "words" / "state.pt", weights_only=True)["average"]
    with torch.no_grad():
        for name, parameter in encoder.named_parameters():
            parameter.copy_(average[f"encoder.{name}"])
    return encoder.eval().requires_grad_(False)


class Contexts:
    """Encoded prompts of the clips, in several wordings, and the encoded empty prompt.

    The encoder is frozen, so every prompt is encoded once and stored on disk.
    """

    def __init__(self, folder: Path, seeds: np.ndarray) -> None:
        clips = {int(seed): clip for clip, seed in enumerate(seeds)}
        rows = read_prompts(folder)
        self.wordings: dict[tuple[int, bool], list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            if row["seed"] in clips:
                self.wordings[clips[row["seed"]], row["mirrored"]].append(index)
        self.ends = np.load(folder / "contexts_ends.npy")
        self.words = np.load(folder / "contexts.npy", mmap_mode="r")
        if len(self.ends) != len(rows) + 1:
            raise SystemExit(
                f"contexts: {len(self.ends)} encoded, must be {len(rows) + 1}. "
                "Run python -m training.contexts."
            )
        self.empty = len(rows)

    def sample(
        self, random: np.random.Generator, clips: np.ndarray, mirror: np.ndarray, *, drop: float
    ) -> Tensor:
        """A random wording of each clip, (B, ROWS, text width), zero rows after its end.

        With probability `drop` it is the empty prompt.
        """
        rows = []
        for clip, is_mirrored in zip(clips, mirror, strict=True):
            wordings = self.wordings[int(clip), bool(is_mirrored)]
            chosen = wordings[int(random.integers(len(wordings)))]
            index = self.empty if random.random() < drop else chosen
            start = self.ends[index - 1] if index else 0
            words = self.words[start : self.ends[index]][:ROWS]
            context = torch.from_numpy(words.astype(np.float32))
            rows.append(F.pad(context, (0, 0, 0, ROWS - len(context))))
        return torch.stack(rows)


@click.command()
@torch.no_grad()
def main() -> None:
    """Encode every prompt, then the empty one, into one long array of rows."""
    folder = training_folder()
    tokenizer = Tokenizer.from_file(str(folder / "words" / "tokenizer.json"))
    encoder = trained_encoder(folder, tokenizer.get_vocab_size())
    prompts = [row["prompt"] for row in read_prompts(folder)]
    tokens = [encoding.ids for encoding in tokenizer.encode_batch([*prompts, ""])]
    ends = np.cumsum([len(row) for row in tokens])
    words = np.empty((ends[-1], TEXT_WIDTH), np.float16)
    order = np.argsort([len(row) for row in tokens])  # similar lengths together: little padding
    for batch in np.array_split(order, len(order) // BATCH + 1):
        ids, mask = pad([tokens[k] for k in batch])
        coded = encoder(input_ids=ids, attention_mask=mask).last_hidden_state.numpy()
        for k, rows in zip(batch, coded, strict=True):
            words[ends[k] - len(tokens[k]) : ends[k]] = rows[: len(tokens[k])]
    np.save(folder / "contexts.npy", words)
    np.save(folder / "contexts_ends.npy", ends)


if __name__ == "__main__":
    main()
