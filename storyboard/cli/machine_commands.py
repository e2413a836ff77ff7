"""The command `doctor`: what this machine can run.

`cli.py` registers it. Nothing here imports torch.

Commands about checkpoints: what a folder holds, and fetching one.

`cli.py` registers the group. Nothing here imports torch; a look at 60 GB takes a second.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyboard.errors import EXIT_INPUT

if TYPE_CHECKING:
    from model.weights.report import ReportRow, WeightsReport
    from storyboard.machine.doctor import Machine, MachineCheck


@click.command()
@click.option(
    "--device",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "cpu", "cuda"]),
    help="Where to compute.",
)
@click.option(
    "-o",
    "--out",
    default=".",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder that would be rendered into, to look at its disk.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(device: str, out: Path, as_json: bool) -> None:  # fmt: skip
    """Say what this machine can run, at what size, in which memory, and how long a shot takes."""
    import json

    from storyboard.machine.doctor import examine, look

    machine = look(device, out)
    findings = examine(machine)
    if as_json:
        told = {"machine": asdict(machine), "findings": [asdict(found) for found in findings]}
        click.echo(json.dumps(told, indent=1))
        return
    for line in (*_machine(machine), "", *_findings(findings)):
        click.echo(line)


def _machine(machine: Machine) -> list[str]:
    lines = [f"device   {machine.device}, computing in {machine.dtype}, {machine.cores} cores"]
    for card in machine.cards:
        free, total = _gigabytes(card.free_bytes), _gigabytes(card.total_bytes)
        lines.append(f"card     {card.name}, {free} of {total} free")
    free, total = _gigabytes(machine.free_ram), _gigabytes(machine.total_ram)
    lines.append(f"memory   {free} of {total} free")
    lines.append(f"disk     {_gigabytes(machine.free_disk)} free")
    missing = "not found; the animatic cannot be cut. Install ffmpeg, or set IMAGEIO_FFMPEG_EXE."
    lines.append(f"ffmpeg   {machine.ffmpeg or missing}")
    return lines


def _findings(findings: tuple[MachineCheck, ...]) -> list[str]:
    lines = ["times are for the longest shot of each quality, a guess before the first run"]
    name = ""
    for found in findings:
        if found.preset != name:
            name = found.preset
            lines.append(name)
        if found.residency:
            lies = f"{found.residency}, {_gigabytes(found.need_bytes)}"
            fit = "" if found.fits else "  does not fit"
            said = f"{lies:18} {_duration(found.seconds)}{fit}"
        else:
            said = found.reason
        size = f"{found.size[0]}x{found.size[1]}"
        lines.append(f"  {found.quality:8} {size:9} {found.frames:3} frames  {said}")
    return lines


def _gigabytes(number: int | None) -> str:
    return "unknown" if number is None else f"{number / 1e9:.1f} GB"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


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

    from model.weights.report import report

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
    from storyboard.machine.fetch import fetch

    folder = out or Path("weights") / preset
    wanted = fetch(preset, folder, revision, click.echo)
    total = _size(sum(wanted.sizes.values()))
    click.echo(f"{folder}: {wanted.repository} at {wanted.revision[:12]}, {total}.")
    click.echo(f"next: storyboard weights check {folder}")


def _lines(found: WeightsReport) -> list[str]:
    lines = [line for row in found.rows for line in _about(row)]
    lines += [f"unreadable: {problem}" for problem in found.problems]
    if found.is_complete:
        total = sum(row.num_bytes for row in found.rows)
        return [*lines, f"{found.folder}: complete, {_size(total)}."]
    return [*lines, f"not complete: {found.missing}"]


def _about(row: ReportRow) -> list[str]:
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
