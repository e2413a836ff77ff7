"""The command `campaign`: a board with variants from one sentence. `cli.py` registers it."""

from pathlib import Path

import click

from storyboard.errors import InputError
from storyboard.user_files import write_file


@click.command()
@click.argument("sentence")
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
def campaign(sentence: str, more: tuple[str, ...], axes: tuple[str, ...], output: Path) -> None:
    """Write a board with variants to start from, out of one SENTENCE.

    The same sentence gives the same board; no language model is asked.
    """
    from shots import parse_shots
    from shots.interchange.sentence import read_axes, write_campaign

    if output.exists():
        raise InputError(f"{output}: exists already. Name another file with -o.")
    text = write_campaign(sentence, read_axes([part for part in (*axes, *more) if part]))
    board = parse_shots(text, output)
    write_file(output, text.encode())
    click.echo(f"wrote {output}: {len(board.shots)} shots, {len(board.variants)} variants")
    click.echo(f"next: storyboard plan {output} --quality layout --variant all")
