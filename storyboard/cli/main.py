"""The command `storyboard`: what a user types, and how errors reach them.

Commands import what they need when they run: no torch, transformers or moviepy before that, so
that `--help` takes a tenth of a second. No traceback ever reaches a user; exit codes are those of
`errors`. Rendering is in `cli_render`, checking and formatting in `cli_check`, the other commands
about the language alone in `cli_language`, import and export in `cli_interchange`, checkpoints in
`cli_weights`, the look at the machine in `cli_doctor`, what became of directives in `cli_score`.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from storyboard import __version__
from storyboard.cli.check_command import COMMANDS as CHECK_COMMANDS
from storyboard.cli.interchange_commands import COMMANDS as INTERCHANGE_COMMANDS
from storyboard.cli.interchange_commands import campaign
from storyboard.cli.language_commands import COMMANDS as LANGUAGE_COMMANDS
from storyboard.cli.machine_commands import doctor, weights
from storyboard.cli.render_commands import COMMANDS as RENDER_COMMANDS
from storyboard.cli.render_commands import score
from storyboard.errors import (
    EXIT_INPUT,
    EXIT_INTERRUPTED,
    EXIT_SHOT_FAILED,
    StoryboardError,
)

CRASH_FILE = "storyboard-crash.txt"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="storyboard")
def cli() -> None:
    """From a YAML shot list to an animatic and a contact sheet."""


@cli.command()
def presets() -> None:
    """List the models and their qualities."""
    from model.presets import PRESETS, QUALITIES

    for name, preset in PRESETS.items():
        experts = ", ".join(expert.name for expert in preset.experts)
        click.echo(f"{name}: {len(preset.experts)} experts ({experts}), {float(preset.fps):g} fps")
        for quality, level in QUALITIES[name].items():
            size = f"{level.size[0]}x{level.size[1]}"
            click.echo(f"  {quality:8} {size:9} {level.steps:3} steps, {level.max_frames} frames")
    click.echo("layout: no model; grey primitives along the camera's path (--quality layout)")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--latents", is_flag=True, help="Also drop what only a change would need again.")
def gc(folder: Path, latents: bool) -> None:
    """Drop from FOLDER's store what its last run does not use."""
    from storyboard.run.folder import collect_garbage

    count, freed = collect_garbage(folder, with_latents=latents)
    click.echo(f"dropped {count} artefacts, {freed / 1e6:.1f} MB")


for command in (
    *RENDER_COMMANDS,
    *CHECK_COMMANDS,
    *LANGUAGE_COMMANDS,
    *INTERCHANGE_COMMANDS,
    campaign,
    weights,
    doctor,
    score,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and leave with its exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(run(arguments))


def _terminated(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code and never raises."""
    try:
        result = cli.main(arguments, prog_name="storyboard", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; what is finished is kept, the same command goes on", err=True)
        return EXIT_INTERRUPTED
    except StoryboardError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except Exception as error:
        return _unforeseen(error)
    return result if isinstance(result, int) else 0


def _unforeseen(error: Exception) -> int:
    """Errors of the language and of the model are the user's; anything else is ours."""
    from model.exceptions import ModelError
    from shots.problem import ShotsError

    if isinstance(error, ShotsError | ModelError):
        click.echo(str(error), err=True)
        return EXIT_INPUT
    Path(CRASH_FILE).write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    click.echo(
        f"storyboard: {type(error).__name__}: {error}. This is a fault of the program. "
        f"Report it with {CRASH_FILE}.",
        err=True,
    )
    return EXIT_SHOT_FAILED
