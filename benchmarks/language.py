"""Time of `check`, `fmt` and `plan` on long boards, and whether it grows linearly.

Usage: python -m benchmarks.language --shots 1000,10000

A run on a board of ten shots loads the imports before the clock starts. CPU seconds are printed
beside wall seconds, since they also hold on a busy machine. Prints a table and, last, a line of
JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import click

from storyboard.cli.main import run

SHOTS_PER_SCENE = 20
HEAD = """\
storyboard: 1
title: A Long Board
style: {seed: 1, palette: [cool], texture: 35mm film grain}
characters:
  mara: {name: MARA, as: the woman, looks: a woman in her thirties, wardrobe: {tram: a raincoat}}
  ilya: {name: ILYA, as: the driver, looks: a thin tram driver, wardrobe: {tram: a uniform}}
locations:
  stop: {heading: EXT. TRAM STOP, looks: a deserted tram stop on a cobbled street}
lighting:
  rain: {time: night, source: practical, direction: edge, quality: hard}
defaults: {duration: 2s, camera: "MS, eye level, static, 35mm"}
scenes:
"""
# One of each kind in turn: shorthands and mappings, people and places, lines, joins, chains.
SHOTS = (
    "{{id: {id}, camera: 'EWS, establishing, crane down slow, 24mm', action: Rain falls on it.}}",
    "{{id: {id}, subjects: [mara], camera: {{size: MWS, movement: follow, speed: fast}}, "
    "action: Mara runs along the kerb from left to right.}}",
    "{{id: {id}, subjects: [mara], camera: 'MCU, single, push in slow, 85mm, shallow', "
    "lighting: {{source: firelight, tone: warm}}, action: Mara stops and looks up., "
    "dialogue: [{{who: mara, line: One more., at: 1s}}]}}",
    "{{id: {id}, subjects: [ilya, mara], camera: 'MS, OTS, 50mm', composition: right-heavy, "
    "action: Over Ilya's shoulder Mara holds out a coin., transition: dissolve 8f}}",
    "{{id: {id}, camera: 'ECU, insert, overhead, macro', action: The fingers close over a coin., "
    "continuity: {{from: style-only, match-color: 0.5}}, priority: 2}}",
)


def long_board(num_shots: int) -> str:
    """A board with this many shots, twenty a scene."""
    return HEAD + "".join(_scenes(num_shots))


def _scenes(num_shots: int) -> Iterator[str]:
    for k in range(num_shots):
        scene, place = divmod(k, SHOTS_PER_SCENE)
        if not place:
            yield f"  - number: {scene + 1}\n    location: stop\n    lighting: rain\n"
            yield "    wardrobe: tram\n    shots:\n"
        shot = SHOTS[k % len(SHOTS)].format(id=f"{scene + 1}-{place + 1}")
        yield f"      - {shot}\n"


@click.command()
@click.option("--shots", default="1000,10000", show_default=True, help="Lengths of the boards.")
@click.option("--commands", default="check,fmt,plan", show_default=True)
def main(shots: str, commands: str) -> None:
    """Time the commands."""
    results = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "board.yaml"
        for name in commands.split(","):
            _time(name, path, 10)
            for num_shots in map(int, shots.split(",")):
                wall_s, processor_s = _time(name, path, num_shots)
                results.append(
                    {
                        "command": name,
                        "shots": num_shots,
                        "wall_s": round(wall_s, 3),
                        "processor_s": round(processor_s, 3),
                    }
                )
                each = processor_s / num_shots * 1e6
                click.echo(
                    f"{name:6} {num_shots:6} shots  {wall_s:7.2f} s  "
                    f"processor {processor_s:7.2f} s  {each:6.0f} us a shot"
                )
    click.echo(json.dumps(results))


def _time(name: str, path: Path, num_shots: int) -> tuple[float, float]:
    """Wall and CPU seconds of one command."""
    path.write_text(long_board(num_shots), encoding="utf-8")
    arguments = [name, str(path), *(["--quality", "layout"] if name == "plan" else [])]
    if name == "fmt":
        arguments = [name, "--check", str(path)]
    with redirect_stdout(StringIO()) as output, redirect_stderr(output):
        wall_s, processor_s = perf_counter(), process_time()
        code = run(arguments)
        wall_s, processor_s = perf_counter() - wall_s, process_time() - processor_s
    if code not in (0, 2) or (code == 2 and name != "fmt"):
        raise SystemExit(f"{name}: exit code {code}:\n{output.getvalue()[:2000]}")
    return wall_s, processor_s


if __name__ == "__main__":
    main()
