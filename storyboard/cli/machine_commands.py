"""The commands `doctor` (what this machine can render) and `weights` (check and fetch checkpoints).

None of them imports torch; checking a folder of 60 GB takes a second.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyboard.cli.user_input import PATH
from storyboard.errors import EXIT_INPUT

if TYPE_CHECKING:
    from model.weights.report import WeightsReport
    from storyboard.machine.doctor import Machine, MachineCheck


@click.command()
@click.option("--device", default="auto", show_default=True,
              type=click.Choice(["auto", "cpu", "cuda"]), help="Device to render on.")  # fmt: skip
@click.option("-o", "--out", default=".", type=PATH, metavar="DIR",
              help="Folder to render into, whose disk is checked.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(device: str, out: Path, as_json: bool) -> None:
    """Show which presets and qualities this machine can render, with memory and time."""
    from storyboard.machine.doctor import examine, look

    machine = look(device, out)
    findings = examine(machine)
    if as_json:
        report = {"machine": asdict(machine), "findings": [asdict(found) for found in findings]}
        click.echo(json.dumps(report, indent=1))
        return
    click.echo("\n".join([*_machine(machine), "", *_findings(findings)]))


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
    lines = ["times are for the longest shot of each quality, estimated before the first run"]
    name = ""
    for found in findings:
        if found.preset != name:
            name = found.preset
            lines.append(name)
        result = found.reason
        if found.residency:
            memory = f"{found.residency}, {_gigabytes(found.need_bytes)}"
            fit = "" if found.fits else "  does not fit"
            result = f"{memory:18} {_duration(found.seconds)}{fit}"
        size = f"{found.size[0]}x{found.size[1]}"
        lines.append(f"  {found.quality:8} {size:9} {found.frames:3} frames  {result}")
    return lines


def _gigabytes(number: int | None) -> str:
    return "unknown" if number is None else f"{number / 1e9:.1f} GB"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


@click.group()
def weights() -> None:
    """Check or fetch checkpoints."""


@weights.command()
@click.argument("folder", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def check(context: click.Context, folder: Path, as_json: bool) -> None:
    """List the files of a checkpoint in FOLDER, and what is missing or misplaced.

    Only headers are read. The exit code is 0 if the checkpoint is complete, otherwise 2.
    """
    from model.weights.report import report

    found = report(folder)
    if as_json:
        entries = asdict(found) | {"folder": str(folder), "is_complete": found.is_complete}
        click.echo(json.dumps(entries, indent=1))
    else:
        click.echo("\n".join(_lines(found)))
    if not found.is_complete:
        context.exit(EXIT_INPUT)


@weights.command()
@click.argument("preset")
@click.option("-o", "--out", type=PATH, metavar="DIR",
              help="Folder to fetch into; weights/PRESET by default.")  # fmt: skip
@click.option("--revision", help="Branch, tag or commit; by default the one of an earlier fetch, "
              "or main.")  # fmt: skip
def fetch(preset: str, out: Path | None, revision: str | None) -> None:
    """Fetch the published weights of PRESET, or continue an interrupted fetch."""
    from storyboard.machine.fetch import fetch

    folder = out or Path("weights") / preset
    files = fetch(preset, folder, revision, click.echo)
    total = _size(sum(files.sizes.values()))
    click.echo(f"{folder}: {files.repository} at {files.revision[:12]}, {total}.")
    click.echo(f"next: storyboard weights check {folder}")


def _lines(found: WeightsReport) -> list[str]:
    lines = []
    for row in found.rows:
        noise = f", {row.noise} noise" if row.noise else ""
        lines += [
            row.path,
            f"  {row.part}{noise}",
            f"  {row.form}, {'/'.join(row.dtypes)}, {row.num_tensors:,} tensors, "
            f"{_size(row.num_bytes)}, hash {row.hash}",
        ]
        if row.misplaced:
            lines.append(f"  misplaced: {row.misplaced}")
    lines += [f"unreadable: {problem}" for problem in found.problems]
    if found.is_complete:
        total = sum(row.num_bytes for row in found.rows)
        return [*lines, f"{found.folder}: complete, {_size(total)}."]
    return [*lines, f"not complete: {found.missing}"]


def _size(num_bytes: int) -> str:
    return f"{num_bytes / 1e9:.2f} GB" if num_bytes >= 1e9 else f"{num_bytes / 1e6:.1f} MB"


COMMANDS: tuple[click.Command, ...] = (doctor, weights)
