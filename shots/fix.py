"""Problems that have one safe answer are mended in the text of a board; every other byte stays.

A problem says itself what may stand instead of what it underlines (`Problem.fix`): a word that can
be the misspelling of only one other, a ratio that another program has turned into a number, a
colour without quotes. Called by `storyboard check --fix`.
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
    """What became of a board.

    Attributes:
        contents: The files that changed, as they are now.
        problems: What was mended, with the place that it had.
    """

    contents: Mapping[Path, bytes]
    problems: tuple[Problem, ...]


def fix_board(path: Path) -> Fixed:
    """Mend what has one safe answer in a board and the files it includes; nothing is written.

    One mistake may hide another, so it is read again until nothing is left to mend. A change that
    would leave as many errors as there were is not made.

    Raises:
        OSError: The board cannot be read.
    """
    contents = {path: path.read_bytes()}
    done: list[Problem] = []

    def read(file: Path) -> bytes:
        return contents[file] if file in contents else file.read_bytes()

    def errors() -> list[Problem]:
        try:
            parse_shots(contents[path], path, read=read)
        except ShotListErrors as caught:
            return list(caught.errors)
        return []

    found = errors()
    for _ in range(_MAX_ROUNDS):
        sure = [problem for problem in found if problem.fix]
        before = dict(contents)
        for file in {problem.path for problem in sure}:
            contents[file] = _replace(read(file), [each for each in sure if each.path == file])
        left = errors() if sure else found
        if len(left) >= len(found):
            contents = before
            break
        done, found = [*done, *sure], left
    changed = {file: new for file, new in contents.items() if new != file.read_bytes()}
    return Fixed(changed, tuple(done))


def _replace(content: bytes, problems: list[Problem]) -> bytes:
    """A file with the underlined characters of its problems replaced, from the last one up."""
    text = add_file(Source([]), content, Path())
    starts = [0, *(found.end() for found in LINE_END.finditer(text))]
    end = len(text)
    for problem in sorted(problems, key=lambda each: (each.line, each.column), reverse=True):
        start = starts[problem.line - 1] + problem.column - 1
        if start + problem.span <= end:
            text = text[:start] + problem.fix + text[start + problem.span :]
            end = start
    return encode_like(text, content)
