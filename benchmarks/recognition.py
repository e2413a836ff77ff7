"""What is in a picture? A small network that names subject, its colour, and the place.

Usage: python -m benchmarks.recognition. Learns from layouts of boards that neither training nor a
judgement ever sees, worn as a model wears them, and prints how often it is right on clean layouts
of others: it may judge a clip only where it knows what was asked. Kept in the training folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import cv2
import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.scenes import CALIBRATION_SEED, SIZE, film
from shots import camera_path
from storyboard.layout.lexicon import COLOURS
from training.boards import PHRASES
from training.footage import training_folder
from training.optimizer import warm_cosine
from training.prompts import meaning, read_wording

Frames = NDArray[np.uint8]
Meaning = Mapping[str, str]

FIELDS: Mapping[str, tuple[str, ...]] = {
    "figure": tuple(name for name, share in PHRASES["shares"].items() if share),
    "colour": (*COLOURS, "none"),
    "place": tuple(PHRASES["places"]),
}
"""What is named, and the names to choose from."""

NUM_FRAMES = 33
SEEN = (0, 16, 32)  # frames of a clip that are looked at
FILE = "recogniser.pt"

_LEARNED_SEED = CALIBRATION_SEED + 5_000_000
_CHECKED_SEED = CALIBRATION_SEED + 6_000_000
_SMALL = (112, 64)  # what the network sees, of pictures of 224 x 128
_WIDTHS = (32, 64, 96, 128)
_LEAST_COVER = 0.004  # of the picture by the subject
_BATCH = 64
_LEARNING_RATE = 2e-3


class Recogniser(nn.Module):
    """Convolutions down to 7 x 4 cells, attention over them, one read-out a field."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width in _WIDTHS:
            layers += [
                nn.Conv2d(channels, width, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
                nn.Conv2d(width, width, 3, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            channels = width
        self.cells = nn.Sequential(*layers)
        self.looks = nn.ModuleDict({field: nn.Conv2d(channels, 4, 1) for field in FIELDS})
        self.names = nn.ModuleDict(
            {field: nn.Linear(4 * channels, len(names)) for field, names in FIELDS.items()}
        )

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """(N, 3, 64, 112) in [-1, 1] to (N, names) scores of every field."""
        cells = self.cells(pictures)
        flat = rearrange(cells, "n c h w -> n (h w) c")
        scores = {}
        for field in FIELDS:
            weight = rearrange(self.looks[field](cells), "n k h w -> n k (h w)").softmax(-1)
            pooled = rearrange(weight @ flat, "n k c -> n (k c)")
            scores[field] = self.names[field](F.dropout(pooled, 0.2, self.training))
        return scores

    def name(self, clip: Frames) -> dict[str, str]:
        """Name what three frames of a clip, (T, H, W, 3), show together."""
        at = np.linspace(0, len(clip) - 1, len(SEEN)).round().astype(int)
        with torch.inference_mode():
            scores = self(_as_input(clip[at]))
        return {
            field: FIELDS[field][int(each.log_softmax(-1).mean(0).argmax())]
            for field, each in scores.items()
        }


@dataclass(frozen=True, eq=False)
class Lessons:
    """Pictures and what they mean: (N, H, W, 3), and an index into the names by field, (N,)."""

    pictures: Frames
    answers: Mapping[str, Tensor]


def _as_input(pictures: Frames) -> Tensor:
    small = np.stack([cv2.resize(p, _SMALL, interpolation=cv2.INTER_AREA) for p in pictures])
    return rearrange(torch.from_numpy(small).float() / 127.5 - 1, "n h w c -> n c h w")


def filmed(first_seed: int) -> Iterator[tuple[Frames, Meaning]]:
    """Three frames of the layouts of boards from a seed on, and what the boards ask for."""
    seed = first_seed
    while True:
        board, shot = read_wording(seed, wording=0, is_mirrored=False)
        path = camera_path(shot, num_frames=NUM_FRAMES, aspect=SIZE[0] / SIZE[1], seed=seed)
        frames, masks = film(board, shot, path, SEEN)
        if masks.mean() / 255 > _LEAST_COVER:
            yield frames, meaning(board, shot)
        seed += 1


def lessons(first_seed: int, count: int) -> Lessons:
    """The pictures of `count` boards; of one clip only those in which the subject is left."""
    pictures, answers = [], []
    clips = filmed(first_seed)
    for _ in range(count):
        frames, meant = next(clips)
        pictures += [cv2.resize(each, _SMALL, interpolation=cv2.INTER_AREA) for each in frames]
        answers += [[FIELDS[field].index(meant[field]) for field in FIELDS]] * len(frames)
    columns = torch.tensor(answers).T
    return Lessons(np.stack(pictures), dict(zip(FIELDS, columns, strict=True)))


def worn(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Pictures as a model might have made them: mirrored, soft, noisy, in blotches, off in tone."""

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random)

    count, _, height, width = pictures.shape
    mirrored = draw(count, 1, 1, 1) > 0
    pictures = torch.where(mirrored, pictures.flip(-1), pictures)
    scale = 1 + 1.5 * float(torch.rand((), generator=random))
    small = F.interpolate(pictures, scale_factor=1 / scale, mode="area")
    soft = F.interpolate(small, (height, width), mode="bilinear", align_corners=False)
    pictures = torch.where(draw(count, 1, 1, 1) > 0, soft, pictures)
    blotches = F.interpolate(draw(count, 3, height // 8, width // 8), (height, width))
    strength = 0.08 * draw(count, 1, 1, 1).abs()
    noise = 0.06 * draw(count, 1, 1, 1).abs() * draw(count, 3, height, width)
    tone = 1 + 0.06 * draw(count, 3, 1, 1)
    return (pictures + 1) * tone - 1 + strength * blotches + noise


def learn(taught: Lessons, epochs: int, seed: int = 0) -> Recogniser:
    """Teach a fresh network."""
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    network = Recogniser().train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=0.02)
    count = len(taught.pictures)
    whole = count // _BATCH * _BATCH
    total = epochs * (whole // _BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: warm_cosine(step, warmup=50, total=total)
    )
    for _ in range(epochs):
        for rows in torch.randperm(count, generator=random)[:whole].split(_BATCH):
            scores = network(worn(_as_input(taught.pictures[rows.numpy()]), random))
            losses = [
                F.cross_entropy(scores[field], taught.answers[field][rows], label_smoothing=0.05)
                for field in FIELDS
            ]
            optimizer.zero_grad()
            torch.stack(losses).sum().backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def load(folder: Path) -> tuple[Recogniser, dict[str, Any]]:
    """The network that `main` taught, and how often it was right.

    Raises:
        click.ClickException: It is not there.
    """
    file = folder / FILE
    if not file.exists():
        raise click.ClickException(f"{file}: not there. Run python -m benchmarks.recognition.")
    kept = torch.load(file, weights_only=True)
    network = Recogniser()
    network.load_state_dict(kept["network"])
    return network.eval(), kept["right"]


def check(network: Recogniser, first_seed: int, count: int) -> dict[str, float]:
    """How often each field is named right in clean layouts, 0 to 1."""
    clips = filmed(first_seed)
    right: Sequence[list[bool]] = [[] for _ in FIELDS]
    for _ in range(count):
        frames, meant = next(clips)
        named = network.name(frames)
        for field, answers in zip(FIELDS, right, strict=True):
            answers.append(named[field] == meant[field])
    return {
        field: round(float(np.mean(answers)), 4)
        for field, answers in zip(FIELDS, right, strict=True)
    }


@click.command()
@click.option("--boards", default=4000, show_default=True, help="To learn from, three frames each.")
@click.option("--epochs", default=14, show_default=True)
@click.option("--checked", default=500, show_default=True, help="Boards to be judged by.")
def main(boards: int, epochs: int, checked: int) -> None:
    """Teach the network, and say how often it is right."""
    cv2.setNumThreads(1)
    started = perf_counter()
    network = learn(lessons(_LEARNED_SEED, boards), epochs)
    right = check(network, _CHECKED_SEED, checked)
    folder = training_folder()
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"network": network.state_dict(), "right": right}, folder / FILE)
    click.echo(json.dumps({"right": right, "seconds": round(perf_counter() - started, 1)}))


if __name__ == "__main__":
    main()
