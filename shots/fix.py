"""Apply the safe fixes of problems to the text of a board; every other byte stays as it is.

A problem carries its own fix (`Problem.fix`): a misspelt word with a single possible correction, a
ratio that was turned into a number, a colour without quotes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shots.load import parse_shots
from shots.problem import Problem, ShotListErrors
from shots.source.board_source import LINE_END, Source, add_file, encode_like

_MAX_ROUNDS = 10


@dataclass(frozen=True)
class Fixed:
    """New contents of the files that changed, and the problems that were fixed."""

    contents: Mapping[Path, bytes]
    problems: tuple[Problem, ...]


def fix_board(path: Path) -> Fixed:
    """Fix a board and the files that it includes in memory; nothing is written.

    Raises:
        OSError: The board cannot be read.
    """
    contents = {path: path.read_bytes()}
    fixed: list[Problem] = []

    def read(file: Path) -> bytes:
        return contents[file] if file in contents else file.read_bytes()

    def find_errors() -> list[Problem]:
        try:
            parse_shots(contents[path], path, read=read)
        except ShotListErrors as caught:
            return list(caught.errors)
        return []

    errors = find_errors()
    # One mistake may hide another, so the board is read again after each round of fixes.
    for _ in range(_MAX_ROUNDS):
        fixable = [problem for problem in errors if problem.fix]
        if not fixable:
            break
        before = dict(contents)
        for file in {problem.path for problem in fixable}:
            contents[file] = _replace(read(file), [each for each in fixable if each.path == file])
        remaining = find_errors()
        # A round that does not reduce the number of errors is undone.
        if len(remaining) >= len(errors):
            contents = before
            break
        fixed, errors = [*fixed, *fixable], remaining
    changed = {file: new for file, new in contents.items() if new != file.read_bytes()}
    return Fixed(changed, tuple(fixed))


def _replace(content: bytes, problems: list[Problem]) -> bytes:
    """Replace the underlined characters of each problem by its fix."""
    text = add_file(Source([]), content, Path())
    starts = [0, *(line_end.end() for line_end in LINE_END.finditer(text))]
    end = len(text)
    # From the last to the first, so that positions stay valid; overlapping ones are skipped.
    for problem in sorted(problems, key=lambda each: (each.line, each.column), reverse=True):
        start = starts[problem.line - 1] + problem.column - 1
        if start + problem.span <= end:
            text = text[:start] + problem.fix + text[start + problem.span :]
            end = start
    return encode_like(text, content)
