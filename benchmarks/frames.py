"""Speed of the layout renderer: one frame of three people in a kitchen, on one core.

Usage: python -m benchmarks.frames --repeats 3. Prints milliseconds of processor time a frame, the
least of the repeats, for a camera that stands and one that moves, with parts, and last a line of
JSON. `digest` is of the pictures: an optimisation must leave it alone.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from time import process_time

import click

from shots import parse_shots
from shots.staging.stage_shot import staged_path
from storyboard.layout import ShotFilm, layout_film

SIZE = (960, 540)
NUM_FRAMES = 12
_BOARD = """
storyboard: 1
title: Kitchen
characters:
  anna: {name: ANNA, looks: a woman in her thirties with dark hair, wardrobe: a green jumper}
  ben: {name: BEN, looks: a heavy man of fifty with a beard, wardrobe: a white shirt and glasses}
  lily: {name: LILY, looks: a girl of eight, wardrobe: a red dress}
locations:
  kitchen: {heading: INT. KITCHEN}
scenes:
- number: 1
  location: kitchen
  shots:
  - id: "1"
    subjects: [anna, ben, lily]
    camera: MWS, 35mm
    action: Anna sits at the table. Ben drinks from a cup. Lily walks to the table.
  - id: "2"
    subjects: [anna, ben, lily]
    camera: MWS, 35mm, track right
    action: Anna sits at the table. Ben drinks from a cup. Lily walks to the table.
"""


def films() -> dict[str, ShotFilm]:
    """The films that are measured, by name."""
    board = parse_shots(_BOARD, Path("kitchen.yaml"))
    aspect = SIZE[0] / SIZE[1]
    return {
        shot.id: layout_film(
            board, shot, staged_path(board, shot, num_frames=NUM_FRAMES, aspect=aspect)
        )
        for shot in board.shots
    }


def milliseconds(film: ShotFilm) -> tuple[float, float, str]:
    """Of a frame, of what is built for it alone, and the digest of the pictures."""
    digest, total, built = sha256(), 0.0, 0.0
    for k in range(NUM_FRAMES):
        began = process_time()
        film.scene(k)
        middle = process_time()
        frame = film.frame(k, SIZE)
        if k:  # the first one also fills what is kept
            total, built = total + process_time() - began, built + middle - began
        digest.update(frame.picture.tobytes() + frame.depth.tobytes() + frame.owner.tobytes())
    scale = 1000 / (NUM_FRAMES - 1)
    return total * scale, built * scale, digest.hexdigest()[:16]


@click.command()
@click.option("--repeats", default=3, show_default=True)
def main(repeats: int) -> None:
    """Measure the time of a frame."""
    for film in films().values():
        film.frame(0, SIZE)  # compiles
    report: dict[str, object] = {}
    for name in films():
        runs = [milliseconds(films()[name]) for _ in range(repeats)]
        total, built, digest = min(runs)
        report[name] = {"ms": round(total, 1), "of it scene": round(built, 1), "digest": digest}
        click.echo(f"{name:8s} {total:6.1f} ms a frame, {built:5.1f} of it to build the scene")
    click.echo(json.dumps(report))


if __name__ == "__main__":
    main()
