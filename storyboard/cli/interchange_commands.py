"""The commands `import`, `export` and `campaign`.

Content that cannot be carried over never stops an import; it is listed with its line. Bad input
leaves with exit code 2, and existing files are overwritten only with `--force`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyboard.cli.console import count_of
from storyboard.cli.passes_commands import export_gltf
from storyboard.cli.user_input import PATH, read_file, refuse_existing, write_file
from storyboard.errors import InputError

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from storyboard.interchange.import_report import ImportReport


SCRIPTS = (".fountain", ".spmd", ".txt", ".fdx")
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm")


@click.command("import")
@click.argument("file", type=PATH)
@click.option("-o", "--output", type=PATH, metavar="BOARD",
              help="New board to write; FILE with the suffix .yaml by default.")  # fmt: skip
@click.option("--into", type=PATH, metavar="BOARD",
              help="Merge an edited shot list into the board it was exported from.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(file: Path, output: Path | None, into: Path | None, as_json: bool) -> None:
    """Write a board from FILE: a script (.fountain, .fdx) or a shot list (.csv, .xlsx).

    The report lists, with its line, what was interpreted and what was not carried over.
    """
    from storyboard.interchange.import_report import ImportReport
    from storyboard.interchange.spreadsheet.merge import merge_table
    from storyboard.interchange.spreadsheet.sheet_file import read_table

    _check_arguments(file, output, into)
    report = ImportReport(file)
    content = read_file(file)
    changes: tuple[str, ...] = ()
    if into is None:
        result = _new_board(content, output or file.with_suffix(".yaml"), report)
    else:
        merged = merge_table(read_file(into), into, read_table(content, report), report)
        for path, changed in merged.contents.items():
            write_file(path, changed)
        result, changes = {"board": str(into)}, merged.changes
    if as_json:
        data = {**report.as_json(), **result, "changes": changes}
        click.echo(json.dumps(data, indent=1, ensure_ascii=False))
        return
    for line in (*report.render(), *changes):
        click.echo(line)
    remarks = f", {count_of(len(report.remarks), 'remark')}" if report.remarks else ""
    losses = f", {len(report.losses)} not carried over" if report.losses else ""
    if into is not None:
        click.echo(f"{into}: {count_of(len(changes), 'change')}{remarks}{losses}")
        return
    counts = ", ".join(f"{count} {name}" for name, count in result.items() if name != "board")
    click.echo(f"wrote {result['board']}: {counts}{remarks}{losses}")
    click.echo(f"next: storyboard check {result['board']}")


def _check_arguments(file: Path, output: Path | None, into: Path | None) -> None:
    kind = file.suffix.lower()
    if kind not in SCRIPTS + TABLES:
        raise InputError(
            f"{file}: {f'a {kind} file' if kind else 'a file without a suffix'}, must be one of "
            f"{', '.join(SCRIPTS + TABLES)}. Save it in one of these formats."
        )
    if into is not None and (output is not None or kind in SCRIPTS):
        reason = "cannot merge a script" if kind in SCRIPTS else "cannot be used with -o"
        raise InputError(f"--into {into}: {reason}. Use either -o or --into with a shot list.")


def _new_board(content: bytes, output: Path, report: ImportReport) -> dict[str, object]:
    from shots import parse_shots
    from storyboard.interchange.draft_text import write_board
    from storyboard.interchange.screenplay.final_draft import read_fdx
    from storyboard.interchange.screenplay.fountain import read_fountain
    from storyboard.interchange.screenplay.screenplay_draft import make_draft
    from storyboard.interchange.spreadsheet.row_draft import draft_table
    from storyboard.interchange.spreadsheet.sheet_file import read_table

    kind = report.path.suffix.lower()
    if output.exists():
        merge = f", or merge with --into {output}" if kind in TABLES else ""
        raise InputError(f"{output}: exists already. Name another file with -o{merge}.")
    if kind in TABLES:
        draft = draft_table(read_table(content, report), report)
    else:
        script = read_fdx(content, report) if kind == ".fdx" else read_fountain(content, report)
        draft = make_draft(script, report)
    text = write_board(draft)
    board = parse_shots(text, output)
    write_file(output, text.encode())
    return {
        "board": str(output),
        "scenes": len(board.scenes),
        "shots": len(board.shots),
        "characters": len(board.characters),
        "locations": len(board.locations),
    }


@click.command()
@click.argument("board", type=PATH)
@click.option("--to", "form", required=True, type=click.Choice(["csv", "xlsx", "chan", "gltf"]),
              help="Format: csv, xlsx for Excel and LibreOffice, chan for cameras in Nuke and "
              "Blender, or gltf for set, cast and camera in any 3D program.")  # fmt: skip
@click.option("-o", "--output", type=PATH, metavar="FILE",
              help="File to write, or folder for chan and gltf; named after BOARD "
              "by default.")  # fmt: skip
@click.option("--by", type=click.Choice(["shot", "setup"]), default="shot", show_default=True,
              help="A row for each shot, or for each camera set-up in the order of "
              "shooting.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite FILE with all edits in it.")
def export(board: Path, form: str, output: Path | None, by: str, force: bool) -> None:
    """Write the shots of BOARD as a shot list for a spreadsheet, or their cameras.

    `storyboard import FILE --into BOARD` merges an edited shot list. A .chan file holds one line a
    frame: frame, position in metres with y up, rotation in degrees (order ZXY), vertical field of
    view; the subject stands at the origin.
    """
    if form in ("chan", "gltf") and by == "setup":
        raise InputError(f"--by setup: not with --to {form}, must be csv or xlsx. Use --to csv.")
    if form == "gltf":
        export_gltf(board, output or board.with_name(f"{board.stem}_scenes"), force)
        return
    if form == "chan":
        _export_cameras(board, output or board.with_name(f"{board.stem}_cameras"), force)
        return
    from shots import parse_shots
    from storyboard.interchange.spreadsheet.merge import left_behind, shot_list
    from storyboard.interchange.spreadsheet.sheet_file import write_csv, write_xlsx

    content = read_file(board)
    if by == "setup":
        _export_setups(board, form, output or board.with_name(f"{board.stem}_setups.{form}"), force)
        return
    rows = shot_list(content, board)
    output = output or board.with_suffix(f".{form}")
    if output.exists() and not force:
        raise InputError(
            f"{output}: exists already, and may have been edited. Merge it with `storyboard import "
            f"{output} --into {board}`, name another file with -o, or overwrite it with --force."
        )
    shots = parse_shots(content, board)
    title = shots.title or board.stem
    write_file(output, write_csv(rows) if form == "csv" else write_xlsx(rows, title))
    click.echo(f"wrote {output}: {len(rows) - 1} shots")
    kept = [f"{name} ({count})" for name, count in left_behind(shots).items()]
    if kept:
        click.echo(f"not in the table, kept on the board: {', '.join(kept)}")


def _export_setups(board: Path, form: str, output: Path, force: bool) -> None:
    """Write a shot list by set-up, which is for the crew and cannot be merged back."""
    from shots import parse_shots
    from shots.staging.stage_shot import stage_board
    from storyboard.interchange.spreadsheet.setup_list import setup_list
    from storyboard.interchange.spreadsheet.sheet_file import write_csv, write_xlsx

    if output.exists() and not force:
        raise InputError(
            f"{output}: exists already. Name another file with -o, or overwrite it with --force."
        )
    shots = parse_shots(read_file(board), board)
    rows = setup_list(shots, stage_board(shots))
    title = shots.title or board.stem
    write_file(output, write_csv(rows) if form == "csv" else write_xlsx(rows, title))
    click.echo(f"wrote {output}: {count_of(len(rows) - 1, 'set-up')} of {len(shots.shots)} shots")


def _export_cameras(board: Path, folder: Path, force: bool) -> None:
    """Write one .chan file per shot."""
    from shots import parse_shots
    from shots.staging.stage_shot import staged_path
    from shots.vocabulary.values import whole_frames
    from storyboard.take.take import camera_seed

    shots = parse_shots(read_file(board), board)
    width, height = shots.format.aspect
    targets = {shot.id: folder / f"{shot.id}.chan" for shot in shots.shots}
    refuse_existing(targets.values(), force=force)
    for shot in shots.shots:
        path = staged_path(
            shots,
            shot,
            num_frames=whole_frames(shot.duration_s, shots.format.fps) or 1,
            aspect=width / height,
            seed=camera_seed(shots.style.seed, shot.scene, shot.id),
        )
        write_file(targets[shot.id], chan_text(path).encode())
    click.echo(f"wrote {folder}: the cameras of {count_of(len(targets), 'shot')}")


def chan_text(path: CameraPath, first_frame: int = 1) -> str:
    """A camera path as a .chan file for Nuke, Houdini and Blender.

    Columns: frame, position x y z in metres, rotation x y z in degrees in the order ZXY (yaw, pitch
    and roll of the camera), vertical field of view in degrees. The ground is y = 0.
    """
    import numpy as np

    # In a camera path y points down and z forward; here y points up and the camera looks along -z.
    position = path.camera_to_world[:, :, 3] * np.array([1.0, -1.0, -1.0])
    yaw, pitch, roll = path.yaw_pitch_roll_deg().T
    view = np.degrees(2 * np.arctan(0.5 / (path.focal * path.aspect)))
    # Adding zero turns -0.0 into 0.0.
    columns = np.column_stack([position, pitch, -yaw, -roll, view]) + 0.0
    return "".join(
        "\t".join([str(first_frame + k), *(f"{value:.6f}" for value in row)]) + "\n"
        for k, row in enumerate(columns)
    )


@click.command()
@click.argument("subject")
@click.argument("more", nargs=-1, metavar="[AXIS=VALUES]...")
@click.option("--axes", multiple=True, metavar="AXIS=VALUES",
              help="Axes of the variants: format=16:9,9:16 length=full,6s "
              "locale=en-US,fr-FR.")  # fmt: skip
@click.option("-o", "--output", type=PATH, default=Path("campaign.yaml"), metavar="BOARD",
              show_default=True, help="New board to write.")  # fmt: skip
def campaign(subject: str, more: tuple[str, ...], axes: tuple[str, ...], output: Path) -> None:
    """Write a campaign board about SUBJECT, such as "a bottle of perfume".

    The board has six shots from a template and the variants that the axes describe.
    """
    from shots import parse_shots
    from storyboard.interchange.campaign_template import read_axes, write_campaign

    if output.exists():
        raise InputError(f"{output}: exists already. Name another file with -o.")
    text = write_campaign(subject, read_axes([part for part in (*axes, *more) if part]))
    board = parse_shots(text, output)
    write_file(output, text.encode())
    click.echo(f"wrote {output}: {len(board.shots)} shots, {len(board.variants)} variants")
    click.echo(f"next: storyboard plan {output} --quality layout --variant all")


COMMANDS: tuple[click.Command, ...] = (import_, export, campaign)
