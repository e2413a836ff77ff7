"""Consistency within a scene: palettes under one style seed and two, and drift along a chain.

Usage: python -m benchmarks.consistency --scenes 12 --chains 6

Unseen scenes of two shots, one light and two cameras, are rendered as drafts under two style seeds;
palettes are compared between shots of one seed, of different seeds, and of the layouts. Then unseen
shots are continued three times from their last frame, and each continuation is compared with the
first shot. Prints two tables and, last, a line of JSON.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import cv2
import numpy as np

from benchmarks.scenes import read, scene_mapping
from shots import ShotList
from storyboard.events import Event
from storyboard.film.video import read_video
from storyboard.judge.coherence import MEASURES, Look, measure_look
from storyboard.plan.request import Request
from storyboard.run.commands import render_board
from storyboard.run.preview import Options, RunSpec, preview
from training.films.boards import UNSEEN_SEED, Board

FIRST_SEED = UNSEEN_SEED + 4_000_000
DURATION = "34f"  # 17 pictures, each shown twice
LINKS = 3
_OPTIONS = Options(animatic=False, sheet=False, score=False)
_OTHER_STYLE = 77_777  # added to a board's seed

Looks = Mapping[str, Look]
"""By the id of a shot."""


def looks(board: ShotList, request: Request, folder: Path) -> Looks:
    """Render a board and measure the look of every shot."""

    def ignore(_: Event) -> None:
        pass

    spec = RunSpec(board, request, folder, _OPTIONS)
    outcome = render_board(spec, ignore)
    if outcome.failures:
        raise click.ClickException(next(iter(outcome.failures.values())))
    previewed = preview(spec, ignore)
    found = {}
    for take in previewed.plan.takes:
        frames = np.stack(list(read_video(previewed.store.path(previewed.plan.final(take)))))
        found[take.shot.id] = measure_look(frames)
    return found


def scene(seed: int) -> Board:
    """Two short shots by two cameras."""
    board = scene_mapping(seed)
    for shot in board["scenes"][0]["shots"]:
        shot["duration"] = DURATION
    return board


def chain(seed: int) -> Board:
    """One short static shot, continued from its last frame with the same words."""
    board = scene(seed)
    first: dict[str, Any] = board["scenes"][0]["shots"][0]
    first["camera"] = first["camera"] | {"movement": "static"}
    first["camera"].pop("speed", None)
    later = [
        first | {"id": str(k), "continuity": {"from": "last-frame"}} for k in range(2, LINKS + 2)
    ]
    board["scenes"][0]["shots"] = [first, *later]
    return board


def in_style(mapping: Board, seed: int, added: int) -> ShotList:
    """A board with its style seed offset."""
    style = mapping["style"] | {"seed": mapping["style"]["seed"] + added}
    return read(mapping | {"style": style}, seed)


def palettes(first_seed: int, scenes: int, request: Request, work: Path) -> dict[str, list[float]]:
    """Distances between two shots of a scene, Lab units: one style seed, two, and layouts."""
    found: dict[str, list[float]] = {"shared": [], "different": [], "layout": []}
    for seed in range(first_seed, first_seed + scenes):
        mapping = scene(seed)
        one, two = (
            looks(in_style(mapping, seed, added), request, work / f"{seed}_{added}")
            for added in (0, _OTHER_STYLE)
        )
        layout = looks(read(mapping, seed), Request(quality="layout"), work / f"{seed}_layout")
        for kind, pairs in (
            ("shared", ((one["1"], one["2"]), (two["1"], two["2"]))),
            ("different", ((one["1"], two["2"]), (two["1"], one["2"]))),
            ("layout", ((layout["1"], layout["2"]),)),
        ):
            found[kind] += [a.distances(b)["palette"] for a, b in pairs]
    return found


def chained(first_seed: int, chains: int, request: Request, work: Path) -> list[list[list[float]]]:
    """The distances of each later shot of a chain from its first, (chains, LINKS, MEASURES)."""
    found = []
    for seed in range(first_seed, first_seed + chains):
        each = looks(read(chain(seed), seed), request, work / f"{seed}_chain")
        apart = [each["1"].distances(each[str(k)]) for k in range(2, LINKS + 2)]
        found.append([[distance[name] for name in MEASURES] for distance in apart])
    return found


def median(values: Sequence[float]) -> float:
    """Median, rounded to three digits."""
    return round(float(np.median(values)), 3)


@click.command()
@click.option("--weights", type=click.Path(path_type=Path), help="Default: the shipped weights.")
@click.option("--scenes", default=12, show_default=True)
@click.option("--chains", default=6, show_default=True)
@click.option("--first-seed", default=FIRST_SEED, show_default=True)
def main(weights: Path | None, scenes: int, chains: int, first_seed: int) -> None:
    """Compare shots of a scene, and links of a chain."""
    cv2.setNumThreads(1)
    started = perf_counter()
    request = Request(preset="greybox", quality="draft", weights=weights)
    with tempfile.TemporaryDirectory() as work:
        apart = palettes(first_seed, scenes, request, Path(work))
        drift = chained(first_seed + 1000, chains, request, Path(work))
    middle = {kind: median(distances) for kind, distances in apart.items()}
    ratio = round(middle["shared"] / middle["different"], 3)
    click.echo("palette, two shots of a scene: median distance, Lab units")
    for kind, distance in middle.items():
        click.echo(f"  {kind:12s}{distance:8.2f}   of {len(apart[kind])}")
    click.echo(f"  shared over different: {ratio:.2f} (goal: at most 0.5)")
    links = np.median(np.array(drift), axis=0).round(3)
    click.echo(f"chained, median distance from the first shot, {len(drift)} chains")
    for k, row in enumerate(links, start=1):
        figures = ", ".join(f"{n} {x:.2f}" for n, x in zip(MEASURES, row, strict=True))
        click.echo(f"  after {k}: {figures}")
    report = {
        "palette": middle,
        "shared over different": ratio,
        "chained": {name: links[:, k].tolist() for k, name in enumerate(MEASURES)},
        "scenes": scenes,
        "chains": chains,
        "seconds": round(perf_counter() - started, 1),
    }
    click.echo(json.dumps(report))


if __name__ == "__main__":
    main()
