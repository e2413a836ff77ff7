"""Train greybox's text encoder as a classifier: recover every directive from its prompt.

Usage: python -m training.words [--minutes M]. A denoiser trained on pixels learns words slowly; an
encoder that classifies subject, colour, light and move gives it separable contexts. Afterwards the
encoder is frozen and the classification heads are discarded.
"""

from __future__ import annotations

import time

import click
import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import UMT5Config, UMT5EncoderModel

from training.films.footage import training_folder
from training.films.prompts import read_prompts
from training.optimizer import MovingAverage, Optimizers, autocast, warm_cosine
from training.sizes import TEXT_WIDTH
from training.state import Log, load_state, save_state
from training.tokens import build_tokenizer

LEARNING_RATE = 2e-3
WORD_DROP = 0.04


def new_encoder(vocabulary: int, seed: int) -> UMT5EncoderModel:
    """A small UMT5 encoder with fresh weights."""
    torch.manual_seed(seed)
    return UMT5EncoderModel(
        UMT5Config(
            vocab_size=vocabulary,
            d_model=TEXT_WIDTH,
            d_kv=32,
            d_ff=2 * TEXT_WIDTH,
            num_layers=4,
            num_heads=5,
            dropout_rate=0.0,
            feed_forward_proj="gated-gelu",
            pad_token_id=0,
            eos_token_id=1,
            decoder_start_token_id=0,
            tie_word_embeddings=False,
        )
    )


class PromptClassifier(nn.Module):
    """The encoder with one attention pool and one linear head per field."""

    def __init__(self, encoder: UMT5EncoderModel, classes: dict[str, list[str]]) -> None:
        super().__init__()
        self.encoder = encoder
        self.classes = classes
        self.queries = nn.Parameter(torch.randn(len(classes), TEXT_WIDTH) * 0.1)
        self.outputs = nn.ModuleList(
            nn.Linear(TEXT_WIDTH, len(names)) for names in classes.values()
        )

    def forward(self, tokens: Tensor, mask: Tensor) -> list[Tensor]:
        """Tokens and mask (B, M) to logits (B, classes) per field."""
        words = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
        scores = torch.einsum("fd,bmd->bfm", self.queries, words) / TEXT_WIDTH**0.5
        scores = scores.masked_fill(mask[:, None] == 0, -1e9)
        pooled = torch.einsum("bfm,bmd->bfd", scores.softmax(-1), words)
        return [output(pooled[:, k]) for k, output in enumerate(self.outputs)]


def pad(rows: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Pad token rows to (B, M) tokens and mask."""
    longest = max(map(len, rows))
    tokens = torch.zeros(len(rows), longest, dtype=torch.long)
    for k, row in enumerate(rows):
        tokens[k, : len(row)] = torch.tensor(row)
    return tokens, (torch.arange(longest) < torch.tensor([len(r) for r in rows])[:, None]).long()


@click.command()
@click.option("--minutes", default=15.0)
@click.option("--total-steps", default=2500)
@click.option("--batch", default=64)
def main(minutes: float, total_steps: int, batch: int) -> None:
    """Train for a while, save, and report accuracy per field on held-out prompts."""
    folder = training_folder()
    rows = read_prompts(folder)
    (folder / "words").mkdir(exist_ok=True)
    tokenizer_path = folder / "words" / "tokenizer.json"
    if not tokenizer_path.exists():
        build_tokenizer(row["prompt"] for row in rows).save(str(tokenizer_path))
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    names = sorted({field for row in rows for field in row["meaning"]})
    classes = {n: sorted({row["meaning"][n] for row in rows if n in row["meaning"]}) for n in names}
    index = {name: {word: k for k, word in enumerate(words)} for name, words in classes.items()}
    tokens = [encoding.ids for encoding in tokenizer.encode_batch([row["prompt"] for row in rows])]
    labels = np.array([[index[n].get(row["meaning"].get(n), -100) for n in names] for row in rows])
    reader = PromptClassifier(new_encoder(tokenizer.get_vocab_size(), seed=2), classes)
    optimizers = Optimizers(
        reader, lr=LEARNING_RATE, adam_only=("shared", "embed", "queries", "bias")
    )
    average = MovingAverage(reader, 0.995)
    step = load_state(folder / "words", reader, optimizers, average)
    log, random = Log(folder / "words"), np.random.default_rng(step)
    held_out = len(rows) // 20
    finish = time.monotonic() + 60 * minutes
    while time.monotonic() < finish and step < total_steps:
        chosen = random.integers(held_out, len(rows), batch)
        kept = [[t for t in tokens[c] if t == 1 or random.random() >= WORD_DROP] for c in chosen]
        with autocast():
            logits = [out.float() for out in reader(*pad(kept))]
        losses = [
            F.cross_entropy(out, torch.from_numpy(labels[chosen, k]), ignore_index=-100)
            for k, out in enumerate(logits)
        ]
        loss = torch.stack(losses).nansum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizers.step(warm_cosine(step, warmup=100, total=total_steps))
        average.update(reader, step)
        step += 1
        if step % 100 == 0:
            log.write(step=step, loss=float(loss.detach()) / len(names))
    save_state(folder / "words", step, reader, optimizers, average)
    average.copy_to(reader)
    log.write(step=step, **_accuracy(reader, tokens[:held_out], labels[:held_out], names))


@torch.no_grad()
def _accuracy(
    reader: PromptClassifier, tokens: list[list[int]], labels: np.ndarray, names: list[str]
) -> dict[str, float]:
    right = np.zeros(len(names))
    count = np.zeros(len(names))
    for start in range(0, len(tokens), 64):
        logits = reader(*pad(tokens[start : start + 64]))
        truth = labels[start : start + 64]
        for k, out in enumerate(logits):
            is_labelled = truth[:, k] >= 0
            right[k] += (out.argmax(-1).numpy() == truth[:, k])[is_labelled].sum()
            count[k] += is_labelled.sum()
    return {
        name: round(float(r / max(a, 1)), 4) for name, r, a in zip(names, right, count, strict=True)
    }


if __name__ == "__main__":
    main()
