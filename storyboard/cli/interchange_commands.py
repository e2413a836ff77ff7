"""The commands `import` and `export`: scripts and shot lists become boards, and boards shot lists.

Cameras leave as well, as data for a 3D tool.

`cli.py` registers `COMMANDS`. A cell or a line that cannot be carried over never stops an import:
it is listed with its place. Bad input leaves with exit code 2, and nothing is overwritten unasked.

The command `campaign`: a board with variants from one sentence. `cli.py` registers it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyboard.cli.user_files import read_file, write_file
from storyboard.errors import InputError

if TYPE_CHECKING:
    from storyboard.interchange.draft import Draft
    from storyboard.interchange.import_report import Report


SCRIPTS = (".fountain", ".spmd", ".txt", ".fdx")
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="BOARD",
    help="Board to write; FILE with .yaml if left out. Never overwritten.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="BOARD",
    help="Merge an edited shot list into the board that it was exported from.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(file: Path, output: Path | None, into: Path | None, as_json: bool) -> None:  # fmt: skip
    """Make a board of FILE: a script (.fountain, .fdx) or a shot list (.csv, .xlsx).

    Prints what had to be guessed, and everything that could not be carried over, with its line.
    """
    from storyboard.interchange.import_report import Report

    kind = file.suffix.lower()
    if kind not in SCRIPTS + TABLES:
        raise InputError(
            f"{file}: {f'a {kind} file' if kind else 'a file without an ending'}, must be one of "
            f"{', '.join(SCRIPTS + TABLES)}. Save it as one of them."
        )
    if into is not None and (output is not None or kind in SCRIPTS):
        reason = "a script begins a board" if kind in SCRIPTS else "--into changes its board"
        raise InputError(f"--into {into}: {reason}. Use either -o or --into with a shot list.")
    report = Report(file)
    content = read_file(file)
    if into is not None:
        told = _merge(content, into, report)
    else:
        told = _make_board(content, output or file.with_suffix(".yaml"), report)
    if as_json:
        click.echo(json.dumps({**report.as_json(), **told}, indent=1, ensure_ascii=False))
        return
    for line in report.render():
        click.echo(line)
    _say(told, report)


def _make_board(content: bytes, output: Path, report: Report) -> dict[str, object]:
    from shots import parse_shots
    from storyboard.interchange.draft_text import write_board

    if output.exists():
        remedy = "Name another file with -o"
        if report.path.suffix.lower() in TABLES:
            remedy += f", or merge with --into {output}"
        raise InputError(f"{output}: exists already. {remedy}.")
    text = write_board(_draft(content, report))
    board = parse_shots(text, output)
    write_file(output, text.encode())
    return {
        "board": str(output),
        "scenes": len(board.scenes),
        "shots": len(board.shots),
        "characters": len(board.characters),
        "locations": len(board.locations),
        "changes": [],
    }


def _draft(content: bytes, report: Report) -> Draft:
    from storyboard.interchange.screenplay.final_draft import read_fdx
    from storyboard.interchange.screenplay.fountain import read_fountain
    from storyboard.interchange.screenplay.screenplay_draft import make_draft
    from storyboard.interchange.spreadsheet.row_draft import draft_table
    from storyboard.interchange.spreadsheet.sheet_file import read_table

    kind = report.path.suffix.lower()
    if kind in TABLES:
        return draft_table(read_table(content, report), report)
    script = read_fdx(content, report) if kind == ".fdx" else read_fountain(content, report)
    return make_draft(script, report)


def _merge(content: bytes, board: Path, report: Report) -> dict[str, object]:
    from storyboard.interchange.spreadsheet.merge import merge_table
    from storyboard.interchange.spreadsheet.sheet_file import read_table

    merged = merge_table(read_file(board), board, read_table(content, report), report)
    for path, changed in merged.contents.items():
        write_file(path, changed)
    return {"board": str(board), "changes": list(merged.changes)}


def _say(told: dict[str, object], report: Report) -> None:
    """One line per change, and one for the whole."""
    changes = told["changes"]
    assert isinstance(changes, list)
    for change in changes:
        click.echo(change)
    if "scenes" in told:
        keys = ("scenes", "shots", "characters", "locations")
        done = f"wrote {told['board']}: {', '.join(f'{told[key]} {key}' for key in keys)}"
    else:
        done = f"{told['board']}: {_count(len(changes), 'change')}"
    if report.remarks:
        done += f", {_count(len(report.remarks), 'remark')}"
    if report.losses:
        done += f", {len(report.losses)} not carried over"
    click.echo(done)
    if "scenes" in told:
        click.echo(f"next: storyboard check {told['board']}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


@click.command()
@click.argument("board", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "form",
    required=True,
    type=click.Choice(["csv", "xlsx", "chan"]),
    help="csv, xlsx for Excel and LibreOffice, or the cameras as chan for Nuke and Blender.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write, or for chan a folder; named after BOARD if left out.",
)
@click.option("--force", is_flag=True, help="Overwrite FILE, and what was edited in it.")
def export(board: Path, form: str, output: Path | None, force: bool) -> None:  # fmt: skip
    """Write the shots of BOARD as a shot list to edit in a spreadsheet, or their cameras.

    `storyboard import FILE --into BOARD` brings back what was edited. A .chan file holds one line a
    frame of the cut: frame, position in metres with y up, rotation in degrees (order ZXY), vertical
    field of view; the subject stands at the origin.
    """
    if form == "chan":
        _export_cameras(board, output or board.with_name(f"{board.stem}_cameras"), force)
        return
    from shots import parse_shots
    from storyboard.interchange.spreadsheet.merge import left_behind, shot_list
    from storyboard.interchange.spreadsheet.sheet_file import write_csv, write_xlsx

    content = read_file(board)
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
        click.echo(f"only on the board, which keeps it: {', '.join(kept)}")


def _export_cameras(board: Path, folder: Path, force: bool) -> None:
    """Write one .chan file a shot."""
    from shots import camera_path, parse_shots
    from shots.vocabulary.values import whole_frames
    from storyboard.interchange.chan import chan_text
    from storyboard.take.seeds import camera_seed

    shots = parse_shots(read_file(board), board)
    width, height = shots.format.aspect
    targets = {shot.id: folder / f"{shot.id}.chan" for shot in shots.shots}
    there = [path for path in targets.values() if path.exists()]
    if there and not force:
        raise InputError(
            f"{there[0]}: exists already. Name another folder with -o, or overwrite with --force."
        )
    for shot in shots.shots:
        path = camera_path(
            shot,
            num_frames=whole_frames(shot.duration_s, shots.format.fps) or 1,
            aspect=width / height,
            seed=camera_seed(shots.style.seed, shot.scene, shot.id),
        )
        write_file(targets[shot.id], chan_text(path).encode())
    click.echo(f"wrote {folder}: the cameras of {_count(len(targets), 'shot')}")


COMMANDS: tuple[click.Command, ...] = (import_, export)


@click.command()
@click.argument("subject")
@click.argument("more", nargs=-1, metavar="[AXIS=VALUES]...")
@click.option(
    "--axes",
    multiple=True,
    metavar="AXIS=VALUES",
    help="What versions differ in: format=16:9,9:16 length=full,6s locale=en-US,fr-FR.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("campaign.yaml"),
    metavar="BOARD",
    show_default=True,
    help="Board to write. Never overwritten.",
)
def campaign(subject: str, more: tuple[str, ...], axes: tuple[str, ...], output: Path) -> None:
    """Write a campaign board about SUBJECT, like "a bottle of perfume", with AXES as its variants."""
    from shots import parse_shots
    from storyboard.interchange.campaign_template import read_axes, write_campaign

    if output.exists():
        raise InputError(f"{output}: exists already. Name another file with -o.")
    text = write_campaign(subject, read_axes([part for part in (*axes, *more) if part]))
    board = parse_shots(text, output)
    write_file(output, text.encode())
    click.echo(f"wrote {output}: {len(board.shots)} shots, {len(board.variants)} variants")
    click.echo(f"next: storyboard plan {output} --quality layout --variant all")
