"""Commands about checkpoints: what a folder holds, and fetching one.

`cli.py` registers the group. Nothing here imports torch; a look at 60 GB takes a second.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyboard.errors import EXIT_INPUT

if TYPE_CHECKING:
    from model.formats.report import Report, Row


@click.group()
def weights() -> None:
    """Look at checkpoints, or fetch one."""


@weights.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def check(context: click.Context, folder: Path, as_json: bool) -> None:
    """List what FOLDER holds, what is missing or misplaced, reading headers only.

    Leaves with 0 if the folder can be rendered with, else with 2.
    """
    import json

    from model.formats.report import report

    found = report(folder)
    if as_json:
        told = asdict(found) | {"folder": str(folder), "is_complete": found.is_complete}
        click.echo(json.dumps(told, indent=1))
    else:
        for line in _lines(found):
            click.echo(line)
    if not found.is_complete:
        context.exit(EXIT_INPUT)


@weights.command()
@click.argument("preset")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="DIR",
    help="Folder to fetch into; weights/PRESET if left out.",
)  # fmt: skip
@click.option("--revision", help="Branch, tag or commit; the one begun with, else main.")
def fetch(preset: str, out: Path | None, revision: str | None) -> None:
    """Fetch the published weights of PRESET; a fetch that was cut off goes on."""
    from storyboard.fetching import fetch

    folder = out or Path("weights") / preset
    wanted = fetch(preset, folder, revision, click.echo)
    total = _size(sum(wanted.sizes.values()))
    click.echo(f"{folder}: {wanted.repository} at {wanted.revision[:12]}, {total}.")
    click.echo(f"next: storyboard weights check {folder}")


def _lines(found: "Report") -> list[str]:
    lines = [line for row in found.rows for line in _about(row)]
    lines += [f"unreadable: {problem}" for problem in found.problems]
    if found.is_complete:
        total = sum(row.num_bytes for row in found.rows)
        return [*lines, f"{found.folder}: complete, {_size(total)}."]
    return [*lines, f"not complete: {found.missing}"]


def _about(row: "Row") -> list[str]:
    noise = f", {row.noise} noise" if row.noise else ""
    lines = [
        row.path,
        f"  {row.part}{noise}",
        f"  {row.form}, {'/'.join(row.dtypes)}, {row.num_tensors:,} tensors, "
        f"{_size(row.num_bytes)}, hash {row.hash}",
    ]
    return [*lines, f"  misplaced: {row.misplaced}"] if row.misplaced else lines


def _size(num_bytes: int) -> str:
    return f"{num_bytes / 1e9:.2f} GB" if num_bytes >= 1e9 else f"{num_bytes / 1e6:.1f} MB"
