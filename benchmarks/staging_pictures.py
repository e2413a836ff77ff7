"""Contact sheets of shots as they are staged, for judgement by eye.

Usage: python -m benchmarks.staging_pictures [LIST.yaml] --out DIR [--only 1-20,33]. Writes sheets
of ten shots, three frames each, under the sentence and what the staging reports about it, and
prints one line of JSON for each shot. The list is a board, or a list of sentences, each a shot of
its own board, with `n`, `heading`, `subjects` (of anna, ben, lily), `camera`, `action` and
`expect`, which is what has to be in the picture.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from shots import ShotList, load_shots, parse_shots
from shots.schema import Shot
from shots.staging.stage_shot import stage_board, staged_path
from shots.staging.staged import StagedShot
from storyboard.layout import ShotFilm
from storyboard.layout.contacts import missed_contacts

SENTENCES = Path(__file__).with_name("staging_sentences.yaml")
CHARACTERS = {
    "anna": {"name": "ANNA", "looks": "a woman in her thirties with dark hair"},
    "ben": {"name": "BEN", "looks": "a man of about fifty with a beard"},
    "lily": {"name": "LILY", "looks": "a girl of eight"},
}
TIMES = {
    **dict.fromkeys(("DUSK", "EVENING"), "dusk"),
    "NIGHT": "night",
    "DAWN": "dawn",
    "SUNSET": "sunset",
}
NUM_FRAMES = 41
_AT = (4, 20, 36)  # frames drawn
_SIZE = (320, 180)
_BAND = 60  # pixels of text above the frames of a shot
_COLUMNS, _PER_SHEET = 2, 10


def sentence_board(entry: dict[str, Any]) -> ShotList:
    """A board of one shot of four seconds from an entry of the list."""
    place, _, time = entry["heading"].rpartition(" - ")
    shot = {"id": "1", "camera": entry["camera"], "action": entry["action"]}
    if entry["subjects"]:
        shot["subjects"] = entry["subjects"]
    board = {
        "storyboard": 1,
        "title": f"Sentence {entry['n']}",
        "characters": CHARACTERS,
        "locations": {"place": {"heading": place or entry["heading"]}},
        "scenes": [{"number": 1, "location": "place", "shots": [shot]}],
        "defaults": {
            "duration": "4s",
            "lighting": {"time": TIMES.get((time.split() or ["DAY"])[0], "day")},
        },
    }
    return parse_shots(yaml.safe_dump(board, allow_unicode=True), Path(f"{entry['n']}.yaml"))


def draw_shot(board: ShotList, shot: Shot, staged: StagedShot, number: int) -> NDArray[np.uint8]:
    """The picture (H, W, 3) of three frames of a shot under its words and what is reported."""
    film = ShotFilm(staged, staged_path(board, shot, num_frames=NUM_FRAMES, aspect=16 / 9), shot)
    frames = np.hstack([film.frame(at, _SIZE).picture for at in _AT])
    band = np.full((_BAND, frames.shape[1], 3), 24, np.uint8)
    heading = shot.location.heading if shot.location else ""
    camera = " ".join(filter(None, (shot.camera.size, shot.camera.view, *shot.camera.movement)))
    words = f"{number}  {camera}  {heading}: {shot.action}"
    lines = [(line, (255, 255, 255)) for line in textwrap.wrap(words, 140)[:2]]
    lost = [f"{x.words}: {x.why}" for x in staged.not_staged]
    words_left = [f"prompt only: {', '.join(staged.prompt_only)}"] if staged.prompt_only else []
    reported = "; ".join([*lost, *missed_contacts(film), *staged.warnings, *words_left])
    lines += [(line, (255, 170, 130)) for line in textwrap.wrap(reported, 140)[:2]]
    for row, (line, colour) in enumerate(lines):
        at = (4, 13 + 14 * row)
        cv2.putText(band, line, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)
    return np.vstack([band, frames])


def staged_shots(path: Path) -> Iterator[tuple[int, ShotList, Shot, StagedShot]]:
    """Number, board, shot and staging of the shots of a board or of a list of sentences."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    if isinstance(entries, dict):
        boards = [load_shots(path)]
    else:
        boards = [sentence_board(entry) for entry in entries]
    numbers = iter(range(1, 10_000) if isinstance(entries, dict) else [x["n"] for x in entries])
    for board in boards:
        staged = stage_board(board)
        for shot in board.shots:
            yield next(numbers), board, shot, staged[shot.id]


@click.command()
@click.argument("sentences", type=click.Path(path_type=Path), default=SENTENCES)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for sheets.")
@click.option("--only", default="", help="Numbers and ranges, such as 1-20,33.")
def main(sentences: Path, out: Path, only: str) -> None:
    """Draw the shots of a list."""
    ranges = [part.split("-") for part in only.split(",") if part]
    wanted = {n for part in ranges for n in range(int(part[0]), int(part[-1]) + 1)}
    shots = [each for each in staged_shots(sentences) if not wanted or each[0] in wanted]
    out.mkdir(parents=True, exist_ok=True)
    for first in range(0, len(shots), _PER_SHEET):
        drawn = []
        for number, board, shot, staged in shots[first : first + _PER_SHEET]:
            drawn.append(draw_shot(board, shot, staged, number))
            report = {
                "n": number,
                "set": staged.place.set,
                "staged": [x.what for x in staged.staged],
                "reported": [[x.words, x.why] for x in staged.not_staged],
                "warnings": [*staged.warnings],
                "prompt_only": [*staged.prompt_only],
            }
            click.echo(json.dumps(report, ensure_ascii=False))
        drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % _COLUMNS)
        rows = [np.hstack(drawn[k : k + _COLUMNS]) for k in range(0, len(drawn), _COLUMNS)]
        sheet = out / f"sentences_{shots[first][0]:03d}.png"
        cv2.imwrite(str(sheet), np.vstack(rows)[..., ::-1])


if __name__ == "__main__":
    main()
