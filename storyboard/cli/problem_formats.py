"""Problems of a board as text for people, and as JSON, GitHub annotations or SARIF for machines.

Called by the command `check`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from storyboard import __version__

if TYPE_CHECKING:
    from shots import Problem, ShotList

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_SARIF_LEVELS = {"error": "error", "warning": "warning", "notice": "note"}
_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_ESCAPES_OF_PROPERTIES = {**_ESCAPES, ":": "%3A", ",": "%2C"}


def as_text(path: Path, board: ShotList | None, problems: Sequence[Problem]) -> str:
    """Every problem with its line and a caret, and one line about the whole."""
    lines = [problem.render() for problem in problems]
    return "\n".join([*lines, _summary(path, board, problems)])


def as_json(path: Path, board: ShotList | None, problems: Sequence[Problem]) -> str:
    """Counts and problems."""
    report = {
        "shots": len(board.shots) if board else None,
        **{f"{level}s": count for level, count in _counts(problems).items()},
        "problems": [problem.as_json() for problem in problems],
    }
    return json.dumps(report, indent=2)


def as_github(path: Path, board: ShotList | None, problems: Sequence[Problem]) -> str:
    """Workflow commands, which GitHub shows beside the lines of a pull request."""
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
            f"{key}={_escaped(value, _ESCAPES_OF_PROPERTIES)}" for key, value in place.items()
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
    results = [
        {
            "ruleId": problem.code,
            "ruleIndex": used.index(problem.code),
            "level": _SARIF_LEVELS[problem.level],
            "message": {"text": f"{problem.finding}: {problem.remedy}"},
            "locations": [{"physicalLocation": _location(problem)}],
        }
        for problem in problems
    ]
    driver = {"name": "storyboard", "semanticVersion": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


FORMATS = {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif}


def _location(problem: Problem) -> dict[str, object]:
    is_absolute = problem.path.is_absolute()
    uri = problem.path.as_uri() if is_absolute else quote(problem.path.as_posix())
    region = {
        "startLine": problem.line,
        "startColumn": problem.column,
        "endColumn": problem.column + problem.span,
    }
    return {"artifactLocation": {"uri": uri}, "region": region}


def _escaped(value: object, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(sign, sign) for sign in str(value))


def _counts(problems: Iterable[Problem]) -> dict[str, int]:
    levels = [problem.level for problem in problems]
    return {level: levels.count(level) for level in ("error", "warning", "notice")}


def _summary(path: Path, board: ShotList | None, problems: Sequence[Problem]) -> str:
    """One line: what the board holds and how many problems of each level."""
    said = [count_of(count, level) for level, count in _counts(problems).items() if count]
    found = ", ".join(said) or "no problems"
    if board is None:
        return f"{path}: {found}."
    seconds = sum((shot.duration_s for shot in board.shots), Fraction(0))
    return f"{path}: {count_of(len(board.shots), 'shot')}, {float(seconds):g} s, {found}."


def count_of(number: int, noun: str) -> str:
    """Three shots, one shot."""
    return f"{number} {noun}{'s' * (number != 1)}"
