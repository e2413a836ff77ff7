"""Contact sheets of one-sentence shots as they are staged, for judgement by eye.

Usage: python -m benchmarks.staging_pictures [SENTENCES.yaml] --out DIR [--only 1-20,33]. Writes
sheets of ten shots, three frames each, under the sentence and what the staging reports about it,
and prints one line of JSON for each shot. The list names for each sentence `n`, `heading`,
`subjects` (of anna, ben, lily), `camera`, `action` and `expect`, which is what has to be in the
picture.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from shots import ShotList, parse_shots
from shots.staging.stage_shot import stage_board, staged_path
from shots.staging.staged import StagedShot
from storyboard.layout import ShotFilm

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


def draw_sentence(entry: dict[str, Any]) -> tuple[NDArray[np.uint8], StagedShot]:
    """The picture (H, W, 3) of three frames of a sentence under its words, and its staging."""
    board = sentence_board(entry)
    shot = board.shots[0]
    staged = stage_board(board)[shot.id]
    film = ShotFilm(staged, staged_path(board, shot, num_frames=NUM_FRAMES, aspect=16 / 9), shot)
    frames = np.hstack([film.frame(at, _SIZE).picture for at in _AT])
    band = np.full((_BAND, frames.shape[1], 3), 24, np.uint8)
    words = f"{entry['n']}  {entry['camera']}  {entry['heading']}: {entry['action']}"
    lines = [(line, (255, 255, 255)) for line in textwrap.wrap(words, 140)[:2]]
    reported = "; ".join([f"{x.words}: {x.why}" for x in staged.not_staged] + [*staged.warnings])
    lines += [(line, (255, 170, 130)) for line in textwrap.wrap(reported, 140)[:2]]
    for row, (line, colour) in enumerate(lines):
        at = (4, 13 + 14 * row)
        cv2.putText(band, line, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)
    return np.vstack([band, frames]), staged


@click.command()
@click.argument("sentences", type=click.Path(path_type=Path), default=SENTENCES)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for sheets.")
@click.option("--only", default="", help="Numbers and ranges, such as 1-20,33.")
def main(sentences: Path, out: Path, only: str) -> None:
    """Draw the sentences of a list."""
    entries = yaml.safe_load(sentences.read_text(encoding="utf-8"))
    ranges = [part.split("-") for part in only.split(",") if part]
    wanted = {n for part in ranges for n in range(int(part[0]), int(part[-1]) + 1)}
    entries = [entry for entry in entries if not wanted or entry["n"] in wanted]
    out.mkdir(parents=True, exist_ok=True)
    for first in range(0, len(entries), _PER_SHEET):
        drawn = []
        for entry in entries[first : first + _PER_SHEET]:
            picture, staged = draw_sentence(entry)
            drawn.append(picture)
            report = {
                "n": entry["n"],
                "set": staged.place.set,
                "staged": [x.what for x in staged.staged],
                "reported": [[x.words, x.why] for x in staged.not_staged],
                "warnings": [*staged.warnings],
            }
            click.echo(json.dumps(report, ensure_ascii=False))
        drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % _COLUMNS)
        rows = [np.hstack(drawn[k : k + _COLUMNS]) for k in range(0, len(drawn), _COLUMNS)]
        sheet = out / f"sentences_{entries[first]['n']:03d}.png"
        cv2.imwrite(str(sheet), np.vstack(rows)[..., ::-1])


if __name__ == "__main__":
    main()
