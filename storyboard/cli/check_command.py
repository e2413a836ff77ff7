"""The commands `check` and `fmt`: problems of a board, and its canonical form.

Problems are printed as text, JSON, GitHub annotations or SARIF. The exit code is 2 if a board has
errors, or if `fmt --check` finds one that is not in canonical form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from storyboard import __version__
from storyboard.cli.console import count_of
from storyboard.cli.user_input import PATH, read_file, write_file
from storyboard.errors import EXIT_INPUT

if TYPE_CHECKING:
    from shots import Problem, ShotList

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_SARIF_LEVELS = {"error": "error", "warning": "warning", "notice": "note"}
_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY_ESCAPES = {**_ESCAPES, ":": "%3A", ",": "%2C"}


def as_text(path: Path, board: ShotList | None, problems: Sequence[Problem]) -> str:
    """Every problem with its line and a caret, and a summary."""
    lines = [problem.render() for problem in problems]
    return "\n".join([*lines, _summary(path, board, problems)])


def as_json(path: Path, board: ShotList | None, problems: Sequence[Problem]) -> str:
    """Counts and problems as JSON."""
    report = {
        "shots": len(board.shots) if board else None,
        **{f"{level}s": count for level, count in _counts(problems).items()},
        "problems": [problem.as_json() for problem in problems],
    }
    return json.dumps(report, indent=2)


def as_github(path: Path, board: ShotList | None, problems: Sequence[Problem]) -> str:
    """Workflow commands, which GitHub shows at the lines of a pull request, and the summary."""
    lines = []
    for problem in problems:
        place = {
            "file": problem.path.as_posix(),
            "line": problem.line,
            "col": problem.column,
            "endColumn": problem.column + problem.span,
            "title": problem.code,
        }
        properties = ",".join(
            f"{key}={_escaped(value, _PROPERTY_ESCAPES)}" for key, value in place.items()
        )
        message = _escaped(f"{problem.finding}\n{problem.remedy}", _ESCAPES)
        lines.append(f"::{problem.level} {properties}::{message}")
    return "\n".join([*lines, _summary(path, board, problems)])


def as_sarif(path: Path, board: ShotList | None, problems: Sequence[Problem]) -> str:
    """A SARIF 2.1.0 log, for code scanning and editors."""
    from shots.problem import CODES

    used = sorted({problem.code for problem in problems})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": CODES[code].title},
            "help": {"text": CODES[code].page, "markdown": CODES[code].page},
            "defaultConfiguration": {"level": _SARIF_LEVELS[CODES[code].level]},
        }
        for code in used
    ]
    results = []
    for problem in problems:
        path, start = problem.path, problem.column
        uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
        end = start + problem.span
        region = {"startLine": problem.line, "startColumn": start, "endColumn": end}
        place = {"artifactLocation": {"uri": uri}, "region": region}
        result = {
            "ruleId": problem.code,
            "ruleIndex": used.index(problem.code),
            "level": _SARIF_LEVELS[problem.level],
            "message": {"text": f"{problem.finding}: {problem.remedy}"},
            "locations": [{"physicalLocation": place}],
        }
        results.append(result)
    driver = {"name": "storyboard", "semanticVersion": __version__, "rules": rules}
    log = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [log]}, indent=2)


FORMATS = {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif}


def _escaped(value: object, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(sign, sign) for sign in str(value))


def _counts(problems: Sequence[Problem]) -> dict[str, int]:
    levels = [problem.level for problem in problems]
    return {level: levels.count(level) for level in ("error", "warning", "notice")}


def _summary(path: Path, board: ShotList | None, problems: Sequence[Problem]) -> str:
    """One line: shots and seconds of the board, and the number of problems of each level."""
    counts = [count_of(count, level) for level, count in _counts(problems).items() if count]
    found = ", ".join(counts) or "no problems"
    if board is None:
        return f"{path}: {found}."
    seconds = sum((shot.duration_s for shot in board.shots), Fraction(0))
    return f"{path}: {count_of(len(board.shots), 'shot')}, {float(seconds):g} s, {found}."


@click.command()
@click.argument("board", type=PATH)
@click.option("--preset", help="Check for this preset instead of the board's.")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True,
    help="github annotates pull requests, sarif is for code scanning.",
)  # fmt: skip
@click.option("--fix", is_flag=True, help="Correct the problems that have one safe answer.")
@click.pass_context
def check(context: click.Context, board: Path, preset: str | None, form: str, fix: bool) -> None:
    """Report every problem of BOARD, with its position and a remedy."""
    from shots import ShotListErrors, load_shots
    from storyboard.plan.preset_check import preset_problems

    if fix:
        _fix(board, is_quiet=form != "text")
    shots = None
    try:
        shots = load_shots(board)
        problems = preset_problems(shots, preset)
    except ShotListErrors as errors:
        problems = errors.problems
    click.echo(FORMATS[form](board, shots, problems))
    if any(problem.level == "error" for problem in problems):
        context.exit(EXIT_INPUT)


def _fix(board: Path, *, is_quiet: bool) -> None:
    from shots.load import fix_board

    try:
        fixed = fix_board(board)
    except OSError:
        return  # The check reports that the file cannot be read.
    for path, content in fixed.contents.items():
        write_file(path, content)
    for problem in fixed.problems if not is_quiet else ():
        start = problem.column - 1
        was = problem.source[start : start + problem.span]
        place = f"{problem.path}:{problem.line}:{problem.column}"
        click.echo(f"{place}: {problem.code} fixed: {was} is now {problem.fix}")


@click.command()
@click.argument("boards", nargs=-1, required=True, type=PATH)
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
