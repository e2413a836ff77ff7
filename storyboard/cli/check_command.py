"""The commands `check` and `fmt`: what is wrong with a board, and how it is written.

`cli.py` registers `COMMANDS`. A board with errors leaves with exit code 2, and so does
`fmt --check` for one that is not in canonical form.
"""

from __future__ import annotations

from pathlib import Path

import click

from storyboard.cli.preset_check import judge
from storyboard.cli.problem_formats import FORMATS, count_of
from storyboard.cli.user_files import read_file, write_file
from storyboard.errors import EXIT_INPUT


@click.command()
@click.argument("board", type=click.Path(path_type=Path))
@click.option("--preset", help="Judge for this preset instead of the one the board names.")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True,
    help="github annotates pull requests, sarif is for code scanning.",
)  # fmt: skip
@click.option("--fix", is_flag=True, help="Mend what has one safe answer; the rest stays as it is.")
@click.pass_context
def check(context: click.Context, board: Path, preset: str | None, form: str, fix: bool) -> None:
    """Report every problem of BOARD at once, with its place and a remedy."""
    from shots import ShotListErrors, load_shots

    if fix:
        _fix(board, is_quiet=form != "text")
    shots = None
    try:
        shots = load_shots(board)
        problems = judge(shots, preset)
    except ShotListErrors as errors:
        problems = errors.problems
    click.echo(FORMATS[form](board, shots, problems))
    if any(problem.level == "error" for problem in problems):
        context.exit(EXIT_INPUT)


def _fix(board: Path, *, is_quiet: bool) -> None:
    from shots.fix import fix_board

    try:
        fixed = fix_board(board)
    except OSError:
        return  # The check says that the file cannot be read.
    for path, content in fixed.contents.items():
        write_file(path, content)
    for problem in fixed.problems if not is_quiet else ():
        start = problem.column - 1
        was = problem.source[start : start + problem.span]
        place = f"{problem.path}:{problem.line}:{problem.column}"
        click.echo(f"{place}: {problem.code} fixed: {was} is now {problem.fix}")


@click.command()
@click.argument("boards", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit code 2 if needed.")
@click.pass_context
def fmt(context: click.Context, boards: tuple[Path, ...], only_check: bool) -> None:
    """Write the directives of BOARDS in canonical spelling.

    Indentation, comments, order and meaning stay as they are.
    """
    from shots import ShotListErrors
    from shots.format.format_board import format_board

    changed: dict[Path, bytes] = {}
    is_broken = False
    for path in boards:
        content = read_file(path)
        try:
            new = format_board(content, path)
        except ShotListErrors as errors:
            click.echo(errors.render(), err=True)
            is_broken = True
            continue
        if new != content:
            changed[path] = new
            click.echo(f"{path}: {'would be' if only_check else 'is'} written anew")
    for path, new in changed.items() if not only_check else ():
        write_file(path, new)
    same = len(boards) - len(changed)
    if not is_broken:
        click.echo(f"{count_of(len(changed), 'board')} changed, {same} as before")
    if is_broken or (only_check and changed):
        context.exit(EXIT_INPUT)


COMMANDS: tuple[click.Command, ...] = (check, fmt)
