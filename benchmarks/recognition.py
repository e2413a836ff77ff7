"""Recogniser: a small network that classifies subject, colour and place of a picture.

Usage: python -m benchmarks.recognition. Trains on degraded layouts of boards outside the seeds of
training and evaluation, and prints its accuracy on clean layouts of other boards. The place is read
from the whole picture, the subject and its colour from the region where the layout has it, since
the composition is a directive as well. The weights are stored in the training folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
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

from benchmarks.scenes import CALIBRATION_SEED, SIZE
from shots.lexicon.colours import COLOURS
from shots.staging.stage_shot import staged_path
from storyboard.layout import layout_film, layout_with_mask
from training.films.boards import PHRASES
from training.films.filming import shows_subject
from training.films.footage import training_folder
from training.films.prompts import meaning, read_wording
from training.optimizer import warm_cosine

Frames = NDArray[np.uint8]
Meaning = Mapping[str, str]

FIELDS: Mapping[str, tuple[str, ...]] = {
    "figure": tuple(name for name, share in PHRASES["shares"].items() if share),
    "colour": (*COLOURS, "none"),
    "place": tuple(PHRASES["places"]),
}
"""Fields and their classes."""

WHOLE, SUBJECT = ("place",), ("figure", "colour")
"""Fields read from the whole picture, and from the region of the subject."""

NUM_FRAMES = 33
READ_FRAMES = (0, 16, 32)  # frames of a clip that are classified
FILE = "recogniser.pt"

_TRAINING_SEED = CALIBRATION_SEED + 5_000_000
_CHECKED_SEED = CALIBRATION_SEED + 6_000_000
_SMALL = (112, 64)  # size of the whole picture, reduced from 224 x 128
_CROP = 64  # pixels a side of the region of the subject
_LEAST_CROP = 0.2  # of the picture's height
_MARGIN = 1.3  # times the larger side of the subject
_WIDTHS = (32, 64, 96, 128)
_BATCH = 64
_LEARNING_RATE = 2e-3


class Classifier(nn.Module):
    """Convolutions down to a sixteenth, attention pooling over cells, one linear head a field."""

    def __init__(self, fields: Sequence[str]) -> None:
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
        self.fields = tuple(fields)
        self.cells = nn.Sequential(*layers)
        self.looks = nn.ModuleDict({field: nn.Conv2d(channels, 4, 1) for field in fields})
        self.names = nn.ModuleDict(
            {field: nn.Linear(4 * channels, len(FIELDS[field])) for field in fields}
        )

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """(N, 3, H, W) in [-1, 1] to (N, names) scores of every field."""
        cells = self.cells(pictures)
        flat = rearrange(cells, "n c h w -> n (h w) c")
        scores = {}
        for field in self.fields:
            weight = rearrange(self.looks[field](cells), "n k h w -> n k (h w)").softmax(-1)
            pooled = rearrange(weight @ flat, "n k c -> n (k c)")
            scores[field] = self.names[field](F.dropout(pooled, 0.2, self.training))
        return scores


class Recogniser(nn.Module):
    """A classifier of the whole picture and one of the region of its subject."""

    def __init__(self) -> None:
        super().__init__()
        self.whole, self.subject = Classifier(WHOLE), Classifier(SUBJECT)

    def forward(self, wholes: Tensor, subjects: Tensor) -> dict[str, Tensor]:
        """(N, 3, 64, 112) and (N, 3, 64, 64) in [-1, 1] to (N, names) scores of every field."""
        return {**self.whole(wholes), **self.subject(subjects)}

    def name(self, clip: Frames, masks: Frames) -> dict[str, str]:
        """Classify a clip from three of its frames.

        Args:
            clip: (T, H, W, 3).
            masks: (T, h, w), where the layout has the subject.
        """
        at = np.linspace(0, len(clip) - 1, len(READ_FRAMES)).round().astype(int)
        with torch.inference_mode():
            scores = self(_as_input(wholes(clip[at])), _as_input(subjects(clip[at], masks[at])))
        return {
            field: FIELDS[field][int(each.log_softmax(-1).mean(0).argmax())]
            for field, each in scores.items()
        }


@dataclass(frozen=True, eq=False)
class Samples:
    """Pictures, (N, h, w, 3), and their labels: an index into the classes by field, (N,)."""

    wholes: Frames
    subjects: Frames
    labels: Mapping[str, Tensor]


def _as_input(pictures: Frames) -> Tensor:
    return rearrange(torch.from_numpy(pictures).float() / 127.5 - 1, "n h w c -> n c h w")


def wholes(pictures: Frames) -> Frames:
    """Whole pictures at the size of the network, (N, 64, 112, 3)."""
    return np.stack([cv2.resize(p, _SMALL, interpolation=cv2.INTER_AREA) for p in pictures])


def subjects(pictures: Frames, masks: Frames, random: np.random.Generator | None = None) -> Frames:
    """Squares around the subjects, (N, 64, 64, 3); with `random` off centre and scale."""
    return np.stack([_around(p, m, random) for p, m in zip(pictures, masks, strict=True)])


def _around(picture: Frames, mask: Frames, random: np.random.Generator | None) -> Frames:
    height = picture.shape[0]
    scale = height / mask.shape[0]
    rows, columns = np.nonzero(mask > 127)
    if not rows.size:
        rows, columns = np.array([0, mask.shape[0]]), np.array([0, mask.shape[1]])
    low, high = (np.array([f(columns), f(rows)]) * scale for f in (np.min, np.max))
    side = max(_MARGIN * float((high - low).max()), _LEAST_CROP * height)
    middle = (low + high) / 2
    if random is not None:
        middle = middle + random.normal(0, 0.06, 2) * side
        side *= float(np.exp(random.normal(0, 0.12)))
    zoom = _CROP / side
    onto = np.array(
        [[zoom, 0, _CROP / 2 - zoom * middle[0]], [0, zoom, _CROP / 2 - zoom * middle[1]]]
    )
    flags = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    soft = cv2.GaussianBlur(picture, (0, 0), 0.4 / zoom) if zoom < 1 else picture
    return np.asarray(
        cv2.warpAffine(soft, onto, (_CROP, _CROP), flags=flags, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def filmed(first_seed: int) -> Iterator[tuple[Frames, Frames, Meaning]]:
    """Three frames of the layout of each board from a seed on, masks, and the meaning."""
    seed = first_seed
    while True:
        board, shot = read_wording(seed, wording=0, is_mirrored=False)
        aspect = SIZE[0] / SIZE[1]
        path = staged_path(board, shot, num_frames=NUM_FRAMES, aspect=aspect, seed=seed)
        frames, masks = layout_with_mask(layout_film(board, shot, path), SIZE, READ_FRAMES)
        found = meaning(board, shot)
        if shows_subject(masks) and all(found[field] in FIELDS[field] for field in FIELDS):
            yield frames, masks, found
        seed += 1


def samples(first_seed: int, count: int) -> Samples:
    """The pictures of `count` boards, three of each."""
    whole, around, labels = [], [], []
    clips, random = filmed(first_seed), np.random.default_rng(first_seed)
    for frames, masks, meant in islice(clips, count):
        whole.append(wholes(frames))
        around.append(subjects(frames, masks, random))
        labels += [[FIELDS[field].index(meant[field]) for field in FIELDS]] * len(frames)
    columns = torch.tensor(labels).T
    found = dict(zip(FIELDS, columns, strict=True))
    return Samples(np.concatenate(whole), np.concatenate(around), found)


def degraded(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Pictures with defects of generated ones: mirrored, soft, noisy, blotched, off in tone."""

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


def train(data: Samples, epochs: int, seed: int = 0) -> Recogniser:
    """Train a fresh network."""
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    network = Recogniser().train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=0.02)
    count = len(data.wholes)
    whole = count // _BATCH * _BATCH
    total = epochs * (whole // _BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: warm_cosine(step, warmup=50, total=total)
    )
    for _ in range(epochs):
        for rows in torch.randperm(count, generator=random)[:whole].split(_BATCH):  # type: ignore[no-untyped-call]
            drawn = (each[rows.numpy()] for each in (data.wholes, data.subjects))
            scores = network(*(degraded(_as_input(pictures), random) for pictures in drawn))
            losses = [
                F.cross_entropy(scores[field], data.labels[field][rows], label_smoothing=0.05)
                for field in FIELDS
            ]
            optimizer.zero_grad()
            torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return network.eval()


def load(folder: Path) -> tuple[Recogniser, dict[str, Any]]:
    """The network that `main` trained, and its accuracy by field.

    Raises:
        click.ClickException: The file does not exist.
    """
    file = folder / FILE
    if not file.exists():
        raise click.ClickException(f"{file}: does not exist. Run python -m benchmarks.recognition.")
    state = torch.load(file, weights_only=True)
    network = Recogniser()
    network.load_state_dict(state["network"])
    return network.eval(), state["right"]


def check(network: Recogniser, first_seed: int, count: int) -> dict[str, float]:
    """Accuracy by field on clean layouts, 0 to 1."""
    clips = filmed(first_seed)
    right = []
    for frames, masks, meant in islice(clips, count):
        named = network.name(frames, masks)
        right.append([named[field] == meant[field] for field in FIELDS])
    shares = np.mean(right, axis=0).round(4).tolist()
    return dict(zip(FIELDS, shares, strict=True))


@click.command()
@click.option("--boards", default=3600, show_default=True, help="Boards to train on.")
@click.option("--epochs", default=10, show_default=True)
@click.option("--checked", default=500, show_default=True, help="Boards to evaluate on.")
def main(boards: int, epochs: int, checked: int) -> None:
    """Train the network and print its accuracy."""
    cv2.setNumThreads(1)
    started = perf_counter()
    network = train(samples(_TRAINING_SEED, boards), epochs)
    right = check(network, _CHECKED_SEED, checked)
    folder = training_folder()
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"network": network.state_dict(), "right": right}, folder / FILE)
    click.echo(json.dumps({"right": right, "seconds": round(perf_counter() - started, 1)}))


if __name__ == "__main__":
    main()
