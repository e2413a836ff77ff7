"""Commands that write the staging for other tools: passes as pictures, scenes as glTF."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyboard.cli.console import count_of
from storyboard.cli.user_input import PATH, refuse_existing
from storyboard.errors import InputError

if TYPE_CHECKING:
    from shots.schema import Shot, ShotList
    from storyboard.layout import ShotFilm
    from storyboard.layout.passes.passes_writer import Target

TARGET_NAMES = ("wan", "ltx", "cosmos", "vfx")


@click.command()
@click.argument("board", type=PATH)
@click.option("-o", "--output", type=PATH, required=True, help="Folder to write into.")
@click.option("--for", "target", type=click.Choice(TARGET_NAMES),
              help="Model or tool that reads the passes: it decides size, rate, number of frames "
              "and the form of depth.")  # fmt: skip
@click.option("--shot", "ids", multiple=True, help="Only this shot; may be repeated.")
@click.option("--force", is_flag=True, help="Write into a folder that has passes already.")
def passes(
    board: Path, output: Path, target: str | None, ids: tuple[str, ...], force: bool
) -> None:
    """Write depth, normals, ids, lines, poses, clay and beauty of the staged shots of BOARD.

    Files are OUTPUT/SHOT/PASS/0000.png and OUTPUT/passes.json, which holds cameras and names.
    """
    from shots import load_shots
    from storyboard.layout.passes.film_passes import pass_frames, pass_record
    from storyboard.layout.passes.passes_writer import TARGETS, write_passes_json, write_shot_passes
    from storyboard.plan.sizes import layout_size

    if (output / "passes.json").exists() and not force:
        raise InputError(
            f"{output}: holds passes already. Name another folder with -o, or write over them "
            "with --force."
        )
    shots = load_shots(board)
    form = TARGETS[target or ""]
    size = layout_size(Fraction(*shots.format.aspect), form.area, form.grain)
    fps = Fraction(form.fps) if form.fps else shots.format.fps
    chosen = [shots.shot(name) for name in ids] or list(shots.shots)
    rows = {}
    for shot in chosen:
        film = shot_film(shots, shot, num_frames(form, shot, fps), size)
        frames = pass_frames(film, size, target or "")
        record = pass_record(film, size)
        rows[shot.id] = write_shot_passes(output, shot.id, frames, record, target or "")
        click.echo(f"{shot.id}: {count_of(film.path.num_frames, 'frame')}", err=True)
    path = write_passes_json(output, size, float(fps), rows)
    click.echo(f"wrote {path}: {count_of(len(rows), 'shot')}, {size[0]}x{size[1]}")


def export_gltf(board: Path, folder: Path, force: bool) -> None:
    """Write one .glb file per shot: set, cast, things and the moving camera.

    Raises:
        InputError: A file exists, and `force` is not given.
    """
    from shots import load_shots
    from storyboard.layout.gltf import write_gltf
    from storyboard.layout.passes.film_passes import gltf_parts
    from storyboard.plan.sizes import layout_size

    shots = load_shots(board)
    size = layout_size(Fraction(*shots.format.aspect))
    targets = {shot.id: folder / f"{shot.id}.glb" for shot in shots.shots}
    refuse_existing(targets.values(), force=force)
    folder.mkdir(parents=True, exist_ok=True)
    fps = shots.format.fps
    for shot in shots.shots:
        film = shot_film(shots, shot, round(shot.duration_s * fps), size)
        cameras = [film.camera(k) for k in range(film.path.num_frames)]
        write_gltf(
            targets[shot.id], gltf_parts(film), cameras, size=size, fps=float(fps), rig=film.rig,
            ground=film.ground,
        )  # fmt: skip
    click.echo(f"wrote {folder}: {count_of(len(targets), 'scene')}")


def shot_film(shots: ShotList, shot: Shot, count: int, size: tuple[int, int]) -> ShotFilm:
    """The film of a shot in a number of frames."""
    from shots.staging.stage_shot import staged_path
    from storyboard.layout import layout_film
    from storyboard.take.take import camera_seed

    seed = camera_seed(shots.style.seed, shot.scene, shot.id)
    path = staged_path(shots, shot, num_frames=max(count, 1), aspect=size[0] / size[1], seed=seed)
    return layout_film(shots, shot, path)


def num_frames(form: Target, shot: Shot, fps: Fraction) -> int:
    """Frames of a shot at a rate: a multiple of the target's step plus one, not shorter."""
    exact = round(shot.duration_s * fps)
    return exact if form.step == 1 else -(-(exact - 1) // form.step) * form.step + 1


COMMANDS = (passes,)
