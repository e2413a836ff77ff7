"""The command `storyboard`: its subcommands, its exit codes, and how it reports errors.

Commands import `shots` and the packages of the program when they run, so that `--help` starts in a
tenth of a second. A user never gets a traceback; exit codes are those of `storyboard.errors`.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from model.presets import PRESETS, QUALITIES
from storyboard import __version__
from storyboard.cli.check_command import COMMANDS as CHECK_COMMANDS
from storyboard.cli.interchange_commands import COMMANDS as INTERCHANGE_COMMANDS
from storyboard.cli.language_commands import COMMANDS as LANGUAGE_COMMANDS
from storyboard.cli.machine_commands import COMMANDS as MACHINE_COMMANDS
from storyboard.cli.passes_commands import COMMANDS as PASSES_COMMANDS
from storyboard.cli.render_commands import COMMANDS as RENDER_COMMANDS
from storyboard.cli.user_input import PATH
from storyboard.errors import EXIT_INPUT, EXIT_INTERRUPTED, EXIT_SHOT_FAILED, StoryboardError

CRASH_FILE = "storyboard-crash.txt"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="storyboard")
def cli() -> None:
    """Render a YAML shot list into an animatic and a contact sheet."""


@cli.command()
def presets() -> None:
    """List the presets and their qualities."""
    for name, preset in PRESETS.items():
        experts = ", ".join(expert.name for expert in preset.experts)
        click.echo(f"{name}: {len(preset.experts)} experts ({experts}), {float(preset.fps):g} fps")
        for quality, level in QUALITIES[name].items():
            size = f"{level.size[0]}x{level.size[1]}"
            click.echo(f"  {quality:8} {size:9} {level.steps:3} steps, {level.max_frames} frames")
    click.echo("layout: no model; the staged shots as they are (--quality layout)")


@cli.command()
@click.argument("folder", type=PATH)
@click.option("--latents", is_flag=True, help="Also delete encodings and latents.")
def gc(folder: Path, latents: bool) -> None:
    """Delete the artefacts in the store of FOLDER that its last run does not use."""
    from storyboard.run.commands import collect_garbage

    count, freed = collect_garbage(folder, with_latents=latents)
    click.echo(f"deleted {count} artefacts, {freed / 1e6:.1f} MB")


for command in (
    *RENDER_COMMANDS,
    *CHECK_COMMANDS,
    *LANGUAGE_COMMANDS,
    *INTERCHANGE_COMMANDS,
    *MACHINE_COMMANDS,
    *PASSES_COMMANDS,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit with its exit code."""
    # SIGTERM ends a run as Ctrl-C does: finished work is kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code, and never raises."""
    try:
        result = cli.main(arguments, prog_name="storyboard", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; finished work is kept, run the same command to continue", err=True)
        return EXIT_INTERRUPTED
    except StoryboardError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except Exception as error:
        return _report(error)
    return result if isinstance(result, int) else 0


def _report(error: Exception) -> int:
    """Print an error of the user's input; write any other error to the crash file."""
    from model.exceptions import ModelError
    from shots.problem import ShotsError

    if isinstance(error, ShotsError | ModelError):
        click.echo(str(error), err=True)
        return EXIT_INPUT
    Path(CRASH_FILE).write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    click.echo(
        f"storyboard: {type(error).__name__}: {error}. This is a bug in storyboard. "
        f"Report it with {CRASH_FILE}.",
        err=True,
    )
    return EXIT_SHOT_FAILED
