"""The command `doctor`: what this machine can run.

`cli.py` registers it. Nothing here imports torch.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from storyboard.doctor import Finding, Machine


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

    from storyboard.doctor import examine, look

    machine = look(device, out)
    findings = examine(machine)
    if as_json:
        told = {"machine": asdict(machine), "findings": [asdict(found) for found in findings]}
        click.echo(json.dumps(told, indent=1))
        return
    for line in (*_machine(machine), "", *_findings(findings)):
        click.echo(line)


def _machine(machine: "Machine") -> list[str]:
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


def _findings(findings: "tuple[Finding, ...]") -> list[str]:
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
