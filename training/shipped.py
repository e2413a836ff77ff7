"""Convert the shipped checkpoint into a training state, on a machine without one.

Usage: python -m training.shipped [FOLDER], in an empty training folder; then render footage, encode
it, write prompts and contexts, and continue with experts and codec. The optimizers start anew; the
text encoder is complete and only read. There is no shared network, since the experts are separate.
"""

from __future__ import annotations

from pathlib import Path

import click
import torch
from safetensors.torch import load_file
from torch import Tensor

from model.presets import GREYBOX
from model.weights.rename import vae_wan22_rules
from training.export import TOKENIZER, WEIGHTS, read_expert
from training.films.footage import training_folder
from training.sizes import CODEC


def _write_state(folder: Path, weights: dict[str, Tensor]) -> None:
    folder.mkdir(parents=True)
    full = {name: tensor.float() for name, tensor in weights.items()}
    torch.save({"step": 0, "network": full, "average": full}, folder / "state.pt")


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path), default="model/greybox")
def main(source: Path) -> None:
    """Write the states that a run goes on from; what is there already is an error."""
    folder = training_folder()
    for index, expert in enumerate(GREYBOX.experts):
        _write_state(folder / expert.name, read_expert(source, index))
    rules = vae_wan22_rules(CODEC.num_blocks)
    codec = {rules.to_original(n): t for n, t in load_file(source / "vae" / WEIGHTS).items()}
    for part in ("decoder", "encoder"):
        _write_state(folder / part, codec)
    words = load_file(source / "text_encoder" / "model.safetensors")
    _write_state(folder / "words", {f"encoder.{name}": t for name, t in words.items()})
    (folder / "words" / TOKENIZER).write_bytes((source / "tokenizer" / TOKENIZER).read_bytes())


if __name__ == "__main__":
    main()
