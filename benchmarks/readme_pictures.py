"""Pictures of the README that show layouts: each camera move, and the shots of the kitchen example.

Usage: python -m benchmarks.readme_pictures [--out docs]. Writes moves.jpg and staging.jpg.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from shots import Shot, ShotList, load_shots, parse_shots
from shots.staging.stage_shot import staged_path
from storyboard.layout import layout_film

_EXAMPLES = Path(__file__).parents[1] / "examples"
_SIZE, _FRAMES = (320, 180), 25
# Move, heading, time, size and lens, action.
_MOVES = (
    ("pan left", "EXT. STREET", "day", "FS, 35mm", "A man waves."),
    ("tilt up", "EXT. FIELD", "sunset", "FS, 35mm", "A woman in a white dress waves."),
    ("push in", "EXT. FOREST", "day", "CU, 50mm", "A woman in a green jacket smiles."),
    ("pull out", "INT. LIBRARY", "day", "MCU, 50mm", "A woman with glasses reads a book."),
    ("track right", "EXT. STREET", "dusk", "WS, 35mm", "A blue car drives from left to right."),
    ("crane up", "EXT. PARK", "sunrise", "FS, 35mm", "A girl in a red dress sits on a bench."),
    ("orbit left", "EXT. SQUARE", "day", "FS, 35mm", "A yellow bus stands still."),
    ("zoom in", "INT. STUDIO", "day", "FS, 35mm", "A pink bottle stands on a table."),
    ("roll right", "EXT. BEACH", "day", "FS, 35mm", "A dog runs from left to right."),
)


def _moves_board() -> ShotList:
    places, scenes = {}, []
    for number, (move, heading, time, lens, action) in enumerate(_MOVES, start=1):
        places[f"place{number}"] = {"heading": heading}
        shot: dict[str, Any] = {"id": str(number), "camera": f"{lens}, {move}", "action": action}
        shot["lighting"] = {"time": time}
        scenes.append({"number": number, "location": f"place{number}", "shots": [shot]})
    board = {"storyboard": 1, "title": "Moves", "locations": places, "scenes": scenes}
    return parse_shots(yaml.safe_dump(board, sort_keys=False), Path("moves.yaml"))


def _frames(board: ShotList, shot: Shot, at: tuple[int, ...], words: str) -> NDArray[np.uint8]:
    """Frames side by side, drawn at twice their size, the first with words on it."""
    path = staged_path(board, shot, num_frames=_FRAMES, aspect=_SIZE[0] / _SIZE[1])
    film, double = layout_film(board, shot, path), (2 * _SIZE[0], 2 * _SIZE[1])
    drawn = [film.frame(k, double).picture for k in at]
    row = np.hstack([cv2.resize(each, _SIZE, interpolation=cv2.INTER_AREA) for each in drawn])
    at_px, font = (8, _SIZE[1] - 10), cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(row, words, at_px, font, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
    return np.asarray(row, np.uint8)


def _write(path: Path, rows: list[NDArray[np.uint8]]) -> None:
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 84])


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("docs"), show_default=True)
def main(out: Path) -> None:
    """Draw the pictures."""
    board = _moves_board()
    at = tuple(int(k) for k in np.linspace(0, _FRAMES - 1, 5))
    moves = [_frames(board, s, at, row[0]) for s, row in zip(board.shots, _MOVES, strict=True)]
    _write(out / "moves.jpg", moves)
    kitchen = load_shots(_EXAMPLES / "kitchen.yaml")
    shots = [_frames(kitchen, shot, (2 * _FRAMES // 3,), shot.id) for shot in kitchen.shots]
    _write(out / "staging.jpg", [np.hstack(shots[k : k + 4]) for k in range(0, len(shots), 4)])


if __name__ == "__main__":
    main()
